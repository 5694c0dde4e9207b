"""The same meaning finds the same pages, in Simplified and Traditional Chinese and in English, on pages of each."""

import pytest

from search import Engine
from search.folding import mainland

#: the same thing as it is called on the mainland, in Taiwan or Hong Kong, and in English
CONCEPTS = [
    ("半导体", "半導體", "semiconductors"),
    ("电梯", "電梯", "lifts"),
    ("储能", "儲能", "energy storage"),
    ("光伏", "光伏", "photovoltaics"),
    ("风电", "風電", "wind power"),
    ("氢能", "氫能", "hydrogen energy"),
    ("工业机器人", "工業機器人", "industrial robots"),
    ("数控机床", "數控機床", "CNC machine tools"),
    ("轨道交通", "軌道交通", "rail transit"),
    ("航空航天", "航空航太", "aerospace"),
    ("医疗器械", "醫療器材", "medical devices"),
    ("生物医药", "生物醫藥", "biomedicine"),
    ("基因技术", "基因技術", "gene technology"),
    ("新型显示", "新型顯示", "new display technologies"),
    ("智能终端", "智慧終端", "smart terminals"),
    ("信息安全", "資訊安全", "information security"),
    ("工业软件", "工業軟體", "industrial software"),
    ("光电子", "光電子", "optoelectronics"),
    ("传感器", "感測器", "sensors"),
    ("石墨烯", "石墨烯", "graphene"),
    ("气凝胶", "氣凝膠", "aerogel"),
    ("方便面", "泡麵", "instant noodles"),
    ("化妆品", "化妝品", "cosmetics"),
    ("养老", "養老", "elderly care"),
    ("现代物流", "現代物流", "modern logistics"),
    ("金融服务", "金融服務", "financial services"),
    ("数字内容", "數位內容", "digital content"),
    ("电动摩托车", "電動機車", "electric motorcycles"),
    ("工程机械", "工程機械", "construction machinery"),
    ("增材制造", "積層製造", "additive manufacturing"),
    ("绿色建材", "綠色建材", "green building materials"),
    ("精细化工", "精細化工", "fine chemicals"),
    ("种业", "種業", "seed industry"),
    ("溅射靶材", "濺射靶材", "sputtering targets"),
    ("碳化硅", "碳化矽", "silicon carbide"),
    ("区块链", "區塊鏈", "blockchain"),
    ("体外诊断", "體外診斷", "in vitro diagnostics"),
    ("疫苗", "疫苗", "vaccines"),
    ("两江新区", "兩江新區", "Liangjiang New Area"),
    ("外商投资法", "外商投資法", "foreign investment law"),
    ("曳引电梯", "曳引電梯", "traction lifts"),
    ("自加热火锅", "自熱火鍋", "self-heating hotpot"),
    ("激光电视", "雷射電視", "laser TV"),
    ("动力电池", "動力電池", "traction batteries"),
    ("卫星通信", "衛星通訊", "satellite communications"),
    ("冷链物流", "冷鏈物流", "cold chain logistics"),
]


def test_there_are_enough() -> None:
    assert len(CONCEPTS) >= 40
    assert len({english for _, _, english in CONCEPTS}) == len(CONCEPTS)


#: what has several pages, the same ones whichever way it is asked for, and how many
FAMILIES = {
    ("综合保税区", "綜合保稅區", "comprehensive bonded zone"): 7,
    ("经济技术开发区", "經濟技術開發區", "economic and technological development zone"): 5,
    ("高新技术产业开发区", "高新技術產業開發區", "high-tech industrial development zone"): 4,
    ("自由贸易试验区", "自由貿易試驗區", "free trade zone"): 5,
    ("负面清单", "負面清單", "negative list"): 2,
}
#: A page belongs to what a concept means when it answers nearly as well as the best; others only mention it.
_NEARLY = 0.95


@pytest.mark.parametrize("concept", CONCEPTS, ids=[english for _, _, english in CONCEPTS])
def test_same_meaning_finds_the_same_pages(portal_engines: dict[str, Engine], concept: tuple[str, ...]) -> None:
    found: dict[tuple[str, str], frozenset[str]] = {}
    for page, engine in portal_engines.items():
        for text in concept:
            hits = engine.search(text, limit=30).hits
            found[page, text] = frozenset(hit.id for hit in hits if hit.score >= _NEARLY * hits[0].score)
    assert all(found.values()), found
    assert len(set(found.values())) == 1, found


@pytest.mark.parametrize("family", FAMILIES, ids=[english for _, _, english in FAMILIES])
def test_same_meaning_finds_the_same_family(portal_engines: dict[str, Engine], family: tuple[str, ...]) -> None:
    found = {
        frozenset(hit.id for hit in engine.search(text, limit=FAMILIES[family]).hits)
        for engine in portal_engines.values()
        for text in family
    }
    (pages,) = found
    assert len(pages) == FAMILIES[family]


def test_script_makes_no_difference_at_all(portal_engines: dict[str, Engine]) -> None:
    same = [concept[:2] for concept in (*CONCEPTS, *FAMILIES) if mainland(concept[1]) == concept[0]]
    assert len(same) >= 40
    for engine in portal_engines.values():
        for simplified, traditional in same:
            one, other = ([hit.id for hit in engine.search(text, limit=50).hits] for text in (simplified, traditional))
            assert one == other, (engine.locale, simplified, traditional)
