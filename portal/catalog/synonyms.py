"""`synonyms.tsv`: the words by which readers look for an entry or one of its segments, language by language."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from portal.catalog.models import OpportunityFacts
from portal.catalog.reader import Reader
from portal.catalog.store import Entry
from portal.locales import LOCALES

FILE = "synonyms.tsv"
HEAD = ("entry", "locale", "terms")
#: A term is a word or a name, no sentence; an opportunity without segments is a whole trade in one row.
MAX_TERM, MAX_TERMS = 120, 80


@dataclass(frozen=True)
class Place:
    """Where something stands in the file; for the message of a fault."""

    line: int
    column: int


Row = tuple[str, str, tuple[str, ...]]


def read(reader: Reader, entries: Mapping[str, Mapping[str, Entry]]) -> Iterator[Row]:
    """(entry or entry#segment, locale, terms) of every good row; a fault of `reader` for everything else."""
    path = reader.folder / FILE
    text = reader.text(path) if path.exists() or path.is_symlink() else None
    if text is None:
        return
    lines = text.split("\n")
    if tuple(lines[0].split("\t")) != HEAD:
        reader.fault(path, "has not the columns entry, locale, terms", "mend the first line", place=(1, 1))
        return
    known = {name for collection in entries.values() for entry in collection.values() for name in _names(entry)}
    seen: dict[tuple[str, str], int] = {}
    for number, line in enumerate(lines[1:], start=2):
        if not line and number == len(lines):
            continue
        cells = line.split("\t")
        if len(cells) != len(HEAD):
            reader.fault(path, f"has {len(cells)} columns, not {len(HEAD)}", "mend the tabs", place=(number, 1))
            continue
        entry, locale, terms = cells
        before = len(reader.faults)
        _entry(reader, path, entry, known, number)
        if locale not in LOCALES:
            place = (number, len(entry) + 2)
            reader.fault(path, f"there is no locale '{locale}'", f"one of {', '.join(LOCALES)}", "locale", place)
        elif (entry, locale) in seen:
            message = f"{entry} stands here twice for {locale}, first in line {seen[entry, locale]}"
            reader.fault(path, message, "put the terms into one row", "entry", (number, 1))
        seen.setdefault((entry, locale), number)
        found = tuple(_terms(reader, path, terms, Place(number, len(entry) + len(locale) + 3)))
        if len(reader.faults) == before:
            yield entry, locale, found


def _names(entry: Entry) -> Iterator[str]:
    yield f"{entry.collection}/{entry.slug}"
    if isinstance(entry.facts, OpportunityFacts):
        yield from (f"{entry.collection}/{entry.slug}#{segment}" for segment in entry.facts.segments)


def _entry(reader: Reader, path: Path, name: str, known: Collection[str], line: int) -> None:
    if name in known:
        return
    whole, mark, segment = name.partition("#")
    if mark and whole in known:
        segments = sorted(other.partition("#")[2] for other in known if other.startswith(f"{whole}#"))
        mend = f"one of {', '.join(segments)}" if segments else "leave out # and what follows"
        reader.fault(path, f"{whole} has no segment '{segment}'", mend, "entry", (line, len(whole) + 2))
    else:
        reader.fault(path, f"there is no entry '{whole}'", "write collection/folder", "entry", (line, 1))


def _terms(reader: Reader, path: Path, cell: str, place: Place) -> Iterator[str]:
    """The terms of a cell; a fault for one that is empty, too long, there twice or not plain text."""
    column = place.column
    terms = cell.split("|")
    if len(terms) > MAX_TERMS:
        message = f"has {len(terms)} terms; {MAX_TERMS} is the most"
        reader.fault(path, message, "keep what readers type", "terms", (place.line, column))
    seen: set[str] = set()
    for part in terms:
        term = part.strip()
        where = (place.line, column + len(part) - len(part.lstrip()))
        column += len(part) + 1
        if not term:
            reader.fault(path, "a term is empty", "write terms with ' | ' between them", "terms", where)
        elif len(term) > MAX_TERM:
            message = f"a term has {len(term)} characters; {MAX_TERM} is the most"
            reader.fault(path, message, "shorten it", "terms", where)
        elif any(unicodedata.category(char) in ("Cc", "Cs", "Co", "Cn") for char in term):
            reader.fault(path, "a term holds a control character", "type it anew", "terms", where)
        elif term.casefold() in seen:
            reader.fault(path, f"“{term}” stands in this row twice", "keep one of them", "terms", where)
        else:
            yield term
        seen.add(term.casefold())
