"""Write a workshop's copies of the notebooks: what `make workshop` does.

    python tools/write_workshop.py                    build/workshop/learner/, instructor/ and slides/
    python tools/write_workshop.py --without-hints    learner copies in which the hints are left out too

A learner's copy has no outputs and no solutions. An instructor's copy has the solutions in the exercises' cells, so
that every check agrees, and the notes of docs/teaching/ at their places. Slides are made by tools/write_slides.py.
"""

import copy
import json
import re
import shutil
import sys
from pathlib import Path

import learner_copy
import write_slides as slides

ROOT = Path(__file__).parents[1]
NOTEBOOKS, NOTES, BUILD = ROOT / "notebooks", ROOT / "docs" / "teaching", ROOT / "build" / "workshop"
CAPSTONE = ROOT / "workshop" / "capstone.py"
FOLDED = "jp-MarkdownHeadingCollapsed"
HEADING = re.compile(r"^(#+) +(.+)$", re.MULTILINE)
SECTION = re.compile(r"^## (\d+)\. ", re.MULTILINE)
JUDGES = (
    "check(",
    "done(",
    "capstone(",
)  # such a cell's committed output is of a course that nobody has worked through


def source(cell):
    return "".join(cell["source"])


def has_tag(cell, tag):
    return tag in cell["metadata"].get("tags", [])


def without_folded(cells, titles):
    """The cells without the folded sections whose headings start with one of the titles, such as "Solution"."""
    kept, leaving = [], False
    for cell in cells:
        heading = cell["cell_type"] == "markdown" and HEADING.search(source(cell))
        if heading:
            leaving = bool(cell["metadata"].get(FOLDED)) and heading[2].startswith(titles)
        if not leaving:
            kept.append(cell)
    return kept


def learner(notebook, hints=True):
    """A notebook to hand out: no outputs, no solutions."""
    notebook = copy.deepcopy(notebook)
    notebook["cells"] = without_folded(notebook["cells"], ("Solution",) if hints else ("Solution", "Hint"))
    return learner_copy.clean(notebook)


def instructor(notebook, notes):
    """A notebook to teach from. notes: {section's number: the teacher's notes}, of which 0 stands at the top."""
    notebook = copy.deepcopy(notebook)
    solutions = [source(cell) for cell in notebook["cells"] if has_tag(cell, "solution")]
    cells = []
    for cell in without_folded(notebook["cells"], ("Solution",)):
        cell["metadata"].pop(FOLDED, None)
        if cell["cell_type"] == "code":
            solve(cell, solutions)
        cells.append(cell)
        cells += [note(notes[number]) for number in sections_of(cell, first=not cells[1:]) if number in notes]
    return {**notebook, "cells": [{**cell, "id": f"cell-{i}"} for i, cell in enumerate(cells)]}


def sections_of(cell, first):
    """The numbers of the sections that a cell opens; the first cell opens the notebook, 0."""
    opened = SECTION.findall(source(cell)) if cell["cell_type"] == "markdown" else []
    return [0] * first + [int(number) for number in opened]


def solve(cell, solutions):
    """Put the solution into an exercise's cell, under the learner's name, and drop what was printed without it."""
    if has_tag(cell, "exercise"):
        cell["source"] = re.sub(r"(\w+)_solution\b", r"\1", solutions.pop(0))
    elif source(cell).strip() == "# your VAE":
        cell["source"] = CAPSTONE.read_text(encoding="utf-8").split('"""', 2)[2].strip()
    if source(cell).startswith(JUDGES):
        cell.update(outputs=[], execution_count=None)


def note(text):
    """A cell for the teacher's eyes."""
    return {
        "cell_type": "markdown",
        "metadata": {"tags": ["teacher"]},
        "source": f"<div class='admonition'>\n\n**For the teacher**\n\n{text}\n\n</div>",
    }


def teachers_notes(path):
    """{section's number: text} from a page of docs/teaching/: what stands under "## Section 4"; 0: all other parts."""
    if not path.exists():
        return {}
    head, *parts = re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = {}
    for part in parts:
        title, text = part.split("\n", 1)
        number = re.match(r"Section (\d+)", title)
        found[int(number[1]) if number else 0] = found.get(0, "") * (not number) + text.strip() + "\n"
    return found


def main(arguments):
    if unknown := set(arguments) - {"--without-hints"}:
        sys.exit(f"write_workshop.py knows --without-hints alone, and not {' '.join(sorted(unknown))}.")
    shutil.rmtree(BUILD, ignore_errors=True)
    slides.copy_files(BUILD / "slides")
    for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        notes = teachers_notes(NOTES / f"{path.stem}.md")
        copies = {"learner": learner(notebook, not arguments), "instructor": instructor(notebook, notes)}
        for folder, made in copies.items():
            (BUILD / folder).mkdir(parents=True, exist_ok=True)
            text = json.dumps(made, ensure_ascii=False, indent=1) + "\n"
            learner_copy.write_whole(BUILD / folder / path.name, text.encode())
        slides.write(notebook, notes, BUILD / "slides" / f"{path.stem}.slides.html")
    for each in [each for each in NOTEBOOKS.iterdir() if each.suffix in (".md", ".png")]:
        for folder in ("learner", "instructor"):
            shutil.copy(each, BUILD / folder)
    print(f"Copies and slides are in {BUILD}: open slides/*.html in a browser (s: the speaker's notes).")


if __name__ == "__main__":
    main(sys.argv[1:])
