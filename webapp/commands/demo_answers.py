"""What people of the demo write: a few invented texts for every form of the annual review."""

from datetime import date, timedelta
from random import Random
from typing import Any

RATINGS, WEIGHTS = (1, 2, 3, 4, 5), (2, 10, 52, 28, 8)

PROUD = (
    "The new inspection line went live two weeks early, and returns of the N4 lens fell by a third since then.",
    "I took over the weekly report and cut the time it takes from a day to an hour; three teams use it now.",
    "Two colleagues joined whom I showed around; both have worked on their own since June.",
    "The supplier change went through without a single late delivery, and saved more than was planned.",
    "I rewrote the customer guide with the support team. Questions about the set-up went down by half.",
)
OBSTACLES = (
    "The test lab was booked out in spring, which cost us about three weeks.",
    "Priorities changed twice in the first quarter; since then it has been calm.",
    "Two posts in the team were vacant until May, so some goals had to wait.",
)
GROWTH = (
    "I learned to say early when a date will not hold.",
    "The course on statistics helped me to read our measurements better.",
    "I have begun to run the Monday meeting and get useful feedback on it.",
)
RESULTS = (
    "Delivered what was agreed, most of it early, and kept the others informed. The hand-over in June went well.",
    "Good, steady results. The large order in April was handled calmly, and the customer said so in writing.",
    "Reached three of four goals. The fourth depended on the lab and was moved in agreement with me.",
    "Solved the problem with the coating that had stayed open for a year, together with two other teams.",
)
BEHAVIOUR = (
    "Helps without being asked, and says openly when something is unclear.",
    "Reliable and friendly; colleagues like to work on hard problems together with them.",
    "Prepares meetings well and keeps them short. Listens before deciding.",
)
IMPROVE = (
    "Hand over routine work earlier, to have time for the larger questions.",
    "Write results down so that others can build on them.",
    "Ask for help sooner when a date is at risk.",
)
REASONS = (
    "Measured by the goals we agreed on in January and what other teams reported back.",
    "The results are as agreed, and some of them better; the examples above show it.",
)


def write_answers(step: str, person: str, today: date) -> dict[str, Any]:
    """The answers that somebody gives at a step about `person`: the same ones every time."""
    chance = Random(f"{step} {person}")  # noqa: S311 - invented answers, and the same every time
    return ANSWERS[step](chance, today) if step in ANSWERS else {}


def _self_assessment(chance: Random, _today: date) -> dict[str, Any]:
    return {
        "summary": chance.choice(PROUD),
        "obstacles": chance.choice(OBSTACLES),
        "support": chance.choice(("fully", "mostly")),
        "skills_gained": chance.sample(("craft", "people", "collaboration", "customers", "judgement"), 2),
        "growth": chance.choice(GROWTH),
    }


def _manager_review(chance: Random, _today: date) -> dict[str, Any]:
    return {
        "results": chance.choice(RESULTS),
        "goals_realistic": "yes",
        "behaviour": chance.choice(BEHAVIOUR),
        "improve": chance.choice(IMPROVE),
        "readiness": chance.choice(("one_year", "later", "specialist")),
        "overall_rating": chance.choices(RATINGS, WEIGHTS)[0],
        "rating_reason": chance.choice(REASONS),
    }


def _second_approval(_chance: Random, _today: date) -> dict[str, Any]:
    return {"checked": ["evidence", "same_standard", "no_protected_facts"], "outcome": "approve"}


def _calibration(_chance: Random, today: date) -> dict[str, Any]:
    return {"held_on": today.isoformat(), "attendees": "The managers of the group", "standard_applied": True}


def _release(_chance: Random, today: date) -> dict[str, Any]:
    return {"checked": ["calibrated", "narratives", "managers_told"], "released_on": today.isoformat()}


def _acknowledgement(chance: Random, today: date) -> dict[str, Any]:
    return {
        "seen": True,
        "meeting": "held",
        "meeting_on": today.isoformat(),
        "view": chance.choice(("agree", "partly")),
    }


def _reward(chance: Random, today: date) -> dict[str, Any]:
    kind, percent = chance.choices((("none", 0), ("pay_increase", 2), ("pay_increase", 6)), (78, 14, 8))[0]
    reward = propose_increase(percent, today)
    return reward if kind == "pay_increase" else {"kind": "none"}


def propose_increase(percent: int, today: date) -> dict[str, Any]:
    """The answers of a reward proposal that asks for a pay increase of so many percent."""
    first_of_month = (today.replace(day=1) + timedelta(days=62)).replace(day=1)
    return {
        "kind": "pay_increase",
        "amount_percent": str(percent),
        "effective_on": first_of_month.isoformat(),
        "reason": "Has taken over the work of the vacant post since spring, and does it well.",
        "within_budget": True,
    }


def _compensation_check(_chance: Random, _today: date) -> dict[str, Any]:
    return {"band_position": "lower", "checked": ["budget", "equity", "timing"], "outcome": "approve"}


def _approval(_chance: Random, _today: date) -> dict[str, Any]:
    return {"outcome": "approve"}


ANSWERS = {
    "self_assessment": _self_assessment,
    "manager_review": _manager_review,
    "second_approval": _second_approval,
    "calibration_session": _calibration,
    "release": _release,
    "acknowledge": _acknowledgement,
    "propose_reward": _reward,
    "approve_reward": _approval,
    "compensation_check": _compensation_check,
}
