"""Staff work on leads over real HTTP: filter, read, change, collide, release; readers only look."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine
from sqlmodel import select

from portal import db, envelope
from portal.inbox.cases import InboxCase
from portal.inbox.levels import THRESHOLD
from portal.inbox.models import InboxAudit
from tests.support.cases import DESKS, case, event, history, mails, receive
from tests.support.leads import WEBHOOK_SECRET, Clock, csrf, log_in, make_inbox
from tests.support.servers import served


@pytest.fixture
def inbox(inbox_engine: Engine, keys: envelope.Keys, clock: Clock) -> Iterator[httpx.Client]:
    app = make_inbox(inbox_engine, keys, clock=clock, desks=lambda: DESKS)
    with served(app) as address, httpx.Client(base_url=address, timeout=60) as client:
        log_in(client)
        yield client


def soup(answer: httpx.Response) -> BeautifulSoup:
    return BeautifulSoup(answer.text, "html.parser")


def listed(inbox: httpx.Client, query: str = "") -> list[str]:
    answer = inbox.get(f"/leads{query}")
    assert answer.status_code == 200
    return [link.text for link in soup(answer).select("tbody th a")]


def form(inbox: httpx.Client, number: int, selector: str = "form.work") -> dict[str, str]:
    """The fields of a lead's form as a browser would send them."""
    page = soup(inbox.get(f"/leads/lead-{number:05}")).select_one(selector)
    assert page is not None
    fields = {str(field["name"]): str(field.get("value", "")) for field in page.select("input")}
    for choice in page.select("select"):
        chosen = choice.select_one("option[selected]") or choice.select_one("option")
        assert chosen is not None
        fields[str(choice["name"])] = str(chosen["value"])
    for area in page.select("textarea"):
        fields[str(area["name"])] = area.text
    return fields


def save(inbox: httpx.Client, number: int, fields: dict[str, str], action: str = "", **changes: str) -> httpx.Response:
    return inbox.post(f"/leads/lead-{number:05}{action}", data={**fields, **changes})


def test_a_lead_shows_where_it_went_and_why(
    inbox: httpx.Client, inbox_engine: Engine, keys: envelope.Keys, clock: Clock
) -> None:
    sent: dict[str, Any] = {"sectors": ["ic"], "marks": ["listed"], "investment": "over-1b"}
    receive(inbox_engine, clock, event(keys, 1, clock(), **sent))
    shown = soup(inbox.get("/leads/lead-00001")).get_text(" ", strip=True)
    for text in (
        "芯片 / Chips queue",
        "sector = 集成电路 / Integrated circuits",
        "上市 / Listed firm +15",
        "大 / Large +30",
    ):
        assert text in shown
    assert re.search(r"优先级 / Priority 45\b", shown)


def test_filters_order_and_search(inbox: httpx.Client, inbox_engine: Engine, keys: envelope.Keys, clock: Clock) -> None:
    receive(
        inbox_engine,
        clock,
        event(keys, 1, clock(), sectors=["ic"], company="Zhongwei 中微公司"),
        event(keys, 2, clock(), marks=["listed"], company="<b>Ärger & Söhne</b>"),
        event(keys, 3, clock(), quarantined=True),
    )
    clock.forward(seconds=5)
    receive(inbox_engine, clock, event(keys, 4, clock(), sectors=["nev", "ic"], opportunities=[]))
    one, two, three, four = (f"CQ-{number:04}-7777" for number in range(1, 5))
    assert listed(inbox) == [four, two, one]
    assert listed(inbox, "?desk=chips") == [four, one]
    assert listed(inbox, "?sector=nev") == [four]
    assert listed(inbox, "?sector=e") == []
    assert listed(inbox, "?quarantine=1") == [three]
    assert listed(inbox, "?sort=priority")[0] == two
    assert listed(inbox, "?q=中微") == [one]
    assert listed(inbox, "?q=%EF%BD%9A%EF%BD%88ONGWEI") == [one], "width and case do not count"
    assert listed(inbox, "?q=cq-0004") == [four]
    assert listed(inbox, "?q=nowhere") == []
    assert listed(inbox, "?overdue=1") == []
    for odd in ("?state=%00&sort=x&page=%C2%B2&desk=%27", "?q=%25_&state=all", "?page=99999999999"):
        assert inbox.get(f"/leads{odd}").status_code == 200
    assert "&lt;b&gt;Ärger" in inbox.get("/leads").text
    save(inbox, 1, form(inbox, 1), state="contacted", assignee="")
    clock.forward(days=6)
    log_in(inbox)
    assert set(listed(inbox, "?overdue=1")) == {two, four}
    assert listed(inbox, "?state=contacted") == [one]
    assert set(listed(inbox, "?sort=due")[:2]) == {two, four}
    assert listed(inbox, "?sort=due")[2] == one
    assert "逾期" in inbox.get("/leads/lead-00002").text


def test_assigning_contacting_and_the_history(
    inbox: httpx.Client, inbox_engine: Engine, keys: envelope.Keys, clock: Clock
) -> None:
    receive(inbox_engine, clock, event(keys, 1, clock()))
    fields = form(inbox, 1)
    me = soup(inbox.get("/leads/lead-00001")).select("#assignee option")[1]["value"]
    answer = save(
        inbox,
        1,
        fields,
        state="contacted",
        assignee=str(me),
        desk="chips",
        note="Rang.\n<i>Grace</i> will send\0 plans.",
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/leads/lead-00001")
    page = inbox.get("/leads/lead-00001")
    assert "&lt;i&gt;Grace&lt;/i&gt; will send plans." in page.text
    assert [line.action for line in history(inbox_engine, 1)] == ["received", "desk", "assignee", "state", "note"]
    assert listed(inbox, "?assignee=me") == ["CQ-0001-7777"]
    assert listed(inbox, "?assignee=nobody") == []


def test_the_second_officer_sees_the_change_and_keeps_the_text(
    inbox: httpx.Client, inbox_engine: Engine, keys: envelope.Keys, clock: Clock
) -> None:
    receive(inbox_engine, clock, event(keys, 1, clock()))
    first = second = form(inbox, 1)
    assert save(inbox, 1, first, state="qualified", note="first note").status_code == 303
    clash = save(inbox, 1, second, state="closed", reason="no-answer", note="second & note")
    assert clash.status_code == 409
    page = soup(clash)
    alert = page.select_one("[role=alert]")
    assert alert is not None
    assert "first note" in alert.text
    assert "Qualified" in alert.text
    area = page.select_one("textarea")
    assert area is not None
    assert area.text == "second & note"
    assert [option["value"] for option in page.select("form.work option[selected]")][:2] == ["closed", "no-answer"]
    assert case(inbox_engine, 1).state == "qualified"
    fields = {str(field["name"]): str(field["value"]) for field in page.select("form.work input")}
    again = {**second, **fields, "state": "closed", "reason": "no-answer", "note": area.text}
    assert save(inbox, 1, again).status_code == 303
    assert case(inbox_engine, 1).state == "closed"


def test_what_is_refused_keeps_what_was_typed(
    inbox: httpx.Client, inbox_engine: Engine, keys: envelope.Keys, clock: Clock
) -> None:
    receive(inbox_engine, clock, event(keys, 1, clock()))
    answer = save(inbox, 1, form(inbox, 1), state="closed", note="my words")
    assert answer.status_code == 422
    assert "Choose a reason" in answer.text
    assert "my words" in answer.text
    assert save(inbox, 1, form(inbox, 1)).status_code == 422
    assert save(inbox, 1, form(inbox, 1), csrf="other").status_code == 403
    assert inbox.post("/leads/none", data=form(inbox, 1)).status_code == 404
    assert case(inbox_engine, 1).version == 1


def test_quarantine(inbox: httpx.Client, inbox_engine: Engine, keys: envelope.Keys, clock: Clock) -> None:
    receive(inbox_engine, clock, *(event(keys, number, clock(), quarantined=True) for number in (1, 2)))
    assert listed(inbox) == []
    assert "2 in quarantine" in inbox.get("/leads").text
    assert not soup(inbox.get("/leads/lead-00001")).select("form.work")
    assert save(inbox, 1, form(inbox, 1, "form[action$=release]"), "/release").status_code == 303
    assert save(inbox, 2, form(inbox, 2, "form[action$=spam]"), "/spam").status_code == 303
    assert save(inbox, 1, form(inbox, 1), "/nonsense").status_code == 404
    assert listed(inbox) == ["CQ-0001-7777"]
    assert listed(inbox, "?quarantine=1&state=closed") == ["CQ-0002-7777"]
    assert [mail.lead_id for mail in mails(inbox_engine)] == ["lead-00001"]


def test_possible_duplicates_are_linked_with_the_reason(
    inbox: httpx.Client, inbox_engine: Engine, keys: envelope.Keys, clock: Clock
) -> None:
    receive(
        inbox_engine,
        clock,
        event(keys, 1, clock(), phone="+49 30 123456"),
        event(keys, 2, clock(), company="MUSTER", email="other@example.com", phone="030 123456"),
        event(keys, 3, clock(), company="Else SE", email="else@example.com"),
    )
    section = soup(inbox.get("/leads/lead-00001")).find("section", {"aria-labelledby": "alike"})
    assert section is not None
    text = section.get_text(" ", strip=True)
    assert "CQ-0002-7777" in text
    assert "same phone" in text
    assert "same company name" in text
    assert "same e-mail" not in text
    assert "CQ-0003" not in text
    assert "/leads/lead-00002" in str(section)
    assert 'aria-labelledby="alike"' not in inbox.get("/leads/lead-00003").text


def test_readers_only_look(inbox_engine: Engine, keys: envelope.Keys, clock: Clock) -> None:
    receive(inbox_engine, clock, event(keys, 1, clock()))
    app = make_inbox(inbox_engine, keys, clock=clock, desks=lambda: DESKS, role="reader")
    with served(app) as address, httpx.Client(base_url=address, timeout=60) as reader:
        log_in(reader)
        token = csrf(reader, "/leads")
        page = reader.get("/leads/lead-00001")
        assert page.status_code == 200
        assert not soup(page).select("form.work")
        for path in ("/leads/lead-00001", "/leads/lead-00001/release", "/leads/lead-00001/spam"):
            assert reader.post(path, data={"csrf": token, "version": "1", "state": "contacted"}).status_code == 403
        assert "/export/" not in reader.get("/leads").text
        assert reader.get("/export/leads.csv").status_code == 403
    assert case(inbox_engine, 1).version == 1


def test_export_follows_the_filters_and_is_written_down(
    inbox: httpx.Client, inbox_engine: Engine, keys: envelope.Keys, clock: Clock
) -> None:
    receive(
        inbox_engine,
        clock,
        event(keys, 1, clock(), company="=cmd|'/c calc'!A1", sectors=["ic"]),
        event(keys, 2, clock(), company="Else"),
    )
    link = soup(inbox.get("/leads?desk=chips")).select_one("a[href^='/export/leads.csv']")
    assert link is not None
    answer = inbox.get(str(link["href"]))
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "\"'=cmd|'/c calc'!A1\"" in lines[1]
    assert inbox.get("/export/leads.xlsx").content[:2] == b"PK"
    assert inbox.get("/export/leads.pdf").status_code == 404
    with db.read(inbox_engine) as session:
        exports = session.exec(select(InboxAudit).where(InboxAudit.action == "exported")).all()
    assert [" lead-00001 " in row.detail for row in exports] == [True, True]
    assert [" lead-00002 " in row.detail for row in exports] == [False, True]


def test_levels_for_staff_and_for_everyone(
    inbox: httpx.Client, inbox_engine: Engine, keys: envelope.Keys, clock: Clock
) -> None:
    signed = envelope.sign(WEBHOOK_SECRET, "levels", b"", db.utcnow())
    assert inbox.get("/levels/public").status_code == 401
    assert inbox.get("/levels/public", headers=signed).json() == {}
    receive(inbox_engine, clock, *(event(keys, number, clock(), sectors=["ic"]) for number in range(THRESHOLD)))
    listed(inbox)
    with db.write(inbox_engine) as session:
        for row in session.exec(select(InboxCase)).all():
            row.state, row.contacted_at = "contacted", clock()
    page = soup(inbox.get("/levels")).get_text(" ", strip=True)
    assert "芯片 / Chips queue 20 20 0.0 h (0.0 d)" in page
    assert "100.0 %" in page
    assert inbox.get("/levels/public", headers=signed).json()["within_promise_percent"] == 100
