"""The page of a ballot: voting, what others may know of it, and being recused."""

from collections.abc import Callable

import pytest

from engine import Conflict, Instance, SessionFactory, Task, clock, transaction
from tests.webapp.browsing import Browser
from tests.webapp.voting.conftest import Open
from workflows.asking.asking import ask
from workflows.asking.reading import list_at_task
from workflows.reviews.sending_back import send_back

OpenBrowser = Callable[[str], Browser]
Outcome = Callable[[int], object]


def test_the_inbox_leads_to_the_ballot_and_the_last_vote_that_counts_settles_it(
    open_vote: Open, open_browser: OpenBrowser, outcome: Outcome
) -> None:
    tasks = open_vote()
    ben, mara = open_browser("ben"), open_browser("mara")
    assert "Decide on the promotion" in ben.open("/inbox").text

    ben.open(f"/tasks/{tasks['ben']}")
    assert "0 of 3 have voted." in ben.page.text
    ben.send(f"/votes/{tasks['ben']}/choice", choice="approve", reason="She has done it for a year.")
    assert "1 of 3 has voted." in ben.page.text
    mara.open(f"/votes/{tasks['mara']}")
    assert "She has done it for a year." in mara.page.text
    mara.send(f"/votes/{tasks['mara']}/choice", choice="approve")

    assert "with it the vote is settled" in mara.page.text
    assert "2 for it, 0 against it. The others did not have to vote" in mara.page.text
    assert outcome(tasks["ben"]) == "approve"
    olga = open_browser("olga")
    assert "did not have to vote any more" in olga.open(f"/tasks/{tasks['olga']}").text


def test_whoever_votes_reads_what_they_have_asked_and_not_what_others_have(
    open_vote: Open, factory: SessionFactory
) -> None:
    votes = open_vote()
    with transaction(factory) as session:
        ask(session, votes["ben"], of="hugo", text="Would you?", due=None, by="ben", now=clock.now())
        seen = {who: len(list_at_task(session, session.get_one(Task, votes[who]))) for who in votes}
    assert seen == {"ben": 1, "mara": 0, "olga": 0}


def test_without_a_choice_the_page_says_so_and_keeps_the_reason(open_vote: Open, open_browser: OpenBrowser) -> None:
    tasks = open_vote()
    ben = open_browser("ben")
    ben.open(f"/votes/{tasks['ben']}")

    answer = ben.send(f"/votes/{tasks['ben']}/choice", reason="Half a sentence")

    assert answer.status_code == 422
    assert "Choose how you vote." in answer.text
    assert "Half a sentence" in answer.text


def test_of_a_secret_ballot_the_others_see_only_that_it_was_cast(open_vote: Open, open_browser: OpenBrowser) -> None:
    tasks = open_vote(voteBallot="secret")
    ben, mara = open_browser("ben"), open_browser("mara")
    ben.open(f"/votes/{tasks['ben']}")
    assert 'name="reason"' not in ben.page.text
    ben.send(f"/votes/{tasks['ben']}/choice", choice="reject")

    mara.open(f"/votes/{tasks['mara']}")

    assert "has voted" in mara.page.text
    assert "rejected" not in mara.page.text
    mara.send(f"/votes/{tasks['mara']}/choice", choice="reject")
    assert "0 for it, 2 against it." in mara.page.text


def test_before_enough_are_there_the_page_asks_who_is(open_vote: Open, open_browser: OpenBrowser) -> None:
    tasks = open_vote(voteAttendance="2")
    ben, mara = open_browser("ben"), open_browser("mara")
    ben.open(f"/votes/{tasks['ben']}")
    assert "Nobody votes yet." in ben.page.text
    assert 'name="choice"' not in ben.page.text

    ben.send(f"/votes/{tasks['ben']}/attendance")
    mara.open(f"/votes/{tasks['mara']}")
    mara.send(f"/votes/{tasks['mara']}/attendance")

    assert 'name="choice"' in mara.page.text


def test_who_must_not_vote_says_why_and_is_out_of_it(open_vote: Open, open_browser: OpenBrowser) -> None:
    tasks = open_vote()
    ben, mara = open_browser("ben"), open_browser("mara")
    ben.open(f"/votes/{tasks['ben']}")
    assert ben.send(f"/votes/{tasks['ben']}/recusal", recusal=" ").status_code == 422

    ben.send(f"/votes/{tasks['ben']}/recusal", recusal="She is my cousin.")

    assert 'name="choice"' not in ben.page.text
    mara.open(f"/votes/{tasks['mara']}")
    assert "is recused" in mara.page.text
    assert "cousin" not in mara.page.text


def test_neither_the_subject_nor_anybody_else_finds_the_vote(open_vote: Open, open_browser: OpenBrowser) -> None:
    tasks = open_vote()
    for who in ("ann", "carl"):
        browser = open_browser(who)
        assert browser.open(f"/votes/{tasks['ben']}").status_code in (403, 404)
        assert "Decide on the promotion" not in browser.page.text


def test_nobody_sends_a_vote_back_alone(open_vote: Open, factory: SessionFactory) -> None:
    votes = open_vote()
    with factory() as session, pytest.raises(Conflict, match="none of them sends it back alone"):
        send_back(session, votes["ben"], to="propose", reason="Too early.", by="ben", now=clock.now())


def test_whoever_is_in_conflict_reads_why_and_can_still_say_that_they_are_recused(
    open_vote: Open, open_browser: OpenBrowser, factory: SessionFactory
) -> None:
    # Given Ben, who by now has done another step of the case, where four eyes are asked for
    number = open_vote(fourEyes="true")["ben"]
    with transaction(factory) as session:
        case = session.get_one(Instance, session.get_one(Task, number).instance_id)
        case.variables = {**case.variables, "done_by": {"propose": "ben"}}
    # When he opens his ballot
    ben = open_browser("ben")
    page = ben.open(f"/votes/{number}").text
    # Then all he can do is to say so.
    assert "It asks for four eyes" in page
    assert "How do you vote?" not in page
    assert ben.send(f"/votes/{number}/choice", choice="approve").status_code == 403
    ben.open(f"/votes/{number}")
    assert ben.send(f"/votes/{number}/recusal", recusal=" ").status_code == 422
    assert "You are recused" in ben.send(f"/votes/{number}/recusal", recusal="I have proposed it.").text
    assert open_browser("hugo").open(f"/votes/{number}").status_code in {403, 404}
