"""Images of one's own, from a folder of files: ``load_folder``."""

import os
from pathlib import Path

import numpy as np

from vae_helpers.folder.listing import images_by_class
from vae_helpers.folder.reading import Unusable, read_image, shown
from vae_helpers.validate import DigitsError

__all__ = ["load_folder"]

LEAST_SIZE = 4  # pixels: below it nothing is left of an image
MOST_BYTES = 4 * 10**9  # of all images, as uint8: as float32 they take four times as much
NAMED = 3  # of the images that are left out


def load_folder(path, size, channels=1, skip_broken=False):
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
    size, channels = int(size), int(channels)  # numpy's integers overflow
    folder = _existing(path)
    classes = images_by_class(folder)
    files = [file for group in classes.values() for file in group]
    _require_room(len(files), size, channels)
    images, faults = _read_all(files, size, channels, skip_broken)
    if images_by_class(folder) != classes:
        raise DigitsError(f"{shown(folder)} has changed while it was read: load it again when nothing writes there.")
    labels = np.repeat(np.arange(len(classes)), [len(group) for group in classes.values()])
    labels = labels.astype(np.uint8 if len(classes) <= 255 else np.int64)
    if faults:
        usable = np.array([file not in faults for file in files])
        images, labels = images[usable], labels[usable]
        _require_each_class(labels, classes, faults)
        _tell(faults, len(files), folder)
    return images, labels, list(classes)


def _require_arguments(size, channels, skip_broken):
    if not _is_integer(size) or size < LEAST_SIZE:
        example = "such as 28 for images of 28 x 28 pixels"
        raise DigitsError(f"size must be one integer of at least {LEAST_SIZE}, {example}, but is {size!r}.")
    if not _is_integer(channels) or channels not in (1, 3):
        raise DigitsError(f"channels must be 1 (grey) or 3 (red, green, blue), but is {channels!r}.")
    if not isinstance(skip_broken, bool):
        raise DigitsError(f"skip_broken must be True or False, but is {skip_broken!r}.")


def _is_integer(value):
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _existing(path):
    """The folder that is meant, as a Path. Raises DigitsError unless there is one."""
    if not isinstance(path, str | os.PathLike) or not os.fspath(path):
        raise DigitsError(f"path must be the path of a folder, such as 'my_images', but is {path!r}.")
    folder = Path(os.path.expanduser(path))
    if os.path.isfile(folder):
        advice = "Give the folder that holds the images. Unpack an archive first."
        raise DigitsError(f"{shown(folder)} is a file, not a folder. {advice}")
    if not os.path.isdir(folder):
        raise DigitsError(f"There is no folder {shown(folder.absolute())}. Look for a slip in the path.")
    return folder


def _require_room(n, size, channels):
    if n * size * size * channels > MOST_BYTES:
        product = f"{n:,} images x {size:,} x {size:,} pixels x {channels} bytes"
        gigabytes = f"{n * size * size * channels / 1e9:,.1f} GB, above {MOST_BYTES / 1e9:.0f} GB"
        raise DigitsError(f"{product} = {gigabytes}: give a smaller size, or a folder of fewer images.")


def _read_all(files, size, channels, skip_broken):
    """All images, in one array, and what is wrong with those that can't be used: ``{file: fault}``."""
    shape = (size, size) if channels == 1 else (size, size, channels)
    images, faults = np.zeros((len(files), *shape), np.uint8), {}
    for place, file in enumerate(files):
        try:
            images[place] = read_image(file, size, channels)
        except Unusable as error:
            faults[file], advice = error.args
            if not skip_broken:
                way_out = "With skip_broken=True such files are left out and named."
                raise DigitsError(f"{shown(file)} {faults[file]}. {advice} {way_out}") from None
    return images, faults


def _require_each_class(labels, classes, faults):
    """Raise DigitsError where a class has lost all its images, because a data set without it is another."""
    for label, (name, group) in enumerate(classes.items()):
        if label not in labels:
            why = f"{shown(group[0])} {faults[group[0]]}"
            raise DigitsError(f"None of the files of class {shown(name)} can be used ({len(group)}). The first: {why}.")


def _tell(faults, n, folder):
    named = [f"{shown(file.relative_to(folder))} {fault}" for file, fault in list(faults.items())[:NAMED]]
    more = [f"and {len(faults) - NAMED} more"] if len(faults) > NAMED else []
    print(f"{shown(folder)}: {len(faults)} of {n} files can't be used and are left out: {', '.join(named + more)}.")
