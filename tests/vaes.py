"""VAEs as people write them: one in the manner of each source that notebook 04 lists, and broken ones.

Each is written in our own words. SOURCES: {name: (build, Truth)}. SLIPS: {name: (build, the problems' names)}; each
slip is one change to ``Plain``. Every build returns (vae, x), compiled and not trained.
"""

from typing import NamedTuple

import numpy as np

from vae_helpers import model as course
from vae_helpers.quiet import keras, tf

ops, layers = keras.ops, keras.layers


class Truth(NamedTuple):
    """What a source's loss is: the reconstruction, its weight per pixel summed, and the weight of the summed KL."""

    reconstruction: str
    reconstruction_weight: float
    kl_weight: float


def digits(*shape):
    """Grey pixels, many of them 0 or 1, that vary from image to image as a few factors do."""
    rng = np.random.default_rng(0)
    waves = rng.normal(size=(128, 4)) @ rng.normal(size=(4, int(np.prod(shape))))
    return np.clip(0.5 + 0.4 * waves, 0, 1).reshape(128, *shape).astype("float32")


class Draw(layers.Layer):
    """z from (z_mean, z_log_var)."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.chance = keras.random.SeedGenerator(0)

    def call(self, heads):
        mean, log_var = heads
        return mean + ops.exp(0.5 * log_var) * keras.random.normal(ops.shape(mean), seed=self.chance)


def kl_terms(mean, log_var):
    return -0.5 * (1 + log_var - ops.square(mean) - ops.exp(log_var))


def convolutional(size, channels, latent_dim, activation):
    """An encoder with three outputs and a decoder that gives images of size x size x channels."""
    x = keras.Input((size, size, channels))
    h = layers.Conv2D(16, 3, strides=2, padding="same", activation="relu")(x)
    h = layers.Conv2D(32, 3, strides=2, padding="same", activation="relu")(h)
    h = layers.Dense(16, activation="relu")(layers.Flatten()(h))
    heads = [layers.Dense(latent_dim, name=name)(h) for name in ("z_mean", "z_log_var")]
    encoder = keras.Model(x, [*heads, Draw()(heads)], name="encoder")
    z = keras.Input((latent_dim,))
    h = layers.Dense(size // 4 * size // 4 * 32, activation="relu")(z)
    h = layers.Reshape((size // 4, size // 4, 32))(h)
    h = layers.Conv2DTranspose(16, 3, strides=2, padding="same", activation="relu")(h)
    h = layers.Conv2DTranspose(channels, 3, strides=2, padding="same", activation=activation)(h)
    return encoder, keras.Model(z, h, name="decoder")


# --- in the manner of the sources ---


class KerasIO(keras.Model):
    """A tape in train_step, three trackers, pixels and latents summed."""

    kl_scale = staticmethod(lambda kl: ops.mean(ops.sum(kl, axis=1)))

    def __init__(self, encoder, decoder, **kwargs):
        super().__init__(**kwargs)
        self.encoder, self.decoder = encoder, decoder
        self.total_loss_tracker = keras.metrics.Mean(name="loss")
        self.kl_loss_tracker = keras.metrics.Mean(name="kl_loss")

    @property
    def metrics(self):
        return [self.total_loss_tracker, self.kl_loss_tracker]

    def reconstruction(self, data, out):
        return ops.mean(ops.sum(keras.losses.binary_crossentropy(data, out), axis=(1, 2)))

    def train_step(self, data):
        with tf.GradientTape() as tape:
            mean, log_var, z = self.encoder(data)
            kl = self.kl_scale(kl_terms(mean, log_var))
            total = self.reconstruction(data, self.decoder(z)) + kl
        grads = tape.gradient(total, self.trainable_weights)
        self.optimizer.apply_gradients(zip(grads, self.trainable_weights, strict=True))
        self.total_loss_tracker.update_state(total)
        self.kl_loss_tracker.update_state(kl)
        return {"loss": self.total_loss_tracker.result(), "kl_loss": self.kl_loss_tracker.result()}


def keras_io():
    vae = KerasIO(*convolutional(28, 1, 2, "sigmoid"))
    vae.compile(optimizer=keras.optimizers.Adam())
    return vae, digits(28, 28, 1)


class Book2e(KerasIO):
    """The same with the KL averaged over batch and latents."""

    kl_scale = staticmethod(ops.mean)


def book_2e():
    vae = Book2e(*convolutional(28, 1, 2, "sigmoid"))
    vae.compile(optimizer=keras.optimizers.Adam())
    return vae, digits(28, 28, 1)


class Book3e(keras.Model):
    """compute_loss alone, with an encoder of two outputs and a sampler of its own."""

    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder, self.sampler = encoder, decoder, Draw()

    def call(self, inputs):
        return self.encoder(inputs)

    def compute_loss(self, x, y, y_pred, sample_weight=None, training=True):
        mean, log_var = y_pred
        out = self.decoder(self.sampler((mean, log_var)))
        reconstruction = ops.mean(ops.sum(keras.losses.binary_crossentropy(x, out), axis=(1, 2)))
        return reconstruction + ops.mean(kl_terms(mean, log_var))


def book_3e():
    encoder, decoder = convolutional(28, 1, 2, "sigmoid")
    vae = Book3e(keras.Model(encoder.input, encoder.output[:2]), decoder)
    vae.compile(optimizer="adam")
    return vae, digits(28, 28, 1)


class Generative(keras.Model):
    """call gives all that the loss needs; the pixel mean times 500 in train_step and test_step."""

    def __init__(self, encoder, decoder, weight=500):
        super().__init__()
        self.encoder, self.decoder, self.weight = encoder, decoder, weight
        self.total = keras.metrics.Mean(name="total_loss")

    def call(self, inputs):
        mean, log_var, z = self.encoder(inputs)
        return mean, log_var, self.decoder(z)

    def losses_of(self, data, training):
        mean, log_var, out = self(data, training=training)
        likeness = keras.losses.BinaryCrossentropy(from_logits=False)(data, out)  # averaged over all
        return self.weight * likeness + ops.mean(ops.sum(kl_terms(mean, log_var), axis=1))

    def train_step(self, data):
        with tf.GradientTape() as tape:
            total = self.losses_of(data, True)
        self.optimizer.apply(tape.gradient(total, self.trainable_variables), self.trainable_variables)
        self.total.update_state(total)
        return {"total_loss": self.total.result()}

    def test_step(self, data):
        data = data[0] if isinstance(data, tuple) else data
        return {"total_loss": self.losses_of(data, False)}


def generative():
    vae = Generative(*convolutional(32, 1, 2, "sigmoid"))
    vae.compile(optimizer="adam")
    return vae, digits(32, 32, 1)


class GuideEncoder(layers.Layer):
    """x to the triplet (z_mean, z_log_var, z)."""

    def __init__(self, latent_dim=32, intermediate_dim=64):
        super().__init__()
        self.proj = layers.Dense(intermediate_dim, activation="relu")
        self.dense_mean, self.dense_log_var, self.sampling = layers.Dense(latent_dim), layers.Dense(latent_dim), Draw()

    def call(self, inputs):
        h = self.proj(inputs)
        mean, log_var = self.dense_mean(h), self.dense_log_var(h)
        return mean, log_var, self.sampling((mean, log_var))


class GuideDecoder(layers.Layer):
    def __init__(self, original_dim, intermediate_dim=64):
        super().__init__()
        self.proj = layers.Dense(intermediate_dim, activation="relu")
        self.out = layers.Dense(original_dim, activation="sigmoid")

    def call(self, inputs):
        return self.out(self.proj(inputs))


class Guide(keras.Model):
    """add_loss in call, and a compiled mean squared error."""

    def __init__(self, original_dim=784):
        super().__init__()
        self.encoder, self.decoder = GuideEncoder(), GuideDecoder(original_dim)

    def call(self, inputs):
        mean, log_var, z = self.encoder(inputs)
        self.add_loss(-0.5 * ops.mean(log_var - ops.square(mean) - ops.exp(log_var) + 1))
        return self.decoder(z)


def guide():
    vae = Guide()
    vae.compile(keras.optimizers.Adam(1e-3), loss=keras.losses.MeanSquaredError())
    return vae, digits(784)


class Tutorial(keras.Model):
    """One output twice as wide, split outside; logits; the KL of the drawn z; a train_step of its own as a function."""

    def __init__(self, latent_dim=2):
        super().__init__()
        self.encoder = keras.Sequential(
            [
                keras.Input((28, 28, 1)),
                layers.Conv2D(16, 3, strides=2, activation="relu"),
                layers.Flatten(),
                layers.Dense(2 * latent_dim),
            ]
        )
        self.decoder = keras.Sequential(
            [
                keras.Input((latent_dim,)),
                layers.Dense(7 * 7 * 16, activation="relu"),
                layers.Reshape((7, 7, 16)),
                layers.Conv2DTranspose(16, 3, strides=2, padding="same", activation="relu"),
                layers.Conv2DTranspose(1, 3, strides=2, padding="same"),
            ]
        )

    def log_normal(self, z, mean, log_var):
        return tf.reduce_sum(-0.5 * ((z - mean) ** 2 * tf.exp(-log_var) + log_var + np.log(2 * np.pi)), axis=1)

    def objective(self, x):
        mean, log_var = tf.split(self.encoder(x), 2, axis=1)
        z = mean + tf.exp(0.5 * log_var) * tf.random.normal(tf.shape(mean))
        cross = tf.nn.sigmoid_cross_entropy_with_logits(logits=self.decoder(z), labels=x)
        log_px = -tf.reduce_sum(cross, axis=[1, 2, 3])
        return -tf.reduce_mean(log_px + self.log_normal(z, 0.0, 0.0) - self.log_normal(z, mean, log_var))

    @tf.function
    def train_step(self, x):
        with tf.GradientTape() as tape:
            loss = self.objective(x)
        variables = self.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return {"loss": loss}

    def test_step(self, x):
        return {"loss": self.objective(x)}


def tutorial():
    vae = Tutorial()
    vae.compile(optimizer=keras.optimizers.Adam(1e-4))
    return vae, digits(28, 28, 1)


class DrawAndCharge(layers.Layer):
    """The distribution as a layer that adds its KL to the model's losses: the encoder gives z alone."""

    def call(self, params):
        mean, log_var = ops.split(params, 2, axis=-1)
        self.add_loss(ops.mean(ops.sum(kl_terms(mean, log_var), axis=-1)))
        return mean + ops.exp(0.5 * log_var) * keras.random.normal(ops.shape(mean))


def probabilistic():
    x, z = keras.Input((28, 28, 1)), keras.Input((16,))
    h = layers.Conv2D(8, 5, strides=2, padding="same", activation="leaky_relu")(x)
    encoder = keras.Model(x, DrawAndCharge()(layers.Dense(32)(layers.Flatten()(h))))
    logits = layers.Reshape((28, 28, 1))(layers.Dense(784)(layers.Dense(64, activation="relu")(z)))
    decoder = keras.Model(z, logits, name="decoder")
    vae = keras.Model(encoder.inputs, decoder(encoder.outputs[0]))

    def nll(y, out):
        return ops.sum(ops.binary_crossentropy(y, out, from_logits=True), axis=(1, 2, 3))

    vae.compile(optimizer="adam", loss=nll)
    return vae, digits(28, 28, 1)


class Flat(keras.Model):
    """Layers and methods, no encoder or decoder object; both terms summed over the batch too."""

    def __init__(self):
        super().__init__()
        self.fc1, self.fc21, self.fc22 = layers.Dense(400, activation="relu"), layers.Dense(20), layers.Dense(20)
        self.fc3, self.fc4 = layers.Dense(400, activation="relu"), layers.Dense(784, activation="sigmoid")

    def encode(self, x):
        h = self.fc1(x)
        return self.fc21(h), self.fc22(h)

    def reparameterize(self, mu, logvar):
        return mu + ops.exp(0.5 * logvar) * keras.random.normal(ops.shape(mu))

    def decode(self, z):
        return self.fc4(self.fc3(z))

    def call(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        out, mu, logvar = y_pred
        cross = -x * ops.log(out + 1e-7) - (1 - x) * ops.log(1 - out + 1e-7)
        return ops.sum(cross) + ops.sum(kl_terms(mu, logvar))


def flat():
    vae = Flat()
    vae.compile(optimizer="adam")
    return vae, digits(784)


class Blog(layers.Layer):
    """The identity, with the KL as a side effect."""

    def call(self, inputs):
        mu, log_var = inputs
        self.add_loss(ops.mean(ops.sum(kl_terms(mu, log_var), axis=-1)))
        return inputs


def blog():
    """The post that the course grew from, on Keras 3: one functional model, of which only the decoder has a name."""
    x = keras.Input((784,))
    h = layers.Dense(256, activation="relu")(x)
    mu, log_var = Blog()([layers.Dense(2)(h), layers.Dense(2)(h)])
    sigma = layers.Lambda(lambda t: ops.exp(0.5 * t))(log_var)
    eps = layers.Lambda(lambda t: keras.random.normal(ops.shape(t)))(mu)
    z = layers.Add()([mu, layers.Multiply()([sigma, eps])])
    decoder = keras.Sequential([layers.Dense(256, activation="relu"), layers.Dense(784, activation="sigmoid")])
    decoder.name = "decoder"
    vae = keras.Model(x, decoder(z))

    def nll(y_true, y_pred):
        return ops.sum(keras.ops.binary_crossentropy(y_true, y_pred), axis=-1)

    vae.compile(optimizer="rmsprop", loss=nll)
    return vae, digits(784)


class Sized(keras.Model):
    """compute_loss of a given reconstruction and a given weight of the KL; the encoder's outputs in a dict."""

    def __init__(self, encoder, decoder, loss):
        super().__init__()
        self.encoder, self.decoder, self.loss_of, self.draw = encoder, decoder, loss, Draw()

    def call(self, x, training=None):
        heads = self.encoder(x, training=training)
        z = self.draw((heads["embedding"], heads["log_covariance"]))
        return self.decoder(z, training=training), heads["embedding"], heads["log_covariance"]

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        out, mean, log_var = y_pred
        return self.loss_of(x, out, ops.sum(kl_terms(mean, log_var), axis=-1))


def sized(size, channels, latent_dim, activation, loss):
    encoder, decoder = convolutional(size, channels, latent_dim, activation)
    mean, log_var, _ = encoder.output
    encoder = keras.Model(encoder.input, {"log_covariance": log_var, "embedding": mean})
    vae = Sized(encoder, decoder, loss)
    vae.compile(optimizer="adam")
    return vae


def pythae():
    def loss(x, out, kl):
        return ops.mean(0.5 * ops.sum(ops.square(x - out), axis=(1, 2, 3)) + kl)

    return sized(28, 1, 10, "sigmoid", loss), digits(28, 28, 1)


class Antix(keras.Model):
    """Batch normalization, an image from -1 to 1 out of a tanh, the mean squared error and a small weight of the KL."""

    def __init__(self, latent_dim=128, kl_weight=0.00025):
        super().__init__()
        self.kl_weight = kl_weight
        down = [keras.Input((64, 64, 3))]
        for width in (32, 64, 128):
            down += [layers.Conv2D(width, 3, 2, "same"), layers.BatchNormalization(), layers.LeakyReLU()]
        self.encoder = keras.Sequential([*down, layers.Flatten()])
        self.fc_mu, self.fc_var = layers.Dense(latent_dim), layers.Dense(latent_dim)
        up = [keras.Input((latent_dim,)), layers.Dense(8 * 8 * 64), layers.Reshape((8, 8, 64))]
        for width in (64, 32, 16):
            up += [layers.Conv2DTranspose(width, 3, 2, "same"), layers.BatchNormalization(), layers.LeakyReLU()]
        self.decoder = keras.Sequential([*up, layers.Conv2D(3, 3, padding="same", activation="tanh")])

    def encode(self, x, training=False):
        h = self.encoder(x, training=training)
        return self.fc_mu(h), self.fc_var(h)

    def call(self, x, training=False):
        mu, log_var = self.encode(x, training)
        z = mu + ops.exp(0.5 * log_var) * keras.random.normal(ops.shape(mu))
        return self.decoder(z, training=training), mu, log_var

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        out, mu, log_var = y_pred
        kl = ops.mean(-0.5 * ops.sum(1 + log_var - mu**2 - ops.exp(log_var), axis=1), axis=0)
        return ops.mean(ops.square(out - x)) + self.kl_weight * kl


def antix():
    vae = Antix()
    vae.compile(optimizer="adam")
    return vae, 2 * digits(64, 64, 3) - 1


class Lab(keras.Model):
    """The absolute error averaged over the pixels, 0.0005 of the KL; one output split by slicing; a compiled step."""

    def __init__(self, latent_dim=32):
        super().__init__()
        self.latent_dim = latent_dim
        conv = [layers.Conv2D(n, 5, 2, "same", activation="relu") for n in (12, 24)]
        self.encoder = keras.Sequential(
            [keras.Input((64, 64, 3)), *conv, layers.Flatten(), layers.Dense(2 * latent_dim)]
        )
        self.decoder = keras.Sequential(
            [
                keras.Input((latent_dim,)),
                layers.Dense(16 * 16 * 24, activation="relu"),
                layers.Reshape((16, 16, 24)),
                layers.Conv2DTranspose(12, 3, 2, "same", activation="relu"),
                layers.Conv2DTranspose(3, 3, 2, "same"),
            ]
        )

    def train_step(self, data):
        x = data[0] if isinstance(data, tuple) else data
        with tf.GradientTape() as tape:
            both = self.encoder(x)
            mean, logsigma = both[:, : self.latent_dim], both[:, self.latent_dim :]
            z = mean + tf.math.exp(0.5 * logsigma) * tf.random.normal(tf.shape(mean))
            latent = 0.5 * tf.reduce_sum(tf.exp(logsigma) + mean**2 - 1.0 - logsigma, axis=1)
            likeness = tf.reduce_mean(tf.abs(x - self.decoder(z)), axis=(1, 2, 3))
            loss = tf.reduce_mean(0.0005 * latent + likeness)
        variables = self.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return {"loss": loss}


def lab():
    vae = Lab()
    vae.compile(optimizer="adam", jit_compile=False)
    return vae, digits(64, 64, 3)


def own():
    """The course's own."""
    vae = course.VAE(course.build_encoder(), course.build_decoder(), seed=0)
    vae.compile(optimizer="adam")
    return vae, digits(784)


def own_beta_4():
    vae = course.VAE(course.build_encoder(latent_dim=10), course.build_decoder(latent_dim=10), beta=4.0)
    vae.compile(optimizer="adam", run_eagerly=True)
    return vae, digits(784)


SOURCES = {
    "keras.io": (keras_io, Truth("cross-entropy", 1, 1)),
    "TensorFlow's tutorial": (tutorial, Truth("cross-entropy", 1, 1)),
    "TensorFlow Probability": (probabilistic, Truth("cross-entropy", 1, 1)),
    "pytorch/examples": (flat, Truth("cross-entropy", 1, 1)),
    "the blog post": (blog, Truth("cross-entropy", 1, 1)),
    "pythae": (pythae, Truth("squared error", 0.5, 1)),
    "Deep Learning with Python, 2nd edition": (book_2e, Truth("cross-entropy", 1, 1 / 2)),
    "Deep Learning with Python, 3rd edition": (book_3e, Truth("cross-entropy", 1, 1 / 2)),
    "Generative Deep Learning": (generative, Truth("cross-entropy", 500 / 1024, 1)),
    "the Keras guide": (guide, Truth("squared error", 1 / 784, 1 / 32)),
    "AntixK": (antix, Truth("squared error", 1 / 12288, 0.00025)),
    "MIT lab 2": (lab, Truth("absolute error", 1 / 12288, 0.0005)),
    "the course": (own, Truth("cross-entropy", 1, 1)),
    "the course, beta 4": (own_beta_4, Truth("cross-entropy", 1, 4)),
}


# --- broken ones: each is Plain with one change ---

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
    "epsilon drawn once": (slip(NoiseOnce), {"frozen epsilon"}),
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
