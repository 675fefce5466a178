"""Recommendations learned from what members read, where they win over what texts say alone.

Models that fold in any history in closed form, a rehearsal on the organisation's own
past that decides which of them count, and lists in which texts differ.
"""

from recommender.learned.engine import Outcome, recommend
from recommender.learned.task import DISMISSED, Task, rows_of
from recommender.learned.text_features import centred, sentence_vectors, word_matrix

__all__ = [
    "DISMISSED",
    "Outcome",
    "Task",
    "centred",
    "recommend",
    "rows_of",
    "sentence_vectors",
    "word_matrix",
]
