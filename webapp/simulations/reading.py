"""Looking at dry runs: the list, one while it runs and when it is over, two side by side."""

from collections import Counter
from typing import Any

import orjson
from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from engine import NotFound, Rejection, clock, program_for
from webapp.access import only_for
from webapp.diagrams import Layout, Mark, layout_of, read_layout, render
from webapp.numbers import read_number
from webapp.request_session import current_session
from webapp.simulations import blueprint
from webapp.simulations.charts import draw_hours, draw_tasks
from workflows.designs.files import diagram_path
from workflows.designs.reading import files_at
from workflows.people.accounts import HR
from workflows.people.search import name_people
from workflows.simulation import keeping
from workflows.simulation.comparing import compare_in_groups
from workflows.simulation.models import DONE, DryRun
from workflows.simulation.report import Report, read_report

SHOWN_PEOPLE, SHOWN_AFFECTED = 20, 12


@blueprint.get("")
@only_for(HR)
def show_all() -> ResponseReturnValue:
    """Every dry run with its key figures, the newest first."""
    session, now = current_session(), clock.now()
    runs = keeping.list_dry_runs(session)
    return render_template(
        "simulations/list.html",
        runs=runs,
        lost={run.id for run in runs if keeping.is_lost(run, now)},
        names=name_people(session, sorted({run.asked_by for run in runs})),
    )


@blueprint.get("/<int:dry_run_id>")
@only_for(HR)
def show(dry_run_id: int) -> ResponseReturnValue:
    """The report, or how far it is."""
    session, now = current_session(), clock.now()
    run = keeping.get_dry_run(session, dry_run_id)
    if run.state != DONE:
        page = "simulations/state.html" if request.headers.get("HX-Request") == "true" else "simulations/waiting.html"
        return render_template(page, run=run, lost=keeping.is_lost(run, now), again=_again(run))
    if request.headers.get("HX-Request") == "true":
        # The bar has come to its end: the whole page is another one now.
        return Response(headers={"HX-Refresh": "true"})
    report = read_report(run.report)
    picture, focus = _draw_problems(run, report, request.args.get("step", ""))
    return render_template(
        "simulations/report.html",
        run=run,
        picture=picture,
        focus=focus,
        report=report,
        hours_chart=draw_hours(report.days),
        tasks_chart=draw_tasks(report.days),
        shown_people=SHOWN_PEOPLE,
        shown_affected=SHOWN_AFFECTED,
        others=[other for other in keeping.list_dry_runs(session) if other.state == DONE and other.id != run.id],
        again=_again(run),
    )


def _draw_problems(run: DryRun, report: Report, step: str) -> tuple[Markup, str]:
    """The diagram with the steps that need attention; around one step, with its name, when that is drawn."""
    try:
        layout = _layout_of(run)
    except Rejection:
        return Markup(), ""
    counts = Counter(problem.step for problem in report.problems if problem.step)
    marks = {
        found: Mark(note="look at it" if count == 1 else f"{count} to look at", changed=True)
        for found, count in counts.items()
    }
    shape = layout.find(step) if step else None
    title = f"Where the problems of {run.name} are"
    if shape is None:
        return (render(layout, marks, title=title) if counts else Markup()), ""
    return render(layout, marks, title=title, focus=step), shape.name or "A step without a name"


def _layout_of(run: DryRun) -> Layout:
    """The diagram as it was played. Raises Rejection when it has no picture."""
    session = current_session()
    if run.design_id is None:
        return layout_of(program_for(session, run.definition_id or 0))
    files = files_at(session, run.design_id, run.revision or 0)
    return read_layout(files[diagram_path(files)])


def _again(run: DryRun) -> str:
    """The address at which the same is asked for once more, to be changed a little."""
    chosen = run.settings["population"]
    lists: dict[str, Any] = {name: value for name, value in chosen.items() if isinstance(value, list)}
    first, last = run.settings["period"]
    assumptions = run.settings["assumptions"]
    return url_for(
        "simulations.show_new",
        chosen=1,
        name=run.name,
        design=run.design_id,
        process=run.settings.get("key"),
        period_from=first,
        period_to=last,
        hired_before=chosen.get("hired_before"),
        minutes_a_day=f"{assumptions['minutes_a_day']:.0f}",
        late=f"{assumptions['work']['late'] * 100:.0f}",
        never=f"{assumptions['own_work']['never'] * 100:.0f}",
        seed=assumptions["seed"],
        **lists,
    )


@blueprint.post("/<int:dry_run_id>/cancellation")
@only_for(HR)
def cancel(dry_run_id: int) -> ResponseReturnValue:
    """Stop it."""
    keeping.cancel(current_session(), dry_run_id, now=clock.now())
    flash("The dry run is stopped.", "success")
    return redirect(url_for("simulations.show", dry_run_id=dry_run_id))


@blueprint.get("/<int:dry_run_id>/report.json")
@only_for(HR)
def download(dry_run_id: int) -> ResponseReturnValue:
    """The report as it is described in the documentation."""
    _, report = _kept(dry_run_id)
    answer = Response(orjson.dumps(report.as_json(), option=orjson.OPT_INDENT_2), mimetype="application/json")
    answer.headers["Content-Disposition"] = f"attachment; filename=dry-run-{dry_run_id}.json"
    return answer


@blueprint.get("/<int:dry_run_id>/comparison")
@only_for(HR)
def show_comparison(dry_run_id: int) -> ResponseReturnValue:
    """What changes in this dry run against another one."""
    run, report = _kept(dry_run_id)
    other, earlier = _kept(request.args.get("with", 0, type=read_number))
    return render_template(
        "simulations/comparison.html",
        run=run,
        other=other,
        report=report,
        earlier=earlier,
        differences=compare_in_groups(earlier, report),
    )


def _kept(dry_run_id: int) -> tuple[DryRun, Report]:
    run = keeping.get_dry_run(current_session(), dry_run_id)
    if run.state != DONE:
        raise NotFound("This dry run has no report.")
    return run, read_report(run.report)
