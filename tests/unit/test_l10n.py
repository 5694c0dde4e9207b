"""Numbers, money, dates and lists in ten languages; the same value in each."""

import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from portal import l10n
from portal.locales import LOCALES


def plain(text: str) -> str:
    """No-break and narrow spaces as spaces, direction marks left out."""
    return re.sub(r"[\u200e\u200f\u061c]", "", re.sub(r"[\u00a0\u202f]", " ", text))


MONEY = {
    "zh-Hans": ("10000 亿元", "6500 亿元", "91000 亿元", "4719 亿元"),
    "en": ("CNY 1 trillion", "CNY 650 billion", "CNY 9.1 trillion", "CNY 471.9 billion"),
    "zh-Hant": ("1 兆元", "6500 億元", "9.1 兆元", "4719 億元"),
    "ja": ("CNY 1兆", "CNY 6500億", "CNY 9.1兆", "CNY 4719億"),
    "ko": ("CNY 1조", "CNY 6500억", "CNY 9.1조", "CNY 4719억"),
    "de": ("CNY 1 Billion", "CNY 650 Milliarden", "CNY 9,1 Billionen", "CNY 471,9 Milliarden"),
    "fr": ("CNY 1 billion", "CNY 650 milliards", "CNY 9,1 billions", "CNY 471,9 milliards"),
    "es": ("CNY 1 billón", "CNY 650 mil millones", "CNY 9,1 billones", "CNY 471,9 mil millones"),
    "ru": ("CNY 1 триллион", "CNY 650 миллиардов", "CNY 9,1 триллиона", "CNY 471,9 миллиарда"),
    "ar": ("CNY 1 ترليون", "CNY 650 مليار", "CNY 9.1 ترليون", "CNY 471.9 مليار"),
}


@pytest.mark.parametrize("tag", LOCALES)
@pytest.mark.parametrize(("place", "value"), list(enumerate(["10000", "6500", "91000", "4719"])))
def test_money(tag: str, place: int, value: str) -> None:
    assert plain(l10n.money(Decimal(value), tag)) == MONEY[tag][place]


@pytest.mark.parametrize("tag", LOCALES)
@pytest.mark.parametrize("value", ["1E+4", "1E+5", "1E+9", "10000.000", "0.5", "27500.5", "0"])
def test_money_is_never_written_scientifically(tag: str, value: str) -> None:
    text = plain(l10n.money(Decimal(value), tag))
    assert not re.search(r"\d\s*E|\be\+|×10", text)
    assert re.search(r"\d", text)


def test_money_does_not_depend_on_how_the_number_is_written() -> None:
    for tag in LOCALES:
        assert len({l10n.money(Decimal(text), tag) for text in ("10000", "1E+4", "10000.00")}) == 1


def test_grouped_money_and_its_other_chinese_form() -> None:
    assert l10n.money(Decimal(91000), "zh-Hans", group=True) == "91,000 亿元"
    assert l10n.money_alternative(Decimal(91000), "zh-Hans") == "9.1 万亿元"
    assert l10n.money_alternative(Decimal(10000), "zh-Hans") == "1 万亿元"
    assert l10n.money_alternative(Decimal(9999), "zh-Hans") is None
    assert l10n.money_alternative(Decimal(91000), "en") is None


@pytest.mark.parametrize(
    ("tag", "whole", "part"),
    [
        ("zh-Hans", "35%", "27.4%"),
        ("en", "35%", "27.4%"),
        ("de", "35 %", "27,4 %"),
        ("fr", "35 %", "27,4 %"),
        ("es", "35 %", "27,4 %"),
        ("ru", "35 %", "27,4 %"),
        ("ja", "35%", "27.4%"),
    ],
)
def test_percent(tag: str, whole: str, part: str) -> None:
    assert (plain(l10n.percent(Decimal(35), tag)), plain(l10n.percent(Decimal("27.4"), tag))) == (whole, part)


def test_percent_keeps_its_digits() -> None:
    assert l10n.percent(Decimal("8.25"), "en") == "8.25%"


@pytest.mark.parametrize(
    ("tag", "text"), [("zh-Hans", "14,600.5"), ("en", "14,600.5"), ("de", "14.600,5"), ("fr", "14 600,5")]
)
def test_numbers(tag: str, text: str) -> None:
    assert plain(l10n.number(Decimal("14600.5"), tag)) == text
    assert l10n.number(Decimal("14600.5"), tag, group=False).count(".") + text.count(" ") <= 1


def test_numbers_keep_up_to_three_decimals() -> None:
    assert l10n.number(Decimal("119.98"), "en") == "119.98"
    assert l10n.number(Decimal("7.125"), "en") == "7.125"
    assert l10n.number(Decimal("1200.00"), "en") == "1,200"


@pytest.mark.parametrize(
    ("text", "tag", "shown"),
    [
        ("2021", "zh-Hans", "2021"),
        ("2021-12", "zh-Hans", "2021年12月"),
        ("2021-12-28", "zh-Hans", "2021年12月28日"),
        ("2021", "en", "2021"),
        ("2021-12", "en", "December 2021"),
        ("2021-12-28", "en", "28 December 2021"),
        ("2021-12-28", "de", "28. Dezember 2021"),
        ("2021-12", "ru", "декабрь 2021 г."),
    ],
)
def test_dates_are_as_exact_as_they_are_written(text: str, tag: str, shown: str) -> None:
    assert plain(l10n.partial_date(text, tag)) == shown


@pytest.mark.parametrize("tag", LOCALES)
def test_every_date_names_its_year_and_day(tag: str) -> None:
    for text in ("2021", "2021-12", "2021-12-28"):
        assert "2021" in l10n.partial_date(text, tag)
    assert "28" in l10n.partial_date("2021-12-28", tag)
    assert "28" not in l10n.partial_date("2021-12", tag)


@pytest.mark.parametrize("tag", LOCALES)
def test_moments_are_told_to_the_minute_in_their_own_zone(tag: str) -> None:
    at = datetime(2026, 11, 23, 21, 45, 7, tzinfo=timezone(timedelta(hours=8)))
    shown = l10n.moment(at, tag)
    assert "2026" in shown
    assert "45" in shown
    assert not {"+", "{", "'", "07"} & {*shown, shown[-2:]}
    assert l10n.moment(at, "en") == "23 November 2026, 21:45"
    assert l10n.moment(at, "zh-Hans") == "2026年11月23日 21:45"


def test_lists() -> None:
    assert l10n.listing(["a", "b", "c"], "en") == "a, b and c"
    assert l10n.listing(["a", "b", "c"], "zh-Hans") == "a、b和c"
    assert l10n.listing(iter(["a"]), "de") == "a"
    assert l10n.listing([], "en") == ""


def test_messages_come_from_the_po_file_else_stay_english(tmp_path: Path) -> None:
    folder = tmp_path / "zh-Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "Home"\nmsgstr "首页"\n\n#, fuzzy\nmsgid "Data"\nmsgstr "数据？"\n',
        "utf-8",
    )
    chinese = l10n.load_translations(tmp_path, "zh-Hans")
    assert chinese.gettext("Home") == "首页"
    assert chinese.gettext("Data") == "Data"
    assert l10n.load_translations(tmp_path, "en").gettext("Home") == "Home"
