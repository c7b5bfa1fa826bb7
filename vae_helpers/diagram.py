"""The whole VAE in one picture, with a digit in it: each notebook lights the part that it is about."""

from collections.abc import Collection, Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from vae_helpers.palette import ROLE
from vae_helpers.plots import Figure, course_style, draw_image, subplots
from vae_helpers.types import ArrayLike

PARTS = ("x", "encoder", "sampling", "decoder", "loss")
BOXES = {  # part, centre, size and text of each box; the text's second line is its name in the code
    "encoder": ("encoder", (2.75, 2.0), (1.2, 1.3), "encoder"),
    "z_mean": ("encoder", (4.65, 2.55), (1.35, 0.8), "mean\nz_mean"),
    "z_log_var": ("encoder", (4.65, 1.45), (1.35, 0.8), "log-variance\nz_log_var"),
    "epsilon": ("sampling", (6.5, 0.5), (1.1, 0.8), "noise\nepsilon"),
    "z": ("sampling", (6.5, 2.0), (1.1, 0.9), "a draw\nz"),
    "decoder": ("decoder", (8.3, 2.0), (1.2, 1.3), "decoder"),
    "x_logits": ("decoder", (9.95, 2.0), (1.1, 0.8), "logits\nx_logits"),
    "kl": ("loss", (4.65, 0.4), (1.8, 0.6), "KL: how far from\nthe prior"),
    "reconstruction": ("loss", (6.5, 3.7), (3.6, 0.5), "reconstruction: how well x is predicted"),
}
ARROWS = (  # part, from, to
    ("encoder", (1.55, 2.0), (2.12, 2.0)),
    ("encoder", (3.37, 2.2), (3.95, 2.5)),
    ("encoder", (3.37, 1.8), (3.95, 1.5)),
    ("sampling", (5.35, 2.45), (5.92, 2.15)),
    ("sampling", (5.35, 1.55), (5.92, 1.85)),
    ("sampling", (6.5, 0.92), (6.5, 1.52)),
    ("decoder", (7.07, 2.0), (7.67, 2.0)),
    ("decoder", (8.92, 2.0), (9.37, 2.0)),
    ("decoder", (10.52, 2.0), (11.05, 2.0)),
    ("loss", (4.65, 1.03), (4.65, 0.73)),
    ("loss", (0.85, 2.8), (4.65, 3.7)),
    ("loss", (9.95, 2.42), (8.35, 3.62)),
)


@course_style()
def whole_vae(
    lit: Collection[str],
    x: ArrayLike | None = None,
    numbers: Mapping[str, ArrayLike] | None = None,
    decoded: ArrayLike | None = None,
) -> Figure:
    """Image -> encoder -> mean and log-variance -> a draw -> decoder -> logits -> image, and the two terms of the loss.

    lit: names of the parts in colour, out of PARTS. x, decoded: an image and the decoder's probabilities for it, flat
    or square, or None. numbers: {"z_mean": (2,), "z_log_var": (2,), "epsilon": (2,), "z": (2,)}, or some of them.
    """
    if unknown := set(lit) - set(PARTS):
        raise ValueError(f"lit must name parts out of {', '.join(PARTS)}, but holds {', '.join(sorted(unknown))}.")
    figure, axis = subplots(size=(9.6, 3.5))
    axis.set(xlim=(0, 12.7), ylim=(0, 4.05), aspect="equal")
    axis.axis("off")
    for name, (part, centre, size, text) in BOXES.items():
        _draw_box(axis, centre, size, text + _written((numbers or {}).get(name)), part in lit)
    for part, start, end in ARROWS:
        style = {"arrowstyle": "-|>", "color": _colour(part in lit), "linewidth": 1.4}
        axis.annotate("", end, start, arrowprops=style | {"shrinkA": 0, "shrinkB": 0})
    _draw_picture(axis, (0.12, 1.28), "image\nx", x, "x" in lit)
    _draw_picture(axis, (11.1, 1.28), "probabilities\nof ink", decoded, "decoder" in lit)
    return figure


def _colour(lit: bool) -> str:
    """The colour of a part's lines."""
    return ROLE["lit"] if lit else ROLE["unlit"]


def _written(numbers: ArrayLike | None) -> str:
    """Two numbers as a line of text; nothing for None."""
    return "" if numbers is None else "\n" + ", ".join(f"{number:.2f}" for number in np.asarray(numbers))


def _draw_box(axis: Axes, centre: tuple[float, float], size: tuple[float, float], text: str, lit: bool) -> None:
    """A box with its text in the middle."""
    (x, y), (width, height) = centre, size
    place = (x - width / 2, y - height / 2)
    face = ROLE["lit_face"] if lit else "white"
    box = FancyBboxPatch(
        place, width, height, "round,pad=0,rounding_size=0.12", edgecolor=_colour(lit), facecolor=face, linewidth=1.4
    )
    axis.add_patch(box)
    ink = "black" if lit else ROLE["unlit"]
    axis.text(x, y, text, ha="center", va="center", fontsize=8, color=ink, weight="bold" if lit else "normal")


def _draw_picture(axis: Axes, corner: tuple[float, float], words: str, image: ArrayLike | None, lit: bool) -> None:
    """An image in a frame, or an empty frame, with words below."""
    inset = axis.inset_axes((*corner, 1.45, 1.45), transform=axis.transData)
    if image is None:
        inset.set(xticks=[], yticks=[])
    else:
        draw_image(inset, image)
    inset.spines[:].set(visible=True, color=_colour(lit), linewidth=1.8 if lit else 1.0)
    x, y = corner[0] + 0.72, corner[1] - 0.1
    weight = "bold" if lit else "normal"
    axis.text(x, y, words, ha="center", va="top", fontsize=8, color="black" if lit else ROLE["unlit"], weight=weight)
