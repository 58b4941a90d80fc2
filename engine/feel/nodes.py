"""The tree of an expression. Every node knows its offset in the source; nobody changes a node once it is made.

The classes are not frozen because that would double the time it takes to import this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from engine.feel.types import FeelType


@dataclass(slots=True, eq=False)
class Node:
    position: int


@dataclass(slots=True, eq=False)
class Constant(Node):
    """A number, text, true, false or null."""

    value: Decimal | str | bool | None


@dataclass(slots=True, eq=False)
class Temporal(Node):
    """@"2026-01-31" and the like."""

    text: str


@dataclass(slots=True, eq=False)
class Name(Node):
    name: str


@dataclass(slots=True, eq=False)
class Group(Node):
    """An expression between round brackets."""

    inner: Node


@dataclass(slots=True, eq=False)
class ListNode(Node):
    items: tuple[Node, ...]


@dataclass(slots=True, eq=False)
class ContextNode(Node):
    entries: tuple[tuple[str, Node], ...]


@dataclass(slots=True, eq=False)
class RangeNode(Node):
    start: Node
    end: Node
    includes_start: bool
    includes_end: bool


@dataclass(slots=True, eq=False)
class OpenRange(Node):
    """(> 3) as a value."""

    operator: str
    end: Node


@dataclass(slots=True, eq=False)
class Junction(Node):
    """`and` / `or` over two or more parts."""

    operator: str
    parts: tuple[Node, ...]


@dataclass(slots=True, eq=False)
class Comparison(Node):
    operator: str
    left: Node
    right: Node


@dataclass(slots=True, eq=False)
class Arithmetic(Node):
    operator: str
    left: Node
    right: Node


@dataclass(slots=True, eq=False)
class Negation(Node):
    inner: Node


@dataclass(slots=True, eq=False)
class Between(Node):
    value: Node
    low: Node
    high: Node


@dataclass(slots=True, eq=False)
class Membership(Node):
    """`x in (tests)`."""

    value: Node
    tests: tuple[Node, ...]


@dataclass(slots=True, eq=False)
class InstanceOf(Node):
    value: Node
    type: FeelType


@dataclass(slots=True, eq=False)
class Path(Node):
    base: Node
    name: str


@dataclass(slots=True, eq=False)
class Filter(Node):
    base: Node
    condition: Node


@dataclass(slots=True, eq=False)
class Call(Node):
    """`names` are the parameter names of a call by name, else None."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] | None


@dataclass(slots=True, eq=False)
class If(Node):
    condition: Node
    then: Node
    otherwise: Node


@dataclass(slots=True, eq=False)
class Iterator:
    """`name in source`, or `name in source..until`."""

    name: str
    source: Node
    until: Node | None


@dataclass(slots=True, eq=False)
class For(Node):
    iterators: tuple[Iterator, ...]
    body: Node


@dataclass(slots=True, eq=False)
class Quantified(Node):
    """`some` / `every` ... satisfies ..."""

    word: str
    iterators: tuple[Iterator, ...]
    body: Node


@dataclass(slots=True, eq=False)
class FunctionNode(Node):
    parameters: tuple[str, ...]
    types: tuple[FeelType | None, ...]
    result: FeelType | None
    body: Node


@dataclass(slots=True, eq=False)
class External(Node):
    """A function that another language should provide: always refused."""


@dataclass(slots=True, eq=False)
class AnyTest(Node):
    """The dash or empty cell: every value will do."""


@dataclass(slots=True, eq=False)
class ComparisonTest(Node):
    """`< 5` in a cell."""

    operator: str
    right: Node


@dataclass(slots=True, eq=False)
class ExpressionTest(Node):
    """A value, range, list or condition in a cell."""

    expression: Node


@dataclass(slots=True, eq=False)
class Tests(Node):
    """Tests separated by commas: one that holds is enough, or, negated, none may hold."""

    tests: tuple[Node, ...]
    negated: bool


def parts_of(node: Node) -> list[Node]:
    """The nodes directly below."""
    below: list[Node] = []
    for field in node.__dataclass_fields__:
        # Our own fields of our own nodes: no name from an expression ever comes here.
        value = getattr(node, field)
        if isinstance(value, Node):
            below.append(value)
        elif isinstance(value, tuple):
            below += _nodes_in(value)
    return below


def _nodes_in(values: tuple[object, ...]) -> list[Node]:
    found: list[Node] = []
    for value in values:
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, Iterator):
            found += [node for node in (value.source, value.until) if node is not None]
        elif isinstance(value, tuple):
            found += _nodes_in(value)
    return found


def mentions(node: Node, name: str) -> bool:
    """Whether the name is read anywhere in the tree."""
    if isinstance(node, Name):
        return node.name == name
    return any(mentions(part, name) for part in parts_of(node))


def label(node: Node) -> str:
    """What to call the value of this node in a message: its name where it has one, else an empty text."""
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Path):
        base = label(node.base)
        return f"{base}.{node.name}" if base else ""
    return label(node.inner) if isinstance(node, Group) else ""
