"""Environment -> typed settings. Read in `app` and `cli` only; every other module is handed values."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """What an operator may set; each field is read from the environment variable of the same name in capitals."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True)

    host: str = "127.0.0.1"
    port: int = 8000
    inbox_host: str = "127.0.0.1"
    inbox_port: int = 8001
    #: everything that is made at run time: releases, databases, keys
    var: Path = ROOT / "var"
    content: Path = ROOT / "content"
    locales_dir: Path = ROOT / "locales"
    templates: Path = ROOT / "templates"
    static: Path = ROOT / "static"
    #: address under which the public reaches the site, without a trailing slash
    base_url: str = "http://localhost:8000"
    #: names the site answers to; others get 400
    allowed_hosts: list[str] = Field(default=["localhost", "127.0.0.1", "[::1]"])
    database_url: str = ""
    inbox_database_url: str = ""
    #: where the bureau's public key is: the web process seals to it, the inbox puts it there
    bureau_public_key: Path | None = None
    #: shared by worker and inbox (Standard Webhooks, `whsec_…`); empty = a file under `var`
    webhook_secret: SecretStr | None = None
    #: the inbox is reached by HTTPS: its cookies are then marked Secure
    inbox_https: bool = False
    inbox_allowed_hosts: list[str] = Field(default=["localhost", "127.0.0.1", "[::1]"])
    #: days after which the inbox erases a lead: closed, closed as spam, unanswered in quarantine. The privacy notice
    #: (content/guides/privacy) tells these numbers: change both.
    retention_closed_days: int = Field(default=365, ge=1)
    retention_spam_days: int = Field(default=30, ge=1)
    retention_quarantine_days: int = Field(default=90, ge=1)
    #: address under which staff reach the inbox, without a trailing slash; empty = http://INBOX_HOST:INBOX_PORT
    inbox_base_url: str = ""
    #: local accounts may log in to the inbox
    local_login: bool = True
    #: the bureau's identity provider (OpenID Connect); empty = none
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    #: claim of the ID token that holds roles; dots lead into nested claims
    oidc_role_claim: str = "roles"
    #: value of that claim -> reader, officer or admin
    oidc_roles: dict[str, Literal["reader", "officer", "admin"]] = Field(default={})
    #: what the login page calls the provider
    oidc_name: str = ""
    #: where leads are delivered; empty = the inbox beside this process
    lead_queue_url: str = ""
    #: seconds that one delivery may last, from connecting to the last byte of the answer
    delivery_deadline: float = Field(default=30.0, ge=1, le=300)
    #: how many form posts an address may send at once, and how many seconds bring one back; 0 = no limit
    rate_burst: int = Field(default=60, ge=0)
    rate_seconds: float = Field(default=10.0, gt=0)
    #: number (审图号) under which boundaries may be shown on a public map; empty = the one of `site.yaml`, else a grid
    map_review_number: str = ""
    #: how the inbox's mails leave: a line in the log, files under `var/inbox/mail`, or SMTP
    mail: Literal["console", "file", "smtp"] = "console"
    mail_from: str = "Invest Chongqing <no-reply@localhost>"
    smtp_host: str = "localhost"
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_user: str = ""
    smtp_password: SecretStr | None = None
    #: `starttls` is required of the server then; `tls` is from the start; `none` for a relay on the same machine
    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"
    #: what answers searches: `whoosh`, or `tantivy` for large catalogues (extra `large`); taken up by the next publish
    search_engine: Literal["whoosh", "tantivy"] = "whoosh"
    releases_kept: int = Field(default=3, ge=1)
    #: addresses of proxies whose X-Forwarded-* is believed; empty = none
    forwarded_allow_ips: str = ""

    @model_validator(mode="after")
    def _somebody_can_log_in(self) -> Self:
        if self.oidc_issuer and not (self.oidc_client_id and self.oidc_roles):
            message = "OIDC_ISSUER needs OIDC_CLIENT_ID and OIDC_ROLES"
            raise ValueError(message)
        if not self.oidc_issuer and not self.local_login:
            message = "LOCAL_LOGIN=false needs OIDC_ISSUER: nobody could log in"
            raise ValueError(message)
        return self

    @property
    def inbox_url(self) -> str:
        """Address under which staff reach the inbox."""
        return self.inbox_base_url.rstrip("/") or f"http://{self.inbox_host}:{self.inbox_port}"

    @property
    def portal_database(self) -> str:
        """URL of the public side's database; an SQLite file under `var` unless DATABASE_URL is set."""
        return self.database_url or f"sqlite:///{self.var / 'portal' / 'portal.db'}"

    @property
    def inbox_database(self) -> str:
        """URL of the inbox's database; an SQLite file under `var` unless INBOX_DATABASE_URL is set."""
        return self.inbox_database_url or f"sqlite:///{self.var / 'inbox' / 'inbox.db'}"

    @property
    def first_password(self) -> Path:
        """File of the first administrator's generated password; gone once that was changed."""
        return self.var / "inbox" / "admin.password"

    @property
    def public_key(self) -> Path:
        """File of the key that leads are sealed to."""
        return self.bureau_public_key or self.var / "inbox" / "keys" / "public.jwk.json"

    @property
    def queue_url(self) -> str:
        """Where the worker posts leads."""
        return self.lead_queue_url or f"http://{self.inbox_host}:{self.inbox_port}/leads"

    @property
    def releases(self) -> Path:
        """Folder of the releases."""
        return self.var / "releases"

    @property
    def current(self) -> Path:
        """The pointer to the live release: a symbolic link, replaced by one rename."""
        return self.var / "current"
