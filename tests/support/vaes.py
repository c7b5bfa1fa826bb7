"""VAEs as people write them, in our own words: one in the manner of each source that trains a cross-entropy.

CROSS_ENTROPIES: {name: (build, Truth)}. A build returns (vae, x): compiled, not trained, and images as fit gets them.
"""

from typing import NamedTuple

import numpy as np

from vae_helpers import model as course
from vae_helpers.backend import keras, tf

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


def own():
    """The course's own."""
    vae = course.VAE(course.build_encoder(), course.build_decoder(), seed=0)
    vae.compile(optimizer="adam")
    return vae, digits(784)


def own_beta_4():
    vae = course.VAE(course.build_encoder(latent_dim=10), course.build_decoder(latent_dim=10), beta=4.0)
    vae.compile(optimizer="adam", run_eagerly=True)
    return vae, digits(784)


CROSS_ENTROPIES = {
    "keras.io": (keras_io, Truth("cross-entropy", 1, 1)),
    "TensorFlow's tutorial": (tutorial, Truth("cross-entropy", 1, 1)),
    "TensorFlow Probability": (probabilistic, Truth("cross-entropy", 1, 1)),
    "pytorch/examples": (flat, Truth("cross-entropy", 1, 1)),
    "the blog post": (blog, Truth("cross-entropy", 1, 1)),
    "Deep Learning with Python, 2nd edition": (book_2e, Truth("cross-entropy", 1, 1 / 2)),
    "Deep Learning with Python, 3rd edition": (book_3e, Truth("cross-entropy", 1, 1 / 2)),
    "Generative Deep Learning": (generative, Truth("cross-entropy", 500 / 1024, 1)),
    "the course": (own, Truth("cross-entropy", 1, 1)),
    "the course, beta 4": (own_beta_4, Truth("cross-entropy", 1, 4)),
}
