"""What a reader typed -> a query plan. Operators, wildcards and brackets are plain words: there is no syntax."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from search.analysis import Analyzer, unspaced
from search.folding import tidy
from search.tokens import Term

#: Longer texts are cut. Work grows with these two figures and with nothing else in a query.
MAX_LENGTH = 100
MAX_TERMS = 10


@dataclass(frozen=True)
class Query:
    """The cleaned text, its words, and the text as a key for finding it as a phrase."""

    text: str
    terms: tuple[Term, ...]
    key: str

    @property
    def empty(self) -> bool:
        """True when there is nothing to look for."""
        return not self.terms

    @property
    def wanted(self) -> tuple[Term, ...]:
        """The words that carry meaning; all of them when none does."""
        return tuple(term for term in self.terms if not term.stop) or self.terms


def clean(text: str) -> str:
    """At most 100 characters, without controls, lone surrogates and surplus blanks."""
    return tidy(tidy(text[: MAX_LENGTH * 4])[:MAX_LENGTH])


def parse(text: str, analyzer: Analyzer) -> Query:
    """The query plan of a text: at most 10 different words. Takes any text."""
    cleaned = clean(text)
    found: dict[tuple[str, ...], Term] = {}
    for term in analyzer.terms(cleaned):
        found.setdefault(term.tokens, term)
        if len(found) == MAX_TERMS:
            break
    return Query(cleaned, tuple(found.values()), analyzer.key(cleaned))


def joined(query: Query) -> Iterator[str]:
    """The text with one pair of neighbouring words written as one: `semi conductors`, `cyber security`."""
    words = [term.surface for term in query.terms]
    for place in range(len(words) - 1):
        pair = words[place : place + 2]
        if all(word.isalpha() and not unspaced(word) for word in pair):
            yield " ".join((*words[:place], "".join(pair), *words[place + 2 :]))
