"""How often the same address may try to sign in, also to one account, or use the link of somebody outside."""

from flask import Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from webapp.auth import blueprint as auth
from webapp.outside import blueprint as outside
from webapp.settings import Settings

# Everybody in an office may share one address, and they all come on Monday morning.
PER_ADDRESS = "300 per minute"
PER_ACCOUNT = "10 per minute"
# A form saves itself with every pause while somebody writes.
PER_LINK = "120 per minute"


def install(app: Flask, settings: Settings) -> Limiter:
    """Limit the attempts to give a password or to find a link.

    Counted in the broker's Redis when there is one, else in this process.
    """
    shared = settings.broker_url.startswith("redis")
    limiter = Limiter(
        get_remote_address,
        app=app,
        storage_uri=settings.broker_url if shared else "memory://",
        storage_options={"socket_connect_timeout": 1, "socket_timeout": 1} if shared else {},
        # A broker that is down must not lock people out; each process then counts for itself.
        in_memory_fallback_enabled=shared,
        headers_enabled=False,
    )
    limiter.limit(PER_ADDRESS, methods=["POST"])(auth)
    limiter.limit(PER_ACCOUNT, methods=["POST"], key_func=_account_at_address)(auth)
    limiter.limit(PER_ADDRESS)(outside)
    limiter.limit(PER_LINK, key_func=_link_at_address)(outside)
    return limiter


def _link_at_address() -> str:
    return f"{get_remote_address()} {(request.view_args or {}).get('token', '')}"


def _account_at_address() -> str:
    return f"{get_remote_address()} {request.form.get('email', '').strip().lower()}"
