"""Run the notebooks and write them as pages to build/, which open without a network: what `make course` does."""

import html
import importlib.util
import re
import shutil
from pathlib import Path

from digits import make_path_absolute
from jinja2 import DictLoader
from nbconvert import HTMLExporter
from run_notebooks import WIDGET_VIEW, chosen, save, timed_run

from vae_helpers.lesson06.widgets import explorer_page

BUILD = Path(__file__).parents[1] / "build"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"

# nbconvert's page, without the scripts that it takes from the network: RequireJS (for widgets) and Mermaid (for
# diagrams) are not needed, and MathJax 2 stands beside the pages, in Jupyter's own selection with the STIX fonts.
TEMPLATE = """
{%- extends 'lab/index.html.j2' -%}
{%- block html_head_js_requirejs -%}{%- endblock -%}
{%- block html_head_js_mermaidjs -%}{%- endblock -%}
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
summary { padding: 4px 0 4px 84px; cursor: pointer }
summary { font: 600 var(--jp-content-font-size1) var(--jp-content-font-family) }
</style>
{%- endblock -%}
{%- block any_cell scoped -%}
{%- if "opens" in cell.metadata -%}<details><summary>{{ cell.metadata.opens | e }}</summary>{%- endif -%}
{{ super() }}
{%- if "closes" in cell.metadata -%}</details>{%- endif -%}
{%- endblock -%}
"""
STILL = '<img alt="{}" src="data:image/png;base64,{}">'
INDEX = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>The variational autoencoder, built step by step</title>
<style>body {{ font: 1.1rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }}</style>
</head>
<body><h1>The variational autoencoder, built step by step</h1>
<ul>
{items}
</ul></body>
</html>
"""


def copy_mathjax(target):
    """Put MathJax beside the pages, without the parts that they don't use."""
    source = Path(importlib.util.find_spec("jupyter_server_mathjax").origin).parent / "static"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("SVG", "a11y", "localization"))


def title(nb):
    """The notebook's first heading."""
    return re.search(r"^# +(.+)$", nb.cells[0].source, re.MULTILINE)[1]


def place_widgets(nb):
    """Put the latent explorer into the page, to be moved there; leave the picture of what needs a kernel to move."""
    states = nb.metadata.pop("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    for number, output in enumerate(output for cell in nb.cells for output in cell.get("outputs", [])):
        view = output.get("data", {}).pop(WIDGET_VIEW, {"model_id": None})
        widget = states.get(view["model_id"], {})
        if widget.get("state", {}).get("_anywidget_id") == "vae_helpers.lesson06.widgets.LatentExplorer":
            output.data = {"text/html": explorer_page(widget, number)}  # one widget may be shown twice
        elif view["model_id"] and "image/png" in output.data:
            output.data = {"text/html": STILL.format(output.data["text/plain"], output.data["image/png"])}


def fold(nb):
    """Mark the first and last cell of what Lab shows folded, such as a hint; its heading becomes the page's summary."""
    sections = [(None, [])]  # what to fold them under, cells
    for cell in nb.cells:
        heading = re.match(r"#+ +(.+)", cell.source) if cell.cell_type == "markdown" else None
        if heading and cell.metadata.get("jp-MarkdownHeadingCollapsed"):
            sections.append((heading[1], []))
        elif heading:
            sections.append((None, [cell]))
        else:
            sections[-1][1].append(cell)
    for summary, cells in sections:
        if summary and cells:
            cells[0].metadata["opens"], cells[-1].metadata["closes"] = summary, True
    nb.cells = [cell for _, cells in sections for cell in cells]


def page(nb):
    """The run notebook as one HTML page, its links to other notebooks turned into links to their pages."""
    place_widgets(nb)
    fold(nb)
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            cell.source = re.sub(r"\]\((\w+)\.ipynb\b", r"](\1.html", cell.source)
    exporter = HTMLExporter(extra_loaders=[DictLoader({"course.html.j2": TEMPLATE})], template_file="course.html.j2")
    exporter.log.setLevel("ERROR")
    return exporter.from_notebook_node(nb, resources={"metadata": {"name": title(nb)}})[0]


def main():
    make_path_absolute()
    copy_mathjax(BUILD / "mathjax")
    items = []
    for path in chosen([]):
        nb = timed_run(path)
        save(page(nb), BUILD / f"{path.stem}.html")
        items.append(f'<li><a href="{path.stem}.html">{html.escape(title(nb))}</a></li>')
    save(INDEX.format(items="\n".join(items)), BUILD / "index.html")
    print(f"Open {BUILD / 'index.html'} in a browser.")


if __name__ == "__main__":
    main()
