"""Image files for the tests of folders, and the one image that is read from a folder."""

import struct
import zlib

import numpy as np
from PIL import Image

from vae_helpers.data import load_folder

RNG = np.random.default_rng(0)


def noise(*shape):
    return RNG.integers(0, 256, shape, dtype=np.uint8)


def put(path, pixels, mode=None, **options):
    """Write an image, and the folders that it lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    (image.convert(mode) if mode else image).save(path, **options)
    return path


def one(path, size=8, channels=3, **options):
    """The only image of a folder."""
    images, labels, _ = load_folder(path, size, channels, **options)
    assert len(images) == len(labels) == 1
    return images[0]


def png(width, height, bits, colour, rows):
    """A PNG's bytes, written by hand, as Pillow writes no 16-bit colour and no false header."""
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    parts = [
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)
