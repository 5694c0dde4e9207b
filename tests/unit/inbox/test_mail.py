"""What a mail says, in which language, and that no answer can bend its headers."""

from datetime import UTC, datetime
from typing import Any

import pytest

from portal.inbox.mail import MailImpossibleError, Stationery, acknowledgement
from portal.inbox.render import make_text
from tests.support.leads import ROOT, answers

PAPER = Stationery(
    "Bureau <no-reply@bureau.example>", "https://invest.example", {"en": "The Bureau", "zh-Hans": "某局"}
)
MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)


def make(locale: str = "en", receipt: Any = "/en/receipt/CQ-7K4M-9XHT?token=abc123", **changes: Any) -> Any:
    payload = {
        "reference": "CQ-7K4M-9XHT",
        "locale": locale,
        "answers": {**answers(consent_email=True), **changes},
        "receipt": receipt,
    }
    return acknowledgement(
        "lead-1", payload, sent_at=MONDAY, now=MONDAY, paper=PAPER, text=make_text(ROOT / "templates")
    )


@pytest.mark.parametrize(
    ("locale", "language", "subject", "promised", "note"),
    [
        ("en", None, "has arrived", "25 November 2026", ""),
        ("zh-Hans", None, "已收到", "2026年11月25日", ""),
        ("en", "zh-Hans", "已收到", "2026年11月25日", ""),
        ("zh-Hans", "de", "has arrived", "25 November 2026", "You asked for Deutsch"),
        ("en", "zh-Hant", "已收到", "2026年11月25日", "您选择的语言是"),
        ("xx", "klingon", "has arrived", "25 November 2026", ""),
    ],
)
def test_it_is_written_in_the_language_asked_for_or_says_so(
    locale: str, language: str | None, subject: str, promised: str, note: str
) -> None:
    message = make(locale, **({"language": language} if language else {}))
    text = message.get_content()
    assert subject in message["Subject"]
    assert "CQ-7K4M-9XHT" in message["Subject"]
    assert "https://invest.example/en/receipt/CQ-7K4M-9XHT?token=abc123" in text
    assert promised in text
    assert note in text
    assert ("You asked for" in text or "您选择的语言是" in text) == bool(note)
    assert message.get_content_type() == "text/plain"


def test_it_repeats_nothing_of_what_was_written() -> None:
    words = {"name": "CANARYname", "company": "CANARYcompany", "message": "CANARYtext", "phone": "+49 30 5550100"}
    message = make(**words)
    assert "CANARY" not in message.as_string()
    assert "5550100" not in message.as_string()
    assert message["To"] == "erika@example.com"


@pytest.mark.parametrize(
    "email",
    [
        "a@example.com\r\nBcc: victim@example.com",
        "a@example.com\nBcc: victim@example.com",
        "a@example.com, victim@example.com",
        "a@example.com;victim@example.com",
        "Name <a@example.com>",
        "a@b@example.com",
        '"a b"@example.com',
        "a@example.com\0",
        "a@exam ple.com",
        "",
        None,
        ["a@example.com"],
    ],
)
def test_no_address_can_bend_a_header(email: Any) -> None:
    with pytest.raises(MailImpossibleError):
        make(email=email)


@pytest.mark.parametrize(
    "receipt",
    [
        "https://evil.example/",
        "//evil.example/receipt/X?token=a",
        "/en/receipt/X?token=a\r\nBcc: x",
        None,
        7,
        "/en/receipt/X",
    ],
)
def test_an_odd_link_is_left_out(receipt: Any) -> None:
    text = make(receipt=receipt).get_content()
    assert "evil" not in text
    assert "invest.example" not in text


def test_without_consent_there_is_no_mail() -> None:
    for consent in (None, False, "yes"):
        with pytest.raises(MailImpossibleError, match="consent"):
            make(consent_email=consent)


def test_international_addresses_are_kept() -> None:
    message = make(email="jürgen@müller.example")
    assert "jürgen@xn--mller-kva.example".encode() in message.as_bytes()
    assert make(email="j@müller.example").as_bytes().isascii()
