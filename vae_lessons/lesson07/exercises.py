"""The exercises of 07: a bound without overflow, its effective draws, a posterior, a bug in annealing, a threshold."""

from vae_helpers.exercises import RIGHT, Exercise, draw_each, draws

NOTEBOOK = "07_how_good_is_it"

# columns: far below 0, far above 0, one draw 120 nats below the others, one 376 nats below
EXTREME = """np.array([
    [-1000.0, 1000.0, 0.0, 75.0],
    [-1001.0, 1002.0, -1.0, 76.0],
    [-1002.0, 1001.0, -120.0, -300.0],
], 'float32')"""

IW_BOUND = Exercise(
    name="iw_bound",
    takes="log_weights",
    lines={
        "largest": {
            "log_weights.max(axis=0)": RIGHT,
            "0 * log_weights[0]": (
                "Nothing is subtracted before the exponential. A log weight of 1000 overflows, and one of -1000 becomes"
                " the logarithm of 0."
            ),
            "log_weights.max()": (
                "One number is subtracted from all images. For an image far below it every weight becomes 0: each image"
                " needs its own."
            ),
            "log_weights.min(axis=0)": "The smallest is subtracted, so the others can still overflow.",
            "log_weights.mean(axis=0)": "The mean is subtracted: a draw more than 88 nats above it still overflows.",
        },
        "log_mean": {
            "np.log(np.exp(log_weights - largest).mean(axis=0))": RIGHT,
            "np.log(np.exp(log_weights - largest).sum(axis=0))": (
                "The weights are summed, so the result grows with the number of draws. The bound holds their mean."
            ),
            "(log_weights - largest).mean(axis=0)": (
                "That is the mean of the logarithms, the ELBO. The bound is the logarithm of the mean."
            ),
            "np.exp(log_weights - largest).mean(axis=0)": "The logarithm of the mean is not taken.",
            "np.log(np.exp(log_weights - largest).mean())": (
                "The mean runs over images and draws together. Which axis holds the draws?"
            ),
            "np.log(np.exp(log_weights - largest).max(axis=0))": "Only the best draw counts. All of them should.",
            "np.log2(np.exp(log_weights - largest).mean(axis=0))": "The second logarithm is in bits.",
            "np.log(np.median(np.exp(log_weights - largest), axis=0))": (
                "That is the median of the weights. Their mean is what p(x) is the expectation of."
            ),
        },
        "result": {
            "largest + log_mean": RIGHT,
            "log_mean": "What was subtracted before the exponential is not added again.",
            "log_mean - largest": "What was subtracted is subtracted once more. It should be added again.",
            "(largest + log_mean).mean()": "The images are averaged. One value per image is wanted.",
            "-(largest + log_mean)": "The sign is flipped: log p(x) is bounded, not its negative.",
            "largest - log_mean": "The two logarithms are subtracted. A product's logarithm is a sum.",
        },
    },
    slips={
        "np.logaddexp.reduce(log_weights, axis=0) + np.log(len(log_weights))": (
            "log K is added. A mean divides by K, so its logarithm is subtracted."
        ),
        "np.logaddexp.reduce(log_weights, axis=1) - np.log(len(log_weights))": (
            "The sum runs over axis 1, the images. The draws are axis 0."
        ),
        "np.logaddexp.reduce(log_weights, axis=0) - np.log(log_weights.shape[1])": (
            "The sum is divided by the number of images. A mean over the draws divides by theirs."
        ),
        "np.logaddexp.reduce(log_weights, axis=0) - len(log_weights)": (
            "K itself is subtracted, where its logarithm belongs."
        ),
        "np.logaddexp.reduce(log_weights, axis=0) - np.log2(len(log_weights))": (
            "log K is in bits here, and the weights' logarithms are in nats."
        ),
        "np.logaddexp.reduce(log_weights, axis=0) - np.log10(len(log_weights))": (
            "log K has the base 10. The weights' logarithms are natural ones."
        ),
        "np.logaddexp.reduce(log_weights, axis=0) - 2 * np.log(len(log_weights))": (
            "log K is subtracted twice: the mean divides by K already."
        ),
        "log_weights.max(axis=0) - np.log(len(log_weights))": (
            "That is the largest weight divided by K. All weights add up."
        ),
        "np.logaddexp.reduce(log_weights.ravel()) - np.log(len(log_weights))": (
            "The sum runs over everything. One value per image is wanted."
        ),
        "log_weights.max(axis=0) + np.log(np.exp2(log_weights - log_weights.max(axis=0)).mean(axis=0))": (
            "The exponential has the base 2."
        ),
        "np.log(np.mean(np.exp(log_weights - log_weights.max()), axis=0)) + log_weights.max(axis=0)": (
            "One maximum is subtracted, and others are added again."
        ),
    },
    cases=(
        "np.array([[-3.0, -2.0], [-4.0, -1.0], [-3.5, -2.5]], 'float32')",
        EXTREME,
        draws("normal(-90, 3, (20, 4))", 1),
        draws("normal(-90, 3, (3, 3))", 2),
    ),
    unseen=(draws("normal(-150, 5, (7, 5))", 3), f"{EXTREME}[:, ::-1]"),
    accepts=(
        "scipy.special.logsumexp(log_weights, axis=0) - np.log(len(log_weights))",
        "np.logaddexp.reduce(log_weights, axis=0) - np.log(log_weights.shape[0])",
        """
        largest = np.max(log_weights, axis=0, keepdims=True)
        return np.log(np.sum(np.exp(log_weights - largest), axis=0)) + largest[0] - np.log(len(log_weights))
        """,
        "tf.reduce_logsumexp(log_weights, axis=0) - tf.math.log(float(len(log_weights)))",
        "ops.logsumexp(log_weights, axis=0) - math.log(len(log_weights))",
    ),
)

EFFECTIVE_SAMPLE_SIZE = Exercise(
    name="effective_sample_size",
    takes="log_weights",
    lines={
        "weights": {
            "np.exp(log_weights - log_weights.max(axis=0))": RIGHT,
            "np.exp(log_weights)": "The exponential overflows, or all weights become 0. Subtract each image's largest.",
            "np.exp(log_weights - log_weights.max())": (
                "The largest of all images is subtracted: another image's weights may all become 0."
            ),
            "log_weights - log_weights.max(axis=0)": "These are still logarithms of weights.",
            "np.exp(log_weights - log_weights.min(axis=0))": "The smallest is subtracted, so the largest can overflow.",
        },
        "total": {
            "weights.sum(axis=0)": RIGHT,
            "weights.mean(axis=0)": "The numerator holds the mean of the weights. It should be their sum.",
            "weights.sum()": "The numerator sums over the images too. Which axis holds the draws?",
            "weights.max(axis=0)": "The numerator holds the largest weight alone. All of them add up.",
        },
        "squares": {
            "(weights**2).sum(axis=0)": RIGHT,
            "weights.sum(axis=0)": "The weights below are not squared.",
            "weights.sum(axis=0) ** 2": "Below, the sum is squared. Square each weight, and then sum.",
            "(weights**2).mean(axis=0)": "The squares are averaged. They should be summed.",
            "(weights**2).sum()": "The squares are summed over the images too.",
            "(weights**2).max(axis=0)": "Below stands the largest square alone.",
        },
        "result": {
            "total**2 / squares": RIGHT,
            "total / squares": "The sum above is not squared.",
            "squares / total**2": "Upside down: equal weights should give the number of draws.",
            "total**2 / squares / len(weights)": (
                "That is the share of the draws that count. Equal weights should give their number."
            ),
            "np.sqrt(total**2 / squares)": "There is a root too many: equal weights should give the number of draws.",
            "(total**2 / squares).mean()": "The images are averaged. One value per image is wanted.",
        },
    },
    cases=(
        "np.array([[0.0, -2.0, 0.0], [0.0, -1.0, -50.0], [0.0, -3.0, -60.0], [0.0, -2.5, -9.0]], 'float32')",
        EXTREME,
        draws("normal(-90, 1.5, (20, 4))", 1),
    ),
    unseen=(draws("normal(-150, 2, (7, 5))", 3), f"{EXTREME}[:, ::-1]"),
    accepts=(
        "1 / np.sum(scipy.special.softmax(log_weights, axis=0) ** 2, axis=0)",
        """
        weights = np.exp(log_weights - log_weights.max(axis=0))
        weights = weights / weights.sum(axis=0)
        return 1 / (weights**2).sum(axis=0)
        """,
        "1 / tf.reduce_sum(tf.nn.softmax(log_weights, axis=0) ** 2, axis=0)",
        """
        twice = scipy.special.logsumexp(2.0 * log_weights.astype(float), axis=0)
        return np.exp(2 * scipy.special.logsumexp(log_weights.astype(float), axis=0) - twice)
        """,
    ),
    atol=1e-4,
)


def _linear_case(n: int, pixels: int, latents: int, sigma: float, seed: int) -> str:
    """Code of x (n, pixels), w (pixels, latents), mu (pixels,) and sigma."""
    parts = [f"normal(size=({n}, {pixels}))", f"normal(size=({pixels}, {latents}))", f"normal(size={pixels})"]
    return f"{draw_each(parts, seed)}, {sigma}"


POSTERIOR_MEAN = Exercise(
    name="posterior_mean",
    takes="x, w, mu, sigma",
    lines={
        "off": {
            "x - mu": RIGHT,
            "x": "mu is not subtracted: an image equal to mu should lie at z = 0.",
            "mu - x": "The difference has the wrong sign: an image on the side of a column of w has a positive z.",
            "x + mu": "mu is added. The image should be compared with it.",
        },
        "m": {
            "w.T @ w + sigma**2 * np.eye(w.shape[1])": RIGHT,
            "w.T @ w + sigma * np.eye(w.shape[1])": "sigma is not squared. The noise enters by its variance.",
            "w.T @ w": "The noise is missing: this is the projection of PCA, which does not shrink towards the prior.",
            "w.T @ w + np.eye(w.shape[1])": "The noise's variance is taken as 1.",
            "w.T @ w / sigma**2 + np.eye(w.shape[1])": (
                "That is the inverse of the posterior's covariance. With it, w.T (x - mu) has to be divided by"
                " sigma**2 too."
            ),
            "w.T @ w - sigma**2 * np.eye(w.shape[1])": "The noise is subtracted. It should be added.",
            "w.T @ w + sigma**2": "sigma**2 is added to every entry. It belongs on the diagonal alone.",
            "w.T @ w + sigma * 2 * np.eye(w.shape[1])": "sigma is doubled. It should be squared.",
            "w.T @ w + 2 * np.eye(w.shape[1])": "A 2 stands where the noise's variance belongs.",
            "sigma**2 * np.eye(w.shape[1])": "w.T w is missing from M: nothing shrinks towards the prior.",
            "w.T @ w * (sigma**2 * np.eye(w.shape[1]))": "The two parts of M are multiplied. They should be added.",
            "w.T @ w + (sigma**2 + np.eye(w.shape[1]))": "sigma**2 is added to the unit matrix. It multiplies it.",
            "w.T @ w + sigma**4 * np.eye(w.shape[1])": "sigma is squared twice.",
            "w.T @ w + sigma**3 * np.eye(w.shape[1])": "sigma has the power 3. The variance is its square.",
            "w.T @ w + sigma**-2 * np.eye(w.shape[1])": "The power of sigma has the wrong sign.",
        },
        "result": {
            "off @ w @ np.linalg.inv(m)": RIGHT,
            "off @ w": "The inverse of M is missing.",
            "off @ w @ m": "M multiplies where its inverse should.",
            "off @ w @ np.linalg.inv(m) / sigma**2": "There is a division by sigma**2 too many. M holds it already.",
            "off @ w @ np.linalg.inv(m) @ w.T": "That is a point among the images. z has one number for each latent.",
            "off @ w @ np.linalg.inv(m) @ w.T + mu": "That is the reconstruction. The mean of z was asked for.",
            "off @ w @ np.linalg.inv(m) + mu[: w.shape[1]]": "mu is added at the end. It lives among the pixels.",
            "(off @ w @ np.linalg.inv(m)).T": "The result is (latents, n). One row per image is wanted.",
        },
    },
    cases=(
        "np.array([[3.0, 1.0, 0.0]]), np.array([[2.0], [0.0], [0.0]]), np.array([1.0, 1.0, 0.0]), 0.5",
        _linear_case(5, 6, 2, 0.7, 1),
        _linear_case(3, 8, 3, 1.6, 5),
    ),
    unseen=(_linear_case(4, 7, 2, 0.4, 11), _linear_case(6, 5, 3, 1.3, 15)),
    accepts=(
        "np.linalg.solve(w.T @ w + sigma**2 * np.eye(w.shape[1]), w.T @ (x - mu).T).T",
        "(x - mu) @ w @ np.linalg.inv(w.T @ w + sigma**2 * np.eye(w.shape[1]))",
        "(x - mu) @ ops.inv(w @ w.T + sigma**2 * ops.eye(len(w), dtype='float64')) @ w",
        """
        inverse = w.T @ w / sigma**2 + tf.eye(w.shape[1], dtype=tf.float64)
        return (x - mu) @ w @ tf.linalg.inv(inverse) / sigma**2
        """,
    ),
    atol=1e-4,
)

ANNEALED_ESTIMATE = Exercise(
    name="annealed_estimate",
    takes="log_likelihoods, betas",
    lines={
        "steps": {"np.diff(betas)": RIGHT},
        "log_weights": {
            "(steps[:, None] * log_likelihoods[:-1]).sum(axis=0)": RIGHT,
            "(steps[:, None] * (log_likelihoods[1:] + log_likelihoods[:-1]) / 2).sum(axis=0)": (
                "The average of before and after is the trapezium rule, for another method. The weight of a step"
                " belongs to the state before the move."
            ),
            "(betas[1:, None] * log_likelihoods[:-1]).sum(axis=0)": "Now the betas themselves stand for their steps.",
            "(betas[:-1, None] * log_likelihoods[:-1]).sum(axis=0)": (
                "Now the lower beta of each step stands for the step. The differences were right."
            ),
            "(steps[:, None] * log_likelihoods[:-1]).mean(axis=0)": (
                "Now the steps' terms are averaged. A product of ratios is a sum of logarithms."
            ),
            "(steps[:, None] * log_likelihoods[:-1]).sum(axis=1)": "Now the chains are summed, and not the steps.",
            "(steps[:, None] * log_likelihoods[:-1]).sum()": "Now everything is summed, chains included.",
            "(-steps[:, None] * log_likelihoods[:-1]).sum(axis=0)": "Now the sign is flipped: that was right before.",
            "(steps[::-1, None] * log_likelihoods[:-1]).sum(axis=0)": "Now the steps run backwards.",
            "log_likelihoods[-1]": "Now only the chains' ends count.",
        },
        "largest": {"log_weights.max()": RIGHT},
        "result": {
            "largest + np.log(np.mean(np.exp(log_weights - largest)))": RIGHT,
            "log_weights.mean()": "Now the logarithms are averaged. The last line was right: the log of the mean.",
            "largest + np.log(np.sum(np.exp(log_weights - largest)))": "Now the chains are summed. It was a mean.",
        },
    },
    given="""
def annealed_estimate(log_likelihoods, betas):
    \"\"\"log p(x) from chains: (steps + 1, chains) and betas (steps + 1,) -> one number.\"\"\"
    steps = np.diff(betas)
    log_weights = (steps[:, None] * log_likelihoods[1:]).sum(axis=0)
    largest = log_weights.max()
    return largest + np.log(np.mean(np.exp(log_weights - largest)))
""",
    bug=(
        4,
        "log_likelihoods[1:] starts after the first move. The step from one beta to the next is weighed where the"
        " chain stands before it moves.",
    ),
    cases=(
        "np.array([[-9.0, -7.0], [-5.0, -6.0], [-4.0, -3.0]], 'float32'), np.array([0.0, 0.3, 1.0])",
        f"{draws('normal(-100, 9, (6, 5))', 1)}, np.array([0.0, 0.05, 0.2, 0.5, 0.8, 1.0])",
        f"{draws('normal(-3000, 90, (4, 3))', 2)}, np.array([0.0, 0.1, 0.4, 1.0])",
    ),
    unseen=(
        f"{draws('normal(-50, 5, (5, 4))', 3)}, np.array([0.0, 0.1, 0.3, 0.7, 1.0])",
        f"{draws('normal(-80, 5, (4, 6))', 4)}, np.array([0.0, 0.25, 0.4, 1.0])",
    ),
    accepts=(
        """
        log_weights = np.diff(betas) @ log_likelihoods[:-1]
        return scipy.special.logsumexp(log_weights) - np.log(len(log_weights))
        """,
        """
        log_weights = sum((b - a) * each for a, b, each in zip(betas, betas[1:], log_likelihoods))
        return np.logaddexp.reduce(log_weights) - np.log(log_likelihoods.shape[1])
        """,
        """
        log_weights = tf.reduce_sum(np.diff(betas)[:, None] * log_likelihoods[:-1], axis=0)
        return tf.reduce_logsumexp(log_weights) - math.log(log_likelihoods.shape[1])
        """,
    ),
)

FALSE_ALARMS = Exercise(
    name="false_alarms",
    takes="validation, fresh, share",
    lines={
        "threshold": {
            "np.quantile(validation, share)": RIGHT,
            "np.quantile(fresh, share)": (
                "The threshold comes from the images on which it is tested. Their rate is then the share, by making."
            ),
            "np.quantile(validation, 1 - share)": "The threshold sits at the upper end. Strange images score low.",
            "validation.mean() - 2 * validation.std()": (
                "Two standard deviations below the mean: that holds for a Gaussian, and ignores the share."
            ),
            "validation.min()": "The threshold is the lowest score of all. Which share lies below it?",
            "np.quantile(validation, share / 2)": "Half of the share is cut off. Only the low side gives alarms.",
            "np.median(validation)": "The threshold is the median: half of all images would give an alarm.",
        },
        "rate": {
            "np.mean(fresh < threshold)": RIGHT,
            "np.mean(fresh > threshold)": "That is the share that gives no alarm. Low scores are strange.",
            "np.sum(fresh < threshold)": "That is the number of alarms. A rate is a share of the images.",
            "np.mean(validation < threshold)": "The rate is measured on the images that chose the threshold.",
            "np.sum(fresh < threshold) / len(validation)": "The number of alarms is divided by the wrong number.",
            "fresh < threshold": "These are the alarms of the single images. The rate is their mean.",
            "np.max(fresh < threshold)": "That says whether there is any alarm. The rate is a mean.",
        },
        "error": {
            "np.sqrt(rate * (1 - rate) / len(fresh))": RIGHT,
            "rate * (1 - rate) / len(fresh)": "That is the variance of the rate. The error is its root.",
            "np.sqrt(rate * (1 - rate))": "That is the spread of one image's alarm. A mean of n has less.",
            "np.sqrt(rate * (1 - rate)) / len(fresh)": "The root is missing from the number of images.",
            "np.sqrt(rate * (1 - rate) / len(validation))": "The rate was counted on the fresh images, not on these.",
            "np.sqrt(rate / len(fresh))": "The factor 1 - rate is missing: a rate of 1 would have no error.",
            "fresh.std() / np.sqrt(len(fresh))": "That is the error of the mean score, in nats. Alarms are yes or no.",
            "np.sqrt((1 - rate) / len(fresh))": "The factor rate is missing: a rate of 0 would have no error.",
            "np.sqrt(rate * (1 - rate) * len(fresh))": "That is the error of the number of alarms, not of their share.",
            "np.sqrt(rate * rate / len(fresh))": "One of the two factors is 1 - rate, the share without an alarm.",
            "np.sqrt(rate * (1 + rate) / len(fresh))": "1 + rate stands where 1 - rate belongs.",
            "np.sqrt(1 / len(fresh))": "The spread of an alarm is taken as 1. It depends on the rate.",
            "np.sqrt(rate / (1 - rate) / len(fresh))": "1 - rate divides. It is a factor.",
            "np.sqrt(len(fresh) / (rate * (1 - rate)))": "The fraction under the root is upside down.",
            "np.sqrt(len(fresh))": "Only the number of images stands in the error. More images make it smaller.",
        },
        "result": {
            "np.array([rate, error])": RIGHT,
            "np.array([error, rate])": "Rate and error have changed places.",
            "rate": "The error of the rate is missing. Give both.",
            "np.array([threshold, rate])": "The threshold comes first here. Asked for are the rate and its error.",
        },
    },
    cases=(
        "np.arange(-100.0, 0.0), np.arange(-120.0, 0.0, 2), 0.1",
        f"{draws('normal(-150, 40, 200)', 1)}, {draws('normal(-160, 45, 90)', 2)}, 0.05",
        f"{draws('gamma(2, 30, 60)', 3)}, {draws('gamma(2, 25, 150)', 4)}, 0.2",
    ),
    unseen=(
        f"{draws('normal(-90, 20, 80)', 5)}, {draws('normal(-100, 20, 50)', 6)}, 0.15",
        f"{draws('normal(-90, 20, 70)', 7)}, {draws('normal(-95, 25, 120)', 8)}, 0.3",
    ),
    accepts=(
        """
        alarms = fresh < np.quantile(validation, share)
        return alarms.mean(), alarms.std() / np.sqrt(len(alarms))
        """,
        """
        rate = (fresh < np.quantile(validation, share)).sum() / len(fresh)
        return [rate, (rate * (1 - rate) / len(fresh)) ** 0.5]
        """,
        """
        alarms = [score < np.quantile(validation, share) for score in fresh]
        rate = sum(alarms) / len(alarms)
        return np.array([rate, math.sqrt(rate * (1 - rate) / len(alarms))])
        """,
    ),
)
