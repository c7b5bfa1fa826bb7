"""Slides from a notebook: its questions, formulas and figures, in nbconvert's reveal.js, without a network.

What goes on a slide is marked by what it is: a paragraph that begins with a bold question such as "**Predict, then
run.**", a displayed formula, a figure, and what is printed in answer to a question. A code cell tagged `no-slide` is
left out.
"""

import importlib.util
import re
import shutil
from pathlib import Path

import nbformat
from jinja2 import DictLoader
from minutes import PROMPT
from nbconvert import SlidesExporter
from nbformat import NotebookNode

TEMPLATE = """
{%- extends 'reveal/index.html.j2' -%}
{%- block html_head_js -%}{%- endblock -%}
{%- block jupyter_widgets -%}{%- endblock -%}
{%- block html_head_js_mathjax -%}
<script type="text/x-mathjax-config">
MathJax.Hub.Config({
  tex2jax: {inlineMath: [["$", "$"]], displayMath: [["$$", "$$"]], processEscapes: true, processEnvironments: true},
  "HTML-CSS": {availableFonts: [], preferredFont: null, webFont: "STIX-Web"},
  messageStyle: "none",
  showMathMenu: false
});
</script>
<script src="mathjax/MathJax.js?config=TeX-AMS-MML_HTMLorMML-full"></script>
<style>
:root { --jp-content-font-size1: 30px }
.reveal h1, .reveal h2 { text-transform: none !important; font-size: 48px !important }
.reveal .jp-RenderedImage img { height: 470px; max-width: 940px; object-fit: contain; margin: 0 }
.reveal section:has(pre) .jp-RenderedImage img { height: 360px }
.reveal pre { font-size: 18px; width: 100%; box-shadow: none; color: black }
.reveal section { text-align: left }
.jp-InputPrompt, .jp-OutputPrompt { display: none }
</style>
{%- endblock -%}
{%- block footer_js -%}
<script src="reveal/dist/reveal.js"></script>
<script src="reveal/plugin/notes/notes.js"></script>
<script>
Reveal.initialize({ hash: true, width: 1000, height: 700, slideNumber: "c/t", plugins: [RevealNotes] });
</script>
{%- endblock -%}
"""


def copy_files(target: Path) -> None:
    """Put reveal.js and MathJax beside the slides, without the parts that they don't use."""
    target.mkdir(parents=True, exist_ok=True)
    places = {"reveal": ("sphinx_revealjs", "_static/revealjs"), "mathjax": ("jupyter_server_mathjax", "static")}
    for name, (package, inside) in places.items():
        source = Path(importlib.util.find_spec(package).origin).parent / inside
        ignored = shutil.ignore_patterns("SVG", "a11y", "localization", "*.map")
        shutil.copytree(source, target / name, ignore=ignored, dirs_exist_ok=True)


def slide(kind: str, text: str) -> NotebookNode:
    return nbformat.v4.new_markdown_cell(text, metadata={"slideshow": {"slide_type": kind}})


def opening(text: str) -> NotebookNode:
    """The first slide: the notebook's title, and what one can do after it."""
    title = re.match(r"# (.+)", text)[1]
    return slide("slide", f"# {title}\n\n" + "\n".join(re.findall(r"^- .+$", text, re.MULTILINE)[:5]))


def plain(text: str) -> str:
    """A text whose links are their words: on a slide they lead nowhere."""
    return re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text)


def from_markdown(text: str) -> list[str]:
    """The questions and formulas of a Markdown cell, each with the heading or the sentence that stands before it."""
    slides, heading, before = [], "", ""
    for piece in re.split(r"\n\s*\n", plain(text)):
        if piece.startswith("## "):
            heading = piece
        elif question := PROMPT.search(piece):
            slides.append([heading, piece[question.start() :]])
        elif piece.startswith("$$"):
            slides.append([heading, re.split(r"(?<=[.?]) +", before.replace("\n", " "))[-1], piece])
        heading, before = "" if slides else heading, piece
    return ["\n\n".join(filter(None, parts)) for parts in (slides or [[heading]] * bool(heading))]


def answers(cell: NotebookNode, asked: bool) -> list:
    """The cell's outputs that belong on a slide: figures, and text where a question was asked before it.

    A figure with a script of its own is its picture here, or left out where it has none.
    """
    if "no-slide" in cell.metadata.get("tags", []):
        return []
    still = [without_script(output) for output in cell.outputs]
    return [output for output in still if "image/png" in output.get("data", {}) or (asked and output.get("data") != {})]


def without_script(output: NotebookNode) -> dict:
    """An output without its HTML where that brings a script."""
    data = output.get("data", {})
    if "<script" not in data.get("text/html", ""):
        return output
    return {**output, "data": {name: content for name, content in data.items() if name == "image/png"}}


def slides_of(notebook: NotebookNode, notes: dict[int, str]) -> list[NotebookNode]:
    """The slides of a notebook as cells that nbconvert takes."""
    first, *rest = notebook.cells
    cells, asked = [opening(first.source)], False
    for cell in rest:
        if cell.source.startswith("## You can now"):
            break
        if cell.cell_type == "markdown" and (pieces := from_markdown(cell.source)):
            cells += [slide("slide" if piece.startswith("## ") else "subslide", piece) for piece in pieces]
            number = re.match(r"## (\d+)\.", pieces[0])
            if number and int(number[1]) in notes:
                cells.append(slide("notes", notes[int(number[1])]))
            asked = bool(PROMPT.search(pieces[-1]))
        elif cell.cell_type == "code" and (shown := answers(cell, asked)):
            made = nbformat.v4.new_code_cell("", outputs=nbformat.from_dict(shown), metadata=dict(cell.metadata))
            made.metadata["slideshow"] = {"slide_type": "subslide"}
            cells.append(made)
    return cells


def write(notebook: NotebookNode, notes: dict[int, str], path: Path) -> None:
    """Write a notebook's slides to a file beside the folders of ``copy_files``."""
    nb = nbformat.v4.new_notebook(cells=slides_of(notebook, notes))
    exporter = SlidesExporter(
        extra_loaders=[DictLoader({"slides.html.j2": TEMPLATE})],
        template_file="slides.html.j2",
        reveal_url_prefix="reveal",
        reveal_theme="white",
        exclude_input=True,
    )
    exporter.log.setLevel("ERROR")
    path.write_text(
        exporter.from_notebook_node(nb, resources={"metadata": {"name": path.stem[:2]}})[0], encoding="utf-8"
    )
