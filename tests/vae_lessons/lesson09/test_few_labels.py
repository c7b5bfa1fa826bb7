"""A hundred labels: the bound of an image without a class, by hand, and what images without labels add."""

import numpy as np
import pytest
from scipy.special import expit, log_softmax

from vae_lessons.lesson09.few_labels import FewLabels, train_classifier
from vae_lessons.lesson09.training_loop import train

RNG = np.random.default_rng(0)
PIXELS = 16
PROTOTYPES = (RNG.random((10, PIXELS)) < 0.5).astype("float32")


def noisy(n, seed):
    """Images (n, pixels) and their classes: prototypes, in which each pixel is turned over with probability 0.1."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 10
    return np.abs(PROTOTYPES[labels] - (rng.random((n, PIXELS)) < 0.1)).astype("float32"), labels


def without_z(x, labels, **settings):
    """A model in which z says nothing: q(z | x, y) is the prior, and the decoder looks at y alone."""
    model = FewLabels(x, labels, latent_dim=2, **settings)
    model.encoder.set_weights([0 * each for each in model.encoder.get_weights()])
    first, *rest = model.decoder.get_weights()
    first[:2] = 0
    model.decoder.set_weights([first, *rest])
    return model


def test_the_loss_is_the_bound_over_all_classes_and_the_labelled_images_terms():
    (x, _), (known, labels) = noisy(5, 1), noisy(10, 2)
    model = without_z(known, labels, share=0.2, weight=3.0)
    p = expit(np.asarray(model.decoder([np.zeros((10, 2), "float32"), np.eye(10, dtype="float32")])))  # (10, pixels)
    log_joint = [x @ np.log(p).T + (1 - x) @ np.log(1 - p).T - np.log(10) for x in (x, known)]
    log_q = [log_softmax(np.asarray(model.classifier(each)), axis=1) for each in (x, known)]
    unknown = np.sum(np.exp(log_q[0]) * (log_joint[0] - log_q[0]), axis=1)
    own_class = np.arange(10), labels
    expected = -np.mean(unknown) - 0.2 * np.mean(log_joint[1][own_class]) - 3.0 * np.mean(log_q[1][own_class])
    assert float(model.compute_loss(x, y_pred=model(x))) == pytest.approx(expected, rel=1e-4)


def test_images_without_labels_help():
    (known, labels), (x, _), (held_out, truth) = noisy(10, 3), noisy(2000, 4), noisy(1000, 5)
    model = FewLabels(known, labels, share=0.005, weight=10.0, latent_dim=2)
    train(model, x, epochs=10, batch_size=100)
    alone = train_classifier(known, labels)
    right = [np.mean(np.asarray(each(held_out)).argmax(axis=1) == truth) for each in (alone, model.classifier)]
    assert right[1] > right[0] + 0.02
