"""What a template may ask: the catalog in one language, with numbers, links and evidence ready to show."""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cached_property

from markupsafe import Markup, escape

from portal import l10n
from portal.catalog.checks import districts
from portal.catalog.markdown import COLLECTION_OF, Link
from portal.catalog.markdown import render as render_markdown
from portal.catalog.models import District, Erratum, Evidence, Fact, RegionFacts
from portal.catalog.plan import Block, Piece, Plan, anchor
from portal.catalog.provenance import cited_by, figure
from portal.catalog.store import Catalog, Entry
from portal.locales import LOCALES, SOURCE, Locale
from portal.release.labels import BOUND, GROUPS, UNIT

_CHINESE_RUN = re.compile(
    r"([“「《〔（]*[\u3400-\u9fff](?:[\u3000-\u303f\u3400-\u9fff\uff00-\uffef0-9“”〔〕—·]*[\u3400-\u9fff\u3000-\u303f\uff00-\uffef〔〕”])?)"
)

_SEPARATOR = {"hans": "、", "hant": "、", "jpan": "、", "arabic": "، "}


class View:
    """One catalog in one locale. Every method gives text or markup ready for the page."""

    def __init__(self, catalog: Catalog, tag: str, translations: gettext.NullTranslations) -> None:
        self.catalog = catalog
        self.tag = tag
        self.locale: Locale = LOCALES[tag]
        self.published: list[Locale] = [LOCALES[name] for name in catalog.site.locales]
        self._translations = translations

    # -- words ---------------------------------------------------------------------------------------------------

    def _(self, message: str, **values: object) -> str:
        """A message in this locale, with values put in."""
        text = self._translations.gettext(message)
        return text % values if values else text

    def label(self, group: str, code: str) -> str:
        """The name of a code of the content files; the code itself, made readable, where it has none yet."""
        message = GROUPS[group].get(code)
        return self._(message) if message else code.replace("-", " ").capitalize()

    def listing(self, items: Iterable[str]) -> str:
        """`a, b and c`."""
        return l10n.listing(items, self.tag)

    def date(self, text: str) -> str:
        """A partial date."""
        return l10n.partial_date(text, self.tag)

    @cached_property
    def site_name(self) -> str:
        """The site's name."""
        return self.catalog.site.names.get(self.tag) or self.catalog.site.names["en"]

    # -- addresses -----------------------------------------------------------------------------------------------

    def url(self, path: str = "", locale: str | None = None) -> str:
        """Address of a path below a locale."""
        return f"/{locale or self.tag}/{path}"

    def entry_path(self, entry: Entry) -> str:
        """Path of an entry's page, or of its place on a shared page."""
        if entry.collection == "events":
            return f"events/#{entry.slug}"
        if entry.collection == "indicators":
            return f"data/#{entry.slug}"
        return f"{entry.collection}/{entry.slug}/"

    def href(self, entry: Entry) -> str:
        """Address of an entry in this locale."""
        return self.url(self.entry_path(entry))

    def breadcrumb_data(self, trail: Iterable[tuple[str | None, object]], base_url: str) -> dict[str, object]:
        """The trail as schema.org BreadcrumbList."""
        steps: list[dict[str, object]] = []
        for position, (path, name) in enumerate([("", self._("Home")), *trail], start=1):
            step: dict[str, object] = {"@type": "ListItem", "position": position, "name": striptags(name)}
            if path is not None:
                step["item"] = f"{base_url}{self.url(path)}"
            steps.append(step)
        return {"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": steps}

    # -- entries -------------------------------------------------------------------------------------------------

    def title(self, entry: Entry) -> Markup:
        """An entry's title; marked with its language where it is not this page's."""
        return self.marked(entry.prose(self.tag).title, entry.text_locale(self.tag))

    def summary(self, entry: Entry) -> Markup:
        """An entry's summary, or nothing."""
        return self.marked(entry.prose(self.tag).summary or "", entry.text_locale(self.tag))

    def marked(self, text: str, tag: str) -> Markup:
        """Text, in a span with `lang` and `dir` when it is not in the page's language."""
        if tag == self.tag or not text:
            return escape(text)
        return Markup('<span lang="{}" dir="{}">{}</span>').format(tag, LOCALES[tag].direction, text)

    def chinese(self, text: str) -> Markup:
        """Chinese text such as a document number."""
        return self.marked(text, SOURCE)

    def mixed(self, text: str) -> Markup:
        """Text of this page's language in which Chinese names and quotations get their own `lang`."""
        if self.locale.script in ("hans", "hant", "jpan"):
            return escape(text)
        parts = _CHINESE_RUN.split(text)
        return Markup("").join(self.chinese(part) if i % 2 else escape(part) for i, part in enumerate(parts))

    def body(self, entry: Entry) -> Markup:
        """An entry's Markdown body as HTML."""
        html = Markup(render_markdown(entry.body(self.tag), self._link))  # noqa: S704 - sanitised by nh3
        tag = entry.text_locale(self.tag)
        return html if tag == self.tag else Markup('<div lang="{}">{}</div>').format(tag, html)

    def _link(self, scheme: str, target: str) -> Link | None:
        if scheme == "plan":
            path = self.catalog.block_path(target)
            return Link(self.url(path), css="plan-ref") if path else None
        if scheme == "source":
            return Link(self.url(f"sources/#{target}"), css="source-ref")
        if scheme == "page":
            return Link(self.url(target if "?" in target or target in ("", "invest", "search") else f"{target}/"))
        if scheme == "figure":
            found = figure(self.catalog, target)
            if found is None:
                return None
            entry, fact = found
            path = f"data/#{entry.slug}" if entry.collection == "indicators" else f"sectors/{entry.slug}/"
            return Link(self.url(path), self.value_text(fact), "figure-ref")
        slug, _, fragment = target.partition("#")
        linked = self.catalog.get(COLLECTION_OF[scheme], slug)
        return (
            Link(self.href(linked) + (f"#{fragment}" if fragment else ""), linked.prose(self.tag).title)
            if linked
            else None
        )

    # -- facts ---------------------------------------------------------------------------------------------------

    def value_text(self, fact: Fact) -> str:
        """A number with its unit as words, with its bound (`at least`)."""
        assert fact.value is not None
        value = fact.value
        if fact.unit == "cny-100m":
            text = l10n.money(value, self.tag)
            other = l10n.money_alternative(value, self.tag)
            text = f"{text}（{other}）" if other else text
        elif fact.unit == "percent":
            text = l10n.percent(value, self.tag)
        elif fact.unit == "km2":
            text = f"{l10n.number(value, self.tag)} km²"
        else:
            singular, plural = UNIT[str(fact.unit)]
            text = self._translations.ngettext(singular, plural, 1 if value == 1 else 2) % {
                "number": l10n.number(value, self.tag)
            }
        return self._(BOUND[fact.bound], value=text) if fact.bound else text

    def value(self, fact: Fact, entry: Entry | None = None) -> Markup:
        """A fact's value as markup: figure, date, links or words."""
        if fact.value is not None:
            return Markup('<data value="{}">{}</data>').format(self.machine_value(fact), self.value_text(fact))
        if fact.date is not None:
            return Markup('<time datetime="{}">{}</time>').format(fact.date, self.date(fact.date))
        if fact.url is not None:
            return Markup('<a href="{}" rel="external">{}</a>').format(fact.url, fact.url.split("//")[1].rstrip("/"))
        if fact.codes:
            return escape(_SEPARATOR.get(self.locale.script, ", ")).join(map(self.code, fact.codes))
        if entry is None:
            return Markup("")
        text = entry.prose(self.tag).texts.get(fact.key, "")
        return self.marked(text, entry.text_locale(self.tag))

    @staticmethod
    def machine_value(fact: Fact) -> str:
        """The number as a program reads it: yuan, square kilometres, percent, count."""
        assert fact.value is not None
        value = fact.value * l10n.YI if fact.unit == "cny-100m" else fact.value
        return f"{value.normalize():f}" if value == value.to_integral() else str(value)

    def code(self, code: str) -> Markup:
        """A code such as `district:500112`, `sector:electronics`, `authority:state-council` as text or link."""
        scheme, _, slug = code.partition(":")
        if scheme == "district":
            return self.district_link(slug)
        if scheme in COLLECTION_OF and (entry := self.catalog.get(COLLECTION_OF[scheme], slug)):
            return Markup('<a href="{}">{}</a>').format(self.href(entry), self.title(entry))
        return escape(self.label("authority", slug))

    @cached_property
    def _districts(self) -> dict[str, tuple[Entry, int]]:
        return districts(self.catalog)

    def district_name(self, district: District) -> Markup:
        """A district's name in this locale; English, then Chinese, where it has none."""
        for tag in (self.tag, "en", SOURCE):
            if tag in district.names:
                return self.marked(district.names[tag], tag)
        return escape(district.pinyin)

    def district_link(self, adcode: str) -> Markup:
        """A district's name with a link to its region."""
        entry, position = self._districts[adcode]
        assert isinstance(entry.facts, RegionFacts)
        district = entry.facts.districts[position]
        if district.adcode != adcode:
            return escape(self._("Liangjiang New Area (district since 2026)"))
        return Markup('<a href="{}#d{}">{}</a>').format(self.href(entry), adcode, self.district_name(district))

    def fact_label(self, fact: Fact, entry: Entry) -> Markup:
        """What a fact is called: by the entry's own words, else by its key."""
        own = entry.prose(self.tag).texts.get(fact.key) if fact.value is not None else None
        if own:
            return self.marked(own, entry.text_locale(self.tag))
        return escape(self.label("fact", fact.key))

    def grouped(self, facts: Iterable[Fact]) -> dict[str, list[Fact]]:
        """Facts by key, in their order."""
        found: dict[str, list[Fact]] = {}
        for fact in facts:
            found.setdefault(fact.key, []).append(fact)
        return found

    def note(self, entry: Entry, key: str) -> Markup:
        """The remark on a fact, or nothing."""
        text = entry.prose(self.tag).notes.get(key, "")
        tag = entry.text_locale(self.tag)
        return self.mixed(text) if tag == self.tag else self.marked(text, tag)

    # -- evidence ------------------------------------------------------------------------------------------------

    def plan_href(self, ref: str) -> str:
        """Address of a plan block in the reader."""
        return self.url(self.catalog.block_path(ref) or "plan/")

    def plan_link(self, ref: str) -> Markup:
        """`plan, p. 14` leading to the block in the plan reader."""
        found = self.catalog.block(ref)
        if found is None:
            return Markup("")
        text = self._("plan, p. %(page)s", page=found[1].page)
        return Markup('<a class="plan-ref" href="{}">{}</a>').format(self.plan_href(ref), text)

    def evidence(self, evidence: Evidence) -> Markup:
        """Links to the places a statement stands in, with how it is known when that is not the source itself."""
        parts = [self.plan_link(ref) for ref in evidence.plan]
        for source in evidence.source:
            name = self.catalog.sources[source].publisher
            parts.append(
                Markup('<a class="source-ref" href="{}#{}">{}</a>').format(
                    self.url("sources/"), source, self.foreign(name)
                )
            )
        if evidence.confidence not in ("source-seen", "plan-only"):
            parts.append(
                Markup('<span class="confidence">{}</span>').format(self.label("confidence", evidence.confidence))
            )
        return Markup('<span class="evidence">[{}]</span>').format(Markup("; ").join(parts)) if parts else Markup("")

    def foreign(self, text: str) -> Markup:
        """Words of a source (publisher, note, address): English with Chinese in it, marked as such."""
        if self.tag == "en":
            return self.mixed(text)
        chinese = bool(_CHINESE_RUN.search(text))
        return (
            escape(text) if chinese and self.locale.script == "hans" else self.marked(text, SOURCE if chinese else "en")
        )

    # -- the plan ------------------------------------------------------------------------------------------------

    @property
    def plan(self) -> Plan:
        """The default plan."""
        return self.catalog.plan

    def block(self, ref: str) -> Block:
        """A block of the plan. Raises `KeyError` when there is none (checked before a release)."""
        found = self.catalog.block(ref)
        if found is None:
            raise KeyError(ref)
        return found[1]

    def block_text(self, ref: str) -> str:
        """A whole block in this locale."""
        block = self.block(ref)
        joint = "" if self.tag in ("zh-Hans", "zh-Hant", "ja") else " "
        return joint.join(block.in_locale(piece, self.tag)[0] for piece in block.pieces)

    def piece_text(self, block: Block, piece: Piece) -> str:
        """The text of a piece in this locale."""
        return block.in_locale(piece, self.tag)[0]

    def piece_state(self, block: Block, piece: Piece) -> str:
        """`source`, `fresh`, `stale` or `missing`."""
        return block.in_locale(piece, self.tag)[1]

    def piece_lang(self, block: Block, piece: Piece) -> str:
        """The language the text of a piece is really in."""
        return SOURCE if self.piece_state(block, piece) in ("source", "missing") else self.tag

    @staticmethod
    def chapter_head(blocks: Iterable[Block]) -> Block | None:
        """The heading block of a chapter; None for the notice and foreword."""
        return next((block for block in blocks if block.kind == "chapter"), None)

    def block_state(self, block: Block) -> str:
        """The worst state of a block's pieces: `missing`, `stale`, `fresh` or `source`."""
        states = {self.piece_state(block, piece) for piece in block.pieces}
        return next(state for state in ("missing", "stale", "fresh", "source") if state in states)

    def erratum_note(self, erratum: Erratum) -> Markup:
        """An editorial note in this locale, in English where there is none."""
        if self.tag in erratum.note:
            return self.mixed(erratum.note[self.tag])
        return self.marked(erratum.note["en"], "en")

    anchor: Callable[[str], str] = staticmethod(anchor)

    @cached_property
    def _cited_by(self) -> dict[str, list[Entry]]:
        return cited_by(self.catalog)

    def cited_by(self, block: str) -> list[Entry]:
        """Entries that stand on a plan block."""
        return self._cited_by.get(block, [])

    # -- sums ----------------------------------------------------------------------------------------------------

    def sector_target(self, entry: Entry) -> Decimal:
        """A sector's contracted-investment target in 亿元; the sum of its sub-targets."""
        targets = self.catalog.sector_facts(entry).targets
        return sum((fact.value or Decimal(0) for fact in targets if fact.unit == "cny-100m"), Decimal(0))

    def sector_target_text(self, entry: Entry) -> str:
        """The same as words."""
        return l10n.money(self.sector_target(entry), self.tag)

    def money(self, value: Decimal) -> str:
        """Money in 亿元 as words, grouped, with the second Chinese form."""
        other = l10n.money_alternative(value, self.tag)
        text = l10n.money(value, self.tag, group=True)
        return f"{text}（{other}）" if other else text

    def all_sector_targets(self) -> Decimal:
        """The sum of all sector targets in 亿元."""
        return sum((self.sector_target(entry) for entry in self.catalog.all("sectors")), Decimal(0))


def striptags(text: object) -> str:
    """The words of a piece of markup."""
    return Markup(str(text)).striptags()  # noqa: S704 - only its words are taken
