"""The investor form: its fields and options, and what a valid form becomes. Codes, never labels."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from babel import Locale

from portal.locales import LOCALES

Kind = Literal["line", "text", "email", "phone", "url", "number", "choice", "choices", "consent"]
Option = tuple[str, str]
Answer = str | tuple[str, ...] | int | bool


@dataclass(frozen=True)
class Field:
    """One question. `options` are its codes; empty for choices that come from content or from a table.

    `carried` ones are not asked of everybody: they are shown only with what the page before has filled in.
    """

    name: str
    kind: Kind
    required: bool = False
    longest: int = 200
    options: tuple[str, ...] = ()
    carried: bool = False


@dataclass(frozen=True)
class Group:
    """Questions under one heading."""

    name: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Notice:
    """The privacy notice that a form refers to: its version and a SHA-256 of its text in the reader's language."""

    version: str
    text: str = ""


@dataclass(frozen=True)
class FormOptions:
    """Choices that come from content, as (code, label) in the reader's language, in the order to be shown."""

    sectors: Sequence[Option] = ()
    #: by sector code
    opportunities: Mapping[str, Sequence[Option]] = dataclasses.field(default_factory=dict)
    regions: Sequence[Option] = ()
    parks: Sequence[Option] = ()
    #: parts of opportunities, coded `opportunity/segment`
    segments: Sequence[Option] = ()
    policies: Sequence[Option] = ()

    @cached_property
    def allowed(self) -> Mapping[str, frozenset[str]]:
        """The codes that each choice takes, by field name; put together once."""
        allowed = {entry.name: frozenset(entry.options) for entry in FIELDS.values() if entry.options}
        allowed["country"] = country_codes()
        allowed["sectors"] = frozenset(code for code, _ in self.sectors)
        allowed["opportunities"] = frozenset(code for entries in self.opportunities.values() for code, _ in entries)
        for name in ("regions", "parks", "segments", "policies"):
            allowed[name] = frozenset(code for code, _ in getattr(self, name))
        allowed["regions"] |= {UNDECIDED}
        allowed["parks"] |= {UNDECIDED}
        return allowed


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one answer: a stable `code` with the numbers its message needs. Field "" is the form."""

    field: str
    code: str
    params: Mapping[str, int] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Inquiry:
    """A valid form: cleaned answers by field name (unanswered ones are absent), and marks for staff."""

    answers: Mapping[str, Answer]
    flags: tuple[str, ...] = ()

    def canonical(self) -> bytes:
        """Equal answers give equal bytes; the base of the fingerprint."""
        return json.dumps(dict(self.answers), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


#: An answer of its own to "which region, which park": asked and open, other than not answered.
UNDECIDED = "undecided"

GROUPS: tuple[Group, ...] = (
    Group(
        "person",
        (
            Field("name", "line", required=True, longest=100),
            Field("title", "line", longest=100),
            Field("email", "email", required=True, longest=254),
            Field("phone", "phone", longest=40),
            Field("language", "choice", options=tuple(LOCALES)),
            Field("channel", "choice", options=("email", "phone", "video")),
        ),
    ),
    Group(
        "company",
        (
            Field("company", "line", required=True, longest=200),
            Field("country", "choice", required=True),
            Field("website", "url", longest=300),
            Field("company_kind", "choice", options=("industrial", "fund", "institution", "intermediary")),
            Field("ownership", "choice", options=("domestic", "foreign")),
            Field("marks", "choices", options=("fortune-500", "listed", "specialised-sophisticated")),
        ),
    ),
    Group(
        "project",
        (
            Field(
                "project_kind",
                "choice",
                options=("new-plant", "expansion", "rnd", "headquarters", "fund", "merger", "other"),
            ),
            Field("sectors", "choices"),
            Field("opportunities", "choices"),
            Field("segments", "choices", carried=True),
            Field("investment", "choice", options=("under-10m", "10m-50m", "50m-200m", "200m-1b", "over-1b")),
            Field("currency", "choice", options=("CNY", "USD", "EUR", "JPY", "HKD", "other")),
            Field("jobs", "number"),
            Field("premises", "choices", options=("land", "plant", "office", "laboratory")),
            Field(
                "utilities", "choices", options=("power", "gas", "steam", "water", "waste-water", "hazardous", "data")
            ),
            Field("start", "choice", options=("under-6", "6-12", "12-24", "over-24")),
            Field("readiness", "choice", options=("idea", "study", "site-selection", "decided")),
            Field("regions", "choices"),
            Field("parks", "choices"),
        ),
    ),
    Group(
        "message",
        (
            Field("topic", "choice", options=("project", "question", "page-error")),
            Field("policies", "choices", carried=True),
            Field("message", "text", longest=5000),
            Field("heard", "line", longest=200),
        ),
    ),
    Group("consent", (Field("consent_email", "consent", required=True), Field("consent_phone", "consent"))),
)
FIELDS: dict[str, Field] = {entry.name: entry for group in GROUPS for entry in group.fields}

#: CLDR's two-letter groupings and leftovers that are no place a company is in
_NO_COUNTRY = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})


@lru_cache(maxsize=1)
def country_codes() -> frozenset[str]:
    """ISO 3166 codes that the country question takes."""
    return frozenset(str(code) for code in Locale("en").territories if len(str(code)) == 2) - _NO_COUNTRY
