"""A small library in two languages, real enough that some readings fit and some do not."""

from __future__ import annotations

from dataclasses import dataclass, field

from corpus import sentences
from recommender.readings import Reading

TEXTS: dict[str, tuple[str, str, str, tuple[str, ...], str | None, list[str]]] = {
    # slug: language, title, author, themes, version group, passages
    "listening": (
        "en",
        "Listening to residents",
        "A. Rivers",
        ("field-investigation", "service"),
        "listening",
        [
            "Go to the square before you write the plan. Ask the residents what the bench is for. "
            "Count who sits there in the morning and who in the evening.",
            "A residents' meeting is not a survey. People who never come have opinions too. "
            "Visit them at home and listen before you speak.",
        ],
    ),
    "tingqu-zh": (
        "zh",
        "倾听居民",
        "阿河",
        ("field-investigation", "service"),
        "listening",
        [
            "写计划之前先到广场上去。问一问居民长椅是做什么用的。早上谁坐在那里，晚上谁坐在那里，都要数一数。",
            "居民会议不是调查。从来不来的人也有意见。到他们家里去，先听再说。",
        ],
    ),
    "meetings": (
        "en",
        "Meetings that end on time",
        "B. Stone",
        ("discussion",),
        None,
        [
            "A meeting needs one question. Write the question on the board before anybody speaks. "
            "Silence after a question is work, not failure.",
            "The chair gives the floor to quiet members first. Long speeches are stopped kindly.",
        ],
    ),
    "budget": (
        "en",
        "Keeping public money honest",
        "C. Field",
        ("integrity",),
        None,
        [
            "Two people count the cash, always. A receipt that is lost is written down as lost.",
            "A gift from a supplier is returned the same day, with a letter.",
        ],
    ),
    "nandu-zh": (
        "zh",
        "读难书的办法",
        "乔木",
        ("difficult-books",),
        None,
        [
            "难书要慢读。先列提纲，再提问题。学习小组每次只读三页，把不懂的句子抄下来。",
            "一个人读不下去，就同别人一起读。",
        ],
    ),
    "systems": (
        "en",
        "Why the queue came back",
        "D. Loop",
        ("systems-thinking",),
        None,
        [
            "Opening a second counter made the queue longer after a month. Delay hides the effect "
            "of what we do. Draw the loop before you act.",
            "Stocks change slowly, flows change quickly.",
        ],
    ),
    "mentoring": (
        "en",
        "The first ninety days",
        "E. Hand",
        ("mentoring",),
        None,
        [
            "A new member learns the work by doing a small piece of it with somebody. "
            "Feedback is given the same day, in private.",
            "A mentor lets go in time.",
        ],
    ),
    "shijian-zh": (
        "zh",
        "把读到的用起来",
        "小满",
        ("theory-practice",),
        None,
        [
            "理论要在工作里试一试。试过以后再回来读一遍，常常读出新的意思。",
            "不试就不知道哪里不懂。",
        ],
    ),
}


@dataclass(frozen=True)
class TextRow:
    slug: str
    title: str
    author: str
    language: str
    themes: tuple[str, ...]
    roles: tuple[str, ...] = ()
    level: str | None = "introductory"
    minutes: int = 6
    version_of: str | None = None
    withdrawn: bool = False


@dataclass(frozen=True)
class PassageRow:
    id: str
    text: str
    sentences: tuple[tuple[int, int], ...]
    content_hash: str
    path: tuple[str, ...] = ()


@dataclass
class SmallLibrary:
    """What a sync asks of a library, held in a dict that a test may change."""

    passages: dict[str, tuple[TextRow, PassageRow]] = field(default_factory=dict)

    def all_passages(self):
        return iter(self.passages.values())

    def add(self, slug, language, title, author, themes, version, texts, **more):
        row = TextRow(slug, title, author, language, themes, version_of=version, **more)
        for place, text in enumerate(texts, 1):
            key = f"{slug}/1.{place}"
            spans = tuple(sentences.split(text, language))
            self.passages[key] = (row, PassageRow(key, text, spans, f"{title}|{text}"))


def small_library(slugs=tuple(TEXTS)) -> SmallLibrary:
    library = SmallLibrary()
    for slug in slugs:
        library.add(slug, *TEXTS[slug])
    return library


def published(number: int, text: str, kind="reflection", language="en", **more) -> Reading:
    spans = tuple(sentences.split(text, language))
    return Reading(
        id=f"{kind}/{number}",
        kind=kind,
        group=f"{kind}/{number}",
        language=language,
        title=more.pop("title", f"What we learned, {number}"),
        author="A member",
        text=text,
        sentences=spans,
        content_hash=f"hash of {text}",
        **more,
    )
