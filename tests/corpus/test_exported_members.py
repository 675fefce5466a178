"""The public face of the corpus."""

import corpus


def test_the_public_names_are_these():
    assert corpus.__all__ == [
        "Block", "Brought", "BuildReport", "CorpusError", "Facets", "Label", "Library", "LibraryBroken",
        "LibraryMissing", "Page", "Passage", "Section", "Text", "TextFilter", "TextRecord",
        "TextRefused", "add_files", "build",
    ]  # fmt: skip
    assert all(hasattr(corpus, name) for name in corpus.__all__)


def test_every_error_of_the_corpus_is_a_corpus_error():
    for error in (corpus.TextRefused, corpus.LibraryMissing, corpus.LibraryBroken):
        assert issubclass(error, corpus.CorpusError)
