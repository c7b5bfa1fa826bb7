"""What notebook 07 measures, against quadrature and against models whose answers have closed forms."""

import numpy as np
import pytest
from scipy.special import logsumexp

from vae_helpers.backend import keras, tf
from vae_helpers.data import binarize
from vae_helpers.evidence import log_evidence
from vae_helpers.losses import bernoulli_nll, kl_divergence
from vae_helpers.model import VAE, Sampling, build_decoder, build_encoder, decode
from vae_lessons.lesson07 import annealing, evidence_bounds


@pytest.fixture(scope="module")
def vae():
    """A small VAE whose decoder knows something, so that posteriors differ from the prior."""
    keras.utils.set_random_seed(1)
    made = VAE(build_encoder(16, 8, 2), build_decoder(2, 12, 16, kernel_initializer="he_normal"), seed=0)
    rng = np.random.default_rng(0)
    made.decoder.layers[-1].set_weights([rng.normal(0, 0.5, (12, 16)), rng.normal(-1, 0.5, 16)])
    return made


@pytest.fixture(scope="module")
def simulated(vae):
    z = np.random.default_rng(2).standard_normal((12, 2)).astype("float32")
    return binarize(decode(vae.decoder, z), 3), z


def log_mean(values):
    return logsumexp(values, axis=0) - np.log(len(values))


def test_the_elbo_agrees_with_one_of_many_draws_by_the_losses(vae, simulated):
    x, _ = simulated
    z_mean, z_log_var = vae.encoder(x)
    nll = [np.asarray(bernoulli_nll(x, vae.decoder(Sampling(seed=i)((z_mean, z_log_var))))) for i in range(300)]
    expected = -np.mean(nll, axis=0) - np.asarray(kl_divergence(z_mean, z_log_var))
    found = evidence_bounds.gaussian_elbo(x, vae.decoder, z_mean, z_log_var, draws=300)
    error = np.std(nll, axis=0) / np.sqrt(150)
    assert np.all(np.abs(found - expected) < 5 * error)


def test_refitting_closes_the_gap_but_not_beyond_the_evidence(vae, simulated):
    x, _ = simulated
    log_px, _ = log_evidence(vae.decoder, x)
    own = evidence_bounds.gaussian_elbo(x, vae.decoder, *vae.encoder(x), draws=400)
    fitted = evidence_bounds.gaussian_elbo(x, vae.decoder, *evidence_bounds.refit(x, vae, steps=150), draws=400)
    assert np.mean(fitted) > np.mean(own) + 0.05
    assert np.all(fitted < log_px + 0.1)


def test_refitting_one_image_does_not_depend_on_the_others(vae, simulated):
    x, _ = simulated
    alone = evidence_bounds.refit(x[:1], vae, steps=5)
    twice = evidence_bounds.refit(np.repeat(x[:1], 2, axis=0), vae, steps=5)
    assert np.all(np.abs(alone[0][0] - twice[0][0]) < 0.3)  # other draws, the same way


def test_the_mean_weight_is_the_evidence(vae, simulated):
    x, _ = simulated
    log_px, _ = log_evidence(vae.decoder, x)
    weights = evidence_bounds.log_weights(x, vae, draws=20_000, at_once=1000)
    np.testing.assert_allclose(log_mean(weights), log_px, atol=0.06)
    elbo = evidence_bounds.gaussian_elbo(x, vae.decoder, *vae.encoder(x), draws=2000)
    assert np.all(np.abs(weights.mean(axis=0) - elbo) < 5 * weights.std(axis=0) / np.sqrt(1000))


def test_the_gradients_of_a_bound_are_those_of_automatic_differentiation(vae, simulated):
    x = simulated[0][0]
    draws = 6
    log_w, encoder, decoder = evidence_bounds.draw_gradients(x, vae, draws, seed=4)
    z_mean, z_log_var = vae.encoder(x[None])
    epsilon = np.random.default_rng(4).standard_normal((draws, 2), dtype="float32")
    with tf.GradientTape() as tape:
        tape.watch([z_mean, z_log_var])
        z = z_mean + tf.exp(0.5 * z_log_var) * epsilon
        x_logits = vae.decoder(z)
        log_joint = -bernoulli_nll(np.repeat(x[None], draws, axis=0), x_logits)
        log_joint += -0.5 * tf.reduce_sum(z**2, axis=1) + 0.5 * tf.reduce_sum(epsilon**2 + z_log_var, axis=1)
        bound = tf.reduce_logsumexp(log_joint) - np.log(draws)
    by_mean, by_log_var, by_bias = tape.gradient(bound, [z_mean, z_log_var, vae.decoder.layers[-1].bias.value])
    np.testing.assert_allclose(log_mean(log_w), bound, rtol=1e-5)
    (found,) = evidence_bounds.bound_gradients(log_w, encoder, draws)
    np.testing.assert_allclose(found, np.hstack([by_mean[0], by_log_var[0]]), rtol=1e-3, atol=1e-5)
    if by_bias is not None:
        np.testing.assert_allclose(
            evidence_bounds.bound_gradients(log_w, decoder, draws)[0], by_bias, rtol=1e-3, atol=1e-5
        )


def test_signal_to_noise_is_that_of_a_known_distribution():
    gradients = np.random.default_rng(0).normal([3.0, 4.0], [1.0, 2.0], (50_000, 2))
    assert evidence_bounds.signal_to_noise(gradients) == pytest.approx(5 / np.sqrt(5), rel=0.02)
    pure_noise = np.random.default_rng(1).normal(size=(20, 2))
    assert evidence_bounds.signal_to_noise(pure_noise) < 0.5


# --- annealing ---


def test_the_schedule_rises_from_0_to_1():
    betas = annealing.schedule(30)
    assert betas[0] == 0 and betas[-1] == 1 and np.all(np.diff(betas) > 0) and len(betas) == 31


def test_annealing_from_both_sides_meets_the_evidence(vae, simulated):
    x, z = simulated
    log_px, _ = log_evidence(vae.decoder, x)
    betas, chains = annealing.schedule(60), 400
    start = np.random.default_rng(5).standard_normal((chains, *z.shape))
    forward = log_mean(annealing.anneal(x, vae, start, betas, seed=6))
    reverse = -log_mean(annealing.anneal(x, vae, np.broadcast_to(z, start.shape), betas[::-1], seed=7))
    np.testing.assert_allclose(forward, log_px, atol=0.1)
    assert np.mean(reverse - log_px) == pytest.approx(0, abs=0.1)


def test_a_move_leaves_its_distribution_as_it_is(vae, simulated):
    """Chains that start at posterior draws, moved at beta 1, keep the posterior's mean of log p(x | z)."""
    z = np.random.default_rng(8).standard_normal((1, 4000, 2)).astype("float32")
    x = binarize(decode(vae.decoder, z[0]), 9)  # each z is a draw from the posterior of its x
    before = evidence_bounds.log_likelihoods(tf.constant(x), vae.decoder, tf.constant(z)).numpy()
    rng = np.random.default_rng(10)
    precision, x = tf.exp(-vae.encoder(x)[1]), tf.constant(x)
    state = annealing._State(tf.constant(z), *annealing._likelihood(x, vae.decoder, tf.constant(z)))
    for _ in range(5):
        momentum = tf.constant(rng.standard_normal(z.shape, dtype="float32"))
        log_uniform = tf.constant(np.log(rng.random(z.shape[:2], dtype="float32")))
        state = annealing._move(x, vae.decoder, state, tf.constant(1.0), precision, momentum, log_uniform)
    log_likelihood, _ = annealing._likelihood(x, vae.decoder, state.z)
    np.testing.assert_allclose(state.log_likelihood, log_likelihood, rtol=1e-5)
    after = state.log_likelihood.numpy()
    assert np.mean(after != before) > 0.9
    assert abs(np.mean(after - before)) < 4 * np.std(after - before) / np.sqrt(4000)
