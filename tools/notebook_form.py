"""Read a notebook, and record of each cell what matters to somebody who has an older copy of it.

A copy has an older form where code, exercises or sections have changed since. Sentences, comments, docstrings, the
layout of code and the punctuation of strings don't count.
"""

import ast
import hashlib
import json
import re
import warnings
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode

KEY = "course_cells"  # in a copy's metadata: {"scheme": 1, "cells": [a line for each of the course's cells]}
SCHEME = 1  # of these lines: raise it when they are made in another way, since they can't be compared then
OLD_KEY = "course_version"  # in older copies' metadata: a fingerprint of all cells' text
EARLIER_FORMS = Path(__file__).with_name("earlier_forms.json")  # {that fingerprint: lines}, of the copies of 313708e
DEFINITION = re.compile(r"^(?:def|class) (\w+)", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(#{1,3}) ", re.MULTILINE)  # of the notebook, a section or a part: a hint has a smaller one
SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
NO_NOTEBOOK = (ValueError, KeyError, TypeError, AttributeError, nbformat.ValidationError)  # what nbformat raises


class UnreadableError(Exception):
    """A file that should be a notebook and can't be read as one; its text says why, such as "it is empty"."""


class CellRecord(NamedTuple):
    """A cell as it was in the course. kind: "code", "exercise", "solution", "heading", or "text", which never counts.

    text: a digest of the source, which every change alters. form: a digest of what counts in it.
    """

    cell_id: str
    text: str
    kind: str
    form: str


# --- reading ---


def read_notebook(path: Path) -> NotebookNode:
    """The notebook in a file, in the newest format. Raises UnreadableError with the reason."""
    try:
        content = path.read_text(encoding="utf-8")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of cells without an id: nbformat gives them one
            notebook = nbformat.reads(content, as_version=4)
        sources = [cell.source for cell in notebook.cells]
    except OSError as error:
        raise UnreadableError(error.strerror or "it can't be opened") from error
    except UnicodeDecodeError as error:
        raise UnreadableError("it is no notebook") from error
    except NO_NOTEBOOK as error:
        raise UnreadableError(reason(content)) from error
    if not all(isinstance(source, str) for source in sources):
        raise UnreadableError("it is no notebook")
    return notebook


def reason(content: str) -> str:
    """Why a file's content is no notebook, in words."""
    if not content.strip():
        return "it is empty"
    return "it holds an unfinished merge" if re.search("^<<<<<<< ", content, re.MULTILINE) else "it is no notebook"


# --- what counts ---


def tags(cell: NotebookNode) -> list[str]:
    return cell.metadata.get("tags", [])


def digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:8]


def record_of(cell: NotebookNode) -> CellRecord:
    kind, counted = counted_in(cell)
    return CellRecord(cell.id, digest(cell.source.strip()), kind, digest(counted))


def records(notebook: NotebookNode) -> list[CellRecord]:
    return [record_of(cell) for cell in notebook.cells]


def counted_in(cell: NotebookNode) -> tuple[str, object]:
    """(A cell's kind, what counts in it). A code cell without a statement is a place to write in, as an exercise is."""
    if "colab" in tags(cell) or "hint" in tags(cell) or cell.cell_type not in ("code", "markdown"):
        return "text", None
    if cell.cell_type == "markdown":
        levels = [] if "solution" in tags(cell) else HEADING.findall(FENCED.sub("", cell.source))
        return ("heading", levels) if levels else ("text", None)
    statements = code_skeleton(cell.source)
    if "solution" in tags(cell):
        return "solution", statements
    return ("exercise" if "exercise" in tags(cell) or not statements else "code"), statements


def parse(source: str) -> ast.Module | None:
    """The syntax tree of a cell; None where it is not plain Python, such as %magic or an answer half-written."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a learner's "\m"
            return ast.parse(source)
    except (SyntaxError, ValueError):
        return None


def code_skeleton(source: str) -> list:
    """A cell's statements as nested lists, the same in every version of Python; words where it does not parse."""
    tree = parse(source)
    if tree is None:
        return [line.split() for line in source.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return [skeleton(statement) for statement in without_docstring(tree.body)]


def skeleton(value: object) -> object:
    """A node of a syntax tree as nested lists, without what is empty; of a string its words alone."""
    if isinstance(value, ast.AST):
        fields = [(name, child) for name, child in ast.iter_fields(value) if name not in ("ctx", "kind")]
        if isinstance(value, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            fields = [(name, without_docstring(child) if name == "body" else child) for name, child in fields]
        return [type(value).__name__, *[[name, skeleton(child)] for name, child in fields if child not in (None, [])]]
    if isinstance(value, list):
        return [skeleton(child) for child in value]
    return re.findall(r"\w+", value) if isinstance(value, str) else repr(value)


def without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0] if body else ast.Pass()
    string = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    return body[1:] if string else body


def is_bare_stub(source: str) -> bool:
    """Whether every function in a cell raises NotImplementedError and does nothing else, without a comment."""
    nodes = ast.walk(parse(source) or ast.Module([], []))
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    bodies = [without_docstring(function.body) for function in functions]
    bare = all(len(body) == 1 and isinstance(body[0], ast.Raise) for body in bodies)
    return bool(bodies) and bare and "#" not in source


def defined_names(source: str) -> list[str]:
    """The functions and classes that a cell defines, whether it parses or not."""
    return DEFINITION.findall(source)


# --- a copy's memory of the course ---


def remember_course(notebook: NotebookNode) -> None:
    """Write the records of all cells into a notebook that is about to become a copy."""
    notebook.metadata.pop(OLD_KEY, None)
    notebook.metadata[KEY] = {"scheme": SCHEME, "cells": [" ".join(record) for record in records(notebook)]}


def remembered(copy: NotebookNode) -> list[CellRecord] | None:
    """The course's cells that a copy was made from; None where it doesn't say."""
    lines = copy.metadata.get(KEY)
    try:
        if lines and lines["scheme"] == SCHEME:
            return [CellRecord(*line.split(" ")) for line in lines["cells"]]
    except NO_NOTEBOOK:  # somebody has written in the metadata
        return None
    earlier = json.loads(EARLIER_FORMS.read_text(encoding="utf-8")).get(str(copy.metadata.get(OLD_KEY)))
    return [CellRecord(*line.split(" ")) for line in earlier] if earlier else None


def old_version(notebook: NotebookNode) -> str:
    """The fingerprint that older copies hold: of all cells' text."""
    cells = [(cell.cell_type, cell.source) for cell in notebook.cells]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def own_records(copy: NotebookNode, course: NotebookNode) -> list[CellRecord]:
    """The course's cells that a copy holds, judged by its own content, for a copy that does not remember them.

    A cell is one of the course's by its id, by its text, or by the exercise that it answers. An answer is no change.
    """
    if copy.metadata.get(OLD_KEY) == old_version(course):
        return records(course)
    course_records = records(course)
    by_id = {record.cell_id: record for record in course_records}
    by_text = {record.text: record for record in course_records}
    exercises = {name: by_id[cell.id] for name, cell in exercises_by_name(course).items()}
    recognized: dict[str, CellRecord] = {}
    for cell in copy.cells:
        record = record_of(cell)
        match = by_id.get(cell.id) or by_text.get(record.text)
        if match:
            recognized[match.cell_id] = match if match.kind == "exercise" else record._replace(cell_id=match.cell_id)
        for name in defined_names(cell.source):
            if name in exercises:
                recognized.setdefault(exercises[name].cell_id, exercises[name])
    return list(recognized.values())


def exercises_by_name(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """{the exercise's name, which its stub defines: the cell}."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and "exercise" in tags(cell)]
    return {name: cell for cell in cells for name in defined_names(cell.source)[:1]}


# --- what has changed ---


def changes(copy: NotebookNode, course: NotebookNode) -> str:
    """What counts and has changed in the course since a copy was made, in words; "" for nothing."""
    made_from = remembered(copy) or own_records(copy, course)
    before = {record.cell_id: record for record in made_from if record.kind != "text"}
    all_now = {record.cell_id: record for record in records(course)}
    now = {cell_id: record for cell_id, record in all_now.items() if record.kind != "text"}
    new = [cell_id for cell_id in now if cell_id not in before and now[cell_id].kind != "solution"]
    other = [cell_id for cell_id in now if cell_id in before and now[cell_id][2:] != before[cell_id][2:]]
    emptied = [cell_id for cell_id in before if cell_id not in now and cell_id in all_now]
    gone = [cell_id for cell_id in before if cell_id not in all_now and before[cell_id].kind != "solution"]
    kinds = {cell_id: now[cell_id].kind for cell_id in new + other} | {cell_id: "heading" for cell_id in emptied}
    parts = [
        code_in_words([cell_id for cell_id, kind in kinds.items() if kind in ("code", "solution")], course),
        exercises_in_words("new", [cell_id for cell_id in new if kinds[cell_id] == "exercise"], course),
        exercises_in_words("changed", [cell_id for cell_id in other if kinds[cell_id] == "exercise"], course),
        "headings" if "heading" in kinds.values() else "",
        f"{count(len(gone), 'cell')} left out" if gone else "",
    ]
    if not any(parts):
        order = [cell_id for cell_id in now if cell_id in before]
        parts = ["the order of the cells"] if order != [cell_id for cell_id in before if cell_id in now] else []
    return "; ".join(part for part in parts if part)


def code_in_words(cell_ids: list[str], course: NotebookNode) -> str:
    """In which sections code has changed."""
    places, section = [], "at the start"
    for cell in course.cells:
        if cell.cell_type == "markdown" and (titles := SECTION.findall(FENCED.sub("", cell.source))):
            numbered = re.match(r"(\d+)\. ", titles[-1])
            section = f"in section {numbered[1]}" if numbered else f'under "{titles[-1]}"'
        if cell.id in cell_ids and section not in places:
            places.append(section)
    return f"code {', '.join(places)}" if places else ""


def exercises_in_words(word: str, cell_ids: list[str], course: NotebookNode) -> str:
    """The names of exercises that are new or changed."""
    cells = [cell for cell in course.cells if cell.id in cell_ids]
    names = [(defined_names(cell.source) or ["the cell for your own code"])[0] for cell in cells]
    return f"{word} exercise{'s' * (len(names) > 1)} {', '.join(names)}" if names else ""


def count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
