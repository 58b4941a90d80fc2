"""What a cycle does where life does not fit its diagram: leave, late joiners, leavers, and changes of a day to come."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files

import pytest
from sqlalchemy import select, update

from engine.database import transaction
from engine.models import FanOut, Instance, Task
from engine.packages import read_package
from tests.workflows.people.cast import TODAY, moves_file, people_file, person
from tests.workflows.reviews.writing import SELF_ASSESSMENT
from tests.workflows.small_cycle import MANAGER_REVIEW, SmallCycle, empty_database, team
from workflows.cycles.following import WHOLE
from workflows.cycles.joining import JOINED, LEFT_OUT
from workflows.cycles.models import Case, Cycle
from workflows.cycles.pausing import PAUSE, change_case
from workflows.cycles.population import STANDARD, without_late_joiners, without_those_on_leave
from workflows.people.imports.undoing import find_memory
from workflows.people.models import ACTIVE, ON_LEAVE
from workflows.people.organisation import load_organisation
from workflows.reviews.models import Submission
from workflows.reviews.submitting import save_draft
from workflows.routing.explain import explain
from workflows.routing.receiving import MOVES, PEOPLE, Received, preview_receiving, receive
from workflows.routing.situations import GO_ON, PRO_RATE, SHORTEN, WHEN_LEAVING
from workflows.routing.taking_back import TakenBack, take_back

SOON = TODAY + timedelta(days=5)
PERIOD = (date(2026, 1, 1), date(2026, 12, 31))


def choose(cycle: SmallCycle, **rules: str) -> SmallCycle:
    """Let the cycle have been launched with these rules."""
    with transaction(cycle.factory) as session:
        root = session.get_one(Instance, cycle.root)
        root.variables = {**root.variables, **rules}
    return cycle


def imported(cycle: SmallCycle, *moves: tuple[str, str, str, str], look: bool = False) -> Received:
    """Import these moves, or only look, and let the machine work."""
    with transaction(cycle.factory) as session:
        act = preview_receiving if look else receive
        received = act(session, MOVES, moves_file(*moves), file_name="moves.csv", by="rita", now=cycle.now)
    cycle.work()
    return received


def undone(cycle: SmallCycle) -> TakenBack:
    """Take the newest import back, and let the machine work."""
    cycle.now += timedelta(minutes=5)
    with transaction(cycle.factory) as session:
        found = find_memory(session)
        assert found is not None
        done = take_back(session, found[0].id, by="rita", now=cycle.now)
    cycle.work()
    return done


def own_tasks(cycle: SmallCycle, subject: str) -> list[tuple[str, str]]:
    with cycle.factory() as session:
        found = session.scalars(select(Task).where(Task.subject == subject).order_by(Task.id))
        return [(task.step, task.state) for task in found]


def about(cycle: SmallCycle, subject: str) -> list[Instance]:
    """What runs about somebody."""
    with cycle.factory() as session:
        return list(session.scalars(select(Instance).where(Instance.subject == subject, Instance.state == "running")))


def period_ends(cycle: SmallCycle, subject: str) -> set[str]:
    return {one.variables["period_to"] for one in about(cycle, subject)}


def share(cycle: SmallCycle, subject: str) -> Decimal:
    [found] = {Decimal(one.variables["period"]["share"]) for one in about(cycle, subject)}
    return found


def leave(person: str, last: str = "") -> tuple[str, str, str, str]:
    return (TODAY.isoformat(), person, "leave", last)


def leaves(person: str) -> tuple[str, str, str, str]:
    return (TODAY.isoformat(), person, "terminated", "")


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


@pytest.fixture
def hiring(cycle: SmallCycle) -> SmallCycle:
    """A cycle that takes people in while it runs, with half a year of its period left."""
    with transaction(cycle.factory) as session:
        session.scalars(select(Cycle)).one().period_to = date(2027, 5, 31)
    return choose(cycle, on_hiring="take in")


def hired(cycle: SmallCycle, day: date | None = None, *, look: bool = False, **cells: str) -> Received:
    """Import the people file with Zoe in it, hired on a day, or only look; and let the machine work."""
    zoe = person("zoe", "ben", hire_date=(day or cycle.now.date()).isoformat(), **cells)
    with transaction(cycle.factory) as session:
        act = preview_receiving if look else receive
        received = act(session, PEOPLE, people_file([*team(), zoe]), file_name="people.csv", by="rita", now=cycle.now)
        assert received.report.is_valid, received.report.defects
    cycle.work()
    return received


def cases_of(cycle: SmallCycle, who: str) -> list[str]:
    with cycle.factory() as session:
        return list(session.scalars(select(Case.state).where(Case.person_id == who)))


class TestSomebodyHiredWhileTheCycleRuns:
    def test_r11_takes_part_with_everybody_else(self, hiring: SmallCycle) -> None:
        hiring.travel(days=3)

        received = hired(hiring)

        assert [(change.person_id, change.action) for change in received.cases] == [("zoe", JOINED)]
        [task] = hiring.open("self_assessment", "zoe")
        assert (task.assignee, cases_of(hiring, "zoe")) == ("zoe", ["open"])
        hiring.write_reviews()
        hiring.release()
        assert [one.subject for one in hiring.open("acknowledge") if one.subject == "zoe"] == ["zoe"]

    def test_r11_is_waited_for_before_the_cycle_goes_on(self, hiring: SmallCycle) -> None:
        hiring.travel(days=20)
        hired(hiring)
        hiring.travel(days=2)
        for subject in {task.subject for task in hiring.open("manager_review")}:
            hiring.do("manager_review", subject, **MANAGER_REVIEW)
        assert hiring.open("release") == []

        hiring.do("self_assessment", "zoe", **SELF_ASSESSMENT)
        hiring.do("manager_review", "zoe", **MANAGER_REVIEW)

        assert len(hiring.open("release")) == 1

    @pytest.mark.parametrize(("least", "action", "cases"), [(191, JOINED, ["open"]), (192, LEFT_OUT, [])])
    def test_r11_needs_enough_days_of_the_period(
        self, hiring: SmallCycle, least: int, action: str, cases: list[str]
    ) -> None:
        [change] = hired(choose(hiring, hired_days_left=least)).cases

        assert (change.action, cases_of(hiring, "zoe")) == (action, cases)
        told = "They were hired on 22 November 2026, with 191 days of the period left; 192 are asked for."
        assert (change.why == told) == (action == LEFT_OUT)

    def test_r11_is_left_out_once_all_reviews_are_written(self, hiring: SmallCycle) -> None:
        hiring.write_reviews()

        [change] = hired(hiring).cases

        assert (change.action, cases_of(hiring, "zoe")) == (LEFT_OUT, [])
        assert "after all reviews of this cycle were written" in change.why

    def test_r11_is_left_out_where_the_cycle_does_not_take_people_in(self, cycle: SmallCycle) -> None:
        assert hired(cycle).cases == ()
        assert cases_of(cycle, "zoe") == []

    def test_r11_is_only_told_by_the_preview(self, hiring: SmallCycle) -> None:
        assert [change.action for change in hired(hiring, look=True).cases] == [JOINED]
        assert cases_of(hiring, "zoe") == []

    def test_r11_takes_part_once_however_often_the_file_comes(self, hiring: SmallCycle) -> None:
        hired(hiring)
        assert hired(hiring, day=TODAY, job_title="Lead").cases == ()

        assert len(hiring.open("self_assessment", "zoe")) == 1

    def test_r11_takes_part_from_the_day_of_the_hire(self, hiring: SmallCycle) -> None:
        assert hired(hiring, day=SOON).cases == ()
        assert cases_of(hiring, "zoe") == []

        hiring.travel(days=6)

        assert len(hiring.open("self_assessment", "zoe")) == 1

    def test_r11_is_left_out_where_participants_take_their_turns(self, hiring: SmallCycle) -> None:
        with transaction(hiring.factory) as session:
            session.execute(update(FanOut).values(sequential=True))

        [change] = hired(hiring).cases

        assert (change.action, cases_of(hiring, "zoe")) == (LEFT_OUT, [])
        assert "one after the other" in change.why

    @pytest.mark.parametrize("has_begun", [False, True])
    def test_r11_goes_with_the_import_that_brought_them(self, hiring: SmallCycle, *, has_begun: bool) -> None:
        hired(hiring)
        [task] = hiring.open("self_assessment", "zoe")
        if has_begun:
            with transaction(hiring.factory) as session:
                save_draft(session, task.id, {"summary": "A good week."}, by="zoe", now=hiring.now)

        [change] = undone(hiring).cases

        assert (change.person_id, change.action) == ("zoe", "cancel")
        assert (own_tasks(hiring, "zoe"), about(hiring, "zoe")) == ([("self_assessment", "cancelled")], [])
        assert cases_of(hiring, "zoe") == (["cancelled"] if has_begun else [])
        hired(hiring)
        assert len(hiring.open("self_assessment", "zoe")) == (0 if has_begun else 1)

    @pytest.mark.parametrize("is_late", [True, False])
    def test_r11_has_no_deadline_in_the_past(self, *, is_late: bool) -> None:
        package = read_package(files("bpmn") / "annual_review")
        drawn = package["annual_review.bpmn"].decode()
        drawn = drawn.replace('rf:due="P14D" rf:remind="P7D P1D"', 'rf:due="2026-11-30" rf:remind="P1D"')
        drawn = drawn.replace(">P21D<", ">2026-12-01T08:00:00+00:00<", 1).replace("timeDuration", "timeDate", 2)
        with empty_database("sqlite://") as factory:
            hiring = SmallCycle(factory).launch({**package, "annual_review.bpmn": drawn.encode()})
            with transaction(factory) as session:
                session.scalars(select(Cycle)).one().period_to = date(2027, 5, 31)
            choose(hiring, on_hiring="take in", hired_working_days=5)
            hiring.travel(days=17 if is_late else 1)

            hired(hiring)

            [task] = hiring.open("self_assessment", "zoe")
            assert task.due_at is not None
            told = explain(task.explanation, holder="zoe", reader="zoe")
            assert ("5 working days after it was handed out" in told) == is_late
            # Wednesday, 9 December, and five working days; nothing has ended the step meanwhile.
            assert task.due_at.date() in {date(2026, 12, 16), date(2026, 12, 17)} if is_late else {date(2026, 12, 1)}
            hiring.travel(days=7 if is_late else 9)
            assert (hiring.open("self_assessment", "zoe") != []) == is_late
            hiring.travel(days=3)
            assert [one.assignee for one in hiring.open("manager_review", "zoe")] == ["ben"]


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
