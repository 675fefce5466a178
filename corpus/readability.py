"""How demanding a text is to read, from its words alone. Pure.

English is measured by the Automated Readability Index (Smith and Senter 1967,
"Automated Readability Index", AMRL-TR-66-220): letters in a word and words in a
sentence, as a school grade. Beside it stand how often the reader is spoken to
("you": guides and handbooks are easier than their long words say), how many
words are of older English, and how long the whole is.

For Chinese there is no index of that standing; sentence length and how common
the characters are carry most in those that were tried (Sung et al. 2015,
"Constructing and validating readability models: the method of integrating
multilevel linguistic features with machine learning", Behavior Research Methods
47). Rare are the characters outside the first level of GB 2312, which are the
3,755 most used in 1980, so that no list is needed; and the particles of
Classical Chinese say what neither of these does.

The level is the likeliest in an ordered logistic model (McCullagh 1980,
"Regression models for ordinal data"), fitted to the levels of the starter
texts and to what is known of the kinds of works in ../shared/data/library. The
starter texts differ in what they ask of a reader more than in their words: of
such texts hardly more is known than guessing would give, and the confidence
says so. `python -m benchmarks proposals` fits and measures it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from corpus import sentences
from corpus import words as tokens
from corpus.texts import Language, Level, Text

LEVELS: tuple[Level, ...] = ("introductory", "intermediate", "advanced")
SAMPLE = 120  # blocks of a text, evenly spread; more do not change the answer
FEWEST = {"en": 60, "zh": 100}  # words; of fewer nothing is said
LONG = 6  # letters; a long word has more (Björnsson 1968, "Läsbarhet")

_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*")
_HAN = re.compile(rf"[{tokens.HAN}]")
_YOU = frozenset({"you", "your", "yours", "yourself", "you're", "you'll", "you've", "you'd"})
_OLD = frozenset(
    {
        "thou", "thee", "thy", "thine", "ye", "hath", "doth", "unto", "upon", "whom", "whence",
        "whither", "thereof", "therein", "whereof", "wherein", "hither", "thither", "shall", "nor",
        "thus",
    }
)  # fmt: skip
_PARTICLES = frozenset("之乎者也矣焉哉曰其於于以而故夫乃兮耶歟欤盖蓋")
CLASSICAL = 0.08  # share of particles above which a text is called Classical Chinese


class Readable(Protocol):
    """A passage, or whatever has words divided into sentences."""

    @property
    def text(self) -> str: ...
    @property
    def sentences(self) -> Sequence[Sequence[int]]: ...


@dataclass(frozen=True)
class LevelProposal:
    """The likeliest level, how often such answers were right, and from what it was read."""

    level: Level
    confidence: float  # 0.0 to 1.0
    why: dict[str, Any]  # "kind": "readability", and the numbers that a person can follow


@dataclass(frozen=True)
class Scale:
    """An ordered logistic model of one language: fitted, see `benchmarks/proposals.py`."""

    weights: Mapping[str, float]  # by feature
    steps: tuple[float, float]  # where intermediate and where advanced begins


SCALES: dict[str, Scale] = {
    "en": Scale({"ari": 0.123, "you": -0.34, "old": 2.624, "length": 0.013}, (0.0, 2.21)),
    "zh": Scale(
        {"sentence": 1.732, "particles": 0.248, "rare": 1.032, "length": 0.509}, (9.67, 11.98)
    ),
}
# confidence = logistic(slope * log-odds of the likeliest level + offset)
CALIBRATION = (0.82, -0.19)


def level(
    material: Text | Sequence[Readable], language: Language, *, words: int | None = None
) -> LevelProposal | None:
    """The level that the words of a text or of (some of) its passages speak for.

    `words` is how long the whole is, when `material` is a part of it. None
    when there are too few words to say anything.
    """
    sampled = Sample.of(material, language, words)
    if sampled is None:
        return None
    shares = probabilities(sampled.features(), SCALES[language])
    best = max(range(len(LEVELS)), key=lambda i: shares[i])
    return LevelProposal(LEVELS[best], confidence(shares[best]), sampled.why())


def probabilities(features: Mapping[str, float], scale: Scale) -> tuple[float, float, float]:
    """Of introductory, intermediate and advanced."""
    score = sum(weight * features[name] for name, weight in scale.weights.items())
    least, most = (logistic(step - score) for step in scale.steps)
    return least, most - least, 1 - most


def confidence(share: float) -> float:
    """The share of right answers among those of which the model is as sure as this."""
    share = min(max(share, 1e-6), 1 - 1e-6)
    slope, offset = CALIBRATION
    return logistic(slope * math.log(share / (1 - share)) + offset)


def logistic(value: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, value))))


@dataclass(frozen=True)
class Sample:
    """What is counted in a text, and how long the whole of it is."""

    language: Language
    words: int  # counted; Chinese characters
    letters: int  # of the words; 0 for Chinese
    sentences: int
    long: int  # English words of more than `LONG` letters
    you: int
    old: int
    rare: int  # Chinese characters
    particles: int
    whole: int  # words of the whole text

    @classmethod
    def of(
        cls, material: Text | Sequence[Readable], language: Language, words: int | None = None
    ) -> Sample | None:
        """None when there are too few words in the language that it is to be read in."""
        bodies = list(_bodies(material, language))
        counted = _english if language == "en" else _chinese
        numbers = counted("\n\n".join(body for body, _ in bodies))
        divided = sum(count for _, count in bodies)
        if numbers["words"] < FEWEST[language] or not divided:
            return None
        whole = words or _length(material) or numbers["words"]
        return cls(language, sentences=divided, whole=max(whole, 1), **numbers)

    def features(self) -> dict[str, float]:
        """What the scale of the language weighs."""
        length = math.log(self.whole)
        if self.language == "en":
            return {
                "ari": self.grade,
                "you": 100 * self.you / self.words,
                "old": 100 * self.old / self.words,
                "length": length,
            }
        return {
            "sentence": math.log(self.words / self.sentences),
            "particles": 100 * self.particles / self.words,
            "rare": 100 * self.rare / self.words,
            "length": length,
        }

    @property
    def grade(self) -> float:
        """The Automated Readability Index."""
        return 4.71 * self.letters / self.words + 0.5 * self.words / self.sentences - 21.43

    def why(self) -> dict[str, Any]:
        """The numbers, rounded, by names that the web app words."""
        said: dict[str, Any] = {"kind": "readability", "words": self.whole}
        in_sentence = round(self.words / self.sentences, 1)
        if self.language == "en":
            return said | {
                "sentence_words": in_sentence,
                "long_words": round(self.long / self.words, 3),
                "grade": round(self.grade, 1),
            }
        return said | {
            "sentence_chars": in_sentence,
            "rare_chars": round(self.rare / self.words, 3),
            "classical": self.particles / self.words >= CLASSICAL,
        }


def _bodies(material: Text | Sequence[Readable], language: Language) -> list[tuple[str, int]]:
    """Some of the text, evenly spread, each with its number of sentences."""
    if isinstance(material, Text):
        blocks = [
            block.text
            for section in material.sections
            for block in section.blocks
            if block.kind not in ("table", "note")
        ]
        return [(body, len(sentences.split(body, language))) for body in _spread(blocks)]
    return [(piece.text, max(1, len(piece.sentences))) for piece in _spread(material)]


def _spread(things: Sequence[Any]) -> list[Any]:
    count = len(things)
    if count <= SAMPLE:
        return list(things)
    return [things[(2 * i + 1) * count // (2 * SAMPLE)] for i in range(SAMPLE)]


def _length(material: Text | Sequence[Readable]) -> int:
    """Words of the whole text, where they are all at hand."""
    if isinstance(material, Text):
        return sum(tokens.count(b.text) for s in material.sections for b in s.blocks)
    return sum(getattr(piece, "words", 0) or tokens.count(piece.text) for piece in material)


def _english(body: str) -> dict[str, int]:
    found = [word.casefold().replace("’", "'") for word in _WORD.findall(body)]
    return {
        "words": len(found),
        "letters": sum(len(word) - word.count("'") for word in found),
        "long": sum(1 for word in found if len(word) > LONG),
        "you": sum(1 for word in found if word in _YOU),
        "old": sum(1 for word in found if word in _OLD),
        "rare": 0,
        "particles": 0,
    }


def _chinese(body: str) -> dict[str, int]:
    found = _HAN.findall(tokens.simplified(body))
    return {
        "words": len(found),
        "letters": 0,
        "long": 0,
        "you": 0,
        "old": 0,
        "rare": sum(1 for character in found if _is_rare(character)),
        "particles": sum(1 for character in found if character in _PARTICLES),
    }


def _is_rare(character: str) -> bool:
    """Whether a (simplified) character lies outside the first level of GB 2312."""
    try:
        code = character.encode("gb2312")
    except UnicodeEncodeError:
        return True
    return not 0xB0 <= code[0] <= 0xD7
