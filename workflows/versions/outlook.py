"""What moving running instances to another version would do, the drafts of their forms included."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import Program, Rejection, StepFailed, Task, registry
from engine.migration import Plan, Preview, Route, TaskMove, deadline_after, preview
from workflows.questionnaires import load
from workflows.questionnaires.components import Field
from workflows.reviews.models import DRAFT, Submission
from workflows.versions.forms import FORMS, fields_of, name_field

SLICE = 500


@dataclass(frozen=True)
class DraftAhead:
    """A begun draft whose form is another one in the new version.

    `hidden` are the questions, by label, whose answers stay with the draft and are asked no more; `asked` those that
    must be answered now and are not yet. `due` says whether its deadline or reminders change as well.
    """

    task_id: int
    instance_id: int
    step: str
    author: str
    hidden: tuple[str, ...]
    asked: tuple[str, ...]
    due: bool


@dataclass(frozen=True)
class DeadlineAhead:
    """A deadline that is another one in the new version: the days are those where its assignee is, None for none.

    `extra` are the days among them that the task has beyond what its step says, which it keeps.
    """

    step: str
    was: date | None
    due: date | None
    extra: int = 0


@dataclass
class Outlook:
    """What a migration would do: to the instances, and to the drafts that it touches. `kept` drafts lose nothing.

    `deadlines` counts the open tasks by the deadlines they have and would get.
    """

    instances: Preview
    deadlines: Counter[DeadlineAhead] = field(default_factory=Counter)
    drafts: list[DraftAhead] = field(default_factory=list)
    kept: int = 0


@dataclass(frozen=True)
class _Moving:
    """An open task that moves, with the two forms it has, and whether its times change."""

    task: Task
    old: str
    new: str
    step: str
    due: bool


def look_ahead(session: Session, route: Route, now: datetime, *, root_id: int | None = None) -> Outlook:
    """Look at every running instance of the old version and at the drafts of its tasks, without changing any.

    Beside the statements of `engine.migration.preview` one for each five hundred open tasks, and two for the calendars
    of those whose deadlines change, where they count working days for each day on which tasks were handed out.
    """
    moving: list[_Moving] = []
    deadlines: Counter[DeadlineAhead] = Counter()

    def see(plan: Plan) -> None:
        for one in plan.tasks:
            forms = (one.old.settings.get("form", ""), one.new.settings.get("form", ""))
            moving.append(_Moving(one.task, *forms, one.new.name, one.changes_time))
            if one.old.settings.get("due") != one.new.settings.get("due"):
                deadlines.update(_deadline(session, route, plan, one, now))

    found = Outlook(preview(session, route, now, root_id=root_id, see=see), deadlines)
    forms = _Forms(route.old, route.new)
    for one, draft in _drafts(session, moving):
        hidden, asked = forms.compare(one.old, one.new, draft.answers)
        if not hidden and not asked:
            found.kept += 1
            continue
        about = DraftAhead(one.task.id, one.task.instance_id, one.step, draft.author, hidden, asked, one.due)
        found.drafts.append(about)
    return found


def _deadline(session: Session, route: Route, plan: Plan, one: TaskMove, now: datetime) -> Iterator[DeadlineAhead]:
    zone = registry.calendar_of(session, one.task.assignee, now).zone
    try:
        new = deadline_after(session, route, plan.standing.instance, one, zone)
    except StepFailed:
        return
    was, due = (moment and moment.astimezone(ZoneInfo(zone)).date() for moment in (one.task.due_at, new.due))
    yield DeadlineAhead(one.new.name, was, due, new.extra)


def _drafts(session: Session, moving: Sequence[_Moving]) -> Iterator[tuple[_Moving, Submission]]:
    for first in range(0, len(moving), SLICE):
        by_id = {one.task.id: one for one in moving[first : first + SLICE]}
        drafts = select(Submission).where(Submission.task_id.in_(by_id), Submission.state == DRAFT)
        for draft in session.scalars(drafts.order_by(Submission.task_id)):
            yield by_id[draft.task_id], draft


class _Forms:
    """The forms of two versions, each read once."""

    def __init__(self, old: Program, new: Program) -> None:
        self._programs = (old, new)
        self._read: dict[tuple[int, str], Mapping[str, Field]] = {}

    def compare(self, old: str, new: str, answers: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The answered questions that the new form does not ask, and what it demands that is not answered."""
        before, after = self._fields(0, old), self._fields(1, new)
        answered = set(_keys(answers))
        hidden = tuple(name_field(one) for key, one in before.items() if key in answered and key not in after)
        asked = tuple(
            name_field(one)
            for key, one in after.items()
            if one.required and key not in answered and not (key in before and before[key].required)
        )
        return hidden, asked

    def _fields(self, version: int, form: str) -> Mapping[str, Field]:
        if (version, form) not in self._read:
            content = self._programs[version].files.get(f"{FORMS}{form}.json")
            try:
                self._read[version, form] = {} if content is None else fields_of(load(content))
            except Rejection:
                self._read[version, form] = {}
        return self._read[version, form]


def _keys(answers: Any, above: tuple[str, ...] = ()) -> Iterator[str]:
    """The keys of everything that is answered: in full, and as fields of a group or a row have them, from there on."""
    if isinstance(answers, list):
        for row in answers:
            yield from _keys(row, above)
    elif isinstance(answers, dict):
        for key, value in answers.items():
            yield from _keys(value, (*above, str(key)))
    elif answers not in (None, ""):
        yield from (".".join(above[i:j]) for i in range(len(above)) for j in range(i + 1, len(above) + 1))
