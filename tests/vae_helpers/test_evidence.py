"""log p(x) by quadrature: values that are known in closed form, and the grid that they are computed on."""

import numpy as np
import pytest

from vae_helpers.evidence import log_evidence
from vae_helpers.losses import bernoulli_nll


class Decoder:
    """A decoder by formula, z (n, 2) -> logits (n, pixels), that keeps the points it is asked for."""

    input_shape = (None, 2)

    def __init__(self, logits):
        self.logits, self.points = logits, []

    def __call__(self, z):
        self.points.append(z)
        return np.asarray(self.logits(z), "float32")

    def grids(self):
        """All points that were asked for: those of the first grid and those of the finer one, (points, 2) each."""
        points = np.concatenate(self.points)
        (start,) = [i for i in range(1, len(points)) if points[i, 1] > points[i - 1, 1] + 1e-4]  # from the top again
        return points[:start], points[start:]


def constant(*logits):
    return Decoder(lambda z: np.tile(logits, (len(z), 1)))


def test_where_z_says_nothing_it_is_the_log_likelihood():
    logits, x = (0.5, -1.0, 2.0), np.array([[1, 0, 1], [0, 0, 0], [0.2, 0.7, 0.5]], "float32")
    log_px, error = log_evidence(constant(*logits), x)
    expected = -np.asarray(bernoulli_nll(x, np.tile(np.float32(logits), (3, 1))))
    np.testing.assert_allclose(log_px, expected, atol=2e-5)
    assert error < 2e-5


def test_a_pixel_that_follows_z_is_as_often_ink_as_paper():
    decoder = Decoder(lambda z: 3 * z[:, :1])  # p(1 | z) = 1 - p(1 | -z), so p(1) = 1/2
    log_px, error = log_evidence(decoder, np.array([[1.0], [0.0]]))
    np.testing.assert_allclose(log_px, np.log(0.5), atol=2e-5)
    assert error < 2e-5


@pytest.mark.parametrize("reach", [1.0, 2.0])
def test_only_the_circles_part_of_the_prior_is_summed(reach):
    """The circle of radius r holds 1 - exp(-r^2 / 2) of N(0, I)."""
    log_px, _ = log_evidence(constant(0.0), np.zeros((1, 1)), reach=reach)
    np.testing.assert_allclose(log_px, np.log(0.5) + np.log1p(-np.exp(-(reach**2) / 2)), atol=2e-3)


def test_a_grid_of_four_points_and_the_finer_one_of_twelve_by_hand():
    """Cells' middles at +-1/2; on the finer grid at +-1/4 and +-3/4, where the corners lie outside of the circle."""
    log_px, error = log_evidence(constant(0.0), np.ones((1, 1)), points=2, reach=1.0)
    coarse = 0.5 * 4 * np.exp(-0.25) / (2 * np.pi)
    fine = 0.5 * 0.25 * (4 * np.exp(-0.0625) + 8 * np.exp(-0.3125)) / (2 * np.pi)
    np.testing.assert_allclose(log_px, np.log(coarse), atol=1e-6)
    assert error == pytest.approx(abs(np.log(fine / coarse)), abs=1e-6) and error > 0.05


def test_the_grid_has_200_places_to_a_side_and_reaches_to_5_and_the_finer_one_400():
    decoder = constant(0.0)
    log_evidence(decoder, np.zeros((1, 1)))
    for grid, side in zip(decoder.grids(), (200, 400), strict=True):
        places = np.unique(grid[:, 0])
        middles = (np.arange(side) + 0.5) / side * 10 - 5
        np.testing.assert_allclose(places, middles, atol=1e-5)
        radii = np.linalg.norm(grid, axis=1)
        assert 5 - 10 / side < radii.max() <= 5
        assert len(grid) == pytest.approx(np.pi / 4 * side**2, rel=0.002)


def error_with_another_image(place):
    """The error of 100 images, all alike but one, and those of such images alone: (all, like most, like the one)."""
    decoder = Decoder(lambda z: np.column_stack([20 * z[:, 0], 0 * z[:, 0]]))
    x = np.tile(np.array([1.0, 0.0], "float32"), (100, 1))
    x[place, 0] = 0.5  # p(x | z) has a peak between the coarse grid's points
    usual = (place + 1) % 100
    return [log_evidence(decoder, images, points=7)[1] for images in (x, x[[usual]], x[[place]])]


@pytest.mark.parametrize("place", [0, 17, 99])
def test_the_error_is_the_largest_of_64_images_from_the_first_to_the_last(place):
    error, usual, worst = error_with_another_image(place)
    assert error == pytest.approx(worst, rel=1e-4) and worst > usual + 0.01


def test_the_error_does_not_know_images_that_are_not_among_the_64():
    error, usual, worst = error_with_another_image(2)
    assert error == pytest.approx(usual, rel=1e-4) and worst > usual + 0.01


def test_images_may_have_more_axes_and_chunks_of_points_are_added_up():
    decoder = Decoder(lambda z: (z @ np.array([[1.0, -2.0, 0.5, 0.0], [0.3, 1.0, -1.0, 2.0]])).reshape(-1, 2, 2))
    x = np.array([[1, 0, 1, 0], [1, 1, 1, 1]], "float32")
    flat, _ = log_evidence(decoder, x, points=60)
    square, _ = log_evidence(decoder, x.reshape(2, 2, 2), points=60)
    np.testing.assert_array_equal(flat, square)
    z = np.random.default_rng(0).standard_normal((200_000, 2))
    log_p = [-np.asarray(bernoulli_nll(np.tile(image, (len(z), 1)), decoder(z).reshape(-1, 4))) for image in x]
    np.testing.assert_allclose(np.exp(flat), np.exp(log_p).mean(axis=1), rtol=0.01)


def test_other_arguments_are_refused():
    with pytest.raises(ValueError, match="points must be an integer of at least 1, but is 0"):
        log_evidence(constant(0.0), np.zeros((1, 1)), points=0)
    decoder = constant(0.0)
    decoder.input_shape = (None, 3)
    with pytest.raises(ValueError, match=r"z must have shape \(n, 2\), but has shape \(1, 3\)"):
        log_evidence(decoder, np.zeros((1, 1)))
