"""One more member for a fan-out that runs already."""

from datetime import datetime

from sqlalchemy.orm import Session

from engine.changes import Changes
from engine.errors import Conflict
from engine.models import FanOut
from engine.registry import Member


def join(session: Session, fan_out_id: int, member: Member, *, now: datetime) -> None:
    """Let one more member take part in a fan-out that is open; a job starts it.

    Raises Conflict where it is not open any more, or where members go one by one.
    """
    fan_out = session.get_one(FanOut, fan_out_id, with_for_update=True)
    if fan_out.state != "open" or fan_out.sequential:
        raise Conflict("This step takes nobody in any more.")
    fan_out.total += 1
    listed = [[member.name, member.subject, member.variables]]
    changes = Changes(now)
    key = f"members:{fan_out.id}:joined:{member.subject}"
    changes.job("members", None, None, now, fan_out=fan_out.id, members=listed, key=key)
    changes.write(session)
