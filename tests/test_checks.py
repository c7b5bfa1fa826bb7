"""The exercises' checks: right answers pass in every style, wrong ones get the sentence that helps, nothing raises.

``python tests/test_checks.py`` prints how many variants and mutants were tried, refused, and diagnosed by name.
"""

import ast
import asyncio
import copy
import functools
import itertools
import json
import math
import random
import signal
import statistics
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
import scipy.special
import scipy.stats

from vae_helpers import checking, checks
from vae_helpers.checking import Exercise, Misconception, Progress, Verdict
from vae_helpers.checks import EXERCISES

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
FIXED = {  # notebook: the exercises that it has
    "01_data_preprocessing": ("scale_pixels", "flatten_images", "binarize"),
    "02_encoder": ("std_from_log_var", "sample_z"),
    "03_decoder": ("bernoulli_probabilities", "pixel_entropy"),
    "04_elbo": ("bernoulli_nll", "kl_divergence", "negative_elbo"),
    "05_training": ("train_validation_split", "standard_error"),
    "06_latent_visualization": ("latent_grid", "interpolate"),
}
each_exercise = pytest.mark.parametrize("name", EXERCISES)


@pytest.fixture(autouse=True)
def forget(monkeypatch):
    """No test sees another's progress."""
    monkeypatch.setattr(checks, "LATEST", {})


def check(name, function):
    """What the public check says."""
    verdict = getattr(checks, f"check_{name}")(function)
    assert isinstance(verdict, Verdict) and verdict.status in Verdict.LOOKS and verdict.message
    return verdict


def test_the_exercises_are_those_that_the_notebooks_name():
    assert {
        notebook: tuple(e.name for e in EXERCISES.values() if e.notebook == notebook) for notebook in FIXED
    } == FIXED
    assert all(name == exercise.name for name, exercise in EXERCISES.items())


# --- (a, b, c) references, misconceptions, stubs ---


def independent_references():
    """The right functions once more, from scipy and the package, for those whose output is not random."""
    from vae_helpers import latent, losses

    expit = scipy.special.expit
    entropy = scipy.stats.bernoulli.entropy
    return {
        "scale_pixels": lambda images: np.interp(images, (0, 255), (0, 1)).astype("float32"),
        "flatten_images": lambda images: np.array([image.ravel() for image in images]),
        "std_from_log_var": lambda z_log_var: np.sqrt(np.exp(z_log_var)),
        "sample_z": lambda z_mean, z_log_var, epsilon: scipy.stats.norm.ppf(
            scipy.stats.norm.cdf(epsilon), z_mean, np.sqrt(np.exp(z_log_var))
        ),
        "bernoulli_probabilities": expit,
        "pixel_entropy": lambda x: entropy(x).sum(axis=1),
        "bernoulli_nll": losses.bernoulli_nll,
        "kl_divergence": losses.kl_divergence,
        "negative_elbo": lambda nll, kl, beta: np.mean([a + beta * b for a, b in zip(nll, kl, strict=True)]),
        "standard_error": scipy.stats.sem,
        "latent_grid": latent.latent_grid,
        "interpolate": np.linspace,
    }


@pytest.mark.parametrize("name", independent_references())
def test_the_reference_agrees_with_an_independent_one(name):
    assert check(name, independent_references()[name]).status == "correct"


@each_exercise
def test_the_reference_is_correct(name):
    assert check(name, EXERCISES[name].reference) == Verdict("correct", f"{name} does what it should.")


@each_exercise
def test_each_misconception_gets_its_own_sentence(name):
    for misconception in EXERCISES[name].misconceptions:
        assert check(name, misconception.wrong) == Verdict("wrong", misconception.sentence)


def test_no_sentence_is_used_twice():
    sentences = [each.sentence for exercise in EXERCISES.values() for each in exercise.misconceptions]
    assert len(sentences) == len(set(sentences)) > 300


@each_exercise
def test_a_stub_is_unattempted(name):
    def stub(*arguments):
        raise NotImplementedError

    def stub_with_words(*arguments):
        raise NotImplementedError("your code here")

    assert check(name, stub).status == check(name, stub_with_words).status == "unattempted"


@each_exercise
def test_a_not_implemented_error_from_elsewhere_or_in_one_branch_is_an_answer(name):
    def stub(*arguments):
        raise NotImplementedError

    calls = []

    def sometimes(*arguments):
        calls.append(arguments)
        if len(calls) == 1:
            raise NotImplementedError
        return EXERCISES[name].reference(*arguments)

    assert check(name, lambda *arguments: stub(*arguments)).status == "wrong"
    assert check(name, sometimes).status == "wrong"


# --- (d) right answers in many styles ---


def framework_variants():
    from vae_helpers.quiet import keras, tf

    ops = keras.ops
    return {
        "scale_pixels": [
            lambda images: ops.cast(images, "float32") / 255,
            lambda images: ops.divide(ops.convert_to_tensor(images, dtype="float32"), 255.0),
            lambda images: tf.cast(images, tf.float32) / 255.0,
            lambda images: tf.image.convert_image_dtype(images, tf.float32),
            lambda images: keras.layers.Rescaling(1 / 255)(images),
        ],
        "flatten_images": [
            lambda images: ops.reshape(images, (len(images), -1)),
            lambda images: ops.reshape(images, (-1, 784)),
            lambda images: tf.reshape(images, (len(images), 28 * 28)),
            lambda images: keras.layers.Flatten()(images),
            lambda images: tf.stack([tf.reshape(image, [-1]) for image in images]),
        ],
        "binarize": [
            lambda x, rng: ops.cast(rng.random(x.shape) < x, "float32"),
            lambda x, rng: tf.cast(rng.random(x.shape) < x, tf.float32),
            lambda x, rng: keras.random.uniform(x.shape, seed=int(rng.integers(2**31))) < x,
        ],
        "std_from_log_var": [
            lambda z_log_var: ops.exp(0.5 * z_log_var),
            lambda z_log_var: ops.sqrt(ops.exp(z_log_var)),
            lambda z_log_var: tf.exp(z_log_var / 2),
            lambda z_log_var: tf.sqrt(tf.exp(z_log_var)),
            tf.function(lambda z_log_var: tf.exp(0.5 * z_log_var)),
            lambda z_log_var: tf.Variable(tf.exp(0.5 * z_log_var)),
            lambda z_log_var: [[tf.exp(0.5 * value) for value in row] for row in z_log_var],
        ],
        "sample_z": [
            lambda z_mean, z_log_var, epsilon: z_mean + ops.exp(0.5 * z_log_var) * epsilon,
            lambda z_mean, z_log_var, epsilon: z_mean + tf.sqrt(tf.exp(z_log_var)) * epsilon,
            lambda z_mean, z_log_var, epsilon: ops.add(z_mean, ops.multiply(ops.exp(z_log_var / 2), epsilon)),
        ],
        "bernoulli_probabilities": [
            lambda x_logits: ops.sigmoid(x_logits),
            lambda x_logits: tf.sigmoid(x_logits),
            lambda x_logits: tf.nn.sigmoid(x_logits),
            lambda x_logits: ops.exp(-ops.softplus(-x_logits)),
            keras.activations.sigmoid,
        ],
        "pixel_entropy": [
            lambda x: -ops.sum(x * ops.log(x + 1e-9) + (1 - x) * ops.log(1 - x + 1e-9), axis=-1),
            lambda x: tf.reduce_sum(-tf.math.xlogy(x, x) - tf.math.xlogy(1 - x, 1 - x), axis=1),
            lambda x: ops.sum(keras.losses.binary_crossentropy(x[..., None], x[..., None]), axis=-1),
            lambda x: x.shape[1] * keras.losses.binary_crossentropy(x, x),
        ],
        "bernoulli_nll": [
            lambda x, x_logits: ops.sum(ops.softplus(x_logits) - x * x_logits, axis=-1),
            lambda x, x_logits: tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(x, x_logits), axis=-1),
            lambda x, x_logits: x.shape[1] * keras.losses.binary_crossentropy(x, x_logits, from_logits=True),
            lambda x, x_logits: ops.sum(ops.binary_crossentropy(x, x_logits, from_logits=True), axis=1),
            lambda x, x_logits: (
                -tf.reduce_sum(x * tf.math.log_sigmoid(x_logits) + (1 - x) * tf.math.log_sigmoid(-x_logits), axis=1)
            ),
        ],
        "kl_divergence": [
            lambda m, v: 0.5 * ops.sum(ops.exp(v) + ops.square(m) - 1.0 - v, axis=-1),
            lambda m, v: -0.5 * ops.sum(1 + v - ops.square(m) - ops.exp(v), axis=1),
            lambda m, v: -0.5 * tf.reduce_sum(1 + v - tf.square(m) - tf.exp(v), axis=1),
            tf.function(lambda m, v: tf.reduce_sum(0.5 * (tf.exp(v) + m**2 - 1 - v), axis=-1)),
        ],
        "negative_elbo": [
            lambda nll, kl, beta: ops.mean(nll + beta * kl),
            lambda nll, kl, beta: ops.mean(nll) + beta * ops.mean(kl),
            lambda nll, kl, beta: tf.reduce_mean(nll + beta * kl),
            lambda nll, kl, beta: -ops.mean(-nll - beta * kl),
        ],
        "train_validation_split": [
            lambda x, n, rng: (lambda order: (ops.take(x, order[n:], axis=0), ops.take(x, order[:n], axis=0)))(
                rng.permutation(len(x))
            ),
            lambda x, n, rng: (lambda order: (tf.gather(x, order[n:]), tf.gather(x, order[:n])))(
                rng.permutation(len(x))
            ),
        ],
        "standard_error": [
            lambda values: ops.std(values) / ops.sqrt(len(values)),
            lambda values: tf.math.reduce_std(values) / len(values) ** 0.5,
        ],
        "latent_grid": [
            lambda n: (lambda z: ops.stack([ops.tile(z, n), ops.repeat(ops.flip(z), n)], axis=1))(
                tf.math.ndtri((tf.range(n, dtype="float32") + 0.5) / n)
            ),
        ],
        "interpolate": [
            lambda a, b, steps: ops.linspace(a, b, steps),
            lambda a, b, steps: tf.linspace(a, b, steps),
            lambda a, b, steps: tf.stack([a + (b - a) * t for t in np.linspace(0, 1, steps, dtype="float32")]),
        ],
    }


def loops(function):
    """A function of one number, in plain Python loops over two axes."""
    return lambda *arrays: [
        [function(*values) for values in zip(*rows, strict=True)]
        for rows in zip(*(a.tolist() for a in arrays), strict=True)
    ]


def per_image(function):
    """A sum over the pixels of each image, in plain Python loops."""
    return lambda *arrays: [sum(row) for row in loops(function)(*arrays)]


def stable(logit):
    return 1 / (1 + math.exp(-logit)) if logit >= 0 else math.exp(logit) / (1 + math.exp(logit))


def price(x, logit):
    return max(logit, 0) - x * logit + math.log1p(math.exp(-abs(logit)))


def surprise(p):
    return -p * math.log(p) - (1 - p) * math.log(1 - p) if 0 < p < 1 else 0.0


def split_pieces(x, n, rng):
    validation, train = np.split(rng.permutation(x), [n])
    return train, validation


def split_by_shuffled_indices(x, n, rng):
    indices = np.arange(len(x))
    rng.shuffle(indices)
    return x[indices[:-n]], x[indices[-n:]]


def split_by_shuffled_list(x, n, rng):
    rows = [row for row in x]
    rng.shuffle(rows)
    return np.array(rows[n:]), np.array(rows[:n])


def split_by_choice(x, n, rng):
    order = rng.choice(len(x), len(x), replace=False)
    return [x[order[n:]], x[order[:n]]]


def split_by_two_choices(x, n, rng):
    chosen = rng.choice(len(x), n, replace=False)
    rest = np.setdiff1d(np.arange(len(x)), chosen)
    return x[rng.permutation(rest)], x[chosen]


def split_by_sorting_noise(x, n, rng):
    order = np.argsort(rng.random(len(x)))
    return np.take(x, order[n:], axis=0), np.take(x, order[:n], axis=0)


def split_by_python(x, n, rng):
    order = list(range(len(x)))
    random.Random(int(rng.integers(2**60))).shuffle(order)
    return [x[i] for i in order[n:]], [x[i] for i in order[:n]]


def split_of_a_copy(x, n, rng):
    x = x.copy()
    rng.shuffle(x)
    return x[n:], x[:n]


def grid_by_meshgrid(n):
    z = scipy.stats.norm.ppf((np.arange(n) + 0.5) / n)
    z_1, z_2 = np.meshgrid(z, z[::-1])
    return np.column_stack([z_1.ravel(), z_2.ravel()])


def grid_by_loops(n):
    z = [statistics.NormalDist().inv_cdf((2 * i + 1) / (2 * n)) for i in range(n)]
    found = []
    for row in range(n):
        for column in range(n):
            found.append([z[column], z[n - 1 - row]])
    return found


def grid_in_float32(n):
    z = scipy.special.ndtri(np.linspace(0.5 / n, 1 - 0.5 / n, n)).astype("float32")
    return np.stack(np.meshgrid(z, -z, indexing="xy"), axis=-1).reshape(-1, 2)


def path_by_loop(z_start, z_end, steps):
    return [z_start + (z_end - z_start) * i / (steps - 1) for i in range(steps)]


def path_by_lists(z_start, z_end, steps):
    return [[a + (b - a) * i / (steps - 1) for a, b in zip(z_start, z_end, strict=True)] for i in range(steps)]


def binarize_in_loops(x, rng):
    return [[1 if rng.random() < p else 0 for p in row] for row in x]


def binarize_by_binomial_in_loops(x, rng):
    return np.array([[rng.binomial(1, p) for p in row] for row in x])


def binarize_in_place(x, rng):
    draw = np.zeros_like(x)
    draw[rng.random(x.shape) < x] = 1
    return draw


def plain_variants():
    f64 = np.float64
    return {
        "scale_pixels": [
            lambda images: (images / 255).astype("float32"),
            lambda images: (images / 255.0).astype(np.float32),
            lambda images: np.divide(images, 255, dtype="float32"),
            lambda images: np.float32(images) / np.float32(255),
            lambda images: np.float32(images / 255),
            lambda images: images * np.float32(1 / 255),
            lambda images: np.array(
                [[[v / 255 for v in row] for row in image] for image in images.tolist()], "float32"
            ),
            lambda images: np.interp(images, (0, 255), (0, 1)).astype("float32"),
            lambda images: np.vectorize(lambda v: v / 255, otypes=["float32"])(images),
            lambda images: np.true_divide(images, np.iinfo(images.dtype).max).astype("f4"),
            lambda images: (images.astype(int) * 2 / 510).astype("float32"),
            lambda images: (np.arange(256, dtype="float32") / 255)[images],
        ],
        "flatten_images": [
            lambda images: images.reshape(len(images), 784),
            lambda images: images.reshape((images.shape[0], -1)),
            lambda images: images.reshape(-1, 28 * 28),
            lambda images: np.reshape(images, (len(images), np.prod(images.shape[1:]))),
            lambda images: np.array([image.flatten() for image in images]),
            lambda images: np.stack([image.ravel() for image in images]),
            lambda images: [[pixel for row in image for pixel in row] for image in images],
            lambda images: np.concatenate(list(np.moveaxis(images, 1, 0)), axis=1),
            lambda images: images.copy().reshape(len(images), -1).astype("float64"),
            lambda images: np.vstack([image.reshape(1, -1) for image in images]),
            lambda images: np.resize(images, (len(images), 784)),
            lambda images: np.einsum("nij->nij", images).reshape(images.shape[0], 784, order="C"),
        ],
        "binarize": [
            lambda x, rng: (rng.random(x.shape) < x).astype("float32"),
            lambda x, rng: rng.random(x.shape) < x,
            lambda x, rng: (rng.random(x.shape) <= x) * 1,
            lambda x, rng: (x > rng.random(x.shape)).astype(int),
            lambda x, rng: rng.binomial(1, x),
            lambda x, rng: rng.binomial(1, x, x.shape).astype("float64"),
            lambda x, rng: (rng.uniform(size=x.shape) < x).astype("uint8"),
            lambda x, rng: (rng.uniform(0, 1, x.shape) < x).astype("float32"),
            lambda x, rng: np.where(rng.random(x.shape) < x, 1.0, 0.0),
            lambda x, rng: 1 - (rng.random(x.shape) >= x),
            lambda x, rng: np.floor(x + rng.random(x.shape)).clip(0, 1),
            lambda x, rng: (rng.random(x.shape, dtype="float32") < x).astype("float32"),
            lambda x, rng: (rng.random(x.size).reshape(x.shape) < x).astype("float32"),
            lambda x, rng: np.array([rng.random(x.shape[1]) < row for row in x]),
            lambda x, rng: (rng.random(x.T.shape).T < x).astype("float32"),
            lambda x, rng: scipy.stats.bernoulli.rvs(np.clip(x, 0, 1), random_state=rng),
            lambda x, rng: (scipy.stats.norm.cdf(rng.normal(size=x.shape)) < x).astype("float32"),
            lambda x, rng: np.vectorize(lambda p, u: float(u < p))(x, rng.random(x.shape)),
            lambda x, rng: (1 - rng.random(x.shape) <= x).astype("float32"),
            binarize_in_loops,
            binarize_by_binomial_in_loops,
            binarize_in_place,
            lambda x, rng: [[rng.choice([0, 1], p=[1 - float(p), float(p)]) for p in row] for row in x],
        ],
        "std_from_log_var": [
            lambda v: np.exp(v / 2),
            lambda v: np.exp(v * 0.5),
            lambda v: np.sqrt(np.exp(v)),
            lambda v: np.exp(v) ** 0.5,
            lambda v: np.exp(v.astype(f64)) ** (1 / 2),
            lambda v: np.e ** (v / 2),
            lambda v: np.power(np.e, 0.5 * v),
            lambda v: np.exp2(v / 2 / np.log(2)),
            lambda v: 1 / np.exp(-v / 2),
            lambda v: np.expm1(v / 2) + 1,
            loops(lambda v: math.exp(v / 2)),
            loops(lambda v: math.sqrt(math.exp(v))),
            np.vectorize(lambda v: math.exp(v) ** 0.5),
            np.vectorize(lambda v: math.exp(0.5 * v), otypes=[object]),
            lambda v: tuple(map(tuple, np.exp(0.5 * v))),
        ],
        "sample_z": [
            lambda m, v, e: m + np.exp(0.5 * v) * e,
            lambda m, v, e: np.exp(v / 2) * e + m,
            lambda m, v, e: m + np.sqrt(np.exp(v)) * e,
            lambda m, v, e: m.astype(f64) + np.exp(v.astype(f64)) ** 0.5 * e,
            lambda m, v, e: np.add(m, np.multiply(np.exp(v / 2), e)),
            lambda m, v, e: scipy.stats.norm.ppf(scipy.stats.norm.cdf(e.astype(f64)), m, np.exp(v / 2)),
            loops(lambda m, v, e: m + math.exp(v / 2) * e),
            np.vectorize(lambda m, v, e: m + math.sqrt(math.exp(v)) * e),
            lambda m, v, e: np.stack([m[:, j] + np.exp(v[:, j] / 2) * e[:, j] for j in range(m.shape[1])], axis=1),
            lambda m, v, e: np.array([a + np.exp(b / 2) * c for a, b, c in zip(m, v, e, strict=True)]),
        ],
        "bernoulli_probabilities": [
            scipy.special.expit,
            lambda x_logits: scipy.special.expit(x_logits.astype(f64)),
            lambda logits: 0.5 * (1 + np.tanh(0.5 * logits)),
            lambda logits: (np.tanh(logits / 2) + 1) / 2,
            lambda logits: np.exp(-np.logaddexp(0, -logits)),
            lambda logits: np.exp(logits - np.logaddexp(0, logits)),
            lambda logits: np.where(logits >= 0, 1, np.exp(-np.abs(logits))) / (1 + np.exp(-np.abs(logits))),
            lambda logits: np.exp(np.minimum(logits, 0)) / (1 + np.exp(-np.abs(logits))),
            lambda logits: 1 / (1 + np.exp(-np.clip(logits, -80, 80))),
            lambda logits: 1 / (1 + np.exp(np.minimum(-logits, 60))),
            lambda logits: 1 / (1 + np.exp(np.clip(-logits.astype(f64), -700, 700))),
            loops(stable),
            np.vectorize(stable),
            scipy.stats.logistic.cdf,
            lambda logits: np.exp(scipy.special.log_expit(logits)),
            lambda logits: np.piecewise(
                logits, [logits >= 0], [lambda a: 1 / (1 + np.exp(-a)), lambda a: np.exp(a) / (1 + np.exp(a))]
            ),
            lambda logits: np.frompyfunc(stable, 1, 1)(logits),
        ],
        "pixel_entropy": [
            lambda x: np.sum(scipy.special.entr(x) + scipy.special.entr(1 - x), axis=-1),
            lambda x: scipy.stats.bernoulli(x).entropy().sum(axis=-1),
            lambda x: -(scipy.special.xlogy(x, x) + scipy.special.xlog1py(1 - x, -x)).sum(axis=1),
            lambda x: -np.sum(np.nan_to_num(x * np.log(x)) + np.nan_to_num((1 - x) * np.log(1 - x)), axis=-1),
            lambda x: np.nansum(-x * np.log(x) - (1 - x) * np.log(1 - x), axis=-1),
            lambda x: (lambda p: -np.sum(p * np.log(p) + (1 - p) * np.log(1 - p), axis=1))(np.clip(x, 1e-7, 1 - 1e-7)),
            lambda x: (lambda p: -np.sum(p * np.log(p) + (1 - p) * np.log(1 - p), axis=1))(
                np.clip(x.astype(f64), 1e-12, 1 - 1e-12)
            ),
            lambda x: -np.sum(x * np.log(x + 1e-10) + (1 - x) * np.log(1 - x + 1e-10), axis=1),
            lambda x: -np.sum(x * np.log(np.where(x > 0, x, 1)) + (1 - x) * np.log(np.where(x < 1, 1 - x, 1)), axis=1),
            lambda x: -np.sum(x * np.log(np.maximum(x, 1e-12)) + (1 - x) * np.log(np.maximum(1 - x, 1e-12)), -1),
            lambda x: scipy.stats.entropy([x, 1 - x]).sum(axis=-1),
            per_image(surprise),
            lambda x: np.vectorize(surprise)(x).sum(axis=1),
            lambda x: np.array([scipy.special.entr(row).sum() + scipy.special.entr(1 - row).sum() for row in x]),
        ],
        "bernoulli_nll": [
            lambda x, a: np.sum(np.logaddexp(0, a) - x * a, axis=-1),
            lambda x, a: (np.logaddexp(0, a.astype(f64)) - x * a).sum(axis=1),
            lambda x, a: np.sum(np.maximum(a, 0) - x * a + np.log1p(np.exp(-np.abs(a))), axis=-1),
            lambda x, a: np.sum(np.maximum(a, 0) - a * x + np.log(1 + np.exp(-abs(a))), axis=-1),
            lambda x, a: np.sum(x * np.logaddexp(0, -a) + (1 - x) * np.logaddexp(0, a), axis=1),
            lambda x, a: -np.sum(x * scipy.special.log_expit(a) + (1 - x) * scipy.special.log_expit(-a), axis=1),
            lambda x, a: np.einsum("ij->i", np.logaddexp(0, a) - x * a),
            lambda x, a: np.logaddexp(0, a).sum(-1) - np.einsum("ij,ij->i", x, a),
            lambda x, a: x.shape[-1] * np.mean(np.logaddexp(0, a) - x * a, axis=-1),
            lambda x, a: [float(np.sum(np.logaddexp(0, b) - p * b)) for p, b in zip(x, a, strict=True)],
            per_image(price),
            lambda x, a: np.vectorize(price)(x, a).sum(axis=1),
        ],
        "kl_divergence": [
            lambda m, v: 0.5 * np.sum(np.exp(v) + m**2 - 1 - v, axis=-1),
            lambda m, v: -0.5 * np.sum(1 + v - m**2 - np.exp(v), axis=1),
            lambda m, v: (0.5 * (np.exp(v) + np.square(m) - 1 - v)).sum(axis=-1),
            lambda m, v: np.sum(np.exp(v) + m * m - 1 - v, axis=-1) / 2,
            lambda m, v: 0.5 * np.sum(np.exp(v) + m**2 - np.log(np.exp(v)) - 1, axis=-1),
            lambda m, v: (lambda s: np.sum(0.5 * (s**2 + m**2 - 1) - np.log(s), axis=-1))(np.exp(v / 2)),
            lambda m, v: 0.5 * np.sum(np.expm1(v.astype(f64)) + m.astype(f64) ** 2 - v, axis=1),
            lambda m, v: 0.5 * (np.exp(v).sum(1) + (m**2).sum(1) - m.shape[1] - v.sum(1)),
            lambda m, v: [
                0.5 * sum(math.exp(b) + a**2 - 1 - b for a, b in zip(*rows, strict=True))
                for rows in zip(m, v, strict=True)
            ],
            per_image(lambda m, v: 0.5 * (math.exp(v) + m**2 - 1 - v)),
            lambda m, v: np.vectorize(lambda a, b: 0.5 * (math.exp(b) + a * a - 1 - b))(m, v).sum(axis=1),
            lambda m, v: 0.5 * (np.linalg.norm(m, axis=1) ** 2 + np.sum(np.exp(v) - v - 1, axis=1)),
            lambda m, v: tuple(0.5 * np.sum(np.exp(v) + m**2 - 1 - v, axis=-1)),
        ],
        "negative_elbo": [
            lambda nll, kl, beta: np.mean(nll + beta * kl),
            lambda nll, kl, beta: nll.mean() + beta * kl.mean(),
            lambda nll, kl, beta: float(np.mean(nll + beta * kl)),
            lambda nll, kl, beta: np.sum(nll + beta * kl) / len(nll),
            lambda nll, kl, beta: sum(a + beta * b for a, b in zip(nll, kl, strict=True)) / len(nll),
            lambda nll, kl, beta: np.average(nll.astype(f64) + beta * kl.astype(f64)),
            lambda nll, kl, beta: -np.mean(-nll - beta * kl),
            lambda nll, kl, beta: statistics.fmean((nll + beta * kl).tolist()),
            lambda nll, kl, beta: np.array(np.mean(nll + np.multiply(beta, kl))),
            lambda nll, kl, beta: (nll + beta * kl) @ np.full(len(nll), 1 / len(nll)),
        ],
        "train_validation_split": [
            split_pieces,
            split_by_shuffled_indices,
            split_by_shuffled_list,
            split_by_choice,
            split_by_two_choices,
            split_by_sorting_noise,
            split_by_python,
            split_of_a_copy,
            lambda x, n, rng: (lambda rows: (rows[n:], rows[:n]))(rng.permutation(x)),
            lambda x, n, rng: (lambda rows: (rows[:-n], rows[-n:]))(rng.permutation(x, axis=0)),
            lambda x, n, rng: (lambda rows: (rows[n:], rows[:n]))(rng.choice(x, len(x), replace=False)),
            lambda x, n, rng: (lambda rows: (rows[n:].astype(f64), rows[:n].tolist()))(rng.permutation(x)),
        ],
        "standard_error": [
            lambda values: np.std(values) / np.sqrt(len(values)),
            lambda values: np.std(values, ddof=1) / np.sqrt(len(values)),
            lambda values: values.std() / len(values) ** 0.5,
            lambda values: np.sqrt(np.var(values) / len(values)),
            lambda values: np.sqrt(np.var(values, ddof=1) / values.size),
            lambda values: np.std(values) / np.sqrt(len(values) - 1),
            scipy.stats.sem,
            lambda values: scipy.stats.sem(values, ddof=0),
            lambda values: statistics.stdev(values.tolist()) / math.sqrt(len(values)),
            lambda values: statistics.pstdev(values.tolist()) / math.sqrt(len(values)),
            lambda values: math.sqrt(sum((v - sum(values) / len(values)) ** 2 for v in values)) / len(values),
            lambda values: np.sqrt(np.mean((values - values.mean()) ** 2)) / np.sqrt(values.shape[0]),
            lambda values: (
                np.sqrt(np.mean(values.astype(f64) ** 2) - np.mean(values.astype(f64)) ** 2) / len(values) ** 0.5
            ),
        ],
        "latent_grid": [
            grid_by_meshgrid,
            grid_by_loops,
            grid_in_float32,
            lambda n: [(a, -b) for b in grid_by_meshgrid(n)[:n, 0] for a in grid_by_meshgrid(n)[:n, 0]],
            lambda n: scipy.stats.norm.ppf([((c + 0.5) / n, (n - 0.5 - r) / n) for r in range(n) for c in range(n)]),
            lambda n: scipy.special.ndtri(
                np.array([np.tile(np.arange(n), n) + 0.5, np.repeat(np.arange(n)[::-1], n) + 0.5]).T / n
            ),
        ],
        "interpolate": [
            np.linspace,
            lambda a, b, steps: np.linspace(a, b, num=steps),
            lambda a, b, steps: a + np.linspace(0, 1, steps)[:, None] * (b - a),
            lambda a, b, steps: (1 - (t := np.linspace(0, 1, steps)[:, None])) * a + t * b,
            lambda a, b, steps: np.outer(np.linspace(1, 0, steps), a) + np.outer(np.linspace(0, 1, steps), b),
            lambda a, b, steps: np.array([(1 - i / (steps - 1)) * a + i / (steps - 1) * b for i in range(steps)]),
            lambda a, b, steps: np.stack([np.linspace(s, e, steps) for s, e in zip(a, b, strict=True)], axis=1),
            lambda a, b, steps: np.array(
                [np.interp(i, (0, steps - 1), p) for i in range(steps) for p in zip(a, b, strict=True)]
            ).reshape(steps, -1),
            path_by_loop,
            path_by_lists,
        ],
    }


def variants(name):
    """Right answers: those of plain Python, numpy and scipy, and those of keras.ops and tf."""
    return plain_variants()[name] + framework_variants()[name] + [loaded(source, name) for source in SOURCES[name]]


@each_exercise
def test_right_answers_in_every_style_are_accepted(name):
    refused = [
        (place, verdict)
        for place, each in enumerate(variants(name))
        if (verdict := check(name, each)).status != "correct"
    ]
    assert not refused


# --- (e) mutants: wrong answers that nobody thought of ---

SOURCES = {  # right answers as people write them, in one style or two; each is changed in every way that `changes` has
    "scale_pixels": [
        "def f(images):\n    return images.astype('float32') / 255",
        "def f(images):\n    return (images / 255).astype('float32')",
    ],
    "flatten_images": [
        "def f(images):\n    return images.reshape(len(images), -1)",
        "def f(images):\n    return np.reshape(images, (images.shape[0], 28 * 28))",
        "def f(images):\n    return np.array([image.ravel() for image in images])",
    ],
    "binarize": [
        "def f(x, rng):\n    return (rng.random(x.shape) < x).astype('float32')",
        "def f(x, rng):\n    u = rng.uniform(0, 1, size=x.shape)\n    return np.where(u < x, 1, 0)",
        "def f(x, rng):\n    return rng.binomial(1, x)",
    ],
    "std_from_log_var": [
        "def f(z_log_var):\n    return np.exp(0.5 * z_log_var)",
        "def f(z_log_var):\n    return np.sqrt(np.exp(z_log_var))",
        "def f(z_log_var):\n    return np.exp(z_log_var) ** 0.5",
    ],
    "sample_z": [
        "def f(z_mean, z_log_var, epsilon):\n    sigma = np.exp(z_log_var / 2)\n    return z_mean + sigma * epsilon",
        "def f(z_mean, z_log_var, epsilon):\n    return z_mean + np.sqrt(np.exp(z_log_var)) * epsilon",
    ],
    "bernoulli_probabilities": [
        "def f(x_logits):\n    return 0.5 * (1 + np.tanh(0.5 * x_logits))",
        "def f(x_logits):\n    a = np.exp(-np.abs(x_logits))\n    return np.where(x_logits >= 0, 1, a) / (1 + a)",
    ],
    "pixel_entropy": [
        "def f(x):\n"
        "    p = np.clip(x, 1e-7, 1 - 1e-7)\n"
        "    return -np.sum(p * np.log(p) + (1 - p) * np.log(1 - p), axis=-1)",
        "def f(x):\n    return np.sum(entr(x) + entr(1 - x), axis=-1)",
    ],
    "bernoulli_nll": [
        "def f(x, x_logits):\n    return np.sum(np.logaddexp(0, x_logits) - x * x_logits, axis=-1)",
        "def f(x, x_logits):\n"
        "    terms = np.maximum(x_logits, 0) - x * x_logits + np.log1p(np.exp(-np.abs(x_logits)))\n"
        "    return terms.sum(axis=1)",
    ],
    "kl_divergence": [
        "def f(z_mean, z_log_var):\n    return 0.5 * np.sum(np.exp(z_log_var) + z_mean**2 - 1 - z_log_var, axis=-1)",
        "def f(z_mean, z_log_var):\n"
        "    return -0.5 * np.sum(1 + z_log_var - np.square(z_mean) - np.exp(z_log_var), axis=1)",
    ],
    "negative_elbo": [
        "def f(nll, kl, beta):\n    return np.mean(nll + beta * kl)",
        "def f(nll, kl, beta):\n    return np.mean(nll) + beta * np.mean(kl)",
    ],
    "train_validation_split": [
        "def f(x, n_validation, rng):\n"
        "    order = rng.permutation(len(x))\n"
        "    return x[order[n_validation:]], x[order[:n_validation]]",
        "def f(x, n_validation, rng):\n"
        "    shuffled = rng.permutation(x)\n"
        "    return shuffled[n_validation:], shuffled[:n_validation]",
    ],
    "standard_error": [
        "def f(values):\n    return np.std(values) / np.sqrt(len(values))",
        "def f(values):\n    return np.sqrt(np.var(values) / len(values))",
        "def f(values):\n    return np.sqrt(np.sum((values - np.mean(values)) ** 2)) / len(values)",
    ],
    "latent_grid": [
        "def f(n):\n"
        "    places = [NormalDist().inv_cdf((i + 0.5) / n) for i in range(n)]\n"
        "    return np.array([(z_1, z_2) for z_2 in reversed(places) for z_1 in places])",
        "def f(n):\n"
        "    z = norm.ppf((np.arange(n) + 0.5) / n)\n"
        "    z_1, z_2 = np.meshgrid(z, z[::-1])\n"
        "    return np.stack([z_1.ravel(), z_2.ravel()], axis=1)",
    ],
    "interpolate": [
        "def f(z_start, z_end, steps):\n"
        "    t = np.linspace(0, 1, steps)[:, None]\n"
        "    return (1 - t) * z_start + t * z_end",
        "def f(z_start, z_end, steps):\n"
        "    return np.array([z_start + i / (steps - 1) * (z_end - z_start) for i in range(steps)])",
        "def f(z_start, z_end, steps):\n    return np.linspace(z_start, z_end, steps)",
    ],
}
LEARNERS_NAMES = {
    "np": np,
    "entr": scipy.special.entr,
    "norm": scipy.stats.norm,
    "NormalDist": statistics.NormalDist,
}
OPERATORS = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add, ast.Div),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.Pow: (ast.Mult,),
    ast.Lt: (ast.Gt, ast.LtE),
    ast.GtE: (ast.Lt, ast.Gt),
}
FUNCTIONS = {  # reductions, bases, and pairs that are taken for each other
    "sum": ("mean", "max"),
    "mean": ("sum", "max"),
    "std": ("var", "mean"),
    "var": ("std", "mean"),
    "exp": ("exp2", "log"),
    "log": ("log2", "log10", "exp"),
    "logaddexp": ("maximum", "add"),
    "maximum": ("minimum",),
    "entr": ("np.log",),
    "reversed": ("list",),
    "random": ("normal",),
    "uniform": ("normal",),
    "inv_cdf": ("cdf", "pdf"),
    "ppf": ("cdf", "pdf"),
}
WORDS = {"float32": ("float64", "uint8", "float16", "int32")}


def loaded(source, name):
    """The function that a source defines."""
    space = dict(LEARNERS_NAMES)
    exec(compile(source, f"<{name}>", "exec"), space)
    return space.get("f") or space[name]


def changes(node, parameters):
    """What a node can be changed into by one slip: a list of nodes."""
    new = []
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            new += [ast.BinOp(left, other(), right) for other in OPERATORS.get(type(op), ())]
            new += [left, right, ast.BinOp(right, op, left)]
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            new += [ast.Compare(left, [other()], [right]) for other in OPERATORS.get(type(op), ())]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            new += [operand]
        case ast.Constant(value=bool() | None):
            pass
        case ast.Constant(value=int() | float() as number):
            new += [ast.Constant(other) for other in (0, 1, 2 * number, number + 1, number - 1) if other != number]
            new += [ast.UnaryOp(ast.USub(), node)]
        case ast.Constant(value=str() as word):
            new += [ast.Constant(other) for other in WORDS.get(word, ())]
        case ast.Name(id=name) if name in parameters:
            new += [ast.Name(other, ast.Load()) for other in parameters if other != name]
        case ast.Call(func=function, args=arguments, keywords=keywords):
            new += called_otherwise(function, arguments, keywords)
        case ast.Slice(lower=lower, upper=upper, step=step):
            new += [ast.Slice(upper, lower, step)] + ([ast.Slice(lower, upper, None)] if step else [])
        case ast.Tuple(elts=[one, other], ctx=ast.Load()):
            new += [ast.Tuple([other, one], ast.Load()), one]
        case ast.Return(value=value) if not isinstance(value, ast.Tuple):
            new += [ast.Return(ast.UnaryOp(ast.USub(), value)), ast.Expr(value)]
    return new


def called_otherwise(function, arguments, keywords):
    """A call dropped, of another function, with two arguments swapped, or without one of its arguments."""
    owner = function.value if isinstance(function, ast.Attribute) else None
    is_method = owner is not None and not (isinstance(owner, ast.Name) and owner.id in ("np", "norm", "rng"))
    new = [owner] if is_method else arguments[:1]
    word = function.attr if owner is not None else function.id
    for other in FUNCTIONS.get(word, ()):
        renamed = ast.Attribute(owner, other, ast.Load()) if owner is not None else ast.parse(other).body[0].value
        new.append(ast.Call(renamed, arguments, keywords))
    if len(arguments) > 1:
        new += [ast.Call(function, [arguments[1], arguments[0], *arguments[2:]], keywords)]
        new += [ast.Call(function, [*arguments[:i], *arguments[i + 1 :]], keywords) for i in range(len(arguments))]
    return new + [ast.Call(function, arguments, [k for k in keywords if k is not left_out]) for left_out in keywords]


class Change(ast.NodeTransformer):
    """Makes change number ``wanted``; ``count`` is how many there are up to where it came."""

    def __init__(self, wanted, parameters):
        self.wanted, self.parameters, self.count = wanted, parameters, 0

    def visit_arguments(self, node):
        return node

    def visit_Expr(self, node):
        return node  # a docstring

    def generic_visit(self, node):
        new = changes(node, self.parameters)
        place = self.wanted - self.count
        self.count += len(new)
        if 0 <= place < len(new):
            return copy.deepcopy(new[place])
        return super().generic_visit(node)

    def visit_FunctionDef(self, node):
        node.body = [self.visit(statement) for statement in node.body]
        return node


def mutants(source):
    """Each source that one change makes of a source."""
    text = ast.unparse(ast.parse(source))
    parameters = [each.arg for each in ast.parse(source).body[0].args.args]
    number = Change(-1, parameters)
    number.visit(ast.parse(source))
    made = []
    for wanted in range(number.count):
        tree = Change(wanted, parameters).visit(ast.parse(source))
        made.append(ast.unparse(ast.fix_missing_locations(tree)))
    return [each for each in dict.fromkeys(made) if each != text]


def second_mutants(source, amount, seed=0):
    """Some of the sources that two changes make: up to three second changes of each of so many first ones."""
    seen, rng = set(mutants(source)) | {ast.unparse(ast.parse(source))}, random.Random(seed)
    once = rng.sample(sorted(seen), min(len(seen), amount))
    further = [mutants(each) for each in once]
    twice = {each for found in further for each in rng.sample(found, min(len(found), 3))}
    return sorted(twice - seen)


# An oracle says whether a function computes what the task asks for, without the checks: on other inputs, tightly.


def close(function, name, inputs, rtol=1e-5, atol=1e-6):
    """Whether a function agrees with the independent reference on inputs, and leaves them as they are."""
    reference = independent_references()[name]
    for arguments in inputs:
        mine = copy.deepcopy(arguments)
        with np.errstate(over="raise"):
            found = np.asarray(function(*mine))
        wanted = np.asarray(reference(*arguments))
        if found.shape != wanted.shape or found.dtype.kind not in "biuf":
            return False
        if EXERCISES[name].dtype and found.dtype != EXERCISES[name].dtype:
            return False
        if not np.allclose(found.astype(float), wanted.astype(float), rtol=rtol, atol=atol):
            return False
        if not all(np.array_equal(a, b) for a, b in zip(mine, arguments, strict=True)):
            return False
    return True


def oracle_inputs(name):
    rng = np.random.default_rng(99)
    normal, images = rng.standard_normal, lambda n: (rng.integers(0, 200, (n, 28, 28)).astype("uint8"),)
    return {
        "scale_pixels": lambda: [images(3), images(1)],
        "flatten_images": lambda: [images(3), images(7), images(1)],
        "std_from_log_var": lambda: [(3 * normal((4, 2)),), (normal((2, 5)),)],
        "sample_z": lambda: [tuple(normal((3, 4, 3))), tuple(normal((3, 6, 2)))],
        "bernoulli_probabilities": lambda: [(5 * normal((4, 3)),), (np.array([[-900.0, 900.0, 0.0]]),)],
        "pixel_entropy": lambda: [(rng.random((4, 3)),), (rng.random((3, 9)),), (np.array([[0.0, 1.0, 0.3]]),)],
        "bernoulli_nll": lambda: [
            (rng.random((5, 4)), 3 * normal((5, 4))),
            (np.array([[0.0, 0.7, 1.0]]), np.array([[800.0, 90.0, -900.0]])),
        ],
        "kl_divergence": lambda: [tuple(normal((2, 5, 3))), tuple(normal((2, 2, 7))), tuple(normal((2, 4, 1)))],
        "negative_elbo": lambda: [(100 + normal(7), 5 + normal(7), 0.3), (100 + normal(4), 5 + normal(4), 2.5)],
        "standard_error": lambda: [(7 + 2 * normal(11),), (normal(30) - 100,)],
        "latent_grid": lambda: [(4,), (6,), (7,)],
        "interpolate": lambda: [(*normal((2, 3)), 7), (*normal((2, 2)), 3), (*normal((2, 5)), 5)],
    }[name]()


def binarizes(function):
    """Right draws, by their statistics: other grey values and more of them than the check has."""
    grey = np.array([0, 0.05, 0.2, 0.45, 0.6, 0.9, 1], "float32")
    x = np.tile(grey, (40_000, 1))
    draw = np.asarray(function(x.copy(), np.random.default_rng(5)), dtype=float)
    if draw.shape != x.shape or not np.isin(draw, (0, 1)).all() or np.any((draw != x)[:, [0, 6]]):
        return False
    small = [np.asarray(function(x[:100], np.random.default_rng(seed))) for seed in (5, 5, 6)]
    if not np.array_equal(small[0], small[1]) or np.array_equal(small[0], small[2]):
        return False
    off = np.corrcoef(draw[:, 1:6], rowvar=False) - np.eye(5)
    between_images = np.mean((draw - grey)[1:] * (draw - grey)[:-1])
    return np.allclose(draw.mean(axis=0), grey, atol=0.015) and np.abs(off).max() < 0.03 and abs(between_images) < 0.01


def splits(function):
    """Right splits, by the frequency of each of the 24 orders of four rows."""
    x = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0], [6.0, 7.0]])
    counts = {}
    for seed in range(1200):
        given = x.copy()
        train, validation = (np.asarray(part) for part in function(given, 1, np.random.default_rng(seed)))
        if train.shape != (3, 2) or validation.shape != (1, 2) or not np.array_equal(given, x):
            return False
        order = tuple(np.concatenate([train, validation]).ravel())
        counts[order] = counts.get(order, 0) + 1
    again = [np.concatenate(function(x, 1, np.random.default_rng(3))) for _ in range(9)]  # chance repeats 1 in 24
    legal = {tuple(np.ravel(rows)) for rows in itertools.permutations(x.tolist())}
    repeats = all(np.array_equal(again[0], each) for each in again)
    return set(counts) == legal and max(counts.values()) < 100 and repeats


def computes_the_same(name, function):
    """The oracle's verdict, or None where the function raises."""
    try:
        with np.errstate(all="ignore"):
            if name == "binarize":
                return binarizes(function)
            if name == "train_validation_split":
                return splits(function)
            if name == "standard_error":  # ddof=0 is as good as ddof=1
                return close(function, name, oracle_inputs(name)) or close(
                    lambda values: function(values) * np.sqrt(len(values) / (len(values) - 1)),
                    name,
                    oracle_inputs(name),
                )
            return close(function, name, oracle_inputs(name))
    except Exception:
        return None


RULES = (
    "The result does not depend on",
    "The right values are there",
    "Some values are NaN or infinite",
    "All values are the same",
    "Every value ",
    "It is called as",
)


def judged(name, sources):
    """What the check says of each mutant that computes something else: {kind: sources}.

    accepted: it should not be. named: by one of the exercise's sentences. ruled: by a rule that fits any exercise, such
    as "does not depend on z_mean". raised: its exception is shown. other: the first difference alone is shown.
    """
    sentences = {each.sentence for each in EXERCISES[name].misconceptions}
    found = {"accepted": [], "raised": [], "named": [], "ruled": [], "other": []}
    for source in sources:
        function = loaded(source, name)
        same = computes_the_same(name, function)
        if same:
            continue
        verdict = check(name, function)
        if verdict.status != "wrong":
            found["accepted"].append(source)
        elif verdict.message in sentences:
            found["named"].append(source)
        elif verdict.message.startswith((*RULES, f"{name} gave no usable result: it ")):
            found["ruled"].append(source)
        else:
            found["raised" if f"{name} raised " in verdict.message else "other"].append(source)
    return found


@functools.cache
def first_order(name):
    """What is said of the mutants that one change makes of an exercise's sources."""
    return judged(name, [mutant for source in SOURCES[name] for mutant in mutants(source)])


@each_exercise
@pytest.mark.filterwarnings("ignore")
def test_every_mutant_that_computes_something_else_is_refused(name):
    found = first_order(name)
    assert not found["accepted"]
    assert len(found["named"]) + len(found["ruled"]) >= 2 * len(found["other"])


@pytest.mark.filterwarnings("ignore")
def test_most_mutants_are_diagnosed():
    count = {kind: sum(len(first_order(name)[kind]) for name in EXERCISES) for kind in ("named", "ruled", "other")}
    assert sum(count.values()) > 600
    assert count["named"] + count["ruled"] > 0.8 * sum(count.values())
    assert count["named"] > count["ruled"]


def test_the_oracles_accept_the_right_answers_and_refuse_the_wrong():
    for name, exercise in EXERCISES.items():
        assert all(computes_the_same(name, loaded(source, name)) for source in SOURCES[name]), name
        single = [each for each in exercise.misconceptions if not each.sentence.startswith("Two things.")]
        assert [each.sentence for each in single if computes_the_same(name, each.wrong)] == []


def mutation_report(twice=0):
    """Prints how many mutants were refused and diagnosed; ``twice``: about so many pairs of changes per source."""
    total = dict.fromkeys(("accepted", "raised", "named", "ruled", "other"), 0)
    for name, sources in SOURCES.items():
        tried = [each for source in sources for each in (second_mutants(source, twice) if twice else mutants(source))]
        found = judged(name, tried)
        counts = {kind: len(each) for kind, each in found.items()}
        total = {kind: total[kind] + counts[kind] for kind in total}
        print(f"{name:24}", counts, *(f"\n    ACCEPTED {each!r}" for each in found["accepted"]))
        if "-v" in sys.argv:
            print(*(f"    {each!r}" for each in found["other"]), sep="\n")
    wrong, ruled = total["named"] + total["ruled"] + total["other"], total["named"] + total["ruled"]
    print(f"in all {total}; of {wrong} that give numbers")
    print(f"{total['named'] / wrong:.0%} are named, {ruled / wrong:.0%} named or told a rule")


# --- (f) functions that do anything ---


def given_no_arguments():
    return 0


def never_ends(*arguments):
    while True:
        pass


def never_ends_and_catches_everything(*arguments):
    while True:
        try:
            time.sleep(0.1)
        except:  # noqa: E722 - what a learner may write
            pass


def recurses(*arguments):
    return recurses(*arguments)


def prints_for_ever(*arguments):
    while True:
        print("again")


def raises(error):
    def function(*arguments):
        raise error

    return function


class UnreadableError(Exception):
    def __str__(self):
        raise RuntimeError("can't say")


class Awkward:
    """Has no shape, no comparison, no representation."""

    def __array__(self, *arguments, **keywords):
        raise ValueError("no array")

    def __eq__(self, other):
        raise TypeError

    def __bool__(self):
        raise TypeError

    def __repr__(self):
        raise RuntimeError


class ExitsAsArray:
    def __array__(self, *arguments, **keywords):
        sys.exit("from __array__")


class LikeSeries:
    """As pandas' Series: no ndarray, but turns into one."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.values, dtype)


def mutates(*arguments):
    for each in arguments:
        if isinstance(each, np.ndarray):
            each[...] = 0
    return np.zeros(3)


def breaks_its_output(*arguments):
    sys.stdout.write("a" * 10_000)
    print("broken", file=sys.stderr)
    sys.stdout.close()
    sys.stdout = sys.stderr = None


def meddles(*arguments):
    np.seterr(all="raise")
    signal.setitimer(signal.ITIMER_REAL, 0)
    return np.float32(0) / np.float32(0)


async def waits(*arguments):
    return 0


def keras_tensor(*arguments):
    from vae_helpers.quiet import keras

    return keras.Input((3,))


def symbolic_numpy(*arguments):
    from vae_helpers.quiet import tf

    return tf.function(lambda x: np.exp(x))(tf.ones(3))


def self_check(*arguments):
    return checks.check_kl_divergence(self_check)


HOSTILE = {
    "no arguments": given_no_arguments,
    "raises": raises(ValueError("no")),
    "exits": lambda *arguments: sys.exit(),
    "exits with a message": lambda *arguments: sys.exit("bye"),
    "raises SystemExit": raises(SystemExit(3)),
    "raises KeyboardInterrupt": raises(KeyboardInterrupt()),
    "raises GeneratorExit": raises(GeneratorExit()),
    "raises an exception group": raises(ExceptionGroup("two", [ValueError("a"), TypeError("b")])),
    "raises an error that can't say what it is": raises(UnreadableError()),
    "raises with a message of a million characters": raises(ValueError("a" * 1_000_000)),
    "raises with <b>HTML</b>": raises(ValueError("<b>&</b>")),
    "raises TooSlowError": raises(checking.TooSlowError()),
    "raises NotNumbersError": raises(checking.NotNumbersError("mine")),
    "assertion": raises(AssertionError()),
    "recursion": recurses,
    "returns None": lambda *arguments: None,
    "returns Ellipsis": lambda *arguments: ...,
    "returns NotImplemented": lambda *arguments: NotImplemented,
    "returns a string": lambda *arguments: "0.5",
    "returns bytes": lambda *arguments: b"abc",
    "returns strings": lambda *arguments: ["a", "b"],
    "returns a dict": lambda *arguments: {"a": 1},
    "returns a set": lambda *arguments: {1, 2},
    "returns an empty list": lambda *arguments: [],
    "returns an empty tuple": lambda *arguments: (),
    "returns a ragged list": lambda *arguments: [[1], [1, 2]],
    "returns nested lists": lambda *arguments: [[[[[[1.0]]]]]],
    "returns a generator": lambda *arguments: (each for each in arguments),
    "returns an endless generator": lambda *arguments: iter(int, 1),
    "returns a range": lambda *arguments: range(3),
    "returns a function": lambda *arguments: np.exp,
    "returns a type": lambda *arguments: float,
    "returns a module": lambda *arguments: np,
    "returns an awkward object": lambda *arguments: Awkward(),
    "exits while it is turned into an array": lambda *arguments: ExitsAsArray(),
    "returns complex numbers": lambda *arguments: np.sqrt(np.array([-1 + 0j])),
    "returns dates": lambda *arguments: np.array(["2020-01-01"], "datetime64[D]"),
    "returns records": lambda *arguments: np.zeros(2, [("a", float)]),
    "returns objects": lambda *arguments: np.array([None, 1], object),
    "returns NaN": lambda *arguments: math.nan,
    "returns infinity": lambda *arguments: -math.inf,
    "returns True": lambda *arguments: True,
    "returns a huge whole number": lambda *arguments: 10**400,
    "returns NaNs": lambda *arguments: np.full((2, 28, 28), np.nan, "float32"),
    "returns a masked array": lambda *arguments: np.ma.masked_all((2, 3)),
    "returns a matrix": lambda *arguments: np.asmatrix(np.ones((2, 2))),
    "returns a huge array": lambda *arguments: np.zeros((60_000, 60_000)),
    "returns more than fits": lambda *arguments: np.zeros((10**9, 10**9)),
    "returns its arguments": lambda *arguments: arguments,
    "returns a KerasTensor": keras_tensor,
    "returns itself": lambda *arguments: HOSTILE,
    "uses numpy inside tf.function": symbolic_numpy,
    "returns something like a Series": lambda *arguments: LikeSeries([1.0, 2.0]),
    "mutates": mutates,
    "prints much": lambda *arguments: print("a" * 10_000_000),
    "breaks its output": breaks_its_output,
    "warns": lambda *arguments: warnings.warn("careful", stacklevel=1),
    "meddles with numpy and alarms": meddles,
    "deletes": lambda *arguments: arguments[0].resize(0, refcheck=False),
    "is async": waits,
    "is a class": Awkward,
    "is a type": int,
    "is a ufunc": np.exp,
    "is a method": "abc".join,
    "is a builtin": print,
    "wants a keyword": lambda *, x: x,
    "wants five": lambda a, b, c, d, e: a,
    "checks itself": self_check,
}
NOT_FUNCTIONS = [None, 3, "text", np.zeros(3), [], Awkward(), NotImplementedError("x"), ...]


@pytest.mark.parametrize("function", HOSTILE.values(), ids=HOSTILE)
def test_whatever_a_function_does_the_check_answers(function, capfd):
    handler, settings = signal.getsignal(signal.SIGALRM), np.geterr()
    for name in EXERCISES:
        verdict = check(name, function)
        assert verdict.status == "wrong"
        assert len(verdict.message) < 1500 and "<b>" not in verdict._repr_html_()
    assert signal.getsignal(signal.SIGALRM) is handler and signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    assert np.geterr() == settings
    out, err = capfd.readouterr()
    assert err == "" and len(out) <= len(EXERCISES) * (checking.SHOWN + 50)


@pytest.mark.parametrize("thing", NOT_FUNCTIONS, ids=lambda thing: type(thing).__name__)
def test_what_is_no_function_is_an_answer_too(thing):
    for name in EXERCISES:
        assert f"Pass the function itself, {name} without brackets" in check(name, thing).message


SLOW = {
    "sleeps": lambda *arguments: time.sleep(60),
    "sleeps a little in each call": lambda *arguments: time.sleep(0.3) or np.zeros(2),
    "never ends": never_ends,
    "never ends and catches everything": never_ends_and_catches_everything,
    "prints for ever": prints_for_ever,
}


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this platform has no alarms")
@pytest.mark.parametrize("function", SLOW.values(), ids=SLOW)
@pytest.mark.parametrize("name", ["kl_divergence", "binarize", "train_validation_split"])
def test_a_slow_function_is_stopped_for_the_whole_check(function, name, monkeypatch, capsys):
    monkeypatch.setattr(checking, "SECONDS", 0.5)
    start, handler, tracer = time.perf_counter(), signal.getsignal(signal.SIGALRM), sys.gettrace()
    verdict = check(name, function)
    assert verdict.status == "wrong" and time.perf_counter() - start < 30  # 0.5 s, and room for a busy machine
    assert signal.getsignal(signal.SIGALRM) is handler and signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    assert sys.gettrace() is tracer
    assert len(capsys.readouterr().out) <= checking.SHOWN + 50


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this platform has no alarms")
def test_an_alarm_that_was_set_before_still_comes():
    came = []
    before = signal.signal(signal.SIGALRM, lambda *_: came.append(True))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        assert checking.within(0.1, lambda: 7) == 7
        with pytest.raises(checking.TooSlowError):
            checking.within(0.05, lambda: time.sleep(2))
        assert not came
        time.sleep(0.5)
        assert came == [True]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_in_another_thread_there_is_no_limit_and_no_error():
    async def elsewhere():
        return await asyncio.to_thread(check, "kl_divergence", EXERCISES["kl_divergence"].reference)

    assert asyncio.run(elsewhere()).status == "correct"


def test_only_the_first_call_is_heard(capsys):
    def talks(z_mean, z_log_var):
        print("mean", z_mean[0, 0])
        return EXERCISES["kl_divergence"].reference(z_mean, z_log_var)

    assert check("kl_divergence", talks).status == "correct"
    assert capsys.readouterr() == ("mean 1.0\n", "")


def test_a_right_function_that_changes_its_argument_is_told_so():
    def changes_it(z_mean, z_log_var):
        z_mean *= z_mean
        return 0.5 * np.sum(np.exp(z_log_var) + z_mean - 1 - z_log_var, axis=-1)

    assert "changes an array that it was given" in check("kl_divergence", changes_it).message


# --- messages, cards, progress ---


def test_an_unknown_mistake_shows_where_by_how_much_and_a_call_that_repeats_it():
    verdict = check("kl_divergence", lambda z_mean, z_log_var: z_mean[:, 0] + 0.25 * z_log_var[:, 0] - 3)
    what, to_see_it = verdict.message.split("\n")
    assert what.startswith("The result is -2.25 at index 0, and 2.90")
    space = {"np": np, "kl_divergence": EXERCISES["kl_divergence"].reference}
    assert eval(to_see_it.removeprefix("To see it, call "), space)[0] == pytest.approx(2.9037, abs=1e-4)


@pytest.mark.parametrize(
    "name, function, words",
    [
        (
            "kl_divergence",
            lambda z_mean: z_mean,
            "It is called as kl_divergence(z_mean, z_log_var), but yours is defined as kl",
        ),
        (
            "kl_divergence",
            lambda m, v: 3 * EXERCISES["kl_divergence"].reference(m, v),
            "Every value is 3 times what it",
        ),
        ("kl_divergence", lambda m, v: np.exp(m).sum(axis=1), "The result does not depend on z_log_var. "),
        ("sample_z", lambda m, v, e: np.log(-np.abs(m)) + v + e, "Some values are NaN or infinite"),
        ("kl_divergence", lambda m, v: (EXERCISES["kl_divergence"].reference(m, v),), "is there a comma too many?"),
        ("binarize", lambda x, rng: np.zeros(3), "no usable result: it has shape (3,), where x has (4000, 5)"),
        ("flatten_images", lambda images: images / 0, "has shape (2, 28, 28), and (2, 784) was expected"),
        ("train_validation_split", lambda x, n, rng: x, "Two arrays are wanted"),
        ("std_from_log_var", lambda v: None, "Is there a return statement"),
    ],
)
def test_general_rules(name, function, words):
    assert words in check(name, function).message


@pytest.mark.parametrize(
    "verdict", [Verdict("wrong", "a < b\nc"), Verdict("correct", "x"), Verdict("unattempted", "x")]
)
def test_a_card_says_in_words_what_its_colour_says(verdict):
    html = verdict._repr_html_()
    assert Verdict.LOOKS[verdict.status][1] in html and Verdict.LOOKS[verdict.status][1] in repr(verdict)
    assert 'role="status"' in html and 'aria-hidden="true"' in html
    assert "color:" not in html.replace("border-left", "")  # the page's own, in light and in dark
    assert "a < b" not in html and "a < b" in repr(Verdict("wrong", "a < b"))


def test_done_counts_the_latest_verdicts():
    assert checks.done("02_encoder") == Progress((), ("std_from_log_var", "sample_z"))
    check("std_from_log_var", EXERCISES["std_from_log_var"].reference)
    assert checks.done("02_encoder").message == "1 of 2 exercises done. Still open: sample_z."
    check("sample_z", EXERCISES["sample_z"].reference)
    assert repr(checks.done("02_encoder")) == "✓ All done. 2 of 2 exercises done."
    check("sample_z", np.exp)
    assert repr(checks.done("02_encoder")) == "• Under way. 1 of 2 exercises done. Still open: sample_z."


def test_done_of_a_notebook_without_exercises_says_which_have_some():
    with pytest.raises(ValueError, match="07_more.*01_data_preprocessing, 02_encoder"):
        checks.done("07_more")


def test_a_new_exercise_is_a_dozen_lines():
    half = Exercise(
        name="half",
        notebook="07_more",
        reference=lambda x: x / 2,
        cases=("np.array([2.0, 3.0])",),
        misconceptions=(Misconception(lambda x: x // 2, "Whole-number division."),),
    )
    assert half.check(lambda x: 0.5 * x).status == "correct"
    assert half.check(lambda x: x // 2) == Verdict("wrong", "Whole-number division.")
    assert half.check(lambda x: 2 * x).message.startswith("Every value is 4 times what it should be.")


def test_the_checks_import_neither_keras_nor_tensorflow():
    unwanted = ("keras", "tensorflow", "matplotlib", "scipy")
    code = f"import sys, vae_helpers.checks; print([name for name in {unwanted} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"


# --- (g) the notebooks ---


def cells(notebook):
    return json.loads((NOTEBOOKS / f"{notebook}.ipynb").read_text(encoding="utf-8"))["cells"]


def source(cell):
    return "".join(cell["source"])


def tagged(notebook, tag):
    return [source(cell) for cell in cells(notebook) if tag in cell["metadata"].get("tags", [])]


def defined(text):
    return [node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]


each_notebook = pytest.mark.parametrize("notebook", FIXED)


@each_notebook
def test_a_notebook_has_a_stub_a_check_two_hints_and_a_solution_for_each_exercise(notebook):
    names = [name for text in tagged(notebook, "exercise") for name in defined(text)]
    assert sorted(names) == sorted(FIXED[notebook])
    assert [name for text in tagged(notebook, "solution") for name in defined(text)] == [f"{n}_solution" for n in names]
    folded = [
        source(cell).lstrip("# ").split(":")[0]
        for cell in cells(notebook)
        if cell["metadata"].get("jp-MarkdownHeadingCollapsed")
    ]
    assert folded == ["Hint 1", "Hint 2", "Solution"] * len(names)
    code = [source(cell) for cell in cells(notebook) if cell["cell_type"] == "code"]
    assert all(f"check_{name}({name})" in code for name in names) and f'done("{notebook}")' in code


@each_notebook
def test_no_other_cell_uses_the_name_of_an_exercise(notebook):
    for cell in cells(notebook):
        tags = cell["metadata"].get("tags", [])
        if cell["cell_type"] == "code" and "exercise" not in tags and not source(cell).startswith("check_"):
            tree = ast.parse(source(cell))
            names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            names |= {
                each.asname or each.name
                for node in ast.walk(tree)
                if isinstance(node, ast.ImportFrom)
                for each in node.names
            }
            names |= set(defined(source(cell)))
            assert not names & set(FIXED[notebook])


@each_notebook
def test_with_nothing_filled_in_every_check_says_unattempted(notebook):
    space = {"np": np}
    for text in tagged(notebook, "exercise"):
        exec(text, space)
    assert {name: check(name, space[name]).status for name in FIXED[notebook]} == dict.fromkeys(
        FIXED[notebook], "unattempted"
    )
    assert checks.done(notebook).done == ()


@each_notebook
def test_the_solutions_in_the_stubs_are_correct(notebook):
    """A solution's body in the stub, whose signature and docstring stay."""
    space = dict(LEARNERS_NAMES)
    for stub, solution in zip(tagged(notebook, "exercise"), tagged(notebook, "solution"), strict=True):
        filled = ast.parse(stub)
        (body,) = (node.body for node in ast.parse(solution).body if isinstance(node, ast.FunctionDef))
        function = filled.body[-1]
        function.body = [*function.body[:-1], *body]
        exec(compile(ast.fix_missing_locations(filled), "<solution>", "exec"), space)
    for name in FIXED[notebook]:
        assert check(name, space[name]).status == "correct"
    assert checks.done(notebook).still_open == ()


@each_notebook
@pytest.mark.filterwarnings("ignore")
def test_every_mutant_of_a_solution_is_refused(notebook):
    for text in tagged(notebook, "solution"):
        name = defined(text)[0].removesuffix("_solution")
        assert not judged(name, mutants(text.replace(f"{name}_solution", name)))["accepted"]


if __name__ == "__main__":
    print({name: len(variants(name)) for name in EXERCISES}, "variants")
    mutation_report(twice=20 if "twice" in sys.argv else 0)
