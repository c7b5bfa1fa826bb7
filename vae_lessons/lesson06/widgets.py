"""The latent explorer of 06: the latent plane to drag in, in the notebook and in a page where no kernel runs."""

from pathlib import Path
from string import Template
from typing import TypeAlias

import anywidget
import numpy as np
import traitlets
from scipy.special import expit

from vae_helpers.latent import square_grid
from vae_helpers.palette import ROLE, SERIES
from vae_helpers.panel import BlitCanvas, StaticFallback
from vae_helpers.types import Array, ArrayLike, Model
from vae_helpers.validate import require_floating, require_integers, require_range, require_shape
from vae_lessons.lesson06 import figures

HERE = Path(__file__).parent
CSS = Template((HERE / "explorer.css").read_text(encoding="utf-8")).substitute(ROLE)
Layers: TypeAlias = list[tuple[Array, Array]]  # of each Dense layer kernel (inputs, outputs) and bias (outputs,)

# --- a decoder as plain weights, for the browser ---


def dense_layers(decoder: Model) -> Layers:
    """A decoder's weights as float32 arrays: a list of pairs kernel (inputs, outputs), bias (outputs,).

    Raises ValueError unless it is a chain of Dense layers and nothing else, ReLU between them and logits at the end,
    from two latents to a square image, with finite weights.
    """
    layers = [layer for layer in decoder.layers if layer.weights]
    if not layers:
        raise ValueError(f"decoder {decoder.name} has no weights yet: call it once on a z, such as np.zeros((1, 2)).")
    for layer, activation in zip(layers, ["relu"] * (len(layers) - 1) + ["linear"], strict=True):
        actual = getattr(getattr(layer, "activation", None), "__name__", "none")
        if type(layer).__name__ != "Dense" or actual != activation or len(layer.get_weights()) != 2:
            raise ValueError(
                "decoder must be Dense layers with biases, relu inside and linear at the end, but its layer "
                f"{layer.name} is a {type(layer).__name__} with activation {actual}."
            )
    pairs = [weights_of(layer) for layer in layers]
    _require_weights(pairs, decoder)
    _require_nothing_else(pairs, decoder)
    return pairs


def weights_of(layer: Model) -> tuple[Array, Array]:
    """A Dense layer's kernel and bias as float32. Raises ValueError where it has other weights than these two."""
    kernel, bias = (np.asarray(array, "float32") for array in layer.get_weights())
    return kernel, bias


def _require_weights(pairs: Layers, decoder: Model) -> None:
    """Raise ValueError unless the weights lead from two latents to a square image and are finite."""
    latent_dim = pairs[0][0].shape[0]
    if latent_dim != 2:
        raise ValueError(
            f"decoder must take a latent of 2 numbers, a point of a plane, but {decoder.name} takes {latent_dim}."
        )
    pixels = pairs[-1][1].size
    if round(pixels**0.5) ** 2 != pixels:
        raise ValueError(f"decoder must give square images, but {decoder.name} gives {pixels} pixels.")
    bad = [i for i, pair in enumerate(pairs) if not all(np.isfinite(array).all() for array in pair)]
    if bad:
        raise ValueError(
            f"decoder {decoder.name} has weights that are NaN or infinite (layer {bad[0]}): did its training diverge? "
            "Train it anew with a smaller learning rate."
        )


def _require_nothing_else(pairs: Layers, decoder: Model) -> None:
    """Raise ValueError unless the layers, one after another, give what the decoder gives."""
    z = np.array([[0, 0], [1.5, -0.5], [-1, 2], [-3, -3]], "float32")
    try:
        same = np.allclose(logits(pairs, z), np.asarray(decoder(z)), rtol=1e-3, atol=1e-3)
    except ValueError:  # a kernel that doesn't fit the layer before it
        same = False
    if not same:
        raise ValueError(
            f"decoder {decoder.name} does more than its Dense layers do one after another: a branch, or a layer "
            "without weights such as a last sigmoid. Here it must be a plain chain of them that ends with logits."
        )


def logits(layers: Layers, z: ArrayLike) -> Array:
    """Logits (n, pixels) of points z (n, 2), from the weights of ``dense_layers``: what explorer.js computes."""
    values = np.asarray(z, "float32")
    for i, (kernel, bias) in enumerate(layers):
        values = (np.maximum(values, 0) if i else values) @ kernel + bias  # (n, outputs)
    return values


# --- the widget ---


class LatentExplorer(StaticFallback, anywidget.AnyWidget):
    """The latent plane to drag in. It decodes in the browser (explorer.js), in a page even without a kernel."""

    _esm = "".join((HERE / name).read_text(encoding="utf-8") for name in ("network.js", "explorer.js"))
    _css = CSS
    sizes = traitlets.List(traitlets.Int()).tag(sync=True)
    weights = traitlets.Bytes().tag(sync=True)  # float32: each layer's kernel, row by row, then its bias
    codes = traitlets.Bytes().tag(sync=True)  # float32 (n, 2)
    labels = traitlets.Bytes().tag(sync=True)  # uint8 (n,)
    images = traitlets.Bytes().tag(sync=True)  # uint8 (n, pixels)
    colours = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, layers: Layers, codes: Array, labels: Array, images: Array) -> None:
        self.layers, self.points = layers, (codes, labels)
        super().__init__(
            sizes=[2, *(bias.size for _, bias in layers)],
            weights=b"".join(array.astype("<f4").tobytes() for pair in layers for array in pair),
            codes=codes.astype("<f4").tobytes(),
            labels=labels.astype("uint8").tobytes(),
            images=images.tobytes(),
            colours=list(SERIES),
        )

    def still_png(self) -> bytes:
        values = np.linspace(-3.5, 3.5, 15)
        manifold = expit(logits(self.layers, square_grid(values)))  # (225, pixels)
        return BlitCanvas(figures.explorer(*self.points, manifold, values, manifold[len(manifold) // 2])).png()


def latent_explorer(decoder: Model, z_mean: ArrayLike, y: ArrayLike, images: ArrayLike) -> LatentExplorer:
    """The latent plane with images as points and the decoder's manifold behind: a LatentExplorer.

    decoder: Keras, as ``dense_layers`` wants it. z_mean: (n, 2), y: classes 0 to 9 (n,), images: (n, pixels), floating,
    in [0, 1]; a thousand are plenty, as all go to the browser. Raises ValueError where something does not fit.
    """
    layers = dense_layers(decoder)
    z_mean, y, images = np.asarray(z_mean), np.asarray(y), np.asarray(images)
    if len(z_mean) == 0:
        raise ValueError("latent_explorer needs at least one image, but z_mean is empty.")
    require_shape("z_mean", z_mean, ("n", 2))
    require_shape("y", y, (len(z_mean),))
    require_integers("y", y)
    require_range("y", y, 0, 9)
    require_shape("images", images, (len(z_mean), layers[-1][1].size))
    require_floating("images", images)
    require_range("images", images, 0, 1)
    if not np.isfinite(z_mean).all():
        raise ValueError("z_mean must be finite, but holds NaN or infinity. Did the training diverge?")
    return LatentExplorer(layers, z_mean, y, np.round(255 * images).astype("uint8"))
