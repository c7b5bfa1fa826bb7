"""Exercises of 09 about pixels: a normalizer, bits per dimension, and the probability of a bin."""

from vae_helpers.exercises import RIGHT, Exercise, draws

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
