"""What the analysis gives: tokens for the index, terms for a query."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

#: stands around every name of a document, so that a whole name is found as easily as a part of one
EDGE = "\x1f"

#: tokens of which one is enough: the stems of a word in several languages
Group = tuple[str, ...]
#: groups that must all be there: the pairs of a Chinese word, the parts of a compound
Way = tuple[Group, ...]


class Token(NamedTuple):
    """Something findable: its text in the index, its place in the sequence, and where it stands in the text."""

    text: str
    position: int
    start: int
    end: int


@dataclass(frozen=True)
class Term:
    """One word of a query. A document holds it when it holds every group of one of the `ways`."""

    surface: str
    ways: tuple[Way, ...]
    #: tokens that are not required but count when they are there: the whole word beside its pairs
    extra: tuple[str, ...] = ()
    #: ways that are good enough in a name when the search is relaxed
    loose: tuple[Way, ...] = ()
    #: a word without meaning of its own; never required
    stop: bool = False

    def tokens(self) -> Iterator[str]:
        """Every token of every way, each once."""
        return iter(dict.fromkeys(token for way in self.ways for group in way for token in group))

    def every_token(self) -> Iterator[str]:
        """The same with the tokens that only count."""
        loose = (token for way in self.loose for group in way for token in group)
        return iter(dict.fromkeys((*self.tokens(), *self.extra, *loose)))


def plain_way(*tokens: str) -> Way:
    """A way of tokens that must all be there."""
    return tuple((token,) for token in tokens)


class Run(NamedTuple):
    """A stretch of levelled text of one kind: han, hiragana, katakana, hangul, number or word."""

    kind: str
    text: str
    start: int
    end: int
