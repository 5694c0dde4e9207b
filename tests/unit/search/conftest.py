"""A handful of documents and the indexes made of them."""

from collections.abc import Callable, Iterator

import pytest

from search import Document, Engine, Part, Synonym, build_index, open_engine

SEMICONDUCTORS = Document(
    id="opportunities/semiconductors",
    type="opportunities",
    slug="semiconductors",
    title="Semiconductors",
    url="/en/opportunities/semiconductors/",
    locale="en",
    plan=("3.1.1#1",),
    names=("chips",),
    summary="Firms are sought along the chain from equipment to packaging.",
    body="Build a semiconductor cluster with a distinctive profile.",
    synonyms=(Synonym("半导体", "zh-Hans"), Synonym("半導体", "ja")),
    parts=(
        Part(
            "design",
            "Chip design",
            ("display driver chips",),
            "In chip design, attract makers of display driver chips.",
        ),
        Part(
            "materials",
            "Materials",
            ("photoresists", "sputtering targets", "SiC (silicon carbide)"),
            "In materials, attract projects for photoresists, sputtering targets and SiC (silicon carbide).",
            (Synonym("溅射靶材", "zh-Hans"),),
        ),
    ),
    sector=("next-generation-it",),
    region=("central-urban-area",),
)
LIFTS = Document(
    id="opportunities/lifts",
    type="opportunities",
    slug="lifts",
    title="Lifts (elevators)",
    url="/en/opportunities/lifts/",
    locale="en",
    plan=("3.2.3#34",),
    summary="Makers of lifts and escalators, with 5G monitoring and R&D centres.",
    synonyms=(Synonym("电梯", "zh-Hans"), Synonym("エレベーター", "ja")),
    sector=("equipment-manufacturing",),
)
ZONE = Document(
    id="parks/zone",
    type="parks",
    slug="zone",
    title="Liangjiang New Area",
    url="/en/parks/zone/",
    locale="en",
    summary="A national-level new area for semiconductors and cars.",
    level=("national",),
    region=("central-urban-area",),
)
PARAGRAPH = Document(
    id="plan/2.3~1",
    type="plan",
    slug="2.3~1",
    title="Section 3. Main objectives",
    url="/en/plan/requirements/#b2.3~1",
    locale="en",
    plan=("2.3~1",),
    body="Contracted investment of CNY 10 trillion is planned, 35 percent of it in semiconductors.",
    weight=0.5,
)
DOCUMENTS = (SEMICONDUCTORS, LIFTS, ZONE, PARAGRAPH)

CHINESE = (
    Document(
        id="opportunities/semiconductors",
        type="opportunities",
        slug="semiconductors",
        title="半导体",
        url="/zh-Hans/opportunities/semiconductors/",
        locale="zh-Hans",
        plan=("3.1.1#1",),
        summary="面向汽车电子等应用领域引进企业和项目。",
        synonyms=(Synonym("semiconductors", "en"),),
        parts=(
            Part("design", "芯片设计", ("车规级芯片",), "芯片设计环节，重点招引车规级芯片等企业。"),
            Part(
                "materials", "材料", ("光刻胶", "溅射靶材"), "材料环节，重点引进光刻胶、溅射靶材、SiC（碳化硅）等项目。"
            ),
        ),
    ),
    Document(
        id="opportunities/vehicles",
        type="opportunities",
        slug="vehicles",
        title="新能源汽车",
        url="/zh-Hans/opportunities/vehicles/",
        locale="zh-Hans",
        plan=("3.1.2#7",),
        labels=("锂离子电池",),
        body="支持 L3 级自动驾驶和 5G、4K/8K 终端，合同引资 10 万亿元。",
    ),
)

Build = Callable[..., Engine]


@pytest.fixture(scope="session", params=["whoosh", "tantivy"])
def build(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Build]:
    """An engine of some documents; everything is tried on each engine."""
    made: list[Engine] = []

    def create(*documents: Document, locale: str = "en") -> Engine:
        folder = tmp_path_factory.mktemp("index") / locale
        build_index(documents, folder, locale, request.param)
        made.append(open_engine(folder))
        return made[-1]

    yield create
    for engine in made:
        engine.close()


@pytest.fixture(scope="session")
def english(build: Build) -> Engine:
    return build(*DOCUMENTS)


@pytest.fixture(scope="session")
def chinese(build: Build) -> Engine:
    return build(*CHINESE, locale="zh-Hans")
