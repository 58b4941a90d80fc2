"""Asking a colleague: what whoever has a task wants to know before they decide. It decides nothing."""
