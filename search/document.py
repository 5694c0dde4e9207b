"""What is put into an index: one document per thing that a reader can be sent to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

#: searchable field -> how much one occurrence in it counts; the order is that of the index
FIELDS: dict[str, float] = {"title": 8.0, "labels": 5.0, "summary": 2.0, "body": 1.0, "synonyms": 1.5}
#: facets that every document may carry values for
FACETS: tuple[str, ...] = ("type", "sector", "region", "level")


@dataclass(frozen=True)
class Part:
    """A stretch of a document with an address of its own, so that a hit can lead straight to it."""

    anchor: str
    label: str
    #: the terms that stand for the part: products sought, for example
    labels: tuple[str, ...] = ()
    text: str = ""
    synonyms: tuple[str, ...] = ()


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
    synonyms: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    level: tuple[str, ...] = ()
    sector: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    #: factor on the score: below 1 for what should stand behind others at equal match
    weight: float = field(default=1.0)

    def facets(self) -> dict[str, tuple[str, ...]]:
        """Values by facet; `type` always has one."""
        return {"type": (self.type,), "sector": self.sector, "region": self.region, "level": self.level}

    def texts(self, name: str) -> Iterator[str]:
        """Every text that belongs to a searchable field, parts included."""
        if name == "title":
            yield self.title
            yield from self.names
        elif name == "labels":
            yield from self.labels
            for part in self.parts:
                yield part.label
                yield from part.labels
        elif name == "summary":
            yield self.summary
        elif name == "body":
            yield self.body
            yield from (part.text for part in self.parts)
        elif name == "synonyms":
            yield from self.synonyms
            for part in self.parts:
                yield from part.synonyms
        else:
            raise KeyError(name)
