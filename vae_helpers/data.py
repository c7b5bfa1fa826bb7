"""The digits as arrays: loaded from where they can be had, scaled, split, binarized.

MNIST (LeCun, Cortes, Burges) and Fashion-MNIST (Xiao, Rasul, Vollgraf 2017) come from the address that Keras uses,
the stroke digits from ``vae_helpers.strokes``, and all are kept in Keras's cache. A file is written beside its place
and moved there whole, so what is there is never half-written. Nothing is ever unpickled, which could run any code.
``data.load_folder`` (of ``vae_helpers.folder``) reads a folder of one's own images.
"""

import contextlib
import gzip
import hashlib
import os
import re
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from vae_helpers import strokes, validate
from vae_helpers.folder import load_folder as load_folder  # data.load_folder
from vae_helpers.types import Array, ArrayLike
from vae_helpers.validate import DigitsError

ADDRESS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"  # keras.datasets' own
TIMEOUTS = (3.05, 20)  # seconds: for each of the server's addresses to answer, and for the next bytes to come
# Keras's own folder where there is no home, or none that can be written
FALLBACK_CACHE = Path("/tmp" if os.path.isdir("/tmp") else tempfile.gettempdir(), ".keras")

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

STROKE_COUNTS = {"train": 60_000, "test": 10_000}
FEWEST_IMAGES = {"train": 1000, "test": 100}  # images in a file of one's own: the notebooks average over them
LEAST_INK = 64  # of 255: images without a darker pixel were meant on another scale

Digits: TypeAlias = tuple[tuple[Array, Array], tuple[Array, Array]]  # (x_train, y_train), (x_test, y_test)

NAMES = ("auto", "mnist", "fashion_mnist", "strokes")
WAYS_OUT = (
    "Give load_digits, or the environment variable VAE_DIGITS, the path of an .npz file laid out like Keras's "
    "mnist.npz, or one of the names 'mnist', 'fashion_mnist' (both need the network once) and 'strokes' (never does)."
)


def load_digits(source: str | os.PathLike[str] = "auto") -> Digits:
    """28x28 images of up to ten classes, for training and for testing.

    Args:
        source: "mnist", "fashion_mnist", "strokes" (the course's own synthetic digits), or the path of an .npz file
            with the arrays x_train, y_train, x_test and y_test. "auto" takes what the environment variable VAE_DIGITS
            names, one of these; where it is not set, MNIST; and where MNIST can't be had either, because there is no
            network, the stroke digits, and it says so in one printed line. Capitals in a name, and blanks, quotes or
            ``file://`` around a path, do no harm.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: images uint8 (n, 28, 28), 0 = paper and 255 = ink; labels uint8 (n,),
        0..9. 60,000 and 10,000 of them; a file of yours may hold other numbers, from 1,000 and 100. If its images hold
        only 0 and 1, 1 is taken for ink and becomes 255, and a printed line says so.

    Raises:
        DigitsError: a source asked for by name or path can't be had, or there is nothing to learn from what it holds;
            another is never put in its place.
    """
    source = _clean_source(source)
    named = (_clean_source(os.environ.get("VAE_DIGITS", "")) or source) if source == "auto" else source
    try:
        return _load_named(named)
    except DigitsError as error:
        if named != "auto":
            culprit = "The environment variable VAE_DIGITS names digits that can't be had. " if source == "auto" else ""
            raise DigitsError(f"{culprit}{error} {WAYS_OUT}") from None
        print(f"Using the stroke digits (synthetic, drawn by the course), because MNIST can't be had: {error}")
    return _load_stroke_digits()


def _clean_source(source: str | os.PathLike[str]) -> str:
    """A name in small letters, or a path, without what people put around it."""
    match = re.fullmatch(r"""\s*(["']?)\s*(.*?)\s*\1\s*""", str(source), re.DOTALL)
    assert match is not None  # any text matches
    text = match[2]
    if text.lower().startswith("file://"):
        from urllib.request import url2pathname  # a tenth of a second, and seldom needed

        return url2pathname(text[len("file://") :])
    name = text.lower().replace("-", "_")
    return name if name in NAMES else text


def _load_named(source: str) -> Digits:
    loaders = dict(zip(NAMES, (_load_mnist, _load_mnist, _load_fashion_mnist, _load_stroke_digits), strict=True))
    if source in loaders:
        return loaders[source]()
    path = Path(os.path.expanduser(source))
    if not os.path.lexists(path):
        raise DigitsError(f"{source!r} is not the name of a source, and there is no file {path.absolute()}.")
    return _load_file(path)


# --- files laid out like Keras's mnist.npz ---


def _load_file(path: Path) -> Digits:
    """Any digits in Keras's layout: a file of the user's own, so its contents are checked, not its digest."""
    arrays = _read_npz(path, list(MNIST_ARRAYS))
    for part in ("train", "test"):
        images, labels = arrays[f"x_{part}"], arrays[f"y_{part}"]
        fault = _layout_fault(images, labels, part) or _content_fault(images, part)
        if fault:
            raise DigitsError(f"{path} can't serve as digits: {fault}.")
        if images.max() == 1:
            print(f"{path}: x_{part} holds 0 and 1, so 1 is taken for ink. Save it as 255 to be rid of this line.")
            images *= np.uint8(255)
    y_train, y_test = (arrays[name].astype(np.uint8) for name in ("y_train", "y_test"))
    return (arrays["x_train"], y_train), (arrays["x_test"], y_test)


def _layout_fault(images: Array, labels: Array, part: str) -> str | None:
    """What in one part's arrays is not as in Keras's mnist.npz; None if all is."""
    if images.dtype != np.uint8:
        return f"x_{part} must be uint8, but has dtype {images.dtype}"
    if images.ndim != 3 or images.shape[1:] != (28, 28):
        return f"x_{part} must have shape (n, 28, 28), but has shape {images.shape}"
    if not np.issubdtype(labels.dtype, np.integer):
        return f"y_{part} must hold integers, but has dtype {labels.dtype}"
    if labels.shape != (len(images),):
        return f"y_{part} must hold one label for each of {len(images)} images, but has shape {labels.shape}"
    if labels.size and (labels.min() < 0 or labels.max() > 9):
        return f"y_{part} must hold labels from 0 to 9, but holds {labels.min()} to {labels.max()}"
    return None


def _content_fault(images: Array, part: str) -> str | None:
    """Why one part's images can't serve; None if they can."""
    if len(images) < FEWEST_IMAGES[part]:
        return f"x_{part} holds {len(images)} images, and the notebooks need {FEWEST_IMAGES[part]} or more: add some"
    if not np.ptp(images, axis=0).any():
        return f"all images of x_{part} are the same, so there is nothing to learn from them: look at how it was saved"
    if 1 < images.max() < LEAST_INK:
        factor = 255 // images.max()
        return f"x_{part} goes to {images.max()}, where ink is 255: multiply the images by {factor} and save them again"
    return None


def _read_npz(path: Path, names: Sequence[str]) -> dict[str, Array]:
    """The arrays called ``names`` in an .npz file, as a dict. Raises DigitsError, which says what is wrong with it."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            names_in_file = archive.files
            arrays = {name: np.asarray(archive[name]) for name in names if name in names_in_file}
    except Exception as error:  # numpy, zipfile and zlib raise a dozen kinds of exception on a damaged file
        raise DigitsError(f"{path} {_file_fault(path, error)}.") from None
    for name in names:
        if name not in arrays:
            raise DigitsError(f"{path} has no array {name!r}; it holds {', '.join(names_in_file) or 'nothing'}.")
    return arrays


def _file_fault(path: Path, error: Exception) -> str:
    """What is wrong with a file that numpy could not read as an .npz."""
    if isinstance(error, OSError) and error.errno:
        return f"can't be read ({error.strerror})"
    with open(path, "rb") as file:
        start = file.read(512)
    if start.lstrip().startswith(b"<"):
        return "is a web page, not data: a failed download or a log-in page saved under that name"
    if not start.startswith(b"PK"):
        return f"is {'not an .npz file (a zip archive of numpy arrays)' if start else 'empty'}"
    if not zipfile.is_zipfile(path):
        return "is truncated: the end of the .npz archive is missing"
    if "allow_pickle" in str(error):
        return "holds pickled Python objects, which are never loaded, because unpickling can run any code"
    return f"is damaged ({type(error).__name__}: {error})"


# --- the cache, and what is fetched into it ---


def _cache_path(name: str) -> Path:
    """Where a data file is or goes: in Keras's folder for data sets, or in FALLBACK_CACHE where that can't be written.

    Keras itself, which takes seconds to import, is not asked.
    """
    home = os.path.expanduser(os.environ.get("KERAS_HOME") or "~/.keras")  # with no home to be found, ~ stays
    path = Path(home, "datasets", name)
    if not os.path.lexists(path) and not home.startswith("~"):
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
    return path if os.path.lexists(path) or os.access(path.parent, os.W_OK) else FALLBACK_CACHE / "datasets" / name


def _load_mnist() -> Digits:
    path, fault = _cache_path("mnist.npz"), ""
    if os.path.lexists(path):
        try:
            return _read_mnist(path)
        except DigitsError as error:
            fault = f"In the cache, {error} "
    _fetch(path, MNIST_SHA256, fault)
    return _read_mnist(path)


def _read_mnist(path: Path) -> Digits:
    """MNIST from an .npz file of whatever making. Raises DigitsError unless the arrays are MNIST's, to the byte."""
    train, test = _load_file(path)
    for (name, digest), array in zip(MNIST_ARRAYS.items(), (*train, *test), strict=True):
        content: Any = np.ascontiguousarray(array)
        if hashlib.sha256(content).hexdigest() != digest:
            raise DigitsError(f"{path} is not MNIST: its array {name!r} has been altered.")
    return train, test


def _load_fashion_mnist() -> Digits:
    x_train, y_train, x_test, y_test = (
        _load_idx(_cache_path(f"fashion-mnist/{name}"), f"md5:{md5}") for name, md5 in FASHION_MD5.items()
    )
    return (x_train, y_train), (x_test, y_test)


def _load_idx(path: Path, digest: str) -> Array:
    """The array in one of Fashion-MNIST's gzipped IDX files: behind 16 bytes the images, behind 8 the labels."""
    _fetch(path, digest, f"In the cache, {path} is not the published file. " if os.path.lexists(path) else "")
    content = bytearray(gzip.decompress(path.read_bytes()))  # unlike bytes, an array over it can be written to
    if "images" in path.name:
        return np.frombuffer(content, np.uint8, offset=16).reshape(-1, 28, 28)
    return np.frombuffer(content, np.uint8, offset=8)


def _fetch(path: Path, digest: str, fault: str) -> None:
    """Let pooch fetch a file to ``path`` and verify it, unless it is there. fault: what was found instead."""
    import pooch  # a tenth of a second, and only a download needs it

    def announce(response: Any, **_: Any) -> None:
        if response.status_code == 200:
            print(f"{fault}Downloading {response.url} to {path.parent}.")

    def share(file: str, action: str, _: Any) -> None:
        """Let everyone read the file: pooch gives it to its owner alone, and in a workshop many read one folder."""
        with contextlib.suppress(OSError):
            if action != "fetch":
                os.chmod(file, 0o644)

    pooch.get_logger().setLevel("WARNING")  # it would write to stderr
    downloader = pooch.HTTPDownloader(chunk_size=2**16, timeout=TIMEOUTS, hooks={"response": announce})
    try:
        pooch.retrieve(ADDRESS + path.name, digest, path.name, path.parent, share, downloader)
    except Exception as error:  # requests, urllib3, pooch and the disk raise many kinds
        reason = getattr((error.args or [error])[0], "reason", error)  # of requests' long sentence the last part
        raise DigitsError(f"{fault}{ADDRESS}{path.name} can't be fetched ({reason}).") from None


# --- the stroke digits, drawn once ---


def _load_stroke_digits() -> Digits:
    arrays = _stroke_arrays()
    return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])


def stroke_factors() -> tuple[Array, Array]:
    """The factors that bend the stroke digits: ``(train, test)``, structured arrays (n,) in the order of the images.

    ``train["slant"]`` is one factor, float32 (60000,); ``strokes.FACTORS`` says what each is and in which unit.
    """
    arrays = _stroke_arrays()
    return arrays["factors_train"], arrays["factors_test"]


def _stroke_arrays() -> dict[str, Array]:
    """Images, labels and factors of both parts: read from the cache, or drawn, in seconds, and kept there."""
    path = _cache_path(f"stroke_digits_{strokes.VERSION}.npz")
    names = [f"{kind}_{part}" for kind in ("x", "y", "factors") for part in STROKE_COUNTS]
    if os.path.lexists(path):
        try:
            return _read_npz(path, names)
        except DigitsError as error:
            print(f"In the cache, {error} It is drawn anew.")
    digits = strokes.draw_stroke_digits(sum(STROKE_COUNTS.values()), seed=0)
    parts = [part for array in digits for part in np.split(array, [STROKE_COUNTS["train"]])]
    arrays = dict(zip(names, parts, strict=True))
    _save(arrays, path)
    return arrays


def _save(arrays: Mapping[str, Any], path: Path) -> None:
    """Write arrays to an .npz file, or print why that can't be done."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            np.savez(Path(folder) / path.name, **arrays)  # not compressed, which would take seconds
            os.replace(Path(folder) / path.name, path)
    except OSError as error:
        print(f"{path} could not be kept ({error.strerror}). Set KERAS_HOME to a folder that can be written.")


# --- from images to what a model eats ---


def preprocess(images: ArrayLike) -> Array:
    """Images (n, 28, 28) as rows (n, 784) of float32 in [0, 1].

    Integer images hold grey values from 0 to 255 and are divided by 255. Floating images must be in [0, 1] already and
    keep their values. Raises ValueError, which names ``images``, for any other shape, dtype or value.
    """
    images = np.asarray(images)
    validate.require_shape("images", images, ("n", 28, 28))
    if np.issubdtype(images.dtype, np.integer):
        validate.require_range("images", images, 0, 255)
        scaled = images.astype(np.float32) / np.float32(255)
    elif np.issubdtype(images.dtype, np.floating):
        validate.require_range("images", images, 0, 1)
        scaled = images.astype(np.float32)
    else:
        raise ValueError(f"images must hold numbers: integers or floats, but has dtype {images.dtype}.")
    return scaled.reshape(len(images), -1)  # (n, 784)


def halved(x: ArrayLike) -> Array:
    """Images of 28 x 28 pixels at half the size, each pixel the mean of four: (n, 784) or (n, 28, 28) -> (n, 14, 14).

    Raises ValueError, which names ``x``, for any other shape.
    """
    x = np.asarray(x)
    validate.require_shape("x", x, ("n", 784) if x.ndim == 2 else ("n", 28, 28))
    return x.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4))


def binarize(x: ArrayLike, seed: int) -> Array:
    """Black-and-white samples of grey images: each pixel is 1 with the probability that is its grey value, or else 0.

    ``x``: floating, any shape, in [0, 1]. ``seed``: an integer; the same one draws the same samples. Returns float32 of
    x's shape. Raises ValueError, which names the argument, for anything else.
    """
    x = np.asarray(x)
    validate.require_floating("x", x)
    validate.require_range("x", x, 0, 1)
    validate.require_seed("seed", seed)
    rng, samples = np.random.default_rng(seed), np.empty(x.shape, np.float32)
    grey, drawn = x.reshape(-1), samples.reshape(-1)
    for start in range(0, x.size, 2**20):  # in pieces: random numbers for 60,000 images at once fill 376 MB
        piece = slice(start, start + 2**20)
        drawn[piece] = rng.random(len(grey[piece])) < grey[piece]
    return samples


def train_validation_split(
    x: ArrayLike, y: ArrayLike, n_validation: int | None = None, seed: int = 0
) -> tuple[Array, Array, Array, Array]:
    """Shuffle the examples and hold ``n_validation`` of them out: ``x_train, y_train, x_val, y_val``.

    ``x``: (n, ...), ``y``: (n,). ``n_validation`` None: a tenth of the examples, and never more than 5,000. Each
    example goes to exactly one side; the same seed makes the same split. Raises ValueError unless x and y are equally
    long and at least one example is left for training.
    """
    x, y = np.asarray(x), np.asarray(y)
    validate.require_shape("y", y, ("n",))
    if n_validation is None:
        n_validation = min(5000, max(1, len(y) // 10))
    validate.require_positive_int("n_validation", n_validation)
    validate.require_seed("seed", seed)
    if x.ndim == 0 or len(x) != len(y):
        raise ValueError(f"x and y must be equally long, but x has shape {x.shape} and y has shape {y.shape}.")
    if n_validation >= len(x):
        way_out = "leave it out to hold out a tenth of them"
        raise ValueError(f"n_validation must be below {len(x)}, all examples, but is {n_validation}: {way_out}.")
    order = np.random.default_rng(seed).permutation(len(x))
    validation, train = order[:n_validation], order[n_validation:]
    return x[train], y[train], x[validation], y[validation]


def one_of_each(y: ArrayLike) -> Array:
    """Where the first example of each class stands in the labels ``y`` (n,): indices, in the classes' order.

    Ten of them if all ten digits occur. Raises ValueError unless y holds integers, one for each example.
    """
    y = np.asarray(y)
    validate.require_shape("y", y, ("n",))
    validate.require_integers("y", y)
    return np.unique(y, return_index=True)[1]
