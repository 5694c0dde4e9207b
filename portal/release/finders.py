"""Finders: criteria in the address, every entry with the reason why it matches, does not match, or may match.

Three answers, not two: where no source states what a criterion asks, the answer is `unknown`, and the page says so.
The rules of each collection are in `portal.release.matching`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from portal.catalog.store import Entry
from portal.release.view import View

_NOTHING = Markup("")
State = Literal["met", "unknown", "unmet"]
ORDER: tuple[State, ...] = ("met", "unknown", "unmet")


@dataclass(frozen=True)
class Reason:
    """How an entry answers one criterion: in which words, and where they stand."""

    criterion: str
    state: State
    text: Markup
    evidence: Markup = _NOTHING


@dataclass(frozen=True)
class Match:
    """An entry with its reasons."""

    entry: Entry
    reasons: tuple[Reason, ...]

    @property
    def state(self) -> State:
        """The worst of its reasons: one unmet criterion excludes, one unknown leaves it open."""
        return worst(reason.state for reason in self.reasons)


@dataclass(frozen=True)
class Choice:
    """An answer that a criterion takes."""

    code: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Asked:
    """A criterion as the form shows it."""

    name: str
    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Rule:
    """A criterion: its answers as (code, label), and how an entry answers it."""

    name: str
    label: str
    choices: Sequence[tuple[str, str]]
    judge: Callable[[View, Entry, str], Reason]


@dataclass(frozen=True)
class Order:
    """A way to sort: its code, its label and its key; entries that lack the value come last."""

    code: str
    label: str
    key: Callable[[Entry], tuple[bool, object]]


@dataclass(frozen=True)
class Found:
    """The finder's answer: the form as filled in, the entries by state, and what of the address was not understood."""

    asked: tuple[Asked, ...]
    sorts: tuple[Choice, ...]
    matches: Mapping[State, tuple[Match, ...]]
    used: bool
    unknown: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """How many entries were looked at."""
        return sum(len(matches) for matches in self.matches.values())


def worst(states: Iterator[State]) -> State:
    """`unmet` before `unknown` before `met`; `met` when there are none."""
    return max(states, key=ORDER.index, default="met")


def find(
    view: View,
    entries: Sequence[Entry],
    rules: Sequence[Rule],
    orders: Sequence[Order],
    given: Mapping[str, Sequence[str]],
) -> Found:
    """Judge `entries` by the criteria that `given` (the address's parameters) names; all match when it names none.

    Values that are not on a criterion's list are passed over and listed in `unknown`.
    """
    chosen: dict[str, str] = {}
    odd: list[str] = []
    for rule in rules:
        for value in (value for value in given.get(rule.name, ())[-1:] if value):
            if value in dict(rule.choices):
                chosen[rule.name] = value
            else:
                odd.append(value[:80])
    matches = [
        Match(entry, tuple(rule.judge(view, entry, chosen[rule.name]) for rule in rules if rule.name in chosen))
        for entry in entries
    ]
    sort = next((value for value in given.get("sort", ())[-1:] if value in {order.code for order in orders}), "")
    for order in orders:
        if order.code == sort:
            matches.sort(key=lambda match: order.key(match.entry))
    return Found(
        asked=tuple(
            Asked(
                rule.name,
                rule.label,
                tuple(Choice(code, label, chosen.get(rule.name) == code) for code, label in rule.choices),
            )
            for rule in rules
        ),
        sorts=tuple(Choice(order.code, order.label, order.code == (sort or orders[0].code)) for order in orders),
        matches={state: tuple(match for match in matches if match.state == state) for state in ORDER},
        used=bool(chosen),
        unknown=tuple(odd),
    )
