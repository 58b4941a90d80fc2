"""Dry runs: a cycle played to its end on a copy of the organisation, with invented answers, before it is launched."""
