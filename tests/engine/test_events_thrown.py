"""Messages that a process sends, and links, which draw a flow in two parts."""

import pytest

from tests.engine.playing import Play, read_diagram


class TestMessageThrowEvent:
    def test_reaches_the_one_it_is_for_with_its_values(self, play: Play) -> None:
        # given
        receivers = {name: play.start("receive_task", employee=name) for name in ("E1", "E2")}
        # when
        sender = play.start("message_throw", employee="E2", words="Yes.")
        play.complete("write")
        # then
        assert sorted(play.open()) == ["check", "thank"]
        assert play.instance(receivers["E2"]).variables == {"employee": "E2", "words": "Yes."}
        assert ("message_sent", "tell") in play.history(sender)

    def test_for_nobody_is_noted_and_goes_on(self, play: Play) -> None:
        sender = play.start("message_throw", employee="E9", words="Yes.")
        play.complete("write")
        assert (play.open(), play.incidents(), play.jobs()) == (["check"], [], [])
        assert ("message_unheard", "tell") in play.history(sender)

    def test_that_cannot_be_worked_out_is_an_incident(self, play: Play) -> None:
        play.start("message_throw", words="Yes.")
        play.complete("write")
        (problem,) = play.incidents()
        assert "'employee' is not known here" in problem


class TestMessageEndEvent:
    def test_ends_and_sends(self, play: Play) -> None:
        sender = play.start("message_throw", employee="E1", words="Yes.")
        play.complete("write")
        play.complete("check")
        assert play.instance(sender).state == "completed"
        assert play.history(sender)[-1] == ("message_unheard", "told")


class TestLink:
    def test_leads_to_its_other_end(self, play: Play) -> None:
        case = play.start("link")
        play.complete("write")
        assert play.open() == ["check"]
        play.complete("check")
        assert play.instance(case).state == "completed"

    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            (
                b'<bpmn:intermediateThrowEvent id="off" name="Off">\n      <bpmn:linkEventDefinition name="A" />',
                b'<bpmn:intermediateThrowEvent id="off" name="Off">\n      <bpmn:linkEventDefinition name="B" />',
                "leads nowhere",
            ),
            (
                b'<bpmn:intermediateCatchEvent id="on" name="On">\n      <bpmn:linkEventDefinition name="A" />',
                b'<bpmn:intermediateCatchEvent id="on" name="On">\n      <bpmn:linkEventDefinition name="B" />',
                "not only links lead here",
            ),
        ],
        ids=["without a target", "without a source"],
    )
    def test_of_which_one_end_is_missing_is_refused(self, play: Play, old: bytes, new: bytes, said: str) -> None:
        findings = play.findings({"link.bpmn": read_diagram("link").replace(old, new)})
        assert any(said in finding for finding in findings)
