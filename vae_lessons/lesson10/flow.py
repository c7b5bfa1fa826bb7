"""Flow matching on codes: a velocity network, its training, its ODE, and the density that it defines.

The path is a straight line from noise to a code, z_t = (1 - t) epsilon + t z, with t from 0 (noise) to 1 (code). The
network learns the expected velocity z - epsilon at z_t (Lipman et al. 2023; Liu, Gong and Liu 2023). Densities are
logarithms, in nats.
"""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from vae_helpers.backend import keras, tf
from vae_helpers.latent import log_normal
from vae_helpers.types import Array, Model, Tensor
from vae_lessons.lesson10.random_batches import fit_random_batches

ops = keras.ops
layers = keras.layers

NONE = 10  # the label that stands for "any class"
BATCH_SIZE = 250
tf.get_logger().setLevel("ERROR")  # it warns where one notebook trains several networks, and its words hold addresses


def build_velocity(latent_dim: int, units: int = 64, depth: int = 3) -> Model:
    """Functional network: [z_t (batch, latent_dim), t (batch, 1), label (batch,)] -> velocity (batch, latent_dim).

    label: integers from 0 to 9, or NONE. Its embedding and the time enter each hidden layer. The waves of z_t let a
    small network follow fine structure (Tancik et al. 2020).
    """
    z_t = keras.Input((latent_dim,), name="z_t")
    t = keras.Input((1,), name="t")
    label = keras.Input((), dtype="int32", name="label")
    given = layers.Concatenate()([t, layers.Embedding(NONE + 1, 16)(label)])
    hidden = layers.Concatenate()([z_t, *(wave(k * z_t) for k in (3, 6) for wave in (ops.sin, ops.cos))])
    for _ in range(depth):
        hidden = layers.Dense(units, activation="silu")(layers.Concatenate()([hidden, given]))
    return keras.Model([z_t, t, label], layers.Dense(latent_dim)(hidden), name="velocity")


class FlowMatching(keras.Model):
    """Trains a velocity network with plain ``fit`` on (z, label): codes (n, latent_dim) and integers (n,).

    Each step draws noise and a time for each code, and hides a share of the labels. Called on (z, label), it returns
    the network's velocity minus the path's. The loss is the squared length of that, averaged over the batch.
    """

    def __init__(self, velocity: Model, hidden_share: float = 0.5, seed: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.velocity, self.hidden_share = velocity, hidden_share
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs: tuple[Tensor, Tensor]) -> Tensor:
        z, label = inputs
        epsilon = keras.random.normal(ops.shape(z), seed=self.seed_generator)
        t = keras.random.uniform((ops.shape(z)[0], 1), seed=self.seed_generator)
        hidden = keras.random.uniform((ops.shape(z)[0],), seed=self.seed_generator) < self.hidden_share
        z_t = (1 - t) * epsilon + t * z  # (batch, latent_dim)
        return self.velocity([z_t, t, ops.where(hidden, NONE, label)]) - (z - epsilon)

    def compute_loss(
        self,
        x: Tensor = None,
        y: Tensor = None,
        y_pred: Any = None,
        sample_weight: Tensor | None = None,
        training: bool = True,
    ) -> Tensor:
        return ops.mean(ops.sum(ops.square(y_pred), axis=-1))


def train_velocity(z: Array, label: Array, steps: int = 3000, units: int = 64, seed: int = 0) -> Model:
    """A velocity network trained for so many steps on codes z (n, latent_dim) of classes label (n,)."""
    keras.utils.set_random_seed(seed)
    flow = FlowMatching(build_velocity(z.shape[1], units), seed=seed)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps - steps // 20, warmup_target=0.01, warmup_steps=steps // 20
    )
    codes = z.astype("float32"), label.astype("int32")
    fit_random_batches(flow, rate, codes, steps=steps, batch_size=BATCH_SIZE, seed=seed)
    return flow.velocity


def velocity_of(network: Model, label: int | Array = NONE) -> Callable[[Array, float], Array]:
    """The network as a function of z (n, latent_dim) and one time t, arrays in and out. label: one for all, or (n,)."""
    compiled = _compiled(network)

    def velocity(z, t):
        labels = np.broadcast_to(np.asarray(label, "int32"), len(z))
        times = np.full((len(z), 1), t, "float32")
        return compiled([tf.constant(array) for array in (np.asarray(z, "float32"), times, labels)]).numpy()

    return velocity


@functools.cache
def _compiled(network):
    """The network as one compiled call: called bare, its layers' overhead would be most of the time."""
    return tf.function(network, reduce_retracing=True, autograph=False)


def heun(velocity: Callable[[Array, float], Array], z: Array, times: Array) -> Array:
    """Follow dz/dt = velocity(z, t) through the times, in either direction: all points, (times, n, latent_dim)."""
    path = [np.asarray(z)]
    for t, later in zip(times, times[1:], strict=False):
        slope = velocity(path[-1], t)
        later_slope = velocity(path[-1] + (later - t) * slope, later)
        path.append(path[-1] + (later - t) * (slope + later_slope) / 2)
    return np.stack(path)


def log_density(network: Model, z: Array, steps: int = 25, label: int | Array = NONE) -> Array:
    """log p(z) under the flow, (n,), by the instantaneous change of variables (Chen et al. 2018, theorem 1).

    Each z (n, latent_dim) is followed back to its noise, and the divergence of the velocity, its exact trace, is
    integrated on the way by the trapezium rule.
    """
    times = np.linspace(1, 0, steps + 1)
    path = heun(velocity_of(network, label), z, times)
    labels = tf.fill((len(z),), np.int32(label))

    @tf.function(autograph=False)
    def trace(z, t):
        return _divergence(network, z, t, labels)

    points = path.astype("float32")
    traces = [trace(tf.constant(z_t), tf.constant(t, tf.float32)) for z_t, t in zip(points, times, strict=True)]
    return log_normal(path[-1], 0.0, 0.0) + np.trapezoid(np.array(traces, float), times, axis=0)  # dt < 0: minus


def _divergence(network, z, t, labels):
    """Sum over the latents of dv_i / dz_i at z (n, latent_dim): (n,)."""
    times = tf.fill((z.shape[0], 1), t)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(z)
        columns = tf.unstack(network([z, times, labels]), axis=1)
    return sum(tape.gradient(column, z)[:, i] for i, column in enumerate(columns))
