"""How an exercise is checked: one mechanism that serves them all.

An exercise is data: a reference, calls, and named misconceptions, each a wrong implementation with the sentence that
helps. The learner's function is called and what is observed of it is compared with what is observed of the reference;
where they differ, with each misconception in turn. The first misconception that agrees everywhere names the mistake;
where none does, a general rule may fit (an argument that is not used, every value twice what it should be), and the
first difference is shown, with a call that the learner can type in.

Whatever the learner's function does, a check answers, and never with a traceback of its own. What the function prints
in its first call is let through, for those who look for a mistake with ``print``; what it prints later is not.
"""

import contextlib
import html
import inspect
import io
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from itertools import takewhile
from numbers import Real

import numpy as np

SECONDS = 5.0  # for all calls of one check together; those of a reference take milliseconds
SHOWN = 2000  # so many characters are let through of what the first call prints, and of an error's message a fifth
TO_SEE_IT = "\nTo see it, call "


class Card:
    """A mark, a word and a message: a card in Jupyter, plain text elsewhere. look: (mark, word, colour of the edge)."""

    def __repr__(self):
        mark, word, _ = self.look
        return f"{mark} {word}. {self.message}"

    def _repr_html_(self):
        """The words carry the meaning, and the text takes the page's own colour, light or dark."""
        mark, word, edge = self.look
        style = f"border-left: 4px solid {edge}; padding: 0.4em 0.8em; max-width: 50em; overflow-wrap: anywhere"
        text, see, code = self.message.partition(TO_SEE_IT)
        message = html.escape(text).replace("\n", "<br>")
        message += f"<br>{see.strip()} <code>{html.escape(code)}</code>" if code else ""
        mark = f'<span aria-hidden="true">{mark} </span>'
        return f'<div role="status" style="{style}">{mark}<strong>{word}.</strong> {message}</div>'


@dataclass(frozen=True, repr=False)
class Verdict(Card):
    """What a check found: status "unattempted", "correct" or "wrong", and the message for the learner."""

    status: str
    message: str

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


@dataclass(frozen=True)
class Misconception:
    """A wrong implementation that people really write, and the sentence that helps whoever wrote it."""

    wrong: Callable
    sentence: str


def call(function, arguments):
    """The plain observation: what the function returns."""
    return {"the result": function(*arguments)}


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    name: the learner's function. notebook: where it stands, such as "04_elbo". reference: the right function; the
    names of its parameters are those that a message names.
    cases: the arguments of each call, as Python code (np is numpy), so that a message can show a call to repeat.
    misconceptions: the more specific before the more general. observe: (function, arguments) -> {what: array}, for
    functions whose output is random. dtype: the dtype that the task asks for, or "" where any will do.
    rtol, atol: the tolerance, wide enough for float32.
    """

    name: str
    notebook: str
    reference: Callable
    cases: tuple
    misconceptions: tuple = ()
    observe: Callable = call
    dtype: str = ""
    rtol: float = 1e-4
    atol: float = 1e-5

    def check(self, function):
        """Judge a learner's function: a Verdict, whatever the function does."""
        with np.errstate(all="ignore"):
            if words := not_callable_so(self, function):
                return Verdict("wrong", words)
            seen = runs(self, function)
            print(seen[self.cases[0]].printed, end="")
            if all(one.unwritten for one in seen.values()):
                return Verdict("unattempted", f"Write {self.name} in the cell above, run it, then run this cell again.")
            words = self._named(seen) or unnamed(self, function, seen)
        return Verdict("wrong", words) if words else Verdict("correct", f"{self.name} does what it should.")

    def _named(self, seen):
        """The sentence of the first misconception that behaves as the learner's function does, or ""."""
        if self._like(self.reference, seen):
            return ""
        plain = {case: one for case, one in seen.items() if one.plain}  # an unguarded logarithm hides no other mistake
        for matched in (seen, {} if self._like(self.reference, plain) else plain):
            for each in self.misconceptions:
                if matched and self._like(each.wrong, matched):
                    return each.sentence
        return ""

    def _like(self, known, seen):
        """Whether the learner's runs, {case: run}, are like those of the reference or of a misconception."""
        return all(agree(self, one, known_run(self.observe, known, case)) for case, one in seen.items())


@dataclass(frozen=True)
class Run:
    """What one run of a function showed: named arrays, or an error, and what was noticed on the way."""

    observation: dict = field(default_factory=dict)
    error: BaseException | None = None
    unwritten: bool = False  # the function itself raised NotImplementedError, as a stub does
    changed: bool = False  # an array that it was given is no longer what it was
    returned: str = ""  # the type of what it returned
    printed: str = ""  # by its first call

    @property
    def plain(self):
        """Whether it ended in finite numbers."""
        return self.error is None and all(np.isfinite(array).all() for array in self.observation.values())


class NotNumbersError(Exception):
    """The function returned something that is no array of numbers."""


class TooSlowError(BaseException):
    """Raised inside a function that runs too long; not an Exception, so that no ``except Exception`` hides it."""


# --- running a function that may do anything ---


class FirstWords(io.StringIO):
    """A stream that keeps the first SHOWN characters, until it is deaf; nobody can close it."""

    deaf = False

    def write(self, text):
        if not self.deaf:
            room = SHOWN - self.tell()
            super().write(text[:room])
            if len(text) > room:
                super().write("\n... (the rest is not shown)\n")
                self.deaf = True
        return len(text)

    def close(self):
        """Stay open: a function that closes its standard output should not close ours."""


class Watched:
    """A function that is called on copies of its arguments, so that no call spoils another, and is watched."""

    def __init__(self, function):
        self.function, self.changed, self.returned, self.printed = function, False, "", FirstWords()

    def __call__(self, *arguments):
        given = [np.copy(each) if isinstance(each, np.ndarray) else each for each in arguments]
        try:
            with contextlib.redirect_stdout(self.printed):
                result = self.function(*given)
        finally:
            self.printed.deaf = True
        self.changed |= not all(map(unchanged, given, arguments))
        self.returned = type(result).__name__
        return result


def unchanged(given, original):
    """Whether an argument still is what it was: a generator may move on, an array may not change."""
    if not isinstance(original, np.ndarray):
        return True
    return given.shape == original.shape and given.dtype == original.dtype and np.array_equal(given, original)


def within(seconds, action):
    """What ``action()`` returns. After ``seconds`` TooSlowError is raised inside it, and again until it ends.

    There is no limit where the platform has no alarms (Windows), in another thread than the main one, and for a loop
    without end that catches everything inside another that does. An alarm set before is put off and set again.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return action()

    def guarded():
        return action()

    def stop(signum, frame):
        inside = list(takewhile(lambda each: each.f_code is not guarded.__code__, callers(frame)))
        if inside and inside[-1].f_back is not None:  # not while we clean up below
            for each in inside:
                each.f_trace = None if each.f_code.co_filename == __file__ else too_slow
            sys.settrace(too_slow)
            raise TooSlowError

    start, handler, tracer = time.monotonic(), signal.signal(signal.SIGALRM, stop), sys.gettrace()
    delay, interval = signal.setitimer(signal.ITIMER_REAL, seconds, 0.05)
    try:
        return guarded()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        sys.settrace(tracer)
        signal.signal(signal.SIGALRM, handler or signal.SIG_DFL)
        if delay:
            signal.setitimer(signal.ITIMER_REAL, max(delay - time.monotonic() + start, 0.001), interval)


def callers(frame):
    """A frame, the frame that called it, and so on."""
    while frame is not None:
        yield frame
        frame = frame.f_back


def too_slow(frame, event, arg):
    """A trace function that raises at the next line: there no ``except`` around the last one catches it."""
    if event == "line":
        raise TooSlowError
    return None if event == "call" else too_slow


def arguments_of(case):
    """Fresh arguments from a case's code."""
    return eval(f"({case},)", {"np": np})


def run(observe, function, arguments, seconds=SECONDS):
    """Run a function on arguments, and catch whatever comes."""
    watched, silence = Watched(function), FirstWords()
    silence.deaf = True
    observation, error, unwritten = {}, None, False
    with warnings.catch_warnings(), contextlib.redirect_stdout(silence), contextlib.redirect_stderr(silence):
        warnings.simplefilter("ignore")
        try:
            observation = within(seconds, lambda: observed(observe, watched, arguments))
        except BaseException as raised:  # whatever a learner's function raises is an answer, never our traceback
            unwritten = isinstance(raised, NotImplementedError) and raised_by(function, raised)
            error = raised.with_traceback(None)
    return Run(observation, error, unwritten, watched.changed, watched.returned, watched.printed.getvalue())


def observed(observe, function, arguments):
    """{what: array} of a function on arguments."""
    return {what: as_array(value) for what, value in observe(function, arguments).items()}


def runs(exercise, function):
    """{case: run} of the learner's function, all within SECONDS; the cases after a failure are left out."""
    end, seen = time.monotonic() + SECONDS, {}
    for case in exercise.cases:
        one = run(exercise.observe, function, arguments_of(case), max(end - time.monotonic(), 0.01))
        seen[case] = one
        if one.error is not None and not all(each.unwritten for each in seen.values()):
            break  # one failure tells enough, and the next might take as long
    return seen


@cache
def known_run(observe, function, case):
    """What the reference or a misconception shows on a case: it is always the same, so it is run once."""
    return run(observe, function, arguments_of(case))


def raised_by(function, error):
    """Whether the function's own body raised the error, as a stub's does, and not something that it calls."""
    traceback = error.__traceback__
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    code = traceback.tb_frame.f_code
    return getattr(function, "__code__", code) is code


def as_array(value):
    """A numpy array of numbers from an array, a tensor, a list or a number; NotNumbersError from anything else."""
    if value is None:
        raise NotNumbersError("it returned None. Is there a return statement, and does it name what it returns?")
    try:
        array = np.asarray(value)
    except Exception as error:
        raise NotNumbersError(f"it returned a {type(value).__name__} that is no array ({text_of(error)}).") from None
    if array.dtype.kind == "O" and array.size and all(isinstance(each, Real) for each in array.flat):
        array = array.astype(float)
    if array.dtype.kind == "c":
        raise NotNumbersError("it returned complex numbers. Does it take a root of a negative number?")
    if array.dtype.kind not in "biuf":
        raise NotNumbersError(f"it returned a {type(value).__name__}, where an array of numbers was expected.")
    return array


# --- comparing what was seen ---


def not_callable_so(exercise, function):
    """What keeps the function from being called as the exercise calls it, in words; "" if nothing does."""
    if not callable(function):
        kind = type(function).__name__
        return f"Pass the function itself, {exercise.name} without brackets after it: this is a value of type {kind}."
    try:
        signature = inspect.signature(function)
    except Exception:  # some callables, such as those written in C, don't tell: calling them will
        return ""
    wanted = inspect.signature(exercise.reference)
    try:
        signature.bind(*wanted.parameters)
    except TypeError:
        wanted, given = ", ".join(wanted.parameters), ", ".join(signature.parameters)
        return f"It is called as {exercise.name}({wanted}), but yours is defined as {exercise.name}({given})."
    return ""


def agree(exercise, one, other):
    """Whether two runs showed the same: the same error, or the same shapes, the dtype asked for and close values."""
    if one.error is not None or other.error is not None:
        return type(one.error) is type(other.error) and text_of(one.error) == text_of(other.error)
    if one.observation.keys() != other.observation.keys():
        return False
    return all(difference(exercise, one.observation[what], other.observation[what]) == "" for what in other.observation)


def difference(exercise, seen, expected):
    """What differs first between two arrays, in words; "" if nothing does."""
    if seen.shape != expected.shape:
        return f"has shape {seen.shape}, and {expected.shape} was expected"
    if exercise.dtype and seen.dtype != expected.dtype:
        return f"has dtype {seen.dtype}, and {expected.dtype} was expected"
    if expected.dtype == bool and expected.shape == ():
        return "" if seen == expected else f"is {bool(seen)}, and {bool(expected)} was expected"
    seen, expected = seen.astype(float), expected.astype(float)
    close = np.isclose(seen, expected, rtol=exercise.rtol, atol=exercise.atol, equal_nan=True)
    if close.all():
        return ""
    index = tuple(int(each) for each in np.argwhere(~close)[0])
    place = f" at index {index if len(index) > 1 else index[0]}" if index else ""
    share = f" ({(~close).mean():.0%} of the values differ)" if index else ""
    return f"is {seen[index]:.6g}{place}, and {expected[index]:.6g} was expected{share}"


def unnamed(exercise, function, seen):
    """What is wrong with a function that no misconception explains: a rule that fits, if one does, the first difference
    from the reference, and a call that shows it; "" if nothing is wrong."""
    for case, one in seen.items():
        if words := explain(exercise, one, known_run(exercise.observe, exercise.reference, case)):
            rule = "" if one.error else unused(exercise, function) or relation(exercise, seen)
            return f"{rule}{words}{TO_SEE_IT}{exercise.name}({case})"
    return ""


def explain(exercise, one, expected):
    """What is wrong with one run, beside the reference's; "" if nothing is."""
    match one.error:
        case TooSlowError():
            return f"{exercise.name} ran for more than {SECONDS:.0f} seconds and was stopped. Does a loop never end?"
        case NotNumbersError():
            return f"{exercise.name} gave no usable result: {one.error}"
        case BaseException():
            return f"{exercise.name} raised {type(one.error).__name__}: {text_of(one.error)}".removesuffix(": ")
    for what, right in expected.observation.items():
        if what not in one.observation:
            return f"{what[0].upper()}{what[1:]} can't be told from what {exercise.name} returned."
        if words := difference(exercise, one.observation[what], right):
            comma = " It returned a tuple: is there a comma too many?" if one.returned == "tuple" else ""
            return f"{what[0].upper()}{what[1:]} {words}.{comma}"
    if one.changed:
        return f"The values are right, but {exercise.name} changes an array that it was given. Work on a copy."
    return ""


# --- rules that fit any exercise ---


def unused(exercise, function):
    """Which arguments the result does not depend on though it should, in words; "" if there is none."""
    names = inspect.signature(exercise.reference).parameters
    idle = [
        name
        for place, name in enumerate(names)
        if ignores(function, exercise.cases[0], place) and not ignores(exercise.reference, exercise.cases[0], place)
    ]
    return f"The result does not depend on {' or '.join(idle)}. " if idle else ""


def ignores(function, case, place):
    """Whether a function gives the same result when the argument at a place is another."""
    given, changed = arguments_of(case), list(arguments_of(case))
    changed[place] = another(changed[place])
    before, after = (
        run(call, function, arguments, 0.5).observation.get("the result") for arguments in (given, changed)
    )
    return before is not None and after is not None and np.array_equal(before, after)  # where NaN equals nothing


def another(argument):
    """Another argument of the same kind."""
    if isinstance(argument, np.random.Generator):
        return np.random.default_rng(1)
    whole = isinstance(argument, int) or (isinstance(argument, np.ndarray) and argument.dtype.kind == "u")
    return argument + 1 if whole else 0.25 + 0.5 * argument


def relation(exercise, seen):
    """How all values together relate to those that are right, in words; "" if no rule fits."""
    known = [known_run(exercise.observe, exercise.reference, case).observation for case in seen]
    pairs = [
        (one.observation.get("the result"), right.get("the result"))
        for one, right in zip(seen.values(), known, strict=True)
    ]
    if any(one is None or right is None or not one.size for one, right in pairs):
        return ""
    if all(one.size == right.size and near(np.sort(one, None), np.sort(right, None)) for one, right in pairs):
        return "The right values are there, but not in the right places. "
    if any(one.shape != right.shape for one, right in pairs):
        return ""
    found, right = (np.concatenate([each.ravel() for each in side]).astype(float) for side in zip(*pairs, strict=True))
    return next(rules(found, right), "")


def rules(found, right):
    """The sentences that fit two vectors, values found and right ones."""
    if not np.isfinite(found).all():
        yield "Some values are NaN or infinite: where can it divide by 0, or take a root or a logarithm too far down? "
    ratio, shift = (found @ right) / (right @ right), np.mean(found - right)
    if np.ptp(found) == 0:
        yield "All values are the same, whatever goes in. "
    if near(found, -right):
        yield "Every value has the wrong sign. "
    if near(found, ratio * right):
        yield f"Every value is {ratio:.3g} times what it should be. "
    if near(found, right + shift):
        yield f"Every value is too {'large' if shift > 0 else 'small'} by {abs(shift):.3g}. "
    for what, function in (("logarithm", np.log), ("exponential", np.exp)):
        if near(found, function(right)):
            yield f"Every value is the {what} of what it should be. "
    if (found > 0).all() and (right > 0).all():
        power = (np.log(found) @ np.log(right)) / (np.log(right) @ np.log(right))
        if near(found, right**power):
            yield f"Every value is what it should be, raised to the power of {power:.3g}. "


def near(one, other):
    return np.allclose(one, other, rtol=1e-3, atol=1e-5)


def text_of(error):
    """An error's message, shortened; some errors can't even say what they are."""
    try:
        text = str(error)
    except BaseException:
        return "(an error without a readable message)"
    return text if len(text) <= SHOWN // 5 else f"{text[: SHOWN // 5]} ..."
