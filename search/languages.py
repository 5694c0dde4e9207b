"""Language tables of the analysis: which stemmer, which words carry no meaning, which spellings are one word."""

from __future__ import annotations

#: locale -> snowball algorithm of its own script; Latin words elsewhere are taken as English
STEMMERS = {"en": "english", "de": "german", "fr": "french", "es": "spanish", "ru": "russian", "ar": "arabic"}
LATIN_STEMMERS = frozenset({"en", "de", "fr", "es"})

#: Words that are never required. "it" is missing on purpose: investors mean information technology.
STOP = frozenset((
    "a", "an", "and", "any", "are", "at", "be", "by", "can", "do", "does", "for", "from", "how", "i", "in",
    "into", "is", "me", "my", "of", "on", "or", "our", "that", "the", "their", "there", "these", "this", "to",
    "was", "we", "what", "when", "where", "which", "who", "with", "you", "your", "的", "了", "和", "与", "及", "或",
    "在", "是", "等", "对", "于", "为", "将", "把", "被", "从", "向", "到", "有", "吗", "呢", "吧", "啊", "我", "你", "我们", "你们",
    "想", "要", "能", "可以", "什么", "怎么", "如何", "哪些", "哪里", "有没有", "关于", "以及", "并", "其", "之", "元", "個", "个", "请问",
    "會", "会",
))  # fmt: skip

#: American -> British spelling, the one in the content. Endings in -ise and -ize are levelled by rule.
SPELLINGS = {
    "aluminum": "aluminium", "analog": "analogue", "analyze": "analyse", "behavior": "behaviour", "catalog": "catalogue",
    "center": "centre", "centers": "centres", "color": "colour", "colors": "colours", "defense": "defence",
    "fiber": "fibre", "fibers": "fibres", "flavor": "flavour", "flavors": "flavours", "fulfill": "fulfil",
    "harbor": "harbour", "labor": "labour", "license": "licence", "licenses": "licences", "liter": "litre",
    "meter": "metre", "meters": "metres", "mold": "mould", "molds": "moulds", "organization": "organisation",
    "plow": "plough", "program": "programme", "programs": "programmes", "specialty": "speciality",
    "sulfur": "sulphur", "theater": "theatre", "tire": "tyre", "tires": "tyres", "vapor": "vapour",
}  # fmt: skip

#: word after a number -> what the two become together: `35 percent` is found as `35%`
UNITS = {
    "million": "million", "billion": "billion", "trillion": "trillion", "percent": "%", "nm": "nm", "mm": "mm",
    "kw": "kw", "mw": "mw", "gw": "gw", "gwh": "gwh", "mwh": "mwh",
}  # fmt: skip
