"""A workshop's copies: learners' without solutions, instructors' in which every check agrees, and slides."""

import re
import subprocess
import sys

import nbformat
import pytest
import write_slides as slides
import write_workshop as workshop
from ipc_kernels import AsyncFilesKernelManager
from nbclient import NotebookClient
from notebook_names import notebook_names

from vae_helpers.exercises import EXERCISES, check

PATHS = sorted(workshop.NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
each_notebook = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def read(path):
    return nbformat.read(path, as_version=4)


def sources(notebook, *tags, cell_type=""):
    """The texts of the cells, of those with one of the tags, or of one type alone."""
    cells = [cell for cell in notebook.cells if cell.cell_type == cell_type or not cell_type]
    return [cell.source for cell in cells if not tags or any(workshop.has_tag(cell, tag) for tag in tags)]


def notes_of(path):
    return workshop.teachers_notes(workshop.NOTES / f"{path.stem}.md")


@each_notebook
def test_a_learners_copy_holds_no_output_no_solution_and_no_note_for_the_teacher(path):
    course = read(path)
    made = workshop.learner(course)
    text = "\n".join(sources(made))
    assert all(not cell.get("outputs") for cell in made.cells)
    assert not sources(made, "solution", "teacher") and "# Solution" not in text
    for solution in sources(course, "solution", cell_type="code"):
        assert solution not in text and re.search(r"(\w+_solution)\b", solution)[1] not in text
    for note in notes_of(path).values():
        assert not any(line in text for line in note.splitlines() if len(line) > 40)
    assert len(sources(made, "exercise")) == len(sources(course, "exercise"))


@each_notebook
def test_hints_are_kept_or_left_out(path):
    hints = sources(read(path), "hint")
    assert any(re.match(r"#+ Hint", text) for text in hints)
    assert sources(workshop.learner(read(path)), "hint") == hints
    others = [text for text in sources(read(path)) if text not in hints + sources(read(path), "solution")]
    assert sources(workshop.learner(read(path), hints=False)) == others


@each_notebook
def test_every_check_agrees_in_an_instructors_copy(path):
    course, solved = read(path), sources(workshop.instructor(read(path), {}), "exercise")
    assert len(solved) == len(sources(course, "exercise")) == len(sources(course, "solution", cell_type="code"))
    for code in solved:
        space = notebook_names()
        exec(compile(code, "<instructor>", "exec"), space)
        (name,) = [each for each in EXERCISES if re.search(rf"^(?:def|class) {each}\b", code, re.MULTILINE)]
        verdict = check(space[name])
        assert verdict.status == "correct", (name, verdict.message)


@each_notebook
def test_the_teachers_notes_stand_in_the_instructors_copy_alone(path):
    notes = {0: "Begin with a coin.", 2: "Draw two circles."}
    made = workshop.instructor(read(path), notes)
    shown = sources(made, "teacher")
    assert len(shown) == 2 and "Begin with a coin." in shown[0] and "Draw two circles." in shown[1]
    place = sources(made).index(shown[1])
    assert "## 2. " in sources(made)[place - 1]
    nbformat.validate(made)


def test_copies_of_01_run_and_the_instructors_passes_all_its_checks(tmp_path):
    for make, marks in ((workshop.learner, "○○○"), (lambda nb: workshop.instructor(nb, {}), "✓✓✓")):
        nb = make(read(PATHS[0]))
        NotebookClient(
            nb,
            kernel_manager_class=AsyncFilesKernelManager,
            kernel_name="python3",
            timeout=300,
            resources={"metadata": {"path": tmp_path}},
        ).execute()
        cells = [cell for cell in nb.cells if cell.cell_type == "code" and cell.source.startswith("check(")]
        assert "".join(cell.outputs[0].data["text/plain"][0] for cell in cells) == marks


def test_the_notes_of_a_page_are_told_apart(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# Title\n\nHead.\n\n## Before\n\nBring chalk.\n\n## Section 3: draws\n\nAsk.\n", encoding="utf-8")
    assert workshop.teachers_notes(page) == {0: "Bring chalk.\n", 3: "Ask.\n"}
    assert workshop.teachers_notes(tmp_path / "none.md") == {}


@each_notebook
def test_the_slides_show_every_figure_and_ask_every_question(path):
    course = read(path)
    made = slides.slides_of(course, {})
    figures = [o for cell in course.cells for o in cell.get("outputs", []) if "image/png" in o.get("data", {})]
    shown = [o for cell in made for o in cell.get("outputs", []) if "image/png" in o.get("data", {})]
    assert len(shown) == len(figures) > 0
    text = "\n".join(cell.source for cell in made)
    asked = "\n".join(sources(course, cell_type="markdown"))
    assert len(slides.PROMPT.findall(text)) == len(slides.PROMPT.findall(asked))


@each_notebook
def test_the_slides_show_what_was_printed_and_no_list_of_it(path):
    printed = [
        output.text
        for cell in slides.slides_of(read(path), {})
        for output in cell.get("outputs", [])
        if "text" in output
    ]
    assert printed and all(isinstance(text, str) and not text.startswith("['") for text in printed)


def test_a_slide_has_the_sentence_before_its_formula_and_no_links():
    text = "## 2. Sums\n\nOne thing. [Two](glossary.md#two) makes\n\n$$1 + 1$$\n\nNo.\n\n"
    text += "**Predict, then run.** What is it?"
    assert slides.from_markdown(text) == ["## 2. Sums\n\nTwo makes\n\n$$1 + 1$$", "**Predict, then run.** What is it?"]
    assert slides.from_markdown("Only prose.") == []


def test_an_unknown_word_on_the_command_line_is_named():
    done = subprocess.run([sys.executable, workshop.__file__, "--no-hints"], capture_output=True, text=True)
    assert done.returncode == 1 and "--no-hints" in done.stderr
