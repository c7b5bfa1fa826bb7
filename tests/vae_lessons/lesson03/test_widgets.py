"""Which decoders the interactive figure of 03 takes."""

import pytest

from vae_helpers.backend import keras
from vae_helpers.model import build_decoder
from vae_lessons.lesson03 import widgets

layers = keras.layers


def test_any_decoder_from_two_latents_to_a_square_image_is_shown():
    convolutional = keras.Sequential(
        [layers.Dense(49), layers.Reshape((7, 7, 1)), layers.Conv2DTranspose(1, 3, strides=4, padding="same")]
    )
    assert widgets.decoders({"convolutional, not built yet": convolutional}).still_png()


def test_a_decoder_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="at least one decoder"):
        widgets.decoders({})
    with pytest.raises(ValueError, match="one: the decoder must take a point of a plane, two numbers, but takes 3"):
        widgets.decoders({"one": build_decoder(latent_dim=3)})
    with pytest.raises(ValueError, match="square images, but gives 10 pixels"):
        widgets.decoders({"one": build_decoder(output_dim=10)})
    diverged = build_decoder(bias_initializer=keras.initializers.Constant(float("nan")))
    with pytest.raises(ValueError, match="the decoder gives NaN. Did its training diverge"):
        widgets.decoders({"one": diverged})
