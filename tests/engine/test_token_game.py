"""The engine against a token game: whatever is drawn, chosen and done in whatever order, the same steps are open."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.graph import Graph
from engine.spiff import Run, Wait, compile_program
from engine.targets import begun_beside, earlier_steps
from tests.engine.blocks import Block, Drawing, blocks, write
from tests.engine.token_game import Game, Marking

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MOST_DRAWN = 25
"""So many steps in an order by chance; after that loops are left, and the process has to end."""


class Companion:
    """A run of the engine and the token game beside it."""

    def __init__(self, game: Game) -> None:
        self.game = game
        self.program = compile_program({"review.bpmn": write(game)})
        self.graph = Graph(self.program.diagram)
        self.variables: dict[str, Any] = {}
        self.done: set[str] = set()
        self.run = Run(self.program, "review", self.variables, NOW)

    def begin(self) -> None:
        assert self.run.begin() == []
        self.marking = self.game.settle(self.game.begin(), self.choose)

    def set_ways(self, numbers: list[int]) -> None:
        """Set what the gateways ask, from numbers drawn by chance; 0 takes every default, which leads on."""
        asking = [node for node in self.game.nodes.values() if node.kind in ("exclusiveGateway", "inclusiveGateway")]
        for at, node in enumerate(asking):
            number, ways = numbers[at % len(numbers)], self.game.out_of(node.id)
            self.variables[f"{node.id}_way"] = (number - 1) % len(ways)
            for bit, way in enumerate(ways):
                self.variables[f"{node.id}_{way}"] = bool(number >> bit & 1)

    def choose(self, name: str, after: list[Marking]) -> Marking:
        """What the variables say, as the game sees it."""
        ways = self.game.out_of(name)
        if self.game.nodes[name].kind == "exclusiveGateway":
            return after[self.variables[f"{name}_way"]]
        taken = [way for way in ways[:-1] if self.variables[f"{name}_{way}"]] or [ways[-1]]
        return next(one for one in after if [way for way in ways if way in one] == taken)

    def do(self, step: str) -> None:
        """Let the step be done in both, from a state that was written down and read again."""
        wait = self._take_up(step)
        self.done.add(step)
        act = self.run.complete if wait.kind == "person" else self.run.trigger
        assert act(wait.token) == []
        self.marking = self.game.settle(self.game.happen(self.marking, step), self.choose)

    def _take_up(self, step: str) -> Wait:
        content = self.run.dump()
        self.run = Run(self.program, "review", self.variables, NOW)
        self.run.restore(content)
        return next(wait for wait in self.run.waits().values() if wait.step == step)

    def back(self, step: str, chance: int) -> None:
        """Send the step back, in both, to one of those that the diagram allows and that have been done."""
        people = {one for one in self.done if self.game.nodes[one].kind == "userTask"}
        allowed = earlier_steps(self.program.diagram, step, people)
        wait = self._take_up(step)
        if wait.kind == "person" and allowed:
            target = allowed[chance % len(allowed)].id
            self.run.take_away_at(set().union(*begun_beside(self.graph, target, step)))
            assert self.run.move(wait.token, target) == []
            self.marking = self.game.settle(self.game.put_back(self.marking, step, target), self.choose)

    def compare(self) -> list[str]:
        """The open steps, which must be those of the game."""
        waiting = sorted(wait.step for wait in self.run.waits().values())
        assert Counter(waiting) == Counter(self.game.open(self.marking))
        assert self.run.ended == (not self.marking)
        return waiting


NUMBERS = st.lists(st.integers(0, 7), min_size=1, max_size=6)


RANDOM = settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)


def play_to_the_end(block: Block, data: st.DataObject, *, sending_back: bool) -> None:
    """Do by chance what is open in both, now and then send it back instead; in the end both have ended."""
    # given
    drawing = Drawing()
    drawing.whole(block)
    both = Companion(drawing.game)
    both.set_ways(data.draw(NUMBERS))
    both.begin()
    # when
    for count in range(200):
        waiting = both.compare()
        if not waiting:
            break
        by_chance = count < MOST_DRAWN
        both.set_ways(data.draw(NUMBERS) if by_chance else [0])
        step = data.draw(st.sampled_from(waiting)) if by_chance else waiting[0]
        if sending_back and by_chance and data.draw(st.booleans()):
            both.back(step, data.draw(st.integers(0, 7)))
        else:
            both.do(step)
    # then
    assert both.run.ended


@RANDOM
@given(block=blocks(), data=st.data())
def test_the_same_steps_are_open_in_both_until_the_end(block: Block, data: st.DataObject) -> None:
    play_to_the_end(block, data, sending_back=False)


@RANDOM
@given(block=blocks(), data=st.data())
def test_whatever_is_sent_back_no_token_is_lost_and_the_end_is_come_to(block: Block, data: st.DataObject) -> None:
    within = ("row", [("task",), ("sub", ("row", [("task",), block]))])
    play_to_the_end(within, data, sending_back=True)


@RANDOM
@given(block=blocks(), data=st.data())
def test_whatever_is_sent_back_what_had_begun_beside_it_is_not_open_twice(block: Block, data: st.DataObject) -> None:
    chased = ("row", [("task",), ("aside", ("row", [("task",), block])), ("task",), ("task",)])
    play_to_the_end(chased, data, sending_back=True)
