"""The drawing pad: what it holds, which models it takes, and pad.js against the course's own losses."""

import base64
import gzip
import io
import json
import shutil
import subprocess

import numpy as np
import pytest
import widget_snapshots
from PIL import Image
from widget_state import saved_state

from vae_helpers import losses
from vae_helpers.backend import keras
from vae_helpers.model import build_decoder, build_encoder, spread_bends
from vae_lessons.lesson06 import pad
from vae_lessons.lesson06.widgets import dense_layers, logits

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="pad.js is run in Node, which was not found")


@pytest.fixture(scope="module")
def vae():
    """An encoder and a decoder with outputs as large as trained ones'."""
    keras.utils.set_random_seed(4)
    decoder = build_decoder(**spread_bends(4))
    rng = np.random.default_rng(4)
    decoder.layers[-1].set_weights([rng.normal(0, 0.3, (512, 784)), rng.normal(-2, 1, 784)])
    return build_encoder(), decoder


def digits(n=3):
    return np.random.default_rng(1).random((n, 784)) ** 3


def made(vae, n=3):
    return pad.drawing_pad(*vae, np.array([-300.0, -100.0, -200.0]), digits(n), np.arange(n))


def node(script):
    """What a script in Node prints, as JSON; the pad's JavaScript stands above it."""
    command = ["node", "--input-type=module"]
    code = pad.DrawingPad._esm + script
    return json.loads(subprocess.run(command, input=code, capture_output=True, text=True, check=True).stdout)


@needs_node
def test_javascript_measures_as_python_does(vae):
    shown = made(vae)
    encoder, decoder, epsilon = shown.parts
    (x,) = digits(1)
    found = node(f"""
      const text = atob("{base64.b64encode(shown.weights).decode()}");
      const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
      const numbers = readHalves(new DataView(bytes.buffer));
      const sizes = {shown.sizes};
      const [encoder, decoder] = [
        readLayers(sizes[0], numbers.subarray(0, count(sizes[0]))),
        readLayers(sizes[1], numbers.subarray(count(sizes[0]))),
      ];
      console.log(JSON.stringify(measure({{ encoder, decoder, epsilon: {epsilon.tolist()} }}, {x.tolist()})));
    """)
    right = pad.measure(encoder, decoder, epsilon, x)
    for name, python in {
        "zMean": "z_mean",
        "zLogVar": "z_log_var",
        "kl": "kl",
        "elbo": "elbo",
        "error": "error",
    }.items():
        np.testing.assert_allclose(found[name], getattr(right, python), rtol=1e-4, atol=1e-5)


@needs_node
def test_javascript_reads_every_half(vae):
    numbers = np.array([0, 1, -2.5, 65504, 6e-8, 5.96e-5, -1 / 3], "<f2")
    text = base64.b64encode(numbers.tobytes()).decode()
    found = node(f"""
      const bytes = Uint8Array.from(atob("{text}"), (letter) => letter.charCodeAt(0));
      console.log(JSON.stringify(Array.from(readHalves(new DataView(bytes.buffer)))));
    """)
    np.testing.assert_array_equal(np.array(found, "float32"), numbers.astype("float32"))


@needs_node
def test_a_drawing_is_moved_until_its_ink_is_in_the_middle():
    image = np.zeros((28, 28))
    image[2:6, 20:26] = 1
    found = np.reshape(node(f"console.log(JSON.stringify(centred({image.ravel().tolist()})));"), (28, 28))
    rows, columns = np.nonzero(found)
    assert (found.sum(), rows.mean(), columns.mean()) == (24, 13.5, 13.5)
    assert not np.any(node(f"console.log(JSON.stringify(centred({[0] * 784})));"))


def test_the_pads_numbers_are_those_of_the_courses_losses(vae):
    encoder, decoder = vae
    x = digits(1).astype("float32")
    z_mean, z_log_var = (np.asarray(head) for head in encoder(x))
    epsilon = np.random.default_rng(2).normal(size=(5, 2)).astype("float32")
    z = z_mean + np.exp(z_log_var / 2) * epsilon
    measurement = pad.measure(pad.encoder_layers(encoder), dense_layers(decoder), epsilon, x[0])
    expected = losses.elbo(
        np.repeat(x, 5, axis=0), decoder(z), *(np.repeat(head, 5, axis=0) for head in (z_mean, z_log_var))
    )
    assert measurement.elbo == pytest.approx(np.mean(expected), rel=1e-4)
    assert measurement.error == pytest.approx(np.std(expected) / np.sqrt(5), rel=1e-3)


def test_half_precision_moves_the_elbo_by_less_than_a_tenth_of_a_nat(vae):
    encoder, decoder = pad.encoder_layers(vae[0]), dense_layers(vae[1])
    epsilon, (x,) = np.random.default_rng(3).normal(size=(64, 2)), digits(1)
    whole = pad.measure(encoder, decoder, epsilon, x).elbo
    half = pad.measure(pad.half_precision(encoder), pad.half_precision(decoder), epsilon, x).elbo
    assert abs(half - whole) < 0.1


def test_the_pad_shows_a_picture_and_its_page_names_no_address(vae):
    shown = made(vae)
    picture = Image.open(io.BytesIO(base64.b64decode(shown._repr_mimebundle_()["image/png"])))
    assert np.asarray(picture.convert("L")).std() > 10
    page = widget_snapshots.as_html(saved_state(shown), "one")
    for values in (shown.weights, shown.images, shown.labels, shown.scores, shown.epsilon):
        assert base64.b64encode(gzip.compress(values, mtime=0)).decode() in page
    assert page.count("</script>") == 1 and "://" not in page
    assert len(shown.weights) == 2 * (vae[0].count_params() + vae[1].count_params())


def changed_encoder(change):
    x = keras.Input((784,))
    h = keras.layers.Dense(16, "relu")(x)
    heads = [keras.layers.Dense(2)(h), keras.layers.Dense(2)(h)]
    return keras.Model(x, change(x, h, heads))


@pytest.mark.parametrize("order", [1, -1])
def test_the_first_output_is_z_mean_in_whatever_order_the_layers_were_made(order):
    encoder = changed_encoder(lambda x, h, heads: heads[::order])
    x = digits(4)
    expected = np.concatenate([np.asarray(each) for each in encoder(x)], axis=1)
    np.testing.assert_allclose(logits(pad.encoder_layers(encoder), x), expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(
    "change",
    [
        lambda x, h, heads: [keras.layers.Dense(2, "softplus")(h), heads[1]],
        lambda x, h, heads: [heads[0], keras.layers.Dense(2)(x)],
        lambda x, h, heads: heads[0],
        lambda x, h, heads: [keras.layers.Dense(3)(h), keras.layers.Dense(3)(h)],
    ],
    ids=["bent head", "head on the input", "one head", "three latents"],
)
def test_an_encoder_that_does_not_fit_is_refused(change, vae):
    with pytest.raises(ValueError, match="must be Dense layers one after another"):
        pad.drawing_pad(changed_encoder(change), vae[1], np.zeros(3), digits(), np.arange(3))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda elbo, x, y: (elbo[:, None], x, y), "elbo must have shape"),
        (lambda elbo, x, y: (elbo, x[:, :9], y), "images must have shape"),
        (lambda elbo, x, y: (elbo, x[:0], y[:0]), "images must have shape"),
        (lambda elbo, x, y: (elbo, 255 * x, y), "images must hold finite numbers from 0 to 1"),
        (lambda elbo, x, y: (elbo, x, y[:2]), "y must have shape"),
        (lambda elbo, x, y: (elbo, x, y + 9), "y must hold finite numbers from 0 to 9"),
    ],
)
def test_the_pad_refuses_what_does_not_fit(vae, change, message):
    with pytest.raises(ValueError, match=message):
        pad.drawing_pad(*vae, *change(np.zeros(3), digits(), np.arange(3)))
