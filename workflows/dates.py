"""How a day is written where people read it."""

from datetime import date


def show_day(day: date) -> str:
    """`3 March 2027`: the one way to write a day that nobody misreads."""
    return f"{day.day} {day:%B %Y}"
