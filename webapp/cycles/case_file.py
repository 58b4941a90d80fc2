"""One participant's case as HR sees it: what is open, what was handed in, and what has happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from engine import clock
from engine.definitions import program_for
from engine.errors import NotAllowed, NotFound
from engine.spiff import Program
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.cycles import blueprint
from webapp.diagrams import Mark, render
from webapp.diagrams.published import layout_of
from webapp.forms import render_answers
from webapp.request_session import current_session
from workflows.cycles.case_file import FiledTask, Happening, history_of, tasks_of
from workflows.cycles.queries import case_of, get_cycle
from workflows.people.accounts import HR
from workflows.people.organisation import Organisation
from workflows.reviews.reading import ShownSubmission, submissions_about
from workflows.reviews.roles import roles_in_case
from workflows.routing.resolvers import GROUPS

WORDS = {
    "instance_started": "begun",
    "instance_completed": "ended",
    "instance_cancelled": "cancelled",
    "task_completed": "completed",
    "task_claimed": "taken",
    "task_released": "put back for the group",
    "task_reassigned": "handed on",
    "timer_fired": "the time was up",
    "service_done": "done by the system",
    "members_done": "everybody is through",
    "message_received": "a message came in",
    "incident_opened": "stopped",
    "step_retried": "tried again",
    "cancel_asked": "cancelled",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A happening as a line: the step, what became of it, by whom, and why."""

    at: datetime
    step: str
    words: str
    by: str
    reason: str


@blueprint.get("/<int:cycle_id>/people/<person_id>")
@only_for(HR)
def show_case(cycle_id: int, person_id: str) -> ResponseReturnValue:
    """The file of one participant. One's own is read like everybody's, not here."""
    session, me = current_session(), signed_in()
    cycle = get_cycle(session, cycle_id)
    if person_id == me.person_id:
        raise NotAllowed("This is your own case. You read it like everybody else, once its results are released.")
    case = case_of(session, cycle.instance_id, person_id)
    if case is None:
        raise NotFound("This person takes no part in the cycle.")
    program = program_for(session, cycle.definition_id)
    tasks = tasks_of(session, case)
    organisation = Organisation(session, clock.now().date())
    roles = roles_in_case(session, case, me.person_id, me.roles)
    handed_in = submissions_about(session, case.root_id, person_id, viewer=me.person_id, roles=roles)
    return render_template(
        "cycles/case_file.html",
        cycle=cycle,
        case=case,
        person=organisation.person(person_id),
        manager=organisation.manager_of(person_id),
        unit=organisation.units().get(case.org_unit),
        open_tasks=[filed for filed in tasks if filed.task.state == "open"],
        submissions=[(submission, _show(submission)) for submission in handed_in],
        lines=[_line(program, happening) for happening in history_of(session, case)],
        picture=_draw(program, tasks, cycle_name=cycle.name),
        groups=GROUPS,
    )


def _show(submission: ShownSubmission) -> Markup:
    return render_answers(submission.answers)


def _line(program: Program, happening: Happening) -> Line:
    step = program.diagram.steps.get(happening.step)
    return Line(
        at=happening.at,
        step=step.name if step else "The case",
        words=WORDS.get(happening.kind, happening.kind.replace("_", " ")),
        by=happening.by,
        reason=str(happening.detail.get("reason") or happening.detail.get("problem") or ""),
    )


def _draw(program: Program, tasks: Sequence[FiledTask], *, cycle_name: str) -> Markup:
    marks: dict[str, Mark] = {}
    for filed in tasks:
        is_open = filed.task.state == "open"
        marks[filed.task.step] = Mark(here=is_open, done=filed.task.state == "completed")
    return render(layout_of(program), marks, title=f"Where this case stands in {cycle_name}")
