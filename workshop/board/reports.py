"""One report: what a learner's check sent, made sure of. Whatever does not fit is no report."""

from dataclasses import dataclass

STATUSES = ("here", "unattempted", "wrong", "correct", "help", "no help")
LONGEST = 2000  # bytes


@dataclass(frozen=True)
class Report:
    """time: in seconds. status: a verdict's, "here" (a kernel began), "help" or "no help". slips: known ones' names."""

    time: float
    seat: str
    exercise: str
    status: str
    slips: tuple = ()


def read_report(sent, seat, time, known):
    """The report in what was sent, parsed JSON, or None. Only known words pass, so no code can hide in one."""
    if not isinstance(sent, dict) or sent.get("status") not in STATUSES:
        return None
    exercise, slip = sent.get("exercise", ""), sent.get("slip", "")
    if sent["status"] == "here":
        return Report(time, seat, "", "here")
    if not isinstance(exercise, str) or exercise not in known or not isinstance(slip, str):
        return None
    return Report(time, seat, exercise, sent["status"], known_slips(slip, known[exercise]["slips"]))


def known_slips(slip, table):
    """The names of the slips that one name stands for: itself, or two that were made together; () if unknown."""
    if slip in table:
        return (slip,)
    both = tuple(slip.split("; "))
    return both if all(each in table for each in both) else ()
