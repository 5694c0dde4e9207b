"""Where some tokens stand in a text: much quicker than going through all tokens of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from functools import lru_cache

from search.folding import Folded, fold
from search.runs import RUN, as_run, figure, unspaced
from search.tokens import Token

#: Places after which no further one is looked for: a snippet shows a few of them.
_ENOUGH = 60
#: Words looked at that begin like one looked for: `en` begins every tenth.
_MOST = 120


def find(
    forms: Callable[[str], Container[str]],
    text: str,
    wanted: frozenset[str],
    levelled: str = "",
    *,
    inside: bool = True,
) -> list[Token]:
    """Tokens of `wanted` in a text, in no order, positions not told; `forms` gives what a word is found by.

    `levelled` is the text levelled, where it has been kept and has a character for each of its characters. Without
    `inside`, words of letters are found from their beginning only: no compounds, no articles written together.
    """
    folded = Folded(levelled, range(len(levelled) + 1)) if levelled else fold(text)
    found: list[Token] = []
    for token in wanted:
        if unspaced(token):
            place = folded.text.find(token)
            while place >= 0:
                found.append(Token(token, 0, *folded.span(place, place + len(token))))
                place = folded.text.find(token, place + 1)
    pattern = _beginnings(wanted, inside=inside)
    seen, looked = -1, 0
    for match in pattern.finditer(folded.text) if pattern else ():
        if match.start() < seen:
            continue
        looked += 1
        if len(found) >= _ENOUGH or looked > _MOST:
            break
        whole = RUN.search(folded.text, _word_start(folded.text, match.start()))
        while whole and whole.end() <= match.start():  # 8.5-generation begins with a number
            whole = RUN.search(folded.text, whole.end())
        if whole is None:
            break
        seen = whole.end()
        run = as_run(whole)
        start, end = folded.span(run.start, run.end)
        if run.kind == "word":
            known = forms(text[start:end])
            found.extend(Token(token, 0, start, end) for token in wanted if token in known)
        elif run.kind == "number":
            number = re.sub(r"[,\s]", "", run.text)
            token, token_end = figure(run.text, folded.text, run.end)
            places = {token: folded.span(run.start, token_end)[1], number: end}
            found.extend(Token(token, 0, start, place) for token, place in places.items() if token in wanted)
    return found


@lru_cache(maxsize=256)
def _beginnings(tokens: frozenset[str], *, inside: bool) -> re.Pattern[str] | None:
    """What the words behind some tokens begin with: a stem begins like its word, but for hyphens and commas in it.

    Its last letter may differ (`cni` of CNY), its z may be an s, and an Arabic word may have an article before it.
    """
    starts = {_beginning(token) for token in tokens if not unspaced(token) and token[0] != "#"}
    if any(token[0] == "#" for token in tokens):  # a figure with its scale is written in many ways
        starts.update("0123456789")
    texts = sorted("[-.&,]?".join("[sz]" if char == "z" else re.escape(char) for char in start) for start in starts)
    if not texts:
        return None
    return re.compile("|".join(texts) if inside else f"(?<![a-zа-я])(?:{'|'.join(texts)})")


def _beginning(token: str) -> str:
    digits = re.match(r"\d{1,3}", token)
    return digits[0] if digits else (token if len(token) > 3 else token[:-1] or token)[:3]


def _word_start(text: str, place: int) -> int:
    """Where the word begins that a place is in, with the parts before its hyphens."""
    start = place
    while start > 0 and (text[start - 1].isalnum() or text[start - 1] in "-.&,") and not unspaced(text[start - 1]):
        start -= 1
    while start < place and not text[start].isalnum():
        start += 1
    return start
