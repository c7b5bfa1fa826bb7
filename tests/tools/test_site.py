"""The site as `make site` writes it: whole, without a link to nowhere, words for every picture, and small."""

import json
import re
import urllib.parse
from functools import cache
from pathlib import Path

import building_site
import nbformat
import pytest
import write_site
from bs4 import BeautifulSoup

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
WRITTEN = {"src", "href"}
MB = 1_000_000
pytestmark = pytest.mark.xdist_group("site")  # one process writes it, and tries all of it
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder of the written site, and what Sphinx warned about."""
    return building_site.built(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def site(built):
    return built[0]


@cache
def soup(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def pages(site):
    return building_site.pages(site)


def references(path):
    """What a page's elements name: (element, address)."""
    for element in soup(path).find_all(True):
        for attribute in WRITTEN & element.attrs.keys():
            yield element, element[attribute]


def test_sphinx_has_nothing_to_warn_about(built):
    assert built[1].splitlines() == []


def test_all_pages_are_there(site):
    names = {path.relative_to(site).as_posix() for path in pages(site)}
    beside = "index set-up symbols support contribute cite licences checklist teaching/index reference/index search"
    wanted = [*beside.split(), "notebooks/glossary", *(f"notebooks/{path.stem}" for path in NOTEBOOKS)]
    assert {f"{name}.html" for name in wanted} <= names


def test_every_link_and_picture_leads_to_something(site):
    dead = set()
    for path in pages(site):
        for _, address in references(path):
            parts = urllib.parse.urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / urllib.parse.unquote(parts.path)).resolve() if parts.path else path
            if not target.exists() or target.suffix == ".html" and not has_anchor(target, parts.fragment):
                dead.add(f"{path.name}: {address}")
    assert dead == set()


def has_anchor(path, name):
    return not name or bool(soup(path).find(id=urllib.parse.unquote(name)))


def test_no_page_loads_anything_from_another_server(site):
    """Links that a reader follows may lead away; what a page shows or runs may not."""
    for path in pages(site):
        for element, address in references(path):
            if element.name != "a" and element.get("rel") != ["canonical"]:
                assert not re.match(r"(?i)(https?:)?//", address), (path.name, address)
    for path in site.rglob("*.css"):
        assert not re.search(r"""(?:url\(|@import)\s*["']?(?:https?:)?//""", path.read_text(encoding="utf-8")), path


def test_every_picture_has_words(site):
    bare = set()
    for path in pages(site):
        for picture in soup(path).find_all("img"):
            if len(picture.get("alt", "")) < 20:
                bare.add((path.name, str(picture)[:100]))
    assert bare == set()


@each_notebook
def test_hints_and_solutions_are_folded_in_the_page(site, path):
    cells = nbformat.read(path, as_version=4).cells
    tagged = [cell for cell in cells if {"hint", "solution"} & set(cell.metadata.get("tags", []))]
    count = sum(cell.cell_type == "markdown" and cell.source.startswith("#") for cell in tagged)
    folded = soup(site / "notebooks" / f"{path.stem}.html").select("details.fold")
    assert len(folded) == count and not any(each.has_attr("open") for each in folded)
    assert all(each.summary.get_text(strip=True) for each in folded)
    solutions = [cell.source.splitlines()[0] for cell in tagged if cell.cell_type == "code"]
    hidden = "\n".join(each.get_text() for each in folded)
    assert [line for line in solutions if line not in hidden] == []


@each_notebook
def test_a_notebook_is_offered_without_outputs(site, path):
    (link,) = soup(site / "notebooks" / f"{path.stem}.html").select(".offers a.download")
    offered = json.loads((site / "notebooks" / link["href"]).read_text(encoding="utf-8"))
    assert not any(cell.get("outputs") for cell in offered["cells"])
    assert len(offered["cells"]) >= len(nbformat.read(path, as_version=4).cells)


def test_next_leads_through_all_notebooks(site):
    page = site / "notebooks" / f"{NOTEBOOKS[0].stem}.html"
    for following in NOTEBOOKS[1:]:
        page = page.parent / soup(page).select_one("a.right-next")["href"]
        assert page.stem == following.stem and soup(page).select_one("a.left-prev")


@each_notebook
def test_formulas_are_mathml(site, path):
    article = soup(site / "notebooks" / f"{path.stem}.html").article
    prose = "\n".join(text for text in article.find_all(string=True) if not text.find_parent(("pre", "script")))
    assert article.find("math") and not re.search(r"\\(frac|log|mathrm)\b", prose)


def test_no_page_is_heavy(site):
    """The page itself with its pictures; style and scripts are shared by all."""
    for path in pages(site):
        local = {address for each, address in references(path) if each.name == "img" and "data:" not in address[:5]}
        size = path.stat().st_size + sum((path.parent / address).stat().st_size for address in local)
        has_widget = bool(soup(path).select(".vae-widget-page, .iw-bound, .rate-slider"))
        assert size < (6 if has_widget else 1.5) * MB, f"{path.name}: {size / MB:.2f} MB"


def test_the_explorer_is_alive_where_nothing_was_run(site):
    text = (site / "notebooks" / "06_latent_visualization.html").read_text(encoding="utf-8")
    assert text.count("vae-widget-page") >= 1


def test_the_table_of_minutes_is_that_of_the_notebooks(site):
    text = soup(site / "index.html").get_text()
    for path in NOTEBOOKS:
        assert write_site.title_and_idea(nbformat.read(path, as_version=4))[0] in text


@pytest.mark.parametrize("word", ["reparameter", "posterior", "collaps"])
def test_the_index_of_the_search_has_the_words_that_learners_look_for(site, word):
    assert f'"{word}"' in (site / "searchindex.js").read_text(encoding="utf-8")
