"""One function for each component type of form-js: from its JSON settings to a typed component."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Literal, cast

import re2

from workflows.questionnaires import components as parts
from workflows.questionnaires.components import Component, Disclosure, Option, OptionSource, Path
from workflows.questionnaires.formulas import Template
from workflows.questionnaires.limits import MAX_COMPETENCIES, MAX_OPTIONS, MAX_ROWS
from workflows.questionnaires.settings import Settings

Common = dict[str, Any]
Builder = Callable[[Settings, Common, tuple[Component, ...]], Component]
_PATTERN_OPTIONS = re2.Options()
_PATTERN_OPTIONS.log_errors = False
_CURRENCY = re2.compile("[A-Z]{3}")
_PART = re2.compile("[A-Za-z0-9][A-Za-z0-9_]{0,99}")


def read_common(settings: Settings, kind: str, disclosure: Disclosure | None) -> Common:
    """What every component has. `disclosure` is kept for fields only."""
    label = "dateLabel" if kind == "datetime" and not settings.raw.get("label") else "label"
    if kind == "datetime" and settings.raw.get("subtype") == "time" and not settings.raw.get("label"):
        label = "timeLabel"
    return {
        "id": settings.text("id") or settings.text("key") or settings.text("path"),
        "type": kind,
        "label": settings.template(label),
        "description": settings.template("description"),
        "hide": settings.inner("conditional").formula("hide", "The condition"),
        "columns": settings.inner("layout").whole("columns", 1, 16),
        "disclosure": disclosure,
    }


def _field(settings: Settings, common: Common, *, name: str = "key") -> Common:
    if not common["label"]:
        settings.complain("It has no label.", "Write the question a person reads.")
    return common | {
        "key": settings.key(name),
        "required": settings.inner("validate").flag("required"),
        "readonly": settings.flag_or_formula("readonly"),
        "disabled": settings.flag("disabled"),
        "default": settings.raw.get("defaultValue"),
    }


def _plain(common: Common) -> Common:
    return {name: value for name, value in common.items() if name != "disclosure"}


def _prose(settings: Settings, common: Common, _children: tuple[Component, ...]) -> Component:
    return parts.Prose(**_plain(common), text=settings.prose("text"))


def _separator(_settings: Settings, common: Common, _children: tuple[Component, ...]) -> Component:
    return parts.Separator(**_plain(common))


def _spacer(settings: Settings, common: Common, _children: tuple[Component, ...]) -> Component:
    return parts.Spacer(**_plain(common) | {"height": settings.whole("height", 0, 1_000) or 0})


def _group(settings: Settings, common: Common, children: tuple[Component, ...]) -> Component:
    path = settings.key("path") if settings.raw.get("path") else ()
    outline = settings.flag("showOutline")
    return parts.Group(**_plain(common), components=children, path=path, outline=outline)


def _text(settings: Settings, common: Common, _children: tuple[Component, ...]) -> Component:
    validate = settings.inner("validate")
    minimum, maximum = validate.limits("minLength", "maxLength")
    pattern = validate.text("pattern")
    try:
        re2.compile(pattern, _PATTERN_OPTIONS)
    except re2.error as error:
        settings.complain(
            f"The pattern {pattern!r} cannot be read: {_reason(error)}.", "Correct the regular expression (RE2)."
        )
        pattern = ""
    validation = validate.one_of("validationType", ("", "email", "phone", "custom"))
    return parts.TextField(
        **_field(settings, common),
        min_length=minimum,
        max_length=maximum,
        pattern=pattern,
        pattern_message=validate.text("patternErrorMessage"),
        validation="" if validation == "custom" else validation,
    )


def _reason(error: Exception) -> str:
    reason = error.args[0] if error.args else error
    return reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)


def _number(settings: Settings, common: Common, _children: tuple[Component, ...]) -> Component:
    minimum, maximum = settings.inner("validate").limits("min", "max")
    step = settings.decimal("increment")
    if step is not None and step <= 0:
        settings.complain(f'"increment" is {step}.', "Write a number above 0 or leave it out.")
        step = None
    return parts.Number(
        **_field(settings, common),
        minimum=minimum,
        maximum=maximum,
        step=step,
        decimal_digits=settings.whole("decimalDigits", 0, 12),
        unit=settings.inner("appearance").text("suffixAdorner"),
    )


def _money(settings: Settings, common: Common, _children: tuple[Component, ...]) -> Component:
    minimum, maximum = settings.inner("validate").limits("min", "max")
    digits = settings.whole("decimalDigits", 0, 4)
    return parts.Money(
        **_field(settings, common),
        minimum=minimum,
        maximum=maximum,
        decimal_digits=2 if digits is None else digits,
        currencies=_currencies(settings),
    )


def _currencies(settings: Settings) -> Any:
    if isinstance(settings.raw.get("currency"), str) and settings.raw["currency"].startswith("="):
        return settings.formula("currency", "The expression of the currency") or ()
    given = settings.raw.get("currencies") or [settings.raw.get("currency")]
    codes = given if isinstance(given, list) else [given]
    if len(codes) > MAX_OPTIONS or not all(isinstance(code, str) and _CURRENCY.fullmatch(code) for code in codes):
        settings.complain(
            "The currency is missing or wrong.", 'Write "currency": "EUR" or "currencies": ["EUR", "CHF"].'
        )
        return ()
    return tuple(dict.fromkeys(codes))


def _rating(settings: Settings, common: Common, _children: tuple[Component, ...]) -> Component:
    points = settings.whole("points", 2, 10) or 5
    labels = settings.raw.get("labels") or []
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        settings.complain('"labels" is not a list of texts.', "Write one text for each point, or leave it out.")
        labels = []
    if labels and len(labels) != points:
        settings.complain(f"{len(labels)} labels stand for {points} points.", "Write one label for each point.")
    low, high = settings.text("lowLabel"), settings.text("highLabel")
    return parts.Rating(**_field(settings, common), points=points, labels=tuple(labels), low_label=low, high_label=high)


def _checkbox(settings: Settings, common: Common, _children: tuple[Component, ...]) -> Component:
    return parts.Checkbox(**_field(settings, common))


def _choice(settings: Settings, common: Common, _children: tuple[Component, ...]) -> Component:
    return parts.Choice(**_field(settings, common), options=_options(settings))


def _multiple_choice(settings: Settings, common: Common, _children: tuple[Component, ...]) -> Component:
    fewest, most = settings.inner("validate").sizes("minItems", "maxItems", MAX_OPTIONS)
    return parts.MultipleChoice(
        **_field(settings, common), options=_options(settings), min_items=fewest, max_items=most
    )


def _options(settings: Settings) -> OptionSource:
    for name in ("valuesKey", "valuesExpression"):
        if settings.raw.get(name):
            return OptionSource(formula=settings.formula(name, "The source of the options"))
    entries = settings.raw.get("values")
    if not isinstance(entries, list) or not 0 < len(entries) <= MAX_OPTIONS:
        settings.complain("It has no options.", f'Give it "values" with 1 to {MAX_OPTIONS} options.')
        return OptionSource()
    options = tuple(filter(None, (read_option(entry) for entry in entries)))
    if len(options) < len(entries):
        settings.complain("An option has no value or label.", 'Write each as {"label": "…", "value": "…"}.')
    if len({str(option.value) for option in options}) < len(options):
        settings.complain("Two options have the same value.", "Give each option its own value.")
    return OptionSource(fixed=options)


def read_option(entry: Any) -> Option | None:
    """An option from `{"label": …, "value": …}` or from a bare value; None for anything else."""
    value, label = (entry.get("value"), entry.get("label")) if isinstance(entry, Mapping) else (entry, None)
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    if not isinstance(value, str | int | bool) or value == "":
        return None
    return Option(value, str(value) if label is None else str(label))


def _moment(settings: Settings, common: Common, _children: tuple[Component, ...]) -> Component:
    subtype = cast("Literal['date', 'time', 'datetime']", settings.one_of("subtype", ("date", "time", "datetime")))
    return parts.Moment(**_field(settings, common), subtype=subtype, no_past=settings.flag("disallowPassedDates"))


def _row_list(settings: Settings, common: Common, children: tuple[Component, ...]) -> Component:
    return parts.RowList(**_rows(settings, _field(settings, common, name="path")), components=children)


def _rows(settings: Settings, common: Common) -> Common:
    fewest, most = settings.inner("validate").sizes("minItems", "maxItems", MAX_ROWS)
    default_rows = settings.whole("defaultRepetitions", 0, MAX_ROWS)
    return common | {
        "default_rows": 1 if default_rows is None else default_rows,
        "can_add": settings.raw.get("allowAddRemove", True) is not False,
        "min_items": fewest,
        "max_items": most,
        "outline": settings.flag("showOutline"),
    }


def _goals(settings: Settings, common: Common, _children: tuple[Component, ...]) -> Component:
    weighted = settings.raw.get("weights", True) is not False
    total = settings.decimal("totalWeight") or Decimal(100)
    rows = _rows(settings, _field(settings, common))
    fields = _goal_fields(common["disclosure"], total if weighted else None)
    return parts.GoalList(**rows, components=fields, total_weight=total if weighted else None)


def _fixed(disclosure: Disclosure | None, prefix: str) -> Callable[..., Common]:
    """What every field has that is part of a component of ours, such as the title of a goal."""

    def common(kind: str, key: Path, label: str, *, hint: str = "", columns: int = 16) -> Common:
        return {
            "id": f"{prefix}_{'_'.join(str(step) for step in key)}",
            "type": kind,
            "label": Template((label,)),
            "description": Template((hint,) if hint else ()),
            "key": key,
            "columns": columns,
            "disclosure": disclosure,
        }

    return common


def _goal_fields(disclosure: Disclosure | None, total: Decimal | None) -> tuple[Component, ...]:
    common = _fixed(disclosure, "goal")
    title = parts.TextField(**common("textfield", ("title",), "Goal"), required=True, max_length=Decimal(200))
    measure = parts.TextField(**common("textarea", ("measure",), "How will we know it is reached?"))
    due = parts.Moment(**common("datetime", ("due",), "By when", columns=8))
    if total is None:
        return (title, measure, due)
    weight = parts.Number(
        **common("number", ("weight",), "Weight", columns=8),
        required=True,
        minimum=Decimal(0),
        maximum=total,
        decimal_digits=2,
        unit="%" if total == 100 else "",
    )
    return (title, measure, due, weight)


def _evidence(settings: Settings, common: Common, _children: tuple[Component, ...]) -> Component:
    own = _fixed(common["disclosure"], "evidence")
    what = parts.TextField(
        **own("textarea", ("what",), "What happened, and what came of it?"), required=True, max_length=Decimal(2_000)
    )
    when = parts.Moment(**own("datetime", ("when",), "When", columns=6))
    where = parts.TextField(
        **own("textfield", ("where",), "Where can others see it?", hint="A link, a document, a person.", columns=10),
        max_length=Decimal(500),
    )
    return parts.EvidenceList(**_rows(settings, _field(settings, common)), components=(what, when, where))


def _competencies(settings: Settings, common: Common, _children: tuple[Component, ...]) -> Component:
    scale = _rating(settings, common, ())
    asked = _competency_options(settings)
    comments = settings.raw.get("comments", True) is not False
    own = _fixed(common["disclosure"], common["id"] or "competencies")
    fields: list[Component] = []
    for value, label, hint in asked:
        level = own("rating", (value, "level"), label, hint=hint)
        fields.append(replace(scale, **level))
        if comments:
            comment = own("textarea", (value, "comment"), f"Where did it show: {label}?")
            fields.append(parts.TextField(**comment, max_length=Decimal(2_000)))
    return parts.Competencies(**_plain(common), components=tuple(fields), path=settings.key("key"), outline=True)


def _competency_options(settings: Settings) -> list[tuple[str, str, str]]:
    """Value, label and explanation of each competency."""
    entries = settings.raw.get("values")
    if not isinstance(entries, list) or not 0 < len(entries) <= MAX_COMPETENCIES:
        settings.complain("It names no competencies.", f'Give it "values" with 1 to {MAX_COMPETENCIES} of them.')
        return []
    found = [read_option(entry) for entry in entries]
    named = [option for option in found if option and _PART.fullmatch(str(option.value))]
    if len(named) < len(entries):
        settings.complain(
            "A competency has no name or an unfit value.", "Name it, and let its value be letters, digits, underscores."
        )
    if len({str(option.value) for option in named}) < len(named):
        settings.complain("Two competencies have the same value.", "Give each its own.")
    hints = [entry.get("description") if isinstance(entry, Mapping) else None for entry in entries]
    return [
        (str(option.value), option.label, hint if isinstance(hint, str) else "")
        for option, hint in zip(found, hints, strict=True)
        if option in named and option is not None
    ]


BUILDERS: dict[str, Builder] = {
    "text": _prose,
    "separator": _separator,
    "spacer": _spacer,
    "group": _group,
    "dynamiclist": _row_list,
    "goals": _goals,
    "evidence": _evidence,
    "competencies": _competencies,
    "textfield": _text,
    "textarea": _text,
    "number": _number,
    "money": _money,
    "rating": _rating,
    "checkbox": _checkbox,
    "radio": _choice,
    "select": _choice,
    "checklist": _multiple_choice,
    "taglist": _multiple_choice,
    "datetime": _moment,
}
