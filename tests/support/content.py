"""A tiny complete content folder, in Chinese and English, that publishes with the real templates.

Tests break one thing at a time in it: `replace`, `write`, `remove`; `place` says where in a file something stands.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from portal.catalog.checks import Checker
from portal.catalog.faults import ContentError, Fault
from portal.catalog.loader import load
from portal.catalog.store import Catalog
from portal.release.assets import collect
from portal.release.build import Paths, publish
from portal.release.render import Renderer

BASE_URL = "https://invest.example"
ROOT = Path(__file__).resolve().parents[2]
PLAN = "plans/2021-2025"
SECTOR = "sectors/next-generation-it"
OPPORTUNITY = "opportunities/semiconductors"
REGION = "regions/central-urban-area"
PARK = "parks/liangjiang-new-area"
POLICY = "policies/foreign-investment-law"
EVENT = "events/smart-china-expo"
INDICATOR = "indicators/contracted-investment"
STORY = "stories/battery-headquarters"
GUIDE = "guides/why-chongqing"
SITE_GUIDES = ("about-this-site", "about-the-plan", "privacy", "accessibility", "complaints")
ENTRIES = (SECTOR, OPPORTUNITY, REGION, PARK, POLICY, EVENT, INDICATOR, STORY, GUIDE)

_PLAN_YAML = """\
slug: 2021-2025
default: true
number: 渝招商规﹝2021﹞54号
issued: '2021-12-28'
period_start: 2021
period_end: 2025
pages: 54
titles:
  zh-Hans: 试验规划
  en: Trial plan
chapters:
  '0': foreword
  '2': requirements
  '3': priorities
errata:
  - block: 3.1.1#1
    printed: IDM（整合原件制造）
    reading: IDM（整合元件制造）
    note:
      zh-Hans: 应为“整合元件制造”。
      en: Should read “整合元件制造”.
"""
#: (marker, page, Chinese, English) of every piece of the plan, by file
_PIECES: dict[str, tuple[tuple[str, int, str, str], ...]] = {
    "0-foreword.md": (("0~1", 1, "关于印发试验规划的通知。", "Notice of the trial plan."),),
    "2-requirements.md": (
        ("2", 8, "第二章 总体要求", "Chapter 2 General requirements"),
        ("2.3", 10, "第三节 主要目标", "Section 3 Main targets"),
        ("2.3~1", 10, "“十四五”期间全市合同引资 10 万亿元。", "Contracted investment of CNY 10 trillion."),
        ("2.3~6", 11, "表 1 主要指标", "Table 1 Main indicators"),
        ("2.3~7", 11, "1 合同引资（亿元） 预期性 14,600 【100,000】", "1 Contracted investment 14,600 (100,000)"),
        ("2.4", 12, "第四节 空间布局", "Section 4 Spatial layout"),
        ("2.4~1", 12, "推进差异化发展和产业协同发展。", "Development is to be differentiated and coordinated."),
        ("2.4~2", 12, "中心城区要提升发展能级，重点引进研发环节。", "The central area attracts research."),
    ),
    "3-priorities.md": (
        ("3", 14, "第三章 招商引资重点方向", "Chapter 3 Priorities"),
        ("3.1", 14, "第一节 战略性新兴产业", "Section 1 Strategic emerging industries"),
        ("3.1.1", 14, "（一）新一代信息技术", "(1) Next-generation IT"),
        (
            "3.1.1~1",
            14,
            "新一代信息技术领域计划合同引资 1 万亿元，策划引进头部企业 10 家。",
            "Contracted investment of CNY 1 trillion and 10 leading firms are planned for next-generation IT.",
        ),
        (
            "3.1.1#1",
            14,
            "1．半导体。围绕“设计—材料”产业链关键环节，以 IDM（整合原件制造）为主要路径，打造产业集群。",
            "1. Semiconductors. Along the chain “design – materials”, by the IDM path, a cluster is to be built.",
        ),
        (
            "3.1.1#1/design",
            14,
            "芯片设计环节，重点招引射频芯片、显示驱动芯片企业。",
            "In chip design, makers of radio frequency chips and display driver chips are sought.",
        ),
        (
            "3.1.1#1/materials",
            15,
            "材料环节，重点引进光刻胶、溅射靶材项目。",
            "In materials, photoresist and sputtering target projects are sought.",
        ),
    ),
}

_FILES: dict[str, str] = {
    "site.yaml": """\
locales: [zh-Hans, en]
default_locale: zh-Hans
names:
  zh-Hans: 投资试验
  en: Invest Trial
host_unit:
  zh-Hans: 试验局
  en: Trial Bureau
divisions_as_of: '2021-12'
""",
    "sources.yaml": """\
park-page:
  publisher: 两江新区管委会 (Liangjiang New Area)
  address: 'https://example.org/park'
  official: true
  link: true
law-text:
  publisher: Gazette
  address: 'http://example.org/law'
  note: 'A copy: 公报副本。'
""",
    "glossary.tsv": """\
id\tkind\tpage\tzh-Hans\tzh-Hant\ten\tja\ten_status
item.01\titem\t14\t半导体\t半導體\tsemiconductors\t半導体\tusual
term.target\tterm\t15\t溅射靶材\t濺射靶材\tsputtering targets\tスパッタリングターゲット\tusual
""",
    f"{SECTOR}/facts.yaml": """\
plan: 3.1.1
order: 1
family: emerging
targets:
  - key: contracted-investment
    value: 10000
    unit: cny-100m
    plan: 3.1.1~1
    quote: 合同引资 1 万亿元
  - key: leading-firms
    value: 10
    unit: firms
    plan: 3.1.1~1
    quote: 头部企业 10 家
""",
    f"{SECTOR}/zh-Hans.md": """\
---
title: 新一代信息技术
summary: 面向“智造重镇”建设需求。
---
""",
    f"{SECTOR}/en.md": """\
---
title: Next-generation IT
summary: For the needs of a smart city.
---
""",
    f"{OPPORTUNITY}/facts.yaml": """\
plan: 3.1.1#1
number: 1
sector: next-generation-it
chain:
  quote: 设计—材料
  stages:
    - id: design
      segment: design
    - id: materials
      segment: materials
segments: [design, materials]
""",
    f"{OPPORTUNITY}/zh-Hans.md": """\
---
title: 半导体
summary: 招引芯片设计和材料企业。
chain: [设计, 材料]
sought:
  firms: [产业集群]
segments:
  design:
    label: 芯片设计
    products: [射频芯片, 显示驱动芯片]
  materials:
    label: 材料
    products: [光刻胶, 溅射靶材]
---
""",
    f"{OPPORTUNITY}/en.md": """\
---
title: Semiconductors
summary: Chip design firms and material makers are sought.
chain: [Design, Materials]
sought:
  firms: [cluster]
segments:
  design:
    label: Chip design
    products: [radio frequency chips, display driver chips]
  materials:
    label: Materials
    products: [photoresist, sputtering targets]
---
""",
    f"{REGION}/facts.yaml": """\
order: 1
plan: 2.4~2
quote: 中心城区要提升发展能级
directions:
  - id: research
    plan: 2.4~2
    quote: 重点引进研发环节
    sectors: [next-generation-it]
districts:
  - adcode: '500103'
    kind: district
    names:
      zh-Hans: 渝中区
      en: Yuzhong District
    pinyin: Yúzhōng Qū
  - adcode: '500105'
    kind: district
    names:
      zh-Hans: 江北区
      en: Jiangbei District
    pinyin: Jiāngběi Qū
    successor: '500157'
""",
    f"{REGION}/zh-Hans.md": """\
---
title: 中心城区
summary: 提升发展能级。
texts:
  research: 研发环节
---

## 相关条目

- [两江新区](park:liangjiang-new-area)
""",
    f"{REGION}/en.md": """\
---
title: Central urban area
summary: It is to move up.
texts:
  research: Research links
---

## Related entries

- [Liangjiang New Area](park:liangjiang-new-area)
""",
    f"{PARK}/facts.yaml": """\
order: 1
level: national
kind: national-new-area
regions: [central-urban-area]
source: [park-page]
facts:
  - key: area
    value: 1200
    unit: km2
    year: 2010
    source: [park-page]
  - key: approved
    date: '2010-05'
    source: [park-page]
  - key: authority
    codes: ['authority:state-council']
    source: [park-page]
  - key: districts
    codes: ['district:500105']
    scope: plan-period
    source: [park-page]
  - key: industries-as-stated
    prose: true
    source: [park-page]
""",
    f"{PARK}/zh-Hans.md": """\
---
title: 两江新区
summary: 国家级新区。
texts:
  industries-as-stated: 汽车、电子
notes:
  area: 规划面积。
---
""",
    f"{PARK}/en.md": """\
---
title: Liangjiang New Area
summary: A national-level new area.
texts:
  industries-as-stated: Cars and electronics
notes:
  area: Planned area.
---
""",
    f"{POLICY}/facts.yaml": """\
level: national
kind: law
number: 主席令第26号
issued: '2019-03-15'
effective: '2020-01-01'
status: in-force
status_checked: '2026-11-23'
all_sectors: true
source: [law-text]
facts:
  - key: measures
    value: 42
    unit: units
    source: [law-text]
""",
    f"{POLICY}/zh-Hans.md": """\
---
title: 外商投资法
summary: 外商投资的基本法律。
issuers: [全国人民代表大会]
---
""",
    f"{POLICY}/en.md": """\
---
title: Foreign Investment Law
summary: The basic law of foreign investment.
issuers: [National People's Congress]
---
""",
    f"{EVENT}/facts.yaml": """\
order: 1
scope: chongqing
first: '2018'
plan: 2.4~1
quote: 差异化发展
""",
    f"{EVENT}/zh-Hans.md": """\
---
title: 智博会
summary: 规划点名的平台。
---
""",
    f"{EVENT}/en.md": """\
---
title: Smart China Expo
summary: A platform the plan names.
---
""",
    f"{INDICATOR}/facts.yaml": """\
order: 1
category: table-1
row: 1
values:
  - key: baseline
    value: 14600
    unit: cny-100m
    year: 2020
    plan: 2.3~7
    quote: 14,600
  - key: target
    value: 100000
    unit: cny-100m
    year: 2025
    cumulative: true
    plan: 2.3~7
    quote: 【100,000】
""",
    f"{INDICATOR}/zh-Hans.md": """\
---
title: 合同引资
---
""",
    f"{INDICATOR}/en.md": """\
---
title: Contracted investment
---
""",
    f"{STORY}/facts.yaml": """\
order: 1
plan: 2.3~1
quote: 合同引资 10 万亿元
sectors: [next-generation-it]
parks: [liangjiang-new-area]
""",
    f"{STORY}/zh-Hans.md": """\
---
title: 电池总部
summary: 规划所列落地项目。
---
""",
    f"{STORY}/en.md": """\
---
title: Battery headquarters
summary: A project the plan names as landed.
---
""",
    f"{GUIDE}/facts.yaml": """\
order: 1
group: invest
updated: '2026-11-23'
plan: 2.3~1
""",
    f"{GUIDE}/zh-Hans.md": """\
---
title: 为什么是重庆
summary: 规划的理由。
---

## 目标

规划目标是 [](figure:contracted-investment/target)（[第14页](plan:3.1.1#1/design)）。

另见 [](sector:next-generation-it)、[来源](source:park-page)和[联系我们](page:invest)。
""",
    f"{GUIDE}/en.md": """\
---
title: Why Chongqing
summary: The reasons of the plan.
---

## Target

The target of the plan is [](figure:contracted-investment/target) ([p. 14](plan:3.1.1#1/design)).

See also [](sector:next-generation-it), [the source](source:park-page) and [write to us](page:invest).
""",
}


def _hash(text: str) -> str:
    return hashlib.sha256(text.strip().encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Content:
    """A content folder on disk."""

    folder: Path

    def path(self, name: str) -> Path:
        return self.folder / name

    def read(self, name: str) -> str:
        return self.path(name).read_text("utf-8")

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def replace(self, name: str, old: str, new: str) -> None:
        """Change the only place where `old` stands."""
        text = self.read(name)
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        self.write(name, text.replace(old, new))

    def append(self, name: str, text: str) -> None:
        self.write(name, self.read(name) + text)

    def remove(self, name: str) -> None:
        self.path(name).unlink()

    def place(self, name: str, needle: str) -> tuple[str, int, int]:
        """Shown path, line and column (from 1) of the first `needle` in a file."""
        before = self.read(name).partition(needle)
        assert before[1], f"{needle!r} does not stand in {name}"
        return self.shown(name), before[0].count("\n") + 1, len(before[0].rpartition("\n")[2]) + 1

    def shown(self, name: str) -> str:
        return f"content/{name}"

    def pin(self, entry: str, locale: str = "en") -> None:
        """Make the translation of an entry fresh."""
        name = f"{entry}/{locale}.md"
        lines = [line for line in self.read(name).split("\n") if not line.startswith("source: ")]
        lines.insert(lines.index("---", 1), f"source: '{_hash(self.read(f'{entry}/zh-Hans.md'))}'")
        self.write(name, "\n".join(lines))

    def load(self) -> Catalog:
        return load(self.folder)

    def check(self) -> list[Fault]:
        """Faults of loading, or of the checks when it loads."""
        try:
            return Checker(load(self.folder)).run()
        except ContentError as error:
            return list(error.faults)

    def warnings(self) -> list[str]:
        checker = Checker(load(self.folder))
        checker.run()
        return checker.warnings

    def paths(self, var: Path, static: Path | None = None) -> Paths:
        """Where a release of this content is made from and put."""
        return Paths(
            content=self.folder,
            templates=ROOT / "templates",
            messages=ROOT / "locales",
            static=static or ROOT / "static",
            releases=var / "releases",
            current=var / "current",
        )

    def renderer(self, base_url: str = BASE_URL) -> Renderer:
        return Renderer(
            self.load(),
            templates=ROOT / "templates",
            messages=ROOT / "locales",
            assets=collect(ROOT / "static"),
            base_url=base_url,
        )

    def publish(self, var: Path, keep: int = 3) -> Path:
        """Publish below `var`; gives the folder of the new release."""
        release, _ = publish(self.paths(var), base_url=BASE_URL, keep=keep)
        return var / "releases" / release


def plan_file(pieces: tuple[tuple[str, int, str, str], ...], locale: str) -> str:
    """A plan file in a locale; translations pin the hash of their source."""
    parts = []
    for ref, page, chinese, english in pieces:
        mark = f"<!-- {ref} p{page} -->" if locale == "zh-Hans" else f"<!-- {ref} p{page} @{_hash(chinese)} -->"
        parts.append(f"{mark}\n{chinese if locale == 'zh-Hans' else english}\n")
    return "\n".join(parts)


def tiny(parent: Path) -> Content:
    """Write the folder `content` below `parent`."""
    content = Content(parent / "content")
    for name, text in _FILES.items():
        content.write(name, text)
    for number, slug in enumerate(SITE_GUIDES, start=2):
        content.write(f"guides/{slug}/facts.yaml", f"order: {number}\ngroup: site\nupdated: '2026-11-23'\n")
        content.write(f"guides/{slug}/zh-Hans.md", f"---\ntitle: 指南{number}\n---\n\n正文。\n")
        content.write(f"guides/{slug}/en.md", f"---\ntitle: Guide {number}\n---\n\nText.\n")
        content.pin(f"guides/{slug}")
    for entry in ENTRIES:
        content.pin(entry)
    content.write(f"{PLAN}/plan.yaml", _PLAN_YAML)
    for name, pieces in _PIECES.items():
        for locale in ("zh-Hans", "en"):
            content.write(f"{PLAN}/{locale}/{name}", plan_file(pieces, locale))
    return content
