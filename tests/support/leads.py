"""Factories for the leads wing: keys, answers, a clock that is turned by hand, pages, servers on loopback."""

import contextlib
import json
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import altcha
import httpx
from argon2 import PasswordHasher
from bs4 import BeautifulSoup
from fastapi import FastAPI
from jinja2 import ChoiceLoader, DictLoader, Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import Engine

from portal import db, envelope
from portal.inbox.accounts import AccountError, Accounts
from portal.inbox.app import create_inbox
from portal.inbox.passwords import Passwords
from portal.inbox.people import Role
from portal.leads.forms import FormOptions, Notice
from portal.leads.intake import Intake
from portal.leads.proof import Proofs
from portal.leads.signing import Signer, load_or_create_signer
from portal.web import enquiry, enquiry_api, receipt
from portal.web.limits import RateLimiter

ROOT = Path(__file__).resolve().parents[2]
SECRET = b"s" * 32


def make_signer() -> Signer:
    """A key for receipts that lives as long as this process."""
    with tempfile.TemporaryDirectory() as folder:
        return load_or_create_signer(Path(folder))


SIGNER = make_signer()
WEBHOOK_SECRET = "whsec_" + "QUJD" * 11
LOGIN, PASSWORD = "tester", "a-password-for-the-tests"
#: as weak as can be, so that tests do not wait for it
CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
OPTIONS = FormOptions(
    sectors=[("ic", "Integrated circuits"), ("nev", "New-energy vehicles")],
    opportunities={"ic": [("power-semiconductors", "Power semiconductors")], "nev": [("batteries", "Batteries")]},
    regions=[("main-city", "Main city area")],
    parks=[("liangjiang", "Liangjiang New Area")],
    segments=[("batteries/cells", "Batteries: Cells"), ("batteries/recycling", "Batteries: Recycling")],
    policies=[("foreign-investment-law", "Foreign Investment Law")],
)
BASE = (
    "<!DOCTYPE html><html lang='en'><head><title>{% block title %}{% endblock %}</title>{% block head %}{% endblock %}</head>"
    "<body><main>{% block main %}{% endblock %}</main></body></html>"
)


def solved(challenge: str) -> str:
    """What a browser's script makes of a challenge."""
    made = altcha.Challenge.from_dict(json.loads(challenge))
    found = altcha.solve_challenge(made)
    assert found is not None
    return altcha.Payload(made, found).to_base64()


def answers(**changes: Any) -> dict[str, Any]:
    """A valid form, as a browser sends it."""
    valid = {
        "name": "Erika Mustermann",
        "email": "erika@example.com",
        "company": "Muster GmbH",
        "country": "DE",
        "message": "Grüße, we look for a site.",
        "consent_email": "yes",
    }
    return {name: value for name, value in {**valid, **changes}.items() if value is not None}


class Clock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


class StubPages:
    """Renders the real form templates in a stand-in frame, in English whatever the locale."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=ChoiceLoader([DictLoader({"base.html": BASE}), FileSystemLoader(ROOT / "templates")]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        self._environment.globals["asset"] = lambda name: f"/static/{name}"
        self._environment.install_null_translations(newstyle=True)  # type: ignore[attr-defined]

    def html(self, locale: str, template: str, **context: object) -> str:
        return self._environment.get_template(template).render(**context)

    def options(self, locale: str) -> FormOptions:
        return OPTIONS

    def notice(self, locale: str) -> Notice:
        return Notice("2026-01", f"digest of {locale}")

    def locales(self) -> tuple[str, ...]:
        return ("zh-Hans", "en")

    def desk(self, code: str, locale: str) -> str:
        return {"electronics": "Electronics desk"}.get(code, code)


def make_portal(engine: Engine, intake: Intake, limiter: RateLimiter | None = None) -> FastAPI:
    """The form, the receipt page and the API as an application of their own."""
    app, pages, proofs = FastAPI(), StubPages(), Proofs(SECRET)
    shared = limiter or RateLimiter(burst=0)
    app.include_router(enquiry.router(pages, intake, proofs, privacy_path="guides/privacy", limiter=shared))
    app.include_router(receipt.router(pages, intake, engine, limiter=shared))
    app.include_router(enquiry_api.router(pages, intake, proofs, limiter=shared))
    return app


def make_accounts(engine: Engine, **changes: Any) -> Accounts:
    """Accounts with cheap hashes."""
    return Accounts(engine, **({"hasher": CHEAP} | changes))


def make_inbox(engine: Engine, keys: envelope.Keys, *, role: Role = "admin", **changes: Any) -> FastAPI:
    """An inbox with an account `LOGIN` of the given role, whose password is `PASSWORD`."""
    accounts = make_accounts(engine, clock=changes.get("clock", db.utcnow))
    with contextlib.suppress(AccountError):  # a second inbox on the same database
        accounts.add(LOGIN, "Test Er", role, PASSWORD, actor="test")
    values: dict[str, Any] = {
        "private_keys": keys.private,
        "webhook_secret": WEBHOOK_SECRET,
        "accounts": accounts,
        "session_secret": SECRET,
        "triage_secret": SECRET,
        "templates": ROOT / "templates",
    }
    return create_inbox(engine, **(values | changes))


def csrf(client: httpx.Client, path: str = "/login") -> str:
    """The token of the first form on a page of the inbox."""
    field = BeautifulSoup(client.get(path).text, "html.parser").find("input", {"name": "csrf"})
    assert field is not None
    return str(field["value"])


def log_in(client: httpx.Client, password: str = PASSWORD, login: str = LOGIN) -> httpx.Response:
    """Log in by the form."""
    return client.post("/login", data={"csrf": csrf(client), "login": login, "password": password})
