"""What a click in a walk-through does, played on the stage alone: from the step it begins at to the one it comes to.

No database but that of the stage is touched, so nobody else waits while a step is played. `keeping` writes it down.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine import NotFound, Rejection, SessionFactory, clock, reading, transaction
from workflows.cycles.launching import launch
from workflows.designs.reading import files_of
from workflows.people.models import Person
from workflows.people.organisation import Selection
from workflows.simulation.dry_run import Plan, find_definition
from workflows.simulation.keeping import name_process
from workflows.simulation.stage import set_stage
from workflows.walking import acting
from workflows.walking.acting import FARTHEST, Act, Back, Change, Sent, catch_mails, let_time_pass, pass_time
from workflows.walking.advancing import Goal, go_ahead
from workflows.walking.events import Event, events_since
from workflows.walking.images import open_image, take_image
from workflows.walking.models import Walk, WalkStep
from workflows.walking.scene import describe_act

A_MINUTE = timedelta(minutes=1)
"""What it takes to hand in a form on the stage."""
LAUNCHED = "Launched"


@dataclass(frozen=True)
class Course:
    """What is walked: a published definition or a draft as it is now, as the review of `person_id`."""

    person_id: str
    definition_id: int | None = None
    design_id: int | None = None


def set_out(live: SessionFactory, course: Course, *, by: str, now: datetime) -> tuple[Walk, WalkStep]:
    """Set a stage and launch the process on it, for one person alone: the walk and its first step, to be kept.

    `live` opens the database that the organisation is copied from. Raises NotFound, and what deploying and launching
    raise.
    """
    with reading(live) as session:
        if session.get(Person, course.person_id) is None:
            raise NotFound("There is no such person.")
        process, _, revision = name_process(session, course.definition_id, course.design_id)
        files = None if course.design_id is None else files_of(session, course.design_id)
    period = (now.date().replace(month=1, day=1), now.date().replace(month=12, day=31))
    alone = Selection(statuses=frozenset(), people=frozenset({course.person_id}))
    plan = Plan(process, period, by, course.definition_id, files, alone)
    with clock.standing_at(now), set_stage(live, now) as stage:
        catch_mails(stage.factory)
        with transaction(stage.factory) as on_stage:
            definition, _ = find_definition(on_stage, plan, now)
            launch(on_stage, definition, name=plan.name, period=period, selection=alone, by=by, now=now)
        let_time_pass(stage.factory, now, now)
        first = _write_down(stage.factory, now, LAUNCHED)
    walk = Walk(
        definition_id=course.definition_id,
        design_id=course.design_id,
        revision=revision,
        process=process,
        person_id=course.person_id,
        begun_by=by,
        begun_at=now,
        moved_at=now,
    )
    return walk, first


@contextmanager
def stage_of(step: WalkStep) -> Iterator[SessionFactory]:
    """The stage as it was after a step, with its clock; what is done there is not kept."""
    with clock.standing_at(step.at), open_image(step.image) as factory:
        catch_mails(factory)
        yield factory


def hand_in(last: WalkStep, act: Act) -> WalkStep:
    """Hand in a form or a vote, and let the process go on as far as it goes by itself.

    Raises FormIncomplete, and what else handing in raises.
    """

    def play(factory: SessionFactory, at: datetime) -> tuple[datetime, str]:
        with factory() as stage:
            words = describe_act(stage, act.task_id, act.by, at)
        with clock.standing_at(at + A_MINUTE), transaction(factory) as stage:
            acting.hand_in(stage, act, at + A_MINUTE)
        let_time_pass(factory, at, at + A_MINUTE)
        return at + A_MINUTE, words

    return _play(last, play)


def send_back(last: WalkStep, back: Back) -> WalkStep:
    """Send a task back to an earlier step. Raises what sending back raises."""

    def play(factory: SessionFactory, at: datetime) -> tuple[datetime, str]:
        with clock.standing_at(at + A_MINUTE), transaction(factory) as stage:
            words = acting.send_back(stage, back, at + A_MINUTE)
        let_time_pass(factory, at, at + A_MINUTE)
        return at + A_MINUTE, words

    return _play(last, play)


def calibrate(last: WalkStep, change: Change) -> WalkStep:
    """Change a rating in an open calibration session. Raises what `change_rating` raises."""

    def play(factory: SessionFactory, at: datetime) -> tuple[datetime, str]:
        with clock.standing_at(at + A_MINUTE), transaction(factory) as stage:
            words = acting.change(stage, change, at + A_MINUTE)
        return at + A_MINUTE, words

    return _play(last, play)


def send(last: WalkStep, sent: Sent) -> WalkStep:
    """Let a message or signal come in from outside. Raises NotFound when nobody waits for it."""

    def play(factory: SessionFactory, at: datetime) -> tuple[datetime, str]:
        with transaction(factory) as stage:
            acting.send(stage, sent, at + A_MINUTE)
        let_time_pass(factory, at, at + A_MINUTE)
        return at + A_MINUTE, f"The {sent.kind} “{sent.name}” comes in"

    return _play(last, play)


def travel(last: WalkStep, until: datetime | None, words: str) -> WalkStep:
    """Let time pass until a moment (None: until something happens by itself), as if nobody did anything meanwhile.

    Raises Rejection when the moment is past or too far, or nothing will happen.
    """

    def play(factory: SessionFactory, at: datetime) -> tuple[datetime, str]:
        if until is None:
            return pass_time(factory, at), words
        if not at <= until <= at + FARTHEST:
            raise Rejection("Time goes forward here, by ten years at most. Go back a step to be earlier.")
        let_time_pass(factory, at, until)
        return until, words

    return _play(last, play)


def jump(last: WalkStep, goal: Goal) -> WalkStep:
    """Go on until `goal` is reached: everybody does what they have until then, with the answers that are usual.

    What was answered is told among what happened. Raises Rejection when nothing at all can go on.
    """
    assumed: list[Event] = []

    def play(factory: SessionFactory, at: datetime) -> tuple[datetime, str]:
        reached = go_ahead(factory, at, goal, each=A_MINUTE)
        assumed.extend(reached.assumed)
        return reached.at, reached.words

    return _play(last, play, assumed)


def _play(
    last: WalkStep, play: Callable[[SessionFactory, datetime], tuple[datetime, str]], assumed: Sequence[Event] = ()
) -> WalkStep:
    with stage_of(last) as factory:
        at, words = play(factory, last.at)
        return _write_down(factory, at, words, last, assumed)


def _write_down(
    factory: SessionFactory, at: datetime, words: str, since: WalkStep | None = None, assumed: Sequence[Event] = ()
) -> WalkStep:
    number, earlier = (0, None) if since is None else (since.number + 1, since.at)
    with factory() as stage:
        happened = [event.as_json() for event in events_since(stage, earlier, assumed)]
    return WalkStep(number=number, at=at, words=words, happened=happened, image=take_image(factory))
