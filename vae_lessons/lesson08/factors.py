"""How well single latents stand for single factors: MIG, DCI, and the angles between the effects of the latents.

Both scores need the true factors. Arrays in, numbers out; scikit-learn estimates the information and the importances.
"""

from collections.abc import Mapping

import numpy as np
from scipy.special import expit
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mutual_info_score

from vae_helpers.types import Array, Model
from vae_lessons.lesson08.networks import measure, train
from vae_lessons.lesson08.settings import Network

BINS = 10
FOREST = {"n_estimators": 10, "max_depth": 8, "random_state": 0, "n_jobs": 1}


def train_and_score(network: Network, data: Mapping[str, tuple[Array, ...]]) -> dict[str, Array]:
    """Train a Network on images with known factors and score its latents: arrays by name.

    data: {name of the images: (x, x_val, factors, factors_val)}, images uint8 (n, pixels), factors (n, factors).
    """
    x, x_val = (part.astype("float32") / 255 for part in data[network.data][:2])
    factors = data[network.data][3]
    vae = train(network, x)
    measured = measure(vae, x_val)
    z_mean = measured["z_mean"]
    noise = np.random.default_rng(network.seed).standard_normal(z_mean.shape)
    z = z_mean + np.exp(measured["z_log_var"] / 2) * noise
    information, entropies = information_table(z, factors)
    importance, error = importances(z_mean, factors)
    own, turned = overlaps(jacobians(vae.decoder, z_mean[:50]), active(z_mean))
    scores = {"information": information, "entropies": entropies, "importance": importance, "error": error}
    means = {name: measured[name] for name in ("distortion", "rate", "z_mean")}
    return means | scores | {"own": own, "turned": turned, "z": z}


# --- the mutual information gap (Chen et al. 2018, equation 6) ---


def bin_numbers(values: Array, bins: int = BINS) -> Array:
    """The number of each value's bin; the bins are equally full."""
    return np.searchsorted(np.quantile(values, np.arange(1, bins) / bins), values)


def information_table(z: Array, factors: Array) -> tuple[Array, Array]:
    """Mutual information of each latent with each factor, (latents, factors), and the factors' entropies, in nats.

    z: (n, latents), drawn from the encoder's distributions. factors: (n, factors).
    """
    codes, truths = [bin_numbers(column) for column in z.T], [bin_numbers(column) for column in factors.T]
    table = [[mutual_info_score(truth, code) for truth in truths] for code in codes]
    return np.array(table), np.array([mutual_info_score(truth, truth) for truth in truths])


def gap(information: Array, entropies: Array) -> float:
    """MIG: for each factor the lead of the best latent over the second best, in units of its entropy; their mean."""
    second, best = np.sort(information, axis=0)[-2:]
    return float(np.mean((best - second) / entropies))


# --- disentanglement, completeness, informativeness (Eastwood and Williams 2018) ---


def importances(z_mean: Array, factors: Array) -> tuple[Array, Array]:
    """How much each latent helps a random forest to predict each factor, (latents, factors), and its error, (factors,).

    The forest learns on the first half and is judged on the second: the share of the factor's variance that it misses.
    """
    half = len(z_mean) // 2
    table, errors = [], []
    for column in factors.T:
        forest = RandomForestRegressor(**FOREST)
        forest.fit(z_mean[:half], column[:half])
        table.append(forest.feature_importances_)
        errors.append(1 - forest.score(z_mean[half:], column[half:]))
    return np.transpose(table), np.array(errors)


def purity(weights: Array) -> Array:
    """1 - the entropy of each row's shares, in units of the greatest: 1 for a single entry, 0 where all are equal."""
    shares = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-12)
    entropy = -np.sum(shares * np.log(np.maximum(shares, 1e-12)), axis=1)
    return 1 - entropy / np.log(weights.shape[1])


def dci(importance: Array) -> tuple[float, float]:
    """Disentanglement (each latent serves one factor) and completeness (each factor has one latent), from 0 to 1."""
    weights = importance.sum(axis=1) / importance.sum()
    return float(weights @ purity(importance)), float(np.mean(purity(importance.T)))


# --- right angles (Rolinek et al. 2019) ---


def active(z_mean: Array, threshold: float = 0.01) -> Array:
    """Which latents' means vary over the images (Burda et al. 2016): (latents,) of bool."""
    return z_mean.var(axis=0) > threshold


def jacobians(decoder: Model, z: Array, step: float = 0.05) -> Array:
    """How the pixels' probabilities move with each latent, by differences: (n, latents, pixels)."""
    columns = []
    for shift in step * np.eye(z.shape[1], dtype="float32"):
        above, below = (expit(np.asarray(decoder(shifted))) for shifted in (z + shift, z - shift))
        columns.append((above - below) / (2 * step))
    return np.stack(columns, axis=1)


def cosines(rows: Array) -> float:
    """The mean absolute cosine between two different rows, (n, latents, pixels) -> a number."""
    unit = rows / np.maximum(np.linalg.norm(rows, axis=2, keepdims=True), 1e-12)
    overlap = np.abs(unit @ np.swapaxes(unit, 1, 2))
    return float(np.mean(overlap[:, ~np.eye(rows.shape[1], dtype=bool)]))


def rotation(size: int, seed: int) -> Array:
    """A random rotation, (size, size)."""
    q, r = np.linalg.qr(np.random.default_rng(seed).standard_normal((size, size)))
    return q * np.sign(np.diag(r))


def overlaps(jacobian: Array, used: Array, turns: int = 10) -> tuple[Array, Array]:
    """The mean absolute cosine between the effects of the active latents: of their own axes, and of turned axes."""
    rows = jacobian[:, used]
    if used.sum() < 2:
        return np.array(np.nan), np.array(np.nan)
    turned = [cosines(rotation(used.sum(), seed) @ rows) for seed in range(turns)]
    return np.array(cosines(rows)), np.array(np.mean(turned))
