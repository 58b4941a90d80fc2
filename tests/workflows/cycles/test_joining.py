"""R11: people who are hired while a cycle runs."""

from datetime import date, timedelta
from importlib.resources import files

import pytest
from sqlalchemy import select, update

from engine.database import transaction
from engine.models import FanOut, Incident
from engine.packages import read_package
from tests.workflows.cycles.living import about, choose, own_tasks, undone
from tests.workflows.people.cast import TODAY, people_file, person
from tests.workflows.reviews.writing import SELF_ASSESSMENT
from tests.workflows.small_cycle import MANAGER_REVIEW, SmallCycle, empty_database, team
from workflows.cycles.case_file import history_of
from workflows.cycles.joining import JOINED, LEFT_OUT
from workflows.cycles.models import Case, Cycle
from workflows.reviews.submitting import save_draft
from workflows.routing.explain import explain
from workflows.routing.receiving import PEOPLE, Received, preview_receiving, receive

SOON = TODAY + timedelta(days=5)


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

    def test_r11_is_left_out_without_an_incident_when_the_cycle_is_past_it_before_they_begin(
        self, hiring: SmallCycle
    ) -> None:
        # Given Zoe, who comes with an import while all others are being closed
        zoe = person("zoe", "ben", hire_date=hiring.now.date().isoformat())
        with transaction(hiring.factory) as session:
            receive(session, PEOPLE, people_file([*team(), zoe]), file_name="people.csv", by="rita", now=hiring.now)
            session.execute(update(FanOut).values(state="closed"))
        # When her case is to begin
        hiring.work()
        # Then it has ended, and HR reads why in her file.
        assert (hiring.open("self_assessment", "zoe"), cases_of(hiring, "zoe")) == ([], ["cancelled"])
        with hiring.factory() as session:
            assert list(session.scalars(select(Incident))) == []
            case = session.scalars(select(Case).where(Case.person_id == "zoe")).one()
            [ended] = history_of(session, case)
        why = "They come after all reviews of this cycle were written, so the next one is theirs."
        assert (ended.kind, ended.by, ended.detail["reason"]) == ("cancel_asked", "Rita", why)

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
