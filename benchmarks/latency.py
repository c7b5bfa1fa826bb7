"""Start-up and latency: how long a reader waits for an import, for a picture of the latent plane, for the digits.

Each measurement runs in a fresh process, and the measurements take turns. An import's time is its whole process's.
"""

import subprocess
import sys
from statistics import median

REPEATS = 5
VAE = """
import time, numpy as np
from vae_helpers.model import build_decoder, build_encoder
encoder, decoder = build_encoder(), build_decoder()
z, x = np.random.normal(size=(400, 2)).astype("float32"), np.random.random((10_000, 784)).astype("float32")
"""
TIMED = """
{work}
start = time.perf_counter()
{work}
print(time.perf_counter() - start)
"""
MEASUREMENTS = {  # what -> Python code that prints its own seconds, or is timed as it stands
    "import numpy": "import numpy",
    "import vae_helpers.data": "import vae_helpers.data",
    "import vae_helpers.plots": "import vae_helpers.plots",
    "import tensorflow": "import os; os.environ['TF_CPP_MIN_LOG_LEVEL'] = '2'; import tensorflow",
    "import vae_helpers.model": "import vae_helpers.model",
    "decode a grid of 20 x 20 (second call)": VAE + TIMED.format(work="np.asarray(decoder(z))"),
    "encode 10,000 images (second call)": VAE + TIMED.format(work="np.asarray(encoder(x)[0])"),
    "draw 70,000 stroke digits": """
import time
from vae_helpers.strokes import draw_stroke_digits
start = time.perf_counter()
draw_stroke_digits(60_000, 0), draw_stroke_digits(10_000, 1)
print(time.perf_counter() - start)
""",
}


def measure(measurements=MEASUREMENTS, repeats=REPEATS):
    """Rows (name, seconds): the median of several fresh processes each."""
    times = {name: [] for name in measurements}
    for _ in range(repeats):
        for name, code in measurements.items():
            times[name].append(seconds_of(code))
    return [{"name": name, "seconds": median(values)} for name, values in times.items()]


def seconds_of(code):
    """The seconds that the code prints; if it prints none, those that its process lives."""
    whole = f"import time; begun = time.perf_counter()\nimport sys\n{code}\nprint('\\n', time.perf_counter() - begun)"
    done = subprocess.run([sys.executable, "-c", whole], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[0])
