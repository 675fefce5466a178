"""What level the words of a text speak for, and how sure that is said to be."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

import pytest

from corpus import formats, passages, readability, sentences, starter
from corpus.readability import LEVELS
from corpus.texts import Block, Section, Text
from tests.shared_data import shared

NOTICE = (
    "You meet your group on Monday. Bring your book and a pen. Say hello to the new people. "
    "Ask them what they do. Read one page aloud. Then stop and talk about it. You do not need "
    "to agree. Write down one thing you want to try. Try it this week. Tell us how it went. "
)
TREATISE = (
    "Whatsoever therefore is consequent to a condition of universal hostility, wherein every "
    "man, possessing no security other than that which his own invention shall furnish unto "
    "him, regardeth every other as an adversary, the same is consequent also to that "
    "institution of government whereof the sovereignty, being divided among contending "
    "assemblies, hath neither the authority to determine controversies nor the resolution to "
    "execute what it hath determined; and thus the commonwealth, notwithstanding the apparent "
    "magnificence of its establishments, dissolveth again into its original elements. "
)
BAIHUA = "星期一我们开会。请带上书和笔。先同新来的人打个招呼，问问他们是做什么的。大家读一页书，停下来说一说。不用意见一样。写下一件想试的事，这个星期就去试，下次说说怎么样。"
WENYAN = "夫學者載籍極博，猶考信於六藝。詩書雖缺，然虞夏之文可知也。堯將遜位，讓於虞舜，舜禹之閒，岳牧咸薦，乃試之於位，典職數十年，功用既興，然後授政。示天下重器，王者大統，傳天下若斯之難也。"
JIANTI = "夫学者载籍极博，犹考信于六艺。诗书虽缺，然虞夏之文可知也。尧将逊位，让于虞舜，舜禹之间，岳牧咸荐，乃试之于位，典职数十年，功用既兴，然后授政。示天下重器，王者大统，传天下若斯之难也。"


@dataclass(frozen=True)
class Piece:
    text: str
    sentences: tuple[tuple[int, int], ...]


def pieces(body, language, times=1):
    return [Piece(body, tuple(sentences.split(body, language)))] * times


def place(body, language, words):
    found = readability.level(pieces(body, language, 4), language, words=words)
    return LEVELS.index(found.level)


def test_a_notice_is_introductory_and_a_long_treatise_advanced():
    assert place(NOTICE, "en", 300) == 0
    assert place(TREATISE, "en", 200_000) == 2


def test_everyday_chinese_is_easier_than_classical_chinese():
    assert place(BAIHUA, "zh", 1000) < 2
    assert place(WENYAN, "zh", 1000) == 2


def test_a_longer_whole_is_never_easier():
    for body, language in ((NOTICE, "en"), (TREATISE, "en"), (BAIHUA, "zh"), (WENYAN, "zh")):
        found = [place(body, language, words) for words in (200, 2_000, 20_000, 200_000)]
        assert found == sorted(found)


def test_traditional_characters_are_not_rare_because_they_are_traditional():
    traditional = readability.level(pieces(WENYAN, "zh", 3), "zh", words=500)
    simplified = readability.level(pieces(JIANTI, "zh", 3), "zh", words=500)
    assert traditional == simplified


def test_the_numbers_behind_a_level_can_be_followed_and_kept_as_json():
    english = readability.level(pieces(TREATISE, "en", 3), "en", words=5000).why
    assert english["kind"] == "readability"
    assert english["words"] == 5000
    assert english["sentence_words"] > 50
    assert 0.2 < english["long_words"] < 0.5
    chinese = readability.level(pieces(WENYAN, "zh", 3), "zh").why
    assert chinese["classical"] is True
    assert readability.level(pieces(BAIHUA, "zh", 3), "zh").why["classical"] is False
    assert 10 < chinese["sentence_chars"] < 40
    assert json.loads(json.dumps(chinese)) == chinese


@pytest.mark.parametrize(
    ("material", "language"),
    [
        ([], "en"),
        (pieces("Hello there.", "en"), "en"),
        (pieces("你好。", "zh"), "zh"),
        (pieces("1234 5678 !!! ---", "en", 50), "en"),
        (pieces(NOTICE, "en", 9), "zh"),
    ],
)
def test_of_too_few_words_nothing_is_said(material, language):
    assert readability.level(material, language) is None


def test_a_text_and_its_passages_get_the_same_level():
    for body, language in ((NOTICE * 3, "en"), (TREATISE * 2, "en"), (BAIHUA * 3, "zh")):
        section = Section(("One",), (Block("paragraph", body),) * 5)
        text = Text("t", "T", "", language, (section,))
        whole = readability.level(text, language)
        cut = readability.level(passages.cut(text), language)
        assert whole.level == cut.level
        assert whole.confidence == pytest.approx(cut.confidence, abs=0.05)


def test_of_a_long_text_only_a_sample_is_read():
    read = []

    class Watched:
        sentences = ((0, 40), (41, 80))

        @property
        def text(self):
            read.append(1)
            return TREATISE

    found = readability.level([Watched()] * 6000, "en", words=1_000_000)
    assert found.level == "advanced"
    assert len(read) <= readability.SAMPLE


def test_the_confidence_is_near_the_share_of_starter_texts_that_are_right():
    right, said, levels = 0, 0.0, Counter()
    paths = sorted(starter.folder().rglob("*.md"))
    for path in paths:
        text = formats.read(path)
        found = readability.level(passages.cut(text), text.language)
        levels[found.level] += 1
        right += found.level == text.level
        said += found.confidence
    assert said / len(paths) == pytest.approx(right / len(paths), abs=0.12)


@pytest.mark.data
def test_classics_are_more_demanding_than_handbooks():
    def level_of(name):
        text = formats.read(shared("data", "library", "works", name))
        return readability.level(text, text.language)

    classics = [level_of(name) for name in ("論語.txt", "大學.txt", "荀子.txt")]
    assert {found.level for found in classics} == {"advanced"}
    assert min(found.confidence for found in classics) > 0.8
    handbooks = [
        level_of(name)
        for name in ("mozilla-designing-an-open-event.md", "opensource-guide-metrics.md")
    ]
    assert "advanced" not in {found.level for found in handbooks}
