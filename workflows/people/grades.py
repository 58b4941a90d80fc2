"""The order of grades: G1 to G9 for staff, then E1 to E3 for executives."""

import re

_GRADE = re.compile(r"([GE])(\d{1,2})")
_EXECUTIVE = "E"


def rank_of(grade: str) -> int | None:
    """A number that is higher the higher the grade is, or None when the grade is not of the form G4 or E1."""
    found = _GRADE.fullmatch(grade)
    if found is None:
        return None
    letter, number = found.groups()
    return int(number) + (100 if letter == _EXECUTIVE else 0)


def is_at_least(grade: str, wanted: str) -> bool:
    """Whether `grade` is `wanted` or above it. A grade outside of the order is only at least itself."""
    if grade == wanted:
        return True
    rank, threshold = rank_of(grade), rank_of(wanted)
    return rank is not None and threshold is not None and rank >= threshold


def is_executive(grade: str) -> bool:
    """Whether the grade is one of the executives' (E1, E2, E3)."""
    return grade.startswith(_EXECUTIVE) and rank_of(grade) is not None
