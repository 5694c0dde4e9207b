"""The locale table, and the choice among its languages (RFC 9110 Accept-Language)."""

import pytest
from babel import Locale as BabelLocale

from portal.locales import LOCALES, SOURCE, canonical, negotiate

TWO = ("zh-Hans", "en")
TEN = tuple(LOCALES)


def test_the_table() -> None:
    assert TEN == ("zh-Hans", "en", "zh-Hant", "ja", "ko", "de", "fr", "es", "ru", "ar")
    assert SOURCE in LOCALES
    assert [tag for tag, locale in LOCALES.items() if locale.direction == "rtl"] == ["ar"]
    for tag, locale in LOCALES.items():
        assert locale.tag == tag
        known = BabelLocale.parse(locale.babel)
        assert known.language == tag.partition("-")[0]
        assert known.text_direction == locale.direction
        assert locale.name.casefold() in (known.get_language_name() or "").casefold() or tag.startswith("zh")


def test_the_parts_of_a_list_are_parted_as_the_script_parts_them() -> None:
    assert {tag: LOCALES[tag].comma for tag in ("zh-Hans", "zh-Hant", "ja", "ar", "en", "ko", "ru")} == {
        "zh-Hans": "、",
        "zh-Hant": "、",
        "ja": "、",
        "ar": "، ",
        "en": ", ",
        "ko": ", ",
        "ru": ", ",
    }


@pytest.mark.parametrize(
    ("tag", "locale"),
    [
        ("en", "en"),
        ("EN", "en"),
        ("en-US", "en"),
        ("en_GB", "en"),
        ("zh", "zh-Hans"),
        ("zh_CN", "zh-Hans"),
        ("zh-cn", "zh-Hans"),
        ("zh-SG", "zh-Hans"),
        ("ZH-HANS", "zh-Hans"),
        ("zh-Hans-HK", "zh-Hans"),
        ("zh-TW", "zh-Hant"),
        ("zh-HK", "zh-Hant"),
        ("zh-mo", "zh-Hant"),
        ("zh-Hant-CN", "zh-Hant"),
        ("zh_hant", "zh-Hant"),
        ("pt-BR", None),
        ("iw", None),
        ("xx", None),
        ("", None),
        ("english", None),
        ("..", None),
    ],
)
def test_what_a_tag_plainly_means(tag: str, locale: str | None) -> None:
    assert canonical(tag) == locale


@pytest.mark.parametrize(
    ("header", "published", "expected"),
    [
        (None, TWO, "zh-Hans"),
        ("", TWO, "zh-Hans"),
        ("en", TWO, "en"),
        ("en-US,en;q=0.9,zh;q=0.8", TWO, "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", TWO, "zh-Hans"),
        ("de,en;q=0.5", TWO, "en"),
        ("de,en;q=0.5", TEN, "de"),
        ("en;q=0.1,zh-CN;q=0.9", TWO, "zh-Hans"),
        ("zh-CN;q=0.8,en;q=0.8", TWO, "zh-Hans"),
        ("en;q=0.8,zh-CN;q=0.8", TWO, "en"),
        ("zh-TW", TWO, "zh-Hans"),
        ("zh-TW", TEN, "zh-Hant"),
        ("zh-HK,en;q=0.5", TEN, "zh-Hant"),
        ("zh-HK,en;q=0.5", TWO, "zh-Hans"),
        ("zh-MO", TEN, "zh-Hant"),
        ("zh-SG", TEN, "zh-Hans"),
        ("iw", TWO, "zh-Hans"),
        ("iw,en;q=0.2", TWO, "en"),
        ("*", TWO, "zh-Hans"),
        ("*;q=0", TWO, "zh-Hans"),
        ("en;q=0", TWO, "zh-Hans"),
        ("en;q=0.000,zh", TWO, "zh-Hans"),
        ("zh;q=0,en;q=0.1", TWO, "en"),
        ("en ; q=0.9 , de", TWO, "en"),
        ("en;Q=0.9", TWO, "en"),
        ("EN-us", TWO, "en"),
        ("en;q=abc", TWO, "zh-Hans"),
        ("en;q=2", TWO, "zh-Hans"),
        ("en;q=-1", TWO, "zh-Hans"),
        (";;;,,,q=1", TWO, "zh-Hans"),
        ("../../etc/passwd", TWO, "zh-Hans"),
        ("en'--", TWO, "zh-Hans"),
        ("<script>,en", TWO, "en"),
        ("\u4e2d\u6587", TWO, "zh-Hans"),
        ("ar-EG,fr;q=0.5", TEN, "ar"),
        ("x" * 100_000, TWO, "zh-Hans"),
        ("de," * 5000 + "en", TWO, "zh-Hans"),
    ],
)
def test_negotiation(header: str | None, published: tuple[str, ...], expected: str) -> None:
    assert negotiate(header, published, "zh-Hans") == expected


def test_the_default_is_the_sites_own() -> None:
    assert negotiate("xx", TWO, "en") == "en"


def test_a_language_the_reader_excludes_is_not_given_while_there_is_another() -> None:
    assert negotiate("en;q=0,*", TWO, "en") == "zh-Hans"
