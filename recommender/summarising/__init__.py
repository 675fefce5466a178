"""A person's own sentences, chosen to stand for all that they wrote; not one of them is changed."""

from recommender.summarising.choosing import hearts, summary
from recommender.summarising.standing import OwnSentence, sentences_of

__all__ = ["OwnSentence", "hearts", "sentences_of", "summary"]
