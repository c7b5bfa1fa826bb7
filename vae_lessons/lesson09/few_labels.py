"""A hundred labels and thousands of images without: M2 of Kingma et al. (2014), where the class is a latent as well.

An image whose class is unknown is counted in all ten classes, each with the probability that a classifier gives it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from vae_helpers.backend import keras
from vae_helpers.losses import bernoulli_nll, kl_divergence
from vae_helpers.model import Sampling
from vae_helpers.types import Array, Model, Tensor
from vae_lessons.lesson09.conditional import CLASSES, one_hot

ops, layers = keras.ops, keras.layers


def build_classifier(pixels: int, hidden_dim: int = 128) -> Model:
    """q(y | x): images (batch, pixels) -> logits of the ten classes."""
    x = keras.Input((pixels,))
    return keras.Model(x, layers.Dense(CLASSES)(layers.Dense(hidden_dim, activation="relu")(x)))


def dense_network(inputs: Sequence[int], outputs: Sequence[int], hidden_dim: int = 128) -> Model:
    """A functional network from arrays side by side to one array or more; inputs, outputs: their numbers of columns."""
    both = [keras.Input((size,)) for size in inputs]
    h = layers.Dense(hidden_dim, activation="relu")(layers.Concatenate()(both))
    return keras.Model(both, [layers.Dense(size)(h) for size in outputs])


class FewLabels(keras.Model):
    """Trained on images (batch, pixels) without labels; those with labels, x (n, pixels) and labels (n,), it holds.

    The loss in nats per image: the bound of the images without a class, the bound of those with one in proportion to
    their number (share), and the classifier's cross-entropy on them, with a weight (Kingma et al. 2014, equation 9;
    on this scale their weight is 0.1).
    """

    def __init__(
        self, x: Array, labels: Array, share: float, weight: float, latent_dim: int = 8, seed: int = 0
    ) -> None:
        super().__init__()
        keras.utils.set_random_seed(seed)
        pixels = x.shape[1]
        self.classifier = build_classifier(pixels)
        self.encoder = dense_network((pixels, CLASSES), (latent_dim, latent_dim))
        self.decoder = dense_network((latent_dim, CLASSES), (pixels,))
        self.known = ops.convert_to_tensor(x), ops.convert_to_tensor(one_hot(labels))
        self.share, self.weight = share, weight
        self.sampling = Sampling(seed)

    def build(self, shape: Any) -> None:
        """Nothing is left to build: its networks are functional."""

    def negative_elbo(self, x: Tensor, y: Tensor) -> Tensor:
        """-ELBO of log p(x, y), y uniform beforehand: (batch,)."""
        z_mean, z_log_var = self.encoder([x, y])
        x_logits = self.decoder([self.sampling((z_mean, z_log_var)), y])
        return bernoulli_nll(x, x_logits) + kl_divergence(z_mean, z_log_var) + np.log(CLASSES)

    def call(self, x: Tensor, training: bool | None = None) -> Tensor:
        return self.classifier(x)

    def compute_loss(
        self,
        x: Tensor = None,
        y: Tensor = None,
        y_pred: Any = None,
        sample_weight: Tensor | None = None,
        training: bool = True,
    ) -> Tensor:
        y = ops.tile(ops.eye(CLASSES), (len(x), 1))  # for each image all classes
        of_classes = ops.reshape(self.negative_elbo(ops.repeat(x, CLASSES, axis=0), y), (-1, CLASSES))
        log_q = ops.log_softmax(y_pred)  # (batch, 10)
        unknown = ops.sum(ops.exp(log_q) * (of_classes + log_q), axis=-1)
        known_x, known_y = self.known
        cross_entropy = -ops.sum(known_y * ops.log_softmax(self.classifier(known_x)), axis=-1)
        known = self.share * ops.mean(self.negative_elbo(known_x, known_y)) + self.weight * ops.mean(cross_entropy)
        return ops.mean(unknown) + known


def train_classifier(x: Array, labels: Array, epochs: int = 60, seed: int = 0) -> Model:
    """The same classifier, trained on images (n, pixels) with labels (n,) and nothing else."""
    keras.utils.set_random_seed(seed)
    classifier = build_classifier(x.shape[1])
    cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    classifier.compile(optimizer=keras.optimizers.Adam(0.003), loss=cross_entropy)
    classifier.fit(x, labels, epochs=epochs, batch_size=50, verbose=0)
    return classifier
