"""The model's parts: shapes, the sampling's statistics and gradients, seeds, training, saving, bad input."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import special
from small import small_images, small_vae

from vae_helpers.backend import keras, tf
from vae_helpers.losses import bernoulli_nll, kl_divergence
from vae_helpers.model import VAE, Sampling, build_decoder, build_encoder, decode, model_picture, spread_bends

layers = keras.layers
to_numpy = keras.ops.convert_to_numpy


@pytest.fixture
def images():
    return small_images()


def test_defaults_are_the_seeds_sizes():
    encoder, decoder = build_encoder(), build_decoder()
    assert encoder.input_shape == (None, 784)
    assert encoder.output_shape == [(None, 2), (None, 2)]
    assert decoder.output_shape == (None, 784)
    assert encoder.count_params() == 784 * 512 + 512 + 2 * (512 * 2 + 2)
    assert decoder.count_params() == 2 * 512 + 512 + 512 * 784 + 784


def test_sizes_may_come_from_numpy():
    encoder = build_encoder(np.prod((3, 4)), np.int32(8), np.int64(2))
    assert (encoder.input_shape, encoder.output_shape) == ((None, 12), [(None, 2), (None, 2)])


def test_sampling_has_the_mean_and_variance_asked_for():
    z_mean = np.tile(np.array([[-1.0, 2.0]], "float32"), (100_000, 1))
    z_log_var = np.tile(np.array([[0.0, -2.0]], "float32"), (100_000, 1))
    z = to_numpy(Sampling(seed=1)((z_mean, z_log_var)))
    std = np.exp(z_log_var[0] / 2)
    np.testing.assert_array_less(np.abs(z.mean(axis=0) - z_mean[0]), 4 * std / np.sqrt(len(z)))
    np.testing.assert_array_less(np.abs(z.std(axis=0) / std - 1), 4 / np.sqrt(2 * len(z)))
    assert abs(np.corrcoef(z.T)[0, 1]) < 4 / np.sqrt(len(z))


def test_sampling_draws_one_epsilon_per_number():
    z = to_numpy(Sampling(seed=1)((np.zeros((50, 2), "float32"), np.zeros((50, 2), "float32"))))
    assert len(np.unique(z)) == z.size


def test_gradients_reach_both_outputs_through_sampling():
    z_mean, z_log_var = tf.constant([[0.3, -1.0]]), tf.constant([[0.5, -2.0]])
    with tf.GradientTape() as tape:
        tape.watch([z_mean, z_log_var])
        z = Sampling(seed=3)((z_mean, z_log_var))
    by_mean, by_log_var = tape.gradient(z, [z_mean, z_log_var])
    np.testing.assert_allclose(to_numpy(by_mean), np.ones((1, 2)))
    np.testing.assert_allclose(to_numpy(by_log_var), to_numpy(z - z_mean) / 2, rtol=1e-6)


def test_sampling_repeats_with_its_seed_and_moves_on_between_calls():
    inputs = (np.zeros((4, 2), "float32"), np.zeros((4, 2), "float32"))
    first, again = Sampling(seed=5), Sampling(seed=5)
    one = to_numpy(first(inputs))
    np.testing.assert_array_equal(one, to_numpy(again(inputs)))
    assert not np.array_equal(one, to_numpy(first(inputs)))
    assert not np.array_equal(one, to_numpy(Sampling(seed=6)(inputs)))


def test_sampling_refuses_shapes_that_would_broadcast():
    with pytest.raises(ValueError, match=r"z_mean and z_log_var .* \(4, 2\) .* \(1, 2\)"):
        Sampling()((np.zeros((4, 2), "float32"), np.zeros((1, 2), "float32")))


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_sampling_stays_finite_where_log_variances_are_far_out(dtype):
    z_log_var = tf.constant([[-6e4, 6e4]], dtype)
    z = to_numpy(Sampling(seed=0)((tf.ones_like(z_log_var), z_log_var)))
    assert z[0, 0] == 1 and 1e7 < abs(z[0, 1]) < 1e10


def test_decode_gives_probabilities_of_all_points_in_one_call():
    decoder, z = build_decoder(2, 8, 12, **spread_bends(0)), [[0, 1], [2, -3], [1, 1]]
    probabilities = decode(decoder, z)
    assert isinstance(probabilities, np.ndarray) and probabilities.shape == (3, 12)
    np.testing.assert_allclose(probabilities, special.expit(decoder(np.array(z, "float32"))), rtol=1e-6)


def test_reconstruct_decodes_the_mean_without_chance(images):
    vae = small_vae()
    expected = decode(vae.decoder, vae.encoder(images)[0])
    for _ in range(2):
        np.testing.assert_array_equal(vae.reconstruct(images), expected)
    assert isinstance(vae.reconstruct(images), np.ndarray) and expected.shape == images.shape


def test_sample_decodes_draws_of_the_prior():
    vae = small_vae()
    np.testing.assert_array_equal(vae.sample(5, seed=1), vae.sample(5, seed=1))
    assert not np.array_equal(vae.sample(5, seed=1), vae.sample(5, seed=2))
    assert not np.array_equal(vae.sample(5), vae.sample(5))
    vae.decoder = keras.Sequential([keras.Input((2,)), layers.Identity()])  # shows the z that it was given
    z = special.logit(vae.sample(20_000, seed=0).astype("float64"))
    assert z.shape == (20_000, 2)
    np.testing.assert_allclose((z.mean(axis=0), z.std(axis=0)), ((0, 0), (1, 1)), atol=4 / np.sqrt(20_000))


def test_compute_loss_is_the_mean_of_the_published_losses(images):
    vae = small_vae(beta=3.0)
    y_pred = vae(images)
    x_logits, z_mean, z_log_var = y_pred
    expected = bernoulli_nll(images, x_logits) + 3.0 * kl_divergence(z_mean, z_log_var)
    loss = vae.compute_loss(images, y_pred=y_pred)
    assert float(loss) == pytest.approx(to_numpy(expected).mean(), rel=1e-6)


def test_logs_weigh_every_image_alike_in_a_ragged_last_batch(images):
    vae = small_vae()
    logs = vae.evaluate(images, batch_size=33, verbose=0, return_dict=True)
    assert logs["loss"] == pytest.approx(logs["reconstruction"] + logs["kl"], rel=1e-5)
    _, z_mean, z_log_var = vae(images)
    assert logs["kl"] == pytest.approx(to_numpy(kl_divergence(z_mean, z_log_var)).mean(), rel=1e-5)


def test_fit_lowers_the_loss_and_reports_both_terms(images):
    history = small_vae().fit(images, epochs=30, batch_size=10, validation_data=images, verbose=0).history
    assert set(history) == {f"{part}{name}" for part in ("", "val_") for name in ("loss", "reconstruction", "kl")}
    assert history["val_loss"][-1] < history["val_loss"][0] - 0.3


def test_two_trainings_with_one_seed_agree_exactly_and_with_another_do_not(images):
    def losses(seed):
        return small_vae(seed).fit(images, epochs=3, batch_size=10, verbose=0).history["loss"]

    assert losses(1) == losses(1)
    assert losses(1) != losses(2)


def test_beta_weighs_the_kl(images):
    def kl(beta):
        return small_vae(beta=beta).fit(images, epochs=20, batch_size=10, verbose=0).history["kl"][-1]

    assert kl(0.0) > kl(1.0) > kl(20.0)


def test_one_step_of_fit_is_one_step_by_hand(images):
    by_fit, by_hand = small_vae(), small_vae()
    by_fit.fit(images, epochs=1, batch_size=len(images), shuffle=False, verbose=0)
    with tf.GradientTape() as tape:
        loss = by_hand.compute_loss(images, y_pred=by_hand(images))
    gradients = tape.gradient(loss, by_hand.trainable_variables)
    by_hand.optimizer.apply_gradients(zip(gradients, by_hand.trainable_variables, strict=True))
    for one, other in zip(by_fit.trainable_variables, by_hand.trainable_variables, strict=True):
        np.testing.assert_allclose(to_numpy(one), to_numpy(other), rtol=1e-4, atol=1e-6, err_msg=one.path)


def test_a_saved_model_comes_back_whole(images, tmp_path):
    vae = small_vae(beta=2.0)
    vae.fit(images, epochs=2, verbose=0)
    vae.beta = 0.7
    vae.save(tmp_path / "vae.keras")
    loaded = keras.models.load_model(tmp_path / "vae.keras")
    assert (loaded.beta, loaded.seed) == (0.7, 0)
    for original, copy in zip(vae.encoder(images), loaded.encoder(images), strict=True):
        np.testing.assert_array_equal(to_numpy(original), to_numpy(copy))
    loaded.sampling.seed_generator.state.assign(vae.sampling.seed_generator.state)  # Keras doesn't save it
    vae.fit(images, epochs=1, shuffle=False, verbose=0)
    loaded.fit(images, epochs=1, shuffle=False, verbose=0)
    np.testing.assert_array_equal(vae.decoder.get_weights()[0], loaded.decoder.get_weights()[0])


def test_saved_weights_fit_a_fresh_model(images, tmp_path):
    vae, fresh = small_vae(seed=1), small_vae(seed=2)
    vae.beta = 0.1
    vae(images), fresh(images)
    vae.save_weights(tmp_path / "vae.weights.h5")
    fresh.load_weights(tmp_path / "vae.weights.h5")
    assert fresh.beta == 0.1
    np.testing.assert_array_equal(to_numpy(vae.decoder(np.ones((1, 2)))), to_numpy(fresh.decoder(np.ones((1, 2)))))


def test_spread_bends_lie_all_over_the_plane_and_plain_ones_at_the_origin():
    def distances(decoder):
        kernel, bias = decoder.get_layer("decoder_hidden").get_weights()
        return np.abs(bias) / np.linalg.norm(kernel, axis=0)

    assert distances(build_decoder()).max() == 0
    spread = distances(build_decoder(**spread_bends(seed=0)))
    assert np.mean((spread > 0.5) & (spread < 3)) > 0.5


def test_a_picture_of_a_model_is_kerass_or_a_line_that_says_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))  # no program dot
    assert "install Graphviz" in model_picture(build_encoder()).data
    drawn = SimpleNamespace(create_png=lambda: b"png")
    monkeypatch.setattr(keras.utils, "model_to_dot", lambda *_, **__: drawn)
    assert model_picture(build_encoder()).data == b"png"


BAD = {
    "encoder and decoder swapped": (
        lambda: VAE(build_decoder(2, 8, 12), build_encoder(12, 8, 2)),
        r"encoder must give \[z_mean, z_log_var\], but gives one output .*VAE\(encoder, decoder\)",
    ),
    "an encoder without shapes": (
        lambda: VAE(keras.Sequential([layers.Dense(2)]), build_decoder(2, 8, 12)),
        r"encoder must know its shapes: .*keras.Input",
    ),
    "a decoder of another latent_dim": (
        lambda: VAE(build_encoder(12, 8, 2), build_decoder(3, 8, 12)),
        r"decoder must take z of the encoder's shape, \(None, 2\), but its input has shape \(None, 3\)",
    ),
    "a decoder of another image size": (
        lambda: VAE(build_encoder(12, 8, 2), build_decoder(2, 8, 10)),
        r"decoder must give back images .* \(None, 12\), .* \(None, 10\)",
    ),
    "a latent_dim of 0": (lambda: build_encoder(latent_dim=0), "latent_dim must be an integer of at least 1, but is 0"),
    "a fractional size": (lambda: build_decoder(hidden_dim=1.5), "hidden_dim must be an integer"),
    "a boolean size": (lambda: build_decoder(latent_dim=True), "latent_dim must be an integer"),
    "images that are not flat": (
        lambda: small_vae()(np.zeros((4, 3, 4), "float32")),
        r"x must have shape \(batch, 12\), but has shape \(4, 3, 4\)",
    ),
    "images of another size": (
        lambda: small_vae().fit(np.zeros((4, 11), "float32"), verbose=0),
        r"x must have shape \(batch, 12\), but has shape \(4, 11\)",
    ),
    "images of another size from a pipeline": (
        lambda: small_vae().fit(tf.data.Dataset.from_tensors(np.zeros((4, 11), "float32")), shuffle=False, verbose=0),
        r"x must have shape \(batch, 12\), but has shape \((4|None), 11\)",
    ),
    "raw images": (
        lambda: small_vae().fit(np.zeros((4, 12), "uint8"), verbose=0),
        "x must be floating-point, but has dtype uint8.*preprocess",
    ),
    "a weight for each pixel": (
        lambda: small_vae().fit(np.zeros((4, 12), "float32"), sample_weight=np.ones((4, 12)), verbose=0),
        r"sample_weight must have shape \(batch,\), but has shape \((4|None), 12\)",
    ),
    "no images to draw": (lambda: small_vae().sample(0), "n must be an integer of at least 1, but is 0"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_named(name):
    call, message = BAD[name]
    with pytest.raises(ValueError, match=message):
        call()
