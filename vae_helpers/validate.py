"""Argument checks that name the argument, what was expected and what came.

They look at shapes and dtypes only, so they work on numpy arrays, tensors and Keras's symbolic tensors,
where an unknown size is None and fits any size.
"""


def require_shape(name, value, expected):
    """Raise ValueError unless value's shape fits ``expected``, a tuple of sizes, None or a word for any size."""
    shape = tuple(value.shape)
    fits = len(shape) == len(expected) and all(map(_sizes_agree, shape, expected))
    if not fits:
        wanted = ", ".join("batch" if size is None else str(size) for size in expected)
        comma = "," if len(expected) == 1 else ""
        raise ValueError(f"{name} must have shape ({wanted}{comma}), but has shape {shape}.")


def require_same_shape(name, value, other_name, other):
    """Raise ValueError unless the two shapes agree: nothing is broadcast behind the caller's back."""
    shape, other_shape = tuple(value.shape), tuple(other.shape)
    if len(shape) != len(other_shape) or not all(map(_sizes_agree, shape, other_shape)):
        raise ValueError(
            f"{name} and {other_name} must have the same shape, but {name} has {shape} and {other_name} has {other_shape}."
        )


def require_floating(name, value):
    """Raise ValueError unless value's dtype is a floating one."""
    dtype = getattr(value.dtype, "name", value.dtype)  # numpy's and TensorFlow's dtypes have a name, Keras's is one
    if "float" not in dtype:
        raise ValueError(
            f"{name} must be floating-point, but has dtype {dtype}. vae_helpers.data.preprocess makes images float32."
        )


def require_positive_int(name, value):
    """Raise ValueError unless value is an integer of at least 1."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name} must be an integer of at least 1, but is {value!r}.")


def _sizes_agree(size, expected):
    return size is None or expected is None or isinstance(expected, str) or size == expected
