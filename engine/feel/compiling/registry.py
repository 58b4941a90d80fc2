"""Tree to closures. A closure takes the scope and gives a FEEL value; each kind of node has one maker of closures."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from engine.feel.nodes import Node
from engine.feel.scope import Scope
from engine.feel.values import Value

Evaluator = Callable[[Scope], Value]
_MAKERS: dict[type[Node], Callable[..., Evaluator]] = {}
NodeT = TypeVar("NodeT", bound=Node)


def compiles(kind: type[NodeT]) -> Callable[[Callable[[NodeT], Evaluator]], Callable[[NodeT], Evaluator]]:
    """Register the maker of closures for one kind of node."""

    def register(maker: Callable[[NodeT], Evaluator]) -> Callable[[NodeT], Evaluator]:
        _MAKERS[kind] = maker
        return maker

    return register


def compile_node(node: Node) -> Evaluator:
    return _MAKERS[type(node)](node)
