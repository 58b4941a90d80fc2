"""The organisation of a day, kept in memory until the next import.

People and units change by imports alone, and each import leaves a row; an absence keeps the moment of its latest
change. So one look at the newest of each tells whether what is in memory still holds, and routing a task costs that one
small statement instead of a walk up the line.
"""

from collections import OrderedDict
from datetime import date, datetime
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.orm import Session

from workflows.people.models import Absence, Import
from workflows.people.organisation import Organisation

KEPT_DAYS = 4

# Of what was imported and undone again the database may give away the number anew: the content tells them apart.
_Key = tuple[date, int, datetime, str, date, datetime | None]
_kept: WeakKeyDictionary[Engine | Connection, OrderedDict[_Key, Organisation]] = WeakKeyDictionary()
_lock = Lock()
_NEWEST_IMPORT = (
    select(
        Import.id,
        Import.imported_at,
        Import.digest,
        Import.effective,
        select(func.max(Absence.changed_at)).scalar_subquery(),
    )
    .order_by(Import.id.desc())
    .limit(1)
)


def organisation_on(session: Session, on: date) -> Organisation:
    """The organisation of a day: from memory if no import came since, else read at once and kept.

    In a database without any import it is read bit by bit and not kept.
    """
    newest = session.execute(_NEWEST_IMPORT).one_or_none()
    if newest is None:
        return Organisation(session, on)
    key = (on, *newest)
    with _lock:
        kept = _kept.setdefault(session.get_bind(), OrderedDict())
        if key in kept:
            kept.move_to_end(key)
            return kept[key]
    organisation = Organisation(session, on)
    organisation.load()
    with _lock:
        kept[key] = organisation
        while len(kept) > KEPT_DAYS:
            kept.popitem(last=False)
    return organisation
