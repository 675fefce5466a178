"""What a Word document says. They are written here as Word writes them, part by part."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import pytest

from corpus.formats import docx
from corpus.texts import Text, TextRefused
from tests.corpus.hostile import with_sizes_of_gigabytes
from tests.shared_data import shared

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SPACES = (
    f'xmlns:w="{W}" xmlns:r="{OFFICE}/relationships" xmlns:m="{OFFICE}/math" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
SAID = "The members met on Friday to read the old letter aloud, and each of them spoke of it."


def paragraph(words: str = SAID, style: str = "", *, more: str = "", run: str = "") -> str:
    """`more` are properties of the paragraph, `run` those of its one run."""
    if style:
        more = f'<w:pStyle w:val="{style}"/>{more}'
    return f"<w:p><w:pPr>{more}</w:pPr>{said(words, run)}</w:p>"


def said(words: str, run: str = "") -> str:
    return f'<w:r><w:rPr>{run}</w:rPr><w:t xml:space="preserve">{words}</w:t></w:r>'


def style(key: str, name: str, more: str = "") -> str:
    return f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/>{more}</w:style>'


STYLES = "".join(
    (
        style("1", "heading 1"), style("2", "heading 2"), style("Title", "Title"),
        style("TOC1", "toc 1"), style("a5", "Quote"), style("Poem", "Poem"),
        style("Own", "Our chapters", '<w:pPr><w:outlineLvl w:val="0"/></w:pPr>'),
        style("Below", "Below ours", '<w:basedOn w:val="Own"/>'),
        style("List", "List Paragraph"),
    )
)  # fmt: skip
NUMBERING = (
    f'<w:numbering {SPACES}><w:abstractNum w:abstractNumId="0">'
    '<w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl>'
    '<w:lvl w:ilvl="1"><w:numFmt w:val="decimal"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
)


def in_list(level: int = 0) -> str:
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr>'


def core(**facts: str) -> str:
    inside = "".join(f"<dc:{key}>{value}</dc:{key}>" for key, value in facts.items())
    return (
        f'<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
        f"{inside}<dcterms:created>2019-04-01T00:00:00Z</dcterms:created></cp:coreProperties>"
    )


def write(path: Path, *body: str, facts: str = core(), **parts: str) -> Path:
    """A Word file. `parts` stand beside the document: footnotes, settings..."""
    parts = {"styles": f"<w:styles {SPACES}>{STYLES}</w:styles>", "numbering": NUMBERING} | parts
    links = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/relationships/{kind}" Target="{kind}.xml"/>'
        for n, kind in enumerate(parts)
    )
    main = (
        f'<Relationship Id="r1" Type="{OFFICE}/relationships/officeDocument" '
        'Target="word/document.xml"/>'
        f'<Relationship Id="r2" Type="{PACKAGE}/relationships/metadata/core-properties" '
        'Target="docProps/core.xml"/>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{PACKAGE}/content-types"/>')
        archive.writestr("_rels/.rels", relations(main))
        archive.writestr("word/_rels/document.xml.rels", relations(links))
        archive.writestr("docProps/core.xml", facts)
        archive.writestr(
            "word/document.xml",
            f"<w:document {SPACES}><w:body>{''.join(body)}</w:body></w:document>",
        )
        for kind, part in parts.items():
            archive.writestr(f"word/{kind}.xml", part)
    return path


def relations(links: str) -> str:
    return f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>'


@pytest.fixture
def read(tmp_path):
    def read(*body: str, name: str = "letter.docx", **parts: str) -> Text:
        return docx.read(write(tmp_path / name, *body, **parts))

    return read


@pytest.fixture
def refusal(tmp_path):
    def refusal(data: bytes = b"", path: Path | None = None) -> str:
        if path is None:
            path = tmp_path / "letter.docx"
            path.write_bytes(data)
        with pytest.raises(TextRefused) as refused:
            docx.read(path)
        return str(refused.value)

    return refusal


def paths(text: Text) -> list[tuple[str, ...]]:
    return [section.path for section in text.sections]


def blocks(text: Text) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for section in text.sections for block in section.blocks]


# Headings


def test_headings_are_known_by_style_by_outline_level_and_by_what_a_style_is_based_on(read):
    text = read(
        paragraph("The letter", "1"), paragraph(),
        paragraph("Who wrote it", "2"), paragraph(),
        paragraph("The answer", "Own"), paragraph(),
        paragraph("Another one", "Below"), paragraph(),
        paragraph("The end", more='<w:outlineLvl w:val="0"/>'), paragraph(),
    )  # fmt: skip
    assert paths(text) == [
        ("The letter",), ("The letter", "Who wrote it"), ("The answer",), ("Another one",),
        ("The end",),
    ]  # fmt: skip


def test_without_heading_styles_bold_and_large_lines_are_headings(read):
    bold, large = "<w:b/>", '<w:b/><w:sz w:val="36"/>'
    text = read(
        paragraph("What a letter can do", run=large), paragraph(),
        paragraph("How it begins", run=bold), paragraph(), paragraph(),
        paragraph("How it ends", run=bold), paragraph(), paragraph(),
        paragraph("This whole sentence is bold, but it is a sentence.", run=bold), paragraph(),
    )  # fmt: skip
    assert (text.title, text.origin("title")) == ("What a letter can do", "heading")
    assert paths(text) == [(), ("How it begins",), ("How it ends",)]


def test_chinese_papers_have_headings_that_are_only_numbered(read):
    body = "坚持理论联系实际，坚持学以致用，把学习的成果转化为推动工作的实际能力。"
    text = read(
        paragraph("关于加强学习的意见", run='<w:sz w:val="44"/>'), paragraph(body),
        paragraph("一、总体要求"), paragraph("（一）指导思想"), paragraph(body), paragraph(body),
        paragraph("（二）基本原则"), paragraph(body), paragraph(body), paragraph("二、任务"),
        paragraph(body), paragraph(body), paragraph(body),
    )  # fmt: skip
    assert paths(text) == [
        (), ("一、总体要求", "（一）指导思想"), ("一、总体要求", "（二）基本原则"), ("二、任务",),
    ]  # fmt: skip
    assert (text.title, text.language) == ("关于加强学习的意见", "zh")


def test_a_number_as_heading_takes_the_line_below_it(read):
    text = read(
        paragraph("II", "1"), paragraph("Bakunin and the Others"), paragraph(),
        paragraph("III", "1"), paragraph("He said it was late."), paragraph(),
    )  # fmt: skip
    assert paths(text) == [("II: Bakunin and the Others",), ("III",)]


# Blocks


def test_lists_tables_quotations_verse_and_emphasis_keep_their_kind(read):
    cell = "<w:tc>{}</w:tc>".format
    row = "<w:tr>{}</w:tr>".format
    text = read(
        paragraph("The letter", "1"),
        f"<w:p>{said('It was ')}{said('very', '<w:i/>')}{said(' old, and ')}"
        f"{said('true', '<w:b/>')}{said('.')}</w:p>",
        paragraph("a thing", "List", more=in_list()),
        paragraph("a smaller thing", "List", more=in_list(1)),
        paragraph("another", "List", more=in_list()),
        paragraph("Patience is work.", "a5"),
        paragraph("Roses are red", "Poem"), paragraph("Violets are blue", "Poem"),
        "<w:tbl>" + row(cell(paragraph("Name")) + cell(paragraph("Age")))
        + row(cell(paragraph("Ann") + paragraph("Other")) + cell(paragraph("31"))) + "</w:tbl>",
        paragraph(),
    )  # fmt: skip
    assert blocks(text) == [
        ("paragraph", "It was *very* old, and **true**."),
        ("list", "- a thing\n  1. a smaller thing\n- another"),
        ("quote", "Patience is work."),
        ("verse", "Roses are red\nViolets are blue"),
        ("table", "Name | Age\nAnn Other | 31"),
        ("paragraph", SAID),
    ]


def test_footnotes_are_notes_and_a_mark_without_a_note_is_nothing(read):
    reference = '<w:r><w:footnoteReference w:id="{}"/></w:r>'.format
    note = f'<w:footnote w:id="2">{paragraph("In the spring.")}</w:footnote>'
    text = read(
        f"<w:p>{said('It came late')}{reference(2)}{said(', and it was read')}{reference(9)}"
        f"{said('.')}</w:p>",
        footnotes=f"<w:footnotes {SPACES}>{note}</w:footnotes>",
    )
    assert blocks(text) == [
        ("paragraph", "It came late, and it was read."),
        ("note", "1. In the spring."),
    ]


def test_what_was_inserted_is_read_and_what_was_struck_or_hidden_is_not(read):
    text = read(
        f"<w:p>{said('We ')}<w:del><w:r><w:delText>never </w:delText></w:r></w:del>"
        f"<w:ins>{said('always ')}</w:ins>{said('secretly ', '<w:vanish/>')}{said('met.')}</w:p>"
    )
    assert blocks(text) == [("paragraph", "We always met.")]


def test_words_in_fields_boxes_formulas_and_above_characters_are_not_lost(read):
    box = f"<w:txbxContent>{paragraph('Words in a box.')}</w:txbxContent>"
    ruby = f"<w:ruby><w:rt>{said('xué')}</w:rt><w:rubyBase>{said('学')}</w:rubyBase></w:ruby>".join(
        ("<w:r>", "</w:r>")
    )
    text = read(
        f'<w:p>{said("See ")}<w:fldSimple w:instr=" REF x ">{said("page two")}</w:fldSimple>'
        f'{said(" of ")}<w:fldSimple w:instr=" NUMPAGES ">{said("9")}</w:fldSimple></w:p>',
        f"<w:p>{ruby}{said('习')}</w:p>",
        f"<w:p>{said('Let ')}<m:oMath><m:r><m:t>a=b</m:t></m:r></m:oMath>{said(' be.')}</w:p>",
        f"<w:p><w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice></mc:AlternateContent></w:r></w:p>",
    )
    assert [words for _, words in blocks(text)] == [
        "See page two of", "学习", "Let a=b be.", "Words in a box.",
    ]  # fmt: skip


def test_a_table_of_contents_is_left_out_and_the_chapters_stay(read):
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))
    field = (
        f'<w:p>{begin}<w:r><w:instrText> TOC \\o "1-3" </w:instrText></w:r>{said("One 3")}</w:p>'
    )
    text = read(
        paragraph("One 3", "TOC1"), paragraph("Two 9", "TOC1"),
        field, paragraph("Two 9"), f"<w:p>{end}</w:p>",
        paragraph("One", "1"), paragraph(), paragraph("Two", "1"), paragraph(),
    )  # fmt: skip
    assert paths(text) == [("One",), ("Two",)]
    assert text.left_out == ("contents",)


# What it says of itself


def test_facts_come_from_the_file_and_the_day_it_was_made_is_not_the_texts_year(read):
    text = read(
        paragraph("By the River", "Title"), paragraph("The mill", "1"), paragraph(),
        facts=core(title="By the River", creator="Ann Other", language="en-GB", subject="mills; fish"),
    )  # fmt: skip
    assert (text.title, text.author, text.language, text.year) == (
        "By the River", "Ann Other", "en", None,
    )  # fmt: skip
    assert text.subjects == ("mills", "fish")
    assert paths(text) == [("The mill",)]


def test_the_style_title_gives_the_title_where_the_file_has_none(read):
    text = read(paragraph("By the River", "Title"), paragraph("The mill", "1"), paragraph())
    assert (text.title, text.origin("title")) == ("By the River", "heading")


# What is refused


def test_a_password_is_named(refusal, tmp_path):
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000
    assert "protected with a password" in refusal(ole + "EncryptedPackage".encode("utf-16-le"))
    assert "an old Word document" in refusal(ole + "WordDocument".encode("utf-16-le"))


def test_entities_are_refused_before_anything_reads_them(refusal, tmp_path):
    path = write(tmp_path / "letter.docx", paragraph())
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name in ("word/document.xml", "word/styles.xml"):
        changed = tmp_path / "laughs.docx"
        with zipfile.ZipFile(changed, "w") as archive:
            for other, data in parts.items():
                archive.writestr(other, laughs.encode() + data if other == name else data)
        assert "declares entities" in refusal(path=changed)


def test_bombs_and_towers_are_refused(refusal, tmp_path):
    tower = "<w:smartTag>" * 5000 + "</w:smartTag>" * 5000
    path = write(tmp_path / "tower.docx", paragraph(), f"<w:p>{tower}</w:p>")
    assert "nested too deeply" in refusal(path=path)
    path = write(tmp_path / "bomb.docx", paragraph("A" * 40_000_000))
    assert "unpacks to more than a text can be" in refusal(path=path)


def test_a_form_that_says_the_same_a_thousand_times_is_no_bomb(tmp_path):
    path = write(tmp_path / "form.docx", *[paragraph("Name and date")] * 20_000)
    assert path.stat().st_size * 100 < 20_000 * len(paragraph("Name and date"))
    assert len(docx.read(path).sections[0].blocks) == 20_000


def test_a_part_that_would_end_beyond_the_file_was_cut_off(refusal, tmp_path):
    path = write(tmp_path / "cut.docx", paragraph())
    assert "damaged or was cut short" in refusal(with_sizes_of_gigabytes(path.read_bytes()))


def test_what_is_no_whole_word_document_is_refused(refusal, tmp_path):
    data = write(tmp_path / "whole.docx", *[paragraph()] * 50).read_bytes()
    assert "damaged or was cut short" in refusal(data[: len(data) // 2])
    assert "damaged or was cut short" in refusal(b"PK\x03\x04" + bytes(200))
    with zipfile.ZipFile(tmp_path / "other.docx", "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    assert "not a Word document" in refusal(path=tmp_path / "other.docx")
    assert "There is no text in" in refusal(path=write(tmp_path / "empty.docx", paragraph("")))


# The works of the study library


@pytest.mark.data
def test_every_word_document_of_the_study_library_keeps_its_words():
    with shared("data", "library", "manifest.csv").open(encoding="utf-8") as file:
        works = [row for row in csv.DictReader(file) if row["format"] == "docx"]
    wrong = []
    for work in works:
        text = docx.read(shared("data", "library") / work["file"])
        words = " ".join(b.text for s in text.sections for b in s.blocks).replace("*", "")
        if work["must_contain"] not in " ".join(words.split()):
            wrong.append(work["file"])
        if "pandoc" in work["made_by"]:
            assert (text.title, text.author) == (work["title"], work["author"])
            assert len(text.sections) > 5
        assert text.language == work["language"][:2]
    assert (len(works), wrong) == (7, [])
