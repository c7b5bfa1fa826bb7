"""Which networks notebook 08 trains, on which images, and how the results of several seeds are summed up."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from vae_helpers import strokes
from vae_helpers.data import binarize, halved
from vae_helpers.types import Array, ArrayLike
from vae_lessons.lesson08.settings import Network

TRAINED_ON, MEASURED_ON = 6000, 2000  # images
STROKES, STROKES_TRAINED_ON = 5000, 3000  # of one digit, a 5
FACTORS = ("slant", "thickness", "rotation", "scale", "width")

BETAS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 32.0)
SEEDS = (0, 1)
SIGMAS = (0.08, 0.12, 0.2, 0.35, 1.0)
LEARNED = (0.5, 1.0, 4.0)  # betas beside a learned sigma
FACTOR_BETAS, FACTOR_SEEDS = (0.25, 0.5, 1.0, 2.0), (0, 1, 2, 3, 4)

STRONG: dict[str, Any] = {"data": "black and white", "likelihood": "autoregressive", "latent_dim": 8}
LATE = STRONG | {"pace": 0.1}


# --- images ---


def as_bytes(x: ArrayLike) -> Array:
    """Images in [0, 1] as uint8: an eighth of the size of float64, and what a process of the pool is sent."""
    return np.round(255 * np.asarray(x)).astype("uint8")


def _halved_rows(x: Array) -> Array:
    """Images of 28 x 28 pixels at half the size, each a row: (n, 196)."""
    return halved(x).reshape(-1, 196)


def stroke_images() -> tuple[Array, Array, Array, Array]:
    """Stroke digits of one class, and what bent them: (x, x_val, factors, factors_val)."""
    images, _, factors = strokes.draw_stroke_digits(STROKES, seed=8, only=[5])
    x = as_bytes(_halved_rows(images / 255))
    table = np.column_stack([factors[name] for name in FACTORS])
    x_train, x_val = np.split(x, [STROKES_TRAINED_ON])
    factors_train, factors_val = np.split(table, [STROKES_TRAINED_ON])
    return x_train, x_val, factors_train, factors_val


def images_of(x_train: Array, x_val: Array) -> dict[str, tuple[Array, ...]]:
    """What the networks train on and are measured on: {name: (training, held out, ...)}, from digits (n, 784)."""
    both = x_train[:TRAINED_ON], x_val[:MEASURED_ON]
    return {
        "digits": tuple(as_bytes(binarize(x, seed)) for seed, x in enumerate(both)),
        "grey": tuple(as_bytes(_halved_rows(x)) for x in both),
        "black and white": tuple(as_bytes(_halved_rows(x) > 0.5) for x in both),
        "strokes": stroke_images(),
    }


# --- networks ---


def over_seeds(seeds: Sequence[int] = SEEDS, **settings: Any) -> list[Network]:
    """The same Network from several seeds."""
    return [Network(**settings, seed=seed) for seed in seeds]


CURVE = {beta: over_seeds(data="digits", beta=beta) for beta in BETAS}
TWO_LATENTS = over_seeds(data="digits", latent_dim=2, beta=0.0)  # no KL, and hardly any room for z
NOISES = {sigma: Network("grey", likelihood="gaussian", sigma=sigma, epochs=20) for sigma in SIGMAS}
LEARNED_NOISES = {beta: Network("grey", likelihood="gaussian", beta=beta, epochs=20) for beta in LEARNED}
CAUSES = {
    "none of the four": over_seeds(data="black and white", latent_dim=8),
    "weight 16": over_seeds(data="black and white", latent_dim=8, beta=16.0),
    "strong decoder": over_seeds(**STRONG),
    "lagging encoder": over_seeds(data="black and white", latent_dim=8, pace=0.03),
    "strong and lagging": over_seeds(**STRONG | {"pace": 0.03}),
}
REMEDIES = {
    "no remedy": {0.0: over_seeds(**LATE)},
    "warm-up": {0.5: over_seeds(**LATE, warm_up=0.5)},
    "free bits": {floor: over_seeds(**LATE, free_bits=floor) for floor in (0.2, 0.35)},
    "smaller beta": {0.7: over_seeds(**LATE, beta=0.7)},
}
DISENTANGLED = {
    beta: over_seeds(FACTOR_SEEDS, data="strokes", latent_dim=8, beta=beta, epochs=20) for beta in FACTOR_BETAS
}


def every_network() -> list[Network]:
    """All of them, the slowest to train first, so that no process has to wait for a last long one."""
    lists = [
        *(over_seeds for remedy in REMEDIES.values() for over_seeds in remedy.values()),
        *CURVE.values(),
        TWO_LATENTS,
        *DISENTANGLED.values(),
        *CAUSES.values(),
    ]
    networks = [network for same_settings in lists for network in same_settings]
    return list(dict.fromkeys([*networks, *NOISES.values(), *LEARNED_NOISES.values()]))


def result(network: Network, data: Mapping[str, tuple[Array, ...]]) -> dict[str, Array]:
    """Train one network and measure it: what ``sweep.start`` does in its processes."""
    from vae_lessons.lesson08 import factors, networks  # scikit-learn is imported where it is needed

    with_factors = len(data[network.data]) == 4
    return (factors.train_and_score if with_factors else networks.train_and_measure)(network, data)


# --- several seeds ---


def point(results: Mapping[Network, Mapping[str, Array]], networks: Sequence[Network]) -> tuple[Array, Array]:
    """Rate and distortion of the same network from several seeds: mean and 1-sigma error of each, (2,) and (2,).

    The error holds the spread from seed to seed and the chance of which images were held out, which all seeds share.
    """
    values = np.array([[results[network][name] for name in ("rate", "distortion")] for network in networks])
    means = values.mean(axis=2)  # (seeds, 2)
    images = values.mean(axis=0).var(axis=1, ddof=1) / values.shape[2]
    return means.mean(axis=0), np.sqrt(images + means.var(axis=0, ddof=1) / len(networks))


def at_rate(rate: float, *lines: tuple[Array, Array]) -> tuple[float, float]:
    """Distortion and its 1-sigma error at a rate, along the line through points: lines of (points, errors), (n, 2)."""
    points, errors = (np.concatenate(part) for part in zip(*lines, strict=True))
    order = np.argsort(points[:, 0])
    rates = points[order, 0]
    return float(np.interp(rate, rates, points[order, 1])), float(np.interp(rate, rates, errors[order, 1]))
