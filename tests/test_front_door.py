"""README, citation and licences; the cell for Colab, and the files for Binder and for containers."""

import json
import os
import re
import sys
import tomllib
import types
from pathlib import Path

import colab
import minutes
import nbformat
import pytest
import yaml
from IPython.core.inputtransformer2 import TransformerManager

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ADDRESS = "https://github.com/somebody/course"
code, words = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell

# --- README ---


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_readme_has_the_minutes_that_the_notebook_states(path):
    assert f"(notebooks/{path.name}) | {minutes.readme_row(minutes.of_notebook(path))} |" in README, "run: make minutes"


def test_what_the_readme_links_to_is_there():
    linked = re.findall(r"\]\(([^)#]+)\)", README) + re.findall(r'src="([^"]+)"', README)
    assert len(linked) > 10 and [path for path in linked if not (ROOT / path).exists()] == []


def test_pictures_of_the_readme_have_words_and_are_small():
    for picture, alt in re.findall(r'<img src="([^"]+)"[^>]* alt="([^"]*)"', README):
        assert len(alt) > 40 and (ROOT / picture).stat().st_size < 300_000
    assert "![" not in README


def test_the_citation_names_the_version_and_the_licences():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0" and citation["authors"] and citation["title"] in README
    assert citation["version"] == PROJECT["version"] and citation["license"] == ["MIT", "CC-BY-4.0"]
    assert "Creative Commons Attribution 4.0 International" in (ROOT / "LICENSE-CC-BY").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", [*sorted((ROOT / "docs").rglob("*.md")), *NOTEBOOKS], ids=lambda path: path.stem)
def test_no_page_dismisses_what_a_reader_finds_hard(path):
    assert re.findall(r"(?i)\b(?:simply|obviously|trivial(?:ly)?|of course)\b", path.read_text(encoding="utf-8")) == []


# --- Colab ---


def run(source, monkeypatch):
    """Run a cell as IPython would. Returns the magics that it called: name and words."""
    called, names = [], {}
    shell = types.SimpleNamespace(run_line_magic=lambda *magic: called.append(magic))
    names["get_ipython"] = lambda: shell
    exec(TransformerManager().transform_cell(source), names)  # the cell's own code, in names of its own
    return called


def test_outside_colab_the_cell_does_nothing(monkeypatch):
    monkeypatch.delitem(sys.modules, "google.colab", raising=False)
    assert run(colab.CELL.format(repository=ADDRESS), monkeypatch) == []


def test_on_colab_the_cell_installs_the_package_and_leaves_the_others_alone(monkeypatch):
    manager, google, stand_in = [], types.ModuleType("google"), types.ModuleType("google.colab")
    stand_in.output = types.SimpleNamespace(enable_custom_widget_manager=lambda: manager.append("on"))
    google.colab = stand_in
    monkeypatch.setitem(sys.modules, "google", google)
    monkeypatch.setitem(sys.modules, "google.colab", stand_in)
    ((name, line),) = run(colab.CELL.format(repository=ADDRESS), monkeypatch)
    assert name == "pip" and f"git+{ADDRESS}" in line.split() and "--no-deps" in line.split()
    assert manager == ["on"] and "tensorflow" not in line


def notebook():
    return nbformat.v4.new_notebook(cells=[words("# 01"), code("import numpy"), code("1")])


def test_the_cell_stands_before_the_first_code_once_and_goes_with_the_address():
    nb = notebook()
    for _ in range(2):
        colab.with_cell(nb, ADDRESS)
        assert [colab.TAG in cell.metadata.get("tags", []) for cell in nb.cells] == [False, True, False, False]
    nbformat.validate(nb)
    assert len(colab.with_cell(nb, "").cells) == 3


def test_the_notebooks_carry_the_cell_where_the_project_has_an_address():
    for path in NOTEBOOKS:
        nb = nbformat.read(path, as_version=4)
        found = [cell.source for cell in nb.cells if colab.TAG in cell.metadata.get("tags", [])]
        assert found == [colab.CELL.format(repository=colab.repository())] * bool(colab.repository()), path.stem


def test_the_address_comes_from_the_projects_urls(tmp_path):
    path = tmp_path / "pyproject.toml"
    path.write_text(f'[project]\nname = "x"\n[project.urls]\nRepository = "{ADDRESS}"\n')
    assert colab.repository(path) == ADDRESS
    path.write_text('[project]\nname = "x"\n')
    assert colab.repository(path) == ""


def test_buttons_only_for_an_address_that_colab_and_binder_know():
    found = colab.places(f"{ADDRESS}.git", "04_elbo")
    assert found["Open in Colab"].endswith("/github/somebody/course/blob/HEAD/notebooks/04_elbo.ipynb")
    assert found["Open in Binder"].endswith("/gh/somebody/course/HEAD?urlpath=lab/tree/learn/04_elbo.ipynb")
    assert colab.places("", "04_elbo") == colab.places("https://example.org/course", "04_elbo") == {}


# --- Binder and containers ---


def test_binder_makes_the_learners_copy():
    script = ROOT / "postBuild"
    assert os.access(script, os.X_OK) and "python tools/learner_copy.py" in script.read_text()
    assert (ROOT / "environment.yml").exists()
    assert not (ROOT / "binder").exists() and not (ROOT / ".binder").exists()  # else Binder looks there alone


def test_the_container_sets_up_the_same_environment():
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    assert re.fullmatch(r"python:3\.1[123]-\w+", container["image"])
    assert "make setup" in container["postCreateCommand"]
