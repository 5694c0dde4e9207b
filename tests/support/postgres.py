"""A real PostgreSQL server for tests: own cluster in a temporary folder, reached by a Unix socket only."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from portal import db
from tests.support.needs import missing

#: The tests kill our processes, never the server or the machine: what the kernel has taken over is safe enough.
FAST = ("fsync=off", "full_page_writes=off", "autovacuum=off", "shared_buffers=64MB")


class PostgresMissingError(RuntimeError):
    """There is no server binary, or no user to run it as."""


def _binaries() -> Path:
    for initdb in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True):
        return initdb.parent
    found = shutil.which("initdb")
    if found is None:
        message = "no PostgreSQL server binary (apt-get install postgresql)"
        raise PostgresMissingError(message)
    return Path(found).parent


def _user() -> str | None:
    """PostgreSQL refuses to run as root; Debian's package brings the user postgres."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        message = "PostgreSQL cannot run as root and there is no user postgres"
        raise PostgresMissingError(message) from None


@contextlib.contextmanager
def running_server(*settings: str) -> Iterator[Path]:
    """The folder of a running server: its socket, and below `data` its files. Raises PostgresMissingError."""
    binaries, user = _binaries(), _user()
    folder = Path(tempfile.mkdtemp(prefix="pg-test-"))
    if user:
        shutil.chown(folder, user)

    def run(*command: str) -> None:
        subprocess.run(command, check=True, user=user, cwd=folder, capture_output=True, timeout=120)

    data, log = str(folder / "data"), str(folder / "server.log")
    try:
        run(str(binaries / "initdb"), "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = ["listen_addresses=''", f"unix_socket_directories={folder}", "max_connections=200", *settings]
        given = " ".join(f"-c {option}" for option in options)
        run(str(binaries / "pg_ctl"), "-D", data, "-l", log, "-w", "-t", "60", "-o", given, "start")
        try:
            yield folder
        finally:
            run(str(binaries / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def create_database(server: str | Path, *, template: str = "template1", name: str = "") -> str:
    """Make a database, empty or as its template is, and give its URL."""
    name = name or f"t_{uuid.uuid4().hex}"
    with psycopg.connect(host=str(server), user="tester", dbname="postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    return f"postgresql://tester@/{name}?host={server}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The socket folder of a running server. Without a server binary the test is skipped; under CI=true it fails."""
    with contextlib.ExitStack() as stack:
        try:
            folder = stack.enter_context(running_server(*FAST))
        except PostgresMissingError as error:
            missing(str(error))
        yield str(folder)


@pytest.fixture
def postgres_url(postgres_server: str) -> Callable[[], str]:
    """Makes an empty database and gives its URL."""
    return lambda: create_database(postgres_server)


@pytest.fixture(scope="session")
def postgres_upgraded(postgres_server: str) -> Callable[[db.Side], str]:
    """Makes a database with the tables of one side; the migrations run once, the others are copies."""
    ready: set[str] = set()

    def create(side: db.Side) -> str:
        template = f"template_{side}"
        if template not in ready:
            engine = db.make_engine(create_database(postgres_server, name=template))
            db.upgrade(engine, side)
            engine.dispose()
            ready.add(template)
        return create_database(postgres_server, template=template)

    return create
