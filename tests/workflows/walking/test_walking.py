"""Hugo of HR walks through the annual review as if it were Ann's, plays everybody, and turns the clock."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from engine import Conflict, NotFound, Rejection, clock, definitions
from engine.database import SessionFactory, transaction
from engine.models import HistoryEntry, Incident, Instance, Job, Task
from tests.engine.pictures import with_pictures
from tests.engine.playing import read_diagram
from tests.workflows.simulation.playing import ANNUAL_REVIEW, MONDAY, company, inside, one_step
from tests.workflows.small_cycle import LONG, counted
from workflows.cycles.models import Case
from workflows.designs import starting
from workflows.designs.forms import read_ready
from workflows.notifications.models import Mail, Notification
from workflows.reviews.models import Submission
from workflows.reviews.submitting import FormIncomplete
from workflows.walking import keeping, playing
from workflows.walking.acting import Act, Change, Sent
from workflows.walking.advancing import DATE, END, PERSON, STEP, Goal
from workflows.walking.events import Event, read_event
from workflows.walking.keeping import KEPT
from workflows.walking.models import Walk, WalkStep
from workflows.walking.playing import Course
from workflows.walking.scene import Scene, look

LIVE = (Instance, Task, Job, HistoryEntry, Incident, Notification, Mail, Submission)
SELF_ASSESSMENT = {
    "summary": LONG,
    "achievements": [{"title": "Cut the return rate"}],
    "support": "fully",
    "own_rating": 4,
}


LOOK = '<bpmn:userTask id="look" name="Look at it" rf:actor="manager" rf:due="P3D" />'
WAIT_A_WEEK = f"""{LOOK}
<bpmn:intermediateCatchEvent id="a_week" name="A week"><bpmn:timerEventDefinition>
<bpmn:timeDuration>"P7D"</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>
<bpmn:userTask id="again" name="Look again" rf:actor="manager" />"""
MESSAGE = f"""<bpmn:intermediateCatchEvent id="go" name="Go ahead"><bpmn:messageEventDefinition messageRef="go_ahead"
rf:correlate="subject" /></bpmn:intermediateCatchEvent>{LOOK}"""
SIGNAL = f"""<bpmn:intermediateCatchEvent id="go" name="Go ahead"><bpmn:signalEventDefinition signalRef="ahead" />
</bpmn:intermediateCatchEvent>{LOOK}"""


@pytest.fixture
def live(tmp_path: Path) -> Iterator[SessionFactory]:
    """The small company, before any cycle."""
    with company(f"sqlite:///{tmp_path}/live.db") as factory:
        yield factory


@pytest.fixture
def anywhere(database_url: str) -> Iterator[SessionFactory]:
    """The same on SQLite and on PostgreSQL; the stage is SQLite in memory on both."""
    with company(database_url) as factory:
        yield factory


def begin(live: SessionFactory, package: dict[str, bytes] | None = None, person: str = "ann") -> int:
    """Hugo begins a walk on Monday morning; its number."""
    with transaction(live) as session:
        definition_id = definitions.deploy(session, package or ANNUAL_REVIEW, by="hugo", now=MONDAY).id
    walk, first = playing.set_out(live, Course(person, definition_id), by="hugo", now=MONDAY)
    with transaction(live) as session:
        return keeping.keep_walk(session, walk, first).id


def last(session: Session, walk_id: int) -> WalkStep:
    return keeping.latest_step(session, keeping.get_walk(session, walk_id, "hugo"))


def see(live: SessionFactory, walk_id: int) -> Scene:
    with live() as session:
        step = last(session, walk_id)
        with playing.stage_of(step) as factory, factory() as stage:
            return look(stage, step.at)


def go_on(live: SessionFactory, walk_id: int, number: int, play: Callable[[WalkStep], WalkStep]) -> list[Event]:
    """Play the step after `number`, as a click does; what happened."""
    step = play(keeping.fetch(live, walk_id, number, by="hugo"))
    with transaction(live) as session:
        kept = keeping.keep_step(session, walk_id, step, by="hugo", now=MONDAY + timedelta(hours=1))
        return [read_event(values) for values in kept.happened]


def hand_in(live: SessionFactory, walk_id: int, number: int, **answers: object) -> None:
    """Do the one task that is open, as the first who may."""
    [task] = see(live, walk_id).tasks
    act = Act(task.id, task.roles[0].person_id, answers)
    go_on(live, walk_id, number, lambda step: playing.hand_in(step, act))


def travel(live: SessionFactory, walk_id: int, number: int, days: float | None) -> list[tuple[str, str]]:
    """Let time pass; what happened: kinds, and who."""
    length = None if days is None else timedelta(days=days)
    happened = go_on(
        live, walk_id, number, lambda step: playing.travel(step, None if length is None else step.at + length, "later")
    )
    return [(one.kind, one.who) for one in happened]


def test_every_role_is_played_and_nothing_is_written(anywhere: SessionFactory) -> None:
    walk = begin(anywhere)
    [task] = see(anywhere, walk).tasks
    assert [(role.name, role.what) for role in task.roles] == [("Ann", "the person it is about")]
    hand_in(anywhere, walk, 0, **SELF_ASSESSMENT)
    [review] = see(anywhere, walk).tasks
    assert (review.name, review.about, review.roles[0].name, review.roles[0].what) == (
        "Manager review",
        "Ann",
        "Ben",
        "their manager",
    )
    assert "self_assessment" in see(anywhere, walk).done
    # And on from there, as far as it goes, and back again
    go_on(anywhere, walk, 1, lambda step: playing.jump(step, Goal(END)))
    assert see(anywhere, walk).has_ended
    with transaction(anywhere) as session:
        keeping.go_back(session, walk, 1, by="hugo", now=MONDAY)
    assert [task.name for task in see(anywhere, walk).tasks] == ["Manager review"]
    with anywhere() as session:
        assert [session.scalar(select(func.count()).select_from(table)) for table in LIVE] == [0] * len(LIVE)


def test_a_form_is_checked_as_it_is_for_real_and_a_refusal_changes_nothing(live: SessionFactory) -> None:
    walk = begin(live)
    with pytest.raises(FormIncomplete):
        hand_in(live, walk, 0, summary="short")
    with live() as session:
        assert last(session, walk).number == 0


def test_time_shows_reminders_mails_and_timers_and_can_be_turned_back(live: SessionFactory) -> None:
    walk = begin(live)
    happened = travel(live, walk, 0, 30)
    # Ann was mailed her task, reminded, told that she is late; then the process went on to Ben without her.
    assert ("told", "Ann") in happened
    assert ("mailed", "Ann") in happened
    assert ("timer_fired", "") in happened
    assert ("mailed", "Ben") in happened
    assert [task.name for task in see(live, walk).tasks] == ["Manager review"]
    with live() as session:
        assert last(session, walk).at == MONDAY + timedelta(days=30)
    with transaction(live) as session:
        keeping.go_back(session, walk, 0, by="hugo", now=MONDAY)
    assert see(live, walk).at == MONDAY
    assert [task.name for task in see(live, walk).tasks] == ["Self-assessment"]
    assert travel(live, walk, 0, 30) == happened


def test_waiting_stops_at_the_next_thing_that_happens(live: SessionFactory) -> None:
    walk = begin(live)
    first = travel(live, walk, 0, None)
    assert first
    assert see(live, walk).at < MONDAY + timedelta(days=14)
    with pytest.raises(Rejection, match="Time goes forward"):
        travel(live, walk, 1, -1)


def test_where_nothing_will_happen_it_says_so(live: SessionFactory) -> None:
    walk = begin(live, one_step())
    # Ann's manager is reminded until nobody expects anything any more.
    travel(live, walk, 0, 200)
    with pytest.raises(Rejection, match="Somebody has to do something"):
        travel(live, walk, 1, None)


def test_a_group_that_nobody_belongs_to_is_named(live: SessionFactory) -> None:
    walk = begin(live, one_step("group", 'rf:actorArgument="admin"'))
    [task] = see(live, walk).tasks
    assert task.roles == []
    assert task.nobody == "Nobody who is at work belongs to the administrators."


def test_of_two_windows_one_goes_on(live: SessionFactory) -> None:
    walk = begin(live)
    hand_in(live, walk, 0, **SELF_ASSESSMENT)
    with pytest.raises(Conflict, match="in another window"):
        travel(live, walk, 0, 1)


def test_a_walk_belongs_to_whoever_began_it_and_is_thrown_away_in_time(live: SessionFactory) -> None:
    walk = begin(live)
    with live() as session, pytest.raises(NotFound):
        keeping.get_walk(session, walk, "rita")
    with transaction(live) as session:
        design = starting.start_from_shipped(session, "annual_review", "Ours", by="rita", now=MONDAY)
    later = MONDAY + KEPT + timedelta(hours=1)
    begun, first = playing.set_out(live, Course("eva", design_id=design.id), by="rita", now=later)
    with transaction(live) as session:
        other = keeping.keep_walk(session, begun, first)
    with live() as session:
        assert session.scalars(select(Walk.id)).all() == [other.id]
        assert session.scalars(select(WalkStep.walk_id)).all() == [other.id]


def test_a_click_costs_few_statements_of_the_live_database(live: SessionFactory) -> None:
    walk = begin(live)
    with counted(live) as sent:
        travel(live, walk, 0, 1)
    # Begun, the walk and its latest step; begun again, the walk with a lock, its length, and what is kept.
    assert len(sent) <= 8, [one[:60].replace("\n", " ") for one in sent]


def test_the_clock_of_everybody_else_goes_on(live: SessionFactory) -> None:
    walk = begin(live)
    before = clock.now()
    travel(live, walk, 0, 40)
    assert clock.now() - before < timedelta(hours=1)


def test_no_statement_of_a_stage_reaches_the_live_database(live: SessionFactory) -> None:
    walk = begin(live)
    tables: set[str] = set()

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        words = statement.split()
        if words[0] in ("INSERT", "UPDATE", "DELETE"):
            tables.add(words[2] if words[0] != "UPDATE" else words[1])

    event.listen(live.kw["bind"], "before_cursor_execute", note)
    travel(live, walk, 0, 30)
    assert tables == {"walk", "walk_step"}


def test_nobody_waits_while_a_step_is_played(live: SessionFactory) -> None:
    walk = begin(live)

    def play(step: WalkStep) -> WalkStep:
        # Somebody else writes meanwhile; on SQLite they would wait for a transaction that is open.
        with transaction(live) as session:
            starting.start_from_shipped(session, "annual_review", "Theirs", by="rita", now=MONDAY)
        return playing.travel(step, step.at + timedelta(days=1), "later")

    go_on(live, walk, 0, play)
    with live() as session:
        assert last(session, walk).number == 1


def test_a_walk_jumps_to_somebodys_turn_and_tells_what_it_assumed(live: SessionFactory) -> None:
    walk = begin(live)
    # When HR wants to see what Ben gets
    happened = go_on(live, walk, 0, lambda step: playing.jump(step, Goal(PERSON, "ben", "Ben")))
    # Then Ann has handed in what is usual, which is told once
    [assumed] = [one for one in happened if one.kind == "assumed"]
    assert (assumed.who, assumed.step) == ("Ann", "Self-assessment")
    assert "How do you rate your year as a whole: 3 of 5: Meets expectations" in assumed.text
    assert not [one for one in happened if one.kind == "task_completed"]
    assert [task.name for task in see(live, walk).tasks] == ["Manager review"]
    with live() as session:
        assert last(session, walk).words == "Everybody goes on until it is the turn of Ben"
    # And it is taken back as every step is
    with transaction(live) as session:
        keeping.go_back(session, walk, 0, by="hugo", now=MONDAY)
    assert [task.name for task in see(live, walk).tasks] == ["Self-assessment"]


def test_a_walk_jumps_to_a_step_and_to_the_end(live: SessionFactory) -> None:
    walk = begin(live)
    go_on(live, walk, 0, lambda step: playing.jump(step, Goal(STEP, "calibration_session", "Calibration session")))
    assert [task.name for task in see(live, walk).tasks] == ["Calibration session"]
    happened = go_on(live, walk, 1, lambda step: playing.jump(step, Goal(END)))
    assert see(live, walk).has_ended
    assert {one.step for one in happened if one.kind == "assumed"} >= {"Calibration session", "Read and acknowledge"}


def test_a_goal_that_is_not_reached_is_said(live: SessionFactory) -> None:
    walk = begin(live, one_step())
    go_on(live, walk, 0, lambda step: playing.jump(step, Goal(PERSON, "eva", "Eva")))
    with live() as session:
        words = last(session, walk).words
    assert words == "Everybody was to go on until it is the turn of Eva, but the process has ended before that"


def test_to_the_next_date_goes_on_until_only_time_is_waited_for(live: SessionFactory) -> None:
    walk = begin(live, inside(WAIT_A_WEEK))
    [before] = go_on(live, walk, 0, lambda step: playing.jump(step, Goal(DATE)))[:1]
    assert (before.kind, before.who, before.step) == ("assumed", "Ben", "Look at it")
    scene = see(live, walk)
    assert scene.at > MONDAY + timedelta(days=6)
    assert [task.name for task in scene.tasks] == ["Look again"]


VOTE = """<bpmn:userTask id="vote" name="Vote" rf:actor="everybody named" rf:vote="committee"
rf:actorArgument='["olga", "mara", "hugo"]' />"""
GROUP = '<bpmn:userTask id="look" name="Look at it" rf:actor="group" rf:actorArgument="hr" />'
MANUAL = '<bpmn:manualTask id="talk" name="Talk" rf:actor="manager" />'
CALLED = with_pictures(
    {
        "called.bpmn": re.sub(
            rb"<bpmn:extensionElements>.*</bpmn:extensionElements>", b"", read_diagram("called"), flags=re.DOTALL
        ).replace(b'rf:actor="ben"', b'rf:actor="manager"')
    }
)["called.bpmn"]
SEVERAL = """<bpmn:userTask id="ask" name="Ask" rf:actor="manager"><bpmn:multiInstanceLoopCharacteristics
rf:items='["a", "b"]' /></bpmn:userTask>"""


@pytest.mark.parametrize(
    ("steps", "who"),
    [(VOTE, ["Olga", "Mara"]), (GROUP, ["Hugo"]), (MANUAL, ["Ben"]), (SEVERAL, ["Ben", "Ben"])],
    ids=["vote", "group", "manual", "several"],
)
def test_every_kind_of_step_is_walked(live: SessionFactory, steps: str, who: list[str]) -> None:
    walk = begin(live, inside(steps))
    for number, name in enumerate(who):
        # Given what one of them can do, in whatever order it was handed out
        task, role = next((one, role) for one in see(live, walk).tasks for role in one.roles if role.name == name)
        act = Act(task.id, role.person_id, {"choice": "approve"})
        go_on(live, walk, number, lambda step, act=act: playing.hand_in(step, act))
    # Then it has come to its end, and would have when jumped over
    assert see(live, walk).has_ended
    with transaction(live) as session:
        keeping.go_back(session, walk, 0, by="hugo", now=MONDAY)
    assumed = [one for one in go_on(live, walk, 0, lambda step: playing.jump(step, Goal(END))) if one.kind == "assumed"]
    assert see(live, walk).has_ended
    assert len(assumed) >= len(who)


def test_a_called_process_is_walked_at_the_step_that_calls_it(live: SessionFactory) -> None:
    with transaction(live) as session:
        definitions.deploy(session, {"called.bpmn": CALLED}, by="hugo", now=MONDAY)
    walk = begin(live, inside('<bpmn:callActivity id="ask" name="Ask" calledElement="called" />'))
    [task] = see(live, walk).tasks
    assert (task.name, task.place, [role.name for role in task.roles]) == ("Answer", "ask", ["Ben"])


def test_a_rating_is_changed_in_a_session(live: SessionFactory) -> None:
    walk = begin(live)
    hand_in(live, walk, 0, **SELF_ASSESSMENT)
    go_on(live, walk, 1, lambda step: playing.jump(step, Goal(STEP, "calibration_session", "Calibration session")))
    [session_task] = see(live, walk).tasks
    lead = session_task.roles[0]
    with live() as session, playing.stage_of(last(session, walk)) as factory, factory() as stage:
        case = stage.scalars(select(Case)).one()
    assert case.rating is not None
    other = case.rating - 1 or 2
    change = Change(case.id, other, "Compared with the others.", lead.person_id)
    happened = go_on(live, walk, 2, lambda step: playing.calibrate(step, change))
    assert [(one.kind, one.who, one.text) for one in happened] == [
        ("rated", lead.name, f"the rating of Ann is {other} instead of {case.rating}. Compared with the others.")
    ]
    with live() as session:
        assert last(session, walk).words == f"{lead.name} changes the rating of Ann from {case.rating} to {other}"


@pytest.mark.parametrize(("kind", "caught"), [("message", MESSAGE), ("signal", SIGNAL)])
def test_what_is_waited_for_from_outside_is_let_in(live: SessionFactory, kind: str, caught: str) -> None:
    walk = begin(live, inside(caught))
    [awaited] = see(live, walk).awaited
    assert (awaited.kind, awaited.name) == (kind, "go ahead")
    sent = Sent(kind, "go ahead", awaited.correlation, {"amount": 500})
    go_on(live, walk, 0, lambda step: playing.send(step, sent))
    scene = see(live, walk)
    assert [task.name for task in scene.tasks] == ["Look at it"]
    assert any(variables.get("amount") == 500 for _, variables in scene.variables)
    with pytest.raises(NotFound, match="Nobody waits"):
        go_on(live, walk, 1, lambda step: playing.send(step, sent))


def test_what_somebody_decides_is_told(live: SessionFactory) -> None:
    step = '<bpmn:userTask id="approve" name="Approve" rf:actor="manager" rf:form="approval" />'
    walk = begin(live, {**inside(step), "forms/approval.json": read_ready("approval")})
    [task] = see(live, walk).tasks
    act = Act(task.id, task.roles[0].person_id, {"outcome": "reject", "reason": "It says nothing of the second half."})
    happened = go_on(live, walk, 0, lambda step: playing.hand_in(step, act))
    [done] = [one for one in happened if one.kind == "task_completed"]
    assert (done.who, done.detail) == ("Ben", {"outcome": "reject"})
