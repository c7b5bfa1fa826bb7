"""What notebook 07 measures of a VAE on binary images: ELBO, refitted ELBO, importance weights, gradients of bounds.

All is in nats per image. A VAE here is the course's own, with a decoder that gives logits.
"""

import numpy as np

from vae_helpers.backend import keras, tf
from vae_helpers.losses import bernoulli_nll, kl_divergence
from vae_helpers.model import VAE
from vae_helpers.types import Array, ArrayLike, Model, Tensor


def gaussian_elbo(
    x: Array, decoder: Model, z_mean: ArrayLike, z_log_var: ArrayLike, draws: int = 50, seed: int = 0
) -> Array:
    """The ELBO of images x (n, pixels) for Gaussians with z_mean, z_log_var, each (n, latents): (n,).

    The KL comes from its formula, the reconstruction is averaged over the draws.
    """
    rng = np.random.default_rng(seed)
    z_mean, z_log_var = np.asarray(z_mean, "float32"), np.asarray(z_log_var, "float32")
    sigma, total = np.exp(z_log_var / 2), np.zeros(len(x))
    for _ in range(draws):
        z = z_mean + sigma * rng.standard_normal(z_mean.shape, dtype="float32")
        total -= np.asarray(bernoulli_nll(x, decoder(z)))
    return total / draws - np.asarray(kl_divergence(z_mean, z_log_var))


def refit(x: Array, vae: VAE, steps: int = 400, draws: int = 8, seed: int = 0) -> tuple[Array, Array]:
    """Mean and log-variance fitted for each image by itself, the decoder held fixed: two arrays (n, latents).

    Adam on the ELBO, from the encoder's answer; the learning rate falls to 0, so that the noise of the draws is
    averaged out (Cremer, Li and Duvenaud 2018).
    """
    variables = [tf.Variable(head) for head in vae.encoder(x)]  # z_mean, z_log_var
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.05, steps))
    optimizer.build(variables)
    step = tf.function(_refit_step, jit_compile=True)
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        epsilon = rng.standard_normal((draws, *variables[0].shape), dtype="float32")
        step(tf.constant(x), vae.decoder, variables, optimizer, tf.constant(epsilon))
    z_mean, z_log_var = (variable.numpy() for variable in variables)
    return z_mean, z_log_var


def _refit_step(x, decoder, variables, optimizer, epsilon):
    """One step up the images' ELBO; epsilon: (draws, n, latents)."""
    with tf.GradientTape() as tape:
        z_mean, z_log_var = variables
        z = tf.reshape(z_mean + tf.exp(0.5 * z_log_var) * epsilon, (-1, epsilon.shape[-1]))
        nll = tf.reduce_sum(bernoulli_nll(tf.tile(x, (len(epsilon), 1)), decoder(z))) / len(epsilon)
        loss = nll + tf.reduce_sum(kl_divergence(z_mean, z_log_var))  # no image's gradient reaches another's numbers
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))


def log_weights(x: Array, vae: VAE, draws: int, seed: int = 0, at_once: int = 50) -> Array:
    """log p(x, z) - log q(z | x) for draws z of each image: (draws, n). at_once: draws decoded together."""
    rng, pieces = np.random.default_rng(seed), []
    z_mean, z_log_var = vae.encoder(x)
    for start in range(0, draws, at_once):
        epsilon = rng.standard_normal((min(at_once, draws - start), *z_mean.shape), dtype="float32")
        pieces.append(_log_weights(tf.constant(x), vae.decoder, z_mean, z_log_var, tf.constant(epsilon)).numpy())
    return np.concatenate(pieces).astype(float)


@tf.function(jit_compile=True)
def _log_weights(x, decoder, z_mean, z_log_var, epsilon):
    z = z_mean + tf.exp(0.5 * z_log_var) * epsilon  # (draws, n, latents)
    log_likelihood = log_likelihoods(x, decoder, z)
    # log p(z) - log q(z | x): the constants cancel, and (z - z_mean) / sigma is epsilon
    return log_likelihood + 0.5 * tf.reduce_sum(tf.square(epsilon) + z_log_var - tf.square(z), axis=-1)


def log_likelihoods(x: Tensor, decoder: Model, z: Tensor) -> Tensor:
    """log p(x | z) of binary images x (n, pixels) for z (draws, n, latents): (draws, n)."""
    x_logits = tf.reshape(decoder(tf.reshape(z, (-1, z.shape[-1]))), (*z.shape[:2], x.shape[-1]))
    return tf.reduce_sum(x * x_logits - tf.nn.softplus(x_logits), axis=-1)


# --- gradients of the importance-weighted bound ---


def draw_gradients(x: Array, vae: VAE, draws: int, seed: int = 0) -> tuple[Array, Array, Array]:
    """For one image x (pixels,): log weights (draws,), and each one's gradient by what the two networks give.

    Returns (log_weights, encoder, decoder): encoder (draws, 2 latents) by z_mean and z_log_var, decoder (draws,
    pixels) by the decoder's last biases. A network's other weights act through these.
    """
    z_mean, z_log_var = (head.numpy()[0] for head in vae.encoder(x[None]))
    epsilon = np.random.default_rng(seed).standard_normal((draws, len(z_mean)), dtype="float32")
    sigma = np.exp(z_log_var / 2)
    z = z_mean + sigma * epsilon
    tensors = _joint_gradients(tf.constant(x), vae.decoder, tf.constant(z))
    log_joint, by_z, by_bias = (tensor.numpy() for tensor in tensors)
    log_q = -0.5 * np.sum(epsilon**2 + z_log_var + np.log(2 * np.pi), axis=1)
    by_log_var = 0.5 * by_z * sigma * epsilon + 0.5  # -log q falls by 1/2 for each latent's log-variance
    return log_joint - log_q, np.hstack([by_z, by_log_var]), by_bias


@tf.function(jit_compile=True)
def _joint_gradients(x, decoder, z):
    """log p(x, z) at z (draws, latents), its gradients by z, and by the logits' biases."""
    with tf.GradientTape() as tape:
        tape.watch(z)
        x_logits = decoder(z)
        log_likelihood = tf.reduce_sum(x * x_logits - tf.nn.softplus(x_logits), axis=-1)
        log_joint = log_likelihood - 0.5 * tf.reduce_sum(tf.square(z) + np.log(2 * np.pi), axis=-1)
    return log_joint, tape.gradient(log_joint, z), x - tf.sigmoid(x_logits)


def bound_gradients(log_weights: Array, gradients: Array, k: int) -> Array:
    """The gradients of independent bounds with k draws each: (draws // k, numbers).

    The gradient of log(mean of the weights) is the average of the draws' gradients, weighted with the weights.
    """
    groups = len(log_weights) // k
    grouped = log_weights[: groups * k].reshape(groups, k)
    weights = np.exp(grouped - grouped.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    return np.einsum("gk,gkn->gn", weights, gradients[: groups * k].reshape(groups, k, -1))


def signal_to_noise(gradients: Array) -> float:
    """Length of the mean of some gradients (repeats, numbers) over their spread: one number.

    The spread is the root of the summed variances. The mean of few noisy gradients is too long by chance; that is
    taken off.
    """
    noise = np.sum(np.var(gradients, axis=0, ddof=1))
    signal = np.sum(np.mean(gradients, axis=0) ** 2) - noise / len(gradients)
    return np.sqrt(max(signal, 0) / noise)
