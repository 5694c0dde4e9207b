"""From ranked documents to what the reader sees: addresses of the best parts, snippets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from search.analysis import Analyzer
from search.columns import Columns, Source
from search.engine import Hit, Snippet
from search.folding import level
from search.places import Sought
from search.query import Query
from search.ranking import Weighed, holds
from search.snippet import excerpt
from search.tokens import Token

#: A guide is long; what stands further down than this is found, but not shown in the snippet.
_SHOWN = 4000
#: A text that has the query word for word is the better one to show.
_PHRASE = 1.2


class _Looking(NamedTuple):
    """What is looked for in each document of an answer: its words, their tokens, the query word for word."""

    terms: Sequence[Weighed]
    sought: Sought
    phrase: str
    #: what all words tell together
    full: float


class Answers:
    """Makes hits of documents of one index."""

    def __init__(self, columns: Columns, analyzer: Analyzer) -> None:
        self._columns = columns
        self._analyzer = analyzer

    def hits(self, ranked: Iterable[tuple[int, float]], query: Query, terms: Sequence[Weighed]) -> Iterator[Hit]:
        """The hits of documents (number, score). `terms` say how much each word of the query tells."""
        wanted = {token.strip(): term.weight for term in terms for way in term.ways for group in way for token in group}
        looking = _Looking(
            terms,
            self._analyzer.sought(frozenset(wanted)),
            level(query.text),
            sum(term.weight for term in terms),
        )
        for number, score in ranked:
            source, found = self._best(number, looking)
            yield self._hit(number, score, query, source, excerpt(source.text[:_SHOWN], found, wanted))

    def _hit(self, number: int, score: float, query: Query, source: Source, snippet: Snippet) -> Hit:
        row, names = self._columns.row(number), self._columns.names(number)
        titles = names.title + names.names
        whole = any(name in titles for name in query.wholes)
        anchor, label = ("", "") if whole else (source.anchor, source.label)
        return Hit(
            id=row.id,
            type=row.type,
            slug=row.slug,
            title=row.title,
            url=f"{row.url}#{anchor}" if anchor and "#" not in row.url else row.url,
            locale=row.locale,
            plan=row.plan,
            score=round(score, 4),
            snippet=snippet,
            part=label,
        )

    def phrase(self, number: int, query: Query) -> bool:
        """Whether a text of the document has the query word for word."""
        phrase = level(query.text)
        return any(phrase in (source.folded or level(source.text)) for source in self._columns.texts(number).sources)

    def _best(self, number: int, looking: _Looking) -> tuple[Source, list[Token]]:
        """The part, summary, body or list of terms that holds most of what was looked for, and where it holds it."""
        terms, sought, phrase, full = looking
        texts = self._columns.texts(number)
        # Words that only the names have need not be looked for in each text.
        reads = sought.may_be_in(texts.levelled)
        best, most, places = Source(""), -1.0, list[Token]()
        # What has the query word for word comes first: when it holds every word, the others can only be as good.
        phrased: tuple[list[Source], list[Source]] = [], []
        for source in texts.sources:
            phrased[phrase not in (source.folded or source.text.lower())].append(source)
        for worth, sources in zip((_PHRASE, 1.0), phrased, strict=True):
            for source in sources:
                if most >= full * worth:
                    break
                found = sought.places(source.text[:_SHOWN], source.folded[:_SHOWN]) if reads else []
                here = " " + "  ".join({token.text for token in found}) + " "
                value = worth * sum(term.weight for term in terms if holds(here, term) or holds(source.beside, term))
                if value > most:
                    best, most, places = source, value, found
        return best, places
