"""A core that holds whatever is trained on it: layers with modes, weights, precisions, other images, bad images."""

import subprocess
import sys

import numpy as np
import pytest

from vae_helpers.backend import keras
from vae_helpers.model import VAE, build_decoder, build_encoder

layers = keras.layers
X = (np.random.default_rng(0).random((64, 12)) < 0.5).astype("float32")


def small_vae(**kwargs):
    keras.utils.set_random_seed(0)
    vae = VAE(build_encoder(12, 8, 2), build_decoder(2, 8, 12), seed=0, **kwargs)
    vae.compile(optimizer=keras.optimizers.Adam(0.01))
    return vae


def encoder_with(*extra):
    """An encoder with more layers after its hidden one."""
    x = keras.Input((12,))
    hidden = layers.Dense(8, activation="relu")(x)
    for layer in extra:
        hidden = layer(hidden)
    return keras.Model(x, [layers.Dense(2)(hidden), layers.Dense(2)(hidden)])


def test_batch_normalization_learns_in_fit_and_rests_in_evaluate():
    normal = layers.BatchNormalization()
    vae = VAE(encoder_with(normal), build_decoder(2, 8, 12))
    vae.compile(optimizer="adam")
    vae.fit(X, epochs=1, verbose=0)
    after_fit = np.array(normal.moving_mean)
    assert np.any(after_fit != 0)
    vae.evaluate(X, verbose=0)
    vae.predict(X, verbose=0)
    np.testing.assert_array_equal(normal.moving_mean, after_fit)


def test_dropout_drops_in_training_alone():
    vae = VAE(encoder_with(layers.Dropout(0.5, seed=0)), build_decoder(2, 8, 12))
    assert not np.allclose(vae(X, training=True)[1], vae(X, training=True)[1])
    np.testing.assert_array_equal(vae(X)[1], vae(X)[1])


def test_regularizers_and_added_losses_count():
    decoder = keras.Sequential([keras.Input((2,)), layers.Dense(12, kernel_regularizer=keras.regularizers.L2(1.0))])
    vae = VAE(encoder_with(layers.ActivityRegularization(l2=1.0)), decoder)
    vae.compile(optimizer=keras.optimizers.SGD(0.0))
    report = vae.evaluate(X, batch_size=64, verbose=0, return_dict=True)
    assert report["loss"] > report["reconstruction"] + report["kl"] + 0.1


def test_sample_weight_weighs_each_image():
    vae = small_vae()
    ones = vae.evaluate(X, sample_weight=np.ones(64), batch_size=64, verbose=0, return_dict=True)
    halves = vae.evaluate(X, sample_weight=np.full(64, 0.5), batch_size=64, verbose=0, return_dict=True)
    assert halves["kl"] == pytest.approx(0.5 * ones["kl"], rel=1e-4)


def test_beta_takes_effect_during_and_between_fits_and_is_saved(tmp_path):
    vae, seen = small_vae(beta=0.0), []

    class WarmUp(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.model.beta = 100.0 * epoch

        def on_epoch_end(self, epoch, logs=None):
            seen.append(logs["loss"] - logs["reconstruction"] - 100.0 * epoch * logs["kl"])

    vae.fit(X, epochs=3, verbose=0, callbacks=[WarmUp()])
    np.testing.assert_allclose(seen, 0, atol=0.02)
    vae.save(tmp_path / "vae.keras")
    assert keras.models.load_model(tmp_path / "vae.keras").beta == vae.beta == 200.0


@pytest.mark.parametrize("beta", [-1, np.nan, None, "1"])
def test_a_beta_that_is_none_is_refused(beta):
    vae = small_vae()
    with pytest.raises(ValueError, match="beta"):
        vae.beta = beta
    with pytest.raises(ValueError, match="beta"):
        small_vae(beta=beta)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16", "float64"])
def test_any_precision_fits_evaluates_saves_and_loads(policy, tmp_path):
    keras.config.set_dtype_policy(policy)
    try:
        vae = small_vae()
        history = vae.fit(X, epochs=2, verbose=0, validation_data=(X,)).history
        assert np.isfinite(history["loss"]).all()
        vae.save(tmp_path / "vae.keras")
        loaded = keras.models.load_model(tmp_path / "vae.keras")
        np.testing.assert_array_equal(loaded.encoder(X)[0], vae.encoder(X)[0])
    finally:
        keras.config.set_dtype_policy("float32")


def test_images_with_channels():
    x = keras.Input((4, 3, 1))
    flat = layers.Flatten()(x)
    encoder = keras.Model(x, [layers.Dense(2)(flat), layers.Dense(2)(flat)])
    decoder = keras.Sequential([keras.Input((2,)), layers.Dense(12), layers.Reshape((4, 3, 1))])
    vae = VAE(encoder, decoder)
    vae.compile(optimizer="adam")
    images = X.reshape(-1, 4, 3, 1)
    assert vae.fit(images, verbose=0).history["reconstruction"][0] > 5  # a sum over 12 pixels, near 12 log 2
    assert vae.reconstruct(images).shape == images.shape


@pytest.mark.parametrize("spoil", [lambda x: 255 * x, lambda x: np.where(x > 0, np.nan, x), lambda x: x - 1])
@pytest.mark.parametrize("call", ["fit", "evaluate", "predict"])
def test_images_outside_of_0_to_1_are_refused(call, spoil):
    with pytest.raises(ValueError, match=r"x must lie in \[0, 1\]"):
        getattr(small_vae(), call)(spoil(X).astype("float32"), verbose=0)


def test_bad_images_of_a_pipeline_are_refused_in_the_first_epoch():
    import tensorflow as tf

    with pytest.raises(ValueError, match=r"x must lie in \[0, 1\]"):
        small_vae().fit(tf.data.Dataset.from_tensor_slices(255 * X).batch(16), epochs=5, verbose=0)


def test_reconstruct_has_no_chance_and_sample_follows_its_seed():
    vae = small_vae()
    np.testing.assert_array_equal(vae.reconstruct(X), vae.reconstruct(X))
    np.testing.assert_array_equal(vae.sample(5, seed=1), vae.sample(5, seed=1))
    assert vae.sample(5).shape == (5, 12) and not np.array_equal(vae.sample(5, seed=1), vae.sample(5, seed=2))


def test_encoder_and_decoder_swapped_or_with_three_outputs():
    with pytest.raises(ValueError, match="The encoder comes first"):
        VAE(build_decoder(2, 8, 12), build_encoder(12, 8, 2))
    encoder = build_encoder(12, 8, 2)
    three = keras.Model(encoder.input, [*encoder.outputs, encoder.outputs[0]])
    assert VAE(three, build_decoder(2, 8, 12))(X)[1].shape == (64, 2)


def test_numpy_sizes_are_sizes():
    assert build_encoder(np.prod((3, 4)), np.int64(8), 2).input_shape == (None, 12)


@pytest.mark.parametrize("backend", ["jax", "torch", "theano", "TensorFlow"])
def test_another_backend_gets_the_courses_own_line(backend):
    code = f"import os; os.environ['KERAS_BACKEND'] = {backend!r}; import vae_helpers.backend"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    last = result.stderr.strip().splitlines()[-1] if result.stderr.strip() else ""
    assert result.returncode == 0 or "The course needs Keras's TensorFlow backend" in last
