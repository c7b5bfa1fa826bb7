"""Every notebook in a real JupyterLab: it runs, its controls move its pictures, and an interrupt stops a training."""

import re

import nbformat
import pytest
from driving import NOTEBOOKS, TOKEN, assert_explorer_moves, changes, names, screenshot

MINUTES_TO_RUN = 10
PANELS = ".jp-OutputArea-output .widget-vbox:has(> img)"
NEEDING_LAB = [name for name in names() if name < "07" and name[:2] != "05"]  # 05: the interrupt's test runs it
# (the figures of 07 and 08 are HTML alone: test_html_figures.py)
HANDLES = ".noUi-handle"
SELF_DRAWN = ".vae-explorer, .vae-pad"  # figures that compute in the browser


def figures_in(name):
    """How many interactive figures a notebook shows, from its own code; the live training is shown twice."""
    code = [cell.source for cell in nbformat.read(NOTEBOOKS / name, as_version=4).cells if cell.cell_type == "code"]
    count = len(re.findall(r"\b(?:widgets|pad)\.\w+\(", "\n".join(code))) + code.count("live")
    assert count >= 1, f"{name} has no interactive figure"
    return count


def open_notebook(page, lab, name):
    page.goto(f"{lab}/lab/tree/{name}?token={TOKEN}&reset")
    page.wait_for_function("window.jupyterapp && window.jupyterapp.restored")
    page.evaluate("() => window.jupyterapp.restored")
    page.wait_for_selector("#jupyterlab-splash", state="detached")
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell")
    page.wait_for_function(
        """() => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"""
    )


def change_theme(page, name):
    """Wait until JupyterLab's splash screen has come and gone: two at a time and Lab removes one of them twice."""
    page.evaluate(f"window.jupyterapp.commands.execute('apputils:change-theme', {{theme: 'JupyterLab {name}'}})")
    page.wait_for_function(f"document.body.dataset.jpThemeName === 'JupyterLab {name}'")
    page.wait_for_timeout(500)
    page.wait_for_selector("#jupyterlab-splash", state="detached")


def start_all(page):
    page.evaluate(
        """() => { window.jupyterapp.commands.execute('notebook:run-all-cells').then(
            succeeded => { window.ran = {succeeded} }, error => { window.ran = {succeeded: false, error: `${error}`} }
        ) }"""
    )


def assert_all_ran(page):
    ran = page.wait_for_function("() => window.ran", timeout=MINUTES_TO_RUN * 60_000).json_value()
    errors = page.locator(".jp-OutputArea-output[data-mime-type*='error'], .jp-RenderedText[data-mime-type*='stderr']")
    assert ran["succeeded"] and errors.count() == 0, (ran, errors.all_inner_texts())


def drag(page, handle):
    """A slider's handle to the end of its track that is farther away."""
    handle.scroll_into_view_if_needed()
    box, track = (
        handle.bounding_box(),
        handle.locator("xpath=ancestor::*[contains(@class, 'noUi-base')]").bounding_box(),
    )
    end = track["x"] if at_right_end(handle) else track["x"] + track["width"]
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    page.mouse.move(end, y, steps=4)
    page.mouse.up()


def at_right_end(handle):
    low, high, now = (float(handle.get_attribute(f"aria-value{name}")) for name in ("min", "max", "now"))
    return now > (low + high) / 2


def assert_slider_moves(page, handle, picture, what):
    key = "ArrowLeft" if at_right_end(handle) else "ArrowRight"

    def press():
        handle.focus()
        page.keyboard.press(key)

    assert changes(page, picture, press), f"{what}: the keyboard does not move the picture"
    assert changes(page, picture, lambda: drag(page, handle)), f"{what}: the mouse does not move the picture"


def assert_buttons_move(page, buttons, picture, what):
    """Toggle buttons, by keyboard and by mouse: the second, then back to the first."""
    if buttons.count() > 1:

        def press():
            buttons.nth(1).focus()
            page.keyboard.press("Enter")

        assert changes(page, picture, press), f"{what}: the keyboard does not press the buttons"
        assert changes(page, picture, buttons.nth(0).click), f"{what}: the mouse does not press the buttons"


def assert_panel_moves(page, panel, what):
    picture = panel.locator("> img")
    picture.scroll_into_view_if_needed()
    panel.locator(HANDLES).first.wait_for()
    for handle in panel.locator(HANDLES).all():
        assert_slider_moves(page, handle, picture, what)
    assert_buttons_move(page, panel.locator(".widget-toggle-button"), picture, what)


@pytest.mark.parametrize("name", NEEDING_LAB)
def test_the_notebook_runs_and_its_controls_move_its_pictures(page, lab, name):
    open_notebook(page, lab, name)
    start_all(page)
    assert_all_ran(page)
    panels, drawn = page.locator(PANELS), page.locator(SELF_DRAWN)
    page.wait_for_function(
        "([selector, count]) => document.querySelectorAll(selector).length === count",
        arg=[f"{PANELS}, {SELF_DRAWN}", figures_in(name)],
    )
    for theme in ("Light", "Dark"):
        change_theme(page, theme)
        for i, figure in enumerate([*panels.all(), *drawn.all()]):
            screenshot(page, figure, f"{name.removesuffix('.ipynb')}-{i}-{theme.lower()}")
    for i, panel in enumerate(panels.all()):
        assert_panel_moves(page, panel, f"{name}, figure {i}")
    for explorer in page.locator(".vae-explorer").all():
        assert_explorer_moves(page, explorer)
        screenshot(page, explorer, f"{name.removesuffix('.ipynb')}-explorer-moved")


def test_an_interrupt_ends_the_training_and_keeps_what_was_learned(page, lab):
    """In 05: JupyterLab's own interrupt while `fit` runs; later cells run, and the epochs so far can be replayed."""
    name = next(name for name in names() if name.startswith("05"))
    open_notebook(page, lab, name)
    start_all(page)
    page.set_default_timeout(MINUTES_TO_RUN * 60_000)
    panel = page.locator(PANELS).filter(has=page.locator(".widget-hprogress")).first
    label = panel.locator(".widget-label")
    label.filter(has_text="left").wait_for()
    page.evaluate("window.jupyterapp.commands.execute('notebook:interrupt-kernel')")
    kept = label.filter(has_text="what was learned is kept")
    kept.wait_for()
    screenshot(page, panel, "05-stopped")
    assert int(re.search(r"kept: (\d+) epoch", kept.inner_text())[1]) < 20, "the interrupt did not stop the training"
    page.set_default_timeout(60_000)
    assert_all_ran(page)
    assert_panel_moves(page, panel, "the stopped training")
