"""Catalog -> search documents -> one index per locale. What a document says is what its page says."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from portal.catalog.markdown import COLLECTION_OF
from portal.catalog.models import OpportunityFacts, ParkFacts, PolicyFacts, RegionFacts, SectorFacts
from portal.catalog.plan import Block, Plan, anchor
from portal.catalog.provenance import plan_refs
from portal.catalog.store import Catalog, Entry
from portal.catalog.words import Prose
from portal.locales import SOURCE
from portal.release.index_text import IndexText, distinct, facts_of, names, sought, unique
from search import Dictionary, Document, Part, Synonym, build_index, dictionary

#: Factor on the score by type: at equal match the thing itself stands before what is written about it.
WEIGHTS = {
    "opportunities": 1.2,
    "sectors": 0.8,
    "parks": 1.1,
    "policies": 1.0,
    "regions": 1.0,
    "events": 1.0,
    "guides": 0.9,
    "stories": 0.8,
    "indicators": 0.8,
    "plan": 0.5,
}
#: A policy that no longer holds stands behind the one that took its place.
_PAST = frozenset({"superseded", "repealed", "not-in-force", "period-over"})
_PAST_WEIGHT = 0.7
#: At equal match a policy whose validity was not verified stands behind one that is known to hold.
_OPEN = frozenset({"not-verified", "announced", "under-negotiation"})
_OPEN_WEIGHT = 0.97
_NUMBERING = re.compile(r"^(第.{1,3}[章节]\s*|（.{1,3}）\s*|\(\d+\)\s*|\d+[．.]\s*|(Chapter|Section) \d+[.:]?\s*)")


def documents(catalog: Catalog, locale: str) -> list[Document]:
    """Everything that can be found in a locale, in a fixed order."""
    return list(_Writer(catalog, locale).documents())


def build_indexes(catalog: Catalog, folder: Path, engine: str = "whoosh") -> dict[str, int]:
    """Write `<folder>/<locale>/` for every published locale; gives the number of documents of each."""
    found = {locale: documents(catalog, locale) for locale in catalog.site.locales}
    parts = [dictionary(listed, locale) for locale, listed in found.items()]
    words = Dictionary(
        frozenset[str]().union(*(part.chinese for part in parts)),
        frozenset[str]().union(*(part.german for part in parts)),
    )
    return {locale: build_index(listed, folder / locale, locale, engine, words) for locale, listed in found.items()}


def rebuild_index(catalog: Catalog, folder: Path, locale: str, engine: str) -> None:
    """Write one locale's index anew from a release's own content, in place of one that cannot be used."""
    build_index(documents(catalog, locale), folder / locale, locale, engine)


class _Writer:
    """Makes the documents of one locale."""

    def __init__(self, catalog: Catalog, locale: str) -> None:
        self.catalog = catalog
        self.locale = locale
        self._words = IndexText(catalog, locale)
        self._regions: dict[str, list[str]] = defaultdict(list)
        for region in catalog.all("regions"):
            assert isinstance(region.facts, RegionFacts)
            for direction in region.facts.directions:
                for slug in direction.sectors:
                    self._regions[f"sectors/{slug}"].append(region.slug)
                for slug in direction.opportunities:
                    self._regions[f"opportunities/{slug}"].append(region.slug)

    def documents(self) -> Iterator[Document]:
        """Entries by collection, then the plan's paragraphs."""
        for entry in self.catalog:
            yield self._entry(entry)
        items = {
            facts.plan
            for entry in self.catalog.all("opportunities")
            if isinstance(facts := entry.facts, OpportunityFacts)
        }
        for plan in self.catalog.plans.values():
            for block in plan.blocks.values():
                ref = block.id if plan.meta.default else f"{plan.meta.slug}:{block.id}"
                if block.kind == "paragraph" or (block.kind == "item" and ref not in items):
                    yield self._block(plan, block, ref)

    # -- entries -------------------------------------------------------------------------------------------------

    def _entry(self, entry: Entry) -> Document:
        prose = entry.prose(self.locale)
        facts = entry.facts
        weight = WEIGHTS[entry.collection]
        if isinstance(facts, PolicyFacts) and facts.status in _PAST:
            weight *= _PAST_WEIGHT
        if isinstance(facts, PolicyFacts) and facts.status in _OPEN:
            weight *= _OPEN_WEIGHT
        sectors = self._sectors(entry)
        return Document(
            id=f"{entry.collection}/{entry.slug}",
            type=entry.collection,
            slug=entry.slug,
            title=prose.title,
            url=f"/{self.locale}/{_path(entry)}",
            locale=entry.text_locale(self.locale),
            plan=self._plan(entry),
            names=names(prose)[1:],
            labels=tuple(self._labels(entry, prose)),
            summary=prose.summary or "",
            body="\n".join(filter(None, self._body(entry, prose))),
            synonyms=self._synonyms(entry, prose),
            parts=tuple(self._parts(entry, prose)),
            level=(facts.level,) if isinstance(facts, ParkFacts | PolicyFacts) else (),
            sector=sectors,
            region=self._region(entry, sectors),
            weight=weight,
        )

    def _plan(self, entry: Entry) -> tuple[str, ...]:
        if isinstance(entry.facts, OpportunityFacts | SectorFacts):
            return (entry.facts.plan,)
        return tuple(sorted(plan_refs(entry)))

    def _labels(self, entry: Entry, prose: Prose) -> Iterator[str]:
        yield from (*prose.sought.products, *prose.sought.technologies, *prose.sought.firms)
        yield from prose.issuers
        if isinstance(entry.facts, PolicyFacts) and entry.facts.number:
            yield entry.facts.number
        for fact in facts_of(entry):
            for code in fact.codes:
                scheme, _, slug = code.partition(":")
                if scheme == "district":
                    yield from self._words.district_names(slug)
                elif scheme in COLLECTION_OF and (linked := self.catalog.get(COLLECTION_OF[scheme], slug)):
                    yield linked.prose(self.locale).title

    def _body(self, entry: Entry, prose: Prose) -> Iterator[str]:
        yield self._words.plain(entry.body(self.locale))
        yield from prose.texts.values()
        yield from prose.notes.values()
        yield " ".join(prose.chain)
        yield " · ".join(text for fact in facts_of(entry) for text in self._words.value(fact))
        if isinstance(entry.facts, OpportunityFacts) and (found := self.catalog.block(entry.facts.plan)):
            known = set(entry.facts.segments)
            yield "\n".join(self._text(found[1], only=None, besides=known))
        if isinstance(entry.facts, SectorFacts):
            yield " · ".join(child.prose(self.locale).title for child in self.catalog.opportunities_of(entry.slug))

    def _parts(self, entry: Entry, prose: Prose) -> Iterator[Part]:
        facts = entry.facts
        if isinstance(facts, OpportunityFacts) and (found := self.catalog.block(facts.plan)):
            for segment in facts.segments:
                words = prose.segments.get(segment)
                others = [
                    Synonym(term, tag)
                    for tag, other in entry.words.items()
                    if tag != entry.text_locale(self.locale) and segment in other.prose.segments
                    for term in sought(other.prose, segment)
                ]
                labels = sought(prose, segment)[1:]
                yield Part(
                    anchor=segment,
                    label=words.label if words else segment,
                    labels=labels,
                    text="\n".join(self._text(found[1], only=segment)),
                    synonyms=distinct(
                        (
                            *others,
                            *self._words.terms((words.label if words else "", *labels)),
                            *self._words.synonyms(f"{entry.collection}/{entry.slug}", segment),
                        )
                    ),
                )
        elif isinstance(facts, RegionFacts):
            for district in facts.districts:
                name = self._words.district_names(district.adcode)[0]
                foreign = (Synonym(word, tag) for tag, word in district.names.items() if word != name)
                pinyin = Synonym(district.pinyin or "", "en")
                yield Part(f"d{district.adcode}", name, text=name, synonyms=distinct((*foreign, pinyin)))

    def _synonyms(self, entry: Entry, prose: Prose) -> tuple[Synonym, ...]:
        found = [Synonym(name, tag) for tag, words in entry.words.items() for name in names(words.prose)]
        own = [word.text for word in found]
        if isinstance(entry.facts, SectorFacts) and (block := self.catalog.block(entry.facts.plan)):
            own.append(_NUMBERING.sub("", block[1].text))
        if isinstance(entry.facts, OpportunityFacts):
            number = f"item.{entry.facts.number:02d}"
            items = (term for term in self.catalog.glossary if term.id == number)
            found += [Synonym(word, tag) for term in items for tag, word in term.words.items()]
        found += self._words.terms(own)
        found += self._words.synonyms(f"{entry.collection}/{entry.slug}")
        for tag, words in entry.words.items():
            if tag != entry.text_locale(self.locale):
                wanted = words.prose.sought
                foreign = (*wanted.products, *wanted.technologies, *wanted.firms, *words.prose.issuers)
                found += [Synonym(word, tag) for word in foreign]
        kind = getattr(entry.facts, "kind", None)
        if isinstance(kind, str):
            found.append(Synonym(kind.replace("-", " "), "en"))
        return tuple(word for word in distinct(found) if word.text not in names(prose))

    def _sectors(self, entry: Entry) -> tuple[str, ...]:
        facts = entry.facts
        if isinstance(facts, SectorFacts):
            return (entry.slug,)
        if isinstance(facts, OpportunityFacts):
            return (facts.sector,)
        found = list(getattr(facts, "sectors", ()))
        for code in (code for fact in facts_of(entry) for code in fact.codes):
            scheme, _, slug = code.partition(":")
            linked = self.catalog.get("opportunities", slug) if scheme == "opportunity" else None
            if scheme == "sector":
                found.append(slug)
            elif linked and isinstance(linked.facts, OpportunityFacts):
                found.append(linked.facts.sector)
        return unique(found)

    def _region(self, entry: Entry, sectors: tuple[str, ...]) -> tuple[str, ...]:
        if isinstance(entry.facts, RegionFacts):
            return (entry.slug,)
        if isinstance(entry.facts, OpportunityFacts):
            return unique((*self._regions[f"opportunities/{entry.slug}"], *self._regions[f"sectors/{sectors[0]}"]))
        return unique((*getattr(entry.facts, "regions", ()), *self._regions[f"{entry.collection}/{entry.slug}"]))

    # -- the plan ------------------------------------------------------------------------------------------------

    def _block(self, plan: Plan, block: Block, ref: str) -> Document:
        head = block.pieces[0]
        _, state = block.in_locale(head, self.locale)
        return Document(
            id=f"plan/{ref}",
            type="plan",
            slug=ref,
            title=self._heading(plan, block),
            url=f"/{self.locale}/{self.catalog.block_path(ref)}",
            locale=SOURCE if state in ("source", "missing") else self.locale,
            plan=(ref,),
            body="\n".join(self._text(block, only=None)),
            parts=tuple(
                Part(anchor(piece.ref), "", text=block.in_locale(piece, self.locale)[0])
                for piece in block.pieces
                if piece.segment
            ),
            weight=WEIGHTS["plan"],
        )

    def _heading(self, plan: Plan, block: Block) -> str:
        """The nearest heading above a block."""
        parent = re.split(r"[~#]", block.id)[0]
        while parent:
            if heading := plan.blocks.get(parent):
                return heading.in_locale(heading.pieces[0], self.locale)[0].split("\n")[0]
            parent = parent.rpartition(".")[0]
        return plan.meta.titles.get(self.locale) or plan.meta.titles[SOURCE]

    def _text(self, block: Block, *, only: str | None, besides: set[str] | None = None) -> Iterator[str]:
        """The text of a segment (None: of the head), with that of segments that are not in `besides`."""
        for piece in block.pieces:
            stray = besides is not None and piece.segment is not None and piece.segment not in besides
            if piece.segment == only or stray:
                yield block.in_locale(piece, self.locale)[0]


def _path(entry: Entry) -> str:
    if entry.collection == "events":
        return f"events/#{entry.slug}"
    if entry.collection == "indicators":
        return f"data/#{entry.slug}"
    return f"{entry.collection}/{entry.slug}/"
