"""What an engine has to be able to do: write postings, count a token's documents, find what matches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, Protocol, cast

from search.tokens import Group, Way

#: SEARCH_ENGINE -> module that has `write` and `open_backend`
ENGINES = {"whoosh": "search.whoosh_engine", "tantivy": "search.tantivy_engine"}
#: Added to the score of a document one of whose names is the query, so that it is among those ranked closely.
EXACT = 64.0


class EngineMissingError(Exception):
    """The engine asked for is unknown or not installed."""


class Posting(NamedTuple):
    """What is indexed of a document: how often each token counts, which name it, its names whole, its facets."""

    tokens: Mapping[str, int]
    named: Iterable[str]
    names: Iterable[str]
    facets: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Need:
    """A word that a document must hold in one of some ways; `named`: in its names."""

    ways: tuple[Way, ...]
    named: bool = False


@dataclass(frozen=True)
class Match:
    """What is looked for: every need of one of the sets. `groups` make the score, `names` bring exact names first."""

    any_of: tuple[tuple[Need, ...], ...]
    groups: tuple[Group, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """How many documents match, the best of them with their scores, and the facets of all, counted when asked for."""

    total: int = 0
    ranked: tuple[tuple[int, float], ...] = ()
    count: Callable[[], Mapping[str, Mapping[str, int]]] = dict

    @cached_property
    def facets(self) -> Mapping[str, Mapping[str, int]]:
        """Facet -> value -> how many of all have it. A facet's own filter does not narrow its counts."""
        return self.count()

    @property
    def some(self) -> bool:
        """Whether anything matches, be it kept out by a filter."""
        return bool(self.total or self.facets)


class Backend(Protocol):
    """An opened index."""

    count: int
    #: what is added to the score of a document one of whose names is the query
    exact: float

    def frequency(self, token: str) -> int:
        """How many documents hold a token."""
        ...

    def find(self, match: Match, filters: Mapping[str, str], window: int) -> Found:
        """The best `window` documents by BM25 and the facets. A facet's own filter does not narrow its counts."""
        ...

    def close(self) -> None:
        """Let go of files."""
        ...


class Module(Protocol):
    """The module of an engine."""

    def write(self, postings: Iterable[Posting], folder: Path) -> None:
        """Write the index into an empty folder."""
        ...

    def open_backend(self, folder: Path, lengths: list[int], facets: Mapping[str, Mapping[str, list[int]]]) -> Backend:
        """Open it. Raises anything when it is damaged."""
        ...


def backend(engine: str) -> Module:
    """The module of an engine. Raises `EngineMissingError`."""
    if engine not in ENGINES:
        msg = f"there is no search engine '{engine}'; one of {', '.join(ENGINES)}"
        raise EngineMissingError(msg)
    try:
        return cast(Module, import_module(ENGINES[engine]))
    except ImportError as error:
        msg = f"search engine {engine} is not installed: pip install 'invest-chongqing[large]' ({error})"
        raise EngineMissingError(msg) from error
