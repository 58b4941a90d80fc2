"""Sending a case back while something still runs beside the steps that are done again."""

from engine import registry
from engine.errors import StepFailed
from engine.incidents import Resolution
from engine.sending_back import SentBack
from tests.engine.drawing import deadline, draw, element, message, person, sub, timer
from tests.engine.playing import Play
from tests.engine.test_resolving import foreseen, resolve
from tests.engine.test_sending_back import JOIN, SPLIT, offered, send_back, start

LATE = deadline("late", "check", "P3D", aside=True)
SCRIPT = "<bpmn:script>doubled = amount * 2</bpmn:script>"
FLOWS = "start > write > check > sign > end; late > chase > calm > end_calm"
CHASED = draw(
    FLOWS,
    *(person("write", sets="amount=amount"), person("check", actor="bob"), person("sign", actor="dora")),
    *(LATE, person("chase", actor="cleo"), person("calm", actor="hugo")),
)


def come_late(play: Play, package: dict[str, bytes] = CHASED) -> int:
    """Check too late, so that somebody chases beside it, and come to the signature."""
    instance_id = start(play, package)
    play.complete("write", amount=1)
    play.travel(days=4)
    play.complete("check")
    assert play.open() == ["chase", "sign"]
    return instance_id


class TestEnding:
    def test_what_a_step_had_begun_beside_itself_ends_when_it_is_done_again(self, play: Play) -> None:
        # Given a check that is chased, and is done while somebody still chases
        come_late(play)
        # When the case is sent back to before it
        sent = send_back(play, "sign", "write", "Something is missing.")
        # Then nobody chases any more, until the new check is late in turn: once
        assert play.open() == ["write"]
        assert [(task.step, task.assignee) for task in sent.ended] == [("chase", "cleo")]
        play.complete("write", amount=2)
        assert play.open() == ["check"]
        play.travel(days=4)
        assert play.open() == ["check", "chase"]

    def test_what_was_done_in_a_branch_that_ends_was_done_in_between(self, play: Play) -> None:
        come_late(play)
        play.complete("chase")
        sent = send_back(play, "sign", "write")
        assert set(sent.between) == {"check", "chase"}
        assert [task.step for task in sent.ended] == ["calm"]

    def test_a_branch_that_has_come_to_its_end_stays_done(self, play: Play) -> None:
        come_late(play)
        play.complete("chase")
        play.complete("calm")
        sent = send_back(play, "sign", "write")
        assert (set(sent.between), sent.ended) == ({"check"}, ())

    def test_that_of_the_step_it_is_sent_back_from_ends_too(self, play: Play) -> None:
        start(
            play,
            draw(
                "start > write > sign > end; late > chase > end_chase",
                *(person("write"), person("sign"), deadline("late", "sign", "P1D", aside=True), person("chase")),
            ),
        )
        play.complete("write")
        play.travel(days=2)
        send_back(play, "sign", "write")
        assert (play.open(), play.jobs()) == (["write"], [])

    def test_that_of_a_step_that_stays_done_goes_on(self, play: Play) -> None:
        early = deadline("early", "write", "P1D", aside=True)
        start(
            play,
            draw(
                "start > write > check > sign > end; early > help > end_help",
                *(person("write"), early, person("help"), person("check"), person("sign")),
            ),
        )
        play.travel(days=2)
        play.complete("write")
        play.complete("check")
        send_back(play, "sign", "check")
        assert play.open() == ["help", "check"]

    def test_a_step_that_something_else_may_have_begun_goes_on(self, play: Play) -> None:
        """Two steps are chased by the same branch: whose it is cannot be told, and the first of them stays done."""
        events = deadline("early", "write", "P1D", aside=True), deadline("late", "check", "P1D", aside=True)
        start(
            play,
            draw(
                "start > write > check > sign > end; early > any > chase > end_chase; late > any",
                *(person("write"), person("check"), person("sign"), element("exclusiveGateway", "any")),
                *(person("chase"), *events),
            ),
        )
        play.travel(days=2)
        play.complete("write")
        play.complete("check")
        send_back(play, "sign", "check")
        assert play.open() == ["chase", "check"]
        # When both are done again, it is nobody else's any more.
        play.complete("check")
        send_back(play, "sign", "write")
        assert play.open() == ["write"]

    def test_with_its_timers_messages_sub_processes_and_joins(self, play: Play) -> None:
        inside = sub("call_them", "start_in > ring > end_in", person("ring"))
        come_late_to = "late > split > wait > join > end_late; split > hear > join; split > call_them > join"
        instance_id = start(
            play,
            draw(
                f"start > write > check > sign > end; {come_late_to}",
                *(person("write"), person("check"), person("sign"), LATE, SPLIT, JOIN),
                *(timer("wait", "P9D"), message("hear"), inside),
            ),
        )
        play.complete("write")
        play.travel(days=4)
        play.complete("check")
        send_back(play, "sign", "write")
        assert (play.open(), play.jobs()) == (["write"], [])
        play.complete("write")
        play.complete("sign")
        assert play.instance(instance_id).state == "completed"

    def test_one_that_stands_still_takes_its_incident_with_it(self, play: Play) -> None:
        nothing = element("scriptTask", "work_out", inside=SCRIPT)
        package = draw(
            "start > write > check > sign > end; late > work_out > end_late",
            *(person("write"), person("check"), person("sign"), LATE, nothing),
        )
        start(play, package, amount="much")
        play.complete("write")
        play.travel(days=4)
        assert play.incidents() != []
        play.complete("check")
        send_back(play, "sign", "write")
        assert (play.incidents(), play.jobs()) == ([], [])


def test_the_branch_of_an_event_on_a_sub_process_ends_with_it(play: Play) -> None:
    inside = sub("between", "start_in > one > two > end_in", person("one"), person("two"))
    late = deadline("late", "between", "P1D", aside=True)
    start(
        play,
        draw("start > write > between > end; late > chase > end_chase", person("write"), inside, late, person("chase")),
    )
    play.complete("write")
    play.travel(days=2)
    play.complete("one")
    assert offered(play, "two") == ["one", "write"]
    # Within it, it is the same sub-process that goes on, and so does what it has begun.
    sent: SentBack = send_back(play, "two", "one")
    assert (play.open(), sent.ended) == (["chase", "one"], ())
    # Out of it, it begins anew.
    play.complete("one")
    send_back(play, "two", "write")
    assert play.open() == ["write"]


def test_an_incident_that_is_put_before_an_earlier_step_ends_it_too(play: Play) -> None:
    def refuse(_session: object, _call: object) -> None:
        raise StepFailed("The printer is out of paper.")

    registry.handlers["tests.print"] = refuse
    print_it = element("serviceTask", "print_it", handler="tests.print", retry="none")
    flows = "start > write > check > print_it > end; late > chase > end_chase"
    start(play, draw(flows, person("write"), person("check"), print_it, LATE, person("chase")))
    play.complete("write")
    play.travel(days=4)
    play.complete("check")
    assert (play.open(), play.incidents()) == (["chase"], ["The printer is out of paper."])
    assert {step.id for step in foreseen(play, Resolution("move", target="write")).ceases} == {"print_it", "chase"}
    resolve(play, Resolution("move", target="write"))
    assert (play.open(), play.incidents()) == (["write"], [])
