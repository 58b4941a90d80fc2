"""Conflict of interest: who must never decide about whom.

The router asks before it hands out a task, the gate before anybody acts on one. Both ask here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine import Step
from workflows.people.organisation import Organisation
from workflows.routing.lines import line_above

# A step that sets one of these, or comes after `reward_kind` has been set, decides on pay.
REWARD_VARIABLES = frozenset({"reward_kind", "reward_outcome", "amount", "amount_percent", "new_grade"})


@dataclass(frozen=True)
class Stakes:
    """What has to be checked for a step: whether it decides about its subject, asks for four eyes, decides on pay."""

    decides: bool = True
    four_eyes: bool = True
    pay: bool = True

    @classmethod
    def of(cls, step: Step, variables: dict[str, Any]) -> "Stakes":
        """The stakes of a step in a case with these variables."""
        decides = step.settings.get("actor") != "subject"
        return cls(decides, step.settings.get("fourEyes") == "true", decides and is_about_pay(step, variables))

    def as_text(self) -> str:
        """The stakes in words, to be kept with the explanation of a task."""
        return " ".join(name for name in ("decides", "four_eyes", "pay") if getattr(self, name))

    @classmethod
    def from_text(cls, text: str | None) -> "Stakes":
        """The stakes as kept. Where none were kept, everything is checked."""
        if text is None:
            return cls()
        words = text.split()
        return cls("decides" in words, "four_eyes" in words, "pay" in words)


def is_about_pay(step: Step, variables: dict[str, Any]) -> bool:
    """Whether the step decides on the pay or grade of its subject."""
    return is_reward_proposed(variables) or any(name in REWARD_VARIABLES for name, _ in step.sets)


def is_reward_proposed(variables: Mapping[str, Any]) -> bool:
    """Whether a case is about a reward by now, so that whoever decides in it decides on pay."""
    return variables.get("reward_kind") not in (None, "none")


@dataclass(frozen=True)
class Conflict:
    """Why somebody must not decide: the rule, and the fact behind it for the record and for the person."""

    rule: str
    fact: str
    to_person: str


def find_conflict(
    stakes: Stakes, step_id: str, subject: str | None, variables: dict[str, Any], person_id: str
) -> Conflict | None:
    """The conflict that the case itself shows, without asking the organisation."""
    if stakes.decides and subject is not None and person_id == subject:
        return Conflict(
            "R1", "nobody decides about themselves", "It is about you, and nobody decides about themselves."
        )
    done_by: dict[str, str | list[str]] = variables.get("done_by") or {}
    if stakes.four_eyes and any(person_id in doers_of(by) and step != step_id for step, by in done_by.items()):
        return Conflict(
            "R2",
            "this step asks for four eyes, and they have already done a step of this case",
            "It asks for four eyes, and you have already done a step of this case.",
        )
    return None


def find_any_conflict(  # noqa: PLR0917 - the case, and who would decide it
    organisation: Organisation,
    stakes: Stakes,
    step_id: str,
    subject: str | None,
    variables: dict[str, Any],
    person_id: str,
) -> Conflict | None:
    """The conflict that the case shows or, where it is about pay, the organisation. No statement in a whole one."""
    conflict = find_conflict(stakes, step_id, subject, variables, person_id)
    return conflict if conflict or not stakes.pay else find_pay_conflict(organisation, subject, person_id)


def doers_of(done_by: str | list[str] | None) -> list[str]:
    """Who did a step, by what the variables say: one person, or all who voted, whoever led them first."""
    if done_by is None:
        return []
    return done_by if isinstance(done_by, list) else [done_by]


def find_pay_conflict(organisation: Organisation, subject: str | None, person_id: str) -> Conflict | None:
    """The conflict of somebody over whose own pay the subject decides, from above or as their HR partner.

    Everybody is below the head of the organisation: there only direct reports are in conflict, and the others record
    what the board has decided. Otherwise nobody could (R3).
    """
    if subject is None or person_id == subject:
        return None
    if organisation.is_above(subject, person_id) and (
        _reports_to(organisation, person_id, subject) or any(line_above(organisation, subject))
    ):
        return Conflict(
            "R14",
            "the person it is about is above them in the line and decides on their pay",
            "It is about the pay of somebody above you in the line, who decides on yours.",
        )
    person = organisation.person(person_id)
    if person is not None and person.hrbp_id == subject:
        return Conflict(
            "R14",
            "the person it is about is their HR partner and has a say in their pay",
            "It is about the pay of your own HR partner, who has a say in yours.",
        )
    return None


def find_deputy_conflict(organisation: Organisation, subject: str | None, person_id: str) -> Conflict | None:
    """The conflict of somebody who would decide on pay for another person: a peer of the subject never does (R9).

    Peers have the same manager or the same part in a project.
    """
    return _find_peer(organisation, subject, person_id, "you do not decide on it for others.")


def find_ballot_conflict(organisation: Organisation, subject: str | None, person_id: str) -> Conflict | None:
    """The conflict of somebody who would vote on pay: a peer of the subject never does (R9), and no peer's stand-in."""
    return _find_peer(organisation, subject, person_id, "peers do not vote on each other’s pay.")


def _find_peer(organisation: Organisation, subject: str | None, person_id: str, rule: str) -> Conflict | None:
    if subject is None or subject == person_id:
        return None
    manager = organisation.manager_of(person_id)
    if manager is not None and _reports_to(organisation, subject, manager.id):
        return Conflict(
            "R9",
            "they have the same manager as the person whose pay it is about",
            f"It is about the pay of somebody who has the same manager as you: {rule}",
        )
    if person_id in organisation.projects().beside(subject) and not organisation.is_in_line(person_id, subject):
        return Conflict(
            "R9",
            "they work in the same project as the person whose pay it is about",
            f"It is about the pay of somebody who works in the same project as you: {rule}",
        )
    return None


def _reports_to(organisation: Organisation, person_id: str, manager_id: str) -> bool:
    manager = organisation.manager_of(person_id)
    return manager is not None and manager.id == manager_id
