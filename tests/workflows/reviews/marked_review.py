"""The review of Ann, and that of Rita who is in HR herself, played with a mark in everything anybody writes.

Ben manages Ann, Mara manages Ben and leads the calibration of their division; Olga manages Rita.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from engine.database import transaction
from tests.workflows.reviews.writing import save, the_task
from tests.workflows.small_cycle import ANSWERS, LONG, SESSION, SmallCycle, copied
from workflows.calibration.changing import change_rating
from workflows.reviews.submitting import submit

STAGES = ("drafts", "assessed", "reviewed", "calibrated", "released", "concluded")


def mark(step: str, field: str) -> str:
    """A text that tells where it was written."""
    return f"«{step}.{field}» {LONG}"


def marked(step: str, *fields: str, **answers: Any) -> dict[str, Any]:
    """The answers of a form: a mark in each of `fields`, and the other `answers` as they are."""
    return {field: mark(step, field) for field in fields} | answers


SELF_ASSESSMENT = marked(
    "self_assessment",
    *("summary", "obstacles", "support_missing", "growth", "next_step", "note_to_manager"),
    achievements=[marked("self_assessment", "title", "evidence", goal_realistic="yes")],
    support="partly",
    own_rating=4,
)


def manager_review(version: str) -> dict[str, Any]:
    """A review with the highest rating, whose texts name their version."""
    skill = {"skill": f"«{version}.skill»", "level": "teaching", "skill_evidence": mark(version, "skill_evidence")}
    texts = ("results", "goals_comment", "behaviour", "improve", "support_planned", "rating_reason", "private_note")
    return marked(version, *texts, goals_realistic="partly", skills=[skill], readiness="now", overall_rating=5)


SENT_BACK = ANSWERS["second_approval"] | marked("sent_back", "reason", outcome="send_back")
APPROVED = ANSWERS["second_approval"] | marked("second_approval", "comment", outcome="approve")
NARRATIVE = marked("confirm_narrative", "results", "improve", "disagreement", narrative="adapted", will_explain=True)
ACKNOWLEDGED = marked("acknowledge", "comment", seen=True, meeting="held", meeting_on="2026-12-12", view="disagree")
BONUS = marked("propose_reward", "reason", kind="bonus", amount="9000", effective_on="2027-02-01", within_budget=True)


def send(cycle: SmallCycle, step: str, subject: str, answers: dict[str, Any], by: str) -> None:
    """Hand in the one open task of a step about somebody."""
    task = the_task(cycle, step, subject)
    with transaction(cycle.factory) as session:
        submit(session, task.id, answers, by=by, now=cycle.now)
    cycle.work()


def write_drafts(cycle: SmallCycle) -> None:
    """Ann and Rita have typed everything and handed in nothing."""
    for who in ("ann", "rita"):
        save(cycle, the_task(cycle, "self_assessment", who), SELF_ASSESSMENT, by=who)


def assess(cycle: SmallCycle) -> None:
    """Both have handed in; their managers have typed everything."""
    for who, manager in (("ann", "ben"), ("rita", "olga")):
        send(cycle, "self_assessment", who, SELF_ASSESSMENT, who)
        save(cycle, the_task(cycle, "manager_review", who), manager_review("draft"), by=manager)


def review(cycle: SmallCycle) -> None:
    """Ann's review was sent back once and then approved; all others are written."""
    send(cycle, "manager_review", "ann", manager_review("first_review"), "ben")
    send(cycle, "second_approval", "ann", SENT_BACK, "mara")
    send(cycle, "manager_review", "ann", manager_review("manager_review"), "ben")
    send(cycle, "second_approval", "ann", APPROVED, "mara")
    send(cycle, "manager_review", "rita", manager_review("manager_review") | {"overall_rating": 3}, "olga")
    cycle.write_reviews(dora=4)


def calibrate(cycle: SmallCycle) -> None:
    """Ann's rating was lowered to four, and Ben has adapted what he wrote."""
    with transaction(cycle.factory) as session:
        case_id = cycle.case("ann").id
        change_rating(session, case_id, 4, mark("calibration_session", "reason"), by="mara", now=cycle.now)
    cycle.do("calibration_session", **SESSION, minutes=mark("calibration_session", "minutes"))
    send(cycle, "confirm_narrative", "ann", NARRATIVE, "ben")


def release(cycle: SmallCycle) -> None:
    """Everybody may read their results."""
    cycle.do("release", message=mark("release", "message"))


def conclude(cycle: SmallCycle) -> None:
    """Ann has acknowledged; a bonus was proposed, approved and checked."""
    send(cycle, "acknowledge", "ann", ACKNOWLEDGED, "ann")
    send(cycle, "propose_reward", "ann", BONUS, "ben")
    send(cycle, "approve_reward", "ann", marked("approve_reward", "comment", outcome="approve"), "mara")
    (check,) = cycle.open("compensation_check", "ann")
    with transaction(cycle.factory) as session:
        cycle.submit(session, check)
    cycle.work()


@contextmanager
def every_stage(launched: SmallCycle) -> Iterator[dict[str, SmallCycle]]:
    """The cycle as it is at the end of each of STAGES, each in a database of its own."""
    verbs = (write_drafts, assess, review, calibrate, release, conclude)
    with ExitStack() as stack:
        stages: dict[str, SmallCycle] = {}
        latest = launched
        for name, verb in zip(STAGES, verbs, strict=True):
            latest = stages[name] = stack.enter_context(copied(latest))
            verb(latest)
        yield stages
