"""The exercises: ``check(kl_divergence)`` says what an answer gets wrong, and ``done("04_elbo")`` what is left.

The exercises themselves stand with their lessons, in ``vae_lessons/lessonNN/exercises.py``; they are loaded when one is
asked for. Nothing here imports TensorFlow or Keras: an exercise about layers does so when it is checked.
"""

from vae_helpers.exercises import models
from vae_helpers.exercises.exercise import KERAS_LAYERS, RIGHT, Exercise, draw_each, draws, reductions
from vae_helpers.exercises.registry import EXERCISES, check, done, progress
from vae_helpers.exercises.sandbox import Answer, Arguments, Facts, UnusableError, as_array

__all__ = [
    "EXERCISES",
    "KERAS_LAYERS",
    "RIGHT",
    "Answer",
    "Arguments",
    "Exercise",
    "Facts",
    "UnusableError",
    "as_array",
    "check",
    "done",
    "draw_each",
    "draws",
    "models",
    "progress",
    "reductions",
]
