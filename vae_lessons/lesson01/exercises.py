"""The exercises of notebook 01: bytes to fractions, images to rows, and one draw of 0 or 1 for each grey value."""

import numpy as np

from vae_helpers.exercises import RIGHT, Answer, Arguments, Exercise, Facts, UnusableError, as_array, draws

NOTEBOOK = "01_data_preprocessing"

SCALE_PIXELS = Exercise(
    name="scale_pixels",
    takes="images",
    slips={
        "images /= 255\nreturn images": (
            "/= writes the fractions back into the bytes, which have no room for them. Make a new array instead."
        ),
        **{
            f"(images // 255).astype('{dtype}')": (
                f"The result holds whole numbers ({dtype}), 0 or 1, and the grey values are lost. Which type holds a"
                " fraction?"
            )
            for dtype in ("uint8", "int32", "int64")
        },
        "(images * 255).astype('float32')": (
            "You multiplied, and the bytes wrapped around. Which operation makes them smaller, and in which type?"
        ),
        "images": "The bytes came back as they were: neither the range nor the dtype has changed.",
    },
    lines={
        "scaled": {
            "images / 255": RIGHT,
            "images * 1.0": "The pixels still run up to 255. What is the largest value that a pixel should have?",
            "images // 255": (
                "Only 0 and 1 are left: whole-number division, or a whole-number dtype on the way, throws the grey"
                " values away."
            ),
            "images / 254": "Full ink comes out above 1. What is the largest value that a byte can hold?",
            "images / 256": "Full ink should be exactly 1. A byte has 256 values: what is the largest of them?",
            "images / images.max()": (
                "You divided by the largest pixel found, so a faint batch is scaled differently from a dark one. Divide"
                " by what is possible, not by what occurs."
            ),
            "images / images.max(axis=(1, 2), keepdims=True)": (
                "Each image is divided by its own largest pixel, so a faint digit becomes as dark as any. Divide all by"
                " the same number."
            ),
            "images / 127.5 - 1": (
                "The values run from -1 to 1. A pixel should be readable as a probability, from 0 to 1."
            ),
            "1 - images / 255": "The images are negatives: paper became 1. Ink should stay at the large values.",
            "(images - images.mean()) / np.maximum(images.std(), 1e-9)": (
                "You standardized to mean 0 and standard deviation 1. A pixel should be a probability."
            ),
            "images * 255.0": "You multiplied, and the values grew. Which operation makes them smaller?",
            "255 / images": "The division is upside down: paper, which is 0, became infinite.",
            "np.minimum(images, 1.0)": "Everything above 1 is cut off, so the faintest grey became full ink.",
            "images > 127.5": (
                "Each pixel is decided to be ink or paper. Its grey value should stay, as a fraction of 1."
            ),
            "images / 100": "The values are no percentages: full ink came out as 2.55.",
        },
        "result": {
            "scaled.astype('float32')": RIGHT,
            "scaled.astype('float64')": (
                "The dtype is float64: twice the memory for no gain. Which one did the task ask for?"
            ),
            "scaled.astype('float16')": (
                "The dtype is float16: it keeps about three digits. Which one did the task ask for?"
            ),
            "scaled.reshape(len(scaled), -1).astype('float32')": (
                "The images have been flattened. Here only the values should change, not the shape."
            ),
            "scaled.reshape(len(scaled), -1).astype('float64')": (
                "The images have been flattened, and the dtype is float64, which the task did not ask for."
            ),
        },
    },
    dtype="float32",
    cases=(
        "np.array([[[0, 51], [102, 255]], [[0, 10], [20, 100]]], 'uint8')",
        "(np.arange(2 * 784) % 151).astype('uint8').reshape(2, 28, 28)",
        "np.full((3, 28, 28), 200, 'uint8')",
    ),
    unseen=tuple(f"np.random.default_rng(99).integers(0, 200, ({n}, 28, 28)).astype('uint8')" for n in (3, 1)),
    accepts=(
        "images.astype('float32') / 255",
        "np.divide(images, 255, dtype='float32')",
        "(images.astype(int) * 2 / 510).astype('float32')",
        "images * np.float32(1 / 255)",
        "np.interp(images, (0, 255), (0, 1)).astype('float32')",
        "np.true_divide(images, np.iinfo(images.dtype).max).astype('f4')",
        "(np.arange(256, dtype='float32') / 255)[images]",
        "np.array([[[v / 255 for v in row] for row in image] for image in images.tolist()], 'float32')",
        "np.vectorize(lambda v: v / 255, otypes=['float32'])(images)",
        "ops.cast(images, 'float32') / 255",
        "tf.cast(images, tf.float32) / 255.0",
        "tf.image.convert_image_dtype(images, tf.float32)",
        "keras.layers.Rescaling(1 / 255)(images)",
    ),
)

FLATTEN_IMAGES = Exercise(
    name="flatten_images",
    takes="images",
    lines={
        "rows": {
            "images.reshape(len(images), -1)": RIGHT,
            "images.reshape(-1)": "All images became one long vector. The first axis counts images and has to survive.",
            "images.reshape(784)": "A shape of (784,) has room for one image. Keep an axis that counts the images.",
            "images.reshape(60000, 784)": (
                "The number of images is written into the function as 60,000. Take it from the images."
            ),
            "images.reshape(784, -1)": (
                "The shape is (784, n), and reading it so mixes pixels of different images: the image axis comes first."
            ),
            "images.reshape(len(images), -1).T": (
                "The pixels are right, but the axes are swapped: one row should be one image."
            ),
            "images.reshape(784, -1).T": (
                "The shape is right and the pictures are not: to reshape to (784, n) and then transpose deals one"
                " image's pixels out to several. Look at one row as a picture."
            ),
            "images.transpose(0, 2, 1).reshape(len(images), -1)": (
                "The pixels are read column by column (a transpose, or order='F'), so each picture lies on its side."
                " Read it row by row."
            ),
            "images.reshape(-1, 28)": (
                "Each row holds one row of an image: 28 numbers, where all 784 of the image are wanted."
            ),
            "images[0].reshape(1, -1)": "Only the first image was flattened. Keep all of them, one per row.",
            "images[0].reshape(-1)": "Only the first image was flattened, to a vector. Keep all of them, one per row.",
            "images": "The images came back as they were, with three axes. Two are wanted: images and pixels.",
            "images.reshape(len(images), -1, 1)": (
                "There is an axis of length 1 too many at the end: (n, 784) has two axes."
            ),
            "images.reshape(1, -1)": "All images stand in one single row. Each image should have a row of its own.",
            "images.reshape(-1, 1)": "Each row holds one single pixel. Each row should hold all pixels of an image.",
            "images.reshape(len(images), -1) / 255": (
                "The pixels are divided as well. Here only the shape should change, not the values."
            ),
            "images[:, ::-1].reshape(len(images), -1)": (
                "The rows of each image come in reverse order, so the pictures are upside down."
            ),
            "images[::-1].reshape(len(images), -1)": "The images come in reverse order: row i should be image i.",
            "images.mean(axis=2)": (
                "Averaging along an axis loses pixels. Nothing should be computed here: the same numbers in another"
                " shape."
            ),
        },
    },
    cases=(
        "(np.arange(2 * 784) % 251).astype('uint8').reshape(2, 28, 28)",
        draws("random((5, 28, 28))"),
        "np.ones((1, 28, 28), 'float32')",
    ),
    unseen=tuple(f"np.random.default_rng(99).integers(0, 200, ({n}, 28, 28)).astype('uint8')" for n in (3, 7)),
    accepts=(
        "np.reshape(images, (images.shape[0], 28 * 28))",
        "np.array([image.ravel() for image in images])",
        "np.concatenate(list(np.moveaxis(images, 1, 0)), axis=1)",
        "images.reshape(-1, 28 * 28)",
        "images.copy().reshape(len(images), -1).astype('float64')",
        "np.vstack([image.reshape(1, -1) for image in images])",
        "np.resize(images, (len(images), 784))",
        "[[pixel for row in image for pixel in row] for image in images]",
        "ops.reshape(images, (-1, 784))",
        "tf.reshape(images, (len(images), 28 * 28))",
        "tf.stack([tf.reshape(image, [-1]) for image in images])",
        "keras.layers.Flatten()(images)",
    ),
)


def observe_draws(binarize: Answer, arguments: Arguments) -> Facts:
    """How the draws behave: their values, whether the given generator decides them, their means and correlations."""
    x, _ = arguments
    first = as_array(binarize(x, np.random.default_rng(0)))
    if first.shape != x.shape:
        raise UnusableError(f"it has shape {first.shape}, where x has {x.shape}.")
    few = [as_array(binarize(x[:50], np.random.default_rng(seed))) for seed in (0, 0, 1, 2, 3)]
    smallest, largest = float(first.min()), float(first.max())
    share = first / max(largest - smallest, 1)  # so that draws of 0 or 255 have means as exact as those of 0 or 1
    centred, decided = share - x, (x == 0) | (x == 1)
    return {
        "whether all values are 0 or 1": np.isin(first, (0, 1)).all(),
        "whether one generator gives the same draws twice": np.array_equal(few[0], few[1]),
        "whether another generator gives other draws": not all(np.array_equal(few[0], other) for other in few[2:]),
        "whether a grey value of 0 never gives a 1, and a grey value of 1 always": (first == x)[decided].all(),
        "the mean over many images": share.mean(axis=0),
        "how much the pixels of one image go together": np.mean(centred[:, 1:] * centred[:, :-1]),
        "how much one image's pixels go with the next image's": np.mean(centred[1:] * centred[:-1]),
        "the smallest and the largest value": np.clip([smallest, largest], -3, 3),
    }


N_IMAGES = 4000  # few enough for a learner's plain Python loops

BINARIZE = Exercise(
    name="binarize",
    takes="x, rng",
    slips={
        "np.round(x)": (
            "Rounding, or a comparison with 1/2, is no draw: a pixel of 0.7 would always be 1. It should be 1 in"
            " seven cases of ten."
        ),
        "(x >= 0.5).astype('float32')": (
            "Cutting at 1/2 is no draw: a pixel of 0.3 would never be 1. It should be 1 in three cases of ten."
        ),
        "(x > 0).astype('float32')": (
            "Every pixel with a trace of ink became 1: no draw. A pixel of 0.1 should be 1 in one case of ten."
        ),
        "x": "The grey values came back as they were. A draw is 0 or 1.",
        "np.zeros_like(x)": "Every pixel came out as 0, whatever its grey value. When should a pixel be 1?",
        "np.ones_like(x)": "Every pixel came out as 1, whatever its grey value. When should a pixel be 0?",
        "rng.random(x.shape) * x": (
            "A product of a random number and a grey value is grey again. A draw is 0 or 1: compare them."
        ),
        "rng.random(x.shape) < x.mean()": "One probability, the mean of x, serves all pixels. Each pixel has its own.",
        "rng.permutation(x.ravel()).reshape(x.shape)": (
            "The pixels are shuffled and stay grey. Each should stay in its place and become 0 or 1."
        ),
    },
    lines={
        "u": {
            "rng.random(x.shape)": RIGHT,
            "rng.random()": "One random number decides for all pixels of all images. Each pixel needs one of its own.",
            "rng.random((len(x), 1))": (
                "One random number decides for all pixels of an image: they are 1 together. Each one needs its own."
            ),
            "rng.random(x.shape[1:])": (
                "Every image got the same random numbers. Draw as many as x has values: which size do you ask for?"
            ),
            "rng.normal(size=x.shape)": (
                "The random numbers are normal, so that P(number < 0.3) is not 0.3. Draw them evenly from 0 to 1."
            ),
            "rng.uniform(-1, 1, x.shape)": (
                "The random numbers run from -1 to 1, so half of them lie below 0. They should run from 0 to 1."
            ),
            "rng.uniform(0, 2, x.shape)": (
                "The random numbers run up to 2, so a pixel of 1 is not always 1. They should run from 0 to 1."
            ),
            "np.random.default_rng().random(x.shape)": (
                "The draws don't follow the generator that was passed in, so that no one could repeat them. Use rng."
            ),
            "np.random.default_rng(0).random(x.shape)": (
                "A generator with a fixed seed inside the function gives the same draws at each call. Use rng."
            ),
        },
        "drawn": {
            "(u < x).astype('float32')": RIGHT,
            "u > x": "The comparison is the wrong way round: the more ink a pixel has, the less often it is 1.",
            "u < 0.5 + 0 * x": (
                "Every pixel is a fair coin, whatever its grey value. Which number is the probability of a 1?"
            ),
            "u + 0 * x": "These are the random numbers themselves. What do you compare with what, to get a 0 or a 1?",
            "np.where(u < x, x, 0)": "Where ink is drawn, the grey value is left. A draw is 0 or 1.",
            "255 * (u < x)": "Ink came out as 255. After scaling, full ink is 1.",
            "2 * (u < x)": "There are values of 2. Is ink 2, or is each pixel thrown twice? A draw is 0 or 1.",
            "-1 * (u < x)": "Ink came out as -1. A draw is 0 or 1.",
            "(u < x) - 1.0": "Ink came out as 0 and paper as -1. A draw is 0 or 1, and ink is 1.",
            "2 * (u < x) - 1": "Paper came out as -1. A draw is 0 or 1.",
        },
    },
    observe=observe_draws,
    cases=(
        f"np.tile(np.array([0, 0.1, 0.3, 0.7, 1], 'float32'), ({N_IMAGES}, 1)), np.random.default_rng(0)",
        f"np.full(({N_IMAGES}, 4), 0.5, 'float32'), np.random.default_rng(0)",
    ),
    unseen=("np.tile(np.array([0, 0.05, 0.2, 0.45, 0.6, 0.9, 1], 'float32'), (20_000, 1)), np.random.default_rng(0)",),
    atol=0.05,  # six standard errors of a mean of 4000 draws
    accepts=(
        "rng.random(x.shape) < x",
        "u = rng.uniform(0, 1, size=x.shape)\nreturn np.where(u < x, 1, 0)",
        "rng.binomial(1, x)",
        "(rng.random(x.shape) <= x) * 1",
        "1 - (rng.random(x.shape) >= x)",
        "np.floor(x + rng.random(x.shape)).clip(0, 1)",
        "(rng.random(x.shape, dtype='float32') < x).astype('float32')",
        "(rng.random(x.size).reshape(x.shape) < x).astype('uint8')",
        "(rng.random(x.T.shape).T < x).astype('float32')",
        "np.array([rng.random(x.shape[1]) < row for row in x])",
        "[[1 if rng.random() < p else 0 for p in row] for row in x]",
        "[[rng.choice([0, 1], p=[1 - float(p), float(p)]) for p in row] for row in x]",
        "np.vectorize(lambda p, u: float(u < p))(x, rng.random(x.shape))",
        "drawn = np.zeros_like(x)\ndrawn[rng.random(x.shape) < x] = 1\nreturn drawn",
        "scipy.stats.bernoulli.rvs(np.clip(x, 0, 1), random_state=rng)",
        "(scipy.stats.norm.cdf(rng.normal(size=x.shape)) < x).astype('float32')",
        "ops.cast(rng.random(x.shape) < x, 'float32')",
        "tf.cast(rng.random(x.shape) < x, tf.float32)",
        "keras.random.uniform(x.shape, seed=int(rng.integers(2**31))) < x",
    ),
)
