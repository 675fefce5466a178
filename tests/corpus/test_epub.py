"""What EPUBs say, sound and unsound ones."""

from __future__ import annotations

import csv
import io
import time
import zipfile
from pathlib import Path

import pytest

from corpus.formats import epub
from corpus.texts import Text, TextRefused
from tests.corpus.hostile import with_sizes_of_gigabytes
from tests.shared_data import shared

SAID = "The members of the study group met on Tuesday evening, and each of them brought a page of notes."
CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
METADATA = (
    "<dc:title>The Letters</dc:title><dc:creator>Ana Ito</dc:creator><dc:language>en</dc:language>"
)
NAV = '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'


def xhtml(body: str, attributes: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">'
        f"<head><title>x</title></head><body {attributes}>{body}</body></html>"
    )


def nav(lines: str, landmarks: str = "") -> str:
    marks = f'<nav epub:type="landmarks"><ol>{landmarks}</ol></nav>' if landmarks else ""
    return xhtml(f'<nav epub:type="toc"><h1>Contents</h1><ol>{lines}</ol></nav>{marks}')


def opf(
    names: list[str], metadata: str = METADATA, *, items: str = "", spine: str = "", guide: str = ""
) -> str:
    manifest = "".join(
        f'<item id="d{n}" href="{name}" media-type="application/xhtml+xml"/>'
        for n, name in enumerate(names)
    )
    spine = spine or "".join(f'<itemref idref="d{n}"/>' for n in range(len(names)))
    return (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">'
        f"{metadata}</metadata><manifest>{manifest}{items}</manifest>"
        f'<spine toc="ncx">{spine}</spine><guide>{guide}</guide></package>'
    )


def members(*bodies: str, package: str | None = None, **options: str) -> dict[str, str | bytes]:
    documents = {
        f"c{n}.xhtml": b if b.startswith("<?xml") else xhtml(b) for n, b in enumerate(bodies)
    }
    package = package or opf(list(documents), **options)
    return {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OEBPS/book.opf": package,
    } | {f"OEBPS/{name}": body for name, body in documents.items()}  # fmt: skip


@pytest.fixture
def read(tmp_path):
    def reading(files: dict[str, str | bytes] | bytes, name: str = "letters.epub") -> Text:
        path = tmp_path / name
        path.write_bytes(files if isinstance(files, bytes) else packed(files))
        return epub.read(path)

    return reading


def packed(files: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def outline(text: Text) -> list[tuple[tuple[str, ...], list[str]]]:
    return [(s.path, [b.text for b in s.blocks]) for s in text.sections]


# Documents and their order


def test_documents_are_read_in_the_order_of_the_spine(read):
    spine = '<itemref idref="d1"/><itemref idref="d0" linear="no"/><itemref idref="d1"/>'
    text = read(members(f"<h1>Two</h1><p>{SAID}</p>", f"<h1>One</h1><p>{SAID}</p>", spine=spine))
    assert outline(text) == [(("One",), [SAID]), (("Two",), [SAID])]
    assert (text.title, text.author, text.language) == ("The Letters", "Ana Ito", "en")


def test_names_are_found_however_they_are_written(read):
    files = members(*[f"<h2>{n}</h2><p>{SAID}</p>" for n in range(4)])
    names = ["Text/第一 章.xhtml", "Text/a b.xhtml", "TEXT/C.XHTML", "Text/d%20e.xhtml"]
    hrefs = ["Text/%E7%AC%AC%E4%B8%80%20%E7%AB%A0.xhtml", "./Text/../Text/a b.xhtml", "text/c.xhtml", "Text/d%20e.xhtml"]  # fmt: skip
    files = {k: v for k, v in files.items() if "c" not in k[6:7]} | {
        f"OEBPS/{name}": files[f"OEBPS/c{n}.xhtml"] for n, name in enumerate(names)
    }
    text = read(files | {"OEBPS/book.opf": opf(hrefs)})
    assert [path for path, _ in outline(text)] == [("0",), ("1",), ("2",), ("3",)]


def test_the_first_entry_need_not_be_the_mimetype(read):
    files = dict(reversed(members(f"<p>{SAID}</p>").items()))
    assert outline(read(files)) == [((), [SAID])]


@pytest.mark.parametrize(
    "change",
    [
        {"META-INF/container.xml": None},
        {"META-INF/container.xml": "<container><nonsense"},
        {"META-INF/container.xml": CONTAINER.replace("OEBPS/book.opf", "elsewhere.opf")},
        {"META-INF/container.xml": CONTAINER.replace("OEBPS/book.opf", "../../etc/passwd")},
    ],
)
def test_without_a_container_the_package_is_looked_for(read, change):
    files = {k: v for k, v in (members(f"<p>{SAID}</p>") | change).items() if v is not None}
    assert outline(read(files)) == [((), [SAID])]


def test_a_package_without_an_order_is_read_in_that_of_its_list(read):
    files = members(f"<p>a {SAID}</p>", f"<p>b {SAID}</p>", spine="<itemref idref='gone'/>")
    assert outline(read(files)) == [((), [f"a {SAID}", f"b {SAID}"])]


def test_a_document_that_is_missing_does_not_stop_the_others(read):
    files = members(*[f"<p>{n} {SAID}</p>" for n in range(3)])
    del files["OEBPS/c1.xhtml"]
    assert outline(read(files)) == [((), [f"0 {SAID}", f"2 {SAID}"])]


# Headings


def test_the_table_of_contents_gives_headings_to_documents_without_any(read):
    lines = (
        '<li><a href="c0.xhtml">Part One</a><ol><li><a href="c1.xhtml">The Sea</a></li></ol></li>'
    )
    files = members("<p><img src='x.png'/></p>", f"<p>{SAID}</p>", items=NAV)
    text = read(files | {"OEBPS/nav.xhtml": nav(f"{lines}<li><a href='c1.xhtml#e'>End</a></li>")})
    assert outline(text) == [(("Part One", "The Sea"), [SAID])]


def test_a_table_of_contents_orders_headings_that_all_say_one_level(read):
    bodies = [f"<h1>{title}</h1><p>{SAID}</p>" for title in ("Part One", "The Sea", "The Land")]
    lines = """<li><a href="c0.xhtml">Part One</a><ol><li><a href="c1.xhtml">The Sea</a></li>
        <li><a href="c2.xhtml">The Land</a></li></ol></li>"""
    text = read(members(*bodies, items=NAV) | {"OEBPS/nav.xhtml": nav(lines)})
    assert [path for path, _ in outline(text)] == [
        ("Part One",),
        ("Part One", "The Sea"),
        ("Part One", "The Land"),
    ]


def test_places_inside_a_document_get_their_heading_from_the_contents(read):
    """One file with anchors and an NCX, as converters make them (EPUB 2)."""
    body = f'<p>The Sea</p><p>a {SAID}</p><p>b <a id="two"/>{SAID}</p><div id="three"><p>c {SAID}</p></div>'
    points = "".join(
        f"<navPoint><navLabel><text>{title}</text></navLabel><content src='c0.xhtml{place}'/></navPoint>"
        for title, place in (("The Sea", ""), ("The Land", "#two"), ("The Sky", "#three"))
    )
    item = '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
    files = members(body, items=item) | {
        "OEBPS/toc.ncx": f'<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>{points}</navMap></ncx>'
    }
    assert outline(read(files)) == [
        (("The Sea",), [f"a {SAID}"]),
        (("The Land",), [f"b {SAID}"]),
        (("The Sky",), [f"c {SAID}"]),
    ]


def test_chapters_nest_in_parts_by_their_own_levels_and_the_half_title_is_no_part(read):
    text = read(
        members(
            f"<h2>Preface</h2><p>{SAID}</p>",
            '<section epub:type="halftitlepage"><h2>The Letters</h2></section>',
            '<section epub:type="part"><h2>Part I</h2></section>',
            f'<section data-parent="part-1" epub:type="chapter"><hgroup><h3>I</h3><p>The Sea</p></hgroup><p>{SAID}</p></section>',
            f'<section epub:type="endnotes" role="doc-endnotes"><h2>Notes</h2><ol><li id="n1"><p>{SAID} <a href="c3.xhtml#r1" epub:type="backlink">↩</a></p></li></ol></section>',
        )
    )
    assert outline(text) == [
        (("Preface",), [SAID]),
        (("Part I", "I: The Sea"), [SAID]),
        (("Notes",), [f"1. {SAID}"]),
    ]


def test_notes_in_another_document_are_notes_and_their_marks_go(read):
    text = read(
        members(
            f'<p>{SAID}<a id="r1" href="c1.xhtml#n1"><sup>1</sup></a></p>',
            '<h2>Notes</h2><p id="n1"><a href="c0.xhtml#r1">1</a>. The note.</p><p>More</p>',
        )
    )
    assert [(b.kind, b.text) for s in text.sections for b in s.blocks] == [
        ("paragraph", SAID),
        ("note", "1. The note."),
        ("paragraph", "More"),
    ]


# What is not the text


@pytest.mark.parametrize(
    ("body", "left_out"),
    [
        ('<section epub:type="titlepage"><h1>The Letters</h1><p>Ana Ito</p></section>', "cover"),
        ('<section epub:type="imprint"><h2>Imprint</h2><p>Made by hand.</p></section>', "colophon"),
        ('<section epub:type="copyright-page"><p>© 1999</p></section>', "licence"),
        ('<div role="doc-colophon"><p>Set in type.</p></div>', "colophon"),
        ('<section epub:type="loi"><p>List of illustrations</p></section>', "contents"),
        ('<section epub:type="index"><p>Apples, 4</p></section>', "index"),
        ("<h2>Contents</h2><ul>" + "".join(f'<li><a href="c1.xhtml#{n}">Chapter {n}</a></li>' for n in range(6)) + "</ul>", "contents"),
    ],
)  # fmt: skip
def test_covers_imprints_contents_and_the_like_are_left_out(read, body, left_out):
    text = read(members(body, f"<h2>One</h2><p>{SAID}</p>"))
    assert outline(text) == [(("One",), [SAID])]
    assert text.left_out == (left_out,)


def test_a_whole_document_can_be_marked_by_its_body_the_guide_or_the_landmarks(read):
    cover = '<reference type="cover" href="c0.xhtml"/><reference type="text" href="c3.xhtml"/>'
    files = members(
        "<p>A picture, a sticker</p>",
        xhtml("<p>Colophon words</p>", 'epub:type="backmatter colophon"'),
        "<p>Apples, 4</p>",
        f"<p>{SAID}</p>",
        guide=cover,
        items=NAV,
    )
    marks = '<li><a epub:type="index" href="c2.xhtml">Index</a></li>'
    text = read(files | {"OEBPS/nav.xhtml": nav("<li><a href='c3.xhtml'>One</a></li>", marks)})
    assert outline(text) == [(("One",), [SAID])]
    assert set(text.left_out) == {"cover", "colophon", "index"}


def test_a_guide_that_calls_the_text_itself_a_cover_is_not_believed(read):
    files = members(f"<p>{SAID * 30}</p>", guide='<reference type="cover" href="c0.xhtml"/>')
    assert outline(read(files)) == [((), [SAID * 30])]


@pytest.mark.parametrize(
    "kind",
    ["preface", "foreword", "introduction", "dedication", "epigraph", "appendix", "glossary", "bibliography", "afterword"],
)  # fmt: skip
def test_prefaces_dedications_appendices_and_glossaries_stay(read, kind):
    body = f'<section epub:type="{kind}"><h2>{kind.title()}</h2><p>{SAID}</p></section>'
    assert outline(read(members(body, f"<h2>One</h2><p>{SAID}</p>")))[0][1] == [SAID]


# Metadata


def test_the_main_title_and_the_authors_are_told_from_the_others(read):
    metadata = """<dc:title id="t1">The Long Edition</dc:title><dc:title id="t2">The Letters</dc:title>
        <meta refines="#t2" property="title-type">main</meta>
        <dc:creator id="a">Ana Ito</dc:creator><meta refines="#a" property="role" scheme="marc:relators">aut</meta>
        <dc:creator id="b">Lee Wu</dc:creator><meta refines="#b" property="role">trl</meta>
        <dc:creator id="c">Omar Aziz</dc:creator><meta refines="#c" property="role">aut</meta>
        <dc:contributor>Else</dc:contributor><dc:language>en-GB</dc:language>
        <dc:identifier>urn:isbn:9780141439518</dc:identifier><dc:identifier>https://example.org/letters</dc:identifier>
        <dc:subject>Learning</dc:subject><dc:subject>Groups -- Practice</dc:subject><dc:source>A scan</dc:source>
        <dc:rights>CC0-1.0</dc:rights><dc:date>1999-05-01</dc:date><meta property="dcterms:modified">2020-01-01T00:00:00Z</meta>"""
    text = read(members(f"<p>{SAID}</p>", metadata=metadata))
    assert (text.title, text.author, text.year) == ("The Letters", "Ana Ito, Omar Aziz", 1999)
    assert text.identifiers == ("isbn:9780141439518", "uri:https://example.org/letters")
    assert (text.subjects, text.sources) == (("Learning", "Groups -- Practice"), ("A scan",))
    assert (text.licence, dict(text.origins)["author"]) == ("CC0-1.0", "file")


def test_an_epub_2_says_roles_events_and_schemes_in_its_own_way(read):
    metadata = """<dc:title>论学</dc:title><dc:creator opf:role="aut" opf:file-as="Zhu">朱一</dc:creator>
        <dc:creator opf:role="trl">李二</dc:creator><dc:language>zh-CN</dc:language>
        <dc:date opf:event="modification">2015-02-02</dc:date><dc:date opf:event="publication">1987</dc:date>
        <dc:identifier opf:scheme="ISBN">978-0-14-143951-8</dc:identifier>"""
    text = read(
        members(
            "<p>学习小组的成员在星期二晚上开会，每个人都带来了一页笔记。</p>", metadata=metadata
        )
    )
    assert (text.title, text.author, text.language, text.year) == ("论学", "朱一", "zh", 1987)
    assert text.identifiers == ("isbn:9780141439518",)


def test_the_moment_a_file_was_made_is_no_year_of_the_book(read):
    made = f"{METADATA}<dc:date>2022-06-25T16:13:45Z</dc:date>"
    assert read(members(f"<p>{SAID}</p>", metadata=made)).year is None


def test_a_book_without_metadata_is_called_what_its_title_page_says(read):
    page = '<section epub:type="titlepage"><h1>The Letters</h1></section>'
    text = read(members(page, f"<h2>One</h2><p>{SAID}</p>", metadata=" "), "scan 12.epub")
    assert (text.title, dict(text.origins)["title"]) == ("The Letters", "heading")
    slug = METADATA.replace("The Letters", "the-letters")
    shown = read(members(f"<h1>The Letters</h1><p>{SAID}</p>", metadata=slug))
    assert (shown.title, outline(shown)) == ("The Letters", [((), [SAID])])


# XML as it is found


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (xhtml("<p>a&nbsp;b &mdash; c &amp; d &eacute; AT&T; &#233; &lt;x&gt;</p>"), "a b — c & d é AT&T; é <x>"),
        ("<html><body><p>no namespace, <br>not closed<p>next</body></html>", "no namespace,\nnot closed"),
        (xhtml('<p>a <b>b</p></b> c <svg xmlns="http://www.w3.org/2000/svg"><text>no</text></svg></p>'), "a **b**"),
        ('<h:html xmlns:h="http://www.w3.org/1999/xhtml"><h:body><h:p>prefixed</h:p></h:body></h:html>', "prefixed"),
        ('<!DOCTYPE html [<!ENTITY a "aa"><!ENTITY x SYSTEM "file:///etc/passwd">]>' + xhtml("<p>b&a;&x;</p>").split("\n")[2], "b&a;&x;"),
        (xhtml("<p>学习小组</p>").replace("utf-8", "gb2312").encode("gb18030"), "学习小组"),
        (xhtml("<p>sixteen</p>").replace("utf-8", "utf-16").encode("utf-16"), "sixteen"),
        (xhtml("<p>control \x01\x0bsigns</p>"), "control signs"),
        (xhtml("<p><ruby>漢<rt>hàn</rt></ruby>字<br/>次</p>", 'style="writing-mode: vertical-rl"'), "漢字\n次"),
    ],
)  # fmt: skip
def test_faulty_documents_are_read_as_far_as_they_go(read, document, expected):
    files = members(f"<h2>Last</h2><p>{SAID}</p>", package=opf(["a.xhtml", "c0.xhtml"]))
    assert outline(read(files | {"OEBPS/a.xhtml": document}))[0][1][0] == expected


# Locked, hostile, broken


def encryption(algorithm: str) -> str:
    return (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:enc="http://www.w3.org/2001/04/xmlenc#">'
        f'<enc:EncryptedData><enc:EncryptionMethod Algorithm="{algorithm}"/><enc:CipherData>'
        '<enc:CipherReference URI="OEBPS/c0.xhtml"/></enc:CipherData></enc:EncryptedData></encryption>'
    )


AES = "http://www.w3.org/2001/04/xmlenc#aes128-cbc"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"META-INF/encryption.xml": encryption(AES)}, r"is protected \(DRM\)"),
        ({"META-INF/sinf.xml": "<sinf/>"}, r"is protected \(DRM\)"),
        ({"OEBPS/book.opf": None}, "is no EPUB"),
        ({"OEBPS/book.opf": ""}, "cannot be read"),
        ({"OEBPS/book.opf": opf([])}, "lists no documents"),
        ({"OEBPS/c0.xhtml": None}, "damaged or was cut short: 1 of its 1 documents"),
        ({"OEBPS/c0.xhtml": xhtml("<img src='a.jpg' alt='A page'/>")}, "its pages are pictures"),
        ({"OEBPS/c0.xhtml": xhtml("<p>" + "a b " * 4_000_000)}, "unpacks to more than a book has"),
        ({f"OEBPS/c{n}.xhtml": xhtml("<p>" + "a b " * 2_900_000) for n in range(4)} | {"OEBPS/book.opf": opf([f"c{n}.xhtml" for n in range(4)])}, "its documents together to more than 40 MB"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_text_is_refused_with_the_reason(read, change, says):
    files = {k: v for k, v in (members(f"<p>{SAID}</p>") | change).items() if v is not None}
    with pytest.raises(TextRefused, match=says):
        read(files)


def test_a_document_that_would_end_beyond_the_file_was_cut_off(read):
    with pytest.raises(TextRefused, match="damaged"):
        read(with_sizes_of_gigabytes(packed(members(f"<p>{SAID}</p>"))))


def test_a_page_that_says_the_same_again_and_again_is_no_bomb(read):
    text = read(members("<p>Name and date</p>" * 200_000))
    assert len(text.sections[0].blocks) == 200_000


def test_scrambled_fonts_lock_nothing(read):
    fonts = encryption("http://www.idpf.org/2008/embedding")
    text = read(members(f"<p>{SAID}</p>") | {"META-INF/encryption.xml": fonts})
    assert outline(text) == [((), [SAID])]


def test_a_book_that_lost_most_of_its_documents_is_refused(read):
    files = members(*[f"<p>{n} {SAID}</p>" for n in range(9)])
    for n in range(6):
        del files[f"OEBPS/c{n}.xhtml"]
    with pytest.raises(TextRefused, match="6 of its 9 documents are missing"):
        read(files)


@pytest.mark.parametrize("length", [0, 60, 2_000, -30])
def test_a_file_cut_short_is_refused(read, length):
    data = packed(members(*[f"<p>{n} {SAID}</p>" for n in range(40)]))
    with pytest.raises(TextRefused, match="damaged or was cut short"):
        read(data[:length])


def test_a_damaged_document_is_one_that_is_missing(read):
    data = packed(members(f"<p>{SAID}</p>", f"<p>{SAID * 50}</p>", f"<p>end {SAID}</p>"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        at = archive.getinfo("OEBPS/c1.xhtml").header_offset + 60
    broken = data[:at] + bytes(40) + data[at + 40 :]
    assert outline(read(broken)) == [((), [SAID, f"end {SAID}"])]


def test_a_locked_entry_is_refused(read):
    data = bytearray(packed(members(f"<p>{SAID}</p>")))
    at = data.rfind(b"OEBPS/c0.xhtml") - 46  # its line in the list of entries
    data[at + 8] |= 1
    with pytest.raises(TextRefused, match="locked with a password"):
        read(bytes(data))


def test_too_many_entries_are_refused(read):
    files = members(f"<p>{SAID}</p>") | {f"x/{n}": "" for n in range(20_001)}
    with pytest.raises(TextRefused, match="an archive of too many files"):
        read(files)


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 50_000 + f"<p>{SAID}</p>" + "</div>" * 50_000,
        "<p>" + "word<br/>" * 100_000 + SAID + "</p>",
        "<p>" + " ".join(f"word{n * 7919 % 1_000_003}" for n in range(400_000)) + f"</p><p>{SAID}</p>",
        "".join(f'<p>a<a href="#n{n}" id="r{n}"><sup>{n}</sup></a></p>' for n in range(10_000)) + f"<p>{SAID}</p>",
        f"<p>&lt;script&gt; 😀 שלום</p><script>no()</script><iframe src='file:///etc/passwd'/><p>{SAID}</p>",
    ],
    ids=lambda body: body[:12],
)  # fmt: skip
def test_hostile_documents_are_read_to_their_end_and_in_time(read, body):
    start = time.process_time()
    found = [b.text for s in read(members(body)).sections for b in s.blocks]
    assert SAID in found[-1]
    assert time.process_time() - start < 6


def test_contents_that_nest_or_repeat_without_end_do_no_harm(read):
    lines = "<li><a href='c0.xhtml'>x</a><ol>" * 400 + "</ol></li>" * 400
    many = "".join(f"<li><a href='c0.xhtml#p{n}'>Line {n}</a></li>" for n in range(20_000))
    files = members(f"<h2>One</h2><p>{SAID}</p>", items=NAV)
    assert read(files | {"OEBPS/nav.xhtml": nav(lines)}).sections[-1].blocks[-1].text == SAID
    assert read(files | {"OEBPS/nav.xhtml": nav(many)}).sections[-1].blocks[-1].text == SAID


# Real works


@pytest.mark.data
def test_the_books_of_the_open_set_keep_their_phrase_and_say_what_they_are():
    folder = shared("data", "library")
    with (folder / "manifest.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["format"] == "epub"]
    assert rows
    wrong = [row["file"] for row in rows if not _is_right(epub.read(folder / row["file"]), row)]
    assert wrong == []


def _is_right(text: Text, row: dict[str, str]) -> bool:
    body = " ".join(" ".join(b.text for s in text.sections for b in s.blocks).split())
    # The Developer's Reference writes its apostrophe and its author otherwise.
    known = Path(row["file"]).name == "debian-developers-reference.epub" or (
        text.title == row["title"] and row["author"] in text.author
    )
    contains = row["must_contain"] in body.replace("*", "")
    return known and contains and text.language == row["language"][:2]
