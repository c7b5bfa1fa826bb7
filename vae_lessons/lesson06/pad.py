"""The drawing pad of 06: draw a digit and see what the VAE makes of it, with a kernel or without one."""

from pathlib import Path
from typing import NamedTuple

import anywidget
import numpy as np
import traitlets
from scipy.special import expit

from vae_helpers.latent import square_grid
from vae_helpers.palette import BLUE, RED, ROLE
from vae_helpers.panel import BlitCanvas, StaticFallback
from vae_helpers.types import Array, ArrayLike, Model
from vae_helpers.validate import require_floating, require_integers, require_range, require_shape
from vae_lessons.lesson06 import figures
from vae_lessons.lesson06.widgets import CSS, Layers, dense_layers, logits, weights_of

HERE = Path(__file__).parent
CELLS = 25  # places along a side of the posterior's picture
DRAWS = 64
COLOURS = {"frame": ROLE["frame"], "pen_up": BLUE, "pen_down": RED, "encoder": ROLE["encoder"]}  # that pad.js draws in


class Measurement(NamedTuple):
    """What the VAE makes of an image; nats.

    z_mean, z_log_var: the encoder's outputs, (2,). reconstruction: the cross-entropy, averaged over draws of z. kl:
    of the encoder's distribution to the prior. elbo: minus both. error: the standard error of the draws.
    """

    z_mean: Array
    z_log_var: Array
    reconstruction: float
    kl: float
    elbo: float
    error: float


def encoder_layers(encoder: Model) -> Layers:
    """An encoder's weights as ``dense_layers`` gives a decoder's, both heads as one last layer: z_mean, then z_log_var.

    Raises ValueError unless the encoder is a chain of Dense layers, ReLU inside, that ends in two linear heads of 2.
    """
    layers = [layer for layer in encoder.layers if layer.weights]
    try:
        *hidden, mean, log_var = pairs = [weights_of(layer) for layer in layers]
        kernel, bias = (np.concatenate(pair, axis=-1) for pair in zip(mean, log_var, strict=True))
        heads = kernel, bias
        x = np.random.default_rng(0).random((4, pairs[0][0].shape[0])).astype("float32")
        expected = np.concatenate([np.asarray(head) for head in encoder(x)], axis=-1)
        same = expected.shape[1] == 4 and np.allclose(logits([*hidden, heads], x), expected, rtol=1e-3, atol=1e-3)
    except (ValueError, TypeError):  # other layers, other shapes
        same = False
    if not same:
        raise ValueError(
            f"encoder {encoder.name} must be Dense layers one after another, relu inside, and two linear heads of 2 "
            "numbers, z_mean before z_log_var, with finite weights: what build_encoder makes."
        )
    return [*hidden, heads]


def half_precision(layers: Layers) -> Layers:
    """Weights in half precision, the way the browser gets them: half the size, and a relative error of 1/2048."""
    return [(kernel.astype("<f2"), bias.astype("<f2")) for kernel, bias in layers]


def cross_entropy(decoder: Layers, x: Array, z: Array) -> Array:
    """The cross-entropy of an image x (pixels,) with the decoder's image of each z (n, 2), in nats: (n,)."""
    x_logits = logits(decoder, z)
    return np.sum(np.logaddexp(0, x_logits) - x * x_logits, axis=1)


def measure(encoder: Layers, decoder: Layers, epsilon: Array, x: Array) -> Measurement:
    """What pad.js shows of an image x (pixels,), with draws of z from epsilon (draws, 2)."""
    z_mean, z_log_var = np.split(logits(encoder, x), 2)
    costs = cross_entropy(decoder, x, z_mean + np.exp(z_log_var / 2) * epsilon)
    kl = 0.5 * np.sum(np.exp(z_log_var) + z_mean**2 - 1 - z_log_var)
    reconstruction, error = costs.mean(), costs.std() / np.sqrt(len(costs))
    return Measurement(z_mean, z_log_var, reconstruction, kl, elbo=-reconstruction - kl, error=error)


class DrawingPad(StaticFallback, anywidget.AnyWidget):
    """A pad to draw a digit on. The browser computes (pad.js), in a page even without a kernel."""

    _esm = (HERE / "network.js").read_text(encoding="utf-8") + (HERE / "pad.js").read_text(encoding="utf-8")
    _css = CSS
    colours = traitlets.Dict().tag(sync=True)
    sizes = traitlets.List(traitlets.List(traitlets.Int())).tag(sync=True)  # of the encoder's layers, of the decoder's
    weights = traitlets.Bytes().tag(sync=True)  # float16: the encoder's, then the decoder's
    epsilon = traitlets.Bytes().tag(sync=True)  # float32 (draws, 2)
    scores = traitlets.Bytes().tag(sync=True)  # float32: ELBOs of digits to compare with
    images = traitlets.Bytes().tag(sync=True)  # uint8 (n, pixels): to start from
    labels = traitlets.Bytes().tag(sync=True)  # uint8 (n,)

    def __init__(self, encoder: Layers, decoder: Layers, elbo: Array, images: Array, labels: Array) -> None:
        networks = half_precision(encoder), half_precision(decoder)
        epsilon = np.random.default_rng(0).normal(size=(DRAWS, 2)).astype("<f4")
        self.parts, self.first = (*networks, epsilon), images[0] / 255
        super().__init__(
            colours=COLOURS,
            sizes=[[layers[0][0].shape[0], *(bias.size for _, bias in layers)] for layers in networks],
            weights=b"".join(array.tobytes() for layers in networks for pair in layers for array in pair),
            epsilon=epsilon.tobytes(),
            scores=np.sort(elbo).astype("<f4").tobytes(),
            images=images.tobytes(),
            labels=labels.astype("uint8").tobytes(),
        )

    def still_png(self) -> bytes:
        encoder, decoder, epsilon = self.parts
        measurement = measure(encoder, decoder, epsilon, self.first)
        reach = 4 * np.exp(measurement.z_log_var.max() / 2)
        z = measurement.z_mean + square_grid(np.linspace(-reach, reach, CELLS))
        log_joint = -cross_entropy(decoder, self.first, z) - np.sum(z**2, axis=1) / 2
        reconstructed = expit(logits(decoder, measurement.z_mean))
        return BlitCanvas(figures.drawn_digit(self.first, reconstructed, log_joint, z, measurement)).png()


def drawing_pad(encoder: Model, decoder: Model, elbo: ArrayLike, images: ArrayLike, y: ArrayLike) -> DrawingPad:
    """A pad on which a digit is drawn; it shows the posterior, the reconstruction and the ELBO: a DrawingPad.

    encoder, decoder: Keras, as ``encoder_layers`` and ``dense_layers`` want them, with two latents. elbo: (n,), of
    digits to compare with. images: (k, 784), floating, in [0, 1], k of 1 or more, to start from; y: (k,), their
    classes. The browser gets the weights in half precision. Raises ValueError where something does not fit.
    """
    networks = encoder_layers(encoder), dense_layers(decoder)
    elbo, images, y = np.asarray(elbo), np.asarray(images), np.asarray(y)
    require_shape("elbo", elbo, ("n",))
    require_shape("images", images, (max(len(images), 1), 784))
    require_floating("images", images)
    require_range("images", images, 0, 1)
    require_shape("y", y, (len(images),))
    require_integers("y", y)
    require_range("y", y, 0, 9)
    return DrawingPad(*networks, elbo, np.round(255 * images).astype("uint8"), y)
