"""Packages as zip files: nothing is lost on the way, and nothing gets in that should not."""

import contextlib
import io
import stat
import zipfile
from importlib.resources import files as resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Rejection
from engine.packages import read_package
from workflows.designs.files import check_package
from workflows.designs.zipping import LARGEST_ZIP, UnfitZip, pack, unpack

PACKAGE = read_package(resources("bpmn") / "annual_review")


def zipped(entries: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return target.getvalue()


def test_a_package_comes_back_byte_for_byte() -> None:
    assert unpack(pack(PACKAGE)) == PACKAGE
    assert pack(PACKAGE) == pack(dict(reversed(PACKAGE.items())))


def test_a_zipped_folder_is_read_like_its_contents() -> None:
    inside = {f"my reviews/annual_review/{path}": content for path, content in PACKAGE.items()}
    assert (
        unpack(zipped({**inside, "__MACOSX/._annual_review.bpmn.txt": b"x", "my reviews/notes.docx": b"y"})) == PACKAGE
    )


@pytest.mark.parametrize(
    "name", ["../../outside.bpmn", "/etc/forms/passwd.json", "forms/../../evil.json", "C:\\a.json", "forms\\..\\a.json"]
)
def test_files_that_lead_out_of_their_folder_are_refused(name: str) -> None:
    with pytest.raises(UnfitZip, match="leads out"):
        unpack(zipped({"drawn.bpmn": PACKAGE["annual_review.bpmn"], name: b"x"}))


def test_links_and_names_that_stand_twice_are_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        link = zipfile.ZipInfo("forms/a.json")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(UnfitZip, match=r"forms/a\.json” is a link"):
        unpack(target.getvalue())
    # Two entries of one name: what a reader takes would be anybody's guess.
    twice = zipped({"forms/a.json": b"{}", "forms/b.json": b"[]"}).replace(b"forms/b.json", b"forms/a.json")
    with pytest.raises(UnfitZip, match=r"forms/a\.json twice"):
        unpack(twice)


def test_a_bomb_is_refused_while_it_is_read() -> None:
    bomb = zipped({"forms/a.json": b" " * 60_000_000})
    assert len(bomb) < 100_000
    with pytest.raises(UnfitZip, match="larger than 10 MB"):
        unpack(bomb)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no zip file"),
        (b"PK\x03\x04 nothing", "no zip file"),
        (b"x" * (LARGEST_ZIP + 1), "larger than"),
        (zipped({}), "holds no diagram"),
        (zipped({"readme.txt": b"hello"}), "holds no diagram"),
        (zipped({f"forms/{number}.json": b"{}" for number in range(201)}), "201 files"),
    ],
    ids=["empty", "damaged", "too large", "without files", "without a package", "too many files"],
)
def test_what_is_no_package_is_refused_in_words(content: bytes, reason: str) -> None:
    with pytest.raises(UnfitZip, match=reason):
        unpack(content)


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({}, "exactly one"),
        ({"a.bpmn": PACKAGE["annual_review.bpmn"], "b.bpmn": PACKAGE["annual_review.bpmn"]}, "this one holds 2"),
        ({"a.bpmn": b"<definitions/>"}, "not a BPMN 2.0 diagram"),
        ({"a.bpmn": b'<!DOCTYPE x [<!ENTITY e "e">]><x>&e;</x>'}, "DOCTYPE"),
        ({"a.bpmn": PACKAGE["annual_review.bpmn"], "forms/a.json": b"{"}, "not JSON"),
        ({"a.bpmn": PACKAGE["annual_review.bpmn"], "evil.exe": b""}, "cannot hold"),
    ],
)
def test_a_package_that_cannot_be_read_is_refused_in_words(files: dict[str, bytes], reason: str) -> None:
    with pytest.raises(Rejection, match=reason):
        check_package(files)


@given(st.binary(max_size=300), st.integers(0, 3000))
def test_a_damaged_file_is_refused_or_read_and_nothing_else(noise: bytes, place: int) -> None:
    whole = pack({"a.bpmn": PACKAGE["annual_review.bpmn"], "forms/a.json": PACKAGE["forms/release.json"]})
    damaged = whole[:place] + noise + whole[place + len(noise) :]
    with contextlib.suppress(UnfitZip):
        assert set(unpack(damaged)) <= {"a.bpmn", "forms/a.json"}
