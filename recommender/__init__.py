"""Index and member profile in, ranked readings with reasons out. Knows no request and no account."""

from recommender.errors import IndexBroken, IndexMismatch, IndexMissing, RecommenderError
from recommender.index import Index
from recommender.indexing import (
    SyncReport,
    passage_reading,
    put_readings,
    remove_readings,
    sync_library,
)
from recommender.profile import prepare_evidence
from recommender.readings import ReadingFilter
from recommender.search import related, search
from recommender.suggest import suggest

__all__ = [
    "Index",
    "IndexBroken",
    "IndexMismatch",
    "IndexMissing",
    "ReadingFilter",
    "RecommenderError",
    "SyncReport",
    "passage_reading",
    "prepare_evidence",
    "put_readings",
    "related",
    "remove_readings",
    "search",
    "suggest",
    "sync_library",
]
