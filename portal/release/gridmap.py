"""The schematic map: one tile per district, in four regions, coloured by what the reader chooses.

It is a scheme, not a survey: it may be shown without a map review number, and says of which day its divisions are.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup
from pypinyin import Style, lazy_pinyin

from portal.catalog.models import District, ParkFacts, RegionFacts
from portal.catalog.references import districts
from portal.catalog.store import Entry
from portal.locales import SOURCE
from portal.release.view import View

#: Chinese endings that a tile leaves out; a name of two signs (忠县) stays whole.
_ENDINGS = ("土家族苗族自治县", "苗族土家族自治县", "土家族自治县", "区", "县", "區", "縣")
_LATIN_ENDINGS = (" Autonomous County", " District", " County")
#: where one more park no longer makes a tile darker
MOST = 3


@dataclass(frozen=True)
class Tile:
    """A district on the map. `x` and `y` count tiles from the west and from the north."""

    adcode: str
    name: Markup
    short: str
    initials: str
    href: str
    x: int
    y: int
    region: Entry
    place: int
    parks: tuple[Entry, ...]
    sectors: int

    @property
    def shade(self) -> int:
        """0 to 3, by the number of parks."""
        return min(len(self.parks), MOST)


@dataclass(frozen=True)
class GridMap:
    """All tiles with the size of the grid and the most sectors any tile has."""

    tiles: tuple[Tile, ...]
    columns: int
    rows: int
    most_sectors: int

    def sector_shade(self, sectors: int) -> int:
        """0 to 3, by the number of sectors that the plan ties to a region."""
        return -(-sectors * MOST // self.most_sectors) if self.most_sectors else 0

    @property
    def regions(self) -> tuple[tuple[Entry, int], ...]:
        """Every region with the number of sectors that the plan names for it."""
        return tuple({tile.region.slug: (tile.region, tile.sectors) for tile in self.tiles}.values())


def grid_map(view: View) -> GridMap:
    """The map of the catalog's regions; districts without a tile are left out."""
    parks = _parks_by_district(view)
    tiles = [
        _tile(view, region, place, district, district.grid, tuple(parks.get(district.adcode, ())))
        for place, region in enumerate(view.catalog.all("regions"))
        if isinstance(region.facts, RegionFacts)
        for district in region.facts.districts
        if district.grid
    ]
    return GridMap(
        tuple(sorted(tiles, key=lambda tile: (tile.y, tile.x))),
        max((tile.x for tile in tiles), default=0) + 1,
        max((tile.y for tile in tiles), default=0) + 1,
        max((tile.sectors for tile in tiles), default=0),
    )


def _tile(
    view: View, region: Entry, place: int, district: District, at: tuple[int, int], parks: tuple[Entry, ...]
) -> Tile:
    assert isinstance(region.facts, RegionFacts)
    sectors = {slug for direction in region.facts.directions for slug in direction.sectors}
    return Tile(
        adcode=district.adcode,
        name=view.district_name(district),
        short=short_name(view, district),
        initials="".join(lazy_pinyin(short_name(view, district, SOURCE), style=Style.FIRST_LETTER)).upper(),
        href=f"{view.href(region)}#d{district.adcode}",
        x=at[0],
        y=at[1],
        region=region,
        place=place,
        parks=parks,
        sectors=len(sectors),
    )


def short_name(view: View, district: District, tag: str = "") -> str:
    """The name without its kind: `Yuzhong`, `渝中`, `石柱`; in `tag`, else in the view's language."""
    for language in (tag or view.tag, "en", SOURCE):
        if name := district.names.get(language):
            for ending in (*_ENDINGS, *_LATIN_ENDINGS):
                if name.endswith(ending) and len(name) - len(ending) > 1:
                    return name.removesuffix(ending).split(" ")[0]
            return name
    return district.pinyin


def _parks_by_district(view: View) -> dict[str, list[Entry]]:
    """Parks by the districts that their sources place them in. A district of today counts for the ones it replaced."""
    known = districts(view.catalog)
    found: dict[str, list[Entry]] = {}
    for park in view.catalog.all("parks"):
        if not isinstance(park.facts, ParkFacts):
            continue
        codes = {code for fact in park.facts.facts if fact.key == "districts" for code in fact.codes}
        for code in codes:
            adcode = code.partition(":")[2]
            if adcode in known and park not in found.setdefault(adcode, []):
                found[adcode].append(park)
    return found
