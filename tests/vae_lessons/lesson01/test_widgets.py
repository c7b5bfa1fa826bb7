"""What the interactive figure of 01 computes, and what it refuses."""

import numpy as np
import pytest

from vae_lessons.lesson01 import widgets


def test_mean_of_draws_is_a_mean_of_draws_of_ones_and_zeros():
    image = np.full((28, 28), 51, "uint8")
    first, mean = widgets.mean_of_draws(image, 1000, 0)
    assert set(np.unique(first)) == {0, 1}
    assert abs(mean.mean() - 0.2) < 4 * np.sqrt(0.16 / (1000 * 784))
    np.testing.assert_array_equal(first, widgets.mean_of_draws(image, 1, 0)[1])


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((2, 784), "uint8"), "images must have shape"),
        (np.zeros((0, 28, 28), "uint8"), "images must hold at least one integer"),
        (np.zeros((2, 28, 28)), "images must hold at least one integer"),
    ],
)
def test_other_images_are_refused(images, message):
    with pytest.raises(ValueError, match=message):
        widgets.binarization(images)
