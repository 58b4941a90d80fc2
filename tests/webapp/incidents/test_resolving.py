"""HR resolves what has stopped: one case in each of the ways, many at once, and never their own."""

import pytest
from sqlalchemy import select

from engine import clock, jobs
from engine.models import HistoryEntry, Incident, Instance, Job, Task
from tests.webapp.browsing import Browser
from tests.webapp.incidents.stopping import stop_bonuses
from tests.webapp.reviewing import SELF_ASSESSMENT, Review, send
from workflows.cycles.models import Cycle
from workflows.people.models import Account


def incident_of(review: Review, instance_id: int) -> Incident:
    """The newest incident of an instance."""
    with review.factory() as session:
        found = select(Incident).where(Incident.instance_id == instance_id).order_by(Incident.id.desc())
        return session.scalars(found).first() or pytest.fail("no incident")


def at(incident: Incident, action: str = "") -> str:
    return f"/incidents/{incident.id}{action}"


def open_steps(review: Review, instance_id: int) -> list[str]:
    with review.factory() as session:
        open_tasks = select(Task.step).where(Task.instance_id == instance_id, Task.state == "open")
        return list(session.scalars(open_tasks))


def work(review: Review) -> None:
    while jobs.drain(review.factory):
        pass


@pytest.fixture
def rita(review: Review) -> Browser:
    return review.browser("rita")


class TestPageOfAnIncident:
    def test_says_what_stopped_why_and_what_can_be_done(self, review: Review, rita: Browser) -> None:
        (case,) = stop_bonuses(review, "ann")
        page = rita.open(at(incident_of(review, case))).text
        for said in (
            "Stopped at “Grant the reward”",
            "Bonus of Ann",
            "This case, from this step on.",
            "Amount of the bonus",
            "Try again…",
            "Pass over…",
            "Go on there…",
        ):
            assert said in page

    def test_shows_an_administrator_no_data_of_the_case(self, review: Review, rita: Browser) -> None:
        (case,) = stop_bonuses(review, "ann")
        with review.factory.begin() as session:
            session.scalars(select(Account).where(Account.person_id == "rita")).one().roles = ["admin"]
        page = rita.open(at(incident_of(review, case))).text
        assert "Amount of the bonus" not in page
        assert "HR can also change the data" in page
        assert rita.send(at(incident_of(review, case), "/resolution"), way="retry").status_code == 403

    def test_is_kept_from_whom_it_is_about(self, review: Review, rita: Browser) -> None:
        (case,) = stop_bonuses(review, "rita")
        address = at(incident_of(review, case))
        rita.open("/incidents")
        assert "Bonus of Rita" not in rita.page.text
        assert rita.open(address).status_code == 404
        rita.open("/incidents")
        for action in ("/preview", "/resolution"):
            assert rita.send(address + action, way="skip", chosen="announce", reason="Me.").status_code == 404
        assert incident_of(review, case).resolved_at is None


class TestResolving:
    def test_by_changed_data_shows_what_follows_first(self, review: Review, rita: Browser) -> None:
        # Given
        (case,) = stop_bonuses(review, "ann")
        incident = incident_of(review, case)
        rita.open(at(incident))
        # When HR looks what would follow
        page = rita.send(at(incident, "/preview"), way="change", **{"value.amount": "1500", "value.note": ""}).text
        # Then nothing has happened yet
        assert "Amount of the bonus: a lot → <strong>1500</strong>" in page
        assert "“Approve the reward” is handed out." in page
        assert open_steps(review, case) == []
        # And when it is confirmed without a reason, it is asked for
        answer = rita.send(at(incident, "/resolution"), way="change", **{"value.amount": "1500"})
        assert answer.status_code == 422
        assert "Say why" in answer.text
        assert 'value="1500"' in answer.text
        # Then it goes on, and stays on record.
        rita.send(at(incident, "/resolution"), way="change", reason="It is 1,500.", **{"value.amount": "1500"})
        assert open_steps(review, case) == ["approve"]
        assert "amount: a lot → 1500" in rita.page.text
        assert "by Rita" in rita.page.text

    def test_with_data_that_do_not_fit_says_so(self, review: Review, rita: Browser) -> None:
        (case,) = stop_bonuses(review, "ann")
        incident = incident_of(review, case)
        rita.open(at(incident))
        answer = rita.send(at(incident, "/preview"), way="change", **{"value.amount": "more"})
        assert answer.status_code == 422
        assert "“Amount of the bonus” must be a number, for instance 1500; “more” is none." in answer.text
        assert 'value="more"' in answer.text

    def test_by_passing_over_the_step(self, review: Review, rita: Browser) -> None:
        (case,) = stop_bonuses(review, "ann")
        incident = incident_of(review, case)
        rita.open(at(incident))
        assert "Choose which way" in rita.send(at(incident, "/preview"), way="skip").text
        rita.send(at(incident, "/preview"), way="skip", chosen="announce")
        assert "The process takes the way to <strong>“Announce the reward”</strong>." in rita.page.text
        rita.send(at(incident, "/resolution"), way="skip", chosen="announce", reason="Agreed.")
        assert open_steps(review, case) == ["announce"]

    def test_by_a_moved_token(self, review: Review, rita: Browser) -> None:
        (case,) = stop_bonuses(review, "ann")
        incident = incident_of(review, case)
        rita.open(at(incident))
        rita.send(at(incident, "/resolution"), way="move", target="approve", reason="She decides.")
        assert open_steps(review, case) == ["approve"]
        with review.factory() as session:
            entry = session.scalars(select(HistoryEntry).where(HistoryEntry.kind == "token_moved")).one()
        assert (entry.actor, entry.detail) == ("rita", {"reason": "She decides.", "to": "approve"})
        # Once more is refused, and says how it stands.
        rita.open(at(incident))
        answer = rita.send(at(incident, "/resolution"), way="move", target="approve", reason="Again.")
        assert answer.status_code == 409
        assert "resolved already" in answer.text

    def test_in_a_way_that_is_none_is_refused(self, review: Review, rita: Browser) -> None:
        (case,) = stop_bonuses(review, "ann")
        rita.open(at(incident_of(review, case)))
        answer = rita.send(at(incident_of(review, case), "/preview"), way="magic")
        assert answer.status_code == 422


class TestManyAtOnce:
    def test_are_listed_as_one_problem_and_resolved_together(self, review: Review, rita: Browser) -> None:
        # Given three cases of the same kind, one of them HR's own
        cases = stop_bonuses(review, "ann", "ben", "dora", "rita")
        page = rita.open("/incidents").text
        assert "3 cases stopped at “Grant the reward”" in page
        first = incident_of(review, cases[0])
        assert "3 cases stopped" in rita.open(at(first, "/alike")).text
        # When they are resolved together
        rita.send(at(first, "/preview"), way="skip", chosen="announce")
        assert "all <strong>3 cases</strong>" in rita.page.text
        page = rita.send(at(first, "/resolution"), way="skip", chosen="announce", reason="All paid.", alike="1").text
        assert "3 still to do" in page
        work(review)
        # Then each has gone on by itself, but for the own case.
        assert "3 passed over" in rita.open("/incidents/batches/1").text
        assert [open_steps(review, case) for case in cases] == [["announce"], ["announce"], ["announce"], []]
        assert "All paid." in rita.open("/incidents/batches").text

    def test_can_be_stopped_half_way(self, review: Review, rita: Browser) -> None:
        cases = stop_bonuses(review, "ann", "ben", "dora")
        first = incident_of(review, cases[0])
        rita.open(at(first))
        rita.send(at(first, "/resolution"), way="skip", chosen="announce", reason="All paid.", alike="1")
        jobs.work_one(review.factory, clock.now())
        page = rita.send("/incidents/batches/1/stop").text
        assert "Stopped: 2 are left as they are." in page
        work(review)
        assert [len(open_steps(review, case)) for case in cases] == [1, 0, 0]


class TestPausing:
    def cycle(self, review: Review) -> str:
        with review.factory() as session:
            return f"/cycles/{session.scalars(select(Cycle.id)).one()}"

    def test_a_case_takes_its_tasks_from_the_inbox_and_keeps_the_draft(self, review: Review, rita: Browser) -> None:
        # Given Ann, who writes
        here, ann, task = self.cycle(review), review.browser("ann"), review.task("self_assessment", "ann")
        ann.open(f"/tasks/{task.id}")
        # When HR pauses her case
        page = rita.open(f"{here}/people/ann/standing?action=pause").text
        assert "Pause the case of Ann?" in page
        assert rita.send(f"{here}/people/ann/standing", action="pause", reason="").status_code == 422
        rita.send(f"{here}/people/ann/standing", action="pause", reason="She is on leave.")
        assert "The case of Ann is paused." in rita.page.text
        # Then her inbox is empty, but what she writes is saved
        assert "Self-assessment" not in ann.open("/inbox").text.partition("<main")[2]
        page = ann.open(f"/tasks/{task.id}").text
        assert "This task is paused." in page
        assert "Hand in</button>" not in page
        draft = {"summary": "Half a sentence", "_version": "0", "csrf_token": ann.token()}
        assert ann.client.put(f"/tasks/{task.id}/draft", data=draft).status_code == 200
        # And after the pause it goes on with it.
        rita.open(f"{here}/people/ann/standing?action=resume")
        rita.send(f"{here}/people/ann/standing", action="resume", reason="She is back.", shift="1")
        assert "Half a sentence" in ann.open(f"/tasks/{task.id}").text

    def test_handing_in_meanwhile_is_refused_and_loses_nothing(self, review: Review, rita: Browser) -> None:
        here, ann, task = self.cycle(review), review.browser("ann"), review.task("self_assessment", "ann")
        ann.open(f"/tasks/{task.id}")
        rita.open(here)
        rita.send(f"{here}/people/ann/standing", action="pause", reason="She is on leave.")
        send(ann, task, **SELF_ASSESSMENT)
        assert ann.page.status_code == 409
        assert "What you have written is kept" in ann.page.text
        assert SELF_ASSESSMENT["achievements[0].title"] in ann.page.text

    def test_a_cycle_pauses_all_its_cases(self, review: Review, rita: Browser) -> None:
        here = self.cycle(review)
        rita.open(here)
        rita.send(f"{here}/standing", action="pause", reason="The works council objects.")
        work(review)
        assert "This cycle is paused." in rita.page.text
        with review.factory() as session:
            states = set(session.scalars(select(Instance.state).where(Instance.root_id == review.root)))
        assert states == {"suspended"}
        assert review.open("self_assessment") == []
        assert rita.send(f"{here}/standing", action="pause", reason="Again.").status_code == 409
        rita.send(f"{here}/standing", action="resume", reason="They agreed.")
        work(review)
        assert len(review.open("self_assessment")) == 8

    def test_of_the_own_case_is_not_possible(self, review: Review, rita: Browser) -> None:
        here = self.cycle(review)
        assert rita.open(f"{here}/people/rita/standing?action=cancel").status_code == 403
        rita.open(here)
        assert rita.send(f"{here}/people/rita/standing", action="cancel", reason="No.").status_code == 403
        assert rita.send(f"{here}/people/ann/standing", action="explode", reason="No.").status_code == 404

    def test_a_cancelled_case_stays_so(self, review: Review, rita: Browser) -> None:
        here = self.cycle(review)
        rita.open(here)
        rita.send(f"{here}/people/ann/standing", action="cancel", reason="She has left.")
        work(review)
        assert review.case("ann").state == "cancelled"
        assert "Cancelled" in rita.open(f"{here}/people/ann").text
        assert "Pause…" not in rita.page.text


class TestDeadlineThatIsMissing:
    def test_holds_nothing_up_and_can_be_gone_without(self, review: Review, rita: Browser) -> None:
        # Given Ann's open task, whose reminder has failed for good
        task = review.task("self_assessment", "ann")
        with review.factory.begin() as session:
            job = session.scalars(select(Job).where(Job.instance_id == task.instance_id, Job.kind == "clock")).one()
            job.state = "failed"
            incident = Incident(
                instance_id=task.instance_id,
                job_id=job.id,
                token=task.token,
                step=task.step,
                problem="The reminder failed.",
                opened_at=review.now,
            )
            session.add(incident)
        # Then the page says that the task goes on
        page = rita.open(at(incident)).text
        assert "Nothing: the task is open and can be done." in page
        assert "Go on without it" in page
        assert "The work is left undone." in rita.send(at(incident, "/preview"), way="skip").text
        # And it does.
        rita.send(at(incident, "/resolution"), way="skip", reason="She knows.")
        assert open_steps(review, task.instance_id) == ["self_assessment"]
