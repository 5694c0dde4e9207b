"""JSON Schemas of the content files, for editors that complete and check while one types. Generated, never edited."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel

from portal.catalog.desks import Desks
from portal.catalog.models import COLLECTIONS
from portal.catalog.words import PlanMeta, Prose, Site, Source


def schemas() -> dict[str, str]:
    """File name -> text of every schema (JSON Schema 2020-12)."""
    models: dict[str, type[BaseModel]] = {
        **{f"{name}.facts": model for name, model in COLLECTIONS.items()},
        "prose": Prose,
        "plan": PlanMeta,
        "source": Source,
        "site": Site,
        "desks": Desks,
    }
    found: dict[str, str] = {}
    for name, model in models.items():
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}
        found[f"{name}.schema.json"] = json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    return found


def stale(folder: Path) -> list[str]:
    """Names of schema files that are missing, out of date or left over; none where the content keeps no schemas."""
    if not folder.is_dir():
        return []
    wanted = schemas()
    present = {path.name: path.read_text("utf-8") for path in folder.glob("*.json")}
    return sorted(name for name in wanted.keys() | present.keys() if wanted.get(name) != present.get(name))


def write(folder: Path) -> None:
    """Bring the folder up to date."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = schemas()
    for path in folder.glob("*.json"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, "utf-8")
