"""The figures of notebook 10: paths from noise to codes, what a learned prior wins, and what draws are worth."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from vae_helpers.palette import BLUE, PURPLE, RED, SERIES
from vae_helpers.plots import course_style, draw_latent_plane, subplots
from vae_helpers.types import Array


@course_style()
def straight_paths(epsilon: Array, z: Array, t: Array) -> Figure:
    """Noise epsilon (n, 2), codes z (n, 2) and the lines between them, with the points at the times t (n, 1)."""
    figure, axis = subplots(size=(5.6, 3.6))
    z_t = (1 - t) * epsilon + t * z
    for start, end in zip(epsilon, z, strict=True):
        axis.plot(*np.transpose([start, end]), color="0.6", linewidth=1, zorder=1)
    axis.plot(*epsilon.T, "o", color=BLUE, label="noise epsilon, t = 0")
    axis.plot(*z.T, "s", color=RED, label="code z, t = 1")
    axis.plot(*z_t.T, "D", color="black", markersize=5, label="z_t at a random t")
    axis.quiver(*z_t.T, *(0.2 * (z - epsilon)).T, angles="xy", scale_units="xy", scale=1, width=0.006, zorder=3)
    axis.set(xlabel="$z_1$", ylabel="$z_2$", aspect="equal")
    figure.legend(loc="outside right upper")
    return figure


@course_style()
def flow_in_time(clouds: Mapping[str, Array]) -> Figure:
    """Points of a plane side by side, {title: (n, 2)}."""
    figure, axes = subplots(1, len(clouds), size=(2.0 * len(clouds), 2.5), sharex=True, sharey=True)
    for axis, (title, points) in zip(axes, clouds.items(), strict=True):
        axis.plot(*points.T, ".", color=BLUE, markersize=2)
        axis.set(title=title, xlabel="$z_1$", aspect="equal", xlim=(-4.5, 4.5), ylim=(-4.5, 4.5))
    axes[0].set_ylabel("$z_2$")
    return figure


@course_style()
def solvers(evaluations: Mapping[str, Array], errors: Mapping[str, Array]) -> Figure:
    """Distance from the exact end, {solver: (n,)}, over the evaluations of the network, {solver: (n,)}."""
    figure, axis = subplots(size=(6.0, 3.2))
    for (name, counts), style, colour in zip(evaluations.items(), ("o-", "s-", "^"), SERIES, strict=False):
        axis.loglog(counts, errors[name], style, color=colour, label=name)
    places = [10, 20, 40, 80]
    axis.set(xlabel="evaluations of the velocity", ylabel="distance from the exact end")
    axis.set_xticks(places, [str(place) for place in places])
    axis.minorticks_off()
    axis.legend()
    return figure


@course_style()
def densities(maps: Mapping[str, Array], reach: float) -> Figure:
    """Densities on the plane, {title: log density (n * n,)} in the order of latent.square_grid on [-reach, reach]."""
    figure, axes = subplots(1, len(maps), size=(3.0 * len(maps), 3.2), sharey=True)
    greatest = max(values.max() for values in maps.values())
    for axis, (title, values) in zip(axes, maps.items(), strict=True):
        side = round(len(values) ** 0.5)
        extent = (-reach, reach, -reach, reach)
        shades = np.exp(values.reshape(side, side) - greatest) ** 0.5
        axis.imshow(shades, extent=extent, cmap="gray_r", vmin=0, vmax=1, interpolation="bilinear")
        draw_latent_plane(axis, title)
        axis.set(xlim=(-reach, reach), ylim=(-reach, reach))
        axis.set_ylabel("$z_2$" if axis is axes[0] else "")
    return figure


@course_style()
def gains(values: Mapping[str, float], errors: Sequence[float], ceiling: float) -> Figure:
    """Nats that priors win back, {name: nats} with 1-sigma errors (n,), and the mismatch that there is to win."""
    figure, axis = subplots(size=(6.8, 0.45 * len(values) + 1.0))
    amounts = np.array(list(values.values()))
    names = [f"{name}: {value:.3f}" for name, value in values.items()]
    axis.barh(names, amounts, xerr=errors, color=PURPLE, height=0.6, capsize=3)
    axis.axvline(ceiling, color="black", linestyle="--", linewidth=1.2, label="mismatch of these images")
    axis.set(
        xlabel="nats per image, more than with N(0, I)",
        xlim=(min(0, 1.1 * amounts.min()), 1.15 * max(ceiling, amounts.max())),
    )
    axis.invert_yaxis()
    figure.legend(loc="outside upper right")
    return figure


@course_style()
def distances(values: Mapping[str, float], errors: Sequence[float]) -> Figure:
    """Fréchet distances {name: value} with 1-sigma errors (n,), on a logarithmic axis."""
    figure, axis = subplots(size=(7.0, 0.42 * len(values) + 0.9))
    amounts = list(values.values())
    axis.errorbar(amounts, range(len(amounts)), xerr=errors, fmt="o", color=BLUE, capsize=3)
    for row, value in enumerate(amounts):
        axis.annotate(f"{value:.2f}", (value, row), (0, 7), textcoords="offset points", ha="center")
    axis.set(xscale="log", yticks=range(len(amounts)), yticklabels=list(values), ylim=(len(amounts) - 0.5, -0.8))
    axis.set(xlabel="Fréchet distance to real digits", xlim=(0.6 * min(amounts), 1.6 * max(amounts)))
    return figure


@course_style()
def precision_and_recall(points: Mapping[str, tuple[float, float]]) -> Figure:
    """Precision and recall of some sets of digits: {name: (precision, recall)}."""
    figure, axis = subplots(size=(6.6, 3.4))
    for (name, (precision, recall)), marker, colour in zip(points.items(), "os^D*vP", SERIES, strict=False):
        axis.plot(recall, precision, marker, color=colour, markersize=9, label=name)
    axis.set(xlabel="recall: real digits that draws come near", ylabel="precision: draws near real ones")
    axis.set(xlim=(0, 1.02), ylim=(0, 1.02))
    figure.legend(loc="outside right upper")
    return figure


@course_style()
def guidance(weights: Sequence[float], measures: Mapping[str, tuple[Array, Array, float]]) -> Figure:
    """What guided draws are over their weights (n,): {name: (values (n,), errors (n,), the value of real digits)}."""
    figure, axes = subplots(1, len(measures), size=(3.3 * len(measures), 3.1))
    for axis, (name, (values, errors, real)) in zip(axes, measures.items(), strict=True):
        axis.errorbar(weights, values, errors, fmt="o-", color=BLUE, capsize=3, label="drawn")
        axis.axhline(real, color="black", linestyle="--", linewidth=1.2, label="real")
        axis.set(title=name, xlabel="guidance weight", ylim=(0, None))
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper right", ncols=2)
    return figure


@course_style()
def closing_elbo(layers: Sequence[int], values: Sequence[float], log_density: float) -> Figure:
    """ELBOs (n,) of diffusions with so many layers (n,), and the log density that they bound."""
    figure, axis = subplots(size=(6.0, 3.0))
    axis.semilogx(layers, values, "o-", color=BLUE, base=2, label="ELBO")
    axis.axhline(log_density, color="black", linestyle="--", linewidth=1.2, label="log p(x), exact")
    axis.set(xlabel="layers", ylabel="nats", xticks=layers, xticklabels=[str(count) for count in layers])
    axis.minorticks_off()
    axis.legend()
    return figure
