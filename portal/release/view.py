"""What a template may ask: the catalog in one language, with numbers, links and evidence ready to show."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cached_property

from markupsafe import Markup, escape

from portal import l10n
from portal.catalog.desks import only_sector
from portal.catalog.markdown import COLLECTION_OF, Link
from portal.catalog.markdown import render as render_markdown
from portal.catalog.plan import Block, Piece, Plan, anchor
from portal.catalog.provenance import cited_by, figure
from portal.catalog.store import Entry
from portal.catalog.words import Erratum
from portal.locales import LOCALES, SOURCE
from portal.release.figures import Figures


class View(Figures):
    """One catalog in one locale. Every method gives text or markup ready for the page."""

    def body(self, entry: Entry) -> Markup:
        """An entry's Markdown body as HTML."""
        tag = entry.text_locale(self.tag)
        mark = self.mixed if tag == self.tag else escape
        html = Markup(render_markdown(entry.body(self.tag), self._link, mark))  # noqa: S704 - sanitised by nh3
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

    def block_text(self, block: Block) -> str:
        """A whole block in this locale."""
        joint = "" if self.tag in ("zh-Hans", "zh-Hant", "ja") else " "
        return joint.join(block.in_locale(piece, self.tag)[0] for piece in block.pieces)

    def piece_text(self, block: Block, piece: Piece) -> str:
        """The text of a piece in this locale."""
        return block.in_locale(piece, self.tag)[0]

    def piece_markup(self, block: Block, piece: Piece) -> Markup:
        """The same as markup: Chinese words inside a translation are marked as Chinese."""
        text, state = block.in_locale(piece, self.tag)
        return self.mixed(text) if state in ("fresh", "stale") else escape(text)

    def piece_state(self, block: Block, piece: Piece) -> str:
        """`source`, `fresh`, `stale` or `missing`."""
        return block.in_locale(piece, self.tag)[1]

    def piece_lang(self, block: Block, piece: Piece) -> str:
        """The language the text of a piece is really in."""
        return SOURCE if self.piece_state(block, piece) in ("source", "missing") else self.tag

    def beside(self) -> str:
        """The language shown beside the Chinese: this page's own, or the next published one where that is Chinese."""
        others = [tag for tag in self.catalog.site.locales if tag != SOURCE]
        return self.tag if self.tag != SOURCE else next(iter(others), SOURCE)

    def text_in(self, block: Block, tag: str) -> Markup:
        """A whole block in any language, as markup; Chinese words in this page's translation are marked."""
        joint = "" if LOCALES[tag].script in ("hans", "hant", "jpan") else " "
        text = joint.join(block.in_locale(piece, tag)[0] for piece in block.pieces)
        return self.mixed(text) if tag == self.tag and self.block_lang(block, tag) == tag else escape(text)

    @staticmethod
    def block_lang(block: Block, tag: str) -> str:
        """The language that `text_in` really gives: Chinese where a piece is not translated."""
        states = {block.in_locale(piece, tag)[1] for piece in block.pieces}
        return SOURCE if states & {"source", "missing"} else tag

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

    def cited_by(self, ref: str) -> list[Entry]:
        """Entries that stand on a plan block, named with its plan."""
        return self._cited_by.get(self.catalog.canonical(ref), [])

    def desk(self, sector: str) -> Markup:
        """The queue that answers for a sector: that of the first rule asking for nothing but it, else the default."""
        desks = self.catalog.desks
        if desks is None:
            return Markup("")
        alone = (rule.desk for rule in desks.rules if sector in rule.when.sector and only_sector(rule.when))
        names = desks.desks[next(alone, desks.default)].names
        tag = next(tag for tag in (self.tag, "en", SOURCE) if tag in names)
        return self.marked(names[tag], tag)

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
