"""What a learner sees of a check: a card in Jupyter, plain text elsewhere."""

import html
from dataclasses import dataclass, field

from vae_helpers.cards import Card, encodable


@dataclass(frozen=True, repr=False)
class Verdict(Card):
    """What a check found: status "unattempted", "correct" or "wrong", and the message for the learner.

    slip: the name of the mistake, if it is a known one: the wrong line's code, out of the exercise's table.
    """

    status: str
    message: str
    slip: str = field(default="", compare=False)

    LOOKS = {
        "unattempted": ("○", "Not attempted yet", "#8a8a8a"),
        "correct": ("✓", "Correct", "#2a8fd0"),
        "wrong": ("✗", "Not right yet", "#d5761b"),
    }

    @property
    def look(self):
        return self.LOOKS[self.status]


@dataclass(frozen=True, repr=False)
class Progress(Card):
    """How many of a notebook's exercises are done: the names of those done and of those still open."""

    done: tuple
    still_open: tuple

    @property
    def look(self):
        if not self.still_open:
            return "✓", "All done", "#2a8fd0"
        return ("•", "Under way", "#d5761b") if self.done else ("○", "None yet", "#8a8a8a")

    @property
    def message(self):
        rest = f" Still open: {', '.join(self.still_open)}." if self.still_open else ""
        return f"{len(self.done)} of {len(self.done + self.still_open)} exercises done.{rest}"


@dataclass(frozen=True, repr=False)
class AllProgress:
    """All lessons' progress as a table with bars. lessons: {notebook: Progress}. attempts: {exercise: their number}."""

    lessons: dict
    attempts: dict

    def __repr__(self):
        rows = [f"{name:28} {self._bar(each)} {self._count(each)}" for name, each in self.lessons.items()]
        return encodable("\n".join(rows))

    def _repr_html_(self):
        """Words and numbers beside each bar, so that no colour carries the meaning."""
        rows = "".join(self._row(name, each) for name, each in self.lessons.items())
        head = "<tr><th>lesson</th><th>done</th><th></th><th>still open (attempts)</th></tr>"
        return f'<table role="table">{head}{rows}</table>'

    def _row(self, name, each):
        share = 100 * len(each.done) / len(each.done + each.still_open)
        bar = f'<div style="width: 8em; border: 1px solid #8a8a8a"><div style="width: {share:.0f}%; height: 0.7em; '
        bar += 'background: #2a8fd0"></div></div>'
        still = ", ".join(f"{one} ({self.attempts.get(one, 0)})" for one in each.still_open) or "none"
        cells = (html.escape(name), self._count(each), bar, html.escape(still))
        cells = "".join(f'<td style="text-align: left">{cell}</td>' for cell in cells)
        return f"<tr>{cells}</tr>"

    def _count(self, each):
        return f"{len(each.done)} of {len(each.done + each.still_open)}"

    def _bar(self, each):
        return "#" * len(each.done) + "." * len(each.still_open)
