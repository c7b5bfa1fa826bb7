"""The jobs that CONTRIBUTING.md describes, each followed to the letter in a copy of the tree."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
COPIED = """
    vae_helpers vae_lessons notebooks tests tools docs workshop .devcontainer Makefile README.md CONTRIBUTING.md
    CITATION.cff LICENSE LICENSE-CC-BY environment.yml postBuild pyproject.toml conftest.py requirements.lock
    requirements-uv.lock
""".split()
LEFT_OUT = shutil.ignore_patterns("__pycache__", "build", ".*cache*", "*.egg-info")
words, code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell


def recipe(part):
    """The code that CONTRIBUTING.md shows for a part of a recipe."""
    return re.search(rf"<!-- recipe: {part} -->\n```\w+\n(.*?)```", CONTRIBUTING, re.DOTALL)[1]


def section(title):
    """The text of a section of CONTRIBUTING.md."""
    return re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", CONTRIBUTING, re.DOTALL | re.MULTILINE)[1]


@pytest.fixture
def tree(tmp_path):
    """A copy of the tree."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=LEFT_OUT)
        else:
            shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def run(tree, *arguments):
    """A Python command in the tree."""
    environment = os.environ | {"PYTHONPATH": str(tree)}
    return subprocess.run([sys.executable, *arguments], cwd=tree, env=environment, capture_output=True, text=True)


def run_tests(tree, *arguments):
    return run(tree, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments)


def passed(result, least):
    assert result.returncode == 0, result.stdout + result.stderr
    return int(re.search(r"(\d+) passed", result.stdout)[1]) >= least


def write_minutes(tree):
    """What `make minutes` runs."""
    for name in ("minutes", "objectives"):
        result = run(tree, f"tools/{name}.py")
        assert result.returncode == 0, result.stderr


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def append(path, text):
    path.write_text(f"{path.read_text(encoding='utf-8')}\n\n{text}", encoding="utf-8")


OF_NOTEBOOKS = [f"tests/test_{name}.py" for name in ("notebooks_honest", "notebooks_prose", "front_door", "teaching")]


# --- the commands that are named ---


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "README.md", "docs/set-up.md", "docs/teaching/index.md"])
def test_every_command_that_is_named_is_one(name):
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))
    text = (ROOT / name).read_text(encoding="utf-8")
    assert set(re.findall(r"(?:`|^)make ([a-z-]+)", text, re.MULTILINE)) <= targets


def test_every_file_that_is_named_is_there():
    named = re.findall(r"`((?:vae_helpers|vae_lessons|tests|tools|benchmarks|docs|notebooks)/[\w./-]*)`", CONTRIBUTING)
    assert len(named) > 15
    assert [name for name in named if "11" not in name and not (ROOT / name).exists()] == []


# --- a typo ---


def test_a_typo(tree):
    edit(tree / "notebooks" / "04_elbo.ipynb", "one bound, two terms", "one bound, two tems")
    assert passed(run_tests(tree, *OF_NOTEBOOKS, "-k", "04_elbo"), least=10)


def test_a_mistake_that_an_editor_makes_is_found(tree):
    edit(tree / "notebooks" / "04_elbo.ipynb", '"execution_count": 2,', '"execution_count": 3,')
    result = run_tests(tree, *OF_NOTEBOOKS, "-k", "04_elbo")
    assert result.returncode == 1 and "not run from top to bottom" in result.stdout


# --- an exercise ---

LESSON, NOTEBOOK = "lesson02", "02_encoder"  # any would do


@pytest.fixture
def with_exercise(tree):
    """A copy of the tree in which the recipe for an exercise has been followed."""
    append(tree / "vae_lessons" / LESSON / "exercises.py", recipe("exercise"))
    path = tree / "notebooks" / f"{NOTEBOOK}.ipynb"
    nb = nbformat.read(path, as_version=4)
    hint, solution = ({"tags": [tag], "jp-MarkdownHeadingCollapsed": True} for tag in ("hint", "solution"))
    place = next(n for n, cell in enumerate(nb.cells) if cell.source.startswith("### Exercise"))
    nb.cells[place:place] = [
        words(recipe("task").strip()),
        code(recipe("stub").strip(), metadata={"tags": ["exercise"]}),
        code(recipe("check").strip()),
        words("#### Hint", metadata=hint),
        words("One operator does it.", metadata={"tags": ["hint"]}),
        words("#### Solution", metadata=solution),
        code(recipe("solution").strip(), metadata={"tags": ["solution"]}),
    ]
    for number, cell in enumerate([cell for cell in nb.cells if cell.cell_type == "code"], start=1):
        cell.execution_count = number  # as a run counts
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = number
    nbformat.write(nb, path)
    write_minutes(tree)
    return tree


EXERCISES = "tests/vae_helpers/exercises/test_tables.py", "tests/vae_helpers/exercises/test_notebooks.py"


def test_an_exercise(with_exercise):
    selected = f"halve or {NOTEBOOK}"
    assert passed(run_tests(with_exercise, *EXERCISES, *OF_NOTEBOOKS, "-k", selected), least=20)


def test_a_slip_that_can_not_be_told_from_the_right_answer_is_found(with_exercise):
    edit(with_exercise / "vae_lessons" / LESSON / "exercises.py", '"x // 2":', '"0.5 * x":')
    result = run_tests(with_exercise, EXERCISES[0], "-k", "halve")
    assert result.returncode == 1 and "test_each_slip_gets_its_own_sentence[halve]" in result.stdout


# --- a figure, a colour ---


def test_a_figure(tree):
    append(tree / "vae_lessons" / "lesson04" / "figures.py", recipe("figure"))
    tests = tree / "tests" / "vae_lessons"
    edit(tests / "lesson04" / "figure_calls.py", "CALLS = {\n", "CALLS = {\n" + recipe("figure's test"))
    selected = "lesson04 and (two_values or every_figure_is_tried)"
    result = run_tests(tree, str(tests / "test_figures.py"), "-k", selected)
    assert passed(result, least=2)


def test_a_colour(tree):
    append(tree / "vae_lessons" / "lesson04" / "figures.py", recipe("figure"))
    edit(tree / "vae_helpers" / "palette.py", '"posterior": BLUE', '"posterior": "#123456"')
    drawn = "from vae_lessons.lesson04.figures import two_values; from matplotlib.colors import to_hex; "
    drawn += "print(to_hex(two_values([1, 2]).axes[0].patches[0].get_facecolor()))"
    assert run(tree, "-c", drawn).stdout.strip() == "#123456"
    assert passed(run_tests(tree, "tests/vae_helpers/test_palette.py"), least=10)


# --- a newer Keras ---

needs_make = pytest.mark.skipif(not os.access("/usr/bin/make", os.X_OK), reason="there is no /usr/bin/make")


@needs_make
def test_a_newer_keras():
    (package,) = re.findall(r"`make lock PACKAGE=(\w+)` and", section("A newer Keras, or another package"))
    shown = subprocess.run(
        ["/usr/bin/make", "--dry-run", "lock", f"PACKAGE={package}"], cwd=ROOT, capture_output=True, text=True
    )
    assert f"tools/write_lock.py {package}\n" in shown.stdout  # tests/tools/test_write_lock.py: what that calls


# --- a notebook ---


@pytest.fixture
def with_notebook(tree):
    """A copy of the tree with a notebook 11, 01 under another name, at every place that CONTRIBUTING.md names."""
    text = (tree / "notebooks" / "01_data_preprocessing.ipynb").read_text(encoding="utf-8")
    nb = nbformat.reads(text.replace("lesson01", "lesson11"), as_version=4)
    names = [name for cell in nb.cells if "exercise" in cell.metadata.get("tags", []) for name in defined(cell.source)]
    for cell in nb.cells:
        cell.source = renamed(cell.source.replace("01_data_preprocessing", "11_more"), names)
    nb.cells[0].source = nb.cells[0].source.replace("# 01 Data preprocessing", "# 11 More")
    nbformat.write(nb, tree / "notebooks" / "11_more.ipynb")
    for package in ("vae_lessons", "tests/vae_lessons"):
        shutil.copytree(tree / package / "lesson01", tree / package / "lesson11")
        for path in (tree / package / "lesson11").glob("*.py"):
            path.write_text(
                path.read_text().replace("lesson01", "lesson11").replace("01_data_preprocessing", "11_more")
            )
    exercises = tree / "vae_lessons" / "lesson11" / "exercises.py"
    exercises.write_text(renamed(exercises.read_text(), names))
    edit(
        tree / "README.md",
        "\n\nThe minutes are",
        "\n| [11 More](notebooks/11_more.ipynb) | 5 + 5 | more |\n\nThe minutes are",
    )
    guide = (tree / "docs" / "teaching" / "01_data_preprocessing.md").read_text(encoding="utf-8")
    (tree / "docs" / "teaching" / "11_more.md").write_text(
        guide.replace("# 01 Data", "# 11 More, data"), encoding="utf-8"
    )
    edit(tree / "docs" / "teaching" / "index.md", "10_learned_prior\n", "10_learned_prior\n11_more\n")
    write_minutes(tree)
    return tree


def defined(text):
    return re.findall(r"(?m)^(?:def|class) (\w+)", text)


def renamed(text, names):
    """A text in which exercises have other names, as those of one course must differ."""
    for name in names:
        text = re.sub(rf"\b{name}(?=\b|_solution\b)", f"more_{name}", text)
    return text


def test_a_notebook(with_notebook):
    places = section("A new notebook")
    for path in with_notebook.rglob("*11*"):
        name = path.relative_to(with_notebook).as_posix().replace("11_more", "11_name")
        assert name in places or "__pycache__" in name, name
    tests = ["tests/test_layout.py", *OF_NOTEBOOKS, "tests/vae_helpers/exercises/test_notebooks.py"]
    tests += ["tests/vae_lessons/test_figures.py", "tests/vae_lessons/lesson11/test_figures.py"]
    assert passed(run_tests(with_notebook, *tests, "-k", "11 or layout"), least=40)


def test_a_notebooks_page_and_copies_are_made(with_notebook):
    staged = (
        "import sys; sys.path.insert(0, 'tools'); import write_site, write_workshop, nbformat, pathlib; "
        "path = pathlib.Path('notebooks/11_more.ipynb'); "
        "write_site.stage({path.stem: write_site.committed(path)}, pathlib.Path('build/source').absolute()); "
        "write_workshop.learner(nbformat.read(path, as_version=4))"
    )
    result = run(with_notebook, "-c", staged)
    assert result.returncode == 0, result.stderr
    source = with_notebook / "build" / "source"
    for page in ("notebooks/11_more.ipynb", "download/11_more.ipynb", "reference/lesson11.md"):
        assert (source / page).exists()
    assert "[11 More](notebooks/11_more.ipynb)" in (source / "minutes.md").read_text(encoding="utf-8")


# --- the decoder's size ---


def test_the_decoders_size_stands_at_the_places_that_are_named():
    places = re.findall(r"`((?:vae_|notebooks|tests|benchmarks)[\w./]*)`", section("The decoder's size"))
    assert len(places) > 6
    assert [place for place in places if not re.search(r"\b512\b", (ROOT / place).read_text(encoding="utf-8"))] == []
