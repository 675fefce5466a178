"""What can go wrong with an index, as one small tree. Each message names the cure."""

from __future__ import annotations


class RecommenderError(Exception):
    """Something the recommender needs is not there or does not fit."""


class IndexMissing(RecommenderError):
    """No index was built in this folder."""


class IndexMismatch(RecommenderError):
    """The index was built with another model."""


class IndexBroken(RecommenderError):
    """The index's files contradict each other or cannot be read."""
