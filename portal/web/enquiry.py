"""The investor form: plain HTML pages that keep every answer until it is safely stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from portal.leads import intake as intake_module
from portal.leads.answers import parse
from portal.leads.forms import FIELDS, GROUPS, FieldError, FormOptions, Inquiry, Notice
from portal.leads.intake import FormKey, Intake
from portal.leads.levels import ServiceLevel
from portal.leads.proof import Flag, Proofs
from portal.locales import LOCALES
from portal.web.blank import Blanks
from portal.web.bodies import read_form
from portal.web.countries import countries
from portal.web.limits import RateLimiter, same_site
from portal.web.prefill import prefilled
from portal.web.receipt import SECRET, receipt_path

#: Invisible to people; programs that fill in everything give themselves away.
HONEYPOT = "contact_reason"
#: Filled in by the page's script; without it the inquiry is taken all the same, and looked at before it is believed.
PROOF = "proof"
_PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}

Values = dict[str, list[str]]


class Pages(Protocol):
    """What the form needs of the site: a way to render, the choices that come from content, the languages."""

    def html(self, locale: str, template: str, **context: object) -> str:
        """The page `template` (such as `pages/invest.html`) in `locale`."""
        ...

    def options(self, locale: str) -> FormOptions:
        """Sectors, opportunities, regions and parks with their labels in `locale`."""
        ...

    def notice(self, locale: str) -> Notice:
        """The privacy notice as it is published in `locale`."""
        ...

    def locales(self) -> tuple[str, ...]:
        """The languages that are published."""
        ...


def router(
    pages: Pages,
    intake: Intake,
    proofs: Proofs,
    *,
    privacy_path: str = "",
    limiter: RateLimiter | None = None,
    level: Callable[[], ServiceLevel | None] = lambda: None,
) -> APIRouter:
    """`/{locale}/invest`. To be included before any catch-all route.

    `privacy_path` is where the privacy notice is, below the locale, such as `guides/privacy`. `level` gives the figure
    of the bureau's service to show, if any.
    """
    routes = APIRouter(include_in_schema=False)
    limits, blanks = limiter or RateLimiter(), Blanks()

    def known(locale: str) -> None:
        if locale not in pages.locales():
            raise HTTPException(404)

    def questions(locale: str) -> dict[str, object]:
        frequent, every = countries(locale)
        return {
            "tag": locale,
            "action": f"/{quote(locale)}/invest",
            "privacy_url": f"/{quote(locale)}/{privacy_path}" if privacy_path else "",
            "groups": GROUPS,
            "options": pages.options(locale),
            "frequent_countries": frequent,
            "countries": every,
            "languages": [(entry.tag, entry.name) for entry in LOCALES.values()],
            "honeypot": HONEYPOT,
        }

    def form_page(
        locale: str,
        values: Mapping[str, Sequence[str]],
        status: int = 200,
        *,
        key: str = "",
        proof: str = "",
        errors: Sequence[FieldError] = (),
        notice: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        token = key or intake.new_form_key()
        try:
            challenge = "" if proof else proofs.challenge(intake.open_form_key(token))
        except intake_module.FormKeyInvalidError:
            challenge = ""

        figure = level()

        def render(form_key: str, challenge: str) -> str:
            return pages.html(
                locale,
                "pages/invest.html",
                values=values,
                form_key=form_key,
                proof=proof,
                challenge=challenge,
                errors=errors,
                wrong={error.field: error for error in errors},
                notice=notice,
                level=figure,
                **questions(locale),
            )

        if values or key or errors or notice:
            content = render(token, challenge)
        else:
            content = blanks.page(
                locale,
                pages.options(locale),
                render,
                key=token,
                challenge=challenge,
                shown=figure and (figure.percent, figure.period_days),
            )
        return HTMLResponse(content, status, headers={**_PRIVATE, **(headers or {})})

    @routes.api_route("/{locale}/invest", methods=["GET", "HEAD"])
    async def show(request: Request, locale: str) -> Response:
        known(locale)
        return form_page(locale, prefilled(request.query_params, pages.options(locale)))

    @routes.post("/{locale}/invest")
    async def send(request: Request, locale: str) -> Response:
        known(locale)
        if not same_site(request):
            raise HTTPException(403, "sent from another site")
        posted = await read_form(request)
        values = {name: posted[name] for name in FIELDS if name in posted}
        step, token, proof = _last(posted, "step") or "send", _last(posted, "form_key"), _last(posted, PROOF)
        if step == "edit":
            return form_page(locale, values, key=token, proof=proof)
        wait = limits.wait(request)
        if wait:
            return form_page(
                locale, values, 429, key=token, proof=proof, notice="rate", headers={"Retry-After": str(wait)}
            )
        try:
            key = intake.open_form_key(token)
        except intake_module.FormKeyInvalidError:
            return form_page(locale, values, 422, notice="key-invalid")
        parsed = parse(values, pages.options(locale))
        if isinstance(parsed, list):
            return form_page(locale, values, 422, key=token, proof=proof, errors=parsed)
        if step == "check":
            if key.age is not None and key.age > intake_module.KEY_LIFETIME:
                return form_page(locale, values, 422, notice="key-expired")
            context = {
                "values": _as_values(parsed),
                "form_key": token,
                "proof": proof,
                "trap": _last(posted, HONEYPOT),
            }
            content = pages.html(locale, "pages/check.html", **context, **questions(locale))
            return HTMLResponse(content, headers=_PRIVATE)
        notice = pages.notice(locale)
        try:
            accepted = await run_in_threadpool(
                intake.accept,
                parsed,
                key=key,
                locale=locale,
                privacy_version=notice.version,
                privacy_text=notice.text,
                flags=_flags(key, _last(posted, HONEYPOT), proofs.flag(proof, key)),
            )
        except intake_module.FormKeyExpiredError:
            return form_page(locale, values, 422, notice="key-expired")
        except intake_module.FormKeyReusedError:
            return form_page(locale, values, 422, notice="key-used")
        except intake_module.StorageUnavailableError:
            return form_page(
                locale, values, 503, key=token, proof=proof, notice="storage", headers={"Retry-After": "60"}
            )
        return RedirectResponse(receipt_path(locale, accepted), 303, headers=SECRET)

    return routes


def _as_values(inquiry: Inquiry) -> Values:
    """Cleaned answers as the form would send them, so that what was checked is what is sent."""
    values: Values = {}
    for name, answer in inquiry.answers.items():
        parts: Iterable[object] = answer if isinstance(answer, tuple) else (answer,)
        values[name] = ["yes" if part is True else str(part) for part in parts]
    return values


def _flags(key: FormKey, trap: str, proof: Flag | None) -> tuple[str, ...]:
    """Why staff should look twice; such an inquiry is kept apart, never dropped."""
    too_fast = key.age is not None and key.age < intake_module.TOO_FAST
    return (*(("honeypot",) if trap else ()), *(("too-fast",) if too_fast else ()), *((proof,) if proof else ()))


def _last(posted: Mapping[str, Sequence[str]], name: str) -> str:
    return posted.get(name, ("",))[-1]
