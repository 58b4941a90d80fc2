"""Who reads what, and when: the shipped annual review, form by form, before and after the release (R20)."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from sqlalchemy import select

from engine.definitions import program_for
from engine.models import Task
from tests.workflows.reviews.marked_review import STAGES, every_stage
from tests.workflows.small_cycle import SmallCycle
from workflows.cases.reading import rating_in, read_case
from workflows.cases.subject_view import follow
from workflows.cycles.models import Cycle
from workflows.notifications.models import Notification
from workflows.notifications.reading import list_notifications
from workflows.people.models import Account
from workflows.questionnaires import ShownAnswer
from workflows.reviews.reading import ShownSubmission, submissions_about
from workflows.reviews.roles import roles_in_case
from workflows.routing.explain import explain

# Every question of every form about a person, gathered by who may read it.
QUESTIONS = {
    "self": "Self-assessment: summary achievements title goal_realistic evidence obstacles support support_missing "
    "skills_gained growth next_step own_rating",
    "self note": "Self-assessment: note_to_manager",
    "review": "Manager review: results goals_realistic goals_comment behaviour skills skill level skill_evidence "
    "improve support_planned overall_rating rating_reason",
    "readiness": "Manager review: readiness",
    "private note": "Manager review: private_note",
    "second level": "Second-level approval: checked outcome reason comment",
    "narrative": "Adapt the narrative to the calibrated rating: results improve",
    "about the change": "Adapt the narrative to the calibrated rating: narrative will_explain disagreement",
    "answer": "Read and acknowledge: seen meeting meeting_on view comment",
    "proposal": "Propose a reward: kind amount effective_on reason within_budget",
    "approval": "Approve the reward: outcome comment",
    "check": "Compensation check: band_position checked outcome",
}
# What each reader gets to read at each stage on top of the stage before; whoever is missing reads nothing, ever.
NEWLY_READ = {
    "ann, the subject": {
        "assessed": "self, self note",
        "released": "review, narrative",
        "concluded": "answer",
    },
    "ben, her manager": {
        "assessed": "self, self note",
        "reviewed": "review, readiness, private note, second level",
        "calibrated": "narrative, about the change",
        "concluded": "answer, proposal, approval, check",
    },
    "mara, the second level and lead of the calibration": {
        "reviewed": "self, review, readiness, second level",
        "calibrated": "narrative, about the change",
        "concluded": "proposal, approval, check",
    },
    "hugo, in HR": {
        "assessed": "self",
        "reviewed": "review, readiness, private note, second level",
        "calibrated": "narrative, about the change",
        "concluded": "answer, proposal, approval, check",
    },
    "eva, a colleague": {},
    "olga, who signs off the reward at last": {
        "concluded": "self, review, readiness, second level, narrative, proposal, approval, check",
    },
    "rita, in HR, of her own case": {
        "assessed": "self, self note",
        "released": "review",
    },
}
TELLING_STEPS = ("Second-level approval", "Adapt the narrative", "Calibration session", "Manager review")


@pytest.fixture(scope="module")
def stages(launched: SmallCycle) -> Iterator[dict[str, SmallCycle]]:
    """The review at each of its stages, played once."""
    with every_stage(launched) as stages:
        yield stages


def questions(groups: Iterable[str]) -> set[str]:
    """The questions of these groups as `step: question`."""
    found = set()
    for group in groups:
        step, names = QUESTIONS[group].split(": ")
        found |= {f"{step}: {name}" for name in names.split()}
    return found


def expected(reader: str, stage: str) -> set[str]:
    passed = STAGES[: STAGES.index(stage) + 1]
    lines = [line for at, line in NEWLY_READ[reader].items() if at in passed]
    return questions(group for line in lines for group in line.split(", "))


def read(cycle: SmallCycle, reader: str, subject: str) -> list[ShownSubmission]:
    """What somebody reads of a case, with the rights they have in it."""
    case = cycle.case(subject)
    with cycle.factory() as session:
        account = session.scalar(select(Account).where(Account.person_id == reader))
        roles = roles_in_case(session, case, reader, frozenset(account.roles if account else ()))
        return submissions_about(session, cycle.root, subject, viewer=reader, roles=roles)


def read_by_subject(cycle: SmallCycle, subject: str) -> list[ShownSubmission]:
    case = cycle.case(subject)
    with cycle.factory() as session:
        return read_case(session, case, viewer=subject, roles={"subject"})


def flat(answers: Iterable[ShownAnswer]) -> Iterator[ShownAnswer]:
    for answer in answers:
        yield answer
        for row in answer.rows:
            yield from flat(row)


def named(submissions: Iterable[ShownSubmission]) -> set[str]:
    return {f"{one.step}: {answer.key.split('.')[-1]}" for one in submissions for answer in flat(one.answers)}


def marks(seen: Any) -> set[str]:
    """The places where the texts in `seen` were written."""
    return set(re.findall(r"«([a-z_.]+)»", repr(seen)))


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("reader", NEWLY_READ)
def test_everybody_reads_what_the_contract_names_and_nothing_else(
    stages: dict[str, SmallCycle], reader: str, stage: str
) -> None:
    who = reader.split(",", maxsplit=1)[0]
    subject = "rita" if who == "rita" else "ann"
    assert named(read(stages[stage], who, subject)) == expected(reader, stage)


def test_the_matrix_knows_every_question_that_was_answered(stages: dict[str, SmallCycle]) -> None:
    """So that a new question of a form cannot slip through unread: its author reads everything of their own."""
    readers = ("ann", "ben", "mara", "hugo", "rita", "olga")
    answered = set().union(*(named(read(stages["concluded"], reader, "ann")) for reader in readers))
    assert answered == questions(QUESTIONS)


def seen_by_subject(cycle: SmallCycle, subject: str) -> dict[str, Any]:
    """Everything of their review that the product puts before somebody: texts, messages, history, picture."""
    seen = {"submissions": read(cycle, subject, subject), "own review": read_by_subject(cycle, subject)}
    case = cycle.case(subject)
    with cycle.factory() as session:
        running = session.scalars(select(Cycle).where(Cycle.instance_id == cycle.root)).one()
        phases = follow(session, case, running, program_for(session, running.definition_id))
        own = session.scalars(select(Task).where(Task.assignee == subject, Task.subject == subject)).all()
        elsewhere = select(Notification.id).join(Task, Task.id == Notification.task_id)
        others = set(session.scalars(elsewhere.where(Task.subject.is_distinct_from(subject))))
        # What somebody is told of a task about others, as a manager or in HR, is not about their own review.
        told = [notice.text for notice in list_notifications(session, subject) if notice.id not in others]
        why = [explain(task.explanation, holder=subject, reader=subject) for task in own]
    return {**seen, "phases": phases, "notifications": told, "why": why}


@pytest.mark.parametrize("stage", STAGES[: STAGES.index("released")])
@pytest.mark.parametrize("subject", ["ann", "rita"])
def test_r20_before_the_release_nobody_sees_a_word_that_others_wrote_about_them(
    stages: dict[str, SmallCycle], subject: str, stage: str
) -> None:
    seen = seen_by_subject(stages[stage], subject)
    assert {place for place in marks(seen) if not place.startswith("self_assessment.")} == set()
    # Nor which way the case goes: a second level is asked for the highest and the lowest rating alone.
    told = repr((seen["notifications"], seen["why"], [phase.steps for phase in seen["phases"]]))
    assert not [step for step in TELLING_STEPS if step in told]
    assert rating_in(one for one in seen["own review"] if one.author_id != subject) == ""


def test_r20_after_the_release_the_subject_reads_the_last_word_with_the_rating_that_counts(
    stages: dict[str, SmallCycle],
) -> None:
    # Given a review that was sent back once, and whose rating was lowered from five to four
    own = read_by_subject(stages["released"], "ann")
    # Then the first version does not exist for its subject, and neither does the five.
    assert marks(own) == {
        *(f"self_assessment.{name}" for name in ("summary", "title", "evidence", "obstacles", "support_missing")),
        *(f"self_assessment.{name}" for name in ("growth", "next_step", "note_to_manager")),
        *(f"manager_review.{name}" for name in ("results", "goals_comment", "behaviour", "skill", "skill_evidence")),
        *(f"manager_review.{name}" for name in ("improve", "support_planned", "rating_reason")),
        *(f"confirm_narrative.{name}" for name in ("results", "improve")),
    }
    assert rating_in(one for one in own if one.author_id == "ben") == "4 of 5"


@pytest.mark.parametrize("stage", STAGES)
def test_what_is_said_in_confidence_never_reaches_the_subject(stages: dict[str, SmallCycle], stage: str) -> None:
    confidential = re.compile(r"private_note|sent_back|second_approval|disagreement|calibration_session|_reward|draft")
    seen = seen_by_subject(stages[stage], "ann")
    assert [place for place in marks(seen) if confidential.search(place)] == []


def test_a_submission_of_which_nothing_may_be_read_does_not_exist(stages: dict[str, SmallCycle]) -> None:
    steps = [one.step for one in read(stages["calibrated"], "ann", "ann")]
    assert steps == ["Self-assessment"]


def test_submissions_come_in_the_order_they_were_handed_in(stages: dict[str, SmallCycle]) -> None:
    shown = read(stages["concluded"], "hugo", "ann")
    assert [(one.step, one.author) for one in shown] == [
        ("Self-assessment", "Ann"),
        ("Manager review", "Ben"),
        ("Second-level approval", "Mara"),
        ("Manager review", "Ben"),
        ("Second-level approval", "Mara"),
        ("Adapt the narrative to the calibrated rating", "Ben"),
        ("Read and acknowledge", "Ann"),
        ("Propose a reward", "Ben"),
        ("Approve the reward", "Mara"),
        ("Compensation check", "Hugo"),
    ]
    assert [one.submitted_at for one in shown] == sorted(one.submitted_at for one in shown)
