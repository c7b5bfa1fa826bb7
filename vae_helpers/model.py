"""The VAE's parts in data-flow order: encoder -> (z_mean, z_log_var) -> Sampling -> decoder -> x_logits."""

import io

import numpy as np

from vae_helpers.losses import bernoulli_nll, kl_divergence
from vae_helpers.quiet import keras
from vae_helpers.validate import require_positive_int, require_same_shape, require_shape

ops = keras.ops
layers = keras.layers


@keras.saving.register_keras_serializable("vae_helpers")
class Sampling(layers.Layer):
    """Draw z = z_mean + exp(z_log_var / 2) * epsilon with epsilon from N(0, I): the reparameterization trick.

    Called on (z_mean, z_log_var), each (batch, latent_dim); returns z of the same shape. Gradients reach both,
    because the chance sits in epsilon, which depends on neither (Kingma and Welling 2014, section 2.4).
    seed: an integer for the same draws in every run, or None. Raises ValueError where the two shapes differ.
    """

    def __init__(self, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs):
        z_mean, z_log_var = inputs
        require_same_shape("z_mean", z_mean, "z_log_var", z_log_var)
        epsilon = keras.random.normal(ops.shape(z_mean), dtype=z_mean.dtype, seed=self.seed_generator)
        return z_mean + ops.exp(0.5 * z_log_var) * epsilon

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        return {**super().get_config(), "seed": self.seed}


def build_encoder(input_dim=784, hidden_dim=512, latent_dim=2):
    """Functional encoder: x (batch, input_dim) -> [z_mean, z_log_var], each (batch, latent_dim).

    One hidden ReLU layer, then two linear heads side by side. Raises ValueError unless all sizes are
    integers of at least 1.
    """
    for name, size in (("input_dim", input_dim), ("hidden_dim", hidden_dim), ("latent_dim", latent_dim)):
        require_positive_int(name, size)
    x = keras.Input((input_dim,), name="x")
    hidden = layers.Dense(hidden_dim, activation="relu", name="encoder_hidden")(x)
    z_mean = layers.Dense(latent_dim, name="z_mean")(hidden)
    z_log_var = layers.Dense(latent_dim, name="z_log_var")(hidden)
    return keras.Model(x, [z_mean, z_log_var], name="encoder")


def build_decoder(latent_dim=2, hidden_dim=512, output_dim=784, **first_layer):
    """Functional decoder: z (batch, latent_dim) -> x_logits (batch, output_dim).

    One hidden ReLU layer and a linear layer of logits; sigmoid(x_logits) are the pixels' probabilities. first_layer:
    arguments for the hidden layer, such as ``**spread_bends()``; without any, Keras's own initialization. Raises
    ValueError unless all sizes are integers of at least 1.
    """
    for name, size in (("latent_dim", latent_dim), ("hidden_dim", hidden_dim), ("output_dim", output_dim)):
        require_positive_int(name, size)
    z = keras.Input((latent_dim,), name="z")
    hidden = layers.Dense(hidden_dim, activation="relu", name="decoder_hidden", **first_layer)(z)
    x_logits = layers.Dense(output_dim, name="x_logits")(hidden)
    return keras.Model(z, x_logits, name="decoder")


def spread_bends(seed=None):
    """Initializers for a decoder's first layer that spread its hidden units' bends over the latent plane.

    A hidden ReLU unit bends on a line in the plane. With Keras's zero biases all the lines pass through the origin, and
    a 2-d decoder learns slowly (notebook 05 shows why, and measures it); with these they lie all over the region where
    the prior puts z. seed: an integer for the same weights in every run, or None. Returns keyword arguments for
    ``build_decoder``. Made for two latents: with more, the weights' larger norm draws the lines to the origin again.
    """
    bias_seed = None if seed is None else seed + 1  # one seed for both would tie the biases to the weights
    return {
        "kernel_initializer": keras.initializers.RandomNormal(stddev=2.0, seed=seed),
        "bias_initializer": keras.initializers.RandomUniform(-5.0, 5.0, seed=bias_seed),
    }


def decode(decoder, z):
    """Probabilities of ink of points z (n, latent_dim), in one call: a numpy array of the decoder's output shape."""
    return np.asarray(ops.sigmoid(decoder(np.asarray(z, "float32"))))


@keras.saving.register_keras_serializable("vae_helpers")
class VAE(keras.Model):
    """Encoder, Sampling and decoder, trained on reconstruction + beta * KL with plain ``fit``.

    Called on x (batch, pixels), returns (x_logits, z_mean, z_log_var). ``fit`` and ``evaluate`` report, in nats
    per image and averaged over the images, ``loss`` (the negative ELBO where beta is 1), ``reconstruction``
    and ``kl``; both draw one z per image. They take x alone: a target y is not used.

    beta: weight of the KL, at least 0. seed: an integer for the same epsilons in every run, or None.
    Raises ValueError where encoder and decoder don't fit each other, x doesn't fit the encoder, or beta is negative.
    """

    def __init__(self, encoder, decoder, beta=1.0, seed=None, **kwargs):
        super().__init__(**kwargs)
        _require_fit(encoder, decoder)
        if beta < 0:
            raise ValueError(f"beta must be at least 0, but is {beta!r}.")
        self.encoder, self.decoder = encoder, decoder
        self.beta, self.seed = beta, seed
        self.sampling = Sampling(seed, name="sampling")
        self.reconstruction_tracker = keras.metrics.Mean("reconstruction")
        self.kl_tracker = keras.metrics.Mean("kl")

    def call(self, x):
        require_shape("x", x, ("batch", *self.encoder.input_shape[1:]))
        z_mean, z_log_var = self.encoder(x)
        z = self.sampling((z_mean, z_log_var))
        return self.decoder(z), z_mean, z_log_var

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        x_logits, z_mean, z_log_var = y_pred
        reconstruction = bernoulli_nll(x, x_logits)  # (batch,)
        kl = kl_divergence(z_mean, z_log_var)  # (batch,)
        self.reconstruction_tracker.update_state(reconstruction)
        self.kl_tracker.update_state(kl)
        return ops.mean(reconstruction + self.beta * kl)

    def reconstruct(self, x):
        """Probabilities of ink, decoded at z_mean without chance: x (n, ...) -> a numpy array of the same shape."""
        return decode(self.decoder, self.encoder(np.asarray(x))[0])

    def sample(self, n, seed=None):
        """Probabilities of ink of n new images, z drawn from the prior: a numpy array."""
        z = np.random.default_rng(seed).standard_normal((n, self.decoder.input_shape[-1]))
        return decode(self.decoder, z)

    def get_config(self):
        parts = {"encoder": self.encoder, "decoder": self.decoder}
        saved = {name: keras.saving.serialize_keras_object(part) for name, part in parts.items()}
        return {**super().get_config(), **saved, "beta": self.beta, "seed": self.seed}

    @classmethod
    def from_config(cls, config):
        parts = {name: keras.saving.deserialize_keras_object(config[name]) for name in ("encoder", "decoder")}
        return cls(**{**config, **parts})


def model_picture(model):
    """A functional model's layers and their shapes as an ``IPython.display.Image``; nothing is left on the disk.

    Keras's own drawing where pydot and Graphviz's ``dot`` are there; elsewhere a plainer one, whose caption
    says how to get them. Either way a notebook prints the same text for it. Raises ValueError where the model
    is not built yet.
    """
    from IPython.display import Image  # here, so that building a model needs neither IPython nor matplotlib

    try:
        png = keras.utils.model_to_dot(model, show_shapes=True, dpi=64).create_png()
    except (ImportError, OSError):  # pydot is missing, or dot
        png = _plain_picture(model)
    return Image(data=png, format="png")


def _plain_picture(model):
    """The layers drawn by matplotlib, as the bytes of a PNG."""
    from vae_helpers.plots import plot_layers

    caption = (
        "Drawn without Graphviz, which was not found. For Keras's own picture install Graphviz (its program dot:\n"
        "apt-get, brew or conda install graphviz) and the Python package pydot, and restart the kernel."
    )
    buffer = io.BytesIO()
    plot_layers(_layer_rows(model), caption).savefig(buffer, format="png", dpi=80)
    return buffer.getvalue()


def _layer_rows(model):
    """Each layer in words; the layers that are equally far from the input share a row."""
    row_of, rows = {}, []
    for layer in model.layers:
        inputs, outputs = keras.tree.flatten(layer.input), keras.tree.flatten(layer.output)
        row = 1 + max((row_of.get(id(tensor), -1) for tensor in inputs), default=-1)
        row_of.update({id(tensor): row for tensor in outputs})
        shapes = [", ".join(str(tensor.shape) for tensor in tensors) for tensors in (inputs, outputs)]
        words = shapes[1] if row == 0 else " \u2192 ".join(shapes)
        rows.extend([] for _ in range(row + 1 - len(rows)))
        rows[row].append(f"{layer.name} ({type(layer).__name__})\n{words}")
    return rows


def _require_fit(encoder, decoder):
    """Raise ValueError unless the decoder takes what the encoder gives, and gives back what it takes."""
    latent_dim, decoder_input = encoder.output_shape[0][-1], decoder.input_shape[-1]
    if decoder_input != latent_dim:
        raise ValueError(
            f"decoder must take z of the encoder's latent_dim, {latent_dim}, "
            f"but its input has shape {decoder.input_shape}."
        )
    if decoder.output_shape[1:] != encoder.input_shape[1:]:
        raise ValueError(
            f"decoder must give back images of the encoder's input shape, {encoder.input_shape}, "
            f"but its output has shape {decoder.output_shape}."
        )
