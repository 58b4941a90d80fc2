"""Somebody outside who cannot answer says so, and the case goes on as when a colleague gives a task back."""

import pytest
from sqlalchemy import select

from engine import Conflict, tasks
from engine.database import transaction
from engine.models import HistoryEntry, Task
from tests.workflows.notifications.test_mailing import MONDAY, Postbox
from tests.workflows.outside.feedback import GIVEN, WORDS, nominate, package
from tests.workflows.outside.test_asking_outside import again, kinds_to, links_to
from tests.workflows.people.cast import bring_people
from tests.workflows.small_cycle import SmallCycle, empty_database, team
from workflows.notifications.deciding import LinkIsOver
from workflows.notifications.models import NEW_TASK
from workflows.notifications.post import use_post
from workflows.outside.handing import write_to
from workflows.outside.links import LONGEST_REASON, ReasonTooLong, decline, hand_in, keep_draft, open_link
from workflows.reviews.beginning import find_beginning
from workflows.reviews.sending_back import send_back

WHY = "I have never worked with her."


def declined(cycle: SmallCycle, postbox: Postbox, reason: str = WHY) -> Task:
    """Ann has named Vera, who cannot answer."""
    task = nominate(cycle)
    cycle.travel(days=1)
    with transaction(cycle.factory) as session:
        decline(session, links_to(postbox)[-1], reason, cycle.now)
    cycle.work().travel(days=1)
    return again(cycle, task)


def test_the_manager_gets_it_back_with_the_reason(clients: SmallCycle, postbox: Postbox) -> None:
    task = declined(clients, postbox)
    assert (task.state, task.assignee, task.owner) == ("open", "ben", None)
    assert kinds_to(postbox, "ben") == [NEW_TASK]
    with clients.factory() as session:
        entry = session.scalars(select(HistoryEntry).where(HistoryEntry.kind == "task_given_back")).one()
        assert (entry.detail["reason"], entry.detail["to"]) == (WHY, "ben")
        with pytest.raises(LinkIsOver, match="You have told us that you cannot answer"):
            open_link(session, links_to(postbox)[0], clients.now)
    # Vera is neither reminded, nor told that she is not needed.
    clients.travel(days=14)
    assert [letter for letter in postbox.letters if letter.address == "vera@client.example"][1:] == []


def test_every_link_is_over_and_nothing_is_done_twice(clients: SmallCycle, postbox: Postbox) -> None:
    task = nominate(clients)
    clients.travel(days=9)
    first, second = links_to(postbox)
    with transaction(clients.factory) as session:
        keep_draft(session, first, WORDS, clients.now, version=0)
        decline(session, second, "", clients.now)
    for link in (first, second):
        for attempt in (
            lambda session, link=link: decline(session, link, "Again.", clients.now),
            lambda session, link=link: hand_in(session, link, WORDS, clients.now),
            lambda session, link=link: keep_draft(session, link, WORDS, clients.now, version=1),
        ):
            with transaction(clients.factory) as session, pytest.raises(LinkIsOver, match="cannot answer"):
                attempt(session)
    # What she had begun is read by nobody.
    with clients.factory() as session:
        found = tasks.load(session, task.id, actor="ben", now=clients.now)
        assert find_beginning(session, found, "ben") is None


def test_a_reason_is_short_and_a_refused_one_changes_nothing(clients: SmallCycle, postbox: Postbox) -> None:
    task = nominate(clients)
    clients.travel(days=1)
    [link] = links_to(postbox)
    with transaction(clients.factory) as session, pytest.raises(ReasonTooLong, match="at most 500"):
        decline(session, link, "x" * (LONGEST_REASON + 1), clients.now)
    assert again(clients, task).assignee == task.assignee
    with transaction(clients.factory) as session:
        assert decline(session, link, "No\0thing\0", clients.now).name == "Vera Klein"


def test_whoever_declined_may_be_asked_once_more(clients: SmallCycle, postbox: Postbox) -> None:
    task = declined(clients, postbox)
    with transaction(clients.factory) as session:
        address, name = "vera@client.example", "Vera Klein"
        write_to(session, task.id, address=address, name=name, by="ben", reason="We met.", now=clients.now)
    clients.work().travel(days=1)
    old, new = links_to(postbox)
    with transaction(clients.factory) as session:
        assert open_link(session, new, clients.now).name == "Vera Klein"
        with pytest.raises(LinkIsOver, match="cannot answer"):
            open_link(session, old, clients.now)
        hand_in(session, new, WORDS, clients.now)
    assert again(clients, task).state == "completed"


def test_somebody_else_is_named_where_the_diagram_lets_it_go_back() -> None:
    with empty_database("sqlite://") as factory:
        cycle, postbox = SmallCycle(factory).launch(package(f'{GIVEN} rf:sendBack="yes"')), Postbox()
        use_post(factory, postbox)
        cycle.now = MONDAY
        task = declined(cycle, postbox)
        with transaction(factory) as session:
            send_back(session, task.id, to="nominate", reason="Name another one.", by="ben", now=cycle.now)
        cycle.work()
        other = nominate(cycle, client_email="otto@client.example", client_name="Otto")
        cycle.travel(days=1)
        assert kinds_to(postbox, other.assignee) == [NEW_TASK]
        assert len(links_to(postbox)) == 1


def test_hr_gets_it_where_the_manager_has_left(clients: SmallCycle, postbox: Postbox) -> None:
    task = nominate(clients)
    clients.travel(days=1)
    with transaction(clients.factory) as session:
        gone = [row | {"status": "terminated"} if row["employee_id"] == "ben" else row for row in team()]
        assert bring_people(session, gone, on=clients.now.date()).is_valid
    with transaction(clients.factory) as session:
        decline(session, links_to(postbox)[-1], WHY, clients.now)
    back = again(clients, task)
    assert (back.assignee, back.group, back.owner) == (None, "hr", None)
    assert "Vera Klein gave it back" in str(back.explanation)
    with transaction(clients.factory) as session:
        assert tasks.claim(session, task.id, by="hugo", now=clients.now).assignee == "hugo"
    with transaction(clients.factory) as session, pytest.raises(Conflict):
        tasks.give_back(session, task.id, by="hugo", reason="", now=clients.now)
