"""Probabilistic PCA and the linear VAE, against scipy and against sampling."""

import numpy as np
import pytest
from scipy import stats

from vae_lessons.lesson07 import linear


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    w = np.array([[2.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]])
    return rng.normal(size=(3000, 2)) @ w.T + [1, 2, 3, 4] + 0.4 * rng.normal(size=(3000, 4))


def test_the_closed_form_is_a_maximum(data):
    best = linear.fit_ppca(data, 2)
    value = linear.log_density(data, best).mean()
    rng = np.random.default_rng(1)
    for _ in range(20):
        other = linear.Linear(
            best.w + 0.05 * rng.normal(size=(4, 2)),
            best.mu + 0.02 * rng.normal(size=4),
            best.sigma * np.exp(0.05 * rng.normal()),
        )
        assert linear.log_density(data, other).mean() < value
    assert best.sigma == pytest.approx(0.4, rel=0.05)
    assert best.w[:, 0] @ best.w[:, 1] == pytest.approx(0, abs=1e-10)


def test_the_density_is_scipys(data):
    model = linear.fit_ppca(data, 2)
    expected = stats.multivariate_normal(model.mu, model.w @ model.w.T + model.sigma**2 * np.eye(4)).logpdf(data[:50])
    np.testing.assert_allclose(linear.log_density(data[:50], model), expected)


def test_the_gap_is_0_at_the_posterior_and_the_kl_elsewhere(data):
    model, x = linear.fit_ppca(data, 2), data[:5]
    m = model.w.T @ model.w + model.sigma**2 * np.eye(2)
    mean, covariance = (x - model.mu) @ model.w @ np.linalg.inv(m), model.sigma**2 * np.linalg.inv(m)
    log_var = np.broadcast_to(np.log(np.diag(covariance)), mean.shape)
    np.testing.assert_allclose(linear.gap(x, model, mean, log_var), 0, atol=1e-9)
    shifted = mean + 0.1
    draws = shifted[0] + np.exp(log_var[0] / 2) * np.random.default_rng(2).normal(size=(200_000, 2))
    log_q = stats.norm(shifted[0], np.exp(log_var[0] / 2)).logpdf(draws).sum(axis=1)
    log_p = stats.multivariate_normal(mean[0], covariance).logpdf(draws)
    assert linear.gap(x, model, shifted, log_var)[0] == pytest.approx(np.mean(log_q - log_p), rel=0.03)


def test_the_trained_one_comes_within_a_tenth_of_a_nat(data):
    vae = linear.train_linear(data, 2, epochs=250)
    learned = vae.numbers()
    elbo = linear.log_density(data, learned) - linear.gap(data, learned, *vae.encoded(data))
    short = linear.log_density(data, linear.fit_ppca(data, 2)).mean() - elbo.mean()
    assert 0 <= short < 0.1
