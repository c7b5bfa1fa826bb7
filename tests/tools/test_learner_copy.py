"""The learner's copy: made once, without outputs; what was written in it is never touched."""

import datetime
import json
import os
import shutil
import subprocess
from pathlib import Path

import learner_copy
import pytest

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


def test_a_change_of_the_course_is_said_in_a_line_and_changes_nothing(folders, capsys):
    course, learn = folders
    learner_copy.prepare("", course, learn)
    write_answer(learn / "04_elbo.ipynb")
    before = (learn / "04_elbo.ipynb").read_bytes()
    write_answer(course / "04_elbo.ipynb", "a better sentence")
    learner_copy.prepare("", course, learn)
    said = capsys.readouterr().out
    assert said.count("\n") == 1 and "04_elbo.ipynb has changed" in said and "make lab FRESH=04" in said
    assert (learn / "04_elbo.ipynb").read_bytes() == before


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
