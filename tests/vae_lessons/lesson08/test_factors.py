"""The scores of disentanglement on tables whose scores are known."""

import numpy as np
import pytest

from vae_lessons.lesson08 import factors

RNG = np.random.default_rng(0)
TRUTHS = RNG.random((2000, 2))


def test_the_gap_is_the_lead_over_the_second_best_latent():
    information = np.array([[1.5, 0.1], [0.5, 0.9], [0.0, 0.8]])
    assert factors.gap(information, np.array([2.0, 2.0])) == pytest.approx((1.0 / 2 + 0.1 / 2) / 2)


def test_latents_that_are_the_factors_score_high_and_turned_ones_low():
    other = RNG.random((2000, 2))
    own = factors.gap(*factors.information_table(np.hstack([TRUTHS, other]), TRUTHS))
    turned = (np.hstack([TRUTHS, other]) - 0.5) @ factors.rotation(4, seed=0)
    assert own > 0.9
    assert factors.gap(*factors.information_table(turned, TRUTHS)) < 0.3


def test_importances_of_one_latent_for_each_factor_are_pure():
    disentanglement, completeness = factors.dci(np.eye(3))[:2]
    assert (disentanglement, completeness) == (pytest.approx(1), pytest.approx(1))
    disentanglement, completeness = factors.dci(np.ones((3, 3)))[:2]
    assert (disentanglement, completeness) == (pytest.approx(0, abs=1e-6), pytest.approx(0, abs=1e-6))


def test_a_rotation_is_one():
    turn = factors.rotation(5, seed=3)
    np.testing.assert_allclose(turn @ turn.T, np.eye(5), atol=1e-12)
    assert np.abs(turn).max() < 0.99
