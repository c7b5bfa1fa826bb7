"""A VAE for a folder of one's own images: built for their size, trained and asked for pictures in a call each."""

import numpy as np

from vae_helpers.backend import keras, tf
from vae_helpers.training import warmup_cosine
from vae_helpers.validate import require_positive_int
from vae_lessons.lesson09.convolutions import conv_decoder, conv_encoder
from vae_lessons.lesson09.likelihoods import PixelVAE
from vae_lessons.lesson09.pictures import dequantized


def fitted(model, x, epochs, batch_size=250, seed=0):
    """Train a model on x, an array (n, ...) or a dict of such arrays, by the course's learning rate; returns it.

    The step of notebook 05, compiled: for trainings this short, ``fit`` takes longer to prepare itself than to train.
    What does not fill a batch is left out, in each epoch other examples.
    """
    n = len(x["x"] if isinstance(x, dict) else x)
    batch_size = min(batch_size, n)
    optimizer = keras.optimizers.Adam(warmup_cosine(epochs * (n // batch_size)))
    optimizer.build(model.trainable_variables)

    @tf.function
    def step(batch):
        with tf.GradientTape() as tape:
            loss = model.compute_loss(x=batch, y_pred=model(batch, training=True))
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        for rows in np.split(rng.permutation(n)[: n - n % batch_size], n // batch_size):
            step(
                {name: tf.constant(each[rows]) for name, each in x.items()}
                if isinstance(x, dict)
                else tf.constant(x[rows])
            )
    return model


def prepared(images, seed=0):
    """uint8 images (n, height, width) or (n, height, width, channels) as real numbers (n, height, width, channels)."""
    images = np.asarray(images)
    return dequantized(images if images.ndim == 4 else images[..., None], seed)


def trained_on(images, latent_dim=16, epochs=20, seed=0):
    """A convolutional VAE with discretized logistic pixels, trained on images, uint8, of any size, grey or coloured.

    images: (n, height, width) or (n, height, width, 3), as ``load_folder`` gives them. Raises ValueError for others.
    """
    require_positive_int("epochs", epochs)
    x = prepared(images)
    if images.dtype != np.uint8 or x.ndim != 4:
        raise ValueError(
            f"images must be uint8, (n, height, width[, channels]), but are {images.dtype} {images.shape}."
        )
    keras.utils.set_random_seed(seed)
    parts = conv_encoder(x.shape[1:], latent_dim), conv_decoder(x.shape[1:], latent_dim)
    return fitted(PixelVAE(*parts, "discretized logistic", seed=seed), x, epochs, batch_size=20)


def reconstructed(vae, images):
    """Images (n, ...) decoded from z_mean: the pixels' means, cut to [0, 1], (n, height, width, channels)."""
    return np.clip(vae.decoder(vae.encoder(prepared(images))[0]), 0, 1)


def drawn(vae, n, seed=0):
    """n new images from the prior: the pixels' means, cut to [0, 1], (n, height, width, channels)."""
    z = np.random.default_rng(seed).standard_normal((n, vae.decoder.input_shape[1]))
    return np.clip(vae.decoder(z.astype("float32")), 0, 1)
