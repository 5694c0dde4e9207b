"""The catalog: every entry, the plans, the glossary and the site's own data, ready to be read by any page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar, cast

from portal.catalog.boundaries import Polygon
from portal.catalog.models import Facts, OpportunityFacts, SectorFacts
from portal.catalog.plan import Block, Freshness, Plan, anchor, text_hash
from portal.catalog.words import Prose, Site, Source
from portal.catalog.yamlfile import Document
from portal.locales import SOURCE

if TYPE_CHECKING:
    from portal.catalog.desks import Desks

F = TypeVar("F", bound=Facts)


@dataclass(frozen=True)
class Words:
    """One language of an entry: its front matter, its Markdown body and the hash translations pin."""

    prose: Prose
    body: str
    hash: str
    path: str
    body_line: int = 1
    #: where each key of the front matter stands
    places: Document = field(default_factory=Document, compare=False, repr=False)


@dataclass(frozen=True)
class Entry:
    """An entry of a collection: facts once, words per locale."""

    collection: str
    slug: str
    facts: Facts
    words: dict[str, Words]
    path: str
    #: where each key of facts.yaml stands
    places: Document = field(default_factory=Document, compare=False, repr=False)

    def status(self, locale: str) -> Freshness:
        """Whether the words of a locale are the source, fresh, stale or missing. Decided by hash, never by date."""
        if locale == SOURCE:
            return "source"
        mine = self.words.get(locale)
        if mine is None:
            return "missing"
        return "fresh" if mine.prose.source == self.words[SOURCE].hash else "stale"

    def prose(self, locale: str) -> Prose:
        """Front matter in a locale; the Chinese where it is missing."""
        return (self.words.get(locale) or self.words[SOURCE]).prose

    def body(self, locale: str) -> str:
        """Markdown body in a locale; the Chinese where it is missing."""
        return (self.words.get(locale) or self.words[SOURCE]).body

    def text_locale(self, locale: str) -> str:
        """The language the words are really in."""
        return locale if locale in self.words else SOURCE


@dataclass(frozen=True)
class Term:
    """A glossary term in all its languages."""

    id: str
    kind: str
    page: str
    words: dict[str, str]


@dataclass(frozen=True)
class Catalog:
    """All content, validated. Nothing in it changes after loading."""

    entries: dict[str, dict[str, Entry]]
    plans: dict[str, Plan]
    sources: dict[str, Source]
    glossary: tuple[Term, ...]
    site: Site
    hash: str
    files: int = 0
    #: outlines by district code
    boundaries: dict[str, tuple[Polygon, ...]] = field(default_factory=dict)
    warnings: tuple[str, ...] = field(default=())
    #: (`collection/slug` or `opportunities/slug#segment`, locale, words readers use for it)
    synonyms: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    #: `desks.yaml`, None where the content has none, and where its keys stand
    desks: Desks | None = None
    desks_places: Document = field(default_factory=Document, compare=False, repr=False)

    @cached_property
    def plan(self) -> Plan:
        """The site's default plan."""
        return next(plan for plan in self.plans.values() if plan.meta.default)

    def all(self, collection: str) -> list[Entry]:
        """Entries of a collection in reading order: by `order` or running number, else by slug."""

        def place(entry: Entry) -> tuple[int, str]:
            facts = entry.facts
            number = facts.number if isinstance(facts, OpportunityFacts) else getattr(facts, "order", 0)
            return number, entry.slug

        return sorted(self.entries.get(collection, {}).values(), key=place)

    def get(self, collection: str, slug: str) -> Entry | None:
        """One entry, or None."""
        return self.entries.get(collection, {}).get(slug)

    def __iter__(self) -> Iterator[Entry]:
        for collection in self.entries:
            yield from self.all(collection)

    def block(self, ref: str) -> tuple[Plan, Block] | None:
        """The plan and block of a reference such as `3.1.1#1`, `3.1.1#1/design` or `2021-2025:3.1.1#1`."""
        plan_slug, _, rest = ref.rpartition(":")
        plan = self.plans.get(plan_slug) if plan_slug else self.plan
        block_id, _, segment = rest.partition("/")
        block = plan.blocks.get(block_id) if plan else None
        if plan is None or block is None or (segment and block.piece(segment) is None):
            return None
        return plan, block

    def canonical(self, ref: str) -> str:
        """A reference to a block with its plan left out where it is the default, and without segment."""
        plan_slug, _, rest = ref.rpartition(":")
        block = rest.split("/")[0]
        return block if plan_slug in ("", self.plan.meta.slug) else f"{plan_slug}:{block}"

    def block_path(self, ref: str) -> str | None:
        """Path below the locale of a block in the plan reader: `plan/priorities/#b3.1.1-1`."""
        found = self.block(ref)
        if found is None:
            return None
        plan, block = found
        chapter = plan.meta.chapters[plan.chapter(block.id)]
        prefix = "" if plan.meta.default else f"{plan.meta.slug}-"
        return f"plan/{prefix}{chapter}/#{anchor(ref)}"

    def sector_facts(self, entry: Entry) -> SectorFacts:
        """The facts of a sector entry, typed."""
        return cast(SectorFacts, entry.facts)

    def opportunities_of(self, sector: str) -> list[Entry]:
        """Opportunities of a sector in the plan's order."""
        return [
            entry
            for entry in self.all("opportunities")
            if isinstance(entry.facts, OpportunityFacts) and entry.facts.sector == sector
        ]


__all__ = ["Catalog", "Entry", "Term", "Words", "text_hash"]
