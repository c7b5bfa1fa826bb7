"""The digits as arrays: loaded from where they can be had, scaled, split, binarized.

Where the files come from: MNIST (LeCun, Cortes, Burges) and Fashion-MNIST (Xiao, Rasul, Vollgraf 2017) from the address
that Keras uses, kept in Keras's own cache; the stroke digits from ``vae_helpers.strokes``, whose ``stroke_factors``
tells what bent each of them.
"""

import gzip
import hashlib
import os
import struct
import zlib
from pathlib import Path

import numpy as np

from vae_helpers.files import (
    DigitsError,
    datasets_folder,
    download,
    read_bytes,
    read_npz,
    require_reachable,
    whole_file,
)
from vae_helpers.strokes import load_stroke_digits
from vae_helpers.validate import (
    require_floating,
    require_integers,
    require_positive_int,
    require_range,
    require_seed,
    require_shape,
)

__all__ = [
    "DigitsError",
    "binarize",
    "load_digits",
    "one_of_each",
    "preprocess",
    "train_validation_split",
]

ADDRESS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"  # keras.datasets' own

# sha256 of the file at that address (keras.datasets.mnist has the same), and of each array's bytes in it. Other files
# may hold the same arrays, so a file in the cache is judged by its arrays.
MNIST_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
MNIST_ARRAYS = {
    "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
}

# md5 of each file, as the data set's README (zalandoresearch/fashion-mnist) publishes them
FASHION_MD5 = {
    "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
    "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
    "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
}

WAYS_OUT = (
    "Give load_digits, or the environment variable VAE_DIGITS, the path of an .npz file laid out like Keras's "
    "mnist.npz, or one of the names 'mnist', 'fashion_mnist' (both need the network once) and 'strokes' (never does)."
)


def load_digits(source="auto"):
    """Ten classes of 28x28 images, for training and for testing.

    Args:
        source: "mnist", "fashion_mnist", "strokes" (the course's own synthetic digits), or the path of an .npz file
            with the arrays x_train, y_train, x_test and y_test. "auto" takes what the environment variable VAE_DIGITS
            names, one of these; where it is not set, MNIST; and where MNIST can't be had either, because there is no
            network, the stroke digits, and it says so in one printed line.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: images uint8 (n, 28, 28), 0 = paper and 255 = ink; labels uint8 (n,),
        0..9. 60,000 and 10,000 of them, unless a file of yours holds another number.

    Raises:
        DigitsError: a source asked for by name or path can't be had; another is never put in its place.
    """
    variable = os.environ.get("VAE_DIGITS") or "auto"
    named = variable if source == "auto" else source
    if named == "auto":
        return _load_mnist_or_strokes()
    try:
        return _load_named(named)
    except DigitsError as error:
        culprit = "The environment variable VAE_DIGITS names digits that can't be had. " if source == "auto" else ""
        raise DigitsError(f"{culprit}{error} {WAYS_OUT}") from None


def _load_mnist_or_strokes():
    try:
        return _load_mnist()
    except DigitsError as error:
        print(f"Using the stroke digits (synthetic, drawn by the course), because MNIST can't be had: {error}")
        return load_stroke_digits()


def _load_named(source):
    loaders = {"mnist": _load_mnist, "fashion_mnist": _load_fashion_mnist, "strokes": load_stroke_digits}
    if isinstance(source, str) and source in loaders:
        return loaders[source]()
    try:
        path = Path(source).expanduser()
    except (TypeError, RuntimeError) as error:  # no path at all; a user in ~user whom nobody knows
        raise DigitsError(f"The source {source!r} is neither a name nor a path ({error}).") from None
    if not os.path.lexists(path):
        raise DigitsError(f"{str(source)!r} is not the name of a source, and there is no file {path.absolute()}.")
    return _load_file(path)


# --- MNIST, and files laid out like it ---


def _load_file(path):
    """Any digits in Keras's layout: a file of the user's own, so its contents are checked, not its digest."""
    arrays = read_npz(path, MNIST_ARRAYS)
    (x_train, y_train), (x_test, y_test) = (_checked_pair(path, arrays, part) for part in ("train", "test"))
    return (x_train, y_train), (x_test, y_test)


def _checked_pair(path, arrays, part):
    """The images and labels of one part. Raises DigitsError unless they are digits in Keras's layout."""
    images, labels = arrays[f"x_{part}"], arrays[f"y_{part}"]
    fault = _fault(images, labels, part)
    if fault:
        raise DigitsError(f"{path} is not laid out like Keras's mnist.npz: {fault}.")
    return images, labels.astype(np.uint8)


def _fault(images, labels, part):
    """What is wrong with one part's arrays; None if nothing is."""
    if images.dtype != np.uint8:
        return f"x_{part} must be uint8, but has dtype {images.dtype}"
    if images.ndim != 3 or images.shape[1:] != (28, 28):
        return f"x_{part} must have shape (n, 28, 28), but has shape {images.shape}"
    if not np.issubdtype(labels.dtype, np.integer):
        return f"y_{part} must hold integers, but has dtype {labels.dtype}"
    if labels.shape != (len(images),):
        return f"y_{part} must hold one label for each of {len(images)} images, but has shape {labels.shape}"
    if len(images) == 0:
        return f"x_{part} is empty"
    if labels.min() < 0 or labels.max() > 9:
        return f"y_{part} must hold labels from 0 to 9, but holds {labels.min()} to {labels.max()}"
    return None


def _load_mnist():
    path = datasets_folder() / "mnist.npz"
    return _cached_or_fetched(path, ADDRESS + "mnist.npz", MNIST_SHA256, _read_mnist)


def _read_mnist(path):
    """MNIST from an .npz file of whatever making. Raises DigitsError unless the arrays are MNIST's, to the byte."""
    pairs = _load_file(path)
    for name, array in zip(MNIST_ARRAYS, (array for pair in pairs for array in pair), strict=True):
        if hashlib.sha256(np.ascontiguousarray(array)).hexdigest() != MNIST_ARRAYS[name]:
            raise DigitsError(f"{path} is not MNIST: its array {name!r} has been altered.")
    return pairs


def _cached_or_fetched(path, url, digest, read):
    """``read(path)`` from the cache; or, where the file is missing or bad there, from a checked new copy of it.

    Raises DigitsError where that can't be fetched. What is in the cache is replaced by a good file or left alone.
    """
    fault = ""
    if os.path.lexists(path):
        try:
            return read(path)
        except DigitsError as error:
            fault = f"In the cache, {error} "
    try:
        require_reachable(url)
    except DigitsError as error:
        raise DigitsError(f"{fault}{error}") from None
    if fault:
        print(f"{fault}It is fetched anew.")
    return _fetched(path, url, digest, read)


def _fetched(path, url, digest, read):
    try:
        with whole_file(path) as part:
            download(url, digest, part)
            return read(part)
    except OSError as error:
        raise DigitsError(f"{url} can't be saved anywhere ({error}).") from None


# --- Fashion-MNIST ---


def _load_fashion_mnist():
    x_train, y_train, x_test, y_test = (_load_idx(name, digest) for name, digest in FASHION_MD5.items())
    return (x_train, y_train), (x_test, y_test)


def _load_idx(name, digest):
    path = datasets_folder() / "fashion-mnist" / name
    return _cached_or_fetched(path, ADDRESS + name, digest, lambda file: _read_idx(file, digest))


def _read_idx(path, digest):
    """The array in a gzipped IDX file. Raises DigitsError unless the file is the published one, by its md5."""
    packed = read_bytes(path)
    if hashlib.md5(packed, usedforsecurity=False).hexdigest() != digest:
        raise DigitsError(f"{path} is not the published file: its md5 is not {digest}.")
    try:
        return _parse_idx(gzip.decompress(packed))
    except (OSError, EOFError, zlib.error, ValueError, struct.error) as error:
        raise DigitsError(f"{path} is not a gzipped IDX file ({error}).") from None


def _parse_idx(content):
    """The array in an IDX file: two zero bytes, 8 for uint8, the number of axes, each axis's length as a big-endian
    32-bit number, then the bytes. The format's description came with MNIST. Raises ValueError or struct.error."""
    zeros, kind, axes = struct.unpack_from(">HBB", content)
    if (zeros, kind) != (0, 8):
        raise ValueError("its header does not announce unsigned bytes")
    shape = struct.unpack_from(f">{axes}I", content, 4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(shape).copy()  # a writable array


# --- from images to what a model eats ---


def preprocess(images):
    """Images (n, 28, 28) as rows (n, 784) of float32 in [0, 1].

    Integer images hold grey values from 0 to 255 and are divided by 255. Floating images must be in [0, 1] already and
    keep their values. Raises ValueError, which names ``images``, for any other shape, dtype or value.
    """
    images = np.asarray(images)
    require_shape("images", images, ("n", 28, 28))
    if np.issubdtype(images.dtype, np.integer):
        require_range("images", images, 0, 255)
        scaled = images.astype(np.float32) / np.float32(255)
    elif np.issubdtype(images.dtype, np.floating):
        require_range("images", images, 0, 1)
        scaled = images.astype(np.float32)
    else:
        raise ValueError(f"images must hold numbers: integers or floats, but has dtype {images.dtype}.")
    return scaled.reshape(len(images), -1)  # (n, 784)


def binarize(x, seed):
    """Black-and-white samples of grey images: each pixel is 1 with the probability that is its grey value, or else 0.

    ``x``: floating, any shape, in [0, 1]. ``seed``: an integer; the same one draws the same samples. Returns float32 of
    x's shape. Raises ValueError, which names the argument, for anything else.
    """
    x = np.asarray(x)
    require_floating("x", x)
    require_range("x", x, 0, 1)
    require_seed("seed", seed)
    return (np.random.default_rng(seed).random(x.shape) < x).astype(np.float32)


def train_validation_split(x, y, n_validation=5000, seed=0):
    """Shuffle the examples and hold ``n_validation`` of them out: ``x_train, y_train, x_val, y_val``.

    ``x``: (n, ...), ``y``: (n,). Each example goes to exactly one side; the same seed makes the same split. Raises
    ValueError unless x and y are equally long and at least one example is left for training.
    """
    x, y = np.asarray(x), np.asarray(y)
    require_shape("y", y, ("n",))
    require_positive_int("n_validation", n_validation)
    require_seed("seed", seed)
    if x.ndim == 0 or len(x) != len(y):
        raise ValueError(f"x and y must be equally long, but x has shape {x.shape} and y has shape {y.shape}.")
    if n_validation >= len(x):
        raise ValueError(f"n_validation must be below the number of examples, {len(x)}, but is {n_validation}.")
    order = np.random.default_rng(seed).permutation(len(x))
    validation, train = order[:n_validation], order[n_validation:]
    return x[train], y[train], x[validation], y[validation]


def one_of_each(y):
    """Where the first example of each class stands in the labels ``y`` (n,): indices, in the classes' order.

    Ten of them if all ten digits occur. Raises ValueError unless y holds integers, one for each example.
    """
    y = np.asarray(y)
    require_shape("y", y, ("n",))
    require_integers("y", y)
    return np.unique(y, return_index=True)[1]
