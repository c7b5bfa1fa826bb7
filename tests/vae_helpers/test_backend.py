"""Keras's set-up by the environment and keras.json: each case in a fresh process."""

import json
import os
import subprocess
import sys

import pytest

TRAIN = """
import numpy as np
from vae_helpers.model import VAE, build_decoder, build_encoder
from vae_helpers.backend import keras
vae = VAE(build_encoder(12, 8, 2), build_decoder(2, 8, 12), seed=0)
vae.compile(optimizer="adam")
history = vae.fit(np.full((40, 12), 0.3, "float32"), epochs=2, verbose=0).history
assert history["loss"][1] < history["loss"][0]
print(keras.backend.backend(), vae.reconstruct(np.full((1, 12), 0.3)).dtype)
"""


def python(code, **environment):
    """A finished process that ran the code, with these environment variables set and no KERAS_BACKEND but theirs."""
    inherited = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env={**inherited, **environment}, capture_output=True, text=True, check=False)


@pytest.fixture
def with_keras_json(tmp_path):
    """Runs code where keras.json holds these settings."""

    def run(code, **settings):
        (tmp_path / "keras.json").write_text(json.dumps(settings))
        return python(code, KERAS_HOME=str(tmp_path))

    return run


@pytest.mark.parametrize("backend", ["jax", "torch", "theano", "TensorFlow", "tensorfow"])
def test_another_backend_in_the_environment_is_named_before_keras_is_imported(backend):
    done = python("import vae_helpers.backend", KERAS_BACKEND=backend)
    line = done.stderr.strip().splitlines()[-1]
    assert line.startswith("ImportError: The course needs Keras's TensorFlow backend") and repr(backend) in line
    assert "keras/" not in done.stderr, "no frame of Keras: it would fail by itself where the backend is missing"


def test_keras_imported_before_with_another_backend_is_named():
    code = """
import sys, types
sys.modules["keras"] = types.ModuleType("keras")
sys.modules["keras"].backend = types.SimpleNamespace(backend=lambda: "jax")
import vae_helpers.backend
"""
    line = python(code).stderr.strip().splitlines()[-1]
    assert line.startswith("ImportError: The course needs Keras's TensorFlow backend") and "'jax'" in line


def test_the_backend_of_keras_json_gives_way_and_its_float64_is_kept(with_keras_json):
    done = with_keras_json(TRAIN, backend="jax", floatx="float64")
    assert (done.returncode, done.stdout) == (0, "tensorflow float64\n"), done.stderr


def test_pure_half_precision_in_keras_json_is_named(with_keras_json):
    done = with_keras_json("import vae_helpers.backend", floatx="float16")
    assert done.stderr.strip().splitlines()[-1].startswith("ImportError: Nothing trains in pure float16")


def test_an_empty_backend_counts_as_none_and_nothing_is_written_to_stderr():
    done = python("from vae_helpers.backend import keras; print(keras.backend.backend())", KERAS_BACKEND="")
    assert (done.stdout, done.stderr) == ("tensorflow\n", "")
