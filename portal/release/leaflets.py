"""What is put on paper: an entry or a shortlist as an HTML document of its own, to be made into a PDF."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from portal.catalog.provenance import evidence_of, plan_refs
from portal.catalog.store import Entry
from portal.locales import LOCALES
from portal.release.addresses import LEAFLETS
from portal.release.pages import Links
from portal.release.press import Order
from portal.release.render import PageInfo, Renderer

#: family that must be embedded for a language to be readable, by script
FAMILIES = {
    "latin": "Noto Sans",
    "cyrillic": "Noto Sans",
    "arabic": "Noto Naskh Arabic",
    "hans": "Noto Sans CJK SC",
    "hant": "Noto Sans CJK TC",
    "jpan": "Noto Sans CJK JP",
    "kore": "Noto Sans CJK KR",
}


def leaflet(renderer: Renderer, links: Links, tag: str, entry: Entry) -> str:
    """The document of one entry. Raises `KeyError` for a collection without leaflets."""
    return _document(renderer, links, tag, LEAFLETS[entry.collection], f"{entry.collection}/{entry.slug}/", [entry])


def shortlist(renderer: Renderer, links: Links, tag: str, entries: list[Entry], query: str) -> str:
    """The document of a shortlist of opportunities and parks; `query` is the one of its page."""
    return _document(renderer, links, tag, "paper/shortlist.html", f"shortlist?{query}", entries)


def _document(
    renderer: Renderer, links: Links, tag: str, template: str, path: str, entries: list[Entry]
) -> str:  # fmt: skip
    return renderer.html(
        tag,
        template,
        PageInfo(path, indexed=False),
        links=links,
        entry=entries[0] if entries else None,
        entries=entries,
        sources=sources(links, entries),
        plan_pages=plan_pages(links, entries),
        made_on=made_on(renderer.release),
    )


def order(renderer: Renderer, html: str, tag: str, *, css: Path, static: Path) -> Order:
    """The same as an order for the press."""
    given = {"html": html, "css": css.read_text("utf-8"), "base_url": renderer.base_url, "static": str(static)}
    return Order("portal.release.paper", given, b"%PDF-", FAMILIES[LOCALES[tag].script])


def sources(links: Links, entries: Iterable[Entry]) -> list[str]:
    """Ids of the sources outside the plan that the entries name, each once."""
    found = [name for entry in entries for _, evidence in evidence_of(entry.facts) for name in evidence.source]
    return [name for name in dict.fromkeys(found) if name in links.catalog.sources]


def plan_pages(links: Links, entries: Iterable[Entry]) -> list[int]:
    """Pages of the default plan that the entries stand on."""
    catalog = links.catalog
    blocks = [catalog.block(ref) for entry in entries for ref in plan_refs(entry)]
    return sorted({found[1].page for found in blocks if found and found[0] is catalog.plan})


def made_on(release: str) -> str:
    """The day a release was made, from its id; empty for a page that belongs to none."""
    try:
        return datetime.strptime(release[:8], "%Y%m%d").date().isoformat()  # noqa: DTZ007 - a day, in UTC
    except ValueError:
        return ""
