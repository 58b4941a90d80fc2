"""Limits in processor time that hold on any machine, however busy: counted in the work of the reference machine."""

from time import process_time

REFERENCE = 0.1
"""Seconds of processor time that the sum below takes on the reference machine when nothing else runs."""


def is_within(spent: float, seconds: float) -> bool:
    """Whether so many seconds of processor time are at most `seconds` of the reference machine.

    How fast this machine is just now is found out only when it matters; it never counts as faster than the other.
    """
    return spent <= seconds or spent <= seconds * _measure_slowness()


def _measure_slowness() -> float:
    began = process_time()
    sum(number * number for number in range(2_000_000))
    return (process_time() - began) / REFERENCE
