"""What a person reads when a rule is wrong: what happened, why, and what to do."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from engine import feel

DATA: dict[str, Any] = {
    "rating": 4,
    "grade": "E1",
    "employee": {"name": "Anna", "grade": "E1"},
    "hire_date": date(2024, 1, 10),
    "reviews": [{"rating": 3}],
    "budget": 0,
    "bonus": None,
}

UNREADABLE = {
    "rating => 3": "two comparison signs. Write one =, or >= and <=",
    "rating == 3": "two comparison signs",
    "> 3": "A value is missing before '>'. Write what is compared before it, for example rating > 3.",
    "rating >": "stops too early: a value is missing at the end",
    "rating > 3 &&": "'&' has no meaning here. Write \"and\"",
    "rating ≥ 3": "Write >= for 'at least'",
    "grade = 'E1'": "Put text between double quotation marks",
    "grade = ‘E1’": "Put text between double quotation marks",
    'grade = "E1': "no closing quotation mark",
    "if rating > 3 then 1": "'else' is missing after 'then' (every 'if' needs one); here stands the end",
    "(rating > 3": "')' is missing to close the bracket",
    "[1, 2": "']' is missing to close the list",
    "rating 3": "Is an operator (such as 'and' or '+') missing before it",
    "for x in reviews": "'return' is missing in 'for ... in ... return ...'",
    "rating > 3;": "Leave it out: an expression has no end mark",
    "/* rating": "This comment has no end",
    "1e7000": "This number is too large",
    "employee.": "name of a field is missing after the dot",
    "5]": "was not expected here",
    "f(a: 1, 2)": "Either all values of a call are given by name, or none",
}
WRONG = {
    "ratng > 3": "'ratng' is not known here. Did you mean 'rating'?",
    "grade = approved": "'approved' is not known here. If it is a text, put it in quotation marks: \"approved\".",
    "employee.grad": "employee has no field 'grad' here. Did you mean 'grade'?",
    "employee.salary": "employee has no field 'salary' here. It has: name, grade.",
    "reviews.ratng": "No item of reviews has a field 'ratng'. Did you mean 'rating'?",
    "reviews[ratng > 3]": "'ratng' is not known here. Did you mean 'rating'?",
    "uper case(grade)": "Is an operator",
    "flaten(reviews)": "There is no function 'flaten'. Did you mean 'flatten'?",
    'rating > "3"': "rating is the number 4, but the right side is the text \"3\", so '>' has no result.",
    "rating = grade": 'rating is the number 4, but grade is the text "E1", so \'=\' has no result. number("...") makes',
    "hire_date > 3": "hire_date is a date, but the right side is the number 3",
    "hire_date + 90": 'Write a span of time as duration("P90D").',
    "100 / budget": "budget is 0, and nothing can be divided by 0. Test for 0 first",
    "rating and true": "'and' needs true or false, but here is the number 4. Compare it with something",
    "if grade then 1 else 2": "'if' needs true or false, but here is the text \"E1\"",
    "substring(grade, 9)": "'substring' has no result: the start lies outside of the text",
    "upper case(rating)": "'upper case' needs text for 'string', but it is the number 4",
    "substring(grade)": "'substring' does not take one value. Write substring(string, start position, length)",
    'date("31.03.2026")': "'31.03.2026' is not a date; write for example 2026-03-31",
    'duration("2 weeks")': "'2 weeks' is not a duration; write for example P14D",
    '@"soon"': '@"soon" is not a date, time or duration',
    "sum(reviews)": "'sum' has no result: the list holds a context, not only numbers",
    "rating(3)": "rating is the number 4 and cannot be called like a function",
    "rating.year": "rating is the number 4, which has no 'year'",
    "hire_date.hour": "hire_date is a date, which has no 'hour'. It has: year, month, day, weekday.",
    "reviews[grade]": 'A filter needs true or false, or a place in the list, but here is the text "E1"',
    "1 instance of money": "There is no type 'money'",
    "[5..1]": "A range cannot run from the number 5 down to the number 1",
    '-duration("P999999999DT1S")': "'-' has no result: the duration is too long",
    "sqrt(-1)": "a number below 0 has no square root",
    'matches("a", "(a")': "is not a pattern that can be used here",
}


@pytest.mark.parametrize(("text", "message"), UNREADABLE.items())
def test_a_text_that_is_no_expression_is_explained(text: str, message: str) -> None:
    with pytest.raises(feel.FeelSyntaxError) as told:
        feel.compile(text)

    assert message in str(told.value)
    assert told.value.position is not None
    assert told.value.pointer().endswith("^")


@pytest.mark.parametrize(("text", "message"), WRONG.items())
def test_a_wrong_rule_is_explained(text: str, message: str) -> None:
    with pytest.raises(feel.FeelError) as told:
        feel.compile(text).evaluate(DATA)

    assert message in str(told.value)
    assert told.value.text == text
    assert not isinstance(told.value, feel.FeelLimitError)


@pytest.mark.parametrize("text", [text for text in WRONG if text != "uper case(grade)"])
def test_the_standard_mode_answers_the_same_with_null(text: str) -> None:
    assert feel.compile(text).evaluate(DATA, strict=False) in (None, False, 2, [], [None])


def test_what_is_empty_is_null_and_not_an_error() -> None:
    """A field that nobody filled in is not a mistake of the rule."""
    for text in (
        "bonus > 3",
        "bonus + 1",
        "bonus.amount",
        "-bonus",
        "upper case(bonus)",
        "reviews[7]",
        "bonus and true",
    ):
        assert feel.compile(text).evaluate(DATA) is None, text


def test_a_condition_gives_true_or_false() -> None:
    assert feel.evaluate_condition("rating > 3", DATA) is True
    assert feel.evaluate_condition(feel.compile("rating > 9"), DATA) is False


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rating", "must give true or false, but it gives the number 4"),
        ("bonus > 3", "gives neither true nor false. bonus is empty, so '>' has no result. Fill the field in"),
        ("bonus", "gives neither true nor false. It gives an empty value"),
        ("rating > 3 and bonus > 1", "bonus is empty, so '>' has no result"),
    ],
)
def test_a_condition_that_decides_nothing_is_an_error(text: str, message: str) -> None:
    with pytest.raises(feel.FeelTypeError) as told:
        feel.evaluate_condition(text, DATA)

    assert message in str(told.value)


def test_a_field_that_some_items_lack_is_empty_for_them() -> None:
    """Never the name of the same spelling outside of the list: that would let every item pass."""
    data = {"rating": 5, "reviews": [{"rating": 3}, {}]}

    assert feel.compile("reviews[rating > 2]").evaluate(data) == [{"rating": 3}]


def test_whether_a_name_is_there_can_be_asked() -> None:
    assert feel.compile("is defined(rating) and not(is defined(ratng))").evaluate(DATA) is True


def test_data_of_foreign_kinds_are_refused() -> None:
    with pytest.raises(feel.FeelTypeError, match="a kind that rules cannot use"):
        feel.compile("x = 1").evaluate({"x": object()})


def test_numbers_from_outside_become_decimals() -> None:
    values = {"a": 0.1, "b": 2, "c": True, "d": float("nan"), "e": 10**40, "f": 10**7000}

    assert str(feel.compile("a + b").evaluate(values)) == "2.1"
    assert feel.compile("c").evaluate(values) is True
    assert feel.compile("d").evaluate(values) is None
    assert feel.compile("e > 1").evaluate(values) is True
    assert feel.compile("f").evaluate(values) is None
