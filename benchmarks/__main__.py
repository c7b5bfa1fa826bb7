"""Measure how fast the course trains, against others, in one run: ``make bench``, or ``python -m benchmarks``.

Every contender works in a process of its own, one epoch each in turn (see ``turns``), once with each random seed. All
train on the 60,000 training images and are validated, with their clocks stopped, on the 10,000 test images, as the post
was. Prints a table, what notebook 05 quotes, and what the course set out to reach; writes build/bench.json, a list of
rows (see ``rows``). About 45 minutes for three seeds; a part of it: ``python -m benchmarks --rows floor course --seeds
0``. PyTorch's row needs the extra ``bench``.
"""

import argparse
import json
import sys
from pathlib import Path

from benchmarks import rows
from benchmarks.interleaving import Contender, Failed, Run, interleave

POST, FLOOR, DEEP = "the post's recipe", "floor: matrix products", "deeper network"
FAST, GOOD = "course, 8 epochs", "course, 30 epochs"
BEST_TORCH, WITHOUT = "PyTorch, best", "all levers"

CONTENDERS = (
    Contender(POST, "with_keras", "post", 30),
    Contender(BEST_TORCH, "with_torch", "best", 8),
    Contender(FAST, "with_keras", "course", 8),
    Contender(GOOD, "with_keras", "course", 30),
    Contender(DEEP, "with_keras", "deep", 40),
    Contender(FLOOR, "with_numpy", "floor", 8),
    # The eight epochs again, each time without one of the levers
    Contender(WITHOUT, "with_keras", "course", 8, group="levers"),
    Contender("- steps_per_execution", "with_keras", "course", 8, {"steps": 1}, "levers"),
    Contender("- logits", "with_keras", "course_with_probabilities", 8, group="levers"),
    Contender("- batches of 250 (64)", "with_keras", "course", 8, {"batch_size": 64}, "levers"),
    Contender("- schedule (Adam 1e-3)", "with_keras", "course", 8, {"peak": None}, "levers"),
    Contender("- spread bends", "with_keras", "course", 8, {"spread": False}, "levers"),
    Contender("- untuned pipeline", "with_keras", "course_on_an_array", 8, group="levers"),
    Contender("- XLA", "with_keras", "course", 8, {"jit_compile": "auto"}, "levers"),
)

GOALS = (  # what, whose, against whom, column, at most
    ("time to the post's loss", FAST, POST, "seconds_to_target", 0.1),
    ("seconds per epoch against PyTorch's best", FAST, BEST_TORCH, "seconds_per_epoch", 1.0),
    ("seconds per epoch against the floor", FAST, FLOOR, "seconds_per_epoch", 2.0),
    ("deeper network: time against the post's 30 epochs", DEEP, POST, "seconds_in_all", 1.0),
    ("loss after 30 epochs", GOOD, None, "final_loss", 145.0),
    ("deeper network: loss", DEEP, None, "final_loss", 138.0),
)


def main(arguments=None):
    options = read_options(arguments)
    chosen = choose(options)
    all_rows = []
    for seed in options.seeds:
        for group in dict.fromkeys(contender.group for contender in chosen):
            together = [contender for contender in chosen if contender.group == group]
            all_rows += race(together, seed, options)
    print("\n" + rows.table(all_rows))
    print("\n" + levers(all_rows))
    if not (options.images or options.epochs):
        print("\nOn MNIST:\n" + goals(all_rows))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(all_rows, indent=1) + "\n")
    print(f"\nWrote {options.out}.")


def read_options(arguments):
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, help="for everyone; else each contender's own number")
    parser.add_argument("--images", type=int, help="train and validate on so many images alone, to try things out")
    parser.add_argument("--rows", nargs="+", help="only contenders whose name contains one of these")
    parser.add_argument("--target", type=float, default=rows.TARGET, help="nats per image (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("build/bench.json"))
    return parser.parse_args(arguments)


def choose(options):
    """The contenders that the options ask for, each with its number of epochs."""
    wanted = [c for c in CONTENDERS if not options.rows or any(part in c.name for part in options.rows)]
    if not wanted:
        names = "; ".join(contender.name for contender in CONTENDERS)
        sys.exit(f"--rows {' '.join(options.rows)}: no contender is called that. There are: {names}.")
    return [c._replace(epochs=options.epochs or c.epochs) for c in wanted]


def race(contenders, seed, options):
    """Let the contenders train side by side with one seed, printing as they go; their rows."""
    runs = [Run(contender, seed, options.images) for contender in contenders]
    epochs, notes = {run.name: [] for run in runs}, dict.fromkeys((run.name for run in runs), "")
    try:
        for run, result in interleave(runs):
            if isinstance(result, Failed):
                notes[run.name] = str(result)
            else:
                epochs[run.name].append(result)
            print(progress(run, len(epochs[run.name]), result), flush=True)
    finally:
        for run in runs:
            run.close()
    return [rows.training_row(run.name, seed, epochs[run.name], options.target, notes[run.name]) for run in runs]


def progress(run, done, result):
    start = f"seed {run.seed}  {run.name:24} "
    if isinstance(result, Failed):
        return f"{start}left out: {result}"
    loss = "" if result.loss is None else f"   loss {result.loss:.2f}"
    return f"{start}epoch {done:2} of {run.epochs:2}: {result.seconds:6.2f} s{loss}"


def levers(all_rows):
    """What each lever buys: an epoch's time and the final loss without it, against all of them."""
    lines = []
    for name in (contender.name for contender in CONTENDERS if contender.group == "levers"):
        ratio = rows.middle_ratio(all_rows, name, WITHOUT, "seconds_per_epoch")
        more = rows.middle_difference(all_rows, name, WITHOUT, "final_loss")
        if name != WITHOUT and ratio and more is not None:
            lines.append(f"{name:24} an epoch takes {ratio:.2f} times as long, loss {more:+.2f} nats")
    return "\n".join(lines)


def goals(all_rows):
    """What the course set out to reach, and what was measured: medians over the seeds, a line each."""
    lines = []
    for what, whose, against, column, most in GOALS:
        value = rows.middle_ratio(all_rows, whose, against, column) if against else rows.middle(all_rows, whose, column)
        measured = (
            "not measured, or not reached" if value is None else f"{value:8.3f}  {'met' if value <= most else 'missed'}"
        )
        lines.append(f"{what:52} at most {most:7.3f}: {measured}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
