"""The terms that a VAE's loss may have, as functions with derivatives, and the fit that finds which one it has."""

from dataclasses import dataclass

import numpy as np

from vae_helpers.backend import tf

TOLERANCE = 2e-3  # what a fit may leave, beside what it explains


def inside(out):
    """Where a number can be a probability; elsewhere NaN, so that nothing is asked there."""
    return tf.where((out > 0.02) & (out < 0.98), out, np.nan)


LIKENESSES = {  # what is summed over the pixels: (its name, what it takes the decoder's output for): the function
    ("cross-entropy", "logits"): lambda out, t: tf.nn.softplus(out) - t * out,
    ("cross-entropy", "probabilities"): lambda p, t: -t * tf.math.log(inside(p)) - (1 - t) * tf.math.log(1 - inside(p)),
    ("squared error", "pixels"): lambda out, t: (out - t) ** 2,
    ("absolute error", "pixels"): lambda out, t: tf.abs(out - t),
    ("squared error", "logits"): lambda out, t: (tf.sigmoid(out) - t) ** 2,
    ("absolute error", "logits"): lambda out, t: tf.abs(tf.sigmoid(out) - t),
}
SPREADS = {  # what the second head may be: its sigma, and the derivative of log sigma
    "log-variance": (lambda s: np.exp(s / 2), lambda s: 0.5 + 0 * s),
    "log-sigma": (np.exp, lambda s: 1 + 0 * s),
    "sigma": (lambda s: s, lambda s: 1 / s),
    "variance": (np.sqrt, lambda s: 0.5 / s),
}


def fit(measured, *features):
    """Least squares: (weights, what is left beside what there was). Where a feature is NaN nothing is asked."""
    columns = np.stack([np.ravel(each) for each in features], axis=1).astype(float)
    asked = np.isfinite(columns).all(axis=1)
    columns, measured = columns[asked], np.ravel(measured).astype(float)[asked]
    size = np.linalg.norm(measured)
    if size == 0 or not np.isfinite(size):
        return np.zeros(len(features)), size  # infinite or NaN: nothing fits
    weights = np.linalg.lstsq(columns, measured, rcond=None)[0]
    return weights, np.linalg.norm(columns @ weights - measured) / size


@dataclass
class Reconstruction:
    """The term between the decoder's output and a target, per image; summed: over the batch (None: can't be told)."""

    name: str
    taken: str  # what the output is taken for
    target: str
    weight: float
    left: float  # by the fit
    summed: bool | None = False

    def value(self, out, target, bounded):
        """Its value for the dial (the logits, where the decoder is bounded), summed over pixels, a mean of images."""
        given = tf.constant(out, tf.float32)
        given = tf.sigmoid(given) if bounded else given
        each = LIKENESSES[self.name, self.taken](given, target(given))
        return np.sum(each, dtype=float) / len(out)


def slope_of(likeness, out, target, bounded):
    """The derivative of a likeness's sum over pixels and images by the dial."""
    dial = tf.constant(out, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(dial)
        given = tf.sigmoid(dial) if bounded else dial
        each = likeness(given, target(given))
        total = tf.reduce_sum(each)
    return np.where(np.isnan(each), np.nan, tape.gradient(total, dial))


def best_likeness(gradient, out, targets, bounded):
    """The Reconstruction whose derivative fits the gradient at the decoder's output best. targets: {name: function}."""
    found = []
    for (name, taken), likeness in LIKENESSES.items():
        for target, function in targets.items():
            (weight,), left = fit(gradient, slope_of(likeness, out, function, bounded))
            found.append(Reconstruction(name, taken, target, float(weight), float(left)))
    return min(found, key=lambda each: each.left)


@dataclass
class Kl:
    """The term at the heads: the weights of z_mean^2 / 2, sigma^2 / 2 and -log(sigma), summed over the latents."""

    weights: tuple
    spread: str = "log-variance"  # what it takes the second head for
    kind: str = "closed"  # or drawn: log q(z) - log p(z) at the z of this step; or swapped: the heads are
    summed: bool | None = False  # over the batch

    def slopes(self, m, s, z):
        """Its derivatives by the two heads."""
        a, b, c = self.weights
        sigma, rate = (each(s) for each in SPREADS[self.spread])
        if self.kind == "swapped":
            return (b * np.exp(m) - c) / 2, a * s
        if self.kind == "drawn":
            return a * z, a * rate * (z * (z - m) - 1)
        return a * m, b * sigma**2 * rate - c * rate

    def value(self, m, s, z):
        """Its value, averaged over the batch."""
        a, b, c = self.weights
        m, s = (s, m) if self.kind == "swapped" else (m, s)
        sigma = SPREADS[self.spread][0](s)
        if self.kind == "drawn":
            return a * np.sum(z**2 / 2 - ((z - m) / sigma) ** 2 / 2 - np.log(sigma)) / len(m)
        return np.sum(a * m**2 / 2 + b * sigma**2 / 2 - c * np.log(sigma)) / len(m)


def fitting_kl(by_mean, by_spread, dials, z, first):
    """The first Kl whose derivatives are these gradients: in closed form, drawn, or with the heads swapped; or None.

    z: what the decoder got. first: the meaning of the second head that is tried before the others.
    """
    m, s, meanings = dials["mean"], dials["spread"], sorted(SPREADS, key=lambda each: each != first)
    (a,), left_mean = fit(by_mean, m)
    for meaning in meanings:
        sigma, rate = (each(s) for each in SPREADS[meaning])
        (b, c), left = fit(by_spread, sigma**2 * rate, -rate)
        if max(left, left_mean) < TOLERANCE:
            return Kl((a, b, c), meaning)
    for meaning in meanings if np.shape(z) == m.shape else ():
        (a,), left = fit([by_mean, by_spread], Kl((1, 1, 1), meaning, "drawn").slopes(m, s, z))
        if left < TOLERANCE:
            return Kl((a, a, a), meaning, "drawn")
    ((b, c), left), ((a,), left_spread) = fit(by_mean, np.exp(m) / 2, -0.5 + 0 * m), fit(by_spread, s)
    return Kl((a, b, c), kind="swapped") if max(left, left_spread) < TOLERANCE else None


def summed_over_batch(whole, half, n):
    """From a weight at n images and at n // 2, each times the number of images: a sum? a mean? None: neither."""
    ratio = whole / half if half else 1.0
    if abs(ratio - 1) < 0.01:
        return False
    return True if abs(ratio * (n // 2) / n - 1) < 0.01 else None
