"""The engine on Whoosh: its posting lists, our own scores.

Whoosh's query parser, facets, sorting and highlighter are not used: the first can be made to run for seconds by what
a reader types, the others multiply the time of a query. Posting lists are read once and kept; sets of documents are
the bits of integers, so that matching and counting facets are a few operations each.
"""

from __future__ import annotations

import contextlib
import heapq
import math
import threading
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from whoosh import fields, formats, index
from whoosh.codec.whoosh3 import W3Codec, W3PostingsWriter
from whoosh.reading import TermNotFound

from search.backend import Found, Match, Need, Posting
from search.tokens import Way

#: BM25, with the figures that tantivy has built in
_K1, _B = 1.2, 0.75
#: Posting lists kept, scored
_KEPT = 4096
_NUMBER, _TOKENS = "number", "tokens"
_BITS = [tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256)]


class _Tokens(fields.FieldType):  # type: ignore[misc]
    """A field whose posting lists are given whole, with a number for each document.

    The last bit of a number says whether the token names its document: one list then serves for both.
    """

    analyzer = None
    vector = None
    scorable = False
    stored = False
    unique = False

    def __init__(self) -> None:
        self.format = formats.Existence()


class _Pool:
    """Posting lists in memory, in place of Whoosh's pool that sorts every posting by itself.

    A token has one array: document, number, document, number …
    """

    def __init__(self) -> None:
        self._lists: dict[str, array[int]] = {}

    def add(self, document: int, token: str, number: int) -> None:
        """Documents come in order."""
        found = self._lists.get(token)
        if found is None:
            found = self._lists[token] = array("I")
        found.append(document)
        found.append(number)

    def iter_postings(self) -> Iterator[tuple[str, bytes, int, float, bytes]]:
        """What Whoosh writes: sorted by token, then by document. Code points and UTF-8 sort alike."""
        for token in sorted(self._lists):
            name, found = token.encode(), self._lists[token]
            for place in range(0, len(found), 2):
                yield _TOKENS, name, found[place], found[place + 1], b""

    def cleanup(self) -> None:
        """Let go of everything."""
        self._lists.clear()


class _Lists(W3PostingsWriter):  # type: ignore[misc]
    """Writes what Whoosh's own writer writes, without asking each posting what it is."""

    def add_posting(self, id_: int, weight: float, vbytes: bytes, length: int | None = None) -> None:
        """Take a posting: the last one's block is written when it is full."""
        del vbytes, length
        if len(self._ids) >= self._blocklimit:
            self._write_block()
        self._ids.append(id_)
        self._weights.append(weight)
        self._maxweight: float = max(weight, self._maxweight)


class _Codec(W3Codec):  # type: ignore[misc]
    length_stats = False  # lengths stand in the columns

    def postings_writer(self, dbfile: object, *, byteids: bool = False) -> _Lists:
        """Called by Whoosh once for each field."""
        return _Lists(dbfile, self._blocklimit, byteids=byteids, compression=self._compression)


def write(postings: Iterable[Posting], folder: Path) -> None:
    """Write the index."""
    target = index.create_in(str(folder), fields.Schema(**{_NUMBER: fields.STORED, _TOKENS: _Tokens()}))
    # Most lists are short: compressing them takes long and saves little.
    writer = target.writer(procs=1, codec=_Codec(compression=0))
    writer.pool.cleanup()
    writer.pool = pool = _Pool()
    try:
        for number, posting in enumerate(postings):
            named = frozenset(posting.named)
            writer.add_document(**{_NUMBER: number})
            for token, count in posting.tokens.items():
                pool.add(number, token, 2 * count + (token in named))
        writer.commit(optimize=True)
    except BaseException:
        # Whoosh keeps its lock when a commit fails, and a failed writer may fail again when told to stop.
        with contextlib.suppress(Exception):
            writer.cancel()
        raise
    finally:
        target.close()
    (folder / "MAIN_WRITELOCK").unlink(missing_ok=True)


@dataclass(frozen=True)
class _Postings:
    """The documents of a token as bits, and what it adds to the score of each."""

    bits: int = 0
    named: int = 0
    scores: Mapping[int, float] | None = None


class WhooshBackend:
    """An opened index. Safe to share between threads."""

    #: every document found is scored: names that are the query need no help
    exact = 0.0

    def __init__(self, folder: Path, lengths: list[int], facets: Mapping[str, Mapping[str, list[int]]]) -> None:
        self._index = index.open_dir(str(folder), readonly=True)
        self._reader = self._index.reader()
        numbers = {docnum: int(stored[_NUMBER]) for docnum, stored in self._reader.iter_docs()}
        if sorted(numbers.values()) != list(range(len(lengths))):
            self.close()
            msg = "index and columns do not belong together"
            raise ValueError(msg)
        self._numbers = numbers
        self.count = len(lengths)
        mean = sum(lengths) / max(1, len(lengths)) or 1.0
        self._dilution = [_K1 * (1 - _B + _B * length / mean) for length in lengths]
        self._facets = {
            name: {value: _bits(found, self.count) for value, found in values.items()}
            for name, values in facets.items()
        }
        self._lock = threading.Lock()  # Whoosh's readers share one file position
        self._postings = lru_cache(maxsize=_KEPT)(self._read)

    def close(self) -> None:
        """Let go of files. Nothing may be asked afterwards."""
        self._reader.close()
        self._index.close()

    def frequency(self, token: str) -> int:
        """How many documents hold a token."""
        return self._postings(token).bits.bit_count()

    def find(self, match: Match, filters: Mapping[str, str], window: int) -> Found:
        """The best documents by BM25 and the facets."""
        matched = 0
        for needs in match.any_of:
            bits = -1
            for need in needs:
                bits &= self._need(need)
            matched |= bits if needs else 0
        if not matched:
            return Found()
        chosen = {name: self._facets.get(name, {}).get(value, 0) for name, value in filters.items()}
        kept = matched
        for bits in chosen.values():
            kept &= bits
        scores = dict.fromkeys(_numbers(kept), 0.0)
        for group in match.groups:
            known = [found for token in group if (found := self._postings(token).scores)]
            for number in scores if len(known) > 1 else ():
                scores[number] += max(found.get(number, 0.0) for found in known)
            if len(known) == 1:
                (only,) = known
                smaller, larger = sorted((scores.keys(), only.keys()), key=len)
                for number in smaller:
                    if number in larger:
                        scores[number] += only[number]
        best = heapq.nsmallest(window, ((-score, number) for number, score in scores.items()))
        return Found(
            len(scores), tuple((number, -score) for score, number in best), lambda: self._counts(matched, chosen)
        )

    def _counts(self, matched: int, chosen: Mapping[str, int]) -> dict[str, dict[str, int]]:
        counts: dict[str, dict[str, int]] = {}
        for name, values in self._facets.items():
            bits = matched
            for other, kept in chosen.items():
                bits &= kept if other != name else -1
            found = {value: count for value, held in values.items() if (count := (held & bits).bit_count())}
            if found:
                counts[name] = found
        return counts

    def _need(self, need: Need) -> int:
        found = 0
        for way in need.ways:
            found |= self._way(way, named=need.named)
        return found

    def _way(self, way: Way, *, named: bool) -> int:
        bits = -1
        for group in way:
            held = 0
            for token in group:
                postings = self._postings(token)
                held |= postings.named if named else postings.bits
            bits &= held
        return bits if way else 0

    def _read(self, token: str) -> _Postings:
        counts: dict[int, int] = {}
        with self._lock:
            try:
                matcher = self._reader.postings(_TOKENS, token.encode())
            except TermNotFound:
                return _Postings()
            while matcher.is_active():
                counts[self._numbers[matcher.id()]] = int(matcher.weight())
                matcher.next()
        rarity = math.log(1 + (self.count - len(counts) + 0.5) / (len(counts) + 0.5)) * (_K1 + 1)
        scores = {
            number: rarity * (value >> 1) / ((value >> 1) + self._dilution[number]) for number, value in counts.items()
        }
        named = (number for number, value in counts.items() if value & 1)
        return _Postings(_bits(counts, self.count), _bits(named, self.count), scores)


def _bits(numbers: Iterable[int], count: int) -> int:
    array = bytearray(count // 8 + 1)
    for number in numbers:
        array[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(array, "little")


def _numbers(bits: int) -> Iterator[int]:
    for place, byte in enumerate(bits.to_bytes((bits.bit_length() + 7) // 8, "little")):
        if byte:
            for bit in _BITS[byte]:
                yield place * 8 + bit


def open_backend(folder: Path, lengths: list[int], facets: Mapping[str, Mapping[str, list[int]]]) -> WhooshBackend:
    """Open an index. Raises anything when it is damaged."""
    return WhooshBackend(folder, lengths, facets)
