"""The latent plane in numbers, against scipy and by hand."""

import numpy as np
import pytest
from scipy import special, stats

from vae_helpers import latent


@pytest.fixture
def posteriors():
    """z_mean, z_log_var (30, 2)."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(30, 2)), rng.normal(-1, 1, size=(30, 2))


def by_hand(z, z_mean, z_log_var):
    """log q(z) of one point."""
    log_densities = stats.norm(z_mean, np.exp(z_log_var / 2)).logpdf(z).sum(axis=1)  # (images,)
    return special.logsumexp(log_densities) - np.log(len(z_mean))


def test_normal_quantiles_halve_strips_of_equal_probability():
    np.testing.assert_allclose(stats.norm.cdf(latent.normal_quantiles(5)), [0.1, 0.3, 0.5, 0.7, 0.9])


def test_a_grid_runs_as_a_picture_does_from_the_top_row_to_the_right():
    expected = [[0, 3], [1, 3], [3, 3], [0, 1], [1, 1], [3, 1], [0, 0], [1, 0], [3, 0]]
    np.testing.assert_array_equal(latent.square_grid(np.array([0, 1, 3])), expected)
    np.testing.assert_array_equal(latent.latent_grid(4), latent.square_grid(latent.normal_quantiles(4)))


def test_prior_radius_holds_that_share_of_the_prior():
    radius = latent.prior_radius(np.array([0.0, 0.5, 0.95]))
    np.testing.assert_allclose(stats.chi2(2).cdf(radius**2), [0.0, 0.5, 0.95])


def test_log_normal_sums_scipys_log_density_over_the_latents(posteriors):
    z_mean, z_log_var = posteriors
    z = np.array([0.3, -1.2])
    expected = stats.norm(z_mean, np.exp(z_log_var / 2)).logpdf(z).sum(axis=1)
    np.testing.assert_allclose(latent.log_normal(z, z_mean, z_log_var), expected)
    np.testing.assert_allclose(latent.log_normal(z, 0.0, 0.0), stats.norm.logpdf(z).sum())


@pytest.mark.parametrize("places", [(), (1,), (1201,), (3, 4), (2, 0)])
def test_log_aggregate_posterior_is_the_average_density_whatever_axes_z_has(posteriors, places):
    z = np.random.default_rng(1).normal(0, 3, size=(*places, 2))
    log_q = latent.log_aggregate_posterior(z, *posteriors)
    assert log_q.shape == places
    expected = [by_hand(point, *posteriors) for point in z.reshape(-1, 2)]
    np.testing.assert_allclose(log_q.ravel(), expected, rtol=1e-9)


def test_log_aggregate_posterior_is_finite_far_from_every_posterior(posteriors):
    far = latent.log_aggregate_posterior(np.array([[300.0, 0.0]]), *posteriors)
    assert np.isfinite(far).all() and far < -1000


BAD = {
    "no quantiles": (lambda: latent.normal_quantiles(0), "n must be an integer of at least 1, but is 0"),
    "a circle that holds all": (lambda: latent.prior_radius(1.0), "share must be at least 0 and below 1, but is 1.0"),
    "z of other latents": (
        lambda: latent.log_aggregate_posterior(np.zeros((4, 3)), np.zeros((5, 2)), np.zeros((5, 2))),
        r"z must have shape \(batch, 2\), but has shape \(4, 3\)",
    ),
    "posteriors of other shapes": (
        lambda: latent.log_aggregate_posterior(np.zeros((4, 2)), np.zeros((5, 2)), np.zeros((6, 2))),
        "z_mean and z_log_var must have the same shape",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_named(name):
    call, message = BAD[name]
    with pytest.raises(ValueError, match=message):
        call()
