"""Annealed importance sampling (Neal 2001) for a decoder of binary images, with Hamiltonian moves (Neal 2011).

A chain for each image visits p(z) p(x | z)^beta, for beta from 0, the prior, to 1, the posterior times p(x); or the
other way round. Nothing here needs a grid, so latents may be many.
"""

from typing import NamedTuple

import numpy as np

from vae_helpers.backend import tf
from vae_helpers.model import VAE
from vae_helpers.types import Array, Tensor
from vae_lessons.lesson07.evidence_bounds import log_likelihoods

LEAPS = 4  # steps of a Hamiltonian move
LENGTH = 0.5  # of a step, in standard deviations of the distribution that is visited


class _State(NamedTuple):
    """Where the chains are, and what the next move starts from.

    z: (chains, n, latents). log_likelihood: log p(x | z), (chains, n). slope: its gradient by z.
    """

    z: Tensor
    log_likelihood: Tensor
    slope: Tensor


def schedule(steps: int) -> Array:
    """Betas from 0 to 1 (steps + 1,), dense at both ends: a scaled sigmoid, as in Wu et al. (2017)."""
    sigmoid = 1 / (1 + np.exp(-np.linspace(-4, 4, steps + 1)))
    return (sigmoid - sigmoid[0]) / (sigmoid[-1] - sigmoid[0])


def anneal(x: Array, vae: VAE, z: Array, betas: Array, seed: int = 0) -> Array:
    """The chains' log weights, (chains, n), in nats.

    x: binary images (n, pixels). z: where the chains start (chains, n, latents), drawn from the distribution that
    belongs to betas[0]. Betas that rise from 0 to 1 give weights whose expectation is p(x); betas that fall from 1 to
    0, started at draws from the posterior, give weights whose expectation is 1 / p(x).
    """
    rng, steps = np.random.default_rng(seed), len(betas) - 1
    momenta = rng.standard_normal((steps, *z.shape), dtype="float32")
    log_uniforms = np.log(rng.random((steps, *z.shape[:2]), dtype="float32"))
    precision = tf.exp(-vae.encoder(x)[1])  # of the encoder's distribution (n, latents): a guess of the posterior's
    arrays = [tf.constant(np.asarray(array, "float32")) for array in (x, z, betas, momenta, log_uniforms)]
    return _chains(vae.decoder, precision, *arrays).numpy()


@tf.function(jit_compile=True)
def _chains(decoder, precision, x, z, betas, momenta, log_uniforms):
    """The log weights (chains, n) of chains that visit all betas. One compiled loop, since a step is short."""
    state = _State(z, *_likelihood(x, decoder, z))
    total = tf.zeros(z.shape[:2], tf.float64)
    for step in tf.range(len(momenta)):
        total += tf.cast((betas[step + 1] - betas[step]) * state.log_likelihood, tf.float64)
        state = _move(x, decoder, state, betas[step + 1], precision, momenta[step], log_uniforms[step])
    return total


def _move(x, decoder, state, beta, precision, momentum, log_uniform):
    """The chains' _State after a Hamiltonian move that leaves p(z) p(x | z)^beta as it is."""
    step = LENGTH / tf.sqrt(1 + beta * tf.maximum(precision - 1, 0))  # (n, latents): shorter where q is narrower
    z, log_likelihood, slope = state
    log_start = _log_density(z, log_likelihood, momentum, beta)
    for _ in range(LEAPS):
        momentum += 0.5 * step * (beta * slope - z)
        z += step * momentum
        log_likelihood, slope = _likelihood(x, decoder, z)
        momentum += 0.5 * step * (beta * slope - z)
    accepted = log_uniform < _log_density(z, log_likelihood, momentum, beta) - log_start
    by_latent = accepted[..., None]
    return _State(
        tf.where(by_latent, z, state.z),
        tf.where(accepted, log_likelihood, state.log_likelihood),
        tf.where(by_latent, slope, state.slope),
    )


def _log_density(z, log_likelihood, momentum, beta):
    """log of p(z) p(x | z)^beta p(momentum), but for a constant: (chains, n)."""
    return beta * log_likelihood - 0.5 * tf.reduce_sum(tf.square(z) + tf.square(momentum), axis=-1)


def _likelihood(x, decoder, z):
    """log p(x | z), (chains, n), and its gradient by z."""
    with tf.GradientTape() as tape:
        tape.watch(z)
        log_likelihood = log_likelihoods(x, decoder, z)
    return log_likelihood, tape.gradient(log_likelihood, z)
