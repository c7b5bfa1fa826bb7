"""The cell that makes a notebook run on Google Colab, and what the site hands out for download.

    python tools/colab.py    write the cell into notebooks/, or take it out; then run `make notebooks`

The cell installs the course's package from the repository that pyproject.toml names under project.urls, as Repository.
Where none is named there is no cell. Everywhere but on Colab the cell does nothing.
"""

import tomllib
from pathlib import Path

import learner_copy
import nbformat
from nbformat import NotebookNode
from run_notebooks import chosen, save

ROOT = Path(__file__).parents[1]
TAG = "colab"
# Colab brings TensorFlow, Keras and the rest in versions that the package works with: --no-deps leaves them alone.
# What Colab may lack is named: anywidget, psygnal, which anywidget imports, lazy-loader and filelock.
CELL = """\
# On Google Colab this installs the course's package; everywhere else it does nothing.
import sys

if "google.colab" in sys.modules:
    %pip install --quiet --no-deps git+{repository} anywidget psygnal lazy-loader filelock
    from google.colab import output

    output.enable_custom_widget_manager()"""


def repository(pyproject: Path = ROOT / "pyproject.toml") -> str:
    """The repository's address; "" where pyproject.toml names none."""
    return tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"].get("urls", {}).get("Repository", "")


def places(address: str, stem: str) -> dict[str, str]:
    """{words: the address} of what opens a notebook of a repository in the browser; both services know GitHub alone."""
    host = "https://github.com/"
    if not address.startswith(host):
        return {}
    name = address.removeprefix(host).removesuffix(".git").strip("/")
    return {
        "Open in Colab": f"https://colab.research.google.com/github/{name}/blob/HEAD/notebooks/{stem}.ipynb",
        "Open in Binder": f"https://mybinder.org/v2/gh/{name}/HEAD?urlpath=lab/tree/learn/{stem}.ipynb",
    }


def with_cell(nb: NotebookNode, address: str) -> NotebookNode:
    """The notebook with the cell before its first code, or without it where there is no address. Changes nb."""
    nb.cells = [cell for cell in nb.cells if TAG not in cell.metadata.get("tags", [])]
    if address:
        first = next(number for number, cell in enumerate(nb.cells) if cell.cell_type == "code")
        metadata = {"tags": [TAG, "nbval-check-output"]}
        nb.cells.insert(first, nbformat.v4.new_code_cell(CELL.format(repository=address), id=TAG, metadata=metadata))
    return nb


def handed_out(nb: NotebookNode) -> NotebookNode:
    """A notebook as it is given to a learner: without outputs, and with the cell for Colab."""
    return nbformat.from_dict(learner_copy.clean(with_cell(nb, repository())))


def main() -> None:
    for path in chosen([]):
        save(nbformat.writes(with_cell(nbformat.read(path, as_version=4), repository())) + "\n", path)


if __name__ == "__main__":
    main()
