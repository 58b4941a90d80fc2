"""Ranking the cases of a cycle: orders, recusals, the line, what each case comes to, and who closes it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import Conflict, Instance, Job, Member, NotAllowed, Task, instances, registry, suspending, tasks
from engine.definitions import deploy
from tests.engine.drawing import deadline, draw, person, sub
from tests.engine.pictures import with_pictures
from tests.workflows.routing.cast import NOW, TODAY, become
from tests.workflows.voting.conftest import EVERYBODY
from tests.workflows.voting.electing import APPROVE, vote_step, work
from tests.workflows.voting.test_checking import refused
from workflows.notifications.models import TO_CLOSE, Notification
from workflows.notifications.votes import tell_to_close
from workflows.people.committees import CHAIR, found_committee, give_seat
from workflows.people.models import TERMINATED
from workflows.people.snapshot import organisation_on
from workflows.voting.casting import cast, recuse
from workflows.voting.following import follow_committee, follow_people
from workflows.voting.models import Vote
from workflows.voting.ranking import close, load_ranking, rank
from workflows.voting.showing import show_vote
from workflows.voting.showing_ranking import show_ranking
from workflows.voting.standing import standing_of

CANDIDATES = {"ann": 50, "carl": 60, "nina": 10, "paul": 20}
"""Whom it is about, and what each costs."""


@pytest.fixture(autouse=True)
def candidates() -> Iterator[None]:
    """Everybody who is put before the committee."""

    def list_candidates(_session: Session, _instance: Instance, _now: Any) -> list[Member]:
        return [
            Member(name, name, {"cost": cost, "level": f"G{number}"})
            for number, (name, cost) in enumerate(CANDIDATES.items(), 4)
        ]

    registry.population("tests.candidates")(list_candidates)
    yield
    del registry.populations["tests.candidates"]


class Board:
    """A cycle in which the committee “Bonuses” ranks everybody: Mara leads it, with Rita and Hugo."""

    def __init__(self, session: Session, late: str = "", *, can_come_back: bool = False, **settings: str) -> None:
        self.session = session
        found_committee(session, "Bonuses")
        for who in ("mara", "rita", "hugo"):
            give_seat(session, "bonuses", who, role=CHAIR if who == "mara" else "member", day=TODAY)
        given = {"vote": "ranking", "actor": "committee", "actorArgument": "bonuses", "voteCapacity": "2", **settings}
        step = person("decide", "Decide on the bonus", sets="decision = outcome; stands = place", **given)
        flows, beside = "start1 > decide > end1", [step]
        if late:
            flows, beside = f"{flows}; late > end2", [step, deadline("late", "decide", late)]
        if can_come_back:
            sign = person("sign", actor="named person", actorArgument="olga", sendBack="yes")
            flows, beside = "start1 > write > decide > sign > end1", [person("write", actor="manager"), step, sign]
        package = draw("start > cases > end", sub("cases", flows, *beside, over="tests.candidates"))
        definition = deploy(session, with_pictures(package), by=None, now=NOW)
        self.root = instances.start(session, definition, name="Bonuses 2026", by="rita", now=NOW)
        session.flush()
        work(session)

    @property
    def votes(self) -> dict[str, Vote]:
        """The vote on each candidate."""
        self.session.expire_all()
        return {vote.subject or "": vote for vote in self.session.scalars(select(Vote).order_by(Vote.id))}

    def task(self, who: str, about: str) -> int:
        """The ballot of somebody about a candidate."""
        found = select(Task.id).where(Task.assignee == who, Task.subject == about).order_by(Task.id.desc()).limit(1)
        return self.session.scalars(found).one()

    def open(self, who: str) -> list[str]:
        """Whom somebody has a task about."""
        found = select(Task.subject).where(Task.assignee == who, Task.state == "open").order_by(Task.subject)
        return [str(one) for one in self.session.scalars(found)]

    def hands_in(self, who: str, about: str, **answers: str) -> None:
        """Let somebody do their step about a candidate."""
        tasks.complete(self.session, self.task(who, about), by=who, now=NOW, answers=answers)
        self.session.flush()

    def ranks(self, who: str, *order: str) -> None:
        """Let somebody hand in their order."""
        votes = self.votes
        rank(self.session, next(iter(votes.values())).id, [votes[one].id for one in order], by=who, now=NOW)

    def closes(self, who: str = "mara") -> int:
        """Let somebody close it, and the machine do what follows."""
        decided = close(self.session, next(iter(self.votes.values())).id, by=who, now=NOW)
        work(self.session)
        return decided

    @property
    def outcomes(self) -> dict[str, Any]:
        """What the case of each candidate knows by now."""
        self.session.expire_all()
        cases = self.session.scalars(select(Instance).where(Instance.subject.is_not(None)))
        return {case.subject or "": case.variables.get("decision") for case in cases}


def test_so_many_are_approved_from_the_best_down(company: Session) -> None:
    # Given a committee of three with room for two of four
    board = Board(company)
    assert board.open("rita") == ["ann", "carl", "nina", "paul"]
    # When each has put them in order
    board.ranks("mara", "ann", "nina", "carl", "paul")
    board.ranks("rita", "nina", "ann", "carl", "paul")
    board.ranks("hugo", "paul", "ann", "nina", "carl")
    # Then nothing is decided, whoever leads still has it in front of them, and the others have not
    assert (board.open("mara"), board.open("rita")) == (["ann", "carl", "nina", "paul"], [])
    assert set(board.outcomes.values()) == {None}
    # When it is closed
    assert board.closes() == 4
    # Then each case goes on with what it came to
    assert board.outcomes == {"ann": "approve", "nina": "approve", "carl": "reject", "paul": "reject"}
    assert board.open("mara") == []
    assert company.get_one(Instance, board.root.id).state == "completed"
    standing = standing_of(company, board.votes["carl"].id)
    assert show_vote(company, standing, reader="rita").result == (
        "Place 4 of 4. It stands below the line: there was no room left."
    )
    case = company.scalars(select(Instance).where(Instance.subject == "ann")).one()
    assert (case.variables["stands"], case.variables["done_by"]["decide"][0]) == (1, "mara")


def test_a_sum_draws_the_line_as_well(company: Session) -> None:
    board = Board(company, voteCapacity="3", voteBudget="100", voteCost="cost")
    board.ranks("mara", "ann", "carl", "nina", "paul")
    board.closes()
    assert board.outcomes == {"ann": "approve", "carl": "reject", "nina": "reject", "paul": "reject"}


def test_an_order_can_be_changed_until_it_is_closed(company: Session) -> None:
    board = Board(company, voteCapacity="25%")
    board.ranks("rita", "ann", "nina", "carl", "paul")
    board.ranks("rita", "paul", "nina", "carl", "ann")
    board.closes("mara")
    assert board.outcomes["paul"] == "approve"
    assert list(board.outcomes.values()).count("approve") == 1
    with pytest.raises(Conflict, match="nothing for you to rank here any more"):
        board.ranks("rita", "ann", "nina", "carl", "paul")
    with pytest.raises(Conflict, match="closed already"):
        board.closes()


def test_only_whoever_leads_closes_it_and_not_before_anything_is_ranked(company: Session) -> None:
    board = Board(company)
    with pytest.raises(Conflict, match="Nobody has ranked anything"):
        board.closes("mara")
    board.ranks("rita", "ann", "nina", "carl", "paul")
    with pytest.raises(NotAllowed, match="Whoever leads"):
        board.closes("rita")


def test_r1_whoever_leads_and_stands_for_it_has_it_closed_by_the_others(company: Session) -> None:
    # Given that it is about Mara as well, who leads
    CANDIDATES["mara"] = 5
    board = Board(company)
    del CANDIDATES["mara"]
    for who in ("mara", "rita"):
        board.ranks(who, "ann", "nina", "carl", "paul", *(["mara"] if who == "rita" else []))
    # When she would close it, by whatever way
    with pytest.raises(NotAllowed, match="nobody who stands for it"):
        board.closes("mara")
    # Then her page says who can: Rita, who leads in her case
    shown = show_ranking(company, board.votes["ann"].id, reader="mara", now=NOW)
    assert (shown.may_close, shown.closers) == (False, ["Rita"])
    assert board.closes("rita") == 5


def test_r14_whoever_leads_and_is_recused_has_it_closed_by_the_others(company: Session) -> None:
    registry.listen("leader_lost")(tell_to_close)
    board = Board(company)
    board.ranks("rita", "ann", "nina", "carl", "paul")
    for about in CANDIDATES:
        recuse(company, board.task("mara", about), reason="We are related.", by="mara", now=NOW)
    # Then they are told once, and she cannot any more
    told = company.execute(select(Notification.person_id, Notification.text).where(Notification.kind == TO_CLOSE))
    says = "Nobody leads the ranking “Decide on the bonus” any more, so you can close it."
    assert sorted(map(tuple, told)) == [("hugo", says), ("rita", says)]
    with pytest.raises(NotAllowed):
        board.closes("mara")
    assert board.closes("rita") == 4


def test_the_gate_is_asked_about_every_case_that_is_closed(company: Session) -> None:
    # Given that Mara has done an earlier step of the case of Ann, which asks for four eyes
    board = Board(company)
    board.ranks("mara", "ann", "nina", "carl", "paul")
    for case in company.scalars(select(Instance).where(Instance.subject == "ann")):
        case.variables = {**case.variables, "done_by": {"propose": "mara"}}
    for task in company.scalars(select(Task).where(Task.subject == "ann", Task.assignee == "mara")):
        task.explanation = [{**task.explanation[0], "stakes": "decides four_eyes"}, *task.explanation[1:]]
    company.flush()
    # When, then
    with pytest.raises(NotAllowed, match=r"^ann: .* four eyes"):
        board.closes("mara")
    recuse(company, board.task("mara", "ann"), reason="I proposed it.", by="mara", now=NOW)
    assert board.closes("mara") == 4


def test_what_is_handed_on_after_it_was_ranked_is_ranked_and_closed_by_whoever_has_it(company: Session) -> None:
    # Given an order of Mara, who leads, and that Lena has her ballots by now
    board = Board(company, voteCapacity="1")
    board.ranks("mara", "ann", "nina", "carl", "paul")
    for about in CANDIDATES:
        said: dict[str, Any] = {"by": "hugo", "reason": "Mara is away.", "now": NOW}
        tasks.reassign(company, board.task("mara", about), to="lena", **said)
    with pytest.raises(NotAllowed):
        board.closes("mara")
    # When Lena puts them in another order and closes it
    board.ranks("lena", "nina", "ann", "carl", "paul")
    board.closes("lena")
    # Then hers counts
    assert board.outcomes["nina"] == "approve"


@pytest.mark.parametrize("is_recused", [False, True])
def test_a_case_whose_step_was_left_another_way_is_not_ranked(company: Session, *, is_recused: bool) -> None:
    # Given an order, with or without whoever leads, and a case that goes on by itself at its deadline
    board = Board(company, late="P7D", voteCapacity="25%")
    everybody = ("ann", "nina", "carl", "paul")
    if is_recused:
        recuse(company, board.task("mara", "ann"), reason="We are related.", by="mara", now=NOW)
    for who in ("mara", "rita", "hugo"):
        board.ranks(who, *(everybody[1:] if is_recused and who == "mara" else everybody))
    (ann,) = company.scalars(select(Instance).where(Instance.subject == "ann"))
    company.execute(update(Job).where(Job.kind == "timer", Job.instance_id != ann.id).values(state="held"))
    work(company, NOW + timedelta(days=8))
    # Then it takes no room from the others, and gets no ballot more
    assert load_ranking(company, board.votes["nina"].id, NOW).room.cases == 1
    follow_committee(company, "bonuses", NOW)
    work(company)
    assert board.closes() == 3
    assert board.outcomes == {"ann": None, "nina": "approve", "carl": "reject", "paul": "reject"}


def test_a_page_reads_what_it_shows(company: Session, statements: list[str]) -> None:
    # Given a ranking that was closed, and one case that came later
    board = Board(company)
    paul = company.scalars(select(Instance).where(Instance.subject == "paul")).one()
    suspending.suspend(company, paul.id, by="rita", reason="Wait.", now=NOW)
    company.flush()
    board.ranks("mara", "ann", "nina", "carl")
    board.closes()
    suspending.resume(company, paul.id, by="rita", reason="Go on.", now=NOW)
    work(company)
    # When
    vote = board.votes["ann"].id
    organisation_on(company, TODAY)
    statements.clear()
    shown = show_ranking(company, vote, reader="mara", now=NOW)
    # Then no state of a case is read, and of what is decided no case and no ballot
    assert ([case.name for case in shown.own], len(shown.decided)) == (["Paul"], 3)
    assert len([one for one in statements if not one.startswith("WITH RECURSIVE")]) == 5
    assert not any("instance.blob" in one for one in statements)
    assert list(load_ranking(company, vote, NOW, lock=True).cases) == [paul.id]


@pytest.mark.parametrize("order", [("ann", "nina", "carl"), ("ann", "ann", "nina", "carl"), ()])
def test_an_order_names_every_case_once(company: Session, order: tuple[str, ...]) -> None:
    board = Board(company)
    with pytest.raises(Conflict, match="Other cases are before you by now"):
        board.ranks("rita", *order)
    assert board.open("rita") == ["ann", "carl", "nina", "paul"]


def test_no_case_is_voted_on_by_itself(company: Session) -> None:
    board = Board(company)
    with pytest.raises(Conflict, match="ranked with the others"):
        cast(company, board.task("rita", "ann"), APPROVE, by="rita", now=NOW)


def test_r14_whoever_is_recused_from_one_case_ranks_the_others(company: Session) -> None:
    # Given that Rita must not decide on Carl
    board = Board(company)
    recuse(company, board.task("rita", "carl"), reason="We are related.", by="rita", now=NOW)
    # When she ranks the others, and puts Nina first as the others do
    board.ranks("rita", "nina", "paul", "ann")
    board.ranks("mara", "carl", "nina", "ann", "paul")
    board.ranks("hugo", "carl", "nina", "paul", "ann")
    board.closes()
    # Then Carl stands where those have put him who may
    assert board.outcomes == {"carl": "approve", "nina": "approve", "ann": "reject", "paul": "reject"}


def test_nobody_ranks_their_own_case(company: Session) -> None:
    # Given that Paul, of whom it is about as well, gets a seat
    board = Board(company)
    give_seat(company, "bonuses", "paul", day=TODAY)
    follow_committee(company, "bonuses", NOW)
    work(company)
    # Then he ranks the others
    assert board.open("paul") == ["ann", "carl", "nina"]
    board.ranks("paul", "nina", "carl", "ann")
    with pytest.raises(Conflict, match="Other cases"):
        board.ranks("paul", "paul", "nina", "carl", "ann")


def test_the_order_of_somebody_in_conflict_by_then_does_not_count(company: Session) -> None:
    # Given that Hugo has ranked, and is below Ann by the time it is closed
    board = Board(company, voteCapacity="1", voteTie="reject")
    board.ranks("mara", "nina", "ann", "carl", "paul")
    board.ranks("hugo", "ann", "nina", "carl", "paul")
    company.flush()
    for case in company.scalars(select(Instance).where(Instance.subject == "ann")):
        case.variables = {**case.variables, "done_by": {"propose": "hugo"}}
    for task in company.scalars(select(Task).where(Task.subject == "ann", Task.assignee == "hugo")):
        task.explanation = [{**task.explanation[0], "stakes": "decides four_eyes"}, *task.explanation[1:]]
    become(company, replace(EVERYBODY["hugo"], manager="ann"))
    company.flush()
    # When
    board.closes()
    # Then what he said of the others counts, and of Ann what Mara said
    assert board.outcomes["nina"] == "approve"


def test_what_too_few_have_ranked_is_not_decided(company: Session) -> None:
    board = Board(company, voteQuorum="2", voteRecusal="keep")
    board.ranks("mara", "ann", "nina", "carl", "paul")
    board.ranks("rita", "ann", "nina", "carl", "paul")
    recuse(company, board.task("hugo", "ann"), reason="We are related.", by="hugo", now=NOW)
    recuse(company, board.task("rita", "ann"), reason="We are related.", by="rita", now=NOW)
    board.closes()
    assert board.outcomes == {"ann": "no quorum", "nina": "approve", "carl": "approve", "paul": "reject"}


def test_a_leaver_is_not_waited_for(company: Session) -> None:
    board = Board(company)
    become(company, replace(EVERYBODY["hugo"], status=TERMINATED))
    follow_people(company, ["hugo"], NOW)
    work(company)
    assert board.open("hugo") == []
    board.ranks("mara", "ann", "nina", "carl", "paul")
    board.closes()
    assert board.outcomes["ann"] == "approve"


def test_a_paused_case_is_not_ranked_and_waits_with_what_is_left(company: Session) -> None:
    # Given a case that is paused
    board = Board(company, voteCapacity="2")
    paul = company.scalars(select(Instance).where(Instance.subject == "paul")).one()
    suspending.suspend(company, paul.id, by="rita", reason="Wait.", now=NOW)
    company.flush()
    # When the others are ranked and decided
    board.ranks("mara", "ann", "nina", "carl")
    board.closes()
    assert board.outcomes == {"ann": "approve", "nina": "approve", "carl": "reject", "paul": None}
    # Then it is ranked by itself afterwards, and there is no room left
    suspending.resume(company, paul.id, by="rita", reason="Go on.", now=NOW)
    company.flush()
    work(company)
    board.ranks("mara", "paul")
    assert load_ranking(company, board.votes["paul"].id, NOW).room.cases == 0
    board.closes()
    assert board.outcomes["paul"] == "reject"


def test_at_the_deadline_of_the_last_case_it_ends(company: Session) -> None:
    board = Board(company, voteEnds="due", due="P7D")
    board.ranks("mara", "ann", "nina", "carl", "paul")
    late = company.scalars(select(Task).where(Task.subject == "paul", Task.assignee == "rita")).one()
    tasks_due = late.due_at
    assert tasks_due is not None
    work(company, tasks_due + timedelta(days=1))
    assert board.outcomes == {"ann": "approve", "nina": "approve", "carl": "reject", "paul": "reject"}


def test_a_cost_that_cannot_be_worked_out_is_said(company: Session) -> None:
    board = Board(company, voteBudget="100", voteCost="price")
    board.ranks("mara", "ann", "nina", "carl", "paul")
    with pytest.raises(Conflict, match="costs cannot be worked out from “price”"):
        board.closes()


def test_what_a_ranking_needs_is_said_before_publishing(company: Session) -> None:
    assert "It is not said how many of the cases can be approved" in refused(company, vote_step("ranking"))
    said = refused(company, vote_step("ranking", voteBudget="100"))
    assert "It is not said what a case costs." in said
    assert "is no sum" in refused(company, vote_step("ranking", voteBudget="much", voteCost="amount"))
    assert refused(company, vote_step("ranking", voteCapacity="20%")) == ""
    give_seat(company, "promotions", "mara", day=TODAY)
    assert "nobody leads the committee" in refused(company, vote_step("ranking", voteCapacity="5"))
