"""What is found when every way through a process is tried: the tiny diagram that causes it, and the words."""

from time import process_time

from engine.diagram import read_diagram
from engine.errors import Finding
from engine.soundness import find_unsound
from engine.structure import find_faults
from tests.engine.drawing import deadline, draw, element, person, sub, timer
from tests.engine.patience import is_within

SECONDS = 2.0


def judge(flows: str, *elements: str) -> list[Finding]:
    """What is said about a diagram in which nothing else is wrong."""
    diagram = read_diagram(draw(flows, *elements)["review.bpmn"], "review.bpmn")
    assert find_faults(diagram) == []
    return find_unsound(diagram)


def words(findings: list[Finding]) -> list[str]:
    return [f"{finding.severity}: {finding}" for finding in findings]


def exclusive(identifier: str, name: str = "") -> str:
    return element("exclusiveGateway", identifier, name)


def parallel(identifier: str, name: str = "") -> str:
    return element("parallelGateway", identifier, name)


def inclusive(identifier: str, name: str = "") -> str:
    return element("inclusiveGateway", identifier, name)


class TestJoins:
    def test_that_wait_for_a_way_not_taken_are_found_with_the_choice(self) -> None:
        found = judge(
            "start > both > write > approved [yes] > join > end; both > check > join; approved > end_early",
            *(parallel("both"), person("write"), person("check", "Self-assessment")),
            *(exclusive("approved", "Approved?"), parallel("join", "Wait for both")),
        )
        assert words(found) == [
            (
                "error: Wait for both (join): When the way to “End early” is taken at “Approved?”, it waits for the "
                "way to “Wait for both” out of “Approved?”, which is never taken. "
                "Let every way come to it, or bring alternatives together with an exclusive gateway."
            )
        ]

    def test_after_a_choice_are_found_once(self) -> None:
        found = judge(
            "start > which [a] > one > join > end; which > two > join",
            *(exclusive("which", "Which?"), person("one"), person("two"), parallel("join")),
        )
        assert words(found) == [
            (
                "error: Join (join): When the way to “One” is taken at “Which?”, it waits for “Two”, which is never "
                "reached. Let every way come to it, or bring alternatives together with an exclusive gateway."
            )
        ]

    def test_that_wait_for_a_join_which_stands_still_are_not_told_too(self) -> None:
        found = judge(
            "start > split > which [a] > one > inner > outer > end; which > two > inner; split > three > outer",
            *(parallel("split"), exclusive("which"), person("one"), person("two"), person("three")),
            *(parallel("inner"), parallel("outer")),
        )
        assert [finding.id for finding in found] == ["inner"]

    def test_that_wait_because_a_deadline_passed_say_so(self) -> None:
        found = judge(
            "start > split > write > join > end; split > check > join; late > end_late",
            *(parallel("split"), person("write"), person("check"), parallel("join")),
            deadline("late", "write", "P3D", "Too late"),
        )
        assert [finding.problem for finding in found] == [
            "When “Too late” happens, it waits for “Write”, which is never reached."
        ]

    def test_after_an_event_gateway_say_what_happened_first(self) -> None:
        found = judge(
            "start > split > first > days > join > end; first > weeks > end_late; split > check > join",
            *(parallel("split"), element("eventBasedGateway", "first"), parallel("join"), person("check")),
            *(timer("days", "P3D", "Three days pass"), timer("weeks", "P14D", "Two weeks pass")),
        )
        assert [finding.problem for finding in found] == [
            "When “Two weeks pass” happens first, it waits for “Three days pass”, which is never reached."
        ]

    def test_of_inclusive_ways_are_sound(self) -> None:
        found = judge(
            "start > split [a] > one > join > end; split [b] > two > join; split > three > join",
            *(inclusive("split"), inclusive("join"), person("one"), person("two"), person("three")),
        )
        assert found == []

    def test_of_inclusive_ways_by_a_parallel_gateway_are_found(self) -> None:
        (found,) = judge(
            "start > split [a] > one > join > end; split > two > join",
            *(inclusive("split", "What is wanted?"), parallel("join"), person("one"), person("two")),
        )
        assert found.problem == (
            "When the way to “One” is taken at “What is wanted?”, it waits for “Two”, which is never reached."
        )

    def test_inside_of_a_sub_process_are_found_there(self) -> None:
        inside = "start_in > which [a] > one > join > end_in; which > two > join"
        parts = (exclusive("which"), person("one"), person("two"), parallel("join"))
        (found,) = judge("start > part > end", sub("part", inside, *parts))
        assert (found.id, found.severity) == ("join", "error")

    def test_that_an_end_of_everything_passes_over_can_never_go_on(self) -> None:
        (found,) = judge(
            "start > which [a] > one > join > end; which > two > join; late > stop; late_too > stop",
            *(exclusive("which"), person("one"), person("two"), parallel("join")),
            *(deadline("late", "one", "P1D"), deadline("late_too", "two", "P1D")),
            element("endEvent", "stop", "", "<bpmn:terminateEventDefinition />"),
        )
        assert found.id == "join"


class TestCircles:
    def test_without_a_way_out_are_found_with_the_choice(self) -> None:
        found = judge(
            "start > ask > which [a] > again > write > check > again; which > end",
            *(person("ask"), exclusive("which", "Good enough?"), exclusive("again"), person("write"), person("check")),
        )
        assert [(finding.id, finding.problem) for finding in found] == [
            (
                "again",
                (
                    "When the way to “Again” is taken at “Good enough?”, no way leads from here to an end: "
                    "“Write” and “Check” again and again."
                ),
            )
        ]

    def test_beside_a_branch_do_not_hide_it(self) -> None:
        found = judge(
            "start > split > again > write > again; split > check > end",
            *(parallel("split"), exclusive("again"), person("write"), person("check")),
        )
        assert [finding.id for finding in found] == ["again"]

    def test_with_a_way_out_are_sound(self) -> None:
        assert (
            judge("start > write > good [no] > write; good > end", person("write"), exclusive("good", "Good enough?"))
            == []
        )


class TestBranchesSideBySide:
    def test_that_meet_where_one_is_meant_are_a_warning(self) -> None:
        found = judge(
            "start > split > one > meet > report > end; split > two > meet",
            *(parallel("split"), person("one"), person("two"), exclusive("meet"), person("report")),
        )
        assert words(found) == [
            (
                "warning: Meet (meet): “One” and “Two” run side by side and lead here: what follows is done more than "
                "once. Bring them together with a parallel gateway before it, unless that is meant."
            )
        ]

    def test_may_each_come_to_the_end(self) -> None:
        assert (
            judge("start > split > one > end; split > two > end", parallel("split"), person("one"), person("two")) == []
        )

    def test_that_grow_without_end_are_a_warning(self) -> None:
        found = judge(
            "start > again > split > one > end; split > two > more [yes] > again; more > end_too",
            *(exclusive("again"), parallel("split"), person("one"), person("two"), exclusive("more")),
        )
        assert [(finding.id, finding.severity) for finding in found] == [("one", "warning")]


class TestCost:
    """However many ways there are: an answer, or the honest word that it is not proved."""

    def judge_wide(self, inside: str, *elements: str, branches: int) -> tuple[list[Finding], float]:
        flows = "; ".join(f"split > {inside.replace('#', str(at))} > join" for at in range(branches))
        parts = [one.replace("#", str(at)) for at in range(branches) for one in elements]
        diagram = read_diagram(
            draw(f"start > split; {flows}; join > end", parallel("split"), parallel("join"), *parts)["review.bpmn"], ""
        )
        began = process_time()
        return find_unsound(diagram), process_time() - began

    def test_of_hundreds_of_branches_side_by_side_is_small(self) -> None:
        found, seconds = self.judge_wide("a#", person("a#"), branches=480)
        assert found == []
        assert is_within(seconds, SECONDS)

    def test_of_choices_and_loops_side_by_side_is_small(self) -> None:
        inside = "g# [x] > a# > h#; g# > b# > h# > c# > i# [y] > c#; i#"
        parts = (exclusive("g#"), person("a#"), person("b#"), exclusive("h#"), person("c#"), exclusive("i#"))
        found, seconds = self.judge_wide(inside, *parts, branches=60)
        assert found == []
        assert is_within(seconds, SECONDS)

    def test_of_inclusive_ways_side_by_side_is_small(self) -> None:
        parts = (inclusive("g#"), person("a#"), person("b#"), inclusive("h#"))
        found, seconds = self.judge_wide("g# [x] > a# > h#; g# > b# > h#", *parts, branches=60)
        assert found == []
        assert is_within(seconds, SECONDS)

    def test_of_what_cannot_be_tried_is_bounded_and_told(self) -> None:
        # given: an inclusive choice of a hundred
        ways = "; ".join(f"split{' [x]' if at else ''} > a{at} > join" for at in range(100))
        steps = [person(f"a{at}") for at in range(100)]
        # when
        began = process_time()
        found = judge(f"start > split; {ways}; join > end", inclusive("split"), inclusive("join"), *steps)
        # then
        assert is_within(process_time() - began, SECONDS)
        assert words(found) == [
            (
                "warning: Review (review): It has too many ways to try all of them: whether it always comes to its end "
                "is not proved. Split it into sub-processes."
            )
        ]
