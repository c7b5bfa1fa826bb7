"""Which digits the notebooks will see: shared by the scripts here."""

import hashlib
import os
from pathlib import Path

import numpy as np

from vae_helpers.data import MNIST_ARRAYS, load_digits


def make_path_absolute() -> None:
    """Notebooks run in notebooks/, so a relative path in VAE_DIGITS, which is meant from here, has to be resolved."""
    source = os.environ.get("VAE_DIGITS", "")
    if source and Path(source).expanduser().exists():
        os.environ["VAE_DIGITS"] = str(Path(source).expanduser().absolute())


def digits_are_mnist() -> bool:
    """Whether load_digits() gives MNIST, to the byte, wherever it takes it from."""
    arrays = [array for pair in load_digits() for array in pair]
    digests = [hashlib.sha256(np.ascontiguousarray(array)).hexdigest() for array in arrays]
    return digests == list(MNIST_ARRAYS.values())
