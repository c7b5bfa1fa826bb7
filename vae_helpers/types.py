"""Names for what the course's functions take and return, for signatures."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

Array: TypeAlias = np.ndarray
Tensor: TypeAlias = Any  # what keras.ops takes and gives: a backend's tensor, a KerasTensor, or a numpy array
Model: TypeAlias = Any  # a keras.Model; Any, so that a type checker need not load TensorFlow

__all__ = ["Array", "ArrayLike", "Model", "Tensor"]
