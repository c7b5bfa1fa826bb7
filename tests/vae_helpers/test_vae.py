"""What holds whatever is trained: beta, layers with modes or losses, weights, precision, and what is no images."""

import numpy as np
import pytest
from small import small_images, small_vae

from vae_helpers.backend import keras, tf
from vae_helpers.model import VAE, Sampling, build_decoder, build_encoder, decode

layers = keras.layers


@pytest.fixture
def images():
    return small_images()


@pytest.mark.parametrize("jit", [False, True])
def test_beta_set_between_fits_or_by_a_callback_takes_effect(images, jit):
    class WarmUp(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.model.beta = epoch / 2

    def betas(vae, **kwargs):
        logs = vae.fit(images, verbose=0, **kwargs).history
        return (np.array(logs["loss"]) - logs["reconstruction"]) / logs["kl"]

    vae = small_vae()
    vae.compile(optimizer="adam", jit_compile=jit)
    np.testing.assert_allclose(betas(vae), [1], rtol=1e-3)
    vae.beta = 30
    np.testing.assert_allclose(betas(vae), [30], rtol=1e-3)
    np.testing.assert_allclose(betas(vae, epochs=3, callbacks=[WarmUp()]), [0, 0.5, 1], rtol=1e-3, atol=1e-4)
    assert vae.beta == vae.get_config()["beta"] == 1.0


@pytest.mark.parametrize("beta", [-1, float("nan"), float("inf"), None, "1", True, [1.0]])
def test_a_beta_that_weighs_nothing_is_refused_and_the_old_one_stays(beta):
    vae = small_vae(beta=np.float32(0.5))
    with pytest.raises(ValueError, match="beta must be a finite number of at least 0, but is"):
        vae.beta = beta
    with pytest.raises(ValueError, match="beta must be a finite number of at least 0, but is"):
        small_vae(beta=beta)
    assert vae.beta == 0.5


def blocks(encoder_layers=(), decoder_layers=(), shape=(12,)):
    """A VAE of two latents for images of that shape, with these layers after its input and before its logits."""
    keras.utils.set_random_seed(0)
    x = hidden = keras.Input(shape)
    for layer in (*encoder_layers, layers.Flatten()):
        hidden = layer(hidden)
    z = keras.Input((2,))
    out = layers.Reshape(shape)(layers.Dense(12)(z))
    for layer in decoder_layers:
        out = layer(out)
    vae = VAE(keras.Model(x, [layers.Dense(2)(hidden), layers.Dense(2)(hidden)]), keras.Model(z, out), seed=0)
    vae.compile(optimizer=keras.optimizers.Adam(1e-2))
    return vae


def test_batch_normalization_learns_in_fit_alone_and_is_used_elsewhere(images):
    norm = layers.BatchNormalization(momentum=0.0)  # the moving mean is the last batch's mean
    vae = blocks([norm])
    vae.evaluate(images, verbose=0), vae.predict(images, verbose=0), vae.reconstruct(images)
    np.testing.assert_array_equal(norm.moving_mean, np.zeros(12))
    vae.fit(images, batch_size=40, validation_data=images / 2, verbose=0)
    np.testing.assert_allclose(norm.moving_mean, images.mean(axis=0), rtol=1e-4)
    _, z_mean, _ = vae.predict(images / 2, verbose=0)
    np.testing.assert_allclose(z_mean, vae.encoder(images / 2, training=False)[0], rtol=1e-4, atol=1e-6)


def test_dropout_drops_in_fit_alone(images):
    class CountZeros(layers.Layer):
        """Counts the zeros that come in."""

        def build(self, shape):
            self.dropped = self.add_weight(shape=(), initializer="zeros", trainable=False)

        def call(self, x):
            self.dropped.assign_add(keras.ops.sum(keras.ops.cast(x == 0, "float32")))
            return x

    counter = CountZeros()
    vae, images = blocks([layers.Dropout(0.5), counter]), images.clip(0.01)
    vae.evaluate(images, verbose=0), vae.predict(images, verbose=0), vae.reconstruct(images)
    assert float(counter.dropped) == 0
    vae.fit(images, verbose=0)
    assert 0.4 < float(counter.dropped) / images.size < 0.6


def test_regularizers_and_added_losses_count(images):
    kernel = layers.Dense(12, kernel_regularizer=keras.regularizers.L2(0.1))
    vae = blocks([layers.ActivityRegularization(l1=3.0)], [kernel])
    vae(images)
    size, added = np.sum(kernel.kernel.numpy() ** 2), float(sum(vae.losses))
    assert added > 0.1 * size + 1  # of the kernel and of the activity, which older versions of Keras do not average
    logs = vae.evaluate(images, batch_size=40, verbose=0, return_dict=True)
    assert logs["loss"] - logs["reconstruction"] - logs["kl"] == pytest.approx(added, rel=1e-4)
    vae.fit(images, epochs=30, verbose=0)
    assert np.sum(kernel.kernel.numpy() ** 2) < 0.9 * size


def test_images_with_more_axes_train_and_come_back_in_their_shape(images):
    square = images.reshape(-1, 4, 3, 1)
    vae = blocks([layers.Conv2D(4, 3, padding="same")], [layers.Conv2D(1, 3, padding="same")], shape=(4, 3, 1))
    history = vae.fit(square, epochs=20, validation_data=square, verbose=0).history
    assert history["val_loss"][-1] < history["val_loss"][0] - 0.3
    assert vae.reconstruct(square).shape == square.shape and vae.sample(3).shape == (3, 4, 3, 1)


def test_sample_weight_weighs_each_images_terms(images):
    weights = np.repeat([2.0, 0.0], 20)
    np.testing.assert_allclose(
        small_vae().evaluate(images, sample_weight=weights, batch_size=40, verbose=0),
        small_vae().evaluate(np.concatenate([images[:20]] * 2), batch_size=40, verbose=0),
        rtol=0.05,  # other draws of z
    )
    vae, pipeline = small_vae(), tf.data.Dataset.from_tensor_slices((images, images, 0 * weights)).batch(10)
    before = vae.decoder.get_weights()
    history = vae.fit(images, sample_weight=0 * weights, validation_data=(images, None, weights), verbose=0).history
    vae.fit(pipeline, shuffle=False, verbose=0)
    assert history["loss"] == [0.0] and history["val_loss"][0] > 1
    for one, other in zip(before, vae.decoder.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16", "float64"])
def test_any_dtype_policy_trains_evaluates_saves_and_loads(images, tmp_path, policy):
    keras.config.set_dtype_policy(policy)
    try:
        vae = small_vae()
        history = vae.fit(images, epochs=30, batch_size=10, validation_data=(images,), verbose=0).history
        vae.save(tmp_path / "vae.keras")
    finally:
        keras.config.set_dtype_policy("float32")
    assert history["val_loss"][-1] < history["val_loss"][0] - 0.3
    loaded = keras.models.load_model(tmp_path / "vae.keras")
    assert loaded.dtype_policy.name == loaded.encoder.get_layer("z_mean").dtype_policy.name == policy
    np.testing.assert_array_equal(loaded.reconstruct(images), vae.reconstruct(images))
    assert vae.reconstruct(images).dtype == vae.sample(2).dtype == ("float64" if policy == "float64" else "float32")
    assert vae.evaluate(images, verbose=0)[0] == pytest.approx(history["val_loss"][-1], rel=0.1)


def test_log_variances_far_out_train_on_with_a_large_finite_loss(images):
    vae = small_vae()
    vae.encoder.get_layer("z_log_var").bias.assign([100.0, -1000.0])
    losses = vae.fit(images, epochs=3, verbose=0).history["loss"]
    assert 1e18 < losses[2] < losses[0] < np.inf
    assert all(np.isfinite(weight).all() for weight in vae.get_weights())


# --- what is no images ---


def from_dataset(x):
    return tf.data.Dataset.from_tensor_slices(x).batch(10)


def from_generator(x):
    return ((x[first : first + 10],) for first in range(0, 40, 10))


class FromPyDataset(keras.utils.PyDataset):
    def __init__(self, x):
        super().__init__()
        self.x = x

    def __len__(self):
        return 4

    def __getitem__(self, index):
        return self.x[10 * index : 10 * index + 10]


def spoilt(images, value):
    """Images with this value in place of one pixel of the last but one."""
    images = images.copy()
    images[-2, 5] = value
    return images


@pytest.mark.parametrize("method", ["fit", "evaluate", "predict"])
@pytest.mark.parametrize("value", [255.0, -0.1, np.nan, np.inf])
def test_an_array_of_no_images_is_refused_before_anything_is_computed(images, method, value):
    vae = small_vae()
    before = vae.decoder.get_weights()
    for x in (spoilt(images, value), tf.constant(spoilt(images, value))):
        with pytest.raises(ValueError, match=r"x must lie in \[0, 1\] and be finite.* from .* to .*preprocess"):
            getattr(vae, method)(x, verbose=0)
    with pytest.raises(ValueError, match=r"x must lie in \[0, 1\] and be finite"):
        vae.reconstruct(x)
    for one, other in zip(before, vae.decoder.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("source", "how"),
    [
        (from_dataset, {"jit_compile": True, "steps_per_execution": 2}),
        (from_dataset, {"jit_compile": False}),
        (from_generator, {"jit_compile": False}),
        (FromPyDataset, {"jit_compile": True}),
    ],
)
@pytest.mark.filterwarnings("ignore:.*shuffle=True", "ignore:.*ran out of data")
def test_a_pipeline_of_no_images_is_refused_in_the_first_epoch(images, source, how):
    vae, refusal = small_vae(), r"x must lie in \[0, 1\] and be finite, but 1 of the images .*preprocess"
    vae.compile(optimizer="adam", **how)
    for value in (255.0, np.nan):
        for call, settings in ((vae.fit, {"epochs": 3}), (vae.evaluate, {}), (vae.predict, {})):
            with pytest.raises(ValueError, match=refusal):
                call(source(spoilt(images, value)), verbose=0, **settings)
        assert "loss" not in vae.history.history
    assert vae.predict(source(images), verbose=0)[0].shape == (40, 12), "the next call counts anew"


def test_validation_images_are_looked_at_too(images):
    with pytest.raises(ValueError, match=r"x must lie in \[0, 1\] and be finite"):
        small_vae().fit(images, validation_data=from_dataset(255 * images), verbose=0)


def test_a_training_that_diverges_says_so(images):
    vae = small_vae()
    vae.compile(optimizer=keras.optimizers.SGD(1e12))
    with pytest.raises(ValueError, match="loss is (nan|inf): .* lower learning rate"):
        vae.fit(images, epochs=5, verbose=0)


def test_what_keras_reports_and_saves_holds_no_trace_of_the_looking(images):
    vae = small_vae()
    vae.fit(images, verbose=0)
    assert [metric.name for metric in vae.metrics] == ["loss", "reconstruction", "kl"]
    assert len(vae.weights) == 10 + 1  # beta


def test_an_encoder_of_three_outputs_is_taken_and_its_z_is_not_used(images):
    encoder = build_encoder(12, 8, 2)
    z_mean, z_log_var = encoder.output
    three = keras.Model(encoder.input, [z_mean, z_log_var, 1000 * Sampling()(encoder.output)])
    vae = VAE(three, build_decoder(2, 8, 12), seed=0)
    vae.compile(optimizer="adam")
    assert vae.fit(images, verbose=0).history["loss"][0] < 20
    np.testing.assert_array_equal(vae.reconstruct(images), decode(vae.decoder, encoder(images)[0]))
