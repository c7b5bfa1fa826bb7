"""One step of a model's training with chosen numbers in its middle, and the gradients that reach them.

However a loss is written, training sees one thing of it: its gradient. So while ``train_step`` is traced, the calls of
the encoder and the decoder are wrapped: chosen numbers, the dials, stand in place of the two heads and of the decoder's
output, and on the way back the gradient at each of them is read. The optimizer applies nothing, so no weight moves.
With the gate at 0 no gradient comes back through the decoder: what then arrives at the two heads is the KL's alone.
"""

import contextlib
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from vae_helpers import private_api
from vae_helpers.backend import keras, tf
from vae_helpers.diagnose.preserve_state import is_variable, reachable_objects, value_of
from vae_helpers.types import Array, Model, Tensor

Method: TypeAlias = Callable[..., Any]
Update: TypeAlias = tuple[Tensor | None, Any]  # a gradient, and the variable that the optimizer got it for


class Port(NamedTuple):
    """A method whose calls can be wrapped: the call of a layer, or a model's own encode or decode."""

    owner: Any
    method: str = "call"

    def __call__(self, *args: Any) -> Any:
        return self.owner(*args) if self.method == "call" else getattr(self.owner, self.method)(*args)


class Place(NamedTuple):
    """Where a head comes out: a port, and the position among its flattened outputs.

    names: the head's name, "z_mean" or "spread"; both where one output holds the two heads joined.
    """

    port: Port
    position: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class Parts:
    """A VAE, where its halves are called, and how its data come: x alone, or x with y.

    encoders: the ports that may be the encoder, best first. bounded: the decoder gives numbers from 0 to 1.
    places: where the heads are replaced by the dials.
    """

    vae: Model
    encoders: tuple[Port, ...]
    decoder: Port
    with_y: bool = False
    bounded: bool = False
    places: tuple[Place, ...] = ()

    def data(self, x: Tensor) -> Any:
        """What fit would hand to train_step. y is x upside down: another image of the same kind."""
        return (x, x[:, ::-1]) if self.with_y else x


class Dials(NamedTuple):
    """The chosen numbers of a step.

    z_mean: the first head, shaped like z, (n, ...). spread: the second head, which may stand for the log-variance, the
    variance, sigma or its logarithm, shaped like z. output: the logits where the decoder gives probabilities, else the
    decoder's output. pull: a gradient that z gets, beside gate (0 or 1) times the one that comes from the decoder.
    """

    z_mean: Any
    spread: Any
    output: Any
    pull: Any
    gate: Any = 0.0


class StepTensors(NamedTuple):
    """The tensors that a traced step gives back, with the names of StepRecord; z: one tensor, or none."""

    z_mean: Tensor
    spread: Tensor
    output: Tensor
    z: list[Tensor]
    logs: dict[str, Tensor]
    largest: list[Tensor]  # of each gradient that is not None, the largest absolute value


@dataclass(frozen=True)
class StepRecord:
    """What a step showed.

    z_mean, spread, output: the gradient at the dial of this name, and of its shape. z: what the decoder was given,
    shape (0,) if it was given nothing of z's shape. logs: the numbers that the step reports. largest: each variable
    that the optimizer got, with its gradient's largest absolute value; None where there was no gradient.
    """

    z_mean: Array
    spread: Array
    output: Array
    z: Array
    logs: dict[str, Array]
    largest: tuple[tuple[Any, float | None], ...]


# --- wrapping what a step calls ---


@contextlib.contextmanager
def wrap_method(port: Port, wrapper: Callable[[Method], Method]) -> Iterator[None]:
    """While inside, a port's method is wrapper(the method): an attribute of the instance hides the class's method."""
    attributes, method = vars(port.owner), getattr(port.owner, port.method)
    was_attribute = port.method in attributes
    attributes[port.method] = wrapper(method)
    try:
        yield
    finally:
        if was_attribute:
            attributes[port.method] = method
        else:
            del attributes[port.method]


@contextlib.contextmanager
def intercept_updates(vae: Model, updates: list[Update]) -> Iterator[None]:
    """While inside, every optimizer of a model appends its (gradient, variable) pairs to updates, and applies none."""

    def append_instead(_: Method) -> Method:
        return lambda grads, variables=None: updates.extend(
            zip(grads, variables or vae.trainable_variables, strict=True)
        )

    def keep_loss(_: Method) -> Method:
        return lambda loss: loss

    with contextlib.ExitStack() as stack:
        for optimizer in reachable_objects(vae):
            if isinstance(optimizer, keras.optimizers.Optimizer):
                stack.enter_context(wrap_method(Port(optimizer, "apply"), append_instead))
                stack.enter_context(wrap_method(Port(optimizer, "scale_loss"), keep_loss))
        yield


@contextlib.contextmanager
def run_functions_eagerly() -> Iterator[None]:
    """While inside, a tf.function runs as the Python function that it was made of."""
    before = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(before)


def _traced(function: Method, eagerly: bool, *examples: Any) -> Method:
    """The function as a graph for batches of any size, as fit traces it; eagerly: as it is, for models that run so.

    A tf.function inside it becomes part of it, or the wrapped calls would miss what was traced before.
    """

    def run(*arguments: Any) -> Any:
        with run_functions_eagerly():
            return function(*arguments)

    def any_batch(example: Tensor) -> Any:
        return tf.TensorSpec([None, *example.shape[1:]][: example.ndim], example.dtype)

    if eagerly:
        return run
    specs = tf.nest.map_structure(any_batch, examples)
    with run_functions_eagerly():
        return tf.function(function, autograph=False).get_concrete_function(*specs)


def _exchange(real: Tensor, value: Tensor, gradient_of: Callable[[Tensor], Tensor]) -> Tensor:
    """The value in a tensor's place; on the way back, gradient_of(gradient) is what the real one gets."""

    @tf.custom_gradient
    def exchange(real: Tensor) -> Any:
        return tf.identity(value), gradient_of

    return exchange(real)


def same_shape(a: Tensor, b: Tensor) -> bool:
    """Whether two tensors have one shape; batches of unknown size count as equal."""
    return a.shape.rank == b.shape.rank and a.shape.as_list() == b.shape.as_list()


def flat_tensors(tree: Any) -> list[Tensor]:
    """The tensors in a structure of lists and dicts, in Keras's order."""
    return [leaf for leaf in keras.tree.flatten(tree) if tf.is_tensor(leaf)]


# --- the step with dials ---


class StepTrace:
    """One run of a step's Python code with dials: puts the dials in place, and holds what is noted on the way.

    gradients: for each dial, by the call's number, the gradient that came back; None until it does. decoder_inputs: the
    z of each call of the decoder. inputs_with_gradient: those that the loss depends on, by the call's number. updates:
    what the optimizers got.
    """

    def __init__(self, parts: Parts, dials: Dials) -> None:
        self.parts, self.dials = parts, dials
        self.gradients: dict[str, dict[int, Tensor | None]] = {"z_mean": {}, "spread": {}, "output": {}}
        self.decoder_inputs: list[Tensor] = []
        self.inputs_with_gradient: dict[int, Tensor] = {}
        self.updates: list[Update] = []

    def run(self, method: str, x: Tensor) -> StepTensors:
        """Run the model's method, train_step or test_step, on images x. Returns what it shows, as tensors."""
        parts = self.parts
        wrappers = {place.port: self._replace_heads for place in parts.places} | {parts.decoder: self._replace_output}
        with contextlib.ExitStack() as stack:
            stack.enter_context(intercept_updates(parts.vae, self.updates))
            for port, wrapper in wrappers.items():
                stack.enter_context(wrap_method(port, functools.partial(wrapper, port)))
            logs = getattr(parts.vae, method)(parts.data(x))
        return self._tensors(logs)

    def _tensors(self, logs: Any) -> StepTensors:
        at_dials = {}
        for name, gradients in self.gradients.items():
            arrived = [gradient for gradient in gradients.values() if gradient is not None]
            at_dials[name] = tf.add_n([tf.zeros_like(getattr(self.dials, name)), *arrived])
        numbers = {name: value for name, value in dict(logs or {}).items() if not isinstance(value, dict)}
        gradients_of_weights = [gradient for gradient, _ in self.updates if gradient is not None]
        return StepTensors(
            **at_dials,
            z=[*self.decoder_inputs, *self.inputs_with_gradient.values()][-1:],
            logs={name: tf.cast(value, tf.float32) for name, value in numbers.items()},
            largest=[tf.reduce_max(tf.abs(tf.convert_to_tensor(gradient))) for gradient in gradients_of_weights],
        )

    def _replace_heads(self, port: Port, method: Method) -> Method:
        """A port's method with the dials in place of the heads among its outputs."""

        def call(*args: Any, **kwargs: Any) -> Any:
            output = method(*args, **kwargs)
            tensors = keras.tree.flatten(output)
            for place in [place for place in self.parts.places if place.port == port]:
                dial = tf.concat([getattr(self.dials, name) for name in place.names], axis=-1)
                if same_shape(tensors[place.position], dial):
                    tensors[place.position] = self._with_dial(tensors[place.position], dial, place.names)
            return keras.tree.pack_sequence_as(output, tensors)

        return call

    def _replace_output(self, _: Port, method: Method) -> Method:
        """The decoder's method with a dial in place of its output, and a chosen gradient for its z."""

        def call(*args: Any, **kwargs: Any) -> Any:
            tensors = keras.tree.flatten(args)
            like_z = [i for i, leaf in enumerate(tensors) if tf.is_tensor(leaf) and same_shape(leaf, self.dials.pull)]
            if not like_z:  # another number of them: pictures to be shown, perhaps
                return method(*args, **kwargs)
            tensors[like_z[0]] = self._with_pull(tensors[like_z[0]])
            output = method(*keras.tree.pack_sequence_as(args, tensors), **kwargs)
            first, *rest = keras.tree.flatten(output)
            return keras.tree.pack_sequence_as(output, [self._output_for(first), *rest])

        return call

    def _with_pull(self, z: Tensor) -> Tensor:
        """z itself; the gradient that comes back to it is exchanged."""
        number = len(self.decoder_inputs)
        self.decoder_inputs.append(z)

        def gated_and_pulled(gradient: Tensor) -> Tensor:
            self.inputs_with_gradient[number] = z
            gated = tf.where(self.dials.gate > 0, gradient, tf.zeros_like(gradient))
            return gated + tf.cast(self.dials.pull, z.dtype)

        return _exchange(z, z, gated_and_pulled)

    def _output_for(self, real: Tensor) -> Tensor:
        """The dial in place of the decoder's output, behind a sigmoid where the decoder gives probabilities.

        Keras's losses look for a sigmoid's logits in two ways: attached to its output, or by its operation.
        """
        logits = self._with_dial(real, self.dials.output, ("output",))
        if not self.parts.bounded:
            return logits
        if private_api.carries_logits(real):
            return keras.activations.sigmoid(logits)
        is_sigmoid = tf.is_symbolic_tensor(real) and real.op.type == "Sigmoid"
        return tf.sigmoid(logits) if is_sigmoid else tf.identity(tf.sigmoid(logits))

    def _with_dial(self, real: Tensor, dial: Tensor, names: tuple[str, ...]) -> Tensor:
        """The dial in a tensor's place; its gradient is stored, and handed on. One that comes twice is stored once."""
        number = len(self.gradients[names[0]])
        self.gradients[names[0]][number] = None

        def stored(gradient: Tensor) -> Tensor:
            halves = tf.split(tf.cast(gradient, tf.float32), len(names), axis=-1)
            for name, half in zip(names, halves, strict=True):
                self.gradients[name][number] = half
            return gradient

        return _exchange(real, tf.cast(dial, real.dtype), stored)


class Probe:
    """A model's train_step or test_step with dials, traced once, and called on x and the dials.

    Each call is the model's next step: before it the model's variables and metrics are put back, so that a warm-up gets
    no further. trace: the last run of the step's Python code, which for a graph is the one that traced it.
    """

    def __init__(self, parts: Parts, method: str, x: Array, dials: Dials) -> None:
        self._parts, self._method = parts, method
        self._metrics = [metric for metric in reachable_objects(parts.vae) if isinstance(metric, keras.Metric)]
        self._values = [(variable, value_of(variable)) for variable in _deterministic_variables(parts.vae)]
        examples = tf.constant(x), _as_tensors(dials)
        self.trace = StepTrace(parts, examples[1])
        self._run = _traced(self._step, parts.vae.run_eagerly, *examples)

    def __call__(self, x: Array, dials: Dials) -> StepRecord:
        """Take a step on images x, (n, ...). Returns what it showed, as arrays."""
        for variable, value in self._values:
            variable.assign(value)
        for metric in self._metrics:
            metric.reset_state()
        step = tf.nest.map_structure(np.array, self._run(tf.constant(x), _as_tensors(dials)))
        largest = iter(step.largest)
        return StepRecord(
            step.z_mean,
            step.spread,
            step.output,
            step.z[0] if step.z else np.zeros(0),
            step.logs,
            tuple(
                (variable, None if gradient is None else float(next(largest)))
                for gradient, variable in self.trace.updates
            ),
        )

    def _step(self, x: Tensor, dials: Dials) -> StepTensors:
        self.trace = StepTrace(self._parts, dials)
        return self.trace.run(self._method, x)


def _deterministic_variables(vae: Model) -> list[Any]:
    """A model's variables, without the optimizers' and without those of its random generators."""
    objects = reachable_objects(vae)
    left_out = keras.random.SeedGenerator | keras.optimizers.Optimizer
    theirs = {id(held) for held in reachable_objects([owner for owner in objects if isinstance(owner, left_out)])}
    trainable = {id(variable) for variable in vae.trainable_variables}  # an optimizer lists these as well
    variables = [candidate for candidate in objects if is_variable(candidate)]
    return [variable for variable in variables if id(variable) in trainable or id(variable) not in theirs]


def _as_tensors(dials: Dials) -> Dials:
    """The dials as float32 tensors."""
    return Dials(*(tf.constant(value, tf.float32) for value in dials))
