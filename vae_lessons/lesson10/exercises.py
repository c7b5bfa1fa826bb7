"""The exercises of 10: a training pair, a step of Heun, a density, a distance, guidance, and a bug in drawing codes."""

from vae_helpers.exercises import RIGHT, Exercise, draw_each, draws

NOTEBOOK = "10_learned_prior"


def _two_gaussians(features: int, seed: int) -> str:
    """Code of two means and two covariances."""
    parts = []
    for own_seed in (seed, seed + 10):
        spread = draws(f"normal(size=({features + 3}, {features}))", own_seed)
        parts.append(f"{draws(f'normal(0, 2, {features})', own_seed + 20)}, np.cov({spread}, rowvar=False)")
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


def _codes(n: int, latents: int, seed: int) -> str:
    """Code of codes, noise and times: (n, latents), (n, latents), (n, 1)."""
    parts = f"normal(0.5, 1.5, ({n}, {latents}))", f"normal(size=({n}, {latents}))", f"uniform(0.1, 0.9, ({n}, 1))"
    return draw_each(parts, seed)


TRAINING_PAIR = Exercise(
    name="training_pair",
    takes="z, epsilon, t",
    lines={
        "z_t": {
            "(1 - t) * epsilon + t * z": RIGHT,
            "t * epsilon + (1 - t) * z": "Time runs backwards: at t = 0 there should be noise, and at t = 1 the code.",
            "epsilon + t * z": "The noise does not fade. At t = 1 the code should be left alone.",
            "(1 - t) * epsilon + z": "The code is there in full from the start. At t = 0 it should not be seen.",
            "np.sqrt(1 - t) * epsilon + np.sqrt(t) * z": (
                "With roots the variance stays even, as in many diffusion models, and the path is bent. The straight"
                " path has 1 - t and t themselves."
            ),
            "np.sqrt(1 - t**2) * epsilon + t * z": "That path is bent. A straight one has 1 - t before the noise.",
            "t * z": "The noise is missing from z_t.",
            "(1 - t) * epsilon": "The code is missing from z_t.",
            "(epsilon + z) / 2": "That is the middle of the path, whatever the time is.",
            "(1 - t) * epsilon - t * z": "The code enters z_t with a minus.",
            "(1 + t) * epsilon + t * z": "The noise should fade, and 1 + t grows.",
            "(2 - t) * epsilon + t * z": "At t = 1 the noise should be gone, and 2 - t is not 0 there.",
            "t * epsilon + t * z": "The noise grows with the time. It should fade.",
            "(t - 1) * epsilon + t * z": "The noise has the wrong sign.",
            "-t * epsilon + t * z": "At t = 0 nothing is left. There should be noise.",
            "(1 - t) * epsilon + (t + z)": "t and z are added. t is the share of the code.",
            "(1 - t) * epsilon + t": "t stands where t times the code belongs.",
            "(1 - t) * epsilon + z * z": "The code is squared. It has the share t.",
            "(1 - t) * epsilon + t / z": "The code divides.",
            "(1 - t) + epsilon + t * z": "1 - t is added to the noise. It is a factor.",
            "(1 - t) * epsilon * (t * z)": "The two parts are multiplied. They should be added.",
            "(1 - t) + t * z": "1 - t stands where its product with the noise belongs.",
        },
        "target": {
            "z - epsilon": RIGHT,
            "0 * z": "The target is 0 everywhere. How does z_t change when t grows?",
            "t - epsilon": "The time stands where the code belongs.",
            "z - t": "The time stands where the noise belongs.",
            "epsilon - z": "The velocity has the wrong sign: it should lead from the noise to the code.",
            "z": "The target is the code itself. That trains a denoiser. A velocity is the change of z_t in time.",
            "epsilon": "The target is the noise, as in many diffusion models. A velocity is the change of z_t in time.",
            "z - z_t": "That is the rest of the way. The velocity is the whole way, since the whole way takes time 1.",
            "z_t - epsilon": "That is the way so far. The velocity is the whole way, since the whole way takes time 1.",
            "(z - epsilon) / t": "The velocity is divided by the time. On a straight path it never changes.",
            "z + epsilon": "The noise is added. How does z_t change when t grows?",
        },
        "result": {
            "np.stack([z_t, target])": RIGHT,
            "np.stack([target, z_t])": "The two have changed places: what the network sees comes first.",
            "z_t": "The target is not returned.",
            "target": "z_t is not returned.",
        },
    },
    cases=(
        "np.array([[2.0, -1.0]]), np.array([[0.0, 1.0]]), np.array([[0.25]])",
        _codes(5, 3, 1),
        _codes(4, 2, 11),
    ),
    unseen=(_codes(6, 4, 21), _codes(3, 2, 31)),
    accepts=(
        "return ops.add(epsilon, t * (z - epsilon)), z - epsilon",
        "tf.stack([(1 - t) * epsilon + t * z, z - epsilon])",
        "ops.stack([z + (1 - t) * (epsilon - z), z - epsilon])",
    ),
)


HEUN_STEP = Exercise(
    name="heun_step",
    takes="velocity, z, t, dt",
    lines={
        "slope": {
            "velocity(z, t)": RIGHT,
            "velocity(z, t + dt)": "The first velocity is taken at the end of the step. z is the place at time t.",
            "z": "The first velocity is not asked for: z itself stands in its place.",
            "velocity(t, z)": "The first velocity's arguments have changed places: z first, then t.",
            "velocity(z, z)": "The first velocity is asked for with z as its time.",
            "velocity(z, dt)": "The first velocity is taken at the time dt. The step begins at t.",
        },
        "ahead": {
            "z + dt * slope": RIGHT,
            "z + slope": "The trial step leaves dt out.",
            "z - dt * slope": "The trial step goes against the velocity.",
            "z": "There is no trial step: the second velocity is asked for where the first one was.",
            "z + dt * slope / 2": "The trial step is half a step. That belongs to the midpoint rule.",
            "dt * slope": "The trial step starts at 0. It should start at z.",
            "z * (dt * slope)": "The trial step multiplies z. It should be added to z.",
            "z + (dt + slope)": "The trial step adds dt to the velocity. It is a factor.",
            "z + dt": "The trial step goes by dt, whatever the velocity is.",
            "z + t * slope": "The trial step has the length t. It should have the length dt.",
            "z + z * slope": "The trial step multiplies the velocity by z. The factor is dt.",
            "t + dt * slope": "The trial step starts at t. It should start at z.",
        },
        "second": {
            "velocity(ahead, t + dt)": RIGHT,
            "velocity(ahead, t)": "The second velocity is asked for at time t. The trial step has led to t + dt.",
            "velocity(ahead, t - dt)": "The second velocity is asked for before the step.",
            "velocity(ahead, t + dt / 2)": "The second velocity is asked for at the middle of the step.",
            "ahead": "The second velocity is not asked for: the place ahead stands for it.",
            "velocity(t + dt, ahead)": "The second velocity's arguments have changed places.",
            "velocity(ahead, t * dt)": "The second velocity is asked for at t times dt. The step ends at t + dt.",
            "velocity(ahead, t + t)": "The second velocity is asked for at twice the time t.",
            "velocity(ahead, z + dt)": "The second velocity is asked for with z in its time.",
            "velocity(ahead, dt)": "The second velocity is asked for at the time dt. The step ends at t + dt.",
        },
        "result": {
            "z + dt * (slope + second) / 2": RIGHT,
            "z + dt * slope": "That is the step of Euler. The second velocity is not used.",
            "z + dt * second": "The step follows the second velocity alone. It should follow the mean of both.",
            "z + dt * (slope + second)": "The two velocities are added. Their mean is wanted.",
            "z + (slope + second) / 2": "The step leaves dt out.",
            "z - dt * (slope + second) / 2": "The step goes against the velocity.",
            "dt * (slope + second) / 2": "That is the step alone. Add it to z.",
            "(slope + second) / 2": "That is the mean velocity. A step moves z by dt times as much.",
            "ahead + dt * (slope + second) / 2": "The step starts at the end of the trial step. It should start at z.",
            "z + dt * (slope - second) / 2": "The second velocity is subtracted.",
            "z + dt * (slope + second) * 2": "The sum of the velocities is doubled. It should be halved.",
            "z + dt * (slope + second) / 4": "The sum of the velocities is divided by 4. There are two of them.",
            "z + dt * (slope + second) / 3": "The sum of the velocities is divided by 3. There are two of them.",
            "z + dt * slope / 2": "Half of Euler's step is made. The second velocity is missing.",
            "z + dt * second / 2": "Half a step is made, with the second velocity alone.",
            "z + t * (slope + second) / 2": "The step has the length t. It should have the length dt.",
            "z + dt * (slope * second) / 2": "The velocities are multiplied. Their mean is a sum.",
            "z + (dt + (slope + second)) / 2": "dt is added to the velocities. It is a factor.",
            "z + dt / 2": "The step does not depend on the velocities.",
            "z * (dt * (slope + second) / 2)": "The step multiplies z. It should be added to z.",
            "t + dt * (slope + second) / 2": "The step starts at t. It should start at z.",
            "z + dt / (slope + second) / 2": "The velocities divide.",
        },
    },
    cases=(
        "lambda z, t: z * t + 1.0, np.array([[1.0, -2.0]]), 0.5, 0.2",
        f"lambda z, t: np.sin(3 * z) - t * z, {draws('normal(size=(4, 2))', 1)}, 0.3, 0.4",
        f"lambda z, t: z**2 / 4 + t**2, {draws('normal(size=(3, 3))', 2)}, 1.0, -0.25",
    ),
    unseen=(
        f"lambda z, t: np.cos(2 * z + t), {draws('normal(size=(5, 2))', 3)}, 0.6, 0.3",
        f"lambda z, t: t - z * (1 + t), {draws('normal(size=(2, 4))', 4)}, 0.2, 0.15",
    ),
    accepts=(
        """
        first = velocity(z, t)
        return ops.add(z, 0.5 * dt * (first + velocity(z + first * dt, t + dt)))
        """,
        "z + dt * tf.reduce_mean([velocity(z, t), velocity(z + dt * velocity(z, t), t + dt)], axis=0)",
    ),
)


DRAW_CODES = Exercise(
    name="draw_codes",
    takes="velocity, noise, steps",
    template="""
    def draw_codes(velocity, noise, steps):
        z, dt = {start}
        for step in range(steps):
            t = {time}
            z = {moved}
        return z
    """,
    lines={
        "start": {"noise, 1 / steps": RIGHT},
        "time": {
            "step * dt": RIGHT,
            "(step + 1) * dt": "Now the velocity is asked for at the end of each step. Euler looks at its start.",
            "1 - (step + 1) * dt": "Now time still runs backwards, one step later.",
            "step": "Now t counts the steps. It should run from 0 to 1.",
            "dt": "Now t stands still.",
            "0.0": "Now t is always 0.",
        },
        "moved": {
            "z + dt * velocity(z, t)": RIGHT,
            "z - dt * velocity(z, t)": "Now each step goes against the velocity. The line with the sum was right.",
            "z + velocity(z, t)": "Now the steps leave dt out.",
            "noise + dt * velocity(z, t)": "Now each step starts at the noise again.",
            "z + dt * velocity(noise, t)": "Now the velocity is always asked for at the noise.",
            "dt * velocity(z, t)": "Now each step forgets where it was.",
        },
    },
    given="""
def draw_codes(velocity, noise, steps):
    \"\"\"Codes by Euler's steps: noise at t = 0, (n, latents) -> codes at t = 1, (n, latents).\"\"\"
    z, dt = noise, 1 / steps
    for step in range(steps):
        t = 1 - step * dt
        z = z + dt * velocity(z, t)
    return z
""",
    bug=(
        5,
        "Time runs backwards: the first step asks the network about t = 1, where it knows codes, and z is still noise."
        " Many diffusion models count so, with the noise at 1. Ours was trained with the noise at 0.",
    ),
    cases=(
        "lambda z, t: t * z + 1.0, np.array([[1.0, -2.0]]), 4",
        f"lambda z, t: np.sin(3 * z) - t * z, {draws('normal(size=(4, 2))', 1)}, 5",
        f"lambda z, t: z / 4 + t**2, {draws('normal(size=(3, 3))', 2)}, 3",
    ),
    unseen=(
        f"lambda z, t: np.cos(2 * z + t), {draws('normal(size=(5, 2))', 3)}, 6",
        f"lambda z, t: t - z * (1 + t), {draws('normal(size=(2, 4))', 4)}, 7",
    ),
    accepts=(
        """
        z = noise
        for t in np.arange(steps) / steps:
            z = z + velocity(z, t) / steps
        return z
        """,
        """
        times = np.linspace(0, 1, steps + 1)
        for t, later in zip(times, times[1:]):
            noise = noise + (later - t) * velocity(noise, t)
        return noise
        """,
    ),
)
