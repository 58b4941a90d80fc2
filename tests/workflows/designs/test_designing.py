"""Stories of a design: begun, changed by two people, gone back to, published, put away."""

from datetime import timedelta
from importlib.resources import files as resources

import pytest
from sqlalchemy.orm import Session

from engine import definitions
from engine.database import SessionFactory, transaction
from engine.errors import Conflict, InvalidDiagram, NotFound, Rejection
from engine.inspection import inspect_package
from engine.packages import read_package
from tests.workflows.people.cast import NOW
from tests.workflows.small_cycle import counted
from workflows.designs import changing, presence, publishing, starting
from workflows.designs.files import with_identity
from workflows.designs.library import list_library
from workflows.designs.models import Design
from workflows.designs.reading import changes_of, files_of, get_design, read_file, revisions_of

FORM = b'{"type": "default", "id": "note", "components": [{"type": "textarea", "key": "note", "label": "Note"}]}'
FORM_2 = FORM.replace(b'"Note"', b'"A note"')


def begin(session: Session, name: str = "Quarterly check-in") -> Design:
    return starting.start_empty(session, name, by="hugo", now=NOW)


def foresee(session: Session, design: Design) -> publishing.Outlook:
    files = files_of(session, design.id)
    return publishing.foresee_publication(session, design, files, inspect_package(files).program)


def test_a_process_is_begun_from_empty_and_can_be_published_at_once(library: SessionFactory) -> None:
    with transaction(library) as session:
        design = begin(session)
        assert (design.name, design.key) == ("Quarterly check-in", "quarterly_check_in")
        assert inspect_package(files_of(session, design.id)).findings == ()
        definition = publishing.publish(session, design.id, revision=1, by="hugo", now=NOW)
        assert (definition.key, definition.name, definition.version) == ("quarterly_check_in", "Quarterly check-in", 1)
        # And another one of that name gets a key of its own.
        assert begin(session).key == "quarterly_check_in_2"


def test_a_shipped_process_is_changed_or_copied(library: SessionFactory) -> None:
    with transaction(library) as session:
        same = starting.start_from_shipped(session, "annual_review", "", by="hugo", now=NOW)
        own = starting.start_from_shipped(session, "annual_review", "Review of 2027", by="hugo", now=NOW)
        assert files_of(session, same.id) == read_package(resources("bpmn") / "annual_review")
        assert (same.key, own.key, own.name) == ("annual_review", "review_of_2027", "Review of 2027")
        assert inspect_package(files_of(session, own.id)).errors == []
        with pytest.raises(Conflict, match="designed already"):
            starting.start_from_shipped(session, "annual_review", "", by="rita", now=NOW)


def test_what_another_tool_wrote_in_its_own_letters_can_be_edited(library: SessionFactory) -> None:
    # Given a process that was published as it came: its diagram in UTF-16, its table in Latin letters
    package = dict(read_package(resources("bpmn") / "annual_review"))
    (table,) = (path for path in package if path.endswith(".dmn"))
    drawn, ruled = (package[path].decode() for path in ("annual_review.bpmn", table))
    package["annual_review.bpmn"] = drawn.replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")
    latin = ruled.replace('encoding="UTF-8"', 'encoding="ISO-8859-1"', 1).encode("latin-1", "xmlcharrefreplace")
    package[table] = latin
    with transaction(library) as session:
        definition = definitions.deploy(session, package, by="hugo", now=NOW)
        # When a design goes on from it, and the table is saved once more by that tool
        design = starting.start_from_definition(session, definition.id, "", by="hugo", now=NOW)
        changing.save_file(session, design.id, table, latin + b"\n", based_on=1, by="hugo", now=NOW)
        # Then the editors can read all of it
        found = {path: content.decode() for path, content in files_of(session, design.id).items()}
        assert 'name="Annual review"' in found["annual_review.bpmn"]
        assert inspect_package(files_of(session, design.id)).errors == []


def test_a_design_goes_on_from_a_published_version(library: SessionFactory) -> None:
    with transaction(library) as session:
        package = read_package(resources("bpmn") / "annual_review")
        definition = definitions.deploy(session, package, by="hugo", now=NOW)
        design = starting.start_from_definition(session, definition.id, "", by="rita", now=NOW)
        outlook = foresee(session, design)
        assert (outlook.version, outlook.unchanged, outlook.overtaken) == (2, True, None)
        # The library calls it ahead of the version only once something is changed in it.
        assert [entry.is_ahead for entry in list_library(session).used] == [False]
        changing.save_file(session, design.id, "forms/note.json", FORM, based_on=0, by="rita", now=NOW)
        assert [entry.is_ahead for entry in list_library(session).used] == [True]
        with pytest.raises(NotFound):
            starting.start_from_definition(session, 99, "", by="rita", now=NOW)


def test_nobody_overwrites_what_somebody_else_saved(library: SessionFactory) -> None:
    with transaction(library) as session:
        design_id = begin(session).id
        changing.save_file(session, design_id, "forms/note.json", FORM, based_on=0, by="hugo", now=NOW)
    # Given that both have opened the form, and Hugo saves it
    with transaction(library) as session:
        opened = read_file(session, design_id, "forms/note.json").revision
        changing.save_file(session, design_id, "forms/note.json", FORM_2, based_on=opened, by="hugo", now=NOW)
    # Then Rita is told, and nothing of Hugo's is lost
    with transaction(library) as session, pytest.raises(changing.ChangedMeanwhile, match="Hugo has saved") as told:
        changing.save_file(session, design_id, "forms/note.json", FORM + b" ", based_on=opened, by="rita", now=NOW)
    # And when she knows, she may save hers: his stays an earlier state.
    with transaction(library) as session:
        based_on = told.value.revision
        changing.save_file(session, design_id, "forms/note.json", FORM + b" ", based_on=based_on, by="rita", now=NOW)
        earlier = changes_of(session, design_id)[1]
        assert (earlier.by, earlier.kind) == ("hugo", "saved")
        changing.restore(session, design_id, earlier.revision, by="rita", now=NOW)
        assert files_of(session, design_id)["forms/note.json"] == FORM_2


def test_people_who_change_different_files_do_not_disturb_each_other(library: SessionFactory) -> None:
    with transaction(library) as session:
        design = begin(session)
        opened = revisions_of(session, design.id)["quarterly_check_in.bpmn"]
        changing.save_file(session, design.id, "forms/note.json", FORM, based_on=0, by="rita", now=NOW)
        diagram = with_identity(files_of(session, design.id)["quarterly_check_in.bpmn"], name="Check-in")
        path = "quarterly_check_in.bpmn"
        changing.save_file(session, design.id, path, diagram, based_on=opened, by="hugo", now=NOW)
        assert (design.name, design.key) == ("Check-in", "quarterly_check_in")


def test_what_one_person_saves_within_ten_minutes_is_one_state_to_go_back_to(library: SessionFactory) -> None:
    with transaction(library) as session:
        design = begin(session)
        contents = [FORM.replace(b"Note", b"Note %d" % number) for number in range(6)]
        for number, content in enumerate(contents):
            now = NOW + timedelta(minutes=4 * number)
            based_on = revisions_of(session, design.id).get("forms/note.json", 0)
            changing.save_file(session, design.id, "forms/note.json", content, based_on=based_on, by="hugo", now=now)
        # 0, 4, 8 minutes; 12, 16, 20 minutes; and the beginning.
        second, first, beginning = changes_of(session, design.id)
        later = NOW + timedelta(hours=1)
        changing.restore(session, design.id, first.revision, by="hugo", now=later)
        assert files_of(session, design.id)["forms/note.json"] == contents[2]
        changing.restore(session, design.id, beginning.revision, by="hugo", now=later)
        assert "forms/note.json" not in files_of(session, design.id)
        changing.restore(session, design.id, second.revision, by="hugo", now=later)
        assert files_of(session, design.id)["forms/note.json"] == contents[5]
        with pytest.raises(NotFound):
            changing.restore(session, design.id, first.revision - 1, by="hugo", now=later)


def test_saving_the_same_again_changes_nothing(library: SessionFactory) -> None:
    with transaction(library) as session:
        design = begin(session)
        content = files_of(session, design.id)["quarterly_check_in.bpmn"]
        changing.save_file(session, design.id, "quarterly_check_in.bpmn", content, based_on=0, by="rita", now=NOW)
        assert (design.revision, design.changed_by) == (1, "hugo")


def test_a_draft_that_cannot_run_is_kept_and_not_published(library: SessionFactory) -> None:
    with transaction(library) as session:
        design = begin(session)
        path = "quarterly_check_in.bpmn"
        broken = files_of(session, design.id)[path].replace(b'rf:over="participants"', b'rf:over="nobody"')
        changing.save_file(session, design.id, path, broken, based_on=1, by="hugo", now=NOW)
        (finding,) = inspect_package(files_of(session, design.id)).findings
        assert (finding.id, finding.severity) == ("for_each_participant", "error")
        with pytest.raises(InvalidDiagram, match="nobody"):
            publishing.publish(session, design.id, revision=design.revision, by="hugo", now=NOW)


def test_what_was_not_looked_at_is_not_published(library: SessionFactory) -> None:
    with transaction(library) as session:
        design = begin(session)
        changing.save_file(session, design.id, "forms/note.json", FORM, based_on=0, by="rita", now=NOW)
        with pytest.raises(Conflict, match="Look again"):
            publishing.publish(session, design.id, revision=1, by="hugo", now=NOW)


def test_a_version_published_by_somebody_else_is_pointed_out(library: SessionFactory) -> None:
    with transaction(library) as session:
        design = starting.start_from_shipped(session, "annual_review", "", by="hugo", now=NOW)
        definitions.deploy(session, read_package(resources("bpmn") / "annual_review"), by="rita", now=NOW)
        changing.rename(session, design.id, "Yearly review", by="hugo", now=NOW)
        outlook = foresee(session, design)
        assert outlook.overtaken is not None
        assert outlook.version == 2
        # And what changes is told in words.
        texts = [change.text for change in outlook.changes]
        assert texts == ["The process “Annual review” is now called “Yearly review”."]


def test_a_design_is_renamed_and_put_away(library: SessionFactory) -> None:
    with transaction(library) as session:
        design = begin(session)
        changing.rename(session, design.id, "  Check-in   with a “skip”  ", by="rita", now=NOW)
        assert get_design(session, design.id).name == "Check-in with a “skip”"
        with pytest.raises(Rejection, match="name of up to"):
            changing.rename(session, design.id, " ", by="rita", now=NOW)
        changing.archive(session, design.id, by="rita", now=NOW)
        assert [one.id for one in list_library(session).archived] == [design.id]
        with pytest.raises(Rejection, match="archived"):
            changing.save_file(session, design.id, "forms/note.json", FORM, based_on=0, by="hugo", now=NOW)
        changing.unarchive(session, design.id, by="hugo", now=NOW)
        assert [change.kind for change in changes_of(session, design.id)] == [
            "unarchived",
            "archived",
            "renamed",
            "began",
        ]


def test_a_diagram_cannot_be_removed_or_doubled(library: SessionFactory) -> None:
    with transaction(library) as session:
        design = begin(session)
        diagram = files_of(session, design.id)["quarterly_check_in.bpmn"]
        with pytest.raises(Rejection, match="one diagram"):
            changing.save_file(session, design.id, "second.bpmn", diagram, based_on=0, by="hugo", now=NOW)
        with pytest.raises(Rejection, match="without its diagram"):
            changing.remove_file(session, design.id, "quarterly_check_in.bpmn", based_on=1, by="hugo", now=NOW)
        changing.save_file(session, design.id, "forms/note.json", FORM, based_on=0, by="hugo", now=NOW)
        changing.remove_file(session, design.id, "forms/note.json", based_on=2, by="hugo", now=NOW)
        assert list(files_of(session, design.id)) == ["quarterly_check_in.bpmn"]


def test_people_who_draw_see_each_other(library: SessionFactory) -> None:
    with transaction(library) as session:
        design_id = begin(session).id
        presence.report(session, design_id, "quarterly_check_in.bpmn", by="hugo", now=NOW)
        presence.report(session, design_id, "quarterly_check_in.bpmn", by="rita", now=NOW)
        assert [one.name for one in presence.others(session, design_id, than="hugo", now=NOW)] == ["Rita"]
        later = NOW + timedelta(minutes=1)
        presence.report(session, design_id, "quarterly_check_in.bpmn", by="hugo", now=later)
        assert presence.others(session, design_id, than="hugo", now=later) == []
        assert [one.name for one in presence.others(session, design_id, than="rita", now=later)] == ["Hugo"]
        presence.leave(session, design_id, by="hugo")
        assert presence.others(session, design_id, than="rita", now=later) == []


def test_saving_and_listing_cost_a_fixed_number_of_statements(desk: SessionFactory) -> None:
    with transaction(desk) as session:
        design_id = begin(session).id
        begin(session)
        starting.start_from_shipped(session, "annual_review", "", by="hugo", now=NOW)
        path, revision = "quarterly_check_in.bpmn", revisions_of(session, design_id)["quarterly_check_in.bpmn"]
        content = with_identity(files_of(session, design_id)[path], name="Check-in")
    with counted(desk) as sent, transaction(desk) as session:
        changing.save_file(session, design_id, path, content, based_on=revision, by="hugo", now=NOW)
    assert len(sent) <= 9, sent
    with counted(desk) as sent, desk() as session:
        assert [entry.name for entry in list_library(session).used] == [
            "Annual review",
            "Check-in",
            "Quarterly check-in",
        ]
    assert len(sent) == 5, sent
