"""Images of one's own, from a folder of files: ``load_folder``."""

import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from vae_helpers.types import Array
from vae_helpers.validate import DigitsError

LEAST_SIZE = 4  # pixels: below it nothing is left of an image
MOST_BYTES = 4 * 10**9  # of all images, as uint8: as float32 they take four times as much
MOST_NAMED = 3  # of the images that are left out
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")  # others are never tried, as Pillow runs other programs for some
READABLE = (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".gif", ".apng")  # in small letters
UNREADABLE = (".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif", ".jp2", ".jxl")  # passed over, they would be missed
AGAIN, AWAY = "Copy or download it again, or move it away.", "Move it away."


class UnusableImage(Exception):
    """A file can't be used as an image. ``args``: what is wrong, as the end of a sentence, and what to do."""


def load_folder(
    path: str | os.PathLike[str], size: int, channels: int = 1, skip_broken: bool = False
) -> tuple[Array, Array, list[str]]:
    """Square images of one size, with labels, from a folder of PNG, JPEG and WebP files (and GIFs of one frame).

    Each subfolder is a class; without subfolders the images form one class. The order is that of the sorted names, as
    text: "10" comes before "2". Hidden files and files that are no images, such as README.txt, are passed over.

    Each image is turned upright as its EXIF data says, cropped to its central square (never stretched) and resampled
    by Pillow's Lanczos filter; one that has this size already keeps its pixels. What is transparent becomes white, 16
    bits are scaled to 8, and grey is made from colour by Pillow's weights (ITU-R 601). Colour profiles are not applied.
    Otherwise pixel values stay as they are, 0 = black and 255 = white, which is right for photos. In the course's
    digits 0 is paper and 255 is ink: make them of dark ink on light paper by ``255 - images``.

    Args:
        path: the folder.
        size: height and width of the images returned, 4 or more.
        channels: 1 for grey, 3 for red, green and blue.
        skip_broken: whether files that can't be used are left out, and named in a printed line, instead of an error.

    Returns:
        ``images, labels, class_names``: images uint8 (n, size, size), or (n, size, size, 3) where channels is 3;
        labels (n,), uint8, or int64 where there are more than 255 classes; class_names a list of str, in which
        ``class_names[label]`` is the name of a subfolder.

    Raises:
        DigitsError: the folder, a file in it or an argument can't serve. It says which, why, and what to do next.
    """
    _require_arguments(size, channels, skip_broken)
    folder = _existing_folder(path)
    classes = _images_by_class(folder)
    images, labels, faults = _read_all(classes, int(size), int(channels), skip_broken)  # numpy's integers overflow
    folder_name = _one_line(folder)
    if _images_by_class(folder) != classes:
        raise DigitsError(f"{folder_name} has changed while it was read: load it again when nothing writes there.")
    for name, files in classes.items():  # a data set without one of its classes is another
        if faults.keys() >= set(files):
            why = f"({len(files)}). The first: {_one_line(files[0])} {faults[files[0]]}"
            raise DigitsError(f"None of the files of class {_one_line(name)} can be used {why}.")
    if faults:
        named = [f"{_one_line(file.relative_to(folder))} {fault}" for file, fault in faults.items()][:MOST_NAMED]
        more = [f"and {len(faults) - MOST_NAMED} more"] if len(faults) > MOST_NAMED else []
        left_out = f"{len(faults)} of {len(faults) + len(labels)} files can't be used and are left out"
        print(f"{folder_name}: {left_out}: {', '.join(named + more)}.")
    return images, labels, list(classes)


def _one_line(path: Any) -> str:
    """A path for a message: on one line, whatever the name holds."""
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in str(path))


# --- arguments ---


def _require_arguments(size: Any, channels: Any, skip_broken: Any) -> None:
    if not _is_integer(size) or size < LEAST_SIZE:
        example = "such as 28 for images of 28 x 28 pixels"
        raise DigitsError(f"size must be one integer of at least {LEAST_SIZE}, {example}, but is {size!r}.")
    if not _is_integer(channels) or channels not in (1, 3):
        raise DigitsError(f"channels must be 1 (grey) or 3 (red, green, blue), but is {channels!r}.")
    if not isinstance(skip_broken, bool):
        raise DigitsError(f"skip_broken must be True or False, but is {skip_broken!r}.")


def _is_integer(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _existing_folder(path: Any) -> Path:
    if not isinstance(path, str | os.PathLike) or not os.fspath(path):
        raise DigitsError(f"path must be the path of a folder, such as 'my_images', but is {path!r}.")
    folder = Path(os.path.expanduser(path))
    if os.path.isfile(folder):
        advice = "Give the folder that holds the images. Unpack an archive first."
        raise DigitsError(f"{_one_line(folder)} is a file, not a folder. {advice}")
    if not os.path.isdir(folder):
        raise DigitsError(f"There is no folder {_one_line(folder.absolute())}. Look for a slip in the path.")
    return folder


# --- which files are images, and of which class ---


def _images_by_class(folder: Path) -> dict[str, list[Path]]:
    """The images of each class, sorted: ``{name: [path, ...]}``. Raises DigitsError unless the classes are clear."""
    images, subfolders = _images_and_subfolders(folder)
    if not images and not subfolders:
        wanted = "PNG, JPEG or WebP files, or subfolders of them, one for each class"
        raise DigitsError(f"{_one_line(folder)} holds no images. Put {wanted}, there.")
    if not images:
        return {subfolder.name: _images_of_class(subfolder, folder) for subfolder in subfolders}
    for subfolder in filter(_first_image_below, subfolders):
        advice = "Move the images into a subfolder too, or the subfolder away"
        raise DigitsError(f"{_one_line(folder)} holds images and also {_one_line(subfolder)}, with images. {advice}.")
    return {os.path.basename(os.path.abspath(folder)) or "images": images}


def _images_of_class(subfolder: Path, folder: Path) -> list[Path]:
    name = _one_line(subfolder)
    if folder.resolve().is_relative_to(subfolder.resolve()):
        raise DigitsError(f"{name} is a link to a folder that it lies in. Delete the link.")
    images, deeper_folders = _images_and_subfolders(subfolder)
    for image in filter(None, map(_first_image_below, deeper_folders)):
        advice = f"Classes are the folders directly below the one that you give: is {name} the one to give?"
        raise DigitsError(f"{_one_line(image)} lies too deep. {advice}")
    if not images:
        raise DigitsError(f"{name}, a class, holds no images. Put some there, or move it away.")
    return images


def _images_and_subfolders(folder: Path) -> tuple[list[Path], list[Path]]:
    """What lies directly in a folder and is not hidden, sorted by name."""
    try:
        paths = [folder / name for name in sorted(filter(_is_visible, os.listdir(folder)))]
    except OSError as error:
        raise DigitsError(f"{_one_line(folder)} can't be read ({error.strerror}). Allow yourself to read it.") from None
    for path in paths:
        if not path.suffix and path.is_symlink() and not os.path.exists(path):  # it might have been a class
            raise DigitsError(f"{_one_line(path)} is a link that leads nowhere. Delete or mend it.")
    subfolders = [path for path in paths if os.path.isdir(path)]
    return [path for path in paths if _is_image(path.name) and not os.path.isdir(path)], subfolders


def _first_image_below(folder: Path) -> str | None:
    """One image that lies in a folder, however deep; None if there is none. Links inside are not followed."""
    for place, subfolders, names in os.walk(folder):
        subfolders[:] = sorted(filter(_is_visible, subfolders))
        for name in filter(_is_image, sorted(filter(_is_visible, names))):
            return os.path.join(place, name)
    return None


def _is_visible(name: str) -> bool:
    return not name.startswith(".") and name != "__MACOSX"  # what a Mac adds to an archive


def _is_image(name: str) -> bool:
    return name.lower().endswith(READABLE + UNREADABLE)


# --- images ---


def _read_all(
    classes: dict[str, list[Path]], size: int, channels: int, skip_broken: bool
) -> tuple[Array, Array, dict[Path, str]]:
    """All images in one array, their labels, and what is wrong with the files that can't be used: ``{file: fault}``."""
    files = [(label, file) for label, class_files in enumerate(classes.values()) for file in class_files]
    n_bytes = len(files) * size * size * channels
    if n_bytes > MOST_BYTES:
        product = f"{len(files):,} images x {size:,} x {size:,} pixels x {channels} bytes = {n_bytes / 1e9:,.1f} GB"
        advice = "give a smaller size, or a folder of fewer images"
        raise DigitsError(f"{product}, above {MOST_BYTES / 1e9:.0f} GB: {advice}.")
    images = np.zeros((len(files), size, size, 3)[: 3 if channels == 1 else 4], np.uint8)
    labels: list[int] = []
    faults: dict[Path, str] = {}
    for label, file in files:
        try:
            images[len(labels)] = read_image(file, size, channels)
            labels.append(label)
        except UnusableImage as error:
            faults[file], advice = error.args
            if not skip_broken:
                way_out = "With skip_broken=True such files are left out and named."
                raise DigitsError(f"{_one_line(file)} {faults[file]}. {advice} {way_out}") from None
    return images[: len(labels)], np.array(labels, np.uint8 if len(classes) <= 255 else np.int64), faults


def read_image(path: Path, size: int, channels: int) -> Array:
    """uint8 (size, size), or (size, size, 3) where channels is 3; what is done to it, ``load_folder`` says.

    Raises UnusableImage for a file that is no such image, DigitsError for one that is no longer there.
    """
    try:
        if path.exists() and not path.is_file():  # opening a pipe would wait for ever
            raise UnusableImage("is a pipe or a device, not a file", AWAY)
        with open(path, "rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of what has no influence on pixels, such as odd EXIF data
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = _flat_square(_upright(file)).convert("L" if channels == 1 else "RGB")
            return np.asarray(image.resize((size, size), Image.Resampling.LANCZOS))
    except UnusableImage:
        raise
    except Exception as error:  # Pillow and its decoders raise many kinds on a damaged file
        raise UnusableImage(*_fault(path, error)) from None


def _upright(file: Any) -> Any:
    """The image with its pixels. What it claims in its header is looked at before any pixel is decoded."""
    start = file.read(512)
    if not start:
        raise UnusableImage("is empty", AGAIN)
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise UnusableImage("is a web page or other text, not an image", AGAIN)
    image = Image.open(file, formats=FORMATS)  # from the file's start
    if getattr(image, "is_animated", False) and image.format != "MPO":  # a phone's JPEG with a second picture is one
        advice = "Save the frame that you want as a PNG, or move it away."
        raise UnusableImage(f"is an animation of {image.n_frames} frames, where one image is needed", advice)
    if image.format == "PNG":  # its checksums, which decoding does not look at
        image.verify()
        image = Image.open(file, formats=FORMATS)
    ImageOps.exif_transpose(image, in_place=True)  # in place: of a large photo there is no second copy
    return image


def _flat_square(image: Any) -> Any:
    """The central square of whole pixels, on white, if anything shines through, and of 8 bits."""
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    image = image.crop((left, top, left + side, top + side))
    if image.mode.startswith("I"):  # of 16 bits, which convert("L") would clip
        levels = np.array(image, np.int64)
        levels[levels == image.info.get("transparency")] = 65535
        return Image.fromarray(((levels + 128) // 257).astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


def _fault(path: Path, error: Exception) -> tuple[str, str]:
    """What is wrong with a file that could not be read as an image, and what to do."""
    if isinstance(error, FileNotFoundError) and not path.is_symlink():
        advice = "load the folder again when nothing writes there"
        raise DigitsError(f"{_one_line(path)} has vanished while the folder was read: {advice}.") from None
    if isinstance(error, FileNotFoundError):
        return "is a link that leads nowhere", AWAY
    if isinstance(error, OSError) and error.errno:
        advice = "Allow yourself to read it, or move it away." if isinstance(error, PermissionError) else AWAY
        return f"can't be read ({error.strerror})", advice
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        claim = f"has more than {Image.MAX_IMAGE_PIXELS:,} pixels by its header and is not decoded"
        return claim, "Scale it down, or move it away."
    if isinstance(error, UnidentifiedImageError):
        return "holds no PNG, JPEG, WebP or GIF that can be made out", "Save it as a PNG, or move it away."
    if "truncated" in str(error).lower():
        return "is truncated", AGAIN
    return f"is damaged ({type(error).__name__}: {_one_line(error)})", AGAIN
