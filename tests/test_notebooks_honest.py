"""Each committed notebook was really run, top to bottom, and carries nothing of the machine that ran it."""

import json
import re
from pathlib import Path

import nbformat
import pytest
from nbformat.validator import iter_validate
from run_notebooks import LANGUAGE, without_picture

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
MAX_BYTES = 1_000_000
MACHINE_PATH = re.compile(r"(?<![\w.])(?:/(?:home|root|Users|tmp|work|opt|usr|var|private|mnt)/|[A-Z]:\\{1,2}\w)")


def code_cells(nb):
    return [cell for cell in nb.cells if cell.cell_type == "code" and cell.source.strip()]


def faults(path):
    """What is wrong with the notebook, one sentence each; an empty list if nothing is."""
    text = path.read_text(encoding="utf-8")
    try:
        nb = nbformat.from_dict(json.loads(text))
        invalid = [str(error).splitlines()[0] for error in iter_validate(nb)]  # nbformat.validate would repair ids
    except ValueError as error:
        invalid = [str(error)]
    if invalid:
        return [f"not a valid notebook: {invalid[0]}"]
    nb = nbformat.v4.rwbase.rejoin_lines(nb)
    return [*file_faults(nb, text), *run_faults(nb), *path_faults(nb), *tag_faults(nb)]


def file_faults(nb, text):
    ids = [cell.get("id") for cell in nb.cells]
    if (nb.nbformat, nb.nbformat_minor) < (4, 5):
        yield "notebook format below 4.5, which has no cell ids"
    elif len(set(ids)) < len(ids):
        yield "two cells with one id"
    if nb.metadata.get("kernelspec", {}).get("name") != "python3":
        yield "kernelspec is not python3"
    if nb.metadata.get("language_info") != LANGUAGE:
        yield "language_info is not what `make notebooks` writes"
    if len(text.encode()) >= MAX_BYTES:
        yield f"{len(text.encode())} bytes: 1 MB or more"


def run_faults(nb):
    counts = [cell.execution_count for cell in code_cells(nb)]
    outputs = [(number, output) for number, cell in enumerate(nb.cells) for output in cell.get("outputs", [])]
    if not counts:
        yield "no code"
    if counts != list(range(1, len(counts) + 1)):
        yield f"not run from top to bottom in a fresh kernel: its counts are {counts}"
    for number, output in outputs:
        if output.output_type == "error":
            yield f"cell {number} ends in an error: {output.ename}"
        if output.get("name") == "stderr":
            yield f"cell {number} writes to stderr: {output.text[:80]!r}"
    yield from (f"cell {number} shows a figure without its picture" for number in without_picture(nb))


def path_faults(nb):
    for number, cell in enumerate(nb.cells):
        for text in [cell.source, *(output_text(output) for output in cell.get("outputs", []))]:
            if match := MACHINE_PATH.search(text):
                yield f"cell {number} holds a path of one machine: {text[match.start() :][:60]!r}"


def tag_faults(nb):
    """load_digits says in a line where it had to fall back, so a cell that calls it depends on the data."""
    for number, cell in enumerate(nb.cells):
        if "load_digits(" in cell.source and "nbval-check-output" in cell.metadata.get("tags", []):
            yield f"cell {number} loads the digits and is tagged as independent of them"


def output_text(output):
    """All text that an output holds; pictures are base64, in which a path can't be told from chance."""
    data = {mime: value for mime, value in output.get("data", {}).items() if not mime.startswith("image/")}
    return "\n".join([output.get("text", ""), *output.get("traceback", []), *map(str, data.values())])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook(path):
    assert faults(path) == []


def test_the_series_is_numbered_without_a_gap():
    numbers = [path.name[:3] for path in NOTEBOOKS]
    assert NOTEBOOKS and numbers == [f"{number:02}_" for number in range(1, len(NOTEBOOKS) + 1)]


# --- the checker itself: each fault, made on purpose, is found ---


def good_notebook():
    """A notebook of three run cells: print, value, print."""
    outputs = [
        nbformat.v4.new_output("stream", name="stdout", text="1.5\n"),
        nbformat.v4.new_output("execute_result", data={"text/plain": "2"}, execution_count=2),
        nbformat.v4.new_output("stream", name="stdout", text="and/or 1/2\n"),
    ]
    code = [nbformat.v4.new_code_cell("x", execution_count=n, outputs=[o]) for n, o in enumerate(outputs, start=1)]
    kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [nbformat.v4.new_markdown_cell("# 01"), *code, nbformat.v4.new_code_cell("")]
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernelspec, "language_info": LANGUAGE})


def lose_a_picture(nb):
    nb.cells[2].outputs[0].data = {"text/plain": "<Figure size 600x350 with 1 Axes>"}


def forget_the_language(nb):
    nb.metadata.language_info = {"name": "python"}


def raise_an_error(nb):
    nb.cells[1].outputs = [nbformat.v4.new_output("error", ename="ValueError", evalue="bad", traceback=["bad"])]


def say_on_stderr(nb):
    nb.cells[1].outputs[0].name = "stderr"


def never_run(nb):
    for cell in nb.cells[1:]:
        cell.update(execution_count=None, outputs=[])


def run_out_of_order(nb):
    nb.cells[1].execution_count, nb.cells[2].execution_count = 2, 1


def run_one_cell_twice(nb):
    nb.cells[3].execution_count = 4


def share_an_id(nb):
    nb.cells[1]["id"] = nb.cells[2]["id"]


def name_another_kernel(nb):
    nb.metadata.kernelspec.name = "my-env"


def grow(nb):
    nb.cells[0].source = "a" * MAX_BYTES


def use_an_old_format(nb):
    nb.nbformat_minor = 4
    for cell in nb.cells:
        del cell["id"]


def break_the_format(nb):
    del nb.cells[1]["outputs"]


def drop_the_code(nb):
    nb.cells = nb.cells[:1]


def print_a_path(nb):
    nb.cells[1].outputs[0].text = "saved to /home/someone/vae.keras"


def show_a_windows_path(nb):
    nb.cells[2].outputs[0].data["text/plain"] = r"WindowsPath('C:\Users\someone')"


def write_a_path(nb):
    nb.cells[1].source = "open('/Users/someone/data.npz')"


def tag_the_loading(nb):
    nb.cells[1].source, nb.cells[1].metadata.tags = "load_digits()", ["nbval-check-output"]


BAD = {
    lose_a_picture: "cell 2 shows a figure without its picture",
    forget_the_language: "language_info is not",
    tag_the_loading: "cell 1 loads the digits and is tagged as independent of them",
    raise_an_error: "cell 1 ends in an error: ValueError",
    say_on_stderr: "cell 1 writes to stderr: '1.5",
    never_run: "its counts are [None, None, None]",
    run_out_of_order: "its counts are [2, 1, 3]",
    run_one_cell_twice: "its counts are [1, 2, 4]",
    share_an_id: "two cells with one id",
    name_another_kernel: "kernelspec is not python3",
    grow: "1 MB or more",
    use_an_old_format: "no cell ids",
    break_the_format: "not a valid notebook",
    drop_the_code: "no code",
    print_a_path: "cell 1 holds a path of one machine: '/home/someone/vae.keras'",
    show_a_windows_path: "cell 2 holds a path of one machine",
    write_a_path: "cell 1 holds a path of one machine",
}


def written(folder, nb):
    path = folder / "01_lesson.ipynb"
    path.write_text(json.dumps(nb), encoding="utf-8")
    return path


def test_a_good_notebook_has_no_fault(tmp_path):
    assert faults(written(tmp_path, good_notebook())) == []


@pytest.mark.parametrize("spoil", BAD, ids=lambda spoil: spoil.__name__)
def test_a_bad_notebook_is_found(tmp_path, spoil):
    nb = good_notebook()
    spoil(nb)
    found = faults(written(tmp_path, nb))
    assert len(found) == 1 and BAD[spoil] in found[0]


def test_a_file_that_is_no_notebook_is_found(tmp_path):
    path = tmp_path / "01_lesson.ipynb"
    path.write_text("<html>")
    assert "not a valid notebook" in faults(path)[0]
