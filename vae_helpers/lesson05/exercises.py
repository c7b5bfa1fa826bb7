"""The exercises of notebook 05: a split, a VAE as a Keras model, and how far off a mean may be."""

import numpy as np

from vae_helpers.exercises import RIGHT, Exercise, UnusableError, as_array, draws
from vae_helpers.lesson05 import bugs, building

NOTEBOOK = "05_training"
CALLS = 200  # of one split, each with its own generator


def observe_split(split, arguments):
    """Sizes, whose rows they are, whether the generator decides, and how the rows are ordered over many calls."""
    x, n_validation, rng = arguments
    train, validation = two_arrays(split(x, n_validation, rng), x)
    seen = {"the training part's shape": train.shape, "the validation part's shape": validation.shape}
    rows = np.concatenate([train, validation])
    seen["the rows of both parts together, sorted"] = rows[np.argsort(rows[:, 0])]
    if len(rows) != len(x):
        return seen
    calls = [two_arrays(split(x, n_validation, np.random.default_rng(seed)), x) for seed in (0, 0, *range(1, CALLS))]
    if any(len(one) != len(train) or len(other) != len(validation) for one, other in calls):
        raise UnusableError("the parts have other sizes in other calls: is something drawn with replacement?")
    trains, validations = (np.array([part[:, 0] for part in parts]) for parts in zip(*calls[1:], strict=True))
    successors = trains[:, 1:] - trains[:, :-1] == x[1, 0] - x[0, 0]
    return seen | {
        "whether one generator gives the same parts twice": all(map(np.array_equal, *calls[:2])),
        "how often each row is used for validation": np.mean([np.isin(x[:, 0], part) for part in validations], axis=0),
        "the rows at each place of the training part, on average": trains.mean(axis=0) / len(x),
        "the rows at each place of the validation part, on average": validations.mean(axis=0) / len(x),
        "how often neighbours in x are neighbours in the training part": successors.mean(),
    }


def two_arrays(parts, x):
    """The two parts as arrays of rows like x's; UnusableError says what there is instead."""
    if not isinstance(parts, (tuple, list)) or len(parts) != 2:
        count = f" of {len(parts)}" if isinstance(parts, (tuple, list)) else ""
        raise UnusableError(
            f"it returned a {type(parts).__name__}{count}. Two arrays are wanted: the training part, then the"
            " validation part."
        )
    arrays = tuple(as_array(part) for part in parts)
    for name, part in zip(("training", "validation"), arrays, strict=True):
        if part.ndim != 2 or part.shape[1] != x.shape[1]:
            raise UnusableError(
                f"its {name} part has shape {part.shape}, where rows of {x.shape[1]} numbers are wanted."
            )
    return arrays


TRAIN_VALIDATION_SPLIT = Exercise(
    name="train_validation_split",
    takes="x, n_validation, rng",
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
        },
        "parts": {
            "(x[order[n_validation:]], x[order[:n_validation]])": RIGHT,
            "(x[order[:n_validation]], x[order[n_validation:]])": (
                "The training part has n_validation rows, and the validation part the rest: the sizes or the parts have"
                " changed places."
            ),
            "(x[order[n_validation + 1 :]], x[order[: n_validation + 1]])": "The validation part has one row too many.",
            "(x[order[n_validation - 1 :]], x[order[: n_validation - 1]])": "The validation part has one row too few.",
            "(x[order[n_validation + 1 :]], x[order[:n_validation]])": (
                "One row is lost between the parts: where one slice ends, the other should begin."
            ),
            "(x[order[n_validation - 1 :]], x[order[:n_validation]])": (
                "One row is in both parts: where one slice ends, the other should begin."
            ),
            "(x[np.sort(order[n_validation:])], x[np.sort(order[:n_validation])])": (
                "The choice is random, but both parts keep the old order. The task asks for shuffled parts."
            ),
            "(x[order[:n_validation]], x[order[:n_validation]])": "Both parts are the same rows, those for validation.",
            "(x[order[n_validation:]], x[order[n_validation:]])": "Both parts are the same rows, those for training.",
        },
    },
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
        """
        chosen = rng.integers(0, len(x), n_validation)
        return x[rng.permutation(len(x))[n_validation:]], x[chosen]
        """: (
            "Rows for validation are drawn with replacement, or stay in the training part too. The parts must be"
            " disjoint."
        ),
        """
        chosen = rng.choice(len(x), n_validation)
        return np.delete(x, chosen, axis=0), x[chosen]
        """: (
            "Rows for validation are drawn with replacement: one may come twice, and then the training part has a row"
            " too many. rng.choice needs replace=False, or use a permutation."
        ),
        "x, x[rng.permutation(len(x))[:n_validation]]": (
            "The training part still holds all rows, those for validation as well. The parts must be disjoint."
        ),
        """
        chosen = rng.permutation(len(x))[:n_validation]
        return np.delete(x, chosen, axis=0), x[chosen]
        """: ("The choice is random, but the training part keeps the old order. The task asks for shuffled parts."),
        """
        x = rng.permuted(x, axis=0)
        return x[n_validation:], x[:n_validation]
        """: (
            "The columns are shuffled independently, so a row no longer holds one image's pixels. Shuffle whole rows."
        ),
        """
        order = rng.permutation(len(x))
        return order[n_validation:], order[:n_validation]
        """: ("These are the numbers of the rows. The rows themselves are wanted."),
        "x[:-n_validation], x[-n_validation:]": (
            "Nothing is shuffled: the validation part is the last rows. If the rows come sorted, it sees few classes."
        ),
        """
        x = np.roll(x, rng.integers(len(x)), 0)
        return x[n_validation:], x[:n_validation]
        """: ("The rows are moved along together and keep their old neighbours. Shuffle them."),
    },
    observe=observe_split,
    atol=0.25,  # six standard errors of a mean over 200 calls
    cases=(
        "np.arange(24.0, dtype='float32').reshape(12, 2), 3, np.random.default_rng(0)",
        "np.arange(20.0, dtype='float32').reshape(10, 2), 4, np.random.default_rng(0)",
    ),
    unseen=("np.arange(16.0, dtype='float32').reshape(8, 2), 3, np.random.default_rng(5)",),
    accepts=(
        "order = rng.permutation(len(x))\nreturn x[order[n_validation:]], x[order[:n_validation]]",
        "shuffled = rng.permutation(x)\nreturn shuffled[n_validation:], shuffled[:n_validation]",
        "x = x.copy()\nrng.shuffle(x)\nreturn x[:-n_validation], x[-n_validation:]",
        "order = np.argsort(rng.random(len(x)))\nreturn x[order[n_validation:]], x[order[:n_validation]]",
        (
            "order = list(range(len(x)))\nrng.shuffle(order)\n"
            "return [x[i] for i in order[n_validation:]], [x[i] for i in order[:n_validation]]"
        ),
        "order = rng.choice(len(x), len(x), replace=False)\nreturn np.split(x[order], [len(x) - n_validation])",
        (
            "order = rng.permutation(len(x))\n"
            "return ops.take(x, order[n_validation:], axis=0), ops.take(x, order[:n_validation], axis=0)"
        ),
        (
            "order = rng.permutation(len(x))\nreturn tf.gather(x, order[n_validation:]), tf.gather(x,"
            " order[:n_validation])"
        ),
    ),
)

MY_VAE = building.MY_VAE
ANNEALED_LOSSES = bugs.ANNEALED_LOSSES


def observe_error(standard_error, arguments):
    """The standard error; one with ddof=1 counts as one with ddof=0, since both are in use."""
    (values,) = arguments
    found = as_array(standard_error(values))
    usual, unbiased = (np.std(values, ddof=ddof) / np.sqrt(len(values)) for ddof in (0, 1))
    return {"the result": usual if found.shape == () and np.isclose(found, unbiased, rtol=1e-4) else found}


STANDARD_ERROR = Exercise(
    name="standard_error",
    takes="values",
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
        },
        "shrink": {
            "1 / np.sqrt(len(values))": RIGHT,
            "1": "The number of values does not enter. The mean of many is known better than one of them.",
            "1 / len(values)": "You divided by n. Variances shrink as 1/n; their roots more slowly.",
            "np.sqrt(len(values))": "You multiplied by the root of n: more values would make the mean less certain.",
            "len(values)": "You multiplied by n: more values would make the mean less certain.",
            "1 / np.sqrt(10_000)": (
                "The number of images is written into the function as 10,000. Take it from the values."
            ),
            "1 / np.sqrt(5000)": "The number of images is written into the function as 5,000. Take it from the values.",
            "1.96 / np.sqrt(len(values))": (
                "That is half a 95 % confidence interval. The standard error itself has no factor 1.96."
            ),
            "2 / np.sqrt(len(values))": "That is two standard errors. One is wanted.",
            "0.5 / np.sqrt(len(values))": "That is half a standard error: a factor is too small by 2.",
        },
        "error": {"spread * shrink": RIGHT},
    },
    slips={
        "np.std(values, ddof=1) / np.sqrt(len(values) - 1)": (
            "n is lowered by 1 twice, in the standard deviation and under the root. Once is enough."
        ),
        "np.std(values) / np.sqrt(len(values) + 1)": "The root is taken of n + 1. How many values are there?",
        "values / np.sqrt(len(values))": (
            "Each value is divided by the root of n. First one number for their spread, then the division."
        ),
        "np.abs(values - np.mean(values)) / len(values)": (
            "One number per value is left: the squared distances have to be added up before the root."
        ),
        "np.std(values) // np.sqrt(len(values))": "// throws away what is behind the decimal point.",
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
        "np.mean(values) / np.sqrt(len(values))": "The mean stands where the standard deviation belongs.",
        "1 / np.sqrt(len(values))": "The spread of the values is missing: values that all agree should give 0.",
        "np.std(values) / len(values) ** 2": "You divided by n squared, which shrinks far too fast.",
        "np.sqrt(np.sum(np.square(values - np.mean(values))) / np.sqrt(len(values)))": (
            "The squared distances are summed and divided by the root of n only. How is a variance averaged?"
        ),
    },
    observe=observe_error,
    cases=("np.array([-150.0, -120.0, -180.0, -140.0, -135.0], 'float32')", draws("normal(5, 2, 400)", 1)),
    unseen=(draws("normal(7, 2, 11)", 2), draws("normal(-100, 1, 30)", 3)),
    accepts=(
        "np.std(values, ddof=1) / np.sqrt(len(values))",
        "np.sqrt(np.var(values) / len(values))",
        "np.sqrt(np.sum((values - np.mean(values)) ** 2)) / len(values)",
        "scipy.stats.sem(values)",
        "statistics.stdev(values.tolist()) / math.sqrt(len(values))",
        "ops.std(values) / ops.sqrt(len(values))",
        "tf.math.reduce_std(values) / len(values) ** 0.5",
    ),
)

BLOCK_ERROR = bugs.BLOCK_ERROR
