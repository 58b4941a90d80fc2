"""Conflict of interest is an invariant: whatever the organisation and the step, nobody in conflict gets through."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from engine.database import SessionFactory, connect, create_session_factory, transaction
from engine.diagram import Step
from engine.errors import NotAllowed
from engine.models import Instance, Task
from engine.registry import AssignmentRequest
from tests.services.tables import bring_tables
from tests.workflows.routing.cast import NOW, Somebody, bring, sign_up, user_step
from tests.workflows.routing.diagrams import publish
from workflows.outside.steps import ACTOR as OUTSIDE
from workflows.people.models import ACTIVE, ON_LEAVE, TERMINATED
from workflows.routing.resolvers import ACTORS, GROUPS
from workflows.routing.router import OrganisationRouter

ARGUMENTS = {
    "levels up": ("1", "3"),
    "group": ("hr", "executive"),
    "named person": ("p0", "p2"),
    "person who did": ("one",),
    "first with grade": ("E1",),
    "executive of unit": ("A",),
    "expression": ("done_by.one", "[person, done_by.two]"),
    "decision table": ("nothing",),
}
# Steps for people outside are published only where nothing is decided: tests/workflows/outside.
ONE_PERSON = [name for name, actor in ACTORS.items() if not actor.several and name != OUTSIDE]
STEPS = [
    user_step(f"{kind}_{number}", actor, argument, **({"fourEyes": "true"} if four_eyes else {}))
    for number, (actor, kind, four_eyes) in enumerate(
        itertools.product(ONE_PERSON, ("review", "reward"), (False, True))
    )
    for argument in ARGUMENTS.get(actor, ("",))[:1]
] + [user_step(f"reward_more_{n}", a, g[1]) for n, (a, g) in enumerate(ARGUMENTS.items()) if len(g) > 1]


@dataclass(frozen=True)
class World:
    """A company as drawn by chance, and a step to be done in it."""

    people: list[Somebody]
    heads: list[str | None]
    roles: dict[str, list[str]]
    step: Step
    subject: str
    variables: dict[str, Any] = field(default_factory=dict)

    def by_id(self) -> dict[str, Somebody]:
        return {somebody.id: somebody for somebody in self.people}

    def above(self, person_id: str) -> set[str]:
        """Everybody above, worked out anew and without the code under test."""
        known, found, manager = self.by_id(), set[str](), self.by_id()[person_id].manager
        while manager is not None and manager not in found:
            found.add(manager)
            manager = known[manager].manager
        return found - {person_id}

    def in_conflict(self, person_id: str) -> bool:
        """The rule of the product in its own words."""
        if self.step.settings["actor"] == "subject":
            return False
        if person_id == self.subject:
            return True
        done = self.variables["done_by"].items()
        if "fourEyes" in self.step.settings and any(by == person_id for step, by in done if step != self.step.id):
            return True
        pay = self.step.id.startswith("reward") or self.variables.get("reward_kind", "none") != "none"
        return pay and (self._decides_on_pay_of(person_id) or self.by_id()[person_id].hrbp == self.subject)

    def _decides_on_pay_of(self, person_id: str) -> bool:
        if self.by_id()[person_id].manager == self.subject:
            return True
        units = "ABC"[: "ABC".index(self.by_id()[self.subject].unit) + 1]
        heads = {self.heads["ABC".index(unit)] for unit in units} - {None, self.subject}
        at_the_top = not self.above(self.subject) and not heads
        return self.subject in self.above(person_id) and not at_the_top


@st.composite
def worlds(draw: st.DrawFn) -> World:
    ids = [f"p{number}" for number in range(draw(st.integers(1, 6)))]
    anybody, somebody = st.sampled_from([None, *ids]), st.sampled_from(ids)
    people = [
        Somebody(
            person_id,
            manager=draw(anybody),
            unit=draw(st.sampled_from(["A", "B", "C"])),
            grade=draw(st.sampled_from(["G4", "E1"])),
            status=draw(st.sampled_from([ACTIVE, ACTIVE, ON_LEAVE, TERMINATED])),
            hrbp=draw(st.one_of(anybody, st.just("ghost"))),
        )
        for person_id in ids
    ]
    variables: dict[str, Any] = {"done_by": draw(st.dictionaries(st.sampled_from(["one", "two"]), somebody))}
    variables |= draw(
        st.fixed_dictionaries(
            {},
            optional={
                "reward_kind": st.sampled_from(["none", "bonus"]),
                "initiator": somebody,
                "person": somebody,
                "group": st.sampled_from("ABC"),
            },
        )
    )
    return World(
        people=people,
        heads=[draw(anybody) for _ in "ABC"],
        roles={person_id: draw(st.sampled_from([[], ["hr"], ["hr", "admin"], ["board"]])) for person_id in ids},
        step=draw(st.sampled_from(STEPS)),
        subject=draw(somebody),
        variables=variables,
    )


@pytest.fixture(scope="module")
def published() -> Iterator[tuple[SessionFactory, int]]:
    """A database in which every step of these stories is deployed."""
    engine = connect("sqlite://")
    bring_tables(engine)
    factory = create_session_factory(engine)
    with transaction(factory) as session:
        definition_id = publish(session, user_step("one", "manager"), *STEPS).id
    yield factory, definition_id
    engine.dispose()


def settle(session: Session, world: World) -> None:
    bring(session, world.people, zip("ABC", (None, "A", "B"), world.heads, strict=True))
    for person_id, roles in world.roles.items():
        sign_up(session, person_id, *roles)


def case_about(session: Session, definition_id: int, world: World) -> Instance:
    """The instance that a task of this world belongs to."""
    instance = Instance(
        definition_id=definition_id,
        process="a_case",
        name="Case",
        subject=world.subject,
        state="running",
        variables=world.variables,
        blob=b"",
        started_at=NOW,
    )
    session.add(instance)
    session.flush()
    return instance


def passes(session: Session, world: World, task: Task, actor: str) -> bool:
    try:
        OrganisationRouter().check(session, task, world.variables, actor, NOW)
    except NotAllowed:
        return False
    return True


def hold(task: Task, holder: str | None, group: str | None) -> Task:
    """Put the task into somebody's hands past every rule, as if it had always been there."""
    set_committed_value(task, "assignee", holder)
    set_committed_value(task, "group", group)
    return task


@settings(max_examples=150, deadline=None)
@given(world=worlds())
def test_nobody_in_conflict_ever_gets_or_decides_a_task(published: tuple[SessionFactory, int], world: World) -> None:
    factory, definition_id = published
    with factory() as session, session.begin() as undone:
        settle(session, world)
        request = AssignmentRequest(world.step, world.subject, world.variables, world.variables.get("initiator"))
        [assignment] = OrganisationRouter().assign(session, [request], NOW)
        task = Task(
            instance_id=case_about(session, definition_id, world).id,
            definition_id=definition_id,
            step=world.step.id,
            name="Step",
            subject=world.subject,
            assignee=assignment.assignee,
            group=assignment.group,
            explanation=assignment.explanation,
        )

        # Somebody or a group has it, and never somebody in conflict or gone.
        assert (assignment.assignee is None) != (assignment.group is None)
        if assignment.assignee is not None:
            holder = world.by_id()[assignment.assignee]
            assert not world.in_conflict(holder.id)
            assert holder.status != TERMINATED
            assert holder.status != ON_LEAVE or world.step.settings["actor"] == "subject"
            assert passes(session, world, task, holder.id)
            assert passes(session, world, hold(task, holder.id, None), holder.id)

        # Nobody in conflict gets through, in whatever way the task came to them.
        for person in world.people:
            for holder_id, group in ((person.id, None), *((None, group) for group in GROUPS)):
                if passes(session, world, hold(task, holder_id, group), person.id):
                    assert not world.in_conflict(person.id)
        undone.rollback()
