"""The engine on tantivy, for large catalogues. Tokens are ours: its own analysis only cuts at blanks.

Scores, matching and facets are done within one call each; Python sees the best documents only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Occur, Query

from search.backend import EXACT, Found, Match, Need, Posting
from search.document import FACETS
from search.tokens import Group, Way

_TOKENS, _NAMED, _NAMES, _NUMBER = "tokens", "named", "names", "number"
_HEAP = 192_000_000
_KEPT = 1 << 14
#: values of a facet that are counted; there are 17 sectors
_VALUES = 200


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(_TOKENS, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field(_NAMED, tokenizer_name="whitespace", index_option="basic")
    builder.add_text_field(_NAMES, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field(_NUMBER, stored=False, indexed=False, fast=True)
    for name in FACETS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    return builder.build()


def write(postings: Iterable[Posting], folder: Path) -> None:
    """Write the index: one thread and one segment, so that the order is that of the documents."""
    target = tantivy.Index(_schema(), path=str(folder))
    writer = target.writer(heap_size=_HEAP, num_threads=1)
    for number, posting in enumerate(postings):
        document = tantivy.Document()
        document.add_text(_TOKENS, " ".join(f"{token} " * count for token, count in posting.tokens.items()))
        document.add_text(_NAMED, " ".join(posting.named))
        for name in posting.names:
            document.add_text(_NAMES, name)
        document.add_unsigned(_NUMBER, number)
        for facet, values in posting.facets.items():
            for value in values:
                document.add_text(facet, value)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


class TantivyBackend:
    """An opened index. Safe to share between threads."""

    exact = EXACT

    def __init__(self, folder: Path, lengths: list[int]) -> None:
        self._index = tantivy.Index.open(str(folder))
        self._index.config_reader(reload_policy="manual")
        self._schema = self._index.schema
        self._searcher = self._index.searcher()
        self.count = self._searcher.num_docs
        if self.count != len(lengths):
            msg = "index and columns do not belong together"
            raise ValueError(msg)
        self.frequency = lru_cache(maxsize=_KEPT)(self._frequency)
        self._terms = lru_cache(maxsize=_KEPT)(self._term)

    def close(self) -> None:
        """Let go of files. Nothing may be asked afterwards."""
        del self._searcher, self._index

    def _frequency(self, token: str) -> int:
        """How many documents hold a token."""
        return self._searcher.doc_freq(_TOKENS, token)

    def find(self, match: Match, filters: Mapping[str, str], window: int) -> Found:
        """The best documents by BM25 and the facets."""
        sets = [self._needs(needs) for needs in match.any_of if needs]
        if not sets:
            return Found()
        required = sets[0] if len(sets) == 1 else Query.boolean_query([(Occur.Should, query) for query in sets])
        narrowed = [(Occur.Must, self._facet(name, value)) for name, value in filters.items()]
        parts, counted = self._required(match, required)
        groups = [group for group in match.groups if group not in counted]
        scored = [(Occur.Should, query) for group in groups if (query := self._group(_TOKENS, group))]
        exact = [(Occur.Should, self._exact(name)) for name in match.names if self._searcher.doc_freq(_NAMES, name)]
        clauses = [*parts, *narrowed, *scored, *exact]
        whole = clauses[0][1] if len(clauses) == 1 else Query.boolean_query(clauses)
        result = self._searcher.search(whole, limit=max(1, window))
        numbers = self._searcher.fast_field_values(_NUMBER, [address for _, address in result.hits])
        ranked = [(int(number or 0), float(score)) for number, (score, _) in zip(numbers, result.hits, strict=True)]
        ranked.sort(key=lambda item: (-item[1], item[0]))
        total = int(result.count or 0)  # type: ignore[attr-defined]
        if not total and not filters:
            return Found()
        return Found(total, tuple(ranked), lambda: self._counts(required, filters, narrowed))

    def _required(self, match: Match, required: Query) -> tuple[list[tuple[Occur, Query]], set[Group]]:
        """What a document must hold, and the groups that are scored by it already: they are not read twice."""
        if len(match.any_of) > 1:
            return [(Occur.Must, Query.const_score_query(required, 0.0))], set()
        parts: list[tuple[Occur, Query]] = []
        counted: set[Group] = set()
        for need in match.any_of[0]:
            alike = tuple(dict.fromkeys(token for way in need.ways for token in way[0]))
            simple = not need.named and alike in match.groups and all(len(way) == 1 for way in need.ways)
            if simple and (query := self._group(_TOKENS, alike)):
                parts.append((Occur.Must, query))
                counted.add(alike)
            else:
                parts.append((Occur.Must, Query.const_score_query(self._need(need), 0.0)))
        return parts, counted

    def _counts(
        self, required: Query, filters: Mapping[str, str], narrowed: list[tuple[Occur, Query]]
    ) -> dict[str, dict[str, int]]:
        counts: dict[str, dict[str, int]] = {}
        plain = [name for name in FACETS if name not in filters]
        counts |= self._aggregate(Query.boolean_query([(Occur.Must, required), *narrowed]), plain)
        for name in filters:
            others = [part for other, part in zip(filters, narrowed, strict=True) if other != name]
            counts |= self._aggregate(Query.boolean_query([(Occur.Must, required), *others]), [name])
        return {name: counts[name] for name in FACETS if counts.get(name)}

    def _aggregate(self, query: Query, names: list[str]) -> dict[str, dict[str, int]]:
        asked = {name: {"terms": {"field": name, "size": _VALUES}} for name in names if name in FACETS}
        found: dict[str, Any] = self._searcher.aggregate(query, asked) if asked else {}
        return {name: {bucket["key"]: int(bucket["doc_count"]) for bucket in found[name]["buckets"]} for name in asked}

    def _needs(self, needs: tuple[Need, ...]) -> Query:
        queries = [self._need(need) for need in needs]
        return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Must, query) for query in queries])

    def _need(self, need: Need) -> Query:
        field = _NAMED if need.named else _TOKENS
        ways = [query for way in need.ways if (query := self._way(field, way))]
        if not ways:
            return Query.empty_query()
        return ways[0] if len(ways) == 1 else Query.boolean_query([(Occur.Should, way) for way in ways])

    def _way(self, field: str, way: Way) -> Query | None:
        groups = [self._group(field, group) for group in way]
        known = [query for query in groups if query]
        if not known or len(known) < len(groups):
            return None
        return known[0] if len(known) == 1 else Query.boolean_query([(Occur.Must, query) for query in known])

    def _group(self, field: str, group: tuple[str, ...]) -> Query | None:
        terms = [self._terms(field, token) for token in group if self.frequency(token)]
        if len(terms) < 2:
            return terms[0] if terms else None
        return Query.disjunction_max_query(terms)

    def _term(self, field: str, token: str) -> Query:
        return Query.term_query(self._schema, field, token, "freq" if field == _TOKENS else "basic")

    def _exact(self, name: str) -> Query:
        return Query.const_score_query(Query.term_query(self._schema, _NAMES, name, "basic"), EXACT)

    def _facet(self, name: str, value: str) -> Query:
        if name not in FACETS:
            return Query.empty_query()
        return Query.const_score_query(Query.term_query(self._schema, name, value, "basic"), 0.0)


def open_backend(folder: Path, lengths: list[int], facets: Mapping[str, Mapping[str, list[int]]]) -> TantivyBackend:
    """Open an index. Raises anything when it is damaged. Facets are counted in it, not in the columns."""
    del facets
    return TantivyBackend(folder, lengths)
