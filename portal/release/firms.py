"""What kind of firm a term of the plan means, told by its Chinese words; one rule for every language's page."""

from __future__ import annotations

from portal.catalog.store import Entry
from portal.locales import SOURCE

#: kind -> Chinese words of the plan that say it; a term may say several
FIRM_KINDS: dict[str, tuple[str, ...]] = {
    "leading": ("龙头", "领军", "头部", "领先", "500", "知名", "代表", "中央企业", "国有企业"),
    "growing": ("专精特新", "瞪羚", "独角兽", "成长", "初创", "新兴", "创新企业", "创新型", "前沿", "科技型"),
    "makers": ("制造", "生产", "整机", "药企业", "工厂", "食品企业"),
    "suppliers": ("配套", "零部件", "材料企业", "封测", "供应链", "结构件"),
    "research": ("研发机构", "科研", "院所", "高校", "实验室", "研发型", "研究"),
    "services": ("服务", "解决方案", "解决商", "CRO", "CMO", "运营", "软件", "设计公司", "设计企业", "机构", "内容"),
    "brands": ("品牌", "连锁", "零售", "酒店", "渠道商"),
}


def kinds_of(term: str) -> tuple[str, ...]:
    """The kinds a Chinese term says; none for a term such as 相关企业."""
    return tuple(kind for kind, words in FIRM_KINDS.items() if any(word in term for word in words))


def firms_of(entry: Entry, tag: str) -> list[tuple[tuple[str, ...], str]]:
    """(kinds, words in the page's language) of every kind of firm that an opportunity's text seeks.

    Terms stand in the same order in every language (checked before a release), so the Chinese decides the kind.
    """
    source, shown = entry.prose(SOURCE), entry.prose(tag)
    pairs = list(zip(source.sought.firms, shown.sought.firms, strict=False))
    for slug, segment in source.segments.items():
        if slug in shown.segments:
            pairs += zip(segment.firms, shown.segments[slug].firms, strict=False)
    return [(kinds_of(chinese), words) for chinese, words in pairs]
