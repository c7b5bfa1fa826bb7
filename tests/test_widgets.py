"""What the interactive figures compute and draw, without a kernel or a browser; and explorer.js against Keras."""

import base64
import io
import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from IPython.core.events import EventManager, available_events
from PIL import Image
from scipy import integrate, stats

from vae_helpers import widgets
from vae_helpers.model import VAE, build_decoder, build_encoder, spread_bends
from vae_helpers.quiet import keras, tf

EXPLORER = Path(widgets.__file__).with_name("explorer.js")
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="explorer.js is run in Node, which was not found")


@pytest.fixture(scope="module")
def decoder():
    """A decoder with logits as large as a trained one's."""
    keras.utils.set_random_seed(3)
    decoder = build_decoder(**spread_bends(3))
    rng = np.random.default_rng(3)
    decoder.layers[-1].set_weights([rng.normal(0, 0.3, (512, 784)), rng.normal(-2, 1, 784)])
    return decoder


def digits(n):
    rng = np.random.default_rng(0)
    return rng.normal(size=(n, 2)), np.arange(n) % 10, rng.random((n, 784))


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


# --- computations ---


def test_mean_of_draws_is_a_mean_of_draws_of_ones_and_zeros():
    image = np.full((28, 28), 51, "uint8")
    first, mean = widgets.mean_of_draws(image, 1000, 0)
    assert set(np.unique(first)) == {0, 1}
    assert abs(mean.mean() - 0.2) < 4 * np.sqrt(0.16 / (1000 * 784))
    np.testing.assert_array_equal(first, widgets.mean_of_draws(image, 1, 0)[1])


def test_the_trick_moves_the_same_epsilons_and_its_arrows_are_derivatives():
    epsilon = np.random.default_rng(0).standard_normal((50, 2))
    z_mean, z_log_var, step = np.array([0.5, -1.0]), np.array([-1.0, 0.7]), 1e-6
    z = widgets.trick_state(z_mean, z_log_var, "z_mean", epsilon)[1]
    np.testing.assert_allclose(z, z_mean + np.exp(z_log_var / 2) * epsilon)
    for way, moved in (("z_mean", (z_mean + step, z_log_var)), ("z_log_var", (z_mean, z_log_var + step))):
        arrows = widgets.trick_state(z_mean, z_log_var, way, epsilon)[3]
        slope = (widgets.trick_state(*moved, way, epsilon)[1] - z)[:5] / step
        np.testing.assert_allclose(arrows, slope, atol=1e-5)


def test_a_plain_draw_draws_anew_at_every_step():
    epsilon = np.zeros((50, 2))
    one, other = (widgets.trick_state(np.array([m, 0.0]), np.zeros(2), "plain draw", epsilon) for m in (0.0, 0.1))
    assert np.abs(one[1] - other[1]).mean() > 0.5
    assert len(one[3]) == 0


def test_toy_terms_agree_with_quadrature():
    x, (w, b, s) = 1.3, (2.0, 0.5, 0.8)

    def joint(z):
        return stats.norm.pdf(z) * stats.norm.pdf(x, w * z + b, s)

    evidence = integrate.quad(joint, -12, 12)[0]
    mean = integrate.quad(lambda z: z * joint(z), -12, 12)[0] / evidence
    variance = integrate.quad(lambda z: (z - mean) ** 2 * joint(z), -12, 12)[0] / evidence
    np.testing.assert_allclose(widgets.toy_terms(x, (w, b, s)), (mean, variance, np.log(evidence)), rtol=1e-8)


def test_gaussian_kl_agrees_with_quadrature():
    q, p = stats.norm(0.7, 0.4), stats.norm(-0.2, 1.3)
    expected = integrate.quad(lambda z: q.pdf(z) * (q.logpdf(z) - p.logpdf(z)), -5, 5)[0]
    assert widgets.gaussian_kl(0.7, 0.4, -0.2, 1.3) == pytest.approx(expected, rel=1e-8)


def test_decode_agrees_with_keras(decoder):
    z = np.random.default_rng(1).normal(0, 2, (20, 2)).astype("float32")
    expected = keras.ops.convert_to_numpy(keras.ops.sigmoid(decoder(z)))
    np.testing.assert_allclose(widgets.decode(widgets.dense_layers(decoder), z), expected, atol=1e-5)


def test_words_left():
    assert widgets.words_left(0, 100, 0.0) == "starting"
    assert widgets.words_left(25, 100, 10.0) == "25%, about 30 s left"
    assert widgets.words_left(100, 100, 10.0) == "100%"


# --- panels ---

PANELS = {
    "binarization": lambda decoder: widgets.binarization(
        np.random.default_rng(0).integers(0, 256, (4, 28, 28), "uint8")
    ),
    "reparameterization": lambda decoder: widgets.reparameterization(),
    "decoders": lambda decoder: widgets.decoders({"one": decoder, "other": build_decoder()}),
    "bound": lambda decoder: widgets.bound(),
    "kl_surface": lambda decoder: widgets.kl_surface(),
}


@pytest.fixture(params=PANELS)
def panel(request, decoder):
    return PANELS[request.param](decoder)


def other_value(control):
    """A value that the control does not have now."""
    if hasattr(control, "options"):
        return next(option for option in control.options if option != control.value)
    return control.min if control.value > (control.min + control.max) / 2 else control.max


def test_each_control_moves_the_picture_and_back(panel):
    start = panel.still_png()
    for name, control in panel.controls.items():
        before = control.value
        control.value = other_value(control)
        assert not np.array_equal(pixels(panel.still_png()), pixels(start)), name
        control.value = before
        np.testing.assert_array_equal(pixels(panel.still_png()), pixels(start))


def test_the_output_holds_the_picture_and_a_short_text(panel):
    bundle = panel._repr_mimebundle_()
    stored, shown = (pixels(png).astype(int) for png in (base64.b64decode(bundle["image/png"]), panel.still_png()))
    assert np.abs(stored - shown).mean() < 2
    assert bundle["text/plain"] == "Interactive figure: run the notebook to move it."
    assert bundle[widgets.VIEW]["model_id"] == panel.model_id


@pytest.mark.parametrize(("make", "control"), [(widgets.bound, "m"), (widgets.reparameterization, "mean_1")])
def test_a_moving_figure_is_the_figure_drawn_whole(make, control):
    panel = make()
    panel.controls[control].value = 0.5
    for artist in panel.film.moving:
        artist.set_animated(False)
    panel.film.canvas.draw()
    whole = np.asarray(panel.film.canvas.buffer_rgba())[:, :, :3]
    difference = np.abs(whole.astype(int) - pixels(panel.still_png()))
    assert np.mean(difference > 40) < 0.005  # curves cross in another order, the rest is the same


def test_titles_and_labels_lie_within_the_picture(panel):
    figure = panel.film.canvas.figure
    for axis in figure.axes:
        for text in (axis.title, axis.xaxis.label, axis.yaxis.label):
            box = text.get_window_extent()
            if text.get_text():
                assert box.ymin >= 0 and box.ymax <= figure.bbox.height and box.xmin >= 0, text


def test_the_gap_closes_at_the_posterior():
    mean, variance, log_px = widgets.toy_terms(3.0, (2.0, 0.5, 1.0))
    panel = widgets.bound()
    panel.controls["m"].value, panel.controls["sigma"].value = mean, 0.45  # the slider's step next to the root of 0.2
    assert variance == pytest.approx(0.2)
    words = [artist.get_text() for artist in panel.film.moving if hasattr(artist, "get_text")]
    assert sorted(words) == sorted([f"{log_px:.2f}", "0.00"])


# --- the training ---


def trained(live, epochs=3, x=None, callbacks=None):
    keras.utils.set_random_seed(0)
    vae = VAE(build_encoder(), build_decoder(), seed=0)
    vae.compile(optimizer=keras.optimizers.Adam(1e-3))
    x = np.random.default_rng(0).random((64, 784), "float32") if x is None else x
    return vae.fit(x, epochs=epochs, batch_size=16, verbose=0, callbacks=callbacks or [live.callback()]).history


@pytest.fixture
def shown():
    """What was displayed."""
    return []


@pytest.fixture
def live(monkeypatch, shown):
    monkeypatch.setattr(widgets, "display", lambda widget: shown.append(widget))
    rng = np.random.default_rng(1)
    return widgets.LiveTraining(rng.random((40, 784), "float32"), np.arange(40) % 10)


def test_a_training_leaves_an_epoch_slider_to_replay_it(live, shown):
    history = trained(live)
    assert live.history["loss"] == pytest.approx(history["loss"])
    assert live.epoch.max == live.epoch.value == 3 and not live.epoch.disabled and live.stop.disabled
    assert live.bar.value == live.bar.max == 12
    assert live.label.value.startswith("done: 3 epochs")
    assert shown == [live]
    last = live.still_png()
    live.epoch.value = 0
    assert not np.array_equal(pixels(live.still_png()), pixels(last))
    live.epoch.value = 3
    np.testing.assert_array_equal(pixels(live.still_png()), pixels(last))


class StopAfterBatch(keras.callbacks.Callback):
    """Do something to the picture of the training after the sixth batch, the second epoch's second."""

    def __init__(self, act):
        super().__init__()
        self.act, self.batches = act, 0

    def on_train_batch_end(self, batch, logs=None):
        self.batches += 1
        if self.batches == 6:
            self.act()


@pytest.mark.parametrize("way", ["button", "interrupt"])
def test_stop_ends_the_training_and_keeps_the_epochs(live, way):
    before = signal.getsignal(signal.SIGINT)
    act = live.stop.click if way == "button" else lambda: signal.raise_signal(signal.SIGINT)
    stopper = StopAfterBatch(act)
    keras.utils.set_random_seed(0)
    vae = VAE(build_encoder(), build_decoder(), seed=0)
    vae.compile(optimizer=keras.optimizers.Adam(1e-3))
    x = np.random.default_rng(0).random((64, 784), "float32")
    history = vae.fit(x, epochs=5, batch_size=16, verbose=0, callbacks=[live.callback(), stopper]).history
    assert stopper.batches == 6
    assert len(history["loss"]) == 2 == len(live.history["loss"])
    assert "what was learned is kept" in live.label.value
    assert signal.getsignal(signal.SIGINT) is before


def test_a_training_that_breaks_off_can_be_replayed_after_its_cell(live, monkeypatch):
    before = signal.getsignal(signal.SIGINT)
    events = EventManager(None, available_events)
    monkeypatch.setattr(widgets, "get_ipython", lambda: SimpleNamespace(events=events))

    def fail():
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        trained(live, callbacks=[live.callback(), StopAfterBatch(fail)])
    assert live.epoch.disabled
    events.trigger("post_run_cell", None)
    assert live.label.value.startswith("broken off, and what was learned is kept: 1 epoch,")
    assert not live.epoch.disabled and live.stop.disabled and signal.getsignal(signal.SIGINT) is before
    assert not events.callbacks["post_run_cell"]


def test_after_a_training_that_broke_off_within_the_cell_another_one_can_be_stopped(live):
    before = signal.getsignal(signal.SIGINT)

    def fail():
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        trained(live, callbacks=[live.callback(), StopAfterBatch(fail)])
    trained(live, callbacks=[live.callback(), StopAfterBatch(lambda: signal.raise_signal(signal.SIGINT))])
    assert live.label.value.startswith("stopped, and what was learned is kept: 2 epochs,")
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
def test_data_of_unknown_length_move_the_bar_by_whole_epochs(live):
    bars = []
    x = np.random.default_rng(0).random((64, 784), "float32")
    data = tf.data.Dataset.from_tensor_slices(x).filter(lambda image: True).batch(16)
    vae = VAE(build_encoder(), build_decoder(), seed=0)
    vae.compile(optimizer=keras.optimizers.Adam(1e-3))
    slow = keras.callbacks.LambdaCallback(on_train_batch_begin=lambda batch, logs: time.sleep(0.25))
    note = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: bars.append(live.bar.value))
    vae.fit(data, epochs=2, shuffle=False, verbose=0, callbacks=[slow, live.callback(), note])
    assert bars == [0] * 4 + [1] * 4 and live.bar.value == live.bar.max == 2


def test_a_stop_that_comes_too_late_changes_nothing(live):
    trained(live, epochs=1)
    words = live.label.value
    live.stop.click()
    assert live.label.value == words and not live.running.model.stop_training


def test_a_second_training_starts_afresh(live):
    trained(live)
    labels = []
    live.label.observe(lambda change: labels.append(change.new), "value")
    trained(live, epochs=1)
    assert labels[0] == "starting" and labels[-1].startswith("done: 1 epoch,")
    assert live.epoch.max == live.epoch.value == 1


def test_a_training_that_diverges_says_so(live):
    x = np.full((64, 784), np.nan, "float32")
    trained(live, epochs=1, x=x)
    assert live.label.value.endswith("The loss is not finite: train anew with a smaller learning rate.")
    assert widgets.reach([np.full((3, 2), np.nan), np.full((3, 2), 10.0)]) == pytest.approx(11)


def test_before_any_training_there_is_no_picture_to_show(live):
    bundle = live._repr_mimebundle_()
    assert "image/png" not in bundle and bundle["text/plain"] == live.words


# --- the explorer ---


def node(script):
    """What a script in Node prints, as JSON; explorer.js stands above it."""
    code = EXPLORER.read_text(encoding="utf-8") + script
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
      const layers = readLayers({sizes}, new DataView(bytes.buffer));
      console.log(JSON.stringify({z.tolist()}.map((point) => Array.from(decode(layers, point)))));
    """)
    np.testing.assert_allclose(found, np.asarray(model(z)), rtol=1e-5, atol=1e-5)


@needs_node
def test_javascript_sigmoid_is_safe_for_logits_of_any_size():
    assert node("console.log(JSON.stringify([-1000, 0, 1000].map(sigmoid)));") == [0, 0.5, 1]


def test_the_explorer_holds_what_the_browser_needs(decoder):
    z_mean, y, images = digits(30)
    explorer = widgets.latent_explorer(decoder, z_mean, y, images)
    assert explorer.sizes == [2, 512, 784]
    assert len(explorer.weights) == 4 * decoder.count_params()
    np.testing.assert_array_equal(np.frombuffer(explorer.codes, "<f4").reshape(-1, 2), z_mean.astype("float32"))
    np.testing.assert_array_equal(np.frombuffer(explorer.labels, "uint8"), y)
    assert len(explorer.images) == 30 * 784
    bundle = explorer._repr_mimebundle_()
    assert pixels(base64.b64decode(bundle["image/png"])).std() > 10


def test_the_explorers_page_holds_everything_and_names_no_address(decoder):
    explorer = widgets.latent_explorer(decoder, *digits(30))
    names = ("weights", "codes", "labels", "images")
    buffers = [{"path": [name], "data": base64.b64encode(getattr(explorer, name)).decode()} for name in names]
    state = {"sizes": explorer.sizes, "colours": explorer.colours, "_esm": EXPLORER.read_text(), "_css": "p {}"}
    page = widgets.explorer_page({"state": state, "buffers": buffers}, "one")
    assert all(each["data"] in page for each in buffers)
    assert page.count("</script>") == 1
    assert "http" not in page


# --- bad input ---


def bad_decoder(change):
    model = build_decoder()
    weights = model.get_weights()
    change(weights)
    model.set_weights(weights)
    return model


def with_nan(weights):
    weights[0][0, 0] = np.nan


def test_a_decoder_that_does_not_fit_is_refused(decoder):
    with pytest.raises(ValueError, match="point of a plane, but decoder takes 3"):
        widgets.decoders({"one": build_decoder(latent_dim=3)})
    with pytest.raises(ValueError, match="NaN or infinite"):
        widgets.latent_explorer(bad_decoder(with_nan), *digits(5))
    with pytest.raises(ValueError, match="square images, but decoder gives 10 pixels"):
        widgets.decoders({"one": build_decoder(output_dim=10)})
    convolution = keras.Sequential([keras.Input((2, 1)), keras.layers.Conv1D(3, 2)], name="c")
    with pytest.raises(ValueError, match="Conv1D"):
        widgets.decoders({"one": convolution})
    with pytest.raises(ValueError, match="activation tanh"):
        widgets.decoders({"one": keras.Sequential([keras.Input((2,)), keras.layers.Dense(784, "tanh")])})
    with pytest.raises(ValueError, match="at least one decoder"):
        widgets.decoders({})


def last_sigmoid(z):
    return keras.layers.Activation("sigmoid")(keras.layers.Dense(784)(z))


def residual(z):
    h = keras.layers.Dense(64, "relu")(z)
    return keras.layers.Dense(784)(keras.layers.Add()([h, keras.layers.Dense(64, "relu")(h)]))


def concatenated(z):
    h = keras.layers.Dense(64, "relu")(z)
    return keras.layers.Dense(784)(keras.layers.Concatenate()([h, z]))


@pytest.mark.parametrize("build", [last_sigmoid, residual, concatenated])
def test_a_decoder_that_does_more_than_its_dense_layers_is_refused(build):
    z = keras.Input((2,))
    with pytest.raises(ValueError, match="does more than its Dense layers do"):
        widgets.dense_layers(keras.Model(z, build(z)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda z, y, x: (z[:0], y[:0], x[:0]), "at least one image"),
        (lambda z, y, x: (z[:, :1], y, x), "z_mean must have shape"),
        (lambda z, y, x: (z, y[:3], x), "y must have shape"),
        (lambda z, y, x: (z, y + 0.5, x), "y must hold at least one integer"),
        (lambda z, y, x: (z, y + 10, x), "y must be finite and from 0 to 9"),
        (lambda z, y, x: (z, y, x[:, :10]), "images must have shape"),
        (lambda z, y, x: (z, y, 255 * x), "images must be finite and from 0 to 1"),
        (lambda z, y, x: (z * np.nan, y, x), "z_mean must be finite"),
    ],
)
def test_the_explorer_refuses_what_does_not_fit(decoder, change, message):
    with pytest.raises(ValueError, match=message):
        widgets.latent_explorer(decoder, *change(*digits(5)))


def test_a_decoder_that_is_not_built_yet_is_refused():
    unbuilt = keras.Sequential([keras.layers.Dense(784)])
    with pytest.raises(ValueError, match="has no weights yet: call it once on a z"):
        widgets.dense_layers(unbuilt)


def test_other_bad_input_is_refused():
    with pytest.raises(ValueError, match="images must have shape"):
        widgets.binarization(np.zeros((2, 784), "uint8"))
    with pytest.raises(ValueError, match="images must hold at least one integer"):
        widgets.binarization(np.zeros((0, 28, 28), "uint8"))
    with pytest.raises(ValueError, match="images must hold at least one integer"):
        widgets.binarization(np.zeros((2, 28, 28)))
    with pytest.raises(ValueError, match="must be above 0"):
        widgets.bound(toy=(2.0, 0.5, 0.0))
    with pytest.raises(ValueError, match="y must have shape"):
        widgets.LiveTraining(np.zeros((5, 784)), np.zeros(4, int))
    with pytest.raises(ValueError, match="y must hold at least one integer"):
        widgets.LiveTraining(np.zeros((0, 784)), np.zeros(0, int))
    with pytest.raises(ValueError, match="y must hold finite numbers from 0 to 9"):
        widgets.LiveTraining([[0.5, 0.5]], [10])
    with pytest.raises(ValueError, match="x must hold finite numbers from 0 to 1"):
        widgets.LiveTraining(np.full((1, 784), np.nan), np.zeros(1, int))
    with pytest.raises(ValueError, match="n must be at least 5"):
        widgets.reparameterization(n=3)


def test_the_widgets_do_not_import_tensorflow():
    code = "import sys, vae_helpers.widgets; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
