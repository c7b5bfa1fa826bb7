"""The exercises of notebook 06: grids, lines, the parts of the KL, the lowest ELBOs, new codes."""

from vae_helpers.exercises import RIGHT, Exercise, draws

NOTEBOOK = "06_latent_visualization"


LATENT_GRID = Exercise(
    name="latent_grid",
    takes="n",
    setup="""
from statistics import NormalDist
from scipy.special import ndtr, ndtri

def pairs(z_1, z_2):
    return np.stack(np.meshgrid(z_1, z_2), axis=-1).reshape(-1, 2)
""",
    slips={
        "[NormalDist().inv_cdf(p) for p in np.linspace(0, 1, n)]": (
            "inv_cdf was asked for the quantile of a probability that is not between 0 and 1. Cut probability into n"
            " equal slices: where are their middles?"
        ),
    },
    lines={
        "p": {
            "(np.arange(n) + 0.5) / n": RIGHT,
            "np.linspace(0, 1, n)": (
                "The quantiles of 0 and 1 are infinite. Cut probability into n equal slices: where are their middles?"
            ),
            "np.arange(n) / n": "You took the left edge of each slice, and the first one's is minus infinity.",
            "np.arange(1, n + 1) / n": "You took the right edge of each slice, and the last one's is infinite.",
            "np.arange(1, n + 1) / (n + 1)": (
                "You cut probability into n + 1 slices and took the cuts. Wanted are the middles of n slices."
            ),
            "np.linspace(0.05, 0.95, n)": (
                "The probabilities run from 0.05 to 0.95 whatever n is. Where are the middles of n slices?"
            ),
            "np.linspace(0.01, 0.99, n)": (
                "The probabilities run from 0.01 to 0.99 whatever n is. Where are the middles of n slices?"
            ),
            "(np.arange(n + 1) + 0.5) / (n + 1)": "There are n + 1 values along each axis. n are wanted.",
            "(np.arange(n - 1) + 0.5) / (n - 1)": "There are n - 1 values along each axis. n are wanted.",
            "(np.arange(n) + 1.5) / n": "The probabilities are one slice too high: is the first slice number 0 or 1?",
            "np.arange(n) + 0.5 / n": "A bracket is missing: the number of the slice has to be divided by n as well.",
            "(np.arange(n) + 0.25) / n": "The points are a quarter into each slice, not in the middle.",
        },
        "z": {
            "ndtri(p)": RIGHT,
            "p": "These are probabilities. Which function turns a probability into a value of z?",
            "ndtr(p)": "You used the cdf, from z to probability. What is wanted is its inverse.",
            "np.exp(-0.5 * p**2) / np.sqrt(2 * np.pi)": (
                "You used the density. What is wanted is the inverse of the cdf."
            ),
            "np.linspace(-3, 3, n)": (
                "The points are at equal distances. At equal probabilities they are denser where the prior puts more z."
            ),
            "np.linspace(-2, 2, n)": "The points run evenly from -2 to 2. Where does the prior put equal shares of z?",
        },
        "grid": {
            "pairs(z, z[::-1])": RIGHT,
            "pairs(z[::-1], z)": "The picture is turned around: z_1 grows to the right, z_2 upwards.",
            "pairs(z[::-1], z[::-1])": "Each row runs from right to left: z_1 should grow along it.",
            "pairs(z, z)": "The picture is upside down: row 0 of a picture is at the top, where z_2 is largest.",
            "pairs(z, z)[:, ::-1]": (
                "Rows and columns are swapped: along a row of the picture z_1 changes, and z_2 stays."
            ),
            "pairs(z[::-1], z)[:, ::-1]": (
                "Rows and columns are swapped, though the top is right: along a row z_1 should change."
            ),
            "pairs(z, z[::-1])[:, ::-1]": "The two columns are swapped: z_1 comes first, then z_2.",
            "pairs(z, z[::-1]).reshape(len(z), len(z), 2)": (
                "The points form a table, (n, n, 2). The decoder takes a list of points, (n * n, 2)."
            ),
            "np.stack([z, z[::-1]], axis=1)": "These are n points on a diagonal. Each z_1 has to meet each z_2.",
            "np.stack([z, z], axis=1)": "These are n points on the other diagonal. Each z_1 has to meet each z_2.",
            "z": "These are the n values of one axis. Each z_1 has to meet each z_2, as rows of two.",
            "pairs(z, z[::-1]).T": "The shape is (2, n * n). One point per row is wanted.",
            "np.stack(np.meshgrid(z, z[::-1]))": (
                "These are two tables, (2, n, n), one for each coordinate. One point per row is wanted."
            ),
            "np.concatenate(np.meshgrid(z, z[::-1])).reshape(-1, 2)": (
                "The shape is right, but a reshape alone pairs z_1 with z_1: stack the two coordinates side by side."
            ),
        },
    },
    cases=("2", "3", "5"),
    unseen=("4", "6", "7"),
    atol=1e-3,
    accepts=(
        (
            "places = [NormalDist().inv_cdf((i + 0.5) / n) for i in range(n)]\nreturn np.array([(z_1, z_2) for z_2 in"
            " reversed(places) for z_1 in places])"
        ),
        (
            "z = norm.ppf((np.arange(n) + 0.5) / n)\nz_1, z_2 = np.meshgrid(z, z[::-1])\nreturn np.stack([z_1.ravel(),"
            " z_2.ravel()], axis=1)"
        ),
        "norm.ppf([((c + 0.5) / n, (n - 0.5 - r) / n) for r in range(n) for c in range(n)])",
        "scipy.special.ndtri(np.array([np.tile(np.arange(n), n) + 0.5, np.repeat(np.arange(n)[::-1], n) + 0.5]).T / n)",
        (
            "z = scipy.special.ndtri(np.linspace(0.5 / n, 1 - 0.5 / n, n)).astype('float32')\nreturn"
            " np.stack(np.meshgrid(z, -z, indexing='xy'), axis=-1).reshape(-1, 2)"
        ),
        """
        z = [NormalDist().inv_cdf((2 * i + 1) / (2 * n)) for i in range(n)]
        found = []
        for row in range(n):
            for column in range(n):
                found.append([z[column], z[n - 1 - row]])
        return found
        """,
        (
            "z = tf.math.ndtri((tf.range(n, dtype='float32') + 0.5) / n)\nreturn ops.stack([ops.tile(z, n),"
            " ops.repeat(ops.flip(z), n)], axis=1)"
        ),
    ),
)


INTERPOLATE = Exercise(
    name="interpolate",
    takes="z_start, z_end, steps",
    slips={
        "np.stack([z_start, z_end])": "Only the two ends are there. steps points are wanted, at equal distances.",
        "np.tile((z_start + z_end) / 2, (steps, 1))": (
            "All points are the middle. They should move from z_start to z_end."
        ),
        "(z_start + z_end) / 2": "That is the one point in the middle. steps points are wanted.",
        "t = np.linspace(0, 1, steps)\nreturn z_start * (1 - t) + z_end * t": (
            "The coordinates and the shares are multiplied along one axis. Each coordinate has to meet every share:"
            " look at their shapes."
        ),
    },
    lines={
        "t": {
            "np.linspace(0, 1, steps)": RIGHT,
            "np.linspace(-1, 1, steps)": "The path begins before z_start: the share of the way starts at 0.",
            "np.linspace(0, 1, 50)": "There are 50 points, linspace's default, whatever steps is.",
            "np.arange(steps) / steps": (
                "The end is missing: the last point should be z_end. How many gaps are there between n points?"
            ),
            "np.arange(1, steps + 1) / steps": "The start is missing: the first point should be z_start.",
            "np.arange(1, steps + 1) / (steps + 1)": (
                "Both ends are missing: the first point should be z_start and the last z_end."
            ),
            "np.linspace(0, 1, steps + 1)": "There is one point too many: steps counts the points, both ends included.",
            "np.linspace(0, 1, steps + 2)": (
                "There are two points too many: steps counts the points, both ends included."
            ),
            "np.linspace(0, 1, steps - 1)": "There is one point too few: steps counts the points, both ends included.",
            "np.linspace(1, 0, steps)": "The way runs backwards: it should start at z_start.",
            "1.0 * np.arange(steps)": (
                "Each step goes the whole way, and the path runs past z_end. Divide it into equal parts."
            ),
            "np.linspace(0, 1, steps) ** 2": "The points are not at equal distances: the share of the way is squared.",
            "np.arange(steps) / (steps + 1)": (
                "The path stops two steps short of z_end. How many gaps are there between the points?"
            ),
            "1.0 * (np.arange(steps) // max(steps - 1, 1))": (
                "// throws the fractions away: the points wait at z_start, and the last jumps to z_end."
            ),
            "np.linspace(0, 1, steps) / 2": "The path stops half way.",
            "np.linspace(0, 2, steps)": "The path goes twice the way and runs past z_end.",
        },
        "share": {
            "t[:, None]": RIGHT,
            "t": (
                "The shares and the coordinates are multiplied along one axis. Each share has to meet every coordinate:"
                " look at their shapes."
            ),
        },
        "points": {
            "(1 - share) * z_start + share * z_end": RIGHT,
            "z_start + share * z_end": (
                "z_end is added in full, on top of z_start. What has to be added is the way from one to the other."
            ),
            "z_start + share * (z_start - z_end)": (
                "The path leaves in the opposite direction: which difference leads from z_start to z_end?"
            ),
            "z_end + share * (z_end - z_start)": "The path begins at z_end and leads away. It should begin at z_start.",
            "z_start + share * (z_end + z_start)": "A sum stands where the difference of the two points belongs.",
            "share * (z_end - z_start)": "The path starts at 0: z_start is missing.",
            "z_start - share * z_end": (
                "z_end is subtracted in full. What has to be added is the way from one to the other."
            ),
            "share * z_start + share * z_end": "Both points get the same share. What one gains, the other has to lose.",
            "(1 - share) * z_start - share * z_end": (
                "The two shares are subtracted: the path ends at the opposite of z_end."
            ),
            "(1 - share) * z_start + z_end": (
                "z_end is there in full from the beginning. Its share should grow from 0 to 1."
            ),
            "(share - 1) * z_start + share * z_end": (
                "The share of z_start has the wrong sign: it should shrink from 1 to 0."
            ),
            "z_start + share": "The shares of the way are added to z_start without the way itself.",
            "share * z_end": "z_start does not enter: the path starts at 0.",
            "(1 - share) * z_start": "z_end does not enter: the path ends at 0.",
            "t": "These are the shares of the way. The points themselves are wanted.",
        },
        "result": {
            "points": RIGHT,
            "points.T": "The shape is (latent_dim, number of points). One point per row is wanted.",
            "points.ravel()": "The points stand in one long row. One point per row is wanted.",
        },
    },
    cases=(
        "np.array([0.0, 1.0], 'float32'), np.array([2.0, -1.0], 'float32'), 5",
        "np.array([1.0, 2.0, -3.0], 'float32'), np.array([0.5, -2.0, 4.0], 'float32'), 4",
        "np.array([-1.0], 'float32'), np.array([3.0], 'float32'), 2",
    ),
    unseen=(
        f"*{draws('normal(size=(2, 3))', 1)}, 7",
        f"*{draws('normal(size=(2, 2))', 2)}, 3",
        f"*{draws('normal(size=(2, 5))', 3)}, 5",
    ),
    accepts=(
        "t = np.linspace(0, 1, steps)[:, None]\nreturn (1 - t) * z_start + t * z_end",
        "np.array([z_start + i / (steps - 1) * (z_end - z_start) for i in range(steps)])",
        "np.linspace(z_start, z_end, num=steps)",
        "np.outer(np.linspace(1, 0, steps), z_start) + np.outer(np.linspace(0, 1, steps), z_end)",
        "np.stack([np.linspace(a, b, steps) for a, b in zip(z_start, z_end)], axis=1)",
        "[[a + (b - a) * i / (steps - 1) for a, b in zip(z_start, z_end)] for i in range(steps)]",
        (
            "path = [np.interp(i, (0, steps - 1), ends) for i in range(steps) for ends in zip(z_start, z_end)]\nreturn"
            " np.array(path).reshape(steps, -1)"
        ),
        "ops.linspace(z_start, z_end, steps)",
        "tf.linspace(z_start, z_end, steps)",
        "tf.stack([z_start + (z_end - z_start) * t for t in np.linspace(0, 1, steps, dtype='float32')])",
    ),
)


SPLIT_KL = Exercise(
    name="split_kl",
    takes="q, p",
    lines={
        "average": {
            "q.mean(axis=0)": RIGHT,
            "p": "The prior stands where the average of the images' distributions belongs.",
            "q.sum(axis=0)": "The distributions are added up. Divide by the number of images, so that q(z) sums to 1.",
            "q.mean(axis=1)[:, None]": "The average runs over the places. q(z) is the one over the images.",
            "q.mean()": "The average runs over images and places. q(z) still has a value for each place.",
            "q": "The images' distributions are not averaged at all.",
            "q.max(axis=0)": "q(z) is the average of the images' distributions, not their largest value.",
            "q[0]": "That is the first image's distribution alone.",
        },
        "information": {
            "np.mean(np.sum(q * np.log(q / average), axis=1))": RIGHT,
            "np.sum(q * np.log(q / average))": "The information is summed over the images. It is their average.",
            "np.mean(q * np.log(q / average))": "The information is averaged over the places. They are summed.",
            "np.mean(np.sum(average * np.log(q / average), axis=1))": (
                "In the information the logarithms are weighed by q(z). Each image's are weighed by its own q(z|x)."
            ),
            "np.mean(np.sum(q * np.log(average / q), axis=1))": "The fraction in the information is upside down.",
            "np.mean(np.sum(np.log(q / average), axis=1))": "The logarithms of the information have no weights.",
            "np.mean(np.sum(q + np.log(q / average), axis=1))": "In the information q is added. It is a factor.",
            "np.max(np.sum(q * np.log(q / average), axis=1))": "That is the most informative image. Average them all.",
            "np.mean(np.max(q * np.log(q / average), axis=1))": "The largest place of each image is taken. Sum them.",
            "np.mean(np.sum(p * np.log(q / average), axis=1))": "The information is weighed by the prior and not by q.",
            "np.mean(np.sum(q * np.log(q), axis=1))": "The information has no q(z) in its logarithm.",
            "np.mean(np.sum(q * np.log(p / average), axis=1))": "The fraction in the information is the prior's.",
            "np.mean(np.sum(q * (q / average), axis=1))": "The information has no logarithm.",
            "np.mean(np.sum(q * np.log2(q / average), axis=1))": "The information is in bits. Nats need log.",
            "np.mean(np.sum(q * np.log(q / p), axis=1))": "The first number is the whole KL, from the prior",
            "-np.mean(np.sum(q * np.log(q), axis=1))": "The first number is the entropy of each image's distribution.",
        },
        "mismatch": {
            "np.sum(average * np.log(average / p))": RIGHT,
            "np.sum(p * np.log(p / average))": "The mismatch is the wrong way round: the weights are q(z)'s.",
            "np.sum(p * np.log(average / p))": "The mismatch is weighed by the prior. The weights are q(z)'s.",
            "np.sum(average * np.log(p / average))": "The fraction in the mismatch is upside down.",
            "np.sum(average + np.log(average / p))": "In the mismatch q(z) is added. It is a factor.",
            "np.max(average * np.log(average / p))": "The largest place is taken for the mismatch. Sum the places.",
            "np.sum(average * np.log(average))": "The mismatch compares with nothing: divide by the prior in the log.",
            "np.sum(average * np.log(p))": "In the mismatch only the prior's logarithm is left.",
            "np.sum(average * (average / p))": "The mismatch has no logarithm.",
            "np.sum(average * np.log(average / q))": "The mismatch compares q(z) with each image. The prior is meant.",
            "np.mean(average * np.log(average / p))": "The mismatch is averaged over the places. They are summed.",
            "np.sum(average * np.log2(average / p))": "The mismatch is in bits, and nats are wanted.",
            "np.sum(np.log(average / p))": "The logarithms of the mismatch have no weights.",
            "np.mean(np.sum(q * np.log(q / p), axis=1))": "The second number is the whole KL, and not its second part.",
        },
        "result": {
            "np.array([information, mismatch])": RIGHT,
            "np.array([mismatch, information])": "Both parts are there, in the wrong order: information comes first.",
            "information + mismatch": "That is the sum of the two parts. Return both.",
            "information": "That is the first part. The mismatch is to be returned too.",
            "mismatch": "That is the second part. The information is to be returned too.",
        },
    },
    cases=(
        "np.array([[0.9, 0.1], [0.9, 0.1], [0.1, 0.9]]), np.array([0.5, 0.5])",
        ", ".join((draws("dirichlet(np.ones(4) * 3, 6)", 1), draws("dirichlet(np.ones(4) * 3)", 2))),
        ", ".join((draws("dirichlet(np.ones(3) * 3, 3)", 3), draws("dirichlet(np.ones(3) * 3)", 4))),
    ),
    unseen=(
        ", ".join((draws("dirichlet(np.ones(5) * 3, 7)", 5), draws("dirichlet(np.ones(5) * 3)", 6))),
        ", ".join((draws("dirichlet(np.ones(6) * 3, 6)", 7), draws("dirichlet(np.ones(6) * 3)", 8))),
    ),
    accepts=(
        (
            "average = ops.mean(q, axis=0)\n"
            "whole = np.mean([np.sum(row * np.log(row / p)) for row in q])\n"
            "mismatch = np.sum(average * np.log(average / p))\n"
            "return float(whole - mismatch), float(mismatch)"
        ),
        (
            "average = tf.reduce_mean(q, axis=0)\n"
            "information = tf.reduce_sum(q * (tf.math.log(q) - tf.math.log(average))) / len(q)\n"
            "return tf.stack([information, tf.reduce_sum(average * tf.math.log(average / p))])"
        ),
    ),
)


MISPLACED = Exercise(
    name="misplaced",
    takes="elbo, log_px, k",
    lines={
        "by_elbo": {
            "np.argsort(elbo)[:k]": RIGHT,
            "np.argsort(elbo)[-k:]": "The k highest ELBOs are taken. Low ones make an image strange.",
            "elbo[:k]": "These are the ELBOs of the first k images.",
            "np.argsort(elbo)[k:]": "The k lowest ELBOs are left out, and they are the ones to take.",
            "np.argsort(elbo)": "All images are taken by their ELBO. Only the k lowest count.",
            "np.argsort(np.argsort(elbo))[:k]": "argsort twice gives ranks. Here the places of the lowest are wanted.",
            "np.sort(elbo)[:k]": "np.sort gives the ELBOs themselves. The images' indices are wanted.",
            "np.argsort(log_px)[:k]": "Both lists are made from log p(x). The first one needs the ELBO.",
            "np.argsort(-elbo)[k:]": "These are all but the k highest ELBOs.",
        },
        "by_evidence": {
            "np.argsort(log_px)[:k]": RIGHT,
            "np.argsort(log_px)[-k:]": "The k highest log p(x) are taken. The lowest are the improbable images.",
            "np.argsort(np.argsort(log_px))[:k]": "For log p(x) argsort twice gives ranks and no indices.",
            "np.sort(log_px)[:k]": "np.sort gives the values of log p(x), and indices are compared.",
            "np.argsort(elbo - log_px)[:k]": "The second list is sorted by the gap. log p(x) itself is asked for.",
        },
        "result": {
            "np.setdiff1d(by_elbo, by_evidence)": RIGHT,
            "np.intersect1d(by_elbo, by_evidence)": "These are in both lists. Wanted are those in the first one alone.",
            "np.setdiff1d(by_evidence, by_elbo)": "These are low in log p(x) and not in the ELBO: the other way round.",
            "np.union1d(by_elbo, by_evidence)": "These are in either list. Wanted are those in the first one alone.",
            "np.setxor1d(by_elbo, by_evidence)": "These are in one list and not in the other, whichever it is.",
            "np.setdiff1d(by_elbo, by_evidence).size": "That is how many there are. Their indices are wanted.",
            "by_elbo": "That is the whole first list. Take out those that are in the second one.",
            "by_elbo[by_elbo != by_evidence]": (
                "The lists are compared place by place. An image may stand at another place of the second list."
            ),
            "np.array([i for i in by_elbo if i not in by_evidence])": (
                "The right images, from the lowest ELBO on. The task asks for ascending indices."
            ),
        },
    },
    cases=tuple(f"{draws('normal(size=30)', k)}, {draws('normal(size=30)', k + 50)}, {k}" for k in (4, 7, 10)),
    unseen=tuple(f"{draws('normal(size=40)', k)}, {draws('normal(size=40)', k + 50)}, {k}" for k in (6, 9, 12)),
    accepts=(
        (
            "order, other = np.argsort(elbo), np.argsort(log_px)\n"
            "return sorted(set(order[:k].tolist()) - set(other[:k].tolist()))"
        ),
        (
            "low = elbo.argsort().argsort() < k\n"
            "improbable = log_px.argsort().argsort() < k\n"
            "return np.flatnonzero(low & ~improbable)"
        ),
        "np.array(sorted(i for i in np.argsort(elbo)[:k] if i not in np.argsort(log_px)[:k]))",
    ),
)


NEW_CODES = Exercise(
    name="new_codes",
    takes="z_mean, z_log_var, epsilon",
    lines={
        "centre": {"z_mean.mean(axis=0)": RIGHT},
        "between": {"np.mean((z_mean - centre) ** 2, axis=0)": RIGHT},
        "within": {"np.exp(z_log_var).mean(axis=0)": RIGHT},
        "spread": {
            "np.sqrt(between + within)": RIGHT,
            "np.sqrt(between) + np.sqrt(within)": "Variances add up, standard deviations do not: add first.",
            "np.sqrt(between)": "The clouds' own variance, within, is left out now.",
            "np.sqrt(within)": "The distances between the images, between, are left out now.",
            "1.0": "That is a draw of the prior's spread. The codes have one of their own.",
            "1 / np.sqrt(between + within)": "1 / spread brings the codes to the prior. Here the way is the other one.",
            "1 / (between + within)": "Divided by the variance: the draws become narrow where they should be wide.",
            "(between + within) / 2": "Half the variance is no standard deviation.",
            "np.exp(0.5 * (between + within))": "The sum is a variance already, and no logarithm. Its root is wanted.",
            "(between + within) ** 2": "The variance is squared. Its root is wanted.",
        },
        "result": {"centre + spread * epsilon": RIGHT},
    },
    given="""
def new_codes(z_mean, z_log_var, epsilon):
    \"\"\"Codes for new images: epsilon (n, latent_dim), drawn from N(0, I), with the codes' centre and spread.\"\"\"
    centre = z_mean.mean(axis=0)
    away = z_mean - centre
    between = np.mean(away**2, axis=0)
    within = np.exp(z_log_var).mean(axis=0)
    spread = between + within
    scaled = spread * epsilon
    return centre + scaled
""",
    bug=(7, "It adds two variances, and their sum is a variance. The noise has to be scaled by a standard deviation."),
    cases=(
        ", ".join(
            (draws("normal(1, 4, (6, 2))", 1), draws("normal(-1, 1, (6, 2))", 2), draws("normal(size=(4, 2))", 3))
        ),
    ),
    unseen=(
        ", ".join(
            (draws("normal(2, 3, (5, 3))", 4), draws("normal(-1, 1, (5, 3))", 5), draws("normal(size=(6, 3))", 6))
        ),
    ),
    accepts=(
        (
            "variance = ops.var(z_mean, axis=0) + ops.mean(ops.exp(z_log_var), axis=0)\n"
            "return ops.mean(z_mean, axis=0) + ops.sqrt(variance) * epsilon"
        ),
        (
            "variance = tf.math.reduce_variance(z_mean, axis=0) + tf.reduce_mean(tf.exp(z_log_var), axis=0)\n"
            "return tf.reduce_mean(z_mean, axis=0) + variance**0.5 * epsilon"
        ),
    ),
)
