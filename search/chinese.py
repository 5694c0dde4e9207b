"""Chinese, and other scripts without blanks: pairs of characters, single characters, and a segmenter's words."""

from __future__ import annotations

from collections.abc import Iterator

import rjieba

from search.folding import Folded
from search.languages import STOP
from search.tokens import Run, Term, Token


def pair_texts(run: str) -> list[str]:
    """All pairs of neighbouring characters; a lone character as it is."""
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


def pairs(run: Run, folded: Folded, position: int) -> Iterator[Token]:
    """The pairs of a run of characters."""
    for index, pair in enumerate(pair_texts(run.text)):
        yield Token(pair, position + index, *folded.span(run.start + index, run.start + index + len(pair)))


def han_tokens(run: Run, folded: Folded, position: int) -> Iterator[Token]:
    """Pairs, characters, and the segmenter's words of a run of Chinese."""
    if len(run.text) > 1:
        yield from pairs(run, folded, position)
    for index, char in enumerate(run.text):
        yield Token(char, position + index, *folded.span(run.start + index, run.start + index + 1))
    place = 0
    for word in rjieba.cut(run.text):
        if len(word) > 2:  # shorter ones stand there already as pairs and characters
            start = run.start + place
            yield Token(word, position + place, *folded.span(start, start + len(word)))
            for part in rjieba.cut_for_search(word):
                if 2 < len(part) < len(word):
                    inner = word.index(part)
                    yield Token(part, position + place + inner, *folded.span(start + inner, start + inner + len(part)))
        place += len(word)


def chinese_term(word: str, before: str) -> Term:
    """A word of a query; `before` is the character before it, when that is Chinese too."""
    # The pair across the cut counts where it is found: the segmenter may have cut 溅射靶材 in the wrong places.
    across = (before + word[0],) if before else ()
    if len(word) <= 2:
        return Term(word, (word,), extra=across, stop=word in STOP)
    parts = [part for part in rjieba.cut_for_search(word) if len(part) == 2]
    # The last pair is the thing itself: 锂电池 is first of all 电池.
    loose = (parts[-1], *word.replace(parts[-1], "", 1)) if parts else tuple(word)
    return Term(word, tuple(pair_texts(word)), extra=(word, *across), loose=loose, stop=word in STOP)
