"""Whether words that were copied, or changed a little, are found, and nothing else is.

    python -m benchmarks originality                    # near copies, and the time
    python -m benchmarks originality --show             # with what was missed and falsely told

A made set, made anew at every run from the starter library, ../shared/data and
originality_essays.json: independent essays, into which sentences of a text are put,
as they are or lightly edited (seeded), or honestly quoted. The works, the essays
and so every case belong to the tune or to the test half by a hash of their name.
Thresholds were chosen on the tune half alone. Everything else is a source for
every draft: all texts, and all essays of others.

precision  of the places told, those where something was put in
recall     of the sentences put in, those that are told
right      of those, the ones told beside the text they were taken from
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from corpus import Library, intake, sentences, starter, words
from models.load import load_model
from models.text_model import TextModel
from recommender import Index, put_readings, sync_library
from recommender.originality import Place, suspects
from recommender.readings import Reading
from webapp.originality.checking import close_places
from webapp.originality.gathering import Known
from webapp.originality.own_sentences import own_sentences
from webapp.reflections import citations
from webapp.reflections.publication import own_text

HERE = Path(__file__).parent
DATA = HERE.parents[1] / "shared" / "data"
KEPT = Path(tempfile.gettempdir()) / "xinde-originality-benchmark"
HALVES = ("tune", "test")
PER_TEXT = {"starter": 6, "works": 4, "essay": 6}  # cases from each text
SHORTEST = {"en": 8, "zh": 12}  # words (Chinese: characters) of what is put in...
FEWEST = {"en": 12, "zh": 18}  # ...and from where on it counts; what is shorter is told apart
MOST = {"en": 90, "zh": 160}
SHORT, LONG = 600, 20_000  # words of the drafts that are timed


@dataclass(frozen=True)
class Essay:
    id: str
    language: str
    body: str

    @property
    def half(self) -> str:
        return half(self.id)


@dataclass(frozen=True)
class Planted:
    """Words of a source in a draft."""

    start: int
    end: int
    work: str
    kind: str  # of edit, or how it is quoted


@dataclass
class Case:
    half: str
    language: str
    host: str
    body: str
    planted: list[Planted] = field(default_factory=list)  # to be told
    honest: list[Planted] = field(default_factory=list)  # quotations with their source


def half(name: str) -> str:
    return HALVES[blake2b(name.encode(), digest_size=1).digest()[0] % 2]


# The drafts that nothing is put into


def essays() -> list[Essay]:
    """Independent pieces, and the starter texts as if somebody had written them."""
    found = [
        Essay(e["id"], e["language"], e["body"])
        for e in json.loads((HERE / "originality_essays.json").read_text("utf-8"))["essays"]
    ]
    for folder, language in (
        ("student_md", "en"), ("college_experience", "en"), ("zh_learning_stories", "zh"),
    ):  # fmt: skip
        for path in sorted((DATA / "reflections" / folder).glob("*")):
            if path.suffix in (".md", ".txt"):
                text = path.read_text("utf-8", errors="replace")
                found.append(Essay(f"{folder}-{path.stem}", language, text))
    return found


def as_reading(essay: Essay) -> Reading:
    text = own_text(essay.body)
    spans = tuple(sentences.split(text, "zh" if essay.language == "zh" else "en"))
    name = f"reflection/{essay.id}"
    content = blake2b(text.encode(), digest_size=16).hexdigest()
    return Reading(name, "reflection", name, essay.language, essay.id, "", text, spans, content)


# Edits


SYNONYMS = {
    "en": (
        "said told, asked wanted to know, people persons, because since, but yet, big large, small little, "
        "often frequently, begin start, began started, help aid, show reveal, found discovered, every each, "
        "give hand, gave handed, took seized, work labour, good fine, many numerous, first initial, "
        "whole entire, must has to, should ought to, only merely, also too, think believe, thought believed, "
        "way manner, thing matter, things matters, old aged, new fresh, man fellow, men fellows, "
        "great mighty, long lengthy, never not once, always at all times, house home, made built, "
        "know understand, knew understood, see notice, saw noticed, come arrive, came arrived, "
        "use employ, need require, keep hold, kept held, write note, wrote noted, day morning, year season"
    ),
    "zh": (
        "没有 未曾，觉得 感到，因为 由于，大家 众人，时候 时刻，可以 能够，问题 难题，现在 如今，知道 明白，开始 起初，"
        "事情 事儿，已经 早已，所以 因此，但是 可是，每天 天天，一起 一道，说 讲，做 干，想 打算，用 拿，写 记，把 将，"
        "很 十分，也 亦，都 全，就 便，不 未，人 者，之 的，而 且，其 他的，于 在，曰 说，此 这，若 如，故 所以，则 就，"
        "个 名，看 瞧，去 往，来 到，多 许多，好 不错，大 巨大，小 细小，先 首先，后 随后，问 打听，答 回复"
    ),
}
TABLE = {
    "en": dict(pair.strip().split(" ", 1) for pair in SYNONYMS["en"].split(",")),
    "zh": dict(pair.strip().split(" ", 1) for pair in SYNONYMS["zh"].split("，")),
}
OTHER = {
    "en": [
        "window",
        "careful",
        "evening",
        "simply",
        "village",
        "honest",
        "quiet",
        "answer",
        "table",
        "winter",
    ],
    "zh": ["窗户", "仔细", "傍晚", "村子", "诚实", "安静", "回答", "桌子", "冬天", "认真"],
}
FILLERS = {
    "en": ["really", "perhaps", "indeed", "often", "also", "simply", "certainly", "now", "still"],
    "zh": ["其实", "确实", "往往", "也许", "常常", "大概", "当然", "如今", "总是"],
}
AROUND = {
    "en": (("I have long believed that ", ", and this year I mean to act on it"),
           ("When I think of our meetings, ", " and so we changed the way we sit")),
    "zh": (("我一直认为，", "，今年我打算照着去做"), ("想起我们的例会，", "，所以我们换了一种坐法")),
}  # fmt: skip


def parts(text: str, language: str) -> list[str]:
    """Words and what stands between them; for Chinese, characters in twos."""
    pattern = (
        r"\w+(?:['’]\w+)?|\W+" if language == "en" else rf"[{words.HAN}]{{1,2}}|[^{words.HAN}]+"
    )
    return re.findall(pattern, text)


def is_word(part: str) -> bool:
    return part[:1].isalnum()


def replaced(text: str, language: str, draw: random.Random, share: float = 0.12) -> str:
    """Some words for others, those with a near meaning first."""
    found = parts(text, language)
    places = [i for i, part in enumerate(found) if is_word(part)]
    known = [i for i in places if found[i].lower() in TABLE[language]]
    others = [i for i in places if i not in known and len(found[i]) > 1]
    draw.shuffle(known)
    draw.shuffle(others)
    for i in (known + others)[: max(1, round(share * len(places)))]:
        found[i] = TABLE[language].get(found[i].lower(), draw.choice(OTHER[language]))
    return "".join(found)


def inserted(text: str, language: str, draw: random.Random) -> str:
    found = parts(text, language)
    places = [i for i, part in enumerate(found) if is_word(part)]
    for i in sorted(draw.sample(places, min(len(places), max(1, len(places) // 9))), reverse=True):
        filler = draw.choice(FILLERS[language])
        found.insert(i, f"{filler} " if language == "en" else filler)
    return "".join(found)


def dropped(text: str, language: str, draw: random.Random) -> str:
    found = parts(text, language)
    places = [i for i, part in enumerate(found) if is_word(part)]
    for i in sorted(draw.sample(places, min(len(places), max(1, len(places) // 10))), reverse=True):
        del found[i]
    return "".join(found)


def turned(text: str, language: str, draw: random.Random) -> str | None:
    """The clauses of a sentence in another order."""
    stop = text[-1] if not text[-1].isalnum() else ""
    clauses = re.split(r"[,;:，；：、]\s*", text[: len(text) - len(stop)])
    if len(clauses) < 2 or min(words.count(c) for c in clauses) < 3:
        return None
    at = draw.randrange(1, len(clauses))
    return ("，" if language == "zh" else ", ").join(clauses[at:] + clauses[:at]) + stop


def marked(text: str, language: str, draw: random.Random) -> str:
    """Other marks and capitals; the same words."""
    for old, new in (("“", '"'), ("”", '"'), ("’", "'"), (";", ","), ("；", "，"), (": ", " - ")):
        text = text.replace(old, new)
    return re.sub(r",(?= )|、", "", text).capitalize() if draw.random() < 0.7 else text.upper()


def traditional(text: str, language: str, draw: random.Random) -> str | None:
    if language != "zh":
        return None
    changed = text.translate(_traditional())
    return changed if changed != text else words.simplified(text)


def _traditional() -> dict[int, int]:
    from importlib.resources import files

    lines = (files("opencc") / "dictionary" / "STCharacters.txt").read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if "\t" in line)
    return {ord(a): ord(b.split()[0]) for a, b in pairs if len(a) == 1 and len(b.split()[0]) == 1}


def framed(text: str, language: str, draw: random.Random) -> str:
    before, after = draw.choice(AROUND[language])
    stop = text[-1] if not text[-1].isalnum() else ""
    return before + text[: len(text) - len(stop)] + after + ("。" if language == "zh" else ".")


def mixed(text: str, language: str, draw: random.Random) -> str:
    return inserted(replaced(text, language, draw, 0.08), language, draw)


def exact(text: str, language: str, draw: random.Random) -> str:
    return text


EDITS: dict[str, Callable[[str, str, random.Random], str | None]] = {
    "exact": exact, "marks": marked, "script": traditional, "replaced": replaced,
    "inserted": inserted, "dropped": dropped, "order": turned, "framed": framed, "mixed": mixed,
}  # fmt: skip


# Honest quotations


def block_quote(text: str, passage: str, title: str, language: str) -> str:
    return citations.block(text, title, passage)


def inline(text: str, passage: str, title: str, language: str) -> str:
    if language == "zh":
        return f"《{title}》里说：“{text}”这句话我抄在本子上。"
    return f"As {title} puts it, “{text}” I copied it into my diary."


def inline_after(text: str, passage: str, title: str, language: str) -> str:
    if language == "zh":
        return f"“{text}”（《{title}》）我读了两遍。"
    return f"“{text}” ([{title}](reading:{passage})). I read it twice."


QUOTED = {"block": block_quote, "inline": inline, "after": inline_after}


# The set


@dataclass(frozen=True)
class Text:
    """Where something may be taken from."""

    work: str
    origin: str  # starter | works | essay
    language: str
    title: str
    passages: tuple[tuple[str, str, tuple[tuple[int, int], ...]], ...]  # id, text, sentences


def texts(library: Library, hosts: Sequence[Essay]) -> Iterator[Text]:
    of_starter = {path.stem for path in starter.folder().rglob("*.md")}
    by_slug: dict[str, list[tuple[str, str, tuple[tuple[int, int], ...]]]] = defaultdict(list)
    about = {}
    for record, passage in library.all_passages():
        about[record.slug] = record
        by_slug[record.slug].append((passage.id, passage.text, tuple(passage.sentences)))
    for slug, found in by_slug.items():
        record = about[slug]
        origin = "starter" if slug in of_starter else "works"
        yield Text(slug, origin, record.language, record.title, tuple(found))
    for essay in hosts:
        if essay.id.startswith("student_md"):
            continue  # much of theirs is the template that all of them filled in
        reading = as_reading(essay)
        one = (reading.id, reading.text, reading.sentences)
        yield Text(reading.id, "essay", essay.language, essay.id, (one,))


def cases(sources: Sequence[Text], hosts: Sequence[Essay]) -> list[Case]:
    """Each text gives some drafts; every draft is an essay with something put in."""
    made = []
    for text in sources:
        draw = random.Random(text.work)
        mine = half(text.work)
        fit = [
            e for e in hosts
            if e.half == mine and e.language == text.language and f"reflection/{e.id}" != text.work
        ]  # fmt: skip
        for number in range(PER_TEXT[text.origin]):
            kind = draw.choice(sorted({e.id.partition("-")[0] for e in fit}))
            host = draw.choice([e for e in fit if e.id.startswith(kind + "-")])
            case = _case(text, host, mine, number, draw)
            if case is not None:
                made.append(case)
    return made


def _case(text: Text, host: Essay, mine: str, number: int, draw: random.Random) -> Case | None:
    case = Case(mine, text.language, host.id, host.body)
    kinds = list(EDITS)
    draw.shuffle(kinds)
    if number == 0:
        kinds.insert(0, "exact")
    for kind in kinds:
        taken = _taken(text, draw)
        if taken is None:
            return None
        edited = [EDITS[kind](sentence, text.language, draw) for sentence in taken[1]]
        if all(edited):
            _put(case, [str(e) for e in edited], "{}", text, kind, case.planted, draw)
            break
    taken = _taken(text, draw)
    if taken is not None and text.origin != "essay":
        how = draw.choice(list(QUOTED))
        whole = _joined(taken[1], text.language)
        said = QUOTED[how](whole, taken[0], text.title, text.language)
        _put(case, [said], "\n\n{}\n\n" if how == "block" else "{}", text, how, case.honest, draw)
    return case


def _taken(text: Text, draw: random.Random) -> tuple[str, list[str]] | None:
    """A passage's id and one to three of its sentences in a row."""
    for _try in range(12):
        passage, whole, spans = draw.choice(text.passages)
        if not spans:
            continue
        first = draw.randrange(len(spans))
        wanted, found = draw.choice((1, 1, 2, 3)), []
        for a, b in spans[first:]:
            sentence = " ".join(whole[a:b].split())
            if sentence.startswith(("#", "|", "```")):
                break
            found.append(sentence)
            size = sum(words.count(s) for s in found)
            if len(found) >= wanted and size >= SHORTEST[text.language]:
                break
        size = sum(words.count(s) for s in found)
        if SHORTEST[text.language] <= size <= MOST[text.language] and words.letters("".join(found)):
            return passage, found
    return None


def _joined(found: Sequence[str], language: str) -> str:
    return ("" if language == "zh" else " ").join(found)


def _put(
    case: Case, found: list[str], form: str, text: Text, kind: str, into: list[Planted],
    draw: random.Random,
) -> None:  # fmt: skip
    """Behind a sentence of the draft, in its paragraph or as a paragraph."""
    said = form.format(_joined(found, case.language))
    busy = [(p.start, p.end) for p in (*case.planted, *case.honest)]
    spans = own_sentences(case.body).spans
    ends = [b for _a, b in spans if not any(start - 2 <= b <= end + 2 for start, end in busy)]
    at = draw.choice(ends)
    alone = case.body[at : at + 1] in ("", "\n") and draw.random() < 0.5
    before = "" if kind == "block" else "\n\n" if alone else " "
    after = "\n\n" if alone and kind != "block" else " " if case.body[at : at + 1].strip() else ""
    case.body = case.body[:at] + before + said + after + case.body[at:]
    grown = len(before + said + after)
    for listed in (case.planted, case.honest):
        listed[:] = [
            Planted(p.start + grown, p.end + grown, p.work, p.kind) if p.start >= at else p
            for p in listed
        ]
    into.append(Planted(at + len(before), at + len(before + said), text.work, kind))


# Looking


@dataclass(frozen=True)
class Told:
    start: int
    end: int
    source: str
    work: str
    place: Place


def look(index: Index, body: str, host: str = "") -> list[Told]:
    """What the page would show: the same steps, without its database."""
    own = own_sentences(body)
    found = [r for r in suspects(index, own.text, own.spans) if r.id != f"reflection/{host}"]
    of = {r.id: r for r in found}
    known = [
        Known(
            r.id,
            r.text,
            "zh" if r.language == "zh" else "en",
            r.version_group or r.group,
            r.title,
            "",
            "passage" if r.kind == "passage" else "piece",
        )
        for r in found
    ]
    return [Told(*p.span, p.source_id, of[p.source_id].group, p) for p in close_places(own, known)]


@dataclass
class Count:
    told: int = 0
    true: int = 0
    put_in: int = 0
    found: int = 0
    right: int = 0
    quoted: int = 0
    quoted_told: int = 0
    by_kind: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))


def measure(index: Index, made: Sequence[Case], *, show: bool) -> dict[tuple[str, str], Count]:
    counts: dict[tuple[str, str], Count] = defaultdict(Count)
    for case in made:
        count = counts[case.half, case.language]
        told = look(index, case.body, case.host)
        for t in told:
            if is_shared(case.host, case.body, t):
                continue
            count.told += 1
            if any(t.start < p.end and p.start < t.end for p in case.planted):
                count.true += 1
            else:
                honest = [h for h in case.honest if t.start < h.end and h.start < t.end]
                count.quoted_told += bool(honest)
                if show:
                    what = f"quoted {honest[0].kind}" if honest else "independent"
                    print(f"FALSE {case.half} {what} {case.host}: {said(case.body, t)}")
        count.quoted += len(case.honest)
        for p in case.planted:
            over = [t for t in told if t.start < p.end and p.start < t.end]
            if words.count(case.body[p.start : p.end]) < FEWEST[case.language]:
                count.by_kind["short"][0] += bool(over)
                count.by_kind["short"][1] += 1
                continue
            count.put_in += 1
            count.found += bool(over)
            count.right += any(t.work == p.work for t in over)
            count.by_kind[p.kind][0] += bool(over)
            count.by_kind[p.kind][1] += 1
            if show and not over:
                print(f"MISSED {case.half} {p.kind} of {p.work}: {case.body[p.start : p.end]!r}")
    return counts


# Looked at one by one: lines of a report that a team wrote together, two students' copies
# of one sentence of the class's article or of Java's manual, and of one program's output.
REAL = (
    "We all began working on building and using the", "We continued working on building",
    "Using the GitHub issue tracker", "Genome editing is not a completely new technology",
    ": returns the character at the specified index", "The reflection.md in writing has at least",
    "Passed 24/24",
)  # fmt: skip


def is_shared(host: str, body: str, told: Told) -> bool:
    """Sentences that students really share: the questions of their form, and those of `REAL`.
    They are copies, and nobody put them in."""
    if not told.source.startswith("reflection/student_md") or not host.startswith("student_md"):
        return False
    words_told = body[told.start : told.end].casefold()
    return told.place.is_copy or any(real.casefold() in words_told for real in REAL)


def said(body: str, told: Told) -> str:
    return (
        f"{body[told.start : told.end]!r} | {told.source} | {[m.share for m in told.place.matches]}"
    )


def untouched(index: Index, hosts: Sequence[Essay], *, show: bool) -> None:
    """Essays that nothing was put into: whatever is told is false, unless it was there before."""
    for each in HALVES:
        mine = [h for h in hosts if h.half == each]
        everything = [(h, t) for h in mine for t in look(index, h.body, h.id)]
        found = [(h, t) for h, t in everything if not is_shared(h.id, h.body, t)]
        print(
            f"{each}: {len(mine)} essays as they are, {len(found)} places told in them, and"
            f" {len(everything) - len(found)} that two students have word for word"
        )
        for h, t in found if show else ():
            print(f"  {h.id}: {said(h.body, t)}")


def timed(index: Index, library: Library, hosts: Sequence[Essay]) -> None:
    """Processor time of a whole look. The students' reports are the hardest: each of their
    sentences stands nearly so in some of the others."""
    reports = [h for h in hosts if h.id.startswith("student_md")]
    essays_alone = [h for h in hosts if h not in reports]
    for name, of, language in (
        ("essays", essays_alone, "en"), ("essays", essays_alone, "zh"), ("reports", reports, "en"),
    ):  # fmt: skip
        bodies = "\n\n".join(h.body for h in of if h.language == language)
        draft = bodies
        while words.count(draft) < LONG:
            draft += "\n\n" + bodies
        whole = words.count(draft)
        for size in (SHORT, LONG):
            part = draft[: len(draft) * size // whole]
            taken = []
            for _ in range(5 if size == SHORT else 3):
                start = time.process_time()  # whatever else the machine does
                look(index, part)
                taken.append(time.process_time() - start)
            count = library.counts()["passages"]
            print(
                f"{name} {language}: {size:6} words against {count:6} passages"
                f" {statistics.median(taken):7.3f} s"
            )


# Building


def index_of(
    name: str, folders: Sequence[Path], model: TextModel, hosts: Sequence[Essay]
) -> tuple[Library, Index]:
    path = KEPT / f"{name}.db"
    intake.build(path, list(folders))
    library = Library.open(path)
    sync_library(KEPT / f"index-{name}", library, model)
    put_readings(KEPT / f"index-{name}", model, [as_reading(h) for h in hosts])
    return library, Index.open(KEPT / f"index-{name}", model)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--show", action="store_true", help="print what was missed and falsely told"
    )
    parser.add_argument("--half", choices=HALVES, help="only this half, when choosing thresholds")
    given = parser.parse_args()
    KEPT.mkdir(exist_ok=True)
    hosts = essays()
    model = load_model("hashing", KEPT)
    small, small_index = index_of("starter", [starter.folder()], model, hosts)
    large, index = index_of("works", [starter.folder(), DATA / "library" / "works"], model, hosts)
    made = [c for c in cases(list(texts(large, hosts)), hosts) if given.half in (None, c.half)]
    counts = measure(index, made, show=given.show)
    for (each, language), c in sorted(counts.items()):
        print(
            f"{each} {language}: {c.put_in} put in, recall {c.found / c.put_in:.3f}, right {c.right / max(1, c.found):.3f};"
            f" {c.told} told, precision {c.true / max(1, c.told):.3f}; {c.quoted} quoted, {c.quoted_told} of them told"
        )
        print("   " + ", ".join(f"{k} {a}/{b}" for k, (a, b) in sorted(c.by_kind.items())))
    untouched(index, [h for h in hosts if given.half in (None, h.half)], show=given.show)
    for lib, found in ((small, small_index), (large, index)):
        timed(found, lib, hosts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
