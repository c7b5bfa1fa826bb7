"""The stroke digits: handwriting drawn by numpy, for use without a network and for lessons that need known factors.

A digit is a few pen strokes: smooth curves through control points. A hand is imitated by moving the control points a
little at random and by bending the whole digit by known factors, which are kept: notebook 08 asks whether a VAE
recovers them. The pen lays dots of ink along the strokes, closely enough to merge into a line with soft edges.

The pixels follow from the seed alone, whatever the batch they are drawn in. On another kind of processor a grey value
may differ by 1 here and there, where a rounding falls the other way. ``vae_helpers.data`` loads and keeps the data set.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from vae_helpers.types import Array
from vae_helpers.validate import require_integers, require_positive_int, require_range, require_seed

VERSION = 1  # of the drawing: count it up whenever the pixels change, so that no cache holds the old ones
SIDE = 28  # pixels
HEIGHT = 16.8  # pixels from the highest to the lowest point of the pen's path, at scale 1
DOT = 0.7  # pixels: standard deviation of a dot of ink
DOTS = 64  # for each digit: at most 1.2 pixels apart, which merges dots of this size into a line without ripples
EDGE = 1.4  # pixels over which a stroke's edge goes from ink to paper
BATCH = 500  # digits drawn at once: their dots fit the processor's cache
CAREFUL = 0.045  # standard deviation of a control point's displacement at jitter 1, in heights


class Shape(NamedTuple):
    """One way to write a digit: the points that the pen runs through, "x,y" in hundredths of the digit's height.

    They count from the left and from the top. A slash lifts the pen. Strokes that name the same point stay joined
    there, as a corner.
    """

    digit: int
    share: float  # of the digit's images
    strokes: str


SHAPES = (
    Shape(0, 1.0, "40,2 20,8 6,30 5,62 16,92 34,98 52,84 60,52 54,18 38,2 26,6"),
    Shape(1, 0.65, "30,0 30,50 30,100"),
    Shape(1, 0.25, "10,24 32,0 / 32,0 32,50 32,100"),
    Shape(1, 0.1, "10,22 32,0 / 32,0 32,50 32,100 / 8,100 32,100 56,99"),
    Shape(2, 0.6, "5,24 16,6 35,0 54,14 51,38 32,66 5,97 / 5,97 32,95 64,97"),
    Shape(2, 0.4, "6,20 28,0 52,14 46,42 26,78 10,96 2,86 13,78 34,91 66,95"),
    Shape(3, 0.8, "8,12 30,0 52,13 44,36 22,47 / 22,47 48,54 57,76 36,100 3,89"),
    Shape(3, 0.2, "5,3 30,2 53,2 / 53,2 24,41 / 24,41 50,52 56,76 34,100 3,90"),
    Shape(4, 0.6, "10,4 4,30 10,52 34,54 60,48 / 54,0 52,48 48,100"),
    Shape(4, 0.4, "46,0 26,32 2,62 / 2,62 34,62 68,60 / 46,0 45,50 44,100"),
    Shape(5, 1.0, "58,2 36,3 15,4 / 15,4 13,22 9,44 / 9,44 34,37 55,55 51,84 28,100 3,91"),
    Shape(6, 1.0, "46,0 24,16 9,44 7,74 20,97 42,95 53,76 42,57 22,61 9,80"),
    Shape(7, 0.75, "3,7 30,5 58,3 / 58,3 46,34 32,66 24,100"),
    Shape(7, 0.25, "3,7 30,5 58,3 / 58,3 46,34 34,66 26,100 / 16,52 56,48"),
    Shape(8, 1.0, "52,12 30,0 10,18 28,44 50,68 42,95 20,98 7,79 22,56 44,36 52,14"),
    Shape(9, 0.65, "52,12 30,0 8,18 12,42 32,45 50,28 55,6 / 55,6 51,52 45,100"),
    Shape(9, 0.35, "52,12 30,0 8,18 12,42 32,45 50,28 55,6 / 55,6 57,44 50,84 30,100 8,92"),
)


def _read_strokes(text: str) -> tuple[Array, list[list[int]]]:
    """Read a shape's text: its points (points, 2), in heights, and for each stroke the numbers of its points."""
    strokes = [stroke.split() for stroke in text.split("/")]
    names = list(dict.fromkeys(name for stroke in strokes for name in stroke))
    points = np.array([name.split(",") for name in names], np.float32) / 100
    return points, [[names.index(name) for name in stroke] for stroke in strokes]


POINTS = max(len(_read_strokes(shape.strokes)[0]) for shape in SHAPES)

# A hand that strays does so for a while: neighbouring points' displacements are correlated, by STEADY per point.
STEADY = 0.6
STRAYING = np.linalg.cholesky(STEADY ** np.abs(np.subtract.outer(np.arange(POINTS), np.arange(POINTS))))

FACTORS = np.dtype(
    [
        ("shape", "u1"),  # which of SHAPES
        ("slant", "f4"),  # tangent of the angle from upright, positive to the right
        ("thickness", "f4"),  # pixels
        ("rotation", "f4"),  # radians, positive clockwise
        ("scale", "f4"),  # 1: HEIGHT pixels high
        ("width", "f4"),  # 1: as SHAPES has it
        ("jitter", "f4"),  # how unsteady the hand was; 1: CAREFUL
    ]
)


def draw_stroke_digits(n: int, seed: int, only: Sequence[int] = range(10)) -> tuple[Array, Array, Array]:
    """Draw ``n`` digits: images uint8 (n, 28, 28), labels uint8 (n,), factors (n,), a structured array (see FACTORS).

    only: which digits, equally often. The same arguments draw the same images. Raises ValueError for an n below 1, a
    seed that is no integer, or a digit that is none.
    """
    require_positive_int("n", n)
    require_seed("seed", seed)
    digits = np.asarray(only)
    require_integers("only", digits)
    require_range("only", digits, 0, 9)
    rng = np.random.default_rng(seed)
    labels = digits[rng.integers(0, len(digits), n)].astype(np.uint8)
    factors = _draw_factors(labels, rng)
    displacements = STRAYING.astype(np.float32) @ rng.standard_normal((n, POINTS, 2), dtype=np.float32)
    images = np.empty((n, SIDE, SIDE), np.uint8)
    for number, shape in enumerate(SHAPES):
        template, strokes = _read_strokes(shape.strokes)
        path = _pen_path(template, strokes)
        rows = np.flatnonzero(factors["shape"] == number)
        for batch in np.split(rows, range(BATCH, len(rows), BATCH)):
            points = _bend(template, factors[batch], displacements[batch, : len(template)])
            images[batch] = _ink(*path, points, factors["thickness"][batch])
    return images, labels, factors


def _draw_factors(labels: Array, rng: np.random.Generator) -> Array:
    """Draw the factors that bend a digit, a set for each label: a structured array (n,)."""
    n = len(labels)
    factors = np.empty(n, FACTORS)
    factors["shape"] = _choose_shapes(labels, rng.random(n))
    factors["slant"] = np.clip(rng.normal(0.16, 0.20, n), -0.4, 0.75)
    factors["thickness"] = np.clip(rng.normal(2.5, 0.55, n), 1.4, 4.2)
    factors["rotation"] = np.clip(rng.normal(0.0, 0.08, n), -0.25, 0.25)
    factors["scale"] = np.clip(rng.normal(1.0, 0.06, n), 0.82, 1.12)
    factors["width"] = np.clip(rng.normal(1.1, 0.18, n), 0.6, 1.6)
    factors["jitter"] = np.clip(np.exp(rng.normal(0.0, 0.35, n)), 0.4, 2.2)
    return factors


def _choose_shapes(labels: Array, uniform: Array) -> Array:
    """Choose for each label one of its digit's shapes, as often as the shape's share says: their numbers, (n,)."""
    chosen = np.empty(len(labels), np.uint8)
    for digit in range(10):
        numbers = [number for number, shape in enumerate(SHAPES) if shape.digit == digit]
        ends = np.cumsum([SHAPES[number].share for number in numbers])[:-1]
        rows = labels == digit
        chosen[rows] = np.asarray(numbers)[np.searchsorted(ends, uniform[rows], side="right")]
    return chosen


def _pen_path(points: Array, strokes: list[list[int]]) -> tuple[Array, Array]:
    """The pen's way as two matrices (DOTS, points): times the control points, the dots and the steps between them.

    A cubic spline is linear in the points that it runs through, so one matrix draws every hand's version of a shape.
    """
    from scipy.interpolate import CubicSpline  # a third of a second, and only drawing needs it

    chords = [np.r_[0, np.cumsum(np.linalg.norm(np.diff(points[stroke], axis=0), axis=1))] for stroke in strokes]
    ends = np.round(DOTS * np.cumsum([chord[-1] for chord in chords]) / sum(chord[-1] for chord in chords)).astype(int)
    middles, steps = [], []
    for stroke, chord, pieces in zip(strokes, chords, np.diff(ends, prepend=0), strict=True):
        weights = np.eye(len(points))[stroke]  # each of the stroke's points, in terms of all points
        nodes = CubicSpline(chord, weights, bc_type="natural")(np.linspace(0, chord[-1], pieces + 1))
        middles.append((nodes[1:] + nodes[:-1]) / 2)
        steps.append(np.diff(nodes, axis=0))
    return np.concatenate(middles).astype(np.float32), np.concatenate(steps).astype(np.float32)


def _bend(template: Array, factors: Array, displacements: Array) -> Array:
    """The control points (batch, points, 2) in pixels, from the middle of the image, as this hand sets them."""
    hand = CAREFUL * factors["jitter"][:, None, None] * displacements
    x, y = np.moveaxis(template + hand, -1, 0)  # (batch, points) each
    x = x * factors["width"][:, None] - factors["slant"][:, None] * y
    cosine, sine = np.cos(factors["rotation"])[:, None], np.sin(factors["rotation"])[:, None]
    size = HEIGHT * factors["scale"][:, None]
    return np.stack([size * (cosine * x - sine * y), size * (sine * x + cosine * y)], axis=-1)


def _ink(middles: Array, steps: Array, points: Array, thickness: Array) -> Array:
    """Grey values uint8 (batch, 28, 28) of pens that lay a dot of ink at each of the path's middles.

    A dot's ink falls off as a Gaussian, in proportion to the step that it covers, so that along a straight stroke the
    ink at distance d from the pen's way is exp(-d²/(2 DOT²)). Read backwards, the ink tells every pixel its distance
    from the pen's way, and the distance its grey. A Gaussian is a product over x and y: one small matrix product.
    """
    length = np.linalg.norm(steps @ points, axis=-1)  # (batch, DOTS)
    dots = middles @ points  # (batch, DOTS, 2)
    centre = (length[..., None] * dots).sum(axis=1, keepdims=True) / length.sum(axis=1)[:, None, None]
    dots += (SIDE - 1) / 2 - centre  # the centre of the ink to the middle of the image
    falloff = np.exp(-((dots[..., None] - np.arange(SIDE, dtype=np.float32)) ** 2) / (2 * DOT**2))
    across, down = falloff[:, :, 0], falloff[:, :, 1] * (length / (np.sqrt(2 * np.pi) * DOT))[..., None]
    ink = np.swapaxes(down, 1, 2) @ across  # (batch, y, x)
    distance = DOT * np.sqrt(-2 * np.log(np.clip(ink, 1e-30, 1)))
    return (255 * np.clip(0.5 + (thickness[:, None, None] / 2 - distance) / EDGE, 0, 1) + 0.5).astype(np.uint8)
