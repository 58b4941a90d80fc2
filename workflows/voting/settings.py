"""What a diagram says about a vote: the patterns of approval, their settings, and what can be wrong with them.

A step names a pattern as `rf:vote`; what it does not say besides is as the pattern has it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from engine import feel
from workflows.voting.counting import Amount, Rules

SETTLED, DUE = "settled", "due"
OPEN_BALLOT, AFTERWARDS, SECRET = "open", "afterwards", "secret"
REPLACE, SHRINK, KEEP = "replace", "shrink", "keep"
MAJORITY = "majority"

_MONEY = re.compile(r"\d{1,12}(\.\d{1,2})?")
_NUMBER = re.compile(r"[1-9]\d{0,3}")
_PERCENT = re.compile(r"(\d{1,3})\s*%")
_FRACTION = re.compile(r"(\d{1,3})\s*/\s*(\d{1,3})")

CHOICES: dict[str, dict[str, str]] = {
    "voteOf": {"votes": "of those who approve or reject", "members": "of everybody who is called"},
    "voteTie": {
        "reject": "It is rejected",
        "approve": "It is approved",
        "chair": "Whoever leads decides by their vote",
        "escalate": "It goes on as “escalate”",
    },
    "voteRecusal": {
        REPLACE: "Somebody in reserve is called, otherwise fewer have to vote",
        SHRINK: "Fewer have to vote",
        KEEP: "As many have to vote as before",
    },
    "voteBallot": {
        OPEN_BALLOT: "Open: everybody who votes sees the others’ votes",
        AFTERWARDS: "Open once it is settled",
        SECRET: "Secret: nobody ever sees who voted what",
    },
    "voteChange": {"yes": "Until it is settled", "no": "No, what is cast is cast"},
    "voteEnds": {SETTLED: "When it is settled", DUE: "At the deadline at the latest, with the votes there are"},
}
"""The settings of a vote that take one of a few values, each with what people call it."""

LABELS = {
    "voteNeeds": ("How many must approve?", "For instance majority, 3, 60% or 2/3."),
    "voteOf": ("Of whom is a share counted?", ""),
    "voteQuorum": ("How many have to vote?", "A number or a share, such as 4 or 50%. Abstaining counts."),
    "voteAttendance": ("How many have to be there before anybody votes?", "A number or a share, such as 4 or 50%."),
    "voteTie": ("What does a tie come to?", ""),
    "voteRecusal": ("If somebody must not vote", ""),
    "voteBallot": ("Who sees who voted what?", ""),
    "voteChange": ("Can a vote be changed?", ""),
    "voteEnds": ("When does it end?", ""),
    "voteCapacity": ("How many of the cases can be approved?", "A number such as 5, or a share such as 20%."),
    "voteBudget": ("Up to which sum?", "A number such as 50000. Without it, only their number counts."),
    "voteCost": ("What does a case cost?", "An expression that gives a number, for instance: amount."),
    "voteChairWeight": (
        "How much does the vote of whoever leads weigh?",
        "A number. All others weigh 1, or as the committee has it.",
    ),
}
"""What the designer asks about each setting, with a hint."""

AMOUNTS = ("voteNeeds", "voteQuorum", "voteAttendance")
ROOM = ("voteCapacity", "voteBudget", "voteCost")
SETTINGS = (*AMOUNTS, *CHOICES, "voteChairWeight", *ROOM)
OF_VOTES = (*AMOUNTS, *CHOICES, "voteChairWeight")
"""The settings that a vote on one case can have; the others are about many that are ranked together."""
NOT_WITH_A_VOTE = {"form": "a form", "page": "a page of its own", "signature": "a signature"}


@dataclass(frozen=True)
class Pattern:
    """A way to approve that a designer drops in as one step: its label, what it does, and its settings.

    `in_turn` calls one after the other; `lapses` passes over whoever does not answer in time; `ranks` puts all cases
    of a cycle in one order, and there is room for so many.
    """

    name: str
    label: str
    help: str
    settings: Mapping[str, str] = field(default_factory=dict)
    asks: tuple[str, ...] = OF_VOTES
    in_turn: bool = False
    lapses: bool = False
    chair_decides: bool = False
    ranks: bool = False


PATTERNS = {
    pattern.name: pattern
    for pattern in (
        Pattern(
            "all",
            "Everybody agrees",
            "Approved when all have approved; one rejection is enough to reject.",
            {"voteNeeds": "100%", "voteOf": "members"},
            ("voteRecusal", "voteBallot", "voteChange", "voteEnds"),
        ),
        Pattern(
            "quorum",
            "Enough people agree",
            "Approved when so many of those who are called approve: at least a number, or a share.",
            {"voteNeeds": "2", "voteOf": "members"},
            ("voteNeeds", "voteRecusal", "voteBallot", "voteChange", "voteEnds"),
        ),
        Pattern(
            "majority",
            "Most votes decide",
            "Approved when more approve than reject.",
            {"voteNeeds": MAJORITY},
        ),
        Pattern(
            "weighted",
            "Votes of different weight",
            "As most votes decide, but the vote of whoever leads, or each by the committee, weighs more.",
            {"voteNeeds": MAJORITY, "voteChairWeight": "2"},
        ),
        Pattern(
            "committee",
            "A committee meets and votes",
            "Half must be there before anybody votes. The ballot is secret, and whoever leads breaks a tie.",
            {"voteNeeds": MAJORITY, "voteAttendance": "50%", "voteBallot": SECRET, "voteTie": "chair"},
        ),
        Pattern(
            "advice",
            "One decides, the others contribute",
            "Whoever leads decides with their vote; the others say what they think until then.",
            {},
            ("voteBallot", "voteChange"),
            chair_decides=True,
        ),
        Pattern(
            "chain",
            "One after the other agrees",
            "Each is asked once the one before has approved; the first rejection ends it.",
            {"voteNeeds": "100%", "voteOf": "members"},
            ("voteRecusal",),
            in_turn=True,
        ),
        Pattern(
            "ladder",
            "Whoever does not answer in time is passed over",
            "One is asked; without an answer by the deadline the next one is asked instead, up to the last.",
            {"voteNeeds": "100%", "voteOf": "members", "voteRecusal": SHRINK},
            (),
            in_turn=True,
            lapses=True,
        ),
        Pattern(
            "ranking",
            "The best of all cases are approved",
            "Each puts the cases of a cycle in order; from the best down as many are approved as there is room for.",
            {"voteTie": "chair"},
            (*ROOM, "voteQuorum", "voteTie", "voteRecusal", "voteEnds"),
            ranks=True,
        ),
    )
}
"""The one list of them that the checks, the designer and the votes read."""


@dataclass(frozen=True)
class VoteSettings:
    """The settings of a vote, read."""

    pattern: Pattern
    rules: Rules
    attendance: Amount | None
    recusal: str
    ballot: str
    may_change: bool
    ends_when_due: bool
    chair_weight: int
    capacity: Amount | None = None
    budget: Decimal | None = None
    cost: str = ""

    @property
    def is_secret(self) -> bool:
        """Whether nobody ever sees who voted what."""
        return self.ballot == SECRET


def read_settings(settings: Mapping[str, str]) -> VoteSettings:
    """The settings of a step that passed `find_vote_problem`."""
    pattern = PATTERNS[settings["vote"]]
    said = {**pattern.settings, **{name: settings[name] for name in SETTINGS if settings.get(name, "").strip()}}
    attendance = read_amount(said.get("voteAttendance", ""))
    quorum = read_amount(said.get("voteQuorum", ""))
    rules = Rules(
        needs=read_amount(said.get("voteNeeds", "")),
        of_members=said.get("voteOf") == "members",
        quorum=quorum or attendance,
        keeps_quorum=said.get("voteRecusal") == KEEP,
        tie=said.get("voteTie", "reject"),
        chair_decides=pattern.chair_decides,
    )
    return VoteSettings(
        pattern=pattern,
        rules=rules,
        attendance=attendance,
        recusal=said.get("voteRecusal", REPLACE),
        ballot=said.get("voteBallot", OPEN_BALLOT),
        may_change=said.get("voteChange", "yes") == "yes" and not pattern.in_turn,
        ends_when_due=said.get("voteEnds", SETTLED) == DUE,
        chair_weight=int(said.get("voteChairWeight", "1")),
        capacity=read_amount(said.get("voteCapacity", "")),
        budget=Decimal(said["voteBudget"]) if "voteBudget" in said else None,
        cost=said.get("voteCost", ""),
    )


def read_amount(text: str) -> Amount | None:
    """What “3”, “60%” or “2/3” say; None for “majority”, for nothing, and for what is no amount."""
    text = text.strip()
    if _NUMBER.fullmatch(text):
        return Amount(number=int(text))
    share: Fraction | None = None
    if percent := _PERCENT.fullmatch(text):
        share = Fraction(int(percent[1]), 100)
    elif (parts := _FRACTION.fullmatch(text)) and int(parts[2]):
        share = Fraction(int(parts[1]), int(parts[2]))
    return Amount(share=share) if share is not None and 0 < share <= 1 else None


def find_vote_problem(settings: Mapping[str, str]) -> str | None:
    """What is wrong with the vote of a step, as a sentence; None when nothing is."""
    if settings.get("vote") not in PATTERNS:
        return f"“{settings.get('vote')}” is no way to vote. Choose one of: {', '.join(PATTERNS)}."
    for name in SETTINGS:
        if (problem := _find_setting_problem(name, settings.get(name, "").strip())) is not None:
            return problem
    for name, what in NOT_WITH_A_VOTE.items():
        if settings.get(name):
            return f"A vote has a ballot, not {what}. Put what has to be written into a step before it."
    if PATTERNS[settings["vote"]].ranks and (problem := _find_room_problem(settings)):
        return problem
    needs_deadline = PATTERNS[settings["vote"]].lapses or settings.get("voteEnds") == DUE
    if needs_deadline and not settings.get("due"):
        return "This vote goes on at its deadline, and has none. Say when it is due."
    return None


def _find_room_problem(settings: Mapping[str, str]) -> str | None:
    """What is wrong with how much room there is for the cases that are ranked."""
    capacity, budget, cost = (settings.get(name, "").strip() for name in ROOM)
    if not capacity and not budget:
        return "It is not said how many of the cases can be approved, or up to which sum. Say one of them, or both."
    if bool(budget) != bool(cost):
        missing = "what a case costs" if budget else "up to which sum cases can be approved"
        return f"It is not said {missing}. Say both, or neither."
    return None


def _find_setting_problem(name: str, text: str) -> str | None:
    if not text:
        return None
    if name in CHOICES:
        known = CHOICES[name]
        return None if text in known else f"“{text}” is nothing a vote can do here. Choose one of: {', '.join(known)}."
    if name == "voteCost":
        return _find_cost_problem(text)
    if name == "voteChairWeight":
        right, remedy = (
            text.isdigit() and 1 <= int(text) <= 100,
            "is no weight of a vote. Write a number from 1 to 100.",
        )
    elif name == "voteBudget":
        right, remedy = bool(_MONEY.fullmatch(text)), "is no sum. Write a number such as 50000."
    else:
        right = read_amount(text) is not None or (name == "voteNeeds" and text == MAJORITY)
        remedy = "does not say how many. Write a number such as 3, or a share such as 60% or 2/3."
    return None if right else f"“{text}” {remedy}"


def _find_cost_problem(text: str) -> str | None:
    try:
        feel.compile(text)
    except feel.FeelError as error:
        return f"“{text}” is not understood: {error}"
    return None
