"""How somebody votes in a dry run: whoever is called is there, and votes as is assumed for the step."""

from datetime import datetime
from random import Random

from sqlalchemy.orm import Session

from engine import OpenTask
from workflows.simulation.assumptions import Weights, Work
from workflows.voting.casting import attend, cast
from workflows.voting.counting import CHOICES
from workflows.voting.models import WAITING
from workflows.voting.ranking import close, is_ranked, load_ranking, rank
from workflows.voting.standing import standing_of, vote_id_of

USUALLY: Weights = {"approve": 8, "reject": 1, "abstain": 1}
"""How votes are spread where nothing is assumed for the key “outcome”."""


def vote(session: Session, found: OpenTask, by: str, now: datetime, *, work: Work, chance: Random) -> None:
    """Cast a ballot. Raises what `casting.cast` raises."""
    vote_id = vote_id_of(session, found.task.id)
    if is_ranked(session, vote_id):
        rank_and_close(session, vote_id, by, now, chance)
        return
    let_everybody_attend(session, found.task.id, now)
    assumed = work.choices.get("outcome", {})
    weights = {choice: assumed[choice] for choice in CHOICES if assumed.get(choice)} or USUALLY
    [choice] = chance.choices(list(weights), list(weights.values()))
    cast(session, found.task.id, choice, by=by, now=now)


def rank_and_close(session: Session, vote_id: int, by: str, now: datetime, chance: Random | None = None) -> None:
    """Put everything before somebody in an order, by `chance` or as it came; whoever is the last one has it closed."""
    order = [standing.vote.id for standing, _, _ in load_ranking(session, vote_id, now).held.get(by, ())]
    if chance is not None:
        chance.shuffle(order)
    ranking = rank(session, vote_id, order, by=by, now=now)
    everybody = [ballot for one in ranking.open for ballot in one.counted]
    if ranking.closers and all(ballot.state not in WAITING for ballot in everybody):
        close(session, vote_id, by=ranking.closers[0], now=now)


def let_everybody_attend(session: Session, task_id: int, now: datetime) -> None:
    """Where the vote of a ballot waits until enough are there, let all who are called be there."""
    standing = standing_of(session, vote_id_of(session, task_id))
    if not standing.may_vote:
        for ballot, task in standing.ballots:
            if ballot.state in WAITING and task.assignee is not None:
                attend(session, task.id, by=task.assignee, now=now)
