"""What a cycle does where life does not fit its diagram: leave, late joiners, leavers, and changes of a day to come."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files

import pytest
from sqlalchemy import select

from engine.database import transaction
from engine.models import Instance
from engine.packages import read_package
from tests.workflows.cycles.living import about, choose, imported, leave, leaves, own_tasks, undone
from tests.workflows.people.cast import TODAY
from tests.workflows.small_cycle import LONG, MANAGER_REVIEW, SmallCycle, empty_database
from workflows.cycles.following import WHOLE
from workflows.cycles.pausing import PAUSE, change_case
from workflows.cycles.population import STANDARD, without_late_joiners, without_those_on_leave
from workflows.people.models import ACTIVE, ON_LEAVE
from workflows.people.organisation import load_organisation
from workflows.reviews.models import Submission
from workflows.reviews.reading import submissions_about
from workflows.reviews.submitting import save_draft
from workflows.routing.situations import GO_ON, PRO_RATE, SHORTEN, WHEN_LEAVING

SOON = TODAY + timedelta(days=5)
PERIOD = (date(2026, 1, 1), date(2026, 12, 31))


def period_ends(cycle: SmallCycle, subject: str) -> set[str]:
    return {one.variables["period_to"] for one in about(cycle, subject)}


def share(cycle: SmallCycle, subject: str) -> Decimal:
    [found] = {Decimal(one.variables["period"]["share"]) for one in about(cycle, subject)}
    return found


class TestSomebodyOnLeave:
    def test_r10_stands_still_with_their_case_and_goes_on_later_by_as_much(self, cycle: SmallCycle) -> None:
        choose(cycle, on_leave="pause")
        [task] = cycle.open("self_assessment", "ann")

        received = imported(cycle, leave("ann", (SOON - timedelta(days=1)).isoformat()))

        assert [(change.person_id, change.action) for change in received.cases] == [("ann", "pause")]
        assert own_tasks(cycle, "ann") == [("self_assessment", "paused")]
        assert own_tasks(cycle, "dora") == [("self_assessment", "open")]
        cycle.travel(days=5)
        [again] = cycle.open("self_assessment", "ann")
        assert again.due_at is not None
        assert task.due_at is not None
        assert again.due_at - task.due_at > timedelta(days=4)

    def test_r10_is_only_looked_at_by_the_preview(self, cycle: SmallCycle) -> None:
        choose(cycle, on_leave="pause")

        seen = imported(cycle, leave("ann"), look=True)

        assert [change.action for change in seen.cases] == ["pause"]
        assert own_tasks(cycle, "ann") == [("self_assessment", "open")]

    def test_r10_goes_on_where_the_cycle_says_so(self, cycle: SmallCycle) -> None:
        assert imported(cycle, leave("ann")).cases == ()
        assert own_tasks(cycle, "ann") == [("self_assessment", "open")]

    def test_r10_is_not_woken_where_hr_has_paused_the_case_itself(self, cycle: SmallCycle) -> None:
        choose(cycle, on_leave="pause")
        with transaction(cycle.factory) as session:
            change_case(session, cycle.case("ann"), PAUSE, by="rita", reason="A complaint is open.", now=cycle.now)
        imported(cycle, leave("ann", (SOON - timedelta(days=1)).isoformat()))

        cycle.travel(days=6)

        assert own_tasks(cycle, "ann") == [("self_assessment", "paused")]

    def test_r10_does_not_take_part_where_the_cycle_leaves_them_out(self, cycle: SmallCycle) -> None:
        received = imported(choose(cycle, on_leave="exclude"), leave("ann", SOON.isoformat()))

        assert [(change.person_id, change.action) for change in received.cases] == [("ann", "cancel")]
        assert (own_tasks(cycle, "ann"), cycle.case("ann").state) == ([("self_assessment", "cancelled")], "cancelled")
        cycle.travel(days=7)
        assert cycle.case("ann").state == "cancelled"
        assert cycle.case("dora").state == "open"

    def test_r10_is_not_among_those_who_take_part_at_the_launch(self) -> None:
        assert without_those_on_leave(STANDARD, "exclude").statuses == {ACTIVE}
        assert without_those_on_leave(STANDARD, "go on") == STANDARD

    def test_r10_leaves_nobody_where_only_who_is_on_leave_was_to_take_part(self, cycle: SmallCycle) -> None:
        away = replace(STANDARD, statuses=frozenset({ON_LEAVE}))
        with cycle.factory() as session:
            organisation = load_organisation(session, TODAY)
        assert organisation.select(without_those_on_leave(away, "exclude")) == []

    @pytest.mark.parametrize("gone", [leave, leaves])
    def test_their_case_ends_also_where_nothing_of_it_runs(
        self, cycle: SmallCycle, gone: Callable[[str], tuple[str, str, str, str]]
    ) -> None:
        choose(cycle, on_leave="exclude").write_reviews()
        assert about(cycle, "ann") == []

        received = imported(cycle, gone("ann"))

        assert [(change.person_id, change.action) for change in received.cases] == [("ann", "cancel")]
        assert cycle.case("ann").state == "cancelled"
        cycle.release()
        assert {task.subject for task in cycle.open("acknowledge")} == {
            "ben",
            "dora",
            "eva",
            "hugo",
            "mara",
            "olga",
            "rita",
        }

    def test_r10_has_a_shorter_period_that_ends_with_the_day_before(self, cycle: SmallCycle) -> None:
        received = imported(choose(cycle, on_leave="shorten"), leave("ann", SOON.isoformat()))

        [change] = received.cases
        assert (change.person_id, change.action) == ("ann", SHORTEN)
        assert change.why == "They went on leave after 21 November 2026."
        assert period_ends(cycle, "ann") == {"2026-11-21"}
        assert period_ends(cycle, "dora") == {"2026-11-30"}
        # It stays so when they are back, and in the steps that come later.
        cycle.travel(days=7)
        cycle.write_reviews().release()
        assert cycle.open("acknowledge", "ann") != []
        assert period_ends(cycle, "ann") == {"2026-11-21"}

    def test_r10_has_the_whole_period_again_when_the_import_is_taken_back(self, cycle: SmallCycle) -> None:
        imported(choose(cycle, on_leave="shorten"), leave("ann", SOON.isoformat()))

        [change] = undone(cycle).cases

        assert (change.person_id, change.action) == ("ann", WHOLE)
        assert period_ends(cycle, "ann") == {"2026-11-30"}

    def test_r10_keeps_the_period_that_an_earlier_leave_has_shortened(self, cycle: SmallCycle) -> None:
        imported(choose(cycle, on_leave="shorten"), leave("ann", (SOON - timedelta(days=3)).isoformat()))
        cycle.travel(days=4)
        imported(cycle, (cycle.now.date().isoformat(), "ann", "manager", "mara"))

        assert undone(cycle).cases == ()
        assert period_ends(cycle, "ann") == {"2026-11-21"}

    def test_r10_counts_by_the_share_of_the_period_that_was_worked(self, cycle: SmallCycle) -> None:
        choose(cycle, on_leave="pro-rate")

        [change] = imported(cycle, leave("ann", (TODAY + timedelta(days=3)).isoformat())).cases

        assert (change.person_id, change.action) == ("ann", PRO_RATE)
        assert (share(cycle, "ann"), share(cycle, "dora")) == (Decimal("0.989"), 1)
        # Somebody who stays away for longer has a smaller share; it ends with the period.
        imported(cycle, leave("ann", "2027-01-31"))
        assert share(cycle, "ann") == Decimal("0.9753")

    @pytest.mark.parametrize(("choice", "asked"), [("pro-rate", True), ("go on", False)])
    def test_r10_offers_the_share_to_the_process(self, choice: str, *, asked: bool) -> None:
        package = read_package(files("bpmn") / "annual_review")
        drawn = package["annual_review.bpmn"].decode().replace("rating = 1 or rating = 5", "period.share &lt; 0.99")
        with empty_database("sqlite://") as factory:
            cycle = SmallCycle(factory).launch({**package, "annual_review.bpmn": drawn.encode()})
            imported(choose(cycle, on_leave=choice), leave("ann", (TODAY + timedelta(days=3)).isoformat()))
            cycle.travel(days=21, minutes=1)

            for subject in ("ann", "dora"):
                cycle.do("manager_review", subject, **MANAGER_REVIEW)

            assert [task.subject for task in cycle.open("second_approval")] == (["ann"] if asked else [])


class TestALateJoiner:
    @pytest.mark.parametrize(
        ("choice", "last_hired"),
        [("30 days", "2026-12-02"), ("90 days", "2026-10-03"), ("half", "2026-07-03")],
    )
    def test_r11_takes_part_with_just_enough_days(self, choice: str, last_hired: str) -> None:
        narrowed = without_late_joiners(STANDARD, choice, PERIOD)

        assert narrowed.hired_before == date.fromisoformat(last_hired) + timedelta(days=1)

    def test_r11_always_takes_part_where_the_cycle_says_so(self) -> None:
        assert without_late_joiners(STANDARD, "take in", PERIOD) == STANDARD

    def test_r11_is_left_out_by_the_stricter_of_two_days(self) -> None:
        chosen = replace(STANDARD, hired_before=date(2026, 1, 1))

        assert without_late_joiners(chosen, "30 days", PERIOD) == chosen


class TestALeaver:
    def test_r13_ends_their_case_and_keeps_the_record(self, cycle: SmallCycle) -> None:
        with transaction(cycle.factory) as session:
            [task] = cycle.open("self_assessment", "ann")
            save_draft(session, task.id, {"summary": "Half a year of good work."}, by="ann", now=cycle.now)

        received = imported(cycle, leaves("ann"))

        assert [(change.person_id, change.action) for change in received.cases] == [("ann", "cancel")]
        assert own_tasks(cycle, "ann") == [("self_assessment", "cancelled")]
        assert cycle.case("ann").state == "cancelled"
        with cycle.factory() as session:
            assert session.scalars(select(Submission.author).where(Submission.subject == "ann")).all() == ["ann"]

    def test_r13_hands_on_what_they_owed_others(self, cycle: SmallCycle) -> None:
        cycle.travel(days=21, minutes=1)
        assert {task.assignee for task in cycle.open("manager_review", "ann")} == {"ben"}

        imported(cycle, (cycle.now.date().isoformat(), "ben", "terminated", ""))

        assert {task.assignee for task in cycle.open("manager_review", "ann")} == {"mara"}
        assert cycle.open("manager_review", "ben") == []

    @pytest.mark.parametrize("said", [True, False], ids=["by its rule", "launched before there was a rule"])
    def test_r13_is_reviewed_to_the_end_where_the_cycle_says_so(self, cycle: SmallCycle, *, said: bool) -> None:
        with transaction(cycle.factory) as session:
            root = session.get_one(Instance, cycle.root)
            kept = {name: value for name, value in root.variables.items() if name != WHEN_LEAVING.variable}
            root.variables = kept | ({WHEN_LEAVING.variable: GO_ON} if said else {})

        assert imported(cycle, leaves("ann")).cases == ()
        assert own_tasks(cycle, "ann") == [("self_assessment", "open")]


def test_r5_a_new_manager_of_a_day_to_come_gets_the_tasks_on_that_day(cycle: SmallCycle) -> None:
    cycle.travel(days=21, minutes=1)
    day = (cycle.now + timedelta(days=3)).date().isoformat()

    imported(cycle, (day, "ann", "manager", "mara"))

    assert [task.assignee for task in cycle.open("manager_review", "ann")] == ["ben"]
    cycle.travel(days=4)
    assert [task.assignee for task in cycle.open("manager_review", "ann")] == ["mara"]


def test_r5_both_managers_write_the_review_and_the_new_one_has_the_last_word(cycle: SmallCycle) -> None:
    with transaction(cycle.factory) as session:
        for instance in session.scalars(select(Instance)):
            instance.variables = {**instance.variables, "on_change": "both"}
    cycle.travel(days=21, minutes=1)
    imported(cycle, (cycle.now.date().isoformat(), "ann", "manager", "mara"))

    for writer, rating in (("ben", 3), ("mara", 4)):
        [task] = cycle.open("manager_review", "ann")
        assert task.assignee == writer
        with cycle.factory() as session:
            read = submissions_about(session, cycle.root, "ann", viewer=writer, roles={"manager"})
        assert [one.step for one in read].count("Manager review") == (0 if writer == "ben" else 1)
        answers = {**MANAGER_REVIEW, "overall_rating": rating, "rating_reason": LONG}
        with transaction(cycle.factory) as session:
            cycle.submit(session, task, **answers)
        cycle.work()

    assert (cycle.open("manager_review", "ann"), cycle.case("ann").rating) == ([], 4)
