"""The terms that a VAE's loss may have, as functions with derivatives, and the fits that tell which of them it has."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np

from vae_helpers.backend import tf
from vae_helpers.diagnose.gradient_probe import Dials
from vae_helpers.types import Array, ArrayLike, Tensor

LARGEST_RESIDUAL = 2e-3  # of a fit that explains a gradient, relative to the gradient's norm

PixelLoss: TypeAlias = Callable[[Tensor, Tensor], Tensor]  # the decoder's output and its target to a number per pixel
Target: TypeAlias = Callable[[Tensor], Tensor]  # the decoder's output to what it is compared with


def _nan_near_0_and_1(output: Tensor) -> Tensor:
    """The output where it can be a probability, and NaN elsewhere, so that the fit leaves these pixels out."""
    return tf.where((output > 0.02) & (output < 0.98), output, np.nan)


def _binary_cross_entropy(p: Tensor, target: Tensor) -> Tensor:
    p = _nan_near_0_and_1(p)
    return -target * tf.math.log(p) - (1 - target) * tf.math.log(1 - p)


PIXEL_LOSSES: dict[tuple[str, str], PixelLoss] = {  # (name, what the loss takes the decoder's output for)
    ("cross-entropy", "logits"): lambda output, target: tf.nn.softplus(output) - target * output,
    ("cross-entropy", "probabilities"): _binary_cross_entropy,
    ("squared error", "pixels"): lambda output, target: (output - target) ** 2,
    ("absolute error", "pixels"): lambda output, target: tf.abs(output - target),
    ("squared error", "logits"): lambda output, target: (tf.sigmoid(output) - target) ** 2,
    ("absolute error", "logits"): lambda output, target: tf.abs(tf.sigmoid(output) - target),
}


class SpreadKind(NamedTuple):
    """What the second head may stand for: functions of it that give sigma and the derivative of log(sigma)."""

    sigma: Callable[[Array], Array]
    log_sigma_slope: Callable[[Array], Array]


SPREAD_KINDS = {
    "log-variance": SpreadKind(lambda spread: np.exp(spread / 2), lambda spread: 0.5 + 0 * spread),
    "log-sigma": SpreadKind(np.exp, lambda spread: 1 + 0 * spread),
    "sigma": SpreadKind(lambda spread: spread, lambda spread: 1 / spread),
    "variance": SpreadKind(np.sqrt, lambda spread: 0.5 / spread),
}


class Fit(NamedTuple):
    """Least squares: a weight for each feature, and the norm of what is left, relative to that of what was fitted."""

    weights: Array
    residual: float


def least_squares(measured: ArrayLike, *features: ArrayLike) -> Fit:
    """Fit a sum of features to numbers, all of one shape. Numbers with a NaN feature are left out."""
    columns = np.stack([np.ravel(feature) for feature in features], axis=1).astype(float)
    finite = np.isfinite(columns).all(axis=1)
    columns, numbers = columns[finite], np.ravel(measured).astype(float)[finite]
    norm = np.linalg.norm(numbers)
    if norm == 0 or not np.isfinite(norm):
        return Fit(np.zeros(len(features)), float(norm))  # infinite or NaN: nothing fits
    weights = np.linalg.lstsq(columns, numbers, rcond=None)[0]
    return Fit(weights, float(np.linalg.norm(columns @ weights - numbers) / norm))


# --- the reconstruction ---


@dataclass(frozen=True)
class ReconstructionTerm:
    """The term between the decoder's output and a target, per image, summed over the pixels.

    name: of the loss. output_kind: what the loss takes the output for, "logits", "probabilities" or "pixels".
    target: what the output is compared with. residual: of the fit. summed: over the batch; None: that can't be told.
    """

    name: str
    output_kind: str
    target: str
    weight: float
    residual: float
    summed: bool | None = False

    @property
    def is_known(self) -> bool:
        """Whether the loss explains the gradient."""
        return self.residual < LARGEST_RESIDUAL and self.weight != 0

    def value(self, output: Array, target: Target, bounded: bool) -> float:
        """Its value without its weight, summed over the pixels and averaged over the images.

        output: the dial, (n, ...): the logits where the decoder is bounded.
        """
        given = tf.constant(output, tf.float32)
        given = tf.sigmoid(given) if bounded else given
        losses = PIXEL_LOSSES[self.name, self.output_kind](given, target(given))
        return np.sum(losses, dtype=float) / len(output)


def fit_reconstruction(
    gradient: Array, output: Array, targets: Mapping[str, Target], bounded: bool
) -> ReconstructionTerm:
    """The term whose derivative fits the gradient at the decoder's output best.

    gradient, output: (n, ...), the output being the dial. targets: functions of the output, by name. bounded: the
    decoder gives numbers from 0 to 1.
    """
    terms = []
    for (name, output_kind), pixel_loss in PIXEL_LOSSES.items():
        for target_name, target in targets.items():
            (weight,), residual = least_squares(gradient, _derivative(pixel_loss, output, target, bounded))
            terms.append(ReconstructionTerm(name, output_kind, target_name, float(weight), float(residual)))
    return min(terms, key=lambda term: term.residual)


def _derivative(pixel_loss: PixelLoss, output: Array, target: Target, bounded: bool) -> Array:
    """The derivative by the dial of a loss's sum over pixels and images; NaN where the loss is."""
    dial = tf.constant(output, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(dial)
        given = tf.sigmoid(dial) if bounded else dial
        losses = pixel_loss(given, target(given))
        total = tf.reduce_sum(losses)
    return np.where(np.isnan(losses), np.nan, tape.gradient(total, dial))


# --- the KL ---


@dataclass(frozen=True)
class KlTerm:
    """The term at the heads, summed over the latents.

    weights: of its three parts, z_mean^2 / 2, sigma^2 / 2 and -log(sigma). spread_kind: what it takes the second head
    for. kind: "closed"; or "drawn", log q(z) - log p(z) at the z of the step; or "swapped", where it takes each head
    for the other. summed: over the batch; None: that can't be told.
    """

    weights: tuple[float, float, float]
    spread_kind: str = "log-variance"
    kind: str = "closed"
    summed: bool | None = False

    def derivatives(self, z_mean: Array, spread: Array, z: Array) -> tuple[Array, Array]:
        """Its derivatives by the two heads, each shaped like z."""
        mean_weight, variance_weight, entropy_weight = self.weights
        kind = SPREAD_KINDS[self.spread_kind]
        sigma, slope = kind.sigma(spread), kind.log_sigma_slope(spread)
        if self.kind == "swapped":
            return (variance_weight * np.exp(z_mean) - entropy_weight) / 2, mean_weight * spread
        if self.kind == "drawn":
            return mean_weight * z, mean_weight * slope * (z * (z - z_mean) - 1)
        return mean_weight * z_mean, variance_weight * sigma**2 * slope - entropy_weight * slope

    def value(self, z_mean: Array, spread: Array, z: Array) -> float:
        """Its value, averaged over the batch; the constant -1/2 per latent is left out."""
        mean_weight, variance_weight, entropy_weight = self.weights
        z_mean, spread = (spread, z_mean) if self.kind == "swapped" else (z_mean, spread)
        sigma = SPREAD_KINDS[self.spread_kind].sigma(spread)
        if self.kind == "drawn":
            log_ratios = z**2 / 2 - ((z - z_mean) / sigma) ** 2 / 2 - np.log(sigma)
            return mean_weight * np.sum(log_ratios) / len(z_mean)
        parts = mean_weight * z_mean**2 / 2 + variance_weight * sigma**2 / 2 - entropy_weight * np.log(sigma)
        return np.sum(parts) / len(z_mean)


def fit_kl(
    mean_gradient: Array, spread_gradient: Array, dials: Dials, z: Array, first_kind: str | None
) -> KlTerm | None:
    """The first term whose derivatives are these gradients: in closed form, drawn, or with the heads swapped; or None.

    z: what the decoder got. first_kind: the meaning of the second head that is tried before the others.
    """
    z_mean, spread = dials.z_mean, dials.spread
    spread_kinds = sorted(SPREAD_KINDS, key=lambda name: name != first_kind)
    (mean_weight,), mean_residual = least_squares(mean_gradient, z_mean)
    for name in spread_kinds:
        kind = SPREAD_KINDS[name]
        sigma, slope = kind.sigma(spread), kind.log_sigma_slope(spread)
        (variance_weight, entropy_weight), residual = least_squares(spread_gradient, sigma**2 * slope, -slope)
        if max(residual, mean_residual) < LARGEST_RESIDUAL:
            return KlTerm((mean_weight, variance_weight, entropy_weight), name)
    for name in spread_kinds if np.shape(z) == z_mean.shape else ():
        derivatives = KlTerm((1, 1, 1), name, "drawn").derivatives(z_mean, spread, z)
        (weight,), residual = least_squares([mean_gradient, spread_gradient], derivatives)
        if residual < LARGEST_RESIDUAL:
            return KlTerm((weight, weight, weight), name, "drawn")
    return _fit_swapped_kl(mean_gradient, spread_gradient, dials)


def _fit_swapped_kl(mean_gradient: Array, spread_gradient: Array, dials: Dials) -> KlTerm | None:
    """The term that takes z_mean for the log-variance, and the log-variance for z_mean; None if it does not fit."""
    features = np.exp(dials.z_mean) / 2, -0.5 + 0 * dials.z_mean
    (variance_weight, entropy_weight), residual = least_squares(mean_gradient, *features)
    (mean_weight,), spread_residual = least_squares(spread_gradient, dials.spread)
    fits = max(residual, spread_residual) < LARGEST_RESIDUAL
    return KlTerm((mean_weight, variance_weight, entropy_weight), kind="swapped") if fits else None


def is_summed_over_batch(weight: float, half_weight: float, n: int) -> bool | None:
    """Whether a term is a sum over the batch; False: a mean; None: neither.

    weight, half_weight: measured with n and with n // 2 images, each times the number of images.
    """
    ratio = weight / half_weight if half_weight else 1.0
    if abs(ratio - 1) < 0.01:
        return False
    return True if abs(ratio * (n // 2) / n - 1) < 0.01 else None
