"""The benchmark with 50 latents: its bound, its learning rate, its averages, and measuring that goes on."""

import json

import numpy as np
import pytest
from scipy import stats
from scipy.special import logsumexp

from benchmarks import evidence_50 as bench


@pytest.fixture(scope="module")
def vae():
    bench.keras.utils.set_random_seed(0)
    return bench.network(0.13)


@pytest.fixture(scope="module")
def x():
    return (np.random.default_rng(0).random((6, 784)) < 0.13).astype("float32")


def test_the_weights_are_the_joint_over_the_encoders_density(vae, x):
    epsilon = np.random.default_rng(1).standard_normal((3, 6, 50)).astype("float32")
    z_mean, z_log_var = (each.numpy().astype(float) for each in vae.encoder(x))
    z = z_mean + np.exp(z_log_var / 2) * epsilon
    x_logits = vae.decoder(z.reshape(-1, 50)).numpy().reshape(3, 6, 784).astype(float)
    log_likelihood = np.sum(x * x_logits - np.logaddexp(0, x_logits), axis=-1)
    log_prior = stats.norm.logpdf(z).sum(axis=-1)
    log_q = stats.norm(z_mean, np.exp(z_log_var / 2)).logpdf(z).sum(axis=-1)
    found = bench.log_weights(vae, bench.tf.constant(x), bench.tf.constant(epsilon))
    np.testing.assert_allclose(found, log_likelihood + log_prior - log_q, rtol=1e-4)


def test_the_bound_is_the_log_of_the_mean_weight_in_pieces(vae, x):
    found = bench.bound_of_batch(vae, 20, x, seed=2, at_once=10)
    rng = np.random.default_rng(2)
    epsilon = np.concatenate([rng.standard_normal((10, 6, 50), dtype="float32") for _ in range(2)])
    weights = bench.log_weights(vae, bench.tf.constant(x), bench.tf.constant(epsilon)).numpy()
    np.testing.assert_allclose(found, logsumexp(weights, axis=0) - np.log(20), rtol=1e-5)


def test_the_learning_rate_rises_and_falls():
    rates = [bench.learning_rate(progress) for progress in np.linspace(0, 1, 101)]
    assert max(rates) == pytest.approx(bench.PEAK, rel=0.01) and rates.index(max(rates)) <= 3
    assert 0 < rates[-1] < 0.01 * bench.PEAK and all(np.diff(rates[3:]) <= 0)


def test_the_averages_follow_the_weights(vae):
    training = bench.Training(vae, np.zeros((200, 784), "float32"), seed=0)
    training.epoch(1e-3)
    for _ in range(200):
        training.average(0.9)
    for average, weight in zip(training.averages, vae.trainable_variables, strict=True):
        np.testing.assert_allclose(average.numpy(), weight.numpy(), atol=1e-5)


def test_measuring_goes_on_where_it_was_broken_off(vae, x, tmp_path, monkeypatch):
    monkeypatch.setattr(bench, "DRAWS", 10)
    monkeypatch.setattr(bench, "PIECE", 3)
    whole = bench.measure(vae, x, tmp_path / "whole.npy")
    np.save(tmp_path / "half.npy", np.where(np.arange(6) < 3, 7.0, np.nan))
    np.testing.assert_allclose(bench.measure(vae, x, tmp_path / "half.npy"), np.where(np.arange(6) < 3, 7.0, whole))


def test_a_short_run_writes_its_row_and_measures_again(monkeypatch, tmp_path):
    digits = np.random.default_rng(0).integers(0, 256, (400, 28, 28), "uint8"), np.zeros(400, int)
    monkeypatch.setattr(bench, "load_digits", lambda: (digits, digits))
    monkeypatch.setattr(bench, "DRAWS", 10)
    out = tmp_path / "new" / "row.json"
    bench.main(["--minutes", "0.0001", "--images", "30", "--out", str(out)])
    first = json.loads(out.read_text())
    assert first["images"] == 30 and first["curve"][-1]["processor_minutes"] >= 0.0001
    bench.main(["--measure", "--images", "30", "--out", str(out)])
    assert json.loads(out.read_text()) == first
