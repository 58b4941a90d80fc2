"""What is said before a process is published: about whom nobody without a conflict of interest may decide."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from engine import InvalidDiagram, registry
from engine.definitions import deploy, inspect
from tests.engine.drawing import draw, element, person, sub
from tests.engine.pictures import with_pictures
from tests.workflows.routing.cast import NOW, an_import, sign_up
from workflows.simulation.checking import find_stranded, install

REVIEW = person("manager_review", actor="manager")
RECORD = person("record", actor="group", actorArgument="hr")


@pytest.fixture(autouse=True)
def _asked() -> Iterator[None]:
    """Publishing asks for it, as it does in the product."""
    before = list(registry.proofs)
    install()
    yield
    registry.proofs[:] = before


def process(*steps: str) -> dict[str, bytes]:
    """A cycle in which these steps follow each other for every participant."""
    ids = [step.partition('id="')[2].partition('"')[0] for step in steps]
    case = sub("case", f"start1 > {' > '.join(ids)} > end1", *steps, over="participants")
    return with_pictures(draw("start > case > end", case))


def said(session: Session, *steps: str) -> list[tuple[str, str]]:
    found = inspect(session, process(*steps), NOW).findings
    return [(finding.severity, finding.problem) for finding in found]


def test_somebody_about_whom_nobody_could_is_named(company: Session) -> None:
    sign_up(company, "hugo", "hr")

    [(severity, problem)] = said(company, REVIEW, RECORD)

    assert severity == "warning"
    assert problem == (
        "About Hugo nobody may do it: it goes to the HR group, and Hugo is the only one of them: nobody decides about "
        "themselves."
    )


def test_nothing_is_said_while_it_is_drawn(company: Session) -> None:
    sign_up(company, "hugo", "hr")

    assert inspect(company, process(REVIEW, RECORD), NOW, drawing=True).findings == ()


def test_nothing_is_said_where_somebody_could(company: Session) -> None:
    sign_up(company, "hugo", "hr")
    sign_up(company, "rita", "hr")

    assert said(company, REVIEW, RECORD) == []


def test_a_group_of_nobody_is_told_and_can_be_filled_later(company: Session) -> None:
    sign_up(company, "hugo", "hr")
    decide = person("decide", actor="group", actorArgument="board")

    [(severity, problem)] = said(company, decide)

    assert (severity, problem) == (
        "warning",
        "Nobody may do it, whoever it is about: it goes to the board, and nobody is one of them.",
    )


def test_what_nobody_may_do_whoever_it_is_about_is_not_published(company: Session) -> None:
    sign_up(company, "hugo", "hr")
    prepare = person("prepare", actor="named person", actorArgument="hugo")
    approve = person("approve", actor="group", actorArgument="hr", fourEyes="true")

    with pytest.raises(InvalidDiagram, match="Nobody may do it, whoever it is about: it goes to the HR group"):
        deploy(company, process(prepare, approve), by="hugo", now=NOW)


def test_what_may_not_have_been_done_before_stands_against_nobody(company: Session) -> None:
    for who in ("hugo", "rita"):
        sign_up(company, who, "hr")
    asks = element("exclusiveGateway", "which", "Is it urgent?")
    case = sub(
        "case",
        "start1 > which > hugo_helps > rita_helps > approve > end1; which [false] > approve",
        asks,
        person("hugo_helps", actor="named person", actorArgument="hugo"),
        person("rita_helps", actor="named person", actorArgument="rita"),
        person("approve", actor="group", actorArgument="hr", fourEyes="true"),
        over="participants",
    )
    package = with_pictures(draw("start > case > end", case))

    assert [
        finding.problem for finding in inspect(company, package, NOW).findings if "may do it" in finding.problem
    ] == []


def test_nothing_is_said_before_anybody_has_an_account(company: Session) -> None:
    assert said(company, RECORD) == []


def test_what_was_found_is_kept_until_people_or_steps_change(company: Session, statements: list[str]) -> None:
    sign_up(company, "hugo", "hr")
    company.add(an_import())
    company.flush()
    program = inspect(company, process(RECORD), NOW).program
    assert program is not None
    statements.clear()

    assert len(list(find_stranded(company, program.diagram, NOW))) == 1

    # Whether there are accounts, which import is the newest, and who belongs to the three groups.
    assert len(statements) == 5
    sign_up(company, "rita", "hr")
    assert list(find_stranded(company, program.diagram, NOW)) == []
