"""How a tokenizer with a very large vocabulary is kept small in memory.

A unigram vocabulary of 250,000 pieces takes 281 MiB once loaded; two thirds
of it serve scripts that an organisation writing English and Chinese never
uses. The light tokenizer holds only the pieces in Latin, Greek and Han
letters, kana, digits and signs. A text without any letter of another script
cannot contain one of the other pieces, so for such a text both tokenizers
give exactly the same tokens. `foreign` is what gives the other texts away.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Any

WORTH_IT = 100_000  # pieces; below this the whole vocabulary is small anyway

_KEPT = ("LATIN ", "GREEK ", "CJK ", "HIRAGANA ", "KATAKANA ", "KATAKANA-HIRAGANA ", "MODIFIER ")


@dataclass(frozen=True)
class LightTokenizer:
    tokenizer: dict[str, Any]  # the content of a tokenizer.json
    ids: list[int]  # ids[light id] = id in the full vocabulary
    foreign: str  # characters whose texts need the full tokenizer


def lighten(tokenizer: dict[str, Any]) -> LightTokenizer | None:
    """The light form of a tokenizer.json's content; None where it would save nothing."""
    model = tokenizer["model"]
    if model.get("type") != "Unigram" or len(model["vocab"]) < WORTH_IT:
        return None
    pieces = model["vocab"]
    special = {token["id"] for token in tokenizer["added_tokens"]}
    # An unknown character costs the lowest score less ten, so that score must stay the same.
    lowest = min(range(len(pieces)), key=lambda i: pieces[i][1])
    ids = [
        i
        for i, (piece, _) in enumerate(pieces)
        if i in special or i == lowest or all(map(_is_kept, piece))
    ]
    kept = set(ids)
    foreign = {c for i, (piece, _) in enumerate(pieces) if i not in kept for c in piece}
    light_id = {full: light for light, full in enumerate(ids)}
    light = tokenizer | {
        "model": model | {"vocab": [pieces[i] for i in ids], "unk_id": light_id[model["unk_id"]]},
        "added_tokens": [t | {"id": light_id[t["id"]]} for t in tokenizer["added_tokens"]],
        "post_processor": _renumbered(tokenizer["post_processor"], light_id),
    }
    return LightTokenizer(light, ids, "".join(sorted(c for c in foreign if not _is_kept(c))))


@cache
def _is_kept(character: str) -> bool:
    if unicodedata.category(character)[0] in "PSNZC":
        return True
    return unicodedata.name(character, "").startswith(_KEPT)


def _renumbered(processor: Any, light_id: dict[int, int]) -> Any:
    """The same template with the special tokens' light ids."""
    if not isinstance(processor, dict) or "special_tokens" not in processor:
        return processor
    special = {
        name: token | {"ids": [light_id[i] for i in token["ids"]]}
        for name, token in processor["special_tokens"].items()
    }
    return processor | {"special_tokens": special}
