"""What must not happen, tried on a running hub by its first two learners: reading another's files, and losing work.

    python workshop/isolation_checks.py http://127.0.0.1:8000 ROOM-KEY --names workshop/names.txt

Prints a line for each trial: what was tried, and what came of it.
"""

import argparse
import asyncio
import json
import time
from pathlib import Path

from load import Learner
from names import read_names

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PLAN = {  # code that the first learner runs; {other} is the second one's account. Each must end in an error
    "list another's home": "os.listdir('/home/{other}')",
    "read another's notebook": "open('/home/{other}/vae-course/04_elbo.ipynb').read()",
    "read another's kernel key": "glob_or_fail('/home/{other}/.local/share/jupyter/runtime/kernel-*.json')",
    "read another's environment": "[open(f'/proc/{{each}}/environ').read() for each in pids_of('{other}')][0]",
    "list the hub's files": "os.listdir('{state}')",
    "read the room's and the teacher's key": "open('{state}/teacher_key').read()",
    "read the hub's database": "open('{state}/hub.sqlite', 'rb').read()",
    "read the board's database": "open('{state}/board.sqlite', 'rb').read()",
    "read a password's hash": "open('{state}/passwords/{other}').read()",
    "write into the course": "open('{root}/vae_helpers/model.py', 'a')",
    "write into the environment": "open(json.__file__, 'a'), open(numpy.__file__, 'a')",
    "change everybody's digits": "open('{state}/digits.npz', 'r+b')",
    "stop another's server": "[os.kill(each, 15) for each in pids_of('{other}')][0]",
    "ask the hub who is there": "ask(os.environ['JUPYTERHUB_API_URL'] + '/users')",
    "read the board": "ask(os.environ['VAE_BOARD'] + '/data')",
    "open another's server": "ask(os.environ['JUPYTERHUB_API_URL'].replace('/hub/api', '/user/{other}/api/contents'))",
    "take all memory": "numpy.ones(10**11)",
}
TOOLS = """
import glob, json, os, pwd, urllib.request
import numpy
def glob_or_fail(pattern):
    return [open(each).read() for each in glob.glob(pattern)][0]
def pids_of(name):
    uid = pwd.getpwnam(name).pw_uid
    return [int(each) for each in os.listdir('/proc') if each.isdigit() and os.stat(f'/proc/{each}').st_uid == uid]
def ask(address):
    headers = {'Authorization': 'token ' + os.environ['JUPYTERHUB_API_TOKEN']}
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as reply:
        if '/hub/login' in reply.url or 'oauth' in reply.url:
            raise PermissionError('sent to the log-in')
        return reply.read()
"""


async def arrive(learner):
    await learner.log_in()
    await learner.have_server()
    return await learner.kernel()


async def forbidden(kernel, other, state):
    """Try what must fail."""
    await kernel.run(TOOLS)
    for what, code in PLAN.items():
        try:
            await kernel.run(code.format(other=other.account, state=state, root=ROOT) + ";")
        except RuntimeError as error:
            print(f"refused   {what}: {str(error)[:90]}")
        else:
            print(f"POSSIBLE  {what}")
    await kernel.run("1")  # the kernel lives on


async def another_hand(ada, emmy):
    """One learner's cookies on another's server."""
    reply = await ada.web.get(f"{emmy.base}/api/contents/04_elbo.ipynb")
    word = "refused " if reply.status_code in (403, 404) else "POSSIBLE"
    print(f"{word}  another's files by address: {reply.status_code}")


async def server_killed(ada, kernel):
    """The server dies in the middle of work: what was saved is there again, after one reload."""
    content = await ada.notebook("04_elbo")
    content["cells"][0]["source"] = "my own words"
    await ada.save("04_elbo", content)
    await kernel.run("import os; os.kill(os.getppid(), 9)")


async def back_again(ada):
    """One reload: the hub starts the server again, without the learner's asking."""
    await asyncio.sleep(6)
    start = time.monotonic()
    await asyncio.wait_for(ada.have_server(), 120)
    waited = time.monotonic() - start
    kept = (await ada.notebook("04_elbo"))["cells"][0]["source"] == "my own words"
    print(f"{'kept    ' if kept else 'LOST    '}  what was saved, after the server was killed; {waited:.0f} s to go on")
    return await ada.kernel()


async def cut_off(ada, kernel):
    """The connection ends during a long cell, and comes back 5 seconds later: the kernel went on."""
    await kernel.run("import threading, time; done = []; threading.Timer(3, done.append, [1]).start()")
    kernel.socket.close()
    await asyncio.sleep(5)
    await kernel.connect()
    went_on = "[1]" in await kernel.run("print(done)")
    print(f"{'kept    ' if went_on else 'LOST    '}  a kernel's work while its browser was away")


async def two_tabs(ada):
    """Two tabs save one notebook: the hub's file is whole, and is one of the two."""
    content = await ada.notebook("04_elbo")
    texts = ["first tab", "second tab"]
    bodies = [json.loads(json.dumps(content)) for _ in texts]
    for body, text in zip(bodies, texts, strict=True):
        body["cells"][0]["source"] = text
    await asyncio.gather(*(ada.save("04_elbo", body) for body in bodies))
    seen = (await ada.notebook("04_elbo"))["cells"][0]["source"]
    print(f"{'whole   ' if seen in texts else 'BROKEN  '}  a notebook that two tabs saved at once: {seen!r}")


async def trials(address, key, seats, state):
    ada, emmy = (Learner(address, seat, key, {}) for seat in seats)
    kernel = await arrive(ada)
    await arrive(emmy)
    await forbidden(kernel, emmy.seat, state)
    await another_hand(ada, emmy)
    try:
        await server_killed(ada, kernel)
    except (ConnectionError, OSError):
        pass
    kernel = await back_again(ada)
    await cut_off(ada, kernel)
    await two_tabs(ada)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address")
    parser.add_argument("key")
    parser.add_argument("--names", type=Path, required=True)
    parser.add_argument("--state", type=Path, default=HERE / "state")
    given = parser.parse_args()
    seats = list(read_names(given.names).values())[:2]
    asyncio.run(trials(given.address.rstrip("/"), given.key, seats, given.state))


if __name__ == "__main__":
    main()
