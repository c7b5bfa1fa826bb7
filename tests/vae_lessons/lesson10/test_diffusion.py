"""A diffusion's ELBO, against Gaussians worked out in closed form and against an exact density."""

import numpy as np
import pytest
from scipy import stats

from vae_lessons.lesson10 import diffusion

TOY = diffusion.Mixture([-1.5, 0.5], 0.3)
X = TOY.draw(4000)


def test_the_density_and_the_denoiser_of_the_toy_are_those_of_quadrature():
    grid = np.linspace(-6, 6, 4001)[:, None]
    density = np.exp(TOY.log_density(grid))
    assert np.trapezoid(density, grid[:, 0]) == pytest.approx(1)
    w, t = 0.2, 0.6
    joint = density * stats.norm(t * grid[:, 0], 1 - t).pdf(w)
    expected = np.sum(joint * grid[:, 0]) / np.sum(joint)
    assert TOY.denoise(np.array([[w]]), t)[0, 0] == pytest.approx(expected, rel=1e-6)


def test_a_layers_kl_is_half_the_gain_times_the_squared_error():
    """q(w_s | w_t, x) has a mean that is linear in x, so the KL between x and a guess has a closed form."""
    t, s, x, guess = 0.3, 0.5, 1.7, 0.4
    ratio = diffusion.snr(s) - diffusion.snr(t)
    # w_t is w_s, shrunk, with more noise: w_t = shrink w_s + N(0, rest)
    shrink = t / s
    rest = (1 - t) ** 2 - (shrink * (1 - s)) ** 2
    precision = 1 / (1 - s) ** 2 + shrink**2 / rest
    mean_by_x = s / (1 - s) ** 2 / precision  # of q(w_s | w_t, x)
    kl = 0.5 * precision * (mean_by_x * (x - guess)) ** 2
    assert kl == pytest.approx(0.5 * ratio * (x - guess) ** 2)


def test_the_elbo_stays_below_the_log_density_and_closes_with_layers():
    log_p = TOY.log_density(X)
    bounds = [diffusion.elbo(TOY.denoise, X, diffusion.layer_times(n)) for n in (8, 32, 128)]
    short = [np.mean(log_p - bound) for bound in bounds]
    error = np.std(log_p - bounds[-1]) / np.sqrt(len(X))
    assert short[0] > short[1] > short[2] > -3 * error
    assert short[2] < 0.2


def test_a_worse_denoiser_has_a_lower_elbo():
    times = diffusion.layer_times(32)
    worse = diffusion.elbo(lambda w, t: TOY.denoise(w, t) + 0.1, X, times)
    assert np.mean(worse) < np.mean(diffusion.elbo(TOY.denoise, X, times))


def test_the_times_begin_at_noise_and_end_at_the_noise_asked_for():
    times = diffusion.layer_times(10, noise=0.05)
    assert len(times) == 10 and times[0] == 0 and np.all(np.diff(times) > 0)
    assert diffusion.snr(times[-1]) == pytest.approx(1 / 0.05**2)
