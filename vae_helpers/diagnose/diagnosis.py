"""From the measurements to the weights, to beta, and to the words for them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from vae_helpers.cards import Card
from vae_helpers.diagnose.loss_terms import KlTerm, ReconstructionTerm
from vae_helpers.diagnose.measurements import Measurements
from vae_helpers.palette import ROLE
from vae_helpers.types import Array

USUAL_BATCH = 32  # Keras's own
TOLERANCE = 0.01  # relative: numbers that differ by less are the same


@dataclass(frozen=True, repr=False)
class Diagnosis(Card):
    """What diagnose found. Weights are per image, of terms summed over the pixels and over the latents.

    reconstruction: "cross-entropy", "squared error", "absolute error" or "unknown". reconstruction_weight, kl_weight:
    None where they can't be told. beta: their ratio where the reconstruction is a cross-entropy, else None. problems:
    {name: sentence}. notes: more sentences. latent_kl: (latents,), nats of each on x, averaged over the images.
    """

    reconstruction: str
    reconstruction_weight: float | None
    kl_weight: float | None
    beta: float | None
    sentence: str
    problems: dict[str, str]
    notes: tuple[str, ...] = ()
    latent_kl: Array = field(default_factory=lambda: np.zeros(0), compare=False)

    @property
    def look(self) -> tuple[str, str, str]:
        if not self.problems:
            return "✓", "No problem found", ROLE["right"]
        return "✗", f"{len(self.problems)} problem{'s' * (len(self.problems) > 1)} found", ROLE["wrong"]

    @property
    def message(self) -> str:
        return "\n".join([self.sentence, *(f"• {line}" for line in (*self.problems.values(), *self.notes))])


@dataclass(frozen=True)
class Weights:
    """The weights of a loss's two terms, per image; None where they can't be told.

    ratio: of the KL's to the reconstruction's. beta: the same, where the reconstruction is a cross-entropy.
    """

    reconstruction: float | None
    kl: float | None
    ratio: float | None = None
    beta: float | None = None


class Noise(NamedTuple):
    """The noise on the pixels with which a loss is a negative ELBO: its distribution, and what its width is called."""

    distribution: str
    width_name: str
    width: float


def is_near(a: float, b: float) -> bool:
    """Whether two numbers agree to 1 %."""
    return abs(a - b) <= TOLERANCE * abs(b)


def weight_text(weight: float) -> str:
    """A weight as it is shown."""
    return f"{weight:.3f}" if 0.01 <= abs(weight) < 1000 else f"{weight:.3g}"


def weigh_terms(reconstruction: ReconstructionTerm, kl: KlTerm | None) -> Weights:
    """The weights of the two terms, their ratio and beta."""
    nll_weight = reconstruction.weight if reconstruction.is_known else None
    kl_weight = _common_weight(kl) if kl else None
    if kl is None or nll_weight is None or kl_weight is None:
        return Weights(nll_weight, kl_weight)
    if kl.summed != reconstruction.summed:  # a sum over the batch beside a mean
        kl_weight *= USUAL_BATCH if kl.summed else 1
        nll_weight *= USUAL_BATCH if reconstruction.summed else 1
    ratio = kl_weight / nll_weight
    return Weights(nll_weight, kl_weight, ratio, ratio if reconstruction.name == "cross-entropy" else None)


def _common_weight(kl: KlTerm) -> float | None:
    """The weight that the KL's three parts share; None where they do not, or take each head for the other."""
    has_one_weight = kl.kind != "swapped" and all(is_near(weight, kl.weights[0]) for weight in kl.weights)
    return kl.weights[0] if has_one_weight else None


# --- the words ---


def describe_loss(measured: Measurements, weights: Weights) -> str:
    """What the model minimizes, in a sentence, and the usual cause of its weights in another."""
    name = measured.reconstruction.name
    if weights.ratio is None or weights.reconstruction is None or weights.kl is None:
        reconstruction = "an unknown reconstruction"
        if weights.reconstruction is not None:
            reconstruction = f"{weight_text(weights.reconstruction)} x {name}"
        kl = f"{weight_text(weights.kl)} x KL" if weights.kl is not None else "an unknown KL"
        return f"This model minimizes {reconstruction} + {kl}."
    cause = "" if is_near(weights.ratio, 1) else _describe_cause(measured, weights.reconstruction, weights.kl)
    words = f"This model minimizes {weight_text(weights.reconstruction)} x {name} + {weight_text(weights.kl)} x KL: "
    if weights.beta is not None:
        words += f"beta is {weights.beta:.4g}{', the negative ELBO' * is_near(weights.beta, 1)}. {cause}"
    else:
        elbo = _describe_noise(equivalent_noise(name, weights))
        words += f"{weights.ratio:.3g} x KL beside 1 x {name}, {elbo}. {cause}"
    return words.strip()


def _describe_noise(noise: Noise | None) -> str:
    if noise is None:
        return "no ELBO"
    return f"the negative ELBO for {noise.distribution} pixels of {noise.width_name} {noise.width:.3g}, up to a factor"


def equivalent_noise(reconstruction: str, weights: Weights) -> Noise | None:
    """The noise on the pixels with which the loss is a negative ELBO; None for a cross-entropy, or where there is none.

    A Gaussian's -log p is (squared error) / (2 sigma^2), and a Laplace distribution's (absolute error) / scale.
    """
    if weights.beta is not None or weights.ratio is None or weights.ratio <= 0:
        return None
    if reconstruction == "squared error":
        return Noise("Gaussian", "sigma", float(np.sqrt(weights.ratio / 2)))
    return Noise("Laplace", "scale", weights.ratio)


def notes_on(measured: Measurements, weights: Weights) -> Iterator[str]:
    """Sentences on what is worth knowing and no problem, or could not be told."""
    reconstruction, kl, beta = measured.reconstruction, measured.kl, weights.beta
    if reconstruction.target == "y":
        yield "The loss compares with y: call fit(x, x)."
    if reconstruction.summed and kl and kl.summed:
        yield "Both terms are summed over the batch: the gradients grow with its size, and the balance stays."
    if kl and kl.kind == "drawn":
        yield "The KL is that of the z drawn, log q(z) - log p(z), which is right on average."
    if beta is not None and not is_near(beta, 1) and is_near(beta, measured.intended_beta):
        yield "Beta is what the model's attribute beta says."
    if measured.sampling.follows_mean is None:
        yield (
            "How z is drawn was not measured: the encoder draws it, and its heads are no layers' outputs. "
            "Let the encoder give the heads alone, and draw z outside."
        )
    if measured.fit_report is None:
        yield "What fit and evaluate report was not compared: a term of the loss is unknown, or not finite."
    elif measured.fit_report.error:
        yield f"What fit reports was not compared: {measured.fit_report.error}."
    if not measured.is_trained:
        yield "Which weights move can't be told: train_step asks no Keras optimizer."
    if not measured.steps:
        yield "The optimizer has made no step yet, so the latents were not judged."


# --- where a weight comes from ---


def _describe_cause(measured: Measurements, reconstruction_weight: float, kl_weight: float) -> str:
    """The usual cause of the two weights, in a sentence; empty where none is known."""
    causes = [
        _reconstruction_cause(reconstruction_weight, measured.pixels),
        _kl_cause(kl_weight, measured.latent_kl.size, int(np.prod(measured.pixels))),
    ]
    known_causes = [cause for cause in causes if cause]
    return f"The usual cause is {' and '.join(known_causes)}." if known_causes else ""


def _reconstruction_cause(weight: float, image_shape: tuple[int, ...]) -> str:
    """What makes a weight other than 1 of the reconstruction; empty where that is not known."""
    width, pixels = image_shape[-1], int(np.prod(image_shape))
    averaged_over = {width: f"the last axis, {width} wide", pixels: f"the {pixels:,} pixels"}
    for size, words in averaged_over.items():
        if size > 1 and is_near(weight * size, 1):
            return f"a mean over {words}"
    factor = round(weight * pixels)
    is_usual = is_near(weight, 1) or is_near(weight, 0.5)
    if not is_usual and 1 < factor < 10 * pixels and is_near(weight * pixels, factor):
        return f"a mean over the {pixels:,} pixels, times {factor:,}"
    return ""


def _kl_cause(weight: float, latent_dim: int, pixels: int) -> str:
    """What makes a weight other than 1 of the KL; empty for 1, 0 and negative weights."""
    if is_near(weight, 1) or weight <= 0:
        return ""
    causes = {
        1 / latent_dim: f"a mean over the {latent_dim} latents",
        2: "the half that was left out of the KL",
        2 / latent_dim: f"a mean over the {latent_dim} latents, with the half left out",
        1 / pixels: f"a KL divided by the {pixels:,} pixels",
    }
    fitting = [cause for value, cause in causes.items() if is_near(weight, value)]
    return fitting[0] if fitting else f"a factor of {weight:.3g} before the KL"
