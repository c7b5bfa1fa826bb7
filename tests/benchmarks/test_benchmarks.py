"""The benchmark's arithmetic and its fairness; no test here looks at how fast anything is."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import __main__ as bench
from benchmarks import interleaving, rows, with_keras, with_numpy
from benchmarks.interleaving import Contender, Epoch, Failed, Run, interleave
from vae_helpers.strokes import draw_stroke_digits


@pytest.fixture
def few_digits(tmp_path, monkeypatch):
    """1,000 + 100 stroke digits as the digits that every process loads."""
    x_train, y_train, _ = draw_stroke_digits(1000, 0)
    x_test, y_test, _ = draw_stroke_digits(100, 1)
    np.savez(tmp_path / "digits.npz", x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    monkeypatch.setenv("VAE_DIGITS", str(tmp_path / "digits.npz"))


LOGITS = ((3.0, 151), (2.0, 148), (4.0, 152))  # seconds and loss, a seed each


def epochs(seconds, losses):
    return [Epoch(s, loss) for s, loss in zip(seconds, losses, strict=True)]


# --- rows -------------------------------------------------------------------------------------------------------------


def test_a_row_holds_what_it_takes_to_reach_the_target():
    row = rows.training_row("a", 7, epochs([4, 2, 3, 2], [160, 151, 150, 149]), target=150)
    assert tuple(row) == rows.COLUMNS
    assert (row["name"], row["seed"], row["seconds_per_epoch"]) == ("a", 7, 2.5)
    assert row["seconds_to_target"] == 9  # three epochs: the target itself counts as reached
    assert (row["final_loss"], row["seconds_in_all"]) == (149, 11)


def test_a_target_that_is_never_reached_is_none_and_not_a_number():
    row = rows.training_row("a", 0, epochs([1, 1], [160, 151]), target=150)
    assert row["seconds_to_target"] is None
    assert row["final_loss"] == 151


def test_a_target_that_is_lost_again_stays_reached():
    assert rows.epochs_to_target([151, 149, 152], 150) == 2


def test_rows_without_epochs_or_losses_have_the_same_columns():
    left_out = rows.training_row("a", 0, [], note="no module named torch")
    untrained = rows.training_row("floor", 0, epochs([1, 1], [None, None]))
    assert tuple(left_out) == tuple(untrained) == rows.COLUMNS
    assert left_out["seconds_per_epoch"] is None and untrained["final_loss"] is None
    assert untrained["seconds_per_epoch"] == 1 and untrained["seconds_to_target"] is None


def test_ratios_pair_the_seeds_before_the_median_is_taken():
    measured = [rows.training_row("a", seed, epochs([s], [1])) for seed, s in enumerate([1, 2, 30])]
    measured += [rows.training_row("b", seed, epochs([s], [1])) for seed, s in enumerate([10, 10, 10])]
    assert rows.middle_ratio(measured, "a", "b", "seconds_per_epoch") == pytest.approx(0.2)
    assert rows.middle_ratio(measured, "a", "c", "seconds_per_epoch") is None


def test_who_never_reaches_the_target_is_compared_with_by_all_the_time_it_had():
    measured = [rows.training_row("a", 0, epochs([1], [149]), target=150)]
    measured += [rows.training_row("b", 0, epochs([5, 5], [152, 151]), target=150)]
    assert rows.middle_ratio(measured, "a", "b", "seconds_to_target") == pytest.approx(0.1)
    assert rows.middle_ratio(measured, "b", "a", "seconds_to_target") is None


def test_one_seed_that_misses_the_target_leaves_no_median():
    measured = [
        rows.training_row("a", seed, epochs([1], [loss]), target=150) for seed, loss in enumerate([149, 151, 149])
    ]
    assert rows.middle(measured, "a", "seconds_to_target") is None
    assert rows.middle(measured, "a", "final_loss") == 149


def test_the_table_shows_every_contender_and_why_one_was_left_out():
    measured = [
        rows.training_row("floor", 0, epochs([1, 1], [None, None])),
        rows.training_row("ours", 0, epochs([3, 2, 2], [160, 149, 148])),
        rows.training_row("absent", 0, [], note="no module named torch"),
    ]
    lines = rows.table(measured).splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["floor", "ours", "absent"]
    assert lines[2].split()[1:] == ["2.00", "5.00", "148.00", "7.00"]
    assert "no module named torch" in lines[3]


# --- turns ------------------------------------------------------------------------------------------------------------


class Scripted:
    """A run that needs no process: it plays back its results."""

    def __init__(self, name, results):
        self.name, self.results, self.epochs = name, iter(results), len(results)

    def turn(self):
        result = next(self.results)
        if isinstance(result, Failed):
            raise result
        return result


def test_contenders_take_turns_epoch_by_epoch(monkeypatch):
    monkeypatch.setattr(interleaving, "SETTLE", 0)
    runs = [
        Scripted("A", [1, 2]),
        Scripted("B", [1]),
        Scripted("C", [1, 2, 3]),
        Scripted("D", [1, Failed("broken"), 3]),
    ]
    order = [(run.name, str(result)) for run, result in interleave(runs)]
    assert "".join(name for name, _ in order) == "ABCDACDC"
    assert ("D", "broken") in order


def test_a_contender_that_cannot_run_says_why_in_one_line(few_digits):
    run = Run(Contender("absent", "with_nothing", "train", 1), seed=0)
    run.process.join()  # it is gone before its first turn: its word must outlive it
    with pytest.raises(Failed, match="No module named 'benchmarks.with_nothing'"):
        run.turn()
    run.close()


def test_a_contender_whose_process_dies_is_left_out(few_digits):
    run = Run(Contender("killed", "with_numpy", "floor", 1), seed=0)
    run.process.kill()
    with pytest.raises(Failed, match="ended without a word"):
        run.turn()
    run.close()


def test_everyone_is_validated_alike_and_exactly():
    """A posterior that is the prior has no KL, and logits of 0 cost log 2 a pixel."""
    x = np.random.default_rng(0).random((3, 5)).astype("float32")
    zeros = np.zeros((3, 2))
    loss = interleaving.validation_loss(x, lambda x: (zeros, zeros), lambda z: np.zeros((3, 5), "float32"))
    assert loss == pytest.approx(5 * np.log(2))
    shifted = interleaving.validation_loss(x, lambda x: (zeros + 1, zeros), lambda z: np.zeros((3, 5), "float32"))
    assert shifted - loss == pytest.approx(1.0)  # 1/2 for each latent


# --- the images' way to fit -------------------------------------------------------------------------------------------


def test_each_epoch_brings_every_image_once_in_a_new_order():
    batches = with_keras.make_dataset(np.arange(100, dtype="float32"), 10)["x"]
    first, second = (np.concatenate([batch.numpy() for batch in batches]) for _ in range(2))
    assert sorted(first) == sorted(second) == list(range(100))
    assert list(first) != list(second) and list(first) != list(range(100))
    assert batches.options().autotune.enabled is False


# --- the floor --------------------------------------------------------------------------------------------------------


def test_the_floor_counts_every_product_of_a_step():
    """One layer without an input's gradient and one with it: 2 + 3 products."""
    shapes = with_numpy.products(10, sizes=((4, 3), (3, 2)))
    assert sorted(shapes) == sorted([(10, 4, 3), (10, 3, 2), (4, 10, 3), (3, 10, 2), (10, 2, 3)])


def test_an_epoch_of_the_courses_network_takes_the_operations_that_it_takes():
    """Five products of 784 x 512 an image, and five small ones more for the latents."""
    per_image = 2 * (5 * 784 * 512 + 3 * 512 * 4 + 3 * 2 * 512)
    assert with_numpy.operations(60_000, 250) == pytest.approx(60_000 * per_image)


# --- the whole --------------------------------------------------------------------------------------------------------


def test_a_short_run_writes_its_rows(few_digits, tmp_path, capsys):
    out = tmp_path / "new" / "bench.json"
    bench.main(["--rows", "post's", "8 epochs", "floor", "--epochs", "2", "--seeds", "3", "--out", str(out)])
    written = json.loads(out.read_text())
    assert [row["name"] for row in written] == [bench.POST, bench.FAST, bench.FLOOR]
    assert all(tuple(row) == rows.COLUMNS and row["seed"] == 3 and row["note"] == "" for row in written)
    assert all(len(row["seconds"]) == 2 for row in written)
    assert all(np.isfinite(row["losses"]).all() for row in written[:-1])
    printed = capsys.readouterr().out
    assert "course, 8 epochs         epoch  2 of  2" in printed


def test_a_lever_is_judged_against_all_levers_seed_by_seed():
    whole = [rows.training_row(bench.WITHOUT, seed, epochs([2.0], [loss])) for seed, loss in enumerate((150, 148, 149))]
    logits = [rows.training_row("- logits", seed, epochs([s], [loss])) for seed, (s, loss) in enumerate(LOGITS)]
    (line,) = bench.levers(whole + logits).splitlines()
    assert line.split() == "- logits an epoch takes 1.50 times as long, loss +1.00 nats".split()
    assert bench.levers(whole[:2] + logits) == ""  # a seed without its counterpart is no median


def test_the_goals_are_judged_from_the_rows():
    measured = [rows.training_row(bench.FAST, 0, epochs([1, 1], [160, 150]))]
    measured += [rows.training_row(bench.POST, 0, epochs([9, 9], [160, 151]))]
    lines = bench.goals(measured).splitlines()
    assert len(lines) == len(bench.GOALS)
    assert "0.111  missed" in lines[0] and "not measured" in lines[1]


def test_rows_that_nobody_is_called_are_refused():
    with pytest.raises(SystemExit, match="no contender is called that"):
        bench.main(["--rows", "nobody"])


def test_every_contender_is_there():
    """Its function stands in its module's file: PyTorch need not be installed for this."""
    for contender in bench.CONTENDERS:
        source = (Path(bench.__file__).parent / f"{contender.module}.py").read_text()
        assert f"def {contender.function}(x_train, turns, epochs, seed" in source
    assert len({contender.name for contender in bench.CONTENDERS}) == len(bench.CONTENDERS)
