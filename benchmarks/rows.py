"""From epochs to rows, and from rows to a table: plain functions of numbers."""

from statistics import median

TARGET = 150.48  # nats per image: the post's validation loss after its 30 epochs (tf_keras 2.21, see notebook 05)
COLUMNS = ("name", "seed", "seconds_per_epoch", "seconds_to_target", "final_loss", "seconds_in_all")
COLUMNS += ("losses", "seconds", "note")


def training_row(name, seed, epochs, target=TARGET, note=""):
    """One contender's epochs as a row; None stands where there is nothing to tell, as for a target never reached."""
    seconds, losses = [epoch.seconds for epoch in epochs], [epoch.loss for epoch in epochs]
    row = dict.fromkeys(COLUMNS) | {"name": name, "seed": seed, "note": note, "losses": losses, "seconds": seconds}
    if epochs:
        reached = epochs_to_target(losses, target)
        row |= {
            "seconds_per_epoch": median(seconds),
            "seconds_to_target": sum(seconds[:reached]) if reached else None,
            "final_loss": losses[-1],
            "seconds_in_all": sum(seconds),
        }
    return row


def epochs_to_target(losses, target):
    """How many epochs it takes until the loss is at the target or below; None if it never is."""
    return next((n for n, loss in enumerate(losses, start=1) if loss is not None and loss <= target), None)


def middle(rows, name, column):
    """The median over the seeds of one contender's column; None where a seed has no figure (a target not reached)."""
    values = [row[column] for row in rows if row["name"] == name]
    return median(values) if values and None not in values else None


def middle_ratio(rows, name, other, column):
    """The median over the seeds of a column's ratio to another contender's in the same round, or None."""
    ours = {row["seed"]: row[column] for row in rows if row["name"] == name}
    theirs = {row["seed"]: row[column] or _bound(row, column) for row in rows if row["name"] == other}
    ratios = [ours[seed] / theirs[seed] if ours[seed] and theirs.get(seed) else None for seed in ours]
    return median(ratios) if ratios and None not in ratios else None


def middle_difference(rows, name, other, column):
    """The median over the seeds of a column's difference to another contender's in the same round, or None."""
    ours, theirs = ({row["seed"]: row[column] for row in rows if row["name"] == who} for who in (name, other))
    if not ours or None in [*ours.values(), *(theirs.get(seed) for seed in ours)]:
        return None
    return median(ours[seed] - theirs[seed] for seed in ours)


def _bound(row, column):
    """All the time that a contender was given, where it never reached the target: it would have taken longer still."""
    return row["seconds_in_all"] if column == "seconds_to_target" else None


def table(rows):
    """Medians over the seeds as text, a line for each contender."""
    lines = [("", "s/epoch", "s to target", "final loss", "s in all")]
    lines += [_cells(rows, name) for name in dict.fromkeys(row["name"] for row in rows)]
    width = max(len(line[0]) for line in lines)
    return "\n".join(f"{line[0]:{width}}" + "".join(f"  {cell:>11}" for cell in line[1:]) for line in lines)


def _cells(rows, name):
    note = next(row["note"] for row in rows if row["name"] == name)
    if note:
        return name, note
    columns = ("seconds_per_epoch", "seconds_to_target", "final_loss", "seconds_in_all")
    values = [middle(rows, name, column) for column in columns]
    return name, *("-" if value is None else f"{value:.2f}" for value in values)
