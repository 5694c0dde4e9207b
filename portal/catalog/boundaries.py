"""Boundaries of the districts: a GeoJSON file of polygons, each with the code of its district."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from portal.catalog.faults import Fault

#: degrees east and north
Point = tuple[
    Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)],
    Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)],
]
Ring = Annotated[tuple[Point, ...], Field(min_length=4)]
Polygon = Annotated[tuple[Ring, ...], Field(min_length=1)]


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Single(_Read):
    type: Literal["Polygon"]
    coordinates: Polygon


class _Many(_Read):
    type: Literal["MultiPolygon"]
    coordinates: tuple[Polygon, ...]


class _Properties(_Read):
    adcode: Annotated[str, Field(pattern=r"^\d{6}$")]


class _Feature(_Read):
    properties: _Properties
    geometry: Annotated[_Single | _Many, Field(discriminator="type")]


class _Collection(_Read):
    type: Literal["FeatureCollection"]
    features: tuple[_Feature, ...]


def parse_boundaries(text: str, shown: str, faults: list[Fault]) -> dict[str, tuple[Polygon, ...]]:
    """Polygons by district code from GeoJSON (RFC 7946); what is wrong is added to `faults`."""
    try:
        found = _Collection.model_validate(json.loads(text))
    except json.JSONDecodeError as error:
        faults.append(Fault(shown, error.lineno, error.colno, "", f"is not JSON: {error.msg}", "mend the JSON"))
    except RecursionError:
        faults.append(Fault(shown, 1, 1, "", "is nested too deeply", "write a plain FeatureCollection"))
    except ValidationError as error:
        for detail in error.errors()[:20]:
            where = ".".join(map(str, detail["loc"]))
            faults.append(Fault(shown, 0, 0, where, detail["msg"], "write a FeatureCollection of polygons with adcode"))
    else:
        return {
            feature.properties.adcode: (feature.geometry.coordinates,)
            if isinstance(feature.geometry, _Single)
            else feature.geometry.coordinates
            for feature in found.features
        }
    return {}
