"""Logging in at an identity provider, against a real one on loopback."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey, OctKey
from sqlalchemy import Engine
from sqlmodel import select

from portal import db, envelope
from portal.inbox import provider as module
from portal.inbox.models import InboxAudit, InboxStaff
from portal.inbox.provider import Client, Provider
from tests.support.leads import PASSWORD, log_in, make_accounts, make_inbox
from tests.support.oidc import OidcProvider
from tests.support.servers import free_port, served

ROLES: Any = {"invest-reader": "reader", "invest-officer": "officer", "invest-admin": "admin"}


@dataclass
class Pair:
    inbox: httpx.Client
    provider: OidcProvider
    engine: Engine
    ours: Provider

    def begin(self) -> tuple[str, str]:
        """Start a login; gives the address on the provider and the one the provider sends back to."""
        away = self.inbox.get("/login/provider")
        assert away.status_code == 303, away.text
        back = httpx.get(away.headers["location"])
        return away.headers["location"], back.headers["location"]

    def log_in(self) -> httpx.Response:
        return self.inbox.get(self.begin()[1])


@pytest.fixture
def pair(inbox_engine: Engine, keys: envelope.Keys) -> Iterator[Pair]:
    yield from make_pair(inbox_engine, keys)


def make_pair(
    engine: Engine, keys: envelope.Keys, *, client: dict[str, Any] | None = None, **changes: Any
) -> Iterator[Pair]:
    provider, port = OidcProvider(), free_port()
    with served(provider.app) as issuer:
        provider.issuer = issuer
        values: dict[str, Any] = {
            "issuer": issuer,
            "client_id": "inbox",
            "client_secret": "very secret",
            "redirect_uri": f"http://127.0.0.1:{port}/login/provider/callback",
            "roles": ROLES,
            "name": "统一身份认证",
        }
        ours = Provider(Client(**(values | (client or {}))))
        app = make_inbox(engine, keys, provider=ours, **changes)
        with served(app, port) as address, httpx.Client(base_url=address, timeout=60) as inbox:
            yield Pair(inbox, provider, engine, ours)


def test_from_the_login_page_to_the_leads(pair: Pair) -> None:
    assert "统一身份认证" in pair.inbox.get("/login").text
    welcome = pair.log_in()
    assert welcome.status_code == 200
    assert 'http-equiv="refresh"' in welcome.text
    cookies = welcome.headers.get_list("set-cookie")
    session = next(cookie for cookie in cookies if cookie.startswith("inbox_session="))
    assert re.search("httponly.*samesite=strict", session, re.IGNORECASE)
    assert pair.inbox.get("/leads").status_code == 200
    account = pair.inbox.get("/account").text
    assert "王芳" in account
    assert 'type="password"' not in account
    with db.read(pair.engine) as reading:
        row = reading.exec(select(InboxStaff).where(InboxStaff.name == "王芳")).one()
        assert (row.role, row.password_hash) == ("officer", None)
        actions = [found.action for found in reading.exec(select(InboxAudit).where(InboxAudit.actor == row.id)).all()]
    assert "login" in actions


def test_what_is_sent_away(pair: Pair) -> None:
    first, second = (parse_qs(urlsplit(pair.begin()[0]).query) for _ in range(2))
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]
        assert len(first[name][0]) >= 43
    assert first["code_challenge_method"] == ["S256"]


def test_the_same_person_keeps_one_account_and_gets_the_role_of_the_day(pair: Pair) -> None:
    pair.log_in()
    other = httpx.Client(base_url=pair.inbox.base_url)
    pair.provider.claims |= {"roles": ["invest-reader", "invest-admin", "else"], "name": "王 芳"}
    away = other.get("/login/provider").headers["location"]
    other.get(httpx.get(away).headers["location"])
    assert other.get("/audit").status_code == 200
    assert pair.inbox.get("/leads").status_code == 303, "the session with the old role has ended"
    with db.read(pair.engine) as reading:
        (row,) = reading.exec(select(InboxStaff).where(InboxStaff.login.startswith("oidc:"))).all()  # type: ignore[attr-defined]
    assert (row.role, row.name) == ("admin", "王 芳")
    other.close()


@pytest.mark.parametrize(
    "claims", [{"roles": ["else"]}, {"roles": None}, {"roles": "x"}, {"roles": {"a": 1}}, {"roles": [1]}]
)
def test_whoever_has_no_role_stays_outside(pair: Pair, claims: dict[str, Any]) -> None:
    pair.provider.faults = claims
    assert pair.log_in().status_code == 403
    assert pair.inbox.get("/leads").status_code == 303
    with db.read(pair.engine) as reading:
        assert "login-refused" in [row.action for row in reading.exec(select(InboxAudit)).all()]


def test_a_role_may_lie_in_a_nested_claim(inbox_engine: Engine, keys: envelope.Keys) -> None:
    for pair in make_pair(inbox_engine, keys, client={"role_claim": "realm_access.roles"}):
        pair.provider.claims |= {"roles": None, "realm_access": {"roles": ["invest-admin"]}}
        assert pair.log_in().status_code == 200
        assert pair.inbox.get("/audit").status_code == 200


@pytest.mark.parametrize(
    "faults",
    [
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"aud": ["inbox", "another"]},
        {"aud": ["inbox", "another"], "azp": "another"},
        {"aud": None},
        {"exp": 1_700_000_000},
        {"exp": None},
        {"iat": 4_000_000_000, "nbf": 4_000_000_000},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 300},
        {"sub": 7},
    ],
    ids=str,
)
def test_tokens_that_are_not_for_us(pair: Pair, faults: dict[str, Any]) -> None:
    pair.provider.faults = faults
    assert pair.log_in().status_code == 403
    assert pair.inbox.get("/leads").status_code == 303


def test_tokens_of_other_hands(pair: Pair) -> None:
    pair.provider.sign_with = ECKey.generate_key("P-256", {"kid": pair.provider.keys[0].kid})
    assert pair.log_in().status_code == 403
    # the public key taken as a shared secret
    pair.provider.algorithm = "HS256"
    pair.provider.sign_with = OctKey.import_key(json.dumps(pair.provider.keys[0].as_dict(private=False)))
    assert pair.log_in().status_code == 403
    assert pair.inbox.get("/leads").status_code == 303


def test_keys_are_kept_and_fetched_again_when_they_change(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        assert pair.log_in().status_code == 200
    assert pair.provider.asked.count("/jwks") == 1
    pair.provider.rotate()
    assert pair.log_in().status_code == 403, "asked for new keys only a moment ago"
    monkeypatch.setattr(module, "_KEYS_SECONDS", 0.0)
    assert pair.log_in().status_code == 200
    pair.provider.algorithm = "RS256"
    pair.provider.rotate()
    assert pair.log_in().status_code == 200
    assert pair.provider.asked.count("/jwks") == 3


def test_a_code_is_of_use_once_and_in_one_browser(pair: Pair) -> None:
    _, back = pair.begin()
    other = httpx.Client(base_url=pair.inbox.base_url)
    assert other.get(back).status_code == 403
    other.get("/login/provider")  # another login's state does not help
    assert other.get(back).status_code == 403
    other.close()
    assert pair.inbox.get(back).status_code == 200
    assert pair.inbox.get(back).status_code == 403


@pytest.mark.parametrize("change", ["state=x&code=y", "", "error=access_denied", "code=x"])
def test_answers_that_do_not_fit(pair: Pair, change: str) -> None:
    _, back = pair.begin()
    address = back.partition("?")[0]
    assert pair.inbox.get(f"{address}?{change}").status_code == 403
    assert pair.inbox.get("/leads").status_code == 303


def test_an_answer_that_names_another_issuer(pair: Pair) -> None:
    _, back = pair.begin()
    changed = re.sub(r"iss=[^&]+", "iss=https%3A%2F%2Fevil.example", back)
    assert changed != back
    assert pair.inbox.get(changed).status_code == 403


@pytest.mark.parametrize(
    "answer", [b"<html>", b"[]", b"{}", b'{"id_token": 7}', b'{"id_token": "a.b.c"}', b"x" * 300_000]
)
def test_a_provider_that_answers_nonsense(pair: Pair, answer: bytes) -> None:
    pair.provider.token_answer = answer
    assert pair.log_in().status_code in (403, 502)
    assert pair.inbox.get("/leads").status_code == 303


def test_a_provider_that_is_away(inbox_engine: Engine, keys: envelope.Keys) -> None:
    client = Client(issuer=f"http://127.0.0.1:{free_port()}", client_id="inbox", redirect_uri="http://127.0.0.1/x")
    app = make_inbox(inbox_engine, keys, provider=Provider(client))
    with served(app) as address, httpx.Client(base_url=address, timeout=60) as inbox:
        assert inbox.get("/login/provider").status_code == 503
        assert log_in(inbox).status_code == 303, "local accounts go on working"


def test_a_closed_account_of_the_provider(pair: Pair) -> None:
    pair.log_in()
    accounts = make_accounts(pair.engine)
    login = next(row.login for row in accounts.all() if row.login.startswith("oidc:"))
    accounts.set_disabled(login, True, actor="cli")
    assert pair.inbox.get("/leads").status_code == 303
    assert pair.log_in().status_code == 403
    assert accounts.check(login, "").person is None


def test_local_accounts_may_be_switched_off(inbox_engine: Engine, keys: envelope.Keys) -> None:
    for pair in make_pair(inbox_engine, keys, local_login=False):
        page = pair.inbox.get("/login")
        assert "password" not in page.text
        assert pair.inbox.post("/login", data={"login": "tester", "password": PASSWORD}).status_code == 404
        assert pair.log_in().status_code == 200


@pytest.mark.parametrize(
    ("url", "right"),
    [
        ("https://id.example/token", True),
        ("http://127.0.0.1:8080/token", True),
        ("http://id.example/token", False),
        ("http://127.0.0.1.evil.example/", False),
        ("file:///etc/passwd", False),
    ],
)
def test_only_encrypted_addresses_are_spoken_to(url: str, right: bool) -> None:
    assert module.trustworthy(url) is right
