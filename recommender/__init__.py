"""Index and member profile in, ranked readings with reasons out. Knows no request and no account."""

from recommender.common_query import sync_common_query
from recommender.errors import IndexBroken, IndexMismatch, IndexMissing, RecommenderError
from recommender.index import Index
from recommender.indexing import (
    SyncReport,
    passage_reading,
    put_readings,
    remove_readings,
    sync_library,
)
from recommender.prepared import prepare_evidence
from recommender.profile import decay, weigh
from recommender.readings import ReadingFilter
from recommender.search import related, search
from recommender.suggest import score_of, suggest

__all__ = [
    "Index",
    "IndexBroken",
    "IndexMismatch",
    "IndexMissing",
    "ReadingFilter",
    "RecommenderError",
    "SyncReport",
    "decay",
    "passage_reading",
    "prepare_evidence",
    "put_readings",
    "related",
    "remove_readings",
    "score_of",
    "search",
    "suggest",
    "sync_common_query",
    "sync_library",
    "weigh",
]
