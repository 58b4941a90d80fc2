"""What happens to people while a cycle runs: moves that are imported, and taken back."""

from datetime import timedelta

from sqlalchemy import select

from engine.database import transaction
from engine.models import Instance, Task
from tests.workflows.people.cast import TODAY, moves_file
from tests.workflows.small_cycle import SmallCycle
from workflows.people.imports.undoing import find_memory
from workflows.routing.receiving import MOVES, Received, preview_receiving, receive
from workflows.routing.taking_back import TakenBack, take_back


def choose(cycle: SmallCycle, **rules: str) -> SmallCycle:
    """Let the cycle have been launched with these rules."""
    with transaction(cycle.factory) as session:
        root = session.get_one(Instance, cycle.root)
        root.variables = {**root.variables, **rules}
    return cycle


def imported(cycle: SmallCycle, *moves: tuple[str, str, str, str], look: bool = False) -> Received:
    """Import these moves, or only look, and let the machine work."""
    with transaction(cycle.factory) as session:
        act = preview_receiving if look else receive
        received = act(session, MOVES, moves_file(*moves), file_name="moves.csv", by="rita", now=cycle.now)
    cycle.work()
    return received


def undone(cycle: SmallCycle) -> TakenBack:
    """Take the newest import back, and let the machine work."""
    cycle.now += timedelta(minutes=5)
    with transaction(cycle.factory) as session:
        found = find_memory(session)
        assert found is not None
        done = take_back(session, found[0].id, by="rita", now=cycle.now)
    cycle.work()
    return done


def own_tasks(cycle: SmallCycle, subject: str) -> list[tuple[str, str]]:
    with cycle.factory() as session:
        found = session.scalars(select(Task).where(Task.subject == subject).order_by(Task.id))
        return [(task.step, task.state) for task in found]


def about(cycle: SmallCycle, subject: str) -> list[Instance]:
    """What runs about somebody."""
    with cycle.factory() as session:
        return list(session.scalars(select(Instance).where(Instance.subject == subject, Instance.state == "running")))


def leave(person: str, last: str = "") -> tuple[str, str, str, str]:
    return (TODAY.isoformat(), person, "leave", last)


def leaves(person: str) -> tuple[str, str, str, str]:
    return (TODAY.isoformat(), person, "terminated", "")
