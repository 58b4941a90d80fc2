"""The preview of a form: what people get, drawn and checked by the server as it is for them."""

from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from engine import Finding, clock
from webapp.access import only_for
from webapp.designer import blueprint
from webapp.forms import apply_buttons, read_submitted, render_answers, render_form
from webapp.request_session import current_session
from webapp.security_headers import permit_framing
from workflows.designs.forms import FORMS
from workflows.designs.previews import example_answers, example_context
from workflows.designs.reading import files_of, get_design, read_file
from workflows.people.accounts import HR
from workflows.questionnaires import InvalidForm, Questionnaire, load, visible_answers
from workflows.questionnaires.disclosure import READERS, STATES, state_named

AUTHORS = {
    "subject": "the person reviewed",
    "manager": "the manager",
    "approver": "somebody who approves",
    "hr": "HR",
}
"""Who may fill a form in, for the sentences that tell them who reads it."""


@dataclass(frozen=True)
class Preview:
    """A form as somebody gets it: `shown` is the form to fill in or the answers to read."""

    title: str
    shown: Markup
    findings: tuple[Finding, ...] = ()
    accepted: bool = False
    status: int = 200


@blueprint.route("/<int:design_id>/forms/<name>/preview", methods=["GET", "POST"])
@only_for(HR)
def preview_form(design_id: int, name: str) -> ResponseReturnValue:
    """A form as its saved draft is, to fill in (`as=subject`) or to read (`read=manager&state=submitted`).

    Nothing that is typed here is kept. Posting checks the answers as handing in would.
    """
    session = current_session()
    design, content = get_design(session, design_id), read_file(session, design_id, FORMS.path_of(name)).content
    permit_framing()
    try:
        questionnaire = load(content)
    except InvalidForm as invalid:
        preview = Preview(name, Markup(), tuple(invalid.findings))
    else:
        context = example_context(files_of(session, design_id))
        preview = _read(questionnaire, context) if "read" in request.args else _fill(questionnaire, context)
    return render_template("designer/preview.html", design=design, name=name, preview=preview), preview.status


def _fill(questionnaire: Questionnaire, context: dict[str, Any]) -> Preview:
    author = request.args.get("as", "subject")
    author = author if author in AUTHORS else "subject"
    filled = "filled" in request.args
    values = example_answers(questionnaire, context, clock.now().date()).answers if filled else None
    errors: dict[str, str] = {}
    accepted = False
    if request.method == "POST":
        values = read_submitted(request.form)
        if not apply_buttons(request.form, values):
            errors = questionnaire.check(values, context=context).errors
            accepted = not errors
    form = render_form(
        questionnaire,
        values,
        errors,
        context=context,
        action=request.full_path,
        csrf_token=generate_csrf(),
        buttons=(("", "Hand in"),),
        author_roles={author},
    )
    return Preview(questionnaire.name, form, accepted=accepted, status=422 if errors else 200)


def _read(questionnaire: Questionnaire, context: dict[str, Any]) -> Preview:
    reader, state = request.args["read"], request.args.get("state", STATES[1])
    answers = visible_answers(
        questionnaire,
        example_answers(questionnaire, context, clock.now().date()).answers,
        viewer_roles={reader} & set(READERS),
        state=state_named(state) if state in STATES else STATES[1],
        context=context,
    )
    return Preview(questionnaire.name, render_answers(answers))
