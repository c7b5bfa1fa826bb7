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
BOTH_PACKAGES = sorted(path for package in (HELPERS, LESSONS) for path in package.rglob("*.py"))
PRIVATE = (
    "keras.src",
    "tensorflow.python",
    "_keras_logits",
    "raw_ops",
    "._layers",
    "IPyNbCell",
    "nbval.kernel",
)  # not documented, so not promised
PRIVATE_API = HELPERS / "private_api.py"


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


# --- what is public is typed ---


def public_functions(body, prefix=""):
    """(name, node, whether it is a method) of the functions and methods in a module's body without an underscore."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from public_functions(node.body, f"{prefix}{node.name}.")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield f"{prefix}{node.name}", node, bool(prefix)


def without_annotation(node, is_method):
    """What of a function's signature has no type: its parameters' names, and "return"."""
    signature = node.args
    static = any(
        isinstance(decorator, ast.Name) and decorator.id == "staticmethod" for decorator in node.decorator_list
    )
    positional = [*signature.posonlyargs, *signature.args][1 if is_method and not static else 0 :]
    rest = [parameter for parameter in (signature.vararg, signature.kwarg) if parameter]
    missing = [parameter.arg for parameter in (*positional, *signature.kwonlyargs, *rest) if not parameter.annotation]
    return missing + ([] if node.returns else ["return"])


@pytest.mark.parametrize("path", BOTH_PACKAGES, ids=relative)
def test_public_functions_and_methods_are_fully_annotated(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    untyped = [
        f"{relative(path)}:{node.lineno}: {name} has no type for {', '.join(missing)}"
        for name, node, is_method in public_functions(tree.body)
        if (missing := without_annotation(node, is_method))
    ]
    assert not untyped, "\n" + "\n".join(untyped)


def test_a_missing_type_is_found_wherever_it_can_stand():
    code = """
def whole(a: int, *b: int, c: int = 0, **d: int) -> None: ...
def parts(a, /, b: int, *c, d, **e): ...
def _own(a): ...
class Thing:
    def method(self, a: int) -> None: ...
    @staticmethod
    def loose(a) -> None: ...
    @property
    def value(self): ...
"""
    missing = {name: without_annotation(node, method) for name, node, method in public_functions(ast.parse(code).body)}
    assert missing == {
        "whole": [],
        "parts": ["a", "d", "c", "e", "return"],
        "Thing.method": [],
        "Thing.loose": ["a"],
        "Thing.value": ["return"],
    }


# --- what others do not promise stands in one file ---


@pytest.mark.parametrize("path", [*BOTH_PACKAGES, *sorted(ROOT.glob("tools/*.py")), ROOT / "conftest.py"], ids=relative)
def test_private_parts_of_keras_and_tensorflow_are_reached_from_one_file_alone(path):
    if path == PRIVATE_API:
        return
    lines = path.read_text(encoding="utf-8").splitlines()
    reaches = [
        f"{relative(path)}:{number}: {word}"
        for number, line in enumerate(lines, 1)
        for word in PRIVATE
        if word in line.split("#")[0]
    ]
    assert not reaches, f"move it to {relative(PRIVATE_API)}:\n" + "\n".join(reaches)
