"""Moving every running instance of a launched review to another version of its process."""

from collections.abc import Iterator

from engine import batches, clock, definitions, jobs
from engine.database import SessionFactory, reading, transaction
from engine.migration import running
from engine.migration.previewing import preview
from engine.packages import read_package
from tests.bench.processor import measured
from tests.stories.company import ROOT

Row = tuple[str, float, str]


def run(name: str, factory: SessionFactory, server_pid: int | None) -> Iterator[Row]:
    """Look at all of it first, then move it, in one process."""
    package = read_package(ROOT / "bpmn" / "annual_review")
    diagram = package["annual_review.bpmn"].replace(b'"self_assessment"', b'"own_view"')
    with transaction(factory) as session:
        old = definitions.latest(session, "annual_review")
        new = definitions.deploy(session, package | {"annual_review.bpmn": diagram}, by="hr", now=clock.now())
    with measured(server_pid) as looking, reading(factory) as session:
        found = preview(session, running.route_between(session, old, new), clock.now())
    yield f"{name}: instances looked at before a migration", found.moving / looking.wall, "/s"
    with measured(server_pid) as moving:
        with transaction(factory) as session:
            batch = running.begin(session, old, new, by="hr", reason="Measured.", now=clock.now()).id
        while jobs.drain(factory, limit=10_000, seconds=600):
            pass
    with reading(factory) as session:
        done = batches.progress_of(session, [batch])[batch].done
    yield f"{name}: instances migrated, one process", done / moving.wall, "/s"
