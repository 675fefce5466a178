"""Which characters a file's bytes mean, in the encodings people have."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from corpus.texts import TextRefused

# The commonest characters of Chinese, old and new, in both scripts: in any real
# text they make up a fifth of it, in bytes read in the wrong encoding almost none.
COMMON = frozenset(
    "的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可"
    "这来国个说们为时过学对里后么发现当没动还进样见声经头与长儿间听吗无气马门问话边给将战"
    "這來國個說們為時過學對裏後麼發現當沒動還進樣見聲經頭與長兒間聽嗎無氣馬門問話邊給將戰"
    "而其曰者于於所不以矣乎焉故則则何此如若能非无無行事天下君臣王公民心"
)
_LATIN_EXTRA = frozenset("‘’“”–—…•€£©®°·«»§ªº½¼¾²³´`×")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
SAMPLE = 64 * 1024
CHINESE = ("gb18030", "big5hkscs", "cp950")


def decode(data: bytes, name: str) -> str:
    """The characters of a file, with line ends as "\\n" and no byte order mark.

    Raises `TextRefused` where the encoding cannot be told: a wrong guess would
    put nonsense into the library that nobody notices for months.
    """
    text = _decoded(data, name).lstrip("\ufeff")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n")
    if "\0" in text:
        raise TextRefused(
            f"{name} contains NUL bytes: it is not a text file. Save it as plain text in UTF-8."
        )
    if len(_CONTROL.findall(text)) > len(text) // 100:
        raise TextRefused(f"{name} is not a text file. Save it as plain text in UTF-8.")
    if not text.strip():
        raise TextRefused(f"{name} is empty: there is no text in it.")
    return _CONTROL.sub("", text)


def _decoded(data: bytes, name: str) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding)
            except UnicodeDecodeError as error:
                raise TextRefused(
                    f"{name} says it is {encoding.upper()} and is damaged at byte "
                    f"{error.start + len(mark):,}. Save it again as UTF-8."
                ) from error
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if b"\0" in data:
        return _utf16_without_mark(data, name)
    found = _legacy(data)
    if found is None:
        raise TextRefused(
            f"The encoding of {name} cannot be told. Open it in a text editor, "
            "save it as UTF-8 and bring it again."
        )
    return found


def _utf16_without_mark(data: bytes, name: str) -> str:
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and (_is_latin(text) or _common_share(text) >= 0.1):
            return text
    raise TextRefused(
        f"{name} contains NUL bytes: it is not a text file. Save it as plain text in UTF-8."
    )


def _legacy(data: bytes) -> str | None:
    """Text in an older encoding, or None where no reading is clearly right."""
    readings = {}
    for encoding in (*CHINESE, "cp1252"):
        try:
            readings[encoding] = data.decode(encoding)
        except UnicodeDecodeError:
            continue
    shares = {e: _common_share(t) for e, t in readings.items() if e != "cp1252"}
    best = max(shares, key=lambda e: shares[e], default=None)
    if best and _clearly_best(readings[best], shares[best], readings, shares, data):
        return readings[best]
    if "cp1252" in readings and _is_latin(readings["cp1252"]) and _guess_is_western(data):
        return readings["cp1252"]
    return None


def _clearly_best(
    text: str, share: float, readings: dict[str, str], shares: dict[str, float], data: bytes
) -> bool:
    others = [s for e, s in shares.items() if readings[e][:SAMPLE] != text[:SAMPLE]]
    if share < 0.1 or any(other > share / 2 for other in others):
        return False
    # Few common characters: then charset-normalizer has to agree.
    return share >= 0.2 or bool(from_bytes(data[:SAMPLE], cp_isolation=list(CHINESE), steps=5))


def _common_share(text: str) -> float:
    """Common characters as a share of the Chinese ones; 0.0 where characters
    appear that no Chinese text has many of."""
    sample = text[:SAMPLE]
    han = sum(1 for c in sample if "\u3400" <= c <= "\u9fff")
    odd = sum(1 for c in sample if "\ue000" <= c <= "\uf8ff" or "\u0080" <= c <= "\u009f")
    if not han or odd * 20 > han:
        return 0.0
    return sum(1 for c in sample if c in COMMON) / han


def _is_latin(text: str) -> bool:
    """Mostly ASCII, and the rest letters inside words or the usual signs."""
    sample = text[:SAMPLE]
    high = [i for i, c in enumerate(sample) if c > "\x7f"]
    if len(high) > len(sample) * 0.2:
        return False
    likely = sum(1 for i in high if sample[i] in _LATIN_EXTRA or _in_word(sample, i))
    return likely >= len(high) * 0.9


def _in_word(text: str, at: int) -> bool:
    around = text[max(0, at - 1) : at] + text[at + 1 : at + 2]
    return (
        text[at].isalpha() and text[at] < "\u0180" and any("a" <= c.lower() <= "z" for c in around)
    )


def _guess_is_western(data: bytes) -> bool:
    best = from_bytes(data[:SAMPLE], steps=5).best()
    western = {"cp1252", "latin_1", "iso8859_15", "cp1250", "cp1254", "cp1257", "mac_roman"}
    western |= {
        "cp1140",
        "iso8859_9",
        "iso8859_14",
        "iso8859_3",
        "iso8859_2",
        "iso8859_10",
        "cp1258",
    }
    return best is None or best.encoding in western
