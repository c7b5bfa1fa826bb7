"""The exercises and their checks: ``check_kl_divergence(kl_divergence)`` says what a learner's function gets wrong.

Each exercise is data (see ``vae_helpers.checking.Exercise``): the right function, the calls it is tried on, and the
mistakes people make, each as the wrong function and the sentence that helps. ``EXERCISES`` maps names to exercises.
Nothing here imports TensorFlow or Keras: a check takes arrays, tensors and lists alike.
"""

from functools import wraps
from itertools import combinations
from statistics import NormalDist

import numpy as np

from vae_helpers.checking import Exercise, Misconception, NotNumbersError, Progress, as_array

LATEST = {}  # exercise name -> the last verdict's status, for done()


def draws(code, seed=0):
    """Code of a float32 array drawn with numpy, such as draws("normal(size=(3, 2))")."""
    return f"np.random.default_rng({seed}).{code}.astype('float32')"


def one_wrong(build, *parts):
    """[(function, sentence), ...] of a function that is put together from parts, with one of the parts wrong.

    build: (a choice for each part) -> function. parts: each (the right choice, [(a wrong one, its sentence), ...]).
    """
    return [(build(*chosen(parts, {place: wrong})), words) for place, wrong, words in wrongs(parts)]


def two_wrong(build, *parts):
    """The same with two parts wrong, in each combination; the sentence holds both."""
    return [
        (build(*chosen(parts, {place: wrong, other: worse})), f"Two things. (1) {words} (2) {more_words}")
        for (place, wrong, words), (other, worse, more_words) in combinations(wrongs(parts), 2)
        if place != other
    ]


def wrongs(parts):
    """[(place of the part, the wrong choice, its sentence), ...]"""
    return [(place, *wrong) for place, (_, part) in enumerate(parts) for wrong in part]


def chosen(parts, replaced):
    """A choice for each part: the right one, unless it is replaced."""
    return [replaced.get(place, right) for place, (right, _) in enumerate(parts)]


def named(*lists):
    """Misconceptions from lists of (function, sentence)."""
    return tuple(Misconception(*each) for part in lists for each in part)


def combined(build, *parts):
    """Misconceptions with one part wrong, and with two."""
    return named(one_wrong(build, *parts), two_wrong(build, *parts))


def compose(terms, reduce):
    """reduce(terms(...)), a function with the parameters of ``terms``."""

    @wraps(terms)
    def composed(*arguments):
        return reduce(terms(*arguments))

    return composed


# --- 01: data ---------------------------------------------------------------------------------------------------


def standardized(images):
    return (images - images.mean()) / images.std().clip(1e-9)


def divided_in_place(images):
    images /= 255
    return images


SCALE_PIXELS = Exercise(
    name="scale_pixels",
    notebook="01_data_preprocessing",
    reference=lambda images: images.astype("float32") / 255,
    cases=(
        "np.array([[[0, 51], [102, 255]], [[0, 10], [20, 100]]], 'uint8')",
        "(np.arange(2 * 784) % 151).astype('uint8').reshape(2, 28, 28)",
        "np.full((3, 28, 28), 200, 'uint8')",
    ),
    dtype="float32",
    misconceptions=(
        Misconception(
            divided_in_place,
            "/= writes the fractions back into the bytes, which have no room for them. Make a new array instead.",
        ),
        *(
            Misconception(
                lambda images, dtype=dtype: (images // 255).astype(dtype),
                f"The result holds whole numbers ({dtype}), 0 or 1, and the grey values are lost. Which type holds a "
                "fraction?",
            )
            for dtype in ("uint8", "int32", "int64")
        ),
        Misconception(
            lambda images: (images * 255).astype("float32"),
            "You multiplied, and the bytes wrapped around. Which operation makes them smaller, and in which type?",
        ),
        Misconception(
            lambda images: images,
            "The bytes came back as they were: neither the range nor the dtype has changed.",
        ),
        *combined(
            compose,
            (
                lambda images: images / 255,
                [
                    (
                        lambda images: images * 1.0,
                        "The pixels still run up to 255. What is the largest value that a pixel should have?",
                    ),
                    (
                        lambda images: images // 255,
                        "Only 0 and 1 are left: whole-number division, or a whole-number dtype on the way, throws the "
                        "grey values away.",
                    ),
                    (
                        lambda images: images / 256,
                        "Full ink should be exactly 1. A byte has 256 values: what is the largest of them?",
                    ),
                    (
                        lambda images: images / images.max(),
                        "You divided by the largest pixel found, so a faint batch is scaled differently from a dark "
                        "one. Divide by what is possible, not by what occurs.",
                    ),
                    (
                        lambda images: images / images.max(axis=(1, 2), keepdims=True),
                        "Each image is divided by its own largest pixel, so a faint digit becomes as dark as any. "
                        "Divide all by the same number.",
                    ),
                    (
                        lambda images: images / 127.5 - 1,
                        "The values run from -1 to 1. A pixel should be readable as a probability, from 0 to 1.",
                    ),
                    (
                        lambda images: 1 - images / 255,
                        "The images are negatives: paper became 1. Ink should stay at the large values.",
                    ),
                    (
                        standardized,
                        "You standardized to mean 0 and standard deviation 1. A pixel should be a probability.",
                    ),
                    (
                        lambda images: images * 255.0,
                        "You multiplied, and the values grew. Which operation makes them smaller?",
                    ),
                    (
                        lambda images: 255 / images,
                        "The division is upside down: paper, which is 0, became infinite.",
                    ),
                    (
                        lambda images: np.minimum(images, 1.0),
                        "Everything above 1 is cut off, so the faintest grey became full ink.",
                    ),
                    (
                        lambda images: images > 127.5,
                        "Each pixel is decided to be ink or paper. Its grey value should stay, as a fraction of 1.",
                    ),
                    (
                        lambda images: images / 100,
                        "The values are no percentages: full ink came out as 2.55.",
                    ),
                ],
            ),
            (
                lambda scaled: scaled.astype("float32"),
                [
                    (
                        lambda scaled: scaled.astype("float64"),
                        "The dtype is float64: twice the memory for no gain. Which one did the task ask for?",
                    ),
                    (
                        lambda scaled: scaled.astype("float16"),
                        "The dtype is float16: it keeps about three digits. Which one did the task ask for?",
                    ),
                    (
                        lambda scaled: scaled.reshape(len(scaled), -1).astype("float32"),
                        "The images have been flattened. Here only the values should change, not the shape.",
                    ),
                    (
                        lambda scaled: scaled.reshape(len(scaled), -1).astype("float64"),
                        "The images have been flattened, and the dtype is float64, which the task did not ask for.",
                    ),
                ],
            ),
        ),
    ),
)

FLATTEN_IMAGES = Exercise(
    name="flatten_images",
    notebook="01_data_preprocessing",
    reference=lambda images: images.reshape(len(images), -1),
    cases=(
        "(np.arange(2 * 784) % 251).astype('uint8').reshape(2, 28, 28)",
        draws("random((5, 28, 28))"),
        "np.ones((1, 28, 28), 'float32')",
    ),
    misconceptions=(
        Misconception(
            lambda images: images.reshape(-1),
            "All images became one long vector. The first axis counts images and has to survive.",
        ),
        Misconception(
            lambda images: images.reshape(784),
            "A shape of (784,) has room for one image. Keep an axis that counts the images.",
        ),
        Misconception(
            lambda images: images.reshape(60000, 784),
            "The number of images is written into the function as 60,000. Take it from the images.",
        ),
        Misconception(
            lambda images: images.reshape(784, -1),
            "The shape is (784, n), and reading it so mixes pixels of different images: the image axis comes first.",
        ),
        Misconception(
            lambda images: images.reshape(len(images), -1).T,
            "The pixels are right, but the axes are swapped: one row should be one image.",
        ),
        Misconception(
            lambda images: images.reshape(784, -1).T,
            "The shape is right and the pictures are not: to reshape to (784, n) and then transpose deals one image's "
            "pixels out to several. Look at one row as a picture.",
        ),
        Misconception(
            lambda images: images.transpose(0, 2, 1).reshape(len(images), -1),
            "The pixels are read column by column (a transpose, or order='F'), so each picture lies on its side. Read "
            "it row by row.",
        ),
        Misconception(
            lambda images: images.reshape(-1, 28),
            "Each row holds one row of an image: 28 numbers, where all 784 of the image are wanted.",
        ),
        Misconception(
            lambda images: images[0].reshape(1, -1),
            "Only the first image was flattened. Keep all of them, one per row.",
        ),
        Misconception(
            lambda images: images[0].reshape(-1),
            "Only the first image was flattened, to a vector. Keep all of them, one per row.",
        ),
        Misconception(
            lambda images: images,
            "The images came back as they were, with three axes. Two are wanted: images and pixels.",
        ),
        Misconception(
            lambda images: images.reshape(len(images), -1, 1),
            "There is an axis of length 1 too many at the end: (n, 784) has two axes.",
        ),
        Misconception(
            lambda images: images.reshape(1, -1),
            "All images stand in one single row. Each image should have a row of its own.",
        ),
        Misconception(
            lambda images: images.reshape(-1, 1),
            "Each row holds one single pixel. Each row should hold all pixels of an image.",
        ),
        Misconception(
            lambda images: images.reshape(len(images), -1) / 255,
            "The pixels are divided as well. Here only the shape should change, not the values.",
        ),
        Misconception(
            lambda images: images[:, ::-1].reshape(len(images), -1),
            "The rows of each image come in reverse order, so the pictures are upside down.",
        ),
        Misconception(
            lambda images: images[::-1].reshape(len(images), -1),
            "The images come in reverse order: row i should be image i.",
        ),
        Misconception(
            lambda images: images.mean(axis=2),
            "Averaging along an axis loses pixels. Nothing should be computed here: the same numbers in another shape.",
        ),
    ),
)

IMAGES_SEEN = 4000  # by the large call; small enough for a learner's plain Python loops


def observe_binarize(binarize, arguments):
    """How the draws behave: their values, whether the given generator decides them, their means and correlations."""
    x, _ = arguments
    first = as_array(binarize(x, np.random.default_rng(0)))
    if first.shape != x.shape:
        raise NotNumbersError(f"it has shape {first.shape}, where x has {x.shape}.")
    few = [as_array(binarize(x[:50], np.random.default_rng(seed))) for seed in (0, 0, 1, 2, 3)]
    centred = first - x
    return {
        "whether all values are 0 or 1": np.isin(first, (0, 1)).all(),
        "whether one generator gives the same draws twice": np.array_equal(few[0], few[1]),
        "whether another generator gives other draws": not all(np.array_equal(few[0], each) for each in few[2:]),
        "whether a grey value of 0 never gives a 1, and a grey value of 1 always": (first == x)[
            (x == 0) | (x == 1)
        ].all(),
        "the mean over many images": first.mean(axis=0),
        "how much the pixels of one image go together": np.mean(centred[:, 1:] * centred[:, :-1]),
        "how much one image's pixels go with the next image's": np.mean(centred[1:] * centred[:-1]),
    }


BINARIZE = Exercise(
    name="binarize",
    notebook="01_data_preprocessing",
    reference=lambda x, rng: (rng.random(x.shape) < x).astype("float32"),
    observe=observe_binarize,
    cases=(
        f"np.tile(np.array([0, 0.1, 0.3, 0.7, 1], 'float32'), ({IMAGES_SEEN}, 1)), np.random.default_rng(0)",
        f"np.full(({IMAGES_SEEN}, 4), 0.5, 'float32'), np.random.default_rng(0)",
    ),
    atol=0.05,  # six standard errors of a mean of 4000 draws
    misconceptions=(
        Misconception(
            lambda x, rng: np.round(x),
            "Rounding is no draw: a pixel of 0.7 would always be 1. It should be 1 in seven cases of ten.",
        ),
        Misconception(
            lambda x, rng: (x >= 0.5).astype("float32"),
            "Cutting at 1/2 is no draw: a pixel of 0.3 would never be 1. It should be 1 in three cases of ten.",
        ),
        Misconception(
            lambda x, rng: (x > 0).astype("float32"),
            "Every pixel with a trace of ink became 1: no draw. A pixel of 0.1 should be 1 in one case of ten.",
        ),
        Misconception(
            lambda x, rng: x,
            "The grey values came back as they were. A draw is 0 or 1.",
        ),
        Misconception(
            lambda x, rng: rng.random(x.shape) * x,
            "A product of a random number and a grey value is grey again. A draw is 0 or 1: compare them.",
        ),
        Misconception(
            lambda x, rng: 255 * (rng.random(x.shape) < x),
            "Ink came out as 255. After scaling, full ink is 1.",
        ),
        Misconception(
            lambda x, rng: 2 * (rng.random(x.shape) < x),
            "There are values of 2. Is ink 2, or is each pixel thrown twice? A draw is 0 or 1.",
        ),
        Misconception(
            lambda x, rng: -1 * (rng.random(x.shape) < x),
            "Ink came out as -1. A draw is 0 or 1.",
        ),
        Misconception(
            lambda x, rng: 2 * (rng.random(x.shape) < x) - 1,
            "Paper came out as -1. A draw is 0 or 1.",
        ),
        Misconception(
            lambda x, rng: rng.uniform(-1, 1, x.shape) < x,
            "The random numbers run from -1 to 1, so half of them lie below 0. They should run from 0 to 1.",
        ),
        Misconception(
            lambda x, rng: rng.uniform(0, 2, x.shape) < x,
            "The random numbers run up to 2, so a pixel of 1 is not always 1. They should run from 0 to 1.",
        ),
        Misconception(
            lambda x, rng: rng.random(x.shape) < x.mean(),
            "One probability, the mean of x, serves all pixels. Each pixel has its own.",
        ),
        Misconception(
            lambda x, rng: rng.permutation(x.ravel()).reshape(x.shape),
            "The pixels are shuffled and stay grey. Each should stay in its place and become 0 or 1.",
        ),
        *combined(
            compose,
            (
                lambda x, rng: (x, rng.random(x.shape)),
                [
                    (
                        lambda x, rng: (x, rng.random()),
                        "One random number decides for all pixels of all images. Each pixel needs one of its own.",
                    ),
                    (
                        lambda x, rng: (x, rng.random((len(x), 1))),
                        "One random number decides for all pixels of an image: they are 1 together. Each one needs its "
                        "own.",
                    ),
                    (
                        lambda x, rng: (x, rng.random(x.shape[1:])),
                        "Every image got the same random numbers. Draw as many as x has values: which size do you ask "
                        "for?",
                    ),
                    (
                        lambda x, rng: (x, rng.normal(size=x.shape)),
                        "The random numbers are normal, so that P(number < 0.3) is not 0.3. Draw them evenly from 0 to "
                        "1.",
                    ),
                    (
                        lambda x, rng: (x, np.random.default_rng().random(x.shape)),
                        "The draws don't follow the generator that was passed in, so that no one could repeat them. "
                        "Use rng.",
                    ),
                    (
                        lambda x, rng: (x, np.random.default_rng(0).random(x.shape)),
                        "A generator with a fixed seed inside the function gives the same draws at each call. Use rng.",
                    ),
                ],
            ),
            (
                lambda x_and_u: x_and_u[1] < x_and_u[0],
                [
                    (
                        lambda x_and_u: x_and_u[1] > x_and_u[0],
                        "The comparison is the wrong way round: the more ink a pixel has, the less often it is 1.",
                    ),
                    (
                        lambda x_and_u: (x_and_u[1] < 0.5) + 0 * x_and_u[0],
                        "Every pixel is a fair coin, whatever its grey value. Which number is the probability of a 1?",
                    ),
                    (
                        lambda x_and_u: x_and_u[1] + 0 * x_and_u[0],
                        "These are the random numbers themselves. What do you compare with what, to get a 0 or a 1?",
                    ),
                    (
                        lambda x_and_u: np.where(x_and_u[1] < x_and_u[0], x_and_u[0], 0),
                        "Where ink is drawn, the grey value is left. A draw is 0 or 1.",
                    ),
                ],
            ),
        ),
    ),
)

# --- 02: encoder ------------------------------------------------------------------------------------------------


def with_math_exp(z_log_var):
    from math import exp

    return exp(z_log_var)


STD_FROM_LOG_VAR = Exercise(
    name="std_from_log_var",
    notebook="02_encoder",
    reference=lambda z_log_var: np.exp(0.5 * z_log_var),
    cases=("np.array([[0.0, 2.0], [-2.0, -4.6]], 'float32')", draws("normal(0, 2, (7, 3))")),
    misconceptions=(
        Misconception(
            with_math_exp,
            "math's exp takes one number. numpy and keras.ops have an exp that takes a whole array.",
        ),
        Misconception(
            lambda z_log_var: np.exp(z_log_var),
            "That is the variance. The standard deviation is its square root: what does that do to the exponent?",
        ),
        Misconception(
            lambda z_log_var: np.sqrt(z_log_var),
            "You took the root of the logarithm, which is NaN where it is negative. First undo the logarithm.",
        ),
        Misconception(
            lambda z_log_var: np.exp(np.sqrt(z_log_var)),
            "The root is taken too early, of the logarithm, which may be negative. Undo the logarithm first.",
        ),
        Misconception(
            lambda z_log_var: 0.5 * np.exp(z_log_var),
            "That is half the variance. A square root is no division by 2: where does the half belong?",
        ),
        Misconception(
            lambda z_log_var: 0.5 * np.exp(0.5 * z_log_var),
            "There is one half too many: the root is already in the exponent.",
        ),
        Misconception(
            lambda z_log_var: 2 * np.exp(0.5 * z_log_var),
            "The result is twice what it should be: there is a factor 2 in front.",
        ),
        Misconception(
            lambda z_log_var: np.exp(0.5) * z_log_var,
            "The bracket of exp closes too early: the log-variance has to be inside.",
        ),
        Misconception(
            lambda z_log_var: np.exp(2 * z_log_var),
            "That is the variance squared. The exponent should become smaller, not larger.",
        ),
        Misconception(
            lambda z_log_var: np.exp(0.25 * z_log_var),
            "The root is taken twice, once in the exponent and once more.",
        ),
        Misconception(
            lambda z_log_var: np.exp(0.5 + z_log_var),
            "The half is added to the exponent. A root multiplies the exponent.",
        ),
        Misconception(
            lambda z_log_var: 0.5 * z_log_var,
            "That is the logarithm of the standard deviation. One step is missing: undo the logarithm.",
        ),
        Misconception(
            lambda z_log_var: np.exp(-0.5 * z_log_var),
            "The sign of the exponent is flipped: a large log-variance should give a large standard deviation.",
        ),
        Misconception(
            lambda z_log_var: np.exp(-z_log_var),
            "That is one divided by the variance: the sign of the exponent is flipped, and the root is missing.",
        ),
        Misconception(
            lambda z_log_var: -np.exp(0.5 * z_log_var),
            "A standard deviation is never negative, and this one always is.",
        ),
        Misconception(
            lambda z_log_var: np.sqrt(np.abs(z_log_var)),
            "abs hides the NaN, and the values stay wrong: a logarithm may be negative. Undo it before the root.",
        ),
        Misconception(
            lambda z_log_var: z_log_var,
            "The log-variance came back as it was. Undo the logarithm, then take the root.",
        ),
        Misconception(
            lambda z_log_var: np.log1p(np.exp(z_log_var)),
            "That is softplus, another way to make a number positive. Here the network's output means log(sigma^2).",
        ),
        Misconception(
            lambda z_log_var: np.log(np.sqrt(z_log_var)),
            "The logarithm is already in the input: it has to be undone, not taken again.",
        ),
        Misconception(
            lambda z_log_var: np.log(z_log_var),
            "log was taken where exp is wanted: the input already is a logarithm.",
        ),
        Misconception(
            lambda z_log_var: 10 ** (0.5 * z_log_var),
            "The base is 10. The encoder's logarithm is the natural one.",
        ),
        Misconception(
            lambda z_log_var: 2 ** (0.5 * z_log_var),
            "The base is 2. The encoder's logarithm is the natural one.",
        ),
        Misconception(
            lambda z_log_var: np.std(z_log_var),
            "np.std measures the spread of the numbers given. Each of them already stands for a spread of its own.",
        ),
    ),
)


def observe_sample(sample_z, arguments):
    """The sample, and whether it follows from epsilon: two calls on one epsilon should agree."""
    first, again = as_array(sample_z(*arguments)), as_array(sample_z(*arguments))
    follows = np.array_equal(first, again, equal_nan=True)
    return {"whether two calls with one epsilon agree": follows, "the result": first if follows else np.zeros(1)}


def sample_with(scale, place):
    """sample_z from its two parts: log-variance -> scale; (mean, scale, epsilon) -> z."""
    return lambda z_mean, z_log_var, epsilon: place(z_mean, scale(z_log_var), epsilon)


SAMPLE_Z = Exercise(
    name="sample_z",
    notebook="02_encoder",
    reference=lambda z_mean, z_log_var, epsilon: z_mean + np.exp(0.5 * z_log_var) * epsilon,
    observe=observe_sample,
    cases=(
        "np.array([[1.0, -1.0]], 'float32'), np.array([[-2.0, 0.5]], 'float32'), np.array([[0.5, 2.0]], 'float32')",
        ", ".join(draws("normal(size=(5, 3))", seed) for seed in (1, 2, 3)),
    ),
    misconceptions=(
        Misconception(
            lambda z_mean, z_log_var, epsilon: z_mean,
            "That is the middle of the cloud, and no draw from it.",
        ),
        Misconception(
            lambda z_mean, z_log_var, epsilon: epsilon,
            "The noise came back as it was. It has to be stretched and shifted to where the image is.",
        ),
        Misconception(
            lambda z_mean, z_log_var, epsilon: z_log_var + np.exp(0.5 * z_mean) * epsilon,
            "The mean and the log-variance have changed places.",
        ),
        Misconception(
            lambda z_mean, z_log_var, epsilon: z_mean + epsilon,
            "The spread is 1 whatever the encoder says: z_log_var is not used.",
        ),
        Misconception(
            lambda z_mean, z_log_var, epsilon: z_mean + np.random.default_rng().normal(size=z_mean.shape),
            "The function draws its own noise. Use the epsilon it is given: then one input gives one z.",
        ),
        Misconception(
            lambda z_mean, z_log_var, epsilon: z_mean + np.exp(0.5 * epsilon) * z_log_var,
            "z_log_var and epsilon have changed places.",
        ),
        Misconception(
            lambda z_mean, z_log_var, epsilon: z_mean + np.exp(0.5 * z_log_var * epsilon),
            "epsilon is inside the exp. Only the log-variance belongs there.",
        ),
        Misconception(
            lambda z_mean, z_log_var, epsilon: np.exp(0.5 * z_log_var),
            "That is the standard deviation alone: neither the mean nor the noise enters.",
        ),
        *combined(
            sample_with,
            (
                lambda z_log_var: np.exp(0.5 * z_log_var),
                [
                    (np.exp, "The scale is the variance. Which scale has a standard deviation of sigma?"),
                    (
                        lambda z_log_var: z_log_var,
                        "The scale is the log-variance, which may be negative. Turn it into a standard deviation.",
                    ),
                    (
                        lambda z_log_var: 0.5 * z_log_var,
                        "The scale is the logarithm of the standard deviation: a step is missing.",
                    ),
                    (
                        lambda z_log_var: 0.5 * np.exp(z_log_var),
                        "The scale is half the variance, which is not its root: where does the 1/2 belong?",
                    ),
                    (
                        lambda z_log_var: np.exp(2 * z_log_var),
                        "The scale is the squared variance: the log-variance is doubled where it should be halved.",
                    ),
                    (
                        lambda z_log_var: np.exp(0.25 * z_log_var),
                        "The scale is the root of the standard deviation: a root is taken twice.",
                    ),
                    (np.sqrt, "The root of a negative log-variance is NaN. Undo the logarithm before you take a root."),
                    (
                        lambda z_log_var: np.exp(-0.5 * z_log_var),
                        "The exponent's sign is flipped: a large log-variance should make the cloud wide.",
                    ),
                    (
                        lambda z_log_var: np.exp2(0.5 * z_log_var),
                        "The scale is a power of 2. The encoder's logarithm is the natural one, of base e.",
                    ),
                    (
                        lambda z_log_var: np.exp(0.5 + z_log_var),
                        "In the exponent the half is added. A root multiplies the exponent.",
                    ),
                ],
            ),
            (
                lambda z_mean, scale, epsilon: z_mean + scale * epsilon,
                [
                    (
                        lambda z_mean, scale, epsilon: z_mean + scale,
                        "There is no chance in it: epsilon is not used, so every draw would be the same.",
                    ),
                    (
                        lambda z_mean, scale, epsilon: scale * epsilon,
                        "The cloud lies around 0: z_mean is missing.",
                    ),
                    (
                        lambda z_mean, scale, epsilon: z_mean - scale * epsilon,
                        "The noise is subtracted. As a distribution that is the same, but the course adds it.",
                    ),
                    (
                        lambda z_mean, scale, epsilon: scale * epsilon - z_mean,
                        "The mean is subtracted: the cloud lies on the other side of 0.",
                    ),
                    (
                        lambda z_mean, scale, epsilon: z_mean * scale + epsilon,
                        "The mean is stretched and epsilon only added. Which of the two should be stretched?",
                    ),
                    (
                        lambda z_mean, scale, epsilon: (z_mean + scale) * epsilon,
                        "A bracket too early: epsilon multiplies the mean as well.",
                    ),
                    (
                        lambda z_mean, scale, epsilon: z_mean + scale + epsilon,
                        "Scale and noise are added. A wide cloud needs its noise stretched, not shifted.",
                    ),
                    (
                        lambda z_mean, scale, epsilon: z_mean * scale * epsilon,
                        "The mean multiplies. It should shift the noise, not stretch it.",
                    ),
                    (
                        lambda z_mean, scale, epsilon: z_mean + scale * epsilon[:1],
                        "All images share the first image's epsilon. Each image has its own row.",
                    ),
                    (
                        lambda z_mean, scale, epsilon: z_mean + scale * epsilon[:, :1],
                        "All latents of an image share one epsilon. Each latent has its own column.",
                    ),
                ],
            ),
        ),
    ),
)

# --- 03: decoder ------------------------------------------------------------------------------------------------


def stable_sigmoid(x_logits):
    return 0.5 * (1 + np.tanh(0.5 * x_logits))


def observe_overflow(function, arguments):
    """The values; and, where they are right, whether numpy met an overflow on the way to them."""
    met = []
    with np.errstate(over="call", call=lambda kind, flag: met.append(kind)):
        values = as_array(function(*arguments))
    right = stable_sigmoid(*arguments)
    overflowed = values.shape == right.shape and np.allclose(values.astype(float), right, atol=1e-5) and bool(met)
    return {"the result": values, "whether an exp overflowed": overflowed}


def small_exp(x_logits):
    return np.exp(-np.abs(x_logits))


def softmax(over):
    return lambda x_logits: np.exp(x_logits) / np.exp(x_logits).sum(axis=over, keepdims=True)


SOFTMAX = "That is softmax: it makes {} share one unit of probability. Each pixel is a coin of its own."
TOO_LARGE = (
    "At a logit of 1000 this is infinity divided by infinity, NaN. How can exp be kept from seeing a large number?"
)

BERNOULLI_PROBABILITIES = Exercise(
    name="bernoulli_probabilities",
    notebook="03_decoder",
    reference=stable_sigmoid,
    observe=observe_overflow,
    cases=(
        "np.array([[-2.0, 0.0, 3.0]], 'float32')",
        draws("normal(0, 3, (4, 6))"),
        "np.array([[-1000.0, 1000.0]], 'float32')",
    ),
    misconceptions=(
        Misconception(
            lambda x_logits: 1 / (1 + np.exp(-x_logits)),
            "The values are right, but exp overflows at a logit of -1000 or 1000. Arrange it so that exp never sees a "
            "large number. (np.where computes both its branches for every pixel, so it alone does not help.)",
        ),
        Misconception(lambda x_logits: np.exp(x_logits) / (1 + np.exp(x_logits)), TOO_LARGE),
        Misconception(
            lambda x_logits: x_logits,
            "The logits came back as they were: they run over all numbers, a probability from 0 to 1.",
        ),
        Misconception(
            lambda x_logits: np.clip(x_logits, 0, 1),
            "Cutting the logits off at 0 and 1 is not the inverse of the log-odds. Which function maps 0 to 1/2?",
        ),
        Misconception(softmax(-1), SOFTMAX.format("the pixels") + " (And exp overflows.)"),
        Misconception(
            lambda x_logits: softmax(-1)(x_logits - x_logits.max(axis=-1, keepdims=True)),
            SOFTMAX.format("the pixels of an image"),
        ),
        Misconception(softmax(None), SOFTMAX.format("all pixels of the batch")),
        Misconception(
            np.tanh,
            "tanh runs from -1 to 1. A probability runs from 0 to 1.",
        ),
        Misconception(
            lambda x_logits: np.tanh(0.5 * x_logits),
            "The range is -1 to 1: shift it and squeeze it to 0 to 1.",
        ),
        Misconception(
            lambda x_logits: stable_sigmoid(2 * x_logits),
            "The curve rises twice as fast as the sigmoid. What should the argument be?",
        ),
        Misconception(
            lambda x_logits: stable_sigmoid(0.5 * x_logits),
            "The curve rises half as fast as the sigmoid. What should the argument be?",
        ),
        Misconception(
            lambda x_logits: 1 + np.tanh(0.5 * x_logits),
            "The values run from 0 to 2: a factor is missing.",
        ),
        Misconception(
            lambda x_logits: stable_sigmoid(-x_logits),
            "These are the probabilities of a 0: the sign of the logits is flipped.",
        ),
        Misconception(
            lambda x_logits: 1 / (1 - np.exp(-x_logits)),
            "There is a minus where a plus belongs: at a logit of 0 it divides by 0.",
        ),
        Misconception(
            lambda x_logits: 1 / np.exp(-x_logits),
            "These are the odds, p / (1 - p): that is what exp alone gives. From there to p is one more step.",
        ),
        Misconception(
            lambda x_logits: 1 / (1 + x_logits),
            "The exponential is missing from the denominator.",
        ),
        Misconception(
            lambda x_logits: 1 + np.exp(-x_logits),
            "That is the denominator of the sigmoid: a division is missing, or a bracket about the denominator.",
        ),
        Misconception(
            lambda x_logits: stable_sigmoid(-np.abs(x_logits)),
            "Positive logits get the probability of their negative: abs keeps exp safe, but the two signs need two "
            "answers.",
        ),
        Misconception(
            lambda x_logits: stable_sigmoid(np.abs(x_logits)),
            "Negative logits get the probability of their positive: the two signs need two answers.",
        ),
        *named(
            [
                (
                    lambda x_logits: np.where(x_logits >= 0, 1, small_exp(x_logits)),
                    "The division by 1 + exp(-|l|) is missing.",
                ),
                (
                    lambda x_logits: np.where(x_logits >= 0, 1, small_exp(x_logits)) * (1 + small_exp(x_logits)),
                    "You multiply by 1 + exp(-|l|), and the values go above 1.",
                ),
                (
                    lambda x_logits: np.where(x_logits >= 0, 1, 0) / (1 + small_exp(x_logits)),
                    "Right for positive logits. A negative one gives 0: what should it give?",
                ),
                (
                    lambda x_logits: np.where(x_logits >= 0, 0, small_exp(x_logits)) / (1 + small_exp(x_logits)),
                    "Right for negative logits. A positive one gives 0: what should it give?",
                ),
                (
                    lambda x_logits: np.where(x_logits >= 0, 1, -np.abs(x_logits)) / (1 - np.abs(x_logits)),
                    "The exponential is missing: -|l| stands where exp(-|l|) belongs.",
                ),
                (
                    lambda x_logits: stable_sigmoid(x_logits * np.log(2)),
                    "The base is 2. Log-odds are natural logarithms: use exp.",
                ),
            ]
        ),
        Misconception(
            lambda x_logits: -np.logaddexp(0, -x_logits),
            "That is the logarithm of the probability. One step is left.",
        ),
        Misconception(
            lambda x_logits: np.logaddexp(0, x_logits),
            "That is softplus, the cost of paper in nats. Here the probability of ink is wanted.",
        ),
        Misconception(
            lambda x_logits: (x_logits > 0).astype("float32"),
            "You decided for 0 or 1. A logit of 0.1 is only a little more than a fair coin.",
        ),
        Misconception(
            lambda x_logits: stable_sigmoid(stable_sigmoid(x_logits)),
            "The sigmoid was applied twice.",
        ),
        Misconception(
            lambda x_logits: np.log(x_logits / (1 - x_logits)),
            "That is the way back, from a probability to its log-odds.",
        ),
    ),
)


def sum_of_columns(terms):
    return terms.sum(axis=-1)


def reductions_of(unit, axis_name):
    """The right and the wrong ways to turn (batch, columns) terms into one value per image, with their sentences."""
    return (
        sum_of_columns,
        [
            (
                lambda terms: terms.mean(axis=-1),
                f"{unit} is averaged over the {axis_name}, so it shrinks as there are more of them. Which reduction "
                "gives nats per image?",
            ),
            (
                lambda terms: terms.sum(),
                f"{unit} is summed over the batch too, which gives one number. One value per image is wanted.",
            ),
            (
                lambda terms: terms.sum(axis=0),
                f"{unit} is summed over the images, axis 0. Which axis holds the {axis_name}?",
            ),
            (
                lambda terms: terms.mean(axis=0),
                f"{unit} is averaged over the images, axis 0. Per image, the {axis_name} have to be summed.",
            ),
            (
                lambda terms: terms.sum(axis=-1).mean(),
                f"{unit} is already averaged over the batch. That is the last step, and not this function's.",
            ),
            (
                lambda terms: terms.mean(),
                f"{unit} is averaged over everything, {axis_name} and images. One value per image is wanted, a sum.",
            ),
            (
                lambda terms: terms,
                f"{unit} is still one number for each of the {axis_name}. One value per image is wanted.",
            ),
            (
                lambda terms: terms.sum(axis=-1, keepdims=True),
                f"{unit} has shape (batch, 1), which would broadcast into a table later on. (batch,) is wanted.",
            ),
            (
                lambda terms: terms[:, 0],
                f"{unit} holds the first of the {axis_name} alone.",
            ),
            (
                lambda terms: terms.max(axis=-1),
                f"{unit} holds the largest of the {axis_name} alone.",
            ),
        ],
    )


def safe_log(p):
    return np.log(np.clip(np.asarray(p, "float64"), 1e-12, None))


def entropy_terms(x):
    return -x * safe_log(x) - (1 - x) * safe_log(1 - x)


def entropy_with(of_ink, of_paper):
    return lambda x: of_ink(x) + of_paper(x)


OF_INK = (
    lambda x: -x * safe_log(x),
    [
        (
            lambda x: 0 * x,
            "Only the term of a 0 is there. A pixel can also come out as 1: with which probability?",
        ),
        (
            lambda x: x * safe_log(x),
            "The term of a 1 has the wrong sign: both outcomes surprise, so both count alike.",
        ),
        (lambda x: -safe_log(x), "log(x) is not weighed by the probability of a 1."),
        (lambda x: -x, "The logarithm is missing from the term of a 1."),
        (lambda x: -(1 - x) * safe_log(x), "log(x) is weighed by the probability of the other outcome."),
        (lambda x: -x * safe_log(x) / np.log(2), "The term of a 1 is in bits, the other in nats."),
    ],
)
OF_PAPER = (
    lambda x: -(1 - x) * safe_log(1 - x),
    [
        (
            lambda x: 0 * x,
            "Only the term of a 1 is there. A pixel can also come out as 0: with which probability?",
        ),
        (
            lambda x: (1 - x) * safe_log(1 - x),
            "The two terms have different signs: both outcomes surprise, so both count alike.",
        ),
        (lambda x: -safe_log(1 - x), "log(1 - x) is not weighed by the probability of a 0."),
        (lambda x: -(1 - x), "The logarithm is missing from the term of a 0."),
        (lambda x: 1 - x, "The logarithm is missing from the term of a 0, and its sign is flipped."),
        (lambda x: -x * safe_log(1 - x), "log(1 - x) is weighed by the probability of the other outcome."),
        (lambda x: -(1 + x) * safe_log(1 - x), "The weight of log(1 - x) is larger than 1: a probability never is."),
        (lambda x: -(1 - x) * safe_log(1 + x), "The term of a 0 holds log(1 + x): is there a wrong sign?"),
        (lambda x: -x * safe_log(x), "The term of a 1 is there twice, and that of a 0 is missing."),
        (lambda x: -(1 - x) * safe_log(1 - x) / np.log(2), "The term of a 0 is in bits, the other in nats."),
    ],
)

PIXEL_ENTROPY = Exercise(
    name="pixel_entropy",
    notebook="03_decoder",
    reference=lambda x: entropy_terms(x).sum(axis=-1),
    cases=(
        "np.array([[0.5, 0.9, 0.2], [0.1, 0.6, 0.5]], 'float32')",
        draws("uniform(0.02, 0.98, (4, 7))"),
        "np.array([[0.0, 1.0, 0.5, 0.0]], 'float32')",
    ),
    atol=1e-4,
    misconceptions=(
        Misconception(
            lambda x: np.sum(-x * np.log(x) - (1 - x) * np.log(1 - x), axis=-1),
            "Right for grey pixels, but a pixel of exactly 0 or 1 gives 0 * log 0, NaN. Its entropy is 0: guard the "
            "logarithm.",
        ),
        *(
            Misconception(
                lambda x, margin=margin: entropy_terms(np.clip(x, margin, 1 - margin)).sum(axis=-1),
                f"Pixels of exactly 0 or 1 come out above 0: the guard of the logarithm, {margin:g}, is too coarse.",
            )
            for margin in (1e-2, 1e-3, 1e-4)
        ),
        *combined(
            compose,
            (
                entropy_terms,
                [
                    (
                        lambda x: -entropy_terms(x),
                        "The sign is flipped: an entropy is never negative, and the logarithm of a probability never "
                        "positive.",
                    ),
                    (
                        lambda x: entropy_terms(x) / np.log(2),
                        "These are bits: the logarithm has base 2. The course counts in nats, with the natural "
                        "logarithm.",
                    ),
                    (
                        lambda x: entropy_terms(x) / np.log(10),
                        "The logarithm has base 10. The course counts in nats, with the natural logarithm.",
                    ),
                    (
                        lambda x: -safe_log(x) - safe_log(1 - x),
                        "The two logarithms are not weighed by the probabilities of their outcomes.",
                    ),
                    (
                        lambda x: -(1 - x) * safe_log(x) - x * safe_log(1 - x),
                        "The weights have changed places: each logarithm belongs to its own probability.",
                    ),
                    (
                        lambda x: -safe_log(x),
                        "That is the surprise of a 1 alone. The entropy averages the surprise over both outcomes.",
                    ),
                    (
                        lambda x: x * (1 - x),
                        "x (1 - x) is the variance of the coin. The entropy needs logarithms.",
                    ),
                    *one_wrong(entropy_with, OF_INK, OF_PAPER),
                ],
            ),
            reductions_of("The entropy", "pixels"),
        ),
    ),
)

# --- 04: ELBO ---------------------------------------------------------------------------------------------------


def softplus(x_logits):
    return np.logaddexp(0, np.asarray(x_logits, "float64"))


def nll_terms(x, x_logits):
    return softplus(x_logits) - x * np.asarray(x_logits, "float64")


def plain_sigmoid(x_logits):
    return 1 / (1 + np.exp(-x_logits))


def cross_entropy(x, p):
    return -x * np.log(p) - (1 - x) * np.log(1 - p)


def nll_clipped(margin):
    def nll(x, x_logits):
        p = np.clip(plain_sigmoid(x_logits.astype("float64")), margin, 1 - margin)
        return cross_entropy(x, p).sum(axis=-1)

    return nll


CLIPPED = "Right for small logits, but the probabilities are cut off, {}, so that a sure mistake costs too little."

BERNOULLI_NLL = Exercise(
    name="bernoulli_nll",
    notebook="04_elbo",
    reference=lambda x, x_logits: nll_terms(x, x_logits).sum(axis=-1),
    cases=(
        "np.array([[1.0, 0.0, 0.3], [0.0, 0.5, 1.0]], 'float32'), "
        "np.array([[2.0, -1.0, 0.5], [0.0, 3.0, -2.0]], 'float32')",
        f"{draws('random((4, 7))', 1)}, {draws('normal(0, 2, (4, 7))', 2)}",
        "np.array([[1.0, 0.5], [0.0, 1.0]], 'float32'), np.array([[-100.0, -60.0], [100.0, 2.0]], 'float32')",
    ),
    misconceptions=(
        Misconception(
            lambda x, x_logits: cross_entropy(x, plain_sigmoid(x_logits)).sum(axis=-1),
            "Right for small logits, but a probability of exactly 0 or 1 makes the logarithm infinite. Work from the "
            "logits: notebook 03 has the form that never overflows.",
        ),
        Misconception(
            lambda x, x_logits: (np.log(1 + np.exp(x_logits)) - x * x_logits).sum(axis=-1),
            "The formula is right, but exp overflows for a large logit. There is a softplus, and a logaddexp, that "
            "does not.",
        ),
        Misconception(
            lambda x, x_logits: cross_entropy(x, x_logits).sum(axis=-1),
            "The logits are used as if they were probabilities: the logarithm of a negative number is NaN.",
        ),
        Misconception(nll_clipped(1e-7), CLIPPED.format("at 1e-7, as Keras does with probabilities")),
        Misconception(nll_clipped(1e-6), CLIPPED.format("at 1e-6")),
        Misconception(nll_clipped(1e-8), CLIPPED.format("at 1e-8")),
        Misconception(nll_clipped(1e-10), CLIPPED.format("at 1e-10")),
        Misconception(nll_clipped(1e-12), CLIPPED.format("at 1e-12")),
        Misconception(
            lambda x, x_logits: 784 * nll_terms(x, x_logits).mean(axis=-1),
            "The number of pixels is written into the function as 784. These images have fewer: a sum needs no number.",
        ),
        *combined(
            compose,
            (
                nll_terms,
                [
                    (
                        lambda x, x_logits: -nll_terms(x, x_logits),
                        "The sign is flipped: that is the log-likelihood. Its negative falls as the images get better.",
                    ),
                    (lambda x, x_logits: nll_terms(x_logits, x), "x and x_logits have changed places."),
                    (
                        lambda x, x_logits: nll_terms(x, plain_sigmoid(x_logits)),
                        "The sigmoid is applied twice: once by you, and once inside a loss that expects logits.",
                    ),
                    (
                        lambda x, x_logits: cross_entropy(x, np.clip(x_logits, np.float32(1e-7), 1 - np.float32(1e-7))),
                        "The logits are taken for probabilities and cut off at 0 and 1. Does the loss know that they "
                        "are logits?",
                    ),
                    (
                        lambda x, x_logits: x * softplus(-x_logits),
                        "Only the ink is paid for: the term of the empty pixels, (1 - x) log(1 - p), is missing.",
                    ),
                    (
                        lambda x, x_logits: (1 - x) * softplus(x_logits),
                        "Only the empty pixels are paid for: the term of the ink, x log p, is missing.",
                    ),
                    (
                        lambda x, x_logits: softplus(x_logits) + x * x_logits,
                        "The sign of x times the logit is flipped: ink where the logit is high should cost less.",
                    ),
                    (
                        lambda x, x_logits: -softplus(x_logits) - x * x_logits,
                        "The softplus has the wrong sign: it is the price of paper, and a price is positive.",
                    ),
                    (
                        lambda x, x_logits: softplus(-x_logits) - x * x_logits,
                        "The sign inside the softplus is flipped.",
                    ),
                    (
                        lambda x, x_logits: softplus(-x_logits) + x * x_logits,
                        "Paper and ink have changed places: a high logit means ink.",
                    ),
                    (
                        lambda x, x_logits: softplus(x_logits) - x_logits,
                        "x does not enter: this is the price of ink in every pixel, whatever the image shows.",
                    ),
                    (
                        lambda x, x_logits: softplus(x_logits) - x,
                        "x is subtracted without the logit it belongs to.",
                    ),
                    (
                        lambda x, x_logits: softplus(x_logits),
                        "The images don't enter: softplus(x_logits) is the price of paper, whatever x is.",
                    ),
                    (
                        lambda x, x_logits: -x * x_logits,
                        "The softplus is missing: as it stands, larger logits would always be better for ink.",
                    ),
                    (
                        lambda x, x_logits: x * x_logits,
                        "The softplus is missing, and the sign of x times the logit is flipped.",
                    ),
                    (
                        lambda x, x_logits: np.maximum(x_logits, 0) - x * x_logits,
                        "max(l, 0) is only the coarse shape of the softplus: the logarithm is missing.",
                    ),
                    (
                        lambda x, x_logits: 2 * np.maximum(x_logits, 0) - softplus(x_logits) - x * x_logits,
                        "The logarithm that belongs to the softplus is subtracted. It rounds the corner upwards.",
                    ),
                    (
                        lambda x, x_logits: softplus(-np.abs(x_logits)) - x * x_logits,
                        "max(l, 0) is missing: the logarithm alone is the softplus of -|l|.",
                    ),
                    (
                        lambda x, x_logits: softplus(-np.abs(x_logits)) + np.minimum(x_logits, 0) - x * x_logits,
                        "min(l, 0) stands where max(l, 0) belongs.",
                    ),
                    (
                        lambda x, x_logits: softplus(-np.abs(x_logits)) + x_logits - x * x_logits,
                        "The logit itself stands where max(l, 0) belongs.",
                    ),
                    (
                        lambda x, x_logits: np.maximum(x_logits, 0) - x * x_logits + np.exp(-np.abs(x_logits)),
                        "The exponential stands alone: softplus takes the logarithm of 1 + exp.",
                    ),
                    (
                        lambda x, x_logits: (1 - x) * x_logits,
                        "The logit stands where its softplus belongs.",
                    ),
                    (
                        lambda x, x_logits: softplus(x_logits) - (x + x_logits),
                        "x and the logit are added. Their product belongs there.",
                    ),
                    (
                        lambda x, x_logits: softplus(x_logits) - x**2,
                        "x is multiplied by itself. Which other factor belongs there?",
                    ),
                    (
                        lambda x, x_logits: nll_terms(x, x_logits) / np.log(2),
                        "That is bits: the course counts in nats, with the natural logarithm.",
                    ),
                    (
                        lambda x, x_logits: (x - plain_sigmoid(x_logits)) ** 2,
                        "That is the squared error. It belongs to a Gaussian decoder; the pixels here are coins.",
                    ),
                    (
                        lambda x, x_logits: np.abs(x - plain_sigmoid(x_logits)),
                        "That is the absolute error. The pixels are coins: what is the logarithm of their probability?",
                    ),
                    (
                        lambda x, x_logits: nll_terms(np.round(x), x_logits),
                        "The grey values are rounded to 0 and 1 on the way. They enter as they are.",
                    ),
                    (
                        lambda x, x_logits: 0.5 * nll_terms(x, x_logits),
                        "There is a 1/2 too many: that one belongs to the KL.",
                    ),
                ],
            ),
            reductions_of("The reconstruction term", "pixels"),
        ),
    ),
)


def kl_with(of_variance, of_mean, constant, of_log_var, factor):
    """The KL of each latent from the formula's parts: (z_mean, z_log_var) -> factor * (the sum of the four terms)."""
    return lambda z_mean, z_log_var: (
        factor * (of_variance(z_log_var) + of_mean(z_mean) + constant + of_log_var(z_log_var))
    )


def kl_terms(z_mean, z_log_var):
    return 0.5 * (np.exp(z_log_var) + z_mean**2 - 1 - z_log_var)


KL_PARTS = (
    (
        np.exp,
        [
            (
                lambda z_log_var: np.exp(0.5 * z_log_var),
                "Where the variance belongs, the standard deviation stands.",
            ),
            (
                lambda z_log_var: np.exp(2 * z_log_var),
                "The variance is squared: exp(z_log_var) is already sigma squared.",
            ),
            (
                lambda z_log_var: np.exp(-z_log_var),
                "The exponent's sign is flipped, so it is one divided by the variance.",
            ),
            (
                lambda z_log_var: -np.exp(z_log_var),
                "The variance has the wrong sign: a posterior wider than the prior should cost.",
            ),
            (
                lambda z_log_var: 0 * z_log_var,
                "The variance itself is missing: nothing keeps it from growing.",
            ),
            (np.exp2, "The base of the exponential is 2. The encoder's logarithm is the natural one."),
            (
                lambda z_log_var: 1 + z_log_var**2,
                "Where the exponential of the log-variance belongs, its square stands, with or without a 1.",
            ),
        ],
    ),
    (
        np.square,
        [
            (lambda z_mean: z_mean, "The mean enters without its square, so a negative mean would be rewarded."),
            (np.abs, "The mean enters by its absolute value. It should be its square."),
            (lambda z_mean: 0 * z_mean, "z_mean does not enter: the posterior could move anywhere for free."),
            (lambda z_mean: -np.square(z_mean), "The mean's square has the wrong sign: to stray should cost."),
            (lambda z_mean: 2 * z_mean, "The mean is doubled. It should be squared."),
            (lambda z_mean: z_mean**3, "The mean enters with its third power."),
        ],
    ),
    (
        -1,
        [
            (0, "The -1 is missing: at the prior the KL should be exactly 0."),
            (1, "The 1 has the wrong sign: put in mean 0 and log-variance 0, and the KL should be 0."),
            (-2, "The constant is too large: put in mean 0 and log-variance 0, and the KL should be 0."),
        ],
    ),
    (
        np.negative,
        [
            (
                lambda z_log_var: z_log_var,
                "The log-variance has the wrong sign: a posterior that shrinks to a point should cost more and more.",
            ),
            (
                lambda z_log_var: 0 * z_log_var,
                "The log-variance term is missing: nothing keeps the variance from shrinking to 0.",
            ),
            (
                lambda z_log_var: -0.5 * z_log_var,
                "The log-variance is halved once more, so it is the logarithm of sigma, not of the variance.",
            ),
        ],
    ),
    (
        0.5,
        [
            (1, "The factor 1/2 in front is missing."),
            (-0.5, "The sign is flipped: a KL is never negative."),
            (-1, "The sign in front is flipped and the factor 1/2 is missing."),
            (2, "The factor in front is 2, where it should be 1/2."),
        ],
    ),
)

KL_WRONG = [
    (
        lambda z_mean, z_log_var: 0.5 * (z_log_var**2 + z_mean**2 - 1 - np.log(z_log_var**2)),
        "z_log_var is used as the standard deviation. What the encoder gives is the logarithm of the variance.",
    ),
    (
        lambda z_mean, z_log_var: 0.5 * (np.exp(2 * z_log_var) + z_mean**2 - 1 - 2 * z_log_var),
        "z_log_var is used as the logarithm of the standard deviation. It is the logarithm of the variance.",
    ),
    (
        lambda z_mean, z_log_var: 0.5 * (np.exp(-z_log_var) * (1 + z_mean**2) - 1 + z_log_var),
        "That is the KL from the prior to the posterior. The order matters: here it is from the "
        "posterior to the prior.",
    ),
    (lambda z_mean, z_log_var: kl_terms(z_log_var, z_mean), "z_mean and z_log_var have changed places."),
    (
        lambda z_mean, z_log_var: kl_terms(z_mean, z_log_var) / np.log(2),
        "This is in bits: the course counts in nats.",
    ),
    (
        lambda z_mean, z_log_var: 0.5 * z_mean**2,
        "Only the mean is paid for. The variance has a price too.",
    ),
    (
        lambda z_mean, z_log_var: 0.5 * np.exp(z_log_var) + z_mean**2 - 1 - z_log_var,
        "A bracket is missing: the factor in front should multiply all four terms.",
    ),
    (
        lambda z_mean, z_log_var: 0.5 * (np.exp(z_mean) + z_mean**2 - 1 - z_log_var),
        "The exponential is taken of z_mean. Which of the two is a logarithm?",
    ),
    (
        lambda z_mean, z_log_var: 0.5 * (np.exp(z_log_var) + z_mean**2 - 1 - z_mean),
        "z_mean is subtracted where the log-variance belongs.",
    ),
    (
        lambda z_mean, z_log_var: 0.5 * (np.exp(z_log_var) + z_log_var**2 - 1 - z_log_var),
        "The log-variance is squared. Which of the two enters by its square?",
    ),
    (
        lambda z_mean, z_log_var: 0.5 * (np.exp(z_log_var) * z_mean**2 - 1 - z_log_var),
        "The variance and the squared mean are multiplied. The formula adds them.",
    ),
    (
        lambda z_mean, z_log_var: 0.5 * (np.exp(z_log_var) + z_mean**2 - 1 - 2 * z_log_var),
        "The log-variance counts twice: it already is the logarithm of the variance, not of sigma.",
    ),
]


KL_DIVERGENCE = Exercise(
    name="kl_divergence",
    notebook="04_elbo",
    reference=lambda z_mean, z_log_var: kl_terms(z_mean, z_log_var).sum(axis=-1),
    cases=(
        "np.array([[1.0, -0.5, 2.0], [0.5, 0.0, -1.0]], 'float32'), "
        "np.array([[-1.0, 0.5, -0.3], [1.0, -2.0, 0.2]], 'float32')",
        f"{draws('normal(0, 1.5, (5, 4))', 1)}, {draws('normal(0, 1, (5, 4))', 2)}",
        f"{draws('normal(size=(3, 1))', 3)}, {draws('normal(size=(3, 1))', 4)}",
    ),
    misconceptions=(
        Misconception(
            lambda z_mean, z_log_var: np.sum(0.5 * (z_log_var + z_mean**2 - 1 - np.log(z_log_var)), axis=-1),
            "z_log_var is used as the variance, and its logarithm is NaN where it is negative. How do you get the "
            "variance from it?",
        ),
        Misconception(
            lambda z_mean, z_log_var: 0.5 + 2 * kl_terms(z_mean, z_log_var).sum(axis=-1),
            "The 1/2 is added. It is a factor in front of the sum.",
        ),
        Misconception(
            lambda z_mean, z_log_var: -0.5 - 2 * kl_terms(z_mean, z_log_var).sum(axis=-1),
            "The -1/2 is added. It is a factor in front of the sum.",
        ),
        Misconception(
            lambda z_mean, z_log_var: -0.5 * (1 + z_log_var - z_mean**2 - np.exp(z_log_var)).max(axis=-1),
            "The least of the latents alone is there. The latents' terms add up.",
        ),
        Misconception(
            lambda z_mean, z_log_var: kl_terms(z_mean, z_log_var).sum(axis=-1) / 2,
            "Nearly: the result is half of what it should be. Is the factor 1/2 there twice?",
        ),
        *combined(
            compose,
            (kl_terms, KL_WRONG + one_wrong(kl_with, *KL_PARTS)),
            reductions_of("The KL", "latents"),
        ),
        *named((compose(terms, sum_of_columns), words) for terms, words in two_wrong(kl_with, *KL_PARTS)),
    ),
)


NEGATIVE_ELBO = Exercise(
    name="negative_elbo",
    notebook="04_elbo",
    reference=lambda nll, kl, beta: np.mean(nll + beta * kl),
    cases=(
        "np.array([100.0, 140.0], 'float32'), np.array([5.0, 7.0], 'float32'), 1.0",
        "np.array([100.0, 140.0], 'float32'), np.array([5.0, 7.0], 'float32'), 4.0",
        f"{draws('normal(150, 20, 6)', 1)}, {draws('normal(6, 1, 6)', 2)}, 0.5",
        "np.array([120.0, 90.0, 150.0], 'float32'), np.array([5.0, 7.0, 6.0], 'float32'), 0.0",
    ),
    misconceptions=named(
        [
            (
                lambda nll, kl, beta: nll + beta * np.mean(kl),
                "The KL is averaged over the batch, and the reconstruction is not.",
            ),
            (
                lambda nll, kl, beta: np.mean(nll) + beta * kl,
                "The reconstruction is averaged over the batch, and the KL is not.",
            ),
            (
                lambda nll, kl, beta: np.sum(nll) + beta * np.mean(kl),
                "The reconstruction is summed over the batch, and the KL averaged.",
            ),
            (
                lambda nll, kl, beta: np.mean(nll) + beta / np.mean(kl),
                "beta is divided by the average KL. It is a factor of the KL.",
            ),
            (
                lambda nll, kl, beta: np.mean(nll) * beta * np.mean(kl),
                "The averages of the two terms are multiplied. The loss adds them.",
            ),
        ]
    )
    + combined(
        compose,
        (
            lambda nll, kl, beta: nll + beta * kl,
            [
                (lambda nll, kl, beta: nll - beta * kl, "The KL is subtracted: the loss would reward a large KL."),
                (
                    lambda nll, kl, beta: -nll - beta * kl,
                    "That is the ELBO itself. A loss is made smaller: which sign does it need?",
                ),
                (
                    lambda nll, kl, beta: beta * kl - nll,
                    "The reconstruction has the wrong sign: the loss would reward bad images.",
                ),
                (lambda nll, kl, beta: nll + kl, "The KL is added without its weight, beta."),
                (lambda nll, kl, beta: beta * nll + kl, "beta weighs the reconstruction. It belongs to the KL."),
                (lambda nll, kl, beta: beta * (nll + kl), "beta weighs both terms. It belongs to the KL alone."),
                (lambda nll, kl, beta: nll + beta + kl, "beta is added. It is a factor of the KL."),
                (lambda nll, kl, beta: nll - beta - kl, "beta and the KL are subtracted. Each nat of KL should cost."),
                (lambda nll, kl, beta: nll + beta**2 * kl, "beta enters squared."),
                (lambda nll, kl, beta: nll + kl / beta, "The KL is divided by beta."),
                (lambda nll, kl, beta: nll + beta / kl, "beta is divided by the KL: a larger KL should cost more."),
                (lambda nll, kl, beta: nll + kl**beta, "beta stands as an exponent. It is a factor of the KL."),
                (lambda nll, kl, beta: nll, "The KL is missing: what is left is an autoencoder's loss."),
                (lambda nll, kl, beta: nll + beta, "The KL itself is missing: only its weight, beta, is added."),
                (
                    lambda nll, kl, beta: beta * kl,
                    "The reconstruction is missing: nothing would be learned about images.",
                ),
                (lambda nll, kl, beta: nll * beta * kl, "The two terms are multiplied. The loss adds them."),
                (lambda nll, kl, beta: nll / (beta * kl), "The two terms are divided. The loss adds them."),
                (
                    lambda nll, kl, beta: (1 - beta) * nll + beta * kl,
                    "The reconstruction is weighed by 1 - beta. Its weight is 1, whatever beta is.",
                ),
                (
                    lambda nll, kl, beta: nll / 784 + beta * kl,
                    "The reconstruction is divided by 784, which makes the KL 784 times heavier.",
                ),
                (lambda nll, kl, beta: nll + 0.5 * beta * kl, "The KL is halved: its own 1/2 is already in it."),
                (lambda nll, kl, beta: nll + beta * kl.sum(), "The KL is summed over the batch before it is added."),
                (
                    lambda nll, kl, beta: (nll + beta * kl) / 2,
                    "There is a division by 2 too many: the two terms are added.",
                ),
                (
                    lambda nll, kl, beta: 2 * (nll + beta * kl),
                    "The result is twice the loss.",
                ),
            ],
        ),
        (
            np.mean,
            [
                (lambda values: values, "One value per image is left. Average over the batch: this is the place."),
                (np.sum, "You summed over the batch: the loss would grow with the batch size."),
                (lambda values: np.mean(values, keepdims=True), "The result has shape (1,): a loss is a scalar."),
                (np.max, "That is the worst image's loss. Average over the batch."),
                (lambda values: values[0], "That is the first image's loss. Average over the batch."),
            ],
        ),
    ),
)

# --- 05: training -----------------------------------------------------------------------------------------------

CALLS = 200  # of one split, each with its own generator


def observe_split(split, arguments):
    """Sizes, whose rows they are, whether the generator decides, and how the rows are ordered over many calls."""
    x, n_validation, rng = arguments
    train, validation = two_arrays(split(x, n_validation, rng))
    observation = {"the training part's shape": train.shape, "the validation part's shape": validation.shape}
    if train.shape[1:] != x.shape[1:] or validation.shape[1:] != x.shape[1:] or len(train) + len(validation) != len(x):
        return observation
    calls = [two_arrays(split(x, n_validation, np.random.default_rng(seed))) for seed in (0, 0, *range(1, CALLS))]
    same = all(np.array_equal(*parts) for parts in zip(*calls[:2], strict=True))
    trains, validations = (np.array([part[:, 0] for part in parts]) for parts in zip(*calls[1:], strict=True))
    rows = np.concatenate([train, validation])
    successors = trains[:, 1:] - trains[:, :-1] == x[1, 0] - x[0, 0]
    return observation | {
        "the rows of both parts together, sorted": rows[np.argsort(rows[:, 0])],
        "whether one generator gives the same parts twice": same,
        "how often each row is used for validation": np.mean([np.isin(x[:, 0], part) for part in validations], axis=0),
        "the rows at each place of the training part, on average": trains.mean(axis=0) / len(x),
        "the rows at each place of the validation part, on average": validations.mean(axis=0) / len(x),
        "how often neighbours in x are neighbours in the training part": successors.mean(),
    }


def two_arrays(parts):
    """The two parts as arrays; NotNumbersError if there are not two."""
    if not isinstance(parts, (tuple, list)) or len(parts) != 2:
        count = f" of {len(parts)}" if isinstance(parts, (tuple, list)) else ""
        kind = f"{type(parts).__name__}{count}"
        raise NotNumbersError(
            f"it returned a {kind}. Two arrays are wanted: the training part, then the validation part."
        )
    return tuple(as_array(part) for part in parts)


def split_by(order_of, cut):
    """A split from its parts: (x, rng) -> order of the rows; (x, order, n_validation) -> the two parts."""
    return lambda x, n_validation, rng: cut(x, order_of(x, rng), n_validation)


def cut_reference(x, order, n_validation):
    return x[order[n_validation:]], x[order[:n_validation]]


def split_reference(x, n_validation, rng):
    return cut_reference(x, rng.permutation(len(x)), n_validation)


def split_overlapping(x, n_validation, rng):
    return x[rng.permutation(len(x))[n_validation:]], x[rng.permutation(len(x))[:n_validation]]


def split_training_in_order(x, n_validation, rng):
    chosen = rng.permutation(len(x))[:n_validation]
    return np.delete(x, chosen, axis=0), x[chosen]


def split_with_replacement(x, n_validation, rng):
    chosen = rng.integers(0, len(x), n_validation)
    return x[rng.permutation(len(x))[n_validation:]], x[chosen]


def split_after_tearing(x, n_validation, rng):
    x = rng.permuted(x, axis=0)
    return x[n_validation:], x[:n_validation]


TRAIN_VALIDATION_SPLIT = Exercise(
    name="train_validation_split",
    notebook="05_training",
    reference=split_reference,
    observe=observe_split,
    cases=(
        "np.arange(24.0, dtype='float32').reshape(12, 2), 3, np.random.default_rng(0)",
        "np.arange(20.0, dtype='float32').reshape(10, 2), 4, np.random.default_rng(0)",
    ),
    atol=0.25,  # six standard errors of a mean over 200 calls
    misconceptions=(
        Misconception(
            lambda x, n_validation, rng: (rng.permutation(x[n_validation:]), rng.permutation(x[:n_validation])),
            "The parts are cut first and shuffled afterwards: the validation part always holds the first rows.",
        ),
        Misconception(
            lambda x, n_validation, rng: (rng.permutation(x[:-n_validation]), rng.permutation(x[-n_validation:])),
            "The parts are cut first and shuffled afterwards: the validation part always holds the last rows.",
        ),
        Misconception(
            split_overlapping,
            "Two permutations are drawn, one for each part, so some rows are in both. One has to serve both parts.",
        ),
        Misconception(
            split_with_replacement,
            "Rows for validation are drawn with replacement, or stay in the training part too. The parts must be "
            "disjoint.",
        ),
        Misconception(
            lambda x, n_validation, rng: (x, x[rng.permutation(len(x))[:n_validation]]),
            "The training part still holds all rows, those for validation as well. The parts must be disjoint.",
        ),
        Misconception(
            split_training_in_order,
            "The choice is random, but the training part keeps the old order. The task asks for shuffled parts.",
        ),
        Misconception(
            split_after_tearing,
            "The columns are shuffled independently, so a row no longer holds one image's pixels. Shuffle whole rows.",
        ),
        Misconception(
            lambda x, n_validation, rng: cut_reference(np.arange(len(x)), rng.permutation(len(x)), n_validation),
            "These are the numbers of the rows. The rows themselves are wanted.",
        ),
        Misconception(
            lambda x, n_validation, rng: (x[:-n_validation], x[-n_validation:]),
            "Nothing is shuffled: the validation part is the last rows. If the rows come sorted, it sees few classes.",
        ),
        Misconception(
            lambda x, n_validation, rng: cut_reference(
                np.roll(x, rng.integers(len(x)), 0), np.arange(len(x)), n_validation
            ),
            "The rows are moved along together and keep their old neighbours. Shuffle them.",
        ),
        *(
            Misconception(split_by(lambda x, rng: rng.permutation(len(x)), cut), words)
            for cut, words in (
                (
                    lambda x, order, n: (x[order[n + 1 :]], x[order[:n]]),
                    "One row is lost between the parts: where one slice ends, the other should begin.",
                ),
                (
                    lambda x, order, n: (x[order[n - 1 :]], x[order[:n]]),
                    "One row is in both parts: where one slice ends, the other should begin.",
                ),
                (
                    lambda x, order, n: (x[np.sort(order[n:])], x[np.sort(order[:n])]),
                    "The choice is random, but both parts keep the old order. The task asks for shuffled parts.",
                ),
                (
                    lambda x, order, n: (x[order[:n]], x[order[:n]]),
                    "Both parts are the same rows, those for validation.",
                ),
                (lambda x, order, n: (x[order[n:]], x[order[n:]]), "Both parts are the same rows, those for training."),
            )
        ),
        *combined(
            split_by,
            (
                lambda x, rng: rng.permutation(len(x)),
                [
                    (
                        lambda x, rng: np.arange(len(x)),
                        "Nothing is shuffled. If the rows come sorted by class, the validation part sees few classes.",
                    ),
                    (
                        lambda x, rng: np.random.default_rng().permutation(len(x)),
                        "The split does not follow the generator that is passed in: nobody could repeat it. Draw from "
                        "rng.",
                    ),
                    (
                        lambda x, rng: np.random.default_rng(0).permutation(len(x)),
                        "A generator with a fixed seed inside the function gives the same split whatever rng is. Draw "
                        "from rng.",
                    ),
                ],
            ),
            (
                cut_reference,
                [
                    (
                        lambda x, order, n: cut_reference(x, order, n)[::-1],
                        "The training part has n_validation rows, and the validation part the rest: the sizes or the "
                        "parts have changed places.",
                    ),
                    (
                        lambda x, order, n: cut_reference(x, order, n + 1),
                        "The validation part has one row too many.",
                    ),
                    (
                        lambda x, order, n: cut_reference(x, order, n - 1),
                        "The validation part has one row too few.",
                    ),
                ],
            ),
        ),
    ),
)


def observe_error(standard_error, arguments):
    """The standard error; one with ddof=1 counts as one with ddof=0, since both are in use."""
    (values,) = arguments
    found = as_array(standard_error(values))
    usual, unbiased = (np.std(values, ddof=ddof) / np.sqrt(len(values)) for ddof in (0, 1))
    return {"the result": usual if found.shape == () and np.isclose(found, unbiased, rtol=1e-4) else found}


def error_with(spread, shrink):
    """standard_error from its parts: values -> spread, number of values -> factor."""
    return lambda values: spread(values) * shrink(len(values))


STANDARD_ERROR = Exercise(
    name="standard_error",
    notebook="05_training",
    reference=lambda values: np.std(values) / np.sqrt(len(values)),
    observe=observe_error,
    cases=("np.array([-150.0, -120.0, -180.0, -140.0, -135.0], 'float32')", draws("normal(5, 2, 400)", 1)),
    misconceptions=(
        Misconception(
            lambda values: np.std(values, ddof=1) / np.sqrt(len(values) - 1),
            "n is lowered by 1 twice, in the standard deviation and under the root. Once is enough.",
        ),
        Misconception(
            lambda values: np.std(values) / np.sqrt(len(values) + 1),
            "The root is taken of n + 1. How many values are there?",
        ),
        Misconception(
            lambda values: values / np.sqrt(len(values)),
            "Each value is divided by the root of n. First one number for their spread, then the division.",
        ),
        Misconception(
            lambda values: np.abs(values - np.mean(values)) / len(values),
            "One number per value is left: the squared distances have to be added up before the root.",
        ),
        Misconception(
            lambda values: np.std(values) // np.sqrt(len(values)),
            "// throws away what is behind the decimal point.",
        ),
        Misconception(
            lambda values: np.sqrt(np.var(values) // len(values)),
            "// throws away what is behind the decimal point, before the root is taken.",
        ),
        Misconception(
            lambda values: np.sqrt(np.sum((values + np.mean(values)) ** 2)) / len(values),
            "The mean is added to the values. The distance from it is a difference.",
        ),
        Misconception(
            lambda values: np.std(values) * len(values) ** 1.5,
            "You multiplied the root of the squared distances by n. Which operation averages?",
        ),
        Misconception(np.mean, "That is the mean itself. How far off may it be?"),
        Misconception(
            lambda values: np.mean(values) / np.sqrt(len(values)),
            "The mean stands where the standard deviation belongs.",
        ),
        Misconception(
            lambda values: 1 / np.sqrt(len(values)),
            "The spread of the values is missing: values that all agree should give 0.",
        ),
        Misconception(
            lambda values: np.std(values) / len(values) ** 2,
            "You divided by n squared, which shrinks far too fast.",
        ),
        Misconception(
            lambda values: np.sqrt(np.sum(np.square(values - np.mean(values))) / np.sqrt(len(values))),
            "The squared distances are summed and divided by the root of n only. How is a variance averaged?",
        ),
        *combined(
            error_with,
            (
                np.std,
                [
                    (np.var, "The variance stands where the standard deviation belongs."),
                    (
                        lambda values: np.sqrt(np.std(values)),
                        "A root is taken of the standard deviation, which is one.",
                    ),
                    (
                        lambda values: np.sqrt(np.mean(np.square(values, dtype="float64"))),
                        "The values are squared without taking their mean away first: that measures their size, not "
                        "their spread.",
                    ),
                    (
                        lambda values: np.mean(np.abs(values - np.mean(values))),
                        "The distances from the mean are averaged without being squared.",
                    ),
                    (lambda values: -np.std(values), "A standard error is never negative, and this one is."),
                    (np.ptp, "The range, largest minus smallest, stands where the standard deviation belongs."),
                ],
            ),
            (
                lambda n: 1 / np.sqrt(n),
                [
                    (
                        lambda n: 1,
                        "The number of values does not enter. The mean of many is known better than one of them.",
                    ),
                    (
                        lambda n: 1 / n,
                        "You divided by n. Variances shrink as 1/n; their roots more slowly.",
                    ),
                    (
                        np.sqrt,
                        "You multiplied by the root of n: more values would make the mean less certain.",
                    ),
                    (
                        lambda n: n,
                        "You multiplied by n: more values would make the mean less certain.",
                    ),
                    (
                        lambda n: 1 / np.sqrt(10_000),
                        "The number of images is written into the function as 10,000. Take it from the values.",
                    ),
                    (
                        lambda n: 1 / np.sqrt(5000),
                        "The number of images is written into the function as 5,000. Take it from the values.",
                    ),
                    (
                        lambda n: 1.96 / np.sqrt(n),
                        "That is half a 95 % confidence interval. The standard error itself has no factor 1.96.",
                    ),
                    (
                        lambda n: 2 / np.sqrt(n),
                        "That is two standard errors. One is wanted.",
                    ),
                    (
                        lambda n: 0.5 / np.sqrt(n),
                        "That is half a standard error: a factor is too small by 2.",
                    ),
                ],
            ),
        ),
    ),
)

# --- 06: latent space -------------------------------------------------------------------------------------------


def quantiles(probabilities):
    """The standard normal's inverse CDF; minus infinity at 0 and below, infinity at 1 and above."""
    inside = [NormalDist().inv_cdf(p) if 0 < p < 1 else np.copysign(np.inf, p - 0.5) for p in probabilities]
    return np.array(inside)


def middles(n):
    return (np.arange(n) + 0.5) / n


def points(z_1, z_2):
    """All pairs, z_1 running fastest: a picture's row order if z_2 is given from the top down."""
    return np.stack([np.tile(z_1, len(z_2)), np.repeat(z_2, len(z_1))], axis=1)


def grid_points(values):
    return points(values, values[::-1])


def grid_with(probabilities, places, arrange):
    """latent_grid from its parts: n -> probabilities; -> places along an axis; -> points."""
    return lambda n: arrange(places(probabilities(n)))


LATENT_GRID = Exercise(
    name="latent_grid",
    notebook="06_latent_visualization",
    reference=lambda n: grid_points(quantiles(middles(n))),
    cases=("2", "3", "5"),
    atol=1e-3,
    misconceptions=(
        Misconception(
            lambda n: grid_points(np.linspace(-3, 3, n)),
            "The points are at equal distances. At equal probabilities they are denser where the prior puts more z.",
        ),
        Misconception(
            lambda n: grid_points(np.linspace(-2, 2, n)),
            "The points run evenly from -2 to 2. Where does the prior put equal shares of z?",
        ),
        Misconception(
            lambda n: grid_points(quantiles(middles(n))[::-1]),
            "The picture is turned around: z_1 grows to the right, z_2 upwards.",
        ),
        Misconception(
            lambda n: points(quantiles(middles(n))[::-1], quantiles(middles(n))[::-1]),
            "Each row runs from right to left: z_1 should grow along it.",
        ),
        *combined(
            grid_with,
            (
                middles,
                [
                    (
                        lambda n: np.linspace(0, 1, n),
                        "The quantiles of 0 and 1 are infinite. Cut probability into n equal slices: where are their "
                        "middles?",
                    ),
                    (
                        lambda n: np.arange(n) / n,
                        "You took the left edge of each slice, and the first one's is minus infinity.",
                    ),
                    (
                        lambda n: np.arange(1, n + 1) / n,
                        "You took the right edge of each slice, and the last one's is infinite.",
                    ),
                    (
                        lambda n: np.arange(1, n + 1) / (n + 1),
                        "You cut probability into n + 1 slices and took the cuts. Wanted are the middles of n slices.",
                    ),
                    (
                        lambda n: np.linspace(0.05, 0.95, n),
                        "The probabilities run from 0.05 to 0.95 whatever n is. Where are the middles of n slices?",
                    ),
                    (
                        lambda n: np.linspace(0.01, 0.99, n),
                        "The probabilities run from 0.01 to 0.99 whatever n is. Where are the middles of n slices?",
                    ),
                    (
                        lambda n: (np.arange(n + 1) + 0.5) / (n + 1),
                        "There are n + 1 values along each axis. n are wanted.",
                    ),
                    (
                        lambda n: (np.arange(n - 1) + 0.5) / (n - 1),
                        "There are n - 1 values along each axis. n are wanted.",
                    ),
                    (
                        lambda n: (np.arange(n) + 1.5) / n,
                        "The probabilities are one slice too high: is the first slice number 0 or 1?",
                    ),
                    (
                        lambda n: np.arange(n) + 0.5 / n,
                        "A bracket is missing: the number of the slice has to be divided by n as well.",
                    ),
                    (
                        lambda n: (np.arange(n) + 0.25) / n,
                        "The points are a quarter into each slice, not in the middle.",
                    ),
                ],
            ),
            (
                quantiles,
                [
                    (
                        lambda p: p,
                        "These are probabilities. Which function turns a probability into a value of z?",
                    ),
                    (
                        lambda p: np.array([NormalDist().cdf(each) for each in p]),
                        "You used the cdf, from z to probability. What is wanted is its inverse.",
                    ),
                    (
                        lambda p: np.array([NormalDist().pdf(each) for each in p]),
                        "You used the density. What is wanted is the inverse of the cdf.",
                    ),
                ],
            ),
            (
                grid_points,
                [
                    (
                        lambda z: points(z, z),
                        "The picture is upside down: row 0 of a picture is at the top, where z_2 is largest.",
                    ),
                    (
                        lambda z: points(z, z)[:, ::-1],
                        "Rows and columns are swapped: along a row of the picture z_1 changes, and z_2 stays.",
                    ),
                    (
                        lambda z: points(z[::-1], z)[:, ::-1],
                        "Rows and columns are swapped, though the top is right: along a row z_1 should change.",
                    ),
                    (
                        lambda z: grid_points(z)[:, ::-1],
                        "The two columns are swapped: z_1 comes first, then z_2.",
                    ),
                    (
                        lambda z: grid_points(z).reshape(len(z), len(z), 2),
                        "The points form a table, (n, n, 2). The decoder takes a list of points, (n * n, 2).",
                    ),
                    (
                        lambda z: np.stack([z, z[::-1]], axis=1),
                        "These are n points on a diagonal. Each z_1 has to meet each z_2.",
                    ),
                    (
                        lambda z: np.stack([z, z], axis=1),
                        "These are n points on the other diagonal. Each z_1 has to meet each z_2.",
                    ),
                    (
                        lambda z: z,
                        "These are the n values of one axis. Each z_1 has to meet each z_2, as rows of two.",
                    ),
                    (
                        lambda z: grid_points(z).T,
                        "The shape is (2, n * n). One point per row is wanted.",
                    ),
                    (
                        lambda z: np.stack(np.meshgrid(z, z[::-1])),
                        "These are two tables, (2, n, n), one for each coordinate. One point per row is wanted.",
                    ),
                    (
                        lambda z: np.concatenate(np.meshgrid(z, z[::-1])).reshape(-1, 2),
                        "The shape is right, but a reshape alone pairs z_1 with z_1: stack the two coordinates side by "
                        "side.",
                    ),
                ],
            ),
        ),
    ),
)


def between(z_start, z_end, t):
    return (1 - t)[:, None] * z_start + t[:, None] * z_end


def path_with(shares, mix):
    """interpolate from its parts: steps -> shares of the way; (z_start, z_end, shares) -> points."""
    return lambda z_start, z_end, steps: mix(z_start, z_end, shares(steps))


INTERPOLATE = Exercise(
    name="interpolate",
    notebook="06_latent_visualization",
    reference=lambda z_start, z_end, steps: between(z_start, z_end, np.linspace(0, 1, steps)),
    cases=(
        "np.array([0.0, 1.0], 'float32'), np.array([2.0, -1.0], 'float32'), 5",
        "np.array([1.0, 2.0, -3.0], 'float32'), np.array([0.5, -2.0, 4.0], 'float32'), 4",
        "np.array([-1.0], 'float32'), np.array([3.0], 'float32'), 2",
    ),
    misconceptions=(
        Misconception(
            lambda z_start, z_end, steps: np.stack([z_start, z_end]),
            "Only the two ends are there. steps points are wanted, at equal distances.",
        ),
        Misconception(
            lambda z_start, z_end, steps: np.tile((z_start + z_end) / 2, (steps, 1)),
            "All points are the middle. They should move from z_start to z_end.",
        ),
        Misconception(
            lambda z_start, z_end, steps: (z_start + z_end) / 2,
            "That is the one point in the middle. steps points are wanted.",
        ),
        Misconception(
            path_with(lambda steps: np.linspace(0, 1, steps), lambda z_start, z_end, t: (1 - t) * z_start + t * z_end),
            "The shares and the coordinates are multiplied along one axis. Each share has to meet every coordinate: "
            "look at their shapes.",
        ),
        Misconception(
            path_with(lambda steps: np.linspace(-1, 1, steps), between),
            "The path begins before z_start: the share of the way starts at 0.",
        ),
        Misconception(
            path_with(lambda steps: np.linspace(0, 1, 50), between),
            "There are 50 points, linspace's default, whatever steps is.",
        ),
        *combined(
            path_with,
            (
                lambda steps: np.linspace(0, 1, steps),
                [
                    (
                        lambda steps: np.arange(steps) / steps,
                        "The end is missing: the last point should be z_end. How many gaps are there between n points?",
                    ),
                    (
                        lambda steps: np.arange(1, steps + 1) / steps,
                        "The start is missing: the first point should be z_start.",
                    ),
                    (
                        lambda steps: np.arange(1, steps + 1) / (steps + 1),
                        "Both ends are missing: the first point should be z_start and the last z_end.",
                    ),
                    (
                        lambda steps: np.linspace(0, 1, steps + 1),
                        "There is one point too many: steps counts the points, both ends included.",
                    ),
                    (
                        lambda steps: np.linspace(0, 1, steps + 2),
                        "There are two points too many: steps counts the points, both ends included.",
                    ),
                    (
                        lambda steps: np.linspace(0, 1, steps - 1),
                        "There is one point too few: steps counts the points, both ends included.",
                    ),
                    (
                        lambda steps: np.linspace(1, 0, steps),
                        "The way runs backwards: it should start at z_start.",
                    ),
                    (
                        lambda steps: 1.0 * np.arange(steps),
                        "Each step goes the whole way, and the path runs past z_end. Divide it into equal parts.",
                    ),
                    (
                        lambda steps: np.linspace(0, 1, steps) ** 2,
                        "The points are not at equal distances: the share of the way is squared.",
                    ),
                    (
                        lambda steps: np.arange(steps) / (steps + 1),
                        "The path stops two steps short of z_end. How many gaps are there between the points?",
                    ),
                    (
                        lambda steps: 1.0 * (np.arange(steps) // max(steps - 1, 1)),
                        "// throws the fractions away: the points wait at z_start, and the last jumps to z_end.",
                    ),
                    (
                        lambda steps: np.linspace(0, 1, steps) / 2,
                        "The path stops half way.",
                    ),
                    (
                        lambda steps: np.linspace(0, 2, steps),
                        "The path goes twice the way and runs past z_end.",
                    ),
                ],
            ),
            (
                between,
                [
                    (
                        lambda z_start, z_end, t: z_start + t[:, None] * z_end,
                        "z_end is added in full, on top of z_start. What has to be added is the way from one to the "
                        "other.",
                    ),
                    (
                        lambda z_start, z_end, t: z_start + t[:, None] * (z_start - z_end),
                        "The path leaves in the opposite direction: which difference leads from z_start to z_end?",
                    ),
                    (
                        lambda z_start, z_end, t: z_end + t[:, None] * (z_end - z_start),
                        "The path begins at z_end and leads away. It should begin at z_start.",
                    ),
                    (
                        lambda z_start, z_end, t: z_start + t[:, None] * (z_end + z_start),
                        "A sum stands where the difference of the two points belongs.",
                    ),
                    (
                        lambda z_start, z_end, t: t[:, None] * (z_end - z_start),
                        "The path starts at 0: z_start is missing.",
                    ),
                    (
                        lambda z_start, z_end, t: z_start - t[:, None] * z_end,
                        "z_end is subtracted in full. What has to be added is the way from one to the other.",
                    ),
                    (
                        lambda z_start, z_end, t: t[:, None] * z_start + t[:, None] * z_end,
                        "Both points get the same share. What one gains, the other has to lose.",
                    ),
                    (
                        lambda z_start, z_end, t: (1 - t)[:, None] * z_start - t[:, None] * z_end,
                        "The two shares are subtracted: the path ends at the opposite of z_end.",
                    ),
                    (
                        lambda z_start, z_end, t: (1 - t)[:, None] * z_start + z_end,
                        "z_end is there in full from the beginning. Its share should grow from 0 to 1.",
                    ),
                    (
                        lambda z_start, z_end, t: (t - 1)[:, None] * z_start + t[:, None] * z_end,
                        "The share of z_start has the wrong sign: it should shrink from 1 to 0.",
                    ),
                    (
                        lambda z_start, z_end, t: z_start + t[:, None],
                        "The shares of the way are added to z_start without the way itself.",
                    ),
                    (
                        lambda z_start, z_end, t: t[:, None] * z_end,
                        "z_start does not enter: the path starts at 0.",
                    ),
                    (
                        lambda z_start, z_end, t: (1 - t)[:, None] * z_start,
                        "z_end does not enter: the path ends at 0.",
                    ),
                    (
                        lambda z_start, z_end, t: between(z_start, z_end, t).T,
                        "The shape is (latent_dim, number of points). One point per row is wanted.",
                    ),
                    (
                        lambda z_start, z_end, t: t,
                        "These are the shares of the way. The points themselves are wanted.",
                    ),
                    (
                        lambda z_start, z_end, t: between(z_start, z_end, t).ravel(),
                        "The points stand in one long row. One point per row is wanted.",
                    ),
                ],
            ),
        ),
    ),
)

# --- the checks -------------------------------------------------------------------------------------------------

EXERCISES = {
    exercise.name: exercise
    for exercise in (
        SCALE_PIXELS,
        FLATTEN_IMAGES,
        BINARIZE,
        STD_FROM_LOG_VAR,
        SAMPLE_Z,
        BERNOULLI_PROBABILITIES,
        PIXEL_ENTROPY,
        BERNOULLI_NLL,
        KL_DIVERGENCE,
        NEGATIVE_ELBO,
        TRAIN_VALIDATION_SPLIT,
        STANDARD_ERROR,
        LATENT_GRID,
        INTERPOLATE,
    )
}


def checker(exercise):
    """The check of one exercise: a function that takes the learner's function and returns a Verdict."""

    def check(function):
        verdict = exercise.check(function)
        LATEST[exercise.name] = verdict.status
        return verdict

    check.__name__ = check.__qualname__ = f"check_{exercise.name}"
    check.__doc__ = (
        f"Judge a learner's {exercise.name} (notebook {exercise.notebook}): returns a Verdict, never raises."
    )
    return check


check_scale_pixels = checker(SCALE_PIXELS)
check_flatten_images = checker(FLATTEN_IMAGES)
check_binarize = checker(BINARIZE)
check_std_from_log_var = checker(STD_FROM_LOG_VAR)
check_sample_z = checker(SAMPLE_Z)
check_bernoulli_probabilities = checker(BERNOULLI_PROBABILITIES)
check_pixel_entropy = checker(PIXEL_ENTROPY)
check_bernoulli_nll = checker(BERNOULLI_NLL)
check_kl_divergence = checker(KL_DIVERGENCE)
check_negative_elbo = checker(NEGATIVE_ELBO)
check_train_validation_split = checker(TRAIN_VALIDATION_SPLIT)
check_standard_error = checker(STANDARD_ERROR)
check_latent_grid = checker(LATENT_GRID)
check_interpolate = checker(INTERPOLATE)


def done(notebook):
    """How many of a notebook's exercises are solved, by their latest checks: a line, and a card in Jupyter.

    Raises ValueError if the notebook, such as "04_elbo", has none.
    """
    names = [exercise.name for exercise in EXERCISES.values() if exercise.notebook == notebook]
    if not names:
        known = sorted({exercise.notebook for exercise in EXERCISES.values()})
        raise ValueError(f"{notebook!r} has no exercises; the notebooks that have are {', '.join(known)}.")
    solved = tuple(name for name in names if LATEST.get(name) == "correct")
    return Progress(solved, tuple(name for name in names if name not in solved))
