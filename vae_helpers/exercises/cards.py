"""What a learner sees of a check: a card in Jupyter, plain text elsewhere."""

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from vae_helpers.cards import Card, encodable
from vae_helpers.palette import ROLE


@dataclass(frozen=True, repr=False)
class Verdict(Card):
    """The result of a check: status "unattempted", "correct" or "wrong", and the message for the learner.

    slip: the name of the mistake, if it is a known one: the wrong line's code, out of the exercise's table.
    """

    status: str
    message: str
    slip: str = field(default="", compare=False)

    LOOKS: ClassVar[dict[str, tuple[str, str, str]]] = {
        "unattempted": ("○", "Not attempted yet", ROLE["open"]),
        "correct": ("✓", "Correct", ROLE["right"]),
        "wrong": ("✗", "Not right yet", ROLE["wrong"]),
    }

    @property
    def look(self) -> tuple[str, str, str]:
        """The mark, the word and the edge's colour."""
        return self.LOOKS[self.status]


@dataclass(frozen=True, repr=False)
class Progress(Card):
    """How many of a notebook's exercises are done: the names of those done and of those still open."""

    done: tuple[str, ...]
    still_open: tuple[str, ...]

    @property
    def look(self) -> tuple[str, str, str]:
        """The mark, the word and the edge's colour."""
        if not self.still_open:
            return "✓", "All done", ROLE["right"]
        return ("•", "Under way", ROLE["wrong"]) if self.done else ("○", "None yet", ROLE["open"])

    @property
    def total(self) -> int:
        """The number of the notebook's exercises."""
        return len(self.done) + len(self.still_open)

    @property
    def count(self) -> str:
        """How many are done, such as "3 of 5"."""
        return f"{len(self.done)} of {self.total}"

    @property
    def message(self) -> str:
        """The count, and the names of the exercises that are still open."""
        rest = f" Still open: {', '.join(self.still_open)}." if self.still_open else ""
        return f"{self.count} exercises done.{rest}"


@dataclass(frozen=True, repr=False)
class AllProgress:
    """All lessons' progress as a table with bars. lessons: {notebook: Progress}. attempts: {exercise: their number}."""

    lessons: Mapping[str, Progress]
    attempts: Mapping[str, int]

    def __repr__(self) -> str:
        rows = [
            f"{notebook:28} {'#' * len(lesson.done)}{'.' * len(lesson.still_open)} {lesson.count}"
            for notebook, lesson in self.lessons.items()
        ]
        return encodable("\n".join(rows))

    def _repr_html_(self) -> str:
        """Words and numbers beside each bar, so that no colour carries the meaning."""
        rows = "".join(self._row(notebook, lesson) for notebook, lesson in self.lessons.items())
        head = "<tr><th>lesson</th><th>done</th><th></th><th>still open (attempts)</th></tr>"
        return f'<table role="table">{head}{rows}</table>'

    def _row(self, notebook: str, lesson: Progress) -> str:
        share = 100 * len(lesson.done) / lesson.total
        bar = f'<div style="width: 8em; border: 1px solid {ROLE["open"]}"><div style="width: {share:.0f}%; '
        bar += f'height: 0.7em; background: {ROLE["right"]}"></div></div>'
        still_open = ", ".join(f"{name} ({self.attempts.get(name, 0)})" for name in lesson.still_open) or "none"
        texts = (html.escape(notebook), lesson.count, bar, html.escape(still_open))
        cells = "".join(f'<td style="text-align: left">{text}</td>' for text in texts)
        return f"<tr>{cells}</tr>"
