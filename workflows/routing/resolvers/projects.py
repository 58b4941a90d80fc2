"""Actors found by the projects of the subject, beside the line."""

from collections.abc import Iterator

from workflows.routing.facts import Question
from workflows.routing.resolvers.line import upwards
from workflows.routing.resolvers.registry import Candidate, Choice, Unclear, actor


@actor("project lead", "The lead of their project")
def project_lead(question: Question) -> Iterator[Choice]:
    """Whoever leads the project the person has been in longest; then the leads of their others, then the line above."""
    yield from _leads(question)
    yield from upwards(question, 1)


@actor("project leads", "Everybody who leads one of their projects", several=True)
def project_leads(question: Question) -> Iterator[Choice]:
    """Everybody who leads a project of the person; where nobody else does, their manager. Nobody leads the vote."""
    choices, called = list(_leads(question)), question.called
    yield from choices
    if any(isinstance(one, Candidate) and one.person_id != question.subject for one in choices):
        return
    if manager := next((above for above in question.line() if not above.has_left), None):
        yield Candidate(manager.id, f"{manager.name} is {called}’s manager.", f"You are {called}’s manager.")


@actor("project peers", "Everybody who works in the same project", several=True)
def project_peers(question: Question) -> Iterator[Choice]:
    """Everybody with the same part in a project of the person, by name: members for a member, leads for a lead.

    Whoever is above or below the person in the line is left out; nobody leads the vote.
    """
    organisation, subject = question.organisation, question.subject or ""
    shared = organisation.projects().beside(subject)
    for peer in organisation.project_peers(subject):
        project = f"the project “{shared[peer.id]}”"
        yield Candidate(
            peer.id,
            f"{peer.name} works with {question.called} in {project}.",
            f"You work with {question.called} in {project}.",
        )


def _leads(question: Question) -> Iterator[Candidate | Unclear]:
    """Those who lead a project of the person, each once; a note where there is no project, or where nobody leads it."""
    projects, told = question.organisation.projects(), set()
    mine = projects.of(question.subject or "")
    if not mine:
        yield Unclear(f"{question.called} is in no project on this day.")
    for project in mine:
        leads = projects.leads(project)
        if not leads:
            yield Unclear(f"Nobody leads the project “{project}”.")
        for lead in leads:
            if lead not in told:
                told.add(lead)
                name = question.name(lead)
                yield Candidate(lead, f"{name} leads the project “{project}”.", f"You lead the project “{project}”.")
