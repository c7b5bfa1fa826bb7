"""Annealed importance sampling (Neal 2001) for a decoder of binary images, with Hamiltonian moves (Neal 2011).

A chain for each image visits p(z) p(x | z)^beta, for beta from 0, the prior, to 1, the posterior times p(x); or the
other way round. Nothing here needs a grid, so latents may be many.
"""

import numpy as np

from vae_helpers.lesson07.measuring import log_likelihoods
from vae_helpers.quiet import tf

LEAPS = 4  # steps of a Hamiltonian move
LENGTH = 0.5  # of a step, in standard deviations of the distribution that is visited


def schedule(steps):
    """Betas from 0 to 1 (steps + 1,), dense at both ends: a scaled sigmoid, as in Wu et al. (2017)."""
    raw = 1 / (1 + np.exp(-np.linspace(-4, 4, steps + 1)))
    return (raw - raw[0]) / (raw[-1] - raw[0])


def anneal(x, vae, z, betas, seed=0):
    """The chains' log weights, (chains, n), in nats.

    x: binary images (n, pixels). z: where the chains start (chains, n, latents), drawn from the distribution that
    belongs to betas[0]. Betas that rise from 0 to 1 give weights whose expectation is p(x); betas that fall from 1 to
    0, started at draws from the posterior, give weights whose expectation is 1 / p(x).
    """
    rng = np.random.default_rng(seed)
    x, z = tf.constant(x), tf.constant(np.asarray(z, "float32"))
    precision = tf.exp(-vae.encoder(x)[1])  # of the encoder's distribution (n, latents): a guess of the posterior's
    total = np.zeros(z.shape[:2])
    for beta, following in zip(betas, betas[1:], strict=False):
        momentum = rng.standard_normal(z.shape, dtype="float32")
        accepted = np.log(rng.random(z.shape[:2], dtype="float32"))
        noise = tf.constant(momentum), tf.constant(accepted)
        log_likelihood, z = _move(x, vae.decoder, z, tf.constant(following, tf.float32), precision, noise)
        total += (following - beta) * log_likelihood.numpy()
    return total


@tf.function(jit_compile=True)
def _move(x, decoder, z, beta, precision, noise):
    """log p(x | z) at z, and the chains after a Hamiltonian move that leaves p(z) p(x | z)^beta as it is."""
    momentum, log_uniform = noise
    step = LENGTH / tf.sqrt(1 + beta * tf.maximum(precision - 1, 0))  # (n, latents): shorter where q is narrower
    log_likelihood, slope, height = _slope(x, decoder, z, beta)
    start = height - 0.5 * tf.reduce_sum(tf.square(momentum), axis=-1)
    new = z
    for _ in range(LEAPS):
        momentum += 0.5 * step * slope
        new += step * momentum
        _, slope, height = _slope(x, decoder, new, beta)
        momentum += 0.5 * step * slope
    end = height - 0.5 * tf.reduce_sum(tf.square(momentum), axis=-1)
    return log_likelihood, tf.where((log_uniform < end - start)[..., None], new, z)


def _slope(x, decoder, z, beta):
    """log p(x | z), the gradient by z of log p(z) + beta log p(x | z), and its value but for a constant."""
    with tf.GradientTape() as tape:
        tape.watch(z)
        log_likelihood = log_likelihoods(x, decoder, z)
        height = beta * log_likelihood - 0.5 * tf.reduce_sum(tf.square(z), axis=-1)
    return log_likelihood, tape.gradient(height, z), height
