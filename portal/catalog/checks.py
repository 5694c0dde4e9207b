"""Checks over the whole catalog: what no single file can show. All faults at once; warnings do not stop a release."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from portal.catalog.faults import Fault
from portal.catalog.markdown import COLLECTION_OF, SCHEMES, link_targets
from portal.catalog.models import (
    Evidence,
    Fact,
    OpportunityFacts,
    ParkFacts,
    PolicyFacts,
    RegionFacts,
    SectorFacts,
    StoryFacts,
)
from portal.catalog.provenance import evidence_of, figure, plan_refs
from portal.catalog.store import Catalog, Entry
from portal.catalog.structure import structure_faults, terms_not_in_plan
from portal.catalog.translations import statuses
from portal.catalog.yamlfile import Document, parse, read_text
from portal.locales import SOURCE

#: page names an editor may link to with `page:`
PAGES = ("", "invest", "search", "plan", "data", "sectors", "opportunities", "parks", "policies", "regions", "events",
         "guides", "stories", "glossary", "sitemap")  # fmt: skip


class Checker:
    """Runs every check over a catalog; `faults` stop a release, `warnings` do not."""

    def __init__(self, catalog: Catalog, folder: Path) -> None:
        self.catalog = catalog
        self.folder = folder
        self.faults: list[Fault] = []
        self.warnings: list[str] = []
        self._documents: dict[str, Document] = {}

    def run(self) -> list[Fault]:
        """All faults, sorted."""
        for entry in self.catalog:
            self._evidence(entry)
            self._links(entry)
            self._bodies(entry)
            self._languages(entry)
            if isinstance(entry.facts, OpportunityFacts):
                self._opportunity(entry, entry.facts)
        self._plan()
        self._missing()
        return sorted(self.faults)

    def _place(self, entry: Entry, path: tuple[str | int, ...]) -> tuple[str, int, int]:
        shown = f"{entry.path}/facts.yaml"
        if shown not in self._documents:
            ignored: list[Fault] = []
            text = read_text(self.folder / entry.collection / entry.slug / "facts.yaml", shown, ignored) or ""
            self._documents[shown] = parse(text, shown, ignored) or Document()
        return shown, *self._documents[shown].place(path)

    def _fault(self, entry: Entry, path: tuple[str | int, ...], message: str, mend: str) -> None:
        self.faults.append(Fault(*self._place(entry, path), ".".join(map(str, path)), message, mend))

    def _evidence(self, entry: Entry) -> None:
        for path, evidence in evidence_of(entry.facts):
            for ref in evidence.plan:
                if self.catalog.block(ref) is None:
                    self._fault(
                        entry, (*path, "plan"), f"the plan has no block {ref}", "look the id up in content/plans"
                    )
            self._quote(entry, path, evidence)
            for source in evidence.source:
                if source not in self.catalog.sources:
                    self._fault(entry, (*path, "source"), f"no source '{source}'", "add it to sources.yaml")
            if isinstance(evidence, Fact):
                if evidence.value is not None and not evidence.has_source:
                    self._fault(entry, path, f"number '{evidence.key}' has no source", "name a plan block or a source")
                if evidence.prose:
                    for locale, words in entry.words.items():
                        if evidence.key not in words.prose.texts:
                            self.faults.append(
                                Fault(
                                    words.path,
                                    1,
                                    1,
                                    f"texts.{evidence.key}",
                                    f"words of fact '{evidence.key}' are missing in {locale}",
                                    "write them",
                                )
                            )

    def _quote(self, entry: Entry, path: tuple[str | int, ...], evidence: Evidence) -> None:
        if evidence.quote is None:
            return
        found = [self.catalog.block(ref) for ref in evidence.plan]
        if not any(pair and evidence.quote in pair[1].text for pair in found):
            self._fault(
                entry, (*path, "quote"), f"“{evidence.quote}” does not stand in {', '.join(evidence.plan) or 'the plan'}",
                "quote the plan word for word, in Chinese",
            )  # fmt: skip

    def _links(self, entry: Entry) -> None:
        facts = entry.facts
        wanted: list[tuple[tuple[str | int, ...], str, str]] = []

        def want(field: str, collection: str, slugs: tuple[str, ...]) -> None:
            wanted.extend(((field,), collection, slug) for slug in slugs)

        if isinstance(facts, OpportunityFacts):
            want("sector", "sectors", (facts.sector,))
        if isinstance(facts, RegionFacts):
            for i, direction in enumerate(facts.directions):
                for collection in ("sectors", "opportunities"):
                    slugs = getattr(direction, collection)
                    wanted.extend((("directions", i, collection), collection, slug) for slug in slugs)
        if isinstance(facts, ParkFacts):
            want("regions", "regions", facts.regions)
        if isinstance(facts, PolicyFacts):
            want("supersedes", "policies", facts.supersedes)
            want("superseded_by", "policies", facts.superseded_by)
            want("sectors", "sectors", facts.sectors)
        if isinstance(facts, StoryFacts):
            want("sectors", "sectors", facts.sectors)
            want("parks", "parks", facts.parks)
        for path, evidence in evidence_of(facts):
            for code in evidence.codes if isinstance(evidence, Fact) else ():
                scheme, _, slug = code.partition(":")
                if scheme in COLLECTION_OF:
                    wanted.append(((*path, "codes"), COLLECTION_OF[scheme], slug))
                elif scheme == "district" and slug not in districts(self.catalog):
                    self._fault(entry, (*path, "codes"), f"no district {slug}", "use a code of content/regions")
        for place, collection, slug in wanted:
            if self.catalog.get(collection, slug) is None:
                near = ", ".join(sorted(self.catalog.entries.get(collection, {}))[:60])
                self._fault(entry, place, f"there is no {collection}/{slug}", f"one of: {near}")

    def _bodies(self, entry: Entry) -> None:
        for words in entry.words.values():
            for line, scheme, target in link_targets(words.body):
                message = self._link_fault(scheme, target)
                if message:
                    self.faults.append(Fault(words.path, words.body_line + line - 1, 1, "link", *message))

    def _link_fault(self, scheme: str, target: str) -> tuple[str, str] | None:
        if scheme in ("https", "mailto"):
            return None
        if scheme not in SCHEMES:
            return f"link to '{scheme}:{target}' is refused", f"use https:, mailto: or one of {', '.join(SCHEMES)}"
        found: object
        if scheme == "plan":
            found = self.catalog.block(target)
        elif scheme == "source":
            found = self.catalog.sources.get(target)
        elif scheme == "figure":
            found = figure(self.catalog, target)
        elif scheme == "page":
            found = target.split("?")[0].strip("/") in PAGES or None
        else:
            found = self.catalog.get(COLLECTION_OF[scheme], target.split("#")[0])
        return None if found is not None else (f"link {scheme}:{target} leads nowhere", "mend the target")

    def _languages(self, entry: Entry) -> None:
        source = entry.words[SOURCE]
        for locale, words in entry.words.items():
            if locale == SOURCE:
                continue
            for field in ("texts", "notes"):
                mine, theirs = set(getattr(words.prose, field)), set(getattr(source.prose, field))
                if mine != theirs:
                    self.faults.append(
                        Fault(
                            words.path,
                            1,
                            1,
                            field,
                            f"keys differ from {SOURCE}: {_differences(mine, theirs)}",
                            "write the same keys",
                        )
                    )
            mine_links = Counter(f"{s}:{t}" for _, s, t in link_targets(words.body))
            their_links = Counter(f"{s}:{t}" for _, s, t in link_targets(source.body))
            if mine_links != their_links and entry.status(locale) != "stale":
                missing = list((their_links - mine_links).elements()) + list((mine_links - their_links).elements())
                self.faults.append(
                    Fault(
                        words.path,
                        words.body_line,
                        1,
                        "links",
                        f"differ from {SOURCE}: {', '.join(missing)}",
                        "link the same things",
                    )
                )
            if source.prose.summary and not words.prose.summary:
                self.faults.append(Fault(words.path, 1, 1, "summary", "is missing", "write it"))

    def _opportunity(self, entry: Entry, facts: OpportunityFacts) -> None:
        found = self.catalog.block(facts.plan)
        if found is None:
            self._fault(entry, ("plan",), f"the plan has no block {facts.plan}", "look the id up in content/plans")
            return
        block = found[1]
        in_plan = tuple(piece.segment for piece in block.pieces if piece.segment)
        if facts.segments != in_plan:
            self._fault(
                entry, ("segments",), f"differ from the plan's {', '.join(in_plan) or 'none'}", "list the same ids"
            )
        if facts.chain:
            if facts.chain.quote not in block.text:
                self._fault(entry, ("chain", "quote"), "does not stand in the item", "quote the plan word for word")
            for i, stage in enumerate(facts.chain.stages):
                if stage.segment and stage.segment not in in_plan:
                    self._fault(entry, ("chain", "stages", i), f"no segment {stage.segment}", "use a segment's id")
        source = entry.words[SOURCE].prose
        for words in entry.words.values():
            for path, message in structure_faults(facts, source, words.prose):
                self.faults.append(Fault(words.path, 1, 1, path, message, f"follow {SOURCE}.md"))
        for path, term in terms_not_in_plan(entry, block):
            self.faults.append(
                Fault(entry.words[SOURCE].path, 1, 1, path, f"“{term}” does not stand in the plan", "quote it")
            )

    def _plan(self) -> None:
        cited = {ref for entry in self.catalog for ref in plan_refs(entry)}
        owners = Counter(
            e.facts.plan for e in self.catalog.all("opportunities") if isinstance(e.facts, OpportunityFacts)
        )
        owners.update(e.facts.plan for e in self.catalog.all("sectors") if isinstance(e.facts, SectorFacts))
        for plan in self.catalog.plans.values():
            if not plan.meta.default:
                continue
            for block in plan.blocks.values():
                shown = f"content/plans/{plan.meta.slug}"
                if block.kind == "item" and owners[block.id] != 1:
                    self.faults.append(
                        Fault(shown, 0, 0, block.id, f"item has {owners[block.id]} opportunities", "give it one")
                    )
                if block.kind == "paragraph" and block.id.startswith("3.") and block.id not in cited:
                    self.warnings.append(f"{shown}: paragraph {block.id} is cited by no entry")
                if plan.chapter(block.id) not in plan.meta.chapters:
                    self.faults.append(
                        Fault(
                            f"{shown}/plan.yaml", 0, 0, "chapters", f"no slug for the chapter of {block.id}", "add it"
                        )
                    )

    def _missing(self) -> None:
        for locale in self.catalog.site.locales:
            states = Counter(status.state for status in statuses(self.catalog, locale))
            for state in ("missing", "stale"):
                if states[state]:
                    self.warnings.append(f"{locale}: {states[state]} translations {state} (see `portal translations`)")
        site = self.catalog.site
        absent = [
            name
            for name in ("email", "phone", "address", "icp_number", "public_security_number", "site_code")
            if not getattr(site, name)
        ]
        if absent:
            self.warnings.append(f"site.yaml: not set and therefore not shown: {', '.join(absent)}")


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


def _differences(mine: set[str], theirs: set[str]) -> str:
    return ", ".join(sorted(f"+{key}" for key in mine - theirs) + sorted(f"-{key}" for key in theirs - mine))
