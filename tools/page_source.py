"""A notebook as the source of its page in the site: what myst-nb reads."""

import re
from textwrap import dedent

import nbformat
from colab import places, repository
from nbformat import NotebookNode
from widget_snapshots import WIDGET_VIEW, as_html

words = nbformat.v4.new_markdown_cell
MOVES = "Interactive figure"  # how the text of a widget's picture begins
STANDS_STILL = dedent("""\
    :::{container} stands-still
    This figure moves in JupyterLab. Run the notebook there, then drag a slider, or focus it and press the arrow keys.
    :::""")


def page_source(nb: NotebookNode, states: dict[str, dict], stem: str) -> NotebookNode:
    """The notebook for its page. states: {cell id: saved widget} of those alive there. Changes nb, and returns it."""
    show_widgets(nb, states)
    fold(nb)
    title, _, rest = nb.cells[0].source.partition("\n")
    nb.cells[0].source = f"{title}\n\n{offers(stem)}\n{rest}"
    for number, cell in enumerate(nb.cells):
        if cell.cell_type == "markdown":
            cell.source = escape_comments(cell.source)
        cell["id"] = f"cell-{number}"
    return nb


def offers(stem: str) -> str:
    """Where to run the notebook, for under its first cell."""
    links = [f"{{download}}`Download this notebook <../download/{stem}.ipynb>`"]
    links += [f"[{text}]({address})" for text, address in places(repository(), stem).items()]
    return ":::{container} offers\n" + " · ".join(links) + "\n:::"


def show_widgets(nb: NotebookNode, states: dict[str, dict]) -> None:
    """Put the widgets that compute in the browser into the page; under the picture of another, say how it moves."""
    nb.metadata.pop("widgets", None)  # what a run saved of all widgets: no page reads it, and it is 5 MB in 06
    cells = []
    for cell in nb.cells:
        cells.append(cell)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            data.pop(WIDGET_VIEW, None)
            if cell.get("id") in states and "image/png" in data:
                output.data = {"text/html": as_html(states[cell.id], len(cells))}
            elif "text/html" not in data and data.get("text/plain", "").startswith(MOVES):
                cells.append(words(STANDS_STILL))
    nb.cells = cells


def fold(nb: NotebookNode) -> None:
    """Fold hints and solutions, which their cells' tags name; the heading of each becomes the summary."""
    cells, opened = [], False
    for cell in nb.cells:
        heading = re.search(r"^#+ +(.+)", cell.source) if cell.cell_type == "markdown" else None
        is_folded = bool({"hint", "solution"} & set(cell.metadata.get("tags", [])))
        if opened and (heading or not is_folded):
            cells.append(words("</details>"))
            opened = False
        if heading and is_folded:
            cells.append(words(f'<details class="fold"><summary>{heading[1]}</summary>'))
            opened = True
        else:
            cells.append(cell)
    nb.cells = cells + [words("</details>")] * opened


def escape_comments(text: str) -> str:
    """Markdown as Jupyter reads it: a line that begins with % is no comment."""
    return re.sub(r"(?m)^%", r"\\%", text)
