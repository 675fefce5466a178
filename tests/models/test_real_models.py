"""The models that people use, unpacked from their packages. Minutes, not seconds."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from tokenizers import Tokenizer

from models import DEFAULT_MODEL, check_model, is_ready, load_model
from models.check_set import CHINESE, ENGLISH, QUESTIONS
from models.serving_folder import FULL_TOKENIZER, TOKENIZER

pytestmark = pytest.mark.slow


def test_the_default_model_agrees_with_sentence_transformers(real, real_folder):
    report = check_model(DEFAULT_MODEL, real_folder)
    assert report.texts == 80
    assert report.agreement.cosine_worst > 0.9999
    assert report.agreement.top10 == 1


def test_minilm_agrees_with_sentence_transformers(real_folder):
    model = load_model("all-MiniLM-L6-v2", real_folder)
    assert model.languages == {"en"}
    assert model.max_tokens == 256
    report = check_model("all-MiniLM-L6-v2", real_folder)
    assert report.agreement.cosine_worst > 0.9999
    assert report.agreement.top10 == 1


@pytest.mark.parametrize(("precision", "top10"), [("q8", 0.95), ("q4", 0.95)])
def test_smaller_precisions_rank_nearly_alike(real_folder, precision, top10):
    load_model(DEFAULT_MODEL, real_folder, precision=precision)
    report = check_model(DEFAULT_MODEL, real_folder, precision=precision)
    assert report.agreement.cosine_worst > 0.999
    assert report.agreement.top10 >= top10


def test_a_chinese_question_finds_the_english_sentence(real):
    passages = real.encode(ENGLISH, kind="passage")
    asked = real.encode(["怎样帮助新成员？", "职工的建议由谁来答复？"], kind="query")
    best = [ENGLISH[i] for i in (asked @ passages.T).argmax(axis=1)]
    assert "New members" in best[0]
    assert "suggested forty improvements" in best[1]


def test_the_same_text_has_the_same_vector_in_any_company(real):
    texts = [*ENGLISH[:8], *CHINESE[:8], " ".join(ENGLISH), "".join(CHINESE)]
    alone = np.concatenate([real.encode([text], kind="passage") for text in texts])
    together = real.encode(texts, kind="passage")
    assert together == pytest.approx(alone, abs=1e-4)
    assert real.encode(texts, kind="passage").tobytes() == together.tobytes()


def test_the_sentence_that_answers_has_the_largest_share(real):
    text = " ".join(ENGLISH[:6])
    ends = np.cumsum([len(s) + 1 for s in ENGLISH[:6]])
    spans = [(int(end) - len(s) - 1, int(end)) for end, s in zip(ends, ENGLISH, strict=False)]
    coded = real.encode_with_parts([text], [spans], kind="passage")
    total = coded.parts[0].sum(axis=0) + coded.rest[0]
    assert total == pytest.approx(coded.vectors[0], abs=1e-5)
    per_word = [len(s.split()) for s in ENGLISH[:6]]
    asked = real.encode(["Who keeps the minutes?"], kind="query")[0]
    assert int(np.argmax(coded.parts[0] @ asked / per_word)) == 4


def test_a_text_of_any_length_is_cut_at_512_tokens(real):
    long = " ".join(ENGLISH) * 40
    assert real.token_counts([long], kind="passage") == [512]
    assert np.isfinite(real.encode([long], kind="passage")).all()


def _tokenizers(real_folder):
    served = real_folder / DEFAULT_MODEL / "onnx" / "fp32"
    description = json.loads((served / "serving.json").read_text())
    small = Tokenizer.from_file(str(served / TOKENIZER))
    full = Tokenizer.from_file(str(served / FULL_TOKENIZER))
    return small, full, description["light_ids"], set(description["foreign"])


def test_the_light_tokenizer_gives_the_full_ones_tokens(real, real_folder):
    small, full, ids, foreign = _tokenizers(real_folder)
    seen = 0

    @settings(max_examples=300, suppress_health_check=list(HealthCheck), deadline=None)
    @given(st.text(max_size=60) | st.sampled_from(ENGLISH + CHINESE + QUESTIONS))
    def agree(text):
        nonlocal seen
        if foreign.isdisjoint(full.normalizer.normalize_str(text)):
            seen += 1
            light = small.encode(text)
            whole = full.encode(text)
            assert [ids[i] for i in light.ids] == whole.ids
            assert light.offsets == whole.offsets

    agree()
    assert seen > 50


def test_a_text_in_another_script_gets_the_full_vocabulary(real_folder):
    model = load_model(DEFAULT_MODEL, real_folder)
    before = model.encode([ENGLISH[0]], kind="passage")
    full = Tokenizer.from_file(str(real_folder / DEFAULT_MODEL / "tokenizer.json"))
    text = "Кружок чтения собирается каждый вторник."
    assert model.token_counts([text], kind="passage") == [len(full.encode("passage: " + text).ids)]
    assert model.encode([ENGLISH[0]], kind="passage").tobytes() == before.tobytes()


def test_the_unpacked_folder_is_an_ordinary_one(real, real_folder):
    home = real_folder / DEFAULT_MODEL
    with safe_open(home / "model.safetensors", framework="numpy") as weights:
        assert weights.get_slice("embeddings.word_embeddings.weight").get_shape() == [250037, 384]
        assert len(weights.keys()) == 5 + 12 * 16
    prompts = json.loads((home / "config_sentence_transformers.json").read_text())["prompts"]
    assert prompts == {"query": "query: ", "passage": "passage: "}


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="reads memory as Linux tells")
def test_a_ready_model_opens_in_well_under_two_seconds_in_little_memory(real, real_folder):
    code = f"""
import time
begin = time.perf_counter()
from pathlib import Path
from models import load_model
model = load_model({DEFAULT_MODEL!r}, Path({str(real_folder)!r}))
model.encode(["Read, act and write."], kind="query")
peak = next(l for l in open("/proc/self/status") if l.startswith("VmHWM")).split()[1]
print(time.perf_counter() - begin, int(peak) / 1024)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, peak = map(float, done.stdout.split())
    assert seconds < 5  # a loaded machine; about 0.6 s on a quiet one
    assert peak < 400


def test_killed_at_any_moment_the_same_call_goes_on(tmp_path):
    code = f"""
from pathlib import Path
from models import load_model
load_model({DEFAULT_MODEL!r}, Path({str(tmp_path)!r}))
"""
    moments = random.Random(11)
    for number in range(3):
        child = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
        time.sleep(moments.uniform(0.5, 3))
        child.send_signal(signal.SIGKILL if number else signal.SIGINT)
        child.wait(60)
    model = load_model(DEFAULT_MODEL, tmp_path)
    assert is_ready(DEFAULT_MODEL, tmp_path)
    assert model.encode(["It goes on."], kind="query").any()
    left = [name for name in os.listdir(tmp_path) if name.endswith(".unfinished")]
    assert left == []
