"""The latent plane in numbers: grids of points, the prior's circles, densities. Arrays in, arrays out, no Keras.

The prior is the standard normal N(0, I) throughout, and the encoder's distribution is N(z_mean, exp(z_log_var)).
Densities are logarithms, in nats.
"""

import numpy as np
from scipy.special import ndtri

from vae_helpers.types import Array, ArrayLike
from vae_helpers.validate import require_positive_int, require_same_shape, require_shape

POINTS_AT_ONCE = 500  # times 5,000 posteriors and 8 bytes: 20 MB


def normal_quantiles(n: int) -> Array:
    """The middles of n strips of equal probability under N(0, 1): its quantiles at (i + 1/2) / n, ascending.

    Returns (n,). Raises ValueError unless n is an integer of at least 1.
    """
    require_positive_int("n", n)
    return ndtri((np.arange(n) + 0.5) / n)


def square_grid(values: ArrayLike) -> Array:
    """The plane's points at every pair of ``values`` (n,), ascending: (n * n, 2), in a picture's row order.

    The first row is the picture's top row, where z2 is largest; along a row z1 grows.
    """
    z1, z2 = np.meshgrid(values, np.flip(values))
    return np.column_stack([z1.ravel(), z2.ravel()])


def latent_grid(n: int) -> Array:
    """n x n points of the plane that stand for cells of equal prior mass: (n * n, 2), in a picture's row order.

    Raises ValueError unless n is an integer of at least 1.
    """
    return square_grid(normal_quantiles(n))


def prior_radius(share: ArrayLike) -> Array:
    """Radius of the circle about 0 that holds ``share`` of a standard normal in two dimensions.

    The squared radius of such a draw is exponential with mean 2, so 1 - exp(-r^2 / 2) = share.
    share: a number or an array, at least 0 and below 1. Raises ValueError otherwise.
    """
    share = np.asarray(share, dtype=float)
    if not np.all((share >= 0) & (share < 1)):
        raise ValueError(f"share must be at least 0 and below 1, but is {share}: no circle holds all of the prior.")
    return np.sqrt(-2 * np.log1p(-share))


def log_normal(z: ArrayLike, z_mean: Array | float, z_log_var: Array | float) -> Array:
    """log N(z; z_mean, exp(z_log_var)), summed over the last axis, the latents; shapes broadcast as numpy's do.

    The prior's log density is ``log_normal(z, 0.0, 0.0)``.
    """
    z = np.asarray(z, dtype=float)
    return -0.5 * np.sum(np.log(2 * np.pi) + z_log_var + (z - z_mean) ** 2 * np.exp(-z_log_var), axis=-1)


def log_aggregate_posterior(z: ArrayLike, z_mean: ArrayLike, z_log_var: ArrayLike) -> Array:
    """log of q(z) = average over the images of N(z; z_mean, exp(z_log_var)), at each point.

    z: (..., latent_dim), any axes before the latents; returns (...,). z_mean, z_log_var: (images, latent_dim), the
    encoder's outputs; those images, equally likely, are all that q(z) knows. Raises ValueError for other shapes.
    """
    z, z_mean, z_log_var = (np.asarray(array, dtype=float) for array in (z, z_mean, z_log_var))
    require_same_shape("z_mean", z_mean, "z_log_var", z_log_var)
    places, z = z.shape[:-1], z.reshape(-1, *z.shape[-1:])
    require_shape("z", z, (None, z_mean.shape[-1]))
    precision = np.exp(-z_log_var)  # (images, latent_dim)
    constant = log_normal(0.0, z_mean, z_log_var)  # (images,)
    chunks = np.array_split(z, -(-len(z) // POINTS_AT_ONCE) or 1)
    # log N(z) = log N(0) + z m / s^2 - z^2 / (2 s^2): two matrix products for all pairs of a point and an image
    exponents = (chunk @ (z_mean * precision).T - 0.5 * chunk**2 @ precision.T + constant for chunk in chunks)
    return np.concatenate([_log_mean_exp(exponent) for exponent in exponents]).reshape(places)


def _log_mean_exp(exponents):
    """log of the mean of exp(exponents) along each row: (rows,). A tenth of scipy's logsumexp's time at this size."""
    peak = exponents.max(axis=1, keepdims=True)  # subtracted, so that exp can't overflow
    return peak[:, 0] + np.log(np.mean(np.exp(exponents - peak), axis=1))
