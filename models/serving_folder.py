"""What a model needs on disk to be served, and whether it is all there and unharmed.

`<folder>/<model>/onnx/<precision>/` holds the graph, its weights, the
tokenizer in the form that is served, and `serving.json`, which names them with
their size and sha256. It comes to be by one rename, so where it is, it is whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from models.light_tokenizer import lighten
from models.package_files import sha256_of
from models.st_folder import Pooling, Recipe, read_json
from models.text_model import ModelError

FORMAT = 1  # raised when what is written here changes; older folders are then made again
Precision = Literal["fp32", "q8", "q4"]
PRECISIONS: tuple[Precision, ...] = ("fp32", "q8", "q4")
GRAPH = "model.onnx"
DATA = "model.onnx.data"  # the large weights, mapped into memory
DESCRIPTION = "serving.json"
TOKENIZER = "tokenizer.json"
FULL_TOKENIZER = "tokenizer-full.json"  # only beside a light one


@dataclass(frozen=True)
class FileMark:
    size: int
    sha256: str


@dataclass(frozen=True)
class Serving:
    """The content of serving.json."""

    name: str
    precision: str
    dim: int
    max_tokens: int
    pooling: Pooling
    prompts: dict[str, str]
    languages: list[str]
    files: dict[str, FileMark]
    light_ids: list[int] | None  # of a light tokenizer: full id of each light id
    foreign: str  # characters that only the full tokenizer knows

    @property
    def fingerprint(self) -> str:
        marks = sorted((name, mark.sha256) for name, mark in self.files.items())
        rest = [self.pooling, self.prompts, self.max_tokens]
        digest = hashlib.sha256(json.dumps([marks, rest], sort_keys=True).encode())
        return f"{self.name}/{self.precision}/{digest.hexdigest()[:16]}"


def write_tokenizer(content: dict[str, Any], folder: Path) -> tuple[list[int] | None, str]:
    """Writes the tokenizer to serve, light where that saves memory -> its ids, its foreign."""
    light = lighten(content)
    if light is None:
        _write(folder / TOKENIZER, content)
        return None, ""
    _write(folder / TOKENIZER, light.tokenizer)
    _write(folder / FULL_TOKENIZER, content)
    return light.ids, light.foreign


def write_description(
    folder: Path,
    *,
    name: str,
    precision: str,
    recipe: Recipe,
    languages: frozenset[str],
    light_ids: list[int] | None,
    foreign: str,
) -> Serving:
    """Marks the files that lie in `folder` and writes serving.json."""
    files = {
        path.name: FileMark(path.stat().st_size, sha256_of(path))
        for path in sorted(folder.iterdir())
    }
    serving = Serving(
        name=name,
        precision=precision,
        dim=recipe.dim,
        max_tokens=recipe.max_tokens,
        pooling=recipe.pooling,
        prompts=recipe.prompts,
        languages=sorted(languages),
        files=files,
        light_ids=light_ids,
        foreign=foreign,
    )
    _write(folder / DESCRIPTION, {"format": FORMAT} | asdict(serving))
    return serving


def is_complete(folder: Path) -> bool:
    """Whether a serving folder of the present format lies here, its files of the right size."""
    try:
        serving = read_description(folder)
    except ModelError:
        return False
    return not _wrong_sizes(folder, serving)


def read_description(folder: Path) -> Serving:
    content = read_json(folder / DESCRIPTION)
    if not isinstance(content, Mapping) or content.get("format") != FORMAT:
        raise ModelError(
            f"{folder} was made by another version of Xinde. Delete it; it is made again "
            f"at the next start."
        )
    fields = dict(content)
    del fields["format"]
    fields["files"] = {name: FileMark(**mark) for name, mark in fields["files"].items()}
    return Serving(**fields)


def require_unharmed(folder: Path, serving: Serving) -> None:
    """Nothing, if every file has its sha256; otherwise a ModelError naming the first that differs.

    Reads every byte: about 0.1 s for 100 MB.
    """
    for name, mark in serving.files.items():
        path = folder / name
        found = sha256_of(path) if path.is_file() else "none, it is missing"
        if found != mark.sha256:
            raise ModelError(
                f"{path} is damaged: its sha256 is {found}, expected {mark.sha256}. "
                f"Delete the folder {folder}; it is made again at the next start."
            )


def _wrong_sizes(folder: Path, serving: Serving) -> list[str]:
    return [
        name
        for name, mark in serving.files.items()
        if not (folder / name).is_file() or (folder / name).stat().st_size != mark.size
    ]


def _write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
