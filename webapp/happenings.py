"""What happened in a case, as lines for HR to read."""

from dataclasses import dataclass
from datetime import datetime

from engine import Program
from workflows.cycles.case_file import Happening
from workflows.cycles.repairing import write_value
from workflows.reviews.forms import OUTCOME, outcomes_of, questionnaire_of
from workflows.voting.words import VOTED

WORDS = {
    "instance_started": "begun",
    "instance_completed": "ended",
    "instance_cancelled": "cancelled",
    "task_completed": "completed",
    "task_claimed": "taken",
    "task_released": "put back for the group",
    "task_reassigned": "handed on",
    "task_delegated": "delegated",
    "task_taken_back": "taken back by whose task it is",
    "task_given_back": "given back",
    "task_sent_back": "sent back",
    "task_recalled": "taken back to be changed",
    "deadline_extended": "given more time",
    "task_reopened": "opened again",
    "approver_added": "one more has to approve",
    "approver_removed": "one fewer has to approve",
    "part_dropped": "goes on with one fewer who does it",
    "link_sent_again": "the link was sent again",
    "colleague_asked": "a colleague was asked",
    "colleague_answered": "a colleague has answered",
    "question_withdrawn": "went on without an answer of a colleague",
    "step_stays": "stays as it is: nothing it was based on has changed",
    "step_passed_over": "went on without an answer",
    "task_withdrawn": "taken back",
    "step_settled": "settled by the votes",
    "timer_fired": "the time was up",
    "service_done": "done by the system",
    "members_done": "everybody is through",
    "message_received": "a message came in",
    "message_sent": "a message was sent",
    "message_unheard": "nobody waited for the message",
    "signal_sent": "a signal was sent to everybody",
    "signal_received": "a signal came in",
    "error_thrown": "ended with an error",
    "escalation_thrown": "raised a concern",
    "escalation_uncaught": "nothing is drawn for the concern",
    "incident_opened": "stopped",
    "step_retried": "tried again",
    "step_skipped": "passed over",
    "token_moved": "left, to go on elsewhere",
    "variables_changed": "data changed",
    "instance_suspended": "paused",
    "instance_resumed": "goes on",
    "cancel_asked": "cancelled",
    "closing_review_asked": "the former manager is asked for a closing review",
    "closing_review_skipped": "no closing review is asked for",
    "migration_undone": "moved back to the former version of the process",
    "closing_review_withdrawn": "the closing review is not asked for any more",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A happening as a line: the step, what became of it, by whom, and why; of changed data, from what to what."""

    at: datetime
    step: str
    words: str
    by: str
    reason: str
    change: str


def tell(program: Program, happening: Happening) -> Line:
    """A happening in words."""
    step = program.diagram.steps.get(happening.step)
    return Line(
        at=happening.at,
        step=step.name if step else "The case",
        words=_decided(program, happening) or _words(happening),
        by=happening.by,
        reason=str(happening.detail.get("reason") or happening.detail.get("problem") or ""),
        change=_changed(happening),
    )


def _words(happening: Happening) -> str:
    if happening.kind == "migrated":
        return f"moved to version {happening.detail['version']} of the process"
    return WORDS.get(happening.kind, happening.kind.replace("_", " "))


def _decided(program: Program, happening: Happening) -> str:
    """What somebody has decided by completing a step; empty where nothing was, or it is not told."""
    outcome, step = happening.detail.get(OUTCOME), program.diagram.steps.get(happening.step)
    if not outcome or step is None:
        return ""
    label = outcomes_of(questionnaire_of(program, step)).get(outcome, outcome)
    return VOTED.get(outcome, f"answered with “{label}”")


def _changed(happening: Happening) -> str:
    """For instance “amount: a lot → 500”; empty where no data were changed."""
    old, new = happening.detail.get("old"), happening.detail.get("new")
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return ""
    return "; ".join(
        f"{name}: {write_value(old.get(name)) or 'nothing'} → {write_value(new[name]) or 'nothing'}" for name in new
    )
