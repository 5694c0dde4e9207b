"""The list of leads: filters, order and pages as an address says them, and the rows to show."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Engine, func
from sqlalchemy import case as case_
from sqlmodel import Session, col, select

from portal import db
from portal.inbox.cases import STATES, InboxCase
from portal.inbox.models import InboxLead
from portal.inbox.vault import Vault

PAGE_SIZE = 50
#: A search for words opens the summaries of so many leads at most, the newest: some 0.5 s of work.
MOST_SEARCHED = 20_000
SORTS = ("received", "due", "priority")
#: what the filter for states takes beside the states themselves
OPEN, EVERY = "open", "all"
MINE, NOBODY = "me", "nobody"
_LONGEST = 100


@dataclass(frozen=True)
class Filters:
    """What a list shows. Empty means no restriction; `assignee` may be `me` or `nobody`."""

    state: str = OPEN
    desk: str = ""
    assignee: str = ""
    sector: str = ""
    overdue: bool = False
    #: only what is in quarantine; without it, that is left out
    quarantine: bool = False
    q: str = ""
    sort: str = "received"
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Filters:
        """The filters in an address; what it does not know, it passes over."""

        def text(name: str) -> str:
            return query.get(name, "").replace("\0", "").strip()[:_LONGEST]

        state, sort, page = text("state"), text("sort"), text("page")
        return cls(
            state=state if state in (*STATES, EVERY) else OPEN,
            desk=text("desk"),
            assignee=text("assignee"),
            sector=text("sector"),
            overdue=text("overdue") == "1",
            quarantine=text("quarantine") == "1",
            q=text("q"),
            sort=sort if sort in SORTS else SORTS[0],
            page=int(page) if page.isascii() and page.isdigit() and len(page) < 8 else 1,
        )

    def address(self, **changes: object) -> str:
        """The address of this list with some filters changed; page 1 unless the page is named."""
        values = replace(self, **{"page": 1, **changes})  # type: ignore[arg-type]
        default = Filters()
        query = {
            name: "1" if value is True else value
            for name, value in vars(values).items()
            if value != getattr(default, name)
        }
        return f"?{urlencode(query)}" if query else "?"


@dataclass(frozen=True)
class Row:
    """A lead in the list; company and country are empty when no key opens it."""

    lead: InboxLead
    case: InboxCase
    company: str
    country: str
    overdue: bool


@dataclass(frozen=True)
class Listed:
    """One page of a list: its rows, its number (clamped), how many pages and leads there are."""

    rows: Sequence[Row]
    number: int
    pages: int
    total: int
    searched_all: bool = True
    #: how many wait in quarantine, whatever the filters
    waiting: int = 0


def list_cases(engine: Engine, vault: Vault, filters: Filters, *, me: str, now: datetime) -> Listed:
    """The page of leads that `filters` ask for; `me` is the id of who looks."""
    where, order = _conditions(filters, me, now), _order(filters)
    with db.read(engine) as session:
        ids, complete = _search(session, vault, filters.q, where, order) if filters.q else ([], True)
        count = select(func.count()).select_from(InboxLead).join(InboxCase).where(*where)
        total = len(ids) if filters.q else session.exec(count).one()
        pages = max(1, -(-total // PAGE_SIZE))
        number = min(max(filters.page, 1), pages)
        start = (number - 1) * PAGE_SIZE
        query = select(InboxLead, InboxCase).join(InboxCase).order_by(*order)
        if filters.q:
            query = query.where(col(InboxLead.id).in_(ids[start : start + PAGE_SIZE]))
        else:
            query = query.where(*where).offset(start).limit(PAGE_SIZE)
        found = session.exec(query).all()
        held = select(func.count()).select_from(InboxCase).where(col(InboxCase.held), col(InboxCase.state) == "new")
        waiting = session.exec(held).one()
    return Listed([row_of(lead, case, vault, now) for lead, case in found], number, pages, total, complete, waiting)


def every_id(engine: Engine, vault: Vault, filters: Filters, *, me: str, now: datetime, most: int) -> list[str]:
    """The ids of all leads that `filters` ask for, in their order, at most `most`."""
    where, order = _conditions(filters, me, now), _order(filters)
    with db.read(engine) as session:
        if filters.q:
            return _search(session, vault, filters.q, where, order)[0][:most]
        query = select(InboxLead.id).join(InboxCase).where(*where).order_by(*order).limit(most)
        return list(session.exec(query).all())


def row_of(lead: InboxLead, case: InboxCase, vault: Vault, now: datetime) -> Row:
    """A lead with the words that lists show."""
    words = vault.open(lead.id, case.summary) if case.summary else {}
    return Row(lead, case, words.get("company", ""), words.get("country", ""), case.overdue(now))


def _conditions(filters: Filters, me: str, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [col(InboxCase.held) == filters.quarantine]
    if filters.state == OPEN:
        found.append(col(InboxCase.state) != "closed")
    elif filters.state != EVERY:
        found.append(col(InboxCase.state) == filters.state)
    if filters.desk:
        found.append(col(InboxCase.desk) == filters.desk)
    if filters.assignee:
        found.append(col(InboxCase.assignee) == {MINE: me, NOBODY: ""}.get(filters.assignee, filters.assignee))
    if filters.sector:
        found.append(col(InboxCase.sectors).contains(f"|{filters.sector}|", autoescape=True))
    if filters.overdue:
        found += [col(InboxCase.state) == "new", col(InboxCase.due_at) <= now]
    return found


def _order(filters: Filters) -> list[Any]:
    newest = [col(InboxCase.sent_at).desc(), col(InboxCase.lead_id).desc()]
    if filters.sort == "priority":
        return [col(InboxCase.points).desc(), *newest]
    if filters.sort == "due":
        # What has been answered is due no more: it comes after what waits.
        return [case_((col(InboxCase.state) == "new", 0), else_=1), col(InboxCase.due_at), col(InboxCase.lead_id)]
    return newest


def _search(
    session: Session, vault: Vault, q: str, where: Sequence[ColumnElement[bool]], order: Sequence[Any]
) -> tuple[list[str], bool]:
    """Ids of leads whose reference or company holds `q`, and whether all were looked at. Company names stand sealed in
    the database, so they are opened here, in memory, and forgotten again."""
    wanted, code = folded(q), "".join(q.split()).upper()
    query = select(InboxLead.id, InboxLead.reference, InboxCase.summary).join(InboxCase).where(*where)
    rows = session.exec(query.order_by(*order).limit(MOST_SEARCHED + 1)).all()
    found = [
        lead_id
        for lead_id, reference, summary in rows[:MOST_SEARCHED]
        if code in reference or wanted in folded(vault.open(lead_id, summary).get("company", ""))
    ]
    return found, len(rows) <= MOST_SEARCHED


def folded(text: str) -> str:
    """Text as it is compared: width, case and spaces do not count."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
