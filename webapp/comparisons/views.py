"""The page of a comparison, and asking for the two dry runs on it."""

from itertools import pairwise, permutations

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import clock
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.comparisons import blueprint
from webapp.comparisons.pictures import draw_both
from webapp.comparisons.sides import Inspected, Side, inspect, pair_up, read_side, show_end
from webapp.playable import Playable, list_playable
from webapp.request_session import current_session
from workflows.designs.difference import describe_change
from workflows.people.accounts import HR
from workflows.simulation.comparing import compare_in_groups
from workflows.simulation.keeping import is_lost
from workflows.simulation.models import DONE, RUNNING, WAITING, DryRun
from workflows.simulation.pairing import ask_for_pair, find_pair
from workflows.simulation.report import read_report

__all__ = ["blueprint"]


@blueprint.get("")
@only_for(HR)
def show() -> ResponseReturnValue:
    """Two processes side by side; without a choice, what there is to choose from."""
    offered = list_playable(current_session(), every_version=True)
    chosen = [request.args.get(name, "") for name in ("before", "after")]
    if not all(chosen) or chosen[0] == chosen[1]:
        same = all(chosen) and "Choose two that are not the same."
        return render_template("comparisons/choose.html", offered=offered, chosen=_guess(offered, chosen), problem=same)
    before, after = (read_side(value, _label(offered, value)) for value in chosen)
    pair = find_pair(current_session(), before.source, after.source)
    if request.headers.get("HX-Request") == "true":
        return _follow(before, after, pair)
    return _page(offered, inspect(before), inspect(after), pair)


@blueprint.post("")
@only_for(HR)
def play() -> ResponseReturnValue:
    """Ask for a dry run of each, launched now, with the same people and the same assumptions."""
    offered = list_playable(current_session(), every_version=True)
    chosen = [request.form.get(name, "") for name in ("before", "after")]
    before, after = (read_side(value, _label(offered, value)) for value in chosen)
    ask_for_pair(current_session(), before.source, after.source, by=signed_in().person_id, now=clock.now())
    return redirect(url_for("comparisons.show", before=before.value, after=after.value, _anchor="runs-heading"))


def _label(offered: list[Playable], value: str) -> str:
    return next((one.label for one in offered if one.value == value), "a process that is archived")


def _guess(offered: list[Playable], chosen: list[str]) -> list[str]:
    """What is chosen already, and for the rest the first that is older or newer than it, or else something else."""
    before, after = chosen[0], chosen[1] if chosen[1] != chosen[0] else ""
    steps = [(older, newer) for newer, older in pairwise(offered) if newer.key == older.key]
    for first, second in (*steps, *permutations(offered, 2)):
        if before in ("", first.value) and after in ("", second.value):
            return [first.value, second.value]
    return [before, after]


def _is_going_on(run: DryRun) -> bool:
    return run.state in (WAITING, RUNNING) and not is_lost(run, clock.now())


def _follow(before: Side, after: Side, pair: tuple[DryRun, DryRun] | None) -> ResponseReturnValue:
    """The bars while one of the two is played, which are asked for often; then the whole page is another one."""
    if pair is None or not any(map(_is_going_on, pair)):
        return Response(headers={"HX-Refresh": "true"})
    return render_template("comparisons/progress.html", before=before, after=after, pair=pair)


def _page(offered: list[Playable], before: Inspected, after: Inspected, pair: tuple[DryRun, DryRun] | None) -> str:
    old, new = before.program, after.program
    changes = [] if old is None or new is None else describe_change(old, new)
    reports = None
    if pair is not None and all(run.state == DONE for run in pair):
        reports = read_report(pair[0].report), read_report(pair[1].report)
    return render_template(
        "comparisons/comparison.html",
        offered=offered,
        before=before,
        after=after,
        changes=changes,
        pictures=draw_both(old, new, changes, (before.label, after.label)),
        pair=pair,
        going_on=pair is not None and any(map(_is_going_on, pair)),
        reports=reports,
        differences=compare_in_groups(*reports) if reports else [],
        found=pair_up(*reports) if reports else None,
        show_end=show_end,
    )
