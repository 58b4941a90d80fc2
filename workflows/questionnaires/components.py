"""The parts of a questionnaire, as typed values. What they mean follows form-js, schema version 19."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from workflows.questionnaires.formulas import Formula, Template

Setting = Decimal | Formula | None
Path = tuple[str | int, ...]
State = Literal["draft", "submitted", "calibrated", "released"]


@dataclass(frozen=True)
class Disclosure:
    """Who may read an answer besides its author, and from which state of the submission on the subject may."""

    visible_to: frozenset[str]
    since: State


@dataclass(frozen=True)
class Option:
    """One choice of a field."""

    value: str | int | bool
    label: str


@dataclass(frozen=True)
class OptionSource:
    """Where the choices come from: fixed ones, or a formula over context and answers."""

    fixed: tuple[Option, ...] = ()
    formula: Formula | None = None


@dataclass(frozen=True, kw_only=True)
class Component:
    """Anything drawn in a form. `columns` is its width in sixteenths of a row, None for the whole row."""

    id: str
    type: str
    label: Template = field(default_factory=Template)
    description: Template = field(default_factory=Template)
    hide: Formula | None = None
    columns: int | None = None
    height: int = 0


@dataclass(frozen=True, kw_only=True)
class Prose(Component):
    """Headings, paragraphs and lists between the fields."""

    text: Template


@dataclass(frozen=True, kw_only=True)
class Separator(Component):
    """A line between two parts of a form."""


@dataclass(frozen=True, kw_only=True)
class Spacer(Component):
    """Empty room of `height` pixels."""


@dataclass(frozen=True, kw_only=True)
class Group(Component):
    """Fields that belong together; `path` is where their answers go, empty for the place of the group itself."""

    components: tuple[Component, ...]
    path: Path = ()
    outline: bool = False


@dataclass(frozen=True, kw_only=True)
class Field(Component):
    """Something a person answers. `key` is the place of the answer, relative to the group or row around it."""

    key: Path
    disclosure: Disclosure | None = None
    required: bool = False
    readonly: Formula | bool = False
    disabled: bool = False
    default: Any = None


@dataclass(frozen=True, kw_only=True)
class TextField(Field):
    """Text in one line (`textfield`) or many (`textarea`)."""

    min_length: Setting = None
    max_length: Setting = None
    pattern: str = ""
    pattern_message: str = ""
    validation: str = ""


@dataclass(frozen=True, kw_only=True)
class Number(Field):
    """An exact decimal number."""

    minimum: Setting = None
    maximum: Setting = None
    step: Decimal | None = None
    decimal_digits: int | None = None
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Money(Field):
    """An amount with its currency; `currencies` are ISO 4217 codes, the first is proposed."""

    minimum: Setting = None
    maximum: Setting = None
    decimal_digits: int = 2
    currencies: tuple[str, ...] | Formula = ()


@dataclass(frozen=True, kw_only=True)
class Rating(Field):
    """A point on a scale from 1 to `points`; `labels` names each point, or is empty."""

    points: int = 5
    labels: tuple[str, ...] = ()
    low_label: str = ""
    high_label: str = ""


@dataclass(frozen=True, kw_only=True)
class Checkbox(Field):
    """Yes or no."""


@dataclass(frozen=True, kw_only=True)
class Choice(Field):
    """One of several options: `radio` or `select`."""

    options: OptionSource


@dataclass(frozen=True, kw_only=True)
class MultipleChoice(Field):
    """Any of several options: `checklist` or `taglist`."""

    options: OptionSource
    min_items: int | None = None
    max_items: int | None = None


@dataclass(frozen=True, kw_only=True)
class Moment(Field):
    """A `date`, a `time` of day, or a `datetime`, as on a calendar and a clock on the wall."""

    subtype: Literal["date", "time", "datetime"] = "date"
    no_past: bool = False


@dataclass(frozen=True, kw_only=True)
class RowList(Field):
    """Rows of the same fields: `dynamiclist`."""

    components: tuple[Component, ...]
    default_rows: int = 1
    can_add: bool = True
    min_items: int | None = None
    max_items: int | None = None
    outline: bool = False
    noun: str = "row"


@dataclass(frozen=True, kw_only=True)
class GoalList(RowList):
    """Goals with title, measure, due date and, unless switched off, weights that sum to `total_weight`."""

    total_weight: Decimal | None = None
    noun: str = "goal"


@dataclass(frozen=True, kw_only=True)
class EvidenceList(RowList):
    """Examples that show something: what happened, when, and where it can be seen."""

    noun: str = "example"


@dataclass(frozen=True, kw_only=True)
class Competencies(Group):
    """A level for each of some competencies, with a comment unless switched off: `{teamwork: {level, comment}}`."""
