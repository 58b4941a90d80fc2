"""Somebody outside of the organisation, named by an earlier form."""

from collections.abc import Iterator

from workflows.outside.steps import ACTOR, find_answers_problem
from workflows.routing.conflicts import doers_of
from workflows.routing.facts import Question
from workflows.routing.resolvers.registry import Candidate, Choice, Unclear, actor
from workflows.routing.resolvers.units import hr_partner


@actor(
    ACTOR,
    "An outside person, by a link in a mail",
    "the answers with the e-mail address and the name, for instance: client_email, client_name",
    check=find_answers_problem,
)
def outside_person(question: Question) -> Iterator[Choice]:
    """The person outside of the organisation whom an earlier form names; else the HR partner, then the HR group."""
    named = question.outsider
    if named is None or named.problem:
        yield Unclear(named.problem if named else "Nobody outside was named.")
    elif named.is_colleague:
        yield from _colleague(question, named.person_id)
    elif named.person_id:
        yield Candidate(
            named.person_id,
            f"{named.name}, who works elsewhere, was named for this step.",
            "You were named for this step.",
        )
    yield from hr_partner(question)


def _colleague(question: Question, person_id: str) -> Iterator[Choice]:
    """Whoever works here is no outside person, and nobody who has a part in the case names themselves."""
    name = question.name(person_id)
    done_by = question.variables.get("done_by", {}).values()
    if any(person_id in doers_of(by) for by in done_by):
        yield Unclear(f"The address that was given is that of {name}, who has done a step of this case already.")
    else:
        yield Candidate(
            person_id,
            f"The address that was given is that of {name}, who works here.",
            "Your address was given for this step.",
        )
