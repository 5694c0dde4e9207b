"""Who may have written before: keyed digests of e-mail, phone and company, so that no plain text is kept to compare."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import phonenumbers

#: Legal forms as written after NFKC, case folding and without stops; a firm is the same with or without them.
_FORMS = (
    "股份有限公司", "有限责任公司", "有限責任公司", "有限公司", "集团公司", "集團公司", "公司",
    "株式会社", "有限会社", "合同会社", "주식회사", "유한회사",
    "gmbh & co kg", "co ltd", "company limited", "pte ltd", "pty ltd", "pvt ltd", "sdn bhd",
    "gmbh", "mbh", "kgaa", "ag", "se", "kg", "ohg", "ug", "limited", "ltd", "llc", "llp", "lp", "plc", "inc",
    "incorporated", "corporation", "corp", "company", "co", "sa", "sas", "sarl", "sasu", "srl", "spa", "sl", "slu",
    "bv", "nv", "ab", "as", "oy", "oyj", "aps", "kk", "ооо", "оао", "зао", "пао", "ао", "ش م م", "ذ م م", "ش م ل",
)  # fmt: skip
_ANY = "|".join(map(re.escape, _FORMS))
#: Western forms stand apart at either end; East Asian ones follow the name without a space.
_ENDS = re.compile(rf"(?:^(?:{_ANY})\s+|(?:\s+|(?<=[^\x00-\x7f]))(?:{_ANY})$)")
#: two-sided forms: (株) and 株式会社 may stand before the name without a space
_STARTS = re.compile("^(?:株式会社|有限会社|주식회사)")


@dataclass(frozen=True)
class Digests:
    """Keyed digests; None where the lead has no such answer."""

    email: str | None
    phone: str | None
    company: str | None


def company_key(name: str) -> str:
    """A company's name reduced to what is the same however it is written: width, case, stops, legal form."""
    text = unicodedata.normalize("NFKC", name).casefold()
    text = text.replace(".", "").replace("(株)", " ").replace("㈜", " ")
    text = " ".join("".join(char if char.isalnum() or char == "&" else " " for char in text).split())
    before = None
    while text != before:
        before = text
        text = _STARTS.sub("", _ENDS.sub(" ", text)).strip()
        if not text:
            return before
    return "".join(char for char in text if char.isalnum())


def phone_key(number: str, country: str) -> str:
    """A phone number as digits in international form; the plain digits where it is no number of its country."""
    try:
        parsed = phonenumbers.parse(number, country or None)
    except phonenumbers.NumberParseException:
        return "".join(char for char in number if char.isdecimal())
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def digests(answers: Mapping[str, Any], key: bytes) -> Digests:
    """The digests of a lead's answers under `key`."""

    def text(name: str) -> str:
        value = answers.get(name)
        return value.strip() if isinstance(value, str) else ""

    def digest(kind: str, value: str) -> str | None:
        return hmac.new(key, f"{kind}:{value}".encode(), hashlib.sha256).hexdigest() if value else None

    country = text("country")
    phone = phone_key(text("phone"), country) if text("phone") else ""
    company = company_key(text("company"))
    return Digests(
        email=digest("email", text("email").casefold()),
        phone=digest("phone", phone),
        company=digest("company", f"{country}:{company}" if company else ""),
    )
