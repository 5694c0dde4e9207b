"""The locale table: the one place that knows which languages there are; and the choice among them.

Everything else (folders, hreflang, language switch, fonts, direction) is derived from `LOCALES`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

SOURCE = "zh-Hans"


_COMMAS = {"hans": "、", "hant": "、", "jpan": "、", "arabic": "، "}


@dataclass(frozen=True)
class Locale:
    """One language of the site: its BCP 47 tag, its own name, Babel's identifier, direction and script."""

    tag: str
    name: str
    babel: str
    direction: Literal["ltr", "rtl"] = "ltr"
    script: Literal["latin", "cyrillic", "arabic", "hans", "hant", "jpan", "kore"] = "latin"

    @property
    def open_graph(self) -> str:
        """Language and territory as the OpenGraph protocol writes them: `zh_CN`, `en_GB`, `ar_AR`."""
        language, *rest = self.babel.split("_")
        return f"{language}_{rest[-1] if rest else language.upper()}"

    @property
    def comma(self) -> str:
        """What stands between the parts of a plain list in this script, with its space."""
        return _COMMAS.get(self.script, ", ")


LOCALES: dict[str, Locale] = {
    locale.tag: locale
    for locale in (
        Locale("zh-Hans", "简体中文", "zh_Hans_CN", script="hans"),
        Locale("en", "English", "en_GB"),
        Locale("zh-Hant", "繁體中文", "zh_Hant_TW", script="hant"),
        Locale("ja", "日本語", "ja_JP", script="jpan"),
        Locale("ko", "한국어", "ko_KR", script="kore"),
        Locale("de", "Deutsch", "de_DE"),
        Locale("fr", "Français", "fr_FR"),
        Locale("es", "Español", "es_ES"),
        Locale("ru", "Русский", "ru_RU", script="cyrillic"),
        Locale("ar", "العربية", "ar", direction="rtl", script="arabic"),
    )
}

#: Chinese by region means a script (RFC 5646 section 4.1); Babel's own negotiation gets these wrong.
_HANT_REGIONS = {"tw", "hk", "mo"}
_RANGE = re.compile(
    r"^\s*(\*|[A-Za-z]{1,8}(?:[-_][A-Za-z0-9]{1,8})*)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?$", re.IGNORECASE
)
_MAX_RANGES = 20


def canonical(tag: str) -> str | None:
    """The locale of the table that a language tag plainly means (`zh_CN`, `EN`, `zh-hk`, `en-US`), or None."""
    parts = tag.replace("_", "-").lower().split("-")
    if parts[0] == "zh":
        hant = "hant" in parts[1:] or ("hans" not in parts[1:] and bool(_HANT_REGIONS & set(parts[1:])))
        return "zh-Hant" if hant else "zh-Hans"
    return parts[0] if parts[0] in LOCALES else None


def negotiate(header: str | None, published: Sequence[str], default: str) -> str:
    """The published locale an Accept-Language header asks for (RFC 9110 section 12.5.4), else `default`.

    Junk is passed over; `q=0` excludes; Traditional Chinese falls back to Simplified where only that is published.
    """
    wanted: list[tuple[float, int, str]] = []
    excluded: set[str] = set()
    for position, part in enumerate((header or "").split(",")[:_MAX_RANGES]):
        match = _RANGE.match(part)
        if not match or match[1] == "*":
            continue
        weight, locale = float(match[2] or 1), canonical(match[1])
        if weight == 0:
            excluded.add(str(locale))
        elif locale is not None:
            wanted.append((-weight, position, locale))
    for _, _, locale in sorted(wanted):
        if locale in published:
            return locale
        if locale == "zh-Hant" and "zh-Hans" in published:
            return "zh-Hans"
    if default in excluded:
        return next((tag for tag in published if tag not in excluded), default)
    return default
