"""Running an answer that may do anything: it ends, it is heard once, and whatever it raises is only an observation."""

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
from dataclasses import dataclass, field
from numbers import Real

import numpy as np

SECONDS = 5.0  # of computing, for one run of an answer; those of a reference take milliseconds
PATIENCE = 60.0  # seconds by the clock, for one that waits instead of computing
SHOWN = 2000  # so many characters are let through of what the first call prints, and of an error's message a fifth


@dataclass(frozen=True)
class Run:
    """What one run of an answer showed: named arrays, or an error, and what was noticed on the way."""

    observation: dict = field(default_factory=dict)
    error: BaseException | None = None
    raised: bool = False  # the error is the answer's own, and not the check's on looking at what it returned
    unwritten: bool = False  # the answer itself raised NotImplementedError, as a stub does
    changed: bool = False  # an array that it was given is no longer what it was
    returned: str = ""  # the type of what it returned

    @property
    def plain(self):
        """Whether it ended in finite numbers."""
        return self.error is None and all(np.isfinite(array).all() for array in self.observation.values())


class UnusableError(Exception):
    """The answer returned something that can't be judged; the message continues "it ..."."""


class TooSlowError(BaseException):
    """Raised inside an answer that runs too long; not an Exception, so that no ``except Exception`` hides it."""


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
        """Stay open: an answer that closes its standard output should not close ours."""


class Watched:
    """An answer that is called on copies of its arguments, so that no call spoils another, and is watched.

    Its first call may print, draw and ask, for those who look for a mistake so; later ones are silent, and what they
    ask gets the first call's replies.
    """

    def __init__(self, answer):
        self.answer, self.calls, self.printed, self.replies = answer, 0, FirstWords(), []
        self.forget()

    def forget(self):
        """Before another run."""
        self.changed, self.returned, self.error = False, "", None

    def __call__(self, *arguments):
        given = [np.copy(each) if isinstance(each, np.ndarray) else each for each in arguments]
        self.calls += 1
        try:
            with contextlib.redirect_stdout(self.printed), heard_once(self):
                result = self.answer(*given)
        except BaseException as error:
            self.error = error
            raise
        finally:
            self.printed.deaf = True
        self.changed |= not all(map(unchanged, given, arguments))
        self.returned = type(result).__name__
        return result

    def tell(self):
        """Print what the first call printed."""
        print(self.printed.getvalue(), end="")


@contextlib.contextmanager
def heard_once(watched):
    """For a first call nothing, but that its replies to input() are kept; for a later one silence."""
    ask, old = builtins.input, open_figures()
    replies = iter(list(watched.replies))

    def first(prompt=""):
        watched.replies.append(ask(prompt))
        return watched.replies[-1]

    builtins.input = first if watched.calls == 1 else lambda prompt="": next(replies, "")
    try:
        with contextlib.nullcontext() if watched.calls == 1 else displays_caught():
            yield
    finally:
        builtins.input = ask
        if watched.calls > 1:
            for number in open_figures() - old:
                sys.modules["matplotlib.pyplot"].close(number)


def displays_caught():
    """Keeps IPython's display() from showing anything; where there is no IPython, nothing to do."""
    shell = "IPython" in sys.modules and sys.modules["IPython"].get_ipython()
    if not shell:
        return contextlib.nullcontext()
    from IPython.utils.capture import capture_output  # IPython is there already

    return capture_output(stdout=False, stderr=False, display=True)


def open_figures():
    """The numbers of pyplot's open figures: Jupyter would show them after the cell."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    return set(pyplot.get_fignums()) if hasattr(pyplot, "get_fignums") else set()


def unchanged(given, original):
    """Whether an argument still is what it was: a generator may move on, an array may not change."""
    if not isinstance(original, np.ndarray):
        return True
    return given.shape == original.shape and given.dtype == original.dtype and np.array_equal(given, original)


@contextlib.contextmanager
def limited(seconds):
    """Raise TooSlowError, once, in a block that computes for more than so many seconds, or lasts for PATIENCE.

    It is the time of this thread that counts, so that a busy machine stops nobody. There is no limit where the platform
    has no alarms (Windows) and in another thread than the main one: there the kernel's stop button ends it.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    computed, began = time.thread_time(), time.monotonic()

    def look(signum, frame):
        late = time.thread_time() - computed > seconds or time.monotonic() - began > PATIENCE
        if late and not imports(frame):  # a module that is left half imported would break the kernel
            signal.setitimer(signal.ITIMER_REAL, 0)
            raise TooSlowError

    handler = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, 0.1, 0.1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler or signal.SIG_DFL)


def imports(frame):
    """Whether an import is under way in a frame or its callers."""
    while frame is not None and not frame.f_code.co_filename.startswith("<frozen importlib"):
        frame = frame.f_back
    return frame is not None


def arguments_of(case):
    """Fresh arguments from a case's code."""
    return eval(f"({case},)", {"np": np}) if case else ()


def run(observe, watched, case):
    """Run a watched answer on a case, and catch whatever comes."""
    silence = FirstWords()
    silence.deaf = True
    watched.forget()
    observation, error, unwritten = {}, None, False
    with warnings.catch_warnings(), contextlib.redirect_stdout(silence), contextlib.redirect_stderr(silence):
        warnings.simplefilter("ignore")
        try:
            with limited(SECONDS):
                seen = observe(watched, arguments_of(case))
                observation = {what: as_array(value) for what, value in seen.items()}
        except BaseException as caught:  # whatever an answer raises is an observation, never our traceback
            unwritten = isinstance(caught, NotImplementedError) and raised_by(watched.answer, caught)
            error = caught.with_traceback(None)
    raised = error is not None and error is watched.error
    return Run(observation, error, raised, unwritten, watched.changed, watched.returned)


def raised_by(answer, error):
    """Whether the answer's own body raised the error, as a stub's does, and not something that it calls."""
    traceback = error.__traceback__
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    parts = vars(answer).values() if inspect.isclass(answer) else [answer]
    codes = [each.__code__ for each in parts if hasattr(each, "__code__")]
    return not codes or traceback.tb_frame.f_code in codes


def leftover_raise(answer):
    """Words for a ``raise NotImplementedError`` that was left above the learner's lines; "" if there is none."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(answer)))
    except Exception:  # no source to be had, as of a lambda or a builtin
        return ""
    for block in (node.body for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for place, line in enumerate(block[:-1]):
            if isinstance(line, ast.Raise) and "NotImplementedError" in ast.unparse(line):
                above = ast.unparse(block[place + 1]).splitlines()[0]
                return f"Delete the line `raise NotImplementedError`: it stands above `{above}`, which never runs."
    return ""


def as_array(value):
    """A numpy array of numbers from an array, a tensor, a list or a number; UnusableError from anything else."""
    if value is None:
        raise UnusableError("it returned None. Is there a return statement, and does it name what it returns?")
    try:
        array = np.asarray(value)
    except Exception as error:
        raise UnusableError(
            f"it returned a {type(value).__name__}, which does not turn into an array ({text_of(error)})."
        ) from None
    if array.dtype.kind == "O" and array.size and all(isinstance(each, Real) for each in array.flat):
        array = array.astype(float)
    if array.dtype.name in ("bfloat16", "float8_e4m3fn", "float8_e5m2"):  # TensorFlow's, unknown to numpy
        array = array.astype("float32")
    if array.dtype.kind == "c":
        raise UnusableError("it returned complex numbers. Does it take a root of a negative number?")
    if array.dtype.kind not in "biuf":
        raise UnusableError(f"it returned {contents(value, array)}, where an array of numbers was expected.")
    return array


def contents(value, array):
    """What is in something that holds no numbers, in words."""
    kind = {"U": "text", "S": "bytes", "M": "dates", "m": "times", "V": "records"}.get(array.dtype.kind)
    if array.ndim and kind:
        return f"an array of {kind}"
    if array.ndim and array.size and not isinstance(value, (dict, set)):
        return f"a {type(value).__name__} with elements of type {type(array.flat[0]).__name__}"
    return f"a value of type {type(value).__name__}"


def text_of(error):
    """An error's message, shortened; some errors can't even say what they are."""
    try:
        text = str(error)
    except BaseException:
        return "(an error without a readable message)"
    return text if len(text) <= SHOWN // 5 else f"{text[: SHOWN // 5]} ..."
