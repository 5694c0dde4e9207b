"""Text -> tokens, the same for every engine.

Chinese is indexed as the words of a segmenter, as pairs of characters and as single characters: pairs find a word
wherever the segmenter would have cut, words make its rarity count. Other scripts written without spaces get pairs.
Latin words are stemmed; numbers stay with their letters and units (`5G`, `L3`, `35%`, `10 万亿`).
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import rjieba
import snowballstemmer

from search.folding import HYPHENS, Folded, fold, level
from search.languages import LATIN_STEMMERS, SPELLINGS, STEMMERS, STOP, UNITS

_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_SYLLABLES = "\u3041-\u3096\u3099-\u309f\u30a1-\u30fa\u30fc-\u30ff\u1100-\u11ff\uac00-\ud7a3"
_LETTER = rf"[^\W_{_HAN}{_SYLLABLES}]"
_RUN = re.compile(
    rf"(?P<han>[{_HAN}]+)|(?P<syllables>[{_SYLLABLES}]+)"
    rf"|(?P<number>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?!{_LETTER})|\d+\.\d+(?!{_LETTER})|\d+(?![-.&]?{_LETTER}))"
    rf"|(?P<word>{_LETTER}+(?:[-.&]{_LETTER}+)*)(?:['’]s(?!{_LETTER}))?"
)
_CHINESE_UNIT = re.compile(r"\s?(万亿|亿|万|千|百)")
_OTHER_UNIT = re.compile(r"\s?(%)|\s([a-z]{2,8})\b")
_HUMP = re.compile(r"(?<=[a-z]{2})(?=[A-Z]{2})|(?<=[a-z]{3})(?=[A-Z][a-z]{2})")
_ISE = re.compile(r"is(e|ed|es|er|ers|ing|ation|ations)$")
_STEMMER_LOCK = threading.Lock()  # snowball stemmers keep the word they work on in themselves


class Token(NamedTuple):
    """Something findable: its text in the index, its place in the sequence, and where it stands in the text."""

    text: str
    position: int
    start: int
    end: int


@dataclass(frozen=True)
class Term:
    """One word of a query. A document holds it when it holds all `tokens`."""

    surface: str
    tokens: tuple[str, ...]
    #: tokens that are not required but count when they are there: the whole word beside its pairs
    extra: tuple[str, ...] = ()
    #: what may stand in its place when the search is relaxed
    loose: tuple[str, ...] = ()
    #: a word without meaning of its own; never required
    stop: bool = False


class _Run(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


@lru_cache(maxsize=64)
def _stemmer(algorithm: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(algorithm)


@lru_cache(maxsize=1 << 16)
def _stem(algorithm: str, word: str) -> str:
    if algorithm == "english":
        word = _ISE.sub(r"iz\1", SPELLINGS.get(word, word))
    with _STEMMER_LOCK:
        return level(str(_stemmer(algorithm).stemWord(word)))


class Analyzer:
    """The analysis of one locale. Text in other languages passes through it too, in the same way every time."""

    def __init__(self, locale: str) -> None:
        self.locale = locale
        own = STEMMERS.get(locale)
        self._latin = own if own and locale in LATIN_STEMMERS else "english"
        self._other = own if own and locale not in LATIN_STEMMERS else None

    def tokens(self, text: str) -> Iterator[Token]:
        """Every token of a text, several at one place where it can be read in several ways."""
        folded = fold(text)
        position = 0
        for run in _runs(folded):
            start, end = folded.span(run.start, run.end)
            if run.kind == "han":
                yield from _han_tokens(run, folded, position)
                position += len(run.text)
            elif run.kind == "syllables":
                yield from _pairs(run, folded, position)
                position += len(run.text)
            elif run.kind == "number":
                yield Token(run.text.replace(",", ""), position, start, end)
                unit, unit_end = _unit(folded.text, run.end)
                if unit:
                    yield Token(run.text.replace(",", "") + unit, position, start, folded.span(run.start, unit_end)[1])
                position += 1
            else:
                parts, joined = self._words(text[start:end])
                yield from (Token(part, position + index, start, end) for index, part in enumerate(parts))
                if joined:
                    yield Token(joined, position, start, end)
                position += len(parts)

    def terms(self, text: str) -> Iterator[Term]:
        """The words of a query, in order."""
        folded = fold(text)
        skip = 0
        for run in _runs(folded):
            if run.end <= skip:
                continue
            content = run.text[max(0, skip - run.start) :]
            if run.kind == "han":
                for word in rjieba.cut(content):
                    yield _chinese_term(word)
            elif run.kind == "syllables":
                yield Term(content, tuple(_pair_texts(content)))
            elif run.kind == "number":
                unit, unit_end = _unit(folded.text, run.end)
                skip = unit_end if unit else skip
                yield Term(run.text, (run.text.replace(",", "") + unit,))
            else:
                yield from self._word_terms(text[slice(*folded.span(run.start, run.end))])

    def key(self, text: str) -> str:
        """A text as one string in which a phrase is found by `in`: stems between blanks, Chinese unbroken."""
        parts: list[str] = []
        folded = fold(text)
        for run in _runs(folded):
            if run.kind == "word":
                words, joined = self._words(text[slice(*folded.span(run.start, run.end))])
                whole = [joined] if joined and min(map(len, words)) == 1 else words
                parts.extend(f" {word} " for word in whole if word not in STOP)
            elif run.kind == "number":
                parts.append(f" {run.text.replace(',', '')} ")
            else:
                parts.append(run.text)
        return "".join(parts).replace("  ", " ")

    def surfaces(self, text: str) -> Iterator[str]:
        """Whole words in letters, unstemmed, as a typing error is measured against them."""
        for run in _runs(fold(text)):
            if run.kind == "word":
                yield from (part for part in re.split(r"[-.&]", run.text) if part.isalpha())

    def _word_terms(self, original: str) -> Iterator[Term]:
        parts, joined = self._words(original)
        surfaces = re.split(r"[-.&]", level(original))
        if len(surfaces) != len(parts) or (joined and min(map(len, parts)) == 1):
            loose = tuple(part for part in parts if len(part) > 1)
            yield Term(level(original), (joined,) if joined else tuple(parts), loose=loose)
            return
        for surface, part in zip(surfaces, parts, strict=True):
            yield Term(surface, (part,), stop=surface in STOP)

    def _words(self, original: str) -> tuple[list[str], str]:
        """The stems of a word's parts, and the parts joined: `MiniLED` is found as `mini LED` and as `miniled`."""
        plain = "".join(char for char in unicodedata.normalize("NFKC", original) if unicodedata.category(char) != "Cf")
        parts = [hump for part in re.split(rf"[-.&{HYPHENS}]", plain) for hump in _HUMP.split(part) if hump]
        stems = [self._stemmed(part.casefold()) for part in parts]
        stems = [stem for stem in stems if stem] or [level(original)]
        joined = self._stemmed("".join(parts).casefold()) if len(parts) > 1 else ""
        return stems, joined

    def _stemmed(self, word: str) -> str:
        if not word.isalpha() or len(word) > 40:
            return level(word)
        if "LATIN" in unicodedata.name(word[0], ""):
            return _stem(self._latin, word)
        return _stem(self._other, word) if self._other else level(word)


def _runs(folded: Folded) -> Iterator[_Run]:
    for match in _RUN.finditer(folded.text):
        kind = str(match.lastgroup)
        yield _Run(kind, match[kind], match.start(kind), match.end(kind))


def _unit(text: str, place: int) -> tuple[str, int]:
    """The unit after a number and where it ends; empty when there is none."""
    if match := _CHINESE_UNIT.match(text, place):
        return match[1], match.end()
    if match := _OTHER_UNIT.match(text, place):
        unit = match[1] or UNITS.get(match[2], "")
        return unit, match.end() if unit else place
    return "", place


def _pair_texts(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


def _pairs(run: _Run, folded: Folded, position: int) -> Iterator[Token]:
    for index, pair in enumerate(_pair_texts(run.text)):
        yield Token(pair, position + index, *folded.span(run.start + index, run.start + index + len(pair)))


def _han_tokens(run: _Run, folded: Folded, position: int) -> Iterator[Token]:
    if len(run.text) > 1:
        yield from _pairs(run, folded, position)
    for index, char in enumerate(run.text):
        yield Token(char, position + index, *folded.span(run.start + index, run.start + index + 1))
    place = 0
    for word in rjieba.cut(run.text):
        if len(word) > 2:  # shorter ones stand there already as pairs and characters
            start = run.start + place
            yield Token(word, position + place, *folded.span(start, start + len(word)))
            for part in rjieba.cut_for_search(word):
                if 2 < len(part) < len(word):
                    inner = word.index(part)
                    yield Token(part, position + place + inner, *folded.span(start + inner, start + inner + len(part)))
        place += len(word)


def _chinese_term(word: str) -> Term:
    if len(word) <= 2:
        return Term(word, (word,), stop=word in STOP)
    parts = [part for part in rjieba.cut_for_search(word) if len(part) == 2]
    loose = (parts[0], *word.replace(parts[0], "", 1)) if parts else tuple(word)
    return Term(word, tuple(_pair_texts(word)), extra=(word,), loose=loose, stop=word in STOP)


@lru_cache(maxsize=32)
def analyzer(locale: str) -> Analyzer:
    """The analysis of a locale; one object for all who ask."""
    return Analyzer(locale)
