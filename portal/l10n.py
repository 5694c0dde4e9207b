"""Words and numbers in the reader's language: gettext, numbers, money, dates, lists (Babel).

Messages are written in English in templates and code; `locales/<tag>/LC_MESSAGES/messages.po` holds the others.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Literal

from babel import Locale as BabelLocale
from babel.dates import format_date, format_skeleton, format_time, get_datetime_format
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_compact_decimal, format_decimal, format_percent

from portal.locales import LOCALES

#: 亿元, the plan's unit of money: 100 million yuan.
YI = 100_000_000
_CHINESE = {"zh-Hans": ("亿元", "万亿元"), "zh-Hant": ("億元", "兆元")}

#: What CLDR calls otherwise than the authorities here do.
_OFFICIAL = {
    "zh-Hans": {"HK": "中国香港特别行政区", "MO": "中国澳门特别行政区", "TW": "中国台湾"},
    "zh-Hant": {"HK": "中國香港特別行政區", "MO": "中國澳門特別行政區", "TW": "中國台灣"},
    "en": {"HK": "Hong Kong SAR, China", "MO": "Macao SAR, China", "TW": "Taiwan, China"},
    "ja": {"HK": "中国香港特別行政区", "MO": "中国マカオ特別行政区", "TW": "中国台湾"},
    "ko": {"HK": "중국 홍콩특별행정구", "MO": "중국 마카오특별행정구", "TW": "중국 타이완"},
    "de": {"HK": "Hongkong (SVR), China", "MO": "Macau (SVR), China", "TW": "Taiwan, China"},
    "fr": {"HK": "Hong Kong (RAS), Chine", "MO": "Macao (RAS), Chine", "TW": "Taïwan, Chine"},
    "es": {"HK": "Hong Kong (RAE), China", "MO": "Macao (RAE), China", "TW": "Taiwán, China"},
    "ru": {"HK": "Гонконг (САР), Китай", "MO": "Макао (САР), Китай", "TW": "Тайвань, Китай"},
    "ar": {"HK": "هونغ كونغ، الصين", "MO": "ماكاو، الصين", "TW": "تايوان، الصين"},
}


def load_translations(folder: Path, tag: str) -> gettext.NullTranslations:
    """The message catalogue of a locale, read from its PO file; English and missing files give the source text."""
    path = folder / tag / "LC_MESSAGES" / "messages.po"
    if not path.is_file():
        return gettext.NullTranslations()
    with path.open("rb") as stream:
        catalogue = read_po(stream, locale=LOCALES[tag].babel)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@lru_cache(maxsize=32)
def _babel(tag: str) -> BabelLocale:
    return BabelLocale.parse(LOCALES[tag].babel)


def number(value: Decimal | float, tag: str, *, group: bool = True) -> str:
    """A number with the language's separators; at most three decimals."""
    return format_decimal(value, format="#,##0.###" if group else "0.###", locale=_babel(tag))


def percent(value: Decimal, tag: str) -> str:
    """`value` is in percent (35 = 35 %)."""
    return format_percent(value / 100, locale=_babel(tag), decimal_quantization=False)


def money(value: Decimal, tag: str, *, group: bool = False) -> str:
    """`value` is in 亿元 (CNY 100 million): 10000 -> `10000 亿元`, `CNY 1 trillion`; 6500 -> `CNY 650 billion`."""
    if tag in _CHINESE:
        yi, wan_yi = _CHINESE[tag]
        if tag == "zh-Hant" and value >= 10000:
            return f"{number(value / 10000, tag)} {wan_yi}"
        return f"{number(value, tag, group=group)} {yi}"
    style: Literal["long", "short"] = "long" if "long" in _babel(tag).compact_decimal_formats else "short"
    yuan = value * YI
    whole = yuan == int(yuan)
    one = _babel(tag).compact_decimal_formats[style].get("one", {}).get(str(int(yuan))) if whole else None
    if one is not None and one.pattern.count("0") == 1:
        # Babel 2.18 takes the plural for exactly one in languages that have a form for exact numbers (French).
        return f"CNY {one.pattern.replace('0', '1')}"
    # A whole number takes the plural of its words: 2 billion, not 2.000 billions.
    amount = format_compact_decimal(
        int(yuan) if whole else yuan, format_type=style, locale=_babel(tag), fraction_digits=3
    )
    return f"CNY {amount}"


def money_alternative(value: Decimal, tag: str) -> str | None:
    """The other usual way to say it in Chinese (`1 万亿元` for 10000 亿元), None where there is none."""
    if tag != "zh-Hans" or value < 10000:
        return None
    return f"{number(value / 10000, tag)} 万亿元"


def partial_date(text: str, tag: str) -> str:
    """A date as exact as it is written: `2021`, `2021-12` or `2021-12-28`."""
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 1:
        return str(parts[0])
    day = date(parts[0], parts[1], parts[2] if len(parts) == 3 else 1)
    if len(parts) == 2:
        return format_skeleton("yMMMM", day, locale=_babel(tag))
    return format_date(day, "long", locale=_babel(tag))


def moment(value: datetime, tag: str) -> str:
    """A point in time, long date and short time, in its own zone, which the page has to name."""
    locale = _babel(tag)
    pattern = str(get_datetime_format("long", locale=locale)).replace("'", "")
    return pattern.format(format_time(value, "short", locale=locale), format_date(value, "long", locale=locale))


def listing(items: Iterable[str], tag: str) -> str:
    """`a, b and c` as the language writes it."""
    return format_list(list(items), locale=_babel(tag))


@lru_cache(maxsize=32)
def countries(tag: str) -> dict[str, str]:
    """Names of countries and regions by ISO 3166 code: CLDR's, but for those where official usage is another."""
    names = {str(code): str(name) for code, name in _babel(tag).territories.items() if len(str(code)) == 2}
    return names | _OFFICIAL[tag]


def country(code: str, tag: str) -> str:
    """The name of a country or region; the code where it is none."""
    return countries(tag).get(code, code)
