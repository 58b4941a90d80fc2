"""A settled vote stays settled while nothing that it was based on changes, as what one person has approved does."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import Conflict, HistoryEntry, NotAllowed, Task, instances, program_for, suspending, tasks
from engine.diagram import Step
from tests.workflows.routing.cast import NOW, TODAY, become, user_step
from tests.workflows.routing.diagrams import publish
from tests.workflows.voting.conftest import EVERYBODY
from tests.workflows.voting.electing import APPROVE, REJECT, Case, vote_step
from workflows.cases.trail import trail_of
from workflows.notifications import sent_back  # noqa: F401 - registers who is told
from workflows.notifications.models import Notification
from workflows.people.committees import end_seat, give_seat
from workflows.reviews.sending_back import reopen, send_back
from workflows.voting.models import Ballot, Vote

WRITE = user_step("write", "manager")
CHECK = user_step("check", "named person", "nina")
SIGN = user_step("sign", "named person", "carl", sendBack="yes")
FOR_IT = ("lena", "omar", "mara")


class Board(Case):
    """Ben writes about Ann, a committee votes on it, Nina checks it, and Carl signs it or sends it back."""

    def __init__(self, session: Session, step: Step, **variables: Any) -> None:
        self.session = session
        definition = publish(session, WRITE, step, CHECK, SIGN)
        self.instance = instances.start(
            session, definition, name="Promotion", by="rita", now=NOW, subject="ann", variables=variables
        )
        session.flush()

    def does(self, who: str, **answers: Any) -> None:
        """Let somebody hand in the task that they have."""
        tasks.complete(self.session, self.task(who).id, by=who, now=NOW, answers=answers)
        self.session.flush()

    def is_voted_on(self, *for_it: str) -> None:
        """Ben has written, and these have approved it; Nina has checked it."""
        self.does("ben", text="Well done.")
        for who in for_it or FOR_IT:
            self.votes(who, APPROVE)
        self.does("nina")

    def is_sent_back(self) -> None:
        """Carl sends it back to Ben."""
        send_back(self.session, self.task("carl").id, to="write", reason="Say since when.", by="carl", now=NOW)
        self.session.flush()

    def told(self, who: str) -> list[str]:
        """What somebody was told of it."""
        return list(self.session.scalars(select(Notification.text).where(Notification.person_id == who)))

    def turns(self) -> list[tuple[str, str]]:
        """What happened to the case beside its steps, as people read it."""
        task = self.task("carl")
        trail = trail_of(self.session, task, program_for(self.session, task.definition_id))
        return [(turn.name, turn.what) for turn in trail.turns]


def test_what_was_voted_on_stays_settled_when_the_same_is_handed_in_again(company: Session) -> None:
    board = Board(company, vote_step("majority"))
    board.is_voted_on()
    board.is_sent_back()

    board.does("ben", text="Well done.")

    assert board.open() == ["carl"]
    assert board.outcome == "approve"
    assert [vote.outcome for vote in company.scalars(select(Vote))] == ["approve"]
    stays = "stays as it is: nothing that it was based on has changed"
    assert board.turns()[-2:] == [("Decide on the promotion", stays), ("Check", stays)]


def test_everybody_who_voted_is_told_that_it_stays(company: Session) -> None:
    board = Board(company, vote_step("majority"))
    board.is_voted_on()

    board.is_sent_back()

    said = "Carl sent “Sign” for Ann back to “Write”: Say since when."
    stays = "Your answer to “Decide on the promotion” stays while nothing it was based on changes."
    assert [board.told(who)[-1] for who in FOR_IT] == [f"{said} {stays}"] * 3
    assert not any("back to" in text for text in board.told("hugo")), (
        "whoever did not have to vote any more has no part in it"
    )


def test_it_is_voted_on_anew_when_something_else_is_handed_in(company: Session) -> None:
    board = Board(company, vote_step("majority"))
    board.is_voted_on()
    board.is_sent_back()

    board.does("ben", text="Well done since May.")

    assert board.open() == ["mara", "rita", "lena", "omar", "hugo"]
    for who in ("lena", "omar", "mara"):
        board.votes(who, REJECT)
    assert (board.outcome, board.open()) == ("reject", ["nina"])


def test_another_committee_alone_does_not_open_it_again(company: Session) -> None:
    board = Board(company, vote_step("majority"))
    board.is_voted_on()
    board.is_sent_back()
    end_seat(company, "promotions", "lena", day=TODAY)
    give_seat(company, "promotions", "nina", day=TODAY)

    board.does("ben", text="Well done.")

    assert board.open() == ["carl"]


def test_it_is_voted_on_anew_when_somebody_who_voted_must_not_decide_any_more(company: Session) -> None:
    board = Board(company, vote_step("majority"), reward_kind="bonus")
    board.is_voted_on()
    board.is_sent_back()
    become(company, replace(EVERYBODY["omar"], manager="ann"))

    board.does("ben", text="Well done.")

    assert board.open() == ["mara", "rita", "lena", "hugo", "paul"]


def test_also_when_it_was_cast_for_somebody_who_must_not_decide_any_more(company: Session) -> None:
    board = Board(company, vote_step("majority"), reward_kind="bonus")
    board.does("ben", text="Well done.")
    tasks.delegate(company, board.task("omar").id, to="paul", by="omar", reason="Busy.", now=NOW)
    for who in ("lena", "paul", "mara"):
        board.votes(who, APPROVE)
    board.does("nina")
    board.is_sent_back()
    become(company, replace(EVERYBODY["omar"], manager="ann"))

    board.does("ben", text="Well done.")

    assert board.open() == ["mara", "rita", "lena", "hugo", "paul"]


def test_nobody_votes_for_somebody_who_must_not(company: Session) -> None:
    board = Board(company, vote_step("majority"), reward_kind="bonus")
    board.does("ben", text="Well done.")
    tasks.delegate(company, board.task("omar").id, to="paul", by="omar", reason="Busy.", now=NOW)
    become(company, replace(EVERYBODY["omar"], manager="ann"))

    with pytest.raises(NotAllowed, match="for whom this ballot is"):
        board.votes("paul", APPROVE)


def test_whoever_was_recused_does_not_stand_against_it(company: Session) -> None:
    board = Board(company, vote_step("majority"))
    board.does("ben", text="Well done.")
    board.is_recused("hugo")
    for who in FOR_IT:
        board.votes(who, APPROVE)
    board.does("nina")
    board.is_sent_back()

    board.does("ben", text="Well done.")

    assert board.open() == ["carl"]


def test_a_secret_vote_stays_secret(company: Session) -> None:
    board = Board(company, vote_step("majority", voteBallot="secret"))
    board.does("ben", text="Well done.")
    board.votes("hugo", REJECT)
    for who in FOR_IT:
        board.votes(who, APPROVE)
    board.does("nina")
    board.is_sent_back()

    board.does("ben", text="Well done.")

    assert board.open() == ["carl"]
    assert set(company.scalars(select(Ballot.choice))) == {None}
    entries = company.scalars(select(HistoryEntry).where(HistoryEntry.kind != "task_completed"))
    assert not any(REJECT in str(entry.detail) for entry in entries)
    assert not any(REJECT in text for text in board.told("hugo"))


def test_it_stays_however_often_the_case_is_sent_back(company: Session) -> None:
    board = Board(company, vote_step("majority"))
    board.is_voted_on()
    for _ in range(2):
        board.is_sent_back()
        board.does("ben", text="Well done.")
        assert board.open() == ["carl"]

    board.is_sent_back()
    board.does("ben", text="Well done since May.")

    assert len(board.open()) == 5


def test_a_vote_that_hr_goes_back_from_leaves_no_ballot_open(company: Session) -> None:
    board = Board(company, vote_step("majority"))
    board.does("ben", text="Well done.")
    board.votes("lena", APPROVE)
    written = company.scalars(select(Task.id).where(Task.step == "write")).one()

    reopen(company, written, by="hugo", reason="The figures are old.", now=NOW)

    assert board.open() == ["ben"]
    again = "You will be asked for “Decide on the promotion” again."
    assert all(again in board.told(who)[-1] for who in ("lena", "omar", "rita", "mara"))
    board.does("ben", text="Well done.")
    assert len(board.open()) == 5


def test_a_vote_that_was_left_calls_nobody_and_changes_no_more(company: Session) -> None:
    board = Board(company, vote_step("majority"))
    board.does("ben", text="Well done.")
    board.votes("lena", APPROVE)
    written = company.scalars(select(Task.id).where(Task.step == "write")).one()
    reopen(company, written, by="hugo", reason="The figures are old.", now=NOW)

    with pytest.raises(Conflict, match="moved on"):
        board.is_recused("lena")
    with pytest.raises(Conflict, match="moved on"):
        board.votes("lena", REJECT)

    assert board.open() == ["ben"], "Paul, in reserve, is not called to a vote that is over"


def test_while_the_case_is_paused_no_vote_changes(company: Session) -> None:
    board = Board(company, vote_step("majority"))
    board.does("ben", text="Well done.")
    board.votes("lena", APPROVE)
    suspending.suspend(company, board.instance.id, by="hugo", reason="We wait for the figures.", now=NOW)

    with pytest.raises(Conflict, match="paused"):
        board.votes("lena", REJECT)
    with pytest.raises(Conflict, match="paused"):
        board.is_recused("lena")

    assert board.ballot("lena").choice == APPROVE
