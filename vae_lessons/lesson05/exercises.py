"""The exercises of notebook 05: a split, a whole VAE, a bug to be found, and how far off a mean may be."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from vae_helpers.exercises import RIGHT, Answer, Arguments, Exercise, Facts, UnusableError, as_array, draws, models
from vae_helpers.types import Array

NOTEBOOK = "05_training"


PARTS = ("training", "validation")


CALLS = 40  # of one split, each with its own generator


def observe_split(split: Answer, arguments: Arguments) -> Facts:
    """Both parts in many calls: their shapes, which rows of x they hold, whether the generator decides, and the order.

    Each fact is the same for all ways to make a mistake: it depends neither on how rows are drawn nor on a seed.
    """
    x, n_validation, _ = arguments
    calls = [two_arrays(split(x, n_validation, np.random.default_rng(seed))) for seed in (0, *range(CALLS))]
    facts = observe_shapes(calls)
    if any(part.ndim != 2 or part.shape[1] != x.shape[1] for parts in calls for part in parts):
        return facts | {"the values": np.sort(np.concatenate([part.ravel() for part in calls[0]]))}
    same_row = (np.concatenate([part for parts in calls for part in parts])[:, None] == x).all(axis=-1)
    if not same_row.any(axis=1).all():
        columns = all(np.array_equal(np.sort(np.concatenate(parts), axis=0), np.sort(x, axis=0)) for parts in calls)
        return facts | {"whether all rows are rows of x": False, "whether each column holds its own numbers": columns}
    row_numbers, lengths = same_row.argmax(axis=1), [len(part) for parts in calls for part in parts]
    facts |= {"whether all rows are rows of x": True} | observe_repeats(row_numbers, lengths, len(x))
    if lengths != lengths[:2] * len(calls):
        return facts
    return facts | observe_order(row_numbers.reshape(len(calls), -1), lengths[0], len(x))


def two_arrays(parts: Any) -> list[Array]:
    """The two parts as arrays; UnusableError if there are not two."""
    if not isinstance(parts, (tuple, list)):
        parts = [as_array(parts)]
    if len(parts) != 2:
        count = f"{len(parts)} object{'s' * (len(parts) != 1)}"
        raise UnusableError(f"it returned {count}. Two arrays are wanted: the training part, then the validation part.")
    if any(part is None for part in parts):
        raise UnusableError("it returned None as one of the two parts, as rng.shuffle does.")
    return [as_array(part) for part in parts]


def observe_shapes(calls: Sequence[Sequence[Array]]) -> Facts:
    """Each part's numbers of axes, rows and columns, where they are the same in all calls."""
    facts: Facts = {}
    for name, parts in zip(PARTS, zip(*calls, strict=True), strict=True):
        same = len({part.shape for part in parts}) == 1
        facts[f"whether the {name} part has the same shape in every call"] = same
        if same:
            counts = zip(("axes", "rows", "columns"), (parts[0].ndim, *parts[0].shape), strict=False)
            facts |= {f"the number of {what} of the {name} part": count for what, count in counts}
    return facts


def observe_repeats(row_numbers: Array, lengths: Sequence[int], n: int) -> Facts:
    """Whether rows come twice.

    row_numbers: of all parts' rows in x, from 0 to n - 1, part after part. lengths: the number of rows of each part.
    """
    places = n * np.repeat(np.arange(len(lengths)), lengths) + row_numbers
    times = np.bincount(places, minlength=n * len(lengths)).reshape(-1, n)
    train, validation = times[::2], times[1::2]
    return {
        "whether each row is in the training part in some call": train.any(axis=0).all(),
        "whether each row is in the validation part in some call": validation.any(axis=0).all(),
        "whether a row is in both parts": ((train > 0) & (validation > 0)).any(),
        "whether a row comes twice in the training part": (train > 1).any(),
        "whether a row comes twice in the validation part": (validation > 1).any(),
    }


def observe_order(row_numbers: Array, n_train: int, n: int) -> Facts:
    """Whether the generator decides, and which rows come where.

    row_numbers: (calls, rows); the first two calls have one seed. Of a shuffle that is the same in all calls there is
    no fact about places, since its seed may be any.
    """
    parts = row_numbers[:, :n_train], row_numbers[:, n_train:]
    in_order = [(np.diff(part) > 0).all() for part in parts]
    facts: Facts = {
        "whether one generator gives the same parts twice": (row_numbers[0] == row_numbers[1]).all(),
        "whether another generator gives other parts": (row_numbers[0] != row_numbers[2:]).any(),
    }
    if not all(in_order) and ((row_numbers == row_numbers[0]).all() or row_numbers.shape[1] != n):
        return facts
    facts |= {
        f"whether the {name} part keeps the order of x": keeps for name, keeps in zip(PARTS, in_order, strict=True)
    }
    return facts | observe_places(*parts, n) if row_numbers.shape[1] == n else facts


def observe_places(train: Array, validation: Array, n: int) -> Facts:
    """Which rows come where, on average, as a share of all rows. train, validation: row numbers, (calls, rows)."""
    return {
        "the rows at each place of the training part, on average": train.mean(axis=0) / n,
        "the rows at each place of the validation part, on average": validation.mean(axis=0) / n,
        "how often neighbours in x are neighbours in the training part": (np.diff(train) == 1).mean(),
    }


TRAIN_VALIDATION_SPLIT = Exercise(
    name="train_validation_split",
    takes="x, n_validation, rng",
    slips={
        "rng.permutation(x[n_validation:]), rng.permutation(x[:n_validation])": (
            "The parts are cut first and shuffled afterwards: the validation part always holds the first rows."
        ),
        "rng.permutation(x[:-n_validation]), rng.permutation(x[-n_validation:])": (
            "The parts are cut first and shuffled afterwards: the validation part always holds the last rows."
        ),
        "x[rng.permutation(len(x))[n_validation:]], x[rng.permutation(len(x))[:n_validation]]": (
            "Two permutations are drawn, one for each part, so some rows are in both. One has to serve both parts."
        ),
        "x[rng.permutation(len(x))[n_validation:]], x[rng.choice(len(x), n_validation)]": (
            "Rows for validation are drawn with replacement, and some stay in the training part too. The parts must be"
            " disjoint."
        ),
        "chosen = rng.choice(len(x), n_validation)\nreturn np.delete(x, chosen, axis=0), x[chosen]": (
            "Rows for validation are drawn with replacement: some come up twice, and how many rows are left for"
            " training is up to chance. Draw without replacement, as a permutation does."
        ),
        "chosen = rng.random(len(x)) < n_validation / len(x)\nreturn x[~chosen], x[chosen]": (
            "How many rows each part gets is up to chance. Exactly n_validation are wanted: cut one permutation there."
        ),
        "x = rng.permuted(x, axis=0)\nreturn x[n_validation:], x[:n_validation]": (
            "The columns are shuffled independently, so a row no longer holds one image's pixels. Shuffle whole rows."
        ),
        "order = rng.permutation(x)\nreturn x[order[n_validation:]], x[order[:n_validation]]": (
            "x is indexed with something other than numbers of rows, such as the rows themselves."
            " rng.permutation(len(x)) gives numbers of rows."
        ),
        "x = rng.shuffle(x)\nreturn x[n_validation:], x[:n_validation]": (
            "None can't be cut into parts. rng.shuffle works in place and returns None; rng.permutation returns what it"
            " shuffles."
        ),
        "x[:-n_validation], x[-n_validation:]": (
            "Nothing is shuffled: the validation part is the last rows. If the rows come sorted, it sees few classes."
        ),
    },
    lines={
        "order": {
            "rng.permutation(len(x))": RIGHT,
            "np.arange(len(x))": (
                "Nothing is shuffled. If the rows come sorted by class, the validation part sees few classes."
            ),
            "np.random.default_rng().permutation(len(x))": (
                "The split does not follow the generator that is passed in: nobody could repeat it. Draw from rng."
            ),
            "np.random.default_rng(0).permutation(len(x))": (
                "A generator with a fixed seed inside the function gives the same split whatever rng is. Draw from rng."
            ),
            "rng.integers(0, len(x), len(x))": (
                "The rows are drawn with replacement: some come up twice, others never. A permutation holds each row"
                " once."
            ),
            "np.roll(np.arange(len(x)), rng.integers(len(x)))": (
                "The rows are moved along together and keep their old neighbours. Shuffle them."
            ),
        },
        "parts": {
            "x[order[n_validation:]], x[order[:n_validation]]": RIGHT,
            "x[order[:n_validation]], x[order[n_validation:]]": (
                "The training part has n_validation rows, and the validation part the rest: the sizes or the parts have"
                " changed places."
            ),
            "x[order[n_validation + 1 :]], x[order[: n_validation + 1]]": "The validation part has one row too many.",
            "x[order[n_validation - 1 :]], x[order[: n_validation - 1]]": "The validation part has one row too few.",
            "np.delete(x, order[:n_validation], axis=0), x[order[:n_validation]]": (
                "The choice is random, but the training part keeps the old order. The task asks for shuffled parts."
            ),
            "x[np.sort(order[n_validation:])], x[np.sort(order[:n_validation])]": (
                "The choice is random, but both parts keep the old order. The task asks for shuffled parts."
            ),
            "x, x[order[:n_validation]]": (
                "The training part still holds all rows, those for validation as well. The parts must be disjoint."
            ),
            "order[n_validation:], order[:n_validation]": (
                "These are the numbers of the rows. The rows themselves are wanted."
            ),
            "x[order[n_validation + 1 :]], x[order[:n_validation]]": (
                "One row is lost between the parts: where one slice ends, the other should begin."
            ),
            "x[order[n_validation - 1 :]], x[order[:n_validation]]": (
                "One row is in both parts: where one slice ends, the other should begin."
            ),
            "x[order[:n_validation]], x[order[:n_validation]]": "Both parts are the same rows, those for validation.",
            "x[order[n_validation:]], x[order[n_validation:]]": "Both parts are the same rows, those for training.",
        },
    },
    observe=observe_split,
    cases=(
        "np.arange(24.0, dtype='float32').reshape(12, 2), 4, np.random.default_rng(0)",
        "np.arange(20.0, dtype='float32').reshape(10, 2), 5, np.random.default_rng(0)",
    ),
    unseen=(
        "np.arange(8.0).reshape(4, 2), 1, np.random.default_rng(0)",
        "np.arange(33.0).reshape(11, 3), 5, np.random.default_rng(0)",
    ),
    atol=0.3,  # more than four standard errors of the difference between two means over 40 calls
    accepts=(
        "order = rng.permutation(len(x))\nreturn x[order[n_validation:]], x[order[:n_validation]]",
        "shuffled = rng.permutation(x)\nreturn shuffled[n_validation:], shuffled[:n_validation]",
        "rows = rng.permutation(x, axis=0)\nreturn rows[:-n_validation], rows[-n_validation:].tolist()",
        "validation, train = np.split(rng.permutation(x), [n_validation])\nreturn train, validation",
        "order = np.arange(len(x))\nrng.shuffle(order)\nreturn x[order[:-n_validation]], x[order[-n_validation:]]",
        "rows = list(x)\nrng.shuffle(rows)\nreturn np.array(rows[n_validation:]), np.array(rows[:n_validation])",
        "x = x.copy()\nrng.shuffle(x)\nreturn x[n_validation:], x[:n_validation]",
        "order = rng.choice(len(x), len(x), replace=False)\nreturn [x[order[n_validation:]], x[order[:n_validation]]]",
        """
        chosen = rng.choice(len(x), n_validation, replace=False)
        rest = np.setdiff1d(np.arange(len(x)), chosen)
        return x[rng.permutation(rest)], x[chosen]
        """,
        (
            "order = np.argsort(rng.random(len(x)))\nreturn np.take(x, order[n_validation:], axis=0),"
            " x[order[:n_validation]]"
        ),
        """
        order = list(range(len(x)))
        random.Random(int(rng.integers(2**60))).shuffle(order)
        return [x[i] for i in order[n_validation:]], [x[i] for i in order[:n_validation]]
        """,
        (
            "order = rng.permutation(len(x))\nreturn tf.gather(x, order[n_validation:]), ops.take(x,"
            " order[:n_validation], axis=0)"
        ),
    ),
)


def observe_vae(vae_class: Answer, arguments: Arguments) -> Facts:
    """The loss of a VAE class on probes, and then whether ``fit`` trains with it."""
    (what,) = arguments
    return models.observe_losses(vae_class) if what == "losses" else models.observe_fit(vae_class)


MY_VAE = Exercise(
    name="MyVAE",
    takes="",
    setup=(
        "from vae_helpers.backend import keras, tf\nfrom vae_helpers.model import Sampling\nlayers, ops = keras.layers,"
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


ANNEALED_LOSSES = Exercise(
    name="annealed_losses",
    takes="nll, kl, betas",
    lines={
        "weighted": {
            "betas[:, None] * kl": RIGHT,
            "betas[-1] * kl[None] + 0 * betas[:, None]": "Every epoch has the last beta now. Each has its own.",
            "kl[None] + 0 * betas[:, None]": "beta does not enter any more. Each epoch's beta weighs its KL.",
            "np.cumsum(betas)[:, None] * kl": "The betas add up from epoch to epoch. Each epoch has its own.",
        },
        "losses": {
            "np.mean(nll + weighted, axis=1)": RIGHT,
            "np.sum(nll + weighted, axis=1)": "The loss is summed over the batch. The average was right.",
            "np.mean(betas[:, None] * nll + weighted, axis=1)": (
                "beta weighs the reconstruction too. It belongs to the KL."
            ),
            "np.mean(nll - weighted, axis=1)": "The KL is subtracted. Line 8 was right to add it.",
        },
    },
    given="""
def annealed_losses(nll, kl, betas):
    \"\"\"The loss of each epoch, (epochs,), with that epoch's beta; nll and kl: one value per image.\"\"\"
    beta = betas[0]
    penalty = beta * kl
    losses = []
    for epoch in range(len(betas)):
        beta = betas[epoch]
        losses.append(np.mean(nll + penalty))
    return np.array(losses)
""",
    bug=(4, "The product is computed once, with the first beta, and kept, as a compiled training step keeps a number."),
    cases=(
        "np.array([100.0, 140.0], 'float32'), np.array([5.0, 7.0], 'float32'), np.array([0.0, 0.5, 1.0])",
        f"{draws('normal(150, 20, 6)', 1)}, {draws('normal(6, 1, 6)', 2)}, np.array([0.25, 1.0, 4.0, 4.0])",
    ),
    unseen=(f"{draws('normal(90, 9, 4)', 3)}, {draws('normal(9, 1, 4)', 4)}, np.array([2.0, 0.1])",),
    accepts=(
        "return np.array([np.mean(nll + beta * kl) for beta in betas])",
        "return np.mean(nll) + betas * np.mean(kl)",
        "return ops.stack([ops.mean(nll + float(beta) * kl) for beta in betas])",
    ),
)


def observe_error(standard_error: Answer, arguments: Arguments) -> Facts:
    """The standard error; one with ddof=1 counts as one with ddof=0, since both are in use."""
    (values,) = arguments
    returned = as_array(standard_error(values))
    usual, unbiased = (np.std(values, ddof=ddof) / np.sqrt(len(values)) for ddof in (0, 1))
    return {"the result": usual if returned.shape == () and np.isclose(returned, unbiased, rtol=1e-4) else returned}


SHRINKING = {  # what becomes of the spread, and the sentence
    "spread": "The number of values does not enter. The mean of many is known better than one of them.",
    "spread / len(values)": "You divided by n. Variances shrink as 1/n; their roots more slowly.",
    "spread * np.sqrt(len(values))": "You multiplied by the root of n: more values would make the mean less certain.",
    "spread * len(values)": "You multiplied by n: more values would make the mean less certain.",
    "spread / np.sqrt(10_000)": "The number of images is written into the function as 10,000. Take it from the values.",
    "spread / np.sqrt(5000)": "The number of images is written into the function as 5,000. Take it from the values.",
    "1.96 * spread / np.sqrt(len(values))": (
        "That is half a 95 % confidence interval. The standard error itself has no factor 1.96."
    ),
    "2 * spread / np.sqrt(len(values))": "That is two standard errors. One is wanted.",
    "0.5 * spread / np.sqrt(len(values))": "That is half a standard error: a factor is too small by 2.",
    "spread / len(values) ** 2": "You divided by n squared, which shrinks far too fast.",
}


STANDARD_ERROR = Exercise(
    name="standard_error",
    takes="values",
    slips={
        "np.std(values, ddof=1) / np.sqrt(len(values) - 1)": (
            "n is lowered by 1 twice, in the standard deviation and under the root. Once is enough."
        ),
        **{
            code.replace("spread", "np.std(values, ddof=1)"): f"{sentence} (ddof=1 is as good as ddof=0.)"
            for code, sentence in SHRINKING.items()
        },
        "np.var(values) / len(values)": "That is the squared standard error: its root is wanted.",
        "np.var(values, ddof=1) / len(values)": "That is the squared standard error, with ddof=1: its root is wanted.",
        "values / np.sqrt(len(values))": (
            "Each value is divided by the root of n. First one number for their spread, then the division."
        ),
        "np.abs(values - np.mean(values)) / len(values)": (
            "One number per value is left: the squared distances have to be added up before the root."
        ),
        "np.sqrt(np.var(values) // len(values))": (
            "// throws away what is behind the decimal point, before the root is taken."
        ),
        "np.sqrt(np.sum((values + np.mean(values)) ** 2)) / len(values)": (
            "The mean is added to the values. The distance from it is a difference."
        ),
        "np.std(values) * len(values) ** 1.5": (
            "You multiplied the root of the squared distances by n. Which operation averages?"
        ),
        "np.mean(values)": "That is the mean itself. How far off may it be?",
        "np.sqrt(np.sum(np.square(values - np.mean(values))) / np.sqrt(len(values)))": (
            "The squared distances are summed and divided by the root of n only. How is a variance averaged?"
        ),
        "1 / np.sqrt(len(values))": "The spread of the values is missing: values that all agree should give 0.",
    },
    lines={
        "spread": {
            "np.std(values)": RIGHT,
            "np.var(values)": "The variance stands where the standard deviation belongs.",
            "np.sqrt(np.std(values))": "A root is taken of the standard deviation, which is one.",
            "np.sqrt(np.mean(np.square(values, dtype='float64')))": (
                "The values are squared without taking their mean away first: that measures their size, not their"
                " spread."
            ),
            "np.mean(np.abs(values - np.mean(values)))": (
                "The distances from the mean are averaged without being squared."
            ),
            "-np.std(values)": "A standard error is never negative, and this one is.",
            "np.ptp(values)": "The range, largest minus smallest, stands where the standard deviation belongs.",
            "np.mean(values)": "The mean stands where the standard deviation belongs.",
        },
        "error": {
            "spread / np.sqrt(len(values))": RIGHT,
            **SHRINKING,
            "spread // np.sqrt(len(values))": "// throws away what is behind the decimal point.",
            "spread / np.sqrt(len(values) + 1)": "The root is taken of n + 1. How many values are there?",
        },
    },
    observe=observe_error,
    cases=("np.array([-150.0, -120.0, -180.0, -140.0, -135.0], 'float32')", draws("normal(5, 2, 400)", 1)),
    unseen=(draws("normal(7, 2, 11)", 2), draws("normal(-100, 1, 30)", 3)),
    accepts=(
        "np.std(values) / np.sqrt(len(values))",
        "np.sqrt(np.var(values) / len(values))",
        "np.sqrt(np.sum((values - np.mean(values)) ** 2)) / len(values)",
        "np.std(values, ddof=1) / np.sqrt(len(values))",
        "np.std(values) / np.sqrt(len(values) - 1)",
        "values.std() / values.size**0.5",
        "v = values.astype('float64')\nreturn np.sqrt(np.mean(v**2) - np.mean(v) ** 2) / len(v) ** 0.5",
        "math.sqrt(sum((v - sum(values) / len(values)) ** 2 for v in values)) / len(values)",
        "from statistics import stdev\nreturn stdev(values.tolist()) / math.sqrt(len(values))",
        "from scipy.stats import sem\nreturn sem(values)",
        "ops.std(values) / ops.sqrt(len(values))",
        "tf.math.reduce_std(values) / len(values) ** 0.5",
    ),
)


BLOCK_ERROR = Exercise(
    name="block_error",
    takes="values, block",
    lines={
        "n_blocks": {
            "len(values) // block": RIGHT,
            "len(values) // block - 1": "One whole block is left out.",
            "block": "The number of blocks is not the length of a block: how many fit into the values?",
        },
        "means": {
            "values[: n_blocks * block].reshape(n_blocks, -1).mean(axis=1)": RIGHT,
            "values[: n_blocks * block].reshape(-1, n_blocks).mean(axis=0)": (
                "The blocks are made of every so many-th value. A block holds neighbours: reshape to (blocks, block)."
            ),
            "values[: n_blocks * block].reshape(n_blocks, -1).sum(axis=1)": (
                "The blocks are summed. Take the mean of each: the error of a mean is wanted."
            ),
            "values[-n_blocks * block :].reshape(n_blocks, -1).mean(axis=1)": (
                "The blocks are cut from the end. Begin with the first value, and leave the rest at the end out."
            ),
            "values[: n_blocks * block].reshape(n_blocks, -1).max(axis=1)": (
                "The largest value of each block is taken. Its mean is wanted."
            ),
            "values[: n_blocks * block].reshape(n_blocks, -1)": "The mean of each block is missing.",
            "values[: n_blocks * block].reshape(n_blocks, -1).mean(axis=0)": (
                "The average runs over the blocks, axis 0. Average within each block, axis 1."
            ),
            "values[: n_blocks * block].reshape(-1, n_blocks).mean(axis=1)": (
                "The blocks have n_blocks values each. They should have block of them."
            ),
            "values[:n_blocks]": (
                "Only the first n_blocks values are used, each as a block. Use n_blocks * block of them."
            ),
            "values": "The blocks are not formed: this is the error for independent values.",
        },
        "error": {
            "means.std(ddof=1) / np.sqrt(len(means))": RIGHT,
            "means.std(ddof=1)": "That is how far one block strays. The mean of all of them strays less.",
            "means.std(ddof=1) / np.sqrt(len(values))": "Divide by the root of the number of blocks, not of values.",
            "means.std(ddof=1) * np.sqrt(len(means))": "You multiplied by the root: more blocks make it less certain.",
            "means / np.sqrt(len(means))": "The standard deviation of the means is missing: one number is wanted.",
            "means.var(ddof=1) / np.sqrt(len(means))": "The variance stands where the standard deviation belongs.",
            "np.sqrt(means.std(ddof=1) / len(means))": "Under the root belongs the variance, not its root.",
            "0.5 * means.var(ddof=1) / len(means)": "A root is a power of 1/2, not a factor 1/2.",
            "means.std(ddof=1) / len(means)": "Divide by the *root* of the number of blocks.",
            "means.var(ddof=1) / len(means)": "That is the variance of the mean. Take its root.",
            "means.std() / np.sqrt(len(means))": (
                "Nearly: of few blocks the standard deviation needs ddof=1, which divides by one less than their"
                " number."
            ),
        },
    },
    cases=("np.arange(12.0) % 5, 3", f"{draws('normal(size=50)', 1)}, 7"),
    unseen=(f"{draws('normal(size=33)', 2)}, 4", f"{draws('normal(size=20)', 3)}, 10"),
    accepts=(
        (
            "n = len(values) // block\n"
            "means = np.array([np.mean(values[i * block : (i + 1) * block]) for i in range(n)])\n"
            "return np.std(means, ddof=1) / np.sqrt(n)"
        ),
        (
            "whole = len(values) - len(values) % block\n"
            "means = np.mean(np.reshape(values[:whole], (-1, block)), axis=1)\n"
            "return (np.var(means, ddof=1) / len(means)) ** 0.5"
        ),
    ),
)
