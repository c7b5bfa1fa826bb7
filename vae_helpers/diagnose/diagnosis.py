"""From the measurements to the weights, to beta, and to the words for them."""

from dataclasses import dataclass, field

import numpy as np

from vae_helpers.cards import Card
from vae_helpers.diagnose.loss_terms import TOLERANCE

USUAL_BATCH = 32  # Keras's own
SAME = 0.01  # relative


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
    problems: dict
    notes: tuple = ()
    latent_kl: np.ndarray = field(default_factory=lambda: np.zeros(0), compare=False)

    @property
    def look(self):
        if not self.problems:
            return "✓", "No problem found", "#2a8fd0"
        return "✗", f"{len(self.problems)} problem{'s' * (len(self.problems) > 1)} found", "#d5761b"

    @property
    def message(self):
        return "\n".join([self.sentence, *(f"• {each}" for each in (*self.problems.values(), *self.notes))])


def near(a, b):
    """Whether two numbers agree to 1 %."""
    return abs(a - b) <= SAME * abs(b)


def number(weight):
    """A weight as it is shown."""
    return f"{weight:.3f}" if 0.01 <= abs(weight) < 1000 else f"{weight:.3g}"


def known(reconstruction):
    """Whether the reconstruction is a known one."""
    return reconstruction.left < TOLERANCE and reconstruction.weight != 0


def weigh(found):
    """Add to the measurements the two weights, their ratio, beta and the cause; what can't be told is None."""
    reconstruction, kl = found.reconstruction, found.kl
    found.reconstruction_weight = reconstruction.weight if known(reconstruction) else None
    whole = kl and kl.kind != "swapped" and all(near(each, kl.weights[0]) for each in kl.weights)
    found.kl_weight = kl.weights[0] if whole else None
    found.ratio = found.beta = None
    if known(reconstruction) and whole:
        if kl.summed != reconstruction.summed:  # a sum over the batch beside a mean
            found.kl_weight *= USUAL_BATCH if kl.summed else 1
            found.reconstruction_weight *= USUAL_BATCH if reconstruction.summed else 1
        found.ratio = found.kl_weight / found.reconstruction_weight
        found.beta = found.ratio if reconstruction.name == "cross-entropy" else None
    found.cause = cause_of(found) if found.ratio is not None and not near(found.ratio, 1) else ""
    return found


def sentence_of(found):
    """What the model minimizes."""
    weight, kl, name = found.reconstruction_weight, found.kl_weight, found.reconstruction.name
    if found.ratio is None:
        likeness = f"{number(weight)} x {name}" if weight is not None else "an unknown reconstruction"
        return f"This model minimizes {likeness} + {f'{number(kl)} x KL' if kl is not None else 'an unknown KL'}."
    words = f"This model minimizes {number(weight)} x {name} + {number(kl)} x KL: "
    if name == "cross-entropy":
        return words + f"beta is {found.beta:.4g}{', the negative ELBO' * near(found.beta, 1)}. {found.cause}"
    law, letter, width = noise_of(found)
    exact = f"the negative ELBO for {law} pixels of {letter} {width:.3g}, up to a factor" if width else "no ELBO"
    return words + f"{found.ratio:.3g} x KL beside 1 x {name}, {exact}. {found.cause}"


def noise_of(found):
    """The noise on the pixels with which the loss is a negative ELBO: (its law, what its width is called, its width).

    A Gaussian's -log p is (squared error) / (2 sigma^2), and a Laplace distribution's (absolute error) / scale.
    """
    if found.beta is not None or found.ratio is None or found.ratio <= 0:
        return None, None, None
    if found.reconstruction.name == "squared error":
        return "Gaussian", "sigma", float(np.sqrt(found.ratio / 2))
    return "Laplace", "scale", found.ratio


def notes_of(found):
    """What is worth knowing and no problem, or could not be told."""
    if found.reconstruction.target == "y":
        yield "The loss compares with y: call fit(x, x)."
    if found.reconstruction.summed and found.kl and found.kl.summed:
        yield "Both terms are summed over the batch: the gradients grow with its size, and the balance stays."
    if found.kl and found.kl.kind == "drawn":
        yield "The KL is that of the z drawn, log q(z) - log p(z), which is right on average."
    if found.beta is not None and not near(found.beta, 1) and near(found.beta, found.intended):
        yield "Beta is what the model's attribute beta says."
    if found.sampling.follows is None:
        yield (
            "How z is drawn was not measured: the encoder draws it, and its heads are no layers' outputs. "
            "Let the encoder give the heads alone, and draw z outside."
        )
    if found.fit_report is None:
        yield "What fit and evaluate report was not compared: a term of the loss is unknown, or not finite."
    elif found.fit_report.error:
        yield f"What fit reports was not compared: {found.fit_report.error}."
    if not found.moves:
        yield "Which weights move can't be told: train_step asks no Keras optimizer."
    if not found.steps:
        yield "The optimizer has made no step yet, so the latents were not judged."


# --- where a weight comes from ---


def cause_of(found):
    """The usual cause of the two weights, in a sentence; empty where none is known."""
    causes = [*reconstruction_cause(found), *kl_cause(found)]
    return f"The usual cause is {' and '.join(causes)}." if causes else ""


def reconstruction_cause(found):
    """What makes a weight other than 1 of the reconstruction."""
    weight, pixels = found.reconstruction_weight, int(np.prod(found.pixels))
    means = {found.pixels[-1]: f"the last axis, {found.pixels[-1]} wide", pixels: f"the {pixels:,} pixels"}
    for size, what in means.items():
        if size > 1 and near(weight * size, 1):
            yield f"a mean over {what}"
            return
    factor = round(weight * pixels)
    if not near(weight, 1) and not near(weight, 0.5) and 1 < factor < 10 * pixels and near(weight * pixels, factor):
        yield f"a mean over the {pixels:,} pixels, times {factor:,}"


def kl_cause(found):
    """What makes a weight other than 1 of the KL."""
    weight, latents, pixels = found.kl_weight, found.latent_kl.size, int(np.prod(found.pixels))
    known_causes = {
        1 / latents: f"a mean over the {latents} latents",
        2: "the half that was left out of the KL",
        2 / latents: f"a mean over the {latents} latents, with the half left out",
        1 / pixels: f"a KL divided by the {pixels:,} pixels",
    }
    if not near(weight, 1) and weight > 0:
        fitting = [cause for value, cause in known_causes.items() if near(weight, value)]
        yield fitting[0] if fitting else f"a factor of {weight:.3g} before the KL"
