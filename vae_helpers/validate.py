"""Argument checks that name the argument, what was expected and what came.

Those that look at shapes and dtypes only work on numpy arrays, tensors and Keras's symbolic tensors, where an unknown
size is None and fits any size. Those that look at values are for numpy arrays.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from vae_helpers.types import Array, Tensor


class DigitsError(Exception):
    """Images can't be had from the source asked for. The message says why, and what to do next."""


def require_shape(name: str, value: Tensor, expected: Sequence[int | str | None]) -> None:
    """Raise ValueError unless value's shape fits ``expected``: sizes, and None or a word for any size."""
    shape = tuple(value.shape)
    fits = len(shape) == len(expected) and all(map(_sizes_agree, shape, expected))
    if not fits:
        wanted = ", ".join("batch" if size is None else str(size) for size in expected)
        comma = "," if len(expected) == 1 else ""
        raise ValueError(f"{name} must have shape ({wanted}{comma}), but has shape {shape}.")


def require_same_shape(name: str, value: Tensor, other_name: str, other: Tensor) -> None:
    """Raise ValueError unless the two shapes agree: nothing is broadcast behind the caller's back."""
    shape, other_shape = tuple(value.shape), tuple(other.shape)
    if len(shape) != len(other_shape) or not all(map(_sizes_agree, shape, other_shape)):
        raise ValueError(
            f"{name} and {other_name} must have the same shape, "
            f"but {name} has {shape} and {other_name} has {other_shape}."
        )


def require_floating(name: str, value: Tensor) -> None:
    """Raise ValueError unless value's dtype is a floating one."""
    dtype = getattr(value.dtype, "name", value.dtype)  # numpy's and TensorFlow's dtypes have a name, Keras's is one
    if "float" not in dtype:
        raise ValueError(
            f"{name} must be floating-point, but has dtype {dtype}. vae_helpers.data.preprocess makes images float32."
        )


def require_positive_int(name: str, value: Any) -> None:
    """Raise ValueError unless value is an integer of at least 1, from Python or numpy."""
    _require_integer(name, value, 1)


def require_seed(name: str, value: Any) -> None:
    """Raise ValueError unless value is an integer of at least 0, from Python or numpy."""
    _require_integer(name, value, 0)


def require_integers(name: str, value: Array) -> None:
    """Raise ValueError unless value's dtype is an integer one and there is at least one value."""
    if not np.issubdtype(value.dtype, np.integer) or value.size == 0:
        raise ValueError(
            f"{name} must hold at least one integer, but has dtype {value.dtype} and shape {tuple(value.shape)}."
        )


def require_range(name: str, value: Array, lowest: float, highest: float) -> None:
    """Raise ValueError unless every number in a numpy array lies in [lowest, highest]; NaN does not."""
    if not _lies_within(value, lowest, highest):
        raise ValueError(
            f"{name} must hold finite numbers from {lowest} to {highest}, but goes from {value.min()} to {value.max()}."
        )


def require_unit_range(name: str, value: Array) -> None:
    """``require_range`` for images, from 0 to 1, with the advice to scale raw ones."""
    if not _lies_within(value, 0, 1):
        raise ValueError(
            f"{name} must lie in [0, 1] and be finite, but its values run from "
            f"{float(value.min()):.4g} to {float(value.max()):.4g}. vae_helpers.data.preprocess scales raw images."
        )


def require_nonnegative(name: str, value: Any) -> None:
    """Raise ValueError unless value is one finite number of at least 0, from Python, numpy or TensorFlow."""
    number = np.asarray(value)
    if number.ndim or number.dtype.kind not in "iuf" or not 0 <= number < np.inf:
        raise ValueError(f"{name} must be a finite number of at least 0, but is {value!r}.")


def _require_integer(name: str, value: Any, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ValueError(f"{name} must be an integer of at least {least}, but is {value!r}.")


def _lies_within(value: Array, lowest: float, highest: float) -> bool:
    """Whether every number of an array does; NaN does not, and an array without numbers does."""
    return not value.size or bool(value.min() >= lowest and value.max() <= highest)


def _sizes_agree(size: int | None, expected: int | str | None) -> bool:
    return size is None or expected is None or isinstance(expected, str) or size == expected
