"""Load test: so many learners at once on a running hub, over HTTP and websockets, as browsers do it.

    python workshop/load.py http://127.0.0.1:8000 ROOM-KEY --names workshop/names.txt --seats 10

Each learner logs in, starts a server and a kernel for 04, runs its cells, gives a right and a wrong answer to each
exercise, and moves a slider. Then, in groups of five, all train for three epochs as 05 does, while the others move
their sliders. It prints the median and the 95th percentile of each wait, the memory, and every failure.
"""

import argparse
import asyncio
import json
import time
import uuid
from pathlib import Path

import httpx
import numpy as np
import psutil
from names import read_names
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

PATIENCE = 600  # seconds for one cell
WRONG = """
from vae_helpers.exercises import EXERCISES, check
exercise = EXERCISES["{name}"]
print(check(exercise.answer(next(exercise.single_slips())[0]), "{name}").status)"""
RIGHT = """
print(check({name}_solution, "{name}").status)"""
TRAIN = """
from vae_helpers import model
from vae_helpers.data import load_digits, preprocess
x = preprocess(load_digits()[0][0])
vae = model.VAE(model.build_encoder(), model.build_decoder(), seed=0)
vae.compile(optimizer="adam", steps_per_execution=20)
vae.fit(x, epochs=3, batch_size=250, verbose=0)
print("trained")"""


class Learner:
    """A learner with a browser: cookies, a server, kernels."""

    def __init__(self, address, seat, key, waits):
        self.address, self.seat, self.key, self.waits = address, seat, key, waits
        self.web = httpx.AsyncClient(base_url=address, follow_redirects=True, timeout=PATIENCE)
        self.base, self.failures = f"/user/{seat.account}", []

    async def timed(self, what, wanted):
        start = time.monotonic()
        result = await asyncio.wait_for(wanted, PATIENCE)
        self.waits.setdefault(what, []).append(time.monotonic() - start)
        return result

    async def log_in(self):
        await self.web.get("/hub/login")
        fields = {"username": self.seat.name, "key": self.key, "password": f"of {self.seat.account}"}
        fields["_xsrf"] = self.web.cookies.get("_xsrf", path="/hub/")
        reply = await self.web.post("/hub/login", data=fields)
        reply.raise_for_status()

    async def have_server(self):
        """Wait as the spawning page does, until JupyterLab answers."""
        while True:
            reply = await self.web.get(f"{self.base}/lab")
            if reply.status_code == 200 and reply.url.path.startswith(f"{self.base}/lab"):
                return
            if reply.status_code == 424:  # not running: the page that says so starts it, by a script
                await self.web.get("/hub/spawn")
            await asyncio.sleep(1)

    def xsrf(self):
        return next(each.value for each in self.web.cookies.jar if each.name == "_xsrf" and self.base in each.path)

    async def notebook(self, name):
        reply = await self.web.get(f"{self.base}/api/contents/{name}.ipynb")
        return reply.raise_for_status().json()["content"]

    async def save(self, name, content):
        body = {"type": "notebook", "content": content}
        reply = await self.web.put(
            f"{self.base}/api/contents/{name}.ipynb", json=body, headers={"X-XSRFToken": self.xsrf()}
        )
        reply.raise_for_status()

    async def kernel(self):
        reply = await self.web.post(
            f"{self.base}/api/kernels", json={"name": "python3"}, headers={"X-XSRFToken": self.xsrf()}
        )
        number = reply.raise_for_status().json()["id"]
        kernel = Kernel(self.address.replace("http", "ws", 1) + f"{self.base}/api/kernels/{number}/channels", self.web)
        await kernel.connect()
        await kernel.run("1")
        return kernel


class Kernel:
    """A kernel's websocket."""

    def __init__(self, address, web):
        self.address, self.web, self.sliders = address, web, {}

    async def connect(self):
        cookies = "; ".join(f"{each.name}={each.value}" for each in self.web.cookies.jar)
        request = HTTPRequest(self.address, headers={"Cookie": cookies, "Origin": self.address.split("/user")[0]})
        self.socket = await websocket_connect(request, max_message_size=2**28)

    async def send(self, kind, content):
        """Send a message and read until the kernel is idle again: (text printed, errors)."""
        header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": "load", "username": "", "version": "5.3"}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "buffers": []}
        await self.socket.write_message(json.dumps({**message, "channel": "shell"}))
        text, errors = [], []
        while True:
            raw = await self.socket.read_message()
            if raw is None:
                raise ConnectionError("the kernel's connection ended")
            reply = json.loads(raw) if isinstance(raw, str) else {"header": {}, "parent_header": {}}
            kind, content = reply["header"].get("msg_type"), reply.get("content", {})
            self.note_slider(kind, content)
            if reply["parent_header"].get("msg_id") != header["msg_id"]:
                continue
            if kind == "stream":
                text.append(content["text"])
            elif kind == "error":
                errors.append(f"{content['ename']}: {content['evalue']}")
            elif kind == "status" and content["execution_state"] == "idle":
                return "".join(text), errors

    def note_slider(self, kind, content):
        state = content.get("data", {}).get("state", {}) if kind == "comm_open" else {}
        if "Slider" in state.get("_model_name", "") and "max" in state:
            self.sliders[content["comm_id"]] = state

    async def run(self, code):
        text, errors = await self.send("execute_request", {"code": code, "silent": False, "store_history": True})
        if errors:
            raise RuntimeError(errors[0])
        return text

    async def slide(self, share):
        """Move the first slider to a share of its range, and wait for what it draws."""
        number, state = next(iter(self.sliders.items()))
        value = state["min"] + share * (state["max"] - state["min"])
        value = int(value) if isinstance(state["value"], int) else value
        await self.send("comm_msg", {"comm_id": number, "data": {"method": "update", "state": {"value": value}}})


async def open_and_run(learner):
    """Log in, start, run 04, answer. Returns the kernel."""
    await learner.timed("log-in", learner.log_in())
    await learner.timed("server", learner.have_server())
    kernel = await learner.timed("kernel", learner.kernel())
    content = await learner.notebook("04_elbo")
    cells = [each for each in content["cells"] if each["cell_type"] == "code"]
    for cell in cells:
        await learner.timed("cell of 04", kernel.run("".join(cell["source"])))
    for cell in cells:
        if "solution" in cell["metadata"].get("tags", []):
            name = "".join(cell["source"]).partition("_solution")[0].split()[-1]
            for code, status in ((RIGHT, "correct"), (WRONG, "wrong")):
                seen = await learner.timed("check", kernel.run(code.format(name=name)))
                if status not in seen:
                    learner.failures.append(f"{name}: {seen!r} instead of {status}")
    await learner.save("04_elbo", content)
    return kernel


async def slides(learner, kernel, over):
    """Move a slider every second until the event."""
    while not over.is_set():
        await learner.timed("slider", kernel.slide(np.random.default_rng().random()))
        await asyncio.sleep(1)


async def train(learner, kernel):
    await learner.timed("train 3 epochs", kernel.run(TRAIN))


async def guarded(learner, wanted):
    """A failure is counted and named, and the others go on."""
    try:
        return await wanted
    except Exception as error:
        learner.failures.append(f"{type(error).__name__}: {error}")


async def watch_memory(seen):
    """The largest memory in use, and the largest of the seats' processes, in MB."""
    start = psutil.virtual_memory().available
    while True:
        seen["whole machine, above the start"] = max(
            seen.get("whole machine, above the start", 0), (start - psutil.virtual_memory().available) / 2**20
        )
        await asyncio.sleep(1)


async def workshop(address, key, seats):
    waits, memory = {}, {}
    watch = asyncio.create_task(watch_memory(memory))
    learners = [Learner(address, seat, key, waits) for seat in seats]
    kernels = await asyncio.gather(*(guarded(each, open_and_run(each)) for each in learners))
    pairs = [(learner, kernel) for learner, kernel in zip(learners, kernels, strict=True) if kernel]
    size = min(5, max(1, len(pairs) // 2))  # in a small class, half of it trains
    for first in range(0, len(pairs), size):
        over = asyncio.Event()
        group, others = pairs[first : first + size], pairs[:first] + pairs[first + size :]
        moving = [asyncio.create_task(guarded(a, slides(a, b, over))) for a, b in others]
        await asyncio.gather(*(guarded(a, train(a, b)) for a, b in group))
        over.set()
        await asyncio.gather(*moving)
    for learner, kernel in pairs:
        await guarded(learner, learner.timed("slider, all else quiet", kernel.slide(0.3)))
    watch.cancel()
    return waits, memory, [f"{each.seat.account}: {line}" for each in learners for line in each.failures]


def show(waits, memory, failures, seats):
    print(f"{seats} seats; seconds\n{'':24}   count    p50    p95    max")
    for what, values in waits.items():
        p50, p95 = np.percentile(values, [50, 95])
        print(f"{what:24} {len(values):7d} {p50:6.1f} {p95:6.1f} {max(values):6.1f}")
    for what, size in memory.items():
        print(f"memory, {what}: {size:.0f} MB, {size / seats:.0f} MB a seat")
    print(f"failures: {len(failures)}", *failures, sep="\n  ")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address")
    parser.add_argument("key")
    parser.add_argument("--names", type=Path, required=True)
    parser.add_argument("--seats", type=int, default=1)
    given = parser.parse_args()
    seats = list(read_names(given.names).values())[: given.seats]
    show(*asyncio.run(workshop(given.address.rstrip("/"), given.key, seats)), len(seats))


if __name__ == "__main__":
    main()
