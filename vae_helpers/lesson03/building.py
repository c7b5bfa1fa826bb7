"""Notebook 03's exercise that builds a decoder, judged by what it does."""

from vae_helpers.exercises import RIGHT, Exercise, models


def observe_decoder(build_decoder, arguments):
    """How the decoder behaves that is built for some sizes."""
    return models.seen_of_network(build_decoder(*arguments), arguments[0], ("x_logits",))


PROBABILITIES = "The outputs stay between 0 and 1: there is a sigmoid at the end. The course's decoder gives logits."
LINEAR = "Image and z are related by a linear function: the hidden layer, or its ReLU, is missing."

BUILD_DECODER = Exercise(
    name="build_decoder",
    takes="latent_dim, hidden_dim, output_dim",
    setup="from vae_helpers.quiet import keras\nlayers = keras.layers",
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
