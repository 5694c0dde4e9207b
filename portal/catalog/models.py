"""What the content files may hold: one frozen pydantic model per kind of file.

Unknown keys are refused, so a typing error is reported instead of being ignored. `facts.yaml` holds numbers, codes
and links; `<locale>.md` holds words. A number is written once, in `facts.yaml`, and every language formats that one.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

SLUG = re.compile(r"^[a-z0-9]+(?:-[a-z0-9]+)*$")
PLAN_REF = re.compile(
    r"^(?:(?P<plan>[a-z0-9-]+):)?(?P<block>\d+(?:\.\d+)*(?:[~#]\d+)?)(?:/(?P<segment>[a-z0-9]+(?:-[a-z0-9]+)*))?$"
)

Slug = Annotated[str, StringConstraints(pattern=SLUG.pattern, max_length=80)]
PlanRef = Annotated[str, StringConstraints(pattern=PLAN_REF.pattern)]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
#: A whole number: `true` is none.
Whole = Annotated[int, Field(strict=True)]


def _in_the_calendar(text: str) -> str:
    parts = [int(part) for part in text.split("-")]
    try:
        year, month, day = [*parts, 1, 1][:3]
        date(year, month, day)
    except ValueError as error:
        msg = f"'{text}' is not in the calendar"
        raise ValueError(msg) from error
    return text


#: A date as exact as the source states it: year, year and month, or day.
PartialDate = Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$"), AfterValidator(_in_the_calendar)]


def _one_or_many(value: object) -> object:
    return value if isinstance(value, list | tuple) else (value,)


PlanRefs = Annotated[tuple[PlanRef, ...], BeforeValidator(_one_or_many)]

Confidence = Literal[
    "source-seen", "third-party-seen", "inferred", "computed", "general-knowledge", "own-translation", "plan-only"
]
Unit = Literal[
    "cny-100m", "km2", "percent", "percentage-points", "firms", "institutes", "projects", "units", "people-10k", "staff"
]
Family = Literal["emerging", "pillar", "future", "innovation", "services", "agriculture"]


class Frozen(BaseModel):
    """Base of every content model: immutable, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Evidence(Frozen):
    """Where a statement stands: plan blocks (with the words quoted from them) and ids of `sources.yaml`."""

    plan: PlanRefs = ()
    quote: Text | None = None
    source: tuple[str, ...] = ()
    confidence: Confidence = "source-seen"

    @property
    def has_source(self) -> bool:
        """True when a plan block or a source is named."""
        return bool(self.plan or self.source)


class Fact(Evidence):
    """One typed statement: a number with its unit, a partial date, codes, or words kept in the locale files.

    `codes` are links such as `district:500112`, `sector:electronics` or `authority:state-council`; `prose: true` says
    that the words stand in every locale file under `texts.<key>`. A remark on the fact stands under `notes.<key>`.
    """

    key: Slug
    value: Decimal | None = None
    unit: Unit | None = None
    date: PartialDate | None = None
    codes: tuple[str, ...] = ()
    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$")] | None = None
    prose: bool = False
    scope: Slug | None = None
    year: Whole | None = Field(default=None, ge=1900, le=2100)
    #: `at-least`, `more-than`, `about`: how the source bounds the number.
    bound: Literal["at-least", "more-than", "about", "nearly"] | None = None
    cumulative: bool = False
    average: bool = False

    @model_validator(mode="after")
    def _one_kind_of_value(self) -> Fact:
        kinds = [self.value is not None, self.date is not None, bool(self.codes), self.url is not None, self.prose]
        if sum(kinds) != 1:
            msg = f"fact '{self.key}' must have exactly one of value, date, codes, url, prose: true"
            raise ValueError(msg)
        if (self.value is None) != (self.unit is None):
            msg = f"fact '{self.key}': value and unit go together"
            raise ValueError(msg)
        return self


class ChainStage(Frozen):
    """A stage of a value chain and the segment of the plan text that treats it."""

    id: Slug
    segment: Slug | None = None


class Chain(Frozen):
    """A value chain as the plan states it, word for word in `quote`."""

    quote: Text
    stages: tuple[ChainStage, ...] = Field(min_length=2)


class SectorFacts(Frozen):
    """A sector: a heading of the plan's chapter 3 with its own target."""

    plan: PlanRef
    order: Whole
    family: Family
    targets: tuple[Fact, ...] = Field(min_length=1)


class OpportunityFacts(Frozen):
    """A numbered direction of the plan (running number 1 to 62)."""

    plan: PlanRef
    number: Whole = Field(ge=1)
    sector: Slug
    chain: Chain | None = None
    segments: tuple[Slug, ...] = ()


class District(Frozen):
    """A district or county of the plan period, with its code of the national statistics."""

    adcode: Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
    kind: Literal["district", "county", "autonomous-county"]
    names: dict[str, Text]
    pinyin: Text
    #: column (from the west) and row (from the north) on the schematic map, from 0; no surveyed place
    grid: tuple[Annotated[int, Field(ge=0, le=11)], Annotated[int, Field(ge=0, le=11)]] | None = None
    #: the unit that took its place, where it no longer exists
    successor: str | None = None


class Direction(Evidence):
    """What a region is to attract: the plan's words and the entries they mean."""

    id: Slug
    sectors: tuple[Slug, ...] = ()
    opportunities: tuple[Slug, ...] = ()


class RegionFacts(Evidence):
    """A region of the plan's spatial layout with its districts."""

    order: Whole
    part_of: Slug | None = None
    directions: tuple[Direction, ...] = ()
    districts: tuple[District, ...] = ()
    facts: tuple[Fact, ...] = ()


class ParkFacts(Evidence):
    """A development zone, science city, bonded zone or other park."""

    order: Whole
    level: Literal["national", "municipal", "municipal-with-national-support", "not-stated"]
    kind: Slug
    regions: tuple[Slug, ...] = ()
    facts: tuple[Fact, ...] = ()

    def fact(self, key: str) -> Fact | None:
        """The first fact with this key, or None."""
        return next((fact for fact in self.facts if fact.key == key), None)


PolicyStatus = Literal[
    "in-force",
    "not-in-force",
    "superseded",
    "repealed",
    "period-over",
    "not-verified",
    "announced",
    "under-negotiation",
]


class PolicyFacts(Evidence):
    """A law, regulation, catalogue or plan that concerns an investor."""

    level: Literal["national", "municipal", "international"]
    kind: Slug
    number: Text | None = None
    #: the number is from general knowledge, not from a source that was read
    number_unverified: bool = False
    issued: PartialDate | None = None
    published: PartialDate | None = None
    effective: PartialDate | None = None
    expires: PartialDate | None = None
    status: PolicyStatus
    status_checked: PartialDate
    supersedes: tuple[Slug, ...] = ()
    superseded_by: tuple[Slug, ...] = ()
    sectors: tuple[Slug, ...] = ()
    all_sectors: bool = False
    audience: tuple[Literal["foreign", "domestic"], ...] = ("foreign", "domestic")
    #: what a project must be for the policy to reach it, beyond sector and investor; asked by the policy check
    requires: tuple[Literal["free-trade-zone", "development-zone", "western-catalogue"], ...] = ()
    facts: tuple[Fact, ...] = ()


class EventFacts(Evidence):
    """A fair, forum, brand or programme the plan uses to meet investors. No dates of coming editions are known."""

    order: Whole
    scope: Literal["chongqing", "domestic", "international", "programme", "brand"]
    first: PartialDate | None = None
    recurring: Slug | None = None
    facts: tuple[Fact, ...] = ()


class IndicatorFacts(Frozen):
    """A target or a figure of the plan: row of table 1, other target, or track record."""

    order: Whole
    category: Literal["table-1", "target", "track-record"]
    row: Whole | None = None
    values: tuple[Fact, ...] = Field(min_length=1)


class StoryFacts(Evidence):
    """A project that the plan names as landed."""

    order: Whole
    sectors: tuple[Slug, ...] = ()
    parks: tuple[Slug, ...] = ()
    facts: tuple[Fact, ...] = ()


class GuideFacts(Evidence):
    """A guide written from the plan and the policies."""

    order: Whole
    group: Literal["invest", "site"]
    updated: PartialDate


Facts = (
    SectorFacts
    | OpportunityFacts
    | RegionFacts
    | ParkFacts
    | PolicyFacts
    | EventFacts
    | IndicatorFacts
    | StoryFacts
    | GuideFacts
)

#: content folder -> model of its facts.yaml, in the order in which pages and checks go through them
COLLECTIONS: dict[str, type[Facts]] = {
    "sectors": SectorFacts,
    "opportunities": OpportunityFacts,
    "regions": RegionFacts,
    "parks": ParkFacts,
    "policies": PolicyFacts,
    "events": EventFacts,
    "indicators": IndicatorFacts,
    "stories": StoryFacts,
    "guides": GuideFacts,
}
