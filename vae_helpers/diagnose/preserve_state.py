"""A model that is looked at and then is as it was: its variables, attributes and lists, and the random generators."""

import contextlib
import random

import numpy as np

from vae_helpers import private_api
from vae_helpers.backend import keras, tf

KINDS = (keras.Operation, keras.Metric, keras.Loss, keras.optimizers.Optimizer, keras.random.SeedGenerator, tf.Module)


@contextlib.contextmanager
def untouched(root):
    """Restore on leaving whatever hangs on the root (a model, or a list of some), bitwise, even after an error."""
    things = reachable(root)
    variables = [(each, value_of(each)) for each in things if is_variable(each)]
    chances = [(each.bit_generator, each.bit_generator.state) for each in things if is_numpy_generator(each)]
    dicts = [vars(each) for each in things if is_part(each)] + [each for each in things if isinstance(each, dict)]
    dicts = [(each, dict(each)) for each in dicts]
    lists = [(each, list(each)) for each in things if isinstance(each, list)]
    try:
        yield
    finally:
        for each, before in variables:
            each.assign(before)
        for each, before in chances:
            each.state = before
        for each, before in dicts + lists:
            restore(each, before)


def restore(container, before):
    """Put back what a dict or a list held; by the base class's methods, since Keras's own may be locked."""
    if isinstance(container, list):
        list.__setitem__(container, slice(None), before)
    elif {key: id(each) for key, each in container.items()} != {key: id(each) for key, each in before.items()}:
        dict.clear(container)
        dict.update(container, before)


@contextlib.contextmanager
def same_chance():
    """Restore on leaving the global random generators of Python, numpy, Keras and TensorFlow."""
    keras_generator = private_api.keras_random_generator()
    states = [tf.random.get_global_generator().state] + ([keras_generator.state] if keras_generator else [])
    before = [(each, value_of(each)) for each in states]
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 - people use it
    tensorflow = private_api.eager_random_generator()
    # A stand-in: kernels started by seeds of the real one would answer its later draws.
    private_api.set_eager_random_generator(random.Random(0))
    try:
        yield
    finally:
        for each, state in before:
            each.assign(state)
        private_api.set_keras_random_generator(keras_generator)
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002
        private_api.set_eager_random_generator(tensorflow)


def reachable(root):
    """Everything of Keras's and TensorFlow's that hangs on attributes, in lists, tuples, sets and dicts: each once."""
    found, waiting = {}, [root]
    while waiting:
        each = waiting.pop()
        inner = _inside(each)
        if inner is not None and id(each) not in found:
            found[id(each)] = each
            waiting.extend(inner)
    return list(found.values())


def is_variable(thing):
    """Whether it is a Keras or a TensorFlow variable."""
    return isinstance(thing, keras.Variable | tf.Variable)


def is_numpy_generator(thing):
    """Whether it is one of numpy's generators, as people keep in a layer."""
    return isinstance(thing, np.random.Generator)


def is_part(thing):
    """Whether it is an object of Keras's or TensorFlow's that holds state: a layer, a metric, an optimizer, ..."""
    made_by_keras = type(thing).__module__.startswith("keras.") and type(thing).__name__ not in ("Node", "KerasTensor")
    candidate = hasattr(thing, "__dict__") and not isinstance(thing, type) and not is_variable(thing)
    return candidate and (isinstance(thing, KINDS) or made_by_keras)


def value_of(variable):
    """A variable's numbers, copied."""
    return np.asarray(variable.value if isinstance(variable, keras.Variable) else variable).copy()


def _inside(thing):
    """What a thing holds; None for what is no concern of ours."""
    if is_variable(thing) or is_numpy_generator(thing):
        return []
    if isinstance(thing, dict):
        return list(thing.values())
    if isinstance(thing, list | tuple | set):
        return list(thing)
    return list(vars(thing).values()) if is_part(thing) else None
