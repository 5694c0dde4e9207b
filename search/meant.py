"""What a reader may have meant whose words are not found as they stand: other blanks, other letters, other sounds."""

from __future__ import annotations

import re
from collections.abc import Iterator

from search.plan import Plan
from search.query import Query, joined, parted
from search.runs import unspaced
from search.spelling import Vocabulary
from search.tokens import Term

#: Words corrected in one query
_MOST_CORRECTED = 3
#: Kana and hangul
_SYLLABLES = re.compile("[\u3041-\u3096\u30fc\uac00-\ud7a3]+")


class Meant:
    """Other readings of a query, by the words of an index."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._words = vocabulary

    def romanised(self, query: Query) -> str | None:
        """The Chinese name whose pinyin the words of a query make up: 医疗器械 for `yiliao qixie`."""
        words = [term.surface for term in query.terms]
        # One word may be of any language and only happen to look like pinyin.
        if len(words) == 1 and self._words.known(words[0]):
            return None
        return self._words.sounding("".join(words))

    def respaced(self, query: Query) -> Iterator[str]:
        """The text with two of its words written as one, then with one of them written as two."""
        yield from joined(query)
        yield from parted(query, self._words.known, self._words.slip)

    def corrected(self, planned: Plan) -> str | None:
        """The query with its unknown words put right, as far as there is something near."""
        if whole := self._sounding(planned.query):
            return whole
        unknown = {term for term, known in zip(planned.required, planned.known, strict=True) if not known}
        # Kana and hangul are indexed in pairs, each of which may stand somewhere though the word does not.
        unknown = unknown or {
            term
            for term in planned.required
            if _SYLLABLES.fullmatch(term.surface) and not self._words.known(term.surface)
        }
        left = _MOST_CORRECTED
        words: list[str] = []
        changed = False
        for term in planned.query.terms:
            nearest = None
            if term in unknown and left:
                left -= 1
                nearest = self._nearest(term)
            words.append(nearest or term.surface)
            changed = changed or nearest is not None
        return " ".join(words) if changed else None

    def _nearest(self, term: Term) -> str | None:
        near = self._words.nearest
        if len(parts := term.surface.split("-")) > 1:
            mended = "-".join(near(part) or part for part in parts)
            return mended if mended != term.surface else None
        return near(term.surface) or self._words.alike(term.surface)

    def _sounding(self, query: Query) -> str | None:
        """A Chinese query as a name that sounds like it."""
        text = "".join(term.surface for term in query.terms)
        return self._words.alike(text) if text and all(unspaced(char) for char in text) else None
