"""The lock, environment.yml and what is installed name the same versions; and make finds a Python that fits."""

import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from write_lock import direct_dependencies, locked_versions

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-uv.lock", "workshop/requirements.lock")
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
CONDA, (PIP,) = ([entry for entry in ENVIRONMENT["dependencies"] if isinstance(entry, kind)] for kind in (str, dict))
STAND_IN = "#!/bin/sh\necho {version}\n"  # a Python that says its version, whatever it is asked


@pytest.mark.parametrize(("name", "least"), [*zip(LOCKS, (100, 1, 20), strict=True)])
def test_each_locked_package_has_a_version_and_hashes(name, least):
    entries = re.split(r"(?m)^(?=[A-Za-z0-9])", (ROOT / name).read_text(encoding="utf-8"))[1:]
    assert len(entries) >= least
    for entry in entries:
        assert re.match(r"\S+==\S+", entry) and re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), entry


@pytest.mark.parametrize("name", [*LOCKS, "environment.yml", "pyproject.toml", "Makefile"])
def test_no_address_of_an_index(name):
    assert not names_an_index((ROOT / name).read_text(encoding="utf-8"))


def names_an_index(text):
    """Whether a file says where packages come from. The project's own addresses, in [project.urls], do not."""
    text = re.sub(r"(?ms)^\[project\.urls\]$.*?(?=^\[|\Z)", "", text)
    return bool(re.search(r"://|index-url|find-links", text))


def test_the_projects_own_address_may_be_named_and_an_index_not():
    urls = '[project]\nname = "x"\n[project.urls]\nRepository = "https://example.org/course"\n'
    assert not names_an_index(urls)
    assert names_an_index(urls + '[[tool.uv.index]]\nurl = "https://example.org/simple"\n')
    assert names_an_index("--index-url example.org") and names_an_index("--find-links wheels")


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
def test_the_lock_has_every_direct_dependency(python, system):
    assert set(direct_dependencies()) <= locked_versions(python, system).keys()


def test_environment_yml_has_the_locks_versions():
    python = CONDA[0].removeprefix("python=")
    locked = locked_versions(python)
    pins = PIP["pip"][:-1]
    assert CONDA == [f"python={python}", "pip"] and PIP["pip"][-1] == "-e ."
    assert python in ("3.11", "3.12", "3.13")
    assert pins == [f"{name}=={locked[name]}" for name in direct_dependencies()]


def test_the_package_says_from_which_versions_on_it_works_and_they_are_not_newer_than_the_locks():
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    locked = locked_versions("3.13")
    for requirement in map(Requirement, dependencies):
        (oldest,) = requirement.specifier
        assert oldest.operator == ">=" and requirement.specifier.contains(locked[requirement.name]), requirement


def test_the_locks_versions_are_installed():
    locked = locked_versions("{}.{}".format(*sys.version_info), sys.platform)
    names = direct_dependencies()
    assert {name: importlib.metadata.version(name) for name in names} == {name: locked[name] for name in names}


def make(folder, *arguments, **environment):
    """`make setup` of this Makefile where the only programs are those in the folder."""
    command = ["/usr/bin/make", "--no-print-directory", "-f", ROOT / "Makefile", "setup", *arguments]
    variables = {"PATH": str(folder), **environment}
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True)


def stand_in(folder, name, version):
    path = folder / name
    path.write_text(STAND_IN.format(version=version))
    path.chmod(0o755)


needs_make = pytest.mark.skipif(not os.access("/usr/bin/make", os.X_OK), reason="there is no /usr/bin/make")


@needs_make
def test_an_old_python_is_named_in_one_line(tmp_path):
    stand_in(tmp_path, "python3", "3.10")
    done = make(tmp_path)
    first, *others = done.stderr.splitlines()
    assert done.returncode and "needs Python 3.11, 3.12 or 3.13" in first and "python3 is 3.10;" in first
    assert all(line.startswith("make: ***") for line in others)


@needs_make
def test_a_new_python_is_named(tmp_path):
    stand_in(tmp_path, "python3", "3.14")
    assert "python3 is 3.14;" in make(tmp_path).stderr


@needs_make
def test_no_python_at_all_is_said(tmp_path):
    assert "needs Python 3.11, 3.12 or 3.13, and found none" in make(tmp_path).stderr


@needs_make
def test_the_python_that_was_asked_for_is_not_replaced(tmp_path):
    stand_in(tmp_path, "old", "3.9")
    stand_in(tmp_path, "python3", "3.12")
    done = make(tmp_path, "PYTHON=old")
    assert done.returncode and "old is 3.9;" in done.stderr and "python3" not in done.stderr.split(";")[0]


@needs_make
def test_an_old_python_is_passed_over(tmp_path):
    stand_in(tmp_path, "python3", "3.10")
    stand_in(tmp_path, "python3.12", "3.12")
    assert make(tmp_path).returncode == 0
