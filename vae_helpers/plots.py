"""The course's looks, and the figures that more than one lesson draws: arrays in, a matplotlib Figure out.

Nothing here trains, downloads or knows a model. A lesson's own figures stand in its folder, in ``figures.py``.
A figure belongs to no window and no backend: a notebook shows it once, as the value of its cell.
Ink is dark on a white page in every figure. The colours come from ``palette``: colour-blind readers can tell them
apart, and a label or a line style always stands with them.
"""

import contextlib
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import matplotlib.figure
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba_array
from matplotlib.patches import Ellipse
from matplotlib.spines import Spine
from PIL import Image

from vae_helpers.latent import prior_radius
from vae_helpers.palette import ROLE, SERIES
from vae_helpers.types import Array, ArrayLike

COLOURS = list(SERIES)
INK = "gray_r"
STYLE = {"axes.spines.top": False, "axes.spines.right": False, "axes.prop_cycle": plt.cycler(color=COLOURS)}


@contextlib.contextmanager
def course_style() -> Iterator[None]:
    """The course's whole style, above a function or after ``with``: whatever style is set outside, inside it is not."""
    with plt.style.context(["default", STYLE]):
        yield


class _Canvas(FigureCanvasAgg):
    """A canvas whose PNGs have at most 256 colours: half the size or less, so that a committed notebook stays small."""

    @course_style()
    def print_figure(self, *args: Any, **kwargs: Any) -> Any:
        return super().print_figure(*args, **kwargs)

    def print_png(self, filename_or_obj: Any, **_: Any) -> None:
        self.draw()
        picture = Image.fromarray(np.asarray(self.buffer_rgba())).convert("RGB")
        picture.quantize(256, dither=Image.Dither.NONE).save(filename_or_obj, "png", optimize=True)


class Figure(matplotlib.figure.Figure):
    """A figure that keeps the course's style when it is drawn, and has its own PNG for Jupyter.

    With an MPLBACKEND other than Jupyter's nothing else would make one: the cell would show a line of text.
    """

    @course_style()
    def draw(self, renderer: RendererBase) -> None:
        super().draw(renderer)  # the font of formulas and the minus of ticks are looked up only now

    def _repr_png_(self) -> bytes:
        png = io.BytesIO()
        self.canvas.print_figure(png, format="png", bbox_inches="tight")  # as Jupyter's own backend does it
        return png.getvalue()


@course_style()
def subplots(
    rows: int = 1, columns: int = 1, size: tuple[float, float] = (6.0, 3.5), **kwargs: Any
) -> tuple[Figure, Any]:
    """A figure of ``size`` inches in the course's style, and its axes: one, or an array of rows and columns.

    kwargs: those of matplotlib's subplots.
    """
    figure = Figure(figsize=size, layout="constrained")
    _Canvas(figure)
    return figure, figure.subplots(rows, columns, **kwargs)


# --- images ---


def square(image: ArrayLike) -> Array:
    """A grey image (pixels,), (side, side) or (side, side, 1) as (side, side). Raises ValueError for any other."""
    shape = np.shape(image)
    flat = shape[:-1] if len(shape) == 3 and shape[-1] == 1 else shape
    side = math.isqrt(math.prod(flat))
    if flat not in ((side**2,), (side, side)):
        raise ValueError(
            f"Images must be square and grey, (n, pixels) or (n, side, side), but one of them has shape {shape}. "
            "Pass a single image as image[np.newaxis], colours as their mean, images.mean(axis=-1), "
            "and other rectangles cut or padded to squares."
        )
    return np.reshape(image, (side, side))


def draw_image(axis: Axes, image: ArrayLike, title: str = "") -> None:
    """One image, flat or square, values in [0, 1], on an axis without ticks."""
    axis.imshow(square(image), cmap=INK, vmin=0, vmax=1, interpolation="nearest")
    axis.spines[:].set(visible=True, color="0.75", linewidth=0.8)
    axis.set(title=title, xticks=[], yticks=[])


@course_style()
def images(images: Iterable[ArrayLike], titles: Sequence[str] | None = None, columns: int = 10) -> Figure:
    """Images (n, pixels) or (n, side, side), values in [0, 1], in rows of ``columns``; titles: n words, or None.

    Raises ValueError where one of them is not square and grey.
    """
    squares = [square(image) for image in images]
    columns = min(columns, len(squares))
    rows = -(-len(squares) // columns)
    height = 0.9 if titles is None else 1.15
    figure, axes = subplots(rows, columns, size=(0.9 * columns, height * rows), squeeze=False)
    for axis in axes.flat:
        axis.set_axis_off()
    for axis, image, title in zip(axes.flat, squares, titles or [""] * len(squares), strict=False):
        axis.set_axis_on()
        draw_image(axis, image, title)
    return figure


@course_style()
def image_rows(rows: Mapping[str, Iterable[ArrayLike]], titles: Sequence[str] = ()) -> Figure:
    """Rows of images to be compared column by column. rows: {label: (n, pixels)}, values in [0, 1]; titles: n words.

    Raises ValueError where one of them is not square and grey.
    """
    squares = {label: [square(image) for image in images] for label, images in rows.items()}
    columns = len(next(iter(squares.values())))
    figure, axes = subplots(len(squares), columns, size=(0.85 * columns + 0.5, 0.88 * len(squares)), squeeze=False)
    for row_axes, (label, images) in zip(axes, squares.items(), strict=True):
        for axis, image in zip(row_axes, images, strict=True):
            draw_image(axis, image)
        row_axes[0].set_ylabel(label, rotation=0, ha="right", va="center")
    for axis, title in zip(axes[0], titles, strict=False):
        axis.set_title(title)
    return figure


def tiled(images: Iterable[ArrayLike]) -> Array:
    """n * n images, flat or square, row after row, as one picture (n * side, n * side)."""
    squares = np.array([square(image) for image in images])  # (n * n, side, side)
    n, side = math.isqrt(len(squares)), squares.shape[1]
    return squares.reshape(n, n, side, side).transpose(0, 2, 1, 3).reshape(n * side, n * side)


def draw_manifold(axis: Axes, images: Iterable[ArrayLike], values: Array, title: str = "") -> None:
    """n x n images without gaps: (n * n, pixels) in the order of latent.square_grid(values), values (n,) as ticks."""
    canvas, n = tiled(images), len(values)
    side = len(canvas) // n
    greys = plt.get_cmap(INK, 16)  # few greys and no others between them: a third of the file's size
    axis.imshow(canvas, cmap=greys, vmin=0, vmax=1, interpolation="bilinear", interpolation_stage="data")
    shown = np.unique(np.round(np.linspace(0, n - 1, n if n <= 7 else 6)).astype(int))
    names = [f"{value:.1f}".replace("-", "\N{MINUS SIGN}") for value in values[shown]]
    axis.set(title=title, xlabel="$z_1$", ylabel="$z_2$")
    axis.set_xticks((shown + 0.5) * side, names, fontsize=9)
    axis.set_yticks((n - shown - 0.5) * side, names, fontsize=9)
    axis.spines[:].set_visible(False)
    axis.tick_params(length=0)


# --- the latent plane ---


def class_colours(y: Array) -> Array:
    """The colour of each class of y (n,), integers from 0 to 9: (n, 3), red, green and blue."""
    return to_rgba_array(COLOURS)[:, :3][y]


def draw_posterior(axis: Axes, z_mean: Any, z_log_var: ArrayLike, **style: Any) -> None:
    """The 1-sigma ellipse of a Gaussian with z_mean, z_log_var, each (2,); zeros give the prior's circle.

    style: keywords of matplotlib's Ellipse.
    """
    width, height = 2 * np.exp(np.asarray(z_log_var) / 2)
    axis.add_patch(Ellipse(z_mean, width, height, **{"fill": False, **style}))


def draw_latent_plane(axis: Axes, title: str = "") -> None:
    """Name the plane's axes, fix its scale, and draw the circles that hold 50 %, 90 % and 99 % of the prior N(0, I)."""
    for share, style in ((0.5, "-"), (0.9, "--"), (0.99, ":")):
        radius = prior_radius(share)
        look = {"fill": False, "color": ROLE["prior"], "linestyle": style, "linewidth": 1.3}
        axis.add_patch(plt.Circle((0, 0), radius, zorder=3, **look))
        box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.5}
        right, up = float(0.8 * radius), float(-0.6 * radius)  # on the circle, lower right
        axis.text(right, up, f"{share:.0%}", ha="center", va="center", fontsize=9, bbox=box, zorder=4)
    axis.set(title=title, xlabel="$z_1$", ylabel="$z_2$", aspect="equal")


# --- what moves ---


def frames(axes: Iterable[Axes]) -> list[Spine]:
    """The spines of the axes: they have to be drawn again after an image that moves, which covers half their width."""
    return [spine for axis in axes for spine in axis.spines.values()]


def animate(*artists: Artist) -> None:
    """Mark the artists as those that move."""
    for artist in artists:
        artist.set_animated(True)
