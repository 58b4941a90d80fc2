"""The gate with one hole each: a rule taken away, or one verb that does not ask it."""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from workflows.asking import asking
from workflows.routing import choosing, conflicts, gate, moves
from workflows.routing.conflicts import Conflict, Stakes
from workflows.routing.router import OrganisationRouter

Mutation = Callable[[pytest.MonkeyPatch], None]


def without(function: str, says: str) -> Mutation:
    """Take away what a function of `conflicts` finds where its fact says this."""
    original: Callable[..., Conflict | None] = getattr(conflicts, function)

    def forget(*given: Any) -> Conflict | None:
        found = original(*given)
        return None if found is not None and says in found.fact else found

    return lambda patch: _replace(patch, function, forget)


def _replace(patch: pytest.MonkeyPatch, name: str, by: Any) -> None:
    users: tuple[ModuleType, ...] = (conflicts, choosing, gate, moves)
    for module in users:
        if hasattr(module, name):
            patch.setattr(module, name, by)


def stakes_without(stake: str) -> Mutation:
    """Let no step count as one that has this at stake."""

    def apply(patch: pytest.MonkeyPatch) -> None:
        original = Stakes.as_text
        patch.setattr(Stakes, "as_text", lambda self: original(self).replace(stake, ""))

    return apply


def unasked(module: str, verb: str) -> Mutation:
    """Let a verb of a module do without the gate."""
    original = OrganisationRouter.check

    def check(self: OrganisationRouter, *given: Any) -> None:
        if not _is_called_by(module, verb):
            original(self, *given)

    return lambda patch: patch.setattr(OrganisationRouter, "check", check)


def _is_called_by(module: str, verb: str) -> bool:
    frame = sys._getframe()
    while frame.f_back is not None:
        frame = frame.f_back
        if frame.f_code.co_name == verb and frame.f_globals["__name__"] == module:
            return True
    return False


def nobody_checks_the_holder(patch: pytest.MonkeyPatch) -> None:
    """Let anybody act on what was given to somebody else, or to a group they do not belong to."""
    patch.setattr(gate, "_check_right", lambda *_given: None)


def leavers_may_hold(patch: pytest.MonkeyPatch) -> None:
    """Let a task be handed to whoever has left."""
    patch.setattr(gate, "_check_new_holder", lambda *_given: None)


def people_outside_may_hold(patch: pytest.MonkeyPatch) -> None:
    """Let somebody outside of the organisation have what is for colleagues."""
    patch.setattr(gate, "_check_outside", lambda *_given: None)


def asked_unasked(verb: str) -> Mutation:
    """Let a verb of inquiries do without the gate."""
    original = asking.check_asked

    def check(*given: Any) -> None:
        if not _is_called_by("workflows.asking.asking", verb):
            original(*given)

    return lambda patch: patch.setattr(asking, "check_asked", check)


def anybody_gets_what_is_late(patch: pytest.MonkeyPatch) -> None:
    """Give what is late to whoever the diagram names, without looking at who that is, and without the gate."""
    original = choosing.why_not

    def why_not(*given: Any) -> tuple[str, str] | None:
        return None if _is_called_by("workflows.routing.overdue", "act") else original(*given)

    patch.setattr(choosing, "why_not", why_not)
    unasked("workflows.routing.overdue", "act")(patch)


MUTATIONS: dict[str, Mutation] = {
    "nobody decides about themselves": without("find_conflict", "about themselves"),
    "four eyes": without("find_conflict", "four eyes"),
    "pay of somebody above": without("find_pay_conflict", "above them"),
    "pay of one's HR partner": without("find_pay_conflict", "HR partner"),
    "pay of a peer for somebody else": without("find_deputy_conflict", "same manager"),
    "what is at stake: decides": stakes_without("decides"),
    "what is at stake: four eyes": stakes_without("four_eyes"),
    "what is at stake: pay": stakes_without("pay"),
    "leavers": leavers_may_hold,
    "people outside": people_outside_may_hold,
    **{
        f"{verb} does not ask": unasked("engine.tasks", verb)
        for verb in ("claim", "reassign", "hand_out_again", "delegate", "take_back", "give_back", "complete")
    },
    "handing in does not ask": unasked("workflows.reviews.submitting", "submit"),
    "saving a draft does not ask": unasked("workflows.reviews.submitting", "save_draft"),
    "migration does not ask": unasked("engine.migration.moving", "_may_keep"),
}

LOOKING_BACK: dict[str, Mutation] = {
    "sending back does not ask": unasked("workflows.reviews.sending_back", "send_back"),
    "what is sent back is given without asking": unasked("engine.sending_back", "_give_to"),
    "recall does not ask": unasked("engine.recalling", "recall"),
    "reopening does not ask": unasked("engine.reopening", "reopen"),
    "what stays done does not ask": unasked("engine.remembering", "_may_count"),
    "what is late does not ask": anybody_gets_what_is_late,
    "the page of HR does not ask": unasked("webapp.cycles.reassigning", "change_holder"),
    "adding an approver does not ask": unasked("engine.turns", "add"),
    "a question does not ask": asked_unasked("ask"),
    "an answer does not ask": asked_unasked("answer"),
}
"""Holes in the verbs that a machine of its own drives: see `gate_looking_back`."""
