"""Carry what a learner wrote in an older copy of a notebook over into a new one: answers, and cells of their own."""

import copy as copying
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode
from notebook_form import (
    CellRecord,
    count,
    defined_names,
    digest,
    exercises_by_name,
    is_bare_stub,
    record_of,
    records,
    remembered,
    tags,
)

TAG = "carried-over"  # of each of the learner's own cells in a new copy
HEADING, HEADING_ID = "## Your own cells", "your-own-cells"  # the heading of those that have no place any more
TOP = ""  # in place of a cell's id: before the first cell


class Carried(NamedTuple):
    """How many answers and own cells a new copy has received, and how many of the course's cells differed in the old.

    The learner edited those. In a copy that does not remember what it was made from, the course may have, too.
    """

    answers: int
    own_cells: int
    differing: int


def carry_over(old: NotebookNode, new: NotebookNode) -> Carried:
    """Put the answers and own cells of ``old`` into ``new``, a clean copy of the course's notebook, which is changed.

    An answer goes into its exercise's cell: the one with the same id, or else the one whose function it defines. An
    own cell goes behind the cell that it stood behind, or to the end where the course has that one no more.
    """
    made_from = {record.cell_id: record for record in remembered(old) or records(new)}
    answers = answers_by_exercise(old, new, made_from)
    course_ids = {cell.id for cell in new.cells}
    answer_ids = {answer.id for answer in answers.values()}
    others = [cell for cell in old.cells if cell.id not in answer_ids]
    ids_lost = all(cell.id not in course_ids for cell in old.cells)  # some programs drop them: then none is "own"
    own = [] if ids_lost else [cell for cell in others if is_own(cell, course_ids, made_from)]
    own_ids = {cell.id for cell in own}
    texts = {record.text for record in made_from.values()}
    if ids_lost:
        differing = [cell for cell in others if cell.source.strip() and digest(cell.source.strip()) not in texts]
    else:
        differing = [cell for cell in others if cell.id not in own_ids and was_edited(cell, made_from)]

    places = {answer.id: exercise_id for exercise_id, answer in answers.items()}
    own_cells_at, without_place = places_of_own_cells(old, own_ids, course_ids, places)
    for cell in new.cells:
        if cell.id in answers:
            cell.source = answers[cell.id].source
    new.cells = own_cells_at[TOP] + [each for cell in new.cells for each in (cell, *own_cells_at[cell.id])]
    if without_place:
        heading = nbformat.v4.new_markdown_cell(HEADING, id=HEADING_ID, metadata={"tags": [TAG]})
        new.cells += [heading, *without_place]
    return Carried(len(answers), len(own), len(differing))


def answers_by_exercise(
    old: NotebookNode, new: NotebookNode, made_from: Mapping[str, CellRecord]
) -> dict[str, NotebookNode]:
    """{the id of an exercise's cell in new: the cell of old that answers it}."""
    old_by_id = {cell.id: cell for cell in old.cells if cell.cell_type == "code"}
    course_ids = {cell.id for cell in new.cells}
    strangers = [cell for cell in old_by_id.values() if cell.id not in course_ids]
    by_name = {name: cell for cell in strangers for name in defined_names(cell.source)}
    names = {cell.id: name for name, cell in exercises_by_name(new).items()}
    answers = {}
    for exercise in new.cells:
        if record_of(exercise).kind == "exercise":
            answer = old_by_id.get(exercise.id) or by_name.get(names.get(exercise.id, ""))
            known_ids = [exercise.id, *([answer.id] if answer else [])]
            stubs = {made_from[known_id].text for known_id in known_ids if known_id in made_from}
            if answer and is_answer(answer, stubs | {digest(exercise.source.strip())}):
                answers[exercise.id] = answer
    return answers


def is_answer(cell: NotebookNode, stubs: Collection[str]) -> bool:
    """Whether a learner has written in an exercise's cell. stubs: the digests of what the course had and has there."""
    source = cell.source.strip()
    return bool(source) and digest(source) not in stubs and not is_bare_stub(source)


def is_own(cell: NotebookNode, course_ids: Collection[str], made_from: Mapping[str, CellRecord]) -> bool:
    """Whether a learner added a cell, or answered in it an exercise that the course has no more."""
    if cell.id in course_ids or cell.id == HEADING_ID or not cell.source.strip():
        return False
    if cell.id in made_from:
        return made_from[cell.id].kind == "exercise" and is_answer(cell, {made_from[cell.id].text})
    return not ("exercise" in tags(cell) and is_bare_stub(cell.source))


def was_edited(cell: NotebookNode, made_from: Mapping[str, CellRecord]) -> bool:
    """Whether one of the course's cells reads otherwise than the one that it was made from."""
    record = made_from.get(cell.id)
    return record is not None and record.kind != "exercise" and digest(cell.source.strip()) != record.text


def places_of_own_cells(
    old: NotebookNode, own_ids: Collection[str], course_ids: Collection[str], places: Mapping[str, str]
) -> tuple[defaultdict[str, list[NotebookNode]], list[NotebookNode]]:
    """({the id of a cell in new, or TOP: the own cells to put behind it}, those that have no such place).

    places: {the id of an answer in old: the id of its exercise in new}.
    """
    behind: defaultdict[str, list[NotebookNode]] = defaultdict(list)
    without_place = []
    neighbour = TOP
    for cell in old.cells:
        if cell.id not in own_ids:
            blank = cell.id not in course_ids and not cell.source.strip()
            neighbour = neighbour if blank else places.get(cell.id, cell.id)
        elif neighbour == TOP or neighbour in course_ids:
            behind[neighbour].append(own_cell(cell))
        else:
            without_place.append(own_cell(cell))
    return behind, without_place


def own_cell(cell: NotebookNode) -> NotebookNode:
    """A learner's cell as it stands in the new copy: tagged, and without outputs as the rest is."""
    made = copying.deepcopy(cell)
    made.metadata["tags"] = [tag for tag in tags(cell) if tag not in (TAG, "exercise")] + [TAG]
    if made.cell_type == "code":
        made.update(outputs=[], execution_count=None)
    return made


def in_words(carried: Carried) -> str:
    """Such as "2 answers and 1 cell of your own"."""
    return f"{count(carried.answers, 'answer')} and {count(carried.own_cells, 'cell')} of your own"
