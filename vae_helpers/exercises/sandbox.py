"""Runs an answer that may do anything: it is stopped in time, silenced after its first call, and its errors caught."""

import ast
import builtins
import contextlib
import inspect
import io
import signal
import sys
import textwrap
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from numbers import Real
from types import FrameType
from typing import Any, TypeAlias

import numpy as np

from vae_helpers.types import Array

SECONDS = 5.0  # of computing, for one run of an answer; those of a reference take milliseconds
PATIENCE = 60.0  # seconds by the clock, for one that waits instead of computing
SHOWN = 2000  # so many characters are let through of what the first call prints, and of an error's message a fifth

Answer: TypeAlias = Callable[..., Any]  # a learner's function or class
Arguments: TypeAlias = tuple[Any, ...]
Facts: TypeAlias = dict[str, Any]  # {what: an array, a number or a truth value}, what an exercise observes
Observe: TypeAlias = Callable[[Answer, Arguments], Facts]


@dataclass(frozen=True)
class Run:
    """The result of one run of an answer: the observed arrays, or an error, and what the sandbox noticed.

    raised_by_answer: the answer raised the error, and not the check when it looked at what the answer returned.
    not_implemented: the answer's own body raised NotImplementedError, as a stub does.
    changed_argument: the answer changed an array that it was given.
    returned_type: the name of the type that it returned, "" if it returned nothing.
    """

    observation: dict[str, Array] = field(default_factory=dict)
    error: BaseException | None = None
    raised_by_answer: bool = False
    not_implemented: bool = False
    changed_argument: bool = False
    returned_type: str = ""

    @property
    def is_finite(self) -> bool:
        """Whether the run ended in finite numbers."""
        return self.error is None and all(np.isfinite(array).all() for array in self.observation.values())


class UnusableError(Exception):
    """The answer returned something that can't be judged; the message continues "it ..."."""


class TooSlowError(BaseException):
    """Raised inside an answer that runs too long; not an Exception, so that no ``except Exception`` hides it."""


class CappedOutput(io.StringIO):
    """A stream that stores the first SHOWN characters and drops the rest; while ``silent``, it drops everything."""

    def __init__(self, silent: bool = False) -> None:
        super().__init__()
        self.silent = silent

    def write(self, text: str) -> int:
        """Store the part of a text for which there is room."""
        if not self.silent:
            room = SHOWN - self.tell()
            super().write(text[:room])
            if len(text) > room:
                super().write("\n... (the rest is not shown)\n")
                self.silent = True
        return len(text)

    def close(self) -> None:
        """Stay open: an answer that closes its standard output should not close ours."""


@dataclass
class CallRecord:
    """What the calls of one run did, filled in while they run; the fields are those of ``Run``."""

    error: BaseException | None = None
    changed_argument: bool = False
    returned_type: str = ""


class SandboxedAnswer:
    """An answer that is called on copies of its arguments, so that no call changes the arguments of the next.

    Its first call may print, show figures and ask with input(), since learners look for mistakes in that way. Later
    calls show nothing, and their input() returns the first call's replies. silent: the first call shows nothing either.
    """

    def __init__(self, answer: Any, silent: bool = False) -> None:
        self.answer = answer
        self.output = CappedOutput(silent)
        self.replies: list[str] = []
        self.record = CallRecord()

    def __call__(self, *arguments: Any) -> Any:
        copies = [np.copy(argument) if isinstance(argument, np.ndarray) else argument for argument in arguments]
        surroundings = silenced(self.replies) if self.output.silent else recorded_input(self.replies)
        try:
            with contextlib.redirect_stdout(self.output), surroundings:
                result = self.answer(*copies)
        except BaseException as error:
            self.record.error = error
            raise
        finally:
            self.output.silent = True
        if inspect.iscoroutine(result):
            result.close()  # or else Python warns the learner that it was never awaited
        self.record.changed_argument |= not all(map(is_unchanged, copies, arguments))
        self.record.returned_type = type(result).__name__
        return result

    def print_output(self) -> None:
        """Print what the first call printed."""
        print(self.output.getvalue(), end="")


@contextlib.contextmanager
def recorded_input(replies: list[str]) -> Iterator[None]:
    """Append to replies what the learner replies to input() in a block."""
    ask = builtins.input

    def ask_and_record(prompt: object = "") -> str:
        replies.append(ask(prompt))
        return replies[-1]

    builtins.input = ask_and_record
    try:
        yield
    finally:
        builtins.input = ask


@contextlib.contextmanager
def silenced(replies: list[str]) -> Iterator[None]:
    """Show no display() and no new figure of a block, and let its input() return earlier replies, then ""."""
    ask, figures_before = builtins.input, open_figures()
    remaining = iter(list(replies))
    builtins.input = lambda prompt="": next(remaining, "")
    try:
        with captured_displays():
            yield
    finally:
        builtins.input = ask
        for number in open_figures() - figures_before:
            sys.modules["matplotlib.pyplot"].close(number)


def captured_displays() -> AbstractContextManager[Any]:
    """A context in which IPython's display() shows nothing; without IPython it does nothing."""
    shell = "IPython" in sys.modules and sys.modules["IPython"].get_ipython()
    if not shell:
        return contextlib.nullcontext()
    from IPython.utils.capture import capture_output  # IPython is there already

    return capture_output(stdout=False, stderr=False, display=True)


def open_figures() -> set[int]:
    """The numbers of pyplot's open figures: Jupyter would show them after the cell."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    return set(pyplot.get_fignums()) if pyplot is not None and hasattr(pyplot, "get_fignums") else set()


def is_unchanged(copy: Any, original: Any) -> bool:
    """Whether the copy that an answer got still equals the argument: a generator may move on, an array may not."""
    if not isinstance(original, np.ndarray):
        return True
    return copy.shape == original.shape and copy.dtype == original.dtype and np.array_equal(copy, original)


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TooSlowError, once, in a block that computes for more than so many seconds, or lasts for PATIENCE.

    The computing time of this thread counts, so that a busy machine stops no answer. There is no limit on a platform
    without alarms (Windows), nor outside the main thread: there the kernel's stop button ends the block.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    computed, began = time.thread_time(), time.monotonic()

    def on_alarm(signum: int, frame: FrameType | None) -> None:
        late = time.thread_time() - computed > seconds or time.monotonic() - began > PATIENCE
        if late and not is_importing(frame):  # a module that is left half imported would break the kernel
            signal.setitimer(signal.ITIMER_REAL, 0)
            raise TooSlowError

    handler = signal.signal(signal.SIGALRM, on_alarm)
    signal.setitimer(signal.ITIMER_REAL, 0.1, 0.1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler or signal.SIG_DFL)


def is_importing(frame: FrameType | None) -> bool:
    """Whether an import is under way in a frame or its callers."""
    while frame is not None and not frame.f_code.co_filename.startswith("<frozen importlib"):
        frame = frame.f_back
    return frame is not None


def arguments_of(case: str) -> Arguments:
    """Fresh arguments from a case's code."""
    return eval(f"({case},)", {"np": np}) if case else ()


def run(observe: Observe, sandboxed: SandboxedAnswer, case: str) -> Run:
    """Run an answer on a case, and catch whatever it raises."""
    sandboxed.record = record = CallRecord()
    dropped = CappedOutput(silent=True)
    observation, error, not_implemented = {}, None, False
    with warnings.catch_warnings(), contextlib.redirect_stdout(dropped), contextlib.redirect_stderr(dropped):
        warnings.simplefilter("ignore")
        try:
            with time_limit(SECONDS):
                facts = observe(sandboxed, arguments_of(case))
                observation = {what: as_array(value) for what, value in facts.items()}
        except BaseException as caught:  # whatever an answer raises is an observation, never our traceback
            not_implemented = isinstance(caught, NotImplementedError) and is_raised_in(sandboxed.answer, caught)
            error = caught.with_traceback(None)
    raised_by_answer = error is not None and error is record.error
    return Run(observation, error, raised_by_answer, not_implemented, record.changed_argument, record.returned_type)


def is_raised_in(answer: Any, error: BaseException) -> bool:
    """Whether an answer's own body raised an error, as a stub's does, and not something that it calls."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    parts = vars(answer).values() if inspect.isclass(answer) else [answer]
    codes = [part.__code__ for part in parts if hasattr(part, "__code__")]
    return not codes or (traceback is not None and traceback.tb_frame.f_code in codes)


def leftover_raise(answer: Any) -> str:
    """Words for a ``raise NotImplementedError`` that was left above the learner's lines; "" if there is none."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(answer)))
    except Exception:  # no source to be had, as of a lambda or a builtin
        return ""
    for block in (node.body for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for place, statement in enumerate(block[:-1]):
            if isinstance(statement, ast.Raise) and "NotImplementedError" in ast.unparse(statement):
                above = ast.unparse(block[place + 1]).splitlines()[0]
                return f"Delete the line `raise NotImplementedError`: it stands above `{above}`, which never runs."
    return ""


def as_array(value: Any) -> Array:
    """A numpy array of numbers from an array, a tensor, a list or a number; UnusableError from anything else."""
    if value is None:
        raise UnusableError("it returned None. Is there a return statement, and does it name what it returns?")
    try:
        array = np.asarray(value)
    except Exception as error:
        raise UnusableError(
            f"it returned a {type(value).__name__}, which does not turn into an array ({message_of(error)})."
        ) from None
    if array.dtype.kind == "O" and array.size and all(isinstance(element, Real) for element in array.flat):
        array = array.astype(float)
    if array.dtype.name in ("bfloat16", "float8_e4m3fn", "float8_e5m2"):  # TensorFlow's, unknown to numpy
        array = array.astype("float32")
    if array.dtype.kind == "c":
        raise UnusableError("it returned complex numbers. Does it take a root of a negative number?")
    if array.dtype.kind not in "biuf":
        raise UnusableError(f"it returned {describe_contents(value, array)}, where an array of numbers was expected.")
    return array


def describe_contents(value: Any, array: Array) -> str:
    """The kind of a value that holds no numbers, in words. array: what numpy makes of it."""
    kind = {"U": "text", "S": "bytes", "M": "dates", "m": "times", "V": "records"}.get(array.dtype.kind)
    if array.ndim and kind:
        return f"an array of {kind}"
    if array.ndim and array.size and not isinstance(value, (dict, set)):
        return f"a {type(value).__name__} with elements of type {type(array.flat[0]).__name__}"
    return f"a value of type {type(value).__name__}"


def message_of(error: BaseException) -> str:
    """An error's message, shortened; of an error whose message can't be read, words that say so."""
    try:
        text = str(error)
    except BaseException:
        return "(an error without a readable message)"
    return text if len(text) <= SHOWN // 5 else f"{text[: SHOWN // 5]} ..."
