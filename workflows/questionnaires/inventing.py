"""Answers that a person could give to any form, chosen by a random generator that can be repeated.

Whoever plays a process without people asks here: dry runs, and the tests that play a whole company.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from random import Random
from typing import Any

from workflows.questionnaires.components import (
    Checkbox,
    Choice,
    Component,
    Field,
    GoalList,
    Group,
    Moment,
    Money,
    MultipleChoice,
    Number,
    Rating,
    RowList,
    TextField,
)
from workflows.questionnaires.conversion import currencies
from workflows.questionnaires.options import offered
from workflows.questionnaires.questionnaire import Questionnaire
from workflows.questionnaires.rules import limit_of
from workflows.questionnaires.slots import Tree, put

SENTENCE = "She finished what was planned, helped two colleagues, and wants to learn more about the customers. "
RATINGS = (3, 10, 50, 28, 9)
YES, MOSTLY_YES = "approve", 0.9
USUAL_NUMBER = 3
"""Given where neither a spread nor a limit of the form says more."""


@dataclass(frozen=True)
class Leanings:
    """What people tend to answer, by the key of the question.

    `choices` weighs options, `numbers` gives least, likely and most of a figure; `ratings` weighs the points of any
    scale from 1 on, and `no_rating` is the share of optional ratings that are left out.
    """

    choices: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    numbers: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    ratings: Sequence[float] = RATINGS
    no_rating: float = 0.0


def invent(
    questionnaire: Questionnaire,
    chance: Random,
    today: date,
    *,
    leanings: Leanings | None = None,
    context: Mapping[str, Any] | None = None,
) -> Tree:
    """An answer to every question of the form, hidden ones too: the check of the form drops what it does not show.

    `context` is what formulas of the form see besides the answers.
    """
    inventor = _Inventor(chance, today, leanings or Leanings(), context or {})
    inventor.fill(questionnaire.components, ())
    return inventor.answers


class _Inventor:
    def __init__(self, chance: Random, today: date, leanings: Leanings, context: Mapping[str, Any]) -> None:
        self.chance = chance
        self.today = today
        self.leanings = leanings
        self.context = context
        self.answers: Tree = {}

    def fill(self, components: Sequence[Component], prefix: tuple[str | int, ...]) -> None:
        for component in components:
            if isinstance(component, RowList):
                self._fill_rows(component, prefix + component.key)
            elif isinstance(component, Group):
                self.fill(component.components, prefix + component.path)
            elif isinstance(component, Field) and not component.disabled:
                put(self.answers, prefix + component.key, self._answer(component))

    def _fill_rows(self, rows: RowList, path: tuple[str | int, ...]) -> None:
        count = max(1, rows.min_items or rows.default_rows)
        count = min(count, rows.max_items) if rows.max_items else count
        put(self.answers, path, [{} for _ in range(count)])
        for number in range(count):
            self.fill(rows.components, (*path, number))
        if isinstance(rows, GoalList) and rows.total_weight is not None:
            share = (rows.total_weight / count).quantize(Decimal(1), ROUND_DOWN)
            for number in range(count):
                weight = rows.total_weight - share * (count - 1) if number == 0 else share
                put(self.answers, (*path, number, "weight"), weight)

    def _answer(self, asked: Field) -> Any:
        key = ".".join(str(part) for part in asked.key)
        match asked:
            case Number():
                return self._number(asked, key, asked.step, asked.decimal_digits)
            case Money():
                known = currencies(asked, self._scope())
                amount = self._number(asked, key, None, asked.decimal_digits)
                return {"amount": amount, "currency": known[0] if known else ""}
            case Choice():
                return self._choice(asked, key)
            case MultipleChoice():
                values = [option.value for option in offered(asked.options, self._scope())]
                return values[: asked.max_items] if asked.max_items else values
        return self._plain_answer(asked)

    def _plain_answer(self, asked: Field) -> Any:
        match asked:
            case Rating():
                return self._rating(asked)
            case Moment():
                return self._moment(asked)
            case TextField():
                return self._text(asked)
        return True if isinstance(asked, Checkbox) else None

    def _scope(self) -> Tree:
        return {**self.context, **self.answers}

    def _rating(self, asked: Rating) -> int | None:
        if not asked.required and self.chance.random() < self.leanings.no_rating:
            return None
        weights = [*self.leanings.ratings, *[0.0] * asked.points][: asked.points]
        points = range(1, asked.points + 1)
        return self.chance.choices(points, weights if sum(weights) else None)[0]

    def _number(self, asked: Number | Money, key: str, step: Decimal | None, digits: int | None) -> Decimal:
        scope = self._scope()
        lowest, highest = limit_of(asked.minimum, scope), limit_of(asked.maximum, scope)
        if key in self.leanings.numbers:
            low, likely, high = self.leanings.numbers[key]
            number = Decimal(str(round(self.chance.triangular(low, high, likely), 6)))
        else:
            number = Decimal(USUAL_NUMBER)
        number = number if lowest is None else max(number, lowest)
        number = number if highest is None else min(number, highest)
        if step:
            number -= number % step
        return number.quantize(Decimal(1).scaleb(-(2 if digits is None else digits)), ROUND_DOWN)

    def _choice(self, asked: Choice, key: str) -> Any:
        values = [option.value for option in offered(asked.options, self._scope())]
        if not values:
            return None
        weights = self.leanings.choices.get(key)
        if weights is None:
            return self._usual_choice(values)
        found = [weights.get(str(value), 0.0) for value in values]
        return self.chance.choices(values, found if sum(found) else None)[0]

    def _usual_choice(self, values: Sequence[Any]) -> Any:
        """Any of them; but where the question is whether to approve, people mostly do."""
        if YES not in values or len(values) == 1 or self.chance.random() < MOSTLY_YES:
            return YES if YES in values else self.chance.choice(values)
        return self.chance.choice([value for value in values if value != YES])

    def _moment(self, asked: Moment) -> str:
        # The first day of the month after the next: what is planned begins there, and it is never past.
        day = (self.today.replace(day=1) + timedelta(days=62)).replace(day=1)
        return {"date": f"{day}", "time": "10:00", "datetime": f"{day}T10:00"}[asked.subtype]

    def _text(self, asked: TextField) -> str:
        if asked.validation == "email":
            return "name@example.com"
        if asked.validation == "phone":
            return "+41 44 123 45 67"
        scope = self._scope()
        shortest, longest = limit_of(asked.min_length, scope), limit_of(asked.max_length, scope)
        text = SENTENCE * (int(shortest or 0) // len(SENTENCE) + 1)
        return text[: int(longest)].strip() if longest is not None else text.strip()
