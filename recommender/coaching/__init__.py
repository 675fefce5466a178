"""What a sentence of a reflection does: tells, feels, doubts, learns, plans. Judges sentences, never people."""

from recommender.coaching.classifier import Judged, SentenceClassifier
from recommender.coaching.labels import LABELS
from recommender.coaching.sentence import SentenceVectors, read_sentences

__all__ = ["LABELS", "Judged", "SentenceClassifier", "SentenceVectors", "read_sentences"]
