"""The undocumented parts that the course uses: that each does its work, and what is said where one is missing."""

import random
import subprocess
import sys
from types import SimpleNamespace

import nbval.kernel
import nbval.plugin
import numpy as np
import pytest

from vae_helpers import private_api
from vae_helpers.backend import keras, tf
from vae_helpers.private_api import EAGER_CONTEXT, GLOBAL_STATE, PrivateApiError


def without_module(name):
    """Takes a module away: importing it fails."""
    return lambda monkeypatch: monkeypatch.setitem(sys.modules, name, None)


def without_attribute(owner, name):
    """Takes an attribute away."""
    return lambda monkeypatch: monkeypatch.delattr(owner, name)


def with_plain_sigmoid(monkeypatch):
    """Keras's sigmoid is TensorFlow's, which attaches no logits."""
    monkeypatch.setattr(keras.activations, "sigmoid", tf.sigmoid)


def with_an_empty_module(name):
    """Puts an empty module in a module's place."""
    return lambda monkeypatch: monkeypatch.setitem(sys.modules, name, SimpleNamespace())


def without_operation(monkeypatch):
    monkeypatch.setattr(tf, "raw_ops", SimpleNamespace())


def context_without_seeds(monkeypatch):
    monkeypatch.setitem(sys.modules, EAGER_CONTEXT, SimpleNamespace(context=object))


def adam_step(weight, gradient, rate=0.1):
    moments = [tf.Variable(tf.zeros_like(weight)) for _ in range(2)]
    private_api.apply_adam(weight, *moments, gradient, rate, beta1_power=0.9, beta2_power=0.999)


def replace_nbval():
    private_api.replace_nbval_parts(lambda cell, text, sanitized: sanitized, object)


KERAS_PART = {"get": f"{GLOBAL_STATE}.get_global_attribute", "set": f"{GLOBAL_STATE}.set_global_attribute"}
EAGER_PART = f"{EAGER_CONTEXT}.Context._internal_operation_seed"
MISSING = {  # what is called, what is taken away: the library, and the part that the error must name
    "keras_random_generator, no module": (
        private_api.keras_random_generator, without_module(GLOBAL_STATE), keras, GLOBAL_STATE,
    ),
    "keras_random_generator, no function": (
        private_api.keras_random_generator, with_an_empty_module(GLOBAL_STATE), keras, KERAS_PART["get"],
    ),
    "set_keras_random_generator, no module": (
        lambda: private_api.set_keras_random_generator(None), without_module(GLOBAL_STATE), keras, GLOBAL_STATE,
    ),
    "set_keras_random_generator, no function": (
        lambda: private_api.set_keras_random_generator(None), with_an_empty_module(GLOBAL_STATE), keras,
        KERAS_PART["set"],
    ),
    "eager_random_generator, no module": (
        private_api.eager_random_generator, without_module(EAGER_CONTEXT), tf, EAGER_CONTEXT,
    ),
    "eager_random_generator, no function": (
        private_api.eager_random_generator, with_an_empty_module(EAGER_CONTEXT), tf, f"{EAGER_CONTEXT}.context",
    ),
    "eager_random_generator, no seeds": (
        private_api.eager_random_generator, context_without_seeds, tf, EAGER_PART,
    ),
    "set_eager_random_generator, no seeds": (
        lambda: private_api.set_eager_random_generator(None), context_without_seeds, tf, EAGER_PART,
    ),
    "sublayers": (
        lambda: private_api.sublayers(SimpleNamespace()), lambda _: None, keras, "keras.layers.Layer._layers",
    ),
    "carries_logits": (
        lambda: private_api.carries_logits(tf.zeros(2)), with_plain_sigmoid, keras, "_keras_logits",
    ),
    "apply_adam": (
        lambda: adam_step(tf.Variable([1.0]), tf.constant([1.0])), without_operation, tf,
        "tensorflow.raw_ops.ResourceApplyAdam",
    ),
    "replace_nbval_parts, no cell": (
        replace_nbval, with_an_empty_module("nbval.plugin"), nbval, "nbval.plugin.IPyNbCell",
    ),
    "replace_nbval_parts, no sanitize": (
        replace_nbval, without_attribute(nbval.plugin.IPyNbCell, "sanitize"), nbval, "nbval.plugin.IPyNbCell.sanitize",
    ),
    "replace_nbval_parts, no kernel manager": (
        replace_nbval, without_attribute(nbval.kernel, "KernelManager"), nbval, "nbval.kernel.KernelManager",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MISSING)
def test_a_missing_part_is_named_with_its_library_and_version(case, monkeypatch):
    call, take_away, library, part = MISSING[case]
    take_away(monkeypatch)
    with pytest.raises(PrivateApiError) as caught:
        call()
    message = str(caught.value)
    name = library.__name__.partition(".")[0]
    assert message.startswith(f"{name} {library.__version__} has no {part} any more: the course needs it to ")
    assert message.endswith("Install the locked version with `make setup`, or mend vae_helpers/private_api.py.")


def test_importing_it_loads_neither_keras_nor_tensorflow():
    code = "import sys, vae_helpers.private_api; print(sorted({'tensorflow', 'keras'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_kerass_generator_is_the_one_behind_its_draws():
    before = private_api.keras_random_generator()
    try:
        private_api.set_keras_random_generator(None)
        assert private_api.keras_random_generator() is None
        keras.random.uniform(())
        made = private_api.keras_random_generator()
        assert isinstance(made, keras.random.SeedGenerator)
        private_api.set_keras_random_generator(keras.random.SeedGenerator(5))
        first = float(keras.random.uniform(()))
        private_api.set_keras_random_generator(keras.random.SeedGenerator(5))
        assert float(keras.random.uniform(())) == first
    finally:
        private_api.set_keras_random_generator(before)


def test_the_eager_generator_is_the_one_behind_tensorflows_draws():
    tf.random.set_seed(1)
    before = private_api.eager_random_generator()
    assert isinstance(before, random.Random)
    try:
        stand_in = random.Random(0)
        untouched = stand_in.getstate()
        private_api.set_eager_random_generator(stand_in)
        state = before.getstate()
        tf.random.uniform((2, 3))
        assert before.getstate() == state and stand_in.getstate() != untouched
    finally:
        private_api.set_eager_random_generator(before)


def test_sublayers_are_those_a_layer_holds_directly():
    inner = keras.Sequential([keras.layers.Dense(2), keras.layers.Dense(3)])
    outer = keras.Sequential([inner])
    assert private_api.sublayers(keras.layers.Dense(2)) == []
    assert any(layer is inner for layer in private_api.sublayers(outer))


def test_logits_are_found_behind_kerass_sigmoid_alone():
    with tf.Graph().as_default():
        logits = tf.zeros((2, 3))
        assert private_api.carries_logits(keras.activations.sigmoid(logits))
        assert not private_api.carries_logits(tf.sigmoid(logits))
        assert not private_api.carries_logits(logits)


def test_a_step_of_adam_goes_by_the_rate_against_the_gradients_sign():
    """In the first step the two running means cancel but for the gradient's sign (Kingma and Ba 2015, algorithm 1)."""
    weight = tf.Variable([1.0, 2.0])
    adam_step(weight, tf.constant([3.0, -0.2]), rate=0.1)
    np.testing.assert_allclose(weight, [0.9, 2.1], rtol=1e-5)


def test_an_untracked_attribute_is_not_among_what_keras_saves():
    layer = keras.layers.Dense(2)
    private_api.untracked(layer, "counter", keras.Variable(0.0))
    assert layer.counter.numpy() == 0 and layer.variables == []
