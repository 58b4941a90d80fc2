"""The data dictionary: which fields there are, what they hold, and how their stored text becomes a value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from engine.feel.durations import parse_duration
from engine.feel.errors import FeelValueError
from engine.feel.names import canonical
from engine.feel.numbers import number_from_text
from engine.feel.scope import MISSING, Run, Scope
from engine.feel.temporal import parse_date, parse_date_time, parse_time
from engine.feel.type_reader import read_type
from engine.feel.types import ANY, FeelType
from engine.feel.values import Value, describe, is_context, kind_in_words, normalise

_ALIASES = {"text": "string", "datetime": "date and time", "any": "Any", "": "Any"}
_READERS: dict[str, Callable[[str], Value]] = {
    "number": number_from_text,
    "date": parse_date,
    "time": parse_time,
    "date and time": parse_date_time,
    "duration": parse_duration,
    "days and time duration": parse_duration,
    "years and months duration": parse_duration,
}


@dataclass(frozen=True, slots=True)
class Field:
    """One entry. `type` is a FEEL type such as "number", "date", "list<string>", or "duration" for either kind of
    duration; `label` is what people call the field, `example` a value as a person would write it.
    """

    type: str = "Any"
    label: str = ""
    example: str = ""


@dataclass(slots=True)
class Entry:
    """A name in the tree of the dictionary: its type, and the fields below it (of it, or of each item of the list)."""

    path: str
    type: FeelType
    below: dict[str, Entry] = field(default_factory=dict)


class Dictionary:
    """Fields by name. A dotted name is a field of a context, or of every item where the part before it is a list:
    {"rating": "number", "employee.hire date": Field("date", label="Hired on"), "goals": "list", "goals.weight":
    "number"}.

    Raises FeelSyntaxError for a type that cannot be read. Not to be changed after it was made.
    """

    def __init__(self, fields: Mapping[str, Field | str | Mapping[str, str]]) -> None:
        self.fields: dict[str, Field] = {_canonical_path(name): _as_field(given) for name, given in fields.items()}
        self.root: dict[str, Entry] = {}
        for path, declared in self.fields.items():
            self._place(path, _type_of(declared))

    def _place(self, path: str, type_: FeelType) -> None:
        level, at = self.root, ""
        *above, last = path.split(".")
        for name in above:
            at = f"{at}.{name}" if at else name
            level = level.setdefault(name, Entry(at, ANY)).below
        level.setdefault(last, Entry(path, type_)).type = type_

    def words(self) -> Iterable[str]:
        """Every part of every name, for the parser."""
        return {part for path in self.fields for part in path.split(".")}

    def preparing(self, paths: Iterable[str]) -> Preparing | None:
        """What has to be done to data before an expression reads these paths; None where nothing."""
        wanted = {name: kept for name, entry in self.root.items() if (kept := _relevant(entry, list(paths)))}
        return Preparing(wanted) if wanted else None


def _canonical_path(path: str) -> str:
    return ".".join(canonical(part) for part in path.split("."))


def _as_field(given: Field | str | Mapping[str, str]) -> Field:
    if isinstance(given, Field):
        return given
    return Field(given) if isinstance(given, str) else Field(**given)


def _type_of(declared: Field) -> FeelType:
    name = declared.type.strip()
    return read_type(_ALIASES.get(name, name), lambda word: FeelType(_ALIASES[word]) if word in _ALIASES else None)


def _relevant(entry: Entry, paths: list[str]) -> Entry | None:
    """The part of the tree that these paths touch."""
    if any(path == entry.path or entry.path.startswith(path + ".") for path in paths):
        return entry
    if not any(path.startswith(entry.path + ".") for path in paths):
        return None
    below = {name: kept for name, child in entry.below.items() if (kept := _relevant(child, paths))}
    return Entry(entry.path, entry.type, below)


class Preparing:
    """Turns stored text into values, and fills in what is declared but missing, for one expression."""

    __slots__ = ("_entries",)

    def __init__(self, entries: dict[str, Entry]) -> None:
        self._entries = [(name, entry, _reader_of(entry)) for name, entry in entries.items()]

    def scope(self, around: Scope) -> Scope:
        """The same scope, or one before it with the values that had to be changed. The data are left as they are."""
        changed: dict[str, Value] | None = None
        data = around.values
        for name, entry, reader in self._entries:
            value = data.get(name, MISSING)
            if reader is None and not entry.below and value is not MISSING:
                continue
            prepared = None if value is MISSING else prepare(value, entry, reader, around.run)
            if prepared is not value:
                changed = changed if changed is not None else {}
                changed[name] = prepared
        return around if changed is None else Scope(changed, around, around.run)


Reader = Callable[[str], Value]


def _reader_of(entry: Entry) -> Reader | None:
    wanted = entry.type.element if entry.type.name == "list" and entry.type.element else entry.type
    return _READERS.get(wanted.name)


def prepare(value: Value, entry: Entry, reader: Reader | None, run: Run) -> Value:
    """The value as the entry declares it; the very same object where nothing had to change."""
    if type(value) is str:
        return value if reader is None else _read(value, entry, reader, run)
    if isinstance(value, (list, tuple)) and (reader is not None or entry.below):
        run.meter.spend_items(len(value))
        items = [prepare(item, entry, reader, run) for item in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    if entry.below and is_context(value):
        return _prepare_fields(value, entry, run)
    return value


def _prepare_fields(value: dict[str, Value], entry: Entry, run: Run) -> Value:
    run.meter.spend(len(entry.below))
    changed: dict[str, Value] = {}
    for name, child in entry.below.items():
        old = value.get(name, MISSING)
        new = None if old is MISSING else prepare(old, child, _reader_of(child), run)
        if new is not old:
            changed[name] = new
    if not changed:
        return value
    run.meter.spend(len(value) >> 2)
    return {**value, **changed}


def _read(text: str, entry: Entry, reader: Reader, run: Run) -> Value:
    run.meter.spend()
    if not text.strip():
        return None
    try:
        return normalise(reader(text.strip()), run.meter)
    except (ValueError, ArithmeticError):
        wanted = entry.type.element or entry.type
        message = f"{entry.path} should be {kind_in_words(wanted.name)}, but the data hold {describe(text)}."
        return run.fault(message, hint="Correct the field, or its type in the data dictionary.", error=FeelValueError)


def read_as(text: str, wanted: FeelType) -> Value:
    """The value that a stored text stands for in this type; the text itself where it does not."""
    reader = _READERS.get((wanted.element if wanted.element and wanted.allowed else wanted).name)
    if reader is None:
        return text
    try:
        return reader(text.strip())
    except (ValueError, ArithmeticError):
        return text
