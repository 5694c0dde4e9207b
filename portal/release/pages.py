"""The published pages: every address of a locale with its template and what the template is given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from portal.catalog.models import (
    EventFacts,
    IndicatorFacts,
    OpportunityFacts,
    ParkFacts,
    PolicyFacts,
    RegionFacts,
    SectorFacts,
)
from portal.catalog.plan import Block
from portal.catalog.provenance import plan_refs
from portal.catalog.store import Catalog, Entry


@dataclass(frozen=True)
class Page:
    """One page of one locale. `path` is below the locale; "" is its home page."""

    path: str
    template: str
    context: dict[str, object] = field(default_factory=dict)
    entry: Entry | None = None
    indexed: bool = True


#: Chinese characters after which a chapter read side by side goes on on another page, at the next heading
PART = 12_000
#: collections whose entries have a page of their own -> template of that page
DETAIL = {
    "sectors": "pages/sector.html",
    "opportunities": "pages/opportunity.html",
    "parks": "pages/park.html",
    "policies": "pages/policy.html",
    "regions": "pages/region.html",
    "guides": "pages/guide.html",
    "stories": "pages/story.html",
}


def pages(catalog: Catalog) -> Iterator[Page]:
    """Every published page, home first. The same in every locale."""
    links = Links(catalog)
    yield Page("", "pages/home.html", {"links": links})
    for collection, template in DETAIL.items():
        yield Page(f"{collection}/", f"pages/{collection}.html", {"links": links, "entries": catalog.all(collection)})
        for entry in catalog.all(collection):
            yield Page(f"{collection}/{entry.slug}/", template, {"links": links, "entry": entry}, entry)
    yield Page("events/", "pages/events.html", {"entries": catalog.all("events")})
    yield Page("data/", "pages/data.html", {"entries": catalog.all("indicators")})
    for plan in catalog.plans.values():
        prefix = "" if plan.meta.default else f"{plan.meta.slug}-"
        chapters = list(plan.chapters())
        if plan.meta.default:
            yield Page("plan/", "pages/plan.html", {"plan": plan, "chapters": chapters, "links": links})
        for number, blocks in chapters:
            context = {"plan": plan, "number": number, "blocks": blocks, "chapters": chapters, "links": links}
            chapter = f"{prefix}{plan.meta.chapters[number]}"
            yield Page(f"plan/{chapter}/", "pages/chapter.html", context)
            parts = in_parts(blocks)
            paths = [
                f"plan/{chapter}/parallel/{f'{place}/' if place > 1 else ''}" for place in range(1, len(parts) + 1)
            ]
            for path, part in zip(paths, parts, strict=True):
                beside = {**context, "blocks": part, "chapter": chapter, "parts": paths, "whole": blocks}
                yield Page(path, "pages/parallel.html", beside)
    yield Page("glossary/", "pages/glossary.html")
    yield Page("sources/", "pages/sources.html")
    yield Page("sitemap/", "pages/sitemap.html")
    if sample := next((e for e in catalog.all("opportunities") if getattr(e.facts, "chain", None)), None):
        yield Page("style/", "pages/style.html", {"sample": sample}, indexed=False)
    yield Page("offline/", "pages/offline.html", indexed=False)
    yield Page("404.html", "pages/404.html", indexed=False)


def in_parts(blocks: Sequence[Block]) -> list[list[Block]]:
    """A chapter cut before headings into parts of at most `PART` characters, so that two languages fit a poor line."""
    parts: list[list[Block]] = [[]]
    size = 0
    for block in blocks:
        if size > PART and block.kind in ("section", "group"):
            parts.append([])
            size = 0
        parts[-1].append(block)
        size += len(block.text)
    return parts


class Links:
    """Which entries belong together, looked up both ways."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.regions_by: dict[str, list[tuple[Entry, object]]] = defaultdict(list)
        self.parks_by: dict[str, list[Entry]] = defaultdict(list)
        self.policies_by: dict[str, list[Entry]] = defaultdict(list)
        self.stories_by: dict[str, list[Entry]] = defaultdict(list)
        self.parks_in: dict[str, list[Entry]] = defaultdict(list)
        for region in catalog.all("regions"):
            facts = region.facts
            assert isinstance(facts, RegionFacts)
            for direction in facts.directions:
                for slug in direction.sectors:
                    self.regions_by[f"sectors/{slug}"].append((region, direction))
                for slug in direction.opportunities:
                    self.regions_by[f"opportunities/{slug}"].append((region, direction))
        for park in catalog.all("parks"):
            assert isinstance(park.facts, ParkFacts)
            for code in {code for fact in park.facts.facts for code in fact.codes}:
                scheme, _, slug = code.partition(":")
                if scheme in ("sector", "opportunity"):
                    self.parks_by[f"{'sectors' if scheme == 'sector' else 'opportunities'}/{slug}"].append(park)
            for slug in park.facts.regions:
                self.parks_in[slug].append(park)
        for policy in catalog.all("policies"):
            assert isinstance(policy.facts, PolicyFacts)
            for slug in policy.facts.sectors:
                self.policies_by[slug].append(policy)
        for story in catalog.all("stories"):
            for slug in getattr(story.facts, "sectors", ()):
                self.stories_by[slug].append(story)

    def opportunities(self, sector: Entry) -> list[Entry]:
        """Opportunities of a sector."""
        return self.catalog.opportunities_of(sector.slug)

    def sector_of(self, entry: Entry) -> Entry:
        """The sector of an opportunity."""
        assert isinstance(entry.facts, OpportunityFacts)
        return self.catalog.entries["sectors"][entry.facts.sector]

    def regions(self, entry: Entry) -> list[tuple[Entry, object]]:
        """Regions that the plan ties to a sector or opportunity, each with the direction that says so."""
        found = list(self.regions_by[f"{entry.collection}/{entry.slug}"])
        if isinstance(entry.facts, OpportunityFacts):
            found += self.regions_by[f"sectors/{entry.facts.sector}"]
        return found

    def parks(self, entry: Entry) -> list[Entry]:
        """Parks whose sourced industries name the sector or opportunity, and parks its plan text names."""
        found = list(self.parks_by[f"{entry.collection}/{entry.slug}"])
        if isinstance(entry.facts, OpportunityFacts):
            found += self.parks_by[f"sectors/{entry.facts.sector}"]
        refs = plan_refs(entry)
        found += [park for park in self.catalog.all("parks") if refs & plan_refs(park)]
        return list({park.slug: park for park in found}.values())

    def policies(self, sector: Entry) -> list[Entry]:
        """Policies that concern a sector by name."""
        return self.policies_by[sector.slug]

    def general_policies(self) -> list[Entry]:
        """Policies that concern every sector."""
        return [p for p in self.catalog.all("policies") if isinstance(p.facts, PolicyFacts) and p.facts.all_sectors]

    def families(self) -> dict[str, list[Entry]]:
        """Sectors by family, in the plan's order."""
        found: dict[str, list[Entry]] = {}
        for sector in self.catalog.all("sectors"):
            assert isinstance(sector.facts, SectorFacts)
            found.setdefault(sector.facts.family, []).append(sector)
        return found

    def by(self, collection: str, field: str) -> dict[str, list[Entry]]:
        """Entries of a collection grouped by a field of their facts."""
        found: dict[str, list[Entry]] = {}
        for entry in self.catalog.all(collection):
            found.setdefault(str(getattr(entry.facts, field)), []).append(entry)
        return found

    def table_1(self) -> list[Entry]:
        """The rows of the plan's table 1."""
        rows = [e for e in self.catalog.all("indicators") if isinstance(e.facts, IndicatorFacts)]
        return [e for e in rows if isinstance(e.facts, IndicatorFacts) and e.facts.category == "table-1"]

    def fact(self, entry: Entry, key: str) -> object:
        """The fact of an indicator with this key, or None."""
        values = getattr(entry.facts, "values", ()) or getattr(entry.facts, "facts", ())
        return next((fact for fact in values if fact.key == key), None)

    def events(self, scope: str) -> list[Entry]:
        """Events of a scope."""
        return [e for e in self.catalog.all("events") if isinstance(e.facts, EventFacts) and e.facts.scope == scope]

    def numbers(self) -> dict[str, str]:
        """Opportunity slug -> its running number."""
        return {
            e.slug: str(e.facts.number)
            for e in self.catalog.all("opportunities")
            if isinstance(e.facts, OpportunityFacts)
        }
