"""Keep the committed outputs where those of a new run differ by noise alone: for ``run_notebooks.py``.

Two machines compute and draw alike up to noise: the last digits of a number, a grey level at an edge. A maintainer who
runs a notebook must find in the file what has really changed, and nothing else. So

- where the texts of all cells agree with the committed ones, by the rule by which CI compares (the root's conftest.py),
  a cell's outputs stay if its pictures are as large, with no colour of a pixel more than PIXEL away, and PICTURE on
  average. The texts of cells tagged nbval-ignore-output depend on the run and are not asked. Where the code is the same
  too, all outputs stay: what differs in a picture of a trained model is then the machine's doing. The code's
  fingerprint stands in the notebook's metadata;
- where one cell says something new, only cells that say the same to the letter stay, by the same rule for pictures: a
  reader may add up the numbers of two cells, so all numbers must be of one run.

Texts alone would not do: who changes a figure's colours changes no text, and the new picture must be kept. The
fingerprint alone would not do either: one changed line of code would renew every picture of a trained model.
"""

import base64
import hashlib
import io
import re
from pathlib import Path

import matplotlib
import numpy as np
from nbformat import NotebookNode
from PIL import Image
from tolerance import relative_tolerance, texts_agree

PIXEL, PICTURE = 32, 1.0  # grey levels of 255
FINGERPRINT = "made_by"  # in a notebook's metadata
DRAWING = r"matplotlib|vae_helpers\.plots|HtmlFigure"  # what a module names that draws
ROOT = Path(__file__).parents[1]


def fingerprint(nb: NotebookNode, name: str, root: Path = ROOT) -> str:
    """A digest of what decides how pictures look: the notebook's code, the modules that draw, matplotlib's version.

    Modules that draw are those of the lesson and of the core that name matplotlib, and all files that a browser runs.

    name: the notebook's, such as 02_encoder.
    """
    files = [*root.glob("vae_helpers/*.py"), *root.glob(f"vae_lessons/lesson{name[:2]}/*.*")]
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(files)}
    draws = [path for path, text in texts.items() if path.suffix != ".py" or re.search(DRAWING, text)]
    parts = [text for path, text in texts.items() if path in draws or path.name == "palette.py"]
    parts += [cell.source for cell in nb.cells if cell.cell_type == "code"]
    return hashlib.sha256("\n".join([*parts, matplotlib.__version__]).encode()).hexdigest()[:16]


def keep_committed(nb: NotebookNode, committed: NotebookNode) -> None:
    """Put back the committed outputs of each cell whose new ones say nothing new."""
    before = {cell.id: cell.outputs for cell in committed.cells if cell.cell_type == "code"}
    code = {cell.id: cell for cell in nb.cells if cell.cell_type == "code"}
    known = {name for name in code.keys() & before.keys() if kinds(code[name].outputs) == kinds(before[name])}
    agreeing = {name for name in known if is_ignored(code[name]) or texts_agree_in(code[name], before[name])}
    all_agree = code.keys() == agreeing
    same_code = nb.metadata.get(FINGERPRINT) == committed.metadata.get(FINGERPRINT, "none")
    for name in known if all_agree else {name for name in known if texts(code[name].outputs) == texts(before[name])}:
        if (all_agree and same_code) or pictures_look_the_same(code[name].outputs, before[name]):
            put_back(code[name], before[name])


def put_back(cell: NotebookNode, outputs: list) -> None:
    cell.outputs = outputs
    for output in outputs:
        if "execution_count" in output:
            output.execution_count = cell.execution_count


def is_ignored(cell: NotebookNode) -> bool:
    return "nbval-ignore-output" in cell.metadata.get("tags", [])


def parts(outputs: list) -> list[tuple]:
    """What outputs hold, as a list of pairs: its kind, such as ("stream", "stdout"), and the content."""
    contents = []
    for output in outputs:
        content = output.get("data", {output.get("name", ""): output.get("text", "")})
        contents += [((output.output_type, name), content[name]) for name in sorted(content)]
    return contents


def kinds(outputs: list) -> list[tuple[str, str]]:
    return [kind for kind, _ in parts(outputs)]


def is_picture(kind: tuple[str, str]) -> bool:
    return kind[1] == "image/png"


def texts(outputs: list) -> list[str]:
    """The contents of all parts but pictures, in order."""
    return [str(content) for kind, content in parts(outputs) if not is_picture(kind)]


def texts_agree_in(cell: NotebookNode, committed: list) -> bool:
    """Whether all that is no picture agrees within the cell's tolerance. Both have the same kinds of outputs."""
    rtol = relative_tolerance(cell.metadata.get("tags", []))
    return all(texts_agree(new, old, rtol) for new, old in zip(texts(cell.outputs), texts(committed), strict=True))


def pictures_look_the_same(outputs: list, committed: list) -> bool:
    """Whether all pictures differ by noise alone, and HTML not at all. Both have the same kinds of outputs."""
    pairs = [(kind[1], new, old) for (kind, new), (_, old) in zip(parts(outputs), parts(committed), strict=True)]
    pictures = all(differ_by_noise(new, old) for kind, new, old in pairs if kind == "image/png")
    return pictures and all(new == old for kind, new, old in pairs if kind == "text/html")


def differ_by_noise(new: str, old: str) -> bool:
    """Whether two PNGs, as base64, are as large and differ by no more than PIXEL and PICTURE."""
    a, b = pixels(new), pixels(old)
    if a.shape != b.shape:
        return False
    difference = np.abs(a - b)
    return difference.max() <= PIXEL and difference.mean() <= PICTURE


def pixels(png: str) -> np.ndarray:
    """A PNG, as base64, as colours (height, width, 3) of 0 to 255."""
    picture = Image.open(io.BytesIO(base64.b64decode(png)))
    return np.asarray(picture.convert("RGB"), "int16")
