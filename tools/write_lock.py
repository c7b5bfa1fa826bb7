"""Lock the versions of everything that pyproject.toml declares: what `make lock` does.

    python tools/write_lock.py          lock what is new in pyproject.toml; what is locked keeps its version
    python tools/write_lock.py keras    raise this package to its newest version that fits, and no other unless it must
    python tools/write_lock.py all      raise every package

environment.yml gets the same versions.

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
from packaging.utils import canonicalize_name
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


def direct_dependencies() -> list[str]:
    """The names in pyproject.toml that the lock must hold, sorted."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *(project["optional-dependencies"][name] for name in LOCKED_EXTRAS)]
    return sorted({Requirement(text).name for group in groups for text in group})


def locked_versions(python: str, system: str = "linux") -> dict[str, str]:
    """{name: version} that the lock installs with this Python ("3.12") on this system (a sys.platform)."""
    environment = default_environment() | {"python_version": python, "python_full_version": f"{python}.9"}
    environment |= {"sys_platform": system, "os_name": "nt" if system == "win32" else "posix"}
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    requirements = [Requirement(line.rstrip("\\ ")) for line in lines if line[:1].isalnum()]
    wanted = [r for r in requirements if r.marker is None or r.marker.evaluate(environment)]
    return {r.name: str(r.specifier).removeprefix("==") for r in wanted}


def environment_yml() -> str:
    versions = locked_versions(CONDA_PYTHON)
    pins = "\n".join(f"      - {name}=={versions[name]}" for name in direct_dependencies())
    return ENVIRONMENT.format(python=CONDA_PYTHON, pins=pins)


def locked_names(text: str) -> set[str]:
    """The names of the packages in a lock file's text."""
    return {Requirement(line.rstrip("\\ ")).name for line in text.splitlines() if line[:1].isalnum()}


def commands(package: str = "", root: Path = ROOT) -> list[list[str]]:
    """The words of each call of uv, a call for each lock. package: what is raised, "all", or "" for nothing.

    Raises ValueError where no lock has a package of this name.
    """
    texts = {name: (root / name).read_text(encoding="utf-8") for name in LOCKS}
    names = {name: locked_names(text) for name, text in texts.items()}
    wanted = canonicalize_name(package)
    if wanted not in {"", "all"}.union(*names.values()):
        declared = ", ".join(direct_dependencies())
        raise ValueError(f"No lock has a package {package!r}. Declared in pyproject.toml are: {declared}.")
    calls = []
    for name, what in LOCKS.items():
        raised = ["--upgrade"] if wanted == "all" else ["--upgrade-package", wanted] if wanted in names[name] else []
        calls.append([sys.executable, *COMPILE.split(), *what.split(), *raised, "-o", name])
    return calls


def main(arguments: list[str]) -> None:
    if len(arguments) > 1:
        sys.exit(f"PACKAGE names one package, or all, but is {' '.join(arguments)!r}.")
    try:
        calls = commands(*arguments)
    except ValueError as error:
        sys.exit(str(error))
    environment = package_sources.for_uv(package_sources.settings(sys.executable))
    for words in calls:
        subprocess.run(words, cwd=ROOT, env=environment, input="uv", text=True, check=True)
    save(environment_yml(), ROOT / "environment.yml")


if __name__ == "__main__":
    main(sys.argv[1:])
