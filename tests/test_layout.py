"""The house: a small package, the lessons beside it, and who may import whom."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HELPERS, LESSONS = ROOT / "vae_helpers", ROOT / "vae_lessons"
LESSON_FOLDERS = sorted(LESSONS.glob("lesson[0-9][0-9]"))
CORE = sorted(HELPERS.glob("*.py"))


def relative(path):
    return path.relative_to(ROOT).as_posix()


def imported_modules(path):
    """The names of all modules that a file may import, anywhere in it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    plain = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert not any(node.level for node in froms), "a relative import: name the package"
    return plain + [f"{node.module}.{alias.name}" for node in froms for alias in node.names]


def imports_from(path, package):
    return [module for module in imported_modules(path) if f"{module}.".startswith(f"{package}.")]


@pytest.mark.parametrize("path", sorted(HELPERS.rglob("*.py")), ids=relative)
def test_the_package_imports_no_lesson(path):
    assert imports_from(path, "vae_lessons") == []


@pytest.mark.parametrize("path", CORE, ids=relative)
def test_the_core_imports_no_exercise(path):
    assert imports_from(path, "vae_helpers.exercises") == []


@pytest.mark.parametrize("folder", LESSON_FOLDERS, ids=relative)
def test_no_lesson_imports_another(folder):
    for path in folder.rglob("*.py"):
        own = imports_from(path, f"vae_lessons.{folder.name}")
        assert imports_from(path, "vae_lessons") == own, path


@pytest.mark.parametrize("folder", LESSON_FOLDERS, ids=relative)
def test_a_lesson_says_what_it_is_for_and_has_the_same_rooms_as_the_others(folder):
    assert ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))
    names = {path.name for path in folder.glob("*.py")}
    assert {"figures.py", "exercises.py", "widgets.py"} <= names
    assert [name for name in names if "exercise" in name] == ["exercises.py"]


def test_every_notebook_has_its_lesson():
    notebooks = {path.name[:2] for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")}
    assert notebooks == {folder.name.removeprefix("lesson") for folder in LESSON_FOLDERS}


def test_the_tests_of_each_package_lie_in_a_folder_of_its_name():
    """tests/vae_lessons/lesson04/test_figures.py tries vae_lessons/lesson04/figures.py."""
    for package in ("vae_helpers", "vae_lessons"):
        folders = {
            path.parent.relative_to(ROOT / "tests").as_posix() for path in (ROOT / "tests" / package).rglob("test_*.py")
        }
        assert [folder for folder in folders if not (ROOT / folder).is_dir()] == []


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

    packages = {name.replace(".", "/") for name in find_packages(ROOT, include=["vae_helpers*", "vae_lessons*"])}
    assert packages == {relative(path.parent) for package in (HELPERS, LESSONS) for path in package.rglob("*.py")}
