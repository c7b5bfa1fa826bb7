"""The board in Chromium, as a projector shows it, while thirty scripted learners report to a folder."""

import importlib.util
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from board import catalogue

from vae_helpers.exercises import board_client

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and importlib.util.find_spec("playwright")), reason="Chromium or playwright is not installed"
)
WORKSHOP = Path(__file__).resolve().parents[2] / "workshop"
PORT = "8766"
FIRST, SECOND = [name for name, each in catalogue.exercises().items() if each["lesson"] == "04_elbo"][:2]
SLIP = next(iter(catalogue.exercises()[FIRST]["slips"]))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder that thirty learners reported to: 10 right, 12 wrong, 8 not begun in the first exercise of 04."""
    monkeypatch.setenv("VAE_BOARD", str(tmp_path))
    for learner in range(30):
        tell(tmp_path, monkeypatch, learner, "here")
        if learner < 22:
            tell(tmp_path, monkeypatch, learner, "wrong", FIRST, SLIP)
        if learner < 10:
            tell(tmp_path, monkeypatch, learner, "correct", FIRST)
    return tmp_path


def tell(folder, monkeypatch, learner, status, exercise="", slip=""):
    """A report of one learner's check, by the code that a learner's kernel runs."""
    monkeypatch.setattr(board_client, "_learner", lambda folder: f"{learner:08x}")
    monkeypatch.setattr(board_client, "_start", lambda: None)
    board_client.report(status, exercise, slip)
    where, line = board_client._reports.get()
    board_client._reports.task_done()
    board_client._append(where, line)


@pytest.fixture
def address(folder):
    """Where the board of the folder is, as `make board` starts it."""
    process = subprocess.Popen([sys.executable, "-m", "board", str(folder)], cwd=WORKSHOP, env={"PORT": PORT})
    try:
        yield answering(f"http://127.0.0.1:{PORT}/", process)
    finally:
        process.terminate()
        process.wait(10)


def answering(address, process):
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return address
        except OSError:
            time.sleep(0.2)
    pytest.fail("the board does not answer")


@pytest.fixture
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        yield browser
        browser.close()


def opened(browser, address, scheme):
    page = browser.new_page(viewport={"width": 1280, "height": 720}, color_scheme=scheme)
    page.goto(address)
    page.wait_for_selector("#rows .bar")
    return page


def test_a_projector_shows_thirty_learners_and_what_comes_next(address, browser, folder, monkeypatch):
    page = opened(browser, address, "light")
    bar = page.locator("#rows .bar").first
    assert bar.get_attribute("aria-label") == "10 right, 12 wrong, 8 not begun"
    assert page.text_content("#seats") == "30 learners" and page.text_content("#title") == "04_elbo"
    assert page.text_content("#slips li").startswith(f"22 × {FIRST}: ") and page.text_content("#help") == "nobody asks"
    tell(folder, monkeypatch, 29, "help", SECOND)
    tell(folder, monkeypatch, 28, "correct", FIRST)
    page.locator("#help").filter(has_text=f"{SECOND}, 0 min").wait_for(timeout=10_000)
    assert bar.get_attribute("aria-label") == "11 right, 12 wrong, 7 not begun"

    for scheme in ("light", "dark"):
        assert_readable(opened(browser, address, scheme))


def assert_readable(page):
    """From the last row: large letters, all on one screen, enough contrast."""
    sizes = page.evaluate("[...document.querySelectorAll('body *')].map(e => parseFloat(getComputedStyle(e).fontSize))")
    assert min(sizes) >= 18
    assert page.evaluate("document.documentElement.scrollHeight") <= 720, "all of it, without scrolling"
    if importlib.util.find_spec("axe_playwright_python"):
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(page).response["violations"]
        assert not found, [each["help"] for each in found]
