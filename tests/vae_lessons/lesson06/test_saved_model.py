"""The learner's own model in 06: taken if it is there and can be used, and otherwise left aside with the reason."""

import numpy as np
import pytest

from vae_helpers.backend import keras
from vae_helpers.model import build_decoder, build_encoder
from vae_lessons.lesson06 import saved_model


def three_outputs():
    x = keras.Input((784,))
    return keras.Model(x, [keras.layers.Dense(2)(x) for _ in range(3)])


def probabilities():
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(784, activation="sigmoid")])


def save(folder, encoder, decoder):
    for name, part in zip(saved_model.FILE_NAMES, (encoder, decoder), strict=True):
        part.save(folder / name)


def test_a_saved_model_is_taken(tmp_path, capsys):
    encoder, decoder = build_encoder(hidden_dim=8), build_decoder(hidden_dim=8)
    save(tmp_path, encoder, decoder)
    vae, x = saved_model.load_vae(tmp_path), np.full((4, 784), 0.5, "float32")
    assert np.allclose(vae.encoder(x)[0], encoder(x)[0])
    assert np.isfinite(vae.evaluate(x, verbose=0, return_dict=True)["loss"])
    assert "Your own model" in capsys.readouterr().out


def test_without_both_files_there_is_none_and_no_word(tmp_path, capsys):
    build_encoder(hidden_dim=8).save(tmp_path / saved_model.FILE_NAMES[0])
    assert saved_model.load_vae(tmp_path) is None
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("encoder", "decoder", "words"),
    [
        (three_outputs, lambda: build_decoder(hidden_dim=8), "z_mean and z_log_var"),
        (lambda: build_encoder(latent_dim=3), lambda: build_decoder(latent_dim=3), "a latent of 2 numbers"),
        (lambda: build_encoder(hidden_dim=8), probabilities, "linear at the end"),
    ],
)
def test_a_model_that_cannot_be_used_is_left_aside_with_the_reason(tmp_path, capsys, encoder, decoder, words):
    save(tmp_path, encoder(), decoder())
    assert saved_model.load_vae(tmp_path) is None
    assert words in capsys.readouterr().out


def test_a_file_that_is_no_model_is_left_aside(tmp_path, capsys):
    for name in saved_model.FILE_NAMES:
        (tmp_path / name).write_text("no model")
    assert saved_model.load_vae(tmp_path) is None
    assert "can't be used" in capsys.readouterr().out
