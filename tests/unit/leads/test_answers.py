import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.leads.answers import parse, raw_from_json
from portal.leads.forms import FIELDS, GROUPS, FieldError, Inquiry, country_codes
from tests.support.leads import OPTIONS, answers


def read(**changes: Any) -> Inquiry | list[FieldError]:
    raw = {name: value if isinstance(value, list) else [value] for name, value in answers(**changes).items()}
    return parse(raw, OPTIONS)


def codes(**changes: Any) -> dict[str, str]:
    found = read(**changes)
    assert isinstance(found, list)
    return {error.field: error.code for error in found}


def test_a_valid_form() -> None:
    found = read(
        sectors=["nev", "ic", "ic"], jobs="1,200", website="例子.公司", phone="＋86 23 6789 1234", unknown="never"
    )
    assert isinstance(found, Inquiry)
    assert found.answers["sectors"] == ("ic", "nev")
    assert found.answers["jobs"] == 1200
    assert found.answers["website"] == "https://例子.公司"
    assert found.answers["phone"] == "+86 23 6789 1234"
    assert found.answers["consent_email"] is True
    assert "unknown" not in found.answers
    assert "consent_phone" not in found.answers


def test_only_few_are_required_and_all_errors_come_in_the_order_of_the_form() -> None:
    found = parse({}, OPTIONS)
    assert isinstance(found, list)
    assert [(error.field, error.code) for error in found] == [
        ("name", "required"),
        ("email", "required"),
        ("company", "required"),
        ("country", "required"),
        ("message", "message-or-project"),
        ("consent_email", "required"),
    ]


def test_a_kind_of_project_stands_for_a_message() -> None:
    assert isinstance(read(message=None, project_kind="rnd"), Inquiry)
    assert codes(message=" \u200b ") == {"message": "message-or-project"}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"country": "ZZ"}, {"country": "choice"}),
        ({"country": "Germany"}, {"country": "choice"}),
        ({"sectors": ["ic", "no-such"]}, {"sectors": "choice"}),
        ({"sectors": ["ic"] * 81}, {"sectors": "too-many"}),
        ({"name": ["a", "b"]}, {"name": "single"}),
        ({"name": "x" * 101}, {"name": "too-long"}),
        ({"name": "a\u202eb"}, {"name": "direction-marks"}),
        ({"name": "a\r\nBcc: b@example.com"}, {"name": "line-breaks"}),
        ({"email": "a@example.com\r\n"}, {"email": "line-breaks"}),
        ({"email": "nobody"}, {"email": "email"}),
        ({"email": "a@[127.0.0.1]"}, {"email": "email"}),
        ({"email": "a" * 250 + "@example.com"}, {"email": "too-long"}),
        ({"phone": "call me"}, {"phone": "phone"}),
        ({"phone": "+999 123456"}, {"phone": "phone"}),
        ({"phone": "030 1234567"}, {"phone": "phone-country"}),
        ({"phone": "+49 1"}, {"phone": "phone-too-short"}),
        ({"phone": "+49 301234567890123456"}, {"phone": "phone-too-long"}),
        ({"channel": "phone"}, {"phone": "phone-missing", "consent_phone": "consent-phone-missing"}),
        ({"channel": "phone", "phone": "12", "consent_phone": "yes"}, {"phone": "phone-country"}),
        ({"channel": "fax"}, {"channel": "choice"}),
        ({"investment": "10m-50m"}, {"currency": "currency-missing"}),
        ({"investment": "10m-50m", "currency": "XXX"}, {"currency": "choice"}),
        ({"segments": ["batteries/no-such"]}, {"segments": "choice"}),
        ({"website": "javascript:alert(1)"}, {"website": "url"}),
        ({"website": "https://user@example.com"}, {"website": "url"}),
        ({"website": "https://example.com:port/"}, {"website": "url"}),
        ({"jobs": "1.5"}, {"jobs": "number"}),
        ({"jobs": "-1"}, {"jobs": "number"}),
        ({"jobs": "9999999"}, {"jobs": "number-too-big"}),
        ({"message": "\ud800"}, {"message": "not-text"}),
        ({"message": "x" * 5001}, {"message": "too-long"}),
        ({"consent_email": "no"}, {"consent_email": "choice"}),
    ],
)
def test_errors_have_stable_codes(changes: dict[str, Any], error: dict[str, str]) -> None:
    assert codes(**changes) == error


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0049 (0)30 1234567", "+49 30 1234567"),
        ("+1 (212) 555-0100 ext 5", "+1 212-555-0100 ext. 5"),
        ("+86 23 6789 1234转12", "+86 23 6789 1234 ext. 12"),
        ("+٤٩ ٣٠ ١٢٣٤٥٦٧", "+49 30 1234567"),
    ],
)
def test_phone_numbers_are_kept_as_written_internationally(typed: str, kept: str) -> None:
    found = read(phone=typed)
    assert isinstance(found, Inquiry)
    assert found.answers["phone"] == kept


def test_the_prefix_of_the_country_is_named() -> None:
    found = read(phone="13800138000", country="CN")
    assert found == [FieldError("phone", "phone-country", {"prefix": 86})]


def test_not_decided_is_an_answer_and_a_code() -> None:
    found = read(regions=["undecided"], parks=["undecided", "liangjiang"])
    assert isinstance(found, Inquiry)
    assert found.answers["regions"] == ("undecided",)
    assert found.answers["parks"] == ("liangjiang", "undecided")


def test_every_code_is_a_code_and_no_label() -> None:
    codes = [code for field in FIELDS.values() if field.name not in ("language", "currency") for code in field.options]
    assert len(codes) > 30
    assert [code for code in codes if not code.replace("-", "").isalnum() or code != code.lower()] == []


def test_a_look_alike_domain_is_taken_and_flagged() -> None:
    found = read(email="erika@exаmple.com")
    assert isinstance(found, Inquiry)
    assert found.flags == ("look-alike-domain",)


def test_markup_is_stored_word_for_word() -> None:
    text = "<script>alert(1)</script> {{7*7}} ${7*7} =1+1"
    found = read(message=text, name=text)
    assert isinstance(found, Inquiry)
    assert found.answers["message"] == found.answers["name"] == text


def test_names_of_fields_are_unique_and_countries_are_many() -> None:
    assert len(FIELDS) == sum(len(group.fields) for group in GROUPS)
    assert {"CN", "HK", "DE", "XK"} <= country_codes()
    assert not {"EU", "ZZ", "001"} & country_codes()


def test_json_values_become_what_the_form_sends() -> None:
    raw, errors = raw_from_json(
        {"jobs": 5, "consent_email": True, "consent_phone": False, "sectors": ["ic"], "title": None, "else": {}}
    )
    assert raw == {"jobs": ["5"], "consent_email": ["true"], "consent_phone": [], "sectors": ["ic"], "title": []}
    assert errors == []
    assert raw_from_json({"name": {"a": 1}})[1] == raw_from_json({"name": [[1]]})[1] == [FieldError("name", "type")]


anything = st.text(alphabet=st.characters(exclude_categories=()), max_size=40)


@given(st.dictionaries(st.sampled_from([*FIELDS, "unknown"]), st.lists(anything, max_size=3)))
def test_no_input_breaks_it(raw: dict[str, list[str]]) -> None:
    found = parse(raw, OPTIONS)
    if isinstance(found, Inquiry):
        json.loads(found.canonical())
