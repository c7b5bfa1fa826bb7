"""Run the package's tests on the oldest versions that pyproject.toml declares: what `make test-oldest` does.

They are installed into build/oldest, an environment of its own. What set-up, notebooks and benchmarks need beside the
package stays out of it, and so do their tests.
"""

import os
import subprocess
import sys
from pathlib import Path

import package_sources

ROOT = Path(__file__).parents[1]
FOLDER = Path("build", "oldest")
PYTHON = FOLDER / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
TESTING = ["nbval", "pytest"]
NOT_OF_THE_PACKAGE = "benchmarks environment layout learner_copy nbval_tolerance notebooks_honest".split()
NOT_OF_THE_PACKAGE += "reading_time run_notebooks set_up tools".split()


def uv(*words):
    environment = package_sources.for_uv(package_sources.settings(sys.executable))
    subprocess.run([sys.executable, "-m", "uv", *words, "--quiet"], cwd=ROOT, env=environment, check=True)


def main():
    uv("venv", "--clear", "--python", sys.executable, FOLDER)
    oldest = f"{FOLDER}.txt"
    uv("pip", "compile", "--resolution", "lowest-direct", "--python", PYTHON, "pyproject.toml", "-o", oldest)
    uv("pip", "install", "--python", PYTHON, "-r", oldest, *TESTING)
    uv("pip", "install", "--python", PYTHON, "--no-deps", "-e", ".")
    left_out = [f"--ignore=tests/test_{name}.py" for name in NOT_OF_THE_PACKAGE]
    return subprocess.call([PYTHON, "-m", "pytest", "-q", *left_out, *sys.argv[1:]], cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main())
