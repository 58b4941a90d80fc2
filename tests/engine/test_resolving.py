"""The ways to resolve an incident, one at a time and many at once; each recorded with who and why."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import batches, clock, incidents, registry
from engine.batches import Progress
from engine.database import transaction
from engine.errors import Conflict, NotFound, Rejection, StepFailed
from engine.foresight import Foresight, foresee
from engine.incidents import Resolution
from engine.models import HistoryEntry, Incident, Task
from engine.registry import ServiceCall
from tests.engine.playing import Play, gather_team, read_diagram, read_tables

CHANGED = Resolution("change", {"amount": "500"})


def incident_of(play: Play) -> Incident:
    """The one open incident."""
    with play.factory() as session:
        return session.scalars(select(Incident).where(Incident.resolved_at.is_(None))).one()


def resolve(play: Play, resolution: Resolution, *, reason: str = "Agreed with the team.") -> Incident:
    """Resolve the one open incident, and do what machines can do."""
    with transaction(play.factory) as session:
        found = incidents.resolve(session, incident_of(play).id, resolution, by="hr", reason=reason, now=clock.now())
    play.work()
    return found


def foreseen(play: Play, resolution: Resolution) -> Foresight:
    """What resolving the one open incident would do."""
    with play.factory() as session:
        return foresee(session, incident_of(play).id, resolution, clock.now())


def recorded(play: Play, instance_id: int, kind: str) -> dict[str, Any]:
    """The details of the last entry of a kind in the history."""
    with play.factory() as session:
        entries = session.scalars(
            select(HistoryEntry).where(HistoryEntry.instance_id == instance_id, HistoryEntry.kind == kind)
        ).all()
    return {"by": entries[-1].actor, **entries[-1].detail}


def stop_at_a_gateway(play: Play) -> int:
    """A case whose condition cannot be worked out."""
    instance = play.start("exclusive_gateway")
    play.complete("ask", amount="a lot")
    assert len(play.incidents()) == 1
    return instance


def stop_at_a_handler(play: Play, *, retry: str = "none") -> int:
    """A case whose handler has failed for good."""

    @registry.handler("tests.weigh")
    def weigh(_session: Session, _call: ServiceCall) -> None:
        raise StepFailed("The scales are broken.")

    package = read_diagram("service_task").replace(b'rf:handler="', f'rf:retry="{retry}" rf:handler="'.encode())
    instance = play.launch(play.publish({"service_task.bpmn": package}).id, boxes=1)
    play.work()
    return instance


class TestRetryingByRule:
    def test_says_how_often_it_was_tried(self, play: Play) -> None:
        stop_at_a_handler(play, retry="PT10S PT1M")
        assert play.incidents() == []
        play.travel(seconds=11)
        play.travel(seconds=61)
        found = incident_of(play)
        assert (found.problem, found.attempts, found.step) == ("The scales are broken.", 3, "weigh")

    def test_may_be_none(self, play: Play) -> None:
        stop_at_a_handler(play)
        assert incident_of(play).attempts == 1

    def test_of_an_expression_is_what_the_step_says(self, play: Play) -> None:
        """By itself it gives the same answer again; where another branch may bring the value, a step asks for it."""
        # given
        package = read_diagram("exclusive_gateway").replace(
            b'<bpmn:exclusiveGateway id="large_amount"',
            b'<bpmn:exclusiveGateway id="large_amount" rf:retry="PT1M PT1H"',
        )
        play.launch(play.publish({"exclusive_gateway.bpmn": package}).id)
        play.complete("ask", amount="a lot")
        assert (play.incidents(), [job.kind for job in play.jobs()]) == ([], ["retry"])
        # when
        play.travel(minutes=2)
        assert play.incidents() == []
        play.travel(hours=2)
        # then
        assert incident_of(play).attempts == 3

    def test_goes_on_by_itself_when_the_cause_is_gone(self, play: Play) -> None:
        stop_at_a_handler(play, retry="PT10S")
        registry.handler("tests.weigh")(lambda _session, _call: {"weight": 7})
        play.travel(seconds=11)
        assert (play.open(), play.incidents()) == (["ship"], [])

    @pytest.mark.parametrize("text", ["soon", "PT1M soon", "", " ".join(["PT1S"] * 21)])
    def test_that_is_not_understood_is_found_before_publishing(self, play: Play, text: str) -> None:
        registry.handler("tests.weigh")(lambda _session, _call: None)
        package = read_diagram("service_task").replace(b'rf:handler="', f'rf:retry="{text}" rf:handler="'.encode())
        (finding,) = play.findings({"service_task.bpmn": package})
        assert "does not say after how long it is tried again" in finding


class TestChangedData:
    def test_lets_the_step_go_on_and_records_old_and_new(self, play: Play) -> None:
        # given
        instance = stop_at_a_gateway(play)
        # when
        found = resolve(play, CHANGED, reason="She meant 500.")
        # then
        assert (play.open(), play.incidents()) == (["approve"], [])
        assert (found.resolution, found.resolved_by, found.reason) == ("changed", "hr", "She meant 500.")
        assert recorded(play, instance, "variables_changed") == {
            "by": "hr",
            "reason": "She meant 500.",
            "old": {"amount": "a lot"},
            "new": {"amount": 500},
        }

    def test_that_does_not_help_leaves_a_new_incident(self, play: Play) -> None:
        stop_at_a_gateway(play)
        resolve(play, Resolution("change", {"amount": "very much"}))
        assert len(play.incidents()) == 1

    def test_without_a_reason_is_refused_and_changes_nothing(self, play: Play) -> None:
        instance = stop_at_a_gateway(play)
        with pytest.raises(Rejection, match="Say why"):
            resolve(play, CHANGED, reason=" ")
        assert play.instance(instance).variables["amount"] == "a lot"

    def test_without_any_value_is_refused(self, play: Play) -> None:
        stop_at_a_gateway(play)
        with pytest.raises(Rejection, match="Choose what is changed"):
            resolve(play, Resolution("change"))

    def test_tries_a_handler_again_with_the_new_value(self, play: Play) -> None:
        stop_at_a_handler(play)
        boxes: list[Any] = []
        registry.handler("tests.weigh")(lambda _session, call: boxes.append(call.variables["boxes"]))
        resolve(play, Resolution("change", {"boxes": "3"}))
        assert (boxes, play.open()) == ([3], ["ship"])


class TestSkipping:
    def test_a_handler_lets_what_follows_come(self, play: Play) -> None:
        instance = stop_at_a_handler(play)
        resolve(play, Resolution("skip"), reason="Weighed by hand.")
        assert (play.open(), play.incidents(), play.jobs()) == (["ship"], [], [])
        assert recorded(play, instance, "step_skipped") == {"by": "hr", "reason": "Weighed by hand.", "chosen": None}

    def test_a_gateway_needs_the_way_to_take(self, play: Play) -> None:
        stop_at_a_gateway(play)
        with pytest.raises(Conflict, match="Choose which way"):
            resolve(play, Resolution("skip"))
        resolve(play, Resolution("skip", chosen="record"))
        assert (play.open(), play.incidents()) == (["record"], [])

    def test_a_decision_may_be_given_its_result(self, play: Play) -> None:
        instance = play.start("business_rule", files=read_tables("approval"), amount="a lot")
        assert len(play.incidents()) == 1
        result = next(s for s in read_diagram("business_rule").decode().split() if "rf:result=" in s).split('"')[1]
        resolve(play, Resolution("skip", {result: "board"}))
        assert play.incidents() == []
        assert play.instance(instance).variables[result] == "board"

    def test_a_process_that_stands_still_is_refused(self, play: Play) -> None:
        play.launch(play.keep("stands_still"))
        play.complete("ask")
        with pytest.raises(Conflict, match="Choose where the process goes on"):
            resolve(play, Resolution("skip"))


class TestMovingTheToken:
    def test_goes_on_before_the_other_step(self, play: Play) -> None:
        instance = stop_at_a_handler(play)
        resolve(play, Resolution("move", target="ship"))
        assert (play.open(), play.incidents(), play.jobs()) == (["ship"], [], [])
        assert recorded(play, instance, "token_moved")["to"] == "ship"

    def test_where_the_diagram_does_not_allow_it_is_refused(self, play: Play) -> None:
        stop_at_a_gateway(play)
        for target in ("start", "nowhere", None):
            with pytest.raises(Conflict, match="cannot go on there"):
                resolve(play, Resolution("move", target=target))

    def test_gets_a_process_that_stands_still_going(self, play: Play) -> None:
        instance = play.launch(play.keep("stands_still"))
        play.complete("ask")
        resolve(play, Resolution("move", target="end"))
        assert play.instance(instance).state == "completed"

    def test_takes_the_open_task_back(self, play: Play) -> None:
        """An incident beside an open task: its deadline."""
        instance = start_without_deadline(play)
        resolve(play, Resolution("move", target="end"))
        assert play.instance(instance).state == "completed"
        with play.factory() as session:
            assert session.scalars(select(Task.state)).all() == ["cancelled"]


def start_without_deadline(play: Play) -> int:
    """A case whose task is handed out without a deadline, because it cannot be worked out."""
    package = read_diagram("one_step").replace(b'rf:actor="ann"', b'rf:actor="ann" rf:due="until"')
    instance = play.launch(play.publish({"one_step.bpmn": package}).id, until="some day")
    play.work()
    return instance


class TestDeadlineThatCannotBeWorkedOut:
    def test_hands_the_task_out_and_says_so(self, play: Play) -> None:
        start_without_deadline(play)
        assert play.task("write").due_at is None
        assert play.incidents()[0].startswith("The deadline cannot be worked out: “some day”")

    def test_is_set_when_it_is_tried_again(self, play: Play) -> None:
        start_without_deadline(play)
        handed_out = play.task("write").created_at
        resolve(play, Resolution("change", {"until": "P3D"}))
        due = play.task("write").due_at
        assert due is not None
        assert (due - handed_out).days in (3, 4)
        assert [job.kind for job in play.jobs()] == ["clock"]

    def test_may_be_gone_without(self, play: Play) -> None:
        start_without_deadline(play)
        resolve(play, Resolution("skip"))
        assert (play.open(), play.incidents(), play.jobs()) == (["write"], [], [])

    def test_goes_with_the_task(self, play: Play) -> None:
        start_without_deadline(play)
        play.complete("write")
        assert play.incidents() == []


class TestForesight:
    def test_tells_what_follows_and_changes_nothing(self, play: Play) -> None:
        stop_at_a_gateway(play)
        found = foreseen(play, CHANGED)
        assert [step.id for step in found.begins] == ["approve"]
        assert foreseen(play, Resolution("change", {"amount": "more"})).problems != ()
        assert foreseen(play, Resolution("move", target="end")).ends
        assert len(play.incidents()) == 1

    def test_knows_that_what_a_member_throws_is_caught_by_its_parent(self, play: Play) -> None:
        gather_team("ann")
        play.start("error_of_a_member")
        play.complete("answer", fine="perhaps", asks=False)
        assert foreseen(play, Resolution("skip", chosen="asks")).problems == ()
        resolve(play, Resolution("skip", chosen="asks"))
        assert play.incidents() == []

    def test_knows_that_machine_work_is_done_again(self, play: Play) -> None:
        stop_at_a_handler(play)
        assert foreseen(play, Resolution("retry")).is_work
        assert [step.id for step in foreseen(play, Resolution("skip")).begins] == ["ship"]

    def test_names_what_is_not_waited_for_any_more(self, play: Play) -> None:
        start_without_deadline(play)
        assert [step.id for step in foreseen(play, Resolution("move", target="end")).ceases] == ["write"]

    def test_of_a_member_leaves_to_its_parent_what_it_does_not_catch_itself(self, play: Play) -> None:
        # given
        gather_team("E1")
        play.start("error_of_a_member")
        play.complete("answer", fine="perhaps", asks=False)
        throws = Resolution("change", {"fine": "false"})
        # when
        found = foreseen(play, throws)
        # then
        assert found.problems == ()
        resolve(play, throws)
        assert (play.open(), play.incidents()) == (["note"], [])


class TestManyAtOnce:
    def stop_some(self, play: Play, count: int) -> list[tuple[int, int | None]]:
        definition = play.deploy("exclusive_gateway")
        for _ in range(count):
            play.launch(definition)
        for task in play.open_tasks():
            play.finish(task, amount="a lot")
        with play.factory() as session:
            return [(found.id, found.instance_id) for found in session.scalars(select(Incident).order_by(Incident.id))]

    def ask(self, play: Play, targets: list[tuple[int, int | None]], way: str, **details: Any) -> int:
        with transaction(play.factory) as session:
            batch = batches.ask(
                session,
                "resolve",
                targets,
                title="Stopped",
                by="hr",
                reason="All alike.",
                now=clock.now(),
                way=way,
                **details,
            )
        return batch.id

    def progress(self, play: Play, batch_id: int) -> Progress:
        with play.factory() as session:
            return batches.progress_of(session, [batch_id])[batch_id]

    def test_are_resolved_one_by_one(self, play: Play) -> None:
        # given
        targets = self.stop_some(play, 5)
        # when
        batch = self.ask(play, targets, "change", values={"amount": "500"})
        assert self.progress(play, batch) == Progress(5, 0, 0)
        play.work()
        # then
        assert self.progress(play, batch) == Progress(5, 5, 0)
        assert (play.open(), play.incidents()) == (["approve"] * 5, [])

    def test_go_on_where_one_of_them_cannot(self, play: Play) -> None:
        targets = self.stop_some(play, 3)
        with transaction(play.factory) as session:
            incidents.resolve(
                session, targets[1][0], Resolution("skip", chosen="record"), by="eve", reason="Mine.", now=clock.now()
            )
        batch = self.ask(play, [*targets, (4711, None)], "skip", chosen="approve")
        play.work()
        assert self.progress(play, batch) == Progress(4, 2, 2)
        with play.factory() as session:
            notes = [result.item.note for result in batches.results_of(session, batch, limit=10)]
        assert notes[:2] == ["This incident has been resolved already.", "There is no such incident."]
        assert sorted(play.open()) == ["approve", "approve", "record"]

    def test_leave_nothing_of_one_that_is_refused_half_way(self, play: Play) -> None:
        """The values are changed before it turns out that no way was chosen."""
        ((target, about),) = self.stop_some(play, 1)
        self.ask(play, [(target, about)], "skip", values={"amount": "1"})
        play.work()
        assert about is not None
        assert play.instance(about).variables["amount"] == "a lot"
        assert len(play.incidents()) == 1

    def test_cost_the_same_statements_for_many_as_for_few(self, play: Play) -> None:
        targets = self.stop_some(play, 12)
        costs = set()
        for chosen in (targets[:1], targets[1:]):
            with play.counting() as seen:
                self.ask(play, chosen, "retry")
            costs.add(len(seen))
        # The batch, its items, its jobs.
        assert costs == {3 + 1}

    def test_that_does_not_exist_is_refused(self, play: Play) -> None:
        with pytest.raises(NotFound), play.factory() as session:
            batches.get(session, 4711)
