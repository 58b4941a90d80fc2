"""What somebody could try with links, names and addresses of people outside."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from engine import NotFound
from engine.database import transaction
from tests.workflows.notifications.test_mailing import MONDAY, Postbox
from tests.workflows.outside.feedback import WORDS, nominate
from tests.workflows.outside.test_asking_outside import links_to
from tests.workflows.small_cycle import SmallCycle, counted
from webapp.mail.composing import compose
from webapp.mail.links import DECISION, FORM, UNSUBSCRIPTION, Links, read, sign
from workflows.notifications.deciding import LinkIsOver, decide, read_link
from workflows.notifications.mailing import MOST_OUTSIDE
from workflows.notifications.models import NEW_TASK, DecisionLink
from workflows.notifications.post import Item, Letter
from workflows.outside.handing import send_link_again, write_to
from workflows.outside.links import WHOLE_FORM, decline, hand_in, keep_draft, open_link

KEY = "a key for these stories alone, and long"
NAMES = ("Vera\r\nBcc: all@client.example", "<b>Vera</b>", '"><img src=x onerror=alert(1)>', "Vera\u2028Klein")


@pytest.mark.parametrize("name", NAMES)
def test_whatever_is_called_a_name_stays_words_in_a_mail(name: str) -> None:
    # Names are checked when they are given; a mail does not rely on that.
    item = Item(1, NEW_TASK, f"“{name}” for {name} waits for you.", (), 1)
    letter = Letter(1, "notice", "outside-1", name, "vera@client.example", (item,))
    message = compose(letter, Links("https://r.example", KEY), sender="r@r.example", now=MONDAY)
    arrived = message_from_bytes(message.as_bytes(), policy=default)
    assert arrived["Bcc"] is None
    assert len(arrived.get_all("To", [])) == 1
    assert [one.addr_spec for one in arrived["To"].addresses] == ["vera@client.example"]
    html = arrived.get_body(("html",))
    assert html is not None
    assert "<b>Vera" not in html.get_content()
    assert "<img" not in html.get_content()


@pytest.mark.parametrize(
    "address", ["vera@client.example\r\nBcc: all@client.example", "vera@client.example,o@c.example"]
)
def test_an_address_is_one_address_to_a_mail(address: str) -> None:
    letter = Letter(1, "notice", "outside-1", "Vera", address, (Item(1, NEW_TASK, "So.", (), 1),))
    with pytest.raises(ValueError):  # noqa: PT011 - whatever the library says
        compose(letter, Links("https://r.example", KEY), sender="r@r.example", now=MONDAY)


def test_a_token_serves_one_purpose_of_one_installation() -> None:
    token = sign(KEY, FORM, 7)
    assert read(KEY, FORM, token) == 7
    for other in (sign(KEY, DECISION, 7), sign(KEY, UNSUBSCRIPTION, "ann"), sign(KEY[::-1], FORM, 7), "Nw", "7", ""):
        assert read(KEY, FORM, other) is None
    # Whoever has one cannot make the next one of it.
    for at in range(len(token)):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        assert read(KEY, FORM, changed) in (None, 7)


def test_a_link_to_a_form_decides_nothing_and_the_other_way_round(clients: SmallCycle, postbox: Postbox) -> None:
    task = nominate(clients)
    clients.travel(days=1)
    [link] = links_to(postbox)
    with transaction(clients.factory) as session:
        decision = DecisionLink(
            person_id="ben",
            task_id=task.id,
            outcome="approve",
            seen="",
            expires_at=clients.now + timedelta(days=1),
            used_at=None,
        )
        whole = DecisionLink(
            person_id="ben",
            task_id=task.id,
            outcome=WHOLE_FORM,
            seen="",
            expires_at=clients.now + timedelta(days=1),
            used_at=None,
        )
        session.add_all([decision, whole])
        session.flush()
        ids = decision.id, whole.id
    with transaction(clients.factory) as session:
        # Neither does the link of a decision open a form, nor one to a whole form for a colleague.
        for one in ids:
            for attempt in (open_link, lambda session, link, now: hand_in(session, link, WORDS, now)):
                with pytest.raises(NotFound):
                    attempt(session, one, clients.now)
        with pytest.raises(LinkIsOver, match="has changed since"):
            read_link(session, link, clients.now)
        with pytest.raises(LinkIsOver, match="has changed since"):
            decide(session, link, {"outcome": "approve"}, clients.now)


def test_they_are_told_of_the_case_whom_it_is_about_and_what_for(clients: SmallCycle, postbox: Postbox) -> None:
    nominate(clients)
    clients.travel(days=1)
    with clients.factory() as session:
        opened = open_link(session, links_to(postbox)[0], clients.now)
        assert opened.told == {"subject_name": "Ann", "cycle_name": opened.cycle, "actor_name": "Vera Klein"}
        assert opened.draft is None


def test_one_address_gets_a_few_mails_a_day_whoever_names_it(clients: SmallCycle, postbox: Postbox) -> None:
    everybody = [task.subject or "" for task in clients.open("nominate")]
    assert len(everybody) > MOST_OUTSIDE
    # Everybody names the same person, each an hour after the other, under the same name or another one.
    clients.now = MONDAY.replace(hour=8)
    for at, who in enumerate(everybody):
        nominate(clients, who, client_name="Vera Klein" if at % 2 else f"Vera {'ABCDEFGHIJKLMN'[at]}")
        clients.now += timedelta(hours=1)
        clients.work()
    assert len(postbox.letters) == MOST_OUTSIDE
    # Nor is it flooded by whoever has the link sent again and again.
    [task] = clients.open("feedback", everybody[1])
    for _ in range(10):
        with transaction(clients.factory) as session:
            send_link_again(session, task.id, by="ben", now=clients.now)
        clients.now += timedelta(minutes=20)
        clients.work()
    assert len(postbox.letters) == MOST_OUTSIDE
    # What waited comes the next days, of one name in one mail, and nothing is lost.
    clients.now = clients.now.replace(hour=12)
    clients.travel(days=3)
    told = {item.text for letter in postbox.letters for item in letter.items}
    assert len({text.split("It is due")[0] for text in told if "waits for you" in text}) == len(everybody)
    assert {letter.address for letter in postbox.letters} == {"vera@client.example"}


def test_more_hours_of_others_do_not_hold_up_whoever_is_asked_alone(clients: SmallCycle, postbox: Postbox) -> None:
    everybody = [task.subject or "" for task in clients.open("nominate")]
    for who in everybody[:-1]:
        nominate(clients, who)
    nominate(clients, everybody[-1], client_email="otto@client.example", client_name="Otto")
    clients.travel(days=1)
    by_address = {letter.address: letter for letter in postbox.letters}
    # Named within a minute, they are told in one mail.
    assert len(by_address["vera@client.example"].items) == len(everybody) - 1
    assert len(by_address["otto@client.example"].items) == 1
    assert len(postbox.letters) == 2


def test_opening_a_link_costs_a_few_statements_and_writes_none(clients: SmallCycle, postbox: Postbox) -> None:
    task = nominate(clients)
    clients.travel(days=1)
    [link] = links_to(postbox)
    with clients.factory() as session, counted(clients.factory) as sent:
        open_link(session, link, clients.now)
    assert len(sent) <= 7
    assert not any(statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")) for statement in sent)
    # The draft of one is not that of the other, when the address was that of somebody else.
    with transaction(clients.factory) as session:
        keep_draft(session, link, WORDS, clients.now, version=0)
        given = {"address": "otto@client.example", "name": "Otto"}
        write_to(session, task.id, **given, by="hugo", reason="Wrong one.", now=clients.now)
    clients.work().travel(days=1)
    with transaction(clients.factory) as session:
        [new] = links_to(postbox, "otto@client.example")
        assert open_link(session, new, clients.now).draft is None
        assert decline(session, new, "", clients.now).name == "Otto"
