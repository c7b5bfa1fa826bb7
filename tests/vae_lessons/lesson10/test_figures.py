"""What single figures of 10 show."""

import numpy as np

from vae_lessons.lesson10 import figures


def test_the_arrows_point_from_noise_to_codes():
    epsilon, z, t = np.zeros((1, 2)), np.array([[3.0, 1.0]]), np.array([[0.5]])
    (arrows,) = [each for each in figures.straight_paths(epsilon, z, t).axes[0].collections if hasattr(each, "U")]
    assert arrows.U[0] > 0 and arrows.V[0] > 0
    np.testing.assert_allclose(arrows.get_offsets(), [[1.5, 0.5]])
