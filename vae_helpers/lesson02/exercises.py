"""The exercises of notebook 02: from the log-variance to a draw of z, an encoder, a sampling layer."""

from vae_helpers.exercises import RIGHT, Exercise, draws
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

SAMPLING = building.SAMPLING

DRAW_AND_PENALTY = Exercise(
    name="draw_and_penalty",
    takes="z_mean, z_log_var, epsilon",
    lines={
        "spread": {
            "np.exp(0.5 * z_log_var)": RIGHT,
            "z_log_var": "The noise is stretched by the logarithm of the variance itself. Undo the logarithm.",
            "0.5 * np.exp(z_log_var)": "Half the variance is not its root. The half belongs into the exponent.",
            "np.sqrt(z_log_var)": "The root of a negative log-variance is NaN. Undo the logarithm first.",
            "np.exp(2 * z_log_var)": "The exponent is doubled. It has to be halved.",
        },
        "variance": {
            "np.exp(z_log_var)": RIGHT,
            "np.exp(2 * z_log_var)": (
                "Now the penalty takes the head for the logarithm of sigma. The task is that it means the logarithm of"
                " the variance everywhere."
            ),
            "np.exp(0.5 * z_log_var)": "Line 6 was right: the penalty holds the variance, not its root.",
        },
        "penalty": {"0.5 * (variance + z_mean**2 - 1 - z_log_var).sum(axis=-1, keepdims=True)": RIGHT},
        "result": {"np.concatenate([z_mean + spread * epsilon, penalty], axis=-1)": RIGHT},
    },
    slips={
        """
        z = z_mean + np.exp(z_log_var) * epsilon
        penalty = 0.5 * (np.exp(2 * z_log_var) + z_mean**2 - 1 - 2 * z_log_var).sum(axis=-1, keepdims=True)
        return np.concatenate([z, penalty], axis=-1)
        """: (
            "Now both lines take the head for the logarithm of sigma. That is consistent, but the course's head means"
            " the logarithm of the variance: mend the other line."
        ),
    },
    given="""
def draw_and_penalty(z_mean, z_log_var, epsilon):
    \"\"\"z, and half the sum of sigma^2 + z_mean^2 - 1 - log sigma^2 over the latents.\"\"\"
    spread = np.exp(z_log_var)
    z = z_mean + spread * epsilon
    square = z_mean**2
    variance = np.exp(z_log_var)
    terms = variance + square - 1 - z_log_var
    penalty = 0.5 * terms.sum(axis=-1, keepdims=True)
    return np.concatenate([z, penalty], axis=-1)
""",
    bug=(3, "The noise is multiplied by the variance, and it should be sigma."),
    cases=(", ".join(draws("normal(size=(3, 2))", seed) for seed in (1, 2, 3)),),
    unseen=(", ".join(draws("normal(size=(5, 3))", seed) for seed in (4, 5, 6)),),
    accepts=(
        (
            "sigma = np.sqrt(np.exp(z_log_var))\n"
            "penalty = -0.5 * np.sum(1 + z_log_var - z_mean**2 - sigma**2, axis=1)[:, None]\n"
            "return np.hstack([z_mean + sigma * epsilon, penalty])"
        ),
        (
            "z = z_mean + ops.exp(z_log_var / 2) * epsilon\n"
            "terms = ops.exp(z_log_var) + z_mean**2 - 1.0 - z_log_var\n"
            "return ops.concatenate([z, 0.5 * ops.sum(terms, axis=-1, keepdims=True)], axis=-1)"
        ),
    ),
)

LOG_VAR_GRADIENT = Exercise(
    name="log_var_gradient",
    takes="z_mean, z_log_var, epsilon",
    lines={
        "sigma": {
            "np.exp(0.5 * z_log_var)": RIGHT,
            "np.exp(z_log_var)": "The variance stands where sigma belongs.",
            "z_log_var": "The log-variance stands where sigma belongs.",
            "0.5 * z_log_var": "The logarithm of sigma stands where sigma belongs.",
            "np.exp(-0.5 * z_log_var)": "The exponent's sign is flipped in sigma.",
            "np.exp2(0.5 * z_log_var)": "sigma is a power of 2. The logarithm is the natural one.",
            "np.exp(0.5 + z_log_var)": "In the exponent of sigma the half is added. It is a factor.",
        },
        "z": {
            "z_mean + sigma * epsilon": RIGHT,
            "z_mean": "z is taken to be z_mean. The loss is of the draw, z_mean + sigma * epsilon.",
            "sigma * epsilon": "z_mean is missing from z.",
            "z_mean - sigma * epsilon": "The noise is subtracted in z. The trick adds it.",
            "z_mean + sigma": "epsilon is missing from z.",
            "z_mean + epsilon": "sigma is missing from z.",
            "z_mean + sigma + epsilon": "In z sigma and epsilon are added. Their product belongs there.",
            "z_mean * sigma * epsilon": "In z the mean multiplies. It is added.",
            "z_mean + sigma * z_log_var": "In z sigma multiplies z_log_var. It multiplies epsilon.",
        },
        "by_log_var": {
            "0.5 * sigma * epsilon": RIGHT,
            "sigma * epsilon": "The 1/2 of the inner derivative is missing: sigma is exp of *half* the log-variance.",
            "epsilon": (
                "That is the derivative with respect to sigma. One more inner derivative leads to the log-variance."
            ),
            "0.5 * sigma": "epsilon is missing from the derivative of z.",
            "0.5 * sigma + epsilon": "In the derivative of z sigma and epsilon are added. They are multiplied.",
            "0.5 / sigma * epsilon": "In the derivative of z sigma divides. It multiplies.",
            "0.5 * sigma * z_mean": "The derivative of z holds z_mean. The noise belongs there.",
            "0.5 * sigma * z_log_var": "The derivative of z holds z_log_var as a factor. The noise belongs there.",
            "1": "That is the derivative with respect to z_mean. The question is about z_log_var.",
            "0.5 * epsilon": (
                "sigma is missing from the derivative of z: the derivative of an exponential is the exponential."
            ),
        },
        "gradient": {
            "2 * z * by_log_var": RIGHT,
            "by_log_var": "The outer derivative is missing: that of z squared is 2 z.",
            "z * by_log_var": "The 2 of the outer derivative is missing.",
            "2 * z + by_log_var": "The two derivatives are added. The chain rule multiplies them.",
            "(2 + z) * by_log_var": "The outer derivative is 2 times z, not 2 plus z.",
            "z**2 * by_log_var": "z squared is multiplied in place of its derivative, 2 z.",
            "2 * by_log_var": "The outer derivative of z squared is 2 z, not 2.",
            "-2 * z * by_log_var": "The sign is flipped: the task asks for the derivative, not for a step against it.",
            "np.sum(2 * z * by_log_var, axis=-1)": (
                "The derivative is summed over the latents. Each latent has its own."
            ),
            "np.mean(2 * z * by_log_var, axis=0)": "The derivative is averaged over the batch. Each image has its own.",
        },
    },
    cases=(
        "np.array([[1.0, -1.0]], 'float32'), np.array([[-2.0, 0.5]], 'float32'), np.array([[0.5, 2.0]], 'float32')",
        ", ".join(draws("normal(size=(5, 3))", seed) for seed in (1, 2, 3)),
    ),
    unseen=(", ".join(draws("normal(size=(6, 2))", seed) for seed in (4, 5, 6)),),
    accepts=(
        "sigma = np.sqrt(np.exp(z_log_var))\nreturn (z_mean + sigma * epsilon) * sigma * epsilon",
        "sigma = ops.exp(0.5 * z_log_var)\nreturn ops.multiply(z_mean + sigma * epsilon, sigma * epsilon)",
        (
            "v = tf.Variable(z_log_var)\n"
            "with tf.GradientTape() as tape:\n"
            "    loss = tf.reduce_sum((z_mean + tf.exp(v / 2) * epsilon) ** 2)\n"
            "return tape.gradient(loss, v)"
        ),
    ),
)
