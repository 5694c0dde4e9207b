"""Whether the languages of an opportunity have the same structure, and whether its terms stand in the plan."""

from __future__ import annotations

from collections.abc import Iterator

from portal.catalog.models import OpportunityFacts
from portal.catalog.plan import Block
from portal.catalog.store import Entry
from portal.catalog.words import Prose, Sought
from portal.catalog.yamlfile import Path_
from portal.locales import SOURCE


def structure_faults(facts: OpportunityFacts, source: Prose, mine: Prose) -> Iterator[tuple[Path_, str]]:
    """(field, fault) where a language has other stages, segments or numbers of terms than the source."""
    stages = len(facts.chain.stages) if facts.chain else 0
    if len(mine.chain) != stages:
        yield ("chain",), f"has {len(mine.chain)} names for {stages} stages"
    if tuple(mine.segments) != facts.segments:
        names = ", ".join(mine.segments) or "none"
        yield ("segments",), f"are {names}, not {', '.join(facts.segments) or 'none'}"
        return
    pairs: list[tuple[Path_, Sought, Sought]] = [(("sought",), mine.sought, source.sought)]
    pairs += [
        (("segments", slug), mine.segments[slug], source.segments[slug])
        for slug in facts.segments
        if slug in source.segments
    ]
    for path, here, there in pairs:
        for kind, ours, theirs in zip(("products", "technologies", "firms"), here.counts, there.counts, strict=True):
            if ours != theirs:
                yield (*path, kind), f"has {ours} terms, {SOURCE} has {theirs}"


def terms_not_in_plan(entry: Entry, block: Block) -> Iterator[tuple[Path_, str]]:
    """(field, term) for Chinese terms that stand neither in the printed plan nor in its corrected reading."""
    prose = entry.words[SOURCE].prose
    groups: list[tuple[Path_, Sought, str | None]] = [(("sought",), prose.sought, None)]
    groups += [(("segments", slug), segment, slug) for slug, segment in prose.segments.items()]
    for path, sought, segment in groups:
        piece = block.piece(segment)
        text = piece.text if piece else ""
        corrected = text
        for erratum in block.errata:
            if erratum.reading:
                corrected = corrected.replace(erratum.printed, erratum.reading)
        for kind, terms in (
            ("products", sought.products),
            ("technologies", sought.technologies),
            ("firms", sought.firms),
        ):
            for i, term in enumerate(terms):
                if term not in text and term not in corrected:
                    yield (*path, kind, i), term
