"""The state of a run carried over to another program: every place where it waits, put where it waits there.

Works on what `codec` stores, without running anything: the tokens keep their names, so that tasks, jobs and members
keep theirs. What stands around a token (the events on its border, the sub-processes it is in) is built as the new
diagram draws it. Whether the new diagram can go on from there is judged by `engine.migration`.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

from SpiffWorkflow.util.task import TaskState

from engine.diagram import Step
from engine.matching import family, runs_apart
from engine.spiff.codec import read_state, write_state
from engine.spiff.event_specs import DONE, LEFT
from engine.spiff.program import Program
from engine.spiff.stored import (
    CHECK,
    END_JOIN,
    JOIN,
    JOINING,
    ONCE,
    SCOPES,
    SPLIT,
    STANDBY,
    START,
    UNDO,
    Node,
    Place,
    Remapped,
    is_loop,
)
from engine.spiff.unfolding import drawn_id


def remap(content: bytes, old: Program, new: Program, process: str, mapping: Mapping[str, str]) -> Remapped:
    """Carry the state `content` of a run of `process` over to the program `new`.

    `mapping` says by id where each step of `old` is in `new`; `process` is in it, unless it is the whole diagram.
    """
    return _Remapping(read_state(content), old, new, process, mapping).run()


class _Remapping:
    def __init__(
        self, state: dict[str, Any], old: Program, new: Program, process: str, mapping: Mapping[str, str]
    ) -> None:
        self.state, self.old, self.new, self.specs = state, old.diagram, new.diagram, new.specs
        self.mapping = {**mapping, old.diagram.key: new.diagram.key}
        self.back = {b: a for a, b in self.mapping.items()}
        self.process = self.mapping.get(process)
        self.trees = {"": [Node(*row) for row in state["tasks"]]} | {
            token: [Node(*row) for row in rows] for token, rows in state["subs"].items()
        }
        self.nodes = {node.id: (scope, node) for scope, nodes in self.trees.items() for node in nodes}
        self.built: dict[str, list[Node]] = {}
        self.scopes: dict[tuple[str, str, str | None], str] = {}
        self.result = Remapped()

    def run(self) -> Remapped:
        if self.process is None:
            self.result.problems.append("The part of the process that it runs in is gone.")
            return self.result
        self.built[""] = [self._carry_root("", self.process)]
        for scope, nodes in self.trees.items():
            for node in nodes:
                if node.is_live and self._stands_for_itself(node) and node.id not in self.state["subs"]:
                    self._carry(scope, node)
        self._stand_by("", self.process, "")
        for (_, name, former), token in self.scopes.items():
            self._stand_by(token, name, former)
        self._check_memories()
        subs = {token: [node.row() for node in nodes] for token, nodes in self.built.items() if token}
        blocked = sorted({self.result.kept[token] for token in self.state["blocked"] if token in self.result.kept})
        state = {"tasks": [node.row() for node in self.built[""]], "subs": subs, "blocked": blocked}
        self.result.content = write_state({**self.state, **state})
        return self.result

    def _stands_for_itself(self, node: Node) -> bool:
        """Whether a task is a token of its own: not an event on the border of a step, nor what joins them after it.

        What has come to an end and waits for the rest is none either: the rest will come there too.
        """
        return not (node.name.endswith((JOIN, END_JOIN, STANDBY)) or self._is_on_border(node))

    def _is_on_border(self, node: Node) -> bool:
        step = self.old.steps.get(node.name)
        return step is not None and step.attached_to is not None and self._split_above(node) is not None

    def _split_above(self, node: Node) -> Node | None:
        above = self.nodes[node.parent][1] if node.parent else None
        return above if above is not None and above.name.endswith(SPLIT) else None

    def _carry(self, scope: str, node: Node) -> None:
        step = self.old.steps.get(drawn_id(node.name))
        if step is None or node.name not in (step.id, step.id + ONCE, step.id + CHECK) or self._is_undoing(scope):
            self.result.problems.append("It is in the middle of something, such as undoing. Try again later.")
            return
        target = self.new.steps.get(self.mapping.get(step.id, ""))
        if target is None:
            self.result.problems.append(f"“{step.name}” is gone, and nothing stands for it.")
            return
        into = self._scope_of(node, step, target, dict(self._around(scope)))
        if into is None:
            self.result.problems.append(f"“{target.name}” is in a part of the process that this one does not run in.")
            return
        if family(step) == family(target) and not (node.name.endswith(CHECK) and not is_loop(target)):
            self._continue(node, step, target, into)
        elif runs_apart(step) or step.kind in SCOPES:
            self.result.problems.append(f"“{step.name}” has begun, and “{target.name}” cannot stand for it.")
        else:
            self._enter(node, target, into)

    def _around(self, scope: str) -> Iterator[tuple[str, str]]:
        """The scopes around a tree: pairs of the name each has in the new program, and its token."""
        while scope:
            outside, host = self.nodes[scope]
            old = self.old.steps[drawn_id(host.name)]
            new = self.new.steps.get(self.mapping.get(old.id, ""))
            if new is not None:
                innermost = host.name.endswith(ONCE) or old.kind not in SCOPES or not is_loop(old)
                repeats = new.kind in SCOPES and is_loop(new)
                if repeats:
                    yield new.id + (ONCE if innermost else ""), scope
                elif innermost:
                    yield new.id, scope
            scope = outside

    def _scope_of(self, node: Node, step: Step, target: Step, around: Mapping[str, str]) -> str | None:
        """The token of the scope that a token at `target` is in, empty for the process itself; None when it has none.

        A step that repeats is a scope of its own, with what is repeated inside.
        """
        inside = is_loop(target) or (runs_apart(target) and node.name != step.id)
        return self._scope(target.id, around) if inside else self._scope_around(target, around)

    def _scope_around(self, step: Step, around: Mapping[str, str]) -> str | None:
        if step.process == self.process:
            return ""
        host = self.new.steps.get(step.process)
        if host is None:
            return None
        return self._scope(host.id + ONCE if is_loop(host) else host.id, around)

    def _scope(self, name: str, around: Mapping[str, str]) -> str | None:
        """The token of the scope with this name, built if it is not there yet."""
        if name == self.process:
            return ""
        host = self.new.steps[drawn_id(name)]
        if runs_apart(host):
            return None
        outside = self._scope(host.id, around) if name.endswith(ONCE) else self._scope_around(host, around)
        if outside is None:
            return None
        key = outside, name, around.get(name)
        if key not in self.scopes:
            self.scopes[key] = self._open_scope(name, host, around.get(name), outside)
            self.result.places.append(Place(self.scopes[key], host.id, outside))
        return self.scopes[key]

    def _open_scope(self, name: str, host: Step, token: str | None, outside: str) -> str:
        """Put a scope into the tree around it: the one that was there, or a new one."""
        former = None if token is None else self.nodes[token][1]
        node = Node(former.id if former else uuid4().hex, None, TaskState.STARTED, name)
        above = None
        if former is not None:
            node.state, node.triggered, node.internal = former.state, former.triggered, dict(former.internal)
            above = self._event_above(former, outside)
        if name == host.id:
            self._build(node, host, outside, self._split_above(former) if former else None, above)
        else:
            node.parent = above or self.built[outside][0].id
            self.built[outside].append(node)
        start = Node(uuid4().hex, None, TaskState.COMPLETED, START)
        self.built[node.id] = [self._carry_root(node.id, name) if former else start]
        return node.id

    def _is_undoing(self, scope: str) -> bool:
        return bool(scope) and self.nodes[scope][1].name.endswith(UNDO)

    def _carry_root(self, scope: str, name: str) -> Node:
        """The root of a tree, which remembers what was done in it and can be undone."""
        root = self.trees[scope][0]
        internal = dict(root.internal)
        if DONE in internal:
            internal[DONE] = self._carry_memory(internal[DONE], name)
        return Node(root.id, None, root.state, root.name, root.triggered, internal)

    def _carry_memory(self, entries: list[Any], scope: str) -> list[Any]:
        """What was done, by the names that the new version has for it; see `compensating`."""
        carried = []
        for name, inner in entries:
            old = self.old.steps[drawn_id(name)]
            new = self.mapping.get(old.id, "")
            spec = self.specs[scope].task_specs.get(new + name.removeprefix(old.id)) if scope in self.specs else None
            if spec is None or (inner is None and not getattr(spec, "compensated_by", None)):
                self.result.problems.append(f"“{old.name}” has been done and could be undone; the new version cannot.")
            else:
                carried.append([spec.name, None if inner is None else self._carry_memory(inner, spec.name)])
        return carried

    def _check_memories(self) -> None:
        """What was done in a sub-process that is gone could not be undone any more."""
        for token, nodes in self.trees.items():
            if nodes[0].internal.get(DONE) and token not in self.built:
                name = self.old.steps[drawn_id(self.nodes[token][1].name)].name
                self.result.problems.append(f"What was done in “{name}” could be undone; the new version cannot.")

    def _stand_by(self, token: str, name: str, former: str | None) -> None:
        """Let the event sub-processes of a scope be waited for: those that were, and those that are new."""
        inside = drawn_id(name)
        waiting = {} if former is None else {node.name: node for node in self.trees[former] if node.is_live}
        for start in self.new.steps.values():
            host = self.new.steps.get(start.process)
            if start.kind != "startEvent" or start.event == "compensate" or host is None or not host.by_event:
                continue
            if host.process != inside or name.endswith(ONCE) != is_loop(self.new.steps.get(inside)):
                continue
            origin = self.old.steps.get(self.back.get(host.id, ""))
            node = waiting.get(f"{origin.id}{STANDBY}") if origin is not None else None
            if node is not None:
                self.result.kept[node.id] = node.id
            elif origin is not None and former is not None and self._is_in(origin, former):
                # It has happened, and is not waited for again.
                continue
            else:
                node = Node(uuid4().hex, None, TaskState.WAITING, "")
                self.result.added[node.id] = (start.id, token)
            root = self.built[token][0].id
            self.built[token].append(
                Node(node.id, root, node.state, host.id + STANDBY, node.triggered, dict(node.internal))
            )

    def _is_in(self, step: Step, scope: str) -> bool:
        """Whether a step of the old diagram is drawn in the scope that a tree is of."""
        around = drawn_id(self.nodes[scope][1].name) if scope else None
        return step.process == around or (around is None and self.mapping.get(step.process) == self.process)

    def _continue(self, node: Node, step: Step, target: Step, into: str) -> None:
        """Let a token wait on, at the step that stands for its own."""
        self.result.kept[node.id] = node.id
        if step.kind == "eventBasedGateway":
            self._keep_events(node, step, target)
        moved = Node(node.id, None, node.state, target.id, node.triggered, dict(node.internal))
        if LEFT in moved.internal:
            moved.internal[LEFT] = self._carry_memory(moved.internal[LEFT], self._name_of(into))
        if "came_by" in moved.internal:
            moved.internal["came_by"] = self._came_by(node, step, target)
        self.result.places.append(Place(node.id, target.id, into, moved.internal.get("came_by")))
        if node.name.endswith(CHECK):
            moved.name = target.id + CHECK
        elif is_loop(target) or (runs_apart(target) and node.name != step.id):
            moved.name = target.id + ONCE
        split, above = self._split_above(node), self._event_above(node, into)
        if moved.name == target.id:
            self._build(moved, target, into, split, above)
        else:
            moved.parent = above or self.built[into][0].id
            self.built[into].append(moved)

    def _name_of(self, token: str) -> str:
        """The name of the scope with this token in the new program."""
        return next((name for (_, name, _), built in self.scopes.items() if built == token), self.process or "")

    def _event_above(self, node: Node, into: str) -> str | None:
        """The event beside a step that a token came from, where that is remembered in the new tree too."""
        above = self.nodes[node.parent][1] if node.parent else None
        known = above is not None and any(built.id == above.id for built in self.built[into])
        return above.id if above is not None and known else None

    def _keep_events(self, node: Node, step: Step, target: Step) -> None:
        after = [flow.target for flow in self.new.flows if flow.source == target.id]
        for flow in self.old.flows:
            event = self.mapping.get(flow.target)
            if flow.source == step.id and event in after:
                self.result.kept[f"{node.id}:{flow.target}"] = f"{node.id}:{event}"
        waiting = set(self.result.kept.values())
        for event in after:
            if f"{node.id}:{event}" not in waiting:
                self.result.added[f"{node.id}:{event}"] = (event, node.id)

    def _build(self, node: Node, step: Step, into: str, split: Node | None, above: str | None = None) -> None:
        """Put a task into a tree, with the events on its border as the new diagram draws them."""
        tree = self.built[into]
        root = above or tree[0].id
        events = self._borders(step)
        if not events:
            node.parent = root
            tree.append(node)
            return
        around = Node(split.id if split else uuid4().hex, root, TaskState.COMPLETED, step.id + SPLIT)
        node.parent = around.id
        tree += [around, node]
        former = {} if split is None else {child.name: child for child in self._children(split)}
        for event in events:
            self._build_event(event, former, around, node, tree)

    def _borders(self, step: Step) -> list[Step]:
        """The events on the border of a step that are waited for while it runs."""
        return [one for one in self.new.steps.values() if one.attached_to == step.id and one.event != "compensate"]

    def _build_event(self, event: Step, former: Mapping[str, Node], around: Node, host: Node, tree: list[Node]) -> None:
        before = former.get(self.back.get(event.id, ""))
        if before is None:
            origin = self.old.steps.get(self.back.get(event.id, ""))
            if origin is not None and origin.attached_to in former:
                # It has happened, or was given up.
                return
            token = uuid4().hex
            self.result.added[token] = (event.id, host.id)
            tree.append(Node(token, around.id, TaskState.WAITING, event.id))
            return
        if before.is_live:
            self.result.kept[before.id] = before.id
            self.result.borders[before.id] = host.id
        tree.append(Node(before.id, around.id, before.state, event.id, before.triggered, before.internal))
        tree.extend(
            Node(child.id, before.id, child.state, host.name + JOIN, child.triggered, child.internal)
            for child in self._children(before)
            if child.name.endswith(JOIN)
        )

    def _children(self, node: Node) -> list[Node]:
        scope = self.nodes[node.id][0]
        return [child for child in self.trees[scope] if child.parent == node.id]

    def _enter(self, node: Node, target: Step, into: str) -> None:
        """Begin a step anew where the one that waited is of another kind."""
        self.result.entered.append((node.id, target.id))
        self.result.places.append(Place(node.id, target.id, into))
        borders = self._borders(target)
        name = target.id + (ONCE if is_loop(target) else SPLIT if borders else "")
        self.built[into].append(Node(uuid4().hex, self.built[into][0].id, TaskState.FUTURE, name))

    def _came_by(self, node: Node, step: Step, target: Step) -> str | None:
        """By which flow a token came to the join it waits at, as the new diagram draws it."""
        came_by = node.internal.get("came_by")
        if came_by is None or target.kind not in JOINING:
            return None
        inputs = [flow.source for flow in self.new.flows if flow.target == target.id]
        found = self.mapping.get(came_by)
        if found in inputs:
            return found
        ways = [source for source in inputs if found is not None and self._leads_to(found, source, target.id)]
        if len(ways) != 1:
            problem = f"“{step.name}” holds what has come to it already, and not by a way that is still there."
            if problem not in self.result.problems:
                self.result.problems.append(problem)
            return None
        return ways[0]

    def _leads_to(self, start: str, goal: str, without: str) -> bool:
        seen, pending = {without}, [start]
        while pending:
            here = pending.pop()
            if here == goal:
                return True
            if here not in seen:
                seen.add(here)
                pending += [flow.target for flow in self.new.flows if flow.source == here]
        return False
