"""The pages that show leads and change them: the list, one lead, its form, quarantine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from joserfc.jwk import ECKey

from portal import db
from portal.inbox import audit, changes
from portal.inbox.accounts import Accounts
from portal.inbox.cases import REASONS, STATES
from portal.inbox.changes import Change
from portal.inbox.guard import Guard, Visit
from portal.inbox.listing import EVERY, MINE, NOBODY, OPEN, SORTS, Filters, list_cases
from portal.inbox.models import InboxLead
from portal.inbox.render import Render
from portal.inbox.triage import Triage, unsealed
from portal.inbox.view import View, view_lead


def router(triage: Triage, *, guard: Guard, render: Render, accounts: Accounts) -> APIRouter:
    """The list and one lead for everyone who may read, its forms for those who may triage."""
    routes = APIRouter(include_in_schema=False)
    key = ECKey.import_key(triage.keys.keys[0].as_dict(private=False))

    def page(visit: Visit, view: View, status: int = 200, **more: Any) -> Response:
        shown = {"typed": None, "conflict": None, "error": "", **more}
        table, may = triage.table(), visit.person.may("triage")
        shown |= {"people": accounts.names(), "able": accounts.names(able=True), "reasons": REASONS}
        return render("lead.html", status, **visit.frame, view=view, table=table, may=may, **shown)

    def listed(visit: Visit, filters: Filters) -> Response:
        triage.take_in()
        found = list_cases(triage.engine, triage.vault, filters, me=visit.person.id, now=triage.clock())
        with db.write(triage.engine) as session:
            shown_ids = [row.lead.id for row in found.rows]
            audit.record(session, visit.person, "listed", triage.clock(), leads=shown_ids)
        choices = {"states": (OPEN, EVERY, *STATES), "sorts": SORTS, "mine": MINE, "nobody": NOBODY}
        table, names = triage.table(), accounts.names()
        return render(
            "leads.html", **visit.frame, found=found, filters=filters, table=table, people=names, choices=choices,
            may_export=visit.person.may("export"),
        )  # fmt: skip

    def shown(visit: Visit, lead_id: str) -> Response:
        triage.take_in()
        view = view_lead(triage, lead_id, visit.person)
        return render("missing.html", 404, **visit.frame) if view is None else page(visit, view)

    def attempt(visit: Visit, lead_id: str, do: Callable[[], object], typed: Change | None = None) -> Response:
        """Do it and go back to the lead; what cannot be done is said beside what was typed."""
        try:
            do()
        except changes.LeadMissingError:
            return render("missing.html", 404, **visit.frame)
        except (changes.ConflictError, changes.RefusedError) as error:
            view = view_lead(triage, lead_id, visit.person)
            if view is None:
                return render("missing.html", 404, **visit.frame)
            if isinstance(error, changes.RefusedError):
                return page(visit, view, 422, typed=typed, error=error.code)
            since = typed.version if typed else error.version - 1
            return page(visit, view, 409, typed=typed, conflict=since)
        return RedirectResponse(f"/leads/{lead_id}", 303)

    def change(visit: Visit, lead_id: str) -> Response:
        typed = Change(
            version=_number(visit.first("version")),
            state=visit.first("state"),
            reason=visit.first("reason"),
            desk=visit.first("desk"),
            assignee=visit.first("assignee"),
            note=_clean(visit.first("note")),
        )
        at = changes.Desk(triage.table().desks, accounts.names(able=True), key)
        now = triage.clock()
        return attempt(
            visit,
            lead_id,
            lambda: changes.apply(triage.engine, lead_id, typed, person=visit.person, at=at, now=now),
            typed,
        )

    def quarantine(visit: Visit, lead_id: str, action: str) -> Response:
        version, now = _number(visit.first("version")), triage.clock()
        if action == "spam":
            return attempt(
                visit, lead_id,
                lambda: changes.mark_spam(triage.engine, lead_id, version, person=visit.person, now=now),
            )  # fmt: skip
        return attempt(
            visit, lead_id,
            lambda: changes.release(
                triage.engine, lead_id, version, person=visit.person, mail=lambda: wants_mail(triage, lead_id), now=now
            ),
        )  # fmt: skip

    @routes.get("/leads")
    async def leads(request: Request) -> Response:
        visit = await guard.enter(request, "read")
        if isinstance(visit, Response):
            return visit
        return await run_in_threadpool(listed, visit, Filters.of(request.query_params))

    @routes.get("/leads/{lead_id}")
    async def lead(request: Request, lead_id: str) -> Response:
        visit = await guard.enter(request, "read")
        if isinstance(visit, Response):
            return visit
        return await run_in_threadpool(shown, visit, lead_id)

    @routes.post("/leads/{lead_id}")
    async def save(request: Request, lead_id: str) -> Response:
        visit = await guard.form(request, "triage")
        if isinstance(visit, Response):
            return visit
        return await run_in_threadpool(change, visit, lead_id)

    @routes.post("/leads/{lead_id}/{action}")
    async def decide(request: Request, lead_id: str, action: str) -> Response:
        visit = await guard.form(request, "triage")
        if isinstance(visit, Response):
            return visit
        if action not in ("release", "spam"):
            return render("missing.html", 404, **visit.frame)
        return await run_in_threadpool(quarantine, visit, lead_id, action)

    return routes


def wants_mail(triage: Triage, lead_id: str) -> bool:
    """True when the lead's sender has consented to e-mail."""
    with db.read(triage.engine) as session:
        lead = session.get(InboxLead, lead_id)
    payload = unsealed(lead, triage.keys) if lead else None
    return payload is not None and payload["answers"].get("consent_email") is True


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _clean(note: str) -> str:
    """A note as browsers send it, with plain line ends and nothing that a database refuses."""
    return note.replace("\r\n", "\n").replace("\0", "").encode("utf-8", "replace").decode()
