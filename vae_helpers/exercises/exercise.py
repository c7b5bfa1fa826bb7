"""What an exercise is: a table of code.

The right answer is a short program, ``lines``: each line has a name, its right code, and the wrong code that people
write there, with the sentence that helps. A learner's function is judged by what it does: what is observed of it is
compared with what is observed of the right program; where they differ, with the program in which one line is wrong, and
then with those in which two are. The first that agrees everywhere names the mistake.
"""

import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import chain, combinations

import numpy as np

from vae_helpers.exercises.cards import Verdict
from vae_helpers.exercises.feedback import agree, not_fitting, unnamed
from vae_helpers.exercises.sandbox import Watched, leftover_raise, run

RIGHT = ""  # stands where a line's wrong code has its sentence


def observe_result(function, arguments):
    """The plain observation: what the function returns."""
    return {"the result": function(*arguments)}


@dataclass(frozen=True, eq=False)
class Exercise:
    """One exercise.

    name: of the learner's function or class. takes: its parameters.
    lines: {line: {code: sentence}}, in the order in which they run; the right code's sentence is RIGHT. A line may use
    the lines above it by their names, and the last one is what the function returns.
    template: for what is more than such a function, such as a class: its text, with {line} for each line's code.
    cases: the arguments of each call, as code (np is numpy), so that a message can show a call to repeat.
    slips: {code: sentence} of wrong answers that are no change of one line: an expression, the body of a function that
    returns, or a whole definition. They come before the lines, so put the more specific here.
    accepts: code of other right answers, for the tests. unseen: cases that only the tests use, to look for wrong
    answers that the check would let through.
    setup: code that runs before all other code of this exercise: imports, and functions that it needs.
    observe: (function, arguments) -> {what: array}, for answers that are random or return no array.
    given: for a bug to be found: the code that the notebook gives, as a whole definition. An answer that still behaves
    so is not attempted yet. bug: (the number of the wrong line, counted from 1, what is wrong there).
    says: {what: sentence} for a difference that needs better words than "... is 1, and 0 was expected".
    dtype: the dtype that the task asks for, or "" where any will do.
    rtol, atol: the tolerance, wide enough for float32.
    """

    name: str
    takes: str
    lines: dict
    cases: tuple
    slips: dict = field(default_factory=dict)
    accepts: tuple = ()
    unseen: tuple = ()
    template: str = ""
    setup: str = ""
    observe: Callable = observe_result
    given: str = ""
    bug: tuple = ()
    says: dict = field(default_factory=dict)
    dtype: str = ""
    rtol: float = 1e-4
    atol: float = 1e-5

    @cached_property
    def right(self):
        """{line: its right code}."""
        return {line: next(code for code in table if table[code] == RIGHT) for line, table in self.lines.items()}

    @cached_property
    def reference(self):
        """The right answer, as a function or a class."""
        return self.answer(self.program({}))

    def program(self, wrong):
        """The exercise's text with some lines replaced: wrong is {line: code}."""
        lines = self.right | wrong
        if self.template:
            text = textwrap.dedent(self.template).strip()
            for line, code in lines.items():
                text = text.replace(f"{{{line}}}", code)
            return text
        *first, last = lines.items()
        return "\n".join([*(f"{line} = {code}" for line, code in first), f"return {last[1]}"])

    def answer(self, code, **names):
        """The function or class that a slip's, a right answer's or a program's code stands for."""
        code = textwrap.dedent(code).strip()
        if not re.search(rf"(?:def|class) {self.name}\b", code):
            body = code if re.search(r"\breturn\b", code) else f"return {code}"
            code = f"def {self.name}({self.takes}):\n{textwrap.indent(body, '    ')}"
        space = {"np": np, **names}
        exec(compile(f"{textwrap.dedent(self.setup)}\n{code}", f"<{self.name}>", "exec"), space)
        return space[self.name]

    def single_slips(self):
        """(code, sentence, name) of each answer with one mistake."""
        for code, sentence in self.slips.items():
            yield code, sentence, code
        for line, code, sentence in self._wrongs():
            yield self.program({line: code}), sentence, f"{line}: {code}"

    def double_slips(self):
        """(code, sentence, name) of each answer in which two lines are wrong; the sentence holds both.

        None where ``says`` has words for what differs: building and trying hundreds of models would take too long.
        """
        if self.says:
            return
        for (line, code, words), (other, worse, more_words) in combinations(self._wrongs(), 2):
            if line != other:
                both = f"Two things. (1) {words} (2) {more_words}"
                yield self.program({line: code, other: worse}), both, f"{line}: {code}; {other}: {worse}"

    def _wrongs(self):
        return [
            (line, code, sentence)
            for line, table in self.lines.items()
            for code, sentence in table.items()
            if sentence != RIGHT
        ]

    def __str__(self):
        return self.name

    def check(self, answer):
        """Judge a learner's answer: a Verdict, whatever the answer does."""
        if self.bug and isinstance(answer, int):
            return self._line_named(answer)
        with np.errstate(all="ignore"):
            if words := not_fitting(self, answer):
                return Verdict("wrong", words)
            watched = Watched(answer)
            seen = self._runs(watched)
            watched.tell()
            if all(one.unwritten for one in seen.values()):
                return Verdict("unattempted", leftover_raise(answer) or self._not_written())
            if self.given and self._like(self.given, seen):
                return Verdict(
                    "unattempted", f"{self.name} still does what the given code does. {self._ask_for_line()}"
                )
            words, slip = self._named(seen) or (unnamed(self, answer, seen), "")
        return Verdict("wrong", words, slip) if words else Verdict("correct", f"{self.name} does what it should.")

    def _not_written(self):
        return f"Write {self.name} in the cell above, run it, then run this cell again."

    def _ask_for_line(self):
        number = 3 if self.bug[0] != 3 else 4  # an example, and no hint
        call = f'check({number}, "{self.name}")'
        return f"Which line is wrong? {call} says whether it is line {number}; the def is line 1."

    def _line_named(self, number):
        """The verdict on a line that the learner thinks is the wrong one."""
        line, sentence = self.bug
        if number == line:
            return Verdict("unattempted", f"Yes, line {line}. {sentence} Mend it, then check({self.name}).")
        count = len(textwrap.dedent(self.given).strip().splitlines())
        if not 1 <= number <= count:
            return Verdict("wrong", f"The lines are counted from 1, the def, to {count}.")
        return Verdict("wrong", f"Line {number} does what it should. Follow the shapes, the signs and the sums.")

    def _runs(self, watched):
        """{case: run} of the learner's answer.

        The cases after a failure are left out, for they might take as long. So are those after a difference where
        ``says`` tells differences apart: models take long.
        """
        seen = {}
        for case in self.cases:
            seen[case] = run(self.observe, watched, case)
            failed = seen[case].error is not None and not all(one.unwritten for one in seen.values())
            if failed or (self.says and not self._like(self.program({}), {case: seen[case]})):
                break
        return seen

    def _named(self, seen):
        """The sentence and the name of the first slip that behaves as the learner's answer does, or None."""
        if self._like(self.program({}), seen):
            return None
        plain = {case: one for case, one in seen.items() if one.plain}  # an unguarded logarithm hides no other mistake
        for matched in (seen, {} if self._like(self.program({}), plain) else plain):
            for code, sentence, name in chain(self.single_slips(), self.double_slips()):
                if matched and self._like(code, matched):
                    return sentence, name
        return None

    def _like(self, code, seen):
        """Whether the learner's runs, {case: run}, are like those of some code."""
        return all(agree(self, one, self.known_run(code, case)) for case, one in seen.items())

    @cache  # noqa: B019 - exercises live as long as the process does
    def known_run(self, code, case):
        """What some code shows on a case: it is always the same, so it is run once."""
        return run(self.observe, Watched(self.answer(code)), case)


def draws(code, seed=0):
    """Code of a float32 array drawn with numpy, such as draws("normal(size=(3, 2))"), for a case."""
    return f"np.random.default_rng({seed}).{code}.astype('float32')"


def reductions(unit, axis_name, terms="terms"):
    """A line that turns terms (batch, columns) into one value per image: the right way and the wrong ones.

    unit and axis_name are the words for what is reduced and for its columns, such as "The KL" and "latents".
    """
    wrong = {
        ".mean(axis=-1)": (
            "is averaged over the {}, so it shrinks as there are more of them. Which reduction gives nats per image?"
        ),
        ".sum()": "is summed over the batch too, which gives one number. One value per image is wanted.",
        ".sum(axis=0)": "is summed over the images, axis 0. Which axis holds the {}?",
        ".mean(axis=0)": "is averaged over the images, axis 0. Per image, the {} have to be summed.",
        ".sum(axis=-1).mean()": "is already averaged over the batch. That is the last step, and not this function's.",
        ".mean()": "is averaged over everything, {} and images. One value per image is wanted, a sum.",
        "": "is still one number for each of the {}. One value per image is wanted.",
        ".sum(axis=-1, keepdims=True)": (
            "has shape (batch, 1), which would broadcast into a table later on. (batch,) is wanted."
        ),
        "[:, 0]": "holds the first of the {} alone.",
        ".max(axis=-1)": "holds the largest of the {} alone.",
    }
    sentences = {f"{terms}{code}": f"{unit} {words.format(axis_name)}" for code, words in wrong.items()}
    return {f"{terms}.sum(axis=-1)": RIGHT, **sentences}
