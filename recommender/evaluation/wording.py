"""What the report says, in English and Chinese. Praise only where chance would hardly do it."""

from __future__ import annotations

from recommender.evaluation.intervals import FEWEST
from recommender.evaluation.report import LEARNED, Comparison, Findings, Row

LANGUAGES = ("en", "zh")

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "title": "How good the suggestions are",
        "data": "{name}: {members} members ask, {texts} texts, {candidates} may be offered, {new} of them read by nobody yet.",
        "how": "Part of what members read was hidden. A method is good if it puts the hidden texts into the first 20 places. Bars show the mean over members, thin lines where it would fall in 95 of 100 cases if other members of the same kind had been asked.",
        "found": "Of {members} members' hidden texts the learned lists put {mean} into the first 20 places (between {low} and {high}).",
        "better": "That is {mean} more than the best simple method, {other} (between {low} and {high} more): more than chance would do.",
        "worse": "That is {mean} less than the best simple method, {other} (between {low} and {high} less). The simple method is better here.",
        "noise": "The difference to the best simple method, {other}, is inside the noise ({low} to {high}): nothing can be claimed from it.",
        "too few": "Only {members} members: too few to say anything.",
        "weights": "What was given weight",
        "weight": "weight",
        "table": "All numbers",
        "method": "method",
        "group": "members",
        "recall": "found in the first 20 (recall)",
        "ndcg": "found early (NDCG@20)",
        "coverage": "coverage of the library",
        "diversity": "variety inside a list",
        "calibration": "the member's own mix of subjects",
        "novelty": "novelty (bits)",
        "all": "all",
        "new": "new (up to 3 texts known)",
        "few": "few (4 to 10 texts known)",
        "many": "many (more than 10)",
        "en": "readers of English",
        "zh": "readers of Chinese",
        LEARNED: "learned (all together)",
        "text ridge, wide": "what texts say",
        "words, BM25": "shared words (BM25)",
        "EASE 200": "what readers share (EASE)",
        "neighbours": "neighbouring texts",
        "popularity": "read most",
    },
    "zh": {
        "title": "推荐效果如何",
        "data": "{name}：{members} 位成员，{texts} 份材料，可推荐 {candidates} 份，其中 {new} 份尚无人读过。",
        "how": "我们隐去了成员读过的一部分材料。一种方法若能把隐去的材料排进前 20 位，就是好方法。横条是各成员的平均值；细线表示：若换一批同类成员，100 次里有 95 次平均值会落在这一范围内。",
        "found": "{members} 位成员被隐去的材料中，学习所得的列表把 {mean} 排进了前 20 位（在 {low} 与 {high} 之间）。",
        "better": "比最好的单一方法“{other}”多 {mean}（多 {low} 至 {high}）：这不是偶然能解释的。",
        "worse": "比最好的单一方法“{other}”少 {mean}（少 {low} 至 {high}）。这里单一方法更好。",
        "noise": "与最好的单一方法“{other}”之差在误差范围之内（{low} 至 {high}）：不能据此下结论。",
        "too few": "只有 {members} 位成员，太少，不能下结论。",
        "weights": "哪些方法起了作用",
        "weight": "权重",
        "table": "全部数字",
        "method": "方法",
        "group": "成员",
        "recall": "前 20 位找到的比例（召回率）",
        "ndcg": "找到得早（NDCG@20）",
        "coverage": "书库覆盖率",
        "diversity": "列表内的多样性",
        "calibration": "与成员自己的主题比例相符",
        "novelty": "新颖度（比特）",
        "all": "全部",
        "new": "新成员（已知至多 3 份）",
        "few": "读得少（已知 4 至 10 份）",
        "many": "读得多（10 份以上）",
        "en": "读英文的成员",
        "zh": "读中文的成员",
        LEARNED: "学习所得（合用）",
        "text ridge, wide": "材料内容",
        "words, BM25": "相同词语（BM25）",
        "EASE 200": "共同读者（EASE）",
        "neighbours": "相邻材料",
        "popularity": "读得最多",
    },
}


def word(key: str, language: str) -> str:
    """The word for a method, group or measure; a method without one keeps its own name."""
    return WORDS[language].get(key, key)


def introduction(found: Findings, language: str) -> list[str]:
    line = WORDS[language]["data"].format(
        name=found.name,
        members=found.members,
        texts=found.texts,
        candidates=found.candidates,
        new=found.new_candidates,
    )
    return [line, WORDS[language]["how"]]


def verdict(row: Row, comparison: Comparison, language: str) -> str:
    """Two sentences on one group: how much is found, and whether a simple method does as well."""
    say, recall, apart = WORDS[language], row.of["recall"], comparison.of["recall"]
    if recall.members < FEWEST:
        return say["too few"].format(members=recall.members)
    first = say["found"].format(
        members=recall.members,
        mean=percent(recall.mean),
        low=percent(recall.low),
        high=percent(recall.high),
    )
    kind = "noise" if not apart.apart_from_zero else "better" if apart.mean > 0 else "worse"
    low, high = apart.low, apart.high
    if kind == "worse":
        low, high = -high, -low
    second = say[kind].format(
        mean=points(abs(apart.mean)),
        low=points(low),
        high=points(high),
        other=word(comparison.other, language),
    )
    return f"{first}{'' if language == 'zh' else ' '}{second}"


def percent(share: float) -> str:
    return f"{100 * share:.1f}%"


def points(share: float) -> str:
    """A difference of two shares, in percentage points."""
    return f"{100 * share:.1f}%"
