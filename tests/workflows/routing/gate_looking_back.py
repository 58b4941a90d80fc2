"""What leads a case back, what is late, what HR hands on, and whom people ask, or add to those who approve."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import tasks
from engine.models import Task
from tests.workflows.routing.gate_ground import ACTOR, ANYBODY, SUBJECTS, WHICH, Ground, complete
from tests.workflows.routing.gate_world import AT_FIRST, HR_STAFF, PEOPLE
from workflows.asking.asking import answer, ask
from workflows.asking.models import Inquiry
from workflows.cycles.models import Cycle
from workflows.reviews.recalling import recall
from workflows.reviews.sending_back import list_targets, reopen, send_back
from workflows.routing.adding import add_approver


class LookingBackMachine(Ground):
    """Verbs on what is done already, and those that hand nobody a task by a person's own choice."""

    @initialize(subject=st.sampled_from(SUBJECTS))
    def begin_with_something_done(self, subject: str) -> None:
        """Each case has come to its second step; a reward was sent back from its third, and its approval may stay.

        One task is about to be late, and a colleague is asked about the reward.
        """
        for key in AT_FIRST:
            self.company.start(key, "ann" if key == "reward" else subject)
        for task in self.company.open():
            self._hand_in(task)
        for step in ("reward_approval", "hr_record"):
            for task in self._at(step):
                self._hand_in(task)
        for task in self._at("reward_signing"):
            self._send_back(task, "reward_proposal", task.assignee or "mara")
        self.company.start("late", "rita")
        for task in self._at("reward_proposal"):
            oracle, holder = self.oracle(), task.assignee or ""
            may = [one for one in PEOPLE if one != holder and not oracle.problem_to_ask(task, one)]
            for colleague in may[:1]:
                self._ask(task, colleague, holder)

    @rule(which=WHICH, who=ACTOR)
    def send_back(self, which: int, who: str | int | None) -> None:
        """A task goes back to a step that somebody has done."""
        if found := [task for task in self.company.open() if task.step in BEHIND]:
            task = found[which % len(found)]
            with self.company.factory() as session:
                targets = list_targets(session, tasks.find(session, task.id))
            if targets:
                self._send_back(task, targets[which % len(targets)].step, self.who(task, who))

    def _change(self, person: str, subject: str, *, leaves: bool) -> None:
        if leaves:
            self.receive((person, "terminated", ""))
        elif person != subject:
            self.turn(person, subject)

    @rule(which=WHICH, who=ACTOR)
    def recall(self, which: int, who: str | int | None) -> None:
        """Somebody takes back what they have handed in, or others have."""
        for task in self._done(which):
            by = task.closed_by if who is None else self.who(task, who)
            self.company.attempt(lambda session, at=task.id, by=by: recall(session, at, by=by, **self.at))

    @rule(which=WHICH)
    def reopen(self, which: int) -> None:
        for task in self._done(which):
            by = next(person for person in HR_STAFF if person != task.subject)
            self.company.attempt(lambda session, at=task.id, by=by: reopen(session, at, by=by, reason="So.", **self.at))

    @rule(which=WHICH, leaves=st.booleans())
    def who_did_it_changes(self, which: int, *, leaves: bool) -> None:
        """Whoever has done a step leaves, or reports from now on to the person it is about."""
        if done := self.company.completed():
            task = done[which % len(done)]
            self._change(task.closed_by or "", task.subject or "", leaves=leaves)

    @rule(which=WHICH, leaves=st.booleans())
    def who_is_asked_changes(self, which: int, *, leaves: bool) -> None:
        """The same of whoever is asked, before they have answered."""
        if asked := self._asked():
            inquiry, task = asked[which % len(asked)]
            self._change(inquiry.colleague, task.subject or "", leaves=leaves)

    @rule()
    def hand_in_unchanged(self) -> None:
        """What was sent back is handed in again as it was."""
        for task in self._at("reward_proposal"):
            self._hand_in(task)

    @rule(which=WHICH, by=st.sampled_from(HR_STAFF), to=WHICH)
    def hand_on_in_the_browser(self, which: int, by: str, to: int) -> None:
        """HR hands a task on over HTTP."""

        def hand_on(_session: Session, task: Task) -> None:
            self.post(f"/cycles/{cycles[task.root_id]}/tasks/{task.id}/holder", by, to=self.who(task, to), reason="So.")

        with self.company.factory() as session:
            cycles = dict(session.execute(select(Cycle.instance_id, Cycle.id)).all())
        self.verb(which, hand_on)

    @rule(which=WHICH, by=ANYBODY)
    def claim(self, which: int, by: str | int) -> None:
        self.verb(which, lambda session, task: tasks.claim(session, task.id, by=self.who(task, by), **self.at), "group")

    @rule(which=WHICH, who=st.one_of(st.none(), st.sampled_from(PEOPLE)), of=ANYBODY)
    def ask(self, which: int, who: str | None, of: str | int) -> None:
        """Whoever has a task, or somebody else, asks about it: anybody, or one of those who must not be asked."""
        oracle, found = self.oracle(), [task for task in self.company.open() if task.assignee is not None]
        if not found:
            return
        task = found[which % len(found)]
        barred = [person for person in PEOPLE if oracle.problem_to_ask(task, person)] or PEOPLE
        self._ask(task, of if isinstance(of, str) else barred[of % len(barred)], who or task.assignee or "")

    @rule(which=WHICH, who=ACTOR, whom=ANYBODY, first=st.booleans())
    def add(self, which: int, who: str | int | None, whom: str | int, *, first: bool) -> None:
        """One more person has to approve a task."""

        def put(session: Session, task: Task) -> None:
            said: dict[str, Any] = {"first": first, "reason": "So.", "by": self.who(task, who), **self.at}
            add_approver(session, task.id, whom=self.who(task, whom), **said)

        self.verb(which, put)

    @rule()
    def answer(self) -> None:
        """Everybody answers what they were asked."""
        for one, _ in self._asked():
            self.company.attempt(lambda session, one=one: answer(session, one.id, "Well.", by=one.colleague, **self.at))

    def _asked(self) -> list[tuple[Inquiry, Task]]:
        """What is not answered yet, with its task."""
        with self.company.factory() as session:
            waiting = select(Inquiry, Task).join(Task, Task.id == Inquiry.task_id).where(Inquiry.state == "open")
            return [(inquiry, task) for inquiry, task in session.execute(waiting)]

    def _ask(self, task: Task, of: str, by: str) -> None:
        said: dict[str, Any] = {"text": "How was it?", "due": None, "by": by, **self.at}
        self.company.attempt(lambda session: ask(session, task.id, of=of, **said))

    def _at(self, step: str) -> list[Task]:
        return [task for task in self.company.open() if task.step == step]

    def _done(self, which: int) -> list[Task]:
        """What was done: all of it whose doer must not have it any more, or one."""
        oracle, done = self.oracle(), self.company.completed()
        return [task for task in done if oracle.problem(task, task.closed_by or "")] or done[which : which + 1]

    def _hand_in(self, task: Task) -> None:
        by = task.assignee or next(person for person in HR_STAFF if person != task.subject)
        said: dict[str, Any] = {"by": by, **self.at}
        self.company.attempt(lambda session: complete(session, task.id, {"outcome": "approve"}, **said))

    def _send_back(self, task: Task, to: str, by: str) -> None:
        said: dict[str, Any] = {"by": by, **self.at}
        self.company.attempt(lambda session: send_back(session, task.id, to=to, reason="So.", **said))


BEHIND = {"approval", "reward_approval", "reward_signing", "reward_record", "hr_record", "hr_check", "reward_notes"}
"""The steps with another one before them."""
