"""Which names an expression reads from the data."""

from __future__ import annotations

from collections.abc import Iterator

from engine.feel import nodes
from engine.feel.nodes import Node, parts_of
from engine.feel.signatures import BUILTINS

_IMPLIED = frozenset({"?", "item", "partial"})


def free_names_of(node: Node) -> frozenset[str]:
    """Dotted names that are not bound inside of the expression itself."""
    return frozenset(_read(node, frozenset()))


def _read(node: Node, bound: frozenset[str]) -> Iterator[str]:
    if isinstance(node, (nodes.Name, nodes.Path)):
        yield from _read_path(node, bound)
    elif isinstance(node, (nodes.For, nodes.Quantified)):
        yield from _read_loop(node, bound)
    elif isinstance(node, nodes.FunctionNode):
        yield from _read(node.body, bound.union(node.parameters))
    elif isinstance(node, nodes.ContextNode):
        for name, value in node.entries:
            yield from _read(value, bound)
            bound = bound | {name}
    elif isinstance(node, nodes.Call):
        yield from _read_call(node, bound)
    else:
        for part in parts_of(node):
            yield from _read(part, bound)


def _read_path(node: nodes.Name | nodes.Path, bound: frozenset[str]) -> Iterator[str]:
    names: list[str] = []
    root: Node = node
    while isinstance(root, nodes.Path):
        names.append(root.name)
        root = root.base
    if not isinstance(root, nodes.Name):
        yield from _read(root, bound)
    elif root.name not in bound and root.name not in _IMPLIED:
        yield ".".join([root.name, *reversed(names)])


def _read_loop(node: nodes.For | nodes.Quantified, bound: frozenset[str]) -> Iterator[str]:
    for iterator in node.iterators:
        yield from _read(iterator.source, bound)
        if iterator.until is not None:
            yield from _read(iterator.until, bound)
        bound = bound | {iterator.name}
    yield from _read(node.body, bound)


def _read_call(node: nodes.Call, bound: frozenset[str]) -> Iterator[str]:
    called = node.function
    if not (isinstance(called, nodes.Name) and called.name in BUILTINS):
        yield from _read(called, bound)
    for argument in node.arguments:
        yield from _read(argument, bound)
