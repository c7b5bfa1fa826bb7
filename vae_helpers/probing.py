"""One step of a model's training with chosen numbers in its middle, and the gradients that reach them.

However a loss is written, training sees one thing of it: its gradient. So while ``train_step`` is traced, the calls of
the encoder and the decoder are wrapped: chosen numbers stand in place of the two heads and of the decoder's output, and
on the way back the gradient at each of them is read. The optimizer only listens, so that no weight moves.
"""

import contextlib
import functools
import re
from collections import defaultdict
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from vae_helpers.quiet import keras, tf
from vae_helpers.untouched import reachable

NAMES = {  # what people call the two halves, as an attribute, a layer's name or a method
    "encoder": r"(^|_)(enc|encod\w*|inference|recognition)(_|$)",
    "decoder": r"(^|_)(dec|decod\w*|generat\w*)(_|$)",
}
SPREAD = r"var|sig|std|scale|log"  # in the key of an encoder's second head


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


class Call(NamedTuple):
    """One call of a port, as it was seen; leaf: it called no other port."""

    port: Port
    inputs: list
    output: Any
    leaf: bool


@dataclass
class Parts:
    """A VAE, where its halves are called, and how its data come: x alone, or x with y."""

    vae: Any
    encoder: Port | None
    decoder: Port
    with_y: bool = False
    places: tuple = ()
    bounded: bool = False  # the decoder gives probabilities

    def data(self, x):
        """What fit would hand to train_step. y is x upside down: another image of the same kind."""
        return (x, tf.reverse(x, [1])) if self.with_y else x


# --- where encoder and decoder are ---


def find_part(vae, role, given=None):
    """The port of a VAE's encoder or decoder: the one given, an attribute's, a layer's, a method's; None without one."""
    if given is not None:
        if not isinstance(given, keras.layers.Layer):
            raise TypeError(f"{role} must be a Keras layer or model, but is a {type(given).__name__}.")
        return Port(given)
    exact, method = getattr(vae, role, None), role.removesuffix("r")  # encode, decode
    named = {name: each for name, each in vars(vae).items()} | {each.name: each for each in vae.layers}
    fitting = [each for name, each in named.items() if re.search(NAMES[role], name.lower())]
    fitting = [each for each in [exact, *fitting] if isinstance(each, keras.layers.Layer) and each._layers]
    if not fitting and callable(getattr(vae, method, None)):
        return Port(vae, method)
    return Port(fitting[0]) if fitting else None


# --- wrapping ---


@contextlib.contextmanager
def wrapped(port, wrapper):
    """While inside, port's method is wrapper(the method). An attribute of the instance hides the class's method."""
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


def traced(function, eagerly, *examples):
    """The function as a graph, as fit runs it; a tf.function inside it becomes part of it. eagerly: left as it is."""

    def run(*arguments):
        with functions_inlined():
            return function(*arguments)

    if eagerly:
        return run
    specs = tf.nest.map_structure(lambda each: tf.TensorSpec(each.shape, each.dtype), examples)
    with functions_inlined():
        return tf.function(function, autograph=False).get_concrete_function(*specs)


@contextlib.contextmanager
def functions_inlined():
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


@contextlib.contextmanager
def listening(vae, heard):
    """While inside, every optimizer appends its (gradient, variable) pairs to heard, and applies nothing."""

    def instead(apply):
        def listen(grads, trainable_variables=None):
            heard.extend(zip(grads, trainable_variables or vae.trainable_variables, strict=False))

        return listen

    with contextlib.ExitStack() as stack:
        for each in reachable(vae):
            if isinstance(each, keras.optimizers.Optimizer):
                stack.enter_context(wrapped(Port(each, "apply"), instead))
                stack.enter_context(wrapped(Port(each, "scale_loss"), lambda scale: lambda loss: loss))
        yield


# --- looking for the heads ---


class Recording:
    """A train_step as it is, its calls written down: which tensor came out of which port. Callable on other x."""

    def __init__(self, parts, x):
        self.parts, self.calls, self.kept = parts, [], []
        self.run = traced(self._body, parts.vae.run_eagerly, tf.constant(x))
        self(x)

    def __call__(self, x):
        self.values = {id(t): np.array(v) for t, v in zip(self.kept, self.run(tf.constant(x)), strict=True)}
        return self

    def _body(self, x):
        self.calls.clear()
        with contextlib.ExitStack() as stack:
            for port in self._ports():
                stack.enter_context(wrapped(port, lambda method, port=port: self._writing(port, method)))
            with listening(self.parts.vae, []):
                self.parts.vae.train_step(self.parts.data(x))
            if self.parts.encoder and not self.of(self.parts.encoder):
                self.parts.encoder(x)  # a model that shares its layers with the VAE
        self.kept[:] = [each for each in self._tensors() if self._tells(each)]
        return self.kept

    def _ports(self):
        parts = self.parts
        given = [port.owner for port in (parts.encoder, parts.decoder) if port]
        operations = [each for each in reachable([parts.vae, *given]) if isinstance(each, keras.Operation)]
        methods = [port for port in (parts.encoder, parts.decoder) if port and port.method != "call"]
        return methods + [Port(each) for each in operations if each is not parts.vae]

    def _writing(self, port, method):
        def write(*args, **kwargs):
            before = len(self.calls)
            output = method(*args, **kwargs)
            self.calls.append(Call(port, flat(args), output, leaf=len(self.calls) == before))
            return output

        return write

    def of(self, port):
        """The calls of one port."""
        return [call for call in self.calls if call.port == port]

    @property
    def z(self):
        """The tensor that the decoder got."""
        return self.of(self.parts.decoder)[-1].inputs[0]

    @property
    def output(self):
        """The decoder's output, the first if there are several."""
        return flat(self.of(self.parts.decoder)[-1].output)[0]

    def _tensors(self):
        return {id(each): each for call in self.calls for each in call.inputs + flat(call.output)}.values()

    def _tells(self, tensor):
        """Whether it may be a head, the two heads joined, z or the decoder's output, and can be read from outside."""
        here = isinstance(tensor, tf.__internal__.EagerTensor) or tensor.graph is tf.compat.v1.get_default_graph()
        return here and (self.like_z(tensor) or self.like_both(tensor) or tensor is self.output)

    def like_z(self, tensor):
        return tensor.dtype.is_floating and tensor.shape == self.z.shape

    def like_both(self, tensor):
        shape = self.z.shape
        return tensor.dtype.is_floating and tensor.shape == (*shape[:-1], 2 * shape[-1])

    def value(self, tensor):
        return self.values.get(id(tensor))

    def same(self, tensor, value):
        mine = self.value(tensor)
        return mine is not None and mine.shape == value.shape and np.allclose(mine, value, 1e-6, 1e-7)


def flat(tree):
    """The tensors in a structure of lists and dicts, in Keras's order."""
    return [each for each in keras.tree.flatten(tree) if tf.is_tensor(each)]


def heads_of(recording):
    """The tensors that are the heads, [(names, tensor), ...]: what the encoder gives, or what the sampling layer takes."""
    given = recording.of(recording.parts.encoder)[-1:] if recording.parts.encoder else []
    outputs = [each for call in given for each in named_outputs(call.output)]
    heads = [(key, each) for key, each in outputs if recording.like_z(each) and each is not recording.z]
    if len(heads) >= 2:
        (_, mean), (_, spread) = heads[:2] if not re.search(SPREAD, heads[0][0]) else heads[1::-1]
        return [(("mean",), mean), (("spread",), spread)]
    joined = [each for _, each in outputs if recording.like_both(each)]
    if joined:
        return [(("mean", "spread"), joined[0])]
    return heads_taken(recording)


def heads_taken(recording):
    """The heads as the first layer that takes two tensors like z, or one twice as wide and gives one like z, gets them."""
    for call in recording.calls:
        inputs, outputs = call.inputs, flat(call.output)
        pair = [each for each in inputs if recording.like_z(each)]
        if call.leaf and len(pair) == 2 and len(inputs) == 2:
            return [(("mean",), pair[0]), (("spread",), pair[1])]
        if call.leaf and len(inputs) == 1 and recording.like_both(inputs[0]) and any(map(recording.like_z, outputs)):
            return [(("mean", "spread"), inputs[0])]
    return []


def named_outputs(output):
    """(key, tensor) pairs of an encoder's output, in Keras's order; the key is empty where there is none."""
    if isinstance(output, dict):
        order = keras.tree.flatten({key: key for key in output})
        return list(zip(map(str.lower, order), flat(output), strict=True))
    keys = getattr(output, "_fields", None) or [""] * len(flat(output))
    return list(zip(map(str.lower, keys), flat(output), strict=True))


def places_of(recording, heads):
    """Ways to take hold of the heads, best first: at the layers that make them; where the encoder gives them."""
    found = [(names, recording.value(tensor)) for names, tensor in heads]
    leaves = [call for call in recording.calls if call.leaf]
    yield [place_in(recording, leaves, names, value) for names, value in found]
    if len(found) == 2:
        both = np.concatenate([value for _, value in found], axis=-1)
        yield [place_in(recording, leaves, ("mean", "spread"), both)]
    given = recording.of(recording.parts.encoder)[-1:] if recording.parts.encoder else []
    yield [place_in(recording, given, names, value) for names, value in found]


def place_in(recording, calls, names, value):
    """The first output of these calls that has the value; None without one."""
    for call in calls:
        for index, tensor in enumerate(flat(call.output)):
            if recording.same(tensor, value):
                return Place(call.port, index, names)
    return None


# --- a step with chosen numbers ---


class Probe:
    """A traced step (train_step or test_step) with dials: mean, spread, out, pull, gate; called on x and the dials.

    out: the logits where the decoder gives probabilities, else its output. pull: the gradient that z gets, beside
    gate (0 or 1) times the one that comes from the decoder. What it returns is in ``_seen``.
    """

    def __init__(self, parts, method, x, dials):
        self.parts, self.method = parts, method
        self.metrics = [each for each in reachable(parts.vae) if isinstance(each, keras.Metric)]
        self.run = traced(self._body, parts.vae.run_eagerly, tf.constant(x), as_tensors(dials))

    def __call__(self, x, dials):
        for metric in self.metrics:
            metric.reset_state()
        return SimpleNamespace(**tf.nest.map_structure(np.array, self.run(tf.constant(x), as_tensors(dials))))

    def _body(self, x, dials):
        self.gradients, self.z_given, self.z_used, heard = defaultdict(dict), [], {}, []
        parts = self.parts
        wrappers = [(place.port, self._heads) for place in parts.places] + [(parts.decoder, self._decoder)]
        with contextlib.ExitStack() as stack:
            stack.enter_context(listening(parts.vae, heard))
            for port, wrapper in dict(wrappers).items():
                stack.enter_context(wrapped(port, functools.partial(wrapper, dials, port)))
            logs = getattr(parts.vae, self.method)(parts.data(x))
        self.heard = [(variable, gradient is not None) for gradient, variable in heard]
        return self._seen(dials, logs, [gradient for gradient, _ in heard if gradient is not None])

    def _seen(self, dials, logs, gradients):
        """Each dial's gradient, z as decoded, the numbers reported, the largest gradient of each weight that got one."""
        seen = {name: tf.zeros_like(dials[name]) for name in ("mean", "spread", "out")}
        seen |= {name: tf.add_n(list(found.values())) for name, found in self.gradients.items()}
        z = [*self.z_given, *self.z_used.values()]
        logs = {key: tf.cast(each, tf.float32) for key, each in dict(logs or {}).items() if not isinstance(each, dict)}
        largest = [tf.reduce_max(tf.abs(tf.convert_to_tensor(each))) for each in gradients]
        return seen | {"z": z[-1:], "logs": logs, "largest": largest}

    def _heads(self, dials, port, method):
        """Chosen heads in place of a port's."""

        def call(*args, **kwargs):
            output = method(*args, **kwargs)
            tensors = keras.tree.flatten(output)
            for place in [each for each in self.parts.places if each.port == port]:
                value = tf.concat([dials[name] for name in place.names], axis=-1)
                if tensors[place.index].shape == value.shape:
                    tensors[place.index] = self._chosen(tensors[place.index], value, place.names)
            return keras.tree.pack_sequence_as(output, tensors)

        return call

    def _decoder(self, dials, _, method):
        """A chosen output in place of the decoder's, and a chosen gradient for its z."""

        def call(*args, **kwargs):
            tensors = keras.tree.flatten(args)
            like_z = [i for i, each in enumerate(tensors) if getattr(each, "shape", None) == dials["pull"].shape]
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
        if hasattr(real, "_keras_logits"):  # Keras's losses look for them behind a sigmoid ...
            return keras.activations.sigmoid(chosen)
        seen_by_keras = tf.is_symbolic_tensor(real) and real.op.type == "Sigmoid"  # ... or for its operation
        return tf.sigmoid(chosen) if seen_by_keras else tf.identity(tf.sigmoid(chosen))

    def _chosen(self, real, value, names):
        """The value in a tensor's place; its gradient is noted, and handed on. Asked twice, it is noted once."""
        number = len(self.gradients[names[0]])
        self.gradients[names[0]][number] = tf.zeros(value.shape)

        def answer(gradient):
            halves = tf.split(tf.cast(gradient, tf.float32), len(names), axis=-1)
            for name, half in zip(names, halves, strict=True):
                self.gradients[name][number] = half
            return gradient

        return exchanged(real, tf.cast(value, real.dtype), answer)


def as_tensors(dials):
    return {name: tf.constant(value, tf.float32) for name, value in dials.items()}
