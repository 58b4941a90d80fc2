"""The frame of the pages in a real browser: by mouse and keyboard, on a phone, in the dark, for screen readers."""

from collections.abc import Callable
from wsgiref.types import WSGIApplication

import pytest
from flask import Flask, render_template_string
from playwright.sync_api import Page, expect

from engine import clock
from tests.services.accessibility import LAPTOP, PHONE, find_barriers
from tests.webapp.on_screen import sign_in, watch


@pytest.fixture
def site(app: Flask, serve: Callable[[WSGIApplication], str]) -> str:
    """The address of the application."""
    return serve(app)


def test_a_person_signs_in_looks_around_and_signs_out(page: Page, site: str) -> None:
    complaints = watch(page)
    page.set_viewport_size(LAPTOP)
    sign_in(page, site, "ann")

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
    sign_in(page, site, "ann")
    navigation = page.get_by_role("navigation", name="Main")
    expect(navigation).to_be_hidden()
    page.get_by_role("button", name="Open the menu").click()
    expect(navigation.get_by_role("link", name="My review")).to_be_visible()
    page.keyboard.press("Escape")
    expect(navigation).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], "the page scrolls sideways"


def test_two_keys_lead_to_another_screen(page: Page, site: str) -> None:
    page.set_viewport_size(LAPTOP)
    sign_in(page, site, "ann")
    page.goto(f"{site}/account/password")
    # However long it takes until the second one is pressed
    page.clock.set_fixed_time(clock.now())
    page.keyboard.press("g")
    page.keyboard.press("i")
    expect(page).to_have_url(f"{site}/inbox")


def test_nobody_meets_a_barrier(
    page: Page,
    site: str,
) -> None:
    page.goto(f"{site}/sign-in")
    barriers = {"/sign-in": find_barriers(page)}
    sign_in(page, site, "ann")
    for address in ("/inbox", "/my-review", "/team", "/notifications", "/account", "/account/password", "/nowhere"):
        page.goto(site + address)
        barriers[address] = find_barriers(page)
    assert {address: found for address, found in barriers.items() if found} == {}


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
    sign_in(page, site, "ann")
    page.goto(f"{site}/table")
    assert page.evaluate("document.documentElement.scrollWidth") == width, "the page scrolls sideways"
    card = page.locator(".rf-table-card")
    for text in ("Approve the reward", "1,250.00 EUR", "Released"):
        shown = card.get_by_text(text)
        shown.scroll_into_view_if_needed()
        expect(shown).to_be_in_viewport(ratio=1)
