"""The comparison of notebook outputs: what the root conftest.py tolerates, and that all else turns red."""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

CONFTEST = Path(__file__).parents[2] / "conftest.py"


def cell(source, *outputs, tags=()):
    """A code cell with these committed outputs."""
    return nbformat.v4.new_code_cell(
        source, execution_count=1, outputs=[*outputs], metadata={"tags": [*tags]} if tags else {}
    )


def printed(text):
    return nbformat.v4.new_output("stream", name="stdout", text=text)


def shown(**data):
    mime = {name.replace("_", "/"): value for name, value in data.items()}
    return nbformat.v4.new_output("execute_result", data=mime, execution_count=1)


def printing(committed, fresh, *tags):
    """A cell whose committed output is one text and whose code prints another."""
    return cell(f"print({fresh!r}, end='')", printed(committed), tags=tags)


FIGURE = """
class Figure:
    def _repr_png_(self): return b'new pixels'
    def __repr__(self): return '<Figure>'
Figure()
"""
PICTURE = {"image_png": "b2xkIHBpeGVscw==", "text_plain": "<Figure>"}

GREEN = {
    "a number within the tolerance": printing("loss 150.25 nats", "loss 150.26 nats"),
    "a negative number": printing("-1.50000", "-1.50001"),
    "an exponent": printing("1.00000e-05", "1.00001e-05"),
    "a rounded minus zero": printing("0.000000", "-0.000000"),
    "numpy's padding": printing("[ 9.9999 10.    ]", "[10.     10.0001]"),
    "numpy's bare point": printing("[1. 2.]", "[1.00001 2.     ]"),
    "the cell's own tolerance": printing("loss 150.0", "loss 152.0", "rtol=0.02"),
    "a value shown": cell("1.50001", shown(text_plain="1.5")),
    "a number at a sentence's end": printing("It is 1.50000.", "It is 1.50001."),
    "the same text": printing("nan inf 7 x1.5", "nan inf 7 x1.5"),
    "other pixels": cell(FIGURE, shown(**PICTURE)),
    "streams in pieces": cell("print(1)\nprint(2, flush=True)\nprint(3)", printed("1\n"), printed("2\n3\n")),
    "an output that is not to be compared": printing("old", "new", "nbval-ignore-output"),
}

RED = {
    "a number outside the tolerance": printing("loss 150.25 nats", "loss 150.28 nats"),
    "outside the cell's own tolerance": printing("loss 150.0", "loss 154.0", "rtol=0.02"),
    "the second number": printing("1.5 2.5", "1.5 2.6"),
    "a changed sign": printing("1.5", "-1.5"),
    "a number that was 0": printing("0.000000", "0.000001"),
    "nan for a number": printing("1.5", "nan"),
    "a number for nan": printing("nan", "1.5"),
    "inf for a number": printing("1.5", "inf"),
    "another sign of inf": printing("inf", "-inf"),
    "numbers beyond a float": printing("1e400", "1e500"),
    "a changed word": printing("loss 1.5", "kl 1.5"),
    "an integer off by one": printing("99999 images", "100000 images"),
    "an integer at a sentence's end": printing(
        "There are 60000. 10000 are for the test.", "There are 60001. 10000 are for the test."
    ),
    "an integer in a cell with its own tolerance": printing(
        "100 images, loss 1.5", "101 images, loss 1.5", "rtol=0.02"
    ),
    "a number that became an integer": printing("1.0", "1"),
    "a version": printing("2.21.0", "2.21.1"),
    "a name with digits": printing("x1.50000", "x1.50001"),
    "a number too many": printing("1.5", "1.5 1.5"),
    "two numbers run together": printing("1.5 2.5", "1.52.5"),
    "a line break": printing("1.5\n2.5", "1.5 2.5"),
    "a missing printed output": cell("", printed("1.5\n")),
    "a missing value": cell("None", shown(text_plain="1.5")),
    "a missing picture": cell("None", shown(**PICTURE)),
    "one output of two": cell("1.5", shown(text_plain="1.5"), shown(text_plain="1.5")),
    "an output that was not committed": cell("print(1.5)"),
    "a value for a printed output": cell("1.5", printed("1.5")),
    "stderr": cell("import sys; print('look out', file=sys.stderr)"),
    "an exception": cell("1 / 0"),
    "a tolerance that is no number": printing("1.5", "1.5", "rtol=much"),
    "a tolerance that allows everything": printing("1.5", "1.5", "rtol=1"),
    "two tolerances": printing("1.5", "1.5", "rtol=0.1", "rtol=0.2"),
}


def run_nbval(folder, cells, *options):
    """What pytest says of a notebook of these cells, with the course's conftest.py."""
    for file in (CONFTEST, *(CONFTEST.parent / "tools" / name for name in ("ipc_kernels.py", "tolerance.py"))):
        shutil.copy(file, folder / file.name)
    nbformat.write(nbformat.v4.new_notebook(cells=list(cells)), folder / "lesson.ipynb")
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "--color=no", "-p", "no:cacheprovider", *options]
    done = subprocess.run([*command, "--nbval-current-env", "."], cwd=folder, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout


def outcomes(report, names):
    """{name: "PASSED" or "FAILED"}: pytest's summary lines, one for each cell, in the order of the names."""
    lines = [line for line in report.splitlines() if line.startswith(("PASSED ", "FAILED "))]
    found = {int(line.split("Cell ")[1].split()[0]): line.split()[0] for line in lines}
    return {name: found[number] for number, name in enumerate(names)}


@pytest.fixture(scope="module")
def strict_report(tmp_path_factory):
    """One run of all cells: a kernel start costs more than they do."""
    return run_nbval(tmp_path_factory.mktemp("strict"), [*GREEN.values(), *RED.values()], "--nbval")


@pytest.mark.parametrize("name", [*GREEN, *RED])
def test_strict(strict_report, name):
    expected = "PASSED" if name in GREEN else "FAILED"
    assert outcomes(strict_report, [*GREEN, *RED])[name] == expected


def test_a_failure_shows_both_outputs(tmp_path):
    report = run_nbval(tmp_path, [RED["a number outside the tolerance"]], "--nbval")
    assert "loss 150.25 nats" in report and "loss 150.28 nats" in report and "Cell outputs differ" in report


def test_a_wrong_tolerance_is_named(tmp_path):
    report = run_nbval(tmp_path, [RED["a tolerance that is no number"]], "--nbval")
    assert "not ['rtol=much']" in report


def test_lax_compares_the_cells_that_do_not_depend_on_the_data(tmp_path):
    cells = {
        "compared, wrong": printing("784 pixels", "783 pixels", "nbval-check-output"),
        "compared, within its tolerance": printing("1.50", "1.52", "nbval-check-output", "rtol=0.02"),
        "not compared": printing("loss 150.0", "loss 99.0"),
        "not compared, but raises": cell("1 / 0"),
    }
    found = outcomes(run_nbval(tmp_path, cells.values(), "--nbval-lax"), cells)
    assert list(found.values()) == ["FAILED", "PASSED", "PASSED", "FAILED"]
