"""The pages of decision tables: added, opened in the editor, asked by steps, taken away."""

import re
from collections.abc import Callable

import pytest

from engine import clock
from engine.database import SessionFactory, transaction
from tests.webapp.browsing import Browser
from workflows.designs import starting

OpenBrowser = Callable[[str], Browser]


@pytest.fixture
def hugo(open_browser: OpenBrowser, factory: SessionFactory) -> Browser:
    """Hugo of HR, with the annual review as a draft."""
    with transaction(factory) as session:
        starting.start_from_shipped(session, "annual_review", "", by="hugo", now=clock.now())
    return open_browser("hugo")


def test_a_table_is_added_listed_and_taken_away(hugo: Browser) -> None:
    page = hugo.open("/designer/1")
    assert "asked at Who must approve?" in page.text
    assert hugo.send("/designer/1/tables", title="").status_code == 422
    assert "Give the table a name" in hugo.page.text
    page = hugo.send("/designer/1/tables", title="Who gets a <bonus>?")
    assert page.request.path == "/designer/1/tables/who-gets-a-bonus"
    assert hugo.heading == "Who gets a <bonus>?"
    # It has no row yet, which the checks say with the way to it.
    assert "not asked at any step" in hugo.open("/designer/1").text
    assert 'href="/designer/1/tables/who-gets-a-bonus' in hugo.page.text
    assert "The table has no rows." in hugo.page.text
    page = hugo.send("/designer/1/tables/who-gets-a-bonus/removal")
    assert "The table is taken away" in page.text
    assert hugo.open("/designer/1/tables/who-gets-a-bonus").status_code == 404
    page = hugo.send("/designer/1/tables/reward_approval/removal")
    assert (page.status_code, "is asked at “Who must approve?”" in page.text) == (409, True)


def test_the_diagram_editor_adds_a_table_for_a_step(hugo: Browser) -> None:
    hugo.open("/designer/1")
    headers = {"X-CSRFToken": hugo.token(), "Accept": "application/json"}
    made = hugo.client.post("/designer/1/tables", data={"title": "Who gets more?"}, headers=headers)
    assert made.get_json() == {"name": "who-gets-more", "label": "Who gets more?", "file": "who-gets-more"}
    refused = hugo.client.post("/designer/1/tables", data={"title": ""}, headers=headers)
    assert (refused.status_code, "Give the table a name" in refused.get_json()["reason"]) == (422, True)


TRIALS = "/designer/1/tables/reward_approval/trials"


def test_values_are_tried_and_test_rows_judged(hugo: Browser) -> None:
    hugo.open("/designer/1")
    headers = {"X-CSRFToken": hugo.token(), "Accept": "application/json"}
    values = {"decision": "reward-approval", "given-reward_kind": '"bonus"', "given-amount_percent": "7.5"}
    tried = hugo.client.post(TRIALS, data=values, headers=headers).get_json()
    assert (tried["answers"], tried["decided"]) == ({"compensation": "true", "executive": "false"}, [2])
    assert tried["cells"] == {"1": [True, False], "2": [True, True, True]}
    unknown = hugo.client.post(TRIALS, data={"decision": "other"}, headers=headers)
    assert (unknown.status_code, "no such decision" in unknown.get_json()["reason"]) == (404, True)
    # A test row that is wrong is found wherever the package is checked.
    known = hugo.client.get(TRIALS).get_json()
    asked = {one["name"]: one["type"] for one in known["asks"]}
    assert asked == {"reward_kind": "string", "amount_percent": "number", "new_grade": "string"}
    assert {row["problem"] for row in known["rows"]["reward-approval"]} == {""}
    path = "/designer/1/files/decisions/reward_approval.dmn"
    found = hugo.client.get(path)
    save = {**headers, "If-Match": found.headers["ETag"]}
    assert hugo.client.put(path, data=with_a_wrong_row(found.get_data(as_text=True)), headers=save).status_code == 200
    *_, judged = hugo.client.get(TRIALS).get_json()["rows"]["reward-approval"]
    assert (judged["wrong"], judged["problem"]) == (["executive"], "Executive sign-off should be yes, but is no.")
    (said,) = hugo.client.get("/designer/1/findings", headers=headers).get_json()["findings"]
    assert (said["severity"], said["id"], said["name"]) == ("error", "t1", "Reward approval, test row 7 “Small”")
    page = hugo.open("/designer/1/publication").text
    assert "Executive sign-off should be yes" in page
    # It is solved where it stands, and nowhere else.
    assert re.search(r'href="/designer/1/tables/reward_approval#t1">.*Solve it in the table', page)
    assert "Solve it in the diagram" not in page
    # And a file that is no table says so.
    assert hugo.client.put(path, data="<x/>", headers={**headers, "If-Match": '"99"'}).status_code == 200
    assert "not a decision model" in hugo.client.get(TRIALS).get_json()["problem"]


def with_a_wrong_row(text: str) -> str:
    """The table with a test row that asks a small bonus to be signed by an executive."""
    given = '<rf:given name="reward_kind">"bonus"</rf:given><rf:given name="amount_percent">2</rf:given>'
    row = f'<rf:testRow id="t1" name="Small">{given}<rf:expected name="executive">true</rf:expected></rf:testRow>'
    return text.replace("</extensionElements>", f"{row}</extensionElements>", 1)
