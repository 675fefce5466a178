"""What a file is, whatever it is called."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from corpus import formats
from corpus.formats import kinds
from corpus.texts import TextRefused

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500
WORDS = b"A letter to all members.\n\nWe met on Friday and read aloud.\n"
PAGE = b"<!DOCTYPE html>\n<html><head><title>T</title></head><body><p>Words.</p></body></html>"


def archive(*names: str, mimetype: str = "") -> tuple[bytes, list[str]]:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        if mimetype:
            file.writestr("mimetype", mimetype)
        for name in names:
            file.writestr(name, "<x/>")
    return out.getvalue(), ["mimetype"] * bool(mimetype) + list(names)


EPUB = archive("META-INF/container.xml", "book.opf", mimetype="application/epub+zip")
DOCX = archive("[Content_Types].xml", "word/document.xml")


@pytest.mark.parametrize(
    ("name", "head", "reader"),
    [
        ("a.pdf", PDF, "pdf"),
        ("a.txt", PDF, "pdf"),
        ("a", PDF, "pdf"),
        ("a.docx", PDF, "pdf"),
        ("a.pdf", b"junk from a mail program\n" + PDF, "pdf"),
        ("a.pdf", b"\n\n" + PDF[5:], "pdf"),
        ("a.txt", b"%PDF-1.7 is how every PDF begins, says the book.", "plain"),
        ("a.html", PAGE, "html"),
        ("a.txt", PAGE, "html"),
        ("a.md", b"\n <!-- saved from url=(0014)about:internet -->\n" + PAGE, "html"),
        ("a.doc", b"\xef\xbb\xbf" + PAGE.lower(), "html"),
        ("a.pdf", PAGE, "html"),
        ("a", b"<?xml version='1.0'?>\n<html xmlns='x'>", "html"),
        ("a.xml", b"<?xml version='1.0'?>\n<!-- c --><!doctype html>", "html"),
        ("a.txt", PAGE.decode().encode("utf-16"), "html"),
        ("a.txt", b"Every page begins with <!doctype html> and <html>.", "plain"),
        ("a.md", b"# On tags\n\n<html> is the first.", "markdown"),
        ("a.md", b"<div align=center>\n\n# Title\n\n</div>", "markdown"),
        ("a.txt", b"<htmlish> is no tag.", "plain"),
        ("a.html", b"Only words, no tags.", "html"),
        ("a.md", WORDS, "markdown"),
        ("a.md", WORDS.decode().encode("utf-16"), "markdown"),
        ("a.txt", WORDS.decode().encode("utf-16-le"), "plain"),
        ("a.txt", "学习使人进步。".encode("gbk"), "plain"),
        ("A.TXT", WORDS, "plain"),
        ("a", WORDS, "plain"),
        ("a", WORDS.decode().encode("utf-16"), "plain"),
        ("a", "学习使人进步。".encode("gb18030"), "plain"),
        ("a", b"---\ntitle: T\n---\nwords", "markdown"),
        ("a", b"# A title\n\nwords", "markdown"),
        ("README", b"Name\n====\n\n## Use\n\nwords", "markdown"),
        ("Chapter 1. The beginning", WORDS, "plain"),
        ("Notes v1.2", WORDS, "plain"),
        ("第1.章", WORDS, "plain"),
        ("a.doc", WORDS, "plain"),
        ("a.pdf", WORDS * 5, "plain"),
        ("a.pdf", WORDS, None),  # an error message in the place of a book
        ("a.epub", b"x", None),
        ("a.epub", EPUB[0], "epub"),
        ("a.epub", b"PK\x03\x04" + b"cut off", "epub"),
        ("a.docx", b"PK\x03\x04" + b"cut off", "docx"),
        ("a.txt", b"MZ is a label of wine. BM too. ID3, BZh, GIF8 are others.", "plain"),
        ("a.txt", b"Rar! is what the crow says.", "plain"),
    ],
)
def test_a_file_is_read_as_what_it_is(name, head, reader):
    assert kinds.kind(name, head).reader == reader


@pytest.mark.parametrize(
    ("name", "made", "reader"),
    [
        ("a.epub", EPUB, "epub"),
        ("a.zip", EPUB, "epub"),
        ("a.txt", EPUB, "epub"),
        ("a", archive("META-INF/container.xml"), "epub"),
        ("a.docx", DOCX, "docx"),
        ("a.zip", DOCX, "docx"),
        ("a.epub", DOCX, "docx"),
        ("a.docm", archive("word/document.xml", "word/vbaProject.bin"), "docx"),
        ("a.epub", archive("x.html"), "epub"),
        ("a.docx", archive("x.xml"), "docx"),
    ],
)
def test_an_archive_is_known_by_what_is_in_it(name, made, reader):
    head, members = made
    assert kinds.kind(name, head, members).reader == reader


@pytest.mark.parametrize(
    ("name", "head", "words"),
    [
        ("old.doc", OLE, "old.doc is an old Word document (before 2007). Open it in Word or"),
        ("x", OLE + "WordDocument".encode("utf-16-le"), "an old Word document"),
        ("x.docx", OLE, "protected with a password or is an old Word document"),
        ("x.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "protected with a password"),
        ("x.docx", OLE + "WordDocument".encode("utf-16-le"), "an old Word document (before"),
        ("x.xls", OLE, "an old Excel workbook"),
        ("x.msg", OLE, "an old office program"),
        ("x.doc", rb"{\rtf1\ansi words}", "is an RTF document"),
        ("x.mobi", b"\0" * 60 + b"BOOKMOBI" + b"\0" * 20, "Kindle or Mobipocket"),
        ("x.epub", b"\0" * 60 + b"TEXtREAd" + b"\0" * 20, "Kindle or Mobipocket"),
        ("x.pdf", b"\x89PNG\r\n\x1a\n\0\0", "is a picture"),
        ("x.txt", b"\xff\xd8\xff\xe0\0\x10JFIF", "is a picture"),
        ("x.txt", b"BM\x36\0\0\0\0\0\0\0", "is a picture"),
        ("x.svg", b"<?xml version='1.0'?><svg xmlns='x'>", "is a picture"),
        ("x.txt", b"RIFF\x10\0\0\0WEBPVP8 ", "is a picture"),
        ("x.mp3", b"ID3\x03\0\0\0\0\0\0", "a sound recording"),
        ("x.mp4", b"\0\0\0\x18ftypmp42\0\0", "a video"),
        ("x.md", b"\x7fELF\x02\x01\x01\0", "a program, not a text file"),
        ("x.txt", b"MZ\x90\0\x03\0\0\0", "a program, not a text file"),
        ("x.md", b"\x1f\x8b\x08\0", "a gzip archive. Unpack it"),
        ("x.rar", b"Rar!\x1a\x07\x01\0", "a RAR archive"),
        ("x.7z", b"7z\xbc\xaf'\x1c\0\x04", "a 7-Zip archive"),
        ("x.tar", b"a.txt" + b"\0" * 252 + b"ustar\x0000", "a tar archive"),
        ("x.zip", b"PK\x03\x04 cut off", "a damaged zip archive"),
        ("x.zip", b"PK\x05\x06" + b"\0" * 18, "a zip archive"),
        ("x.fb2", b"<?xml version='1.0'?>\n<FictionBook>", "a FictionBook"),
        ("x.rss", b"<?xml version='1.0'?><rss version='2.0'>", "a feed"),
        ("x.xml", b"<?xml version='1.0'?><data>", "an XML file that is not a web page"),
        ("x.opf", b"<?xml version='1.0'?><package>", "contents list of an EPUB"),
        ("x.doc", b"<?xml version='1.0'?><w:wordDocument>", "a Word document in one XML file"),
        ("x.mht", b"MIME-Version: 1.0\nContent-Type: multipart/related", "a web archive"),
        ("x.djvu", b"AT&TFORM\0\0\0\0DJVM", "a DjVu scan"),
        ("x.ps", b"%!PS-Adobe-3.0\n", "a PostScript file"),
        ("x.pdf", b"version https://git-lfs.github.com/spec/v1\noid", "a pointer of Git LFS"),
        ("x.db", b"SQLite format 3\0", "a database"),
        ("x.ttf", b"\0\x01\0\0\0\x0f", "a font"),
        ("x.pdf", bytes(range(256)) * 4, "is damaged, or is something other than"),
        ("x.epub", bytes(range(256)) * 4, "damaged, or is something other"),
        ("x", bytes(range(256)) * 4, "not a text file or document that the library knows"),
        ("x.css", b"body { color: red }", "not in a format the library reads (.md, .txt, "),
    ],
)
def test_what_is_not_read_is_named_with_the_way_out(name, head, words):
    found = kinds.kind(name, head)
    assert found.reader is None
    assert words in found.refusal
    assert found.refusal.startswith(f"{name} is ")
    assert found.refusal.count(". ") >= 1
    assert found.refusal.endswith((".", '".'))


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (archive("a.txt", "b.txt"), "a zip archive. Unpack it"),
        (archive("xl/workbook.xml"), "an Excel workbook"),
        (archive("ppt/presentation.xml"), "a PowerPoint presentation"),
        (archive(mimetype="application/vnd.oasis.opendocument.text"), "an OpenDocument text"),
        (archive("content.xml", "META-INF/manifest.xml"), "an OpenDocument text"),
        (archive("Index/Document.iwa"), "Apple Pages"),
        (archive("META-INF/MANIFEST.MF", "A.class"), "a program (Java)"),
    ],
)
def test_archives_that_are_not_read_are_named_too(made, words):
    assert words in kinds.kind("x.zip", *made).refusal


def test_every_refusal_is_a_sentence_with_a_way_out():
    for what, cure in kinds.REFUSED.values():
        assert not what.endswith(".")
        assert cure[0].isupper()


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("a.TXT", ".txt"),
        ("a.b.md", ".md"),
        ("a", ""),
        (".hidden", ""),
        ("1. The road", ""),
        ("v1.2", ""),
        ("a.7z", ".7z"),
        ("a.mp3", ".mp3"),
        ("a.", ""),
        ("a.文档", ""),
        ("a.txt\n", ""),
    ],
)
def test_what_counts_as_a_suffix(name, suffix):
    assert kinds.suffix_of(name) == suffix


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("心得 2024.md", "心得 2024.md"),
        ("a\u3000b\xa0c.md", "a b c.md"),
        ("a\r\n\0b.md", "a\ufffd\ufffd\ufffdb.md"),
        ("exe\u202etxt.md", "exe\ufffdtxt.md"),
        ("👩\u200d🏫.md", "👩\u200d🏫.md"),
        ("b\udce9.md", "b\ufffd.md"),
        ("", "(a file without a name)"),
        ("x" * 200 + ".epub", "x" * 74 + "….epub"),
    ],
)
def test_names_are_shown_printable_and_short(name, shown):
    assert kinds.shown_name(name) == shown
    assert len(kinds.shown_name(Path(name or "x"))) <= 80


def test_a_file_is_opened_by_what_it_is(tmp_path):
    (tmp_path / "page.txt").write_bytes(PAGE.replace(b"Words.", b"Good words to read. " * 9))
    assert "Good words" in formats.read(tmp_path / "page.txt").sections[0].blocks[0].text
    (tmp_path / "book.md").write_bytes(OLE)
    with pytest.raises(TextRefused, match=r"book\.md is a document of an old office program"):
        formats.read(tmp_path / "book.md")


def test_an_archive_of_too_many_names_is_not_even_listed(tmp_path):
    path = tmp_path / "many.epub"
    with path.open("wb") as file:
        file.write(b"PK\x03\x04")
        file.seek(99 << 20)
        file.write(
            b"PK\x05\x06" + b"\0" * 6 + b"\xff\xff" + (9 << 20).to_bytes(4, "little") + b"\0" * 6
        )
    with pytest.raises(TextRefused, match="archive of too many files"):
        formats.read(path)


def test_a_file_is_too_large_for_its_own_kind(tmp_path):
    for name, most in (("a.txt", 20), ("a.html", 64), ("a.pdf", 200)):
        path = tmp_path / name
        with path.open("wb") as file:
            file.write(PDF if name == "a.pdf" else b"words")
            file.truncate((most + 1) * 1024 * 1024)
        with pytest.raises(TextRefused, match=f"{most + 1} MB; {most} MB is the most"):
            formats.read(path)


def test_asking_for_the_version_loads_no_parser():
    code = (
        "import sys, corpus.formats, corpus.child, corpus.intake\n"
        "heavy = {'lxml', 'pypdfium2', 'mammoth', 'pypdf', 'markdown_it', 'py3langid'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
