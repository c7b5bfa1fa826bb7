"""The pages for teachers say what the notebooks say."""

import objectives
import pytest


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
