"""Flow matching on codes: a velocity network, its training, its ODE, and the density that it defines.

The path is a straight line from noise to a code, z_t = (1 - t) epsilon + t z, with t from 0 (noise) to 1 (code). The
network learns the expected velocity z - epsilon at z_t (Lipman et al. 2023; Liu, Gong and Liu 2023). Densities are
logarithms, in nats.
"""

import functools

import numpy as np

from vae_helpers.backend import keras, tf
from vae_helpers.latent import log_normal

ops = keras.ops
layers = keras.layers

NONE = 10  # the label that stands for "any class"
BATCH_SIZE = 250
STEPS_AT_ONCE = 50
tf.get_logger().setLevel("ERROR")  # it warns where one notebook trains several networks, and its words hold addresses


def build_velocity(latent_dim, units=64, depth=3):
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

    def __init__(self, velocity, hidden_share=0.5, seed=0, **kwargs):
        super().__init__(**kwargs)
        self.velocity, self.hidden_share = velocity, hidden_share
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs):
        z, label = inputs
        epsilon = keras.random.normal(ops.shape(z), seed=self.seed_generator)
        t = keras.random.uniform((ops.shape(z)[0], 1), seed=self.seed_generator)
        hidden = keras.random.uniform((ops.shape(z)[0],), seed=self.seed_generator) < self.hidden_share
        z_t = (1 - t) * epsilon + t * z  # (batch, latent_dim)
        return self.velocity([z_t, t, ops.where(hidden, NONE, label)]) - (z - epsilon)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return ops.mean(ops.sum(ops.square(y_pred), axis=-1))


def train_velocity(z, label, steps=3000, units=64, seed=0):
    """A velocity network trained for so many steps on codes z (n, latent_dim) of classes label (n,)."""
    keras.utils.set_random_seed(seed)
    flow = FlowMatching(build_velocity(z.shape[1], units), seed=seed)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps - steps // 20, warmup_target=0.01, warmup_steps=steps // 20
    )
    flow.compile(optimizer=keras.optimizers.Adam(rate), steps_per_execution=STEPS_AT_ONCE, jit_compile=False)
    rows = np.random.default_rng(seed).integers(len(z), size=steps * BATCH_SIZE)  # each step's codes, one epoch in all
    flow.fit((z[rows].astype("float32"), label[rows].astype("int32")), batch_size=BATCH_SIZE, shuffle=False, verbose=0)
    return flow.velocity


def velocity_of(network, label=NONE):
    """The network as a function of z (n, latent_dim) and one time t, arrays in and out. label: one for all, or (n,)."""
    compiled = _compiled(network)

    def velocity(z, t):
        labels = np.broadcast_to(np.asarray(label, "int32"), len(z))
        times = np.full((len(z), 1), t, "float32")
        return compiled([tf.constant(each) for each in (np.asarray(z, "float32"), times, labels)]).numpy()

    return velocity


@functools.cache
def _compiled(network):
    """The network as one compiled call: called bare, its layers' overhead would be most of the time."""
    return tf.function(network, reduce_retracing=True, autograph=False)


def heun(velocity, z, times):
    """Follow dz/dt = velocity(z, t) through the times, in either direction: all points, (times, n, latent_dim)."""
    path = [np.asarray(z)]
    for t, later in zip(times, times[1:], strict=False):
        slope = velocity(path[-1], t)
        ahead = velocity(path[-1] + (later - t) * slope, later)
        path.append(path[-1] + (later - t) * (slope + ahead) / 2)
    return np.stack(path)


def log_density(network, z, steps=25, label=NONE):
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
    spread = [trace(tf.constant(each), tf.constant(t, tf.float32)) for each, t in zip(points, times, strict=True)]
    return log_normal(path[-1], 0.0, 0.0) + np.trapezoid(np.array(spread, float), times, axis=0)  # dt < 0: minus


def _divergence(network, z, t, labels):
    """Sum over the latents of dv_i / dz_i at z (n, latent_dim): (n,)."""
    times = tf.fill((z.shape[0], 1), t)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(z)
        columns = tf.unstack(network([z, times, labels]), axis=1)
    return sum(tape.gradient(column, z)[:, i] for i, column in enumerate(columns))
