"""Which characters a file's bytes mean, in the encodings people have, and which can be shown."""

from __future__ import annotations

import codecs
import re
import unicodedata
from functools import cache
from importlib.resources import files

from corpus.texts import TextRefused

# The commonest characters of Chinese, old and new: in any real text they make
# up half of it, in bytes read in the wrong encoding a tenth at most.
_COMMON = (
    "的一之不有而人是其为者也以里下个了在上你来西南东于子中可目他大山如自三得十这项到出说我二后所开能行时"
    "要过又则天会就无曰没问事此水从道们用小多去那知余成两前见与门至入日看分五然和作当年做家四对第都书写乃何"
    "样即月己已文好复着矣路什同间先数方话名回向明次亦半地起公处由头使心故意理法果发始高件记夫还工点若些相生"
    "老想面言把别每皆非及定正让最经甚君很转本合师重再今论通平王进云它六乎长读遂实必学外社题立常焉字新少讲几"
    "动内将手口度七条解因主直未国期代并百受改现请情求但往诸城给比信传闻走听界建欲八安怎深许谁登表义史错身太"
    "种随量马完力反吾被且加难教白听命民军政食物鱼鸟花草木金火土石江河海风雨雪春夏秋冬朝夜父母兄弟女儿孝仁"
    "礼智德善恶美丑古远近低快慢早晚左右前后北光色声香味足耳眼口齿病死亡世俗真伪爱恨喜怒哀乐酒茶米衣车船"
    "呢吗吧啊哦呀嘛吃喝睡觉玩笑哭跑跳坐站睛爸妈爷奶哥姐妹朋友先生老师学生工作电视机汽飞钱买卖市场公司"
)
_MARKS = frozenset("，。、；：？！「」『』《》〈〉（）“”‘’…—·　〔〕【】")
_LATIN_EXTRA = frozenset("‘’“”‚„–—…•€£©®™°·«»§ªº½¼¾²³´`×†‡ \u00a0\u00ad")
_LATIN_WORDS = frozenset("àáâåæèéêíñóôöøúÀÁÂÅÆÈÉÊÍÑÓÔÖØÚ")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
# Marks for a program that breaks lines; to a reader and a search they are nothing.
_UNSEEN = re.compile("[\u200b\u2060\ufeff\u00ad]")
_DAMAGED = "\ufffd"
SAMPLE = 64 * 1024
CHINESE = ("gb18030", "big5hkscs", "cp950")
_FAMILY = {"gb18030": 0, "big5hkscs": 1, "cp950": 1, "utf-16-le": 2, "utf-16-be": 3}
UTF16 = ("utf-16-le", "utf-16-be")
SURE = 0.30  # share of a Chinese text that is common characters and marks
LEAD = 1.5  # how many times better than the next reading the best one must be


def decode(data: bytes, name: str, *, keep_pages: bool = False) -> str:
    """The characters of a file, with line ends as "\\n" and no byte order mark.

    Form feeds become line ends unless `keep_pages`. Raises `TextRefused` where
    the encoding cannot be told: a wrong guess would put nonsense into the
    library that nobody notices for months.
    """
    text = _decoded(data, name).lstrip("\ufeff")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n")
    text = text.replace("\u2028", "\n").replace("\u2029", "\n\n")
    if not keep_pages:
        text = text.replace("\x0c", "\n")
    if "\0" in text:
        raise TextRefused(
            f"{name} contains NUL bytes: it is not a text file. Save it as plain text in UTF-8."
        )
    if len(_CONTROL.findall(text)) > len(text) // 100:
        raise TextRefused(f"{name} is not a text file. Save it as plain text in UTF-8.")
    text = _UNSEEN.sub("", _CONTROL.sub("", text))
    if not text.strip():
        raise TextRefused(f"{name} is empty: there is no text in it.")
    return text


def _decoded(data: bytes, name: str) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _marked(data[len(mark) :], encoding, len(mark), name)
    if (text := _utf8(data)) is not None:
        return text
    if b"\0" in data:
        return _utf16_without_mark(data, name)
    found = _legacy(data)
    if found is None:
        raise TextRefused(
            f"The encoding of {name} cannot be told. Open it in a text editor, "
            "save it as UTF-8 and bring it again."
        )
    return found


def _marked(data: bytes, encoding: str, offset: int, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-8" and (text := _utf8(data)) is not None:
            return text
        if len(data) > 1000 and error.start > len(data) - 4:
            return data[: error.start].decode(encoding)  # cut off within its last character
        raise TextRefused(
            f"{name} says it is {encoding.upper()} and is damaged at byte "
            f"{error.start + offset:,}. Save it again as UTF-8."
        ) from error


def _utf8(data: bytes) -> str | None:
    """UTF-8, also where the file was cut off within a character or a few bytes
    of a long text are damaged; None for anything else."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    beyond = sum(1 for c in text[: 4 * SAMPLE] if c > "\x7f")
    damaged = text[: 4 * SAMPLE].count(_DAMAGED)
    if beyond < 50 or damaged * 50 > beyond:
        return None
    return text.rstrip(_DAMAGED) if text.count(_DAMAGED) * 50 <= max(beyond, 100) else None


def _utf16_without_mark(data: bytes, name: str) -> str:
    readings = {}
    for encoding in UTF16:
        sample = _try(data, encoding, SAMPLE)
        if sample and "\0" not in sample and (_is_latin(sample) or _share(sample) >= SURE / 2):
            readings[encoding] = _share(sample) + _ascii_share(sample)
    if readings:
        best = max(readings, key=lambda e: readings[e])
        text = data[: len(data) // 2 * 2].decode(best, "replace")
        if "\0" not in text and text.count(_DAMAGED) * 200 <= len(text):
            return text.rstrip(_DAMAGED)
    raise TextRefused(
        f"{name} contains NUL bytes: it is not a text file. Save it as plain text in UTF-8."
    )


def _legacy(data: bytes) -> str | None:
    """Text in an older encoding, or None where no reading is clearly right."""
    readings = {e: t for e in (*CHINESE, *UTF16) if (t := _try(data, e, SAMPLE))}
    shares = {e: _share(t) for e, t in readings.items()}
    best = max(shares, key=lambda e: shares[e], default="")
    if best and _clearly_best(best, readings, shares):
        text = data.decode(best, "replace")
        return text.rstrip(_DAMAGED) if text.count(_DAMAGED) * 200 <= len(text) else None
    # Chinese is ruled out first: two of its bytes look like two letters with accents.
    if (western := _try(data, "cp1252", len(data))) and _is_latin(western):
        return western
    return None


def _try(data: bytes, encoding: str, most: int) -> str | None:
    """The first `most` bytes in an encoding, where nearly all of them mean something."""
    part = data[: most // 2 * 2] if most < len(data) else data
    text = part.decode(encoding, "replace").rstrip(_DAMAGED)
    return text if text and text.count(_DAMAGED) * 200 <= _beyond_ascii(text) else None


def _clearly_best(best: str, readings: dict[str, str], shares: dict[str, float]) -> bool:
    """Whether a reading is so much better than those of other families that it is right."""
    share, weight = shares[best], _beyond_ascii(readings[best])
    others = [s for e, s in shares.items() if _FAMILY[e] != _FAMILY[best]]
    # The fewer characters there are, the likelier it is that chance made them.
    needed = SURE + (1.2 / weight if weight else 1)
    return share >= needed and all(share >= LEAD * other for other in others)


def _beyond_ascii(text: str) -> int:
    return sum(1 for c in text if c > "\x7f")


def _ascii_share(text: str) -> float:
    return sum(1 for c in text if c < "\x7f") / len(text)


@cache
def _common() -> frozenset[str]:
    """The commonest characters in both scripts."""
    lines = (files("opencc") / "dictionary" / "STCharacters.txt").read_text("utf-8").splitlines()
    both = {line[0]: line.split("\t")[1].split() for line in lines if line[1:2] == "\t"}
    traditional = {c for simple in _COMMON for c in both.get(simple, ()) if len(c) == 1}
    return frozenset(_COMMON) | traditional


def _share(text: str) -> float:
    """Common characters and marks as a share of what is not ASCII; 0.0 where
    characters appear that no Chinese text has many of."""
    han = marks = common = odd = 0
    known = _common()
    for c in text:
        if c <= "\x7f":
            continue
        if c in _MARKS:
            marks += 1
        elif "\u3400" <= c <= "\u9fff":
            han += 1
            common += c in known
        elif not ("\uff01" <= c <= "\uff5e" or "\u2010" <= c <= "\u25ff"):
            odd += 1
    if not han or odd * 12 > han:
        return 0.0
    return (common + min(marks, han / 3)) / (han + min(marks, han / 3) + 3 * odd)


def _is_latin(text: str) -> bool:
    """Mostly ASCII, and the rest letters inside words or the usual signs."""
    sample = text[:SAMPLE]
    high = [i for i, c in enumerate(sample) if c > "\x7f"]
    if len(high) > len(sample) * 0.2:
        return False
    letters = sum(1 for c in sample if c.isascii() and c.isalpha())
    likely = sum(1 for i in high if sample[i] in _LATIN_EXTRA or _in_word(sample, i))
    return likely >= len(high) * 0.9 and letters >= len(sample) * 0.5


def _in_word(text: str, at: int) -> bool:
    around = text[max(0, at - 1) : at] + text[at + 1 : at + 2]
    if text[at] in _LATIN_WORDS and not around.strip():
        return True
    return (
        text[at].isalpha() and text[at] < "\u0180" and any("a" <= c.lower() <= "z" for c in around)
    )


# Characters in a line that a page shows: a title, a name


def printable(text: str) -> str:
    """Without control characters, marks that turn the direction of writing, and
    what else no page can show. Line ends stay."""
    kept = (c if c.isprintable() or c in "\n\u200d" else _instead(c) for c in text)
    return unicodedata.normalize("NFC", "".join(kept))


def _instead(c: str) -> str:
    return "" if unicodedata.category(c) in ("Cf", "Cs", "Co") else " "


def tidy(text: str) -> str:
    """In one line, with single spaces."""
    return " ".join(text.split())
