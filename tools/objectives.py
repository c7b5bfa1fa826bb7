"""The teachers' table of objectives, from what each notebook says at its end: docs/teaching/objectives.md.

python tools/objectives.py    write it anew; `make minutes` does so too
"""

import re
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "teaching" / "objectives.md"
HEAD = """# Objectives, and what tests each of them

Each notebook opens with what a learner can do after it. This table names the exercise or the "Predict, then run" prompt
that tests each objective. It is taken from the ends of the notebooks.

| notebook | objective | tested by |
|---|---|---|
"""
BULLET = re.compile(r"^- (.+?) \(([^()]+(?:\([^()]*\)[^()]*)*)\)[;.]$", re.MULTILINE)


def objectives(path: Path) -> list[tuple[str, str]]:
    """[(objective, what tests it)] of a notebook."""
    cells = nbformat.read(path, as_version=4).cells
    (end,) = [cell.source for cell in cells if "## You can now" in cell.source]
    return BULLET.findall(end)


def page() -> str:
    """The page's text."""
    rows = [
        f"| {path.stem[:2]} | {objective} | {test} |"
        for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
        for objective, test in objectives(path)
    ]
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
