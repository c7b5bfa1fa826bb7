"""Which files of a folder are images, and of which class."""

import os

from vae_helpers.folder.reading import shown
from vae_helpers.validate import DigitsError

# Endings of images, in small letters. Those in the second line can't be read: passed over, they would be missed.
ENDINGS = (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".gif", ".apng")
ENDINGS += (".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif", ".jp2", ".jxl")
UNSEEN = "__MACOSX"  # what a Mac adds to an archive


def images_by_class(folder):
    """The images of each class, sorted: ``{name: [path, ...]}``. Raises DigitsError unless the classes are clear."""
    images, subfolders = _held_by(folder)
    if not images:
        classes = {each.name: _images_of_class(each, folder) for each in subfolders}
        if not classes:
            wanted = "PNG, JPEG or WebP files, or subfolders of them, one for each class"
            raise DigitsError(f"{shown(folder)} holds no images. Put {wanted}, there.")
        return classes
    for each in subfolders:
        if _first_below(each):
            advice = "Move the images into a subfolder too, or the subfolder away"
            raise DigitsError(f"{shown(folder)} holds images and also {shown(each)}, with images. {advice}.")
    return {os.path.basename(os.path.abspath(folder)) or "images": images}


def _images_of_class(subfolder, folder):
    real, target = folder.resolve(), subfolder.resolve()
    if target in (real, *real.parents):
        raise DigitsError(f"{shown(subfolder)} is a link to a folder that it lies in. Delete the link.")
    images, below = _held_by(subfolder)
    for deeper in filter(None, map(_first_below, below)):
        advice = f"Classes are the folders directly below the one that you give: is {shown(subfolder)} the one to give?"
        raise DigitsError(f"{shown(deeper)} lies too deep. {advice}")
    if not images:
        raise DigitsError(f"{shown(subfolder)}, a class, holds no images. Put some there, or move it away.")
    return images


def _held_by(folder):
    """A folder's images and its subfolders, each sorted, without what is hidden. Raises DigitsError."""
    images, subfolders = [], []
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise DigitsError(f"{shown(folder)} can't be read ({error.strerror}). Allow yourself to read it.") from None
    for path in (folder / name for name in names if _is_seen(name)):
        if os.path.isdir(path):
            subfolders.append(path)
        elif _is_image(path.name):
            images.append(path)
        elif not path.suffix and path.is_symlink() and not os.path.exists(path):  # it might have been a class
            raise DigitsError(f"{shown(path)} is a link that leads nowhere. Delete or mend it.")
    return images, subfolders


def _first_below(folder):
    """One image that lies in a folder, however deep; None if there is none. Links inside are not followed."""
    for place, subfolders, names in os.walk(folder):
        subfolders[:] = sorted(filter(_is_seen, subfolders))
        for name in sorted(filter(_is_seen, names)):
            if _is_image(name):
                return os.path.join(place, name)
    return None


def _is_seen(name):
    return not name.startswith(".") and name != UNSEEN


def _is_image(name):
    return name.lower().endswith(ENDINGS)
