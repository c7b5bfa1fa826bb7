"""What every figure of the course keeps: the lessons' tables of small arrays go through these."""

import inspect
import io
import runpy
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from vae_helpers.plots import Figure

DARK = {"font.size": 20, "figure.dpi": 50, "savefig.dpi": 40, "lines.linewidth": 9, "axes.grid": True}
TABLES = Path(__file__).parents[1] / "vae_lessons"


def figure_calls(lesson):
    """The arguments of a small call of each of a lesson's figures, {name: tuple}; empty where none are given."""
    path = TABLES / lesson / "figure_calls.py"
    return runpy.run_path(str(path))["CALLS"] if path.exists() else {}


def figures_of(module):
    """The names of a module's figures: its public functions, other than those that draw on an axis they are given."""
    functions = inspect.getmembers(module, inspect.isfunction)
    return {name for name, function in functions if function.__module__ == module.__name__ and name[0] != "_"}


def check_figure(function, arguments):
    """Draw on the arguments: a whole figure in the course's style, whatever the reader's is; they are left alone."""
    before = [np.copy(argument) if isinstance(argument, np.ndarray) else None for argument in arguments]
    with plt.style.context("default"):
        figure = drawn(function, arguments)
        plain = pixels(figure)
    check_axes(figure)
    check_texts(figure)
    with plt.style.context(["dark_background", DARK]):
        assert np.array_equal(pixels(drawn(function, arguments)), plain), "the reader's own style shows"
    for argument, copy in zip(arguments, before, strict=True):
        assert copy is None or np.array_equal(argument, copy)


def drawn(function, arguments):
    """The figure that a function makes; one that moves comes with the function that moves it."""
    figure = function(*arguments)
    figure = figure[0] if isinstance(figure, tuple) else figure
    assert isinstance(figure, Figure)
    assert plt.get_fignums() == [], "a figure of pyplot's would be shown twice in a notebook"
    return figure


def pixels(figure):
    """The figure's pixels as Jupyter shows them, without the time that a PNG takes."""
    buffer = io.BytesIO()
    figure.canvas.print_figure(buffer, format="raw", bbox_inches="tight")
    return np.frombuffer(buffer.getvalue(), np.uint8)


def check_axes(figure):
    """No empty axes, and none with numbers along it and neither a label nor a title that says of what."""
    for axis in (axis for axis in figure.axes if axis.axison):
        assert axis.has_data() or axis.texts or axis.patches, "empty axes"
        words = [axis.get_title(), axis.get_title("left"), axis.get_xlabel(), axis.get_ylabel()]
        numbered = [label.get_text() for label in (*axis.get_xticklabels(), *axis.get_yticklabels())]
        is_colour_bar = hasattr(axis, "_colorbar")
        assert any(words) or not any(numbered) or is_colour_bar, f"numbers {numbered}, and no word for them"


def check_texts(figure):
    """Letters of 8 points and more, and no title or label cut off by the figure's edge."""
    for text in figure.findobj(plt.Text):
        assert text.get_fontsize() >= 8 or not text.get_text(), f"{text.get_text()!r} is {text.get_fontsize()} pt"
    page = figure.bbox.padded(2)
    for axis in (axis for axis in figure.axes if axis.axison):
        for label in (axis.title, axis.xaxis.label, axis.yaxis.label):
            box = label.get_window_extent()
            inside = page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 and box.y1 <= page.y1
            assert inside or not label.get_text().strip(), f"{label.get_text()!r} reaches beyond the figure"
