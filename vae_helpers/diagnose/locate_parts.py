"""Where a VAE's encoder, decoder and heads are: by their usual names, and by the tensors of one recorded train_step."""

import contextlib
import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from vae_helpers import private_api
from vae_helpers.backend import keras, tf
from vae_helpers.diagnose.gradient_probe import (
    Method,
    Parts,
    Place,
    Port,
    Update,
    flat_tensors,
    intercept_updates,
    run_functions_eagerly,
    same_shape,
    wrap_method,
)
from vae_helpers.diagnose.preserve_state import preserve_objects, reachable_objects
from vae_helpers.types import Array, Model, Tensor

ROLE_PATTERNS = {  # of an attribute, or of a layer's name
    "encoder": r"(^|_)(enc|encod\w*|inference|recognition)(_|$)",
    "decoder": r"(^|_)(dec|decod\w*|generat\w*)(_|$)",
}
MEAN_PATTERN, SPREAD_PATTERN = r"mean|mu$|mu_|loc", r"var|sig|std|scale|log"  # in the names of the two heads
MERGING_LAYERS = (
    keras.layers.Add, keras.layers.Average, keras.layers.Concatenate, keras.layers.Dot, keras.layers.Maximum,
    keras.layers.Minimum, keras.layers.Multiply, keras.layers.Subtract,
)  # fmt: skip


class Call(NamedTuple):
    """One call of a port during a recorded step. innermost: it called no other port."""

    port: Port
    inputs: list[Tensor]
    output: Any
    innermost: bool


class Head(NamedTuple):
    """A head: its name, "z_mean" or "spread", or both names where one tensor holds the two joined."""

    names: tuple[str, ...]
    tensor: Tensor


@dataclass(frozen=True)
class Recording:
    """The calls of one train_step, run eagerly, in the order in which they ended."""

    parts: Parts
    calls: list[Call]

    def calls_of(self, port: Port) -> list[Call]:
        """The calls of one port."""
        return [call for call in self.calls if call.port == port]

    @property
    def encoder_calls(self) -> list[Call]:
        """The last call of each port that may be the encoder."""
        return [call for port in self.parts.encoders for call in self.calls_of(port)[-1:]]

    @property
    def innermost_calls(self) -> list[Call]:
        """The calls that called no other port."""
        return [call for call in self.calls if call.innermost]

    @property
    def z(self) -> Tensor:
        """The tensor that the decoder got."""
        return self.calls_of(self.parts.decoder)[-1].inputs[0]

    @property
    def output(self) -> Tensor:
        """The decoder's output, the first if there are several."""
        return flat_tensors(self.calls_of(self.parts.decoder)[-1].output)[0]

    def is_like_z(self, tensor: Tensor) -> bool:
        """Whether a tensor has the shape of z."""
        return tensor.dtype.is_floating and same_shape(tensor, self.z)

    def is_like_both_heads(self, tensor: Tensor) -> bool:
        """Whether a tensor has the shape of the two heads joined."""
        return tensor.dtype.is_floating and tensor.shape.as_list() == [*self.z.shape[:-1], 2 * self.z.shape[-1]]


def find_ports(vae: Model, role: str, chosen: Any = None) -> tuple[Port, ...]:
    """The ports that may be a VAE's encoder or decoder, best first: the layer chosen; an attribute, a layer, a method.

    role: "encoder" or "decoder". Raises TypeError where what was chosen is no Keras layer.
    """
    if chosen is not None:
        if not isinstance(chosen, keras.layers.Layer):
            raise TypeError(f"{role} must be a Keras layer or model, but is a {type(chosen).__name__}.")
        return (Port(chosen),)
    named = [(role, getattr(vae, role, None)), *vars(vae).items(), *((layer.name, layer) for layer in vae.layers)]
    fitting = [owner for name, owner in named if re.search(ROLE_PATTERNS[role], name.lower())]
    layers = [owner for owner in fitting if isinstance(owner, keras.layers.Layer)]
    ports = [Port(layer) for layer in layers if private_api.sublayers(layer)]
    method = role.removesuffix("r")  # encode, decode
    own_method = [Port(vae, method)] if callable(getattr(vae, method, None)) else []
    return (*dict.fromkeys(ports), *own_method)


def record_train_step(parts: Parts, x: Array) -> Recording:
    """Run train_step on images x as it is, but for the weights, which stay, and record its calls.

    Raises what train_step raises on x, and ValueError where train_step never calls the decoder.
    """
    recording = Recording(parts, [])
    updates: list[Update] = []
    with contextlib.ExitStack() as stack:
        stack.enter_context(preserve_objects(parts.vae))
        stack.enter_context(run_functions_eagerly())
        stack.enter_context(intercept_updates(parts.vae, updates))
        for port in _ports_to_record(parts):
            stack.enter_context(wrap_method(port, functools.partial(_with_record, recording.calls, port)))
        parts.vae.train_step(parts.data(tf.constant(x)))
        for port in parts.encoders[:1]:
            if not recording.calls_of(port):
                port(tf.constant(x))  # a model that shares its layers with the VAE
    _require_decoder(recording)
    return recording


def _require_decoder(recording: Recording) -> None:
    if not recording.calls_of(recording.parts.decoder):
        owner = recording.parts.decoder.owner
        raise ValueError(
            f"train_step never calls the decoder that was found, {owner.name!r}. Pass the layer or model that the "
            "loss does use: diagnose(vae, x, decoder=...)."
        )


def _ports_to_record(parts: Parts) -> list[Port]:
    named = [*parts.encoders, parts.decoder]
    objects = reachable_objects([parts.vae, [port.owner for port in named]])
    operations = [owner for owner in objects if isinstance(owner, keras.Operation) and owner is not parts.vae]
    return [port for port in named if port.method != "call"] + [Port(owner) for owner in operations]


def _with_record(calls: list[Call], port: Port, method: Method) -> Method:
    """A port's method that appends its calls to a list."""

    def call(*args: Any, **kwargs: Any) -> Any:
        number = len(calls)
        output = method(*args, **kwargs)
        calls.append(Call(port, flat_tensors(args), output, innermost=len(calls) == number))
        return output

    return call


# --- the heads ---


def find_heads(recording: Recording) -> list[Head]:
    """The heads: what the encoder gives, or what a sampling layer takes; empty if there is neither."""
    return _encoder_heads(recording) or _heads_by_name(recording) or _sampling_inputs(recording)


def _encoder_heads(recording: Recording) -> list[Head]:
    """The first two outputs of an encoder that are like z, or the one that is twice as wide."""
    for call in recording.encoder_calls:
        outputs = _named_outputs(call.output)
        like_z = [(name, tensor) for name, tensor in outputs if recording.is_like_z(tensor)]
        if len(like_z) > 2:
            like_z = [(name, tensor) for name, tensor in like_z if tensor is not recording.z]
        if len(like_z) >= 2:
            spread_first = re.search(SPREAD_PATTERN, like_z[0][0])
            (_, z_mean), (_, spread) = like_z[1::-1] if spread_first else like_z[:2]
            return [Head(("z_mean",), z_mean), Head(("spread",), spread)]
        joined = [tensor for _, tensor in outputs if recording.is_like_both_heads(tensor)]
        if joined:
            return [Head(("z_mean", "spread"), joined[0])]
    return []


def _heads_by_name(recording: Recording) -> list[Head]:
    """The outputs like z of two layers whose names, or the model's names for them, are those of a mean and a spread."""
    attributes = {id(value): name for name, value in vars(recording.parts.vae).items()}
    heads: dict[str, Tensor] = {}
    for call in recording.innermost_calls:
        owner = call.port.owner
        words = f"{attributes.get(id(owner), '')} {owner.name}".lower()
        name = "spread" if re.search(SPREAD_PATTERN, words) else "z_mean" if re.search(MEAN_PATTERN, words) else None
        outputs = [tensor for tensor in flat_tensors(call.output) if recording.is_like_z(tensor)]
        if name and outputs and isinstance(owner, keras.layers.Layer):
            heads.setdefault(name, outputs[0])
    return [Head((name,), heads[name]) for name in ("z_mean", "spread")] if len(heads) == 2 else []


def _sampling_inputs(recording: Recording) -> list[Head]:
    """The inputs of the first layer that takes two tensors like z, or makes one like z of one twice as wide."""
    for call in recording.innermost_calls:
        if not isinstance(call.port.owner, keras.layers.Layer) or type(call.port.owner) in MERGING_LAYERS:
            continue
        like_z = [tensor for tensor in call.inputs if recording.is_like_z(tensor)]
        if len(like_z) == len(call.inputs) == 2:
            return [Head(("z_mean",), like_z[0]), Head(("spread",), like_z[1])]
        takes_joined = len(call.inputs) == 1 and recording.is_like_both_heads(call.inputs[0])
        if takes_joined and any(map(recording.is_like_z, flat_tensors(call.output))):
            return [Head(("z_mean", "spread"), call.inputs[0])]
    return []


def _named_outputs(output: Any) -> list[tuple[str, Tensor]]:
    """(name, tensor) pairs of an encoder's output, in Keras's order; the name is empty where there is none."""
    tensors = flat_tensors(output)
    if isinstance(output, dict):
        names = keras.tree.flatten({name: name for name in output})
    else:
        names = getattr(output, "_fields", None) or [""] * len(tensors)
    return [(name.lower(), tensor) for name, tensor in zip(names, tensors, strict=True)]


# --- the places where the heads can be replaced ---


def find_places(recording: Recording, heads: Sequence[Head]) -> list[tuple[Place, ...]]:
    """Ways to replace the heads, best first: at the layers that make them; where the encoder gives them."""
    calls = recording.innermost_calls
    ways = [_places_in(calls, heads), _places_in(recording.encoder_calls, heads)]
    if len(heads) == 2:
        both = tf.concat([head.tensor for head in heads], axis=-1)
        outputs = [tensor for call in calls for tensor in flat_tensors(call.output)]
        joined = [tensor for tensor in outputs if _same_numbers(tensor, both)]
        ways.insert(1, _places_in(calls, [Head(("z_mean", "spread"), tensor) for tensor in joined[:1]]))
    return [places for places in ways if places]


def _places_in(calls: Sequence[Call], heads: Sequence[Head]) -> tuple[Place, ...]:
    """Where each head is among these calls' outputs: the same tensor, or one of equal numbers. Empty if one is not."""
    outputs = [(call.port, i, tensor) for call in calls for i, tensor in enumerate(flat_tensors(call.output))]
    places: dict[tuple[Port, int], Place] = {}
    for names, head in heads:
        identical = [(port, i) for port, i, tensor in outputs if tensor is head]
        equal = [(port, i) for port, i, tensor in outputs if _same_numbers(tensor, head)]
        free = [where for where in identical + equal if where not in places]
        if not free:
            return ()
        places[free[0]] = Place(*free[0], names)
    return tuple(places.values())


def _same_numbers(a: Tensor, b: Tensor) -> bool:
    return a.dtype == b.dtype and same_shape(a, b) and np.allclose(a, b, 1e-6, 1e-7)
