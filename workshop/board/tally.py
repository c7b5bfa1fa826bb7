"""What the teacher sees, counted from the reports."""

from collections import Counter
from statistics import median

MOST_SLIPS = 3
BREAK = 45 * 60  # seconds without a check that are no work on an exercise


def tally(reports, known, lesson, now):
    """The board of one lesson, as JSON can hold it. reports: in the order of time. lesson: "" for the latest one."""
    lessons = list(dict.fromkeys(each["lesson"] for each in known.values()))
    lesson = lesson if lesson in lessons else latest_lesson(reports, known) or lessons[0]
    names = [name for name in known if known[name]["lesson"] == lesson]
    seats = {each.seat for each in reports}
    states, minutes = states_of(reports), minutes_of(reports)
    return {
        "lesson": lesson,
        "lessons": lessons,
        "seats": len(seats),
        "rows": [row(name, seats, states, minutes) for name in names],
        "slips": slips_of(reports, known, names),
        "help": calls_for_help(reports, now),
    }


def latest_lesson(reports, known):
    return next((known[each.exercise]["lesson"] for each in reversed(reports) if each.exercise), "")


def row(name, seats, states, minutes):
    """One exercise: how many have not begun, are wrong, are right, and the median of the minutes spent."""
    count = Counter(states.get((seat, name), "not begun") for seat in seats)
    spent = [value for (_, exercise), value in minutes.items() if exercise == name]
    return {
        "exercise": name,
        "not_begun": count["not begun"],
        "wrong": count["wrong"],
        "right": count["correct"],
        "minutes": round(median(spent), 1) if spent else None,
    }


def states_of(reports):
    """{(seat, exercise): "wrong" or "correct"}: who was right once stays right."""
    states = {}
    for each in reports:
        where = each.seat, each.exercise
        if each.status in ("wrong", "correct") and states.get(where) != "correct":
            states[where] = each.status
    return states


def minutes_of(reports):
    """{(seat, exercise): minutes}, from the seat's check before the first attempt, to the first right one, or the last.

    Checks of what is not attempted yet begin nothing: Run All makes one of each exercise.
    """
    begun, ended, before = {}, {}, {}
    for each in reports:
        where = each.seat, each.exercise
        if each.status in ("wrong", "correct"):
            start = before.get(each.seat, each.time)
            begun.setdefault(where, start if each.time - start < BREAK else each.time)
            if where not in ended or not ended[where][1]:
                ended[where] = each.time, each.status == "correct"
        before[each.seat] = each.time
    return {where: (ended[where][0] - begun[where]) / 60 for where in ended}


def slips_of(reports, known, names):
    """The most frequent slips in these exercises: by how many seats made each, at least once."""
    made = {(each.seat, each.exercise, slip) for each in reports if each.exercise in names for slip in each.slips}
    count = Counter((exercise, slip) for _, exercise, slip in sorted(made))
    return [
        {"exercise": exercise, "sentence": known[exercise]["slips"][slip], "seats": number}
        for (exercise, slip), number in count.most_common(MOST_SLIPS)
    ]


def calls_for_help(reports, now):
    """Who waits for help, the longest first. A call ends when it is withdrawn, or when the exercise is right."""
    waiting = {}
    for each in reports:
        exercise, since = waiting.get(each.seat, ("", each.time))
        if each.status == "help":
            waiting[each.seat] = each.exercise, since
        elif each.status in ("no help", "correct") and each.exercise == exercise:
            del waiting[each.seat]
    calls = sorted(waiting.items(), key=lambda call: call[1][1])
    return [{"seat": seat, "exercise": what, "minutes": int((now - since) / 60)} for seat, (what, since) in calls]
