"""Which other entries an entry names, and whether a link of a body leads somewhere."""

from __future__ import annotations

from collections.abc import Iterator

from portal.catalog.markdown import COLLECTION_OF, SCHEMES
from portal.catalog.models import (
    Fact,
    OpportunityFacts,
    ParkFacts,
    PolicyFacts,
    RegionFacts,
    StoryFacts,
)
from portal.catalog.provenance import evidence_of, figure
from portal.catalog.store import Catalog, Entry
from portal.catalog.yamlfile import Path_

#: page names an editor may link to with `page:`
PAGES = ("", "invest", "search", "plan", "data", "sectors", "opportunities", "parks", "policies", "regions", "events",
         "guides", "stories", "glossary", "sources", "sitemap")  # fmt: skip
#: schemes of `codes` that name something other than an entry
_OTHER_CODES = ("district", "authority")


def named(entry: Entry) -> Iterator[tuple[Path_, str, str]]:
    """(path in facts.yaml, collection, slug) of every entry that an entry's facts name."""
    facts = entry.facts
    fields: list[tuple[str, str, tuple[str, ...]]] = []
    if isinstance(facts, OpportunityFacts):
        fields.append(("sector", "sectors", (facts.sector,)))
    if isinstance(facts, RegionFacts):
        fields.append(("part_of", "regions", (facts.part_of,) if facts.part_of else ()))
        for i, direction in enumerate(facts.directions):
            for collection in ("sectors", "opportunities"):
                for slug in getattr(direction, collection):
                    yield ("directions", i, collection), collection, slug
    if isinstance(facts, ParkFacts):
        fields.append(("regions", "regions", facts.regions))
    if isinstance(facts, PolicyFacts):
        fields += [("supersedes", "policies", facts.supersedes), ("superseded_by", "policies", facts.superseded_by)]
        fields.append(("sectors", "sectors", facts.sectors))
    if isinstance(facts, StoryFacts):
        fields += [("sectors", "sectors", facts.sectors), ("parks", "parks", facts.parks)]
    for field, collection, slugs in fields:
        for slug in slugs:
            yield (field,), collection, slug
    for path, code in codes(entry):
        scheme, _, slug = code.partition(":")
        if scheme in COLLECTION_OF:
            yield (*path, "codes"), COLLECTION_OF[scheme], slug


def codes(entry: Entry) -> Iterator[tuple[Path_, str]]:
    """(path of the fact, code) of every code of an entry's facts."""
    for path, evidence in evidence_of(entry.facts):
        for code in evidence.codes if isinstance(evidence, Fact) else ():
            yield path, code


def code_fault(catalog: Catalog, code: str) -> tuple[str, str] | None:
    """What is wrong with a code that names no entry: (message, mend), or None."""
    scheme, _, slug = code.partition(":")
    if scheme not in COLLECTION_OF and scheme not in _OTHER_CODES:
        return f"'{scheme}' is no kind of code", f"use one of {', '.join((*COLLECTION_OF, *_OTHER_CODES))}"
    if scheme == "district" and slug not in districts(catalog):
        return f"no district {slug}", "use a code of content/regions"
    return None


def link_fault(catalog: Catalog, scheme: str, target: str) -> tuple[str, str] | None:
    """What is wrong with a link of a body: (message, mend), or None."""
    if scheme in ("https", "mailto"):
        return None
    if scheme not in SCHEMES:
        written = f"{scheme}:{target}" if scheme else target
        return f"link to '{written}' is refused", f"use https:, mailto: or one of {', '.join(SCHEMES)}"
    found: object
    if scheme == "plan":
        found = catalog.block(target)
    elif scheme == "source":
        found = catalog.sources.get(target)
    elif scheme == "figure":
        found = figure(catalog, target)
    elif scheme == "page":
        found = target.split("?")[0].strip("/") in PAGES or None
    else:
        found = catalog.get(COLLECTION_OF[scheme], target.split("#")[0])
    return None if found is not None else (f"link {scheme}:{target} leads nowhere", "mend the target")


def districts(catalog: Catalog) -> dict[str, tuple[Entry, int]]:
    """District code -> its region entry and position in it; successors are known codes too."""
    found: dict[str, tuple[Entry, int]] = {}
    for entry in catalog.all("regions"):
        if isinstance(entry.facts, RegionFacts):
            for i, district in enumerate(entry.facts.districts):
                found[district.adcode] = (entry, i)
                if district.successor:
                    found.setdefault(district.successor, (entry, i))
    return found
