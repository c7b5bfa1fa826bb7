"""The figures of notebook 05: trainings, and where a decoder bends."""

from collections.abc import Callable, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from vae_helpers.latent import prior_radius
from vae_helpers.palette import BLUE
from vae_helpers.plots import animate, class_colours, course_style, draw_latent_plane, subplots
from vae_helpers.types import Array


@course_style()
def bends(
    first_layers: Sequence[tuple[Array, Array]], titles: Sequence[str], span: float = 3.5, n_shown: int = 40
) -> Figure:
    """Lines w . z + b = 0 in the latent plane where hidden ReLU units bend, a panel for each (kernel, bias).

    first_layers: pairs of kernel (2, units) and bias (units,); the first ``n_shown`` units are drawn.
    The circles hold 50 % and 99 % of the prior N(0, I).
    """
    figure, axes = subplots(1, len(first_layers), size=(3.6 * len(first_layers), 3.6), squeeze=False)
    for axis, (kernel, bias), title in zip(axes.flat, first_layers, titles, strict=True):
        for w, b in zip(kernel.T[:n_shown], bias[:n_shown], strict=True):
            foot, along = -b * w / (w @ w), np.array([-w[1], w[0]]) / np.linalg.norm(w)
            ends = foot + np.outer([-4 * span, 4 * span], along)
            axis.plot(*ends.T, color=BLUE, linewidth=0.8)
        for share in (0.5, 0.99):
            radius = prior_radius(share)
            axis.add_patch(plt.Circle((0, 0), radius, fill=False, color="black", linewidth=1.5))
            axis.text(0, radius, f"{share:.0%}", ha="center", va="bottom", backgroundcolor="white")
        axis.set(title=title, xlabel="$z_1$", ylabel="$z_2$", aspect="equal")
        axis.set(xlim=(-span, span), ylim=(-span, span))
    return figure


@course_style()
def val_losses(curves: Mapping[str, Sequence[float]], reference: Mapping[int, float] | None = None) -> Figure:
    """Validation losses by epoch, nats per image: curves {name: (epochs,)}; reference {epoch: loss}."""
    figure, axis = subplots(size=(6.5, 3.5))
    for (name, losses), style in zip(curves.items(), ("-o", "-s", "-^", "-D"), strict=False):
        axis.plot(range(1, len(losses) + 1), losses, style, label=name, markersize=4)
    if reference:
        axis.plot(list(reference), list(reference.values()), "k:x", label="the post's run")
    axis.set(xlabel="epoch", ylabel="validation loss (nats per image)")
    axis.xaxis.get_major_locator().set_params(integer=True)
    axis.legend()
    return figure


@course_style()
def schedule(learning_rates: Sequence[float], every: int = 1) -> Figure:
    """A training's learning rates (n,), ``every`` steps apart."""
    figure, axis = subplots(size=(5.5, 2.5))
    axis.plot(every * np.arange(len(learning_rates)), learning_rates)
    axis.set(xlabel="step", ylabel="learning rate", ylim=(0, None))
    return figure


@course_style()
def planes(codes: Mapping[int, Array], y: Array) -> Figure:
    """The latent plane at some epochs, {epoch: z_mean (n, 2)}, all with the same limits; y: the classes (n,)."""
    figure, axes = subplots(1, len(codes), size=(2.6 * len(codes), 2.9), squeeze=False, sharex=True, sharey=True)
    outline = [withStroke(linewidth=3, foreground="white")]
    for axis, (epoch, z) in zip(axes.flat, codes.items(), strict=True):
        axis.scatter(*z.T, c=class_colours(y), s=5, linewidths=0, marker="s")
        for label in np.unique(y):
            place = np.median(z[y == label], axis=0)
            axis.text(*place, label, size=12, weight="bold", ha="center", va="center", path_effects=outline)
        axis.set(title=f"epoch {epoch}", xlabel="$z_1$", aspect="equal", xlim=(-4.5, 4.5), ylim=(-4.5, 4.5))
    axes[0, 0].set_ylabel("$z_2$")
    return figure


@course_style()
def history(history: Mapping[str, Sequence[float]]) -> Figure:
    """Loss, reconstruction and KL by epoch, training and validation: Keras's history, a dict of lists."""
    figure, axes = subplots(1, 3, size=(9.0, 3.0))
    epochs = range(1, len(history["loss"]) + 1)
    for axis, name in zip(axes, ("loss", "reconstruction", "kl"), strict=True):
        axis.plot(epochs, history[name], "-", label="training")
        axis.plot(epochs, history[f"val_{name}"], "--", label="validation")
        axis.set(title=name, xlabel="epoch")
    axes[0].set_ylabel("nats per image")
    axes[0].legend()
    return figure


@course_style()
def moving_training(
    history: Mapping[str, Sequence[float]], y: Array, epochs: int, span: float
) -> tuple[Figure, Callable[[int, Array], None]]:
    """Loss curves with a mark at one epoch, and the latent plane of that epoch.

    history: Keras's, a dict of lists, nats per image; y: classes (n,); epochs: the horizontal axis's end; span: the
    plane's limits. Returns (figure, move); move(epoch, z_mean): epoch from 0, before training; z_mean (n, 2).
    """
    figure, (curves, plane) = subplots(1, 2, size=(8.6, 4.1), width_ratios=(1.15, 1))
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
    draw_latent_plane(plane)
    plane.set(xlim=(-span, span), ylim=(-span, span))
    dots = plane.scatter(*np.zeros((2, len(y))), c=class_colours(y), s=9, linewidths=0)
    outline = [withStroke(linewidth=3, foreground="white")]
    look = {"size": 14, "weight": "bold", "ha": "center", "va": "center", "path_effects": outline, "clip_on": True}
    numbers = {label: plane.text(0, 0, str(label), zorder=5, **look) for label in np.unique(y)}
    words = plane.set_title(" ")
    animate(mark, dots, *numbers.values(), words)

    def move(epoch, z_mean):
        mark.set_xdata([epoch, epoch])
        dots.set_offsets(z_mean)
        for label, text in numbers.items():
            text.set_position(np.median(z_mean[y == label], axis=0))
        words.set_text(f"z_mean after epoch {epoch}" if epoch else "z_mean before training")

    return figure, move
