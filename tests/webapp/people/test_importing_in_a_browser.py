"""Importing in a real browser: the file is chosen once, looked at, and applied."""

from flask import Flask
from playwright.sync_api import Page, expect

from tests.services.accessibility import find_barriers
from tests.webapp.on_screen import Serve, sign_in, watch
from tests.workflows.people.cast import cast, changed, people_file, person


def test_a_file_is_chosen_once_looked_at_and_applied(page: Page, app: Flask, serve: Serve) -> None:
    complaints = watch(page)
    site = serve(app)
    sign_in(page, site, "hugo", to="/people/import")

    def choose(content: bytes) -> None:
        page.get_by_label("CSV file").set_input_files({"name": "hr.csv", "mimeType": "text/csv", "buffer": content})
        page.get_by_role("button", name="Look at it first").click()

    # Given a file with a defect, the page tells which, and nothing else is lost
    choose(people_file(changed(cast(), "ann", manager_id="nobody")))
    expect(page.get_by_text("manager does not exist")).to_be_visible()
    # When it is corrected and looked at again
    choose(people_file([*cast(), person("zoe", "ben")]))
    expect(page.get_by_role("button", name="Apply this file")).to_be_visible()
    # Then one more click applies it.
    page.get_by_role("button", name="Apply this file").click()
    expect(page.get_by_text("1 new, 0 changed")).to_be_visible()
    expect(page.get_by_role("link", name="Zoe")).to_be_visible()
    # And it can be taken back.
    page.goto(f"{site}/people/import/undo")
    assert find_barriers(page) == []
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("hr.csv is taken back")).to_be_visible()
    expect(page.get_by_role("link", name="Zoe")).to_have_count(0)
    assert complaints == []
