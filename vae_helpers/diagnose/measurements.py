"""A VAE on the bench: what the gradients, the draws and the reports of its steps say of its loss."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np

from vae_helpers.backend import keras, tf
from vae_helpers.diagnose.diagnosis import known
from vae_helpers.diagnose.gradient_probe import Probe, flat, functions_inlined
from vae_helpers.diagnose.locate_parts import Recording, encoder_calls, heads_of, places_of
from vae_helpers.diagnose.loss_terms import SPREADS, Kl, best_likeness, fit, fitting_kl, summed_over_batch
from vae_helpers.diagnose.preserve_state import reachable, untouched, value_of

NUMBERS_AT_ONCE = 50_000  # pixels in a batch of probes
NOISES = 2_000  # draws of epsilon that are looked at: their standard deviation is then known to 2 %
REPORTS = 4  # for two weights and a constant
TOTALS = ("loss", "total_loss", "elbo_loss", "vae_loss", "total", "negative_elbo")


class Bench:
    """A VAE, a batch of x, and training steps with dials. Raises what train_step raises on x."""

    def __init__(self, parts, x):
        self.parts, self.chance = parts, np.random.default_rng(0)
        self.n = int(np.clip(NUMBERS_AT_ONCE // x[0].size, 4, 64))
        self.x, self.rows = x, x[np.arange(self.n) % len(x)]
        self.recording = Recording(parts, x[: max(4 * self.n, 32)])
        self.heads = heads_of(self.recording)
        self.ways = places_of(self.recording, self.heads)
        self.z, self.out = np.array(self.recording.z), np.array(self.recording.output)
        self.reach = self._reach()
        parts.bounded = self.reach == "probabilities"

    def take_hold(self):
        """Take the first way to the heads by which z moves with z_mean; the first of all where there is none."""
        for way in self.ways + self.ways[:1]:
            self.parts.places = way
            self.step = Probe(self.parts, "train_step", self.rows, self.dials())
            self.follows = self._moves_z()
            if self.follows:
                return self
        if any(self.recording.z is each for call in encoder_calls(self.recording) for each in flat(call.output)):
            self.follows = None  # the encoder draws z, from heads that were not got hold of
        return self

    def _moves_z(self):
        far = np.sign(self.chance.normal(size=(self.n, *self.z.shape[1:]))) * 50
        z = self.train(self.dials(mean=far)).z
        return z.shape == far.shape and np.mean(np.sign(z) == np.sign(far)) > 0.9

    def _reach(self):
        """What numbers the decoder can give, far out and with other weights: a decoder may ignore z."""
        far = np.resize([1.0, 10.0, 100.0], self.n).reshape(-1, *[1] * (self.z.ndim - 1))
        far = far * self.chance.normal(size=(self.n, *self.z.shape[1:]))
        with untouched(self.parts.vae):
            for each in self.parts.vae.trainable_variables:
                each.assign(each + self.chance.normal(0, 0.3, each.shape))
            out = np.stack([self.decoded(far), self.decoded(-far)])
        if out.min() >= 0:
            return "probabilities" if out.max() <= 1 else "not negative"
        return "tanh" if np.abs(out).max() <= 1 else "logits"

    def decoded(self, z):
        """The decoder's output, as it is."""
        with functions_inlined():
            return np.array(flat(self.parts.decoder(tf.constant(z, self.z.dtype)))[0])

    def given_by(self, place, inputs, dtype):
        """What the layer of a place gives for chosen inputs."""
        return np.array(keras.tree.flatten(place.port(tf.constant(inputs, dtype)))[place.index])

    def dials(self, n=None, **chosen):
        """Random dials for n images, and those that are chosen. The second head is kept positive: it may be a sigma."""
        low, high = {"tanh": (-0.9, 0.9), "not negative": (0.05, 3.0)}.get(self.reach, (-3.0, 3.0))
        shape = (n or self.n, *self.z.shape[1:])
        random = {"mean": self._drawn(-2, 2, shape), "spread": self._drawn(0.25, 2.25, shape)}
        random |= {"out": self._drawn(low, high, (n or self.n, *self.out.shape[1:]))}
        return random | {"pull": np.zeros(shape), "gate": 0.0} | chosen

    def _drawn(self, low, high, shape):
        """Uniform multiples of 1/64, which half precision holds exactly."""
        return np.round(64 * self.chance.uniform(low, high, shape)) / 64

    def train(self, dials):
        """What a training step shows. Gradients are times the number of images: of a mean as if of a sum."""
        n = len(dials["mean"])
        seen = self.step(self.rows[:n], dials)
        seen.mean, seen.spread, seen.out = n * seen.mean, n * seen.spread, n * seen.out
        seen.z = seen.z[0] if seen.z else np.zeros(0)
        return seen

    def targets(self, n):
        """What the output may be compared with, as functions of the output: x, y, or itself."""
        shape = (n, *self.out.shape[1:])
        x, y = self.rows[:n].reshape(shape), self.rows[:n, ::-1].reshape(shape)
        named = {"x": lambda out: x} | ({"y": lambda out: y} if self.parts.with_y else {})
        return named | {"itself": lambda out: out, "its own probabilities": tf.sigmoid}

    @property
    def natural_heads(self):
        """z_mean and the second head, as the encoder gives them for x."""
        return np.split(np.concatenate([each for _, each in self.heads], axis=-1), 2, axis=-1)


# --- the two terms ---


def measure_reconstruction(bench):
    """The Reconstruction that fits best, at two sizes of the batch."""
    found = []
    for n in (bench.n, bench.n // 2):
        dials = bench.dials(n)
        found.append(best_likeness(bench.train(dials).out, dials["out"], bench.targets(n), bench.parts.bounded))
    whole, half = found
    whole.summed = summed_over_batch(whole.weight, half.weight, bench.n)
    whole.weight /= bench.n if whole.summed else 1
    return whole


def measure_kl(bench, first):
    """The Kl that fits, at two sizes of the batch; None where none does. first: the meaning that is tried first."""
    found = []
    for n in (bench.n, bench.n // 2):
        dials = bench.dials(n)
        seen = bench.train(dials)
        found.append(fitting_kl(seen.mean, seen.spread, dials, seen.z, first))
    whole, half = found
    if whole is None or half is None:
        return None
    whole.summed = summed_over_batch(np.linalg.norm(whole.weights), np.linalg.norm(half.weights), bench.n)
    whole.weights = tuple(float(each) / (bench.n if whole.summed else 1) for each in whole.weights)
    return whole


# --- how z is drawn ---


@dataclass
class Sampling:
    """How the decoder's z comes from the heads."""

    follows: bool | None  # z moves with z_mean; None: that can't be told
    random: bool = True
    spread: str | None = None  # what the second head is to the draw
    slopes: tuple = (1.0, 1.0)  # the derivatives of z by the two heads, beside the right ones
    noise: np.ndarray = field(default_factory=lambda: np.zeros((0, 1, 1)))  # (draws, images, latents)


def measure_sampling(bench):
    """A Sampling from training steps with random dials."""
    if not bench.follows:
        return Sampling(follows=bench.follows)
    tried = [bench.dials() for _ in range(int(np.clip(NOISES // bench.dials()["mean"].size, 2, 20)))]
    z = np.stack([bench.train(dials).z for dials in tried])
    m, s = (np.stack([dials[name] for dials in tried]) for name in ("mean", "spread"))
    if np.allclose(z, m, 1e-5, 1e-5):
        return Sampling(follows=True, random=False, slopes=(slopes_of_z(bench, "log-variance")[1][0], 0.0))
    level = np.log(np.abs(z - m) + 1e-12)
    by_width = min(SPREADS, key=lambda each: np.std(level - np.log(SPREADS[each][0](s))))
    spread, slopes = slopes_of_z(bench, by_width)
    noise = ((z - m) / SPREADS[spread][0](s)).reshape(*z.shape[:2], -1)
    return Sampling(True, True, spread, slopes, noise)


def slopes_of_z(bench, by_width):
    """What the second head is by z's derivatives, and these beside the right ones. by_width: the same by z's width."""
    dials = bench.dials()
    still, pulled = bench.train(dials), bench.train(dials | {"pull": np.ones_like(dials["pull"])})
    m, s = dials["mean"], dials["spread"]
    kl = fitting_kl(still.mean, still.spread, dials, still.z, by_width)
    own_mean, own_spread = kl.slopes(m, s, pulled.z) if kl else (still.mean, still.spread)
    by_mean, by_spread = (pulled.mean - own_mean) / bench.n, (pulled.spread - own_spread) / bench.n
    noise, found = pulled.z - m, {}
    for name in sorted(SPREADS, key=lambda each: each != by_width):
        right = SPREADS[name][1](s) * noise
        (slope,), left = fit(by_spread, right)
        if np.linalg.norm(by_spread) < 1e-3 * np.linalg.norm(right):
            slope, left = 0.0, 0.0
        found[name] = abs(slope - 1) if left < 0.01 else np.inf, float(slope)
    best = min(found, key=lambda each: found[each][0])
    spread = best if found[best][0] < 0.01 else by_width
    return spread, (float(np.mean(by_mean)), found[spread][1])


# --- what is reported, what moves, what the latents say ---


@dataclass
class Report:
    """The number that a step reports as its loss: weights beside those that are trained, or why there is none."""

    name: str = ""
    reconstruction: float = 0.0  # weight per image of the reconstruction found in training
    kl: float = 0.0  # beside the KL's weights in training; where these are 0, the weight of the KL
    error: str = ""
    samples: bool = True
    unsure: float = 0.0  # of kl


def measure_report(bench, method, reconstruction, kl):
    """The Report of train_step or test_step; None where a term of the loss is not finite by itself."""
    try:
        step = bench.step if method == "train_step" else Probe(bench.parts, method, bench.rows, bench.dials())
        seen = [(dials, step(bench.rows, dials)) for dials in varied(bench)]
    except Exception as error:  # whatever a model's test_step may raise
        return Report(error=first_line(error))
    name = next((each for each in TOTALS if each in seen[0][1].logs), None)
    if name is None:
        return Report(error=f"{method} reports {', '.join(seen[0][1].logs) or 'nothing'}, and no loss")
    kl = kl if any(kl.weights) else Kl((1, 1, 1), kl.spread)
    target = bench.targets(bench.n)[reconstruction.target]
    terms = [
        (reconstruction.value(d["out"], target, bench.parts.bounded), kl.value(d["mean"], d["spread"], each.z[0]))
        for d, each in seen
    ]
    if not np.isfinite(terms).all():
        return None
    return report_of(name, np.array([float(each.logs[name]) for _, each in seen]), np.array(terms), seen)


def varied(bench):
    """Dials that move the two terms by much, each by itself."""
    for _ in range(REPORTS):
        dials, (a, b) = bench.dials(), bench.chance.uniform(0.1, 1.0, 2)
        yield dials | {"out": a * dials["out"], "mean": 2 * b * dials["mean"]}


def report_of(name, losses, terms, seen):
    """The weights of the two terms in the losses reported, whatever constant they hold beside."""
    (reconstruction, kl, _), _ = fit(losses, *terms.T, np.ones(len(losses)))
    samples = not np.allclose(seen[0][1].z[0], seen[0][0]["mean"], 1e-5, 1e-5)
    unsure = 3e-6 * np.abs(losses).max() / terms[:, 1].std()
    return Report(name, float(reconstruction), float(kl), samples=samples, unsure=float(unsure))


def first_line(error):
    """What an error says, in a line, without Keras's words around it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith("Exception encountered")] or lines or [""]
    return f"{type(error).__name__}: " + lines[0].replace("\x1b[1m", "").replace("\x1b[0m", "")


def measure_movement(bench):
    """Which trainable weights get a gradient other than 0: {path: bool}."""
    seen = bench.train(bench.dials(gate=1.0))
    largest = iter(seen.largest)
    moved = {id(variable): given and float(next(largest)) != 0 for variable, given in bench.step.heard}
    return {each.path: moved.get(id(each), False) for each in bench.parts.vae.trainable_variables} if moved else {}


def head_limits(bench):
    """The limits that each head's layer keeps its numbers in, {name: (low, high)}, infinite where it keeps none.

    Tried where a head comes out of a layer of its own that takes one tensor, with large inputs and with larger ones.
    """
    found = {}
    for place in bench.parts.places:
        call = bench.recording.of(place.port)[-1]
        if call.leaf and len(call.inputs) == len(place.names) == 1 and None not in call.inputs[0].shape[1:]:
            given = bench.chance.normal(size=(64, *call.inputs[0].shape[1:]))
            large, larger = (bench.given_by(place, size * given, call.inputs[0].dtype) for size in (1e3, 1e4))
            low = large.min() if large.min() >= 0 or larger.min() >= 1.01 * large.min() else -np.inf
            high = large.max() if larger.max() <= 1.01 * large.max() else np.inf
            found[place.names[0]] = float(low), float(high)
    return found


def ignored_latents(bench):
    """Which latents the decoder does nothing with, (latents,): its output has no derivative by them, wherever z is."""
    z = tf.constant(bench.chance.normal(size=(bench.n, *bench.z.shape[1:])), bench.z.dtype)
    with functions_inlined(), tf.GradientTape() as tape:
        tape.watch(z)
        out = flat(bench.parts.decoder(z))[0]
        total = tf.reduce_sum(out * bench.chance.normal(size=out.shape))
    slope = tape.gradient(total, z, unconnected_gradients="zero")
    return np.max(np.abs(slope), axis=0).ravel() == 0


def spread_of(kl, sampling):
    """What the second head is: to the KL, or else to the draw."""
    told = kl and kl.kind != "swapped" and any(kl.weights[1:])
    return kl.spread if told else sampling.spread or "log-variance"


def latent_kl(m, s, spread):
    """Nats of each latent, averaged over the images: (latents,)."""
    m, sigma = m.astype(float), np.maximum(SPREADS[spread][0](s.astype(float)), 1e-30)
    return np.mean((sigma**2 + m**2 - 1) / 2 - np.log(sigma), axis=0).ravel()


def steps_of(vae):
    """How many steps the optimizer has made."""
    optimizers = [each for each in reachable(vae) if isinstance(each, keras.optimizers.Optimizer)]
    return max((int(value_of(each.iterations)) for each in optimizers), default=0)


def intended_beta(vae):
    """The beta that the model's attribute says; 1 where there is none."""
    try:
        return float(np.array(getattr(vae, "beta", 1.0)))
    except (TypeError, ValueError):
        return 1.0


def measure(bench):
    """All that is measured, in one namespace."""
    vae = bench.parts.vae
    found = SimpleNamespace(
        n=bench.n, reach=bench.reach, pixels=bench.x.shape[1:], x_range=(bench.x.min(), bench.x.max())
    )
    bench.take_hold()
    found.sampling = measure_sampling(bench)
    found.reconstruction, found.kl = measure_reconstruction(bench), measure_kl(bench, found.sampling.spread)
    found.spread = spread_of(found.kl, found.sampling)
    found.moves, found.limits = measure_movement(bench), head_limits(bench)
    m, s = bench.natural_heads
    found.same_heads, found.latent_kl = np.array_equal(m, s) and np.ptp(m) > 0, latent_kl(m, s, found.spread)
    found.ignored = ignored_latents(bench)
    told = bool(known(found.reconstruction) and found.kl)
    found.fit_report = measure_report(bench, "train_step", found.reconstruction, found.kl) if told else None
    found.evaluate_report = measure_report(bench, "test_step", found.reconstruction, found.kl) if told else None
    found.steps, found.intended = steps_of(vae), intended_beta(vae)
    return found
