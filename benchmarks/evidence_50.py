"""The number that papers quote: log p(x) of a VAE with 50 latents on the 10,000 binarized test images of MNIST.

    python -m benchmarks.evidence_50                  train, then measure: build/evidence_50.json
    python -m benchmarks.evidence_50 --minutes 96     a longer training: what notebook 07 tells
    python -m benchmarks.evidence_50 --measure        go on measuring what was trained, where that was broken off

The network is that of Burda, Grosse and Salakhutdinov (2016), table 1, one stochastic layer: 784-200-200-50 and back,
tanh, trained on the plain ELBO with the pixels drawn anew for each batch (dynamic binarization) on all 60,000 training
images. log p(x) is estimated by the importance-weighted bound with 5,000 draws from the encoder's distribution, on one
fixed binarization of the test images. They report -86.76 nats after 3,280 epochs.

Minutes are minutes of processor time, summed over the threads, so that a busy machine does not count: 40 are 20 minutes
of two busy cores. Measuring is not counted. The bound on the way is that of 1,000 training images with 50 draws; as in
the published protocol those are trained on, so it says how training goes and nothing more.

A batch's matrices are too small to be shared among threads. So each thread takes half of the batch, where TensorFlow
is told so before it starts: TF_NUM_INTRAOP_THREADS=1 TF_NUM_INTEROP_THREADS=2 python -m benchmarks.evidence_50
"""

import argparse
import json
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from scipy.special import logit

from vae_helpers.backend import keras, tf
from vae_helpers.data import binarize, load_digits, preprocess
from vae_helpers.losses import bernoulli_nll, kl_divergence
from vae_helpers.model import VAE
from vae_lessons.lesson08.networks import adam_step

layers = keras.layers
LATENTS, BATCH, HALVES = 50, 200, 2
AT_ONCE = 10  # steps that TensorFlow takes in one call
PEAK, WARM_UP = 3e-3, 0.02  # the highest learning rate, and the share of the training in which it rises
MEMORY = 0.99  # after each call the average of the weights keeps so much of itself
DRAWS, PIECE = 5000, 500  # in the bound; images after which the measured ones are kept


def network(ink, latent_dim=LATENTS, hidden=200, pixels=784):
    """Encoder and decoder with two hidden tanh layers each, as one VAE; the decoder starts at the share of ink."""
    x = h = keras.Input((pixels,))
    for _ in range(2):
        h = layers.Dense(hidden, activation="tanh")(h)
    encoder = keras.Model(x, [layers.Dense(latent_dim)(h), layers.Dense(latent_dim)(h)])
    z = h = keras.Input((latent_dim,))
    for _ in range(2):
        h = layers.Dense(hidden, activation="tanh")(h)
    decoder = keras.Model(z, layers.Dense(pixels, bias_initializer=keras.initializers.Constant(logit(ink)))(h))
    vae = VAE(encoder, decoder, seed=0)
    vae(np.zeros((1, pixels), "float32"))  # builds it, so that its weights can be saved
    return vae


class Training:
    """Steps of Adam on batches that are binarized as they come, and a running average of the weights."""

    def __init__(self, vae, images, seed):
        self.vae, self.images, self.rng = vae, images, np.random.default_rng(seed)
        self.weights = [weight.value for weight in vae.trainable_variables]
        self.moments = [[tf.Variable(tf.zeros_like(weight)) for weight in self.weights] for _ in range(2)]
        self.averages = [tf.Variable(weight) for weight in self.weights]
        self.seed, self.taken = seed, tf.Variable(0)

    def epoch(self, rate):
        """One pass over all images in a new order, at one learning rate."""
        at_once = min(AT_ONCE, len(self.images) // BATCH)
        for rows in self.rng.permutation(len(self.images)).reshape(-1, at_once, BATCH):
            self.steps(tf.constant(self.images[rows]), tf.constant(rate, "float32"))
            rounds = int(self.taken) / AT_ONCE
            self.average(min(MEMORY, rounds / (rounds + 10)))

    @tf.function
    def steps(self, x, rate):
        """A step of Adam on the negative ELBO for each batch of grey images: x (steps, batch, pixels)."""
        for i in tf.range(len(x)):
            halves = enumerate(tf.split(x[i], HALVES))
            gradients = [self.gradients(half, [self.seed * HALVES + k, self.taken]) for k, half in halves]
            mean = [tf.add_n(parts) / HALVES for parts in zip(*gradients, strict=True)]
            adam_step(self.weights, mean, self.moments, [rate] * len(mean), self.taken.assign_add(1))

    def gradients(self, x, seed):
        """Of the negative ELBO of x, binarized anew, with one draw of z each, averaged over the images."""
        for_x, for_z = tf.unstack(tf.random.split(seed))  # one seed for both would tie the pixels to epsilon
        x = tf.cast(tf.random.stateless_uniform(x.shape, for_x) < x, "float32")
        epsilon = tf.random.stateless_normal((len(x), LATENTS), for_z)
        with tf.GradientTape() as tape:
            z_mean, z_log_var = self.vae.encoder(x)
            x_logits = self.vae.decoder(z_mean + tf.exp(0.5 * z_log_var) * epsilon)
            loss = tf.reduce_mean(bernoulli_nll(x, x_logits) + kl_divergence(z_mean, z_log_var))
        return tape.gradient(loss, self.weights)

    def average(self, memory):
        """Move the running averages towards the weights."""
        for average, weight in zip(self.averages, self.weights, strict=True):
            average.assign_add((1 - memory) * (weight - average))


def learning_rate(progress):
    """From 0 to PEAK, then along a cosine to 0; progress: the share of the training that is over."""
    if progress < WARM_UP:
        return PEAK * (progress + 0.1 * WARM_UP) / (1.1 * WARM_UP)
    return PEAK * max(0.002, 0.5 * (1 + np.cos(np.pi * min(1.0, (progress - WARM_UP) / (1 - WARM_UP)))))


@tf.function(jit_compile=True)
def log_weights(vae, x, epsilon):
    """log p(x, z) - log q(z | x) for draws z of each image: x (batch, pixels), epsilon (draws, batch, latents)."""
    z_mean, z_log_var = vae.encoder(x)
    z = z_mean + tf.exp(0.5 * z_log_var) * epsilon
    x_logits = tf.reshape(vae.decoder(tf.reshape(z, (-1, z.shape[-1]))), (*epsilon.shape[:2], -1))
    log_likelihood = tf.reduce_sum(x * x_logits - tf.nn.softplus(x_logits), axis=-1)
    return log_likelihood + 0.5 * tf.reduce_sum(tf.square(epsilon) + z_log_var - tf.square(z), axis=-1)


def bound(vae, x, draws, seed, batch=50):
    """The importance-weighted bound of each image with so many draws: (n,), nats. seed: a list of numbers."""
    batches = [(x[start : start + batch], [*seed, start]) for start in range(0, len(x), batch)]
    with ThreadPoolExecutor(HALVES) as threads:
        return np.concatenate(list(threads.map(partial(bound_of_batch, vae, draws), *zip(*batches, strict=True))))


def bound_of_batch(vae, draws, x, seed, at_once=100):
    """The bound of each image of one batch. at_once: draws in one piece, of which only the sum is kept."""
    rng, total = np.random.default_rng(seed), np.full(len(x), -np.inf)
    for _ in range(-(-draws // at_once)):
        epsilon = rng.standard_normal((min(at_once, draws), len(x), LATENTS), dtype="float32")
        weights = log_weights(vae, tf.constant(x), tf.constant(epsilon)).numpy().astype(float)
        total = np.logaddexp(total, np.logaddexp.reduce(weights))
    return total - np.log(draws)


def measure(vae, x, path):
    """The bound of each image (n,). It is kept in an .npy file as it comes, and what is there is not measured again."""
    kept = np.load(path) if path.exists() else np.full(len(x), np.nan)
    for start in range(0, len(x), PIECE):
        piece = slice(start, start + PIECE)
        if np.isnan(kept[piece]).any():
            kept[piece] = bound(vae, x[piece], DRAWS, seed=[4, start])
            np.save(path, kept)
            print(f"{start:6} to {start + len(kept[piece]):6}: {kept[piece].mean():.3f}", flush=True)
    return kept


def train(vae, images, minutes, seed, checkpoints):
    """Train for so many processor minutes; the curve: a row for each checkpoint. Leaves the averages in the VAE."""
    training, curve = Training(vae, images, seed), []
    watched = binarize(images[:1000], seed=1)
    used, epochs, began = 0.0, 0, time.perf_counter()
    while used < minutes:
        start = time.process_time()
        training.epoch(learning_rate(used / minutes))
        used += (time.process_time() - start) / 60
        epochs += 1
        if used >= minutes * (len(curve) + 1) / checkpoints or used >= minutes:
            kept = vae.get_weights()
            averaged(vae, training.averages)
            value = float(bound(vae, watched, 50, seed=[2]).mean())
            wall = (time.perf_counter() - began) / 60
            curve.append({"processor_minutes": used, "minutes_passed": wall, "epochs": epochs, "bound_50": value})
            print({name: round(number, 3) for name, number in curve[-1].items()}, flush=True)
            if used < minutes:
                vae.set_weights(kept)
    return curve


def averaged(vae, averages):
    """Put the averages into the VAE in place of its weights."""
    for weight, average in zip(vae.trainable_variables, averages, strict=True):
        weight.assign(average)


def main(arguments=None):
    options = read_options(arguments)
    weights, measured = options.out.with_suffix(".weights.h5"), options.out.with_suffix(".npy")
    (train_images, _), (test_images, _) = load_digits()
    x_train, x_test = preprocess(train_images), preprocess(test_images)
    keras.utils.set_random_seed(options.seed)
    vae = network(x_train.mean())
    if options.measure:
        vae.load_weights(weights)
        row = json.loads(options.out.read_text())
    else:
        row = {"minutes": options.minutes, "seed": options.seed}
        row["curve"] = train(vae, x_train, options.minutes, options.seed, options.checkpoints)
        options.out.parent.mkdir(parents=True, exist_ok=True)
        measured.unlink(missing_ok=True)
        vae.save_weights(weights)
        options.out.write_text(json.dumps(row, indent=1) + "\n")
    chosen = np.linspace(0, len(x_test) - 1, min(options.images, len(x_test)), dtype=int)
    log_px = measure(vae, binarize(x_test, seed=3)[chosen], measured)
    row |= {"draws": DRAWS, "images": len(log_px), "log_px": float(log_px.mean())}
    row["standard_error"] = float(log_px.std(ddof=1) / np.sqrt(len(log_px)))
    options.out.write_text(json.dumps(row, indent=1) + "\n")
    print(f"log p(x) {row['log_px']:.2f} ± {row['standard_error']:.2f} on {len(log_px)} images; wrote {options.out}.")


def read_options(arguments):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evidence_50", description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=40, help="of processor time to train (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--images", type=int, default=10_000, help="test images, evenly spread (default: all)")
    parser.add_argument("--checkpoints", type=int, default=10, help="points of the curve (default: %(default)s)")
    parser.add_argument("--measure", action="store_true", help="only measure the weights that --out's training left")
    parser.add_argument("--out", type=Path, default=Path("build/evidence_50.json"))
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
