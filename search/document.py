"""What is put into an index: one document per thing that a reader can be sent to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

#: searchable field -> as how many occurrences one in it counts
FIELDS: dict[str, int] = {"title": 8, "labels": 5, "summary": 2, "body": 1, "synonyms": 3}
#: fields in which a word names what the document is about
NAMING = frozenset({"title", "labels", "synonyms"})
#: facets that every document may carry values for
FACETS: tuple[str, ...] = ("type", "sector", "region", "level")


class Synonym(NamedTuple):
    """A word for a document or part in a language; in the language of the index when `locale` is empty."""

    text: str
    locale: str = ""


@dataclass(frozen=True)
class Part:
    """A stretch of a document with an address of its own, so that a hit can lead straight to it."""

    anchor: str
    label: str
    #: the terms that stand for the part: products sought, for example
    labels: tuple[str, ...] = ()
    text: str = ""
    synonyms: tuple[Synonym, ...] = ()


@dataclass(frozen=True)
class Document:
    """One hit in waiting. Texts are in `locale`; `synonyms` may be in any language."""

    id: str
    type: str
    slug: str
    title: str
    url: str
    locale: str
    #: ids of the plan blocks that the document stands for
    plan: tuple[str, ...] = ()
    #: other names, as good as the title: short form, acronym, former name
    names: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    summary: str = ""
    body: str = ""
    synonyms: tuple[Synonym, ...] = ()
    parts: tuple[Part, ...] = ()
    level: tuple[str, ...] = ()
    sector: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    #: factor on the score: below 1 for what should stand behind others at equal match
    weight: float = field(default=1.0)

    def facets(self) -> dict[str, tuple[str, ...]]:
        """Values by facet; `type` always has one."""
        return {"type": (self.type,), "sector": self.sector, "region": self.region, "level": self.level}

    def texts(self, name: str) -> Iterator[Synonym]:
        """Every text that belongs to a searchable field, parts included, with its language."""
        if name == "synonyms":
            yield from self.synonyms
            for part in self.parts:
                yield from part.synonyms
            return
        found: list[str] = []
        if name == "title":
            found = [self.title, *self.names]
        elif name == "labels":
            found = [*self.labels, *(text for part in self.parts for text in (part.label, *part.labels))]
        elif name == "summary":
            found = [self.summary]
        elif name == "body":
            found = [self.body, *(part.text for part in self.parts)]
        else:
            raise KeyError(name)
        yield from (Synonym(text) for text in found if text)
