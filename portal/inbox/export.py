"""Leads as a file for a spreadsheet: CSV and XLSX of what a list shows; no cell of them is ever run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import xlsxwriter
from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from sqlmodel import col, select

from portal import db
from portal.inbox import audit
from portal.inbox.accounts import Accounts
from portal.inbox.cases import InboxCase
from portal.inbox.desks import DeskTable
from portal.inbox.guard import Guard, Visit
from portal.inbox.listing import Filters, every_id
from portal.inbox.models import InboxLead
from portal.inbox.render import HEADERS, Render, moment
from portal.inbox.triage import Triage, unsealed
from portal.inbox.words import FIELDS, FLAGS, option
from portal.workdays import promised_date

#: A file holds so many leads at most; who needs more narrows the list.
MOST = 5_000
_CHUNK = 200
#: What a spreadsheet takes for the beginning of a formula, also behind a full-width form or a space.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LONGEST_CELL = 32_000
_CSV = "text/csv; charset=utf-8"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

ANSWERS = (*FIELDS, "flags")
WORK = (
    "reference",
    "received",
    "due",
    "quarantine",
    "state",
    "reason",
    "desk",
    "assignee",
    "points",
    "first_contact",
    "closed",
)
HEAD = (*WORK, *ANSWERS)


def rows(triage: Triage, ids: Sequence[str], people: Mapping[str, str]) -> Iterator[list[str]]:
    """A row of text for each lead, in the order of `HEAD`; times are on the bureau's clock, codes by their names."""
    names = triage.table()
    for start in range(0, len(ids), _CHUNK):
        wanted = ids[start : start + _CHUNK]
        with db.read(triage.engine) as session:
            query = select(InboxLead, InboxCase).join(InboxCase).where(col(InboxLead.id).in_(wanted))
            found = {lead.id: (lead, case) for lead, case in session.exec(query).all()}
        for lead, case in (found[lead_id] for lead_id in wanted if lead_id in found):
            payload = unsealed(lead, triage.keys)
            answers: Mapping[str, Any] = payload["answers"] if payload else {}
            work = [
                lead.reference,
                moment(case.sent_at),
                promised_date(case.sent_at).isoformat(),
                "yes" if case.held else "",
                case.state,
                case.reason,
                case.desk,
                people.get(case.assignee, case.assignee),
                str(case.points),
                moment(case.contacted_at) if case.contacted_at else "",
                moment(case.closed_at) if case.closed_at else "",
            ]
            marks = [" / ".join(FLAGS.get(flag, (flag,))) for flag in payload.get("flags", ())] if payload else []
            written = (_text(names, name, answers.get(name)) for name in FIELDS)
            yield [_clean(text) for text in (*work, *written, "; ".join(marks))]


def as_csv(table: Iterator[list[str]]) -> bytes:
    """CSV in UTF-8 with a byte order mark, by which Excel knows it; what looks like a formula gets an apostrophe."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerow(HEAD)
    for row in table:
        writer.writerow([harmless(cell) for cell in row])
    return stream.getvalue().encode("utf-8-sig", "replace")


def as_xlsx(table: Iterator[list[str]]) -> bytes:
    """A workbook of one sheet in which every cell is text."""
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, options) as book:
        sheet = book.add_worksheet("Leads")
        bold = book.add_format({"bold": True})
        for column, name in enumerate(HEAD):
            sheet.write_string(0, column, name, bold)
        for number, row in enumerate(table, start=1):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, len(HEAD) - 1, 18)
    return stream.getvalue()


def harmless(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet could run."""
    return f"'{cell}" if cell.lstrip(" \u00a0\u3000").startswith(_FORMULA) or cell.startswith(_FORMULA) else cell


def _text(table: DeskTable, name: str, answer: object) -> str:
    if isinstance(answer, list | tuple):
        return "; ".join(option(table, name, code) for code in answer)
    return "" if answer is None or answer is False else option(table, name, answer)


def _clean(text: str) -> str:
    """Without what XML does not allow, and no longer than a cell may be."""
    kept = "".join(char for char in text if char >= " " or char in "\t\r\n")
    return kept.encode("utf-8", "replace").decode()[:_LONGEST_CELL]


def router(triage: Triage, *, guard: Guard, render: Render, accounts: Accounts) -> APIRouter:
    """`/export/leads.csv` and `/export/leads.xlsx`, with the filters of the list, for those who may export."""
    routes = APIRouter(include_in_schema=False)

    def made(visit: Visit, filters: Filters, kind: str) -> Response:
        triage.take_in()
        now = triage.clock()
        ids = every_id(triage.engine, triage.vault, filters, me=visit.person.id, now=now, most=MOST)
        with db.write(triage.engine) as session:
            audit.record(session, visit.person, "exported", now, detail=f"{kind}, {len(ids)} leads:", leads=ids)
        table = rows(triage, ids, accounts.names())
        body, media = (as_xlsx(table), _XLSX) if kind == "xlsx" else (as_csv(table), _CSV)
        name = f"leads-{moment(now)[:10]}.{kind}"
        headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
        return Response(body, media_type=media, headers=headers)

    @routes.get("/export/leads.{kind}")
    async def export(request: Request, kind: str) -> Response:
        visit = await guard.enter(request, "export")
        if isinstance(visit, Response):
            return visit
        if kind not in ("csv", "xlsx"):
            return render("missing.html", 404, **visit.frame)
        return await run_in_threadpool(made, visit, Filters.of(request.query_params), kind)

    return routes
