"""HR makes a committee and gives its seats; votes that are under way follow."""

from collections.abc import Callable

from sqlalchemy import select

from engine import Job, SessionFactory, registry
from tests.webapp.browsing import Browser
from tests.webapp.voting.conftest import Open, open_vote  # noqa: F401 - a fixture

OpenBrowser = Callable[[str], Browser]


def test_hr_makes_a_committee_whose_votes_follow_its_seats(
    open_browser: OpenBrowser,
    open_vote: Open,  # noqa: F811 - pytest's way to ask for a fixture
    factory: SessionFactory,
) -> None:
    hugo = open_browser("hugo")
    assert "No committee yet" in hugo.open("/committees").text
    assert hugo.send("/committees", name=" ").status_code == 422
    hugo.send("/committees", name="Promotions")
    assert "Nobody has a seat yet" in hugo.page.text
    hugo.open("/committees/promotions?q=mara")
    hugo.send("/committees/promotions/seats?q=mara", to="mara", role="chair", weight="2")
    assert "Mara has a seat." in hugo.page.text
    refused = hugo.send("/committees/promotions/seats?q=ben", to="ben", role="chair")
    assert (refused.status_code, "Mara leads this committee." in refused.text) == (422, True)
    hugo.open("/committees/promotions")
    hugo.send("/committees/promotions/seats", to="ben", role="member", veto="on")
    # When a vote is under way
    assert set(open_vote("majority", "committee", "promotions")) == {"mara", "ben"}
    hugo.open("/committees/promotions?q=olga")
    hugo.send("/committees/promotions/seats", to="olga", role="member")
    assert "One vote under way follows." in hugo.page.text
    with factory() as session:
        assert session.scalar(select(Job.kind)) in registry.job_kinds
    # And a seat that has ended is gone.
    hugo.send("/committees/promotions/seats/ben/end")
    assert "Ben has no seat any more." in hugo.page.text
    assert "veto" not in hugo.page.text.partition("Seats")[2].partition("Who gets")[0]


def test_whoever_chooses_nobody_is_told_so_and_can_go_on_looking(open_browser: OpenBrowser) -> None:
    hugo = open_browser("hugo")
    hugo.open("/committees")
    hugo.send("/committees", name="Promotions")
    hugo.open("/committees/promotions?q=a")
    refused = hugo.send("/committees/promotions/seats?q=a", role="member")
    assert (refused.status_code, "Choose who gets the seat." in refused.text) == (422, True)
    # The search under it asks the page of the committee, not the address that was refused.
    assert '<form method="get" action="/committees/promotions"' in refused.text


def test_what_is_no_committee_is_not_found(open_browser: OpenBrowser) -> None:
    assert open_browser("hugo").open("/committees/none").status_code == 404


def test_hr_gives_a_committee_levels(open_browser: OpenBrowser) -> None:
    hugo = open_browser("hugo")
    hugo.open("/committees")
    hugo.send("/committees", name="Promotions")
    refused = hugo.send("/committees/promotions/levels", up_to="high")
    assert (refused.status_code, "“HIGH” is no level." in refused.text) == (422, True)
    hugo.send("/committees/promotions/levels", up_to="g7")
    assert "“Promotions, up to G7” is made. Give its seats." in hugo.page.text
    assert "It is a level of" in hugo.page.text
    assert "Promotions, up to G7" in hugo.open("/committees/promotions").text
