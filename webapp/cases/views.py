"""A person's own review."""

from collections.abc import Sequence

from flask import render_template
from flask.typing import ResponseReturnValue

from engine import Definition, NotFound, program_of
from webapp.actor import signed_in
from webapp.cases import blueprint, commenting
from webapp.diagrams import Mark, describe, layout_of, render
from webapp.forms import render_answers
from webapp.request_session import current_session
from workflows.cases.reading import rating_in, read_case
from workflows.cases.subject_view import OwnCase, Phase, current, follow, list_own_cases, own_turn, releases_results

__all__ = ["blueprint", "commenting"]


@blueprint.get("/my-review")
@blueprint.get("/my-review/<int:case_id>")
def show_my_review(case_id: int | None = None) -> ResponseReturnValue:
    """Where the reader's own review is: one in which it is their turn, else the newest, or that of another cycle."""
    session, reader = current_session(), signed_in().person_id
    cases = list_own_cases(session, reader)
    if not cases:
        return render_template("cases/no_review.html")
    chosen = _choose(cases, case_id)
    case, cycle = chosen.case, chosen.cycle
    # Held here, so that whatever asks for the program of this definition below finds it without a statement.
    definition = session.get_one(Definition, cycle.definition_id)
    program = program_of(session, definition.id, definition.checksum)
    phases = follow(session, case, cycle, program)
    here, turn = current(phases), own_turn(phases)
    layout, marks, title = layout_of(program), _marks(phases), program.diagram.name
    submissions = read_case(session, case, viewer=reader, roles={"subject"})
    others = [one for one in submissions if one.author_id != reader]
    return render_template(
        "cases/my_review.html",
        case=case,
        cycle=cycle,
        cases=cases,
        phases=phases,
        here=here,
        turn=turn,
        releases=releases_results(program),
        own=[one for one in submissions if one.author_id == reader],
        others=others,
        rating=rating_in(others),
        render_answers=render_answers,
        whole=render(layout, marks, title=title),
        focus=render(layout, marks, title=f"{title}: you are here", focus=turn.id if turn else here.id)
        if here
        else None,
        words=describe(layout, marks),
    )


def _choose(cases: Sequence[OwnCase], case_id: int | None) -> OwnCase:
    for one in cases:
        if case_id in (None, one.case.id):
            return one
    raise NotFound("There is no such review of yours.")


def _marks(phases: list[Phase]) -> dict[str, Mark]:
    """Phases, and inside of them the subject's own steps alone."""
    marks = {one.id: Mark(done=one.state == "done", here=one.state == "now") for one in phases}
    for one in (step for phase in phases for step in phase.steps):
        marks[one.id] = Mark(done=one.state == "done", here=one.state == "now")
    return marks
