"""From raw answers, as a browser or a program sends them, to an `Inquiry` or to every error at once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn
from urllib.parse import urlsplit

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from portal.leads.forms import FIELDS, Answer, Field, FieldError, FormOptions, Inquiry
from portal.leads.text import UncleanError, clean_line, clean_text, doubtful_domain

Raw = Mapping[str, Sequence[str]]

MAX_CHOICES = 80
MAX_NUMBER = 1_000_000

_NUMBER = re.compile(r"^(?:[0-9]{1,7}|[0-9]{1,3}(?:[ ,.'’\u00a0\u202f\u066c][0-9]{3})+)$")
_HOST = re.compile(r"^(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{0,61}[^\W_]$")


def parse(raw: Raw, options: FormOptions) -> Inquiry | list[FieldError]:
    """The inquiry in `raw` (field name to values as sent), or every error in the order of the form.

    Unknown names are passed over and never stored.
    """
    allowed = options.allowed
    answers: dict[str, Answer] = {}
    errors: list[FieldError] = []
    country = (raw.get("country") or ("",))[-1]
    for entry in FIELDS.values():
        given = [value for value in raw.get(entry.name, ()) if value.strip()]
        try:
            answer = _read(entry, given, allowed.get(entry.name, frozenset()), country)
        except _Refused as refused:
            errors.append(FieldError(entry.name, refused.code, refused.params))
            continue
        if answer is not None:
            answers[entry.name] = answer
        elif entry.required:
            errors.append(FieldError(entry.name, "required"))
    failed = {error.field for error in errors}
    errors += [error for error in _between(answers, failed) if error.field not in failed]
    if errors:
        places = {name: place for place, name in enumerate(FIELDS)}
        return sorted(errors, key=lambda error: places[error.field])
    domain = str(answers["email"]).rpartition("@")[2]
    return Inquiry(answers, ("look-alike-domain",) if doubtful_domain(domain) else ())


def _between(answers: Mapping[str, Answer], failed: set[str]) -> list[FieldError]:
    """What one answer asks of another."""
    given = answers.keys() | failed
    errors: list[FieldError] = []
    if "investment" in answers and "currency" not in given:
        errors.append(FieldError("currency", "currency-missing"))
    if answers.get("channel") == "phone":
        if "phone" not in given:
            errors.append(FieldError("phone", "phone-missing"))
        if "consent_phone" not in given:
            errors.append(FieldError("consent_phone", "consent-phone-missing"))
    if not {"message", "project_kind"} & given:
        errors.append(FieldError("message", "message-or-project"))
    return errors


class _Refused(Exception):  # noqa: N818 - not an error of the program but an answer that is turned back
    def __init__(self, code: str, params: Mapping[str, int]) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def _refuse(code: str, **params: int) -> NoReturn:
    raise _Refused(code, params)


def _read(entry: Field, given: list[str], allowed: frozenset[str], country: str) -> Answer | None:
    """The cleaned answer, None when there is none. Raises _Refused."""
    if not given:
        return None
    if entry.kind == "choices":
        return _choices(given, allowed)
    if len(given) > 1:
        _refuse("single")
    value = _cleaned(entry, given[0])
    if not value:
        return None
    if entry.kind == "consent":
        if value not in ("yes", "true"):
            _refuse("choice")
        return True
    if entry.kind == "choice":
        if value not in allowed:
            _refuse("choice")
        return value
    return _phone(value, country) if entry.kind == "phone" else _typed(entry, value)


def _cleaned(entry: Field, value: str) -> str:
    try:
        value = clean_text(value) if entry.kind == "text" else clean_line(value)
    except UncleanError as unclean:
        _refuse(unclean.code)
    if len(value) > entry.longest:
        _refuse("too-long", longest=entry.longest)
    return value


def _choices(given: list[str], allowed: frozenset[str]) -> tuple[str, ...]:
    if len(given) > MAX_CHOICES:
        _refuse("too-many", most=MAX_CHOICES)
    if not allowed.issuperset(given):
        _refuse("choice")
    return tuple(sorted(set(given)))


def _typed(entry: Field, value: str) -> Answer:
    if entry.kind == "email":
        return _email(value)
    if entry.kind == "url":
        return _url(value)
    return _number(value) if entry.kind == "number" else value


def _email(value: str) -> str:
    try:
        return validate_email(value, check_deliverability=False).normalized
    except EmailNotValidError:
        _refuse("email")


def _phone(value: str, country: str) -> str:
    """The number as it is written internationally. With no country code, the country of the head office names one."""
    value = unicodedata.normalize("NFKC", value).replace("(0)", "").replace("转", "ext.")
    value = re.sub("^00", "+", value)
    try:
        number = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException as error:
        if error.error_type == error.TOO_LONG:
            _refuse("phone-too-long")
        if error.error_type in (error.TOO_SHORT_NSN, error.TOO_SHORT_AFTER_IDD):
            _refuse("phone-too-short")
        prefix = phonenumbers.country_code_for_region(country)
        if prefix and error.error_type == error.INVALID_COUNTRY_CODE and not value.startswith("+"):
            _refuse("phone-country", prefix=prefix)
        _refuse("phone")
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason == phonenumbers.ValidationResult.TOO_LONG:
        _refuse("phone-too-long")
    if reason != phonenumbers.ValidationResult.IS_POSSIBLE:
        _refuse("phone-too-short")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _url(value: str) -> str:
    address = value if "://" in value else f"https://{value}"
    try:
        parts = urlsplit(address)
        sound = parts.scheme in ("http", "https") and _HOST.match(parts.hostname or "") and "@" not in parts.netloc
        _ = parts.port  # raises ValueError when it is no number
    except ValueError:
        _refuse("url")
    if not sound or any(char.isspace() for char in address):
        _refuse("url")
    return address


def _number(value: str) -> int:
    value = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in value)
    if not _NUMBER.match(value):
        _refuse("number")
    number = int("".join(char for char in value if char.isdecimal()))
    if number > MAX_NUMBER:
        _refuse("number-too-big", most=MAX_NUMBER)
    return number


def raw_from_json(document: Mapping[str, Any]) -> tuple[dict[str, list[str]], list[FieldError]]:
    """JSON values as the form would send them; an answer of a wrong type gives the error `type`."""
    raw: dict[str, list[str]] = {}
    errors: list[FieldError] = []
    for name in FIELDS.keys() & document.keys():
        value = document[name]
        values = value if isinstance(value, list) else [] if value is None or value is False else [value]
        if all(isinstance(item, str | int) for item in values):
            raw[name] = [str(item).lower() if isinstance(item, bool) else str(item) for item in values]
        else:
            errors.append(FieldError(name, "type"))
    return raw, errors
