"""The frame of the pages in a real browser: by mouse and keyboard, on a phone, in the dark, for screen readers."""

from collections.abc import Callable
from typing import Literal
from wsgiref.types import WSGIApplication

import pytest
from flask import Flask, render_template_string
from playwright.sync_api import Page, ViewportSize, expect

from engine import clock
from tests.services.accessibility import Problem
from tests.webapp.browsing import PASSWORD

PHONE: ViewportSize = {"width": 390, "height": 844}
LAPTOP: ViewportSize = {"width": 1280, "height": 800}


@pytest.fixture
def site(app: Flask, serve: Callable[[WSGIApplication], str]) -> str:
    """The address of the application."""
    return serve(app)


def sign_in(page: Page, site: str) -> None:
    page.goto(site)
    page.get_by_label("E-mail address").fill("ann@company.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Inbox")


def test_a_person_signs_in_looks_around_and_signs_out(page: Page, site: str) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_viewport_size(LAPTOP)
    sign_in(page, site)

    page.keyboard.press("Shift+?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    page.get_by_role("button", name="Ann").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert complaints == [], "the content policy or a script objects"


def test_on_a_phone_the_navigation_opens_and_closes(page: Page, site: str) -> None:
    page.set_viewport_size(PHONE)
    sign_in(page, site)
    navigation = page.get_by_role("navigation", name="Main")
    expect(navigation).to_be_hidden()
    page.get_by_role("button", name="Open the menu").click()
    expect(navigation.get_by_role("link", name="My review")).to_be_visible()
    page.keyboard.press("Escape")
    expect(navigation).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], "the page scrolls sideways"


def test_two_keys_lead_to_another_screen(page: Page, site: str) -> None:
    page.set_viewport_size(LAPTOP)
    sign_in(page, site)
    page.goto(f"{site}/account/password")
    page.keyboard.press("g")
    page.keyboard.press("i")
    expect(page).to_have_url(f"{site}/inbox")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_nobody_meets_a_barrier(
    page: Page,
    site: str,
    accessibility_problems: Callable[[Page], list[Problem]],
    size: ViewportSize,
    scheme: Literal["light", "dark"],
) -> None:
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{site}/sign-in")
    problems = {"/sign-in": accessibility_problems(page)}
    sign_in(page, site)
    for address in ("/inbox", "/my-review", "/team", "/notifications", "/account", "/account/password", "/nowhere"):
        page.goto(site + address)
        problems[address] = accessibility_problems(page)
    assert {address: found for address, found in problems.items() if found} == {}


TABLE = """
{% extends "layouts/page.html" %}
{% from "macros/tables.html" import data_table, cell %}
{% from "macros/people.html" import person %}
{% from "macros/badges.html" import badge, due_badge, progress %}
{% block content %}
<h1>Open tasks</h1>
{% call data_table("Open tasks", ["Task", "About", "Cycle", "Due", ("Amount", "end"), "State"]) %}
  <tr>
    {% call cell() %}<a href="#1">Approve the reward</a>{% endcall %}
    {% call cell("About") %}{{ person("Max-Alexander Wolfeschlegelsteinhausenbergerdorff", "Engineer") }}{% endcall %}
    {% call cell("Cycle") %}Annual review 2026 {{ progress(318, 1000, "Reviews done") }}{% endcall %}
    {% call cell("Due") %}{{ due_badge(due) }}{% endcall %}
    {% call cell("Amount", "end") %}1,250.00 EUR{% endcall %}
    {% call cell("State") %}{{ badge("Released", "success", "circle-check") }}{% endcall %}
  </tr>
{% endcall %}
{% endblock %}
"""


@pytest.mark.parametrize("width", [1280, 1000, 768, 390, 320])
def test_a_wide_table_loses_nothing_on_any_screen(
    app: Flask, page: Page, serve: Callable[[WSGIApplication], str], width: int
) -> None:
    app.add_url_rule("/table", view_func=lambda: render_template_string(TABLE, due=clock.now()))
    site = serve(app)
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, site)
    page.goto(f"{site}/table")
    assert page.evaluate("document.documentElement.scrollWidth") == width, "the page scrolls sideways"
    card = page.locator(".rf-table-card")
    for text in ("Approve the reward", "1,250.00 EUR", "Released"):
        shown = card.get_by_text(text)
        shown.scroll_into_view_if_needed()
        expect(shown).to_be_in_viewport(ratio=1)
