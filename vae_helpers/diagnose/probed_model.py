"""A VAE prepared for measuring: one recorded training step, then training steps with chosen numbers in their middle."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from vae_helpers.backend import keras, tf
from vae_helpers.diagnose.gradient_probe import (
    Dials,
    Parts,
    Place,
    Probe,
    StepRecord,
    flat_tensors,
    run_functions_eagerly,
)
from vae_helpers.diagnose.locate_parts import Head, Recording, find_heads, find_places, record_train_step
from vae_helpers.diagnose.loss_terms import Target
from vae_helpers.diagnose.preserve_state import preserve_objects
from vae_helpers.types import Array

NUMBERS_PER_BATCH = 50_000  # pixels in a batch of a probe
FAR = 50.0  # of z_mean: beyond any noise
OUTPUT_DIALS = {"tanh": (-0.9, 0.9), "not negative": (0.05, 3.0)}  # what the output is set to, for each output_range


@dataclass(frozen=True)
class RecordedModel:
    """A VAE after one recorded training step.

    x: the images, (images, ...). rows: those that a probe gets, (n, ...). heads: as they came out for x. ways: the
    places where the heads can be replaced, best first. z, output: what the decoder got and gave. output_range: the
    numbers that the decoder can give: "probabilities", "not negative", "tanh" (from -1 to 1) or "logits" (all). rng:
    draws the dials; it moves on, and all draws come from it.
    """

    parts: Parts
    x: Array
    rows: Array
    recording: Recording
    heads: list[Head]
    ways: list[tuple[Place, ...]]
    z: Array
    output: Array
    output_range: str
    rng: np.random.Generator

    @property
    def n(self) -> int:
        """The number of images in a probe's batch."""
        return len(self.rows)

    @property
    def natural_heads(self) -> tuple[Array, Array]:
        """z_mean and the second head, (images, ...), as the encoder gives them for x."""
        z_mean, spread = np.split(np.concatenate([head.tensor for head in self.heads], axis=-1), 2, axis=-1)
        return z_mean, spread

    def random_dials(self, n: int | None = None) -> Dials:
        """Random dials for n images. The second head is kept positive: it may be a sigma."""
        n = n or self.n
        z_shape = (n, *self.z.shape[1:])
        return Dials(
            z_mean=self._multiples_of_a_64th(-2, 2, z_shape),
            spread=self._multiples_of_a_64th(0.25, 2.25, z_shape),
            output=self._multiples_of_a_64th(
                *OUTPUT_DIALS.get(self.output_range, (-3.0, 3.0)), (n, *self.output.shape[1:])
            ),
            pull=np.zeros(z_shape),
        )

    def _multiples_of_a_64th(self, low: float, high: float, shape: tuple[int, ...]) -> Array:
        """Uniform multiples of 1/64, which half precision holds exactly."""
        return np.round(64 * self.rng.uniform(low, high, shape)) / 64

    def targets(self, n: int) -> dict[str, Target]:
        """What the output for n images may be compared with, as functions of the output: x, y, or itself."""
        shape = (n, *self.output.shape[1:])
        x, y = self.rows[:n].reshape(shape), self.rows[:n, ::-1].reshape(shape)
        targets: dict[str, Target] = {"x": lambda output: x}
        if self.parts.with_y:
            targets["y"] = lambda output: y
        return targets | {"itself": lambda output: output, "its own probabilities": tf.sigmoid}

    @property
    def encoder_draws_z(self) -> bool:
        """Whether the decoder's z is one of the encoder's outputs."""
        outputs = [tensor for call in self.recording.encoder_calls for tensor in flat_tensors(call.output)]
        return any(tensor is self.recording.z for tensor in outputs)


@dataclass(frozen=True)
class ProbedModel:
    """A VAE whose heads and output can be chosen.

    recorded: the same VAE before. parts: with the places of the heads. probe: its train_step with dials.
    z_follows_mean: whether z moves with z_mean; None: that can't be told, since the encoder draws z and its heads could
    not be replaced.
    """

    recorded: RecordedModel
    parts: Parts
    probe: Probe
    z_follows_mean: bool | None

    def train(self, dials: Dials) -> StepRecord:
        """What one training step shows with these dials; no weight moves.

        Losses are averages over a batch as a rule, so each gradient comes back times the number of images.
        """
        n = len(dials.z_mean)
        record = self.probe(self.recorded.rows[:n], dials)
        return replace(record, z_mean=n * record.z_mean, spread=n * record.spread, output=n * record.output)


def record_model(parts: Parts, x: Array) -> RecordedModel:
    """Record a training step on images x, (images, ...), and try out what the decoder can give.

    Raises what train_step raises on x, and ValueError where train_step never calls the decoder.
    """
    rng = np.random.default_rng(0)
    n = int(np.clip(NUMBERS_PER_BATCH // x[0].size, 4, 64))
    recording = record_train_step(parts, x[: max(4 * n, 32)])
    heads = find_heads(recording)
    ways = find_places(recording, heads)
    z, output = np.array(recording.z), np.array(recording.output)
    output_range = _output_range(parts, (n, *z.shape[1:]), z.dtype, rng)
    parts = replace(parts, bounded=output_range == "probabilities")
    rows = x[np.arange(n) % len(x)]
    return RecordedModel(parts, x, rows, recording, heads, ways, z, output, output_range, rng)


def _output_range(parts: Parts, z_shape: tuple[int, ...], dtype: Any, rng: np.random.Generator) -> str:
    """The numbers that the decoder can give: for z far out, and with other weights, since a decoder may ignore z."""
    sizes = np.resize([1.0, 10.0, 100.0], z_shape[0]).reshape(-1, *[1] * (len(z_shape) - 1))
    z = sizes * rng.normal(size=z_shape)
    with preserve_objects(parts.vae):
        for variable in parts.vae.trainable_variables:
            variable.assign(variable + rng.normal(0, 0.3, variable.shape))
        output = np.stack([_decode(parts, z, dtype), _decode(parts, -z, dtype)])
    if output.min() >= 0:
        return "probabilities" if output.max() <= 1 else "not negative"
    return "tanh" if np.abs(output).max() <= 1 else "logits"


def _decode(parts: Parts, z: Array, dtype: Any) -> Array:
    with run_functions_eagerly():
        return np.array(flat_tensors(parts.decoder(tf.constant(z, dtype)))[0])


def probe_model(recorded: RecordedModel) -> ProbedModel:
    """Replace the heads in the first way by which z moves with z_mean; in the first of all where there is none."""
    for places in (*recorded.ways, recorded.ways[0]):
        parts = replace(recorded.parts, places=places)
        probe = Probe(parts, "train_step", recorded.rows, recorded.random_dials())
        probed = ProbedModel(recorded, parts, probe, z_follows_mean=True)
        if _z_follows_mean(probed):
            return probed
    return replace(probed, z_follows_mean=None if recorded.encoder_draws_z else False)


def _z_follows_mean(probed: ProbedModel) -> bool:
    recorded = probed.recorded
    far = FAR * np.sign(recorded.rng.normal(size=(recorded.n, *recorded.z.shape[1:])))
    z = probed.train(recorded.random_dials()._replace(z_mean=far)).z
    return z.shape == far.shape and bool(np.mean(np.sign(z) == np.sign(far)) > 0.9)


def output_at(place: Place, inputs: Array, dtype: Any) -> Array:
    """What the layer of a place gives for chosen inputs."""
    return np.array(keras.tree.flatten(place.port(tf.constant(inputs, dtype)))[place.position])
