"""Which part of a saved page is its text, and what the page says of itself."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest

from corpus.formats import html
from corpus.texts import Text, TextRefused
from tests.shared_data import shared

SAID = "The members of the study group met on Tuesday evening, and each of them brought a page of notes."
SAID_ZH = (
    "学习小组的成员在星期二晚上开会，每个人都带来了一页笔记，记下自己上次会议以来的尝试和体会。"
)
MENU = "".join(f'<li><a href="/c{n}.html">Channel number {n}</a></li>' for n in range(12))


@pytest.fixture
def read(tmp_path):
    def reading(content: str | bytes, name: str = "page.html") -> Text:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return html.read(path)

    return reading


def page(body: str, head: str = "<title>The letter</title>", lang: str = "en") -> str:
    return f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8">{head}</head><body>{body}</body></html>'


def words(text: Text) -> list[str]:
    return [block.text for section in text.sections for block in section.blocks]


def paths(text: Text) -> list[tuple[str, ...]]:
    return [section.path for section in text.sections]


# Which part is the text


def test_a_blog_loses_its_menus_side_column_comments_and_buttons(read):
    text = read(
        page(
            f"""<a class="skip-link" href="#main">Skip to content</a>
            <header class="site-header"><h1><a href="/">The Quiet Blog</a></h1><nav><ul>{MENU}</ul></nav></header>
            <main id="main"><article><header><h1>How we learned to listen</h1>
            <div class="entry-meta">By <a rel="author" href="/maria">Maria Lopez</a></div></header>
            <div class="entry-content"><p>{SAID * 3}</p><h2>What we tried</h2><p>{SAID * 2}</p>
            <div class="sharedaddy"><h3>Share this:</h3><ul><li><a href="#">Mail</a></li></ul></div>
            <div class="relatedposts"><h3>Related</h3><p><a href="/x">Another post</a></p></div></div>
            <footer class="entry-footer">Posted in <a href="/cat">Groups</a></footer></article>
            <section id="comments" class="comments-area"><h2>2 thoughts</h2><ol><li><p>Great post!</p></li></ol></section></main>
            <aside class="sidebar"><h2>Recent posts</h2><ul>{MENU}</ul><p>Maria writes about groups.</p></aside>
            <footer><p>© 2019 The Quiet Blog.</p></footer>
            <div class="cookie-banner" role="dialog"><p>We use cookies.</p></div>""",
            "<title>How we learned to listen | The Quiet Blog</title>",
        )
    )
    assert words(text) == [SAID * 3, SAID * 2]
    assert paths(text) == [(), ("What we tried",)]
    assert (text.title, text.author) == ("How we learned to listen", "Maria Lopez")
    assert text.left_out == ("navigation",)


def test_a_chinese_news_page_laid_out_in_tables_keeps_the_article_only(read):
    hot = "".join(
        f"<tr><td>·<a href=h{n}>热点新闻标题第{n}条很长很长</a></td></tr>" for n in range(15)
    )
    text = read(
        f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312">
        <title>领导干部要带头学习_新闻中心_某某新闻网</title></head><body>
        <table><tr><td><a href=/>首页</a></td><td><a href=/n>新闻</a></td><td><a href=/s>体育</a></td></tr></table>
        <table><tr><td>您的位置：<a href=/>首页</a> &gt; <a href=/n>新闻中心</a> &gt; 正文</td></tr></table>
        <table><tr><td width=540><table><tr><td align=center><font size=5><b>领导干部要带头学习</b></font></td></tr>
        <tr><td>2003年05月12日 08:15 来源：某某日报 作者：张三</td></tr>
        <tr><td>　　{SAID_ZH * 3}<br><br>　　{SAID_ZH * 2}</td></tr><tr><td>（责任编辑：李四）</td></tr>
        <tr><td>【<a href=#>评论</a>】【<a href=#>打印</a>】【<a href=#>关闭</a>】</td></tr></table>
        <table><tr><td><b>相关新闻</b></td></tr><tr><td><a href=1>某地开展学习活动</a></td></tr><tr><td><a href=2>学习贵在坚持</a></td></tr></table>
        </td><td width=220><table><tr><td>热点新闻</td></tr>{hot}</table></td></tr></table>
        <table><tr><td><a href=a>关于我们</a> | <a href=b>联系我们</a><br>版权所有 某某新闻网 京ICP备000001号</td></tr></table>""".encode(
            "gb18030"
        )
    )
    assert words(text) == [SAID_ZH * 3, SAID_ZH * 2]
    assert (text.title, text.author, text.year, text.language) == (
        "领导干部要带头学习",
        "张三",
        2003,
        "zh",
    )


def test_a_page_of_documentation_loses_its_side_column_and_keeps_its_code(read):
    text = read(
        page(
            f"""<div class="related" role="navigation"><ul><li><a href="n.html">next</a></li></ul></div>
            <div class="document"><div class="body" role="main"><section id="running">
            <h1>Running a meeting<a class="headerlink" href="#running">¶</a></h1><p>{SAID * 2}</p>
            <section id="feedback"><h2>Feedback<a class="headerlink" href="#feedback">¶</a></h2><p>{SAID}</p>
            <pre><span>def</span> meet():\n    return 1</pre></section></section></div></div>
            <div class="sphinxsidebar" role="navigation"><ul>{MENU}</ul></div><div class="footer">© 2020</div>""",
            "<title>Running a meeting &#8212; Guide 2.1 documentation</title>",
        )
    )
    assert words(text) == [SAID * 2, SAID, "def meet():\n    return 1"]
    assert (text.title, paths(text)) == ("Running a meeting", [(), ("Feedback",)])


def test_a_page_of_divs_and_breaks_is_paragraphs_and_verse(read):
    text = read(
        f"<html><title>Letter</title><body><div><div><b>Letter</b></div><div>{SAID}<br><br>{SAID}"
        f"<br><br>Roses are red<br>violets are blue<br><br>{SAID}</div></div>"
    )
    assert [(b.kind, b.text) for b in text.sections[0].blocks] == [
        ("paragraph", SAID),
        ("paragraph", SAID),
        ("verse", "Roses are red\nviolets are blue"),
        ("paragraph", SAID),
    ]


def test_a_page_without_any_mark_loses_the_blocks_of_links_around_the_text(read):
    text = read(
        page(
            f"""<div><div><a href=1>Home</a><a href=2>Archive</a><a href=3>About</a></div></div>
            <div><div><h1>Why groups fail</h1><p>{SAID * 2}</p><p>{SAID}</p></div>
            <div><a href=l>Like</a><a href=s>Share</a></div></div>
            <div><div>More</div><a href=a>Why groups succeed</a> <a href=b>A field guide to meetings</a></div>"""
        )
    )
    assert words(text) == [SAID * 2, SAID]


def test_a_list_of_links_under_a_heading_of_the_text_stays(read):
    links = "<h2>{}</h2><ul><li><a href=a>One good book</a></li><li><a href=b>Another</a></li></ul>"
    kept = read(page(f"<main><p>{SAID * 3}</p>{links.format('Further reading')}</main>"))
    assert words(kept)[-1] == "- One good book\n- Another"
    gone = read(page(f"<main><p>{SAID * 3}</p>{links.format('Related articles')}</main>"))
    assert words(gone) == [SAID * 3]


def test_a_forum_keeps_what_was_written_whatever_it_is_called(read):
    posts = "".join(
        f'<div class="comment"><div class="userinfo"><a href=u>user{n}</a></div><p>{n} {SAID * 2}</p></div>'
        for n in range(5)
    )
    text = read(page(f'<div class="nav"><ul>{MENU}</ul></div><div class="comments">{posts}</div>'))
    assert words(text) == [f"{n} {SAID * 2}" for n in range(5)]


def test_what_is_hidden_goes_unless_it_is_the_text(read):
    text = read(
        page(f"<p>{SAID}</p><div style='display: none'>Never shown</div><p hidden>Nor this")
    )
    assert words(text) == [SAID]
    assert words(read(page(f"<div style='display:none'><p>{SAID * 3}</p></div><p>a"))) == [
        SAID * 3,
        "a",
    ]


def test_side_notes_inside_the_text_are_text(read):
    text = read(page(f"<article><p>{SAID * 2}</p><div class=sidebar><p>{SAID}</p></div></article>"))
    assert words(text) == [SAID * 2, SAID]


def test_a_whole_book_in_one_page_loses_nothing(read):
    chapters = "".join(
        f"<section id='chapter-{n}'><header><h2>Chapter {n}</h2></header>"
        + "".join(f"<p>{n}.{i} {SAID}</p>" for i in range(100))
        + "<footer><p>London</p></footer></section>"
        for n in range(60)
    )
    text = read(page(f"{chapters}<section id=comments><h2>Comments</h2><p>{SAID}</p></section>"))
    assert [s.path for s in text.sections] == [(f"Chapter {n}",) for n in range(60)] + [
        ("Comments",)
    ]
    assert sum(len(s.blocks) for s in text.sections) == 60 * 101 + 1
    assert text.left_out == ()


def test_a_page_that_would_lose_everything_keeps_it(read):
    text = read(page(f'<div class="menu sidebar"><p>{SAID}</p><ul>{MENU}</ul></div>'))
    assert SAID in words(text)


# What the page says of itself


def test_the_pages_own_metadata_fills_the_record(read):
    text = read(
        page(
            f"<p>{SAID}</p>",
            """<title>x</title><meta name="citation_title" content="On Learning">
            <meta name="citation_author" content="Ana Ito"><meta name="citation_author" content="Omar Aziz">
            <meta name="citation_publication_date" content="2009/05/01"><meta name="citation_doi" content="10.1234/abc">
            <meta name="keywords" content="learning, groups; practice"><meta name="DC.rights" content="CC BY 4.0">
            <link rel="canonical" href="https://example.org/learning">""",
        )
    )
    assert (text.title, text.author, text.year) == ("On Learning", "Ana Ito, Omar Aziz", 2009)
    assert (text.licence, text.sources) == ("CC BY 4.0", ("https://example.org/learning",))
    assert (text.identifiers, text.subjects) == (
        ("doi:10.1234/abc",),
        ("learning", "groups", "practice"),
    )
    assert dict(text.origins)["title"] == "file"


def test_linked_data_and_links_say_what_meta_does_not(read):
    text = read(
        "<!-- saved from url=(0028)https://example.org/why.html -->"
        + page(
            f"<p>{SAID}</p><a rel=license href='https://creativecommons.org/licenses/by-sa/4.0/'>x</a>",
            """<title>Why groups fail - Deep Notes</title><script type="application/ld+json">
            {"@graph": [{"@type": "NewsArticle", "headline": "Why groups fail", "author": [{"name": "Ana Ito"}],
            "datePublished": "2021-04-05", "publisher": {"name": "Deep Notes"}}]}</script>""",
        )
    )
    assert (text.title, text.author, text.year, text.licence, text.sources) == (
        "Why groups fail",
        "Ana Ito",
        2021,
        "CC BY-SA 4.0",
        ("https://example.org/why.html",),
    )


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>Study circle - Wikipedia</title>", "", "Study circle"),
        ("<title>第三章 夜读_书名_某某小说网</title>", "<h1>第三章 夜读</h1>", "第三章 夜读"),
        ("<title>Home » What Is Ownership?</title><meta property=og:site_name content=Home>", "", "What Is Ownership?"),
        ("<title>The Guide: Running a Meeting</title>", "", "The Guide: Running a Meeting"),
        ("<title>Erewhon - Or, Over the Range</title>", "", "Erewhon - Or, Over the Range"),
        ("<title>Foreword</title><link rel=up title='The Handbook'>", "", "The Handbook: Foreword"),
        ("<title>序</title><link rel=home title='管理员手册'>", "", "管理员手册：序"),
        ("", "<h1>Only a heading</h1>", "Only a heading"),
        ("<title>Untitled</title>", "<h1>The real one</h1>", "The real one"),
        ("", "<p>First short line</p>", "First short line"),
    ],
)  # fmt: skip
def test_a_title_is_found_without_the_name_of_the_site(read, head, body, title):
    assert read(page(f"{body}<p>{SAID}</p><p>{SAID}</p>", head)).title == title


def test_the_title_is_no_heading_and_no_paragraph_of_the_text(read):
    text = read(page(f"<h1>The letter</h1><h2>One</h2><p>{SAID}</p>"))
    assert (text.title, paths(text)) == ("The letter", [("One",)])
    assert words(read(page(f"<p><b>The Letter</b></p><p>{SAID}</p>"))) == [SAID]


@pytest.mark.parametrize(
    ("source", "language"),
    [
        (f"<html lang=zh-CN><p>{SAID_ZH}", "zh"),
        (f"<html><body><div lang=en-US><p>{SAID}", "en"),
        (f"<html lang=zh><p>{SAID * 3}", "en"),  # what the words show wins
    ],
)
def test_the_language_is_the_pages_own_where_the_words_agree(read, source, language):
    assert read(source).language == language


# Encodings


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ((f"\ufeff<title>标题</title><p>{SAID_ZH}").encode(), SAID_ZH),
        (f"<meta charset=gb2312><p>{SAID_ZH}镕".encode("gb18030"), SAID_ZH + "镕"),
        (f"<meta charset=gbk><p>{SAID_ZH}".encode(), SAID_ZH),  # it says GBK and is UTF-8
        (f"<meta charset=iso-8859-1><p>{SAID_ZH}".encode("gbk"), SAID_ZH),
        (f"<p>{SAID_ZH}".encode("gbk"), SAID_ZH),
        ("<meta charset=big5><p>子曰：「學而時習之，不亦說乎？」".encode("big5"), "子曰：「學而時習之，不亦說乎？」"),
        (b"<meta charset=iso-8859-1><p>He said \x93so\x94 in the caf\xe9.", "He said “so” in the café."),
        (f"<p>{SAID}".encode("utf-16"), SAID),
        (f"<html><p>{SAID}".encode("utf-16-le"), SAID),
        (f"<meta charset=nonsense><p>{SAID}".encode(), SAID),
        (f"<p>{SAID}\x01\x07\x1b".encode(), SAID),
    ],
)  # fmt: skip
def test_the_characters_are_right_in_every_encoding(read, data, expected):
    assert words(read(data)) == [expected]


# Broken and hostile pages


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "is empty"),
        ("  \n ", "is empty"),
        (b"<p>words\0here</p>", "NUL"),
        ("<html><head><title>T</title></head><body><div></div></body></html>", "There is no text in page.html"),
        ("<div id=root></div><script>var words = 'no words';</script>", "fills itself with a script"),
        ("<frameset cols=20,80><frame src=a.html><frame src=b.html></frameset>", "only a frame around other pages"),
    ],
)  # fmt: skip
def test_a_page_without_text_is_refused_with_the_way_out(read, content, says):
    with pytest.raises(TextRefused, match=says):
        read(content)


@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 50_000 + SAID + "</div>" * 50_000,
        "<b>x " * 50_000 + SAID,
        "<ul><li>item " * 20_000 + SAID,
        "<table><tr><td>cell " * 5_000 + SAID,
        '<div class="menu sidebar">words ' * 2_000 + SAID,
        "<p>" + "word and more words. " * 250_000 + SAID,
        f"<p title='{'x' * 5_000_000}'>{SAID}",
        f"<p>{SAID}</p><!-- " + "x " * 100_000,
        "".join(f'<div class="menu" id="m{n}"><a href="#x">w</a> text</div>' for n in range(20_000)) + SAID,
        f"<img src='data:image/png;base64,{'A' * 30_000_000}'><p>{SAID}",
        f"<!DOCTYPE html [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><p>&x;{SAID}",
        f"<p dir=rtl>שלום עולם 😀</p><p>{SAID}",
        f"<title>{'_' * 5_000}x</title><p>{'>' * 190}</p><p>{SAID}",
    ],
    ids=lambda source: source[:20],
)  # fmt: skip
def test_hostile_pages_are_read_to_their_end_and_in_time(read, source):
    start = time.process_time()
    found = words(read(source))
    assert SAID in found[-1]
    assert not any("root:" in text for text in found)
    assert time.process_time() - start < 6


def test_too_much_page_is_refused(read):
    with pytest.raises(TextRefused, match="Divide it into parts"):
        read("<p>" + "many words " * 2_500_000)


# Real works


@pytest.mark.data
def test_the_pages_of_the_open_set_keep_their_phrase_and_say_what_they_are():
    folder = shared("data", "library")
    with (folder / "manifest.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["format"] == "html"]
    assert rows
    wrong = [row["file"] for row in rows if not _is_right(html.read(folder / row["file"]), row)]
    assert wrong == []


def _is_right(text: Text, row: dict[str, str]) -> bool:
    body = " ".join(" ".join(words(text)).replace("*", "").split())
    # The files of the Debian handbook name neither their author nor the title
    # that the manifest gives them.
    known = "debian" in Path(row["file"]).name or (
        (text.title, text.author) == (row["title"], row["author"])
    )
    return known and row["must_contain"] in body and text.language == row["language"][:2]


def test_headings_that_are_never_closed_take_no_more_than_seconds(read):
    start = time.process_time()
    text = read(page("<h2>A few words of a heading " * 2_000))
    assert time.process_time() - start < 5
    assert sum("A few words" in block.text for block in text.sections[0].blocks) > 1_900
