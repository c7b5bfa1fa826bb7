"""The exercises of notebook 08: beta from a noise, from two networks, active units, free bits, warm-up, and the MIG."""

from vae_helpers.exercises import RIGHT, Exercise, draws

NOTEBOOK = "08_beta"


def _latent_means(seed: int, images: int, latents: int) -> str:
    """Code of means (images, latents) that vary over the images by very different amounts."""
    return f"np.random.default_rng({seed}).normal(0, np.geomspace(0.005, 2, {latents}), ({images}, {latents}))"


BETA_OF_NOISE = Exercise(
    name="beta_of_noise",
    takes="n_pixels, weight, sigma",
    lines={
        "summed": {
            "weight * n_pixels": RIGHT,
            "weight / n_pixels": (
                "The number of pixels went to the wrong side. Multiply the whole loss by it, so that the squared error"
                " is a sum: what stands in front of the KL?"
            ),
            "weight": "The squared error is a mean over the pixels. The likelihood needs the sum.",
            "n_pixels": "The weight that the code gives to the KL is missing.",
            "weight * 784": "784 is the number of pixels of MNIST alone. It is an argument here.",
            "weight + n_pixels": "The number of pixels is added. It is a factor.",
            "n_pixels / weight": "The weight multiplies the KL, and here it divides.",
            "weight * n_pixels**2": "The number of pixels counts twice. The mean divides by it once.",
            "weight * n_pixels**0.5": "That is the root of the number of pixels. A mean divides by all of it.",
        },
        "beta": {
            "summed / (2 * sigma**2)": RIGHT,
            "summed / sigma**2": "The factor 2 is missing: the NLL is the squared error divided by 2 sigma squared.",
            "summed / (2 * sigma)": "sigma enters the NLL by its square.",
            "summed * 2 * sigma**2": (
                "Upside down. The NLL is the squared error divided by 2 sigma squared, and the KL is divided by the"
                " same number."
            ),
            "summed * sigma**2": "Upside down, and a factor 2 is missing. By what is the squared error divided?",
            "summed": "sigma is missing. Without it a squared error is no likelihood.",
            "summed / 2": "sigma is missing: this is right for sigma = 1 alone.",
            "summed / (2 * sigma) ** 2": "The 2 is squared too. Only sigma is.",
            "summed / sigma": "sigma enters by its square, and a factor 2 is missing.",
            "summed * sigma": "sigma multiplies, without its square. It divides the squared error, by its square.",
            "summed / (2 * np.sqrt(sigma))": "That is the root of sigma. The NLL has its square.",
            "summed / (2 * np.exp(sigma))": "sigma is a standard deviation here, and no logarithm.",
            "summed / (2 + sigma**2)": "The 2 is added. It is a factor.",
            "2 * sigma**2 / summed": "That is one divided by beta.",
            "np.sqrt(summed / 2) / sigma": "That is the root of beta.",
        },
    },
    cases=("784, 0.03125, 0.5", "12288, 0.00025, 0.1", "100, 3.0, 2.0"),
    unseen=("49, 0.3, 0.7", "3072, 0.004, 1.7"),
    accepts=(
        "weight * n_pixels / 2 / sigma / sigma",
        "0.5 * np.multiply(weight, n_pixels) * sigma**-2.0",
        "return (weight / (1 / n_pixels)) / (2 * np.square(sigma))",
    ),
)

INDIFFERENT_BETA = Exercise(
    name="indifferent_beta",
    takes="rate_a, distortion_a, rate_b, distortion_b",
    lines={
        "saved": {
            "distortion_a - distortion_b": RIGHT,
            "distortion_a + distortion_b": "The distortions are added. What does going from A to B save?",
            "distortion_a": "B's distortion is missing. Only what differs between the two counts.",
            "distortion_b": "A's distortion is missing. Only what differs between the two counts.",
            "rate_a - rate_b": "Rates stand where the distortions belong.",
            "distortion_a / distortion_b": "That is a ratio of distortions. Which difference is it about?",
            "(distortion_a + rate_a) - (distortion_b + rate_b)": "That is the difference of the ELBOs, beta 1.",
            "2 * (distortion_a - distortion_b)": "There is a factor 2 too many.",
        },
        "paid": {
            "rate_b - rate_a": RIGHT,
            "rate_a - rate_b": "The sign is flipped: B saves distortion and pays more rate.",
            "rate_a + rate_b": "The rates are added. What does B pay more than A?",
            "rate_b": "A's rate is missing. A pays something too.",
            "rate_a": "B's rate is missing.",
            "rate_b / rate_a": "That is a ratio of rates. Which difference is it about?",
        },
        "beta": {
            "saved / paid": RIGHT,
            "paid / saved": "Upside down. Beta stands before the rate: write both losses down and solve for it.",
            "saved - paid": "They are subtracted. Beta is the factor that makes saved and paid equal.",
            "saved * paid": "They are multiplied. Beta times what is paid is what is saved.",
            "saved": "What is saved is not yet divided by what is paid for it.",
            "np.abs(saved / paid)": (
                "Why the absolute value? Where B is worse in both, no positive beta makes them equal: the sign says so."
            ),
            "saved / paid + 1": "1 is added. The loss is distortion + beta * rate.",
            "saved // paid": "// rounds down. A beta may be any number.",
            "np.log(saved / paid)": "That is the logarithm of beta.",
        },
    },
    cases=("5.0, 140.0, 21.0, 108.0", "1.0, 30.0, 4.0, 24.0", "2.0, 25.0, 3.5, 28.0", "30.5, 92.0, 12.0, 111.7"),
    unseen=("3.0, 90.0, 10.0, 41.0", "8.0, 10.0, 11.5, 12.75"),
    accepts=(
        "(distortion_b - distortion_a) / (rate_a - rate_b)",
        "-np.subtract(distortion_b, distortion_a) / np.subtract(rate_b, rate_a)",
        "return -np.polyfit([rate_a, rate_b], [distortion_a, distortion_b], 1)[0]",
    ),
)

ACTIVE_UNITS = Exercise(
    name="active_units",
    takes="z_mean, threshold",
    lines={
        "spread": {
            "z_mean.var(axis=0)": RIGHT,
            "z_mean.var(axis=1)": "Axis 1 holds the latents. Each latent varies over the images, axis 0.",
            "z_mean.std(axis=0)": "That is the standard deviation. The threshold is one for the variance.",
            "np.abs(z_mean).mean(axis=0)": "A latent whose mean is far from 0 for all images alike says nothing.",
            "np.square(z_mean).mean(axis=0)": (
                "The average over the images is not subtracted: a latent that is 3 for every image says nothing."
            ),
            "z_mean.mean(axis=0)": "That is the average over the images. How much does the mean vary?",
            "np.abs(z_mean.mean(axis=0))": "That is how far the average is from 0. How much does the mean vary?",
            "np.ptp(z_mean, axis=0)": "That is the range over the images. The definition asks for the variance.",
            "z_mean.var()": "That is one variance of everything. Each latent has its own.",
            "z_mean.var(axis=0) * len(z_mean)": "That is the sum of squares. The variance is their average.",
            "np.exp(z_mean).var(axis=0)": "z_mean is no logarithm. The exponential belongs to z_log_var.",
        },
        "count": {
            "np.sum(spread > threshold)": RIGHT,
            "np.sum(spread < threshold)": "Those are the collapsed ones. The others are active.",
            "np.mean(spread > threshold)": "That is the share of the latents. Their number is asked for.",
            "np.sum(spread > 0.01)": "0.01 is written out. The threshold is an argument here.",
            "np.sum(spread > 0)": "The threshold is missing: noise alone makes a variance above 0.",
            "spread > threshold": "That says yes or no for each latent. How many are there?",
            "np.sum(spread > np.sqrt(threshold))": "The threshold is for the variance as it is, without a root.",
            "np.sum(spread[spread > threshold])": "That adds up the variances. How many are above the threshold?",
            "np.argmax(spread > threshold)": "That is the place of the first active latent. How many are there?",
            "np.sum(spread - threshold)": "That adds up by how much. How many are above the threshold?",
            "np.sum(spread)": "That adds up the variances. How many are above the threshold?",
        },
    },
    cases=(
        f"{_latent_means(1, 60, 24)} + 0.45 * (np.arange(24) % 3 == 0), 0.01",
        f"{_latent_means(2, 40, 24)} - 0.9 * (np.arange(24) % 2), 0.05",
        f"{_latent_means(3, 15, 30)}, 0.3",
    ),
    unseen=(
        f"{_latent_means(4, 50, 35)} + 0.6 * (np.arange(35) % 3 == 1), 0.02",
        f"{_latent_means(5, 25, 28)} - 0.7 * (np.arange(28) % 2), 0.6",
    ),
    accepts=(
        "int((np.var(z_mean, axis=0) > threshold).sum())",
        "np.count_nonzero(np.square(z_mean - z_mean.mean(axis=0)).mean(axis=0) > threshold)",
        "sum(np.var(column) > threshold for column in z_mean.T)",
        "ops.sum(ops.cast(ops.var(z_mean, axis=0) > threshold, 'int32'))",
    ),
)

FREE_BITS = Exercise(
    name="free_bits",
    takes="kl_terms, floor",
    lines={
        "of_latents": {
            "kl_terms.mean(axis=0)": RIGHT,
            "kl_terms.mean(axis=1)": "Axis 1 holds the latents. The average is over the images, axis 0.",
            "kl_terms.sum(axis=0)": "The images are summed, so the floor is soon passed. Average over them.",
            "kl_terms.sum(axis=1)": "The latents are summed first and share one floor. Each has a floor of its own.",
            "kl_terms": (
                "Each single image gets its floor. Free bits are for the average over the batch, so that images may"
                " differ."
            ),
            "kl_terms.mean()": "That is one number for all latents. Each latent has a floor of its own.",
            "kl_terms.max(axis=0)": "That is each latent's largest KL in the batch. The average counts.",
            "kl_terms.min(axis=0)": "That is each latent's smallest KL in the batch. The average counts.",
            "np.median(kl_terms, axis=0)": "That is the median over the images. The KL of the loss is an average.",
            "kl_terms[0]": "Only the first image is used.",
        },
        "charged": {
            "np.maximum(of_latents, floor)": RIGHT,
            "np.minimum(of_latents, floor)": (
                "The minimum caps the KL, so that everything above the floor would be free. What should be free is what"
                " lies below."
            ),
            "of_latents": "The floor is missing.",
            "np.maximum(of_latents - floor, 0)": (
                "Nearly: this has the same gradient, and another value. The definition charges the floor as well."
            ),
            "of_latents + floor": "The floor is added to every latent, which changes no gradient.",
            "of_latents - floor": "Below the floor the price is negative, so there is still a gradient down to 0.",
            "np.where(of_latents > floor, of_latents, 0)": "Below the floor the price should stay at the floor.",
            "np.where(of_latents < floor, of_latents, 0)": "Only what lies below the floor is charged: the wrong part.",
            "np.abs(of_latents - floor)": "Less than the floor costs more here. It should cost the same.",
            "floor * of_latents": "The floor multiplies. That is a weight, a beta.",
        },
        "price": {
            "np.sum(charged)": RIGHT,
            "np.mean(charged)": "The latents are averaged. The KL of an image is a sum over its latents.",
            "np.max(charged)": "That is the price of one latent. They add up.",
            "charged": "That is one price for each latent. They add up.",
            "0.5 * np.sum(charged)": "The factor 1/2 of the KL is already in kl_terms.",
            "-np.sum(charged)": "The sign is flipped: the KL is a price.",
            "np.prod(charged)": "The prices are multiplied. They add up.",
        },
    },
    cases=(
        f"np.abs({draws('normal(size=(6, 5))', 1)}) * np.array([0.1, 0.3, 0.6, 1, 2], 'float32'), 0.3",
        f"np.abs({draws('normal(size=(4, 4))', 2)}) * np.array([0.2, 2, 0.5, 0.8], 'float32'), 0.5",
        f"0.4 * np.abs({draws('normal(size=(7, 2))', 3)}), 0.8",
        f"np.abs({draws('normal(size=(7, 3))', 6)}), 0.8",
    ),
    unseen=(
        f"np.abs({draws('normal(size=(5, 6))', 4)}) * np.array([0.1, 0.4, 0.7, 1, 2, 3], 'float32'), 0.6",
        f"np.abs({draws('normal(size=(8, 4))', 5)}), 0.75",
    ),
    accepts=(
        "np.clip(np.mean(kl_terms, axis=0), floor, None).sum()",
        "sum(max(column.mean(), floor) for column in kl_terms.T)",
        "ops.sum(ops.maximum(ops.mean(kl_terms, axis=0), floor))",
        "np.where(kl_terms.mean(0) > floor, kl_terms.mean(0), floor).sum()",
    ),
)

WARM_UP = Exercise(
    name="warm_up",
    takes="step, steps_per_epoch, epochs, beta",
    lines={
        "rise": {
            "epochs * steps_per_epoch": RIGHT,
            "steps_per_epoch": "Now the rise ends with the first epoch. Line 3 was right.",
            "epochs": "Now the rise ends after a few steps. Line 3 was right.",
        },
        "done": {
            "step": RIGHT,
            "step // steps_per_epoch": "That counts whole epochs, and rise counts steps.",
            "step % rise": "Now beta falls back to 0 each time that the rise is over. It should stay.",
            "step % epochs": "That starts again after each few steps. What has been done is all steps so far.",
            "step / steps_per_epoch": "That counts epochs, and rise counts steps.",
            "rise - step": "That is what is left to do: beta would fall.",
            "step + 1": "The first step, number 0, should have beta 0.",
            "rise": "That is the whole rise at once: nothing warms up.",
        },
        "share": {
            "np.minimum(done / rise, 1.0)": RIGHT,
            "done / rise": "Now beta rises for ever. Line 5 was right.",
            "np.maximum(done / rise, 1.0)": "Now beta is never below its last value. Line 5 was right.",
        },
        "now": {
            "beta * share": RIGHT,
            "share": "Now beta's last value is missing. Line 6 was right.",
        },
    },
    given="""
def warm_up(step, steps_per_epoch, epochs, beta):
    \"\"\"The KL's weight at a step, counted from 0: it rises evenly for so many epochs, and then stays at beta.\"\"\"
    rise = epochs * steps_per_epoch
    done = step % steps_per_epoch
    share = np.minimum(done / rise, 1.0)
    return beta * share
""",
    bug=(4, "The % starts again at 0 with each epoch, so beta is a saw and never comes near its last value."),
    cases=("np.arange(60), 10, 3, 1.0", "np.arange(0, 100, 7), 20, 2, 4.0", "np.arange(20), 5, 2, 0.5"),
    unseen=("np.arange(45), 9, 4, 2.0", "np.arange(0, 200, 9), 25, 5, 0.7"),
    accepts=(
        "beta * np.clip(step / (epochs * steps_per_epoch), 0, 1)",
        "np.minimum(beta * step / (epochs * steps_per_epoch), beta)",
        "return np.interp(step, [0, epochs * steps_per_epoch], [0, beta])",
    ),
)

INFORMATION_GAP = Exercise(
    name="information_gap",
    takes="information, entropies",
    lines={
        "ranked": {
            "np.sort(information, axis=0)": RIGHT,
            "np.sort(information, axis=1)": "Each row is sorted: a latent's factors. Compare the latents of a factor.",
            "information": "The latents are not sorted: the last two are not the best two.",
            "-np.sort(-information, axis=0)": "Sorted from the largest down, the last two are the worst.",
            "np.sort(information.ravel()).reshape(information.shape)": (
                "Latents and factors are sorted together. Each factor has its own best latents."
            ),
        },
        "lead": {
            "ranked[-1] - ranked[-2]": RIGHT,
            "ranked[-1]": "The second best latent is missing: nothing punishes a factor that is spread over two.",
            "ranked[-1] - ranked[0]": "That is the lead over the worst latent. The gap is to the second best.",
            "ranked[-1] - ranked.mean(axis=0)": "That is the lead over the average. The gap is to the second best.",
            "ranked[-2] - ranked[-1]": "The sign is flipped.",
            "ranked[-1] / ranked[-2]": "That is a ratio. The gap is a difference.",
            "ranked[-1] + ranked[-2]": "The two best are added. How far does the best lead?",
            "ranked[-2] - ranked[-3]": "That is the lead of the second. Take the best.",
            "ranked[-1] - ranked[:-1].sum(axis=0)": "All other latents are subtracted. The gap is to the second best.",
        },
        "gap": {
            "np.mean(lead / entropies)": RIGHT,
            "np.mean(lead)": "The entropies are missing: a factor with more to say would count for more.",
            "np.mean(lead) / np.mean(entropies)": "Each factor's lead is divided by its own entropy, before the mean.",
            "np.mean(lead * entropies)": "The entropies multiply. A lead of the whole entropy should count as 1.",
            "np.sum(lead / entropies)": "That is a sum over the factors. The score is their mean.",
            "lead / entropies": "That is one gap for each factor. The score is their mean.",
            "np.max(lead / entropies)": "That is the best factor alone. The score is the mean over them.",
            "np.min(lead / entropies)": "That is the worst factor alone. The score is the mean over them.",
            "np.median(lead / entropies)": "That is the median. The score is the mean over the factors.",
            "np.mean(lead - entropies)": "The entropies are subtracted. They are the unit of the lead.",
            "np.mean(entropies / lead)": "Upside down. The lead is divided by the entropy.",
            "np.mean(lead / ranked[-1])": "The lead is divided by the best information. Its unit is the entropy.",
            "np.mean(lead / ranked.sum(axis=0))": "The lead is divided by what all latents say, not by the entropy.",
        },
    },
    cases=(
        f"{draws('random((5, 3))', 1)}, np.array([1.5, 2.0, 3.0], 'float32')",
        f"{draws('random((4, 4))', 2)}, {draws('uniform(1, 3, 4)', 12)}",
        f"{draws('random((6, 2))', 3)}, np.array([2.3, 1.1], 'float32')",
    ),
    unseen=(
        f"{draws('random((4, 5))', 4)}, {draws('uniform(1, 3, 5)', 14)}",
        f"{draws('random((7, 3))', 5)}, {draws('uniform(1, 3, 3)', 15)}",
    ),
    accepts=(
        "second, best = np.sort(information, axis=0)[-2:]\nreturn np.mean((best - second) / entropies)",
        "np.mean([(sorted(column)[-1] - sorted(column)[-2]) / h for column, h in zip(information.T, entropies)])",
        "np.diff(np.partition(information, -2, axis=0)[-2:], axis=0).ravel() @ (1 / entropies) / len(entropies)",
    ),
)
