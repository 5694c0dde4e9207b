"""Where a lead goes and how urgent it is: rules as plain values in, a desk and points with their reasons out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: the queue that is there when the content has named none
FALLBACK = "general"
#: condition of a rule -> the answer it looks at
_ANSWERS = {"sector": "sectors", "region": "regions", "park": "parks", "kind": "project_kind"}

Names = Mapping[str, str]


@dataclass(frozen=True)
class Rule:
    """Conditions (name to codes) that send a lead to `desk`."""

    desk: str
    when: Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Weight:
    """Conditions that add `points`."""

    id: str
    points: int
    when: Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class DeskTable:
    """Desks, rules and names of codes; `from_plain` makes one of whatever it is handed, an empty one included."""

    default: str = FALLBACK
    desks: Mapping[str, Names] = field(
        default_factory=lambda: {FALLBACK: {"zh-Hans": "综合队列", "en": "General queue"}}
    )
    rules: Sequence[Rule] = ()
    weights: Sequence[Weight] = ()
    weight_names: Mapping[str, Names] = field(default_factory=dict)
    sector_of: Mapping[str, str] = field(default_factory=dict)
    #: collection -> code -> names
    names: Mapping[str, Mapping[str, Names]] = field(default_factory=dict)

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> DeskTable:
        """The table in `values` (as `desks.yaml` has it). Without desks in it, everything goes to one general queue."""
        desks = {slug: desk["names"] for slug, desk in values.get("desks", {}).items()}
        names, sector_of = values.get("names", {}), values.get("sector_of", {})
        if not desks:
            return cls(names=names, sector_of=sector_of)
        weights = values.get("priority", ())
        return cls(
            default=values["default"],
            desks=desks,
            rules=tuple(Rule(rule["desk"], _when(rule)) for rule in values.get("rules", ())),
            weights=tuple(Weight(entry["id"], int(entry["points"]), _when(entry)) for entry in weights),
            weight_names={entry["id"]: entry["names"] for entry in weights},
            sector_of=sector_of,
            names=names,
        )

    def codes(self, answers: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
        """What rules look at, as codes by condition; a lead that names an opportunity names its sector too."""
        found = {}
        for when in (*(rule.when for rule in self.rules), *(weight.when for weight in self.weights)):
            for condition in when:
                found[condition] = _codes(answers.get(_ANSWERS.get(condition, condition)))
        found["sector"] = self.sectors(answers)
        return found

    def sectors(self, answers: Mapping[str, Any]) -> tuple[str, ...]:
        """The sectors that a lead names, itself or by its opportunities."""
        implied = (self.sector_of.get(slug, "") for slug in _codes(answers.get("opportunities")))
        return tuple(dict.fromkeys(code for code in (*_codes(answers.get("sectors")), *implied) if code))

    def route(self, answers: Mapping[str, Any]) -> tuple[str, str]:
        """(desk, why): the first rule that fits; why is `sector=electronics`, or `default`."""
        codes = self.codes(answers)
        for rule in self.rules:
            why = _fits(rule.when, codes)
            if why:
                return rule.desk, why
        return self.default, "default"

    def weigh(self, answers: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
        """(rule, points) of every priority rule that fits."""
        codes = self.codes(answers)
        return tuple((weight.id, weight.points) for weight in self.weights if _fits(weight.when, codes))

    def name(self, collection: str, code: str) -> str:
        """`中文 / English` for a code of a collection, or of "desks" and "weights"; the code where it has no name."""
        table: Mapping[str, Names]
        table = {"desks": self.desks, "weights": self.weight_names}.get(collection) or self.names.get(collection, {})
        names = table.get(code)
        return " / ".join(names[tag] for tag in ("zh-Hans", "en") if tag in names) if names else code


def _when(entry: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    return {condition: frozenset(codes) for condition, codes in entry["when"].items() if codes}


def _codes(answer: object) -> tuple[str, ...]:
    """An answer as codes: one, several, or none when it is not made of words."""
    if isinstance(answer, str):
        return (answer,) if answer else ()
    if isinstance(answer, list | tuple):
        return tuple(code for code in answer if isinstance(code, str))
    return ()


def _fits(when: Mapping[str, frozenset[str]], codes: Mapping[str, tuple[str, ...]]) -> str:
    """The codes that made every condition hold, as `sector=electronics, kind=rnd`; empty when one does not hold."""
    found = []
    for condition, wanted in when.items():
        hit = next((code for code in codes.get(condition, ()) if code in wanted), None)
        if hit is None:
            return ""
        found.append(f"{condition}={hit}")
    return ", ".join(found)
