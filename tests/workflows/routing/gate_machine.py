"""Everything that people, jobs and files can do to who holds and decides a task, in any order."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import tasks
from engine.migration import running
from engine.models import Definition, Task
from tests.workflows.routing.gate_ground import ACTOR, ANYBODY, SOMEBODY, SUBJECTS, WHICH, Ground, complete
from tests.workflows.routing.gate_world import AT_FIRST, OUTCOME
from workflows.inbox.bulk_approving import TIME_TO_UNDO, ask_to_approve
from workflows.inbox.bulk_looking import look_at
from workflows.people.models import Absence
from workflows.routing.absences import end_absence, name_substitute, plan_absence
from workflows.voting.casting import cast, recuse

CLICKS = ("claim", "completion", "delegation", "return")


class GateMachine(Ground):
    """Everything that brings a task forward, or into other hands."""

    @initialize(
        subjects=st.lists(st.sampled_from(SUBJECTS), min_size=2, max_size=2),
        helper=st.sampled_from(["rita", "olga"]),
        turned=st.booleans(),
    )
    def begin_in_the_middle(self, subjects: list[str], helper: str, *, turned: bool) -> None:
        """Danger is one step away: a review is with whoever did its first step, and rewards are lent to a helper."""
        for key in AT_FIRST:
            for subject, policy in zip(subjects, ("keep", "move"), strict=True):
                self.company.start(key, subject, policy)
        first, *others = self.company.open()
        self.complete(0, None, complete)
        approval = self.company.open()[-1]
        self.company.attempt(
            lambda session: tasks.reassign(
                session, approval.id, to=first.assignee or "", by="rita", reason="", **self.at
            )
        )
        lent = [task for task in others if task.step == "reward_proposal"]
        self.plan_absence(lent[0].assignee or "rita", [helper])
        said = {"by": lent[1].assignee or "", "reason": "", **self.at}
        self.company.attempt(lambda session: tasks.delegate(session, lent[1].id, to=helper, **said))
        if turned:
            self.import_that_turns_the_tables(0)

    @rule(which=WHICH, who=ANYBODY, gives_back=st.booleans())
    def claim(self, which: int, who: str | int, *, gives_back: bool) -> None:
        """Somebody takes a task of a group, or puts it back."""
        verb = tasks.release if gives_back else tasks.claim
        self.verb(which, lambda session, task: verb(session, task.id, by=self.who(task, who), **self.at), "group")

    @rule(which=WHICH, to=ANYBODY)
    def reassign(self, which: int, to: str | int) -> None:
        said = {"by": "rita", "reason": "", **self.at}
        self.verb(which, lambda session, task: tasks.reassign(session, task.id, to=self.who(task, to), **said))

    @rule(which=WHICH, who=ACTOR, to=ANYBODY)
    def delegate(self, which: int, who: str | int | None, to: str | int) -> None:
        def delegate(session: Session, task: Task) -> None:
            receiver = self.who(task, to)
            tasks.delegate(session, task.id, to=receiver, by=self.who(task, who), reason="", **self.at)

        self.verb(which, delegate)

    @rule(which=WHICH)
    def end_delegations(self, which: int) -> None:
        """What somebody does for its owner comes back, by the one or the other: all where a hole would show, or one."""
        oracle, lent = self.oracle(), [task for task in self.company.open() if task.owner is not None]
        ending = [task for task in lent if oracle.problem(task, task.owner or "")] or lent[which : which + 1]
        for task in ending:
            back = {"by": task.owner or "", **self.at}
            given = {"by": task.assignee or "", "reason": "", **self.at}
            self.company.attempt(lambda session, at=task.id, back=back: tasks.take_back(session, at, **back))
            self.company.attempt(lambda session, at=task.id, given=given: tasks.give_back(session, at, **given))

    @rule(which=WHICH, who=ACTOR, choice=st.sampled_from(["approve", "reject", "abstain", "recused"]))
    def vote(self, which: int, who: str | int | None, choice: str) -> None:
        """Somebody casts a ballot, theirs or not, or declares that they must not."""

        def act(session: Session, task: Task) -> None:
            by = self.who(task, who)
            if choice == "recused":
                recuse(session, task.id, reason="Related.", by=by, **self.at)
            else:
                cast(session, task.id, choice, by=by, **self.at)

        if ballots := [task for task in self.company.open() if task.step == "reward_vote"]:
            ballot = ballots[which % len(ballots)]
            self.company.attempt(lambda session: act(session, ballot))

    @rule(who=SOMEBODY, at_once=st.booleans())
    def approve_many(self, who: str, *, at_once: bool) -> None:
        def ask(session: Session) -> None:
            selection = look_at(session, [task.id for task in self.company.open()], by=who, **self.at)
            ask_to_approve(
                session, {one.task.id: one.fingerprint for one in selection.fit}, confirmed=True, by=who, **self.at
            )

        if self.company.attempt(ask) and at_once:
            self.company.work(seconds=TIME_TO_UNDO.total_seconds())

    @rule(which=WHICH, who=ACTOR, to=SOMEBODY, what=st.sampled_from(CLICKS))
    def click(self, which: int, who: str | int | None, to: str, what: str) -> None:
        """The same over HTTP, by whoever is signed in."""

        def click(_session: Session, task: Task) -> None:
            self.post(f"/tasks/{task.id}/{what}", self.who(task, who), to=to, _revision=task.revision, **OUTCOME)

        self.verb(which, click)

    @rule(which=WHICH, stand_ins=st.lists(SOMEBODY, min_size=1, max_size=2))
    def go_away(self, which: int, stand_ins: list[str]) -> None:
        """Whoever has a task is out of office from now on, and others stand in."""
        if held := [task.assignee for task in self.company.open() if task.assignee]:
            self.plan_absence(held[which % len(held)], stand_ins)

    @rule()
    def come_back(self) -> None:
        """Everybody who was out of office is back."""

        def end(session: Session) -> None:
            for absence in session.scalars(select(Absence.id).where(Absence.ended_at.is_(None))).all():
                end_absence(session, absence, **self.at)

        self.company.attempt(end)
        self.company.work()

    @rule()
    def migrate(self) -> None:
        """The reviews go on with the version that asks for four eyes."""

        def begin(session: Session) -> None:
            old, new = (session.get_one(Definition, number) for number in self.company.processes["review"])
            running.begin(session, old, new, by="rita", reason="", **self.at)

        self.company.attempt(begin)
        self.company.work()

    def plan_absence(self, person: str, stand_ins: list[str]) -> None:
        """Let somebody be away from today on."""

        def plan(session: Session) -> None:
            absence = plan_absence(session, person, self.company.now.date(), None, by=person, **self.at)
            for one in stand_ins:
                name_substitute(session, absence.id, one, **self.at)

        self.company.attempt(plan)
        self.company.work()
