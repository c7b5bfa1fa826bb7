"""The pages for teachers say what the notebooks say."""

import re

import minutes
import objectives
import pytest
import write_workshop as workshop

from vae_helpers.exercises import EXERCISES


@pytest.mark.parametrize(
    "path", sorted((objectives.ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")), ids=lambda path: path.stem
)
def test_each_objective_names_an_exercise_or_a_question_that_tests_it(path):
    found = objectives.objectives(path)
    assert 3 <= len(found) <= 5
    for objective, test in found:
        assert any(word in test for word in ("exercise", "predict", "prompt", "capstone", "question")), objective


def test_the_table_is_that_of_the_notebooks():
    assert objectives.PAGE.read_text(encoding="utf-8") == objectives.page(), "run: python tools/objectives.py"


GUIDES = sorted(objectives.PAGE.parent.glob("[0-9][0-9]_*.md"))


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_each_sentence_that_a_guide_quotes_is_one_that_a_check_says(path):
    exercises = [EXERCISES[name] for name in EXERCISES.lessons[path.stem]]
    said = {sentence for exercise in exercises for _, sentence, _ in exercise.single_slips()}
    quoted = re.findall(r"^ *> (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert quoted and set(quoted) <= said, set(quoted) - said


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_a_guides_notes_stand_at_sections_that_the_notebook_has(path):
    numbers = set(workshop.teachers_notes(path)) - {0}
    notebook = (objectives.ROOT / "notebooks" / f"{path.stem}.ipynb").read_text(encoding="utf-8")
    assert numbers <= {int(number) for number in re.findall(r'"## (\d+)\. ', notebook)}


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_a_guide_states_the_notebooks_minutes(path):
    taken = minutes.of_notebook(objectives.ROOT / "notebooks" / f"{path.stem}.ipynb")
    assert minutes.guide_sentence(taken) in path.read_text(encoding="utf-8"), "run: make minutes"
