"""The board of a calibration session: who is rated how in the group, and what was changed.

Nobody sees their own case on the board. It is missing from the distribution as well, because the difference between
the counts and the rows would tell the rating.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from workflows.calibration.changing import HIGHEST, LOWEST, find_session
from workflows.calibration.models import RatingChange
from workflows.cycles.models import Case
from workflows.people.models import Person

_PERMILLE = Decimal("0.1")


@dataclass(frozen=True)
class BoardRow:
    """One case on the board. `rating` is what the manager gave, `calibrated` what the session made of it, if changed.

    `changes` has every change with its reason, undone ones too, the oldest first.
    """

    case_id: int
    person_id: str
    name: str
    manager: str | None
    rating: int | None
    calibrated: int | None
    changes: Sequence[RatingChange]

    @property
    def final(self) -> int | None:
        """The rating that counts now."""
        return self.rating if self.calibrated is None else self.calibrated

    @property
    def last_change(self) -> RatingChange | None:
        """The change that could be taken back."""
        return next((change for change in reversed(self.changes) if change.undone_at is None), None)


@dataclass(frozen=True)
class RatingShare:
    """How often one rating is given now, and was `before` the session.

    `share` is that of the group and `cycle_share` that of the whole cycle, in per cent.
    """

    rating: int
    count: int
    share: Decimal
    before: int
    cycle_share: Decimal


@dataclass(frozen=True)
class Board:
    """A calibration group as one actor may see it.

    `hidden` counts the cases kept from the actor: their own. `unrated` counts reviews in words alone. `task_id` is the
    open task of the session, None when it is not open.
    """

    rows: Sequence[BoardRow]
    distribution: Sequence[RatingShare]
    unrated: int
    hidden: int
    task_id: int | None


def session_board(session: Session, root_id: int, group: str, actor: str) -> Board:
    """The board of a group; four statements, whatever its size. The caller checks that `actor` may open it."""
    rows, hidden = _rows(session, root_id, group, actor)
    task = find_session(session, root_id, group)
    return Board(
        rows=rows,
        distribution=_distribution(rows, _count_cycle(session, root_id, actor)),
        unrated=sum(row.final is None for row in rows),
        hidden=hidden,
        task_id=task.id if task else None,
    )


def _rows(session: Session, root_id: int, group: str, actor: str) -> tuple[list[BoardRow], int]:
    manager = aliased(Person)
    found = session.execute(
        select(Case, Person.name, manager.name)
        .join(Person, Person.id == Case.person_id)
        .outerjoin(manager, manager.id == Case.manager_id)
        .where(Case.root_id == root_id, Case.calibration_group == group, Case.state != "cancelled")
        .order_by(Person.name, Person.id)
    ).all()
    changes: dict[int, list[RatingChange]] = {}
    history = (
        select(RatingChange)
        .join(Case, Case.id == RatingChange.case_id)
        .where(Case.root_id == root_id, Case.calibration_group == group)
    )
    for change in session.scalars(history.order_by(RatingChange.id)):
        changes.setdefault(change.case_id, []).append(change)
    rows = [
        BoardRow(case.id, case.person_id, name, above, case.rating, case.calibrated_rating, changes.get(case.id, []))
        for case, name, above in found
        if case.person_id != actor
    ]
    return rows, len(found) - len(rows)


def _count_cycle(session: Session, root_id: int, actor: str) -> Counter[int]:
    final = func.coalesce(Case.calibrated_rating, Case.rating)
    rows = session.execute(
        select(final, func.count())
        .where(Case.root_id == root_id, Case.state != "cancelled", Case.person_id != actor, final.is_not(None))
        .group_by(final)
    )
    return Counter({int(rating): count for rating, count in rows})


def _distribution(rows: Sequence[BoardRow], cycle: Counter[int]) -> list[RatingShare]:
    now = Counter(row.final for row in rows if row.final is not None)
    before = Counter(row.rating for row in rows if row.rating is not None)
    return [
        RatingShare(
            rating=rating,
            count=now[rating],
            share=_share(now[rating], now.total()),
            before=before[rating],
            cycle_share=_share(cycle[rating], cycle.total()),
        )
        for rating in range(LOWEST, HIGHEST + 1)
    ]


def _share(part: int, whole: int) -> Decimal:
    return (Decimal(part) / whole * 100).quantize(_PERMILLE, ROUND_HALF_UP) if whole else Decimal(0)
