"""How an approver stands to the person a proposal is about: the facts of the conflict check."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from engine import Task
from workflows.people.organisation import Organisation
from workflows.rewards.models import OPEN, Proposal


@dataclass(frozen=True)
class Relation:
    """One fact about approver and person, as a sentence; `is_conflict` when it speaks against deciding."""

    text: str
    is_conflict: bool


def find_relations(session: Session, approver: str, proposal: Proposal, on: date) -> list[Relation]:
    """What connects `approver` with a proposal on a day, conflicts first; never empty.

    Independent of the gate, which has refused what is forbidden before: this is for the eyes of who decides.
    """
    organisation = Organisation(session, on)
    organisation.fetch([approver, proposal.person_id])
    person = organisation.person(proposal.person_id)
    name = person.name if person else proposal.person_id
    found = [
        *_own_part(approver, proposal, name),
        *_lines(organisation, approver, proposal.person_id, name),
        *_same_cycle(session, approver, proposal),
    ]
    found.sort(key=lambda relation: not relation.is_conflict)
    return found or [Relation(f"Nothing known connects you with {name}.", is_conflict=False)]


def _own_part(approver: str, proposal: Proposal, name: str) -> list[Relation]:
    found = []
    if approver == proposal.person_id:
        found.append(Relation("The proposal is about you.", is_conflict=True))
    if approver == proposal.proposed_by:
        found.append(Relation(f"You proposed it for {name} yourself.", is_conflict=True))
    return found


def _lines(organisation: Organisation, approver: str, person_id: str, name: str) -> list[Relation]:
    if approver == person_id:
        return []
    if organisation.is_above(person_id, approver):
        return [Relation(f"{name} is above you in the line and decides on your pay.", is_conflict=True)]
    for level, above in enumerate(organisation.managers_up(person_id), start=1):
        if above.id == approver:
            where = {1: "You are the manager", 2: "You are the manager's manager"}.get(
                level, f"You are {level} levels up"
            )
            return [Relation(f"{where} of {name}." if level < 3 else f"{where} from {name}.", is_conflict=False)]
    mine, theirs = organisation.manager_of(approver), organisation.manager_of(person_id)
    if mine is not None and theirs is not None and mine.id == theirs.id:
        return [Relation(f"You and {name} report to the same manager, {mine.name}.", is_conflict=True)]
    return []


def _same_cycle(session: Session, approver: str, proposal: Proposal) -> list[Relation]:
    candidate = exists().where(
        Proposal.root_id == proposal.root_id, Proposal.person_id == approver, Proposal.state.in_(OPEN)
    )
    acted = exists().where(
        Task.root_id == proposal.root_id,
        Task.subject == proposal.person_id,
        Task.closed_by == approver,
        Task.created_at >= proposal.proposed_at,
    )
    is_candidate, has_acted = session.execute(select(candidate, acted)).one()
    found = []
    if is_candidate and approver != proposal.person_id:
        found.append(Relation("A reward for you is open in the same cycle.", is_conflict=True))
    if has_acted:
        found.append(Relation("You have decided an earlier step of this proposal.", is_conflict=True))
    return found
