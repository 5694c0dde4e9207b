"""What any search engine here gives: a text in, ranked hits with snippets and facets out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from search.suggest import Suggestion


class IndexDamagedError(Exception):
    """An index folder is missing, cut short or not understood."""


@dataclass(frozen=True)
class Snippet:
    """A stretch of a document's text with the places (start, end) of the words looked for."""

    text: str = ""
    marks: tuple[tuple[int, int], ...] = ()

    def pieces(self) -> Iterator[tuple[str, bool]]:
        """The text in pieces, each with whether it is to be marked."""
        place = 0
        for start, end in self.marks:
            if start > place:
                yield self.text[place:start], False
            yield self.text[start:end], True
            place = end
        if place < len(self.text):
            yield self.text[place:], False


@dataclass(frozen=True)
class Hit:
    """One document found. `locale` is the language its text is in; `url` leads to its best part."""

    id: str
    type: str
    slug: str
    title: str
    url: str
    locale: str
    plan: tuple[str, ...]
    score: float
    snippet: Snippet = Snippet()
    #: the name of the part the address leads to, when it leads to one
    part: str = ""


@dataclass(frozen=True)
class Hits:
    """The answer to a query."""

    #: the text as it was understood: cleaned and cut
    query: str
    total: int = 0
    hits: tuple[Hit, ...] = ()
    #: facet -> value -> how many hits have it, most first
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    #: a text that is probably meant
    suggestion: str | None = None
    #: the hits are those of the suggestion, because the text itself finds nothing
    corrected: bool = False
    #: some of the hits hold not all, but most of the words
    relaxed: bool = False


class Engine(Protocol):
    """One locale's index, opened once and asked from any thread."""

    @property
    def locale(self) -> str:
        """The locale whose pages the hits lead to."""
        ...

    def search(self, text: str, *, filters: Mapping[str, str] | None = None, offset: int = 0, limit: int = 10) -> Hits:
        """Hits `offset` to `offset + limit` for any text; `filters` is facet -> value."""
        ...

    def suggest(self, text: str, most: int = 8) -> list[Suggestion]:
        """Pages whose names begin like a text, the best first."""
        ...

    def close(self) -> None:
        """Let go of files. Nothing may be asked afterwards."""
        ...


def open_engine(folder: Path) -> Engine:
    """The engine of an index folder, whichever it was written by.

    Raises `IndexDamagedError`, or `EngineMissingError` when the engine it was written by is not installed.
    """
    from search.searcher import Searcher

    return Searcher(folder)
