"""What the browser is told not to do with our pages."""

from flask import Flask, Response, g, request

from webapp.access import FILES

CONTENT = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    # Tabler draws its check marks and arrows from data URLs.
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    # Addresses of cases stay inside; the check against forged requests needs them on our own pages.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

ONE_YEAR = 365 * 24 * 60 * 60


def install(app: Flask, *, production: bool) -> None:
    """Send the headers with every answer of `app`; over HTTPS only when in production."""

    @app.after_request
    def protect(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers["Content-Security-Policy"] = _content_policy()
        if production:
            response.headers["Strict-Transport-Security"] = f"max-age={ONE_YEAR}; includeSubDomains"
        if request.endpoint not in FILES:
            # A shared computer must not show a review to the next person who presses "back".
            response.headers["Cache-Control"] = "no-store"
        return response


def permit_inline_styles() -> None:
    """Let the page of this request set styles from scripts, as the diagram and form editors do."""
    g.inline_styles = True


def permit_framing() -> None:
    """Let our own pages show the page of this request inside of them, as the form builder does with its preview."""
    g.framed = True


def _content_policy() -> str:
    directives = dict(CONTENT)
    if g.get("inline_styles", False):
        directives["style-src"] = "'self' 'unsafe-inline'"
    if g.get("framed", False):
        directives["frame-ancestors"] = "'self'"
    return "; ".join(f"{name} {value}" for name, value in directives.items())
