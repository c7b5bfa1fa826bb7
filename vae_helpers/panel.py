"""What the lessons' interactive figures share.

There are two kinds. A widget, such as a ``Panel``, has controls that ask the kernel for a new picture. Its module only
connects: what is computed stands in plain functions beside it, what is drawn in the lesson's ``figures``, and a step of
a slider trains and compiles nothing. In the committed notebooks and in the pages, where no kernel runs, a picture of
the widget as its cell left it stands in its place.

An ``HtmlFigure`` brings its own HTML, JavaScript and data, and needs no kernel. ``data_uri`` puts a picture
into HTML; ``strip_png``, ``ink_png`` and ``quantized_png`` make small ones.
"""

import base64
import io
import threading
from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets
import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from vae_helpers.types import Array, ArrayLike

WIDE = {"description_width": "11em"}
ROW = {"width": "min(32em, 98%)"}
FIT = {"max_width": "100%", "width": "max-content"}
VIEW = "application/vnd.jupyter.widget-view+json"


# --- pictures ---


def quantized_png(png: bytes) -> bytes:
    """A PNG in 256 colours: a third of the size in a notebook, and no difference to the eye."""
    buffer = io.BytesIO()
    Image.open(io.BytesIO(png)).quantize(256, dither=Image.Dither.NONE).save(buffer, "png", optimize=True)
    return buffer.getvalue()


def ink_png(ink: Array) -> bytes:
    """A picture uint8 (height, width), 0 for paper and 255 for ink, as a small PNG of 16 greys, dark on white."""
    buffer = io.BytesIO()
    Image.fromarray(255 - ink).quantize(16).save(buffer, "png", optimize=True)
    return buffer.getvalue()


def strip_png(rows: Sequence[ArrayLike], gap: int = 4) -> bytes:
    """Rows of digits, each uint8 (n, 784) with 255 for ink, as one PNG; ``gap`` pixels of paper between the rows."""
    lines = [np.hstack(np.reshape(images, (-1, 28, 28))) for images in rows]
    space = np.zeros((gap, lines[0].shape[1]), "uint8")
    return ink_png(np.vstack([part for line in lines for part in (line, space)][:-1]))


def data_uri(png: bytes) -> str:
    """A PNG as an address that holds all of it, for ``src`` in HTML."""
    return f"data:image/png;base64,{_base64(png)}"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


# --- HTML that needs no kernel ---


class HtmlFigure:
    """A figure that a cell shows as its value: HTML that works by itself, in a notebook and in a page.

    html: the figure, with its style, script and data. words: a line for where only text is shown, the same in every
    run. still: the bytes of a PNG for where pictures are shown and HTML is not, or None. A lesson fills its template
    and returns ``HtmlFigure(html, WORDS)`` or ``HtmlFigure(html, WORDS, still=png)``; it needs no class of its own.
    """

    def __init__(self, html: str, words: str, still: bytes | None = None) -> None:
        self.html, self.words, self.still = html, words, still

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        picture = {} if self.still is None else {"image/png": _base64(self.still)}
        return {"text/plain": self.words, **picture, "text/html": self.html}


# --- widgets, moved by a kernel ---


class BlitCanvas:
    """PNGs of a figure whose animated artists move.

    What stands still is laid out and drawn once, in the constructor, and then reused: it takes nine tenths of the time.
    """

    def __init__(self, figure: Figure, dpi: float = 90) -> None:
        figure.set_dpi(dpi)
        self.canvas = FigureCanvasAgg(figure)
        for _ in range(2):  # the layout settles in the second: the first does not know how large square axes become
            self.canvas.draw()
        figure.set_layout_engine("none")
        self.still = self.canvas.copy_from_bbox(figure.bbox)
        self.moving = sorted(figure.findobj(Artist.get_animated), key=Artist.get_zorder)

    def png(self) -> bytes:
        """The figure as it is now, as the bytes of a PNG."""
        self.canvas.restore_region(self.still)
        for artist in self.moving:
            artist.axes.draw_artist(artist)
        buffer = io.BytesIO()
        Image.fromarray(np.asarray(self.canvas.buffer_rgba())).convert("RGB").save(buffer, "png", compress_level=1)
        return buffer.getvalue()


class StaticFallback:
    """What a widget adds to its output: a picture for where no kernel runs, and a text that is the same in every run.

    For a class that inherits from a widget too, and either has its picture as ``picture``, an ``ipywidgets.Image``, or
    overrides ``still_png``.
    """

    words = "Interactive figure: run the notebook to move it."
    model_id: str  # the widget's
    picture: ipywidgets.Image

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        still = self.still_png()
        picture = {"image/png": _base64(quantized_png(still))} if still else {}
        return {"text/plain": self.words, **picture, VIEW: view}

    def still_png(self) -> bytes:
        """The picture that is shown now; empty where nothing has been drawn yet."""
        return self.picture.value


class Panel(StaticFallback, ipywidgets.VBox):
    """Controls above a picture that follows them.

    film: draws the picture. move: takes the controls' values by name and moves the film's artists. controls: each
    name's widget, which has a ``value``.
    """

    def __init__(self, film: BlitCanvas, move: Callable[..., None], controls: dict[str, ipywidgets.Widget]) -> None:
        self.film, self.move, self.controls = film, move, controls
        self.lock = threading.Lock()  # JupyterLab lets messages of widgets run in a thread of their own
        self.picture = ipywidgets.Image(format="png", layout=FIT)
        super().__init__([*controls.values(), self.picture])
        self.redraw()
        for control in controls.values():
            control.observe(self.redraw, "value")

    def redraw(self, change: dict[str, Any] | None = None) -> None:
        """Draw the picture that belongs to the controls' values. change: what ipywidgets tells an observer, not used."""
        with self.lock:
            self.move(**{name: control.value for name, control in self.controls.items()})
            self.picture.value = self.film.png()


def slider(
    words: str, value: float, limits: tuple[float, float], step: float = 0.1
) -> ipywidgets.FloatSlider | ipywidgets.IntSlider:
    """A slider in the course's looks; an integer step makes an integer slider. limits: lowest, highest."""
    kind = ipywidgets.IntSlider if isinstance(step, int) else ipywidgets.FloatSlider
    low, high = limits
    return kind(value, min=low, max=high, step=step, description=words, style=WIDE, layout=ROW)


def choice(words: str, options: Sequence[Any]) -> ipywidgets.ToggleButtons:
    """Buttons of which one is pressed, at first the first."""
    return ipywidgets.ToggleButtons(
        options=options, description=words, tooltips=options, style={"button_width": "auto"}
    )
