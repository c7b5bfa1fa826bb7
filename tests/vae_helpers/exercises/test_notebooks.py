"""Every exercise stands in its notebook: a stub, a check, hints, and a folded solution that is right."""

import ast
import json
import re
from pathlib import Path

import pytest
from notebook_names import notebook_names

from vae_helpers.exercises import EXERCISES, check, done

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
each_notebook = pytest.mark.parametrize("notebook", EXERCISES.lessons)


def cells(notebook):
    return json.loads((NOTEBOOKS / f"{notebook}.ipynb").read_text(encoding="utf-8"))["cells"]


def source(cell):
    return "".join(cell["source"])


def tagged(notebook, tag):
    return [source(cell) for cell in cells(notebook) if tag in cell["metadata"].get("tags", [])]


def defined(text):
    """The names of the functions and classes that a cell defines."""
    return [node.name for node in ast.parse(text).body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]


@each_notebook
def test_a_notebook_has_a_stub_a_check_hints_and_a_solution_for_each_exercise(notebook):
    names = [name for text in tagged(notebook, "exercise") for name in defined(text)]
    assert sorted(names) == sorted(EXERCISES.lessons[notebook])
    assert [name for text in tagged(notebook, "solution") for name in defined(text)] == [f"{n}_solution" for n in names]
    code = [source(cell) for cell in cells(notebook) if cell["cell_type"] == "code"]
    assert all(f"check({name})" in code for name in names) and f'done("{notebook}")' in code


@each_notebook
def test_hints_and_solutions_are_folded(notebook):
    folded = [
        source(cell).lstrip("# ").split(":")[0].split(" ")[0]
        for cell in cells(notebook)
        if cell["metadata"].get("jp-MarkdownHeadingCollapsed")
    ]
    assert folded.count("Solution") == len(EXERCISES.lessons[notebook])
    assert folded.count("Hint") >= len(EXERCISES.lessons[notebook])


@each_notebook
def test_a_folded_solution_folds_nothing_else(notebook):
    """JupyterLab folds everything up to the next heading of the same level or above."""
    shown = cells(notebook)
    in_solution = ["solution" in cell["metadata"].get("tags", []) for cell in shown]
    after = [shown[place] for place in range(1, len(shown)) if in_solution[place - 1] and not in_solution[place]]
    hidden = [source(cell) for cell in after if not re.search(r"^#{1,4} ", source(cell), re.MULTILINE)]
    assert len(after) == len(EXERCISES.lessons[notebook])
    assert hidden == []


@each_notebook
def test_no_other_cell_uses_the_name_of_an_exercise(notebook):
    for cell in cells(notebook):
        tags = cell["metadata"].get("tags", [])
        if cell["cell_type"] == "code" and "exercise" not in tags and not source(cell).startswith("check("):
            tree = list(ast.walk(ast.parse(source(cell))))
            names = {node.id for node in tree if isinstance(node, ast.Name)} | set(defined(source(cell)))
            names |= {
                alias.asname or alias.name for node in tree if isinstance(node, ast.ImportFrom) for alias in node.names
            }
            assert not names & set(EXERCISES.lessons[notebook])


@each_notebook
def test_with_nothing_filled_in_every_check_says_unattempted(notebook):
    filled = notebook_names()
    for text in tagged(notebook, "exercise"):
        exec(text, filled)
    statuses = {name: check(filled[name]).status for name in EXERCISES.lessons[notebook]}
    assert statuses == dict.fromkeys(EXERCISES.lessons[notebook], "unattempted")
    assert done(notebook).done == ()


@each_notebook
def test_the_solutions_are_correct(notebook):
    filled = notebook_names()
    for text in tagged(notebook, "solution"):
        exec(text, filled)
    verdicts = {name: check(filled[f"{name}_solution"], name) for name in EXERCISES.lessons[notebook]}
    assert {name: verdict for name, verdict in verdicts.items() if verdict.status != "correct"} == {}
    assert done(notebook).still_open == ()
