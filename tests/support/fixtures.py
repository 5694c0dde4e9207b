"""Fixtures of the leads wing; every test that touches a database runs on SQLite and on a real PostgreSQL."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from portal import db, envelope
from portal.leads.intake import Intake
from tests.support.leads import SECRET, SIGNER, Clock


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> envelope.Keys:
    return envelope.load_or_create_keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def sqlite_upgraded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[db.Side, Path], str]:
    """Makes an SQLite file with the tables of one side; the migrations run once, the others are copies."""
    folder = tmp_path_factory.mktemp("templates")

    def create(side: db.Side, parent: Path) -> str:
        template, wanted = folder / f"{side}.db", parent / f"{side}.db"
        if not template.exists():
            engine = db.make_engine(f"sqlite:///{template}")
            db.upgrade(engine, side)
            engine.dispose()  # the last connection takes the write-ahead log into the file
        shutil.copyfile(template, wanted)
        return f"sqlite:///{wanted}"

    return create


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def new_engine(
    request: pytest.FixtureRequest, sqlite_upgraded: Callable[[db.Side, Path], str], tmp_path: Path
) -> Iterator[Callable[[db.Side], Engine]]:
    """Makes an upgraded database for one side."""
    made: list[Engine] = []

    def create(side: db.Side) -> Engine:
        if request.param == "sqlite":
            url = sqlite_upgraded(side, tmp_path)
        else:
            url = request.getfixturevalue("postgres_upgraded")(side)
        engine = db.make_engine(url)
        made.append(engine)
        return engine

    yield create
    for engine in made:
        engine.dispose()


@pytest.fixture
def engine(new_engine: Callable[[db.Side], Engine]) -> Engine:
    return new_engine("portal")


@pytest.fixture
def inbox_engine(new_engine: Callable[[db.Side], Engine]) -> Engine:
    return new_engine("inbox")


@pytest.fixture
def intake(engine: Engine, keys: envelope.Keys) -> Intake:
    return Intake(engine, public_key=keys.public, secret=SECRET, signer=SIGNER)
