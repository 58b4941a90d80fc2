"""From what a browser sends, texts mostly, to the typed value of a field, and from there to JSON."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from workflows.questionnaires.components import (
    Checkbox,
    Choice,
    Field,
    Moment,
    Money,
    MultipleChoice,
    Number,
    Rating,
    TextField,
)
from workflows.questionnaires.formulas import Scope
from workflows.questionnaires.limits import MAX_OPTIONS, MAX_TEXT
from workflows.questionnaires.options import offered

_NUMBER = re.compile(r"[+-]?[0-9]{1,24}(\.[0-9]{1,12})?")
# Written by people: 1 250.50 or 1'250.50; 1,250.50; and 12,5. A lone "1,250" could mean two things and is asked back.
_SPACED = re.compile(r"(?<=[0-9])[ '\u2019\u00a0\u202f](?=[0-9]{3}(?![0-9]))")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+\.[0-9]{1,12}")
_COMMA = re.compile(r"[+-]?[0-9]{1,24},[0-9]{1,2}")
_MOMENT = {
    "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "time": re.compile(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?"),
    "datetime": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?"),
}
# Databases refuse NUL, encoders refuse lone surrogates, and the other controls are never typed on purpose.
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Converted:
    """A typed value, and the sentence for the person when what was sent has no such type."""

    value: Any
    problem: str = ""


def convert(field: Field, sent: Any, scope: Scope) -> Converted:
    """The typed value of `sent`: str, Decimal, int, bool, date, time, datetime, list or money; empty stays empty."""
    return _CONVERTERS[type(field)](field, sent, scope)


def clean(text: str) -> str:
    """`text` with Unix line ends and without characters no database can store."""
    return _UNSTORABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _last(sent: Any) -> Any:
    # A name that was sent more than once, as browsers do for a check box with its hidden twin: the last one counts.
    if isinstance(sent, list | tuple):
        return sent[-1] if sent else None
    return sent


def _word(sent: Any) -> str:
    sent = _last(sent)
    if isinstance(sent, bool) or not isinstance(sent, str | int | float | Decimal):
        return ""
    return clean(format(sent, "f") if isinstance(sent, Decimal) else str(sent)).strip()


def _text(field: TextField, sent: Any, _scope: Scope) -> Converted:
    sent = _last(sent)
    text = clean(sent) if isinstance(sent, str) else _word(sent)
    if field.type == "textfield":
        text = " ".join(text.split("\n")).strip()
    problem = f"This text has {len(text):,} characters; at most {MAX_TEXT:,} can be kept. Please shorten it."
    return Converted(text, problem if len(text) > MAX_TEXT else "")


def _number(_field: Field, sent: Any, _scope: Scope) -> Converted:
    word = _plain_number(_word(sent))
    if not word:
        return Converted(None)
    if not _NUMBER.fullmatch(word):
        return Converted(None, "This is not a number we can read. Write digits and a point, such as 1250.50.")
    return Converted(Decimal(word))


def _plain_number(word: str) -> str:
    word = _SPACED.sub("", word)
    if _GROUPED.fullmatch(word):
        return word.replace(",", "")
    return word.replace(",", ".") if _COMMA.fullmatch(word) else word


def _money(field: Money, sent: Any, scope: Scope) -> Converted:
    sent = sent if isinstance(sent, Mapping) else {"amount": sent}
    amount = _number(field, sent.get("amount"), scope)
    if amount.value is None:
        return amount
    known = currencies(field, scope)
    currency = _word(sent.get("currency")) or (known[0] if known else "")
    if currency not in known:
        return Converted(None, "Choose one of the currencies offered.")
    return Converted({"amount": amount.value, "currency": currency})


def currencies(field: Money, scope: Scope) -> tuple[str, ...]:
    """The currencies on offer, the proposed one first."""
    if isinstance(field.currencies, tuple):
        return field.currencies
    given = field.currencies.evaluate(scope)
    codes = given if isinstance(given, list) else [given]
    return tuple(code for code in codes if isinstance(code, str) and re.fullmatch("[A-Z]{3}", code))


def _rating(field: Rating, sent: Any, _scope: Scope) -> Converted:
    word = _word(sent)
    if not word:
        return Converted(None)
    if not re.fullmatch("[0-9]{1,2}", word) or not 1 <= int(word) <= field.points:
        return Converted(None, f"Choose a point from 1 to {field.points}.")
    return Converted(int(word))


def _checkbox(_field: Field, sent: Any, _scope: Scope) -> Converted:
    return Converted(_last(sent) in (True, "true", "on", "1", "yes"))


def _choice(field: Choice, sent: Any, scope: Scope) -> Converted:
    word = _option_word(_last(sent))
    if not word:
        return Converted(None)
    for option in offered(field.options, scope):
        if _option_word(option.value) == word:
            return Converted(option.value)
    return Converted(None, "This choice is not offered. Please choose one of the options.")


def _choices(field: MultipleChoice, sent: Any, scope: Scope) -> Converted:
    entries = sent if isinstance(sent, list | tuple) else [sent]
    words = {_option_word(entry) for entry in entries[:MAX_OPTIONS]} - {""}
    chosen = [option.value for option in offered(field.options, scope) if _option_word(option.value) in words]
    problem = (
        "One of these choices is not offered. Please choose among the options." if len(chosen) < len(words) else ""
    )
    return Converted(chosen, problem)


def _option_word(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _word(value)


def _moment(field: Moment, sent: Any, _scope: Scope) -> Converted:
    sent = _last(sent)
    if isinstance(sent, date | time):
        sent = sent.isoformat()
    word = _word(sent)
    if not word:
        return Converted(None)
    if _MOMENT[field.subtype].fullmatch(word):
        try:
            return Converted(_MOMENT_TYPES[field.subtype].fromisoformat(word))
        except ValueError:
            pass
    example = {"date": "a day such as 2027-03-31", "time": "a time such as 14:30"}.get(field.subtype)
    return Converted(None, f"Please give {example or 'a day and a time such as 2027-03-31T14:30'}.")


_MOMENT_TYPES: dict[str, type[date] | type[time]] = {"date": date, "time": time, "datetime": datetime}

_CONVERTERS: dict[type[Field], Callable[[Any, Any, Scope], Converted]] = {
    TextField: _text,
    Number: _number,
    Money: _money,
    Rating: _rating,
    Checkbox: _checkbox,
    Choice: _choice,
    MultipleChoice: _choices,
    Moment: _moment,
}


def is_empty(value: Any) -> bool:
    """True for a value that answers nothing: no text, no number, no choice, an unticked box."""
    return value is None or value is False or value == [] or (isinstance(value, str) and not value.strip())


def to_json(value: Any) -> Any:
    """A typed value as JSON: decimals as exact text, days and times in ISO 8601."""
    match value:
        case Decimal():
            return format(value, "f")
        case datetime() | time():
            return value.isoformat(timespec="minutes" if not value.second else "seconds")
        case date():
            return value.isoformat()
        case list():
            return [to_json(item) for item in value]
        case dict():
            return {name: to_json(item) for name, item in value.items()}
        case _:
            return value
