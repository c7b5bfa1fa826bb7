"""The stroke digits: drawn as their factors say, legible, the same from the same seed; and their cache's faults."""

import subprocess
import sys
import time

import numpy as np
import pytest

from vae_helpers import data, strokes
from vae_helpers.data import load_digits, preprocess, stroke_factors
from vae_helpers.strokes import SHAPES, draw_stroke_digits


@pytest.fixture(scope="module")
def drawn():
    """2,000 images, labels and factors."""
    return draw_stroke_digits(2000, seed=1)


@pytest.fixture
def cache(monkeypatch, tmp_path):
    """An empty cache: the place of the stroke digits' file."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(data, "FALLBACK_CACHE", tmp_path / "file")
    return tmp_path / "datasets" / f"stroke_digits_{strokes.VERSION}.npz"


@pytest.fixture
def few(monkeypatch):
    """A data set of 100 + 20 digits, so that drawing takes no time."""
    monkeypatch.setattr(data, "STROKE_COUNTS", {"train": 100, "test": 20})


def assert_equal(digits, others):
    for a, b in zip((*digits[0], *digits[1]), (*others[0], *others[1]), strict=True):
        np.testing.assert_array_equal(a, b)


# --- the drawing ---


def test_shapes_dtypes_and_ten_classes(drawn):
    images, labels, factors = drawn
    assert (images.shape, images.dtype) == ((2000, 28, 28), np.uint8)
    assert (labels.shape, labels.dtype) == ((2000,), np.uint8)
    assert (factors.shape, factors.dtype) == ((2000,), strokes.FACTORS)
    assert (np.bincount(labels, minlength=10) > 150).all()
    np.testing.assert_array_equal(labels, [SHAPES[number].digit for number in factors["shape"]])


def test_every_digits_shares_add_up_and_every_shape_is_drawn_as_often_as_it_says(drawn):
    _, labels, factors = drawn
    for digit in range(10):
        assert sum(shape.share for shape in SHAPES if shape.digit == digit) == pytest.approx(1)
    for number, shape in enumerate(SHAPES):
        drawn_share = (factors["shape"][labels == shape.digit] == number).mean()
        assert drawn_share == pytest.approx(shape.share, abs=0.15)


def test_the_same_seed_draws_the_same_bytes_and_another_seed_others(drawn):
    again = draw_stroke_digits(2000, seed=np.int64(1))
    assert [array.tobytes() for array in again] == [array.tobytes() for array in drawn]
    other = draw_stroke_digits(2000, seed=2)
    assert all((a != b).any() for a, b in zip(drawn, other, strict=True))


def test_the_bytes_do_not_depend_on_the_batch(drawn, monkeypatch):
    monkeypatch.setattr(strokes, "BATCH", 7)
    assert draw_stroke_digits(2000, seed=1)[0].tobytes() == drawn[0].tobytes()


def test_the_drawing_is_still_the_versions(drawn):
    """Count VERSION up when the pixels change, and put the new means here: caches hold the old ones."""
    assert strokes.VERSION == 1
    np.testing.assert_allclose(drawn[0][:5].mean(axis=(1, 2)), MEANS_OF_VERSION_1, atol=0.01)


MEANS_OF_VERSION_1 = [24.179, 40.511, 21.703, 20.926, 31.867]


@pytest.mark.parametrize(("n", "seed", "named"), [(0, 0, "n"), (2.0, 0, "n"), (1, -1, "seed"), (1, None, "seed")])
def test_n_and_the_seed_are_integers(n, seed, named):
    with pytest.raises(ValueError, match=f"^{named} must be an integer"):
        draw_stroke_digits(n, seed)


def test_only_some_digits_can_be_asked_for():
    assert set(draw_stroke_digits(50, 0, only=[3, 8])[1]) == {3, 8}
    for only in ([10], [-1], [], [0.5]):
        with pytest.raises(ValueError, match="^only must"):
            draw_stroke_digits(1, 0, only)


# --- what the images look like ---


def moments(images):
    """Of the ink: centre x and y, variance in x and y, covariance, each (n,)."""
    ink = images / images.sum(axis=(1, 2), keepdims=True)
    across = np.arange(28.0)
    x, y = ink.sum(axis=1) @ across, ink.sum(axis=2) @ across
    dx, dy = across - x[:, None], across - y[:, None]
    variance_x = (ink.sum(axis=1) * dx**2).sum(axis=1)
    variance_y = (ink.sum(axis=2) * dy**2).sum(axis=1)
    return x, y, variance_x, variance_y, np.einsum("nyx,ny,nx->n", ink, dy, dx)


def heights(images):
    """Rows from the first to the last with any ink, (n,)."""
    rows = images.max(axis=2) > 0
    return 28 - rows.argmax(axis=1) - rows[:, ::-1].argmax(axis=1)


def test_they_have_mnists_looks(drawn):
    """MNIST: mean 0.131, 81 % paper, 7 % full ink, centred, 20 pixels high."""
    images = drawn[0]
    assert 0.11 < images.mean() / 255 < 0.145
    assert 0.75 < (images == 0).mean() < 0.85
    assert 0.04 < (images >= 250).mean() < 0.10
    x, y, *_ = moments(images)
    assert max(np.abs(x - 13.5).max(), np.abs(y - 13.5).max()) < 1.2
    assert heights(images).mean() == pytest.approx(20, abs=1)
    edges = np.concatenate([images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]], axis=1)
    assert (edges.max(axis=1) > 0).mean() < 0.06


def test_they_are_legible(drawn):
    """A linear classifier (least squares on 1,500 images) reads most of the other 500, as it does with MNIST."""
    rows, labels = preprocess(drawn[0]).astype(float), drawn[1]
    train, test = rows[:1500], rows[1500:]
    weights = np.linalg.solve(train.T @ train + 10 * np.eye(784), train.T @ np.eye(10)[labels[:1500]])
    assert ((test @ weights).argmax(axis=1) == labels[1500:]).mean() > 0.9


@pytest.mark.parametrize("thickness", [1.5, 2.5, 4.0])
def test_a_straight_strokes_profile_is_as_wide_as_the_pen(thickness):
    """Across a stroke the ink adds up to the thickness, over rows that it crosses at every fraction of a pixel."""
    template, order = strokes._read_strokes("0,0 15,50 30,100")
    points = template[None] * 16.0
    (image,) = strokes._ink(*strokes._pen_path(template, order), points, np.float32([thickness]))
    assert image[9:19].sum(axis=1).mean() / 255 == pytest.approx(thickness * np.hypot(1, 0.3), rel=0.02)
    assert (image == image[::-1, ::-1]).all()  # the stroke is in the middle


def test_strokes_that_name_the_same_point_share_it():
    points, order = strokes._read_strokes("0,0 10,20 / 10,20 30,40")
    np.testing.assert_allclose(points, [[0, 0], [0.1, 0.2], [0.3, 0.4]])
    assert order == [[0, 1], [1, 2]]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: f"{shape.digit}: {shape.strokes[:12]}")
def test_the_pen_runs_through_a_shapes_points_without_a_leap(shape):
    points, order = strokes._read_strokes(shape.strokes)
    middles, steps = strokes._pen_path(points, order)
    assert middles.shape == steps.shape == (strokes.DOTS, len(points))
    dots, lengths = middles @ points, np.linalg.norm(steps @ points, axis=1)
    nearest = np.linalg.norm(dots[:, None] - points, axis=-1).min(axis=0)
    assert nearest.max() < lengths.max()
    assert lengths.max() * strokes.HEIGHT < 1.3  # dots this close merge into a line


def straight_ones(drawn):
    chosen = drawn[2]["shape"] == 1
    assert SHAPES[1].strokes == "30,0 30,50 30,100"
    return drawn[0][chosen], drawn[2][chosen]


def test_slant_and_rotation_tilt_a_digit_as_they_say(drawn):
    """A straight 1's principal axis lies at arctan(slant) + rotation, clockwise, but for the hand's jitter."""
    images, factors = straight_ones(drawn)
    _, _, variance_x, variance_y, covariance = moments(images)
    tilt = -0.5 * np.arctan2(2 * covariance, variance_y - variance_x)
    said = np.arctan(factors["slant"]) + factors["rotation"]
    assert np.corrcoef(tilt, said)[0, 1] > 0.95
    assert abs((tilt - said).mean()) < 0.02
    residual = np.corrcoef(tilt - np.arctan(factors["slant"]), factors["rotation"])[0, 1]
    assert residual > 0.7


def test_thickness_is_the_ink_over_the_length(drawn):
    images, factors = straight_ones(drawn)
    length = strokes.HEIGHT * factors["scale"] * np.sqrt(1 + factors["slant"] ** 2)
    assert np.corrcoef(images.sum(axis=(1, 2)) / length, factors["thickness"])[0, 1] > 0.94


def test_scale_and_width_stretch_a_digit_as_they_say():
    """The standard deviation of a 0's ink, in y and in x, follows from the factors."""
    images, _, factors = draw_stroke_digits(4000, seed=2)
    zeros = factors["shape"] == 0
    _, _, variance_x, variance_y, _ = moments(images[zeros])
    factors = factors[zeros]
    assert np.corrcoef(np.sqrt(variance_y), factors["scale"])[0, 1] > 0.6
    upright = np.abs(factors["slant"]) < 0.1
    ratio = np.sqrt(variance_x / variance_y)[upright]
    assert np.corrcoef(ratio, factors["width"][upright])[0, 1] > 0.7


def test_a_hand_without_jitter_bends_the_template_by_a_known_matrix():
    """Widen, slant, rotate, scale, in this order; y points down, so a turn from x to y is clockwise."""
    template, _ = strokes._read_strokes(SHAPES[0].strokes)
    factors = np.zeros(1, strokes.FACTORS)
    factors["slant"], factors["rotation"], factors["scale"], factors["width"] = 0.3, 0.2, 0.9, 1.2
    turn = np.array([[np.cos(0.2), -np.sin(0.2)], [np.sin(0.2), np.cos(0.2)]])
    matrix = 0.9 * strokes.HEIGHT * turn @ np.array([[1.2, -0.3], [0, 1]])
    (bent,) = strokes._bend(template, factors, np.ones((1, *template.shape), np.float32))
    np.testing.assert_allclose(bent, template @ matrix.T, rtol=1e-5, atol=1e-5)


def test_more_jitter_strays_further_from_the_template():
    template, _ = strokes._read_strokes(SHAPES[0].strokes)
    displacements = np.random.default_rng(0).standard_normal((2, *template.shape)).astype(np.float32)
    displacements[1] = displacements[0]
    factors = np.zeros(2, strokes.FACTORS)
    factors["scale"], factors["width"], factors["jitter"] = 1, 1, [0, 1.5]
    still, shaken = strokes._bend(template, factors, displacements)
    np.testing.assert_allclose(still, template * strokes.HEIGHT, rtol=1e-6)
    np.testing.assert_allclose(
        shaken - still, 1.5 * strokes.CAREFUL * strokes.HEIGHT * displacements[0], rtol=1e-3, atol=1e-4
    )


# --- the data set and its cache ---


def test_the_whole_data_set_is_drawn_in_time_and_then_read(cache, capsys):
    start = time.process_time()
    (x_train, y_train), (x_test, y_test) = digits = load_digits("strokes")
    assert time.process_time() - start < 15
    assert (x_train.shape, y_train.shape) == ((60_000, 28, 28), (60_000,))
    assert (x_test.shape, y_test.shape) == ((10_000, 28, 28), (10_000,))
    assert {array.dtype for pair in digits for array in pair} == {np.dtype(np.uint8)}
    start = time.process_time()
    assert_equal(digits, load_digits("strokes"))
    train, test = stroke_factors()
    assert time.process_time() - start < 2
    assert (len(train), len(test)) == (60_000, 10_000)
    for labels, factors in ((y_train, train), (y_test, test)):
        np.testing.assert_array_equal(labels, np.array([shape.digit for shape in SHAPES])[factors["shape"]])
    # the factors stand in the images' order: thicker pens leave more ink
    assert np.corrcoef(x_test.mean(axis=(1, 2)), test["thickness"])[0, 1] > 0.5
    assert capsys.readouterr() == ("", "")
    assert list(cache.parent.iterdir()) == [cache]


def cut(path):
    path.write_bytes(path.read_bytes()[:-100])


def change_a_pixel(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def drop_the_factors(path):
    with np.load(path) as archive:
        np.savez(path, **{name: archive[name] for name in archive.files if name != "factors_test"})


FAULTS = {cut: "is truncated", change_a_pixel: "is damaged", drop_the_factors: "has no array 'factors_test'"}


@pytest.mark.parametrize(("spoil", "message"), FAULTS.items(), ids=[fault.__name__ for fault in FAULTS])
def test_a_bad_cached_file_is_drawn_anew_and_one_line_says_so(cache, few, capsys, spoil, message):
    good = load_digits("strokes")
    spoil(cache)
    assert_equal(good, load_digits("strokes"))
    (line,) = capsys.readouterr().out.splitlines()
    assert message in line and str(cache) in line and line.endswith("It is drawn anew.")
    load_digits("strokes")
    assert capsys.readouterr() == ("", "")  # the good file stands in the bad one's place


def test_where_nothing_can_be_written_they_are_drawn_and_one_line_says_so(cache, few, monkeypatch, tmp_path, capsys):
    (tmp_path / "file").write_bytes(b"")  # no folder can be made in a file, not by root either
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "file"))
    assert load_digits("strokes")[0][0].shape == (100, 28, 28)
    (line,) = capsys.readouterr().out.splitlines()
    assert "could not be kept" in line and "KERAS_HOME" in line


def test_a_directory_in_the_files_place_is_left_there(cache, few, capsys):
    cache.mkdir(parents=True)
    assert load_digits("strokes")[0][0].shape == (100, 28, 28)
    first, second = capsys.readouterr().out.splitlines()
    assert "can't be read" in first and "could not be kept" in second
    assert list(cache.parent.iterdir()) == [cache]


def test_another_versions_file_is_not_read(cache, few, monkeypatch):
    load_digits("strokes")
    monkeypatch.setattr(strokes, "VERSION", strokes.VERSION + 1)
    monkeypatch.setattr(strokes, "DOT", 0.5)
    assert (load_digits("strokes")[0][0] == draw_stroke_digits(120, 0)[0][:100]).all()
    assert len(list(cache.parent.iterdir())) == 2


def test_two_processes_that_draw_at_once_both_succeed(cache):
    code = """
from vae_helpers import data
data.STROKE_COUNTS = {"train": 1000, "test": 100}
print(data.load_digits("strokes")[0][0].sum())
"""
    children = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    outputs = [child.communicate(timeout=300)[0] for child in children]
    assert outputs == [f"{draw_stroke_digits(1100, 0)[0][:1000].sum()}\n"] * 2
    assert list(cache.parent.iterdir()) == [cache]
