"""The rooms of the package: a small core, an engine for exercises, a folder for each lesson, and who may know whom."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "vae_helpers"
CORE = sorted(PACKAGE.glob("*.py"))
LESSONS = sorted(path.name for path in PACKAGE.glob("lesson*"))
MAX_LINES, MAX_CORE = 400, 1300
FOLDERS = ("vae_helpers", "tools", "benchmarks", "tests")
WRITTEN = [path for folder in FOLDERS for kind in ("py", "js", "css") for path in (ROOT / folder).rglob(f"*.{kind}")]


def name(path):
    return path.relative_to(ROOT).as_posix()


def lines(path):
    return len(path.read_text(encoding="utf-8").splitlines())


def imported(path):
    """The names of all modules that a file may import, anywhere in it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    plain = [each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names]
    froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert not any(node.level for node in froms), "a relative import: name the package"
    return plain + [f"{node.module}.{each.name}" for node in froms for each in node.names]


def rooms(path):
    """The folders of the package from which a file imports, such as {"lesson01", "exercises"}."""
    parts = [module.split(".") for module in imported(path) if module.startswith("vae_helpers.")]
    return {names[1] for names in parts} & {each.name for each in PACKAGE.iterdir() if each.is_dir()}


@pytest.mark.parametrize("path", WRITTEN, ids=name)
def test_a_file_can_be_read_in_one_sitting(path):
    assert lines(path) <= MAX_LINES


def test_the_core_is_small():
    """Counted without blank lines."""
    sizes = {path.name: sum(map(bool, map(str.strip, path.read_text().splitlines()))) for path in CORE}
    assert sum(sizes.values()) <= MAX_CORE, sizes


@pytest.mark.parametrize("path", CORE, ids=name)
def test_the_core_knows_neither_lessons_nor_exercises(path):
    assert rooms(path) & {*LESSONS, "exercises"} == set()


@pytest.mark.parametrize("lesson", LESSONS)
def test_no_lesson_imports_another(lesson):
    for path in (PACKAGE / lesson).rglob("*.py"):
        assert rooms(path) & {*LESSONS} <= {lesson}, path


@pytest.mark.parametrize("path", sorted((PACKAGE / "exercises").glob("*.py")), ids=name)
def test_the_engine_knows_no_lesson(path):
    assert rooms(path) & {*LESSONS} == set()


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_says_what_it_is_for_and_has_figures(lesson):
    assert ast.get_docstring(ast.parse((PACKAGE / lesson / "__init__.py").read_text(encoding="utf-8")))
    assert (PACKAGE / lesson / "figures.py").exists()


def test_the_engine_waits_for_lessons_and_for_tensorflow():
    """Lessons are loaded at the first look at EXERCISES, TensorFlow and Keras not even then."""
    code = """
import sys
from vae_helpers.exercises import EXERCISES
print(sorted(name for name in sys.modules if "lesson" in name))
print(len(EXERCISES) > 10, sum("lesson" in name for name in sys.modules) > 5)
print(sorted({"tensorflow", "keras"} & sys.modules.keys()))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.splitlines() == ["[]", "True True", "[]"], done.stderr


def test_the_package_that_is_installed_holds_every_room():
    """What setuptools takes into a wheel, found automatically."""
    from setuptools import find_packages

    found = {package.replace(".", "/") for package in find_packages(ROOT, include=["vae_helpers*"])}
    assert found == {name(path.parent) for path in PACKAGE.rglob("*.py")}
