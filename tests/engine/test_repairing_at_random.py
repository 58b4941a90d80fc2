"""Whatever is done to a case in whatever order: it waits, is an incident, or has ended; and nothing is done twice."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from engine import clock, incidents, instances, recalling, reopening, sending_back, suspending, tasks
from engine.database import transaction
from engine.errors import Rejection
from engine.incidents import Resolution
from engine.models import HistoryEntry, Incident, Instance, Job, Subscription, Task
from engine.targets import legal_targets
from tests.engine.blobs.write_blobs import program_of
from tests.engine.playing import Play, read_tables

Deed = tuple[str, int, int]
DEEDS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("complete", "complete", "complete", "travel", "send", "suspend", "resume", "shift"),
                *("retry", "change", "skip", "move", "back", "recall", "recall", "reopen"),
            ]
        ),
        st.integers(0, 9),
        st.integers(0, 9),
    ),
    max_size=25,
)
STARTS: dict[str, dict[str, Any]] = {
    "walk": {"words_wanted": "perhaps", "figures_wanted": True},
    "stands_still": {},
    "exclusive_gateway": {},
    "event_gateway": {},
    "boundary_timer_aside": {},
    "business_rule": {"amount": "a lot"},
    "send_back": {},
    "two_steps": {},
    "join_in_loop": {"alone": False},
}


def ways_of(diagram: str, incident: Incident, one: int, other: int) -> list[Resolution]:
    """The ways to resolve an incident that the screens would offer, by the dice."""
    drawn = program_of(diagram).diagram
    following = [flow.target for flow in drawn.flows if flow.source == incident.step]
    targets = legal_targets(drawn, incident.step, process=diagram)
    move = Resolution("move", target=targets[other % len(targets)].id) if targets else Resolution("retry")
    skip = Resolution("skip", chosen=following[other % len(following)] if len(following) > 1 else None)
    change = Resolution("change", {"words_wanted": "true", "amount": str(one * 50), "level": "high"})
    return [Resolution("retry"), change, skip, move]


def do(play: Play, diagram: str, instance_id: int, deed: Deed) -> None:
    """One thing that somebody does; what is refused changes nothing."""
    what, one, other = deed
    try:
        if what == "travel":
            play.travel(days=one)
        elif what == "send":
            play.send("answer")
        elif what == "complete":
            complete_one(play, one, other)
        elif what in ("back", "recall", "reopen"):
            return_one(play, what, one, other)
        elif what == "suspend":
            with transaction(play.factory) as session:
                suspending.suspend(session, instance_id, by="hr", reason="Stop.", now=clock.now())
        elif what in ("resume", "shift"):
            with transaction(play.factory) as session:
                shift = what == "shift"
                suspending.resume(session, instance_id, by="hr", reason="Go.", now=clock.now(), shift=shift)
        else:
            resolve_one(play, diagram, deed)
    except Rejection:
        pass
    play.work()


def complete_one(play: Play, one: int, other: int) -> None:
    """Complete one of the tasks, open or paused, with one of two answers."""
    with transaction(play.factory) as session:
        waiting = session.scalars(select(Task).where(Task.state.in_(("open", "paused"))).order_by(Task.id)).all()
        if waiting:
            chosen = waiting[one % len(waiting)]
            answers = {"outcome": ("again", "approved")[other % 2], "amount": ("a lot", 500)[other % 2]}
            tasks.complete(session, chosen.id, by=str(chosen.assignee), now=clock.now(), answers=answers)


def return_one(play: Play, what: str, one: int, other: int) -> None:
    """Send one of the open tasks back, take back the one that was completed last, or open a closed one again."""
    with transaction(play.factory) as session:
        states = {"back": ["open"], "recall": ["completed"], "reopen": ["completed", "cancelled"]}[what]
        found = session.scalars(select(Task).where(Task.state.in_(states)).order_by(Task.id.desc())).all()
        if found and what == "recall":
            task = found[0]
            recalling.recall(session, task.id, by=str(task.closed_by), now=clock.now())
        elif found and what == "reopen":
            reopening.reopen(session, found[one % len(found)].id, by="hr", reason="Again.", now=clock.now())
        elif found:
            by = str(found[one % len(found)].assignee)
            task = tasks.load(session, found[one % len(found)].id, actor=by, now=clock.now(), lock=True)
            if earlier := sending_back.find_earlier(session, task):
                to = earlier[other % len(earlier)].step.id
                sending_back.send_back(session, task, to=to, reason="No.", by=by, now=clock.now())


def resolve_one(play: Play, diagram: str, deed: Deed) -> None:
    """Resolve one of the incidents in the way the dice say."""
    what, one, other = deed
    with transaction(play.factory) as session:
        found = session.scalars(select(Incident).where(Incident.resolved_at.is_(None)).order_by(Incident.id)).all()
        if found:
            incident = found[one % len(found)]
            way = ways_of(diagram, incident, one, other)[("retry", "change", "skip", "move").index(what)]
            incidents.resolve(session, incident.id, way, by="hr", reason="Because.", now=clock.now())


def count(session: Session, statement: Select[int]) -> int:
    """How many rows there are."""
    return session.scalar(select(func.count()).select_from(statement.subquery())) or 0


def check(play: Play, instance_id: int) -> None:
    """What must hold after everything."""
    with play.factory() as session:
        instance = session.get_one(Instance, instance_id)
        waits = count(session, select(Task.id).where(Task.state.in_(("open", "paused"))))
        waits += count(session, select(Job.id).where(Job.kind.not_in(("clock", "deadline"))))
        waits += count(session, select(Subscription.id))
        stopped = count(session, select(Incident.id).where(Incident.resolved_at.is_(None)))
        if instance.state in ("running", "suspended"):
            assert waits or stopped, "it neither waits nor is it an incident, and it has not ended"
        else:
            assert (waits, stopped) == (0, 0), "it has ended, and something is left of it"
        assert not (instance.state == "running" and count(session, select(Task.id).where(Task.state == "paused")))
        assert not (instance.state == "suspended" and count(session, select(Task.id).where(Task.state == "open")))
        kinds = [(entry.kind, entry.detail.get("task")) for entry in session.scalars(select(HistoryEntry))]
        taken_back = [task for kind, task in kinds if kind == "task_recalled"]
        done = [task for kind, task in kinds if kind == "task_completed"]
        for task in taken_back:
            done.remove(task)
        assert len(done) == len(set(done)), "a task was completed twice"


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(sorted(STARTS)), DEEDS)
def test_whatever_is_done_nothing_is_lost_and_nothing_done_twice(diagram: str, deeds: list[Deed]) -> None:
    with clock.travelling():
        play = Play("sqlite://")
        tables = read_tables("approval") if diagram == "business_rule" else {}
        kept = play.keep(diagram) if diagram == "stands_still" else play.deploy(diagram, **tables)
        instance_id = play.launch(kept, **STARTS[diagram])
        play.work()
        check(play, instance_id)
        for deed in deeds:
            do(play, diagram, instance_id, deed)
            check(play, instance_id)
        with transaction(play.factory) as session:
            if session.get_one(Instance, instance_id).state in ("running", "suspended"):
                instances.cancel(session, instance_id, by="hr", reason="Enough.", now=clock.now())
        check(play, instance_id)
        play.engine.dispose()
