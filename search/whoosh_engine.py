"""The engine on Whoosh: its posting lists, our own ranking.

Whoosh's query parser, facets, sorting and highlighter are not used: the first can be made to run for seconds by what
a reader types, the others multiply the time of a query. Posting lists are read once and kept, already scored.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from whoosh import index
from whoosh.reading import TermNotFound

from search import answer
from search.analysis import analyzer, unspaced
from search.build import NUMBER
from search.columns import Columns, ColumnsDamagedError
from search.document import FIELDS
from search.engine import Hits, IndexDamagedError
from search.query import Query, joined, parse
from search.ranking import gain, holds
from search.spelling import Vocabulary
from search.tokens import Term

#: BM25F: how fast a repeated word stops counting, and how much a long field dilutes its words
_K1 = 1.2
_B = {"title": 0.3, "labels": 0.3, "summary": 0.5, "body": 0.7, "synonyms": 0.3}
#: Fields in which a word names what the document is about.
_STRONG = frozenset({"title", "labels", "synonyms"})
#: A word in more documents than this share (and more than 10) is no condition, only a weight: 重庆, project.
_COMMON, _NEVER_COMMON = 0.2, 10
#: When the search is relaxed, a document must hold this share of what the words tell; less if it is named by one.
_ENOUGH, _ENOUGH_NAMED = 0.5, 0.25
#: Posting lists kept, scored; about 20 kB each at 50,000 documents
_KEPT = 4096


@dataclass(frozen=True)
class _Postings:
    """Where a token stands: document -> its part of the score; and the documents it names."""

    scores: Mapping[int, float]
    named: frozenset[int]
    rarity: float


class WhooshEngine:
    """Answers from one index folder. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        try:
            self._columns = Columns(folder)
        except ColumnsDamagedError as error:
            raise IndexDamagedError(str(error)) from error
        try:
            self._index = index.open_dir(str(folder), readonly=True)
            self._reader = self._index.reader()
            numbers = {docnum: int(stored[NUMBER]) for docnum, stored in self._reader.iter_docs()}
        except Exception as error:  # Whoosh and the unpickling below it raise all kinds on damaged files
            msg = f"{folder} cannot be read: {error}"
            raise IndexDamagedError(msg) from error
        if sorted(numbers.values()) != list(range(len(self._columns.rows))):
            self.close()
            msg = f"{folder}: index and columns do not belong together"
            raise IndexDamagedError(msg)
        self._numbers = numbers
        self._count = max(1, len(numbers))
        self._means = {name: self._reader.field_length(name) / self._count or 1.0 for name in FIELDS}
        self._analyzer = analyzer(self._columns.locale)
        self._answers = answer.Answers(self._columns, self._analyzer)
        self._vocabulary = Vocabulary(self._columns.words)
        self._lock = threading.Lock()  # Whoosh's readers share one file position
        self._postings = lru_cache(maxsize=_KEPT)(self._read)

    @property
    def locale(self) -> str:
        """The locale whose pages the hits lead to."""
        return self._columns.locale

    def close(self) -> None:
        """Let go of files. Nothing may be asked afterwards."""
        self._reader.close()
        self._index.close()

    def search(self, text: str, *, filters: Mapping[str, str] | None = None, offset: int = 0, limit: int = 10) -> Hits:
        """Hits `offset` to `offset + limit` for any text; `filters` is facet -> value."""
        typed = parse(text, self._analyzer)
        query, found = self._joined(typed)
        suggestion, corrected, relaxed = None, False, False
        if not found and not query.empty:
            suggestion = self._suggestion(query)
            if suggestion:
                other = parse(suggestion, self._analyzer)
                found = self._all(other)
                query, corrected = (other, True) if found else (query, False)
        if not self._about(found, query):
            # What holds every word only mentions them: what is about most of them may well be meant.
            more = self._most(query)
            relaxed = len(more) > len(found)
            found = more | found
        rows = self._columns.rows
        chosen = filters or {}
        ranked = sorted(
            (
                (-score * rows[number].weight * gain(query, rows[number]), rows[number].id, number)
                for number, score in found.items()
                if answer.accepts(rows[number], chosen)
            ),
        )
        rarity = self._rarity(query)
        return Hits(
            query=typed.text,
            total=len(ranked),
            hits=tuple(
                self._answers.hit(number, -score, query, rarity)
                for score, _, number in ranked[max(0, offset) : max(0, offset) + max(0, limit)]
            ),
            facets=answer.facets((rows[number] for number in found), chosen),
            suggestion=suggestion,
            corrected=corrected,
            relaxed=relaxed,
        )

    # -- matching ------------------------------------------------------------------------------------------------

    def _all(self, query: Query) -> dict[int, float]:
        """Documents that hold every word asked for, scored by all words."""
        required = self._required(query)
        if not required:
            return {}
        found = self._holding(required[0].tokens)
        for term in required[1:]:
            found &= self._holding(term.tokens)
        return self._scored(found, query)

    def _joined(self, query: Query) -> tuple[Query, dict[int, float]]:
        """The documents that hold every word; if there are none, those that hold two of them written as one."""
        found = self._all(query)
        for text in joined(query) if not found else ():
            other = parse(text, self._analyzer)
            found = self._all(other)
            if found:
                return other, found
        return query, found

    def _most(self, query: Query) -> dict[int, float]:
        """Documents that hold most of what the words tell."""
        required = self._required(query)
        # A lone character stands in too many words to tell anything by itself: 不 in 不锈钢.
        required = [term for term in required if len(term.surface) > 1 or not unspaced(term.surface)] or required
        weights = [self._term_rarity(term) for term in required]
        enough, enough_named = _ENOUGH * sum(weights), _ENOUGH_NAMED * sum(weights)
        held: dict[int, float] = {}
        named: set[int] = set()
        for term, weight in zip(required, weights, strict=True):
            documents = self._holding(term.tokens)
            named |= documents & self._named(term.tokens)
            if not documents and term.loose:
                documents = self._called(term.loose)
                named |= documents
            for number in documents:
                held[number] = held.get(number, 0.0) + weight
        kept = {number for number, value in held.items() if value >= (enough_named if number in named else enough)}
        full = sum(weights)
        return {number: score * (held[number] / full) ** 2 for number, score in self._scored(kept, query).items()}

    def _about(self, found: Mapping[int, float], query: Query) -> bool:
        """Whether any of the documents is named by a word of the query."""
        return any(not found.keys().isdisjoint(self._named(term.tokens)) for term in self._required(query))

    def _required(self, query: Query) -> list[Term]:
        most = max(_COMMON * self._count, _NEVER_COMMON)
        telling = [term for term in query.wanted if len(self._holding(term.tokens)) <= most]
        return telling or list(query.wanted)

    def _holding(self, tokens: tuple[str, ...]) -> set[int]:
        return self._common(set(self._postings(token).scores) for token in tokens)

    def _named(self, tokens: tuple[str, ...]) -> set[int]:
        return self._common(set(self._postings(token).named) for token in tokens)

    def _called(self, tokens: tuple[str, ...]) -> set[int]:
        """Documents with one name or term that has all tokens: 锂离子电池 for 锂 and 电池."""
        found: set[int] = set()
        for number in self._holding(tokens):
            row = self._columns.rows[number]
            names = (*row.title_keys, *row.name_keys, *row.label_keys, *row.synonym_keys)
            if any(holds(key, tokens) for key in names):
                found.add(number)
        return found

    @staticmethod
    def _common(sets: Iterable[set[int]]) -> set[int]:
        ordered = sorted(sets, key=len)
        return ordered[0].intersection(*ordered[1:]) if ordered else set()

    # -- scores --------------------------------------------------------------------------------------------------

    def _scored(self, documents: set[int], query: Query) -> dict[int, float]:
        scores = dict.fromkeys(documents, 0.0)
        for term in query.terms:
            for token in (*term.tokens, *term.extra, *term.loose):
                for number, score in self._postings(token).scores.items():
                    if number in scores:
                        scores[number] += score
        return scores

    def _rarity(self, query: Query) -> dict[str, float]:
        tokens = {token for term in query.wanted for token in (*term.tokens, *term.extra, *term.loose)}
        return {token: self._postings(token).rarity for token in tokens}

    def _term_rarity(self, term: Term) -> float:
        return max(self._postings(token).rarity for token in term.tokens)

    def _read(self, token: str) -> _Postings:
        weighted: dict[int, float] = {}
        named: set[int] = set()
        with self._lock:
            for name, weight in FIELDS.items():
                try:
                    matcher = self._reader.postings(name, token)
                except TermNotFound:
                    continue
                b, mean = _B[name], self._means[name]
                while matcher.is_active():
                    docnum = matcher.id()
                    number = self._numbers[docnum]
                    dilution = 1 - b + b * self._reader.doc_field_length(docnum, name, 1) / mean
                    weighted[number] = weighted.get(number, 0.0) + weight * matcher.weight() / dilution
                    if name in _STRONG:
                        named.add(number)
                    matcher.next()
        rarity = math.log(1 + (self._count - len(weighted) + 0.5) / (len(weighted) + 0.5))
        scores = {number: rarity * value * (_K1 + 1) / (_K1 + value) for number, value in weighted.items()}
        return _Postings(scores, frozenset(named), rarity)

    # -- help ----------------------------------------------------------------------------------------------------

    def _suggestion(self, query: Query) -> str | None:
        changed = False
        words: list[str] = []
        for term in query.terms:
            nearest = None if self._holding(term.tokens) else self._vocabulary.nearest(term.surface)
            words.append(nearest or term.surface)
            changed = changed or nearest is not None
        return " ".join(words) if changed else None
