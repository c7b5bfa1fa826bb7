"""The learner's copy: made once, without outputs. What was written in it is never touched; FRESH carries it over."""

import datetime
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import learner_copy
import nbformat
import notebook_form
import pytest
from carry_over import HEADING, HEADING_ID, TAG
from nbformat.v4 import new_code_cell, new_markdown_cell

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folders(tmp_path):
    """The course's notebooks and a place for the copy, in a path with a space and an accent."""
    course = tmp_path / "le cours é" / "notebooks"
    shutil.copytree(ROOT / "notebooks", course, ignore=shutil.ignore_patterns(".*"))
    return course, course.parent / "learn"


def notebook(path):
    return json.loads(path.read_text(encoding="utf-8"))


def write_answer(path, words="my own answer"):
    """What a learner does: write in a cell and save."""
    written = notebook(path)
    written["cells"][-1]["source"] = [words]
    path.write_text(json.dumps(written), encoding="utf-8")


def test_a_copy_holds_every_file_without_outputs_and_with_folded_hints(folders):
    course, learn = folders
    learner_copy.prepare("", course, learn)
    assert {path.name for path in learn.iterdir()} == {path.name for path in course.iterdir()}
    for path in sorted(learn.glob("*.ipynb")):
        cells, originals = notebook(path)["cells"], notebook(course / path.name)["cells"]
        assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in cells)
        assert [cell["source"] for cell in cells] == [cell["source"] for cell in originals]
        assert [cell["metadata"] for cell in cells] == [cell["metadata"] for cell in originals]
        assert any(cell["metadata"].get("jp-MarkdownHeadingCollapsed") for cell in cells)


def test_what_was_written_stays_and_new_lessons_are_added(folders, capsys):
    course, learn = folders
    learner_copy.prepare("", course, learn)
    write_answer(learn / "01_data_preprocessing.ipynb")
    (learn / "02_encoder.ipynb").unlink()
    before = (learn / "01_data_preprocessing.ipynb").read_bytes()
    learner_copy.prepare("", course, learn)
    assert (learn / "01_data_preprocessing.ipynb").read_bytes() == before
    assert (learn / "02_encoder.ipynb").exists() and capsys.readouterr().out == ""


def test_fresh_sets_the_old_one_aside_each_time(folders, capsys):
    course, learn = folders
    learner_copy.prepare("", course, learn)
    write_answer(learn / "04_elbo.ipynb")
    learner_copy.prepare("04", course, learn)
    learner_copy.prepare("04", course, learn)
    day = datetime.date.today().isoformat()
    assert "my own answer" in (learn / f"04_elbo.{day}.ipynb").read_text()
    assert (learn / f"04_elbo.{day}-2.ipynb").exists()
    assert "my own answer" not in (learn / "04_elbo.ipynb").read_text()
    assert f"Your 04_elbo.ipynb is now 04_elbo.{day}.ipynb" in capsys.readouterr().out


@pytest.mark.parametrize("prefix", ["99", "0"])
def test_fresh_names_one_notebook(prefix, folders):
    with pytest.raises(SystemExit, match="FRESH names one notebook by its number"):
        learner_copy.prepare(prefix, *folders)


def test_a_copy_that_broke_off_leaves_no_notebook(folders, monkeypatch):
    course, learn = folders

    def full_disk(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full_disk)
    with pytest.raises(SystemExit, match="can't be written .No space left on device"):
        learner_copy.prepare("", course, learn)
    assert list(learn.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs POSIX")
def test_a_folder_that_can_not_be_written_gets_a_clear_line(folders):
    course, learn = folders
    learn.write_text("a file where the folder should be")
    with pytest.raises(SystemExit, match="The learner's copy in .*learn can't be written"):
        learner_copy.prepare("", course, learn)


def test_git_does_not_track_the_copy():
    ignored = subprocess.run(
        ["git", "check-ignore", "learn/01_data_preprocessing.ipynb"], cwd=ROOT, capture_output=True
    )
    assert ignored.returncode in (0, 128)  # 128: not a git checkout


# --- which notebooks have a newer form ---

INTRODUCTION = "# A small notebook\n\nOne sentence, and another."
CELLS = (
    new_markdown_cell(INTRODUCTION, id="title"),
    new_code_cell('import numpy as np\n\nx = np.ones(3)  # three of them\nprint("ones, three")', id="ones"),
    new_markdown_cell("## 1. The first section\n\nWords.", id="section-1"),
    new_code_cell('def double(x):\n    """Twice x."""\n    y = 2 * x\n    return y', id="double"),
    new_markdown_cell("### Exercise 1: halve (4 minutes)\n\nReturn half.", id="task"),
    new_code_cell("def halve(x):\n    raise NotImplementedError", id="stub", metadata={"tags": ["exercise"]}),
    new_code_cell("check(halve)", id="check"),
    new_markdown_cell("#### Solution", id="fold", metadata={"tags": ["solution"]}),
    new_code_cell("def halve_solution(x):\n    return x / 2", id="solution", metadata={"tags": ["solution"]}),
    new_markdown_cell("## 2. The end", id="section-2"),
    new_code_cell("# your VAE", id="capstone"),
    new_markdown_cell("A last word.", id="last"),
)
NAME = "04_small.ipynb"
Edit = Callable[[nbformat.NotebookNode], object]


def edit(path: Path, *edits: Edit) -> None:
    changed = nbformat.read(path, as_version=4)
    for change in edits:
        change(changed)
    nbformat.write(changed, path)


def cell_of(changed, cell_id):
    return next(cell for cell in changed.cells if cell.id == cell_id)


def place_of(changed, cell_id):
    return [cell.id for cell in changed.cells].index(cell_id)


def write(cell_id: str, source: str) -> Edit:
    return lambda changed: cell_of(changed, cell_id).update(source=source)


def replace(cell_id: str, old: str, new: str) -> Edit:
    def change(changed):
        cell = cell_of(changed, cell_id)
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return change


def remove(cell_id: str) -> Edit:
    return lambda changed: changed.cells.remove(cell_of(changed, cell_id))


def insert(neighbour: str, *cells: nbformat.NotebookNode) -> Edit:
    def change(changed):
        place = place_of(changed, neighbour) + 1 if neighbour else 0
        changed.cells[place:place] = [nbformat.from_dict(cell) for cell in cells]

    return change


def swap(changed):
    """Two cells of code in the other order."""
    first, second = place_of(changed, "ones"), place_of(changed, "double")
    changed.cells[first], changed.cells[second] = changed.cells[second], changed.cells[first]


def tag(cell_id: str, *tags: str) -> Edit:
    return lambda changed: cell_of(changed, cell_id).metadata.update(tags=list(tags))


def forget_the_origin(changed):
    """As a copy of an earlier day is, of which nothing is recorded."""
    del changed.metadata[notebook_form.KEY]
    changed.metadata[notebook_form.OLD_KEY] = "another"


@pytest.fixture
def small(tmp_path, capsys):
    """A course of two small notebooks, and a learner's copy of it: (the course's folder, the learner's)."""
    course, learn = tmp_path / "notebooks", tmp_path / "learn"
    course.mkdir()
    for name in (NAME, "05_other.ipynb"):
        nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.from_dict(cell) for cell in CELLS]), course / name)
    learner_copy.prepare("", course, learn)
    assert capsys.readouterr().out == ""
    return course, learn


def printed(capsys, small, fresh=""):
    learner_copy.prepare(fresh, *small)
    return capsys.readouterr().out.splitlines()


NOT_MATERIAL = {
    "a comma in the text": replace("title", "sentence, and", "sentence and"),
    "a sentence": write("last", "Quite another last word."),
    "a sentence more": insert("last", new_markdown_cell("One more.")),
    "a heading's words": replace("section-1", "The first section", "Section one"),
    "an exercise's minutes": replace("task", "4 minutes", "6 minutes"),
    "a comment": replace("ones", "three of them", "3"),
    "a comma in a string": replace("ones", "ones, three", "ones: three"),
    "a docstring": replace("double", "Twice x.", "x, twice."),
    "the layout": write("double", 'def double(x):\n\n    """Twice x."""\n    y = (2*x)\n    return (y)'),
    "a tag for the tests": tag("ones", "nbval-check-output"),
    "a hint": insert("check", new_markdown_cell("#### Hint", metadata={"tags": ["hint"]})),
    "a fence with a comment": insert("last", new_markdown_cell("```python\n# a comment\n```")),
}
MATERIAL = {
    "code": (replace("double", "2 * x", "x + x"), "code in section 1"),
    "an import": (replace("ones", "import numpy as np", "import numpy as xp"), "code at the start"),
    "new code": (insert("last", new_code_cell("print(1)")), "code in section 2"),
    "a magic": (insert("last", new_code_cell("%matplotlib inline")), "code in section 2"),
    "a stub": (replace("stub", "halve(x)", "halve(x, y)"), "changed exercise halve"),
    "a new exercise": (
        insert("check", new_code_cell("def third(x):\n    raise NotImplementedError", metadata={"tags": ["exercise"]})),
        "new exercise third",
    ),
    "a solution": (replace("solution", "x / 2", "0.5 * x"), "code in section 1"),
    "a section": (insert("last", new_markdown_cell("## 3. One more")), "headings"),
    "a heading that is gone": (write("section-2", "No heading."), "headings"),
    "code that is gone": (remove("check"), "1 cell left out"),
    "the order": (swap, "the order of the cells"),
}


@pytest.mark.parametrize("change", NOT_MATERIAL)
@pytest.mark.parametrize("origin_is_known", [True, False])
def test_words_and_layout_tell_nobody_of_a_newer_form(change, origin_is_known, small, capsys):
    course, learn = small
    edit(course / NAME, NOT_MATERIAL[change])
    if not origin_is_known:
        edit(learn / NAME, forget_the_origin)
    edit(learn / NAME, write("stub", "def halve(x):\n    return x / 2"), insert("ones", new_code_cell("x + 1")))
    assert printed(capsys, small) == []


@pytest.mark.parametrize("change", MATERIAL)
def test_a_newer_form_is_said_in_a_line_and_changes_nothing(change, small, capsys):
    course, learn = small
    change_of_the_course, words = MATERIAL[change]
    before = (learn / NAME).read_bytes()
    edit(course / NAME, change_of_the_course)
    assert printed(capsys, small) == [
        f"The course's {NAME} has a newer form ({words}). To get it with what you wrote in yours: make lab FRESH=04"
    ]
    assert (learn / NAME).read_bytes() == before


@pytest.mark.parametrize(
    "change", [name for name in MATERIAL if name not in ("a stub", "code that is gone", "the order")]
)
def test_a_copy_that_does_not_know_its_origin_is_judged_by_its_content(change, small, capsys):
    course, learn = small
    change_of_the_course, words = MATERIAL[change]
    edit(course / NAME, change_of_the_course)
    edit(learn / NAME, forget_the_origin)
    assert f"has a newer form ({words})" in "".join(printed(capsys, small))


@pytest.mark.parametrize("origin", ["known", "an old fingerprint"])
def test_what_a_learner_does_is_no_newer_form(origin, small, capsys):
    course, learn = small
    if origin != "known":
        fingerprint = notebook_form.old_version(nbformat.read(course / NAME, as_version=4))
        edit(learn / NAME, forget_the_origin, lambda changed: changed.metadata.update(course_version=fingerprint))
    edits = [replace("double", "2 * x", "3 * x"), remove("check"), write("stub", "def halve(x):\n    return ("), swap]
    edit(learn / NAME, *edits, insert("title", new_markdown_cell("## My section")))
    assert printed(capsys, small) == []


def test_a_copy_without_solutions_has_no_older_form(small, capsys):
    _, learn = small
    learners_copy = nbformat.v4.new_notebook(
        cells=[nbformat.from_dict(cell) for cell in CELLS if cell.id not in ("fold", "solution")]
    )
    nbformat.write(learner_copy.clean(learners_copy), learn / NAME)
    assert printed(capsys, small) == []


def test_a_form_is_written_the_same_in_every_version_of_python():
    """The digests stand in learners' copies, and a copy may be made and judged by two versions of Python."""
    source = "@cache\ndef f(x: int, *, y=1, **z) -> str:\n    return f'{x:.2f} {y!r}, {z}' + 'a, b'  # a comment"
    assert notebook_form.record_of(new_code_cell(source, id="a")).form == "7040c3d3"


# --- what FRESH carries over ---

ANSWER = "def halve(x):\n    return x / 2  # my answer"


def sources(path):
    return {cell.id: cell.source for cell in nbformat.read(path, as_version=4).cells}


def test_answers_go_into_their_cells_and_edits_stay_in_the_old_one(small, capsys):
    course, learn = small
    edit(learn / NAME, write("stub", ANSWER), write("capstone", "vae = 1"), replace("double", "2 * x", "3 * x"))
    edit(course / NAME, replace("ones", "np.ones(3)", "np.ones(4)"))
    before = (learn / NAME).read_bytes()
    aside = f"04_small.{datetime.date.today().isoformat()}.ipynb"
    assert printed(capsys, small, "04") == [
        f"Your {NAME} is now {aside}. The new one holds 2 answers and 0 cells of your own from it. "
        f"1 cell that differs from the course's can be found in {aside} alone."
    ]
    assert (learn / aside).read_bytes() == before
    assert sources(learn / NAME) == sources(course / NAME) | {"stub": ANSWER, "capstone": "vae = 1"}
    assert printed(capsys, small) == []


def test_an_untouched_exercise_gets_the_new_stub(small, capsys):
    course, learn = small
    edit(course / NAME, replace("stub", "halve(x)", "halve(x, y)"))
    assert "holds 0 answers and 0 cells of your own" in printed(capsys, small, "04")[0]
    assert sources(learn / NAME) == sources(course / NAME)


def test_an_answer_is_found_by_its_name_where_the_id_is_gone(small, capsys):
    course, learn = small
    edit(course / NAME, lambda changed: cell_of(changed, "stub").update(id="new-id"))
    edit(learn / NAME, write("stub", ANSWER))
    assert "holds 1 answer and 0 cells of your own" in printed(capsys, small, "04")[0]
    assert sources(learn / NAME)["new-id"] == ANSWER


def test_the_answer_to_an_exercise_that_is_gone_is_kept_as_a_cell_of_ones_own(small, capsys):
    course, learn = small
    edit(course / NAME, remove("stub"))
    edit(learn / NAME, write("stub", ANSWER))
    assert "holds 0 answers and 1 cell of your own" in printed(capsys, small, "04")[0]
    copy = nbformat.read(learn / NAME, as_version=4)
    assert copy.cells[place_of(copy, "task") + 1].source == ANSWER


def test_own_cells_stand_behind_their_neighbours_each_time(small, capsys):
    course, learn = small
    output = nbformat.v4.new_output("stream", text="2\n")
    own = {name: new_code_cell(f"print({name!r})", id=name) for name in ("a", "b", "c", "d", "e")}
    own["a"].update(outputs=[output], execution_count=3)
    words, blank = new_markdown_cell("My *note*.", id="f"), new_code_cell("", id="blank")
    edit(learn / NAME, insert("", own["a"]), insert("double", own["b"], blank, words), insert("check", own["c"]))
    edit(learn / NAME, insert("last", own["d"]), insert("solution", own["e"]))
    edit(course / NAME, remove("check"), insert("title", new_markdown_cell("One more.", id="more")))
    for _ in range(2):
        assert "holds 0 answers and 6 cells of your own" in printed(capsys, small, "04")[0]
        copy = nbformat.read(learn / NAME, as_version=4)
        order = "a title more ones section-1 double b f task stub fold solution e section-2 capstone last d"
        assert [cell.id for cell in copy.cells] == [*order.split(), HEADING_ID, "c"]
        assert cell_of(copy, HEADING_ID).source == HEADING
        tagged = [cell.id for cell in copy.cells if TAG in cell.metadata.get("tags", [])]
        assert tagged == ["a", "b", "f", "e", "d", HEADING_ID, "c"]
        assert all(cell.metadata.tags.count(TAG) == 1 for cell in copy.cells if cell.id in tagged)
        assert cell_of(copy, "a").outputs == [] and cell_of(copy, "f").source == "My *note*."
        nbformat.validate(copy)


def test_a_copy_whose_ids_were_lost_gives_its_answers_alone(small, capsys):
    course, learn = small
    edit(learn / NAME, write("stub", ANSWER), insert("ones", new_code_cell("mine = 1")))

    def other_ids(changed):
        for number, cell in enumerate(changed.cells):
            cell.id = f"other-{number}"

    edit(learn / NAME, other_ids, forget_the_origin)
    assert printed(capsys, small) == []
    (line,) = printed(capsys, small, "04")
    assert "holds 1 answer and 0 cells of your own" in line and "1 cell that differs" in line
    assert sources(learn / NAME) == sources(course / NAME) | {"stub": ANSWER}


@pytest.mark.parametrize("broken", ["mkstemp", "copy2"])
def test_nothing_is_moved_before_the_new_one_stands(broken, small, monkeypatch):
    _, learn = small
    edit(learn / NAME, write("stub", ANSWER))
    before = {path.name: path.read_bytes() for path in learn.iterdir()}

    def full_disk(*arguments, **named):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(learner_copy.tempfile if broken == "mkstemp" else learner_copy.shutil, broken, full_disk)
    with pytest.raises(SystemExit, match="No space left on device"):
        learner_copy.prepare("04", *small)
    assert {path.name: path.read_bytes() for path in learn.iterdir()} == before


# --- what can't be read ---

UNREADABLE = {
    "": "it is empty",
    '{\n<<<<<<< HEAD\n "cells": []\n=======\n}\n>>>>>>> theirs\n': "it holds an unfinished merge",
    "[]": "it is no notebook",
    "{}": "it is no notebook",
    '{"cells": [3], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}': "it is no notebook",
    '{"cells": [{"source": 3}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}': "it is no notebook",
}


@pytest.mark.parametrize("content", UNREADABLE, ids=range(len(UNREADABLE)))
def test_a_learners_unreadable_notebook_is_named_with_the_way_out(content, small, capsys):
    course, learn = small
    (learn / NAME).write_text(content)
    (learn / "05_other.ipynb").unlink()
    reason = UNREADABLE[content]
    assert printed(capsys, small) == [
        f"Your learn/{NAME} can't be read: {reason}. To set it aside and get a clean one: make lab FRESH=04"
    ]
    assert (learn / "05_other.ipynb").exists() and (learn / NAME).read_text() == content
    aside = f"04_small.{datetime.date.today().isoformat()}.ipynb"
    assert printed(capsys, small, "04") == [
        f"Your {NAME} can't be read: {reason}. It is now {aside}, beside a clean one."
    ]
    assert (learn / aside).read_text() == content and sources(learn / NAME) == sources(course / NAME)


@pytest.mark.parametrize("content", UNREADABLE, ids=range(len(UNREADABLE)))
def test_an_unreadable_notebook_of_the_course_is_named_and_moves_nothing(content, small, capsys):
    course, learn = small
    (course / NAME).write_text(content)
    (learn / "05_other.ipynb").unlink()
    before = (learn / NAME).read_bytes()
    line = (
        f"The course's notebooks/{NAME} can't be read: {UNREADABLE[content]}. "
        f"To get it back as it was: git checkout HEAD -- notebooks/{NAME}"
    )
    assert printed(capsys, small) == [line]
    assert (learn / "05_other.ipynb").exists()
    with pytest.raises(SystemExit) as stopped:
        learner_copy.prepare("04", *small)
    assert str(stopped.value) == f"{line}. Your notebook is where it was."
    assert sorted(path.name for path in learn.iterdir()) == [NAME, "05_other.ipynb"]
    assert (learn / NAME).read_bytes() == before


def test_a_missing_copy_of_an_unreadable_notebook_is_not_made(small, capsys):
    course, learn = small
    (course / NAME).write_text("")
    (learn / NAME).unlink()
    assert len(printed(capsys, small)) == 1 and not (learn / NAME).exists()
