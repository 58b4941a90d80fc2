"""The forms of a design: added, asked at steps, taken away; and what their previews are filled with."""

import json
from datetime import date
from importlib.resources import files as resources

import pytest

from engine import inspect_package
from engine.database import SessionFactory, transaction
from engine.errors import NotFound
from engine.packages import read_package
from tests.workflows.people.cast import NOW
from tests.workflows.small_cycle import counted
from workflows.designs import changing, forms, parts, previews, starting
from workflows.designs.files import diagram_path
from workflows.designs.reading import changes_of, files_of, read_file, revisions_of
from workflows.designs.vocabulary import describe_form_vocabulary
from workflows.questionnaires import load
from workflows.questionnaires.kinds import KINDS, Kind

ANNUAL = read_package(resources("bpmn") / "annual_review")


def test_a_form_is_added_asked_and_taken_away(library: SessionFactory) -> None:
    with transaction(library) as session:
        design = starting.start_empty(session, "Check-in", by="hugo", now=NOW)
        with counted(library) as statements:
            name = forms.add_form(session, design.id, "  Mid-year  Gespräch ", by="hugo", now=NOW)
        assert len(statements) <= 10
        assert name == "mid-year-gesprach"
        assert forms.add_form(session, design.id, "Mid-year Gespräch", by="hugo", now=NOW) == "mid-year-gesprach-2"
        # It is empty, which the checks say, and nobody but HR reads its answers yet.
        made = json.loads(read_file(session, design.id, "forms/mid-year-gesprach.json").content)
        assert (made["name"], made["properties"]["visibleTo"]) == ("Mid-year Gespräch", "hr")
        assert {(one.file, one.problem) for one in inspect_package(files_of(session, design.id)).findings} == {
            ("forms/mid-year-gesprach.json", "It is empty."),
            ("forms/mid-year-gesprach-2.json", "It is empty."),
        }
        # When no step asks it, it can go, and an earlier state still holds it.
        parts.remove_part(session, design.id, forms.FORMS, "mid-year-gesprach-2", by="hugo", now=NOW)
        assert [form.name for form in parts.list_parts(forms.FORMS, files_of(session, design.id))] == [
            "mid-year-gesprach"
        ]
        assert changes_of(session, design.id)[0].kind == "removed"
        with pytest.raises(NotFound):
            parts.remove_part(session, design.id, forms.FORMS, "mid-year-gesprach-2", by="hugo", now=NOW)


@pytest.mark.parametrize("title", ["", "   ", "x" * 121, "a\x00b"])
def test_an_unfit_title_is_refused(desk: SessionFactory, title: str) -> None:
    with transaction(desk) as session:
        design = starting.start_empty(session, "Check-in", by="hugo", now=NOW)
        with pytest.raises(parts.UnfitTitle, match="Give the form a name"):
            forms.add_form(session, design.id, title, by="hugo", now=NOW)


def test_a_form_that_steps_ask_stays(desk: SessionFactory) -> None:
    with transaction(desk) as session:
        design = starting.start_from_shipped(session, "annual_review", "", by="hugo", now=NOW)
        with pytest.raises(parts.StillAsked, match="is asked at “Self-assessment”"):
            parts.remove_part(session, design.id, forms.FORMS, "self-assessment", by="hugo", now=NOW)
        assert "forms/self-assessment.json" in files_of(session, design.id)
        # And the list tells where, also while the diagram is not sound.
        path = diagram_path(ANNUAL)
        broken = ANNUAL[path].replace(b'isExecutable="true"', b'isExecutable="false"')
        read_at = revisions_of(session, design.id)[path]
        changing.save_file(session, design.id, path, broken, based_on=read_at, by="hugo", now=NOW)
        listed = {form.name: form.asked_at for form in parts.list_parts(forms.FORMS, files_of(session, design.id))}
        assert listed["self-assessment"] == ("Self-assessment",)


def test_steps_follow_when_a_form_is_renamed(desk: SessionFactory) -> None:
    path = diagram_path(ANNUAL)
    with transaction(desk) as session:
        design = starting.start_from_shipped(session, "annual_review", "", by="hugo", now=NOW)
        with counted(desk) as statements:
            new = parts.rename_part(
                session, design.id, forms.FORMS, "self-assessment", " My year! ", by="hugo", now=NOW
            )
        assert (new, len(statements) <= 10) == ("my-year", True), len(statements)
        files = files_of(session, design.id)
        # Every other byte of the diagram is what it was, and the form is the same.
        wanted = ANNUAL[path].replace(b'rf:form="self-assessment"', b'rf:form="my-year"')
        assert wanted != ANNUAL[path]
        assert files[path] == wanted
        assert files["forms/my-year.json"] == ANNUAL["forms/self-assessment.json"]
        assert inspect_package(files).findings == ()
        # It is one change, and what was before it comes back as one.
        newest, began = changes_of(session, design.id)
        assert (newest.kind, newest.detail) == ("moved", "“self-assessment” is now called “my-year”")
        changing.restore(session, design.id, began.revision, by="hugo", now=NOW)
        assert files_of(session, design.id) == ANNUAL


def test_a_name_that_is_taken_or_that_the_product_needs_is_refused(desk: SessionFactory) -> None:
    with transaction(desk) as session:
        design = starting.start_from_shipped(session, "annual_review", "", by="hugo", now=NOW)

        def rename(name: str, wanted: str) -> str:
            return parts.rename_part(session, design.id, forms.FORMS, name, wanted, by="hugo", now=NOW)

        with pytest.raises(parts.UnfitTitle, match="another form in a file called “release”"):
            rename("self-assessment", "Release")
        for name in ("reward-proposal", "manager-review", "calibration", "executive-signoff"):
            with pytest.raises(parts.Fixed, match=f"“{name}”"):
                rename(name, "something-else")
        with pytest.raises(NotFound):
            rename("nothing", "something")
        assert rename("release", "release") == "release"
        assert len(changes_of(session, design.id)) == 1


def test_a_form_that_cannot_be_read_is_listed_by_its_name() -> None:
    files = {**ANNUAL, "forms/broken.json": b"[1]", "forms/damaged.json": b"{"}
    titles = {form.name: form.title for form in parts.list_parts(forms.FORMS, files)}
    assert (titles["broken"], titles["damaged"]) == ("broken", "damaged")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.type)
def test_every_kind_that_is_offered_begins_as_a_form_that_can_be_shown(kind: Kind) -> None:
    start = {"type": kind.type, "key": "answer", "path": "answers", **kind.start}
    if kind.type == "group":
        start.pop("path")
    form = load(json.dumps({"components": [start]}))
    assert form.components[0].type == kind.type


def test_the_vocabulary_names_what_the_process_knows() -> None:
    vocabulary = describe_form_vocabulary(ANNUAL)
    names = {variable["name"]: variable["type"] for variable in vocabulary["variables"]}
    assert (names["rating"], names["cycle_name"]) == ("number", "string")
    assert [reader["name"] for reader in vocabulary["readers"]] == [
        "subject",
        "manager",
        "approver",
        "calibration",
        "hr",
    ]


@pytest.mark.parametrize("path", sorted(path for path in ANNUAL if path.startswith("forms/")))
def test_previews_are_filled_with_answers_that_could_be_handed_in(path: str) -> None:
    form, context = load(ANNUAL[path]), previews.example_context(ANNUAL)
    assert context["approval"] == {"compensation": True, "executive": False}
    filled = previews.example_answers(form, context, date(2027, 2, 1))
    assert filled.errors == {}
    assert filled == previews.example_answers(form, context, date(2027, 2, 1))
