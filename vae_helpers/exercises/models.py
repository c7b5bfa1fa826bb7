"""What a learner's layers and models do, whatever way they are written: shapes, ranges, draws, gradients, losses.

Each function returns {what: array} for an exercise's ``observe``. The weights are set to known random numbers first, so
that nothing depends on an initialization. Keras is imported when a model is looked at, and not before.
"""

import numpy as np

from vae_helpers.exercises.sandbox import UnusableError, as_array

DRAWS = 20_000  # a standard deviation is then known to half a percent
WEIGHTS_TRIED = 4


def require_model(value, what):
    """Raises UnusableError unless the value is a Keras layer or model."""
    from vae_helpers.backend import keras

    if not isinstance(value, keras.layers.Layer):
        raise UnusableError(f"it returned a value of type {type(value).__name__}, where {what} was expected.")


def outputs_of(model, x, names):
    """A model's outputs as arrays, one for each name; UnusableError says what it gives instead."""
    found = called(model, x)
    if isinstance(found, dict):
        raise UnusableError(f"its model gives a dict. Give the outputs in this order: [{', '.join(names)}].")
    found = list(found) if isinstance(found, (list, tuple)) else [found]
    if len(found) != len(names):
        shapes = ", ".join(str(tuple(each.shape)) for each in found)
        raise UnusableError(
            f"its model gives {len(found)} output{'s' * (len(found) > 1)} of shape {shapes} for a batch of {len(x)}. "
            f"{len(names)} {'is' if len(names) == 1 else 'are'} wanted: {', '.join(names)}."
        )
    return [as_array(each) for each in found]


def called(model, x):
    """What a model gives for a batch; UnusableError where it does not take one of this shape."""
    try:
        return model(x)
    except ValueError as error:
        if "incompatible" not in str(error):
            raise
        raise UnusableError(f"its model does not take a batch of shape {np.shape(x)}.") from None


def randomize(model, seed):
    """Set all weights of a model to known random numbers."""
    rng = np.random.default_rng(seed)
    for weight in model.trainable_variables:
        weight.assign(rng.normal(0, 1, weight.shape))


def seen_of_network(model, input_dim, names):
    """How a network with a hidden layer behaves: the shapes and the reach of its outputs, and whether they bend."""
    require_model(model, "a Keras model")
    x = np.random.default_rng(0).normal(size=(16, input_dim)).astype("float32")
    first = outputs_of(model, x, names)
    seen = {f"the shape of {name}": np.array(each.shape) for name, each in zip(names, first, strict=True)}
    tried = []
    for seed in range(WEIGHTS_TRIED):
        randomize(model, seed)
        tried.append([outputs_of(model, scale * x, names) for scale in (1, -1, 0, 1e3, 2e3, 3e3)])
    for place, name in enumerate(names):
        seen |= seen_of_output(name, np.array([[each[place] for each in scales] for scales in tried]))
    if len(names) == 2:
        seen["whether the two outputs are always the same"] = all(np.allclose(a, b) for (a, b), *_ in tried)
    seen["the number of weights"] = sum(int(np.prod(weight.shape)) for weight in model.trainable_variables)
    return seen


def seen_of_output(name, values):
    """values: (weights tried, scales of the input 1, -1, 0, 1000, 2000, 3000, images, outputs)."""
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


def about(value, expected):
    """The expected value, if a measured one lies within 3 % of it, eight standard errors here; else the measured."""
    return expected if abs(value - expected) < 0.03 * abs(expected) else value


def seen_of_sampling(layer):
    """How a layer draws z from (z_mean, z_log_var): whose noise, how wide, how shaped, and what gradients pass."""
    require_model(layer, "a Keras layer")
    seen = {"the shape of z": np.array([drawn(layer, 0, 0, (rows, 3)).shape for rows in (2, 5)])}
    z = drawn(layer, 0, 0, (DRAWS, 2))
    seen["whether z is random"] = np.std(z) > 1e-3
    seen["whether a second call draws anew"] = not np.array_equal(z, drawn(layer, 0, 0, (DRAWS, 2)))
    seen["whether each image gets noise of its own"] = np.std(z, axis=0).min() > 1e-3
    seen["whether each latent gets noise of its own"] = np.std(z, axis=1).max() > 1e-3
    seen["the mean of z where z_mean is 3"] = about(drawn(layer, 3, 0, (DRAWS, 2)).mean(), 3.0)
    for log_var in (0.0, 2.0, -2.0):
        spread = about(drawn(layer, 0, log_var, (DRAWS, 2)).std(), np.exp(log_var / 2))
        seen[f"the standard deviation of z where z_log_var is {log_var:g}"] = spread
    seen["the fourth moment of the noise"] = about(np.mean((z - z.mean()) ** 4) / (np.var(z) ** 2 + 1e-9), 3.0)
    return seen | seen_gradients(layer) | {"whether a compiled step draws anew": draws_anew_when_compiled(layer)}


def drawn(layer, mean, log_var, shape):
    """One call of a sampling layer on constant heads."""
    z = as_array(layer((np.full(shape, mean, "float32"), np.full(shape, log_var, "float32"))))
    if z.shape != shape:
        raise UnusableError(f"its z has shape {z.shape} where z_mean has {shape}.")
    return z


def seen_gradients(layer):
    """Whether the gradient of z reaches both heads."""
    from vae_helpers.backend import tf

    mean, log_var = tf.Variable(np.full((64, 2), 0.5, "float32")), tf.Variable(np.full((64, 2), -0.3, "float32"))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.convert_to_tensor(layer((mean, log_var))) ** 2)
    return {
        f"whether a gradient reaches {name}": each is not None and bool(np.any(np.asarray(each) != 0))
        for name, each in zip(("z_mean", "z_log_var"), tape.gradient(loss, (mean, log_var)), strict=True)
    }


def draws_anew_when_compiled(layer):
    """Whether two runs of one compiled function differ: numpy's random numbers would be frozen into it."""
    from vae_helpers.backend import tf

    zeros = np.zeros((8, 2), "float32")
    compiled = tf.function(lambda: layer((tf.constant(zeros), tf.constant(zeros))))
    return not np.array_equal(np.asarray(compiled()), np.asarray(compiled()))


# --- a whole VAE ---


def stand_ins(mean, log_var, logits):
    """An encoder and a decoder that give chosen outputs, whatever they get; the decoder keeps the z it was given."""
    from vae_helpers.backend import keras

    class StandInEncoder(keras.Model):
        def call(self, x):
            nothing = keras.ops.zeros_like(keras.ops.mean(x))
            return [keras.ops.convert_to_tensor(mean) + nothing, keras.ops.convert_to_tensor(log_var) + nothing]

    class StandInDecoder(keras.Model):
        z_given = None

        def call(self, z):
            self.z_given = np.asarray(z)
            return keras.ops.convert_to_tensor(logits) + keras.ops.zeros_like(keras.ops.mean(z))

    return StandInEncoder(), StandInDecoder()


def probe(vae_class, x, mean, log_var, logits):
    """The loss of a learner's VAE on chosen heads and logits, and the z that its decoder got."""
    arrays = [np.asarray(each, "float32") for each in (mean, log_var, logits)]
    encoder, decoder = stand_ins(*arrays)
    vae = vae_class(encoder, decoder)
    x = np.asarray(x, "float32")
    found = vae(x)
    if not isinstance(found, (list, tuple)) or len(found) != 3:
        raise UnusableError("its call does not return three things: (x_logits, z_mean, z_log_var).")
    for name, each, right in zip(("z_mean", "z_log_var", "x_logits"), (*found[1:], found[0]), arrays, strict=True):
        if tuple(each.shape) != right.shape or not np.allclose(as_array(each), right, atol=1e-5):
            raise UnusableError(f"its call returns something else where {name} belongs: (x_logits, z_mean, z_log_var).")
    return as_array(vae.compute_loss(x=x, y=None, y_pred=found, sample_weight=None)), decoder.z_given


def seen_losses(vae_class):
    """The loss of a VAE class on probes that move one thing at a time."""
    rng = np.random.default_rng(0)
    x, logits = (rng.random((4, 6)) < 0.5).astype(float), rng.normal(0, 2, (4, 6))
    nothing = np.zeros((4, 3))

    def loss(mean=nothing, log_var=nothing, images=x, given=logits):
        return probe(vae_class, images, mean, log_var, given)[0]

    base, shift = loss(), rng.normal(size=(4, 3))
    return {
        "the loss's shape": np.array(base.shape),
        "the loss where the KL is 0": base,
        "what z_mean adds to the loss": loss(mean=shift) - base,
        "what a positive z_log_var adds to the loss": loss(log_var=nothing + 1.0) - base,
        "what a negative z_log_var adds to the loss": loss(log_var=nothing - 1.5) - base,
        "the loss of one image": loss(nothing[:1] + 1, nothing[:1] - 1, x[:1], logits[:1]),
    } | seen_draws(vae_class)


def seen_draws(vae_class):
    """How wide the z that the decoder gets is spread around z_mean."""
    shape = (DRAWS, 2)
    images, logits = np.zeros((DRAWS, 6)), np.zeros((DRAWS, 6))
    _, z = probe(vae_class, images, np.full(shape, 30.0), np.full(shape, 2.0), logits)
    seen = {"the shape of the z that is decoded": np.array(z.shape)}
    if z.shape != shape:
        return seen
    return seen | {
        "the mean of the decoded z where z_mean is 30": np.round(z.mean()),
        "the standard deviation of the decoded z where z_log_var is 2": about(np.std(z), np.exp(1.0)),
    }


def seen_fit(vae_class):
    """Whether ``fit`` trains a small VAE: a compiled step runs, and every weight moves."""
    from vae_helpers.backend import keras
    from vae_helpers.model import build_decoder, build_encoder

    encoder, decoder = build_encoder(6, 8, 2), build_decoder(2, 8, 6)
    vae = vae_class(encoder, decoder)
    before = [np.copy(weight) for weight in (*encoder.get_weights(), *decoder.get_weights())]
    x = (np.random.default_rng(0).random((32, 6)) < 0.5).astype("float32")
    vae.compile(optimizer=keras.optimizers.Adam(0.05))
    history = vae.fit(x, epochs=2, batch_size=16, verbose=0).history
    after = (*encoder.get_weights(), *decoder.get_weights())
    moved = [not np.array_equal(a, b) for a, b in zip(before, after, strict=True)]
    return {
        "whether fit reports a finite loss": bool(np.isfinite(history["loss"]).all()),
        "whether fit moves the encoder's weights": all(moved[: len(encoder.weights)]),
        "whether fit moves the decoder's weights": all(moved[len(encoder.weights) :]),
    }
