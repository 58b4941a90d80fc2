"""Which nodes of a graph lead back to each other."""

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

Node = TypeVar("Node")


def strong_components(starts: Iterable[Node], following: Callable[[Node], Iterable[Node]]) -> list[list[Node]]:
    """The strongly connected components of all that `starts` lead to, each after those it leads to.

    Tarjan's algorithm: linear in nodes and edges, and without recursion, because a graph may be thousands long.
    """
    walk = _Walk(following)
    for start in starts:
        walk.go(start)
    return walk.components


class _Walk(Generic[Node]):
    """A depth-first walk; `lowest` is the earliest node still on the stack that a node leads back to."""

    def __init__(self, following: Callable[[Node], Iterable[Node]]) -> None:
        self.following = following
        self.components: list[list[Node]] = []
        self.lowest: dict[Node, int] = {}
        self.index: dict[Node, int] = {}
        self.stack: list[Node] = []
        self.stacked: set[Node] = set()
        self.pending: list[tuple[Node, Iterator[Node]]] = []

    def go(self, start: Node) -> None:
        if start not in self.index:
            self._enter(start)
        while self.pending:
            node, rest = self.pending[-1]
            new = next((other for other in rest if self._is_new(node, other)), None)
            if new is not None:
                self._enter(new)
            else:
                self._leave(node)

    def _enter(self, node: Node) -> None:
        self.index[node] = self.lowest[node] = len(self.index)
        self.stack.append(node)
        self.stacked.add(node)
        self.pending.append((node, iter(self.following(node))))

    def _is_new(self, node: Node, other: Node) -> bool:
        if other in self.stacked:
            self.lowest[node] = min(self.lowest[node], self.index[other])
        return other not in self.index

    def _leave(self, node: Node) -> None:
        self.pending.pop()
        if self.pending:
            above = self.pending[-1][0]
            self.lowest[above] = min(self.lowest[above], self.lowest[node])
        if self.lowest[node] == self.index[node]:
            place = len(self.stack) - 1
            while self.stack[place] != node:
                place -= 1
            self.components.append(self.stack[place:])
            self.stacked.difference_update(self.stack[place:])
            del self.stack[place:]
