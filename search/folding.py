"""Text with case, width and accents levelled, and for each of its characters the place it came from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import opencc

#: letters that Unicode does not take apart into base and accent
_LETTERS = {"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"} | {
    # Russian and Arabic letters that writers use one for the other
    "ё": "е", "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي", "ـ": "", "ی": "ي", "ک": "ك",
}  # fmt: skip
#: what stands for `-` and is not levelled to it by Unicode
HYPHENS = "\u2010\u2011\u2212"
_KANA_MARKS = "\u3099\u309a"
#: katakana stand for hiragana; the mark of a long vowel goes: エレベーター is エレベータ
_LONG_VOWEL = "ー"
_KATAKANA = range(0x30A1, 0x30F7)
_TO_HIRAGANA = 0x60
_HALF_WIDTH = re.compile("[\uff66-\uff9f]+")
_SIMPLIFIED = opencc.OpenCC("t2s")
_FROM_JAPANESE = opencc.OpenCC("jp2t")
_TAIWANESE = opencc.OpenCC("tw2sp")


@dataclass(frozen=True)
class Folded:
    """`text` is the levelled text; `places[i]` is where its character `i` stands in the original."""

    text: str
    places: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A stretch of the levelled text as a stretch of the original, with the accents that follow it."""
        return self.places[start], max(self.places[end], self.places[end - 1] + 1)


@lru_cache(maxsize=1 << 16)
def fold_char(char: str) -> str:
    """One character, levelled: empty for accents and invisible marks, more than one for ligatures."""
    if char in HYPHENS:
        return "-"
    if char >= "\u3041":
        if char == _LONG_VOWEL:
            return ""
        if ord(char) in _KATAKANA:
            return chr(ord(char) - _TO_HIRAGANA)
        if "\u3400" <= char <= "\u9fff":
            return _simplified(char)
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.digit(char))  # Arabic and others have digits of their own
    if category in ("Cf", "Mn", "Me") and char not in _KANA_MARKS:
        return ""
    plain = unicodedata.normalize("NFKC", char).casefold()
    plain = _LETTERS.get(plain, plain)
    parts = unicodedata.normalize("NFD", plain)
    # Accents go from Latin and Greek letters only: й is not и, and Japanese voicing marks tell words apart.
    if parts and unicodedata.name(parts[0], "").startswith(("LATIN", "GREEK")):
        return "".join(part for part in parts if unicodedata.category(part) != "Mn")
    return plain


def _simplified(char: str) -> str:
    """A Chinese character as mainland China writes it; a Japanese form only where China has no such character."""
    found = str(_SIMPLIFIED.convert(char))
    if found == char:
        try:
            char.encode("gb2312")
        except UnicodeEncodeError:
            found = str(_SIMPLIFIED.convert(_FROM_JAPANESE.convert(char)))
    return found if len(found) == 1 else char


@lru_cache(maxsize=1 << 12)
def mainland(text: str) -> str:
    """Traditional Chinese in the words of mainland China (軟體 -> 软件); any other text as it is."""
    if text.isascii() or str(_SIMPLIFIED.convert(text)) == text:
        return text
    return str(_TAIWANESE.convert(text))


class _Table(dict[int, str]):
    """What `str.translate` asks for; filled as characters come along, up to a bound."""

    def __missing__(self, code: int) -> str:
        value = fold_char(chr(code))
        if len(value) != 1:
            _ODD.add(chr(code))
        if len(self) < _MOST_KEPT:
            self[code] = value
        return value


_MOST_KEPT = 1 << 16
#: Characters that are levelled to none or to several.
_ODD: set[str] = set()
_LEVELS = _Table()


def fold(text: str) -> Folded:
    """A text levelled character by character. The text should be in NFC (see `tidy`)."""
    if text.isascii():
        return Folded(text.lower(), range(len(text) + 1))
    joined = text.translate(_LEVELS)
    if _ODD.isdisjoint(text):
        return Folded(joined, range(len(text) + 1))
    places: list[int] = []
    for place, part in enumerate(map(fold_char, text)):
        places.extend([place] * len(part))
    return Folded(joined, (*places, len(text)))


def level(text: str) -> str:
    """A levelled text without its places."""
    return text.lower() if text.isascii() else text.translate(_LEVELS)


class _Tidy(dict[int, str]):
    def __missing__(self, code: int) -> str:
        char = chr(code)
        value = " " if unicodedata.category(char) in ("Cc", "Cs", "Co", "Zl", "Zp") else char
        if len(self) < _MOST_KEPT:
            self[code] = value
        return value


_TIDY = _Tidy()


def tidy(text: str) -> str:
    """Text as it is stored and shown: composed, controls and white space as single blanks, no lone surrogates."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept = text.translate(_TIDY)
    # Half-width kana carry their voicing marks apart.
    wide = _HALF_WIDTH.sub(lambda match: unicodedata.normalize("NFKC", match[0]), kept)
    return " ".join(unicodedata.normalize("NFC", wide).split())
