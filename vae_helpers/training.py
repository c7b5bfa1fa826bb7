"""The course's recipe for training a VAE, as notebook 05 explains it: batches, learning rate, and both in one call."""

from typing import Any

from vae_helpers import moved
from vae_helpers.backend import keras, tf
from vae_helpers.model import VAE, build_decoder, build_encoder, spread_bends
from vae_helpers.types import Array

BATCH_SIZE = 250  # divides 55,000 and 60,000: the compiler sees one shape of batch
STEPS_AT_ONCE = 44  # divides the 220 batches of 55,000 images

__getattr__ = moved.old_names(__name__)


def make_dataset(x: Array, seed: int = 0) -> Any:
    """x (images, ...) as a pipeline for ``fit``: each pass brings the images in a new order, in batches of 250.

    Returns a ``tf.data.Dataset``. TensorFlow's tuning thread is off: an epoch that ends while it sleeps has to wait for
    it.
    """
    untuned = tf.data.Options()
    untuned.autotune.enabled = False
    batches = tf.data.Dataset.from_tensor_slices(x).shuffle(len(x), seed=seed).batch(BATCH_SIZE).prefetch(2)
    return batches.with_options(untuned)


def steps_in(x: Array, epochs: int) -> int:
    """The number of training steps in some epochs of x in batches."""
    return epochs * -(-len(x) // BATCH_SIZE)


def warmup_cosine(steps: int) -> Any:
    """A learning rate that rises from 0 for 300 steps (a quarter of a short training) and falls to 0 along a cosine.

    Returns a ``keras.optimizers.schedules.LearningRateSchedule``.
    """
    rise = min(300, steps // 4)
    return keras.optimizers.schedules.CosineDecay(0.0, steps - rise, warmup_target=0.006, warmup_steps=rise)


def compiled_vae(steps: int, seed: int = 0) -> VAE:
    """An untrained VAE with two latents, compiled for a training of so many steps; the same from the same seed."""
    keras.utils.set_random_seed(seed)
    vae = VAE(build_encoder(), build_decoder(**spread_bends(seed)), seed=seed)
    at_once = max(1, min(STEPS_AT_ONCE, steps))
    vae.compile(optimizer=keras.optimizers.Adam(warmup_cosine(steps)), steps_per_execution=at_once, jit_compile=True)
    return vae


def trained_vae(x_train: Array, epochs: int, seed: int = 0) -> VAE:
    """A VAE with two latents, trained on x_train (n, 784) for some epochs; nothing is printed."""
    vae = compiled_vae(steps_in(x_train, epochs), seed)
    vae.fit(make_dataset(x_train, seed), epochs=epochs, shuffle=False, verbose=0)
    return vae
