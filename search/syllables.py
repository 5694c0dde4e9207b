"""Kana and hangul in a query: pairs of syllables, with what only joins words set aside."""

from __future__ import annotations

from search.chinese import pair_texts
from search.languages import PARTICLES, STOP
from search.tokens import Term, plain_way


def syllable_term(kind: str, text: str) -> Term:
    """The term of a run. Hiragana between other words is grammar; Korean words lose their particle."""
    whole = plain_way(*pair_texts(text))
    if kind == "hiragana":
        # Words written in hiragana alone are names; a query that is nothing else is still looked for.
        return Term(text, (whole,), stop=len(text) < 3 or text in STOP or _only_grammar(text))
    if kind == "hangul":
        bare = without_particle(text)
        ways = (whole,) if bare == text else (whole, plain_way(*pair_texts(bare)))
        # A compound may be written with other words between: 보세구역 for 보세 and 구역.
        loose = (plain_way(*(bare[i : i + 2] for i in range(0, len(bare) - 1, 2)), bare[-2:]),) if len(bare) > 3 else ()
        return Term(text, ways, loose=loose, stop=text in STOP or bare in STOP)
    return Term(text, (whole,), stop=text in STOP)


def without_particle(word: str) -> str:
    """A Korean word without its ending, when at least two syllables remain."""
    for particle in PARTICLES:
        if word.endswith(particle) and len(word) - len(particle) >= 2:
            return word[: -len(particle)]
    return word


def _only_grammar(text: str) -> bool:
    """Whether hiragana can be read as particles and endings one after the other."""
    reach = {0}
    for start in range(len(text)):
        if start in reach:
            reach |= {end for end in range(start + 1, len(text) + 1) if text[start:end] in STOP}
    return len(text) in reach
