"""What a reader typed -> a query. Operators, wildcards and brackets are plain words: there is no syntax."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from search.analysis import Analyzer
from search.folding import level, mainland, tidy
from search.languages import EVERYDAY, EVERYDAY_UNSPACED, RECIPES
from search.runs import unspaced
from search.tokens import EDGE, Term

#: Longer texts are cut. Work grows with these two figures and with nothing else in a query.
MAX_LENGTH = 100
MAX_TERMS = 10
#: Letters of words that may be one name in pinyin: `waishang touzi fa`.
_JOINED = 36

#: Letters of the shortest part of a word that may be two.
_SHORTEST_PART, _SHORTEST_KANA = 3, 2
_KANA = re.compile("[\u3041-\u3096\u30fc]+")
_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}

_EVERYDAY_UNSPACED = tuple(level(mainland(word)) for word in EVERYDAY_UNSPACED)
_RECIPES = tuple(level(mainland(word)) for word in RECIPES)


@dataclass(frozen=True)
class Query:
    """The cleaned text, its words, and the text as keys for finding it as a phrase, one for each language it may be."""

    text: str
    terms: tuple[Term, ...]
    keys: tuple[str, ...]

    @cached_property
    def wholes(self) -> tuple[str, ...]:
        """The keys as a whole name among the names of a document."""
        return tuple(f"{EDGE}{key}{EDGE}" for key in self.keys)

    @property
    def empty(self) -> bool:
        """True when there is nothing to look for."""
        return not self.terms

    @property
    def wanted(self) -> tuple[Term, ...]:
        """The words that carry meaning; all of them when none does."""
        return tuple(term for term in self.terms if not term.stop) or self.terms

    @property
    def everyday(self) -> bool:
        """Whether something is asked that no page here is about, whatever else stands beside it."""
        return any(term.surface.removeprefix("ال") in EVERYDAY for term in self.terms) or any(
            word in self._unspaced for word in _EVERYDAY_UNSPACED
        )

    @property
    def recipe(self) -> bool:
        """Whether it asks how to cook something, which may hold words of the trades: meat, potatoes."""
        return any(word in self._unspaced for word in _RECIPES)

    @property
    def _unspaced(self) -> str:
        return level(mainland(self.text)).replace(" ", "")


def clean(text: str) -> str:
    """At most 100 characters, without controls, lone surrogates and surplus blanks."""
    return tidy(tidy(text[: MAX_LENGTH * 4])[:MAX_LENGTH])


def parse(text: str, analyzer: Analyzer) -> Query:
    """The query of a text: at most 10 different words. Takes any text."""
    cleaned = clean(text)
    found: dict[object, Term] = {}
    for term in analyzer.terms(cleaned):
        found.setdefault(term.ways, term)
        if len(found) == MAX_TERMS:
            break
    keys = tuple(
        key for text in (cleaned, *_told(found.values())) for key in analyzer.keys(mainland(text)) if key.strip()
    )
    return Query(cleaned, tuple(found.values()), tuple(dict.fromkeys(keys)))


def _told(terms: Collection[Term]) -> Iterator[str]:
    """The text without words that carry no meaning, where these are written together: 建设半导体厂."""
    words = [term for term in terms if not term.stop]
    if len(words) < len(terms) and any(unspaced(term.surface) for term in words):
        yield "".join(
            (" " if place and not (unspaced(term.surface) and unspaced(words[place - 1].surface)) else "")
            + term.surface
            for place, term in enumerate(words)
        )


def joined(query: Query) -> Iterator[str]:
    """The text with neighbouring words written as one: `semi conductors`, `cyber security`, `ban dao ti`."""
    words = [term.surface for term in query.terms]
    plain = [word.isalpha() and not unspaced(word) for word in words]
    if len(words) > 2 and all(plain) and sum(map(len, words)) <= _JOINED:
        yield "".join(words)
    for place in range(len(words) - 1):
        if plain[place] and plain[place + 1]:
            yield " ".join((*words[:place], words[place] + words[place + 1], *words[place + 2 :]))


def parted(query: Query, known: Callable[[str], bool], slip: Callable[[str], bool]) -> Iterator[str]:
    """The text with one unknown word written as two known ones: `campervans`. A `slip` is no such word.

    Of words without blanks, those in kana are tried: リサイクルアルミ.
    """
    words = [term.surface for term in query.terms]
    for place, word in enumerate(words):
        kana = bool(_KANA.fullmatch(word))
        if len(word) > 40 or not word.isalpha() or (unspaced(word) and not kana) or known(word) or slip(word):
            continue
        least = _SHORTEST_KANA if kana else _SHORTEST_PART
        for cut in range(least, len(word) - least + 1):
            if known(word[:cut]) and known(word[cut:]):
                parts = (word[:cut], word[cut:])
                # In hiragana they would be taken for grammar.
                both = tuple(part.translate(_KATAKANA) for part in parts) if kana else parts
                yield " ".join((*words[:place], *both, *words[place + 1 :]))
                break
