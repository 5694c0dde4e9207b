"""The inbox's own list of changes: in order, whole, restartable, and told only to whom has the secret."""

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from sqlalchemy import Engine

from portal import db, envelope
from portal.inbox.states import changes_after, record_change
from portal.states import MAX_PAGE, Page, parse_page
from tests.support.leads import WEBHOOK_SECRET, make_inbox
from tests.support.servers import served


def record(engine: Engine, many: int, state: str = "assigned") -> None:
    with db.write(engine) as session:
        for number in range(many):
            record_change(session, f"lead-{number}", state, "electronics", db.utcnow())  # type: ignore[arg-type]


def signed(secret: str = WEBHOOK_SECRET) -> dict[str, str]:
    return envelope.sign(secret, "some-id", b"", db.utcnow())


def test_pages_follow_each_other_without_gap(inbox_engine: Engine) -> None:
    assert changes_after(inbox_engine, 0) == Page(0)
    record(inbox_engine, MAX_PAGE + 20)
    first = changes_after(inbox_engine, 0)
    second = changes_after(inbox_engine, first.cursor)
    assert (len(first.changes), len(second.changes)) == (MAX_PAGE, 20)
    assert [change.id for change in (*first.changes, *second.changes)] == [f"lead-{n}" for n in range(MAX_PAGE + 20)]
    assert changes_after(inbox_engine, second.cursor) == Page(second.cursor)


def test_a_cursor_from_before_a_restored_backup_begins_anew(inbox_engine: Engine) -> None:
    record(inbox_engine, 3)
    assert len(changes_after(inbox_engine, 900).changes) == 3


@pytest.mark.parametrize(("state", "desk"), [("lost", ""), ("assigned", "No Desk")])
def test_what_is_not_told_is_not_written(inbox_engine: Engine, state: str, desk: str) -> None:
    with pytest.raises(ValueError), db.write(inbox_engine) as session:
        record_change(session, "lead", state, desk, db.utcnow())  # type: ignore[arg-type]
    assert changes_after(inbox_engine, 0) == Page(0)


def test_a_reader_never_steps_over_a_change_that_is_committed_late(inbox_engine: Engine) -> None:
    seen: list[str] = []
    done = threading.Event()

    def read() -> None:
        cursor = 0
        while not done.is_set() or changes_after(inbox_engine, cursor).changes:
            page = changes_after(inbox_engine, cursor)
            seen.extend(change.id for change in page.changes)
            cursor = page.cursor

    def write(number: int) -> None:
        with db.write(inbox_engine) as session:
            record_change(session, f"lead-{number}", "answered", "", db.utcnow())
            threading.Event().wait(0.001 * (number % 7))

    reader = threading.Thread(target=read)
    reader.start()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(80)))
    done.set()
    reader.join(60)
    assert sorted(seen) == sorted(f"lead-{number}" for number in range(80))


def test_the_route(inbox_engine: Engine, keys: envelope.Keys) -> None:
    record(inbox_engine, 2)
    with served(make_inbox(inbox_engine, keys)) as address, httpx.Client(base_url=address) as client:
        answer = client.get("/states", params={"after": "1"}, headers=signed())
        assert answer.status_code == 200
        assert [change.id for change in parse_page(answer.content).changes] == ["lead-1"]
        assert client.get("/states").status_code == 401
        assert client.get("/states", headers=signed("whsec_" + "WFla" * 11)).status_code == 401
        for bad in ("x", "-1", "9" * 19, "１"):
            assert client.get("/states", params={"after": bad}, headers=signed()).status_code == 400
