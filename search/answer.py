"""From ranked documents to what the reader sees: facets, addresses of the best parts, snippets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from search.analysis import Analyzer, Token
from search.columns import Column, Columns
from search.document import FACETS
from search.engine import Hit, Snippet
from search.query import Query
from search.snippet import excerpt, marks

#: A guide is long; what stands further down than this is found, but not shown in the snippet.
_SHOWN = 4000
_MOST_MARKS = 100


class _Source(NamedTuple):
    """A text that can become the snippet, with what stands for it and is not shown."""

    text: str
    tokens: tuple[Token, ...]
    present: frozenset[str]
    anchor: str = ""
    label: str = ""


def accepts(column: Column, filters: Mapping[str, str]) -> bool:
    """Whether a document has the value of every filter."""
    return all(value in column.facets.get(name, ()) for name, value in filters.items())


def facets(columns: Iterable[Column], filters: Mapping[str, str]) -> dict[str, dict[str, int]]:
    """Counts by facet and value. A facet's own filter does not narrow its counts, so that one can change it."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    for column in columns:
        failed = [name for name, value in filters.items() if value not in column.facets.get(name, ())]
        if len(failed) > 1:
            continue
        for name in FACETS:
            if not failed or failed == [name]:
                counts[name].update(column.facets.get(name, ()))
    return {
        name: dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))
        for name, found in counts.items()
        if found
    }


class Answers:
    """Makes hits of documents of one index."""

    def __init__(self, columns: Columns, analyzer: Analyzer) -> None:
        self._columns = columns
        self._analyzer = analyzer
        self._sources = lru_cache(maxsize=256)(self._read_sources)

    def hit(self, number: int, score: float, query: Query, rarity: Mapping[str, float]) -> Hit:
        """The hit of a document. `rarity` says how much each token of the query tells."""
        column = self._columns.rows[number]
        wanted = frozenset(rarity)
        source = self._best(number, query, rarity)
        anchor, label = (source.anchor, source.label) if source and query.key not in column.title_keys else ("", "")
        snippet = Snippet()
        if source:
            snippet = excerpt(source.text, marks(source.tokens, wanted)[:_MOST_MARKS])
        address = f"{column.url}#{anchor}" if anchor and "#" not in column.url else column.url
        return Hit(
            column.id, column.type, column.slug, column.title, address, column.locale, column.plan, round(score, 4),
            snippet, label,
        )  # fmt: skip

    def _best(self, number: int, query: Query, rarity: Mapping[str, float]) -> _Source | None:
        """The part, else the summary, else the body that holds most of what was looked for."""
        best: _Source | None = None
        most = -1.0
        for source in self._sources(number):
            value = sum(rarity[token] for token in rarity if token in source.present)
            if value and query.key.strip() and query.key in self._analyzer.key(source.label or source.text):
                value *= 1.2
            if value > most:
                best, most = source, value
        return best

    def _read_sources(self, number: int) -> tuple[_Source, ...]:
        texts = self._columns.texts(number)
        found = [self._source(texts.summary), self._source(texts.body)]
        for part in texts.parts:
            text = part.text or ", ".join((part.label, *part.labels))
            found.append(self._source(text, (part.label, *part.labels, *part.synonyms), part.anchor, part.label))
        return tuple(source for source in found if source.text)

    def _source(self, text: str, beside: Iterable[str] = (), anchor: str = "", label: str = "") -> _Source:
        shown = text[:_SHOWN]
        tokens = tuple(self._analyzer.tokens(shown))
        hidden = {token.text for other in beside for token in self._analyzer.tokens(other)}
        return _Source(shown, tokens, frozenset({token.text for token in tokens} | hidden), anchor, label)
