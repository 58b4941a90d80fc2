"""Following a cycle: by step, by unit, on the diagram, and what is stuck."""

from datetime import timedelta

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from engine import FanOut, NotFound, clock, program_for
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.attachments import hand_out_csv
from webapp.cycles import blueprint
from webapp.diagrams import Mark, describe, render
from webapp.diagrams.published import layout_of
from webapp.paging import SIZE, Paging, asked_page, offset_of
from webapp.request_session import current_session
from workflows.cycles.models import Cycle
from workflows.cycles.overview import count_unit_work
from workflows.cycles.participants import Found, WaitingTask, find_open_tasks
from workflows.cycles.pausing import standing_of_cycle
from workflows.cycles.progress import CycleProgress, StepProgress, progress_of
from workflows.cycles.queries import get_cycle
from workflows.cycles.stoppages import find_stoppages
from workflows.people.accounts import HR
from workflows.routing.resolvers import GROUPS
from workflows.spreadsheets import write_csv
from workflows.versions.listing import versions_of

STUCK_SHOWN = 8
MANY, LATE, LONG = "many", "late", "long"
MEASURES = {
    MANY: ("How many", "How many wait at each step, and how many of them are overdue; the darker, the more wait."),
    LATE: ("How late", "How many are overdue at each step; the darker, the more."),
    LONG: (
        "How long",
        "Half of those who are at a step now have been there so long or longer; the darker, the longer.",
    ),
}
"""What the picture shows: what it is called, and how it is read."""


@blueprint.get("/<int:cycle_id>")
@only_for(HR)
def show_progress(cycle_id: int) -> ResponseReturnValue:
    """How far a cycle is."""
    session, now = current_session(), clock.now()
    cycle = get_cycle(session, cycle_id)
    me = signed_in().person_id
    progress = progress_of(session, cycle, now, viewer=me)
    measure = request.args.get("show", MANY)
    measure = measure if measure in MEASURES else MANY
    picture, words = _draw(cycle, progress, measure)
    definition, newest = versions_of(session, cycle)
    return render_template(
        "cycles/progress.html",
        definition=definition,
        newest=newest,
        cycle=cycle,
        progress=progress,
        starting=_starting(progress),
        work=count_unit_work(session, cycle, now, viewer=me),
        picture=picture,
        words=words,
        measure=measure,
        measures=MEASURES,
        describe_half=describe_half,
        now=now,
        stuck=find_open_tasks(session, cycle, viewer=me, overdue_at=now, limit=STUCK_SHOWN),
        stoppages=find_stoppages(session, viewer=me, root_id=cycle.instance_id, limit=STUCK_SHOWN),
        groups=GROUPS,
        standing=standing_of_cycle(session, cycle),
    )


@blueprint.get("/<int:cycle_id>/start")
@only_for(HR)
def show_start(cycle_id: int) -> ResponseReturnValue:
    """The bar of the members that have been started, asked for by the page until all are; then the page is reloaded."""
    session = current_session()
    cycle = get_cycle(session, cycle_id)
    starting = _starting(progress_of(session, cycle, clock.now()))
    if starting is None:
        return Response(headers={"HX-Refresh": "true"})
    return render_template("cycles/start.html", cycle=cycle, starting=starting)


@blueprint.get("/<int:cycle_id>/steps/<step_id>")
@only_for(HR)
def show_step(cycle_id: int, step_id: str) -> ResponseReturnValue:
    """The people who are at a step."""
    session, page = current_session(), asked_page()
    cycle = get_cycle(session, cycle_id)
    step = program_for(session, cycle.definition_id).diagram.steps.get(step_id)
    if step is None:
        raise NotFound("The process of this cycle has no such step.")
    found = find_open_tasks(
        session, cycle, viewer=signed_in().person_id, step=step_id, limit=SIZE, offset=offset_of(page)
    )
    return _work_page(cycle, found, page, title=step.name, lead=f"Who is at this step of {cycle.name} now.")


@blueprint.get("/<int:cycle_id>/stuck")
@only_for(HR)
def show_stuck(cycle_id: int) -> ResponseReturnValue:
    """Everything that is overdue, the longest first."""
    session, now, page = current_session(), clock.now(), asked_page()
    cycle = get_cycle(session, cycle_id)
    found = find_open_tasks(
        session, cycle, viewer=signed_in().person_id, overdue_at=now, limit=SIZE, offset=offset_of(page)
    )
    return _work_page(cycle, found, page, title="Overdue", lead="The longest overdue first.", tab="stuck")


@blueprint.get("/<int:cycle_id>/progress.csv")
@only_for(HR)
def export_progress(cycle_id: int) -> ResponseReturnValue:
    """The numbers of every step and unit as a file for spreadsheets."""
    session = current_session()
    cycle = get_cycle(session, cycle_id)
    progress = progress_of(session, cycle, clock.now(), viewer=signed_in().person_id)
    header = ["kind", "name", "open", "overdue", "done", "went on without", "total"]
    rows = [
        *(("step", one.name, one.open, one.overdue, one.completed, one.cancelled, one.total) for one in progress.steps),
        *(("unit", one.name, one.cases - one.closed, "", one.closed, "", one.cases) for one in progress.units),
    ]
    return hand_out_csv(write_csv(header, rows), f"progress-{cycle.id}.csv")


def _work_page(cycle: Cycle, found: Found[WaitingTask], page: int, *, title: str, lead: str, tab: str = "") -> str:
    return render_template(
        "cycles/work.html",
        cycle=cycle,
        tab=tab,
        title=title,
        lead=lead,
        rows=found.rows,
        paging=Paging(page, found.total),
        groups=GROUPS,
    )


def _starting(progress: CycleProgress) -> FanOut | None:
    """The fan-out whose members are still being started, if there is one; not where they follow each other."""
    at_once = [fan_out for fan_out in progress.fan_outs if not fan_out.sequential]
    return next((f for f in at_once if f.state == "gathering" or (f.state == "open" and f.started < f.total)), None)


def _draw(cycle: Cycle, progress: CycleProgress, measure: str) -> tuple[Markup, Markup]:
    """The diagram with one figure at each step, and the same in words."""
    program = program_for(current_session(), cycle.definition_id)
    layout = layout_of(program)
    marks = {step.step: _mark(step, measure) for step in progress.steps}
    return render(layout, marks, title=f"Where {cycle.name} stands"), describe(layout, marks)


def _mark(step: StepProgress, measure: str) -> Mark:
    if measure == LATE:
        return Mark(late=step.overdue, weight=step.overdue)
    if measure == LONG:
        wait = step.waiting
        return Mark() if wait is None else Mark(note=describe_wait(wait), weight=max(1, int(wait.total_seconds())))
    return Mark(waiting=step.open, late=step.overdue)


def describe_wait(wait: timedelta) -> str:
    """How long something has been waiting: “6 days”, “3 hours”, “under an hour”."""
    for number, word in ((wait.days, "day"), (int(wait.total_seconds()) // 3600, "hour")):
        if number > 0:
            return f"{number:,} {word if number == 1 else word + 's'}"
    return "under an hour"


def describe_half(step: StepProgress) -> str:
    """How long the open tasks of a step have been open, as a sentence; empty where none is."""
    if step.waiting is None:
        return ""
    whose = "It has" if step.open == 1 else "Half of them have"
    if step.waiting < timedelta(hours=1):
        return f"{whose} been open for less than an hour."
    return f"{whose} been open for {describe_wait(step.waiting)}{'' if step.open == 1 else ' or longer'}."
