"""How good draws are: measures with known answers."""

import numpy as np
import pytest
import scipy.linalg

from vae_lessons.lesson10 import quality

RNG = np.random.default_rng(0)
CLOUD = RNG.normal(size=(400, 5)) @ RNG.normal(size=(5, 5))


def test_the_distance_is_that_of_the_matrix_root():
    other = RNG.normal(1, 2, (300, 5)) @ RNG.normal(size=(5, 5))
    c_a, c_b = np.cov(CLOUD, rowvar=False), np.cov(other, rowvar=False)
    apart = np.sum((CLOUD.mean(axis=0) - other.mean(axis=0)) ** 2)
    expected = apart + np.trace(c_a + c_b - 2 * scipy.linalg.sqrtm(c_a @ c_b).real)
    assert quality.frechet_distance(CLOUD, other) == pytest.approx(expected)
    assert quality.frechet_distance(other, CLOUD) == pytest.approx(expected)


def test_a_set_is_at_distance_0_from_itself_and_a_shift_counts_squared():
    assert quality.frechet_distance(CLOUD, CLOUD) == pytest.approx(0, abs=1e-6)
    assert quality.frechet_distance(CLOUD, CLOUD + 3) == pytest.approx(5 * 9)


def test_features_that_never_vary_do_no_harm():
    flat = np.zeros((50, 3))
    assert quality.frechet_distance(flat, flat + 2) == pytest.approx(12)


def test_the_bootstrap_finds_the_error_of_a_difference_of_means():
    a, b = RNG.normal(0, 2, (900, 1)), RNG.normal(0, 1, (400, 1))
    error = quality.bootstrap_error(lambda a, b: a.mean() - b.mean(), a, b, repeats=300)
    assert error == pytest.approx(np.sqrt(4 / 900 + 1 / 400), rel=0.15)


def test_precision_and_recall_tell_bad_draws_from_few_kinds():
    real = RNG.normal(size=(300, 2))
    assert quality.precision_recall(real, real) == (1, 1)
    assert quality.precision_recall(real, real + 100) == (0, 0)
    precision, recall = quality.precision_recall(real, 0.05 * RNG.normal(size=(300, 2)))
    assert precision > 0.95 and recall < 0.1  # all in the middle: near real ones, and far from most
    precision, recall = quality.precision_recall(real, 10 * RNG.normal(size=(300, 2)))
    assert precision < 0.2 and recall > 0.5


def test_a_point_is_not_its_own_neighbour():
    np.testing.assert_allclose(quality._reach(np.array([[0.0], [1.0], [3.0]]), 1), [1, 1, 2])


def test_a_judge_learns_to_tell_classes_apart():
    y = RNG.integers(0, 3, 600)
    x = np.zeros((600, 784), "float32")
    x[np.arange(600), y] = 1
    judge = quality.Judge(x[:500], y[:500], steps=100)
    probabilities = judge.probabilities(x[500:])
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    assert np.mean(probabilities.argmax(axis=1) == y[500:]) > 0.95
    assert judge.features(x[500:]).shape == (100, 32)
