"""The exercises of notebook 02: from the log-variance to a draw of z, an encoder, a sampling layer."""

from vae_helpers.exercises import KERAS_LAYERS, RIGHT, Answer, Arguments, Exercise, Facts, draws, models

NOTEBOOK = "02_encoder"


def observe_encoder(build_encoder: Answer, arguments: Arguments) -> Facts:
    """What an encoder does that is built for the given sizes."""
    return models.observe_network(build_encoder(*arguments), arguments[0], ("z_mean", "z_log_var"))


LEFT_OUT = "The hidden layer has no activation, so it and the heads are one linear layer together. Give it a ReLU."


ON_INPUT = "is computed from the image, past the hidden layer. Call the head on the hidden layer's output."


FREE = "A mean or a log-variance may be any number: leave the head without an activation."


BUILD_ENCODER = Exercise(
    name="build_encoder",
    takes="input_dim, hidden_dim, latent_dim",
    setup=KERAS_LAYERS,
    lines={
        "x": {
            "keras.Input((input_dim,))": RIGHT,
            "keras.Input((784,))": "The input has 784 pixels whatever input_dim is.",
        },
        "hidden": {
            'layers.Dense(hidden_dim, activation="relu")(x)': RIGHT,
            "layers.Dense(hidden_dim)(x)": LEFT_OUT,
            'layers.Dense(hidden_dim, activation="tanh")(x)': (
                "The hidden layer saturates, as a tanh or a sigmoid does. The task asks for a ReLU."
            ),
            'layers.Dense(512, activation="relu")(x)': "The hidden layer has 512 units whatever hidden_dim is.",
            'layers.Dense(latent_dim, activation="relu")(x)': (
                "The hidden layer has latent_dim units. hidden_dim is the number of its units."
            ),
        },
        "z_mean": {
            "layers.Dense(latent_dim)(hidden)": RIGHT,
            'layers.Dense(latent_dim, activation="relu")(hidden)': f"z_mean is never negative: a ReLU cuts it. {FREE}",
            'layers.Dense(latent_dim, activation="tanh")(hidden)': (
                f"z_mean stays between two bounds, as after a tanh or a sigmoid. {FREE}"
            ),
            "layers.Dense(latent_dim)(x)": f"z_mean {ON_INPUT}",
            "layers.Dense(2)(hidden)": "z_mean has 2 latents whatever latent_dim is.",
            "layers.Dense(hidden_dim)(hidden)": "z_mean has hidden_dim numbers. It needs latent_dim.",
        },
        "z_log_var": {
            "layers.Dense(latent_dim)(hidden)": RIGHT,
            'layers.Dense(latent_dim, activation="relu")(hidden)': (
                f"z_log_var is never negative: sigma could not fall below 1. {FREE}"
            ),
            'layers.Dense(latent_dim, activation="softplus")(hidden)': (
                "z_log_var is always positive, as after a softplus, which makes a sigma. Here the head means the"
                " logarithm of the variance, and that may be negative."
            ),
            'layers.Dense(latent_dim, activation="sigmoid")(hidden)': (
                f"z_log_var stays between 0 and 1, as after a sigmoid. {FREE}"
            ),
            "layers.Dense(latent_dim)(x)": f"z_log_var {ON_INPUT}",
            "layers.Dense(latent_dim)(z_mean)": "z_log_var is computed from z_mean. Both heads read the hidden layer.",
            "z_mean": "Both outputs are one head. The log-variance needs a Dense layer of its own.",
            "layers.Dense(1)(hidden)": "z_log_var has one number for all latents. Each latent has its own.",
        },
        "encoder": {
            "keras.Model(x, [z_mean, z_log_var])": RIGHT,
            "keras.Model(x, z_mean)": "The model gives z_mean alone. Give both outputs: [z_mean, z_log_var].",
            "keras.Model(x, [z_mean, z_log_var, z_mean])": "The model gives three outputs. Two are wanted.",
            'keras.Model(x, {"z_mean": z_mean, "z_log_var": z_log_var})': (
                "The model gives a dict. Give a list, [z_mean, z_log_var], which the course's VAE takes apart in this"
                " order."
            ),
            "keras.Model(x, layers.Concatenate()([z_mean, z_log_var]))": (
                "The two outputs are concatenated into one. Give them apart: [z_mean, z_log_var]."
            ),
            "z_mean, z_log_var": (
                "These are symbolic tensors. Make a model of them: keras.Model(x, [z_mean, z_log_var])."
            ),
        },
    },
    slips={
        "return build_encoder(hidden_dim, input_dim, latent_dim) if input_dim > hidden_dim else keras.Model()": (
            "The sizes have changed places: the input has input_dim numbers, the hidden layer hidden_dim."
        ),
    },
    observe=observe_encoder,
    says={
        "whether the two outputs are always the same": "Both outputs are the same. Each head needs weights of its own.",
        "the number of weights": (
            "The number of weights is not that of one hidden layer of hidden_dim units and two heads of latent_dim. "
            "Compare summary() with the sum by hand."
        ),
    }
    | {
        f"whether {name} {what}": f"{name} {sentence}"
        for name in ("z_mean", "z_log_var")
        for what, sentence in (
            ("can be negative", f"is never negative. {FREE}"),
            ("can be positive and large", f"has an upper bound. {FREE}"),
            ("bends", "is a linear function of the image: a hidden layer with a ReLU is missing before it."),
            ("goes on growing", "stops to change for large inputs: something in the network saturates."),
        )
    },
    cases=("6, 5, 2", "4, 7, 3"),
    unseen=("5, 9, 1",),
    accepts=(
        """
        class Encoder(keras.Model):
            def __init__(self):
                super().__init__()
                self.hidden = layers.Dense(hidden_dim, activation="relu")
                self.heads = [layers.Dense(latent_dim), layers.Dense(latent_dim)]
            def call(self, x):
                hidden = self.hidden(x)
                return [head(hidden) for head in self.heads]
        return Encoder()
        """,
        """
        x = layers.Input(shape=(input_dim,))
        hidden = layers.Activation("relu")(layers.Dense(hidden_dim)(x))
        return keras.Model(inputs=x, outputs=(layers.Dense(latent_dim)(hidden), layers.Dense(latent_dim)(hidden)))
        """,
        """
        x = keras.Input((input_dim,))
        hidden = ops.maximum(layers.Dense(hidden_dim)(x), 0.0)
        both = layers.Dense(2 * latent_dim)(hidden)
        return keras.Model(x, [both[:, :latent_dim], both[:, latent_dim:]])
        """,
        """
        x = keras.Input((input_dim,))
        hidden = layers.Lambda(lambda h: tf.nn.relu(h))(layers.Dense(hidden_dim)(x))
        return keras.Model(x, [layers.Dense(latent_dim, name=name)(hidden) for name in ("z_mean", "z_log_var")])
        """,
    ),
)


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


SHARED = "All {} share one noise. Each {} needs its own: draw as many numbers as z_mean has."


NOISE = "keras.random.normal(ops.shape(z_mean), seed=self.seed_generator)"


SAMPLING = Exercise(
    name="Sampling",
    takes="",
    setup=f"{KERAS_LAYERS}\nops = keras.ops\nimport tensorflow as tf",
    template="""
class Sampling(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, inputs):
        z_mean, z_log_var = inputs
        epsilon = {epsilon}
        scale = {scale}
        return {z}
""",
    lines={
        "epsilon": {
            NOISE: RIGHT,
            "keras.random.normal(ops.shape(z_mean)[-1:], seed=self.seed_generator)": SHARED.format(
                "images of a batch", "image"
            ),
            "keras.random.normal((ops.shape(z_mean)[0], 1), seed=self.seed_generator)": SHARED.format(
                "latents of an image", "latent"
            ),
            "keras.random.uniform(ops.shape(z_mean), -1.732, 1.732, seed=self.seed_generator)": (
                "The noise is uniform. It has the right mean and variance, but z would not be Gaussian."
            ),
            "keras.random.uniform(ops.shape(z_mean), seed=self.seed_generator)": (
                "The noise is uniform from 0 to 1, so it shifts z as well. Draw it from N(0, 1)."
            ),
            "np.random.normal(size=tuple(z_mean.shape)).astype('float32')": (
                "numpy draws the noise. A compiled training step keeps those numbers for ever: every batch gets the"
                " same noise. Use keras.random.normal."
            ),
            "keras.random.normal((32, 2), seed=self.seed_generator)[: ops.shape(z_mean)[0], : z_mean.shape[1]]": (
                "The noise has a fixed batch size. Take its shape from z_mean: ops.shape(z_mean)."
            ),
        },
        "scale": {
            "ops.exp(0.5 * z_log_var)": RIGHT,
            "ops.exp(z_log_var)": (
                "The scale is exp(z_log_var), the variance. The noise is stretched by sigma, its root."
            ),
            "z_log_var": "The scale is the log-variance itself. Turn it into a standard deviation: exp(z_log_var / 2).",
            "ops.exp(2 * z_log_var)": "The scale is the squared variance: the exponent is doubled, not halved.",
            "ops.exp(-0.5 * z_log_var)": (
                "The exponent's sign is flipped: a large log-variance should give a wide draw."
            ),
            "ops.ones_like(z_log_var)": "z_log_var is not used: the draw has sigma 1 whatever the encoder says.",
            "ops.stop_gradient(ops.exp(0.5 * z_log_var))": (
                "The gradient is stopped before z_log_var, so the second head would never learn."
            ),
        },
        "z": {
            "z_mean + scale * epsilon": RIGHT,
            "z_mean": "The mean comes back: there is no draw in it.",
            "scale * epsilon": "z_mean is not used: every image's draw lies around 0.",
            "ops.stop_gradient(z_mean) + scale * epsilon": (
                "The gradient is stopped before z_mean, so the first head would never learn."
            ),
            "ops.stop_gradient(z_mean + scale * epsilon)": (
                "The gradient is stopped at z: nothing would reach the encoder. This is what a plain draw does."
            ),
        },
    },
    slips={
        """
        class Sampling(layers.Layer):
            def __init__(self, **kwargs):
                super().__init__(**kwargs)
                self.epsilon = keras.random.normal((20_000, 2))
            def call(self, inputs):
                z_mean, z_log_var = inputs
                count = ops.shape(z_mean)[0]
                epsilon = ops.tile(self.epsilon, (1, 2))[:count, : z_mean.shape[1]]
                return z_mean + ops.exp(0.5 * z_log_var) * epsilon
        """: (
            "Every call gets the same noise: it is drawn once, in __init__, or from a fixed seed. Draw it anew in call,"
            " with a keras.random.SeedGenerator that __init__ makes."
        ),
    },
    observe=lambda layer, arguments: models.observe_sampling(layer()),
    says={
        "the shape of z": "z has another shape than z_mean, at least for another batch size.",
        "whether z is random": "There is no draw in it: with z_log_var 0 all z are the same.",
        "whether a second call draws anew": "A second call gives the same z. Each call needs new noise.",
        "whether each image gets noise of its own": SHARED.format("images of a batch", "image"),
        "whether each latent gets noise of its own": SHARED.format("latents of an image", "latent"),
        "whether a gradient reaches z_mean": "No gradient reaches z_mean through your layer.",
        "whether a gradient reaches z_log_var": "No gradient reaches z_log_var through your layer.",
        "the fourth moment of the noise": "The noise has another shape than a Gaussian. Draw it from N(0, 1).",
        "whether a compiled step draws anew": (
            "In a compiled function the noise is frozen: every step gets the same. Draw it with keras.random or"
            " tf.random."
        ),
    },
    cases=("",),
    unseen=("",),
    rtol=0.05,
    atol=0.05,
    accepts=(
        """
        class Sampling(keras.layers.Layer):
            def call(self, inputs):
                z_mean, z_log_var = inputs
                return z_mean + tf.exp(0.5 * z_log_var) * tf.random.normal(tf.shape(z_mean))
        """,
        """
        class Sampling(keras.layers.Layer):
            def call(self, inputs):
                mean, log_var = inputs
                sigma = keras.ops.sqrt(keras.ops.exp(log_var))
                return mean - sigma * keras.random.normal(keras.ops.shape(mean))
        """,
        """
        class Sampling(keras.layers.Layer):
            def __init__(self):
                super().__init__()
                self.noise = keras.layers.GaussianNoise(1.0)
            def call(self, heads):
                epsilon = self.noise(keras.ops.zeros_like(heads[0]), training=True)
                return heads[0] + keras.ops.exp(heads[1] / 2) * epsilon
        """,
    ),
)


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
