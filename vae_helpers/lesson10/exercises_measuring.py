"""The exercises of 10 that measure: a flow's log density, the Frechet distance, and guidance.

They stand here because a file is to be read in one sitting; ``exercises`` names them all.
"""

from vae_helpers.exercises import RIGHT, Exercise, draws


def _two_gaussians(features, seed):
    """Code of two means and two covariances."""
    parts = []
    for each in (seed, seed + 10):
        spread = draws(f"normal(size=({features + 3}, {features}))", each)
        parts.append(f"{draws(f'normal(0, 2, {features})', each + 20)}, np.cov({spread}, rowvar=False)")
    return ", ".join(parts)


FLOW_LOG_DENSITY = Exercise(
    name="flow_log_density",
    takes="log_base, divergences, times",
    lines={
        "grown": {
            "np.trapezoid(divergences, times, axis=0)": RIGHT,
            "np.sum(divergences, axis=0)": "The divergences are summed without their steps of time.",
            "np.mean(divergences, axis=0)": "The mean of the divergences takes all steps for equally long.",
            "np.trapezoid(divergences, axis=0)": "The times are left out, so each step counts as 1.",
            "divergences[-1]": "That is the divergence at the end. The whole way counts.",
            "divergences[0]": "That is the divergence at the start. The whole way counts.",
            "np.sum(np.diff(times)[:, None] * divergences[:-1], axis=0)": (
                "Each step counts the divergence at its start. The trapezium rule takes the mean of both ends."
            ),
            "np.sum(np.diff(times)[:, None] * divergences[1:], axis=0)": (
                "Each step counts the divergence at its end. The trapezium rule takes the mean of both ends."
            ),
        },
        "result": {
            "log_base - grown": RIGHT,
            "log_base + grown": (
                "The integral is added. Where the flow spreads points apart, the divergence is positive and the density"
                " falls."
            ),
            "grown - log_base": "Everything has the wrong sign.",
            "log_base": "The way is not used: this is the density of the noise alone.",
            "-grown": "The density of the noise is not used.",
            "grown": "That is the integral alone.",
            "np.exp(log_base - grown)": "That is the density. Its logarithm is wanted.",
            "np.exp(log_base) - grown": "The density of the noise is not a logarithm here.",
            "(log_base - grown).mean()": "The points are averaged. One value for each is wanted.",
            "log_base * grown": "The two are multiplied. A product's logarithm is a sum.",
            "log_base - grown / 2": "The integral counts half.",
            "log_base - 2 * grown": "The integral counts twice.",
        },
    },
    cases=(
        "np.array([-1.5]), np.array([[1.0], [2.0], [4.0]]), np.array([0.0, 0.5, 1.0])",
        f"{draws('normal(-3, 1, 4)', 1)}, {draws('normal(1, 2, (6, 4))', 2)}, np.array([0, 0.1, 0.3, 0.6, 0.9, 1])",
        f"{draws('normal(-2, 1, 5)', 3)}, {draws('normal(-1, 2, (4, 5))', 4)}, np.array([0.0, 0.2, 0.7, 1.0])",
    ),
    unseen=(
        f"{draws('normal(-4, 1, 3)', 5)}, {draws('normal(2, 1, (5, 3))', 6)}, np.array([0.0, 0.3, 0.4, 0.8, 1.0])",
        f"{draws('normal(-3, 2, 6)', 7)}, {draws('normal(0, 3, (4, 6))', 8)}, np.array([0.0, 0.5, 0.6, 1.0])",
    ),
    accepts=(
        """
        steps = np.diff(times)[:, None]
        return log_base - tf.reduce_sum(steps * (divergences[1:] + divergences[:-1]) / 2, axis=0)
        """,
        "ops.subtract(log_base, np.trapezoid(divergences.T, times))",
    ),
    atol=1e-4,
)

FRECHET = Exercise(
    name="frechet",
    takes="mean_a, c_a, mean_b, c_b",
    lines={
        "apart": {
            "np.sum((mean_a - mean_b) ** 2)": RIGHT,
            "np.sqrt(np.sum((mean_a - mean_b) ** 2))": "The distance of the means is not squared.",
            "np.sum(np.abs(mean_a - mean_b))": "The differences of the means are not squared.",
            "np.sum(mean_a - mean_b)": "The differences of the means can cancel: square them first.",
            "np.sum((mean_a - mean_b) * 2)": "The differences of the means are doubled. They should be squared.",
            "np.mean((mean_a - mean_b) ** 2)": "The features are averaged. Their squares add up.",
            "np.max((mean_a - mean_b) ** 2)": "Only the feature with the largest difference counts.",
            "np.sum((mean_a + mean_b) ** 2)": "The means are added. How far apart are they?",
            "np.sum(mean_a**2)": "The mean of b is not used.",
            "np.sum(mean_b**2)": "The mean of a is not used.",
            "np.sum((mean_a - mean_b) ** 4)": "The differences have the power 4.",
            "np.sum((mean_a - mean_b) ** 3)": "The differences have the power 3.",
            "np.sum((mean_a * mean_b) ** 2)": "The means are multiplied. How far apart are they?",
            "0.0": "The means do not enter: two sets that are only shifted would be alike.",
        },
        "overlap": {
            "np.sum(np.sqrt(np.linalg.eigvals(c_a @ c_b).real))": RIGHT,
            "np.trace(np.sqrt(np.abs(c_a @ c_b)))": (
                "np.sqrt takes the root of each entry. The root of a matrix is another thing: its eigenvalues are the"
                " roots of the matrix's."
            ),
            "np.sqrt(np.trace(c_a @ c_b))": "That is the root of the trace. Wanted is the trace of the root.",
            "np.trace(c_a @ c_b)": "The root is not taken.",
            "np.mean(np.sqrt(np.linalg.eigvals(c_a @ c_b).real))": "The roots are averaged. Their sum is wanted.",
            "np.max(np.sqrt(np.linalg.eigvals(c_a @ c_b).real))": "Only the largest root counts. A trace is a sum.",
            "np.sum(np.sqrt(np.linalg.eigvals(c_a * c_b).real))": "* multiplies entries. A product of matrices is @.",
            "np.sum(np.sqrt(np.linalg.eigvals(c_a).real))": "The covariance of b is missing under the root.",
            "np.sum(np.sqrt(np.linalg.eigvals(c_b).real))": "The covariance of a is missing under the root.",
            "np.trace(c_a)": "The root holds c_a twice. One of the two is c_b.",
            "np.trace(c_b)": "The root holds c_b twice. One of the two is c_a.",
            "np.sqrt(np.linalg.eigvals(c_a @ c_b).real)": "The roots are not summed.",
            "0.0": "The overlap is missing: equal sets have distance 0.",
        },
        "result": {
            "apart + np.trace(c_a + c_b) - 2 * overlap": RIGHT,
            "apart + np.trace(c_a + c_b) - overlap": "The overlap counts once. It counts twice.",
            "apart + np.trace(c_a + c_b) - 4 * overlap": "The overlap counts four times. It counts twice.",
            "apart + np.trace(c_a + c_b) - 3 * overlap": "The overlap counts three times. It counts twice.",
            "apart + np.trace(c_a + c_b) + 2 * overlap": "The overlap should be subtracted.",
            "apart": "Only the means are compared.",
            "np.sqrt(apart + np.trace(c_a + c_b) - 2 * overlap)": (
                "The root is taken at the end. By convention the squared distance is reported."
            ),
            "apart + np.sum(c_a + c_b) - 2 * overlap": (
                "All entries of the covariances are summed. The trace holds the diagonal."
            ),
            "apart - np.trace(c_a + c_b) - 2 * overlap": "The trace of the covariances is subtracted.",
            "apart - np.trace(c_a + c_b) + 2 * overlap": "The part with the covariances has the wrong sign.",
            "apart + np.trace(c_a - c_b) - 2 * overlap": "The covariances are subtracted. Both spreads count.",
            "apart + np.trace(c_a) - 2 * overlap": "The trace of c_b is missing.",
            "apart + np.trace(c_b) - 2 * overlap": "The trace of c_a is missing.",
            "apart + np.trace(c_a * c_b) - 2 * overlap": "The covariances are multiplied where they should be added.",
            "apart + np.trace(c_a + c_a) - 2 * overlap": "c_a counts twice, and c_b does not.",
            "apart + np.trace(c_b + c_b) - 2 * overlap": "c_b counts twice, and c_a does not.",
            "apart * np.trace(c_a + c_b) - 2 * overlap": "The means' part is multiplied. It should be added.",
        },
    },
    cases=(
        "np.array([1.0, 3.0]), np.array([[2.0, 0.5], [0.5, 1.0]]), np.array([0.0, 1.0]), np.array([[1.0, -0.4],"
        " [-0.4, 3.0]])",
        _two_gaussians(3, 1),
        _two_gaussians(4, 2),
    ),
    unseen=(_two_gaussians(2, 3), _two_gaussians(5, 4)),
    accepts=(
        """
        roots = tf.sqrt(np.abs(np.linalg.eigvals(c_a @ c_b)))
        return np.sum((mean_a - mean_b) ** 2) + np.trace(c_a) + np.trace(c_b) - 2 * tf.reduce_sum(roots)
        """,
        """
        values, vectors = np.linalg.eigh(c_a)
        root = vectors * np.sqrt(values) @ vectors.T
        inner = ops.sum(np.sqrt(np.linalg.eigvalsh(root @ c_b @ root)))
        return np.linalg.norm(mean_a - mean_b) ** 2 + np.trace(c_a) + np.trace(c_b) - 2 * inner
        """,
    ),
    atol=1e-3,
    rtol=1e-3,
)

GUIDED = Exercise(
    name="guided",
    takes="v_any, v_class, weight",
    lines={
        "towards": {
            "v_class - v_any": RIGHT,
            "v_any - v_class": "The difference points away from the class.",
            "v_class": "v_any is not subtracted: what does the class change?",
            "v_class + v_any": "The velocities are added. What does the class change?",
            "v_class - weight": "The weight is subtracted from the velocity. It is a factor, in the next step.",
        },
        "result": {
            "v_any + weight * towards": RIGHT,
            "v_class + weight * towards": (
                "That starts from the class's velocity, so a weight of 0 already gives the class. Some papers count so."
                " Here a weight of 1 does."
            ),
            "v_any + towards": "The weight is not used.",
            "weight * towards": "That is the change alone. Add it to v_any.",
            "v_any + towards / weight": "The change is divided by the weight.",
            "v_any * (weight * towards)": "Everything is multiplied. The change is added to v_any.",
            "weight + weight * towards": "It starts at the weight. It should start at v_any.",
            "v_any + (1 - weight) * towards": "1 - weight stands where the weight belongs.",
            "weight * v_any + towards": "The weight stands before the wrong part.",
            "weight * (v_any + towards)": "The weight multiplies everything. Only the change is made larger.",
            "v_any + (weight + towards)": "The weight is added. It is a factor.",
        },
    },
    cases=(
        "np.array([[1.0, 0.0]]), np.array([[1.5, -1.0]]), 3.0",
        f"{draws('normal(size=(4, 3))', 1)}, {draws('normal(size=(4, 3))', 2)}, 0.7",
        f"{draws('normal(size=(2, 2))', 3)}, {draws('normal(size=(2, 2))', 4)}, 5.0",
    ),
    unseen=(
        f"{draws('normal(size=(3, 4))', 5)}, {draws('normal(size=(3, 4))', 6)}, 2.5",
        f"{draws('normal(size=(5, 2))', 7)}, {draws('normal(size=(5, 2))', 8)}, 0.25",
    ),
    accepts=(
        "ops.convert_to_tensor(1 - weight) * v_any + weight * v_class",
        "ops.add(v_any, weight * ops.subtract(v_class, v_any))",
    ),
)
