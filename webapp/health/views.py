"""The address that monitoring asks."""

from flask.typing import ResponseReturnValue
from sqlalchemy import text

from webapp.access import public
from webapp.health import blueprint
from webapp.request_session import current_session

__all__ = ["blueprint"]


@blueprint.get("/healthz")
@public
def show_health() -> ResponseReturnValue:
    """Well when the database answers; otherwise it ends as every request without a database does."""
    current_session().execute(text("SELECT 1"))
    return {"database": "ok"}
