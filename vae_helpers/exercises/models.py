"""What a learner's layers and models do, whatever way they are written: shapes, ranges, draws, gradients, losses.

Each function whose name begins with ``observe`` returns facts, {what: array}, for an exercise's ``observe``. The
weights are set to known random numbers first, so that nothing depends on an initialization. Keras is imported when a
model is observed, and not before.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from vae_helpers.exercises.sandbox import Facts, UnusableError, as_array
from vae_helpers.types import Array, ArrayLike, Model

DRAWS = 20_000  # a standard deviation is then known to half a percent
WEIGHT_SEEDS = range(4)  # of the random weights that a network is observed with
INPUT_SCALES = (1, -1, 0, 1e3, 2e3, 3e3)  # a network with ReLUs goes on linearly from the fourth on


def require_model(value: Any, what: str) -> None:
    """Raise UnusableError unless the value is a Keras layer or model."""
    from vae_helpers.backend import keras

    if not isinstance(value, keras.layers.Layer):
        raise UnusableError(f"it returned a value of type {type(value).__name__}, where {what} was expected.")


def outputs_of(model: Model, x: Array, names: Sequence[str]) -> list[Array]:
    """A model's outputs as arrays, one for each name; UnusableError says what it gives instead."""
    outputs = call_model(model, x)
    if isinstance(outputs, dict):
        raise UnusableError(f"its model gives a dict. Give the outputs in this order: [{', '.join(names)}].")
    outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
    if len(outputs) != len(names):
        shapes = ", ".join(str(tuple(output.shape)) for output in outputs)
        raise UnusableError(
            f"its model gives {len(outputs)} output{'s' * (len(outputs) > 1)} of shape {shapes} for a batch of"
            f" {len(x)}. {len(names)} {'is' if len(names) == 1 else 'are'} wanted: {', '.join(names)}."
        )
    return [as_array(output) for output in outputs]


def call_model(model: Model, x: Array) -> Any:
    """A model's output for a batch; UnusableError where it does not take one of this shape."""
    try:
        return model(x)
    except ValueError as error:
        if "incompatible" not in str(error):
            raise
        raise UnusableError(f"its model does not take a batch of shape {np.shape(x)}.") from None


def randomize(model: Model, seed: int) -> None:
    """Set all weights of a model to known random numbers."""
    rng = np.random.default_rng(seed)
    for weight in model.trainable_variables:
        weight.assign(rng.normal(0, 1, weight.shape))


def observe_network(model: Model, input_dim: int, names: Sequence[str]) -> Facts:
    """The shapes and the range of the outputs of a network with a hidden layer, and whether they are linear in x."""
    require_model(model, "a Keras model")
    x = np.random.default_rng(0).normal(size=(16, input_dim)).astype("float32")
    facts: Facts = {
        f"the shape of {name}": np.array(output.shape)
        for name, output in zip(names, outputs_of(model, x, names), strict=True)
    }
    by_weights = []  # [weights][scale of the input][output], each (images, output_dim)
    for seed in WEIGHT_SEEDS:
        randomize(model, seed)
        by_weights.append([outputs_of(model, scale * x, names) for scale in INPUT_SCALES])
    for place, name in enumerate(names):
        facts |= observe_output(name, np.array([[outputs[place] for outputs in scales] for scales in by_weights]))
    if len(names) == 2:
        facts["whether the two outputs are always the same"] = all(np.allclose(a, b) for (a, b), *_ in by_weights)
    facts["the number of weights"] = sum(int(np.prod(weight.shape)) for weight in model.trainable_variables)
    return facts


def observe_output(name: str, values: Array) -> Facts:
    """The range of one output, and how it bends. values: (weights, INPUT_SCALES, images, output_dim)."""
    ahead, back, nothing, far, further, furthest = np.moveaxis(values, 1, 0)
    slope, next_slope = further - far, furthest - further
    return {
        f"whether {name} can be negative": (values < -2).any(),
        f"whether {name} can be positive and large": (values > 2).any(),
        f"whether {name} can be below 0": (values < 0).any(),
        f"whether {name} sums to 1": bool(np.allclose(values.sum(axis=-1), 1, atol=1e-3)),
        f"whether {name} is often exactly 0": np.mean(ahead == 0) > 0.1,
        f"whether {name} bends": not np.allclose(ahead + back, 2 * nothing, atol=1e-3),
        f"whether {name} goes on growing": (
            np.abs(slope).max() > 1 and np.allclose(slope, next_slope, rtol=0.01, atol=1)
        ),
    }


# --- a layer that draws ---


def expected_if_near(value: Any, expected: float) -> Any:
    """The expected value, if a measured one lies within 3 % of it, eight standard errors here; else the measured."""
    return expected if abs(value - expected) < 0.03 * abs(expected) else value


def observe_sampling(layer: Model) -> Facts:
    """How a layer draws z from (z_mean, z_log_var): the noise, its spread and shape, and which gradients pass."""
    require_model(layer, "a Keras layer")
    facts: Facts = {"the shape of z": np.array([draw_z(layer, 0, 0, (rows, 3)).shape for rows in (2, 5)])}
    z = draw_z(layer, 0, 0, (DRAWS, 2))
    facts["whether z is random"] = np.std(z) > 1e-3
    facts["whether a second call draws anew"] = not np.array_equal(z, draw_z(layer, 0, 0, (DRAWS, 2)))
    facts["whether each image gets noise of its own"] = np.std(z, axis=0).min() > 1e-3
    facts["whether each latent gets noise of its own"] = np.std(z, axis=1).max() > 1e-3
    facts["the mean of z where z_mean is 3"] = expected_if_near(draw_z(layer, 3, 0, (DRAWS, 2)).mean(), 3.0)
    for z_log_var in (0.0, 2.0, -2.0):
        spread = expected_if_near(draw_z(layer, 0, z_log_var, (DRAWS, 2)).std(), np.exp(z_log_var / 2))
        facts[f"the standard deviation of z where z_log_var is {z_log_var:g}"] = spread
    fourth_moment = np.mean((z - z.mean()) ** 4) / (np.var(z) ** 2 + 1e-9)
    facts["the fourth moment of the noise"] = expected_if_near(fourth_moment, 3.0)
    facts |= observe_gradients(layer)
    return facts | {"whether a compiled step draws anew": draws_anew_when_compiled(layer)}


def draw_z(layer: Model, z_mean: float, z_log_var: float, shape: tuple[int, int]) -> Array:
    """One draw of a sampling layer whose two inputs are constant; UnusableError where z has another shape."""
    z = as_array(layer((np.full(shape, z_mean, "float32"), np.full(shape, z_log_var, "float32"))))
    if z.shape != shape:
        raise UnusableError(f"its z has shape {z.shape} where z_mean has {shape}.")
    return z


def observe_gradients(layer: Model) -> Facts:
    """Whether the gradient of z reaches z_mean and z_log_var."""
    from vae_helpers.backend import tf

    z_mean, z_log_var = (tf.Variable(np.full((64, 2), value, "float32")) for value in (0.5, -0.3))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.convert_to_tensor(layer((z_mean, z_log_var))) ** 2)
    gradients = tape.gradient(loss, (z_mean, z_log_var))
    return {
        f"whether a gradient reaches {name}": gradient is not None and bool(np.any(np.asarray(gradient) != 0))
        for name, gradient in zip(("z_mean", "z_log_var"), gradients, strict=True)
    }


def draws_anew_when_compiled(layer: Model) -> bool:
    """Whether two runs of one compiled function differ: numpy's random numbers would be frozen into it."""
    from vae_helpers.backend import tf

    zeros = np.zeros((8, 2), "float32")
    compiled = tf.function(lambda: layer((tf.constant(zeros), tf.constant(zeros))))
    return not np.array_equal(np.asarray(compiled()), np.asarray(compiled()))


# --- a whole VAE ---


class Probe(NamedTuple):
    """The loss of a VAE on chosen outputs of its networks, and the z that its decoder got."""

    loss: Array
    z: Array


def stand_ins(z_mean: Array, z_log_var: Array, x_logits: Array) -> tuple[Model, Model]:
    """An encoder and a decoder that give chosen outputs for any input; the decoder stores its input as ``z_given``."""
    from vae_helpers.backend import keras

    ops = keras.ops

    class StandInEncoder(keras.Model):
        def call(self, x):
            nothing = ops.zeros_like(ops.mean(x))
            return [ops.convert_to_tensor(z_mean) + nothing, ops.convert_to_tensor(z_log_var) + nothing]

    class StandInDecoder(keras.Model):
        z_given = None

        def call(self, z):
            self.z_given = np.asarray(z)
            return ops.convert_to_tensor(x_logits) + ops.zeros_like(ops.mean(z))

    return StandInEncoder(), StandInDecoder()


def probe(
    vae_class: Callable[..., Model], x: ArrayLike, z_mean: ArrayLike, z_log_var: ArrayLike, x_logits: ArrayLike
) -> Probe:
    """The loss of a learner's VAE on chosen outputs of its encoder and its decoder, and the z that the decoder got.

    x, x_logits: (batch, pixels). z_mean, z_log_var: (batch, latent_dim). Raises UnusableError where the VAE's call
    returns anything else than (x_logits, z_mean, z_log_var).
    """
    arrays = [np.asarray(values, "float32") for values in (z_mean, z_log_var, x_logits)]
    encoder, decoder = stand_ins(*arrays)
    vae = vae_class(encoder, decoder)
    x = np.asarray(x, "float32")
    outputs = vae(x)
    if not isinstance(outputs, (list, tuple)) or len(outputs) != 3:
        raise UnusableError("its call does not return three things: (x_logits, z_mean, z_log_var).")
    in_order = (*outputs[1:], outputs[0])
    for name, output, right in zip(("z_mean", "z_log_var", "x_logits"), in_order, arrays, strict=True):
        if tuple(output.shape) != right.shape or not np.allclose(as_array(output), right, atol=1e-5):
            raise UnusableError(f"its call returns something else where {name} belongs: (x_logits, z_mean, z_log_var).")
    return Probe(as_array(vae.compute_loss(x=x, y=None, y_pred=outputs, sample_weight=None)), decoder.z_given)


def observe_losses(vae_class: Callable[..., Model]) -> Facts:
    """The loss of a VAE class on probes that change one thing at a time, and how it draws z."""
    rng = np.random.default_rng(0)
    x, x_logits = (rng.random((4, 6)) < 0.5).astype(float), rng.normal(0, 2, (4, 6))
    zeros = np.zeros((4, 3))

    def loss(z_mean: Array = zeros, z_log_var: Array = zeros, images: Array = x, logits: Array = x_logits) -> Array:
        return probe(vae_class, images, z_mean, z_log_var, logits).loss

    base, shift = loss(), rng.normal(size=(4, 3))
    return {
        "the loss's shape": np.array(base.shape),
        "the loss where the KL is 0": base,
        "what z_mean adds to the loss": loss(z_mean=shift) - base,
        "what a positive z_log_var adds to the loss": loss(z_log_var=zeros + 1.0) - base,
        "what a negative z_log_var adds to the loss": loss(z_log_var=zeros - 1.5) - base,
        "the loss of one image": loss(zeros[:1] + 1, zeros[:1] - 1, x[:1], x_logits[:1]),
    } | observe_decoded_z(vae_class)


def observe_decoded_z(vae_class: Callable[..., Model]) -> Facts:
    """The shape, the mean and the spread of the z that the decoder gets."""
    shape = (DRAWS, 2)
    images = x_logits = np.zeros((DRAWS, 6))
    z = probe(vae_class, images, np.full(shape, 30.0), np.full(shape, 2.0), x_logits).z
    facts: Facts = {"the shape of the z that is decoded": np.array(z.shape)}
    if z.shape != shape:
        return facts
    return facts | {
        "the mean of the decoded z where z_mean is 30": np.round(z.mean()),
        "the standard deviation of the decoded z where z_log_var is 2": expected_if_near(np.std(z), np.exp(1.0)),
    }


def observe_fit(vae_class: Callable[..., Model]) -> Facts:
    """Whether ``fit`` trains a small VAE: a compiled step runs, and every weight changes."""
    from vae_helpers.backend import keras
    from vae_helpers.model import build_decoder, build_encoder

    encoder, decoder = build_encoder(6, 8, 2), build_decoder(2, 8, 6)
    vae = vae_class(encoder, decoder)
    before = [np.copy(weight) for weight in (*encoder.get_weights(), *decoder.get_weights())]
    x = (np.random.default_rng(0).random((32, 6)) < 0.5).astype("float32")
    vae.compile(optimizer=keras.optimizers.Adam(0.05))
    history = vae.fit(x, epochs=2, batch_size=16, verbose=0).history
    after = (*encoder.get_weights(), *decoder.get_weights())
    changed = [not np.array_equal(old, new) for old, new in zip(before, after, strict=True)]
    return {
        "whether fit reports a finite loss": bool(np.isfinite(history["loss"]).all()),
        "whether fit moves the encoder's weights": all(changed[: len(encoder.weights)]),
        "whether fit moves the decoder's weights": all(changed[len(encoder.weights) :]),
    }
