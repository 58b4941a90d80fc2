"""The pages of forms: added, opened in the builder, previewed as people get them, taken away."""

import json
from collections.abc import Callable

import pytest

from engine import clock
from engine.database import SessionFactory, transaction
from tests.webapp.browsing import Browser
from tests.webapp.designer.test_designing import ask
from workflows.designs import changing, starting

OpenBrowser = Callable[[str], Browser]


@pytest.fixture
def hugo(open_browser: OpenBrowser, factory: SessionFactory) -> Browser:
    """Hugo of HR, with the annual review as a draft."""
    with transaction(factory) as session:
        starting.start_from_shipped(session, "annual_review", "", by="hugo", now=clock.now())
    return open_browser("hugo")


def test_a_form_is_added_listed_and_taken_away(hugo: Browser) -> None:
    page = hugo.open("/designer/1")
    assert "asked at Self-assessment" in page.text
    assert hugo.send("/designer/1/forms", title="").status_code == 422
    assert "Give the form a name" in hugo.page.text
    page = hugo.send("/designer/1/forms", title="Mid-year <check-in>")
    assert page.request.path == "/designer/1/forms/mid-year-check-in"
    assert hugo.heading == "Mid-year <check-in>"
    assert "not asked at any step" in hugo.open("/designer/1").text
    # Its empty draft is among the findings, with the way into the builder.
    assert 'href="/designer/1/forms/mid-year-check-in"' in hugo.page.text
    assert "It is empty." in hugo.page.text
    assert "Changed the form “Mid-year &lt;check-in&gt;”" in hugo.page.text
    assert "in the form “Mid-year &lt;check-in&gt;”" in hugo.open("/designer/1/publication").text
    assert ".json" not in hugo.page.text
    page = hugo.send("/designer/1/forms/mid-year-check-in/removal")
    assert "The form is taken away" in page.text
    assert "Removed the form “mid-year-check-in”" in hugo.open("/designer/1").text
    assert hugo.open("/designer/1/forms/mid-year-check-in").status_code == 404
    # Its file gets another name, and the step that asks it follows.
    page = hugo.send("/designer/1/forms/self-assessment/name", file="My year")
    assert page.request.path == "/designer/1/forms/my-year"
    assert "Asked at Self-assessment." in page.text
    assert "Renamed a file: “self-assessment” is now called “my-year”" in hugo.open("/designer/1").text
    for name, wanted, reason in (
        ("my-year", "??", "Give the file a name of letters"),
        ("my-year", "Release", "another form in a file called “release”"),
        ("reward-proposal", "Money", "knows it by this name"),
    ):
        page = hugo.send(f"/designer/1/forms/{name}/name", file=wanted)
        assert (page.status_code, reason in page.text) == (422, True), wanted
    assert "data-renaming" in hugo.open("/designer/1/forms/my-year").text
    assert "data-renaming" not in hugo.open("/designer/1/forms/reward-proposal").text
    page = hugo.send("/designer/1/forms/my-year/removal")
    assert (page.status_code, "is asked at “Self-assessment”" in page.text) == (409, True)


def test_the_diagram_editor_adds_a_form_for_a_step(hugo: Browser) -> None:
    hugo.open("/designer/1")
    headers = {"X-CSRFToken": hugo.token(), "Accept": "application/json"}
    made = hugo.client.post("/designer/1/forms", data={"title": "Hear both sides"}, headers=headers)
    described = {"name": "hear-both-sides", "label": "Hear both sides", "keys": [], "questions": []}
    assert made.get_json() == {**described, "file": "hear-both-sides"}
    refused = hugo.client.post("/designer/1/forms", data={"title": ""}, headers=headers)
    assert (refused.status_code, "Give the form a name" in refused.get_json()["reason"]) == (422, True)


def test_a_preview_is_the_form_itself(hugo: Browser) -> None:
    address = "/designer/1/forms/manager-review/preview?as=manager"
    page = hugo.open(address)
    assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]
    assert "script-src 'self';" in page.headers["Content-Security-Policy"]
    assert "by the person reviewed once the results are released" in page.text
    # A condition that changes is drawn by the server again, as for everybody else.
    assert field(hugo.send(address, _refresh="1", overall_rating="5").text, "rating_reason") == ""
    assert field(hugo.send(address, _refresh="1", overall_rating="").text, "rating_reason") == "hidden"
    # Handing in checks, and keeps nothing.
    assert hugo.send(address).status_code == 422
    assert "Please correct" in hugo.page.text
    page = hugo.open(f"{address}&filled=yes")
    assert "She finished what was planned" in page.text


def field(page: str, name: str) -> str:
    """What the page says of a field: "hidden" or nothing."""
    return page.partition(f'data-field="{name}"')[2].partition(">")[0].strip()


def test_a_short_form_that_is_complete_could_be_handed_in(hugo: Browser) -> None:
    hugo.open("/designer/1")
    hugo.send("/designer/1/forms", title="Note")
    save(hugo, "note", [{"type": "textarea", "key": "note", "label": "Note", "id": "Field_1"}])
    page = hugo.send("/designer/1/forms/note/preview", note="All well")
    assert "This could be handed in" in page.text
    assert "All well" in page.text


def save(browser: Browser, name: str, components: list[dict[str, object]]) -> None:
    body = json.dumps({"type": "default", "name": name, "components": components}).encode()
    assert ask(browser, "PUT", f"/designer/1/files/forms/{name}.json", body, 99)[0] == 200


def test_what_others_read_is_previewed_by_the_contract(hugo: Browser) -> None:
    def read(reader: str, state: str) -> str:
        return hugo.open(f"/designer/1/forms/manager-review/preview?read={reader}&state={state}").text

    assert "There is nothing here for you to read now." in read("subject", "submitted")
    released = read("subject", "released")
    assert "Overall rating" in released
    assert "Private note" not in released
    assert "Private note" in read("manager", "submitted")
    assert "Private note" not in read("calibration", "calibrated")
    # What is no reader reads nothing.
    assert "There is nothing here" in read("author", "submitted")


def test_a_form_that_cannot_be_shown_says_why(hugo: Browser) -> None:
    hugo.open("/designer/1")
    hugo.send("/designer/1/forms", title="Note")
    save(
        hugo, "note", [{"type": "number", "key": "n", "label": "N", "id": "Field_7", "validate": {"min": 3, "max": 1}}]
    )
    page = hugo.open("/designer/1/forms/note/preview")
    assert "This form cannot be shown yet." in page.text
    assert "is more than" in page.text
    _, answer = ask(hugo, "GET", "/designer/1/findings")
    (finding,) = answer["findings"]
    assert (finding["file"], finding["id"], finding["name"]) == ("forms/note.json", "Field_7", 'field "N"')


def test_an_archived_draft_is_not_built_any_more(hugo: Browser, factory: SessionFactory) -> None:
    with transaction(factory) as session:
        changing.archive(session, 1, by="hugo", now=clock.now())
    page = hugo.open("/designer/1/forms/self-assessment")
    assert page.request.path == "/designer/1"
    assert "/designer/1/forms/self-assessment" not in page.text
