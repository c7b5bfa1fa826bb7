"""The undocumented parts of Keras, TensorFlow and nbval that the course uses. No other file reaches for them.

Each function checks that its part is still there, and raises PrivateApiError where a new version has dropped it.
Keras and TensorFlow are imported when a function is called, so that importing this module takes no time.
"""

import importlib
import random
from collections.abc import Callable
from typing import Any

GLOBAL_STATE = "keras.src.backend.common.global_state"
GLOBAL_GENERATOR = "global_seed_generator"  # the key under which Keras keeps it
EAGER_CONTEXT = "tensorflow.python.eager.context"


class PrivateApiError(RuntimeError):
    """The installed version of a library lacks an undocumented part that the course uses."""


def untracked(owner: Any, name: str, value: Any) -> None:
    """Set an attribute of a Keras model or layer that Keras does not track, report or save with the weights."""
    vars(owner)[name] = value


# --- random generators ---


def keras_random_generator() -> Any:
    """The keras.random.SeedGenerator behind Keras's random functions without a seed; None until one of them is used.

    Raises PrivateApiError where Keras has no global state any more.
    """
    return _global_state("get_global_attribute")(GLOBAL_GENERATOR)


def set_keras_random_generator(generator: Any) -> None:
    """Make a keras.random.SeedGenerator the one behind Keras's random functions; None: Keras makes a new one.

    Raises PrivateApiError where Keras has no global state any more.
    """
    _global_state("set_global_attribute")(GLOBAL_GENERATOR, generator)


def eager_random_generator() -> random.Random | None:
    """The generator of the seeds of TensorFlow's eager random operations; None before tf.random.set_seed.

    Raises PrivateApiError where TensorFlow has no such generator any more.
    """
    return getattr(_eager_context(), "_rng", None)


def set_eager_random_generator(generator: random.Random | None) -> None:
    """Draw the seeds of TensorFlow's eager random operations from another generator; None: there is none yet.

    Raises PrivateApiError where TensorFlow has no such generator any more.
    """
    _eager_context()._rng = generator


def _global_state(function: str) -> Any:
    """One of the functions that read and write Keras's global state."""
    from vae_helpers.backend import keras

    purpose = "leave Keras's random generator as it was"
    module = _module(keras, GLOBAL_STATE, purpose)
    return _attribute(module, function, keras, f"{GLOBAL_STATE}.{function}", purpose)


def _eager_context() -> Any:
    """What TensorFlow knows about eager execution, the random generator _rng among it."""
    from vae_helpers.backend import tf

    purpose = "leave the seeds of TensorFlow's random operations as they were"
    module = _module(tf, EAGER_CONTEXT, purpose)
    context = _attribute(module, "context", tf, f"{EAGER_CONTEXT}.context", purpose)()
    # _rng is there only after tf.random.set_seed. The method that draws from it is always there.
    _attribute(context, "_internal_operation_seed", tf, f"{EAGER_CONTEXT}.Context._internal_operation_seed", purpose)
    return context


# --- layers and tensors ---


def sublayers(layer: Any) -> list[Any]:
    """The layers that a Keras layer or model holds directly.

    Raises PrivateApiError where Keras's layers have no list of them any more.
    """
    from vae_helpers.backend import keras

    purpose = "tell an encoder or a decoder from a layer without layers of its own"
    return list(_attribute(layer, "_layers", keras, "keras.layers.Layer._layers", purpose))


def carries_logits(tensor: Any) -> bool:
    """Whether Keras's sigmoid or softmax made a tensor, so that Keras's losses find the logits attached to it.

    Raises PrivateApiError where Keras's sigmoid attaches no logits any more.
    """
    from vae_helpers.backend import keras, tf

    if hasattr(tensor, "_keras_logits"):
        return True
    with tf.Graph().as_default():  # Keras attaches nothing to some eager tensors
        example = keras.activations.sigmoid(tf.zeros(()))
    _attribute(example, "_keras_logits", keras, "_keras_logits", "tell how a decoder's probabilities were made")
    return False


# --- operations ---


def apply_adam(
    weight: Any,
    m: Any,
    v: Any,
    gradient: Any,
    rate: Any,
    beta1_power: Any,
    beta2_power: Any,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-7,
) -> None:
    """One step of Adam (Kingma and Ba 2015) on a tf.Variable, in place, as TensorFlow's single operation.

    m, v: variables of the weight's shape, the running means of the gradients and of their squares, which move too.
    beta1_power, beta2_power: the decays to the power of the step's number, counted from 1.

    Raises PrivateApiError where TensorFlow has no such operation any more.
    """
    from vae_helpers.backend import tf

    operation = "ResourceApplyAdam"
    purpose = "train quickly, with one operation for each weight"
    step = _attribute(tf.raw_ops, operation, tf, f"tensorflow.raw_ops.{operation}", purpose)
    step(
        var=weight.handle,
        m=m.handle,
        v=v.handle,
        beta1_power=beta1_power,
        beta2_power=beta2_power,
        lr=rate,
        beta1=beta1,
        beta2=beta2,
        epsilon=epsilon,
        grad=gradient,
    )


# --- nbval ---


def replace_nbval_parts(sanitize: Callable[[Any, Any, Any], Any], kernel_manager: type) -> None:
    """Let nbval compare by a rule of one's own, and start kernels by another class of kernel managers.

    sanitize: (cell, text, nbval's sanitized text) -> what nbval compares with !=. Raises PrivateApiError where nbval
    has no place for either any more.
    """
    nbval = importlib.import_module("nbval")
    plugin = _module(nbval, "nbval.plugin", "compare numbers within a tolerance")
    cell_class = _attribute(plugin, "IPyNbCell", nbval, "nbval.plugin.IPyNbCell", "compare numbers within a tolerance")
    nbval_sanitize = _attribute(
        cell_class, "sanitize", nbval, "nbval.plugin.IPyNbCell.sanitize", "compare numbers within a tolerance"
    )
    kernel = _module(nbval, "nbval.kernel", "run two notebooks at once")
    _attribute(kernel, "KernelManager", nbval, "nbval.kernel.KernelManager", "run two notebooks at once")
    cell_class.sanitize = lambda cell, text: sanitize(cell, text, nbval_sanitize(cell, text))
    kernel.KernelManager = kernel_manager


# --- where a part is missing ---


def _module(library: Any, name: str, purpose: str) -> Any:
    """A private module of a library. purpose: what the course needs it to do, for the error where it is missing."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise _missing(library, name, purpose) from error


def _attribute(owner: Any, name: str, library: Any, part: str, purpose: str) -> Any:
    """A private attribute. part: its full name, and purpose, as for ``_module``, for the error."""
    try:
        return getattr(owner, name)
    except AttributeError as error:
        raise _missing(library, part, purpose) from error


def _missing(library: Any, part: str, purpose: str) -> PrivateApiError:
    name = library.__name__.partition(".")[0]
    return PrivateApiError(
        f"{name} {library.__version__} has no {part} any more: the course needs it to {purpose}. "
        "Install the locked version with `make setup`, or mend vae_helpers/private_api.py."
    )
