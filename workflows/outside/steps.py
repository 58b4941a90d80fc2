"""Which steps somebody outside of the organisation can do: those that ask for their words, and decide nothing."""

import re

from engine import Step
from workflows.routing.conflicts import REWARD_VARIABLES, Stakes

ACTOR = "outside person"
_ANSWERS = re.compile(r"\s*([A-Za-z_]\w*)\s*,\s*([A-Za-z_]\w*)\s*", re.ASCII)


def find_answers_problem(argument: str) -> str | None:
    """What is wrong with the two answers that name somebody outside, as a sentence; None when nothing is."""
    if _ANSWERS.fullmatch(argument):
        return None
    return f"“{argument}” does not name two answers. Write for instance: client_email, client_name."


def answers_of(argument: str) -> tuple[str, str]:
    """The names of the variables with the address and with the name; only where there is no problem with them."""
    found = _ANSWERS.fullmatch(argument)
    return (found[1], found[2]) if found else ("", "")


def find_step_problem(step: Step) -> str | None:
    """Why somebody outside cannot do a step as it is drawn, as a sentence; None where they can."""
    settings = step.settings
    set_names = {name for name, _ in step.sets}
    if not settings.get("form"):
        return "Somebody outside sees the form of a step and nothing else, and this one has none."
    if settings.get("signature") or settings.get("page") or settings.get("vote"):
        return "Somebody outside never signs, votes, or works on a page of its own."
    if settings.get("fourEyes") == "true":
        return "Four eyes are those of colleagues."
    if set_names & {*REWARD_VARIABLES, "rating"}:
        return "Somebody outside never decides on ratings, pay or grades."
    return None


def may_be_outside(step: Step, stakes: Stakes) -> bool:
    """Whether somebody outside may have a task of this step: what the diagram gives them, unless it is about pay."""
    return step.settings.get("actor") == ACTOR and not stakes.pay and find_step_problem(step) is None
