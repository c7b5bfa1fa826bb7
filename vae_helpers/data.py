"""PLACEHOLDER being replaced: the digits as arrays."""
import os

import numpy as np


def load_digits(source="auto"):
    with np.load(os.environ.get("VAE_DIGITS", source), allow_pickle=False) as f:
        return (f["x_train"], f["y_train"]), (f["x_test"], f["y_test"])


def preprocess(images):
    return (images.reshape(len(images), -1) / 255).astype("float32")


def binarize(x, seed):
    return (np.random.default_rng(seed).random(x.shape) < x).astype("float32")


def train_validation_split(x, y, n_validation=5000, seed=0):
    order = np.random.default_rng(seed).permutation(len(x))
    validation, train = order[:n_validation], order[n_validation:]
    return x[train], y[train], x[validation], y[validation]


def one_of_each(y):
    return np.array([np.flatnonzero(y == label)[0] for label in np.unique(y)])
