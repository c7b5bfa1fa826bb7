"""A notebook made into the source of its page; formulas as MathML; what is kept of widgets that need no kernel."""

import base64
import sys
from pathlib import Path

import nbformat
import numpy as np
import page_source
import pytest
import widget_snapshots

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "docs"))
import mathml  # noqa: E402

words, code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
HINT, SOLUTION = {"tags": ["hint"]}, {"tags": ["solution"]}


def page_of(cells, states=()):
    nb = nbformat.v4.new_notebook(cells=cells)
    return page_source.page_source(nb, dict(states), "01_lesson").cells


def widget(buffers=(), **state):
    """A saved widget that brings its own JavaScript."""
    return {"state": {"_esm": "function render() {}", "_css": "", **state}, "buffers": [*buffers]}


def shown(text="Interactive figure: run it.", **more):
    """The output of a cell that shows an interactive figure."""
    return nbformat.v4.new_output("display_data", {"text/plain": text, "image/png": "", **more})


def test_hints_and_solutions_are_folded_each_by_itself():
    cells = [words("# 01 A lesson"), words("#### Hint", metadata=HINT), words("inside", metadata=HINT)]
    cells += [words("inside too", metadata=HINT), words("#### Solution", metadata=SOLUTION)]
    cells += [code("solution", metadata=SOLUTION), words("## Open"), words("outside")]
    sources = [cell.source for cell in page_of(cells)[1:]]
    opened = '<details class="fold"><summary>{}</summary>'.format
    close = "</details>"
    assert sources[:4] == [opened("Hint"), "inside", "inside too", close]
    assert sources[4:] == [opened("Solution"), "solution", close, "## Open", "outside"]


def test_what_is_folded_at_the_end_is_closed():
    assert (
        page_of([words("# 01"), words("### Hint", metadata=HINT), words("x", metadata=HINT)])[-1].source == "</details>"
    )


def test_what_follows_a_solution_without_a_heading_is_not_folded():
    cells = [words("# 01"), words("### Solution", metadata=SOLUTION), code("a", metadata=SOLUTION), code("b")]
    assert [cell.source for cell in page_of(cells)[2:]] == ["a", "</details>", "b"]


def test_a_download_is_offered_under_the_title():
    (first,) = page_of([words("# 01 A lesson\n\nIt begins.")])
    title, offer, rest = first.source.partition(":::\n\n")
    assert title.startswith("# 01 A lesson\n\n:::{container}") and "../download/01_lesson.ipynb" in title
    assert offer and rest == "It begins."


def test_a_widget_that_computes_in_the_browser_is_alive_and_two_of_them_have_two_places():
    cells = [words("# 01"), code("a", outputs=[shown()], id="a"), code("b", outputs=[shown()], id="b")]
    a, b = page_of(cells, {"a": widget(), "b": widget()})[1:]
    pages = [cell.outputs[0].data["text/html"] for cell in (a, b)]
    assert all("function render" in page for page in pages) and pages[0] != pages[1]


def test_what_a_run_saved_of_its_widgets_is_not_in_the_page_a_second_time():
    nb = nbformat.v4.new_notebook(
        cells=[words("# 01")], metadata={"widgets": {widget_snapshots.WIDGET_STATE: {"state": {}}}}
    )
    assert "widgets" not in page_source.page_source(nb, {}, "01_lesson").metadata


def test_a_line_under_another_widgets_picture_says_how_to_move_it():
    _, figure, line = page_of(
        [words("# 01"), code("a", outputs=[shown(**{widget_snapshots.WIDGET_VIEW: {"model_id": "1"}})])]
    )
    assert widget_snapshots.WIDGET_VIEW not in figure.outputs[0].data and "JupyterLab" in line.source


def test_a_figure_that_moves_by_its_own_html_has_no_such_line():
    assert len(page_of([words("# 01"), code("a", outputs=[shown(**{"text/html": "<b>moves</b>"})])])) == 2


# --- what is kept of widgets ---


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(widget_snapshots, "SNAPSHOTS", tmp_path / "widget_snapshots")
    return tmp_path / "widget_snapshots"


def buffer(name, array):
    return {"path": [name], "encoding": "base64", "data": base64.b64encode(array.tobytes()).decode()}


def data(saved):
    return {each["path"][0]: base64.b64decode(each["data"]) for each in saved["buffers"]}


def test_a_widget_comes_back_as_it_was_kept(folder):
    weights = np.random.default_rng(0).normal(size=3 * 4 + 5 * 2).astype("<f4")  # layers of 2, 4 and 2 units
    codes = np.random.default_rng(1).normal(size=10).astype("<f4")
    states = {"one": widget([buffer("weights", weights), buffer("codes", codes)], sizes=[2, 4, 2])}
    widget_snapshots.save_states(states, "01_lesson")
    back = widget_snapshots.saved_states("01_lesson")
    assert back["one"]["state"] == states["one"]["state"] and widget_snapshots.is_saved(states, "01_lesson")
    found = data(back["one"])
    assert found["codes"] == codes.tobytes()
    np.testing.assert_allclose(np.frombuffer(found["weights"], "<f4"), weights, rtol=2**-11)


def test_weights_that_are_no_float32_are_kept_to_the_bit(folder):
    halves = np.random.default_rng(0).normal(size=22).astype("<f2")
    widget_snapshots.save_states({"one": widget([buffer("weights", halves)], sizes=[2, 4, 2])}, "01_lesson")
    assert data(widget_snapshots.saved_states("01_lesson")["one"])["weights"] == halves.tobytes()


def test_keeping_twice_writes_the_same_bytes_and_nothing_is_kept_of_a_notebook_without_widgets(folder):
    widget_snapshots.save_states({"one": widget()}, "01_lesson")
    first = (folder / "01_lesson.zip").read_bytes()
    widget_snapshots.save_states({"one": widget()}, "01_lesson")
    assert (folder / "01_lesson.zip").read_bytes() == first
    assert not widget_snapshots.is_saved({"two": widget()}, "01_lesson")
    widget_snapshots.save_states({}, "01_lesson")
    assert not list(folder.iterdir()) and widget_snapshots.saved_states("01_lesson") == {}


def test_the_kept_widgets_belong_to_cells_of_their_notebooks():
    for path in widget_snapshots.SNAPSHOTS.glob("*.zip"):
        nb = nbformat.read(ROOT / "notebooks" / f"{path.stem}.ipynb", as_version=4)
        assert widget_snapshots.saved_states(path.stem).keys() <= {cell["id"] for cell in nb.cells}


# --- formulas ---


@pytest.mark.parametrize(
    ("tex", "part"),
    [
        (r"\tfrac12 x", "<mn>1</mn><mn>2</mn></mfrac>"),
        (r"\frac1N", "<mn>1</mn><mi>N</mi></mfrac>"),
        (r"a^10", "<msup><mi>a</mi><mn>1</mn></msup><mn>0</mn>"),
        (r"a, \dots", "…"),
        (r"\mathbb E\big[z\big]", "𝔼"),
        (r"\log p(x)", 'rspace="0.1667em"'),
        (r"\underbrace{a}_{\text{b}}", "<munder><munder>"),
    ],
)
def test_a_formula_is_read_as_tex_reads_it(tex, part):
    assert part in "".join(line.strip() for line in mathml.mathml(tex, as_block=False).splitlines())


def test_no_space_stands_before_a_bracket():
    assert "rspace" not in mathml.mathml(r"\log(x)", as_block=False)
