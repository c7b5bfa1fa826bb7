"""The capstone of notebook 05: which steps of the learner's own VAE are right so far, and what the next step is."""

import html
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from scipy.special import entr

from vae_helpers.cards import encodable
from vae_helpers.exercises import EXERCISES
from vae_helpers.exercises.models import outputs_of
from vae_helpers.palette import ROLE
from vae_helpers.types import Array

N_IMAGES = 500  # for the loss that a line states

Names: TypeAlias = Mapping[str, Any]  # the learner's names, with their values


class Step(NamedTuple):
    """One step: the function that checks the learner's value and describes it, and the task in words."""

    check: Callable[[Names], str]
    task: str


class StepLine(NamedTuple):
    """One line of the card: a mark, the name that the step is about, and words."""

    mark: str
    name: str
    words: str


class Steps:
    """A card with a line for each step: the done steps, and then the one that is wrong or next."""

    def __init__(self, lines: Sequence[StepLine]) -> None:
        self.lines = lines

    def __repr__(self) -> str:
        return encodable("\n".join(f"{mark} {name}: {words}" for mark, name, words in self.lines))

    def _repr_html_(self) -> str:
        style = f"border-left: 4px solid {ROLE['right']}; padding: 0.4em 0.8em; max-width: 50em"
        rows = "".join(
            f"<div>{mark} <code>{name}</code>: {html.escape(words)}</div>" for mark, name, words in self.lines
        )
        return f'<div role="status" style="{style}">{rows}</div>'


class StepError(Exception):
    """A step is not right yet; the message says why."""


def capstone(names: Names) -> Steps:
    """Check the learner's names, ``globals()`` in a notebook, step by step up to the first that is missing or wrong.

    Returns a card. Never raises, whatever the names hold: an error in a step becomes that step's line.
    """
    lines: list[StepLine] = []
    for name, step in STEPS.items():
        if name not in names:
            return Steps([*lines, StepLine("○", name, f"next. {step.task}")])
        try:
            lines.append(StepLine("✓", name, step.check(names)))
        except StepError as error:
            return Steps([*lines, StepLine("✗", name, str(error))])
        except Exception as error:
            words = f"looking at it raised {type(error).__name__}: {str(error)[:200]}"
            return Steps([*lines, StepLine("✗", name, words)])
    return Steps([*lines, StepLine("✓", "all", "You have built, trained and drawn a VAE of your own.")])


def demand(condition: Any, words: str) -> None:
    """Raise StepError with these words unless the condition holds."""
    if not condition:
        raise StepError(words)


def check_images(names: Names) -> str:
    """my_x: float32 rows of 784 pixels from 0 to 1."""
    x = np.asarray(names["my_x"])
    demand(x.ndim == 2 and x.shape[1] == 784, f"rows of 784 pixels are wanted, but its shape is {x.shape}.")
    demand(x.dtype == "float32", f"float32 is wanted, but its dtype is {x.dtype}.")
    demand(0 <= x.min() and 0.5 < x.max() <= 1, f"values from 0 to 1 are wanted, but they run to {x.max():.4g}.")
    return f"{len(x)} images as rows."


def check_encoder(names: Names) -> str:
    """my_encoder: 784 pixels -> z_mean and z_log_var, (batch, 2) each, which may be any number."""
    encoder, x = names["my_encoder"], np.asarray(names["my_x"])[:64]
    heads = outputs_of(encoder, x, ("z_mean", "z_log_var"))
    demand(all(head.shape == (64, 2) for head in heads), "two latents are wanted in each of its two outputs.")
    demand(not np.array_equal(heads[0], heads[1]), "both outputs are the same.")
    far = np.random.default_rng(0).normal(0, 30, (64, 784)).astype("float32")
    for name, head in zip(("z_mean", "z_log_var"), outputs_of(encoder, far, ("z_mean", "z_log_var")), strict=True):
        demand(head.min() < 0, f"{name} is never negative, and it may be any number: leave the head linear.")
    return f"{encoder.count_params()} weights, two heads of two latents."


def check_decoder(names: Names) -> str:
    """my_decoder: two latents -> x_logits (batch, 784), which may be any number."""
    z = np.random.default_rng(0).normal(0, 30, (64, 2)).astype("float32")
    (x_logits,) = outputs_of(names["my_decoder"], z, ("x_logits",))
    demand(x_logits.shape == (64, 784), f"784 logits are wanted for each z, but its output has shape {x_logits.shape}.")
    demand(x_logits.min() < 0, "no output is negative: is there a ReLU or a sigmoid at the end?")
    return f"{names['my_decoder'].count_params()} weights, 784 logits."


def check_vae(names: Names) -> str:
    """my_vae: a compiled model of a right class MyVAE, on the encoder and the decoder that are there now."""
    vae = names["my_vae"]
    for name in ("my_encoder", "my_decoder"):
        is_part = any(value is names[name] for value in vars(vae).values())
        demand(is_part, f"it does not hold the {name} that is there now: build it again, and compile it.")
    demand(getattr(vae, "compiled", False), "it is not compiled: my_vae.compile(optimizer=...).")
    verdict = EXERCISES["MyVAE"].check(type(vae))
    demand(verdict.status == "correct", f"its class is not right yet. {verdict.message}")
    loss = vae.evaluate(np.asarray(names["my_x"])[:N_IMAGES], batch_size=N_IMAGES, verbose=0, return_dict=True)["loss"]
    return f"its loss is the negative ELBO, {loss:.1f} nats per image now."


def check_history(names: Names) -> str:
    """my_history: what fit returned; the loss fell below that of the mean image, the best without z."""
    my_history = names["my_history"]
    history: Any = getattr(my_history, "history", my_history)
    losses = history["loss"]
    demand(len(losses) >= 3, f"at least 3 epochs are wanted, but there are {len(losses)}.")
    demand(np.isfinite(losses).all(), "the loss is not finite: did the training diverge? Try a smaller learning rate.")
    demand(losses[-1] < losses[0], "the loss did not fall.")
    without_z = cost_of_mean_image(np.asarray(names["my_x"]))
    demand(
        losses[-1] < 0.95 * without_z,
        f"the loss stopped at {losses[-1]:.0f} nats per image, and the mean image, without any z, costs "
        f"{without_z:.0f}: train on.",
    )
    return f"{len(losses)} epochs, from {losses[0]:.1f} to {losses[-1]:.1f} nats per image."


def cost_of_mean_image(x: Array) -> float:
    """The cross-entropy of images x (n, pixels) with their mean, in nats per image: the best without z."""
    p = x.mean(axis=0, dtype=float)
    return float(np.sum(entr(p) + entr(1 - p)))


def check_manifold(names: Names) -> str:
    """my_manifold: probabilities (n, 784) of a square grid of z."""
    images = np.asarray(names["my_manifold"])
    side = int(np.sqrt(len(images)))
    demand(images.ndim == 2 and images.shape[1] == 784, f"images (n, 784) are wanted, but its shape is {images.shape}.")
    demand(side**2 == len(images) >= 25, f"a square grid of at least 25 images is wanted, but there are {len(images)}.")
    demand(0 <= images.min() and images.max() <= 1, "probabilities from 0 to 1 are wanted: did you forget the sigmoid?")
    demand(np.ptp(images, axis=0).max() > 0.5, "all images are nearly alike: does z run over the plane?")
    return f"{side} by {side} images. vae_helpers.plots.images(my_manifold, columns={side}) draws it."


STEPS = {
    "my_x": Step(check_images, "Load the training images and make rows of float32 from 0 to 1."),
    "my_encoder": Step(check_encoder, "A Keras model from 784 pixels to [z_mean, z_log_var], two latents each."),
    "my_decoder": Step(check_decoder, "A Keras model from 2 latents to 784 logits."),
    "my_vae": Step(check_vae, "MyVAE(my_encoder, my_decoder), your class on both, compiled with an optimizer."),
    "my_history": Step(check_history, "What my_vae.fit(my_x, ...) returns, for at least 3 epochs."),
    "my_manifold": Step(
        check_manifold, "Rows of 784 probabilities that my_decoder gives on a square grid of z, at least 5 by 5."
    ),
}
