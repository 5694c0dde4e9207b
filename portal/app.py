"""The only place where parts are wired together: settings in, ready applications out."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.middleware.trustedhost import TrustedHostMiddleware

from portal import db, envelope
from portal.inbox import single
from portal.inbox.accounts import Accounts
from portal.inbox.app import create_inbox
from portal.inbox.erasure import Retention, erase_expired
from portal.inbox.passwords import Passwords
from portal.inbox.provider import Client, Provider
from portal.inbox.transports import ConsoleTransport, FileTransport, SmtpTransport, Transport
from portal.keyfiles import replace
from portal.leads import signing
from portal.leads.accounts import close_books
from portal.leads.chain import sign_unsigned
from portal.leads.chores import Chore, every
from portal.leads.delivery import Worker
from portal.leads.intake import Intake
from portal.leads.levels import LevelListener
from portal.leads.progress import Listener
from portal.leads.proof import Proofs
from portal.leads.retention import enforce
from portal.leads.transport import HttpSender
from portal.release.build import Paths
from portal.release.desks import DeskSource
from portal.release.press import Press
from portal.release.serve import ReleaseError
from portal.settings import Settings
from portal.web import api, enquiry, enquiry_api, errors, finders, levels, pages, paper, receipt, search, system
from portal.web.gaps import Gaps
from portal.web.limits import RateLimiter
from portal.web.live import LiveSite
from portal.web.middleware import Compressed, HeadAsGet, SecurityHeaders


def release_paths(settings: Settings) -> Paths:
    """Where releases are made from and put."""
    return Paths(
        content=settings.content,
        templates=settings.templates,
        messages=settings.locales_dir,
        static=settings.static,
        releases=settings.releases,
        current=settings.current,
    )


def portal_engine(settings: Settings) -> Engine:
    """The public side's database, brought up to date."""
    (settings.var / "portal").mkdir(parents=True, exist_ok=True)
    engine = db.make_engine(settings.portal_database)
    db.upgrade(engine, "portal")
    return engine


def create_app(settings: Settings) -> FastAPI:
    """The public site. Needs the bureau's public key (`portal inbox --init` makes one); raises `KeyFileError`."""
    site = LiveSite(
        settings.current,
        templates=settings.templates,
        messages=settings.locales_dir,
        base_url=settings.base_url,
        search_engine=settings.search_engine,
    )
    engine = portal_engine(settings)
    secret = _bytes(envelope.load_or_create_secret(settings.var / "portal" / "form.secret"))
    signer = signing.load_or_create_signer(settings.var / "portal")
    sign_unsigned(engine, signer)
    public_key = envelope.load_public_key(settings.public_key)
    intake = Intake(engine, public_key=public_key, secret=secret, signer=signer)
    proofs = Proofs(secret)
    gaps = Gaps(engine)

    @asynccontextmanager
    async def warmed(_: FastAPI) -> AsyncIterator[None]:
        # Opening a release takes seconds: better before the first visitor than while one waits. Without a release
        # the server starts all the same and says so to whoever asks.
        with suppress(ReleaseError):
            await asyncio.to_thread(site.release)
        yield
        await asyncio.to_thread(gaps.flush)

    app = FastAPI(
        lifespan=warmed,
        title="Invest Chongqing",
        version="1",
        description="Sectors, opportunities, parks and policies of Chongqing's investment promotion plan.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        # Starlette builds its slash redirect from the Host header; our own redirects are relative.
        redirect_slashes=False,
    )
    app.add_middleware(Compressed)
    app.add_middleware(HeadAsGet)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=settings.allowed_hosts, www_redirect=False)
    errors.install(app, site)
    app.include_router(system.router(site, engine))
    app.include_router(search.router(site, engine=site.engine, missed=gaps.note))
    limiter = RateLimiter(settings.rate_burst, settings.rate_seconds)
    app.include_router(enquiry_api.router(site, intake, proofs, limiter=limiter))
    app.include_router(
        receipt.router(site, intake, engine, limiter=RateLimiter(settings.rate_burst, settings.rate_seconds))
    )
    figure = levels.Figure(engine)
    app.include_router(levels.router(figure))
    app.include_router(api.router(site))
    app.include_router(
        enquiry.router(
            site,
            intake,
            proofs,
            privacy_path="guides/privacy/",
            limiter=limiter,
            level=figure,
        )
    )
    app.include_router(finders.router(site))
    press = Press(settings.var / "paper")
    app.include_router(paper.router(site, press, settings.templates / "paper" / "paper.css"))
    app.include_router(pages.router(site))
    return app


def inbox_engine(settings: Settings) -> Engine:
    """The inbox's database, brought up to date."""
    engine = db.make_engine(settings.inbox_database)
    db.upgrade(engine, "inbox")
    return engine


def staff_accounts(settings: Settings, engine: Engine) -> Accounts:
    """The local accounts of the staff."""
    return Accounts(engine, hasher=Passwords(), first_password=settings.first_password)


def inbox_retention(settings: Settings) -> Retention:
    """How long leads are kept in the inbox."""
    return Retention(
        closed=timedelta(days=settings.retention_closed_days),
        spam=timedelta(days=settings.retention_spam_days),
        quarantine=timedelta(days=settings.retention_quarantine_days),
    )


def enforce_retention(settings: Settings) -> int:
    """Erase what is past its time in the inbox now; gives how many leads. The inbox does it hourly by itself."""
    engine = inbox_engine(settings)
    try:
        return erase_expired(engine, inbox_retention(settings), db.utcnow())
    finally:
        engine.dispose()


def identity_provider(settings: Settings) -> Provider | None:
    """The bureau's identity provider, when one is set."""
    if not settings.oidc_issuer:
        return None
    return Provider(
        Client(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret.get_secret_value(),
            redirect_uri=f"{settings.inbox_url}{single.PATH}/callback",
            role_claim=settings.oidc_role_claim,
            roles=settings.oidc_roles,
            name=settings.oidc_name,
        )
    )


@dataclass(frozen=True)
class Inbox:
    """The internal lead queue with what has to be told at its first start."""

    app: FastAPI
    #: password of the first administrator, only when the account was made just now
    first_password: str | None
    #: the key pair for sealing leads was made just now
    new_keys: bool


def create_inbox_app(settings: Settings) -> Inbox:
    """The inbox with its keys and database, made at the first start under `var/inbox`."""
    folder = settings.var / "inbox"
    folder.mkdir(parents=True, exist_ok=True)
    keys = envelope.load_or_create_keys(folder / "keys")
    publish_public_key(settings)
    engine = inbox_engine(settings)
    accounts = staff_accounts(settings, engine)
    first_password = accounts.make_first() if settings.local_login else None
    app = create_inbox(
        engine,
        private_keys=keys.private,
        webhook_secret=webhook_secret(settings),
        accounts=accounts,
        retention=inbox_retention(settings),
        provider=identity_provider(settings),
        local_login=settings.local_login,
        session_secret=_bytes(envelope.load_or_create_secret(folder / "session.secret")),
        triage_secret=_bytes(envelope.load_or_create_secret(folder / "triage.secret")),
        desks=DeskSource(settings.current, settings.content, folder / "desks.json").get,
        mail=mail_transport(settings),
        mail_from=settings.mail_from,
        base_url=settings.base_url,
        templates=settings.templates,
        secure_cookies=settings.inbox_https,
        allowed_hosts=settings.inbox_allowed_hosts,
    )
    return Inbox(app, first_password, keys.created)


def mail_transport(settings: Settings) -> Transport:
    """How the inbox's mails leave: MAIL is console, file or smtp."""
    if settings.mail == "file":
        return FileTransport(settings.var / "inbox" / "mail")
    if settings.mail == "smtp":
        password = settings.smtp_password.get_secret_value() if settings.smtp_password else ""
        user, tls = settings.smtp_user, settings.smtp_tls
        return SmtpTransport(settings.smtp_host, settings.smtp_port, user=user, password=password, tls=tls)
    return ConsoleTransport()


def publish_public_key(settings: Settings) -> Path:
    """Put the bureau's public key where the web process looks for it, and give that place."""
    own = settings.var / "inbox" / "keys" / envelope.PUBLIC_FILE
    if settings.public_key != own:
        settings.public_key.parent.mkdir(parents=True, exist_ok=True)
        replace(settings.public_key, own.read_text(), 0o644)
    return settings.public_key


def receipt_keys(settings: Settings) -> Path:
    """File of the public keys that receipts are checked with."""
    return settings.var / "portal" / signing.PUBLIC_FILE


def create_worker(settings: Settings) -> Worker:
    """The delivery worker with its chores: books each minute, retention each hour, asking the inbox."""
    engine = portal_engine(settings)
    deadline = settings.delivery_deadline
    sender = HttpSender(settings.queue_url, webhook_secret(settings), deadline=deadline)
    chores = (
        every("books", 60, lambda: close_books(engine, db.utcnow())),
        every("retention", 3600, lambda: enforce(engine, db.utcnow())),
        Chore("states", Listener(engine, sender).run_once),
        Chore("levels", LevelListener(engine, sender).run_once),
    )
    # Half as long again as one sending may last: a lease that runs out means that its worker is gone.
    return Worker(engine, sender, lease=timedelta(seconds=1.5 * deadline), chores=chores)


def webhook_secret(settings: Settings) -> str:
    """The secret the worker signs with and the inbox checks: WEBHOOK_SECRET, else a file under `var`."""
    if settings.webhook_secret:
        return settings.webhook_secret.get_secret_value()
    return envelope.load_or_create_secret(settings.var / "webhook.secret")


def _bytes(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix("whsec_"))
