"""The decision tables of a design: added, asked at steps, taken away; and what their questions can be about."""

from importlib.resources import files as resources

import pytest

from engine import dmn, inspect_package
from engine.database import SessionFactory, transaction
from engine.errors import NotFound
from engine.packages import read_package
from tests.workflows.people.cast import NOW
from tests.workflows.small_cycle import counted
from workflows.designs import changing, parts, starting, tables
from workflows.designs.files import diagram_path
from workflows.designs.reading import changes_of, files_of, read_file, revisions_of

ANNUAL = read_package(resources("bpmn") / "annual_review")


def test_a_table_is_added_and_taken_away(library: SessionFactory) -> None:
    with transaction(library) as session:
        design = starting.start_empty(session, "Check-in", by="hugo", now=NOW)
        with counted(library) as statements:
            made = tables.add_table(session, design.id, " Who  approves <a> raise? ", by="hugo", now=NOW)
        assert len(statements) <= 10
        assert made == ("who-approves-a-raise", "who-approves-a-raise")
        # A second one of the same words has a name and a decision of its own; a number alone would be no id.
        again = tables.add_table(session, design.id, "Who approves a raise", by="hugo", now=NOW)
        assert again == ("who-approves-a-raise-2", "who-approves-a-raise-2")
        assert tables.add_table(session, design.id, "2026", by="hugo", now=NOW) == ("2026", "table-2026")
        model = dmn.load(read_file(session, design.id, "decisions/who-approves-a-raise.dmn").content)
        assert model.decisions == [("who-approves-a-raise", "Who approves <a> raise?")]
        findings = inspect_package(files_of(session, design.id)).findings
        assert ("Add a row.", "decisions/2026.dmn") in {(one.remedy, one.file) for one in findings}
        parts.remove_part(session, design.id, tables.TABLES, "2026", by="hugo", now=NOW)
        listed = [
            (table.name, table.asked_at) for table in parts.list_parts(tables.TABLES, files_of(session, design.id))
        ]
        assert listed == [("who-approves-a-raise", ()), ("who-approves-a-raise-2", ())]
        assert changes_of(session, design.id)[0].kind == "removed"
        with pytest.raises(NotFound):
            parts.remove_part(session, design.id, tables.TABLES, "2026", by="hugo", now=NOW)
        with pytest.raises(parts.UnfitTitle, match="Give the table a name"):
            tables.add_table(session, design.id, "", by="hugo", now=NOW)


def test_a_table_that_steps_ask_stays(desk: SessionFactory) -> None:
    with transaction(desk) as session:
        design = starting.start_from_shipped(session, "annual_review", "", by="hugo", now=NOW)
        with pytest.raises(parts.StillAsked, match="is asked at “Who must approve\\?”"):
            parts.remove_part(session, design.id, tables.TABLES, "reward_approval", by="hugo", now=NOW)
        # Asking it who does a step is asking it, too.
        path = diagram_path(ANNUAL)
        named = b'rf:actor="decision table" rf:actorArgument="reward-approval"'
        asking = ANNUAL[path].replace(b'rf:decision="reward-approval"', b"").replace(b'rf:actor="executive"', named)
        read_at = revisions_of(session, design.id)[path]
        changing.save_file(session, design.id, path, asking, based_on=read_at, by="hugo", now=NOW)
        (listed,) = parts.list_parts(tables.TABLES, files_of(session, design.id))
        assert listed == parts.Part("reward_approval", "Reward approval", ("Executive sign-off",))


def test_the_file_of_a_table_is_renamed(desk: SessionFactory) -> None:
    with transaction(desk) as session:
        design = starting.start_from_shipped(session, "annual_review", "", by="hugo", now=NOW)
        new = parts.rename_part(session, design.id, tables.TABLES, "reward_approval", "Who signs", by="hugo", now=NOW)
        files = files_of(session, design.id)
        # Steps name the decision, not its file: nothing else changes.
        old = {path: content for path, content in ANNUAL.items() if not path.endswith(".dmn")}
        assert files == {**old, f"decisions/{new}.dmn": ANNUAL["decisions/reward_approval.dmn"]}
        assert inspect_package(files).findings == ()
        # And whoever has the diagram open can save it.
        read_at = design.revision - 1
        path, changed = diagram_path(ANNUAL), ANNUAL[diagram_path(ANNUAL)] + b"<!-- Mine -->"
        changing.save_file(session, design.id, path, changed, based_on=read_at, by="rita", now=NOW)


def test_a_table_that_cannot_be_read_is_listed_by_its_name() -> None:
    files = {**ANNUAL, "decisions/broken.dmn": b"<x", "decisions/bare.dmn": b"<definitions/>"}
    assert [table.title for table in parts.list_parts(tables.TABLES, files)] == ["bare", "broken", "Reward approval"]


def test_questions_are_about_variables_with_the_choices_of_forms() -> None:
    files = {**ANNUAL, "forms/damaged.json": b"{"}
    offered = {one["name"]: one for one in tables.describe_table_vocabulary(files)["variables"]}
    assert (offered["amount_percent"]["type"], offered["amount_percent"]["choices"]) == ("number", [])
    assert offered["reward_kind"]["label"] == "What the manager proposes"
    assert offered["reward_kind"]["choices"] == ["none", "bonus", "pay_increase", "promotion"]
