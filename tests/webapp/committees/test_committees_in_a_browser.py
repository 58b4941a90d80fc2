"""The pages of committees in a real browser: nobody meets a barrier, with nobody in one and with long names."""

from collections.abc import Callable
from wsgiref.types import WSGIApplication

from flask import Flask
from playwright.sync_api import Page, expect

from engine import SessionFactory, clock, transaction
from tests.services.accessibility import find_barriers
from tests.webapp.on_screen import sign_in, watch
from workflows.people.committees import CHAIR, found_committee, give_seat
from workflows.people.models import Person


def test_hr_meets_no_barrier_among_committees(
    page: Page, app: Flask, serve: Callable[[WSGIApplication], str], factory: SessionFactory
) -> None:
    complaints = watch(page)
    site = serve(app)
    sign_in(page, site, "hugo")
    page.goto(f"{site}/committees")
    barriers = find_barriers(page)
    with transaction(factory) as session:
        session.get_one(Person, "mara").name = "Mara Aparecida dos Santos-Wolkenstein " * 4
        found_committee(session, "Promotions and exceptional rewards of everybody " * 4)
        committee = found_committee(session, "Promotions").id
        give_seat(session, committee, "mara", role=CHAIR, weight=2, has_veto=True, day=clock.now().date())
    page.goto(f"{site}/committees")
    barriers += find_barriers(page)
    page.get_by_role("link", name="Promotions", exact=True).click()
    page.get_by_role("link", name="Change the seat of Mara").click()
    expect(page.get_by_label("As what?")).to_have_value("chair")
    expect(page.get_by_label("A rejection is enough")).to_be_checked()
    barriers += find_barriers(page)
    page.get_by_role("button", name="End the seat of Mara").click()
    expect(page.get_by_text("Nobody has a seat yet")).to_be_visible()
    assert (barriers, complaints) == ([], [])
