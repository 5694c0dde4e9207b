"""Share cards (OpenGraph pictures, 1200 × 630): drawn by our own template as SVG, made into PNG by `raster`."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from portal.catalog.models import OpportunityFacts, ParkFacts, PolicyFacts, SectorFacts
from portal.catalog.store import Entry
from portal.release.charts import wrap
from portal.release.leaflets import FAMILIES
from portal.release.press import Order
from portal.release.render import PageInfo, Renderer
from portal.release.view import View

#: where lines break, in em of their size: 1040 dots at 64, and at 30
_TITLE_EM, _LINE_EM = 16.0, 34.0


@dataclass(frozen=True)
class Card:
    """What a card says: a small line, a title of up to three lines, and up to three lines below it."""

    kicker: str
    title: tuple[str, ...]
    lines: tuple[str, ...]


def card(view: View, entry: Entry | None) -> Card:
    """The card of an entry, or of the site."""
    if entry is None:
        counts = [
            f"{view.label('type', name)} {len(view.catalog.all(name))}"
            for name in ("sectors", "opportunities", "parks")
        ]
        unit = view.catalog.site.host_unit
        return Card(unit.get(view.tag) or unit["en"], _lines(view.site_name, _TITLE_EM), (" · ".join(counts),))
    prose = entry.prose(view.tag)
    return Card(_kicker(view, entry), _lines(prose.title, _TITLE_EM), _lines(_told(view, entry), _LINE_EM))


def _kicker(view: View, entry: Entry) -> str:
    facts = entry.facts
    parts = [view.label("one", entry.collection)]
    if isinstance(facts, OpportunityFacts):
        parts.append(view.catalog.entries["sectors"][facts.sector].prose(view.tag).title)
    elif isinstance(facts, SectorFacts):
        parts.append(view.label("family", facts.family))
    elif isinstance(facts, ParkFacts):
        parts.append(view.label("park-kind", facts.kind))
    elif isinstance(facts, PolicyFacts):
        parts.append(view.label("policy-status", facts.status))
    return " · ".join(parts)


def _told(view: View, entry: Entry) -> str:
    if isinstance(entry.facts, SectorFacts):
        target = entry.facts.targets[0]
        return f"{view.fact_label(target, entry).striptags()} {view.value_text(target)}"
    return entry.prose(view.tag).summary or ""


def _lines(text: str, em: float) -> tuple[str, ...]:
    found = list(islice(wrap(text, em), 4))
    return tuple([*found[:2], f"{found[2]} …"] if len(found) > 3 else found)


def order(renderer: Renderer, tag: str, entry: Entry | None) -> Order:
    """The card as an order for the press."""
    view = renderer.views[tag]
    family = FAMILIES[view.locale.script]
    svg = renderer.html(tag, "paper/card.svg", PageInfo(""), card=card(view, entry), family=family)
    return Order("portal.release.raster", {"svg": svg, "family": family}, b"\x89PNG")
