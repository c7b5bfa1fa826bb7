"""What several lessons' interactive figures share: a film of a figure, and a panel of controls that move it.

A widget only wires: what is computed stands in plain functions beside it, what is drawn in the lesson's ``figures``.
A slider step trains and compiles nothing. Each widget shows itself as the value of its cell. In the committed notebooks
and in the pages, where no kernel runs, a picture of it as its cell left it stands in its place.
"""

import base64
import io
import threading

import ipywidgets
import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

WIDE = {"description_width": "11em"}
ROW = {"width": "min(32em, 98%)"}
FIT = {"max_width": "100%", "width": "max-content"}
VIEW = "application/vnd.jupyter.widget-view+json"


class BlitCanvas:
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


def quantized_png(png):
    """A PNG in 256 colours: a third of the size in a notebook, and no difference to the eye."""
    buffer = io.BytesIO()
    Image.open(io.BytesIO(png)).quantize(256, dither=Image.Dither.NONE).save(buffer, "png", optimize=True)
    return buffer.getvalue()


class StaticFallback:
    """What a widget adds to its output: a picture for where no kernel runs, and a text that never varies."""

    words = "Interactive figure: run the notebook to move it."

    def _repr_mimebundle_(self, **kwargs):
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        still = self.still_png()
        picture = {"image/png": base64.b64encode(quantized_png(still)).decode()} if still else {}
        return {"text/plain": self.words, **picture, VIEW: view}

    def still_png(self):
        """The picture that is shown now, as bytes; none where nothing has been drawn yet."""
        return self.picture.value


class Panel(StaticFallback, ipywidgets.VBox):
    """Controls above a picture that follows them.

    film: a BlitCanvas. move: takes the controls' values by name and moves the film's artists.
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


def slider(words, value, limits, step=0.1):
    """A slider in the course's looks; integers make an integer slider. limits: lowest, highest."""
    kind = ipywidgets.IntSlider if isinstance(step, int) else ipywidgets.FloatSlider
    low, high = limits
    return kind(value, min=low, max=high, step=step, description=words, style=WIDE, layout=ROW)


def choice(words, options):
    """Buttons of which one is pressed, at first the first."""
    return ipywidgets.ToggleButtons(
        options=options, description=words, tooltips=options, style={"button_width": "auto"}
    )
