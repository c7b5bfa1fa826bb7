"""The rule by which minutes are computed, on notebooks of a few cells, and the places where they are written."""

import minutes
import nbformat
import pytest
from minutes import Minutes

words, code, output = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell, nbformat.v4.new_output
PICTURE = output("display_data", {"image/png": "", "text/plain": "<Figure 1>"})
CARD = output("execute_result", {"text/html": "<b>1</b>", "text/plain": "1"})
PRINTED = output("stream", name="stdout", text="loss 1.5\n")
A_HUNDRED_MINUTES = "word " * 12_500


def minutes_of(*cells):
    return sum(minutes.cell_minutes(cell) for cell in cells)


@pytest.mark.parametrize(
    ("cell", "taken"),
    [
        (words("word " * 125), 1),
        (words("$$1$$\n\n$$2$$"), 2 * 3 + 2 / 125),
        (words("**Predict, then run.**"), 0.75 + 3 / 125),
        (words("![Words](a.png)"), 0.75 + 1 / 125),
        (words("|a|b|\n|---|---|\n|1|2|"), 0.75 + 3 / 125),
        (code("a = 1\n\nb = 2"), 0.2),
        (code("a", outputs=[PICTURE]), 0.1 + 0.75),
        (code("a", outputs=[PRINTED]), 0.1 + 0.75),
        (code("a", outputs=[output("stream", name="stdout", text="done\n")]), 0.1),
        (code("check(a)", outputs=[CARD]), 0.1),
        (code('ask("which_way")', outputs=[CARD]), 0.1 + 0.75),
        (words(A_HUNDRED_MINUTES, metadata={"tags": ["hint"]}), 0),
        (code("a\n" * 100, metadata={"tags": ["solution"]}), 0),
        (code("a\n" * 100, metadata={"tags": ["exercise"]}), 0),
    ],
)
def test_the_rule(cell, taken):
    assert minutes_of(cell) == pytest.approx(taken)


def notebook(*cells):
    opening = words("# 01 A lesson\n\nReading: about 1 minutes. Exercises: about 1 minutes.\n\nIt begins.")
    return nbformat.v4.new_notebook(cells=[opening, *cells])


DEEPER = [words(f"### Deeper: a proof (1 minute)\n\n{A_HUNDRED_MINUTES}"), words("#### A lemma"), code("a\n" * 100)]


def test_deeper_sections_are_counted_apart_until_the_next_heading_of_their_level():
    nb = notebook(words("## 1. Sums"), *DEEPER, words(f"## 2. More\n\n{A_HUNDRED_MINUTES}"))
    assert minutes.counted(nb) == Minutes(reading=100, deeper=115, exercises=0)


def test_exercises_take_one_and_a_half_times_the_minutes_of_their_headings():
    nb = notebook(words("### Exercise 1: halve (10 minutes)"), words("### Capstone: a VAE (20 minutes)"))
    assert minutes.counted(nb).exercises == 45


def test_the_minutes_are_written_where_they_are_stated(tmp_path):
    for folder in ("notebooks", "docs/teaching"):
        (tmp_path / folder).mkdir(parents=True)
    path, guide = tmp_path / "notebooks" / "01_lesson.ipynb", tmp_path / "docs" / "teaching" / "01_lesson.md"
    nb = notebook(words(A_HUNDRED_MINUTES), *DEEPER, words("## Exercise 1: halve (10 minutes)"))
    path.write_text(nbformat.writes(nb), encoding="utf-8")
    guide.write_text("Reading 1 minutes, exercises 1. In a room: 90 minutes.\n", encoding="utf-8")
    (tmp_path / "README.md").write_text("| [01](notebooks/01_lesson.ipynb) | 1 + 1 | sums |\n", encoding="utf-8")
    for _ in range(2):  # a second time changes nothing
        minutes.main(tmp_path)
        assert minutes.stated(path) == minutes.of_notebook(path) == Minutes(100, 115, 15)
        assert "(110 minutes)" in path.read_text() and "(10 minutes)" in path.read_text()
        assert guide.read_text() == "Reading 100 minutes, Deeper sections 115, exercises 15. In a room: 90 minutes.\n"
        assert (tmp_path / "README.md").read_text() == "| [01](notebooks/01_lesson.ipynb) | 100 (115) + 15 | sums |\n"
