"""The figures of notebook 04: a bound, its two terms, and their weights."""

import matplotlib.pyplot as plt
import numpy as np

from vae_helpers.plots import COLOURS, animate, course_style, subplots


@course_style()
def joint(z, prior, likelihood):
    """Prior and likelihood as functions of z, and their product, whose area is p(x); z, prior, likelihood: (n,)."""
    figure, axis = subplots(size=(6.0, 3.2))
    axis.plot(z, prior, "--", label="prior $p(z)$")
    axis.plot(z, likelihood, "-.", label="likelihood $p(x \\mid z)$ of the one $x$ seen")
    axis.fill_between(z, prior * likelihood, color=COLOURS[2], alpha=0.4)
    axis.plot(z, prior * likelihood, color=COLOURS[2], label="their product; its area is $p(x)$")
    axis.set(xlabel="$z$", ylim=(0, 1.5 * max(prior.max(), likelihood.max())))
    axis.legend(loc="upper left")
    return figure


@course_style()
def estimate_errors(dimensions, errors):
    """Errors of repeated estimates as dots, a column for each number of dimensions; errors: (dimensions, repeats)."""
    figure, axis = subplots(size=(6.0, 3.2))
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


@course_style()
def jensen(values):
    """Jensen's inequality for the mean of two positive numbers, and the straight line that lies above the logarithm."""
    figure, (chord, tangent) = subplots(1, 2, size=(8.4, 3.3))
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


@course_style()
def log_ratios(curves, log_px):
    """log of p(x, z) / q(z) where q puts its z; curves: {name: (z, log_ratio)}, each (n,). log_px: the exact value."""
    figure, axis = subplots(size=(6.0, 3.3))
    for style, (name, (z, log_ratio)) in zip(("-", "--", "-."), curves.items(), strict=False):
        axis.plot(z, log_ratio, style, linewidth=2.5, label=name)
    axis.axhline(log_px, color="black", linestyle=":", label="$\\log p(x)$")
    axis.set(xlabel="$z$", ylabel="$\\log\\, p(x \\mid z)\\, p(z) / q(z)$, nats")
    axis.legend()
    return figure


@course_style()
def error_bars(names, differences, standard_errors):
    """Estimate minus exact value with bars of two standard errors, a row for each name; (n,) each."""
    figure, axis = subplots(size=(6.4, 0.35 * len(names) + 0.9))
    rows = range(len(names))
    axis.errorbar(differences, rows, xerr=2 * np.asarray(standard_errors), fmt="o", capsize=4)
    axis.axvline(0, color="black", linestyle="--", linewidth=1)
    axis.set(yticks=rows, yticklabels=names, ylim=(len(names) - 0.5, -0.5))
    axis.set(xlabel="Monte Carlo minus closed form, nats (bars: 2 standard errors)")
    return figure


@course_style()
def kl_curves(curves):
    """The KL to the prior against one number at a time; curves: {label of the axis: (values, kl)}, each (n,)."""
    figure, axes = subplots(1, len(curves), size=(7.4, 2.8), sharey=True)
    for axis, (name, (values, kl)) in zip(axes, curves.items(), strict=True):
        axis.plot(values, kl, linewidth=2)
        axis.plot(0, 0, "ko")
        axis.annotate("the prior itself: 0", (0, 0), (0, 22), textcoords="offset points", ha="center")
        axis.set(xlabel=name)
    axes[0].set_ylabel("KL to the prior, nats")
    return figure


@course_style()
def bound(curves, log_px):
    """The ELBO under log p(x), the gap shaded; curves: {label of the axis: (values, elbo)}, each (n,)."""
    figure, axes = subplots(1, len(curves), size=(8.0, 3.4), sharey=True)
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


@course_style()
def loss_bars(names, reconstruction, kl, floor=None):
    """Reconstruction and KL, (n,) each, stacked to the loss, a bar for each name; floor: a line at -log p(x)."""
    figure, axis = subplots(size=(7.0, 0.45 * len(names) + 1.1))
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


@course_style()
def one_draw_estimates(draws, xlabel):
    """Histogram of estimates that use one draw each, (n,), with their mean."""
    figure, axis = subplots(size=(5.8, 2.8))
    axis.hist(draws, 50, color=COLOURS[0], label="one draw of $z$ each")
    axis.axvline(np.mean(draws), color="black", linestyle="--", label="their mean")
    axis.set(xlabel=xlabel, ylabel="number of draws")
    axis.legend(loc="upper left")
    return figure


@course_style()
def latent_clouds(clouds, labels):
    """Latent means drawn as their labels (n,), with the prior's 1-sigma circle; clouds: {title: z_mean (n, 2)}."""
    figure, axes = subplots(1, len(clouds), size=(8.4, 3.1), sharex=True, sharey=True)
    limit = 1.05 * max(np.abs(z_mean).max() for z_mean in clouds.values())
    for axis, (title, z_mean) in zip(axes, clouds.items(), strict=True):
        for label in np.unique(labels):
            style = {"color": COLOURS[label], "marker": f"${label}$", "s": 26, "linewidths": 0}
            axis.scatter(*z_mean[labels == label].T, **style)
        axis.add_patch(plt.Circle((0, 0), 1, fill=False, linestyle="--", color="black"))
        axis.set(title=title, xlabel="$z_1$", aspect="equal", xlim=(-limit, limit), ylim=(-limit, limit))
    axes[0].set_ylabel("$z_2$")
    return figure


@course_style()
def effective_betas(bernoulli, other):
    """Weights of the KL on a logarithmic axis; bernoulli, other: {name: weight}, the second with another likelihood."""
    figure, axis = subplots(size=(7.6, 0.3 * (len(bernoulli) + len(other)) + 1.0))
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


@course_style()
def rate_distortion(points):
    """Networks in the plane of KL and reconstruction with lines of equal ELBO; points: {name: (kl, reconstruction)}."""
    figure, axis = subplots(size=(7.6, 3.6))
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


@course_style()
def beta_objective(betas, best, log_px):
    """The greatest value of -reconstruction - beta KL, (n,), against beta, with log p(x)."""
    figure, axis = subplots(size=(6.0, 3.1))
    axis.axhline(log_px, color="black", linestyle="--", label="$\\log p(x)$")
    axis.semilogx(betas, best, linewidth=2, label="greatest value over all $q$")
    axis.fill_between(betas, best, log_px, where=betas <= 1, color=COLOURS[2], alpha=0.3, label="above: no bound")
    axis.plot(1, log_px, "ko")
    axis.set(xlabel="beta", ylabel="$-$reconstruction $-$ beta KL, nats")
    axis.legend()
    return figure


@course_style()
def moving_bound(z, prior, posterior, log_px, widest):
    """q beside prior and posterior, densities (n,) at z (n,), and bars for log p(x), the ELBO and the gap between them.

    log_px: the exact log p(x); widest: the widest gap that is shown, both in nats.
    Returns (figure, move); move(q, elbo): q (n,), the density; elbo in nats.
    """
    figure, (curves, bars) = subplots(1, 2, size=(8.6, 3.5), width_ratios=(1.5, 1))
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
    animate(line, columns[1], columns[2], *numbers)

    def move(q, elbo):
        line.set_ydata(q)
        columns[1].set(y=0, height=elbo)
        columns[2].set(y=elbo, height=log_px - elbo)
        for text, value in zip(numbers, (elbo, log_px - elbo), strict=True):
            text.set_text(f"{value:.2f}" if abs(value) >= 0.005 else "0.00")

    return figure, move


@course_style()
def moving_kl(means, sigmas, most=10):
    """beta * KL to the prior as bands of one nat over means (n,) and sigmas (m,), and along both through one point.

    Returns (figure, move); move(kl, point, title): kl (m, n), in nats; point: indices of a sigma and of a mean.
    """
    figure, (surface, along_mean, along_sigma) = subplots(1, 3, size=(9.0, 3.2), width_ratios=(1.35, 1, 1))
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
    animate(bands, *surface.lines, surface.legend_, words, *lines, *dots)

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
