"""What somebody is to a case: by the organisation, by their tasks, by their account."""

import pytest

from engine import tasks
from engine.database import transaction
from tests.workflows.reviews.writing import SELF_ASSESSMENT, statements, the_task
from tests.workflows.small_cycle import LONG, MANAGER_REVIEW, SmallCycle, counted
from workflows.reviews.roles import roles_in_case
from workflows.reviews.submitting import submit

NOBODY: frozenset[str] = frozenset()
HR_STAFF = frozenset({"hr", "admin"})


def roles(cycle: SmallCycle, viewer: str, subject: str, account: frozenset[str] = NOBODY) -> set[str]:
    case = cycle.case(subject)
    with cycle.factory() as session:
        return roles_in_case(session, case, viewer, account)


def assess(cycle: SmallCycle, who: str) -> None:
    with transaction(cycle.factory) as session:
        submit(session, the_task(cycle, "self_assessment", who).id, SELF_ASSESSMENT, by=who, now=cycle.now)
    cycle.work()


@pytest.mark.parametrize(
    ("viewer", "subject", "account", "expected"),
    [
        ("ann", "ann", NOBODY, {"subject"}),
        ("hugo", "hugo", HR_STAFF, {"subject"}),
        ("ben", "ann", NOBODY, {"manager"}),
        ("mara", "ann", NOBODY, set()),
        ("eva", "ann", NOBODY, set()),
        ("ann", "ben", NOBODY, set()),
        ("hugo", "ann", HR_STAFF, {"hr"}),
        ("hugo", "ann", NOBODY, set()),
    ],
)
def test_what_somebody_is_after_the_launch(
    cycle: SmallCycle, viewer: str, subject: str, account: frozenset[str], expected: set[str]
) -> None:
    assert roles(cycle, viewer, subject, account) == expected


def test_a_subject_stays_one_whatever_they_do(cycle: SmallCycle) -> None:
    # Given that Olga leads the session of the group in which she is compared herself
    cycle.write_reviews(olga=3, mara=3)
    assert [task.assignee for task in cycle.open("calibration_session")] == ["olga"]
    assert roles(cycle, "olga", "olga", HR_STAFF) == {"subject"}
    assert roles(cycle, "olga", "mara") == {"manager", "approver", "calibration"}


def test_who_has_or_had_a_task_about_somebody_approves(cycle: SmallCycle) -> None:
    # Given that a highest rating waits for the second level
    assess(cycle, "ann")
    task = the_task(cycle, "manager_review", "ann")
    with transaction(cycle.factory) as session:
        cycle.submit(session, task, **MANAGER_REVIEW, overall_rating=5, rating_reason=LONG)
    cycle.work()
    # Then Mara approves, while she has the task and afterwards.
    assert roles(cycle, "mara", "ann") == {"approver"}
    cycle.do("second_approval")
    assert roles(cycle, "mara", "ann") == {"approver"}
    assert roles(cycle, "mara", "dora") == set()


def test_a_task_that_was_withdrawn_gives_no_rights(cycle: SmallCycle) -> None:
    # Given a step of Ann's that HR has handed to Eva, when it lapses
    task = the_task(cycle, "self_assessment", "ann")
    with transaction(cycle.factory) as session:
        session.get_one(type(task), task.id).assignee = "eva"
    assert roles(cycle, "eva", "ann") == {"approver"}
    cycle.travel(days=21, minutes=1)
    assert roles(cycle, "eva", "ann") == set()


def test_whoever_does_the_managers_step_stands_in_the_managers_place(stored_cycle: SmallCycle) -> None:
    # Given a review that was handed to Mara while Ann's manager is away
    assess(stored_cycle, "ann")
    task = the_task(stored_cycle, "manager_review", "ann")
    with transaction(stored_cycle.factory) as session:
        tasks.reassign(session, task.id, to="mara", by="hugo", reason="Ben is away.", now=stored_cycle.now)
    # Then she reads what Ann wrote for her manager alone, and only in this case.
    assert roles(stored_cycle, "mara", "ann") == {"manager", "approver"}
    assert roles(stored_cycle, "mara", "dora") == set()


def test_the_lead_of_a_session_calibrates_its_group_alone(stored_cycle: SmallCycle) -> None:
    # Given the open session of Engineering, led by Mara
    stored_cycle.write_reviews(ann=3)
    # Then she calibrates everybody of that group, now and after it is closed, and nobody else.
    for _ in range(2):
        assert roles(stored_cycle, "mara", "ann") == roles(stored_cycle, "mara", "eva") == {"calibration"}
        assert roles(stored_cycle, "mara", "hugo") == set()
        assert roles(stored_cycle, "eva", "ann") == set()
        stored_cycle.do("calibration_session")


def test_roles_cost_one_statement(cycle: SmallCycle) -> None:
    case = cycle.case("ann")
    with cycle.factory() as session, counted(cycle.factory) as sent:
        roles_in_case(session, case, "ben", HR_STAFF)
    assert len(statements(sent)) == 1
