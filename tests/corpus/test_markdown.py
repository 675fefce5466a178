"""What Markdown of other programs says: their front matter, their marks, their HTML."""

from __future__ import annotations

import csv
import re
import time
from pathlib import Path

import pytest

from corpus.formats import markdown
from corpus.texts import TextRefused
from tests.shared_data import shared

BODY = "\n\nSome honest words that stand under the title.\n"


@pytest.fixture
def read(tmp_path):
    def make(content: str, name: str = "on-waiting.md"):
        path = Path(tmp_path / name)
        path.write_bytes(content.encode("utf-8"))
        return markdown.read(path)

    return make


@pytest.fixture
def blocks(read):
    def of(content: str):
        return [(b.kind, b.text) for s in read(content).sections for b in s.blocks]

    return of


# Front matter of other programs


@pytest.mark.parametrize(
    ("front", "title", "author", "year"),
    [
        ("layout: page\ntitle: Waiting\nauthor: Ana Roe\ndate: 2016-10-06 14:05:56", "Waiting", "Ana Roe", 2016),
        ("layout: page\ntitle: 1984\nauthor: [Ana Roe, Jon Bar]\ndate: 2016-10-06", "On Waiting", "Ana Roe, Jon Bar", 2016),
        ("title: Waiting\ntags: [a]\nauthors:\n  - name: Ana Roe\n    email: a@b.c", "Waiting", "Ana Roe", None),
        ("title: Waiting\nlang: zh-hans\nlevel: 3\nseries: [one, two]\nsources: {a: b}", "Waiting", "", None),
        ("title: Untitled\npermalink: /x/\nauthor: {name: Ana Roe}", "On Waiting", "Ana Roe", None),
        ("cover:\ndescription: Of waiting", "On Waiting", "", None),
        ("# only a comment", "On Waiting", "", None),
    ],
)  # fmt: skip
def test_fields_of_other_programs_keep_no_text_out(read, front, title, author, year):
    text = read(f"---\n{front}\n---{BODY}")
    assert (text.title, text.author, text.year) == (title, author, year)


def test_the_tags_of_other_programs_are_subjects(read):
    text = read(
        f"---\ntitle: T\nlayout: x\ntags: [study, teams]\ncategories: notes\nkeywords: a, b\n---{BODY}"
    )
    assert text.subjects == ("study", "teams", "notes", "a", "b")


def test_a_stated_language_is_believed_where_the_words_agree(read):
    assert read(f"---\ntitle: T\nlang: zh-hans\n---\n\n{'学习要有恒心。' * 30}").language == "zh"
    text = read(f"---\ntitle: T\nlang: en\n---\n\n{'学习要有恒心。' * 30}")
    assert (text.language, text.origin("language"), text.script) == ("zh", "words", "Hans")


def test_toml_and_pandoc_front_matter(read):
    text = read(f'+++\ntitle = "Waiting"\ndate = 2016-10-06\ntags = ["a"]\n+++{BODY}')
    assert (text.title, text.year, text.subjects) == ("Waiting", 2016, ("a",))
    text = read(f"% Waiting\n% Ana Roe; Jon Bar\n% May 2016\n{BODY}")
    assert (text.title, text.author, text.year) == ("Waiting", "Ana Roe, Jon Bar", 2016)
    with pytest.raises(TextRefused, match="not valid TOML"):
        read(f"+++\ntitle = \n+++{BODY}")


def test_a_line_across_the_top_is_no_front_matter(read):
    assert read("---\n\nWords that matter.\n").sections[0].blocks[0].text == "Words that matter."


# The title


def test_the_title_said_again_at_the_top_is_taken_off(read):
    text = read(
        "---\ntitle: Waiting\nlayout: x\n---\n# Waiting\n\nWords.\n\n## Why\n\nMore words.\n"
    )
    assert [s.path for s in text.sections] == [(), ("Why",)]


def test_later_headings_of_the_same_level_stay(read):
    text = read("# Waiting\n\nWords.\n\n# Why\n\nMore words.\n")
    assert text.title == "Waiting"
    assert [s.path for s in text.sections] == [(), ("Why",)]


@pytest.mark.parametrize("top", ["## Introduction", "# Chapter 1\n\nWords.\n\n# Chapter 2"])
def test_a_chapter_is_not_the_title(read, top):
    assert read(f"{top}\n\nWords.\n").title == "On Waiting"


def test_an_author_under_the_title_is_taken_from_the_text(read):
    text = read("# 了凡四训\n\n袁了凡\n\n## 改过之法\n\n" + "春秋诸大夫，见人言动。" * 9)
    assert (text.title, text.author, text.origin("author")) == ("了凡四训", "袁了凡", "heading")
    assert len(text.sections) == 1


# Marks of other programs


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('{% include "step.html" a: b.c %}\n\nWords.', [("paragraph", "Words.")]),
        ("{% include video.html\n  url=\"x\"\n  title=\"About\" %}\n\nWords.", [("paragraph", "Words.")]),
        ("Ask the {% channel \"x\" \"PIFs\" %} now.", [("paragraph", "Ask the PIFs now.")]),
        ("See [the plan]({{ '../a/' | url }}) and [it]({% page \"/b\" %}).", [("paragraph", "See the plan and it.")]),
        ("{% comment %}\nsecret\n{% endcomment %}\nWords.", [("paragraph", "Words.")]),
        ("* TOC\n{:toc}\n\nWords.{: .big}", [("paragraph", "Words.")]),
        ("[TOC]\n\nWords.", [("paragraph", "Words.")]),
        ("::: challenge\n\n- a\n\n:::::\n\n::: questions\n\n- b\n\n:::", [("list", "- a"), ("list", "- b")]),
        (":::tip Mind this\nWords.\n:::", [("paragraph", "**Mind this**"), ("paragraph", "Words.")]),
        ("```{note}\n:class: dropdown\nWords.\n```", [("paragraph", "Words.")]),
        ('!!! info "Key points"\n    - a\n    - b\n\nWords.', [("paragraph", "**Key points**"), ("list", "- a\n- b"), ("paragraph", "Words.")]),
        ("> [!NOTE]\n> Words.", [("quote", "Words.")]),
        ("- [ ] a\n- [x] b", [("list", "- a\n- b")]),
        ("See [[Page one|this]] and [[that]]. ![[x.png]]", [("paragraph", "See this and that.")]),
        ("Words ~~no~~ [in blue]{.blue}.", [("paragraph", "Words no in blue.")]),
        ("Trust\n: Being able to rely\n\nHope\n:   Waiting", [("list", "- **Trust**: Being able to rely\n- **Hope**: Waiting")]),
        ("| The road\n| is long", [("verse", "The road\nis long")]),
        ("To\\\n**Her**\\\nand him", [("verse", "To\n**Her**\nand him")]),
        ("He said so.[^1]\n\n[^1]: In the *Letters*.\n[^b]: Word", [("paragraph", "He said so.[1]"), ("note", "[1] In the *Letters*."), ("note", "[b] Word")]),
        ("He said so^[In the Letters.] twice.\n\nMore.", [("paragraph", "He said so[1] twice."), ("note", "[1] In the Letters."), ("paragraph", "More.")]),
        ("```\n{% kept %} ::: [[kept]]\n```", [("verse", "{% kept %} ::: [[kept]]")]),
        ("See <https://example.org> and [this][1].\n\n[1]: http://x.org", [("paragraph", "See https://example.org and this.")]),
        ("Fish &amp; chips &mdash; 5 &lt; 6", [("paragraph", "Fish & chips — 5 < 6")]),
        ("![a picture](x.png)\n\nWords.", [("paragraph", "Words.")]),
        ("| a | b |\n|---|---|\n| 1 | 2 | | 3 |", [("table", "a | b\n1 | 2 |  | 3")]),
        ("| a | b |\n|---|---|\n| *x* | y |", [("table", "a | b\n*x* | y")]),
    ],
)  # fmt: skip
def test_words_stay_and_marks_go(blocks, source, expected):
    assert blocks(f"---\ntitle: T\n---\n{source}\n") == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<details><summary>More</summary>\n\nWords.\n\n</details>", [("paragraph", "More"), ("paragraph", "Words.")]),
        ("<div class='x'>\n<p>One.</p>\n<ul><li>a</li><li>b</li></ul>\n</div>", [("paragraph", "One."), ("list", "- a\n- b")]),
        ('<aside markdown="1">\n  <img src="x" alt="no"> Said [so](y).\n  <p>\n— *Ana*\n  </p>\n</aside>', [("quote", "Said so.\n— *Ana*")]),
        ("<table>\n<tr><th>a</th><th>b</th></tr>\n\n<tr>\n<td>1 | 2</td>\n<td><b>x</b></td>\n</tr>\n</table>", [("table", "a | b\n1 | 2 | x")]),
        ("<!-- not\n\nthis -->\nWords.", [("paragraph", "Words.")]),
        ("<script>alert(1)\n\nx</script>\n\nWords.", [("paragraph", "Words.")]),
        ("One<br>two", [("verse", "One\ntwo")]),
        ("<center>**Words**</center>", [("paragraph", "**Words**")]),
    ],
)  # fmt: skip
def test_html_becomes_text_with_its_structure(blocks, source, expected):
    assert blocks(f"---\ntitle: T\n---\n{source}\n") == expected


def test_headings_lose_their_marks_and_headings_of_html_count(read):
    text = read(
        "---\ntitle: T\n---\n## *One* {#one .x}\n\nWords.\n\n<h3 id='x'>Two</h3>\n\nMore.\n\nThree\n---\n\nLast.\n"
    )
    assert [s.path for s in text.sections] == [("One",), ("One", "Two"), ("Three",)]


def test_a_licence_at_the_foot_is_left_out(read):
    text = read("# T\n\nWords.\n\n*This work is licensed under a [CC BY 4.0](http://x) licence.*\n")
    assert [b.text for s in text.sections for b in s.blocks] == ["Words."]
    assert text.left_out == ("licence",)


@pytest.mark.parametrize("name", ["utf-8-sig", "utf-16", "crlf"])
def test_encodings_and_line_ends(read, tmp_path, name):
    source = "---\ntitle: T\n---\nOne\ntwo.\n"
    data = source.replace("\n", "\r\n").encode() if name == "crlf" else source.encode(name)
    (tmp_path / "a.md").write_bytes(data)
    assert markdown.read(tmp_path / "a.md").sections[0].blocks[0].text == "One two."


@pytest.mark.parametrize(
    "source",
    ["[" * 50_000, "*a " * 50_000, "> " * 20_000 + "x", "- " * 20_000 + "x", "`" * 50_000, "<a" * 50_000, "{%" * 50_000, "{{" * 50_000, "<!--" * 30_000, "[[" * 30_000, ":::" * 50_000, "^[" * 30_000, "|a" * 50_000, "![" * 15_000, "&" * 100_000, "<table>" * 20_000, "<td>" * 50_000, "[a](" * 30_000, "_a" * 50_000, "\\[" * 50_000],
)  # fmt: skip
def test_hostile_marks_take_no_more_than_seconds(read, source):
    start = time.perf_counter()
    read(f"# T\n\nWords.\n\n{source}\n\nWords.\n")
    assert time.perf_counter() - start < 9


# The library of the data folder


@pytest.mark.data
def test_every_markdown_file_of_the_library_is_whole_and_named_right():
    folder = shared("data", "library")
    manifest = (folder / "manifest.csv").read_text("utf-8").splitlines()
    rows = [row for row in csv.DictReader(manifest) if row["format"] == "md"]
    assert len(rows) == 35
    for row in rows:
        path = folder / row["file"]
        text = markdown.read(path)
        said = " ".join(
            " ".join(s.path) + " " + " ".join(b.text for b in s.blocks) for s in text.sections
        )
        assert " ".join(row["must_contain"].split()) in " ".join(re.sub(r"[*_]", "", said).split())
        # The manifest calls files without a title by their names.
        title = row["title"].removesuffix(".md").replace("-", " ").casefold()
        assert text.title.replace("-", " ").casefold() == title
        # Who made the guides of an organisation is said in neither the files nor their names.
        assert text.author == (row["author"] if "--" in path.stem or path.stem > "\x80" else "")
        assert f"{text.language}-{text.script}".removesuffix("-None") == row["language"]
        assert not re.search(r"\{%|\{\{|\{:|:::|</?(?:div|p|img|aside|table)\b|^!!!", said)
