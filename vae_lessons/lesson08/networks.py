"""The small VAEs that notebook 08 trains by the dozen: one class with every knob that the notebook turns.

What is trained is a ``Network``, a row of settings. ``train_and_measure`` turns it into arrays; ``sweep`` runs many of
them side by side and keeps what they return. A model is built once for each shape and then reset, because tracing its
steps takes nearly as long as training.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np
from scipy.special import expit

from vae_helpers import private_api
from vae_helpers.backend import keras, tf
from vae_helpers.losses import bernoulli_nll
from vae_helpers.model import VAE, build_decoder, build_encoder
from vae_helpers.types import Array, Model, Tensor
from vae_lessons.lesson08.settings import Network

ops = keras.ops
BATCH_SIZE, LEARNING_RATE = 100, 0.003
SHOWN = 10  # held-out images that are reconstructed for a picture, and new ones that are drawn


class Previous(keras.layers.Layer):
    """A logit for each pixel from the pixels before it, by one masked hidden layer (MADE; Germain et al. 2015).

    There is a hidden unit for each pixel. The one at a place sees the pixels up to this place, and a pixel sees the
    hidden units at the places before it.
    """

    def build(self, shape: Any) -> None:
        place = pixel = np.arange(shape[-1])  # of each hidden unit, and of each pixel
        self.masks = [mask.astype("float32") for mask in (pixel[:, None] <= place, place[:, None] < pixel)]
        self.kernels = [self.add_weight(shape=mask.shape, name=f"kernel_{i}") for i, mask in enumerate(self.masks)]
        self.bias = self.add_weight(shape=place.shape, initializer="zeros", name="bias")

    def call(self, x: Tensor) -> Tensor:
        first, second = (kernel * mask for kernel, mask in zip(self.kernels, self.masks, strict=True))
        return ops.matmul(ops.relu(ops.matmul(x, first) + self.bias), second)


class KnobVAE(VAE):
    """The course's VAE with the knobs of a Network; pixels: of an image."""

    def __init__(self, network: Network, pixels: int) -> None:
        super().__init__(*parts(network, pixels), seed=0)
        self.likelihood = network.likelihood
        self.previous = Previous(name="previous") if network.likelihood == "autoregressive" else None
        learned = network.likelihood == "gaussian" and network.sigma == 0
        self.log_sigma = self.add_weight(shape=(), initializer="zeros", trainable=learned, name="log_sigma")
        self.floor = self.add_weight(shape=(), initializer="zeros", trainable=False, name="floor")
        self.rise = self.add_weight(shape=(), initializer="ones", trainable=False, name="rise")  # steps

    def call(self, x: Tensor, training: bool | None = None) -> tuple[Tensor, Tensor, Tensor]:
        x_logits, z_mean, z_log_var = super().call(x, training)
        return (x_logits + self.previous(x) if self.previous else x_logits), z_mean, z_log_var

    def nll(self, x: Tensor, x_logits: Tensor) -> Tensor:
        """-log p(x | z) of each image, (batch,). Of Gaussian pixels x_logits holds the means."""
        if self.likelihood != "gaussian":
            return bernoulli_nll(x, x_logits)
        squared = ops.square(x - x_logits) * ops.exp(-2 * self.log_sigma)
        return ops.sum(0.5 * squared + 0.5 * np.log(2 * np.pi) + self.log_sigma, axis=-1)

    def objective(self, x: Tensor, outputs: tuple[Tensor, Tensor, Tensor], step: Tensor) -> Tensor:
        """The loss of a batch x, given what ``call`` made of it, after so many steps."""
        x_logits, z_mean, z_log_var = outputs
        kl = ops.mean(kl_terms(z_mean, z_log_var), axis=0)  # (latent_dim,), of this batch
        beta = ops.minimum(1.0, ops.cast(step, "float32") / self.rise) * ops.cast(self._beta, "float32")
        return ops.mean(self.nll(x, x_logits)) + beta * ops.sum(ops.maximum(kl, self.floor))

    def learn(self, x: Tensor, batches: Tensor, pace: Tensor, moments: list[list[Any]]) -> None:
        """Adam from its beginning on images x (n, pixels); batches (steps, size): which of them each step takes.

        A loop of its own with Adam as one operation: Keras's optimizer made steps as small as these take a tenth to two
        thirds longer. pace: the encoder's learning rate, relative to the others'. moments: see ``adam_step``.
        """
        encoder, rest = ([weight.value for weight in half] for half in self.halves())
        for moment in sum(moments, []):
            moment.assign(tf.zeros_like(moment))
        for step in tf.range(len(batches)):
            batch = tf.gather(x, batches[step])
            with tf.GradientTape() as tape:
                loss = self.objective(batch, self(batch, training=True), step)
            rates = [pace * LEARNING_RATE] * len(encoder) + [LEARNING_RATE] * len(rest)
            adam_step(encoder + rest, tape.gradient(loss, encoder + rest), moments, rates, step + 1)

    def halves(self) -> tuple[list[Any], list[Any]]:
        """The encoder's weights, and all others that are trained."""
        encoder = self.encoder.trainable_variables
        of_encoder = {id(weight) for weight in encoder}
        return encoder, [weight for weight in self.trainable_variables if id(weight) not in of_encoder]


def adam_step(
    weights: Sequence[Any],
    gradients: Sequence[Tensor],
    moments: Sequence[Sequence[Any]],
    rates: Sequence[Any],
    step: Any,
) -> None:
    """The step-th step of Adam (Kingma and Ba 2015), counted from 1, as TensorFlow's one operation for a weight.

    moments: two lists, the running means of the gradients and of their squares. rates: a learning rate for each weight.
    """
    powers = [tf.pow(decay, tf.cast(step, "float32")) for decay in (0.9, 0.999)]
    for weight, gradient, m, v, rate in zip(weights, gradients, *moments, rates, strict=True):
        private_api.apply_adam(weight, m, v, gradient, rate, *powers)


def parts(network: Network, pixels: int) -> tuple[Model, Model]:
    """An untrained encoder and decoder."""
    sizes = {"hidden_dim": network.hidden_dim, "latent_dim": network.latent_dim}
    return build_encoder(pixels, **sizes), build_decoder(output_dim=pixels, **sizes)


def kl_terms(z_mean: Tensor, z_log_var: Tensor) -> Tensor:
    """The KL of each latent to the prior, (batch, latent_dim), in nats."""
    return 0.5 * (ops.exp(z_log_var) + ops.square(z_mean) - 1 - z_log_var)


class CompiledVAE(NamedTuple):
    """A KnobVAE, and its ``learn`` as one compiled function of x, batches and pace."""

    vae: KnobVAE
    learn: Callable[[Tensor, Tensor, Tensor], Any]


def compiled_vae(network: Network, pixels: int) -> CompiledVAE:
    """The CompiledVAE of all Networks that are traced alike; its weights are what the last training left."""
    traced = ("data", "likelihood", "latent_dim", "hidden_dim")
    shape = {name: value for name, value in asdict(network).items() if name in traced}
    return _compiled((*shape.items(), ("sigma", float(network.sigma > 0))), pixels)


@functools.cache
def _compiled(shape: tuple[tuple[str, Any], ...], pixels: int) -> CompiledVAE:
    """shape: a Network's settings that decide what is traced, as items."""
    vae = KnobVAE(Network(**dict(shape)), pixels)
    vae(np.zeros((1, pixels), "float32"))
    weights = sum(vae.halves(), [])
    moments = [[tf.Variable(tf.zeros_like(weight)) for weight in weights] for _ in range(2)]

    def learn(x, batches, pace):
        vae.learn(x, batches, pace, moments)

    shapes = tf.TensorSpec((None, pixels)), tf.TensorSpec((None, None), "int64"), tf.TensorSpec(())
    return CompiledVAE(vae, tf.function(learn).get_concrete_function(*shapes))


def reset(vae: KnobVAE, network: Network, x: Array) -> KnobVAE:
    """Give a model a Network's settings, and all else as if it were new. x: what it will be trained on."""
    keras.utils.set_random_seed(network.seed)
    for weight in (*vae.encoder.weights, *vae.decoder.weights):  # as layers do by default
        initializer = keras.initializers.GlorotUniform() if len(weight.shape) > 1 else keras.initializers.Zeros()
        weight.assign(initializer(weight.shape))
    steps = network.epochs * len(x) / BATCH_SIZE
    vae.beta = network.beta
    vae.floor.assign(network.free_bits)
    vae.rise.assign(max(1.0, network.warm_up * steps))
    vae.log_sigma.assign(np.log(network.sigma or 0.3))
    _reset_chance(vae, network)
    return vae


def _reset_chance(vae: KnobVAE, network: Network) -> None:
    """Set back what else a training moves: the draws of epsilon, and the weights of Previous."""
    vae.sampling.seed_generator.state.assign([network.seed, 0])
    if vae.previous:
        rng = np.random.default_rng(network.seed)
        shapes = [weight.shape for weight in vae.previous.get_weights()]
        vae.previous.set_weights([rng.normal(0, 1 / np.sqrt(shape[0]), shape) * (len(shape) > 1) for shape in shapes])


def train(network: Network, x: Array) -> KnobVAE:
    """The model that a Network describes, trained on x (n, pixels). The next call for the same shape trains it anew."""
    vae, learn = compiled_vae(network, x.shape[1])
    reset(vae, network, x)
    rng = np.random.default_rng(network.seed)
    order = np.concatenate([rng.permutation(len(x)) for _ in range(network.epochs)])
    learn(tf.constant(x), tf.constant(order.reshape(-1, BATCH_SIZE)), tf.constant(network.pace))
    return vae


def train_and_measure(network: Network, data: Mapping[str, tuple[Array, ...]]) -> dict[str, Array]:
    """Train a Network and measure it on held-out images: arrays by name.

    data: {name of the images: (x, x_val)}, uint8 (n, pixels), 255 for ink.
    """
    x, x_val = (part.astype("float32") / 255 for part in data[network.data])
    vae = train(network, x)
    return measure(vae, x_val) | pictures(vae, x_val[:SHOWN])


def measure(vae: KnobVAE, x: Array) -> dict[str, Array]:
    """On images x (n, pixels): rate, distortion and squared error (n,), in nats, the encoder's outputs, and sigma."""
    x_logits, z_mean, z_log_var = vae(x)
    return {
        "distortion": np.asarray(vae.nll(x, x_logits)),
        "rate": np.asarray(ops.sum(kl_terms(z_mean, z_log_var), axis=-1)),
        "squared_error": np.sum((x - np.asarray(x_logits)) ** 2, axis=1),
        "z_mean": np.asarray(z_mean),
        "z_log_var": np.asarray(z_log_var),
        "sigma": np.exp(np.asarray(vae.log_sigma)),
    }


def pictures(vae: KnobVAE, x: Array) -> dict[str, Array]:
    """Each pixel's probability as uint8 (len(x), pixels): of x from z_mean, and of new images from the prior.

    The pixels before are left out, so an autoregressive network's pictures hold what z alone says.
    """
    z = np.random.default_rng(0).standard_normal((len(x), vae.decoder.input_shape[1])).astype("float32")
    reconstructed, new = (expit(np.asarray(vae.decoder(codes))) for codes in (vae.encoder(x)[0], z))
    return {"again": np.round(255 * reconstructed).astype("uint8"), "new": np.round(255 * new).astype("uint8")}
