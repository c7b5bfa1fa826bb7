"""The scripts behind the make targets: which comparison, whether a browser is opened."""

import check_notebooks
import data_source
import numpy as np
import open_lab
import pytest

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
    monkeypatch.setattr(data_source, "MNIST_ARRAYS", digests_of(IMAGES, LABELS, IMAGES, LABELS))
    assert check_notebooks.nbval_option() == "--nbval"


def test_one_altered_array_is_not_mnist(own_digits, monkeypatch):
    monkeypatch.setattr(data_source, "MNIST_ARRAYS", digests_of(IMAGES, LABELS, IMAGES, LABELS + 1))
    assert not data_source.digits_are_mnist()


def digests_of(*arrays):
    return {str(i): data_source.hashlib.sha256(array).hexdigest() for i, array in enumerate(arrays)}


def test_digits_that_cannot_be_had_stop_the_check_with_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("VAE_DIGITS", str(tmp_path / "missing.npz"))
    with pytest.raises(SystemExit, match=r"missing\.npz"):
        check_notebooks.main()


def test_a_relative_path_is_resolved(own_digits):
    data_source.make_path_absolute()
    assert data_source.os.environ["VAE_DIGITS"] == str(own_digits)


@pytest.mark.parametrize("name", ["strokes", "mnist", "missing.npz", ""])
def test_a_name_is_left_alone(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VAE_DIGITS", name)
    data_source.make_path_absolute()
    assert data_source.os.environ["VAE_DIGITS"] == name


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
