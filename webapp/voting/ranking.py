"""Putting the cases before a committee in order, and closing the ranking."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import Rejection, StepFailed, clock
from webapp.actor import signed_in
from webapp.errors import invalid
from webapp.request_session import current_session, discard_changes
from webapp.standing import forget_standing
from webapp.voting import blueprint
from workflows.voting.ranking import close, rank
from workflows.voting.showing_ranking import ShownCase, show_ranking

UP, DOWN = "up", "down"


@blueprint.get("/rankings/<int:vote_id>")
def show(vote_id: int) -> ResponseReturnValue:
    """The cases before a committee in one cycle, in one's own order, with the line."""
    return _page(vote_id)


@blueprint.post("/rankings/<int:vote_id>")
def hand_in(vote_id: int) -> ResponseReturnValue:
    """Hand in an order; without a script, move one case first and look again."""
    order = request.form.getlist("order", type=int)
    if request.form.get("move"):
        return _page(vote_id, order=_moved(order, request.form["move"]))
    try:
        rank(current_session(), vote_id, order, by=signed_in().person_id, now=clock.now())
    except Rejection as refusal:
        discard_changes()
        return invalid(_page(vote_id, problem=str(refusal)))
    return _done(vote_id, "Your order is handed in. You can change it until the ranking is closed.")


@blueprint.post("/rankings/<int:vote_id>/close")
def close_ranking(vote_id: int) -> ResponseReturnValue:
    """Decide on every case by the orders there are."""
    try:
        decided = close(current_session(), vote_id, by=signed_in().person_id, now=clock.now())
    except (Rejection, StepFailed) as refusal:
        discard_changes()
        return invalid(_page(vote_id, problem=str(refusal)))
    cases = "one case is" if decided == 1 else f"{decided} cases are"
    return _done(vote_id, f"The ranking is closed: {cases} decided.")


def _done(vote_id: int, message: str) -> ResponseReturnValue:
    current_session().flush()
    forget_standing()
    flash(message, "success")
    return redirect(url_for("voting.show", vote_id=vote_id))


def _moved(order: list[int], move: str) -> list[int]:
    """The order with one case moved by one: “up-7” or “down-7”."""
    direction, _, which = move.partition("-")
    if not which.isdecimal() or int(which) not in order:
        return order
    at = order.index(int(which))
    to = min(max(at + (-1 if direction == UP else 1), 0), len(order) - 1)
    order.insert(to, order.pop(at))
    return order


def _page(vote_id: int, problem: str = "", order: list[int] | None = None) -> str:
    ranking = show_ranking(current_session(), vote_id, reader=signed_in().person_id, now=clock.now())
    places = {one: position for position, one in enumerate(order or ())}

    def place(case: ShownCase) -> int:
        return places.get(case.vote_id, len(places))

    own = sorted(ranking.own, key=place) if places else ranking.own
    return render_template("voting/ranking.html", ranking=ranking, own=own, vote_id=vote_id, problem=problem)
