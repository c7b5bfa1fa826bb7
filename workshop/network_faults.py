"""A cut network and a closed browser, tried on a running hub by its first learner, in a real Chromium.

    python workshop/network_faults.py http://127.0.0.1:8000 ROOM-KEY --names workshop/names.txt

The browser reaches the hub over a link of our own that can be cut. Each time a cell trains for a while. Prints a line
for each trial: what was tried, and what came of it. Needs playwright and Chromium, as `make test-browser` does.
"""

import argparse
import asyncio
import contextlib
import shutil
from pathlib import Path
from urllib.parse import urlparse

from load import Learner
from names import read_names
from playwright.async_api import TimeoutError, async_playwright

CUT, EPOCHS = 30, 60  # seconds; of training, longer than the cut
TRAIN = f"""import time
from vae_helpers.data import load_digits, preprocess
from vae_helpers.training import make_dataset, compiled_vae
x, done = preprocess(load_digits()[0][0])[:5000], 0
vae = compiled_vae(20 * {EPOCHS})
while done < {EPOCHS}:
    vae.fit(make_dataset(x), epochs=1, shuffle=False, verbose=0)
    done += 1
    time.sleep(0.5)
    print("epoch", done)"""
ASK = """print("kept:", done, "epochs")"""
IDLE = ".jp-Notebook-ExecutionIndicator[data-status=idle]"


class Link:
    """A port that passes everything on to the hub until it is cut."""

    def __init__(self, host, port):
        self.target, self.is_cut, self.open = (host, port), False, set()

    async def listen(self):
        self.server = await asyncio.start_server(self.accept, "127.0.0.1", 0)
        return self.server.sockets[0].getsockname()[1]

    async def accept(self, reader, writer):
        if self.is_cut:
            writer.close()
            return
        far_reader, far_writer = await asyncio.open_connection(*self.target)
        self.open |= {writer, far_writer}
        await asyncio.gather(pass_on(reader, far_writer), pass_on(far_reader, writer))

    async def cut(self, seconds):
        self.is_cut = True
        for writer in self.open:
            writer.close()
        self.open.clear()
        await asyncio.sleep(seconds)
        self.is_cut = False


async def pass_on(reader, writer):
    """Bytes from one side to the other until one of them ends."""
    with contextlib.suppress(OSError):
        while data := await reader.read(2**16):
            writer.write(data)
            await writer.drain()
    writer.close()


async def trial_notebook(learner):
    """A notebook of two cells: one trains, and one asks what the kernel has."""
    await learner.log_in()
    await learner.have_server()
    cells = [
        {"cell_type": "code", "source": each, "metadata": {}, "outputs": [], "execution_count": None}
        for each in (TRAIN, ASK)
    ]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    await learner.save("trial", {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4})


async def opened(browser, address, learner):
    """A page with the trial's notebook open, after a log-in as a learner does it."""
    page = await browser.new_page()
    await page.goto(f"{address}/hub/login")
    fields = {"username": learner.seat.name, "key": learner.key, "password": f"of {learner.seat.account}"}
    for name, value in fields.items():
        await page.fill(f"input[name={name}]", value)
    await page.click("[type=submit]")
    await page.wait_for_url("**/lab**", timeout=300_000)
    await page.goto(f"{address}{learner.base}/lab/tree/trial.ipynb?reset")
    await page.locator(IDLE).wait_for(timeout=120_000)
    return page


def cell(page, number):
    return page.locator(".jp-NotebookPanel .jp-CodeCell").nth(number)


async def run(page, number):
    """Run a cell, after closing a message that Lab may show, as a learner would."""
    message = page.locator(".jp-Dialog")
    if await message.count():
        print(f"  (Lab says: {' '.join((await message.first.inner_text()).split())[:90]})")
        await message.locator(".jp-mod-accept").first.click()
    await cell(page, number).locator(".cm-content").click()
    await page.keyboard.press("Shift+Enter")


async def shown(page, number, text, seconds):
    """Whether a cell's output holds a text within so many seconds."""
    output = cell(page, number).locator(".jp-OutputArea-output", has_text=text)
    try:
        await output.first.wait_for(timeout=1000 * seconds)
    except TimeoutError:
        return False
    return True


async def ask(page, learner):
    """Ask the kernel what it has, save, and say whether the answer stands in the file."""
    await run(page, 1)
    answered = await shown(page, 1, f"kept: {EPOCHS} epochs", 120)
    await page.keyboard.press("Control+s")
    await asyncio.sleep(3)
    saved = any(cell["outputs"] for cell in (await learner.notebook("trial"))["cells"])
    return f"the kernel's training {'kept' if answered else 'LOST'}, the notebook {'saved' if saved else 'NOT SAVED'}"


async def network_cut(browser, link, address, learner):
    page = await opened(browser, address, learner)
    await run(page, 0)
    assert await shown(page, 0, "epoch 3", 120), "the training did not begin"
    await link.cut(CUT)
    went_on = await shown(page, 0, f"epoch {EPOCHS}", 180)
    print(f"a cut of {CUT} s: the cell's output {'went on' if went_on else 'stopped'} without a reload")
    if went_on:
        print(f"  without a reload: {await ask(page, learner)}")
    await page.reload()
    await page.locator(IDLE).wait_for(timeout=120_000)
    print(f"  after one reload: {await ask(page, learner)}")


async def browser_closed(launch, address, learner):
    browser = await launch()
    page = await opened(browser, address, learner)
    await run(page, 0)
    assert await shown(page, 0, "epoch 3", 120), "the training did not begin"
    await browser.close()
    await asyncio.sleep(2 * CUT)
    browser = await launch()
    page = await opened(browser, address, learner)
    print(f"a browser closed during a training, and a new one: {await ask(page, learner)}")
    await browser.close()


async def faults(address, key, seat):
    hub = urlparse(address)
    link = Link(hub.hostname, hub.port or 80)
    near = f"http://127.0.0.1:{await link.listen()}"
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    learner = Learner(address, seat, key, {})
    await trial_notebook(learner)
    async with async_playwright() as playwright:

        def launch():
            return playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])

        browser = await launch()
        await network_cut(browser, link, near, learner)
        await browser.close()
        await trial_notebook(learner)
        await browser_closed(launch, near, learner)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address")
    parser.add_argument("key")
    parser.add_argument("--names", type=Path, required=True)
    given = parser.parse_args()
    asyncio.run(faults(given.address.rstrip("/"), given.key, next(iter(read_names(given.names).values()))))


if __name__ == "__main__":
    main()
