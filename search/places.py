"""Where some tokens stand in a text: much quicker than going through all tokens of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from search.folding import fold
from search.languages import SPELLINGS
from search.runs import RUN, as_run, figure, unspaced
from search.tokens import Token

#: Places after which no further one is looked for: a snippet shows a few of them.
_ENOUGH = 60
#: Words looked at that begin like one looked for: `en` begins every tenth.
_MOST = 120
#: Letters that a word must begin with, and letters after which a point or an ampersand stands in one word.
_TOLD, _ABBREVIATED = 8, 5
#: the same within words: the e of `ue` is lost where two German words meet
_INSIDE = 5


class Sought:
    """Some tokens made ready to be looked for in many texts. For one query and one thread."""

    def __init__(self, tokens: frozenset[str], forms: Callable[[str], Container[str]], *, inside: bool = True) -> None:
        """`forms` gives what a word is found by.

        Without `inside`, words of letters are found from their beginning only: no compounds, no articles written
        together.
        """
        self._tokens = tokens
        self._forms = forms
        self._inside = inside
        self._made = _made(tokens, inside=inside)
        self._known: dict[str, tuple[str, ...]] = {}

    def may_be_in(self, levelled: str) -> bool:
        """Whether a levelled text may have any of the tokens; quick, and never wrong when it says no."""
        return any(token in levelled for token in self._made.unspaced) or any(
            start in levelled for start in self._starts(levelled)
        )

    def places(self, text: str, levelled: str = "") -> list[Token]:
        """Where the tokens stand in a text, in no order, positions not told.

        `levelled` is the text levelled, where it has been kept and has a character for each of its characters.
        """
        folded = None if levelled else fold(text)
        plain, span = (folded.text, folded.span) if folded else (levelled, _itself)
        found: list[Token] = []
        for token in self._made.unspaced:
            place = plain.find(token)
            while place >= 0:
                found.append(Token(token, 0, *span(place, place + len(token))))
                place = plain.find(token, place + 1)
        seen = -1
        for begin in self._begins(plain):
            if begin < seen:
                continue
            if len(found) >= _ENOUGH:
                break
            whole = RUN.search(plain, _word_start(plain, begin))
            while whole and whole.end() <= begin:  # 8.5-generation begins with a number
                whole = RUN.search(plain, whole.end())
            if whole is None:
                break
            seen = whole.end()
            run = as_run(whole)
            start, end = span(run.start, run.end)
            if run.kind == "word":
                found.extend(Token(token, 0, start, end) for token in self._of(text[start:end]))
            elif run.kind == "number":
                number = re.sub(r"[,\s]", "", run.text)
                token, token_end = figure(run.text, plain, run.end)
                places = {token: span(run.start, token_end)[1], number: end}
                found.extend(Token(token, 0, start, place) for token, place in places.items() if token in self._tokens)
        return found

    def _of(self, word: str) -> tuple[str, ...]:
        """The tokens that a word is found by."""
        known = self._known.get(word)
        if known is None:
            forms = self._forms(word)
            known = self._known[word] = tuple(token for token in self._tokens if token in forms)
        return known

    def _begins(self, text: str) -> list[int]:
        """Where words of a levelled text may begin like one looked for, in order."""
        found: set[int] = set()
        for start in self._starts(text):
            place = text.find(start)
            while place >= 0:
                if self._inside or not place or not _letter(text[place - 1]):
                    found.add(place)
                    if len(found) > _MOST:
                        break
                place = text.find(start, place + 1)
        return sorted(found)[:_MOST]

    def _starts(self, text: str) -> Iterator[str]:
        yield from self._made.starts
        for mark, texts in self._made.marked:
            if mark in text:
                yield from texts


def _itself(start: int, end: int) -> tuple[int, int]:
    return start, end


@dataclass(frozen=True)
class _Made:
    """Some tokens made ready: those of scripts without blanks, and what the words behind the others begin with."""

    unspaced: tuple[str, ...]
    starts: tuple[str, ...]
    #: the same with a mark after the first or second letter, by mark: `r&d`, `e-c` of e-commerce, `u.s` of U.S.A.
    marked: tuple[tuple[str, tuple[str, ...]], ...]


@lru_cache(maxsize=256)
def _made(tokens: frozenset[str], *, inside: bool) -> _Made:
    """A stem begins like its word, but for the marks in it.

    Its last letter may differ (`cni` of CNY), its z may be an s, and an Arabic word may have an article before it.
    """
    spaced = [token for token in tokens if not unspaced(token)]
    starts = {_beginning(token, _INSIDE if inside else _TOLD) for token in spaced if token[0] != "#"}
    starts |= {
        british[: len(start)] for start in starts for british, other in SPELLINGS.items() if other.startswith(start)
    }
    starts = {"".join(letters) for start in starts for letters in product(*("zs" if c == "z" else c for c in start))}
    if any(token[0] == "#" for token in spaced):
        starts.update("0123456789")  # a figure with its scale is written in many ways
    starts = {start for start in starts if not any(start[:length] in starts for length in range(1, len(start)))}
    marked = {
        mark: tuple(
            start[:place] + mark + start[place]
            for start in starts
            if start[0].isdigit() == (mark == ",")
            for place in range(1, len(start) if mark == "-" else min(len(start), _ABBREVIATED))
        )
        for mark in "-&.,"
    }
    return _Made(
        tuple(token for token in tokens if unspaced(token)),
        tuple(starts),
        tuple((mark, texts) for mark, texts in marked.items() if texts),
    )


def _letter(char: str) -> bool:
    return "a" <= char <= "z" or "а" <= char <= "я"


def _beginning(token: str, most: int) -> str:
    digits = re.match(r"\d{1,3}", token)
    if digits:
        return digits[0]
    if len(token) <= 3:
        return token[:-1] or token
    # The longer, the fewer words are looked at in vain; the last letters are those a stemmer or a spelling changes.
    return token[: min(most, len(token) - (2 if len(token) > 5 else 1))]


def _word_start(text: str, place: int) -> int:
    """Where the word begins that a place is in, with the parts before its hyphens."""
    start = place
    while start > 0 and (text[start - 1].isalnum() or text[start - 1] in "-.&,") and not unspaced(text[start - 1]):
        start -= 1
    while start < place and not text[start].isalnum():
        start += 1
    return start
