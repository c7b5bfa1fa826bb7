"""The interactive figure of 02: the reparameterization trick."""

from typing import NamedTuple

import numpy as np

from vae_helpers.panel import BlitCanvas, Panel, choice, slider
from vae_helpers.types import Array
from vae_lessons.lesson02 import figures


class TrickState(NamedTuple):
    """What the trick's panel shows. epsilon, z: (n, 2), or epsilon empty. ellipse: z_mean (2,) and sigma (2,).

    arrows: (5, 2), derivatives of the first five z, or empty.
    """

    epsilon: Array
    z: Array
    ellipse: tuple[Array, Array]
    arrows: Array
    title: str


def trick_state(z_mean: Array, z_log_var: Array, way: str, epsilon: Array) -> TrickState:
    """What the trick's panel shows at one setting of its sliders.

    z_mean, z_log_var: (2,). epsilon: (n, 2), the same from step to step. way: "plain draw", which makes new noise at
    every step and has no derivative, or what the arrows differentiate by: "z_mean" or "z_log_var".
    """
    sigma = np.exp(z_log_var / 2)  # (2,)
    if way == "plain draw":
        setting = np.append(z_mean, z_log_var).astype(float)
        rng = np.random.default_rng(np.frombuffer(setting.tobytes(), np.uint32))  # other settings, other draws
        z = rng.normal(z_mean, sigma, epsilon.shape)  # (n, 2)
        title = "a plain draw: new points at every step,\nno arrow: a draw has no derivative"
        return TrickState(np.empty((0, 2)), z, (z_mean, sigma), np.empty((0, 2)), title)
    z = z_mean + sigma * epsilon  # (n, 2)
    if way == "z_mean":
        title = "z = z_mean + sigma epsilon\narrows: dz / dz_mean = 1"
        return TrickState(epsilon, z, (z_mean, sigma), np.ones((5, 2)), title)
    title = "z = z_mean + sigma epsilon\narrows: dz / dz_log_var = sigma epsilon / 2"
    return TrickState(epsilon, z, (z_mean, sigma), 0.5 * sigma * epsilon[:5], title)


def reparameterization(seed: int = 745, n: int = 300) -> Panel:
    """A panel: z = z_mean + sigma * epsilon with sliders for z_mean and z_log_var, and the same n epsilons moving.

    seed: the random seed of the epsilons. Raises ValueError where n is below 5, the number of those with an arrow.
    """
    if n < 5:
        raise ValueError(f"n must be at least 5, since five points have an arrow, but is {n!r}.")
    epsilon = np.random.default_rng(seed).standard_normal((n, 2))
    figure, draw = figures.moving_reparameterization()

    def move(mean_1, mean_2, log_var_1, log_var_2, way):
        draw(*trick_state(np.array([mean_1, mean_2]), np.array([log_var_1, log_var_2]), way, epsilon))

    controls = {f"mean_{i}": slider(f"z_mean of z{i}", value, (-2.0, 2.0)) for i, value in ((1, 1.0), (2, -1.0))}
    controls |= {f"log_var_{i}": slider(f"z_log_var of z{i}", value, (-4.0, 1.5)) for i, value in ((1, -2.0), (2, 0.0))}
    controls["way"] = choice("derivative w.r.t.", ["z_mean", "z_log_var", "plain draw"])
    return Panel(BlitCanvas(figure), move, controls)
