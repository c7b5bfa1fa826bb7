"""Reaches into what Keras and TensorFlow do not document, all in this file."""

from typing import Any

from vae_helpers.backend import tf


def untracked(owner: Any, name: str, value: Any) -> None:
    """Set an attribute of a Keras model or layer that Keras does not track, report or save with the weights."""
    vars(owner)[name] = value


def apply_adam(
    weight: Any,
    m: Any,
    v: Any,
    gradient: Any,
    rate: Any,
    beta1_power: Any,
    beta2_power: Any,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-7,
) -> None:
    """One step of Adam (Kingma and Ba 2015) on a tf.Variable, in place, as TensorFlow's single operation.

    m, v: variables of the weight's shape, the running means of the gradients and of their squares, which move too.
    beta1_power, beta2_power: the decays to the power of the step's number, counted from 1.
    """
    tf.raw_ops.ResourceApplyAdam(
        var=weight.handle,
        m=m.handle,
        v=v.handle,
        beta1_power=beta1_power,
        beta2_power=beta2_power,
        lr=rate,
        beta1=beta1,
        beta2=beta2,
        epsilon=epsilon,
        grad=gradient,
    )
