"""What the served model promises, on a tiny BERT."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from models import ModelError, TextModel, load_model
from models.onnx_model import BATCH_TEXTS, BATCH_TOKENS

TEXTS = [
    "the old well",
    "what people need",
    "",
    "a reader writes a goal . the reader asks people what they need , a goal the river the well",
    "学习反思。",
    "words that nobody knows",
]


def test_it_is_a_text_model(tiny):
    assert isinstance(tiny, TextModel)
    assert tiny.dim == 64
    assert tiny.max_tokens == 40
    assert tiny.fingerprint.startswith("tiny/fp32/")


def test_vectors_are_unit_rows_in_float32(tiny):
    vectors = tiny.encode(TEXTS, kind="passage")
    assert vectors.shape == (len(TEXTS), 64)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-6)


def test_no_texts_give_no_rows(tiny):
    assert tiny.encode([], kind="query").shape == (0, 64)
    assert tiny.encode_with_parts([], [], kind="query").parts == []


def test_a_text_has_the_same_vector_whatever_it_is_encoded_with(tiny):
    alone = np.concatenate([tiny.encode([text], kind="passage") for text in TEXTS])
    many = TEXTS * 9
    together = tiny.encode(many, kind="passage")
    assert together == pytest.approx(np.tile(alone, (9, 1)), abs=1e-5)
    backwards = tiny.encode(many[::-1], kind="passage")[::-1]
    assert backwards == pytest.approx(together, abs=1e-5)


def test_encoding_twice_gives_identical_bytes(tiny):
    first = tiny.encode(TEXTS * 7, kind="passage").tobytes()
    assert tiny.encode(TEXTS * 7, kind="passage").tobytes() == first


def test_questions_and_passages_get_their_own_prompt(tiny):
    asked = tiny.encode(["the well"], kind="query")
    stored = tiny.encode(["the well"], kind="passage")
    assert not np.allclose(asked, stored, atol=1e-3)


def test_parts_and_rest_sum_to_the_vector(tiny):
    text = "the old well . what people need ? 学习反思。"
    spans = [(0, 14), (15, 33), (34, 39)]
    coded = tiny.encode_with_parts([text, "a goal"], [spans, []], kind="passage")
    assert [part.shape for part in coded.parts] == [(3, 64), (0, 64)]
    for i in range(2):
        total = coded.parts[i].sum(axis=0) + coded.rest[i]
        assert total == pytest.approx(coded.vectors[i], abs=1e-5)
    assert np.all(np.linalg.norm(coded.parts[0], axis=1) > 0.05)
    assert coded.vectors == pytest.approx(tiny.encode([text, "a goal"], kind="passage"), abs=1e-6)


def test_prompt_and_special_tokens_belong_to_no_span(tiny):
    coded = tiny.encode_with_parts(["the well"], [[(0, 8)]], kind="passage")
    assert np.linalg.norm(coded.rest[0]) > 0.05


def test_a_span_beyond_what_the_model_reads_has_no_share(tiny):
    text = "river " * 60
    coded = tiny.encode_with_parts([text], [[(0, 6), (350, 360)]], kind="passage")
    assert np.linalg.norm(coded.parts[0][0]) > 0
    assert not coded.parts[0][1].any()


def test_spans_must_be_given_for_every_text(tiny):
    with pytest.raises(ValueError, match="2 texts but spans for 1"):
        tiny.encode_with_parts(["a", "b"], [[]], kind="passage")


def test_progress_adds_up_to_the_texts(tiny):
    done: list[int] = []
    tiny.encode(TEXTS * 20, kind="passage", progress=done.append)
    assert sum(done) == len(TEXTS) * 20
    assert len(done) > 1


def test_batches_are_of_like_length_and_bounded(tiny):
    batches = list(tiny.batches(TEXTS * 30, kind="passage"))
    for _, tokens in batches:
        lengths = [len(t.ids) for t in tokens]
        assert len(lengths) <= BATCH_TEXTS
        assert len(lengths) * max(lengths) <= BATCH_TOKENS
        assert lengths == sorted(lengths, reverse=True)
    assert sorted(i for places, _ in batches for i in places) == list(range(len(TEXTS) * 30))


def test_threads_may_encode_at_once(tiny_folder):
    model = load_model("tiny", tiny_folder)
    expected = model.encode(TEXTS, kind="passage")
    found: list[np.ndarray] = []

    def work():
        for _ in range(5):
            found.append(model.encode(TEXTS, kind="passage"))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 20
    assert all(np.array_equal(vectors, expected) for vectors in found)


def python(code: str, folder: Path) -> subprocess.CompletedProcess:
    """Runs code that knows `folder`, where the model "tiny" is ready."""
    opening = f"""
import os, sys
from pathlib import Path
from models import load_model
folder = Path({str(folder)!r})
texts = ["the old well", "what people need"]
"""
    environment = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"}
    return subprocess.run(
        [sys.executable, "-c", opening + code],
        timeout=60,
        capture_output=True,
        text=True,
        env=environment,
    )


@pytest.mark.parametrize("in_child", ["same(model)", "True", "load_model('tiny', folder) and True"])
def test_a_forked_child_encodes_with_a_session_of_its_own_and_ends(tiny_folder, in_child):
    code = f"""
model = load_model("tiny", folder)
expected = model.encode(texts, kind="passage").tobytes()
def same(model):
    return model.encode(texts, kind="passage").tobytes() == expected
child = os.fork()
if child == 0:
    sys.exit(0 if {in_child} else 1)
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
sys.exit(status if same(model) else 9)
"""
    done = python(code, tiny_folder)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="counts threads as Linux does")
def test_the_runtime_starts_no_thread_to_report_home(tiny_folder):
    code = """
import numpy
before = len(os.listdir("/proc/self/task"))
load_model("tiny", folder, threads=1).encode(texts, kind="query")
print(os.environ["ORT_DISABLE_TELEMETRY"], len(os.listdir("/proc/self/task")) - before)
"""
    assert python(code, tiny_folder).stdout.split() == ["1", "0"]


@pytest.mark.parametrize("precision", ["q8", "q4"])
def test_smaller_precisions_stay_near(tiny, tiny_folder, precision):
    small = load_model("tiny", tiny_folder, precision=precision)
    cosines = (small.encode(TEXTS, kind="passage") * tiny.encode(TEXTS, kind="passage")).sum(axis=1)
    assert cosines.min() > {"q8": 0.995, "q4": 0.8}[precision]
    assert small.fingerprint != tiny.fingerprint


def test_an_unknown_precision_is_refused_by_name(tiny_folder):
    with pytest.raises(ModelError, match='no precision "q2"'):
        load_model("tiny", tiny_folder, precision="q2")


def test_hostile_strings_are_encoded_like_any_other(tiny):
    hostile = ["\x00\x01", "a" * 100_000, "[CLS] [SEP] the well", "\U0001f600" * 50, "\u202e\ufeff"]
    assert np.isfinite(tiny.encode(hostile, kind="passage")).all()
