"""Taking an import back as a whole: what was there before is kept with it, and put back exactly.

Only the newest import can be taken back: what a later one has compared itself with must stay. Whoever it has brought
for the first time stays known by name, and is nobody's employee on any day.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, and_, delete, insert, select, update
from sqlalchemy.orm import Session

from engine import Base, Conflict
from workflows.people.imports.known import Row, chunks
from workflows.people.imports.writing import RowChanges, wait_for_other_imports
from workflows.people.models import Import, ImportMemory

UNDO = "undo"
STAYS = {"person", "org_unit"}
"""The tables whose new rows stay: they name somebody or something, and others may point to them by now."""

_DAY, _NUMBER = "day", "number"


def remember_rows(session: Session, import_id: int, written: Iterable[tuple[str, Sequence[str], RowChanges]]) -> None:
    """Keep what an import is about to change, by table with its key, instead of what the import before has kept.

    To be called before it is written. At most one statement for every 500 subjects of a table.
    """
    kept = [_memory_of(session, Base.metadata.tables[name], key, changes) for name, key, changes in written]
    session.execute(delete(ImportMemory))
    session.add(ImportMemory(import_id=import_id, rows=kept, tasks=[], people=[]))
    session.flush()


def _memory_of(session: Session, table: Table, key: Sequence[str], changes: RowChanges) -> dict[str, Any]:
    touched = {tuple(row[name] for name in key) for row in (*changes.updates, *changes.deletes)}
    before: list[Row] = []
    for some in chunks(sorted({one[0] for one in touched})):
        rows = [dict(row) for row in session.execute(select(table).where(table.c[key[0]].in_(some))).mappings()]
        before += [_to_json(row) for row in rows if tuple(row[name] for name in key) in touched]
    added = [] if table.name in STAYS else [_to_json({name: row[name] for name in key}) for row in changes.inserts]
    return {"table": table.name, "key": list(key), "added": added, "before": before}


def find_memory(session: Session) -> tuple[Import, ImportMemory] | None:
    """The newest import with what it has kept; None when it was taken back already or can't be."""
    newest = session.scalar(select(Import).order_by(Import.id.desc()).limit(1))
    memory = session.get(ImportMemory, newest.id) if newest is not None else None
    return (newest, memory) if newest is not None and memory is not None else None


def put_back(session: Session, import_id: int, *, by: str, now: datetime) -> None:
    """Let people and units be as they were before the newest import, which `import_id` must be. Raises Conflict."""
    wait_for_other_imports(session)
    found = find_memory(session)
    if found is None or found[0].id != import_id:
        raise Conflict("This import cannot be taken back any more: it was already, or another one came after it.")
    undone, memory = found
    for kept in reversed(memory.rows):
        _restore(session, kept)
    session.add(
        Import(
            kind=UNDO,
            file_name=undone.file_name,
            digest=undone.digest,
            imported_by=by,
            imported_at=now,
            effective=undone.effective,
            rows=undone.rows,
            added=0,
            changed=undone.added + undone.changed,
            unchanged=undone.unchanged,
        )
    )
    session.delete(memory)
    session.flush()
    session.expire_all()


def _restore(session: Session, kept: Mapping[str, Any]) -> None:
    table, key = Base.metadata.tables[kept["table"]], kept["key"]
    before = [_from_json(row) for row in kept["before"]]
    gone = [_from_json(row) for row in kept["added"]]
    if table.name in STAYS:
        for row in before:
            session.execute(update(table).where(_matches(table, key, row)).values(row))
        return
    for row in (*gone, *before):
        session.execute(delete(table).where(_matches(table, key, row)))
    if before:
        session.execute(insert(table), before)


def _matches(table: Table, key: Sequence[str], row: Row) -> Any:
    return and_(*(table.c[name] == row[name] for name in key))


def _to_json(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _encode(value) for name, value in row.items()}


def _encode(value: Any) -> Any:
    if isinstance(value, date):
        return {_DAY: value.isoformat()}
    return {_NUMBER: str(value)} if isinstance(value, Decimal) else value


def _from_json(row: Mapping[str, Any]) -> Row:
    return {name: _decode(value) for name, value in row.items()}


def _decode(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return date.fromisoformat(value[_DAY]) if _DAY in value else Decimal(value[_NUMBER])
