"""What is kept of a library lasts as long as it stays as it is."""

from __future__ import annotations

from webapp.readings import unchanged


class Shelf:
    """A library, as far as it is asked here."""

    revision = 1


def test_what_was_read_is_kept_until_the_library_changes():
    shelf, read = Shelf(), []

    def titles():
        read.append(shelf.revision)
        return [f"title {shelf.revision}"]

    assert unchanged.of(shelf).get("titles", titles) == ["title 1"]
    assert unchanged.of(shelf).get("titles", titles) == ["title 1"]
    assert read == [1]
    shelf.revision = 2
    assert unchanged.of(shelf).get("titles", titles) == ["title 2"]
    assert read == [1, 2]


def test_nothing_is_taken_from_another_library():
    one, other = Shelf(), Shelf()
    assert unchanged.of(one).get("titles", lambda: "of one") == "of one"
    assert unchanged.of(other).get("titles", lambda: "of the other") == "of the other"


def test_what_is_kept_does_not_grow_for_ever(monkeypatch):
    monkeypatch.setattr(unchanged, "MOST", 3)
    kept = unchanged.of(Shelf())
    for number in range(10):
        assert kept.get(number, lambda n=number: n) == number
    assert len(kept._kept) <= 3


def test_of_each_name_only_what_is_not_kept_is_read():
    kept, read = unchanged.of(Shelf()), []

    def texts(slugs):
        read.append(slugs)
        return {slug: f"text {slug}" for slug in slugs if slug != "gone"}

    assert kept.of_each("text", ["a", "gone", "a"], texts) == {"a": "text a"}
    assert kept.of_each("text", ["b", "a", "gone"], texts) == {"a": "text a", "b": "text b"}
    assert kept.of_each("text", (), texts) == {}
    assert read == [["a", "gone"], ["b"]]
    assert kept.of_each("title", ["a"], lambda slugs: {"a": "another kind"}) == {
        "a": "another kind"
    }
