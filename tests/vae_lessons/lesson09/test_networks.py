"""Convolutional parts for any size, the checkerboard's measure, and a VAE for a folder of images."""

import numpy as np
import pytest

from vae_helpers.backend import keras
from vae_helpers.model import VAE
from vae_lessons.lesson09 import convolutions, image_data, own_images
from vae_lessons.lesson09.training_loop import train

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("shape", [(14, 14, 1), (9, 13, 3), (5, 4, 1)])
@pytest.mark.parametrize("larger", [convolutions.resized, convolutions.transposed])
def test_the_parts_fit_any_size(shape, larger):
    parts = convolutions.conv_encoder(shape), convolutions.conv_decoder(shape, larger=larger)
    x_logits, z_mean, z_log_var = VAE(*parts, seed=0)(RNG.random((2, *shape)).astype("float32"))
    assert x_logits.shape == (2, *shape) and z_mean.shape == z_log_var.shape == (2, 2)


def test_an_image_alone_is_encoded_as_among_others():
    """What batch normalization loses where it takes the batch's statistics in evaluation."""
    encoder = convolutions.conv_encoder((8, 8, 1))
    x = RNG.random((6, 8, 8, 1)).astype("float32")
    encoder(x, training=True)
    np.testing.assert_allclose(np.asarray(encoder(x[:1])[0]), np.asarray(encoder(x)[0])[:1], atol=1e-5)
    assert not np.allclose(np.asarray(encoder(x[:2], training=True)[0])[:1], np.asarray(encoder(x[:1])[0]), atol=1e-3)


def test_fit_moves_the_moving_averages():
    keras.utils.set_random_seed(0)
    vae = VAE(convolutions.conv_encoder((8, 8, 1)), convolutions.conv_decoder((8, 8, 1)), seed=0)
    train(vae, RNG.random((20, 8, 8, 1)).astype("float32"), epochs=2, batch_size=10)
    (first,) = [each for each in vae.encoder.layers if isinstance(each, keras.layers.BatchNormalization)][:1]
    assert np.any(np.asarray(first.moving_mean) != 0)


def test_a_checkerboard_is_told_from_what_is_smooth():
    rows, columns = np.mgrid[:8, :8]
    smooth = np.cos(2 * np.pi * rows / 8)[None]
    assert convolutions.checkerboard(((-1.0) ** (rows + columns))[None]) == pytest.approx(1)
    assert convolutions.checkerboard(((-1.0) ** rows)[None] + 5) == pytest.approx(1)
    assert convolutions.checkerboard(smooth) == pytest.approx(0, abs=1e-12)
    half = smooth * np.sqrt(2) + (-1.0) ** (rows + columns) * 1.0  # variances 1 and 1
    assert convolutions.checkerboard(half) == pytest.approx(0.5)


def test_noise_has_the_share_that_the_docstring_says():
    assert convolutions.checkerboard(RNG.normal(size=(4000, 8, 8))) == pytest.approx(3 / 63, rel=0.05)


def test_one_transposed_layer_makes_a_checkerboard_of_a_flat_image_and_repeating_does_not():
    flat = np.ones((1, 10, 10, 1), "float32")
    keras.utils.set_random_seed(0)
    odd, repeat = (np.asarray(way(20)(flat))[0, 2:-2, 2:-2] for way in (convolutions.transposed, convolutions.resized))
    assert np.ptp(repeat, axis=(0, 1)).max() < 1e-5 < 0.1 < np.ptp(odd, axis=(0, 1)).max()


@pytest.mark.parametrize("shape", [(30, 10, 12, 3), (30, 9, 9)])
def test_own_images_of_any_size_in_grey_and_in_colour(shape):
    images = RNG.integers(0, 256, shape).astype("uint8")
    vae = own_images.train_vae(images, latent_dim=3, epochs=1)
    again, new = own_images.reconstruct(vae, images[:4]), own_images.sample(vae, 2)
    assert again.shape[:3] == (4, *shape[1:3]) and new.shape[1:] == again.shape[1:]
    assert 0 <= min(again.min(), new.min()) <= max(again.max(), new.max()) <= 1


def test_images_that_are_no_integers_are_refused():
    with pytest.raises(ValueError, match="uint8"):
        own_images.train_vae(RNG.random((5, 8, 8)))


def test_colours_are_those_that_are_told():
    grey = np.stack([np.zeros((4, 4)), np.ones((4, 4))])
    images, paper, ink = image_data.colour_digits(grey, 3)
    np.testing.assert_array_equal(images[0, 0, 0], np.round(255 * paper[0]))
    np.testing.assert_array_equal(images[1, 2, 2], np.round(255 * ink[1]))


def test_a_folder_is_written_and_read_back(tmp_path):
    from vae_helpers.data import load_folder

    parts = image_data.photo_parts(3, 16, seed=0)
    image_data.write_folder(tmp_path, parts)
    images, labels, names = load_folder(tmp_path, size=16, channels=3)
    np.testing.assert_array_equal(images, np.concatenate([parts[name] for name in sorted(parts)]))
    assert list(names) == ["china", "flower"] and labels.tolist() == [0, 0, 0, 1, 1, 1]
