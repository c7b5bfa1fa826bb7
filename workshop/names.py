"""Who may take a seat: the list in names.txt, one name a line."""

import re
import unicodedata
from dataclasses import dataclass

SHOWN = "(shown)"  # after a name that the board may show
TEACHER = "teacher"


@dataclass(frozen=True)
class Seat:
    """account: the name's letters as an account has them. label: what the board shows."""

    name: str
    account: str
    label: str


def account_of(name):
    """A name as an account has it, "Ada Lovelace" as "ada-lovelace"; "" where nothing is left of it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:30]


def read_names(path):
    """The seats {account: Seat} in the list's order. Raises ValueError with a line that says what to change."""
    seats = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name = line.strip().removesuffix(SHOWN).strip()
        if not line.strip() or line.startswith("#"):
            continue
        account = account_of(name)
        if not account[:1].isalpha():
            raise ValueError(f"{path}: {name!r} does not begin with a letter from a to z. Write it in those letters.")
        if account == TEACHER or account in seats:
            raise ValueError(f"{path}: {name!r} is taken. Give this learner another name, for example with a number.")
        label = name if line.rstrip().endswith(SHOWN) else f"seat {len(seats) + 1}"
        seats[account] = Seat(name, account, label)
    if not seats:
        raise ValueError(f"{path} holds no name.")
    return seats
