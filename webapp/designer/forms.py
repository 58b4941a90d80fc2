"""The form builder."""

from flask import url_for
from flask.typing import ResponseReturnValue

from webapp.access import only_for
from webapp.designer import blueprint
from webapp.designer.parts import show_editor
from webapp.designer.previewing import AUTHORS
from workflows.designs.vocabulary import describe_form_vocabulary
from workflows.people.accounts import HR

ICONS = {
    "textfield": "cursor-text",
    "textarea": "align-left",
    "radio": "circle-dot",
    "select": "select",
    "checklist": "list-check",
    "checkbox": "checkbox",
    "number": "hash",
    "money": "coin",
    "datetime": "calendar",
    "rating": "award",
    "goals": "target",
    "competencies": "chart-bar",
    "evidence": "clipboard-check",
    "text": "heading",
    "group": "box-multiple",
    "dynamiclist": "list-numbers",
    "separator": "minus",
}
KEYS = (
    ("Form: save now", "Ctrl S"),
    ("Form: undo, do it again", "Ctrl Z, Ctrl Y"),
    ("Form: add the kind that has the focus after the chosen question", "Enter"),
    ("Form: choose a question", "Tab, Enter"),
    ("Form: move the chosen question up or down", "Alt arrows"),
    ("Form: take the chosen question away", "Delete"),
)


@blueprint.get("/<int:design_id>/forms/<name>")
@only_for(HR)
def show_form(design_id: int, name: str) -> ResponseReturnValue:
    """Build a form."""
    preview = url_for("designer.preview_form", design_id=design_id, name=name)
    return show_editor(
        design_id,
        "forms",
        name,
        describe_form_vocabulary,
        {"preview": preview},
        page_keys=KEYS,
        icons=ICONS,
        authors=AUTHORS,
    )
