"""What the gradients, the draws and the reports of a VAE's steps say of its loss, in numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np

from vae_helpers.backend import keras, tf
from vae_helpers.diagnose.gradient_probe import Dials, Probe, StepRecord, flat_tensors, run_functions_eagerly
from vae_helpers.diagnose.loss_terms import (
    SPREAD_KINDS,
    KlTerm,
    ReconstructionTerm,
    fit_kl,
    fit_reconstruction,
    is_summed_over_batch,
    least_squares,
)
from vae_helpers.diagnose.preserve_state import reachable_objects, value_of
from vae_helpers.diagnose.probed_model import ProbedModel, RecordedModel, output_at, probe_model
from vae_helpers.types import Array, Model

EPSILONS = 2_000  # draws of epsilon that are looked at: their standard deviation is then known to 2 %
REPORTS = 4  # steps whose reported loss is looked at: enough for two weights and a constant
LOSS_NAMES = ("loss", "total_loss", "elbo_loss", "vae_loss", "total", "negative_elbo")

Limits: TypeAlias = tuple[float, float]  # the lowest and the highest number that a head can have


@dataclass(frozen=True)
class Sampling:
    """How the decoder's z comes from the heads.

    follows_mean: z moves with z_mean; None: that can't be told. is_random: z is drawn. spread_kind: what the second
    head is to the draw. slopes: the derivatives of z by the two heads, relative to the right ones. epsilon: (draws,
    images, latents).
    """

    follows_mean: bool | None
    is_random: bool = True
    spread_kind: str | None = None
    slopes: tuple[float, float] = (1.0, 1.0)
    epsilon: Array = field(default_factory=lambda: np.zeros((0, 1, 1)))


@dataclass(frozen=True)
class LossReport:
    """The number that a step reports as its loss, or why there is none.

    name: of the number. reconstruction_weight: per image, of the reconstruction that is trained. kl_weight: relative to
    the KL's weights in training, or the weight of the KL where these are 0; known to within kl_tolerance. samples: the
    step draws z. error: why nothing was measured.
    """

    name: str = ""
    reconstruction_weight: float = 0.0
    kl_weight: float = 0.0
    kl_tolerance: float = 0.0
    samples: bool = True
    error: str = ""


@dataclass(frozen=True)
class Measurements:
    """All that is measured of a VAE.

    n: images in a batch of a probe. pixels: the shape of an image. x_range: the lowest and the highest pixel.
    output_range: as in RecordedModel. kl: None where no KL fits. spread_kind: what the second head is. is_trained: for
    each trainable weight's path, whether it gets a gradient other than 0; empty where that can't be told. limits: for
    each head, where its layer could be tried. same_heads: the two heads hold the same numbers. latent_kl: (latents,),
    nats of each latent on x, averaged over the images. ignored: (latents,), whether the decoder ignores it. fit_report,
    evaluate_report: None where they could not be compared. steps: that the optimizer has made. intended_beta: what the
    model's attribute beta says; 1 where there is none.
    """

    n: int
    pixels: tuple[int, ...]
    x_range: tuple[float, float]
    output_range: str
    sampling: Sampling
    reconstruction: ReconstructionTerm
    kl: KlTerm | None
    spread_kind: str
    is_trained: dict[str, bool]
    limits: dict[str, Limits]
    same_heads: bool
    latent_kl: Array
    ignored: Array
    fit_report: LossReport | None
    evaluate_report: LossReport | None
    steps: int
    intended_beta: float


def measure(recorded: RecordedModel) -> Measurements:
    """Measure a VAE. Each measurement draws its dials from one generator, so their order is part of the result."""
    vae, x = recorded.parts.vae, recorded.x
    probed = probe_model(recorded)
    sampling = _measure_sampling(probed)
    reconstruction, kl = _measure_reconstruction(probed), _measure_kl(probed, sampling.spread_kind)
    spread_kind = _spread_kind(kl, sampling)
    is_trained, limits = _measure_training(probed), _head_limits(probed)
    z_mean, spread = recorded.natural_heads
    ignored = _ignored_latents(recorded)
    fit_report = evaluate_report = None
    if reconstruction.is_known and kl:
        fit_report = _measure_report(probed, "train_step", reconstruction, kl)
        evaluate_report = _measure_report(probed, "test_step", reconstruction, kl)
    return Measurements(
        n=recorded.n,
        pixels=x.shape[1:],
        x_range=(x.min(), x.max()),
        output_range=recorded.output_range,
        sampling=sampling,
        reconstruction=reconstruction,
        kl=kl,
        spread_kind=spread_kind,
        is_trained=is_trained,
        limits=limits,
        same_heads=bool(np.array_equal(z_mean, spread) and np.ptp(z_mean) > 0),
        latent_kl=_latent_kl(z_mean, spread, spread_kind),
        ignored=ignored,
        fit_report=fit_report,
        evaluate_report=evaluate_report,
        steps=_optimizer_steps(vae),
        intended_beta=_intended_beta(vae),
    )


# --- the two terms ---


def _measure_reconstruction(probed: ProbedModel) -> ReconstructionTerm:
    """The term that fits best, and whether it is summed over the batch, by two sizes of the batch."""
    recorded = probed.recorded
    terms = []
    for n in (recorded.n, recorded.n // 2):
        dials = recorded.random_dials(n)
        gradient = probed.train(dials).output
        terms.append(fit_reconstruction(gradient, dials.output, recorded.targets(n), probed.parts.bounded))
    term, half = terms
    summed = is_summed_over_batch(term.weight, half.weight, recorded.n)
    return replace(term, summed=summed, weight=term.weight / (recorded.n if summed else 1))


def _measure_kl(probed: ProbedModel, first_kind: str | None) -> KlTerm | None:
    """The term that fits, by two sizes of the batch; None where none does. first_kind: as for ``fit_kl``."""
    recorded = probed.recorded
    terms = []
    for n in (recorded.n, recorded.n // 2):
        dials = recorded.random_dials(n)
        record = probed.train(dials)
        terms.append(fit_kl(record.z_mean, record.spread, dials, record.z, first_kind))
    term, half = terms
    if term is None or half is None:
        return None
    norm, half_norm = (float(np.linalg.norm(weights)) for weights in (term.weights, half.weights))
    summed = is_summed_over_batch(norm, half_norm, recorded.n)
    mean_weight, variance_weight, entropy_weight = (
        float(weight) / (recorded.n if summed else 1) for weight in term.weights
    )
    return replace(term, summed=summed, weights=(mean_weight, variance_weight, entropy_weight))


# --- how z is drawn ---


def _measure_sampling(probed: ProbedModel) -> Sampling:
    """How z is drawn, by training steps with random dials."""
    recorded = probed.recorded
    if not probed.z_follows_mean:
        return Sampling(follows_mean=probed.z_follows_mean)
    latents = recorded.random_dials().z_mean.size  # of a batch; without this draw all later dials would be others
    all_dials = [recorded.random_dials() for _ in range(int(np.clip(EPSILONS // latents, 2, 20)))]
    z = np.stack([probed.train(dials).z for dials in all_dials])
    z_mean, spread = (np.stack([getattr(dials, name) for dials in all_dials]) for name in ("z_mean", "spread"))
    if np.allclose(z, z_mean, 1e-5, 1e-5):
        _, slopes = _slopes_of_z(probed, "log-variance")
        return Sampling(follows_mean=True, is_random=False, slopes=(slopes[0], 0.0))
    log_distance = np.log(np.abs(z - z_mean) + 1e-12)
    by_width = min(
        SPREAD_KINDS, key=lambda name: float(np.std(log_distance - np.log(SPREAD_KINDS[name].sigma(spread))))
    )
    spread_kind, slopes = _slopes_of_z(probed, by_width)
    epsilon = ((z - z_mean) / SPREAD_KINDS[spread_kind].sigma(spread)).reshape(*z.shape[:2], -1)
    return Sampling(True, True, spread_kind, slopes, epsilon)


def _slopes_of_z(probed: ProbedModel, by_width: str) -> tuple[str, tuple[float, float]]:
    """What z's derivatives say that the second head is, and the derivatives themselves, relative to the right ones.

    by_width: what the width of z's distribution says, which decides where the derivatives do not.
    """
    dials = probed.recorded.random_dials()
    still, pulled = probed.train(dials), probed.train(dials._replace(pull=np.ones_like(dials.pull)))
    kl = fit_kl(still.z_mean, still.spread, dials, still.z, by_width)
    kl_derivatives = kl.derivatives(dials.z_mean, dials.spread, pulled.z) if kl else (still.z_mean, still.spread)
    n = probed.recorded.n
    by_mean, by_spread = (pulled.z_mean - kl_derivatives[0]) / n, (pulled.spread - kl_derivatives[1]) / n
    distances, slopes = {}, {}
    for name in sorted(SPREAD_KINDS, key=lambda name: name != by_width):
        expected = SPREAD_KINDS[name].log_sigma_slope(dials.spread) * (pulled.z - dials.z_mean)
        (slope,), residual = least_squares(by_spread, expected)
        if np.linalg.norm(by_spread) < 1e-3 * np.linalg.norm(expected):
            slope, residual = 0.0, 0.0
        distances[name] = abs(slope - 1) if residual < 0.01 else np.inf
        slopes[name] = float(slope)
    best = min(distances, key=lambda name: distances[name])
    spread_kind = best if distances[best] < 0.01 else by_width
    return spread_kind, (float(np.mean(by_mean)), slopes[spread_kind])


# --- what is reported ---


def _measure_report(
    probed: ProbedModel, method: str, reconstruction: ReconstructionTerm, kl: KlTerm
) -> LossReport | None:
    """What train_step or test_step reports; None where a term of the loss is not finite by itself."""
    recorded = probed.recorded
    try:
        probe = probed.probe
        if method != "train_step":
            probe = Probe(probed.parts, method, recorded.rows, recorded.random_dials())
        steps = [(dials, probe(recorded.rows, dials)) for dials in _varied_dials(recorded)]
    except Exception as error:  # whatever a model's test_step may raise
        return LossReport(error=first_line(error))
    names = list(steps[0][1].logs)
    name = next((name for name in LOSS_NAMES if name in names), None)
    if name is None:
        return LossReport(error=f"{method} reports {', '.join(names) or 'nothing'}, and no loss")
    if not all(record.z.size for _, record in steps):
        raise LookupError(f"{method} gives the decoder no z.")
    kl = kl if any(kl.weights) else KlTerm((1, 1, 1), kl.spread_kind)
    target = recorded.targets(recorded.n)[reconstruction.target]
    terms = [
        (
            reconstruction.value(dials.output, target, probed.parts.bounded),
            kl.value(dials.z_mean, dials.spread, record.z),
        )
        for dials, record in steps
    ]
    return _report_of(name, steps, np.array(terms)) if np.isfinite(terms).all() else None


def _varied_dials(recorded: RecordedModel) -> Iterator[Dials]:
    """Dials that move the two terms by much, each by itself."""
    for _ in range(REPORTS):
        dials, (output_size, mean_size) = recorded.random_dials(), recorded.rng.uniform(0.1, 1.0, 2)
        yield dials._replace(output=output_size * dials.output, z_mean=2 * mean_size * dials.z_mean)


def _report_of(name: str, steps: Sequence[tuple[Dials, StepRecord]], terms: Array) -> LossReport:
    """The weights of the two terms, (steps, 2), in the losses reported, whatever constant they hold beside."""
    losses = np.array([float(record.logs[name]) for _, record in steps])
    (reconstruction_weight, kl_weight, _), _ = least_squares(losses, *terms.T, np.ones(len(losses)))
    dials, record = steps[0]
    return LossReport(
        name,
        float(reconstruction_weight),
        float(kl_weight),
        kl_tolerance=float(3e-6 * np.abs(losses).max() / terms[:, 1].std()),
        samples=not np.allclose(record.z, dials.z_mean, 1e-5, 1e-5),
    )


def first_line(error: BaseException) -> str:
    """What an error says, in a line, without Keras's words around it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith("Exception encountered")] or lines or [""]
    return f"{type(error).__name__}: " + lines[0].replace("\x1b[1m", "").replace("\x1b[0m", "")


# --- what is trained, and what the latents say ---


def _measure_training(probed: ProbedModel) -> dict[str, bool]:
    """Whether each trainable weight, by its path, gets a gradient other than 0; empty where no optimizer is asked."""
    record = probed.train(probed.recorded.random_dials()._replace(gate=1.0))
    by_id = {id(variable): largest is not None and largest != 0 for variable, largest in record.largest}
    variables = probed.parts.vae.trainable_variables if by_id else []
    return {variable.path: by_id.get(id(variable), False) for variable in variables}


def _head_limits(probed: ProbedModel) -> dict[str, Limits]:
    """The limits that each head's layer keeps its numbers in, infinite where it keeps none.

    Tried where a head comes out of a layer of its own that takes one tensor, with large inputs and with larger ones.
    """
    recorded, limits = probed.recorded, {}
    for place in probed.parts.places:
        call = recorded.recording.calls_of(place.port)[-1]
        if call.innermost and len(call.inputs) == len(place.names) == 1 and None not in call.inputs[0].shape[1:]:
            inputs = recorded.rng.normal(size=(64, *call.inputs[0].shape[1:]))
            large, larger = (output_at(place, size * inputs, call.inputs[0].dtype) for size in (1e3, 1e4))
            low = large.min() if large.min() >= 0 or larger.min() >= 1.01 * large.min() else -np.inf
            high = large.max() if larger.max() <= 1.01 * large.max() else np.inf
            limits[place.names[0]] = float(low), float(high)
    return limits


def _ignored_latents(recorded: RecordedModel) -> Array:
    """Which latents the decoder ignores, (latents,): its output has no derivative by them, wherever z is."""
    z = tf.constant(recorded.rng.normal(size=(recorded.n, *recorded.z.shape[1:])), recorded.z.dtype)
    with run_functions_eagerly(), tf.GradientTape() as tape:
        tape.watch(z)
        output = flat_tensors(recorded.parts.decoder(z))[0]
        total = tf.reduce_sum(output * recorded.rng.normal(size=output.shape))
    slope = tape.gradient(total, z, unconnected_gradients="zero")
    return np.max(np.abs(slope), axis=0).ravel() == 0


def _spread_kind(kl: KlTerm | None, sampling: Sampling) -> str:
    """What the second head stands for by the KL; where the KL does not tell, by the draw."""
    if kl and kl.kind != "swapped" and any(kl.weights[1:]):
        return kl.spread_kind
    return sampling.spread_kind or "log-variance"


def _latent_kl(z_mean: Array, spread: Array, spread_kind: str) -> Array:
    """The KL of each latent in nats, averaged over the images: (latents,)."""
    z_mean, sigma = z_mean.astype(float), np.maximum(SPREAD_KINDS[spread_kind].sigma(spread.astype(float)), 1e-30)
    return np.mean((sigma**2 + z_mean**2 - 1) / 2 - np.log(sigma), axis=0).ravel()


def _optimizer_steps(vae: Model) -> int:
    """How many steps the optimizer has made."""
    objects = reachable_objects(vae)
    optimizers = [optimizer for optimizer in objects if isinstance(optimizer, keras.optimizers.Optimizer)]
    return max((int(value_of(optimizer.iterations)) for optimizer in optimizers), default=0)


def _intended_beta(vae: Model) -> float:
    """The beta that the model's attribute says; 1 where there is none."""
    try:
        return float(np.array(getattr(vae, "beta", 1.0)))
    except (TypeError, ValueError):
        return 1.0
