"""What every command opens first: the settings, the database, and everything that plugs into the engine."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click
from sqlalchemy import Engine

from engine import SessionFactory, connect, create_session_factory, queue
from webapp.settings import Settings, load_settings
from workflows.installing import install
from workflows.migrations import check_schema
from workflows.notifications.post import use_post


@dataclass(frozen=True)
class Installation:
    """One installation of Reviewflow, opened by this process."""

    settings: Settings
    engine: Engine
    factory: SessionFactory

    @property
    def is_embedded(self) -> bool:
        """Whether everything runs on this machine, without a broker."""
        return queue.is_embedded(self.settings.broker_url)

    @property
    def log_path(self) -> Path:
        """The log of what runs in the background."""
        return self.settings.data_dir.absolute() / "reviewflow.log"


def open_installation(*, check: bool = True, pool_size: int = 8) -> Installation:
    """Open the installation that the environment describes.

    Raises ConfigurationError, and SchemaOutdated unless `check` is off. What this process commits wakes the workers
    when there is a broker; embedded, the worker looks for work every second.
    """
    settings = load_settings()
    install()
    engine = connect(settings.database_url, pool_size=pool_size)
    if command := click.get_current_context(silent=True):
        command.call_on_close(engine.dispose)
    if check:
        check_schema(engine)
    factory = create_session_factory(engine)
    if settings.sends_mail:
        # Flask comes with it, which a worker has no other need of.
        from webapp.mail.smtp import SmtpPost

        use_post(factory, SmtpPost(settings), keep=timedelta(days=settings.mail_kept_days))
    queue.use_broker(settings.broker_url)
    if not queue.is_embedded(settings.broker_url):
        queue.wake_after_commit(factory)
    return Installation(settings, engine, factory)
