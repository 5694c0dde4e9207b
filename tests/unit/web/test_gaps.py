"""What is asked in vain: counted without a trace of who asked."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from portal import db
from portal.web.gaps import LENGTH, Gaps, listed, plain


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    made = db.make_engine(f"sqlite:///{tmp_path / 'portal.db'}")
    db.upgrade(made, "portal")
    return made


@pytest.mark.parametrize(
    "text",
    ["", "   ", "me@example.org", "me＠example.org", "+86 138 0013 8000", "023-6751 0000", "123456", "https://x.org/a"],
)
def test_what_may_tell_who_asked_is_not_kept(text: str) -> None:
    assert plain(text) is None


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("  Unobtainium\x00 ", "unobtainium"),
        ("量子 计算机", "量子 计算机"),
        ("L3 5G 2025", "l3 5g 2025"),
        ("x" * 300, "x" * LENGTH),
    ],
)
def test_what_is_kept(text: str, kept: str) -> None:
    assert plain(text) == kept


def test_only_what_was_asked_more_than_once_is_listed(engine: Engine) -> None:
    gaps = Gaps(engine)
    for text in ("Unobtainium", "unobtainium ", "John Smith", "me@example.org", "me@example.org"):
        gaps.note("en", text)
    gaps.note("zh-Hans", "以太")
    gaps.flush()
    gaps.note("zh-Hans", "以太")
    gaps.flush()
    assert [(text, locale, count) for text, locale, count, _ in listed(engine)] == [
        ("unobtainium", "en", 2),
        ("以太", "zh-Hans", 2),
    ]


def test_what_was_asked_once_is_forgotten(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    gaps = Gaps(engine)
    for days, text in ((0, "once"), (0, "twice"), (1, "twice"), (31, "other")):
        monkeypatch.setattr(db, "utcnow", lambda days=days: now + timedelta(days=days))
        gaps.note("en", text)
        gaps.flush()
    with db.read(engine) as session:
        kept = [
            row[0] for row in session.connection().exec_driver_sql("SELECT DISTINCT text FROM search_gap ORDER BY 1")
        ]
    assert kept == ["other", "twice"]


def test_a_flood_is_bounded(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.web.gaps._MOST", 3)
    gaps = Gaps(engine)
    for number in range(10):
        gaps.note("en", f"word{chr(97 + number)}")
        gaps.note("en", f"word{chr(97 + number)}")
    gaps.flush()
    assert len(listed(engine)) == 3


def test_a_database_that_does_not_answer_costs_the_counts_only(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    gaps = Gaps(engine)
    gaps.note("en", "x y")
    monkeypatch.setattr(db, "write", fail)
    gaps.flush()
