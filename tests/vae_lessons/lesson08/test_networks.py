"""The networks of 08 on tiny images: what each knob does to the loss, and that a seed decides the rest."""

import dataclasses

import numpy as np
import pytest
from scipy.stats import norm

from vae_helpers.backend import keras, tf
from vae_helpers.losses import bernoulli_nll, kl_divergence
from vae_lessons.lesson08 import networks
from vae_lessons.lesson08.settings import Network

PIXELS, IMAGES = 9, 200
RNG = np.random.default_rng(0)
X = (RNG.random((IMAGES, PIXELS)) < 0.4).astype("float32")
SMALL = Network("digits", latent_dim=2, hidden_dim=8, epochs=1)
OUTPUTS = tuple(RNG.normal(size=(IMAGES, size)).astype("float32") for size in (PIXELS, 2, 2))


def changed(**settings):
    return dataclasses.replace(SMALL, **settings)


def new(network):
    """The untrained model of a Network."""
    return networks.reset(networks.compiled_vae(network, PIXELS).vae, network, X)


def loss(network, steps=0):
    """The loss of made-up outputs after so many steps."""
    return float(new(network).objective(X, OUTPUTS, steps))


def nll():
    return float(np.mean(bernoulli_nll(X, OUTPUTS[0])))


def test_the_terms_of_the_kl_add_up_to_the_kl():
    np.testing.assert_allclose(np.sum(networks.kl_terms(*OUTPUTS[1:]), axis=1), kl_divergence(*OUTPUTS[1:]), rtol=1e-5)


def test_beta_weighs_the_kl():
    kl = float(np.mean(kl_divergence(*OUTPUTS[1:])))
    assert loss(changed(beta=2.0), steps=100) == pytest.approx(nll() + 2 * kl, rel=1e-5)


def test_a_warm_up_charges_nothing_at_first_and_half_in_its_middle():
    network = changed(warm_up=1.0, epochs=10)  # 20 steps
    whole = loss(SMALL, steps=100) - nll()
    shares = [(loss(network, steps) - nll()) / whole for steps in (0, 10, 20, 40)]
    np.testing.assert_allclose(shares, [0, 0.5, 1, 1], atol=1e-5)


def test_free_bits_charge_each_latent_its_floor():
    assert loss(changed(free_bits=50.0), steps=100) == pytest.approx(nll() + 2 * 50, rel=1e-5)


def test_gaussian_pixels_have_the_density_of_their_noise():
    vae = new(changed(likelihood="gaussian", sigma=0.3))
    expected = -norm.logpdf(X, OUTPUTS[0], 0.3).sum(axis=1)
    np.testing.assert_allclose(vae.nll(X, OUTPUTS[0]), expected, rtol=1e-5)


def test_a_pixel_sees_only_those_before_it():
    previous = networks.Previous()
    previous(X)
    previous.set_weights([RNG.normal(size=each.shape) for each in previous.get_weights()])
    for pixel in range(PIXELS):
        other = X.copy()
        other[:, pixel] = 1 - other[:, pixel]
        moved = np.any(np.asarray(previous(other)) != np.asarray(previous(X)), axis=0)
        assert not moved[: pixel + 1].any()
        assert moved[pixel + 1 :].any() or pixel == PIXELS - 1


@pytest.mark.parametrize("likelihood", ["bernoulli", "autoregressive"])
def test_a_seed_decides_all_however_often_the_model_was_used(likelihood):
    network = changed(likelihood=likelihood)
    first, _, again = (networks.train(one, X).get_weights() for one in (network, changed(seed=1), network))
    for before, after in zip(first, again, strict=True):
        np.testing.assert_allclose(before, after, rtol=1e-5, atol=1e-6)


def test_an_encoder_without_a_pace_stays_as_it_was_while_the_decoder_learns():
    vae = new(changed(pace=0.0))
    before = vae.encoder.get_weights(), vae.decoder.get_weights()
    networks.compiled_vae(changed(pace=0.0), PIXELS).learn(X, np.arange(IMAGES).reshape(-1, 100), np.float32(0))
    assert all(np.array_equal(a, b) for a, b in zip(before[0], vae.encoder.get_weights(), strict=True))
    assert not any(np.array_equal(a, b) for a, b in zip(before[1], vae.decoder.get_weights(), strict=True))


def test_what_is_measured_has_a_row_for_each_image():
    found = networks.train_and_measure(SMALL, {"digits": ((255 * X).astype("uint8"), (255 * X[:20]).astype("uint8"))})
    assert {len(found[name]) for name in ("rate", "distortion", "squared_error", "z_mean", "z_log_var")} == {20}
    assert found["new"].shape == (10, PIXELS) and found["new"].dtype == np.uint8


def test_a_step_of_adam_is_kerass():
    rng, rates = np.random.default_rng(0), [0.01, 0.02]
    start = [rng.standard_normal(shape).astype("float32") for shape in ((3, 2), (4,))]
    weights = [tf.Variable(each) for each in start]
    moments = [[tf.Variable(tf.zeros_like(each)) for each in weights] for _ in range(2)]
    kerass = [tf.Variable(each) for each in start]
    optimizers = [keras.optimizers.Adam(rate) for rate in rates]
    for step in range(1, 6):
        gradients = [tf.constant(rng.standard_normal(each.shape), "float32") for each in start]
        networks.adam_step(weights, gradients, moments, rates, step)
        for optimizer, gradient, weight in zip(optimizers, gradients, kerass, strict=True):
            optimizer.apply([gradient], [weight])
    for mine, theirs in zip(weights, kerass, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-5)
