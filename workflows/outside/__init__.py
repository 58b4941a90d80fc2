"""Somebody outside of the organisation does a step of a case, by a link in a mail: a client or a partner."""
