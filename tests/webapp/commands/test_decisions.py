"""reviewflow feel and decide."""

from importlib.resources import files
from typing import Any

import pytest

from tests.webapp.commands.conftest import Program

TABLE = str(files("bpmn").joinpath("annual_review", "decisions", "reward_approval.dmn"))


@pytest.mark.parametrize(
    ("expression", "data", "value"),
    [
        ("1 + 2 * rating", '{"rating": 4}', 9),
        ("0.1 + 0.2", "{}", "0.3"),
        ("share * 3", '{"share": 0.1}', "0.3"),
        ('if rating > 3 then "good" else null', '{"rating": 2}', None),
        ('duration("P14D")', "{}", "P14D"),
    ],
)
def test_an_expression_is_worked_out_exactly(reviewflow: Program, expression: str, data: str, value: object) -> None:
    assert reviewflow("feel", expression, "--data", data).json == value


def test_a_wrong_expression_is_pointed_at(reviewflow: Program) -> None:
    ended = reviewflow("feel", "1 + * 2")
    assert ended.code == 1
    assert ended.err.splitlines()[-2:] == ["1 + * 2", "    ^"]


@pytest.mark.parametrize("data", ["{rating: 4}", "[1, 2]"])
def test_data_that_are_no_json_object_are_wrong_usage(reviewflow: Program, data: str) -> None:
    ended = reviewflow("feel", "1", "--data", data)
    assert ended.code == 2
    assert "Invalid value for '--data'" in ended.err


def test_the_decisions_of_a_file_are_listed(reviewflow: Program) -> None:
    assert reviewflow("decide", TABLE).json == [{"id": "reward-approval", "name": "Reward approval"}]


def test_a_decision_is_made_and_traced(reviewflow: Program) -> None:
    data = '{"reward_kind": "promotion", "amount_percent": null, "new_grade": "E1"}'
    value: Any = reviewflow("decide", TABLE, "reward-approval", "--data", data).json
    traced: Any = reviewflow("decide", TABLE, "reward-approval", "--data", data, "--trace").json
    assert value["executive"] is True
    assert traced["value"] == value
    [table] = traced["trace"][0]["tables"]
    assert table["hit_policy"] == "FIRST"
    assert [row["row"] for row in table["rows"] if row["matched"]][:1] == table["decided"]


def test_an_unknown_decision_is_told(reviewflow: Program) -> None:
    ended = reviewflow("decide", TABLE, "reward")
    assert ended.code == 1
    assert "no decision 'reward'" in ended.err
