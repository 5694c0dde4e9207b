"""Figures of the catalog laid out for drawing: shares, positions and texts; the macros of `macros/charts.html` draw.

Drawn by hand, without a charting library: pages allow no inline styles, so what a library writes into `style` would be
lost; and these pictures follow the reader's language, writing direction and colour scheme. Positions are in percent of
the width, so that a picture fits a phone without shrinking its letters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from markupsafe import Markup, escape

from portal import l10n
from portal.catalog.models import Fact, IndicatorFacts, OpportunityFacts
from portal.catalog.store import Entry
from portal.release.view import View

_HUNDRED = Decimal(100)
#: what fits beside each other on a phone of 320 dots, in em
_PHONE_EM = 18


@dataclass(frozen=True)
class Bar:
    """One bar: what it stands for, how long it is (percent of the longest), and its figure as words."""

    label: Markup
    share: str
    text: str
    href: str = ""
    #: `rest` for what is left over, `before` for the state before the plan
    kind: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The label in lines that fit a phone."""
        return tuple(wrap(self.label.striptags(), _PHONE_EM))


@dataclass(frozen=True)
class Pair:
    """An indicator before the plan and as the plan wants it, on one scale."""

    entry: Entry
    #: its name, in lines that fit a phone
    lines: tuple[str, ...]
    bars: tuple[Bar, ...]
    #: the target is a sum of several years: what is drawn is its yearly average
    spread: str = ""


@dataclass(frozen=True)
class Stage:
    """A stage of a value chain: its name, broken into lines for the two drawings, and the segment it leads to."""

    name: str
    href: str
    #: middle of the stage in percent of the width
    middle: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class ChapterBar:
    """A chapter of the plan on the strip of its pages."""

    number: str
    title: Markup
    href: str
    first: int
    last: int
    start: str
    width: str
    sections: tuple[tuple[Markup, str], ...]

    @property
    def pages(self) -> int:
        """How many pages the chapter fills or begins and ends on."""
        return self.last - self.first + 1


def percent(value: Decimal, of: Decimal) -> str:
    """A share as a length such as `62.5`; two decimals are finer than a screen's dots."""
    return f"{(value / of * _HUNDRED).quantize(Decimal('0.01')).normalize():f}" if of else "0"


def sector_bars(view: View) -> list[Bar]:
    """Contracted-investment targets by sector, largest first, then what the plan allots to none."""
    sectors = [(view.sector_target(entry), entry) for entry in view.catalog.all("sectors")]
    sectors.sort(key=lambda pair: -pair[0])
    rest = total_target(view) - sum((value for value, _ in sectors), Decimal(0))
    longest = max([rest, *(value for value, _ in sectors)])
    bars = [
        Bar(view.title(entry), percent(value, longest), view.sector_target_text(entry), view.href(entry))
        for value, entry in sectors
    ]
    if rest > 0:
        label = escape(view._("Not allotted to any sector"))
        bars.append(Bar(label, percent(rest, longest), l10n.money(rest, view.tag), kind="rest"))
    return bars


def total_target(view: View) -> Decimal:
    """The plan's target of contracted investment for all sectors together, in 亿元; 0 when it is not in the data."""
    entry = view.catalog.get("indicators", "contracted-investment")
    facts = entry.facts if entry else None
    values = facts.values if isinstance(facts, IndicatorFacts) else ()
    return next((fact.value for fact in values if fact.key == "target" and fact.value), Decimal(0))


def indicator_pairs(view: View) -> list[Pair]:
    """The rows of table 1, each on a scale of its own: the year before the plan beside the plan's target.

    A target for all years together is drawn as the average of a year, and says so: a sum beside one year would lie.
    """
    meta = view.plan.meta
    years = int(str(meta.period_end)[:4]) - int(str(meta.period_start)[:4]) + 1
    return [pair for entry in view.catalog.all("indicators") if (pair := _pair(view, entry, years))]


def _pair(view: View, entry: Entry, years: int) -> Pair | None:
    if not isinstance(entry.facts, IndicatorFacts) or entry.facts.category != "table-1":
        return None
    found = {fact.key: fact for fact in entry.facts.values}
    before, target = found.get("baseline"), found.get("target")
    if before is None or target is None or before.value is None or target.value is None or before.unit != target.unit:
        return None
    spread = target.cumulative
    yearly = target.value / years if spread else target.value
    longest = max(before.value, yearly)
    text = view.value_text(target)
    shown = view.value_text(target.model_copy(update={"value": yearly, "bound": None})) if spread else text
    bars = (
        Bar(escape(str(before.year)), percent(before.value, longest), view.value_text(before), kind="before"),
        Bar(escape(_span(view, target, spread)), percent(yearly, longest), shown),
    )
    return Pair(entry, tuple(wrap(entry.prose(view.tag).title, _PHONE_EM)), bars, text if spread else "")


def _span(view: View, target: Fact, spread: bool) -> str:
    start, end = str(view.plan.meta.period_start)[:4], str(view.plan.meta.period_end)[:4]
    if spread or target.average:
        return view._("%(start)s–%(end)s, average of a year", start=start, end=end)
    return str(target.year)


def chain_stages(view: View, entry: Entry) -> list[Stage]:
    """The stages of an opportunity's value chain as the plan states it; none where it states none."""
    if not isinstance(entry.facts, OpportunityFacts) or entry.facts.chain is None:
        return []
    stages, names = entry.facts.chain.stages, entry.prose(view.tag).chain
    count = len(stages)
    return [
        Stage(
            name,
            f"#{stage.segment}" if stage.segment else "",
            percent(Decimal(2 * place + 1), Decimal(2 * count)),
            tuple(wrap(name, 56 / count)),
        )
        for place, (stage, name) in enumerate(zip(stages, names, strict=True))
    ]


def width_of(text: str) -> float:
    """About how wide a text is, in em: full-width signs count 1, others a little more than a half."""
    return sum(1.0 if unicodedata.east_asian_width(sign) in "WF" else 0.55 for sign in text)


def wrap(text: str, em: float) -> Iterator[str]:
    """Lines of at most `em`, broken between words, and inside texts without spaces after any full-width sign."""
    line = ""
    for word in _breakable(text):
        if line and width_of(line + word.rstrip()) > em:
            yield line.strip()
            line = ""
        line += word
    if line.strip():
        yield line.strip()


def _breakable(text: str) -> Iterator[str]:
    word = ""
    for sign, following in pairwise(f"{text} "):
        word += sign
        wide = unicodedata.east_asian_width(sign) in "WF"
        # Chinese punctuation does not begin a line.
        if sign == " " or (wide and not unicodedata.category(following).startswith("P")):
            yield word
            word = ""
    if word:
        yield word


def chapter_strip(view: View) -> list[ChapterBar]:
    """The chapters of the default plan along its pages, with their sections."""
    plan = view.plan
    chapters = [(number, list(blocks)) for number, blocks in plan.chapters()]
    last_page = plan.meta.pages
    bars: list[ChapterBar] = []
    for number, blocks in chapters:
        head = view.chapter_head(blocks)
        first, last = blocks[0].page, max(piece.page for piece in blocks[-1].pieces)
        path = view.url(f"plan/{plan.meta.chapters[number]}/")
        sections = tuple(
            (view.marked(view.block_text(block), view.piece_lang(block, block.pieces[0])), view.plan_href(block.id))
            for block in blocks
            if block.kind == "section"
        )
        title = (
            view.marked(view.block_text(head), view.piece_lang(head, head.pieces[0]))
            if head
            else escape(view._("Notice and foreword"))
        )
        bars.append(
            ChapterBar(
                number,
                title,
                path,
                first,
                last,
                percent(Decimal(first - 1), Decimal(last_page)),
                percent(Decimal(last - first + 1), Decimal(last_page)),
                sections,
            )
        )
    return bars
