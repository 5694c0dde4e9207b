"""`portal bench search`: each engine's full answer against SQLite FTS5 and bare tantivy over the same tokens.

The catalogue is multiplied by copies whose words are changed a little, so that the vocabulary grows with it. A full
answer is ten hits with snippets and the facets; the peers make theirs by their own means.
"""

from __future__ import annotations

import random
import re
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from portal.catalog.store import Catalog
from portal.release.indexing import documents
from portal.release.memory import set_apart
from search import Document, Synonym, build_index, open_engine
from search.analysis import Analyzer, analyzer
from search.document import FACETS, FIELDS
from search.query import parse

_LOCALE = "en"
_WORD = re.compile(r"\w{4,}")
#: Of the words of a copy, how many are changed: a larger catalogue speaks of other things, but not only of them.
_CHANGED = 0.3
#: of a document's text, what snippets may come from, as in `search.answer`
_SHOWN = 4000
_CONSONANTS = "bcdfghklmnprstvz"

Ask = Callable[[str], int]


def multiplied(found: list[Document], times: int) -> Iterator[Document]:
    """The documents and `times - 1` copies of them with changed words; the same every time."""
    yield from found
    for copy in range(1, times):
        chance = random.Random(copy)  # noqa: S311 - no secret

        def changed(text: str, chance: random.Random = chance) -> str:
            return _WORD.sub(lambda match: _other(match[0], chance), text)

        for document in found:
            yield replace(
                document,
                id=f"{document.id}-{copy}",
                slug=f"{document.slug}-{copy}",
                title=changed(document.title),
                names=tuple(map(changed, document.names)),
                labels=tuple(map(changed, document.labels)),
                summary=changed(document.summary),
                body=changed(document.body),
                synonyms=tuple(Synonym(changed(word.text), word.locale) for word in document.synonyms[:12]),
                parts=tuple(
                    replace(part, label=changed(part.label), text=changed(part.text), synonyms=part.synonyms[:4])
                    for part in document.parts
                ),
            )


def _other(word: str, chance: random.Random) -> str:
    if chance.random() > _CHANGED or not word.isascii():
        return word
    place = chance.randrange(len(word))
    return word[:place] + chance.choice(_CONSONANTS) + word[place + 1 :]


def questions(found: list[Document], count: int) -> list[str]:
    """Names, pairs of words and synonyms of the catalogue, the same every time."""
    chance = random.Random(7)  # noqa: S311 - no secret
    names = [text for document in found for text in (document.title, *document.labels)]
    names += [word.text for document in found for word in document.synonyms]
    asked: list[str] = []
    while len(asked) < count:
        words = chance.choice(names).split()
        start = chance.randrange(len(words)) if words else 0
        if text := " ".join(words[start : start + chance.choice((1, 2, 3))]):
            asked.append(text[:100])
    return asked


def run(catalog: Catalog, sizes: list[int], rounds: int) -> list[dict[str, object]]:
    """One row for each size and engine: time and size of the index, quantiles of an answer, memory."""
    found = documents(catalog, _LOCALE)
    asked = questions(found, rounds)
    rows: list[dict[str, object]] = []
    for size in sizes:
        listed = list(multiplied(found, size))
        with ExitStack() as stack:
            engines: dict[str, tuple[dict[str, object], Ask]] = {}
            for name, prepare in (
                ("whoosh", _ours("whoosh")),
                ("tantivy", _ours("tantivy")),
                ("bare tantivy", _bare_tantivy),
                ("SQLite FTS5", _fts5),
            ):
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
                before, begun = _memory(), time.perf_counter()
                ask = prepare(listed, folder)
                built = time.perf_counter() - begun
                size_mb = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) / 1e6
                row: dict[str, object] = {"documents": len(listed), "engine": name}
                row |= {"index_s": round(built, 1), "size_mb": round(size_mb, 1)}
                engines[name] = row | {"grown_mb": round(_memory() - before, 1)}, ask
            set_apart()  # as the portal does with a release: what stays is not the collector's to look at
            times = _times({name: ask for name, (_, ask) in engines.items()}, asked)
            rows += [row | _quantiles(times[name]) for name, (row, _) in engines.items()]
    return rows


def _times(engines: dict[str, Ask], asked: list[str]) -> dict[str, list[float]]:
    """Milliseconds of each answer. The engines take turns at each question: a slow moment of the machine is shared."""
    for text in asked[:20]:
        for ask in engines.values():
            ask(text)
    found: dict[str, list[float]] = {name: [] for name in engines}
    for text in asked:
        for name, ask in engines.items():
            # Time of this process: what else the machine does is not the engine's.
            begun = time.process_time()
            ask(text)
            found[name].append((time.process_time() - begun) * 1000)
    return found


def _quantiles(times: list[float]) -> dict[str, object]:
    return {
        "p50_ms": round(statistics.median(times), 3),
        "p95_ms": round(statistics.quantiles(times, n=20)[-1], 3),
        "p99_ms": round(statistics.quantiles(times, n=100)[-1], 3),
        "max_ms": round(max(times), 3),
    }


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _ours(engine: str) -> Callable[[list[Document], Path], Ask]:
    def prepare(listed: list[Document], folder: Path) -> Ask:
        build_index(listed, folder / _LOCALE, _LOCALE, engine)
        opened = open_engine(folder / _LOCALE)
        return lambda text: opened.search(text).total

    return prepare


def _tokens(document: Document, words: Analyzer) -> str:
    return " ".join(
        token for name in FIELDS for text, tag in document.texts(name) for token in words.index_texts(text, tag)
    )


def _asked(text: str, words: Analyzer) -> list[list[str]]:
    """The groups of a query, all of which are asked for."""
    return [[token for token in term.tokens()] for term in parse(text, words).wanted]  # noqa: C416


def _shown(document: Document) -> str:
    """What snippets are cut from: the same text for every peer as for our own engines."""
    return "\n".join([document.summary, *(part.text for part in document.parts), document.body])[:_SHOWN]


def _bare_tantivy(listed: list[Document], folder: Path) -> Ask:
    """Top ten, stored text and snippets with its own stemmer, its own facets."""
    import tantivy
    from tantivy import Occur, Query

    words = analyzer(_LOCALE)
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("tokens", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("body", stored=True, tokenizer_name="en_stem", index_option="freq")
    for name in FACETS:
        builder.add_text_field(name, tokenizer_name="raw", fast=True)
    schema = builder.build()
    target = tantivy.Index(schema, path=str(folder))
    writer = target.writer(192_000_000, 1)
    for document in listed:
        row = tantivy.Document()
        row.add_text("tokens", _tokens(document, words))
        row.add_text("body", _shown(document))
        for name, values in document.facets().items():
            for value in values:
                row.add_text(name, value)
        writer.add_document(row)
    writer.commit()
    writer.wait_merging_threads()
    target.reload()
    searcher = target.searcher()
    facets: dict[str, Any] = {name: {"terms": {"field": name, "size": 200}} for name in FACETS}

    def ask(text: str) -> int:
        groups = _asked(text, words)
        terms = [
            Query.boolean_query([(Occur.Should, Query.term_query(schema, "tokens", token, "freq")) for token in group])
            for group in groups
        ]
        query = Query.boolean_query([(Occur.Must, term) for term in terms])
        found = searcher.search(query, 10)
        searcher.aggregate(query, facets)
        # The stems of English words are the same in both fields.
        marked = Query.boolean_query(
            [(Occur.Should, Query.term_query(schema, "body", token, "freq")) for group in groups for token in group]
        )
        snippets = tantivy.SnippetGenerator.create(searcher, marked, schema, "body")
        return sum(len(snippets.snippet_from_doc(searcher.doc(address)).fragment()) >= 0 for _, address in found.hits)

    return ask


def _fts5(listed: list[Document], folder: Path) -> Ask:
    """Top ten by bm25, its own snippets, facets by grouping."""
    words = analyzer(_LOCALE)
    connection = sqlite3.connect(folder / "fts.db")
    connection.execute("CREATE VIRTUAL TABLE found USING fts5(tokens, body UNINDEXED, tokenize='unicode61')")
    connection.execute("CREATE TABLE facet (number INTEGER, name TEXT, value TEXT)")
    connection.execute("CREATE INDEX facet_number ON facet (number)")
    for number, document in enumerate(listed):
        connection.execute(
            "INSERT INTO found(rowid, tokens, body) VALUES (?, ?, ?)",
            (number, _tokens(document, words), _shown(document)),
        )
        connection.executemany(
            "INSERT INTO facet VALUES (?, ?, ?)",
            [(number, name, value) for name, values in document.facets().items() for value in values],
        )
    connection.commit()

    def ask(text: str) -> int:
        groups = [" OR ".join(f'"{token}"' for token in group) for group in _asked(text, words)]
        if not groups:
            return 0
        query = " AND ".join(f"({group})" for group in groups)
        top = connection.execute(
            "SELECT rowid, snippet(found, 1, '[', ']', ' … ', 30) FROM found WHERE found MATCH ? "
            "ORDER BY rank LIMIT 10",
            (query,),
        ).fetchall()
        connection.execute(
            "SELECT name, value, count(*) FROM facet WHERE number IN (SELECT rowid FROM found WHERE found MATCH ?) "
            "GROUP BY name, value",
            (query,),
        ).fetchall()
        return len(top)

    return ask
