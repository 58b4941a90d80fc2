"""Picking somebody for a task: the page on which that is done, and what it says when that person cannot have it."""

from collections.abc import Collection
from typing import Any

from flask import render_template, request

from engine import NotAllowed, Rejection, Task, clock
from webapp.picking import find_candidates
from webapp.request_session import current_session
from workflows.cases.dossier import dossier_of

LONGEST_REASON = 500


def render_picking(template: str, task: Task, barred: Collection[str | None], *, problem: str = "", **more: Any) -> str:
    """The people who fit what was looked for, without those who are out of the question, and what was typed so far."""
    return render_template(
        template,
        task=task,
        dossier=dossier_of(current_session(), task, clock.now().date()),
        found=find_candidates(barred),
        chosen=request.form.get("to", ""),
        typed=request.form,
        problem=problem,
        **{"longest": LONGEST_REASON, **more},
    )


def explain_refusal(refusal: Rejection, cannot: str = "cannot have the task") -> str:
    """Why somebody was not picked. The gate speaks to whoever would get the task; here somebody else reads it."""
    if isinstance(refusal, NotAllowed):
        return f"This person {cannot}. The rule says to them: {refusal}"
    return str(refusal)


def read_reason() -> str:
    """Why somebody was picked, as it was typed."""
    return request.form.get("reason", "").strip()[:LONGEST_REASON]
