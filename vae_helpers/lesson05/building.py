"""Notebook 05's exercise that builds a whole VAE, judged by what it does."""

from vae_helpers.exercises import RIGHT, Exercise, models


def observe_vae(vae_class, arguments):
    """The loss of a VAE class on probes, and then whether ``fit`` trains with it."""
    (what,) = arguments
    return models.seen_losses(vae_class) if what == "losses" else models.seen_fit(vae_class)


MY_VAE = Exercise(
    name="MyVAE",
    takes="",
    setup=(
        "from vae_helpers.quiet import keras, tf\nfrom vae_helpers.model import Sampling\nlayers, ops = keras.layers,"
        " keras.ops"
    ),
    template="""
class MyVAE(keras.Model):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.sampling = Sampling()

    def call(self, x):
        z_mean, z_log_var = self.encoder(x)
        z = {z}
        return self.decoder(z), z_mean, z_log_var

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        x_logits, z_mean, z_log_var = y_pred
        pixels = {pixels}
        reconstruction = {reconstruction}
        latents = {latents}
        kl = {kl}
        return {loss}
""",
    lines={
        "z": {
            "self.sampling((z_mean, z_log_var))": RIGHT,
            "z_mean": "z_mean is decoded. Without a draw the model is an autoencoder with a penalty: decode z.",
            "z_mean + ops.exp(z_log_var) * keras.random.normal(ops.shape(z_mean))": (
                "The noise is stretched by the variance. Its scale is sigma, exp(z_log_var / 2)."
            ),
            "z_mean + z_log_var * keras.random.normal(ops.shape(z_mean))": (
                "The noise is stretched by the log-variance. Its scale is sigma, exp(z_log_var / 2)."
            ),
            "z_mean + keras.random.normal(ops.shape(z_mean))": (
                "The noise has sigma 1 whatever the encoder says: z_log_var is not used in the draw."
            ),
            "self.sampling((ops.zeros_like(z_mean), z_log_var))": "The draw does not lie around z_mean.",
        },
        "pixels": {
            "ops.softplus(x_logits) - x * x_logits": RIGHT,
            "ops.binary_crossentropy(x, ops.clip(x_logits, 1e-7, 1 - 1e-7))": (
                "The logits are taken for probabilities. Tell the loss: from_logits=True, or use the softplus form."
            ),
            "tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=ops.sigmoid(x_logits))": (
                "The sigmoid is applied twice: once by you, and once inside a loss that expects logits."
            ),
            "ops.binary_crossentropy(ops.sigmoid(x_logits), x_logits, from_logits=True)": (
                "The reconstruction is compared with itself: x does not enter."
            ),
            "ops.square(x - ops.sigmoid(x_logits))": (
                "The reconstruction term is the squared error. The pixels are coins: use the cross-entropy."
            ),
            "ops.abs(x - ops.sigmoid(x_logits))": (
                "The reconstruction term is the absolute error. The pixels are coins: use the cross-entropy."
            ),
            "-(ops.softplus(x_logits) - x * x_logits)": (
                "The reconstruction has the wrong sign: bad images are rewarded."
            ),
        },
        "reconstruction": {
            "ops.sum(pixels, axis=-1)": RIGHT,
            "ops.mean(pixels, axis=-1)": (
                "The reconstruction is averaged over the pixels, which makes the KL heavier by their number. Sum them."
            ),
            "ops.sum(pixels)": "The reconstruction is summed over the batch too: it grows with the batch.",
        },
        "latents": {
            "ops.exp(z_log_var) + z_mean**2 - 1 - z_log_var": RIGHT,
            "-(ops.exp(z_log_var) + z_mean**2 - 1 - z_log_var)": (
                "The KL has the wrong sign: the loss rewards a large KL."
            ),
            "ops.exp(z_log_var) - 1 - z_log_var": (
                "z_mean does not enter the KL: the means could move anywhere for free."
            ),
            "z_mean**2": "z_log_var does not enter the KL: nothing keeps sigma from shrinking to 0.",
            "ops.exp(z_mean) + z_log_var**2 - 1 - z_mean": "In the KL z_mean and z_log_var have changed places.",
            "ops.exp(2 * z_log_var) + z_mean**2 - 1 - 2 * z_log_var": (
                "In the KL z_log_var is taken for log sigma. It is the logarithm of the variance."
            ),
            "z_log_var**2 + z_mean**2 - 1 - ops.log(z_log_var**2 + 1e-9)": (
                "In the KL z_log_var is taken for sigma. It is the logarithm of the variance."
            ),
        },
        "kl": {
            "0.5 * ops.sum(latents, axis=-1)": RIGHT,
            "ops.sum(latents, axis=-1)": "The 1/2 of the KL is left out: beta is 2.",
            "0.5 * ops.mean(latents, axis=-1)": (
                "The KL is averaged over the latents, which divides beta by their number. Sum them."
            ),
            "0.5 * ops.sum(latents)": "The KL is summed over the batch too: beta grows with the batch size.",
            "4 * 0.5 * ops.sum(latents, axis=-1)": "The KL weighs 4 times too much. Here beta is 1.",
            "0.25 * ops.sum(latents, axis=-1)": "The KL is halved twice: beta is 1/2.",
        },
        "loss": {
            "ops.mean(reconstruction + kl)": RIGHT,
            "ops.sum(reconstruction + kl)": (
                "The loss is summed over the batch. Average over the images, the last step."
            ),
            "reconstruction + kl": "The loss is one number for each image. Average over the batch, the last step.",
            "ops.mean(reconstruction)": "The KL is missing from the loss: what is left is an autoencoder's loss.",
            "ops.mean(kl)": "The reconstruction is missing from the loss: nothing would be learned about images.",
            "ops.mean(reconstruction + kl) / x.shape[-1]": (
                "The whole loss is divided by the number of pixels. It trains the same, but is no longer nats per"
                " image."
            ),
            "ops.mean(reconstruction + kl) + 1.0": (
                "A constant is added to the loss. It trains the same, but is no ELBO."
            ),
            "ops.mean(keras.losses.binary_crossentropy(y, x_logits, from_logits=True)) + ops.mean(kl)": (
                "The loss compares with y. A VAE is trained with fit(x): there is no y, and the target is x."
            ),
        },
    },
    observe=observe_vae,
    says={
        "the loss's shape": "The loss is no single number. Sum over pixels and latents, then average over the batch.",
        "the loss where the KL is 0": "The reconstruction term is off where the KL is 0.",
        "what z_mean adds to the loss": (
            "z_mean does not enter the loss as in the KL: half its square, summed over latents."
        ),
        "what a positive z_log_var adds to the loss": "A variance above 1 does not cost what it costs in the KL.",
        "what a negative z_log_var adds to the loss": "A variance below 1 does not cost what it costs in the KL.",
        "the loss of one image": (
            "The loss of one image is off though that of a batch is right: look at the reductions."
        ),
        "the shape of the z that is decoded": "The decoder gets a z of another shape than z_mean.",
        "the mean of the decoded z where z_mean is 30": "The z that is decoded does not lie around z_mean.",
        "the standard deviation of the decoded z where z_log_var is 2": (
            "The z that is decoded is spread by another number than sigma, exp(z_log_var / 2)."
        ),
        "whether fit reports a finite loss": "fit reports a loss that is not finite.",
        "whether fit moves the encoder's weights": (
            "fit does not move all of the encoder's weights: a gradient is cut off."
        ),
        "whether fit moves the decoder's weights": (
            "fit does not move all of the decoder's weights: a gradient is cut off."
        ),
    },
    cases=("'losses'", "'fit'"),
    unseen=("'losses'",),
    rtol=0.02,
    atol=0.02,
    accepts=(
        """
        class MyVAE(keras.Model):
            def __init__(self, encoder, decoder):
                super().__init__()
                self.encoder, self.decoder = encoder, decoder
            def call(self, x):
                mean, log_var = self.encoder(x)
                z = mean + tf.sqrt(tf.exp(log_var)) * tf.random.normal(tf.shape(mean))
                return self.decoder(z), mean, log_var
            def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
                logits, mean, log_var = y_pred
                x = tf.cast(x, logits.dtype)
                nll = tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(x, logits), axis=-1)
                kl = -0.5 * tf.reduce_sum(1 + log_var - mean**2 - tf.exp(log_var), axis=1)
                return tf.reduce_mean(nll) + tf.reduce_mean(kl)
        """,
        """
        class MyVAE(keras.Model):
            def __init__(self, encoder, decoder, **kwargs):
                super().__init__(**kwargs)
                self.encoder, self.decoder = encoder, decoder
                self.seed_generator = keras.random.SeedGenerator()
            def call(self, inputs, training=None):
                heads = self.encoder(inputs)
                noise = keras.random.normal(ops.shape(heads[0]), seed=self.seed_generator)
                return (self.decoder(heads[0] + ops.exp(heads[1] / 2) * noise), *heads)
            def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
                logits, mean, log_var = y_pred
                pixels = x.shape[-1]
                nll = pixels * keras.losses.binary_crossentropy(x, logits, from_logits=True)
                kl = 0.5 * ops.sum(ops.exp(log_var) + ops.square(mean) - 1.0 - log_var, axis=-1)
                return ops.mean(nll + kl)
        """,
    ),
)
