"""Every figure of every lesson, drawn on the small made-up arrays of ``lessonNN/figure_calls.py``."""

import importlib
from pathlib import Path

import pytest
from drawing import check_figure, figure_calls, figures_of

import vae_lessons

LESSONS = sorted(path.name for path in Path(vae_lessons.__file__).parent.glob("lesson[0-9][0-9]"))
CALLS = {(lesson, name): arguments for lesson in LESSONS for name, arguments in figure_calls(lesson).items()}


def figures_module(lesson):
    return importlib.import_module(f"vae_lessons.{lesson}.figures")


@pytest.mark.parametrize(("lesson", "name"), CALLS)
def test_a_figure_is_whole(lesson, name):
    check_figure(getattr(figures_module(lesson), name), CALLS[lesson, name])


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_figure_is_tried(lesson):
    called = {name for lesson_called, name in CALLS if lesson_called == lesson}
    assert called == figures_of(figures_module(lesson)), f"tests/vae_lessons/{lesson}/figure_calls.py"
