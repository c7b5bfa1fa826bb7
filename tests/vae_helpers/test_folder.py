"""A folder of one's own images: what is read from it, in which order, shape and mode."""

import os
import re
import struct
from pathlib import Path

import numpy as np
import pytest
from own_images import RNG, noise, one, png, put
from PIL import Image

from vae_helpers import data
from vae_helpers.data import load_folder

# --- what is returned ---


def test_subfolders_are_classes_and_names_decide_the_order(tmp_path):
    grey = noise(5, 8, 8)
    places = ["b/10.png", "b/2.png", "a/same.png", "a/same.gif", "ä ö/日本.png"]
    for place, pixels in zip(places, grey, strict=True):
        put(tmp_path / place, pixels)
    images, labels, names = load_folder(tmp_path, 8)
    assert names == ["a", "b", "ä ö"]
    assert (labels.tolist(), labels.dtype) == ([0, 0, 1, 1, 2], np.uint8)
    np.testing.assert_array_equal(images, grey[[3, 2, 0, 1, 4]])
    assert (images.dtype, images.flags.writeable) == (np.uint8, True)


def test_images_without_subfolders_are_one_class_named_as_the_folder(tmp_path, monkeypatch):
    put(tmp_path / "mine" / "x.png", noise(28, 28))
    (tmp_path / "mine" / "notes").mkdir()
    (tmp_path / "mine" / "notes" / "README.txt").write_text("no images")
    put(tmp_path / "mine" / "notes" / ".trash" / "y.png", noise(28, 28))
    monkeypatch.chdir(tmp_path / "mine")
    monkeypatch.setenv("HOME", str(tmp_path))
    for path in (tmp_path / "mine", str(tmp_path / "mine") + "/", ".", "../mine", "~/mine"):
        images, labels, names = data.load_folder(path, np.int64(28), np.uint8(1))
        assert (images.shape, labels.tolist(), names) == ((1, 28, 28), [0], ["mine"])
    assert data.preprocess(images).shape == (1, 784)


def test_the_three_lines_of_the_page_on_set_up(tmp_path, monkeypatch):
    page = (Path(__file__).parents[2] / "docs" / "set-up.md").read_text(encoding="utf-8")
    (lines,) = re.findall(r"```python\n(.*?load_folder.*?)```", page, re.DOTALL)
    assert len(list(filter(None, lines.splitlines()))) == 3
    for place in ("cats/x.png", "dogs/y.png"):
        put(tmp_path / "my_images" / place, noise(40, 30, 3))
    monkeypatch.chdir(tmp_path)
    exec(lines, names := {})
    assert (names["x"].shape, names["class_names"]) == ((2, 784), ["cats", "dogs"])


def test_colour_has_three_channels_and_grey_is_its_luma(tmp_path):
    colours = noise(8, 8, 3)
    put(tmp_path / "x.png", colours)
    np.testing.assert_array_equal(one(tmp_path), colours)
    luma = colours @ [0.299, 0.587, 0.114]
    assert np.abs(one(tmp_path, channels=1) - luma).max() <= 0.51


def test_a_grey_file_asked_for_in_colour_has_three_equal_channels(tmp_path):
    grey = noise(8, 8)
    put(tmp_path / "x.png", grey)
    np.testing.assert_array_equal(one(tmp_path), np.repeat(grey[..., None], 3, axis=2))


@pytest.mark.parametrize("name", ["x.png", "x.PNG", "x.jpg", "x.JPG", "x.jpeg", "x.JPEG", "x.webp", "x.WebP", "x.gif"])
def test_endings_in_small_letters_and_capitals(tmp_path, name):
    put(tmp_path / name, np.full((8, 8, 3), 77, np.uint8))
    assert np.abs(one(tmp_path).astype(int) - 77).max() <= 1


def test_a_jpeg_that_is_called_png_is_read(tmp_path):
    put(tmp_path / "x.png", np.full((8, 8), 77, np.uint8), format="JPEG")
    assert np.abs(one(tmp_path, channels=1).astype(int) - 77).max() <= 1


def test_what_is_hidden_or_no_image_is_passed_over(tmp_path):
    put(tmp_path / "a" / "x.png", noise(8, 8))
    for name in (
        ".DS_Store",
        "Thumbs.db",
        "a/.DS_Store",
        "a/._x.png",
        "a/README.txt",
        "notes.md",
        "a/png",
        "a/x.png.txt",
    ):
        (tmp_path / name).write_bytes(b"x")
    for name in (".git/x.png", "__MACOSX/a/x.png", "a/.ipynb_checkpoints/x.png"):
        put(tmp_path / name, noise(8, 8))
    _, labels, names = load_folder(tmp_path, 8)
    assert (labels.tolist(), names) == ([0], ["a"])


@pytest.mark.parametrize(("n", "dtype"), [(255, np.uint8), (256, np.int64)])
def test_more_than_255_classes_have_wider_labels(tmp_path, n, dtype):
    first = put(tmp_path / "000" / "x.png", noise(4, 4))
    for label in range(1, n):
        (tmp_path / f"{label:03}").mkdir()
        os.link(first, tmp_path / f"{label:03}" / "x.png")
    _, labels, names = load_folder(tmp_path, 4)
    np.testing.assert_array_equal(labels, np.arange(n))
    assert (labels.dtype, names[-1]) == (dtype, f"{n - 1:03}")


def test_as_keras_reads_it(tmp_path):
    """Colour PNGs of one size: the same pixels, labels and names in the same order."""
    from vae_helpers.backend import keras

    for place in ("b/2", "b/10", "b/B", "a/z", "a/ä", "Z/x"):
        put(tmp_path / f"{place}.png", noise(9, 9, 3))
    images, labels, names = load_folder(tmp_path, 9, 3)
    keras_set = keras.utils.image_dataset_from_directory(tmp_path, image_size=(9, 9), shuffle=False, verbose=False)
    assert names == keras_set.class_names
    ((keras_images, keras_labels),) = keras_set.as_numpy_iterator()
    np.testing.assert_array_equal(images, keras_images)
    np.testing.assert_array_equal(labels, keras_labels)


# --- shapes ---


@pytest.mark.parametrize("shape", [(8, 20), (20, 8), (9, 8), (8, 9)])
def test_the_central_square_is_kept_and_nothing_is_stretched(tmp_path, shape):
    pixels = noise(*shape)
    put(tmp_path / "x.png", pixels)
    top, left = (shape[0] - 8) // 2, (shape[1] - 8) // 2
    np.testing.assert_array_equal(one(tmp_path, channels=1), pixels[top : top + 8, left : left + 8])


def test_mixed_sizes_become_one_and_every_pixel_counts(tmp_path):
    board = np.indices((64, 64)).sum(axis=0) % 2 * np.uint8(255)  # a filter that leaves pixels out finds black or white
    for name, pixels in (("a", board), ("b", np.tile(np.uint8(100), (3, 5))), ("c", np.tile(np.uint8(9), (1, 1)))):
        put(tmp_path / f"{name}.png", pixels.astype(np.uint8))
    images, _, _ = load_folder(tmp_path, 16)
    assert np.abs(images[0].astype(int) - 127.5).max() < 3
    assert (images[1] == 100).all() and (images[2] == 9).all()


ORIENTED = {1: "abcd", 2: "badc", 3: "dcba", 4: "cdab", 5: "acbd", 6: "cadb", 7: "dbca", 8: "bdac"}  # of the quarters


@pytest.mark.parametrize("name", ["x.jpg", "x.png", "x.webp"])
@pytest.mark.parametrize(("orientation", "quarters"), ORIENTED.items())
def test_exif_rotation_is_applied(tmp_path, orientation, quarters, name):
    levels = dict(zip("abcd", (0, 80, 160, 240), strict=True))
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.kron(np.array([[0, 80], [160, 240]], np.uint8), np.ones((16, 16), np.uint8))
    put(tmp_path / name, stored, exif=exif, quality=95)
    seen = one(tmp_path, size=32, channels=1)[8::16, 8::16].ravel().astype(int)
    assert np.abs(seen - [levels[quarter] for quarter in quarters]).max() <= 3


# --- modes ---


def test_cmyk_is_read_as_the_colours_that_it_shows(tmp_path):
    red = Image.new("RGB", (8, 8), (250, 20, 30))
    put(tmp_path / "x.jpg", red, "CMYK", quality=95)
    assert np.abs(one(tmp_path).astype(int) - [250, 20, 30]).max() <= 3
    assert np.abs(one(tmp_path, channels=1).astype(int) - (0.299 * 250 + 0.587 * 20 + 0.114 * 30)).max() <= 3


def test_a_palette_is_read_as_its_colours(tmp_path):
    colours = np.array([[250, 20, 30], [0, 99, 5], [7, 8, 200]], np.uint8)[RNG.integers(0, 3, (8, 8))]
    put(tmp_path / "x.png", Image.fromarray(colours).quantize(3))
    np.testing.assert_array_equal(one(tmp_path), colours)


def palette_with_alpha():
    image = Image.new("P", (8, 8), 1)
    image.putpalette([10, 20, 30, 40, 50, 60])
    return image


SEE_THROUGH = {
    "RGBA": (Image.new("RGBA", (8, 8), (10, 20, 30, 51)), {}, np.array([10, 20, 30]) * 0.2 + 255 * 0.8),
    "LA": (Image.new("LA", (8, 8), (40, 102)), {}, np.full(3, 40 * 0.4 + 255 * 0.6)),
    "palette, one colour": (palette_with_alpha(), {"transparency": 1}, [255, 255, 255]),
    "palette, alphas": (palette_with_alpha(), {"transparency": b"\xff\x33"}, np.array([40, 50, 60]) * 0.2 + 255 * 0.8),
    "RGB, one colour": (Image.new("RGB", (8, 8), (1, 2, 3)), {"transparency": (1, 2, 3)}, [255, 255, 255]),
    "L, one level": (Image.new("L", (8, 8), 7), {"transparency": 7}, [255, 255, 255]),
    "16 bits, one level": (Image.fromarray(np.full((8, 8), 300, np.uint16)), {"transparency": 300}, [255, 255, 255]),
    "1 bit, one level": (Image.new("1", (8, 8), 0), {"transparency": 0}, [255, 255, 255]),
}


@pytest.mark.parametrize(("image", "options", "seen"), SEE_THROUGH.values(), ids=SEE_THROUGH)
def test_what_is_transparent_lies_on_white(tmp_path, image, options, seen):
    put(tmp_path / "x.png", image, **options)
    assert np.abs(one(tmp_path) - np.asarray(seen)).max() <= 1
    assert np.abs(one(tmp_path, channels=1) - np.asarray(seen) @ [0.299, 0.587, 0.114]).max() <= 1


def test_alpha_in_a_webp_lies_on_white(tmp_path):
    put(tmp_path / "x.webp", Image.new("RGBA", (8, 8), (10, 20, 30, 0)), lossless=True)
    assert (one(tmp_path) == 255).all()


def test_16_bits_are_scaled_and_not_clipped(tmp_path):
    levels = np.linspace(0, 65535, 64).round().astype(np.uint16).reshape(8, 8)
    put(tmp_path / "x.png", levels)
    grey = one(tmp_path, channels=1)
    np.testing.assert_array_equal(grey, np.round(levels / 257))
    assert (grey.min(), grey.max()) == (0, 255)


def test_16_bits_are_cropped_turned_and_resized_like_8(tmp_path):
    exif, pixels = Image.Exif(), noise(30, 20)
    exif[0x0112] = 6
    put(tmp_path / "a.png", pixels, exif=exif)
    put(tmp_path / "b.png", pixels * np.uint16(257), exif=exif)
    images, _, _ = load_folder(tmp_path, 8)
    np.testing.assert_array_equal(images[0], images[1])


def test_16_bit_colour_is_scaled(tmp_path):
    row = b"\0" + struct.pack(">3H", 65535, 32896, 0) * 8
    (tmp_path / "x.png").write_bytes(png(8, 8, 16, 2, row * 8))
    np.testing.assert_array_equal(one(tmp_path)[3, 3], [255, 128, 0])


def test_one_bit_is_black_and_white(tmp_path):
    bits = RNG.random((8, 8)) < 0.5
    put(tmp_path / "x.png", Image.fromarray(bits))
    np.testing.assert_array_equal(one(tmp_path, channels=1), 255 * bits)


def test_a_phones_photo_with_a_second_picture_is_its_first(tmp_path):
    first, second = (Image.new("RGB", (8, 8), level) for level in ("white", "black"))
    put(tmp_path / "x.jpg", first, format="MPO", save_all=True, append_images=[second])
    assert one(tmp_path).min() > 250
