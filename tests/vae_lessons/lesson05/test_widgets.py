"""The picture of a training: what it keeps, and how a training ends that is stopped or broken off."""

import io
import signal
import time
from types import SimpleNamespace

import numpy as np
import pytest
from IPython.core.events import EventManager, available_events
from PIL import Image

from vae_helpers.backend import keras, tf
from vae_helpers.model import VAE, build_decoder, build_encoder
from vae_lessons.lesson05 import widgets

X = np.random.default_rng(0).random((64, 784), "float32")


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


@pytest.fixture
def shown():
    """What was displayed."""
    return []


@pytest.fixture
def events(monkeypatch):
    """The events of a notebook; what was found at the start must handle interrupts at the end."""
    before = signal.getsignal(signal.SIGINT)
    events = EventManager(None, available_events)
    monkeypatch.setattr(widgets, "get_ipython", lambda: SimpleNamespace(events=events))
    yield events
    assert signal.getsignal(signal.SIGINT) is before
    assert not events.callbacks["post_run_cell"]


@pytest.fixture
def live(monkeypatch, shown):
    monkeypatch.setattr(widgets, "display", lambda widget: shown.append(widget))
    return widgets.LiveTraining(X[:40], np.arange(40) % 10)


def trained(live, *others, data=X, epochs=3, **arguments):
    """The history of a training that is drawn; others: callbacks before the picture's own."""
    keras.utils.set_random_seed(0)
    vae = VAE(build_encoder(hidden_dim=16), build_decoder(hidden_dim=16), seed=0)
    vae.compile(optimizer=keras.optimizers.Adam(1e-3), run_eagerly=True)  # so few steps take less time than a trace
    size = {"batch_size": 16} if data is X else {}
    callbacks = [*others, live.callback()]
    return vae.fit(data, epochs=epochs, verbose=0, callbacks=callbacks, **size, **arguments).history


def in_second_epoch(act):
    """A callback that does something after the sixth of four batches an epoch."""
    batches = []

    def count(batch, logs):
        batches.append(batch)
        if len(batches) == 6:
            act()

    return keras.callbacks.LambdaCallback(on_train_batch_end=count)


def interrupt():
    signal.raise_signal(signal.SIGINT)


def fail():
    raise OSError("the disk is full")


def test_words_left():
    assert widgets.words_left(0, 100, 0.0) == "starting"
    assert widgets.words_left(25, 100, 10.0) == "25%, about 30 s left"
    assert widgets.words_left(100, 100, 10.0) == "100%"


@pytest.mark.parametrize("classes", [2, 10])
def test_a_training_leaves_an_epoch_slider_to_replay_it(live, shown, classes):
    live.y = live.y % classes
    history = trained(live)
    assert live.history["loss"] == pytest.approx(history["loss"])
    assert live.epoch.max == live.epoch.value == 3 and not live.epoch.disabled
    assert live.bar.value == live.bar.max == 12
    assert live.label.value.startswith("done: 3 epochs")
    assert shown == [live]
    last = live.still_png()
    live.epoch.value = 0
    assert not np.array_equal(pixels(live.still_png()), pixels(last))
    live.epoch.value = 3
    np.testing.assert_array_equal(pixels(live.still_png()), pixels(last))


def test_an_interrupt_ends_the_training_and_keeps_the_epochs(live, events):
    labels = []
    live.label.observe(lambda change: labels.append(change.new), "value")
    history = trained(live, in_second_epoch(interrupt), epochs=5)
    assert len(history["loss"]) == 2 == len(live.history["loss"])
    assert labels[-2] == "stopping"
    assert labels[-1].startswith("stopped, and what was learned is kept: 2 epochs,")
    assert not live.epoch.disabled


def break_off_with(live, act, error):
    with pytest.raises(error):
        trained(live, in_second_epoch(act))
    assert live.epoch.disabled


@pytest.mark.parametrize(
    ("act", "error"), [(fail, OSError), (lambda: (interrupt(), interrupt()), KeyboardInterrupt)], ids=["error", "twice"]
)
def test_a_training_that_breaks_off_can_be_replayed_after_its_cell(live, events, act, error):
    break_off_with(live, act, error)
    events.trigger("post_run_cell", None)
    assert live.label.value.startswith("broken off, and what was learned is kept: 1 epoch,")
    assert live.epoch.max == 1 and not live.epoch.disabled


def test_after_a_training_that_broke_off_within_the_cell_another_one_can_be_stopped(live, events):
    break_off_with(live, fail, OSError)
    trained(live, in_second_epoch(interrupt))
    assert live.label.value.startswith("stopped, and what was learned is kept: 2 epochs,")


def test_outside_jupyter_an_interrupt_is_raised_and_nothing_stays(live, monkeypatch):
    monkeypatch.setattr(widgets, "get_ipython", lambda: None)  # other tests may have started a shell
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a process in the background may ignore it
    try:
        break_off_with(live, interrupt, KeyboardInterrupt)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
def test_data_of_unknown_length_move_the_bar_by_whole_epochs(live):
    bars = []
    live.bar.observe(lambda change: bars.append(change.new), "value")
    data = tf.data.Dataset.from_tensor_slices(X).filter(lambda image: True).batch(16)
    slow = keras.callbacks.LambdaCallback(on_train_batch_begin=lambda batch, logs: time.sleep(0.25))
    trained(live, slow, data=data, epochs=2, shuffle=False)
    assert bars == [1, 2] and live.bar.max == 2


def test_a_second_training_starts_afresh(live):
    trained(live)
    labels, held = [], []
    live.label.observe(lambda change: labels.append(change.new), "value")
    note = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: held.append(live.epoch.disabled))
    trained(live, note, epochs=1)
    assert held == [True]
    assert labels[0] == "starting" and labels[-1].startswith("done: 1 epoch,")
    assert live.epoch.max == live.epoch.value == 1


def test_a_training_that_diverges_says_so(live):
    trained(live, epochs=1)
    for weight in live.running.model.encoder.weights:
        weight.assign(weight * np.nan)
    live.add_epoch(1, {"loss": float("nan")})
    live.end()
    assert live.label.value.endswith("The loss is not finite: train anew with a smaller learning rate.")
    assert widgets.reach([np.full((3, 2), np.nan), np.full((3, 2), 10.0)]) == pytest.approx(11)


def test_before_any_training_there_is_no_picture_to_show(live):
    bundle = live._repr_mimebundle_()
    assert "image/png" not in bundle and bundle["text/plain"] == live.words


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.zeros((5, 784)), np.zeros(4, int), "y must have shape"),
        (np.zeros((0, 784)), np.zeros(0, int), "y must hold at least one integer"),
        ([[0.5, 0.5]], [10], "y must hold finite numbers from 0 to 9"),
        (np.full((1, 784), np.nan), [0], "x must hold finite numbers from 0 to 1"),
    ],
)
def test_images_and_classes_that_do_not_fit_are_refused(x, y, message):
    with pytest.raises(ValueError, match=message):
        widgets.LiveTraining(x, y)
