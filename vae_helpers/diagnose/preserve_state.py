"""Context managers that put back what a measurement moves: a model's state, and the random generators."""

import contextlib
import random
from collections.abc import Iterator
from typing import Any

import numpy as np

from vae_helpers import private_api
from vae_helpers.backend import keras, tf
from vae_helpers.types import Array

STATEFUL_CLASSES = (
    keras.Operation, keras.Metric, keras.Loss, keras.optimizers.Optimizer, keras.random.SeedGenerator, tf.Module,
)  # fmt: skip


@contextlib.contextmanager
def preserve_objects(root: Any) -> Iterator[None]:
    """On leaving, put back all that hangs on the root (a model, or a list of some), bitwise, even after an error."""
    objects = reachable_objects(root)
    variables = [(variable, value_of(variable)) for variable in objects if is_variable(variable)]
    generators = [generator.bit_generator for generator in objects if _is_numpy_generator(generator)]
    generator_states = [(generator, generator.state) for generator in generators]
    dicts = [vars(owner) for owner in objects if _is_stateful(owner)]
    dicts += [container for container in objects if isinstance(container, dict)]
    dict_copies = [(container, dict(container)) for container in dicts]
    list_copies = [(container, list(container)) for container in objects if isinstance(container, list)]
    try:
        yield
    finally:
        for variable, value in variables:
            variable.assign(value)
        for generator, state in generator_states:
            generator.state = state
        for container, copy in dict_copies:
            _restore_dict(container, copy)
        for container, items in list_copies:
            list.__setitem__(container, slice(None), items)  # not Keras's own method, which may be locked


def _restore_dict(container: dict, copy: dict) -> None:
    """Put back what a dict held; by the methods of ``dict``, since Keras's own may be locked."""
    if {key: id(value) for key, value in container.items()} != {key: id(value) for key, value in copy.items()}:
        dict.clear(container)
        dict.update(container, copy)


@contextlib.contextmanager
def preserve_random_generators() -> Iterator[None]:
    """On leaving, put back the states of the global random generators of Python, numpy, Keras and TensorFlow."""
    keras_generator = private_api.keras_random_generator()
    states = [tf.random.get_global_generator().state] + ([keras_generator.state] if keras_generator else [])
    values = [(state, value_of(state)) for state in states]
    python_state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002 - people use it
    eager_generator = private_api.eager_random_generator()
    # A stand-in: kernels started by seeds of the real one would answer its later draws.
    private_api.set_eager_random_generator(random.Random(0))
    try:
        yield
    finally:
        for state, value in values:
            state.assign(value)
        private_api.set_keras_random_generator(keras_generator)
        random.setstate(python_state)
        np.random.set_state(numpy_state)  # noqa: NPY002
        private_api.set_eager_random_generator(eager_generator)


def reachable_objects(root: Any) -> list[Any]:
    """All objects of Keras and TensorFlow that hang on a root's attributes, lists, tuples, sets and dicts, once each.

    The containers and numpy's generators are among them.
    """
    objects: dict[int, Any] = {}
    waiting = [root]
    while waiting:
        candidate = waiting.pop()
        contents = _contents(candidate)
        if contents is not None and id(candidate) not in objects:
            objects[id(candidate)] = candidate
            waiting.extend(contents)
    return list(objects.values())


def is_variable(candidate: Any) -> bool:
    """Whether it is a Keras or a TensorFlow variable."""
    return isinstance(candidate, keras.Variable | tf.Variable)


def value_of(variable: Any) -> Array:
    """A copy of a variable's numbers."""
    return np.asarray(variable.value if isinstance(variable, keras.Variable) else variable).copy()


def _is_numpy_generator(candidate: Any) -> bool:
    """Whether it is one of numpy's generators, as people keep in a layer."""
    return isinstance(candidate, np.random.Generator)


def _is_stateful(candidate: Any) -> bool:
    """Whether it is an object of Keras or TensorFlow that holds state: a layer, a metric, an optimizer, ..."""
    cls = type(candidate)
    made_by_keras = cls.__module__.startswith("keras.") and cls.__name__ not in ("Node", "KerasTensor")
    has_attributes = hasattr(candidate, "__dict__") and not isinstance(candidate, type) and not is_variable(candidate)
    return has_attributes and (isinstance(candidate, STATEFUL_CLASSES) or made_by_keras)


def _contents(candidate: Any) -> list[Any] | None:
    """What an object holds; None for an object that is neither Keras's nor TensorFlow's nor a container."""
    if is_variable(candidate) or _is_numpy_generator(candidate):
        return []
    if isinstance(candidate, dict):
        return list(candidate.values())
    if isinstance(candidate, list | tuple | set):
        return list(candidate)
    return list(vars(candidate).values()) if _is_stateful(candidate) else None
