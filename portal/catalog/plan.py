"""The plan as blocks: each block has an id, a page and pieces (its head and its segments), in every language."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from portal.catalog.faults import Fault
from portal.catalog.models import PLAN_REF
from portal.catalog.words import Erratum, PlanMeta
from portal.locales import SOURCE

Freshness = Literal["source", "fresh", "stale", "missing"]
Kind = Literal["chapter", "section", "group", "paragraph", "item"]

_MARKER = re.compile(r"^<!--\s*(?P<ref>\S+)\s+p(?P<page>\d+)(?:\s+@(?P<hash>[0-9a-f]{8}))?\s*-->$")


def text_hash(text: str) -> str:
    """Eight hexadecimal digits of the SHA-256 of a text: what a translation pins."""
    return hashlib.sha256(text.strip().encode()).hexdigest()[:8]


def anchor(ref: str) -> str:
    """The HTML id of a block or segment: `3.1.1#1/design` -> `b3.1.1-1/design`."""
    return "b" + ref.split(":")[-1].replace("#", "-")


def kind_of(block: str) -> Kind:
    """What a block is, from its id alone."""
    if "#" in block:
        return "item"
    if "~" in block:
        return "paragraph"
    kinds: tuple[Kind, ...] = ("chapter", "section", "group")
    return kinds[min(block.count("."), 2)]


@dataclass(frozen=True)
class Piece:
    """A stretch of text under one marker: the head of a block (`segment` None) or a segment of it."""

    ref: str
    page: int
    text: str
    line: int
    pin: str | None = None

    @property
    def block(self) -> str:
        """Id of the block it belongs to."""
        return self.ref.split("/")[0]

    @property
    def segment(self) -> str | None:
        """Id of the segment within the block."""
        return self.ref.split("/")[1] if "/" in self.ref else None


@dataclass(frozen=True)
class Block:
    """A block of the plan in its source language with the translations of its pieces."""

    id: str
    page: int
    kind: Kind
    pieces: tuple[Piece, ...]
    translations: dict[str, dict[str, Piece]] = field(default_factory=dict)
    errata: tuple[Erratum, ...] = ()

    @property
    def text(self) -> str:
        """The whole printed text."""
        return "".join(piece.text for piece in self.pieces)

    def piece(self, segment: str | None) -> Piece | None:
        """The piece of a segment (None = the head)."""
        return next((piece for piece in self.pieces if piece.segment == segment), None)

    def in_locale(self, piece: Piece, locale: str) -> tuple[str, Freshness]:
        """The text of a piece in a locale and how fresh it is; the Chinese text where it is missing."""
        if locale == SOURCE:
            return piece.text, "source"
        translated = self.translations.get(locale, {}).get(piece.ref)
        if translated is None:
            return piece.text, "missing"
        return translated.text, "fresh" if translated.pin == text_hash(piece.text) else "stale"


@dataclass(frozen=True)
class Plan:
    """A plan: what it is (`meta`) and its blocks in printed order."""

    meta: PlanMeta
    blocks: dict[str, Block]

    @property
    def items(self) -> list[Block]:
        """The numbered directions."""
        return [block for block in self.blocks.values() if block.kind == "item"]

    def chapter(self, block: str) -> str:
        """Number of the chapter a block stands in; `0` is the notice and the foreword."""
        return re.split(r"[.~#]", block)[0]

    def chapters(self) -> Iterator[tuple[str, list[Block]]]:
        """Chapter numbers with their blocks."""
        for number in self.meta.chapters:
            yield number, [block for block in self.blocks.values() if self.chapter(block.id) == number]


def parse_pieces(text: str, shown: str, faults: list[Fault]) -> list[Piece]:
    """The pieces of one plan file; faults for text outside a marker, bad markers and empty pieces."""
    pieces: list[Piece] = []
    marker: re.Match[str] | None = None
    marker_line = 0
    lines: list[str] = []

    def close() -> None:
        if marker is None:
            return
        body = "\n".join(lines).strip()
        if not body:
            faults.append(
                Fault(shown, marker_line, 1, marker["ref"], "block has no text", "write it, or drop the marker")
            )
            return
        pieces.append(Piece(marker["ref"], int(marker["page"]), body, marker_line, marker["hash"]))

    for number, line in enumerate(text.split("\n"), start=1):
        if line.startswith("<!--"):
            close()
            marker, marker_line, lines = _MARKER.match(line.strip()), number, []
            if marker is None or not _is_block(marker["ref"]):
                faults.append(
                    Fault(shown, number, 1, "", "this marker is not understood", "write <!-- 3.1.1#1/segment p14 -->")
                )
                marker = None
        elif marker is not None:
            lines.append(line)
        elif line.strip():
            faults.append(
                Fault(shown, number, 1, "", "text stands above the first marker", "put a marker line above it")
            )
    close()
    return pieces


def _is_block(ref: str) -> bool:
    """Whether a marker names a block that the reader can show: at most chapter, section and group, then `~` or `#`."""
    return bool(PLAN_REF.fullmatch(ref)) and ":" not in ref and re.split(r"[~#/]", ref)[0].count(".") <= 2


def assemble(meta: PlanMeta, pieces: dict[str, list[tuple[str, Piece]]], faults: list[Fault]) -> Plan:
    """Join pieces per locale (`locale -> [(file, piece)]`) into blocks; faults for duplicates and strangers."""
    source: dict[str, list[Piece]] = {}
    seen: dict[str, str] = {}
    for shown, piece in pieces.get(SOURCE, []):
        if piece.ref in seen:
            faults.append(
                Fault(shown, piece.line, 1, piece.ref, f"block is also in {seen[piece.ref]}", "keep one of them")
            )
            continue
        seen[piece.ref] = f"{shown}:{piece.line}"
        if piece.segment and piece.block not in source:
            faults.append(
                Fault(shown, piece.line, 1, piece.ref, "stands before the head of its block", "put the head above it")
            )
            continue
        source.setdefault(piece.block, []).append(piece)
    translations: dict[str, dict[str, dict[str, Piece]]] = {}
    for locale, found in pieces.items():
        if locale == SOURCE:
            continue
        for shown, piece in found:
            mine = translations.setdefault(piece.block, {}).setdefault(locale, {})
            if piece.ref not in seen:
                faults.append(
                    Fault(
                        shown, piece.line, 1, piece.ref, f"no such block in {SOURCE}", "mend the id, or drop the block"
                    )
                )
            elif piece.ref in mine:
                faults.append(Fault(shown, piece.line, 1, piece.ref, "block stands here twice", "keep one of them"))
            else:
                mine[piece.ref] = piece
    blocks = {
        block: Block(
            id=block,
            page=parts[0].page,
            kind=kind_of(block),
            pieces=tuple(parts),
            translations=translations.get(block, {}),
            errata=tuple(erratum for erratum in meta.errata if erratum.block.split("/")[0] == block),
        )
        for block, parts in source.items()
    }
    return Plan(meta, blocks)
