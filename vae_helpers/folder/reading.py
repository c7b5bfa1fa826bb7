"""One image file as an array, or what is wrong with it."""

import os
import stat
import warnings

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from vae_helpers.validate import DigitsError

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")  # others are never tried, as Pillow runs other programs for some
AGAIN = "Copy or download it again, or move it away."
AS_PNG = "Save it as a PNG, or move it away."
SMALLER = "Scale it down, or move it away."
FRAME = "Save the frame that you want as a PNG, or move it away."
RIGHTS = "Allow yourself to read it, or move it away."
ELSEWHERE = "Move it away."


class Unusable(Exception):
    """A file can't be used as an image. ``args``: what is wrong, as the end of a sentence, and what to do."""


def read_image(path, size, channels):
    """uint8 (size, size), or (size, size, 3) where channels is 3; what is done to it, ``load_folder`` says.

    Raises Unusable for a file that is no such image, DigitsError for one that is no longer there.
    """
    try:
        with _opened(path) as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of what has no influence on pixels, such as odd EXIF data
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = _decoded(file)
            return np.asarray(_resampled(_flat(_square(image)), size, channels))
    except (DigitsError, Unusable):
        raise
    except Exception as error:  # Pillow and its decoders raise many kinds on a damaged file
        raise Unusable(*_fault(path, error)) from None


def shown(path):
    """A path for a message: on one line, whatever the name holds."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in str(path))


def _opened(path):
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # opening a pipe would wait for ever
            raise Unusable("is a pipe or a device, not a file", ELSEWHERE)
        return open(path, "rb")
    except FileNotFoundError:
        if path.is_symlink():
            raise Unusable("is a link that leads nowhere", ELSEWHERE) from None
        advice = "load the folder again when nothing writes there"
        raise DigitsError(f"{shown(path)} has vanished while the folder was read: {advice}.") from None


def _decoded(file):
    """An image with its pixels, upright. What it claims in its header is looked at before any pixel is decoded."""
    image = Image.open(file, formats=FORMATS)
    if getattr(image, "is_animated", False) and image.format != "MPO":  # a phone's JPEG with a second picture is one
        raise Unusable(f"is an animation of {image.n_frames} frames, where one image is needed", FRAME)
    if image.format == "PNG":  # its checksums, which decoding does not look at
        image.verify()
        file.seek(0)
        image = Image.open(file, formats=FORMATS)
    ImageOps.exif_transpose(image, in_place=True)  # in place: of a large photo there is no second copy
    return image


def _square(image):
    """The central square, of whole pixels."""
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return image.crop((left, top, left + side, top + side))


def _flat(image):
    """On white, if anything shines through, and of 8 bits: convert("L") would clip 16 of them."""
    if image.mode.startswith("I"):
        levels = np.array(image, np.int64)
        levels[levels == image.info.get("transparency")] = 65535
        return Image.fromarray(((levels + 128) // 257).astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


def _resampled(image, size, channels):
    return image.convert("L" if channels == 1 else "RGB").resize((size, size), Image.Resampling.LANCZOS)


def _fault(path, error):
    """What is wrong with a file that Pillow could not read, and what to do."""
    if isinstance(error, OSError) and error.errno:
        return f"can't be read ({error.strerror})", RIGHTS if isinstance(error, PermissionError) else ELSEWHERE
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return f"has more than {Image.MAX_IMAGE_PIXELS:,} pixels by its header and is not decoded", SMALLER
    with open(path, "rb") as file:
        start = file.read(512)
    if not start:
        return "is empty", AGAIN
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return "is a web page or other text, not an image", AGAIN
    if isinstance(error, UnidentifiedImageError):
        return "holds no PNG, JPEG, WebP or GIF that can be made out", AS_PNG
    if "truncated" in str(error).lower():
        return "is truncated", AGAIN
    return f"is damaged ({type(error).__name__}: {shown(error)})", AGAIN
