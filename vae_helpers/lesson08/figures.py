"""The figures of notebook 08: what weight of the KL a loss means, and what it trades."""

import numpy as np

from vae_helpers.plots import COLOURS, course_style, subplots


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
