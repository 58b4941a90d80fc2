"""Choosing among the candidates of a step: the policies for when life does not fit, each with its note.

R1 nobody decides about themselves · R2 four eyes · R3 nobody left: the HR group · R4 not in the organisation or left ·
R7 on leave · R9 a peer in a vote on pay · R14 a conflict about pay. Whoever is passed over is noted with the reason;
the next candidate follows.
"""

from collections.abc import Iterator

from engine import Assignment
from workflows.outside.steps import may_be_outside
from workflows.people.accounts import BOARD, EXECUTIVE, HR
from workflows.people.facts import PersonOnDay
from workflows.people.organisation import Organisation
from workflows.people.outside import is_outside
from workflows.routing.conflicts import (
    Stakes,
    find_any_conflict,
    find_ballot_conflict,
    find_deputy_conflict,
)
from workflows.routing.facts import Question
from workflows.routing.lines import line_above
from workflows.routing.resolvers import ACTORS, GROUPS, Candidate, Choice, ToGroup, Unclear, find_problem
from workflows.routing.standing_in import Absent, absence_of, stand_ins

Explanation = list[dict[str, str]]

WAIT, NEXT_LEVEL = "wait", "next level"


def choose(question: Question) -> Assignment:
    """Who gets the task, with the explanation: never somebody in conflict, never nobody at all."""
    stakes = Stakes.of(question.step, question.variables)
    explanation: Explanation = [heading_of(question, stakes)]
    for choice in candidates_of(question, explanation):
        if isinstance(choice, Unclear):
            explanation.append({"rule": "R3", "fact": choice.fact})
            continue
        if isinstance(choice, ToGroup):
            explanation.append({"rule": "group", "fact": choice.fact})
            return Assignment(None, choice.group, explanation)
        passed_over = why_not(question, stakes, choice.person_id) or _why_not_again(question, choice.person_id)
        if passed_over is None:
            return to_person(question, choice, explanation)
        rule, reason = passed_over
        if rule == "R7" and (covered := cover(question, stakes, choice, explanation)):
            return covered
        explanation.append({"rule": rule, "fact": f"{choice.fact.rstrip('.')}, but {reason}."})
    group = last_resort(question, stakes)
    explanation.append({"rule": "R3", "fact": f"Nobody else comes into question, so it goes to {GROUPS[group]}."})
    return Assignment(None, group, explanation)


def last_resort(question: Question, stakes: Stakes) -> str:
    """The group that gets what nobody else may have: HR, but the executives for what only they decide.

    That is the sign-off of an executive, and the pay of one of them, where HR may be below that executive in the line.
    About the head of the organisation, and where every executive is in conflict, the board decides; where the board
    has no member with an account, HR records what it decided.
    """
    subject = question.person
    if subject is None:
        return HR
    top = BOARD if question.has_board() else HR
    if subject.manager_id is None:
        return top
    asks_executive = question.step.settings.get("actor") == EXECUTIVE
    if not asks_executive and not (stakes.pay and subject.is_executive):
        return HR
    executives = (person for person in question.organisation.everybody() if person.is_executive)
    return EXECUTIVE if any(why_not(question, stakes, person.id) is None for person in executives) else top


def heading_of(question: Question, stakes: Stakes) -> dict[str, str]:
    """The first entry: what the diagram asks for. The gate reads from it what has to be checked."""
    actor = ACTORS.get(question.step.settings.get("actor", ""))
    label = actor.label if actor else "nobody"
    fact = f"The process gives “{question.step.name}” to: {label[0].lower()}{label[1:]}."
    return {"rule": "step", "fact": fact, "stakes": stakes.as_text()}


def candidates_of(question: Question, explanation: Explanation) -> Iterator[Choice]:
    """The candidates of the actor; none, with a note, when the diagram names it wrongly."""
    name = question.step.settings.get("actor", "")
    if problem := find_problem(name, question.argument):
        explanation.append({"rule": "R3", "fact": f"The process cannot be followed here: {problem}"})
        return iter(())
    return ACTORS[name].candidates(question)


def to_person(question: Question, choice: Candidate, explanation: Explanation) -> Assignment:
    """The assignment to a candidate, with the reason as the last entry of the explanation."""
    rule = question.step.settings["actor"]
    explanation.append({"rule": rule, "fact": choice.fact, "to_holder": choice.to_holder, "holder": choice.person_id})
    if is_outside(choice.person_id):
        owner = next_above(question.organisation, question.subject)
        return Assignment(choice.person_id, None, explanation, owner=owner)
    person = question.organisation.person(choice.person_id)
    return Assignment(choice.person_id, None, explanation, person.time_zone if person else "UTC")


def next_above(organisation: Organisation, subject: str | None) -> str | None:
    """Whose task it is that somebody outside does: that of the subject's manager, or of whoever is next above."""
    line = line_above(organisation, subject) if subject else ()
    return next((person.id for person in line if not person.has_left), None)


def why_not(question: Question, stakes: Stakes, person_id: str) -> tuple[str, str] | None:
    """The rule by which somebody is passed over, and the reason as the end of a sentence; None where they may."""
    if is_outside(person_id):
        refused = "R14", "nobody outside of the organisation has a say in it"
        return None if may_be_outside(question.step, stakes) else refused
    person = question.organisation.person(person_id)
    if person is None:
        return "R4", "is not known in the organisation on this day"
    if person.has_left:
        return "R4", "has left"
    organisation, step = question.organisation, question.step
    conflict = find_any_conflict(organisation, stakes, step.id, question.subject, question.variables, person_id)
    if conflict is None and stakes.pay and question.step.is_shared:
        conflict = find_ballot_conflict(question.organisation, question.subject, person_id)
    if conflict is not None:
        return conflict.rule, conflict.fact
    if stakes.decides and (absent := absence_of(question.organisation, person)):
        return "R7", absent.reason
    return None


def _why_not_again(question: Question, person_id: str) -> tuple[str, str] | None:
    """The rule and the reason against somebody who has a say in the step already (R15)."""
    if person_id not in question.taken:
        return None
    if question.step.is_shared:
        return "R15", "they vote already, and nobody has two votes"
    return "R15", "they do this step already, and nobody does one twice"


def cover(question: Question, stakes: Stakes, choice: Candidate, explanation: Explanation) -> Assignment | None:
    """The assignment while a candidate is away: to a stand-in, or to the candidate where waiting is right.

    `rf:whenAway` of the step decides on waiting: “wait”, “next level”, or by the length of the absence.
    """
    person = question.organisation.person(choice.person_id)
    absent = absence_of(question.organisation, person) if person else None
    if person is None or absent is None:
        return None
    deputy, notes = find_stand_in(question, stakes, person, absent)
    if deputy is not None:
        explanation.append({"rule": question.step.settings["actor"], "fact": choice.fact})
        return Assignment(deputy.id, None, [*explanation, *notes], deputy.time_zone, owner=person.id)
    explanation.extend(notes)
    policy = question.step.settings.get("whenAway", "")
    if policy == WAIT or (policy != NEXT_LEVEL and absent.is_short(question.organisation.on)):
        fact = f"{choice.fact.rstrip('.')}, and {absent.reason}; it waits for them."
        explanation.append({"rule": "R7", "fact": fact, "to_holder": choice.to_holder, "holder": person.id})
        return Assignment(person.id, None, explanation, person.time_zone)
    return None


def find_stand_in(
    question: Question, stakes: Stakes, person: PersonOnDay, absent: Absent
) -> tuple[PersonOnDay | None, Explanation]:
    """Who does a step for somebody who is away, with the notes that explain it; None where nobody may (R9)."""
    notes: Explanation = []
    for deputy in stand_ins(question.organisation, person.id, question.process):
        passed_over = why_not(question, stakes, deputy.id) or _why_not_again(question, deputy.id)
        if passed_over is None and not deputy.is_executive and question.step.settings.get("actor") == EXECUTIVE:
            passed_over = "R9", "an executive decides this, and they are none"
        if passed_over is None and stakes.pay:
            conflict = find_deputy_conflict(question.organisation, question.subject, deputy.id)
            passed_over = (conflict.rule, conflict.fact) if conflict else None
        if passed_over is None:
            note = {
                "rule": "R7",
                "fact": f"{person.name} {absent.reason}, and {deputy.name} stands in.",
                "to_holder": f"You stand in for {person.name}, who {absent.reason}.",
                "holder": deputy.id,
                "absence": str(absent.absence_id),
            }
            return deputy, [*notes, note]
        notes.append({"rule": "R9", "fact": f"{deputy.name} would stand in, but {passed_over[1]}."})
    return None, notes
