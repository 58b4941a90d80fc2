"""What changed between two versions of a process, by meaning and in words: see `compare`."""

from engine.difference.change import Change, list_words, quote
from engine.difference.comparing import compare
from engine.difference.wording import Wording

__all__ = ["Change", "Wording", "compare", "list_words", "quote"]
