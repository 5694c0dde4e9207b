"""Static files under names that hold their hash, so that they can be cached for ever."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Assets:
    """Original name (`css/site.css`) -> published name (`css/site.1a2b3c4d.css`), and the bytes."""

    names: dict[str, str]
    files: dict[str, bytes]

    def url(self, name: str) -> str:
        """Address of an asset. Raises `KeyError` for a name that is not in the static folder."""
        return f"/static/{self.names[name]}"


def collect(folder: Path) -> Assets:
    """Every file of the static folder, hashed."""
    names: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")):
        content = path.read_bytes()
        name = path.relative_to(folder).as_posix()
        digest = hashlib.sha256(content).hexdigest()[:8]
        published = path.relative_to(folder).with_name(f"{path.stem}.{digest}{path.suffix}").as_posix()
        names[name] = published
        files[published] = content
    return Assets(names, files)
