"""Playing a process on the real organisation, without a trace in the live database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import Definition, Instance, NotFound, SessionFactory, definitions, program_for, transaction
from workflows.cycles.launching import launch
from workflows.cycles.models import Case, Cycle
from workflows.cycles.outlook import PARTICIPANTS
from workflows.cycles.population import STANDARD
from workflows.people.organisation import Selection, load_organisation
from workflows.simulation.assumptions import Assumptions, AssumptionsInvalid
from workflows.simulation.gathering import Played, gather
from workflows.simulation.playing import Play
from workflows.simulation.presence import Presence
from workflows.simulation.report import Report
from workflows.simulation.stage import Stage, set_stage
from workflows.simulation.surveying import survey


@dataclass(frozen=True)
class Plan:
    """What to play: a cycle as it would be launched, of the published definition or of the `files` of a package.

    `by` is who would launch it. Assumptions about a step that the process does not have are refused with
    `checks_steps`, else passed over.
    """

    name: str
    period: tuple[date, date]
    by: str
    definition_id: int | None = None
    files: Mapping[str, bytes] | None = None
    selection: Selection = STANDARD
    assumptions: Assumptions = field(default_factory=Assumptions)
    checks_steps: bool = True


@dataclass(frozen=True)
class Moment:
    """How far a dry run is: the moment that is played, the tasks done, and the share of the whole, 0 to 1."""

    at: datetime
    done: int
    share: float


Follow = Callable[[Moment], None]


def play_dry_run(live: SessionFactory, plan: Plan, now: datetime, follow: Follow = lambda _moment: None) -> Report:
    """Play `plan` as if it were launched at `now`, and report what would happen.

    `follow` is told now and then how far it is, and may raise to stop. Raises what deploying and launching raise, and
    AssumptionsInvalid for a step that the process does not have.
    """
    with set_stage(live, now) as stage:
        with transaction(stage.factory) as session:
            definition, version = find_definition(session, plan, now)
            if plan.checks_steps:
                _check_steps(session, definition, plan.assumptions)
            cycle = launch(
                session,
                definition,
                name=plan.name,
                period=plan.period,
                selection=plan.selection,
                by=plan.by,
                now=now,
            )
            presence = Presence(session, plan.assumptions, now)
        follower = _Follower(stage, cycle, follow)
        play = Play(stage.factory, cycle.instance_id, now, plan.assumptions, presence, stage.handed_over, follower.tell)
        play.run()
        with transaction(stage.factory) as session:
            return gather(session, _played(session, stage, play, cycle, version=version))


def find_definition(session: Session, plan: Plan, now: datetime) -> tuple[Definition, int | None]:
    """The definition on the stage, and its version if it is a published one. Raises NotFound, InvalidDiagram."""
    if plan.files is not None:
        known = session.scalar(select(Definition.id).order_by(Definition.id.desc()).limit(1)) or 0
        definition = definitions.deploy(session, plan.files, by=plan.by, now=now)
        return definition, definition.version if definition.id <= known else None
    found = session.get(Definition, plan.definition_id)
    if found is None:
        raise NotFound("There is no such process.")
    return found, found.version


def _check_steps(session: Session, definition: Definition, assumptions: Assumptions) -> None:
    known = program_for(session, definition.id).diagram.steps
    for step in assumptions.steps:
        if step not in known:
            raise AssumptionsInvalid(
                f"The assumptions name a step “{step}”, which “{definition.name}” does not have. Correct its id."
            )


def _played(session: Session, stage: Stage, play: Play, cycle: Cycle, *, version: int | None) -> Played:
    now = cycle.launched_at
    participants = session.scalars(
        select(Case.person_id).where(Case.cycle_id == cycle.id).order_by(Case.person_id)
    ).all()
    diagram = program_for(session, cycle.definition_id).diagram
    foreseen = survey(session, diagram, participants, by=cycle.launched_by, root_id=cycle.instance_id, now=now)
    return Played(
        play=play,
        cycle=cycle,
        version=version,
        organisation=load_organisation(session, now.date()),
        participants=participants,
        foreseen=list(foreseen),
        without_account=stage.without_account,
    )


class _Follower:
    """Works out how far a play is: by the member instances that have ended, of those there will be."""

    EVERY = 20

    def __init__(self, stage: Stage, cycle: Cycle, follow: Follow) -> None:
        self.factory = stage.factory
        self.cycle = cycle
        self.follow = follow
        self.calls = 0
        self.expected = 0

    def tell(self, at: datetime, done: int) -> None:
        self.calls += 1
        if self.calls % self.EVERY:
            return
        with self.factory() as session:
            ended = select(Instance.id).where(Instance.root_id == self.cycle.instance_id, Instance.state != "running")
            self.expected = self.expected or self._expect(session)
            count = len(session.scalars(ended.where(Instance.subject.is_not(None))).all())
        self.follow(Moment(at, done, min(1.0, count / self.expected)))

    def _expect(self, session: Session) -> int:
        steps = program_for(session, self.cycle.definition_id).diagram.steps.values()
        rounds = sum(step.over == PARTICIPANTS for step in steps)
        cases = select(Case.id).where(Case.cycle_id == self.cycle.id)
        return max(1, rounds * len(session.scalars(cases).all()))
