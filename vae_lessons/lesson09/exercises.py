"""The exercises of 09: sizes, batch normalization, a normalizer, a bin's probability, bits, and a class's own prior."""

from vae_helpers.exercises import RIGHT, Exercise, draw_each, draws, reductions

NOTEBOOK = "09_convolutional_conditional"


BATCH_NORM = Exercise(
    name="batch_norm",
    takes="x, moving_mean, moving_var, training",
    lines={
        "mean": {
            "x.mean(axis=0) if training else moving_mean": RIGHT,
            "x.mean(axis=0)": "Now the batch's mean stands in evaluation too. Line 3 was right.",
            "moving_mean": "Now the moving mean stands in training too. Line 3 was right.",
        },
        "var": {
            "x.var(axis=0) if training else moving_var": RIGHT,
            "moving_var": "Now the moving variance stands in training too, where the batch's own belongs.",
            "moving_var if training else x.var(axis=0)": "The two variances have changed places.",
            "x.std(axis=0) if training else moving_var": (
                "That is a standard deviation. The root comes on the last line."
            ),
            "x.var() if training else moving_var": "That is one variance for all features. Each has its own.",
            "x.var(axis=0) if training else moving_mean": (
                "In evaluation the moving mean stands where a variance belongs."
            ),
            "x.var(axis=0) if training else 1.0": "In evaluation the variance is taken as 1. It was kept in training.",
            "x.var(axis=0) if training else moving_var**2": "moving_var is a variance already. Why square it?",
            "x.var(axis=0) if training else np.sqrt(moving_var)": "The root of the variance is taken twice now.",
        },
        "result": {
            "(x - mean) / np.sqrt(var + 0.001)": RIGHT,
            "(x - mean) / (var + 0.001)": "Now it is divided by the variance. The last line was right.",
            "x - mean": "Now nothing is divided. The last line was right.",
        },
    },
    given="""
def batch_norm(x, moving_mean, moving_var, training):
    \"\"\"Features (batch, features), normalized by the batch in training, and else by the moving averages.\"\"\"
    mean = x.mean(axis=0) if training else moving_mean
    var = x.var(axis=0)
    return (x - mean) / np.sqrt(var + 0.001)
""",
    bug=(4, "In evaluation the variance still comes from the batch, so an image's result depends on its neighbours."),
    cases=(
        f"{draws('normal(1, 2, (5, 3))', 1)}, np.array([0.5, 1.0, 2.0]), np.array([1.0, 3.0, 0.5]), False",
        f"{draws('normal(0, 3, (6, 2))', 2)}, np.array([0.2, -1.0]), np.array([2.0, 4.0]), True",
        f"{draws('normal(2, 1, (1, 4))', 3)}, np.array([2.0, 1.0, 3.0, 0.0]), np.array([0.7, 1.5, 2.0, 5.0]), False",
    ),
    unseen=(
        f"{draws('normal(1, 2, (4, 3))', 4)}, np.array([0.1, 1.2, -2.0]), np.array([1.4, 2.5, 0.3]), False",
        f"{draws('normal(1, 2, (7, 3))', 5)}, np.array([0.1, 1.2, -2.0]), np.array([1.4, 2.5, 0.3]), True",
    ),
    accepts=(
        """
        if training:
            moving_mean, moving_var = x.mean(axis=0), x.var(axis=0)
        return (x - moving_mean) / np.sqrt(moving_var + 0.001)
        """,
        """
        mean, var = (np.mean(x, 0), np.var(x, 0)) if training else (moving_mean, moving_var)
        return (x - mean) * (var + 1e-3) ** -0.5
        """,
    ),
)


SIZES = "np.array([7, 14, 28, 29, 32, 33, 64])"


CONV_SIZE = Exercise(
    name="conv_size",
    takes="size, kernel, stride, padding",
    lines={
        "room": {
            "size + 2 * padding - kernel": RIGHT,
            "size + padding - kernel": "The padding stands on one side only. It is added on both.",
            "size - kernel": "The padding is missing. It makes the image larger before the kernel runs over it.",
            "size + 2 * padding": "The kernel's width is missing: its first pixel can't stand on the last pixels.",
            "size - 2 * padding - kernel": "The padding is taken away. It is added.",
            "size + 2 * padding + kernel": "The kernel's width is added. It limits where the kernel can stand.",
            "size + 2 * padding - kernel // 2": (
                "Half of the kernel may not stick out: padding is the only room beyond."
            ),
            "size + 2 * padding - 3": "3 is written out. The kernel's width is an argument here.",
            "size + 2 * padding - kernel + 1": "The 1 for the first place is added before the division by the stride.",
            "size + padding**2 - kernel": "The padding is squared. It is added twice.",
            "size + 2 + padding - kernel": "2 is added to the padding. The padding is added twice.",
            "size + 2 * (padding - kernel)": "The kernel's width counts twice. Only the padding does.",
        },
        "steps": {
            "room // stride": RIGHT,
            "room / stride": "The division leaves a fraction. The kernel makes whole steps only.",
            "-(-room // stride)": "It is rounded up. A last step that leaves the image is not made.",
            "np.round(room / stride).astype(int)": "It is rounded to the nearest. A step is whole or is not made.",
            "room": "The stride is missing.",
            "room // 2": "2 is written out. The stride is an argument here.",
            "room * stride": "The stride multiplies. Longer steps are fewer.",
            "room - stride": "The stride is subtracted. How often does it fit into the room?",
            "room % stride": "That is what is left over after the last step. How many steps are there?",
            "stride // room": "Upside down: how often does the stride fit into the room?",
        },
        "places": {
            "steps + 1": RIGHT,
            "steps": "The first place is missing: after n steps the kernel has stood at n + 1 places.",
            "steps - 1": "One is subtracted. After n steps the kernel has stood at one place more.",
            "steps + 2": "One place too many.",
            "steps + stride": "The stride is added. The first place counts as one.",
            "steps + padding": "The padding is added once more. It is in the room already.",
        },
    },
    cases=(f"{SIZES}, 3, 2, 1", f"{SIZES}, 5, 3, 0", f"{SIZES}, 4, 2, 3", f"{SIZES}, 6, 5, 2"),
    unseen=(f"{SIZES}, 5, 4, 2", f"{SIZES}, 7, 3, 3", f"{SIZES}, 2, 2, 0"),
    accepts=(
        "(size + 2 * padding - kernel) // stride + 1",
        "(padding + size + padding - kernel + stride) // stride",
        "return np.floor((size + 2 * padding - kernel) / stride).astype(int) + 1",
        "return np.array([len(range(0, int(each) + 2 * padding - kernel + 1, stride)) for each in size])",
    ),
)


BITS_OF_DENSITY = Exercise(
    name="bits_of_density",
    takes="nll, shape, levels",
    lines={
        "dimensions": {
            "np.prod(shape)": RIGHT,
            "shape[0] * shape[1]": "The channels are missing: a colour image has three numbers for each pixel.",
            "shape[0]": "That is the height alone. How many numbers does an image have?",
            "np.sum(shape)": "The sizes are added. The number of an image's values is their product.",
            "784": "784 is written out. The shape is an argument here.",
            "1": "That is for the whole image. Divide by the number of its values.",
            "len(shape)": "That is the number of axes. How many values does an image have?",
        },
        "bits": {
            "nll / dimensions / np.log(2)": RIGHT,
            "nll / dimensions": "The unit is still nats. A bit is log 2 nats.",
            "nll / dimensions * np.log(2)": "log 2 multiplies. A bit is smaller than a nat, so there are more of them.",
            "np.log2(nll / dimensions)": "The logarithm of the price is taken. A price is a logarithm already.",
            "nll * dimensions / np.log(2)": "The number of values multiplies. The price is shared among them.",
            "dimensions / nll / np.log(2)": "Upside down: the price is divided by the number of values.",
            "nll // dimensions / np.log(2)": "// rounds down. Which division keeps the fraction?",
            "nll / dimensions / 2": "It is divided by 2. A bit is log 2 nats.",
            "nll / dimensions / np.log10(2)": "That is log 2 to the base 10. Nats have the natural logarithm.",
        },
        "result": {
            "bits + np.log2(levels)": RIGHT,
            "bits": "The width of the intervals is missing: a density is no probability.",
            "bits - np.log2(levels)": (
                "The sign is flipped. An interval is 1/levels wide, and a small probability is a high price."
            ),
            "bits + np.log(levels)": "The width of the intervals is in nats, and the rest in bits.",
            "bits + 8": "8 is written out. It is right for 256 levels alone.",
            "bits + np.log2(levels) / dimensions": "Each value has an interval, so each pays for its width.",
            "np.log2(levels) - bits": "The model's price is subtracted. It is a price already, with a minus in it.",
            "bits * np.log2(levels)": "The width multiplies. The logarithm of a product is a sum.",
            "bits + levels": "The number of levels is added. Its logarithm is the price.",
            "bits + np.log2(levels) / np.log(2)": "The width is divided by log 2 twice: log2 gives bits.",
            "bits + np.log2(levels) * dimensions": "The width's price is for each value, not for the whole image.",
            "bits + np.log10(levels)": "The width of the intervals has the base 10.",
        },
    },
    cases=(
        "np.array([-1200.0, 35.0, 410.0]), (14, 14, 3), 256",
        "np.array([-310.5, 90.0]), (28, 28, 1), 32",
        "np.array([12.0, -8.0]), (3, 5, 2), 16",
    ),
    unseen=("np.array([100.0, -700.0]), (8, 6, 3), 64", "np.array([-33.0]), (7, 9, 1), 128"),
    accepts=(
        "np.log2(levels) + nll / (np.prod(shape) * np.log(2))",
        "return ops.log2(float(levels)) + nll / (math.prod(shape) * math.log(2))",
        """
        height, width, channels = shape
        return tf.constant(nll) / (height * width * channels * math.log(2)) + math.log2(levels)
        """,
    ),
)


LAMBDAS = "np.array([0.001, 0.1, 0.3, 0.45, 0.4999, 0.5, 0.50001, 0.6, 0.8, 0.95, 0.9999])"


LOG_NORMALIZER = Exercise(
    name="log_normalizer",
    takes="p",
    lines={
        "away": {
            "1 - 2 * p": RIGHT,
            "1 - p": "The factor 2 is missing: the formula is about 1 - 2p.",
            "2 * p": "The 1 is missing: the formula is about 1 - 2p.",
            "p - 0.5": "That is half of what the formula has, up to the sign: 1 - 2p.",
        },
        "near": {
            "np.abs(away) < 0.01": RIGHT,
            "np.abs(away) < 0.9": "The guard is far too wide: the value near 1/2 stands where the formula holds.",
            "away < 0.01": "Without the absolute value everything above 1/2 counts as near.",
            "np.abs(away) < 0": "Nothing is guarded: at 1/2 it is 0 divided by 0.",
        },
        "inside": {
            "2 * np.arctanh(np.where(near, 0.5, away)) / np.where(near, 0.5, away)": RIGHT,
            "np.arctanh(np.where(near, 0.5, away)) / np.where(near, 0.5, away)": (
                "The factor 2 before artanh is missing."
            ),
            "2 * np.arctanh(np.where(near, 0.5, away))": "Nothing is divided by 1 - 2p.",
            "2 * np.arctan(np.where(near, 0.5, away)) / np.where(near, 0.5, away)": (
                "That is the arc tangent. The formula has the inverse of the hyperbolic tangent, np.arctanh."
            ),
            "2 * np.tanh(np.where(near, 0.5, away)) / np.where(near, 0.5, away)": (
                "That is tanh. It should be its inverse."
            ),
            "np.where(near, 0.5, away) / (2 * np.arctanh(np.where(near, 0.5, away)))": (
                "Upside down: this is the integral, and the normalizer is one divided by it."
            ),
        },
        "result": {
            "np.where(near, np.log(2) + away**2 / 3, np.log(inside))": RIGHT,
            "np.where(near, 2 + away**2 / 3, inside)": "That is the normalizer. Its logarithm is asked for.",
            "np.where(near, 0.0, np.log(inside))": (
                "At 1/2 the value is put to 0. There p^x (1 - p)^(1 - x) is 1/2 for every x, so its integral is 1/2."
            ),
            "np.where(near, 2.0, np.log(inside))": "At 1/2 the normalizer is 2. Its logarithm is asked for.",
            "np.where(near, -np.log(2), np.log(inside))": "At 1/2 the sign is flipped: the normalizer is 2, not 1/2.",
            "np.where(near, np.log(2), np.log2(inside))": "The logarithm is in bits. Nats are wanted.",
            "np.where(near, np.log(2), np.log10(inside))": "The logarithm has the base 10. Nats are wanted.",
            "np.log(inside)": "Near 1/2 stands what the guard had put in, and not the limit.",
            "np.where(near, np.log(inside), np.log(2))": "The two cases have changed places.",
        },
    },
    cases=(LAMBDAS, draws("uniform(0.02, 0.98, (4, 3))", 1), "np.array([0.5, 0.5 + 1e-9, 0.5 - 1e-7])"),
    unseen=("np.array([0.01, 0.2, 0.499999, 0.5, 0.7, 0.99])", draws("uniform(0.01, 0.99, 40)", 2)),
    accepts=(
        """
        away = 1 - 2 * np.asarray(p, float)
        safe = np.where(np.abs(away) < 1e-3, 1.0, away)
        far = np.log(2 * np.arctanh(np.clip(safe, -0.9999999, 0.9999999)) / safe)
        return np.where(np.abs(away) < 1e-3, np.log(2), far)
        """,
        """
        logit = np.log(p) - np.log1p(-p)
        near = np.abs(logit) < 0.01
        safe = np.where(near, 1.0, logit)
        return np.where(near, np.log(2), np.log(safe / np.where(near, 1.0, 2 * np.asarray(p, float) - 1)))
        """,
    ),
)


LEVELS = "np.array([0, 1, 60, 127, 128, 200, 254, 255])"


LOGISTIC_BIN = Exercise(
    name="logistic_bin",
    takes="k, mean, scale",
    setup="from scipy.special import expit",
    lines={
        "lower": {
            "(k / 256 - mean) / scale": RIGHT,
            "(k - mean) / scale": "k is still an integer. The mean lies between 0 and 1.",
            "k / 256 - mean": "The scale is missing at the lower edge.",
            "(k / 256 - mean) * scale": "The scale multiplies at the lower edge. A wide distribution is flatter.",
            "(k / 255 - mean) / scale": "There are 256 intervals, of 1/256 each.",
            "(k / 256 + mean) / scale": "The mean is added at the lower edge. It is subtracted.",
            "((k - 0.5) / 256 - mean) / scale": (
                "The lower edge lies half an interval too low: interval k begins at k/256."
            ),
            "(mean - k / 256) / scale": "The sign is flipped at the lower edge.",
            "((k - 1) / 256 - mean) / scale": "The lower edge is that of the interval before.",
        },
        "upper": {
            "((k + 1) / 256 - mean) / scale": RIGHT,
            "(k + 1 / 256 - mean) / scale": "At the upper edge the brackets are missing: k is not divided by 256.",
            "((k + 1) / 256 - mean) * scale": "The scale multiplies at the upper edge.",
            "((k + 0.5) / 256 - mean) / scale": (
                "The upper edge lies half an interval too low: interval k ends at (k + 1)/256."
            ),
            "(k + 1) / 256 - mean": "The scale is missing at the upper edge.",
            "((k + 2) / 256 - mean) / scale": "The upper edge is that of the next interval.",
            "((k + 1) / 256 + mean) / scale": "The mean is added at the upper edge.",
            "((k + 1) / 255 - mean) / scale": "At the upper edge it is divided by 255.",
        },
        "below": {
            "np.where(k == 0, 0.0, expit(lower))": RIGHT,
            "expit(lower)": (
                "The first interval is not open: what lies below 0 belongs to no grey value, so they don't sum to 1."
            ),
            "np.where(k == 0, 1.0, expit(lower))": "Below the first interval lies everything, it says. Nothing does.",
            "np.where(k == 1, 0.0, expit(lower))": "The second interval is the open one. The first has k = 0.",
            "np.where(k == 0, 0.0, np.tanh(lower))": (
                "tanh stands at the lower edge. The logistic's share is a sigmoid."
            ),
        },
        "above": {
            "np.where(k == 255, 1.0, expit(upper))": RIGHT,
            "expit(upper)": (
                "The last interval is not open: what lies above 1 belongs to no grey value, so they don't sum to 1."
            ),
            "np.where(k == 255, 0.0, expit(upper))": "Up to the last interval lies nothing, it says. Everything does.",
            "np.where(k == 255, 1.0, np.tanh(upper))": (
                "tanh stands at the upper edge. The logistic's share is a sigmoid."
            ),
        },
        "result": {
            "np.log(above - below)": RIGHT,
            "above - below": "That is the probability. Its logarithm is asked for.",
            "-np.log(above - below)": "The sign is flipped: the logarithm of a probability is below 0.",
            "np.log(above) - np.log(below)": (
                "The logarithms are subtracted. Subtract the shares, then take the logarithm."
            ),
            "np.log(above)": "What lies below the interval is not taken away.",
            "np.log2(above - below)": "The logarithm is in bits. Nats are wanted.",
            "np.log10(above - below)": "The logarithm has the base 10. The natural one is wanted.",
            "np.log(256 * (above - below))": (
                "That is the mean density over the interval. The probability is asked for."
            ),
            "np.log(above + below)": "The shares are added. What lies between the edges is their difference.",
            "np.exp(above - below)": "That is an exponential. The logarithm is asked for.",
        },
    },
    cases=(
        f"{LEVELS}, 0.4, 0.2",
        f"{LEVELS}, 1.05, 0.15",
        f"{LEVELS}, {draws('uniform(0.2, 0.8, 8)', 1)}, 0.3",
    ),
    unseen=(
        "np.array([0, 3, 90, 130, 201, 255]), 0.7, 0.25",
        f"np.array([0, 40, 180, 255]), {draws('uniform(-0.1, 1, 4)', 2)}, 0.2",
    ),
    accepts=(
        """
        upper = np.where(k == 255, np.inf, ((k + 1) / 256 - mean) / scale)
        lower = np.where(k == 0, -np.inf, (k / 256 - mean) / scale)
        return np.log(scipy.special.expit(upper) - scipy.special.expit(lower))
        """,
        """
        share = lambda edge: 1 / (1 + np.exp(-(edge - mean) / scale))
        inside = np.where(k == 255, 1.0, share((k + 1) / 256)) - np.where(k == 0, 0.0, share(k / 256))
        return np.log(inside)
        """,
        """
        law = scipy.stats.logistic(mean, scale)
        return np.log(np.where(k == 255, 1.0, law.cdf((k + 1) / 256)) - np.where(k == 0, 0.0, law.cdf(k / 256)))
        """,
    ),
)


def _gaussians(rows: int, columns: int, seed: int) -> str:
    """Code of two Gaussians' means and log-variances, the class's own prior in the second place."""
    return draw_each([f"normal(0, 1, ({rows}, {columns}))"] * 4, seed)


CONDITIONAL_KL = Exercise(
    name="conditional_kl",
    takes="q_mean, q_log_var, p_mean, p_log_var",
    lines={
        "ratio": {
            "np.exp(q_log_var - p_log_var)": RIGHT,
            "np.exp(q_log_var)": "The prior's variance is missing: it is taken as 1.",
            "np.exp(p_log_var - q_log_var)": "The ratio of the variances is upside down: q's stands above.",
            "q_log_var - p_log_var": "The exponential of the difference is missing.",
            "np.exp(q_log_var + p_log_var)": "The variances are multiplied. Their ratio is wanted.",
            "np.exp(0.5 * (q_log_var - p_log_var))": "That is the ratio of the standard deviations.",
            "np.exp2(q_log_var - p_log_var)": "The ratio has the base 2. Log-variances are natural logarithms.",
            "np.exp(q_log_var) - np.exp(p_log_var)": "That is the difference of the variances. Their ratio is wanted.",
        },
        "distance": {
            "(q_mean - p_mean) ** 2 * np.exp(-p_log_var)": RIGHT,
            "q_mean**2 * np.exp(-p_log_var)": "The prior's mean is missing: it is taken as 0.",
            "(q_mean - p_mean) ** 2": "The distance is not measured in the prior's variance.",
            "(q_mean - p_mean) ** 2 * np.exp(-q_log_var)": (
                "The distance is measured in q's variance. It is the prior's."
            ),
            "(q_mean - p_mean) ** 2 * np.exp(p_log_var)": "The prior's variance multiplies the distance. It divides.",
            "(q_mean - p_mean) ** 2 * np.exp2(-p_log_var)": "The distance's unit has the base 2.",
            "(q_mean - p_mean) * np.exp(-p_log_var)": "The distance is not squared.",
            "(q_mean + p_mean) ** 2 * np.exp(-p_log_var)": "The means are added. Their distance is wanted.",
            "(q_mean - p_mean) ** 2 * np.exp(-0.5 * p_log_var)": "It is divided by the prior's standard deviation.",
            "(q_mean - p_mean) ** 2 / p_log_var": "p_log_var is a logarithm. Its exponential is the variance.",
            "p_mean**2 * np.exp(-p_log_var)": "q's mean is missing.",
        },
        "terms": {
            "0.5 * (ratio + distance - 1 + p_log_var - q_log_var)": RIGHT,
            "0.5 * (ratio + distance - 1 - q_log_var)": (
                "The prior's log-variance is missing: it is 0 for N(0, 1) alone."
            ),
            "0.5 * (ratio + distance - 1 + q_log_var - p_log_var)": "The log-variances have changed places.",
            "ratio + distance - 1 + p_log_var - q_log_var": "The factor 1/2 is missing.",
            "0.5 * (ratio + distance + p_log_var - q_log_var)": (
                "The 1 is missing: for equal Gaussians it would not be 0."
            ),
            "0.5 * (ratio - 1 + p_log_var - q_log_var)": "The distance of the means is missing.",
            "0.5 * (distance - 1 + p_log_var - q_log_var)": "The ratio of the variances is missing.",
            "-0.5 * (ratio + distance - 1 + p_log_var - q_log_var)": "The sign is flipped: a KL is never below 0.",
            "0.5 * (ratio + distance + 1 + p_log_var - q_log_var)": "1 is added. It is subtracted.",
            "0.5 * (ratio + distance - 1 + p_log_var + q_log_var)": "The log-variances are added. Subtract q's.",
            "0.5 * (ratio + distance - 1 + p_log_var)": "q's log-variance is missing: nothing keeps q from shrinking.",
            "0.5 * (ratio * distance - 1 + p_log_var - q_log_var)": "Ratio and distance are multiplied. They add up.",
            "0.5 * (ratio - distance - 1 + p_log_var - q_log_var)": "The distance is subtracted. Far costs more.",
        },
        "result": reductions("The KL", "latents"),
    },
    cases=(_gaussians(3, 2, 1), _gaussians(5, 4, 11)),
    unseen=(_gaussians(4, 3, 21), _gaussians(2, 5, 31)),
    accepts=(
        """
        ratio = ops.exp(q_log_var - p_log_var)
        terms = ratio + ops.square(q_mean - p_mean) * ops.exp(-p_log_var) - 1 + p_log_var - q_log_var
        return 0.5 * ops.sum(terms, axis=-1)
        """,
        """
        q_var, p_var = tf.exp(q_log_var), tf.exp(p_log_var)
        terms = tf.math.log(p_var / q_var) / 2 + (q_var + (q_mean - p_mean) ** 2) / (2 * p_var) - 0.5
        return tf.reduce_sum(terms, axis=1)
        """,
        """
        inside = np.exp(q_log_var - p_log_var) + np.square(p_mean - q_mean) / np.exp(p_log_var)
        return (inside - 1 + p_log_var - q_log_var).sum(axis=-1) / 2
        """,
    ),
)
