"""The digits as arrays: files of one's own, good and bad, the names of sources, and what is made of the images."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from vae_helpers import data
from vae_helpers.data import DigitsError, load_digits

STROKES = (("stroke", "digits"), ("stand", "in"))  # told apart from any loaded arrays


def made_up_digits():
    rng = np.random.default_rng(0)
    digits = {}
    for part, n in (("train", 1000), ("test", 100)):
        digits[f"x_{part}"] = rng.integers(0, 256, (n, 28, 28), dtype=np.uint8)
        digits[f"y_{part}"] = np.arange(n, dtype=np.uint8) % 10
    return digits


def npz_bytes(save=np.savez, **arrays):
    buffer = io.BytesIO()
    save(buffer, **arrays)
    return buffer.getvalue()


DIGITS = made_up_digits()
X, Y = DIGITS["x_train"], DIGITS["y_train"]
FILE, COMPRESSED = npz_bytes(**DIGITS), npz_bytes(np.savez_compressed, **DIGITS)


@pytest.fixture(autouse=True)
def no_vae_digits(monkeypatch):
    monkeypatch.delenv("VAE_DIGITS", raising=False)
    monkeypatch.setattr(data, "_load_stroke_digits", lambda: STROKES)


# --- faults: each makes a bad file ---


def changed(**arrays):
    return lambda path: path.write_bytes(npz_bytes(**{**DIGITS, **arrays}))


def with_bytes(content):
    return lambda path: path.write_bytes(content)


def altered(content):
    return content[:10_000] + bytes([content[10_000] ^ 0x40]) + content[10_001:]


class Canary:
    """Unpickled, it makes the test fail."""

    def __reduce__(self):
        return (pytest.fail, ("a file was unpickled",))


def write_other_zip(path):
    with zipfile.ZipFile(path, "w") as archive:
        for name in DIGITS:
            archive.writestr(name, "not an array")


FAULTS = {
    "empty": (with_bytes(b""), "is empty"),
    "truncated": (with_bytes(FILE[:-1]), "is truncated"),
    "altered": (with_bytes(altered(FILE)), "is damaged .*CRC"),
    "altered, compressed": (with_bytes(altered(COMPRESSED)), "is damaged"),
    "web page": (with_bytes(b"<!DOCTYPE html>\n<html>Please log in.</html>"), "is a web page"),
    "text": (with_bytes(b"x_train, y_train"), "is not an .npz file"),
    "pickled npz": (changed(x_train=np.array([Canary()])), "holds pickled Python objects, which are never loaded"),
    "zip of texts": (write_other_zip, "x_train must be uint8"),
    "directory": (Path.mkdir, "can't be read .*directory"),
    "wrong keys": (with_bytes(npz_bytes(images=X)), "has no array 'x_train'; it holds images"),
    "flat images": (changed(x_train=X.reshape(1000, 784)), r"x_train .*shape \(n, 28, 28\).*\(1000, 784\)"),
    "float images": (changed(x_train=X / 255), "x_train must be uint8, but has dtype float64"),
    "float labels": (changed(y_test=DIGITS["y_test"] / 1), "y_test must hold integers, but has dtype float64"),
    "one-hot labels": (changed(y_train=np.eye(10, dtype=int)[Y]), r"y_train .*\(1000, 10\)"),
    "unequal lengths": (changed(y_train=Y[:-1]), r"y_train .*each of 1000 images.*\(999,\)"),
    "label 10": (changed(y_train=Y + 1), "labels from 0 to 9, but holds 1 to 10"),
    "no images": (changed(x_train=X[:0], y_train=Y[:0]), "x_train holds 0 images"),
    "few images": (changed(x_train=X[:999], y_train=Y[:999]), "x_train holds 999 images, .* need 1000 or more"),
    "blank": (changed(x_train=0 * X), "all images of x_train are the same"),
    "one image": (changed(x_train=np.repeat(X[:1], 1000, axis=0)), "all images of x_train are the same"),
    "nearly white": (changed(x_train=X // 16), "x_train goes to 15, where ink is 255: multiply the images by 17"),
}


# --- files named by path, and the names of sources ---


@pytest.mark.parametrize(("write", "message"), FAULTS.values(), ids=FAULTS)
def test_a_bad_file_that_is_named_is_one_clear_error_and_stays_as_it_is(tmp_path, monkeypatch, capsys, write, message):
    path = tmp_path / "mnist.npz"
    write(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(DigitsError, match=message) as raised:
        load_digits(path)
    assert str(path) in str(raised.value) and str(raised.value).endswith(data.WAYS_OUT)
    assert raised.value.__suppress_context__  # one traceback, not one below another
    monkeypatch.setenv("VAE_DIGITS", str(path))
    with pytest.raises(DigitsError, match=f"VAE_DIGITS.*{message}"):
        load_digits()
    assert capsys.readouterr() == ("", "")
    assert (path.read_bytes() if path.is_file() else None) == before


def test_a_file_of_ones_own_may_hold_two_classes_other_integers_and_other_arrays(tmp_path, capsys):
    own = {**DIGITS, "y_train": 3 + 5 * (Y.astype(np.int64) % 2)}
    (tmp_path / "own.npz").write_bytes(npz_bytes(np.savez_compressed, **own, more=np.ones(3)))
    (x_train, y_train), _ = load_digits(tmp_path / "own.npz")
    np.testing.assert_array_equal(x_train, X)
    np.testing.assert_array_equal(y_train, own["y_train"])
    assert y_train.dtype == np.uint8
    assert capsys.readouterr() == ("", "")


def test_images_of_0_and_1_are_scaled_to_ink_and_one_line_says_so(tmp_path, capsys):
    binary = X // 128
    changed(x_train=binary)(tmp_path / "binary.npz")
    (x_train, _), (x_test, _) = load_digits(tmp_path / "binary.npz")
    np.testing.assert_array_equal(x_train, 255 * binary)
    np.testing.assert_array_equal(x_test, DIGITS["x_test"])
    (line,) = capsys.readouterr().out.splitlines()
    assert "binary.npz: x_train holds 0 and 1, so 1 is taken for ink" in line


@pytest.mark.parametrize("written", ["{}", "  {}\n", '"{}"', " '{}' ", "file://{}", "FILE://{}", '"file://{}"'])
def test_vae_digits_names_a_file_however_it_is_written(tmp_path, monkeypatch, written):
    path = tmp_path / "it's 100% # mine" / "ä digits.npz"
    path.parent.mkdir()
    path.write_bytes(FILE)
    text = path.as_uri()[len("file://") :] if "://" in written else str(path)
    monkeypatch.setenv("VAE_DIGITS", written.format(text))
    np.testing.assert_array_equal(load_digits()[0][0], X)


@pytest.mark.parametrize("name", ["strokes", "Strokes", " STROKES ", "'strokes'"])
def test_vae_digits_names_a_source_and_one_given_in_the_call_goes_before_it(monkeypatch, name):
    monkeypatch.setenv("VAE_DIGITS", name)
    assert load_digits() is load_digits("Auto") is STROKES
    monkeypatch.setenv("VAE_DIGITS", "/no/such/file.npz")
    assert load_digits(name) is STROKES


@pytest.mark.parametrize("source", ["mnst", "no/such.npz", "", "~/no/such.npz", "~nobody/x", 3, None, "a\0b"])
def test_an_unknown_source_is_an_error_that_names_the_sources(source):
    with pytest.raises(DigitsError, match="'mnist', 'fashion_mnist' .* 'strokes'"):
        load_digits(source)


def test_a_missing_file_is_named_in_full(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DigitsError, match=f"there is no file {tmp_path}/missing.npz"):
        load_digits("missing.npz")


# --- from images to what a model eats ---


def test_preprocess_divides_grey_values_by_255_and_flattens():
    images = np.arange(2 * 784, dtype=np.uint8).reshape(2, 28, 28)
    rows = data.preprocess(images)
    assert (rows.shape, rows.dtype) == ((2, 784), np.float32)
    np.testing.assert_array_equal(rows, (images.reshape(2, 784) / 255).astype(np.float32))
    np.testing.assert_array_equal(rows, data.preprocess(images.astype(np.int64)))
    assert rows.min() == 0 and rows.max() == 1


def test_preprocess_keeps_the_values_of_images_in_0_to_1():
    images = np.random.default_rng(0).random((3, 28, 28))
    rows = data.preprocess(images)
    assert rows.dtype == np.float32
    np.testing.assert_array_equal(rows, images.reshape(3, 784).astype(np.float32))


def image(value, dtype=np.float32, shape=(2, 28, 28)):
    return np.full(shape, value, dtype)


@pytest.mark.parametrize(
    "images",
    [
        image(255.0),
        image(-0.01),
        image(np.nan),
        image(np.inf),
        image(256, np.int64),
        image(-1, np.int16),
        image(True, bool),
        image("0", str),
        image(0, np.uint8, (28, 28)),
        image(0, np.uint8, (2, 784)),
        image(0, np.uint8, (2, 28, 28, 1)),
        [[1, 2]],
    ],
)
def test_preprocess_refuses_what_is_no_image_and_names_the_argument(images):
    with pytest.raises(ValueError, match="^images must"):
        data.preprocess(images)


def test_halved_images_average_four_pixels():
    x = np.arange(2 * 784, dtype=float).reshape(2, 784)
    half = data.halved(x)
    assert half.shape == (2, 14, 14)
    assert half[1, 3, 5] == x.reshape(2, 28, 28)[1, 6:8, 10:12].mean()
    np.testing.assert_array_equal(data.halved(x.reshape(2, 28, 28)), half)


@pytest.mark.parametrize("shape", [(2, 196), (784,), (2, 28, 28, 1), (2, 14, 56)])
def test_halved_refuses_other_shapes(shape):
    with pytest.raises(ValueError, match="x must have shape"):
        data.halved(np.zeros(shape))


def test_binarize_draws_each_pixel_with_its_grey_as_probability():
    x = np.tile(np.linspace(0, 1, 5, dtype=np.float32), (40_000, 1))
    samples = data.binarize(x, seed=0)
    assert samples.dtype == np.float32
    assert set(np.unique(samples)) == {0, 1}
    standard_error = np.sqrt(x[0] * (1 - x[0]) / len(x))
    assert (np.abs(samples.mean(axis=0) - x[0]) <= 5 * standard_error).all()


@pytest.mark.parametrize("shape", [(), (784,), (1400, 784)])  # the last is drawn in two pieces
def test_binarize_draws_the_samples_that_the_notebooks_numbers_stand_on(shape):
    x = np.random.default_rng(0).random(shape)
    samples = data.binarize(x, np.int64(1))
    np.testing.assert_array_equal(samples, np.random.default_rng(1).random(shape) < x)
    assert (samples.shape, samples.dtype) == (shape, np.float32)


@pytest.mark.parametrize("x", [image(0, np.uint8), image(1.01), image(-0.1), image(np.nan)])
def test_binarize_refuses_what_is_no_probability(x):
    with pytest.raises(ValueError, match="^x must"):
        data.binarize(x, 0)


@pytest.mark.parametrize("seed", [None, -1, 1.0, True, "1"])
def test_seeds_are_integers(seed):
    with pytest.raises(ValueError, match="^seed must be an integer"):
        data.binarize(image(0.5), seed)
    with pytest.raises(ValueError, match="^seed must be an integer"):
        data.train_validation_split(np.arange(9), np.arange(9), 3, seed)


def test_the_split_loses_and_doubles_nothing_and_keeps_pairs_together():
    x = np.arange(100)[:, None] * np.ones(3)
    x_train, y_train, x_val, y_val = data.train_validation_split(x, np.arange(100), n_validation=20)
    assert (x_train.shape, x_val.shape) == ((80, 3), (20, 3))
    np.testing.assert_array_equal(np.sort(np.r_[y_train, y_val]), np.arange(100))
    np.testing.assert_array_equal(x_train[:, 0], y_train)
    np.testing.assert_array_equal(x_val[:, 0], y_val)
    assert (np.diff(y_train) < 0).any()  # shuffled


@pytest.mark.parametrize(("n", "held_out"), [(60_000, 5000), (50_000, 5000), (3000, 300), (2, 1)])
def test_by_default_the_split_holds_out_a_tenth_and_at_most_5000(n, held_out):
    _, y_train, _, y_val = data.train_validation_split(np.zeros((n, 1)), np.arange(n))
    assert (len(y_train), len(y_val)) == (n - held_out, held_out)


def test_the_split_is_the_permutation_that_the_notebooks_numbers_stand_on():
    order = np.random.default_rng(3).permutation(50)
    _, y_train, _, y_val = data.train_validation_split(np.zeros((50, 2)), np.arange(50), 10, seed=3)
    np.testing.assert_array_equal(y_val, order[:10])
    np.testing.assert_array_equal(y_train, order[10:])


@pytest.mark.parametrize(
    ("x", "y", "n_validation", "message"),
    [
        (np.zeros((9, 2)), np.zeros(8), 3, "x and y must be equally long"),
        (np.zeros((9, 2)), np.zeros((9, 1)), 3, "y must have shape"),
        (np.float32(3), np.zeros(9), 3, "x and y must be equally long"),
        (np.zeros((9, 2)), np.zeros(9), 9, "n_validation must be below 9, .* leave it out"),
        (np.zeros((9, 2)), np.zeros(9), 0, "n_validation must be an integer"),
        (np.zeros((9, 2)), np.zeros(9), 0.5, "n_validation must be an integer"),
    ],
)
def test_the_split_refuses_what_it_cannot_split(x, y, n_validation, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        data.train_validation_split(x, y, n_validation)


def test_one_of_each_is_the_first_of_each_class():
    y = np.r_[[3, 3, 0], np.arange(10), np.arange(10)].astype(np.uint8)
    np.testing.assert_array_equal(data.one_of_each(y), [2, 4, 5, 0, 7, 8, 9, 10, 11, 12])


@pytest.mark.parametrize("y", [np.zeros(3), np.zeros((3, 1), int), np.zeros(0, int)])
def test_one_of_each_refuses_what_are_no_labels(y):
    with pytest.raises(ValueError, match="^y must"):
        data.one_of_each(y)
