"""Run the package's tests on the oldest versions that pyproject.toml declares: what `make test-oldest` does.

They are installed into build/oldest, an environment of its own. Tests of set-up, notebooks, site and benchmarks stay
out: they need what is not there.
"""

import os
import subprocess
import sys
from pathlib import Path

import package_sources

ROOT = Path(__file__).parents[1]
FOLDER = Path("build", "oldest")
PYTHON = FOLDER / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
TESTING = ["nbval", "pytest", "pytest-xdist"]


def uv(*words: str | Path) -> None:
    environment = package_sources.for_uv(package_sources.settings(sys.executable))
    subprocess.run([sys.executable, "-m", "uv", *words, "--quiet"], cwd=ROOT, env=environment, check=True)


def main() -> int:
    os.chdir(ROOT)
    uv("venv", "--clear", "--python", sys.executable, FOLDER)
    oldest = f"{FOLDER}.txt"
    uv("pip", "compile", "--resolution", "lowest-direct", "--python", PYTHON, "pyproject.toml", "-o", oldest)
    uv("pip", "install", "--python", PYTHON, "-r", oldest, *TESTING)
    uv("pip", "install", "--python", PYTHON, "--no-deps", "-e", ".")
    tests = ["tests/vae_helpers", "tests/vae_lessons"]
    return subprocess.call([PYTHON, "-m", "pytest", "-q", "-n", "2", *tests, *sys.argv[1:]], cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main())
