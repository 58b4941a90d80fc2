"""Processes that HR designs: the drafts of packages, who works on them, and how they are published."""
