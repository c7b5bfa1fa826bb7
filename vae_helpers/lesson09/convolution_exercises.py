"""Exercises of 09 about convolutional networks: sizes, and batch normalization."""

from vae_helpers.exercises import RIGHT, Exercise, draws

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
