"""Versions of a process: what changed between two of them, what runs on which, and moving what runs to another."""
