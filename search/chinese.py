"""Chinese characters: a segmenter that knows the trade's words, pairs of characters, and pinyin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

import rjieba
from pypinyin import lazy_pinyin

from search.folding import Folded, level
from search.languages import STOP
from search.tokens import Run, Term, Token, plain_way

_HAN = re.compile("[\u3400-\u9fff]{2,}")
#: Words for the segmenter: longer ones are sentences, shorter ones need no help.
_WORD = range(2, 9)
_FREQUENCY = 20_000
#: Initials of fewer characters are too many things: dt, xc.
_FEWEST_INITIALS = 3


class Segmenter:
    """Cuts Chinese into words, with words of its own beside those of the dictionary."""

    def __init__(self, words: frozenset[str] = frozenset()) -> None:
        self._jieba = rjieba.Jieba()
        for word in sorted(words):
            if not self._jieba.has_word(word):
                self._jieba.add_word(word, _FREQUENCY, "n")

    def cut(self, text: str) -> list[str]:
        """The words of a text, one after the other."""
        return list(self._jieba.cut(text))

    def parts(self, word: str) -> list[str]:
        """Words of the dictionary within a word, and the word itself."""
        return list(self._jieba.cut_for_search(word))

    def tokens(self, run: Run, folded: Folded, position: int) -> Iterator[Token]:
        """Pairs, characters, and the words of a run of Chinese."""
        if len(run.text) > 1:
            yield from pairs(run, folded, position)
        for index, char in enumerate(run.text):
            yield Token(char, position + index, *folded.span(run.start + index, run.start + index + 1))
        place = 0
        for word in self.cut(run.text):
            if len(word) > 2:  # shorter ones stand there already as pairs and characters
                start = run.start + place
                yield Token(word, position + place, *folded.span(start, start + len(word)))
                for part in self.parts(word):
                    if 2 < len(part) < len(word):
                        inner = word.index(part)
                        span = folded.span(start + inner, start + inner + len(part))
                        yield Token(part, position + place + inner, *span)
            place += len(word)

    def texts(self, text: str) -> list[str]:
        """The same tokens without their places."""
        found = [*(pair_texts(text) if len(text) > 1 else ()), *text]
        for word in self.cut(text) if len(text) > 2 else ():
            if len(word) > 2:
                found.append(word)
                found += (part for part in self.parts(word) if 2 < len(part) < len(word))
        return found

    def terms(self, text: str) -> Iterator[Term]:
        """The words of a query."""
        before = ""
        for word in self.cut(text):
            yield self._term(word, before)
            before = word[-1]

    def _term(self, word: str, before: str) -> Term:
        # The pair across the cut counts where it is found: the segmenter may have cut 溅射靶材 in the wrong places.
        across = (before + word[0],) if before else ()
        if len(word) <= 2:
            return Term(word, (plain_way(word),), extra=across, stop=word in STOP)
        parts = [part for part in self.parts(word) if len(part) == 2]
        # The last pair is the thing itself: 锂电池 is first of all 电池.
        loose = plain_way(parts[-1], *word.replace(parts[-1], "", 1)) if parts else plain_way(*word)
        ways = (plain_way(*pair_texts(word)),)
        return Term(word, ways, extra=(word, *across), loose=(loose,), stop=word in STOP)


def segmenter_words(texts: Iterable[str]) -> frozenset[str]:
    """What of some names can be a word for the segmenter."""
    return frozenset(word for text in texts for word in _HAN.findall(level(text)) if len(word) in _WORD)


@lru_cache(maxsize=8)
def segmenter(words: frozenset[str]) -> Segmenter:
    """The segmenter that knows some words; one object for all who ask for the same."""
    return Segmenter(words)


def pair_texts(run: str) -> list[str]:
    """All pairs of neighbouring characters; a lone character as it is."""
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


def pairs(run: Run, folded: Folded, position: int) -> Iterator[Token]:
    """The pairs of a run of characters."""
    for index, pair in enumerate(pair_texts(run.text)):
        yield Token(pair, position + index, *folded.span(run.start + index, run.start + index + len(pair)))


@lru_cache(maxsize=1 << 14)
def pinyin(text: str) -> str:
    """A Chinese text as one word of pinyin without tones; what is not Chinese stays."""
    return "".join(lazy_pinyin(level(text)))


@lru_cache(maxsize=1 << 16)
def romanised(text: str) -> tuple[str, ...]:
    """How a Chinese name may be typed in letters: whole, and by initials."""
    found: list[str] = []
    for name in () if text.isascii() else _HAN.findall(level(text)):
        syllables = lazy_pinyin(name)
        whole = "".join(syllables)
        found += [whole, whole.replace("v", "u")] if "v" in whole else [whole]
        if len(name) >= _FEWEST_INITIALS:
            found.append("".join(syllable[0] for syllable in syllables))
    return tuple(found)
