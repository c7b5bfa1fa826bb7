"""Flow matching, against flows whose ends and densities are known."""

import numpy as np
import pytest
from scipy import stats

from vae_helpers.backend import keras, tf
from vae_helpers.latent import square_grid
from vae_lessons.lesson10 import flow


def doubling(inputs):
    """A network that doubles every z in the time 1, whatever the time and the label are."""
    return np.float32(np.log(2)) * inputs[0]


def growth(z, t):
    return z


def test_heun_is_of_second_order_in_either_direction():
    exact = np.e * np.ones((1, 1))
    off = [np.abs(flow.heun(growth, np.ones((1, 1)), np.linspace(0, 1, n + 1))[-1] - exact)[0, 0] for n in (20, 40)]
    assert off[0] / off[1] == pytest.approx(4, rel=0.1)
    back = flow.heun(growth, exact, np.linspace(1, 0, 101))[-1]
    np.testing.assert_allclose(back, 1, atol=1e-4)


def test_heun_keeps_the_whole_path():
    path = flow.heun(growth, np.ones((3, 2)), np.linspace(0, 1, 6))
    assert path.shape == (6, 3, 2)
    np.testing.assert_array_equal(path[0], 1)


def test_the_density_of_a_flow_that_doubles_is_that_of_a_wider_gaussian():
    z = np.random.default_rng(0).normal(0, 2, (50, 3))
    np.testing.assert_allclose(flow.log_density(doubling, z), stats.norm(0, 2).logpdf(z).sum(axis=1), atol=1e-3)


@pytest.fixture(scope="module")
def network():
    """An untrained network of a strong velocity, so that its density is no Gaussian."""
    keras.utils.set_random_seed(3)
    made = flow.build_velocity(2, units=16, depth=2)
    made.layers[-1].set_weights([3 * each for each in made.layers[-1].get_weights()])
    return made


def test_the_density_of_a_network_integrates_to_1(network):
    side, reach = 60, 6.0
    grid = square_grid((np.arange(side) + 0.5) / side * 2 * reach - reach)
    log_p = flow.log_density(network, grid, steps=20)
    assert np.exp(log_p).sum() * (2 * reach / side) ** 2 == pytest.approx(1, abs=5e-3)
    gaussian = stats.norm.logpdf(grid).sum(axis=1)
    assert np.sum(np.exp(gaussian) * np.abs(log_p - gaussian)) * (2 * reach / side) ** 2 > 0.05


def test_the_divergence_is_that_of_differences(network):
    z, step = np.random.default_rng(1).normal(size=(7, 2)).astype("float32"), 1e-2
    velocity = flow.velocity_of(network)
    expected = 0
    for i in range(2):
        aside = step * np.eye(2)[i]
        expected += (velocity(z + aside, 0.4) - velocity(z - aside, 0.4))[:, i] / (2 * step)
    labels = tf.fill((7,), flow.NONE)
    found = flow._divergence(network, tf.constant(z), tf.constant(0.4), labels)
    np.testing.assert_allclose(found, expected, atol=2e-3)


def test_the_velocity_of_a_class_depends_on_the_label(network):
    z = np.ones((2, 2))
    both = flow.velocity_of(network, np.array([3, 5]))(z, 0.5)
    np.testing.assert_allclose(both[:1], flow.velocity_of(network, 3)(z[:1], 0.5), rtol=1e-5)
    assert not np.allclose(both[0], both[1])


def test_the_loss_is_the_squared_length_summed_over_the_latents():
    trainer = flow.FlowMatching(lambda inputs: 0 * inputs[0], seed=1)
    z, label = np.full((20_000, 3), 2.0, "float32"), np.zeros(20_000, "int32")
    loss = float(trainer.compute_loss(y_pred=trainer((z, label))))
    assert loss == pytest.approx(3 * (2**2 + 1), rel=0.03)  # E|z - epsilon|^2


def test_a_share_of_the_labels_is_hidden():
    seen = []

    def look(inputs):
        seen.append(np.asarray(inputs[2]))
        return 0 * inputs[0]

    flow.FlowMatching(look, hidden_share=0.3, seed=1)((np.zeros((5000, 2), "float32"), np.full(5000, 4, "int32")))
    assert set(np.unique(seen)) == {4, flow.NONE}
    assert np.mean(seen[0] == flow.NONE) == pytest.approx(0.3, abs=0.03)


def test_a_trained_flow_finds_each_class_and_both_together():
    rng = np.random.default_rng(0)
    label = rng.integers(0, 2, 4000)
    z = rng.normal(0, 0.3, (4000, 2)) + np.where(label == 0, -1.5, 1.5)[:, None]
    network = flow.train_velocity(z, label, steps=500, units=32)
    noise, times = rng.normal(size=(500, 2)), np.linspace(0, 1, 16)
    ends = {each: flow.heun(flow.velocity_of(network, each), noise, times)[-1] for each in (0, 1, flow.NONE)}
    assert np.mean(ends[0] < 0) > 0.97 and np.mean(ends[1] > 0) > 0.97
    assert np.mean(ends[flow.NONE][:, 0] < 0) == pytest.approx(0.5, abs=0.1)
    assert np.std(ends[0]) == pytest.approx(0.3, abs=0.15)
    truth = np.logaddexp(*(stats.norm(m, 0.3).logpdf(z[:200]).sum(axis=1) for m in (-1.5, 1.5))) - np.log(2)
    assert np.mean(truth - flow.log_density(network, z[:200], steps=20)) == pytest.approx(0.1, abs=0.2)
