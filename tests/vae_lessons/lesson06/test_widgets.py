"""The latent explorer: what it holds, which decoders it takes, its page; and explorer.js against Keras."""

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

from vae_helpers.backend import keras
from vae_helpers.model import build_decoder, spread_bends
from vae_lessons.lesson06 import widgets

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="explorer.js is run in Node, which was not found")


@pytest.fixture(scope="module")
def decoder():
    """A decoder with logits as large as a trained one's."""
    decoder = build_decoder(**spread_bends(3))
    rng = np.random.default_rng(3)
    decoder.layers[-1].set_weights([rng.normal(0, 0.3, (512, 784)), rng.normal(-2, 1, 784)])
    return decoder


def digits(n, classes=10):
    rng = np.random.default_rng(0)
    return rng.normal(size=(n, 2)), np.arange(n) % classes, rng.random((n, 784))


def node(script):
    """What a script in Node prints, as JSON; the explorer's JavaScript stands above it."""
    code = widgets.LatentExplorer._esm + script
    done = subprocess.run(["node", "--input-type=module"], input=code, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@needs_node
@pytest.mark.parametrize("hidden", [(512,), (32, 17), ()])
def test_javascript_decodes_as_keras_does(hidden):
    keras.utils.set_random_seed(5)
    sizes = [2, *hidden, 784]
    model = keras.Sequential([keras.Input((2,))])
    for size in hidden:
        model.add(keras.layers.Dense(size, "relu", bias_initializer="random_normal"))
    model.add(keras.layers.Dense(784, bias_initializer="random_normal"))
    z = np.random.default_rng(0).normal(0, 2, (10, 2)).astype("float32")
    weights = b"".join(array.tobytes() for array in model.get_weights())
    found = node(f"""
      const bytes = Uint8Array.from(atob("{base64.b64encode(weights).decode()}"), (letter) => letter.charCodeAt(0));
      const layers = readLayers({sizes}, readNumbers(new DataView(bytes.buffer)));
      console.log(JSON.stringify({z.tolist()}.map((point) => Array.from(forward(layers, point)))));
    """)
    np.testing.assert_allclose(found, np.asarray(model(z)), rtol=1e-5, atol=1e-5)


@needs_node
def test_javascript_sigmoid_is_safe_for_logits_of_any_size():
    assert node("console.log(JSON.stringify([-1000, 0, 1000].map(sigmoid)));") == [0, 0.5, 1]


@pytest.mark.parametrize(("n", "classes"), [(30, 10), (3000, 2)])
def test_the_explorer_holds_what_the_browser_needs(decoder, n, classes):
    z_mean, y, images = digits(n, classes)
    explorer = widgets.latent_explorer(decoder, z_mean, y, images)
    assert explorer.sizes == [2, 512, 784]
    assert len(explorer.weights) == 4 * decoder.count_params()
    np.testing.assert_array_equal(np.frombuffer(explorer.codes, "<f4").reshape(-1, 2), z_mean.astype("float32"))
    np.testing.assert_array_equal(np.frombuffer(explorer.labels, "uint8"), y)
    assert len(explorer.images) == n * 784
    picture = Image.open(io.BytesIO(base64.b64decode(explorer._repr_mimebundle_()["image/png"])))
    assert np.asarray(picture.convert("L")).std() > 10


def test_the_explorers_page_holds_everything_and_names_no_address(decoder):
    explorer = widgets.latent_explorer(decoder, *digits(30))
    page = widget_snapshots.as_html(saved_state(explorer), "one")
    for values in (explorer.codes, explorer.labels, explorer.images):
        assert base64.b64encode(gzip.compress(values, mtime=0)).decode() in page
    assert page.count("</script>") == 1
    assert "://" not in page


def with_nan():
    return build_decoder(bias_initializer=keras.initializers.Constant(float("nan")))


def convolution():
    return keras.Sequential([keras.Input((2, 1)), keras.layers.Conv1D(3, 2)])


def bent_at_the_end():
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(784, "tanh")])


def last_sigmoid():
    z = keras.Input((2,))
    return keras.Model(z, keras.layers.Activation("sigmoid")(keras.layers.Dense(784)(z)))


def residual():
    z = keras.Input((2,))
    h = keras.layers.Dense(64, "relu")(z)
    return keras.Model(z, keras.layers.Dense(784)(keras.layers.Add()([h, keras.layers.Dense(64, "relu")(h)])))


def concatenated():
    z = keras.Input((2,))
    h = keras.layers.Dense(64, "relu")(z)
    return keras.Model(z, keras.layers.Dense(784)(keras.layers.Concatenate()([h, z])))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: build_decoder(latent_dim=3), "point of a plane, but decoder takes 3"),
        (lambda: build_decoder(output_dim=10), "square images, but decoder gives 10 pixels"),
        (lambda: keras.Sequential([keras.layers.Dense(784)]), "has no weights yet: call it once on a z"),
        (with_nan, "NaN or infinite"),
        (convolution, "Conv1D"),
        (bent_at_the_end, "activation tanh"),
        (last_sigmoid, "does more than its Dense layers do"),
        (residual, "does more than its Dense layers do"),
        (concatenated, "does more than its Dense layers do"),
    ],
)
def test_a_decoder_that_does_not_fit_is_refused(build, message):
    with pytest.raises(ValueError, match=message):
        widgets.latent_explorer(build(), *digits(5))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda z, y, x: (z[:0], y[:0], x[:0]), "at least one image"),
        (lambda z, y, x: (z[:, :1], y, x), "z_mean must have shape"),
        (lambda z, y, x: (z, y[:3], x), "y must have shape"),
        (lambda z, y, x: (z, y + 0.5, x), "y must hold at least one integer"),
        (lambda z, y, x: (z, y + 10, x), "y must hold finite numbers from 0 to 9"),
        (lambda z, y, x: (z, y, x[:, :10]), "images must have shape"),
        (lambda z, y, x: (z, y, 255 * x), "images must hold finite numbers from 0 to 1"),
        (lambda z, y, x: (z * np.nan, y, x), "z_mean must be finite"),
    ],
)
def test_the_explorer_refuses_what_does_not_fit(decoder, change, message):
    with pytest.raises(ValueError, match=message):
        widgets.latent_explorer(decoder, *change(*digits(5)))
