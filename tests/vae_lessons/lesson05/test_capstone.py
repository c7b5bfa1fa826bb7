"""The capstone of 05: one answer to it, step by step, and what its check says of what goes wrong in each step."""

import re
from pathlib import Path

import numpy as np
import pytest

import vae_helpers.data
from vae_helpers.backend import keras
from vae_helpers.strokes import draw_stroke_digits
from vae_lessons.lesson05.capstone import STEPS, capstone

ANSWER = Path(__file__).parents[3] / "workshop" / "capstone.py"


@pytest.fixture(scope="module")
def names():
    """The names that the answer leaves, on 4,000 stroke digits."""
    images, labels = draw_stroke_digits(4000, seed=0)[:2]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vae_helpers.data, "load_digits", lambda: ((images, labels), None))
        keras.utils.set_random_seed(0)
        space = {}
        exec(compile(ANSWER.read_text(encoding="utf-8"), "<answer>", "exec"), space)
    return space


def marks(card):
    """{step: mark} of a card."""
    return {line.split(":")[0][2:]: line[0] for line in repr(card).splitlines()}


def test_the_answer_stands_in_every_step(names):
    assert marks(capstone(names)) == dict.fromkeys([*STEPS, "all"], "✓"), repr(capstone(names))


@pytest.mark.parametrize("count", range(len(STEPS)))
def test_what_is_there_stands_and_the_next_step_is_named(names, count):
    first = {name: names[name] for name in list(STEPS)[:count]}
    assert list(marks(capstone(first)).values()) == ["✓"] * count + ["○"]


class Barren(keras.Model):
    """A model whose loss leaves the KL out, and the draw too."""

    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def call(self, x):
        z_mean, z_log_var = self.encoder(x)
        return self.decoder(z_mean), z_mean, z_log_var

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return keras.ops.mean(keras.ops.sum(keras.ops.softplus(y_pred[0]) - x * y_pred[0], axis=-1))


def barren(names):
    vae = Barren(names["my_encoder"], names["my_decoder"])
    vae.compile(optimizer="adam")
    return vae


def ending_in(activation, names):
    decoder = names["my_decoder"]
    return keras.Model(decoder.inputs, keras.layers.Activation(activation)(decoder.outputs[0]))


def copied(model):
    return keras.models.clone_model(model)


def bent_head(names):
    encoder = names["my_encoder"]
    z_mean, z_log_var = encoder.outputs
    return keras.Model(encoder.inputs, [z_mean, keras.layers.ReLU()(z_log_var)])


WRONG = {
    "my_x": {
        r"but its shape is \(4000, 28, 28\)": lambda names: names["my_x"].reshape(-1, 28, 28),
        "but its dtype is float64": lambda names: names["my_x"].astype(float),
        "but they run to 255": lambda names: 255 * names["my_x"],
    },
    "my_encoder": {
        "1 output of shape": lambda names: keras.Model(names["my_encoder"].inputs, names["my_encoder"].outputs[0]),
        "gives a dict": lambda names: keras.Model(names["my_encoder"].inputs, {"a": names["my_encoder"].outputs[0]}),
        "z_log_var is never negative": bent_head,
        "both outputs are the same": lambda names: keras.Model(
            names["my_encoder"].inputs, names["my_encoder"].outputs[:1] * 2
        ),
        "looking at it raised TypeError": lambda names: None,
    },
    "my_decoder": {
        "no output is negative": lambda names: ending_in("sigmoid", names),
        r"but its output has shape \(64, 2\)": lambda names: keras.Sequential(
            [keras.Input((2,)), keras.layers.Dense(2)]
        ),
    },
    "my_vae": {
        "its class is not right yet. ": barren,
        "it does not hold the my_decoder": lambda names: type(names["my_vae"])(
            names["my_encoder"], copied(names["my_decoder"])
        ),
        "it is not compiled": lambda names: type(names["my_vae"])(names["my_encoder"], names["my_decoder"]),
    },
    "my_history": {
        "at least 3 epochs": lambda names: {"loss": [200.0, 150.0]},
        "is not finite": lambda names: {"loss": [200.0, np.nan, np.nan]},
        "did not fall": lambda names: {"loss": [150.0, 151.0, 152.0]},
        "and the mean image, without any z, costs": lambda names: {"loss": [900.0, 800.0, 700.0]},
    },
    "my_manifold": {
        "a square grid": lambda names: names["my_manifold"][:30],
        "did you forget the sigmoid": lambda names: names["my_manifold"] * 9 - 4,
        "all images are nearly alike": lambda names: names["my_manifold"][:1].repeat(25, axis=0),
    },
}
ROWS = [(step, says) for step, table in WRONG.items() for says in table]


@pytest.mark.parametrize(("step", "says"), ROWS)
def test_what_is_wrong_in_a_step_is_said(names, step, says):
    card = capstone({**names, step: WRONG[step][says](names)})
    *stands, last = repr(card).splitlines()
    assert all(line.startswith("✓") for line in stands)
    assert last.startswith(f"✗ {step}: ") and re.search(says, last), last


def test_the_card_is_html_with_nothing_of_the_learners_in_it_unescaped():
    page = capstone({"my_x": "<script>"})._repr_html_()
    assert "<script>" not in page and 'role="status"' in page
