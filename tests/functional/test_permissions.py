"""Every address of the inbox, asked for by nobody and by each role: who comes in is written down here, once."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import Engine

from portal import envelope
from portal.inbox.people import PERMISSIONS
from portal.inbox.provider import Client, Provider
from tests.support.cases import event, receive
from tests.support.leads import PASSWORD, Clock, csrf, log_in, make_accounts, make_inbox
from tests.support.servers import served

LEAD = "lead-00001"
#: open to everyone, or to whoever signs
OPEN = {
    ("GET", "/"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/levels/public"),
    ("GET", "/login"),
    ("GET", "/login/provider"),
    ("GET", "/login/provider/callback"),
    ("GET", "/states"),
    ("GET", "/static/*"),
    ("POST", "/leads"),
    ("POST", "/login"),
}
#: what staff come in to, and the least of the roles
STAFF = {
    ("GET", "/account"): "reader",
    ("POST", "/account"): "reader",
    ("POST", "/logout"): "reader",
    ("GET", "/leads"): "reader",
    ("GET", "/leads/{lead_id}"): "reader",
    ("GET", "/levels"): "reader",
    ("POST", "/leads/{lead_id}"): "officer",
    ("POST", "/leads/{lead_id}/{action}"): "officer",
    ("GET", "/export/leads.{kind}"): "officer",
    ("GET", "/leads/{lead_id}/erase"): "admin",
    ("POST", "/leads/{lead_id}/erase"): "admin",
    ("GET", "/people"): "admin",
    ("POST", "/people"): "admin",
    ("POST", "/people/export"): "admin",
    ("POST", "/people/erase"): "admin",
    ("GET", "/audit"): "admin",
}
ROLES = list(PERMISSIONS)


@pytest.fixture
def app(inbox_engine: Engine, keys: envelope.Keys, clock: Clock) -> FastAPI:
    receive(inbox_engine, clock, event(keys, 1, clock(), company="Hidden Works"))
    provider = Provider(Client("https://id.invalid", "inbox", "http://inbox.invalid/callback"))
    app = make_inbox(inbox_engine, keys, clock=clock, provider=provider)
    accounts = make_accounts(inbox_engine)
    for role in ROLES:
        accounts.add(f"the-{role}", role, role, PASSWORD, actor="test")
    return app


@pytest.fixture
def address(app: FastAPI) -> Iterator[str]:
    with served(app) as found:
        yield found


def addresses(app: FastAPI) -> set[tuple[str, str]]:
    found = set()
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        assert isinstance(route, APIRoute)
        path = "/static/*" if route.path.startswith("/static/") else route.path
        found |= {(method, path) for method in route.methods}
    return found


def ask(client: httpx.Client, method: str, path: str, **data: str) -> httpx.Response:
    path = path.format(lead_id=LEAD, action="release", kind="csv")
    return client.get(path) if method == "GET" else client.post(path, data=data)


def test_every_address_is_known(app: FastAPI) -> None:
    assert addresses(app) == OPEN | STAFF.keys()


def test_nobody_sees_or_does_anything(address: str) -> None:
    with httpx.Client(base_url=address, timeout=60) as client:
        token = csrf(client)
        for method, path in STAFF:
            answer = ask(client, method, path, csrf=token)
            assert "Hidden Works" not in answer.text
            if method == "GET":
                assert (answer.status_code, answer.headers["location"]) == (303, "/login"), path
            else:
                assert answer.status_code == 403, path
        for path in ("/states", "/levels/public"):
            assert client.get(path).status_code == 401, path
        assert client.post("/leads", content=b"{}").status_code in (401, 415)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_comes_in_where_it_may_and_nowhere_without_the_token(address: str, role: str) -> None:
    with httpx.Client(base_url=address, timeout=60) as client:
        assert log_in(client, login=f"the-{role}").status_code == 303
        token = csrf(client, "/account")
        for method, path in sorted(STAFF, key=lambda known: known[1] == "/logout"):
            may = ROLES.index(role) >= ROLES.index(STAFF[method, path])
            if method == "POST":
                assert ask(client, method, path).status_code == 403, path
                assert ask(client, method, path, csrf="0" * 64).status_code == 403, path
            answer = ask(client, method, path, csrf=token)
            assert (answer.status_code != 403) is may, (method, path, answer.status_code)
            assert answer.status_code < 500
            assert may or "Hidden Works" not in answer.text


@pytest.mark.parametrize("role", ROLES)
def test_a_generated_password_opens_nothing_but_its_change(inbox_engine: Engine, address: str, role: str) -> None:
    make_accounts(inbox_engine).set_password(f"the-{role}", "generated-password", actor="cli", generated=True)
    with httpx.Client(base_url=address, timeout=60) as client:
        log_in(client, "generated-password", f"the-{role}")
        token = csrf(client, "/account")
        for method, path in STAFF:
            if path in ("/account", "/logout"):
                continue
            answer = ask(client, method, path, csrf=token)
            assert (answer.status_code, answer.headers["location"]) == (303, "/account"), path
        same = {"csrf": token, "password": "generated-password", "new": "generated-password"}
        assert client.post("/account", data={**same, "again": same["new"]}).status_code == 422
        chosen = {"csrf": token, "password": "generated-password", "new": "one of my own choice"}
        assert client.post("/account", data={**chosen, "again": chosen["new"]}).status_code == 200
        assert client.get("/leads").status_code == 200
