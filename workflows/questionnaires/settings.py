"""Reads one component's JSON: every getter gives a usable value and notes what is wrong instead of raising."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine import Finding
from engine.feel import FeelError
from workflows.questionnaires.components import Path, Setting
from workflows.questionnaires.formulas import Formula, Template, read_formula, read_template
from workflows.questionnaires.limits import MAX_KEY, MAX_LABEL, MAX_PROSE

# form-js allows \w and dots; a leading underscore is reserved for the buttons of the page.
_KEY = re.compile(r"[A-Za-z0-9]\w*(\.[A-Za-z0-9]\w*)*", re.ASCII)


class Settings:
    """The JSON object of a component (or of its `validate`) and the findings about it."""

    def __init__(self, raw: Mapping[str, Any], element: str, findings: list[Finding], component_id: str = "") -> None:
        self.raw = raw
        self.element = element
        self.component_id = component_id
        self.findings = findings

    def complain(self, problem: str, remedy: str) -> None:
        """Note something wrong with this component."""
        self.findings.append(Finding(self.element, problem, remedy, id=self.component_id))

    def inner(self, name: str) -> "Settings":
        """The settings in an object such as `validate`; empty when it is missing."""
        raw = self.raw.get(name) or {}
        if not isinstance(raw, Mapping):
            self.complain(f'"{name}" is not an object.', f'Write "{name}": {{…}} or leave it out.')
            raw = {}
        return Settings(raw, self.element, self.findings, self.component_id)

    def text(self, name: str, *, limit: int = MAX_LABEL) -> str:
        """A text, empty when missing."""
        value = self.raw.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.complain(f'"{name}" is not a text.', "Put it in quotation marks.")
            return ""
        if len(value) > limit:
            self.complain(f'"{name}" has {len(value):,} characters.', f"Shorten it to {limit:,}.")
            return ""
        return value

    def template(self, name: str, *, limit: int = MAX_LABEL) -> Template:
        """A text with `{{expressions}}`."""
        source = self.text(name, limit=limit)
        if "{{#" in source:
            self.complain(f'"{name}" contains a block such as {{{{#if}}}}.', "Use conditions on fields instead.")
            return Template()
        try:
            return read_template(source)
        except FeelError as error:
            self.complain(f'An expression in "{name}" cannot be read: {error}', "Correct the expression.")
            return Template()

    def prose(self, name: str) -> Template:
        """A long text with `{{expressions}}`."""
        return self.template(name, limit=MAX_PROSE)

    def formula(self, name: str, meaning: str) -> Formula | None:
        """A FEEL expression; `meaning` names it in complaints, for instance "The condition"."""
        source = self.text(name, limit=MAX_PROSE)
        if not source.strip():
            return None
        try:
            return read_formula(source)
        except FeelError as error:
            self.complain(f"{meaning} {source!r} cannot be read: {error}", "Correct the FEEL expression.")
            return None

    def flag(self, name: str) -> bool:
        """True or false, false when missing."""
        value = self.raw.get(name, False)
        if not isinstance(value, bool):
            self.complain(f'"{name}" is {value!r}.', "Write true or false.")
            return False
        return value

    def flag_or_formula(self, name: str) -> Formula | bool:
        """True, false, or a FEEL expression that says so."""
        if isinstance(self.raw.get(name), str):
            return self.formula(name, f'The expression of "{name}"') or False
        return self.flag(name)

    def whole(self, name: str, lowest: int, highest: int) -> int | None:
        """A whole number in a range, None when missing. Accepts `"4"` as form-js writes it at times."""
        value = self.decimal(name)
        if value is None:
            return None
        if value != value.to_integral_value() or not lowest <= value <= highest:
            self.complain(f'"{name}" is {value}.', f"Write a whole number from {lowest} to {highest}.")
            return None
        return int(value)

    def decimal(self, name: str) -> Decimal | None:
        """A number, None when missing."""
        value = self.raw.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, bool) and re.fullmatch(r"[+-]?[0-9]{1,18}(\.[0-9]{1,12})?", str(value)):
            return Decimal(str(value))
        self.complain(f'"{name}" is {value!r}.', "Write a number.")
        return None

    def limit(self, name: str) -> Setting:
        """A number, or a FEEL expression that gives one."""
        value = self.raw.get(name)
        if isinstance(value, str) and value.startswith("="):
            return self.formula(name, f'The expression of "{name}"')
        return self.decimal(name)

    def limits(self, low: str, high: str) -> tuple[Setting, Setting]:
        """A lower and an upper limit that leave room between them."""
        minimum, maximum = self.limit(low), self.limit(high)
        if isinstance(minimum, Decimal) and isinstance(maximum, Decimal) and minimum > maximum:
            self.complain(f'"{low}" {minimum} is more than "{high}" {maximum}.', "Swap or correct them.")
        return minimum, maximum

    def sizes(self, low: str, high: str, highest: int) -> tuple[int | None, int | None]:
        """A smallest and a largest number of entries."""
        minimum, maximum = self.whole(low, 0, highest), self.whole(high, 1, highest)
        if minimum is not None and maximum is not None and minimum > maximum:
            self.complain(f'"{low}" {minimum} is more than "{high}" {maximum}.', "Swap or correct them.")
        return minimum, maximum

    def one_of(self, name: str, allowed: tuple[str, ...]) -> str:
        """One of `allowed`, the first when missing."""
        value = self.text(name) or allowed[0]
        if value not in allowed:
            self.complain(f'"{name}" is {value!r}.', f"Use one of: {', '.join(word for word in allowed if word)}.")
            return allowed[0]
        return value

    def key(self, name: str) -> Path:
        """A dotted place for answers such as `overall_rating` or `next_year.wish`; empty when it is wrong."""
        value = self.text(name)
        if not value:
            self.complain(f"The {name} is missing.", f'Give the field a "{name}": the name its answer is stored under.')
        elif len(value) > MAX_KEY or not _KEY.fullmatch(value):
            self.complain(
                f"The {name} {value[:MAX_KEY]!r} cannot be used.",
                f"Use at most {MAX_KEY} letters, digits and underscores, not starting with an underscore.",
            )
        else:
            return tuple(value.split("."))
        return ()
