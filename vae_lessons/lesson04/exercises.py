"""The exercises of notebook 04: the KL, the ELBO of several draws, a loss with a bug, the beta that a loss means."""

from vae_helpers.exercises import RIGHT, Exercise, draws, reductions

NOTEBOOK = "04_elbo"

KL_DIVERGENCE = Exercise(
    name="kl_divergence",
    takes="z_mean, z_log_var",
    lines={
        "variance": {
            "np.exp(z_log_var)": RIGHT,
            "np.exp(0.5 * z_log_var)": "Where the variance belongs, the standard deviation stands.",
            "np.exp(2 * z_log_var)": "The variance is squared: exp(z_log_var) is already sigma squared.",
            "np.exp(-z_log_var)": "The exponent's sign is flipped, so it is one divided by the variance.",
            "-np.exp(z_log_var)": "The variance has the wrong sign: a q wider than the prior should cost.",
            "0 * z_log_var": "The variance itself is missing: nothing keeps it from growing.",
            "np.exp2(z_log_var)": "The base of the exponential is 2. The encoder's logarithm is the natural one.",
            "1 + z_log_var**2": (
                "Where the exponential of the log-variance belongs, its square stands, with or without a 1."
            ),
        },
        "square": {
            "z_mean**2": RIGHT,
            "0 * z_mean": "z_mean does not enter: q could move anywhere for free.",
            "z_mean": "The mean enters without its square, so a negative mean would be rewarded.",
            "np.abs(z_mean)": "The mean enters by its absolute value. It should be its square.",
            "-(z_mean**2)": "The mean's square has the wrong sign: a mean far from 0 should cost.",
            "2 * z_mean": "The mean is doubled. It should be squared.",
            "z_mean**3": "The mean enters with its third power.",
        },
        "one": {
            "1": RIGHT,
            "0": "The -1 is missing: at the prior the KL should be exactly 0.",
            "-1": "The 1 has the wrong sign: put in mean 0 and log-variance 0, and the KL should be 0.",
            "2": "The constant is too large: put in mean 0 and log-variance 0, and the KL should be 0.",
        },
        "log_variance": {
            "z_log_var": RIGHT,
            "-z_log_var": "The log-variance has the wrong sign: a q that shrinks to a point should cost more and more.",
            "0 * z_log_var": "The log-variance term is missing: nothing keeps the variance from shrinking to 0.",
            "0.5 * z_log_var": (
                "The log-variance is halved once more, so it is the logarithm of sigma, not of the variance."
            ),
            "2 * z_log_var": (
                "The log-variance counts twice: it already is the logarithm of the variance, not of sigma."
            ),
            "z_mean": "z_mean is subtracted where the log-variance belongs.",
        },
        "factor": {
            "0.5": RIGHT,
            "1": "The factor 1/2 in front is missing.",
            "-0.5": "The sign is flipped: a KL is never negative.",
            "-1": "The sign in front is flipped and the factor 1/2 is missing.",
            "2": "The factor in front is 2, where it should be 1/2.",
        },
        "terms": {
            "factor * (variance + square - one - log_variance)": RIGHT,
            "factor * (z_log_var**2 + square - one - np.log(z_log_var**2))": (
                "z_log_var is used as the standard deviation. What the encoder gives is the logarithm of the variance."
            ),
            "factor * (np.exp(2 * z_log_var) + square - one - 2 * z_log_var)": (
                "z_log_var is used as the logarithm of the standard deviation. It is the logarithm of the variance."
            ),
            "factor * ((1 + square) / variance - one + log_variance)": (
                "That is the KL from the prior to q. The order matters: here it is from q to the prior."
            ),
            "factor * (np.exp(z_mean) + z_log_var**2 - one - z_mean)": "z_mean and z_log_var have changed places.",
            "factor * (variance + square - one - log_variance) / np.log(2)": (
                "This is in bits: the course counts in nats."
            ),
            "0.5 * z_mean**2": "Only the mean is paid for. The variance has a price too.",
            "factor * variance + square - one - log_variance": (
                "A bracket is missing: the factor in front should multiply all four terms."
            ),
            "factor * (np.exp(z_mean) + square - one - log_variance)": (
                "The exponential is taken of z_mean. Which of the two is a logarithm?"
            ),
            "factor * (variance + z_log_var**2 - one - log_variance)": (
                "The log-variance is squared. Which of the two enters by its square?"
            ),
            "factor * (variance * square - one - log_variance)": (
                "The variance and the squared mean are multiplied. The formula adds them."
            ),
        },
        "result": reductions("The KL", "latents"),
    },
    slips={
        "(0.5 * (z_log_var + z_mean**2 - 1 - np.log(z_log_var))).sum(axis=-1)": (
            "z_log_var is used as the variance, and its logarithm is NaN where it is negative. How do you get the"
            " variance from it?"
        ),
        "0.5 + np.sum(np.exp(z_log_var) + z_mean**2 - 1 - z_log_var, axis=-1)": (
            "The 1/2 is added. It is a factor in front of the sum."
        ),
        "-0.5 + np.sum(1 + z_log_var - z_mean**2 - np.exp(z_log_var), axis=-1)": (
            "The -1/2 is added. It is a factor in front of the sum."
        ),
        "-0.5 * (1 + z_log_var - z_mean**2 - np.exp(z_log_var)).max(axis=-1)": (
            "The least of the latents alone is there. The latents' terms add up."
        ),
        "0.25 * np.sum(np.exp(z_log_var) + z_mean**2 - 1 - z_log_var, axis=-1)": (
            "Nearly: the result is half of what it should be. Is the factor 1/2 there twice?"
        ),
    },
    cases=(
        (
            "np.array([[1.0, -0.5, 2.0], [0.5, 0.0, -1.0]], 'float32'), "
            "np.array([[-1.0, 0.5, -0.3], [1.0, -2.0, 0.2]], 'float32')"
        ),
        f"{draws('normal(0, 1.5, (5, 4))', 1)}, {draws('normal(0, 1, (5, 4))', 2)}",
        f"{draws('normal(size=(3, 1))', 3)}, {draws('normal(size=(3, 1))', 4)}",
    ),
    unseen=(
        f"{draws('normal(size=(5, 3))', 5)}, {draws('normal(size=(5, 3))', 6)}",
        f"{draws('normal(size=(2, 7))', 7)}, {draws('normal(size=(2, 7))', 8)}",
        f"{draws('normal(size=(4, 1))', 9)}, {draws('normal(size=(4, 1))', 10)}",
    ),
    accepts=(
        "0.5 * np.sum(np.exp(z_log_var) + z_mean**2 - 1 - z_log_var, axis=-1)",
        "-0.5 * np.sum(1 + z_log_var - np.square(z_mean) - np.exp(z_log_var), axis=1)",
        "sigma = np.exp(z_log_var / 2)\nreturn np.sum(0.5 * (sigma**2 + z_mean**2 - 1) - np.log(sigma), axis=-1)",
        "0.5 * (np.exp(z_log_var).sum(1) + (z_mean**2).sum(1) - z_mean.shape[1] - z_log_var.sum(1))",
        "0.5 * np.sum(np.expm1(z_log_var.astype('float64')) + z_mean.astype('float64') ** 2 - z_log_var, axis=1)",
        "0.5 * (np.linalg.norm(z_mean, axis=1) ** 2 + np.sum(np.exp(z_log_var) - z_log_var - 1, axis=1))",
        "[0.5 * sum(math.exp(b) + a**2 - 1 - b for a, b in zip(*rows)) for rows in zip(z_mean, z_log_var)]",
        "np.vectorize(lambda a, b: 0.5 * (math.exp(b) + a * a - 1 - b))(z_mean, z_log_var).sum(axis=1)",
        "0.5 * ops.sum(ops.exp(z_log_var) + ops.square(z_mean) - 1.0 - z_log_var, axis=-1)",
        "-0.5 * tf.reduce_sum(1 + z_log_var - tf.square(z_mean) - tf.exp(z_log_var), axis=1)",
        "return tf.function(lambda m, v: tf.reduce_sum(0.5 * (tf.exp(v) + m**2 - 1 - v), axis=-1))(z_mean, z_log_var)",
    ),
)

ELBO_OF_DRAWS = Exercise(
    name="elbo_of_draws",
    takes="prices, kl_terms",
    setup="from scipy.special import logsumexp",
    lines={
        "reconstruction": {
            "prices.sum(axis=-1).mean(axis=0)": RIGHT,
            "prices.mean(axis=-1).mean(axis=0)": "The pixels, the last axis, are averaged. Nats per image are a sum.",
            "prices.sum(axis=-1).sum(axis=0)": (
                "The draws, axis 0, are summed. An expectation is estimated by an average."
            ),
            "prices.mean(axis=-1).sum(axis=0)": "The pixels are averaged and the draws summed: the wrong way round.",
            "prices.sum(axis=-1)": "There is still one value for each draw. Average over the draws, axis 0.",
            "prices.sum(axis=-1)[0]": "Only the first draw is used. The average is over all of them.",
            "prices.sum(axis=-1).min(axis=0)": "That is the best draw of each image. The expectation is an average.",
            "prices.sum(axis=-1).max(axis=0)": "That is the worst draw of each image. The expectation is an average.",
            "np.median(prices.sum(axis=-1), axis=0)": "That is the median of the draws. The expectation is a mean.",
            "prices.sum(axis=-1).mean(axis=1)": "The images, axis 1, are averaged. Which axis holds the draws?",
            "prices.sum(axis=-1).mean()": "Draws and images are averaged together. Each image has a value of its own.",
            "prices.sum(axis=-1).sum(axis=1)": "The images, axis 1, are summed. Each image has a value of its own.",
            "prices.sum()": "Everything is summed to one number. Each image has a value of its own.",
            "prices.mean()": "Everything is averaged to one number. Each image has a value of its own.",
            "np.log(len(prices)) - logsumexp(-prices.sum(axis=-1), axis=0)": (
                "That is minus the log of the mean likelihood. The ELBO holds the mean of the logs, which is lower."
            ),
        },
        "kl": reductions("The KL", "latents", "kl_terms"),
        "result": {
            "-reconstruction - kl": RIGHT,
            "reconstruction + kl": "That is the loss, the negative ELBO. The ELBO has the other sign.",
            "-reconstruction + kl": "The KL is added. The ELBO is smaller where the KL is larger.",
            "reconstruction - kl": "A price is minus a log-likelihood, so the reconstruction enters with a minus.",
            "-reconstruction": "The KL is missing.",
            "-kl": "The reconstruction is missing.",
            "-reconstruction - 0.5 * kl": "The KL is halved. Its factor 1/2 is already in kl_terms.",
            "-reconstruction - len(prices) * kl": "The KL is counted once for each draw. It has no draw in it.",
            "-reconstruction - kl / len(prices)": "The KL is divided by the number of draws. It has no draw in it.",
        },
    },
    cases=(
        f"{draws('random((3, 3, 5))', 1)}, {draws('random((3, 3))', 2)}",  # wrong axes still fit
        f"{draws('random((4, 3, 6))', 11)}, {draws('random((3, 2))', 12)}",
        f"{draws('random((2, 5, 3))', 3)}, {draws('random((5, 4))', 4)}",
        f"{draws('random((1, 2, 7))', 5)}, {draws('random((2, 3))', 6)}",
    ),
    unseen=(
        f"{draws('random((5, 4, 2))', 7)}, {draws('random((4, 3))', 8)}",
        f"{draws('random((3, 3, 3))', 9)}, {draws('random((3, 3))', 10)}",
    ),
    accepts=(
        "-prices.mean(axis=0).sum(axis=-1) - kl_terms.sum(axis=-1)",
        "(-prices.sum(axis=2) - kl_terms.sum(axis=1)).mean(axis=0)",
        "-np.sum(prices, axis=(0, 2)) / prices.shape[0] - np.sum(kl_terms, axis=1)",
        "-np.einsum('dbp->b', prices) / len(prices) - kl_terms @ np.ones(kl_terms.shape[1])",
        "[-np.mean([np.sum(row) for row in prices[:, i]]) - sum(kl_terms[i]) for i in range(len(kl_terms))]",
        "-ops.mean(ops.sum(prices, axis=-1), axis=0) - ops.sum(kl_terms, axis=-1)",
        "-tf.reduce_mean(tf.reduce_sum(prices, -1), 0) - tf.reduce_sum(kl_terms, -1)",
    ),
)

TRAINING_LOSS = Exercise(
    name="training_loss",
    takes="x, x_logits, z_mean, z_log_var",
    lines={
        "price": {"np.logaddexp(0, x_logits) - x * x_logits": RIGHT},
        "reconstruction": {
            "price.sum(axis=-1)": RIGHT,
            "price.mean(axis=-1)": "Now the pixels are averaged. Line 4 was right: the price of an image is a sum.",
            "price.mean()": "Now the pixels are averaged. Line 4 was right: the price of an image is a sum.",
            "price.sum()": "Now the reconstruction is summed over the batch too. Line 4 was right.",
        },
        "terms": {"1 + z_log_var - np.square(z_mean) - np.exp(z_log_var)": RIGHT},
        "kl": {
            "-0.5 * terms.sum(axis=-1)": RIGHT,
            "-0.5 * terms.sum()": "Now the KL is summed over the images too, so it grows with the batch.",
            "-0.5 * terms.sum(axis=0)": "Axis 0 holds the images. Over which axis does the KL of one image sum?",
            "-0.5 * terms.mean(axis=0)": "Axis 0 holds the images. Over which axis does the KL of one image sum?",
            "0.5 * terms.sum(axis=-1)": "The sum is right, and the sign was right before: a KL is never negative.",
            "-terms.sum(axis=-1)": "The sum is right, and the factor 1/2 is lost.",
            "terms.sum(axis=-1)": "The sum is right, and the factor -1/2 is lost.",
            "-0.5 * 784 * terms.mean()": "784 is the number of pixels. How many latents are averaged away?",
            "-0.5 * 2 * terms.mean()": "That is right for two latents only. A sum needs no number.",
        },
        "loss": {
            "np.mean(reconstruction + kl)": RIGHT,
            "np.sum(reconstruction + kl)": "Now the loss is summed over the batch. Line 8 was right.",
            "reconstruction + kl": "One value per image is left. Line 8 was right: the batch is averaged last.",
            "np.mean(reconstruction)": "Now the KL is missing.",
        },
    },
    given="""
def training_loss(x, x_logits, z_mean, z_log_var):
    \"\"\"The negative ELBO in nats per image, averaged over the batch.\"\"\"
    price = np.logaddexp(0, x_logits) - x * x_logits
    reconstruction = price.sum(axis=-1)
    terms = 1 + z_log_var - np.square(z_mean) - np.exp(z_log_var)
    kl = -0.5 * terms.mean()
    loss = reconstruction + kl
    return loss.mean()
""",
    bug=(6, "mean() averages over the images and over the latents. The KL of an image is the sum over its latents."),
    cases=(
        (
            f"{draws('random((4, 6))', 1)}, {draws('normal(size=(4, 6))', 2)}, "
            f"{draws('normal(size=(4, 2))', 3)}, {draws('normal(size=(4, 2))', 4)}"
        ),
        (
            f"{draws('random((3, 5))', 5)}, {draws('normal(size=(3, 5))', 6)}, "
            f"{draws('normal(size=(3, 7))', 7)}, {draws('normal(size=(3, 7))', 8)}"
        ),
    ),
    unseen=(
        (
            f"{draws('random((5, 3))', 9)}, {draws('normal(size=(5, 3))', 10)}, "
            f"{draws('normal(size=(5, 4))', 11)}, {draws('normal(size=(5, 4))', 12)}"
        ),
    ),
    accepts=(
        """
        price = np.logaddexp(0, x_logits) - x * x_logits
        terms = 1 + z_log_var - np.square(z_mean) - np.exp(z_log_var)
        return price.sum(axis=-1).mean() - 0.5 * terms.mean(axis=0).sum()
        """,
        """
        price = np.logaddexp(0, x_logits) - x * x_logits
        terms = 1 + z_log_var - np.square(z_mean) - np.exp(z_log_var)
        return price.sum(axis=-1).mean() - 0.5 * z_mean.shape[-1] * terms.mean()
        """,
        """
        reconstruction = ops.sum(ops.softplus(x_logits) - x * x_logits, axis=-1)
        kl = 0.5 * ops.sum(ops.exp(z_log_var) + z_mean**2 - 1 - z_log_var, axis=-1)
        return ops.mean(reconstruction + kl)
        """,
    ),
)

EFFECTIVE_BETA = Exercise(
    name="effective_beta",
    takes="n_pixels, latent_dim, weight",
    lines={
        "beta": {
            "weight * n_pixels / latent_dim": RIGHT,
            "weight * latent_dim / n_pixels": (
                "Upside down. Multiply the whole loss by the number of pixels, so that R has no factor: what then"
                " stands in front of K?"
            ),
            "n_pixels / latent_dim": "The weight that the code gives to the KL is missing.",
            "weight * n_pixels": "The KL is averaged over the latents as well: that divides it by their number.",
            "weight / latent_dim": "The pixels are averaged as well: R is divided by their number.",
            "weight / n_pixels": "The factor of R went to K. And the KL is averaged over the latents too.",
            "weight * latent_dim": "An average divides by the number of latents. And the pixels are averaged too.",
            "weight": "That is the weight as written. The two averages change it.",
            "weight * n_pixels * latent_dim": "An average over the latents divides by their number.",
            "n_pixels / (weight * latent_dim)": "The weight multiplies the KL, and here it divides.",
            "weight / (n_pixels * latent_dim)": "The number of pixels divides R. What does that do to K beside it?",
            "weight * 784 / latent_dim": "784 is the number of pixels of MNIST alone. It is an argument here.",
            "weight + n_pixels / latent_dim": "The weight is added. It is a factor.",
            "2 * weight * n_pixels / latent_dim": "There is a factor 2 too many.",
            "weight * n_pixels // latent_dim": "// rounds down. A beta may be any number.",
            "weight * n_pixels / 2": "The number of latents is written as 2. It is an argument here.",
        },
    },
    cases=("784, 2, 1.0", "12288, 128, 0.00025", "100, 3, 4.0"),
    unseen=("49, 7, 0.3", "3072, 64, 2.5"),
    accepts=(
        "(weight / latent_dim) / (1 / n_pixels)",
        "np.divide(n_pixels, latent_dim) * weight",
        "keras.ops.multiply(weight, n_pixels / latent_dim)",
    ),
)
