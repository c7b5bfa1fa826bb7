"""Pages as `make course` writes them, opened from the disk without a kernel or a network."""

import nbformat
import pytest
from nbclient import NotebookClient
from run_notebooks import executed
from test_lab import assert_explorer_moves, names, screenshot
from write_course import copy_mathjax
from write_course import page as course_page

from conftest import NOTEBOOKS


@pytest.fixture
def written(tmp_path):
    """A function that writes a run notebook as a page, and gives the page's address."""

    def write(nb):
        copy_mathjax(tmp_path / "mathjax")
        path = tmp_path / "page.html"
        path.write_text(course_page(nb), encoding="utf-8")
        return path.as_uri()

    return write


def test_the_explorer_works_in_the_page_of_06(page, written):
    (name,) = [name for name in names() if name.startswith("06")]
    page.goto(written(executed(NOTEBOOKS / name)))
    explorer = page.locator(".vae-explorer")
    explorer.wait_for()
    assert explorer.count() == 1
    assert_explorer_moves(page, explorer)
    screenshot(page, explorer, "06-page-explorer")


def test_what_needs_a_kernel_is_a_picture_in_the_page(page, written):
    cells = [nbformat.v4.new_markdown_cell("# A panel")]
    cells += [nbformat.v4.new_code_cell("from vae_helpers import widgets\nwidgets.bound()")]
    nb = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(nb, kernel_name="python3", timeout=300).execute()
    page.goto(written(nb))
    picture = page.locator(".jp-OutputArea-output img")
    assert picture.count() == 1 and picture.evaluate("image => image.naturalWidth") > 400
