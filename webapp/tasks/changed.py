"""What is different since somebody did a step the last time, for when they are asked again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine import Task
from workflows.cases.trail import Done
from workflows.questionnaires import ShownAnswer
from workflows.reviews.reading import ShownSubmission


@dataclass(frozen=True)
class Difference:
    """An answer that is another one now; `before` or `now` is empty where there was none, or is none any more."""

    label: str
    before: str
    now: str


@dataclass(frozen=True)
class Changed:
    """A step that was done again since, by whom, and what is different in it."""

    step: str
    author: str
    differences: list[Difference]


def changed_for(
    task: Task, submissions: Sequence[ShownSubmission], done: Sequence[Done], left_at: datetime | None
) -> list[Changed]:
    """What is different since the step of a task was done, or the case was sent back from it, the last time.

    `left_at` is when it was sent back. Nothing where neither has ever been.
    """
    before = [*(one.at for one in done if one.step == task.step), *([left_at] if left_at else [])]
    return changed_since(submissions, max(before)) if before else []


def changed_since(submissions: Sequence[ShownSubmission], since: datetime) -> list[Changed]:
    """What was handed in anew after `since`, compared with what was there before; `submissions` as the reader may see
    them, in any order.
    """
    found = []
    ordered = sorted(submissions, key=lambda one: one.submitted_at)
    for step in dict.fromkeys(one.step for one in ordered):
        before = [one for one in ordered if one.step == step and one.submitted_at <= since]
        after = [one for one in ordered if one.step == step and one.submitted_at > since]
        if before and after:
            found.append(Changed(step, after[-1].author, _compare(before[-1].answers, after[-1].answers)))
    return found


def _compare(before: Sequence[ShownAnswer], now: Sequence[ShownAnswer]) -> list[Difference]:
    old = {answer.key: answer for answer in before}
    new = {answer.key: answer for answer in now}
    keys = [*new, *(key for key in old if key not in new)]
    pairs = [(key, _words(old.get(key)), _words(new.get(key))) for key in keys]
    return [Difference((new.get(key) or old[key]).label, one, other) for key, one, other in pairs if one != other]


def _words(answer: ShownAnswer | None) -> str:
    if answer is None:
        return ""
    if answer.rows:
        return "; ".join(", ".join(cell.text for cell in row if cell.text) for row in answer.rows)
    return answer.text
