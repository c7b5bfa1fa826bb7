"""The exercises of notebook 02: from the log-variance to a draw of z, an encoder, a sampling layer."""

import numpy as np

from vae_helpers.exercises import RIGHT, Exercise, as_array, draws
from vae_helpers.lesson02 import building

NOTEBOOK = "02_encoder"

BUILD_ENCODER = building.BUILD_ENCODER  # in the notebook's order

STD_FROM_LOG_VAR = Exercise(
    name="std_from_log_var",
    takes="z_log_var",
    lines={
        "sigma": {
            "np.exp(0.5 * z_log_var)": RIGHT,
            "np.exp(z_log_var)": (
                "That is the variance. The standard deviation is its square root: what does that do to the exponent?"
            ),
            "np.sqrt(z_log_var)": (
                "You took the root of the logarithm, which is NaN where it is negative. First undo the logarithm."
            ),
            "np.exp(np.sqrt(z_log_var))": (
                "The root is taken too early, of the logarithm, which may be negative. Undo the logarithm first."
            ),
            "0.5 * np.exp(z_log_var)": (
                "That is half the variance. A square root is no division by 2: where does the half belong?"
            ),
            "0.5 * np.exp(0.5 * z_log_var)": "There is one half too many: the root is already in the exponent.",
            "2 * np.exp(0.5 * z_log_var)": "The result is twice what it should be: there is a factor 2 in front.",
            "np.exp(0.5) * z_log_var": "The bracket of exp closes too early: the log-variance has to be inside.",
            "np.exp(2 * z_log_var)": "That is the variance squared. The exponent should become smaller, not larger.",
            "np.exp(0.25 * z_log_var)": "The root is taken twice, once in the exponent and once more.",
            "np.exp(0.5 + z_log_var)": "The half is added to the exponent. A root multiplies the exponent.",
            "0.5 * z_log_var": (
                "That is the logarithm of the standard deviation. One step is missing: undo the logarithm."
            ),
            "np.exp(-0.5 * z_log_var)": (
                "The sign of the exponent is flipped: a large log-variance should give a large standard deviation."
            ),
            "np.exp(-z_log_var)": (
                "That is one divided by the variance: the sign of the exponent is flipped, and the root is missing."
            ),
            "-np.exp(0.5 * z_log_var)": "A standard deviation is never negative, and this one always is.",
            "np.sqrt(np.abs(z_log_var))": (
                "abs hides the NaN, and the values stay wrong: a logarithm may be negative. Undo it before the root."
            ),
            "z_log_var": "The log-variance came back as it was. Undo the logarithm, then take the root.",
            "np.log1p(np.exp(z_log_var))": (
                "That is softplus, another way to make a number positive. Here the network's output means log(sigma^2)."
            ),
            "np.log(np.sqrt(z_log_var))": (
                "The logarithm is already in the input: it has to be undone, not taken again."
            ),
            "np.log(z_log_var)": "log was taken where exp is wanted: the input already is a logarithm.",
            "10 ** (0.5 * z_log_var)": "The base is 10. The encoder's logarithm is the natural one.",
            "2 ** (0.5 * z_log_var)": "The base is 2. The encoder's logarithm is the natural one.",
            "np.std(z_log_var)": (
                "np.std measures the spread of the numbers given. Each of them already stands for a spread of its own."
            ),
        },
    },
    slips={
        "import math; return math.exp(z_log_var)": (
            "math's exp takes one number. numpy and keras.ops have an exp that takes a whole array."
        ),
    },
    cases=("np.array([[0.0, 2.0], [-2.0, -4.6]], 'float32')", draws("normal(0, 2, (7, 3))")),
    unseen=(draws("normal(0, 3, (4, 2))", 7), draws("normal(size=(2, 5))", 8)),
    accepts=(
        "np.sqrt(np.exp(z_log_var))",
        "np.exp(z_log_var) ** 0.5",
        "ops.exp(0.5 * z_log_var)",
        "ops.sqrt(ops.exp(z_log_var))",
        "tf.exp(z_log_var / 2)",
        "tf.sqrt(tf.exp(z_log_var))",
        "tf.Variable(tf.exp(0.5 * z_log_var))",
        "[[tf.exp(0.5 * value) for value in row] for row in z_log_var]",
        "np.array([[math.exp(value / 2) for value in row] for row in z_log_var.tolist()])",
        "np.vectorize(lambda value: math.exp(value / 2))(z_log_var)",
        "np.cosh(0.5 * z_log_var) + np.sinh(0.5 * z_log_var)",
        "sigma = np.empty_like(z_log_var)\nnp.exp(0.5 * z_log_var, out=sigma)\nreturn sigma",
    ),
)


def observe_sample(sample_z, arguments):
    """The sample, and whether it follows from epsilon: two calls on one epsilon should agree."""
    first, again = as_array(sample_z(*arguments)), as_array(sample_z(*arguments))
    follows = np.array_equal(first, again, equal_nan=True)
    return {"whether two calls with one epsilon agree": follows, "the result": first if follows else np.zeros(1)}


SAMPLE_Z = Exercise(
    name="sample_z",
    takes="z_mean, z_log_var, epsilon",
    lines={
        "scale": {
            "np.exp(0.5 * z_log_var)": RIGHT,
            "np.exp(z_log_var)": "The scale is the variance. Which scale has a standard deviation of sigma?",
            "z_log_var": "The scale is the log-variance, which may be negative. Turn it into a standard deviation.",
            "0.5 * z_log_var": "The scale is the logarithm of the standard deviation: a step is missing.",
            "0.5 * np.exp(z_log_var)": (
                "The scale is half the variance, which is not its root: where does the 1/2 belong?"
            ),
            "np.exp(2 * z_log_var)": (
                "The scale is the squared variance: the log-variance is doubled where it should be halved."
            ),
            "np.exp(0.25 * z_log_var)": "The scale is the root of the standard deviation: a root is taken twice.",
            "np.sqrt(z_log_var)": (
                "The root of a negative log-variance is NaN. Undo the logarithm before you take a root."
            ),
            "np.exp(-0.5 * z_log_var)": (
                "The exponent's sign is flipped: a large log-variance should make the cloud wide."
            ),
            "np.exp2(0.5 * z_log_var)": (
                "The scale is a power of 2. The encoder's logarithm is the natural one, of base e."
            ),
            "np.exp(0.5 + z_log_var)": "In the exponent the half is added. A root multiplies the exponent.",
        },
        "z": {
            "z_mean + scale * epsilon": RIGHT,
            "z_mean + scale": "There is no chance in it: epsilon is not used, so every draw would be the same.",
            "scale * epsilon": "The cloud lies around 0: z_mean is missing.",
            "z_mean - scale * epsilon": (
                "The noise is subtracted. As a distribution that is the same, but the course adds it."
            ),
            "scale * epsilon - z_mean": "The mean is subtracted: the cloud lies on the other side of 0.",
            "z_mean * scale + epsilon": (
                "The mean is stretched and epsilon only added. Which of the two should be stretched?"
            ),
            "(z_mean + scale) * epsilon": "A bracket too early: epsilon multiplies the mean as well.",
            "z_mean + scale + epsilon": (
                "Scale and noise are added. A wide cloud needs its noise stretched, not shifted."
            ),
            "z_mean * scale * epsilon": "The mean multiplies. It should shift the noise, not stretch it.",
            "z_mean + scale * epsilon[:1]": "All images share the first image's epsilon. Each image has its own row.",
            "z_mean + scale * epsilon[:, :1]": (
                "All latents of an image share one epsilon. Each latent has its own column."
            ),
        },
    },
    slips={
        "z_mean": "That is the middle of the cloud, and no draw from it.",
        "epsilon": "The noise came back as it was. It has to be stretched and shifted to where the image is.",
        "z_log_var + np.exp(0.5 * z_mean) * epsilon": "The mean and the log-variance have changed places.",
        "z_mean + epsilon": "The spread is 1 whatever the encoder says: z_log_var is not used.",
        "z_mean + np.random.default_rng().normal(size=z_mean.shape)": (
            "The function draws its own noise. Use the epsilon it is given: then one input gives one z."
        ),
        "z_mean + np.exp(0.5 * epsilon) * z_log_var": "z_log_var and epsilon have changed places.",
        "z_mean + np.exp(0.5 * z_log_var * epsilon)": "epsilon is inside the exp. Only the log-variance belongs there.",
        "np.exp(0.5 * z_log_var)": "That is the standard deviation alone: neither the mean nor the noise enters.",
    },
    observe=observe_sample,
    cases=(
        "np.array([[1.0, -1.0]], 'float32'), np.array([[-2.0, 0.5]], 'float32'), np.array([[0.5, 2.0]], 'float32')",
        ", ".join(draws("normal(size=(5, 3))", seed) for seed in (1, 2, 3)),
    ),
    unseen=(", ".join(draws("normal(size=(6, 2))", seed) for seed in (4, 5, 6)),),
    accepts=(
        "z_mean + np.sqrt(np.exp(z_log_var)) * epsilon",
        "sigma = np.exp(z_log_var / 2)\nreturn z_mean + sigma * epsilon",
        "z_mean + ops.exp(0.5 * z_log_var) * epsilon",
        "z_mean + tf.sqrt(tf.exp(z_log_var)) * epsilon",
        "ops.add(z_mean, ops.multiply(ops.exp(z_log_var / 2), epsilon))",
    ),
)

SAMPLING = building.SAMPLING
