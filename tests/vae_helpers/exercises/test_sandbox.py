"""Whatever an answer does, a check answers: nothing raises, nothing hangs, nothing is shown twice."""

import builtins
import functools
import gc
import math
import signal
import subprocess
import sys
import threading
import time
import warnings

import numpy as np
import pytest

from vae_helpers.exercises import Exercise, UnusableError, check, sandbox
from vae_helpers.exercises.cards import Verdict

BINARIZE, STD = "binarize", "std_from_log_var"  # one that observes for itself, and one that does not


def right_std(z_log_var):
    return np.exp(0.5 * np.asarray(z_log_var))


def raises(error):
    def function(*arguments):
        raise error

    return function


def recurses(*arguments):
    return recurses(*arguments)


class UnreadableError(Exception):
    def __str__(self):
        raise RuntimeError("can't say")


class Awkward:
    """Has no shape, no comparison, no representation."""

    def __array__(self, *arguments, **keywords):
        raise ValueError("no array")

    def __eq__(self, other):
        raise TypeError

    def __bool__(self):
        raise TypeError

    def __repr__(self):
        raise RuntimeError


class ExitsAsArray:
    def __array__(self, *arguments, **keywords):
        sys.exit("from __array__")


def mutates(*arguments):
    for argument in arguments:
        if isinstance(argument, np.ndarray):
            argument[...] = 0
    return np.zeros(3)


def breaks_its_output(*arguments):
    sys.stdout.write("a" * 10_000)
    print("broken", file=sys.stderr)
    sys.stdout.close()
    sys.stdout = sys.stderr = None


def meddles(*arguments):
    np.seterr(all="raise")
    signal.setitimer(signal.ITIMER_REAL, 0)
    return np.float32(0) / np.float32(0)


async def waits(*arguments):
    return 0


def self_check(*arguments):
    return check(self_check, STD)


HOSTILE = {
    "no arguments": lambda: 0,
    "raises": raises(ValueError("no")),
    "exits with a message": lambda *arguments: sys.exit("bye"),
    "raises KeyboardInterrupt": raises(KeyboardInterrupt()),
    "raises GeneratorExit": raises(GeneratorExit()),
    "raises an exception group": raises(ExceptionGroup("two", [ValueError("a"), TypeError("b")])),
    "raises an error that can't say what it is": raises(UnreadableError()),
    "raises with a message of a million characters": raises(ValueError("a" * 1_000_000)),
    "raises with <b>HTML</b>": raises(ValueError("<b>&</b>")),
    "raises TooSlowError": raises(sandbox.TooSlowError()),
    "raises UnusableError": raises(UnusableError("mine")),
    "recursion": recurses,
    "returns None": lambda *arguments: None,
    "returns Ellipsis": lambda *arguments: ...,
    "returns NotImplemented": lambda *arguments: NotImplemented,
    "returns a string": lambda *arguments: "0.5",
    "returns strings": lambda *arguments: ["a", "b"],
    "returns a dict": lambda *arguments: {"a": 1},
    "returns an empty list": lambda *arguments: [],
    "returns a ragged list": lambda *arguments: [[1], [1, 2]],
    "returns a generator": lambda *arguments: (argument for argument in arguments),
    "returns an endless generator": lambda *arguments: iter(int, 1),
    "returns a function": lambda *arguments: np.exp,
    "returns a module": lambda *arguments: np,
    "returns an awkward object": lambda *arguments: Awkward(),
    "exits while it is turned into an array": lambda *arguments: ExitsAsArray(),
    "returns complex numbers": lambda *arguments: np.sqrt(np.array([-1 + 0j])),
    "returns records": lambda *arguments: np.zeros(2, [("a", float)]),
    "returns objects": lambda *arguments: np.array([None, 1], object),
    "returns NaN": lambda *arguments: math.nan,
    "returns a huge whole number": lambda *arguments: 10**400,
    "returns a masked array": lambda *arguments: np.ma.masked_all((2, 3)),
    "returns more than fits": lambda *arguments: np.zeros((10**9, 10**9)),
    "returns its arguments": lambda *arguments: arguments,
    "returns itself": lambda *arguments: HOSTILE,
    "mutates": mutates,
    "prints much": lambda *arguments: print("a" * 10_000_000),
    "breaks its output": breaks_its_output,
    "warns": lambda *arguments: warnings.warn("careful", stacklevel=1),
    "meddles with numpy and alarms": meddles,
    "deletes": lambda *arguments: arguments[0].resize(0, refcheck=False),
    "is async": waits,
    "is a class": Awkward,
    "is a method": "abc".join,
    "is a builtin": print,
    "wants five": lambda a, b, c, d, e: a,
    "checks itself": self_check,
}


@pytest.mark.filterwarnings("error")  # a warning would stand beside the verdict
@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE)
def test_whatever_an_answer_does_the_check_answers(answer, capfd):
    handler, settings = signal.getsignal(signal.SIGALRM), np.geterr()
    for name in (BINARIZE, STD):
        verdict = check(answer, name)
        assert verdict.status == "wrong"
        assert len(verdict.message) < 1500 and "<b>" not in verdict._repr_html_()
    gc.collect()  # some objects warn when they are deleted
    assert signal.getsignal(signal.SIGALRM) is handler and signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    assert np.geterr() == settings
    out, err = capfd.readouterr()
    assert err == "" and len(out) <= 2 * (sandbox.SHOWN + 50)


@pytest.mark.parametrize(
    "thing", [None, 3, "text", np.zeros(3), [], Awkward(), ...], ids=lambda thing: type(thing).__name__
)
def test_what_is_no_function_is_an_answer_too(thing):
    assert "Pass the function itself, binarize without brackets" in check(thing, BINARIZE).message


# --- time ---


def computes_for_ever(*arguments):
    while True:
        pass


def swallows_errors(*arguments):
    while True:
        try:
            computes_for_ever()
        except Exception:  # not BaseException: TooSlowError passes
            pass


SLOW = {
    "sleeps": lambda *arguments: time.sleep(60),
    "computes for ever": computes_for_ever,
    "catches every Exception": swallows_errors,
}


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this platform has no alarms")
@pytest.mark.parametrize("answer", SLOW.values(), ids=SLOW)
def test_an_answer_that_does_not_end_is_stopped(answer, monkeypatch):
    monkeypatch.setattr(sandbox, "SECONDS", 0.3)
    monkeypatch.setattr(sandbox, "PATIENCE", 1.0)
    start, handler = time.perf_counter(), signal.getsignal(signal.SIGALRM)
    assert "Does a loop never end, or is it slow?" in check(answer, STD).message
    assert time.perf_counter() - start < 30  # 1 s, and room for a busy machine
    assert signal.getsignal(signal.SIGALRM) is handler and signal.getitimer(signal.ITIMER_REAL) == (0, 0)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this platform has no alarms")
def test_waiting_for_others_is_not_counted_as_computing(monkeypatch):
    """A right answer on a machine that serves thirty: it waits, and computes little."""
    monkeypatch.setattr(sandbox, "SECONDS", 0.2)

    def waits_first(z_log_var):
        time.sleep(0.5)
        return right_std(z_log_var)

    assert check(waits_first, STD).status == "correct"


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this platform has no alarms")
def test_an_import_is_not_interrupted(tmp_path, monkeypatch):
    (tmp_path / "slow_module.py").write_text(
        "import time\nend = time.thread_time() + 0.6\nwhile time.thread_time() < end: pass\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sandbox, "SECONDS", 0.2)
    check(lambda z_log_var: __import__("slow_module") and right_std(z_log_var), STD)
    assert "end" in vars(sys.modules["slow_module"])  # it was left whole


def test_in_another_thread_there_is_no_limit_and_no_error():
    verdicts = []
    thread = threading.Thread(target=lambda: verdicts.append(check(right_std, STD)))
    thread.start()
    thread.join()
    assert verdicts[0].status == "correct"


# --- what the answer prints, draws and asks ---


def test_only_the_first_call_is_heard(capsys):
    def talks(z_log_var):
        print("log-variance", z_log_var[0, 0])
        return right_std(z_log_var)

    assert check(talks, STD).status == "correct"
    assert capsys.readouterr() == ("log-variance 0.0\n", "")


def test_a_question_is_asked_once_and_its_reply_serves_all_calls(monkeypatch):
    asked = []
    monkeypatch.setattr(builtins, "input", lambda prompt="": asked.append(prompt) or "0.5")
    assert check(lambda z_log_var: np.exp(float(input("factor? ")) * z_log_var), STD).status == "correct"
    assert asked == ["factor? "]


PICTURES = """
from IPython.testing.globalipapp import start_ipython
from IPython.utils.capture import capture_output
start_ipython()
import matplotlib; matplotlib.use("agg")
import matplotlib.pyplot as plt, numpy as np
from IPython.display import display
from vae_helpers.exercises import check
def draws(z_log_var):
    plt.figure()
    display("seen")
    return np.exp(0.5 * z_log_var)
with capture_output() as caught:
    verdict = check(draws, "std_from_log_var")
print(verdict.status, len(caught.outputs), len(plt.get_fignums()))
"""


def test_a_figure_in_the_answer_appears_once():
    result = subprocess.run([sys.executable, "-c", PICTURES], capture_output=True, text=True, check=True)
    assert result.stdout == "correct 1 1\n"


# --- odd answers ---


@pytest.mark.parametrize(
    "answer, words",
    [
        (lambda v: right_std(v.astype("float16")), "Precision is lost on the way"),
        (lambda v: np.round(right_std(v), 3), "Precision is lost on the way"),
        (lambda v: right_std(v) + 0.001, "Precision is lost on the way"),
        (lambda v: right_std(v)[::-1], "not in the right places"),
        (lambda v: np.full(v.shape, "1.0"), "it returned an array of text"),
        (lambda v: [None, None], "a list with elements of type NoneType"),
        (functools.partial(lambda z_log_var: z_log_var, z_log_var=0), "takes z_log_var by name only"),
        (lambda *, z_log_var: z_log_var, "takes z_log_var by name only"),
        (lambda a, b: a, "but yours is defined as std_from_log_var(a, b)"),
        (lambda v: 3 * right_std(v), "Every value is 3 times what it"),
        (lambda v: np.log(-np.abs(v)) + 7, "Some values are NaN or infinite"),
        (lambda v: (right_std(v),), "is there a comma too many?"),
        (lambda v: None, "Is there a return statement"),
        (lambda v: np.ones((2, 2)) / 7, "The result does not depend on z_log_var. "),
        (raises(NotImplementedError()), "Write std_from_log_var in the cell above"),
    ],
)
def test_what_is_said_of_odd_answers(answer, words):
    assert words in check(answer, STD).message


def test_a_bfloat16_tensor_holds_numbers():
    from vae_helpers.backend import tf

    def in_bfloat16(z_log_var):
        return tf.exp(0.5 * tf.cast(z_log_var, tf.bfloat16))

    assert "Precision is lost on the way" in check(in_bfloat16, STD).message


def test_a_raise_left_above_a_right_answer_is_told_so():
    def std_from_log_var(z_log_var):
        raise NotImplementedError
        return np.exp(0.5 * z_log_var)

    verdict = check(std_from_log_var)
    assert verdict.status == "unattempted" and "Delete the line `raise NotImplementedError`" in verdict.message


def test_an_error_of_the_check_is_not_said_to_be_the_answers():
    careless = Exercise(
        name="pair",
        takes="x",
        lines={"both": {"x, x": ""}},
        observe=lambda function, arguments: {"the sum": sum(function(*arguments))},
        cases=("np.array([1.0, 2.0])",),
    )
    verdict = careless.check(lambda x: 3)
    assert verdict.status == "wrong" and "raised" not in verdict.message
    assert "pair returned a value of type int that could not be judged" in verdict.message


def test_a_right_answer_that_changes_its_argument_is_told_so():
    def halves_it(z_log_var):
        z_log_var *= 0.5
        return np.exp(z_log_var)

    assert "changes an array that it was given" in check(halves_it, STD).message


def test_an_unknown_mistake_shows_where_by_how_much_and_a_call_that_repeats_it():
    verdict = check(lambda z_log_var: z_log_var**2 - 3 * z_log_var + 7, STD)
    what, to_see_it = verdict.message.split("\n")
    assert what.startswith("The result is 7 at index (0, 0), and 1 was expected")
    assert eval(to_see_it.removeprefix("To see it, call "), {"np": np, STD: right_std})[0, 0] == 1.0


def test_a_name_that_no_exercise_has_is_answered_with_the_names_there_are():
    def std_from_logvar(z_log_var):
        return z_log_var

    assert "Did you mean std_from_log_var?" in check(std_from_logvar).message
    assert "build_encoder, std_from_log_var, " in check(lambda x: x).message
    assert "build_encoder, std_from_log_var, " in check(functools.partial(right_std)).message
    assert check(right_std, "std_from_log_var") == Verdict("correct", "std_from_log_var does what it should.")


def test_the_engine_imports_neither_keras_nor_tensorflow_nor_a_lesson_until_asked():
    code = (
        "import sys, vae_helpers.exercises as e\n"
        "print([name for name in sys.modules if name.startswith('vae_lessons.lesson')])\n"
        "len(e.EXERCISES)\n"
        "print([name for name in ('keras', 'tensorflow', 'matplotlib', 'scipy') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n[]\n"
