"""The conditional VAE: its KL, what the class does, its exact evidence, and how a slant is measured."""

import numpy as np
import pytest

from vae_helpers.evidence import log_evidence
from vae_helpers.losses import kl_divergence
from vae_helpers.strokes import draw_stroke_digits
from vae_lessons.lesson09 import conditional
from vae_lessons.lesson09.training_loop import train

RNG = np.random.default_rng(0)
X = (RNG.random((60, 784)) < 0.2).astype("float32")
LABELS = np.arange(60) % 10


@pytest.fixture(scope="module", params=[conditional.one_prior, conditional.prior_of_class], ids=lambda f: f.__name__)
def vae(request):
    return train(conditional.built(request.param), {"x": X, "y": conditional.one_hot(LABELS)}, 2, batch_size=20)


def test_the_kl_to_the_standard_normal_is_the_core_one():
    mean, log_var = RNG.normal(size=(2, 5, 3)).astype("float32")
    found = conditional.kl_from_log_var(mean, log_var, 0 * mean, 0 * mean)
    np.testing.assert_allclose(np.asarray(found), np.asarray(kl_divergence(mean, log_var)), rtol=1e-5)


def test_the_kl_is_that_of_draws():
    q_mean, q_log_var, p_mean, p_log_var = RNG.normal(size=(4, 1, 2))
    z = q_mean + np.exp(q_log_var / 2) * RNG.standard_normal((200_000, 2))
    terms = p_log_var - q_log_var + (z - p_mean) ** 2 / np.exp(p_log_var) - (z - q_mean) ** 2 / np.exp(q_log_var)
    estimates = 0.5 * terms.sum(axis=1)
    found = float(conditional.kl_from_log_var(q_mean, q_log_var, p_mean, p_log_var)[0])
    assert found == pytest.approx(estimates.mean(), abs=6 * estimates.std() / np.sqrt(len(z)))


def test_the_class_changes_the_picture_and_a_style_comes_back(vae):
    style = RNG.standard_normal((4, 2))
    drawn = [conditional.drawn_with(vae, style, np.full(4, label)) for label in (0, 7)]
    assert drawn[0].shape == (4, 784) and not np.allclose(*drawn, atol=1e-3)
    own_style = conditional.style_of(vae, X[:5], LABELS[:5])
    z_mean = np.asarray(vae.encoder({"x": X[:5], "y": conditional.one_hot(LABELS[:5])})[0])
    mean, log_var = (np.asarray(each) for each in vae.prior(conditional.one_hot(LABELS[:5])))
    np.testing.assert_allclose(mean + np.exp(log_var / 2) * own_style, z_mean, rtol=1e-4, atol=1e-5)


def test_the_decoder_of_one_class_decodes_as_the_whole(vae):
    style = RNG.standard_normal((3, 2)).astype("float32")
    x_logits = np.asarray(conditional.decoder_for(vae, 4)(style))
    expected = conditional.drawn_with(vae, style, np.full(3, 4))
    np.testing.assert_allclose(1 / (1 + np.exp(-x_logits)), expected, atol=1e-5)


def test_the_evidence_of_each_class_is_that_of_its_decoder(vae):
    log_px, _ = conditional.log_evidence_of_classes(vae, X[:3], points=20)
    assert log_px.shape == (3, 10)
    np.testing.assert_allclose(log_px[:, 2], log_evidence(conditional.decoder_for(vae, 2), X[:3], points=20)[0])


def test_learned_priors_move_and_the_standard_one_does_not(vae):
    mean, log_var = (np.asarray(each) for each in vae.prior(np.eye(10, dtype="float32")))
    assert (np.ptp(mean) > 0) == (np.ptp(log_var) > 0) == bool(vae.prior.trainable_variables)


def test_a_slant_is_measured():
    images, labels, factors = draw_stroke_digits(600, seed=0)
    ones = labels == 1
    found = conditional.slant(images[ones].reshape(-1, 784) / 255)
    assert np.corrcoef(found, factors["slant"][ones])[0, 1] > 0.8
    assert conditional.slant(np.zeros((1, 784))) == 0


def test_the_slants_of_other_classes_leave_the_own_one_out(vae):
    style = RNG.standard_normal((3, 2))
    found = conditional.slants_in_other_classes(vae, style, np.array([0, 1, 1]))
    expected = conditional.slant(conditional.drawn_with(vae, style, np.array([1, 0, 0])))
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_the_sheet_holds_every_class_and_style(vae):
    sheet = conditional.style_sheet(vae, np.array([-1.0, 0.0, 1.0]))
    assert sheet.shape == (10, 9, 784) and sheet.dtype == np.uint8
    top_left = conditional.drawn_with(vae, np.array([[-1.0, 1.0]]), np.array([6]))
    np.testing.assert_allclose(sheet[6, 0] / 255, top_left[0], atol=0.005)
