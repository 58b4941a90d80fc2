"""Jumping ahead in a walk-through: everybody does what they have, as a dry run assumes it, until a goal is reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from engine import EngineError, Rejection, SessionFactory, program_for
from workflows.questionnaires.components import Checkbox, Choice, Money, Number, Rating
from workflows.questionnaires.showing import show_answer
from workflows.questionnaires.slots import value_at
from workflows.reviews.forms import questionnaire_of
from workflows.reviews.models import Submission
from workflows.simulation.assuming import usual_assumptions
from workflows.simulation.handing_in import Usual, describe_refusal, hand_in
from workflows.voting.models import Ballot
from workflows.voting.words import CHOICES
from workflows.walking.acting import let_time_pass, pass_time
from workflows.walking.events import ASSUMED, Event
from workflows.walking.scene import OnStage, Role, Scene, look

PERSON, STEP, DATE, END = "person", "step", "date", "end"
MOST_ACTS = 200
"""So many tasks are done in one jump: a process that still goes on then goes round in circles."""
BRIEF = (Checkbox, Choice, Money, Number, Rating)
"""The kinds of answers that are told; what is written in whole sentences is invented and says nothing."""


@dataclass(frozen=True)
class Goal:
    """Until when a walk goes on by itself.

    Of kind `person`: until they (`value`) can do something that they cannot do now. `step`: until a task of that step,
    or of the process it calls, is handed out. `date`: until only time is waited for, and then on to what happens next.
    `end`: until it has ended. `name` is what people call the person or the step.
    """

    kind: str
    value: str = ""
    name: str = ""

    @property
    def words(self) -> str:
        """The goal as the end of a sentence."""
        return {
            PERSON: f"until it is the turn of {self.name}",
            STEP: f"until “{self.name}”",
            DATE: "to the next date",
            END: "to the end",
        }[self.kind]


@dataclass(frozen=True)
class Reached:
    """Where a jump has come to, the moment there, and what was assumed on the way."""

    at: datetime
    words: str
    assumed: Sequence[Event]


def go_ahead(factory: SessionFactory, at: datetime, goal: Goal, *, each: timedelta) -> Reached:
    """Let everybody do what they have, each task in the time `each`, and time pass in between, until the goal.

    Where the goal cannot be reached, it goes as far as it can, and the words say so. Raises Rejection when nothing at
    all can be done or happens.
    """
    return _Jump(factory, at, goal, each).run()


class _Jump:
    def __init__(self, factory: SessionFactory, at: datetime, goal: Goal, each: timedelta) -> None:
        self.factory = factory
        self.began = self.at = at
        self.goal = goal
        self.each = each
        scene = self._look()
        self.assumptions = usual_assumptions(scene.program.diagram.key)
        self.before = frozenset(task.id for task in scene.tasks)
        self.assumed: list[Event] = []
        self.refused: set[int] = set()

    def run(self) -> Reached:
        while not self._is_reached(scene := self._look()):
            if scene.has_ended:
                return self._stop("the process has ended before that")
            if len(self.assumed) >= MOST_ACTS:
                return self._stop(f"{MOST_ACTS} tasks were done before that. Look whether it goes round in circles")
            if (open_task := self._choose(scene)) is not None:
                self._do(*open_task)
                continue
            try:
                self.at = pass_time(self.factory, self.at)
            except Rejection:
                if self.at == self.began:
                    raise
                return self._stop("nothing more can be done or happens before that")
            if self.goal.kind == DATE:
                break
        return Reached(self.at, f"Everybody goes on {self.goal.words}", self.assumed)

    def _stop(self, why: str) -> Reached:
        return Reached(self.at, f"Everybody was to go on {self.goal.words}, but {why}", self.assumed)

    def _look(self) -> Scene:
        with self.factory() as stage:
            return look(stage, self.at)

    def _is_reached(self, scene: Scene) -> bool:
        if self.goal.kind == END:
            return scene.has_ended
        new = [task for task in scene.tasks if task.id not in self.before]
        if self.goal.kind == STEP:
            return any(self.goal.value in (task.step, task.place) for task in new)
        return any(role.person_id == self.goal.value for task in new for role in task.roles)

    def _choose(self, scene: Scene) -> tuple[OnStage, Role] | None:
        """The first task that somebody may do, and whose answers were not all refused."""
        return next(((task, task.roles[0]) for task in scene.tasks if task.roles and task.id not in self.refused), None)

    def _do(self, task: OnStage, role: Role) -> None:
        moment = self.at + self.each
        work = self.assumptions.work_at(task.step, own=role.person_id == task.subject)
        usual = Usual(self.assumptions, work, f"{task.step} {task.id}")
        try:
            hand_in(self.factory, task.id, role.person_id, moment, usual)
            told = self._tell(task)
        except EngineError as refusal:
            self.refused.add(task.id)
            told = f"nothing: every answer that was tried is refused. {describe_refusal(refusal)}"
        self.assumed.append(Event(moment, ASSUMED, role.name, told, task.name))
        let_time_pass(self.factory, self.at, moment)
        self.at = moment

    def _tell(self, task: OnStage) -> str:
        """What was handed in, in a few words; empty where only sentences were."""
        with self.factory() as stage:
            ballot = stage.get(Ballot, task.id)
            if ballot is not None:
                return CHOICES.get(ballot.choice or "", "")
            handed_in = stage.scalar(select(Submission).where(Submission.task_id == task.id))
            if handed_in is None:
                return ""
            program = program_for(stage, handed_in.definition_id)
            fields = questionnaire_of(program, program.step(handed_in.step)).fields()
            brief = [one for one in fields if isinstance(one, BRIEF) and all(isinstance(key, str) for key in one.key)]
            shown = [
                (one.label.render(handed_in.answers), show_answer(one, value_at(handed_in.answers, one.key), {}))
                for one in brief
            ]
            return ", ".join(f"{label.rstrip('?:. ')}: {text}" for label, text in shown if text)
