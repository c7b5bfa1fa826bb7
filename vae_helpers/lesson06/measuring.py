"""Exercises of notebook 06 that measure: the two parts of the KL, the lowest ELBOs, codes of the right spread."""

from vae_helpers.exercises import RIGHT, Exercise, draws

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
