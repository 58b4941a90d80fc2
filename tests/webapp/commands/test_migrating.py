"""reviewflow versions and migrate."""

from pathlib import Path

from tests.webapp.commands.conftest import Program
from tests.webapp.commands.test_packages import own_package

__all__ = ["own_package"]

PERIOD = ("--from", "2026-01-01", "--to", "2026-12-31")


def hr_of(company: Program) -> str:
    """Somebody who may launch: anybody in the sample."""
    listed = company("launch", "annual_review", "--name", "A", *PERIOD, "--by", "nobody", "--dry-run", "--json").json
    assert isinstance(listed, dict)
    return str(listed["participants"][0])


def test_a_running_cycle_moves_and_comes_back(company: Program, own_package: Path) -> None:
    # given
    person = hr_of(company)
    launched = company("launch", "annual_review", "--name", "A", *PERIOD, "--by", person, "--wait", "--json")
    assert launched.code == 0, launched.err
    diagram = own_package / "annual_review.bpmn"
    text = diagram.read_text(encoding="utf-8").replace('"self_assessment"', '"own_view"')
    diagram.write_text(text, encoding="utf-8")
    company("deploy", str(own_package))
    # when
    versions = "annual_review:1", "annual_review:2"
    beforehand = company("migrate", *versions, "--dry-run")
    moved = company("migrate", *versions, "--by", person, "--wait", "--json")
    listed = company("versions", "annual_review", "--json").json
    back = company("migrate", "undo", str(moved.json["migration"]), "--by", person, "--wait")  # type: ignore[index]
    # then
    assert "would move, 0 would stay." in beforehand.out
    assert isinstance(moved.json, dict)
    assert moved.json["done"] == moved.json["total"] > 0
    assert isinstance(listed, list)
    assert [one["cycles"] for one in listed] == [1, 0]
    assert f"{moved.json['total']:,} of {moved.json['total']:,} done, 0 stayed." in back.out


def test_what_is_no_version_is_refused_in_words(company: Program) -> None:
    for arguments, words in (
        (("annual_review", "annual_review:1"), "“annual_review” is no version. Write for instance annual_review:2."),
        (("annual_review:1", "annual_review:9"), "There is no version 9 of “annual_review”."),
        (("annual_review:1", "annual_review:1"), "Choose another version than the one that they run on."),
    ):
        ended = company("migrate", *arguments, "--dry-run")
        assert (ended.code, ended.err.strip()) == (1, words)
