"""Launching with a preview that follows, and the pages of a cycle for everybody: small screens, both themes."""

from flask import Flask
from playwright.sync_api import Page, expect

from engine import jobs
from engine.database import SessionFactory
from tests.services.accessibility import find_barriers
from tests.webapp.on_screen import Serve, sign_in, watch
from tests.webapp.reviewing import Review


def test_hr_launches_a_cycle_and_watches_it_start(
    page: Page, app: Flask, serve: Serve, factory: SessionFactory
) -> None:
    complaints = watch(page)
    site = serve(app)
    sign_in(page, site, "hugo")
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
    expect(page.get_by_text("“Self-assessment” begins for 5 people")).to_be_visible()
    page.get_by_role("button", name="Launch for 5 people").click()
    # Then the page tells that the tasks are on their way, and shows the progress by itself once they are out.
    expect(page.get_by_role("heading", name="The first tasks are being handed out")).to_be_visible()
    while jobs.drain(factory, limit=100, seconds=60):
        pass
    expect(page.get_by_role("heading", name="The first tasks are being handed out")).to_have_count(0)
    expect(page.get_by_role("link", name="Self-assessment").first).to_be_visible()
    # A step of the diagram leads to the people there.
    page.locator("[data-element=self_assessment]").click()
    expect(page.get_by_role("heading", name="Self-assessment")).to_be_visible()
    assert complaints == [], "the content policy or a script objects"


def test_nobody_meets_a_barrier(
    page: Page,
    review: Review,
    serve: Serve,
) -> None:
    review.travel(days=16)
    site = serve(review.app)
    sign_in(page, site, "hugo")
    task = review.task("self_assessment", "ann")
    barriers = {}
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
        barriers[address] = find_barriers(page)
    assert {address: found for address, found in barriers.items() if found} == {}
