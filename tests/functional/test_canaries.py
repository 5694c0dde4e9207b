"""Personal data of 1,000 inquiries, sent into real processes, stands in plain text in no file that they leave."""

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
from sqlalchemy import Engine, text

from portal import db, envelope
from portal.leads import outbox
from portal.leads.retention import erase, scrub
from tests.crash.parts import Installation
from tests.support.canaries import TOKEN, Search, canaries, files, phone, spellings
from tests.support.leads import answers, free_port

LEADS = 1000
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


def wait_until_delivered(engine: Engine, many: int) -> None:
    until = time.monotonic() + 240
    while outbox.counts(engine, db.utcnow())["delivered"] < many:
        assert time.monotonic() < until, outbox.counts(engine, db.utcnow())
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
            tool = shutil.which("pg_dump")
            assert tool
            subprocess.run([tool, "--file", str(folder / f"{number}.sql"), url], check=True, timeout=120)


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


@pytest.mark.crash
@pytest.mark.parametrize(
    ("database", "many"),
    [("sqlite", LEADS), pytest.param("postgres", 200, marks=pytest.mark.postgres)],
    ids=["sqlite", "postgres"],
)
def test_no_file_tells_who_wrote(database: str, many: int, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    var = tmp_path / "var"
    var.mkdir()
    urls, given, places = (f"sqlite:///{var}/portal/portal.db", f"sqlite:///{var}/inbox/inbox.db"), None, [var]
    if database == "postgres":
        new: Callable[[], str] = request.getfixturevalue("postgres_url")
        urls = given = (new(), new())
        places.append(Path(request.getfixturevalue("postgres_server")))
    installation = Installation(var, [free_port(), free_port()], webs=1, workers=1, databases=given, deadline=20)
    portal, inbox = (db.make_engine(url) for url in urls)
    try:
        with installation:
            parts = [range(first, many, 4) for first in range(4)]
            with ThreadPoolExecutor(4) as pool:
                list(pool.map(lambda part: send(installation.webs[0], part), parts))
            wait_until_delivered(portal, many)
            back_up(urls, tmp_path / "backup")
            places.append(tmp_path / "backup")
            # While they run: write-ahead logs and what is shared between processes are searched too.
            assert [SEARCH.under(place) for place in places] == [{} for _ in places]
            if database == "sqlite":
                assert {"portal.db-wal", "portal.db-shm"} <= {path.name for path in files(var)}
        assert [SEARCH.under(place) for place in places] == [{} for _ in places]
        # The opposite: all of it arrived, and the bureau's key opens it.
        keys = envelope.load_or_create_keys(var / "inbox" / "keys")
        sealed = dict(
            zip(
                column(inbox, "SELECT id FROM inbox_lead ORDER BY id"),
                column(inbox, "SELECT sealed FROM inbox_lead ORDER BY id"),
                strict=True,
            )
        )
        opened = [envelope.unseal(lead, payload, keys.private)["answers"] for lead, payload in sealed.items()]
        assert len(opened) == many
        assert {str(entry["phone"]).replace(" ", "") for entry in opened} == {phone(number) for number in range(many)}
        assert all(TOKEN in str(entry[name]) for entry in opened for name in canaries(0) if name != "phone")
        if database == "sqlite":
            assert_erased(portal, var / "portal")
    finally:
        portal.dispose()
        inbox.dispose()


def assert_erased(portal: Engine, folder: Path) -> None:
    """After erasure not even the sealed bytes are left in the public side's files."""
    references = column(portal, "SELECT reference FROM submission ORDER BY id LIMIT 100")
    pieces = [
        payload[-80:-20].encode() for payload in column(portal, "SELECT sealed FROM submission ORDER BY id LIMIT 100")
    ]
    before = b"".join(path.read_bytes() for path in files(folder))
    assert all(piece in before for piece in pieces)
    assert all(erase(portal, reference, db.utcnow()) for reference in references)
    assert scrub(portal)
    after = b"".join(path.read_bytes() for path in files(folder))
    assert [piece for piece in pieces if piece in after] == []
