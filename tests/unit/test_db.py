import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Dialect, text
from sqlalchemy.dialects import sqlite

from portal import db


def test_every_connection_is_durable(tmp_path: Path) -> None:
    engine = db.make_engine(f"sqlite:///{tmp_path}/deep/er/x.db")
    for _ in range(3):
        with engine.connect() as connection:
            asked = [
                connection.execute(text(f"PRAGMA {name}")).scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            ]
            assert asked == ["wal", 2, 1, db.BUSY_MS]
        engine.dispose()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://x/y"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ValueError):
        db.make_engine(url)


def test_times_are_aware_both_ways() -> None:
    kind, dialect = db.UTCDateTime(), sqlite.dialect()
    assert isinstance(dialect, Dialect)
    local = datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=8)))
    assert kind.process_bind_param(local, dialect) == datetime(2026, 1, 1, tzinfo=UTC)
    assert kind.process_result_value(datetime(2026, 1, 1), dialect) == datetime(2026, 1, 1, tzinfo=UTC)  # noqa: DTZ001
    assert kind.process_result_value(local, dialect).utcoffset() == timedelta(0)  # type: ignore[union-attr]
    assert kind.process_bind_param(None, dialect) is kind.process_result_value(None, dialect) is None
    with pytest.raises(ValueError):
        kind.process_bind_param(datetime(2026, 1, 1), dialect)  # noqa: DTZ001


def test_upgrade_can_be_repeated_and_both_sides_can_share_a_database(tmp_path: Path) -> None:
    engine = db.make_engine(f"sqlite:///{tmp_path}/100%.db")
    for _ in range(2):
        db.upgrade(engine, "portal")
        db.upgrade(engine, "inbox")
    assert db.writable(engine)
    engine.dispose()


def test_a_broken_file_is_not_writable(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"this is no database" * 100)
    engine = db.make_engine(f"sqlite:///{tmp_path}/x.db")
    assert not db.writable(engine)
    engine.dispose()


def test_a_write_is_rolled_back_whole(tmp_path: Path) -> None:
    engine = db.make_engine(f"sqlite:///{tmp_path}/x.db")
    with db.write(engine) as session:
        session.connection().execute(text("CREATE TABLE t (x INTEGER)"))

    def insert_and_fail() -> None:
        with db.write(engine) as session:
            session.connection().execute(text("INSERT INTO t VALUES (1)"))
            raise LookupError

    with pytest.raises(LookupError):
        insert_and_fail()
    with sqlite3.connect(tmp_path / "x.db") as plain:
        assert plain.execute("SELECT count(*) FROM t").fetchone() == (0,)
    plain.close()
    engine.dispose()


def test_scrubbing_waits_for_readers_and_says_when_it_has_to_be_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "BUSY_MS", 100)
    engine = db.make_engine(f"sqlite:///{tmp_path}/x.db", busy_ms=50)
    secret = b"pineapple" * 300
    with db.write(engine) as session:
        session.connection().execute(text("CREATE TABLE kept (secret TEXT)"))
        session.connection().execute(text("INSERT INTO kept VALUES (:secret)"), {"secret": secret.decode()})
    log = tmp_path / "x.db-wal"
    with db.read(engine) as reader:
        reader.connection().execute(text("SELECT * FROM kept")).all()
        with db.write(engine) as session:
            session.connection().execute(text("UPDATE kept SET secret = ''"))
        assert not db.scrub(engine, "kept")
        assert secret in log.read_bytes()
    assert db.scrub(engine, "kept", rebuild=True)
    assert log.read_bytes() == b""
    assert b"pineapple" not in (tmp_path / "x.db").read_bytes()
    with db.write(engine) as session:
        session.connection().execute(text("UPDATE kept SET secret = 'again'"))
        assert not db.scrub(engine, "kept", rebuild=True)
    engine.dispose()
