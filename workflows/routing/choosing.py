"""Choosing among the candidates of a step: the policies for when life does not fit, each with its note.

R1 nobody decides about themselves · R2 four eyes · R3 nobody left: the HR group · R4 not in the organisation or left ·
R7 on leave · R14 a conflict about pay. Whoever is passed over is noted with the reason; the next candidate follows.
"""

from collections.abc import Iterator

from engine.registry import Assignment
from workflows.people.accounts import EXECUTIVE, HR
from workflows.routing.conflicts import Stakes, find_conflict, find_pay_conflict
from workflows.routing.facts import Question
from workflows.routing.resolvers import ACTORS, GROUPS, Candidate, Choice, ToGroup, find_problem

Explanation = list[dict[str, str]]


def choose(question: Question) -> Assignment:
    """Who gets the task, with the explanation: never somebody in conflict, never nobody at all."""
    stakes = Stakes.of(question.step, question.variables)
    explanation: Explanation = [_heading(question, stakes)]
    for choice in _candidates(question, explanation):
        if isinstance(choice, ToGroup):
            explanation.append({"rule": "group", "fact": choice.fact})
            return Assignment(None, choice.group, explanation)
        passed_over = _why_not(question, stakes, choice.person_id)
        if passed_over is None:
            return _to_person(question, choice, explanation)
        rule, reason = passed_over
        explanation.append({"rule": rule, "fact": f"{choice.fact.rstrip('.')}, but {reason}."})
    group = _last_resort(question, stakes)
    explanation.append({"rule": "R3", "fact": f"Nobody else comes into question, so it goes to {GROUPS[group]}."})
    return Assignment(None, group, explanation)


def _last_resort(question: Question, stakes: Stakes) -> str:
    """The group that gets what nobody else may have: HR, but the executives for what only they decide.

    That is the sign-off of an executive, and the pay of one of them, where HR may be below that executive in the line.
    About the head of the organisation, and where every executive is in conflict, HR records what the board decided.
    """
    subject = question.organisation.person(question.subject) if question.subject else None
    if subject is None or subject.manager_id is None:
        return HR
    asks_executive = question.step.settings.get("actor") == EXECUTIVE
    if not asks_executive and not (stakes.pay and subject.is_executive):
        return HR
    executives = (person for person in question.organisation.everybody() if person.is_executive)
    return EXECUTIVE if any(_why_not(question, stakes, person.id) is None for person in executives) else HR


def _heading(question: Question, stakes: Stakes) -> dict[str, str]:
    """The first entry: what the diagram asks for. The gate reads from it what has to be checked."""
    actor = ACTORS.get(question.step.settings.get("actor", ""))
    label = actor.label if actor else "nobody"
    fact = f"The process gives “{question.step.name}” to: {label[0].lower()}{label[1:]}."
    return {"rule": "step", "fact": fact, "stakes": stakes.as_text()}


def _candidates(question: Question, explanation: Explanation) -> Iterator[Choice]:
    """The candidates of the actor; none, with a note, when the diagram names it wrongly."""
    name = question.step.settings.get("actor", "")
    if problem := find_problem(name, question.argument):
        explanation.append({"rule": "R3", "fact": f"The process cannot be followed here: {problem}"})
        return iter(())
    return ACTORS[name].candidates(question)


def _to_person(question: Question, choice: Candidate, explanation: Explanation) -> Assignment:
    rule = question.step.settings["actor"]
    explanation.append({"rule": rule, "fact": choice.fact, "to_holder": choice.to_holder, "holder": choice.person_id})
    person = question.organisation.person(choice.person_id)
    return Assignment(choice.person_id, None, explanation, person.time_zone if person else "UTC")


def _why_not(question: Question, stakes: Stakes, person_id: str) -> tuple[str, str] | None:
    """The rule by which a candidate is passed over, and the reason as the end of a sentence."""
    person = question.organisation.person(person_id)
    if person is None:
        return "R4", "is not known in the organisation on this day"
    if person.has_left:
        return "R4", "has left"
    conflict = find_conflict(stakes, question.step.id, question.subject, question.variables, person_id)
    if conflict is None and stakes.pay:
        conflict = find_pay_conflict(question.organisation, question.subject, person_id)
    if conflict is not None:
        return conflict.rule, conflict.fact
    if stakes.decides and person.is_on_leave:
        return "R7", "is on leave"
    return None
