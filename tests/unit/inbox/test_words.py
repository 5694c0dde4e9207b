"""Staff read names, not codes: of every question, every option and every mark of doubt."""

from typing import get_args

import pytest

from portal import l10n
from portal.inbox.desks import DeskTable
from portal.inbox.words import FIELDS, FLAGS, OPTIONS, country, option
from portal.leads import forms, proof
from portal.locales import LOCALES

TABLE = DeskTable.from_plain({"names": {"sectors": {"electronics": {"zh-Hans": "电子", "en": "Electronics"}}}})


def test_every_question_has_a_name() -> None:
    assert list(FIELDS) == list(forms.FIELDS)


@pytest.mark.parametrize("entry", [entry for entry in forms.FIELDS.values() if entry.options], ids=lambda e: e.name)
def test_every_option_has_a_name(entry: forms.Field) -> None:
    if entry.name == "language":
        assert [option(TABLE, "language", tag) for tag in entry.options] == [found.name for found in LOCALES.values()]
    else:
        assert tuple(OPTIONS[entry.name]) == entry.options
    assert {forms.UNDECIDED} == set(OPTIONS["regions"]) == set(OPTIONS["parks"])


def test_every_mark_has_a_name() -> None:
    assert set(get_args(proof.Flag)) | {"honeypot", "too-fast", "look-alike-domain", "conformance-test"} <= set(FLAGS)


@pytest.mark.parametrize(
    ("name", "code", "shown"),
    [
        ("sectors", "electronics", "电子 / Electronics"),
        ("sector", "electronics", "电子 / Electronics"),
        ("kind", "fund", "基金 / Fund"),
        ("regions", "undecided", "尚未决定 / Not decided yet"),
        ("country", "DE", "德国 / Germany"),
        ("country", "TW", "中国台湾 / Taiwan, China"),
        ("country", "ZZ9", "ZZ9"),
        ("consent_email", True, "是 / yes"),
        ("message", "fund", "fund"),
        ("jobs", 12, "12"),
        ("parks", "gone", "gone"),
    ],
)
def test_answers_are_shown_by_their_names(name: str, code: object, shown: str) -> None:
    assert option(TABLE, name, code) == shown


def test_names_of_places_follow_official_usage_in_every_language() -> None:
    assert country("HK") == "中国香港特别行政区 / Hong Kong SAR, China"
    for tag in LOCALES:
        china = l10n.country("CN", tag)[:2]
        for code in ("HK", "MO", "TW"):
            assert china in l10n.country(code, tag), (tag, code)
