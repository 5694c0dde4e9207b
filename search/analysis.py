"""Text -> tokens, the same for every engine.

Chinese is indexed as the words of a segmenter, as pairs of characters and as single characters: pairs find a word
wherever the segmenter would have cut, words make its rarity count. Kana and hangul get pairs. Words in letters are
stemmed in the language of the text; a word of a query is looked for as it would be stemmed in each language. Numbers
stay with their letters and units (`5G`, `L3`, `35%`, `10 万亿`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import zip_longest

from search.chinese import Segmenter, pair_texts, pairs, segmenter
from search.folding import HYPHENS, fold, level, mainland
from search.languages import LATIN, NOUN_PARTICLES, STOP
from search.places import Sought
from search.runs import figure, runs, unspaced
from search.stems import compound, forms, headless, index_forms, query_forms, script
from search.syllables import syllable_term
from search.tokens import Run, Term, Token, Way, plain_way

_HUMP = re.compile(r"(?<=[a-z]{2})(?=[A-Z]{2})|(?<=[a-z]{3})(?=[A-Z][a-z]{2})")

#: what other search engines take for operators when it is written in capitals
_CONNECTIVES = frozenset({"and", "or", "not", "und", "oder", "et", "ou", "и", "или"})
#: Longer texts are no names; their tokens are not kept.
_LONG = 200
#: languages whose words have others inside: compounds, an article
_WRITTEN_TOGETHER = frozenset({"de", "ar"})


class Analyzer:
    """The analysis of one locale: what a text without a language of its own is taken for.

    `chinese` are words for the segmenter, `german` the parts that compounds are taken apart into.
    """

    def __init__(
        self, locale: str, chinese: frozenset[str] = frozenset(), german: frozenset[str] = frozenset()
    ) -> None:
        self.locale = locale
        self._chinese = chinese
        self._segmenter: Segmenter = segmenter(chinese)
        self._german = german
        self._split = lru_cache(maxsize=1 << 15)(_split)
        self._indexed = lru_cache(maxsize=1 << 16)(self._read)

    def tokens(self, text: str, locale: str = "") -> Iterator[Token]:
        """Every token of a text, several at one place where it can be read in several ways."""
        tag = locale or self.locale
        folded = fold(text)
        position = 0
        for run in runs(folded, text):
            start, end = folded.span(run.start, run.end)
            if run.kind == "han":
                yield from self._segmenter.tokens(run, folded, position)
                position += len(run.text)
            elif run.kind in ("katakana", "hiragana", "hangul"):
                yield from pairs(run, folded, position)
                position += len(run.text)
            elif run.kind == "number":
                plain, whole, whole_end = _number(run, folded.text)
                yield Token(plain, position, start, end)
                if whole != plain:
                    yield Token(whole, position, start, folded.span(run.start, whole_end)[1])
                position += 1
            else:
                parts, joined = self._split(text[start:end])
                for index, part in enumerate(parts):
                    for form in self._indexed(part, tag):
                        yield Token(form, position + index, start, end)
                for form in index_forms(joined, tag) if joined else ():
                    yield Token(form, position, start, end)
                position += len(parts)

    def index_texts(self, text: str, locale: str = "") -> list[str]:
        """The tokens of a text as the index keeps them: with what Taiwan's words are called on the mainland."""
        # Names in other languages stand in every locale's index: they are analysed once.
        found = _index_texts if len(text) < _LONG else _index_texts.__wrapped__
        return found(text, locale or self.locale, self._chinese, self._german)

    def texts(self, text: str, locale: str = "") -> list[str]:
        """The tokens of a text without their places, in no order: what an index is made of."""
        tag = locale or self.locale
        folded = fold(text)
        found: list[str] = []
        for run in runs(folded, text):
            if run.kind == "han":
                found += self._segmenter.texts(run.text)
            elif run.kind in ("katakana", "hiragana", "hangul"):
                found += pair_texts(run.text)
            elif run.kind == "number":
                plain, whole, _ = _number(run, folded.text)
                found += [plain] if whole == plain else [plain, whole]
            else:
                parts, joined = self._split(text[slice(*folded.span(run.start, run.end))])
                for part in parts:
                    found += self._indexed(part, tag)
                found += index_forms(joined, tag) if joined else ()
        return found

    def terms(self, text: str) -> Iterator[Term]:
        """The words of a query, in order."""
        text = mainland(text)
        folded = fold(text)
        skip = 0
        found = list(runs(folded, text))
        for run, after in zip_longest(found, found[1:]):
            if run.end <= skip:
                continue
            content = run.text[max(0, skip - run.start) :]
            if run.kind == "han":
                terms = list(self._segmenter.terms(content))
                if after and after.kind == "hiragana" and after.start == run.end and len(terms[-1].surface) == 1:
                    # A Japanese verb or adjective: 作りたい
                    terms[-1] = replace(terms[-1], stop=terms[-1].stop or after.text[0] not in NOUN_PARTICLES)
                yield from terms
            elif run.kind in ("katakana", "hiragana", "hangul"):
                yield syllable_term(run.kind, content)
            elif run.kind == "number":
                plain, whole, whole_end = _number(run, folded.text)
                skip = max(skip, whole_end)
                yield Term(run.text, (plain_way(whole),), stop=whole == plain and len(plain) < 3)
            else:
                word = text[slice(*folded.span(run.start, run.end))]
                # MES, not the month of Spanish; but in a text all in capitals these tell nothing, nor does AND.
                mixed = not text.isupper() or any(map(unspaced, text))
                acronym = len(word) > 1 and word.isupper() and mixed and level(word) not in _CONNECTIVES
                yield from (replace(term, stop=term.stop and not acronym) for term in self._word_terms(word))

    def keys(self, text: str, locale: str = "") -> tuple[str, ...]:
        """A text as strings in which a phrase is found by `in`: stems between blanks, Chinese unbroken.

        With a language there is one; without, one for each language the text may be in.
        """
        if locale:
            return (key_in(text, locale),)
        return tuple(dict.fromkeys(_key(mainland(text), tag) for tag in dict.fromkeys((self.locale, *LATIN))))

    def sought(self, tokens: frozenset[str]) -> Sought:
        """Some tokens, ready to be looked for in texts of this locale."""
        return Sought(tokens, self.forms, inside=self.locale in _WRITTEN_TOGETHER)

    def surfaces(self, text: str) -> tuple[str, ...]:
        """Whole words, unstemmed, as a typing error is measured against them."""
        return _surfaces(text) if len(text) < _LONG else _surfaces.__wrapped__(text)

    def _read(self, word: str, tag: str) -> tuple[str, ...]:
        found = index_forms(word, tag)
        if tag == "de" and (parts := compound(level(word), self._german)):
            found = (*found, *(form for part in parts for form in forms(part, ("de",))))
        return found

    def forms(self, original: str) -> dict[str, None]:
        """What a word of a text of this locale is found by, its parts and the parts joined."""
        parts, joined = self._split(original)
        words = (*parts, joined) if joined else parts
        return dict.fromkeys(form for word in words for form in self._indexed(word, self.locale))

    def _word_terms(self, original: str) -> Iterator[Term]:
        parts, joined = self._split(original)
        whole: tuple[Way, ...] = ((query_forms(joined, self.locale),),) if joined else ()
        if joined and min(map(len, parts)) == 1:  # R&D
            loose = tuple(query_forms(part, self.locale) for part in parts if len(part) > 1)
            yield Term(level(original), whole, loose=(loose,) if loose else ())
            return
        if joined:
            yield Term(level(original), (tuple(query_forms(part, self.locale) for part in parts), *whole))
            return
        plain = level(parts[0])
        ways: tuple[Way, ...] = ((query_forms(parts[0], self.locale),),)
        if script(plain) == "LATIN" and (found := compound(plain, self._german)):
            ways += (tuple(forms(part, ("de",)) for part in found),)
        if script(plain) == "LATIN" and (about := headless(plain, self._german)):
            ways += ((forms(about, ("de",)),),)
        yield Term(plain, ways, stop=plain in STOP or (len(plain) == 1 and not plain.isdigit()))


@lru_cache(maxsize=1 << 15)
def _surfaces(text: str) -> tuple[str, ...]:
    found: list[str] = []
    folded = fold(text)
    for run in runs(folded, text):
        if run.kind == "word":
            found += (part for part in re.split(r"[-.&]", run.text) if part.isalpha())
        elif run.kind in ("katakana", "hangul"):
            found.append(run.text)
    return tuple(found)


def key_in(text: str, locale: str) -> str:
    """The key of a text that is in a language."""
    return _key(mainland(text), locale if locale in LATIN else "en")


@lru_cache(maxsize=1 << 16)
def _key(text: str, tag: str) -> str:
    parts: list[str] = []
    folded = fold(text)
    for run in runs(folded, text):
        if run.kind == "word":
            pieces, joined = _split(text[slice(*folded.span(run.start, run.end))])
            whole = (joined,) if joined and min(map(len, pieces)) == 1 else pieces
            parts.extend(f" {index_forms(word, tag)[0]} " for word in whole if level(word) not in STOP)
        elif run.kind == "number":
            parts.append(f" {_number(run, folded.text)[0]} ")
        else:
            parts.append(run.text)
    return "".join(parts).replace("  ", " ")


@lru_cache(maxsize=1 << 15)
def _index_texts(text: str, tag: str, chinese: frozenset[str], german: frozenset[str]) -> list[str]:
    words = analyzer(tag, chinese, german)
    found = words.texts(text)
    if (other := mainland(text)) != text:
        found += words.texts(other)
    return found


def _number(run: Run, text: str) -> tuple[str, str, int]:
    """A number alone, with its unit, and where the unit ends."""
    return (re.sub(r"[,\s]", "", run.text), *figure(run.text, text, run.end))


def _split(original: str) -> tuple[tuple[str, ...], str]:
    """A word's casefolded parts, and the parts joined: `MiniLED` is found as `mini LED` and as `miniled`."""
    plain = "".join(char for char in unicodedata.normalize("NFKC", original) if unicodedata.category(char) != "Cf")
    parts = [hump for part in re.split(rf"[-.&{HYPHENS}]", plain) for hump in _HUMP.split(part) if hump]
    words = [word for part in parts if level(word := part.casefold())] or [level(original)]
    return tuple(words), "".join(words) if len(words) > 1 else ""


@lru_cache(maxsize=32)
def analyzer(locale: str, chinese: frozenset[str] = frozenset(), german: frozenset[str] = frozenset()) -> Analyzer:
    """The analysis of a locale; one object for all who ask."""
    return Analyzer(locale, chinese, german)
