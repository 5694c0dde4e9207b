"""The same firm, however it is written; keyed digests that tell nothing without the key."""

import pytest

from portal.inbox.matching import company_key, digests, phone_key

KEY = b"k" * 32


@pytest.mark.parametrize(
    "names",
    [
        ("Muster GmbH", "MUSTER G.m.b.H.", "Ｍｕｓｔｅｒ GmbH & Co. KG", "muster", "  Muster  "),
        ("华为技术有限公司", "华为技术", "华为技术股份有限公司"),
        ("株式会社東芝", "東芝株式会社", "(株)東芝", "㈱東芝"),
        ("ООО Ромашка", "Ромашка"),
        ("Acme Co., Ltd.", "ACME", "Acme Inc"),
    ],
)
def test_a_firm_is_the_same_however_it_is_written(names: tuple[str, ...]) -> None:
    assert len({company_key(name) for name in names}) == 1


def test_other_firms_stay_apart() -> None:
    names = ("Costco", "Cost", "Agilent", "Ag", "Incyte", "S.A.", "Company", "有限公司", "Sony", "Sonya")
    assert len({company_key(name) for name in names}) == len(names)
    assert all(company_key(name) for name in names)


def test_phones_are_compared_in_international_form() -> None:
    assert {phone_key(number, "DE") for number in ("+49 30 123456", "030 123456", "0049 30 123456")} == {"+4930123456"}
    assert phone_key("ext. 12", "") == "12"


def test_digests_need_the_key() -> None:
    answers = {"email": "Ada@Example.com", "phone": "+49 30 123456", "company": "Muster GmbH", "country": "DE"}
    found = digests(answers, KEY)
    assert found == digests({**answers, "email": "ada@example.COM", "company": "MUSTER"}, KEY)
    other = digests(answers, b"o" * 32)
    assert found.email != other.email
    assert found.company != digests({**answers, "country": "AT"}, KEY).company
    assert "ada" not in str(found).casefold()


def test_missing_and_odd_answers_have_no_digest() -> None:
    found = digests({"email": ["x"], "phone": "", "company": 7}, KEY)
    assert (found.email, found.phone, found.company) == (None, None, None)
