"""The form, the receipt and the API over real HTTP, as a browser without JavaScript and as a program use them."""

import html
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine, text
from sqlmodel import select

from portal import db, envelope
from portal.leads.intake import KEY_LIFETIME, Intake
from portal.leads.models import Submission
from portal.web.countries import countries
from portal.web.enquiry import HONEYPOT
from portal.web.limits import RateLimiter
from tests.support.leads import SECRET, SIGNER, Clock, StubPages, answers, make_portal, solved
from tests.support.servers import served

KEY = "a-key-of-the-test-0001"


@pytest.fixture
def intake(engine: Engine, keys: envelope.Keys, clock: Clock) -> Intake:
    return Intake(engine, public_key=keys.public, secret=SECRET, signer=SIGNER, clock=clock)


@pytest.fixture
def site(engine: Engine, intake: Intake) -> Iterator[httpx.Client]:
    with served(make_portal(engine, intake)) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


def submissions(engine: Engine) -> list[Submission]:
    with db.read(engine) as session:
        return list(session.exec(select(Submission)).all())


def fields_of(page: str) -> dict[str, list[str]]:
    """What a browser would send from the page's form, without a button."""
    form = BeautifulSoup(page, "html.parser").find("form")
    assert form is not None
    sent: dict[str, list[str]] = {}
    for field in form.find_all(["input", "select", "textarea"]):
        name, value = str(field.get("name")), str(field.get("value", ""))
        if field.name == "textarea":
            value = field.text.removeprefix("\n")
        elif field.name == "select":
            chosen = field.find("option", selected=True)
            value = str(chosen.get("value")) if chosen else ""
        elif field.get("type") == "checkbox" and not field.has_attr("checked"):
            continue
        sent.setdefault(name, []).append(value)
    return sent


def challenge_of(page: str) -> str:
    form = BeautifulSoup(page, "html.parser").find("form")
    assert form is not None
    return str(form["data-challenge"])


def open_form(site: httpx.Client, clock: Clock, path: str = "/en/invest", **changes: Any) -> dict[str, Any]:
    """A form as a person fills it in: half a minute after opening it, without a script."""
    page = site.get(path)
    assert page.status_code == 200
    clock.forward(seconds=30)
    return {**fields_of(page.text), **answers(**changes)}


def values(page: str, name: str) -> list[str]:
    return fields_of(page).get(name, [])


def test_from_the_form_to_the_receipt(site: httpx.Client, clock: Clock, engine: Engine, keys: envelope.Keys) -> None:
    page = site.get("/en/invest").text
    clock.forward(seconds=30)
    given = answers(sectors=["ic", "nev"], message="Zeile 1\r\nZeile 2", proof=solved(challenge_of(page)))
    form = {**fields_of(page), **given}
    check = site.post("/en/invest", data={**form, "step": "check"})
    assert check.status_code == 200
    assert "Integrated circuits" in check.text
    assert "Germany" in check.text
    assert submissions(engine) == []
    sent = site.post("/en/invest", data={**fields_of(check.text), "step": "send"})
    assert sent.status_code == 303
    receipt = site.get(sent.headers["location"])
    assert receipt.status_code == 200
    (row,) = submissions(engine)
    assert row.reference in receipt.text
    assert not row.quarantined
    assert not any(str(value) in receipt.text for value in answers().values())
    stored = envelope.unseal(row.id, row.sealed, keys.private)
    assert stored["flags"] == []
    assert stored["privacy_notice"] == {"version": "2026-01", "locale": "en", "sha256": "digest of en"}
    assert receipt.headers["cache-control"] == "no-store"
    assert receipt.headers["referrer-policy"] == "no-referrer"
    again = site.post("/en/invest", data={**fields_of(check.text), "step": "send"})
    assert again.headers["location"] == sent.headers["location"]
    assert len(submissions(engine)) == 1


def test_what_is_stored_is_what_was_sent(site: httpx.Client, clock: Clock, engine: Engine, keys: envelope.Keys) -> None:
    nasty = "<script>alert(1)</script>{{7*7}}${7*7}"
    form = open_form(site, clock, message=nasty, company=nasty, unknown_field="never", consent_phone="yes")
    check = site.post("/en/invest", data={**form, "step": "check"})
    assert nasty not in check.text
    assert html.escape(nasty) in check.text
    assert ">49<" not in check.text
    assert "$49" not in check.text
    assert site.post("/en/invest", data={**fields_of(check.text), "step": "send"}).status_code == 303
    (row,) = submissions(engine)
    stored = envelope.unseal(row.id, row.sealed, keys.private)
    assert stored["answers"] == {
        **answers(message=nasty, company=nasty),
        "consent_email": True,
        "consent_phone": True,
    }
    assert "never" not in json.dumps(stored)


def test_errors_keep_every_answer(site: httpx.Client, clock: Clock, engine: Engine) -> None:
    form = open_form(
        site, clock, email="nobody", name="", jobs="many", sectors=["ic"], opportunities=["batteries"], message='"><b>'
    )
    page = site.post("/en/invest", data={**form, "step": "check"})
    assert page.status_code == 422
    soup = BeautifulSoup(page.text, "html.parser")
    links = [str(link["href"]) for link in soup.select("#error-summary a")]
    assert links == ["#name", "#email", "#jobs"]
    assert all(soup.select_one(link) for link in links)
    email = soup.select_one("#email")
    assert email is not None
    assert email["aria-invalid"] == "true"
    assert all(soup.select_one(f"#{part}") for part in str(email["aria-describedby"]).split())
    for name, value in form.items():
        if name != "form_key" and value not in ("", [""]):
            assert values(page.text, name) == (value if isinstance(value, list) else [value]), name
    assert values(page.text, "form_key") == form["form_key"]
    assert submissions(engine) == []


def test_change_answers(site: httpx.Client, clock: Clock) -> None:
    form = open_form(site, clock, parks=["liangjiang"])
    check = site.post("/en/invest", data={**form, "step": "check"})
    page = site.post("/en/invest", data={**fields_of(check.text), "step": "edit"})
    assert page.status_code == 200
    assert values(page.text, "parks") == ["liangjiang"]
    assert values(page.text, "form_key") == form["form_key"]


def test_each_answer_can_be_changed_from_the_check_page(site: httpx.Client, clock: Clock) -> None:
    form = open_form(site, clock, parks=["undecided"], phone="+49 30 1234567")
    check = site.post("/en/invest", data={**form, "step": "check"})
    soup = BeautifulSoup(check.text, "html.parser")
    buttons = soup.select("dl button[form=inquiry][name=step][value=edit]")
    targets = [str(button["formaction"]) for button in buttons]
    asked = ["name", "email", "phone", "company", "country", "parks", "message", "consent_email"]
    assert targets == [f"/en/invest#{name}" for name in asked]
    assert len({button.get_text() for button in buttons}) == len(asked)
    page = site.post("/en/invest", data={**fields_of(check.text), "step": "edit"}).text
    assert all(BeautifulSoup(page, "html.parser").find(id=name) for name in asked)


@pytest.mark.parametrize("other", [{}, {"email": "desk@example.com", "phone": "+86 23 6789 1234"}])
def test_other_ways_to_reach_the_bureau_are_those_of_the_content(other: dict[str, str]) -> None:
    site = {"email": None, "phone": None, "address": {}, **other}
    context = {"notice": "storage", "errors": (), "wrong": {}, "values": {}, "groups": (), "honeypot": "h"}
    page = StubPages().html(
        "en", "pages/invest.html", site=site, tag="en", action="", form_key="", proof="", challenge="", **context
    )
    found = [str(link["href"]) for link in BeautifulSoup(page, "html.parser").select("#form-notice a")]
    assert found == (["mailto:desk@example.com", "tel:+862367891234"] if other else [])
    assert ("come back later" in page) is not bool(other)


def test_each_visitor_gets_a_key_and_a_challenge_of_their_own(site: httpx.Client) -> None:
    pages = [site.get(f"/{locale}/invest").text for locale in ("en", "zh-Hans", "en", "zh-Hans")]
    assert len({values(page, "form_key")[0] for page in pages}) == 4
    assert len({json.loads(challenge_of(page))["parameters"]["nonce"] for page in pages}) == 4
    assert len({json.loads(challenge_of(page))["parameters"]["data"]["key"] for page in pages}) == 4
    # What one visitor has brought along does not stay for the next.
    assert values(site.get("/en/invest?sector=ic").text, "sectors") == ["ic"]
    assert values(site.get("/en/invest").text, "sectors") == []
    assert 'action="/zh-Hans/invest"' in pages[1]


def test_prefilled_from_a_shortlist_a_segment_and_a_policy(site: httpx.Client) -> None:
    page = site.get("/en/invest?opportunity=batteries&opportunity=power-semiconductors&opportunity=batteries").text
    assert values(page, "opportunities") == ["power-semiconductors", "batteries"]
    assert values(page, "sectors") == ["ic", "nev"]
    assert "segments" not in page
    page = site.get("/en/invest?opportunity=batteries&segment=cells&segment=nowhere&policy=foreign-investment-law").text
    assert values(page, "segments") == ["batteries/cells"]
    assert values(page, "policies") == ["foreign-investment-law"]
    assert values(page, "topic") == ["question"]
    assert values(site.get("/en/invest?report=error").text, "topic") == ["page-error"]


def test_prefilled_from_the_page_before(site: httpx.Client) -> None:
    page = site.get("/en/invest?opportunity=batteries&park=liangjiang&region=nowhere&sector=%00&sector=<b>").text
    assert values(page, "opportunities") == ["batteries"]
    assert values(page, "sectors") == ["nev"]
    assert values(page, "parks") == ["liangjiang"]
    assert values(page, "regions") == []


def test_prefilled_with_what_was_searched_for(site: httpx.Client) -> None:
    field = re.compile(r'<textarea id="message"[^>]*>([^<]*)</textarea>')
    for given, shown in (
        ("forklift batteries", "forklift batteries"),
        ("<b>batteries</b>", "&lt;b&gt;batteries&lt;/b&gt;"),
        ("x" * 5000, "x" * 100),
        ("a\u202eb", ""),
        ("\x00", ""),
    ):
        (found,) = field.findall(site.get("/en/invest", params={"message": given}).text)
        assert found.strip() == shown


def test_same_key_with_another_body(site: httpx.Client, clock: Clock, engine: Engine) -> None:
    form = open_form(site, clock)
    assert site.post("/en/invest", data=form).status_code == 303
    page = site.post("/en/invest", data={**form, "name": "Max"})
    assert page.status_code == 422
    assert values(page.text, "name") == ["Max"]
    assert values(page.text, "form_key") != form["form_key"]
    assert len(submissions(engine)) == 1


def test_fifty_at_once(site: httpx.Client, clock: Clock, engine: Engine) -> None:
    form = open_form(site, clock)
    with ThreadPoolExecutor(50) as pool:
        found = list(pool.map(lambda _: site.post("/en/invest", data=form), range(50)))
    assert {answer.status_code for answer in found} == {303}
    assert len({answer.headers["location"] for answer in found}) == 1
    assert len(submissions(engine)) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_from_another_site(site: httpx.Client, clock: Clock, engine: Engine, headers: dict[str, str]) -> None:
    form = open_form(site, clock)
    assert site.post("/en/invest", data=form, headers=headers).status_code == 403
    refused = site.post("/api/v1/inquiries", json=answers(), headers={**headers, "Idempotency-Key": KEY})
    assert refused.status_code == 403
    assert submissions(engine) == []


@pytest.mark.parametrize("step", ["check", "send"])
def test_an_expired_key_gives_the_form_again(site: httpx.Client, clock: Clock, step: str) -> None:
    form = open_form(site, clock)
    clock.forward(seconds=KEY_LIFETIME.total_seconds())
    page = site.post("/en/invest", data={**form, "step": step})
    assert page.status_code == 422
    assert values(page.text, "name") == ["Erika Mustermann"]
    fresh = values(page.text, "form_key")
    assert fresh != form["form_key"]


def test_a_missing_key_gives_the_form_again(site: httpx.Client) -> None:
    page = site.post("/en/invest", data=answers())
    assert page.status_code == 422
    assert values(page.text, "name") == ["Erika Mustermann"]
    assert values(page.text, "form_key") != [""]


@pytest.mark.parametrize(
    ("seconds", "trap", "flags"),
    [(1, "", ["too-fast", "no-proof"]), (30, "spam", ["honeypot", "no-proof"]), (30, "", ["no-proof"])],
)
def test_doubtful_ones_are_kept_apart(
    site: httpx.Client, clock: Clock, engine: Engine, keys: envelope.Keys, seconds: int, trap: str, flags: list[str]
) -> None:
    clock.now = db.utcnow().replace(microsecond=0)
    form = fields_of(site.get("/en/invest").text)
    clock.forward(seconds=seconds)
    assert site.post("/en/invest", data={**form, **answers(), HONEYPOT: trap}).status_code == 303
    (row,) = submissions(engine)
    assert row.quarantined
    assert envelope.unseal(row.id, row.sealed, keys.private)["flags"] == flags


def sent_flags(engine: Engine, keys: envelope.Keys, location: str) -> list[str]:
    row = next(row for row in submissions(engine) if f"/{row.reference}?" in location)
    stored: list[str] = envelope.unseal(row.id, row.sealed, keys.private)["flags"]
    assert row.quarantined is bool(stored)
    return stored


def test_a_proof_holds_for_one_form_and_one_inquiry(
    site: httpx.Client, clock: Clock, engine: Engine, keys: envelope.Keys
) -> None:
    pages = [site.get("/en/invest").text for _ in range(2)]
    clock.forward(seconds=30)
    proof = solved(challenge_of(pages[0]))
    mine = {**fields_of(pages[0]), **answers(), "proof": proof}
    assert sent_flags(engine, keys, site.post("/en/invest", data=mine).headers["location"]) == []
    replayed = {**fields_of(pages[1]), **answers(), "proof": proof}
    sent = site.post("/en/invest", data=replayed)
    assert sent.status_code == 303
    assert site.get(sent.headers["location"]).status_code == 200
    assert sent_flags(engine, keys, sent.headers["location"]) == ["bad-proof"]
    # With its own key it cannot carry other answers either.
    assert site.post("/en/invest", data={**mine, "name": "Max"}).status_code == 422
    assert len(submissions(engine)) == 2


@pytest.mark.parametrize("proof", ["x", "e30=", "bnVsbA==", "W10=", "\ud83d", "A" * 5000, "eyJjaGFsbGVuZ2UiOlsxXX0="])
def test_nonsense_for_a_proof_is_flagged_not_refused(
    site: httpx.Client, clock: Clock, engine: Engine, keys: envelope.Keys, proof: str
) -> None:
    form = {**open_form(site, clock), "proof": proof.encode("utf-8", "replace").decode()}
    sent = site.post("/en/invest", data=form)
    assert sent.status_code == 303
    assert sent_flags(engine, keys, sent.headers["location"]) == ["bad-proof"]


def test_a_proof_is_kept_through_errors_and_the_check_page(site: httpx.Client, clock: Clock) -> None:
    form = {**open_form(site, clock), "proof": "c29sdmVk"}
    wrong = site.post("/en/invest", data={**form, "email": "nobody", "step": "check"}).text
    assert values(wrong, "proof") == ["c29sdmVk"]
    check = site.post("/en/invest", data={**form, "step": "check"}).text
    assert values(check, "proof") == ["c29sdmVk"]
    assert values(site.post("/en/invest", data={**fields_of(check), "step": "edit"}).text, "proof") == ["c29sdmVk"]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"name=" + b"a" * 300_000, "application/x-www-form-urlencoded", 413),
        (b"a=1&" * 1001, "application/x-www-form-urlencoded", 400),
        (b"name=%00", "application/x-www-form-urlencoded", 400),
        (b"name=%ff", "application/x-www-form-urlencoded", 400),
        (b"name=%ed%a0%80", "application/x-www-form-urlencoded", 400),
        ("name=é".encode("latin-1"), "application/x-www-form-urlencoded", 400),
        (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x", 400),
        (b"{}", "text/plain", 415),
    ],
)
def test_broken_bodies(site: httpx.Client, body: bytes, kind: str, status: int) -> None:
    assert site.post("/en/invest", content=body, headers={"Content-Type": kind}).status_code == status


def test_a_big_body_without_its_length(site: httpx.Client) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = site.post("/en/invest", content=(b"a" * 60_000 for _ in range(10)), headers=headers)
    assert answer.status_code == 413


def test_storage_away_keeps_the_answers(site: httpx.Client, clock: Clock, engine: Engine) -> None:
    form = open_form(site, clock)
    with db.write(engine) as session:
        session.connection().execute(text("ALTER TABLE submission RENAME TO away"))
    page = site.post("/en/invest", data=form)
    assert page.status_code == 503
    assert "<title>Error:" in page.text
    assert int(page.headers["retry-after"]) > 0
    assert values(page.text, "message") == ["Grüße, we look for a site."]
    assert values(page.text, "form_key") == form["form_key"]
    with db.write(engine) as session:
        session.connection().execute(text("ALTER TABLE away RENAME TO submission"))
    assert site.post("/en/invest", data=form).status_code == 303


def test_a_flood_from_one_address(engine: Engine, intake: Intake, clock: Clock) -> None:
    app = make_portal(engine, intake, RateLimiter(burst=3, seconds=60, clock=lambda: 0.0))
    with served(app) as address, httpx.Client(base_url=address) as site:
        form = open_form(site, clock)
        found = [site.post("/en/invest", data=form) for _ in range(5)]
        assert [answer.status_code for answer in found] == [303, 303, 303, 429, 429]
        assert found[-1].headers["retry-after"] == "60"
        assert "<title>Error:" in found[-1].text
        assert values(found[-1].text, "name") == ["Erika Mustermann"]
        api = site.post("/api/v1/inquiries", json=answers(), headers={"Idempotency-Key": KEY})
        assert (api.status_code, api.headers["retry-after"]) == (429, "60")


@pytest.mark.parametrize("path", ["/xx/invest", "/xx/receipt/CQ-7777-7777", "/en/receipt/CQ-7777-7777?token=x"])
def test_what_is_not_there(site: httpx.Client, path: str) -> None:
    assert site.get(path).status_code == 404


def test_receipts_cannot_be_guessed(site: httpx.Client, clock: Clock) -> None:
    location = site.post("/en/invest", data=open_form(site, clock)).headers["location"]
    assert site.get(location.replace("/en/", "/zh-Hans/")).status_code == 200
    assert site.get(location[:-1]).status_code == 404
    assert site.get(location.partition("?")[0]).status_code == 404
    assert site.head(location).status_code == 200


def test_pages_carry_no_inline_code(site: httpx.Client, clock: Clock) -> None:
    form = open_form(site, clock)
    pages = [site.get("/en/invest").text, site.post("/en/invest", data={**form, "step": "check"}).text]
    pages.append(site.get(site.post("/en/invest", data=form).headers["location"]).text)
    for page in pages:
        soup = BeautifulSoup(page, "html.parser")
        assert [script.get_text() for script in soup.find_all("script")] in ([], [""])
        assert not soup.find_all("style")
        assert not [tag for tag in soup.find_all(True) if any(name.startswith(("on", "style")) for name in tag.attrs)]
        assert len(soup.find_all("h1")) == 1
        ids = [str(tag["id"]) for tag in soup.find_all(id=True)]
        assert len(ids) == len(set(ids))


def test_countries_are_named_and_sorted() -> None:
    frequent, every = countries("en")
    assert frequent[0] == ("CN", "China")
    assert every[0][1].startswith("Afgh")
    assert dict(countries("zh-Hans")[1])["DE"] == "德国"
    assert dict(frequent)["TW"] == "Taiwan, China"
    assert [code for code, _ in countries("zh-Hans")[1]] != [code for code, _ in every]


def api(site: httpx.Client, content: Any, key: str = KEY, **headers: str) -> httpx.Response:
    sent = {"Content-Type": "application/json", "Idempotency-Key": key, **headers}
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return site.post("/api/v1/inquiries", content=body, headers=sent)


def test_a_program_sends(site: httpx.Client, engine: Engine) -> None:
    inquiry = answers(consent_email=True, sectors=["ic"], jobs=12, locale="en", unknown={"deep": [1]})
    first = api(site, inquiry)
    assert first.status_code == 201
    assert site.get(first.headers["location"]).status_code == 200
    assert first.json()["receipt"] == first.headers["location"]
    second = api(site, inquiry)
    assert (second.status_code, second.json()) == (200, first.json())
    other = api(site, {**inquiry, "name": "Max"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert len(submissions(engine)) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"name": "a\\u0000b"}', 400),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
        (b'{"a": ' + b"[" * 30 + b"]" * 30 + b"}", 400),
        (b'{"name": "a", "name": "b"}', 400),
        (b'{"jobs": NaN}', 422),
        (b'{"jobs": -Infinity}', 422),
        (b'{"jobs": 1e999}', 422),
        (b'{"jobs": ' + b"9" * 5000 + b"}", 400),
        (b'{"name": "\\ud800"}', 422),
        (b'{"name": {"a": 1}, "email": 5, "sectors": "zz", "consent_email": "maybe"}', 422),
        (b'{"locale": ["en"]}', 422),
        (b'{"a": "' + b"x" * 300_000 + b'"}', 413),
    ],
)
def test_problems_of_programs(site: httpx.Client, body: bytes, status: int) -> None:
    answer = api(site, body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_errors_of_programs_name_field_and_code(site: httpx.Client) -> None:
    answer = api(site, answers(name="\ud800", email=["x"], sectors=[1.5], country="ZZ"))
    assert answer.json()["errors"] == [
        {"field": "sectors", "code": "type", "params": {}},
        {"field": "name", "code": "not-text", "params": {}},
        {"field": "email", "code": "email", "params": {}},
        {"field": "country", "code": "choice", "params": {}},
    ]


@pytest.mark.parametrize("key", ["", "short", "with space in the middle"])
def test_a_program_needs_a_key(site: httpx.Client, key: str) -> None:
    answer = api(site, answers(), key=key)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key")


def test_media_types_of_programs(site: httpx.Client) -> None:
    sent = site.post(
        "/api/v1/inquiries",
        content=urlencode(answers()),
        headers={"Idempotency-Key": KEY, "Content-Type": "text/plain"},
    )
    assert sent.status_code == 415


def test_a_program_that_proves_its_work_is_not_kept_apart(
    site: httpx.Client, engine: Engine, keys: envelope.Keys
) -> None:
    asked = site.get("/api/v1/inquiries/challenge", headers={"Idempotency-Key": KEY})
    assert asked.headers["cache-control"] == "no-store"
    proof = solved(asked.text)
    sent = api(site, answers(proof=proof))
    assert sent.status_code == 201
    assert sent_flags(engine, keys, sent.headers["location"]) == []
    for other in ({"proof": proof}, {"proof": 5}):
        again = api(site, answers(**other), key=f"another-key-{other}"[:40].replace(" ", "-"))
        assert again.status_code == 201
        assert sent_flags(engine, keys, again.headers["location"]) == ["bad-proof"]
    bare = api(site, answers(), key="another-key-without-proof")
    assert sent_flags(engine, keys, bare.headers["location"]) == ["no-proof"]
    assert site.get("/api/v1/inquiries/challenge").status_code == 400


def test_the_api_is_described(site: httpx.Client) -> None:
    described = site.get("/openapi.json").json()["paths"]
    assert list(described) == ["/api/v1/inquiries/challenge", "/api/v1/inquiries"]
