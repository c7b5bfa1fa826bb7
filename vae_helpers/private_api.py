"""Reaches into what Keras and TensorFlow do not document, all in this file."""

from typing import Any


def untracked(owner: Any, name: str, value: Any) -> None:
    """Set an attribute of a Keras model or layer that Keras does not track, report or save with the weights."""
    vars(owner)[name] = value
