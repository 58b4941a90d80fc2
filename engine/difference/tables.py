"""What two versions decide differently: decision tables row by row, in sentences."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from engine.difference.cells import say_answer, say_test
from engine.difference.change import Change, list_words, normalise, quote
from engine.spiff import Program
from engine.xml import read_xml

ORDERED = {"FIRST", "RULE ORDER", "OUTPUT ORDER", "PRIORITY"}
WITHOUT_MEANING = ("description", "annotation", "annotationEntry", "extensionElements")


@dataclass(frozen=True)
class Row:
    """One rule of a table: what is asked of each column (“-” asks nothing), and what it answers."""

    tests: tuple[str, ...]
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A decision: its columns and rows where it is a table, and all of its text that has a meaning."""

    name: str
    file: str
    policy: str = ""
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    text: str = ""


def compare_tables(old: Program, new: Program) -> Iterator[Change]:
    """Every difference of the decisions in two packages."""
    before, after = _tables(old), _tables(new)
    for key in sorted(before.keys() | after.keys()):
        a, b = before.get(key), after.get(key)
        if a is None and b is not None:
            yield Change("table", f"The decision table {quote(b.name)} is new.", file=b.file)
        elif b is None and a is not None:
            yield Change("table", f"The decision table {quote(a.name)} is gone.", file=a.file)
        elif a is not None and b is not None:
            yield from (Change("table", text, file=b.file) for text in _compare(a, b))


def _compare(a: Table, b: Table) -> Iterator[str]:
    name = quote(b.name)
    if a.name != b.name:
        yield f"The decision table {quote(a.name)} is now called {name}."
    if (a.inputs, a.outputs) != (b.inputs, b.outputs):
        yield f"The decision table {name} has other columns now: {list_words([*b.inputs, *b.outputs])}."
        return
    if a.policy != b.policy:
        yield f"The decision table {name} now picks its row by the rule {quote(b.policy)} (before: {quote(a.policy)})."
    yield from _compare_rows(name, a, b)
    if a.rows == b.rows and a.policy == b.policy and a.text != b.text:
        yield f"The decision {name} is worked out in another way now."


def _compare_rows(name: str, a: Table, b: Table) -> Iterator[str]:
    gone, came = [row for row in a.rows if row not in b.rows], [row for row in b.rows if row not in a.rows]
    for row in came:
        was = next((one for one in gone if one.tests == row.tests), None)
        if was is not None:
            gone.remove(was)
            text = f"In {name}, {_when(b, row)}, the answer is now {_answer(b, row)} (before: {_answer(a, was)})."
        elif was := next((one for one in gone if one.answers == row.answers and _near(one, row)), None):
            gone.remove(was)
            text = _asks(name, b, was, row)
        else:
            text = f"{name} has a new row: {_when(b, row)}, the answer is {_answer(b, row)}."
        yield text
    for row in gone:
        yield f"{name} has no row any more for this: {_when(a, row)} (the answer was {_answer(a, row)})."
    kept = [row for row in a.rows if row in b.rows]
    if b.policy in ORDERED and kept != [row for row in b.rows if row in a.rows]:
        yield f"The rows of {name} are asked in another order now."


def _asks(name: str, table: Table, was: Row, row: Row) -> str:
    """That a row asks something else of one of its columns."""
    at = next(at for at, test in enumerate(row.tests) if test != was.tests[at])
    rest = [
        f"{column} {say_test(test)}"
        for place, (column, test) in enumerate(zip(table.inputs, row.tests, strict=True))
        if place != at and test != "-"
    ]
    which = f"the row in which {list_words(rest)}" if rest else "a row"
    before, now = ("may be anything" if one.tests[at] == "-" else say_test(one.tests[at]) for one in (was, row))
    return f"In {name}, {which} now says that {table.inputs[at]} {now} (before: {before})."


def _near(a: Row, b: Row) -> bool:
    """Whether two rows ask the same of all columns but one."""
    return sum(one != other for one, other in zip(a.tests, b.tests, strict=True)) == 1


def _when(table: Table, row: Row) -> str:
    asked = [f"{column} {say_test(test)}" for column, test in zip(table.inputs, row.tests, strict=True) if test != "-"]
    return f"when {list_words(asked)}" if asked else "whatever is asked"


def _answer(table: Table, row: Row) -> str:
    return list_words(
        [f"{column}: {say_answer(value)}" for column, value in zip(table.outputs, row.answers, strict=True)]
    )


def _tables(program: Program) -> dict[str, Table]:
    return {
        decision.get("id", ""): _table(decision, path)
        for path in program.models
        for decision in read_xml(program.files[path], path).iter("{*}decision", "{*}businessKnowledgeModel")
    }


def _table(decision: Any, path: str) -> Table:
    name = decision.get("name") or decision.get("id") or ""
    text = _meaning(decision)
    table = decision.find("{*}decisionTable")
    if table is None:
        return Table(name, path, text=text)
    return Table(
        name=name,
        file=path,
        policy=table.get("hitPolicy", "UNIQUE") + (f" {table.get('aggregation')}" if table.get("aggregation") else ""),
        inputs=tuple(column.get("label") or _text(column, "inputExpression") for column in table.findall("{*}input")),
        outputs=tuple(column.get("label") or column.get("name") or name for column in table.findall("{*}output")),
        rows=tuple(_row(rule) for rule in table.findall("{*}rule")),
        text=text,
    )


def _row(rule: Any) -> Row:
    tests = tuple(normalise(entry.findtext("{*}text")) or "-" for entry in rule.findall("{*}inputEntry"))
    return Row(tests, tuple(normalise(entry.findtext("{*}text")) for entry in rule.findall("{*}outputEntry")))


def _text(element: Any, inner: str) -> str:
    return normalise(element.findtext(f"{{*}}{inner}/{{*}}text"))


def _meaning(element: Any) -> str:
    """All that an element says, without ids, labels and words for people; children in their order."""
    parts = [
        f"{key}={value}"
        for key, value in sorted(element.attrib.items())
        if key not in ("id", "label", "preferredOrientation") and not str(key).startswith("{")
    ]
    inside = [
        _meaning(child)
        for child in element
        if isinstance(child.tag, str) and etree.QName(child).localname not in WITHOUT_MEANING
    ]
    return f"{etree.QName(element).localname}({' '.join(parts)} {normalise(element.text)} {' '.join(inside)})"
