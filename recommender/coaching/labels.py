"""The nine kinds of sentence, in the order of every array here.

After Ullmann (2019) and the annotators' guide of CEReD (Nehyba and Stefanik 2021).
"""

from __future__ import annotations

LABELS = (
    "Experience",  # what happened to me, what I did
    "Feeling",
    "Belief",  # what I hold to be so
    "Difficulty",  # what was or is hard for me
    "Perspective",  # how somebody else sees it
    "Reflection",  # my thinking about it: asking, comparing, wondering
    "Learning",  # what I take from it
    "Intention",  # what I will do
    "Other",
)
NUMBER = {label: k for k, label in enumerate(LABELS)}
