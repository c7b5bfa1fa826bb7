"""The images of notebook 09: parts of two photographs, and digits in known colours.

The photographs are china.jpg and flower.jpg, which scikit-learn brings along (Creative Commons BY; see the licences).
"""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path

import numpy as np
from PIL import Image

from vae_helpers.types import Array
from vae_helpers.validate import require_positive_int, require_unit_range

PAPER, INK = (0.5, 1.0), (0.0, 0.5)  # the ranges from which each channel is drawn: dark digits on light paper


def photo_parts(n: int, side: int, seed: int) -> dict[str, Array]:
    """Square parts at random places of the two photographs: {"china": uint8 (n, side, side, 3), "flower": ...}."""
    from sklearn.datasets import load_sample_images  # a second, and only this needs it

    require_positive_int("n", n)
    rng, photos = np.random.default_rng(seed), load_sample_images()
    parts = {}
    for path, photo in zip(photos.filenames, photos.images, strict=True):
        corners = rng.integers(0, np.subtract(photo.shape[:2], side) + 1, (n, 2))
        parts[Path(path).stem] = np.array([photo[y : y + side, x : x + side] for y, x in corners])
    return parts


def write_folder(folder: str | PathLike[str], classes: Mapping[str, Array]) -> None:
    """Write images {class: uint8 (n, height, width, 3)} as PNG files, a subfolder for each class."""
    for name, images in classes.items():
        (Path(folder) / name).mkdir(parents=True, exist_ok=True)
        for number, image in enumerate(images):
            Image.fromarray(image).save(Path(folder) / name / f"{number:04}.png", compress_level=1)


def colour_digits(grey: Array, seed: int) -> tuple[Array, Array, Array]:
    """Grey digits (n, height, width), 1 for ink, printed in colours drawn at random.

    Returns (images, paper, ink): uint8 (n, height, width, 3), and the colours, (n, 3) each, values in [0, 1].
    """
    require_unit_range("grey", grey)
    rng = np.random.default_rng(seed)
    paper, ink = (rng.uniform(*limits, (len(grey), 3)) for limits in (PAPER, INK))
    share = grey[..., None]
    colours = (1 - share) * paper[:, None, None] + share * ink[:, None, None]
    return np.round(255 * colours).astype("uint8"), paper, ink


def dequantize(images: Array, seed: int) -> Array:
    """Integers 0..255 as real numbers in [0, 1): (images + u) / 256 with u uniform, float32 (Theis et al. 2016).

    The integer is the whole part of 256 times the result.
    """
    u = np.random.default_rng(seed).random(images.shape, dtype="float32")
    return np.minimum((images + u) / np.float32(256), np.nextafter(np.float32(1), np.float32(0)))
