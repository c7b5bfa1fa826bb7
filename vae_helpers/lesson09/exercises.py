"""The exercises of 09: sizes, batch normalization, a normalizer, a bin's probability, bits, and a class's own prior."""

from vae_helpers.exercises import RIGHT, Exercise, draws, reductions
from vae_helpers.lesson09.convolution_exercises import BATCH_NORM, CONV_SIZE
from vae_helpers.lesson09.likelihood_exercises import BITS_OF_DENSITY, LOG_NORMALIZER, LOGISTIC_BIN

__all__ = ["BATCH_NORM", "BITS_OF_DENSITY", "CONDITIONAL_KL", "CONV_SIZE", "LOGISTIC_BIN", "LOG_NORMALIZER"]

NOTEBOOK = "09_convolutional_conditional"


def _gaussians(rows, columns, seed):
    """Code of two Gaussians' means and log-variances, the class's own prior in the second place."""
    return ", ".join(draws(f"normal(0, 1, ({rows}, {columns}))", seed + place) for place in range(4))


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
