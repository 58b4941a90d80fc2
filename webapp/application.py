"""The web application, put together."""

import gc
from datetime import timedelta
from importlib import import_module

from flask import Flask
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from engine import SessionFactory, connect, create_session_factory
from webapp import (
    access,
    errors,
    navigation,
    numbers,
    presentation,
    rate_limits,
    request_session,
    security_headers,
    texts,
)
from webapp.assets import register_assets
from webapp.auth.sessions import SessionCookies, login_manager
from webapp.request_session import TransactionalFlask
from webapp.settings import Settings, load_settings

# One package a group of screens; each has a `blueprint` and registers its views on it.
SCREENS = (
    "absences",
    "asking",
    "auth",
    "calibration",
    "cases",
    "committees",
    "comparisons",
    "cycles",
    "designer",
    "health",
    "inbox",
    "incidents",
    "mail",
    "notifications",
    "outside",
    "people",
    "promotions",
    "rewards",
    "simulations",
    "tasks",
    "team",
    "versions",
    "voting",
    "walks",
)

LARGEST_REQUEST = 16 * 1024 * 1024
SIGNED_IN_FOR = timedelta(hours=12)


def settle() -> None:
    """Keep what start-up has made out of every later garbage collection.

    It stays as long as the process, and to look through it again takes longer than many pages (decision 34).
    """
    gc.collect()
    gc.freeze()


def create_app(settings: Settings | None = None, *, session_factory: SessionFactory | None = None) -> Flask:
    """The application with all its screens. Raises ConfigurationError when a setting is missing or wrong.

    Without `session_factory` it opens the database of the settings.
    """
    settings = settings or load_settings()
    app = TransactionalFlask(__name__)
    _configure(app, settings)
    numbers.install(app)
    texts.install(app)
    request_session.install(app, session_factory or create_session_factory(connect(settings.database_url)))
    security_headers.install(app, production=settings.production)
    errors.install(app)
    presentation.install(app)
    register_assets(app)
    app.session_interface = SessionCookies()
    # No template asks for its `current_user`; it would ask a database again that has just not answered.
    login_manager.init_app(app, add_context_processor=False)
    # Before the check for forged requests, so that somebody whose session ended is told that, and gets the text back.
    access.install(app)
    forgery_check = CSRFProtect(app)
    navigation.install(app)
    rate_limits.install(app, settings)
    for screen in SCREENS:
        app.register_blueprint(import_module(f"webapp.{screen}.views").blueprint)
    # Mail programs post this without having opened a page, and people outside have no session; both are signed.
    forgery_check.exempt("webapp.mail.views.unsubscribe")
    forgery_check.exempt(app.blueprints["outside"])
    return app


def _configure(app: Flask, settings: Settings) -> None:
    production = settings.production
    app.config.update(
        SECRET_KEY=settings.secret_key,
        # The prefix makes browsers refuse the cookie from anywhere but this very host, over HTTPS.
        SESSION_COOKIE_NAME="__Host-reviewflow" if production else "reviewflow",
        SESSION_COOKIE_SECURE=production,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=SIGNED_IN_FOR,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        # A review is written over hours; the token lives as long as the session.
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    if proxies := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
