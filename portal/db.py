"""Database ground for the leads wing: engines, UTC times, migrations; the same code on SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal, cast

import structlog
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, DateTime, Engine, create_engine, event, text
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session

Side = Literal["portal", "inbox"]

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_MS = 5_000
#: What every SQLite connection must answer; a lead is on disk before its receipt is shown (synchronous 2 = FULL).
_PRAGMAS: dict[str, tuple[str, object]] = {
    "journal_mode": ("WAL", "wal"),
    "synchronous": ("FULL", 2),
    "foreign_keys": ("ON", 1),
    # What is deleted or overwritten leaves no bytes in the file.
    "secure_delete": ("ON", 1),
}
#: Two migrators at once wait for each other on PostgreSQL by this number; SQLite has its one writer.
_MIGRATION_LOCK = 4_309_512_871
_WRITE = "portal_write"
#: By SQLite file: writers of one process queue here. SQLite itself lets waiters sleep and wake by luck, and with 16
#: threads at once some get no turn within five seconds; what is left to it are the few other processes.
_TURNS: dict[str, threading.Lock] = {}

log = structlog.get_logger(__name__)


class DatabaseMisconfiguredError(RuntimeError):
    """The database does not give the durability that is asked of it."""


class UTCDateTime(TypeDecorator[datetime]):
    """A point in time: aware in, aware and UTC out, on every database. A naive value raises ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive values and turn the others to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a time without zone cannot be stored"
            raise ValueError(message)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite gives naive values, PostgreSQL those of the connection's zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def utcnow() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def make_engine(url: str, *, busy_ms: int = BUSY_MS) -> Engine:
    """An engine for `sqlite:///path` (its folder is made) or `postgresql://…` (spoken to by psycopg 3).

    `busy_ms` is how long a statement waits for a lock before it fails.
    Raises ValueError for other databases and for SQLite in memory, which cannot be shared by threads safely.
    """
    parsed = make_url(url)
    name = parsed.get_backend_name()
    if name == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            message = "SQLite needs a file"
            raise ValueError(message)
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args={"check_same_thread": False, "timeout": busy_ms / 1000})
        event.listen(engine, "connect", partial(_prepare_sqlite, {**_PRAGMAS, "busy_timeout": (str(busy_ms), busy_ms)}))
        event.listen(engine, "begin", _begin_sqlite)
        _TURNS.setdefault(parsed.database, threading.Lock())
        return engine
    if name in ("postgresql", "postgres"):
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": 5,
                "options": f"-c lock_timeout={busy_ms} -c statement_timeout=15000 -c synchronous_commit=on",
            },
        )
    message = f"database {name!r} is not supported: use sqlite or postgresql"
    raise ValueError(message)


def _prepare_sqlite(pragmas: dict[str, tuple[str, object]], connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver opens no transaction by itself: `_begin_sqlite` does
    for pragma, (wanted, answer) in pragmas.items():
        connection.execute(f"PRAGMA {pragma}={wanted}")
        (found,) = connection.execute(f"PRAGMA {pragma}").fetchone()
        if found != answer:
            message = f"SQLite answers {pragma}={found!r}, needed is {answer!r}"
            raise DatabaseMisconfiguredError(message)


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes its lock at the start and waits its turn; a reader that turned writer midway would be refused.
    writes = connection.get_execution_options().get(_WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def write(engine: Engine) -> Iterator[Session]:
    """A session in one transaction that may write; committed at the end, rolled back on any exception."""
    with (
        _turn(engine),
        Session(engine.execution_options(**{_WRITE: True}), expire_on_commit=False) as session,
        session.begin(),
    ):
        yield session


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """Wait for this process's other writers on SQLite; whoever waits too long tries its luck with the database."""
    lock = _TURNS.get(engine.url.database or "") if engine.dialect.name == "sqlite" else None
    held = lock is not None and lock.acquire(timeout=BUSY_MS / 1000)
    try:
        yield
    finally:
        if lock is not None and held:
            lock.release()


@contextmanager
def read(engine: Engine) -> Iterator[Session]:
    """A session that only reads."""
    with Session(engine, expire_on_commit=False) as session:
        yield session


def upgrade(engine: Engine, side: Side) -> None:
    """Bring the tables of one side to the newest revision; safe to call at every start and from many processes."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS / side).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    options: dict[str, Any] = {_WRITE: True}
    with engine.execution_options(**options).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = '60s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def scrub(engine: Engine, *tables: str, rebuild: bool = False) -> bool:
    """Make the database let go of overwritten bytes; False when others use it, so that it has to be done again.

    SQLite overwrites freed bytes itself (`secure_delete`) and empties its write-ahead log here. Where rows grow or stand
    in an index out of order, it moves them and leaves copies in its pages: `rebuild` writes the whole file anew.
    PostgreSQL gives the old row versions of `tables` free by VACUUM; its own log and backups keep them as long as they
    are kept.
    """
    try:
        if engine.dialect.name == "postgresql":
            return _vacuum(engine, tables)
        if rebuild:
            with _turn(engine), _sqlite(engine) as raw:
                raw.execute("VACUUM")
        return _empty_log(engine)
    except (OperationalError, sqlite3.OperationalError) as error:
        log.warning("database.not_scrubbed", error=type(error).__name__)
        return False


def _vacuum(engine: Engine, tables: Sequence[str]) -> bool:
    names = ", ".join(map(engine.dialect.identifier_preparer.quote, tables))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        try:
            connection.execute(text(f"VACUUM {names}"))
        finally:
            connection.execute(text("RESET statement_timeout"))
    return True


def _empty_log(engine: Engine) -> bool:
    until = time.monotonic() + BUSY_MS / 1000
    while True:
        with _sqlite(engine) as raw:
            busy = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if not busy or time.monotonic() > until:
            return not busy
        time.sleep(0.05)


@contextmanager
def _sqlite(engine: Engine) -> Iterator[sqlite3.Connection]:
    """The driver's own connection, outside of any transaction."""
    pooled = engine.raw_connection()
    try:
        yield cast(sqlite3.Connection, pooled.driver_connection)
    finally:
        pooled.close()


def writable(engine: Engine) -> bool:
    """True when a write transaction can be opened now; False (and a log line) when not. For `/readyz`."""
    try:
        with engine.execution_options(**{_WRITE: True}).connect() as connection, connection.begin() as transaction:
            if engine.dialect.name == "postgresql":
                answer = connection.execute(text("SELECT current_setting('transaction_read_only')")).scalar_one()
                return bool(answer == "off")
            # Rolled back; SQLite refuses it on a file or medium that cannot be written.
            connection.execute(text("CREATE TABLE writable_probe (x INTEGER)"))
            transaction.rollback()
            return True
    except (SQLAlchemyError, DatabaseMisconfiguredError, sqlite3.Error) as error:
        log.warning("database.not_writable", error=type(error).__name__)
        return False
