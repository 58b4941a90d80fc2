"""HR launches a cycle: publish the process, see who takes part, confirm, follow the start."""

from collections.abc import Callable

from sqlalchemy import func, select

from engine import clock, jobs
from engine.database import SessionFactory, transaction
from engine.models import Instance, Task
from tests.webapp.browsing import Browser
from tests.workflows.people.cast import bring_moves
from tests.workflows.small_cycle import counted
from workflows.cycles.models import Case, Cycle

OpenBrowser = Callable[[str], Browser]
CHOSEN = {
    "process": "annual_review",
    "name": "Annual review 2026",
    "period_from": "2026-01-01",
    "period_to": "2026-12-31",
    "chosen": "1",
    "statuses": "active",
    "employment_types": "employee",
}


def address(page: str, **changes: str) -> str:
    fields = {**CHOSEN, **changes}
    return f"{page}?{'&'.join(f'{name}={value}' for name, value in fields.items() if value)}"


def publish(hugo: Browser) -> None:
    hugo.open("/cycles/new")
    hugo.send("/cycles/processes/annual_review")


def test_the_first_cycle_from_nothing_to_everybodys_first_task(
    open_browser: OpenBrowser, factory: SessionFactory
) -> None:
    # Given an installation in which nothing was launched or published
    hugo = open_browser("hugo")
    hugo.open("/cycles")
    assert "Launch the first cycle" in hugo.page.text
    # When HR publishes the process that comes along
    publish(hugo)
    assert "Annual review is published." in hugo.page.text
    # Then the page shows at once who would take part, and who is left out
    assert "<strong>5</strong> people take part" in hugo.page.text
    assert "Works as contractor" in hugo.page.text
    # And the next page says what will happen
    hugo.open(address("/cycles/new/confirmation"))
    assert "“Self-assessment” begins for 5 people" in hugo.page.text
    # When HR confirms, the cycle runs and the page tells that tasks are being handed out
    hugo.send("/cycles", **CHOSEN)
    assert hugo.heading == "Annual review 2026"
    assert "The first tasks are being handed out" in hugo.page.text
    with factory() as session:
        cycle = session.scalars(select(Cycle)).one()
        assert session.scalar(select(func.count()).select_from(Case)) == 5
        assert session.scalar(select(func.count()).select_from(Task)) == 0
    start = f"/cycles/{cycle.id}/start"
    assert "hx-trigger" in hugo.open(start).text
    # And when the machine has worked, the page is asked to look again, and everybody has the task.
    while jobs.drain(factory, limit=100, seconds=60):
        pass
    assert hugo.open(start).headers["HX-Refresh"] == "true"
    hugo.open(f"/cycles/{cycle.id}")
    assert "0 of 5" in hugo.page.text
    assert "being handed out" not in hugo.page.text


def test_the_preview_follows_what_is_chosen(open_browser: OpenBrowser) -> None:
    hugo = open_browser("hugo")
    publish(hugo)
    for changes, count in (
        ({"employment_types": "contractor"}, 1),
        ({"units": "DIVISION"}, 3),
        ({"grades": "E1"}, 1),
        ({"countries": "DE"}, 0),
        ({"hired_before": "2019-12-31"}, 0),
    ):
        part = hugo.client.get(address("/cycles/new", **changes), headers={"HX-Request": "true"}).text
        assert f"<strong>{count}</strong>" in part, changes
        assert "<html" not in part
    assert "Nobody fits." in part


def test_nobody_ticked_never_comes_to_mean_those_who_have_left(
    open_browser: OpenBrowser, factory: SessionFactory
) -> None:
    hugo = open_browser("hugo")
    publish(hugo)
    with transaction(factory) as session:
        assert bring_moves(session, ("2026-01-01", "ann", "terminated", "")).is_valid
    page = hugo.open(address("/cycles/new", statuses="", employment_types="")).text
    assert "<strong>5</strong> people take part" in page
    assert "Has left" in page


def test_what_will_need_attention_is_told_before_the_launch(open_browser: OpenBrowser, factory: SessionFactory) -> None:
    with transaction(factory) as session:
        assert bring_moves(session, ("2026-01-01", "ben", "terminated", "")).is_valid
    hugo = open_browser("hugo")
    publish(hugo)
    assert "reports to Ben, who has left" in hugo.page.text
    assert "<strong>Olga</strong> has no manager" in hugo.page.text


def test_a_launch_without_a_name_or_with_a_period_that_runs_backwards_is_asked_for_again(
    open_browser: OpenBrowser, factory: SessionFactory
) -> None:
    hugo = open_browser("hugo")
    publish(hugo)
    for changes, problem in (
        ({"name": " "}, "Give the cycle a name."),
        ({"name": "x" * 121}, "Shorten the name"),
        ({"period_from": "2027-01-01"}, "ends before it begins"),
        ({"period_to": "soon"}, "Enter the last day"),
    ):
        answer = hugo.open(address("/cycles/new/confirmation", **changes))
        assert answer.status_code == 422
        assert problem in answer.text
        assert hugo.send("/cycles", **{**CHOSEN, **changes}).status_code == 422
    with factory() as session:
        assert session.scalars(select(Cycle)).all() == []


def test_r12_numbers_of_a_closing_review_are_chosen_and_told(
    open_browser: OpenBrowser, factory: SessionFactory
) -> None:
    hugo = open_browser("hugo")
    publish(hugo)
    assert "Closing review" not in hugo.page.text, "it is started by the rule, and no cycle is launched with it"
    chosen = {"on_transfer": "closing review", "days_served": "90", "days_to_close": "14"}
    assert "90 days under them" not in hugo.open(address("/cycles/new/confirmation", days_served="90")).text
    for number in ("0", "many", "1e3", "731"):
        answer = hugo.open(address("/cycles/new/confirmation", **{**chosen, "days_served": number}))
        assert (answer.status_code, "Write a whole number from 1 to 730." in answer.text) == (422, True)

    page = hugo.open(address("/cycles/new/confirmation", **chosen)).text
    assert "90 days under them in the period" in page
    assert "14 days" in page
    hugo.send("/cycles", **CHOSEN, **chosen)

    with factory() as session:
        root = session.get_one(Instance, session.scalars(select(Cycle)).one().instance_id)
        assert {name: str(root.variables[name]) for name in chosen} == chosen


def test_an_impatient_second_click_launches_nothing_twice(open_browser: OpenBrowser, factory: SessionFactory) -> None:
    hugo = open_browser("hugo")
    publish(hugo)
    hugo.open(address("/cycles/new/confirmation"))
    assert hugo.send("/cycles", **CHOSEN).status_code == 200
    again = hugo.send("/cycles", **CHOSEN)
    assert again.status_code == 422
    assert "is running already" in again.text
    with factory() as session:
        assert len(session.scalars(select(Cycle)).all()) == 1


def test_only_what_comes_with_reviewflow_can_be_published_from_here(open_browser: OpenBrowser) -> None:
    hugo = open_browser("hugo")
    hugo.open("/cycles/new")
    assert hugo.send("/cycles/processes/schema").status_code == 404


def test_the_preview_costs_the_same_whoever_is_chosen(open_browser: OpenBrowser, factory: SessionFactory) -> None:
    hugo = open_browser("hugo")
    publish(hugo)
    costs = []
    for changes in ({}, {"countries": "DE"}):
        with counted(factory) as statements:
            hugo.open(address("/cycles/new", **changes))
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 13


def test_the_list_shows_how_far_a_cycle_is(open_browser: OpenBrowser, factory: SessionFactory) -> None:
    hugo = open_browser("hugo")
    publish(hugo)
    hugo.open(address("/cycles/new/confirmation"))
    hugo.send("/cycles", **CHOSEN)
    while jobs.drain(factory, limit=100, seconds=60):
        pass
    clock.travel(days=20)
    hugo.sign_in("hugo")
    page = hugo.open("/cycles").text
    assert "Write the review" in page
    assert "0 of 5" in page
    assert "5 overdue" in page


def test_certain_people_are_named_one_by_one(open_browser: OpenBrowser, factory: SessionFactory) -> None:
    hugo = open_browser("hugo")
    publish(hugo)
    # When HR names two people, by address and by id
    named = "Ann@company.example,ben"
    page = hugo.open(address("/cycles/new/confirmation", people=named)).text
    assert "“Self-assessment” begins for 2 people" in page
    assert "only the 2 people who are named" in page
    assert "Not among those who are named" in hugo.open(address("/cycles/new", people=named)).text
    # Then these two alone take part.
    hugo.send("/cycles", **CHOSEN, people=named)
    with factory() as session:
        assert session.scalars(select(Case.person_id).order_by(Case.person_id)).all() == ["ann", "ben"]


def test_who_is_not_known_never_means_everybody(open_browser: OpenBrowser) -> None:
    hugo = open_browser("hugo")
    publish(hugo)
    assert "<strong>0</strong> people take part" in hugo.open(address("/cycles/new", people="zebedee")).text
    refused = hugo.open(address("/cycles/new/confirmation", people="ann,zebedee"))
    assert refused.status_code == 422
    assert "Nobody is known as zebedee." in refused.text
    assert "ann\nzebedee</textarea>" in refused.text
    many = ",".join(f"p{number}" for number in range(51))
    assert "At most 50 people" in hugo.open(address("/cycles/new/confirmation", people=many)).text
