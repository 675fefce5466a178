"""What a PDF says. Most are written here by hand, letter by letter, in their places."""

from __future__ import annotations

import csv
import io
import re
import zlib
from itertools import count, cycle, islice, pairwise
from pathlib import Path

import pytest

from corpus.formats import pdf
from corpus.texts import Text, TextRefused
from tests.shared_data import shared

FONTS = {"plain": "Helvetica", "bold": "Helvetica-Bold", "italic": "Helvetica-Oblique"}
MILL = (
    "the old mill stood by the river where nobody had lived for many years and children went "
    "there in summer to swim and to look for fish under the stones of the broken wheel"
)


class Sheet:
    """A page. Places are in points from its upper left corner, as a reader sees them."""

    def __init__(self, width: int = 595, height: int = 842):
        self.width, self.height = width, height
        self.marks: list[str] = []

    def say(self, x, y, words, *, size=10, font="plain", turn="1 0 0 1"):
        if font == "song":  # any Unicode character, each as wide as the font is high
            shown = f"<{words.encode('utf-16-be').hex()}>"
        else:
            shown = "(" + re.sub(r"([\\()])", r"\\\1", words) + ")"
        place = f"{turn} {x} {self.height - y} Tm"
        self.marks.append(f"BT /{font} {size} Tf {place} {shown} Tj ET")
        return self

    def lines(self, x, y, *lines, lead=13, **style):
        for n, line in enumerate(lines):
            self.say(x, y + n * lead, line, **style)
        return self

    def picture(self):
        self.marks.append(f"q {self.width} 0 0 {self.height} 0 0 cm /picture Do Q")
        return self


def prose(rows: int, *, start: int = 0, letters: int = 62) -> list[str]:
    """Lines of one paragraph, all full but for the last one."""
    words = islice(cycle(MILL.split()), start, None)
    lines = []
    for _ in range(rows):
        line = next(words)
        while len(line) < letters:
            line += " " + next(words)
        lines.append(line)
    lines[0] = lines[0].capitalize()
    lines[-1] = f"{lines[-1][: letters // 2].rstrip()}."
    return lines


def written(*sheets: Sheet, info=(), outline=(), unknown=False) -> bytes:
    """The bytes of a PDF. `outline` has (depth, title, page, y); with `unknown`,
    the font "song" says of no character which one it is."""
    objects: list[bytes] = []

    def add(data: str | bytes) -> int:
        objects.append(data.encode("cp1252") if isinstance(data, str) else data)
        return len(objects)

    def stream(data: bytes, facts: str = "") -> int:
        return add(f"<< /Length {len(data)} {facts}>>\nstream\n".encode() + data + b"\nendstream")

    add("")  # the root and the pages, which come last
    add("")
    fonts = {
        key: add(f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>")
        for key, name in FONTS.items()
    }
    fonts["song"] = _song(add, stream, unknown=unknown)
    named = " ".join(f"/{key} {number} 0 R" for key, number in fonts.items())
    grey = "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 "
    resources = add(f"<< /Font << {named} >> /XObject << /picture {stream(b'0', grey)} 0 R >> >>")
    pages = []
    for sheet in sheets:
        data = zlib.compress("\n".join(sheet.marks).encode("cp1252"))
        content = stream(data, "/Filter /FlateDecode ")
        box = f"/MediaBox [0 0 {sheet.width} {sheet.height}]"
        pages.append(
            add(
                f"<< /Type /Page /Parent 2 0 R {box} /Resources {resources} 0 R "
                f"/Contents {content} 0 R >>"
            )
        )
    root = _outline(add, objects, outline, sheets, pages) if outline else ""
    objects[0] = f"<< /Type /Catalog /Pages 2 0 R {root}>>".encode()
    kids = " ".join(f"{page} 0 R" for page in pages)
    objects[1] = f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode()
    facts = add(f"<< {' '.join(f'/{key} {_hex(value)}' for key, value in dict(info).items())} >>")
    return _file(objects, facts)


def _hex(words: str) -> str:
    return f"<FEFF{words.encode('utf-16-be').hex()}>"


def _song(add, stream, *, unknown: bool) -> int:
    """A font without shapes, whose map says of each code which character it is."""
    high = 0xE0 if unknown else 0
    rows = [f"<{n:02X}00> <{n:02X}FF> <{n % 16 + high if high else n:02X}00>" for n in range(256)]
    ranges = [
        f"{len(part)} beginbfrange\n" + "\n".join(part) + "\nendbfrange\n"
        for part in (rows[:100], rows[100:200], rows[200:])
    ]
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def "
        "/CMapType 2 def 1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        + "".join(ranges)
        + "endcmap end end"
    )
    to_unicode = stream(cmap.encode())
    about = add(
        "<< /Type /FontDescriptor /FontName /Song /Flags 4 /FontBBox [0 -200 1000 900] "
        "/ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 700 /StemV 80 >>"
    )
    glyphs = add(
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /Song /CIDSystemInfo << /Registry (Adobe)"
        f" /Ordering (Identity) /Supplement 0 >> /DW 1000 /FontDescriptor {about} 0 R >>"
    )
    return add(
        "<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /Identity-H "
        f"/DescendantFonts [{glyphs} 0 R] /ToUnicode {to_unicode} 0 R >>"
    )


def _outline(add, objects, entries, sheets, pages) -> str:
    top = add("")
    numbers = list(islice(count(top + 1), len(entries)))
    trail: list[int] = []
    children: dict[int, list[int]] = {top: []}
    parents = []
    for (depth, *_), number in zip(entries, numbers, strict=True):
        del trail[depth:]
        parents.append(trail[-1] if trail else top)
        children.setdefault(parents[-1], []).append(number)
        trail.append(number)
    beside = {a: f"/Next {b} 0 R " for own in children.values() for a, b in pairwise(own)}
    for (_, title, page, y), number, parent in zip(entries, numbers, parents, strict=True):
        place = f"[{pages[page]} 0 R /XYZ 0 {sheets[page].height - y} 0]"
        below = _ends(children.get(number))
        add(
            f"<< /Title {_hex(title)} /Parent {parent} 0 R /Dest {place} "
            f"{beside.get(number, '')}{below}>>"
        )
    objects[top - 1] = f"<< /Type /Outlines {_ends(children[top])}>>".encode()
    return f"/Outlines {top} 0 R "


def _ends(children: list[int] | None) -> str:
    if not children:
        return ""
    return f"/First {children[0]} 0 R /Last {children[-1]} 0 R /Count {len(children)} "


def _file(objects: list[bytes], facts: int) -> bytes:
    data, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return data + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer << /Size %d /Root 1 0 R /Info %d 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table, len(objects) + 1, facts, len(data))
    )


@pytest.fixture
def read(tmp_path):
    def read(*sheets: Sheet, name: str = "mill.pdf", data: bytes = b"", **more) -> Text:
        path = tmp_path / name
        path.write_bytes(data or written(*sheets, **more))
        return pdf.read(path)

    return read


@pytest.fixture
def refusal(read):
    def refusal(*sheets: Sheet, **more) -> str:
        with pytest.raises(TextRefused) as refused:
            read(*sheets, **more)
        return str(refused.value)

    return refusal


def said(text: Text) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for section in text.sections for block in section.blocks]


def paths(text: Text) -> list[tuple[str, ...]]:
    return [section.path for section in text.sections]


# Lines and paragraphs


def test_lines_become_paragraphs_where_a_gap_an_indent_or_a_short_line_shows_it(read):
    sheet = Sheet().lines(72, 100, *prose(3)).lines(72, 153, *prose(2, start=5))
    sheet.say(87, 179, prose(2, start=9)[0]).say(72, 192, prose(2, start=9)[1])
    assert said(read(sheet)) == [
        ("paragraph", " ".join(prose(3))),
        ("paragraph", " ".join(prose(2, start=5))),
        ("paragraph", " ".join(prose(2, start=9))),
    ]


def test_a_paragraph_goes_on_over_the_page_and_its_number_stands_not_in_it(read):
    lines = prose(8)
    one = Sheet().lines(72, 600, *prose(3, start=4)).lines(72, 652, *lines[:5]).say(290, 810, "7")
    two = Sheet().lines(72, 80, *lines[5:]).say(290, 810, "8")
    text = read(one, two)
    assert said(text)[1:] == [("paragraph", " ".join(lines))]
    assert text.left_out == ("page numbers",)


def test_a_word_divided_at_a_line_end_is_made_whole_and_a_real_hyphen_is_kept(read):
    sheet = Sheet().lines(
        72, 100,
        "The well-known teacher came to the mill, and the children under-",
        "stood what he said of the river and the fish; for they knew well-",
        "known things as well as he, and their self-",
        "possession was great.",
    )  # fmt: skip
    ((_, words),) = said(read(sheet))
    assert "understood what" in words
    assert "knew well-known things" in words
    assert "their self-possession was" in words


def test_chinese_lines_are_joined_without_a_space(read):
    lines = [
        "学习是一件长久的事情，不能一曝十寒。我们要把读书和实",
        "践结合起来，在做中学，才能有所心得。",
    ]
    sheet = Sheet().say(92, 100, lines[0], font="song").say(72, 116, lines[1], font="song")
    text = read(sheet, name="谈学习.pdf")
    assert said(text) == [("paragraph", "".join(lines))]
    assert text.language == "zh"


def test_ligatures_and_look_alike_characters_become_those_that_people_search_for(read):
    sheet = Sheet().say(72, 100, "ﬁve ﬂowers oﬀ the hill, and so\u00adme more", font="song", size=8)
    sheet.say(72, 150, "⼀⼈学⽂", font="song", size=8)
    words = " ".join(words for _, words in said(read(sheet)))
    assert words == "five flowers off the hill, and some more 一人学文"


def test_emphasis_within_a_line_is_kept(read):
    sheet = Sheet().say(72, 100, "They read ").say(116, 100, "The Mill", font="italic")
    sheet.say(155, 100, " together, and not alone.").say(72, 113, "It was a good evening for all.")
    assert said(read(sheet)) == [
        (
            "paragraph",
            "They read *The Mill* together, and not alone. It was a good evening for all.",
        )
    ]


def test_a_large_first_letter_belongs_to_its_word(read):
    lines = prose(6)
    sheet = Sheet().lines(97, 100, lines[0][1:], lines[1][3:]).lines(72, 126, *lines[2:])
    sheet.say(72, 113, lines[0][0], size=32)
    (kind, words), *others = said(read(sheet))
    assert (kind, others) == ("paragraph", [])
    assert words.startswith("The old mill")


def test_turned_words_and_shadows_are_not_read_twice_or_at_all(read):
    sheet = (
        Sheet().lines(72, 100, *prose(4)).say(200, 500, "DRAFT", size=80, turn="0.7 0.7 -0.7 0.7")
    )
    sheet.say(20, 400, "In the margin", turn="0 1 -1 0").lines(72.4, 100.3, *prose(4))
    assert said(read(sheet)) == [("paragraph", " ".join(prose(4)))]


def test_a_page_that_lies_on_its_side_is_read_all_the_same(read):
    sheet = Sheet()
    for n, line in enumerate(prose(4)):
        sheet.say(100 + 13 * n, 700, line, turn="0 1 -1 0")
    assert said(read(sheet)) == [("paragraph", " ".join(prose(4)))]


# Pages


def test_columns_are_read_one_after_the_other_whatever_their_order_in_the_file(read):
    left, right = prose(12, letters=30), prose(12, start=3, letters=30)
    sheet = Sheet().lines(320, 120, *right).lines(72, 120, *left)
    sheet.say(72, 80, "A heading over both columns of the page", size=18, font="bold")
    assert [words for _, words in said(read(sheet))] == [" ".join(left), " ".join(right)]


def test_columns_written_line_by_line_across_both_are_told_apart(read):
    sheet = Sheet()
    left, right = prose(12, letters=30), prose(12, start=3, letters=30)
    for n, (a, b) in enumerate(zip(left, right, strict=True)):
        sheet.say(72, 100 + 13 * n, a).say(320, 100 + 13 * n, b)
    assert [words for _, words in said(read(sheet))] == [" ".join(left), " ".join(right)]


def test_running_heads_and_page_numbers_are_left_out_on_left_and_right_pages(read):
    sheets = []
    for n in range(8):
        sheet = Sheet().lines(72, 110, *prose(5, start=n))
        head = "A WALK BY THE RIVER" if n % 2 else ("The mill", "The stones")[n // 4]
        sheet.say(72 if n % 2 else 400, 60, head, size=9, font="italic")
        sheet.say(72 if n % 2 else 500, 800, ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii")[n])
        sheets.append(sheet)
    text = read(*sheets)
    assert [words for _, words in said(text)] == [" ".join(prose(5, start=n)) for n in range(8)]
    assert set(text.left_out) == {"running heads", "page numbers"}


@pytest.mark.parametrize("number", ["Page {} of 4", "- {} -", "{} / 4", "第{}页", "THE MILL | {}"])
def test_page_numbers_are_known_in_many_dresses(read, number):
    sheets = [
        Sheet()
        .lines(72, 110, *prose(5, start=n))
        .say(250, 800, number.format(n + 1), font="song", size=8)
        for n in range(4)
    ]
    assert [words for _, words in said(read(*sheets))] == [
        " ".join(prose(5, start=n)) for n in range(4)
    ]


def test_numbers_and_first_lines_that_are_text_stay(read):
    sheets = [
        Sheet().say(72, 110, f"{year}", size=14, font="bold").lines(72, 140, *prose(4, start=year))
        for year in (1912, 1915, 1923)
    ]
    assert paths(read(*sheets)) == [("1912",), ("1915",), ("1923",)]


def test_a_printed_table_of_contents_is_left_out(read):
    contents = Sheet().say(72, 90, "Contents", size=16, font="bold")
    for n, title in enumerate(("The mill", "The river", "The stones")):
        contents.say(72, 120 + 15 * n, f"{title} {'.' * 50} {n * 7 + 1}")
    chapter = Sheet().say(72, 90, "The mill", size=16, font="bold").lines(72, 120, *prose(4))
    chapter.say(72, 200, "The river", size=16, font="bold").lines(72, 230, *prose(4))
    text = read(contents, chapter)
    assert paths(text) == [("The mill",), ("The river",)]
    assert text.left_out == ("contents",)


# Headings


def test_headings_nest_as_the_outline_says(read):
    sheet = Sheet().say(72, 80, "Part One", size=12).lines(72, 110, *prose(3))
    sheet.say(72, 170, "1 The mill", size=12).lines(72, 200, *prose(3))
    sheet.say(72, 260, "Part Two", size=12).lines(72, 290, *prose(3))
    text = read(
        sheet, outline=[(0, "Part One", 0, 70), (1, "The mill", 0, 160), (0, "Part Two", 0, 250)]
    )
    assert paths(text) == [("Part One",), ("Part One", "1 The mill"), ("Part Two",)]


def test_without_an_outline_size_and_weight_show_the_headings(read):
    sheet = Sheet().say(72, 70, "By the River", size=26, font="bold")
    sheet.say(72, 110, "The mill and the", size=16, font="bold")
    sheet.say(72, 128, "people who left it", size=16, font="bold").lines(72, 155, *prose(4))
    sheet.say(72, 225, "In summer", font="bold").lines(72, 245, *prose(4))
    sheet.say(72, 320, "The stones", size=16, font="bold").lines(72, 345, *prose(4))
    text = read(sheet)
    mill = "The mill and the people who left it"
    assert paths(text) == [(mill,), (mill, "In summer"), ("The stones",)]
    assert (text.title, text.origin("title")) == ("By the River", "heading")


def test_a_number_and_the_line_below_it_are_one_heading(read):
    sheet = Sheet().say(72, 80, "Chapter IV", size=16, font="bold")
    sheet.say(72, 110, "In Which the Mill Is Sold").lines(72, 140, *prose(4))
    sheet.say(72, 220, "Chapter V", size=16, font="bold").lines(72, 250, *prose(4))
    assert paths(read(sheet)) == [("Chapter IV: In Which the Mill Is Sold",), ("Chapter V",)]


def test_chinese_headings_nest_by_their_numbers(read):
    sheet = Sheet()
    y = 60
    body = "坚持理论联系实际，坚持学以致用，把学习的成果转化为推动工作的实际能力。"
    for line in (
        "一、总体要求",
        "（一）指导思想",
        body,
        "（二）基本原则",
        body,
        "二、主要任务",
        body,
    ):
        for n, part in enumerate((line[:26], line[26:])):
            if part:
                sheet.say(72 if n else 104, y, part, font="song", size=16)
                y += 28
    assert paths(read(sheet, name="意见.pdf")) == [
        ("一、总体要求", "（一）指导思想"),
        ("一、总体要求", "（二）基本原则"),
        ("二、主要任务",),
    ]


# Other blocks


def test_lists_keep_their_items_and_how_they_nest(read):
    sheet = Sheet().lines(72, 80, *prose(4)).say(80, 150, "\u2022 a thing to know")
    sheet.say(80, 163, "\u2022 another that is so long that it needs to").say(88, 176, "go on here")
    sheet.say(100, 189, "- a smaller one").say(80, 202, "\u2022 the last")
    sheet.say(72, 235, "1. first").say(72, 248, "2. second").lines(72, 280, *prose(4))
    assert [words for kind, words in said(read(sheet)) if kind == "list"] == [
        "- a thing to know\n- another that is so long that it needs to go on here\n"
        "  - a smaller one\n- the last",
        "1. first\n2. second",
    ] or [words for kind, words in said(read(sheet)) if kind == "list"] == [
        "- a thing to know\n- another that is so long that it needs to go on here\n"
        "  - a smaller one\n- the last\n1. first\n2. second"
    ]


def test_verse_keeps_its_lines_and_prose_that_is_set_in_is_a_quotation(read):
    verse = ["Tyger Tyger, burning bright,", "In the forests of the night;",
             "What immortal hand or eye,", "Could frame thy fearful symmetry?"]  # fmt: skip
    quoted = prose(3, start=7, letters=50)
    sheet = Sheet().lines(72, 80, *prose(5)).lines(150, 165, *verse)
    sheet.lines(72, 235, *prose(5, start=3)).lines(102, 320, *quoted)
    assert said(read(sheet))[1::2] == [("verse", "\n".join(verse)), ("quote", " ".join(quoted))]


def test_a_plain_table_becomes_rows(read):
    sheet = Sheet().lines(72, 80, *prose(3))
    rows = [("Name", "Age", "Town"), ("Ann", "31", "York"), ("Bartholomew", "5", "Hull")]
    for n, row in enumerate(rows):
        for k, cell in enumerate(row):
            sheet.say(72 + 110 * k, 140 + 15 * n, cell)
    table = "\n".join(" | ".join(row) for row in rows)
    assert said(read(sheet)) == [("paragraph", " ".join(prose(3))), ("table", table)]


def test_footnotes_are_notes_and_their_marks_leave_the_text(read):
    lines = prose(4)
    sheet = Sheet().lines(72, 600, *lines[:3]).say(72, 639, "The wheel").say(115, 635, "1", size=6)
    sheet.say(118.5, 639, " was broken long ago.")
    sheet.say(72, 780, "1", size=5).say(76, 783, "It was made of oak.", size=7.5)
    sheet.say(72, 793, "Some say of elm.", size=7.5)
    text = read(sheet, Sheet().lines(72, 80, *prose(4)))
    assert said(text)[:2] == [
        ("paragraph", " ".join([*lines[:3], "The wheel was broken long ago."])),
        ("note", "1. It was made of oak. Some say of elm."),
    ]


# What it says of itself


def test_title_and_author_come_from_the_document_and_its_dates_are_not_the_texts(read):
    info = {"Title": "By the River", "Author": "Ann Other", "CreationDate": "D:20190401000000Z",
            "Keywords": "rivers; mills"}  # fmt: skip
    text = read(Sheet().lines(72, 100, *prose(4)), info=info)
    assert (text.title, text.author, text.year) == ("By the River", "Ann Other", None)
    assert (text.origin("title"), text.origin("author")) == ("file", "file")
    assert text.subjects == ("rivers", "mills")


# What is refused


def test_a_scan_is_refused_even_with_a_few_letters_on_each_page(refusal):
    for words in ("", "Scanned by CamScanner"):
        sheets = [Sheet().picture().say(250, 820, words) for _ in range(6)]
        assert "no text layer: this PDF is a scan" in refusal(*sheets)


def test_a_cover_sheet_makes_no_text_of_a_scan(refusal):
    sheets = [Sheet().lines(72, 100, *prose(8)), *[Sheet().picture() for _ in range(50)]]
    assert "no text layer: this PDF is a scan" in refusal(*sheets)


def test_a_page_of_pictures_with_real_words_on_it_is_read(read):
    sheet = Sheet().picture().say(72, 80, "Teaching practices", size=20)
    for n, words in enumerate(
        ("Preparation", "Introduction", "Active learning", "Feedback to all")
    ):
        sheet.say(72, 200 + 120 * n, words, size=14)
    assert "Active learning" in " ".join(words for _, words in said(read(sheet)))


def test_letters_that_stand_for_nothing_are_refused(refusal):
    sheet = Sheet().lines(72, 100, *prose(9), font="song", size=7)
    assert "do not say which characters they show" in refusal(sheet, unknown=True)


def test_shapes_taken_for_letters_are_refused(refusal):
    shifted = ["".join(chr(ord(c) - 29) if c != " " else c for c in line) for line in prose(9)]
    assert "do not say which characters" in refusal(Sheet().lines(72, 100, *shifted))


def locked(data: bytes, *, user: str, owner: str) -> bytes:
    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    writer.encrypt(user, owner, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_password_is_named_and_one_against_changes_only_is_no_hindrance(read, refusal):
    data = written(Sheet().lines(72, 100, *prose(4)))
    assert "protected with a password" in refusal(data=locked(data, user="secret", owner="own"))
    assert said(read(data=locked(data, user="", owner="own"))) == [
        ("paragraph", " ".join(prose(4)))
    ]


def test_a_file_that_was_cut_off_is_refused_and_not_half_imported(refusal):
    data = written(*[Sheet().lines(72, 100, *prose(9, start=n)) for n in range(5)])
    for share in (0.3, 0.6, 0.95):
        assert "cut off" in refusal(data=data[: int(len(data) * share)])
    assert "not a PDF" in refusal(data=b"Some words, and no PDF. " * 20)
    assert "damaged" in refusal(data=b"%PDF-1.7\n" + bytes(range(256)) * 9 + b"\n%%EOF")


def test_pages_beyond_number_and_pages_without_anything_are_refused(refusal, monkeypatch):
    assert "its pages are empty" in refusal(Sheet(), Sheet())
    monkeypatch.setattr(pdf, "MOST_PAGES", 3)
    assert "has 4 pages; 3 is the most" in refusal(
        *[Sheet().say(72, 99, "Words") for _ in range(4)]
    )


# The works of the study library


@pytest.mark.data
def test_every_pdf_of_the_study_library_keeps_its_words_and_knows_its_language():
    with shared("data", "library", "manifest.csv").open(encoding="utf-8") as file:
        works = [row for row in csv.DictReader(file) if row["format"] == "pdf"]
    wrong = []
    for work in works:
        text = pdf.read(shared("data", "library") / work["file"])
        if work["must_contain"] not in plain(text) or text.language != work["language"][:2]:
            wrong.append(work["file"])
        if "rendered with" in work["made_by"]:
            assert (text.title, text.author) == (work["title"], work["author"])
            assert "page numbers" in text.left_out or text.language == "zh"
    assert (len(works), wrong) == (8, [])


def plain(text: Text) -> str:
    words = " ".join(block.text for section in text.sections for block in section.blocks)
    return " ".join(words.replace("*", "").split())


def test_reading_leaves_the_file_as_it_was(tmp_path: Path):
    path = tmp_path / "mill.pdf"
    path.write_bytes(data := written(Sheet().lines(72, 100, *prose(4))))
    pdf.read(path)
    assert path.read_bytes() == data
