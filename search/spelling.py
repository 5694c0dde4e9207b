"""Did you mean: the nearest word of the vocabulary, each script in its own way.

Latin, Cyrillic and Arabic words are compared letter by letter, kana levelled to hiragana, hangul taken apart into its
letters; Chinese is compared by its sound.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from rapidfuzz.distance import OSA

from search.analysis import Analyzer
from search.chinese import pinyin
from search.document import FIELDS, NAMING, Document
from search.folding import level

#: Up to this length a word is compared; the longest words of the vocabulary are shorter.
_LONGEST = 30
#: Shorter words are never corrected; a kana is a whole syllable.
_SHORTEST, _SHORTEST_KANA = 5, 3
#: Words of so many letters may have two errors.
_LONG = 8
#: Words of a name that sound alike: longer ones are sentences.
_SOUNDS = range(2, 9)


def spellings(documents: Sequence[Document], analyzer: Analyzer) -> dict[str, Any]:
    """`words`: how often each word occurs; `sounds`: pinyin -> the Chinese names that sound so."""
    counts: Counter[str] = Counter()
    sounds: dict[str, dict[str, None]] = defaultdict(dict)
    for document in documents:
        for name in FIELDS:
            for text, _ in document.texts(name):
                counts.update(word for word in analyzer.surfaces(text) if 2 < len(word) <= _LONGEST)
                plain = level(text)
                if name in NAMING and len(plain) in _SOUNDS and all("\u3400" <= char <= "\u9fff" for char in plain):
                    sounds[pinyin(plain)][plain] = None
    return {"words": dict(sorted(counts.items())), "sounds": {sound: list(found) for sound, found in sounds.items()}}


class Vocabulary:
    """The words of an index with how often they occur."""

    def __init__(self, words: Mapping[str, int], sounds: Mapping[str, Sequence[str]] | None = None) -> None:
        self._words = {_spelled(word): count for word, count in words.items()}
        self._sounds = sounds or {}
        # A mistyped word mostly keeps its first letter; comparing only those keeps the work small.
        self._alike: dict[tuple[str, int], list[str]] = defaultdict(list)
        for word in self._words:
            self._alike[word[0], len(word)].append(word)
        # Chinese names with one character taken out: one that looks alike may have been typed in its place.
        self._masked: dict[str, list[str]] = defaultdict(list)
        for names in self._sounds.values():
            for name in names:
                for place in range(len(name) if _SHORTEST_KANA <= len(name) <= 6 else 0):
                    self._masked[_mask(name, place)].append(name)

    def nearest(self, word: str) -> str | None:
        """The most frequent of the nearest words: one error in five to seven letters, two in longer words."""
        spelled = _spelled(word)
        # In words of four letters nearly every error makes another word: wine is not wind.
        shortest = _SHORTEST_KANA if "\u3041" <= spelled[:1] <= "\u3096" else _SHORTEST
        if not spelled.isalpha() or not shortest <= len(spelled) <= _LONGEST or spelled in self._words:
            return None
        limit = 1 if len(spelled) < _LONG else 2
        best: tuple[int, int, str] | None = None
        for length in range(len(spelled) - limit, len(spelled) + limit + 1):
            for other in self._alike.get((spelled[0], length), ()):
                # Letters to insert, drop, change or swap with the neighbour.
                distance = OSA.distance(spelled, other, score_cutoff=limit)
                if distance <= limit and (best is None or (distance, -self._words[other], other) < best):
                    best = distance, -self._words[other], other
        return unicodedata.normalize("NFC", best[2]) if best else None

    def slip(self, word: str) -> bool:
        """Whether a long word is a known one but for a letter: `industrialess` is not written for `industria less`."""
        spelled = _spelled(word)
        return len(spelled) >= _LONG and any(
            OSA.distance(spelled, other, score_cutoff=1) <= 1
            for length in range(len(spelled) - 1, len(spelled) + 2)
            for other in self._alike.get((spelled[0], length), ())
        )

    def alike(self, text: str) -> str | None:
        """A Chinese name that sounds like a text and is written otherwise; None when there is none."""
        if len(text) not in _SOUNDS:
            return None
        found = next((name for name in self._sounds.get(pinyin(text), ()) if name != text), None)
        if found or len(text) < _SHORTEST_KANA:
            return found
        return next((name for place in range(len(text)) for name in self._masked.get(_mask(text, place), ())), None)

    def sounding(self, letters: str) -> str | None:
        """The Chinese name that is written so in pinyin, if there is one."""
        return next(iter(self._sounds.get(letters, ())), None)

    def known(self, word: str) -> bool:
        """Whether a word is written so somewhere."""
        return _spelled(word) in self._words


def _mask(name: str, place: int) -> str:
    return f"{name[:place]}_{name[place + 1 :]}"


def _spelled(word: str) -> str:
    """A word as its spelling is compared: hangul by its letters."""
    return unicodedata.normalize("NFD", word) if "\uac00" <= word[:1] <= "\ud7a3" else word
