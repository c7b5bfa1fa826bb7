"""The contenders on Keras: the post's recipe, and the course's training with and without a lever."""

import numpy as np
from scipy.special import logit

from vae_helpers.backend import keras, tf
from vae_helpers.losses import kl_divergence
from vae_helpers.model import VAE, Sampling, build_decoder, build_encoder, spread_bends

ops = keras.ops
layers = keras.layers


# --- the course -------------------------------------------------------------------------------------------------------


def make_dataset(x_train, batch_size):
    """The images as notebook 05 feeds them to ``fit``: shuffled anew for each epoch, and no thread that tunes this."""
    untuned = tf.data.Options()
    untuned.autotune.enabled = False
    batches = tf.data.Dataset.from_tensor_slices(x_train).shuffle(len(x_train), seed=0).batch(batch_size).prefetch(2)
    return {"x": batches.with_options(untuned), "shuffle": False}


def as_an_array(x_train, batch_size):
    """The images for ``fit`` to shuffle and batch by itself; a tensor, so that they are copied once.

    Its pipeline's tuning thread pauses for 10 ms, then for twice that, and so on, and often sees the end of an epoch
    only when a pause is over: an epoch of 1.5 s can then take 2.6 s, and one of 5.2 s take 10.2 s.
    """
    return {"x": tf.convert_to_tensor(x_train), "batch_size": batch_size}


def course(x_train, turns, epochs, seed, spread=True, **changed):
    """Notebook 05's training: the package's VAE with spread bends, and ``train`` below. spread: False leaves them."""
    keras.utils.set_random_seed(seed)
    first_layer = spread_bends(seed) if spread else {}
    vae = VAE(build_encoder(), build_decoder(**first_layer), seed=seed)
    train(vae, x_train, turns, epochs, **changed)


def train(vae, x_train, turns, epochs, batch_size=250, peak=6e-3, steps=48, jit_compile=True, feed=make_dataset):
    """Warm up to the peak, decay and fit. peak: None is Adam as it comes. steps: per execution; 5 x 48 is an epoch."""
    n_steps = -(-len(x_train) // batch_size)
    optimizer = keras.optimizers.Adam(warm_up_and_decay(epochs * n_steps, peak) if peak else 1e-3)
    vae.compile(optimizer=optimizer, steps_per_execution=min(steps, n_steps), jit_compile=jit_compile)
    fit(vae, feed(x_train, batch_size), turns, epochs)


def warm_up_and_decay(steps, peak):
    """Learning rate: from 0 up to its peak in 300 steps, then half a cosine down to 0."""
    warm_up = min(300, steps // 2)
    return keras.optimizers.schedules.CosineDecay(0.0, steps - warm_up, warmup_target=peak, warmup_steps=warm_up)


def deep(x_train, turns, epochs, seed, encoder_sizes=(512, 256), decoder_sizes=(256, 512, 512)):
    """A deeper dense network with the same two latents, trained as the course trains its own."""
    keras.utils.set_random_seed(seed)
    x = h = keras.Input((784,))
    for size in encoder_sizes:
        h = layers.Dense(size, activation="gelu")(h)
    encoder = keras.Model(x, [layers.Dense(2)(h), layers.Dense(2)(h)])
    z = keras.Input((2,))
    h = layers.Dense(decoder_sizes[0], activation="gelu", **spread_bends(seed))(z)
    for size in decoder_sizes[1:]:
        h = layers.Dense(size, activation="gelu")(h)
    decoder = keras.Model(z, layers.Dense(784)(h))
    train(VAE(encoder, decoder, seed=seed), x_train, turns, epochs, peak=2e-3)


# --- the post's way ---------------------------------------------------------------------------------------------------


class PostVAE(keras.Model):
    """The post's model on today's Keras: a decoder of probabilities, and Keras's binary_crossentropy times 784."""

    def __init__(self, encoder, decoder, seed):
        super().__init__()
        logits = decoder.output
        self.encoder, self.decoder = encoder, keras.Model(decoder.input, layers.Activation("sigmoid")(logits))
        self.sampling = Sampling(seed)

    def call(self, x):
        z_mean, z_log_var = self.encoder(x)
        return self.decoder(self.sampling((z_mean, z_log_var))), z_mean, z_log_var

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        probabilities, z_mean, z_log_var = y_pred
        reconstruction = 784 * keras.losses.binary_crossentropy(x, probabilities)  # (batch,)
        return ops.mean(reconstruction + kl_divergence(z_mean, z_log_var))


def post(x_train, turns, epochs, seed):
    """The post's own recipe: Adam as it comes, batches of 64, plain fit."""
    keras.utils.set_random_seed(seed)
    vae = PostVAE(build_encoder(), build_decoder(), seed)
    vae.compile(optimizer="adam")
    fit(vae, as_an_array(x_train, 64), turns, epochs)


def course_with_probabilities(x_train, turns, epochs, seed):
    """The course's training with the post's probabilities in place of logits."""
    keras.utils.set_random_seed(seed)
    vae = PostVAE(build_encoder(), build_decoder(**spread_bends(seed)), seed)
    train(vae, x_train, turns, epochs)


def course_on_an_array(x_train, turns, epochs, seed):
    """The course's training with fit's own pipeline."""
    course(x_train, turns, epochs, seed, feed=as_an_array)


# --- all of them ------------------------------------------------------------------------------------------------------


def fit(vae, images, turns, epochs):
    """Plain fit, one epoch a turn: a longer one's pipeline would go on working while it waits for its turn.

    images: the arguments by which ``fit`` gets them, see ``make_dataset`` and ``as_an_array``.
    """

    def encode(x):
        return vae.encoder.predict(x, batch_size=1000, verbose=0)

    def decode(z):
        output = vae.decoder.predict(z, batch_size=1000, verbose=0)
        return output if isinstance(vae, VAE) else to_logits(output)

    for epoch in range(epochs):
        vae.fit(**images, initial_epoch=epoch, epochs=epoch + 1, verbose=0)
        turns.end_epoch(encode, decode)


def to_logits(probabilities):
    """The logits of probabilities, kept as far from 0 and 1 as Keras's binary_crossentropy keeps them."""
    return logit(np.clip(np.asarray(probabilities, "float64"), 1e-7, 1 - 1e-7))
