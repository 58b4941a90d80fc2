"""One participant's case as HR sees it: what is open, what was handed in, and what has happened."""

from collections.abc import Sequence

from flask import render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from engine import NotAllowed, NotFound, Program, clock, program_for
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.cycles import blueprint
from webapp.diagrams import Mark, render
from webapp.diagrams.published import layout_of
from webapp.forms import render_answers
from webapp.happenings import tell
from webapp.request_session import current_session
from workflows.cycles.case_file import FiledTask, history_of, tasks_of
from workflows.cycles.pausing import standing_of_case
from workflows.cycles.queries import case_of, get_cycle
from workflows.people.accounts import HR
from workflows.people.organisation import Organisation
from workflows.reviews.reading import ShownSubmission, submissions_about
from workflows.reviews.roles import roles_in_case
from workflows.routing.resolvers import GROUPS
from workflows.voting.showing import votes_about


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
        open_tasks=[filed for filed in tasks if filed.task.is_unfinished],
        closed_tasks=_closed(tasks),
        submissions=[(submission, _show(submission)) for submission in handed_in],
        lines=[tell(program, happening) for happening in history_of(session, case)],
        picture=_draw(program, tasks, cycle_name=cycle.name),
        groups=GROUPS,
        standing=standing_of_case(session, case),
        votes=votes_about(session, case.root_id, person_id, reader=me.person_id),
    )


def _closed(tasks: Sequence[FiledTask]) -> list[FiledTask]:
    """The last task of every step of a case that is not open, the newest first."""
    last = {filed.task.step: filed for filed in tasks}
    return [filed for filed in reversed(last.values()) if not filed.task.is_unfinished]


def _show(submission: ShownSubmission) -> Markup:
    return render_answers(submission.answers)


def _draw(program: Program, tasks: Sequence[FiledTask], *, cycle_name: str) -> Markup:
    marks: dict[str, Mark] = {}
    for filed in tasks:
        # A step may be there for several at once: the case is at it until the last of them is done.
        is_here = filed.task.is_unfinished or marks.get(filed.place, Mark()).here
        marks[filed.place] = Mark(here=is_here, done=filed.task.state == "completed")
    return render(layout_of(program), marks, title=f"Where this case stands in {cycle_name}")
