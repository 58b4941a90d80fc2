"""Random diagrams that are sound by the way they are built: blocks with one way in and one way out, and loops."""

from dataclasses import dataclass, field
from html import escape

from hypothesis import strategies as st

from tests.engine.drawing import HEAD
from tests.engine.token_game import Game, Node

TIMER = "<bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition>"
Block = tuple  # (kind, parts…), as drawn by `blocks`


def blocks(*, deep: bool = True) -> st.SearchStrategy[Block]:
    """Blocks within blocks; without `deep` no sub-processes and no events beside steps."""
    simple = st.sampled_from([("task",), ("task",), ("timer",)])

    def around(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
        several = st.lists(inner, min_size=2, max_size=3)
        kinds = [
            st.tuples(st.just("row"), several),
            st.tuples(st.just("exclusive"), several),
            st.tuples(st.just("parallel"), several),
            st.tuples(st.just("inclusive"), several),
            st.tuples(st.just("first"), several),
            st.tuples(st.just("loop"), inner),
            st.tuples(st.just("quit"), inner),
        ]
        if deep:
            kinds += [st.tuples(st.just(kind), inner) for kind in ("sub", "deadline", "aside", "sub_deadline")]
        return st.one_of(kinds)

    return st.recursive(simple, around, max_leaves=7)


@dataclass
class Drawing:
    """Writes a block down twice: as XML for the engine, as a game for the oracle."""

    game: Game = field(default_factory=Game)
    inside: dict[str, list[str]] = field(default_factory=lambda: {"review": []})
    scope: str = "review"

    def node(self, kind: str, **about: object) -> str:
        name = f"{kind[0]}{len(self.game.nodes)}"
        self.game.nodes[name] = Node(name, kind, self.scope, **about)  # type: ignore[arg-type]
        return name

    def flow(self, source: str, target: str) -> str:
        name = f"f{len(self.game.flows)}"
        self.game.flows[name] = (source, target)
        return name

    def whole(self, block: Block) -> None:
        start, end = self.node("startEvent"), self.node("endEvent")
        self.flow(self.block(block, start), end)

    def block(self, block: Block, before: str) -> str:
        """Draw a block behind the step `before`; returns the step it ends with."""
        kind, *parts = block
        return getattr(self, f"_{kind}")(before, *parts)  # type: ignore[no-any-return]

    def behind(self, before: str, kind: str, **about: object) -> str:
        name = self.node(kind, **about)
        self.flow(before, name)
        return name

    def _task(self, before: str) -> str:
        return self.behind(before, "userTask")

    def _timer(self, before: str) -> str:
        return self.behind(before, "intermediateCatchEvent")

    def _row(self, before: str, parts: list[Block]) -> str:
        for part in parts:
            before = self.block(part, before)
        return before

    def _between(self, kind: str, before: str, parts: list[Block]) -> str:
        split = self.behind(before, kind)
        ends = [self.block(part, split) for part in parts]
        join = self.node(kind)
        for end in ends:
            self.flow(end, join)
        return join

    def _exclusive(self, before: str, parts: list[Block]) -> str:
        return self._between("exclusiveGateway", before, parts)

    def _parallel(self, before: str, parts: list[Block]) -> str:
        return self._between("parallelGateway", before, parts)

    def _inclusive(self, before: str, parts: list[Block]) -> str:
        return self._between("inclusiveGateway", before, parts)

    def _first(self, before: str, parts: list[Block]) -> str:
        gateway = self.behind(before, "eventBasedGateway")
        ends = [self.block(part, self._timer(gateway)) for part in parts]
        join = self.node("exclusiveGateway")
        for end in ends:
            self.flow(end, join)
        return join

    def _loop(self, before: str, part: Block) -> str:
        again = self.behind(before, "exclusiveGateway")
        enough = self.behind(self.block(part, again), "exclusiveGateway")
        self.flow(enough, again)
        return enough

    def _quit(self, before: str, part: Block) -> str:
        """The last flow goes on; the other one ends everything around it."""
        gateway = self.behind(before, "exclusiveGateway")
        self.behind(self._task(gateway), "endEvent", terminates=True)
        return self.block(part, gateway)

    def _sub(self, before: str, part: Block) -> str:
        name = self.behind(before, "subProcess")
        around, self.scope = self.scope, name
        self.inside[name] = []
        self.whole(part)
        self.scope = around
        return name

    def _deadline(self, before: str, part: Block, *, host: str = "") -> str:
        step = host or self._task(before)
        event = self.node("boundaryEvent", host=step)
        join = self.node("exclusiveGateway")
        self.flow(step, join)
        self.flow(self.block(part, event), join)
        return join

    def _sub_deadline(self, before: str, part: Block) -> str:
        return self._deadline(before, ("task",), host=self._sub(before, part))

    def _aside(self, before: str, part: Block) -> str:
        step = self._task(before)
        event = self.node("boundaryEvent", host=step, interrupts=False)
        self.behind(self.block(part, event), "endEvent")
        return step


def write(game: Game) -> bytes:
    """The game as a BPMN file; a gateway asks the variables named after it which way to go."""
    body = _scope(game, "review")
    process = f'<bpmn:process id="review" name="Review" isExecutable="true">{body}</bpmn:process>'
    return f"{HEAD}{process}</bpmn:definitions>".encode()


def _scope(game: Game, scope: str) -> str:
    nodes = [node for node in game.nodes.values() if node.scope == scope]
    return "".join([*(_node(game, node) for node in nodes), *(_flows(game, node) for node in nodes)])


def _node(game: Game, node: Node) -> str:
    inside, more = "", f' attachedToRef="{node.host}"' if node.host else ""
    if node.kind == "userTask":
        more += ' rf:actor="ann"'
    if node.kind in ("intermediateCatchEvent", "boundaryEvent"):
        inside = TIMER
    if node.kind == "subProcess":
        inside = _scope(game, node.id)
    if not node.interrupts:
        more += ' cancelActivity="false"'
    if node.terminates:
        inside = "<bpmn:terminateEventDefinition />"
    if _asks(game, node):
        more += f' default="{game.out_of(node.id)[-1]}"'
    return f'<bpmn:{node.kind} id="{node.id}" name="{node.id}"{more}>{inside}</bpmn:{node.kind}>'


def _asks(game: Game, node: Node) -> bool:
    return node.kind in ("exclusiveGateway", "inclusiveGateway") and len(game.out_of(node.id)) > 1


def _flows(game: Game, node: Node) -> str:
    drawn, ways = [], game.out_of(node.id)
    for at, flow in enumerate(ways):
        asked = f"{node.id}_way = {at}" if node.kind == "exclusiveGateway" else f"{node.id}_{flow}"
        inside = f"<bpmn:conditionExpression>{escape(asked)}</bpmn:conditionExpression>"
        source, target = game.flows[flow]
        drawn.append(
            f'<bpmn:sequenceFlow id="{flow}" sourceRef="{source}" targetRef="{target}">'
            f"{inside if _asks(game, node) and at < len(ways) - 1 else ''}</bpmn:sequenceFlow>"
        )
    return "".join(drawn)
