"""A small site with one questionnaire, as a view would use it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask, jsonify, request

from engine import clock
from webapp.assets import asset_url, register_assets
from webapp.forms import apply_buttons, read_submitted, render_form
from webapp.security_headers import CONTENT
from workflows.questionnaires import Questionnaire, load

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Answers</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="csrf-token" content="t0ken">
<link rel="stylesheet" href="{app}"><link rel="stylesheet" href="{css}">
<script type="module" src="{js}"></script></head>
<body><main class="container py-4" id="content"><h1>{title}</h1>{form}</main></body></html>"""


class Site:
    """The server side of a step: remembers the draft and what was submitted. While `broken`, no draft is saved."""

    def __init__(self, questionnaire: Questionnaire, context: dict[str, Any]) -> None:
        self.questionnaire = questionnaire
        self.context = context
        self.draft: dict[str, Any] | None = None
        self.saved_at: datetime | None = None
        self.submitted: dict[str, Any] | None = None
        self.broken = False
        self.tokens: list[str | None] = []
        self.app = Flask(__name__)
        register_assets(self.app)
        self.app.add_url_rule("/step", view_func=self.show, methods=["GET", "POST"])
        self.app.add_url_rule("/draft", view_func=self.save, methods=["PUT"])
        self.app.after_request(self._protect)

    def show(self) -> Any:
        values, errors = self.draft, {}
        if request.method == "POST":
            values = read_submitted(request.form)
            if not apply_buttons(request.form, values):
                checked = self.questionnaire.check(values, context=self.context)
                if checked.ok:
                    self.submitted = checked.answers
                    return "Thank you."
                errors = checked.errors
        form = render_form(
            self.questionnaire,
            values,
            errors,
            context=self.context,
            autosave_url="/draft",
            saved_at=self.saved_at,
            backup_key="u1-task1",
            author_roles={"subject"},
        )
        urls = {"app": asset_url("app.css"), "css": asset_url("forms.css"), "js": asset_url("forms.js")}
        return PAGE.format(title=self.questionnaire.name, form=form, **urls), 422 if errors else 200

    def save(self) -> Any:
        if self.broken:
            return "", 503
        self.tokens.append(request.headers.get("X-CSRFToken"))
        self.draft = self.questionnaire.check(read_submitted(request.form), context=self.context, draft=True).answers
        self.saved_at = clock.now().astimezone(UTC)
        return jsonify(saved_at=self.saved_at.isoformat())

    @staticmethod
    def _protect(response: Any) -> Any:
        response.headers["Content-Security-Policy"] = "; ".join(f"{name} {value}" for name, value in CONTENT.items())
        return response


@pytest.fixture
def open_site() -> Callable[..., Site]:
    """`open_site(component, component, …, name="Review", year=2027)`: other keywords are the context."""

    def open_form(*components: dict[str, Any], name: str = "Review", **context: Any) -> Site:
        return Site(load(json.dumps({"name": name, "components": components})), context)

    return open_form
