"""What happens to an open task when somebody's manager changes (R5): each policy, per step and per cycle."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import program_for
from engine.errors import Conflict, InvalidDiagram, Rejection
from engine.models import Instance, Task
from tests.workflows.routing.cast import CAST, NOW, TODAY, become, user_step
from tests.workflows.routing.diagrams import publish
from tests.workflows.routing.test_moves import draft, open_task
from workflows.cases.trail import trail_of
from workflows.cycles.launching import launch
from workflows.people.models import ON_LEAVE, TERMINATED
from workflows.reviews.models import Submission
from workflows.reviews.submitting import submit
from workflows.routing.explain import explain
from workflows.routing.moves import Rerouted, reroute
from workflows.routing.policies import POLICIES

KNOWN = {somebody.id: somebody for somebody in CAST}
YEAR = {"period_from": "2026-01-01", "period_to": "2026-12-31"}


def change_manager(session: Session, since: date = TODAY) -> Rerouted:
    """Ann reports to Rita from that day on, as an import says today."""
    become(session, replace(KNOWN["ann"], manager="rita"), since)
    return reroute(session, ["ann"], NOW, by="hugo")


def review(session: Session, policy: str, *, by_step: bool = False, began: str = "") -> Task:
    """Ben's open review of Ann in a cycle, or at a step, with that policy."""
    step = user_step("manager_review", "manager", **({"onChange": policy} if by_step else {}))
    task = open_task(session, step, "ann", **YEAR, on_change="keep" if by_step and policy == "move" else policy)
    if began:
        draft(session, task, began)
    return task


@pytest.mark.parametrize("by_step", [False, True], ids=["of the cycle", "of the step"])
@pytest.mark.parametrize(
    ("policy", "began", "holder"),
    [
        ("move", "", "rita"),
        ("move", "ben", "rita"),
        ("keep", "", "ben"),
        ("keep drafts", "", "rita"),
        ("keep drafts", "ben", "ben"),
        ("keep drafts", "carl", "rita"),
        ("majority", "", "ben"),
        ("both", "", "ben"),
        ("both", "ben", "ben"),
    ],
)
def test_r5_the_policy_decides(company: Session, policy: str, began: str, holder: str, *, by_step: bool) -> None:
    task = review(company, policy, by_step=by_step, began=began)

    result = change_manager(company)

    assert task.assignee == holder
    assert (len(result.moves), len(result.stays)) == ((1, 0) if holder == "rita" else (0, 1))


def test_r5_both_do_it_one_after_the_other(company: Session) -> None:
    first = review(company, "both")

    [stay] = change_manager(company).stays

    assert stay.why == "Ben does it first, and Rita after them."
    second = company.scalars(select(Task).where(Task.id != first.id)).one()
    assert (first.assignee, first.state, second.assignee, second.state) == ("ben", "open", "rita", "next")
    assert explain(second.explanation, holder="rita", reader="rita") == (
        "Since 22 November 2026 whoever had it and whoever would get it now both do it, because the organisation has "
        "changed. You have been Ann’s manager since 22 November 2026."
    )
    # Another import asks for nobody more.
    assert reroute(company, ["ann", "ben", "rita"], NOW, by="hugo") == Rerouted(2, ())
    # When both have handed it in, in this order, then the case goes on.
    with pytest.raises(Conflict, match="before you"):
        submit(company, second.id, {}, by="rita", now=NOW)
    for task, who in ((first, "ben"), (second, "rita")):
        submit(company, task.id, {}, by=who, now=NOW)
    assert (first.state, second.state) == ("completed", "completed")
    assert company.get_one(Instance, first.instance_id).state == "completed"


def both_do_it(session: Session, began: str = "") -> tuple[Task, Task]:
    """Ben's part and Rita's, after Ann has moved from the one to the other."""
    first = review(session, "both", began=began)
    change_manager(session)
    return first, session.scalars(select(Task).where(Task.id != first.id)).one()


@pytest.mark.parametrize("status", [TERMINATED, ON_LEAVE])
def test_r5_of_both_the_new_manager_does_it_alone_when_the_former_one_is_gone(company: Session, status: str) -> None:
    first, second = both_do_it(company, began="ben")
    become(company, replace(KNOWN["ben"], status=status))

    preview = reroute(company, ["ben"], NOW, by="hugo", dry_run=True)
    result = reroute(company, ["ben"], NOW, by="hugo")

    assert result == preview
    [move] = result.moves
    alone = "Ben was to do it first and cannot any more, so Rita does it alone since 22 November 2026."
    assert (move.from_person, move.to_person) == ("ben", "rita")
    assert move.why.startswith(alone)
    assert (first.state, second.state, second.assignee) == ("cancelled", "open", "rita")
    assert explain(second.explanation, holder="rita", reader="rita").startswith(alone)
    [turn] = trail_of(company, second, program_for(company, second.definition_id)).turns
    assert (turn.what, turn.by, turn.reason) == ("goes on with one fewer who does it", "Hugo", alone)
    # What Ben has begun is there for Rita, in his name, and when she has handed it in, the case goes on.
    company.expire_all()
    assert company.get_one(Submission, second.id).author == "ben"
    submit(company, second.id, {"text": "A good year."}, by="rita", now=NOW)
    assert company.get_one(Instance, first.instance_id).state == "completed"


def test_r5_of_both_nothing_that_was_begun_is_lost(company: Session) -> None:
    first, second = both_do_it(company, began="ben")
    draft(company, second, "rita")
    become(company, replace(KNOWN["ben"], status=TERMINATED))

    reroute(company, ["ben"], NOW, by="hugo")

    company.expire_all()
    assert [company.get_one(Submission, task.id).author for task in (first, second)] == ["ben", "rita"]


def test_r5_what_is_signed_is_not_done_by_both(company: Session) -> None:
    task = open_task(company, user_step("manager_review", "manager", onChange="both", signature="true"), "ann")

    [stay] = change_manager(company).stays

    assert (task.assignee, stay.why) == ("ben", "Ben holds it, and nobody can do it after them.")


def test_most_of_the_period_may_be_the_new_managers(company: Session) -> None:
    task = review(company, "majority")

    change_manager(company, date(2026, 2, 1))

    assert task.assignee == "rita"


def test_the_preview_says_why_a_task_stays(company: Session) -> None:
    review(company, "majority")
    become(company, replace(KNOWN["ann"], manager="rita"))

    [stay] = reroute(company, ["ann"], NOW, by="hugo", dry_run=True).stays

    assert (stay.from_person, stay.to_person) == ("ben", "ben")
    assert stay.why == "Ben was Ann’s manager for most of the period, on 325 days."


@pytest.mark.parametrize("policy", [name for name in POLICIES if name != "move"])
@pytest.mark.parametrize("status", [TERMINATED, ON_LEAVE])
def test_r5_whoever_is_gone_keeps_nothing(company: Session, policy: str, status: str) -> None:
    task = review(company, policy, began="ben")
    become(company, replace(KNOWN["ben"], status=status))

    reroute(company, ["ben"], NOW, by="hugo")

    assert task.assignee == "mara"


def test_whoever_is_in_conflict_by_now_keeps_nothing(company: Session) -> None:
    step = user_step("reward_proposal", "manager", onChange="keep")
    task = open_task(company, step, "ann", **YEAR)
    become(company, replace(KNOWN["ben"], manager="ann"))

    reroute(company, ["ben", "ann"], NOW, by="hugo")

    assert task.assignee not in ("ann", "ben")


def test_a_cycle_of_an_older_version_moves(company: Session) -> None:
    task = open_task(company, user_step("manager_review", "manager"), "ann")

    change_manager(company)

    assert task.assignee == "rita"


def test_an_unknown_policy_is_told_before_it_matters(company: Session) -> None:
    with pytest.raises(InvalidDiagram) as found:
        publish(company, user_step("review", "manager", onChange="lose"))
    assert "“lose” is no policy" in str(found.value.findings[0])
    with pytest.raises(InvalidDiagram):
        publish(company, user_step("review", "manager", whenAway="cry"))
    definition = publish(company, user_step("review", "manager"))
    with pytest.raises(Rejection, match="no policy"):
        launch(
            company,
            definition,
            name="Review",
            period=(TODAY - timedelta(days=300), TODAY),
            policies={"on_change": "lose"},
            by="hugo",
            now=NOW,
        )


def test_every_policy_tells_what_it_does() -> None:
    assert all(policy.label and policy.help for policy in POLICIES.values())
