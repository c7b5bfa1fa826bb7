"""The scripts behind the make targets: which comparison, what a page holds, whether a browser is opened."""

import re

import check_notebooks
import digits
import nbformat
import numpy as np
import open_lab
import pytest
import write_course

words = nbformat.v4.new_markdown_cell
IMAGES = np.random.default_rng(0).integers(0, 256, (1000, 28, 28), "uint8")
LABELS = np.arange(1000, dtype="uint8") % 10


@pytest.fixture
def own_digits(tmp_path, monkeypatch):
    """A file of somebody's own, in VAE_DIGITS."""
    np.savez(tmp_path / "own.npz", x_train=IMAGES, y_train=LABELS, x_test=IMAGES, y_test=LABELS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VAE_DIGITS", "own.npz")
    return tmp_path / "own.npz"


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


def test_a_page_asks_nothing_of_the_network():
    cells = [words("# 01 · A lesson & more\n\n[next](02_next.ipynb), $x^2$"), nbformat.v4.new_code_cell("1")]
    page = write_course.page(nbformat.v4.new_notebook(cells=cells))
    assert not re.search(r"""(?i)<(?:script|link|img|iframe)[^>]*(?:src|href)=["']?(?:https?:)?//""", page)
    assert not re.search(r"""(?:url\(|import\s*\(?|@import)\s*["']?(?:https?:)?//""", page)
    assert "<title>01 · A lesson &amp; more</title>" in page
    assert 'href="02_next.html"' in page and 'src="mathjax/MathJax.js?config=' in page


def test_what_lab_folds_is_folded_in_the_page_until_the_next_heading():
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


def test_a_widget_shown_twice_gets_two_places_in_the_page():
    state = {
        "_anywidget_id": "vae_helpers.lesson06.widgets.LatentExplorer",
        "_css": "",
        "_esm": "",
        "sizes": [],
        "colours": [],
    }
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
