"""From the flat names a browser posts to nested answers: `goals[0].title` becomes `{"goals": [{"title": …}]}`."""

import re
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from workflows.questionnaires import SubmissionRefused
from workflows.questionnaires.limits import MAX_NESTING, MAX_ROWS, MAX_SUBMITTED_CHARACTERS, MAX_SUBMITTED_NAMES

# Names that start with an underscore are buttons of the page.
REFRESH, ADD, REMOVE = "_refresh", "_add", "_remove"
_NAME = re.compile(
    r"[A-Za-z0-9]\w{0,99}(?:\[[0-9]{1,5}\])?(?:\.[A-Za-z0-9]\w{0,99}(?:\[[0-9]{1,5}\])?)*(?:\[\])?", re.ASCII
)
_ROW = re.compile(r"[0-9]{1,5}")
_STEP = re.compile(r"(\w+)(?:\[([0-9]+)\])?")
_MAX_STEPS = 2 * MAX_NESTING

Answers = dict[str, Any]


def read_submitted(form: MultiDict[str, str]) -> Answers:
    """The answers in a posted form, as texts; names that end in `[]` give lists of texts.

    Rows keep their order, gaps between their numbers are closed. Names no field can have, such as `csrf_token` or
    `_refresh`, are left out. Raises SubmissionRefused when there is more than a person can have written.
    """
    _refuse_floods(form)
    nested: dict[str | int, Any] = {}
    for name, texts in form.lists():
        if name != "csrf_token" and _NAME.fullmatch(name):
            _put(nested, name.removesuffix("[]"), texts if name.endswith("[]") else texts[-1])
    answers: Answers = _close_gaps(nested)
    return answers


def _refuse_floods(form: MultiDict[str, str]) -> None:
    names = characters = 0
    for name, texts in form.lists():
        names += len(texts)
        characters += len(name) + sum(len(text) for text in texts)
    if names > MAX_SUBMITTED_NAMES or characters > MAX_SUBMITTED_CHARACTERS:
        raise SubmissionRefused(
            f"This form was sent with {names:,} entries and {characters:,} characters; at most {MAX_SUBMITTED_NAMES:,} "
            f"and {MAX_SUBMITTED_CHARACTERS:,} are read. Please shorten your answers and send it again."
        )


class _Rows(dict[str | int, Any]):
    """Rows by the number they were posted under."""


def _put(nested: dict[str | int, Any], name: str, value: Any) -> None:
    steps: list[tuple[str | int, type[dict[str | int, Any]]]] = []
    for key, number in _STEP.findall(name):
        steps.append((key, _Rows if number else dict))
        if number:
            steps.append((int(number), dict))
    if len(steps) > _MAX_STEPS:
        return
    place = nested
    for step, kind in steps[:-1]:
        inner = place.setdefault(step, kind())
        if type(inner) is not kind:
            return
        place = inner
    place.setdefault(steps[-1][0], value)


def _close_gaps(place: Any) -> Any:
    if isinstance(place, _Rows):
        return [_close_gaps(row) for _, row in sorted(place.items(), key=lambda item: int(item[0]))]
    if isinstance(place, dict):
        return {name: _close_gaps(value) for name, value in place.items()}
    return place


def apply_buttons(form: MultiDict[str, str], answers: Answers) -> bool:
    """Carry out the buttons that only rearrange the page: add a row, remove one, bring conditions up to date.

    Changes `answers` in place. True when such a button was pressed: show the form again, submit nothing.
    """
    if name := form.get(ADD):
        rows = _rows_at(answers, name, create=True)
        if rows is not None and len(rows) < MAX_ROWS:
            rows.append({})
        return True
    if name := form.get(REMOVE):
        path, _, number = name.removesuffix("]").rpartition("[")
        rows = _rows_at(answers, path, create=False)
        if rows is not None and _ROW.fullmatch(number) and int(number) < len(rows):
            del rows[int(number)]
        return True
    return REFRESH in form


def _rows_at(answers: Answers, name: str, *, create: bool) -> list[Any] | None:
    if not _NAME.fullmatch(name) or "[" in name:
        return None
    *steps, last = name.split(".")
    place: Any = answers
    for step in steps:
        place = place.setdefault(step, {}) if create and isinstance(place, dict) else _get(place, step)
    rows = place.setdefault(last, []) if create and isinstance(place, dict) else _get(place, last)
    return rows if isinstance(rows, list) else None


def _get(place: Any, step: str) -> Any:
    return place.get(step) if isinstance(place, Mapping) else None
