"""Contenders in processes of their own, which work one epoch each in turn: a noisy machine is then fair to all.

The parent hands a turn to one child at a time, so one thread pool computes at a time. A contender is a function
``train(x_train, turns, epochs, seed, **options)`` that calls ``turns.end_epoch(encode, decode)`` after each epoch. Its
first epoch holds what comes before: building, compiling.
"""

import contextlib
import importlib
import multiprocessing
import time
from typing import NamedTuple

import numpy as np

from vae_helpers.data import load_digits, preprocess

SETTLE = 0.2  # seconds between two turns, in which the threads of the last one go to sleep


class Contender(NamedTuple):
    """What to run: ``module`` is imported in the child alone, so that the parent stays small and needs no framework."""

    name: str
    module: str
    function: str
    epochs: int
    options: dict = {}  # never changed
    group: str = "all"


class Epoch(NamedTuple):
    """What a child reports after a turn. loss: of the validation images, nats per image; None for the floor."""

    seconds: float
    loss: float | None


class Failed(Exception):
    """A contender that can't run here; its message is one line that says why."""


class Run:
    """The parent's side: one contender with one seed, waiting in a process of its own."""

    def __init__(self, contender, seed, images=None):
        self.name, self.seed, self.epochs, self.group = contender.name, seed, contender.epochs, contender.group
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=work, args=(theirs, contender, seed, images), daemon=True)
        self.process.start()
        theirs.close()

    def receive(self):
        """The child's next message. Raises Failed where the child says why it can't go on, or is gone."""
        try:
            message = self.connection.recv()
        except (EOFError, OSError):
            raise Failed("its process ended without a word (out of memory?)") from None
        if isinstance(message, str):
            raise Failed(message)
        return message

    def turn(self):
        """Let the child work for one epoch, and return its Epoch."""
        with contextlib.suppress(OSError):  # a child that has failed is gone, but has left its word in the pipe
            self.connection.send("go")
        return self.receive()

    def close(self):
        self.connection.close()
        self.process.join(timeout=10)
        self.process.kill()


def interleave(runs):
    """Yield (run, its Epoch or its Failed) epoch by epoch: A B C A B C; who is through, or has failed, drops out."""
    waiting = {run: run.epochs for run in runs}
    while waiting:
        for run in list(waiting):
            try:
                result = run.turn()
            except Failed as failure:
                result = failure
            waiting[run] -= 1
            if isinstance(result, Failed) or not waiting[run]:
                del waiting[run]
            yield run, result
            time.sleep(SETTLE)


class Turns:
    """The child's side: it works only while it holds the turn, and validates with its clock stopped."""

    def __init__(self, connection, x_test):
        self.connection, self.x_test = connection, x_test

    def begin(self):
        self.connection.recv()  # raises EOFError when the parent wants no more
        self.start = time.perf_counter()

    def end_epoch(self, encode=None, decode=None):
        """Report the epoch that is over, and wait for the next turn. encode and decode: see validation_loss."""
        seconds = time.perf_counter() - self.start
        loss = None if encode is None else validation_loss(self.x_test, encode, decode)
        self.connection.send(Epoch(seconds, loss))
        self.begin()


def work(connection, contender, seed, images):
    """A child's life: load the digits, import, wait for the first turn, train; or say in one line why not."""
    try:
        train = getattr(importlib.import_module(f"benchmarks.{contender.module}"), contender.function)
        (train_images, _), (test_images, _) = load_digits()
        turns = Turns(connection, preprocess(test_images[:images]))
        x_train = preprocess(train_images[:images])
        turns.begin()
        train(x_train, turns, contender.epochs, seed, **contender.options)
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        return
    except Exception as error:
        connection.send(f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error) else ''}")


def validation_loss(x, encode, decode):
    """The negative ELBO of the images x (n, pixels), nats per image, with the same draws of epsilon for everyone.

    encode: x -> (z_mean, z_log_var), each (n, latent_dim); decode: z -> x_logits (n, pixels); arrays in, arrays out.
    """
    z_mean, z_log_var = (np.asarray(part, "float64") for part in encode(x))
    epsilon = np.random.default_rng(0).standard_normal(z_mean.shape)
    z = z_mean + np.exp(z_log_var / 2) * epsilon
    x_logits = np.asarray(decode(z.astype("float32")))  # (n, pixels)
    cross_entropy = np.logaddexp(0, x_logits) - x * x_logits
    kl = 0.5 * (np.exp(z_log_var) + z_mean**2 - 1 - z_log_var)
    return float(cross_entropy.sum(dtype="float64") + kl.sum()) / len(x)
