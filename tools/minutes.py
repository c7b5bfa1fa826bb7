"""How long the notebooks take, by a stated rule: what each states in its opening is this.

    python tools/reading_time.py          a line for each notebook

Reading: 150 words a minute, a minute for each displayed formula and for each figure. Exercises: the minutes that stand
in their headings, such as "### Exercise 2: the trick as a layer (8 minutes)". Both are rounded up to 5 minutes.
"""

import json
import math
import re
from pathlib import Path

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
STATED = re.compile(r"Reading: about (\d+) minutes\. Exercises: about (\d+) minutes\.")
EXERCISE = re.compile(r"^#+ (?:Exercise|Capstone).*\((\d+) minutes?\)", re.MULTILINE)
HEADING = re.compile(r"^#+ ", re.MULTILINE)
FOLDED = "jp-MarkdownHeadingCollapsed"


def texts(cells):
    """The Markdown cells' text, without hints: only who is stuck reads those."""
    folded = False
    for cell in cells:
        if cell["cell_type"] == "markdown":
            text = "".join(cell["source"])
            folded = bool(cell["metadata"].get(FOLDED)) or (folded and not HEADING.search(text))
            if not folded:
                yield text


def counts(path):
    """What there is to read: words, displayed formulas, figures, and the exercises' own minutes."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n".join(texts(cells))
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return {
        "words": sum(len("".join(cell["source"]).split()) for cell in cells if cell["cell_type"] == "markdown"),
        "formulas": text.count("$$") // 2,
        "figures": sum("image/png" in output.get("data", {}) for output in outputs) + text.count("!["),
        "exercises": sum(map(int, EXERCISE.findall(text))),
    }


def minutes(count):
    """(reading, exercises), each rounded up to 5 minutes."""
    reading = count["words"] / 150 + count["formulas"] + count["figures"]
    return tuple(5 * math.ceil(each / 5) for each in (reading, count["exercises"]))


def stated(path):
    """The minutes that a notebook states in its opening, (reading, exercises), or None."""
    match = STATED.search(path.read_text(encoding="utf-8").replace("\\n", " "))
    return match and tuple(map(int, match.groups()))


if __name__ == "__main__":
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        count = counts(path)
        print(f"{path.stem:36}", count, "reading and exercises:", minutes(count), "stated:", stated(path))
