"""Bad inputs of the form and the answer each must get; `HELD_BY` says which test holds which line."""

import ast
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine, event, text
from sqlmodel import func, select

from portal import db, envelope
from portal.leads.intake import Intake
from portal.leads.models import Submission
from tests.support.leads import ROOT, SECRET, SIGNER, Clock, answers, make_portal, solved
from tests.support.servers import served

FORM, ANSWERS, TEXT, INTAKE = (
    "functional/test_enquiry.py",
    "unit/leads/test_answers.py",
    "unit/leads/test_text.py",
    "unit/leads/test_intake.py",
)
HERE = "functional/test_bad_inputs.py"
#: what is sent -> the tests that fail when the answer is another
HELD_BY: dict[str, tuple[tuple[str, str], ...]] = {
    "double click, back and resend": (
        (FORM, "test_from_the_form_to_the_receipt"),
        (INTAKE, "test_same_key_and_body_give_the_same_receipt"),
    ),
    "same key, other body": (
        (FORM, "test_same_key_with_another_body"),
        (INTAKE, "test_same_key_with_another_body_changes_nothing"),
    ),
    "fifty at once with one key": ((FORM, "test_fifty_at_once"), (INTAKE, "test_fifty_at_once_are_one_row")),
    "from another site": ((FORM, "test_from_another_site"),),
    "expired key": ((FORM, "test_an_expired_key_gives_the_form_again"),),
    "unknown fields": ((FORM, "test_what_is_stored_is_what_was_sent"), (ANSWERS, "test_a_valid_form")),
    "option that is not on the list": ((HERE, "test_answers_that_are_refused_with_422"),),
    "lone surrogate": ((FORM, "test_broken_bodies"), (FORM, "test_errors_of_programs_name_field_and_code")),
    "NUL, bad UTF-8": ((FORM, "test_broken_bodies"), (FORM, "test_problems_of_programs")),
    "deep JSON, NaN, Infinity": ((FORM, "test_problems_of_programs"),),
    "bidi override": (
        (HERE, "test_answers_that_are_refused_with_422"),
        (HERE, "test_direction_marks_in_free_text_are_kept_and_cannot_leak"),
    ),
    "zero-width and stacked marks": (
        (TEXT, "test_stacked_marks_are_capped_and_needed_ones_kept"),
        (HERE, "test_stacked_marks_and_hidden_characters_are_not_stored"),
    ),
    "look-alike domain": ((HERE, "test_a_look_alike_domain_is_taken_and_said_to_staff"),),
    "markup and templates": ((FORM, "test_what_is_stored_is_what_was_sent"),),
    "line breaks in name or e-mail": ((HERE, "test_answers_that_are_refused_with_422"),),
    "honeypot, too fast, no proof": (
        (FORM, "test_doubtful_ones_are_kept_apart"),
        (FORM, "test_a_proof_holds_for_one_form_and_one_inquiry"),
    ),
    "flood from one address": ((FORM, "test_a_flood_from_one_address"),),
    "over 256 KiB, 1,001 fields, multipart": (
        (FORM, "test_broken_bodies"),
        (FORM, "test_a_big_body_without_its_length"),
        (HERE, "test_a_thousand_fields_are_read_in_time"),
    ),
    "slow body": ((HERE, "test_the_shipped_proxy_closes_slow_bodies"),),
    "database locked, read-only, full": (
        (INTAKE, "test_a_locked_file_is_storage_unavailable"),
        (HERE, "test_a_full_disk_keeps_the_answers_and_takes_them_later"),
        (HERE, "test_a_read_only_database_keeps_the_answers_and_takes_them_later"),
    ),
}


def test_every_line_is_held_by_tests_that_are_there() -> None:
    assert len(HELD_BY) == 20
    there = {
        (path, node.name)
        for path in {path for held in HELD_BY.values() for path, _ in held}
        for node in ast.walk(ast.parse((ROOT / "tests" / path).read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
    }
    assert [test for held in HELD_BY.values() for test in held if test not in there] == []


@contextmanager
def form_over(engine: Engine, keys: envelope.Keys, clock: Clock) -> Iterator[httpx.Client]:
    intake = Intake(engine, public_key=keys.public, secret=SECRET, signer=SIGNER, clock=clock)
    with served(make_portal(engine, intake)) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


@pytest.fixture
def site(engine: Engine, keys: envelope.Keys, clock: Clock) -> Iterator[httpx.Client]:
    with form_over(engine, keys, clock) as client:
        yield client


def filled(site: httpx.Client, clock: Clock, **changes: object) -> dict[str, object]:
    page = BeautifulSoup(site.get("/en/invest").text, "html.parser")
    clock.forward(seconds=30)
    form, key = page.find("form"), page.find("input", {"name": "form_key"})
    assert form is not None
    assert key is not None
    return {"form_key": str(key["value"]), "proof": solved(str(form["data-challenge"])), **answers(**changes)}


def stored(engine: Engine, keys: envelope.Keys) -> dict[str, object]:
    with db.read(engine) as session:
        row = session.exec(select(Submission)).one()
    return envelope.unseal(row.id, row.sealed, keys.private)


def count(engine: Engine) -> int:
    with db.read(engine) as session:
        return session.exec(select(func.count()).select_from(Submission)).one()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"country": "Deutschland"}, "country"),
        ({"sectors": ["ic", "../../etc"]}, "sectors"),
        ({"name": "Erika\u202egnp.exe"}, "name"),
        ({"company": "\u2066Muster\u2069"}, "company"),
        ({"name": "Erika\r\nBcc: all@example.com"}, "name"),
        ({"email": "erika@example.com\r\nBcc: all@example.com"}, "email"),
        ({"heard": "a\u2028b"}, "heard"),
        ({"consent_email": "maybe"}, "consent_email"),
    ],
)
def test_answers_that_are_refused_with_422(
    site: httpx.Client, clock: Clock, engine: Engine, changes: dict[str, object], field: str
) -> None:
    page = site.post("/en/invest", data=filled(site, clock, **changes))
    assert page.status_code == 422
    soup = BeautifulSoup(page.text, "html.parser")
    assert [str(link["href"]) for link in soup.select("#error-summary a")] == [f"#{field}"]
    assert soup.select_one(f"#{field}-error") is not None
    assert count(engine) == 0


def test_direction_marks_in_free_text_are_kept_and_cannot_leak(
    site: httpx.Client, clock: Clock, engine: Engine, keys: envelope.Keys
) -> None:
    message = "\u202eabc\u2067 def\nsecond line"
    form = filled(site, clock, message=message)
    check = BeautifulSoup(site.post("/en/invest", data={**form, "step": "check"}).text, "html.parser")
    shown = [line.get_text() for line in check.select("dd bdi")]
    assert shown[-2:] == message.split("\n")
    assert site.post("/en/invest", data=form).status_code == 303
    assert stored(engine, keys)["answers"]["message"] == message  # type: ignore[index]


def test_stacked_marks_and_hidden_characters_are_not_stored(
    site: httpx.Client, clock: Clock, engine: Engine, keys: envelope.Keys
) -> None:
    form = filled(
        site, clock, name="Z\u0351\u0352\u0353\u0354\u0355\u0356\u0357o\u200b\u2060\ufeffe", company="क्\u200dष"
    )
    assert site.post("/en/invest", data=form).status_code == 303
    kept = stored(engine, keys)["answers"]
    assert len(kept["name"]) == 7  # type: ignore[index]
    assert kept["company"] == "क्\u200dष"  # type: ignore[index]


def test_a_look_alike_domain_is_taken_and_said_to_staff(
    site: httpx.Client, clock: Clock, engine: Engine, keys: envelope.Keys
) -> None:
    assert site.post("/en/invest", data=filled(site, clock, email="erika@exаmple.com")).status_code == 303
    assert stored(engine, keys)["flags"] == ["look-alike-domain"]


def test_a_thousand_fields_are_read_in_time(site: httpx.Client, clock: Clock, engine: Engine) -> None:
    form = filled(site, clock)
    most = {**form, **{f"unknown-{number}": "x" for number in range(1000 - len(form))}}
    assert site.post("/en/invest", data=most).status_code == 303
    assert site.post("/en/invest", data={**most, "one-more": "x"}).status_code == 400
    assert count(engine) == 1


def test_the_shipped_proxy_closes_slow_bodies() -> None:
    settings = "\n".join(path.read_text("utf-8") for path in (ROOT / "deploy").rglob("*nginx*") if path.is_file())
    for name in ("client_header_timeout", "client_body_timeout"):
        found = re.search(rf"{name}\s+(\d+)s;", settings)
        assert found is not None, name
        assert int(found[1]) <= 15
    assert re.search(r"client_max_body_size\s+256k;", settings)


def kept_and_taken_later(site: httpx.Client, form: dict[str, object]) -> str:
    """The page of a database that takes nothing. Fails unless all answers and the key are still on it."""
    page = site.post("/en/invest", data=form)
    assert page.status_code == 503
    assert int(page.headers["retry-after"]) > 0
    soup = BeautifulSoup(page.text, "html.parser")
    for name in ("form_key", "proof", "name", "email", "company"):
        field = soup.find("input", {"name": name})
        assert field is not None
        assert field["value"] == form[name]
    message = soup.find("textarea", {"name": "message"})
    assert message is not None
    assert message.get_text().strip() == form["message"]
    assert soup.select_one("#form-notice") is not None
    api = site.post(
        "/api/v1/inquiries", json=answers(message=form["message"]), headers={"Idempotency-Key": "a-key-for-a-full-disk"}
    )
    assert (api.status_code, api.json()["code"]) == (503, "storage")
    return page.text


def test_a_full_disk_keeps_the_answers_and_takes_them_later(tmp_path: Path, keys: envelope.Keys, clock: Clock) -> None:
    engine = db.make_engine(f"sqlite:///{tmp_path}/full.db")
    db.upgrade(engine, "portal")
    with engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
    room = [pages]

    # SQLite itself then answers what it answers on a full disk: SQLITE_FULL.
    @event.listens_for(engine, "begin")
    def limit(connection: object) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count={room[0]}")  # type: ignore[attr-defined]

    with form_over(engine, keys, clock) as site:
        form = filled(site, clock, message="x" * 4900)
        kept_and_taken_later(site, form)
        assert count(engine) == 0
        room[0] = 1_000_000
        sent = site.post("/en/invest", data=form)
        assert sent.status_code == 303
        assert site.get(sent.headers["location"]).status_code == 200
        assert count(engine) == 1
    engine.dispose()


def test_a_read_only_database_keeps_the_answers_and_takes_them_later(
    engine: Engine, keys: envelope.Keys, clock: Clock
) -> None:
    closed = [False]

    @event.listens_for(engine, "begin")
    def close(connection: object) -> None:
        if engine.dialect.name != "sqlite":
            statement = f"SET TRANSACTION READ {'ONLY' if closed[0] else 'WRITE'}"
            connection.exec_driver_sql(statement)  # type: ignore[attr-defined]

    @event.listens_for(engine, "checkout")
    def lock(connection: Any, _record: object, _proxy: object) -> None:
        # Before the transaction: one that begins with a write is refused at its first statement.
        if engine.dialect.name == "sqlite":
            connection.execute(f"PRAGMA query_only={'ON' if closed[0] else 'OFF'}")

    with form_over(engine, keys, clock) as site:
        form = filled(site, clock)
        closed[0] = True
        kept_and_taken_later(site, form)
        closed[0] = False
        assert site.post("/en/invest", data=form).status_code == 303
        assert count(engine) == 1
