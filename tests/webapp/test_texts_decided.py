"""Laying decisions on one another and taking them back, as tables of examples."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from corpus.records import Proposal
from webapp.texts import names, proposed
from webapp.texts.decided import Said, changed, laid_on, reverse

fields = st.sampled_from(["title", "themes", "level", "rights"])
values = st.sampled_from(["a", "b", None])
decisions = st.dictionaries(fields, values, max_size=4)
wishes = st.dictionaries(fields, st.one_of(values, st.just(Said.NOTHING)), min_size=1, max_size=4)


@given(present=decisions, wanted=wishes)
def test_a_change_that_is_laid_on_and_reversed_leaves_everything_as_it_was(present, wanted):
    entry = changed(present, wanted)
    if entry is None:
        assert all(present.get(f, Said.NOTHING) == v for f, v in wanted.items())
        return
    after = laid_on(present, entry)
    assert {f: after.get(f, Said.NOTHING) for f in wanted} == wanted
    back = changed(after, reverse(after, entry).wanted)
    assert back is not None
    assert laid_on(after, back) == present


@given(present=decisions, first=wishes, second=wishes)
def test_reversing_never_touches_what_was_changed_since(present, first, second):
    entry = changed(present, first)
    if entry is None:
        return
    after = laid_on(present, entry)
    later = changed(after, second)
    now = laid_on(after, later) if later else after
    undone = reverse(now, entry)
    back = changed(now, undone.wanted)
    end = laid_on(now, back) if back else now
    for field in undone.left:
        assert end.get(field, Said.NOTHING) == now.get(field, Said.NOTHING)


def test_null_is_a_decision_and_nothing_is_none():
    entry = changed({}, {"version_of": None})
    assert entry == {"before": {}, "after": {"version_of": None}}
    assert changed({"version_of": None}, {"version_of": Said.NOTHING}) == {
        "before": {"version_of": None},
        "after": {},
    }


def test_how_sure_is_said_in_words():
    assert [proposed.how_sure(c) for c in (0.95, 0.8, 0.79, 0.5, 0.49, 0.0)] == [
        "sure", "sure", "likely", "likely", "perhaps", "perhaps",
    ]  # fmt: skip


def test_names_of_files_are_shown_on_one_line_without_tricks():
    assert names.shown("../../etc/passwd") == "passwd"
    assert names.shown("C:\\Temp\\a b.pdf") == "a b.pdf"
    assert names.shown("evil\u202efdp.exe\x07\n.txt") == "evilfdp.exe.txt"
    assert names.shown("..") == ".."
    assert names.shown("\x00\u200b") == ""
    long = names.shown("长" * 400 + ".epub")
    assert len(long) == 200
    assert long.endswith(".epub")


def _proposal(field: str, value: str, confidence: float) -> Proposal:
    return Proposal(field, value, confidence, {})  # type: ignore[arg-type]


def test_confirming_takes_the_surest_level_and_all_themes(app):
    from webapp.resources import library

    record = library().text("going-to-see")
    found = proposed.confirmed(
        record,
        [
            _proposal("theme", "goals", 0.9),
            _proposal("theme", "service", 0.3),
            _proposal("level", "advanced", 0.4),
            _proposal("level", "introductory", 0.6),
        ],
    )
    assert found["themes"] == [*record.themes, "goals", "service"]
    assert found["level"] == "introductory"
    assert "roles" not in found
    assert proposed.confirmed(record, []) == {}
