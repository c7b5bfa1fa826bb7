"""How long the notebooks take, by one rule, written wherever it is stated: what `make minutes` does.

    python tools/minutes.py    count, and write into the notebooks' heads, README.md and docs/teaching/

Reading: 125 words a minute, 10 lines of code a minute, 3 minutes for each displayed formula, and 45 seconds for each
figure, question, prompt, table and printed block of numbers. The rule was fitted to two readings of the notebooks as a
newcomer. Hints and solutions do not count: only who is stuck reads them. A section under a heading such as
"### Deeper: a quieter gradient (8 minutes)" is counted apart, and the minutes in its heading are written here too.
Exercises: the minutes in their headings, times EXERCISE_FACTOR, since newcomers took one and a half times as long.
"""

import math
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from run_notebooks import save

ROOT = Path(__file__).parents[1]
NOTEBOOKS = ROOT / "notebooks"
WORDS_A_MINUTE, LINES_A_MINUTE, MINUTES_A_FORMULA, MINUTES_A_LOOK = 125, 10, 3, 0.75
EXERCISE_FACTOR = 1.5
STATED = re.compile(
    r"Reading: about (\d+) minutes\. (?:Deeper sections: about (\d+) minutes\. )?Exercises: about (\d+) minutes\."
)
GUIDE = re.compile(r"Reading \d+ minutes,(?: Deeper sections \d+,)? exercises \d+")
HEADING = re.compile(r"^(#+) +(.+)$", re.MULTILINE)
DEEPER = re.compile(r"^(#+ Deeper: .*\()(\d+)( minutes?\))", re.MULTILINE)
EXERCISE = re.compile(r"^#+ (?:Exercise|Capstone).*\((\d+) minutes?\)", re.MULTILINE)
PROMPT = re.compile(r"\*\*(?:Predict|Before you|Try it|Is it)[^*]*\*\*")
QUESTION = re.compile(r"^ask\(", re.MULTILINE)  # the card of a question with several answers
TABLE = re.compile(r"^\|[-: |]+\|$", re.MULTILINE)


@dataclass(frozen=True)
class Minutes:
    """What a notebook takes: its main path, its Deeper sections and its exercises, each to 5 minutes."""

    reading: int
    deeper: int
    exercises: int


def has_tag(cell: NotebookNode, *tags: str) -> bool:
    return bool(set(tags) & set(cell.metadata.get("tags", [])))


def markdown_minutes(text: str) -> float:
    looks = len(PROMPT.findall(text)) + len(TABLE.findall(text)) + text.count("![")
    formulas = text.count("$$") // 2
    return len(text.split()) / WORDS_A_MINUTE + formulas * MINUTES_A_FORMULA + looks * MINUTES_A_LOOK


def is_looked_at(output: NotebookNode) -> bool:
    """Whether an output is a figure or a block with numbers. Cards that a check shows are read with the exercise."""
    data = output.get("data", {})
    if "image/png" in data:
        return True
    text = output.get("text", "") or data.get("text/plain", "")
    return "text/html" not in data and bool(re.search(r"\d", text))


def code_minutes(cell: NotebookNode) -> float:
    lines = sum(bool(line.strip()) for line in cell.source.splitlines())
    looks = sum(map(is_looked_at, cell.outputs)) + len(QUESTION.findall(cell.source))
    return lines / LINES_A_MINUTE + looks * MINUTES_A_LOOK


def cell_minutes(cell: NotebookNode) -> float:
    """What reading a cell takes. A hint, a solution and an exercise's stub take nothing here."""
    if has_tag(cell, "hint", "solution", "exercise"):
        return 0.0
    return markdown_minutes(cell.source) if cell.cell_type == "markdown" else code_minutes(cell)


def sections(cells: list[NotebookNode]) -> list[list[NotebookNode]]:
    """The cells in lists: first those of the main path, then a list for each Deeper section, until the next heading
    that is not below its own."""
    main, deeper, level = [], [], 0
    for cell in cells:
        heading = HEADING.search(cell.source) if cell.cell_type == "markdown" else None
        if heading and heading[2].startswith("Deeper: "):
            level = len(heading[1])
            deeper.append([])
        elif heading and len(heading[1]) <= level:
            level = 0
        (deeper[-1] if level else main).append(cell)
    return [main, *deeper]


def to_five(minutes: float) -> int:
    return 5 * round(minutes / 5)


def counted(nb: NotebookNode) -> Minutes:
    """A notebook's minutes by the rule."""
    main, *deeper = [sum(map(cell_minutes, cells)) for cells in sections(nb.cells)]
    text = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
    exercises = EXERCISE_FACTOR * sum(map(int, EXERCISE.findall(text)))
    return Minutes(to_five(main), math.ceil(sum(deeper) / 5) * 5, to_five(exercises))


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def of_notebook(path: Path) -> Minutes:
    return counted(read(path))


def stated(path: Path) -> Minutes | None:
    """The minutes that a notebook states in its opening; None where it states none."""
    openings = [STATED.search(cell.source) for cell in read(path).cells if cell.cell_type == "markdown"]
    matches = [tuple(int(number or 0) for number in match.groups()) for match in openings if match]
    return Minutes(*matches[0]) if matches else None


def sentence(minutes: Minutes) -> str:
    """The line in a notebook's opening."""
    deeper = f"Deeper sections: about {minutes.deeper} minutes. " if minutes.deeper else ""
    return f"Reading: about {minutes.reading} minutes. {deeper}Exercises: about {minutes.exercises} minutes."


def guide_sentence(minutes: Minutes) -> str:
    """The words in the notes for teachers."""
    deeper = f" Deeper sections {minutes.deeper}," if minutes.deeper else ""
    return f"Reading {minutes.reading} minutes,{deeper} exercises {minutes.exercises}"


def readme_row(minutes: Minutes) -> str:
    """The column in README.md's table: reading, Deeper sections in brackets, exercises."""
    return f"{minutes.reading}{f' ({minutes.deeper})' if minutes.deeper else ''} + {minutes.exercises}"


def write_notebook(path: Path) -> Minutes:
    """Write a notebook's minutes into its opening and into the headings of its Deeper sections."""
    nb = read(path)
    for section in sections(nb.cells)[1:]:
        own = max(1, round(sum(map(cell_minutes, section))))
        section[0].source = DEEPER.sub(rf"\g<1>{own} minute{'s' * (own > 1)})", section[0].source)
    minutes = counted(nb)
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            cell.source = STATED.sub(sentence(minutes), cell.source)
    replace(path, nbformat.writes(nb) + "\n")
    return minutes


def replace(path: Path, text: str) -> None:
    if text != path.read_text(encoding="utf-8"):
        save(text, path)


def write_pages(minutes: dict[str, Minutes], root: Path) -> None:
    """Write the minutes into README.md and the notes for teachers. minutes: {a notebook's stem: its minutes}."""
    readme = (root / "README.md").read_text(encoding="utf-8")
    for stem, taken in minutes.items():
        row = re.compile(rf"(\(notebooks/{stem}\.ipynb\) \| )[^|]* \|")
        readme = row.sub(rf"\g<1>{readme_row(taken)} |", readme)
        guide = root / "docs" / "teaching" / f"{stem}.md"
        if guide.exists():
            replace(guide, GUIDE.sub(guide_sentence(taken), guide.read_text(encoding="utf-8")))
    replace(root / "README.md", readme)


def main(root: Path = ROOT) -> None:
    minutes = {path.stem: write_notebook(path) for path in sorted((root / "notebooks").glob("[0-9][0-9]_*.ipynb"))}
    write_pages(minutes, root)
    for stem, taken in minutes.items():
        print(f"{stem:32} {sentence(taken)}")


if __name__ == "__main__":
    main()
