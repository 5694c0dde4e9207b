"""Did you mean: the nearest word of the vocabulary, for words in letters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

#: Up to this length a word is compared; the longest words of the vocabulary are shorter.
_LONGEST = 30


class Vocabulary:
    """The words of an index with how often they occur."""

    def __init__(self, words: Mapping[str, int]) -> None:
        self._words = words
        # A mistyped word mostly keeps its first letter; comparing only those keeps the work small.
        self._by_letter: dict[str, list[tuple[str, frozenset[str]]]] = defaultdict(list)
        for word in words:
            self._by_letter[word[0]].append((word, frozenset(word)))

    def nearest(self, word: str) -> str | None:
        """The most frequent of the nearest words: one error in five to seven letters, two in longer words."""
        # In words of four letters nearly every error makes another word: wine is not wind.
        if not word.isalpha() or not 4 < len(word) <= _LONGEST or word in self._words:
            return None
        limit = 1 if len(word) < 8 else 2
        best: tuple[int, int, str] | None = None
        letters = frozenset(word)
        for other, others in self._by_letter.get(word[0], ()):
            # An error changes at most two of the letters a word is made of: most words need no closer look.
            if abs(len(other) - len(word)) > limit or len(letters ^ others) > 2 * limit:
                continue
            distance = edits(word, other, limit)
            if distance <= limit and (best is None or (distance, -self._words[other], other) < best):
                best = distance, -self._words[other], other
        return best[2] if best else None


def edits(left: str, right: str, limit: int) -> int:
    """How many letters to insert, drop, change or swap with the neighbour; `limit + 1` when it is more than `limit`."""
    before: list[int] = []
    previous = list(range(len(right) + 1))
    for i, char in enumerate(left, start=1):
        current = [i]
        for j, other in enumerate(right, start=1):
            cost = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (char != other))
            if i > 1 and j > 1 and char == right[j - 2] and left[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        if min(current) > limit:
            return limit + 1
        before, previous = previous, current
    return min(previous[-1], limit + 1)
