"""Addresses of what is made on demand: which entries have leaflets (PDF) and share cards (PNG)."""

from __future__ import annotations

#: collection -> template of its leaflet
LEAFLETS = {
    "opportunities": "paper/opportunity.html",
    "sectors": "paper/sector.html",
    "parks": "paper/park.html",
}
#: collections whose entries have a card of their own; every other page shows the home page's
CARDS = ("sectors", "opportunities", "parks", "regions", "policies")


def card_path(path: str) -> str:
    """Path, below a locale, of the card that stands for a page."""
    collection, _, slug = path.strip("/").partition("/")
    return f"{collection}/{slug}/card.png" if collection in CARDS and slug and "/" not in slug else "card.png"
