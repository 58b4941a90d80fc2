"""What the hand-outs of a dry run tell: who was passed over, by which rule, and who got the task instead."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workflows.routing.explain import chosen_of
from workflows.routing.resolvers import GROUPS
from workflows.simulation.report import NOTICE, WARNING, Affected, Problem

PEOPLE_STEPS = ("userTask", "manualTask")
NOBODY = "R3"
CONFLICTS = ("R1", "R2", "R14")


@dataclass(frozen=True)
class Rule:
    """How it is told that a routing rule passed somebody over: of one person, and of several."""

    severity: str
    kind: str
    one: str
    many: str


RULES = {
    "R1": Rule(
        WARNING,
        "self_approval",
        "{person} would decide about themselves at “{step}”, which nobody may: {instead}.",
        "{count} people would decide about themselves at “{step}”, which nobody may; below is who decides instead.",
    ),
    "R2": Rule(
        NOTICE,
        "four_eyes",
        "“{step}” about {person} asks for four eyes, and its first choice has done a step of the case: {instead}.",
        "“{step}” asks for four eyes, and for {count} people its first choice has already done a step of the case.",
    ),
    "R3": Rule(
        WARNING,
        "unroutable",
        "No rule finds anybody for {person} at “{step}”: {instead}.",
        "No rule finds anybody for {count} people at “{step}”: a group gets their tasks.",
    ),
    "R4": Rule(
        WARNING,
        "left",
        "Who should do “{step}” about {person} has left: {instead}.",
        "For {count} people, who should do “{step}” has left: the next in line does it.",
    ),
    "R7": Rule(
        WARNING,
        "on_leave",
        "Who should do “{step}” about {person} is away: {instead}.",
        "For {count} people, who should do “{step}” is away: a stand-in or the next in line does it.",
    ),
    "R14": Rule(
        NOTICE,
        "conflict",
        "Who should do “{step}” about {person} has a conflict of interest: {instead}.",
        "For {count} people, who should do “{step}” has a conflict of interest: somebody else does it.",
    ),
}


@dataclass(frozen=True)
class HandOut:
    """One task handed out, or that would be. `met` says whether the dry run came to it."""

    step: str
    step_name: str
    subject: str
    explanation: Sequence[Mapping[str, str]]
    group: str | None
    met: bool


def find_passed_over(hand_outs: Sequence[HandOut], names: Mapping[str, str]) -> Iterator[Problem]:
    """A problem for each rule and step by which somebody was passed over, with everybody it is about."""
    found: dict[tuple[str, str], dict[str, HandOut]] = {}
    for hand_out in sorted(hand_outs, key=lambda one: not one.met):
        for rule in {entry["rule"] for entry in hand_out.explanation} & RULES.keys():
            found.setdefault((rule, hand_out.step), {}).setdefault(hand_out.subject, hand_out)
    for (rule, _), about in sorted(found.items()):
        yield _tell(RULES[rule], list(about.values()), names)


def _tell(rule: Rule, hand_outs: Sequence[HandOut], names: Mapping[str, str]) -> Problem:
    first = hand_outs[0]
    pattern = rule.one if len(hand_outs) == 1 else rule.many
    text = pattern.format(
        person=names.get(first.subject, first.subject),
        step=first.step_name,
        count=f"{len(hand_outs):,}",
        instead=_instead(first, names),
    )
    met = sum(one.met for one in hand_outs)
    if met < len(hand_outs) > 1:
        text += f" Everybody is looked at, also who may never come to it: in this run {met or 'none'} of them did."
    people = sorted((_affected(hand_out, names) for hand_out in hand_outs), key=lambda one: (one.name, one.id))
    return Problem(rule.severity, rule.kind, text, len(hand_outs), first.step, people)


def _instead(hand_out: HandOut, names: Mapping[str, str]) -> str:
    chosen = chosen_of(hand_out.explanation)
    who = names.get(chosen, chosen) if chosen else GROUPS.get(hand_out.group or "", "nobody")
    return f"{who} would get it" if not hand_out.met else f"{who} gets it"


def _affected(hand_out: HandOut, names: Mapping[str, str]) -> Affected:
    facts = [entry["fact"] for entry in hand_out.explanation if entry["rule"] != "step"]
    text = " ".join(facts)
    return Affected(
        hand_out.subject,
        names.get(hand_out.subject, hand_out.subject),
        text if hand_out.met else f"If it comes to this step: {text}",
    )


def count_conflicts(hand_outs: Sequence[HandOut]) -> int:
    """How many tasks that were handed out passed over somebody in a conflict of interest."""
    return sum(
        any(entry["rule"] in CONFLICTS for entry in hand_out.explanation) for hand_out in hand_outs if hand_out.met
    )
