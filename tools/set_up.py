"""Make the environment .venv from requirements.lock: what `make` does first, and what Windows runs by hand.

    python tools/set_up.py

Needs Python 3.11-3.13 and the package index, and nothing else. Done again only when the lock, pyproject.toml or the
folder's place changes. A set-up that was cut short leaves no stamp, and the next one starts from nothing.

uv has commands for all of this (`uv sync`), but they need a lock that holds the index's addresses, a uv that is there
already, and they do not read pip's settings, in which proxies, mirrors and certificates are named: package_sources.py.
"""

import hashlib
import importlib.util
import os
import platform
import subprocess
import sys
import time

import package_sources

# No syntax newer than Python 3.6 in this file: an old Python must get as far as the line that says it is old.
NEEDED = "This course needs Python 3.11, 3.12 or 3.13"
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "course-stamp")
PYTHON = os.path.join(VENV, "Scripts", "python.exe") if os.name == "nt" else os.path.join(VENV, "bin", "python")
INPUTS = ("requirements-uv.lock", "requirements.lock", "pyproject.toml")
PIP = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
UV = [PYTHON, "-m", "uv", "pip", "install", "--quiet", "--python", PYTHON]
LOCKED = ["--require-hashes", "-r"]
COURSE = ["--no-deps", "--no-build-isolation", "-e", "."]  # one call can't mix hashes with -e
JUPYTER_SETTINGS = '{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": false}}\n'


def main():
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        sys.exit(f"{NEEDED}; {sys.executable} is {platform.python_version()}.")
    wanted = fingerprint()
    done = contents(STAMP)
    if done == wanted and runs(PYTHON):
        return
    if importlib.util.find_spec("ensurepip") is None:
        package = "python{}.{}-venv".format(*sys.version_info)
        sys.exit(f"{sys.executable} can't make environments. On Debian and Ubuntu: sudo apt install {package}")
    start = time.time()
    keep = bool(done) and runs(PYTHON)
    afresh = f"Setting up .venv with Python {platform.python_version()}: 2.6 GB, some minutes ..."
    print("Bringing .venv up to date ..." if keep else afresh, flush=True)
    try:
        build(keep)
    except (subprocess.CalledProcessError, OSError) as error:
        sys.exit(f"Set-up failed: {error}. See the lines above; the next try starts afresh.")
    except KeyboardInterrupt:
        sys.exit("Set-up was interrupted: the next try starts afresh.")
    with open(STAMP, "w") as stamp:
        stamp.write(wanted)
    print(f"Set-up done in {time.time() - start:.0f} s.")


def fingerprint():
    """What .venv was made from: the inputs' contents, and the place that the editable install points to."""
    parts = [contents(os.path.join(ROOT, name)) for name in INPUTS] + [ROOT]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def contents(path):
    """The file's text; an empty one if it can't be read."""
    try:
        with open(path, "rb") as file:
            return file.read().decode("utf-8")
    except OSError:
        return ""


def runs(python):
    """Whether .venv's Python starts: it does not once the Python that it was made from is gone."""
    try:
        return subprocess.call([python, "-c", ""], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def build(keep):
    """Make .venv, or bring the one there up to date; the stamp is gone meanwhile, so a half-made one never counts."""
    if keep:
        os.remove(STAMP)
    else:
        command([sys.executable, "-m", "venv", "--clear", VENV])
    install(package_sources.settings(PYTHON))
    silence_jupyter_news()


def install(found):
    """Install what is locked, and the course itself. found: where packages come from (package_sources.settings)."""
    try:
        install_by_uv(found)
    except (subprocess.CalledProcessError, OSError):
        print("uv can't install this here (see above), so pip does, which takes longer.", flush=True)
        install_by_pip(found)


def install_by_uv(found):
    """Let pip install uv, which then installs the rest in less than half of pip's time."""
    command(PIP + ["--only-binary", ":all:"] + LOCKED + ["requirements-uv.lock"], package_sources.for_pip(found))
    uv, environment = UV + package_sources.no_index(found), package_sources.for_uv(found)
    command(uv + ["--compile-bytecode"] + LOCKED + ["requirements.lock"], environment)
    command(uv + COURSE, environment)


def install_by_pip(found):
    """Install by pip what ``install_by_uv`` installs, where uv has no build or fails."""
    environment = package_sources.for_pip(found)
    command(PIP + LOCKED + ["requirements.lock"], environment)
    command(PIP + COURSE, environment)


def command(words, environment=None):
    subprocess.check_call(words, cwd=ROOT, env=environment)


def silence_jupyter_news():
    """JupyterLab asks at its first start whether to fetch news. In this environment it does not."""
    folder = os.path.join(VENV, "share", "jupyter", "lab", "settings")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "overrides.json"), "w") as file:
        file.write(JUPYTER_SETTINGS)


if __name__ == "__main__":
    main()
