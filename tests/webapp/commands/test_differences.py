"""reviewflow diff."""

from pathlib import Path

from tests.webapp.commands.conftest import Program
from tests.webapp.commands.test_packages import own_package

__all__ = ["own_package"]


def test_two_versions_are_compared_in_words(company: Program, own_package: Path) -> None:
    # given
    diagram = own_package / "annual_review.bpmn"
    text = diagram.read_text(encoding="utf-8").replace('name="Self-assessment"', 'name="Your view"')
    diagram.write_text(text, encoding="utf-8")
    company("deploy", str(own_package))
    # when
    told, as_json = (company("diff", "annual_review:1", "annual_review:2", *more) for more in ((), ("--json",)))
    # then
    assert told.out == "“Self-assessment” is now called “Your view”.\n"
    text = "“Self-assessment” is now called “Your view”."
    assert as_json.json == [{"kind": "renamed", "step": "self_assessment", "file": "", "text": text}]


def test_the_same_is_said_to_be_the_same(reviewflow: Program) -> None:
    assert reviewflow("diff", "annual_review", "annual_review").out == "Both mean the same.\n"


def test_a_version_that_is_not_there_is_refused_in_words(company: Program) -> None:
    ended = company("diff", "annual_review", "annual_review:7")
    assert ended.code == 1
    assert ended.err.startswith("There is no version 7 of “annual_review”.")
