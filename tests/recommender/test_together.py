"""Readings written about together: learned from what all may see, kept in one file, worth a weight only where it wins."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from models.hashing import HashingModel
from recommender import Index, sync_library
from recommender.evaluation import by_time, earning
from recommender.evaluation.comparing import MEASURES, by_member, groups_of
from recommender.evaluation.intervals import Cells, crossed_interval, interval
from recommender.evaluation.past import CONTENT, POPULAR, TOGETHER
from recommender.readings import Evidence, Together
from recommender.together import (
    FEWEST,
    NEAREST,
    Act,
    Pairs,
    TogetherBroken,
    fit,
    load,
    nothing,
    save,
    texts_in,
    weighted,
)
from tests.recommender.readings_for_tests import SmallLibrary

DAY = dt.date(2026, 1, 1)


def acts(**of_whom: str) -> list[Act]:
    """`li="ab"`: li wrote about a and b."""
    return [Act(who, group, DAY) for who, groups in of_whom.items() for group in groups]


def learned(*, versions: dict[str, str] | None = None, **of_whom: str) -> Pairs:
    found = acts(**of_whom)
    texts = {act.group: act.group for act in found} | (versions or {})
    return weighted(fit(found, texts, made_on=DAY), 1.0)


def test_what_many_wrote_about_with_a_text_goes_with_it_most():
    pairs: Together = learned(li="abc", omar="abd", ada="ab", eva="ac", tom="cd", ann="cd")
    b, c, d, unknown = pairs.gains("a", ["b", "c", "d", "z"])
    assert 1 >= b > c > d == unknown == 0
    assert pairs.nearest("a", 5) == ["b", "c"]
    assert pairs.nearest("a", 1) == ["b"]


def test_of_one_member_alone_nobody_is_told():
    assert FEWEST == 2
    assert learned(li="ab", omar="c").gains("a", ["b"]).tolist() == [0.0]


def test_lists_make_a_pair_stronger_and_no_pair_by_themselves():
    lists = [Act(f"list:{k}", group, DAY, listed=True) for k in range(5) for group in "abc"]
    texts = {group: group for group in "abc"}
    alone = fit(acts(li="ab", omar="ab"), texts, made_on=DAY)
    found = fit(acts(li="ab", omar="ab") + lists, texts, made_on=DAY)
    with_b, with_c = found.gains("a", ["b", "c"])
    assert with_b > alone.gains("a", ["b"])[0]
    assert with_c == 0


def test_one_member_counts_once_however_often_they_write():
    once, often = learned(li="ab", omar="ab"), learned(li="ababab", omar="ab")
    assert once.gains("a", ["b"]) == often.gains("a", ["b"])


def test_an_unknown_text_says_nothing():
    pairs = learned(li="ab", omar="ab")
    assert pairs.nearest("z", 3) == []
    assert pairs.gains("z", ["a", "b"]).tolist() == [0.0, 0.0]
    assert pairs.gains("a", []).shape == (0,)


def test_a_text_gains_nothing_from_itself_nor_from_its_translation():
    pairs = learned(li="ab", omar="ab", ann="A", versions={"a": "one", "A": "one"})
    assert pairs.gains("a", ["a", "A"]).tolist() == [0.0, 0.0]


def test_what_is_written_about_a_translation_speaks_for_the_original():
    pairs = learned(li="Ab", omar="ab", versions={"a": "one", "A": "one"})
    assert pairs.gains("b", ["a", "A"]).min() > 0
    assert pairs.nearest("b", 5) == ["A", "a"]


def test_acts_on_a_text_that_is_gone_are_passed_over():
    found = fit(acts(li="ab", omar="ab"), {"a": "a"}, made_on=DAY)
    assert found.groups == ()
    assert found.basis.texts == 1


def test_the_order_of_acts_does_not_matter():
    found = acts(li="abc", omar="abd", ada="bcd", eva="ad")
    texts = {group: group for group in "abcd"}
    forward, back = (fit(some, texts, made_on=DAY) for some in (found, found[::-1]))
    np.testing.assert_array_equal(forward.values, back.values)
    np.testing.assert_array_equal(forward.others, back.others)


def test_only_the_nearest_are_kept_and_all_gains_are_shares():
    rng = np.random.default_rng(0)
    names = [f"t{k}" for k in range(120)]
    found = [Act(f"m{m}", names[k], DAY) for m in range(60) for k in rng.choice(120, 40)]
    pairs = fit(found, {name: name for name in names}, made_on=DAY)
    into = np.bincount(pairs.others, minlength=120)
    assert into.max() <= NEAREST
    assert 0 < pairs.values.min() <= pairs.values.max() <= 1


def test_without_a_weight_nobodys_acts_are_kept():
    pairs = weighted(learned(li="ab", omar="ab"), 0.0)
    assert (pairs.groups, len(pairs.others), pairs.weight) == ((), 0, 0.0)
    assert pairs.basis.acts == 4


# The file


def test_what_was_saved_is_loaded(tmp_path):
    pairs = learned(li="abc", omar="abc", ada="bd", eva="bd")
    save(pairs, tmp_path / "index" / "together.npz")
    found = load(tmp_path / "index" / "together.npz")
    assert found is not None
    assert (found.groups, found.weight, found.basis) == (pairs.groups, pairs.weight, pairs.basis)
    assert found.nearest("b", 9) == pairs.nearest("b", 9)
    np.testing.assert_array_equal(found.gains("b", list("acd")), pairs.gains("b", list("acd")))
    assert [path.name for path in (tmp_path / "index").iterdir()] == ["together.npz"]


def test_a_model_that_says_nothing_can_be_kept_too(tmp_path):
    save(nothing(), tmp_path / "together.npz")
    found = load(tmp_path / "together.npz")
    assert found is not None
    assert found.weight == 0


def test_no_file_is_no_model(tmp_path):
    assert load(tmp_path / "together.npz") is None


def broken(pairs: Pairs) -> dict[str, Pairs]:
    return {
        "other text": replace(pairs, others=pairs.others + 99),
        "no number": replace(pairs, values=pairs.values * np.nan),
        "above one": replace(pairs, values=pairs.values * 99),
        "too short": replace(pairs, values=pairs.values[:-1]),
        "backwards": replace(pairs, starts=pairs.starts[::-1].copy()),
        "too few texts": replace(pairs, text_of=pairs.text_of[:-1]),
        "weight": replace(pairs, weight=float("nan")),
    }


@pytest.mark.parametrize("what", ["cut", "words", "empty", *broken(learned(li="ab", omar="ab"))])
def test_a_broken_file_is_named_with_its_cure(tmp_path, what):
    path = tmp_path / "together.npz"
    pairs = learned(li="ab", omar="ab")
    save(broken(pairs).get(what, pairs), path)
    whole = path.read_bytes()
    path.write_bytes({"cut": whole[:-200], "words": b"not a model", "empty": b""}.get(what, whole))
    with pytest.raises(TogetherBroken, match="xinde evaluate history --renew"):
        load(path)


def test_a_file_of_another_version_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setattr("recommender.together.FORMAT", "xinde-together-0")
    save(learned(li="ab", omar="ab"), tmp_path / "together.npz")
    monkeypatch.undo()
    with pytest.raises(TogetherBroken, match="its format is xinde-together-0"):
        load(tmp_path / "together.npz")


# Asking the past


def test_what_an_author_wrote_about_next_is_hidden():
    days = [DAY + dt.timedelta(k) for k in range(10)]
    found = [Act("li", group, day) for group, day in zip("abcdefghij", days, strict=True)]
    asked = by_time.questions(found, {"li"}, {group: group for group in "abcdefghij"})
    assert [question.day for question in asked] == [days[4], days[5], days[7], days[8]]
    for question in asked:
        assert question.known == {act.group for act in found if act.day < question.day}
    assert [set(question.next) for question in asked] == [{"e"}, {"f", "g"}, {"h"}, {"i", "j"}]


def test_who_has_no_past_or_writes_of_the_same_again_is_not_asked():
    found = [
        *(Act("many", f"t{k % 9}", DAY + dt.timedelta(k)) for k in range(40)),
        Act("new", "t1", DAY + dt.timedelta(38)),
        Act("same", "t1", DAY),
        Act("same", "t1", DAY + dt.timedelta(38)),
        Act("list:1", "t1", DAY),
        Act("list:1", "t2", DAY + dt.timedelta(38)),
    ]
    asked = by_time.questions(found, {"many", "new", "same"}, {f"t{k}": f"t{k}" for k in range(9)})
    assert asked == []


def test_at_most_so_many_authors_are_asked_and_all_their_questions():
    found = [Act(f"m{m}", f"t{k}", DAY + dt.timedelta(k)) for m in range(9) for k in range(10)]
    texts = {f"t{k}": f"t{k}" for k in range(10)}
    asked = by_time.questions(found, {f"m{m}" for m in range(9)}, texts, most=3)
    assert len({question.author for question in asked}) == 3
    assert len(asked) == 12


# Earning a weight, through the steps that make suggestions

SUBJECTS = ("harbour", "orchard", "parliament", "telescope", "bakery", "violin")
MODEL = HashingModel()


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """Forty-eight texts of six subjects."""
    library, rng = SmallLibrary(), np.random.default_rng(3)
    words = [f"word{k}" for k in range(80)]
    for k in range(48):
        subject = SUBJECTS[k % 6]
        said = f"We learned about the {subject} from {' '.join(rng.choice(words, 8))}."
        library.add(f"t{k}", "en", f"{subject} {k}", "A", (subject,), None, [said])
    folder = tmp_path_factory.mktemp("shelf")
    sync_library(folder, library, MODEL)
    index = Index.open(folder, MODEL)
    yield index
    index.close()


def organisation(circles: np.ndarray | None, members: int = 60, seed: int = 0) -> list[Act]:
    """Members who write six times; each keeps to a circle of texts, if there are any."""
    rng = np.random.default_rng(seed)
    found = []
    for member in range(members):
        taste = np.ones(48) if circles is None else np.where(circles == member % 6, 1.0, 0.02)
        for turn, text in enumerate(rng.choice(48, 6, replace=False, p=taste / taste.sum())):
            day = DAY + dt.timedelta(20 * turn + int(rng.integers(0, 15)))
            found.append(Act(f"m{member}", f"t{text}", day))
    return found


def evidence_of(found: list[Act]):
    """What they wrote: words of the text's subject."""

    def of(authors):
        return {
            author: [
                piece
                for act in found
                if act.who == author
                for piece in (
                    Evidence(
                        f"reflection:{act.group}",
                        "reflection",
                        "",
                        f"Today I thought of the {SUBJECTS[int(act.group[1:]) % 6]}.",
                        date=act.day,
                    ),
                    Evidence(
                        f"written:{act.group}", "written", "", "", 0.4, act.day, group=act.group
                    ),
                )
            ]
            for author in authors
        }

    return of


def earned(shelf, found: list[Act]) -> earning.Earned:
    authors = {act.who for act in found}
    return earning.earn(shelf, MODEL, found, authors, evidence_of(found))


def hidden_circles() -> np.ndarray:
    """(48,) the circle of each text: nothing in its words tells of it."""
    return np.random.default_rng(9).permutation(np.arange(48) % 6)


@pytest.fixture(scope="module")
def with_circles(shelf):
    return earned(shelf, organisation(hidden_circles()))


def test_circles_that_words_cannot_see_earn_a_weight(with_circles):
    assert (with_circles.why, with_circles.weight in earning.WEIGHTS) == ("better", True)
    assert with_circles.judged.low > 0
    assert with_circles.authors == 60
    assert {row.method for row in with_circles.rows} == {CONTENT, TOGETHER, POPULAR}
    assert all(set(row.of) == {*MEASURES, "coverage"} for row in with_circles.rows)


@pytest.mark.parametrize("seed", range(4))
def test_writing_at_random_earns_nothing(shelf, seed):
    found = earned(shelf, organisation(None, seed=seed))
    assert (found.weight, found.why in ("noise", "worse")) == (0.0, True)
    assert found.judged is not None


def test_where_words_say_it_all_the_readers_are_not_needed(shelf):
    found = earned(shelf, organisation(np.arange(48) % 6, members=24))
    assert found.weight == 0.0 or found.judged.low > 0


def test_ten_acts_are_too_little(shelf):
    found = earned(shelf, organisation(hidden_circles())[:10])
    assert (found.weight, found.why, found.acts, found.rows) == (0.0, "too few acts", 10, ())


def test_few_authors_are_too_little(shelf):
    found = earned(shelf, organisation(hidden_circles(), members=8))
    assert (found.weight, found.why) == (0.0, "too few authors")


def test_the_same_past_gives_the_same_weight(shelf, with_circles):
    again = earned(shelf, organisation(hidden_circles())[::-1])
    assert (again.weight, again.judged) == (with_circles.weight, with_circles.judged)


def cells(values: np.ndarray) -> Cells:
    """(n_members, n_texts) values, each member's with the same share."""
    members, texts = np.indices(values.shape)
    n = values.shape[1]
    return Cells(values.ravel() / n, np.full(values.size, 1 / n), members.ravel(), texts.ravel())


def test_a_gain_is_judged_on_authors_it_was_not_chosen_on():
    rng = np.random.default_rng(0)
    believed = 0
    for _ in range(30):
        noise = {w: cells(rng.normal(0, 1, (40, 3))) for w in earning.WEIGHTS}
        believed += earning.chosen(noise)[0] > 0
    assert believed <= 1
    sure = {w: cells(np.full((40, 3), 0.1 * w)) for w in (1.0, 2.0)}
    weight, judged = earning.chosen(sure)
    assert (weight, judged.mean, judged.low) == (2.0, pytest.approx(0.2), pytest.approx(0.2))


def test_what_many_came_to_by_chance_is_no_proof():
    """A text that all members wrote about next makes all of them gain, and is one text."""
    rng = np.random.default_rng(1)
    by_text = cells(np.tile(rng.normal(0.3, 1, 8), (60, 1)))
    assert interval(by_member(by_text.values, by_text.members)).low > 0
    assert crossed_interval(by_text).low < 0


def test_versions_of_a_text_are_one_text_and_told_pieces_are_none(index):
    found = texts_in(index.snapshot())
    assert found["listening"] == found["tingqu-zh"] != found["budget"]
    assert not any(name.startswith("reflection/") for name in found)


def test_groups_that_are_too_small_are_not_told_apart():
    known = np.array([1] * 20 + [3] * 4 + [9] * 20)
    chinese = np.arange(44) < 10
    assert list(groups_of(known, chinese, np.arange(44))) == ["all", "en", "zh"]
    known[24] = 3
    assert list(groups_of(known, chinese, np.arange(44))) == [
        "all",
        "new",
        "few",
        "many",
        "en",
        "zh",
    ]
