"""The investor form: plain HTML pages that keep every answer until it is safely stored."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Protocol
from urllib.parse import quote

from babel import Locale
from fastapi import APIRouter, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from portal.leads import intake as intake_module
from portal.leads.answers import parse
from portal.leads.forms import FIELDS, GROUPS, FieldError, FormOptions, Inquiry, Option, allowed_codes, country_codes
from portal.leads.intake import FormKey, Intake
from portal.locales import LOCALES
from portal.web.bodies import read_form
from portal.web.limits import RateLimiter, same_site
from portal.web.receipt import SECRET, receipt_path

#: Invisible to people; programs that fill in everything give themselves away.
HONEYPOT = "contact_reason"
_PREFILL = {"sector": "sectors", "opportunity": "opportunities", "park": "parks", "region": "regions"}
#: Shown first in the list of countries: home, then where most foreign investment comes from.
_FREQUENT = ("CN", "HK", "MO", "TW", "SG", "JP", "KR", "US", "DE", "GB", "FR")
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

    def locales(self) -> tuple[str, ...]:
        """The languages that are published."""
        ...


def router(
    pages: Pages,
    intake: Intake,
    *,
    privacy_version: str,
    privacy_path: str = "",
    limiter: RateLimiter | None = None,
) -> APIRouter:
    """`/{locale}/invest`. To be included before any catch-all route.

    `privacy_version` names the privacy notice, which is stored with the consents; `privacy_path` is where that notice
    is, below the locale, such as `guides/privacy`.
    """
    routes = APIRouter(include_in_schema=False)
    limits = limiter or RateLimiter()

    def known(locale: str) -> None:
        if locale not in pages.locales():
            raise HTTPException(404)

    def questions(locale: str) -> dict[str, object]:
        frequent, every = countries(locale)
        return {
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
        errors: Sequence[FieldError] = (),
        notice: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        content = pages.html(
            locale,
            "pages/invest.html",
            values=values,
            form_key=key or intake.new_form_key(),
            errors=errors,
            wrong={error.field: error for error in errors},
            notice=notice,
            **questions(locale),
        )
        return HTMLResponse(content, status, headers={**_PRIVATE, **(headers or {})})

    @routes.api_route("/{locale}/invest", methods=["GET", "HEAD"])
    async def show(request: Request, locale: str) -> Response:
        known(locale)
        return form_page(locale, _prefilled(request, pages.options(locale)))

    @routes.post("/{locale}/invest")
    async def send(request: Request, locale: str) -> Response:
        known(locale)
        if not same_site(request):
            raise HTTPException(403, "sent from another site")
        posted = await read_form(request)
        values = {name: posted[name] for name in FIELDS if name in posted}
        step, token = _last(posted, "step") or "send", _last(posted, "form_key")
        if step == "edit":
            return form_page(locale, values, key=token)
        wait = limits.wait(request)
        if wait:
            return form_page(locale, values, 429, key=token, notice="rate", headers={"Retry-After": str(wait)})
        try:
            key = intake.open_form_key(token)
        except intake_module.FormKeyInvalidError:
            return form_page(locale, values, 422, notice="key-invalid")
        parsed = parse(values, pages.options(locale))
        if isinstance(parsed, list):
            return form_page(locale, values, 422, key=token, errors=parsed)
        if step == "check":
            if key.age is not None and key.age > intake_module.KEY_LIFETIME:
                return form_page(locale, values, 422, notice="key-expired")
            context = {"values": _as_values(parsed), "form_key": token, "trap": _last(posted, HONEYPOT)}
            content = pages.html(locale, "pages/check.html", **context, **questions(locale))
            return HTMLResponse(content, headers=_PRIVATE)
        try:
            accepted = await run_in_threadpool(
                intake.accept,
                parsed,
                key=key,
                locale=locale,
                privacy_version=privacy_version,
                flags=_flags(key, _last(posted, HONEYPOT)),
            )
        except intake_module.FormKeyExpiredError:
            return form_page(locale, values, 422, notice="key-expired")
        except intake_module.FormKeyReusedError:
            return form_page(locale, values, 422, notice="key-used")
        except intake_module.StorageUnavailableError:
            return form_page(locale, values, 503, key=token, notice="storage", headers={"Retry-After": "60"})
        return RedirectResponse(receipt_path(locale, accepted), 303, headers=SECRET)

    return routes


@lru_cache(maxsize=32)
def countries(locale: str) -> tuple[tuple[Option, ...], tuple[Option, ...]]:
    """(code, name) in the locale's language: the frequent ones, and all in alphabetical order."""
    names = Locale.parse(LOCALES[locale].babel).territories
    every = [(code, str(names.get(code, code))) for code in country_codes()]
    frequent = [(code, str(names.get(code, code))) for code in _FREQUENT]
    return tuple(frequent), tuple(sorted(every, key=lambda option: _alphabetical(locale, option[1])))


def _alphabetical(locale: str, label: str) -> bytes:
    # GB 18030 keeps the usual Chinese characters in the order of their sound, Big5 in that of their strokes.
    if locale in ("zh-Hans", "zh-Hant"):
        return label.encode("gb18030" if locale == "zh-Hans" else "big5", "replace")
    return unicodedata.normalize("NFKD", label).casefold().encode()


def _prefilled(request: Request, options: FormOptions) -> Values:
    """Answers from the address of the page that the investor came from; what is not on the lists is passed over."""
    allowed = allowed_codes(options)
    values: Values = {}
    for parameter, field in _PREFILL.items():
        known = [code for code in request.query_params.getlist(parameter)[:20] if code in allowed[field]]
        if known:
            values[field] = known
    picked = set(values.get("opportunities", ()))
    if picked and "sectors" not in values:
        owners = [sector for sector, entries in options.opportunities.items() if picked & {code for code, _ in entries}]
        values["sectors"] = [sector for sector in owners if sector in allowed["sectors"]]
    return values


def _as_values(inquiry: Inquiry) -> Values:
    """Cleaned answers as the form would send them, so that what was checked is what is sent."""
    values: Values = {}
    for name, answer in inquiry.answers.items():
        parts: Iterable[object] = answer if isinstance(answer, tuple) else (answer,)
        values[name] = ["yes" if part is True else str(part) for part in parts]
    return values


def _flags(key: FormKey, trap: str) -> tuple[str, ...]:
    """Why staff should look twice; such an inquiry is kept apart, never dropped."""
    too_fast = key.age is not None and key.age < intake_module.TOO_FAST
    return (*(("honeypot",) if trap else ()), *(("too-fast",) if too_fast else ()))


def _last(posted: Mapping[str, Sequence[str]], name: str) -> str:
    return posted.get(name, ("",))[-1]
