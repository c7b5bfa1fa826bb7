"""The exercises of notebook 03: from logits to probabilities, the entropy of an image's pixels, a decoder."""

import numpy as np

from vae_helpers.exercises import (
    KERAS_LAYERS,
    RIGHT,
    Answer,
    Arguments,
    Exercise,
    Facts,
    as_array,
    draws,
    models,
    reductions,
)

NOTEBOOK = "03_decoder"


def observe_decoder(build_decoder: Answer, arguments: Arguments) -> Facts:
    """What a decoder does that is built for the given sizes."""
    return models.observe_network(build_decoder(*arguments), arguments[0], ("x_logits",))


PROBABILITIES = "The outputs stay between 0 and 1: there is a sigmoid at the end. The course's decoder gives logits."


LINEAR = "Image and z are related by a linear function: the hidden layer, or its ReLU, is missing."


BUILD_DECODER = Exercise(
    name="build_decoder",
    takes="latent_dim, hidden_dim, output_dim",
    setup=KERAS_LAYERS,
    lines={
        "z": {
            "keras.Input((latent_dim,))": RIGHT,
            "keras.Input((2,))": "The input has 2 latents whatever latent_dim is.",
            "keras.Input((output_dim,))": (
                "The input is not latent_dim wide. A decoder takes z, and output_dim is the width of its output."
            ),
        },
        "hidden": {
            'layers.Dense(hidden_dim, activation="relu")(z)': RIGHT,
            "layers.Dense(hidden_dim)(z)": (
                "The hidden layer has no activation: both layers together are one linear layer."
            ),
            "z": "The hidden layer is left out: an image would be a linear function of z.",
            'layers.Dense(hidden_dim, activation="sigmoid")(z)': (
                "The hidden layer saturates, as a sigmoid or a tanh does. The task asks for a ReLU."
            ),
            'layers.Dense(512, activation="relu")(z)': "The hidden layer is 512 wide whatever hidden_dim is.",
        },
        "x_logits": {
            "layers.Dense(output_dim)(hidden)": RIGHT,
            'layers.Dense(output_dim, activation="sigmoid")(hidden)': PROBABILITIES,
            'layers.Dense(output_dim, activation="relu")(hidden)': (
                "No output is negative: a ReLU cuts them, so no pixel's probability could fall below 1/2."
            ),
            'layers.Dense(output_dim, activation="tanh")(hidden)': (
                "The outputs stay between -1 and 1, as after a tanh: no probability could leave 0.27 to 0.73."
            ),
            'layers.Dense(output_dim, activation="softmax")(hidden)': (
                "The outputs of an image sum to 1: a softmax makes the pixels compete. Each pixel is a coin of its own."
            ),
            "layers.Dense(784)(hidden)": "The output has 784 pixels whatever output_dim is.",
            "layers.Dense(output_dim, use_bias=False)(hidden)": (
                "The last layer has no bias: it could not give pixels at the border their low probability for every z."
            ),
        },
        "decoder": {
            "keras.Model(z, x_logits)": RIGHT,
            "keras.Model(z, [x_logits, z])": "The model gives z as well. One output is wanted, the logits.",
            "x_logits": "This is a symbolic tensor. Make a model of it: keras.Model(z, x_logits).",
        },
    },
    observe=observe_decoder,
    says={
        "whether x_logits can be negative": (
            "No output is negative. Logits may be any number: no activation at the end."
        ),
        "whether x_logits can be positive and large": PROBABILITIES,
        "whether x_logits bends": LINEAR,
        "whether x_logits goes on growing": (
            "The outputs stop to change for large z: something in the network saturates."
        ),
        "the number of weights": (
            "The number of weights is not that of one hidden layer of hidden_dim units and one of output_dim. Compare "
            "summary() with the sum by hand."
        ),
    },
    cases=("2, 5, 6", "3, 7, 4"),
    unseen=("4, 6, 9",),
    accepts=(
        """
        return keras.Sequential([
            keras.Input((latent_dim,)),
            layers.Dense(hidden_dim, activation="relu"),
            layers.Dense(output_dim),
        ])
        """,
        """
        class Decoder(keras.Model):
            def __init__(self):
                super().__init__()
                self.hidden, self.logits = layers.Dense(hidden_dim), layers.Dense(output_dim)
            def call(self, z):
                return self.logits(keras.ops.relu(self.hidden(z)))
        return Decoder()
        """,
        """
        z = layers.Input(shape=(latent_dim,))
        hidden = layers.ReLU()(layers.Dense(hidden_dim)(z))
        return keras.Model(inputs=z, outputs=[layers.Dense(output_dim, activation="linear")(hidden)])
        """,
    ),
)


def observe_overflow(bernoulli_probabilities: Answer, arguments: Arguments) -> Facts:
    """The values, and, where they are right, whether an operation of numpy overflowed while they were computed."""
    overflows: list[str] = []
    with np.errstate(over="call", call=lambda kind, flag: overflows.append(kind)):
        values = as_array(bernoulli_probabilities(*arguments))
    right = 0.5 * (1 + np.tanh(0.5 * arguments[0]))
    overflowed = values.shape == right.shape and np.allclose(values.astype(float), right, atol=1e-5) and bool(overflows)
    return {"the result": values, "whether an exp overflowed": overflowed}


SOFTMAX = "That is softmax: it makes {} share one unit of probability. Each pixel is a coin of its own."


BERNOULLI_PROBABILITIES = Exercise(
    name="bernoulli_probabilities",
    takes="x_logits",
    setup="from scipy.special import expit, log_expit",
    slips={
        "1 / (1 + np.exp(-x_logits))": (
            "The values are right, but exp overflows at a logit of -1000 or 1000. Arrange it so that exp never sees a"
            " large number. (np.where computes both its branches for every pixel, so it alone does not help.)"
        ),
        "np.exp(x_logits) / (1 + np.exp(x_logits))": (
            "At a logit of 1000 this is infinity divided by infinity, NaN. How can exp be kept from seeing a large"
            " number?"
        ),
        "x_logits": "The logits came back as they were: they run over all numbers, a probability from 0 to 1.",
        "np.clip(x_logits, 0, 1)": (
            "Cutting the logits off at 0 and 1 is not the inverse of the log-odds. Which function maps 0 to 1/2?"
        ),
        "np.exp(x_logits) / np.exp(x_logits).sum(axis=-1, keepdims=True)": (
            SOFTMAX.format("the pixels") + " (And exp overflows.)"
        ),
        "e = np.exp(x_logits - x_logits.max(axis=-1, keepdims=True))\nreturn e / e.sum(axis=-1, keepdims=True)": (
            SOFTMAX.format("the pixels of an image")
        ),
        "e = np.exp(x_logits - x_logits.max())\nreturn e / e.sum()": SOFTMAX.format("all pixels of the batch"),
        "np.tanh(x_logits)": "tanh runs from -1 to 1. A probability runs from 0 to 1.",
        "np.tanh(0.5 * x_logits)": "The range is -1 to 1: shift it and squeeze it to 0 to 1.",
        "expit(2 * x_logits)": "The curve rises twice as fast as the sigmoid. What should the argument be?",
        "expit(0.5 * x_logits)": "The curve rises half as fast as the sigmoid. What should the argument be?",
        "expit(np.abs(x_logits))": (
            "Negative logits get the probability of their positive: the two signs need two answers."
        ),
        "2 * expit(x_logits)": "The values run from 0 to 2: a factor is missing.",
        "1 / (1 - np.exp(-x_logits))": "There is a minus where a plus belongs: at a logit of 0 it divides by 0.",
        "np.exp(x_logits)": (
            "These are the odds, p / (1 - p): that is what exp alone gives. From there to p is one more step."
        ),
        "1 / (1 + x_logits)": "The exponential is missing from the denominator.",
        "1 + np.exp(-x_logits)": (
            "That is the denominator of the sigmoid: a division is missing, or a bracket about the denominator."
        ),
        "log_expit(x_logits)": "That is the logarithm of the probability. One step is left.",
        "np.logaddexp(0, x_logits)": (
            "That is softplus, the cost of paper in nats. Here the probability of ink is wanted."
        ),
        "(x_logits > 0).astype('float32')": (
            "You decided for 0 or 1. A logit of 0.1 is only a little more than a fair coin."
        ),
        "expit(expit(x_logits))": "The sigmoid was applied twice.",
        "np.log(x_logits / (1 - x_logits))": "That is the way back, from a probability to its log-odds.",
    },
    lines={
        "a": {
            "np.exp(-np.abs(x_logits))": RIGHT,
            "-np.abs(x_logits)": "The exponential is missing: -|l| stands where exp(-|l|) belongs.",
            "np.exp2(-np.abs(x_logits))": "The base is 2. Log-odds are natural logarithms: use exp.",
        },
        "above": {
            "np.where(x_logits >= 0, 1, a)": RIGHT,
            "np.where(x_logits >= 0, a, 1)": "These are the probabilities of a 0: the sign of the logits is flipped.",
            "a": (
                "Positive logits get the probability of their negative: abs keeps exp safe, but the two signs need two"
                " answers."
            ),
            "np.where(x_logits >= 0, 1, 0)": "Right for positive logits. A negative one gives 0: what should it give?",
            "np.where(x_logits >= 0, 0, a)": "Right for negative logits. A positive one gives 0: what should it give?",
        },
        "p": {
            "above / (1 + a)": RIGHT,
            "1 + a": "Only the denominator, 1 + exp(-|l|), is there. What should be divided by it?",
            "above": "The division by 1 + exp(-|l|) is missing.",
            "above * (1 + a)": "You multiply by 1 + exp(-|l|), and the values go above 1.",
        },
    },
    observe=observe_overflow,
    cases=(
        "np.array([[-2.0, 0.0, 3.0]], 'float32')",
        draws("normal(0, 3, (4, 6))"),
        "np.array([[-1000.0, 1000.0]], 'float32')",
    ),
    unseen=(draws("normal(0, 5, (4, 3))", 99), "np.array([[-900.0, 900.0, 0.0]])"),
    accepts=(
        "0.5 * (1 + np.tanh(0.5 * x_logits))",
        "a = np.exp(-np.abs(x_logits))\nreturn np.where(x_logits >= 0, 1, a) / (1 + a)",
        "np.exp(np.minimum(x_logits, 0)) / (1 + np.exp(-np.abs(x_logits)))",
        "expit(x_logits)",
        "np.exp(-np.logaddexp(0, -x_logits))",
        "np.exp(x_logits - np.logaddexp(0, x_logits))",
        "1 / (1 + np.exp(-np.clip(x_logits, -80, 80)))",
        "1 / (1 + np.exp(np.clip(-x_logits.astype('float64'), -700, 700)))",
        "scipy.stats.logistic.cdf(x_logits)",
        "np.exp(log_expit(x_logits))",
        (
            "positive = lambda a: 1 / (1 + np.exp(-a))\nnegative = lambda a: np.exp(a) / (1 + np.exp(a))\n"
            "return np.piecewise(x_logits, [x_logits >= 0], [positive, negative])"
        ),
        """
        def one(logit):
            return 1 / (1 + math.exp(-logit)) if logit >= 0 else math.exp(logit) / (1 + math.exp(logit))
        return [[one(logit) for logit in row] for row in x_logits.tolist()]
        """,
        """
        def one(logit):
            return 1 / (1 + math.exp(-logit)) if logit >= 0 else math.exp(logit) / (1 + math.exp(logit))
        return np.frompyfunc(one, 1, 1)(x_logits)
        """,
        "ops.sigmoid(x_logits)",
        "tf.nn.sigmoid(x_logits)",
        "ops.exp(-ops.softplus(-x_logits))",
        "keras.activations.sigmoid(x_logits)",
    ),
)


IMAGE_COST = Exercise(
    name="image_cost",
    takes="hidden, kernel, bias, x",
    lines={
        "x_hat": {
            "hidden @ kernel + bias": RIGHT,
            "hidden @ kernel": "The bias is left out.",
            "-(hidden @ kernel + bias)": "The logits have the wrong sign: ink and paper have changed places.",
        },
        "paper": {
            "np.logaddexp(0, x_hat)": RIGHT,
            "np.maximum(x_hat, 0)": "The logarithm of the softplus is gone: lines 6 and 7 were right.",
        },
        "cost": {
            "np.sum(paper - x * x_hat, axis=-1)": RIGHT,
            "np.mean(paper - x * x_hat, axis=-1)": "The cost is averaged over the pixels now. The sum was right.",
            "np.sum(paper - x, axis=-1)": "x lost its logit. Line 8 was right.",
            "np.sum(paper - x / (1 + np.exp(-x_hat)), axis=-1)": (
                "The sigmoid moved into the term of the ink. The formula holds logits alone: softplus(l) - x l."
            ),
        },
    },
    slips={
        """
        p = np.clip(1 / (1 + np.exp(-(hidden @ kernel + bias))), 1e-7, 1 - 1e-7)
        return np.sum(-x * np.log(p) - (1 - x) * np.log(1 - p), axis=-1)
        """: (
            "This computes with probabilities that are cut off, so a sure mistake costs too little. Keep the softplus,"
            " and give it the logits."
        ),
    },
    given="""
def image_cost(hidden, kernel, bias, x):
    \"\"\"The cost of images x (batch, pixels) in nats per image, from the hidden units (batch, hidden_dim).\"\"\"
    x_hat = hidden @ kernel + bias
    x_hat = 1 / (1 + np.exp(-x_hat))
    largest = np.maximum(x_hat, 0)
    correction = np.log1p(np.exp(-np.abs(x_hat)))
    paper = largest + correction
    ink = x * x_hat
    return np.sum(paper - ink, axis=-1)
""",
    bug=(4, "The loss expects logits, and this line hands it probabilities: in effect the sigmoid is applied twice."),
    cases=(
        (
            f"{draws('normal(size=(3, 4))', 1)}, {draws('normal(size=(4, 5))', 2)}, {draws('normal(size=5)', 3)}, "
            f"{draws('random((3, 5))', 4)}"
        ),
        (
            "np.full((2, 3), 9, 'float32'), np.ones((3, 4), 'float32'), np.zeros(4, 'float32'),"
            f" {draws('random((2, 4))', 5)}"
        ),
    ),
    unseen=(
        (
            f"{draws('normal(0, 3, (4, 2))', 6)}, {draws('normal(size=(2, 3))', 7)}, {draws('normal(size=3)', 8)}, "
            f"{draws('random((4, 3))', 9)}"
        ),
        (
            "np.full((2, 3), 9, 'float32'), np.ones((3, 4), 'float32'), np.zeros(4, 'float32'), "
            f"{draws('random((2, 4))', 10)}"
        ),
    ),
    accepts=(
        "l = hidden @ kernel + bias\nreturn (np.maximum(l, 0) - x * l + np.log1p(np.exp(-np.abs(l)))).sum(axis=1)",
        "l = np.dot(hidden, kernel) + bias\nreturn np.logaddexp(0, l).sum(axis=-1) - (x * l).sum(axis=-1)",
        "l = ops.matmul(hidden, kernel) + bias\nreturn ops.sum(ops.softplus(l) - x * l, axis=-1)",
        (
            "l = hidden @ kernel + bias\n"
            "return tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=l), axis=-1)"
        ),
    ),
)


def observe_entropy(pixel_entropy: Answer, arguments: Arguments) -> Facts:
    """The values; where any pixel is exactly 0 or 1, clipped to the range from -3 to 3.

    There a wrong answer's values depend on the guard of its logarithm, 1e-7 or 1e-12. Clipped, they no longer do, so
    the guard hides no other mistake.
    """
    values, (x,) = as_array(pixel_entropy(*arguments)), arguments
    large = np.isfinite(values) & np.isin(x, (0, 1)).any()
    return {"the result": np.where(large, np.clip(values.astype(float), -3, 3), values)}


PIXEL_ENTROPY = Exercise(
    name="pixel_entropy",
    takes="x",
    setup="def log(p):\n    return np.log(np.maximum(p, 1e-12))",
    slips={
        "np.sum(-x * np.log(x) - (1 - x) * np.log(1 - x), axis=-1)": (
            "Right for grey pixels, but a pixel of exactly 0 or 1 gives 0 * log 0, NaN. Its entropy is 0: guard the"
            " logarithm."
        ),
        **{
            f"p = np.clip(x, {margin}, {1 - margin})\nreturn np.sum(-p * log(p) - (1 - p) * log(1 - p), axis=-1)": (
                f"Pixels of exactly 0 or 1 come out above 0: the guard of the logarithm, {margin}, is too coarse."
            )
            for margin in (0.01, 0.001, 0.0001)
        },
        "np.zeros(len(x))": (
            "Every image comes out as 0. Do the terms cancel, or do the bounds of a clip stand in the wrong order?"
        ),
    },
    lines={
        "of_ink": {
            "-x * log(x)": RIGHT,
            "0 * x": "Only the term of a 0 is there. A pixel can also come out as 1: with which probability?",
            "x * log(x)": "The term of a 1 has the wrong sign: both outcomes surprise, so both count alike.",
            "-log(x)": "log(x) is not weighed by the probability of a 1.",
            "log(x)": "The term of a 1 is log(x) alone: its weight and its minus sign are missing.",
            "-x": "The logarithm is missing from the term of a 1.",
            "-(1 - x) * log(x)": "log(x) is weighed by the probability of the other outcome.",
            "-x * log(x) / np.log(2)": "The term of a 1 is in bits, the other in nats.",
        },
        "of_paper": {
            "-(1 - x) * log(1 - x)": RIGHT,
            "0 * x": "Only the term of a 1 is there. A pixel can also come out as 0: with which probability?",
            "(1 - x) * log(1 - x)": "The term of a 0 has the wrong sign: both outcomes surprise, so both count alike.",
            "-log(1 - x)": "log(1 - x) is not weighed by the probability of a 0.",
            "log(1 - x)": "The term of a 0 is log(1 - x) alone: its weight and its minus sign are missing.",
            "-(1 - x)": "The logarithm is missing from the term of a 0.",
            "1 - x": "The logarithm is missing from the term of a 0, and its sign is flipped.",
            "-x * log(1 - x)": "log(1 - x) is weighed by the probability of the other outcome.",
            "-(1 + x) * log(1 - x)": "The weight of log(1 - x) is larger than 1: a probability never is.",
            "-(1 - x) * log(1 + x)": "The term of a 0 holds log(1 + x): is there a wrong sign?",
            "-x * log(x)": "The term of a 1 is there twice, and that of a 0 is missing.",
            "-(1 - x) * log(1 - x) / np.log(2)": "The term of a 0 is in bits, the other in nats.",
        },
        "terms": {
            "of_ink + of_paper": RIGHT,
            "-of_ink - of_paper": (
                "The sign is flipped: an entropy is never negative, and the logarithm of a probability never positive."
            ),
            "(of_ink + of_paper) / np.log(2)": (
                "These are bits: the logarithm has base 2. The course counts in nats, with the natural logarithm."
            ),
            "(of_ink + of_paper) / np.log(10)": (
                "The logarithm has base 10. The course counts in nats, with the natural logarithm."
            ),
            "of_ink * of_paper": "The two terms are multiplied. An average over two outcomes is a sum.",
            "-log(x) - log(1 - x)": "The two logarithms are not weighed by the probabilities of their outcomes.",
            "-(1 - x) * log(x) - x * log(1 - x)": (
                "The weights have changed places: each logarithm belongs to its own probability."
            ),
            "-log(x)": "That is the surprise of a 1 alone. The entropy averages the surprise over both outcomes.",
            "x * (1 - x)": "x (1 - x) is the variance of the coin. The entropy needs logarithms.",
        },
        "result": reductions("The entropy", "pixels"),
    },
    observe=observe_entropy,
    cases=(
        "np.array([[0.5, 0.9, 0.2], [0.1, 0.6, 0.5]], 'float32')",
        draws("uniform(0.02, 0.98, (4, 7))"),
        "np.array([[0.0, 1.0, 0.5, 0.0]], 'float32')",
    ),
    unseen=(
        draws("random((4, 3))", 99),
        draws("random((3, 9))", 98),
        "np.array([[0.0, 1.0, 0.3]])",
    ),
    atol=1e-4,
    accepts=(
        "p = np.clip(x, 1e-7, 1 - 1e-7)\nreturn -np.sum(p * np.log(p) + (1 - p) * np.log(1 - p), axis=-1)",
        "np.sum(entr(x) + entr(1 - x), axis=-1)",
        "-np.sum(x * np.log(x + 1e-10) + (1 - x) * np.log(1 - x + 1e-10), axis=1)",
        "-np.sum(x * np.log(np.where(x > 0, x, 1)) + (1 - x) * np.log(np.where(x < 1, 1 - x, 1)), axis=1)",
        "-np.sum(np.nan_to_num(x * np.log(x)) + np.nan_to_num((1 - x) * np.log(1 - x)), axis=-1)",
        "np.nansum(-x * np.log(x) - (1 - x) * np.log(1 - x), axis=-1)",
        "-(xlogy(x, x) + scipy.special.xlog1py(1 - x, -x)).sum(axis=1)",
        "scipy.stats.bernoulli(x).entropy().sum(axis=-1)",
        "scipy.stats.entropy([x, 1 - x]).sum(axis=-1)",
        "np.array([entr(row).sum() + entr(1 - row).sum() for row in x])",
        """
        def of_pixel(p):
            return -p * math.log(p) - (1 - p) * math.log(1 - p) if 0 < p < 1 else 0.0
        return [sum(of_pixel(p) for p in row) for row in x.tolist()]
        """,
        "-ops.sum(x * ops.log(x + 1e-9) + (1 - x) * ops.log(1 - x + 1e-9), axis=-1)",
        "tf.reduce_sum(-tf.math.xlogy(x, x) - tf.math.xlogy(1 - x, 1 - x), axis=1)",
        "x.shape[1] * keras.losses.binary_crossentropy(x, x)",
    ),
)
