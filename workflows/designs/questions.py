"""What HR is asked about a step that people do: the one list that the diagram's panel and the step list both draw from.

Who does it, and how several decide it, is asked beside these: both have choices that follow from each other
(`workflows.routing.resolvers`, `workflows.voting.settings`).
"""

from dataclasses import dataclass, field
from typing import Any

from workflows.routing.choosing import NEXT_LEVEL, WAIT
from workflows.routing.resolvers import ACTORS
from workflows.routing.situations import WHEN_MANAGER_CHANGES, WHEN_OVERDUE, WHEN_TAKEN, Situation

CHOICE, TICK, TIME, REMINDERS, TEXT = "choice", "tick", "time", "reminders", "text"
ONE, GROUP, COMMITTEE = "one person", "group", "committee"
OF_AN_ACTOR = (GROUP, COMMITTEE)
"""The values of `only` that are the name of an actor."""
AS_THE_CYCLE = "As the cycle says"

PAGES = {
    "calibration": "Calibration: compare and change the ratings of a group",
    "executive-decision": "Decision of an executive: one page with facts, trail and conflict check",
}
"""The pages of their own that a step can have, by the name that diagrams use."""


@dataclass(frozen=True)
class Question:
    """One setting of a step, as people are asked for it.

    `part` is the heading it stands under, `none` what nothing chosen means. A choice has `options`, or those of the
    package that the vocabulary keeps under `source`; a tick sets `value`. `only` says where it is asked at all: of a
    step that one person decides, or of one that goes to a group or a committee.
    """

    name: str
    part: str
    label: str
    kind: str
    hint: str = ""
    none: str = ""
    options: tuple[tuple[str, str], ...] = ()
    source: str = ""
    value: str = ""
    only: str = ""

    def describe(self) -> dict[str, Any]:
        """The question as JSON."""
        listed = [{"name": name, "label": label} for name, label in self.options]
        return {**self.__dict__, "options": listed}


@dataclass(frozen=True)
class Part:
    """A heading with its questions; `closed` where they are rarely needed."""

    name: str
    title: str
    closed: bool = False
    questions: tuple[Question, ...] = field(default=())


def list_parts() -> tuple[Part, ...]:
    """The questions about a step that people do, by heading, in the order in which they are asked."""
    return (
        Part("who", "Who", questions=_who()),
        Part("asked", "What is asked", questions=_asked()),
        Part("time", "Until when", questions=_time()),
        Part("changes", "When the organisation changes", closed=True, questions=_changes()),
    )


def list_questions() -> tuple[Question, ...]:
    """The same without headings."""
    return tuple(question for part in list_parts() for question in part.questions)


def _who() -> tuple[Question, ...]:
    taken = _of(WHEN_TAKEN, "who", "If whoever takes it does not do it", only=GROUP)
    return (
        Question(
            "actorLevel",
            "who",
            "Which of its levels decides?",
            TEXT,
            hint="An expression that gives a grade or a number, for instance: new_grade. Empty: the committee itself.",
            only=COMMITTEE,
        ),
        taken,
        Question("fourEyes", "who", "Four eyes", TICK, hint="Not by whoever did the step before.", value="true"),
        Question("signature", "who", "Signed with the password", TICK, value="password", only=ONE),
    )


def _asked() -> tuple[Question, ...]:
    without = "Without one, the step is only marked as done."
    back = (("yes", "Yes, also to the person it is about"), ("no", "No"))
    return (
        Question("form", "asked", "Form", CHOICE, hint=without, none="No form", source="forms", only=ONE),
        Question(
            "sendBack",
            "asked",
            "Can it be sent back to an earlier step?",
            CHOICE,
            none="If it asks for an approval",
            options=back,
            only=ONE,
        ),
        Question(
            "page",
            "asked",
            "Is it done on a page of its own?",
            CHOICE,
            none="No, on the page of its form",
            options=tuple(PAGES.items()),
            only=ONE,
        ),
    )


def _time() -> tuple[Question, ...]:
    told = tuple((one.name, one.label) for one in ACTORS.values() if one.argument is None and not one.several)
    since = "Counted from the day it is handed out."
    return (
        Question("due", "time", "Time to do it", TIME, hint=since),
        Question("remind", "time", "Reminders, days before", REMINDERS, hint="For instance: 7, 2"),
        Question("escalate", "time", "Who is told when it is late?", CHOICE, none="Nobody", options=told),
        _of(WHEN_OVERDUE, "time", "What happens when it is late?"),
    )


def _changes() -> tuple[Question, ...]:
    away = ((WAIT, "It waits"), (NEXT_LEVEL, "The next one up gets it"))
    return (
        _of(WHEN_MANAGER_CHANGES, "changes", "If the manager changes while it is open"),
        Question(
            "whenAway",
            "changes",
            "If the person is away",
            CHOICE,
            none="It waits for a week at most",
            options=away,
        ),
    )


def _of(situation: Situation, part: str, label: str, only: str = "") -> Question:
    options = tuple((choice.name, choice.label) for choice in situation.choices)
    return Question(situation.setting, part, label, CHOICE, none=AS_THE_CYCLE, options=options, only=only)
