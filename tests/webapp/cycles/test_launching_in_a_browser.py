"""Launching with a preview that follows, and the pages of a cycle for everybody: small screens, both themes."""

from collections.abc import Callable
from typing import Literal
from wsgiref.types import WSGIApplication

import pytest
from flask import Flask
from playwright.sync_api import Page, ViewportSize, expect

from engine import jobs
from engine.database import SessionFactory
from tests.services.accessibility import Problem
from tests.webapp.browsing import PASSWORD
from tests.webapp.reviewing import Review

Serve = Callable[[WSGIApplication], str]
PHONE: ViewportSize = {"width": 390, "height": 844}
LAPTOP: ViewportSize = {"width": 1280, "height": 900}


def sign_in(page: Page, site: str, who: str = "hugo") -> None:
    page.goto(f"{site}/sign-in")
    page.get_by_label("E-mail address").fill(f"{who}@company.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Sign in")


def test_hr_launches_a_cycle_and_watches_it_start(
    page: Page, app: Flask, serve: Serve, factory: SessionFactory
) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    site = serve(app)
    sign_in(page, site)
    # Given the published process
    page.goto(f"{site}/cycles")
    page.get_by_role("link", name="Launch the first cycle").click()
    page.get_by_role("button", name="Publish “Annual review”").click()
    preview = page.locator("#preview")
    expect(preview).to_contain_text("5 people take part")
    # When HR ticks contractors, the preview follows without a reload, and what was typed stays
    page.get_by_label("Name of the cycle").fill("Annual review 2026")
    page.get_by_label("Contractors").check()
    expect(preview).to_contain_text("6 people take part")
    page.get_by_label("Contractors").uncheck()
    expect(preview).to_contain_text("5 people take part")
    expect(page.get_by_label("Name of the cycle")).to_have_value("Annual review 2026")
    # And confirms
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("5 people get “Self-assessment”")).to_be_visible()
    page.get_by_role("button", name="Launch for 5 people").click()
    # Then the page tells that the tasks are on their way, and shows the progress by itself once they are out.
    expect(page.get_by_role("heading", name="The first tasks are being handed out")).to_be_visible()
    while jobs.drain(factory, limit=100, seconds=60):
        pass
    expect(page.get_by_role("heading", name="The first tasks are being handed out")).to_have_count(0, timeout=10_000)
    expect(page.get_by_role("link", name="Self-assessment").first).to_be_visible()
    # A step of the diagram leads to the people there.
    page.locator("[data-element=self_assessment]").click()
    expect(page.get_by_role("heading", name="Self-assessment")).to_be_visible()
    assert complaints == [], "the content policy or a script objects"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_nobody_meets_a_barrier(
    page: Page,
    review: Review,
    serve: Serve,
    accessibility_problems: Callable[[Page], list[Problem]],
    size: ViewportSize,
    scheme: Literal["light", "dark"],
) -> None:
    review.travel(days=16)
    site = serve(review.app)
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    sign_in(page, site)
    task = review.task("self_assessment", "ann")
    problems, wide = {}, []
    for address in (
        "/cycles",
        "/cycles/new?process=annual_review",
        "/cycles/new/confirmation?process=annual_review&name=Spring&period_from=2026-01-01&period_to=2026-12-31",
        "/cycles/1",
        "/cycles/1/participants",
        "/cycles/1/stuck",
        "/cycles/1/people/ann",
        f"/cycles/1/tasks/{task.id}/holder?q=e",
        "/incidents",
        "/people",
        "/people/ben",
        "/people/import",
    ):
        page.goto(site + address)
        problems[address] = accessibility_problems(page)
        if page.evaluate("document.documentElement.scrollWidth") > size["width"]:
            wide.append(address)
    assert {address: found for address, found in problems.items() if found} == {}
    assert wide == [], "these pages scroll sideways"
