"""Taking an import back: everything is as before, except where work has gone on since."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.database import transaction
from engine.errors import Conflict
from engine.models import Instance, Task
from engine.tasks import reassign
from tests.workflows.people.cast import TODAY, UNITS, as_csv, changed, moves_file, people_file, person
from tests.workflows.small_cycle import LONG, MANAGER_REVIEW, SmallCycle, team
from workflows.people.imports.undoing import find_memory
from workflows.people.models import DottedLine, OrgUnitVersion, Person, PersonVersion
from workflows.people.organisation import load_organisation
from workflows.reviews.submitting import save_draft, submit
from workflows.routing import moves
from workflows.routing.explain import explain
from workflows.routing.receiving import MOVES, PEOPLE, Received, receive
from workflows.routing.receiving import UNITS as UNIT_FILE
from workflows.routing.taking_back import TakenBack, preview_taking_back, take_back

NEW_MANAGER = (TODAY.isoformat(), "ann", "manager", "mara")
TABLES = (Person, PersonVersion, DottedLine, OrgUnitVersion)


@pytest.fixture
def reviewing(cycle: SmallCycle) -> SmallCycle:
    """Every manager has reviews to write."""
    return cycle.travel(days=21, minutes=1)


def imported(cycle: SmallCycle, content: bytes, kind: str = MOVES) -> Received:
    with transaction(cycle.factory) as session:
        received = receive(session, kind, content, file_name="file.csv", by="hugo", now=cycle.now)
        assert received.report.is_valid, received.report.defects
    cycle.work()
    return received


def undone(cycle: SmallCycle, act: Callable[..., TakenBack] = take_back) -> TakenBack:
    cycle.now += timedelta(minutes=5)
    with transaction(cycle.factory) as session:
        found = find_memory(session)
        assert found is not None
        done = act(session, found[0].id, by="hugo", now=cycle.now)
    cycle.work()
    return done


def rows(cycle: SmallCycle) -> dict[str, list[Any]]:
    """Everything that is known about people and units."""
    with cycle.factory() as session:
        return {
            model.__tablename__: sorted(map(tuple, session.execute(select(model.__table__))), key=repr)
            for model in TABLES
        }


def review_of(cycle: SmallCycle, subject: str = "ann") -> Task:
    [task] = cycle.open("manager_review", subject)
    return task


def test_people_and_tasks_are_as_before(reviewing: SmallCycle) -> None:
    before = rows(reviewing)
    imported(reviewing, moves_file(NEW_MANAGER, (TODAY.isoformat(), "dora", "leave", "2027-01-31")))
    assert (review_of(reviewing).assignee, rows(reviewing) == before) == ("mara", False)

    done = undone(reviewing)

    assert rows(reviewing) == before
    assert [(one.subject, one.goes_back, one.to_person) for one in done.tasks] == [("ann", True, "ben")]
    task = review_of(reviewing)
    assert task.assignee == "ben"
    assert explain(task.explanation, holder="ben", reader="").startswith("It came back on 13 December 2026, because an")
    with reviewing.factory() as session:
        manager = load_organisation(session, reviewing.now.date()).manager_of("ann")
        assert manager is not None
        assert manager.id == "ben"


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (PEOPLE, people_file(changed([*team(), person("zoe", "ben")], "ann", grade="G7", dotted_manager_ids="mara"))),
        (UNIT_FILE, as_csv([*UNITS[:2], UNITS[2] | {"name": "Another name", "head_id": "mara"}])),
    ],
    ids=["people", "units"],
)
def test_whole_files_can_be_taken_back(cycle: SmallCycle, kind: str, content: bytes) -> None:
    before = rows(cycle)
    imported(cycle, content, kind)
    assert rows(cycle) != before

    undone(cycle)

    after = rows(cycle)
    after["person"] = [row for row in after["person"] if row[0] != "zoe"]
    assert after == before
    with cycle.factory() as session:
        assert load_organisation(session, cycle.now.date()).person("zoe") is None
    assert imported(cycle, content, kind).report.written > 0


def begin(session: Session, task: Task, cycle: SmallCycle) -> None:
    save_draft(session, task.id, {"results": "A good"}, by="mara", now=cycle.now)


def hand_on(session: Session, task: Task, cycle: SmallCycle) -> None:
    reassign(session, task.id, to="olga", by="hugo", reason="Knows more", now=cycle.now)


def complete(session: Session, task: Task, cycle: SmallCycle) -> None:
    answers = {**MANAGER_REVIEW, "overall_rating": 3, "rating_reason": LONG}
    submit(session, task.id, answers, by="mara", now=cycle.now)


@pytest.mark.parametrize(
    ("go_on", "holder", "why"),
    [
        (begin, "mara", "Mara has begun it since."),
        (hand_on, "olga", "It was handed on or taken since."),
        (complete, None, "It has been completed since."),
    ],
)
def test_a_task_on_which_work_has_gone_on_stays(
    reviewing: SmallCycle, go_on: Callable[[Session, Task, SmallCycle], None], holder: str | None, why: str
) -> None:
    imported(reviewing, moves_file(NEW_MANAGER))
    reviewing.now += timedelta(minutes=1)
    with transaction(reviewing.factory) as session:
        go_on(session, review_of(reviewing), reviewing)

    [task] = undone(reviewing).tasks

    assert (task.goes_back, task.why) == (False, why)
    assert [one.assignee for one in reviewing.open("manager_review", "ann")] == ([holder] if holder else [])


@pytest.mark.parametrize("has_begun", [False, True])
def test_r5_whoever_was_to_do_it_too_is_not_asked_any_more_unless_they_have_begun(
    reviewing: SmallCycle, *, has_begun: bool
) -> None:
    with transaction(reviewing.factory) as session:
        for instance in session.scalars(select(Instance)):
            instance.variables = {**instance.variables, "on_change": "both"}
    imported(reviewing, moves_file(NEW_MANAGER))
    with reviewing.factory() as session:
        second = session.scalars(select(Task).where(Task.state == "next")).one()
    assert (review_of(reviewing).assignee, second.assignee) == ("ben", "mara")
    if has_begun:
        with transaction(reviewing.factory) as session:
            begin(session, second, reviewing)

    undone(reviewing)

    with reviewing.factory() as session:
        assert session.get_one(Task, second.id).state == ("next" if has_begun else "cancelled")
    assert review_of(reviewing).assignee == "ben"


def test_the_preview_changes_nothing(reviewing: SmallCycle) -> None:
    imported(reviewing, moves_file(NEW_MANAGER))
    before = rows(reviewing)

    seen = undone(reviewing, preview_taking_back)

    assert (seen.going, review_of(reviewing).assignee) == (1, "mara")
    assert rows(reviewing) == before


def test_a_task_handed_out_since_follows(cycle: SmallCycle) -> None:
    imported(cycle, moves_file(NEW_MANAGER))
    cycle.travel(days=21, minutes=1)
    assert review_of(cycle).assignee == "mara"

    done = undone(cycle)

    assert (done.tasks, len(done.others.moves)) == ((), 1)
    assert review_of(cycle).assignee == "ben"


def test_only_the_newest_import_and_only_once(cycle: SmallCycle) -> None:
    first = imported(cycle, moves_file(NEW_MANAGER)).report.import_id
    imported(cycle, moves_file((TODAY.isoformat(), "dora", "manager", "mara")))

    with transaction(cycle.factory) as session, pytest.raises(Conflict, match="another one came after it"):
        take_back(session, first or 0, by="hugo", now=cycle.now)
    undone(cycle)

    with cycle.factory() as session:
        assert find_memory(session) is None


def test_many_that_are_still_being_moved_stay_or_go_back(
    reviewing: SmallCycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moves, "AT_ONCE", 1)
    day = TODAY.isoformat()
    with transaction(reviewing.factory) as session:
        content = moves_file(*((day, who, "manager", "mara") for who in ("ann", "dora", "eva")))
        received = receive(session, MOVES, content, file_name="file.csv", by="hugo", now=reviewing.now)
    assert received.tasks is not None
    assert received.tasks.batch_id is not None

    done = undone(reviewing)

    assert {one.why for one in done.tasks} == {"It has not been moved yet, and stays where it is."}
    assert {review_of(reviewing, who).assignee for who in ("ann", "dora", "eva")} == {"ben"}


def test_a_case_that_has_ended_stays_so_and_is_named(cycle: SmallCycle) -> None:
    day = TODAY.isoformat()
    imported(cycle, moves_file((day, "ann", "terminated", "")))

    done = undone(cycle)

    assert ([(one.person_id, one.action) for one in done.cases], done.ended) == ([("ann", "stays ended")], 1)
    assert cycle.case("ann").state == "cancelled"
    with cycle.factory() as session:
        person_now = load_organisation(session, cycle.now.date()).person("ann")
        assert person_now is not None
        assert not person_now.has_left
