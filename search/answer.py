"""From ranked documents to what the reader sees: facets, addresses of the best parts, snippets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from search.analysis import Analyzer
from search.columns import Column, Columns
from search.document import FACETS
from search.engine import Hit
from search.folding import level
from search.query import Query
from search.snippet import excerpt
from search.tokens import Token

#: A guide is long; what stands further down than this is found, but not shown in the snippet.
_SHOWN = 4000
#: A text that has the query word for word is the better one to show.
_PHRASE = 1.2


class _Source(NamedTuple):
    """A text that can become the snippet, with what stands for it and is not shown."""

    text: str
    beside: str = ""
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

    def hit(self, number: int, score: float, query: Query, rarity: Mapping[str, float]) -> Hit:
        """The hit of a document. `rarity` says how much each token of the query tells."""
        column = self._columns.rows[number]
        names = (*column.title_keys, *column.name_keys)
        source, found = self._best(number, query, rarity)
        anchor, label = (source.anchor, source.label) if query.key not in names else ("", "")
        address = f"{column.url}#{anchor}" if anchor and "#" not in column.url else column.url
        return Hit(
            id=column.id,
            type=column.type,
            slug=column.slug,
            title=column.title,
            url=address,
            locale=column.locale,
            plan=column.plan,
            score=round(score, 4),
            snippet=excerpt(source.text, found, rarity),
            part=label,
        )

    def _best(self, number: int, query: Query, rarity: Mapping[str, float]) -> tuple[_Source, list[Token]]:
        """The part, summary, body or list of terms that holds most of what was looked for, and where it holds it."""
        wanted = frozenset(rarity)
        phrase = level(query.text)
        best, most, places = _Source(""), -1.0, list[Token]()
        for source in self._sources(number):
            found = self._analyzer.find(source.text, wanted)
            held = {token.text for token in found}
            if len(held) < len(wanted) and source.beside:
                held.update(token.text for token in self._analyzer.find(source.beside, wanted))
            value = sum(rarity[token] for token in held)
            if value and phrase in level(source.text):
                value *= _PHRASE
            if value > most:
                best, most, places = source, value, found
        return best, places

    def _sources(self, number: int) -> Iterator[_Source]:
        texts = self._columns.texts(number)
        if texts.summary:
            yield _Source(texts.summary)
        for part in texts.parts:
            named = "; ".join((part.label, *part.labels))
            yield _Source(part.text or named, "\n".join((named, *part.synonyms)), part.anchor, part.label)
        if texts.body:
            yield _Source(texts.body[:_SHOWN])
        if texts.labels:
            yield _Source("; ".join(texts.labels)[:_SHOWN])
