"""`portal leads` and `portal keys`: exit codes, JSON, nothing personal; the chain broken and caught."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from portal import db, envelope
from portal.app import portal_engine
from portal.cli import app
from portal.leads import outbox
from portal.leads.chain import payload_hash
from portal.leads.forms import Inquiry
from portal.leads.intake import Accepted, Intake
from portal.leads.signing import PUBLIC_FILE, SignedReceipt, Statement, load_or_create_signer
from portal.settings import Settings
from tests.support.leads import SECRET


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("VAR", str(tmp_path / "var"))
    monkeypatch.setenv("COLUMNS", "300")
    return Settings()


@pytest.fixture
def accepted(settings: Settings) -> list[Accepted]:
    """Five leads; the first is dead, the second delivered."""
    keys = envelope.load_or_create_keys(settings.var / "inbox" / "keys")
    signer = load_or_create_signer(settings.var / "portal")
    engine = portal_engine(settings)
    intake = Intake(engine, public_key=keys.public, secret=SECRET, signer=signer)
    inquiry = Inquiry({"name": "CANARY"})
    made = [
        intake.accept(inquiry, key=intake.api_key(f"key-number-{number:06}"), locale="en", privacy_version="1")
        for number in range(5)
    ]
    dead, delivered = outbox.claim(engine, db.utcnow(), 2)
    outbox.set_failed(engine, dead, db.utcnow(), code="http-422", attempts=1, next_at=None)
    outbox.set_delivered(engine, delivered, db.utcnow())
    engine.dispose()
    return made


def portal(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


def run(settings: Settings, *statements: str, **values: object) -> None:
    engine = portal_engine(settings)
    with db.write(engine) as session:
        for statement in statements:
            session.connection().execute(text(statement), values)
    engine.dispose()


def test_counts_with_and_without_the_command(accepted: list[Accepted]) -> None:
    wanted = {"accepted": 5, "ready": 3, "leased": 0, "delivered": 1, "dead": 1, "erased": 0}
    assert json.loads(portal("leads", "--json").stdout) == wanted
    assert json.loads(portal("leads", "stats", "--json").stdout) == wanted
    assert "dead: 1" in portal("leads").stdout


def test_list_show_and_replay(accepted: list[Accepted]) -> None:
    dead = accepted[0].reference
    listed = json.loads(portal("leads", "list", "--json").stdout)
    assert [entry["reference"] for entry in listed] == [made.reference for made in reversed(accepted)]
    assert dead in portal("leads", "list", "--state", "dead").stdout
    portal("leads", "list", "--state", "lost", code=2)
    shown = json.loads(portal("leads", "show", dead.lower(), "--json").stdout)
    assert (shown["state"], shown["last_error"], shown["position"]) == ("dead", "http-422", 1)
    assert [step["action"] for step in shown["history"]] == ["accepted", "dead"]
    assert "state: dead" in portal("leads", "show", dead).stdout
    portal("leads", "show", "CQ-3333-3333", code=1)
    portal("leads", "replay", code=2)
    portal("leads", "replay", accepted[1].reference, code=1)
    assert json.loads(portal("leads", "replay", "--all-dead", "--json").stdout) == {"replayed": [dead]}
    assert json.loads(portal("leads", "--json").stdout)["dead"] == 0


def test_nothing_personal_is_printed(accepted: list[Accepted]) -> None:
    printed = portal("leads", "list").output + portal("leads", "show", accepted[0].reference).output
    assert "CANARY" not in printed


def test_erase(accepted: list[Accepted]) -> None:
    waiting = accepted[4].reference
    assert json.loads(portal("leads", "erase", waiting, "--json").stdout.splitlines()[-1])["erased"] is True
    assert "erased before" in portal("leads", "erase", waiting).stdout
    portal("leads", "erase", "CQ-3333-3333", code=1)
    assert json.loads(portal("leads", "--json").stdout)["erased"] == 1
    assert "5 receipts, all sound" in portal("leads", "verify", "--chain").stdout


@pytest.mark.parametrize("gone", [0, 2, 4])
def test_a_removed_lead_is_named(settings: Settings, accepted: list[Accepted], gone: int) -> None:
    assert "all sound" in portal("leads", "verify", "--chain").stdout
    for table in ("receipt", "outbox", "lead_audit"):
        run(settings, f"DELETE FROM {table} WHERE submission_id = :lead", lead=accepted[gone].id)
    run(settings, "DELETE FROM submission WHERE id = :lead", lead=accepted[gone].id)
    assert f"row {gone + 1} is missing" in portal("leads", "verify", "--chain", code=1).stderr
    found = json.loads(portal("leads", "verify", "--chain", "--json", code=1).stdout)
    assert (found["ok"], found["sound"], found["fault"]["problem"]) == (False, gone, "missing")
    portal("leads", code=1)  # the books see it too


def test_a_receipt_is_checked_with_the_public_key_alone(
    settings: Settings, accepted: list[Accepted], tmp_path: Path
) -> None:
    signer = load_or_create_signer(settings.var / "portal")
    statement = Statement(accepted[0].reference, accepted[0].received_at, payload_hash("x"))
    document = SignedReceipt(statement, signer.sign(statement.signed_bytes()), signer.key_id).document()
    keys, receipt = tmp_path / "keys.json", tmp_path / "receipt.json"
    keys.write_text((settings.var / "portal" / PUBLIC_FILE).read_text())
    (settings.var / "portal").rename(tmp_path / "away")

    def check(content: object, code: int) -> str:
        receipt.write_text(content if isinstance(content, str) else json.dumps(content))
        return portal("leads", "verify", str(receipt), "--keys", str(keys), code=code).output

    assert f"genuine: {accepted[0].reference}" in check(document, 0)
    assert "genuine" in check({"reference": "whatever", "signed": document}, 0)
    for name, value in (
        ("reference", "CQ-3333-3333"),
        ("received_at", "2026-01-01T00:00:00.000000Z"),
        ("payload_sha256", payload_hash("y")),
        ("signature", "AAAA"),
        ("signature", "ä"),
        ("key_id", "another"),
    ):
        assert "not genuine" in check({**document, name: value}, 1)
    for content in ("", "[]", "{}", {**document, "received_at": "yesterday"}):
        assert "no receipt" in check(content, 1)
    portal("leads", "verify", str(tmp_path / "none.json"), "--keys", str(keys), code=2)
    portal("leads", "verify", str(receipt), "--keys", str(tmp_path / "none.json"), code=2)
    portal("leads", "verify", code=2)


def test_keys_are_made_once_and_rotated_and_old_leads_still_open(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUREAU_PUBLIC_KEY", str(tmp_path / "web" / "public.jwk.json"))
    portal("keys", "rotate", "--yes", code=1)
    portal("keys", "new")
    portal("keys", "new", code=1)
    folder = settings.var / "inbox" / "keys"
    first = envelope.load_public_key(tmp_path / "web" / "public.jwk.json")
    sealed = envelope.seal({"id": "lead-1", "name": "Erika"}, first)
    result = portal("keys", "rotate", "--yes")
    assert "Restart the inbox first" in result.stderr
    second = envelope.load_public_key(tmp_path / "web" / "public.jwk.json")
    assert second.kid != first.kid
    keys = envelope.load_or_create_keys(folder)
    assert keys.public.kid == second.kid
    assert envelope.unseal("lead-1", sealed, keys.private)["name"] == "Erika"
    again = envelope.seal({"id": "lead-2", "name": "Max"}, second)
    assert envelope.unseal("lead-2", again, keys.private)["name"] == "Max"
    assert '"d"' not in (tmp_path / "web" / "public.jwk.json").read_text()
