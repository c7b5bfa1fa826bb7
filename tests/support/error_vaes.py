"""VAEs as people write them, in our own words: one in the manner of each source that trains an error of the pixels.

ERRORS: {name: (build, Truth)}, as in ``vaes``.
"""

from vaes import Draw, Truth, convolutional, digits, kl_terms

from vae_helpers.backend import keras, tf

ops, layers = keras.ops, keras.layers


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


ERRORS = {
    "pythae": (pythae, Truth("squared error", 0.5, 1)),
    "the Keras guide": (guide, Truth("squared error", 1 / 784, 1 / 32)),
    "AntixK": (antix, Truth("squared error", 1 / 12288, 0.00025)),
    "MIT lab 2": (lab, Truth("absolute error", 1 / 12288, 0.0005)),
}
