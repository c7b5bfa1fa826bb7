"""Every exercise of every lesson: its right answers pass, each slip gets its own sentence, a stub is unattempted."""

import ast
import functools
import math
import random
import statistics
import textwrap

import pytest
import scipy.special
import scipy.stats
from mutating import mutants

from vae_helpers.exercises import EXERCISES, RIGHT, check
from vae_helpers.exercises.cards import Verdict
from vae_helpers.exercises.feedback import runs_agree
from vae_helpers.exercises.sandbox import SandboxedAnswer, run

each_exercise = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=str)
RULES = (  # how a sentence begins that fits any exercise
    "The result does not depend on",
    "The right values are there",
    "Some values are NaN or infinite",
    "All values are the same",
    "Every value ",
    "Nearly: ",
    "It is called as",
)


@functools.cache
def learners_names():
    """What a learner may have imported."""
    from vae_helpers.backend import keras, tf

    return {
        "keras": keras,
        "layers": keras.layers,
        "ops": keras.ops,
        "tf": tf,
        "math": math,
        "random": random,
        "statistics": statistics,
        "NormalDist": statistics.NormalDist,
        "scipy": scipy,
        "entr": scipy.special.entr,
        "expit": scipy.special.expit,
        "xlogy": scipy.special.xlogy,
        "norm": scipy.stats.norm,
    }


@each_exercise
def test_the_right_program_is_correct(exercise):
    assert check(exercise.reference) == Verdict("correct", f"{exercise.name} does what it should.")


@each_exercise
def test_every_line_has_one_right_code(exercise):
    assert all(list(table.values()).count(RIGHT) == 1 for table in exercise.lines.values())


@each_exercise
def test_each_slip_gets_its_own_sentence(exercise):
    verdicts = {code: check(exercise.answer(code), exercise.name) for code, _, _ in exercise.single_slips()}
    assert verdicts == {code: Verdict("wrong", sentence) for code, sentence, _ in exercise.single_slips()}


@each_exercise
def test_two_slips_at_once_are_refused_and_most_are_told_apart(exercise):
    both = list(exercise.double_slips())
    tried = random.Random(0).sample(both, min(len(both), 25))
    verdicts = [(check(exercise.answer(code), exercise.name), sentence) for code, sentence, _ in tried]
    assert sum(verdict.message == sentence for verdict, sentence in verdicts) >= 0.5 * len(tried)
    accepted = [sentence for verdict, sentence in verdicts if verdict.status != "wrong"]
    assert len(accepted) <= 0.1 * len(tried)  # two wrongs that undo each other are right


@each_exercise
def test_no_sentence_serves_two_lines(exercise):
    """Otherwise it could not say where to look."""
    tables = [exercise.slips, *exercise.lines.values()]
    sentences = [sentence for table in tables for sentence in set(table.values()) - {RIGHT}]
    assert len(sentences) == len(set(sentences))


def test_there_are_hundreds_of_sentences():
    assert len({sentence for exercise in EXERCISES.values() for _, sentence, _ in exercise.single_slips()}) > 500


@each_exercise
def test_right_answers_in_every_style_are_accepted(exercise):
    assert len(exercise.accepts) >= 2
    verdicts = {code: check(exercise.answer(code, **learners_names()), exercise.name) for code in exercise.accepts}
    assert {code: verdict for code, verdict in verdicts.items() if verdict.status != "correct"} == {}


def stub(exercise, words=""):
    """What a notebook gives a learner to fill in."""
    text = f"def {exercise.name}({exercise.takes}):\n    raise NotImplementedError{words}"
    return exercise.answer(text) if not exercise.template else emptied(exercise, words)


def emptied(exercise, words):
    """The right class, the bodies of its methods taken out."""
    tree = ast.parse(textwrap.dedent(exercise.setup) + "\n" + exercise.right_program)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.body = ast.parse(f"raise NotImplementedError{words}").body
    return exercise.answer(ast.unparse(tree))


@each_exercise
def test_a_stub_is_unattempted(exercise):
    assert check(stub(exercise)).status == check(stub(exercise, "('your code')")).status == "unattempted"


@each_exercise
def test_not_implemented_from_elsewhere_is_an_answer(exercise):
    unwritten = stub(exercise)
    verdict = check(lambda *arguments: unwritten(*arguments), exercise.name)
    assert verdict.status == "wrong"


def different(exercise, answer):
    """Whether an answer shows something else than the right one on the cases that a check does not try."""
    runs = [run(exercise.observe, SandboxedAnswer(answer), case) for case in exercise.unseen]
    return not all(
        runs_agree(exercise, one_run, exercise.known_run(exercise.right_program, case)) and not one_run.changed_argument
        for one_run, case in zip(runs, exercise.unseen, strict=True)
    )


@functools.cache
def mutant_verdicts(exercise):
    """What is said of the mutants of an exercise's right answers that show something else: {kind of answer: count}."""
    count = dict.fromkeys(("accepted", "named", "ruled", "raised", "other"), 0)
    sentences = {sentence for _, sentence, _ in exercise.single_slips()}
    plain = [code for code in (exercise.right_program, *exercise.accepts) if not uses_frameworks(code)]
    for mutant in (mutant for code in plain[:4] for mutant in mutants(as_function(exercise, code))):
        answer = exercise.answer(mutant, **learners_names())
        if different(exercise, answer):
            count[kind(check(answer, exercise.name), sentences)] += 1
    return count


def uses_frameworks(code):
    return any(word in code for word in ("keras", "ops.", "tf.", "layers."))


def as_function(exercise, code):
    """The text of the function that some code stands for."""
    body = code if "return" in code else f"return {code}"
    return f"def {exercise.name}({exercise.takes}):\n{textwrap.indent(body, '    ')}"


def kind(verdict, sentences):
    if verdict.status == "correct":
        return "accepted"
    if verdict.status == "unattempted" or verdict.message in sentences or verdict.message.startswith("Two things."):
        return "named"
    if verdict.message.startswith(RULES) or " gave no usable result: " in verdict.message:
        return "ruled"
    return "raised" if " raised " in verdict.message else "other"


each_function = pytest.mark.parametrize(
    "exercise", [exercise for exercise in EXERCISES.values() if not exercise.template], ids=str
)


@each_function
@pytest.mark.filterwarnings("ignore")
def test_every_mutant_that_shows_something_else_is_refused(exercise):
    count = mutant_verdicts(exercise)
    assert count["accepted"] == 0
    if exercise.bug:  # of a bug to be found one line is to be changed, and the others are right as they stand
        return
    assert count["named"] + count["ruled"] >= 2 * count["other"]


@pytest.mark.filterwarnings("ignore")
def test_most_mutants_are_diagnosed():
    counts = [
        mutant_verdicts(exercise) for exercise in EXERCISES.values() if not exercise.template and not exercise.bug
    ]
    named, ruled, other = (sum(count[kind] for count in counts) for kind in ("named", "ruled", "other"))
    assert named + ruled + other > 600
    assert named + ruled > 0.8 * (named + ruled + other) and named > ruled


@each_exercise
def test_the_unseen_cases_tell_slips_from_right_answers(exercise):
    """What makes the tests above worth something: an exercise whose slip can't be told from the right answer fails."""
    assert exercise.unseen
    assert not different(exercise, exercise.reference)
    missed = [
        sentence for code, sentence, _ in exercise.single_slips() if not different(exercise, exercise.answer(code))
    ]
    assert len(missed) <= 0.1 * len(list(exercise.single_slips()))  # some depend on sizes or values of a case


each_bug = pytest.mark.parametrize("exercise", [exercise for exercise in EXERCISES.values() if exercise.bug], ids=str)


@each_bug
def test_a_bug_is_unattempted_until_it_is_mended_and_its_line_can_be_named(exercise):
    assert check(exercise.answer(exercise.given, **learners_names())).status == "unattempted"
    line, sentence = exercise.bug
    count = len(exercise.given.strip().splitlines())
    assert sentence in check(line, exercise.name).message
    others = [check(number, exercise.name).message for number in range(1, count + 1) if number != line]
    assert all(
        message == f"Line {number} does what it should. Follow the shapes, the signs and the sums."
        for number, message in zip([n for n in range(1, count + 1) if n != line], others, strict=True)
    )
    assert "counted from 1" in check(count + 1, exercise.name).message
