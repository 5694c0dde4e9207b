"""Text with case, width and accents levelled, and for each of its characters the place it came from."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

#: letters that Unicode does not take apart into base and accent
_LETTERS = {"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"}
#: what stands for `-` and is not levelled to it by Unicode
HYPHENS = "\u2010\u2011\u2212"
_KANA_MARKS = "\u3099\u309a"


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
    category = unicodedata.category(char)
    if category in ("Cf", "Mn", "Me") and char not in _KANA_MARKS:
        return ""
    plain = unicodedata.normalize("NFKC", char).casefold()
    plain = _LETTERS.get(plain, plain)
    parts = unicodedata.normalize("NFD", plain)
    # Accents go from Latin and Greek letters only: й is not и, and Japanese voicing marks tell words apart.
    if parts and unicodedata.name(parts[0], "").startswith(("LATIN", "GREEK")):
        return "".join(part for part in parts if unicodedata.category(part) != "Mn")
    return plain


def fold(text: str) -> Folded:
    """A text levelled character by character. The text should be in NFC (see `tidy`)."""
    if text.isascii():
        return Folded(text.lower(), range(len(text) + 1))
    levelled = [fold_char(char) for char in text]
    joined = "".join(levelled)
    if len(joined) == len(text) and "" not in levelled:
        return Folded(joined, range(len(text) + 1))
    places: list[int] = []
    for place, part in enumerate(levelled):
        places.extend([place] * len(part))
    return Folded(joined, (*places, len(text)))


def level(text: str) -> str:
    """A levelled text without its places."""
    return "".join(map(fold_char, text))


def tidy(text: str) -> str:
    """Text as it is stored and shown: composed, controls and white space as single blanks, no lone surrogates."""
    kept = "".join(" " if unicodedata.category(char) in ("Cc", "Cs", "Co", "Zl", "Zp") else char for char in text)
    return " ".join(unicodedata.normalize("NFC", kept).split())
