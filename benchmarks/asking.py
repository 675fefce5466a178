"""How well a question leads to a reading list, and whether Xinde knows when it has none.

    python benchmarks/asking.py                # what is in use
    python benchmarks/asking.py --sweep        # floors beside each other, on the tune half only

40 questions that the starter library answers (half English, half Chinese), each
with the texts that answer it, part by part; 32 that it does not; and 12 of two
parts of which it answers one. A hash of the id puts each in the tune or the test
half: floors are chosen on the first and reported on both.

precision  of the readings listed, those that are labelled
parts      of the parts that the library answers, those with a labelled reading on the list
plain      the same of the five best texts of a plain hybrid search, as a baseline
nothing    of the questions that it does not answer, those with an empty list
silent     of the questions that it answers, those with an empty list (wrongly)
named      of the two-part questions, those where exactly the unanswered half is named
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from hashlib import blake2b
from itertools import product
from pathlib import Path

import numpy as np
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from corpus import intake
from corpus.library import Library
from models.load import DEFAULT_MODEL, load_model
from models.text_model import TextModel
from recommender.asking import Answer, ask, choosing, relevance
from recommender.index import Index, Snapshot
from recommender.indexing import sync_library
from recommender.search import search

HALVES = ("tune", "test")
PLAIN = 5

# Written and labelled from titles, themes and openings before any ranking was looked at.
# id, question, and for each part of it the texts that answer; a translation counts as its text.
ANSWERED: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("e01", "How do I keep volunteers from leaving after a few months?", ("volunteers-who-stay why-volunteers-leave-zh",)),
    ("e02", "Our study group wants to read a difficult book. How should we go about it together?", ("hard-book-in-a-group polyas-questions-for-a-chapter zhu-xi-six-rules-zh coloured-inks-and-pointing-hands",)),
    ("e03", "Somebody from a supplier left a present at my home. What should I do with it?", ("the-gift-at-the-door",)),
    ("e04", "How can I check whether a number that everybody forwards is true?", ("checking-a-claim gu-yanwu-checks-zh two-mules-and-an-old-soldier a-letter-about-the-screening-van going-to-see",)),
    ("e05", "I look after a new colleague from next week. How do I help her through the first months, and how do I let go in time?", ("first-ninety-days what-they-tell-you-on-the-first-day", "letting-go-apprentice-zh what-the-wheelwright-could-not-say first-ninety-days")),
    ("e06", "How do I write a monthly summary that is useful to myself, and how do I set a goal that I can check?", ("summing-up-a-month", "a-small-goal-reviewed the-bench-without-aino")),
    ("e07", "Nobody speaks in our discussions. How can a chair draw out quiet people, and what belongs in the minutes?", ("a-discussion-that-thinks twenty-four-questions-and-a-picture-of-a-well", "what-was-left-out-of-the-minutes")),
    ("e08", "Why do suggestions from staff come to nothing, and how should we answer them?", ("the-box-by-the-canteen suggestions-that-land-zh",)),
    ("e09", "What do we do when a review after an incident turns into blaming?", ("when-the-review-goes-wrong small-mistakes-dialogue-zh six-weeks-before-the-mountain red-beads-on-a-tuesday-evening",)),
    ("e10", "People hide their small mistakes. How can leaders make it safe to report them?", ("small-mistakes-dialogue-zh six-weeks-before-the-mountain when-the-review-goes-wrong the-empty-chair-at-seven",)),
    ("e11", "How do I ask people questions so that they tell me what is really going on?", ("how-an-interview-goes-wrong going-to-see fei-xiaotong-listening-counting-zh first-service-day two-mules-and-an-old-soldier",)),
    ("e12", "Everyone takes what they need from a shared store and it is always full. What rule would help?", ("the-cold-store-at-the-crossroads",)),
    ("e13", "Why must two people sign for every payment, and what should a board member do who is related to the supplier?", ("why-there-are-two-signatures", "an-interest-declared")),
    ("e14", "We react to every shortage and it makes things worse. How do delays fool us?", ("the-shower-and-the-stockroom warehouse-shortage-loop-zh",)),
    ("e15", "I am the new chair and must set an example. What should I do when I am late or wrong myself?", ("letter-to-a-new-chair the-empty-chair-at-seven the-chair-came-late-zh",)),
    ("e16", "Can somebody over fifty still learn to read or go back to school?", ("the-carpenters-two-notebooks fifty-at-night-school-zh",)),
    ("e17", "How do I put what I have read into practice at work?", ("from-passage-to-practice the-man-who-turned-his-name-round lewin-and-the-packing-shed what-the-wheelwright-could-not-say",)),
    ("e18", "I come home tired and have no time to reflect. How can I still learn from my working day?", ("letter-to-a-home-carer summing-up-a-month three-questions-of-zengzi-zh a-small-goal-reviewed",)),
    ("e19", "How can a study hour survive for years in a team that works shifts?", ("a-study-system-that-lasts five-questions-on-thursday three-rooms-where-working-people-studied hard-book-in-a-group",)),
    ("e20", "How do I stop forgetting what I learned on a course?", ("five-questions-on-thursday coloured-inks-and-pointing-hands",)),
    ("z01", "志愿者来了几个月就走了，怎样才能留住他们？", ("volunteers-who-stay why-volunteers-leave-zh",)),
    ("z02", "带徒弟什么时候该放手，怎么放？", ("letting-go-apprentice-zh first-ninety-days what-the-wheelwright-could-not-say",)),
    ("z03", "难读的古书，小组一起怎么读下去？", ("hard-book-in-a-group zhu-xi-six-rules-zh polyas-questions-for-a-chapter",)),
    ("z04", "供应商过节送礼送到家门口，收还是不收？", ("the-gift-at-the-door",)),
    ("z05", "群里转发的消息说数字翻了一番，怎样核实真假？", ("checking-a-claim gu-yanwu-checks-zh two-mules-and-an-old-soldier",)),
    ("z06", "开会没人发言，主持人该怎么办？", ("a-discussion-that-thinks twenty-four-questions-and-a-picture-of-a-well",)),
    ("z07", "月度小结总是抄上个月的，怎么写才对自己有用？", ("summing-up-a-month",)),
    ("z08", "下基层调查，怎样才能听到真话？", ("going-to-see fei-xiaotong-listening-counting-zh how-an-interview-goes-wrong two-mules-and-an-old-soldier first-service-day",)),
    ("z09", "职工提了建议没有下文，怎样让建议落地？", ("suggestions-that-land-zh the-box-by-the-canteen",)),
    ("z10", "出了小差错大家都瞒着，领导该怎么对待？", ("small-mistakes-dialogue-zh six-weeks-before-the-mountain when-the-review-goes-wrong",)),
    ("z11", "学到的道理怎样用到工作里去？", ("from-passage-to-practice the-man-who-turned-his-name-round lewin-and-the-packing-shed what-the-wheelwright-could-not-say",)),
    ("z12", "仓库一会儿缺货一会儿积压，是什么原因？", ("warehouse-shortage-loop-zh the-shower-and-the-stockroom",)),
    ("z13", "当领导自己迟到了、做错了，应该怎么办？", ("the-chair-came-late-zh the-empty-chair-at-seven letter-to-a-new-chair",)),
    ("z14", "五十多岁还去上夜校学技术，值得吗？", ("fifty-at-night-school-zh the-carpenters-two-notebooks",)),
    ("z15", "定的目标太大，怎样改成检查得了的小目标？另外，怎样每天反省自己？", ("a-small-goal-reviewed the-bench-without-aino", "three-questions-of-zengzi-zh summing-up-a-month letter-to-a-home-carer")),
    ("z16", "班组的学习制度怎样坚持几年不散？新来的人又怎么带？", ("a-study-system-that-lasts five-questions-on-thursday rules-posted-with-their-reasons three-rooms-where-working-people-studied", "first-ninety-days what-they-tell-you-on-the-first-day letting-go-apprentice-zh")),
    ("z17", "服务日做的事居民并不需要，问题出在哪里？", ("first-service-day the-shipping-clerk-and-the-rule",)),
    ("z18", "管钱为什么要两个人签字？自己家里人跟单位做生意，要不要回避？", ("why-there-are-two-signatures", "an-interest-declared")),
    ("z19", "水利工程为什么要年年维修？", ("dujiangyan-sui-xiu-zh dig-the-bed-deep",)),
    ("z20", "公用的冷库谁都往里放，怎么定规矩？", ("the-cold-store-at-the-crossroads",)),
)  # fmt: skip
UNANSWERED: tuple[tuple[str, str], ...] = (
    ("u01", "What is the best recipe for sourdough bread?"),
    ("u02", "Who won the football world cup in 1998?"),
    ("u03", "How does photosynthesis work?"),
    ("u04", "Which programming language should I learn first for data science?"),
    ("u05", "How do I change the brake pads of a car?"),
    ("u06", "What is the boiling point of ethanol?"),
    ("u07", "My dog has fleas. What helps?"),
    ("u08", "What visa do I need to visit Canada?"),
    ("u09", "How do I grow tomatoes on a balcony?"),
    ("u10", "Should I buy shares or bonds with my savings?"),
    ("u11", "How do black holes form?"),
    ("u12", "Which phone has the best camera?"),
    ("u13", "How do I tune a guitar?"),
    ("u14", "What causes migraine, and which pills help?"),
    ("u15", "How is my pension calculated?"),
    ("u16", "How do I apply for parental leave?"),
    ("v01", "红烧肉怎么做才好吃？"),
    ("v02", "世界杯决赛是谁进的球？"),
    ("v03", "光合作用的化学方程式是什么？"),
    ("v04", "怎样给汽车换机油？"),
    ("v05", "高血压应该吃什么药？"),
    ("v06", "比特币价格为什么涨跌？"),
    ("v07", "怎样学会游泳？"),
    ("v08", "黑洞是怎样形成的？"),
    ("v09", "手机屏幕碎了怎么修？"),
    ("v10", "去日本旅游要办什么签证？"),
    ("v11", "怎样腌咸鸭蛋？"),
    ("v12", "猫不吃东西怎么办？"),
    ("v13", "微积分里的极限是什么意思？"),
    ("v14", "住房公积金贷款怎样申请？"),
    ("v15", "哪种吉他适合初学者？"),
    ("v16", "养老金是怎样计算的？"),
)  # fmt: skip
# The first part is answered by these texts, the second (as it stands in the question) by none.
HALF: tuple[tuple[str, str, str, str], ...] = (
    ("h01", "How do we keep our volunteers, and what should we cook for eighty people?", "volunteers-who-stay why-volunteers-leave-zh", "what should we cook for eighty people"),
    ("h02", "How do we read a hard book together, and which running shoes should I buy?", "hard-book-in-a-group polyas-questions-for-a-chapter zhu-xi-six-rules-zh coloured-inks-and-pointing-hands", "which running shoes should I buy"),
    ("h03", "How should I chair a discussion? How do I bleed a radiator?", "a-discussion-that-thinks twenty-four-questions-and-a-picture-of-a-well", "How do I bleed a radiator"),
    ("h04", "How do I check a claim that is being forwarded, and how do I train my dog?", "checking-a-claim gu-yanwu-checks-zh two-mules-and-an-old-soldier", "how do I train my dog"),
    ("h05", "What helps a new colleague in the first weeks, and how do I fill in my tax return?", "first-ninety-days what-they-tell-you-on-the-first-day", "how do I fill in my tax return"),
    ("h06", "A supplier sent me a gift. May I keep it? And what is the chemical formula of aspirin?", "the-gift-at-the-door", "what is the chemical formula of aspirin"),
    ("w01", "怎样带好新来的同事？另外，红烧鱼怎么做？", "first-ninety-days what-they-tell-you-on-the-first-day letting-go-apprentice-zh", "红烧鱼怎么做"),
    ("w02", "月度小结怎么写？还有，足球的越位规则是什么？", "summing-up-a-month", "足球的越位规则是什么"),
    ("w03", "志愿者怎样留得住？电动车的电池怎么保养？", "volunteers-who-stay why-volunteers-leave-zh", "电动车的电池怎么保养"),
    ("w04", "讨论会冷场怎么办？孩子发烧吃什么药？", "a-discussion-that-thinks twenty-four-questions-and-a-picture-of-a-well", "孩子发烧吃什么药"),
    ("w05", "职工的建议怎样落地？手机怎么拍星空？", "suggestions-that-land-zh the-box-by-the-canteen", "手机怎么拍星空"),
    ("w06", "难懂的书怎么读？哪里能买到便宜的机票？", "hard-book-in-a-group zhu-xi-six-rules-zh polyas-questions-for-a-chapter", "哪里能买到便宜的机票"),
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A question with what answers each part; `bad`: words of the part that nothing answers."""

    id: str
    text: str
    parts: tuple[frozenset[str], ...]  # names of texts, as `Snapshot.texts` has them
    bad: str = ""

    @property
    def half(self) -> str:
        return HALVES[blake2b(self.id.encode(), digest_size=1).digest()[0] % 2]

    @property
    def fit(self) -> frozenset[str]:
        return frozenset().union(*self.parts)


def cases(snapshot: Snapshot) -> list[Case]:
    text_of = {
        group.name: text for group, text in zip(snapshot.groups, snapshot.texts, strict=True)
    }

    def named(slugs: str) -> frozenset[str]:
        return frozenset(text_of.get(slug) or text_of[f"{slug}-zh"] for slug in slugs.split())

    found = [Case(id, text, tuple(named(p) for p in parts)) for id, text, parts in ANSWERED]
    found += [Case(id, text, ()) for id, text in UNANSWERED]
    found += [Case(id, text, (named(good),), bad) for id, text, good, bad in HALF]
    return found


def listed(snapshot: Snapshot, answer: Answer) -> list[str]:
    return [snapshot.texts[snapshot.group_codes[item.reading.group]] for item in answer.items]


def plain(index: Index, model: TextModel, snapshot: Snapshot, case: Case) -> list[str]:
    """The five best texts of a search."""
    hits = search(index, model, case.text, limit=60)
    names = [snapshot.texts[snapshot.group_codes[hit.reading.group]] for hit in hits]
    return list(dict.fromkeys(names))[:PLAIN]


def coverage(case: Case, names: list[str]) -> float:
    return float(np.mean([bool(part & set(names)) for part in case.parts]))


def measures(
    index: Index, model: TextModel, asked: list[Case], *, show: bool = False, baseline: bool = True
) -> dict[str, dict[str, float]]:
    """By half and, where it is for one language only, with the language in the name."""
    snapshot = index.snapshot()
    sums: dict[str, dict[str, list[float]]] = {half: defaultdict(list) for half in HALVES}
    for case in asked:
        start = time.perf_counter()
        answer = ask(index, model, case.text)
        took = time.perf_counter() - start
        names, at = listed(snapshot, answer), sums[case.half]
        language = answer.asked.language
        at["ms"].append(1000 * took)
        if not case.parts:
            at["nothing"].append(float(not names))
            at[f"nothing {language}"].append(float(not names))
        else:
            at["silent"].append(float(not names))
            at["readings"].append(len(names))
            at["parts"].append(coverage(case, names))
            at[f"parts {language}"].append(coverage(case, names))
            fitting = [float(name in case.fit) for name in names]
            at["precision"] += fitting
            at[f"precision {language}"] += fitting
            at["recall"].append(len(case.fit & set(names)) / len(case.fit))
            if baseline:
                top = plain(index, model, snapshot, case)
                at["plain parts"].append(coverage(case, top))
                at["plain precision"] += [float(name in case.fit) for name in top]
                at["plain recall"].append(len(case.fit & set(top)) / len(case.fit))
        if case.bad:
            at["named"].append(float(answer.words_of(answer.unanswered) == [case.bad]))
        if show and case.half == "tune":
            tell(snapshot, case, answer)
    return {
        half: {key: float(np.mean(values)) for key, values in found.items() if values}
        for half, found in sums.items()
    }


def tell(snapshot: Snapshot, case: Case, answer: Answer) -> None:
    print(f"\n{case.id}  {case.text}")
    for item in answer.items:
        name = snapshot.texts[snapshot.group_codes[item.reading.group]]
        mark = "+" if name in case.fit else "-"
        best = " ".join(f"{r:.2f}" for r in item.relevance)
        print(f"  {mark} {item.reading.group:42} {best:16} {item.sentence[:90]!r}")
    if answer.unanswered:
        print(f"  not answered: {answer.words_of(answer.unanswered)}")


def sweep(index: Index, model: TextModel, asked: list[Case]) -> None:
    """What other floors would do; only the tune half is asked."""
    tune = [case for case in asked if case.half == "tune"]
    keys = ("precision", "parts", "recall", "nothing", "silent", "named", "readings")
    print(f"{'floor across alone beside more':34}" + "".join(f"{key:>11}" for key in keys))
    kept = (relevance.ANSWERS, relevance.ACROSS, relevance.ACROSS_ALONE)
    for answers, across, alone, beside, more in product(
        (4.9, 5.3, 5.7), (2.1, 2.6), (2.7, 3.3), (0.5, 0.7), (0.7, 0.85)
    ):
        relevance.ANSWERS, relevance.ACROSS, relevance.ACROSS_ALONE = answers, across, alone
        relevance.BESIDE_BEST, choosing.MORE = beside, more
        found = measures(index, model, tune, baseline=False)["tune"]
        print(
            f"{answers:6.2f}{across:6.2f}{alone:6.2f}{beside:6.2f}{more:6.2f}    "
            + "".join(f"{found[key]:11.3f}" for key in keys)
        )
    relevance.ANSWERS, relevance.ACROSS, relevance.ACROSS_ALONE = kept


class Remembering:
    """A model that encodes a question once: a sweep asks the same ones again and again."""

    def __init__(self, model: TextModel) -> None:
        self._model = model
        self._known: dict[tuple[str, ...], np.ndarray] = {}

    def __getattr__(self, name: str):
        return getattr(self._model, name)

    def encode(self, texts, **more):
        key = (*texts, str(sorted(more.items())))
        if key not in self._known:
            self._known[key] = self._model.encode(texts, **more)
        return self._known[key].copy()


def open_index(options: argparse.Namespace, model: TextModel) -> Index:
    """The starter texts, embedded once and kept."""
    folder = options.cache / options.model
    library_file = options.cache / "library.db"
    starter = Path(__file__).resolve().parents[1] / "corpus/starter/texts"
    options.cache.mkdir(parents=True, exist_ok=True)
    intake.build(library_file, [starter])
    with tqdm(desc="embedding", unit="passage") as bar:

        def report(done: int, total: int) -> None:
            bar.total = total
            bar.update(done)

        sync_library(folder, Library.open(library_file), model, progress=report)
    return Index.open(folder, model)


def main() -> None:
    temporary = Path(tempfile.gettempdir())
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--models-folder", type=Path, default=temporary / "xinde-model-cache")
    parser.add_argument("--cache", type=Path, default=temporary / "xinde-asking-benchmark")
    parser.add_argument("--sweep", action="store_true")
    parser.add_argument("--show", action="store_true", help="every list of the tune half")
    options = parser.parse_args()
    model = load_model(options.model, options.models_folder)
    index = open_index(options, model)
    asked = cases(index.snapshot())
    if options.sweep:
        sweep(index, Remembering(model), asked)  # type: ignore[arg-type]
        return
    ask(index, model, asked[0].text)  # the first encodes what questions are compared with
    found = measures(index, model, asked, show=options.show)
    print(f"\n{'':24}" + "".join(f"{half:>9}" for half in HALVES))
    for key in sorted(set(found["tune"]) | set(found["test"])):
        print(
            f"{key:24}" + "".join(f"{found[half].get(key, float('nan')):9.3f}" for half in HALVES)
        )
    index.close()


if __name__ == "__main__":
    main()
