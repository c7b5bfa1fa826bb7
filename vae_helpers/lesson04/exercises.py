"""The exercises of notebook 04: the two terms of the ELBO and their weighted sum, a loss."""

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
            "-np.exp(z_log_var)": "The variance has the wrong sign: a posterior wider than the prior should cost.",
            "0 * z_log_var": "The variance itself is missing: nothing keeps it from growing.",
            "np.exp2(z_log_var)": "The base of the exponential is 2. The encoder's logarithm is the natural one.",
            "1 + z_log_var**2": (
                "Where the exponential of the log-variance belongs, its square stands, with or without a 1."
            ),
        },
        "square": {
            "z_mean**2": RIGHT,
            "0 * z_mean": "z_mean does not enter: the posterior could move anywhere for free.",
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
            "-z_log_var": (
                "The log-variance has the wrong sign: a posterior that shrinks to a point should cost more and more."
            ),
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
                "That is the KL from the prior to the posterior. The order matters: here it is from the posterior to"
                " the prior."
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
        "np.array([[1.0, -0.5, 2.0], [0.5, 0.0, -1.0]], 'float32'), "
        "np.array([[-1.0, 0.5, -0.3], [1.0, -2.0, 0.2]], 'float32')",
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

CROSS_ENTROPY = """
from scipy.special import expit

def cross_entropy(x, p):
    return -x * np.log(p) - (1 - x) * np.log(1 - p)
"""

CLIPPED = "Right for small logits, but the probabilities are cut off, at {}{}, so that a sure mistake costs too little."
MARGINS = (  # smaller ones in float32 are found by the cases that stay finite
    ("1e-7", "float64", ", as Keras does with probabilities"),
    ("1e-7", "float32", " in float32"),
    ("1e-6", "float64", ""),
    ("1e-6", "float32", " in float32"),
    *((at, "float64", "") for at in ("1e-8", "1e-9", "1e-10", "1e-12")),
)

BERNOULLI_NLL = Exercise(
    name="bernoulli_nll",
    takes="x, x_logits",
    setup=CROSS_ENTROPY,
    lines={
        "softplus": {
            "np.logaddexp(0, x_logits)": RIGHT,
            "-np.logaddexp(0, x_logits)": (
                "The softplus has the wrong sign: it is the price of paper, and a price is positive."
            ),
            "np.logaddexp(0, -x_logits)": "The sign inside the softplus is flipped.",
            "np.maximum(x_logits, 0)": "max(l, 0) is only the coarse shape of the softplus: the logarithm is missing.",
            "np.maximum(x_logits, 0) - np.log1p(np.exp(-np.abs(x_logits)))": (
                "The logarithm that belongs to the softplus is subtracted. It should be added."
            ),
            "np.log1p(np.exp(-np.abs(x_logits)))": "max(l, 0) is missing: the logarithm alone is the softplus of -|l|.",
            "np.minimum(x_logits, 0) + np.log1p(np.exp(-np.abs(x_logits)))": (
                "min(l, 0) stands where max(l, 0) belongs."
            ),
            "x_logits + np.log1p(np.exp(-np.abs(x_logits)))": "The logit itself stands where max(l, 0) belongs.",
            "np.maximum(x_logits, 0) + np.exp(-np.abs(x_logits))": (
                "The exponential stands alone: softplus takes the logarithm of 1 + exp."
            ),
            "x_logits": "The logit stands where its softplus belongs.",
        },
        "terms": {
            "softplus - x * x_logits": RIGHT,
            "x * x_logits - softplus": (
                "The sign is flipped: that is the log-likelihood. Its negative falls as the images get better."
            ),
            "np.logaddexp(0, x) - x_logits * x": "x and x_logits have changed places.",
            "np.logaddexp(0, expit(x_logits)) - x * expit(x_logits)": (
                "The sigmoid is applied twice: once by you, and once inside a loss that expects logits."
            ),
            "cross_entropy(x, np.clip(x_logits, 1e-7, 1 - 1e-7))": (
                "The logits are taken for probabilities and cut off at 0 and 1. Does the loss know that they are"
                " logits?"
            ),
            "x * np.logaddexp(0, -x_logits)": (
                "Only the ink is paid for: the term of the empty pixels, (1 - x) log(1 - p), is missing."
            ),
            "(1 - x) * softplus": "Only the empty pixels are paid for: the term of the ink, x log p, is missing.",
            "softplus + x * x_logits": (
                "The sign of x times the logit is flipped: ink where the logit is high should cost less."
            ),
            "np.logaddexp(0, -x_logits) + x * x_logits": "Paper and ink have changed places: a high logit means ink.",
            "np.logaddexp(0, x_logits) - x_logits": (
                "x does not enter: this is the price of ink in every pixel, whatever the image shows."
            ),
            "softplus - x": "x is subtracted without the logit it belongs to.",
            "softplus": "The images don't enter: softplus(x_logits) is the price of paper, whatever x is.",
            "-x * x_logits": "The softplus is missing: without it, larger logits would always be better for ink.",
            "x * x_logits": "The softplus is missing, and the sign of x times the logit is flipped.",
            "softplus - (x + x_logits)": "x and the logit are added. Their product belongs there.",
            "softplus - x**2": "x is multiplied by itself. Which other factor belongs there?",
            "(softplus - x * x_logits) / np.log(2)": (
                "That is bits: the course counts in nats, with the natural logarithm."
            ),
            "(x - expit(x_logits)) ** 2": (
                "That is the squared error. It belongs to a Gaussian decoder; the pixels here are coins."
            ),
            "np.abs(x - expit(x_logits))": (
                "That is the absolute error. The pixels are coins: what is the logarithm of their probability?"
            ),
            "softplus - np.round(x) * x_logits": (
                "The grey values are rounded to 0 and 1 on the way. They enter as they are."
            ),
            "0.5 * (softplus - x * x_logits)": "There is a 1/2 too many: that one belongs to the KL.",
        },
        "result": reductions("The reconstruction term", "pixels"),
    },
    slips={
        "cross_entropy(x, expit(x_logits)).sum(axis=-1)": (
            "Right for small logits, but a probability of exactly 0 or 1 makes the logarithm infinite. Work from the"
            " logits: notebook 03 has the form that never overflows."
        ),
        "(np.log(1 + np.exp(x_logits)) - x * x_logits).sum(axis=-1)": (
            "The formula is right, but exp overflows for a large logit. There is a softplus, and a logaddexp, that does"
            " not."
        ),
        "cross_entropy(x, x_logits).sum(axis=-1)": (
            "The logits are used as if they were probabilities: the logarithm of a negative number is NaN."
        ),
        **{
            f"cross_entropy(x, np.clip(expit(x_logits.astype('{dtype}')), {at}, 1 - {at})).sum(axis=-1)": (
                CLIPPED.format(at, words)
            )
            for at, dtype, words in MARGINS
        },
        "784 * (np.logaddexp(0, x_logits) - x * x_logits).mean(axis=-1)": (
            "The number of pixels is written into the function as 784. These images have fewer: a sum needs no number."
        ),
    },
    cases=(
        "np.array([[1.0, 0.0, 0.3], [0.0, 0.5, 1.0]], 'float32'), "
        "np.array([[2.0, -1.0, 0.5], [0.0, 3.0, -2.0]], 'float32')",
        f"{draws('random((4, 7))', 1)}, {draws('normal(0, 2, (4, 7))', 2)}",
        "np.array([[1.0, 0.5]], 'float32'), np.array([[-120.0, -60.0]], 'float32')",
        "np.array([[0.0, 1.0]], 'float32'), np.array([[100.0, 2.0]], 'float32')",
    ),
    unseen=(
        f"{draws('random((5, 4))', 3)}, {draws('normal(0, 3, (5, 4))', 4)}",
        "np.array([[0.0, 0.7, 1.0]], 'float32'), np.array([[800.0, 90.0, -900.0]], 'float32')",
    ),
    accepts=(
        "np.sum(np.logaddexp(0, x_logits) - x * x_logits, axis=-1)",
        "price = np.maximum(x_logits, 0) - x * x_logits + np.log1p(np.exp(-np.abs(x_logits)))\n"
        "return price.sum(axis=1)",
        "np.sum(x * np.logaddexp(0, -x_logits) + (1 - x) * np.logaddexp(0, x_logits), axis=1)",
        "np.logaddexp(0, x_logits).sum(-1) - np.einsum('ij,ij->i', x, x_logits)",
        "log_p, log_q = (scipy.special.log_expit(each) for each in (x_logits, -x_logits))\n"
        "return -np.sum(x * log_p + (1 - x) * log_q, axis=1)",
        "x.shape[-1] * np.mean(np.logaddexp(0, x_logits) - x * x_logits, axis=-1)",
        "[float(np.sum(np.logaddexp(0, row) - pixels * row)) for pixels, row in zip(x, x_logits)]",
        "[sum(max(l, 0) - p * l + math.log1p(math.exp(-abs(l))) for p, l in zip(*rows)) for rows in zip(x, x_logits)]",
        "ops.sum(ops.softplus(x_logits) - x * x_logits, axis=-1)",
        "ops.sum(ops.binary_crossentropy(x, x_logits, from_logits=True), axis=1)",
        "x.shape[1] * keras.losses.binary_crossentropy(x, x_logits, from_logits=True)",
        "tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(x, x_logits), axis=-1)",
    ),
)

NEGATIVE_ELBO = Exercise(
    name="negative_elbo",
    takes="nll, kl, beta",
    lines={
        "terms": {
            "nll + beta * kl": RIGHT,
            "nll - beta * kl": "The KL is subtracted: the loss would reward a large KL.",
            "-nll - beta * kl": "That is the ELBO itself. A loss is made smaller: which sign does it need?",
            "beta * kl - nll": "The reconstruction has the wrong sign: the loss would reward bad images.",
            "nll + kl": "The KL is added without its weight, beta.",
            "beta * nll + kl": "beta weighs the reconstruction. It belongs to the KL.",
            "beta * (nll + kl)": "beta weighs both terms. It belongs to the KL alone.",
            "nll + beta + kl": "beta is added. It is a factor of the KL.",
            "nll - beta - kl": "beta and the KL are subtracted. Each nat of KL should cost.",
            "nll + beta**2 * kl": "beta enters squared.",
            "nll + kl / beta": "The KL is divided by beta.",
            "nll + beta / kl": "beta is divided by the KL: a larger KL should cost more.",
            "nll + kl**beta": "beta stands as an exponent. It is a factor of the KL.",
            "nll": "The KL is missing: what is left is an autoencoder's loss.",
            "nll + beta": "The KL itself is missing: only its weight, beta, is added.",
            "beta * kl": "The reconstruction is missing: nothing would be learned about images.",
            "nll * beta * kl": "The two terms are multiplied. The loss adds them.",
            "nll / (beta * kl)": "The two terms are divided. The loss adds them.",
            "(1 - beta) * nll + beta * kl": (
                "The reconstruction is weighed by 1 - beta. Its weight is 1, whatever beta is."
            ),
            "nll / 784 + beta * kl": "The reconstruction is divided by 784, which makes the KL 784 times heavier.",
            "nll + 0.5 * beta * kl": "The KL is halved: its own 1/2 is already in it.",
            "nll + beta * kl.sum()": "The KL is summed over the batch before it is added.",
            "(nll + beta * kl) / 2": "There is a division by 2 too many: the two terms are added.",
            "2 * (nll + beta * kl)": "The result is twice the loss.",
        },
        "loss": {
            "np.mean(terms)": RIGHT,
            "terms": "One value per image is left. Average over the batch: this is the place.",
            "np.sum(terms)": "You summed over the batch: the loss would grow with the batch size.",
            "np.mean(terms, keepdims=True)": "The result has shape (1,): a loss is a scalar.",
            "np.max(terms)": "That is the worst image's loss. Average over the batch.",
            "terms[0]": "That is the first image's loss. Average over the batch.",
        },
    },
    slips={
        "nll + beta * np.mean(kl)": "The KL is averaged over the batch, and the reconstruction is not.",
        "np.mean(nll) + beta * kl": "The reconstruction is averaged over the batch, and the KL is not.",
        "np.sum(nll) + beta * np.mean(kl)": "The reconstruction is summed over the batch, and the KL averaged.",
        "np.mean(nll) + beta / np.mean(kl)": "beta is divided by the average KL. It is a factor of the KL.",
        "np.mean(nll) * beta * np.mean(kl)": "The averages of the two terms are multiplied. The loss adds them.",
    },
    cases=(
        "np.array([100.0, 140.0], 'float32'), np.array([5.0, 7.0], 'float32'), 1.0",
        "np.array([100.0, 140.0], 'float32'), np.array([5.0, 7.0], 'float32'), 4.0",
        f"{draws('normal(150, 20, 6)', 1)}, {draws('normal(6, 1, 6)', 2)}, 0.5",
        "np.array([120.0, 90.0, 150.0], 'float32'), np.array([5.0, 7.0, 6.0], 'float32'), 0.0",
    ),
    unseen=(
        f"{draws('normal(100, 1, 7)', 3)}, {draws('normal(5, 1, 7)', 4)}, 0.3",
        f"{draws('normal(100, 1, 4)', 5)}, {draws('normal(5, 1, 4)', 6)}, 2.5",
    ),
    accepts=(
        "np.mean(nll + beta * kl)",
        "np.mean(nll) + beta * np.mean(kl)",
        "float(np.sum(nll + beta * kl) / len(nll))",
        "-np.mean(-nll - beta * kl)",
        "sum(a + beta * b for a, b in zip(nll, kl)) / len(nll)",
        "statistics.fmean((nll + beta * kl).tolist())",
        "np.average(nll.astype('float64') + beta * kl.astype('float64'))",
        "(nll + beta * kl) @ np.full(len(nll), 1 / len(nll))",
        "ops.mean(nll) + beta * ops.mean(kl)",
        "tf.reduce_mean(nll + beta * kl)",
    ),
)
