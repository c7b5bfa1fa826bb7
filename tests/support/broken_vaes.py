"""Broken VAEs, each a right one with one change, and right ones that are written in odd ways.

SLIPS: {name: (build, the names of the problems)}. ODD: {name: build}. A build returns (vae, x), as in ``vaes``.
"""

from collections import namedtuple

import numpy as np
from vaes import digits, kl_terms

from vae_helpers.backend import keras, tf

ops, layers = keras.ops, keras.layers
PIXELS, LATENTS = 36, 4


def dense_encoder(mean=None, spread=None, shared=False):
    x = keras.Input((PIXELS,))
    h = layers.Dense(16, activation="tanh")(x)
    heads = [layers.Dense(LATENTS, activation=each) for each in (mean, spread)]
    return keras.Model(x, [heads[0](h), heads[0 if shared else 1](h)])


def dense_decoder(activation=None, heard=(1.0,) * LATENTS):
    z = keras.Input((LATENTS,))
    h = layers.Dense(16, activation="tanh")(z * np.array([heard], "float32"))
    return keras.Model(z, layers.Dense(PIXELS, activation=activation)(h))


class Plain(keras.Model):
    """A right one, in small methods that each slip changes one of."""

    def __init__(self, encoder=None, decoder=None):
        super().__init__()
        self.encoder, self.decoder = encoder or dense_encoder(), decoder or dense_decoder()
        self.chance = keras.random.SeedGenerator(0)

    def noise(self, mean):
        return keras.random.normal(ops.shape(mean), seed=self.chance)

    def draw(self, mean, log_var):
        return mean + ops.exp(0.5 * log_var) * self.noise(mean)

    def call(self, x, training=None):
        mean, log_var = self.encoder(x)
        return self.decoder(self.draw(mean, log_var)), mean, log_var

    def nll(self, x, out):
        return ops.sum(ops.softplus(out) - x * out, axis=-1)

    def kl(self, mean, log_var):
        return ops.sum(kl_terms(mean, log_var), axis=-1)

    def total(self, nll, kl, training):
        return ops.mean(nll + kl)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        out, mean, log_var = y_pred
        return self.total(self.nll(x, out), self.kl(mean, log_var), training)


class LossAlone(Plain):
    """fit reports the reconstruction as its loss."""

    def train_step(self, data):
        return {"loss": self.taught(data)[0]}

    def taught(self, data):
        with tf.GradientTape() as tape:
            out, mean, log_var = self(data)
            nll, kl = ops.mean(self.nll(data, out)), ops.mean(self.kl(mean, log_var))
            total = nll + kl
        variables = self.taught_variables()
        self.optimizer.apply(tape.gradient(total, variables), variables)
        return nll, total

    def taught_variables(self):
        return self.trainable_variables


class EncoderAlone(LossAlone):
    def train_step(self, data):
        return {"loss": self.taught(data)[1]}

    def taught_variables(self):
        return self.encoder.trainable_variables


class NoiseOnce(Plain):
    def __init__(self):
        super().__init__()
        self.epsilon = np.random.default_rng(0).normal(size=(64, LATENTS)).astype("float32")

    def noise(self, mean):
        return ops.convert_to_tensor(self.epsilon)[: ops.shape(mean)[0]]


class MeanInEvaluate(Plain):
    def call(self, x, training=None):
        mean, log_var = self.encoder(x)
        return self.decoder(self.draw(mean, log_var) if training else mean), mean, log_var


class FromThePrior(Plain):
    def draw(self, mean, log_var):
        return self.noise(mean)


class StoppedKl(Plain):
    def kl(self, mean, log_var):
        return super().kl(ops.stop_gradient(mean), ops.stop_gradient(log_var))


class Moments(Plain):
    def kl(self, mean, log_var):
        return ops.sum(ops.abs(mean) + ops.abs(log_var), axis=-1)


def slip(base=Plain, x=None, encoder=None, decoder=None, **methods):
    """A build of a VAE with some methods changed."""

    def build():
        cls = type("Slip", (base,), methods)
        parts = {"encoder": encoder and encoder(), "decoder": decoder and decoder()} if encoder or decoder else {}
        vae = cls(**parts)
        vae.compile(optimizer=keras.optimizers.Adam())
        return vae, digits(PIXELS) if x is None else x

    return build


def collapsed():
    vae, x = slip()()
    for each in vae.encoder.layers[-2:]:
        each.set_weights([1e-6 * w for w in each.get_weights()])
    vae.optimizer.build(vae.trainable_variables)
    vae.optimizer.iterations.assign(1000)
    return vae, x


def normal(mean, **kwargs):
    return keras.random.normal(ops.shape(mean), **kwargs)


SLIPS = {
    "KL averaged over the latents": (slip(kl=lambda _, m, s: ops.mean(kl_terms(m, s), axis=-1)), {"beta"}),
    "pixels averaged": (slip(nll=lambda _, x, o: ops.mean(ops.softplus(o) - x * o, axis=-1)), {"beta"}),
    "the half left out": (slip(kl=lambda _, m, s: ops.sum(2 * kl_terms(m, s), axis=-1)), {"beta"}),
    "beta of 4": (slip(total=lambda _, nll, kl, training: ops.mean(nll + 4 * kl)), {"beta"}),
    "sign of the KL": (slip(total=lambda _, nll, kl, training: ops.mean(nll - kl)), {"KL's sign"}),
    "sign of the loss": (
        slip(total=lambda _, nll, kl, training: -ops.mean(nll + kl)),
        {"reconstruction's sign", "KL's sign"},
    ),
    "no KL": (slip(total=lambda _, nll, kl, training: ops.mean(nll)), {"no KL"}),
    "KL without a gradient": (slip(StoppedKl), {"no KL", "report"}),
    "KL without z_mean": (
        slip(kl=lambda _, m, s: -0.5 * ops.sum(1 + s - ops.exp(s), axis=-1)),
        {"KL in part"},
    ),
    "KL with a sign wrong": (
        slip(kl=lambda _, m, s: -0.5 * ops.sum(1 + s + ops.square(m) - ops.exp(s), axis=-1)),
        {"KL in part"},
    ),
    "KL of the wrong heads": (slip(kl=lambda self, m, s: Plain.kl(self, s, m)), {"KL of the wrong heads"}),
    "KL of another kind": (slip(Moments), {"KL unknown"}),
    "KL summed over the batch": (
        slip(kl=lambda self, m, s: ops.sum(kl_terms(m, s))),
        {"batch", "beta"},
    ),
    "log-sigma in the KL": (
        slip(kl=lambda _, m, s: 0.5 * ops.sum(ops.exp(2 * s) + m**2 - 1 - 2 * s, axis=-1)),
        {"sigma"},
    ),
    "variance as sigma": (slip(draw=lambda self, m, s: m + ops.exp(s) * self.noise(m)), {"sigma"}),
    "log-variance as sigma": (slip(draw=lambda self, m, s: m + s * self.noise(m)), {"sigma"}),
    "z_mean decoded": (slip(draw=lambda _, m, s: m), {"no sampling"}),
    "the prior decoded": (slip(FromThePrior), {"z not from the heads"}),
    "gradient stopped at z_mean": (
        slip(draw=lambda self, m, s: ops.stop_gradient(m) + ops.exp(s / 2) * self.noise(m)),
        {"gradient to z_mean"},
    ),
    "gradient stopped at sigma": (
        slip(draw=lambda self, m, s: m + ops.stop_gradient(ops.exp(s / 2)) * self.noise(m)),
        {"gradient to the log-variance"},
    ),
    "gradient stopped at z": (
        slip(draw=lambda self, m, s: ops.stop_gradient(Plain.draw(self, m, s))),
        {"gradient to z_mean", "gradient to the log-variance"},
    ),
    "epsilon with a fixed seed": (slip(noise=lambda _, m: normal(m, seed=7)), {"frozen epsilon"}),
    "epsilon drawn by numpy": (
        slip(noise=lambda _, m: np.random.default_rng().normal(size=(1, LATENTS)).astype("float32")),
        {"frozen epsilon", "one epsilon for the batch"},
    ),
    "one epsilon for the batch": (
        slip(noise=lambda self, m: normal(m[:1], seed=self.chance)),
        {"one epsilon for the batch"},
    ),
    "one epsilon for all latents": (
        slip(noise=lambda self, m: normal(m[:, :1], seed=self.chance)),
        {"one epsilon for the latents"},
    ),
    "narrow epsilon": (slip(noise=lambda self, m: normal(m, stddev=0.1, seed=self.chance)), {"epsilon's width"}),
    "uniform epsilon": (
        slip(noise=lambda self, m: keras.random.uniform(ops.shape(m), -(3**0.5), 3**0.5, seed=self.chance)),
        {"epsilon's shape"},
    ),
    "sigmoid twice": (slip(decoder=lambda: dense_decoder("sigmoid")), {"sigmoid twice"}),
    "logits taken for probabilities": (
        slip(nll=lambda _, x, o: ops.sum(ops.binary_crossentropy(x, o), axis=-1)),
        {"logits taken for probabilities"},
    ),
    "ReLU at the decoder's end": (slip(decoder=lambda: dense_decoder("relu")), {"decoder's reach"}),
    "x to 255": (slip(x=255 * digits(PIXELS)), {"x's range"}),
    "compared with itself": (
        slip(nll=lambda self, x, o: Plain.nll(self, ops.sigmoid(o), o)),
        {"wrong target"},
    ),
    "a constant": (
        slip(nll=lambda self, x, o: Plain.nll(self, x, ops.stop_gradient(o))),
        {"no reconstruction", "weights not trained"},
    ),
    "an error of another kind": (
        slip(nll=lambda _, x, o: ops.sqrt(ops.sum(ops.square(x - o), axis=-1))),
        {"reconstruction unknown"},
    ),
    "one head twice": (slip(encoder=lambda: dense_encoder(shared=True)), {"one head"}),
    "ReLU on the log-variance": (slip(encoder=lambda: dense_encoder(spread="relu")), {"the log-variance's reach"}),
    "tanh on z_mean": (slip(encoder=lambda: dense_encoder(mean="tanh")), {"z_mean's reach"}),
    "collapsed": (collapsed, {"collapse"}),
    "a latent that the decoder ignores": (slip(decoder=lambda: dense_decoder(heard=(1, 1, 0, 1))), {"ignored latents"}),
    "no KL in evaluate": (
        slip(total=lambda _, nll, kl, training: ops.mean(nll + kl if training else nll)),
        {"evaluate"},
    ),
    "z_mean decoded in evaluate": (slip(MeanInEvaluate), {"evaluate"}),
    "half a report": (slip(LossAlone), {"report"}),
    "the encoder trained alone": (slip(EncoderAlone), {"weights not trained"}),
}


# --- right ones, oddly written ---


class Inside(keras.Model):
    """One layer for both heads, split, clipped and drawn in call; what it returns is put in a form."""

    def __init__(self, form):
        super().__init__()
        self.hidden, self.both, self.form = layers.Dense(16, activation="tanh"), layers.Dense(2 * LATENTS), form

    def call(self, x):
        mean, log_var = tf.split(self.both(self.hidden(x)), 2, axis=-1)
        log_var = tf.clip_by_value(log_var, -10, 10)
        return self.form(mean, log_var, mean + tf.exp(0.5 * log_var) * tf.random.normal(tf.shape(mean)))


Heads = namedtuple("Heads", "logvar mu z")
FORMS = {  # what the encoder returns, and how mean, log-variance and z are taken out of it
    "z last": (lambda m, s, z: (m, s, z), lambda h: h),
    "z first": (lambda m, s, z: [z, m, s], lambda h: (h[1], h[2], h[0])),
    "a dict": (lambda m, s, z: {"z": z, "log_var": s, "mu": m}, lambda h: (h["mu"], h["log_var"], h["z"])),
    "a named tuple": (lambda m, s, z: Heads(s, m, z), lambda h: (h.mu, h.logvar, h.z)),
}


def inside(form, unpacked):
    """A build of a VAE whose encoder draws z."""

    def call(self, x, training=None):
        mean, log_var, z = unpacked(self.encoder(x))
        return self.decoder(z), mean, log_var

    return slip(encoder=lambda: Inside(form), call=call)


class TwoOptimizers(Plain):
    """One for each half, and a tape that is asked twice."""

    def __init__(self):
        super().__init__()
        self.first, self.second = keras.optimizers.Adam(), keras.optimizers.SGD()

    def train_step(self, data):
        with tf.GradientTape(persistent=True) as tape:
            out, mean, log_var = self(data, training=True)
            loss = ops.mean(self.nll(data, out) + self.kl(mean, log_var))
        for optimizer, half in ((self.first, self.encoder), (self.second, self.decoder)):
            optimizer.apply_gradients(zip(tape.gradient(loss, half.variables), half.variables, strict=True))
        return {"loss": loss}


class WarmUp(Plain):
    """beta grows with each step, up to 1; it stands there now."""

    def __init__(self):
        super().__init__()
        self.rate, self.steps = tf.Variable(1.0, trainable=False), 0

    def train_step(self, data):
        self.steps += 1
        self.rate.assign_add(0.1)
        return super().train_step(data)

    def total(self, nll, kl, training):
        return ops.mean(nll + ops.minimum(self.rate, 1.0) * kl)


class HeadsOutside(keras.Model):
    """What is called encoder stops before the heads; the loss is in add_loss and in compile."""

    def __init__(self):
        super().__init__()
        self.encoder = keras.Sequential([layers.Dense(16), layers.BatchNormalization(), layers.ReLU()])
        self.z_mean, self.z_log_var = layers.Dense(LATENTS), layers.Dense(LATENTS)
        self.decoder = keras.Sequential([layers.Dense(16, activation="relu"), layers.Dense(PIXELS, "sigmoid")])

    def call(self, x, training=None):
        h = self.encoder(x, training=training)
        mean, log_var = self.z_mean(h), self.z_log_var(h)
        self.add_loss(ops.mean(ops.sum(kl_terms(mean, log_var), axis=-1)))
        return self.decoder(mean + ops.exp(log_var / 2) * normal(mean))


def heads_outside():
    vae = HeadsOutside()
    vae.compile("adam", loss=lambda y, p: PIXELS * keras.losses.binary_crossentropy(y, p), metrics=["mae"])
    return vae, digits(PIXELS)


def halves(policy):
    """In another precision, with the loss in float32."""

    def build():
        keras.config.set_dtype_policy(policy)
        try:
            encoder = keras.Sequential([keras.Input((PIXELS,)), layers.Dense(2 * LATENTS)])
            decoder = keras.Sequential([keras.Input((LATENTS,)), layers.Dense(PIXELS)])
        finally:
            keras.config.set_dtype_policy("float32")

        def call(self, x, training=None):
            mean, log_var = ops.split(ops.cast(self.encoder(x), "float32"), 2, axis=-1)
            return ops.cast(self.decoder(self.draw(mean, log_var)), "float32"), mean, log_var

        return slip(encoder=lambda: encoder, decoder=lambda: decoder, call=call)()

    return build


ODD = {
    **{f"an encoder that draws, {name}": inside(*form) for name, form in FORMS.items()},
    "log-sigma": slip(
        draw=lambda self, m, s: m + ops.exp(s) * self.noise(m),
        kl=lambda _, m, s: 0.5 * ops.sum(ops.exp(2 * s) + m**2 - 1 - 2 * s, axis=-1),
    ),
    "sigma, by softplus": slip(
        encoder=lambda: dense_encoder(spread="softplus"),
        draw=lambda self, m, s: m + s * self.noise(m),
        kl=lambda _, m, s: 0.5 * ops.sum(s**2 + m**2 - 1 - 2 * ops.log(s), axis=-1),
    ),
    "two optimizers": slip(TwoOptimizers),
    "a warm-up that is over": slip(WarmUp),
    "heads outside the encoder": heads_outside,
    "mixed_float16": halves("mixed_float16"),
    "mixed_bfloat16": halves("mixed_bfloat16"),
    "float64": halves("float64"),
    "a sigmoid that Keras sees": slip(
        decoder=lambda: dense_decoder("sigmoid"),
        nll=lambda _, x, p: PIXELS * keras.losses.binary_crossentropy(x, p, from_logits=True),
    ),
    "fit(x, x)": slip(
        compute_loss=lambda self, x, y, y_pred, sample_weight=None, training=True: Plain.compute_loss(
            self, y, y, y_pred
        )
    ),
}
