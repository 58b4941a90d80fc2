"""What a cycle is asked when it is launched: what happens in situations of its time, each with named choices.

The launch page, the command line, the designer and the checks before publishing all read them here. A step may say it
for itself, with the attribute `setting`; without that the cycle counts, and without a cycle the default.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine import Step, registry
from engine.feel import Field
from workflows.routing.facts import ON_CHANGE
from workflows.routing.policies import POLICIES

GO_ON, PAUSE, END = "go on", "pause", "end"
EXCLUDE, SHORTEN, PRO_RATE = "exclude", "shorten", "pro-rate"
KEEP, ADVANCE, ESCALATE = "keep", "advance", "escalate"
NEVER = "never"
EACH, FIRST_ROLE = "each", "first role"
LEAVE_OUT, TAKE_IN = "leave out", "take in"
NOTHING, ASK = "nothing", "closing review"


@dataclass(frozen=True)
class Choice:
    """One thing that may happen: its name in diagrams and cycles, what people call it, and a sentence about it."""

    name: str
    label: str
    help: str


@dataclass(frozen=True)
class Number:
    """A number that some choices work with, by the variable of the cycle that holds it; `counts_with` names them."""

    variable: str
    label: str
    unit: str
    default: int
    least: int
    most: int
    counts_with: frozenset[str]

    def find_problem(self, value: object) -> str | None:
        """What is wrong with a number as somebody writes it, as a sentence; None when nothing is."""
        written = str(value).strip()
        if written.isascii() and written.isdigit() and self.least <= int(written[:9]) <= self.most:
            return None
        return f"Write a whole number from {self.least} to {self.most}."

    def chosen(self, variables: Mapping[str, Any]) -> int:
        """The number of a cycle; what is no number is the default."""
        named = variables.get(self.variable)
        return self.default if self.find_problem(named) else int(str(named))


@dataclass(frozen=True)
class Situation:
    """A situation by the variable of the cycle that names what happens; `rule` is its number in the routing rules.

    `setting` is empty where a step cannot say it for itself. `numbers` are what its choices work with.
    """

    rule: str
    variable: str
    setting: str
    label: str
    hint: str
    default: str
    choices: tuple[Choice, ...]
    numbers: tuple[Number, ...] = ()

    def find_problem(self, name: str) -> str | None:
        """What is wrong with a choice as somebody names it, as a sentence; None when nothing is."""
        names = [choice.name for choice in self.choices]
        if name in names:
            return None
        return f"“{name}” is no policy for “{self.label}”. Choose one of: {', '.join(names)}."

    def label_of(self, name: str) -> str:
        """What people call a choice."""
        return next(choice.label for choice in self.choices if choice.name == name)

    def numbers_of(self, name: str) -> list[Number]:
        """The numbers that count with a choice."""
        return [number for number in self.numbers if name in number.counts_with]

    def chosen(self, step: Step, variables: Mapping[str, Any]) -> str:
        """What happens at a step: as it says, else as the cycle says; a name nobody knows is the default."""
        named = str(step.settings.get(self.setting) or variables.get(self.variable))
        return self.default if self.find_problem(named) else named


WHEN_MANAGER_CHANGES = Situation(
    rule="R5",
    variable=ON_CHANGE,
    setting="onChange",
    label="When somebody’s manager changes",
    hint="What becomes of what the former manager has in hand. Nothing written is lost; leavers’ tasks always move.",
    default="move",
    choices=tuple(Choice(name, policy.label, policy.help) for name, policy in POLICIES.items()),
)
WHEN_OVERDUE = Situation(
    rule="R18",
    variable="on_overdue",
    setting="whenOverdue",
    label="When a task is not done in time",
    hint="Late is not closed: a task that stays open can still be done. What was begun is kept in any case.",
    default=KEEP,
    choices=(
        Choice(KEEP, "Stays open until it is done", "Whoever has it is told that it is late, and can still do it."),
        Choice(ADVANCE, "The review goes on without it", "The step is passed over, and the record says so."),
        Choice(ESCALATE, "Goes to whoever is told when it is late", "Who is named there does it instead; else HR."),
    ),
)
WHEN_TAKEN = Situation(
    rule="R16",
    variable="auto_release",
    setting="autoRelease",
    label="When somebody takes a task of a group and does not do it",
    hint="It goes back to the group when nothing was written in so many days. What was begun is kept.",
    default=NEVER,
    choices=(
        Choice(NEVER, "Stays with whoever took it", "It goes back only when they put it back."),
        *(
            Choice(f"P{days}D", f"Goes back after {days} days", f"It goes back after {days} days without a word.")
            for days in (3, 5, 10)
        ),
    ),
)
WHEN_ON_LEAVE = Situation(
    rule="R10",
    variable="on_leave",
    setting="",
    label="When somebody it is about goes on leave",
    hint="As the HR system says it. What they do for others is another matter: that goes to whoever stands in.",
    default=GO_ON,
    choices=(
        Choice(GO_ON, "Their case goes on", "Their own tasks wait for them until the process goes on."),
        Choice(
            PAUSE,
            "Their case stands still until they are back",
            "Nothing of it can be done meanwhile, and all deadlines move by as long as they are away.",
        ),
        Choice(EXCLUDE, "They do not take part", "Their case ends; the record is kept, and the next cycle is theirs."),
        Choice(
            SHORTEN,
            "Their period ends with the day before",
            "The review is about the time until then. That it has a shorter period stays when they are back.",
        ),
        Choice(
            PRO_RATE,
            "Only the share of the period they worked counts",
            "Forms, decision tables and rewards know it as period.share: 0.75 after three of four quarters.",
        ),
    ),
)
WHEN_JOINED_LATE = Situation(
    rule="R11",
    variable="on_joining",
    setting="",
    label="When somebody joined late in the period",
    hint="Counted from the day they were hired to the last day of the period.",
    default="take in",
    choices=(
        Choice("take in", "They take part", "Everybody takes part, however late they joined."),
        Choice("30 days", "They take part with 30 days", "Who is there for fewer than 30 days is left out."),
        Choice("90 days", "They take part with 90 days", "Who is there for fewer than 90 days is left out."),
        Choice("half", "They take part with half of the period", "Who is there for less is left out."),
    ),
)
DAYS_LEFT = Number(
    "hired_days_left",
    "With at least",
    "days of the period left",
    default=90,
    least=1,
    most=730,
    counts_with=frozenset({TAKE_IN}),
)
CATCH_UP = Number(
    "hired_working_days",
    "A deadline that has passed is set to",
    "working days from their start",
    default=10,
    least=1,
    most=60,
    counts_with=frozenset({TAKE_IN}),
)
WHEN_SEVERAL_ROLES = Situation(
    rule="R15",
    variable="on_roles",
    setting="",
    label="When somebody has several roles in a case",
    hint="For instance a manager whom the person has also nominated. What approves is not meant.",
    default=EACH,
    choices=(
        Choice(EACH, "They contribute once in each role", "Each step that asks them is theirs."),
        Choice(
            FIRST_ROLE,
            "They contribute once, in the role that comes first",
            "Manager, then dotted-line manager, former manager, nominated colleague. The other steps are passed over, "
            "and the case says so.",
        ),
    ),
)
WHEN_HIRED = Situation(
    rule="R11",
    variable="on_hiring",
    setting="",
    label="When somebody is hired while the cycle runs",
    hint="As the HR system says it. Whoever does not take part is left to their probation and to the next cycle.",
    default=LEAVE_OUT,
    choices=(
        Choice(LEAVE_OUT, "The next cycle is theirs", "Who was not there at the launch does not take part."),
        Choice(
            TAKE_IN,
            "They take part if enough of the period is left",
            "They begin where everybody is, as long as reviews are written; no deadline of theirs is in the past.",
        ),
    ),
    numbers=(DAYS_LEFT, CATCH_UP),
)
WHEN_LEAVING = Situation(
    rule="R13",
    variable="on_exit",
    setting="",
    label="When somebody it is about leaves",
    hint="What they wrote about others is kept, and what they owed others goes to somebody else.",
    default=END,
    choices=(
        Choice(END, "Their case ends", "Open tasks about them are cancelled; the record is kept."),
        Choice(GO_ON, "Their case goes on", "Those who write and decide about them finish it."),
    ),
)
DAYS_SERVED = Number(
    "days_served",
    "Asked after, at least",
    "days under them in the period",
    default=120,
    least=1,
    most=730,
    counts_with=frozenset({ASK}),
)
DAYS_TO_WRITE = Number(
    "days_to_close", "To be written within", "days", default=30, least=1, most=365, counts_with=frozenset({ASK})
)
WHEN_TRANSFERRED = Situation(
    rule="R12",
    variable="on_transfer",
    setting="",
    label="When somebody gets another manager",
    hint="A closing review of the former manager becomes an input of the review that the new one writes.",
    default=NOTHING,
    choices=(
        Choice(NOTHING, "Nothing is asked of the former manager", "The new manager writes about the whole period."),
        Choice(
            ASK,
            "The former manager writes a closing review",
            "Whoever had them for long enough is asked; the new manager reads it once it is handed in.",
        ),
    ),
    numbers=(DAYS_SERVED, DAYS_TO_WRITE),
)
SITUATIONS = {
    one.variable: one
    for one in (
        WHEN_MANAGER_CHANGES,
        WHEN_TRANSFERRED,
        WHEN_OVERDUE,
        WHEN_TAKEN,
        WHEN_ON_LEAVE,
        WHEN_JOINED_LATE,
        WHEN_HIRED,
        WHEN_SEVERAL_ROLES,
        WHEN_LEAVING,
    )
}
NUMBERS = {number.variable: number for one in SITUATIONS.values() for number in one.numbers}

registry.known_variables.update(
    {one.variable: Field("string", label=one.label, example=one.choices[1].name) for one in SITUATIONS.values()}
)
registry.known_variables.update(
    {
        number.variable: Field("number", label=f"{one.label}: {number.label.lower()}", example=str(number.default))
        for one in SITUATIONS.values()
        for number in one.numbers
    }
)


def find_choice_problems(chosen: Mapping[str, str | int]) -> dict[str, str]:
    """What is wrong with what was chosen for a cycle, by variable; a variable that is no situation is wrong, too."""
    problems = {name: _find_problem(name, value) for name, value in chosen.items()}
    return {name: problem for name, problem in problems.items() if problem}


def _find_problem(name: str, value: str | int) -> str | None:
    if name in NUMBERS:
        return NUMBERS[name].find_problem(value)
    return SITUATIONS[name].find_problem(str(value)) if name in SITUATIONS else f"“{name}” is nothing to choose."


def complete_choices(chosen: Mapping[str, str | int]) -> dict[str, str | int]:
    """What was chosen, with the default for everything else."""
    names = {name: str(chosen.get(name, situation.default)) for name, situation in SITUATIONS.items()}
    return {**names, **{name: number.chosen(chosen) for name, number in NUMBERS.items()}}


def tell_choices(chosen: Mapping[str, str | int]) -> list[tuple[str, str]]:
    """What was chosen, as labels and answers to read: each situation, and the numbers that count with its choice."""
    told = []
    for variable, situation in SITUATIONS.items():
        told.append((situation.label, situation.label_of(str(chosen[variable]))))
        counting = situation.numbers_of(str(chosen[variable]))
        told.extend((number.label, f"{chosen[number.variable]} {number.unit}") for number in counting)
    return told


def find_setting_problem(settings: Mapping[str, str]) -> str | None:
    """What is wrong with what a step says about situations, as a sentence; None when nothing is."""
    found = (one.find_problem(settings[one.setting]) for one in SITUATIONS.values() if one.setting in settings)
    return next((problem for problem in found if problem), None)


def install() -> None:
    """Register what acts on overdue and on taken tasks, and on somebody with several roles."""
    from workflows.routing import contributing, overdue, releasing  # noqa: F401 - importing them registers them
