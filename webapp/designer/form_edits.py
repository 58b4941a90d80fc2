"""What the step list changes in the form of a step, with the words that the list of changes keeps."""

from collections.abc import Callable
from functools import partial

from werkzeug.datastructures import MultiDict

from workflows.designs import asking
from workflows.designs.asking import FormEdit
from workflows.designs.form_questions import add_question

Form = MultiDict[str, str]


def read_form_edit(form: Form, named: str) -> tuple[FormEdit, str] | None:
    """The edit of a form that is asked for, and what it is in words; None for an edit of another kind.

    `named` is the step in quotation marks.
    """
    read = EDITS.get(form.get("edit", ""))
    return None if read is None else read(form, named)


def _choose(form: Form, named: str) -> tuple[FormEdit, str]:
    step, (how, _, name) = form.get("step", ""), form.get("form", "").partition(" ")
    if how == "new":
        return FormEdit(step), f"Made a form for {named}"
    if how == "ready":
        return asking.ReadyForm(step, ready=name), f"Took a form for {named}"
    return asking.OtherForm(step, other=name), f"Changed the form of {named}"


def _ask(form: Form, named: str) -> tuple[FormEdit, str]:
    question, kind = " ".join(form.get("question", "").split()), form.get("question-kind", "")
    choices = form.get("choices", "").split(",")
    rewrite = partial(add_question, label=question, kind=kind, choices=choices, required="required" in form)
    return FormEdit(form.get("step", ""), rewrite), f"Asked “{question}” at {named}"


def _readers(form: Form, named: str) -> tuple[FormEdit, str]:
    rewrite = partial(asking.set_readers, readers=form.get("readers", ""))
    return FormEdit(form.get("step", ""), rewrite), f"Changed who reads the answers of {named}"


def _skip(form: Form, named: str) -> tuple[FormEdit, str]:
    return asking.Skipping(form.get("step", "")), f"Let {named} be skipped"


EDITS: dict[str, Callable[[Form, str], tuple[FormEdit, str]]] = {
    "form": _choose,
    "ask": _ask,
    "readers": _readers,
    "skip": _skip,
}
