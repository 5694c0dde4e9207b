"""What readers look for and do not find: counted, so that staff see what is missing; nothing of the reader is kept.

A text is kept levelled and cut, with its language and day. What looks like an e-mail address, a telephone number or
any long run of digits is not kept at all; what was asked once only is never listed, and forgotten after 30 days.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections import Counter
from datetime import date, timedelta

import structlog
from sqlalchemy import Engine, delete, func
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Field, SQLModel, col, select

from portal import db
from search.folding import tidy

log = structlog.get_logger()

LENGTH = 100
#: Asked at least so often, a text tells of a gap; once, it may be anybody's name.
LISTED = 2
ONCE_KEPT = timedelta(days=30)
_KEPT = timedelta(days=365)
#: Different texts noted between two writings: who sends thousands of them tells nothing.
_MOST = 500
#: seconds between two writings; a database busy with leads is not to wait for counts
_EVERY = 20.0
_PRIVATE = re.compile(r"@|＠|://|www\.|(?:\d[\s().\-/]*){6,}")


class SearchGap(SQLModel, table=True):
    """How often a text found nothing on a day, by the language of the page."""

    __tablename__ = "search_gap"

    day: date = Field(primary_key=True)
    locale: str = Field(primary_key=True)
    text: str = Field(primary_key=True)
    count: int


def plain(text: str) -> str | None:
    """The text as it may be kept; None when it is empty or may tell who asked."""
    cleaned = tidy(text).casefold()[:LENGTH].strip()
    return None if not cleaned or _PRIVATE.search(cleaned) else cleaned


class Gaps:
    """Counts in memory and writes now and then. Safe to share between threads."""

    def __init__(self, engine: Engine, every: float = _EVERY) -> None:
        self._engine = engine
        self._every = every
        self._lock = threading.Lock()
        self._counts: Counter[tuple[date, str, str]] = Counter()
        self._timer: threading.Timer | None = None

    def note(self, locale: str, text: str) -> None:
        """A query found nothing."""
        kept = plain(text)
        if kept is None:
            return
        key = (db.utcnow().date(), locale, kept)
        with self._lock:
            if key in self._counts or len(self._counts) < _MOST:
                self._counts[key] += 1
            if self._timer is None:
                self._timer = threading.Timer(self._every, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        """Write what was counted. A database that does not answer costs the counts, nothing else."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        if not counts:
            return
        try:
            self._write(counts)
        except (SQLAlchemyError, sqlite3.Error, db.DatabaseMisconfiguredError, OSError) as error:
            log.warning("search.gaps_not_written", error=type(error).__name__)

    def _write(self, counts: Counter[tuple[date, str, str]]) -> None:
        today = db.utcnow().date()
        with db.write(self._engine) as session:
            for (day, locale, text), count in counts.items():
                row = session.get(SearchGap, (day, locale, text))
                if row is None:
                    session.add(SearchGap(day=day, locale=locale, text=text, count=count))
                else:
                    row.count += count
                    session.add(row)
            session.flush()
            often = (
                select(SearchGap.text).group_by(col(SearchGap.text)).having(func.sum(col(SearchGap.count)) >= LISTED)
            )
            old = col(SearchGap.day) < today - ONCE_KEPT
            session.execute(delete(SearchGap).where(old, col(SearchGap.text).not_in(often)))
            session.execute(delete(SearchGap).where(col(SearchGap.day) < today - _KEPT))


def listed(engine: Engine, most: int = 100) -> list[tuple[str, str, int, date]]:
    """(text, locale, how often, last day) of what was asked more than once, most often first."""
    total, last = func.sum(col(SearchGap.count)), func.max(col(SearchGap.day))
    query = (
        select(SearchGap.text, SearchGap.locale, total, last)
        .group_by(col(SearchGap.text), col(SearchGap.locale))
        .having(total >= LISTED)
        .order_by(total.desc(), col(SearchGap.text))
        .limit(most)
    )
    with db.read(engine) as session:
        return [(text, locale, int(count), day) for text, locale, count, day in session.exec(query)]
