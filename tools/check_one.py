"""Check one notebook: its tests, and a run of it compared with what is committed: what `make check NB=04` does.

    python tools/check_one.py 04                the tests and the run, side by side on two processors
    python tools/check_one.py --only-name 04    only whether there is such a notebook

The tests are those of the lesson, of its exercises, and of what every notebook is promised to be.
"""

import os
import sys
from pathlib import Path

import pytest
from check_notebooks import TWO_AT_ONCE, nbval_option
from data_source import make_path_absolute

from vae_helpers.data import DigitsError
from vae_helpers.exercises import EXERCISES

ROOT = Path(__file__).parents[1]
OF_EVERY_NOTEBOOK = (  # tests that have the notebook's name, or that of an exercise, among their parameters
    "tests/test_notebooks_honest.py",
    "tests/test_notebooks_prose.py",
    "tests/test_teaching.py",
    "tests/test_front_door.py",
    "tests/tools/test_minutes.py",
    "tests/vae_helpers/exercises/test_notebooks.py",
    "tests/vae_helpers/exercises/test_tables.py",
    "tests/vae_lessons/test_figures.py",
    "tests/vae_lessons/test_figures_used.py",
)


def notebook_named(number: str, folder: Path = ROOT / "notebooks") -> Path:
    """The notebook with a number such as "04". Exits with a sentence where there is none."""
    paths = sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    named = [path for path in paths if path.name[:2] == number]
    if len(named) != 1:
        numbers = ", ".join(path.name[:2] for path in paths)
        sys.exit(f"NB names one notebook by its two digits, such as NB=04, but is {number!r}. There are: {numbers}.")
    return named[0]


def pytest_words(path: Path, option: str) -> list[str]:
    """What pytest is asked to do for a notebook. option: nbval's, strict or lax."""
    lesson = f"lesson{path.name[:2]}"
    folder = ROOT / "tests" / "vae_lessons" / lesson
    names = [path.stem, lesson, *EXERCISES.lessons.get(path.stem, ())]
    files = [*OF_EVERY_NOTEBOOK, *([str(folder.relative_to(ROOT))] if folder.is_dir() else [])]
    return [
        "-q",
        option,
        "--nbval-current-env",
        *TWO_AT_ONCE,
        "-k",
        " or ".join(names),
        *files,
        f"notebooks/{path.name}",
    ]


def main(arguments: list[str]) -> int:
    only_name = arguments[:1] == ["--only-name"]
    path = notebook_named(" ".join(arguments[only_name:]))
    if only_name:
        return 0
    make_path_absolute()
    try:
        option = nbval_option()
    except DigitsError as error:
        sys.exit(str(error))
    os.chdir(ROOT)
    return int(pytest.main(pytest_words(path, option)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
