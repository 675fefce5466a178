"""Which words of a draft are close to those of a source. Asks, and judges nobody.

    shingles(text, language)              runs of words as hashes, for sets
    near_copies(text, spans, sources)     which sentences stand nearly so in which source
    suspects(index, text, spans)          readings of the index worth comparing with
    places(text, spans, matches, ...)      which matches are worth telling, together
    near_in_meaning(index, model, ...)     passages that say it in other words, for a question

Words are compared as `corpus.words` folds them: case, accents, English endings,
Traditional beside Simplified. What stands in quotation marks or in a citation is
not known here: give the spans of the writer's own sentences only, and what counts
for nothing within them (`webapp.originality.own_sentences`).
"""

from recommender.originality.finding import suspects
from recommender.originality.matching import Match, Source, SourceText, all_matches
from recommender.originality.meaning import Near, near_in_meaning
from recommender.originality.telling import Place, expressions, near_copies, places
from recommender.originality.units import shingles

__all__ = [
    "Match",
    "Near",
    "Place",
    "Source",
    "SourceText",
    "all_matches",
    "expressions",
    "near_copies",
    "near_in_meaning",
    "places",
    "shingles",
    "suspects",
]
