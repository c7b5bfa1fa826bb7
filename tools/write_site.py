"""Write the course as a site to build/site/, which opens without a network: what `make site` and `make course` do.

    python tools/write_site.py          from the notebooks as they are committed: nothing is run
    python tools/write_site.py --run    from the notebooks, run on whatever digits can be had

The sources of all pages are gathered in build/site-source/: docs/, the notebooks and the pages that are made here.
"""

import re
import shutil
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import nbformat
from colab import handed_out
from data_source import make_path_absolute
from minutes import counted
from nbformat import NotebookNode
from page_source import page_source
from run_notebooks import chosen, timed_run
from sphinx.cmd.build import build_main
from widget_snapshots import run_states, saved_states

ROOT = Path(__file__).parents[1]
DOCS, SITE, SOURCE = ROOT / "docs", ROOT / "build" / "site", ROOT / "build" / "site-source"
COPIED = {"CONTRIBUTING.md": "contribute.md", "CITATION.cff": "CITATION.cff"}  # what stands elsewhere in the repository
BESIDE = ("glossary.md", "manifold.png")  # of notebooks/
UP_TO_ROOT = re.compile(r"(?<=\]\()((?:\.\./)+)(?=notebooks/)")  # in a link of a page in docs/
ROOMS = {  # the reference's pages: what stands on them
    "core": ("The core: what several notebooks import", "vae_helpers/*.py"),
    "exercises": ("Exercises: check, progress and what is behind them", "vae_helpers/exercises/*.py"),
    "diagnose": ("Diagnose: what a VAE's loss weighs", "vae_helpers/diagnose/*.py"),
}
AUTOMODULE = "```{{eval-rst}}\n.. automodule:: {}\n   :members:\n```\n"


def stage(notebooks: dict[str, tuple], source: Path) -> None:
    """Gather all sources in one folder. notebooks: {stem: (notebook, {cell id: saved widget})}."""
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(DOCS, source, ignore=shutil.ignore_patterns("parked", "widget_snapshots", "__pycache__", ".*"))
    for page in source.rglob("*.md"):
        page.write_text(UP_TO_ROOT.sub(one_level_less, page.read_text(encoding="utf-8")), encoding="utf-8")
    for name, page in COPIED.items():
        shutil.copy(ROOT / name, source / page)
    (source / "notebooks").mkdir(exist_ok=True)
    for name in BESIDE:
        shutil.copy(ROOT / "notebooks" / name, source / "notebooks" / name)
    for stem, (nb, states) in notebooks.items():
        nbformat.write(page_source(nb, states, stem), source / "notebooks" / f"{stem}.ipynb")
    (source / "minutes.md").write_text(minutes_table(notebooks), encoding="utf-8")
    write_reference(source / "reference")
    hand_out(source / "download")


def one_level_less(match: re.Match) -> str:
    """From a page in docs/ the notebooks are in the folder above; in the site they are in the page's own."""
    return match[1].removesuffix("../")


def write_reference(folder: Path) -> None:
    """A page for each folder of both packages, of all modules in it, from their docstrings."""
    folder.mkdir(exist_ok=True)
    lessons = sorted(path.name for path in (ROOT / "vae_lessons").glob("lesson*"))
    of_lessons = {
        name: (f"Notebook {name[-2:]}: its figures and widgets", f"vae_lessons/{name}/*.py") for name in lessons
    }
    rooms = ROOMS | of_lessons
    for room, (title, pattern) in rooms.items():
        paths = sorted(path.relative_to(ROOT) for path in ROOT.glob(pattern) if has_docstring(path))
        modules = [".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in paths]
        sections = [f"## {module}\n\n{AUTOMODULE.format(module)}" for module in modules]
        (folder / f"{room}.md").write_text("\n".join([f"# {title}\n", *sections]), encoding="utf-8")


def has_docstring(path: Path) -> bool:
    return path.name != "__init__.py" or path.parent.name in ("exercises", "diagnose")


def minutes_table(stems: Iterable[str]) -> str:
    """Markdown: the notebooks' titles and their minutes. Deeper sections have a column where there are any."""
    notebooks = {stem: nbformat.read(ROOT / "notebooks" / f"{stem}.ipynb", as_version=4) for stem in stems}
    taken = {stem: counted(nb) for stem, nb in notebooks.items()}
    shown = ["reading", *(["deeper"] if any(minutes.deeper for minutes in taken.values()) else []), "exercises"]
    rows = [" | ".join(["| notebook | the one idea", *(f"{name}, minutes" for name in shown)]) + " |"]
    rows.append("|---|---" + "|---" * len(shown) + "|")
    for stem, nb in notebooks.items():
        title, idea = title_and_idea(nb)
        numbers = " | ".join(str(getattr(taken[stem], name)) for name in shown)
        rows.append(f"| [{title}](notebooks/{stem}.ipynb) | {idea} | {numbers} |")
    hours = [f"{sum(getattr(minutes, name) for minutes in taken.values()) / 60:.1f} hours" for name in shown]
    return "\n".join([*rows, f"| all | | {' | '.join(hours)} |"]) + "\n"


def title_and_idea(nb: NotebookNode) -> tuple[str, str]:
    """The two parts of a notebook's title, such as "04 ELBO: one bound, two terms"."""
    title = re.search(r"^# +(.+)$", nb.cells[0].source, re.MULTILINE)[1]
    first, *rest = re.split(r": |(?<=\?) ", title, maxsplit=1)
    return first, "".join(rest)


def hand_out(folder: Path) -> None:
    """For download: each notebook without outputs, as a learner's copy is, and not the source of its page."""
    folder.mkdir()
    for path in chosen([]):
        nbformat.write(handed_out(nbformat.read(path, as_version=4)), folder / path.name)


def build(source: Path, site: Path, *options: str) -> None:
    """Let Sphinx write the pages. Exits where it stops; its warnings are lines on stderr. options: more of Sphinx's."""
    shutil.rmtree(site, ignore_errors=True)
    doctrees = str(source.parent / "site-doctrees")
    if build_main(["-q", "-b", "html", "-d", doctrees, "-E", *options, str(source), str(site)]):
        sys.exit("The site was not written: see the lines above.")
    for template in (site / "_static").glob("*-macros.html"):  # the theme's, which is no page
        template.unlink()


def committed(path: Path) -> tuple[NotebookNode, dict[str, dict]]:
    return nbformat.read(path, as_version=4), saved_states(path.stem)


def run(path: Path) -> tuple[NotebookNode, dict[str, dict]]:
    nb = timed_run(path)
    return nb, run_states(nb)


def main(arguments: list[str]) -> None:
    start = time.time()
    make_path_absolute()
    read = run if "--run" in arguments else committed
    stage({path.stem: read(path) for path in chosen([])}, SOURCE)
    build(SOURCE, SITE)
    print(f"Written in {time.time() - start:.0f} s. Open {SITE / 'index.html'} in a browser.")


if __name__ == "__main__":
    main(sys.argv[1:])
