"""The learner's copy of the notebooks, in learn/: without outputs, made once, and never overwritten.

    python tools/learner_copy.py          make what is missing
    python tools/learner_copy.py 04       set the learner's 04 aside, and make a clean one

A picture that already stands under "Predict, then run" would spoil the question, and what a learner writes must survive
an update of the course. So learners work in a copy. Each notebook in it remembers which version it was made from.
"""

import datetime
import hashlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COURSE, LEARN = ROOT / "notebooks", ROOT / "learn"
ORIGIN = "course_version"  # in a copy's metadata


def version(notebook):
    """A fingerprint of what a learner reads in a notebook: its cells, not their outputs."""
    cells = [(cell["cell_type"], "".join(cell["source"])) for cell in notebook["cells"]]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def clean(notebook):
    """A notebook without outputs, which remembers its origin."""
    notebook["metadata"][ORIGIN] = version(notebook)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    return notebook


def write_whole(path, content):
    """Write a file in one step, so that a half-written one never counts."""
    path.parent.mkdir(exist_ok=True)
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=".unfinished-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(part, 0o644)
        os.replace(part, path)
    except BaseException:
        os.unlink(part)
        raise


def make(source, target):
    """Make one learner's file: a notebook cleaned, anything else as it is."""
    if source.suffix == ".ipynb":
        content = (json.dumps(clean(read(source)), ensure_ascii=False, indent=1) + "\n").encode()
    else:
        content = source.read_bytes()
    write_whole(target, content)


def make_missing(course, learn):
    """Make the files that the copy lacks, and bring those up to date that are no notebooks: nobody writes in them."""
    for source in sorted(each for each in course.iterdir() if each.is_file() and not each.name.startswith(".")):
        target = learn / source.name
        stale = source.suffix != ".ipynb" and target.exists() and target.read_bytes() != source.read_bytes()
        if stale or not target.exists():
            make(source, target)


def changed(course, learn):
    """The names of the notebooks whose course version is not the one that the copy was made from."""
    names = [path.name for path in sorted(course.glob("*.ipynb")) if (learn / path.name).exists()]
    return [name for name in names if origin(learn / name) != version(read(course / name))]


def origin(path):
    """The version that a copy was made from; "" for one that can't be read or was not made here."""
    try:
        return read(path)["metadata"].get(ORIGIN, "")
    except (OSError, ValueError, KeyError, AttributeError):
        return ""


def start_afresh(prefix, course, learn):
    """Set the learner's notebook with a prefix aside, under today's date, and make a clean one."""
    found = [path for path in sorted(course.glob("*.ipynb")) if path.name.startswith(prefix)]
    if len(found) != 1 or not prefix:
        names = ", ".join(path.stem for path in found or sorted(course.glob("*.ipynb")))
        sys.exit(f"FRESH names one notebook by its number, such as FRESH=04, but is {prefix!r}. There are: {names}.")
    (source,) = found
    target = learn / source.name
    if target.exists():
        aside = free_name(target)
        os.replace(target, aside)
        print(f"Your {target.name} is now {aside.name}, beside a clean one.")
    make(source, target)


def free_name(path):
    """The notebook's name with today's date, and with a number where that is taken."""
    day = datetime.date.today().isoformat()
    names = [f"{path.stem}.{day}.ipynb"] + [f"{path.stem}.{day}-{number}.ipynb" for number in range(2, 1000)]
    return next(path.with_name(name) for name in names if not path.with_name(name).exists())


def prepare(fresh="", course=COURSE, learn=LEARN):
    """Make or complete the learner's copy, and say what is new. Exits with a line where it can't be written."""
    try:
        if fresh:
            start_afresh(fresh, course, learn)
        make_missing(course, learn)
    except OSError as error:
        room = shutil.disk_usage(course).free / 1e6
        sys.exit(f"The learner's copy in {learn} can't be written ({error.strerror}; {room:.0f} MB are free there).")
    for name in changed(course, learn):
        print(f"The course's {name} has changed since your copy was made. For a clean one: make lab FRESH={name[:2]}")


if __name__ == "__main__":
    prepare(*sys.argv[1:2])
