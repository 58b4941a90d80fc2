"""What a form begins with when a step is come to again: what was handed in there before, as its holder may read it."""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest

from engine import tasks
from engine.database import transaction
from engine.models import Task
from engine.packages import read_package
from tests.workflows.reviews.writing import save, statements, the_task
from tests.workflows.small_cycle import ANSWERS, LONG, MANAGER_REVIEW, SmallCycle, counted, empty_database
from workflows.reviews.beginning import find_beginning
from workflows.reviews.models import Submission
from workflows.reviews.sending_back import reopen
from workflows.reviews.submitting import submit

RATED = {**MANAGER_REVIEW, "overall_rating": 1, "rating_reason": LONG, "private_note": "Between us."}
NOT_YET = {**ANSWERS["second_approval"], "outcome": "send_back", "reason": LONG}


def hand_in(cycle: SmallCycle, step: str, answers: dict[str, Any]) -> Task:
    """Hand in the one open task of a step about Ann, as whoever has it."""
    task = the_task(cycle, step, "ann")
    with transaction(cycle.factory) as session:
        submit(session, task.id, answers, by=task.assignee or "", now=cycle.now)
    cycle.work()
    return task


def refused(cycle: SmallCycle) -> Task:
    """The review of Ann by Ben, with the lowest rating, that the second level does not approve: open again."""
    cycle.travel(days=21, minutes=1)
    hand_in(cycle, "manager_review", RATED)
    hand_in(cycle, "second_approval", NOT_YET)
    return the_task(cycle, "manager_review", "ann")


def beginning(cycle: SmallCycle, task: Task, reader: str) -> Submission | None:
    with cycle.factory() as session:
        return find_beginning(session, tasks.find(session, task.id), reader)


def answers_of(found: Submission | None) -> dict[str, Any]:
    assert found is not None
    return found.answers


@pytest.fixture
def hidden_note() -> Iterator[SmallCycle]:
    """The cycle with a note in the review of the manager that HR alone reads."""
    package = dict(read_package(files("bpmn") / "annual_review"))
    form = package["forms/manager-review.json"]
    assert form.count(b'"visibleTo": "manager hr"') == 1
    package["forms/manager-review.json"] = form.replace(b'"visibleTo": "manager hr"', b'"visibleTo": "hr"')
    with empty_database("sqlite://") as factory:
        yield SmallCycle(factory).launch(package)


def test_what_was_handed_in_is_there_when_the_diagram_leads_back(stored_cycle: SmallCycle) -> None:
    again = refused(stored_cycle)
    with stored_cycle.factory() as session:
        found = tasks.find(session, again.id)
        with counted(stored_cycle.factory) as sent:
            begins = find_beginning(session, found, "ben")
        assert len(statements(sent)) == 1
    assert begins is not None
    assert (begins.author, begins.submitted_at, begins.task_id != again.id) == ("ben", stored_cycle.now, True)
    assert begins.answers["private_note"] == "Between us."


def test_it_is_a_draft_from_the_first_change_on(cycle: SmallCycle) -> None:
    again = refused(cycle)
    save(cycle, again, {"results": "Written anew"}, by="ben", version=0)
    begins = beginning(cycle, again, "ben")
    assert begins is not None
    assert (begins.task_id, begins.submitted_at) == (again.id, None)
    assert (begins.answers["results"], begins.answers["private_note"]) == ("Written anew", "")


def test_of_several_times_the_last_one_counts(cycle: SmallCycle) -> None:
    refused(cycle)
    hand_in(cycle, "manager_review", RATED | {"private_note": "The second time."})
    hand_in(cycle, "second_approval", NOT_YET)
    again = the_task(cycle, "manager_review", "ann")
    assert answers_of(beginning(cycle, again, "ben"))["private_note"] == "The second time."


def test_a_decision_is_made_anew(cycle: SmallCycle) -> None:
    refused(cycle)
    hand_in(cycle, "manager_review", RATED)
    assert beginning(cycle, the_task(cycle, "second_approval", "ann"), "mara") is None


def test_nobody_begins_with_the_words_of_another_case(cycle: SmallCycle) -> None:
    refused(cycle)
    assert beginning(cycle, the_task(cycle, "manager_review", "dora"), "ben") is None


def test_somebody_else_begins_with_what_the_contract_lets_them_read(hidden_note: SmallCycle) -> None:
    again = refused(hidden_note)
    assert answers_of(beginning(hidden_note, again, "ben"))["private_note"] == "Between us."
    with transaction(hidden_note.factory) as session:
        tasks.reassign(session, again.id, to="carl", by="hugo", reason="", now=hidden_note.now)
    begins = beginning(hidden_note, again, "carl")
    assert begins is not None
    assert (begins.author, begins.answers["results"], begins.answers["overall_rating"]) == ("ben", LONG, 1)
    assert "private_note" not in begins.answers
    # And what Ben had handed in is what it was.
    with hidden_note.factory() as session:
        kept = session.get(Submission, begins.task_id)
        assert kept is not None
        assert kept.answers["private_note"] == "Between us."


def test_so_does_whoever_gets_it_when_it_is_opened_again(hidden_note: SmallCycle) -> None:
    """Carl has written for Ben once; what HR opens again comes to Ben, who is the manager."""
    hidden_note.travel(days=21, minutes=1)
    with transaction(hidden_note.factory) as session:
        first = the_task(hidden_note, "manager_review", "ann")
        tasks.reassign(session, first.id, to="carl", by="hugo", reason="", now=hidden_note.now)
    done = hand_in(hidden_note, "manager_review", RATED)
    with transaction(hidden_note.factory) as session:
        reopen(session, done.id, by="hugo", reason="Too short.", now=hidden_note.now)
    again = the_task(hidden_note, "manager_review", "ann")
    assert again.assignee == "ben"
    begins = answers_of(beginning(hidden_note, again, "ben"))
    assert (begins["results"], "private_note" in begins) == (LONG, False)
