import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import KeySet

from portal import envelope
from portal.envelope import Event
from portal.keyfiles import KeyFileError

SECRET = "whsec_" + "QUJD" * 11
NOW = datetime(2026, 3, 2, 1, 2, 3, tzinfo=UTC)
EVENT = Event("01-id", "CQ-7777-7777", NOW, "a.b.c.d.e", quarantined=True)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> envelope.Keys:
    return envelope.load_or_create_keys(tmp_path_factory.mktemp("keys"))


def test_an_event_survives_the_wire_and_is_cloudevents() -> None:
    body = EVENT.to_json()
    assert envelope.parse_event(body) == EVENT
    assert body == EVENT.to_json()
    document = json.loads(body)
    assert {"specversion", "id", "source", "type", "time", "subject", "datacontenttype", "data"} <= set(document)
    assert document["time"] == "2026-03-02T01:02:03Z"


@pytest.mark.parametrize(
    "change",
    [
        {"specversion": "0.3"},
        {"type": "other"},
        {"id": ""},
        {"id": 5},
        {"id": "x" * 65},
        {"id": "a\nb"},
        {"subject": None},
        {"time": "yesterday"},
        {"time": "2026-03-02T01:02:03"},
        {"data": {"plain": "text"}},
        {"datacontenttype": "application/json"},
    ],
)
def test_malformed_events(change: dict[str, Any]) -> None:
    with pytest.raises(envelope.EventMalformedError):
        envelope.parse_event(json.dumps({**json.loads(EVENT.to_json()), **change}).encode())


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"<html>", b"[" * 100_000])
def test_what_is_no_event(body: bytes) -> None:
    with pytest.raises(envelope.EventMalformedError):
        envelope.parse_event(body)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_cleanly(body: bytes) -> None:
    with pytest.raises(envelope.EventMalformedError):
        envelope.parse_event(body)


def test_only_the_private_key_opens(keys: envelope.Keys, tmp_path: Path) -> None:
    sealed = envelope.seal({"id": "1", "name": "秘密"}, keys.public)
    assert "秘密" not in sealed
    assert envelope.unseal("1", sealed, keys.private) == {"id": "1", "name": "秘密"}
    stranger = envelope.load_or_create_keys(tmp_path)
    public_only = KeySet([keys.public])
    for event_id, text, with_keys in (
        ("1", sealed, stranger.private),
        ("1", sealed, public_only),
        ("2", sealed, keys.private),
        ("1", sealed[:-4] + "AAAA", keys.private),
        ("1", "", keys.private),
        ("1", "a.b.c", keys.private),
        ("1", envelope.seal({"no": "id"}, keys.public), keys.private),
    ):
        with pytest.raises(envelope.UnsealError):
            envelope.unseal(event_id, text, with_keys)


def test_signatures() -> None:
    body, now = EVENT.to_json(), datetime.now(UTC)
    headers = envelope.sign(SECRET, EVENT.id, body, now)
    assert envelope.verify(SECRET, headers, body) == EVENT.id
    for bad_headers, bad_body in (
        (headers, body + b" "),
        (headers, b"\xff"),
        ({**headers, "webhook-id": "other"}, body),
        ({**headers, "webhook-signature": "v1"}, body),
        ({**headers, "webhook-signature": "v1,!!!"}, body),
        ({**headers, "webhook-signature": "v1,é"}, body),
        ({**headers, "webhook-timestamp": "nan"}, body),
        ({**headers, "webhook-timestamp": "9" * 400}, body),
        ({}, body),
        (envelope.sign(SECRET, EVENT.id, body, now - timedelta(minutes=6)), body),
        (envelope.sign(SECRET, EVENT.id, body, now + timedelta(minutes=6)), body),
        (envelope.sign("whsec_" + "QUJE" * 11, EVENT.id, body, now), body),
    ):
        with pytest.raises(envelope.SignatureInvalidError):
            envelope.verify(SECRET, bad_headers, bad_body)


def test_keys_are_made_once_and_kept_apart(tmp_path: Path) -> None:
    first, second = envelope.load_or_create_keys(tmp_path), envelope.load_or_create_keys(tmp_path)
    assert (first.created, second.created) == (True, False)
    assert first.public.kid == second.public.kid == second.private.keys[0].kid
    assert stat.S_IMODE((tmp_path / envelope.PRIVATE_FILE).stat().st_mode) == 0o600
    public = tmp_path / envelope.PUBLIC_FILE
    assert "d" not in json.loads(public.read_text())
    assert envelope.load_public_key(public).kid == first.public.kid
    assert {path.name for path in tmp_path.iterdir()} == {envelope.PRIVATE_FILE, envelope.PUBLIC_FILE}


def test_key_files_that_cannot_be_trusted(tmp_path: Path) -> None:
    envelope.load_or_create_keys(tmp_path)
    private = tmp_path / envelope.PRIVATE_FILE
    leaked = tmp_path / "leaked.json"
    leaked.write_text(json.dumps(json.loads(private.read_text())["keys"][0]))
    for file in (leaked, tmp_path / "none.json", private):
        with pytest.raises(KeyFileError):
            envelope.load_public_key(file)
    private.chmod(0o644)
    with pytest.raises(KeyFileError):
        envelope.load_or_create_keys(tmp_path)
    private.chmod(0o600)
    private.write_text("{}")
    with pytest.raises(KeyFileError):
        envelope.load_or_create_keys(tmp_path)


def test_a_shared_secret_is_made_once(tmp_path: Path) -> None:
    file = tmp_path / "new" / "webhook.secret"
    secret = envelope.load_or_create_secret(file)
    assert secret == envelope.load_or_create_secret(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_text("short")
    with pytest.raises(KeyFileError):
        envelope.load_or_create_secret(file)
