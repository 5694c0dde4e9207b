"""Fixtures of the leads wing; every test that touches a database runs on SQLite and on a real PostgreSQL."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from portal import db, envelope
from portal.leads.intake import Intake
from tests.support.leads import SECRET, Clock


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> envelope.Keys:
    return envelope.load_or_create_keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def new_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[db.Side], Engine]]:
    """Makes an upgraded database for one side."""
    made: list[Engine] = []

    def create(side: db.Side) -> Engine:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path / side}.db"
        else:
            url = request.getfixturevalue("postgres_url")()
        engine = db.make_engine(url)
        made.append(engine)
        db.upgrade(engine, side)
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
    return Intake(engine, public_key=keys.public, secret=SECRET)
