"""How good drawn digits are: a classifier's features, the Fréchet distance, precision and recall, and their errors.

The classifier is trained on real digits. Nothing here looks at how the digits were drawn.
"""

from collections.abc import Callable

import numpy as np
from scipy.spatial.distance import cdist

from vae_helpers.backend import keras
from vae_helpers.types import Array
from vae_lessons.lesson10.random_batches import fit_random_batches

layers = keras.layers


class Judge:
    """A classifier of digits, trained on images x (n, 784) with labels y (n,); its last hidden layer gives features."""

    def __init__(self, x: Array, y: Array, steps: int = 400, seed: int = 0) -> None:
        keras.utils.set_random_seed(seed)
        pixels = keras.Input((784,))
        hidden = layers.Dropout(0.3)(layers.Dense(256, activation="relu")(pixels))
        features = layers.Dense(32, activation="relu")(hidden)
        self.model = keras.Model(pixels, layers.Dense(10, activation="softmax")(features))
        self.features_model = keras.Model(pixels, features)
        rate = keras.optimizers.schedules.CosineDecay(0.003, steps)
        loss = "sparse_categorical_crossentropy"
        fit_random_batches(self.model, rate, x, y, loss=loss, steps=steps, batch_size=200, seed=seed)

    def features(self, x: Array) -> Array:
        """The last hidden layer, (n, 32), for images x (n, 784)."""
        return self.features_model.predict(x, batch_size=1000, verbose=0)

    def probabilities(self, x: Array) -> Array:
        """The ten classes' probabilities, (n, 10), for images x (n, 784)."""
        return self.model.predict(x, batch_size=1000, verbose=0)


def frechet_distance(a: Array, b: Array) -> float:
    """Fréchet distance, squared, of two Gaussians fitted to features a (n, d) and b (m, d) (Heusel et al. 2017).

    ``|mean_a - mean_b|^2 + trace(C_a + C_b - 2 (C_a C_b)^(1/2))``. The root's trace is the sum of the roots of the
    eigenvalues of C_a C_b, which are real and not negative.
    """
    c_a, c_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    overlap = np.sum(np.sqrt(np.maximum(np.linalg.eigvals(c_a @ c_b).real, 0)))
    return np.sum((a.mean(axis=0) - b.mean(axis=0)) ** 2) + np.trace(c_a + c_b) - 2 * overlap


def bootstrap_error(
    statistic: Callable[[Array, Array], float], a: Array, b: Array, repeats: int = 10, seed: int = 0
) -> float:
    """The standard error of statistic(a, b): its spread over draws with replacement from the rows of both."""
    rng = np.random.default_rng(seed)

    def redrawn(rows):
        return rows[rng.integers(len(rows), size=len(rows))]

    return float(np.std([statistic(redrawn(a), redrawn(b)) for _ in range(repeats)], ddof=1))


def precision_recall(real: Array, drawn: Array, k: int = 3) -> tuple[float, float]:
    """Share of drawn that lie within the real ones' balls, and of real within the drawn ones': two numbers.

    A ball around each point reaches to its k-th neighbour in its own set (Kynkäänniemi et al. 2019).
    real, drawn: features (n, d) and (m, d); use as many of both, for the balls shrink as points are added.
    """
    between = cdist(drawn, real)  # (m, n)
    reach_real, reach_drawn = (_reach(points, k) for points in (real, drawn))
    precision, recall = np.any(between <= reach_real, axis=1), np.any(between <= reach_drawn[:, None], axis=0)
    return float(np.mean(precision)), float(np.mean(recall))


def _reach(points, k):
    """Each point's distance to its k-th neighbour; the nearest is the point itself."""
    return np.partition(cdist(points, points), k, axis=1)[:, k]
