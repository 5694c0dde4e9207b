"""What investors type, over the real content: the plainly right page is the first hit."""

import pytest

from search import Engine

CHINESE = {
    "溅射靶材": "semiconductors",
    "半导体": "semiconductors",
    "芯片设计": "semiconductors",
    "碳化硅": "semiconductors",
    "ＩＧＢＴ": "semiconductors",
    "半導体": "semiconductors",
    "方便面": "food-and-beverages",
    "自加热火锅": "food-and-beverages",
    "氢燃料电池": "hydrogen-energy",
    "区块链": "basic-and-emerging-software",
    "体外诊断": "medical-devices",
    "疫苗": "biomedicine",
    "养老": "health-and-wellness-services",
    "重庆养老产业项目": "health-and-wellness-services",
    "电梯": "lifts",
    "エレベーター": "lifts",
    "elevators": "lifts",
    "储能": "energy-storage",
    "锂电池": "core-supplies-for-new-energy-vehicles",
    "新能源汽车电池": "core-supplies-for-new-energy-vehicles",
    "摩托车": "electric-motorcycles",
    "工业机器人": "industrial-robots",
    "数控机床": "cnc-machine-tools",
    "挖掘机": "construction-machinery",
    "激光电视": "new-display-technologies",
    "智能手表": "smart-terminals",
    "4K/8K": "digital-content",
    "游戏动漫": "digital-content",
    "L3级自动驾驶": "complete-vehicles-and-development-platforms",
    "化妆品": "beauty-products",
    "卫星": "aerospace-development",
    "种业": "modern-seed-industry",
    "茶": "speciality-farm-products-and-processing",
    "中药材": "speciality-farm-products-and-processing",
    "节能环保": "energy-saving-environment",
    "两江新区": "liangjiang-new-area",
    "高新区": "chongqing-hitech-zone",
    "科学城": "western-chongqing-science-city",
    "自贸区": "chongqing-pilot-ftz",
    "西永": "xiyong-cbz",
    "渝东北": "northeast-three-gorges",
    "外商投资法": "foreign-investment-law",
    "负面清单": "negative-list-2024",
    "鼓励外商投资产业目录": "encouraged-catalogue",
    "西部大开发 所得税": "western-cit-15",
    "智博会": "smart-china-expo",
    "西洽会": "wcifit",
    "投诉": "complaints",
    "为什么选择重庆": "why-chongqing",
    "合同引资": "contracted-investment",
    "10万亿": "contracted-investment",
}
ENGLISH = {
    "sputtering targets": "semiconductors",
    "semiconductors in Chongqing": "semiconductors",
    "semiconducters": "semiconductors",
    "semi conductors": "semiconductors",
    "溅射靶材": "semiconductors",
    "instant noodles": "food-and-beverages",
    "I want to build a factory for instant noodles": "food-and-beverages",
    "hotpot": "food-and-beverages",
    "hydrogen fuel cells": "hydrogen-energy",
    "hydrogen feul cells": "hydrogen-energy",
    "blockchain": "basic-and-emerging-software",
    "in vitro diagnostics": "medical-devices",
    "medical devices": "medical-devices",
    "clinical CRO": "pharmaceutical-innovation-platforms",
    "vaccines": "biomedicine",
    "gene therapy": "gene-technology",
    "elderly care": "health-and-wellness-services",
    "lift": "lifts",
    "elevator": "lifts",
    "电梯": "lifts",
    "motorcycles": "electric-motorcycles",
    "electric motorcyle": "electric-motorcycles",
    "cold chain vehicles": "vehicle-bodies-and-modified-vehicles",
    "lithium batteries": "core-supplies-for-new-energy-vehicles",
    "EV charging": "infrastructure-and-automotive-aftermarket",
    "carbon fiber": "high-performance-fibres-and-composites",
    "aluminum alloy": "advanced-metal-materials",
    "mini LED": "new-display-technologies",
    "OLED": "new-display-technologies",
    "smart watches": "smart-terminals",
    "wind turbines": "wind-power",
    "solar": "photovoltaics",
    "energy storage": "energy-storage",
    "robots": "industrial-robots",
    "machine tools": "cnc-machine-tools",
    "rail transit": "rail-transit",
    "satellite": "aerospace-development",
    "cosmetics": "beauty-products",
    "banks": "financial-services",
    "tourism": "modern-culture-and-tourism",
    "R&D institutes": "new-type-r-and-d-institutions",
    "seed industry": "modern-seed-industry",
    "renewable energy": "new-energy-storage",
    "Liangjiang": "liangjiang-new-area",
    "Western Science City": "western-chongqing-science-city",
    "free trade zone": "chongqing-pilot-ftz",
    "foreign investment law": "foreign-investment-law",
    "negative list": "negative-list-2024",
    "tax incentives western region": "western-cit-15",
    "RCEP": "rcep",
    "Smart China Expo": "smart-china-expo",
    "complaint": "complaints",
    "why Chongqing": "why-chongqing",
    "contracted investment": "contracted-investment",
    # Syllables of one name, though another page has each of them; a slip beside a hyphen.
    "yiliao qixie": "medical-devices",
    "semi-conducteurrs": "semiconductors",
    # A slip in kana, each pair of which stands somewhere.
    "ロボティックス": "industrial-robots",
}
NONSENSE = [
    "魑魅魍魉",
    "紫色跳舞的大象",
    "不存在的词汇啊",
    "asdfghjkl qwerty",
    "purple dancing elephant",
    "flurbostan",
    "xyzzy",
    "how to tie a tie",
]


@pytest.mark.parametrize(
    ("locale", "text", "slug"),
    [("zh-Hans", *item) for item in CHINESE.items()] + [("en", *item) for item in ENGLISH.items()],
)
def test_plainly_right_page_is_first(portal_engines: dict[str, Engine], locale: str, text: str, slug: str) -> None:
    hits = portal_engines[locale].search(text).hits
    assert [hit.slug for hit in hits[:1]] == [slug], [(hit.id, hit.score) for hit in hits[:4]]
    assert hits[0].url.startswith(f"/{locale}/")


@pytest.mark.parametrize("locale", ["zh-Hans", "en"])
@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_finds_nothing(portal_engines: dict[str, Engine], locale: str, text: str) -> None:
    assert portal_engines[locale].search(text).total == 0


@pytest.mark.parametrize(("locale", "text"), [("zh-Hans", "综合保税区"), ("en", "bonded zone")])
def test_bonded_zones_come_before_everything_else(portal_engines: dict[str, Engine], locale: str, text: str) -> None:
    first = portal_engines[locale].search(text).hits[:7]
    assert {hit.type for hit in first} == {"parks"}
    assert all(hit.slug.endswith("-cbz") for hit in first)


@pytest.mark.parametrize(("locale", "text"), [("zh-Hans", "溅射靶材"), ("en", "sputtering targets")])
def test_opportunity_stands_for_its_plan_item(portal_engines: dict[str, Engine], locale: str, text: str) -> None:
    hit = portal_engines[locale].search(text).hits[0]
    assert (hit.type, hit.plan) == ("opportunities", ("3.1.1#1",))
    assert hit.url == f"/{locale}/opportunities/semiconductors/#materials"
    assert hit.snippet.marks
