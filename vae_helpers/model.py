"""The VAE's parts in data-flow order: encoder -> (z_mean, z_log_var) -> Sampling -> decoder -> x_logits."""

from typing import Any

import numpy as np

from vae_helpers import private_api
from vae_helpers.backend import keras, tf
from vae_helpers.losses import LARGEST_LOG_VAR, at_least_float32, bernoulli_nll, kl_divergence
from vae_helpers.types import Array, ArrayLike, Model, Tensor
from vae_helpers.validate import (
    require_floating,
    require_nonnegative,
    require_positive_int,
    require_same_shape,
    require_shape,
    require_unit_range,
)

ops = keras.ops
layers = keras.layers


@keras.saving.register_keras_serializable("vae_helpers")
class Sampling(keras.layers.Layer):
    """Draw z = z_mean + exp(z_log_var / 2) * epsilon with epsilon from N(0, I): the reparameterization trick.

    Called on (z_mean, z_log_var), each (batch, latent_dim); returns z of the same shape. Gradients reach both,
    because the chance sits in epsilon, which depends on neither (Kingma and Welling 2014, section 2.4). Computed in
    float32 or better; z_log_var counts up to losses.LARGEST_LOG_VAR, so that exp does not overflow.
    seed: an integer for the same draws in every run, or None. Raises ValueError where the two shapes differ.
    """

    def __init__(self, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs: tuple[Tensor, Tensor]) -> Tensor:
        z_mean, z_log_var = at_least_float32(*inputs)
        require_same_shape("z_mean", z_mean, "z_log_var", z_log_var)
        epsilon = keras.random.normal(ops.shape(z_mean), dtype=z_mean.dtype, seed=self.seed_generator)
        return z_mean + ops.exp(0.5 * ops.minimum(z_log_var, LARGEST_LOG_VAR)) * epsilon

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape[0]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "seed": self.seed}


def build_encoder(input_dim: int = 784, hidden_dim: int = 512, latent_dim: int = 2) -> Model:
    """Functional encoder: x (batch, input_dim) -> [z_mean, z_log_var], each (batch, latent_dim).

    One hidden ReLU layer, then two linear heads side by side. Raises ValueError unless all sizes are
    integers of at least 1.
    """
    input_dim, hidden_dim, latent_dim = _sizes(input_dim=input_dim, hidden_dim=hidden_dim, latent_dim=latent_dim)
    x = keras.Input((input_dim,), name="x")
    hidden = layers.Dense(hidden_dim, activation="relu", name="encoder_hidden")(x)
    z_mean = layers.Dense(latent_dim, name="z_mean")(hidden)
    z_log_var = layers.Dense(latent_dim, name="z_log_var")(hidden)
    return keras.Model(x, [z_mean, z_log_var], name="encoder")


def build_decoder(latent_dim: int = 2, hidden_dim: int = 512, output_dim: int = 784, **first_layer: Any) -> Model:
    """Functional decoder: z (batch, latent_dim) -> x_logits (batch, output_dim).

    One hidden ReLU layer and a linear layer of logits; sigmoid(x_logits) are the pixels' probabilities. first_layer:
    arguments for the hidden layer, such as ``**spread_bends()``; without any, Keras's own initialization. Raises
    ValueError unless all sizes are integers of at least 1.
    """
    latent_dim, hidden_dim, output_dim = _sizes(latent_dim=latent_dim, hidden_dim=hidden_dim, output_dim=output_dim)
    z = keras.Input((latent_dim,), name="z")
    hidden = layers.Dense(hidden_dim, activation="relu", name="decoder_hidden", **first_layer)(z)
    x_logits = layers.Dense(output_dim, name="x_logits")(hidden)
    return keras.Model(z, x_logits, name="decoder")


def spread_bends(seed: int | None = None) -> dict[str, Any]:
    """Initializers for a decoder's first layer that spread its hidden units' bends over the latent plane.

    A hidden ReLU unit bends on a line in the plane. With Keras's zero biases all the lines pass through the origin, and
    a 2-d decoder learns slowly (notebook 05 shows why, and measures it); with these they lie all over the region where
    the prior puts z. seed: an integer for the same weights in every run, or None. Returns keyword arguments for
    ``build_decoder``. Made for two latents: with more, the weights' larger norm draws the lines to the origin again.
    """
    bias_seed = None if seed is None else seed + 1  # one seed for both would tie the biases to the weights
    return {
        "kernel_initializer": keras.initializers.RandomNormal(stddev=2.0, seed=seed),
        "bias_initializer": keras.initializers.RandomUniform(-5.0, 5.0, seed=bias_seed),
    }


def decode(decoder: Model, z: ArrayLike) -> Array:
    """The decoder's images: z (n, latent_dim) -> probabilities of ink (n, pixels) as numpy, in one batched call."""
    (x_logits,) = at_least_float32(decoder(np.asarray(z, keras.config.floatx())))
    return np.asarray(ops.sigmoid(x_logits))


@keras.saving.register_keras_serializable("vae_helpers")
class VAE(keras.Model):
    """Encoder, Sampling and decoder, trained on reconstruction + beta * KL with plain ``fit``.

    Called on x (batch, pixels), returns (x_logits, z_mean, z_log_var). Images and latents may have any axes after the
    batch. encoder: gives [z_mean, z_log_var]; a third output, the z of many published encoders, is not used. beta:
    weight of the KL, at least 0; ``vae.beta = 0.5`` takes effect at once, during ``fit`` too (a callback). seed: an
    integer for the same epsilons in every run, or None.

    ``fit`` and ``evaluate`` take x alone (a target y is not used), draw one z per image, and report in nats per image,
    averaged over the images, ``reconstruction``, ``kl`` and ``loss`` = reconstruction + beta * kl + what the layers add
    (regularizers, ``add_loss``). The loss is the negative ELBO where beta is 1 and the layers add nothing. With
    sample_weight (images,) each image's two terms are multiplied by its weight; the average still divides by the
    number of images, as in Keras's own losses. ``predict`` draws a z too; ``reconstruct`` does not.

    Raises ValueError where encoder and decoder don't fit each other, beta is not a finite number of at least 0, or x
    doesn't fit the encoder. ``fit``, ``evaluate`` and ``predict`` also raise it where images leave [0, 1] or are not
    finite (an array is looked at first; the images of a pipeline as they pass, and the error comes at the end of the
    epoch), and ``fit`` and ``evaluate`` where the loss is not finite.
    """

    def __init__(
        self, encoder: Model, decoder: Model, beta: float = 1.0, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        _require_fit(encoder, decoder)
        self.encoder, self.decoder, self.seed = encoder, decoder, seed
        self.sampling = Sampling(seed, name="sampling")
        self.reconstruction_tracker = keras.metrics.Mean("reconstruction")
        self.kl_tracker = keras.metrics.Mean("kl")
        self._beta = self.add_weight(shape=(), dtype="float64", trainable=False, name="beta")  # compiled code reads it
        self.beta = beta
        # The number of images outside [0, 1]. Not an attribute in Keras's eyes, which would save it with the weights.
        outside = keras.Variable(0.0, dtype="float32", trainable=False, aggregation="sum")
        private_api.untracked(self, "_outside", outside)

    @property
    def beta(self) -> float:
        return float(np.asarray(self._beta))

    @beta.setter
    def beta(self, value: float) -> None:
        require_nonnegative("beta", value)
        self._beta.assign(float(value))

    def call(self, x: Tensor, training: bool | None = None) -> tuple[Tensor, Tensor, Tensor]:
        require_shape("x", x, ("batch", *self.encoder.input_shape[1:]))
        z_mean, z_log_var = self.encoder(x, training=training)[:2]
        z = self.sampling((z_mean, z_log_var))
        return self.decoder(z, training=training), z_mean, z_log_var

    def compute_loss(
        self,
        x: Tensor = None,
        y: Tensor = None,
        y_pred: Any = None,
        sample_weight: Tensor | None = None,
        training: bool = True,
    ) -> Tensor:
        x_logits, z_mean, z_log_var = y_pred
        self._outside.assign_add(_images_outside(x))
        terms = [bernoulli_nll(x, x_logits), kl_divergence(z_mean, z_log_var)]  # (batch,) each
        if sample_weight is not None:
            require_shape("sample_weight", sample_weight, ("batch",))
            terms = [ops.cast(sample_weight, term.dtype) * term for term in terms]
        reconstruction, kl = terms
        self.reconstruction_tracker.update_state(reconstruction)
        self.kl_tracker.update_state(kl)
        loss = ops.mean(reconstruction + ops.cast(self._beta, kl.dtype) * kl)
        return loss + sum(ops.cast(ops.sum(added), loss.dtype) for added in self.losses)

    def reconstruct(self, x: Tensor) -> Array:
        """Images (n, pixels) decoded from z_mean, without chance: their probabilities of ink as numpy, same shape."""
        self._require_images(x)
        return decode(self.decoder, self.encoder(np.asarray(x, keras.config.floatx()))[0])

    def sample(self, n: int, seed: int | None = None) -> Array:
        """n new images, (n, pixels), decoded from draws of the prior: their probabilities of ink as numpy."""
        require_positive_int("n", n)
        return decode(self.decoder, np.random.default_rng(seed).standard_normal((n, *self.decoder.input_shape[1:])))

    def fit(self, x: Any = None, y: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Keras's own ``fit`` on images x."""
        self._require_images(x)
        return super().fit(x, _target(y, **kwargs), *args, **kwargs)

    def evaluate(self, x: Any = None, y: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Keras's own ``evaluate`` on images x."""
        self._require_images(x)
        return super().evaluate(x, _target(y, **kwargs), *args, **kwargs)

    def predict(self, x: Any, *args: Any, **kwargs: Any) -> tuple[Array, Array, Array]:
        """Keras's own ``predict`` on images x: (x_logits, z_mean, z_log_var) of all, with one draw of z per image."""
        self._require_images(x)
        outputs = super().predict(x, *args, **kwargs)
        self._require_none_outside()
        return outputs

    def predict_step(self, data: Any) -> Any:
        self._outside.assign_add(_images_outside(keras.utils.unpack_x_y_sample_weight(data)[0]))
        return super().predict_step(data)

    def get_metrics_result(self) -> dict[str, Any]:
        results = super().get_metrics_result()
        if tf.executing_eagerly():  # at the end of an epoch, and not while a step is being compiled
            self._require_none_outside()
            loss = float(results["loss"])
            if not np.isfinite(loss):
                raise ValueError(
                    f"loss is {loss}: some number became too large, and the weights may be lost. "
                    "Build the model anew, and compile it with a lower learning rate."
                )
        return results

    def _require_images(self, x):
        """Raise ValueError where x is an array of anything but images; a pipeline's images are counted as they pass."""
        self._outside.assign(0.0)
        if isinstance(x, np.ndarray) or tf.is_tensor(x):
            require_shape("x", x, ("batch", *self.encoder.input_shape[1:]))
            require_floating("x", x)
            require_unit_range("x", np.asarray(x))

    def _require_none_outside(self):
        outside = int(self._outside.numpy())
        if outside:
            raise ValueError(
                f"x must lie in [0, 1] and be finite, but {outside} of the images that came do not. "
                "vae_helpers.data.preprocess scales raw images. A model that was trained on them must be built anew."
            )

    def get_config(self) -> dict[str, Any]:
        parts = {"encoder": self.encoder, "decoder": self.decoder}
        saved = {name: keras.saving.serialize_keras_object(part) for name, part in parts.items()}
        return {**super().get_config(), **saved, "beta": self.beta, "seed": self.seed}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "VAE":
        parts = {name: keras.saving.deserialize_keras_object(config[name]) for name in ("encoder", "decoder")}
        return cls(**{**config, **parts})


def model_picture(model: Model) -> Any:
    """A functional model's layers and their shapes, drawn by Keras, as an ``IPython.display.Image``.

    Where Graphviz or pydot is missing it is one line that says how to get them. Raises ValueError where the model is
    not built yet.
    """
    from IPython.display import Image, Pretty  # here, so that building a model does not need IPython

    try:
        return Image(keras.utils.model_to_dot(model, show_shapes=True, dpi=64).create_png(), format="png")
    except (ImportError, OSError):  # pydot is missing, or its program dot
        return Pretty(
            "For a picture of the model install Graphviz (apt-get, brew or conda install graphviz) "
            "and the Python package pydot, then restart the kernel."
        )


def _sizes(**sizes):
    """The sizes as Python's integers, the only ones that Keras takes."""
    for name, size in sizes.items():
        require_positive_int(name, size)
    return [int(size) for size in sizes.values()]


def _images_outside(x):
    """How many images of a batch have a value outside [0, 1]; NaN lies outside."""
    inside = ops.all((x >= 0) & (x <= 1), axis=tuple(range(1, len(x.shape))))
    return ops.sum(ops.cast(~inside, "float32"))


def _target(y, sample_weight=None, **_):
    """What to pass for y, which is not used: Keras drops the weights of images that have no target."""
    return sample_weight if y is None else y


def _require_fit(encoder, decoder):
    """Raise ValueError unless the decoder takes what the encoder gives, and gives back what it takes."""
    for name, part in (("encoder", encoder), ("decoder", decoder)):
        if not hasattr(part, "output_shape"):
            raise ValueError(
                f"{name} must know its shapes: build it as keras.Model(inputs, outputs), "
                "or as a keras.Sequential that starts with a keras.Input."
            )
    given = encoder.output_shape  # a list of shapes where there are several outputs
    if not isinstance(given, list | tuple) or len(given) < 2 or not isinstance(given[0], tuple):
        raise ValueError(
            f"encoder must give [z_mean, z_log_var], but gives one output of shape {given}. "
            "The encoder comes first: VAE(encoder, decoder)."
        )
    if decoder.input_shape[1:] != given[0][1:]:
        raise ValueError(
            f"decoder must take z of the encoder's shape, {given[0]}, but its input has shape {decoder.input_shape}."
        )
    if decoder.output_shape[1:] != encoder.input_shape[1:]:
        raise ValueError(
            f"decoder must give back images of the encoder's input shape, {encoder.input_shape}, "
            f"but its output has shape {decoder.output_shape}."
        )
