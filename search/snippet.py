"""The stretch of a text that shows why it was found, with the words marked, never cut inside a word."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from math import fsum

from search.engine import Snippet
from search.tokens import Token

#: in columns of a fixed-width line; Chinese characters take two
WIDTH = 180
_BEFORE = 50
#: Places looked at; the work grows with its square.
_MOST = 100
#: Text of Latin and Cyrillic letters and the usual marks, each one column wide.
_PLAIN = re.compile("[\u0020-\u02ff\u0400-\u0482\u048a-\u052f\u2010-\u2026\u20ac]*")
#: Below it there are no combining marks and no marks of Chinese texts.
_FIRST_MARK = "\u0300"


class _Widths(dict[str, int]):
    """Columns of each character met so far; there are no more keys than characters in the texts."""

    def __missing__(self, char: str) -> int:
        width = 0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        self[char] = width
        return width


_width = _Widths().__getitem__


def marks(tokens: Iterable[Token]) -> list[tuple[int, int]]:
    """Where tokens stand, overlapping and touching ones joined."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted((token.start, token.end) for token in tokens):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    # A lone character of a longer Chinese query is noise: 材 in 材料 when 溅射靶材 was asked for.
    longer = [(start, end) for start, end in joined if end - start > 1]
    return longer or joined


def excerpt(text: str, tokens: Sequence[Token], rarity: Mapping[str, float]) -> Snippet:
    """About two lines of the text around the place where the most telling of the found words stand together."""
    found = marks(tokens)
    widths = range(len(text) + 1) if _PLAIN.fullmatch(text) else list(accumulate(map(_width, text), initial=0))
    if widths[-1] <= WIDTH:
        return Snippet(text, tuple(found))
    start = _start(text, widths, sorted(tokens, key=lambda token: (token.start, token.end, token.text))[:_MOST], rarity)
    end = _boundary(text, bisect_right(widths, widths[start] + WIDTH) - 1, floor=start + 1)
    before, after = "… " if start else "", " …" if end < len(text) else ""
    shift = len(before) - start
    kept = tuple((left + shift, right + shift) for left, right in found if left >= start and right <= end)
    return Snippet(before + text[start:end].rstrip() + after, kept)


def _start(text: str, widths: Sequence[int], tokens: Sequence[Token], rarity: Mapping[str, float]) -> int:
    """Where the stretch begins: a little before the token from which the most telling ones are in reach."""
    if not tokens:
        return 0
    reach = WIDTH - _BEFORE
    best, most = tokens[0].start, 0.0
    every = fsum(rarity.get(text, 0.0) for text in {token.text for token in tokens})
    for index, first in enumerate(tokens):
        within = {token.text for token in tokens[index:] if widths[token.end] - widths[first.start] <= reach}
        value = fsum(rarity.get(token, 0.0) for token in within)
        if value > most:
            best, most = first.start, value
            if most >= every:
                break  # nowhere stands more together than all of them
    # Near the end, show more of what stands before.
    start = bisect_left(widths, max(0, min(widths[best] - _BEFORE, widths[-1] - WIDTH)))
    while start < best and not _breaks(text, start):
        start += 1
    return start


def _breaks(text: str, place: int) -> bool:
    """True where a line may be broken: after a blank, beside a Chinese character, never before a combining mark."""
    if place <= 0 or place >= len(text):
        return True
    before, char = text[place - 1], text[place]
    # Most characters are Latin letters: they are not looked up.
    if char >= _FIRST_MARK and (unicodedata.category(char).startswith("M") or char in "，。；、：）”’！？"):
        return False
    return before.isspace() or _width(char) == 2 or _width(before) == 2


def _boundary(text: str, place: int, floor: int) -> int:
    end = place
    while end > floor and not _breaks(text, end):
        end -= 1
    return end if end > floor else place
