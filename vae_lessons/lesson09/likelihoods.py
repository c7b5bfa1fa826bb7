"""Four likelihoods of pixels, a VAE that takes any of them, and bits per dimension.

Each function gives -log p(x | z) of each image, (batch,), in nats, summed over all axes after the batch. x: floating,
in [0, 1], real numbers with the noise of ``image_data.dequantize`` in them. output: what the decoder gives, x's shape:
logits for the two Bernoullis, and else the pixels' means.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from scipy.special import expit

from vae_helpers.backend import keras
from vae_helpers.losses import bernoulli_nll, kl_divergence
from vae_helpers.model import VAE
from vae_helpers.types import Array, Model, Tensor

ops = keras.ops
LEVELS = 256
START, PACE = 0.1, 10  # the scale before training, and how much faster it moves than a weight
SMALL = 0.02  # half a logit below which a series stands for the logarithm


def sum_per_image(terms: Tensor) -> Tensor:
    """Sum over all axes after the batch: (batch,)."""
    return ops.sum(terms, axis=tuple(range(1, len(terms.shape))))


def continuous_bernoulli(x: Tensor, output: Tensor) -> Tensor:
    """Density on [0, 1] proportional to exp(output * x) (Loaiza-Ganem and Cunningham 2019); output: a logit.

    The integral of exp(l x) over [0, 1] is (e^l - 1) / l = e^(l/2) sinh(l/2) / (l/2), which never overflows as a
    logarithm. Near 0 the series of log(sinh(a) / a) = a^2 / 6 - ... is used.
    """
    a = ops.abs(output) / 2
    safe = ops.maximum(a, SMALL)
    log_ratio = ops.where(a < SMALL, ops.square(a) / 6, safe - ops.log(2 * safe) + ops.log1p(-ops.exp(-2 * safe)))
    return sum_per_image(output / 2 + log_ratio - output * x)


def gaussian(x: Tensor, output: Tensor, log_scale: Tensor) -> Tensor:
    """Density of N(output, exp(log_scale)^2), one scale for all pixels."""
    return sum_per_image(0.5 * ops.square((x - output) * ops.exp(-log_scale)) + log_scale + 0.5 * np.log(2 * np.pi))


def discretized_logistic(x: Tensor, output: Tensor, log_scale: Tensor) -> Tensor:
    """Probability of the integer 0..255 that x stands for: a logistic distribution's, cut at k / 256.

    The first interval goes down to minus infinity and the last up to infinity (Kingma et al. 2016; Salimans et al.
    2017). With a < b, sigmoid(b) - sigmoid(a) = sigmoid(b) sigmoid(-a) (1 - e^(a - b)), which never underflows.
    """
    k = ops.clip(ops.floor(LEVELS * x), 0, LEVELS - 1)
    inverse = ops.exp(-log_scale)
    lower, upper = (k / LEVELS - output) * inverse, ((k + 1) / LEVELS - output) * inverse
    width = ops.log1p(-ops.exp(-inverse / LEVELS))
    inside = ops.log_sigmoid(upper) + ops.log_sigmoid(-lower) + width
    ends = ops.where(k == 0, ops.log_sigmoid(upper), ops.log_sigmoid(-lower))
    return sum_per_image(-ops.where((k == 0) | (k == LEVELS - 1), ends, inside))


# --- draws of pixels, with numpy: rng, the decoder's output and a scale where there is one -> pixels like output ---


def draw_bernoulli(rng: np.random.Generator, output: Array) -> Array:
    return (rng.random(output.shape) < expit(output)).astype(float)


def draw_continuous_bernoulli(rng: np.random.Generator, output: Array) -> Array:
    """By the inverse of the distribution function (e^(l x) - 1) / (e^l - 1), for l > 0 and mirrored for l < 0."""
    u, size = rng.random(output.shape), np.maximum(np.abs(output), 1e-6)
    down = -np.log(1 - u + u * np.exp(-size)) / size  # for -size: most of the mass near 0
    return np.where(output < 0, down, 1 - down)


def draw_gaussian(rng: np.random.Generator, output: Array, log_scale: Array) -> Array:
    return rng.normal(output, np.exp(log_scale))


def draw_discretized_logistic(rng: np.random.Generator, output: Array, log_scale: Array) -> Array:
    return np.floor(LEVELS * rng.logistic(output, np.exp(log_scale))) / (LEVELS - 1)


class Likelihood(NamedTuple):
    """nll, draw: of the functions. has_scale: whether they take a learned log_scale. is_density: or a probability."""

    nll: Callable[..., Tensor]
    draw: Callable[..., Array]
    has_scale: bool
    is_density: bool


LIKELIHOODS = {
    "Bernoulli": Likelihood(bernoulli_nll, draw_bernoulli, False, False),
    "continuous Bernoulli": Likelihood(continuous_bernoulli, draw_continuous_bernoulli, False, True),
    "Gaussian": Likelihood(gaussian, draw_gaussian, True, True),
    "discretized logistic": Likelihood(discretized_logistic, draw_discretized_logistic, True, False),
}


class PixelVAE(VAE):
    """The course's VAE with one of LIKELIHOODS, by its name. A scale, where there is one, is learned from START on."""

    def __init__(self, encoder: Model, decoder: Model, likelihood: str, seed: int = 0) -> None:
        super().__init__(encoder, decoder, seed=seed)
        self.likelihood = LIKELIHOODS[likelihood]
        start = keras.initializers.Constant(np.log(START) / PACE)
        scale = self.likelihood.has_scale
        self.slow_scale = [self.add_weight(shape=(), initializer=start, name="slow_scale")] if scale else []

    @property
    def scale(self) -> list[Tensor]:
        """[log_scale], or [] where the likelihood has none. Adam moves each weight by equal steps: one is too few."""
        return [PACE * weight for weight in self.slow_scale]

    def compute_loss(
        self,
        x: Tensor = None,
        y: Tensor = None,
        y_pred: Any = None,
        sample_weight: Tensor | None = None,
        training: bool = True,
    ) -> Tensor:
        output, z_mean, z_log_var = y_pred
        reconstruction, kl = self.nll(x, output), kl_divergence(z_mean, z_log_var)
        self.reconstruction_tracker.update_state(reconstruction)
        self.kl_tracker.update_state(kl)
        return ops.mean(reconstruction + kl)

    def nll(self, x: Tensor, output: Tensor) -> Tensor:
        """-log p(x | z) of each image, (batch,), in nats."""
        return self.likelihood.nll(x, output, *self.scale)

    def negative_elbo(self, x: Tensor) -> Array:
        """Of each image, (n,), in nats, with one draw of z; as in evaluation."""
        output, z_mean, z_log_var = self(x, training=False)
        return np.asarray(self.nll(x, output) + kl_divergence(z_mean, z_log_var))

    def drawn_pixels(self, x: Tensor, seed: int) -> Array:
        """Images drawn from p(x | z) at the z_mean of images x: x's shape, cut to [0, 1] for a picture."""
        output = np.asarray(self.decoder(self.encoder(x)[0]))
        scale = [np.asarray(log_scale) for log_scale in self.scale]
        return np.clip(self.likelihood.draw(np.random.default_rng(seed), output, *scale), 0, 1)


def bits_per_dimension(nll: Array, shape: tuple[int, ...], is_density: bool) -> Array:
    """Bits for each number of an image: nll in nats per image, shape of one image.

    A density on [0, 1) bounds the probability of the integers: each of the 256 intervals is 1/256 wide, which adds 8
    bits (Theis et al. 2016).
    """
    return nll / (np.prod(shape) * np.log(2)) + (np.log2(LEVELS) if is_density else 0.0)
