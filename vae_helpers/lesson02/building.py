"""Notebook 02's exercises that build: an encoder and a sampling layer, judged by what they do."""

from vae_helpers.exercises import RIGHT, Exercise, models


def observe_encoder(build_encoder, arguments):
    """How the encoder behaves that is built for some sizes."""
    return models.seen_of_network(build_encoder(*arguments), arguments[0], ("z_mean", "z_log_var"))


LAYERS = "from vae_helpers.quiet import keras\nlayers = keras.layers"
LEFT_OUT = "The hidden layer has no activation, so it and the heads are one linear layer together. Give it a ReLU."
ON_INPUT = "is computed from the image, past the hidden layer. Call the head on the hidden layer's output."
FREE = "A mean or a log-variance may be any number: leave the head without an activation."

BUILD_ENCODER = Exercise(
    name="build_encoder",
    takes="input_dim, hidden_dim, latent_dim",
    setup=LAYERS,
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

SHARED = "All {} share one noise. Each {} needs its own: draw as many numbers as z_mean has."
NOISE = "keras.random.normal(ops.shape(z_mean), seed=self.seed_generator)"
SAMPLING = Exercise(
    name="Sampling",
    takes="",
    setup=f"{LAYERS}\nops = keras.ops\nimport tensorflow as tf",
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
    observe=lambda layer, arguments: models.seen_of_sampling(layer()),
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
