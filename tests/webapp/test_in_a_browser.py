"""The frame of the pages in a real browser: by mouse and keyboard, on a phone, in the dark, for screen readers."""

from collections.abc import Callable
from typing import Literal
from wsgiref.types import WSGIApplication

import pytest
from flask import Flask
from playwright.sync_api import Page, ViewportSize, expect

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
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")


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
    expect(navigation.get_by_role("link", name="Your account")).to_be_visible()
    page.keyboard.press("Escape")
    expect(navigation).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], "the page scrolls sideways"


def test_two_keys_lead_to_another_screen(page: Page, site: str) -> None:
    page.set_viewport_size(LAPTOP)
    sign_in(page, site)
    page.goto(f"{site}/account/password")
    page.keyboard.press("g")
    page.keyboard.press("a")
    expect(page).to_have_url(f"{site}/account")


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
    for address in ("/account", "/account/password", "/nowhere"):
        page.goto(site + address)
        problems[address] = accessibility_problems(page)
    assert {address: found for address, found in problems.items() if found} == {}
