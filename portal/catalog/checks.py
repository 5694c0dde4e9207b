"""Checks over the whole catalog: what no single file can show. All faults at once; warnings do not stop a release."""

from __future__ import annotations

from collections import Counter

from portal.catalog.desks import desk_faults
from portal.catalog.faults import Fault
from portal.catalog.markdown import link_targets
from portal.catalog.models import Evidence, Fact, OpportunityFacts, RegionFacts, SectorFacts
from portal.catalog.provenance import evidence_of, plan_refs
from portal.catalog.references import code_fault, codes, link_fault, named
from portal.catalog.store import Catalog, Entry, Words
from portal.catalog.structure import structure_faults, terms_not_in_plan
from portal.catalog.translations import statuses
from portal.catalog.yamlfile import Path_
from portal.locales import SOURCE

#: what a government site's footer has, as far as it is known
_FOOTER = ("email", "phone", "address", "icp_number", "public_security_number", "site_code")


class Checker:
    """Runs every check over a catalog; `faults` stop a release, `warnings` do not."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.faults: list[Fault] = []
        self.warnings: list[str] = []
        self._districts: set[str] = set()
        self._tiles: dict[tuple[int, int], str] = {}

    def run(self) -> list[Fault]:
        """All faults, sorted."""
        for entry in self.catalog:
            self._evidence(entry)
            self._names(entry)
            self._bodies(entry)
            self._languages(entry)
            if isinstance(entry.facts, OpportunityFacts):
                self._opportunity(entry, entry.facts)
            if isinstance(entry.facts, RegionFacts):
                self._region(entry, entry.facts)
        self.faults.extend(desk_faults(self.catalog))
        self._plan()
        self._missing()
        return sorted(self.faults)

    def _fault(self, entry: Entry, path: Path_, message: str, mend: str) -> None:
        place = entry.places.place(path)
        self.faults.append(Fault(f"{entry.path}/facts.yaml", *place, ".".join(map(str, path)), message, mend))

    def _word_fault(self, words: Words, path: Path_, message: str, mend: str) -> None:
        self.faults.append(Fault(words.path, *words.places.place(path), ".".join(map(str, path)), message, mend))

    def _evidence(self, entry: Entry) -> None:
        for path, evidence in evidence_of(entry.facts):
            for ref in evidence.plan:
                if self.catalog.block(ref) is None:
                    mend = "look the id up in content/plans"
                    self._fault(entry, (*path, "plan"), f"the plan has no block {ref}", mend)
            self._quote(entry, path, evidence)
            for source in evidence.source:
                if source not in self.catalog.sources:
                    self._fault(entry, (*path, "source"), f"no source '{source}'", "add it to sources.yaml")
            if isinstance(evidence, Fact):
                self._fact(entry, path, evidence)

    def _fact(self, entry: Entry, path: Path_, fact: Fact) -> None:
        if fact.value is not None and not fact.has_source:
            self._fault(entry, path, f"number '{fact.key}' has no source", "name a plan block or a source")
        for locale, words in entry.words.items() if fact.prose else ():
            if fact.key not in words.prose.texts:
                message = f"words of fact '{fact.key}' are missing in {locale}"
                self._word_fault(words, ("texts", fact.key), message, "write them")

    def _quote(self, entry: Entry, path: Path_, evidence: Evidence) -> None:
        if evidence.quote is None:
            return
        found = [self.catalog.block(ref) for ref in evidence.plan]
        if not any(pair and evidence.quote in pair[1].text for pair in found):
            message = f"“{evidence.quote}” does not stand in {', '.join(evidence.plan) or 'the plan'}"
            self._fault(entry, (*path, "quote"), message, "quote the plan word for word, in Chinese")

    def _names(self, entry: Entry) -> None:
        for path, collection, slug in named(entry):
            if self.catalog.get(collection, slug) is None:
                near = ", ".join(sorted(self.catalog.entries.get(collection, {}))[:60])
                self._fault(entry, path, f"there is no {collection}/{slug}", f"one of: {near}")
        for path, code in codes(entry):
            fault = code_fault(self.catalog, code)
            if fault:
                self._fault(entry, (*path, "codes"), *fault)

    def _bodies(self, entry: Entry) -> None:
        for words in entry.words.values():
            for link in link_targets(words.body):
                fault = link_fault(self.catalog, link.scheme, link.target)
                if fault:
                    self.faults.append(Fault(words.path, words.body_line + link.line - 1, link.column, "link", *fault))

    def _languages(self, entry: Entry) -> None:
        source = entry.words[SOURCE]
        for locale, words in entry.words.items():
            if locale == SOURCE:
                continue
            for field in ("texts", "notes"):
                mine, theirs = set(getattr(words.prose, field)), set(getattr(source.prose, field))
                if mine != theirs:
                    message = f"keys differ from {SOURCE}: {_differences(mine, theirs)}"
                    self._word_fault(words, (field,), message, "write the same keys")
            if source.prose.summary and not words.prose.summary:
                self._word_fault(words, ("summary",), "is missing", "write it")
            mine_links, their_links = (
                Counter((x.scheme, x.target) for x in link_targets(w.body)) for w in (words, source)
            )
            if mine_links != their_links and entry.status(locale) != "stale":
                differing = [*(their_links - mine_links).elements(), *(mine_links - their_links).elements()]
                message = f"differ from {SOURCE}: {', '.join(':'.join(pair) for pair in differing)}"
                self.faults.append(Fault(words.path, words.body_line, 1, "links", message, "link the same things"))

    def _opportunity(self, entry: Entry, facts: OpportunityFacts) -> None:
        found = self.catalog.block(facts.plan)
        if found is None:
            mend = "look the id up in content/plans"
            self._fault(entry, ("plan",), f"the plan has no block {facts.plan}", mend)
            return
        block = found[1]
        in_plan = tuple(piece.segment for piece in block.pieces if piece.segment)
        if facts.segments != in_plan:
            message = f"differ from the plan's {', '.join(in_plan) or 'none'}"
            self._fault(entry, ("segments",), message, "list the same ids")
        if facts.chain:
            if facts.chain.quote not in block.text:
                self._fault(entry, ("chain", "quote"), "does not stand in the item", "quote the plan word for word")
            for i, stage in enumerate(facts.chain.stages):
                if stage.segment and stage.segment not in in_plan:
                    self._fault(entry, ("chain", "stages", i), f"no segment {stage.segment}", "use a segment's id")
        source = entry.words[SOURCE]
        for words in entry.words.values():
            for path, message in structure_faults(facts, source.prose, words.prose):
                self._word_fault(words, path, message, f"follow {SOURCE}.md")
        for path, term in terms_not_in_plan(entry, block):
            self._word_fault(source, path, f"“{term}” does not stand in the plan", "quote it")

    def _region(self, entry: Entry, facts: RegionFacts) -> None:
        for i, district in enumerate(facts.districts):
            if district.adcode in self._districts:
                message = f"district {district.adcode} stands twice"
                self._fault(entry, ("districts", i, "adcode"), message, "keep it in one region")
            self._districts.add(district.adcode)
            if district.grid and (other := self._tiles.setdefault(district.grid, district.adcode)) != district.adcode:
                message = f"tile {list(district.grid)} is taken by district {other}"
                self._fault(entry, ("districts", i, "grid"), message, "give it a free tile")
            missing = [tag for tag in (SOURCE, "en") if tag not in district.names]
            if missing:
                self._fault(entry, ("districts", i, "names"), f"has no name in {', '.join(missing)}", "add it")

    def _plan(self) -> None:
        plan = self.catalog.plan
        shown = f"content/plans/{plan.meta.slug}"
        cited = {self.catalog.canonical(ref) for entry in self.catalog for ref in plan_refs(entry)}
        owners = Counter(
            self.catalog.canonical(entry.facts.plan)
            for entry in self.catalog
            if isinstance(entry.facts, OpportunityFacts | SectorFacts)
        )
        for block in plan.blocks.values():
            if block.kind == "item" and owners[block.id] != 1:
                message = f"item has {owners[block.id]} opportunities"
                self.faults.append(Fault(shown, 0, 0, block.id, message, "give it one"))
            if block.kind == "paragraph" and block.id.startswith("3.") and block.id not in cited:
                self.warnings.append(f"{shown}: paragraph {block.id} is cited by no entry")

    def _missing(self) -> None:
        for locale in self.catalog.site.locales:
            states = Counter(status.state for status in statuses(self.catalog, locale))
            for state in ("missing", "stale"):
                if states[state]:
                    self.warnings.append(f"{locale}: {states[state]} translations {state} (see `portal translations`)")
        absent = [name for name in _FOOTER if not getattr(self.catalog.site, name)]
        if absent:
            self.warnings.append(f"site.yaml: not set and therefore not shown: {', '.join(absent)}")


def _differences(mine: set[str], theirs: set[str]) -> str:
    return ", ".join(sorted(f"+{key}" for key in mine - theirs) + sorted(f"-{key}" for key in theirs - mine))
