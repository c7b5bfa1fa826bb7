"""The wheel that pip installs holds both packages whole and nothing else, and works away from the course's folder."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("vae_helpers/", "vae_lessons/")
BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
IMPORT = """
import sys
sys.path.insert(0, sys.argv[1])
import vae_helpers
from vae_lessons.lesson04 import figures
from vae_helpers import load_folder
for module in (vae_helpers, figures):
    print(module.__file__)
print(vae_helpers.__version__)
print(sorted({"tensorflow", "keras"} & sys.modules.keys()))
"""


def run(*arguments, cwd):
    done = subprocess.run([sys.executable, "-I", "-c", *map(str, arguments)], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def tracked():
    """The paths of the files that Git tracks."""
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("without a checkout of Git nobody says which files belong to the course")
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for path in done.stdout.split("\0") if (ROOT / path).is_file()]


@pytest.fixture(scope="module")
def wheel(tracked, tmp_path_factory):
    """The wheel's path. It is built without a network, and from a copy: setuptools leaves files where it builds."""
    copy, target = tmp_path_factory.mktemp("course"), tmp_path_factory.mktemp("wheel")
    for path in tracked:
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, copy / path)
    run(BUILD, target, cwd=copy)
    (path,) = target.glob("*.whl")
    return path


def test_the_wheel_holds_both_packages_whole_and_nothing_else(wheel, tracked):
    files = {path for path in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in path}
    assert files == {path for path in tracked if path.startswith(PACKAGES)}


def test_what_was_installed_works_elsewhere_and_waits_for_tensorflow(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    *places, version, heavy = run(IMPORT, tmp_path / "installed", cwd=tmp_path)
    assert places == [
        str(tmp_path / "installed" / path) for path in ("vae_helpers/__init__.py", "vae_lessons/lesson04/figures.py")
    ]
    assert wheel.name.startswith(f"vae_helpers-{version}-") and heavy == "[]"
