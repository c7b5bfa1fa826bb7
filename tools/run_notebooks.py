"""Run the notebooks in fresh kernels, normalise and save them: what `make notebooks` does.

    python tools/run_notebooks.py          all of them
    python tools/run_notebooks.py 04 05    those whose names start so

A notebook that fails, or loses a figure's picture, is left as it was; so are outputs that differ by noise alone.
"""

import base64
import os
import sys
import time
from pathlib import Path

import nbformat
from data_source import digits_are_mnist, make_path_absolute
from ipc_kernels import AsyncFilesKernelManager
from merge_outputs import FINGERPRINT, fingerprint, keep_committed
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode
from widget_snapshots import WIDGET_VIEW, is_saved, run_states, save_states

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {  # what the kernel says of itself, without Python's version; nbconvert needs it to write a script
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
}
TRANSIENT = ("execution", "collapsed", "ExecuteTime", "scrolled", "trusted")


def chosen(prefixes: list[str], folder: Path = NOTEBOOKS) -> list[Path]:
    """The notebooks whose names start with one of the prefixes; all of them if none is given."""
    paths = sorted(folder.glob("*.ipynb"))
    for prefix in prefixes:
        if not any(path.name.startswith(prefix) for path in paths):
            sys.exit(f"No notebook's name starts with {prefix!r}. There are: {', '.join(path.stem for path in paths)}.")
    return [path for path in paths if path.name.startswith(tuple(prefixes) or "")]


def executed(path: Path) -> NotebookNode:
    """The notebook, run top to bottom in a fresh kernel of this environment. Exits with the reason if it fails."""
    nb = nbformat.read(path, as_version=4)
    where = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(
        nb,
        kernel_manager_class=AsyncFilesKernelManager,
        kernel_name="python3",
        timeout=None,
        coalesce_streams=True,
        record_timing=False,
        resources=where,
        extra_arguments=["--log-level=ERROR"],
    )
    try:
        client.execute()
    except (CellExecutionError, DeadKernelError) as error:
        sys.exit(f"{path.name} stopped at {stopped_at(nb)}; the file is as it was.\n{error}")
    return nb


def stopped_at(nb: NotebookNode) -> str:
    """The last cell that was started, in words."""
    started = [number for number, cell in enumerate(nb.cells) if cell.get("execution_count")]
    return f"cell {started[-1]} (counted from 0)" if started else "its first cell"


def normalise(nb: NotebookNode) -> None:
    """Take out what depends on the run or the editor: what is shown, the ids, the tags and alternative texts stay."""
    nb.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": LANGUAGE})
    for cell in nb.cells:
        for key in TRANSIENT:
            cell.metadata.pop(key, None)
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):  # a widget is shown by a kernel; what stays is its picture
                output.data.pop(WIDGET_VIEW, None)


def without_picture(nb: NotebookNode) -> list[int]:
    """The numbers of the cells that show a figure as words alone, which happens where the backend can't draw."""
    shown = [(n, output.get("data", {})) for n, cell in enumerate(nb.cells) for output in cell.get("outputs", [])]
    return [n for n, data in shown if "<Figure" in data.get("text/plain", "") and "image/png" not in data]


def save(text: str, path: Path) -> None:
    """Write the whole file or nothing."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


def keep_picture(nb: NotebookNode, target: Path) -> None:
    """Write the picture of the cell tagged readme-picture, which README.md shows; nothing if there is no such cell."""
    for cell in nb.cells:
        if "readme-picture" in cell.metadata.get("tags", []):
            (png,) = [output.data["image/png"] for output in cell.outputs if "data" in output]
            target.write_bytes(base64.b64decode(png))


def timed_run(path: Path) -> NotebookNode:
    """The run notebook, with one line of progress."""
    print(f"{path.stem} ... ", end="", flush=True)
    start = time.time()
    nb = executed(path)
    print(f"{time.time() - start:.0f} s", flush=True)
    return nb


def renew(path: Path) -> None:
    """Run a notebook and save what is new in it. Exits with the reason if it fails or loses a picture."""
    committed, nb = nbformat.read(path, as_version=4), timed_run(path)
    states = run_states(nb)
    normalise(nb)
    if lost := without_picture(nb):
        sys.exit(f"{path.name} shows figures without their pictures, in cells {lost}; the file is as it was.")
    nb.metadata[FINGERPRINT] = fingerprint(nb, path.stem)
    keep_committed(nb, committed)
    text = nbformat.writes(nb) + "\n"
    if text != path.read_text(encoding="utf-8") or not is_saved(states, path.stem):
        save_states(states, path.stem)
    save(text, path)
    keep_picture(nb, path.with_name("manifold.png"))


def main(prefixes: list[str]) -> None:
    paths = chosen(prefixes)
    make_path_absolute()
    os.environ["VAE_PROGRESS"] = "off"  # what a cell shows of it must not depend on who runs it
    if not digits_are_mnist():
        print("These digits are not MNIST, and the committed outputs are MNIST's: don't commit what this run saves.")
    for path in paths:
        renew(path)


if __name__ == "__main__":
    main(sys.argv[1:])
