"""Suggestions while one types: titles by what they begin with, in any language and in pinyin."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from search.chinese import romanised
from search.document import Document
from search.folding import level, mainland, tidy

#: Names looked at for one answer; the work grows with nothing else.
_MOST = 400
_LONGEST = 60
_WORD = re.compile(r"(?<=[\s\-/(])(?=\w)")


class Suggestion(NamedTuple):
    """A page whose name begins like what was typed."""

    title: str
    type: str
    url: str


def entries(documents: Sequence[Document]) -> list[list[Any]]:
    """[levelled name, number of the document, rank]: sorted; paragraphs of the plan have no names of their own."""
    found: dict[tuple[str, int], float] = {}
    for number, document in enumerate(documents):
        if document.plan and document.type == "plan":
            continue
        named = [document.title, *document.names]
        for place, name in enumerate((*named, *(word.text for word in document.synonyms))):
            own = place < len(named)
            for text, factor in _beginnings(name, own=own):
                rank = document.weight * factor * (1.0 if own else 0.5)
                found[text, number] = max(rank, found.get((text, number), 0.0))
    return [[text, number, round(rank, 3)] for (text, number), rank in sorted(found.items())]


def _beginnings(name: str, *, own: bool) -> Iterable[tuple[str, float]]:
    plain = prefix(name)
    if not plain:
        return
    yield plain, 1.0
    if own:
        yield from ((plain[match.start() :], 0.7) for match in _WORD.finditer(plain))
    for letters in romanised(name):
        yield letters[:_LONGEST], 0.6


def prefix(text: str) -> str:
    """What is compared: levelled, at most 60 characters."""
    return level(mainland(tidy(text[: 4 * _LONGEST])))[:_LONGEST].strip()


def suggest(entries: Sequence[Sequence[Any]], text: str, most: int) -> list[int]:
    """Numbers of the documents whose names begin like a text, the best first."""
    wanted = prefix(text)
    if not wanted:
        return []
    ranks: dict[int, tuple[float, int]] = {}
    place = bisect_left(entries, wanted, key=lambda entry: str(entry[0]))
    for name, number, rank in entries[place : place + _MOST]:
        if not name.startswith(wanted):
            break
        value = (-rank, len(name))
        ranks[number] = min(value, ranks.get(number, value))
    return [number for number, _ in sorted(ranks.items(), key=lambda item: (item[1], item[0]))[:most]]
