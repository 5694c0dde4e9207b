"""How far each language is: fresh, stale or missing, by the hash a translation pins; and the tool that pins it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from portal.catalog.plan import Freshness, text_hash
from portal.catalog.store import Catalog
from portal.locales import SOURCE

_MARKER = re.compile(r"^(<!--\s*(\S+)\s+p\d+)(?:\s+@[0-9a-f]{8})?(\s*-->)$")
_SOURCE_LINE = re.compile(r"^source: .*\n", re.MULTILINE)


@dataclass(frozen=True)
class Status:
    """One translatable unit in one locale."""

    unit: str
    locale: str
    state: Freshness


def statuses(catalog: Catalog, locale: str) -> Iterator[Status]:
    """The state of every entry and every plan piece in a locale."""
    for entry in catalog:
        yield Status(f"{entry.collection}/{entry.slug}", locale, entry.status(locale))
    for plan in catalog.plans.values():
        for block in plan.blocks.values():
            for piece in block.pieces:
                yield Status(f"{plan.meta.slug}:{piece.ref}", locale, block.in_locale(piece, locale)[1])


def summary(catalog: Catalog) -> dict[str, Counter[str]]:
    """Published locale -> how many units are source, fresh, stale, missing."""
    return {locale: Counter(status.state for status in statuses(catalog, locale)) for locale in catalog.site.locales}


def pin(content: Path, catalog: Catalog, locale: str) -> int:
    """Write the present source hashes into every translation of a locale; returns how many files changed.

    To be run after a translator has brought the words up to date: it declares them fresh.
    """
    if locale == SOURCE:
        return 0
    changed = 0
    for entry in catalog:
        path = content / entry.collection / entry.slug / f"{locale}.md"
        if locale in entry.words:
            changed += _rewrite(path, _pinned_entry(path.read_text("utf-8"), entry.words[SOURCE].hash))
    for plan in catalog.plans.values():
        hashes = {piece.ref: text_hash(piece.text) for block in plan.blocks.values() for piece in block.pieces}
        for path in sorted((content / "plans" / plan.meta.slug / locale).glob("*.md")):
            lines = [_pinned_marker(line, hashes) for line in path.read_text("utf-8").split("\n")]
            changed += _rewrite(path, "\n".join(lines))
    return changed


def _pinned_entry(text: str, source_hash: str) -> str:
    head, _, rest = text.partition("\n---")
    return f"{_SOURCE_LINE.sub('', head + chr(10)).rstrip(chr(10))}\nsource: '{source_hash}'\n---{rest}"


def _pinned_marker(line: str, hashes: dict[str, str]) -> str:
    match = _MARKER.match(line)
    if match and match[2] in hashes:
        return f"{match[1]} @{hashes[match[2]]}{match[3]}"
    return line


def _rewrite(path: Path, text: str) -> bool:
    if path.read_text("utf-8") == text:
        return False
    path.write_text(text, "utf-8")
    return True
