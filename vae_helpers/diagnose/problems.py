"""What the measurements mean, in sentences: each problem has a name and says what is the matter and what to do."""

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np

from vae_helpers.diagnose.diagnosis import TOLERANCE, USUAL_BATCH, Weights, equivalent_noise, is_near, weight_text
from vae_helpers.diagnose.loss_terms import KlTerm, ReconstructionTerm
from vae_helpers.diagnose.measurements import LossReport, Measurements, Sampling
from vae_helpers.types import Array

SIGMA_FORMULAS = {"log-variance": "exp(h / 2)", "log-sigma": "exp(h)", "sigma": "h", "variance": "sqrt(h)"}

Problems: TypeAlias = Iterator[tuple[str, str]]  # names and sentences


def find_problems(measured: Measurements, weights: Weights) -> dict[str, str]:
    """{name: sentence} of all that is wrong with a VAE, by its measurements and the weights of its loss."""
    reconstruction, kl, sampling = measured.reconstruction, measured.kl, measured.sampling
    return {
        name: sentence
        for problems in (
            _reconstruction_problems(reconstruction),
            _output_problems(reconstruction, measured.output_range, measured.x_range),
            _kl_problems(kl),
            _weight_problems(measured, weights),
            _batch_problems(reconstruction, kl, weights.beta),
            _head_problems(measured),
            _sampling_problems(sampling, kl, reconstruction.weight),
            _epsilon_problems(sampling.epsilon),
            _training_problems(measured.is_trained),
            _report_problems(measured, weights.kl or 1.0),
            _latent_problems(measured),
        )
        for name, sentence in problems
    }


def _reconstruction_problems(reconstruction: ReconstructionTerm) -> Problems:
    if reconstruction.residual == 0 and reconstruction.weight == 0:
        yield "no reconstruction", "The decoder's output has no gradient: nothing trains it to look like x."
    elif not np.isfinite(reconstruction.residual):
        yield "reconstruction unknown", "The gradient at the decoder's output is not a finite number."
    elif not reconstruction.is_known:
        yield (
            "reconstruction unknown",
            "The reconstruction is no multiple of the cross-entropy, the squared or the absolute error of x, and its "
            f"weight can't be told. The nearest is the {reconstruction.name}: {reconstruction.residual:.0%} is left "
            "over.",
        )
    elif reconstruction.target not in ("x", "y"):
        yield "wrong target", "The decoder's output is compared with itself and not with x."
    elif reconstruction.weight < 0:
        yield "reconstruction's sign", "The reconstruction has the wrong sign: training makes it worse."


def _output_problems(reconstruction: ReconstructionTerm, output_range: str, x_range: tuple[float, float]) -> Problems:
    if not reconstruction.is_known:
        return
    if reconstruction.output_kind == "logits" and output_range == "probabilities":
        yield (
            "sigmoid twice",
            "The decoder gives probabilities, and the loss takes them for logits: a sigmoid is applied twice. "
            "Leave out one of them.",
        )
    if reconstruction.output_kind == "probabilities" and output_range != "probabilities":
        yield (
            "logits taken for probabilities",
            "The decoder gives numbers beyond 0 and 1, and the cross-entropy takes them for probabilities. "
            "Use from_logits=True, or end the decoder with a sigmoid.",
        )
    if reconstruction.output_kind == "logits" and output_range == "not negative":
        yield "decoder's reach", "The decoder's logits are never negative, so no pixel is ever below 0.5: is it a ReLU?"
    low, high = x_range
    if reconstruction.name == "cross-entropy" and (low < 0 or high > 1):
        yield "x's range", f"A cross-entropy needs x from 0 to 1, and x goes from {low:.4g} to {high:.4g}."


def _kl_problems(kl: KlTerm | None) -> Problems:
    if kl is None:
        yield (
            "KL unknown",
            "The gradients at the two heads are those of no KL to N(0, 1) (but of free bits, or another prior?).",
        )
        return
    mean_weight, variance_weight, entropy_weight = kl.weights
    if not any(kl.weights):
        yield "no KL", "No gradient of a KL reaches the heads: nothing keeps z near the prior."
    elif kl.kind == "swapped":
        yield "KL of the wrong heads", "The KL takes z_mean for the log-variance, and the log-variance for z_mean."
    elif not (is_near(mean_weight, variance_weight) and is_near(mean_weight, entropy_weight)):
        yield (
            "KL in part",
            "The three parts of the KL should have one weight. Here z_mean^2 / 2 has "
            f"{weight_text(mean_weight)}, sigma^2 / 2 has {weight_text(variance_weight)}, and -log(sigma) has "
            f"{weight_text(entropy_weight)}.",
        )
    elif mean_weight < 0:
        yield "KL's sign", "The KL has the wrong sign: training makes it larger."


def _weight_problems(measured: Measurements, weights: Weights) -> Problems:
    beta, (low, high) = weights.beta, measured.x_range
    if beta is not None and beta > 0 and not is_near(beta, 1) and not is_near(beta, measured.intended_beta):
        bound = "still a bound on log p(x), but a loose one" if beta > 1 else "no bound on log p(x)"
        yield "beta", f"Beta is {beta:.4g} and not 1: the loss is {bound}."
    noise = equivalent_noise(measured.reconstruction.name, weights)
    if noise is not None and noise.width > 1.01 * (high - low):
        yield (
            "noise",
            f"The weights are those of pixels with noise of width {noise.width:.3g}, and x lies between {low:.3g} and "
            f"{high:.3g}: the decoder gains little from detail.",
        )


def _batch_problems(reconstruction: ReconstructionTerm, kl: KlTerm | None, beta: float | None) -> Problems:
    if not kl or not reconstruction.is_known:
        return
    summed = {"reconstruction": reconstruction.summed, "KL": kl.summed}
    for name, is_summed in summed.items():
        if is_summed is None:
            yield "batch", f"The {name}'s weight changes with the batch, neither as a sum's nor as a mean's."
    if True in summed.values() and False in summed.values() and beta is not None:
        name = "KL" if summed["KL"] else "reconstruction"
        yield (
            "batch",
            f"The {name} is summed over the batch and the other term averaged: beta changes with the batch's size. "
            f"The weights are those of {USUAL_BATCH} images.",
        )


def _head_problems(measured: Measurements) -> Problems:
    if measured.same_heads:
        yield "one head", "z_mean and the log-variance are the same numbers: one layer is used for both."
    for name, head in (("z_mean", "z_mean"), ("spread", "the log-variance")):
        low, high = measured.limits.get(name, (-np.inf, np.inf))
        is_signed = name == "z_mean" or measured.spread_kind.startswith("log")
        if high > low >= 0 and is_signed:
            yield f"{head}'s reach", f"{head} is never negative. Its layer needs no activation."
        elif np.isfinite([low, high]).all() and high > low:
            yield f"{head}'s reach", f"{head} never leaves {low:.2g} to {high:.2g}. Its layer needs no activation."


def _sampling_problems(sampling: Sampling, kl: KlTerm | None, reconstruction_weight: float) -> Problems:
    if sampling.follows_mean is None:
        return
    if not sampling.follows_mean:
        yield "z not from the heads", "What the decoder gets does not move with z_mean."
        return
    if not sampling.is_random:
        yield "no sampling", "The decoder gets z_mean itself: z is not drawn."
    elif kl and all(kl.weights) and kl.kind != "swapped" and sampling.spread_kind:
        yield from _sigma_problems(sampling.spread_kind, kl.spread_kind)
    if reconstruction_weight == 0:  # then no gradient comes from z at all
        return
    slopes = {"z_mean": sampling.slopes[0], "the log-variance": sampling.slopes[1] if sampling.is_random else 1.0}
    for name, slope in slopes.items():
        if slope == 0 or abs(slope) < TOLERANCE:
            yield f"gradient to {name}", f"No gradient goes from z to {name}: it is stopped on the way."


def _sigma_problems(drawn_kind: str, kl_kind: str) -> Problems:
    """Whether draw and KL take the second head for the same thing. drawn_kind, kl_kind: what they take it for."""
    if drawn_kind == kl_kind:
        return
    hint = " That is the variance, where the standard deviation belongs." if drawn_kind == "log-sigma" else ""
    yield (
        "sigma",
        f"z is drawn with sigma = {SIGMA_FORMULAS[drawn_kind]} of the second head h, and the KL takes h for the "
        f"{kl_kind}, which makes it {SIGMA_FORMULAS[kl_kind]}.{hint}",
    )


def _epsilon_problems(epsilon: Array) -> Problems:
    if not epsilon.size:
        return
    wide = 5 / np.sqrt(2 * epsilon.size)
    if np.array_equal(epsilon[0], epsilon[1]) or np.allclose(epsilon[0], epsilon[1], 1e-3, 1e-4):
        yield (
            "frozen epsilon",
            "Each step uses the same epsilon: it was drawn once, outside the step, or has a fixed seed.",
        )
    if np.ptp(epsilon, axis=1).max() < 1e-3:
        yield (
            "one epsilon for the batch",
            "All images of a batch get the same epsilon: draw one of the shape of z_mean.",
        )
    elif epsilon.shape[2] > 1 and np.ptp(epsilon, axis=2).max() < 1e-3:
        yield "one epsilon for the latents", "All latents of an image get the same epsilon: draw one of z_mean's shape."
    elif abs(epsilon.std() - 1) > max(wide, 0.05):
        yield "epsilon's width", f"Epsilon has a standard deviation of {epsilon.std():.2f}, and not 1."
    elif epsilon.size > 500 and np.mean(((epsilon - epsilon.mean()) / epsilon.std()) ** 4) < 2.3:
        yield "epsilon's shape", "Epsilon is not normal: has it been drawn uniformly?"


def _training_problems(is_trained: dict[str, bool]) -> Problems:
    untrained = [path for path, has_gradient in is_trained.items() if not has_gradient]
    if untrained and len(untrained) == len(is_trained):
        yield "nothing trained", "No weight gets a gradient."
    elif untrained:
        more = f" and {len(untrained) - 4} more" if len(untrained) > 4 else ""
        yield "weights not trained", f"These weights get no gradient: {', '.join(untrained[:4])}{more}."


def _report_problems(measured: Measurements, kl_weight: float) -> Problems:
    fit, evaluate = measured.fit_report, measured.evaluate_report
    if fit and not fit.error and _differs_from_training(fit, measured):
        words = _describe_report(fit, measured.reconstruction, kl_weight)
        yield "report", f"fit reports {words} as its {fit.name}, and that is not what it trains."
    if evaluate and evaluate.error:
        yield (
            "evaluate",
            f"evaluate does not run ({evaluate.error}). Write the loss as compute_loss, which fit and evaluate share.",
        )
    elif evaluate and _differs_from_training(evaluate, measured) and not (fit and _same_reports(fit, evaluate)):
        words = _describe_report(evaluate, measured.reconstruction, kl_weight)
        yield "evaluate", f"evaluate reports {words}, and that is not what fit trains."
    elif evaluate and measured.sampling.is_random and measured.sampling.follows_mean and not evaluate.samples:
        yield (
            "evaluate",
            "evaluate decodes z_mean, where fit draws z: its loss is no bound, and looks better than it is.",
        )


def _differs_from_training(report: LossReport, measured: Measurements) -> bool:
    """Whether a report's weights are others than those trained."""
    reconstruction, kl = measured.reconstruction, measured.kl
    assert kl is not None  # a report is measured only where both terms are known
    nll_weight = reconstruction.weight * (measured.n if reconstruction.summed else 1)
    kl_weight = 1.0 * any(kl.weights) * (measured.n if kl.summed else 1)
    kl_differs = abs(report.kl_weight - kl_weight) > 2 * TOLERANCE * kl_weight + report.kl_tolerance
    return not is_near(report.reconstruction_weight, nll_weight) or kl_differs


def _same_reports(fit: LossReport, evaluate: LossReport) -> bool:
    """Whether fit and evaluate report the same."""
    same_reconstruction = is_near(fit.reconstruction_weight, evaluate.reconstruction_weight)
    return same_reconstruction and abs(fit.kl_weight - evaluate.kl_weight) < 2 * TOLERANCE + fit.kl_tolerance


def _describe_report(report: LossReport, reconstruction: ReconstructionTerm, kl_weight: float) -> str:
    """A report's weights, as a sum. kl_weight: the KL's in training."""
    words = f"{weight_text(report.reconstruction_weight)} x {reconstruction.name}"
    return f"{words} + {weight_text(report.kl_weight * kl_weight)} x KL"


def _latent_problems(measured: Measurements) -> Problems:
    low = int(np.sum(measured.latent_kl < 0.01))
    if low and measured.steps:
        yield (
            "collapse",
            f"{low} of {measured.latent_kl.size} latents say less than 0.01 nats about x: they have collapsed.",
        )
    if measured.ignored.any():
        yield (
            "ignored latents",
            f"The decoder does nothing with {int(measured.ignored.sum())} of {measured.ignored.size} latents.",
        )
