"""An exercise: the right answer as lines of code, and for each line the wrong code that people write there.

The right answer is a short program, ``lines``: each line has a name, its right code, and wrong codes, each with the
sentence that helps. A learner's function is judged by what it does. What is observed of it is compared with what is
observed of the right program; where they differ, with each program in which one line is wrong, and then with each in
which two are. The first program that agrees in all cases names the mistake.
"""

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import chain, combinations
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from vae_helpers.exercises.cards import Verdict
from vae_helpers.exercises.feedback import describe_misfit, diagnose, runs_agree
from vae_helpers.exercises.sandbox import Answer, Arguments, Facts, Observe, Run, SandboxedAnswer, leftover_raise, run

RIGHT = ""  # the sentence of a line's right code
LineTable: TypeAlias = Mapping[str, str]  # {code: sentence} of one line, with the sentence RIGHT for the right code


def observe_result(function: Answer, arguments: Arguments) -> Facts:
    """The plain observation: what the function returns."""
    return {"the result": function(*arguments)}


class Slip(NamedTuple):
    """A wrong answer's code, the sentence that helps, and the name by which the slip is stored and reported."""

    code: str
    sentence: str
    name: str


class WrongLine(NamedTuple):
    """One line's wrong code, and the sentence that helps."""

    line: str
    code: str
    sentence: str


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
    lines: Mapping[str, LineTable]
    cases: tuple[str, ...]
    slips: Mapping[str, str] = field(default_factory=dict)
    accepts: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    template: str = ""
    setup: str = ""
    observe: Observe = observe_result
    given: str = ""
    bug: tuple[int, str] | None = None
    says: Mapping[str, str] = field(default_factory=dict)
    dtype: str = ""
    rtol: float = 1e-4
    atol: float = 1e-5

    @cached_property
    def right_lines(self) -> dict[str, str]:
        """{line: its right code}."""
        return {line: next(code for code in table if table[code] == RIGHT) for line, table in self.lines.items()}

    @cached_property
    def right_program(self) -> str:
        """The right answer's text."""
        return self.program({})

    @cached_property
    def reference(self) -> Answer:
        """The right answer, as a function or a class."""
        return self.answer(self.right_program)

    def program(self, wrong: Mapping[str, str]) -> str:
        """The exercise's text with some lines replaced: wrong is {line: code}."""
        lines = self.right_lines | dict(wrong)
        if self.template:
            text = textwrap.dedent(self.template).strip()
            for line, code in lines.items():
                text = text.replace(f"{{{line}}}", code)
            return text
        *first, last = lines.items()
        return "\n".join([*(f"{line} = {code}" for line, code in first), f"return {last[1]}"])

    def answer(self, code: str, **names: Any) -> Answer:
        """The function or class that the code of a slip, a right answer or a program stands for.

        names: more names that the code may use, beside np and those of ``setup``.
        """
        code = textwrap.dedent(code).strip()
        if not re.search(rf"(?:def|class) {self.name}\b", code):
            body = code if re.search(r"\breturn\b", code) else f"return {code}"
            code = f"def {self.name}({self.takes}):\n{textwrap.indent(body, '    ')}"
        space = {"np": np, **names}
        exec(compile(f"{textwrap.dedent(self.setup)}\n{code}", f"<{self.name}>", "exec"), space)
        return space[self.name]

    def single_slips(self) -> Iterator[Slip]:
        """Each answer with one mistake."""
        for code, sentence in self.slips.items():
            yield Slip(code, sentence, code)
        for line, code, sentence in self._wrong_lines():
            yield Slip(self.program({line: code}), sentence, f"{line}: {code}")

    def double_slips(self) -> Iterator[Slip]:
        """Each answer in which two lines are wrong; the sentence holds both lines' sentences.

        Yields nothing where ``says`` has words for what differs: to build and try hundreds of models takes too long.
        """
        if self.says:
            return
        for one, other in combinations(self._wrong_lines(), 2):
            if one.line != other.line:
                sentence = f"Two things. (1) {one.sentence} (2) {other.sentence}"
                name = f"{one.line}: {one.code}; {other.line}: {other.code}"
                yield Slip(self.program({one.line: one.code, other.line: other.code}), sentence, name)

    def _wrong_lines(self) -> list[WrongLine]:
        return [
            WrongLine(line, code, sentence)
            for line, table in self.lines.items()
            for code, sentence in table.items()
            if sentence != RIGHT
        ]

    def __str__(self) -> str:
        return self.name

    def check(self, answer: Any) -> Verdict:
        """Judge a learner's answer: a Verdict, whatever the answer does. A whole number names the line of the bug."""
        if self.bug and isinstance(answer, int):
            return self._verdict_on_line(answer, *self.bug)
        with np.errstate(all="ignore"):
            if misfit := describe_misfit(self, answer):
                return Verdict("wrong", misfit)
            sandboxed = SandboxedAnswer(answer)
            runs = self._runs(sandboxed)
            sandboxed.print_output()
            if all(one_run.not_implemented for one_run in runs.values()):
                return Verdict("unattempted", leftover_raise(answer) or self._not_written())
            if self.bug and self._behaves_like(self.given, runs):
                words = f"{self.name} still does what the given code does. {self._ask_for_line(self.bug[0])}"
                return Verdict("unattempted", words)
            if slip := self._matching_slip(runs):
                return Verdict("wrong", slip.sentence, slip.name)
            words = diagnose(self, answer, runs)
        return Verdict("wrong", words) if words else Verdict("correct", f"{self.name} does what it should.")

    def _not_written(self) -> str:
        return f"Write {self.name} in the cell above, run it, then run this cell again."

    def _ask_for_line(self, bug_line: int) -> str:
        number = 3 if bug_line != 3 else 4  # an example that does not give the line away
        call = f'check({number}, "{self.name}")'
        return f"Which line is wrong? {call} says whether it is line {number}; the def is line 1."

    def _verdict_on_line(self, number: int, bug_line: int, sentence: str) -> Verdict:
        """The verdict on a line that the learner thinks is the wrong one."""
        if number == bug_line:
            return Verdict("unattempted", f"Yes, line {bug_line}. {sentence} Mend it, then check({self.name}).")
        count = len(textwrap.dedent(self.given).strip().splitlines())
        if not 1 <= number <= count:
            return Verdict("wrong", f"The lines are counted from 1, the def, to {count}.")
        return Verdict("wrong", f"Line {number} does what it should. Follow the shapes, the signs and the sums.")

    def _runs(self, sandboxed: SandboxedAnswer) -> dict[str, Run]:
        """{case: run} of the learner's answer.

        The cases after a failure are left out, since they might take as long. Where ``says`` has words for differences,
        so are the cases after a difference, since models take long.
        """
        runs: dict[str, Run] = {}
        for case in self.cases:
            runs[case] = run(self.observe, sandboxed, case)
            failed = runs[case].error is not None and not all(one_run.not_implemented for one_run in runs.values())
            if failed or (self.says and not self._behaves_like(self.right_program, {case: runs[case]})):
                break
        return runs

    def _matching_slip(self, runs: Mapping[str, Run]) -> Slip | None:
        """The first slip that behaves as the learner's answer does, or None.

        Where none agrees with all runs, those that ended in finite numbers are compared alone, since an unguarded
        logarithm should hide no other mistake.
        """
        if self._behaves_like(self.right_program, runs):
            return None
        finite = {case: one_run for case, one_run in runs.items() if one_run.is_finite}
        for compared in (runs, {} if self._behaves_like(self.right_program, finite) else finite):
            for slip in chain(self.single_slips(), self.double_slips()):
                if compared and self._behaves_like(slip.code, compared):
                    return slip
        return None

    def _behaves_like(self, code: str, runs: Mapping[str, Run]) -> bool:
        """Whether the learner's runs, {case: run}, agree with those of some code."""
        return all(runs_agree(self, one_run, self.known_run(code, case)) for case, one_run in runs.items())

    @cache  # noqa: B019 - exercises live as long as the process does
    def known_run(self, code: str, case: str) -> Run:
        """The run of some code on a case: it is always the same, so it is made once."""
        return run(self.observe, SandboxedAnswer(self.answer(code)), case)


KERAS_LAYERS = "from vae_helpers.backend import keras\nlayers = keras.layers"  # a setup for exercises on networks


def draws(code: str, seed: int = 0) -> str:
    """Code of a float32 array drawn with numpy, such as draws("normal(size=(3, 2))"), for a case."""
    return f"np.random.default_rng({seed}).{code}.astype('float32')"


def draw_each(codes: Sequence[str], seed: int) -> str:
    """Code of several such arrays, with commas between; the generators' seeds count up from seed."""
    return ", ".join(draws(code, seed + place) for place, code in enumerate(codes))


def reductions(unit: str, axis_name: str, terms: str = "terms") -> LineTable:
    """The table of a line that turns terms (batch, columns) into one value per image.

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
    sentences = {f"{terms}{code}": f"{unit} {ending.format(axis_name)}" for code, ending in wrong.items()}
    return {f"{terms}.sum(axis=-1)": RIGHT, **sentences}
