"""What two versions of a process do differently, told in sentences."""

import random
import re

import pytest
from lxml import etree

from engine.difference import compare
from engine.spiff import compile_program
from tests.engine.dmn import drawing as dmn
from tests.engine.drawing import deadline, draw, element, message, person, sub, timer
from tests.engine.playing import DIAGRAMS

WRITE, CHECK, RELEASE = person("write"), person("check"), person("release")
IN_A_ROW = draw("start > write > check > release > end", WRITE, CHECK, RELEASE)


def tell(old: dict[str, bytes], new: dict[str, bytes]) -> list[str]:
    """The sentences of a difference."""
    return [change.text for change in compare(compile_program(old), compile_program(new))]


class TestNothing:
    @pytest.mark.parametrize("path", sorted(DIAGRAMS.glob("*.bpmn")), ids=lambda path: path.stem)
    def test_is_said_of_a_file_that_was_saved_by_another_program(self, path: object) -> None:
        # given
        content = (DIAGRAMS / getattr(path, "name", "")).read_bytes()
        # when
        saved = rewrite(content)
        # then
        assert saved != content
        assert tell({"a.bpmn": content}, {"b.bpmn": saved}) == []

    def test_is_said_of_other_ids(self) -> None:
        renamed = draw("start > write > verify > release > end", WRITE, person("verify", "Check"), RELEASE)
        assert tell(IN_A_ROW, renamed) == []


def rewrite(content: bytes) -> bytes:
    """The same diagram with elements in another order, other ids of flows, other spaces, and a picture."""
    root = etree.fromstring(content)
    chance = random.Random(7)
    for parent in root.iter("{*}process", "{*}subProcess"):
        children = list(parent)
        chance.shuffle(children)
        ways_of: dict[str, list[etree._Element]] = {}
        for child in children:
            if child.get("sourceRef"):
                ways_of.setdefault(child.get("sourceRef", ""), []).append(child)
        # The order of the ways out of a gateway has a meaning: their conditions are asked in it.
        in_order = {source: iter(sorted(ways, key=parent.index)) for source, ways in ways_of.items()}
        parent[:] = [
            next(in_order[child.get("sourceRef", "")]) if child.get("sourceRef") else child for child in children
        ]
    text = etree.tostring(root, pretty_print=True).decode()
    for number, name in enumerate(re.findall(r'sequenceFlow id="(\w+)"', text)):
        text = re.sub(rf'(sequenceFlow id|default)="{name}"', rf'\1="Flow_{number}"', text)
    picture = '<bpmndi:BPMNDiagram xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" id="picture" />'
    return text.replace("</bpmn:definitions>", f"{picture}</bpmn:definitions>").encode()


class TestPlaces:
    def test_a_new_step_is_told_with_its_neighbours(self) -> None:
        new = draw("start > write > ask > check > release > end", WRITE, person("ask", "Ask peers"), CHECK, RELEASE)
        assert tell(IN_A_ROW, new) == ["“Ask peers” is new: it comes after “Write” and before “Check”."]

    def test_a_step_that_is_gone(self) -> None:
        assert tell(IN_A_ROW, draw("start > write > release > end", WRITE, RELEASE)) == ["“Check” is gone."]

    def test_a_step_that_comes_earlier(self) -> None:
        new = draw("start > write > release > check > end", WRITE, CHECK, RELEASE)
        assert tell(IN_A_ROW, new) == ["“Release” now comes before “Check”."]

    def test_a_step_that_comes_much_later_is_one_sentence(self) -> None:
        new = draw("start > check > release > write > end", WRITE, CHECK, RELEASE)
        assert tell(IN_A_ROW, new) == ["“Write” now comes after “Release”."]

    def test_a_step_that_moves_into_a_sub_process_and_out_again(self) -> None:
        inside = draw(
            "start > write > care > release > end", WRITE, RELEASE, sub("care", "start_care > check > end_care", CHECK)
        )
        assert tell(IN_A_ROW, inside) == [
            "“Care” is new: it comes after “Write” and before “Release”.",
            "“Check” is now part of “Care”.",
        ]
        assert tell(inside, IN_A_ROW) == ["“Care” is gone.", "“Check” is no longer part of “Care”."]

    def test_steps_that_no_longer_wait_for_each_other(self) -> None:
        gateways = element("parallelGateway", "part"), element("parallelGateway", "meet")
        beside = draw(
            "start > part > write > meet > release > end; part > check > meet", WRITE, CHECK, RELEASE, *gateways
        )
        assert tell(IN_A_ROW, beside) == [
            "“Write” and “Check” now go on at the same time.",
            "“Check” no longer waits for “Write”: they are on ways of their own.",
        ]

    def test_a_loop_back_does_not_turn_the_order(self) -> None:
        gateway = element("exclusiveGateway", "good", "Good?")
        loop = draw(
            'start > write > check > good [outcome = "no"] > write; good > release > end',
            WRITE,
            CHECK,
            RELEASE,
            gateway,
        )
        assert tell(IN_A_ROW, loop) == [
            (
                "The decision “Good?” is new: it comes after “Check” and before “Release”. "
                'When “outcome = "no"”, it goes back to “Write”.'
            )
        ]
        assert tell(loop, IN_A_ROW) == [
            "The decision “Good?” is gone.",
            'It no longer goes back from “Good?” to “Write” when “outcome = "no"”.',
        ]


class TestSteps:
    @pytest.mark.parametrize(
        ("before", "after", "sentence"),
        [
            (person("check"), person("check", "Look at it"), "“Check” is now called “Look at it”."),
            (
                person("check", remind="P7D"),
                person("check", remind="P5D"),
                "The reminder of “Check” moved from 7 to 5 days before the deadline.",
            ),
            (
                person("check", remind="P7D"),
                person("check", remind="P1D P7D"),
                "“Check” now reminds 1 day and 7 days before the deadline (before: 7 days).",
            ),
            (
                person("check", due="P14D"),
                person("check", due="P10D"),
                "The deadline of “Check” is 10 days now (before: 14 days).",
            ),
            (person("check"), person("check", due="PT36H"), "“Check” now has a deadline: 1 day and 12 hours."),
            (person("check"), person("check", actor="bob"), "“Check” is now done by “bob” instead of “ann”."),
            (person("check"), person("check", form="f"), "“Check” now asks for the form “f”."),
            (
                person("check"),
                person("check", fourEyes="true"),
                "“Check” now needs somebody who has not worked on the case before (four eyes).",
            ),
            (person("check"), person("check", escalate="bob"), "When “Check” is late, “bob” is told."),
            (
                person("check", sets="a = 1"),
                person("check", sets="a = 2"),
                "“Check” now keeps “2” as “a”.",
            ),
            (person("check"), person("check", novelty="x"), "The setting “novelty” of “Check” is now “x”."),
            (timer("check", "P3D"), timer("check", "P2W"), "“Check” now waits for 14 days (before: 3 days)."),
            (
                sub("check", "start_in > see > end_in", person("see"), over="team"),
                sub("check", "start_in > see > end_in", person("see"), over="guests"),
                "“Check” is now done for “guests” instead of “team”.",
            ),
            (
                element("scriptTask", "check", "", "<bpmn:script>a = 1</bpmn:script>"),
                element("scriptTask", "check", "", "<bpmn:script>a = 2</bpmn:script>"),
                "The assignment of “Check” is now “a = 2” (before: “a = 1”).",
            ),
        ],
    )
    def test_that_say_something_else(self, before: str, after: str, sentence: str) -> None:
        old, new = (draw("start > check > release > end", step, RELEASE) for step in (before, after))
        assert tell(old, new) == [sentence]

    def test_events_at_a_step(self) -> None:
        late = deadline("late", "write", "P7D"), person("ask")
        flows = "start > write > check > release > end; late > ask > end_late"
        with_event = draw(flows, WRITE, CHECK, RELEASE, *late)
        assert tell(IN_A_ROW, with_event) == [
            "The event “Late” is new at “Write”: after 7 days, “Ask” comes instead.",
            "“Ask” is new.",
        ]
        longer = draw(flows, WRITE, CHECK, RELEASE, deadline("late", "write", "P9D"), person("ask"))
        assert tell(with_event, longer) == ["“Late” at “Write” now comes after 9 days (before: 7 days)."]
        elsewhere = draw(flows, WRITE, CHECK, RELEASE, deadline("late", "check", "P7D"), person("ask"))
        assert "The event “Late” is now at “Check”." in tell(with_event, elsewhere)

    def test_of_another_kind_are_gone_and_new(self) -> None:
        new = draw("start > write > check > release > end", WRITE, message("check"), RELEASE)
        assert tell(IN_A_ROW, new) == [
            "“Check” is gone.",
            "“Check” is new: it comes after “Write” and before “Release”.",
        ]


class TestWays:
    OLD = "start > write > good [rating = 5] > check > end; good > release > end"
    GATEWAY = element("exclusiveGateway", "good", "Good?")

    def test_a_condition(self) -> None:
        old = draw(self.OLD, WRITE, CHECK, RELEASE, self.GATEWAY)
        new = draw(self.OLD.replace("rating = 5", "rating != 1"), WRITE, CHECK, RELEASE, self.GATEWAY)
        assert tell(old, new) == [
            "After “Good?”, the way to “Check” is now taken when “rating != 1” (before: when “rating = 5”)."
        ]

    def test_a_way_that_leads_elsewhere(self) -> None:
        flows = (
            "start > write > good [rating = 5] > {}; good [rating = 4] > help > check > release > end; good > release"
        )
        old, new = (
            draw(flows.format(way), WRITE, CHECK, RELEASE, person("help"), self.GATEWAY) for way in ("check", "write")
        )
        assert tell(old, new) == ["After “Good?”, the way when “rating = 5” now leads to “Write” (before: “Check”)."]

    def test_ways_that_are_new_and_gone(self) -> None:
        old = draw(self.OLD, WRITE, CHECK, RELEASE, self.GATEWAY)
        new = draw(f"{self.OLD}; good [rating = 1] > write", WRITE, CHECK, RELEASE, self.GATEWAY)
        assert tell(old, new) == ["After “Good?” there is a new way to “Write” when “rating = 1”."]
        assert tell(new, old) == ["After “Good?” there is no way to “Write” any more when “rating = 1”."]


class TestVariables:
    def test_that_are_new_gone_or_of_another_type(self) -> None:
        old, new = (
            draw("start > write > end", WRITE, variables=variables)
            for variables in ({"a": "number", "b": "string"}, {"b": "number", "c": "date"})
        )
        assert tell(old, new) == [
            "The process no longer knows “a”.",
            "“b” is now a value of the type number (before: string).",
            "The process now knows “c”.",
        ]


def decide(*rows: tuple[str, str], policy: str = "FIRST") -> dict[str, bytes]:
    """A package that asks one decision table with these rows."""
    kind = dmn.column("kind", label="Reward")
    logic = dmn.table(policy, [kind], [dmn.output("check")], rows)
    step = element("businessRuleTask", "check", decision="approval")
    table = dmn.model(dmn.decision("approval", logic, name="Approval"))
    return draw("start > check > end", step) | {"decisions/approval.dmn": table.encode()}


class TestTables:
    OLD = (('"bonus"', "false"), ('"promotion"', "true"), ("-", "true"))

    def test_saved_again_mean_the_same(self) -> None:
        old = decide(*self.OLD)
        new = old | {"decisions/approval.dmn": old["decisions/approval.dmn"].replace(b"<rule>", b'\n  <rule id="x">\n')}
        assert tell(old, new) == []

    def test_rows_that_are_new_gone_and_different(self) -> None:
        new = decide(('"bonus"', "true"), ('"raise"', "false"), ("-", "true"))
        assert tell(decide(*self.OLD), new) == [
            "In “Approval”, when Reward is “bonus”, the answer is now check: yes (before: check: no).",
            "“Approval” has a new row: when Reward is “raise”, the answer is check: no.",
            "“Approval” has no row any more for this: when Reward is “promotion” (the answer was check: yes).",
        ]

    def test_a_row_that_asks_for_something_else(self) -> None:
        new = decide(('"bonus"', "false"), ('"raise"', "true"), ("-", "true"))
        assert tell(decide(*self.OLD), new) == [
            "In “Approval”, a row now says that Reward is “raise” (before: is “promotion”)."
        ]

    def test_the_order_of_rows_and_the_rule_that_picks_one(self) -> None:
        assert tell(decide(*self.OLD), decide(self.OLD[1], self.OLD[0], self.OLD[2])) == [
            "The rows of “Approval” are asked in another order now."
        ]
        assert tell(decide(*self.OLD), decide(*self.OLD, policy="COLLECT")) == [
            "The decision table “Approval” now picks its row by the rule “COLLECT” (before: “FIRST”)."
        ]

    def test_that_are_no_tables(self) -> None:
        step = element("businessRuleTask", "check", decision="approval")
        old, new = (
            draw("start > check > end", step)
            | {"d.dmn": dmn.model(dmn.decision("approval", dmn.text(text), name="Approval")).encode()}
            for text in ("1 + 1", "1 + 2")
        )
        assert tell(old, new) == ["The decision “Approval” is worked out in another way now."]
