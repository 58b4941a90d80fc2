"""Stories of handing in: all of it or nothing, once and not twice, and what the process gets to know."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.database import transaction
from engine.errors import Conflict, NotAllowed, NotFound, Rejection
from engine.models import HistoryEntry, Instance, Task
from tests.workflows.reviews.writing import SELF_ASSESSMENT, commits, everything, save, statements, stored, the_task
from tests.workflows.small_cycle import ANSWERS, LONG, MANAGER_REVIEW, SmallCycle, counted
from workflows.reviews import hooks
from workflows.reviews.hooks import Hook, Submitted, after_submit
from workflows.reviews.models import Submission
from workflows.reviews.submitting import FormIncomplete, submit

RATED = {**MANAGER_REVIEW, "rating_reason": LONG}
THREADS = 20


def hand_in(cycle: SmallCycle, task: Task, answers: dict[str, Any], *, by: str, revision: int | None = None) -> None:
    """Hand in a form in a transaction of its own, and let the machine work."""
    with transaction(cycle.factory) as session:
        submit(session, task.id, answers, by=by, now=cycle.now, revision=revision)
    cycle.work()


def assess(cycle: SmallCycle, who: str = "ann") -> None:
    hand_in(cycle, the_task(cycle, "self_assessment", who), SELF_ASSESSMENT, by=who)


def variables(cycle: SmallCycle, task: Task) -> dict[str, Any]:
    with cycle.factory() as session:
        return dict(session.get_one(Instance, task.instance_id).variables)


@contextmanager
def hooked(form: str, hook: Hook) -> Iterator[None]:
    """With `hook` set in motion by the form, until the block ends."""
    after_submit(form)(hook)
    try:
        yield
    finally:
        hooks._hooks[form].remove(hook)


def test_the_process_goes_on_when_a_form_is_handed_in(stored_cycle: SmallCycle) -> None:
    # Given Ann's open self-assessment, when she hands it in
    task = the_task(stored_cycle, "self_assessment", "ann")
    hand_in(stored_cycle, task, SELF_ASSESSMENT, by="ann")
    # Then it is kept under her name, and her manager has the next step.
    kept = stored(stored_cycle, task)
    assert (kept.state, kept.author, kept.form, kept.submitted_at) == (
        "submitted",
        "ann",
        "self-assessment",
        stored_cycle.now,
    )
    assert the_task(stored_cycle, "manager_review", "ann").assignee == "ben"
    assert stored_cycle.open("self_assessment", "ann") == []


def test_missing_answers_change_nothing_at_all(stored_cycle: SmallCycle) -> None:
    # Given a draft, when it is handed in although answers are missing, and the caller goes on and commits
    task = the_task(stored_cycle, "self_assessment", "ann")
    save(stored_cycle, task, {"summary": "half"}, by="ann")
    before = everything(stored_cycle.factory)
    with transaction(stored_cycle.factory) as session, pytest.raises(FormIncomplete, match="2 answers need") as found:
        submit(session, task.id, {"summary": "too short", "support": ""}, by="ann", now=stored_cycle.now)
    # Then it says where something is missing, and not one row is different.
    assert set(found.value.checked.errors) == {"summary", "support"}
    assert everything(stored_cycle.factory) == before


def test_a_task_that_changed_meanwhile_is_looked_at_again(cycle: SmallCycle) -> None:
    task = the_task(cycle, "self_assessment", "ann")
    before = everything(cycle.factory)
    with pytest.raises(Conflict, match="has changed since you opened it"):
        hand_in(cycle, task, SELF_ASSESSMENT, by="ann", revision=task.revision + 1)
    assert everything(cycle.factory) == before
    hand_in(cycle, task, SELF_ASSESSMENT, by="ann", revision=task.revision)


def test_handing_in_twice_is_told_and_changes_nothing(stored_cycle: SmallCycle) -> None:
    task = the_task(stored_cycle, "self_assessment", "ann")
    assess(stored_cycle)
    before = everything(stored_cycle.factory)
    with pytest.raises(Conflict, match="completed already"):
        hand_in(stored_cycle, task, {**SELF_ASSESSMENT, "summary": LONG * 2}, by="ann")
    assert everything(stored_cycle.factory) == before


@pytest.mark.parametrize("stranger", ["ben", "eva", "hugo"])
def test_nobody_hands_in_for_somebody_else(cycle: SmallCycle, stranger: str) -> None:
    task = the_task(cycle, "self_assessment", "ann")
    before = everything(cycle.factory)
    with pytest.raises(NotAllowed):
        hand_in(cycle, task, SELF_ASSESSMENT, by=stranger)
    assert everything(cycle.factory) == before


def test_a_task_that_does_not_exist(cycle: SmallCycle) -> None:
    with pytest.raises(NotFound):
        hand_in(cycle, Task(id=99_999), SELF_ASSESSMENT, by="ann")


def test_of_twenty_at_once_exactly_one_hands_in(postgres_cycle: SmallCycle) -> None:
    # Given one open form, when twenty windows hand it in at the same moment, each with a text of its own
    cycle = postgres_cycle
    task = the_task(cycle, "self_assessment", "ann")
    begin = Barrier(THREADS)

    def press(number: int) -> str:
        begin.wait()
        try:
            with transaction(cycle.factory) as session:
                submit(session, task.id, {**SELF_ASSESSMENT, "summary": f"{LONG} {number}"}, by="ann", now=cycle.now)
        except Rejection as refusal:
            return type(refusal).__name__
        return f"{LONG} {number}"

    with ThreadPoolExecutor(THREADS) as pool:
        answers = Counter(pool.map(press, range(THREADS)))
    cycle.work()
    # Then one succeeds, nineteen are told, and everything that follows happened once.
    assert answers.pop("Conflict") == THREADS - 1
    (winner,) = answers
    assert stored(cycle, task).answers["summary"] == winner
    assert the_task(cycle, "manager_review", "ann").assignee == "ben"
    with cycle.factory() as session:
        completed = select(func.count()).where(HistoryEntry.kind == "task_completed", HistoryEntry.actor == "ann")
        assert session.scalar(completed) == 1


class TestWhatFollowsFromAForm:
    def test_a_refusal_undoes_everything(self, stored_cycle: SmallCycle) -> None:
        # Given a rule that lets nobody hand in this form
        def refuse(session: Session, submitted: Submitted) -> None:
            assert submitted.answers["summary"] == LONG
            assert session.get(Submission, submitted.task.id) is not None
            raise Rejection("Not in this quarter.")

        task = the_task(stored_cycle, "self_assessment", "ann")
        before = everything(stored_cycle.factory)
        # When it is handed in, then the reason is told and nothing of it remains.
        with hooked("self-assessment", refuse), pytest.raises(Rejection, match="Not in this quarter"):
            hand_in(stored_cycle, task, SELF_ASSESSMENT, by="ann")
        assert everything(stored_cycle.factory) == before

    def test_values_reach_the_process(self, cycle: SmallCycle) -> None:
        task = the_task(cycle, "self_assessment", "ann")
        with hooked("self-assessment", lambda _session, _submitted: {"words": 17}):
            hand_in(cycle, task, SELF_ASSESSMENT, by="ann")
        assert variables(cycle, task)["words"] == 17

    def test_other_forms_are_left_alone(self, cycle: SmallCycle) -> None:
        def refuse(_session: object, _submitted: object) -> None:
            raise Rejection("This is about another form.")

        with hooked("manager-review", refuse):
            assess(cycle)
        assert cycle.open("manager_review", "ann")

    def test_what_people_write_never_reaches_the_process(self, cycle: SmallCycle) -> None:
        task = the_task(cycle, "self_assessment", "ann")
        assess(cycle)
        assert LONG not in str(variables(cycle, task))


class TestRatings:
    def test_a_rating_reaches_the_case(self, stored_cycle: SmallCycle) -> None:
        assess(stored_cycle)
        task = the_task(stored_cycle, "manager_review", "ann")
        hand_in(stored_cycle, task, {**RATED, "overall_rating": 4}, by="ben")
        assert (stored_cycle.case("ann").rating, stored_cycle.case("ann").final_rating) == (4, 4)
        assert stored_cycle.case("dora").rating is None
        assert variables(stored_cycle, task)["rating"] == 4

    def test_a_review_in_words_alone_goes_on_without_one(self, stored_cycle: SmallCycle) -> None:
        # Given a review of which the rating, and with it the reason for it, was left out
        assess(stored_cycle)
        task = the_task(stored_cycle, "manager_review", "ann")
        hand_in(stored_cycle, task, MANAGER_REVIEW, by="ben")
        # Then the diagram reads null where it asks for the rating, and takes it for nothing extreme.
        assert variables(stored_cycle, task)["rating"] is None
        assert stored_cycle.case("ann").rating is None
        assert stored_cycle.open("second_approval", "ann") == []

    def test_a_review_written_again_replaces_the_rating(self, cycle: SmallCycle) -> None:
        # Given a lowest rating that the second level sends back
        assess(cycle)
        hand_in(cycle, the_task(cycle, "manager_review", "ann"), {**RATED, "overall_rating": 1}, by="ben")
        back = {**ANSWERS["second_approval"], "outcome": "send_back", "reason": LONG}
        hand_in(cycle, the_task(cycle, "second_approval", "ann"), back, by="mara")
        # When the manager writes it again in words alone, then there is no rating left.
        hand_in(cycle, the_task(cycle, "manager_review", "ann"), MANAGER_REVIEW, by="ben")
        assert cycle.case("ann").rating is None

    def test_no_other_step_touches_it(self, cycle: SmallCycle) -> None:
        cycle.write_reviews(ann=5, dora=2)
        assert (cycle.case("ann").rating, cycle.case("dora").rating, cycle.case("eva").rating) == (5, 2, None)


def test_questions_the_form_has_hidden_are_null_for_the_diagram(cycle: SmallCycle) -> None:
    # Given a proposal of nothing, by which the form hides every amount
    cycle.write_reviews(ann=3).release().reach_proposals()
    task = the_task(cycle, "propose_reward", "ann")
    hand_in(cycle, task, {"kind": "none", "amount": "5000", "new_grade": "G9"}, by="ben")
    # Then the process knows of none, whatever the browser has sent along, and neither does the file.
    known = variables(cycle, task)
    assert {name: known[name] for name in ("reward_kind", "amount", "amount_percent", "new_grade")} == {
        "reward_kind": "none",
        "amount": None,
        "amount_percent": None,
        "new_grade": None,
    }
    assert stored(cycle, task).answers.get("amount") is None


def test_an_open_question_is_null_even_where_the_process_knows_its_name(cycle: SmallCycle) -> None:
    # Given a process that has a variable called like a question of the next form
    with hooked("self-assessment", lambda _session, _submitted: {"overall_rating": 5}):
        assess(cycle)
    task = the_task(cycle, "manager_review", "ann")
    given: list[dict[str, Any]] = []
    # When that question is left open
    with hooked("manager-review", lambda _session, submitted: given.append(submitted.answers)):
        hand_in(cycle, task, MANAGER_REVIEW, by="ben")
    # Then the answer is null, and not what the process knew before.
    assert [(answers["overall_rating"], answers["rating_reason"]) for answers in given] == [(None, None)]
    assert variables(cycle, task)["rating"] is None
    assert cycle.case("ann").rating is None


def test_handing_in_costs_nine_statements_and_one_commit(stored_cycle: SmallCycle) -> None:
    assess(stored_cycle, "eva")
    task = the_task(stored_cycle, "self_assessment", "ann")
    factory = stored_cycle.factory
    with counted(factory) as sent, commits(factory) as made, transaction(factory) as session:
        submit(session, task.id, SELF_ASSESSMENT, by="ann", now=stored_cycle.now)
    assert len(statements(sent)) <= 9, sent
    assert len(made) == 1
