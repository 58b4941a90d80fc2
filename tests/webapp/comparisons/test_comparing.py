"""HR compares the draft of a process with what is published: in words, on both diagrams, and by two dry runs."""

import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from flask import Flask, get_template_attribute
from playwright.sync_api import Page, expect

from engine import clock, definitions
from engine.database import SessionFactory, transaction
from tests.services.accessibility import find_barriers
from tests.webapp.browsing import Browser
from tests.webapp.dry_running import play
from tests.webapp.on_screen import Serve, sign_in, watch
from tests.workflows.simulation.playing import inside, one_step
from tests.workflows.small_cycle import counted
from workflows.designs import changing, starting
from workflows.designs.reading import read_file
from workflows.simulation.models import DryRun

OpenBrowser = Callable[[str], Browser]
BEGINS_AT = "all => all.map((one) => one.dataset.beginsAt)"
LOOK = '<bpmn:userTask id="look" name="Look at it" rf:actor="manager" rf:due="P3D" />'
AGAIN = '<bpmn:userTask id="again" name="Look again" rf:actor="HR partner" rf:due="P9D" />'


@pytest.fixture
def published(factory: SessionFactory) -> int:
    """A process in which every participant is looked at once."""
    with transaction(factory) as session:
        return definitions.deploy(session, one_step(), by="hugo", now=clock.now()).id


@pytest.fixture
def draft(factory: SessionFactory, published: int) -> int:
    """Its draft, in which HR looks again."""
    with transaction(factory) as session:
        design = starting.start_from_definition(session, published, "", by="hugo", now=clock.now()).id
    with transaction(factory) as session:
        path, content = next(iter(inside(LOOK + AGAIN).items()))
        revision = read_file(session, design, path).revision
        changing.save_file(session, design, path, content, based_on=revision, by="hugo", now=clock.now())
    return design


def test_a_draft_is_compared_with_what_is_published(
    page: Page, app: Flask, serve: Serve, factory: SessionFactory, draft: int, started: list[int]
) -> None:
    complaints = watch(page)
    site = serve(app)
    sign_in(page, site, "hugo")
    # Given what is different, in words and on both pictures
    page.goto(f"{site}/designer")
    page.get_by_role("link", name="Compare the draft with version 1").click()
    expect(page.get_by_role("region", name="In words")).to_contain_text("“Look again” is new")
    expect(page.get_by_role("region", name="Picture of One step (draft)")).to_contain_text("new")
    expect(page.get_by_role("region", name="Picture of One step, version 1")).not_to_contain_text("new")
    # and each begins at the same place: the new step, and in the old picture what comes just before it
    assert page.locator(".diagram-scroll").evaluate_all(BEGINS_AT) == ["look", "again"]
    # When both are played
    page.get_by_role("button", name="Play both").click()
    expect(page.get_by_text("it waits for its turn")).to_have_count(2)
    assert find_barriers(page) == []
    play(factory, started)
    # Then the page has found both by itself, on one scale
    expect(page.get_by_role("heading", name="Tasks done by day")).to_be_visible()
    expect(page.get_by_text("“Look again” is new: 5 tasks")).to_be_visible()
    expect(page.get_by_role("img", name="Tasks done by day")).to_have_count(2)
    expect(page.get_by_role("heading", name="When the cases are closed")).to_be_visible()
    expect(page.get_by_role("table", name="Tasks per person")).to_contain_text("Hugo")
    assert find_barriers(page) == []
    # And from the report of the draft the step of a problem is looked at
    page.get_by_role("link", name="Report of One step (draft)").click()
    expect(page.get_by_role("heading", name="What needs attention")).to_be_visible()
    assert find_barriers(page) == []
    page.get_by_role("link", name="Show the step").first.click()
    expect(page.get_by_role("heading", name="in the diagram")).to_be_visible()
    assert find_barriers(page) == []
    page.goto(f"{site}/dry-runs")
    expect(page.get_by_role("link", name="One step, compared")).to_have_count(2)
    assert find_barriers(page) == []
    assert complaints == []


def test_of_many_sentences_about_one_matter_a_few_are_shown(app: Flask) -> None:
    units = [f"Unit {number}: nine of ten are closed 2 days later." for number in range(41)]
    with app.test_request_context():
        parts = get_template_attribute("simulations/parts.html", "difference_list")
        told = parts([["The cycle ends 2 days later."], units])
    shown, _, folded = told.partition("<details>")
    assert "The cycle ends 2 days later." in shown
    assert [unit in shown for unit in units] == [True] * 4 + [False] * 37
    assert "and 37 more like these" in folded
    assert all(unit in folded for unit in units[4:])
    # A single one more is not worth a click
    assert "<details>" not in parts([units[:5]])


def test_watching_both_being_played_reads_neither(
    factory: SessionFactory, open_browser: OpenBrowser, published: int, draft: int, started: list[int]
) -> None:
    hugo, pair = open_browser("hugo"), {"before": f"published-{published}", "after": f"draft-{draft}"}
    address = f"/comparisons?{urlencode(pair)}"
    hugo.open(address)
    hugo.send("/comparisons", **pair)
    with counted(factory) as sent:
        assert "it waits for its turn" in hugo.open(address, **{"HX-Request": "true"}).text
    assert not [one for one in sent if "_file" in one]


def test_what_cannot_be_compared_says_so(
    factory: SessionFactory, open_browser: OpenBrowser, published: int, started: list[int]
) -> None:
    hugo, both = open_browser("hugo"), f"before=published-{published}&after=published-{published}"
    assert "There is nothing to compare yet" in hugo.open("/comparisons").text
    assert "Choose two that are not the same." in hugo.open(f"/comparisons?{both}").text
    assert hugo.open(f"/comparisons?before=published-{published}&after=draft-99").status_code == 404
    assert hugo.open(f"/comparisons?before=published-{published}&after=whatever").status_code == 404
    # Two that were stopped are not a result
    with transaction(factory) as session:
        other = starting.start_from_definition(session, published, "", by="hugo", now=clock.now()).id
    pair = {"before": f"published-{published}", "after": f"draft-{other}"}
    chosen = re.findall(r'value="([^"]+)" selected', hugo.open("/comparisons").text)
    assert chosen == [pair["before"], pair["after"]], "from older to newer"
    assert "Both mean the same." in hugo.open(f"/comparisons?before={pair['before']}&after={pair['after']}").text
    hugo.send("/comparisons", **pair)
    with transaction(factory) as session:
        for run in session.query(DryRun):
            run.state = "cancelled"
    hugo.open(f"/comparisons?before={pair['before']}&after={pair['after']}")
    assert "was not played to its end" in hugo.page.text
    assert "Play both again" in hugo.page.text
    # And a draft that cannot run yet is named, with what stands in its way
    with transaction(factory) as session:
        path, content = next(iter(one_step("nobody at all").items()))
        changing.save_file(session, other, path, content, based_on=1, by="hugo", now=clock.now())
    hugo.open(f"/comparisons?before={pair['before']}&after={pair['after']}")
    assert "“One step (draft)” cannot run yet." in hugo.page.text
    assert "Play both" not in hugo.page.text
