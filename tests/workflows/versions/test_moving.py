"""The annual review of the small company on a new version: drafts, forms, and what HR sees of the cycle."""

import re
from datetime import timedelta
from importlib.resources import files
from typing import Any

import orjson
from sqlalchemy import select

from engine import definitions, extending, program_for
from engine.database import transaction
from engine.migration import running
from engine.models import BatchItem, Definition, Task
from engine.packages import read_package
from tests.workflows.small_cycle import LONG, SmallCycle, counted
from workflows.cases.trail import trail_of
from workflows.cycles.models import Cycle
from workflows.cycles.progress import progress_of
from workflows.notifications.models import CHANGED, Notification
from workflows.reviews.models import Submission
from workflows.reviews.submitting import save_draft
from workflows.versions.outlook import look_ahead


def next_version(**replaced: str) -> dict[str, bytes]:
    """The annual review with a renamed step, another reminder, and a question less and a question more."""
    package = read_package(files("bpmn") / "annual_review")
    text = package["annual_review.bpmn"].decode()
    text = text.replace(
        'rf:form="manager-review" rf:due="P14D" rf:remind="P3D"',
        'rf:form="manager-review" rf:due="P20D" rf:remind="P5D"',
    )
    text = text.replace('"self_assessment"', '"own_view"').replace('name="Self-assessment"', 'name="Own view"')
    for old, new in replaced.items():
        assert old in text
        text = text.replace(old, new)
    form = orjson.loads(package["forms/self-assessment.json"])
    form["components"].append({"type": "textfield", "key": "wish", "label": "A wish"})
    return package | {"annual_review.bpmn": text.encode(), "forms/self-assessment.json": orjson.dumps(form)}


def move(cycle: SmallCycle, package: dict[str, bytes]) -> list[str]:
    """Publish the package and move the cycle to it; what was said of each instance."""
    with transaction(cycle.factory) as session:
        old = definitions.latest(session, "annual_review")
        new = definitions.deploy(session, package, by="hugo", now=cycle.now)
        batch = running.begin(session, old, new, by="hugo", reason="Better.", now=cycle.now).id
    cycle.work()
    with cycle.factory() as session:
        items = session.scalars(select(BatchItem).where(BatchItem.batch_id == batch).order_by(BatchItem.target_id))
        return [f"{item.state}: {item.note}" for item in items]


def test_a_whole_cycle_moves_with_its_drafts(stored_cycle: SmallCycle) -> None:
    # given
    cycle = stored_cycle
    [task] = cycle.open("self_assessment", "ann")
    with transaction(cycle.factory) as session:
        save_draft(session, task.id, {"summary": LONG}, by="ann", now=cycle.now)
    before = {task.subject: task.due_at for task in cycle.open("self_assessment")}
    # when
    notes = move(cycle, next_version())
    # then
    assert {note.partition(":")[0] for note in notes} == {"done"}
    assert {task.subject: task.due_at for task in cycle.open("own_view")} == before
    with cycle.factory() as session:
        draft = session.get_one(Submission, task.id)
        newest = definitions.latest(session, "annual_review")
        assert (draft.answers["summary"], draft.step, draft.definition_id) == (LONG, "own_view", newest.id)
        shown = session.scalars(select(Cycle)).one()
        assert shown.definition_id == newest.id
        steps = {step.step: step.open for step in progress_of(session, shown, cycle.now).steps}
        assert steps["own_view"] == len(before)


def test_reviews_that_are_written_get_their_new_deadline_and_go_on(cycle: SmallCycle) -> None:
    # given
    cycle.travel(days=21, minutes=1)
    before = {task.subject: task.due_at for task in cycle.open("manager_review")}
    with transaction(cycle.factory) as session:
        old = definitions.latest(session, "annual_review")
        new = definitions.deploy(session, next_version(), by="hugo", now=cycle.now)
        [(ahead, count)] = look_ahead(session, running.route_between(session, old, new), cycle.now).deadlines.items()
        assert (ahead.step, count, session.rollback()) == ("Manager review", len(before), None)
    assert ahead.was is not None
    assert ahead.due == ahead.was + timedelta(days=6)
    # when
    move(cycle, next_version())
    # then
    later = {task.subject: task.due_at for task in cycle.open("manager_review")}
    assert {who: due - before[who] for who, due in later.items()} == dict.fromkeys(before, timedelta(days=6))
    cycle.write_reviews().release()
    with cycle.factory() as session:
        assert session.scalars(select(Task.step).where(Task.step == "self_assessment")).all() == []
        assert {row.key for row in session.scalars(select(Definition))} == {"annual_review"}


def test_time_that_hr_gave_stays_on_top_and_the_preview_says_so(cycle: SmallCycle) -> None:
    # given five days more for one of the reviews
    cycle.travel(days=21, minutes=1)
    given = cycle.open("manager_review")[0]
    assert given.due_at is not None
    more = given.due_at + timedelta(days=5)
    with transaction(cycle.factory) as session:
        extending.extend(session, given.id, due=more, by="hugo", reason="Ben was away.", now=cycle.now)
    # when
    with transaction(cycle.factory) as session:
        old = definitions.latest(session, "annual_review")
        new = definitions.deploy(session, next_version(), by="hugo", now=cycle.now)
        ahead = look_ahead(session, running.route_between(session, old, new), cycle.now).deadlines
        session.rollback()
    move(cycle, next_version())
    # then
    [one] = [one for one in ahead if one.extra]
    assert (one.extra, ahead[one]) == (5, 1)
    assert one.due is not None
    assert one.was is not None
    assert one.due - one.was == timedelta(days=6)
    with cycle.factory() as session:
        assert session.get_one(Task, given.id).due_at == more + timedelta(days=6)


def test_who_has_a_task_that_changes_is_told_and_its_case_says_why(cycle: SmallCycle) -> None:
    # given self-assessments that are begun, and a version that asks one question more in them
    [task] = cycle.open("self_assessment", "ann")
    # when
    move(cycle, next_version())
    # then
    assert told(cycle, "ann") == ["“Own view” has another form now. What was begun is kept."]
    with cycle.factory() as session:
        program = program_for(session, session.get_one(Task, task.id).definition_id)
        [turn] = trail_of(session, session.get_one(Task, task.id), program).turns
        assert (turn.name, turn.what, turn.reason) == ("The case", "moved to version 2", "Better.")
    # and of the reviews of her manager it is the deadline that is another one
    cycle.travel(days=21, minutes=1)
    move(cycle, next_version(P20D="P10D"))
    sentence = r"“Manager review” for Ann.* is due on .+ now, instead of .+\."
    assert any(re.fullmatch(sentence, text) for text in told(cycle, "ben"))


def told(cycle: SmallCycle, person: str) -> list[str]:
    """What somebody was told of tasks that have changed."""
    with cycle.factory() as session:
        changed = select(Notification.text).where(Notification.person_id == person, Notification.kind == CHANGED)
        return list(session.scalars(changed.order_by(Notification.id)))


def without(components: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    """The components of a form less the question `key`, wherever it stands."""
    left = [one for one in components if one.get("key") != key]
    return [{**one, "components": without(one["components"], key)} if "components" in one else one for one in left]


def test_the_outlook_names_what_a_begun_draft_meets(stored_cycle: SmallCycle) -> None:
    # given a draft of Ann that the new form no longer fits, and one of Dora that it does
    cycle = stored_cycle
    begun = {who: cycle.open("self_assessment", who)[0] for who in ("ann", "dora")}
    with transaction(cycle.factory) as session:
        save_draft(session, begun["ann"].id, {"summary": LONG, "support": "fully"}, by="ann", now=cycle.now)
        save_draft(session, begun["dora"].id, {"wish": "More time"}, by="dora", now=cycle.now)
    package = next_version()
    form = orjson.loads(package["forms/self-assessment.json"])
    for key in ("support", "support_missing"):
        form["components"] = without(form["components"], key)
    form["components"][-1]["validate"] = {"required": True}
    with transaction(cycle.factory) as session:
        old = definitions.latest(session, "annual_review")
        new = definitions.deploy(
            session, package | {"forms/self-assessment.json": orjson.dumps(form)}, by="hugo", now=cycle.now
        )
        # when
        found = look_ahead(session, running.route_between(session, old, new), cycle.now)
    # then
    [ahead] = [draft for draft in found.drafts if draft.author == "ann"]
    assert (ahead.task_id, ahead.instance_id, ahead.step) == (begun["ann"].id, begun["ann"].instance_id, "Own view")
    assert len(ahead.hidden) == 1
    assert "support" in ahead.hidden[0].lower()
    assert ahead.asked == ("A wish",)
    assert found.instances.moving > 0


def test_drafts_are_looked_at_in_a_bounded_number_of_statements(stored_cycle: SmallCycle) -> None:
    cycle, counts = stored_cycle, []
    begun = cycle.open("self_assessment")[:3]
    with transaction(cycle.factory) as session:
        old = definitions.latest(session, "annual_review")
        new = definitions.deploy(session, next_version(), by="hugo", now=cycle.now)
        route = running.route_between(session, old, new)
        for task in begun:
            save_draft(session, task.id, {"summary": LONG}, by=str(task.assignee), now=cycle.now)
            session.flush()
            with counted(cycle.factory) as sent:
                assert look_ahead(session, route, cycle.now).kept == len(counts) + 1
            counts.append(len(sent))
    assert len(set(counts)) == 1
