"""What an engine's own score does not know: names that equal the query, phrases, where its words stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from search.columns import Names
from search.query import Query
from search.runs import unspaced
from search.tokens import EDGE, Term

#: Gains are added to 1 and multiply the score of the words. A page whose name is the query leads by far; a term of
#: the page that is the query comes before a page that only mentions it.
SAME_TITLE, SAME_NAME, SAME_LABEL, SAME_SYNONYM = 3.0, 2.6, 1.7, 1.6
PHRASE_IN_NAME, PHRASE_IN_LABEL, PHRASE_IN_SYNONYM = 1.2, 0.7, 0.5
#: What it adds when all of the query's words stand there, whichever way.
IN_NAMES, IN_LABELS, IN_SYNONYMS = 1.0, 0.6, 0.5
#: Of two pages with the same name, the one with more of it in its title leads.
_SHARE = 0.2
#: All words in one of the names tell more than each in another.
ALL_IN_ONE = 0.6

_Way = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Weighed:
    """A word of a query with how much it tells, and its ways as they stand in keys."""

    weight: float
    ways: tuple[_Way, ...]
    #: a number: it stands in texts, seldom in names
    figure: bool = False


def weighed(term: Term, weight: float) -> Weighed:
    """A term ready to be looked for in keys, which have blanks around what is not Chinese, kana or hangul."""
    padded = tuple(
        tuple(tuple(token if unspaced(token) else f" {token} " for token in group) for group in way)
        for way in (*term.ways, *term.loose)
    )
    return Weighed(weight, padded, term.ways[0][0][0].startswith((*"#0123456789",)) if term.ways else False)


@dataclass(frozen=True)
class Rank:
    """The factor for a document, which share of what the query tells is in its names, whether one is the query.

    `titled` is whether that one is its title or another of its own names, not a word for what it deals with.
    """

    gain: float
    named: float
    exact: bool = False
    titled: bool = False


def rank(query: Query, terms: Sequence[Weighed], names: Names) -> Rank:
    """How well the names of a document answer a query."""
    if not query.keys:
        return Rank(1.0, 0.0)
    # Loops where sums of generators would read better: this is done twenty times for each query.
    best, exact, titled = 0.0, False, False
    for key, whole in zip(query.keys, query.wholes, strict=True):
        best = max(best, _phrase(key, whole, names))
        titled = titled or whole in names.title or whole in names.names
        exact = exact or whole in names.labels or whole in names.synonyms
    total = words = 0.0
    for term in terms:
        total += term.weight
        words += 0.0 if term.figure else term.weight
    # What a page is about is told by its words; a figure is somewhere in its text.
    total, words = total or 1.0, words or total or 1.0
    figures = words != total
    value = named = 0.0
    blobs = ((names.title + names.names, IN_NAMES), (names.labels, IN_LABELS), (names.synonyms, IN_SYNONYMS))
    for term in terms:
        for text, worth in blobs:
            if holds(text, term):
                value += worth * term.weight
                named += 0.0 if term.figure and figures else term.weight
                break
    gain = 1.0 + best + value / total
    if len(terms) > 1 and named >= 0.99 * words and any(_in_one(blob, terms) for blob in names):
        gain += ALL_IN_ONE
    return Rank(gain, named / words, titled or exact, titled)


def _in_one(blob: str, terms: Sequence[Weighed]) -> bool:
    """Whether one of the names in a blob has every term. Synonyms are hundreds: only those with the first are read."""
    return all(holds(blob, term) for term in terms) and any(
        all(holds(name, term) for term in terms)
        for token in {token for way in terms[0].ways for token in way[0]}
        for name in _around(blob, token)
    )


def _around(blob: str, token: str) -> Iterator[str]:
    """The names in a blob that have a token."""
    place = blob.find(token)
    while place >= 0:
        end = blob.find(EDGE, place)
        yield blob[blob.rfind(EDGE, 0, place) + 1 : end]
        place = blob.find(token, end)


def _phrase(key: str, whole: str, names: Names) -> float:
    if whole in names.title:
        return SAME_TITLE
    best = 0.0
    if whole in names.names:
        best = SAME_NAME
    for blob in (names.title, names.names):
        if key in blob:
            # The more of the name the query covers, the more surely it is meant: 外商投资法 before its rules.
            share = max(len(key) / len(name) for name in blob.split(EDGE) if key in name)
            best = max(best, PHRASE_IN_NAME * (0.5 + share), best + _SHARE * share)
    for blob, same, inside in (
        (names.labels, SAME_LABEL, PHRASE_IN_LABEL),
        (names.synonyms, SAME_SYNONYM, PHRASE_IN_SYNONYM),
    ):
        if best < same and key in blob:
            best = max(best, same if whole in blob else inside)
    return best


def holds(text: str, term: Weighed) -> bool:
    """Whether keys have a term in one of its ways."""
    # Loops, not any() and all(): this is asked a hundred times for each document.
    for way in term.ways:
        for group in way:
            for token in group:
                if token in text:
                    break
            else:
                break
        else:
            return True
    return False
