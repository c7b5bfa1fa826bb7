"""The interactive figures: controls that move a picture, a picture of the training, and the latent explorer.

A widget only wires: what is computed stands in plain functions here, what is drawn in ``plots``. A slider step trains
and compiles nothing. Each widget shows itself as the value of its cell; in the committed notebooks and in the pages,
where no kernel runs, a picture of it as its cell left it stands in its place; the latent explorer moves in pages too.
"""

import base64
import io
import json
import signal
import threading
import time
from pathlib import Path

import anywidget
import ipywidgets
import numpy as np
import traitlets
from IPython import get_ipython
from IPython.display import display
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from PIL import Image
from scipy.special import expit

from vae_helpers import plots
from vae_helpers.data import binarize
from vae_helpers.latent import log_normal, square_grid
from vae_helpers.validate import require_floating, require_integers, require_range, require_shape

WIDE = {"description_width": "11em"}
ROW = {"width": "min(32em, 98%)"}
FIT = {"max_width": "100%", "width": "max-content"}
VIEW = "application/vnd.jupyter.widget-view+json"


class Film:
    """PNGs of a figure whose animated artists move.

    What stands still is laid out and drawn when the film is made, and then kept: it takes nine tenths of the time.
    """

    def __init__(self, figure, dpi=90):
        figure.set_dpi(dpi)
        self.canvas = FigureCanvasAgg(figure)
        for _ in range(2):  # the layout settles in the second: the first does not know how large square axes become
            self.canvas.draw()
        figure.set_layout_engine("none")
        self.still = self.canvas.copy_from_bbox(figure.bbox)
        self.moving = sorted(figure.findobj(Artist.get_animated), key=Artist.get_zorder)

    def png(self):
        """The figure as it is now, as the bytes of a PNG."""
        self.canvas.restore_region(self.still)
        for artist in self.moving:
            artist.axes.draw_artist(artist)
        buffer = io.BytesIO()
        Image.fromarray(np.asarray(self.canvas.buffer_rgba())).convert("RGB").save(buffer, "png", compress_level=1)
        return buffer.getvalue()


def smaller(png):
    """A PNG in 256 colours: a third of the size in a notebook, and no difference to the eye."""
    buffer = io.BytesIO()
    Image.open(io.BytesIO(png)).quantize(256, dither=Image.Dither.NONE).save(buffer, "png", optimize=True)
    return buffer.getvalue()


class Shown:
    """What a widget adds to its output: a picture for where no kernel runs, and a text that never varies."""

    words = "Interactive figure: run the notebook to move it."

    def _repr_mimebundle_(self, **kwargs):
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        still = self.still_png()  # empty where nothing has been drawn yet
        picture = {"image/png": base64.b64encode(smaller(still)).decode()} if still else {}
        return {"text/plain": self.words, **picture, VIEW: view}


class Panel(Shown, ipywidgets.VBox):
    """Controls above a picture that follows them.

    film: a Film. move: takes the controls' values by name and moves the film's artists.
    controls: {name: a widget with a value}.
    """

    def __init__(self, film, move, controls):
        self.film, self.move, self.controls = film, move, controls
        self.lock = threading.Lock()  # JupyterLab lets messages of widgets run in a thread of their own
        self.picture = ipywidgets.Image(format="png", layout=FIT)
        super().__init__([*controls.values(), self.picture])
        self.redraw()
        for control in controls.values():
            control.observe(self.redraw, "value")

    def redraw(self, change=None):
        """Draw the picture that belongs to the controls' values."""
        with self.lock:
            self.move(**{name: control.value for name, control in self.controls.items()})
            self.picture.value = self.film.png()

    def still_png(self):
        return self.picture.value


def slider(words, value, limits, step=0.1):
    """A slider in the course's looks; integers make an integer slider. limits: lowest, highest."""
    kind = ipywidgets.IntSlider if isinstance(step, int) else ipywidgets.FloatSlider
    low, high = limits
    return kind(value, min=low, max=high, step=step, description=words, tooltip=words, style=WIDE, layout=ROW)


def choice(words, options):
    """Buttons of which one is pressed, at first the first."""
    return ipywidgets.ToggleButtons(
        options=options, description=words, tooltips=options, style={"button_width": "auto"}
    )


# --- 01: an image as numbers, as grey values, as draws ---

CROP = 7  # pixels along a side of the box whose numbers are written


def mean_of_draws(image, n, seed):
    """The first binarized draw of an image (28, 28), uint8, and the mean of the first n: a pair of (28, 28)."""
    draws = binarize(np.broadcast_to(image / 255, (n, *image.shape)), int(seed))
    return draws[0], draws.mean(axis=0)


def binarization(images):
    """A panel: one of the images (n, 28, 28), uint8, as numbers, in grey, as one binarized draw, as the mean of many.

    Raises ValueError where the images have another shape or dtype, or there are none.
    """
    images = np.asarray(images)
    require_shape("images", images, ("n", 28, 28))
    require_integers("images", images)
    figure, draw = plots.moving_binarization(CROP)

    def move(image, row, column, n, seed):
        pixels = images[image]
        draw(pixels, (row, column), *mean_of_draws(pixels, n, seed), n)

    last = 28 - CROP
    controls = {
        "image": slider("image", min(5, len(images) - 1), (0, len(images) - 1), 1),
        "row": slider("box: row", 7, (0, last), 1),
        "column": slider("box: column", 13, (0, last), 1),
        "n": ipywidgets.SelectionSlider(
            options=[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
            value=10,
            description="draws averaged",
            style=WIDE,
            layout=ROW,
        ),
        "seed": slider("seed", 0, (0, 20), 1),
    }
    return Panel(Film(figure), move, controls)


# --- 02: the reparameterization trick ---


def trick_state(z_mean, z_log_var, way, epsilon):
    """What the trick's panel shows: epsilon, z, the ellipse, the arrows and a title.

    z_mean, z_log_var: (2,). epsilon: (n, 2), kept from step to step. way: "plain draw", which makes new noise at
    every step and has no derivative, or what the arrows differentiate by: "z_mean" or "z_log_var".
    """
    sigma = np.exp(z_log_var / 2)  # (2,)
    if way == "plain draw":
        step = np.frombuffer(np.append(z_mean, z_log_var).tobytes(), np.uint32)  # a seed of its own for each setting
        z = np.random.default_rng(step).normal(z_mean, sigma, epsilon.shape)  # (n, 2)
        title = "a plain draw: new points at every step,\nno arrow: a draw has no derivative"
        return np.empty((0, 2)), z, (z_mean, sigma), np.empty((0, 2)), title
    z = z_mean + sigma * epsilon  # (n, 2)
    if way == "z_mean":
        return epsilon, z, (z_mean, sigma), np.ones((5, 2)), "z = z_mean + sigma epsilon\narrows: dz / dz_mean = 1"
    title = "z = z_mean + sigma epsilon\narrows: dz / dz_log_var = sigma epsilon / 2"
    return epsilon, z, (z_mean, sigma), 0.5 * sigma * epsilon[:5], title


def reparameterization(seed=745, n=300):
    """A panel: z = z_mean + sigma * epsilon with sliders for z_mean and z_log_var, and the same n epsilons moving.

    Raises ValueError where n is below 5, the number of those that have an arrow.
    """
    if n < 5:
        raise ValueError(f"n must be at least 5, since five points have an arrow, but is {n!r}.")
    epsilon = np.random.default_rng(seed).standard_normal((n, 2))
    figure, draw = plots.moving_reparameterization()

    def move(mean_1, mean_2, log_var_1, log_var_2, way):
        draw(*trick_state(np.array([mean_1, mean_2]), np.array([log_var_1, log_var_2]), way, epsilon))

    controls = {f"mean_{i}": slider(f"z_mean of z{i}", value, (-2.0, 2.0)) for i, value in ((1, 1.0), (2, -1.0))}
    controls |= {f"log_var_{i}": slider(f"z_log_var of z{i}", value, (-4.0, 1.5)) for i, value in ((1, -2.0), (2, 0.0))}
    controls["way"] = choice("derivative w.r.t.", ["z_mean", "z_log_var", "plain draw"])
    return Panel(Film(figure), move, controls)


# --- 03: a decoder is a map ---


def dense_layers(decoder):
    """A decoder's weights as float32 arrays: a list of pairs kernel (inputs, outputs), bias (outputs,).

    Raises ValueError unless it is a chain of Dense layers and nothing else, ReLU between them and logits at the end,
    from two latents to a square image, with finite weights.
    """
    layers = [layer for layer in decoder.layers if layer.weights]
    if not layers:
        raise ValueError(f"decoder {decoder.name} has no weights yet: call it once on a z, such as np.zeros((1, 2)).")
    for layer, activation in zip(layers, ["relu"] * (len(layers) - 1) + ["linear"], strict=True):
        found = getattr(getattr(layer, "activation", None), "__name__", "none")
        if type(layer).__name__ != "Dense" or found != activation or len(layer.get_weights()) != 2:
            raise ValueError(
                "decoder must be Dense layers with biases, relu inside and linear at the end, but its layer "
                f"{layer.name} is a {type(layer).__name__} with activation {found}."
            )
    pairs = [tuple(np.asarray(array, "float32") for array in layer.get_weights()) for layer in layers]
    _require_weights(pairs, decoder)
    _require_nothing_else(pairs, decoder)
    return pairs


def _require_weights(pairs, decoder):
    """Raise ValueError unless the weights lead from two latents to a square image and are finite."""
    latent_dim = pairs[0][0].shape[0]
    if latent_dim != 2:
        raise ValueError(
            f"decoder must take a latent of 2 numbers, a point of a plane, but {decoder.name} takes {latent_dim}."
        )
    pixels = pairs[-1][1].size
    if round(pixels**0.5) ** 2 != pixels:
        raise ValueError(f"decoder must give square images, but {decoder.name} gives {pixels} pixels.")
    bad = [i for i, pair in enumerate(pairs) if not all(np.isfinite(array).all() for array in pair)]
    if bad:
        raise ValueError(
            f"decoder {decoder.name} has weights that are NaN or infinite (layer {bad[0]}): did its training diverge? "
            "Train it anew with a smaller learning rate."
        )


def _require_nothing_else(pairs, decoder):
    """Raise ValueError unless the layers, one after another, give what the decoder gives."""
    z = np.array([[0, 0], [1.5, -0.5], [-1, 2], [-3, -3]], "float32")
    try:
        same = np.allclose(logits(pairs, z), np.asarray(decoder(z)), rtol=1e-3, atol=1e-3)
    except ValueError:  # a kernel that doesn't fit the layer before it
        same = False
    if not same:
        raise ValueError(
            f"decoder {decoder.name} does more than its Dense layers do one after another: a branch, or a layer "
            "without weights such as a last sigmoid. Here it must be a plain chain of them that ends with logits."
        )


def logits(layers, z):
    """Logits (n, pixels) of points z (n, 2), from the weights of ``dense_layers``, without Keras."""
    values = np.asarray(z, "float32")
    for i, (kernel, bias) in enumerate(layers):
        values = (np.maximum(values, 0) if i else values) @ kernel + bias  # (n, outputs)
    return values


def decode(layers, z):
    """Probabilities (n, pixels) of points z (n, 2), from the weights of ``dense_layers``, without Keras."""
    return expit(logits(layers, z))


def decoders(named):
    """A panel: two sliders for z, and beside its place in the plane its image from each decoder.

    named: {name: Keras decoder}. Raises ValueError as ``dense_layers`` does, and where there is none.
    """
    if not named:
        raise ValueError("decoders needs at least one decoder, as {name: decoder}, but got none.")
    weights = [dense_layers(decoder) for decoder in named.values()]
    figure, draw = plots.moving_decoders(list(named))

    def move(z_1, z_2):
        z = np.array([z_1, z_2])
        draw(z, [decode(layers, z[None])[0] for layers in weights])

    controls = {f"z_{i}": slider(f"z{i}", value, (-3.5, 3.5)) for i, value in ((1, 0.5), (2, 0.0))}
    return Panel(Film(figure), move, controls)


# --- 04: the bound, and the KL ---


def toy_terms(x, toy):
    """The toy's exact answers for one x: mean and variance of the posterior p(z | x), and log p(x) in nats.

    toy: (w, b, s) of z ~ N(0, 1), x | z ~ N(w z + b, s^2).
    """
    w, b, s = toy
    total = w**2 + s**2
    log_px = float(log_normal([x], b, np.log(total)))
    return w * (x - b) / total, s**2 / total, log_px


def gaussian_kl(mean, sigma, other_mean=0.0, other_sigma=1.0):
    """KL from N(mean, sigma^2) to another Gaussian, by default the prior N(0, 1), in nats; shapes broadcast."""
    ratio = (sigma / other_sigma) ** 2
    return 0.5 * (ratio - 1 - np.log(ratio) + ((mean - other_mean) / other_sigma) ** 2)


def bound(x=3.0, toy=(2.0, 0.5, 1.0)):
    """A panel: sliders for q's mean and sigma in the 1-d toy (w, b, s), its densities, and log p(x), ELBO and gap.

    Raises ValueError where s is not above 0.
    """
    if not toy[2] > 0:
        raise ValueError(f"toy's last number, the standard deviation s, must be above 0, but is {toy[2]!r}.")
    mean, variance, log_px = toy_terms(x, toy)
    z = np.linspace(min(-3.0, mean - 3), max(3.0, mean + 3), 400)  # (400,)
    prior, posterior = normal_density(z, 0, 1), normal_density(z, mean, variance**0.5)
    means, sigmas = (-1.0, 3.0), (0.1, 2.0)

    def gap(m, sigma):
        return gaussian_kl(m, sigma, mean, variance**0.5)

    widest = max(gap(m, sigma) for m in means for sigma in sigmas)
    figure, draw = plots.moving_bound(z, prior, posterior, log_px, widest)

    def move(m, sigma):
        draw(normal_density(z, m, sigma), log_px - gap(m, sigma))

    controls = {"m": slider("mean of q", 0.0, means, 0.05), "sigma": slider("sigma of q", 1.0, sigmas, 0.05)}
    return Panel(Film(figure), move, controls)


def normal_density(z, mean, sigma):
    """The density of N(mean, sigma^2) at z (n,): (n,)."""
    return np.exp(log_normal(z[:, None], mean, 2 * np.log(sigma)))


def kl_surface():
    """A panel: beta * KL(N(mean, sigma^2) || N(0, 1)) over mean and sigma, and along each through a point."""
    means, sigmas = np.linspace(-3, 3, 121), np.linspace(0.1, 3, 117)
    kl = gaussian_kl(means, sigmas[:, None])  # (sigmas, means)
    figure, draw = plots.moving_kl(means, sigmas)

    def move(mean, sigma, beta):
        point = np.abs(sigmas - sigma).argmin(), np.abs(means - mean).argmin()
        draw(beta * kl, point, f"beta KL = {beta * gaussian_kl(mean, sigma):.2f} nats")

    controls = {
        "mean": slider("mean", 1.5, (-3.0, 3.0), 0.05),
        "sigma": slider("sigma", 0.5, (0.1, 3.0), 0.05),
        "beta": slider("beta", 1.0, (0.25, 4.0), 0.25),
    }
    return Panel(Film(figure), move, controls)


# --- 05: the training, live ---


def words_left(done, total, seconds):
    """How far a training is, in words. done, total: steps; seconds: since its start."""
    if done == 0:
        return "starting"
    left = seconds * (total - done) / done
    return f"{done / total:.0%}, about {left:.0f} s left" if left >= 1 else f"{done / total:.0%}"


def reach(codes):
    """How far from the origin a plane must go to show 99 % of each epoch's finite numbers, and the prior's circles."""
    finite = [np.abs(z_mean[np.isfinite(z_mean)]) for z_mean in codes]
    return max([3.5, *(1.1 * np.quantile(values, 0.99) for values in finite if values.size)])


def answer_while_busy(widget):
    """Let a widget be heard while a cell runs, where JupyterLab and ipykernel 7 have subshells.

    JupyterLab sends the messages of widgets to a subshell, a thread of its own. ipykernel 7.4 passes them to the thread
    that last wrote to the widget, which for a widget made in a cell is the busy one. Here they go where Lab sent them.
    """
    if widget.comm is not None:
        widget.comm._reply_subshell_for = lambda data, subshell: subshell


class LiveTraining(Shown, ipywidgets.VBox):
    """A picture of a training, redrawn after each epoch, with a button that stops it and keeps what was learned.

    Pass ``callback()`` to ``fit``: the picture shows itself when the training starts. Afterwards the slider goes back
    through the epochs; as the value of a later cell it stands there too, with the last epoch's picture. What is kept of
    an epoch are its losses and z_mean of the images given here.

    x: a few hundred images (n, pixels), such as the first validation images; y: their classes (n,).
    Raises ValueError where the shapes are others, there are no images, x is not floating or not within [0, 1], or a
    class is not an integer from 0 to 9.
    """

    def __init__(self, x, y):
        x, y = np.asarray(x), np.asarray(y)
        require_shape("x", x, ("n", "pixels"))
        require_shape("y", y, (len(x),))
        require_floating("x", x)
        require_integers("y", y)
        require_range("x", x, 0, 1)
        require_range("y", y, 0, 9)
        self.x, self.y = x, y
        self.history, self.codes, self.training, self.interrupt = {}, [], False, None
        self.lock = threading.RLock()  # Stop is heard in a thread of its own
        self.bar = ipywidgets.IntProgress(description="training", layout={"width": "16em"})
        self.label = ipywidgets.Label("not started")
        self.stop = ipywidgets.Button(
            description="Stop", tooltip="Stop the training and keep what was learned", disabled=True
        )
        self.epoch = slider("epoch to look at", 0, (0, 0), 1)
        self.epoch.disabled = True
        self.picture = ipywidgets.Image(format="png", layout=FIT)
        self.stop.on_click(self.request_stop)
        answer_while_busy(self.stop)
        self.epoch.observe(self.replay, "value")
        super().__init__([ipywidgets.HBox([self.bar, self.label, self.stop]), self.epoch, self.picture])

    def callback(self):
        """A Keras callback for one ``fit``."""
        from vae_helpers.quiet import keras

        self.running = keras.callbacks.LambdaCallback(
            on_train_begin=self.begin,
            on_train_batch_end=self.advance,
            on_epoch_end=self.add_epoch,
            on_train_end=self.end,
        )
        return self.running

    def begin(self, logs=None):
        """Show the plane before training, and let Stop and the kernel's interrupt end the training."""
        if self.training:  # an error broke off a training before, and something caught it
            self.finish("broken off")
        self.history, self.codes, self.training, self.stopped = {}, [self.encode()], True, False
        self.started, self.shown = time.monotonic(), 0.0
        self.bar.max, self.bar.value = self.running.params["epochs"] * (self.running.params["steps"] or 1), 0
        self.label.value = words_left(0, self.bar.max, 0.0)
        self.stop.disabled, self.epoch.disabled = False, True
        if get_ipython() is not None:
            get_ipython().events.register("post_run_cell", self.after_cell)
        if threading.current_thread() is threading.main_thread():
            self.interrupt = signal.signal(signal.SIGINT, self.on_interrupt)
        self.draw_last()
        display(self)

    def encode(self):
        """z_mean (n, 2) of the images, from the model that is being trained."""
        z_mean = np.asarray(self.running.model.encoder(self.x)[0])  # (n, latent_dim)
        require_shape("the encoder's z_mean", z_mean, ("n", 2))
        return z_mean

    def advance(self, batch, logs=None):
        """Move the bar; a batch can take a millisecond, so at most five times a second."""
        now = time.monotonic()
        if now - self.shown > 0.2:
            self.shown = now
            steps = self.running.params["steps"]  # None where the data don't say how many they are: whole epochs then
            self.bar.value = (len(self.codes) - 1) * (steps or 1) + (batch + 1 if steps else 0)
            with self.lock:
                if not self.stopped:
                    self.label.value = words_left(self.bar.value, self.bar.max, now - self.started)

    def add_epoch(self, epoch, logs):
        """Keep the epoch's losses and z_mean, and draw them."""
        for name, value in logs.items():
            self.history.setdefault(name, []).append(float(value))
        self.codes.append(self.encode())
        self.draw_last()

    def draw_last(self):
        """Draw all epochs so far, the last one's plane."""
        with self.lock:
            epochs, last = self.running.params["epochs"], len(self.codes) - 1
            figure, self.move = plots.moving_training(self.history, self.y, epochs, reach(self.codes))
            self.film = Film(figure)
            self.epoch.max = last
            if self.epoch.value == last:
                self.replay()
            self.epoch.value = last  # where it moves the slider, the slider draws

    def replay(self, change=None):
        """Draw the epoch that the slider names."""
        with self.lock:
            self.move(self.epoch.value, self.codes[self.epoch.value])
            self.picture.value = self.film.png()

    def request_stop(self, button=None):
        """End the training soon; the weights and the epochs so far stay. A click that comes too late does nothing."""
        with self.lock:
            if not self.training:
                return
            self.stopped, self.stop.disabled = True, True
            self.label.value = "stopping"
            self.running.model.stop_training = True

    def on_interrupt(self, signum, frame):
        """The kernel's interrupt stops as the button does; a second one interrupts as always."""
        self.release_interrupt()
        self.request_stop()

    def release_interrupt(self):
        """Let the kernel's interrupt do what it did before."""
        if self.interrupt is not None and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self.interrupt)
            self.interrupt = None

    def end(self, logs=None):
        """Fit is over, in its time or stopped."""
        self.finish("stopped, and what was learned is kept" if self.stopped else "done")

    def after_cell(self, result=None):
        """The cell of the training is over; if an error broke it off, the epochs until then can be looked at."""
        get_ipython().events.unregister("post_run_cell", self.after_cell)
        if self.training:
            self.finish("broken off, and what was learned is kept")

    def finish(self, state):
        """Free the slider, and say how it went."""
        self.release_interrupt()
        seconds = time.monotonic() - self.started
        done = len(self.codes) - 1
        with self.lock:
            self.training = False
            self.label.value = f"{state}: {done} epoch{'s' * (done != 1)}, {seconds:.0f} s"
            if not all(np.isfinite(losses).all() for losses in self.history.values()):
                self.label.value += ". The loss is not finite: train anew with a smaller learning rate."
        if state == "done":
            self.bar.value = self.bar.max
        self.stop.disabled, self.epoch.disabled = True, False

    def still_png(self):
        return self.picture.value


# --- 06: the latent explorer ---


class LatentExplorer(Shown, anywidget.AnyWidget):
    """The latent plane to drag in. It decodes in the browser (explorer.js), in a page even without a kernel."""

    _esm = Path(__file__).with_name("explorer.js")
    _css = Path(__file__).with_name("explorer.css")
    sizes = traitlets.List(traitlets.Int()).tag(sync=True)
    weights = traitlets.Bytes().tag(sync=True)  # float32: each layer's kernel, row by row, then its bias
    codes = traitlets.Bytes().tag(sync=True)  # float32 (n, 2)
    labels = traitlets.Bytes().tag(sync=True)  # uint8 (n,)
    images = traitlets.Bytes().tag(sync=True)  # uint8 (n, pixels)
    colours = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, layers, codes, labels, images):
        self.layers, self.shown = layers, (codes, labels)
        super().__init__(
            sizes=[2, *(bias.size for _, bias in layers)],
            weights=b"".join(array.astype("<f4").tobytes() for pair in layers for array in pair),
            codes=codes.astype("<f4").tobytes(),
            labels=labels.astype("uint8").tobytes(),
            images=images.tobytes(),
            colours=[to_hex(colour) for colour in plots.COLOURS],
        )

    def still_png(self):
        values = np.linspace(-3.5, 3.5, 15)
        manifold, middle = decode(self.layers, square_grid(values)), decode(self.layers, np.zeros((1, 2)))[0]
        return Film(plots.plot_explorer(*self.shown, manifold, values, middle)).png()


def latent_explorer(decoder, z_mean, y, images):
    """The latent plane with images as points and the decoder's manifold behind: a LatentExplorer.

    decoder: Keras, as ``dense_layers`` wants it. z_mean: (n, 2), y: classes 0 to 9 (n,), images: (n, pixels), floating,
    in [0, 1]; a thousand are plenty, as all go to the browser. Raises ValueError where something does not fit.
    """
    layers = dense_layers(decoder)
    z_mean, y, images = np.asarray(z_mean), np.asarray(y), np.asarray(images)
    if len(z_mean) == 0:
        raise ValueError("latent_explorer needs at least one image, but z_mean is empty.")
    require_shape("z_mean", z_mean, ("n", 2))
    require_shape("y", y, (len(z_mean),))
    require_integers("y", y)
    require_shape("images", images, (len(z_mean), layers[-1][1].size))
    require_floating("images", images)
    for name, values, low, high in (("images", images, 0, 1), ("y", y, 0, 9), ("z_mean", z_mean, -np.inf, np.inf)):
        if not (np.isfinite(values).all() and values.min() >= low and values.max() <= high):
            raise ValueError(
                f"{name} must be finite and from {low} to {high}, but runs from {values.min()} to {values.max()}."
            )
    return LatentExplorer(layers, z_mean, y, np.round(255 * images).astype("uint8"))


# --- pages ---

PAGE = """<div id="{name}" class="vae-explorer-page"></div>
<style>{css}</style>
<script type="module">
{js}
const state = {state};
const bytes = (text) => new DataView(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
for (const [name, text] of Object.entries({buffers})) state[name] = bytes(text);
const model = {{ get: (name) => state[name] }};
render({{ model, el: document.getElementById("{name}") }});
</script>"""


def explorer_page(widget, name):
    """A saved LatentExplorer as HTML that needs neither a kernel nor a network.

    widget: one entry of a notebook's widget state, as nbclient keeps it with store_widget_state=True; name: for the id
    of the page's element, another one for each explorer in a page.
    """
    state, buffers = widget["state"], {each["path"][0]: each["data"] for each in widget["buffers"]}
    plain = {name: state[name] for name in ("sizes", "colours")}
    return PAGE.format(
        name=f"explorer-{name}",
        css=state["_css"],
        js=state["_esm"],
        state=json.dumps(plain),
        buffers=json.dumps(buffers),
    )
