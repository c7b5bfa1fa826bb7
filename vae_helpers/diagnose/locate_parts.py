"""Where a VAE's encoder, decoder and heads are: by what people call them, and by what is seen in one train_step."""

import contextlib
import functools
import re
from typing import Any, NamedTuple

import numpy as np

from vae_helpers import private_api
from vae_helpers.backend import keras, tf
from vae_helpers.diagnose.gradient_probe import Place, Port, alike, flat, functions_inlined, listening, wrapped
from vae_helpers.diagnose.preserve_state import reachable, untouched

NAMES = {  # an attribute, or a layer's name
    "encoder": r"(^|_)(enc|encod\w*|inference|recognition)(_|$)",
    "decoder": r"(^|_)(dec|decod\w*|generat\w*)(_|$)",
}
MEAN, SPREAD = r"mean|mu$|mu_|loc", r"var|sig|std|scale|log"  # in the names of the two heads


class Call(NamedTuple):
    """One call of a port, as it was seen; leaf: it called no other port."""

    port: Port
    inputs: list
    output: Any
    leaf: bool


def find_parts(vae, role, given=None):
    """The ports that may be a VAE's encoder or decoder, best first: the one given; an attribute, a layer, a method."""
    if given is not None:
        if not isinstance(given, keras.layers.Layer):
            raise TypeError(f"{role} must be a Keras layer or model, but is a {type(given).__name__}.")
        return [Port(given)]
    named = [(role, getattr(vae, role, None)), *vars(vae).items(), *((each.name, each) for each in vae.layers)]
    fitting = [each for name, each in named if re.search(NAMES[role], name.lower())]
    ports = [Port(each) for each in fitting if isinstance(each, keras.layers.Layer) and private_api.sublayers(each)]
    method = role.removesuffix("r")  # encode, decode
    return list(dict.fromkeys(ports)) + ([Port(vae, method)] if callable(getattr(vae, method, None)) else [])


class Recording:
    """A train_step as it is, run eagerly, its calls written down: which tensor came out of which port."""

    def __init__(self, parts, x):
        self.parts, self.calls = parts, []
        with contextlib.ExitStack() as stack:
            stack.enter_context(untouched(parts.vae))
            stack.enter_context(functions_inlined())
            stack.enter_context(listening(parts.vae, []))
            for port in self._ports():
                stack.enter_context(wrapped(port, functools.partial(self._writing, port)))
            parts.vae.train_step(parts.data(tf.constant(x)))
            for port in parts.encoders[:1]:
                if not self.of(port):
                    port(tf.constant(x))  # a model that shares its layers with the VAE
        self._require_decoder()

    def _require_decoder(self):
        if not self.of(self.parts.decoder):
            owner = self.parts.decoder.owner
            raise ValueError(
                f"train_step never calls the decoder that was found, {owner.name!r}. Pass the layer or model that the "
                "loss does use: diagnose(vae, x, decoder=...)."
            )

    def _ports(self):
        named = [*self.parts.encoders, self.parts.decoder]
        things = reachable([self.parts.vae, [port.owner for port in named]])
        operations = [Port(each) for each in things if isinstance(each, keras.Operation) and each is not self.parts.vae]
        return [port for port in named if port.method != "call"] + operations

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

    def like_z(self, tensor):
        """Whether a tensor has the shape of z."""
        return tensor.dtype.is_floating and alike(tensor, self.z)

    def like_both(self, tensor):
        """Whether a tensor has the shape of the two heads joined."""
        return tensor.dtype.is_floating and tensor.shape.as_list() == [*self.z.shape[:-1], 2 * self.z.shape[-1]]


def heads_of(recording):
    """The heads, [(names, tensor), ...]: what the encoder gives, or what a sampling layer takes."""
    for call in encoder_calls(recording):
        outputs = named_outputs(call.output)
        heads = [(key, each) for key, each in outputs if recording.like_z(each)]
        if len(heads) > 2:
            heads = [(key, each) for key, each in heads if each is not recording.z]
        if len(heads) >= 2:
            (_, mean), (_, spread) = heads[1::-1] if re.search(SPREAD, heads[0][0]) else heads[:2]
            return [(("mean",), mean), (("spread",), spread)]
        joined = [each for _, each in outputs if recording.like_both(each)]
        if joined:
            return [(("mean", "spread"), joined[0])]
    return heads_named(recording) or heads_taken(recording)


def heads_named(recording):
    """The outputs like z of two layers whose names, or the model's names for them, are those of a mean and a spread."""
    attributes = {id(each): name for name, each in vars(recording.parts.vae).items()}
    found = {}
    for call in [call for call in recording.calls if call.leaf]:
        name = f"{attributes.get(id(call.port.owner), '')} {call.port.owner.name}".lower()
        kind = "spread" if re.search(SPREAD, name) else "mean" if re.search(MEAN, name) else None
        outputs = [each for each in flat(call.output) if recording.like_z(each)]
        if kind and outputs and isinstance(call.port.owner, keras.layers.Layer):
            found.setdefault(kind, outputs[0])
    return [((kind,), found[kind]) for kind in ("mean", "spread")] if len(found) == 2 else []


def heads_taken(recording):
    """The inputs of the first layer that takes two tensors like z, or makes one like z of one twice as wide."""
    layers = (call for call in recording.calls if isinstance(call.port.owner, keras.layers.Layer))
    for call in [call for call in layers if call.leaf and ".merging." not in type(call.port.owner).__module__]:
        pair = [each for each in call.inputs if recording.like_z(each)]
        if len(pair) == len(call.inputs) == 2:
            return [(("mean",), pair[0]), (("spread",), pair[1])]
        joined = len(call.inputs) == 1 and recording.like_both(call.inputs[0])
        if joined and any(map(recording.like_z, flat(call.output))):
            return [(("mean", "spread"), call.inputs[0])]
    return []


def encoder_calls(recording):
    """The last call of each port that may be the encoder."""
    return [call for port in recording.parts.encoders for call in recording.of(port)[-1:]]


def named_outputs(output):
    """(key, tensor) pairs of an encoder's output, in Keras's order; the key is empty where there is none."""
    if isinstance(output, dict):
        keys = keras.tree.flatten({key: key for key in output})
    else:
        keys = getattr(output, "_fields", None) or [""] * len(flat(output))
    return [(key.lower(), each) for key, each in zip(keys, flat(output), strict=True)]


def places_of(recording, heads):
    """Ways to take hold of the heads, best first: at the layers that make them; where the encoder gives them."""
    leaves = [call for call in recording.calls if call.leaf]
    ways = [places_in(calls, heads) for calls in (leaves, encoder_calls(recording))]
    if len(heads) == 2:
        both = tf.concat([tensor for _, tensor in heads], axis=-1)
        joined = [each for call in leaves for each in flat(call.output) if same(each, both)]
        ways.insert(1, places_in(leaves, [(("mean", "spread"), each) for each in joined[:1]]))
    return [way for way in ways if way]


def places_in(calls, heads):
    """For each head the first output of these calls that is it, or else has its numbers; empty if one has none."""
    outputs = [(call.port, index, each) for call in calls for index, each in enumerate(flat(call.output))]
    places = {}
    for names, head in heads:
        identical = [(port, index) for port, index, each in outputs if each is head]
        equal = [(port, index) for port, index, each in outputs if same(each, head)]
        free = [each for each in identical + equal if each not in places]
        if not free:
            return ()
        places[free[0]] = Place(*free[0], names)
    return tuple(places.values())


def same(a, b):
    """Whether two tensors hold the same numbers."""
    return a.dtype == b.dtype and alike(a, b) and np.allclose(a, b, 1e-6, 1e-7)
