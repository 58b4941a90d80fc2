"""The only clock of the product.

Everything that asks for the time asks here, so that tests can travel and a process, its timers and its
history agree about what time it is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

_travelled = [timedelta()]
_standing_at: ContextVar[datetime | None] = ContextVar("standing_at", default=None)


def now() -> datetime:
    """The current moment as an aware UTC datetime, moved by what tests have travelled."""
    return _standing_at.get() or datetime.now(UTC) + _travelled[0]


def travel(**distance: float) -> None:
    """Move the clock forward by a `timedelta` given in its keywords, for instance `days=14`.

    Only tests travel. The distance adds up until `come_home` is called.
    """
    _travelled[0] += timedelta(**distance)


def come_home() -> None:
    """Undo every travel: the clock shows the time of the machine again."""
    _travelled[0] = timedelta()


@contextmanager
def travelling() -> Iterator[None]:
    """A stretch of code whose travels end with it."""
    try:
        yield
    finally:
        come_home()


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """A stretch of code for which it is `moment`, as in a dry run; for every other thread time goes on as ever."""
    token = _standing_at.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _standing_at.reset(token)
