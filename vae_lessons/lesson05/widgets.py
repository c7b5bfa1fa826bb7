"""The interactive figure of 05: a training, drawn while it runs, and its epochs replayed afterwards."""

import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from types import FrameType
from typing import Any, NamedTuple

import ipywidgets
import numpy as np
from IPython import get_ipython
from IPython.display import display

from vae_helpers.panel import FIT, BlitCanvas, StaticFallback, slider
from vae_helpers.types import Array, ArrayLike
from vae_helpers.validate import require_floating, require_integers, require_range, require_shape
from vae_lessons.lesson05 import figures


def words_left(done: int, total: int, seconds: float) -> str:
    """How far a training is, in words. done, total: steps; seconds: since its start."""
    if done == 0:
        return "starting"
    left = seconds * (total - done) / done
    return f"{done / total:.0%}, about {left:.0f} s left" if left >= 1 else f"{done / total:.0%}"


def reach(codes: Sequence[Array]) -> float:
    """How far from the origin a plane must go to show 99 % of every epoch's finite numbers, and the prior's circles.

    codes: z_mean (n, 2) of every epoch.
    """
    finite = [np.abs(z_mean[np.isfinite(z_mean)]) for z_mean in codes]
    return max([3.5, *(1.1 * np.quantile(values, 0.99) for values in finite if values.size)])


class _Film(NamedTuple):
    """A figure that can be drawn fast, and what moves it to an epoch and its z_mean (n, 2)."""

    canvas: BlitCanvas
    move: Callable[[int, Array], None]


class LiveTraining(StaticFallback, ipywidgets.VBox):
    """A picture of a training, redrawn after each epoch.

    Pass ``callback()`` to ``fit``: the picture shows itself when the training starts. Afterwards the slider goes back
    through the epochs; as the value of a later cell it stands there too, with the last epoch's picture. Of an epoch it
    keeps the losses and z_mean of the images given here.

    In Jupyter the kernel's interrupt (the button with the square) ends the training after the step at work: ``fit``
    measures the validation loss once more and returns as always. A second interrupt breaks it off at once.

    x: a few hundred images (n, pixels), such as the first validation images; y: their classes (n,).
    Raises ValueError where they have other shapes, there are no images, x is not floating or not within [0, 1], or a
    class is not an integer from 0 to 9.
    """

    def __init__(self, x: ArrayLike, y: ArrayLike) -> None:
        x, y = np.asarray(x), np.asarray(y)
        require_shape("x", x, ("n", "pixels"))
        require_shape("y", y, (len(x),))
        require_floating("x", x)
        require_integers("y", y)
        require_range("x", x, 0, 1)
        require_range("y", y, 0, 9)
        self.x, self.y = x, y
        self.history: dict[str, list[float]] = {}
        self.codes: list[Array] = []  # z_mean (n, 2) before training and after every epoch
        self.undo = ExitStack()  # takes back what a training changed in the kernel
        self.running: Any = None  # the callback, which knows the model and its training
        self.started = self.shown = 0.0  # times of a clock, in seconds: the training's start, the bar's last move
        self.film: _Film | None = None  # None before any training
        self.bar = ipywidgets.IntProgress(description="training", layout={"width": "16em"})
        self.label = ipywidgets.Label("not started")
        self.epoch = slider("epoch to look at", 0, (0, 0), 1)
        self.epoch.disabled = True
        self.epoch.observe(self.replay, "value")
        self.picture = ipywidgets.Image(format="png", layout=FIT)
        super().__init__([ipywidgets.HBox([self.bar, self.label]), self.epoch, self.picture])

    def callback(self) -> Any:
        """A Keras callback for one ``fit``."""
        from vae_helpers.backend import keras

        self.running = keras.callbacks.LambdaCallback(
            on_train_begin=self.begin,
            on_train_batch_end=self.advance,
            on_epoch_end=self.add_epoch,
            on_train_end=self.end,
        )
        return self.running

    def begin(self, logs: Mapping[str, float] | None = None) -> None:
        """Show the plane before training. Keras calls it; logs: not used."""
        self.undo.close()  # an error may have broken off a training earlier in the cell
        self.history, self.codes = {}, [self.encode()]
        self.started, self.shown = time.monotonic(), 0.0
        self.bar.max, self.bar.value = self.running.params["epochs"] * (self.running.params["steps"] or 1), 0
        self.label.value = words_left(0, self.bar.max, 0.0)
        self.epoch.disabled = True
        self.draw_last()
        display(self)
        if get_ipython() is not None:
            self.watch(get_ipython().events)

    def watch(self, events: Any) -> None:
        """Until ``undo``: an interrupt stops the training, and the cell's end finishes one that an error broke off."""
        events.register("post_run_cell", self.break_off)
        self.undo.callback(events.unregister, "post_run_cell", self.break_off)
        if threading.current_thread() is threading.main_thread():  # where alone Python takes signals
            self.undo.callback(signal.signal, signal.SIGINT, signal.signal(signal.SIGINT, self.stop))

    def stop(self, signum: int, frame: FrameType | None) -> None:
        """The first interrupt asks Keras to stop; the next one is raised."""
        self.running.model.stop_training = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def encode(self) -> Array:
        """z_mean (n, 2) of the images, from the model that is being trained."""
        z_mean = np.asarray(self.running.model.encoder(self.x)[0])  # (n, latent_dim)
        require_shape("the encoder's z_mean", z_mean, ("n", 2))
        return z_mean

    def advance(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """Move the bar; a batch can take a millisecond, so at most five times a second."""
        now, stopping = time.monotonic(), self.running.model.stop_training
        if stopping or now - self.shown > 0.2:
            self.shown = now
            steps = self.running.params["steps"]  # None where the data don't say how many they are: whole epochs then
            self.bar.value = (len(self.codes) - 1) * (steps or 1) + (batch + 1 if steps else 0)
            self.label.value = "stopping" if stopping else words_left(self.bar.value, self.bar.max, now - self.started)

    def add_epoch(self, epoch: int, logs: Mapping[str, float]) -> None:
        """Keep the epoch's losses and z_mean, and draw them. logs: {name: nats per image}, as Keras names them."""
        z_mean = self.encode()
        for name, value in logs.items():
            self.history.setdefault(name, []).append(float(value))
        self.codes.append(z_mean)
        self.draw_last()

    def draw_last(self) -> None:
        """Draw all epochs so far, the last one's plane."""
        epochs, last = self.running.params["epochs"], len(self.codes) - 1
        figure, move = figures.moving_training(self.history, self.y, epochs, reach(self.codes))
        self.film = _Film(BlitCanvas(figure), move)
        self.epoch.max = last
        if self.epoch.value == last:
            self.replay()
        self.epoch.value = last  # where it moves the slider, the slider draws

    def replay(self, change: Mapping[str, Any] | None = None) -> None:
        """Draw the epoch that the slider names; before any training there is none. change: not used."""
        if self.film is not None:
            self.film.move(self.epoch.value, self.codes[self.epoch.value])
            self.picture.value = self.film.canvas.png()

    def end(self, logs: Mapping[str, float] | None = None) -> None:
        """Fit returns: all epochs are done, or an interrupt or another callback stopped it."""
        if self.running.model.stop_training:
            self.finish("stopped, and what was learned is kept")
        else:
            self.bar.value = self.bar.max
            self.finish("done")

    def break_off(self, result: Any = None) -> None:
        """The cell is over and fit did not return: an error or a second interrupt broke it off. result: not used."""
        self.finish("broken off, and what was learned is kept")

    def finish(self, state: str) -> None:
        """Free the slider, and say how it went. state: how the training ended, in words."""
        self.undo.close()
        done, seconds = len(self.codes) - 1, time.monotonic() - self.started
        words = f"{state}: {done} epoch{'s' * (done != 1)}, {seconds:.0f} s"
        if not all(np.isfinite(losses).all() for losses in self.history.values()):
            words += ". The loss is not finite: train anew with a smaller learning rate."
        self.label.value, self.epoch.disabled = words, False
