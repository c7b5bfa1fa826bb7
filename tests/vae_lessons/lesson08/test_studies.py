"""What 08 makes of several seeds' results, and the images that its networks see."""

import numpy as np
import pytest

from vae_lessons.lesson08 import studies
from vae_lessons.lesson08.settings import Network

RNG = np.random.default_rng(0)


def test_a_point_is_the_mean_over_the_seeds_and_its_error_holds_images_and_seeds():
    nets = [Network("digits", seed=seed) for seed in range(40)]
    shift, image = RNG.normal(0, 0.3, 40), RNG.normal(0, 2, 500)
    results = {
        net: {"rate": 10 + move + image, "distortion": np.full(500, 7.0)} for net, move in zip(nets, shift, strict=True)
    }
    means, errors = studies.point(results, nets)
    np.testing.assert_allclose(means, [10 + shift.mean() + image.mean(), 7.0])
    expected = np.sqrt(image.var(ddof=1) / 500 + shift.var(ddof=1) / 40)
    np.testing.assert_allclose(errors, [expected, 0.0], atol=1e-12)


def test_between_two_points_the_distortion_is_read_off_the_line():
    lines = (np.array([[4.0, 30.0]]), np.array([[0.1, 0.4]])), (np.array([[2.0, 34.0]]), np.array([[0.1, 0.2]]))
    distortion, error = studies.at_rate(2.5, *lines)
    assert (distortion, error) == (pytest.approx(33.0), pytest.approx(0.25))


def test_no_network_is_trained_twice_and_none_is_left_out():
    networks = studies.every_network()
    assert len(set(networks)) == len(networks)
    kinds = [*studies.CURVE.values(), *studies.CAUSES.values(), *studies.DISENTANGLED.values(), studies.TWO_LATENTS]
    wanted = {each for kind in kinds for each in kind} | {*studies.NOISES.values(), *studies.LEARNED_NOISES.values()}
    assert wanted <= set(networks)


def test_the_images_are_those_that_the_networks_name():
    x = RNG.random((20, 784))
    assert {each.data for each in studies.every_network()} <= set(studies.images_of(x, x))
