"""Votes: one step that several people decide, by rules that are drawn with it."""
