"""Connections, sessions and the one transaction at the edge.

SQLite is opened in WAL mode with `BEGIN IMMEDIATE`: a transaction that will write takes the write lock at its
start and waits for it, instead of failing half way. PostgreSQL is reached through psycopg 3.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import orjson
import psycopg
from sqlalchemy import JSON, DateTime, Dialect, Engine, MetaData, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

from engine.errors import ConfigurationError

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

JOBS_DUE = "jobs_due"
"""The key in `Session.info` that says: this transaction asks for work that is due now."""

IDLE_SECONDS = 5.0
SQLITE_SETTINGS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON")
SessionFactory = sessionmaker[Session]


class Base(DeclarativeBase):
    """The declarative base of every table of the product."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = {dict[str, Any]: JSON, list[Any]: JSON, list[str]: JSON}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, stored in UTC. Refuses naive datetimes, returns aware ones on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime reached the database; pass an aware one")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _dump_json(value: object) -> str:
    return orjson.dumps(value).decode()


def connect(url: str, *, pool_size: int = 8) -> Engine:
    """Open the database behind `url` (``sqlite:///file`` or ``postgresql://…``).

    Raises ConfigurationError when the URL is not one of these.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigurationError(
            "The database URL is not understood. Write sqlite:///path/to/file.db or postgresql://user@host/name "
            "in REVIEWFLOW_DATABASE_URL."
        ) from None
    backend = parsed.get_backend_name()
    options: dict[str, Any] = {"json_serializer": _dump_json, "json_deserializer": orjson.loads}
    if backend == "sqlite":
        return _connect_sqlite(url, options)
    if backend in ("postgresql", "postgres"):
        engine = create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_size=pool_size,
            max_overflow=2,
            pool_timeout=5,
            pool_use_lifo=True,
            # All of our statements are short: compiling one takes longer than running it.
            connect_args={"options": "-c jit=off"},
            **options,
        )
        _replace_stale_connections(engine)
        return engine
    raise ConfigurationError(
        f"Reviewflow runs on SQLite and PostgreSQL, not on {backend}. Change REVIEWFLOW_DATABASE_URL."
    )


def _replace_stale_connections(engine: Engine) -> None:
    """Ask a connection that has been idle for a while whether it still answers, before it is used.

    SQLAlchemy's own `pool_pre_ping` asks every time, which is a statement more for every click.
    """

    @event.listens_for(engine, "checkout")
    def ask(connection: Any, record: Any, _proxy: object) -> None:
        if time.monotonic() - record.info.get("used_at", time.monotonic()) < IDLE_SECONDS:
            return
        try:
            connection.execute("SELECT 1")
            connection.rollback()
        except psycopg.Error as error:
            raise DisconnectionError from error

    @event.listens_for(engine, "checkin")
    def note(_connection: Any, record: Any) -> None:
        record.info["used_at"] = time.monotonic()


def _connect_sqlite(url: str, options: dict[str, Any]) -> Engine:
    database = make_url(url).database
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False}, **options)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        connection.create_function("translate", 3, _translate, deterministic=True)
        for setting in SQLITE_SETTINGS:
            connection.execute(f"PRAGMA {setting}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        read_only = connection.get_execution_options().get("read_only", False)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    @event.listens_for(engine, "checkin")
    def leave_clean(connection: Any, _record: object) -> None:
        # A COMMIT that fails leaves SQLite's transaction open, and the next user of the connection would be in it.
        if connection is not None and connection.in_transaction:
            connection.rollback()

    return engine


def _translate(text: str | None, letters: str, others: str) -> str | None:
    """What PostgreSQL calls so: each of the letters becomes the other one at its place."""
    return text.translate(_table(letters, others)) if text is not None else None


@lru_cache(maxsize=8)
def _table(letters: str, others: str) -> dict[int, int]:
    return str.maketrans(letters, others)


def create_session_factory(engine: Engine) -> SessionFactory:
    """Sessions on `engine` that keep their objects readable after the commit."""
    return sessionmaker(engine, expire_on_commit=False, autoflush=False)


@contextmanager
def transaction(factory: SessionFactory) -> Iterator[Session]:
    """One transaction: committed once when the block ends well, undone when it raises.

    This is the edge of architecture.md: verbs below never commit.
    """
    with factory() as session, session.begin():
        yield session


@contextmanager
def reading(factory: SessionFactory) -> Iterator[Session]:
    """A session for queries only. On SQLite it takes no write lock."""
    with factory() as session:
        session.connection(execution_options={"read_only": True})
        yield session


def explain_operational_error(error: OperationalError) -> str:
    """What to tell a person when the database cannot be reached."""
    reason = str(error.orig).strip().splitlines()[0] if error.orig else "no reason given"
    return f"The database does not answer ({reason}). Check REVIEWFLOW_DATABASE_URL and that the server runs."
