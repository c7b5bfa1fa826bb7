"""Every public function and class of a lesson's figures.py and widgets.py serves the lesson's notebook."""

import ast
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
LESSONS = sorted((ROOT / "vae_lessons").glob("lesson[0-9][0-9]"))
ROOMS = "figures", "widgets"


def names_in(node, modules):
    """The names that a piece of code uses: "figures.clouds", "widgets.bound", and bare ones."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id in modules:
            yield f"{part.value.id}.{part.attr}"
        elif isinstance(part, ast.ImportFrom):
            room = (part.module or "").rpartition(".")[2]
            yield from (f"{room}.{alias.name}" for alias in part.names if room in modules)


def definitions(room, tree):
    """{name with its room: node} of what a module defines at its top."""
    named = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    defined = {f"{room}.{node.name}": node for node in tree.body if isinstance(node, named)}
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            defined |= {f"{room}.{target.id}": node for target in targets if isinstance(target, ast.Name)}
    return defined


def unused(rooms, others):
    """Public functions and classes of the rooms, {"figures": code}, that nothing uses.

    others: codes of the notebook and of the lesson's other modules, which are where a use begins; what a used function
    uses in its own room or the other one is used too.
    """
    trees = {room: ast.parse(code) for room, code in rooms.items()}
    defined = {name: node for room, tree in trees.items() for name, node in definitions(room, tree).items()}
    waiting = [name for code in others for name in names_in(ast.parse(code), rooms)]
    used = set()
    while waiting:
        name = waiting.pop()
        if name in defined and name not in used:
            used.add(name)
            room = name.partition(".")[0]
            inner = names_in(defined[name], rooms)
            waiting += [word if "." in word else f"{room}.{word}" for word in inner]
    return {
        name
        for name, node in defined.items()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not name.partition(".")[2].startswith("_")
        and name not in used
    }


def notebook_code(lesson):
    (path,) = (ROOT / "notebooks").glob(f"{lesson.removeprefix('lesson')}_*.ipynb")
    cells = nbformat.read(path, as_version=4).cells
    lines = "\n".join(cell.source for cell in cells if cell.cell_type == "code").splitlines()
    return "\n".join(line for line in lines if not line.startswith(("%", "!")))


@pytest.mark.parametrize("folder", LESSONS, ids=lambda folder: folder.name)
def test_every_figure_and_widget_is_used(folder):
    codes = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.py")}
    rooms = {room: codes.pop(room) for room in ROOMS}
    dead = unused(rooms, [notebook_code(folder.name), *codes.values()])
    assert not dead, f"used by neither the notebook nor {folder.name}: {sorted(dead)}"


def test_what_nothing_uses_is_found():
    figures = "def drawn(): ...\ndef moving(): ...\ndef alone(): _own()\ndef _own(): ...\ndef by_alone(): alone()"
    widgets = "NUMBER = 1\ndef panel(): figures.moving(); helper()\ndef helper(): helper()\ndef loop(): loop()"
    rooms = {"figures": figures, "widgets": widgets}
    assert unused(rooms, ["figures.drawn()\nwidgets.panel()"]) == {"figures.alone", "figures.by_alone", "widgets.loop"}
    assert unused(rooms, ["from vae_lessons.lesson01.figures import drawn"]) >= {"widgets.panel", "figures.moving"}
    assert "figures.drawn" not in unused(rooms, ["from vae_lessons.lesson01.figures import drawn"])
