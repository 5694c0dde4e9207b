"""Language tables of the analysis: which stemmer, which words carry no meaning, which spellings are one word."""

from __future__ import annotations

#: locale -> snowball algorithm; Latin words in texts of other scripts are taken as English
STEMMERS = {"en": "english", "de": "german", "fr": "french", "es": "spanish", "ru": "russian", "ar": "arabic"}
#: languages in Latin letters: a word of a query may be of any of them
LATIN = ("en", "de", "fr", "es")

#: Words that are never required, levelled. "it" is missing on purpose: investors mean information technology.
_GRAMMAR = """
a an and any are as at be by can could do does for from has have how i in into is me my of on or our should some that
the their there these this to via want wants was we what when where which who will with would you your looking look until since before after kind kinds looking
need needs like please about find finding make making us they them there than up who whom
long much many soon best near nearby get getting
der die das den dem des ein eine einen einer eines und oder fur mit von vom zu zum zur im am ist sind wir ich sie wo wie
was welche welcher wer kann darf man mein meine nicht auf aus bei nach uber suche suchen mochte mochten gibt es unser unsere fuer
lange viel viele wieviel schnell brauche brauchen braucht haben hat finden bekomme bekommen gut beste besten
le la les l un une des du de d et ou pour par avec dans en au aux sur est sont nous je vous quel quelle quels quelles qui
que comment qui peut puis mon ma mes ce se cherche cherchons veux voudrais notre nos
combien temps avoir faire faut obtenir trouver meilleur meilleure besoin avons selon
el los las una unos unas del y o para por con sin en al lo se es son nosotros yo que quien puedo puede mi mis su sus no cual cuales como donde busco
buscamos quiero quisiera nuestra nuestro
cuanto cuanta cuantos cuantas tiempo tener hay mejor necesito necesitamos obtener encontrar hacer tarda
и или в во на с со для из к ко по о об от до при за что как где какие какой мы я есть ли это не нужен нужна нужны ищу
ищем хочу хотим кто можно могу не у нас наш наша
сколько времени долго получить найти лучший лучшие надо нужно быть
من في على الي عن مع او و ما هل كيف اين هذا هذه التي الذي نحن انا اريد نريد ابحث نبحث هي هو لدي
كم وقت احصل الحصول يمكن افضل احتاج
"""
#: What every page here is about, or every reader is: it tells nothing unless it stands alone.
_COMMONPLACE = """
chongqing china chinese invest investing investment investments investor investors company companies firm firms
business businesses manufacturer manufacturers manufacturing maker makers producer producers production producing produce
factory factories plant plants project projects industry industries sector supplier suppliers opportunity opportunities
build building set setting open
unternehmen firma firmen investition investitionen investieren investor investoren hersteller herstellung produktion
produzieren fabrik werk projekt projekte industrie branche standort standorte sucht bauen grunden eroffnen errichten
entreprise entreprises societe investissement investissements investir investisseur fabricant fabricants fabrication
production produire usine usines projet projets industrie secteur fabriquer construire creer ouvrir installer monter site sites cherchent
empresa empresas inversion inversiones invertir inversor fabricante fabricantes fabricacion produccion producir fabrica
fabricas planta proyecto proyectos industria sector fabricar construir crear abrir instalar montar busca buscan ubicacion
yuan cny rmb renminbi yuans yuanes юань юаня юаней يوان
km km2 m2 sqkm sqm qkm qm км2 м2 كم2 م2 kilometre kilometres kilometer kilometers quadratkilometer quadratmeter kilometros metros metres carres
cuadrados квкм км кв квадратных километров километра كيلومتر كم مربع
solution solutions losung losungen solucion soluciones решение решения решений provider providers vendor vendors lieferant lieferanten zulieferer anbieter fournisseur fournisseurs proveedor proveedores
january february march april june july august september october november december
januar februar marz april mai juni juli oktober dezember janvier fevrier mars avril juin juillet aout septembre octobre
novembre decembre 1er enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
января февраля марта апреля июня июля августа сентября октября ноября декабря
чунцин чунцине чунцина китай китае китая инвестиции инвестиций инвестировать инвестор компания компании предприятие
производитель производители производство производства производить завод заводы фабрика проект проекты построить открыть создать отрасль
поставщик поставщики поставщиков завода заводов производству компаний предприятия предприятий отрасли строить ищет ищут площадка площадку
промышленность
تشونغتشينغ الصين استثمار الاستثمار مستثمر شركه شركات مصنع مصانع انتاج تصنيع صناعه مشروع مشاريع قطاع بناء انشاء مورد موردون مورد شركه مصنعه
"""
_CHINESE = """
的 了 和 与 及 或 在 是 等 对 于 为 将 把 被 从 向 到 有 吗 呢 吧 啊 我 你 我们 你们 想 要 能 可以 什么 怎么 如何 哪些 哪里 有没有 关于
以及 并 其 之 元 个 请问 会 重庆 中国 投资 企业 公司 厂 工厂 厂家 厂商 制造商 供应商 生产商 生产 制造 项目 产业 行业 机会 招商 引进
建设 建 做 开 办 找 寻找 希望 计划 需要 谁 找谁 多少 怎样 设立 设 建立 成立 开设 落户 年 月 日 元 亿元 万元 万亿元
平方公里 公里 平方米
哪个 哪家 适合 合适 最好 什么样 能不能 可不可以 多快 想找 找个 是否 会不会
重庆市 中国西部 制造业 工场 生产厂 产 业 社 会社 企业家 投资家 制造厂
"""
_JAPANESE = """
の を に は が で と も へ や から まで より など した する して したい です ます ください について という ある いる ない
つくる つくりたい 建 建てる 建てたい たてる てる てたい どのくらい いくら さがす さがしている ほしい できる たい める る り め
めか せんた そりゅしょん こうじょう さぷらいや ぷろじぇくと びじねす
"""
_KOREAN = """
솔루션 충칭 중국 투자 기업 회사 업체 공장 제조 제조업체 생산 생산업체 프로젝트 산업 업종 및 하는 하고 싶다 싶습니다 합니다 있는 있습니까
무엇 어떤 어디 년 월 일 위안 어떻게 찾습니다 찾고 원합니다 위한 대한 관련 메이커 제작 공급업체 공급사 제조사 제조기업 입주 설립 센터 할 수 있나요 가능한 얼마나 얼마 가장 좋은 오래 걸리나요 필요 받을 어디서 진출할 진출하고 진출하려면 지을 짓고 짓는 짓기 세울 세우고 곳
"""
STOP = frozenset(" ".join((_GRAMMAR, _COMMONPLACE, _CHINESE, _JAPANESE, _KOREAN)).split())

#: Words of everyday life that no page is about. A query with one that is not answered in full is not answered in part:
#: who asks for a food recipe is not helped by the food industry.
_EVERYDAY = """
recipe recipes horoscope weather lyrics lottery showtimes ticket tickets cat cats dog dogs gossip celebrity girlfriend boyfriend
wedding holiday poem joke jokes football soccer basketball tennis scores birthday homework tattoo dating tomorrow yesterday
rezept rezepte horoskop wetter liedtext lotto lottozahlen katze katzen katzenfutter hund hunde bundesliga hochzeit witz witze
geburtstag morgen eintrittskarten konzertkarten fussball
recette recettes meteo paroles loto billet billets chien chiens football mariage blague blagues anniversaire
demain
receta recetas pronostico resultado resultados horoscopo letras loteria gato gatos perro perros futbol boda chiste chistes cumpleanos manana
рецепт рецепты гороскоп погода лотерея билет билеты кошка кошек кошки кот собака собак собаки футбол матч матча матчей свадьба
анекдот анекдоты завтра похудения похудение песни песня
وصفه وصفات طقس ابراج برج برجك يانصيب تذاكر تذكره قطط قطه كلب كلاب مباراه مباريات دوري زفاف نكت اغاني اغنيه كلمات غدا
"""
_EVERYDAY_UNSPACED = """
食谱 做法 怎么做 怎样做菜 天气 明天 昨天 门票 歌词 星座配对 运势 占卜 算命 塔罗 彩票 开奖 双色球 比分 赛程 球赛 八卦 减肥 猫咪 养猫 猫粮 养狗
狗粮 婚礼 笑话 追剧 连续剧 在线观看 线上看 影讯 前男友 女朋友 生日
レシピ 作り方 占い 運勢 天気 明日 宝くじ 当選番号 歌詞 試合結果 芸能人 猫 犬 結婚式 誕生日 チケット 恋愛 ダイエット
레시피 만드는법 날씨 내일 운세 로또 복권 축구 야구 경기결과 연예인 고양이 강아지 결혼식 생일 티켓 다이어트 연애 맛집
طريقهعمل طريقهتحضير
"""
#: Of these, what asks for a recipe: however well its words are found, no page here is one.
RECIPES = frozenset(["食谱", "怎样做菜", "レシピ", "作り方", "레시피", "만드는법", "طريقهتحضير"])
EVERYDAY, EVERYDAY_UNSPACED = frozenset(_EVERYDAY.split()), tuple(_EVERYDAY_UNSPACED.split())

#: What a German compound may end in without meaning anything else: Lederfabrik is a factory for leather.
GERMAN_HEADS = (
    "fabriken", "fabrik", "werke", "werk", "hersteller", "herstellung", "produktion", "produzent", "fertigung", "industrie",
    "branche", "zulieferer", "lieferant", "anbieter", "unternehmen", "firma", "firmen", "betrieb", "projekt", "investor",
)  # fmt: skip

#: Words whose stem is another word's -> what they are found by instead, by language: a hotel is no hospital.
KEPT = {
    "en": {
        "hospitality": "hospitality", "securities": "securities", "organic": "organic", "university": "university",
        "universities": "university", "animal": "animal", "animals": "animal", "news": "news", "policing": "policing",
    },
    "ar": {"جرافين": "جرافين", "الجرافين": "جرافين"},
}  # fmt: skip

#: Korean endings, longest first: what stands before them is the word
PARTICLES = (
    "에서는", "으로는", "이라는", "에게서", "까지", "부터", "에서", "에게", "으로", "이나", "하는", "하고", "용의",
    "은", "는", "이", "가", "을", "를", "의", "에", "로", "와", "과", "도", "만", "용",
)  # fmt: skip

#: hiragana that follow a Japanese noun; others after a lone character are the ending of a verb
NOUN_PARTICLES = frozenset("のをにはがでともへや")

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
    "percent": "%", "prozent": "%", "процентов": "%", "nm": "nm", "mm": "mm", "kw": "kw", "mw": "mw", "gw": "gw",
    "gwh": "gwh", "mwh": "mwh",
}  # fmt: skip

#: word after a number, levelled -> how many: 10 万亿, 10 trillion, 10 Billionen and 10 трлн are one figure.
#: French and Spanish "billions" lose against English ones.
SCALES = {
    10**4: "万 만",
    10**6: "百万 million millions millionen mio millones млн миллион миллиона миллионов مليون",
    10**8: "亿 억",
    10**9: "十亿 billion billions bn milliarde milliarden mrd milliard milliards milmillones млрд миллиард миллиарда "
           "миллиардов مليار مليارات",
    10**12: "万亿 兆 조 trillion trillions billionen billones трлн триллион триллиона триллионов تريليون",
}  # fmt: skip
SCALE_OF = {word: scale for scale, words in SCALES.items() for word in words.split()}
