"""Why a file was refused is said in the language of the page: every sentence there is.

The sentences are found in the code itself, so that a new one without its Chinese
fails here and not before an organizer's eyes.
"""

from __future__ import annotations

import ast
import errno
import itertools
import os
import re
import time
from collections.abc import Iterator
from functools import cache, cached_property
from pathlib import Path

import pytest
from flask import Flask, g

from corpus import formats
from corpus.formats import kinds
from corpus.languages import NAMES
from webapp import languages
from webapp.texts import reasons

ROOT = Path(__file__).parents[2]
# Of the other modules of the library no error is an answer to somebody who brings a file.
PLACES = [
    *(p for p in sorted((ROOT / "corpus").rglob("*.py")) if not p.name.startswith("library")),
    *sorted((ROOT / "webapp/texts").glob("*.py")),
]
# What takes a reason, and as which argument.
TAKES_REASON = {
    "TextRefused": 0, "_Refused": 0, "_Died": 0, "FetchRefused": 0, "CatalogueRefused": 0,
    "UploadRefused": 0, "CorpusError": 0, "LibraryBroken": 0, "LibraryMissing": 0, "Kind": 1,
    "refuse": 1, "_refuse": 2, "_duplicate": 3, "Outcome": 1, "TakenFile": 2, "_failed": 3,
}  # fmt: skip
HOLDS_REASON = {"why", "why_not", "refused"}  # as an argument's name or a key
# Parts of a sentence that are made elsewhere in their module.
MADE_BY = {
    "one.entry.fault": ("_fault", "_SHARED"),
    "entry.why_not": ("_why_not",),
    "_titled(library, other)": ("_titled",),
    "_titled(library, original.slug)": ("_titled",),
}
# By hand: what the collector cannot see.
ELSEWHERE = {
    'There is no file for "x" in the library. See: xinde library files': "webapp/texts/brought.py",
    **{f"a.bin is {what}. {cure}": "kinds.py, REFUSED" for what, cure in kinds.REFUSED.values()},
    **{
        f"a.txt is not an ordinary file ({what}). Bring the text itself.": "formats/__init__.py"
        for what in [*formats._SPECIAL.values(), "something else"]
    },
}
TEXT = 'a "b": (c). Of d.txt'  # a name as bad as they come
NUMBER = "1,234"
TROUBLE = "Input/output error"  # as the system calls it
COUNTS = {"most", "least", "status", "method", "pages", "self._most", "_port(where)"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Translations, and nothing else."""
    site = Flask(__name__)
    languages.init_app(site, tmp_path_factory.mktemp("compiled"))
    return site


@pytest.fixture
def in_chinese(site: Flask) -> Iterator[None]:
    with site.test_request_context():
        g.language = "zh"
        yield


# The sentences in the code


class Module:
    """One file of the code, and the sentences in it with samples for their values."""

    def __init__(self, path: Path) -> None:
        self.tree = ast.parse(path.read_text("utf-8"))
        self.functions = {
            node.name: node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef)
        }
        self.constants = {
            target.id: node.value
            for node in self.tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }

    def sentences(self) -> Iterator[str]:
        for node in ast.walk(self.tree):
            for given in _reasons_in(node):
                yield from self.written(given, self.function_of.get(node, self.tree))

    @cached_property
    def function_of(self) -> dict[ast.AST, ast.AST]:
        """In which function everything stands; the innermost, for it comes later."""
        in_order = sorted(self.functions.values(), key=lambda f: f.lineno)
        return {node: f for f in in_order for node in ast.walk(f) if node is not f}

    def written(self, node: ast.AST, here: ast.AST) -> list[str]:
        """All that an expression of the function `here` can become."""
        source = ast.unparse(node)
        if source in MADE_BY:
            return [s for name in MADE_BY[source] for s in self.made_by(name)]
        match node:
            case ast.Constant(value=str(words)):
                return [words]
            case ast.JoinedStr(values=parts):
                each = [self.written(part, here) for part in parts]
                return ["".join(chosen) for chosen in itertools.product(*each)]
            case ast.FormattedValue(value=value, format_spec=spec):
                return [NUMBER] if spec else self.written(value, here)
            case ast.IfExp(body=one, orelse=other):
                return self.written(one, here) + self.written(other, here)
            case ast.Name(id=name) if name in self.constants:
                return self.written(self.constants[name], here)
            case ast.Name(id=name):
                values = _values_of(name, here)
                found = [s for v in values for s in self.written(v, here)]
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if (
                name in self.functions
            ):
                found = self.made_by(name)
            case ast.Call(func=ast.Attribute(value=value, attr="strip")):
                return self.written(value, here)
            case _:
                found = []
        if any(map(_is_said, found)):
            return found
        if "strerror" in source:
            return [TROUBLE]
        is_number = isinstance(node, ast.BinOp) or source in COUNTS or "_limits." in source
        return [NUMBER if is_number or source.isnumeric() or source.isupper() else TEXT]

    def made_by(self, name: str) -> list[str]:
        """What a function returns, or what a constant is."""
        if name in self.constants:
            return self.written(self.constants[name], self.tree)
        if name not in self.functions:  # it stands in the module beside
            return next(m for m in modules() if name in m.functions).made_by(name)
        function = self.functions[name]
        returned = [n.value for n in ast.walk(function) if isinstance(n, ast.Return) and n.value]
        return [s for value in returned for s in self.written(value, function)]


@cache
def modules() -> tuple[Module, ...]:
    return tuple(Module(place) for place in PLACES)


def _reasons_in(node: ast.AST) -> list[ast.AST]:
    """Expressions in a node of the code that become a reason."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=given):
            place = TAKES_REASON.get(name)
            named = [k.value for k in node.keywords if k.arg in HOLDS_REASON]
            return named + (given[place : place + 1] if place is not None else [])
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            return [v for k, v in pairs if isinstance(k, ast.Constant) and k.value in HOLDS_REASON]
        case ast.AugAssign(target=ast.Name(id="why"), value=value):
            return [value]
        case ast.Assign(targets=[ast.Attribute(attr="_why_stopped")], value=value):
            return [value]
    return []


def _values_of(name: str, here: ast.AST) -> list[ast.AST]:
    """What a name is given in a function: by `=`, or in turn by a written list."""
    found: list[ast.AST] = []
    for node in ast.walk(here):
        match node:
            case ast.Assign(targets=[ast.Name(id=given)], value=value) if given == name:
                found.append(value)
            case ast.For(target=ast.Tuple(elts=names), iter=ast.Tuple(elts=rows)):
                places = [i for i, n in enumerate(names) if ast.unparse(n) == name]
                found += [row.elts[i] for row in rows for i in places]
    return [value for value in found if name not in ast.unparse(value)]


def _is_said(sentence: str) -> bool:
    """Whether it has words besides its values."""
    return bool(re.search("[A-Za-z]{2}.* ", sentence.replace(TEXT, "")))


@cache
def sentences_in_code() -> dict[str, str]:
    """Every sentence, and the file that says it."""
    found = {s: str(p.relative_to(ROOT)) for p in PLACES for s in Module(p).sentences()}
    of_a_kind = f"{TEXT} is {TEXT}. {TEXT}"  # ELSEWHERE has them all
    return {s.strip(): p for s, p in found.items() if _is_said(s) and s != of_a_kind}


# What is asked of them

# English words that Chinese readers know, or type.
KNOWN = set(re.findall(r"\w+", """
    Apple CAB CHM Calibre DRM DjVu EPUB Excel FictionBook Git HTML HTTP Java Keynote Kindle LFS
    LibreOffice MHTML Markdown MiB Microsoft Mobipocket NUL Numbers OCR OPDS OpenDocument PDF Pages
    PostScript PowerPoint RAR RTF Reader SQLite Safari TOML UTF Windows Word XML Xinde YAML ZIP Zip
    CSV bzip gzip macOS tar zstd docx epub html http https opf pdf txt xlsx
    git lfs pull, import corpus child, xinde library add build files withdraw SLUG
    front matter field investigation language series position title On patience One two
"""))  # fmt: skip


def all_sentences() -> dict[str, str]:
    return sentences_in_code() | ELSEWHERE


def test_the_sentences_in_the_code_are_found():
    found = sentences_in_code()
    assert len(found) > 150
    assert {p.split("/")[0] for p in found.values()} == {"corpus", "webapp"}
    for one in (
        f"{TEXT} is empty (0 bytes). If it was copied or fetched, do that again.",
        f"{TEXT} has {NUMBER} pages; {NUMBER} is the most. Divide it into parts.",
        f"{TEXT} is a link to another place, not a file. Bring the file itself.",  # a fault
        f"Another edition of {TEXT}",
        "The text as it was before stays in the library.",
        "It is lent, not open to all.",  # by going through a list
        f"{TEXT} is nested too deeply. Save it in a simpler form.",  # an answer of the child
    ):
        assert one in found, one


def test_every_sentence_is_said_in_chinese(in_chinese):
    untold = []
    for sentence, place in all_sentences().items():
        said = reasons.in_words(sentence)
        words = said.replace(TEXT, "").replace("a.bin", "").replace("a.txt", "")
        english = set(re.findall("[A-Za-z]{3,}", words)) - KNOWN
        if not re.search("[\u4e00-\u9fff]", said) or english:
            untold.append(f"{place}: {sentence}\n    {said}")
    assert not untold, "no Chinese in webapp/texts/reasons.py or the catalogue for:\n" + "\n".join(
        untold
    )


def test_no_sentence_is_kept_that_nobody_says(in_chinese):
    said = {m for s in all_sentences() for m, _ in reasons._taken_apart(s)}
    assert set(reasons.SENTENCES) - said <= {"%(title)s was not fetched. %(reason)s"}


def test_every_value_is_in_the_sentence_again(in_chinese):
    for sentence in all_sentences():
        said = reasons.in_words(sentence)
        assert said.count(TEXT) == sentence.count(TEXT), said
        assert said.count(NUMBER) == sentence.count(NUMBER), said


@pytest.mark.parametrize(
    ("sentence", "chinese"),
    [
        (
            "report.docx is protected with a password. Save a copy without a password and bring it again.",
            "report.docx 有密码保护。请另存一份没有密码的，再带进来。",
        ),
        (
            "scan.pdf has no text layer: this PDF is a scan. Run text recognition (OCR) on it and "
            "bring it again. The text as it was before stays in the library.",
            "scan.pdf 没有文字层，是扫描件。请做文字识别（OCR），再带进来。书库里仍保留原来的那份。",
        ),
        (
            "It cannot be read: Permission denied. The text as it was before stays in the library.",
            "文件读不出来：没有权限。书库里仍保留原来的那份。",
        ),
        (
            "notes.txt is not an ordinary file (a pipe). Bring the text itself.",
            "notes.txt 不是普通文件（管道）。请把材料本身带进来。",
        ),
        (
            "Candide.txt seems to be written in French; the library holds English and Chinese. "
            'If that is wrong, add front matter with "language: en" or "language: zh".',
            "Candide.txt 好像是用法语写的，书库只收英文和中文。如果看错了，请在文件开头加上"
            "文件头（front matter），写明“language: en”或“language: zh”。",
        ),
        ('The same words as "On wells" (on-wells)', "与“On wells”（on-wells）文字相同"),
        (
            "On wells was not fetched. It comes only in formats that Xinde does not read (audio/mpeg).",
            "“On wells”没有下载。这本书只有 Xinde 读不了的格式（audio/mpeg）。",
        ),
    ],
)
def test_a_sentence_is_put_together_again(in_chinese, sentence, chinese):
    assert reasons.in_words(sentence) == chinese
    assert reasons.lang(sentence) == "zh-Hans"


def test_an_english_page_shows_what_was_kept(site):
    with site.test_request_context():
        g.language = "en"
        for sentence in ("a.txt is empty: there is no text in it.", "Something of ours, once."):
            assert reasons.in_words(sentence) == sentence
            assert reasons.lang(sentence) == "en"


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "A sentence of an older version.",
        "a.txt is empty: there is no text in it",  # not whole
        "a.txt is many MB; 20 MB is the most. Divide it into parts.",  # not a number
        "It cannot be read: Permission denied. And a sentence that is new.",
        "%(name)s is 100%s of %d %",
        "x" * 100_000,
    ],
)
def test_what_is_not_recognised_stays_english(in_chinese, sentence):
    assert reasons.in_words(sentence) == sentence
    assert reasons.lang(sentence) == "en"


@pytest.mark.parametrize(
    "name",
    [
        "a is empty: there is no text in it. b.txt",
        "a cannot be read: b.txt",
        "1 MB; 2 MB is the most. 3 is 4 MB.txt",
        "100%.txt",
        "%(name)s.txt",
        "<b>{name}</b>.txt",
        "工作\n报告.txt",
        "",
    ],
)
def test_no_name_of_a_file_misleads(in_chinese, name):
    said = reasons.in_words(f"{name} is 30 MB; 20 MB is the most. Divide it into parts.")
    assert said == f"{name} 有 30 MB，最多只收 20 MB。请分成几份。"


def test_hostile_sentences_take_no_time(in_chinese):
    pieces = [
        " is ", " MB; ", '" of ', ": ", ". ", "1", "1,111", " (", '"', " a ", " cannot be read: ",
        "The front matter of ", ' says "', "The text as it was before stays in the library. ",
        "The same file as ", '" in "', " Divide it into parts.", " was not fetched. ",
    ]  # fmt: skip
    ends = {t.end for t in reasons._templates()}
    for piece, end in itertools.product(pieces, ends):
        sentence = (piece * reasons.LONGEST)[: reasons.LONGEST - len(end)] + end
        begun = time.perf_counter()
        reasons._taken_apart.__wrapped__(sentence)
        took = time.perf_counter() - begun
        assert took < 0.5, f"{took:.1f} s for {piece!r} again and again, then {end!r}"


def test_languages_have_their_names_in_chinese(in_chinese):
    for english in [*NAMES.values(), 'the language "mt"']:
        assert re.fullmatch("[\u4e00-\u9fff]{2,8}", reasons._language(english)), english
    assert reasons._language('the language "xyz"') == 'the language "xyz"'


def test_what_systems_say_of_files_is_said_in_chinese(in_chinese):
    for number in (errno.EACCES, errno.EPERM, errno.ENOENT, errno.EIO, errno.ENOSPC, errno.EDQUOT,
                   errno.EROFS, errno.ENAMETOOLONG, errno.EMFILE, errno.ELOOP):  # fmt: skip
        said = reasons.in_words(f"It cannot be read: {os.strerror(number)}.")
        assert re.fullmatch("[\u3000-\u9fff\uff00-\uffef]+", said), said


def test_no_reason_is_longer_than_what_is_looked_at():
    assert max(map(len, all_sentences())) + 20 * 200 < reasons.LONGEST
