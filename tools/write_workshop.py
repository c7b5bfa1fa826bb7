"""Write a workshop's copies of the notebooks: what `make workshop` does.

    python tools/write_workshop.py                    build/workshop/learner/, instructor/ and slides/
    python tools/write_workshop.py --without-hints    learner copies in which the hints are left out too

A learner's copy has no outputs and no solutions. An instructor's copy has the solutions in the exercises' cells, so
that every check agrees, and the notes of docs/teaching/ at their places. Slides are made by tools/write_slides.py.
"""

import copy
import re
import shutil
import sys
from pathlib import Path

import learner_copy
import nbformat
import write_slides as slides
from nbconvert.preprocessors import TagRemovePreprocessor
from nbformat import NotebookNode

ROOT = Path(__file__).parents[1]
NOTEBOOKS, NOTES, BUILD = ROOT / "notebooks", ROOT / "docs" / "teaching", ROOT / "build" / "workshop"
CAPSTONE = ROOT / "workshop" / "capstone.py"
FOLDED = "jp-MarkdownHeadingCollapsed"
SECTION = re.compile(r"^## (\d+)\. ", re.MULTILINE)
JUDGES = (
    "check(",
    "done(",
    "capstone(",
)  # such cells' committed outputs are of a course that nobody has worked through


def has_tag(cell: NotebookNode, tag: str) -> bool:
    return tag in cell.metadata.get("tags", [])


def without_tagged(notebook: NotebookNode, *tags: str) -> NotebookNode:
    """A copy of a notebook without the cells that have one of the tags."""
    made, _ = TagRemovePreprocessor(remove_cell_tags=tags).preprocess(copy.deepcopy(notebook), {})
    return made


def learner(notebook: NotebookNode, hints: bool = True) -> NotebookNode:
    """A notebook to hand out: no outputs, no solutions."""
    return learner_copy.clean(without_tagged(notebook, "solution", *([] if hints else ["hint"])))


def instructor(notebook: NotebookNode, notes: dict[int, str]) -> NotebookNode:
    """A notebook to teach from. notes: {section's number: the teacher's notes}, of which 0 stands at the top."""
    solutions = [cell.source for cell in notebook.cells if cell.cell_type == "code" and has_tag(cell, "solution")]
    made = without_tagged(notebook, "solution")
    cells = []
    for cell in made.cells:
        cell.metadata.pop(FOLDED, None)
        if cell.cell_type == "code":
            solve(cell, solutions)
        cells.append(cell)
        cells += [note(notes[number]) for number in sections_of(cell, first=not cells[1:]) if number in notes]
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    made.cells = cells
    return made


def sections_of(cell: NotebookNode, first: bool) -> list[int]:
    """The numbers of the sections that a cell opens; the first cell opens the notebook, 0."""
    opened = SECTION.findall(cell.source) if cell.cell_type == "markdown" else []
    return [0] * first + [int(number) for number in opened]


def solve(cell: NotebookNode, solutions: list[str]) -> None:
    """Put the solution into an exercise's cell, under the learner's name, and drop what was printed without it."""
    if has_tag(cell, "exercise"):
        cell.source = re.sub(r"(\w+)_solution\b", r"\1", solutions.pop(0))
    elif cell.source.strip() == "# your VAE":
        cell.source = CAPSTONE.read_text(encoding="utf-8").split('"""', 2)[2].strip()
    if cell.source.startswith(JUDGES):
        cell.update(outputs=[], execution_count=None)


def note(text: str) -> NotebookNode:
    """A cell for the teacher's eyes."""
    words = f"<div class='admonition'>\n\n**For the teacher**\n\n{text}\n\n</div>"
    return nbformat.v4.new_markdown_cell(words, metadata={"tags": ["teacher"]})


def teachers_notes(path: Path) -> dict[int, str]:
    """{section's number: text} from a page of docs/teaching/: what stands under "## Section 4"; 0: all other parts."""
    if not path.exists():
        return {}
    head, *parts = re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    notes = {}
    for part in parts:
        title, text = part.split("\n", 1)
        number = re.match(r"Section (\d+)", title)
        notes[int(number[1]) if number else 0] = notes.get(0, "") * (not number) + text.strip() + "\n"
    return notes


def main(arguments: list[str]) -> None:
    if unknown := set(arguments) - {"--without-hints"}:
        sys.exit(f"write_workshop.py knows --without-hints alone, and not {' '.join(sorted(unknown))}.")
    shutil.rmtree(BUILD, ignore_errors=True)
    slides.copy_files(BUILD / "slides")
    for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        notes = teachers_notes(NOTES / f"{path.stem}.md")
        copies = {"learner": learner(notebook, not arguments), "instructor": instructor(notebook, notes)}
        for folder, made in copies.items():
            (BUILD / folder).mkdir(parents=True, exist_ok=True)
            learner_copy.write_whole(BUILD / folder / path.name, (nbformat.writes(made) + "\n").encode())
        slides.write(notebook, notes, BUILD / "slides" / f"{path.stem}.slides.html")
    for path in [path for path in NOTEBOOKS.iterdir() if path.suffix in (".md", ".png")]:
        for folder in ("learner", "instructor"):
            shutil.copy(path, BUILD / folder)
    print(f"Copies and slides are in {BUILD}: open slides/*.html in a browser (s: the speaker's notes).")


if __name__ == "__main__":
    main(sys.argv[1:])
