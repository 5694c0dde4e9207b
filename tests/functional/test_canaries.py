"""Personal data of 1,000 inquiries, sent into real processes: in plain text in no file, and after erasure in none at all."""

import base64
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from joserfc.jwk import ECKey
from sqlalchemy import Engine, text

from portal import db, envelope
from portal.inbox.cases import InboxCase
from portal.inbox.changes import Change, Desk, apply, release
from portal.inbox.erasure import erase, find_person
from portal.inbox.export import as_csv, rows
from portal.inbox.leads import wants_mail
from portal.inbox.triage import Triage
from portal.inbox.vault import Vault
from portal.leads import outbox
from tests.crash.parts import Installation
from tests.support.canaries import TOKEN, Remains, Search, canaries, files, phone, spellings
from tests.support.cases import BO
from tests.support.leads import answers
from tests.support.servers import free_port

LEADS = 1000
#: so many of them staff work on, which leaves notes, history and mails
WORKED_ON = 40
SEARCH = Search(LEADS)


def send(web: str, part: range) -> None:
    with httpx.Client(base_url=web, timeout=60) as client:
        for number in part:
            form = answers(**canaries(number))
            if number % 10 == 0:
                page = client.get("/en/invest").text
                key = page.partition('name="form_key" value="')[2].partition('"')[0]
                answer = client.post("/en/invest", data={**form, "form_key": key, "step": "send"})
                assert answer.status_code == 303, answer.text[:500]
            else:
                document = {**form, "locale": "en", "consent_email": True}
                key = f"key-of-the-canary-{number}"
                answer = client.post("/api/v1/inquiries", json=document, headers={"Idempotency-Key": key})
                assert answer.status_code == 201, answer.text[:500]
    # What is refused is not to be logged either.
    wrong = {**answers(**canaries(part.start)), "email": TOKEN, "locale": "en", "consent_email": True}
    assert httpx.post(f"{web}/api/v1/inquiries", json=wrong, headers={"Idempotency-Key": "k" * 20}).status_code == 422


def wait(done: Callable[[], bool], seconds: float = 240) -> None:
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until
        time.sleep(0.2)


def column(engine: Engine, query: str) -> list[str]:
    with db.read(engine) as session:
        return [str(value) for value in session.connection().execute(text(query)).scalars()]


def back_up(urls: tuple[str, str], folder: Path) -> None:
    """As the operator's guide says: each database with its own tool."""
    folder.mkdir()
    for number, url in enumerate(urls):
        if url.startswith("sqlite"):
            source = sqlite3.connect(url.removeprefix("sqlite:///"))
            target = sqlite3.connect(folder / f"{number}.db")
            source.backup(target)
            target.close()
            source.close()
        else:
            (folder / f"{number}.sql").write_bytes(pg_dump(url))


def pg_dump(url: str) -> bytes:
    tool = shutil.which("pg_dump")
    assert tool
    return subprocess.run([tool, url], check=True, timeout=120, capture_output=True).stdout


def test_the_search_finds_what_it_is_for(tmp_path: Path) -> None:
    for name, needle in spellings(TOKEN).items():
        assert name in SEARCH.hits(b"\x00" + needle + b"\x00")
    for shift in range(5):
        encoded = base64.b64encode(b"x" * shift + canaries(shift)["name"].encode())
        assert any(hit.startswith("Base64") for hit in SEARCH.hits(encoded))
    assert SEARCH.hits(phone(7).encode()) == ["phone"]
    assert SEARCH.hits(b'{"phone": "+86 138 0073 0007"}') == ["phone"]
    assert SEARCH.hits(b"8613800999999 and nothing else") == []
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "leak.log").write_text(canaries(1)["email"])
    assert SEARCH.under(tmp_path) == {"deep/leak.log": ["plain"]}
    sealed = base64.b64encode(bytes(range(200))).decode()
    assert Remains([sealed]).count(b"\x00" + sealed[70 : 70 + 2 * Remains.PIECE].encode() + b"\x01") >= 1
    assert Remains([sealed]).count(base64.b64encode(bytes(200))) == 0


def staff_work(inbox: Engine, triage: Triage, keys: envelope.Keys) -> None:
    """Of some leads staff release each from quarantine, which sends its sender a mail, and write a note on it."""
    at = Desk({}, {}, ECKey.import_key(keys.private.keys[0].as_dict(private=False)))
    for lead in column(inbox, f"SELECT lead_id FROM inbox_case ORDER BY lead_id LIMIT {WORKED_ON}"):
        release(inbox, lead, 1, person=BO, mail=lambda lead=lead: wants_mail(triage, lead), now=db.utcnow())  # type: ignore[misc]
        with db.read(inbox) as session:
            case = session.get_one(InboxCase, lead)
        change = Change(case.version, case.state, case.desk, case.assignee, note=f"Rang {TOKEN}, {phone(0)}")
        apply(inbox, lead, change, person=BO, at=at, now=db.utcnow())


def stored(portal: Engine, inbox: Engine) -> Remains:
    """All that is kept of what investors wrote and staff noted: sealed texts without their like headers, and digests."""
    sealed = column(portal, "SELECT sealed FROM submission") + column(
        inbox, "SELECT sealed FROM inbox_lead UNION SELECT sealed_note FROM inbox_event WHERE sealed_note IS NOT NULL"
    )
    columns = ("summary", "email_digest", "phone_digest", "company_digest")
    plain = [text for name in columns for text in column(inbox, f"SELECT {name} FROM inbox_case")]
    return Remains([text.partition(".")[2] for text in sealed] + plain)


def everything(urls: tuple[str, str], var: Path) -> bytes:
    """What whoever copies the databases and folders has: every byte of the files, of PostgreSQL what a dump holds.

    PostgreSQL's own log, and pages that it has not used again, keep what was until they are recycled: there is no
    telling it to wipe them. What stands in them is sealed (`test_no_file_tells_who_wrote` looks at every file).
    """
    dumps = [] if urls[0].startswith("sqlite") else [pg_dump(url) for url in urls]
    return b"\0".join([*(path.read_bytes() for path in files(var)), *dumps])


def exported(triage: Triage) -> bytes:
    """What the inbox hands out as a file."""
    return as_csv(rows(triage, column(triage.engine, "SELECT id FROM inbox_lead"), {}))


@pytest.mark.crash
@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_no_file_tells_who_wrote(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Nothing stands in plain text anywhere; and once the bureau erases the leads, no key opens anything any more."""
    var = tmp_path / "var"
    var.mkdir()
    urls, given, places = (f"sqlite:///{var}/portal/portal.db", f"sqlite:///{var}/inbox/inbox.db"), None, [var]
    if database == "postgres":
        new: Callable[[], str] = request.getfixturevalue("postgres_url")
        urls = given = (new(), new())
        places.append(Path(request.getfixturevalue("postgres_server")))
    installation = Installation(var, [free_port(), free_port()], webs=1, workers=1, databases=given, deadline=20)
    portal, inbox = (db.make_engine(url) for url in urls)
    keys = envelope.load_or_create_keys(var / "inbox" / "keys")

    def found() -> list[dict[str, list[str]]]:
        return [hits for place in places if (hits := SEARCH.under(place))]

    try:
        with installation:
            parts = [range(first, LEADS, 4) for first in range(4)]
            with ThreadPoolExecutor(4) as pool:
                list(pool.map(lambda part: send(installation.webs[0], part), parts))
            wait(lambda: outbox.counts(portal, db.utcnow())["delivered"] == LEADS)
            wait(lambda: column(inbox, "SELECT count(*) FROM inbox_case") == [str(LEADS)])
            secret = envelope.load_or_create_secret(var / "inbox" / "triage.secret").removeprefix("whsec_")
            triage = Triage(inbox, keys=keys.private, vault=Vault(base64.b64decode(secret)))
            staff_work(inbox, triage, keys)
            wait(lambda: column(inbox, "SELECT count(sent_at) FROM inbox_mail") == [str(WORKED_ON)])
            back_up(urls, tmp_path / "backup")
            places.append(tmp_path / "backup")
            # While they run: write-ahead logs and what is shared between processes are searched too.
            assert found() == []
            if database == "sqlite":
                assert {"portal.db-wal", "portal.db-shm", "inbox.db-wal"} <= {path.name for path in files(var)}
            assert_all_arrived(inbox, keys)
            assert len(SEARCH.hits(exported(triage))) > 1

            remains = stored(portal, inbox)
            assert remains.count(everything(urls, var)) > 20 * LEADS
            for number in range(3):
                (lead,) = find_person(triage, canaries(number)["email"])
                assert erase(inbox, [lead], actor=BO, reason="requested", now=db.utcnow()) == 1
                assert find_person(triage, canaries(number)["email"]) == []
            leads = column(inbox, "SELECT id FROM inbox_lead ORDER BY id")
            assert erase(inbox, leads, actor=BO, reason="requested", now=db.utcnow()) == LEADS - 3
            # The public side hears of it and follows.
            wait(lambda: outbox.counts(portal, db.utcnow())["erased"] == LEADS)
            wait(lambda: remains.count(everything(urls, var)) == 0, seconds=30)
            assert SEARCH.hits(exported(triage)) == []
        assert remains.count(everything(urls, var)) == 0
        assert found() == []
        assert triage.try_again() == triage.take_in() == 0
    finally:
        portal.dispose()
        inbox.dispose()


def assert_all_arrived(inbox: Engine, keys: envelope.Keys) -> None:
    """The opposite of a search that finds nothing: all of it is there, and the bureau's key opens it."""
    ids, sealed = (column(inbox, f"SELECT {name} FROM inbox_lead ORDER BY id") for name in ("id", "sealed"))
    opened = [
        envelope.unseal(lead, payload, keys.private)["answers"] for lead, payload in zip(ids, sealed, strict=True)
    ]
    assert {str(entry["phone"]).replace(" ", "") for entry in opened} == {phone(number) for number in range(LEADS)}
    assert all(TOKEN in str(entry[name]) for entry in opened for name in canaries(0) if name != "phone")
