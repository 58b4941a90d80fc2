"""Sending a case back: where it may go, what is asked again, and what stays done."""

from typing import Any

import pytest
from sqlalchemy import select

from engine import clock, registry, sending_back, tasks
from engine.database import reading, transaction
from engine.diagram import Step
from engine.errors import Conflict, Rejection
from engine.models import HistoryEntry, Task
from engine.remembering import Stay
from engine.sending_back import SentBack
from tests.engine.drawing import deadline, draw, element, message, person, sub, timer
from tests.engine.playing import Play

SPLIT, JOIN = element("parallelGateway", "split"), element("parallelGateway", "join")
CALL = element("callActivity", "call", attributes=' calledElement="review"')
CHAIN = draw(
    "start > write > approve_it > check > sign > end",
    person("write", sets="amount=amount", due="P3D"),
    person("approve_it", actor="bob", sets="outcome=outcome"),
    person("check", actor="cleo", sets="outcome=outcome"),
    person("sign", actor="dora"),
)


def start(play: Play, package: dict[str, bytes], **variables: Any) -> int:
    instance_id = play.launch(play.publish(package).id, **variables)
    play.work()
    return instance_id


def send_back(play: Play, step: str, to: str, reason: str = "The amount is wrong.", **more: Any) -> SentBack:
    """Send the open task of `step` back as whoever holds it."""
    task = play.task(step)
    with transaction(play.factory) as session:
        by = task.assignee or "anybody"
        found = tasks.load(session, task.id, actor=by, now=clock.now(), lock=True)
        sent = sending_back.send_back(session, found, to=to, reason=reason, by=by, now=clock.now(), **more)
    play.work()
    return sent


def offered(play: Play, step: str) -> list[str]:
    task = next(one for one in play.open_tasks() if one.step == step)
    with reading(play.factory) as session:
        found = tasks.load(session, task.id, actor=task.assignee or "anybody", now=clock.now())
        return [one.step.id for one in sending_back.find_earlier(session, found)]


def reach_sign(play: Play) -> int:
    instance_id = start(play, CHAIN)
    play.complete("write", amount=100)
    play.complete("approve_it", outcome="approve")
    play.complete("check", outcome="checked")
    return instance_id


class TestWhere:
    def test_to_every_step_that_was_done_before_the_last_one_first(self, play: Play) -> None:
        reach_sign(play)
        assert offered(play, "sign") == ["check", "approve_it", "write"]

    def test_not_to_a_step_that_was_not_done(self, play: Play) -> None:
        start(
            play,
            draw(
                "start > write > big [amount = 100] > approve_it > joined > sign > end; big > joined",
                *(person("write", sets="amount=amount"), element("exclusiveGateway", "big")),
                *(person("approve_it"), element("exclusiveGateway", "joined"), person("sign")),
            ),
        )
        play.complete("write", amount=1)
        assert offered(play, "sign") == ["write"]

    def test_not_into_branches_that_have_joined_nor_out_of_one_that_has_not(self, play: Play) -> None:
        start(
            play,
            draw(
                "start > write > split > a > b > join > sign > end; split > c > join",
                *(person("write"), element("parallelGateway", "split"), person("a"), person("b"), person("c")),
                *(element("parallelGateway", "join"), person("sign")),
            ),
        )
        play.complete("write")
        play.complete("a")
        assert offered(play, "b") == ["a"]
        play.complete("b")
        play.complete("c")
        assert offered(play, "sign") == ["write"]

    @pytest.mark.parametrize(
        "between",
        [
            element("serviceTask", "between", handler="tests.pay"),
            message("between"),
            sub("between", "start_in > inside > end_in", person("inside"), over="team"),
            person("between", signature="password"),
        ],
        ids=["machine", "message", "population", "signature"],
    )
    def test_not_past_what_was_done_for_good(self, play: Play, between: str) -> None:
        registry.handlers["tests.pay"] = lambda _session, _call: None
        registry.populations["team"] = lambda _session, _parent, _now: []
        start(play, draw("start > write > between > sign > end", person("write"), between, person("sign")))
        play.complete("write")
        if "answer" in between:
            play.send("answer")
        if "password" in between:
            play.complete("between")
        assert offered(play, "sign") == []

    def test_past_times_scripts_and_whole_sub_processes(self, play: Play) -> None:
        inside = sub("between", "start_in > inside > wait > end_in", person("inside"), timer("wait", "P1D"))
        start(play, draw("start > write > between > sign > end", person("write"), inside, person("sign")))
        play.complete("write")
        play.complete("inside")
        play.travel(days=1)
        assert offered(play, "sign") == ["write"]

    def test_out_of_a_sub_process_and_within_it_but_not_into_one(self, play: Play) -> None:
        inside = sub("between", "start_in > one > two > end_in", person("one"), person("two"))
        start(play, draw("start > write > between > sign > end", person("write"), inside, person("sign")))
        play.complete("write")
        play.complete("one")
        assert offered(play, "two") == ["one", "write"]
        play.complete("two")
        assert offered(play, "sign") == ["write"]

    @pytest.mark.parametrize(
        ("flows", "elements"),
        [
            ("split > one > join > end_in; split > two > join", (SPLIT, person("two"), JOIN)),
            ("split > one > end_in; split > two > end_two", (SPLIT, person("two"))),
            ("one > end_in; aside > two > end_two", (deadline("aside", "one", "P1D", aside=True), person("two"))),
            ("pay > one > end_in", (element("serviceTask", "pay", handler="tests.pay"),)),
        ],
        ids=["branches", "branches that end", "beside", "machine"],
    )
    def test_not_out_of_a_sub_process_with_others_in_it_or_something_done_for_good(
        self, play: Play, flows: str, elements: tuple[str, ...]
    ) -> None:
        registry.handlers["tests.pay"] = lambda _session, _call: None
        inside = sub("between", f"start_in > {flows}", person("one"), *elements)
        start(play, draw("start > write > between > end", person("write"), inside))
        play.complete("write")
        assert offered(play, "one") == []

    def test_not_where_a_branch_beside_it_goes_on_by_itself(self, play: Play) -> None:
        flows = "start > write > split > a > end; split > b > end_b"
        start(play, draw(flows, person("write"), SPLIT, person("a"), person("b")))
        play.complete("write")
        assert offered(play, "a") == []

    def test_not_past_what_an_earlier_round_has_done_for_good(self, play: Play) -> None:
        registry.handlers["tests.pay"] = lambda _session, _call: None
        flows = "start > write > again > check > sign > pay > enough > end; enough [more] > again"
        gateways = element("exclusiveGateway", "again"), element("exclusiveGateway", "enough")
        pay = element("serviceTask", "pay", handler="tests.pay")
        start(play, draw(flows, *(person("write"), person("check"), person("sign")), *gateways, pay), more=True)
        play.complete("write")
        play.complete("check")
        play.complete("sign")
        play.complete("check")
        assert offered(play, "sign") == ["check"]

    def test_not_out_of_a_called_process(self, play: Play) -> None:
        called = draw("start > one > two > end", person("one"), person("two"))
        play.publish(called)
        caller = draw("start > write > call > end", person("write"), CALL)["review.bpmn"]
        start(play, {"caller.bpmn": caller.replace(b'id="review"', b'id="caller"')})
        play.complete("write")
        play.complete("one")
        assert offered(play, "two") == ["one"]

    def test_nowhere_where_the_step_says_no(self, play: Play) -> None:
        start(play, draw("start > write > sign > end", person("write"), person("sign", sendBack="no")))
        play.complete("write")
        assert offered(play, "sign") == []
        with pytest.raises(Conflict, match="cannot be sent back"):
            send_back(play, "sign", "write")


class TestSendingBack:
    def test_opens_the_earlier_step_with_a_deadline_of_its_own_and_says_why(self, play: Play) -> None:
        instance_id = reach_sign(play)
        play.travel(days=10)
        sent = send_back(play, "sign", "write")
        task = play.task("write")
        assert (task.id, task.assignee, play.open()) == (sent.task.id, "ann", ["write"])
        assert task.due_at is not None
        assert 2 < (task.due_at - clock.now()).days <= 3
        with reading(play.factory) as session:
            entry = session.scalars(select(HistoryEntry).where(HistoryEntry.kind == "task_sent_back")).one()
            assert (entry.actor, entry.step, entry.detail["reason"]) == ("dora", "write", "The amount is wrong.")
            assert entry.instance_id == instance_id
            assert session.get_one(Task, sent.sender.id).state == "cancelled"

    def test_tells_listeners_who_did_what_in_between(self, play: Play) -> None:
        told: list[SentBack] = []
        registry.listen("task_sent_back")(lambda _session, task, sent, now: told.append(sent))
        reach_sign(play)
        send_back(play, "sign", "write")
        assert {step: task.closed_by for step, task in told[0].between.items()} == {
            "approve_it": "bob",
            "check": "cleo",
        }
        assert told[0].staying == {"approve_it", "check"}

    def test_needs_a_reason(self, play: Play) -> None:
        reach_sign(play)
        with pytest.raises(Rejection, match="Say why"):
            send_back(play, "sign", "write", "  ")
        assert play.open() == ["sign"]

    def test_gives_what_a_group_does_back_to_the_one_who_did_it(self, play: Play) -> None:
        start(
            play,
            draw("start > write > sign > end", person("write", actor="group", actorArgument="hr"), person("sign")),
        )
        play.complete("write", by="hugo")
        send_back(play, "sign", "write")
        assert (play.task("write").assignee, play.task("write").group) == ("hugo", "hr")

    def test_out_of_a_sub_process_leaves_nothing_of_it_and_what_was_done_in_it_stays(self, play: Play) -> None:
        # Given two of three steps of a sub-process with a deadline on its border
        inside = sub(
            "between",
            "start_in > one > two > three > end_in",
            *(person("one", sets="good=good"), person("two", actor="bob"), person("three", actor="cleo")),
        )
        late = deadline("late", "between", "P9D")
        flows = "start > write > between > end; late > end_late"
        instance_id = start(play, draw(flows, person("write", sets="amount=amount"), inside, late))
        play.complete("write", amount=1)
        play.complete("one", good=True)
        play.complete("two")
        # When it is sent back to before the sub-process
        sent = send_back(play, "three", "write")
        # Then nothing else waits, and whoever has done a step of it is among those who are told
        assert (play.open(), play.jobs()) == (["write"], [])
        assert set(sent.between) == {"one", "two"}
        # And with the same it comes to where it was; with something else everybody is asked.
        play.complete("write", amount=1)
        assert play.open() == ["three"]
        assert [job.kind for job in play.jobs()] == ["timer"]
        send_back(play, "three", "write")
        play.complete("write", amount=2)
        assert play.open() == ["one"]
        play.complete("one", good=True)
        send_back(play, "two", "write")
        play.complete("write", amount=3)
        for step in ("one", "two", "three"):
            assert play.open() == [step]
            play.complete(step, good=True)
        assert play.instance(instance_id).state == "completed"


class TestStaying:
    def test_what_was_approved_stays_approved_when_the_same_is_handed_in_again(self, play: Play) -> None:
        stays: list[Stay] = []
        registry.listen("step_stays")(lambda _session, stay, now: stays.append(stay))
        instance_id = reach_sign(play)
        send_back(play, "sign", "write")
        play.complete("write", amount=100)
        assert play.open() == ["sign"]
        assert [(stay.step.id, stay.by) for stay in stays] == [("approve_it", "bob"), ("check", "cleo")]
        assert [step for kind, step in play.history(instance_id) if kind == "step_stays"] == ["approve_it", "check"]
        assert play.instance(instance_id).variables["outcome"] == "checked"
        play.complete("sign")
        assert play.instance(instance_id).state == "completed"

    def test_everybody_is_asked_again_when_something_else_is_handed_in(self, play: Play) -> None:
        reach_sign(play)
        send_back(play, "sign", "write")
        play.complete("write", amount=90)
        assert play.open() == ["approve_it"]
        play.complete("approve_it", outcome="approve")
        assert play.open() == ["check"]

    def test_also_when_a_variable_has_changed_that_nobody_in_between_sets(self, play: Play) -> None:
        instance_id = reach_sign(play)
        send_back(play, "sign", "write")
        play.change(instance_id, budget=5)
        play.complete("write", amount=100)
        assert play.open() == ["approve_it"]

    def test_a_step_takes_the_way_that_its_own_answer_had_taken(self, play: Play) -> None:
        """The answer of a later step under the same name is not what the gateway behind the earlier one sees."""
        start(
            play,
            draw(
                'start > write > approve_it > good [outcome = "approve"] > check > sign > end; good > end_no',
                person("write"),
                *(person("approve_it", sets="outcome=outcome"), element("exclusiveGateway", "good")),
                *(person("check", sets="outcome=outcome"), person("sign")),
            ),
        )
        play.complete("write")
        play.complete("approve_it", outcome="approve")
        play.complete("check", outcome="doubts")
        send_back(play, "sign", "write")
        play.complete("write")
        assert play.open() == ["sign"]

    def test_what_was_overtaken_before_does_not_stay(self, play: Play) -> None:
        """Sent back and changed, then sent back from further up: the approval of the old text is not one of the new."""
        reach_sign(play)
        send_back(play, "sign", "write")
        play.complete("write", amount=90)
        send_back(play, "approve_it", "write")
        play.complete("write", amount=90)
        assert play.open() == ["approve_it"]
        play.complete("approve_it", outcome="approve")
        assert play.open() == ["check"]

    def test_what_stayed_once_stays_again(self, play: Play) -> None:
        reach_sign(play)
        for _ in range(3):
            send_back(play, "sign", "write")
            play.complete("write", amount=100)
            assert play.open() == ["sign"]

    def test_only_what_the_caller_lets_stay(self, play: Play) -> None:
        def only_check(step: Step) -> bool:
            return step.id == "check"

        reach_sign(play)
        send_back(play, "sign", "write", may_stay=only_check)
        play.complete("write", amount=100)
        assert play.open() == ["approve_it"]
        play.complete("approve_it", outcome="approve")
        assert play.open() == ["sign"]

    def test_the_answer_to_the_step_it_was_sent_back_from_is_never_remembered(self, play: Play) -> None:
        reach_sign(play)
        send_back(play, "sign", "check")
        play.complete("check", outcome="other")
        assert play.open() == ["sign"]
