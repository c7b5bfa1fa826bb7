"""Set-up: the user's settings say where packages come from, and never where they go; and uv is not needed."""

import hashlib
import importlib.util
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import package_sources
import pytest
import set_up

SCRIPTS = "Scripts" if os.name == "nt" else "bin"
HOSTILE = {"PIP_USER": "1", "PIP_TARGET": "elsewhere", "PIP_PREFIX": "elsewhere", "PIP_REQUIRE_HASHES": "1"}
HOSTILE |= {"UV_SYSTEM_PYTHON": "1", "UV_PYTHON": "2.7", "UV_PROJECT_ENVIRONMENT": "elsewhere", "UV_OFFLINE": "yes"}
HOSTILE |= {"UV_CONSTRAINT": "missing.txt", "UV_DEFAULT_INDEX": "missing"}
CONFIG = """
[global]
index-url = file:///first/simple
find-links = ~/wheels
    /more
root = elsewhere
user = true
[install]
extra-index-url =
    file:///second
    file:///third
target = elsewhere
prefix = elsewhere
"""


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """A function that makes these the user's settings, and no others: a pip.conf and variables."""

    def write(config="", **variables):
        for name in [each for each in os.environ if each.startswith(("PIP_", "UV_"))]:
            monkeypatch.delenv(name)
        (tmp_path / "pip.conf").write_text(config)
        for name, value in {"PIP_CONFIG_FILE": str(tmp_path / "pip.conf"), **variables}.items():
            monkeypatch.setenv(name, value)
        return package_sources.settings(sys.executable)

    return write


def of(tool, environment):
    """The variables of a tool in an environment."""
    return {name: value for name, value in environment.items() if name.startswith(tool)}


def test_where_packages_come_from_is_kept_for_pip_and_for_uv(settings):
    found = settings(CONFIG, PIP_TRUSTED_HOST="here", PIP_CERT="my.pem", PIP_TIMEOUT="99", **HOSTILE)
    pip, uv = package_sources.for_pip(found), package_sources.for_uv(found)
    assert pip["PIP_INDEX_URL"] == uv["UV_DEFAULT_INDEX"] == "file:///first/simple"
    assert pip["PIP_EXTRA_INDEX_URL"].split() == uv["UV_INDEX"].split(" ") == ["file:///second", "file:///third"]
    assert uv["UV_FIND_LINKS"] == f"{Path.home()}/wheels,/more"
    assert (uv["UV_INSECURE_HOST"], uv["SSL_CERT_FILE"], uv["UV_HTTP_TIMEOUT"]) == ("here", "my.pem", "99")
    assert "elsewhere" not in [*pip.values(), *uv.values()] and of("UV_", pip) == of("PIP_", uv) == {}
    assert not {"UV_SYSTEM_PYTHON", "UV_PYTHON", "UV_OFFLINE", "UV_CONSTRAINT"} & uv.keys()


def test_a_variable_is_stronger_than_a_file_and_a_proxy_reaches_uv(settings):
    found = settings(CONFIG, PIP_INDEX_URL="file:///mine", PIP_PROXY="proxy:3128", PIP_NO_INDEX="0")
    uv = package_sources.for_uv(found)
    assert (found["index-url"], uv["HTTPS_PROXY"]) == ("file:///mine", "proxy:3128")
    assert package_sources.no_index(found) == [] and package_sources.no_index({"no-index": "true"}) == ["--no-index"]


def wheel(folder, name):
    """Write a package of one empty module, and give its line for a lock."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    files = {
        f"{name}.py": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)
        archive.writestr(f"{info}/RECORD", "".join(f"{file},,\n" for file in [*files, f"{info}/RECORD"]))
    return f"{name}==1.0 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """A new environment's Python."""
    folder = tmp_path_factory.mktemp("new")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    return str(folder / SCRIPTS / "python")


UV_WORDS = {"by uv": ["-m", "uv"], "where uv does not start": ["-c", "raise SystemExit(1)"]}


@pytest.mark.parametrize("how", UV_WORDS)
def test_everything_is_installed_into_the_environment_whatever_the_settings(
    how, python, settings, tmp_path, monkeypatch, capfd
):
    if how == "by uv" and importlib.util.find_spec("uv") is None:
        pytest.skip("uv has no build for this system")
    names = [f"probe{list(UV_WORDS).index(how)}{part}" for part in "abc"]
    lines = [wheel(tmp_path, name) for name in names]
    for lock, line in zip(set_up.INPUTS, lines, strict=False):
        (tmp_path / lock).write_text(line)
    monkeypatch.setattr(set_up, "ROOT", tmp_path)
    monkeypatch.setattr(set_up, "PIP", [sys.executable, "-m", "pip", "--python", python, *set_up.PIP[3:]])
    monkeypatch.setattr(set_up, "UV", [sys.executable, *UV_WORDS[how], *set_up.UV[3:-1], python])
    monkeypatch.setattr(set_up, "COURSE", ["--no-deps", names[2]])
    found = settings(CONFIG, PIP_FIND_LINKS=str(tmp_path), PIP_NO_INDEX="1", **HOSTILE)
    set_up.install(found)
    code = f"import {', '.join(names)}; print({names[1]}.__file__)"
    done = subprocess.run([python, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.startswith(str(Path(python).parents[1])), done.stderr
    assert ("uv can't install" in capfd.readouterr().out) == (how != "by uv")
    assert not (tmp_path / "elsewhere").exists()
