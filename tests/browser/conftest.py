"""A real JupyterLab and a headless Chromium for the browser tests: both always shut down, on failure too.

`make test-browser` runs these; plain `pytest` leaves this folder out.
"""

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from urllib.parse import urlparse

import numpy as np
import pytest
from data_source import make_path_absolute
from driving import NOTEBOOKS, TOKEN

from vae_helpers.data import load_digits

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},  # else cells out of sight are not in the page
    "docmanager-extension/plugin": {"autosave": False},
}


def pytest_sessionstart(session):
    make_path_absolute()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a killed run shuts the server down too, as Ctrl-C does
    if CHROMIUM is None:
        pytest.exit("The browser tests need Chromium, which was not found: apt-get install chromium.", returncode=3)
    if importlib.util.find_spec("playwright") is None:
        pytest.exit("The browser tests need playwright, which was not found: pip install playwright.", returncode=3)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(address):
    try:
        with urllib.request.urlopen(address, timeout=2) as reply:
            return reply.status == 200
    except OSError:
        return False


def stop(process):
    """End a server and whatever it started in its own process group."""
    for kind, patience in ((signal.SIGTERM, 20), (signal.SIGKILL, 5)):
        if process.poll() is None:
            os.killpg(process.pid, kind)
            try:
                process.wait(patience)
            except subprocess.TimeoutExpired:
                continue


def few_digits(path):
    """A file with 10,000 + 2,000 of the digits at hand: figures move on them as on all, and training is short."""
    (x_train, y_train), (x_test, y_test) = load_digits()
    np.savez(path, x_train=x_train[:10_000], y_train=y_train[:10_000], x_test=x_test[:2000], y_test=y_test[:2000])
    return str(path)


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """The address of a running JupyterLab over a copy of the notebooks."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(NOTEBOOKS, folder / "root", ignore=shutil.ignore_patterns(".*"))
    for name, values in SETTINGS.items():
        path = folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    port = free_port()
    arguments = ["--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}", "--expose-app-in-browser"]
    arguments += [f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder / 'root'}"]
    places = {
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "JUPYTER_CONFIG_DIR": "config",
    }
    places |= {"JUPYTER_RUNTIME_DIR": "runtime", "IPYTHONDIR": "ipython"}
    env = os.environ | {name: str(folder / place) for name, place in places.items()}
    env["VAE_DIGITS"] = few_digits(folder / "digits.npz")
    with open(folder / "log", "w") as log:
        command = [sys.executable, "-m", "jupyterlab", *arguments]
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log, start_new_session=True)
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(240):
            if answers(f"{address}/api/status?token={TOKEN}"):
                break
            assert process.poll() is None, (folder / "log").read_text()[-3000:]
            time.sleep(0.25)
        else:
            pytest.fail("JupyterLab did not answer within a minute:\n" + (folder / "log").read_text()[-3000:])
        yield address
    finally:
        stop(process)


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    """A page of its own for each test; at its end no script may have failed and no request have left the machine."""
    context = browser.new_context(viewport={"width": 1300, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.problems, page.outside = [], []
    page.on("pageerror", lambda error: page.problems.append(error.stack or str(error)))
    page.on("console", lambda words: note_if_error(page, words))
    page.on("request", lambda request: note_if_outside(page, request.url))
    page.on("websocket", lambda socket: note_if_outside(page, socket.url))
    yield page
    problems = list(page.problems)  # what is said while the kernels are shut down does not count
    if "/lab/" in page.url:
        page.evaluate("() => window.jupyterapp?.serviceManager.sessions.shutdownAll()")
    context.close()
    assert not page.outside, "\n".join(page.outside)
    assert not problems, "\n".join(problems)


def note_if_error(page, words):
    """Keep an error's text, unless it is about a font that MathJax looked for in vain: it has others to draw with."""
    of_a_font = any(mark in words.text + words.location["url"] for mark in ("about:blank", "mathjax/fonts"))
    if words.type == "error" and not of_a_font:
        page.problems.append(words.text)


def note_if_outside(page, url):
    address = urlparse(url)
    if address.scheme not in ("data", "blob", "file", "about") and address.hostname != "127.0.0.1":
        page.outside.append(url)
