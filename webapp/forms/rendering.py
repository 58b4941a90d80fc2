"""Questionnaires as HTML: forms that work without scripts, and answers to read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict, Unpack

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from webapp.forms.drawing import Drawer, Drawn
from workflows.questionnaires import Questionnaire, ShownAnswer
from workflows.questionnaires.disclosure import describe_disclosure

_TEMPLATES = Environment(
    loader=PackageLoader("webapp.forms"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Page(TypedDict, total=False):
    """How a form is tied into its page; everything has a default.

    `action` is where it posts, the address of the page itself when empty. The first of `buttons`, each
    `(outcome, label)`, is the main one; its outcome is posted as `outcome`. `autosave_url` takes drafts by PUT;
    `saved_at` is when the draft shown was saved. `backup_key` names this person's copy in the browser, for instance
    `u17-task42`; without it nothing is kept in the browser. `author_roles` is what the person filling in the form is
    in this case. With `fields_only` there is neither form element nor button. `ending` stands between the questions and
    the buttons: inputs of the page itself, whose names start with an underscore so that they are no answers.
    """

    action: str
    csrf_token: str
    buttons: Sequence[tuple[str, str]]
    autosave_url: str
    saved_at: datetime | None
    backup_key: str
    author_roles: Iterable[str]
    fields_only: bool
    ending: Markup


_DEFAULTS = Page(
    action="",
    csrf_token="",
    buttons=(("", "Submit"),),
    autosave_url="",
    saved_at=None,
    backup_key="",
    author_roles=(),
    fields_only=False,
    ending=Markup(),
)


def render_form(
    questionnaire: Questionnaire,
    values: Mapping[str, Any] | None,
    errors: Mapping[str, str] | None = None,
    *,
    context: Mapping[str, Any],
    **page: Unpack[Page],
) -> Markup:
    """The form to fill in, as a `<form id="answers">` that works without scripts.

    `values` are stored answers or the texts just posted; None draws an untouched form. `errors` are those of a check,
    `context` is what the expressions of the form see besides the answers. See `Page` for the rest.
    """
    settings = {**_DEFAULTS, **page}
    roles = set(page.get("author_roles", ()))
    errors = errors or {}
    values = questionnaire.prefill() if values is None else values
    drawer = Drawer(questionnaire, values, errors, context=context, author_roles=roles)
    parts = drawer.draw_all(questionnaire.components)
    faulty = [part for part in _walk(parts) if part.error]
    drawn = {part.name for part in faulty}
    return _render(
        "form.html",
        **settings,
        parts=parts,
        faulty=faulty,
        first=faulty[0].name if faulty else None,
        stray=[sentence for name, sentence in errors.items() if name not in drawn],
        live=any(component.hide for component in questionnaire.every_component()),
        disclosure=describe_disclosure(questionnaire.disclosure, roles),
    )


def render_answers(answers: Iterable[ShownAnswer], *, heading: str = "") -> Markup:
    """Answers to read, in the order given. Questions left open say so."""
    return _render("answers.html", answers=list(answers), heading=heading)


def _walk(parts: list[Drawn]) -> Iterator[Drawn]:
    for part in parts:
        yield part
        yield from _walk(part.children)
        for row in part.rows:
            yield from _walk(row)


def _render(template: str, **values: Any) -> Markup:
    return Markup(_TEMPLATES.get_template(f"forms/{template}").render(values))  # noqa: S704 (autoescaped)
