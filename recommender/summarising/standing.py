"""Which of a person's sentences can stand alone, away from the words around them. Pure.

A greeting says nothing, a quotation is somebody else's, and "This is why it
failed." leaves a reader asking what.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from corpus import sentences, words
from recommender.quoting import quotable

FEWEST = {"zh": 14}  # words (Chinese: characters)
OTHERWISE_FEWEST = 8
MOST = {"zh": 110}
OTHERWISE_MOST = 50
HAN_COST = 0.5  # of a word: 500 characters, marks and all, are read like 250 words
# What a sentence is worth as a part of somebody's own summary.
TELLING = 1.0  # it stands alone and says "I" or "we"
PLAIN = 0.7  # it stands alone
LEANING = 0.3  # it leans on the one before, or asks what the next one answers
MOSTLY = 0.5  # of a sentence's characters within quotation marks: it is a quotation
LEAST_LETTERS = 0.7  # of its characters that are no space; less is a table, code or an address

_ENDS = re.compile(r"[。！？!?.…][\"'”’」』）)*_]*$")
_QUOTED = re.compile(r"“[^“”]*”|「[^「」]*」|『[^『』]*』|\"[^\"]*\"|《[^《》]*》")
_FOREIGN = re.compile(r"https?://|www\.|[<>{}=|\\#]|\S@\S|^\[")
_ASKS = re.compile(r"[?？][\"'”’」』）)*_]*$")
_OWN = re.compile(r"\b(?:i|i['’]\w+|me|my|mine|myself|we|us|our|ours)\b|[我咱]|自己", re.IGNORECASE)
_GREETING = re.compile(
    r"(?:dear|hello|hi|hey|greetings|good (?:morning|afternoon|evening|day)|thanks?|thank you"
    r"|(?:kind|best) regards|yours|sincerely)\b"
    r"|(?:大家|各位|你们?|您|老师|同志们?|朋友们)好|各位|尊敬的|亲爱的|谢谢|感谢|此致|敬礼|同志们",
    re.IGNORECASE,
)
_LEANS = re.compile(
    r"(?:this|that|these|those|it|its|he|she|they|his|her|their|such|which|however|but|and|or"
    r"|yet|still|meanwhile|also|so|then|therefore|thus|hence|otherwise|instead|likewise|similarly"
    r"|yes|no|first(?:ly)?|second(?:ly)?|third(?:ly)?|finally|for (?:example|instance)"
    r"|because of (?:this|that)|(?:in|at|to|for|with|after|before) (?:this|that|these|those|it)"
    r"|in addition|additionally|overall|as well as|on the other hand|as a result|either way|both"
    r"|another|the other|\d+[.)])\b"
    r"|但|可是|然而|不过|而且|并且|所以|因此|因而|因为(?=[这那])|[在从对](?=[这那此])|于是|从而|此外"
    r"|另外|同时|其次|再次|最后|首先|然后|接着|后来|而|比如|例如|这|那|他|她|它|其|该|否则|相反"
    r"|同样|也|又|还|反之|总之|第[一二三四五]|反正|当然|另附|或者|好像|虽说|正因"
    r"|可(?=[这那我他她是])|\d+[、）)．.]",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class OwnSentence:
    """A sentence of a piece, word for word."""

    text: str
    language: str
    piece: str  # which piece it stands in
    worth: float  # TELLING, PLAIN, LEANING; 0 where it is not to be quoted at all

    @property
    def size(self) -> float:
        """How long it is to read, in words."""
        return size(self.text, self.language)


def size(text: str, language: str) -> float:
    if language == "zh":
        return len("".join(text.split())) * HAN_COST
    return words.count(text)


def sentences_of(text: str, language: str, piece: str) -> list[OwnSentence]:
    """The sentences of a person's own words (without the quotations of texts), in order.

    Headings, asides and what is no sentence are left out.
    """
    spans = sentences.split(text, "zh" if language == "zh" else "en")
    able = quotable(text, spans, language)
    return [
        OwnSentence(said, language, piece, worth(said, language))
        for (start, end), fit in zip(spans, able, strict=True)
        if fit and (said := text[start:end])
    ]


def worth(sentence: str, language: str) -> float:
    """What a sentence is worth away from its neighbours."""
    count = words.count(sentence)
    if not FEWEST.get(language, OTHERWISE_FEWEST) <= count <= MOST.get(language, OTHERWISE_MOST):
        return 0.0
    bare = sentence.lstrip("*_\"'“‘「（( ")
    if not _ENDS.search(sentence) or _GREETING.match(bare) or _FOREIGN.search(sentence):
        return 0.0
    solid = "".join(sentence.split())
    if words.letters(sentence) < LEAST_LETTERS * len(solid):
        return 0.0
    if sum(len(found) for found in _QUOTED.findall(sentence)) > MOSTLY * len(sentence):
        return 0.0
    if _LEANS.match(bare) or _ASKS.search(sentence):
        return LEANING
    return TELLING if _OWN.search(sentence) else PLAIN


def repeated(found: Sequence[OwnSentence]) -> set[str]:
    """Sentences that stand word for word in more than one place: the questions of a
    form, or what was copied from piece to piece."""
    times = Counter(sentence.text for sentence in found)
    return {text for text, number in times.items() if number > 1}
