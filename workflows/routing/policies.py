"""What happens to a task that somebody holds when another one would get it today (R5): named policies.

A step names one as `rf:onChange`, a cycle when it is launched; without either a task moves. A policy only decides where
the holder may still do the task: what a leaver, somebody on leave or somebody in conflict holds always moves. Nothing
that was written is lost in any of them.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from workflows.routing.facts import ON_CHANGE, Question


@dataclass(frozen=True)
class Held:
    """A task that would move: what was asked, who holds it by what name, and whether they have begun a draft.

    `follower` is the name of whom it would move to, where they could do the step after the holder; else empty.
    """

    question: Question
    holder: str
    name: str
    has_begun: bool
    follower: str = ""


@dataclass(frozen=True)
class Policy:
    """A policy with its plain-language label. `stays` gives the reason why a task stays, or None where it moves."""

    name: str
    label: str
    stays: Callable[[Held], str | None]

    @property
    def help(self) -> str:
        """What the policy does, in a sentence."""
        return " ".join((self.stays.__doc__ or "").split())


BOTH = "both"
"""The policy by which the step is done by two people, one after the other."""

POLICIES: dict[str, Policy] = {}


def policy(name: str, label: str) -> Callable[[Callable[[Held], str | None]], Callable[[Held], str | None]]:
    """Register a policy under the name that diagrams and cycles use."""

    def register(stays: Callable[[Held], str | None]) -> Callable[[Held], str | None]:
        POLICIES[name] = Policy(name, label, stays)
        return stays

    return register


@policy("move", "Goes to the new manager, with the draft")
def move(held: Held) -> str | None:
    """Whoever would get the task today gets it; a draft goes along and keeps its author."""
    return None


@policy("keep", "Stays with the one who has it")
def keep(held: Held) -> str | None:
    """Whoever holds the task finishes it."""
    return f"{held.name} holds it, and in this process what is handed out stays."


@policy("keep drafts", "Stays where it has been begun, else it goes to the new manager")
def keep_drafts(held: Held) -> str | None:
    """Whoever has begun to write finishes it; what nobody has begun goes to whoever would get it today."""
    return f"{held.name} has begun it." if held.has_begun else None


@policy(BOTH, "Both do it: the former manager, then the new one")
def both(held: Held) -> str | None:
    """Whoever has it hands it in, then the new manager, with the last word; alone once the other cannot.

    What is signed stays.
    """
    if not held.follower:
        return f"{held.name} holds it, and nobody can do it after them."
    return f"{held.name} does it first, and {held.follower} after them."


@policy("majority", "Goes to whoever was the manager for most of the period")
def majority(held: Held) -> str | None:
    """Whoever has managed the person for most of the period does it; otherwise it goes to the new manager."""
    days: Counter[str | None] = Counter()
    for period in held.question.past_managers:
        days[period.manager_id] += period.days
    if held.holder not in days or days[held.holder] < max(days.values()):
        return None
    return f"{held.name} was {held.question.called}’s manager for most of the period, on {days[held.holder]} days."


def policy_of(question: Question) -> Policy:
    """The policy for a task: that of its step, else that of its cycle, else “move”. A name nobody knows is “move”."""
    named = question.step.settings.get("onChange") or question.variables.get(ON_CHANGE)
    return POLICIES.get(str(named), POLICIES["move"])
