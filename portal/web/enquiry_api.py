"""`POST /api/v1/inquiries`: the form for programs. JSON in, JSON out, errors as RFC 9457 problem details."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus

from fastapi import APIRouter, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response

from portal.leads import intake as intake_module
from portal.leads.answers import parse, raw_from_json
from portal.leads.forms import FIELDS, FieldError
from portal.leads.intake import Intake
from portal.leads.proof import Proofs
from portal.web.bodies import read_json_object
from portal.web.enquiry import Pages
from portal.web.limits import RateLimiter, same_site
from portal.web.receipt import receipt_path
from portal.workdays import promised_date

#: A UUID has 36; shorter ones than 16 are counters, which two programs would share.
_KEY = re.compile(r"^[\x21-\x7e]{16,200}$")

_KEY_WANTED = "Send an Idempotency-Key of 16 to 200 visible ASCII characters."
_BODY_SCHEMA = {
    "type": "object",
    "required": ["name", "email", "company", "country", "consent_email"],
    "properties": {
        "locale": {"type": "string", "description": "language of the correspondence and of the receipt page"},
        "proof": {
            "type": "string",
            "description": "a solved challenge of /api/v1/inquiries/challenge; without it staff check the inquiry first",
        },
        **{
            entry.name: {"type": "array", "items": {"type": "string"}}
            if entry.kind == "choices"
            else {"type": "boolean"}
            if entry.kind == "consent"
            else {"type": "integer"}
            if entry.kind == "number"
            else {
                "type": "string",
                "maxLength": entry.longest,
                **({"enum": list(entry.options)} if entry.options else {}),
            }
            for entry in FIELDS.values()
        },
    },
}
_KEY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "minLength": 16, "maxLength": 200},
}
_OPENAPI = {
    "parameters": [_KEY_PARAMETER],
    "requestBody": {"required": True, "content": {"application/json": {"schema": _BODY_SCHEMA}}},
}


def router(pages: Pages, intake: Intake, proofs: Proofs, *, limiter: RateLimiter | None = None) -> APIRouter:
    """The routes for programs. 201 for a new inquiry, 200 for one repeated with its key and answers.

    The rule about proofs is the form's: an inquiry without a solved challenge is taken and gets its receipt, but stands
    apart until staff have looked at it. A challenge holds for the one Idempotency-Key it was asked with. Share `limiter` with the form's router, so that both count together.
    """
    routes = APIRouter()
    limits = limiter or RateLimiter()

    @routes.get(
        "/api/v1/inquiries/challenge",
        openapi_extra={"parameters": [_KEY_PARAMETER]},
        summary="A proof-of-work challenge (altcha 2) for one Idempotency-Key",
    )
    async def challenge(request: Request) -> Response:
        key = request.headers.get("idempotency-key", "").strip('"')
        if not _KEY.match(key):
            return problem(400, "idempotency-key", _KEY_WANTED)
        made = proofs.challenge(intake.api_key(key))
        return Response(made, media_type="application/json", headers={"Cache-Control": "no-store"})

    @routes.post("/api/v1/inquiries", status_code=201, openapi_extra=_OPENAPI, summary="Send an inquiry")
    async def send(request: Request) -> Response:
        if not same_site(request):
            return problem(403, "cross-site", "Sent from another site.")
        key = request.headers.get("idempotency-key", "").strip('"')
        if not _KEY.match(key):
            return problem(400, "idempotency-key", _KEY_WANTED)
        wait = limits.wait(request)
        if wait:
            return problem(429, "rate", "Too many inquiries from this address.", retry_after=wait)
        try:
            document = await read_json_object(request)
        except HTTPException as error:
            return problem(error.status_code, "body", str(error.detail))
        locale = document.get("locale", pages.locales()[0])
        if locale not in pages.locales():
            return problem(422, "invalid", "Some answers need a look.", [FieldError("locale", "choice")])
        raw, errors = raw_from_json(document)
        parsed = parse(raw, pages.options(locale))
        if errors or isinstance(parsed, list):
            named = {error.field for error in errors}
            rest = [error for error in (parsed if isinstance(parsed, list) else ()) if error.field not in named]
            return problem(422, "invalid", "Some answers need a look.", [*errors, *rest])
        owned, proof = intake.api_key(key), document.get("proof", "")
        flag = proofs.flag(proof, owned) if isinstance(proof, str) else "bad-proof"
        notice = pages.notice(locale)
        try:
            accepted = await run_in_threadpool(
                intake.accept,
                parsed,
                key=owned,
                locale=locale,
                privacy_version=notice.version,
                privacy_text=notice.text,
                flags=(flag,) if flag else (),
            )
        except intake_module.FormKeyReusedError:
            return problem(422, "idempotency-key-reused", "Another inquiry was sent with this key; it is unchanged.")
        except intake_module.IntakeError:
            return problem(503, "storage", "Nothing was stored. Send it again later.", retry_after=60)
        path = receipt_path(locale, accepted)
        answer = {
            "reference": accepted.reference,
            "received_at": accepted.received_at.isoformat(),
            "promised": promised_date(accepted.received_at).isoformat(),
            "receipt": path,
        }
        headers = {"Location": path, "Cache-Control": "no-store"}
        return JSONResponse(answer, 200 if accepted.repeated else 201, headers=headers)

    return routes


def problem(
    status: int, code: str, detail: str, errors: Sequence[FieldError] = (), *, retry_after: int | None = None
) -> Response:
    """A problem document with a stable `code`, and `errors` as field, code and parameters."""
    content: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    if errors:
        content["errors"] = [
            {"field": error.field, "code": error.code, "params": dict(error.params)} for error in errors
        ]
    headers = {"Cache-Control": "no-store"}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return JSONResponse(content, status, headers=headers, media_type="application/problem+json")
