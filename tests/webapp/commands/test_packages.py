"""reviewflow deploy and check."""

import json
import re
from importlib.resources import files
from pathlib import Path
from shutil import copytree, make_archive

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
        "There is no file or folder anual_review, and no package of that name comes with Reviewflow. "
        "Those that do: annual_review, closing_review.\n"
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


class TestCheck:
    def test_takes_folders_diagrams_and_zips(self, company: Program, own_package: Path) -> None:
        # given
        zipped = Path(make_archive(str(own_package.parent / "packed"), "zip", own_package.parent, "own"))
        # when
        ended = company("check", str(own_package), str(own_package / "annual_review.bpmn"), str(zipped))
        # then
        assert ended.code == 0
        assert ended.out.count("This package can be deployed.") == 3

    def test_tells_machines_in_a_shape_that_is_documented(self, company: Program, own_package: Path) -> None:
        # given
        diagram = own_package / "annual_review.bpmn"
        text = diagram.read_text(encoding="utf-8").replace('rf:actor="subject"', 'rf:actor="nobody"', 1)
        diagram.write_text(text, encoding="utf-8")
        line = next(at for at, row in enumerate(text.splitlines(), 1) if 'id="self_assessment"' in row)
        # when
        ended = company("check", "--json", "annual_review", str(own_package))
        # then
        assert ended.code == 1
        told = json.loads(ended.out)
        assert (told["ok"], told["errors"], told["warnings"]) == (False, 1, 0)
        assert told["packages"][0] == {"package": "annual_review", "ok": True, "findings": []}
        (finding,) = told["packages"][1]["findings"]
        assert finding["problem"].startswith("“nobody” is no actor.")
        assert finding | {"problem": ""} == {
            "severity": "error",
            "file": "annual_review.bpmn",
            "line": line,
            "id": "self_assessment",
            "name": "Self-assessment",
            "problem": "",
            "remedy": "Choose who does it.",
        }

    def test_says_the_same_in_words(self, company: Program, own_package: Path) -> None:
        diagram = own_package / "annual_review.bpmn"
        text = diagram.read_text(encoding="utf-8").replace('rf:actor="subject"', "", 1)
        diagram.write_text(text, encoding="utf-8")
        ended = company("check", str(own_package))
        assert re.fullmatch(
            r"error: annual_review\.bpmn:\d+: Self-assessment \(self_assessment\): "
            r"Nobody is named to do this step\. Choose who does it\.\nThis package cannot be deployed\.\n",
            ended.out,
        )

    def test_looks_at_forms_too(self, company: Program, own_package: Path) -> None:
        form = own_package / "forms" / "release.json"
        form.write_text('{"components": [{"type": "iframe", "label": "Intranet"}]}', encoding="utf-8")
        ended = company("check", str(own_package))
        assert ended.code == 1
        assert "error: forms/release.json: field \"Intranet\": The component type 'iframe' cannot be used." in ended.out

    def test_of_a_broken_zip_is_a_finding(self, company: Program, tmp_path: Path) -> None:
        archive = tmp_path / "package.zip"
        archive.write_bytes(b"PK\x03\x04 torn")
        ended = company("check", str(archive))
        assert ended.code == 1
        assert ended.out.startswith("error: package.zip: file: The file is no zip file that can be read.")

    def test_of_what_is_not_there_is_a_wrong_call(self, company: Program) -> None:
        ended = company("check", "annual_review", "anual_review")
        assert ended.code == 2
        assert "There is no file or folder anual_review" in ended.err
