"""Test rows: what a decision should answer, kept in the model and tried whenever it is checked."""

from __future__ import annotations

from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import dmn, feel
from tests.engine.dmn.drawing import column, decision, input_data, model, output, table, text
from tests.workflows.people.cast import NOW

RATING, GRADE = column("rating", "number", label="Rating"), column("grade", "string", label="Grade")
ROWS = [("< 3", "-", "0", '"none"'), (">= 3", '"E1"', "0.02", '"plan"'), (">= 3", 'not("E1")', "0.03", '"plan"')]


def trial(name: str, given_: dict[str, str], expected: dict[str, str]) -> str:
    """A test row as XML."""
    said = [f"<rf:given name={quoteattr(key)}>{escape(value)}</rf:given>" for key, value in given_.items()]
    said += [f"<rf:expected name={quoteattr(key)}>{escape(value)}</rf:expected>" for key, value in expected.items()]
    return f'<rf:testRow id="t_{name}" name={quoteattr(name)}>{"".join(said)}</rf:testRow>'


def raise_model(*trials: str, policy: str = "UNIQUE", outputs: list[str] | None = None) -> dmn.Model:
    """A table that answers with raise and reason."""
    kept = f'<extensionElements xmlns:rf="urn:reviewflow:dmn:1">{"".join(trials)}</extensionElements>'
    drawn = table(policy, [RATING, GRADE], outputs or [output("raise", "number"), output("reason", "string")], ROWS)
    made = decision("raise", f"{kept}{drawn}", needs=["rating", "grade"], name="Raise")
    return dmn.load(model(input_data("rating", "number"), input_data("grade", "string"), made))


def problems(tried: dmn.Model) -> list[str]:
    return [verdict.problem for verdict in dmn.run_rows(tried, NOW)]


def test_a_test_row_holds_or_says_what_is_another() -> None:
    given_ = {"rating": "4", "grade": '"E2"'}
    tried = raise_model(
        trial("good", given_, {"raise": "0.03", "reason": '"plan"'}),
        trial("only one", given_, {"raise": "3 / 100", "reason": ""}),
        trial("wrong", given_, {"raise": "0.02", "reason": '"none"'}),
        trial("unknown", given_, {"bonus": "1"}),
    )

    assert problems(tried) == [
        "",
        "",
        'raise should be 0.02, but is 0.03; reason should be "none", but is "plan".',
        "bonus should be 1, but is no answer of it.",
    ]
    verdict = dmn.run_rows(tried, NOW)[2]
    assert (verdict.row.title, verdict.wrong) == ("test row 3 “wrong”", ("raise", "reason"))
    assert verdict.trial.result is not None
    assert verdict.trial.result.matched_rows == (3,)


def test_no_row_that_holds_is_an_empty_answer() -> None:
    tried = raise_model(trial("none", {}, {"raise": "null"}), trial("other", {}, {"raise": "0"}))

    assert problems(tried) == ["", "raise should be 0, but is nothing."]


def test_what_cannot_be_read_or_decided_is_told() -> None:
    tried = raise_model(
        trial("bare", {"rating": "4", "grade": "E 1 ("}, {"raise": "1"}),
        trial("kind", {"rating": '"four"'}, {"raise": "1"}),
        trial("silent", {"rating": "4"}, {}),
        trial("expected", {"rating": "1"}, {"raise": "1 +"}),
    )

    said = problems(tried)
    assert "“E 1 (” for grade cannot be read" in said[0]
    assert "Write texts in double quotes" in said[0]
    assert "does not fit the type number" in said[1]
    assert said[2] == "It does not say what is expected."
    assert "“1 +” for raise cannot be read" in said[3]


def test_a_table_that_gives_a_list_is_compared_answer_by_answer() -> None:
    expected = {"raise": "[0.02]", "reason": '["plan"]'}

    assert problems(raise_model(trial("x", {"rating": "3", "grade": '"E1"'}, expected), policy="COLLECT")) == [""]


def test_a_decision_without_names_answers_answer() -> None:
    kept = f'<extensionElements xmlns:rf="urn:reviewflow:dmn:1">{trial("x", {"a": "2"}, {"answer": "3"})}'
    tried = dmn.load(model(decision("more", f"{kept}</extensionElements>{text('a + 1')}")))

    assert dmn.answered(tried, "more") == ("answer",)
    assert dmn.asked(tried) == {"a": None}
    assert problems(tried) == [""]


def test_a_model_asks_what_no_part_of_it_gives() -> None:
    first = decision("base", text("salary * 0.1"))
    second = decision("bonus", table("FIRST", [RATING, column("base")], [output("o")], [("-", "-", "base")]))
    types = feel.Dictionary({"salary": "number", "rating": "number"})

    assert {
        name: kind.name if kind else "" for name, kind in dmn.asked(dmn.load(model(first, second), types=types)).items()
    } == {
        "salary": "number",
        "rating": "number",
    }


@pytest.mark.parametrize("text_", ["<x/>", "a < b & c", '"]]>"'])
def test_findings_name_the_row_in_the_file(text_: str) -> None:
    made = raise_model(trial("odd", {"rating": text_}, {"raise": "1"}))

    assert [verdict.row.id for verdict in dmn.run_rows(made, NOW)] == ["t_odd"]


@given(st.decimals(0, 10, places=2), st.sampled_from(["E1", "E2", 'say "hi"', "back\\slash"]))
def test_what_a_trial_shows_is_right_as_a_test_row(rating: Decimal, grade: str) -> None:
    given_ = {"rating": str(rating), "grade": '"' + grade.replace("\\", "\\\\").replace('"', '\\"') + '"'}
    tried = dmn.try_out(raise_model(), "raise", given_, NOW)

    assert problems(raise_model(trial("kept", given_, tried.shown))) == [""]
    assert dmn.try_out(raise_model(), "raise", given_, NOW) == tried


def test_ids_of_cells_and_rows_are_told() -> None:
    drawn = table("UNIQUE", [RATING], [output("o")], [("< 3", "1"), ("< 4", "2"), ("< (", "3")])
    for number in range(1, 4):
        drawn = drawn.replace("<rule>", f'<rule id="rule_{number}">', 1)
        drawn = drawn.replace("<inputEntry>", f'<inputEntry id="cell_{number}">', 1)
    found = dmn.load(model(input_data("rating", "number"), decision("d", drawn, needs=["rating"]))).check()

    assert [(one.problem, one.id) for one in found] == [("syntax", "cell_3"), ("overlap", "rule_2")]
