"""Lock the newest versions that fit together, and give environment.yml the same ones: what `make lock` does.

The lock is for every supported Python and system at once. It holds a hash for each file that may be installed, and
no address. uv, which set-up installs the rest with, has a small lock of its own.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

import package_sources
from packaging.markers import default_environment
from packaging.requirements import Requirement
from run_notebooks import save

ROOT = Path(__file__).parents[1]
CONDA_PYTHON = "3.12"
LOCKED_EXTRAS = ("course", "browser", "dev")  # not bench: PyTorch is large, and only some rows of `make bench` need it
COMPILE = (
    "-m uv pip compile --quiet --generate-hashes --no-emit-index-url --universal --no-header --python-version 3.11 "
)
LOCKS = {  # file: what is locked in it
    "requirements-uv.lock": "-",  # what stands on standard input: uv
    "requirements.lock": "pyproject.toml " + " ".join(f"--extra {name}" for name in LOCKED_EXTRAS),
    "workshop/requirements.lock": "--group pyproject.toml:workshop -c requirements.lock",  # what a hub needs beside
}
ENVIRONMENT = """\
# For conda and Binder: the same versions as requirements.lock, written by `make lock`.
name: vae-course
channels:
  - conda-forge
  - nodefaults
dependencies:
  - python={python}
  - pip
  - pip:
{pins}
      - -e .
"""


def direct_dependencies():
    """The names in pyproject.toml that the lock must hold, sorted."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *(project["optional-dependencies"][name] for name in LOCKED_EXTRAS)]
    return sorted({Requirement(text).name for group in groups for text in group})


def locked_versions(python, system="linux"):
    """{name: version} that the lock installs with this Python ("3.12") on this system (a sys.platform)."""
    environment = default_environment() | {"python_version": python, "python_full_version": f"{python}.9"}
    environment |= {"sys_platform": system, "os_name": "nt" if system == "win32" else "posix"}
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    requirements = [Requirement(line.rstrip("\\ ")) for line in lines if line[:1].isalnum()]
    wanted = [r for r in requirements if r.marker is None or r.marker.evaluate(environment)]
    return {r.name: str(r.specifier).removeprefix("==") for r in wanted}


def environment_yml():
    versions = locked_versions(CONDA_PYTHON)
    pins = "\n".join(f"      - {name}=={versions[name]}" for name in direct_dependencies())
    return ENVIRONMENT.format(python=CONDA_PYTHON, pins=pins)


def main():
    environment = package_sources.for_uv(package_sources.settings(sys.executable))
    for name, what in LOCKS.items():
        words = [sys.executable, *COMPILE.split(), *what.split(), "-o", name]
        subprocess.run(words, cwd=ROOT, env=environment, input="uv", text=True, check=True)
    save(environment_yml(), ROOT / "environment.yml")


if __name__ == "__main__":
    main()
