"""What the analysis gives: tokens for the index, terms for a query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Token(NamedTuple):
    """Something findable: its text in the index, its place in the sequence, and where it stands in the text."""

    text: str
    position: int
    start: int
    end: int


@dataclass(frozen=True)
class Term:
    """One word of a query. A document holds it when it holds all `tokens`."""

    surface: str
    tokens: tuple[str, ...]
    #: tokens that are not required but count when they are there: the whole word beside its pairs
    extra: tuple[str, ...] = ()
    #: what may stand in its place when the search is relaxed
    loose: tuple[str, ...] = ()
    #: a word without meaning of its own; never required
    stop: bool = False


class Run(NamedTuple):
    """A stretch of levelled text of one kind: han, syllables, number or word."""

    kind: str
    text: str
    start: int
    end: int
