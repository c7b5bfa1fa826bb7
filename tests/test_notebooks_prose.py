"""What a reader is promised of each notebook: its minutes, sound headings, words for every figure."""

import json
import re
from pathlib import Path

import minutes
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells(path):
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def markdown(path):
    return ["".join(cell["source"]) for cell in cells(path) if cell["cell_type"] == "markdown"]


@each_notebook
def test_the_minutes_that_it_states_are_those_of_the_rule(path):
    assert minutes.stated(path) == minutes.of_notebook(path), "run: make minutes"


@each_notebook
def test_headings_do_not_jump(path):
    text = re.sub(r"```.*?```", "", "\n\n".join(markdown(path)), flags=re.DOTALL)
    levels = [len(marks) for marks in re.findall(r"^(#+) ", text, re.MULTILINE)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(deeper <= level + 1 for level, deeper in zip(levels, levels[1:], strict=False))


@each_notebook
def test_every_figure_has_alternative_text(path):
    bare = [
        "".join(cell["source"])
        for cell in cells(path)
        if any("image/png" in output.get("data", {}) for output in cell.get("outputs", []))
        and len(cell["metadata"].get("mystnb", {}).get("image", {}).get("alt", "")) < 40
    ]
    assert bare == []
    assert all(len(alt) >= 40 for alt in re.findall(r"!\[(.*?)\]", "\n".join(markdown(path))))


@each_notebook
def test_links_to_the_glossary_lead_to_an_entry(path):
    glossary = (path.parent / "glossary.md").read_text(encoding="utf-8")
    entries = {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^### (.*)$", glossary, re.MULTILINE)
    }
    assert set(re.findall(r"glossary\.md#([\w-]+)", "\n".join(markdown(path)))) <= entries


@each_notebook
def test_what_it_promises_is_what_it_ends_with(path):
    text = "\n\n".join(markdown(path))
    promised = re.search(r"\*\*After this notebook you can\*\*\n\n(.*?)\n\n", text, re.DOTALL)[1]
    kept = re.search(r"## You can now\n\n(.*?)(?:\n\n|\Z)", text, re.DOTALL)[1]
    bullets = [[line.rstrip(";.") for line in part.splitlines() if line.startswith("- ")] for part in (promised, kept)]
    assert 3 <= len(bullets[0]) == len(bullets[1]) <= 5
    assert all(end.startswith(start) and end.endswith(")") for start, end in zip(*bullets, strict=True))


@each_notebook
def test_folded_headings_of_hints_and_solutions_have_the_tags_by_which_they_are_found(path):
    for cell in cells(path):
        if cell["metadata"].get("jp-MarkdownHeadingCollapsed"):
            name = re.match(r"#+ (Hint|Solution|Deeper)\b", "".join(cell["source"]))[1].lower()
            assert name == "deeper" or name in cell["metadata"]["tags"]
