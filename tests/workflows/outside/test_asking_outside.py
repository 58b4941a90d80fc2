"""Who is asked when a form names somebody outside, what they may do, and what becomes of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import Conflict, NotAllowed, NotFound, Rejection, suspending, tasks
from engine.database import transaction
from engine.errors import InvalidDiagram
from engine.models import HistoryEntry, Instance, Task
from tests.workflows.notifications.test_mailing import MONDAY, Postbox
from tests.workflows.outside.feedback import GIVEN, VERA, WORDS, nominate, package
from tests.workflows.people.cast import bring_people, person
from tests.workflows.small_cycle import SmallCycle, counted, empty_database, team
from workflows.notifications.deciding import LinkIsOver
from workflows.notifications.models import NEW_TASK, OVERDUE, REMINDER
from workflows.notifications.post import use_post
from workflows.outside.handing import send_link_again, write_to
from workflows.outside.links import VALID_FOR, hand_in, keep_draft, open_link
from workflows.outside.models import OutsideAddress
from workflows.outside.naming import read_outsider
from workflows.people.accounts import create_account
from workflows.people.models import Person
from workflows.people.outside import is_outside
from workflows.people.search import name_people
from workflows.reviews.beginning import find_beginning
from workflows.reviews.models import Submission
from workflows.reviews.recalling import recall
from workflows.reviews.sending_back import reopen, send_back
from workflows.reviews.submitting import save_draft, submit
from workflows.routing.explain import explain
from workflows.routing.moves import reroute

APPROVE = {"label": "Yes", "value": "approve"}


def again(cycle: SmallCycle, task: Task) -> Task:
    with cycle.factory() as session:
        return session.get_one(Task, task.id)


def why(task: Task) -> str:
    return explain(task.explanation, holder=task.assignee, reader="")


def links_to(postbox: Postbox, address: str = "vera@client.example") -> list[int]:
    letters = [letter for letter in postbox.letters if letter.address == address]
    return [item.form_link for letter in letters for item in letter.items if item.form_link is not None]


def kinds_to(postbox: Postbox, person_id: str | None) -> list[str]:
    return [item.kind for letter in postbox.to(person_id or "") for item in letter.items]


def test_the_client_has_the_task_and_the_manager_is_responsible(clients: SmallCycle, postbox: Postbox) -> None:
    task = nominate(clients)
    assert is_outside(task.assignee)
    assert (task.owner, task.group) == ("ben", None)
    assert why(task) == "Vera Klein, who works elsewhere, was named for this step."
    with clients.factory() as session:
        assert name_people(session, [task.assignee or ""]) == {task.assignee: "Vera Klein (outside person)"}
    # Whoever is named twice is one person; under another name they are somebody else to whoever named them.
    assert nominate(clients, "dora").assignee == task.assignee
    assert nominate(clients, "eva", client_name="V. Klein").assignee != task.assignee


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"client_email": ""}, "No e-mail address was given."),
        ({"client_name": ""}, "No name was given with the e-mail address."),
        ({"client_name": "Win now: www.evil.example"}, "is no name"),
        ({"client_email": "olga@company.example", "client_name": "O"}, "Olga, who works here"),
    ],
)
def test_what_names_nobody_outside_goes_to_somebody_here(
    unchecked: SmallCycle, answers: dict[str, str], reason: str
) -> None:
    task = nominate(unchecked, **answers)
    assert task.assignee == ("olga" if answers.get("client_email") else "hugo")
    assert reason in why(task)


@pytest.mark.parametrize("name", ["J.R. Klein", "Dr. Vera Klein-Müller", "Anne-Marie O’Neil, PhD", "王伟"])
def test_names_are_written_in_many_ways(name: str) -> None:
    assert read_outsider("vera@client.example", name).problem == ""


def test_nobody_names_themselves_under_their_own_address(unchecked: SmallCycle) -> None:
    task = nominate(unchecked, client_email="Ann@Company.example", client_name="Somebody Else")
    assert task.assignee == "hugo"
    assert "that of Ann, who has done a step of this case already" in why(task)


def test_without_mail_nobody_outside_can_be_asked(clients: SmallCycle) -> None:
    task = nominate(clients)
    assert task.assignee == "hugo"
    assert "No mail is sent from here" in why(task)


def test_a_client_is_told_reminded_and_told_that_it_is_late(clients: SmallCycle, postbox: Postbox) -> None:
    task = nominate(clients)
    clients.travel(days=14)
    assert kinds_to(postbox, task.assignee) == [NEW_TASK, REMINDER, OVERDUE]
    assert len(set(links_to(postbox))) == 3
    assert all(letter.name == "Vera Klein" for letter in postbox.to(task.assignee or ""))
    # Every one of them is good, until one is used.
    first, *others = links_to(postbox)
    with transaction(clients.factory) as session:
        hand_in(session, others[0], WORDS, clients.now)
    with clients.factory() as session:
        for link in (first, *others):
            with pytest.raises(LinkIsOver):
                open_link(session, link, clients.now)


def test_a_link_ends_with_its_time(clients: SmallCycle, postbox: Postbox) -> None:
    nominate(clients)
    clients.travel(days=1)
    [link] = links_to(postbox)
    with clients.factory() as session:
        with counted(clients.factory) as sent:
            assert open_link(session, link, clients.now).subject == "Ann"
        assert len(sent) <= 7
        with pytest.raises(LinkIsOver, match="has expired"):
            open_link(session, link, clients.now + VALID_FOR)
        with pytest.raises(NotFound):
            open_link(session, link + 1, clients.now)


def test_hr_writes_to_another_address_and_old_links_are_over(clients: SmallCycle, postbox: Postbox) -> None:
    # Given a draft of whoever got the mail by mistake
    task = nominate(clients, client_email="very@client.example")
    clients.travel(days=1)
    [wrong] = links_to(postbox, "very@client.example")
    with transaction(clients.factory) as session:
        keep_draft(session, wrong, WORDS, clients.now, version=0)
    # When HR corrects the address
    with transaction(clients.factory) as session:
        for address, reason in (("no address", "no e-mail address"), ("mara@company.example", "Mara, who works here")):
            with pytest.raises(Rejection, match=reason):
                write_to(session, task.id, address=address, name="Vera", by="hugo", reason="", now=clients.now)
        write_to(
            session, task.id, address="vera@client.example", name="Vera Klein", by="hugo", reason="", now=clients.now
        )
    clients.work().travel(days=1)
    # Then the other one is out, and Vera begins anew
    [link] = links_to(postbox)
    with transaction(clients.factory) as session:
        with pytest.raises(LinkIsOver, match="with somebody else by now"):
            open_link(session, wrong, clients.now)
        assert open_link(session, link, clients.now).draft is None
        assert keep_draft(session, link, {"worked": "Mine"}, clients.now, version=0).answers["worked"] == "Mine"
    assert again(clients, task).owner == "ben"


def test_the_link_is_sent_again_when_somebody_asks(clients: SmallCycle, postbox: Postbox) -> None:
    task = nominate(clients)
    clients.travel(days=1)
    with transaction(clients.factory) as session:
        send_link_again(session, task.id, by="ben", now=clients.now)
    clients.work().travel(days=1)
    assert len(links_to(postbox)) == 2
    with transaction(clients.factory) as session:
        tasks.reassign(session, task.id, to="carl", by="hugo", reason="", now=clients.now)
    with clients.factory() as session, pytest.raises(Conflict, match="Nobody outside"):
        send_link_again(session, task.id, by="ben", now=clients.now)


def test_a_colleague_who_gets_the_task_reads_nothing_of_the_client(clients: SmallCycle, postbox: Postbox) -> None:
    task = nominate(clients)
    clients.travel(days=1)
    [link] = links_to(postbox)
    with transaction(clients.factory) as session:
        keep_draft(session, link, WORDS, clients.now, version=0)
        tasks.reassign(session, task.id, to="mara", by="hugo", reason="", now=clients.now)
    with transaction(clients.factory) as session:
        assert find_beginning(session, tasks.find(session, task.id), "mara") is None
        save_draft(session, task.id, {"worked": "Hers"}, by="mara", now=clients.now, version=0)
        with pytest.raises(LinkIsOver, match="with somebody else by now"):
            keep_draft(session, link, WORDS, clients.now, version=1)


def test_nobody_outside_gets_what_is_for_colleagues(clients: SmallCycle, postbox: Postbox) -> None:
    task = nominate(clients)
    vera = task.assignee or ""
    other = nominate(clients, "dora", client_email="otto@client.example", client_name="Otto")
    [own] = clients.open("nominate", "ben")
    with clients.factory() as session:
        with pytest.raises(NotAllowed, match="for people of the organisation"):
            tasks.reassign(session, own.id, to=vera, by="hugo", reason="", now=clients.now)
        with pytest.raises(NotAllowed):
            submit(session, own.id, {}, by=vera, now=clients.now)
        with pytest.raises(NotFound):
            create_account(session, vera, password="corvid lantern plough", now=clients.now)
        # Not even the task of another client.
        with pytest.raises(NotAllowed):
            submit(session, other.id, WORDS, by=vera, now=clients.now)


@pytest.mark.parametrize(
    ("given", "feedback", "problem"),
    [
        (GIVEN.replace("client_email, ", ""), None, "does not name two answers"),
        (GIVEN.replace("client_email", "email"), None, "no step before it keeps that"),
        (GIVEN.replace('rf:form="feedback"', ""), None, "sees the form of a step and nothing else"),
        (f'{GIVEN} rf:signature="password"', None, "never signs"),
        (f'{GIVEN} rf:fourEyes="true"', None, "Four eyes are those of colleagues"),
        (f'{GIVEN} rf:page="calibration"', None, "never signs, votes"),
        (f'{GIVEN} rf:vote="majority"', None, "a vote needs several"),
        (
            GIVEN,
            [{"type": "radio", "id": "o", "key": "outcome", "label": "Well?", "values": [APPROVE]}],
            "somebody outside never approves",
        ),
        (GIVEN, [{"type": "text", "id": "t", "text": "Their rating is {{rating}}."}], "shown nothing of the case"),
    ],
)
def test_a_step_that_is_not_for_people_outside_is_not_published(
    given: str, feedback: list[dict[str, object]] | None, problem: str
) -> None:
    with empty_database("sqlite://") as factory, pytest.raises(InvalidDiagram, match=problem):
        SmallCycle(factory).launch(package(given, feedback=feedback))


def test_naming_somebody_outside_costs_little(clients: SmallCycle, postbox: Postbox) -> None:
    costs = []
    for who, answers in (("ann", {}), ("ben", {}), ("dora", VERA), ("eva", VERA)):
        [task] = clients.open("nominate", who)
        with transaction(clients.factory) as session, counted(clients.factory) as sent:
            submit(session, task.id, answers, by=who, now=clients.now)
        costs.append(len(sent))
    # The first one pays for what is read once.
    _, nobody, first, known = costs
    # Two to keep somebody who was not known yet.
    assert first - known == 2
    # One to look at the address in the form, and two to find out for the router whose it is.
    assert known - nobody == 3


def test_their_address_is_forgotten_when_the_case_is_old(database_url: str) -> None:
    with empty_database(database_url) as factory:
        cycle, postbox = SmallCycle(factory).launch(package()), Postbox()
        use_post(factory, postbox)
        cycle.now = MONDAY
        nominate(cycle)
        cycle.travel(days=1)
        with transaction(factory) as session:
            hand_in(session, links_to(postbox)[-1], WORDS, cycle.now)
        cycle.work().do("read", "ann")
        cycle.now += timedelta(days=170)
        cycle.work()
        with factory() as session:
            assert session.scalars(select(OutsideAddress.address)).all() == ["vera@client.example"]
        cycle.now += timedelta(days=20)
        cycle.work()
        with factory() as session:
            assert session.scalars(select(OutsideAddress)).all() == []
            for kept in (Instance.variables, HistoryEntry.detail, Submission.answers):
                assert "vera@client.example" not in str(session.scalars(select(kept)).all())
            assert "Vera Klein (outside person)" in session.scalars(select(Person.name)).all()


def test_a_new_manager_is_responsible_and_nobody_is_written_to_again(clients: SmallCycle, postbox: Postbox) -> None:
    task = nominate(clients)
    clients.travel(days=1)
    with transaction(clients.factory) as session:
        moved_to_mara = [row | {"manager_id": "mara"} if row["employee_id"] == "ann" else row for row in team()]
        assert bring_people(session, moved_to_mara, on=clients.now.date()).is_valid
        reroute(session, {"ann"}, clients.now, by="hugo")
    clients.work().travel(days=1)
    moved = again(clients, task)
    assert (moved.assignee, moved.owner) == (task.assignee, "mara")
    assert kinds_to(postbox, task.assignee) == [NEW_TASK]


def test_an_import_leaves_people_outside_alone(clients: SmallCycle, postbox: Postbox) -> None:
    nominate(clients)
    with transaction(clients.factory) as session:
        report = bring_people(session, team())
        assert (report.missing, report.changes, report.defects) == ([], [], [])
        [refused] = bring_people(session, [*team(), person("outside-1", "ben")], dry_run=True).defects
    assert "kept for people outside" in str(refused)


def test_a_client_who_is_asked_once_more_gets_another_link(clients: SmallCycle, postbox: Postbox) -> None:
    def answer() -> None:
        with transaction(clients.factory) as session:
            hand_in(session, links_to(postbox)[-1], WORDS, clients.now)
        clients.work()

    nominate(clients)
    clients.travel(days=1)
    answer()
    # When Ben sends it back to her, she goes on from what she had written
    [reading] = clients.open("read", "ann")
    with transaction(clients.factory) as session:
        send_back(session, reading.id, to="feedback", reason="More, please.", by="ben", now=clients.now)
    clients.work().travel(days=1)
    with clients.factory() as session:
        draft = open_link(session, links_to(postbox)[-1], clients.now).draft
        assert draft is not None
        assert draft.answers["worked"] == WORDS["worked"]
    [once_more] = clients.open("feedback", "ann")
    answer()
    # And when HR opens it again.
    with transaction(clients.factory) as session:
        reopen(session, once_more.id, by="hugo", reason="Once more.", now=clients.now)
    clients.work().travel(days=1)
    answer()
    assert len(set(links_to(postbox))) == 3


def test_a_link_says_when_nobody_waits_for_it(clients: SmallCycle, postbox: Postbox) -> None:
    task = nominate(clients)
    clients.travel(days=1)
    [link] = links_to(postbox)
    with transaction(clients.factory) as session:
        suspending.suspend(session, task.instance_id, by="hugo", reason="Leave.", now=clients.now)
        with pytest.raises(LinkIsOver, match="paused for now"):
            hand_in(session, link, WORDS, clients.now)
        suspending.resume(session, task.instance_id, by="hugo", reason="Back.", now=clients.now)
        assert open_link(session, link, clients.now).subject == "Ann"
    # Ann takes back whom she has named, to name somebody else.
    with clients.factory() as session:
        [named] = session.scalars(select(Task).where(Task.step == "nominate", Task.state == "completed"))
    with transaction(clients.factory) as session:
        recall(session, named.id, by="ann", now=clients.now)
        with pytest.raises(LinkIsOver, match="is not needed any more"):
            open_link(session, link, clients.now)
    assert nominate(clients, client_email="otto@client.example", client_name="Otto").assignee != task.assignee


def test_hr_asks_nobody_outside_at_other_steps(clients: SmallCycle, postbox: Postbox) -> None:
    [own] = clients.open("nominate", "ann")
    with transaction(clients.factory) as session, pytest.raises(NotAllowed, match="for people of the organisation"):
        write_to(session, own.id, address="vera@client.example", name="Vera", by="hugo", reason="", now=clients.now)
