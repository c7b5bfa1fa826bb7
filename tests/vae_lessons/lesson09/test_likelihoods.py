"""The likelihoods of 09 against integrals, sums and scipy; draws against means; bits of a model that knows nothing."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit

from vae_helpers.backend import keras
from vae_lessons.lesson09 import convolutions, image_data, likelihoods

MIDDLES = ((np.arange(20_000) + 0.5) / 20_000).astype("float32")
LEVELS = ((np.arange(256) + 0.5) / 256).astype("float32")


def nlls(function, x, output, *scale):
    """-log p of single pixels x (n,), each an image of its own."""
    scale = [np.float32(each) for each in scale]
    return np.asarray(function(x[:, None], np.full((len(x), 1), output, "float32"), *scale))


@pytest.mark.parametrize("logit", [-40.0, -3.0, -0.05, -0.03, 0.0, 1e-4, 0.039, 0.041, 2.0, 30.0])
def test_the_continuous_bernoulli_is_a_density(logit):
    density = np.exp(-nlls(likelihoods.continuous_bernoulli, MIDDLES, logit).astype(float))
    assert np.mean(density) == pytest.approx(1, rel=2e-3 if abs(logit) > 20 else 1e-5)


def test_the_continuous_bernoulli_is_the_formula_of_the_paper():
    p, x = 0.83, np.float32([0.1, 0.6, 0.99])
    expected = np.log(2 * np.arctanh(1 - 2 * p) / (1 - 2 * p)) + x * np.log(p) + (1 - x) * np.log(1 - p)
    np.testing.assert_allclose(-nlls(likelihoods.continuous_bernoulli, x, np.log(p / (1 - p))), expected, rtol=1e-5)


def test_a_gaussian_is_scipys():
    found = -nlls(likelihoods.gaussian, MIDDLES[::999], 0.3, np.log(0.2))
    np.testing.assert_allclose(found, stats.norm.logpdf(MIDDLES[::999], 0.3, 0.2), rtol=1e-5)


@pytest.mark.parametrize(("mean", "scale"), [(0.4, 0.1), (1.2, 0.02), (-0.3, 0.05), (0.5, 0.001), (0.999, 0.3)])
def test_the_bins_of_a_logistic_sum_to_one_and_none_underflows(mean, scale):
    nll = nlls(likelihoods.discretized_logistic, LEVELS, mean, np.log(scale))
    assert np.all(np.isfinite(nll)) and np.exp(-nll.astype(float)).sum() == pytest.approx(1, rel=1e-4)


def test_a_bin_is_the_difference_of_the_distribution_function():
    k, law = np.array([0, 7, 128, 255]), stats.logistic(0.45, 0.2)
    upper, lower = np.where(k == 255, 1, law.cdf((k + 1) / 256)), np.where(k == 0, 0, law.cdf(k / 256))
    found = nlls(likelihoods.discretized_logistic, LEVELS[k], 0.45, np.log(0.2))
    np.testing.assert_allclose(found, -np.log(upper - lower), rtol=1e-4)


@pytest.mark.parametrize("name", likelihoods.LIKELIHOODS)
def test_a_pixel_costs_its_gradient_at_extremes_too(name):
    kind = likelihoods.LIKELIHOODS[name]
    x, output = keras.ops.convert_to_tensor(np.float32([[0.0, 0.5, 1.0]])), keras.Variable(np.zeros((1, 3), "float32"))
    scale = [keras.Variable(np.float32(-3.0))] * kind.has_scale
    from vae_helpers.backend import tf

    for value in (0.0, -60.0, 60.0):
        output.assign(np.full((1, 3), value, "float32"))
        with tf.GradientTape() as tape:
            nll = kind.nll(x, output.value, *[each.value for each in scale])
        (gradient,) = tape.gradient(nll, [output.value])
        assert np.all(np.isfinite(np.asarray(gradient))), value


@pytest.mark.parametrize("logit", [-4.0, 0.0, 1.5])
def test_draws_of_the_continuous_bernoulli_have_its_mean(logit):
    drawn = likelihoods.draw_continuous_bernoulli(np.random.default_rng(0), np.full(40_000, logit))
    mean = 1 / (1 - np.exp(-logit)) - 1 / logit if logit else 0.5
    assert drawn.mean() == pytest.approx(mean, abs=6 * drawn.std() / 200) and 0 <= drawn.min() <= drawn.max() <= 1


def test_other_draws_have_their_means():
    rng, output = np.random.default_rng(0), np.full(40_000, 0.3)
    assert likelihoods.draw_bernoulli(rng, output).mean() == pytest.approx(expit(0.3), abs=0.015)
    assert likelihoods.draw_gaussian(rng, output, np.log(0.1)).mean() == pytest.approx(0.3, abs=0.003)
    assert likelihoods.draw_discretized_logistic(rng, output, np.log(0.02)).mean() == pytest.approx(0.3, abs=0.003)


def test_a_model_that_knows_nothing_pays_8_bits():
    shape = (4, 5, 3)
    uniform = np.zeros(2)  # -log density of the uniform distribution on [0, 1)
    np.testing.assert_allclose(likelihoods.bits_per_dimension(uniform, shape, True), 8)
    np.testing.assert_allclose(likelihoods.bits_per_dimension(60 * np.log(256), shape, False), 8)


def test_dequantizing_loses_no_number():
    images = np.arange(256, dtype="uint8").reshape(1, 16, 16, 1)
    for seed in range(50):
        x = image_data.dequantize(images, seed)
        assert x.dtype == np.float32 and x.max() < 1
        np.testing.assert_array_equal(np.floor(256 * x), images)


@pytest.mark.parametrize("name", likelihoods.LIKELIHOODS)
def test_a_pixel_vae_trains_with_each_likelihood(name):
    keras.utils.set_random_seed(0)
    x = image_data.dequantize(np.random.default_rng(0).integers(0, 60, (40, 4, 4, 1)).astype("uint8"), 0)
    vae = likelihoods.PixelVAE(*convolutions.dense_parts((4, 4, 1), 8, 3), name)
    before = vae.negative_elbo(x).mean()
    vae.compile(optimizer=keras.optimizers.Adam(0.02))
    vae.fit(x, epochs=8, batch_size=20, verbose=0)
    assert vae.negative_elbo(x).mean() < before
    drawn = vae.drawn_pixels(x, 0)
    assert drawn.shape == x.shape and 0 <= drawn.min() <= drawn.max() <= 1
