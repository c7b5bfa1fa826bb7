"""A cut network and a closed browser, tried on a running hub by its first learner, in a real Chromium.

    python workshop/faults.py http://127.0.0.1:8000 ROOM-KEY --names workshop/names.txt

The browser reaches the hub over a link of our own that can be cut. Each time a cell trains for a while. Prints a line
for each trial: what was tried, and what came of it. Needs playwright and Chromium, as `make test-browser` does.
"""

import argparse
import asyncio
import contextlib
import shutil
import time
from pathlib import Path
from urllib.parse import urlparse

from names import read_names
from playwright.async_api import async_playwright

CUT = 30  # seconds
NOTEBOOK = "05_training.ipynb"
TRAIN = """
from vae_helpers.data import load_digits, preprocess
from vae_helpers.training import ready_to_fit
x, seen = preprocess(load_digits()[0][0])[:5000], []
vae = ready_to_fit(1000)
while len(seen) < {epochs}:
    vae.fit(x, epochs=1, batch_size=250, verbose=0)
    seen.append(time.time() - began)
print("epochs", len(seen), "in", round(seen[-1]))"""
RUN = """async code => {
  const panel = jupyterapp.shell.currentWidget, context = panel.context;
  const future = context.sessionContext.session.kernel.requestExecute({code});
  window.printed = ""; window.over = false;
  future.onIOPub = message => { window.printed += message.content.text || message.content.evalue || ""; };
  future.done.then(() => { window.over = true; }, () => {});
}"""
WRITE = """async text => {
  const context = jupyterapp.shell.currentWidget.context;
  context.model.sharedModel.getCell(0).setSource(text);
  await context.save();
}"""
READ = "() => jupyterapp.shell.currentWidget.context.model.sharedModel.getCell(0).getSource()"


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


async def opened(browser, address, seat, key):
    """A page with the notebook open and its kernel at rest, after a log-in where the hub asks for one."""
    page = await browser.new_page()
    wanted = f"{address}/user/{seat.account}/lab/tree/{NOTEBOOK}?reset"
    await page.goto(f"{address}/hub/login")
    await page.fill("input[name=username]", seat.name)
    await page.fill("input[name=key]", key)
    await page.fill("input[name=password]", f"of {seat.account}")
    await page.click("[type=submit]")
    await page.wait_for_url("**/lab**", timeout=300_000)
    await page.goto(wanted)
    await ready(page)
    return page


async def ready(page):
    """Wait until the notebook is there and its kernel answers."""
    await page.wait_for_function("window.jupyterapp && jupyterapp.shell.currentWidget?.context", timeout=120_000)
    await page.evaluate("() => jupyterapp.shell.currentWidget.context.sessionContext.ready")
    await page.wait_for_function(
        "jupyterapp.shell.currentWidget.context.sessionContext.session?.kernel?.status === 'idle'", timeout=120_000
    )


async def run(page, code):
    """What a piece of code prints."""
    await page.evaluate(RUN, code)
    await page.wait_for_function("window.over", timeout=300_000)
    return await page.evaluate("window.printed")


async def begin_training(page, epochs):
    """Start to train without waiting for the end, in a thread, so that the kernel can be asked meanwhile."""
    await run(page, "import time; began = time.time()")
    await page.evaluate(RUN, TRAIN.format(epochs=epochs))


async def network_cut(browser, link, address, seat, key):
    page = await opened(browser, address, seat, key)
    await page.evaluate(WRITE, "saved before the cut")
    await begin_training(page, epochs=60)
    await asyncio.sleep(5)
    await link.cut(CUT)
    start = time.monotonic()
    try:
        await page.wait_for_function("window.over", timeout=180_000)
        print(f"went on   a training during a cut of {CUT} s: {(await page.evaluate('window.printed')).strip()} s")
    except Exception as error:
        print(f"SILENT    the page does not see the end of the training: {str(error)[:80]}")
    await page.evaluate(WRITE, "saved after the cut")
    print(f"no reload the notebook is saved again, {time.monotonic() - start:.0f} s after the network came back")
    await look_again(page, "saved after the cut")
    return page


async def look_again(page, text):
    """One reload: is the saved text there, and does the kernel have what was trained?"""
    await page.reload()
    await ready(page)
    kept = await page.evaluate(READ) == text
    print(f"{'kept    ' if kept else 'LOST    '}  what was saved, after one reload")
    print(f"kept      the kernel's work, after one reload: {(await run(page, 'print(len(seen))')).strip()} epochs")


async def browser_closed(playwright, chromium, address, seat, key):
    browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
    page = await opened(browser, address, seat, key)
    await page.evaluate(WRITE, "saved before the browser was closed")
    await begin_training(page, epochs=60)
    await asyncio.sleep(5)
    await browser.close()
    await asyncio.sleep(CUT)
    browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
    page = await opened(browser, address, seat, key)
    kept = await page.evaluate(READ) == "saved before the browser was closed"
    print(f"{'kept    ' if kept else 'LOST    '}  what was saved, in a new browser")
    print(f"kept      the kernel's work, in a new browser: {(await run(page, 'print(len(seen))')).strip()} epochs")
    await browser.close()


async def faults(address, key, seat):
    hub = urlparse(address)
    link = Link(hub.hostname, hub.port or 80)
    near = f"http://127.0.0.1:{await link.listen()}"
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        await network_cut(browser, link, near, seat, key)
        await browser.close()
        await browser_closed(playwright, chromium, near, seat, key)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address")
    parser.add_argument("key")
    parser.add_argument("--names", type=Path, required=True)
    given = parser.parse_args()
    asyncio.run(faults(given.address.rstrip("/"), given.key, next(iter(read_names(given.names).values()))))


if __name__ == "__main__":
    main()
