"""A dry run tells what would happen, and leaves no trace.

The small company: Olga leads it, Mara a division, Ben a team with Ann, Dora and Eva; Hugo and Rita are HR and report
to Olga, and Hugo is the HR partner of everybody.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from engine import clock
from engine.database import SessionFactory, transaction
from engine.errors import InvalidDiagram
from tests.workflows.people.cast import changed, person
from tests.workflows.simulation.playing import MONDAY, about, company, day, one_step, plan, play, problem
from tests.workflows.small_cycle import team
from workflows.migrations import metadata
from workflows.routing.absences import name_substitute, plan_absence
from workflows.simulation.assumptions import AssumptionsInvalid
from workflows.simulation.dry_run import Moment, play_dry_run
from workflows.simulation.report import Report, read_report


@pytest.fixture(scope="module")
def factory() -> Iterator[SessionFactory]:
    with company() as factory:
        yield factory


@pytest.fixture(scope="module")
def report(factory: SessionFactory) -> Report:
    """The annual review when everybody does everything at once."""
    return play(factory)


@pytest.fixture(scope="module")
def managers_look(factory: SessionFactory) -> Report:
    """A process in which every manager has one step about each of theirs."""
    return play(factory, one_step())


def fingerprint(factory: SessionFactory) -> dict[str, tuple[int, str]]:
    """The number of rows and a digest of every table."""
    found = {}
    with factory() as session:
        for table in metadata().sorted_tables:
            rows = sorted(repr(tuple(row)) for row in session.execute(select(table)))
            found[table.name] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    return found


class TestNothingIsWritten:
    def test_every_table_is_as_before(self, database_url: str) -> None:
        """On both databases, whatever is played."""
        with company(database_url) as factory:
            before = fingerprint(factory)
            report = play(factory)
            assert report.done > 30
            assert fingerprint(factory) == before

    def test_the_clock_of_everybody_else_goes_on(self, factory: SessionFactory) -> None:
        moments = []
        play_dry_run(factory, plan(), MONDAY, lambda _moment: moments.append(clock.now()))
        assert moments
        assert max(moments) < clock.now()

    def test_who_stops_it_leaves_nothing_either(self, factory: SessionFactory) -> None:
        before = fingerprint(factory)

        class Enough(Exception):
            pass

        def stop(_moment: Moment) -> None:
            raise Enough

        with pytest.raises(Enough):
            play_dry_run(factory, plan(), MONDAY, stop)
        assert fingerprint(factory) == before


class TestRepeating:
    def test_the_same_seed_gives_the_same_report(self, factory: SessionFactory) -> None:
        first, second = (play(factory, seed=7, work={"late": 0.3, "minutes": [5, 20, 60]}) for _ in range(2))
        assert first.as_json() == second.as_json()

    def test_another_seed_draws_other_chances(self, factory: SessionFactory) -> None:
        first, second = (play(factory, seed=seed, work={"minutes": [5, 20, 60]}) for seed in (1, 2))
        assert [step.hours for step in first.steps] != [step.hours for step in second.steps]
        assert first.participants == second.participants

    def test_progress_never_goes_back_and_comes_to_the_end(self, factory: SessionFactory) -> None:
        shares: list[float] = []
        play_dry_run(factory, plan(), MONDAY, lambda moment: shares.append(moment.share))
        assert shares == sorted(shares)
        assert shares[-1] > 0.5


class TestWhoGetsWhat:
    def test_tasks_are_counted_by_person_and_day(self, report: Report) -> None:
        """Ben assesses himself and, when their own assessments are in, reviews the three of his team."""
        [ben] = [person for person in report.people if person.id == "ben"]
        assert (ben.name, ben.unit) == ("Ben", "Team")
        assert sum(ben.days.values()) == ben.done == ben.tasks
        # Self-assessment and acknowledgement of his own; review and reward proposal of three.
        assert ben.tasks == 2 + 2 * 3
        assert sum(step.tasks for step in report.steps) == report.tasks
        assert sum(one.tasks for one in report.people) == report.tasks - problem(report, "unclaimed").count

    def test_the_days_add_up(self, report: Report) -> None:
        assert sum(one.opened for one in report.days) == report.tasks
        assert sum(one.done for one in report.days) == report.done
        assert report.hours == pytest.approx(report.done * 10 / 60, abs=0.1)
        assert all(one.hours == 0 for one in report.days if one.day.weekday() > 4)

    def test_a_person_without_any_task_is_named(self, managers_look: Report) -> None:
        """Only managers have something to do here, and one of HR, since nobody manages Olga."""
        assert {one.id for one in managers_look.people} == {"ben", "mara", "olga", "hugo"}
        assert {one.id for one in problem(managers_look, "no_task").people} == {"ann", "dora", "eva", "rita"}

    def test_a_step_that_nobody_comes_to_is_named(self, report: Report) -> None:
        assert problem(report, "unreached", "second_approval").text.startswith(
            "No case reaches “Second-level approval”"
        )

    def test_who_has_no_account_yet_is_counted(self, report: Report) -> None:
        found = problem(report, "no_account")
        assert {one.id for one in found.people} == {"ann", "ben", "dora", "eva", "mara", "olga"}


class TestWhoMayNot:
    def test_an_approver_who_would_approve_themselves(self, report: Report) -> None:
        """Hugo is his own HR partner: the gate gives the compensation check about him to somebody else."""
        found = problem(report, "self_approval", "compensation_check")
        assert "Hugo would decide about themselves at “Compensation check”" in found.text
        assert "nobody decides about themselves" in about(found, "hugo")
        assert "the HR group" in found.text

    def test_somebody_whom_no_rule_can_route(self, report: Report) -> None:
        """Nobody is above Olga: HR would have to review her."""
        found = problem(report, "unroutable", "manager_review")
        assert found.text == "No rule finds anybody for Olga at “Manager review”: the HR group gets it."

    def test_it_is_asked_for_everybody_although_chance_leads_nobody_there(self, report: Report) -> None:
        """Everybody is rated 3, so nobody needs the second approval; still it is known whom it would stop at."""
        [step] = [step for step in report.steps if step.id == "second_approval"]
        assert step.tasks == 0
        assert about(problem(report, "unroutable", "second_approval"), "mara").startswith("If it comes to this step:")

    def test_a_group_in_which_nobody_may(self) -> None:
        """Hugo alone is HR, and what goes to HR about himself he may not do: the case never ends."""
        with company(hr=("hugo",)) as factory:
            report = play(factory, one_step("group", 'rf:actorArgument="hr"'))
            found = problem(report, "unclaimed")
            assert found.severity == "error"
            assert "Nobody of the HR group may do “Look at it” about Hugo." in found.text
            assert about(found, "hugo") == "Hugo: nobody decides about themselves."
            assert report.ended_on is None
            assert report.finishing.unfinished == 1
            unended = problem(report, "no_end")
            assert (unended.count, len(unended.people)) == (1, 1)

    def test_two_of_a_group_do_it_for_each_other(self, factory: SessionFactory) -> None:
        report = play(factory, one_step("group", 'rf:actorArgument="hr"'))
        assert Counter(one.kind for one in report.problems if one.severity == "error") == {}
        assert {one.id for one in report.people} == {"hugo", "rita"}


class TestTimeAndLeave:
    def test_people_work_on_working_days_within_their_hours(self, factory: SessionFactory) -> None:
        """Ben has three tasks of an hour and gives half an hour a day: six working days, from Monday to next Monday."""
        report = play(factory, one_step(), minutes_a_day=30, work={"minutes": [60, 60, 60]})
        [ben] = [person for person in report.people if person.id == "ben"]
        assert list(ben.days) == ["2026-11-24", "2026-11-26", "2026-11-30"]
        assert (ben.hours, ben.busiest_hours, ben.waiting_hours) == (3.0, 0.5, 3.0)

    def test_a_holiday_is_no_working_day(self, factory: SessionFactory) -> None:
        report = play(factory, one_step(), holidays=["2026-11-23", "2026-11-24"])
        assert {one.day for one in report.days if one.hours} == {day("11-25")}

    def test_overload_on_a_given_day(self, factory: SessionFactory) -> None:
        """Three days for three hours at half an hour a day are too few: two of Ben's three reviews come too late."""
        report = play(factory, one_step(), minutes_a_day=30, work={"minutes": [60, 60, 60]})
        found = problem(report, "overload")
        assert "2 of 3 tasks" not in about(found, "olga")
        assert about(found, "ben") == (
            "1 of 3 tasks are done too late for lack of time. "
            "On 23 November 2026 3.0 hours of work wait for them, at 0.5 hours a day."
        )
        assert report.peak is not None
        assert report.peak.day == day("11-23")

    def test_somebody_on_leave_does_their_own_tasks_afterwards(self) -> None:
        """Ann is away for two weeks: her self-assessment waits for her, and is late."""
        away = changed(team(), "ann", leave_from="2026-11-24", leave_to="2026-12-04")
        with company(people=away) as factory:
            report = play(factory, one_step("subject"), own_work={"begins": [0.5, 0.5, 0.5]})
            [ann] = [person for person in report.people if person.id == "ann"]
            assert list(ann.days) == ["2026-12-07"]
            assert problem(report, "late_for_leave").people[0].id == "ann"
            assert report.ended_on == day("12-07")

    def test_a_manager_on_leave_is_passed_over(self) -> None:
        away = changed(team(), "ben", status="leave", leave_from="2026-11-20", leave_to="2027-02-01")
        with company(people=away) as factory:
            found = problem(play(factory, one_step()), "on_leave", "look")
            assert {one.id for one in found.people} == {"ann", "dora", "eva"}
            assert "Mara" in about(found, "ann")

    def test_who_never_answers_holds_up_a_process_without_another_way(self, factory: SessionFactory) -> None:
        report = play(factory, one_step("subject"), steps={"look": {"never": 1}})
        found = problem(report, "waiting")
        assert found.count == report.tasks == 8
        assert about(found, "ann") == "It waits for Ann, who is assumed never to do it."

    def test_the_annual_review_goes_on_without_them(self, factory: SessionFactory) -> None:
        """The deadline of the self-assessment lets the managers write without it."""
        report = play(factory, steps={"self_assessment": {"never": 1}})
        assert [step.done for step in report.steps if step.id in ("self_assessment", "manager_review")] == [0, 8]
        assert report.finishing.median is not None

    def test_finishing_dates_by_unit(self, managers_look: Report) -> None:
        units = [(unit.name, unit.cases, unit.last) for unit in managers_look.units]
        assert units == [("Engineering", 4, day("11-23")), ("The company", 4, day("11-23"))]
        assert managers_look.finishing.last == managers_look.ended_on


class TestWhatIsPlayed:
    def test_a_package_with_errors_is_refused(self, factory: SessionFactory) -> None:
        broken = {"one_step.bpmn": one_step()["one_step.bpmn"].replace(b'targetRef="looked"', b'targetRef="nowhere"')}
        with pytest.raises(InvalidDiagram):
            play(factory, broken)

    def test_a_step_in_the_assumptions_must_exist(self, factory: SessionFactory) -> None:
        with pytest.raises(AssumptionsInvalid, match="name a step “manager_reveiw”"):
            play(factory, steps={"manager_reveiw": {"late": 0.5}})

    def test_answers_that_a_step_refuses_are_an_error(self, factory: SessionFactory) -> None:
        """What the step sets cannot be worked out, so nobody gets past it."""
        package = one_step()
        sets = b'<bpmn:extensionElements><rf:set name="score" value="number(subject)" /></bpmn:extensionElements>'
        package["one_step.bpmn"] = package["one_step.bpmn"].replace(
            b'rf:due="P3D"  />', b'rf:due="P3D">' + sets + b"</bpmn:userTask>"
        )
        found = problem(play(factory, package), "refused")
        assert found.count == 8
        assert found.text.startswith("For 8 tasks at “Look at it”, every answer that was tried is refused.")

    def test_choices_lead_to_other_steps(self, factory: SessionFactory) -> None:
        """With the highest rating for all, every review needs the second approval."""
        report = play(factory, ratings=[0, 0, 0, 0, 1])
        [step] = [step for step in report.steps if step.id == "second_approval"]
        assert step.done == 8

    def test_people_who_join_later_are_no_part_of_it(self, managers_look: Report) -> None:
        with company(people=[*team(), person("nina", "ben", hire_date="2026-11-01")]) as factory:
            assert play(factory, one_step()).participants == managers_look.participants + 1

    def test_the_report_can_be_kept_as_json(self, report: Report) -> None:
        kept = json.loads(json.dumps(report.as_json()))
        assert read_report(kept).as_json() == report.as_json()
        assert kept["peak"]["day"] == str(report.peak and report.peak.day)


class TestOutOfOffice:
    def test_a_stand_in_does_what_comes_while_somebody_is_away(self) -> None:
        """Ben is out of office from Tuesday on and has named Dora; what is about herself waits for him."""
        with company() as factory:
            with transaction(factory) as session:
                absence = plan_absence(session, "ben", day("11-24"), day("12-31"), by="ben", now=MONDAY)
                name_substitute(session, absence.id, "dora", now=MONDAY)
            before = fingerprint(factory)
            report = play(factory, one_step(), work={"begins": [0.9, 0.9, 0.9]})
            assert fingerprint(factory) == before
        done = {one.id: one.done for one in report.people}
        assert (done["ben"], done["dora"]) == (1, 2)
        assert report.ended_on == day("01-01")


def test_votes_are_played_by_their_rules_and_end_as_early_as_they_are_settled(factory: SessionFactory) -> None:
    voters = "rf:actorArgument='[&quot;olga&quot;, &quot;mara&quot;, &quot;hugo&quot;]' rf:vote='committee'"
    always = {"choices": {"outcome": {"approve": 1}}}

    report = play(factory, one_step("everybody named", voters), steps={"look": always})

    assert report.ended_on is not None
    everybody = report.participants
    [step] = [step for step in report.steps if step.id == "look"]
    assert step.tasks > step.done >= 2 * (everybody - 3), "the third vote is not waited for"
    assert not [one for one in report.problems if one.kind in ("refused", "unended")]
