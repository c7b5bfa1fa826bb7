"""The scripts behind the make targets: which comparison, which notebooks, what is saved, what a page holds."""

import re

import check_notebooks
import digits
import nbformat
import numpy as np
import open_lab
import pytest
import run_notebooks
import write_course

MINE = {"name": "mine", "display_name": "Mine"}  # a kernel of the editor's
IMAGES, LABELS = np.zeros((1, 28, 28), "uint8"), np.zeros(1, "uint8")


@pytest.fixture
def own_digits(tmp_path, monkeypatch):
    """A file of somebody's own, in VAE_DIGITS."""
    np.savez(tmp_path / "own.npz", x_train=IMAGES, y_train=LABELS, x_test=IMAGES, y_test=LABELS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VAE_DIGITS", "own.npz")
    return tmp_path / "own.npz"


@pytest.fixture
def lesson(tmp_path):
    """A function that writes a notebook of these code cells and gives its path."""

    def write(*sources):
        cells = [nbformat.v4.new_markdown_cell("# 01 · A lesson & more\n\n[next](02_next.ipynb), $x^2$")]
        cells += [nbformat.v4.new_code_cell(source, metadata={"tags": ["a-tag"]}) for source in sources]
        path = tmp_path / "01_lesson.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": MINE}), path)
        return path

    return write


def test_other_digits_are_compared_laxly(own_digits, capsys):
    assert check_notebooks.nbval_option() == "--nbval-lax"
    assert capsys.readouterr().out.count("\n") == 1


def test_mnist_is_compared_strictly(own_digits, monkeypatch):
    monkeypatch.setattr(digits, "MNIST_ARRAYS", digests_of(IMAGES, LABELS, IMAGES, LABELS))
    assert check_notebooks.nbval_option() == "--nbval"


def test_one_altered_array_is_not_mnist(own_digits, monkeypatch):
    monkeypatch.setattr(digits, "MNIST_ARRAYS", digests_of(IMAGES, LABELS, IMAGES, LABELS + 1))
    assert not digits.digits_are_mnist()


def digests_of(*arrays):
    return {str(i): digits.hashlib.sha256(array).hexdigest() for i, array in enumerate(arrays)}


def test_digits_that_cannot_be_had_stop_the_check_with_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("VAE_DIGITS", str(tmp_path / "missing.npz"))
    with pytest.raises(SystemExit, match=r"missing\.npz"):
        check_notebooks.main()


def test_a_relative_path_is_resolved(own_digits):
    digits.make_path_absolute()
    assert digits.os.environ["VAE_DIGITS"] == str(own_digits)


@pytest.mark.parametrize("name", ["strokes", "mnist", "missing.npz", ""])
def test_a_name_is_left_alone(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VAE_DIGITS", name)
    digits.make_path_absolute()
    assert digits.os.environ["VAE_DIGITS"] == name


def test_a_notebook_is_run_normalised_and_saved(own_digits, lesson, monkeypatch):
    path = lesson("print(1)\nprint(2)", "1 + 2")
    ids = [cell.id for cell in nbformat.read(path, as_version=4).cells]
    monkeypatch.setattr(run_notebooks, "chosen", lambda prefixes: [path])
    run_notebooks.main([])
    nb = nbformat.read(path, as_version=4)
    nbformat.validate(nb)
    assert nb.metadata == {"kernelspec": run_notebooks.KERNEL, "language_info": {"name": "python"}}
    assert [cell.id for cell in nb.cells] == ids
    assert [cell.metadata for cell in nb.cells[1:]] == [{"tags": ["a-tag"]}] * 2
    assert [cell.execution_count for cell in nb.cells[1:]] == [1, 2]
    assert [output.text for output in nb.cells[1].outputs] == ["1\n2\n"]
    assert [file.name for file in path.parent.glob("*.ipynb*")] + [*path.parent.glob(".*.part")] == [path.name]


def test_a_failing_notebook_is_left_as_it_was(own_digits, lesson, monkeypatch):
    path = lesson("1", "1 / 0", "2")
    before = path.read_bytes()
    monkeypatch.setattr(run_notebooks, "chosen", lambda prefixes: [path])
    with pytest.raises(SystemExit, match=r"(?s)01_lesson\.ipynb stopped at cell 2 .*ZeroDivisionError"):
        run_notebooks.main([])
    assert path.read_bytes() == before


def test_of_a_widget_only_its_picture_is_saved():
    widget = {"text/plain": "words", "image/png": "iVBO", run_notebooks.WIDGET_VIEW: {"model_id": "1"}}
    cell = nbformat.v4.new_code_cell("widget", outputs=[nbformat.v4.new_output("display_data", widget)])
    nb = nbformat.v4.new_notebook(cells=[cell], metadata={"widgets": {}})
    run_notebooks.normalise(nb)
    assert nb.cells[0].outputs[0].data == {"text/plain": "words", "image/png": "iVBO"} and "widgets" not in nb.metadata


def test_notebooks_are_chosen_by_the_start_of_their_names(lesson):
    path = lesson("1")
    assert run_notebooks.chosen([], path.parent) == run_notebooks.chosen(["01"], path.parent) == [path]
    with pytest.raises(SystemExit, match="No notebook's name starts with '07'. There are: 01_lesson"):
        run_notebooks.chosen(["07"], path.parent)


def test_a_page_asks_nothing_of_the_network(lesson):
    page = write_course.page(nbformat.read(lesson("1"), as_version=4))
    assert not re.search(r"""(?i)<(?:script|link|img|iframe)[^>]*(?:src|href)=["']?(?:https?:)?//""", page)
    assert not re.search(r"""(?:url\(|import\s*\(?|@import)\s*["']?(?:https?:)?//""", page)
    assert "<title>01 · A lesson &amp; more</title>" in page
    assert 'href="02_next.html"' in page and 'src="mathjax/MathJax.js?config=' in page


def test_what_lab_folds_is_folded_in_the_page_until_the_next_heading():
    words = nbformat.v4.new_markdown_cell
    folded = words("#### Hint 1 & more", metadata={"jp-MarkdownHeadingCollapsed": True})
    cells = [words("# 01 A lesson"), folded, words("inside"), words("inside too"), words("## Open"), words("outside")]
    page = write_course.page(nbformat.v4.new_notebook(cells=cells))
    ((summary, inside),) = re.findall(r"<details><summary>(.+?)</summary>(.+?)</details>", page, re.DOTALL)
    assert summary == "Hint 1 &amp; more" and "inside" in inside and "inside too" in inside
    assert "outside" not in inside and page.count(">outside<") == 1 and "<h4" not in page


def test_mathjax_is_copied(tmp_path):
    write_course.copy_mathjax(tmp_path / "mathjax")
    config = re.search(r"mathjax/MathJax\.js\?config=([\w-]+)", write_course.TEMPLATE)[1]
    for part in ("MathJax.js", "LICENSE", f"config/{config}.js", "fonts/HTML-CSS/STIX-Web/woff"):
        assert (tmp_path / "mathjax" / part).exists(), part


@pytest.mark.parametrize(
    ("platform", "environ", "opens"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"DISPLAY": ":0", "SSH_CONNECTION": "there here"}, False),
        ("darwin", {}, True),
        ("win32", {}, True),
    ],
)
def test_a_browser_is_opened_where_there_is_one(platform, environ, opens, monkeypatch):
    monkeypatch.setattr(open_lab.webbrowser, "get", lambda: None)
    assert open_lab.browser_can_open(platform, environ) == opens


def test_no_browser_installed(monkeypatch):
    def nothing():
        raise open_lab.webbrowser.Error

    monkeypatch.setattr(open_lab.webbrowser, "get", nothing)
    assert not open_lab.browser_can_open("darwin", {})


def test_the_readme_picture_is_kept_and_no_other(tmp_path):
    png = "iVBORw0KGgo="
    picture = nbformat.v4.new_output("display_data", {"image/png": png})
    plain = nbformat.v4.new_code_cell("1", outputs=[picture])
    run_notebooks.keep_picture(nbformat.v4.new_notebook(cells=[plain]), tmp_path / "picture.png")
    assert not (tmp_path / "picture.png").exists()
    tagged = nbformat.v4.new_code_cell("1", outputs=[picture], metadata={"tags": ["readme-picture"]})
    run_notebooks.keep_picture(nbformat.v4.new_notebook(cells=[plain, tagged]), tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes() == b"\x89PNG\r\n\x1a\n"


def test_a_widget_shown_twice_gets_two_places_in_the_page():
    state = {"_anywidget_id": "vae_helpers.widgets.LatentExplorer", "_css": "", "_esm": "", "sizes": [], "colours": []}
    states = {"one": {"state": state, "buffers": []}}
    data = {write_course.WIDGET_VIEW: {"model_id": "one"}}
    cells = [
        nbformat.v4.new_code_cell("", outputs=[nbformat.v4.new_output("display_data", dict(data))]) for _ in range(2)
    ]
    widget_states = {"widgets": {write_course.WIDGET_STATE: {"state": states}}}
    nb = nbformat.v4.new_notebook(cells=cells, metadata=widget_states)
    write_course.place_widgets(nb)
    names = [re.search(r'<div id="(.+?)"', cell.outputs[0].data["text/html"])[1] for cell in nb.cells]
    assert len(set(names)) == 2
