"""Editing a design through its step list: what is recorded, undone, refused, and what it costs."""

from functools import partial

import pytest

from engine import NotFound, transaction
from engine.database import SessionFactory
from tests.workflows.people.cast import NOW
from tests.workflows.small_cycle import counted
from workflows.designs import changing, starting, steps
from workflows.designs.outline.changing import add_step, move, remove
from workflows.designs.reading import changes_of, files_of

ADD = partial(add_step, place="after:manager_review", kind="person", name="Talk", actor="manager")


def begin(factory: SessionFactory) -> bytes:
    with transaction(factory) as session:
        starting.start_from_shipped(session, "annual_review", "", by="hugo", now=NOW)
    return content(factory)


def content(factory: SessionFactory) -> bytes:
    with factory() as session:
        return files_of(session, 1)["annual_review.bpmn"]


def test_an_edit_is_a_change_of_its_own_and_costs_ten_statements(library: SessionFactory) -> None:
    begin(library)
    with counted(library) as sent, transaction(library) as session:
        assert steps.edit_steps(session, 1, ADD, "Added “Talk”", based_on=1, by="hugo", now=NOW) == "talk"
    assert len(sent) <= 10, sent
    up = partial(move, identifier="talk", direction="up")
    with transaction(library) as session:
        steps.edit_steps(session, 1, up, "Moved “Talk” up", based_on=1, by="hugo", now=NOW)
        # What changes nothing is no change.
        nothing = partial(move, identifier="talk", direction="down")
        before = files_of(session, 1)
        steps.edit_steps(session, 1, nothing, "Moved “Talk” down", based_on=3, by="hugo", now=NOW)
        steps.edit_steps(session, 1, up, "Moved “Talk” up", based_on=4, by="hugo", now=NOW)
        assert files_of(session, 1)["annual_review.bpmn"].count(b'id="talk"') == 1
        assert before.keys() == files_of(session, 1).keys()
    with library() as session:
        kinds = [(change.kind, change.detail) for change in changes_of(session, 1)]
    assert kinds[-2] == ("edited", "Added “Talk”")
    assert kinds[-1][0] == "began"


def test_undo_stops_where_somebody_else_or_the_diagram_went_on(library: SessionFactory) -> None:
    before = begin(library)
    with transaction(library) as session:
        steps.edit_steps(session, 1, ADD, "Added “Talk”", based_on=1, by="hugo", now=NOW)
        assert steps.history(session, 1, by="rita") == steps.Steps(None, None)
        assert steps.undo(session, 1, based_on=2, by="hugo", now=NOW) == "Added “Talk”"
    assert content(library) == before
    with transaction(library) as session:
        assert steps.redo(session, 1, based_on=3, by="hugo", now=NOW) == "Added “Talk”"
        changing.rename(session, 1, "Yearly review", by="rita", now=NOW)
        assert steps.history(session, 1, by="hugo") == steps.Steps(None, None)
        with pytest.raises(NotFound, match="nothing of yours to undo"):
            steps.undo(session, 1, based_on=5, by="hugo", now=NOW)
        take = partial(remove, identifier="talk")
        with pytest.raises(changing.ChangedMeanwhile, match="Rita has saved"):
            steps.edit_steps(session, 1, take, "Took “Talk” away", based_on=4, by="hugo", now=NOW)
        steps.edit_steps(session, 1, take, "Took “Talk” away", based_on=5, by="hugo", now=NOW)
        # A new edit forgets what was undone.
        assert steps.undo(session, 1, based_on=6, by="hugo", now=NOW) == "Took “Talk” away"
        steps.edit_steps(session, 1, take, "Took “Talk” away", based_on=7, by="hugo", now=NOW)
        assert steps.history(session, 1, by="hugo").redo is None
