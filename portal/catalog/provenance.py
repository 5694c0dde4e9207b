"""What leads back to where: figures by name, which entries cite a plan block, what of the plan stands on which page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from portal.catalog.models import Evidence, Fact, IndicatorFacts, OpportunityFacts, SectorFacts
from portal.catalog.store import Catalog, Entry

_SPACE = re.compile(r"\s+")


def evidence_of(model: BaseModel) -> Iterator[tuple[tuple[str | int, ...], Evidence]]:
    """Every statement with evidence inside a facts model, with its path in the file."""
    if isinstance(model, Evidence):
        yield (), model
    for name in type(model).model_fields:
        value = getattr(model, name)
        items: Iterable[tuple[tuple[str | int, ...], object]] = (
            (((name, i), item) for i, item in enumerate(value)) if isinstance(value, tuple) else (((name,), value),)
        )
        for path, item in items:
            if isinstance(item, BaseModel):
                for rest, evidence in evidence_of(item):
                    yield (*path, *rest), evidence


def figure(catalog: Catalog, ref: str) -> tuple[Entry, Fact] | None:
    """The fact behind `figure:<indicator or sector>/<key>`, or None."""
    slug, _, key = ref.partition("/")
    for collection in ("indicators", "sectors"):
        entry = catalog.get(collection, slug)
        if entry is None:
            continue
        facts = entry.facts
        values = facts.values if isinstance(facts, IndicatorFacts) else getattr(facts, "targets", ())
        for fact in values:
            if fact.key == key:
                return entry, fact
    return None


def plan_refs(entry: Entry) -> set[str]:
    """Plan references of an entry, without segment."""
    refs = {ref.split("/")[0] for _, evidence in evidence_of(entry.facts) for ref in evidence.plan}
    if isinstance(entry.facts, SectorFacts | OpportunityFacts):
        refs.add(entry.facts.plan.split("/")[0])
    return refs


def cited_by(catalog: Catalog) -> dict[str, list[Entry]]:
    """Plan block -> the entries that stand on it."""
    found: dict[str, list[Entry]] = {}
    for entry in catalog:
        for ref in sorted({catalog.canonical(ref) for ref in plan_refs(entry)}):
            found.setdefault(ref, []).append(entry)
    return found


@dataclass(frozen=True)
class Coverage:
    """How much of the plan is on pages of a locale, word for word."""

    locale: str
    blocks: int
    placed: int
    items: int
    items_placed: int
    missing: tuple[str, ...]


def coverage(catalog: Catalog, locale: str, pages: Mapping[str, str]) -> Coverage:
    """Look for every piece of the plan in the visible text of the pages (`path -> text`) of a locale.

    A block counts as placed when each of its pieces stands on some page in full; an item when in addition the page of
    its opportunity holds all of it. White space is ignored; nothing else is.
    """
    plan = catalog.plan
    texts = {path: _SPACE.sub("", text) for path, text in pages.items()}
    everything = list(texts.values())
    missing: list[str] = []
    items_placed = 0
    for block in plan.blocks.values():
        pieces = [_SPACE.sub("", block.in_locale(piece, locale)[0]) for piece in block.pieces]
        if not all(any(piece in text for text in everything) for piece in pieces):
            missing.append(block.id)
            continue
        if block.kind == "item":
            own = next(
                (texts.get(f"opportunities/{entry.slug}/", "") for entry in catalog.all("opportunities")
                 if isinstance(entry.facts, OpportunityFacts) and catalog.canonical(entry.facts.plan) == block.id), "",
            )  # fmt: skip
            items_placed += all(piece in own for piece in pieces)
    return Coverage(
        locale, len(plan.blocks), len(plan.blocks) - len(missing), len(plan.items), items_placed, tuple(missing)
    )
