"""What a person sees when something cannot be done: the only module that knows HTTP statuses.

Every page says what happened, why, and what to do now, and gives back what the person had typed. Scripts and htmx
get the same words as JSON. What nobody foresaw is logged with a reference that the page shows, and nothing else.
"""

import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from urllib.parse import quote

from flask import Flask, current_app, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from engine import Conflict, EngineError, NotAllowed, NotFound, Rejection, StepFailed
from webapp.request_session import discard_changes

SECRET_WORDS = ("password", "token", "secret")
RETRY_SECONDS = 10
UNIQUE_VIOLATION = "23505"
UNREACHABLE = (OperationalError, InterfaceError, PoolTimeout)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What happened (title and reason), what to do now, and the reference of the log entry if there is one."""

    status: int
    title: str
    reason: str
    remedy: str
    reference: str = ""


REFUSALS: tuple[tuple[type[EngineError], Explanation], ...] = (
    (
        NotFound,
        Explanation(
            404, "We cannot find this", "", "It may be finished, or not yours to see. Your inbox shows what is waiting."
        ),
    ),
    (NotAllowed, Explanation(403, "This is not open to you", "", "If you need it for your work, ask your HR partner.")),
    (
        Conflict,
        Explanation(
            409, "Somebody was faster", "", "Nothing of yours was overwritten. Reload to see how it stands now."
        ),
    ),
    (Rejection, Explanation(422, "This cannot be done now", "", "Nothing has changed. Go back, adjust it, try again.")),
    (
        StepFailed,
        Explanation(
            422,
            "The process cannot go on with this",
            "",
            "Nothing has changed, and it is not your fault. Show this page to HR: the diagram has to be corrected.",
        ),
    ),
)

STATUSES = {
    400: Explanation(
        400,
        "We did not understand this",
        "The request was incomplete or damaged on its way.",
        "Go back, reload the page and try again.",
    ),
    401: Explanation(
        401,
        "You are signed out",
        "You were away for a long time, or your sign-ins were ended.",
        "Sign in again, then repeat this step.",
    ),
    403: Explanation(
        403,
        "This is not open to you",
        "Your account has no access to this page.",
        "If you need it for your work, ask your HR partner.",
    ),
    404: Explanation(
        404,
        "We cannot find this page",
        "The address is mistyped, or what it led to is no longer there.",
        "Check the address, or start again from your inbox.",
    ),
    405: Explanation(
        405,
        "This does not work this way",
        "The address was opened in a way it does not support.",
        "Go back and use the buttons on the page.",
    ),
    413: Explanation(
        413,
        "This is too large",
        "What you sent is larger than Reviewflow accepts.",
        "Choose a smaller file or shorten the text, and send it again.",
    ),
    429: Explanation(
        429,
        "Too many attempts",
        "There were many attempts within a short time, so we slow them down to protect accounts.",
        "Wait a minute, then try again.",
    ),
    500: Explanation(
        500,
        "Something went wrong on our side",
        "The error has been recorded. Nothing was changed.",
        "Try again in a moment. If it happens again, tell your administrator this reference.",
    ),
    503: Explanation(
        503,
        "Reviewflow is not available right now",
        "The database does not answer. Nothing was changed.",
        "Wait a moment, then try again. If it stays like this, tell your administrator this reference.",
    ),
}

FORGED = Explanation(
    400,
    "This page was open for too long",
    "For your safety a page only works while you stay signed in and cookies are allowed.",
    "Reload the page and try again.",
)

CHANGED_MEANWHILE = Explanation(
    409,
    "Somebody was faster",
    "It was changed at the same moment.",
    "Nothing of yours was overwritten. Reload to see how it stands now.",
)


def install(app: Flask) -> None:
    """Let every error of `app` end in one of these explanations."""
    app.register_error_handler(Exception, answer)


def answer(error: Exception) -> ResponseReturnValue:
    """Undo the request and explain to the person why it ended."""
    discard_changes()
    explanation = explain(error)
    if explanation.status >= 500:
        explanation = _record(explanation, error)
    headers = {"Retry-After": str(RETRY_SECONDS)} if explanation.status == 503 else {}
    if isinstance(error, HTTPException):
        headers |= {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    if wants_json():
        return jsonify(asdict(explanation)), explanation.status, headers
    return _render(explanation), explanation.status, headers


def explain(error: Exception) -> Explanation:
    """The explanation of an error; anything unforeseen is a 500 without its details."""
    refusal = next((pattern for kind, pattern in REFUSALS if isinstance(error, kind)), None)
    if refusal is not None:
        return replace(refusal, reason=str(error))
    if _is_race(error):
        return CHANGED_MEANWHILE
    if isinstance(error, CSRFError):
        return FORGED
    if isinstance(error, UNREACHABLE):
        return STATUSES[503]
    if isinstance(error, HTTPException) and error.code:
        return STATUSES.get(error.code) or replace(STATUSES[400 if error.code < 500 else 500], status=error.code)
    return STATUSES[500]


def _is_race(error: Exception) -> bool:
    """Whether two people did the same thing at the same moment, and the database let only one of them through."""
    if isinstance(error, IntegrityError):
        return getattr(error.orig, "sqlstate", None) == UNIQUE_VIOLATION or "UNIQUE constraint" in str(error.orig)
    return isinstance(error, StaleDataError)


def invalid(page: str) -> ResponseReturnValue:
    """A form sent back with its findings."""
    return page, 422


def wants_json() -> bool:
    """Whether a script asked, and not a person's browser on its way to a page."""
    if request.headers.get("HX-Request") == "true":
        return True
    accepted = request.accept_mimetypes
    return accepted["application/json"] > accepted["text/html"]


def _record(explanation: Explanation, error: Exception) -> Explanation:
    reference = secrets.token_hex(4).upper()
    # Quoted again, so that nobody writes lines of their own into the log.
    address = quote(request.path)
    current_app.logger.error("%s %s failed, reference %s", request.method, address, reference, exc_info=error)
    return replace(explanation, reference=reference)


def _render(explanation: Explanation) -> str:
    # A page with navigation asks the database again, which is no good idea when that is what failed.
    layout = "layouts/page.html" if g.get("actor") and explanation.status < 500 else "layouts/plain.html"
    try:
        return render_template("error.html", explanation=explanation, layout=layout, typed=list(_typed_texts()))
    except Exception:
        current_app.logger.exception("The page of an error could not be made, so its words go out without style")
        return render_template("bare_error.html", explanation=explanation)


def _typed_texts() -> Iterator[tuple[str, str]]:
    """What the person had written into the form, so that it can be copied from the error page."""
    if request.method != "POST":
        return
    try:
        fields = list(request.form.items(multi=True))
    except HTTPException:
        # A request that is too large or damaged cannot be read a second time.
        return
    for name, text in fields:
        written = text.strip() and not name.startswith("_")
        if written and not any(word in name.lower() for word in SECRET_WORDS):
            yield name.replace("_", " ").replace("-", " ").capitalize(), text
