"""The data dictionary: stored text becomes values, and mistakes are found before a rule is used."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine import feel
from engine.feel import Dictionary, Field

DICTIONARY = Dictionary(
    {
        "rating": Field("number", label="Overall rating", example="4"),
        "grade": "text",
        "approved": "boolean",
        "notice": "duration",
        "amount": "number",
        "hire date": {"type": "date", "label": "Hired on"},
        "closed at": "date and time",
        "employee.grade": "string",
        "employee.contract end": "date",
        "holidays": "list<date>",
        "goals": "list",
        "goals.weight": "number",
        "goals.due": "date",
    }
)


def evaluate(text: str, **data: Any) -> Any:
    return feel.compile(text, types=DICTIONARY).evaluate(
        {name.replace("_", " "): value for name, value in data.items()}
    )


def test_stored_text_becomes_a_value() -> None:
    assert evaluate("hire date", hire_date="2024-01-10") == date(2024, 1, 10)
    assert evaluate("closed at", closed_at="2026-01-31T09:00:00Z") == datetime(2026, 1, 31, 9, tzinfo=UTC)
    assert evaluate("notice", notice="P14D") == timedelta(days=14)
    assert evaluate("amount * 2", amount="8.50") == Decimal("17.00")
    assert evaluate("holidays[1].year", holidays=["2026-12-25", "2026-12-26"]) == 2026


def test_text_inside_of_contexts_and_lists_becomes_a_value_too() -> None:
    goals = [{"weight": "40", "due": "2026-06-30"}, {"weight": 60}]

    assert evaluate("employee.contract end.month", employee={"contract end": "2027-03-31"}) == 3
    assert evaluate("sum(goals.weight)", goals=goals) == 100
    assert evaluate('count(goals[due < date("2026-12-31")])', goals=goals) == 1
    assert evaluate("some g in goals satisfies g.due = null", goals=goals) is True


def test_the_data_are_left_as_they_are() -> None:
    goals = [{"weight": "40"}]

    evaluate("sum(goals.weight)", goals=goals)

    assert goals == [{"weight": "40"}]


def test_values_that_are_values_already_stay() -> None:
    assert evaluate("hire date", hire_date=date(2024, 1, 10)) == date(2024, 1, 10)
    assert evaluate("amount", amount=Decimal("8.5")) == Decimal("8.5")


def test_a_declared_field_without_value_is_null() -> None:
    assert evaluate("rating") is None
    assert evaluate("employee.grade") is None
    assert evaluate("employee.grade = null", employee={}) is True
    assert evaluate("hire date", hire_date="") is None


def test_a_name_that_is_not_declared_and_not_there_is_an_error() -> None:
    with pytest.raises(feel.FeelNameError, match="'ratng' is not known here"):
        evaluate("ratng > 3", rating=4)


def test_text_that_is_not_what_was_declared_is_an_error() -> None:
    with pytest.raises(feel.FeelValueError, match='hire date should be a date, but the data hold the text "soon"'):
        evaluate("hire date", hire_date="soon")


def test_a_type_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(feel.FeelSyntaxError):
        Dictionary({"rating": "list<"})


MISTAKES = {
    "ratng > 3": "'ratng' is not known here. Did you mean 'rating'?",
    "hire dat > today()": "'dat' was not expected here. Did you mean 'hire date'?",
    "rating >": "The expression stops too early: a value is missing at the end.",
    'rating > "four"': "'>' cannot take a number and text together. Use two values of one kind.",
    'hire date < "2026-01-01"': "'<' cannot take a date and text together. Use two values of one kind.",
    "employee.grad": "employee has no field 'grad'. Did you mean 'grade'?",
    "rating and approved": "'and' needs true or false, but rating is a number. Compare it with something, "
    "for example with = or >.",
    "if grade then 1 else 2": "'if' needs true or false, but grade is text. Compare it with something, "
    "for example with = or >.",
    "goals[wieght > 3]": "'wieght' is not known here. Did you mean 'weight'?",
    "sum(goals.wieght)": "goals has no field 'wieght'. Did you mean 'weight'?",
    'some g in goals satisfies g.due > "x"': "'>' cannot take a date and text together. Use two values of one kind.",
    "hire date + 3": "'+' cannot take a date and a number together. Use two values of one kind.",
    "uppercase(grade)": "There is no function 'uppercase'. Did you mean 'upper case'?",
    "upper case(rating)": "'upper case' needs text for 'string', not a number.",
    "substring(grade)": "'substring' does not take one value. Write substring(string, start position, length).",
    '@"2026-02-30" > hire date': '@"2026-02-30" is not a date, time or duration.',
    "rating in [1..grade]": "the two ends of the range cannot take a number and text together. "
    "Use two values of one kind.",
    'rating in ("a", 4)': "'=' cannot take a number and text together. Use two values of one kind.",
}
RIGHT = [
    'rating >= 4 and grade = "E1"',
    "approved or rating > 1",
    "count(goals[weight > 10 and due > hire date]) > 0",
    "for g in goals return g.weight * 2",
    "every g in goals satisfies g.weight > 0",
    "{a: rating, b: a + 1}.b > 3",
    "(function(x: number) x + rating)(2)",
    "employee.contract end.year - hire date.year",
    "count(holidays) > 1 and holidays[1] > hire date",
    "sort(goals, function(a, b) a.weight < b.weight)[1].due",
    "years and months duration(hire date, closed at).years",
    "if approved then notice else null",
    'closed at - duration("P1D") > closed at',
]


@pytest.mark.parametrize(("text", "message"), MISTAKES.items())
def test_a_mistake_is_found_without_data(text: str, message: str) -> None:
    assert [str(finding) for finding in feel.check(text, DICTIONARY)] == [message]


@pytest.mark.parametrize("text", RIGHT)
def test_a_right_rule_has_no_findings(text: str) -> None:
    assert feel.check(text, DICTIONARY) == []


def test_a_condition_must_be_of_the_wanted_type() -> None:
    found = feel.check("rating + 1", DICTIONARY, wanted="boolean")

    assert [str(finding) for finding in found] == ["The result should be yes or no, but it is a number."]


def test_several_mistakes_are_found_at_once() -> None:
    found = feel.check("ratng > 3 and grad = 1", DICTIONARY)

    assert [(finding.position, finding.hint) for finding in found] == [
        (0, "Did you mean 'rating'?"),
        (14, "Did you mean 'grade'?"),
    ]


def test_checking_a_long_list_of_mistakes_takes_no_long_time() -> None:
    """Searching a similar name for each of thousands would."""
    many = Dictionary({f"field number {number}": "number" for number in range(2000)})

    assert len(feel.check(" + ".join(f"name{n}" for n in range(150)), many)) == 20
