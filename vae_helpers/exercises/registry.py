"""All exercises by name, the check of an answer, and how many exercises are done."""

import difflib
import importlib.util
import pkgutil
import sys
from collections.abc import Iterator, Mapping
from functools import cached_property
from types import ModuleType
from typing import Any

from vae_helpers.exercises import board_client, progress_store
from vae_helpers.exercises.cards import AllProgress, Progress, Verdict
from vae_helpers.exercises.exercise import Exercise
from vae_helpers.exercises.progress_store import Record


class Exercises(Mapping[str, Exercise]):
    """{name: exercise} of all lessons, in the order of their files; the lessons are loaded at the first look."""

    @cached_property
    def lessons(self) -> dict[str, dict[str, Exercise]]:
        """{notebook, such as "04_elbo": {name: exercise}}."""
        package = importlib.util.find_spec("vae_lessons")  # by its name alone: nothing of vae_helpers imports a lesson
        places = (package.submodule_search_locations if package else None) or []
        folders = sorted(module.name for module in pkgutil.iter_modules(places) if module.name.startswith("lesson"))
        names = [f"vae_lessons.{folder}.exercises" for folder in folders]
        modules = [importlib.import_module(name) for name in names if importlib.util.find_spec(name)]
        return {module.NOTEBOOK: exercises_of(module) for module in modules}

    @cached_property
    def table(self) -> dict[str, Exercise]:
        """{name: exercise} as one dict."""
        return {name: exercise for lesson in self.lessons.values() for name, exercise in lesson.items()}

    def __getitem__(self, name: str) -> Exercise:
        return self.table[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.table)

    def __len__(self) -> int:
        return len(self.table)

    def names_of_open_lessons(self) -> list[str]:
        """The names of the exercises of the lessons whose figures this kernel has imported; if of none, all names."""
        opened = [notebook for notebook in self.lessons if f"vae_lessons.lesson{notebook[:2]}.figures" in sys.modules]
        return [name for notebook in opened or self.lessons for name in self.lessons[notebook]]


def exercises_of(module: ModuleType) -> dict[str, Exercise]:
    """{name: exercise} of all exercises that a module defines."""
    return {value.name: value for value in vars(module).values() if isinstance(value, Exercise)}


EXERCISES = Exercises()
board_client.report("here")  # to a teacher's board, if there is one: a kernel has begun


def check(answer: Any, name: str | None = None) -> Verdict:
    """Judge an answer: a Verdict, whatever the answer does.

    answer: the learner's function or class, whose own name says which exercise it belongs to. name: the exercise's
    name, for an answer without a fitting one, such as a lambda. Never raises; the verdict on a name that no exercise
    has says which names there are.
    """
    name = name or getattr(answer, "__name__", "")
    if not isinstance(name, str) or name not in EXERCISES:
        return Verdict("wrong", unknown_name(str(name)))
    verdict = EXERCISES[name].check(answer)
    progress_store.save_verdict(name, verdict)
    return board_client.report_verdict(name, verdict)


def unknown_name(name: str) -> str:
    """The message for a name that no exercise has, or for "", no name."""
    names = EXERCISES.names_of_open_lessons()
    close = difflib.get_close_matches(name, EXERCISES, 1)
    meant = f" Did you mean {close[0]}?" if close else ""
    problem = (
        f"No exercise is called {name!r}." if name else "This answer has no name, so it can't be told which exercise."
    )
    return (
        f"{problem}{meant} The exercises here are {', '.join(names)}: call your function like one of them, or say"
        f' which one you mean, as in check(answer, "{names[0]}").'
    )


def done(notebook: str) -> Progress:
    """How many of a notebook's exercises have been solved, in this kernel or before: a line, and a card in Jupyter.

    Raises ValueError if the notebook, such as "04_elbo", has none.
    """
    if notebook not in EXERCISES.lessons:
        known = ", ".join(EXERCISES.lessons)
        raise ValueError(f"{notebook!r} has no exercises; the notebooks that have are {known}.")
    return _progress_of(notebook, progress_store.load_records())


def progress(reset: bool = False) -> AllProgress:
    """All lessons' exercises, those solved and those still open, as one table. reset=True deletes all records first."""
    if reset:
        progress_store.delete_records()
    records = progress_store.load_records()
    lessons = {notebook: _progress_of(notebook, records) for notebook in EXERCISES.lessons}
    return AllProgress(lessons, {name: record.attempts for name, record in records.items()})


def _progress_of(notebook: str, records: Mapping[str, Record]) -> Progress:
    names = EXERCISES.lessons[notebook]
    solved = tuple(name for name in names if records.get(name, Record()).solved)
    return Progress(solved, tuple(name for name in names if name not in solved))
