"""The districts' boundaries as drawing paths. Shown only with a map review number, which the map then names."""

from __future__ import annotations

import math
from dataclasses import dataclass

from portal.release.gridmap import Tile, grid_map
from portal.release.view import View

#: width of the drawing in its own units; one decimal is finer than a screen's dots at the size it is shown
WIDTH = 720


@dataclass(frozen=True)
class Shape:
    """One district: its tile (name, link, colours) and its outline as SVG path data."""

    tile: Tile
    path: str


@dataclass(frozen=True)
class BoundaryMap:
    """All outlines with the size of the drawing."""

    shapes: tuple[Shape, ...]
    width: int
    height: int


def boundary_map(view: View) -> BoundaryMap | None:
    """The map, or None when there are no boundaries or no map review number.

    Equirectangular, with the east-west scale of the middle latitude: true enough over five degrees.
    """
    found = view.catalog.boundaries
    if not found or not view.catalog.site.map_review_number:
        return None
    points = [point for polygons in found.values() for rings in polygons for ring in rings for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = WIDTH / ((east - west) * squeeze)

    def drawn(ring: tuple[tuple[float, float], ...]) -> str:
        steps = [f"{(x - west) * squeeze * scale:.1f} {(north - y) * scale:.1f}" for x, y in ring[:-1]]
        return f"M{'L'.join(dict.fromkeys(steps))}Z"

    shapes = tuple(
        Shape(tile, "".join(drawn(ring) for rings in found[tile.adcode] for ring in rings))
        for tile in grid_map(view).tiles
        if tile.adcode in found
    )
    return BoundaryMap(shapes, WIDTH, math.ceil((north - south) * scale))
