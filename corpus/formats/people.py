"""Who wrote a text: names of people in the many ways files write them. Pure.

`Butler, Samuel, 1835-1902`, `By T. E. LAWRENCE`, `（唐）吴兢 撰`, a list of
them, or a line under a title that says nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from corpus.formats.decoding import printable, tidy
from corpus.words import HAN

LONGEST_NAME = 120  # characters; an organisation's may be long
LONGEST_LINE = 500


def people(value: Any) -> str:
    """Authors as a page shows them, from a name, a line of names or a list of
    them; "" where nobody is named."""
    values = value if isinstance(value, list | tuple) else [value]
    lines = [line for item in values[:50] if (line := _said(item))]
    return joined(name for line in lines for name in _each(line))


def joined(names: Iterable[str]) -> str:
    """Several people in one line: with 、 where all are Chinese, else with a comma."""
    unique = list(dict.fromkeys(name for name in names if name))
    chinese = all(_is_chinese(name) for name in unique)
    line = ("、" if chinese else ", ").join(unique)
    return line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1].rstrip(" ,、") + "…"


def _said(item: Any) -> str:
    if isinstance(item, dict):
        item = next((item[k] for k in ("name", "title", "display_name", "id") if k in item), None)
    return printable(item[:2000]) if isinstance(item, str) else ""


def _is_chinese(text: str) -> bool:
    return re.search(rf"[{HAN}]", text) is not None


# One line of names

_AND = re.compile(r"\s*[;；&＆、/]\s*|\s+(?:and|和|与|與|及)\s+|\s*\n\s*|\s*,\s*and\s+")
_COMMA = re.compile(r"\s*[,，]\s*")


def _each(line: str) -> list[str]:
    parts = [part for part in _AND.split(_without_role(tidy_lines(line))) if part.strip()]
    parts = [name for part in parts for name in _apart(part)]
    named = [name for part in parts if (name := person(part))]
    # Who translated is named where nobody else is.
    return [name for name in named if not _TRANSLATOR.search(name)] or named


def tidy_lines(text: str) -> str:
    return "\n".join(line for part in text.split("\n") if (line := tidy(part)))


def _apart(part: str) -> list[str]:
    """Whole names with commas, or Chinese ones with spaces between them; a name
    turned round (Butler, Samuel) is one."""
    names = [name for name in _COMMA.split(part) if name]
    initials = re.fullmatch(r"(?:[A-Z]\.\s?)+", names[-1]) if names else None
    if (
        len(names) > 1
        and not initials
        and all(
            re.fullmatch(rf"[{HAN}·]{{2,8}}", name) or (" " in name and _WESTERN.fullmatch(name))
            for name in names
        )
    ):
        return names
    spaced = part.split(" ")
    chinese = all(is_person(_bare(name)) and _is_chinese(name) for name in spaced)
    return spaced if len(spaced) > 1 and chinese else [part]


# One name

_ROLE_BEFORE = re.compile(
    r"(?:(?:written|edited|compiled|composed|collected|told|retold)\s+by|by|authors?)\s*[:：]?\s+"
    r"|(?:authors?|by)\s*[:：]\s*|(?:作\s*者|著\s*者|[编編]\s*者|撰文|文)\s*[:：]\s*|(?:作者|著者)\s+",
    re.IGNORECASE,
)
_ROLES = "编著|編著|主编|主編|编撰|編撰|原著|著|撰|编|編|輯|辑|述|集解|注|註"
_ROLE_AFTER = re.compile(rf"\s*[（(]?(?:{_ROLES})[）)]?$")
_TRANSLATOR = re.compile(r"\s*[（(]?(?:翻译|翻譯|译|譯)[）)]?$")
_DYNASTY = re.compile(r"\s*[〔［\[（(【][^〔［\[（(【〕］\]）)】]{1,6}[〕］\]）)】]\s*")
_DYNASTY_DOT = re.compile(
    r"(?:先秦|春秋|[战戰][国國]|西?[汉漢]|[东東][汉漢]|三[国國]|魏|[东東西]?晋|[东東西]?晉|隋|唐|五代|[北南]?宋|元|明|清|民[国國])[·•・]\s*"
)
_DATES = re.compile(
    r",?\s*[(\[（]?\s*(?:b\.|born|d\.|c\.)?\s*\d{3,4}\??\s*(?:[-–—]\s*(?:\d{3,4})?\??)?\s*[)\]）]?\s*$"
)
_DEGREE = re.compile(
    r",?\s+(?:ph\.?\s?d|m\.?\s?d|ll\.?\s?d|d\.?\s?d|m\.?\s?a|b\.?\s?a|f\.?r\.?s|esq|m\.?p)\b\.?",
    re.I,
)
_TURNED = re.compile(r"([^,，]+)[,，]\s*([^,，]+)")
_LOGIN = re.compile(r"[a-z]+(?:_[a-z]+)+|[a-z]+[\d_]+[a-z\d_]*")  # blum_m, jroe2
_NOBODY = re.compile(
    r"(?:unknown(?: author)?|author|n/?a|none|null|user\d*|admin(?:istrator)?|owner|default|root|test|guest"
    r"|(?:microsoft|windows)(?: office)?(?: user)?|microsoft word|word|python-docx|calibre.*|pandoc.*"
    r"|apache.*|openoffice.*|libreoffice.*|acrobat.*|adobe.*|hp|dell|lenovo|asus|acer|pc|\d+|[\w-]+\\[\w-]+"
    r"|作者|佚名作者|未知|无|無|用户|用戶|管理员|\W*)",
    re.IGNORECASE,
)


def person(value: str) -> str:
    """One author's name without role, dynasty, dates and addresses; "" for nobody."""
    name = re.sub(r"<[^>]*>|\S+@\S+|https?://\S+", "", tidy(printable(value)))
    name = _without_role(name.strip(" -_*|,，;；"))
    name = _chinese(name) if _is_chinese(name) else _western(name)
    name = name.strip(" -_*|,，;；:：")
    nobody = _NOBODY.fullmatch(name) or _LOGIN.fullmatch(name)
    return "" if nobody or len(name) > LONGEST_NAME else name


def _without_role(name: str) -> str:
    return _ROLE_BEFORE.sub("", name, count=1) if _ROLE_BEFORE.match(name) else name


def _chinese(name: str) -> str:
    bare = _bare(_DATES.sub("", name))
    if translator := _TRANSLATOR.search(bare):
        bare = bare[: translator.start()] + translator[0].strip(" （）()")
    return bare if re.search("[a-zA-Z]", bare) else bare.replace(" ", "")


def _bare(name: str) -> str:
    """A Chinese name without its dynasty or country and without what he did."""
    bare = _DYNASTY_DOT.sub("", _DYNASTY.sub(" ", name).strip() or name)
    without = _ROLE_AFTER.sub("", bare)
    return without if len(without) >= 2 else bare


def _western(name: str) -> str:
    name = _turned(_DEGREE.sub("", _DATES.sub("", name)))
    name = name if re.search(r"\b[A-Z]\.$|\b[JS]r\.$", name) else name.rstrip(".")
    return _calm(name) if name.isupper() and " " in name else name


def _calm(name: str) -> str:
    """SAMUEL BUTLER -> Samuel Butler."""
    return re.sub(r"[^\W\d_]{3,}", lambda word: word[0].capitalize(), name)


def _turned(name: str) -> str:
    """`Butler, Samuel` -> Samuel Butler; anything less plain stays as it is."""
    found = _TURNED.fullmatch(name)
    if not found:
        return name
    last, first = found[1].strip(), found[2].strip()
    if re.match(r"(?:jr|sr|esq|inc|ltd|llc|co|corp|gent|ii|iii)\b", first, re.I):
        return name
    plain = _LAST_NAME.fullmatch(last) and _FIRST_NAMES.fullmatch(first)
    return f"{first} {last}" if plain else name


# Who looks like a person

_CAPITAL = r"(?:[A-Z]\.(?:\s?[A-Z]\.)*|[^\W\d_a-z][^\W\d_]*(?:[’'\-][^\W\d_]+)*\.?)"
_SMALL_PART = r"(?:de|la|le|von|van|der|den|da|di|del|du|y|al|ibn|bin|of)"
_LAST_NAME = re.compile(rf"(?:{_SMALL_PART}\s+){{0,2}}{_CAPITAL}(?:\s+{_CAPITAL})?")
_FIRST_NAMES = re.compile(rf"{_CAPITAL}(?:\s+{_CAPITAL}){{0,3}}(?:\s+{_SMALL_PART}){{0,2}}")
_WESTERN = re.compile(
    rf"{_CAPITAL}(?:\s+(?:{_CAPITAL}|{_SMALL_PART})){{0,4}}\s+{_CAPITAL}(?:,?\s+(?:Jr|Sr)\.?)?"
)
_NO_NAMES = frozenset({
    "the", "a", "an", "and", "in", "on", "at", "to", "for", "with", "from", "into", "how", "what",
    "why", "when", "where", "who", "our", "your", "my", "dear", "chapter", "part", "book",
    "letter", "letters", "lecture", "notes", "note", "volume", "vol", "section", "guide",
    "handbook", "report", "history", "introduction", "preface", "foreword", "prologue",
    "epilogue", "conclusion", "appendix", "life", "works", "essays", "stories", "poems", "manual",
    "first", "second", "third", "one", "two", "three", "new", "old", "good", "general", "opening",
    "closing", "final", "annual", "state", "united", "member", "members",
})  # fmt: skip
_SURNAMES = frozenset(
    "王李张張刘劉陈陳杨楊赵趙黄黃周吴吳徐孙孫胡朱高林何郭马馬罗羅梁宋郑鄭谢謝韩韓唐冯馮于董萧蕭程曹袁邓鄧许許"
    "傅沈曾彭吕呂苏蘇卢盧蒋蔣蔡贾賈丁魏薛叶葉阎閻余潘杜戴夏钟鍾汪田任姜范範方石姚谭譚廖邹鄒熊金陆陸郝孔白崔"
    "康毛邱秦江史顾顧侯邵孟龙龍万萬段雷钱錢汤湯尹黎易常武乔喬贺賀赖賴龚龔文庞龐樊兰蘭殷施陶洪翟安颜顏倪严嚴"
    "牛温溫芦季俞章鲁魯葛伍韦韋申尤毕畢聂聶焦向柳邢路岳齐齊沿梅莫庄莊辛管祝左涂谷祁时時舒耿牟卜詹关關苗凌"
    "费費纪紀靳盛童欧歐甄项項曲游阳陽裴席卫衛查屈鲍鮑位覃霍翁隋植甘景薄单單包司柏宁寧柯阮桂闵閔解强柴华華"
    "车車冉房边邊辜吉饶饒刁瞿戚丘古米池滕晋晉苑邬鄔臧畅宫宮嵇荀老墨列班"
)
_DOUBLE_SURNAME = re.compile(
    "司马|司馬|欧阳|歐陽|诸葛|諸葛|上官|夏侯|公孙|公孫|东方|東方|慕容|皇甫|令狐|宇文|长孙|長孫|尉迟|尉遲"
)
# What begins like a surname and is no name: 高山, 文集, 方法, 白话.
_NO_CHINESE_NAMES = re.compile(
    "(?:第|卷|[内內外雜杂上中下][篇编編]|文[集选選学學章本件档档言明化献獻]|方[法案]|白[话話]|时[间代]|時[間代]|高[级級中]|安全|史[料记記书書]|古[文诗詩]|金[融属]|石头|万历|萬曆"
    "|单元|任务|向导|路线|管理|解[释釋答]|强调|包含|温习|易经|易經|常[识識用]|关[于於]|關於|程[序度]|江湖|游记|遊記|余论|安排|强化|查询|许可|左[右传傳])"
)


def is_person(text: str) -> bool:
    """Whether words look like one person's name: two or three Chinese characters
    that begin with a surname, or capital words none of which names a thing."""
    text = tidy(text.replace("_", " "))
    if text in ("佚名", "无名氏", "無名氏"):
        return True
    if re.fullmatch(rf"[{HAN}]{{2,3}}", text):
        known = text[0] in _SURNAMES or _DOUBLE_SURNAME.match(text)
        return bool(known) and not _NO_CHINESE_NAMES.match(text)
    if re.fullmatch(rf"[{HAN}]{{4}}", text):
        return _DOUBLE_SURNAME.match(text) is not None
    if re.fullmatch(rf"[{HAN}]{{1,8}}(?:[·•・][{HAN}]{{1,8}})+", text):
        if _DYNASTY_DOT.match(text):
            return is_person(_DYNASTY_DOT.sub("", text))
        return _NO_CHINESE_NAMES.match(text) is None
    if "," in text and (turned := _turned(text)) != text:
        return is_person(turned)
    if _is_chinese(text):
        return False
    words = [w.casefold().rstrip(".") for w in text.split() if not re.fullmatch(r"[A-Z]\.", w)]
    return (
        _WESTERN.fullmatch(text) is not None
        and not text.isupper()
        and not _NO_NAMES.intersection(words)
    )


# Lines that name an author

_BY = re.compile(r"(?:written\s+)?by\s*[:：]?\s+(?P<who>\S.{1,80})", re.IGNORECASE)
_AUTHOR_IS = re.compile(
    r"(?:作\s*者|著\s*者|[编編]\s*者|authors?)\s*[:：]\s*(?P<who>\S.{0,80})", re.IGNORECASE
)
_ORIGIN = rf"[〔［\[（(【][{HAN}]{{1,5}}[〕］\]）)】]"
_WITH_ROLE = re.compile(
    rf"(?:{_ORIGIN}\s*)?(?P<who>[{HAN}·]{{2,12}})\s*(?:{_ROLES}|译|譯)(?:[\s，,]+[{HAN}·]{{2,12}}\s*(?:译|譯))?"
)
_WITH_ORIGIN = re.compile(rf"{_ORIGIN}\s*[{HAN}·]{{2,8}}\s*(?:{_ROLES}|译|譯)?")


def author_of_line(line: str, *, under_title: bool = False) -> str:
    """The author that a line names and nothing else; else "". Right under a
    title a bare Chinese name is enough, or a western one with initials."""
    text = tidy(re.sub(r"[*_]+", "", line[:200]))
    if len(text) > 90:
        return ""
    if found := _AUTHOR_IS.fullmatch(text):
        return people(found["who"])
    if (found := _BY.fullmatch(text)) and are_people(found["who"], one_word=True):
        return people(found["who"])
    found = _WITH_ROLE.fullmatch(text)
    if _WITH_ORIGIN.fullmatch(text) or (found and is_person(found["who"])):
        return people(re.sub(r"(?<=[著撰编編])[\s，,]+\S+[译譯]$", "", text))
    bare = re.search(rf"[{HAN}]|\b[A-Z]\.", text)
    return people(text) if under_title and bare and are_people(text) else ""


def are_people(text: str, *, one_word: bool = False) -> bool:
    """Names and nothing else, one or several. "by the sea" names nobody, "by
    Plato" does where `one_word` is enough."""
    text = _DATES.sub("", _DEGREE.sub("", text.strip()))
    if not re.search(r"\b[A-Z]\.$|\b[JS]r\.$", text):
        text = text.rstrip(".")
    names = [name for part in _AND.split(text) if part.strip() for name in _names(part.strip())]
    if (
        len(names) == 1
        and re.fullmatch(rf"(?![{HAN}]){_CAPITAL}", names[0])
        and not names[0].isupper()
    ):
        return one_word and names[0].casefold() not in _NO_NAMES
    return bool(names) and all(is_person(_calm(n) if n.isupper() else n) for n in names)


def _names(part: str) -> list[str]:
    if _turned(part) != part or re.search(r",\s*[JS]r\.?$", part):
        return [part]
    return [bare for name in _COMMA.split(part) for bare in _apart(name) if bare]


# Names in a file's name

_PARTICLES = frozenset(
    ("de", "la", "le", "von", "van", "der", "den", "da", "di", "del", "of", "the", "y", "al", "ibn")
)


def of_slug(slug: str) -> str:
    """`t-e-lawrence` -> T. E. Lawrence; several stand apart by `_`."""
    return joined(_one_of_slug(part) for part in slug.split("_"))


def _one_of_slug(slug: str) -> str:
    words = slug.replace("-", " ").split()
    if not slug.isascii() or not slug.islower():
        return person(" ".join(words))
    return " ".join(_word_of_slug(word, i, len(words)) for i, word in enumerate(words))


def _word_of_slug(word: str, at: int, count: int) -> str:
    if len(word) == 1:
        return f"{word.upper()}."
    if word in ("jr", "sr", "st", "dr"):
        return f"{word.capitalize()}."
    if word in _PARTICLES and 0 < at < count - 1:
        return word
    if re.fullmatch(r"mc[a-z]{3,}", word):
        return f"Mc{word[2:].capitalize()}"
    return word.capitalize()
