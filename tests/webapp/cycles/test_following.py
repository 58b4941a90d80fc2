"""HR follows a cycle and solves what is stuck, without learning what is being decided about themselves."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import clock, jobs, registry
from engine.database import transaction
from engine.models import HistoryEntry, Incident, Task
from tests.webapp.browsing import Browser
from tests.webapp.reviewing import MANAGER_REVIEW, SELF_ASSESSMENT, Review, hand_in
from tests.workflows.small_cycle import LONG, counted
from workflows.cycles.models import Cycle


def cycle_of(review: Review) -> str:
    with review.factory() as session:
        return f"/cycles/{session.scalars(select(Cycle.id)).one()}"


def test_progress_counts_what_is_done_open_and_late(review: Review) -> None:
    # Given one of eight who has handed in, and the rest two weeks later
    hand_in(review.browser("ann"), review.task("self_assessment", "ann"), **SELF_ASSESSMENT)
    review.travel(days=16)
    # When HR looks
    hugo = review.browser("hugo")
    page = hugo.open(cycle_of(review)).text
    # Then the step, the diagram and the list of what is stuck say the same, Hugo's own task left out of the list.
    assert 'aria-label="Self-assessment: 1 done, 7 overdue, 0 open' in page
    assert "7 waiting, 7 late" in page
    assert "<strong>Self-assessment</strong> about Ben" in page
    assert "<strong>Self-assessment</strong> about Hugo" not in page


def test_a_step_shows_the_people_there(review: Review) -> None:
    hugo = review.browser("hugo")
    page = hugo.open(f"{cycle_of(review)}/steps/self_assessment").text
    assert f'href="{cycle_of(review)}/people/ben"' in page
    assert hugo.open(f"{cycle_of(review)}/steps/nonsense").status_code == 404


def test_participants_are_found_by_name_manager_and_state(review: Review) -> None:
    review.travel(days=10)
    hand_in(review.browser("ann"), review.task("self_assessment", "ann"), **SELF_ASSESSMENT)
    review.travel(days=6)
    hugo, people = review.browser("hugo"), f"{cycle_of(review)}/participants"

    def found(question: str) -> set[str]:
        page = hugo.open(f"{people}?{question}").text
        return {who for who in ("ann", "ben", "dora", "mara") if f'href="{cycle_of(review)}/people/{who}"' in page}

    assert found("") == {"ann", "ben", "dora", "mara"}
    assert found("q=dor") == {"dora"}
    assert found("q=ben") == {"ann", "ben", "dora"}
    assert found("q=%25") == set()
    assert found("state=late") == {"ben", "dora", "mara"}
    assert found("state=closed") == set()


def reach_second_level(review: Review, who: str) -> Task:
    """The lowest rating has to be approved by the next level."""
    review.travel(days=21, minutes=1)
    review.do("manager_review", who, **MANAGER_REVIEW, overall_rating="1", rating_reason=LONG)
    return review.task("second_approval", who)


def test_nobody_in_hr_sees_how_their_own_case_goes(review: Review) -> None:
    # Given Hugo's review on its way to the second level, which only happens to the highest and the lowest ratings
    task = reach_second_level(review, "hugo")
    hugo, rita, here = review.browser("hugo"), review.browser("rita"), cycle_of(review)
    # Then a colleague sees where it is, and Hugo sees nothing of it anywhere
    assert "Second-level approval" in rita.open(f"{here}/participants?q=hugo").text
    own = hugo.open(f"{here}/participants?q=hugo").text
    assert "Your own case" in own
    assert "Second-level approval" not in own
    assert "Hugo" not in hugo.open(f"{here}/steps/second_approval").text.partition("<main")[2]
    assert hugo.open(f"{here}/people/hugo").status_code == 403
    assert hugo.open(f"{here}/tasks/{task.id}/holder").status_code == 404
    # And the file of the case is open to the colleague.
    assert "Second-level approval" in rita.open(f"{here}/people/hugo").text


def test_the_file_of_a_case_shows_what_hr_may_read_and_what_happened(review: Review) -> None:
    hand_in(review.browser("ann"), review.task("self_assessment", "ann"), **SELF_ASSESSMENT)
    page = review.browser("hugo").open(f"{cycle_of(review)}/people/ann").text
    assert "waits for Ben" in page
    assert "Self-assessment: completed by Ann" in page
    assert "Manager" in page
    assert review.browser("hugo").open(f"{cycle_of(review)}/people/nobody").status_code == 404


def test_hr_hands_a_stuck_task_to_somebody_else(review: Review) -> None:
    # Given Ben's review of Ann that waits
    hand_in(review.browser("ann"), review.task("self_assessment", "ann"), **SELF_ASSESSMENT)
    task, hugo = review.task("manager_review", "ann"), review.browser("hugo")
    holder = f"{cycle_of(review)}/tasks/{task.id}/holder"
    hugo.open(f"{holder}?q=mara")
    assert "Hand it to" in hugo.page.text
    # When no reason is given, it is asked for, and nothing is lost
    answer = hugo.send(holder, to="mara", q="mara", reason="")
    assert answer.status_code == 422
    assert "Say why" in answer.text
    assert review.again(task).assignee == "ben"
    # When there is one, the task is Mara's, and the reason stays on record.
    hugo.send(holder, to="mara", q="mara", reason="Ben is ill.")
    assert "is handed to Mara" in hugo.page.text
    assert review.again(task).assignee == "mara"
    with review.factory() as session:
        entry = session.scalars(select(HistoryEntry).where(HistoryEntry.kind == "task_reassigned")).one()
    assert (entry.actor, entry.detail["reason"]) == ("hugo", "Ben is ill.")


def test_handing_a_task_on_passes_the_same_gate_as_everything(review: Review) -> None:
    # Given a rating by Ben that Mara has to approve, because four eyes are asked for
    task, hugo = reach_second_level(review, "ann"), review.browser("hugo")
    holder = f"{cycle_of(review)}/tasks/{task.id}/holder"
    # When HR hands it to Ben himself
    hugo.open(f"{holder}?q=ben")
    answer = hugo.send(holder, to="ben", q="ben", reason="He knows best.")
    # Then that is refused with the reason, what was written is kept, and Mara still has it.
    assert answer.status_code == 422
    assert "This person cannot have the task." in answer.text
    assert "He knows best." in answer.text
    assert review.again(task).assignee == "mara"


def test_the_export_holds_the_numbers_and_no_formulas(review: Review) -> None:
    answer = review.browser("hugo").client.get(f"{cycle_of(review)}/progress.csv")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0] == ["kind", "name", "open", "overdue", "done", "went on without", "total"]
    assert ["step", "Self-assessment", "8", "0", "0", "0", "8"] in rows
    assert ["unit", "Engineering", "4", "", "0", "", "4"] in rows
    assert "attachment" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("page", "narrow", "most"),
    [("participants", "?q=ann", 8), ("stuck", "", 7), ("steps/self_assessment", "", 8), ("", "", 18)],
)
def test_a_page_costs_the_same_for_one_person_and_for_all(review: Review, page: str, narrow: str, most: int) -> None:
    hugo, here = review.browser("hugo"), cycle_of(review)
    address = f"{here}/{page}".rstrip("/")
    costs = []
    for question in ("", narrow):
        with counted(review.factory) as statements:
            assert hugo.open(address + question).status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1] <= most


def let_time_pass(review: Review) -> None:
    """Eleven minutes, in which jobs may fail."""
    clock.travel(minutes=11)
    review.now += timedelta(minutes=11)
    jobs.drain(review.factory, limit=100, seconds=60, now=lambda: review.now)


def stop_the_release(review: Review, monkeypatch: pytest.MonkeyPatch) -> Incident:
    """An update has left a handler out: the release stops after its last attempt."""
    review.write_reviews(ann=3)
    review.do("calibration_session")
    review.do("confirm_narrative")
    monkeypatch.delitem(registry.handlers, "reviews.release")
    with transaction(review.factory) as session:
        review.submit(session, review.task("release"))
    for _ in range(6):
        let_time_pass(review)
    with review.factory() as session:
        return session.scalars(select(Incident)).one()


def test_what_has_stopped_is_tried_again_once_the_cause_is_gone(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a release that has stopped
    incident = stop_the_release(review, monkeypatch)
    hugo, here = review.browser("hugo"), cycle_of(review)
    page = hugo.open(here).text
    assert "reviews.release" in page
    # When the cause is gone and HR tries again
    monkeypatch.undo()
    hugo.send(f"{here}/incidents/{incident.id}/retry")
    assert "being tried again" in hugo.page.text
    jobs.drain(review.factory, limit=100, seconds=60, now=clock.now)
    # Then the results are released, and a second try finds nothing to do.
    assert review.case("ann").released_at is not None
    assert hugo.send(f"{here}/incidents/{incident.id}/retry").status_code == 409


def test_incidents_are_explained_tried_again_together_and_kept(review: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    incident = stop_the_release(review, monkeypatch)
    hugo: Browser = review.browser("hugo")
    page = hugo.open("/incidents").text
    assert "Open the results to everyone" in page
    assert "There is no handler" in page
    hugo.send("/incidents/retries")
    assert "Tick the incidents" in hugo.page.text
    monkeypatch.undo()
    hugo.send("/incidents/retries", incident=str(incident.id))
    assert "One incident is being tried again" in hugo.page.text
    assert "Everything goes on" in hugo.page.text
    assert "by Hugo" in hugo.open("/incidents?state=resolved").text
    hugo.send("/incidents/retries", incident=str(incident.id))
    assert "Somebody else has tried these again already." in hugo.page.text


def test_the_picture_shows_how_many_how_late_or_how_long(review: Review) -> None:
    review.travel(days=16)
    hugo, here = review.browser("hugo"), cycle_of(review)
    for show, said in (("many", "8 waiting, 8 late"), ("late", "Self-assessment: 8 late"), ("long", ": 16 days")):
        page = hugo.open(f"{here}?show={show}").text
        summary = page.split('-summary">')[1].split("</desc>")[0]
        assert said in summary
        assert f'?show={show}#diagram-heading" aria-current="page"' in page
    # What nobody asked for shows the counts.
    assert "8 waiting" in hugo.open(f"{here}?show=nothing").text
