"""The editor of decision tables, and trying them out."""

from dataclasses import asdict

from flask import jsonify, request, url_for
from flask.typing import ResponseReturnValue

from engine import clock
from webapp.access import only_for
from webapp.designer import blueprint
from webapp.designer.parts import show_editor
from webapp.request_session import current_session
from workflows.designs import trials
from workflows.designs.reading import files_of
from workflows.designs.tables import describe_table_vocabulary
from workflows.people.accounts import HR

GIVEN = "given-"
KEYS = (
    ("Table: save now", "Ctrl S"),
    ("Table: undo, do it again", "Ctrl Z, Ctrl Y"),
    ("Table: next cell, cell below", "Tab, Enter"),
    ("Table: a new line in a cell", "Shift Enter"),
)


@blueprint.get("/<int:design_id>/tables/<name>")
@only_for(HR)
def show_table(design_id: int, name: str) -> ResponseReturnValue:
    """Edit a decision table."""
    trials_address = url_for("designer.list_trials", design_id=design_id, name=name)
    return show_editor(design_id, "tables", name, describe_table_vocabulary, {"trials": trials_address}, page_keys=KEYS)


@blueprint.get("/<int:design_id>/tables/<name>/trials")
@only_for(HR)
def list_trials(design_id: int, name: str) -> ResponseReturnValue:
    """What the table asks, and what became of its test rows, as it is saved."""
    return jsonify(asdict(trials.run_trials(files_of(current_session(), design_id), name, clock.now())))


@blueprint.post("/<int:design_id>/tables/<name>/trials")
@only_for(HR)
def try_table(design_id: int, name: str) -> ResponseReturnValue:
    """Ask the decision `decision` of the saved table with the values `given-<name>`, as FEEL; nothing is kept."""
    files, asked = files_of(current_session(), design_id), request.form
    given = {field.removeprefix(GIVEN): text for field, text in asked.items() if field.startswith(GIVEN)}
    return jsonify(asdict(trials.try_values(files, name, asked.get("decision", ""), given, clock.now())))
