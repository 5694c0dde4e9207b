"""The engine: one index opened, asked step by step, its best documents ranked closely. The same for every backend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from search.analysis import analyzer
from search.answer import Answers
from search.backend import EngineMissingError, Found, backend
from search.columns import Columns, ColumnsDamagedError
from search.engine import Hits, IndexDamagedError
from search.meant import Meant
from search.plan import ENOUGH_GUESSED, Plan, plan
from search.query import clean, parse
from search.ranking import rank
from search.spelling import Vocabulary
from search.suggest import Suggestion, suggest

#: Documents that are ranked closely; further ones stay in the order of their words' scores.
_WINDOW = 12
#: Texts looked into when no name answers the query.
_READ = 12
_PHRASE = 1.6
#: Below this share of the query in its names, a document is not about it.
_ABOUT = 0.5
#: What a word must tell of the query that is a whole name of some page: of three words one.
_SHARE = 0.25
#: What a word must tell of the query that is the title of a page, as RCEP is among a date's words.
_TITLE = 0.2
#: Of what holds only some of the words, what holds the telling ones in its names leads: a document that names none
#: of them keeps this much of its score.
_UNNAMED = 0.2
#: Fewer pages than this with all words are followed by others that have most of them.
_FEW = 3


@dataclass(frozen=True)
class _Result:
    """What a step found, ranked: (score, number, share of the query in the names), the best first."""

    found: Found
    ranked: tuple[tuple[float, int, float], ...] = ()
    #: the best has the query for one of its names
    exact: bool = False
    #: that name is its title or an own name
    titled: bool = False

    @property
    def about(self) -> bool:
        """Whether any of the best is named by most of the query."""
        return any(named >= _ABOUT for _, _, named in self.ranked[:_READ])

    def with_more(self, more: _Result) -> _Result:
        """What was found, followed by what else a wider step found."""
        have = {number for _, number, _ in self.ranked}
        return _Result(more.found, (*self.ranked, *(row for row in more.ranked if row[1] not in have)))


class Searcher:
    """Answers from one index folder. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        try:
            self._columns = Columns(folder)
            module = backend(self._columns.engine)
            self._backend = module.open_backend(folder, self._columns.lengths, self._columns.facets)
        except EngineMissingError:
            raise
        except ColumnsDamagedError as error:
            raise IndexDamagedError(str(error)) from error
        except Exception as error:  # engines and the unpickling below them raise all kinds on damaged files
            msg = f"{folder} cannot be read: {error}"
            raise IndexDamagedError(msg) from error
        self._analyzer = analyzer(self._columns.locale, self._columns.chinese, self._columns.german)
        self._answers = Answers(self._columns, self._analyzer)
        vocabulary = Vocabulary(self._columns.spellings["words"], self._columns.spellings["sounds"])
        self._meant = Meant(vocabulary)
        self._planned = lru_cache(maxsize=256)(self._plan)

    @property
    def locale(self) -> str:
        """The locale whose pages the hits lead to."""
        return self._columns.locale

    def close(self) -> None:
        """Let go of files. Nothing may be asked afterwards."""
        self._backend.close()

    def suggest(self, text: str, most: int = 8) -> list[Suggestion]:
        """Pages whose names begin like a text, the best first."""
        rows = map(self._columns.row, suggest(self._columns.suggest, text, most))
        return [Suggestion(row.title, row.type, row.url) for row in rows]

    def search(self, text: str, *, filters: Mapping[str, str] | None = None, offset: int = 0, limit: int = 10) -> Hits:
        """Hits `offset` to `offset + limit` for any text; `filters` is facet -> value."""
        chosen = filters or {}
        start, end = max(0, offset), max(0, offset) + max(0, limit)
        window = max(_WINDOW, end)
        typed = self._planned(clean(text))
        if typed.query.recipe:
            return Hits(typed.query.text)
        asked, result = self._strict(typed, chosen, window)
        suggestion, corrected, relaxed = None, False, False
        if not result.found.some and typed.query.everyday:
            return Hits(typed.query.text)
        if not result.found.some and not typed.query.empty:
            suggestion = self._meant.corrected(typed)
            if suggestion and suggestion != typed.query.text:
                other, better = self._strict(self._planned(suggestion), chosen, window)
                if better.found.some:
                    asked, result, corrected = other, better, True
                elif (
                    # Where no word was known, what is near to some of them is a guess upon a guess.
                    any(typed.known)
                    and (match := other.relaxed(ENOUGH_GUESSED))
                    and (found := self._backend.find(match, chosen, window)).some
                ):
                    asked, result, corrected, relaxed = other, self._ranked(other, found, some=True), True, True
        if not result.about and (match := asked.relaxed() if not corrected else None):
            # What holds every word only mentions them: what is about most of them may well be meant.
            more = self._ranked(asked, self._backend.find(match, chosen, window), some=True)
            if more.found.total > result.found.total:
                result, relaxed = more, True
        if 0 < result.found.total < _FEW and not (result.exact or corrected) and (match := asked.relaxed()):
            # What is meant may lack one of the words: it comes after the few that have them all.
            more = self._ranked(asked, self._backend.find(match, chosen, window), some=True)
            if more.found.total > result.found.total:
                result, relaxed = result.with_more(more), True
        if not result.found.some and (single := self._by_one(typed, chosen, window)):
            (asked, result), relaxed = single, True
        if not result.found.some:
            return Hits(typed.query.text, suggestion=suggestion)
        hits = self._answers.hits(
            ((number, score) for score, number, _ in result.ranked[start:end]), asked.query, asked.weighed
        )
        return Hits(
            query=typed.query.text,
            total=result.found.total,
            hits=tuple(hits),
            facets={
                name: dict(sorted(values.items(), key=lambda item: (-item[1], item[0])))
                for name, values in result.found.facets.items()
            },
            suggestion=suggestion,
            corrected=corrected,
            relaxed=relaxed,
        )

    # -- steps ---------------------------------------------------------------------------------------------------

    def _plan(self, text: str) -> Plan:
        return plan(parse(text, self._analyzer), self._backend.count, self._backend.frequency)

    def _strict(self, planned: Plan, filters: Mapping[str, str], window: int) -> tuple[Plan, _Result]:
        """Documents that hold every word; if there are none, those that hold two of them written as one.

        What is the pinyin of a Chinese name stands for it, whatever else holds each of its syllables.
        """
        if name := self._meant.romanised(planned.query):
            other = self._planned(name)
            found = self._all(other, filters, window)
            if found.found.some:
                return other, found
        result = self._all(planned, filters, window)
        others = self._meant.respaced(planned.query)
        for text in others if not result.found.some else ():
            other = self._planned(text)
            found = self._all(other, filters, window)
            if found.found.some:
                return other, found
        return planned, result

    def _all(self, planned: Plan, filters: Mapping[str, str], window: int) -> _Result:
        if not planned.answerable:
            return _Result(Found())
        return self._ranked(planned, self._backend.find(planned.strict(), filters, window))

    def _ranked(self, planned: Plan, found: Found, *, some: bool = False) -> _Result:
        """The best documents in their last order; with `some`, they may lack words."""
        ranked: list[tuple[float, int, float]] = []
        exact: set[int] = set()
        titled: set[int] = set()
        for number, score in found.ranked:
            names = self._columns.names(number)
            standing = rank(planned.query, planned.weighed, names)
            plain = max(score - self._backend.exact, 0.1) if self._backend.exact and standing.exact else score
            # Of what only mentions some of the words, the better is what holds more of them.
            value = plain * self._columns.weights[number] * standing.gain
            if some:
                value *= _UNNAMED + standing.named
            ranked.append((value, number, standing.named))
            if standing.exact:
                exact.add(number)
            if standing.titled:
                titled.add(number)
        ranked.sort(key=lambda item: (-item[0], item[1]))
        if ranked and ranked[0][2] < _ABOUT:
            ranked = sorted(
                (
                    (
                        value * (_PHRASE if place < _READ and self._answers.phrase(number, planned.query) else 1.0),
                        number,
                        named,
                    )
                    for place, (value, number, named) in enumerate(ranked)
                ),
                key=lambda item: (-item[0], item[1]),
            )
        best = ranked[0][1] if ranked else -1
        return _Result(found, tuple(ranked), best in exact, best in titled)

    def _by_one(self, planned: Plan, filters: Mapping[str, str], window: int) -> tuple[Plan, _Result] | None:
        """What one word finds that tells a good share of the query and is a whole name of what it finds.

        Less is enough of a word that is a title.
        """
        total = sum(planned.weights)
        for weight, term, known in sorted(
            zip(planned.weights, planned.required, planned.known, strict=True), key=lambda option: -option[0]
        ):
            if not known or weight < _TITLE * total or len(term.surface) < 2 or term.surface[0].isdigit():
                continue
            other = self._planned(term.surface)
            result = self._all(other, filters, window)
            if result.titled or (result.exact and weight >= _SHARE * total):
                return other, result
        return None
