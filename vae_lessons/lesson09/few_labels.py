"""A hundred labels and thousands of images without: M2 of Kingma et al. (2014), where the class is a latent as well.

An image whose class is unknown is counted in all ten classes, each with the probability that a classifier gives it.
"""

import numpy as np

from vae_helpers.backend import keras
from vae_helpers.losses import bernoulli_nll, kl_divergence
from vae_helpers.model import Sampling
from vae_lessons.lesson09.conditional import CLASSES, one_hot

ops, layers = keras.ops, keras.layers


def build_classifier(pixels, hidden_dim=128):
    """q(y | x): images (batch, pixels) -> logits of the ten classes."""
    x = keras.Input((pixels,))
    return keras.Model(x, layers.Dense(CLASSES)(layers.Dense(hidden_dim, activation="relu")(x)))


def pair(inputs, outputs, hidden_dim=128):
    """A functional network from arrays side by side to one array or more; inputs, outputs: their numbers of columns."""
    both = [keras.Input((size,)) for size in inputs]
    h = layers.Dense(hidden_dim, activation="relu")(layers.Concatenate()(both))
    return keras.Model(both, [layers.Dense(size)(h) for size in outputs])


class FewLabels(keras.Model):
    """Trained on images (batch, pixels) without labels; those with labels, x (n, pixels) and labels (n,), it keeps.

    The loss in nats per image: the bound of the images without a class, the bound of those with one in proportion to
    their number (share), and the classifier's cross-entropy on them, with a weight (Kingma et al. 2014, equation 9;
    on this scale their weight is 0.1).
    """

    def __init__(self, x, labels, share, weight, latent_dim=8, seed=0):
        super().__init__()
        keras.utils.set_random_seed(seed)
        pixels = x.shape[1]
        self.classifier = build_classifier(pixels)
        self.encoder = pair((pixels, CLASSES), (latent_dim, latent_dim))
        self.decoder = pair((latent_dim, CLASSES), (pixels,))
        self.known = ops.convert_to_tensor(x), ops.convert_to_tensor(one_hot(labels))
        self.share, self.weight = share, weight
        self.sampling = Sampling(seed)

    def build(self, shape):
        """Nothing is left to build: its networks are functional."""

    def negative_elbo(self, x, y):
        """-ELBO of log p(x, y), y uniform beforehand: (batch,)."""
        z_mean, z_log_var = self.encoder([x, y])
        x_logits = self.decoder([self.sampling((z_mean, z_log_var)), y])
        return bernoulli_nll(x, x_logits) + kl_divergence(z_mean, z_log_var) + np.log(CLASSES)

    def call(self, x, training=None):
        return self.classifier(x)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        y = ops.tile(ops.eye(CLASSES), (len(x), 1))  # for each image all classes
        of_classes = ops.reshape(self.negative_elbo(ops.repeat(x, CLASSES, axis=0), y), (-1, CLASSES))
        log_q = ops.log_softmax(y_pred)  # (batch, 10)
        unknown = ops.sum(ops.exp(log_q) * (of_classes + log_q), axis=-1)
        known_x, known_y = self.known
        cross_entropy = -ops.sum(known_y * ops.log_softmax(self.classifier(known_x)), axis=-1)
        known = self.share * ops.mean(self.negative_elbo(known_x, known_y)) + self.weight * ops.mean(cross_entropy)
        return ops.mean(unknown) + known


def trained_alone(x, labels, epochs=60, seed=0):
    """The same classifier, trained on images (n, pixels) with labels (n,) and nothing else."""
    keras.utils.set_random_seed(seed)
    classifier = build_classifier(x.shape[1])
    cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    classifier.compile(optimizer=keras.optimizers.Adam(0.003), loss=cross_entropy)
    classifier.fit(x, labels, epochs=epochs, batch_size=50, verbose=0)
    return classifier
