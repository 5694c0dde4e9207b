"""A removed, altered or swapped row is named; what came before the chain is in it too."""

import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

from portal import db
from portal.keyfiles import KeyFileError
from portal.leads.chain import Fault, Report, sign_unsigned, verify_chain
from portal.leads.forms import Inquiry
from portal.leads.intake import Intake
from portal.leads.models import new_id, new_reference
from portal.leads.signing import PRIVATE_FILE, PUBLIC_FILE, load_or_create_signer, load_public_keys
from tests.support.leads import SIGNER, make_signer


def take(intake: Intake, many: int) -> list[str]:
    inquiry = Inquiry({"name": "Erika"})
    return [
        intake.accept(inquiry, key=intake.api_key(f"key-number-{number:06}"), locale="en", privacy_version="1").id
        for number in range(many)
    ]


def run(engine: Engine, *statements: str, **values: object) -> None:
    with db.write(engine) as session:
        for statement in statements:
            session.connection().execute(text(statement), values)


def remove(engine: Engine, lead: str) -> None:
    """Every row of a lead, as someone would who wants it never to have come."""
    tables = ("receipt", "outbox", "lead_audit")
    run(engine, *(f"DELETE FROM {name} WHERE submission_id = :lead" for name in tables), lead=lead)
    run(engine, "DELETE FROM submission WHERE id = :lead", lead=lead)


def test_a_sound_chain(engine: Engine, intake: Intake) -> None:
    assert verify_chain(engine, SIGNER.public) == Report(0, Fault(0, "unsigned"))
    sign_unsigned(engine, SIGNER)
    assert verify_chain(engine, SIGNER.public) == Report(0)
    take(intake, 7)
    assert verify_chain(engine, SIGNER.public) == Report(7)


@pytest.mark.parametrize("gone", [0, 3, 6])
def test_a_removed_row_is_named(engine: Engine, intake: Intake, gone: int) -> None:
    remove(engine, take(intake, 7)[gone])
    assert verify_chain(engine, SIGNER.public) == Report(gone, Fault(gone + 1, "missing"))


def test_a_removed_submission_is_named_also_when_its_receipt_is_left(engine: Engine, intake: Intake) -> None:
    lead = take(intake, 3)[1]
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            connection.rollback()
            raw.execute("PRAGMA foreign_keys=OFF")
            raw.execute("DELETE FROM submission WHERE id = ?", (lead,))
            raw.execute("PRAGMA foreign_keys=ON")
    else:
        for table in ("receipt", "outbox", "lead_audit"):
            run(engine, f"ALTER TABLE {table} DROP CONSTRAINT {table}_submission_id_fkey")
        run(engine, "DELETE FROM submission WHERE id = :lead", lead=lead)
    assert verify_chain(engine, SIGNER.public) == Report(1, Fault(2, "missing"))


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE receipt SET payload_sha256 = 'f' WHERE submission_id = :lead", "altered"),
        ("UPDATE receipt SET link = 'f' WHERE submission_id = :lead", "altered"),
        ("UPDATE submission SET reference = 'CQ-3333-3333' WHERE id = :lead", "altered"),
        ("UPDATE submission SET received_at = '2026-01-01 00:00:00' WHERE id = :lead", "altered"),
        ("UPDATE submission SET sealed = 'another' WHERE id = :lead", "payload"),
        ("UPDATE submission SET sealed = '' WHERE id = :lead", "payload"),
        ("UPDATE receipt SET signature = 'AAAA' WHERE submission_id = :lead", "signature"),
        ("UPDATE receipt SET key_id = 'unknown' WHERE submission_id = :lead", "signature"),
        ("UPDATE receipt SET signature = NULL WHERE submission_id = :lead", "unsigned"),
    ],
)
def test_an_altered_row_is_named(engine: Engine, intake: Intake, statement: str, problem: str) -> None:
    run(engine, statement, lead=take(intake, 5)[2])
    report = verify_chain(engine, SIGNER.public)
    assert report.fault is not None
    assert (report.sound, report.fault.seq, report.fault.problem) == (2, 3, problem)


def test_swapped_rows_are_named(engine: Engine, intake: Intake) -> None:
    ids = take(intake, 5)
    move = "UPDATE receipt SET seq = :seq WHERE submission_id = :lead"
    run(engine, move, lead=ids[1], seq=99)
    run(engine, move, lead=ids[3], seq=2)
    run(engine, move, lead=ids[1], seq=4)
    report = verify_chain(engine, SIGNER.public)
    assert report.fault is not None
    assert (report.fault.seq, report.fault.problem) == (2, "altered")


def test_removing_the_last_row_and_setting_the_head_back_needs_the_key(engine: Engine, intake: Intake) -> None:
    *_, previous, last = take(intake, 4)
    remove(engine, last)
    run(
        engine,
        "UPDATE chain_head SET count = 3, last = (SELECT link FROM receipt WHERE submission_id = :lead)",
        lead=previous,
    )
    assert verify_chain(engine, SIGNER.public) == Report(3, Fault(3, "head"))


def test_a_chain_without_head(engine: Engine, intake: Intake) -> None:
    take(intake, 2)
    run(engine, "DELETE FROM chain_head")
    assert verify_chain(engine, SIGNER.public) == Report(0, Fault(0, "head"))


def test_many_at_once_make_one_chain_without_gap(engine: Engine, intake: Intake) -> None:
    inquiry = Inquiry({"name": "Erika"})

    def accept(number: int) -> None:
        intake.accept(inquiry, key=intake.api_key(f"key-number-{number:06}"), locale="en", privacy_version="1")

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(accept, range(60)))
    assert verify_chain(engine, SIGNER.public) == Report(60)


def test_another_key_does_not_vouch_for_this_chain(engine: Engine, intake: Intake) -> None:
    take(intake, 1)
    report = verify_chain(engine, make_signer().public)
    assert report.fault is not None
    assert report.fault.problem == "signature"


def test_what_came_before_is_chained_by_the_migration_and_signed_at_the_start(
    new_engine: Callable[[db.Side], Engine],
) -> None:
    engine = new_engine("portal")
    config = Config()
    config.set_main_option("script_location", str(db.MIGRATIONS / "portal"))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
        for number in range(5):
            connection.execute(
                text(
                    "INSERT INTO submission (id, reference, form_key, fingerprint, sealed, locale, origin, quarantined,"
                    " received_at) VALUES (:id, :reference, :key, 'f', 'a.b.c', 'en', 'form', :no, :at)"
                ),
                {
                    "id": new_id(),
                    "reference": new_reference(),
                    "key": f"k{number}",
                    "no": False,
                    "at": f"2026-03-0{5 - number} 10:00:00.000000",
                },
            )
    db.upgrade(engine, "portal")
    assert verify_chain(engine, SIGNER.public).fault == Fault(1, "unsigned", verify_reference(engine))
    assert sign_unsigned(engine, SIGNER) == 5
    assert sign_unsigned(engine, SIGNER) == 0
    assert verify_chain(engine, SIGNER.public) == Report(5)


def verify_reference(engine: Engine) -> str:
    with engine.connect() as connection:
        return str(connection.execute(text("SELECT reference FROM submission ORDER BY received_at LIMIT 1")).scalar())


def test_the_key_is_made_once_and_its_predecessors_are_kept(tmp_path: Path) -> None:
    first = load_or_create_signer(tmp_path)
    assert load_or_create_signer(tmp_path).key_id == first.key_id
    assert stat.S_IMODE((tmp_path / PRIVATE_FILE).stat().st_mode) == 0o600
    assert '"d"' not in (tmp_path / PUBLIC_FILE).read_text()
    (tmp_path / PRIVATE_FILE).unlink()
    second = load_or_create_signer(tmp_path)
    assert set(load_public_keys(tmp_path / PUBLIC_FILE)) == {first.key_id, second.key_id} == set(second.public)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"kty": "EC"}', '{"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}'])
def test_a_file_without_key_is_said_so(tmp_path: Path, content: str) -> None:
    (tmp_path / PRIVATE_FILE).write_text(content)
    (tmp_path / PRIVATE_FILE).chmod(0o600)
    with pytest.raises(KeyFileError, match=PRIVATE_FILE):
        load_or_create_signer(tmp_path)
    (tmp_path / PUBLIC_FILE).write_text(content)
    with pytest.raises(KeyFileError, match=PUBLIC_FILE):
        load_public_keys(tmp_path / PUBLIC_FILE)
