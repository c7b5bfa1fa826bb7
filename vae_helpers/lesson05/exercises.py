"""The exercises of notebook 05: a split into training and validation images, and how far off a mean may be."""

import numpy as np

from vae_helpers.exercises import RIGHT, Exercise, UnusableError, as_array, draws
from vae_helpers.lesson05 import bugs, building

NOTEBOOK = "05_training"

PARTS = ("training", "validation")
CALLS = 40  # of one split, each with its own generator


def observe_split(split, arguments):
    """Both parts in many calls: their shapes, whose rows they hold, whether the generator decides, and their order.

    Each fact is the same for all ways to make a mistake: it depends neither on how rows are drawn nor on a seed.
    """
    x, n_validation, _ = arguments
    calls = [two_arrays(split(x, n_validation, np.random.default_rng(seed))) for seed in (0, *range(CALLS))]
    seen = seen_of_shapes(calls)
    if any(part.ndim != 2 or part.shape[1] != x.shape[1] for parts in calls for part in parts):
        return seen | {"the values": np.sort(np.concatenate([part.ravel() for part in calls[0]]))}
    same_row = (np.concatenate([part for parts in calls for part in parts])[:, None] == x).all(axis=-1)
    if not same_row.any(axis=1).all():
        columns = all(np.array_equal(np.sort(np.concatenate(parts), axis=0), np.sort(x, axis=0)) for parts in calls)
        return seen | {"whether all rows are rows of x": False, "whether each column holds its own numbers": columns}
    numbers, lengths = same_row.argmax(axis=1), [len(part) for parts in calls for part in parts]
    seen |= {"whether all rows are rows of x": True} | seen_of_repeats(numbers, lengths, len(x))
    if lengths != lengths[:2] * len(calls):
        return seen
    return seen | seen_of_order(numbers.reshape(len(calls), -1), lengths[0], len(x))


def two_arrays(parts):
    """The two parts as arrays; UnusableError if there are not two."""
    if not isinstance(parts, (tuple, list)):
        parts = [as_array(parts)]
    if len(parts) != 2:
        count = f"{len(parts)} object{'s' * (len(parts) != 1)}"
        raise UnusableError(f"it returned {count}. Two arrays are wanted: the training part, then the validation part.")
    if any(part is None for part in parts):
        raise UnusableError("it returned None as one of the two parts, as rng.shuffle does.")
    return [as_array(part) for part in parts]


def seen_of_shapes(calls):
    """Each part's numbers of axes, rows and columns, where they are the same in all calls."""
    seen = {}
    for name, parts in zip(PARTS, zip(*calls, strict=True), strict=True):
        same = len({part.shape for part in parts}) == 1
        seen[f"whether the {name} part has the same shape in every call"] = same
        if same:
            counts = zip(("axes", "rows", "columns"), (parts[0].ndim, *parts[0].shape), strict=False)
            seen |= {f"the number of {what} of the {name} part": count for what, count in counts}
    return seen


def seen_of_repeats(numbers, lengths, n):
    """Whether rows come twice. numbers: of all parts' rows in x, from 0 to n - 1. lengths: of the parts."""
    places = n * np.repeat(np.arange(len(lengths)), lengths) + numbers
    times = np.bincount(places, minlength=n * len(lengths)).reshape(-1, n)
    train, validation = times[::2], times[1::2]
    return {
        "whether each row is in the training part in some call": train.any(axis=0).all(),
        "whether each row is in the validation part in some call": validation.any(axis=0).all(),
        "whether a row is in both parts": ((train > 0) & (validation > 0)).any(),
        "whether a row comes twice in the training part": (train > 1).any(),
        "whether a row comes twice in the validation part": (validation > 1).any(),
    }


def seen_of_order(numbers, n_train, n):
    """Whether the generator decides, and which rows come where. numbers: (calls, rows); the first two have one seed.

    Nothing is said of a shuffle that is always the same, for its seed may be any.
    """
    parts = numbers[:, :n_train], numbers[:, n_train:]
    in_order = [(np.diff(part) > 0).all() for part in parts]
    seen = {
        "whether one generator gives the same parts twice": (numbers[0] == numbers[1]).all(),
        "whether another generator gives other parts": (numbers[0] != numbers[2:]).any(),
    }
    if not all(in_order) and ((numbers == numbers[0]).all() or numbers.shape[1] != n):
        return seen
    seen |= {f"whether the {name} part keeps the order of x": kept for name, kept in zip(PARTS, in_order, strict=True)}
    return seen | seen_of_places(*parts, n) if numbers.shape[1] == n else seen


def seen_of_places(train, validation, n):
    """Which rows come where, on average, as a share of all rows."""
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

MY_VAE = building.MY_VAE  # in the notebook's order
ANNEALED_LOSSES = bugs.ANNEALED_LOSSES


def observe_error(standard_error, arguments):
    """The standard error; one with ddof=1 counts as one with ddof=0, since both are in use."""
    (values,) = arguments
    found = as_array(standard_error(values))
    usual, unbiased = (np.std(values, ddof=ddof) / np.sqrt(len(values)) for ddof in (0, 1))
    return {"the result": usual if found.shape == () and np.isclose(found, unbiased, rtol=1e-4) else found}


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

BLOCK_ERROR = bugs.BLOCK_ERROR
