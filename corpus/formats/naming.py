"""What a text is called: the name of its file, and titles in headings. Pure.

Both hold a title and perhaps an author, in some order, with numbers, dates and
rubbish around them; many titles in files were made by a program and say nothing.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from corpus.formats.decoding import printable, tidy
from corpus.formats.people import are_people, author_of_line, is_person, of_slug, people, person
from corpus.texts import Language
from corpus.words import HAN

MAX_TITLE = 300


@dataclass(frozen=True)
class Named:
    """What a name says; `title` is never empty, the rest may be."""

    title: str
    author: str = ""
    language: Language | None = None
    year: int | None = None


# Names of files


def from_name(stem: str) -> Named:
    """What a file's name says, without its suffix. Works for any name."""
    rest = plain = _plain(stem)
    rest, language = _without_language(rest)
    rest, year = _without_year(rest)
    title, author, own_year = _parts(_ORDER.sub("", rest, count=1))
    year = year if year is not None else own_year
    return Named(short(title or rest or plain or "Untitled"), author, language, year)


def _plain(stem: str) -> str:
    """A name in characters that a page can show, without ways out of a folder
    and, where words remain, without pictures."""
    text = printable(re.sub(r"\.{2,}|[/\\:]", " ", stem[:2000]))
    spoken = "".join(" " if _is_picture(c) else c for c in text)
    return tidy(spoken if any(c.isalnum() for c in spoken) else text).strip(" -_")


_LANGUAGES: dict[str, Language] = {
    "en": "en", "eng": "en", "english": "en", "英文": "en", "英语": "en", "英文版": "en",
    "zh": "zh", "zho": "zh", "chi": "zh", "cn": "zh", "chs": "zh", "cht": "zh", "hans": "zh",
    "hant": "zh", "chinese": "zh", "中文": "zh", "中文版": "zh", "简体": "zh", "繁体": "zh",
    "繁體": "zh", "简体中文": "zh", "繁体中文": "zh", "繁體中文": "zh",
}  # fmt: skip
_TAG = re.compile(
    r"(?P<rest>.*?\w.*?)(?:[._\- ]+|\s*(?P<open>[(\[（【]))\s*"
    rf"(?P<language>{'|'.join(sorted(_LANGUAGES, key=len, reverse=True))})"
    r"(?:[-_](?P<region>[a-z]{2}|hans|hant))?(?P<close>[)\]）】])?",
    re.IGNORECASE | re.DOTALL,
)


def _without_language(name: str) -> tuple[str, Language | None]:
    found = _TAG.fullmatch(name)
    if not found or bool(found["open"]) != bool(found["close"]):
        return name, None
    word = found["language"].casefold()
    if word in ("english", "chinese") and not found["open"]:
        return name, None  # "the-history-of-the-english" is a title
    return found["rest"].rstrip(" ._-"), _LANGUAGES[word]


_YEAR = r"(?:1[0-9]|20)\d\d"
_DAY = r"[-_.](?:0[1-9]|1[0-2])(?:[-_.](?:[0-2]\d|3[01]))?"
_YEARS = (
    re.compile(rf"\s*[(\[（【]\s*({_YEAR})\s*年?\s*[)\]）】]\s*"),
    re.compile(rf"^({_YEAR})(?:{_DAY}[-_ .]+|\s*[-_–—]\s+|\s+-\s+)(?=.*[^\W\d_])"),
    re.compile(rf"(?<=\w)[-_ .]+({_YEAR}){_DAY}$"),
)


def _without_year(name: str) -> tuple[str, int | None]:
    for pattern in _YEARS:
        if found := pattern.search(name):
            rest = tidy(f"{name[: found.start()]} {name[found.end() :]}").strip(" -_")
            if any(c.isalnum() for c in rest):
                return rest, int(found[1])
    return name, None


# A number that only puts files in order: 03 - title, 1. title, 02_title.
_ORDER = re.compile(
    r"^(?:0\d{0,3}(?=[\s._\-–—、)）])|\d{1,3}(?=[._、)）]|\s+[-–—]\s))[\s._\-–—、)）]+(?=.*[^\W\d_])"
)
_BOOK = re.compile(r"(?P<before>[^《》]{0,20})《(?P<title>[^《》]+)》(?P<after>[^《》]{0,60})")
_SPEECH = re.compile(
    rf"(?:(?P<what>[^\W\d_][\w ]*?)[-_ ])?(?P<year>{_YEAR})[-_ ](?P<who>[A-Z][a-z]+)(?:[-_ ]\d{{1,2}})?"
)
# Kinds of text whose name nobody writes out in a file's name.
_ABBREVIATED = {"sotu": "State of the Union"}
_IN_BRACKETS = re.compile(
    r"(?P<title>[^()（）]+)[（(](?P<who>[^()（）]+?)(?:[,，]\s*(?P<year>(?:1\d|20)\d\d))?[)）]"
)


def _parts(name: str) -> tuple[str, str, int | None]:
    """Title, author and year of a name."""
    if "--" in name.strip("-"):
        title, author, *more = re.split(r"--+", name.strip("-"))
        year = int(more[0]) if more and re.fullmatch(_YEAR, more[0]) else None
        return words_of_slug(_without_translator(title)), of_slug(author), year
    if book := _BOOK.fullmatch(name):
        return tidy(book["title"]), person(book["after"]) or person(book["before"]), None
    if speech := _SPEECH.fullmatch(name):
        what = speech["what"] or ""
        title = f"{_ABBREVIATED.get(what.casefold()) or words_of_slug(what)} {speech['year']}"
        return title.strip(), speech["who"], int(speech["year"])
    if (found := _IN_BRACKETS.fullmatch(name)) and are_people(found["who"]):
        year = int(found["year"]) if found["year"] else None
        return words_of_slug(found["title"]), people(found["who"]), year
    for pattern in (
        r"\s+[-–—]+\s+",
        r"\s*：\s*",
        r"\s*[_—]+\s*",
        r"-",
        rf"(?<=[{HAN}]) (?=[{HAN}])",
    ):
        sides = re.split(pattern, name)
        if len(sides) == 2 and all(sides):
            title, author = _which_is_the_author(*sides)
            if author:
                return words_of_slug(title), author, None
    return words_of_slug(name), "", None


def _without_translator(slug: str) -> str:
    """`fables-v-s-vernon-jones` -> fables: where initials begin, a name begins. Of
    a name without initials nothing can tell that it is one."""
    found = re.fullmatch(r"(?P<title>.*[a-z]{2,})-[a-z]-[a-z]-[a-z]{2,}(?:-[a-z]{2,})?", slug)
    return found["title"] if found else slug


_ENDS_LIKE_A_BOOK = re.compile(
    "[子经經传傳记記集录錄论論诗詩文书書语語史志诀訣谱譜注疏说說话話学學篇章选選词詞赋賦编編钞鈔鉴鑒略言法训訓谈談通典义義]$"
)


def _which_is_the_author(left: str, right: str) -> tuple[str, str]:
    """(title, author) of two parts of a name; no author where it is not plain."""
    first, second = are_people(left), are_people(right)
    if first and second and re.search(rf"[{HAN}]", left):
        # 孟子-孟轲: what ends like a book is the book.
        first, second = not _ENDS_LIKE_A_BOOK.search(left), not _ENDS_LIKE_A_BOOK.search(right)
        if first == second:
            return "", ""
    if first:
        return right, people(left)
    return (left, people(right)) if second else ("", "")


# Words of a slug

SMALL_WORDS = frozenset({
    "a", "an", "and", "as", "at", "but", "by", "for", "from", "in", "into", "nor", "of", "on",
    "onto", "or", "over", "than", "that", "the", "to", "up", "upon", "via", "with",
})  # fmt: skip
_WRITTEN = {
    "whats": "What’s", "dont": "Don’t", "doesnt": "Doesn’t", "isnt": "Isn’t", "wont": "Won’t",
    "youre": "You’re", "theyre": "They’re", "mr": "Mr.", "mrs": "Mrs.", "dr": "Dr.", "faq": "FAQ",
    "pdf": "PDF", "ux": "UX", "usa": "USA", "uk": "UK", "ngo": "NGO",
}  # fmt: skip
_ROMAN = re.compile(r"(?=[ivx])x{0,3}(?:ix|iv|v?i{0,3})")


def words_of_slug(name: str) -> str:
    """`the-origin-of-species` -> The Origin of Species. A name that has spaces
    or capitals of its own keeps them."""
    spaced = " " in name.strip()
    text = tidy(name.replace("_", " ") if spaced else re.sub(r"[-_]+", " ", name)).strip(" -_.")
    return title_case(text) if text.islower() and not re.search(rf"[{HAN}]", text) else text


def title_case(text: str) -> str:
    words = text.casefold().split()
    last = len(words) - 1
    return " ".join(_title_word(w, inside=0 < i < last) for i, w in enumerate(words))


def _title_word(word: str, *, inside: bool) -> str:
    if inside and word in SMALL_WORDS:
        return word
    if word in _WRITTEN:
        return _WRITTEN[word]
    if len(word) > 1 and _ROMAN.fullmatch(word):
        return word.upper()
    return re.sub(r"[^\W\d_]", lambda letter: letter[0].upper(), word, count=1)


# Headings


def title_and_author(heading: str) -> tuple[str, str]:
    """A heading that may name both: 浮生六記|〔清〕沈復 撰, 《论语》 孔子弟子 编."""
    text = tidy(printable(heading[:4000])).strip("# *")
    for pattern in (r"\s*[|｜]\s*", r"\s*(?=[〔［\[（(【])", r"(?<=》)\s*", r"\s+(?=by\s)", r"\s+"):
        title, *rest = re.split(pattern, text, maxsplit=1, flags=re.IGNORECASE)
        if rest and title.strip() and (author := _beside(rest[0], pattern)):
            return calm(without_book_marks(title.strip())), author
    return calm(without_book_marks(text)), ""


def _beside(text: str, pattern: str) -> str:
    author = author_of_line(text)
    if author and re.match(r"by\s", text, re.IGNORECASE) and " " not in author:
        return ""  # Stand by Me
    if not author and "|" in pattern and len(text) <= 30 and not re.search(r"[。！？.!?]", text):
        short_name = person(text)
        return short_name if is_person(short_name) or text[:1] in "〔（[【" else ""
    return author


def without_book_marks(title: str) -> str:
    """《论语》 -> 论语: the marks quote a title and are no part of it."""
    found = re.fullmatch(r"《([^《》]+)》", title)
    return found[1] if found else title


def calm(title: str) -> str:
    """THE EVERLASTING MAN -> The Everlasting Man; NASA stays."""
    loud = title.isupper() and title.isascii() and (" " in title or len(title) > 6)
    return title_case(title) if loud else title


# Titles that are none

_JUNK = re.compile(
    r"(?:microsoft )?(?:word|powerpoint|excel) - .*"
    r"|(?:untitled(?: (?:document|page))?|unnamed|no title|title|document|doc|new (?:text |microsoft word )?(?:document|page)|book|text|page|slide"
    r"|presentation|layout|scan|image|img|file|draft|chapter|print|dokument)[ _\-]?\(?\d*\)?"
    r"|index|home|home ?page|welcome|main|default|readme|start|cover|title ?page|toc|contents|table of contents"
    r"|full text|unknown|none|null|n/?a|test|powerpoint presentation|blank page"
    r"|(?:未命名|无标题|無標題|新建).*|未知|标题|標題|文[档件檔]\d*|首[页頁]|主[页頁]|封面|[书書]名[页頁]?|扉[页頁]|目[录錄]|正文|[题題]名"
    r"|[\W\d_]*",
    re.IGNORECASE,
)
_FILE_NAME = re.compile(
    r"\S.{0,250}\.(?:docx?|odt|rtf|pdf|x?html?|md|markdown|txt|epub|tex|indd|qxd|pages|pptx?|xml|mobi|wps|fm|dvi|ps|cdr|ai)",
    re.IGNORECASE,
)


def is_junk(title: str) -> bool:
    """Whether a title was made by a program and says nothing: Untitled, a.docx, 未命名."""
    text = tidy(title[:1000])
    return _JUNK.fullmatch(text) is not None or _FILE_NAME.fullmatch(text) is not None


def is_weak(title: str) -> bool:
    """Whether a title looks like a file's name: a heading is better, if there is one."""
    text = tidy(title[:1000])
    return " " not in text and re.search(r"\w[_\-]\w.*[_\-]\w|\w_\w", text) is not None


def short(title: str) -> str:
    """At most as long as a title may be, ending at a word where there is one."""
    if len(title) <= MAX_TITLE:
        return title
    cut = title[: MAX_TITLE - 1]
    at_word = cut.rsplit(" ", 1)[0]
    return (at_word if len(at_word) > MAX_TITLE // 2 else cut).rstrip(" ,;:-") + "…"


def _is_picture(c: str) -> bool:
    return (c > "\u2000" and unicodedata.category(c) in ("So", "Sk")) or c in "\u200d\ufe0f\u20e3"
