"""The rules a form sets for its answers, and the sentence a person reads when one is not kept.

The order and the meaning follow form-js: an empty answer breaks only "required".
"""

from datetime import date, datetime
from decimal import Context, Decimal
from functools import lru_cache
from typing import Any

import re2

from workflows.dates import show_day
from workflows.questionnaires.components import (
    Checkbox,
    Field,
    GoalList,
    Moment,
    Money,
    MultipleChoice,
    Number,
    RowList,
    Setting,
    TextField,
)
from workflows.questionnaires.conversion import is_empty
from workflows.questionnaires.formulas import Formula, Scope, show_number

_PATTERNS = {
    "email": (r"^[^\s@]{1,64}@[^\s@.]+(\.[^\s@.]+)+$", "Please write an e-mail address such as name@example.com."),
    "phone": (r"^\+?([ ()/.-]*[0-9]){6,15}[ )]*$", "Please write a phone number such as +41 44 123 45 67."),
}


def find_fault(field: Field, value: Any, scope: Scope, today: date) -> str:
    """What is wrong with this typed answer, as a sentence; empty when it is in order."""
    if is_empty(value):
        return _required(field) if field.required else ""
    match field:
        case TextField():
            return _text(field, value, scope)
        case Number():
            return _between(value, field.minimum, field.maximum, scope) or _steps(field, value)
        case Money():
            amount = value["amount"]
            return _between(amount, field.minimum, field.maximum, scope) or _digits(amount, field.decimal_digits)
        case MultipleChoice():
            return _sizes(len(value), field.min_items, field.max_items, "choose", "options")
        case Moment():
            return _moment(field, value, today)
    return ""


def find_list_fault(field: RowList, rows: list[dict[str, Any]]) -> str:
    """What is wrong with the rows of a list as a whole; `rows` are those with an answer in them."""
    noun = f"{field.noun}s"
    if not rows:
        missing = f"Please add at least one {field.noun}."
        return missing if field.required and not field.min_items else _sizes(0, field.min_items, None, "add", noun)
    if fault := _sizes(len(rows), field.min_items, field.max_items, "add", noun):
        return fault
    if not isinstance(field, GoalList) or field.total_weight is None:
        return ""
    total = sum((row["weight"] for row in rows if isinstance(row.get("weight"), Decimal)), Decimal(0))
    if total == field.total_weight:
        return ""
    return f"The weights sum to {show_number(total)}. Please change them so that they sum to {field.total_weight:f}."


def _required(field: Field) -> str:
    if isinstance(field, Checkbox):
        return "Please tick this box to go on."
    if isinstance(field, TextField):
        return "Please write an answer."
    return "Please answer this question."


def limit_of(setting: Setting, scope: Scope) -> Decimal | None:
    """The number that a limit of a field means now; None where there is none."""
    value = setting.evaluate(scope) if isinstance(setting, Formula) else setting
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return Decimal(value)


def _text(field: TextField, value: str, scope: Scope) -> str:
    length = len(value.strip())
    shortest, longest = limit_of(field.min_length, scope), limit_of(field.max_length, scope)
    if shortest is not None and length < shortest:
        return f"Please write at least {shortest:f} characters; there are {length} now."
    if longest is not None and length > longest:
        return f"Please shorten this to {longest:f} characters; there are {length} now."
    if field.validation in _PATTERNS and not _matches(_PATTERNS[field.validation][0], value.strip()):
        return _PATTERNS[field.validation][1]
    if field.pattern and not _matches(field.pattern, value):
        return field.pattern_message or "This does not have the form that is asked for."
    return ""


def _matches(pattern: str, value: str) -> bool:
    return _compiled(pattern).search(value) is not None


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> Any:
    return re2.compile(pattern)


def _between(value: Decimal, minimum: Setting, maximum: Setting, scope: Scope) -> str:
    lowest, highest = limit_of(minimum, scope), limit_of(maximum, scope)
    if lowest is not None and value < lowest:
        return f"Please give {show_number(lowest)} or more."
    if highest is not None and value > highest:
        return f"Please give {show_number(highest)} or less."
    return ""


# What can be typed has more digits than Decimal reckons with by itself.
_EXACT = Context(prec=60)


def _digits(value: Decimal, digits: int | None) -> str:
    if digits is None or value == _EXACT.quantize(value, Decimal(1).scaleb(-digits)):
        return ""
    return "Please give a whole number." if digits == 0 else f"Please give at most {digits} digits after the point."


def _steps(field: Number, value: Decimal) -> str:
    if fault := _digits(value, field.decimal_digits):
        return fault
    is_off = field.step is not None and _EXACT.remainder(value, field.step) != 0
    return f"Please give a multiple of {show_number(field.step)}." if field.step and is_off else ""


def _sizes(count: int, fewest: int | None, most: int | None, verb: str, noun: str) -> str:
    if fewest is not None and count < fewest:
        return f"Please {verb} at least {fewest} {_plural(fewest, noun)}; there {_are(count)} {count or 'none'} now."
    if most is not None and count > most:
        return f"Please {verb} at most {most} {_plural(most, noun)}; there {_are(count)} {count} now."
    return ""


def _plural(count: int, noun: str) -> str:
    return noun.removesuffix("s") if count == 1 else noun


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _moment(field: Moment, value: Any, today: date) -> str:
    if not field.no_past or not isinstance(value, date):
        return ""
    day = value.date() if isinstance(value, datetime) else value
    return f"This day has passed. Please give {show_day(today)} or a later day." if day < today else ""
