"""Logging in to a room: a name from the list, the room's key, and a password that each learner chooses the first time.

The key keeps strangers out. The password keeps learners apart: without it, everyone in the room could log in by
everyone's name. To let a learner choose again, delete the name's file in state/passwords/.
"""

import asyncio
import contextlib
import hashlib
import hmac
import secrets
import time
from pathlib import Path

from jupyterhub.auth import Authenticator
from names import TEACHER, account_of
from traitlets import Dict, Unicode

TRIES, PER_ADDRESS, PAUSE = 5, 60, 300  # wrong tries for a name, and from an address, in so many seconds
LEAST = 6  # characters of a password


class Tries:
    """Wrong tries of the last minutes, for each name and each address."""

    def __init__(self, clock=time.monotonic):
        self.clock, self.wrong = clock, {}

    def too_many(self, what, most):
        return sum(self.clock() - each < PAUSE for each in self.wrong.get(what, [])) >= most

    def count(self, *whats):
        for what in whats:
            self.wrong[what] = [*self.wrong.get(what, [])[-PER_ADDRESS:], self.clock()]


class Room(Authenticator):
    """Lets in whoever is on the list and knows the room's key, and the teacher by a key of her own."""

    seats = Dict(help="{account: Seat} of those who may come in").tag(config=True)
    room_key = Unicode(help="what the teacher tells the room").tag(config=True)
    teacher_key = Unicode(help="what the teacher keeps").tag(config=True)
    passwords = Unicode("passwords", help="the folder of the hashed passwords").tag(config=True)

    def __init__(self, **arguments):
        super().__init__(**arguments)
        self.tries = Tries()

    async def authenticate(self, handler, data):
        """The account, or None. data: the form's fields username, key and password."""
        account, address = account_of(data.get("username", "")), handler.request.remote_ip
        if self.tries.too_many(account, TRIES) or self.tries.too_many(address, PER_ADDRESS):
            self.log.warning("Too many wrong tries for %s from %s", account, address)
            return None
        if await self.fits(account, data.get("key", "").strip(), data.get("password", "")):
            return account
        self.tries.count(*({account} & {TEACHER, *self.seats}), address)
        return None

    async def fits(self, account, key, password):
        if account == TEACHER:
            return same(key, self.teacher_key)
        if account not in self.seats or not same(key, self.room_key):
            return False
        return await asyncio.to_thread(self.password_fits, account, password)

    def password_fits(self, account, password):
        """Whether it is the learner's password; the first one becomes it."""
        path = Path(self.passwords) / account
        if not path.exists():
            if len(password) < LEAST:
                return False
            keep_first(path, password)
        salt, _, digest = path.read_text().partition("$")
        return same(hashed(password, salt), digest)


def keep_first(path, password):
    """Keep a password's hash, unless another one came first."""
    salt = secrets.token_hex(8)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with contextlib.suppress(FileExistsError), path.open("x") as file:
        file.write(f"{salt}${hashed(password, salt)}")


def same(one, other):
    return hmac.compare_digest(one.encode(), other.encode())


def hashed(password, salt):
    return hashlib.scrypt(password.encode(), salt=salt.encode(), n=2**14, r=8, p=1).hex()
