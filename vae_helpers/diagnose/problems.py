"""What the measurements mean, in sentences: each problem has a name and says what is the matter and what to do."""

import numpy as np

from vae_helpers.diagnose.diagnosis import SAME, USUAL_BATCH, known, near, noise_of, number

SIGMAS = {"log-variance": "exp(h / 2)", "log-sigma": "exp(h)", "sigma": "h", "variance": "sqrt(h)"}


def problems_of(found):
    """{name: sentence} of all that is wrong. found: the measurements, a namespace that diagnose fills."""
    judges = (
        judge_reconstruction, judge_output, judge_kl, judge_weights, judge_batch,
        judge_heads, judge_sampling, judge_noise, judge_movement, judge_reports, judge_latents,
    )  # fmt: skip
    return {name: sentence for judge in judges for name, sentence in judge(found)}


def judge_reconstruction(found):
    reconstruction = found.reconstruction
    if reconstruction.left == 0 and reconstruction.weight == 0:
        yield "no reconstruction", "The decoder's output has no gradient: nothing trains it to look like x."
    elif not np.isfinite(reconstruction.left):
        yield "reconstruction unknown", "The gradient at the decoder's output is not a finite number."
    elif not known(reconstruction):
        yield (
            "reconstruction unknown",
            "The reconstruction is no multiple of the cross-entropy, the squared or the absolute error of x, and its "
            f"weight can't be told. The nearest is the {reconstruction.name}: {reconstruction.left:.0%} is left over.",
        )
    elif reconstruction.target not in ("x", "y"):
        yield "wrong target", "The decoder's output is compared with itself and not with x."
    elif reconstruction.weight < 0:
        yield "reconstruction's sign", "The reconstruction has the wrong sign: training makes it worse."


def judge_output(found):
    reconstruction = found.reconstruction
    if not known(reconstruction):
        return
    if reconstruction.taken == "logits" and found.reach == "probabilities":
        yield (
            "sigmoid twice",
            "The decoder gives probabilities, and the loss takes them for logits: a sigmoid is applied twice. "
            "Leave out one of them.",
        )
    if reconstruction.taken == "probabilities" and found.reach != "probabilities":
        yield (
            "logits taken for probabilities",
            "The decoder gives numbers beyond 0 and 1, and the cross-entropy takes them for probabilities. "
            "Use from_logits=True, or end the decoder with a sigmoid.",
        )
    if reconstruction.taken == "logits" and found.reach == "not negative":
        yield "decoder's reach", "The decoder's logits are never negative, so no pixel is ever below 0.5: is it a ReLU?"
    low, high = found.x_range
    if reconstruction.name == "cross-entropy" and (low < 0 or high > 1):
        yield "x's range", f"A cross-entropy needs x from 0 to 1, and x goes from {low:.4g} to {high:.4g}."


def judge_kl(found):
    kl = found.kl
    if kl is None:
        yield (
            "KL unknown",
            "The gradients at the two heads are those of no KL to N(0, 1) (but of free bits, or another prior?).",
        )
        return
    a, b, c = kl.weights
    if not any(kl.weights):
        yield "no KL", "No gradient of a KL reaches the heads: nothing keeps z near the prior."
    elif kl.kind == "swapped":
        yield "KL of the wrong heads", "The KL takes z_mean for the log-variance, and the log-variance for z_mean."
    elif not (near(a, b) and near(a, c)):
        yield (
            "KL in part",
            "The three parts of the KL should have one weight. Here z_mean^2 / 2 has "
            f"{number(a)}, sigma^2 / 2 has {number(b)}, and -log(sigma) has {number(c)}.",
        )
    elif a < 0:
        yield "KL's sign", "The KL has the wrong sign: training makes it larger."


def judge_weights(found):
    beta, (low, high) = found.beta, found.x_range
    if beta is not None and beta > 0 and not near(beta, 1) and not near(beta, found.intended):
        bound = "still a bound on log p(x), but a loose one" if beta > 1 else "no bound on log p(x)"
        yield "beta", f"Beta is {beta:.4g} and not 1: the loss is {bound}."
    width = noise_of(found)[2]
    if width is not None and width > 1.01 * (high - low):
        yield (
            "noise",
            f"The weights are those of pixels with noise of width {width:.3g}, and x lies between {low:.3g} and "
            f"{high:.3g}: the decoder gains little from detail.",
        )


def judge_batch(found):
    if not found.kl or not known(found.reconstruction):
        return
    summed = {"reconstruction": found.reconstruction.summed, "KL": found.kl.summed}
    for name, each in summed.items():
        if each is None:
            yield "batch", f"The {name}'s weight changes with the batch, neither as a sum's nor as a mean's."
    if True in summed.values() and False in summed.values() and found.beta is not None:
        name = "KL" if summed["KL"] else "reconstruction"
        yield (
            "batch",
            f"The {name} is summed over the batch and the other term averaged: beta changes with the batch's size. "
            f"The weights are those of {USUAL_BATCH} images.",
        )


def judge_heads(found):
    if found.same_heads:
        yield "one head", "z_mean and the log-variance are the same numbers: one layer is used for both."
    for name, head in (("mean", "z_mean"), ("spread", "the log-variance")):
        low, high = found.limits.get(name, (-np.inf, np.inf))
        signed = name == "mean" or found.spread.startswith("log")
        if high > low >= 0 and signed:
            yield f"{head}'s reach", f"{head} is never negative. Its layer needs no activation."
        elif np.isfinite([low, high]).all() and high > low:
            yield f"{head}'s reach", f"{head} never leaves {low:.2g} to {high:.2g}. Its layer needs no activation."


def judge_sampling(found):
    sampling, kl = found.sampling, found.kl
    if sampling.follows is None:
        return
    if not sampling.follows:
        yield "z not from the heads", "What the decoder gets does not move with z_mean."
        return
    if not sampling.random:
        yield "no sampling", "The decoder gets z_mean itself: z is not drawn."
    elif kl and all(kl.weights) and kl.kind != "swapped" and sampling.spread != kl.spread:
        hint = " That is the variance, where the standard deviation belongs." if sampling.spread == "log-sigma" else ""
        yield (
            "sigma",
            f"z is drawn with sigma = {SIGMAS[sampling.spread]} of the second head h, and the KL takes h for the "
            f"{kl.spread}, which makes it {SIGMAS[kl.spread]}.{hint}",
        )
    if found.reconstruction.weight == 0:  # then no gradient comes from z at all
        return
    heads = {"z_mean": sampling.slopes[0], "the log-variance": sampling.slopes[1] if sampling.random else 1.0}
    for name, slope in heads.items():
        if slope == 0 or abs(slope) < SAME:
            yield f"gradient to {name}", f"No gradient goes from z to {name}: it is stopped on the way."


def judge_noise(found):
    noise = found.sampling.noise
    if not noise.size:
        return
    wide = 5 / np.sqrt(2 * noise.size)
    if np.array_equal(noise[0], noise[1]) or np.allclose(noise[0], noise[1], 1e-3, 1e-4):
        yield (
            "frozen epsilon",
            "Each step uses the same epsilon: it was drawn once, outside the step, or has a fixed seed.",
        )
    if np.ptp(noise, axis=1).max() < 1e-3:
        yield (
            "one epsilon for the batch",
            "All images of a batch get the same epsilon: draw one of the shape of z_mean.",
        )
    elif noise.shape[2] > 1 and np.ptp(noise, axis=2).max() < 1e-3:
        yield "one epsilon for the latents", "All latents of an image get the same epsilon: draw one of z_mean's shape."
    elif abs(noise.std() - 1) > max(wide, 0.05):
        yield "epsilon's width", f"Epsilon has a standard deviation of {noise.std():.2f}, and not 1."
    elif noise.size > 500 and np.mean(((noise - noise.mean()) / noise.std()) ** 4) < 2.3:
        yield "epsilon's shape", "Epsilon is not normal: has it been drawn uniformly?"


def judge_movement(found):
    still = [path for path, moves in found.moves.items() if not moves]
    if still and len(still) == len(found.moves):
        yield "nothing trained", "No weight gets a gradient."
    elif still:
        more = f" and {len(still) - 4} more" if len(still) > 4 else ""
        yield "weights not trained", f"These weights get no gradient: {', '.join(still[:4])}{more}."


def judge_reports(found):
    fit, evaluate = found.fit_report, found.evaluate_report
    if fit and not fit.error and differs(fit, found):
        yield "report", f"fit reports {as_sum(fit, found)} as its {fit.name}, and that is not what it trains."
    if evaluate and evaluate.error:
        yield (
            "evaluate",
            f"evaluate does not run ({evaluate.error}). Write the loss as compute_loss, which fit and evaluate share.",
        )
    elif evaluate and differs(evaluate, found) and not (fit and alike(fit, evaluate)):
        yield "evaluate", f"evaluate reports {as_sum(evaluate, found)}, and that is not what fit trains."
    elif evaluate and found.sampling.random and found.sampling.follows and not evaluate.samples:
        yield (
            "evaluate",
            "evaluate decodes z_mean, where fit draws z: its loss is no bound, and looks better than it is.",
        )


def differs(report, found):
    """Whether a report's weights are others than those trained."""
    trained = found.reconstruction.weight * (found.n if found.reconstruction.summed else 1)
    kl = 1.0 * any(found.kl.weights) * (found.n if found.kl.summed else 1)
    return not near(report.reconstruction, trained) or abs(report.kl - kl) > 2 * SAME * kl + report.unsure


def alike(fit, evaluate):
    """Whether fit and evaluate report the same."""
    return near(fit.reconstruction, evaluate.reconstruction) and abs(fit.kl - evaluate.kl) < 2 * SAME + fit.unsure


def as_sum(report, found):
    """A report's weights, as a sum."""
    kl = report.kl * (found.kl_weight or 1.0)
    return f"{number(report.reconstruction)} x {found.reconstruction.name} + {number(kl)} x KL"


def judge_latents(found):
    low = int(np.sum(found.latent_kl < 0.01))
    if low and found.steps:
        yield (
            "collapse",
            f"{low} of {found.latent_kl.size} latents say less than 0.01 nats about x: they have collapsed.",
        )
    if found.ignored.any():
        yield (
            "ignored latents",
            f"The decoder does nothing with {int(found.ignored.sum())} of {found.ignored.size} latents.",
        )
