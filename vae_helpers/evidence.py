"""The evidence log p(x) of a VAE with two latents: an integral over the plane, computed as a sum over a grid.

With two latents the sum is exact but for a small error, which is returned. With many there is no such grid.
"""

import numpy as np

from vae_helpers.backend import keras
from vae_helpers.latent import square_grid
from vae_helpers.types import Array, ArrayLike, Model
from vae_helpers.validate import require_positive_int, require_shape

ops = keras.ops
POINTS_AT_ONCE = 500  # times 10,000 images and 4 bytes: 20 MB
CHECKED = 64  # images that are computed on the finer grid too


def log_evidence(decoder: Model, x: ArrayLike, points: int = 200, reach: float = 5.0) -> tuple[Array, float]:
    """log p(x) of each image, p(x) = integral of p(x | z) p(z) over the plane, by quadrature.

    decoder: z (n, 2) -> x_logits (n, pixels...). x: images (n, pixels...), values in [0, 1]; for grey values p(x | z)
    is exp(-cross-entropy), which is no probability of the image (notebook 03). The grid has points x points places on
    the square from -reach to reach; those outside its circle are left out, where the prior has 4e-6 of its mass.
    Returns (log_px, error): log_px (n,) in nats per image, and the largest difference from a grid twice as fine, on 64
    of the images.

    Raises ValueError where the decoder does not take two latents.
    """
    require_positive_int("points", points)
    images = np.asarray(x, "float32")
    images = images.reshape(len(images), -1)  # (n, pixels)
    require_shape("z", np.empty((1, decoder.input_shape[-1])), ("n", 2))
    checked = np.linspace(0, len(images) - 1, min(CHECKED, len(images)), dtype=int)
    log_px = _on_grid(decoder, images, points, reach)
    error = np.max(np.abs(log_px[checked] - _on_grid(decoder, images[checked], 2 * points, reach)))
    return log_px, float(error)


def _on_grid(decoder, x, points, reach):
    """log p(x) on one grid: for each chunk of points one product of all images with their logits."""
    places = square_grid((np.arange(points) + 0.5) / points * 2 * reach - reach)
    places = places[np.sum(places**2, axis=1) <= reach**2]
    log_cell = 2 * np.log(2 * reach / points)
    log_px, x = np.full(len(x), -np.inf), ops.convert_to_tensor(x)
    for z in np.array_split(places, -(-len(places) // POINTS_AT_ONCE)):
        log_px = np.logaddexp(log_px, np.asarray(ops.logsumexp(_log_joint(decoder, x, z), axis=1)))
    return log_px + log_cell


def _log_joint(decoder, x, z):
    """log p(x | z) + log p(z) for each image and point: (n, points)."""
    x_logits = ops.reshape(decoder(z.astype("float32")), (len(z), -1))  # (points, pixels)
    log_prior = -0.5 * np.sum(z**2, axis=1) - np.log(2 * np.pi)
    log_paper = -ops.sum(ops.softplus(x_logits), axis=1)  # of an image without ink
    return ops.matmul(x, ops.transpose(x_logits)) + (log_paper + log_prior.astype("float32"))
