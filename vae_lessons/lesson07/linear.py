"""A VAE whose networks are linear, and probabilistic PCA, which has its optimum in closed form.

The model: z ~ N(0, I), x | z ~ N(w z + mu, sigma^2 I) with w (pixels, latents). Its evidence is a Gaussian's (Tipping
and Bishop 1999). Arrays are float64 but where Keras trains.
"""

from typing import Any, NamedTuple

import numpy as np

from vae_helpers.backend import keras
from vae_helpers.losses import kl_divergence
from vae_helpers.types import Array, Tensor

ops = keras.ops


class Linear(NamedTuple):
    """The decoder's numbers: w (pixels, latents), mu (pixels,), sigma."""

    w: Array
    mu: Array
    sigma: float


def fit_ppca(x: Array, latent_dim: int) -> Linear:
    """The maximum of the likelihood of x (n, pixels), in closed form (Tipping and Bishop 1999, equations 7 and 8).

    The columns of w are the leading principal directions, orthogonal to each other; sigma^2 is the average variance
    along the other directions.
    """
    variances, directions = np.linalg.eigh(np.cov(x.T, bias=True))
    variances, directions = variances[::-1], directions[:, ::-1]  # the largest first
    noise = variances[latent_dim:].mean()
    w = directions[:, :latent_dim] * np.sqrt(variances[:latent_dim] - noise)
    return Linear(w, x.mean(axis=0), np.sqrt(noise))


def log_density(x: Array, model: Linear) -> Array:
    """log p(x) of each row of x (n, pixels) under N(mu, w w^T + sigma^2 I): (n,)."""
    covariance = model.w @ model.w.T + model.sigma**2 * np.eye(len(model.mu))
    off = x - model.mu
    squared = np.sum(off * np.linalg.solve(covariance, off.T).T, axis=1)
    return -0.5 * (squared + np.linalg.slogdet(2 * np.pi * covariance)[1])


def gap(x: Array, model: Linear, z_mean: Array, z_log_var: Array) -> Array:
    """KL from N(z_mean, diag exp(z_log_var)) to the posterior of each row: (n,), what the ELBO lacks to log p(x)."""
    inverse = (model.w.T @ model.w) / model.sigma**2 + np.eye(model.w.shape[1])  # of the posterior's covariance
    mean = np.linalg.solve(inverse, model.w.T @ (x - model.mu).T / model.sigma**2).T
    variance, off = np.exp(z_log_var), mean - z_mean
    trace = variance @ np.diag(inverse)
    log_ratio = -np.linalg.slogdet(inverse)[1] - np.sum(z_log_var, axis=1)
    return 0.5 * (trace + np.sum(off @ inverse * off, axis=1) - z_mean.shape[1] + log_ratio)


class LinearVAE(keras.Model):
    """One linear layer each way. The log-variance of q is one number for each latent, shared by all images."""

    def __init__(self, pixels: int, latent_dim: int, seed: int = 0) -> None:
        super().__init__()
        self.mean_layer, self.decoder_layer = keras.layers.Dense(latent_dim), keras.layers.Dense(pixels)
        self.z_log_var = self.add_weight(shape=(latent_dim,), initializer="zeros", name="z_log_var")
        self.log_sigma = self.add_weight(shape=(), initializer="zeros", name="log_sigma")
        self.noise = keras.random.SeedGenerator(seed)

    def call(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        z_mean = self.mean_layer(x)
        z_log_var = ops.broadcast_to(self.z_log_var, ops.shape(z_mean))
        epsilon = keras.random.normal(ops.shape(z_mean), seed=self.noise)
        return self.decoder_layer(z_mean + ops.exp(0.5 * z_log_var) * epsilon), z_mean, z_log_var

    def compute_loss(
        self,
        x: Tensor = None,
        y: Tensor = None,
        y_pred: Any = None,
        sample_weight: Tensor | None = None,
        training: bool = True,
    ) -> Tensor:
        x_mean, z_mean, z_log_var = y_pred
        scaled = ops.square((x - x_mean) * ops.exp(-self.log_sigma))
        reconstruction = 0.5 * ops.sum(scaled + np.log(2 * np.pi) + 2 * self.log_sigma, axis=-1)
        return ops.mean(reconstruction + kl_divergence(z_mean, z_log_var))

    def numbers(self) -> Linear:
        """The decoder as a Linear."""
        kernel, mu = (np.asarray(weight, float) for weight in self.decoder_layer.get_weights())
        return Linear(kernel.T, mu, float(np.exp(self.log_sigma.numpy())))

    def encoded(self, x: Array) -> tuple[Array, Array]:
        """The mean and log-variance of q for each row of x: two arrays (n, latents)."""
        kernel, bias = (np.asarray(weight, float) for weight in self.mean_layer.get_weights())
        z_mean = x @ kernel + bias
        return z_mean, np.broadcast_to(self.z_log_var.numpy().astype(float), z_mean.shape)


def train_linear(x: Array, latent_dim: int, epochs: int = 20, seed: int = 0) -> LinearVAE:
    """A LinearVAE fitted to x (n, pixels) by Adam on the ELBO with one draw of z for each image."""
    keras.utils.set_random_seed(seed)
    vae, steps = LinearVAE(x.shape[1], latent_dim, seed), epochs * -(-len(x) // 500)
    rate = keras.optimizers.schedules.CosineDecay(0.02, steps)
    vae.compile(optimizer=keras.optimizers.Adam(rate), steps_per_execution=110)
    vae.fit(x.astype("float32"), batch_size=500, epochs=epochs, verbose=0)
    return vae
