"""A walk-through as it stands, and the form of a task in it, drawn and checked as it is for real."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from sqlalchemy.orm import Session

from engine import NotFound, OpenTask, Program, tasks
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.diagrams import Mark, describe, layout_of, render
from webapp.forms import render_answers, render_form
from webapp.happenings import Line, tell
from webapp.request_session import current_session
from webapp.walks import blueprint
from workflows.calibration.board import Board, session_board
from workflows.calibration.changing import HIGHEST, LOWEST, SESSION_PAGE
from workflows.cases.dossier import Dossier, dossier_of
from workflows.cases.reading import read_case
from workflows.cycles.case_file import Happening
from workflows.cycles.progress import SHOWN
from workflows.cycles.repairing import write_value
from workflows.people.accounts import HR
from workflows.people.models import Account
from workflows.people.search import name_people
from workflows.reviews.beginning import find_beginning
from workflows.reviews.forms import questionnaire_of
from workflows.reviews.reading import ShownSubmission
from workflows.reviews.roles import CALIBRATION_PAGE, roles_in_case
from workflows.reviews.sending_back import LONGEST_REASON, list_targets
from workflows.reviews.submitting import context_of
from workflows.voting.words import CHOICES
from workflows.walking import keeping
from workflows.walking.acting import invent_answers
from workflows.walking.events import Event, read_event
from workflows.walking.models import Walk, WalkStep
from workflows.walking.playing import stage_of
from workflows.walking.scene import OnStage, Role, Scene, list_concerned, look


@dataclass(frozen=True)
class Attempt:
    """What was typed and could not be handed in: the answers, what is wrong with each, and what stands in the way."""

    answers: Mapping[str, Any]
    errors: Mapping[str, str]
    problem: str = ""


@dataclass(frozen=True)
class Player:
    """A task on the stage, in whose role it is done, what stands around it, and what that person is to the case."""

    found: OpenTask
    role: Role
    dossier: Dossier
    roles: set[str]


@dataclass(frozen=True)
class Told:
    """A step of a walk as the page tells it, with what came of it: lines of the process, and who was told what."""

    number: int
    at: datetime
    words: str
    lines: Sequence[tuple[Event, Line | None]]


@blueprint.get("/<int:walk_id>")
@only_for(HR)
def show(walk_id: int) -> ResponseReturnValue:
    """Where a walk-through is, what can be done, and what has happened so far."""
    return render_walk(walk_id)


@blueprint.get("/<int:walk_id>/tasks/<int:task_id>")
@only_for(HR)
def show_task(walk_id: int, task_id: int) -> ResponseReturnValue:
    """The form of a task, in the role that `as` names; with `filled=1` it is filled in with invented answers."""
    return render_task(walk_id, task_id, request.args.get("as", ""))


def render_walk(walk_id: int, problem: str = "") -> str:
    """The page of a walk-through as it stands."""
    session = current_session()
    walk = keeping.get_walk(session, walk_id, signed_in().person_id)
    steps = keeping.steps_of(session, walk)
    last = steps[-1]
    with stage_of(last) as factory, factory() as stage:
        scene = look(stage, last.at)
        concerned = list_concerned(stage, walk.person_id, last.at)
    picture, words = _draw(walk, scene)
    return render_template(
        "walks/walk.html",
        walk=walk,
        last=last,
        scene=scene,
        concerned=concerned,
        steps=[step for step in scene.program.diagram.steps.values() if step.kind in SHOWN],
        person=name_people(session, [walk.person_id])[walk.person_id],
        picture=picture,
        words=words,
        told=[_tell(step, scene.program) for step in reversed(steps)],
        write_value=write_value,
        problem=problem,
    )


def _draw(walk: Walk, scene: Scene) -> tuple[Markup, Markup]:
    marks = {element: Mark(done=True) for element in scene.done}
    for place in (*(task.place for task in scene.tasks), *(stop.place for stop in scene.stops)):
        marks[place] = Mark(here=True)
    layout = layout_of(scene.program)
    return render(layout, marks, title=f"Where the walk through {walk.process} is"), describe(layout, marks)


def _tell(step: WalkStep, program: Program) -> Told:
    events = [read_event(values) for values in step.happened]
    return Told(step.number, step.at, step.words, [(event, _line(event, program)) for event in events])


def _line(event: Event, program: Program) -> Line | None:
    if not event.is_history:
        return None
    return tell(program, Happening(event.at, event.kind, event.step, event.who, {**event.detail, "reason": event.text}))


def render_task(walk_id: int, task_id: int, person_id: str, attempt: Attempt | None = None) -> str:
    """The page of one task. Raises NotFound when it is not open, or not for this person."""
    walk = keeping.get_walk(current_session(), walk_id, signed_in().person_id)
    last = keeping.latest_step(current_session(), walk)
    with stage_of(last) as factory, factory() as stage:
        task, role = _find(look(stage, last.at), task_id, person_id)
        found = tasks.load(stage, task_id, actor=role.person_id, now=last.at)
        dossier = dossier_of(stage, found.task, last.at.date())
        player = Player(found, role, dossier, _roles(stage, dossier, found, role))
        begun = find_beginning(stage, found, role.person_id)
        form = _draw_form(walk, last, player, begun.answers if begun else None, attempt)
        targets = list_targets(stage, found)
        submissions = _read(stage, player)
        board = _board(stage, found, role)
    return render_template(
        "walks/task.html",
        walk=walk,
        last=last,
        task=task,
        role=role,
        form=form,
        is_ballot=found.step.is_shared,
        choices=CHOICES,
        signed=found.step.settings.get("signature") == "password",
        page=found.step.settings.get("page", ""),
        board=board,
        ratings=range(LOWEST, HIGHEST + 1),
        submissions=submissions,
        targets=targets,
        longest=LONGEST_REASON,
        render_answers=render_answers,
        problem=attempt.problem if attempt else "",
    )


def _find(scene: Scene, task_id: int, person_id: str) -> tuple[OnStage, Role]:
    for task in scene.tasks:
        for role in task.roles:
            if task.id == task_id and role.person_id == (person_id or role.person_id):
                return task, role
    raise NotFound("This task is not open any more at this point of the walk-through, or not for this person.")


def _roles(stage: Session, dossier: Dossier, found: OpenTask, role: Role) -> set[str]:
    if found.step.settings.get("page") == SESSION_PAGE:
        return {CALIBRATION_PAGE}
    account = stage.get(Account, role.person_id)
    own = frozenset(account.roles if account else ())
    if dossier.case is not None:
        return roles_in_case(stage, dossier.case, role.person_id, own)
    return {"subject"} if found.task.subject == role.person_id else set(own & {HR})


def _board(stage: Session, found: OpenTask, role: Role) -> Board | None:
    """The ratings that a calibration session compares, as this person may see them; None at every other step."""
    if found.step.settings.get("page") != SESSION_PAGE:
        return None
    return session_board(stage, found.task.root_id, str(found.instance.variables.get("group", "")), role.person_id)


def _read(stage: Session, player: Player) -> list[ShownSubmission]:
    """What this person may read of what was handed in before, the newest first."""
    if player.dossier.case is None:
        return []
    return read_case(stage, player.dossier.case, viewer=player.role.person_id, roles=player.roles)[::-1]


def _draw_form(
    walk: Walk, last: WalkStep, player: Player, begun: Mapping[str, Any] | None, attempt: Attempt | None
) -> Markup:
    found, role = player.found, player.role
    if found.step.is_shared:
        return Markup()
    answers = attempt.answers if attempt else begun
    if attempt is None and "filled" in request.args:
        answers = invent_answers(found, last.at)
    names = {"subject_name": player.dossier.subject, "cycle_name": player.dossier.cycle_name, "actor_name": role.name}
    return render_form(
        questionnaire_of(found.program, found.step),
        answers,
        attempt.errors if attempt else None,
        context={**context_of(found), **names},
        action=url_for("walks.hand_in", walk_id=walk.id, task_id=found.task.id),
        csrf_token=generate_csrf(),
        buttons=(("", f"Hand in as {role.name}"),),
        author_roles=player.roles,
        ending=Markup(render_template("walks/ending.html", last=last, role=role)),  # noqa: S704 - escaped there
    )
