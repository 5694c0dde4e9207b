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
from functools import lru_cache

import rjieba
import snowballstemmer

from search.chinese import chinese_term, han_tokens, pair_texts, pairs
from search.folding import HYPHENS, Folded, fold, level
from search.languages import LATIN_STEMMERS, SPELLINGS, STEMMERS, STOP, UNITS
from search.tokens import Run, Term, Token

_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_SYLLABLES = "\u3041-\u3096\u3099-\u309f\u30a1-\u30fa\u30fc-\u30ff\u1100-\u11ff\uac00-\ud7a3"
_LETTER = rf"[^\W_{_HAN}{_SYLLABLES}]"
_RUN = re.compile(
    rf"(?P<han>[{_HAN}]+)|(?P<syllables>[{_SYLLABLES}]+)"
    rf"|(?P<number>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?!{_LETTER})|\d+\.\d+(?!{_LETTER})|\d+(?![-.&]?{_LETTER}))"
    rf"|(?P<word>{_LETTER}+(?:[-.&]{_LETTER}+)*)(?:['’]s(?!{_LETTER}))?"
)
_UNSPACED = re.compile(rf"[{_HAN}{_SYLLABLES}]")
_CHINESE_UNIT = re.compile(r"\s?(万亿|亿|万|千|百)")
_OTHER_UNIT = re.compile(r"\s?(%)|\s([a-z]{2,8})\b")
_HUMP = re.compile(r"(?<=[a-z]{2})(?=[A-Z]{2})|(?<=[a-z]{3})(?=[A-Z][a-z]{2})")
_ISE = re.compile(r"is(e|ed|es|er|ers|ing|ation|ations)$")
_STEMMER_LOCK = threading.Lock()  # snowball stemmers keep the word they work on in themselves


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
        self._words = lru_cache(maxsize=1 << 15)(self._split)

    def tokens(self, text: str) -> Iterator[Token]:
        """Every token of a text, several at one place where it can be read in several ways."""
        folded = fold(text)
        position = 0
        for run in _runs(folded):
            start, end = folded.span(run.start, run.end)
            if run.kind == "han":
                yield from han_tokens(run, folded, position)
                position += len(run.text)
            elif run.kind == "syllables":
                yield from pairs(run, folded, position)
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
                before = ""
                for word in rjieba.cut(content):
                    yield chinese_term(word, before)
                    before = word[-1]
            elif run.kind == "syllables":
                yield Term(content, tuple(pair_texts(content)))
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
                whole = (joined,) if joined and min(map(len, words)) == 1 else words
                parts.extend(f" {word} " for word in whole if word not in STOP)
            elif run.kind == "number":
                parts.append(f" {run.text.replace(',', '')} ")
            else:
                parts.append(run.text)
        return "".join(parts).replace("  ", " ")

    def find(self, text: str, wanted: frozenset[str]) -> list[Token]:
        """Where some tokens stand in a text; positions are not told. Much quicker than going through all tokens."""
        folded = fold(text)
        found: list[Token] = []
        for token in wanted:
            if unspaced(token):
                place = folded.text.find(token)
                while place >= 0:
                    found.append(Token(token, 0, *folded.span(place, place + len(token))))
                    place = folded.text.find(token, place + 1)
        pattern = _beginnings(wanted)
        seen = -1
        for match in pattern.finditer(folded.text) if pattern else ():
            if match.start() < seen:
                continue
            whole = _RUN.search(folded.text, _word_start(folded.text, match.start()))
            while whole and whole.end() <= match.start():  # 8.5-generation begins with a number
                whole = _RUN.search(folded.text, whole.end())
            if whole is None:
                break
            seen = whole.end()
            run = _run(whole)
            start, end = folded.span(run.start, run.end)
            if run.kind == "word":
                parts, joined = self._words(text[start:end])
                places = dict.fromkeys((*parts, joined), end)
            else:
                number = run.text.replace(",", "")
                unit, unit_end = _unit(folded.text, run.end)
                places = {number + unit: folded.span(run.start, unit_end)[1], number: end}
            found.extend(Token(token, 0, start, place) for token, place in places.items() if token in wanted)
        return found

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
            yield Term(level(original), (joined,) if joined else parts, loose=loose)
            return
        for surface, part in zip(surfaces, parts, strict=True):
            yield Term(surface, (part,), stop=surface in STOP)

    def _split(self, original: str) -> tuple[tuple[str, ...], str]:
        """The stems of a word's parts, and the parts joined: `MiniLED` is found as `mini LED` and as `miniled`."""
        plain = "".join(char for char in unicodedata.normalize("NFKC", original) if unicodedata.category(char) != "Cf")
        parts = [hump for part in re.split(rf"[-.&{HYPHENS}]", plain) for hump in _HUMP.split(part) if hump]
        stems = [self._stemmed(part.casefold()) for part in parts]
        stems = [stem for stem in stems if stem] or [level(original)]
        joined = self._stemmed("".join(parts).casefold()) if len(parts) > 1 else ""
        return tuple(stems), joined

    def _stemmed(self, word: str) -> str:
        if not word.isalpha() or len(word) > 40:
            return level(word)
        if "LATIN" in unicodedata.name(word[0], ""):
            return _stem(self._latin, word)
        return _stem(self._other, word) if self._other else level(word)


def _runs(folded: Folded) -> Iterator[Run]:
    return map(_run, _RUN.finditer(folded.text))


def _run(match: re.Match[str]) -> Run:
    kind = str(match.lastgroup)
    return Run(kind, match[kind], match.start(kind), match.end(kind))


def _unit(text: str, place: int) -> tuple[str, int]:
    """The unit after a number and where it ends; empty when there is none."""
    if match := _CHINESE_UNIT.match(text, place):
        return match[1], match.end()
    if match := _OTHER_UNIT.match(text, place):
        unit = match[1] or UNITS.get(match[2], "")
        return unit, match.end() if unit else place
    return "", place


@lru_cache(maxsize=256)
def _beginnings(tokens: frozenset[str]) -> re.Pattern[str] | None:
    """What the words behind some tokens begin with: a stem begins like its word, but for hyphens and commas in it.

    Its last letter may differ (`cni` of CNY), and its z may be an s.
    """
    starts = {
        re.match(r"\d{1,3}|.{1,3}", token if len(token) > 3 else token[:-1] or token, re.DOTALL)
        for token in tokens
        if not unspaced(token)
    }
    texts = sorted("[-.&,]?".join("[sz]" if c == "z" else re.escape(c) for c in start[0]) for start in starts if start)
    return re.compile("|".join(texts)) if texts else None


def _word_start(text: str, place: int) -> int:
    """Where the word begins that a place is in, with the parts before its hyphens."""
    start = place
    while start > 0 and (text[start - 1].isalnum() or text[start - 1] in "-.&,") and not unspaced(text[start - 1]):
        start -= 1
    while start < place and not text[start].isalnum():
        start += 1
    return start


def unspaced(token: str) -> bool:
    """True for tokens of scripts without blanks, found in a text by their characters alone."""
    return bool(_UNSPACED.match(token))


@lru_cache(maxsize=32)
def analyzer(locale: str) -> Analyzer:
    """The analysis of a locale; one object for all who ask."""
    return Analyzer(locale)
