"""Figures: arrays in, a matplotlib Figure out. Nothing here trains, downloads or knows a model.

A figure is closed before it is returned, so that a notebook shows it once: as the value of its cell.
Ink is dark on a white page in every figure, and the colours are ones that colour-blind readers can tell apart
(Petroff 2021, the "petroff10" sequence), always together with a label or a line style.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import Ellipse, Patch
from matplotlib.patheffects import withStroke
from matplotlib.ticker import LogLocator, MaxNLocator
from PIL import Image

from vae_helpers.latent import prior_radius

COLOURS = plt.color_sequences["petroff10"]
INK = "gray_r"
STYLE = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": plt.cycler(color=COLOURS),
    "figure.facecolor": "white",
    "font.size": 10,
    "axes.titlesize": 10,
}


class _CompactCanvas(FigureCanvasAgg):
    """A canvas whose PNGs have at most 256 colours: half the size or less, so that a committed notebook stays small."""

    def print_png(self, filename_or_obj, **_):
        self.draw()
        picture = Image.fromarray(np.asarray(self.buffer_rgba())).convert("RGB")
        picture.quantize(256, dither=Image.Dither.NONE).save(filename_or_obj, "png", optimize=True)


def _subplots(rows=1, columns=1, size=(6.0, 3.5), **kwargs):
    """A closed figure in the course's style and its axes."""
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(rows, columns, figsize=size, layout="constrained", **kwargs)
    plt.close(figure)
    _CompactCanvas(figure)
    return figure, axes


def _draw_image(axis, image, title=""):
    """One image, flat or square, values in [0, 1], on an axis without ticks."""
    side = int(np.sqrt(np.size(image)))
    axis.imshow(np.reshape(image, (side, side)), cmap=INK, vmin=0, vmax=1, interpolation="nearest")
    axis.spines[:].set(visible=True, color="0.75", linewidth=0.8)
    axis.set(title=title, xticks=[], yticks=[])


def plot_images(images, titles=None, columns=10):
    """Images (n, pixels) or (n, 28, 28), values in [0, 1], in rows of ``columns``; titles: n words, or None."""
    rows = -(-len(images) // columns)
    height = 0.9 if titles is None else 1.15
    figure, axes = _subplots(rows, columns, size=(0.9 * columns, height * rows), squeeze=False)
    for axis in axes.flat:
        axis.set_axis_off()
    for axis, image, title in zip(axes.flat, images, titles or [""] * len(images), strict=False):
        axis.set_axis_on()
        _draw_image(axis, image, title)
    return figure


# --- notebook 01 ---


def plot_pixel_values(image, rows, columns):
    """One raw image (28, 28), 0 to 255, with a box around a crop, and that crop with each pixel's number in it.

    rows, columns: slices that cut out the crop.
    """
    figure, (whole, part) = _subplots(1, 2, size=(8.4, 3.6), width_ratios=(1, 1.35))
    for axis, pixels in ((whole, image), (part, image[rows, columns])):
        axis.imshow(pixels, cmap=INK, vmin=0, vmax=255)
    corner = (columns.start - 0.5, rows.start - 0.5)
    size = (columns.stop - columns.start, rows.stop - rows.start)
    whole.add_patch(plt.Rectangle(corner, *size, fill=False, edgecolor=COLOURS[1], linewidth=2))
    for (row, column), value in np.ndenumerate(image[rows, columns]):
        part.text(column, row, value, ha="center", va="center", fontsize=9, color="white" if value > 127 else "black")
    whole.set(title="the image", xlabel="column", ylabel="row")
    part.set(title="the pixels in the box", xticks=[], yticks=[])
    return figure


def plot_pixel_histogram(images):
    """Shares of the pixels by value, of uint8 images (n, 28, 28): all pixels, and those above 0 alone."""
    figure, (every, inked) = _subplots(1, 2, size=(8.4, 3.0))
    counts = np.bincount(images.ravel(), minlength=256)  # (256,)
    for axis, edges, title in (
        (every, np.arange(0, 257, 16), "all pixels"),
        (inked, np.arange(1, 257, 15), "the pixels above 0"),
    ):
        chosen = np.add.reduceat(counts, edges[:-1])  # (bins,)
        shares = 100 * chosen / chosen.sum()
        axis.bar(edges[:-1], shares, width=np.diff(edges), align="edge", edgecolor="white")
        axis.set(title=title, xlabel="pixel value (0: paper, 255: full ink)", ylabel="share of these pixels, %")
        axis.set(xlim=(0, 256), xticks=[0, 64, 128, 192, 255])
    return figure


def plot_class_shares(shares, names):
    """Share of each class in several sets of labels, as groups of bars.

    shares: (sets, classes), each row adding up to 1. names: what to call each set.
    """
    figure, axis = _subplots(size=(8.0, 3.0))
    classes = np.arange(len(shares[0]))
    width = 0.8 / len(shares)
    for i, (row, name) in enumerate(zip(shares, names, strict=True)):
        left = classes - 0.4 + i * width
        axis.bar(left, 100 * row, width, align="edge", label=name, hatch=["", "//", ".."][i % 3], edgecolor="white")
    axis.set(xlabel="class", ylabel="share of the set, %", xticks=classes)
    figure.legend(loc="outside upper center", ncols=len(names), frameon=False)
    return figure


def plot_mean_and_variance(mean, variance):
    """The mean image, the variance of each pixel, and one against the other below a coin's mean * (1 - mean).

    mean, variance: (pixels,), over many images with values in [0, 1].
    """
    figure, axes = _subplots(1, 3, size=(9.0, 2.9), width_ratios=(1, 1, 1.2))
    for axis, values, title in ((axes[0], mean, "mean"), (axes[1], variance, "variance")):
        side = int(np.sqrt(values.size))
        picture = axis.imshow(values.reshape(side, side), cmap=INK, vmin=0)
        axis.set(title=f"{title} of each pixel", xticks=[], yticks=[])
        axis.spines[:].set_visible(True)
        figure.colorbar(picture, ax=axis, shrink=0.75)
    coin = np.linspace(0, 1, 101)
    axes[2].plot(coin, coin * (1 - coin), "--", color=COLOURS[1], label="a coin, m(1 - m)")
    axes[2].plot(mean, variance, ".", markersize=3, label="one dot a pixel")
    axes[2].set(xlabel="mean m of the pixel", ylabel="variance", ylim=(-0.01, 0.38))
    axes[2].legend(loc="upper center", frameon=False)
    return figure


def plot_averaging_error(n_draws, errors, predicted):
    """Error of the mean of n draws, measured and predicted, on logarithmic axes.

    n_draws, errors, predicted: (points,) each.
    """
    figure, axis = _subplots(size=(5.4, 3.3))
    axis.loglog(n_draws, predicted, "--", color=COLOURS[1], label=r"predicted, falling as $1/\sqrt{n}$")
    axis.loglog(n_draws, errors, "o", color=COLOURS[0], label="measured")
    axis.set(xlabel="draws averaged, n", ylabel="root-mean-square error")
    axis.legend()
    return figure


# --- notebook 05 ---


def plot_bends(first_layers, titles, span=3.5, shown=40):
    """Lines w . z + b = 0 in the latent plane where hidden ReLU units bend, a panel for each (kernel, bias).

    first_layers: pairs of kernel (2, units) and bias (units,); the first ``shown`` units are drawn.
    The circles hold 50 % and 99 % of the prior N(0, I).
    """
    figure, axes = _subplots(1, len(first_layers), size=(3.6 * len(first_layers), 3.6), squeeze=False)
    for axis, (kernel, bias), title in zip(axes.flat, first_layers, titles, strict=True):
        for w, b in zip(kernel.T[:shown], bias[:shown], strict=True):
            foot, along = -b * w / (w @ w), np.array([-w[1], w[0]]) / np.linalg.norm(w)
            ends = foot + np.outer([-4 * span, 4 * span], along)
            axis.plot(*ends.T, color=COLOURS[0], linewidth=0.8)
        for share in (0.5, 0.99):
            radius = prior_radius(share)
            axis.add_patch(plt.Circle((0, 0), radius, fill=False, color="black", linewidth=1.5))
            axis.text(0, radius, f"{share:.0%}", ha="center", va="bottom", backgroundcolor="white")
        axis.set(title=title, xlabel="$z_1$", ylabel="$z_2$", aspect="equal")
        axis.set(xlim=(-span, span), ylim=(-span, span))
    return figure


def plot_along_ray(distances, logits, titles):
    """Pixels' logits on the way out from the origin: distances (n,), logits a list of (n, pixels), one panel each."""
    figure, axes = _subplots(1, len(logits), size=(4.2 * len(logits), 3.0), squeeze=False)
    for axis, values, title in zip(axes.flat, logits, titles, strict=True):
        for pixel, style in zip(values.T, ("-", "--", ":", "-."), strict=False):
            axis.plot(distances, pixel, style)
        axis.set(title=title, xlabel="$t$, where $z = t\\,u$", ylabel="logit of a pixel")
    return figure


def plot_val_losses(curves, reference=None):
    """Validation losses by epoch: curves maps a name to (epochs,) values; reference maps epochs to values."""
    figure, axis = _subplots(size=(6.5, 3.5))
    for (name, losses), style in zip(curves.items(), ("-o", "-s", "-^", "-D"), strict=False):
        axis.plot(range(1, len(losses) + 1), losses, style, label=name, markersize=4)
    if reference:
        axis.plot(list(reference), list(reference.values()), "k:x", label="the post's run")
    axis.set(xlabel="epoch", ylabel="validation loss (nats per image)")
    axis.xaxis.get_major_locator().set_params(integer=True)
    axis.legend()
    return figure


def plot_history(history):
    """Loss, reconstruction and KL by epoch, training and validation: Keras's history, a dict of lists."""
    figure, axes = _subplots(1, 3, size=(9.0, 3.0))
    epochs = range(1, len(history["loss"]) + 1)
    for axis, name in zip(axes, ("loss", "reconstruction", "kl"), strict=True):
        axis.plot(epochs, history[name], "-", label="training")
        axis.plot(epochs, history[f"val_{name}"], "--", label="validation")
        axis.set(title=name, xlabel="epoch")
    axes[0].set_ylabel("nats per image")
    axes[0].legend()
    return figure


def plot_schedule(learning_rates, every=1):
    """The learning rate at every ``every``-th step: (n,)."""
    figure, axis = _subplots(size=(5.5, 2.5))
    axis.plot(every * np.arange(len(learning_rates)), learning_rates)
    axis.set(xlabel="step", ylabel="learning rate", ylim=(0, None))
    return figure


def plot_levers(names, time_ratios, differences):
    """What a training loses without each lever: bars for how many times as long an epoch takes, and for nats lost.

    names: n words; time_ratios: (n,), 1 is no change; differences: (n,), nats per image above the whole recipe's loss.
    """
    figure, axes = _subplots(1, 2, size=(9.0, 0.4 * len(names) + 0.9), sharey=True)
    for axis, values, unchanged, form in ((axes[0], time_ratios, 1, "%.2f"), (axes[1], differences, 0, "%+.2f")):
        axis.bar_label(axis.barh(names, values), fmt=form, padding=3)
        axis.axvline(unchanged, color="black", linestyle=":")
        axis.margins(x=0.2)
    axes[0].set(xlabel="time per epoch, as a multiple")
    axes[1].set(xlabel="loss above the full recipe's (nats per image)")
    axes[0].invert_yaxis()
    return figure


# --- notebook 02 ---


def plot_layers(rows, caption=""):
    """A model's layers as boxes from input to output. rows: lists of texts, those of one list side by side."""
    width = max(len(texts) for texts in rows)
    figure, axis = _subplots(size=(max(7.0, 2.6 * width), 0.9 * len(rows) + 0.5))
    half = max(7.0, 2.6 * width) / 5.2
    axis.set(xlim=(-half, half), ylim=(0.4 - len(rows), 0.5))
    axis.set_axis_off()
    box = {"boxstyle": "round,pad=0.5", "facecolor": "white", "edgecolor": COLOURS[0]}
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            axis.text(column - (len(texts) - 1) / 2, -row, text, ha="center", va="center", bbox=box)
        if row:
            axis.annotate("", (0, 0.33 - row), (0, 0.67 - row), arrowprops={"arrowstyle": "->"})
    figure.supxlabel(caption, fontsize=9)
    return figure


def plot_log_variance(z_log_var):
    """The variance and sigma that a head's outputs mean; z_log_var: (n,), increasing, on the horizontal axis."""
    figure, axis = _subplots(size=(6.0, 3.4))
    axis.axhspan(-2.5, 0, color="0.92")
    axis.text(1.7, -1.2, "no variance and no sigma\ncan lie here", ha="center", va="center")
    axis.plot(z_log_var, np.exp(z_log_var), label="variance = exp(output)")
    axis.plot(z_log_var, np.exp(z_log_var / 2), "--", label="sigma = exp(output / 2)")
    axis.plot(z_log_var, z_log_var, ":", color="black", label="sigma = output, as it stands")
    axis.set(xlabel="the head's output", ylim=(-2.5, 7.5))
    axis.legend(loc="upper left")
    return figure


def _draw_posterior(axis, z_mean, z_log_var, **style):
    """The 1-sigma ellipse of a Gaussian with z_mean, z_log_var, each (2,); zeros give the prior's circle."""
    width, height = 2 * np.exp(np.asarray(z_log_var) / 2)
    axis.add_patch(Ellipse(z_mean, width, height, **{"fill": False, **style}))


def plot_image_posteriors(images, z_mean, z_log_var):
    """Each image (n, pixels) over its posterior: z_mean, z_log_var (n, 2) as a dot and a 1-sigma ellipse."""
    figure, axes = _subplots(2, len(images), size=(9.0, 2.2), squeeze=False)
    limit = 1.1 * max(1, np.max(np.abs(z_mean) + np.exp(np.asarray(z_log_var) / 2)))
    for top, bottom, image, mean, log_var in zip(*axes, images, z_mean, z_log_var, strict=True):
        _draw_image(top, image)
        _draw_posterior(bottom, (0, 0), (0, 0), linestyle="--", color="0.5")
        _draw_posterior(bottom, mean, log_var, color=COLOURS[0], linewidth=2)
        bottom.plot(*mean, "o", color=COLOURS[0], markersize=4)
        bottom.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
        for axis in (top, bottom):
            axis.set_axis_off()
    return figure


def plot_posteriors(z_mean, z_log_var, labels, z=None):
    """Posteriors on the latent plane: z_mean, z_log_var (n, 2), labels (n,); z: a draw from each (n, 2), or None."""
    figure, axis = _subplots(size=(4.6, 4.4))
    angle = np.linspace(0, 2 * np.pi, 100)
    axis.plot(np.cos(angle), np.sin(angle), "--", color="black", label="prior, 1 sigma")
    for colour, mean, log_var, label in zip(COLOURS, z_mean, z_log_var, labels, strict=False):
        _draw_posterior(axis, mean, log_var, color=colour)
        axis.text(*mean, str(label), color=colour, fontsize=13, fontweight="bold", ha="center", va="center")
    if z is not None:
        for colour, mean, point in zip(COLOURS, z_mean, z, strict=False):
            axis.plot(*np.transpose([mean, point]), "-x", color=colour, markevery=[1], markersize=9, markeredgewidth=2)
    axis.autoscale_view()
    axis.set(xlabel="$z_1$", ylabel="$z_2$", aspect="equal")
    figure.legend(loc="outside upper center")
    return figure


def plot_reparameterization(epsilon, z, z_mean, z_log_var):
    """Noise epsilon (n, 2) and the z (n, 2) made from it with z_mean, z_log_var (2,); a letter follows five points."""
    figure, axes = _subplots(1, 2, size=(8.0, 4.2), sharex=True, sharey=True)
    titles = ("epsilon, from N(0, I)", "z = z_mean + sigma * epsilon")
    parameters = (((0, 0), (0, 0)), (z_mean, z_log_var))
    for axis, points, title, parameter in zip(axes, (epsilon, z), titles, parameters, strict=True):
        axis.plot(*np.transpose(points), ".", color="0.75", markersize=3)
        _draw_posterior(axis, *parameter, color=COLOURS[0], linewidth=2)
        for letter, point in zip("abcde", points, strict=False):
            axis.text(*point, letter, color=COLOURS[2], fontsize=14, fontweight="bold", ha="center", va="center")
        axis.set(title=title, aspect="equal")
    axes[0].set(xlabel="$\\varepsilon_1$", ylabel="$\\varepsilon_2$")
    axes[1].set(xlabel="$z_1$", ylabel="$z_2$")
    return figure


# Nodes {name: (x, y)} and edges of the two computations that plot_gradient_flow draws.
_PLAIN_NODES = {"z_mean": (0, 1), "z_log_var": (0, 0), "sigma": (1.4, 0), "draw": (2.9, 0.5)}
_TRICK_NODES = {"z_mean": (0, 1), "z_log_var": (0, 0), "sigma": (1.4, 0), "epsilon": (1.4, -0.85)}
_TRICK_NODES |= {"\u00d7": (2.4, 0), "+": (3.2, 0.5)}
_END_NODES = {"z": (4.2, 0.5), "loss": (5.2, 0.5)}
_PLAIN_EDGES = [("z_log_var", "sigma"), ("z_mean", "draw"), ("sigma", "draw"), ("draw", "z"), ("z", "loss")]
_TRICK_EDGES = [("epsilon", "\u00d7"), ("z_log_var", "sigma"), ("sigma", "\u00d7"), ("\u00d7", "+"), ("z_mean", "+")]
_TRICK_EDGES += [("+", "z"), ("z", "loss")]


def _draw_arrow(axis, start, end, **style):
    """An arrow between two boxes of text, a little to the left of its direction: two can run along each other."""
    ends = np.array([start.get_position(), end.get_position()])
    x, y = (ends[1] - ends[0]) / np.hypot(*(ends[1] - ends[0]))
    ends += 0.06 * np.array([-y, x])
    patches = {"patchA": start.get_bbox_patch(), "patchB": end.get_bbox_patch(), "shrinkA": 3, "shrinkB": 3}
    axis.annotate("", ends[1], ends[0], arrowprops={"arrowstyle": "->", **patches, **style})


def _draw_flow(axis, nodes, edges, way_back):
    """Boxes, tinted where chance enters, a grey arrow per edge, and a dashed one back along way_back's edges."""
    boxes = {}
    for name, (x, y) in nodes.items():
        box = {"boxstyle": "round,pad=0.4", "facecolor": "moccasin" if name in ("draw", "epsilon") else "white"}
        boxes[name] = axis.text(x, y, name, ha="center", va="center", fontsize=11, bbox=box)
    for start, end in edges:
        _draw_arrow(axis, boxes[start], boxes[end], color="0.4")
        if (start, end) in way_back:
            _draw_arrow(axis, boxes[end], boxes[start], color=COLOURS[0], linestyle="--", linewidth=2)
    axis.set(xlim=(-0.5, 5.6), ylim=(-1.1, 1.3), aspect="equal")
    axis.set_axis_off()


def plot_gradient_flow():
    """How far the gradient gets back from the loss: with a plain draw of z, and with the reparameterization trick."""
    figure, (plain, trick) = _subplots(2, 1, size=(8.0, 5.6), height_ratios=(1.6, 2.4))
    _draw_flow(plain, _PLAIN_NODES | _END_NODES, _PLAIN_EDGES, _PLAIN_EDGES[-1:])
    _draw_flow(trick, _TRICK_NODES | _END_NODES, _TRICK_EDGES, _TRICK_EDGES[1:])
    plain.set(ylim=(-0.3, 1.3))
    plain.plot(3.5, 0.44, "x", color=COLOURS[2], markersize=13, markeredgewidth=3)
    plain.set_title("a plain draw: the gradient stops at the draw", loc="left")
    trick.set_title("the trick: z = z_mean + sigma \u00d7 epsilon, and every step can be differentiated", loc="left")
    handles = [plt.Line2D([], [], color="0.4", label="values, forwards")]
    handles += [plt.Line2D([], [], color=COLOURS[0], linestyle="--", linewidth=2, label="gradient, backwards")]
    handles += [plt.Line2D([], [], color=COLOURS[2], marker="x", linestyle="", markeredgewidth=3, label="stops here")]
    handles += [Patch(facecolor="moccasin", edgecolor="black", label="chance enters")]
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
    return figure


def plot_gradient_histograms(gradients, exact):
    """Per-draw gradients, {estimator: (n,)}, one panel each on a shared axis, with the exact gradient as a line."""
    rows = len(gradients)
    figure, axes = _subplots(rows, 1, size=(7.0, 1.8 * rows), sharex=True, sharey=True, squeeze=False)
    low, high = np.quantile(np.concatenate(list(gradients.values())), (0.0003, 0.9997))
    for axis, colour, (name, values) in zip(axes.flat, COLOURS, gradients.items(), strict=False):
        axis.hist(values, np.linspace(low, high, 80), density=True, color=colour, label=name)
        axis.axvline(exact, color="black", linestyle="--", label="exact")
        axis.set(ylabel="density", yscale="log")
        axis.legend()
    axes[-1, 0].set(xlabel="gradient from one draw")
    return figure


def plot_gradient_spread(sizes, spreads, xlabel, ylabel):
    """Lines on two logarithmic axes: sizes (n,), spreads {estimator: (n,)}, all positive."""
    figure, axis = _subplots(size=(6.0, 3.6))
    for marker, (name, values) in zip("os^v", spreads.items(), strict=False):
        axis.loglog(sizes, values, marker=marker, label=name)
    axis.set(xlabel=xlabel, ylabel=ylabel, xticks=sizes, xticklabels=sizes)
    axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.yaxis.set_major_formatter("{x:g}")
    axis.minorticks_off()
    axis.legend()
    return figure


# --- notebook 03 ---


def _draw_curves(axis, x, curves, points=((), ())):
    """Curves as {label: (n,) values at x}, each with its own line style; points: their x and y, as dots."""
    for style, (label, y) in zip(("-", "--", "-.", ":"), curves.items(), strict=False):
        axis.plot(x, y, style, linewidth=1.8, label=label)
    axis.plot(*points, "o", color="black", markersize=6, zorder=3)
    axis.legend(frameon=False)


def plot_curves(x, curves, axis_labels, points=((), ()), bottom=None):
    """Up to four curves over one x. curves: {label: (n,)}; points: x and y of dots; bottom: of the vertical axis."""
    figure, axis = _subplots(size=(5.2, 2.7))
    _draw_curves(axis, x, curves, points)
    axis.set(xlabel=axis_labels[0], ylabel=axis_labels[1], ylim=(bottom, None))
    return figure


def plot_sigmoid(logits, probabilities, some_logits, some_probabilities):
    """The sigmoid and its inverse, (n,) each, with a few points, (k,) each, marked on both."""
    figure, axes = _subplots(1, 2, size=(6.6, 2.5))
    curve, points = (logits, probabilities), (some_logits, some_probabilities)
    words = ("logit $l$", "probability $p$")
    ways = {"sigmoid: logit to probability": 1, "log-odds: probability to logit": -1}
    for axis, (title, way) in zip(axes, ways.items(), strict=True):
        axis.plot(*curve[::way], linewidth=1.8)
        axis.plot(*points[::way], "o", color="black")
        for x, y in zip(*points[::way], strict=True):
            axis.annotate(f" ({x:.2g}, {y:.2g})", (x, y), xytext=(6, -9), textcoords="offset points", fontsize=9)
        axis.set(title=title, xlabel=words[::way][0], ylabel=words[::way][1])
        axis.locator_params(nbins=7)
    return figure


def plot_decoder_maps(maps, values):
    """Decoded grids, every pixel a square. maps: {title: (n * n, pixels)}; values: (n,), as in plot_manifolds."""
    figure = plot_manifolds({title: (images, values) for title, images in maps.items()})
    for axis in figure.axes:
        axis.images[0].set_interpolation("nearest")  # smoothed noise is no truer, and a file three times the size
    return figure


def plot_heat_maps(maps, titles, limits):
    """Probabilities over the latent plane. maps: list of (n, n), largest z_2 first; limits: of both axes."""
    figure, axes = _subplots(1, len(maps), size=(3.0 * len(maps), 3.0), squeeze=False, sharey=True)
    for axis, values, title in zip(axes.flat, maps, titles, strict=True):
        bands = np.linspace(0, 1, 11)  # bands of a tenth: their edges show the slope, and the file stays small
        shown = axis.contourf(np.flipud(values), bands, cmap="cividis", extent=(*limits, *limits))
        axis.set(title=title, xlabel="$z_1$", aspect="equal")
    axes[0, 0].set_ylabel("$z_2$")
    figure.colorbar(shown, ax=axes, label="probability of ink", shrink=0.8)
    return figure


def plot_large_images(images, titles):
    """A few images (n, pixels), values in [0, 1], side by side, large enough to see single pixels; titles: n texts."""
    figure, axes = _subplots(1, len(images), size=(2.1 * len(images), 2.4), squeeze=False)
    for axis, image, title in zip(axes.flat, images, titles, strict=True):
        _draw_image(axis, image, title)
    return figure


def plot_image_rows(rows, titles=()):
    """Rows of images to be compared column by column. rows: {label: (n, pixels)}, values in [0, 1]; titles: n words."""
    columns = len(next(iter(rows.values())))
    figure, axes = _subplots(len(rows), columns, size=(0.85 * columns + 0.5, 0.88 * len(rows)), squeeze=False)
    for row, (label, images) in zip(axes, rows.items(), strict=True):
        for axis, image in zip(row, images, strict=True):
            _draw_image(axis, image)
        row[0].set_ylabel(label, rotation=0, ha="right", va="center")
    for axis, title in zip(axes[0], titles, strict=False):
        axis.set_title(title)
    return figure


def plot_nats(values, floor):
    """Losses as bars. values: {label: nats per image}; floor: the pixels' entropy in nats, the least of them."""
    figure, axis = _subplots(size=(8.0, 0.55 * len(values) + 0.9))
    labels, nats = list(values), np.array(list(values.values()))
    below = {"color": COLOURS[3], "hatch": "//", "edgecolor": "white", "label": "floor: entropy of the pixels"}
    axis.barh(labels, np.full(len(nats), floor), **below)
    axis.barh(labels, nats - floor, left=floor, color=COLOURS[0], label="excess")
    for row, value in enumerate(nats):
        axis.text(value, row, f" {value:.1f}", va="center")
    axis.invert_yaxis()
    axis.set(xlabel="cross-entropy [nats per image]", xlim=(0, 1.1 * nats.max()))
    axis.legend(loc="lower right", frameon=False)
    return figure


def plot_gaussian_pixel(values, densities, logits, gradients):
    """Left: densities, {label: (n,)}, over pixel values (n,); right: gradients, {label: (m,)}, over logits (m,)."""
    figure, (left, right) = _subplots(1, 2, size=(7.2, 2.7))
    left.axvspan(0, 1, color="0.9", label="pixels lie here")
    _draw_curves(left, values, densities)
    left.set(xlabel="pixel value $x$", ylabel="density", title="a Gaussian pixel")
    _draw_curves(right, logits, gradients)
    right.axhline(0, color="0.6", linewidth=0.8)
    right.set(xlabel="logit $l$", ylabel="gradient", title="gradient of the loss")
    return figure


# --- notebook 06 ---


def _class_colours(y):
    """The colour of each class of y (n,): (n, 3), red, green and blue."""
    return np.array([plt.matplotlib.colors.to_rgb(colour) for colour in COLOURS])[y]


def _draw_latent_plane(axis, title=""):
    """Name the plane's axes, fix its scale, and draw the circles that hold 50 %, 90 % and 99 % of the prior N(0, I)."""
    for share, style in ((0.5, "-"), (0.9, "--"), (0.99, ":")):
        radius = prior_radius(share)
        axis.add_patch(plt.Circle((0, 0), radius, fill=False, color="black", linestyle=style, linewidth=1.3, zorder=3))
        box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.5}
        place = 0.8 * radius, -0.6 * radius  # on the circle, lower right
        axis.text(*place, f"{share:.0%}", ha="center", va="center", fontsize=9, bbox=box, zorder=4)
    axis.set(title=title, xlabel="$z_1$", ylabel="$z_2$", aspect="equal")


def _draw_class_numbers(axis, z, y):
    """Each class's number at the median of its points z (n, 2), or beside it where two would overlap; y: (n,)."""
    outline = [withStroke(linewidth=3.5, foreground="white")]
    labels = np.unique(y)
    places = _kept_apart(np.array([np.median(z[y == label], axis=0) for label in labels]), 0.5)
    for label, place in zip(labels, places, strict=True):
        axis.text(*place, label, size=17, weight="bold", ha="center", va="center", path_effects=outline, zorder=5)


def _kept_apart(places, distance):
    """Points (n, 2), those nearer to each other than ``distance`` pushed apart in small steps."""
    for _ in range(100):
        apart = places[:, None] - places  # (n, n, 2)
        length = np.linalg.norm(apart, axis=-1, keepdims=True) + 1e-9
        places = places + np.sum(np.where(length < distance, 0.02 * apart / length, 0), axis=1)
    return places


def _draw_codes(axis, z, y):
    """Points z (n, 2) as dots in the colours of their classes y (n,). Squares: they need a third of the file's size."""
    axis.scatter(*z.T, c=_class_colours(y), s=4, linewidths=0, marker="s")


def plot_latent(z_mean, y):
    """Points z_mean (n, 2) coloured by class y (n,), each class's number at its median, and the prior's circles."""
    figure, axis = _subplots(size=(5.4, 5.1))
    _draw_latent_plane(axis)
    _draw_codes(axis, z_mean, y)
    _draw_class_numbers(axis, z_mean, y)
    return figure


def plot_ellipses(z_mean, z_log_var, y, digits, share=0.9):
    """Ellipses that hold ``share`` of each posterior: thin ones in the class's colour, and numbered ones for digits.

    z_mean, z_log_var: (n, 2). y: (n,). digits: a pair z_mean, z_log_var of each class's first image, (10, 2) each.
    """
    figure, axis = _subplots(size=(4.9, 4.6))
    _draw_latent_plane(axis)
    wider = 2 * np.log(prior_radius(share))  # added to the log-variance, it widens sigma by the radius
    for mean, log_var, label in zip(z_mean, z_log_var, y, strict=True):
        _draw_posterior(axis, mean, log_var + wider, color=COLOURS[label])
    outline = [withStroke(linewidth=3, foreground="white")]
    for label, (mean, log_var) in enumerate(zip(*digits, strict=True)):
        _draw_posterior(axis, mean, log_var + wider, color="black", linewidth=2, zorder=5)
        style = {"size": 13, "weight": "bold", "path_effects": outline, "zorder": 6}
        axis.annotate(label, mean, (7, 7), textcoords="offset points", **style)
    axis.autoscale_view()
    return figure


def _draw_manifold(axis, images, values, title=""):
    """n x n images without gaps: (n * n, pixels) in the order of latent.square_grid(values), values (n,) as ticks."""
    n, side = len(values), int(np.sqrt(images.shape[1]))
    canvas = np.reshape(images, (n, n, side, side)).transpose(0, 2, 1, 3).reshape(n * side, n * side)
    greys = plt.get_cmap(INK, 16)  # few greys and no others between them: a third of the file's size
    axis.imshow(canvas, cmap=greys, vmin=0, vmax=1, interpolation="bilinear", interpolation_stage="data")
    shown = np.unique(np.round(np.linspace(0, n - 1, n if n <= 7 else 6)).astype(int))
    names = [f"{value:.1f}".replace("-", "\N{MINUS SIGN}") for value in values[shown]]
    axis.set(title=title, xlabel="$z_1$", ylabel="$z_2$")
    axis.set_xticks((shown + 0.5) * side, names, fontsize=9)
    axis.set_yticks((n - shown - 0.5) * side, names, fontsize=9)
    axis.spines[:].set_visible(False)
    axis.tick_params(length=0)


def plot_manifold(images, values):
    """The latent plane as images: n x n of them without gaps, each decoded from the plane's point under it.

    images: (n * n, pixels), values in [0, 1], in the order of latent.square_grid(values), such as latent_grid(n).
    values: (n,), the grid's coordinates along each axis, ascending; some of them are written at the edge.
    """
    figure, axis = _subplots(size=(6.8, 6.8))
    _draw_manifold(axis, images, values)
    return figure


def plot_manifolds(grids):
    """Several manifolds side by side; grids maps a title to a pair images (n * n, pixels), values (n,)."""
    figure, axes = _subplots(1, len(grids), size=(8.4, 8.4 / len(grids) + 0.2), squeeze=False)
    for axis, (title, (images, values)) in zip(axes.flat, grids.items(), strict=True):
        _draw_manifold(axis, images, values, title)
    return figure


def plot_grid_points(grids):
    """Where grids of points lie in the plane, under the prior's circles; grids maps a title to points (n, 2)."""
    figure, axes = _subplots(1, len(grids), size=(6.2, 3.3), sharex=True, sharey=True)
    for axis, (title, points) in zip(axes, grids.items(), strict=True):
        _draw_latent_plane(axis, title)
        axis.plot(*points.T, "s", color=COLOURS[0], markersize=3, markeredgewidth=0)
    return figure


def plot_path(z, z_mean, y):
    """A path of points z (n, 2), lettered from a, over points z_mean (m, 2) in the colours of their classes y (m,)."""
    figure, axis = _subplots(size=(4.7, 4.4))
    _draw_latent_plane(axis)
    _draw_codes(axis, z_mean, y)
    _draw_class_numbers(axis, z_mean, y)
    axis.plot(*z.T, "-o", color="black", markerfacecolor="white", markersize=12, zorder=6)
    for letter, point in zip("abcdefghijklmnopqrstuvwxyz", z, strict=False):
        axis.text(*point, letter, size=10, ha="center", va="center_baseline", zorder=7)
    return figure


def plot_class_map(labels, shares, values, z, y):
    """The latent plane by most frequent class, and by how frequent it is.

    labels, shares: (n * n,), in the order of latent.square_grid(values): the most frequent class about each point and
    its share. values: (n,), equally spaced about 0. z, y: points (m, 2), classes (m,), numbered at their medians.
    """
    figure, axes = _subplots(1, 2, size=(7.8, 3.8), sharex=True, sharey=True)
    edge = values[-1] + (values[1] - values[0]) / 2  # a cell reaches half a step beyond its point
    cells = {"extent": (-edge, edge, -edge, edge), "interpolation": "nearest"}
    axes[0].imshow(_class_colours(labels).reshape(len(values), -1, 3), **cells)
    fifths = plt.get_cmap("viridis", 5)
    picture = axes[1].imshow(shares.reshape(len(values), -1), cmap=fifths, vmin=0, vmax=1, **cells)
    figure.colorbar(picture, ax=axes[1], shrink=0.8)
    for axis, title in zip(axes, ("most frequent class", "its share"), strict=True):
        _draw_latent_plane(axis, title)
        _draw_class_numbers(axis, z, y)
        axis.set(xlim=(-edge, edge), ylim=(-edge, edge))
    return figure


def plot_marginals(z):
    """Histogram of each latent of the draws z (n, 2), its mean and standard deviation, and the density of N(0, 1)."""
    figure, axes = _subplots(1, 2, size=(8.0, 2.8), sharey=True)
    line = np.linspace(-5, 5, 201)
    for i, axis in enumerate(axes):
        axis.hist(z[:, i], np.linspace(-5, 5, 61), density=True, color=COLOURS[0], alpha=0.6, label="draws of q(z)")
        axis.plot(line, np.exp(-(line**2) / 2) / np.sqrt(2 * np.pi), "--", color="black", label="prior N(0, 1)")
        axis.set(title=f"mean {z[:, i].mean():.2f}, standard deviation {z[:, i].std():.2f}", xlabel=f"$z_{i + 1}$")
    axes[0].set_ylabel("density")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


def plot_densities(log_q, log_p, values):
    """The prior's density, the aggregate posterior's, and the log of their ratio, on the plane.

    log_q, log_p: (n * n,), nats, in the order of latent.square_grid(values). values: (n,), ascending, equally spaced.
    """
    figure, axes = _subplots(1, 3, size=(8.6, 3.9), sharey=True)
    density = {"cmap": "viridis", "levels": MaxNLocator(8).tick_values(0, np.exp(np.maximum(log_q, log_p)).max())}
    panels = [("prior p(z)", np.exp(log_p), density), ("aggregate posterior q(z)", np.exp(log_q), density)]
    ratio = np.clip(log_q - log_p, -3.999, 3.999)
    panels += [("log q(z) \N{MINUS SIGN} log p(z), nats", ratio, {"cmap": "PuOr", "levels": np.linspace(-4, 4, 9)})]
    for axis, (title, surface, style) in zip(axes, panels, strict=True):
        picture = axis.contourf(values, values[::-1], surface.reshape(len(values), -1), **style)
        figure.colorbar(picture, ax=axis, orientation="horizontal", format="%.2g", ticks=style["levels"][::2])
        _draw_latent_plane(axis, title)
        axis.label_outer()
    return figure


def plot_draws(groups, z_mean):
    """Decoded points in rows, and where they lie: groups maps a name to a pair images (n, pixels), z (n, 2).

    The groups' points have a marker each, drawn over the faint points z_mean (m, 2) and the prior's circles.
    """
    columns = len(next(iter(groups.values()))[0])
    figure, axes = _subplots(len(groups), columns + 4, size=(9.0, 4.4))
    plane = figure.add_subplot(axes[0, 0].get_gridspec()[:, :4])
    _draw_latent_plane(plane)
    plane.plot(*z_mean.T, "s", color="0.8", markersize=2, markeredgewidth=0)
    plane.set(xlim=(-3.3, 3.3), ylim=(-3.3, 3.3))
    for line, colour, marker, (name, (images, z)) in zip(axes, COLOURS, "os^D", groups.items(), strict=False):
        plane.plot(*z.T, marker, color=colour, markeredgecolor="black", markersize=7, label=name, zorder=6)
        for axis in line[:4]:
            axis.remove()
        for axis, image in zip(line[4:], images, strict=True):
            _draw_image(axis, image)
        line[4].set_title(f"{name}:", loc="left")
    plane.legend(loc="upper center", bbox_to_anchor=(0.5, -0.15))
    return figure


# --- notebook 04 ---


def plot_jensen(values):
    """Jensen's inequality for the mean of two positive numbers, and the straight line that lies above the logarithm."""
    figure, (chord, tangent) = _subplots(1, 2, size=(8.4, 3.3))
    mean, grid = np.mean(values), np.linspace(0.4, 1.1 * max(values), 300)
    chord.plot(grid, np.log(grid), label="$\\log y$")
    chord.plot(values, np.log(values), "k--o", label="chord between the two numbers")
    chord.plot([mean, mean], [np.mean(np.log(values)), np.log(mean)], color=COLOURS[2], linewidth=3)
    chord.text(mean + 0.15, np.mean(np.log(values)), "log of the mean\nminus mean of the logs", va="top")
    chord.set(title="the log of a mean lies above the mean of the logs", xlabel="$y$")
    grid = np.linspace(0.08, 3.5, 300)
    tangent.plot(grid, np.log(grid), label="$\\log u$")
    tangent.plot(grid, grid - 1, "--", color="black", label="$u - 1$")
    tangent.plot(1, 0, "o", color=COLOURS[2], label="they touch at $u = 1$")
    tangent.set(title="$\\log u \\leq u - 1$", xlabel="$u$")
    for axis in (chord, tangent):
        axis.legend(loc="lower right")
    return figure


def plot_joint(z, prior, likelihood):
    """Prior and likelihood as functions of z, and their product, whose area is p(x); z, prior, likelihood: (n,)."""
    figure, axis = _subplots(size=(6.0, 3.2))
    axis.plot(z, prior, "--", label="prior $p(z)$")
    axis.plot(z, likelihood, "-.", label="likelihood $p(x \\mid z)$ of the one $x$ seen")
    axis.fill_between(z, prior * likelihood, color=COLOURS[2], alpha=0.4)
    axis.plot(z, prior * likelihood, color=COLOURS[2], label="their product; its area is $p(x)$")
    axis.set(xlabel="$z$", ylim=(0, 1.5 * max(prior.max(), likelihood.max())))
    axis.legend(loc="upper left")
    return figure


def plot_estimate_errors(dimensions, errors):
    """Errors of repeated estimates as dots, a column for each number of dimensions; errors: (dimensions, repeats)."""
    figure, axis = _subplots(size=(6.0, 3.2))
    for place, values in enumerate(errors):
        aside = np.linspace(-0.3, 0.3, len(values))
        axis.plot(place + aside, values, ".", color=COLOURS[0], label="one estimate" if place == 0 else None)
        label = "average of the estimates" if place == 0 else None
        axis.plot([place - 0.35, place + 0.35], 2 * [np.mean(values)], color=COLOURS[1], linewidth=3, label=label)
    axis.axhline(0, color="black", linestyle="--", linewidth=1, label="no error")
    axis.set(xticks=range(len(dimensions)), xticklabels=dimensions, xlabel="latent dimensions")
    axis.set(ylabel="estimate minus exact $\\log p(x)$, nats")
    axis.legend(loc="lower left")
    return figure


def plot_log_ratios(curves, log_px):
    """log of p(x, z) / q(z) where q puts its z; curves: {name: (z, log_ratio)}, each (n,). log_px: the exact value."""
    figure, axis = _subplots(size=(6.0, 3.3))
    for style, (name, (z, log_ratio)) in zip(("-", "--", "-."), curves.items(), strict=False):
        axis.plot(z, log_ratio, style, linewidth=2.5, label=name)
    axis.axhline(log_px, color="black", linestyle=":", label="$\\log p(x)$")
    axis.set(xlabel="$z$", ylabel="$\\log\\, p(x \\mid z)\\, p(z) / q(z)$, nats")
    axis.legend()
    return figure


def plot_error_bars(names, differences, standard_errors):
    """Estimate minus exact value with bars of two standard errors, a row for each name; (n,) each."""
    figure, axis = _subplots(size=(6.4, 0.35 * len(names) + 0.9))
    rows = range(len(names))
    axis.errorbar(differences, rows, xerr=2 * np.asarray(standard_errors), fmt="o", capsize=4)
    axis.axvline(0, color="black", linestyle="--", linewidth=1)
    axis.set(yticks=rows, yticklabels=names, ylim=(len(names) - 0.5, -0.5))
    axis.set(xlabel="Monte Carlo minus closed form, nats (bars: 2 standard errors)")
    return figure


def plot_kl_curves(curves):
    """The KL to the prior against one number at a time; curves: {label of the axis: (values, kl)}, each (n,)."""
    figure, axes = _subplots(1, len(curves), size=(7.4, 2.8), sharey=True)
    for axis, (name, (values, kl)) in zip(axes, curves.items(), strict=True):
        axis.plot(values, kl, linewidth=2)
        axis.plot(0, 0, "ko")
        axis.annotate("the prior itself: 0", (0, 0), (0, 22), textcoords="offset points", ha="center")
        axis.set(xlabel=name)
    axes[0].set_ylabel("KL to the prior, nats")
    return figure


def plot_bound(curves, log_px):
    """The ELBO under log p(x), the gap shaded; curves: {label of the axis: (values, elbo)}, each (n,)."""
    figure, axes = _subplots(1, len(curves), size=(8.0, 3.4), sharey=True)
    for axis, (name, (values, elbo)) in zip(axes, curves.items(), strict=True):
        axis.axhline(log_px, color="black", linestyle="--", label="$\\log p(x)$")
        axis.fill_between(values, elbo, log_px, color="0.88", label="gap: KL from $q$ to the posterior")
        axis.plot(values, elbo, linewidth=2, label="ELBO")
        best = np.argmax(elbo)
        axis.plot(values[best], elbo[best], "o", color=COLOURS[2], markersize=8, label="touches at the posterior")
        axis.set(xlabel=name)
    axes[0].set_ylabel("nats")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return figure


def plot_loss_bars(names, reconstruction, kl, floor=None):
    """Reconstruction and KL, (n,) each, stacked to the loss, a bar for each name; floor: a line at -log p(x)."""
    figure, axis = _subplots(size=(7.0, 0.45 * len(names) + 1.1))
    axis.barh(names, reconstruction, color=COLOURS[0], label="reconstruction")
    axis.barh(names, kl, left=reconstruction, color=COLOURS[1], hatch="//", edgecolor="white", label="KL to the prior")
    for row, parts in enumerate(zip(reconstruction, kl, strict=True)):
        axis.text(sum(parts), row, f" {sum(parts):.2f}", va="center")
    if floor is not None:
        axis.axvline(floor, color="black", linestyle="--", label="$-\\log p(x)$")
    axis.set(xlabel="nats", xlim=(0, 1.15 * np.max(np.add(reconstruction, kl))))
    axis.invert_yaxis()
    figure.legend(loc="outside upper center", ncols=3)
    return figure


def plot_one_draw_estimates(draws, xlabel):
    """Histogram of estimates that use one draw each, (n,), with their mean."""
    figure, axis = _subplots(size=(5.8, 2.8))
    axis.hist(draws, 50, color=COLOURS[0], label="one draw of $z$ each")
    axis.axvline(np.mean(draws), color="black", linestyle="--", label="their mean")
    axis.set(xlabel=xlabel, ylabel="number of draws")
    axis.legend(loc="upper left")
    return figure


def plot_latent_clouds(clouds, labels):
    """Latent means drawn as their labels (n,), with the prior's 1-sigma circle; clouds: {title: z_mean (n, 2)}."""
    figure, axes = _subplots(1, len(clouds), size=(8.4, 3.1), sharex=True, sharey=True)
    limit = 1.05 * max(np.abs(z_mean).max() for z_mean in clouds.values())
    for axis, (title, z_mean) in zip(axes, clouds.items(), strict=True):
        for colour, label in zip(COLOURS, np.unique(labels), strict=False):
            axis.scatter(*z_mean[labels == label].T, color=colour, marker=f"${label}$", s=26, linewidths=0)
        axis.add_patch(plt.Circle((0, 0), 1, fill=False, linestyle="--", color="black"))
        axis.set(title=title, xlabel="$z_1$", aspect="equal", xlim=(-limit, limit), ylim=(-limit, limit))
    axes[0].set_ylabel("$z_2$")
    return figure


def plot_effective_betas(bernoulli, other):
    """Weights of the KL on a logarithmic axis; bernoulli, other: {name: weight}, the second with another likelihood."""
    figure, axis = _subplots(size=(7.6, 0.3 * (len(bernoulli) + len(other)) + 1.0))
    names = [*bernoulli, *other]
    axis.semilogx(list(bernoulli.values()), range(len(bernoulli)), "o", label="Bernoulli likelihood: beta")
    places = range(len(bernoulli), len(names))
    axis.semilogx(list(other.values()), places, "D", markerfacecolor="white", label="another likelihood: not a beta")
    for row, weight in enumerate([*bernoulli.values(), *other.values()]):
        axis.text(1.3 * weight, row, f"{weight:.3g}", va="center", bbox={"color": "white", "pad": 1})
    axis.axvline(1, color="black", linestyle="--", linewidth=1, zorder=0)
    axis.set(yticks=range(len(names)), yticklabels=names, ylim=(len(names) - 0.5, -0.5), xlim=(0.03, 3000))
    axis.set(xlabel="weight of the KL beside a reconstruction summed over the pixels")
    figure.legend(loc="outside upper right", ncols=2)
    return figure


def plot_beta_objective(betas, best, log_px):
    """The greatest value of -reconstruction - beta KL, (n,), against beta, with log p(x)."""
    figure, axis = _subplots(size=(6.0, 3.1))
    axis.axhline(log_px, color="black", linestyle="--", label="$\\log p(x)$")
    axis.semilogx(betas, best, linewidth=2, label="greatest value over all $q$")
    axis.fill_between(betas, best, log_px, where=betas <= 1, color=COLOURS[2], alpha=0.3, label="above: no bound")
    axis.plot(1, log_px, "ko")
    axis.set(xlabel="beta", ylabel="$-$reconstruction $-$ beta KL, nats")
    axis.legend()
    return figure


def plot_rate_distortion(points):
    """Networks in the plane of KL and reconstruction with lines of equal ELBO; points: {name: (kl, reconstruction)}."""
    figure, axis = _subplots(size=(7.6, 3.6))
    kl, reconstruction = np.array(list(points.values())).T
    right, low, high = 1.15 * kl.max(), reconstruction.min() - 10, reconstruction.max() + 10
    for loss in np.arange(0, right + high, 20):
        axis.plot([-3, right], [loss + 3, loss - right], color="0.8", linewidth=1, zorder=0)
        if low < loss - right < high:
            axis.text(right, loss - right, f" {-loss:.0f}", va="center", color="0.4")
        elif low < loss + 3 and loss - low < right:
            axis.text(loss - low, low, f" {-loss:.0f}", va="bottom", color="0.4")
    for (name, (x, y)), marker in zip(points.items(), "os^Dv", strict=False):
        axis.plot(x, y, marker, markersize=9, label=name)
    axis.set(xlabel="KL, nats per image", ylabel="reconstruction, nats per image", xlim=(-3, right), ylim=(low, high))
    axis.set_title("ELBO", loc="right")
    figure.legend(loc="outside right upper")
    return figure


# --- interactive ---
# Each function draws what stands still and returns the figure with a function that moves the rest: its artists are
# animated, so that widgets.Film draws them alone at each step of a slider. The axes' limits never change.


def moving_binarization(side=7):
    """An image as numbers, in grey, as one binarized draw, and as the mean of several draws.

    Returns (figure, move); move(pixels, corner, draw, mean, n): pixels (28, 28) uint8; corner: row and column of the
    side x side pixels whose numbers are written; draw, mean: (28, 28), values in [0, 1]; n: the number of draws.
    """
    figure, axes = _subplots(1, 4, size=(9.0, 2.75), width_ratios=(1.15, 1, 1, 1))
    for axis, title in zip(axes, ("numbers in the box", "grey values", "one draw", ""), strict=True):
        _draw_image(axis, np.zeros((28, 28)), title)
    images = [axis.images[0] for axis in axes]
    images[0].set(extent=(-0.5, side - 0.5, side - 0.5, -0.5))
    axes[0].set(xlim=(-0.5, side - 0.5), ylim=(side - 0.5, -0.5))
    cells = [axes[0].text(j, i, "", ha="center", va="center", fontsize=9) for i, j in np.ndindex(side, side)]
    box = axes[1].add_patch(plt.Rectangle((0, 0), side, side, fill=False, edgecolor=COLOURS[1], linewidth=2))
    words = axes[3].set_title(" ")
    _animate(*images, *_frames(axes), *cells, box, words)

    def move(pixels, corner, draw, mean, n):
        row, column = corner
        crop = pixels[row : row + side, column : column + side]
        for image, values in zip(images, (crop / 255, pixels / 255, draw, mean), strict=True):
            image.set_data(values)
        for cell, value in zip(cells, crop.ravel(), strict=True):
            cell.set(text=str(value), color="white" if value > 127 else "black")
        box.set_xy((column - 0.5, row - 0.5))
        words.set_text("one draw" if n == 1 else f"mean of {n} draws")

    return figure, move


def moving_reparameterization(span=4.5):
    """Noise on the left, z on the right with its 1-sigma ellipse; five points have a letter and an arrow.

    Returns (figure, move); move(epsilon, z, ellipse, arrows, title): epsilon, z (n, 2); ellipse: z_mean and sigma, (2,)
    each; arrows (5, 2): where each lettered point would go; empty arrays where there is nothing to show.
    """
    figure, axes = _subplots(1, 2, size=(8.4, 4.4), sharex=True, sharey=True)
    dots = [axis.plot([], [], ".", color="0.7", markersize=3)[0] for axis in axes]
    style = {"ha": "center", "va": "center", "fontsize": 14, "fontweight": "bold", "color": COLOURS[2]}
    style |= {"path_effects": [withStroke(linewidth=3, foreground="white")], "clip_on": True}
    letters = [[axis.text(0, 0, letter, **style) for letter in "abcde"] for axis in axes]
    _draw_posterior(axes[0], (0, 0), (0, 0), color="black", linestyle="--")
    _draw_posterior(axes[1], (0, 0), (0, 0), color=COLOURS[0], linewidth=2)
    ring = axes[1].patches[0]
    units = {"angles": "xy", "scale_units": "xy", "scale": 1, "width": 0.008, "color": COLOURS[4], "zorder": 4}
    quiver = axes[1].quiver(np.zeros(5), np.zeros(5), np.zeros(5), np.zeros(5), **units)
    words = axes[1].set_title(" \n ")
    for axis, name in zip(axes, (r"\varepsilon", "z"), strict=True):
        axis.set(xlabel=f"${name}_1$", ylabel=f"${name}_2$", xlim=(-span, span), ylim=(-span, span), aspect="equal")
    noise = axes[0].set_title(" \n ")
    _animate(*dots, *letters[0], *letters[1], ring, quiver, words, noise)

    def move(epsilon, z, ellipse, arrows, title):
        for line, texts, points in zip(dots, letters, (epsilon, z), strict=True):
            line.set_data(*np.reshape(points, (-1, 2)).T)
            for i, text in enumerate(texts):
                text.set(visible=i < len(points) and len(epsilon) > 0, position=points[i] if len(points) else (0, 0))
        ring.set(center=ellipse[0], width=2 * ellipse[1][0], height=2 * ellipse[1][1])
        quiver.set_visible(len(arrows) > 0)
        if len(arrows):
            quiver.set_offsets(z[:5])
            quiver.set_UVC(*np.transpose(arrows))
        words.set_text(title)
        held = "epsilon, from N(0, I): the sliders do not touch it\n(dashed: 1 sigma)"
        noise.set_text(held if len(epsilon) else "no epsilon that is held fixed\n(dashed: 1 sigma)")

    return figure, move


def moving_decoders(names, span=3.5):
    """A point of the latent plane and its image from each of several decoders, whose names are given.

    Returns (figure, move); move(z, images): z (2,), images (decoders, pixels), values in [0, 1].
    """
    figure, axes = _subplots(1, 1 + len(names), size=(3.0 * (1 + len(names)), 3.1))
    _draw_latent_plane(axes[0], "the point z, and the prior's circles")
    axes[0].set(xlim=(-span, span), ylim=(-span, span))
    (dot,) = axes[0].plot([0], [0], "o", color=COLOURS[2], markersize=10, zorder=6)
    for axis, name in zip(axes[1:], names, strict=True):
        _draw_image(axis, np.zeros((28, 28)), name)
    pictures = [axis.images[0] for axis in axes[1:]]
    _animate(dot, *pictures, *_frames(axes[1:]))

    def move(z, images):
        dot.set_data([z[0]], [z[1]])
        for picture, image in zip(pictures, images, strict=True):
            side = int(np.sqrt(image.size))
            picture.set_data(np.reshape(image, (side, side)))

    return figure, move


def moving_bound(z, prior, posterior, log_px, widest):
    """q beside prior and posterior, densities (n,) at z (n,), and bars for log p(x), the ELBO and the gap between them.

    log_px: the exact log p(x); widest: the widest gap that is shown, both in nats.
    Returns (figure, move); move(q, elbo): q (n,), the density; elbo in nats.
    """
    figure, (curves, bars) = _subplots(1, 2, size=(8.6, 3.5), width_ratios=(1.5, 1))
    curves.plot(z, prior, ":", color="black", label="prior $p(z)$")
    curves.plot(z, posterior, "--", color=COLOURS[0], linewidth=2, label="posterior $p(z \\mid x)$")
    (line,) = curves.plot(z, np.full_like(z, np.nan), color=COLOURS[2], linewidth=2, label="$q$")
    curves.set(xlabel="$z$", ylabel="density", xlim=(z[0], z[-1]), ylim=(0, 1.6 * posterior.max()))
    curves.legend(loc="upper right")
    bars.axhline(log_px, color="black", linewidth=1, linestyle="--")
    heights = (log_px, 0, 0)
    columns = bars.bar(("log p(x)", "ELBO", "gap"), heights, color=(COLOURS[0], COLOURS[2], COLOURS[3]), width=0.6)
    columns[2].set(hatch="//", edgecolor="white")
    bars.set(ylabel="nats", ylim=(min(log_px, 0) - widest, max(log_px, 0) + 2))
    top = max(log_px, 0) + 0.2
    bars.text(0, top, f"{log_px:.2f}", ha="center", va="bottom")
    numbers = [bars.text(place, top, "", ha="center", va="bottom") for place in (1, 2)]
    _animate(line, columns[1], columns[2], *numbers)

    def move(q, elbo):
        line.set_ydata(q)
        columns[1].set(y=0, height=elbo)
        columns[2].set(y=elbo, height=log_px - elbo)
        for text, value in zip(numbers, (elbo, log_px - elbo), strict=True):
            text.set_text(f"{value:.2f}" if abs(value) >= 0.005 else "0.00")

    return figure, move


def moving_kl(means, sigmas, most=10):
    """beta * KL to the prior as bands of one nat over means (n,) and sigmas (m,), and along both through one point.

    Returns (figure, move); move(kl, point, title): kl (m, n), in nats; point: indices of a sigma and of a mean.
    """
    figure, (surface, along_mean, along_sigma) = _subplots(1, 3, size=(9.0, 3.2), width_ratios=(1.35, 1, 1))
    extent = (means[0], means[-1], sigmas[0], sigmas[-1])
    style = {"cmap": plt.get_cmap("cividis", most), "vmin": 0, "vmax": most, "aspect": "auto", "origin": "lower"}
    bands = surface.imshow(np.zeros((len(sigmas), len(means))), extent=extent, **style)
    figure.colorbar(bands, ax=surface, label=f"nats ({most} and more: brightest)")
    surface.plot(0, 1, "D", color="white", markeredgecolor="black", label="the prior")
    (dot,) = surface.plot([0], [1], "o", color=COLOURS[2], markeredgecolor="white", markersize=10, label="q")
    surface.legend(loc="upper right", frameon=True)
    words = surface.set_title(" ")
    surface.set(xlabel="mean", ylabel="sigma")
    lines = [along_mean.plot(means, 0 * means)[0], along_sigma.plot(sigmas, 0 * sigmas)[0]]
    dots = [axis.plot([0], [0], "o", color=COLOURS[2], markersize=8)[0] for axis in (along_mean, along_sigma)]
    along_mean.set(xlabel="mean, at this sigma", ylim=(-0.2, most), ylabel="beta KL, nats")
    along_sigma.set(xlabel="sigma, at this mean", ylim=(-0.2, most))
    _animate(bands, *surface.lines, surface.legend_, words, *lines, *dots)

    def move(kl, point, title):
        row, column = point
        bands.set_data(kl)
        dot.set_data([means[column]], [sigmas[row]])
        cuts = (kl[row], kl[:, column]), (means[column], sigmas[row])
        for line, spot, values, at in zip(lines, dots, *cuts, strict=True):
            line.set_ydata(values)
            spot.set_data([at], [kl[row, column]])
        words.set_text(title)

    return figure, move


def moving_training(history, y, epochs, span):
    """Loss curves with a mark at one epoch, and the latent plane of that epoch.

    history: Keras's, a dict of lists, nats per image; y: classes (n,); epochs: the horizontal axis's end; span: the
    plane's limits. Returns (figure, move); move(epoch, z_mean): epoch from 0, before training; z_mean (n, 2).
    """
    figure, (curves, plane) = _subplots(1, 2, size=(8.6, 4.1), width_ratios=(1.15, 1))
    for name, style in (("loss", "-o"), ("val_loss", "--s")):
        losses = history.get(name, [])
        if losses:
            label = {"loss": "training", "val_loss": "validation"}[name]
            curves.plot(range(1, len(losses) + 1), losses, style, markersize=4, label=label)
    curves.set(xlabel="epoch", ylabel="loss, nats per image", xlim=(0, epochs + 0.5))
    curves.xaxis.get_major_locator().set_params(integer=True)
    if curves.lines:
        curves.legend(loc="upper right")
    else:
        curves.text(0.5, 0.5, "no epoch yet", transform=curves.transAxes, ha="center")
    mark = curves.axvline(0, color="black", linestyle=":", linewidth=1.5)
    _draw_latent_plane(plane)
    plane.set(xlim=(-span, span), ylim=(-span, span))
    dots = plane.scatter(*np.zeros((2, len(y))), c=_class_colours(y), s=9, linewidths=0)
    outline = [withStroke(linewidth=3, foreground="white")]
    style = {"size": 14, "weight": "bold", "ha": "center", "va": "center", "path_effects": outline, "clip_on": True}
    numbers = {label: plane.text(0, 0, str(label), zorder=5, **style) for label in np.unique(y)}
    words = plane.set_title(" ")
    _animate(mark, dots, *numbers.values(), words)

    def move(epoch, z_mean):
        mark.set_xdata([epoch, epoch])
        dots.set_offsets(z_mean)
        for label, text in numbers.items():
            text.set_position(np.median(z_mean[y == label], axis=0))
        words.set_text(f"z_mean after epoch {epoch}" if epoch else "z_mean before training")

    return figure, move


def plot_explorer(codes, y, manifold, values, decoded):
    """The latent explorer as a still picture: the manifold under the points, and the image of the plane's middle.

    codes: points (m, 2); y: their classes (m,). manifold: (n * n, pixels), in the order of
    latent.square_grid(values), values (n,) ascending. decoded: (pixels,), all in [0, 1].
    """
    figure, (plane, image) = _subplots(1, 2, size=(8.0, 4.9), width_ratios=(2.2, 1))
    side, n = int(np.sqrt(manifold.shape[1])), len(values)
    canvas = manifold.reshape(n, n, side, side).transpose(0, 2, 1, 3).reshape(n * side, n * side)
    half = (values[1] - values[0]) / 2
    edges = values[0] - half, values[-1] + half
    plane.imshow(canvas, cmap=INK, vmin=0, vmax=1, alpha=0.5, extent=edges * 2, interpolation="bilinear")
    plane.scatter(*codes.T, c=_class_colours(y), s=9, linewidths=0)
    _draw_latent_plane(plane, "the latent plane")
    _draw_class_numbers(plane, codes, y)
    plane.plot(0, 0, "+", color="black", markersize=16, markeredgewidth=3, zorder=7)
    plane.set(xlim=edges, ylim=edges)
    _draw_image(image, decoded, "decoded at the cross")
    return figure


def _frames(axes):
    """The spines of the axes: they have to be drawn again after an image that moves, which covers half their width."""
    return [spine for axis in axes for spine in axis.spines.values()]


def _animate(*artists):
    """Mark the artists as those that move."""
    for artist in artists:
        artist.set_animated(True)
