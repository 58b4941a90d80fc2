"""reviewflow deploy and check."""

from importlib.resources import files
from pathlib import Path
from shutil import copytree

import pytest

from tests.webapp.commands.conftest import Program


@pytest.fixture
def own_package(tmp_path: Path) -> Path:
    """A copy of the annual review, to be changed."""
    folder = tmp_path / "own"
    copytree(Path(str(files("bpmn").joinpath("annual_review"))), folder)
    return folder


def test_a_shipped_package_is_deployed_once(reviewflow: Program) -> None:
    reviewflow("db", "upgrade")
    first, second = reviewflow("deploy", "annual_review"), reviewflow("deploy", "annual_review")
    assert "Annual review (annual_review): version 1 is deployed." in first.out
    assert "version 1 was deployed before; nothing has changed." in second.out


def test_a_changed_folder_becomes_the_next_version(company: Program, own_package: Path) -> None:
    diagram = own_package / "annual_review.bpmn"
    diagram.write_text(diagram.read_text(encoding="utf-8").replace("Self-assessment", "Your view"), encoding="utf-8")
    assert "version 2 is deployed." in company("deploy", str(own_package)).out


def test_an_unknown_name_lists_what_there_is(company: Program) -> None:
    ended = company("deploy", "anual_review")
    assert ended.code == 1
    assert ended.err == (
        "There is no folder anual_review, and no package of that name comes with Reviewflow. "
        "Those that do: annual_review.\n"
    )


def test_a_broken_package_is_refused_with_every_finding(company: Program, own_package: Path) -> None:
    diagram = own_package / "annual_review.bpmn"
    text = diagram.read_text(encoding="utf-8")
    diagram.write_text(text.replace('rf:handler="reviews.release"', 'rf:handler="reviews.releese"'), encoding="utf-8")
    (own_package / "forms" / "self-assessment.json").unlink()
    checked, ended = company("check", str(own_package)), company("deploy", str(own_package))
    assert checked.code == ended.code == 1
    for told in (checked.out, ended.err):
        assert "reviews.releese" in told
        assert "self-assessment" in told
    assert "Traceback" not in ended.err


def test_the_shipped_packages_can_be_deployed(reviewflow: Program) -> None:
    assert reviewflow("check", "annual_review").out.endswith("This package can be deployed.\n")
