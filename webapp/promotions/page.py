"""The page of an executive decision: everything one has to know before signing, gathered for one reader."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import render_template, url_for
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from engine import NotFound, OpenTask, clock
from webapp.actor import signed_in
from webapp.forms import render_answers, render_form
from webapp.request_session import current_session
from webapp.tasks.changed import changed_for
from workflows.cases.dossier import dossier_of
from workflows.cases.trail import done_about, trail_of
from workflows.cycles.queries import case_of
from workflows.people.search import name_people
from workflows.promotions.relations import find_relations
from workflows.promotions.waiting import open_proposal
from workflows.reviews.forms import questionnaire_of
from workflows.reviews.reading import submissions_about
from workflows.reviews.roles import roles_in_case
from workflows.reviews.sending_back import may_be_sent_back
from workflows.reviews.submitting import context_of, draft_of
from workflows.rewards.facts import gather_facts
from workflows.rewards.words import KIND_WORDS, describe_worth, plain_number

STATES = {
    "proposed": "Proposed",
    "approved": "Approved",
    "granted": "Granted",
    "rejected": "Not granted",
    "withdrawn": "Taken back",
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was sent and could not be signed: the answers, what is wrong with them, and with the password."""

    answers: Mapping[str, Any]
    errors: Mapping[str, str]
    password_problem: str = ""
    problem: str = ""


def render_decision(found: OpenTask, attempt: Attempt | None = None) -> str:
    """The page of an open decision."""
    session, actor, today = current_session(), signed_in(), clock.now().date()
    task = found.task
    case = case_of(session, task.root_id, task.subject or "")
    if case is None:
        raise NotFound("This decision is about nobody who takes part in the cycle. Ask HR to look at it.")
    proposal = open_proposal(session, task)
    facts = gather_facts(session, case, today)
    roles = roles_in_case(session, case, actor.person_id, actor.roles)
    handed_in = submissions_about(session, task.root_id, case.person_id, viewer=actor.person_id, roles=roles)
    done = done_about(session, task)
    return render_template(
        "promotions/decision.html",
        task=task,
        dossier=dossier_of(session, task, today),
        case=case,
        facts=facts,
        proposal=proposal,
        proposer=name_people(session, [proposal.proposed_by]).get(proposal.proposed_by, proposal.proposed_by),
        kind=KIND_WORDS[proposal.kind],
        kinds=KIND_WORDS,
        states=STATES,
        worth=describe_worth(proposal),
        band=describe_band(facts.band_position) if facts.band_position is not None else "",
        relations=find_relations(session, actor.person_id, proposal, today),
        done=done,
        changed=changed_for(task, handed_in, done, trail_of(session, task, found.program).left_at),
        submissions=[(submission, render_answers(submission.answers)) for submission in reversed(handed_in)],
        form=_draw_form(found, roles, attempt),
        attempt=attempt,
        may_send_back=may_be_sent_back(found),
    )


def describe_band(position: Decimal) -> str:
    """Where a salary lies in its pay band, in words."""
    if position < 0:
        return "below the band"
    return "above the band" if position > 100 else f"{plain_number(position)} % of the band"


def _draw_form(found: OpenTask, roles: set[str], attempt: Attempt | None) -> Markup:
    task = found.task
    draft = draft_of(current_session(), task.id)
    ending = render_template(
        "tasks/ending.html",
        revision=task.revision,
        version=draft.version if draft else 0,
        signed=True,
        password_problem=attempt.password_problem if attempt else "",
    )
    return render_form(
        questionnaire_of(found.program, found.step),
        attempt.answers if attempt else draft.answers if draft else None,
        attempt.errors if attempt else None,
        context=context_of(found),
        action=url_for("promotions.sign", task_id=task.id),
        csrf_token=generate_csrf(),
        buttons=(("", "Sign"),),
        autosave_url=url_for("tasks.save_task_draft", task_id=task.id),
        saved_at=draft.saved_at if draft else None,
        backup_key=f"{signed_in().person_id}-task{task.id}",
        author_roles=roles,
        ending=Markup(ending),  # noqa: S704 - the template escapes what it shows
    )
