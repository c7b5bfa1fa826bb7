"""All exercises by name, the check that finds the one that is meant, and what has been done."""

import difflib
import importlib.util
import pkgutil
import sys
from collections.abc import Mapping
from functools import cached_property

from vae_helpers.exercises import board_client, progress_store
from vae_helpers.exercises.cards import AllProgress, Progress, Verdict
from vae_helpers.exercises.exercise import Exercise


class Exercises(Mapping):
    """{name: exercise} of all lessons, in the order of their files; the lessons are loaded at the first look."""

    @cached_property
    def lessons(self):
        """{notebook, such as "04_elbo": {name: exercise}}."""
        package = importlib.util.find_spec("vae_lessons")  # by its name alone: nothing of vae_helpers imports a lesson
        places = package.submodule_search_locations if package else []
        folders = sorted(module.name for module in pkgutil.iter_modules(places) if module.name.startswith("lesson"))
        names = [f"vae_lessons.{folder}.exercises" for folder in folders]
        modules = [importlib.import_module(name) for name in names if importlib.util.find_spec(name)]
        return {module.NOTEBOOK: exercises_of(module) for module in modules}

    @cached_property
    def table(self):
        return {name: each for exercises in self.lessons.values() for name, each in exercises.items()}

    def __getitem__(self, name):
        return self.table[name]

    def __iter__(self):
        return iter(self.table)

    def __len__(self):
        return len(self.table)

    def nearby(self):
        """The names of this lesson's exercises, which the kernel's imports tell; or else those of all lessons."""
        opened = [notebook for notebook in self.lessons if f"vae_lessons.lesson{notebook[:2]}.figures" in sys.modules]
        return [name for notebook in opened or self.lessons for name in self.lessons[notebook]]


def exercises_of(module):
    """{name: exercise} of all exercises that a module defines."""
    return {each.name: each for each in vars(module).values() if isinstance(each, Exercise)}


EXERCISES = Exercises()
board_client.report("here")  # to a teacher's board, if there is one: a kernel has begun


def check(answer, name=None):
    """Judge an answer: a Verdict, whatever the answer does.

    answer: the learner's function or class, whose own name says which exercise it belongs to. name: the exercise's
    name, for an answer without a fitting one, such as a lambda. Never raises; a name that no exercise has is said.
    """
    name = name or getattr(answer, "__name__", "")
    if not isinstance(name, str) or name not in EXERCISES:
        return Verdict("wrong", unknown(str(name)))
    verdict = EXERCISES[name].check(answer)
    progress_store.remember(name, verdict)
    return board_client.told(name, verdict)


def unknown(name):
    """What to do where no exercise has a name, in words."""
    names = EXERCISES.nearby()
    close = difflib.get_close_matches(name, EXERCISES, 1)
    meant = f" Did you mean {close[0]}?" if close else ""
    found = (
        f"No exercise is called {name!r}." if name else "This answer has no name, so it can't be told which exercise."
    )
    return (
        f"{found}{meant} The exercises here are {', '.join(names)}: call your function like one of them, or say which"
        " one "
        f'you mean, as in check(answer, "{names[0]}").'
    )


def done(notebook):
    """How many of a notebook's exercises have been solved, in this kernel or before: a line, and a card in Jupyter.

    Raises ValueError if the notebook, such as "04_elbo", has none.
    """
    if notebook not in EXERCISES.lessons:
        known = ", ".join(EXERCISES.lessons)
        raise ValueError(f"{notebook!r} has no exercises; the notebooks that have are {known}.")
    return _progress_of(notebook, progress_store.recalled())


def progress(reset=False):
    """All lessons' exercises, those solved and those still open, as one table. reset=True forgets them all first."""
    if reset:
        progress_store.forget()
    known = progress_store.recalled()
    lessons = {notebook: _progress_of(notebook, known) for notebook in EXERCISES.lessons}
    return AllProgress(lessons, {name: attempts for name, (_, attempts, _) in known.items()})


def _progress_of(notebook, known):
    names = EXERCISES.lessons[notebook]
    solved = tuple(name for name in names if known.get(name, (False,))[0])
    return Progress(solved, tuple(name for name in names if name not in solved))
