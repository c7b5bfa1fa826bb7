"""The exercises of 10: a training pair, a step of Heun, a density, a distance, guidance, and a bug in drawing codes."""

from vae_helpers.exercises import RIGHT, Exercise, draws
from vae_helpers.lesson10.exercises_measuring import FLOW_LOG_DENSITY, FRECHET, GUIDED

__all__ = ["DRAW_CODES", "FLOW_LOG_DENSITY", "FRECHET", "GUIDED", "HEUN_STEP", "TRAINING_PAIR"]

NOTEBOOK = "10_learned_prior"


def _codes(n, latents, seed):
    """Code of codes, noise and times: (n, latents), (n, latents), (n, 1)."""
    parts = f"normal(0.5, 1.5, ({n}, {latents}))", f"normal(size=({n}, {latents}))", f"uniform(0.1, 0.9, ({n}, 1))"
    return ", ".join(draws(part, seed + i) for i, part in enumerate(parts))


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
