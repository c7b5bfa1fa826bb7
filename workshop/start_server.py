"""Start a learner's server: what the hub runs at each seat, as the learner.

It sets the seat's limit, makes the learner's copy of the notebooks at the first start, and becomes the server.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COPY = Path.home() / "vae-course"


def limit_memory():
    """Let no process of this seat take more than SEAT_BYTES: Python then raises MemoryError."""
    limit = int(os.environ.get("SEAT_BYTES") or 0)
    if limit and sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def make_copy():
    sys.path.insert(0, str(ROOT / "tools"))
    import learner_copy

    learner_copy.prepare(learn=COPY)


if __name__ == "__main__":
    os.umask(0o077)  # what a learner writes is the learner's
    limit_memory()
    make_copy()
    os.chdir(COPY)
    os.execv(sys.executable, [sys.executable, "-m", "jupyterhub.singleuser", *sys.argv[1:]])
