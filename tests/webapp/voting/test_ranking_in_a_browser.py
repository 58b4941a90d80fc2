"""A committee that ranks cases in a real browser: by keyboard, by dragging, on a phone; and without a script."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import Instance, Member, SessionFactory, Task, clock, definitions, instances, jobs, registry, transaction
from tests.engine.drawing import draw, person, sub
from tests.engine.pictures import with_pictures
from tests.services.accessibility import find_problems
from tests.webapp.browsing import Browser
from tests.webapp.on_screen import Serve, forget, sign_in, watch
from workflows.people.committees import CHAIR, found_committee, give_seat
from workflows.people.models import Person
from workflows.routing.facts import day_of

PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1280, "height": 900}
LONG = "Maximiliane-Alexandra von und zu Hohenlohe-Schillingsfürst-Bartenstein"


@pytest.fixture
def ballots(factory: SessionFactory) -> Iterator[dict[str, int]]:
    """Mara, who leads, and Olga rank Ann, Ben and Carl, with room for one; the number of each one's first task."""

    def list_candidates(_session: Session, _instance: Instance, _now: Any) -> list[Member]:
        return [Member(name, name, {"cost": 1000 * at}) for at, name in enumerate(("ann", "ben", "carl"), 1)]

    registry.population("tests.candidates")(list_candidates)
    now = clock.now()
    with transaction(factory) as session:
        found_committee(session, "Bonuses")
        for who, role in (("mara", CHAIR), ("olga", "member")):
            give_seat(session, "bonuses", who, role=role, day=day_of(now))
        session.get_one(Person, "ben").name = LONG
        given = {"vote": "ranking", "actor": "committee", "actorArgument": "bonuses", "voteCapacity": "1"}
        step = person(
            "decide", "Decide on the bonus", sets="decision = outcome", **given, voteBudget="9000", voteCost="cost"
        )
        package = draw("start > cases > end", sub("cases", "start1 > decide > end1", step, over="tests.candidates"))
        definition = definitions.deploy(session, with_pictures(package), by=None, now=now)
        instances.start(session, definition, name="Bonuses", by="hugo", now=now)
    work(factory)
    with factory() as session:
        rows = session.execute(select(Task.assignee, Task.id).where(Task.state == "open").order_by(Task.id.desc()))
        found = {str(row.assignee): row.id for row in rows}
    yield found
    del registry.populations["tests.candidates"]


def work(factory: SessionFactory) -> None:
    while jobs.drain(factory, limit=100, seconds=60):
        pass


def outcomes(factory: SessionFactory) -> dict[str, Any]:
    with factory() as session:
        cases = session.scalars(select(Instance).where(Instance.subject.is_not(None)))
        return {case.subject or "": case.variables.get("decision") for case in cases}


def is_fine(page: Page) -> None:
    assert find_problems(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def comes(page: Page, site: str, who: str, task_id: int) -> Locator:
    """Somebody comes from their inbox to the cases; their names in the order of the list."""
    forget(page)
    sign_in(page, site, who)
    page.goto(f"{site}/tasks/{task_id}")
    page.get_by_role("link", name="Rank the cases").click()
    page.locator("[data-ranking][data-ready]").wait_for()
    return page.locator("[data-ranking] .rf-ranking-who > a")


def drag_to_the_top(page: Page, name: str) -> None:
    cases = page.locator("[data-case]")
    cases.filter(has_text=name).drag_to(cases.first, target_position={"x": 200, "y": 4})


def test_a_committee_puts_cases_in_order_and_closes(
    page: Page, app: Flask, serve: Serve, factory: SessionFactory, ballots: dict[str, int]
) -> None:
    complaints, site = watch(page), serve(app)
    # Given Olga on a phone
    page.set_viewport_size(PHONE)
    order = comes(page, site, "olga", ballots["olga"])
    expect(order).to_have_text(["Ann", LONG, "Carl"])
    expect(page.get_by_text("There is room for 1, and up to 9,000 together.")).to_be_visible()
    is_fine(page)
    # When she moves a case with the arrows, it is told, and the line stays where there is room to
    page.get_by_role("button", name=f"Move {LONG} up").click()
    expect(order).to_have_text([LONG, "Ann", "Carl"])
    expect(page.locator("[data-said]")).to_have_text(f"{LONG} is number 1 of 3.")
    expect(page.locator("[data-ranking] li").nth(1)).to_have_text("The line: there is room down to here")
    expect(page.get_by_role("button", name=f"Move {LONG} up")).to_be_focused()
    page.get_by_role("button", name="Hand in this order").click()
    expect(page.get_by_text("Still to come: Mara.")).to_be_visible()
    expect(page.get_by_role("button", name="Close the ranking and decide")).to_have_count(0)
    is_fine(page)
    # When Mara, who leads, does so on a desk, with the keyboard and by dragging, and closes it
    page.set_viewport_size(WIDE)
    order = comes(page, site, "mara", ballots["mara"])
    page.get_by_role("link", name="Carl").press("Alt+ArrowUp")
    expect(order).to_have_text(["Ann", "Carl", LONG])
    drag_to_the_top(page, LONG)
    expect(order).to_have_text([LONG, "Ann", "Carl"])
    page.get_by_role("button", name="Hand in this order").click()
    expect(page.get_by_text("2 of 2 have handed in an order.")).to_be_visible()
    is_fine(page)
    page.get_by_role("button", name="Close the ranking and decide").click()
    # Then every case goes on
    expect(page.get_by_text("The ranking is closed: 3 cases are decided.")).to_be_visible()
    expect(page.get_by_text("Place 1 of 3. It stands above the line.")).to_be_visible()
    is_fine(page)
    work(factory)
    assert (outcomes(factory), complaints) == ({"ben": "approve", "ann": "reject", "carl": "reject"}, [])


def test_without_a_script_and_for_whoever_has_no_part_in_it(
    open_browser: Callable[[str], Browser], factory: SessionFactory, ballots: dict[str, int]
) -> None:
    # Given the order that the page shows
    olga = open_browser("olga")
    olga.open("/votes/rankings/1")
    # When an arrow is pressed, nothing is handed in yet
    page = olga.send("/votes/rankings/1", move="up-2", order=["1", "2", "3"])
    assert re.findall(r'name="order" value="(\d)"', page.text) == ["2", "1", "3"]
    # When it is, it counts; and one that leaves somebody out does not
    assert "Other cases are before you by now" in olga.send("/votes/rankings/1", order=["2", "1"]).text
    assert "Your order is handed in." in olga.send("/votes/rankings/1", order=["2", "1", "3"]).text
    assert "Mara can close it, which decides on every case." in olga.open("/votes/rankings/1").text
    assert "Whoever leads the committee closes" in olga.send("/votes/rankings/1/close").text
    # And nobody else finds it: neither HR nor whom it is about.
    for who in ("hugo", "ann"):
        assert open_browser(who).open("/votes/rankings/1").status_code == 404
    assert open_browser("olga").open("/votes/rankings/77").status_code == 404
    # Nor does a vote on a single case do anything here.
    with factory() as session:
        task = session.scalars(select(Task.id).where(Task.assignee == "mara")).first()
    assert "ranked with the others" in open_browser("mara").send(f"/votes/{task}/choice", choice="approve").text
