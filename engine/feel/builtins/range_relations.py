"""Allen's relations between points and ranges, and ranges read from text (DMN 1.5, 10.3.4.10 and 10.3.4.11)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from engine.feel.comparison import contains, order
from engine.feel.errors import FeelSyntaxError
from engine.feel.limits import Meter
from engine.feel.numbers import number_from_text
from engine.feel.ranges import Range
from engine.feel.scanner import Token, scan
from engine.feel.scope import Run
from engine.feel.signatures import builtin
from engine.feel.temporal import parse_temporal
from engine.feel.values import Value, describe

Relation = Callable[[Value, Value, Meter], bool]
_LONGEST_RANGE_TEXT = 200
_TEMPORAL_FUNCTIONS = frozenset({"date", "time", "date and time", "duration"})


def _place(left: Value, right: Value, meter: Meter) -> int:
    if left is None or right is None:
        raise ValueError("the range is open at one end")
    place = order(left, right, meter)
    if place is None:
        raise ValueError(f"{describe(left)} and {describe(right)} have no order")
    return place


def _relation(
    name: str,
    *,
    points: Relation | None = None,
    point_range: Relation | None = None,
    range_point: Relation | None = None,
    ranges: Relation | None = None,
) -> None:
    """Register the relation for the combinations of points and ranges that it is given for."""
    for parameters, relation in (
        ("range1: range, range2: range", ranges),
        ("range: range, point: any", range_point),
        ("point: any, range: range", point_range),
        ("point1: any, point2: any", points),
    ):
        if relation is not None:
            builtin(name, parameters, gives="boolean")(_checked(relation))


def _checked(relation: Relation) -> Callable[[Run, Value, Value], bool]:
    def relate(run: Run, left: Value, right: Value) -> bool:
        if left is None or right is None:
            raise ValueError("one of the values is empty")
        return relation(left, right, run.meter)

    return relate


def _turned(relation: Relation) -> Relation:
    return lambda left, right, meter: relation(right, left, meter)


# Each of these compares one end of a range with a point or with an end of another range; where both lie at the same
# place, it depends on whether the ends are included.


def _ends_before_point(a: Range, point: Value, meter: Meter) -> bool:
    place = _place(a.end, point, meter)
    return place < 0 or (place == 0 and not a.includes_end)


def _starts_after_point(a: Range, point: Value, meter: Meter) -> bool:
    place = _place(a.start, point, meter)
    return place > 0 or (place == 0 and not a.includes_start)


def _ends_before_start(a: Range, b: Range, meter: Meter) -> bool:
    place = _place(a.end, b.start, meter)
    return place < 0 or (place == 0 and not (a.includes_end and b.includes_start))


def _starts_within(a: Range, b: Range, meter: Meter) -> bool:
    """Whether a starts no earlier than b."""
    place = _place(a.start, b.start, meter)
    return place > 0 or (place == 0 and (b.includes_start or not a.includes_start))


def _ends_within(a: Range, b: Range, meter: Meter) -> bool:
    """Whether a ends no later than b."""
    place = _place(a.end, b.end, meter)
    return place < 0 or (place == 0 and (b.includes_end or not a.includes_end))


def _meets(a: Range, b: Range, meter: Meter) -> bool:
    return a.includes_end and b.includes_start and _place(a.end, b.start, meter) == 0


def _overlaps(a: Range, b: Range, meter: Meter) -> bool:
    return not _ends_before_start(a, b, meter) and not _ends_before_start(b, a, meter)


def _overlaps_before(a: Range, b: Range, meter: Meter) -> bool:
    return not _starts_within(a, b, meter) and not _ends_before_start(a, b, meter) and _ends_within(a, b, meter)


def _overlaps_after(a: Range, b: Range, meter: Meter) -> bool:
    return _overlaps_before(b, a, meter)


def _finishes_point(point: Value, a: Range, meter: Meter) -> bool:
    return a.includes_end and _place(point, a.end, meter) == 0


def _finishes(a: Range, b: Range, meter: Meter) -> bool:
    same_end = a.includes_end == b.includes_end and _place(a.end, b.end, meter) == 0
    return same_end and _starts_within(a, b, meter)


def _starts_point(point: Value, a: Range, meter: Meter) -> bool:
    return a.includes_start and _place(point, a.start, meter) == 0


def _starts(a: Range, b: Range, meter: Meter) -> bool:
    same_start = a.includes_start == b.includes_start and _place(a.start, b.start, meter) == 0
    return same_start and _ends_within(a, b, meter)


def _includes_point(a: Range, point: Value, meter: Meter) -> bool:
    held = contains(a, point, meter)
    if held is None:
        raise ValueError(f"{describe(point)} has no order with the ends of the range")
    return held


def _includes(a: Range, b: Range, meter: Meter) -> bool:
    return _starts_within(b, a, meter) and _ends_within(b, a, meter)


def _coincides(a: Range, b: Range, meter: Meter) -> bool:
    same_ends = (a.includes_start, a.includes_end) == (b.includes_start, b.includes_end)
    return same_ends and _place(a.start, b.start, meter) == 0 and _place(a.end, b.end, meter) == 0


_relation(
    "before",
    points=lambda a, b, meter: _place(a, b, meter) < 0,
    point_range=_turned(_starts_after_point),
    range_point=_ends_before_point,
    ranges=_ends_before_start,
)
_relation(
    "after",
    points=lambda a, b, meter: _place(a, b, meter) > 0,
    point_range=_turned(_ends_before_point),
    range_point=_starts_after_point,
    ranges=_turned(_ends_before_start),
)
_relation("meets", ranges=_meets)
_relation("met by", ranges=_turned(_meets))
_relation("overlaps", ranges=_overlaps)
_relation("overlaps before", ranges=_overlaps_before)
_relation("overlaps after", ranges=_overlaps_after)
_relation("finishes", point_range=_finishes_point, ranges=_finishes)
_relation("finished by", range_point=_turned(_finishes_point), ranges=_turned(_finishes))
_relation("starts", point_range=_starts_point, ranges=_starts)
_relation("started by", range_point=_turned(_starts_point), ranges=_turned(_starts))
_relation("includes", range_point=_includes_point, ranges=_includes)
_relation("during", point_range=_turned(_includes_point), ranges=_turned(_includes))
_relation("coincides", points=lambda a, b, meter: _place(a, b, meter) == 0, ranges=_coincides)


@builtin("range", "from: text", gives="range")
def range_of_text(run: Run, text: str) -> Range:
    """A range with constant ends, such as "[1..5)" or "[@"2026-01-01"..)"."""
    start, end, includes_start, includes_end = _read_range(text)
    if start is None and end is None:
        raise ValueError("a range needs at least one end")
    if (start is None and includes_start) or (end is None and includes_end):
        raise ValueError("an end that is left out cannot be included")
    if start is not None and end is not None and _place(start, end, run.meter) > 0:
        raise ValueError("the start of the range lies after its end")
    return Range(start, end, includes_start, includes_end)


def _read_range(text: str) -> tuple[Value, Value, bool, bool]:
    problem = ValueError(f"'{text[:40]}' is not a range; write for example [1..5]")
    if len(text) > _LONGEST_RANGE_TEXT:
        raise problem
    try:
        tokens = scan(text)[:-1]
    except FeelSyntaxError:
        raise problem from None
    dots = [at for at, token in enumerate(tokens) if token.is_mark("..")]
    if len(dots) != 1 or not tokens[0].is_mark("[", "(", "]") or not tokens[-1].is_mark("]", ")", "["):
        raise problem
    start, end = _read_end(tokens[1 : dots[0]], problem), _read_end(tokens[dots[0] + 1 : -1], problem)
    return start, end, tokens[0].text == "[", tokens[-1].text == "]"


def _read_end(tokens: list[Token], problem: ValueError) -> Value:
    kinds = [token.kind for token in tokens]
    if not tokens:
        return None
    if kinds == ["string"]:
        return tokens[0].text
    if kinds in (["number"], ["mark", "number"]) and tokens[0].text != "+":
        return _signed_number(tokens)
    name = " ".join(token.text for token in tokens[:-3])
    is_call = name in _TEMPORAL_FUNCTIONS and tokens[-3].is_mark("(") and tokens[-1].is_mark(")")
    literal = tokens[-2] if is_call else tokens[-1] if tokens[0].is_mark("@") and len(tokens) == 2 else None
    value = parse_temporal(literal.text) if literal is not None and literal.kind == "string" else None
    if value is None:
        raise problem
    return value


def _signed_number(tokens: list[Token]) -> Decimal:
    return number_from_text("".join(token.text for token in tokens))
