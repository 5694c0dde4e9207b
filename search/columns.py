"""What stands beside the index proper: facets and words in memory; names and texts read when they are needed.

`columns.json` has what is known of all documents; `names.tsv`, `rows.jsonl` and `texts.jsonl` have one line per
document, found by its offset, so that a large catalogue does not fill the memory.
"""

from __future__ import annotations

import json
import mmap
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from search.analysis import Analyzer, key_in
from search.document import FACETS, Document, Synonym
from search.folding import fold, level, tidy
from search.spelling import spellings
from search.suggest import entries
from search.tokens import EDGE

FORMAT = 2
COLUMNS, NAMES, ROWS, TEXTS = "columns.json", "names.tsv", "rows.jsonl", "texts.jsonl"


class Names(NamedTuple):
    """A document's names as keys (see `Analyzer.keys`) with `EDGE` around each."""

    title: str
    names: str
    labels: str
    synonyms: str


class Row(NamedTuple):
    """What is shown of a document without its texts."""

    id: str
    type: str
    slug: str
    title: str
    url: str
    locale: str
    plan: tuple[str, ...]


class Source(NamedTuple):
    """A text that can become the snippet, with what stands for it and is not shown."""

    text: str
    #: the text levelled, when that has a character for each of its characters
    folded: str = ""
    beside: str = ""
    anchor: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of a document in the order in which they are shown rather than others."""

    sources: tuple[Source, ...]
    #: all of them levelled
    levelled: str


class ColumnsDamagedError(Exception):
    """The files beside the index are missing, cut short or of another format."""


def keys(texts: Iterable[Synonym], analyzer: Analyzer) -> tuple[str, ...]:
    """Keys of names; `lifts (elevators)` is known under both of its names and as the whole."""
    return tuple(dict.fromkeys(key for text, tag in texts for key in _keys(text, tag or analyzer.locale)))


@lru_cache(maxsize=1 << 16)
def _keys(text: str, locale: str) -> tuple[str, ...]:
    plain = text.replace("（", "(").replace("）", ")")
    inner = re.findall(r"\(([^()]*)\)", plain)
    outer = re.sub(r"\([^()]*\)", " ", plain) if inner else plain
    named = dict.fromkeys((plain, outer, *inner))
    return tuple(key for name in named for key in (key_in(tidy(name), locale),) if key.strip())


def _names(document: Document, analyzer: Analyzer) -> Iterator[tuple[str, ...]]:
    yield keys([Synonym(document.title)], analyzer)
    yield keys([Synonym(name) for name in document.names], analyzer)
    yield keys(document.texts("labels"), analyzer)
    yield keys(document.texts("synonyms"), analyzer)


def names(document: Document, analyzer: Analyzer) -> tuple[str, ...]:
    """Every name of a document as keys, each once."""
    return tuple(dict.fromkeys(key for group in _names(document, analyzer) for key in group))


def write(
    documents: Sequence[Document],
    folder: Path,
    analyzer: Analyzer,
    chinese: frozenset[str],
    german: frozenset[str],
    lengths: Sequence[int],
    engine: str,
) -> None:
    """Write all files into the folder of the finished index. `documents` stand in its order."""
    facets: dict[str, dict[str, list[int]]] = {name: defaultdict(list) for name in FACETS}
    for number, document in enumerate(documents):
        for name, values in document.facets().items():
            for value in dict.fromkeys(values):
                facets[name][value].append(number)
    sizes = {path.name: path.stat().st_size for path in sorted(folder.iterdir()) if path.is_file()}
    columns = {
        "format": FORMAT,
        "engine": engine,
        "locale": analyzer.locale,
        # Lengths of the index proper: a file that was cut short is refused before anything reads it.
        "sizes": sizes,
        "offsets": {
            NAMES: _lines(
                folder / NAMES, ("\t".join(_blob(group) for group in _names(d, analyzer)) for d in documents)
            ),
            ROWS: _lines(folder / ROWS, (_json(_row(document)) for document in documents)),
            TEXTS: _lines(folder / TEXTS, (_json(_sources(document, analyzer)) for document in documents)),
        },
        "lengths": lengths,
        "weights": [document.weight for document in documents],
        "facets": facets,
        "chinese": sorted(chinese),
        "german": sorted(german),
        "spellings": spellings(documents, analyzer),
        "suggest": entries(documents),
    }
    (folder / COLUMNS).write_text(_json(columns), "utf-8")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _blob(group: tuple[str, ...]) -> str:
    return EDGE + EDGE.join(group) + EDGE if group else ""


def _lines(path: Path, lines: Iterable[str]) -> list[int]:
    offsets = [0]
    with path.open("wb") as stream:
        for line in lines:
            stream.write(line.encode() + b"\n")
            offsets.append(stream.tell())
    return offsets


def _row(document: Document) -> list[Any]:
    return [document.id, document.type, document.slug, document.title, document.url, document.locale, document.plan]


def _sources(document: Document, analyzer: Analyzer) -> list[list[str]]:
    """Summary, parts, body, labels: what stands first is shown at equal match."""
    found = [[tidy(document.summary), "", "", ""]] if document.summary else []
    for part in document.parts:
        named = "; ".join((part.label, *part.labels))
        words = [Synonym(text) for text in (part.label, *part.labels)] + list(part.synonyms)
        found.append([tidy(part.text) or named, _blob(keys(words, analyzer)), part.anchor, part.label])
    if document.body:
        found.append([tidy(document.body), "", "", ""])
    if document.labels:
        found.append(["; ".join(document.labels), "", "", ""])
    return [[text, _folded(text), *others] for text, *others in found]


def _folded(text: str) -> str:
    folded = fold(text)
    return folded.text if isinstance(folded.places, range) and not text.isascii() else ""


class Columns:
    """Reads the files. Lines are mapped into memory, so threads do not disturb one another."""

    def __init__(self, folder: Path) -> None:
        try:
            data = json.loads((folder / COLUMNS).read_text("utf-8"))
            if data["format"] != FORMAT:
                msg = f"{folder / COLUMNS} has format {data['format']}, not {FORMAT}"
                raise ColumnsDamagedError(msg)
            self.locale: str = data["locale"]
            self.engine: str = data["engine"]
            self.lengths: list[int] = data["lengths"]
            self.weights: list[float] = data["weights"]
            self.facets: dict[str, dict[str, list[int]]] = data["facets"]
            self.chinese: frozenset[str] = frozenset(data["chinese"])
            self.german: frozenset[str] = frozenset(data["german"])
            self.spellings: dict[str, Any] = data["spellings"]
            self.suggest: list[list[Any]] = data["suggest"]
            self._offsets: dict[str, list[int]] = data["offsets"]
            self._mapped = {name: _mapped(folder / name) for name in (NAMES, ROWS, TEXTS)}
            cut = [name for name, size in data["sizes"].items() if (folder / name).stat().st_size != size]
        except (OSError, ValueError, KeyError, TypeError) as error:
            msg = f"{folder} cannot be read: {error}"
            raise ColumnsDamagedError(msg) from error
        for name, lines in self._mapped.items():
            offsets = self._offsets[name]
            if len(offsets) != len(self.lengths) + 1 or len(lines) != offsets[-1]:
                cut.append(name)
        if cut:
            msg = f"{folder}: not as long as written: {', '.join(cut)}"
            raise ColumnsDamagedError(msg)
        self.names = lru_cache(maxsize=1 << 12)(self._names)
        self.row = lru_cache(maxsize=1 << 10)(self._row)
        self.texts = lru_cache(maxsize=512)(self._texts)

    def _line(self, name: str, number: int) -> str:
        start, end = self._offsets[name][number : number + 2]
        return self._mapped[name][start : end - 1].decode()

    def _names(self, number: int) -> Names:
        return Names(*self._line(NAMES, number).split("\t"))

    def _row(self, number: int) -> Row:
        values = json.loads(self._line(ROWS, number))
        return Row._make((*values[:-1], tuple(values[-1])))

    def _texts(self, number: int) -> Texts:
        sources = tuple(
            Source(text, folded or (text.lower() if text.isascii() else ""), *others)
            for text, folded, *others in json.loads(self._line(TEXTS, number))
        )
        return Texts(sources, "\n".join(source.folded or level(source.text) for source in sources))


def _mapped(path: Path) -> mmap.mmap | bytes:
    with path.open("rb") as stream:
        # An empty file cannot be mapped.
        return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) if path.stat().st_size else b""
