"""Notebook 05's bug to be found, and its exercise on blocks of test images."""

from vae_helpers.exercises import RIGHT, Exercise, draws

ANNEALED_LOSSES = Exercise(
    name="annealed_losses",
    takes="nll, kl, betas",
    lines={
        "weighted": {
            "betas[:, None] * kl": RIGHT,
            "betas[-1] * kl[None] + 0 * betas[:, None]": "Every epoch has the last beta now. Each has its own.",
            "kl[None] + 0 * betas[:, None]": "beta does not enter any more. Each epoch's beta weighs its KL.",
            "np.cumsum(betas)[:, None] * kl": "The betas add up from epoch to epoch. Each epoch has its own.",
        },
        "losses": {
            "np.mean(nll + weighted, axis=1)": RIGHT,
            "np.sum(nll + weighted, axis=1)": "The loss is summed over the batch. The average was right.",
            "np.mean(betas[:, None] * nll + weighted, axis=1)": (
                "beta weighs the reconstruction too. It belongs to the KL."
            ),
            "np.mean(nll - weighted, axis=1)": "The KL is subtracted. Line 8 was right to add it.",
        },
    },
    given="""
def annealed_losses(nll, kl, betas):
    \"\"\"The loss of each epoch, (epochs,), with that epoch's beta; nll and kl: one value per image.\"\"\"
    beta = betas[0]
    penalty = beta * kl
    losses = []
    for epoch in range(len(betas)):
        beta = betas[epoch]
        losses.append(np.mean(nll + penalty))
    return np.array(losses)
""",
    bug=(4, "The product is computed once, with the first beta, and kept, as a compiled training step keeps a number."),
    cases=(
        "np.array([100.0, 140.0], 'float32'), np.array([5.0, 7.0], 'float32'), np.array([0.0, 0.5, 1.0])",
        f"{draws('normal(150, 20, 6)', 1)}, {draws('normal(6, 1, 6)', 2)}, np.array([0.25, 1.0, 4.0, 4.0])",
    ),
    unseen=(f"{draws('normal(90, 9, 4)', 3)}, {draws('normal(9, 1, 4)', 4)}, np.array([2.0, 0.1])",),
    accepts=(
        "return np.array([np.mean(nll + beta * kl) for beta in betas])",
        "return np.mean(nll) + betas * np.mean(kl)",
        "return ops.stack([ops.mean(nll + float(beta) * kl) for beta in betas])",
    ),
)

BLOCK_ERROR = Exercise(
    name="block_error",
    takes="values, block",
    lines={
        "n_blocks": {
            "len(values) // block": RIGHT,
            "len(values) // block - 1": "One whole block is left out.",
            "block": "The number of blocks is not the length of a block: how many fit into the values?",
        },
        "means": {
            "values[: n_blocks * block].reshape(n_blocks, -1).mean(axis=1)": RIGHT,
            "values[: n_blocks * block].reshape(-1, n_blocks).mean(axis=0)": (
                "The blocks are made of every so many-th value. A block holds neighbours: reshape to (blocks, block)."
            ),
            "values[: n_blocks * block].reshape(n_blocks, -1).sum(axis=1)": (
                "The blocks are summed. Take the mean of each: the error of a mean is wanted."
            ),
            "values[-n_blocks * block :].reshape(n_blocks, -1).mean(axis=1)": (
                "The blocks are cut from the end. Begin with the first value, and leave the rest at the end out."
            ),
            "values[: n_blocks * block].reshape(n_blocks, -1).max(axis=1)": (
                "The largest value of each block is taken. Its mean is wanted."
            ),
            "values[: n_blocks * block].reshape(n_blocks, -1)": "The mean of each block is missing.",
            "values[: n_blocks * block].reshape(n_blocks, -1).mean(axis=0)": (
                "The average runs over the blocks, axis 0. Average within each block, axis 1."
            ),
            "values[: n_blocks * block].reshape(-1, n_blocks).mean(axis=1)": (
                "The blocks have n_blocks values each. They should have block of them."
            ),
            "values[:n_blocks]": (
                "Only the first n_blocks values are used, each as a block. Use n_blocks * block of them."
            ),
            "values": "The blocks are not formed: this is the error for independent values.",
        },
        "error": {
            "means.std(ddof=1) / np.sqrt(len(means))": RIGHT,
            "means.std(ddof=1)": "That is how far one block strays. The mean of all of them strays less.",
            "means.std(ddof=1) / np.sqrt(len(values))": "Divide by the root of the number of blocks, not of values.",
            "means.std(ddof=1) * np.sqrt(len(means))": "You multiplied by the root: more blocks make it less certain.",
            "means / np.sqrt(len(means))": "The standard deviation of the means is missing: one number is wanted.",
            "means.var(ddof=1) / np.sqrt(len(means))": "The variance stands where the standard deviation belongs.",
            "np.sqrt(means.std(ddof=1) / len(means))": "Under the root belongs the variance, not its root.",
            "0.5 * means.var(ddof=1) / len(means)": "A root is a power of 1/2, not a factor 1/2.",
            "means.std(ddof=1) / len(means)": "Divide by the *root* of the number of blocks.",
            "means.var(ddof=1) / len(means)": "That is the variance of the mean. Take its root.",
            "means.std() / np.sqrt(len(means))": (
                "Nearly: of few blocks the standard deviation needs ddof=1, which divides by one less than their"
                " number."
            ),
        },
    },
    cases=("np.arange(12.0) % 5, 3", f"{draws('normal(size=50)', 1)}, 7"),
    unseen=(f"{draws('normal(size=33)', 2)}, 4", f"{draws('normal(size=20)', 3)}, 10"),
    accepts=(
        (
            "n = len(values) // block\n"
            "means = np.array([np.mean(values[i * block : (i + 1) * block]) for i in range(n)])\n"
            "return np.std(means, ddof=1) / np.sqrt(n)"
        ),
        (
            "whole = len(values) - len(values) % block\n"
            "means = np.mean(np.reshape(values[:whole], (-1, block)), axis=1)\n"
            "return (np.var(means, ddof=1) / len(means)) ** 0.5"
        ),
    ),
)
