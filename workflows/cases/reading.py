"""What was handed in about somebody, as one reader may see it."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy.orm import Session

from workflows.calibration.changing import HIGHEST
from workflows.cycles.models import Case
from workflows.questionnaires import ShownAnswer
from workflows.reviews.reading import ShownSubmission, submissions_about

RATING = "rating"


def read_case(session: Session, case: Case, *, viewer: str, roles: Iterable[str]) -> list[ShownSubmission]:
    """What `viewer`, who has these roles in the case, may read of it, oldest first.

    The subject reads the last word of each step only, with the rating that counts: that a review was sent back, or
    what the rating was before calibration, is not theirs to know (R20).
    """
    roles = set(roles)
    shown = submissions_about(session, case.root_id, case.person_id, viewer=viewer, roles=roles)
    if roles != {"subject"}:
        return shown
    latest = {(one.step, one.author_id): one for one in shown}.values()
    return [one if one.author_id == viewer else _with_final_rating(one, case) for one in latest]


def _with_final_rating(submission: ShownSubmission, case: Case) -> ShownSubmission:
    if case.calibrated_rating is None:
        return submission
    return replace(submission, answers=[_final(answer, case.calibrated_rating) for answer in submission.answers])


def _final(answer: ShownAnswer, rating: int) -> ShownAnswer:
    return replace(answer, text=f"{rating} of {HIGHEST}") if answer.type == RATING and answer.text else answer


def rating_in(submissions: Iterable[ShownSubmission]) -> str:
    """The rating among these answers, in words; empty when there is none to read."""
    return next(
        (answer.text for one in submissions for answer in one.answers if answer.type == RATING and answer.text), ""
    )
