"""CONTRIBUTING.md's recipe for a new exercise, followed to the letter in a copy of the tree."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LESSON, NOTEBOOK = "lesson02", "02_encoder"  # any would do


def recipe(part):
    """The code that CONTRIBUTING.md shows for a part of the recipe."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return re.search(rf"<!-- recipe: {part} -->\n```python\n(.*?)```", text, re.DOTALL)[1]


def cell(kind, source, **metadata):
    extra = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "id": str(abs(hash(source))), "metadata": metadata, "source": source, **extra}


@pytest.fixture
def tree(tmp_path):
    """A copy of the tree in which the recipe has been followed."""
    for name in ("vae_helpers", "vae_lessons", "notebooks", "tests", "tools", "pyproject.toml", "conftest.py"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    with open(tmp_path / "vae_lessons" / LESSON / "exercises.py", "a") as file:
        file.write(f"\n\n{recipe('exercise')}")
    path = tmp_path / "notebooks" / f"{NOTEBOOK}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    folded = {"jp-MarkdownHeadingCollapsed": True}
    notebook["cells"] += [
        cell("code", recipe("stub"), tags=["exercise"]),
        cell("code", recipe("check").strip()),
        cell("markdown", "### Hint", **folded),
        cell("markdown", "### Solution", **folded),
        cell("code", recipe("solution"), tags=["solution"]),
    ]
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return tmp_path


def run_tests(tree):
    """The tests that look at the new exercise and at its notebook."""
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/exercises/test_tables.py"]
    words += ["tests/exercises/test_notebooks.py", "-k", f"halve or {NOTEBOOK}"]
    return subprocess.run(words, cwd=tree, env={"PYTHONPATH": str(tree)}, capture_output=True, text=True)


def test_the_recipe_gives_an_exercise_whose_tests_pass(tree):
    result = run_tests(tree)
    assert result.returncode == 0, result.stdout
    assert int(re.search(r"(\d+) passed", result.stdout)[1]) > 10


def test_a_slip_that_can_not_be_told_from_the_right_answer_is_found(tree):
    path = tree / "vae_lessons" / LESSON / "exercises.py"
    path.write_text(path.read_text().replace('"x // 2":', '"0.5 * x":'))
    result = run_tests(tree)
    assert result.returncode == 1 and "test_each_slip_gets_its_own_sentence[halve]" in result.stdout
