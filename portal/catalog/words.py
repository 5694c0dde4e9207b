"""What the locale files, the plan's own file, the sources and the site file may hold."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from portal.catalog.models import Frozen, PartialDate, PlanRef, Slug, Text


class Sought(Frozen):
    """What is sought, in the plan's own words and order."""

    products: tuple[Text, ...] = ()
    technologies: tuple[Text, ...] = ()
    firms: tuple[Text, ...] = ()

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many terms of each kind; equal in every language."""
        return len(self.products), len(self.technologies), len(self.firms)


class SegmentProse(Sought):
    """A segment's name and what is sought in it."""

    label: Text


class Prose(Frozen):
    """The front matter of `<locale>.md`; the body is Markdown."""

    title: Text
    summary: Text | None = None
    #: hash of the zh-Hans file this translation was made from (absent in zh-Hans)
    source: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}$")] | None = None
    short: Text | None = None
    #: other names by which readers look for the entry
    aliases: tuple[Text, ...] = ()
    issuers: tuple[Text, ...] = ()
    texts: dict[Slug, Text] = Field(default_factory=dict)
    notes: dict[Slug, Text] = Field(default_factory=dict)
    chain: tuple[Text, ...] = ()
    sought: Sought = Sought()
    segments: dict[Slug, SegmentProse] = Field(default_factory=dict)


class Erratum(Frozen):
    """A known fault of the printed plan: what stands there, and what it should read."""

    block: PlanRef
    printed: Text
    reading: Text | None = None
    note: dict[str, Text]


class PlanMeta(Frozen):
    """`plan.yaml`: what the plan is and how to cite it."""

    slug: Slug
    default: bool = False
    number: Text
    issued: PartialDate
    period_start: int
    period_end: int
    pages: int
    titles: dict[str, Text]
    chapters: dict[str, Slug]
    errata: tuple[Erratum, ...] = ()


class Source(Frozen):
    """A source outside the plan. `link: false` marks copies that must not be linked (mirrors, polluted pages)."""

    publisher: Text
    address: Text
    official: bool = False
    link: bool = False
    note: Text | None = None


class Site(Frozen):
    """`site.yaml`: who runs the site, which locales are published; absent values are listed by `portal check`."""

    locales: tuple[str, ...] = Field(min_length=1)
    default_locale: str
    names: dict[str, Text]
    host_unit: dict[str, Text]
    email: Text | None = None
    phone: Text | None = None
    address: dict[str, Text] = Field(default_factory=dict)
    icp_number: Text | None = None
    public_security_number: Text | None = None
    site_code: Text | None = None
    map_review_number: Text | None = None
    divisions_as_of: PartialDate
