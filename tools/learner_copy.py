"""The learner's copy of the notebooks, in learn/: without outputs, made once, and never overwritten.

    python tools/learner_copy.py          make what is missing, and say which notebooks have a newer form
    python tools/learner_copy.py 04       set the learner's 04 aside, and make a new one with what they wrote in it

A picture that already stands under "Predict, then run" would spoil the question, and what a learner writes must survive
an update of the course. So learners work in a copy. Each notebook in it remembers the cells that it was made from.
"""

import contextlib
import datetime
import os
import shutil
import sys
import tempfile
from pathlib import Path

import nbformat
from carry_over import carry_over, in_words
from nbformat import NotebookNode
from notebook_form import UnreadableError, changes, read_notebook, remember_course

ROOT = Path(__file__).resolve().parents[1]
COURSE, LEARN = ROOT / "notebooks", ROOT / "learn"


def clean(notebook: NotebookNode) -> NotebookNode:
    """A notebook without outputs, which remembers what it was made from. It is changed in place."""
    remember_course(notebook)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    return notebook


def write_beside(path: Path, content: bytes) -> str:
    """Write what a file will hold into an unfinished file in its folder; returns that one's path."""
    path.parent.mkdir(exist_ok=True)
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=".unfinished-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(part, 0o644)
    except BaseException:
        os.unlink(part)
        raise
    return part


def put_in_place(part: str, path: Path) -> None:
    """Give an unfinished file its name, or remove it where that fails."""
    try:
        os.replace(part, path)
    except BaseException:
        os.unlink(part)
        raise


def write_whole(path: Path, content: bytes) -> None:
    """Write a file in one step, so that a half-written one never counts."""
    put_in_place(write_beside(path, content), path)


def content_of(notebook: NotebookNode) -> bytes:
    return (nbformat.writes(notebook) + "\n").encode()


def make_missing(course: Path, learn: Path) -> None:
    """Make the files that the copy lacks, and bring those up to date that are no notebooks: nobody writes in them."""
    for source in sorted(path for path in course.iterdir() if path.is_file() and not path.name.startswith(".")):
        target = learn / source.name
        if source.suffix != ".ipynb":
            content = source.read_bytes()
            if not target.exists() or target.read_bytes() != content:
                write_whole(target, content)
        elif not target.exists():
            with contextlib.suppress(UnreadableError):  # notice() names it
                write_whole(target, content_of(clean(read_notebook(source))))


def notice(source: Path, target: Path) -> str:
    """What a learner should know of one notebook: a line, or ""."""
    try:
        course = read_notebook(source)
    except UnreadableError as error:
        return unreadable_in_course(source, error)
    if not target.exists():
        return ""
    command = f"make lab FRESH={source.name[:2]}"
    try:
        changed = changes(read_notebook(target), course)
    except UnreadableError as error:
        name = f"{target.parent.name}/{target.name}"
        return f"Your {name} can't be read: {error}. To set it aside and get a clean one: {command}"
    if not changed:
        return ""
    return f"The course's {source.name} has a newer form ({changed}). To get it with what you wrote in yours: {command}"


def unreadable_in_course(source: Path, error: UnreadableError) -> str:
    name = f"{source.parent.name}/{source.name}"
    return f"The course's {name} can't be read: {error}. To get it back as it was: git checkout HEAD -- {name}"


def start_afresh(prefix: str, course: Path, learn: Path) -> None:
    """Set the learner's notebook with a prefix aside, under today's date, and make a new one with what they wrote.

    The new one stands as a file before the old one gets its other name. Exits with a line where the prefix does not
    name one notebook, or the course's notebook can't be read.
    """
    named = [path for path in sorted(course.glob("*.ipynb")) if path.name.startswith(prefix)]
    if len(named) != 1 or not prefix:
        names = ", ".join(path.stem for path in named or sorted(course.glob("*.ipynb")))
        sys.exit(f"FRESH names one notebook by its number, such as FRESH=04, but is {prefix!r}. There are: {names}.")
    (source,) = named
    target = learn / source.name
    try:
        new = clean(read_notebook(source))
    except UnreadableError as error:
        sys.exit(f"{unreadable_in_course(source, error)}. Your notebook is where it was.")
    if not target.exists():
        write_whole(target, content_of(new))
        return
    aside = free_name(target)
    try:
        carried = carry_over(read_notebook(target), new)
        line = f"Your {target.name} is now {aside.name}. The new one holds {in_words(carried)} from it."
        if carried.differing:
            cells = "1 cell that differs" if carried.differing == 1 else f"{carried.differing} cells that differ"
            line += f" {cells} from the course's can be found in {aside.name} alone."
    except UnreadableError as error:
        line = f"Your {target.name} can't be read: {error}. It is now {aside.name}, beside a clean one."
    part = write_beside(target, content_of(new))
    try:
        shutil.copy2(target, aside)  # and not a rename: at no time is there no notebook
    except BaseException:
        os.unlink(part)
        aside.unlink(missing_ok=True)
        raise
    put_in_place(part, target)
    print(line)


def free_name(path: Path) -> Path:
    """The notebook's name with today's date, and with a number where that is taken."""
    day = datetime.date.today().isoformat()
    names = [f"{path.stem}.{day}.ipynb"] + [f"{path.stem}.{day}-{number}.ipynb" for number in range(2, 1000)]
    return next(path.with_name(name) for name in names if not path.with_name(name).exists())


def prepare(fresh: str = "", course: Path = COURSE, learn: Path = LEARN) -> None:
    """Make or complete the learner's copy, and say what is new. Exits with a line where it can't be written.

    fresh: "" or the number of a notebook, such as "04", of which the learner wants the course's newer form.
    """
    try:
        if fresh:
            start_afresh(fresh, course, learn)
        make_missing(course, learn)
    except OSError as error:
        room = shutil.disk_usage(course).free / 1e6
        sys.exit(f"The learner's copy in {learn} can't be written ({error.strerror}; {room:.0f} MB are free there).")
    for source in sorted(course.glob("*.ipynb")):
        if line := notice(source, learn / source.name):
            print(line)


if __name__ == "__main__":
    prepare(sys.argv[1] if sys.argv[1:] else "")
