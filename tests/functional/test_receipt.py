"""The receipt over real HTTP: what it tells step by step, the asking page, the signed file, the answer for programs."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from portal import db, envelope
from portal.cli import app as command
from portal.leads import outbox, progress, receipts, retention
from portal.leads.forms import Inquiry
from portal.leads.intake import Accepted, Intake
from portal.states import Change, Page
from portal.web.limits import RateLimiter
from tests.support.leads import SIGNER, make_portal
from tests.support.servers import served


@pytest.fixture
def site(engine: Engine, intake: Intake) -> Iterator[httpx.Client]:
    with served(make_portal(engine, intake)) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


@pytest.fixture
def accepted(intake: Intake) -> Accepted:
    inquiry = Inquiry({"name": "CANARY", "email": "canary@example.com"})
    return intake.accept(inquiry, key=intake.api_key("key-number-000001"), locale="en", privacy_version="1")


def page(site: httpx.Client, accepted: Accepted) -> str:
    answer = site.get(f"/en/receipt/{accepted.reference}", params={"token": accepted.token})
    assert answer.status_code == 200
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert "CANARY" not in answer.text
    return answer.text


def deliver(engine: Engine) -> None:
    (taken,) = outbox.claim(engine, db.utcnow(), 1)
    outbox.set_delivered(engine, taken, db.utcnow())


def state(site: httpx.Client, accepted: Accepted) -> dict[str, object]:
    answer = site.get(f"/api/v1/receipts/{accepted.reference}", params={"token": accepted.token})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    found = answer.json()
    assert isinstance(found, dict)
    return found


def test_each_step_is_shown(engine: Engine, site: httpx.Client, accepted: Accepted) -> None:
    assert "on its way" in page(site, accepted)
    assert state(site, accepted)["state"] == "received"
    deliver(engine)
    assert "on its way" not in page(site, accepted)
    assert "Assigned" not in page(site, accepted)
    assert state(site, accepted)["state"] == "delivered"
    for number, (step, shown) in enumerate(
        (("assigned", "Electronics desk"), ("answered", "Answered"), ("closed", "Closed"))
    ):
        assert shown not in page(site, accepted)
        change = Change(accepted.id, step, db.utcnow(), "electronics" if step == "assigned" else "")  # type: ignore[arg-type]
        progress.take_in(engine, Page(number + 1, (change,)), db.utcnow())
        assert shown in page(site, accepted)
        found = state(site, accepted)
        assert (found["state"], found["desk"]) == (step, "electronics")


def test_an_inbox_that_is_silent_is_said_so(engine: Engine, site: httpx.Client, accepted: Accepted) -> None:
    deliver(engine)
    assert "as of" not in page(site, accepted)  # it may be one that never tells
    progress.take_in(engine, Page(1), db.utcnow())
    assert "as of" not in page(site, accepted)
    progress.take_in(engine, Page(1), db.utcnow() - receipts.STALE - timedelta(seconds=1))
    assert "as of" in page(site, accepted)
    assert state(site, accepted)["as_of"] is not None


def test_erased_before_it_was_delivered(engine: Engine, site: httpx.Client, accepted: Accepted) -> None:
    retention.erase(engine, accepted.reference, db.utcnow())
    assert "erased on request" in page(site, accepted)
    assert "We answer by" not in page(site, accepted)
    assert state(site, accepted)["state"] == "erased"


def test_erased_here_after_delivery_is_no_step(engine: Engine, site: httpx.Client, accepted: Accepted) -> None:
    deliver(engine)
    retention.erase(engine, accepted.reference, db.utcnow())
    assert "The copy of your answers on this website was erased" in page(site, accepted)
    assert state(site, accepted)["state"] == "delivered"


def test_erased_by_the_staff_ends_the_promise(engine: Engine, site: httpx.Client, accepted: Accepted) -> None:
    deliver(engine)
    changes = tuple(Change(accepted.id, step, db.utcnow()) for step in ("assigned", "erased"))  # type: ignore[arg-type]
    progress.take_in(engine, Page(2, changes), db.utcnow())
    shown = page(site, accepted)
    assert "here and in their system" in shown
    assert "Assigned" in shown
    for untrue in ("We answer by", "two working days", "nobody has read them", "The copy of your answers"):
        assert untrue not in shown
    assert state(site, accepted)["state"] == "erased"


def test_the_signed_receipt_is_genuine(
    site: httpx.Client, accepted: Accepted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAR", str(tmp_path / "var"))
    address = f"/en/receipt/{accepted.reference}/signed.json"
    assert f'href="{address}?token={accepted.token}"' in page(site, accepted)
    answer = site.get(address, params={"token": accepted.token})
    assert accepted.reference in answer.headers["content-disposition"]
    file, keys = tmp_path / "receipt.json", tmp_path / "keys.json"
    file.write_bytes(answer.content)
    keys.write_bytes(site.get("/api/v1/receipt-keys").content)
    assert json.loads(keys.read_text())["keys"][0]["kid"] == SIGNER.key_id
    assert '"d"' not in keys.read_text()
    checked = CliRunner().invoke(command, ["leads", "verify", str(file), "--keys", str(keys)])
    assert (checked.exit_code, "genuine" in checked.output) == (0, True)
    assert state(site, accepted)["signed"] == answer.json()
    assert site.get(address, params={"token": "x"}).status_code == 404
    assert site.get(f"/api/v1/receipts/{accepted.reference}").status_code == 404


def test_the_asking_page_leads_to_the_receipt(site: httpx.Client, accepted: Accepted) -> None:
    asked = site.get("/en/receipt/")
    assert asked.status_code == 200
    assert 'action="/en/receipt/"' in asked.text
    assert site.get("/en/receipt").headers["location"] == "/en/receipt/"
    given = {
        "reference": f" {accepted.reference.lower()} ",
        "code": f"{accepted.token[:20].upper()} {accepted.token[20:]}",
    }
    sent = site.post("/en/receipt/", data=given)
    assert sent.status_code == 303
    assert sent.headers["location"] == f"/en/receipt/{accepted.reference}?token={accepted.token}"
    assert sent.headers["referrer-policy"] == "no-referrer"
    assert site.get("/xx/receipt/").status_code == 404


@pytest.mark.parametrize("code", ["", "x", "0" * 40, "é"])
def test_a_wrong_code_is_not_told_from_a_wrong_reference(site: httpx.Client, accepted: Accepted, code: str) -> None:
    wrong = site.post("/en/receipt/", data={"reference": accepted.reference, "code": code})
    unknown = site.post("/en/receipt/", data={"reference": "CQ-3333-3333", "code": code})
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert wrong.text.replace(accepted.reference, "") == unknown.text.replace("CQ-3333-3333", "")
    assert 'role="alert"' in wrong.text


def test_guessing_is_slowed_down(engine: Engine, intake: Intake) -> None:
    app = make_portal(engine, intake, RateLimiter(burst=3, seconds=60, clock=lambda: 0.0))
    with served(app) as address, httpx.Client(base_url=address) as client:
        tries = [client.post("/en/receipt/", data={"reference": "CQ-3333-3333", "code": "x"}) for _ in range(4)]
    assert [answer.status_code for answer in tries] == [422, 422, 422, 429]
    assert tries[-1].headers["retry-after"] == "60"


def test_from_another_site_it_is_refused(site: httpx.Client) -> None:
    answer = site.post("/en/receipt/", data={"reference": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_the_access_code_is_in_no_log(
    site: httpx.Client, accepted: Accepted, engine: Engine, capfd: pytest.CaptureFixture[str], keys: envelope.Keys
) -> None:
    page(site, accepted)
    state(site, accepted)
    site.post("/en/receipt/", data={"reference": accepted.reference, "code": accepted.token})
    shown = capfd.readouterr()
    assert accepted.token not in shown.out + shown.err
