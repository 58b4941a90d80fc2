"""Requirement graphs, knowledge models, services, boxed expressions, imports, and files from strangers."""

from __future__ import annotations

import time
from typing import Any

import pytest

from engine import dmn, feel
from tests.engine.dmn.drawing import column, decision, input_data, model, output, table, text
from tests.engine.patience import is_within

KNOWLEDGE = """<businessKnowledgeModel id="factor" name="factor"><variable name="factor"/><encapsulatedLogic>
  <formalParameter name="years" typeRef="number"/><formalParameter name="grade" typeRef="string"/>
  {logic}</encapsulatedLogic></businessKnowledgeModel>"""


def test_a_decision_uses_what_its_arrows_bring() -> None:
    made = dmn.load(
        model(
            input_data("salary", "number"),
            input_data("rating", "number"),
            decision("percent", text("if rating >= 4 then 8 else 3"), needs=["rating"], name="Raise in percent"),
            decision("raise", text("salary * percent / 100"), needs=["salary", "!percent"]),
        ).replace('name="Raise in percent"', 'name="percent"')
    )

    result = made.evaluate("raise", {"salary": 1000, "rating": 4})

    assert result.value == 80
    assert [(step.id, step.value) for step in result.trace] == [("percent", 8), ("raise", 80)]


def test_a_decision_is_found_by_name_and_by_id() -> None:
    made = dmn.load(model(decision("r1", text("1 + 1"), name="Raise  of pay")))

    assert made.evaluate("Raise of pay", {}).value == made.evaluate("r1", {}).value == 2
    assert made.decisions == [("r1", "Raise of pay")]
    with pytest.raises(dmn.DmnError, match="has no decision 'Raise of day'"):
        made.evaluate("Raise of day", {})


def test_a_decision_is_made_once_however_many_need_it() -> None:
    made = dmn.load(
        model(
            decision("base", text("1")),
            decision("left", text("base + 1"), needs=["!base"]),
            decision("right", text("base + 2"), needs=["!base"]),
            decision("top", text("left + right"), needs=["!left", "!right"]),
        )
    )

    result = made.evaluate("top", {})

    assert result.value == 5
    assert [step.id for step in result.trace] == ["base", "left", "right", "top"]


def test_decisions_that_need_each_other_are_refused() -> None:
    made = dmn.load(model(decision("a", text("b"), needs=["!b"]), decision("b", text("a"), needs=["!a"])))

    with pytest.raises(dmn.DmnError, match="'a' needs its own result, directly or through others"):
        made.evaluate("a", {})


def test_a_model_tells_what_goes_into_a_decision() -> None:
    made = dmn.load(
        model(
            input_data("rating", "number"),
            input_data("other"),
            decision("percent", text("rating"), needs=["rating"]),
            decision("top", text("percent"), needs=["!percent"]),
        )
    )

    assert {name: type_ and type_.name for name, type_ in made.input_types("top").items()} == {"rating": "number"}


def test_a_table_without_arrows_sees_all_inputs() -> None:
    """The table editor draws none, so in product use they are not asked for; in standard DMN they are."""
    drawn = model(decision("raise", table("FIRST", [column("rating")], [output("o")], [("> 3", "1"), ("-", "2")])))

    assert dmn.load(drawn).evaluate("raise", {"rating": 4}).value == 1
    assert dmn.load(drawn, standard=True).evaluate("raise", {"rating": 4}).value == 2


def test_an_input_that_was_not_given_is_empty() -> None:
    made = dmn.load(model(input_data("rating", "number"), decision("d", text("rating = null"), needs=["rating"])))

    assert made.evaluate("d", {}).value is True


@pytest.mark.parametrize(
    ("logic", "expected"),
    [
        (text('if grade = "E1" then years * 2 else years'), 6),
        (table("FIRST", [column("years"), column("grade")], [output("o")], [("> 2", '"E1"', "6"), ("-", "-", "0")]), 6),
        (
            "<context><contextEntry><variable name='double'/>"
            + text("years * 2")
            + "</contextEntry><contextEntry>"
            + text("double")
            + "</contextEntry></context>",
            6,
        ),
    ],
)
def test_a_knowledge_model_is_called_like_a_function(logic: str, expected: Any) -> None:
    made = dmn.load(model(KNOWLEDGE.format(logic=logic), decision("raise", text('factor(3, "E1")'), needs=["&factor"])))

    assert made.evaluate("raise", {}).value == expected
    assert made.evaluate("factor", {"years": 3, "grade": "E1"}).value == expected


def test_the_trace_holds_the_tables_of_knowledge_models() -> None:
    logic = table("FIRST", [column("years")], [output("o")], [("> 2", "6"), ("-", "0")])
    made = dmn.load(model(KNOWLEDGE.format(logic=logic), decision("raise", text('factor(3, "")'), needs=["&factor"])))

    (step,) = made.evaluate("raise", {}).trace

    assert [(ran.name, ran.matched) for ran in step.tables] == [("factor", (1,))]


SERVICE = """<decisionService id="service" name="service"><variable name="service"/>
  <outputDecision href="#top"/><inputDecision href="#percent"/><inputData href="#salary"/></decisionService>"""


def test_a_decision_service_replaces_its_input_decisions() -> None:
    made = dmn.load(
        model(
            input_data("salary", "number"),
            decision("percent", text("1 / 0")),
            decision("top", text("salary * percent"), needs=["salary", "!percent"]),
            SERVICE,
            decision("caller", text("service(1000, 2)"), needs=["&service"]),
        )
    )

    assert made.evaluate("service", {"salary": 1000, "percent": 3}).value == 3000
    assert made.evaluate("caller", {}).value == 2000


BOXED = {
    "list": (f"<list>{text('1')}{text('1 + 1')}</list>", [1, 2]),
    "relation": (
        f"<relation><column name='a'/><column name='b'/><row>{text('1')}{text('2')}</row></relation>",
        [{"a": 1, "b": 2}],
    ),
    "conditional": (
        f"<conditional><if>{text('rating > 3')}</if><then>{text('1')}</then><else>{text('2')}</else></conditional>",
        1,
    ),
    "filter": (f"<filter><in>{text('[1,2,3]')}</in><match>{text('item > 1')}</match></filter>", [2, 3]),
    "for": (f"<for iteratorVariable='i'><in>{text('1..3')}</in><return>{text('i * 2')}</return></for>", None),
    "for over a list": (
        f"<for iteratorVariable='i'><in>{text('[1,2,3]')}</in><return>{text('i * 2 + count(partial)')}</return></for>",
        [2, 5, 8],
    ),
    "some": (f"<some iteratorVariable='i'><in>{text('[1,2]')}</in><satisfies>{text('i > 1')}</satisfies></some>", True),
    "every": (
        f"<every iteratorVariable='i'><in>{text('[1,2]')}</in><satisfies>{text('i > 1')}</satisfies></every>",
        False,
    ),
    "function": (
        "<invocation><functionDefinition><formalParameter name='x'/>" + text("x + 1") + "</functionDefinition>"
        "<binding><parameter name='x'/>" + text("2") + "</binding></invocation>",
        3,
    ),
    "external function": ("<functionDefinition kind='Java'><formalParameter name='x'/></functionDefinition>", None),
}


@pytest.mark.parametrize("name", [name for name in BOXED if name not in ("for", "external function")])
def test_a_boxed_expression_gives_its_value(name: str) -> None:
    logic, expected = BOXED[name]
    made = dmn.load(model(input_data("rating"), decision("d", logic, needs=["rating"])))

    assert made.evaluate("d", {"rating": 4}).value == expected


@pytest.mark.parametrize(
    ("name", "message"), [("for", "cannot be read"), ("external function", "Java, which is not allowed")]
)
def test_a_boxed_expression_that_cannot_work_says_so(name: str, message: str) -> None:
    made = dmn.load(model(decision("d", BOXED[name][0])))

    with pytest.raises(feel.FeelError, match=message):
        made.evaluate("d", {})


TYPES = """<itemDefinition name="tGrade"><typeRef>string</typeRef>
<allowedValues><text>"E1","E2"</text></allowedValues></itemDefinition>
<itemDefinition name="tEmployee"><itemComponent name="hired on"><typeRef>date</typeRef></itemComponent>
<itemComponent name="grade"><typeRef>tGrade</typeRef></itemComponent></itemDefinition>
<itemDefinition name="tEmployees" isCollection="true"><typeRef>tEmployee</typeRef></itemDefinition>"""


def test_inputs_are_brought_into_their_types() -> None:
    made = dmn.load(
        model(TYPES, input_data("staff", "tEmployees"), decision("d", text("staff[1].grade"), needs=["staff"]))
    )

    assert made.evaluate("d", {"staff": {"hired on": None, "grade": "E1"}}).value == "E1"
    with pytest.raises(dmn.DmnError, match="The input staff is a list, which does not fit the type list<context>"):
        made.evaluate("d", {"staff": [{"hired on": None, "grade": "E7"}]})


def test_a_model_uses_another_under_the_name_of_the_import() -> None:
    lower = dmn.load(
        model(input_data("rating"), decision("percent", text("rating * 2"), needs=["rating"]), namespace="lower")
    )
    drawn = model(
        '<import name="base" namespace="lower" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>',
        decision("top", text("base.percent + 1"), needs=["!percent"]).replace("#percent", "lower#percent"),
    )

    made = dmn.load(drawn, imports=[lower])

    assert made.evaluate("top", {"base": {"rating": 4}}).value == 9


HOSTILE: dict[str, str | bytes] = {
    "a document type": '<!DOCTYPE definitions SYSTEM "file:///etc/passwd"><definitions/>',
    "entities": '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><definitions>&a;</definitions>',
    "entities that multiply": "<!DOCTYPE d ["
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "aaaaaaaaaa"}">' for n in range(12))
    + "]><definitions>&a11;</definitions>",
    "nesting": "<definitions>" + "<a>" * 200 + "</a>" * 200 + "</definitions>",
    "deep nesting": "<definitions>" + "<a>" * 100_000 + "</a>" * 100_000 + "</definitions>",
    "size": "<definitions>" + " " * 6_000_000 + "</definitions>",
    "another kind of file": "<html/>",
    "no XML": "hello",
    "nothing": "",
    "broken XML": "<definitions><decision></definitions>",
    "a document type in another encoding": '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><definitions/>'.encode(
        "utf-16"
    ),
    "the same id twice": model(decision("a", text("1")), decision("a", text("2"))),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_is_no_honest_model_is_refused(name: str) -> None:
    start = time.process_time()

    with pytest.raises(dmn.DmnFileError) as told:
        dmn.load(HOSTILE[name])

    assert len(str(told.value)) < 400
    assert is_within(time.process_time() - start, 1.5)


def test_a_decision_stays_within_its_budget() -> None:
    logic = (
        "<for iteratorVariable='i'><in>"
        + text("for i in 1..50000 return i")
        + "</in><return>"
        + text("count(for j in 1..50000 return j)")
        + "</return></for>"
    )
    made = dmn.load(model(decision("d", logic)))

    with pytest.raises(feel.FeelLimitError):
        made.evaluate("d", {})


def test_knowledge_that_calls_itself_for_ever_is_stopped() -> None:
    logic = text("factor(years + 1, grade)")
    made = dmn.load(
        model(
            KNOWLEDGE.format(logic=logic),
            decision("d", text('factor(1, "")'), needs=["&factor"]),
        )
    )

    with pytest.raises(feel.FeelError):
        made.evaluate("d", {})


def test_a_long_chain_of_decisions_is_stopped_or_made() -> None:
    chain = [decision("d0", text("0"))] + [
        decision(f"d{n}", text(f"d{n - 1} + 1"), needs=[f"!d{n - 1}"]) for n in range(1, 500)
    ]
    made = dmn.load(model(*chain))

    assert made.evaluate("d40", {}).value == 40
    with pytest.raises(feel.FeelLimitError, match="chain of decisions down to 'd439' is too long"):
        made.evaluate("d499", {})
