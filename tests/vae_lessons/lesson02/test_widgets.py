"""What the interactive figure of 02 computes."""

import numpy as np
import pytest

from vae_lessons.lesson02 import widgets


def test_the_trick_moves_the_same_epsilons_and_its_arrows_are_derivatives():
    epsilon = np.random.default_rng(0).standard_normal((50, 2))
    z_mean, z_log_var, step = np.array([0.5, -1.0]), np.array([-1.0, 0.7]), 1e-6
    z = widgets.trick_state(z_mean, z_log_var, "z_mean", epsilon)[1]
    np.testing.assert_allclose(z, z_mean + np.exp(z_log_var / 2) * epsilon)
    for way, moved in (("z_mean", (z_mean + step, z_log_var)), ("z_log_var", (z_mean, z_log_var + step))):
        arrows = widgets.trick_state(z_mean, z_log_var, way, epsilon)[3]
        slope = (widgets.trick_state(*moved, way, epsilon)[1] - z)[:5] / step
        np.testing.assert_allclose(arrows, slope, atol=1e-5)


def test_a_plain_draw_draws_anew_at_every_step():
    epsilon = np.zeros((50, 2))
    one, other = (widgets.trick_state(np.array([m, 0.0]), np.zeros(2), "plain draw", epsilon) for m in (0.0, 0.1))
    assert np.abs(one[1] - other[1]).mean() > 0.5
    assert len(one[3]) == 0


def test_too_few_points_are_refused():
    with pytest.raises(ValueError, match="n must be at least 5"):
        widgets.reparameterization(n=3)
