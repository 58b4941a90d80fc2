"""Models drawn to hang the server or fill its memory: loaded, checked and refused in good time."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from engine import dmn, feel
from tests.engine.dmn.drawing import column, decision, input_data, model, output, table, text
from tests.engine.patience import is_within

MOST_SECONDS = 1.5


def columns(count: int) -> list[str]:
    return [column(f"x{number}", "number") for number in range(count)]


def wide_table(rows: int, inputs: int, cell: str) -> str:
    drawn = [
        [cell.format(row=row, at=at, sum=(row * 7 + at * 3) % 40) for at in range(inputs)] + ["1"]
        for row in range(rows)
    ]
    return model(decision("d", table("UNIQUE", columns(inputs), [output("o")], drawn)))


def nested_types(name: str, depth: int) -> list[str]:
    """Each type holds the next one twice: written out, 2 to the power of the depth."""
    return [
        f'<itemDefinition name="{name}{at}"><itemComponent name="a"><typeRef>{name}{at + 1}</typeRef></itemComponent>'
        f'<itemComponent name="b"><typeRef>{name}{at + 1}</typeRef></itemComponent></itemDefinition>'
        for at in range(depth)
    ]


MODELS = {
    "many columns": wide_table(60, 15, "> {sum}"),
    "many rows": wide_table(2000, 3, "{row}{at}"),
    "long cells": model(
        decision(
            "d",
            table(
                "UNIQUE",
                columns(2),
                [output("o")],
                [(",".join(map(str, range(r, r + 400))), "-", "1") for r in range(60)],
            ),
        )
    ),
    "very long cells": model(
        decision(
            "d",
            table(
                "UNIQUE",
                columns(2),
                [output("o")],
                [(",".join(map(str, range(r, r + 900))), "-", "1") for r in range(100)],
            ),
        )
    ),
    "everything needs everything": model(
        *[decision(f"d{at}", text("1"), needs=[f"!d{other}" for other in range(100)]) for at in range(100)]
    ),
    "a long circle": model(*[decision(f"d{at}", text("1"), needs=[f"!d{(at + 1) % 400}"]) for at in range(400)]),
    "thousands of unreadable texts": model(
        input_data("a"), *[decision(f"d{at}", text(f"a a {at}")) for at in range(3000)]
    ),
    "thousands of unknown names": model(
        *[input_data(f"input{at}") for at in range(2000)],
        *[decision(f"d{at}", text(" + ".join(f"inptu{at}x{n}" for n in range(60)))) for at in range(200)],
    ),
    "types within types": model(*nested_types("t", 40), input_data("x", "t0"), decision("d", text("x"), needs=["x"])),
}


def seconds(act: Callable[[], object]) -> float:
    """How long it worked until it was done or refused."""
    start = time.process_time()
    with suppress(feel.FeelError):
        act()
    return time.process_time() - start


@pytest.mark.parametrize("name", MODELS)
def test_a_hostile_model_is_loaded_checked_and_asked_in_time(name: str) -> None:
    assert is_within(seconds(lambda: dmn.load(MODELS[name])), MOST_SECONDS)

    with suppress(dmn.DmnFileError):
        made = dmn.load(MODELS[name])
        assert is_within(seconds(made.check), MOST_SECONDS)
        assert is_within(seconds(lambda: made.evaluate("d", {"x0": 1, "x1": 1, "x2": 1})), MOST_SECONDS)


def test_types_that_hold_each_other_too_often_are_refused() -> None:
    with pytest.raises(dmn.DmnFileError, match="has too many parts"):
        dmn.load(MODELS["types within types"])


def test_a_type_may_hold_itself() -> None:
    drawn = model(
        '<itemDefinition name="t"><itemComponent name="below"><typeRef>t</typeRef></itemComponent></itemDefinition>',
        input_data("x", "t"),
        decision("d", text("x.below.below"), needs=["x"]),
    )

    assert dmn.load(drawn).evaluate("d", {"x": {"below": {"below": 3}}}).value == 3


def test_a_circle_is_found_in_every_decision_of_it() -> None:
    found = dmn.load(MODELS["a long circle"]).check()

    assert len([finding for finding in found if finding.problem == "circle"]) == 400
