"""One answer to the capstone of notebook 05, for the instructor's copy of it."""

import numpy as np

from vae_helpers.backend import keras
from vae_helpers.data import load_digits

layers, ops = keras.layers, keras.ops

(images, _), _ = load_digits()
my_x = images.reshape(len(images), 784).astype("float32") / 255

x = keras.Input((784,))
h = layers.Dense(256, activation="relu")(x)
my_encoder = keras.Model(x, [layers.Dense(2, name="z_mean")(h), layers.Dense(2, name="z_log_var")(h)])

z = keras.Input((2,))
h = layers.Dense(256, activation="relu", bias_initializer=keras.initializers.RandomUniform(-3, 3))(z)
my_decoder = keras.Model(z, layers.Dense(784, name="x_logits")(h))


class MyVAE(keras.Model):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.seed_generator = keras.random.SeedGenerator(0)

    def call(self, x):
        z_mean, z_log_var = self.encoder(x)
        epsilon = keras.random.normal(ops.shape(z_mean), seed=self.seed_generator)
        return self.decoder(z_mean + ops.exp(z_log_var / 2) * epsilon), z_mean, z_log_var

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        x_logits, z_mean, z_log_var = y_pred
        reconstruction = ops.sum(ops.softplus(x_logits) - x * x_logits, axis=-1)  # (batch,)
        kl = 0.5 * ops.sum(ops.exp(z_log_var) + z_mean**2 - 1 - z_log_var, axis=-1)  # (batch,)
        return ops.mean(reconstruction + kl)


my_vae = MyVAE(my_encoder, my_decoder)
my_vae.compile(optimizer=keras.optimizers.Adam(0.002))
my_history = my_vae.fit(my_x, epochs=4, batch_size=200, verbose=0)

values = np.linspace(-2, 2, 12)
places = np.array([(z_1, z_2) for z_2 in values[::-1] for z_1 in values], "float32")  # (144, 2)
my_manifold = np.asarray(ops.sigmoid(my_decoder(places)))
