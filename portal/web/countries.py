"""The list of countries and regions in the reader's language and its order."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from portal import l10n
from portal.leads.forms import Option, country_codes

#: Shown first in the list of countries: home, then where most foreign investment comes from.
_FREQUENT = ("CN", "HK", "MO", "TW", "SG", "JP", "KR", "US", "DE", "GB", "FR")


@lru_cache(maxsize=32)
def countries(locale: str) -> tuple[tuple[Option, ...], tuple[Option, ...]]:
    """(code, name) in the locale's language: the frequent ones, and all in alphabetical order."""
    every = [(code, l10n.country(code, locale)) for code in country_codes()]
    frequent = [(code, l10n.country(code, locale)) for code in _FREQUENT]
    return tuple(frequent), tuple(sorted(every, key=lambda option: _alphabetical(locale, option[1])))


def _alphabetical(locale: str, label: str) -> bytes:
    # GB 18030 keeps the usual Chinese characters in the order of their sound, Big5 in that of their strokes.
    if locale in ("zh-Hans", "zh-Hant"):
        return label.encode("gb18030" if locale == "zh-Hans" else "big5", "replace")
    return unicodedata.normalize("NFKD", label).casefold().encode()
