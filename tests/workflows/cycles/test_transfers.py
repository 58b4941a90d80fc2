"""R12: whoever gets another manager in the middle of a cycle takes along what the former one has to say."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine import ServiceCall, program_for
from engine.database import transaction
from engine.models import Definition, HistoryEntry, Instance, Task
from tests.workflows.cycles.living import undone
from tests.workflows.people.cast import TODAY, moves_file
from tests.workflows.small_cycle import LONG, SmallCycle, counted
from workflows.calibration.releasing import release
from workflows.cycles.launching import launch
from workflows.cycles.models import ClosingReview, Cycle
from workflows.cycles.transfers import ASKED, SKIPPED, WITHDRAWN
from workflows.people.models import PersonVersion
from workflows.reviews.reading import submissions_about
from workflows.reviews.submitting import save_draft, submit
from workflows.routing.explain import explain
from workflows.routing.receiving import MOVES, Received, preview_receiving, receive

CLOSING = {"can_judge": "yes", "results": LONG, "private_note": "Ask about the move to Porto."}


@pytest.fixture
def asking(cycle: SmallCycle) -> SmallCycle:
    """A cycle that asks for closing reviews; everybody has been with their manager since the period began."""
    with transaction(cycle.factory) as session:
        root = session.get_one(Instance, cycle.root)
        root.variables = {**root.variables, "on_transfer": "closing review"}
        for version in session.scalars(select(PersonVersion)):
            version.valid_from = date(2025, 12, 1)
    return cycle


def moved(cycle: SmallCycle, *moves: tuple[str, str, str], look: bool = False) -> Received:
    """Import these moves of today, or only look, and let the machine work."""
    day = cycle.now.date().isoformat()
    content = moves_file(*((day, *move) for move in moves))
    with transaction(cycle.factory) as session:
        act = preview_receiving if look else receive
        received = act(session, MOVES, content, file_name="moves.csv", by="rita", now=cycle.now)
        assert received.report.is_valid, received.report.defects
    cycle.work()
    return received


def told(changes: Any) -> list[tuple[str, str]]:
    return [(change.person_id, change.action) for change in changes]


def closing_of(cycle: SmallCycle, subject: str = "ann") -> Task:
    [task] = cycle.open("closing_review_step", subject)
    return task


def hand_in(cycle: SmallCycle, by: str = "ben") -> None:
    with transaction(cycle.factory) as session:
        submit(session, closing_of(cycle).id, CLOSING, by=by, now=cycle.now)


def read_by(cycle: SmallCycle, viewer: str, role: str) -> list[tuple[str, list[str]]]:
    """The steps about Ann that somebody reads, with the keys of the answers."""
    with cycle.factory() as session:
        shown = submissions_about(session, cycle.root, "ann", viewer=viewer, roles={role})
    return [(one.step, [answer.key for answer in one.answers if answer.text]) for one in shown]


def notes(cycle: SmallCycle, kind: str) -> list[str]:
    with cycle.factory() as session:
        entries = session.scalars(select(HistoryEntry).where(HistoryEntry.kind == kind))
        return [entry.detail["reason"] for entry in entries]


class TestATransfer:
    def test_r12_asks_the_former_manager_for_a_closing_review_within_30_days(self, asking: SmallCycle) -> None:
        received = moved(asking, ("ann", "manager", "mara"))

        assert told(received.cases) == [("ann", ASKED)]
        task = closing_of(asking)
        assert (task.assignee, task.subject) == ("ben", "ann")
        assert task.due_at is not None
        assert (task.due_at.date() - TODAY).days in (30, 31)
        assert "You were Ann’s manager until 21 November 2026" in explain(task.explanation, holder="ben", reader="ben")
        assert notes(asking, ASKED) == ["Ben was Ann’s manager for 356 days of the period, until 21 November 2026."]

    def test_r12_is_an_input_of_the_new_manager_once_it_is_handed_in_and_not_before(self, asking: SmallCycle) -> None:
        moved(asking, ("ann", "manager", "mara"))
        with transaction(asking.factory) as session:
            save_draft(session, closing_of(asking).id, CLOSING, by="ben", now=asking.now)
        assert read_by(asking, "mara", "manager") == []

        hand_in(asking)

        assert read_by(asking, "mara", "manager") == [("Closing review", ["can_judge", "results", "private_note"])]
        assert read_by(asking, "ann", "subject") == []

    def test_r12_is_released_to_its_subject_with_the_review_but_for_the_private_note(self, asking: SmallCycle) -> None:
        moved(asking, ("ann", "manager", "mara"))
        hand_in(asking)
        asking.write_reviews(ann=3)
        assert [step for step, _ in read_by(asking, "ann", "subject")] == []

        asking.release()

        assert ("Closing review", ["can_judge", "results"]) not in read_by(asking, "ann", "subject")
        assert ("Closing review", ["results"]) in read_by(asking, "ann", "subject")

    def test_r12_is_read_beside_the_review_also_when_the_transfer_comes_after_the_period(
        self, asking: SmallCycle
    ) -> None:
        asking.travel(days=14)
        received = moved(asking, ("ann", "manager", "mara"))

        assert [change.why for change in received.cases] == [
            "Ben was Ann’s manager for 365 days of the period, until 30 November 2026."
        ]
        hand_in(asking)
        assert [step for step, _ in read_by(asking, "mara", "manager")] == ["Closing review"]

    def test_r12_goes_to_the_next_level_where_the_former_manager_has_left(self, asking: SmallCycle) -> None:
        moved(asking, ("ben", "terminated", ""), ("ann", "manager", "dora"))

        assert closing_of(asking).assignee == "mara"

    def test_r12_moves_up_where_the_former_manager_leaves_before_it_is_written(self, asking: SmallCycle) -> None:
        moved(asking, ("ann", "manager", "dora"))
        moved(asking, ("ben", "terminated", ""))

        assert closing_of(asking).assignee == "mara"

    def test_r12_is_skipped_with_a_note_where_only_the_new_manager_could_write_it(self, asking: SmallCycle) -> None:
        received = moved(asking, ("ben", "terminated", ""), ("ann", "manager", "mara"))

        assert ("ann", SKIPPED) in told(received.cases)
        assert asking.open("closing_review_step", "ann") == []
        assert notes(asking, SKIPPED) == ["Ben has left, and Mara, who is next in line, is the new manager."]

    def test_r12_asks_nobody_after_too_few_days(self, asking: SmallCycle) -> None:
        with transaction(asking.factory) as session:
            root = session.get_one(Instance, asking.root)
            root.variables = {**root.variables, "days_served": 357}

        assert moved(asking, ("ann", "manager", "mara")).cases == ()
        assert asking.open("closing_review_step") == []

    def test_r12_asks_nobody_where_the_cycle_does_not(self, cycle: SmallCycle) -> None:
        assert moved(cycle, ("ann", "manager", "mara")).cases == ()
        assert cycle.open("closing_review_step") == []

    def test_r12_asks_nobody_about_somebody_who_leaves(self, asking: SmallCycle) -> None:
        moved(asking, ("ann", "terminated", ""))

        assert asking.open("closing_review_step") == []

    def test_r12_asks_once_for_each_time_under_a_manager(self, asking: SmallCycle) -> None:
        moved(asking, ("ann", "manager", "mara"))
        moved(asking, ("ann", "leave", "2027-01-31"))

        assert len(asking.open("closing_review_step")) == 1

    def test_r12_is_only_told_by_the_preview(self, asking: SmallCycle) -> None:
        assert told(moved(asking, ("ann", "manager", "mara"), look=True).cases) == [("ann", ASKED)]
        assert asking.open("closing_review_step") == []

    def test_r12_is_asked_on_the_day_of_the_transfer(self, asking: SmallCycle) -> None:
        day = (TODAY + timedelta(days=3)).isoformat()
        with transaction(asking.factory) as session:
            content = moves_file((day, "ann", "manager", "mara"))
            receive(session, MOVES, content, file_name="moves.csv", by="rita", now=asking.now)
        assert asking.work().open("closing_review_step") == []

        asking.travel(days=4)

        assert closing_of(asking).assignee == "ben"

    def test_r12_costs_one_statement_for_each_person_more(self, asking: SmallCycle) -> None:
        moved(asking, ("carl", "leave", "2027-01-31"))
        with counted(asking.factory) as two:
            moved(asking, *((who, "manager", "mara") for who in ("ann", "dora")), look=True)
        with counted(asking.factory) as three:
            moved(asking, *((who, "manager", "mara") for who in ("ann", "dora", "eva")), look=True)

        # One row for each is written, which SQLite takes one by one; what is read for them does not grow.
        assert len(three) == len(two) + 1


class TestTakingTheImportBack:
    def test_r12_takes_an_untouched_closing_review_back(self, asking: SmallCycle) -> None:
        moved(asking, ("ann", "manager", "mara"))

        done = undone(asking)

        assert ("ann", WITHDRAWN) in told(done.cases)
        assert asking.open("closing_review_step") == []
        moved(asking, ("ann", "manager", "mara"))
        assert closing_of(asking).assignee == "ben"

    def test_r12_keeps_one_that_was_begun(self, asking: SmallCycle) -> None:
        moved(asking, ("ann", "manager", "mara"))
        with transaction(asking.factory) as session:
            save_draft(session, closing_of(asking).id, CLOSING, by="ben", now=asking.now)

        undone(asking)

        assert closing_of(asking).assignee == "ben"


def test_r12_is_offered_to_the_next_cycle_in_whose_period_the_time_ends(asking: SmallCycle) -> None:
    moved(asking, ("ann", "manager", "mara"))
    hand_in(asking)
    with transaction(asking.factory) as session:
        asked = session.scalars(select(ClosingReview)).one()
        cycle = session.scalars(select(Cycle)).one()
        cycle.period_from, cycle.period_to = asked.served_to + timedelta(days=1), asked.served_to + timedelta(days=90)
    assert read_by(asking, "mara", "manager") == []

    with transaction(asking.factory) as session:
        session.scalars(select(Cycle)).one().period_from = asked.served_to

    assert [step for step, _ in read_by(asking, "mara", "manager")] == ["Closing review"]


def test_r20_is_not_released_by_another_cycle_before_the_one_that_has_asked_for_it(asking: SmallCycle) -> None:
    moved(asking, ("ann", "manager", "mara"))
    hand_in(asking)
    with transaction(asking.factory) as session:
        first = session.scalars(select(Cycle)).one()
        period = (first.period_from, first.period_to)
        definition = session.get_one(Definition, first.definition_id)
        other = launch(session, definition, name="Bonus round", period=period, by="hugo", now=asking.now).instance_id

    def release_by(root: int) -> list[str]:
        with transaction(asking.factory) as session:
            instance = session.get_one(Instance, root)
            step = program_for(session, instance.definition_id).step("release")
            release(session, ServiceCall(instance, step, {}, {}, asking.now))
        return [step for step, _ in read_by(asking, "ann", "subject")]

    assert "Closing review" not in release_by(other)
    assert "Closing review" in release_by(asking.root)
