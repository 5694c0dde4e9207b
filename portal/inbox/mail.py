"""The mail that tells an investor of the arrival: in their language, with reference and promise, and none of their words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from typing import Any

import idna

from portal import l10n
from portal.locales import LOCALES, SOURCE
from portal.workdays import promised_date

#: Languages that the templates are written in, and what stands in for another.
WRITTEN = (SOURCE, "en")
_STANDS_IN = {"zh-Hant": SOURCE}

_RECEIPT = re.compile(r"/[A-Za-z-]{2,20}/receipt/[0-9A-Z-]{1,32}\?token=[0-9A-Za-z_-]{1,200}")
#: One address and nothing else: no spaces, lists, quotes, comments or control characters.
_ADDRESS = re.compile(r"[^\s\x00-\x20\x7f,;:<>()\[\]\"\\@]{1,64}@[^\s\x00-\x20\x7f,;:<>()\[\]\"\\@]{1,255}")

Text = Callable[..., str]


class MailImpossibleError(Exception):
    """No mail can be made of this lead, today or later; the message is a code."""


@dataclass(frozen=True)
class Stationery:
    """What every mail has: who sends it, where the site is, the bureau's name by locale."""

    sender: str
    base_url: str
    bureau: Mapping[str, str] = field(default_factory=dict)


def acknowledgement(
    lead_id: str, payload: Mapping[str, Any], *, sent_at: datetime, now: datetime, paper: Stationery, text: Text
) -> EmailMessage:
    """The mail for a lead that was sent at `sent_at`. Raises MailImpossibleError: no consent, no usable address."""
    answers = payload["answers"]
    if answers.get("consent_email") is not True:
        raise MailImpossibleError("consent")  # noqa: EM101 - a code
    address = answers.get("email")
    if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
        raise MailImpossibleError("address")  # noqa: EM101 - a code
    wanted = next((tag for tag in (answers.get("language"), payload.get("locale")) if tag in LOCALES), "en")
    locale = wanted if wanted in WRITTEN else _STANDS_IN.get(wanted, "en")
    link = payload.get("receipt")
    body = text(
        f"acknowledgement.{locale}.txt",
        reference=str(payload.get("reference", "")),
        promised=l10n.partial_date(promised_date(sent_at).isoformat(), locale),
        link=f"{paper.base_url}{link}" if isinstance(link, str) and _RECEIPT.fullmatch(link) else "",
        wanted=LOCALES[wanted].name if wanted != locale else "",
        bureau=paper.bureau.get(locale, ""),
    )
    subject, _, content = body.partition("\n")
    return _message(lead_id, address, subject, content.strip("\n") + "\n", locale, paper.sender, now)


def _message(
    lead_id: str, address: str, subject: str, content: str, locale: str, sender: str, now: datetime
) -> EmailMessage:
    user, _, domain = address.rpartition("@")
    # Only a name in front of the @ needs a server that knows SMTPUTF8: a domain has a form in plain letters.
    message = EmailMessage(policy=SMTP if user.isascii() else SMTPUTF8)
    try:
        message["From"] = sender
        message["To"] = Address(username=user, domain=idna.encode(domain, uts46=True).decode())
        message["Subject"] = subject
        message["Date"] = now
        # The same at every try: a mail that was sent twice can be told by it.
        message["Message-ID"] = f"<{lead_id}.acknowledgement@{sender.rpartition('@')[2].strip('> ')}>"
        message["Auto-Submitted"] = "auto-generated"
        message["Content-Language"] = locale
        message.set_content(content)
    except (MessageError, ValueError, IndexError, AttributeError) as error:
        raise MailImpossibleError("header") from error  # noqa: EM101 - a code
    return message
