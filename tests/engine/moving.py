"""Two versions of a process, and instances that are moved from one to the other."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from engine import batches, clock
from engine.database import reading, transaction
from engine.migration import running
from engine.migration.previewing import Preview, preview
from engine.models import BatchItem, Definition, Task
from engine.states import UNFINISHED
from tests.engine.playing import Play


class Versions:
    """The versions of one process that a play knows, and moves between the last two."""

    def __init__(self, play: Play, first: dict[str, bytes]) -> None:
        self.play = play
        self.old = self.new = play.publish(first)

    def start(self, *, subject: str | None = None, **variables: Any) -> int:
        """Start an instance of the newest version and do what machines can do."""
        instance_id = self.play.launch(self.new.id, subject=subject, **variables)
        self.play.work()
        return instance_id

    def publish(self, package: dict[str, bytes]) -> Definition:
        """Publish the next version."""
        self.old, self.new = self.new, self.play.publish(package)
        return self.new

    def ask(self, decided: Mapping[str, str] | None = None) -> int:
        """Ask for everything to move from the last version but one to the last; returns the batch."""
        with transaction(self.play.factory) as session:
            return running.begin(
                session, self.old, self.new, by="hr", reason="It is better.", now=clock.now(), decided=decided
            ).id

    def move(self, decided: Mapping[str, str] | None = None) -> list[str]:
        """Move everything, and do what machines can do; returns what was said of each instance."""
        batch = self.ask(decided)
        self.play.work()
        return self.notes(batch)

    def undo(self, batch: int | None = None) -> list[str]:
        """Take the last migration back; returns what was said of each instance."""
        with transaction(self.play.factory) as session:
            last = batch or session.scalars(select(BatchItem.batch_id).order_by(BatchItem.id.desc())).first() or 0
            back = running.begin_return(session, last, by="hr", reason="It was not.", now=clock.now()).id
        self.play.work()
        return self.notes(back)

    def notes(self, batch: int) -> list[str]:
        """What became of each instance in a batch, in words, in the order of the instances."""
        with reading(self.play.factory) as session:
            assert batches.progress_of(session, [batch])[batch].waiting == 0
            items = session.scalars(select(BatchItem).where(BatchItem.batch_id == batch).order_by(BatchItem.target_id))
            return [f"{item.state}: {item.note}" for item in items]

    def preview(self, decided: Mapping[str, str] | None = None) -> Preview:
        """What moving everything would do."""
        with reading(self.play.factory) as session:
            route = running.route_between(session, self.old, self.new, decided)
            return preview(session, route, clock.now())

    def unfinished(self) -> list[tuple[str, str | None]]:
        """The step and the holder of every unfinished task."""
        with reading(self.play.factory) as session:
            tasks = session.scalars(select(Task).where(Task.state.in_(UNFINISHED)).order_by(Task.id))
            return [(task.step, task.assignee or task.group) for task in tasks]
