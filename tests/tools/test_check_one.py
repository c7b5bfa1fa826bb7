"""`make check NB=04`: which tests it runs, and what it says of a wrong number; `make` alone lists the commands."""

import os
import re
import subprocess
from pathlib import Path

import check_one
import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
needs_make = pytest.mark.skipif(not os.access("/usr/bin/make", os.X_OK), reason="there is no /usr/bin/make")


@pytest.mark.parametrize("number", ["", "4", "4o", "44", "04 05", "04_elbo"])
def test_a_wrong_number_is_said_in_one_line(number):
    with pytest.raises(SystemExit) as stopped:
        check_one.main(["--only-name", number])
    line = str(stopped.value)
    assert "NB=04" in line and repr(number) in line and "01, 02" in line and "\n" not in line


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_found_and_only_its_tests_and_its_run_are_asked_for(path):
    number = path.name[:2]
    assert check_one.main(["--only-name", number]) == 0 and check_one.notebook_named(number).stem == path.stem
    asked = check_one.pytest_words(path, "--nbval")
    notebooks = [word for word in asked if word.endswith(".ipynb")]
    assert notebooks == [f"notebooks/{path.name}"] and "--nbval" in asked
    assert f"tests/vae_lessons/lesson{number}" in asked
    assert all((ROOT / word).exists() for word in asked if word.startswith("tests/"))
    selected = asked[asked.index("-k") + 1].split(" or ")
    assert {path.stem, f"lesson{number}"} < set(selected)


def make(*arguments):
    return subprocess.run(["/usr/bin/make", *arguments], cwd=ROOT, capture_output=True, text=True)


@needs_make
def test_make_alone_lists_every_command_with_a_line():
    shown = make().stdout
    targets = set(re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1].split())
    listed = dict(re.findall(r"^  ([a-z-]+) +(\S.*)$", shown, re.MULTILINE))
    assert listed.keys() == targets and {"help", "setup", "lab", "check"} <= targets
    assert make("help").stdout == shown


@needs_make
def test_the_tests_come_after_the_lint_and_a_check_of_one_notebook_says_first_what_is_wrong_with_its_number():
    test, check = make("--dry-run", "test").stdout, make("--dry-run", "check", "NB=04").stdout
    assert 0 < test.index("ruff check") < test.index("-m pytest")
    assert check.index('--only-name "04"') < check.index("lint") < check.index('check_one.py "04"')
