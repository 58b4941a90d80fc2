"""Working, on leave or gone: how the dates an HR system gives become the status of every day."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from workflows.people.models import ACTIVE, ON_LEAVE, TERMINATED
from workflows.people.timeline import Facts, Timeline, facts_on, replace_from

NO_END = date.max
"""What systems write for the last day of a leave whose end nobody knows."""

STATUS_FACTS = ("status", "leave_from", "leave_to", "termination_date")


@dataclass(frozen=True, slots=True)
class StatusStatement:
    """What a file says about somebody's status as of `effective`.

    The status that was written wins over dates that contradict it. A leave begins on `leave_from` and ends after the
    day `leave_to`; somebody with a `termination_date` in the future is still there until the day before.
    """

    effective: date
    status: str
    leave_from: date | None = None
    leave_to: date | None = None
    termination_date: date | None = None

    def facts(self) -> dict[str, Any]:
        """The status facts of the day itself."""
        status = self.status
        if status == TERMINATED and self.termination_date and self.termination_date > self.effective:
            status = ACTIVE
        return {
            "status": status,
            "leave_from": self.leave_from,
            "leave_to": self.leave_to,
            "termination_date": self.termination_date,
        }

    @property
    def since(self) -> date:
        """The day from which the status has held: a leave or an exit may have begun before the file was written."""
        status = self.facts()["status"]
        begun = {ON_LEAVE: self.leave_from, TERMINATED: self.termination_date}.get(status)
        return min(begun, self.effective) if begun else self.effective


def at_work() -> dict[str, Any]:
    """The status facts of somebody who is simply there."""
    return {"status": ACTIVE, "leave_from": None, "leave_to": None, "termination_date": None}


def state_status(timeline: Timeline, statement: StatusStatement) -> Timeline:
    """Write a statement into a timeline: what it says of the day, and what follows from its dates.

    A statement that repeats what is known of the day changes nothing. An exit that is already planned stays planned,
    unless the statement is an exit itself.
    """
    facts = statement.facts()
    known = facts_on(timeline, statement.effective) or timeline[0].facts
    if all(known[name] == facts[name] for name in STATUS_FACTS):
        return timeline
    horizon = None if facts["status"] == TERMINATED else _planned_exit(timeline, statement.effective)
    timeline = replace_from(timeline, statement.since, facts, horizon)
    for day, following in _what_follows(statement):
        if horizon is None or day < horizon:
            timeline = replace_from(timeline, day, following, horizon)
    return timeline


def _planned_exit(timeline: Timeline, after: date) -> date | None:
    planned = (version.valid_from for version in timeline if version.valid_from > after)
    return next((day for day in planned if (facts_on(timeline, day) or {})["status"] == TERMINATED), None)


def _what_follows(statement: StatusStatement) -> list[tuple[date, Facts]]:
    facts, following = statement.facts(), list[tuple[date, Facts]]()
    exit_day = statement.termination_date
    if facts["status"] == TERMINATED:
        return following
    back = at_work() | {"termination_date": exit_day}
    if facts["status"] == ACTIVE and statement.leave_from and statement.leave_from > statement.effective:
        following.append((statement.leave_from, facts | {"status": ON_LEAVE}))
    leaves = facts["status"] == ON_LEAVE or bool(following)
    if leaves and statement.leave_to and statement.effective <= statement.leave_to < NO_END:
        following.append((statement.leave_to + timedelta(days=1), back))
    if exit_day and exit_day > statement.effective:
        following = [(day, told) for day, told in following if day < exit_day]
        following.append((exit_day, facts | {"status": TERMINATED}))
    return following
