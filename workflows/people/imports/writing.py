"""Writing what an import found out: whole sets of rows a statement, and only the rows that differ."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import Table, bindparam, delete, insert, text, update
from sqlalchemy.orm import Session

from workflows.people.imports.known import Row
from workflows.people.imports.report import Change, ImportReport
from workflows.people.models import Import
from workflows.people.timeline import Facts, Timeline, facts_on


@dataclass(slots=True)
class RowChanges:
    """The rows of one table to insert, to change and to delete. Changed rows name their key and what is new."""

    inserts: list[Row] = field(default_factory=list)
    updates: list[Row] = field(default_factory=list)
    deletes: list[Row] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.inserts) + len(self.updates) + len(self.deletes)

    def write(self, session: Session, table: Table, key: Sequence[str]) -> None:
        """At most three statements, in the order that lets a row replace one with the same key."""
        matches = [table.c[name] == bindparam(f"key_{name}") for name in key]
        if self.deletes:
            session.execute(delete(table).where(*matches), [_keyed(row, key) for row in self.deletes])
        if self.updates:
            new = [name for name in self.updates[0] if name not in key]
            statement = update(table).where(*matches).values({name: bindparam(f"new_{name}") for name in new})
            rows = [_keyed(row, key) | {f"new_{name}": row[name] for name in new} for row in self.updates]
            session.execute(statement, rows)
        if self.inserts:
            session.execute(insert(table), self.inserts)


def _keyed(row: Row, key: Sequence[str]) -> Row:
    return {f"key_{name}": row[name] for name in key}


def compare_versions(
    subject: Mapping[str, str], before: Sequence[Row], after: Timeline, fields: Sequence[str], changes: RowChanges
) -> bool:
    """Add to `changes` what turns the stored versions of one subject into the timeline; whether that is anything.

    `subject` is the column and the id that name it. Rows that stay the same keep the import that wrote them.
    """
    size = len(changes)
    stored = {row["valid_from"]: row for row in before}
    for index, version in enumerate(after):
        valid_to = after[index + 1].valid_from if index + 1 < len(after) else None
        key = {**subject, "valid_from": version.valid_from}
        old = stored.pop(version.valid_from, None)
        same = old is not None and all(old[name] == version.facts[name] for name in fields)
        if old is None or not same:
            changes.inserts.append({**key, "valid_to": valid_to, **version.facts})
        if old is not None and not same:
            changes.deletes.append(key)
        elif old is not None and old["valid_to"] != valid_to:
            changes.updates.append({**key, "valid_to": valid_to})
    changes.deletes.extend({**subject, "valid_from": first} for first in stored)
    return len(changes) > size


def wait_for_other_imports(session: Session) -> None:
    """Let one import after the other run: what is compared with the database must not change before it is written.

    SQLite has one writer at a time anyway. On PostgreSQL others can go on reading meanwhile.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"LOCK TABLE {Import.__tablename__} IN SHARE ROW EXCLUSIVE MODE"))


def record_import(session: Session, report: ImportReport, content: bytes, by: str, now: datetime) -> int:
    """Write who brought which file and what it did; returns the id that its versions carry."""
    applied = Import(
        kind=report.kind,
        file_name=report.file_name,
        digest=sha256(content).hexdigest(),
        imported_by=by,
        imported_at=now,
        effective=report.effective,
        rows=report.rows,
        added=len(report.added),
        changed=len(report.changed),
        unchanged=report.unchanged,
    )
    session.add(applied)
    session.flush()
    return applied.id


def stamp(rows: Iterable[Row], import_id: int) -> None:
    """Name the import as the cause of these rows."""
    for row in rows:
        row["import_id"] = import_id


def day_of(moment: datetime, effective: date | None) -> date:
    """The day a file speaks of: the one it was given, otherwise the day of the import (UTC)."""
    return effective or moment.date()


def list_changes(subject_id: str, before: Timeline, after: Timeline, day: date) -> list[Change]:
    """The facts that are different on that day."""
    known, new = facts_on(before, day), facts_on(after, day)
    return changes_between(subject_id, known, new, day) if known and new else []


def changes_between(subject_id: str, before: Facts, after: Facts, day: date) -> list[Change]:
    """What `after` says otherwise than `before`."""
    return [
        Change(subject_id, name, before[name], value, day) for name, value in after.items() if before[name] != value
    ]
