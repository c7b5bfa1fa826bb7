"""The losses against scipy and Monte Carlo in float64, against finite differences, and on bad input."""

import numpy as np
import pytest
from scipy import integrate, special, stats

from vae_helpers.backend import keras, tf
from vae_helpers.losses import bernoulli_nll, elbo, kl_divergence


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def batch(rng):
    """x, x_logits (5, 7) and z_mean, z_log_var (5, 3), float64."""
    return rng.random((5, 7)), rng.normal(0, 4, (5, 7)), rng.normal(size=(5, 3)), rng.normal(size=(5, 3))


def numpy_of(value):
    return keras.ops.convert_to_numpy(value)


def test_bernoulli_nll_is_scipy_binary_log_likelihood(rng):
    x = (rng.random((5, 7)) < 0.5).astype("float64")
    x_logits = rng.normal(0, 4, (5, 7))
    expected = -stats.bernoulli(special.expit(x_logits)).logpmf(x).sum(axis=1)
    np.testing.assert_allclose(numpy_of(bernoulli_nll(x, x_logits)), expected, rtol=1e-12)


def test_bernoulli_nll_of_grey_pixels_is_the_cross_entropy(batch):
    x, x_logits, _, _ = batch
    expected = -(x * special.log_expit(x_logits) + (1 - x) * special.log_expit(-x_logits)).sum(axis=1)
    np.testing.assert_allclose(numpy_of(bernoulli_nll(x, x_logits)), expected, rtol=1e-12)


def test_bernoulli_nll_is_the_seeds_binary_crossentropy_times_the_pixels(rng):
    """The seed multiplies Keras's mean over 784 pixels by 784."""
    x, x_logits = rng.random((4, 784)).astype("float32"), rng.normal(0, 1, (4, 784)).astype("float32")
    mean_over_pixels = keras.losses.binary_crossentropy(x, x_logits, from_logits=True)
    np.testing.assert_allclose(numpy_of(bernoulli_nll(x, x_logits)), 784 * numpy_of(mean_over_pixels), rtol=1e-5)


def test_least_bernoulli_nll_is_the_entropy_of_the_pixels(rng):
    x = rng.uniform(0.01, 0.99, (3, 7))
    entropy = stats.bernoulli(x).entropy().sum(axis=1)
    np.testing.assert_allclose(numpy_of(bernoulli_nll(x, special.logit(x))), entropy, rtol=1e-12)
    assert (numpy_of(bernoulli_nll(x, special.logit(x) + 0.1)) > entropy).all()


@pytest.mark.parametrize("logit", [1000.0, -1000.0])
def test_bernoulli_nll_neither_overflows_nor_loses_its_gradient_at_large_logits(logit):
    x = np.array([[0.0, 1.0]], "float32")
    x_logits = tf.constant([[logit, logit]])
    with tf.GradientTape() as tape:
        tape.watch(x_logits)
        nll = bernoulli_nll(x, x_logits)
    np.testing.assert_allclose(numpy_of(nll), [1000.0])
    np.testing.assert_allclose(numpy_of(tape.gradient(nll, x_logits)), special.expit([[logit, logit]]) - x)


def test_kl_is_zero_at_the_prior_and_positive_elsewhere(rng):
    assert numpy_of(kl_divergence(np.zeros((1, 3)), np.zeros((1, 3)))).tolist() == [0.0]
    z_mean, z_log_var = rng.normal(0, 0.1, (100, 2)), rng.normal(0, 0.1, (100, 2))
    assert (numpy_of(kl_divergence(z_mean, z_log_var)) > 0).all()


@pytest.mark.parametrize(("mean", "log_var"), [(0.0, 0.0), (1.5, 0.0), (0.0, -3.0), (-2.0, 1.0)])
def test_kl_is_the_integral_it_stands_for(mean, log_var):
    q, p = stats.norm(mean, np.exp(log_var / 2)), stats.norm()
    low, high = mean - 12 * q.std(), mean + 12 * q.std()
    integral, _ = integrate.quad(lambda z: q.pdf(z) * (q.logpdf(z) - p.logpdf(z)), low, high, epsabs=1e-12)
    assert numpy_of(kl_divergence([[mean]], [[log_var]]))[0] == pytest.approx(integral, rel=1e-6, abs=1e-6)


def test_kl_lies_within_monte_carlo_error_bars(rng):
    z_mean, z_log_var = np.array([[0.5, -1.0, 2.0]]), np.array([[-1.0, 0.5, -2.0]])
    std = np.exp(z_log_var / 2)
    z = z_mean + std * rng.normal(size=(200_000, 3))
    draws = (stats.norm.logpdf(z, z_mean, std) - stats.norm.logpdf(z)).sum(axis=1)
    standard_error = draws.std() / np.sqrt(len(draws))
    assert standard_error < 0.01
    assert abs(draws.mean() - numpy_of(kl_divergence(z_mean, z_log_var))[0]) < 4 * standard_error


def test_kl_keeps_small_differences_in_float32():
    """exp(v) - 1 - v cancels near v = 0: at 1e-3 the KL is 2.5e-7, below float32's step at 1."""
    kl = kl_divergence(np.zeros((1, 1), "float32"), np.full((1, 1), 1e-3, "float32"))
    assert numpy_of(kl)[0] == pytest.approx(0.5 * (np.expm1(1e-3) - 1e-3), rel=1e-3)


@pytest.mark.parametrize("beta", [0.0, 1.0, 4.0])
def test_elbo_is_minus_reconstruction_minus_beta_kl(batch, beta):
    x, x_logits, z_mean, z_log_var = batch
    expected = -numpy_of(bernoulli_nll(x, x_logits)) - beta * numpy_of(kl_divergence(z_mean, z_log_var))
    np.testing.assert_allclose(numpy_of(elbo(x, x_logits, z_mean, z_log_var, beta)), expected, rtol=1e-12)


def test_elbo_is_below_an_exact_log_likelihood(rng):
    """Three pixels whose logits are linear in a 1-d z: log p(x) by quadrature, the ELBO over many z below it."""
    weights, x = np.array([2.0, -1.0, 0.5]), np.array([1.0, 0.0, 1.0])

    def joint(z):
        return np.exp(stats.bernoulli(special.expit(weights * z)).logpmf(x).sum() + stats.norm.logpdf(z))

    evidence, first, second = (integrate.quad(lambda z, k=k: z**k * joint(z), -10, 10)[0] for k in (0, 1, 2))
    log_p, posterior_mean = np.log(evidence), first / evidence
    posterior_log_var = np.log(second / evidence - posterior_mean**2)
    mean, log_var = np.full((100_000, 1), posterior_mean), np.full((100_000, 1), posterior_log_var)
    z = mean + np.exp(log_var / 2) * rng.normal(size=mean.shape)
    draws = numpy_of(elbo(np.tile(x, (len(z), 1)), z * weights, mean, log_var))
    standard_error = draws.std() / np.sqrt(len(draws))
    assert draws.mean() < log_p + 4 * standard_error
    assert draws.mean() > log_p - 0.05, "q has the posterior's mean and variance, so the bound is nearly tight"
    far = numpy_of(elbo(np.tile(x, (len(z), 1)), (z - 2) * weights, mean - 2, log_var))
    assert far.mean() < log_p - 1, "a q far from the posterior must pay for it"


def test_every_loss_gives_one_value_per_example(batch):
    x, x_logits, z_mean, z_log_var = batch
    assert bernoulli_nll(x, x_logits).shape == (5,)
    assert kl_divergence(z_mean, z_log_var).shape == (5,)
    assert elbo(x, x_logits, z_mean, z_log_var).shape == (5,)


@pytest.mark.parametrize("changed", [1, 2, 3])
def test_gradients_agree_with_finite_differences(batch, changed):
    arguments = [tf.constant(array) for array in batch]
    with tf.GradientTape() as tape:
        tape.watch(arguments[changed])
        total = tf.reduce_sum(elbo(*arguments, beta=2.0))
    gradient = numpy_of(tape.gradient(total, arguments[changed]))
    step, numeric = 1e-6, np.zeros_like(gradient)
    for index in np.ndindex(gradient.shape):
        both = []
        for sign in (1, -1):
            moved = [array.copy() for array in batch]
            moved[changed][index] += sign * step
            both.append(numpy_of(elbo(*moved, beta=2.0)).sum())
        numeric[index] = (both[0] - both[1]) / (2 * step)
    np.testing.assert_allclose(gradient, numeric, rtol=1e-5, atol=1e-7)


def test_losses_work_inside_a_compiled_function(batch):
    x, x_logits, z_mean, z_log_var = batch
    compiled = tf.function(elbo)(*map(tf.constant, batch))
    np.testing.assert_allclose(numpy_of(compiled), numpy_of(elbo(x, x_logits, z_mean, z_log_var)), rtol=1e-12)


def test_images_and_latents_with_more_axes_are_summed_over_all_of_them(batch):
    x, x_logits, z_mean, z_log_var = batch
    images = x.reshape(5, 7, 1, 1), x_logits.reshape(5, 7, 1, 1)
    latents = z_mean.reshape(5, 1, 3), z_log_var.reshape(5, 1, 3)
    expected = numpy_of(elbo(x, x_logits, z_mean, z_log_var))
    np.testing.assert_allclose(numpy_of(elbo(*images, *latents)), expected, rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_comes_in_and_float32_goes_out(batch, dtype):
    halves = [tf.cast(array, dtype) for array in batch]
    values = elbo(*halves)
    assert values.dtype == "float32"
    exact = elbo(*(tf.cast(tensor, "float64") for tensor in halves))
    np.testing.assert_allclose(numpy_of(values), numpy_of(exact), rtol=1e-5)


def test_float64_stays_and_wins_over_float32(batch):
    x, x_logits, z_mean, z_log_var = batch
    assert elbo(*batch).dtype == "float64"
    values = elbo(x.astype("float32"), x_logits, z_mean, z_log_var)  # Keras's fit hands x over in float32
    assert values.dtype == "float64"
    np.testing.assert_allclose(numpy_of(values), numpy_of(elbo(*batch)), rtol=1e-6)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_log_variances_far_out_give_a_large_finite_kl_with_a_slope_back(dtype):
    z_log_var = tf.constant([[-6e4], [12.0], [39.0], [41.0], [89.0], [6e4]], dtype)
    with tf.GradientTape() as tape:
        tape.watch(z_log_var)
        kl = kl_divergence(tf.zeros_like(z_log_var), z_log_var)
    slope = numpy_of(tape.gradient(kl, z_log_var)).astype("float64")[:, 0]
    v = numpy_of(z_log_var).astype("float64")[:3, 0]
    np.testing.assert_allclose(numpy_of(kl)[:3], 0.5 * (np.exp(v) - 1 - v), rtol=1e-5)
    assert np.isfinite(numpy_of(kl)).all()
    assert (np.diff(numpy_of(kl)[1:]) > 0).all()
    assert slope[0] < 0 < slope[1:].min()
    assert dtype == "float16" or np.isfinite(slope).all()  # a slope of e^40 has no float16


def test_the_kl_goes_on_as_a_tangent_without_a_step():
    values = numpy_of(kl_divergence(np.zeros((3, 1)), np.array([[40 - 1e-6], [40], [40 + 1e-6]])))
    below, above = np.diff(values)
    assert above == pytest.approx(below, rel=1e-5)


X = np.full((2, 4), 0.5, "float32")
Z = np.zeros((2, 3), "float32")
BAD = {
    "different pixels": (lambda: bernoulli_nll(X, X[:, :3]), r"x and x_logits .* \(2, 4\) .* \(2, 3\)"),
    "a batch of 1 that would broadcast": (lambda: bernoulli_nll(X, X[:1]), r"x and x_logits .* \(2, 4\) .* \(1, 4\)"),
    "square images against flat logits": (
        lambda: bernoulli_nll(X.reshape(2, 2, 2), X),
        r"x and x_logits .* \(2, 2, 2\) .* \(2, 4\)",
    ),
    "one image without a batch axis": (lambda: bernoulli_nll(X[0], X[0]), r"x must have shape \(batch, \.\.\.\)"),
    "integer images": (lambda: bernoulli_nll(X.astype("uint8"), X), "x must be floating-point, but has dtype uint8"),
    "integer logits": (lambda: bernoulli_nll(X, X.astype(int)), "x_logits must be floating-point"),
    "images not scaled": (lambda: bernoulli_nll(255 * X, X), r"x must lie in \[0, 1\].*127.5"),
    "negative images": (lambda: bernoulli_nll(-X, X), r"x must lie in \[0, 1\]"),
    "NaN in an image": (lambda: bernoulli_nll(X * np.nan, X), r"x must lie in \[0, 1\] and be finite"),
    "latents that differ": (lambda: kl_divergence(Z, Z[:, :2]), r"z_mean and z_log_var .* \(2, 3\) .* \(2, 2\)"),
    "latents without a batch axis": (lambda: kl_divergence(Z[0], Z[0]), "z_mean must have shape"),
    "a negative beta": (lambda: elbo(X, X, Z, Z, beta=-1), "beta must be a finite number of at least 0, but is -1"),
    "a beta that is no number": (lambda: elbo(X, X, Z, Z, beta="1"), "beta must be a finite number .*, but is '1'"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_named(name):
    call, message = BAD[name]
    with pytest.raises(ValueError, match=message):
        call()


def test_shape_errors_reach_symbolic_tensors():
    x, x_logits = keras.Input((784,)), keras.Input((10,))
    with pytest.raises(ValueError, match=r"x and x_logits .* \(None, 784\) .* \(None, 10\)"):
        bernoulli_nll(x, x_logits)
    assert kl_divergence(keras.Input((2,)), keras.Input((2,))).shape == (None,)
