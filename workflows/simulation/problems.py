"""What HR should know of a dry run, in words: what stops, what waits, who has too much to do, who has nothing."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from engine import Diagram
from workflows.dates import show_day
from workflows.people.models import ACTIVE, ON_LEAVE
from workflows.routing.resolvers import GROUPS
from workflows.simulation.desks import Errand
from workflows.simulation.handing_out import PEOPLE_STEPS
from workflows.simulation.playing import Play
from workflows.simulation.presence import Presence
from workflows.simulation.report import ERROR, NOTICE, WARNING, Affected, PersonLoad, Problem

Names = Mapping[str, str]


@dataclass(frozen=True)
class Stop:
    """A case that stops: at which step, why, and whose it is, which is empty where it is about nobody."""

    step: str
    reason: str
    subject: str


def find_stops(stops: Iterable[Stop], diagram: Diagram, names: Names) -> Iterator[Problem]:
    """A problem for each step at which cases stop with the same reason, with whose they are."""
    found: dict[tuple[str, str], list[Stop]] = {}
    for stop in stops:
        found.setdefault((stop.step, stop.reason), []).append(stop)
    for (step, reason), alike in sorted(found.items(), key=lambda one: -len(one[1])):
        count = len(alike)
        people = sorted((names.get(one.subject, one.subject), one.subject) for one in alike if one.subject)
        where = f" at “{_name(diagram, step)}”" if step else ""
        cases = "One case stops" if count == 1 else f"{count:,} cases stop"
        text = f"{cases}{where}: {reason}"
        yield Problem(ERROR, "incident", text, count, step, [Affected(person, name, "") for name, person in people])


def find_refused(play: Play, names: Names) -> Iterator[Problem]:
    """The steps whose form takes none of the answers that were tried."""
    for step, errands in _by_step(play.errands[number] for number in play.refused).items():
        what = "one task" if len(errands) == 1 else f"{len(errands):,} tasks"
        people = [_about(errand, names, play.refused[errand.id]) for errand in errands]
        text = f"For {what} at “{errands[0].name}”, every answer that was tried is refused. {people[0].text}"
        yield Problem(ERROR, "refused", text, len(errands), step, people)


def find_unclaimed(play: Play, names: Names) -> Iterator[Problem]:
    """The steps with tasks of a group that nobody in it may do, and what hinders each of them."""
    for step, errands in _by_step(play.errands[number] for number in play.unclaimed).items():
        people = [_about(errand, names, _hindrances(play.unclaimed[errand.id], names)) for errand in errands]
        if len(errands) == 1:
            what = f"Nobody of {_group(errands[0])} may do “{errands[0].name}” about {people[0].name}. {people[0].text}"
        else:
            what = f"Nobody of {_group(errands[0])} may do {len(errands):,} tasks at “{errands[0].name}”."
        yield Problem(ERROR, "unclaimed", what, len(errands), step, people)


def _hindrances(found: Mapping[str, str], names: Names) -> str:
    if not found:
        return "Nobody who is at work belongs to this group."
    return " ".join(f"{names.get(person, person)}: {reason.rstrip('.')}." for person, reason in found.items())


def _group(errand: Errand) -> str:
    return GROUPS.get(errand.group or "", "the group")


def find_waiting(play: Play, open_tasks: set[int], names: Names) -> Iterator[Problem]:
    """The tasks that are still open when nothing more happens, by step, with whom they wait for."""
    waiting = [errand for number, errand in play.errands.items() if number in open_tasks]
    told = play.refused.keys() | play.unclaimed.keys()
    for step, errands in _by_step(errand for errand in waiting if errand.id not in told).items():
        what = "One task" if len(errands) == 1 else f"{len(errands):,} tasks"
        people = [_about(errand, names, _why_waiting(errand, play, names)) for errand in errands]
        wait = "waits" if len(errands) == 1 else "wait"
        text = f"{what} at “{errands[0].name}” {wait} for ever: the process has no other way on when nobody does it."
        yield Problem(ERROR, "waiting", text, len(errands), step, people)


def _why_waiting(errand: Errand, play: Play, names: Names) -> str:
    if errand.holder is None:
        return f"Nobody of {_group(errand)} takes it."
    holder = names.get(errand.holder, errand.holder)
    status = play.presence.status_on(errand.holder, play.now.date())
    if status == ON_LEAVE:
        return f"It waits for {holder}, who is on leave without a known end."
    if status != ACTIVE:
        return f"It waits for {holder}, who has left by then."
    return f"It waits for {holder}, who is assumed never to do it." if errand.begins is None else f"{holder} has it."


def find_overload(people: Sequence[PersonLoad]) -> Iterator[Problem]:
    """Who misses deadlines although they never leave a task lying."""
    short = sorted((person for person in people if person.short), key=lambda person: (-person.short, person.name))
    if not short:
        return
    affected = [Affected(person.id, person.name, _describe_overload(person)) for person in short]
    if len(short) == 1:
        text = f"{short[0].name} has more to do than there is time for: {affected[0].text}"
    else:
        missed = sum(person.short for person in short)
        text = f"{len(short):,} people have more to do than there is time for: they miss {missed:,} deadlines."
    yield Problem(WARNING, "overload", text, len(short), people=affected)


def _describe_overload(person: PersonLoad) -> str:
    peak = ""
    if person.waiting_day is not None:
        peak = f" On {show_day(person.waiting_day)} {person.waiting_hours:.1f} hours of work wait for them"
        peak += f", at {person.hours_a_day:.1f} hours a day."
    return f"{person.short:,} of {person.tasks:,} tasks are done too late for lack of time.{peak}"


def _tasks_are(count: int) -> str:
    return "1 task is" if count == 1 else f"{count:,} tasks are"


def find_late_for_leave(play: Play, names: Names) -> Iterator[Problem]:
    """Tasks that are done late because whoever has them is away."""
    late = [errand for errand in play.errands.values() if errand.is_late and was_away(errand, play.presence)]
    holders = Counter(errand.holder or "" for errand in late)
    affected = [
        Affected(person, names.get(person, person), f"{_tasks_are(count)} late because they are on leave.")
        for person, count in holders.most_common()
    ]
    if len(affected) == 1:
        yield Problem(WARNING, "late_for_leave", f"{affected[0].name}: {affected[0].text}", len(late), people=affected)
    elif affected:
        text = f"{_tasks_are(len(late))} late because {len(affected):,} people are on leave who have them."
        yield Problem(WARNING, "late_for_leave", text, len(late), people=affected)


def was_away(errand: Errand, presence: Presence) -> bool:
    """Whether the holder of a task was on leave on some day between its hand-out and its deadline."""
    if errand.due is None or errand.holder is None:
        return False
    length = (errand.due - errand.opened).days
    return any(
        presence.status_on(errand.holder, (errand.opened + timedelta(days=day)).date()) != ACTIVE
        for day in range(length + 1)
    )


def find_unreached(diagram: Diagram, reached: set[str]) -> Iterator[Problem]:
    """The steps of people and services that no case came to."""
    for step in diagram.steps.values():
        if step.kind in (*PEOPLE_STEPS, "serviceTask", "sendTask") and step.id not in reached:
            yield Problem(NOTICE, "unreached", f"No case reaches “{step.name}” with these assumptions.", 0, step.id)


def find_idle(participants: Iterable[str], busy: set[str], names: Names) -> Iterator[Problem]:
    """The participants who get no task at all."""
    idle = sorted((names.get(person, person), person) for person in participants if person not in busy)
    if idle:
        text = "One participant gets no task." if len(idle) == 1 else f"{len(idle):,} participants get no task."
        yield Problem(NOTICE, "no_task", text, len(idle), people=[Affected(person, name, "") for name, person in idle])


def find_without_account(without: Iterable[str], busy: set[str], names: Names) -> Iterator[Problem]:
    """Who gets tasks, and has no account to sign in with."""
    missing = sorted((names.get(person, person), person) for person in without if person in busy)
    if missing:
        who = "One person gets" if len(missing) == 1 else f"{len(missing):,} people get"
        text = f"{who} tasks and cannot sign in yet. Create accounts before the launch."
        people = [Affected(person, name, "") for name, person in missing]
        yield Problem(WARNING, "no_account", text, len(missing), people=people)


def find_unended(ended_on: date | None, still_open: Sequence[str], longest: int, names: Names) -> Iterator[Problem]:
    """That the cycle does not come to its end, and whose cases are open then."""
    if ended_on is None:
        unfinished = len(still_open)
        people = sorted((names.get(person, person), person) for person in still_open)
        cases = "one case is" if unfinished == 1 else f"{unfinished:,} cases are"
        text = f"The cycle does not end: {cases} still open when nothing more happens, or after {longest:,} days."
        yield Problem(ERROR, "no_end", text, unfinished, people=[Affected(person, name, "") for name, person in people])


def _by_step(errands: Iterable[Errand]) -> dict[str, list[Errand]]:
    found: dict[str, list[Errand]] = {}
    for errand in errands:
        found.setdefault(errand.step, []).append(errand)
    return found


def _about(errand: Errand, names: Names, text: str) -> Affected:
    return Affected(errand.subject or "", names.get(errand.subject or "", errand.case), text)


def _name(diagram: Diagram, step: str) -> str:
    known = diagram.steps.get(step)
    return known.name if known else step
