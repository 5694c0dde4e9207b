"""A query -> what an engine is asked, step by step less strict. What is asked next depends on what a step finds."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

from search.backend import Match, Need
from search.query import Query
from search.ranking import Weighed, weighed
from search.runs import unspaced
from search.tokens import Group, Term, Way

#: A word in more documents than this share (and more than 10) is no condition, only a weight.
COMMON, NEVER_COMMON = 0.2, 10
#: When the search is relaxed, a document must hold this share of what the words tell; less if all of it is in its
#: names: the reader has asked for several things at once, or for one in words of which the names have the main one.
ENOUGH, ENOUGH_NAMED = 0.6, 0.35
#: The same of a text that was corrected first: a guess upon a guess has to hold more.
ENOUGH_GUESSED = 0.66
#: A figure with its unit tells more than a word.
_FIGURE = 1.6
#: A word found only in a looser way tells less.
_LOOSE = 0.7
#: Words that are taken into account when not all must be there: 2 to the power of this many sets at most.
_MOST = 6


@dataclass(frozen=True)
class Plan:
    """A query with what the index knows about its words."""

    query: Query
    #: words that are asked for, with what each tells
    required: tuple[Term, ...]
    weights: tuple[float, ...]
    #: whether a document may hold the word at all
    known: tuple[bool, ...]
    weighed: tuple[Weighed, ...]
    groups: tuple[Group, ...]

    @property
    def answerable(self) -> bool:
        """Whether every word asked for is somewhere."""
        return bool(self.required) and all(self.known)

    def strict(self) -> Match:
        """Documents that hold every word asked for."""
        needs = tuple(Need(term.ways) for term in self.required)
        return Match((needs,), self.groups, self.query.keys)

    def relaxed(self, named: float = ENOUGH_NAMED) -> Match | None:
        """Documents that hold most of what the words tell; None when no set of known words does.

        `named` is the share that is enough in a document's names.
        """
        total = sum(self.weights)
        options = [
            (weight if known else weight * _LOOSE, term, known)
            for weight, term, known in zip(self.weights, self.required, self.known, strict=True)
            # A lone character stands in too many words to tell anything by itself: 不 in 不锈钢.
            if (known and (len(term.surface) > 1 or not unspaced(term.surface))) or (not known and term.loose)
        ]
        options = sorted(options, key=lambda option: -option[0])[:_MOST]
        sets: list[tuple[Need, ...]] = []
        for share, in_names in ((ENOUGH, False), (named, True)):
            minimal: list[frozenset[int]] = []
            for size in range(1, len(options) + 1):
                for chosen in combinations(range(len(options)), size):
                    members = frozenset(chosen)
                    value = sum(options[place][0] for place in chosen)
                    if value < share * total or any(smaller <= members for smaller in minimal):
                        continue
                    minimal.append(members)
                    sets.append(
                        tuple(
                            Need(
                                options[place][1].ways if options[place][2] else options[place][1].loose,
                                in_names or not options[place][2],
                            )
                            for place in chosen
                        )
                    )
        return Match(tuple(dict.fromkeys(sets)), self.groups, self.query.keys) if sets else None


def plan(query: Query, count: int, frequency: Callable[[str], int]) -> Plan:
    """The plan of a query for an index of `count` documents; `frequency` gives in how many a token is."""

    def group_frequency(group: Group) -> int:
        return min(count, sum(frequency(token) for token in group))

    def way_frequency(way: Way) -> int:
        return min(map(group_frequency, way), default=0)

    wanted = query.wanted
    found = {term: max(map(way_frequency, term.ways), default=0) for term in wanted}
    telling = [term for term in wanted if found[term] <= max(COMMON * count, NEVER_COMMON)]
    required = tuple(telling or wanted)
    most = max((_rarity(found[term], count) for term in required if found[term]), default=1.0)
    # A word that is nowhere tells no more than the rarest of the others: it may be a name, or another word for one.
    weights = tuple(
        (_rarity(found[term], count) if found[term] else most) * (_FIGURE if _figure(term) else 1.0)
        for term in required
    )
    groups: dict[Group, None] = {}
    for term in query.terms:
        single = tuple(dict.fromkeys(token for way in term.ways if len(way) == 1 for token in way[0]))
        several = [group for way in (*term.ways, *term.loose) if len(way) > 1 for group in way]
        for group in (single, *several, *((token,) for token in term.extra)):
            if group:
                groups[group] = None
    return Plan(
        query,
        required,
        weights,
        tuple(found[term] > 0 for term in required),
        tuple(map(weighed, required, weights)),
        tuple(groups),
    )


def _figure(term: Term) -> bool:
    return term.surface[:1].isdigit() and term.ways[0][0][0] != term.surface


def _rarity(frequency: int, count: int) -> float:
    return math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))
