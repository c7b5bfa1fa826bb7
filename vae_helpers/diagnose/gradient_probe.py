"""One step of a model's training with chosen numbers in its middle, and the gradients that reach them.

However a loss is written, training sees one thing of it: its gradient. So while ``train_step`` is traced, the calls of
the encoder and the decoder are wrapped: chosen numbers stand in place of the two heads and of the decoder's output, and
on the way back the gradient at each of them is read. The optimizer only listens, so that no weight moves.
"""

import contextlib
import functools
from collections import defaultdict
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from vae_helpers import private_api
from vae_helpers.backend import keras, tf
from vae_helpers.diagnose.preserve_state import is_variable, reachable, value_of


class Port(NamedTuple):
    """A method whose calls can be wrapped: the call of a layer, or a model's own encode or decode."""

    owner: Any
    method: str = "call"

    def __call__(self, *args):
        return self.owner(*args) if self.method == "call" else getattr(self.owner, self.method)(*args)


class Place(NamedTuple):
    """Where heads come out: a port, the position among its flattened outputs, and the heads' names (both if joined)."""

    port: Port
    index: int
    names: tuple


@dataclass
class Parts:
    """A VAE, where its halves are called, and how its data come: x alone, or x with y."""

    vae: Any
    encoders: list  # the ports that may be it, best first
    decoder: Port
    with_y: bool = False
    bounded: bool = False  # the decoder gives numbers from 0 to 1
    places: tuple = ()  # where the heads are taken hold of

    def data(self, x):
        """What fit would hand to train_step. y is x upside down: another image of the same kind."""
        return (x, x[:, ::-1]) if self.with_y else x


@contextlib.contextmanager
def wrapped(port, wrapper):
    """While inside, a port's method is wrapper(the method): an attribute of the instance hides the class's method."""
    attributes, inner = vars(port.owner), getattr(port.owner, port.method)
    had = port.method in attributes
    attributes[port.method] = wrapper(inner)
    try:
        yield
    finally:
        if had:
            attributes[port.method] = inner
        else:
            del attributes[port.method]


@contextlib.contextmanager
def listening(vae, heard):
    """While inside, every optimizer appends its (gradient, variable) pairs to heard, and applies nothing."""

    def instead(_):
        return lambda grads, variables=None: heard.extend(zip(grads, variables or vae.trainable_variables, strict=True))

    with contextlib.ExitStack() as stack:
        for each in reachable(vae):
            if isinstance(each, keras.optimizers.Optimizer):
                stack.enter_context(wrapped(Port(each, "apply"), instead))
                stack.enter_context(wrapped(Port(each, "scale_loss"), lambda _: lambda loss: loss))
        yield


def traced(function, eagerly, *examples):
    """The function as a graph for batches of any size, as fit traces it; eagerly: as it is, for models that run so.

    A tf.function inside it becomes part of it, or the wrapped calls would miss what was traced before.
    """

    def run(*arguments):
        with functions_inlined():
            return function(*arguments)

    if eagerly:
        return run
    any_batch = lambda each: tf.TensorSpec([None, *each.shape[1:]][: each.ndim], each.dtype)  # noqa: E731
    specs = tf.nest.map_structure(any_batch, examples)
    with functions_inlined():
        return tf.function(function, autograph=False).get_concrete_function(*specs)


@contextlib.contextmanager
def functions_inlined():
    """While inside, a tf.function runs as the Python function that it was made of."""
    before = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(before)


def exchanged(real, value, answer):
    """The value in a tensor's place; on the way back, answer(gradient) is what the real one gets."""

    @tf.custom_gradient
    def exchange(real):
        return tf.identity(value), answer

    return exchange(real)


def alike(a, b):
    """Whether two tensors have one shape; a batch of unknown size is like another such."""
    return a.shape.rank == b.shape.rank and a.shape.as_list() == b.shape.as_list()


def flat(tree):
    """The tensors in a structure of lists and dicts, in Keras's order."""
    return [each for each in keras.tree.flatten(tree) if tf.is_tensor(each)]


class Probe:
    """A traced step (train_step or test_step) with dials: mean, spread, out, pull, gate; called on x and the dials.

    mean, spread: the heads, shaped like z. out: the logits where the decoder gives probabilities, else its output.
    pull: a gradient that z gets, beside gate (0 or 1) times the one that comes from the decoder.
    """

    def __init__(self, parts, method, x, dials):
        self.parts, self.method = parts, method
        self.metrics = [each for each in reachable(parts.vae) if isinstance(each, keras.Metric)]
        self.kept = [(each, value_of(each)) for each in without_chance(parts.vae)]
        self.run = traced(self._body, parts.vae.run_eagerly, tf.constant(x), as_tensors(dials))

    def __call__(self, x, dials):
        """What the step showed, as arrays: see ``_seen``. Each is the model's next step: a warm-up gets no further."""
        for variable, before in self.kept:
            variable.assign(before)
        for metric in self.metrics:
            metric.reset_state()
        return SimpleNamespace(**tf.nest.map_structure(np.array, self.run(tf.constant(x), as_tensors(dials))))

    def _body(self, x, dials):
        self.gradients, self.z_given, self.z_used, heard = defaultdict(dict), [], {}, []
        parts = self.parts
        wrappers = {place.port: self._heads for place in parts.places} | {parts.decoder: self._decoder}
        with contextlib.ExitStack() as stack:
            stack.enter_context(listening(parts.vae, heard))
            for port, wrapper in wrappers.items():
                stack.enter_context(wrapped(port, functools.partial(wrapper, dials, port)))
            logs = getattr(parts.vae, self.method)(parts.data(x))
        self.heard = [(variable, gradient is not None) for gradient, variable in heard]
        return self._seen(dials, logs, [gradient for gradient, _ in heard if gradient is not None])

    def _seen(self, dials, logs, gradients):
        """The gradients of mean, spread and out; z as decoded; the numbers reported; each weight's largest gradient."""
        seen = {}
        for name in ("mean", "spread", "out"):
            found = [each for each in self.gradients[name].values() if each is not None]
            seen[name] = tf.add_n([tf.zeros_like(dials[name]), *found])
        logs = {key: tf.cast(each, tf.float32) for key, each in dict(logs or {}).items() if not isinstance(each, dict)}
        largest = [tf.reduce_max(tf.abs(tf.convert_to_tensor(each))) for each in gradients]
        return seen | {"z": [*self.z_given, *self.z_used.values()][-1:], "logs": logs, "largest": largest}

    def _heads(self, dials, port, method):
        """Chosen heads in place of a port's."""

        def call(*args, **kwargs):
            output = method(*args, **kwargs)
            tensors = keras.tree.flatten(output)
            for place in [each for each in self.parts.places if each.port == port]:
                value = tf.concat([dials[name] for name in place.names], axis=-1)
                if alike(tensors[place.index], value):
                    tensors[place.index] = self._chosen(tensors[place.index], value, place.names)
            return keras.tree.pack_sequence_as(output, tensors)

        return call

    def _decoder(self, dials, _, method):
        """A chosen output in place of the decoder's, and a chosen gradient for its z."""

        def call(*args, **kwargs):
            tensors = keras.tree.flatten(args)
            like_z = [i for i, each in enumerate(tensors) if tf.is_tensor(each) and alike(each, dials["pull"])]
            if not like_z:  # another number of them: pictures to be shown, perhaps
                return method(*args, **kwargs)
            tensors[like_z[0]] = self._pulled(tensors[like_z[0]], dials)
            output = method(*keras.tree.pack_sequence_as(args, tensors), **kwargs)
            first, *rest = keras.tree.flatten(output)
            return keras.tree.pack_sequence_as(output, [self._output(first, dials["out"]), *rest])

        return call

    def _pulled(self, z, dials):
        """z itself; the gradient that comes back to it is exchanged."""
        number = len(self.z_given)
        self.z_given.append(z)

        def answer(gradient):
            self.z_used[number] = z  # the loss does depend on this one
            return tf.where(dials["gate"] > 0, gradient, tf.zeros_like(gradient)) + tf.cast(dials["pull"], z.dtype)

        return exchanged(z, z, answer)

    def _output(self, real, chosen):
        chosen = self._chosen(real, chosen, ("out",))
        if not self.parts.bounded:
            return chosen
        if private_api.carries_logits(real):  # Keras's losses look for them behind a sigmoid ...
            return keras.activations.sigmoid(chosen)
        seen_by_keras = tf.is_symbolic_tensor(real) and real.op.type == "Sigmoid"  # ... or for its operation
        return tf.sigmoid(chosen) if seen_by_keras else tf.identity(tf.sigmoid(chosen))

    def _chosen(self, real, value, names):
        """The value in a tensor's place; its gradient is noted, and handed on. Asked twice, it is noted once."""
        number = len(self.gradients[names[0]])
        self.gradients[names[0]][number] = None

        def answer(gradient):
            halves = tf.split(tf.cast(gradient, tf.float32), len(names), axis=-1)
            for name, half in zip(names, halves, strict=True):
                self.gradients[name][number] = half
            return gradient

        return exchanged(real, tf.cast(value, real.dtype), answer)


def without_chance(vae):
    """A model's variables, without the optimizers' and without those of its random generators."""
    things = reachable(vae)
    holders = [each for each in things if isinstance(each, keras.random.SeedGenerator | keras.optimizers.Optimizer)]
    theirs = {id(each) for each in reachable(holders)}
    own = {id(each) for each in vae.trainable_variables}  # an optimizer lists these as well
    return [each for each in things if is_variable(each) and (id(each) in own or id(each) not in theirs)]


def as_tensors(dials):
    """The dials as float32 tensors."""
    return {name: tf.constant(value, tf.float32) for name, value in dials.items()}
