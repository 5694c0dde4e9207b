"""Who may see the audit trail, and what stands in it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine

from portal import db, envelope
from portal.inbox import audit
from portal.inbox.accounts import Accounts
from portal.inbox.trail import MOST_SHOWN, PAGE_SIZE
from tests.support.cases import event, receive
from tests.support.leads import LOGIN, Clock, log_in, make_accounts, make_inbox
from tests.support.servers import served

PASSWORD = "another good password"


@pytest.fixture
def accounts(inbox_engine: Engine) -> Accounts:
    return make_accounts(inbox_engine)


@pytest.fixture
def inbox(inbox_engine: Engine, keys: envelope.Keys, clock: Clock) -> Iterator[httpx.Client]:
    with (
        served(make_inbox(inbox_engine, keys, clock=clock)) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        log_in(client)
        yield client


def rows(inbox: httpx.Client, query: str = "") -> list[str]:
    answer = inbox.get(f"/audit{query}")
    assert answer.status_code == 200
    return [row.get_text(" ", strip=True) for row in BeautifulSoup(answer.text, "html.parser").select("tbody tr")]


def test_only_administrators_see_it(inbox: httpx.Client, accounts: Accounts) -> None:
    assert "logged in" in "".join(rows(inbox))
    for role in ("reader", "officer"):
        accounts.set_role(LOGIN, role, actor="test")
        log_in(inbox)
        answer = inbox.get("/audit")
        assert answer.status_code == 403
        assert "logged in" not in answer.text
        assert "/audit" not in inbox.get("/account").text


def test_looking_at_it_is_written_down(inbox: httpx.Client) -> None:
    rows(inbox)
    assert "saw the audit trail" in rows(inbox)[1]


def test_every_view_of_personal_data_is_written_down(
    inbox: httpx.Client, inbox_engine: Engine, keys: envelope.Keys, clock: Clock
) -> None:
    receive(inbox_engine, clock, event(keys, 1, clock()), event(keys, 2, clock()))
    inbox.get("/leads")
    inbox.get("/leads/lead-00001")
    shown = rows(inbox, "?lead=CQ-0001-7777")
    assert ["saw the lead" in row for row in shown] == [True, False]
    assert "saw the list" in shown[1]
    (other,) = rows(inbox, "?lead=lead-00002")
    assert "saw the list" in other


def test_ids_are_told_by_name_and_reference(
    inbox: httpx.Client, inbox_engine: Engine, keys: envelope.Keys, clock: Clock, accounts: Accounts
) -> None:
    other = accounts.add("li.wei", "李伟", "officer", PASSWORD, actor="cli")
    receive(inbox_engine, clock, event(keys, 1, clock()), event(keys, 2, clock()))
    inbox.get("/leads")
    with db.write(inbox_engine) as session:
        audit.record(session, other, "changed-assignee", clock(), "lead-00001", detail=f" -> {other.id}")
        many = [f"lead-{number:05}" for number in range(1, MOST_SHOWN + 31)]
        audit.record(session, other, "exported", clock(), detail=f"csv, {len(many)} leads:", leads=many)
    _, exported, changed, listed, *_ = rows(inbox)
    assert changed.endswith("-> 李伟")
    assert "CQ-0001-7777" in listed
    assert "CQ-0002-7777" in listed
    assert "csv, 80 leads: CQ-0001-7777 CQ-0002-7777 lead-00003" in exported
    assert exported.endswith("… +33")
    assert len(rows(inbox, f"?lead=lead-{MOST_SHOWN + 30:05}")) == 1


def test_filters(inbox: httpx.Client, inbox_engine: Engine, accounts: Accounts) -> None:
    other = accounts.add("li.wei", "李伟", "reader", PASSWORD, actor="cli")
    at = datetime(2026, 3, 1, 15, 59, tzinfo=UTC)  # one minute before midnight in Beijing
    with db.write(inbox_engine) as session:
        audit.record(session, other, "viewed", at, "lead-1")
        audit.record(session, other, "listed", at + timedelta(minutes=2), leads=["lead-1", "lead-12"])
        audit.record(session, other, "viewed", at + timedelta(days=3), "lead-12")
    mine = rows(inbox, f"?person={other.id}")
    assert len(mine) == 3
    assert all("李伟" in row for row in mine)
    assert len(rows(inbox, "?lead=lead-1")) == 2
    assert len(rows(inbox, "?lead=lead-12")) == 2
    assert rows(inbox, "?lead=lead") == rows(inbox, "?lead=_ead-1") == []
    assert len(rows(inbox, "?until=2026-03-01")) == 1
    assert len(rows(inbox, "?since=2026-03-02&until=2026-03-02")) == 1
    for odd in (
        "?since=x",
        "?until=9999-12-31",
        "?since=0001-01-01",
        "?before=x",
        "?person=%00",
        "?before=" + "9" * 40,
    ):
        assert inbox.get(f"/audit{odd}").status_code == 200


def test_pages(inbox: httpx.Client, inbox_engine: Engine) -> None:
    with db.write(inbox_engine) as session:
        for number in range(PAGE_SIZE + 5):
            audit.record(session, "job", f"numbered-{number}", db.utcnow())
    seen: list[str] = []
    address = "/audit"
    while address:
        soup = BeautifulSoup(inbox.get(address).text, "html.parser")
        seen += [cell.text for cell in soup.select("tbody td:nth-child(3)") if "numbered" in cell.text]
        link = soup.select_one("a[rel=next]")
        address = str(link["href"]) if link else ""
    assert seen == [f"numbered-{number}" for number in reversed(range(PAGE_SIZE + 5))]


def test_the_stylesheet_is_the_only_thing_a_page_may_load(inbox: httpx.Client) -> None:
    page = inbox.get("/audit")
    link = BeautifulSoup(page.text, "html.parser").find("link", rel="stylesheet")
    assert link is not None
    sheet = inbox.get(str(link["href"]))
    assert sheet.status_code == 200
    assert sheet.headers["content-type"].startswith("text/css")
    assert "immutable" in sheet.headers["cache-control"]
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'; style-src 'self';" in policy
    assert "url(" not in sheet.text
