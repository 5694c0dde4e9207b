"""What stands beside the index proper: columns for facets and ranking, in memory, and the texts, read when shown.

`columns.json` has one object per document in the order of the index; `texts.jsonl` has one line per document, found
by its offset, so that a large catalogue does not fill the memory.
"""

from __future__ import annotations

import json
import mmap
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from search.analysis import Analyzer
from search.document import FIELDS, Document, Part
from search.folding import tidy
from search.languages import LATIN_STEMMERS

FORMAT = 1
COLUMNS, TEXTS = "columns.json", "texts.jsonl"
#: A longer word is no word a reader mistypes.
_LONGEST_WORD = 30


@dataclass(frozen=True, slots=True)
class Column:
    """A document without its long texts. Keys are made by `Analyzer.key`."""

    id: str
    type: str
    slug: str
    title: str
    url: str
    locale: str
    plan: tuple[str, ...]
    facets: dict[str, tuple[str, ...]]
    weight: float
    title_keys: tuple[str, ...]
    name_keys: tuple[str, ...]
    label_keys: tuple[str, ...]
    synonym_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of a document as they are shown and cut into snippets."""

    summary: str
    body: str
    labels: tuple[str, ...]
    parts: tuple[Part, ...]


class ColumnsDamagedError(Exception):
    """The files beside the index are missing, cut short or of another format."""


def keys(texts: Iterable[str], analyzer: Analyzer) -> tuple[str, ...]:
    """Keys of names; `lifts (elevators)` is known under both of its names and as the whole."""
    found: dict[str, None] = {}
    for text in texts:
        plain = text.replace("（", "(").replace("）", ")")
        inner = re.findall(r"\(([^()]*)\)", plain)
        outer = re.sub(r"\([^()]*\)", " ", plain)
        for name in (plain, outer, *inner):
            if key := analyzer.key(tidy(name)):
                found[key] = None
    return tuple(found)


def write(documents: Sequence[Document], folder: Path, locale: str, analyzer: Analyzer) -> None:
    """Write both files into the folder of the finished index. `documents` stand in its order."""
    offsets = [0]
    with (folder / TEXTS).open("wb") as stream:
        for document in documents:
            texts = {
                "summary": tidy(document.summary),
                "body": tidy(document.body),
                "labels": document.labels,
                "parts": [asdict(part) | {"text": tidy(part.text)} for part in document.parts],
            }
            stream.write(json.dumps(texts, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
            offsets.append(stream.tell())
    columns = {
        "format": FORMAT,
        "locale": locale,
        # Lengths of the index proper: a file that was cut short is refused before anything reads it.
        "lengths": {path.name: path.stat().st_size for path in sorted(folder.iterdir()) if path.name != TEXTS},
        "offsets": offsets,
        "words": _words(documents, analyzer),
        "documents": [_column(document, analyzer) for document in documents],
    }
    (folder / COLUMNS).write_text(json.dumps(columns, ensure_ascii=False, separators=(",", ":")), "utf-8")


def _column(document: Document, analyzer: Analyzer) -> dict[str, Any]:
    return {
        "id": document.id,
        "type": document.type,
        "slug": document.slug,
        "title": document.title,
        "url": document.url,
        "locale": document.locale,
        "plan": document.plan,
        "facets": document.facets(),
        "weight": document.weight,
        "title_keys": keys((document.title,), analyzer),
        "name_keys": keys(document.names, analyzer),
        "label_keys": keys(document.texts("labels"), analyzer),
        "synonym_keys": keys(document.texts("synonyms"), analyzer),
    }


def _words(documents: Sequence[Document], analyzer: Analyzer) -> dict[str, int]:
    # Synonyms are in many languages: where the pages have Latin words of their own, only those are corrections.
    names = [name for name in FIELDS if name != "synonyms" or analyzer.locale not in LATIN_STEMMERS]
    counts: Counter[str] = Counter()
    for document in documents:
        counts.update(
            word
            for name in names
            for text in document.texts(name)
            for word in analyzer.surfaces(text)
            if 3 < len(word) <= _LONGEST_WORD
        )
    return dict(sorted(counts.items()))


class Columns:
    """Reads both files. The texts are mapped into memory, so threads do not disturb one another."""

    def __init__(self, folder: Path) -> None:
        try:
            data = json.loads((folder / COLUMNS).read_text("utf-8"))
            if data["format"] != FORMAT:
                msg = f"{folder / COLUMNS} has format {data['format']}, not {FORMAT}"
                raise ColumnsDamagedError(msg)
            self.locale: str = data["locale"]
            self.words: dict[str, int] = data["words"]
            self.rows = [_row(row) for row in data["documents"]]
            self._offsets: list[int] = data["offsets"]
            self._lines = _mapped(folder / TEXTS)
            cut = [name for name, length in data["lengths"].items() if (folder / name).stat().st_size != length]
        except (OSError, ValueError, KeyError, TypeError) as error:
            msg = f"{folder} cannot be read: {error}"
            raise ColumnsDamagedError(msg) from error
        if len(self._offsets) != len(self.rows) + 1 or len(self._lines) != self._offsets[-1]:
            cut.append(TEXTS)
        if cut:
            msg = f"{folder}: not as long as written: {', '.join(cut)}"
            raise ColumnsDamagedError(msg)
        self.texts = lru_cache(maxsize=256)(self._texts)

    def _texts(self, number: int) -> Texts:
        start, end = self._offsets[number : number + 2]
        data = json.loads(self._lines[start:end])
        parts = tuple(
            Part(part["anchor"], part["label"], tuple(part["labels"]), part["text"], tuple(part["synonyms"]))
            for part in data["parts"]
        )
        return Texts(data["summary"], data["body"], tuple(data["labels"]), parts)


def _mapped(path: Path) -> mmap.mmap | bytes:
    with path.open("rb") as stream:
        # An empty file cannot be mapped.
        return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) if path.stat().st_size else b""


def _row(row: dict[str, Any]) -> Column:
    tuples = {name: tuple(row[name]) for name in ("plan", "title_keys", "name_keys", "label_keys", "synonym_keys")}
    facets = {name: tuple(values) for name, values in row["facets"].items()}
    return Column(**{**row, **tuples, "facets": facets})
