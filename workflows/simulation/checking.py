"""What is asked about the people of a diagram before it is published: whether somebody may decide about everybody.

Nobody in a conflict of interest gets a task, so a step may be left to a group of whom nobody may take it. The router
is asked about everybody who would take part today, as a dry run asks it.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from weakref import WeakKeyDictionary

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from engine import ERROR, WARNING, Diagram, Finding, Step, registry
from workflows.cycles.population import STANDARD
from workflows.people.accounts import BOARD, EXECUTIVE, HR
from workflows.people.models import Account
from workflows.people.organisation import Organisation
from workflows.people.snapshot import organisation_on
from workflows.routing.conflicts import Stakes, find_any_conflict
from workflows.routing.facts import day_of
from workflows.routing.gate import members_of
from workflows.routing.resolvers import GROUPS
from workflows.simulation.surveying import Foreseen, list_steps_of_everybody, survey

LONGEST = 1.5
"""After so many seconds nobody more is asked about; those are first who are most likely to be in conflict."""
TOGETHER = 200
REMEDY = "Choose who else does this step, or give the role to somebody else, too, on the page Accounts."
OF_EXECUTIVES = "Choose who else does this step: an executive is whoever has such a grade."

Members = dict[str, Collection[str]]
_told: WeakKeyDictionary[Organisation, dict[str, list[Finding]]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Stranded:
    """A step about somebody that nobody may do: the group that would have it, and why none of them may."""

    step: Step
    subject: str
    group: str
    why: str


def find_stranded(session: Session, diagram: Diagram, now: datetime) -> Iterable[Finding]:
    """The steps that nobody without a conflict of interest could do, about whom; none where nobody has an account yet.

    An error where it is so about everybody. A few statements a step; what was found is kept until people or steps
    change.
    """
    steps = list_steps_of_everybody(diagram)
    if not steps or not session.scalar(select(exists().where(Account.person_id.is_not(None)))):
        return []
    organisation = organisation_on(session, day_of(now))
    members: Members = {group: sorted(members_of(session, group, now)) for group in (HR, EXECUTIVE, BOARD)}
    asked = repr((members, [(step.id, step.name, step.process, step.settings, step.sets) for step in steps]))
    known = _told.setdefault(organisation, {})
    if asked not in known:
        known.clear()
        known[asked] = list(_find(session, diagram, organisation, members, now))
    return known[asked]


def install() -> None:
    """Let this be asked whenever a process is published."""
    registry.use_proof(find_stranded)


def _find(
    session: Session, diagram: Diagram, organisation: Organisation, members: Members, now: datetime
) -> Iterator[Finding]:
    deciders = {person for group in members.values() for person in group}
    people = sorted(organisation.select(STANDARD), key=lambda one: (one.id not in deciders, one.manager_id is not None))
    stranded, until, asked = list[Stranded](), monotonic() + LONGEST, 0
    while asked < len(people) and (not asked or monotonic() < until):
        some = [person.id for person in people[asked : asked + TOGETHER]]
        asked += len(some)
        for one in survey(session, diagram, some, now=now, sure=True):
            if (found := _strand(organisation, members, one)) is not None:
                stranded.append(found)
    by_step: dict[str, list[Stranded]] = {}
    for found in stranded:
        by_step.setdefault(found.step.id, []).append(found)
    for alike in by_step.values():
        yield _tell(organisation, alike, asked, everybody=asked == len(people))


def _strand(organisation: Organisation, members: Members, one: Foreseen) -> Stranded | None:
    group, stakes = one.assignment.group, Stakes.from_text(one.assignment.explanation[0].get("stakes"))
    if one.assignment.assignee is not None or group is None:
        return None
    of_group, why = members.get(group, ()), ""
    for member in of_group:
        conflict = find_any_conflict(organisation, stakes, one.step.id, one.subject, one.variables, member)
        if conflict is None:
            return None
        name = _name(organisation, member)
        who = f"{name} is the only one of them" if len(of_group) == 1 else f"none of them may, such as {name}"
        why = why or f"{who}: {conflict.fact}"
    return Stranded(one.step, one.subject, group, why)


def _tell(organisation: Organisation, alike: Sequence[Stranded], asked: int, *, everybody: bool) -> Finding:
    first, count = alike[0], len(alike)
    group = GROUPS.get(first.group, "the group")
    why = f"it goes to {group}, and {first.why or 'nobody is one of them'}."
    remedy = OF_EXECUTIVES if first.group == EXECUTIVE else REMEDY
    if everybody and count == asked > 1:
        # Roles can be given later; whoever has them now and is in conflict about everybody stays so.
        severity = ERROR if first.why else WARNING
        return Finding.at(first.step, f"Nobody may do it, whoever it is about: {why}", remedy, severity=severity)
    name = _name(organisation, first.subject)
    about = f"About {name}" if count == 1 else f"About {count:,} of {asked:,} people, such as {name},"
    return Finding.at(first.step, f"{about} nobody may do it: {why}", remedy, severity=WARNING)


def _name(organisation: Organisation, person_id: str) -> str:
    person = organisation.person(person_id)
    return person.name if person else person_id
