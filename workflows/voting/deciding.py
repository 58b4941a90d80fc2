"""Settling a vote as early as it can be, calling whoever is next, and keeping who votes up to date."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from engine import RUNNING, Assignment, OpenTask, SharedStep, Task, hand_out_again, registry, request_for, shared
from workflows.people.committees import CHAIR
from workflows.routing.electing import Electorate, electorate_of, member_of
from workflows.routing.facts import Question, ask
from workflows.routing.moves import CONFLICTS, refusal_of
from workflows.voting.counting import NO_QUORUM, Result, Seat, close, count, find_result
from workflows.voting.models import (
    ANNULLED,
    CAST,
    DROPPED,
    NOT_COUNTED,
    PASSED,
    RECUSED,
    SETTLED,
    WAITING,
    Ballot,
    Vote,
)
from workflows.voting.standing import Standing, lock_vote, seats, standing_of
from workflows.voting.words import OUTCOMES, describe_result

Held = tuple[Ballot, Task]


def decide(
    session: Session, standing: Standing, at: SharedStep, now: datetime, *, ends: bool = False, looks: bool = False
) -> Standing:
    """Settle a vote if nothing can change it any more, or if it `ends` now; else call whoever is to be called.

    With `looks` it is asked who votes by now, even if nobody is recused. Before it is settled everybody who has voted
    is looked at once more: who is in conflict by now has no vote.
    """
    result = _result(session, standing, at, now, ends=ends)
    if result is not None and _annul(session, standing, at, _question(session, standing.vote, at, now), now):
        result = _result(session, standing, at, now, ends=ends)
    if result is None:
        called = _call_next(session, standing, at, now, looks=looks)
        return standing_of(session, standing.vote.id) if called else standing
    _settle(session, standing, at, result, now, ends=ends)
    return standing


def renew(session: Session, vote_id: int, *, by: str | None, now: datetime, ends: bool = False) -> None:
    """Bring a vote up to date: who may not vote any more, who is new, and what follows from it.

    What somebody has voted who has left meanwhile, or lost their seat, still counts; of who is in conflict it does not.
    With `ends` the vote is over, with the votes there are. While the instance is suspended nothing happens: it is asked
    again when it goes on.
    """
    standing, at = lock_vote(session, vote_id)
    if not _goes_on(session, standing, at, now):
        return
    if standing.vote.outcome is not None:
        result = Result(standing.vote.outcome, standing.vote.because or "")
        _settle(session, standing, at, result, now, ends=True)
        return
    question = _question(session, standing.vote, at, now)
    electorate = electorate_of(question, *_known(standing))
    named = {member_of(one): one for one in electorate.called}
    for ballot, task in standing.ballots:
        if ballot.member is not None and ballot.state not in (*NOT_COUNTED, RECUSED, ANNULLED):
            _look_at(session, question, at, (ballot, task), named.get(ballot.member), by=by, now=now)
    decide(session, standing, at, now, ends=ends, looks=True)


def pass_over(session: Session, vote_id: int, *, now: datetime) -> None:
    """Where whoever does not answer in time is passed over, ask the next one; the last one is waited for."""
    standing, at = lock_vote(session, vote_id)
    if not _goes_on(session, standing, at, now) or not _next_in_turn(session, standing, at, now):
        return
    for ballot, task in standing.ballots:
        if ballot.state in WAITING and task.is_unfinished and task.due_at is not None and task.due_at <= now:
            ballot.state, ballot.changed_at = PASSED, now
            reason = "There was no answer in time, so the next one is asked."
            shared.withdraw_one(session, at, task, by=None, reason=reason, now=now)
    decide(session, standing, at, now)


def _result(session: Session, standing: Standing, at: SharedStep, now: datetime, *, ends: bool) -> Result | None:
    board, pattern = seats(standing.counted), standing.settings.pattern
    if pattern.ranks:
        # What the others come to is known for all cases together (`ranking.close`).
        return None if any(seat.counts for seat in board) else Result(NO_QUORUM, "quorum")
    if pattern.in_turn:
        later = [Seat()] * len(_still_to_call(session, standing, at, now))
        asked = [seat for seat in board if seat.counts]
        board = asked or later[:1] if pattern.lapses else board + later
    return close(board, standing.settings.rules) if ends else find_result(board, standing.settings.rules)


def _goes_on(session: Session, standing: Standing, at: SharedStep, now: datetime) -> bool:
    """Whether the step still waits, and is not paused."""
    is_open = standing.vote.state != SETTLED and at.instance.state == RUNNING
    return is_open and standing.still_waits(session, at.instance, now)


def _question(session: Session, vote: Vote, at: SharedStep, now: datetime) -> Question:
    """Who votes, asked by the settings with which the vote began."""
    step = replace(at.step, settings=vote.settings)
    return ask(session, [request_for(at.instance, step, at.program, now)], now)[0]


def _known(standing: Standing) -> tuple[set[str], set[str]]:
    """Whose vote is gone, and whose is cast."""
    members = [(ballot.member, ballot.state) for ballot, _ in standing.ballots if ballot.member]
    gone = {member for member, state in members if state in (RECUSED, ANNULLED)}
    return gone, {member for member, state in members if state == CAST}


def _electorate(session: Session, standing: Standing, at: SharedStep, now: datetime) -> Electorate:
    return electorate_of(_question(session, standing.vote, at, now), *_known(standing))


def _still_to_call(session: Session, standing: Standing, at: SharedStep, now: datetime) -> list[Assignment]:
    """The assignments of those who vote and have no ballot yet."""
    known = {ballot.member for ballot, _ in standing.ballots if ballot.state != DROPPED}
    return [one for one in _electorate(session, standing, at, now).called if member_of(one) not in known]


def _next_in_turn(session: Session, standing: Standing, at: SharedStep, now: datetime) -> bool:
    return bool(_still_to_call(session, standing, at, now))


def _look_at(
    session: Session,
    question: Question,
    at: SharedStep,
    held: Held,
    named: Assignment | None,
    *,
    by: str | None,
    now: datetime,
) -> None:
    """Take the vote of whoever must not have it any more; `named` is who would get this ballot today, if anybody."""
    ballot, task = held
    rule = _conflict_of(question, ballot, task)
    if rule in CONFLICTS:
        _take_vote(session, at, (ballot, task), ANNULLED, "They must not decide here.", by=by, now=now)
    elif ballot.state not in WAITING or rule == "R7":
        return
    elif named is None and ballot.member in (task.assignee, task.owner):
        _take_vote(session, at, (ballot, task), DROPPED, "They are not of those who vote any more.", by=by, now=now)
    elif named is not None and _must_give_back(question, ballot, task):
        hand_out_again(session, task.id, named, by=by, reason="Whoever had it must not vote here.", now=now)


def _must_give_back(question: Question, ballot: Ballot, task: Task) -> bool:
    """Whether somebody else than the member has the ballot who may not have it any more."""
    holder = task.assignee
    return holder not in (None, ballot.member) and refusal_of(question, task, str(holder)) is not None


def _conflict_of(question: Question, ballot: Ballot, task: Task) -> str | None:
    """The rule by which a member, or whoever voted for them, may not vote as things are today."""
    people = [ballot.member, ballot.changed_by if ballot.state == CAST else None]
    found = (refusal_of(question, task, person) for person in people if person is not None)
    return next((rule for rule in found if rule is not None), None)


def annul_conflicts(session: Session, found: Sequence[tuple[Standing, SharedStep]], now: datetime) -> None:
    """Take the vote of everybody in conflict by now in these votes; who votes is asked for all of them at once."""
    requests = [
        request_for(at.instance, replace(at.step, settings=standing.vote.settings), at.program, now)
        for standing, at in found
    ]
    for (standing, at), question in zip(found, ask(session, requests, now), strict=True):
        _annul(session, standing, at, question, now)


def _take_vote(
    session: Session, at: SharedStep, held: Held, state: str, reason: str, *, by: str | None, now: datetime
) -> None:
    ballot, task = held
    ballot.state, ballot.choice, ballot.reason, ballot.changed_at = state, None, reason, now
    if task.is_unfinished:
        shared.withdraw_one(session, at, task, by=by, reason=reason, now=now)
    tell_if_led(session, held, now)


def tell_if_led(session: Session, held: Held, now: datetime) -> None:
    """Let the listeners know when somebody who led does not vote any more."""
    ballot, task = held
    if ballot.role == CHAIR:
        session.flush()
        registry.emit(session, "leader_lost", task=task, now=now)


def _annul(session: Session, standing: Standing, at: SharedStep, question: Question, now: datetime) -> bool:
    """Take the vote of everybody who has voted and is in conflict by now; whether there was one."""
    found = False
    for ballot, task in standing.ballots:
        if ballot.state == CAST and ballot.member is not None and _conflict_of(question, ballot, task) in CONFLICTS:
            reason = "They must not decide here."
            _take_vote(session, at, (ballot, task), ANNULLED, reason, by=None, now=now)
            found = True
    session.flush()
    return found


def _call_next(session: Session, standing: Standing, at: SharedStep, now: datetime, *, looks: bool) -> bool:
    """Hand out ballots to those who vote and have none: who came later, is in reserve, or whose turn it is.

    Whether there was anybody.
    """
    waiting = [task for ballot, task in standing.ballots if ballot.state in WAITING]
    in_turn = standing.settings.pattern.in_turn
    if (in_turn and waiting) or not (in_turn or looks or _has_lost_some(standing)):
        return False
    missing = _still_to_call(session, standing, at, now)
    due = next((task.due_at for task in waiting if task.due_at), None)
    if in_turn:
        missing, due = missing[:1], None
    shared.hand_out_more(session, at, missing, now=now, since=standing.vote.opened_at, due=due)
    return bool(missing)


def _has_lost_some(standing: Standing) -> bool:
    return any(ballot.state in (RECUSED, ANNULLED) for ballot, _ in standing.ballots)


def _settle(session: Session, standing: Standing, at: SharedStep, result: Result, now: datetime, *, ends: bool) -> None:
    """Write down what a vote has come to, forget who voted what where that is secret, and let the step go on."""
    vote, tally = standing.vote, count(seats(standing.counted))
    vote.state, vote.settled_at, vote.outcome, vote.because = SETTLED, now, result.outcome, result.because
    counts = {
        "approvals": tally.approving,
        "rejections": tally.rejecting,
        "abstentions": tally.abstaining,
        "voted": tally.voted,
        "called": tally.called,
        "recused": tally.recused,
    }
    if standing.settings.pattern.ranks:
        counts |= {"voted": sum(ballot.state == CAST for ballot in standing.counted)}
    early = result.outcome != NO_QUORUM and not ends and tally.voted < tally.called
    vote.counts = {**(vote.counts or {}), **counts, "early": early}
    voted = [ballot for ballot, _ in standing.ballots if ballot.state == CAST]
    people = [ballot.changed_by for ballot in sorted(voted, key=lambda one: one.role != "chair") if ballot.changed_by]
    if standing.settings.is_secret:
        for ballot in voted:
            ballot.choice, ballot.reason = None, ""
    for ballot, task in standing.ballots:
        # Whoever leads a ranking has it in their inbox until it is closed.
        if ballot.state == CAST and ballot.changed_by and task.is_unfinished:
            shared.contribute(session, OpenTask(task, at.instance, at.program, at.step), by=ballot.changed_by, now=now)
    answers = {"outcome": result.outcome, **counts, "place": vote.counts.get("place")}
    shared.go_on(session, at, answers=answers, done_by=people, now=now)
    session.flush()
    last = next((ballot.changed_by for ballot, _ in standing.ballots if ballot.changed_at == now), None)
    told = [task for ballot, task in standing.ballots if ballot.state not in NOT_COUNTED]
    came_to = f"{OUTCOMES[result.outcome]}. {describe_result(vote)}"
    registry.emit(session, "vote_settled", tasks=told, came_to=came_to, by=last, now=now)
