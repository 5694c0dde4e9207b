"""Chinese and English names of what the form stores as codes: its questions, options and the marks of doubt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from portal import l10n
from portal.inbox.desks import DeskTable
from portal.locales import LOCALES

Pair = tuple[str, str]

FIELDS: Final[Mapping[str, Pair]] = {
    "name": ("姓名", "Name"),
    "title": ("职务", "Job title"),
    "email": ("电子邮箱", "E-mail"),
    "phone": ("电话", "Phone"),
    "language": ("首选语言", "Preferred language"),
    "channel": ("首选联系方式", "Preferred channel"),
    "company": ("企业", "Company"),
    "country": ("国家或地区", "Country or region"),
    "website": ("网站", "Website"),
    "company_kind": ("机构类型", "Kind of organisation"),
    "ownership": ("内资或外资", "Domestic or foreign"),
    "marks": ("龙头标志", "Marks"),
    "project_kind": ("项目类型", "Kind of project"),
    "sectors": ("产业", "Sectors"),
    "opportunities": ("招商方向", "Opportunities"),
    "segments": ("招商方向的环节", "Parts of the opportunity"),
    "investment": ("投资规模", "Investment"),
    "currency": ("币种", "Currency"),
    "jobs": ("就业人数", "Jobs"),
    "premises": ("场地需求", "Premises"),
    "utilities": ("公用设施需求", "Utilities"),
    "start": ("启动时间", "Start"),
    "readiness": ("准备程度", "Readiness"),
    "regions": ("意向区域", "Regions"),
    "parks": ("意向园区", "Parks"),
    "topic": ("事由", "What it is about"),
    "policies": ("咨询的政策", "Policies asked about"),
    "message": ("留言", "Message"),
    "heard": ("得知渠道", "How they heard"),
    "consent_email": ("同意邮件联系", "Consent to e-mail"),
    "consent_phone": ("同意电话联系", "Consent to phone calls"),
}

OPTIONS: Final[Mapping[str, Mapping[str, Pair]]] = {
    "channel": {"email": ("邮件", "E-mail"), "phone": ("电话", "Phone"), "video": ("视频会议", "Video call")},
    "company_kind": {
        "industrial": ("产业企业", "Industrial company"),
        "fund": ("基金", "Fund"),
        "institution": ("机构", "Institution"),
        "intermediary": ("中介", "Intermediary"),
    },
    "ownership": {
        "domestic": ("内资", "Domestic"),
        "foreign": ("外资（含港澳台）", "Foreign, including Hong Kong, Macao and Taiwan"),
    },
    "marks": {
        "fortune-500": ("世界 500 强", "Fortune Global 500"),
        "listed": ("上市企业", "Listed"),
        "specialised-sophisticated": ("专精特新", "Specialised and sophisticated"),
    },
    "project_kind": {
        "new-plant": ("新建", "New plant"),
        "expansion": ("扩建", "Expansion"),
        "rnd": ("研发", "R&D"),
        "headquarters": ("总部", "Headquarters"),
        "fund": ("基金", "Fund"),
        "merger": ("并购", "Merger"),
        "other": ("其他", "Other"),
    },
    "investment": {
        "under-10m": ("1000 万以下", "Under 10 million"),
        "10m-50m": ("1000 万至 5000 万", "10 to 50 million"),
        "50m-200m": ("5000 万至 2 亿", "50 to 200 million"),
        "200m-1b": ("2 亿至 10 亿", "200 million to 1 billion"),
        "over-1b": ("10 亿以上", "Over 1 billion"),
    },
    "currency": {
        "CNY": ("人民币", "Renminbi (CNY)"),
        "USD": ("美元", "US dollar (USD)"),
        "EUR": ("欧元", "Euro (EUR)"),
        "JPY": ("日元", "Japanese yen (JPY)"),
        "HKD": ("港元", "Hong Kong dollar (HKD)"),
        "other": ("其他", "Other"),
    },
    "premises": {
        "land": ("土地", "Land"),
        "plant": ("厂房", "Plant"),
        "office": ("办公", "Office"),
        "laboratory": ("实验室", "Laboratory"),
    },
    "utilities": {
        "power": ("用电", "Power"),
        "gas": ("燃气", "Gas"),
        "steam": ("蒸汽", "Steam"),
        "water": ("用水", "Water"),
        "waste-water": ("污水", "Waste water"),
        "hazardous": ("危险品", "Hazardous goods"),
        "data": ("数据中心容量", "Data centre capacity"),
    },
    "start": {
        "under-6": ("6 个月内", "Within 6 months"),
        "6-12": ("6 至 12 个月", "6 to 12 months"),
        "12-24": ("12 至 24 个月", "12 to 24 months"),
        "over-24": ("24 个月以后", "After 24 months"),
    },
    "readiness": {
        "idea": ("设想", "Idea"),
        "study": ("可行性研究", "Feasibility study"),
        "site-selection": ("选址", "Choosing a site"),
        "decided": ("已决定", "Decided"),
    },
    "regions": {"undecided": ("尚未决定", "Not decided yet")},
    "parks": {"undecided": ("尚未决定", "Not decided yet")},
    "topic": {
        "project": ("投资项目", "An investment project"),
        "question": ("咨询", "A question"),
        "page-error": ("网站有误", "An error on the site"),
    },
    "consent_email": {"True": ("是", "yes")},
    "consent_phone": {"True": ("是", "yes")},
}

#: why a lead stands in quarantine, or should be looked at twice
FLAGS: Final[Mapping[str, Pair]] = {
    "honeypot": ("填写了隐藏栏", "a hidden field was filled in"),
    "no-proof": ("未完成人机校验（例如浏览器不运行脚本）", "no proof of work, as from a browser without scripts"),
    "bad-proof": ("人机校验无效", "the proof of work is not valid"),
    "too-fast": ("不到三秒即提交", "sent within three seconds"),
    "look-alike-domain": ("邮箱域名可能仿冒", "the e-mail domain may be a look-alike"),
    "conformance-test": ("接收端测试，不是真实线索", "a test of the receiver, not an investor"),
}

#: questions whose options are entries of the content, and conditions of rules that look at them
_COLLECTIONS = {"sector": "sectors", "region": "regions", "park": "parks", "kind": "project_kind"}


def label(name: str) -> Pair:
    """What the question is called; its name where it is none of the form's."""
    return FIELDS.get(name, (name, name))


def option(table: DeskTable, name: str, code: object) -> str:
    """`中文 / English` of one answer to the question (or condition of a rule) `name`; the code where it has no name."""
    name, text = _COLLECTIONS.get(name, name), str(code)
    if name == "country":
        return country(text)
    if name == "language":
        return LOCALES[text].name if text in LOCALES else text
    pair = OPTIONS.get(name, {}).get(text)
    return " / ".join(pair) if pair else table.name(name, text)


def country(code: str) -> str:
    """A country's Chinese and English name; the code itself when it is none."""
    names = [l10n.country(code, tag) for tag in ("zh-Hans", "en")]
    return code if code in names else " / ".join(names)
